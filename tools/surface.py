"""The public surface as text: Python names, command line, exit codes, JSON contract.

`make surface` writes tests/arch/public_surface.txt; tests/arch compares. A change of it belongs into CHANGELOG.md.
"""

from __future__ import annotations

import inspect
import json
from importlib import resources
from pathlib import Path

import click

import stopper
from stopper.cli import cli

FILE = Path(__file__).resolve().parent.parent / "tests" / "arch" / "public_surface.txt"


def surface() -> str:
    """Return the whole surface, one promise a line."""
    sections = {"python": python_names(), "command line": command("stopper", cli), "report": report_fields()}
    return "\n".join(f"[{title}]\n" + "\n".join(lines) + "\n" for title, lines in sections.items())


def python_names() -> list[str]:
    """Return what `stopper.__all__` lists, with signatures and, of classes, the public attributes."""
    lines = []
    for name in stopper.__all__:
        thing = getattr(stopper, name)
        if inspect.isclass(thing):
            lines.append(f"class {name}{signature(thing)}")
            members = sorted(member for member in vars(thing) if not member.startswith("_"))
            lines += [f"{name}.{member}{signature(getattr(thing, member))}" for member in members]
        else:
            lines.append(f"{name}{signature(thing)}" if callable(thing) else f"{name}: {type(thing).__name__}")
    return lines


def signature(thing: object) -> str:
    """Return a callable's signature; nothing for what has none."""
    try:
        return str(inspect.signature(thing)) if callable(thing) else ""
    except ValueError:
        return ""


def command(path: str, node: click.Command) -> list[str]:
    """Return a verb with its arguments and options, and the verbs below it."""
    lines = [path]
    for parameter in node.params:
        if isinstance(parameter, click.Argument):
            lines.append(f"{path} {parameter.make_metavar(click.Context(node))}")
        else:
            value = "" if getattr(parameter, "is_flag", False) else f" {parameter.type.name}"
            many = " (repeatable)" if parameter.multiple else ""
            lines.append(f"{path} {'/'.join(parameter.opts)}{value}{many}")
    if isinstance(node, click.Group):
        for name in sorted(node.commands):
            lines += command(f"{path} {name}", node.commands[name])
    return lines


def report_fields() -> list[str]:
    """Return the fields of the JSON contract by path, `?` after those that may be absent."""
    schemas = resources.files("stopper.report") / "schema"
    lines = []
    for file in sorted(schemas.iterdir(), key=lambda one: one.name):
        schema = json.loads(file.read_text(encoding="utf-8"))
        lines += [f"{schema.get('title', file.name)} {line}" for line in fields(schema, schema, "")]
    return lines


def fields(node: dict, schema: dict, path: str) -> list[str]:
    """Return the fields below one node of a JSON Schema."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    lines = []
    for name, below in sorted(node.get("properties", {}).items()):
        optional = "" if name in node.get("required", ()) else "?"
        lines += [f"{path}.{name}{optional}", *fields(below, schema, f"{path}.{name}")]
    for below in [node.get("items"), *node.get("anyOf", ()), *node.get("oneOf", ())]:
        if isinstance(below, dict):
            lines += fields(below, schema, f"{path}[]" if below is node.get("items") else path)
    return lines


if __name__ == "__main__":
    FILE.write_text(surface(), encoding="utf-8")
    print(f"written: {FILE.name}")
