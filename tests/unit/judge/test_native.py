"""Native memory: what the C heap gains beyond Python's objects."""

from __future__ import annotations

import pytest

from stopper.judge.causes.native import grows, suspicious, unexplained_bytes
from stopper.model.growth import Interval
from stopper.model.heap import Tally
from stopper.model.reading import Reading


def interval(c_heap_bytes: int, object_bytes: int = 0, requests: int = 100) -> Interval:
    deltas = {1: Tally(1, 0, object_bytes)} if object_bytes else {}
    return Interval({"slug": requests}, deltas, Reading(0, c_heap_bytes, 0, 0, 0))


def test_grows_steadily_is_a_rate_in_bytes_a_request():
    """A handle of 5,000 bytes that is never closed is found at its size."""
    assert grows([interval(500_000)] * 3) == pytest.approx(5000)


def test_grows_what_objects_explain_is_no_native_growth():
    """A list that gets longer is an object's growth, and told there."""
    assert grows([interval(500_000, object_bytes=500_000)] * 3) == 0
    assert unexplained_bytes(interval(500, object_bytes=200)) == 300


@pytest.mark.parametrize(
    "series",
    [[900_000, 100_000, 30_000], [900_000, 900_000, 0], [2000, 2000, 2000], [500_000]],
    ids=["fills up", "has stopped", "too little", "one stretch"],
)
def test_grows_what_fills_up_or_is_little_does_not(series):
    """A page cache that fills, and malloc's own rounding, are no leak."""
    assert grows([interval(size) for size in series]) == 0


def test_suspicious_only_when_each_round_gained():
    """One round without a gain is enough to leave native memory alone."""
    assert suspicious([interval(50_000)] * 3, 40)
    assert not suspicious([interval(50_000), interval(0), interval(50_000)], 40)
    assert not suspicious([], 40)
