"""Rules of the house that are seen in the code: units, witnesses, broad catches, pages for causes, names of tests."""

from __future__ import annotations

import fnmatch
import tomllib
from pathlib import Path

import pytest

from tests.arch import rules

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "stopper"

MAY_CATCH_ALL = {
    "agent/shield.py": "the one place that keeps the agent's mistakes away from its host",
    "check/subject.py": "a view may raise anything where the app propagates exceptions; a server answers 500",
    "check/worker*.py": "runs the user's code, which may raise anything; what it raises is told to the conductor",
    "drive/scenario.py": "a scenario may raise anything; it is told as a ScenarioError with iteration and line",
    "drive/target.py": "an import or factory may raise anything; it is told as a TargetError with its line",
}

NEEDS_NO_UNIT = {
    "Shape.parent": "the id of a shape, not a quantity",
    "Bounded.limit": "a name of the JSON contract; entries, as its docstring says",
    "Growth.per_request": "a name of the JSON contract; counted in the `unit` beside it",
    "LeakFacts.per_request": "as in Growth",
}


def code(tmp_path: Path, text: str) -> Path:
    """A folder with one module of this text."""
    (tmp_path / "sample.py").write_text(text)
    return tmp_path


def test_constant_of_a_threshold_has_a_witness():
    """A number at the top of a module says what measured it and what breaks on either side."""
    assert rules.bare_constants(SRC) == []


@pytest.mark.parametrize(
    "line", ["LIMIT = 3", "LIMIT: int = -1", "LIMIT = 64 * 1024", "_LIMIT = 0.5", "LIMIT = 2 * KIB"]
)
def test_constant_without_a_witness_is_refused(tmp_path: Path, line: str):
    """A bare number is found however it is written."""
    found = rules.bare_constants(code(tmp_path, f"# of something else\n\n{line}\nNAMES = ('a', 1)\nTEXT = 'a'\n"))
    assert found == [f"sample.py:3: {line}"]


@pytest.mark.parametrize("text", ["# why\nLIMIT = 3\n", "LIMIT = 3  # why\n", 'LIMIT = 3\n"""why"""\n', "limit = 3\n"])
def test_constant_with_a_witness_passes(tmp_path: Path, text: str):
    """A comment above or beside it, or a docstring below, is a witness; a lower-case name is no constant."""
    assert rules.bare_constants(code(tmp_path, text)) == []


def test_field_of_the_model_carries_its_unit():
    """A numeric field of a noun says in its name what it is a number of."""
    assert rules.unitless_fields(SRC / "model", NEEDS_NO_UNIT) == []


@pytest.mark.parametrize("annotation", ["int", "float | None", "Mapping[str, float]", "tuple[int, ...]"])
def test_field_without_a_unit_is_refused(tmp_path: Path, annotation: str):
    """A number called size or pause is found; one called size_bytes is not, nor is a text."""
    others = "    name: str\n    names: dict[int, str]\n    place: tuple[str, int]\n"
    text = f"class Reading:\n    size: {annotation}\n    size_bytes: {annotation}\n{others}"
    assert rules.unitless_fields(code(tmp_path, text), {}) == ["sample.py:2: Reading.size"]


def test_field_that_is_allowed_but_gone_is_refused(tmp_path: Path):
    """The list of exceptions cannot outlive what it excepts."""
    assert rules.unitless_fields(code(tmp_path, ""), {"Reading.size": "why"}) != []


def test_exception_of_any_kind_is_caught_in_few_places():
    """Only the shield and the worker that runs the user's code swallow `Exception`."""
    assert rules.broad_catches(SRC, MAY_CATCH_ALL) == []


def test_exception_of_any_kind_has_the_same_exemptions_in_ruff():
    """pyproject.toml lets ruff's BLE001 pass in the very places that this file lists."""
    ignores = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]["per-file-ignores"]
    exempt = {pattern.removeprefix("src/stopper/") for pattern, codes in ignores.items() if "BLE001" in codes}
    assert exempt == set(MAY_CATCH_ALL)


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    x()\nexcept Exception:\n    pass\n",
        "try:\n    x()\nexcept:\n    pass\n",
        "try:\n    x()\nexcept (OSError, BaseException) as error:\n    print(error)\n",
        "import contextlib\nwith contextlib.suppress(Exception):\n    x()\n",
    ],
)
def test_exception_of_any_kind_caught_elsewhere_is_refused(tmp_path: Path, text: str):
    """A broad handler is found in each of its four forms."""
    assert len(rules.broad_catches(code(tmp_path, text), {})) == 1
    assert rules.broad_catches(tmp_path, {"sample.py": "why"}) == []


def test_exception_of_any_kind_raised_again_passes(tmp_path: Path):
    """A handler that ends by raising again swallows nothing, and one kind of error may be swallowed."""
    text = "try:\n    x()\nexcept OSError:\n    pass\nexcept BaseException:\n    undo()\n    raise\n"
    assert rules.broad_catches(code(tmp_path, text), {}) == []


def test_cause_with_a_file_has_a_page():
    """Each cause has a page in docs/causes, and each page there a cause."""
    pages = ROOT / "docs" / "causes"
    if not pages.is_dir():
        pytest.skip("docs/causes is not written yet")
    causes = {path.stem for path in (SRC / "judge" / "causes").glob("*.py")} - {"__init__"}
    written = {path.stem for path in pages.glob("*.md")} - {"README", "index"}
    assert written == {name.strip("_") for name in causes}


def test_tests_of_the_project_promise_something():
    """Each test says its promise in a sentence, and its name has a subject, a condition and an outcome."""
    assert rules.badly_named_tests(ROOT / "tests") == []


def test_tests_without_a_promise_are_refused(tmp_path: Path):
    """A test without a docstring, and one with a name of two words, are each found."""
    (tmp_path / "test_a.py").write_text('def test_a():\n    """It is so."""\n\n\ndef test_a_with_b_is_c():\n    pass\n')
    found = rules.badly_named_tests(tmp_path)
    assert [place.split(": ")[1] for place in found] == ["test_a", "test_a_with_b_is_c"]


def test_exemptions_of_this_file_match_something():
    """A pattern in the list of exemptions names a file that exists, or a part that is not built yet."""
    present = [str(path.relative_to(SRC)) for path in SRC.rglob("*.py")]
    built = {file.partition("/")[0] for file in present}
    unused = [one for one in MAY_CATCH_ALL if one.partition("/")[0] in built and not fnmatch.filter(present, one)]
    assert unused == []
