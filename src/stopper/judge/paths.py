"""Naming: from the shapes on a path to the names that a developer would type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from stopper.model.heap import ROOT, Shape

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

BUILTIN_CONTAINERS = {
    "bytearray",
    "bytes",
    "collections.OrderedDict",
    "collections.defaultdict",
    "collections.deque",
    "dict",
    "frozenset",
    "list",
    "set",
    "str",
    "tuple",
}
"""Types that only hold: whose they are, the object above them says."""


def retaining_path(path: Sequence[Shape]) -> tuple[str, ...]:
    """One text a step, from the root: `module shop.views`, `._recent: list`, `[*]: dict`."""
    steps = [path[0].edge]
    for shape in path[1:]:
        edge = shape.edge or "(held by C code)"
        steps.append(f"{edge}: {shape.type}")
    return tuple(steps)


def holder_path(path: Sequence[Shape], home: tuple[int, str] | None = None) -> str:
    """The holder's name: `shop.views._recent`, `Registry.items`, `shop.prices.render (lru_cache)`.

    home: how many steps above the holder an object lies that has a better name, and this name.
    """
    if home is not None:
        steps, better = home
        path = (Shape(ROOT, better, path[-1 - steps].type), *path[len(path) - steps :])
    root = path[0]
    if root.edge == "garbage":
        return f"unreachable cycle of {root.type}"
    if is_chain(path):
        path = path[:-1]
    name = root.edge.removeprefix("module ")
    for above, shape in pairwise(path):
        if above.type == "functools._lru_cache_wrapper":
            return f"{name} (lru_cache)"
        if not is_internal(above, shape):
            name += step_name(above, shape)
    return name + (" (lru_cache)" if path[-1].type == "functools._lru_cache_wrapper" else "")


def step_name(above: Shape, shape: Shape) -> str:
    """One step of a holder's name, as code spells it; in words where code cannot."""
    edge = shape.edge
    if edge.startswith("["):
        return "" if above.edge == ".__defaults__" else edge
    if edge.startswith("{"):
        return " (keys)"
    if edge.startswith("closure "):
        return f" (closure variable {edge.removeprefix('closure ')})"
    if edge.startswith(("frame ", "local ")):
        return f", {edge}"
    return edge if edge.startswith(".") or not edge else f" {edge}"


def is_chain(path: Sequence[Shape]) -> bool:
    """Whether the last shape is that of objects linked to each other, as in a linked list."""
    return len(path) > 1 and path[-1].type == path[-2].type and path[-1].edge.startswith(".")


def is_inner_working(path: Sequence[Shape]) -> bool:
    """Whether a holder is nothing that a developer would recognise: without a name, or deep inside something."""
    unnamed = sum(not shape.edge.startswith(".") for shape in path[1:])
    return path[0].edge in ROOT_KINDS or unnamed > UNNAMED_STEPS_LIMIT


UNNAMED_STEPS_LIMIT = 2
"""`registry[*].entries[*]` can still be found by a reader; with more unnamed steps it cannot."""


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


ROOT_KINDS = {
    "garbage": "garbage that only the cyclic collector can free",
    "atexit": "functions to be called at exit",
    "held by native code": "held by native code",
    "thread": "thread",
}
"""Roots that are no modules, in words."""

EDGE_KINDS = {".__defaults__": "default argument", ".__kwdefaults__": "default argument"}

OWNER_KINDS = {"module": "module global", "type": "class attribute", "function": "function attribute"}
"""What an attribute is called, by the type of its owner; of anything else it is an instance's."""


def kind_in_words(path: Sequence[Shape]) -> str:
    """What the holder is: "module global", "class attribute", "instance attribute", "lru_cache", and so on."""
    if is_chain(path):
        return f"chain of objects linked by {path[-1].edge}"
    if any(shape.type == "functools._lru_cache_wrapper" for shape in path):
        return "lru_cache"
    for shape in path:
        if shape.edge in EDGE_KINDS:
            return EDGE_KINDS[shape.edge]
        if shape.edge.startswith("closure "):
            return "closure variable"
    root = path[0].edge.partition(" ")[0] if path[0].edge.startswith("thread ") else path[0].edge
    if root in ROOT_KINDS:
        return ROOT_KINDS[root]
    named = max(index for index, shape in enumerate(path) if not shape.edge.startswith("["))
    owner = path[max(0, named - 1)]
    if owner.type in BUILTIN_CONTAINERS:
        return "entry of a container"
    return OWNER_KINDS.get("type" if owner.type.endswith("Meta") else owner.type, "instance attribute")


def library_of(type_name: str, user_modules: Sequence[str]) -> str | None:
    """The library that a type comes from, by import name; None for builtins and the user's own types."""
    if "." not in type_name:
        return None
    module = type_name.rpartition(".")[0]
    for own in user_modules:
        if module == own or module.startswith(own + "."):
            return None
    return module.partition(".")[0]
