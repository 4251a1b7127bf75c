"""What a run of `stopper check` was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

DEFAULT_BUDGET_SECONDS = 120.0
"""A run is over by then, whatever is left. An app of 200 routes with two leaks takes under 60."""


@dataclass(frozen=True)
class Options:
    """target: as for `flask --app`; endpoints: only these (all, if empty); folder: the app's working directory."""

    target: str
    scenario: str | None = None
    endpoints: tuple[str, ...] = ()
    budget_seconds: float = DEFAULT_BUDGET_SECONDS
    folder: str = field(default=".")
