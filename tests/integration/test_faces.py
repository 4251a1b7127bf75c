"""What a run shows: help, versions, escape codes, JSON alone on standard output, its end on Ctrl-C and on budget."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path

import jsonschema
import pytest

import stopper
from stopper.report.json import schema
from tests.integration.conftest import Bench, processes_of
from tests.scenarios.checking import SCRIPT, finish, run

APP = """
    import os
    import subprocess
    import sys

    from flask import Flask

    print("hello from the import")
    print("{", file=sys.stderr)
    os.write(1, b"written past sys.stdout\\n")
    subprocess.run(["echo", "a child's output"])
    app = Flask(__name__)
    kept = []


    @app.get("/leak/<int:number>")
    def leak(number):
        print("a request")
        os.write(2, b"past sys.stderr\\n")
        kept.append({"number": number})
        return "ok"


    @app.get("/secret")
    def secret():
        return "no", 401
"""

SLOW = """
    import time
    from pathlib import Path

    from flask import Flask

    app = Flask(__name__)
    kept = []
    served = [0]


    def page(number):
        time.sleep(0.02)
        kept.append([number])
        served[0] += 1
        if served[0] == 200:
            Path("under-way").touch()
        return "ok"


    for n in range(10):
        app.add_url_rule(f"/p{n}/<int:number>", f"page{n}", page)
