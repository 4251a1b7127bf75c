"""The house rules that need a look into the code: each gives the places that break it, as `file:line: what`."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatch
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

VAGUE = {"common", "helper", "helpers", "manager", "managers", "util", "utils"}

UNIT_WORDS = {
    "bytes", "children", "count", "counts", "entries", "fds", "id", "items", "length", "line", "lines", "ms", "objects",
    "percent", "rate", "rates", "requests", "rounds", "seconds", "share", "shares", "threads",
}  # fmt: skip
"""What a quantity's name must contain to say what it is a number of (`per_request` alone is no unit)."""


def parsed(root: Path, pattern: str = "**/*.py") -> Iterator[tuple[str, ast.Module, list[str]]]:
    """Give each Python file below *root*: its relative path, its tree, its lines."""
    for path in sorted(root.glob(pattern)):
        text = path.read_text(encoding="utf-8")
        yield str(path.relative_to(root)), ast.parse(text), text.splitlines()


def vague_names(root: Path) -> list[str]:
    """Modules, packages and classes whose name says nothing."""
    found = [
        f"{path.relative_to(root)}: the name says nothing"
        for path in sorted(root.rglob("*"))
        if path.suffix in {"", ".py", ".pyi", ".c", ".h"} and VAGUE & set(_words(path.stem))
    ]
    for file, tree, _ in parsed(root):
        classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        found += [f"{file}:{node.lineno}: class {node.name}" for node in classes if VAGUE & set(_words(node.name))]
    return found


def _words(name: str) -> list[str]:
    """`snake_case` and `CamelCase` as lower-case words."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")


def bare_constants(root: Path) -> list[str]:
    """Module-level numbers under an UPPER_CASE name with neither a comment nor a docstring at them."""
    return [
        f"{file}:{node.lineno}: {lines[node.lineno - 1].strip()}"
        for file, tree, lines in parsed(root)
        for node, following in zip(tree.body, [*tree.body[1:], None], strict=False)
        if _is_numeric_constant(node) and not _has_witness(node, following, lines)
    ]


def _is_numeric_constant(node: ast.stmt) -> bool:
    """`NAME = 3`, `NAME: Final = 64 * KIB`: anything made of numbers and names."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target, value = node.targets[0], node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        target, value = node.target, node.value
    else:
        return False
    if not isinstance(target, ast.Name) or not target.id.isupper():
        return False
    parts = list(ast.walk(value))
    numbers = [part for part in parts if isinstance(part, ast.Constant) and type(part.value) in {int, float}]
    arithmetic = (ast.Constant, ast.Name, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.expr_context)
    others = [part for part in parts if not isinstance(part, arithmetic)]
    texts = [part for part in parts if isinstance(part, ast.Constant) and part not in numbers]
    return bool(numbers) and not others and not texts


def _has_witness(node: ast.stmt, following: ast.stmt | None, lines: list[str]) -> bool:
    """A comment on the line or above it, or a docstring below."""
    above = lines[node.lineno - 2].strip() if node.lineno > 1 else ""
    same = "\n".join(lines[node.lineno - 1 : node.end_lineno])
    below = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
    return above.startswith("#") or "#" in same or (below and isinstance(following.value.value, str))


def unitless_fields(root: Path, allowed: dict[str, str]) -> list[str]:
    """Numeric fields of classes whose name has no unit; *allowed* are those that need none, with the reason."""
    found = []
    for file, tree, _ in parsed(root):
        for owner in [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]:
            for field in [node for node in owner.body if isinstance(node, ast.AnnAssign)]:
                name = field.target.id
                if _is_number(field.annotation) and not UNIT_WORDS & set(_words(name)):
                    found.append((f"{owner.name}.{name}", f"{file}:{field.lineno}: {owner.name}.{name}"))
    stale = [
        f"{name} is allowed to have no unit, and is not there" for name in allowed.keys() - {one for one, _ in found}
    ]
    return [place for name, place in found if name not in allowed] + stale


def _is_number(annotation: ast.expr) -> bool:
    """`int`, `float`, either or None, a mapping to one, a tuple or list of nothing but them."""
    if isinstance(annotation, ast.BinOp):
        return _is_number(annotation.left) or _is_number(annotation.right)
    if isinstance(annotation, ast.Subscript):
        below = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        container = ast.unparse(annotation.value).rpartition(".")[2].lower()
        values = below[1:] if container.endswith(("dict", "mapping")) else below
        return all(_is_number(one) for one in values if ast.unparse(one) != "...")
    return isinstance(annotation, ast.Name) and annotation.id in {"int", "float"}


def broad_catches(root: Path, allowed: Iterable[str]) -> list[str]:
    """Places that swallow `Exception` (or all): handlers that do not end by raising again, and `suppress`."""
    return [
        f"{file}:{node.lineno}: catches {what}"
        for file, tree, _ in parsed(root)
        if not any(fnmatch(file, pattern) for pattern in allowed)
        for node in ast.walk(tree)
        if (what := _swallowed(node))
    ]


def _swallowed(node: ast.AST) -> str | None:
    """What of all exceptions a node swallows, if it does."""
    if isinstance(node, ast.ExceptHandler):
        last = node.body[-1]
        if isinstance(last, ast.Raise) and last.exc is None:
            return None
        return "everything" if node.type is None else _broad([node.type])
    if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "suppress":
        return _broad(node.args)
    return None


def _broad(types: list[ast.expr]) -> str | None:
    """`Exception` or `BaseException`, where it is among *types*, tuples looked into."""
    for one in types:
        if isinstance(one, ast.Tuple) and (inside := _broad(one.elts)):
            return inside
        if ast.unparse(one).rpartition(".")[2] in {"Exception", "BaseException"}:
            return ast.unparse(one)
    return None


def badly_named_tests(root: Path) -> list[str]:
    """Tests without a promise in their docstring, or whose name is not subject_condition_outcome."""
    shortest = 3  # words: one each for subject, condition, outcome
    found = []
    for file, tree, _ in parsed(root, "**/test_*.py"):
        tests = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
        for node in tests:
            promise = ast.get_docstring(node)
            if not promise or not promise.splitlines()[0].endswith("."):
                found.append(f"{file}:{node.lineno}: {node.name}: the docstring is no promise in a sentence")
            if len(node.name.split("_")) < 1 + shortest:
                found.append(f"{file}:{node.lineno}: {node.name}: not test_<subject>_<condition>_<outcome>")
    return found


def machine_places(root: Path, files: Iterable[Path]) -> list[str]:
    """Mentions of a developer's folders or of a package registry's host in *files*."""
    folders = r"(?<![\w.~}/])/(?:root|work|home)/[\w.]"
    hosts = r"\b(?:test\.)?pypi\.org|pythonhosted\.org|npmjs\.(?:com|org)|crates\.io|anaconda\.org|index[-]url"
    pattern = re.compile(f"{folders}|{hosts}")
    return [
        f"{path.relative_to(root)}:{number}: {line.strip()[:100]}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
