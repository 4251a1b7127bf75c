"""Which shapes grow, which of them to suspect, and whether a suspect's growth goes on.

After BLeak (Vilk & Berger 2018) and LeakCanary's ObjectGrowthDetector: a shape grows when it rises
from profile to profile as the requests between them explain; of a chain of growing shapes only the
topmost is a suspect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import Enum

from stopper.model.growth import Interval, Suspect
from stopper.model.heap import ROOT, Shape, Tally

METRICS = ("objects", "items", "size_bytes")
"""What may grow, in the order in which it is asked for: where there are more and more objects of a shape, the
entries in them are more by that alone."""

BYTES_PER_REQUEST_FLOOR = 16.0
"""A shape that grows in bytes alone must gain this much a request. A counter that passes a power of
two gains 4 bytes once, a label that gets one more digit 1; a buffer that is appended to gains its line."""

STOPPED_SHARE = 0.25
"""Growth under this share of what the rate seen before predicts has stopped. A bounded cache that
fills falls to 0; a keyed leak whose inputs repeat keeps more than half."""

ENOUGH_EXPECTED = 8.0
"""So many new entries must have been expected before their absence says that growth stopped. With 8
expected, a leak that strikes at random shows 2 or fewer with a chance of 1.4 %; with 4 it would be 24 %."""

ATTRIBUTED_SHARE = 0.05
"""An endpoint is named with a leak when its own rate is at least this share of the fastest one's."""


BOUNDED_BYTES_LIMIT = 256 * 1024 * 1024
"""A limit counts as a bound when what it admits fits into this. A cache of 100,000 answers of 1 KiB does;
one "limited" to ten million of them is 10 GB, and kills the worker first."""


class Course(Enum):
    """How a suspect's growth went on under many more requests."""

    GOES_ON = "goes on"
    STOPPED = "stopped"
    UNDECIDED = "undecided"


def value(tally: Tally, metric: str) -> int:
    """One figure of a tally, by name."""
    return int(getattr(tally, metric))


