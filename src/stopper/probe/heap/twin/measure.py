"""Single objects: what they hold and how large they are, without running their code."""

from __future__ import annotations

import platform

from stopper.probe.heap.twin.edges import Edges
from stopper.probe.heap.twin.kinds import describe
from stopper.probe.heap.twin.sizes import own_bytes


def items(obj: object) -> int:
    """What an object holds directly: entries, attributes, or references."""
    return _measure(obj)[0]


def size_bytes(obj: object) -> int:
    """The own bytes of an object, and those of the parts that count with it."""
    return _measure(obj)[1]


def supported() -> bool:
    """Whether the running interpreter lets itself be looked at this way."""
    return platform.python_implementation() == "CPython"


def _measure(obj: object) -> tuple[int, int]:
    record = describe(type(obj))
    parts: dict[int, object] = {}

    def absorb(part: object) -> None:
        parts[id(part)] = part

    edges = Edges(
        emit=lambda _child, _edge: None,
        emit_code=lambda _code: None,
        absorb=absorb,
        is_visited=lambda _obj: False,
    )
    count = edges.expand(obj, record)
    return count, own_bytes(obj, record) + sum(own_bytes(part, describe(type(part))) for part in parts.values())
