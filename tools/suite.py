"""What `make test` and `make check` share: the tests' venvs, and the count of what passed and failed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import interpreters
import venvs

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = venvs.ROOT / ".venv-test"


@dataclass(frozen=True)
class Outcome:
    """How many tests or checks passed, failed and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        """Both together."""
        return Outcome(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        """`12 passed, 0 failed`, and the skipped where there are any."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def say(text: str) -> None:
    """Print a line at once, so that it stands before the output of what is run next."""
    print(text, flush=True)


def found_interpreters(only: str | None = None) -> list[interpreters.Interpreter]:
    """Return the interpreters to test on, saying which were found and which were not.

    Raises: SystemExit where there is none.
    """
    wanted = (only,) if only else interpreters.WANTED
    found, missing = interpreters.find(wanted)
    say("interpreters found: " + (", ".join(f"{one.full} ({one.path})" for one in found) or "none"))
    if missing:
        say("not found: " + ", ".join(missing))
    if not found:
        raise SystemExit(f"no working Python {', '.join(wanted)} with venv here: apt-get install python3 python3-venv")
    return found


def prepare(found: list[interpreters.Interpreter]) -> Iterator[venvs.Venv | str]:
    """Give, for each interpreter, its venv with stopper's wheel and the tests' needs, or why there is none."""
    for number, interpreter in enumerate(found):
        started = time.monotonic()
        venv = venvs.Venv(FOLDER / interpreter.minor, interpreter)
        try:
            venv.create()
            venv.install(venvs.needs("test" if number else "dev") + shop_needs())
            venv.install_wheel(lambda venv=venv: venvs.build_sdist(venv, FOLDER / "sdist"), venvs.source_digest())
        except SystemExit as error:
            yield f"{interpreter.full}: {error}"
            continue
        say(f"{interpreter.full}: wheel and needs in place after {time.monotonic() - started:.0f} s")
        yield venv


def shop_needs() -> list[str]:
    """Return what examples/shop needs: tests/scenarios drive it."""
    return venvs.requirements(venvs.ROOT / "examples" / "shop" / "requirements.txt")
