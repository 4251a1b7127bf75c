"""The native stage: memory that grows outside Python objects, told from what Python's objects explain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stopper.judge.causes import native
from stopper.model.growth import Interval

if TYPE_CHECKING:
    from stopper.check.conductor import Conductor

CHUNKS = (100, 200, 300)
"""Requests between readings to confirm a suspicion: SQLite's page cache of 2 MB is full by then."""

ENDPOINTS_LIMIT = 6
"""So many endpoints are confirmed, those that grow most: a leak in all of them shows in each."""


def screen_native(screening: list[Interval]) -> bool:
    """Whether the C heap rose in each round of the screening by more than objects explain."""
    return native.suspicious(screening, native.ENDPOINT_REQUESTS)


def confirm_native(conductor: Conductor) -> dict[str, list[Interval]]:
    """The endpoints that leave native memory behind, each with the intervals that show it.

    An endpoint that leaks objects is left out: what these own outside Python goes with them.
    """
    evidence = conductor.evidence
    leaking = {name for suspect in evidence.leaks for name in suspect.endpoints}
    gains = {
        name: sum(map(native.unexplained_bytes, rounds)) / max(1, sum(interval.sent() for interval in rounds))
        for name, rounds in evidence.own.items()
        if name not in leaking
    }
    suspects = [name for name, gain in gains.items() if gain >= native.BYTES_PER_REQUEST_FLOOR]
    found: dict[str, list[Interval]] = {}
    for name in sorted(suspects, key=lambda one: -gains[one])[:ENDPOINTS_LIMIT]:
        intervals = [conductor.drive_alone(name, requests) for requests in CHUNKS]
        if native.grows(intervals):
            found[name] = intervals
    return found
