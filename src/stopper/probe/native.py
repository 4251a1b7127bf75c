"""Native memory: which lines of the user's code leave memory behind that is in no Python object."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from types import FrameType
from typing import Any, Self

from stopper.probe.code import Project, is_ours
from stopper.probe.process import c_heap_bytes


class NativeWatch:
    """Books the growth of the C heap on the lines of the user's own code, while it is active.

    A line that hands memory out and one that gives it back cancel out over a request; what is left
    after some requests is what a line leaves behind. Reading the C heap's level takes some 2 µs.
    """

    def __init__(self, project: Project) -> None:
        """project: tells the user's files."""
        self.lines: Counter[tuple[str, int, str]] = Counter()
        self._project = project
        self._at: dict[FrameType, tuple[str, int, str]] = {}
        self._level = 0

    def __enter__(self) -> Self:
        """Begin; the cyclic collector waits, so that what it frees is not booked on the line it runs at."""
        self._collecting = gc.isenabled()
        gc.collect()
        gc.disable()
        self._before = sys.gettrace()
        self._level = c_heap_bytes()
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_: object) -> None:
        """End, and put back what was there."""
        sys.settrace(self._before)
        self._at.clear()
        if self._collecting:
            gc.enable()

    def _trace(self, frame: FrameType, event: str, _arg: object) -> Any:
        """At each call, line and return of the user's own code."""
        if is_ours(frame.f_code) or not self._project.owns_code(frame.f_code):
            frame.f_trace_lines = False
            return None
        now = c_heap_bytes()
        caller = frame.f_back
        # What was allocated since the last event was so by the line that ran: this frame's, or its caller's.
        place = self._at.get(frame) or (self._at.get(caller) if caller is not None else None)
        if place is not None:
            self.lines[place] += now - self._level
        if event == "return":
            self._at.pop(frame, None)
        else:
            self._at[frame] = (frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_qualname)
        self._level = c_heap_bytes()
        return self._trace
