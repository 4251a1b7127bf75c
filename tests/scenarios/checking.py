"""Running the installed `stopper check` in a process of its own, as a person does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

SCRIPT = Path(sys.executable).with_name("stopper")
"""The console script of the interpreter that runs the tests: the wheel's."""

RUN_SECONDS = 110
"""A run that takes longer hangs; below pytest's own limit of 120, so that its output is seen."""


@dataclass(frozen=True)
class Run:
    """How one run of the command line ended."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """The report that was printed with `--json -`."""
        assert self.out.startswith("{"), f"no report: exit code {self.code}\n{self.out}\n{self.err}"
        return json.loads(self.out)

    @property
    def reasons(self) -> dict[str, str]:
        """Why endpoints were not exercised, by endpoint."""
        return {entry["endpoint"]: entry["reason"] for entry in self.report["errors"]}


def start(arguments: Sequence[str | Path], folder: Path, **variables: str) -> subprocess.Popen[str]:
    """Start `stopper` with these arguments in *folder*, with these environment variables beside the usual ones."""
    usual = {key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}}
    return subprocess.Popen(
        [SCRIPT, *arguments],
        cwd=folder,
        env={**usual, "PYTHONDONTWRITEBYTECODE": "1", **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> Run:
    """Wait for a started process, and give what it printed. It is ended where it hangs."""
    try:
        out, err = process.communicate(timeout=RUN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"still running after {RUN_SECONDS} s:\n{out}\n{err}") from None
    return Run(process.returncode, out, err)


def run(*arguments: str | Path, folder: Path, **variables: str) -> Run:
    """Start `stopper` and wait for its end."""
    return finish(start(arguments, folder, **variables))
