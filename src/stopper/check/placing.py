"""Placing a confirmed leak, in the worker: its holders in hand, the line that fills them, what they hold.

Works on live objects; what leaves here for the wire are names, types, counts and places.
"""

from __future__ import annotations

import atexit
import gc
import re
import sys
import weakref
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from stopper.model.heap import ROOT, Shape
from stopper.probe.allocation import AllocationTrace
from stopper.probe.bounds import limit_of
from stopper.probe.code import definition
from stopper.probe.heap import items, size_bytes
from stopper.probe.watch import Watch

if TYPE_CHECKING:
    from stopper.check.heapview import HeapView
    from stopper.check.subject import Subject
    from stopper.model.site import Stack

HOLDERS_LIMIT = 8
"""Growing objects kept of one shape: a leak spread over more containers is shown by the first few."""

NEW_LIMIT = 40
"""New entries looked at: enough to see their types, few enough to look at each."""

OWNERS_LIMIT = 4
"""Steps upwards from a holder: its instance, that instance's owner; farther up nothing bounds it."""

OWNERS_LOOKED_AT = 200
"""Objects of a parent shape searched for the one that holds a container."""


class Holders:
    """The growing objects of the suspects, held on to by shape id."""

    def __init__(self, subject: Subject, view: HeapView) -> None:
        """Nothing is located yet."""
        self._subject = subject
        self._view = view
        self.by_shape: dict[int, list[object]] = {}

    def locate(self, metrics: Mapping[int, str], run: Callable[[], object]) -> dict[int, dict[str, Any]]:
        """Find the objects of each shape that grow in its metric while *run* runs, and describe them."""
        found = self._view.members_of(list(metrics))
        measures = {
            shape_id: [items if metrics[shape_id] == "items" else length_of(item) for item in members]
            for shape_id, members in found.items()
        }
        before = {
            shape_id: [measure(item) for measure, item in zip(measures[shape_id], members, strict=True)]
            for shape_id, members in found.items()
        }
        run()
        for shape_id, members in found.items():
            gains = [
                (measure(item) - size, item)
                for measure, size, item in zip(measures[shape_id], before[shape_id], members, strict=True)
            ]
            growing = [item for gain, item in sorted(gains, key=lambda pair: -pair[0]) if gain > 0]
            self.by_shape[shape_id] = growing[:HOLDERS_LIMIT]
        above = self._above(list(metrics))
        owners = self._view.members_of(sorted({parent for ids in above.values() for parent in ids}), OWNERS_LOOKED_AT)
        return {
            shape_id: self._describe(shape_id, members, [owners[parent] for parent in above[shape_id]])
            for shape_id, members in found.items()
        }

    def size(self, shape_id: int, metric: str) -> Callable[[], int] | None:
        """What to compare while a line that fills this shape is looked for; None if nothing has a size.

        Where no object gets longer, the name that they hang on is bound to another one at each step.
        """
        held = self.by_shape.get(shape_id, [])
        if metric != "objects" and held:
            sizes = [(length_of(item), item) for item in held]
            if len(sizes) == 1:
                [(length, only)] = sizes
                return lambda: length(only)
            return lambda: sum(length(item) for length, item in sizes)
        shape = self._view.walker.shape(shape_id)
        if shape.edge == "atexit":
            return atexit._ncallbacks  # noqa: SLF001  # the one way to count them
        above = self._view.walker.shape(shape.parent) if shape.parent != ROOT else shape
        return self._rebindings(above if above.type == shape.type else shape)

    def _rebindings(self, shape: Shape) -> Rebindings | None:
        """Counts what is bound to the name in this shape's last step; None if that is no name, or of several owners."""
        name = NAMED_STEP.fullmatch(shape.edge)
        if name is None or shape.parent == ROOT:
            return None
        members = self._view.members(shape.parent, 3)
        # The dict of an instance or class has its owner's shape.
        owners = [item for item in members if type(item) is not dict] or members
        values = _attributes_of(owners[0]) if len(owners) == 1 else None
        return Rebindings(values, name["attribute"] or name["key"]) if values is not None else None

    def watch(self, shape_id: int, metric: str, run: Callable[[], object]) -> list[Stack]:
        """The stacks at which the holders of a shape grew in their metric while *run* ran."""
        size = self.size(shape_id, metric)
        if size is None:
            return []
        with Watch(size, self._subject.project) as watch:
            run()
        return watch.stacks

    def allocations(self, shape_ids: Sequence[int], run: Callable[[], object]) -> list[Stack]:
        """The stacks that allocated, while *run* ran, what has one of these shapes afterwards."""
        with AllocationTrace(self._subject.project) as trace:
            run()
            for shape_id in shape_ids:
                stacks = trace.stacks(self._view.members(shape_id))
                if stacks:
                    return stacks
        return []

    def links(self, shape_ids: Sequence[int], run: Callable[[], object]) -> list[list[int]]:
        """Which suspects hold, within a few steps, what others own: pairs of shape ids.

        A thread registry, a weak set and the user's own dict may all grow by the same objects;
        these are one leak.
        """
        located = {shape_id: self.by_shape.get(shape_id, []) for shape_id in shape_ids}
        old = {shape_id: {id(entry) for entry in _entries(held)} for shape_id, held in located.items()}
        # Where no container grows, the objects of the shape are themselves what does.
        members = self._view.members_of([shape_id for shape_id, held in located.items() if not held])
        by_id = {id(item): shape_id for shape_id, found in members.items() for item in found}
        run()
        fresh: list[tuple[int, object]] = []
        for shape_id, held in located.items():
            entries = [entry for entry in _entries(held) if id(entry) not in old[shape_id]]
            for entry in (entries or members.get(shape_id, []))[-NEW_LIMIT:]:
                fresh += [(shape_id, item) for item in _near(entry)]
        pairs = {(shape_id, by_id.get(id(item), shape_id)) for shape_id, item in fresh}
        pairs = {(one, other) for one, other in pairs if one != other}
        owners = self._view.walker.shapes_of([item for _, item in fresh])
        for (shape_id, _), owner in zip(fresh, owners, strict=True):
            above = owner
            while above != ROOT and above >= 0:
                if above in shape_ids and above != shape_id:
                    pairs.add((shape_id, above))
                above = self._view.walker.shape(above).parent
        return [list(pair) for pair in sorted(pairs)]

    def lengths(self) -> list[list[int]]:
        """How many entries the holders of each shape have now."""
        return [[shape_id, sum(map(items, held))] for shape_id, held in self.by_shape.items() if held]

    def _above(self, shape_ids: Sequence[int]) -> dict[int, list[int]]:
        """The next few shapes above each of these, nearest first."""
        found: dict[int, list[int]] = {}
        for shape_id in shape_ids:
            chain: list[int] = []
            parent = self._view.walker.shape(shape_id).parent
            while parent != ROOT and len(chain) < OWNERS_LIMIT:
                chain.append(parent)
                parent = self._view.walker.shape(parent).parent
            found[shape_id] = chain
        return found

    def _describe(self, shape_id: int, members: list[object], candidates: Sequence[list[object]]) -> dict[str, Any]:
        """What is known of a holder; where the objects of the shape are themselves what grows, of one of these."""
        growing = self.by_shape[shape_id]
        shown = growing or members[:1]
        owners = _owners(shown[0], candidates) if shown else []
        limits = [limit for limit in map(limit_of, [*growing[:1], *owners]) if limit]
        if not growing and len(members) == 1:
            limits += [limit for limit in map(limit_of, members) if limit]  # full by now, perhaps
        return {
            "growing": len(growing),
            "length": sum(map(items, growing)) if growing else None,
            "type": type_name(shown[0]) if shown else self._view.walker.shape(shape_id).type,
            "limit": limits[0] if limits else None,
            "new": _type_counts(_entries(shown)),
            "wraps": next((place for place in map(_wrapped_function, owners) if place), None),
            "named": next((name for name in map(_display_name, owners) if name), ""),
            "home": next(([depth, name] for depth, name in enumerate(map(home_name, owners), 1) if name), None),
        }


