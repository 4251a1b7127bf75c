"""Bad input is refused with a message that names the value and the next step, exit code 2, and nothing left behind."""

from __future__ import annotations

import io
import time

import pytest
from rich.console import Console

from stopper.check import client
from stopper.check.options import Options
from stopper.check.run import run_check
from stopper.errors import TargetError
from stopper.report.progress import Progress
from tests.integration.conftest import Bench, processes_of

GOOD = """
    from flask import Flask

    app = Flask(__name__)
    kept = []


    @app.get("/leak/<int:number>")
    def leak(number):
        kept.append({"number": number})
        return "ok"


    @app.get("/good")
    def good():
        return "good"


    @app.post("/order")
    def order():
        return "ordered"
"""

IMPORTS = {
    "exits": ("import sys\nsys.exit(3)\n", ["bad", "sys.exit(3)", "bad.py:2", "__name__ == '__main__'"]),
    "exits_with_text": ("import sys\nsys.exit('no config')\n", ["bad", "sys.exit('no config')", "bad.py:2"]),
    "raises": ("x = 1\nvalue = {}['SECRET']\n", ["bad", "KeyError", "SECRET", "bad.py:2", "flask --app bad"]),
    "syntax": ("def broken(:\n    pass\n", ["bad", "SyntaxError", "bad.py", "line 1", "flask --app bad"]),
    "lacks_module": ("import no_such_library\n", ["bad", "No module named 'no_such_library'", "bad.py:1"]),
    "aborts": ("import os\nos.abort()\n", ["importing bad", "SIGABRT", "__name__ == '__main__'"]),
    "reads_null": ("import ctypes\nctypes.string_at(0)\n", ["importing bad", "SIGSEGV", "bad.py"]),
    "ends_process": ("import os\nprint('goodbye')\nos._exit(0)\n", ["importing bad", "exit code 0", "goodbye"]),
    "has_no_app": ("value = 1\n", ["bad", "Flask application", "bad"]),
    "has_two_apps": ("from flask import Flask\none = Flask('a')\ntwo = Flask('b')\n", ["bad", "multiple", "bad:name"]),
}
"""By name of the trouble: the module `bad`, and what the message must say."""

FACTORIES = {
    "raises": ("def create_app():\n    raise RuntimeError('no database at db:5432')\n", ["no database at db:5432"]),
    "needs_arguments": ("def create_app(config, name):\n    return None\n", ["create_app", "argument"]),
    "gives_no_app": ("def create_app():\n    return 5\n", ["create_app", "Flask application"]),
    "exits": ("def create_app():\n    raise SystemExit('no licence')\n", ["no licence", "bad.py:2"]),
}
"""By name of the trouble: the module `bad` with a factory, and what the message must say."""

SCENARIOS = {
    "syntax": ("def scenario(client:\n", ["visit.py", "SyntaxError"]),
    "without_function": ("def visit(client):\n    client.get('/good')\n", ["visit.py", "scenario", "visit.py:visit"]),
    "import_raises": ("x = 1\nvalue = [][5]\n", ["visit.py", "IndexError"]),
    "import_exits": ("import sys\nsys.exit(4)\n", ["visit.py", "sys.exit"]),
    "fails_at_iteration_7": (
        "turns = []\ndef scenario(client):\n    turns.append(client.get('/good'))\n    assert len(turns) < 7, 'full'\n",
        ["visit.py", "iteration 7", "AssertionError: full", "visit.py:4"],
    ),
}
"""By name of the trouble: the file visit.py, and what the message must say."""


def silent() -> Progress:
    """Progress that is shown nowhere."""
    return Progress(Console(file=io.StringIO()))


@pytest.fixture
def good(bench: Bench) -> Bench:
    """A folder with an app that leaks at one of its endpoints."""
    bench.write("good.py", GOOD)
    return bench


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("nowhere:app", "nowhere"),
        ("nowhere.py", "nowhere.py"),
        ("folder/nowhere.py:app", "folder/nowhere.py"),
        ("nowhere.below:create_app()", "nowhere.below"),
    ],
)
def test_target_that_names_no_module_is_refused(bench: Bench, target: str, said: str):
    """A module or file that is not there is named, with the folder where it was looked for."""
    bench.refused("check", target, says=[f"no module named '{said}'", str(bench.folder), "path to app.py"])


@pytest.mark.parametrize("target", ["", " "])
def test_target_that_is_empty_is_refused(bench: Bench, target: str):
    """An empty target is said to be empty."""
    bench.refused("check", target, says=["target is empty", "shop:app"])


@pytest.mark.parametrize("trouble", IMPORTS)
def test_module_whose_import_goes_wrong_is_refused(bench: Bench, trouble: str):
    """What an import did instead of giving an app is said, with its place where there is one."""
    source, says = IMPORTS[trouble]
    bench.write("bad.py", source)
    bench.refused("check", "bad", says=says)


@pytest.mark.parametrize("trouble", FACTORIES)
def test_factory_that_goes_wrong_is_refused(bench: Bench, trouble: str):
    """What a factory did instead of giving an app is said."""
    source, says = FACTORIES[trouble]
    bench.write("bad.py", source)
    bench.refused("check", "bad:create_app()", says=["bad", *says])


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("good:shop", ["good", "shop", "attribute"]),
        ("good:kept", ["good:kept"]),
        ("good:app(", ["good:app("]),
    ],
)
def test_target_that_names_something_else_in_its_module_is_refused(good: Bench, target: str, says: list[str]):
    """A name that is not in the module, is no app, or is no name at all is said to be so."""
    good.refused("check", target, says=says)


