"""Bounds that containers of known libraries keep: read, never called into."""

from __future__ import annotations

import functools
from collections import deque
from typing import Any

LIMIT_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "cachetools": ("_Cache__maxsize",),
    "cachelib": ("_threshold",),
    "flask_caching": ("_threshold",),
    "jinja2": ("capacity",),
    "sqlalchemy": ("capacity",),
    "werkzeug": ("maxsize", "capacity"),
    "lru": ("maxsize",),
    "mako": ("capacity",),
    "queue": ("maxsize",),
}
"""Per library, the attribute in which its bounded containers keep their limit."""


def limit_of(owner: object) -> int | None:
    """How many entries a container of a known bounded kind holds at most; None if unbounded or unknown.

    A limit of zero or less means none, as in these libraries.
    """
    found: Any = None
    if type(owner) is deque or isinstance(owner, deque):
        found = deque.maxlen.__get__(owner)
    elif type(owner) is type(functools.lru_cache(maxsize=1)(abs)):
        found = owner.cache_parameters()["maxsize"]
    else:
        for library_class in type(owner).__mro__:
            names = LIMIT_ATTRIBUTES.get(str(library_class.__module__).partition(".")[0], ())
            for name in names:
                found = _attribute(owner, name)
                if isinstance(found, int):
                    break
            if isinstance(found, int):
                break
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else None


def _attribute(owner: object, name: str) -> object:
    try:
        values = object.__getattribute__(owner, "__dict__")
    except AttributeError:
        return None
    return values.get(name) if type(values) is dict else None
