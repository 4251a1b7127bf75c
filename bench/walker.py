"""The heap walker beside its peers on one heap, in one run: how long Python stands still for a look.

    python bench/walker.py --objects 1000000

Each is run in turn, several times; medians are compared. Read the ratios: seconds depend on the machine and on what
else it does. The baseline, `gc.get_objects()` counted by type, sees only the third of the objects that the collector
tracks, and says nothing of who holds them.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import io
import json
import os
import platform
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from stopper.probe.heap import HeapWalker, walker_in_use

SMALLEST_HEAP_TO_JUDGE_OBJECTS = 1_000_000
"""Below, the interpreter's own objects weigh too much for the promise to mean anything."""

OBJECTS_OF_A_RECORD = 6
"""The dict, the list in it, a str in that, an int, a str, a float: two of six are tracked."""

BASELINE = "gc.get_objects + Counter"
OURS = "stopper profile"
SLOWEST_RATIO = 2.0
"""What we promise: at most this many times the baseline."""

FEWEST_OBJECTS_A_SECOND = 3_000_000
"""And at least this many objects a second, on a heap of a million."""


@dataclass
class Runner:
    """One way to look at the heap; run returns how many objects it saw."""

    name: str
    run: Callable[[], int]
    seconds: list[float] = field(default_factory=list)
    objects_seen: int = 0

    def measure(self) -> None:
        """Run once, and note the time."""
        started = time.perf_counter()
        self.objects_seen = self.run()
        self.seconds.append(time.perf_counter() - started)

    @property
    def median_seconds(self) -> float:
        """The median of all runs."""
        return statistics.median(self.seconds)


def build_heap(objects: int) -> list[list[dict[str, object]]]:
    """Pages of records: dicts with ints, strs, floats and lists, as an app that keeps rows has them."""
    records = [
        {"number": 1_000_000 + at, "name": f"item {at}", "price": at + 0.5, "tags": [f"tag {at}"]}
        for at in range(objects // OBJECTS_OF_A_RECORD)
    ]
    return [records[at : at + 100] for at in range(0, len(records), 100)]


def runners() -> tuple[list[Runner], list[str]]:
    """Everything that can be run here, the baseline first, and why the others cannot."""
    walker = HeapWalker(is_user_module=lambda name, _: name == "__main__")
    found = [
        Runner(BASELINE, lambda: sum(Counter(map(type, gc.get_objects())).values())),
        Runner(OURS, lambda: len(walker.raw_profile()) * 0 + walker.objects),
        Runner("… as a dict of tallies", lambda: walker.profile().objects),
        Runner("gc.collect", lambda: gc.collect() * 0),
    ]
    skipped = []
    for name, make in (
        ("objgraph show_growth", _objgraph),
        ("guppy3 heap()", _guppy),
        ("pympler muppy summary", _pympler),
    ):
        try:
            found.append(Runner(name, make()))
        except ImportError as error:
            skipped.append(f"{name}: not compared with, {error}")
    return found, skipped


def _objgraph() -> Callable[[], int]:
    objgraph = importlib.import_module("objgraph")

    def run() -> int:
        objgraph.show_growth(limit=10, file=io.StringIO())
        return 0  # it does not say

    return run


def _guppy() -> Callable[[], int]:
    heap = importlib.import_module("guppy").hpy()
    return lambda: int(heap.heap().count)


def _pympler() -> Callable[[], int]:
    muppy, summary = importlib.import_module("pympler.muppy"), importlib.import_module("pympler.summary")
    return lambda: sum(row[1] for row in summary.summarize(muppy.get_objects()))


def report(found: list[Runner], objects: int) -> dict[str, object]:
    """Medians, and ratios to the baseline."""
    base = next(one for one in found if one.name == BASELINE).median_seconds
    rows = [
        {
            "name": one.name,
            "seconds": round(one.median_seconds, 4),
            "ratio": round(one.median_seconds / base, 2),
            "objects": one.objects_seen,
            "objects_per_second": round(one.objects_seen / one.median_seconds) if one.objects_seen else None,
            "repetitions": len(one.seconds),
        }
        for one in found
    ]
    return {
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "walker": walker_in_use(),
        "heap_objects": objects,
        "rows": rows,
    }


def shown(result: dict[str, object], skipped: list[str]) -> str:
    """The result as a table."""
    lines = [
        "Python {python}, {cpus} CPUs, {heap_objects:,} objects built, walker: {walker}".format(**result),
        f"{'':26} {'seconds':>9} {'ratio':>7} {'objects seen':>14} {'objects/s':>12}",
    ]
    for row in result["rows"]:  # type: ignore[attr-defined]
        rate = f"{row['objects_per_second']:>12,}" if row["objects_per_second"] else f"{'':>12}"
        seen = f"{row['objects']:>14,}" if row["objects"] else f"{'':>14}"
        lines.append(f"{row['name']:26} {row['seconds']:9.4f} {row['ratio']:7.2f} {seen} {rate}")
    return "\n".join([*lines, *skipped])


def main() -> int:
    """Build the heap, run all in turn, print. Exit code 1 where the native walker is slower than promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=1_000_000, help="how many objects to build (default: a million)")
    parser.add_argument("--repetitions", type=int, default=5, help="how often each is run (default: 5)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options, _ = parser.parse_known_args()
    heap = build_heap(options.objects)
    gc.collect()
    found, skipped = runners()
    for _ in range(options.repetitions):
        for one in found:
            one.measure()
    result = report(found, options.objects)
    print(json.dumps({**result, "skipped": skipped}) if options.json else shown(result, skipped))
    ours = next(row for row in result["rows"] if row["name"] == OURS)  # type: ignore[attr-defined]
    is_promised = walker_in_use() == "native" and bool(heap) and options.objects >= SMALLEST_HEAP_TO_JUDGE_OBJECTS
    is_slow = ours["ratio"] > SLOWEST_RATIO or ours["objects_per_second"] < FEWEST_OBJECTS_A_SECOND
    return 1 if is_promised and is_slow else 0


if __name__ == "__main__":
    sys.exit(main())
