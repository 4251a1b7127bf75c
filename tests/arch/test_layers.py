"""The layers of the house: pyproject.toml says them, import-linter checks them."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"


def layer_names() -> list[str]:
    """The parts of the layers contract, from the top down; in parentheses if they need not exist."""
    layers = next(one for one in CONTRACTS["contracts"] if one["type"] == "layers")["layers"]
    return [name.strip() for layer in layers for name in layer.replace("|", ":").split(":")]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter in *folder*, whose packages come before the installed ones."""
    command = [sys.executable, "-c", LINT]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small stopper of the same layers, with the same contracts."""
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for package in [name for name in layer_names() if not name.startswith("(")] + ["lint"]:
        folder = tmp_path / "stopper" / package
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("")
    (tmp_path / "stopper" / "__init__.py").write_text("")
    return tmp_path


def test_layers_of_stopper_are_kept():
    """No part of stopper imports one above it or beside it."""
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_layers_with_nothing_wrong_pass(house: Path):
    """A house that keeps the contracts passes them, so that the other tests here fail for the one reason they give."""
    done = lint(house)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("model/__init__.py", "import stopper.judge", "stopper.model is not allowed to import stopper.judge"),
        ("judge/__init__.py", "import stopper.probe", "stopper.judge is not allowed to import stopper.probe"),
        ("probe/__init__.py", "import stopper.drive", "stopper.probe is not allowed to import stopper.drive"),
        ("judge/__init__.py", "import os", "stopper.judge is not allowed to import os"),
        ("judge/growth.py", "import time", "stopper.judge is not allowed to import time"),
        ("judge/causes/cache.py", "from flask import g", "stopper.judge is not allowed to import flask"),
        ("lint/rule.py", "import threading", "stopper.lint.rule is not allowed to import threading"),
        ("stray.py", "", "stopper.stray"),
    ],
)
def test_layers_with_a_forbidden_import_are_refused(house: Path, file: str, line: str, broken: str):
    """An import upwards, sideways or out of pure code breaks the contract that names it, and so does a stray module."""
    path = house / "stopper" / file
    path.parent.mkdir(exist_ok=True)
    (path.parent / "__init__.py").touch()
    path.write_text(line + "\n")
    done = lint(house)
    assert done.returncode == 1
    assert broken in " ".join(done.stdout.split())


def test_layers_of_parts_that_exist_are_not_optional():
    """Parentheses and asterisks in the contracts are for parts that do not exist yet."""
    package = ROOT / "src" / "stopper"
    existing = {path.stem for path in package.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    pure = [name for one in CONTRACTS["contracts"] for name in one.get("source_modules", ())]
    maybe = [name.strip("()") for name in layer_names() if name.startswith("(")]
    maybe += [name.split(".")[1] for name in pure if name.endswith(".**")]
    assert [name for name in maybe if name in existing] == []
