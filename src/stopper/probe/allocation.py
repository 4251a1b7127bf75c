"""Where objects were allocated: tracemalloc, for confirmed leaks and a few requests only."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterable
from types import FunctionType, ModuleType, TracebackType
from typing import Self

from stopper.model.site import Frame, Stack
from stopper.probe.code import OWN_FOLDER, Project

TRACEBACK_FRAMES = 40
"""Frames kept an allocation: a view's own frame lies below those of the library that it called."""


class AllocationTrace:
    """tracemalloc while active, unless it runs already; then that is used and left on."""

    def __init__(self, project: Project) -> None:
        """project: tells the user's files."""
        self._project = project
        self._started = False

    def __enter__(self) -> Self:
        """Begin."""
        if not tracemalloc.is_tracing():
            tracemalloc.start(TRACEBACK_FRAMES)
            self._started = True
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        """End, if this began it."""
        if self._started:
            tracemalloc.stop()

    def stacks(self, objects: Iterable[object]) -> list[Stack]:
        """The allocation stacks of those objects that were made while this was active."""
        found: list[Stack] = []
        for item in objects:
            trace = _trace_of(item)
            if trace is not None:
                found.append(
                    tuple(
                        Frame(
                            entry.filename,
                            entry.lineno,
                            "",
                            bool(self._project.owns(entry.filename)),
                            ours=entry.filename.startswith(OWN_FOLDER),
                        )
                        for entry in reversed(trace)
                    )
                )
        return found


def _trace_of(item: object) -> tracemalloc.Traceback | None:
    """The allocation of an object, or of what it holds where its own cannot be told.

    tracemalloc does not know lists and dicts that come from a free list, nor (on CPython 3.11)
    instances with a `__dict__`.
    """
    trace = tracemalloc.get_object_traceback(item)
    if trace is not None or isinstance(item, (type, ModuleType, FunctionType)):
        return trace
    for held in gc.get_referents(item):
        if not isinstance(held, (type, ModuleType, FunctionType)):
            trace = tracemalloc.get_object_traceback(held)
            if trace is not None:
                return trace
    return None
