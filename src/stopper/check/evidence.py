"""Evidence: what a run has brought to light so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stopper.model.finding import NotExercised
from stopper.model.growth import Interval, Suspect


@dataclass
class Evidence:
    """What the run has brought to light so far; whole or cut short, a report can be made of it.

    reached: endpoint to how it was answered, for those that answered well enough.
    leaks:   the suspects whose growth goes on. stopped: those whose growth was seen to stop.
    located: what is known of the holders, by shape id.
    native:  by endpoint that leaves native memory behind, the intervals that show it.
    own:     by endpoint, the last rounds that drove it alone. chunks: the confirming intervals.
    """

    rules: dict[str, str] = field(default_factory=dict)
    loaded: dict[str, Any] = field(default_factory=dict)
    errors: list[NotExercised] = field(default_factory=list)
    reached: dict[str, float] = field(default_factory=dict)
    screening: list[Interval] = field(default_factory=list)
    own: dict[str, list[Interval]] = field(default_factory=dict)
    idle: list[Interval] = field(default_factory=list)
    chunks: list[Interval] = field(default_factory=list)
    leaks: list[Suspect] = field(default_factory=list)
    stopped: list[Suspect] = field(default_factory=list)
    undecided: list[Suspect] = field(default_factory=list)
    same: dict[str, Interval] = field(default_factory=dict)
    located: dict[int, dict[str, Any]] = field(default_factory=dict)
    native: dict[str, list[Interval]] = field(default_factory=dict)
    screened: bool = False
    notes: list[str] = field(default_factory=list)
