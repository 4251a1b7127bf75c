"""The developer's scripts: what they count, find and write down."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch):
    """Load a script of tools/ by its name, as `python tools/NAME.py` would find it, and forget it afterwards."""
    monkeypatch.syspath_prepend(ROOT / "tools")
    before = set(sys.modules)
    for name in ("test", "check", "suite", "venvs", "interpreters", "leakbench"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield importlib.import_module
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", "").startswith(str(ROOT / "tools")):
            del sys.modules[name]


def executable(path: Path, text: str) -> Path:
    """A script that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


def test_interpreter_behind_a_broken_shim_is_found(tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A shim that exists but fails, or is of another version, is passed over for one that works further on."""
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    executable(tmp_path / "shims" / f"python{minor}", "echo 'no such version' >&2; exit 127")
    executable(tmp_path / "bin" / "python9.9", f'exec {sys.executable} "$@"')
    real = executable(tmp_path / "pyenv" / "versions" / f"{minor}.1" / "bin" / "python", f'exec {sys.executable} "$@"')
    monkeypatch.setenv("PATH", f"{tmp_path / 'shims'}:{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    interpreters = tool("interpreters")
    monkeypatch.setattr(interpreters.sys, "executable", "/nowhere/python")
    assert str(real) in interpreters.candidates(minor)
    found, missing = interpreters.find((minor, "9.9"))
    assert [one.minor for one in found] == [minor]
    assert missing == ["9.9"]


def test_interpreter_of_this_run_is_the_first(tool):
    """The interpreter that runs the tests is the main one, wherever its version stands in the list."""
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    found, _ = tool("interpreters").find(("3.0", minor))
    assert found[0].minor == minor


JUNIT = """<testsuites><testsuite>
<testcase classname="a" name="test_fine"/>
<testcase classname="a" name="test_broken"><failure/></testcase>
<testcase classname="a" name="test_skipped"><skipped/></testcase>
<testcase classname="a" name="test_leaves"/><testcase classname="a" name="test_leaves"><error/></testcase>
</testsuite></testsuites>"""


def test_count_of_a_run_has_each_test_once(tool, tmp_path: Path):
    """A test that passes and then fails in its teardown is one failure, and no pass."""
    file = tmp_path / "junit.xml"
    file.write_text(JUNIT)
    outcome = tool("test").count(file, 1)
    assert (outcome.passed, outcome.failed, outcome.skipped) == (1, 2, 1)


@pytest.mark.parametrize(("code", "failed"), [(0, 0), (1, 1), (4, 1), (-11, 1)])
def test_count_of_a_run_that_crashed_is_a_failure(tool, tmp_path: Path, code: int, failed: int):
    """A run that ended badly without a failure to show for it is never a success."""
    assert tool("test").count(tmp_path / "missing.xml", code).failed == failed


def test_needs_of_a_group_contain_those_it_includes(tool):
    """What developing needs has what testing needs in it, and stopper's own dependencies."""
    venvs = tool("venvs")
    test, dev = set(venvs.needs("test")), set(venvs.needs("dev"))
    assert test < dev
    assert any(one.startswith("flask") for one in venvs.needs())
    assert all(isinstance(one, str) for one in dev)


def test_digest_of_the_sources_follows_them(tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A change, a new file and a new name of what the wheel is made of change its digest; a cache does not."""
    venvs = tool("venvs")
    monkeypatch.setattr(venvs, "ROOT", tmp_path)
    module = tmp_path / "src" / "stopper" / "__init__.py"
    module.parent.mkdir(parents=True)
    digests = []
    module.write_text("")
    digests.append(venvs.source_digest())
    module.write_text("1")
    digests.append(venvs.source_digest())
    module.rename(module.with_name("other.py"))
    digests.append(venvs.source_digest())
    assert len(set(digests)) == len(digests)
    (module.parent / "__pycache__").mkdir()
    (module.parent / "__pycache__" / "a.pyc").write_text("1")
    assert venvs.source_digest() == digests[-1]


def test_page_of_leakbench_names_what_was_missed(tool):
    """The page has a row for each leak, says which mark is missing, and gives the sums."""
    leakbench = tool("leakbench")
    leak = {"endpoints": ["product"], **dict.fromkeys(leakbench.MARKS, True), "location": False}
    case = {"verdict": "leaking", "verdict_right": True, "leaks": [leak], "false": 1}
    healthy = {"verdict": "leaking", "verdict_right": False, "leaks": [], "false": 1}
    sums = dict.fromkeys(leakbench.MARKS, 1) | {"cases": 2, "leaks": 1, "findings": 3, "false_findings": 2}
    sums |= {"healthy_cases": 1, "healthy_with_findings": 1, "verdicts_right": 1, "inconclusive": 0}
    sums |= {"missing_reports": 0, "recall": 1.0, "precision": 0.3333, "explained_share": None}
    runs = [leakbench.Run("shop", 1.25, "leaking", ""), leakbench.Run("calm", 2.0, "leaking", "")]
    page = leakbench.page({"total": sums, "cases": {"shop": case, "calm": healthy}}, runs, "3.12.1")
    assert "| shop | leaking | product | yes | yes | yes | **no** | yes | yes | yes | 1 | 1.2 |" in page
    assert "| calm | leaking (wrong) | (healthy) |  |  |  |  |  |  |  | 1 | 2.0 |" in page
    assert "recall 1, precision 0.3333" in page
    assert "Python 3.12.1; 3 s for all, 2.0 s for the slowest" in page
