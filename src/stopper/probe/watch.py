"""Watching a holder while requests run: which line makes it longer.

Tracing (`sys.settrace`) makes a request some fifty times slower, so it is used on confirmed leaks
only, for a few requests. At each traced event, which is each line of the user's own code and each
call and return elsewhere, the holder's size is compared with the last one; where it rose, the line
that ran last in the frame at hand is the one that wrote.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from inspect import getattr_static
from types import CodeType, FrameType, FunctionType, MethodType
from typing import Any, Self

from stopper.model.site import Frame, Stack
from stopper.probe.code import Project, definition, is_ours

EVENTS_LIMIT = 100_000
"""Traced events after which a watch gives up: some 0.3 s. A leak of callbacks makes every request call
thousands of them."""

_OURS, _LIBRARY, _USER = "ours", "library", "user"

STACK_DEPTH = 60
"""Frames kept of a stack. Flask itself takes 8, a view behind five decorators and a service 20."""

WRAPPED_NAMES = ("__wrapped__", "f", "fn", "func", "function", "user_function", "wrapped", "method", "view")
"""What decorators in use call the function they wrap, where they keep it in a closure or local."""


class Watch:
    """Traces all Python code in this process while it is active, and notes the stacks that grew a size."""

    def __init__(self, size: Callable[[], int], project: Project) -> None:
        """size: what to compare; called after each traced event, so it must be cheap and run no user code."""
        self.stacks: list[Stack] = []
        self._size = size
        self._last = 0
        self._project = project
        self._events = 0
        self._lines: dict[FrameType, int] = {}
        self._kinds: dict[CodeType, str] = {}
        self._before: Any = None

    def __enter__(self) -> Self:
        """Begin."""
        self._last = self._size()
        self._events = 0
        self._before = sys.gettrace()
        threading.settrace(self._trace)
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_: object) -> None:
        """End, and put back the tracer that was there."""
        sys.settrace(self._before)
        threading.settrace(self._before)
        self._lines.clear()

    def _trace(self, frame: FrameType, event: str, _arg: object) -> Any:
        """At each call and return, and at each line of the user's own code: has it grown since the last event?"""
        code = frame.f_code
        kind = self._kinds.get(code)
        if kind is None:
            kind = self._kinds[code] = _OURS if is_ours(code) else _USER if self._project.owns_code(code) else _LIBRARY
        if kind is _OURS:
            return None
        self._events += 1
        if self._events > EVENTS_LIMIT:
            sys.settrace(None)
            return None
        now = self._size()
        if now > self._last:
            self._note(frame, event)
        self._last = now
        if event == "call":
            frame.f_trace_lines = kind is _USER
        elif event == "line":
            self._lines[frame] = frame.f_lineno
        elif event == "return":
            self._lines.pop(frame, None)
        return self._trace

    def _note(self, frame: FrameType, event: str) -> None:
        innermost: FrameType | None = frame.f_back if event == "call" else frame
        line = self._lines.get(frame) if event != "call" else None
        frames: list[Frame] = []
        while innermost is not None and len(frames) < STACK_DEPTH:
            frames.append(describe(innermost, line or innermost.f_lineno, self._project))
            innermost, line = innermost.f_back, None
        self.stacks.append(tuple(frames))


def describe(frame: FrameType, line: int, project: Project) -> Frame:
    """What is kept of a live frame."""
    code = frame.f_code
    user = project.owns_code(code)
    return Frame(
        code.co_filename,
        line,
        code.co_qualname,
        user,
        ours=is_ours(code),
        wraps=None if user else _wrapped(frame, code, project),
    )


def _wrapped(frame: FrameType, code: CodeType, project: Project) -> tuple[str, int, str] | None:
    """The user's function that a library's frame holds under a name that decorators use."""
    held = [frame.f_locals.get(name) for name in WRAPPED_NAMES if name in code.co_freevars or name in code.co_varnames]
    if code.co_name == "__call__" and code.co_varnames:  # a wrapper that is an instance
        held.append(getattr_static(frame.f_locals.get(code.co_varnames[0]), "__wrapped__", None))
    for candidate in held:
        function = candidate.__func__ if isinstance(candidate, MethodType) else candidate
        if isinstance(function, FunctionType) and project.owns_code(function.__code__):
            return definition(function)
    return None
