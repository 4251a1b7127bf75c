"""What fools naive tools: each app leaks as its comments say, and its healthy twin (FIXED=1) is clean."""

from __future__ import annotations

import functools
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.checking import Run, finish, start

APPS = Path(__file__).parent / "apps"

GLOBAL = ("global",)
KEYED = ("cache", "global")
REGISTERED = ("registration", "global")
"""Causes that a finding may be given, where more than one is right."""


@dataclass(frozen=True)
class App:
    """One app: how it is named on the command line, what it needs, what it is told in its environment."""

    target: str
    quirk: str = ""
    needs: str = ""


@dataclass(frozen=True)
class Leak:
    """The truth of one leak.

    mark:  of its line, in a comment `# leak: mark`. endpoints: those that leak.
    holder: what the holder's name contains. rate: units per request. within: the share by which it may differ.
    """

    app: App
    mark: str
    holder: str
    causes: tuple[str, ...] = GLOBAL
    rate: float = 1.0
    endpoints: tuple[str, ...] = ()
    within: float = 0.1

    @property
    def leaking(self) -> set[str]:
        """The endpoints that leak; the one that is called like the mark, unless said otherwise."""
        return set(self.endpoints or [self.mark])


ATOMS, ATTRIBUTES, CHAINS, SMALL = (App(f"{name}:app") for name in ("atoms", "attributes", "chains", "small"))
WARMING, CACHES, PRUNING, HOOKS = (App(f"{name}:app") for name in ("warming", "caches", "pruning", "hooks"))
FAILURES, FUNCTIONS, CONTEXTS = (App(f"{name}:app") for name in ("failures", "functions", "contexts"))
LIBCACHES = App("libcaches:app", needs="cachetools")
COROUTINES = App("coroutines:app", needs="asgiref")
DEPOT = App("depot:create_app()")
QUIRKS = {name: App("quirks.py", quirk=name) for name in ("noise", "thread", "gc_disabled", "gc_frozen", "traced")}

EVERY = ("home", "about", "item", "word")
"""All endpoints of hooks.py."""

LEAKS = [
    Leak(ATOMS, "list_of_ints", "atoms.ids"),
    Leak(ATOMS, "dict_of_counts", "atoms.visits", KEYED),
    Leak(ATOMS, "set_of_names", "atoms.names"),
    Leak(ATOMS, "deque_of_floats", "atoms.timings"),
    Leak(ATOMS, "tuples_of_atoms", "atoms.points"),
    Leak(ATOMS, "machine_numbers", "atoms.samples", rate=16.0),
    Leak(ATOMS, "raw_bytes", "atoms.journal", rate=200.0),
    Leak(ATTRIBUTES, "slot_of_instance", "attributes.ledger.entries"),
    Leak(ATTRIBUTES, "instances_of_slots", "attributes.route"),
    Leak(ATTRIBUTES, "attributes_of_instance", "attributes.jobs"),
    Leak(CHAINS, "instances", "latest"),
    Leak(CHAINS, "tuples", "pair"),
    Leak(CHAINS, "dicts", "row"),
    Leak(SMALL, "one_list_of_many", "small.shelves"),
    Leak(SMALL, "sixty_four_bytes", "small.tickets"),
    Leak(SMALL, "every_twentieth", "small.slow_pages", rate=0.05),
    Leak(SMALL, "one_in_twenty", "small.complaints", rate=0.05, within=0.25),
    Leak(WARMING, "product", "warming.shown"),
    Leak(CACHES, "own_dict", "caches.answers", KEYED),
    Leak(CACHES, "modulo_keys", "caches.buckets", KEYED),
    Leak(CACHES, "ordered_dict", "caches.recent", KEYED),
    Leak(CACHES, "decorated", "caches.square", KEYED),
    Leak(LIBCACHES, "by_decorator", "libcaches.lru_answers", KEYED),
    Leak(LIBCACHES, "by_hand", "libcaches.ttl_answers", KEYED),
    Leak(PRUNING, "pruned_every_300", "pruning.short_log"),
    Leak(PRUNING, "pruned_every_700", "pruning.long_log"),
    Leak(PRUNING, "replaced", "reports"),
    Leak(PRUNING, "zone", "pruning.zones", KEYED),
    Leak(HOOKS, "before", "hooks.begun", endpoints=EVERY),
    Leak(HOOKS, "after", "hooks.answered", endpoints=EVERY),
    Leak(HOOKS, "teardown", "hooks.ended", endpoints=EVERY),
    Leak(FAILURES, "order", "failures.refused"),
    Leak(FAILURES, "retry", "failures.failures"),
    Leak(FUNCTIONS, "closure", "seen"),
    Leak(FUNCTIONS, "nested_default", "put"),
    Leak(FUNCTIONS, "function_attribute", "functions.function_attribute.calls"),
    Leak(FUNCTIONS, "class_attribute", "functions.Basket.items"),
    Leak(FUNCTIONS, "metaclass", "functions.Registry.known", REGISTERED),
    Leak(CONTEXTS, "context_variable", "contexts.trail"),
    Leak(CONTEXTS, "thread_local", "contexts.per_thread"),
    Leak(CONTEXTS, "request_globals", "contexts.contexts"),
    Leak(CONTEXTS, "generator", "contexts.streams"),
    Leak(CONTEXTS, "weak_callbacks", "contexts.watchers", REGISTERED),
    Leak(CONTEXTS, "finalizers", "weakref.finalize._registry", ("registration",)),
    Leak(CONTEXTS, "weak_values", "contexts.leaves"),
    Leak(DEPOT, "audited", "extensions"),
    Leak(DEPOT, "pages", "readers", endpoints=("pages.home", "pages.help_page")),
    Leak(DEPOT, "orders", "depot.orders.Orders.looked_at"),
    Leak(DEPOT, "level", "depot.stock.levels._asked"),
    Leak(COROUTINES, "job", "coroutines.jobs"),
    *(Leak(app, "page", "quirks.kept") for app in QUIRKS.values()),
    Leak(QUIRKS["gc_disabled"], "collector_off", "cycle", ("cycle",), endpoints=("page", "other")),
]


