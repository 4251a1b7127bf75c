"""The breadth-first walk; its order is stated in csrc/walk.h."""

from __future__ import annotations

import gc
from array import array
from collections import Counter, deque
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from stopper.model.heap import ROOT
from stopper.probe.heap.twin import interpreter, peek
from stopper.probe.heap.twin.edges import Edges, Emit, emit_attribute
from stopper.probe.heap.twin.kinds import Kind, TypeRecord, describe
from stopper.probe.heap.twin.sizes import own_bytes
from stopper.probe.heap.twin.table import ShapeTable, Step

Roots = list[tuple[str, object]]
Note = Callable[[object, int], None]

DROPPED = -2
"""The shape of what is the tool's own: none."""

COUNT, ITEMS, SIZE_BYTES, FIGURES = 0, 1, 2, 3
"""A row of a profile, and its length."""


class Walker:
    """Folds the live heap into an ownership profile by path shape. Shape ids are dense from 0 and stay.

    package: directory of the tool's code, with trailing separator: frames that run it count nowhere.
    """

    def __init__(self, *, package: str = "") -> None:
        self.objects = 0
        self._table = ShapeTable()
        self._package = package

    def profile(self, roots: Roots, own: list[object], *, interpreter: bool = True) -> bytes:
        """Walk; native 'Q' triples (count, items, size_bytes) for shape ids 0 to n - 1."""
        walk = self._walk(roots, own, None, arguments=[roots, own], interpreter=interpreter)
        figures = array("Q", bytes(8 * FIGURES * len(self._table.rows)))
        for shape, row in walk.tallies.items():
            figures[shape * FIGURES : shape * FIGURES + FIGURES] = array("Q", row)
        return figures.tobytes()

    def members(
        self, roots: Roots, own: list[object], shape_ids: list[int], limit: int, *, interpreter: bool = True
    ) -> list[tuple[int, object]]:
        """Walk again; (shape id, object) of up to *limit* objects of each of these shapes, in walking order."""
        found: list[tuple[int, object]] = []
        counts = Counter[int]()

        def note(obj: object, shape: int) -> None:
            if shape in shape_ids and counts[shape] < limit:
                counts[shape] += 1
                found.append((shape, obj))

        self._walk(roots, own, note, arguments=[roots, own, shape_ids, found], interpreter=interpreter)
        return found

    def shapes_of(
        self, roots: Roots, own: list[object], objects: list[object], *, interpreter: bool = True
    ) -> list[int]:
        """Walk again; the shape id that each of these objects got, -1 where it was not reached or is the tool's own."""
        found = {id(one): -1 for one in objects}

        def note(obj: object, shape: int) -> None:
            if id(obj) in found:
                found[id(obj)] = shape

        self._walk(roots, own, note, arguments=[roots, own, objects], held=objects, interpreter=interpreter)
        return [found[id(one)] for one in objects]

    def shapes(self, start: int = 0) -> list[tuple[int, str, str]]:
        """Give (parent, edge, type) of each shape from id *start* on; the parent of a root is -1."""
        return self._table.rows[max(start, 0) :]

    def _walk(  # noqa: PLR0913  # one walk, all it needs
        self,
        roots: Roots,
        own: list[object],
        note: Note | None,
        *,
        arguments: list[Any],
        held: list[object] | None = None,
        interpreter: bool,
    ) -> Walk:
        for pair in roots:
            if type(pair) is not tuple or len(pair) != len(("label", "object")) or type(pair[0]) is not str:
                raise TypeError(f"a root is a tuple (label, object), not {type(pair).__name__}")
        walk = Walk(self._table, note, self._package)
        walk.mark(arguments, *arguments, *roots)
        walk.run_all(roots, own, held or [], with_interpreter=interpreter)
        self.objects = walk.objects
        return walk


