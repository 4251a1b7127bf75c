"""What one profile and one request cost in the app's process, and what the same request costs without stopper.

In CPU seconds: on a machine with nothing else to do the clock shows the same.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
from check_apps.generate import TARGET

from stopper.check.client import WorkerClient

PROFILES = 20
"""Profiles to take the mean of."""

DRIVES = 5
"""Times that the requests are sent."""

REQUESTS = 300
"""Requests to each endpoint in one measurement: 0.3 s and more, against a profile's 0.05."""

BARE = """
import json, sys, time
from desk import app
from stopper.drive import wsgi
paths = [f"/part0/{kind}/{number}" for number in range(100, int(sys.argv[2])) for kind in json.loads(sys.argv[1])]
for path in paths[:400]:
    wsgi.get(app, "localhost", path)
began = time.process_time()
for path in paths[400:]:
    wsgi.get(app, "localhost", path)
print((time.process_time() - began) / len(paths[400:]))
"""
"""The same views, called through the app's WSGI callable with paths made beforehand."""

KINDS = ("items0", "page1", "quote2", "rows3")
"""One endpoint of each kind."""


def part_costs(folder: Path) -> dict[str, Any]:
    """CPU seconds of a profile, of a request driven by stopper, and of a bare one; objects that the profile saw."""
    with WorkerClient(str(folder)) as worker:
        worker.ask("load", target=TARGET, scenario=None, folder=str(folder))
        process = psutil.Process(worker.pid)
        plan = {f"part0.{kind}": REQUESTS for kind in KINDS}
        worker.ask("settle", 10.0, plan=plan)
        profile_seconds = _cpu_seconds(worker, process, {}, PROFILES)
        request_seconds = _cpu_seconds(worker, process, plan, DRIVES) - profile_seconds
        objects = worker.ask("drive", plan={})["objects"]
    bare = [_bare_seconds(folder) for _ in range(DRIVES)]
    return {
        "objects_walked": objects,
        "profile_seconds": profile_seconds,
        "request_seconds": request_seconds / (REQUESTS * len(KINDS)),
        "bare_seconds": statistics.median(bare),
    }


def _cpu_seconds(worker: WorkerClient, process: psutil.Process, plan: dict[str, int], times: int) -> float:
    """Mean CPU seconds of the app's process for one answer: the kernel counts in steps of 10 ms, so of several."""
    before = process.cpu_times()
    for _ in range(times):
        worker.ask("drive", 10.0, plan=plan)
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) / times


def _bare_seconds(folder: Path) -> float:
    command = [sys.executable, "-c", BARE, json.dumps(KINDS), str(100 + 100 + REQUESTS)]
    return float(subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout)
