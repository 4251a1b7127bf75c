"""What a test must not leave behind: a census of the process before and after it."""

from __future__ import annotations

import gc
import signal
import threading
import tracemalloc
from dataclasses import dataclass, fields
from pathlib import Path

KINDS = ("thread", "fd", "gc", "tracemalloc", "signal", "child")

THREAD_PATIENCE_SECONDS = 2.0
"""How long a thread that was told to end may take to end: it has only to be scheduled, after 2 s it hangs."""

TEST_TOOLS = ("_pytest", "hypothesis", "pytest", "pytest_timeout")
"""What hooks in for the tests' own sake, and stays or goes when it likes: Hypothesis hooks the collector at its first
use, pytest-timeout gives SIGALRM back as soon as a test has failed."""


@dataclass(frozen=True)
class Census:
    """What this process holds at one instant, each thing by a name a developer can look for."""

    thread: frozenset[tuple[int | None, str]]
    fd: frozenset[tuple[str, str]]
    gc: frozenset[str]
    tracemalloc: frozenset[str]
    signal: frozenset[str]
    child: frozenset[str]

    @classmethod
    def take(cls) -> Census:
        """Count now."""
        return cls(
            thread=frozenset((thread.ident, thread.name) for thread in threading.enumerate()),
            fd=frozenset(_descriptors()),
            gc=frozenset(_collector()),
            tracemalloc=frozenset({"tracing"} if tracemalloc.is_tracing() else ()),
            signal=frozenset(_handlers()),
            child=frozenset(_children()),
        )

    def left_since(self, before: Census, allowed: frozenset[str] = frozenset()) -> list[str]:
        """Say what is here that was not *before*, one line each, kinds that are *allowed* to stay apart."""
        kinds = [field.name for field in fields(self) if field.name not in allowed]
        return [
            f"{kind}: {_said(one)}"
            for kind in kinds
            for one in sorted(getattr(self, kind) - getattr(before, kind), key=str)
        ]


def census_after(before: Census) -> Census:
    """Count, after what is garbage is gone and threads that are about to end have ended."""
    known = {ident for ident, _ in before.thread}
    for thread in threading.enumerate():
        if thread.ident not in known and thread is not threading.current_thread():
            thread.join(THREAD_PATIENCE_SECONDS)
    now = Census.take()
    if now != before:
        gc.collect()
        now = Census.take()
    return now


def _descriptors() -> list[tuple[str, str]]:
    """Open descriptors with what they are open on; the one that lists them is closed by then."""
    found = []
    for path in list(Path("/proc/self/fd").iterdir()):
        try:
            found.append((path.name, str(path.readlink())))
        except FileNotFoundError:
            continue
    return found


def _collector() -> list[str]:
    """The cyclic collector's settings and callbacks."""
    callbacks = [_name(callback) for callback in gc.callbacks if not _of_test_tool(callback)]
    settings = [f"enabled={gc.isenabled()}", f"threshold={gc.get_threshold()}", f"debug={gc.get_debug()}"]
    return [*callbacks, *settings, f"frozen={gc.get_freeze_count() > 0}"]


def _handlers() -> list[str]:
    """The signals that are not left to their default, with their handlers."""
    handlers = [(number.name, signal.getsignal(number)) for number in signal.Signals]
    return [f"{name}: {_name(one)}" for name, one in handlers if one != signal.SIG_DFL and not _of_test_tool(one)]


def _of_test_tool(callback: object) -> bool:
    """Whether a callback belongs to what runs the tests."""
    return str(getattr(callback, "__module__", "")).partition(".")[0] in TEST_TOOLS


def _children() -> list[str]:
    """Child processes, those that ended and were not waited for included."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        try:
            pids = (task / "children").read_text().split()
        except FileNotFoundError:
            continue
        found += [f"{pid} ({_command(pid)})" for pid in pids]
    return found


def _command(pid: str) -> str:
    """The command of a process by its id."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except FileNotFoundError:
        return "gone"


def _name(thing: object) -> str:
    """A function by its qualified name, anything else as it prints."""
    name = getattr(thing, "__qualname__", None)
    return f"{getattr(thing, '__module__', '?')}.{name}" if name else str(thing)


def _said(one: object) -> str:
    """A pair with a space between, a text as it is."""
    return " ".join(map(str, one)) if isinstance(one, tuple) else str(one)
