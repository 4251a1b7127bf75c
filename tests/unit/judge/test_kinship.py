"""Kinship: which suspects are one leak, and which holder names it."""

from __future__ import annotations

import pytest

from stopper.judge.kinship import Kinship
from stopper.model.growth import Suspect
from stopper.model.heap import ROOT, Shape

SHOP, JOBS, THREADING, ACTIVE, SIGNAL, RECEIVERS, SENDERS, NATIVE, OTHER, KINDS, CLASS = range(11)
SHAPES = {
    SHOP: Shape(ROOT, "module shop", "module"),
    JOBS: Shape(SHOP, ".jobs", "dict"),
    THREADING: Shape(ROOT, "module threading", "module"),
    ACTIVE: Shape(THREADING, "._active", "dict"),
    SIGNAL: Shape(SHOP, ".signed_up", "blinker.base.Signal"),
    RECEIVERS: Shape(SIGNAL, ".receivers", "dict"),
    SENDERS: Shape(SIGNAL, "._by_sender", "dict"),
    NATIVE: Shape(ROOT, "held by native code", "method"),
    OTHER: Shape(SHOP, ".seen", "list"),
    CLASS: Shape(SHOP, ".Payload", "type"),
    KINDS: Shape(CLASS, ".kinds", "list"),
}


def path_of(shape_id: int) -> list[Shape]:
    found = []
    while shape_id != ROOT:
        found.insert(0, SHAPES[shape_id])
        shape_id = SHAPES[shape_id].parent
    return found


KINSHIP = Kinship(path_of, SHAPES.__getitem__, ["shop"])


def suspect(shape_id: int, rate: float = 1.0, endpoint: str = "order", metric: str = "items") -> Suspect:
    return Suspect(shape_id, metric, {endpoint: rate})


def grouped(suspects: list[Suspect], links: list[list[int]] = []) -> set[frozenset[int]]:  # noqa: B006  # only read
    return {frozenset(one.shape_id for one in group) for group in KINSHIP.groups(suspects, links)}


def test_groups_holders_that_are_linked_are_one_leak():
    """A thread in the user's dict and in threading's registry is one leak."""
    assert grouped([suspect(JOBS), suspect(ACTIVE)], [[ACTIVE, JOBS]]) == {frozenset({JOBS, ACTIVE})}


def test_groups_two_lists_of_one_endpoint_are_two_leaks():
    """Two containers of the user's own that grow alike, without a link, are two leaks."""
    assert grouped([suspect(JOBS), suspect(OTHER)]) == {frozenset({JOBS}), frozenset({OTHER})}


def test_groups_the_parts_of_a_library_object_are_one_leak():
    """A signal that keeps a receiver in several dicts has one leak."""
    assert grouped([suspect(RECEIVERS), suspect(SENDERS)]) == {frozenset({RECEIVERS, SENDERS})}


def test_groups_what_native_code_holds_goes_with_what_grows_alike():
    """What no name holds is the other side of what a name holds, where both grow at one rate."""
    assert grouped([suspect(JOBS), suspect(NATIVE, metric="objects")]) == {frozenset({JOBS, NATIVE})}
    assert len(grouped([suspect(JOBS), suspect(NATIVE, rate=0.3, metric="objects")])) == 2


def test_groups_a_class_that_is_enlarged_goes_with_the_list_in_it():
    """A class whose list of subclasses gets longer is no leak beside the registry in it."""
    enlarged = suspect(CLASS, rate=100.0, metric="size_bytes")
    assert grouped([enlarged, suspect(KINDS)]) == {frozenset({CLASS, KINDS})}


def test_groups_other_endpoints_are_other_leaks():
    """What different endpoints make grow is not one leak, linked or not."""
    assert len(grouped([suspect(JOBS), suspect(ACTIVE, endpoint="mail")], [[ACTIVE, JOBS]])) == 2


@pytest.mark.parametrize(
    ("better", "worse", "facts"),
    [
        (suspect(JOBS), suspect(NATIVE, metric="objects"), {}),
        (suspect(KINDS), suspect(CLASS, metric="size_bytes"), {}),
        (suspect(JOBS), suspect(OTHER), {"new": [["weakref.ReferenceType", 4]]}),
    ],
)
def test_rank_names_the_holder_that_a_developer_can_look_up(better, worse, facts):
    """A named owner comes before an anonymous one, entries before bytes, strong before weak."""
    assert KINSHIP.rank(better, {}) < KINSHIP.rank(worse, facts)
