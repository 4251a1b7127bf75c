"""Find the Python interpreters of this machine that really start: a pyenv shim may exist and still refuse."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

WANTED = ("3.11", "3.12", "3.13", "3.14")

_PROBE = "import ensurepip, sys, venv; print('%d.%d.%d' % sys.version_info[:3]); print(sys.executable)"


@dataclass(frozen=True)
class Interpreter:
    """A Python that starts and can make a venv. minor: "3.12"; full: "3.12.1"."""

    minor: str
    full: str
    path: str


def find(wanted: tuple[str, ...] = WANTED) -> tuple[list[Interpreter], list[str]]:
    """Return one interpreter for each wanted version, the running one first, and the versions not found."""
    found: dict[str, Interpreter] = {}
    running = probe(sys.executable)
    if running and running.minor in wanted:
        found[running.minor] = running
    for minor in wanted:
        if minor not in found:
            working = (probe(path) for path in candidates(minor))
            chosen = next((one for one in working if one and one.minor == minor), None)
            if chosen:
                found[minor] = chosen
    return list(found.values()), [minor for minor in wanted if minor not in found]


def candidates(minor: str) -> list[str]:
    """Where *minor* may lie: every folder of PATH, then pyenv's own, newest patch level first."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    on_path = [found for folder in folders if (found := shutil.which(f"python{minor}", path=folder))]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    installed = sorted(pyenv.glob(f"versions/{minor}.*/bin/python"), key=_patch_level, reverse=True)
    return on_path + [str(path) for path in installed]


def probe(path: str) -> Interpreter | None:
    """Return what *path* is, or None where it does not start, lacks `venv`, or hangs."""
    try:
        answer = subprocess.run([path, "-c", _PROBE], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = answer.stdout.split()
    if answer.returncode or len(lines) != 2:  # noqa: PLR2004 - the two lines of _PROBE
        return None
    full, executable = lines
    return Interpreter(full.rpartition(".")[0], full, executable)


def _patch_level(path: Path) -> tuple[int, ...]:
    """`…/versions/3.12.10/bin/python` as (3, 12, 10); a name with letters in it sorts first."""
    version = path.parent.parent.name
    return tuple(int(part) for part in version.split(".")) if version.replace(".", "").isdigit() else ()
