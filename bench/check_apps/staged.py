"""Run `stopper` with a stop-watch: python staged.py TIMES.json check desk:app …

The command line is the installed one, with two changes: in place of the progress bar stands a clock that notes when
each stage begins, and each question to the app's process is counted. Both cost some microseconds a stage or question.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import stopper.cli
from stopper.check.client import WorkerClient

if TYPE_CHECKING:
    from collections.abc import Callable


class StageClock:
    """Stands in for the progress bar: the seconds of each stage, from its beginning to the next one's."""

    def __init__(self, *_: object) -> None:
        """Take what a progress bar takes."""
        self.seconds: dict[str, float] = {}
        self._stage = "starting"
        self._began = time.perf_counter()
        clocks.append(self)

    def __enter__(self) -> Self:
        """Nothing to show."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the last stage."""
        self.done()

    def stage(self, name: str, total: int | None = None) -> None:  # noqa: ARG002  # the progress bar's signature
        """End a stage, begin the next."""
        now = time.perf_counter()
        self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._began
        self._stage, self._began = name, now

    def advance(self, n: int = 1, detail: str = "") -> None:
        """Steps are not timed."""

    def done(self) -> None:
        """The last stage has ended."""
        self.stage("ending")


class QuestionCount:
    """How often the app's process was asked what, how long that took, and the objects in its biggest profile."""

    def __init__(self, ask: Callable[..., dict[str, Any]]) -> None:
        """Wrap the method that asks."""
        self._ask = ask
        self.questions: dict[str, dict[str, float]] = {}
        self.profiles = 0
        self.objects = 0
        self.import_seconds = 0.0

    def wrapped(self) -> Callable[..., dict[str, Any]]:
        """The method to put in its place."""

        def ask(client: WorkerClient, question: str, *args: object, **kwargs: object) -> dict[str, Any]:
            began = time.perf_counter()
            answer = self._ask(client, question, *args, **kwargs)
            entry = self.questions.setdefault(question, {"count": 0, "seconds": 0.0})
            entry["count"] += 1
            entry["seconds"] += time.perf_counter() - began
            profile = answer.get("profile", answer)
            self.profiles += "objects" in profile
            self.objects = max(self.objects, profile.get("objects", 0))
            self.import_seconds += answer.get("import_seconds", 0.0)
            return answer

        return ask


clocks: list[StageClock] = []


def main() -> None:
    """Run the command line that follows the first argument; write the times to the file that this names."""
    file = Path(sys.argv.pop(1))
    count = QuestionCount(WorkerClient.ask)
    WorkerClient.ask = count.wrapped()  # type: ignore[method-assign]
    importlib.import_module("stopper.cli.check").Progress = StageClock  # type: ignore[attr-defined]
    began = time.perf_counter()
    try:
        stopper.cli.main()
    finally:
        times = {
            "seconds": time.perf_counter() - began,
            "import_seconds": count.import_seconds,
            "stages": clocks[-1].seconds if clocks else {},
            "questions": count.questions,
            "profiles": count.profiles,
            "objects": count.objects,
        }
        file.write_text(json.dumps(times))


if __name__ == "__main__":
    main()