"""

COLOUR = re.compile(r"\x1b\[[0-9;]*[349][0-9](;[0-9]+)*m")
"""An escape sequence that sets a colour."""


@pytest.fixture
def noisy(bench: Bench) -> Bench:
    """An app that leaks, prints wherever it can, and has an endpoint that wants a login."""
    bench.write("noisy.py", APP)
    return bench


@pytest.fixture
def slow(bench: Bench) -> Bench:
    """An app of ten slow endpoints that leak; the file under-way says that the run is in the middle."""
    bench.write("slow.py", SLOW)
    bench.files.add("under-way")
    return bench


def test_json_on_standard_output_is_alone(noisy: Bench):
    """With `--json -` the output is one JSON document of the contract, whatever the app prints."""
    ended = noisy.check("noisy")
    jsonschema.validate(ended.report, schema())
    assert (ended.code, ended.report["verdict"], ended.err) == (1, "leaking", "")
    assert "401" in ended.reasons["secret"]


def test_json_in_a_file_comes_with_the_page(noisy: Bench):
    """With `--json FILE` the page is printed without escape codes in a pipe, and the file follows the contract."""
    noisy.files.add("report.json")
    ended = noisy.stopper("check", "noisy", "--json", "report.json")
    written = Path(noisy.folder / "report.json").read_text(encoding="utf-8")
    jsonschema.validate(json.loads(written), schema())
    assert ended.code == 1
    assert "noisy.kept" in ended.out
    assert "\x1b" not in ended.out + ended.err
    assert not {"a request", "past sys.stderr", "hello from the import"} & set(ended.out.splitlines())


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}], ids=["colour", "no_colour"])
def test_colours_on_a_terminal_are_left_out_when_asked(noisy: Bench, variables: dict[str, str]):
    """On a terminal the page has colours, with NO_COLOR it has none."""
    ours, theirs = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "TMPDIR": str(noisy.temporary), **variables}
    process = subprocess.Popen(
        [SCRIPT, "check", "noisy"],
        cwd=noisy.folder,
        env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65_536):
            shown += part
    except OSError:  # the terminal is closed at its other end
        pass
    finally:
        os.close(ours)
    assert process.wait() == 1
    assert "noisy.kept" in shown.decode()
    assert bool(COLOUR.search(shown.decode())) == (not variables)


def test_command_without_verb_explains_the_jobs(tmp_path: Path):
    """Bare `stopper` says what it is for, with an example, and succeeds."""
    ended = run(folder=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    for text in ("memory leaks", "stopper check shop:app", "Commands:", "check"):
        assert text in ended.out


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["check", "--help"], ["check", "-h"]], ids=" ".join)
def test_help_of_each_verb_has_an_example(tmp_path: Path, arguments: list[str]):
    """Help is printed with an example, and is no error."""
    ended = run(*arguments, folder=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert "stopper check shop:app" in ended.out


def test_version_option_says_the_version(tmp_path: Path):
    """`--version` says what is installed."""
    ended = run("--version", folder=tmp_path)
    assert (ended.code, ended.out.split()[-1]) == (0, stopper.__version__)


def test_module_run_by_name_is_the_command(tmp_path: Path):
    """`python -m stopper` does what `stopper` does."""
    ended = subprocess.run(
        [SCRIPT.with_name("python"), "-m", "stopper", "--version"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout.split()[-1]) == (0, stopper.__version__)


def test_budget_of_one_second_is_kept(slow: Bench):
    """A run with a budget of a second sends no more than some round of requests, and says that it was cut short."""
    ended = slow.check("slow", "--budget", "1")
    assert ended.report["verdict"] in {"leaking", "inconclusive"}
    assert ended.code == {"leaking": 1, "inconclusive": 3}[ended.report["verdict"]]
    assert any("budget of 1 s" in note for note in ended.report["notes"])
    assert ended.report["requests"] <= 300  # ten endpoints, ten requests a round at least; a whole run sends 5,000


def test_budget_of_one_second_is_enough_for_no_false_verdict(bench: Bench):
    """What a short budget leaves unjudged is never called clean where a leak is planted."""
    bench.write("quick.py", SLOW.replace("time.sleep(0.02)", "pass"))
    bench.files.add("under-way")
    assert bench.check("quick", "--budget", "1").report["verdict"] in {"leaking", "inconclusive"}


@pytest.mark.parametrize("json_file", [True, False], ids=["json", "page"])
def test_run_that_is_interrupted_reports_what_it_has(slow: Bench, json_file: bool):
    """Ctrl-C in the middle gives a report of what was measured, in time, and ends all processes."""
    arguments = ["--json", "-"] if json_file else []
    process = slow.start("check", "slow", *arguments)
    wait_for(slow.folder / "under-way", process)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    ended = finish(process)
    assert time.monotonic() - began < 60  # not the whole run
    assert "Traceback" not in ended.err
    assert ended.code == 3, f"{ended.code}\n{ended.out}\n{ended.err}"
    assert processes_of(slow.temporary) == []
    assert "interrupted" in ended.out
    if json_file:
        jsonschema.validate(ended.report, schema())
        assert ended.report["verdict"] == "inconclusive"


def test_import_that_is_interrupted_ends_the_run(bench: Bench):
    """Ctrl-C while the app is imported says so, and ends all processes."""
    bench.write("late.py", "import pathlib, time\npathlib.Path('under-way').touch()\ntime.sleep(600)\n")
    bench.files.add("under-way")
    process = bench.start("check", "late")
    wait_for(bench.folder / "under-way", process)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    ended = finish(process)
    assert time.monotonic() - began < 60  # not the whole run
    assert "Traceback" not in ended.err
    assert ended.code in {3, 130}
    assert "interrupted" in ended.out + ended.err


def test_run_that_is_terminated_leaves_nothing(slow: Bench):
    """SIGTERM, as a CI job that is cancelled sends it, ends the app's process too."""
    process = slow.start("check", "slow")
    wait_for(slow.folder / "under-way", process)
    process.terminate()
    ended = finish(process)
    assert ended.code in {3, 143, -signal.SIGTERM}
    limit = time.monotonic() + 10
    while slow.left() and time.monotonic() < limit:
        time.sleep(0.1)
    assert slow.left() == []


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    """Wait until the app under examination says where the run is."""
    limit = time.monotonic() + 30
    while not path.exists():
        if process.poll() is not None or time.monotonic() > limit:
            process.kill()
            raise AssertionError(f"not under way: {finish(process)}")
        time.sleep(0.02)
