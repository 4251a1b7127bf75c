"""Naming: from the shapes on a path to the names that a developer would type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from stopper.model.heap import Shape

INTERNAL_ATTRIBUTES = {
    ("weakref.WeakKeyDictionary", ".data"),
    ("weakref.WeakValueDictionary", ".data"),
    ("weakref.WeakSet", ".data"),
    ("collections.UserDict", ".data"),
    ("collections.UserList", ".data"),
}
"""Where containers that are written in Python keep their content: not a name that users know."""

PRIVATE_NAME = re.compile(r"^\._[A-Za-z0-9]+__\w+$")
"""An attribute mangled by its class: cachetools keeps its entries in `_Cache__data`."""

BUILTIN_CONTAINERS = {"dict", "list", "set", "tuple", "frozenset", "bytearray", "str", "bytes"}


def retaining_path(path: Sequence[Shape]) -> tuple[str, ...]:
    """One text a step, from the root: `module shop.views`, `._recent: list`, `[*]: dict`."""
    steps = [path[0].edge]
    for shape in path[1:]:
        edge = shape.edge or "(held by C code)"
        steps.append(f"{edge}: {shape.type}")
    return tuple(steps)


def holder_path(path: Sequence[Shape]) -> str:
    """The holder's name: `shop.views._recent`, `Registry.items`, `shop.prices.render (lru_cache)`."""
    root = path[0]
    if root.edge == "garbage":
        return f"unreachable cycle of {root.type}"
    if is_chain(path):
        path = path[:-1]
    name = root.edge.removeprefix("module ")
    for above, shape in pairwise(path):
        edge = shape.edge
        if above.type == "functools._lru_cache_wrapper":
            return f"{name} (lru_cache)"
        if is_internal(above, shape):
            continue
        if edge.startswith("."):
            name += edge
        elif edge.startswith("["):
            name += "" if above.edge == ".__defaults__" else edge
        elif edge.startswith("{"):
            name += " (keys)"
        elif edge.startswith("closure "):
            name += f" (closure variable {edge.removeprefix('closure ')})"
        elif edge.startswith(("frame ", "local ")):
            name += f", {edge}"
        elif edge:
            name += f" {edge}"
    return name + (" (lru_cache)" if path[-1].type == "functools._lru_cache_wrapper" else "")


def is_chain(path: Sequence[Shape]) -> bool:
    """Whether the last shape is that of objects linked to each other, as in a linked list."""
    return len(path) > 1 and path[-1].type == path[-2].type and path[-1].edge.startswith(".")


def is_internal(above: Shape, shape: Shape) -> bool:
    """Whether a step leads into a container's own workings."""
    return (above.type, shape.edge) in INTERNAL_ATTRIBUTES or bool(
        PRIVATE_NAME.match(shape.edge) and above.type.startswith("cachetools.")
    )


def owner_type(path: Sequence[Shape]) -> str:
    """The type of the object that has the growing container inside it: `logging.Logger`; else the container's own.

    The nearest one on the path that is no builtin container: a module, a class or an instance.
    """
    for shape in reversed(path):
        if shape.type not in BUILTIN_CONTAINERS:
            return shape.type
    return path[-1].type


def kind_in_words(path: Sequence[Shape]) -> str:
    """What the holder is: "module global", "class attribute", "instance attribute", "lru_cache", …"""
    last = path[-1]
    steps = [shape for shape in path if not shape.edge.startswith("[")]
    above = path[-2] if len(path) > 1 else last
    edges = [shape.edge for shape in path]
    if is_chain(path):
        return f"chain of objects linked by {last.edge}"
    if any(shape.type == "functools._lru_cache_wrapper" for shape in path):
        return "lru_cache"
    if ".__defaults__" in edges or ".__kwdefaults__" in edges:
        return "default argument"
    if path[0].edge == "garbage":
        return "garbage that only the cyclic collector can free"
    if path[0].edge in ("atexit", "held by native code"):
        return path[0].edge
    if path[0].edge == "thread":
        return "thread"
    if any(edge.startswith("closure ") for edge in edges):
        return "closure variable"
    owner = steps[-2] if len(steps) > 1 else above
    if owner.type == "module":
        return "module global"
    if owner.type == "type" or owner.type.endswith("Meta"):
        return "class attribute"
    if owner.type == "function":
        return "function attribute"
    if owner.type in BUILTIN_CONTAINERS:
        return "entry of a container"
    return "instance attribute"


def library_of(type_name: str, user_modules: Sequence[str]) -> str | None:
    """The library that a type comes from, by import name; None for builtins and the user's own types."""
    if "." not in type_name:
        return None
    module = type_name.rpartition(".")[0]
    for own in user_modules:
        if module == own or module.startswith(own + "."):
            return None
    return module.partition(".")[0]
