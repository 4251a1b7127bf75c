"""The live heap folded by path shape: what the heap walker gives and growth is judged on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

ROOT = -1
"""The parent of a shape that is itself a root."""


class Shape(NamedTuple):
    """One path shape: how a set of objects is reached from a named root.

    parent: id of the shape above, or `ROOT`.
    edge:   how it is reached from the parent, as code would spell it: `.name` (attribute), `[*]` (item
            of a sequence, or value of a dict), `['key']` (value of a small dict under a name that
            stands in the source), `{key}` (key of a dict or element of a set), `closure name`,
            `local name`, `.__defaults__`, or empty where only the C level knows. For a root, its name:
            `module shop.views`, `thread mailer`, `atexit`, `held by native code`, `garbage`.
    type:   qualified name of the objects' type; builtins without their module.
    """

    parent: int
    edge: str
    type: str


class Tally(NamedTuple):
    """What one profile counted under one shape (or how two profiles differ there).

    objects:    objects whose first path has this shape.
    items:      what these objects hold directly, summed: entries of a container, attributes of an
                instance, references of anything else.
    size_bytes: their own bytes, without what they refer to.
    """

    objects: int
    items: int
    size_bytes: int


NOTHING = Tally(0, 0, 0)


@dataclass(frozen=True)
class Profile:
    """One ownership profile, address-free and comparable with others of the same walker.

    tallies: by shape id; a shape that is not listed holds nothing.
    objects: how many objects were reached, all shapes together.
    """

    tallies: dict[int, Tally]
    objects: int
