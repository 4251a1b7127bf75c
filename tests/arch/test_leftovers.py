"""The fixture that fails a test which leaves something behind, and the check that the wheel is tested."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import pytest

from tests.leftovers import KINDS, Census, census_after

ROOT = Path(__file__).resolve().parents[2]

LEAVING = {
    "thread": "threading.Thread(target=threading.Event().wait, args=(30,), daemon=True).start()",
    "fd": "os.open('/dev/null', os.O_RDONLY)",
    "gc": "gc.callbacks.append(lambda *_: None)",
    "tracemalloc": "tracemalloc.start()",
    "signal": "signal.signal(signal.SIGUSR1, print)",
    "child": "os.posix_spawn(sys.executable, [sys.executable, '-c', ''], {})",
}
WRONG_MARKS = {"no_reason": "'fd'", "no_such_kind": "'sockets', reason='x'", "no_kind": "reason='x'"}


def run_pytest(folder: Path, body: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a file of this text with this project's conftest and settings."""
    file = folder / "test_sample.py"
    file.write_text(f"import gc, os, pytest, signal, sys, threading, tracemalloc\n\n{body}")
    options = ["-p", "tests.conftest", "-c", "pyproject.toml", "-p", "no:cacheprovider", "-rA"]
    command = [sys.executable, "-m", "pytest", *options, file]
    return subprocess.run(command, cwd=ROOT, env=os.environ | env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def unmarked(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest prints of tests that each leave one kind of thing behind."""
    tests = [f"def test_{kind}():\n    {body}\n" for kind, body in LEAVING.items()]
    return run_pytest(tmp_path_factory.mktemp("unmarked"), "\n".join(tests)).stdout


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest prints of the same tests with a mark that allows it, and of tests with a wrong mark."""
    marks = {kind: f"'{kind}', reason='because'" for kind in LEAVING} | WRONG_MARKS
    tests = [
        f"@pytest.mark.leaves({mark})\ndef test_{name}():\n    {LEAVING.get(name, 'pass')}\n"
        for name, mark in marks.items()
    ]
    return run_pytest(tmp_path_factory.mktemp("marked"), "\n".join(tests)).stdout


@pytest.mark.parametrize("kind", KINDS)
def test_test_that_leaves_something_fails(unmarked: str, kind: str):
    """A test that leaves a thread, descriptor, collector hook, tracing, handler or child behind is an error."""
    _, _, told = unmarked.partition(f" ERROR at teardown of test_{kind} ")
    assert told.split("\n")[1] == "the test leaves behind:"
    assert told.split("\n")[2].startswith(f"  {kind}: ")


@pytest.mark.parametrize("kind", KINDS)
def test_test_that_says_why_it_leaves_something_passes(marked: str, kind: str):
    """The mark `leaves` with the kind and a reason lets it stay."""
    assert f"PASSED ::test_{kind}\n" in marked
    assert f" at teardown of test_{kind} " not in marked


@pytest.mark.parametrize("name", WRONG_MARKS)
def test_test_with_a_wrong_mark_is_refused(marked: str, name: str):
    """The mark without a reason, or with a kind that there is not, is an error that says how to write it."""
    _, _, told = marked.partition(f" ERROR at setup of test_{name} ")
    assert "UsageError: leaves(kind, reason=" in told.partition(" ERROR at ")[0]


def test_census_of_a_clean_test_is_unchanged():
    """What ends in time is not left behind: a thread joined late, a file closed, a cycle that holds a file."""
    before = Census.take()
    thread = threading.Thread(target=tracemalloc.is_tracing)
    thread.start()
    cycle: list = []
    read_end, write_end = os.pipe()
    cycle += [cycle, Owner(read_end), Owner(write_end)]
    del cycle
    assert census_after(before).left_since(before) == []


class Owner:
    """Closes a descriptor when it is collected."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def __del__(self) -> None:
        os.close(self.descriptor)


def test_census_of_a_changed_collector_says_what_changed():
    """A collector that is switched off, a new threshold and frozen objects are each named."""
    before = Census.take()
    threshold = gc.get_threshold()
    gc.disable()
    gc.set_threshold(threshold[0] + 1)
    try:
        left = Census.take().left_since(before)
    finally:
        gc.enable()
        gc.set_threshold(*threshold)
    assert [line.partition("=")[0] for line in left] == ["gc: enabled", "gc: threshold"]
    assert Census.take().left_since(before, frozenset({"gc"})) == []


def test_census_of_the_test_tools_is_silent():
    """The handler that guards this very test against hanging is not counted."""
    assert signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL
    assert not any("SIGALRM" in line for line in Census.take().signal)


def test_run_against_the_sources_is_refused(tmp_path: Path):
    """Where `make test` says that the wheel is tested, stopper from src ends the run before its first test."""
    done = run_pytest(tmp_path, "def test_a(): pass", STOPPER_TESTED="wheel", PYTHONPATH=str(ROOT / "src"))
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "these tests are for the installed wheel" in done.stdout + done.stderr