def _owners(held: object, candidates: Sequence[list[object]]) -> list[object]:
    """Of the objects of each shape above a holder the one that holds it; as far up as that can be told."""
    chain: list[object] = []
    for level in candidates:
        owner = next((item for item in level if _holds(item, held)), None)
        if owner is None:
            break
        chain.append(owner)
        held = owner
    return chain


def home_name(owner: object) -> str:
    """The name that a library's object has in the module that defines its class: `logging.Logger.manager`.

    Empty where it has none there. Many modules may hold one object; at home is where people look it up.
    """
    module = sys.modules.get(type(owner).__module__)
    if module is None or isinstance(owner, (type, ModuleType, *BUILTIN_CONTAINERS)):
        return ""
    for name, value in list(vars(module).items()):
        if value is owner:
            return f"{module.__name__}.{name}"
    for name, value in list(vars(module).items()):
        if isinstance(value, type) and value.__module__ == module.__name__:
            for attribute, entry in list(vars(value).items()):
                if entry is owner:
                    return f"{module.__name__}.{name}.{attribute}"
    return ""


BUILTIN_CONTAINERS = (dict, list, set, frozenset, tuple, str, int, float, bytes)
"""Types whose objects are at home nowhere."""


class Rebindings:
    """Counts how often a name is bound to another object: for what has no length."""

    def __init__(self, values: Mapping[str, object], name: str) -> None:
        """values: the namespace that has the name."""
        self._values = values
        self._name = name
        self._bound = values.get(name)
        self._count = 0

    def __call__(self) -> int:
        """The count so far."""
        bound = self._values.get(self._name)
        if bound is not self._bound:
            self._bound = bound
            self._count += 1
        return self._count


