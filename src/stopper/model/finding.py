"""Findings: what a leak is said to be, and the report that carries them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Cause = Literal[
    "resource",
    "global",
    "cycle",
    "thread",
    "process",
    "cache",
    "registration",
    "native",
    "allocator",
]
Unit = Literal["object", "fd", "thread", "process", "connection", "byte"]
Verdict = Literal["leaking", "clean", "inconclusive"]


@dataclass(frozen=True)
class EndpointShare:
    """An endpoint that leaks, and its part (0 to 1) of what the finding's holder gained."""

    endpoint: str
    rule: str
    method: str
    share: float


@dataclass(frozen=True)
class Growth:
    """How fast: units and bytes that one request to the leaking endpoints leaves behind.

    requests: how many requests to these endpoints the figures were measured over.
    """

    unit: Unit
    per_request: float
    bytes_per_request: float
    requests: int


@dataclass(frozen=True)
class Holder:
    """The nearest long-lived owner whose content grows.

    path:   as a developer would type it, `shop.views._recent`.
    kind:   what it is in words: "module global", "class attribute", "lru_cache", "instance
            attribute", "default argument", "closure", "thread", "registry of logging".
    length: entries at the end of the run; None where it has no length.
    """

    path: str
    type: str
    kind: str
    length: int | None = None


@dataclass(frozen=True)
class Location:
    """The line to open. file: relative to the project's folder where it lies in it."""

    file: str
    line: int
    function: str
    source: tuple[tuple[int, str], ...] = ()
    """The excerpt around the line: (line number, text)."""


@dataclass(frozen=True)
class Fix:
    """What to change, in the user's own names. example: a before/after of a few lines."""

    summary: str
    example: str = ""


@dataclass(frozen=True)
class Finding:
    """One leak.

    fingerprint:    stable across runs of one commit: made of names and shapes, never of addresses.
    retaining_path: from the root to what is leaked, one step each: `module shop.views`,
                    `._recent: list`, `[*]: dict`.
    every_request:  all endpoints leak it alike (a hook, say), so no single one is to blame.
    """

    fingerprint: str
    cause: Cause
    endpoints: tuple[EndpointShare, ...]
    growth: Growth
    holder: Holder
    leaked_type: str
    retaining_path: tuple[str, ...]
    location: Location | None
    explanation: str
    fix: Fix
    every_request: bool = False


@dataclass(frozen=True)
class Bounded:
    """Something that grew and was shown to stop, or is known to: information, never a leak.

    limit: entries it holds at most; None where it stopped without a known limit.
    why:   how that is known: "maxsize=256", "stopped growing after 1,000 entries".
    """

    path: str
    type: str
    limit: int | None
    size_bytes: int
    why: str


@dataclass(frozen=True)
class NotExercised:
    """An endpoint of which the verdict says nothing, or less than it should, and why."""

    endpoint: str
    reason: str


@dataclass(frozen=True)
class Report:
    """All that one run found. requests: sent in all; seconds: of wall clock."""

    target: str
    verdict: Verdict
    requests: int
    seconds: float
    findings: tuple[Finding, ...] = ()
    bounded: tuple[Bounded, ...] = ()
    errors: tuple[NotExercised, ...] = ()
    exercised: tuple[str, ...] = ()
    """The endpoints that answered, by name: what the verdict is about."""
    notes: tuple[str, ...] = field(default=())
    """What else the reader must know: the run was cut short, the walker in use, …"""
