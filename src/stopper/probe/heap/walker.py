"""Profiles of the live heap, with shapes by id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stopper.model.heap import Profile, Shape, Tally
from stopper.probe.heap.choice import new_walker
from stopper.probe.heap.roots import PACKAGE, IsUserModule, build_roots

FIGURES = 3
"""count, items, size_bytes of each shape, in this order."""


class HeapWalker:
    """Walks the heap of this process again and again; shape ids mean the same in all its profiles.

    Nothing of the heap is changed and no code of the app is run, not even `__len__`. The time a walk takes is the
    time that all Python threads stand still: some 0.1 s for a million objects with the native walker.
    """

    def __init__(
        self,
        *,
        is_user_module: IsUserModule,
        extra_roots: Sequence[tuple[str, object]] = (),
        own: Iterable[object] = (),
    ) -> None:
        """Set what to start from.

        is_user_module: tells the user's modules, which own first. extra_roots: labelled objects after these.
        own: objects of the tool that are no modules; what only they hold counts nowhere.
        """
        self._is_user_module = is_user_module
        self._extra_roots = list(extra_roots)
        self._own = [self, *own]
        self._walker = new_walker(PACKAGE)
        self._shapes: list[Shape] = []

    @property
    def objects(self) -> int:
        """How many objects the last walk reached."""
        return self._walker.objects

    def profile(self) -> Profile:
        """Walk, and count by shape. Raises: MemoryError when the walk's tables do not fit."""
        figures = memoryview(self.raw_profile()).cast("Q")
        rows = zip(*(figures[column::FIGURES].tolist() for column in range(FIGURES)), strict=True)
        tallies = {shape: Tally(*row) for shape, row in enumerate(rows) if any(row)}
        return Profile(tallies, self._walker.objects)

    def raw_profile(self) -> bytes:
        """Walk; native 'Q' triples (count, items, size_bytes) for shape ids 0 to n - 1."""
        roots, own = self._start()
        return self._walker.profile(roots, own)

    def shape(self, shape_id: int) -> Shape:
        """The shape of this id. Raises: IndexError for an id that no walk has given."""
        if shape_id >= len(self._shapes):
            self._shapes += [Shape(*row) for row in self._walker.shapes(len(self._shapes))]
        if shape_id < 0:
            raise IndexError(f"no shape has the id {shape_id}: ids count from 0")
        return self._shapes[shape_id]

    def members(self, shape_ids: Sequence[int], limit: int) -> list[tuple[int, object]]:
        """Walk again; (shape id, object) of up to *limit* objects of each of these shapes."""
        roots, own = self._start()
        return self._walker.members(roots, own, list(shape_ids), limit)

    def shapes_of(self, objects: Sequence[object]) -> list[int]:
        """Walk again; the shape id that each of *objects* got, -1 where it was not reached."""
        roots, own = self._start()
        return self._walker.shapes_of(roots, own, list(objects))

    def _start(self) -> tuple[list[tuple[str, object]], list[object]]:
        roots, modules = build_roots(self._is_user_module, self._extra_roots)
        return roots, [*modules, *self._own]