def test_import_that_blocks_is_given_up(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    """An import that does not come back is ended after its time, and said to block."""
    bench.write("bad.py", "import time\nprint('connecting to the broker')\ntime.sleep(600)\n")
    monkeypatch.setattr(client, "IMPORT_SECONDS", 2.0)
    monkeypatch.setenv("TMPDIR", str(bench.temporary))
    monkeypatch.setattr("tempfile.tempdir", str(bench.temporary))
    began = time.monotonic()
    with pytest.raises(TargetError, match=r"(?s)importing bad blocks.*2 s.*__main__.*connecting to the broker"):
        run_check(Options("bad", folder=str(bench.folder)), silent())
    assert time.monotonic() - began < 2 + client.GOODBYE_SECONDS + 5


def test_import_that_leaves_children_behind_is_cleaned_up(bench: Bench):
    """Processes that an app starts at import end with the run."""
    bench.write("bad.py", "import subprocess\nsubprocess.Popen(['sleep', '600'])\nraise RuntimeError('too late')\n")
    bench.refused("check", "bad", says=["too late", "bad.py:3"])
    assert processes_of(bench.temporary) == []


def test_scenario_that_is_missing_is_refused(good: Bench):
    """A scenario file that is not there is named."""
    good.refused("check", "good", "--scenario", "visit.py", says=["visit.py", "FILE.py:function"])


def test_scenario_module_that_is_missing_is_refused(good: Bench):
    """A scenario module that is not there is named."""
    good.refused("check", "good", "--scenario", "visits:one", says=["visits", "run from the project's folder"])


@pytest.mark.parametrize("trouble", SCENARIOS)
def test_scenario_that_goes_wrong_is_refused(good: Bench, trouble: str):
    """A scenario that cannot be loaded or fails is named, with what it raised and where; so is the iteration."""
    source, says = SCENARIOS[trouble]
    good.write("visit.py", source)
    good.refused("check", "good", "--scenario", "visit.py", says=says)


def test_scenario_with_endpoint_is_refused(good: Bench):
    """A scenario and a choice of routes exclude each other."""
    good.refused("check", "good", "--scenario", "visit.py", "--endpoint", "good", says=["--endpoint", "--scenario"])


def test_endpoint_that_is_unknown_is_refused(good: Bench):
    """An endpoint that is not there is named, and those that are there are listed."""
    message = good.refused("check", "good", "--endpoint", "goood", says=["--endpoint goood", "good, leak"])
    assert "order" not in message


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check"], ["TARGET"]),
        (["check", "good", "--budget", "0"], ["--budget", "0"]),
        (["check", "good", "--budget", "soon"], ["--budget", "soon"]),
        (["check", "good", "--no-such-option"], ["--no-such-option"]),
        (["chekc", "good"], ["chekc"]),
        (["check", "good", "other"], ["other"]),
    ],
    ids=["no_target", "budget_zero", "budget_word", "unknown_option", "unknown_verb", "two_targets"],
)
def test_command_line_that_is_wrong_is_refused(good: Bench, arguments: list[str], says: list[str]):
    """What is wrong in the command line is named, and where its help is."""
    good.refused(*arguments, says=[*says, "--help"])


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (".", ["--json .", "folder", "name a file"]),
        ("nowhere/report.json", ["--json nowhere/report.json", "no folder nowhere", "make it"]),
        ("good.py/report.json", ["--json good.py/report.json", "good.py"]),
        ("/proc/stopper-report.json", ["--json /proc/stopper-report.json", "another file"]),
        ("/dev/full", ["--json /dev/full", "another file"]),
    ],
    ids=["folder", "missing_folder", "below_a_file", "proc", "full_disk"],
)
def test_report_that_cannot_be_written_is_refused(good: Bench, file: str, says: list[str]):
    """A report file that cannot be written is named, with what to do; there is no report that looks complete."""
    run = good.stopper("check", "good", "--endpoint", "good", "--json", file)
    assert run.code == 2, f"{run.out}\n{run.err}"
    assert "Traceback" not in run.err
    for text in says:
        assert text in run.err


def test_target_outside_the_current_folder_is_checked(good: Bench):
    """An app elsewhere is given by its path, and its lines are named so that they can be opened."""
    elsewhere = good.folder.parent / "elsewhere"
    elsewhere.mkdir()
    source = (good.folder / "good.py").read_text()
    (elsewhere / "app.py").write_text("import beside\n" + source)
    (elsewhere / "beside.py").write_text("value = 1\n")
    run = good.check("../elsewhere/app.py")
    assert (run.code, run.report["verdict"]) == (1, "leaking")
    (finding,) = run.report["findings"]
    line = source.splitlines().index('    kept.append({"number": number})') + 2
    assert (finding["location"]["line"], finding["holder"]["path"]) == (line, "app.kept")
    assert finding["location"]["file"] in {"app.py", "../elsewhere/app.py", str(elsewhere / "app.py")}