@functools.cache
def twins(app: App) -> tuple[Run, Run]:
    """Check an app and its healthy twin, at the same time; each once for all tests."""
    if app.needs and importlib.util.find_spec(app.needs) is None:
        pytest.skip(f"{app.target} needs {app.needs}, which is not installed")
    command = ["check", app.target, "--json", "-"]
    both = [start(command, APPS, FIXED=fixed, QUIRK=app.quirk) for fixed in ("0", "1")]
    leaking, healthy = map(finish, both)
    return leaking, healthy


def marked(app: App, mark: str) -> tuple[str, int]:
    """File and line of the comment `# leak: mark` in an app's sources."""
    name = app.target.partition(":")[0].removesuffix(".py")
    files = [APPS / f"{name}.py"] if (APPS / f"{name}.py").is_file() else (APPS / name).rglob("*.py")
    (place,) = [
        (str(file.relative_to(APPS)), number)
        for file in files
        for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if text.partition("# leak: ")[2].strip() == mark
    ]
    return place


def called(app: App) -> str:
    """The name of an app in the names of tests."""
    return app.quirk or app.target.partition(":")[0]


def brief(finding: dict[str, Any]) -> str:
    """One line of a finding, for messages of failed tests."""
    where = finding["location"] or {"file": "?", "line": 0}
    endpoints = ",".join(entry["endpoint"] for entry in finding["endpoints"])
    growth = finding["growth"]
    return (
        f"[{endpoints}] {finding['holder']['path']} {growth['per_request']} {growth['unit']} "
        f"{where['file']}:{where['line']} {finding['cause']}: {' > '.join(finding['retaining_path'])}"
    )


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: f"{called(leak.app)}-{leak.mark}")
def test_leak_planted_in_app_is_found_once_with_all_its_facts(leak: Leak):
    """A leak is one finding, with its endpoints, its holder, its line, its cause and its rate."""
    report = twins(leak.app)[0].report
    others = [one.holder for one in LEAKS if one.app == leak.app and one.mark != leak.mark]
    found = [one for one in report["findings"] if {e["endpoint"] for e in one["endpoints"]} & leak.leaking]
    if len(found) > 1:  # leaks of the same endpoints, in one app
        found = [one for one in found if not any(other in one["holder"]["path"] for other in others)]
    assert len(found) == 1, "\n".join(["one finding expected; all there are:", *map(brief, report["findings"])])
    (finding,) = found
    growth = finding["growth"]
    assert {entry["endpoint"] for entry in finding["endpoints"]} == leak.leaking
    assert leak.holder in finding["holder"]["path"], brief(finding)
    assert finding["location"], brief(finding)
    assert (finding["location"]["file"], finding["location"]["line"]) == marked(leak.app, leak.mark), brief(finding)
    assert finding["cause"] in leak.causes, brief(finding)
    assert growth["per_request"] == pytest.approx(leak.rate, rel=leak.within), brief(finding)
    assert finding["every_request"] == (leak.app is HOOKS)


@pytest.mark.parametrize("app", dict.fromkeys(leak.app for leak in LEAKS), ids=called)
def test_app_with_planted_leaks_is_leaking_by_these_alone(app: App):
    """There are as many findings as there are leaks; the verdict is leaking, the exit code 1."""
    run = twins(app)[0]
    expected = sum(leak.app == app for leak in LEAKS)
    assert len(run.report["findings"]) == expected, "\n".join(map(brief, run.report["findings"]))
    assert (run.report["verdict"], run.code) == ("leaking", 1)


@pytest.mark.parametrize("app", dict.fromkeys(leak.app for leak in LEAKS), ids=called)
def test_app_after_its_fix_is_clean(app: App):
    """The healthy twin has no finding; the verdict is clean, the exit code 0."""
    run = twins(app)[1]
    assert [brief(finding) for finding in run.report["findings"]] == []
    assert (run.report["verdict"], run.code) == ("clean", 0)


def test_cache_that_fills_beside_a_leak_is_bounded():
    """A cache of two thousand entries is told from the leak beside it, and listed with its limit."""
    for run in twins(WARMING):
        limits = {entry["holder"]["path"]: entry["limit"] for entry in run.report["bounded"]}
        assert limits.get("warming.price (lru_cache)") == 2000


def test_container_without_known_limit_that_stops_growing_is_bounded():
    """Own caches of a thousand entries are waited for, and listed as what grew and stopped."""
    bounded = {entry["holder"]["path"] for entry in twins(CACHES)[1].report["bounded"]}
    assert {"caches.answers", "caches.buckets", "caches.recent"} <= bounded


def test_file_of_an_app_that_prints_leaves_the_report_alone():
    """What an app prints and logs at import and in each request is not in the output beside the JSON."""
    for run in twins(QUIRKS["noise"]):
        assert run.report["schema"] == "stopper.report/1"
        assert run.err == ""
