"""native: memory that C code hands out and nobody gives back, in no Python object."""

from __future__ import annotations

from collections.abc import Sequence

from stopper.model.finding import Cause
from stopper.model.growth import Interval

CAUSE: Cause = "native"

BYTES_PER_REQUEST_FLOOR = 200.0
"""The C heap must gain this much a request beyond what Python's objects explain. malloc's own headers and
rounding are 16 bytes a block, some 30 a request; the smallest handle worth the name takes a few hundred."""

BYTES_FLOOR = 256 * 1024
"""And this much in all: SQLite's page cache and the like fill up to a bound of their own first."""

STEADY_SHARE = 0.6
"""The last stretch must grow at this share of the fastest one's rate, or more: what fills up slows down."""


def unexplained_bytes(interval: Interval) -> int:
    """By how much the C heap grew beyond what the profile's objects did."""
    return interval.reading.c_heap_bytes - max(0, sum(tally.size_bytes for tally in interval.deltas.values()))


ENDPOINT_REQUESTS = 40
"""Requests that a single endpoint gets in a screening round, at most: it leaves so many times its rate behind."""


def suspicious(intervals: Sequence[Interval], requests: int) -> bool:
    """Whether in each interval the C heap gained what so many requests to a single leaking endpoint would leave."""
    return bool(intervals) and all(
        unexplained_bytes(interval) >= BYTES_PER_REQUEST_FLOOR * min(requests, interval.sent())
        for interval in intervals
    )


def grows(intervals: Sequence[Interval]) -> float:
    """Bytes a request that nothing explains, over intervals that drove one endpoint; 0 if it does not grow steadily."""
    rates = [unexplained_bytes(interval) / sent for interval in intervals if (sent := interval.sent())]
    total = sum(unexplained_bytes(interval) for interval in intervals)
    if len(rates) < 2 or total < BYTES_FLOOR:  # noqa: PLR2004  # one stretch alone shows no trend
        return 0.0
    steady = min(rates) >= BYTES_PER_REQUEST_FLOOR and rates[-1] >= STEADY_SHARE * max(rates)
    return total / sum(interval.sent() for interval in intervals) if steady else 0.0
