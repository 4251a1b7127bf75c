"""What a run of `stopper check` costs: by the number of routes, by the size of the heap, a request, a profile.

Generates apps (bench/check_apps/generate.py) in a temporary folder and runs the installed `stopper check` on each, in
turn, several times; prints medians. Seconds include the app's import, which stands in a column of its own, too. CPU
seconds (both processes) are steadier than the clock where the machine does other things meanwhile. Exit code 1 where a
run found anything but the leaks that were planted: its figures would be those of another job.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from check_apps.generate import LEAKS_LIMIT, TARGET, generate
from check_apps.parts import part_costs

HERE = Path(__file__).resolve().parent
STAGED = HERE / "check_apps" / "staged.py"
REPORTS = HERE.parent / ".venv-leakbench" / "reports"
"""Where `make leakbench` leaves the reports of its last run."""

HEAP_ROUTES = 10
"""Routes of the apps whose heap is what differs."""

RUN_SECONDS = 600
"""A run that takes longer hangs: the budget of a run is 120."""

STAGES = ("importing", "first requests", "warming up", "screening", "attributing", "confirming", "placing")


@dataclass(frozen=True)
class App:
    """One app to check: objects are those that its import makes beside what Flask itself needs."""

    routes: int
    leaks: int
    objects: int = 0


@dataclass
class Cost:
    """The runs over one app."""

    app: App
    runs: list[dict[str, Any]] = field(default_factory=list)

    def median(self, *keys: str) -> float:
        """The median over the runs of a figure, zero in those that have none."""
        return statistics.median(_inside(run, keys) for run in self.runs)

    def spread(self) -> str:
        """The fastest and the slowest run."""
        seconds = [run["seconds"] for run in self.runs]
        return f"{min(seconds):.1f}-{max(seconds):.1f}"

    def wrong(self) -> list[str]:
        """What other than the planted leaks was found."""
        expected = ("leaking" if self.app.leaks else "clean", self.app.leaks)
        found = {(run["verdict"], run["findings"]) for run in self.runs} - {expected}
        return [f"{self.app}: {verdict} with {count} findings" for verdict, count in sorted(found)]


def main() -> int:
    """Measure what was asked for and print it; return the exit code."""
    options, _ = arguments().parse_known_args()  # `make bench` gives its arguments to each benchmark
    routes = [App(count, leaks) for leaks in (0, LEAKS_LIMIT) for count in options.routes]
    heaps = [App(HEAP_ROUTES, leaks, count) for leaks in (0, LEAKS_LIMIT) for count in options.objects]
    with tempfile.TemporaryDirectory(prefix="stopper-bench-") as scratch:
        folders = {app: _generated(app, Path(scratch)) for app in dict.fromkeys([*routes, *heaps])}
        costs = measured(folders, options.repeat)
        parts = {app.objects: part_costs(folders[app]) for app in heaps if not app.leaks}
    leakbench = report_seconds(options.reports)
    shown = as_json if options.json else as_text
    sys.stdout.write(shown([costs[app] for app in routes], [costs[app] for app in heaps], parts, leakbench))
    wrong = [line for cost in costs.values() for line in cost.wrong()]
    sys.stderr.write("".join(f"found something else than was planted: {line}\n" for line in wrong))
    return 1 if wrong else 0


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    counts = {"type": int, "nargs": "+", "metavar": "N"}
    parser.add_argument("--routes", default=[10, 50, 100, 200], help="numbers of routes", **counts)
    parser.add_argument("--objects", default=[100_000, 500_000, 1_000_000, 3_000_000], help="sizes of heaps", **counts)
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="runs of each app (default 3)")
    parser.add_argument("--reports", type=Path, default=REPORTS, metavar="FOLDER", help="what make leakbench left")
    parser.add_argument("--json", action="store_true", help="print JSON, every run by itself")
    return parser


def measured(folders: dict[App, Path], repeat: int) -> dict[App, Cost]:
    """Run all apps in turn, several times: what slows the machine for a while slows all alike."""
    costs = {app: Cost(app) for app in folders}
    for number in range(repeat):
        for app, folder in folders.items():
            _say(f"round {number + 1}/{repeat}: {app.routes} routes, {app.leaks} leaks, {app.objects:,} objects")
            costs[app].runs.append(checked(folder))
    return costs


def checked(folder: Path) -> dict[str, Any]:
    """Run `stopper check` once: its clock and CPU seconds, what the stages took, what it found."""
    times, report = folder / "times.json", folder / "report.json"
    command = [sys.executable, STAGED, times, "check", TARGET, "--json", report]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "100"}
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    before = os.times()
    try:
        code = process.wait(RUN_SECONDS)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait()
        raise SystemExit(f"stopper check was not done after {RUN_SECONDS} s") from None
    seconds = time.perf_counter() - began
    after = os.times()
    if not report.is_file():
        raise SystemExit(f"stopper check wrote no report: exit code {code}")
    found = json.loads(report.read_text())
    report.unlink()
    return {
        **json.loads(times.read_text()),
        "seconds": seconds,
        "cpu_seconds": sum(after[2:4]) - sum(before[2:4]),
        "requests": found["requests"],
        "verdict": found["verdict"],
        "findings": len(found["findings"]),
    }


def report_seconds(folder: Path) -> list[float]:
    """The seconds of each report in a folder; none where there is no such folder."""
    return sorted(json.loads(path.read_text())["seconds"] for path in folder.glob("*.json"))


def as_json(routes: list[Cost], heaps: list[Cost], parts: dict[int, dict], leakbench: list[float]) -> str:
    """All figures, every run by itself."""
    return json.dumps(
        {
            "machine": machine(),
            "routes": [asdict(cost) for cost in routes],
            "heaps": [asdict(cost) for cost in heaps],
            "parts": [{"objects": objects, **figures} for objects, figures in parts.items()],
            "leakbench_seconds": leakbench,
        },
        indent=2,
    ) + "\n"  # fmt: skip


def as_text(routes: list[Cost], heaps: list[Cost], parts: dict[int, dict], leakbench: list[float]) -> str:
    """The same as tables of medians, in Markdown."""
    lines = [f"machine: {machine()}", "", "## by routes", "", *table(routes, "routes")]
    lines += ["", f"## by heap ({HEAP_ROUTES} routes)", "", *table(heaps, "objects")]
    lines += ["", "## parts", "", *parts_table(parts), "", f"LeakBench: {leakbench_line(leakbench)}"]
    return "\n".join(lines) + "\n"


def table(costs: list[Cost], varied: str) -> list[str]:
    """A row for each app; the ratio is of clock seconds to the first row with as many leaks."""
    head = [varied, "leaks", "ratio", "seconds", "min-max", "CPU s", "import s", "requests", "profiles", *STAGES]
    rows = [head, ["---:"] * len(head)]
    for cost in costs:
        first = next(other for other in costs if other.app.leaks == cost.app.leaks)
        rows.append(
            [
                f"{getattr(cost.app, varied):,}",
                str(cost.app.leaks),
                f"{cost.median('seconds') / first.median('seconds'):.1f}",
                f"{cost.median('seconds'):.1f}",
                cost.spread(),
                f"{cost.median('cpu_seconds'):.1f}",
                f"{cost.median('import_seconds'):.2f}",
                f"{cost.median('requests'):,.0f}",
                f"{cost.median('profiles'):.0f}",
                *(f"{cost.median('stages', stage):.2f}" for stage in STAGES),
            ]
        )
    return ["| " + " | ".join(row) + " |" for row in rows]


def parts_table(parts: dict[int, dict]) -> list[str]:
    """What one profile and one request cost at each size of the heap."""
    head = ["objects", "profile CPU ms", "million objects/CPU s", "request CPU µs", "bare request CPU µs", "ratio"]
    rows = [head, ["---:"] * len(head)]
    for figures in parts.values():
        profile, request, bare = (figures[key] for key in ("profile_seconds", "request_seconds", "bare_seconds"))
        speed = figures["objects_walked"] / profile / 1e6
        row = [f"{profile * 1e3:.0f}", f"{speed:.1f}", f"{request * 1e6:.0f}", f"{bare * 1e6:.0f}"]
        rows.append([f"{figures['objects_walked']:,}", *row, f"{request / bare:.2f}"])
    return ["| " + " | ".join(row) + " |" for row in rows]


def leakbench_line(seconds: list[float]) -> str:
    """The median over the reports, or that there are none."""
    if not seconds:
        return "no reports (make leakbench leaves some)"
    return f"median {statistics.median(seconds):.1f} s, slowest {seconds[-1]:.1f} s, of {len(seconds)} reports"


def machine() -> str:
    """The interpreter, the processors, and what else they had to do."""
    load = os.getloadavg()[0]
    return f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f}"


def _generated(app: App, scratch: Path) -> Path:
    folder = scratch / f"{app.routes}-{app.leaks}-{app.objects}"
    folder.mkdir()
    return generate(folder, routes=app.routes, leaks=app.leaks, objects=app.objects)


def _inside(run: dict[str, Any], keys: tuple[str, ...]) -> float:
    found: Any = run
    for key in keys:
        found = found.get(key, 0.0)
    return float(found)


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
