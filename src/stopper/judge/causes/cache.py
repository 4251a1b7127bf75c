"""cache: a memo or cache without a bound, or with one too large to matter, keyed by input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stopper.judge.paths import library_of, owner_type

if TYPE_CHECKING:
    from stopper.judge.evidence import LeakEvidence
    from stopper.model.finding import Cause

CAUSE: Cause = "cache"

LIBRARIES = frozenset(
    {"cachetools", "cachelib", "flask_caching", "functools", "lru", "diskcache", "aiocache", "beaker"}
)
"""Whatever these hold is a cache."""

WORDS = ("cache", "memo")
"""A library's own container with one of these in its name is one, too."""


def recognise(evidence: LeakEvidence) -> bool:
    """A known cache holds it, or it grows only under inputs that were not seen before."""
    if any(shape.type.partition(".")[0] in LIBRARIES and shape.type != "functools.partial" for shape in evidence.path):
        return True
    if any(word in shape.edge.lower() for shape in evidence.path[-2:] for word in WORDS) and _in_library(evidence):
        return True
    return evidence.distinct_only and not _in_library(evidence)


def _in_library(evidence: LeakEvidence) -> bool:
    return evidence.library_root is not None or library_of(owner_type(evidence.path), evidence.user_modules) is not None
