"""Blame: from the stacks at which a holder grew to the one line to open."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from stopper.model.site import Frame, Stack


class Place(NamedTuple):
    """A line in the user's code: file as the interpreter knows it, line, function."""

    file: str
    line: int
    function: str


def place_of(stack: Stack, *, through_wrappers: bool) -> Place | None:
    """The line to open for one stack; None if no frame of it has to do with the user's code.

    The innermost frame of the user's own code is where the growth is written. But where a library's
    wrapper around one of the user's functions stands between (a caching decorator), it is that
    function: its decorator is what the user must change, not the innocent call.

    through_wrappers: look for such wrappers (only for what is a cache).
    """
    for position, frame in enumerate(stack):
        if frame.ours:
            return None
        if frame.user:
            return Place(frame.file, frame.line, frame.function)
        if through_wrappers and frame.wraps is not None and _called_by_user(stack[position + 1 :]):
            return Place(*frame.wraps)
    return None


SWITCHES = {"disable", "freeze"}
"""Functions of `gc` after which cyclic garbage may stay."""


def collector_switches(source: str) -> list[int]:
    """The lines of a module on which it switches the cyclic collector off or sets objects apart from it."""
    if "gc" not in source:
        return []
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    return sorted(
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "gc"
        and (node.func.attr in SWITCHES or (node.func.attr == "set_threshold" and _is_zero(node.args)))
    )


def _is_zero(arguments: Sequence[ast.expr]) -> bool:
    return bool(arguments) and isinstance(arguments[0], ast.Constant) and arguments[0].value == 0


def _called_by_user(rest: Sequence[Frame]) -> bool:
    return any(frame.user for frame in rest[:1]) or not any(frame.user for frame in rest)


def places(stacks: Iterable[Stack], *, through_wrappers: bool) -> list[tuple[Place, int]]:
    """The lines to open, each with how many of the stacks lead to it, most first."""
    counts: Counter[Place] = Counter()
    for stack in stacks:
        place = place_of(stack, through_wrappers=through_wrappers)
        if place is not None:
            counts[place] += 1
    return counts.most_common()


def wrapped_function(stacks: Iterable[Stack]) -> Place | None:
    """The user's function that the outermost library wrapper of these stacks wraps; None if none does."""
    for stack in stacks:
        for frame in stack:
            if frame.wraps is not None:
                return Place(*frame.wraps)
    return None
