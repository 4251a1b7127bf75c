"""Files: how long, how named, and what no file may mention."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from tests.arch import rules

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "stopper"

MOST_LINES = 500
MOST_LINES_MEDIAN = 150
CODE = {".py", ".pyi", ".c", ".h", ".sh"}
NOT_TEXT = {".ico", ".pdf", ".png", ".pyc", ".so", ".woff2"}
MADE = {"__pycache__", "build", "dist"}


def files(*tops: str) -> list[Path]:
    """The project's own files below *tops*: nothing hidden (but .ci), nothing made by a build."""
    found = []
    for top in tops:
        path = ROOT / top
        found += [path] if path.is_file() else path.rglob("*") if path.is_dir() else []
    return sorted(path for path in found if path.is_file() and is_own(path.relative_to(ROOT)))


def is_own(path: Path) -> bool:
    """Whether a relative path is the project's own text."""
    hidden = any(part.startswith(".") and part != ".ci" for part in path.parts)
    made = any(part in MADE or part.endswith(".egg-info") for part in path.parts)
    return not hidden and not made and path.suffix not in NOT_TEXT


def lengths(*tops: str) -> dict[str, int]:
    """Lines of each code file below *tops* that has any."""
    counted = {path: len(path.read_text().splitlines()) for path in files(*tops) if path.suffix in CODE}
    return {str(path.relative_to(ROOT)): lines for path, lines in counted.items() if lines}


@pytest.mark.parametrize("top", ["src", "csrc", "tests", "tools"])
def test_file_of_any_part_is_short(top: str):
    """No file is longer than 500 lines."""
    assert {file: lines for file, lines in lengths(top).items() if lines > MOST_LINES} == {}


def test_file_of_median_length_is_a_page():
    """Half of the files are not longer than 150 lines."""
    counted = lengths("src", "csrc", "tests", "tools")
    assert statistics.median(counted.values()) <= MOST_LINES_MEDIAN


@pytest.mark.parametrize("top", ["src", "csrc", "tests", "tools"])
def test_name_of_any_file_or_class_says_something(top: str):
    """Nothing is called utils, helpers, common or manager."""
    assert rules.vague_names(ROOT / top) == []


def test_name_that_says_nothing_is_refused(tmp_path: Path):
    """A module, a package and a class with an empty name are each found; a longer word that contains one is not."""
    (tmp_path / "path_utils.py").write_text("class WorkerManager:\n    pass\n\nclass Commonwealth:\n    pass\n")
    (tmp_path / "helpers").mkdir()
    found = rules.vague_names(tmp_path)
    assert [line.partition(":")[0] for line in found] == ["helpers", "path_utils.py", "path_utils.py"]
    assert found[-1] == "path_utils.py:1: class WorkerManager"


def test_text_of_the_project_names_no_machine():
    """No file mentions a developer's folders or a registry's host."""
    top = [path.name for path in ROOT.iterdir() if path.name == ".ci" or not path.name.startswith(".")]
    assert rules.machine_places(ROOT, files(*top)) == []


@pytest.mark.parametrize(
    "line",
    ["cd /" + "root/x", "open('/" + "work/main/a.py')", "see /" + "home/me/a", "https://py" + "pi.org/simple"],
)
def test_text_that_names_a_machine_is_refused(tmp_path: Path, line: str):
    """A developer's folder and a registry's host are found, with file and line."""
    file = tmp_path / "a.md"
    file.write_text(f"fine: /tmp/work/x, /srv/shop, /workers/1\n{line}\n")
    assert rules.machine_places(tmp_path, [file]) == [f"a.md:2: {line}"]
