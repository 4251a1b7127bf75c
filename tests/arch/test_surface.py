"""What stopper promises to others: its names, its command line, its report."""

from __future__ import annotations

import types
from pathlib import Path

import click

import stopper
from stopper.cli import cli
from tools import surface


def public_names(module: types.ModuleType) -> set[str]:
    """The names of a package that a reader takes for public: no underscore, no submodule, no `annotations`."""
    hidden = (types.ModuleType, type(__import__("__future__").annotations))
    return {name for name, value in vars(module).items() if name[0] != "_" and not isinstance(value, hidden)}


def test_names_of_the_package_are_sorted_and_unique():
    """`__all__` is in order, each name once."""
    assert list(stopper.__all__) == sorted(set(stopper.__all__))


def test_names_of_the_package_are_all_that_is_public():
    """What `stopper` holds without an underscore is what `__all__` lists, and nothing else."""
    assert public_names(stopper) | {"__version__"} == set(stopper.__all__)


def test_names_of_a_package_with_a_stray_one_differ():
    """A helper that a package forgot to hide counts as public; modules and future imports do not."""
    package = types.ModuleType("package")
    package.stray, package.json, package._own = 1, types, 2
    assert public_names(package) == {"stray"}


def test_surface_as_written_down_is_the_surface():
    """A change of what others rely on is a change of public_surface.txt: `make surface`, and a line in CHANGELOG.md."""
    assert surface.surface() == surface.FILE.read_text(encoding="utf-8")


def test_surface_with_another_option_differs():
    """An option that is added to a verb shows in the text."""
    verb = click.Command("stopper", params=[click.Option(["--budget"], type=float), click.Argument(["target"])])
    assert surface.command("stopper", verb) == ["stopper", "stopper --budget float", "stopper TARGET"]
    assert surface.command("stopper", cli)[0] == "stopper"


def test_surface_with_another_report_field_differs():
    """A field of the report shows with its path, and whether it may be absent."""
    schema = {"required": ["a"], "properties": {"a": {"items": {"$ref": "#/$defs/b"}}, "c": {}}, "$defs": {}}
    schema["$defs"]["b"] = {"properties": {"d": {}}}
    assert surface.fields(schema, schema, "") == [".a", ".a[].d?", ".c?"]


def test_changelog_of_the_version_is_started():
    """The version that stopper says it is has an entry in CHANGELOG.md."""
    text = (Path(__file__).resolve().parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## {stopper.__version__}" in text
