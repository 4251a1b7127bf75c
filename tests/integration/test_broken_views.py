"""An endpoint that cannot be exercised is listed with its reason; the run goes on, and judges the others."""

from __future__ import annotations

import functools
import io
import tempfile
from pathlib import Path

import pytest
from rich.console import Console

from stopper.check import client
from stopper.check.options import Options
from stopper.check.run import run_check
from stopper.report.progress import Progress
from tests.integration.conftest import Bench
from tests.scenarios.checking import Run

HEAD = """
import ctypes
import os
import signal
import time

from flask import Flask, Response, abort, redirect

app = Flask(__name__, static_folder=None)
"""

VIEWS = {
    "raises": "@app.get('/raises')\ndef raises():\n    return str(1 // 0)\n",
    "hangs": "@app.get('/hangs')\ndef hangs():\n    time.sleep(600)\n",
    "wants_login": "@app.get('/wants')\ndef wants_login():\n    return redirect('/login?next=/wants')\n",
    "refuses": "@app.get('/refuses')\ndef refuses():\n    abort(401)\n",
    "finds_nothing": "@app.get('/item/<int:number>')\ndef finds_nothing(number):\n    abort(404)\n",
    "streams": (
        "def tick():\n    while True:\n        yield 'data: tick\\n\\n'\n\n"
        "@app.get('/streams')\ndef streams():\n    return Response(tick(), mimetype='text/event-stream')\n"
    ),
    "exits": "@app.get('/exits')\ndef exits():\n    os._exit(3)\n",
    "kills": "@app.get('/kills')\ndef kills():\n    os.kill(os.getpid(), signal.SIGKILL)\n",
    "crashes": "@app.get('/crashes')\ndef crashes():\n    return ctypes.string_at(0)\n",
    "exits_politely": "@app.get('/polite')\ndef exits_politely():\n    raise SystemExit(4)\n",
}
"""By endpoint: a view that is broken in one way."""

LEAK = (
    "kept = []\n\n@app.get('/leaks/<int:number>')\ndef leaks(number):\n    kept.append([number])\n    return 'ok'\n\n"
    "@app.get('/works')\ndef works():\n    return 'ok'\n"
)

REASONS = {
    "raises": ["500", "/raises", "ZeroDivisionError", "everything.py:"],
    "hangs": ["hangs", "10 s", "scenario"],
    "wants_login": ["302", "/login", "scenario that signs in"],
    "refuses": ["401", "scenario that signs in"],
    "finds_nothing": ["404", "every value tried", "/item/1", "scenario"],
    "streams": ["streams without end", "scenario"],
    "exits": ["ends the process", "exit code 3"],
    "kills": ["ends the process", "SIGKILL"],
    "crashes": ["ends the process", "SIGSEGV"],
    "exits_politely": ["SystemExit"],
}
"""By endpoint: what the reason must say."""

ALONE = [name for name in VIEWS if name != "hangs"]
"""Tried as the only endpoint of an app; a hanging view costs ten seconds, and is tried among others."""


@functools.cache
def everything() -> Run:
    """One run of an app with all the broken views, one that leaks, and one that works."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        bench.write("everything.py", HEAD + "\n\n".join(VIEWS.values()) + "\n\n" + LEAK)
        run = bench.check("everything")
        assert bench.left() == []
        return run


@pytest.mark.parametrize("endpoint", VIEWS)
def test_view_that_is_broken_is_listed_with_its_reason(endpoint: str):
    """A view that raises, hangs, refuses or ends the process is not exercised, and the reason is said."""
    for text in REASONS[endpoint]:
        assert text in everything().reasons[endpoint]


def test_verdict_beside_broken_views_is_about_the_others():
    """One leaking endpoint among ten that are broken is found, and it alone."""
    report = everything().report
    assert (everything().code, report["verdict"]) == (1, "leaking")
    assert [finding["holder"]["path"] for finding in report["findings"]] == ["everything.kept"]
    assert [entry["endpoint"] for entry in report["findings"][0]["endpoints"]] == ["leaks"]
    assert sorted(report["exercised"]) == ["leaks", "works"]


def test_errors_of_a_run_with_restarts_are_listed_once_each():
    """An endpoint is listed once, however often the run began anew; what works is not listed."""
    assert sorted(entry["endpoint"] for entry in everything().report["errors"]) == sorted(VIEWS)


@pytest.mark.parametrize("endpoint", ALONE)
def test_app_whose_only_view_is_broken_is_never_clean(bench: Bench, endpoint: str):
    """Where nothing could be exercised the verdict is inconclusive, the exit code 3."""
    bench.write("everything.py", HEAD + VIEWS[endpoint])
    run = bench.check("everything")
    assert (run.code, run.report["verdict"], run.report["exercised"]) == (3, "inconclusive", []), run.report
    for text in REASONS[endpoint]:
        assert text in run.reasons[endpoint]


def test_app_without_routes_is_never_clean(bench: Bench):
    """An app without any route is inconclusive."""
    bench.write("bare.py", HEAD)
    run = bench.check("bare")
    assert (run.code, run.report["verdict"], run.report["errors"]) == (3, "inconclusive", [])


def test_app_without_get_route_is_never_clean(bench: Bench):
    """Routes that only take POST are listed with what to do, and the verdict is inconclusive."""
    bench.write("posts.py", HEAD + "@app.post('/order')\ndef order():\n    return 'ok'\n")
    run = bench.check("posts")
    assert (run.code, run.report["verdict"]) == (3, "inconclusive")
    assert run.reasons == {"order": "POST only: give a scenario that calls it"}


def test_view_that_blocks_in_c_code_is_given_up(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    """A view that no signal reaches is listed as blocking the process; the others are judged."""
    masked = (
        "@app.get('/blocks')\ndef blocks():\n"
        "    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})\n    time.sleep(600)\n"
    )
    bench.write("masked.py", HEAD + masked + "\n\n" + LEAK)
    asked = client.WorkerClient.ask

    def impatient(worker, question, _expected_seconds=0.0, **arguments):
        return asked(worker, question, **arguments)

    monkeypatch.setattr(client.WorkerClient, "ask", impatient)
    monkeypatch.setattr(client, "PATIENCE_SECONDS", 6.0)
    monkeypatch.setattr("tempfile.tempdir", str(bench.temporary))
    report = run_check(Options("masked", folder=str(bench.folder)), Progress(Console(file=io.StringIO()))).report
    assert [(error.endpoint, error.reason.partition(":")[0]) for error in report.errors] == [
        ("blocks", "blocks the process when called")
    ]
    assert (report.verdict, len(report.findings)) == ("leaking", 1)


def test_view_that_breaks_after_a_while_is_listed(bench: Bench):
    """A view that answers at first, and ends the process later, is left out; the others are judged."""
    later = (
        "calls = [0]\n\n@app.get('/later')\ndef later():\n    calls[0] += 1\n"
        "    if calls[0] > 60:\n        os._exit(9)\n    return 'ok'\n"
    )
    bench.write("later.py", HEAD + later + "\n\n" + LEAK)
    run = bench.check("later")
    assert (run.code, run.report["verdict"]) == (1, "leaking")
    assert "exit code 9" in run.reasons["later"]


def test_app_with_many_views_that_end_the_process_is_given_up(bench: Bench):
    """After some restarts the run is given up, and the endpoints are named."""
    views = "\n\n".join(f"@app.get('/v{n}')\ndef v{n}():\n    os._exit(1)" for n in range(8))
    bench.write("deadly.py", HEAD + views + "\n")
    bench.refused("check", "deadly", says=["v0", "v5", "end or block the process", "--endpoint"])
