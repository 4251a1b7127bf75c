"""The interpreter's own roots as far as Python shows them, and what the collector tracks beside."""

from __future__ import annotations

import atexit
import gc
import sys
import threading
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from stopper.model.heap import ROOT
from stopper.probe.heap.twin import peek
from stopper.probe.heap.twin.variables import variables_of_frame

if TYPE_CHECKING:
    from stopper.probe.heap.twin.walk import Walk

HELD_BY_TWIN = 3
"""References to an unreached object while it is looked at: from the list of these, the loop's variable, the call."""


TWIN: Final = __file__.rpartition("/")[0] + "/"
"""The directory of the twin's own code: its frames hold the whole walk."""

VIRTUAL: Final = (-3, "")
"""The step that tells a node of the walk from an object in the queue."""


@dataclass(frozen=True)
class Node:
    """A node of the walk that is no object; it expands in its turn."""

    shape: int

    def expand(self, walk: Walk) -> None:
        """Count it and emit its edges."""


@dataclass(frozen=True)
class _Thread(Node):
    frames: tuple[FrameType, ...]

    def expand(self, walk: Walk) -> None:
        walk.tally(self.shape)[0] += 1
        for frame in self.frames:
            if _is_own(frame.f_code.co_filename, walk.package):
                walk.own_frames.append((_Frame(-2, frame), VIRTUAL))
                continue
            walk.tally(self.shape)[1] += 1
            edge = f"frame {peek.shown(frame.f_code.co_qualname)}"
            walk.queue.append((_Frame(walk.table.child((self.shape, edge), "frame"), frame), VIRTUAL))


@dataclass(frozen=True)
class _Frame(Node):
    frame: FrameType

    def expand(self, walk: Walk) -> None:
        is_own = self.shape < 0
        walk.mark(self.frame)
        variables = variables_of_frame(self.frame, [])
        named = list(variables.named)
        if type(variables.namespace) is dict and not walk.is_visited(variables.namespace):
            walk.absorb(variables.namespace, self.shape)
            named += [(str(key), entry) for key, entry in variables.namespace.items()]
        for name, entry in named:
            walk.push(entry, None if is_own else (self.shape, f"local {peek.shown(name)}"))
        if not is_own:
            tally = walk.tally(self.shape)
            tally[0] += 1
            tally[1] += len(named)


@dataclass(frozen=True)
class _Atexit(Node):
    def expand(self, walk: Walk) -> None:
        tally = walk.tally(self.shape)
        tally[0] += 1
        tally[1] += atexit._ncallbacks()  # noqa: SLF001  # all that Python shows of them


@dataclass(frozen=True)
class _Interpreter(Node):
    def expand(self, walk: Walk) -> None:
        walk.tally(self.shape)[0] += 1
        walk.push(gc.garbage, (self.shape, ".gc_garbage"))
        walk.push(gc.callbacks, (self.shape, ".gc_callbacks"))
        for cls in _static_types():
            walk.push(cls, (self.shape, ""))


def seed(walk: Walk) -> None:
    """Put the interpreter's roots into the queue: threads, the main one first, then atexit and the rest."""
    main = threading.main_thread().ident
    current = sys._current_frames()  # noqa: SLF001  # the documented way
    for ident in sorted(current, key=lambda ident: (ident != main, ident)):
        shape = walk.table.child((ROOT, "thread 0" if ident == main else "thread"), "thread")
        walk.queue.append((_Thread(shape, _stack(current[ident])), VIRTUAL))
    walk.mark(current)
    walk.queue.append((_Atexit(walk.table.child((ROOT, "atexit"), "atexit")), VIRTUAL))
    walk.queue.append((_Interpreter(walk.table.child((ROOT, "interpreter"), "interpreter")), VIRTUAL))


def _is_own(filename: str, package: str) -> bool:
    return filename.startswith(TWIN) or bool(package and filename.startswith(package))


def _stack(frame: FrameType | None) -> tuple[FrameType, ...]:
    frames: list[FrameType] = []
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return tuple(reversed(frames))


def _static_types() -> list[type]:
    """All static types, by way of the weak lists of subclasses; these do not run code."""
    found: list[type] = [object]
    known = {id(object)}
    for cls in found:
        for subclass in peek.subclasses_of(cls):
            if id(subclass) not in known:
                known.add(id(subclass))
                found.append(subclass)
    return [cls for cls in found if not peek.flags_of(cls) & peek.HEAP_TYPE]


def walk_rest(walk: Walk, tracked: list[Any], held: list[Any]) -> None:
    """Walk from what the collector tracks and nothing reached: held by native code, then garbage.

    tracked: all that it tracked when the walk began, so that nothing of the walk itself is among it; emptied here.
    """
    tracked[:] = [one for one in tracked if not walk.is_visited(one)]
    for one in _held_from_outside(tracked, held):
        walk.push(one, (ROOT, "held by native code"))
    walk.run()
    for one in tracked:
        _absorb_dict(walk, one)
    for one in tracked:
        walk.push(one, (ROOT, "garbage"))
    walk.run()
    tracked.clear()


def _held_from_outside(unreached: list[Any], held: list[Any]) -> list[Any]:
    """Those that have more references than they and *held* have among themselves."""
    references = dict.fromkeys(map(id, unreached), 0)
    for one in unreached:
        for child in gc.get_referents(one):
            if id(child) in references:
                references[id(child)] += 1
    for one in held:
        if id(one) in references:
            references[id(one)] += 1
    one = None  # else the last one would have a reference more
    return [one for one in unreached if sys.getrefcount(one) - HELD_BY_TWIN > references[id(one)]]


def _absorb_dict(walk: Walk, obj: object) -> None:
    """Before garbage is pushed: an instance's dict is a part of it, whichever comes first."""
    if walk.is_visited(obj) or not walk.record(obj).has_dict:
        return
    namespace = peek.instance_dict(obj)
    if namespace is not None:
        walk.absorb(namespace, walk.root_shape(obj, "garbage"))