def rising_metric(series: Sequence[Tally], requests: Sequence[int]) -> str | None:
    """What of a shape rises over the intervals; None if nothing does.

    It must rise in at least two thirds of the intervals and not fall back below what it rose. One
    object in twenty requests may leave a single interval empty, so not every one is asked for.
    """
    needed = -(-2 * len(series) // 3)
    for metric in METRICS:
        steps = [value(tally, metric) for tally in series]
        if metric == "size_bytes":
            if any(sum(value(tally, other) for tally in series) for other in METRICS[:2]):
                return None  # there are more or fewer of them, or in them: their bytes say nothing more
            steps = [
                step if step >= BYTES_PER_REQUEST_FLOOR * sent else min(step, 0)
                for step, sent in zip(steps, requests, strict=True)
            ]
        if sum(step > 0 for step in steps) >= needed and sum(steps) > 0 and steps[-1] >= 0:
            return metric
    return None


def rising(intervals: Sequence[Interval]) -> dict[int, str]:
    """The shapes that rise over the intervals, each with what of it rises."""
    seen = {shape_id for interval in intervals for shape_id in interval.deltas}
    # What leaks in bytes alone is asked for its bytes a request to one endpoint, however many are driven.
    requests = [max(interval.requests.values(), default=0) for interval in intervals]
    found: dict[int, str] = {}
    for shape_id in seen:
        metric = rising_metric([interval.delta(shape_id) for interval in intervals], requests)
        if metric is not None:
            found[shape_id] = metric
    return found


def topmost(growing: Mapping[int, str], shape_of: Callable[[int], Shape]) -> list[int]:
    """The growing shapes that have no growing shape above them.

    The parent of a growing shape that itself only grew in bytes does not explain it: a list that
    is resized does not make its entries' own lists longer.
    """

    def explained(shape_id: int) -> bool:
        parent = shape_of(shape_id).parent
        while parent != ROOT:
            if growing.get(parent) in {"items", "objects"}:
                return True
            parent = shape_of(parent).parent
        return False

    return sorted(shape_id for shape_id in growing if not explained(shape_id))


def suspects(
    own_rounds: Mapping[str, Sequence[Interval]], shape_of: Callable[[int], Shape], screened: Mapping[int, str]
) -> list[Suspect]:
    """The suspects, from rounds that drove one endpoint each.

    Args:    own_rounds: by endpoint, the intervals in which it alone was driven.
             screened:   the shapes that rose when all were driven, each with what of it rose.
    Returns: one suspect for each topmost growing shape, with the endpoints that make it grow.
    What grew in the screening need not rise in each of an endpoint's few own rounds, only gain.
    """
    found: dict[int, dict[str, float]] = {}
    for endpoint, intervals in own_rounds.items():
        gains = {key: rate_per_request(intervals, key, metric) for key, metric in screened.items()}
        growing = {key: screened[key] for key, rate in gains.items() if rate > 0}
        for shape_id in topmost(growing, shape_of):
            found.setdefault(shape_id, {})[endpoint] = gains[shape_id]
    return [Suspect(shape_id, screened[shape_id], attributed(rates)) for shape_id, rates in sorted(found.items())]


def gains(intervals: Sequence[Interval], screened: Mapping[int, str]) -> list[int]:
    """The shapes of the screening that gained something in these intervals."""
    return [key for key, metric in screened.items() if rate_per_request(intervals, key, metric) > 0]


def nested(found: Sequence[Suspect], shape_of: Callable[[int], Shape]) -> list[Suspect]:
    """The suspects that lie below another one which other endpoints make grow.

    They grow with it when all are driven together. And objects that are shared between it and, say,
    a library's cache seem to come to them whenever that cache drops some, by whatever request.
    """
    by_shape = {suspect.shape_id: suspect for suspect in found}
    below: list[Suspect] = []
    for suspect in found:
        parent = shape_of(suspect.shape_id).parent
        while parent != ROOT:
            above = by_shape.get(parent)
            if above is not None and above.metric != "size_bytes" and not above.endpoints & suspect.endpoints:
                below.append(suspect)
                break
            parent = shape_of(parent).parent
    return below


def attributed_anew(suspect: Suspect, own_rounds: Mapping[str, Sequence[Interval]]) -> Suspect:
    """The suspect with the endpoints that make it grow in these rounds; as it was, if none does."""
    rates = {
        name: rate_per_request(own_rounds[name], suspect.shape_id, suspect.metric)
        for name in suspect.endpoints
        if name in own_rounds
    }
    rates = {name: rate for name, rate in rates.items() if rate > 0}
    return replace(suspect, rates=attributed(rates)) if rates else suspect


def attributed(rates: Mapping[str, float]) -> dict[str, float]:
    """The endpoints worth naming, fastest first."""
    floor = ATTRIBUTED_SHARE * max(rates.values())
    named = {name: rate for name, rate in rates.items() if rate >= floor}
    return dict(sorted(named.items(), key=lambda pair: (-pair[1], pair[0])))


def rate_per_request(
    intervals: Iterable[Interval], shape_id: int, metric: str, endpoints: frozenset[str] | None = None
) -> float:
    """Growth of a shape per request to the endpoints, over all the intervals together."""
    gained = sent = 0
    for interval in intervals:
        gained += value(interval.delta(shape_id), metric)
        sent += interval.sent(endpoints)
    return gained / sent if sent else 0.0


def is_bounded(limit: int | None, gained_bytes: float, gained_items: int) -> bool:
    """Whether a container's own limit is one that matters: what it holds when full is affordable."""
    if limit is None:
        return False
    return limit * gained_bytes / max(1, gained_items) <= BOUNDED_BYTES_LIMIT


def course(suspect: Suspect, before: Sequence[Interval], chunks: Sequence[Interval]) -> Course:
    """Whether a suspect went on growing.

    Args:    before: the intervals on which the suspicion rests; chunks: the later ones, in order,
             each with many requests to the suspect's endpoints.
    A chunk in which it gained next to nothing of what was expected, or fell, ends the suspicion: a
    bound was reached, or something was pruned.
    """
    if not chunks:
        return Course.UNDECIDED
    rates = [rate_per_request([chunk], suspect.shape_id, suspect.metric, suspect.endpoints) for chunk in chunks]
    reference = max(
        rate_per_request(before, suspect.shape_id, suspect.metric, suspect.endpoints), *(rates[:-1] or [0.0])
    )
    for chunk, rate in zip(chunks, rates, strict=True):
        expected = reference * chunk.sent(suspect.endpoints)
        if rate < 0 or (expected >= ENOUGH_EXPECTED and rate <= STOPPED_SHARE * reference):
            return Course.STOPPED
    return Course.GOES_ON if sum(rates) > 0 else Course.UNDECIDED


IMMUTABLE_TYPES = frozenset({"bytes", "int", "str"})
"""Types whose objects do not get larger: another one takes their place."""


def is_larger_by_input(suspect: Suspect, shape_of: Callable[[int], Shape], same: Mapping[str, Interval]) -> bool:
    """Whether a text (or number) is replaced by a larger one only because its input was larger.

    same: by endpoint, an interval in which one and the same input was sent. A text that is appended
    to gets longer under that, too; a slot that holds what was made of the last input does not.
    """
    if suspect.metric != "size_bytes" or shape_of(suspect.shape_id).type not in IMMUTABLE_TYPES:
        return False
    seen = [(suspect.rates[name], same[name]) for name in suspect.rates if name in same]
    return bool(seen) and all(
        rate_per_request([interval], suspect.shape_id, "size_bytes") <= STOPPED_SHARE * rate for rate, interval in seen
    )


def owned_bytes(
    intervals: Iterable[Interval], shape_ids: Iterable[int], children: Callable[[int], Iterable[int]]
) -> int:
    """Bytes gained by these shapes and everything below them, over the intervals; nothing counted twice."""
    below = {key for shape_id in shape_ids for key in subtree(shape_id, children)}
    return sum(tally.size_bytes for interval in intervals for key, tally in interval.deltas.items() if key in below)


def subtree(shape_id: int, children: Callable[[int], Iterable[int]]) -> set[int]:
    """A shape and all shapes below it."""
    below, pending = {shape_id}, [shape_id]
    while pending:
        for child in children(pending.pop()):
            if child not in below:
                below.add(child)
                pending.append(child)
    return below
