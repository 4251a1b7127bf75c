"""The table of path shapes; the rules stand in csrc/core/shapes.h."""

from __future__ import annotations

from stopper.model.heap import ROOT

FOLD_REACH = 6
"""As in csrc/core/shapes.h, like the two below: the twin must fold where the native walker folds."""

MOST_DEPTH = 48
"""Shapes deeper than this are their parent's."""

MOST_SHAPES = 400_000
"""From here on, all new shapes are one."""

OVERFLOW = "…"
"""The edge and the type of that one."""

Step = tuple[int, str]
"""A parent shape (or ROOT) and an edge."""


class ShapeTable:
    """Shapes by id, dense from 0, never reused or renumbered."""

    def __init__(self, most_shapes: int = MOST_SHAPES) -> None:
        self.rows: list[tuple[int, str, str]] = []
        self._most_shapes = most_shapes
        self._depths: list[int] = []
        self._sinks: set[int] = set()
        self._children: dict[tuple[int, str, str], int] = {}

    def is_sink(self, shape: int) -> bool:
        """Whether all below this shape counts with it."""
        return shape in self._sinks

    def parent(self, shape: int) -> int:
        """The shape above, or ROOT."""
        return self.rows[shape][0]

    def child(self, step: Step, kind: str, *, is_sink: bool = False) -> int:
        """The shape that an object of a type takes on a step; a sink keeps what is below it."""
        parent, edge = step
        if parent in self._sinks:
            return parent
        key = (parent, edge, kind)
        shape = self._children.get(key)
        if shape is None:
            shape = self._children[key] = self._new(key, is_sink=is_sink)
        return shape

    def _new(self, key: tuple[int, str, str], *, is_sink: bool) -> int:
        folded = self._folded(*key)
        if folded != ROOT:
            return folded
        if len(self.rows) + 1 < self._most_shapes:
            return self._add(key, is_sink=is_sink)
        overflow = (ROOT, OVERFLOW, OVERFLOW)
        if overflow not in self._children:
            self._children[overflow] = self._add(overflow, is_sink=True)
        return self._children[overflow]

    def _folded(self, parent: int, edge: str, kind: str) -> int:
        """The parent or a near ancestor that has this edge and type; ROOT if there is none."""
        for _ in range(FOLD_REACH + 1):
            if parent == ROOT:
                break
            above, *same = self.rows[parent]
            if same == [edge, kind]:
                return parent
            parent = above
        return ROOT

    def _add(self, key: tuple[int, str, str], *, is_sink: bool) -> int:
        shape = len(self.rows)
        depth = 0 if key[0] == ROOT else self._depths[key[0]] + 1
        self.rows.append(key)
        self._depths.append(depth)
        if is_sink or depth >= MOST_DEPTH:
            self._sinks.add(shape)
        return shape