NAMED_STEP = re.compile(r"\.(?P<attribute>\w+)|\['(?P<key>\w+)'\]")
"""A step by attribute, or by a key that stands in the source."""


def _attributes_of(owner: object) -> Mapping[str, object] | None:
    """The namespace of a module, class or instance, or a dict itself, without running its code."""
    if type(owner) is dict:
        return owner
    if isinstance(owner, type):
        return type.__dict__["__dict__"].__get__(owner)  # type: ignore[no-any-return]  # a mappingproxy
    try:
        values = object.__getattribute__(owner, "__dict__")
    except AttributeError:
        return None
    return values if type(values) is dict else None


def length_of(item: object) -> Callable[[object], int]:
    """The cheapest way to count an object's entries without running its code."""
    for kind in (dict, list, set, deque, bytearray, array):
        if isinstance(item, kind):
            return kind.__len__  # type: ignore[return-value]  # only ever called with an object of this kind
    return items if items(item) else size_bytes


def type_name(item: object) -> str:
    """Qualified name of an object's type; builtins without their module."""
    kind = type(item)
    module = kind.__module__
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"


def _holds(owner: object, held: object) -> bool:
    for referent in gc.get_referents(owner):
        if referent is held:
            return True
        if type(referent) is dict and any(entry is held for entry in referent.values()):
            return True
    return False


def _entries(holders: Iterable[object]) -> list[object]:
    found: list[object] = []
    for holder in holders:
        if isinstance(holder, dict):
            for key, entry in dict.items(holder):
                found += [key, entry]
        else:
            found += [entry for entry in gc.get_referents(holder) if entry is not type(holder)]
    return found


def _near(entry: object, steps: int = 3) -> list[object]:
    """An entry, what it weakly refers to, and what these hold within a few steps."""
    found: list[object] = []
    level = [entry]
    for _ in range(steps):
        below: list[object] = []
        for item in level[:NEW_LIMIT]:
            if isinstance(item, weakref.ref):
                target = weakref.ref.__call__(item)
                if target is not None:
                    below.append(target)
            found.append(item)
            if not isinstance(item, (type, FunctionType)) or item is entry:
                below += [other for other in gc.get_referents(item) if gc.is_tracked(other)]
        level = below
    return [item for item in found if gc.is_tracked(item)]


def _type_counts(entries: list[object]) -> list[list[Any]]:
    counts: dict[str, int] = {}
    for entry in entries[-2 * NEW_LIMIT :]:
        name = type_name(entry)
        counts[name] = counts.get(name, 0) + 1
    return [[name, count] for name, count in sorted(counts.items(), key=lambda pair: -pair[1])]


def _wrapped_function(owner: object) -> list[Any] | None:
    """Where the function is defined that a caching wrapper wraps; None if it is no such wrapper."""
    if type(owner).__name__ != "_lru_cache_wrapper":
        return None
    wrapped = getattr(owner, "__wrapped__", None)
    if isinstance(wrapped, MethodType):
        wrapped = wrapped.__func__
    return list(definition(wrapped)) if isinstance(wrapped, FunctionType) else None


def _display_name(owner: object) -> str:
    """The name that an owner of a known kind goes by: a logger's, a thread's, a signal's."""
    module = type(owner).__module__.partition(".")[0]
    if module in {"logging", "threading", "blinker", "prometheus_client"}:
        values = getattr(owner, "__dict__", {})
        name = values.get("name", values.get("_name"))
        return name if type(name) is str else ""
    return ""
