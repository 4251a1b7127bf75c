"""What a run of `stopper check` costs, counted in requests, questions and profiles: no clock is asked."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from bench.check_apps.generate import TARGET, generate

from stopper.check import limits
from stopper.check.subject import PROBE_NUMBERS

ROOT = Path(__file__).resolve().parents[2]

CLEAN_PROFILES_LIMIT = limits.SETTLE_ROUNDS_LIMIT + limits.SCREEN_ROUNDS
"""A profile after each warm-up and each screening round: nothing else is needed to see that nothing rises."""

CHANCE_PROFILES = 6
"""Profiles that one run may take more than another by chance: a third warm-up round, a second own round of an endpoint
that seemed to keep something."""

MOST_REQUESTS_A_ROUTE = len(PROBE_NUMBERS) + (
    limits.SETTLE_ROUNDS_LIMIT * limits.SETTLE_REQUESTS + limits.SCREEN_ROUNDS * limits.SCREEN_REQUESTS
)
LEAST_REQUESTS_A_ROUTE = (CLEAN_PROFILES_LIMIT - 1) * limits.LEAST_REQUESTS
"""Where the machine is slow, rounds are shorter, and the third warm-up round may not be needed."""

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Cost:
    """One run: what it found, and what it took to find it."""

    verdict: str
    findings: int
    requests: int
    times: dict[str, Any]

    @property
    def profiles(self) -> int:
        """Profiles of the heap."""
        return self.times["profiles"]

    def asked(self, question: str) -> int:
        """How often the app's process was asked this."""
        return self.times["questions"].get(question, {"count": 0})["count"]


@cache
def cost(routes: int, leaks: int = 0, objects: int = 0) -> Cost:
    """Check a generated app, once for all tests."""
    with TemporaryDirectory() as name:
        folder = generate(Path(name), routes=routes, leaks=leaks, objects=objects)
        staged = ROOT / "bench" / "check_apps" / "staged.py"
        command = [sys.executable, staged, "times.json", "check", TARGET, "--json", "report.json"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=110)
        assert (folder / "report.json").is_file(), done.stdout + done.stderr
        report = json.loads((folder / "report.json").read_text())
        times = json.loads((folder / "times.json").read_text())
    return Cost(report["verdict"], len(report["findings"]), report["requests"], times)


@pytest.mark.parametrize("leaks", [0, 1, 2])
def test_generated_app_with_planted_leaks_is_judged_right(leaks: int):
    """What is measured is a run that finds what was planted, and nothing else."""
    run = cost(12, leaks)
    assert (run.verdict, run.findings) == ("leaking" if leaks else "clean", leaks)


def test_clean_app_of_more_routes_takes_no_more_profiles():
    """What a healthy app costs beside its requests does not depend on how many routes it has."""
    assert cost(12).profiles <= CLEAN_PROFILES_LIMIT
    assert cost(36).profiles <= CLEAN_PROFILES_LIMIT


def test_clean_app_of_more_routes_gets_requests_in_proportion():
    """Each route of a healthy app gets the same few dozen requests, whatever others there are."""
    for routes in (12, 36):
        a_route = cost(routes).requests / routes
        assert LEAST_REQUESTS_A_ROUTE <= a_route <= MOST_REQUESTS_A_ROUTE


def test_clean_app_is_asked_no_question_of_a_leaking_one():
    """Nothing is located, watched or traced where nothing rises."""
    for question in ("locate", "links", "watch", "allocations", "idle"):
        assert cost(36).asked(question) == 0


def test_leaking_app_of_more_routes_takes_a_profile_more_for_each():
    """A route that does not leak costs one profile at most: its own round is not repeated."""
    assert cost(36, 2).profiles - cost(12, 2).profiles <= 36 - 12 + CHANCE_PROFILES


def test_leaking_app_of_more_routes_is_traced_no_longer():
    """Tracing, which slows requests down most, is for the lines of the leaks alone."""
    for question in ("watch", "allocations", "locate", "links"):
        assert cost(36, 2).asked(question) == cost(12, 2).asked(question)


def test_heap_of_more_objects_takes_no_more_profiles():
    """A bigger heap makes each profile longer, not their number larger."""
    small, big = cost(12), cost(12, objects=300_000)
    assert big.times["objects"] - small.times["objects"] >= 300_000
    assert big.profiles <= CLEAN_PROFILES_LIMIT


def test_stages_of_a_run_account_for_its_time():
    """The stages that the benchmark tells of are the whole run, and each question was asked in one of them."""
    times = cost(12, 2).times
    staged = sum(times["stages"].values())
    assert 0.9 * times["seconds"] <= staged <= times["seconds"]
    assert sum(question["seconds"] for question in times["questions"].values()) <= staged


def test_table_of_costs_shows_ratios_to_the_first_row(monkeypatch: pytest.MonkeyPatch):
    """Each row is compared with the first one that has as many leaks, by medians."""
    monkeypatch.syspath_prepend(ROOT / "bench")
    check_cost = importlib.import_module("check_cost")
    runs = [{"seconds": seconds, "cpu_seconds": 1.0, "stages": {}} for seconds in (2.0, 9.0, 3.0)]
    longer = [{**run, "seconds": run["seconds"] * 4} for run in runs]
    costs = [check_cost.Cost(check_cost.App(10, 0), runs), check_cost.Cost(check_cost.App(50, 0), longer)]
    ratios = [row.split("|")[3].strip() for row in check_cost.table(costs, "routes")[2:]]
    assert ratios == ["1.0", "4.0"]


def test_finding_that_was_not_planted_is_told(monkeypatch: pytest.MonkeyPatch):
    """Figures of a run that found something else are not passed off as the planted job's."""
    monkeypatch.syspath_prepend(ROOT / "bench")
    check_cost = importlib.import_module("check_cost")
    right = check_cost.Cost(check_cost.App(10, 2), [{"verdict": "leaking", "findings": 2}])
    missed = check_cost.Cost(check_cost.App(10, 2), [{"verdict": "leaking", "findings": 1}])
    assert right.wrong() == []
    assert len(missed.wrong()) == 1
