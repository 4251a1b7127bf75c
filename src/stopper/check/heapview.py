"""The worker's view of its heap: profiles as differences, small enough for the wire."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from stopper.model.heap import ROOT
from stopper.probe.collector import Collector
from stopper.probe.heap import HeapWalker
from stopper.probe.process import take_reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stopper.check.subject import Subject
    from stopper.model.reading import Reading

ROW_BYTES = 24
"""count, items and size of one shape, eight bytes each."""

BLOCK_BYTES = ROW_BYTES * 64
"""Two profiles are compared block by block: nearly all blocks are equal, and that is one memcmp each."""


class HeapView:
    """Takes profiles and says what changed since the last one."""

    def __init__(self, subject: Subject) -> None:
        """Walk from the subject's modules first, then from its app object."""
        self.collector = Collector()
        self.walker = HeapWalker(
            is_user_module=subject.project.owns_module,
            extra_roots=[("app", subject.app)],
            own=[subject, self],
        )
        self._before = b""
        self._reading: Reading = take_reading()
        self._told: set[int] = set()

    def difference(self, *, settle: bool = False) -> dict[str, Any]:
        """Profile the heap; what changed since the last profile, and the shapes that this mentions.

        settle: freeze what is alive out of later collections first (see Collector.settle).
        """
        if settle:
            self.collector.settle()
        else:
            self.collector.collect()
        raw = self.walker.raw_profile()
        reading = take_reading()
        changed = differing_rows(self._before, raw)
        risen = reading.minus(self._reading)
        self._before, self._reading = raw, reading
        return {
            "objects": self.walker.objects,
            "reading": list(risen),
            "level": list(reading),
            "deltas": changed,
            "shapes": self._unknown_shapes(row[0] for row in changed),
        }

    def tally(self, shape_id: int) -> list[int]:
        """Objects, items and bytes of one shape, by the last profile."""
        figures = memoryview(self._before).cast("Q")
        return figures[3 * shape_id : 3 * shape_id + 3].tolist()

    def owned(self, shape_ids: Sequence[int]) -> list[int]:
        """Bytes owned by each of these shapes and all below, by the last profile."""
        sizes = memoryview(self._before).cast("Q")[2::3] if self._before else memoryview(b"").cast("Q")
        wanted = dict.fromkeys(shape_ids, 0)
        owner: dict[int, int | None] = {}
        for shape_id in range(len(sizes)):
            parent = self.walker.shape(shape_id).parent
            owner[shape_id] = shape_id if shape_id in wanted else owner.get(parent) if parent != ROOT else None
            holder = owner[shape_id]
            if holder is not None:
                wanted[holder] += sizes[shape_id]
        return [wanted[shape_id] for shape_id in shape_ids]

    def members(self, shape_id: int, limit: int = 3_000) -> list[object]:
        """The objects that have this shape now, up to a limit."""
        return self.members_of([shape_id], limit)[shape_id]

    def members_of(self, shape_ids: Sequence[int], limit: int = 3_000) -> dict[int, list[object]]:
        """The objects of each of these shapes, up to a limit.

        In one walk: objects that stopper holds on to count as its own, and in a next walk all that
        only they lead to would, too.
        """
        found: dict[int, list[object]] = {shape_id: [] for shape_id in shape_ids}
        for shape_id, item in self.walker.members(shape_ids, limit) if shape_ids else ():
            found[shape_id].append(item)
        return found

    def state(self) -> dict[str, Any]:
        """How the app left the collector."""
        return {
            "gc_enabled": self.collector.enabled,
            "gc_frozen": self.collector.frozen_by_app,
            "gc_threshold": list(gc.get_threshold()),
            "uncollectable": len(gc.garbage),
        }

    def _unknown_shapes(self, shape_ids: Iterable[int]) -> list[list[Any]]:
        found: list[list[Any]] = []
        for first in shape_ids:
            shape_id = first
            while shape_id != ROOT and shape_id not in self._told:
                self._told.add(shape_id)
                shape = self.walker.shape(shape_id)
                found.append([shape_id, *shape])
                shape_id = shape.parent
        return found


def differing_rows(before: bytes, after: bytes) -> list[list[int]]:
    """Rows `[shape id, count, items, size]` of differences between two raw profiles.

    The later one may have more rows; rows that are missing in the earlier one count as zero there.
    """
    rows: list[list[int]] = []
    old, new = memoryview(before.ljust(len(after), b"\0")), memoryview(after)
    for start in range(0, len(new), BLOCK_BYTES):
        if old[start : start + BLOCK_BYTES] == new[start : start + BLOCK_BYTES]:
            continue
        then = old[start : start + BLOCK_BYTES].cast("Q").tolist()
        now = new[start : start + BLOCK_BYTES].cast("Q").tolist()
        first = start // ROW_BYTES
        rows += [
            [first + offset // 3, *(now[offset + i] - then[offset + i] for i in range(3))]
            for offset in range(0, len(now), 3)
            if now[offset : offset + 3] != then[offset : offset + 3]
        ]
    return rows
