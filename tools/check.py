"""The checks: style, format, types, layers, docstrings, and the C code's warnings and sanitizers.

Each says `ok`, `FAILED` with its output, or `skipped` with the reason. Exit code 1 where one failed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import suite
import venvs
from suite import Outcome, say

if TYPE_CHECKING:
    from collections.abc import Callable

NATIVE = "stopper/probe/heap/_native"
NATIVE_UP_TO = (3, 13)
"""The newest version whose layouts the C walker knows; above it the wheel has none, and that is right."""


@dataclass(frozen=True)
class Check:
    """One check. run gives what it printed, and its exit code, or a reason to skip it (an exit code of None)."""

    name: str
    run: Callable[[], tuple[str, int | None]]


def main() -> int:
    """Run every check with the first interpreter found."""
    with venvs.locked(suite.FOLDER):
        venv = next(suite.prepare(suite.found_interpreters()[:1]))
        if isinstance(venv, str):
            raise SystemExit(venv)
        outcome = run_checks(venv)
    say(str(outcome))
    return 1 if outcome.failed else 0


def run_checks(venv: venvs.Venv) -> Outcome:
    """Run all checks, saying how each did."""
    say("\n== checks")
    tool = venv.folder / "bin"
    return perform(
        [
            Check("ruff check", lambda: output([tool / "ruff", "check", "--no-cache", "."])),
            Check("ruff format", lambda: output([tool / "ruff", "format", "--check", "--no-cache", "."])),
            Check("mypy, strict", lambda: output([tool / "mypy", "--cache-dir", venv.folder / "mypy_cache"])),
            Check("layers", lambda: output([tool / "lint-imports", "--no-cache"])),
            Check("docstrings", lambda: output([tool / "interrogate", "src"])),
            Check("C core, sanitized", sanitized_core),
            Check("C extension, sanitized", lambda: sanitized_extension(venv)),
        ]
    ) + run_native_check(venv)


def run_native_check(venv: venvs.Venv) -> Outcome:
    """Run the check that each interpreter needs of its own: the layouts that the C code knows differ."""
    return perform([Check(f"C warnings, Python {venv.interpreter.minor}", lambda: without_warnings(venv))])


def perform(checks: list[Check]) -> Outcome:
    """Run *checks* in order, and give the sum."""
    total = Outcome()
    for check in checks:
        started = time.monotonic()
        text, code = check.run()
        took = f"{time.monotonic() - started:.1f} s"
        if code is None:
            say(f"skipped  {check.name}: {text}")
            total += Outcome(skipped=1)
        elif code:
            say(f"{text.rstrip()}\nFAILED   {check.name} ({took})")
            total += Outcome(failed=1)
        else:
            say(f"ok       {check.name} ({took})")
            total += Outcome(passed=1)
    return total


def output(command: list[str | Path], **further: str) -> tuple[str, int | None]:
    """Run *command* in the project's folder; *further* are environment variables."""
    done = subprocess.run(
        command, cwd=venvs.ROOT, env=venvs.environment(**further), capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr, done.returncode


def cannot_compile(venv: venvs.Venv) -> str | None:
    """Return why C cannot be built for *venv* here; None where it can."""
    code = "import pathlib, sysconfig; print(pathlib.Path(sysconfig.get_path('include'), 'Python.h').is_file())"
    if not (venvs.ROOT / "csrc").is_dir():
        return "there is no csrc"
    if not shutil.which("gcc"):
        return "no gcc here (Debian: apt-get install gcc)"
    if "True" not in output([venv.python, "-c", code])[0]:
        return f"no Python.h for {venv.interpreter.path} (Debian: apt-get install python3-dev)"
    return None


def without_warnings(venv: venvs.Venv) -> tuple[str, int | None]:
    """Build the wheel with warnings as errors; it must then contain the C walker."""
    if tuple(map(int, venv.interpreter.minor.split("."))) > NATIVE_UP_TO:
        return "the C walker does not know this version's layouts, its Python twin serves", None
    if reason := cannot_compile(venv):
        return reason, None
    stamp = venvs.Stamp(venv.folder / ".warnings", [venvs.source_digest()])
    if stamp.fresh():
        return "", 0
    with tempfile.TemporaryDirectory() as folder:
        sdist = venvs.build_sdist(venv, Path(folder) / "sdist")
        wheel = ["wheel", "-v", "--no-deps", "--no-build-isolation", "--no-cache-dir", "--wheel-dir", folder, sdist]
        text, code = output([venv.python, "-m", "pip", *wheel], STOPPER_WERROR="1")
        built = [name for path in Path(folder).glob("*.whl") for name in zipfile.ZipFile(path).namelist()]
    if code == 0 and not any(name.startswith(NATIVE) and name.endswith(".so") for name in built):
        said = [line for line in text.splitlines() if ": warning: " in line or ": error: " in line]
        return "\n".join([*said, f"the wheel has no {NATIVE}*.so: the C code does not compile without warnings"]), 1
    if code == 0:
        stamp.write()
    return text, code


def sanitized_core() -> tuple[str, int | None]:
    """Compile csrc/test_core.c with the core under ASan and UBSan, and run it."""
    source = venvs.ROOT / "csrc" / "test_core.c"
    if not source.is_file():
        return "there is no csrc/test_core.c", None
    if not shutil.which("gcc"):
        return "no gcc here (Debian: apt-get install gcc)", None
    flags = ["-std=c11", "-D_GNU_SOURCE", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-fno-omit-frame-pointer"]
    sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    core = sorted((venvs.ROOT / "csrc" / "core").glob("*.c"))
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "test_core"
        text, code = output(["gcc", *flags, *sanitizers, "-Icsrc", "-o", program, source, *core])
        return (text, code) if code else output([program])


def sanitized_extension(venv: venvs.Venv) -> tuple[str, int | None]:
    """Run csrc/sanitize.sh: the walker's property tests against an extension built with ASan and UBSan."""
    script = venvs.ROOT / "csrc" / "sanitize.sh"
    if not script.is_file():
        return "there is no csrc/sanitize.sh", None
    if reason := cannot_compile(venv):
        return reason, None
    return output(["bash", script, venv.python])


if __name__ == "__main__":
    sys.exit(main())
