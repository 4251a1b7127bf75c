"""Placing: which objects hold a leak, which belong together, and which line to open."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stopper.check.client import WorkerClient
from stopper.check.evidence import Evidence
from stopper.check.ledger import Ledger
from stopper.judge.blame import Place, places, wrapped_function
from stopper.judge.causes.cache import LIBRARIES as CACHE_LIBRARIES
from stopper.judge.kinship import Kinship
from stopper.model.growth import Interval, Suspect
from stopper.model.site import Frame, Stack

LOCATE_REQUESTS = 4
"""Requests, at a rate of one a request, to see which of many alike containers grows."""

WATCH_REQUESTS = 2
"""Requests under line tracing, at a rate of one a request: one shows the line, two that it is always that one."""

RARE_REQUESTS_LIMIT = 60
"""Requests at most where a leak strikes rarely. Traced requests take some 10 ms each."""

SITE_ENDPOINTS = 3
"""When so many endpoints fill a holder from the same line, the others are taken to do so, too."""

ALLOCATION_REQUESTS = 12
"""Requests under tracemalloc: the newest objects must be among those that are looked at."""


@dataclass
class Placed:
    """One suspect with what the worker found out about it.

    facts:    what `locate` says of its holders. sites: per line, the endpoints whose requests wrote there.
    together: other suspects that grow by the same objects.
    """

    suspect: Suspect
    facts: dict[str, Any] = field(default_factory=dict)
    sites: dict[Place | None, list[str]] = field(default_factory=dict)
    together: list[Suspect] = field(default_factory=list)


def arguments(suspects: Iterable[Suspect], requests: int, *, scenario: bool, only: str = "") -> dict[str, Any]:
    """What to send so that these suspects grow: so many entries each, as far as that is not too much."""
    plan: dict[str, int] = {}
    for suspect in suspects:
        for name in [only] if only else suspect.foremost(SITE_ENDPOINTS):
            rate = suspect.rates.get(name, 0.0)
            if rate > 0:
                times = min(RARE_REQUESTS_LIMIT, math.ceil(requests / min(1.0, max(rate, 0.01))))
                plan[name] = max(plan.get(name, 0), times)
    if scenario:
        return {"plan": {}, "scenario": max(plan.values(), default=requests)}
    return {"plan": plan}


def locate(
    worker: WorkerClient, ledger: Ledger, suspects: Sequence[Suspect], *, scenario: bool
) -> dict[int, dict[str, Any]]:
    """Holder facts by shape id, for the suspects whose items grow."""
    if not suspects:
        return {}
    shapes = [suspect.shape_id for suspect in suspects]
    metrics = [suspect.metric for suspect in suspects]
    answer = worker.ask(
        "locate", 10.0, shapes=shapes, metrics=metrics, **arguments(suspects, LOCATE_REQUESTS, scenario=scenario)
    )
    ledger.enter(answer["profile"])
    owned = dict(zip(shapes, answer["owned"], strict=True))
    return {shape_id: {**facts, "owned": owned[shape_id]} for shape_id, facts in answer["holders"]}


def group(
    worker: WorkerClient, ledger: Ledger, evidence: Evidence, user_modules: Sequence[str], *, scenario: bool
) -> list[Placed]:
    """The confirmed suspects as leaks: those that grow by the same objects are one, named after its best holder."""
    suspects, facts = evidence.leaks, evidence.located
    if not suspects:
        return []
    shapes = [suspect.shape_id for suspect in suspects]
    answer = worker.ask("links", 10.0, shapes=shapes, **arguments(suspects, LOCATE_REQUESTS, scenario=scenario))
    lengths = dict(answer["lengths"])
    kinship = Kinship(ledger.path, ledger.shape, user_modules)
    found: list[Placed] = []
    for members in kinship.groups(suspects, answer["links"]):
        best, *others = sorted(members, key=lambda one: kinship.rank(one, facts.get(one.shape_id, {})))
        known = dict(facts.get(best.shape_id, {}))
        if best.shape_id in lengths:
            known["length"] = lengths[best.shape_id]
        found.append(Placed(best, known, together=others))
    return found


def find_sites(worker: WorkerClient, ledger: Ledger, placed: Placed, *, scenario: bool) -> None:
    """Fill in the lines that make the holder grow, and which endpoints' requests come there."""
    suspect = placed.suspect
    path = ledger.path(suspect.shape_id)
    cached = any(shape.type.partition(".")[0] in CACHE_LIBRARIES for shape in path)
    if placed.facts.get("wraps"):
        placed.sites[Place(*placed.facts["wraps"])] = list(suspect.rates)
        return
    names = [""] if scenario else list(suspect.foremost(len(suspect.rates)))
    for position, name in enumerate(names):
        if position >= SITE_ENDPOINTS and len(placed.sites) == 1:
            next(iter(placed.sites.values())).extend(names[position:])
            return
        stacks = _watched(worker, suspect, name, scenario=scenario)
        found = places(stacks, through_wrappers=cached)
        if not found:
            allocated = _allocated(worker, ledger, suspect, name, scenario=scenario)
            found = places(allocated, through_wrappers=cached)
        place = found[0][0] if found else wrapped_function(stacks)
        placed.sites.setdefault(place, []).extend([name] if name else list(suspect.rates))


def _watched(worker: WorkerClient, suspect: Suspect, endpoint: str, *, scenario: bool) -> list[Stack]:
    answer = worker.ask(
        "watch",
        10.0,
        shape=suspect.shape_id,
        metric=suspect.metric,
        **arguments([suspect], WATCH_REQUESTS, scenario=scenario, only=endpoint),
    )
    return _stacks(answer["stacks"])


def _allocated(worker: WorkerClient, ledger: Ledger, suspect: Suspect, endpoint: str, *, scenario: bool) -> list[Stack]:
    itself = [suspect.shape_id] if suspect.metric == "objects" else []  # these are what is left behind
    shapes = [*itself, *grown_children(ledger, suspect)] or [suspect.shape_id]
    answer = worker.ask(
        "allocations",
        10.0,
        shapes=shapes,
        **arguments([suspect], ALLOCATION_REQUESTS, scenario=scenario, only=endpoint),
    )
    return _stacks(answer["stacks"])


def grown_children(ledger: Ledger, suspect: Suspect, intervals: Sequence[Interval] | None = None) -> Mapping[int, int]:
    """The shapes right below a holder that got more objects, with how many; values before keys, most first.

    intervals: which to look at; all but the first, if not given.
    """
    gains = {
        child: sum(interval.delta(child).objects for interval in intervals or ledger.intervals[1:])
        for child in ledger.children(suspect.shape_id)
    }
    kept = [(child, gain) for child, gain in gains.items() if gain > 0]
    return dict(sorted(kept, key=lambda pair: (ledger.shape(pair[0]).edge == "{key}", -pair[1])))


def _stacks(raw: list[list[list[Any]]]) -> list[Stack]:
    return [tuple(frame_of(frame) for frame in stack) for stack in raw]


def frame_of(raw: Sequence[Any]) -> Frame:
    """A frame as the wire carries it."""
    file, line, function, user, ours, wraps = raw
    return Frame(file, line, function, user, ours, tuple(wraps) if wraps else None)
