"""A place for one small app, and the promise that a run leaves nothing behind."""

from __future__ import annotations

import signal
import textwrap
from pathlib import Path

import pytest

from tests.scenarios.checking import Run, finish, start

# A runner in the background of a shell ignores Ctrl-C, and so would all that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Bench:
    """A folder with an app in it, in which `stopper` is run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.temporary = folder / "temporary"
        self.folder.mkdir()
        self.temporary.mkdir()
        self.files: set[str] = set()

    def write(self, name: str, text: str) -> Path:
        """Put a file there."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        self.files.add(name)
        return path

    def start(self, *arguments: str | Path, **variables: str):
        """Start `stopper` there."""
        return start(arguments, self.folder, TMPDIR=str(self.temporary), **variables)

    def stopper(self, *arguments: str | Path, **variables: str) -> Run:
        """Run `stopper` there to its end."""
        return finish(self.start(*arguments, **variables))

    def check(self, target: str, *arguments: str | Path, **variables: str) -> Run:
        """Run `stopper check` there, with the report as JSON on its output."""
        return self.stopper("check", target, "--json", "-", *arguments, **variables)

    def refused(self, *arguments: str | Path, says: list[str], **variables: str) -> str:
        """Run `stopper` there, see that it refuses its input as it should, and give its message.

        says: what the message must contain: the value that is wrong, and what to do next.
        """
        run = self.stopper(*arguments, **variables)
        assert (run.code, run.out) == (2, ""), f"{run.code}\n{run.out}\n{run.err}"
        assert "Traceback" not in run.err
        for text in says:
            assert text in run.err
        return run.err

    def left(self) -> list[str]:
        """What runs have left behind: temporary folders, files, processes."""
        found = [f"temporary: {path.name}" for path in self.temporary.iterdir()]
        present = {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}
        found += [f"file: {name}" for name in sorted(present - self.files)]
        return found + [f"process: {command}" for command in processes_of(self.temporary)]


def processes_of(temporary: Path) -> list[str]:
    """The processes whose environment names this folder: the workers of runs there, and what these started."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if str(temporary).encode() in (path / "environ").read_bytes():
                found.append((path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


@pytest.fixture
def bench(tmp_path: Path):
    """A folder for an app; fails the test where a run leaves a process, a temporary folder or a file behind."""
    made = Bench(tmp_path)
    yield made
    assert made.left() == []
