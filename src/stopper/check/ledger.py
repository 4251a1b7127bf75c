"""The ledger: all that was measured in one run, and the shapes that it is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stopper.model.growth import Interval
from stopper.model.heap import ROOT, Shape, Tally
from stopper.model.reading import NO_READING, Reading


class Ledger:
    """Shapes by id as the worker tells of them, and the intervals in order."""

    def __init__(self) -> None:
        """Nothing measured yet."""
        self.intervals: list[Interval] = []
        self.requests = 0
        self.level = NO_READING
        self.objects = 0
        self._shapes: dict[int, Shape] = {}
        self._children: dict[int, list[int]] = {}

    def enter(self, answer: dict[str, Any]) -> Interval:
        """Read one of the worker's profiles, and the requests before it."""
        for shape_id, parent, edge, kind in answer["shapes"]:
            self._shapes[shape_id] = Shape(parent, edge, kind)
            self._children.setdefault(parent, []).append(shape_id)
        interval = Interval(
            requests=answer["hits"],
            deltas={row[0]: Tally(*row[1:]) for row in answer["deltas"]},
            reading=Reading(*answer["reading"]),
        )
        self.level = Reading(*answer["level"])
        self.objects = answer["objects"]
        self.requests += interval.sent()
        self.intervals.append(interval)
        return interval

    def shape(self, shape_id: int) -> Shape:
        """A shape by id."""
        return self._shapes[shape_id]

    def children(self, shape_id: int) -> Iterable[int]:
        """The shapes right below that ever changed."""
        return self._children.get(shape_id, ())

    def ancestors(self, shape_id: int) -> Iterable[int]:
        """The ids of the shapes above this one, nearest first."""
        parent = self._shapes[shape_id].parent
        while parent != ROOT:
            yield parent
            parent = self._shapes[parent].parent

    def path(self, shape_id: int) -> tuple[Shape, ...]:
        """The shapes from the root to this one."""
        found: list[Shape] = []
        while shape_id != ROOT:
            shape = self._shapes[shape_id]
            found.append(shape)
            shape_id = shape.parent
        return tuple(reversed(found))