class Walk:
    """One walk: what was seen, what is still to do, what was counted."""

    def __init__(self, table: ShapeTable, note: Note | None, package: str) -> None:
        self.table = table
        self.package = package
        self.objects = 0
        self.tallies: dict[int, list[int]] = {}
        self.queue: deque[tuple[Any, Step | None]] = deque()
        self.own_frames: list[tuple[Any, Step | None]] = []
        self._note = note
        self._seen: set[int] = set()
        self._records: dict[int, TypeRecord] = {}
        self._deferred: list[tuple[object, Step]] = []
        self._until_deferred = 0
        self._root_homes: dict[str, bool] = {}

    def mark(self, *objects: object) -> None:
        """Take these as seen: they are no part of the heap that is looked at."""
        self._seen.update(map(id, objects))

    def is_visited(self, obj: object) -> bool:
        """Whether the walk came by this already."""
        return id(obj) in self._seen

    def push(self, obj: object, step: Step | None) -> None:
        """Put an object into the queue that was not seen before."""
        if id(obj) not in self._seen:
            self._seen.add(id(obj))
            self.queue.append((obj, step))

    def run_all(self, roots: Roots, own: list[object], held: list[object], *, with_interpreter: bool) -> None:
        """The whole walk, from the given roots to garbage."""
        tracked = gc.get_objects() if with_interpreter else []
        self.mark(tracked)
        self._mark_own(own)
        self._seed(roots)
        if with_interpreter:
            interpreter.seed(self)
        self.run()
        if with_interpreter:
            self.queue.extend((one, None) for one in own)
            self.queue.extend(self.own_frames)
            self.run()
            interpreter.walk_rest(self, tracked, held)

    def run(self) -> None:
        """Walk until the queue is empty."""
        while self.queue:
            obj, step = self.queue.popleft()
            if step is interpreter.VIRTUAL:
                obj.expand(self)
            else:
                self._visit(obj, step)
            if self._until_deferred:
                self._until_deferred -= 1
                if not self._until_deferred:
                    for waiting, its_step in self._deferred:
                        self.push(waiting, its_step)

    def tally(self, shape: int) -> list[int]:
        """The figures of a shape, to add to."""
        return self.tallies.setdefault(shape, [0, 0, 0])

    def root_shape(self, obj: object, label: str) -> int:
        """The shape of a root."""
        return self.table.child((ROOT, label), self.record(obj).name)

    def record(self, obj: object) -> TypeRecord:
        """What is known of an object's type."""
        cls = type(obj)
        if id(cls) not in self._records:
            self._records[id(cls)] = describe(cls)
        return self._records[id(cls)]

    def absorb(self, part: object, shape: int) -> None:
        """Count a part with its owner instead of as an object of its own."""
        if id(part) in self._seen:
            return
        self._seen.add(id(part))
        if shape != DROPPED:
            self.tally(shape)[SIZE_BYTES] += own_bytes(part, self.record(part))
            if self._note is not None:
                self._note(part, shape)

    # ---- roots

    def _mark_own(self, own: list[object]) -> None:
        for one in own:
            self.mark(one)
            namespace = peek.namespace_of_module(one) if peek.issubclass_of(type(one), ModuleType) else None  # type: ignore[arg-type]
            if namespace is not None:
                self.mark(namespace)
                self._note_home(namespace, is_own=True)

    def _note_home(self, namespace: dict[Any, Any], *, is_own: bool) -> None:
        name = namespace.get("__name__")
        if type(name) is str:
            self._root_homes[peek.shown(name)] = is_own

    def _seed(self, roots: Roots) -> None:
        modules: set[int] = set()
        for at, (label, obj) in enumerate(roots):
            if not isinstance_of(obj, ModuleType) or self.is_visited(obj):
                continue
            modules.add(at)
            self.mark(obj)
            namespace = peek.namespace_of_module(obj)  # type: ignore[arg-type]
            if namespace is not None:
                self._note_home(namespace, is_own=False)
                self.absorb(namespace, self.root_shape(obj, peek.shown(label)))
        for at, (label, obj) in enumerate(roots):
            if at in modules or not self.is_visited(obj):
                self.mark(obj)
                self.queue.append((obj, (ROOT, peek.shown(label))))
                self._until_deferred += 1

    # ---- one object

    def _visit(self, obj: Any, step: Step | None) -> None:  # noqa: ANN401  # any object of the heap
        record = self.record(obj)
        shape = DROPPED
        if step is not None:
            shape = self.table.child(step, record.name, is_sink=record.kind is Kind.CODE)
            self.objects += 1
            if self._note is not None:
                self._note(obj, shape)

        def emit(child: object, edge: str) -> None:
            self.push(child, None if shape == DROPPED else (shape, edge))

        edges = Edges(
            emit=emit,
            emit_code=lambda code: self.push(code, self._place_of_code(shape)),
            absorb=lambda part: self.absorb(part, shape),
            is_visited=self.is_visited,
            emit_module=lambda namespace: self._expand_module(namespace, shape, emit),
        )
        items = edges.expand(obj, record)
        if shape != DROPPED:
            tally = self.tally(shape)
            tally[COUNT] += 1
            tally[ITEMS] += items
            tally[SIZE_BYTES] += own_bytes(obj, record)

    def _place_of_code(self, shape: int) -> Step | None:
        if shape == DROPPED:
            return None
        parent = self.table.parent(shape)
        return (shape if self.table.is_sink(shape) or parent == ROOT else parent, ".__code__")

    def _expand_module(self, namespace: dict[Any, Any], shape: int, emit: Emit) -> None:
        own_name = namespace.get("__name__")
        for name, entry in list(namespace.items()):
            if self.is_visited(entry):
                continue
            home = None if shape == DROPPED else _home_of(entry)
            is_elsewhere = home is not None and home != own_name and home in self._root_homes
            if is_elsewhere and self._root_homes[str(home)]:
                continue
            if is_elsewhere and self._until_deferred:
                edge = f".{peek.shown(name)}" if type(name) is str else "[*]"
                self._deferred.append((entry, (shape, edge)))
            else:
                emit_attribute(emit, name, entry)


def isinstance_of(obj: object, cls: type) -> bool:
    """Whether an object is laid out as *cls*, whatever it says of itself."""
    return peek.issubclass_of(type(obj), cls)


def _home_of(entry: object) -> str | None:
    """The module that a class or a Python function says it belongs to."""
    home: object = None
    if isinstance_of(entry, type):
        cls: type = entry  # type: ignore[assignment]
        home = peek.home_of_type(cls) if peek.flags_of(cls) & peek.HEAP_TYPE else None
    elif type(entry) is FunctionType:
        home = entry.__module__
    return home if type(home) is str else None
