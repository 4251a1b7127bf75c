"""Test the wheel on every interpreter found, and run the checks; the last line is the sum: `N passed, N failed`.

The first interpreter (the one that runs this) has the whole suite and the checks; the others all but what is marked
`slow`. Arguments after `--` go to pytest.
"""

from __future__ import annotations

import argparse
import sys
import time
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import check
import suite
import venvs
from suite import Outcome, say

if TYPE_CHECKING:
    from pathlib import Path


def main() -> int:
    """Run it all and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="3.N", help="one interpreter instead of all")
    parser.add_argument("--no-check", action="store_true", help="the tests alone, without `make check`")
    parser.add_argument("further", nargs="*", metavar="-- PYTEST-ARGUMENT")
    options = parser.parse_args()
    with venvs.locked(suite.FOLDER):
        total = test_all(options.only, options.further, checked=not options.no_check)
    say(f"{total.passed} passed, {total.failed} failed")
    return 1 if total.failed else 0


def test_all(only: str | None, further: list[str], *, checked: bool) -> Outcome:
    """Test each interpreter in turn, say how each did, and return the sum."""
    lines: list[str] = []
    total = Outcome()
    for number, venv in enumerate(suite.prepare(suite.found_interpreters(only))):
        if isinstance(venv, str):
            say(venv)
            lines.append(f"{venv.partition(chr(10))[0]}: not tested")
            total += Outcome(failed=1)
            continue
        outcome, line = test_one(venv, further if number == 0 else ["-m", "not slow", *further])
        lines.append(line)
        total += outcome
        if number == 0 and checked:
            outcome = check.run_checks(venv)
            lines.append(f"checks: {outcome}")
            total += outcome
        elif checked:
            total += check.run_native_check(venv)
    say("")
    for line in lines:
        say(line)
    return total


def test_one(venv: venvs.Venv, further: list[str]) -> tuple[Outcome, str]:
    """Run pytest in *venv* and return its counts and a line that says them."""
    say(f"\n== Python {venv.interpreter.full}")
    results = venv.folder / "junit.xml"
    results.unlink(missing_ok=True)
    started = time.monotonic()
    cache = f"cache_dir={venv.folder / 'pytest_cache'}"
    command = [venv.python, "-m", "pytest", "-q", "-o", cache, f"--junit-xml={results}", *further]
    code = venvs.run(command, check=False, env=venvs.environment(STOPPER_TESTED="wheel"))
    outcome = count(results, code)
    took = f"{time.monotonic() - started:.0f} s"
    return outcome, f"Python {venv.interpreter.full}: {outcome} in {took}; heap walker: {walker(venv)}"


def walker(venv: venvs.Venv) -> str:
    """Return which heap walker stopper uses there, "native" or its Python twin: both must work, one is fast."""
    code = "from stopper.probe.heap import walker_in_use; print(walker_in_use())"
    text, failed = check.output([venv.python, "-c", code])
    return "no" if failed else text.strip()


def count(results: Path, code: int) -> Outcome:
    """Count the tests in a JUnit file; a test that fails and then errs in its teardown is one failure.

    A run that ended badly (*code*) with no failure to show for it (a crash, a usage error, no tests) is one failure.
    """
    worst: dict[tuple[str | None, str | None], str] = {}
    cases = ET.parse(results).iter("testcase") if results.is_file() else ()  # noqa: S314 - pytest wrote it just now
    for case in cases:
        tags = {child.tag for child in case}
        state = "failed" if tags & {"failure", "error"} else "skipped" if "skipped" in tags else "passed"
        key = (case.get("classname"), case.get("name"))
        worst[key] = "failed" if "failed" in (state, worst.get(key)) else state
    states = list(worst.values())
    failed = states.count("failed")
    return Outcome(states.count("passed"), failed or int(code != 0), states.count("skipped"))


if __name__ == "__main__":
    sys.exit(main())
