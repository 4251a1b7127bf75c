"""Kinship: which suspects are one leak, and by which of them to name it.

One leaked object is often held in several places: a thread by the user's own dict and by the
registries of `threading`; a signal's receiver by three dicts of the signal. That is one leak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from stopper.judge.paths import BUILTIN_CONTAINERS, library_of
from stopper.model.growth import Suspect
from stopper.model.heap import ROOT, Shape

ANONYMOUS_ROOTS = ("held by native code", "garbage", "thread", "interpreter")
"""Roots that nobody can look up in their code."""

RATE_TOLERANCE = 0.15
"""Rates this close are taken for the same. They are counts over at least 80 requests, so that equal
ones differ only by chance and by what was already under way."""

WEAK_TYPES = ("weakref.ReferenceType", "weakref.KeyedRef", "weakref.finalize")


class Kinship:
    """Groups suspects. Asks for shapes by id."""

    def __init__(
        self,
        path_of: Callable[[int], Sequence[Shape]],
        shape_of: Callable[[int], Shape],
        user_modules: Sequence[str],
    ) -> None:
        """path_of: the shapes from the root to a shape; shape_of: one shape; user_modules: their import names."""
        self._user_modules = user_modules
        self._path_of = path_of
        self._shape_of = shape_of

    def groups(self, suspects: Sequence[Suspect], links: Iterable[Sequence[int]]) -> list[list[Suspect]]:
        """The suspects by leak. links: pairs of shape ids of which one holds what the other owns."""
        leader = {suspect.shape_id: suspect.shape_id for suspect in suspects}
        linked = {frozenset(pair) for pair in links}

        def find(shape_id: int) -> int:
            while leader[shape_id] != shape_id:
                shape_id = leader[shape_id]
            return shape_id

        for number, one in enumerate(suspects):
            for other in suspects[:number]:
                if not one.endpoints & other.endpoints and (one.endpoints or other.endpoints):
                    continue
                if frozenset((one.shape_id, other.shape_id)) in linked or self._are_kin(one, other):
                    leader[find(one.shape_id)] = find(other.shape_id)
        found: dict[int, list[Suspect]] = {}
        for suspect in suspects:
            found.setdefault(find(suspect.shape_id), []).append(suspect)
        return list(found.values())

    def rank(self, suspect: Suspect, facts: Mapping[str, Any]) -> tuple[int, int, int, float]:
        """Which of several holders of the same objects to name: one that owns them, near a root; lowest first.

        Of garbage, name the user's own type, and of these the one that there are fewest of: the
        cycle's outermost object.
        """
        path = self._path_of(suspect.shape_id)
        weak = any(shape.type.startswith("weakref.Weak") for shape in path) or _mostly_weak(facts)
        anonymous = is_anonymous(path[0].edge)
        builtin = path[0].edge == "garbage" and "." not in path[0].type
        return (
            4 * (suspect.metric == "size_bytes") + 2 * anonymous + weak,
            int(builtin),
            len(path),
            sum(suspect.rates.values()),
        )

    def _are_kin(self, one: Suspect, other: Suspect) -> bool:
        if self._is_above(one, other) or self._is_above(other, one):
            return True
        if any(suspect.metric == "size_bytes" and self._is_librarys_root(suspect) for suspect in (one, other)):
            return True  # a library's object that gets larger with it: a class with its list of subclasses
        if not _alike(one.rates, other.rates):
            return False
        roots = {self._path_of(suspect.shape_id)[0].edge for suspect in (one, other)}
        if any(is_anonymous(root) and root != "garbage" for root in roots):
            return True
        owners = [self._owner(suspect.shape_id) for suspect in (one, other)]
        return owners[0] == owners[1] and self._is_librarys(owners[0])

    def _is_above(self, upper: Suspect, lower: Suspect) -> bool:
        """Whether one that grows in bytes alone lies on the path of the other: it is resized for it."""
        if upper.metric != "size_bytes":
            return False
        parent = self._shape_of(lower.shape_id).parent
        while parent != ROOT:
            if parent == upper.shape_id:
                return True
            parent = self._shape_of(parent).parent
        return False

    def _owner(self, shape_id: int) -> int:
        """The nearest shape above that is no builtin container: an instance, class or module."""
        while self._shape_of(shape_id).type in BUILTIN_CONTAINERS:
            parent = self._shape_of(shape_id).parent
            if parent == ROOT:
                break
            shape_id = parent
        return shape_id

    def _is_librarys_root(self, suspect: Suspect) -> bool:
        root = self._path_of(suspect.shape_id)[0].edge
        return root.startswith("module ") and not _is_users(root.removeprefix("module "), self._user_modules)

    def _is_librarys(self, shape_id: int) -> bool:
        path = self._path_of(shape_id)
        if path[-1].type in ("module", "type"):
            return not _is_users(path[0].edge.removeprefix("module "), self._user_modules)
        return library_of(path[-1].type, self._user_modules) is not None


def _is_users(module: str, user_modules: Sequence[str]) -> bool:
    return any(module == own or module.startswith(own + ".") for own in user_modules)


def is_anonymous(root: str) -> bool:
    """Whether a root is none that anybody can look up in their code. Threads are numbered: `thread 0`."""
    return root in ANONYMOUS_ROOTS or root.startswith("thread ")


def _mostly_weak(facts: Mapping[str, Any]) -> bool:
    new = [name for name, _ in facts.get("new", ()) if name not in ("int", "str")]
    return bool(new) and new[0].startswith(WEAK_TYPES)


def _alike(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Whether the same endpoints make both grow, at (about) the same rates."""
    return one.keys() == other.keys() and all(
        abs(rate - other[name]) <= RATE_TOLERANCE * max(rate, other[name]) for name, rate in one.items()
    )
