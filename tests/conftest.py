"""Every test is held to two promises: the wheel is what is tested, and nothing stays behind."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import stopper
from tests.leftovers import KINDS, Census, census_after

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure() -> None:
    """Refuse to test anything but the installed wheel where `make test` says that this is what it does."""
    package = Path(stopper.__file__).resolve()
    if os.environ.get("STOPPER_TESTED") == "wheel":
        reason = None
        if package.is_relative_to(ROOT / "src") or not package.is_relative_to(Path(sys.prefix).resolve()):
            reason = f"it is imported from {package.parent}, not from {sys.prefix}"
        elif any(Path(entry or ".").resolve() == ROOT / "src" for entry in sys.path):
            reason = "src is on sys.path"
        if reason:
            raise pytest.UsageError(f"these tests are for the installed wheel of stopper, but {reason}")


def pytest_report_header() -> str:
    """Say which stopper is tested."""
    return f"stopper {stopper.__version__} from {Path(stopper.__file__).parent}"


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest):
    """Fail a test that leaves a thread, descriptor, collector setting, tracing, signal handler or child behind.

    `@pytest.mark.leaves("child", reason="…")` allows one kind; the reason is not optional.
    """
    allowed = frozenset(allowed_kind(mark) for mark in request.node.iter_markers("leaves"))
    before = Census.take()
    yield
    left = census_after(before).left_since(before, allowed)
    if left:
        pytest.fail("the test leaves behind:\n  " + "\n  ".join(left), pytrace=False)


def allowed_kind(mark: pytest.Mark) -> str:
    """Return the kind that a `leaves` mark allows. Raises: UsageError where it names no kind, or gives no reason."""
    kind = mark.args[0] if mark.args else None
    if kind not in KINDS or not mark.kwargs.get("reason"):
        raise pytest.UsageError(
            f"leaves(kind, reason=…): kind is one of {', '.join(KINDS)}, got {mark.args} {mark.kwargs}"
        )
    return kind
