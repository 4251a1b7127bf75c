"""Growth: what rises, what is suspected, and what was shown to stop."""

from __future__ import annotations

import pytest

from stopper.judge.growth import (
    Course,
    attributed_anew,
    course,
    is_bounded,
    is_larger_by_input,
    owned_bytes,
    rising,
    suspects,
    topmost,
)
from stopper.model.growth import Interval, Suspect
from stopper.model.heap import ROOT, Shape, Tally

MODULE, HOLDER, ENTRY, FIELD = range(4)
SHAPES = {
    MODULE: Shape(ROOT, "module shop", "module"),
    HOLDER: Shape(MODULE, "._recent", "list"),
    ENTRY: Shape(HOLDER, "[*]", "dict"),
    FIELD: Shape(ENTRY, "['lines']", "list"),
}


def interval(deltas: dict[int, tuple[int, int, int]], **requests: int) -> Interval:
    return Interval(requests or {"product": 40}, {key: Tally(*row) for key, row in deltas.items()})


def leak(times: int) -> Interval:
    """What a list that gets an entry a request looks like over so many requests."""
    return interval({HOLDER: (0, times, 8 * times), ENTRY: (times, 2 * times, 200 * times)}, product=times)


def test_rising_one_entry_a_request_is_the_holder_by_items_and_its_entries_by_objects():
    """A list that gets an entry a request rises by items, and the entries below it by number."""
    assert rising([leak(40), leak(40), leak(40)]) == {HOLDER: "items", ENTRY: "objects"}


def test_rising_a_step_in_one_interval_only_is_not_growth():
    """Something made once, on first use, is not growth."""
    assert rising([leak(40), interval({}), interval({})]) == {}


def test_rising_what_falls_back_in_the_end_is_not_growth():
    """A container that was emptied in the last round does not grow."""
    assert rising([leak(40), leak(40), interval({HOLDER: (0, -10, 0), ENTRY: (-10, -20, 0)})]) == {}


def test_rising_one_round_without_growth_is_forgiven():
    """A leak that strikes in one of twenty requests may miss a round."""
    assert HOLDER in rising([leak(2), interval({}), leak(1)])


def test_rising_a_slot_replaced_each_time_is_not_growth():
    """An object that takes the place of the one before changes nothing that is counted."""
    assert rising([interval({ENTRY: (0, 0, 3)}), interval({ENTRY: (0, 0, -3)}), interval({ENTRY: (0, 0, 1)})]) == {}


def test_rising_bytes_alone_count_only_when_they_are_many():
    """A buffer that is appended to grows; a counter that gets longer by a digit does not."""
    buffer = [interval({HOLDER: (0, 0, 64 * 40)})] * 3
    counter = [interval({HOLDER: (0, 0, 4)})] * 3
    assert rising(buffer) == {HOLDER: "size_bytes"}
    assert rising(counter) == {}


def test_topmost_names_the_holder_not_what_it_holds():
    """Of a chain of growing shapes only the uppermost is a suspect."""
    assert topmost({HOLDER: "items", ENTRY: "objects", FIELD: "items"}, SHAPES.__getitem__) == [HOLDER]


def test_topmost_growth_in_bytes_alone_does_not_explain_what_is_below():
    """A list that is merely resized does not make its entries' own lists longer."""
    assert topmost({HOLDER: "size_bytes", FIELD: "items"}, SHAPES.__getitem__) == [HOLDER, FIELD]


def test_suspects_only_the_endpoint_whose_own_rounds_grow_is_named():
    """An endpoint is blamed for what grows when it alone is driven."""
    own = {"product": [leak(40), leak(40)], "price": [interval({}, price=40)] * 2}
    (suspect,) = suspects(own, SHAPES.__getitem__, {HOLDER: "items", ENTRY: "objects"})
    assert suspect == Suspect(HOLDER, "items", {"product": 1.0})


def test_suspects_a_bystander_far_below_the_fastest_is_not_named():
    """One chance entry in eighty requests does not make an endpoint part of a leak."""
    own = {"product": [leak(40), leak(40)], "price": [interval({HOLDER: (0, 1, 8)}, price=40), interval({}, price=40)]}
    (suspect,) = suspects(own, SHAPES.__getitem__, {HOLDER: "items"})
    assert suspect.endpoints == {"product"}


def test_suspects_an_entry_list_that_grows_by_another_endpoint_is_its_own_suspect():
    """A leak inside the entries of a container is told from the leak of entries."""
    own = {"product": [leak(40)] * 2, "comment": [interval({FIELD: (0, 40, 320)}, comment=40)] * 2}
    found = suspects(own, SHAPES.__getitem__, {HOLDER: "items", ENTRY: "objects", FIELD: "items"})
    assert [(suspect.shape_id, set(suspect.endpoints)) for suspect in found] == [
        (HOLDER, {"product"}),
        (FIELD, {"comment"}),
    ]


SUSPECT = Suspect(HOLDER, "items", {"product": 1.0})


def test_course_steady_growth_goes_on():
    """A leak grows as fast under thousands of requests as under the first ones."""
    assert course(SUSPECT, [leak(40)], [leak(200), leak(500), leak(1200)]) is Course.GOES_ON


@pytest.mark.parametrize("gained", [0, 100, -40])
def test_course_growth_that_ends_has_stopped(gained):
    """A cache that is full, nearly full, or was pruned is bounded."""
    assert course(SUSPECT, [leak(40)], [leak(200), interval({HOLDER: (0, gained, 0)}, product=500)]) is Course.STOPPED


def test_course_a_rare_leak_is_not_dropped_for_one_empty_chunk():
    """Where only a few entries were to be expected, none says nothing."""
    rare = Suspect(HOLDER, "items", {"product": 0.05})
    before = [interval({HOLDER: (0, 2, 16)}, product=40)]
    chunks = [interval({}, product=100), interval({HOLDER: (0, 25, 200)}, product=500)]
    assert course(rare, before, chunks) is Course.GOES_ON


def test_course_without_further_requests_is_undecided():
    """What could not be confirmed is not judged."""
    assert course(SUSPECT, [leak(40)], []) is Course.UNDECIDED


def test_is_bounded_a_limit_counts_when_what_it_admits_is_affordable():
    """A limit of ten million entries is none; a limit of a thousand is one."""
    assert is_bounded(1000, gained_bytes=600.0, gained_items=1)
    assert not is_bounded(10_000_000, gained_bytes=600.0, gained_items=1)
    assert not is_bounded(None, gained_bytes=600.0, gained_items=1)


def test_owned_bytes_are_those_of_the_holder_and_all_below():
    """What a leak costs is what hangs on its holder, not the holder alone."""
    children = {HOLDER: [ENTRY], ENTRY: [FIELD]}
    assert owned_bytes([leak(10)], [HOLDER, ENTRY], lambda key: children.get(key, [])) == 10 * 208


def test_attributed_anew_an_endpoint_that_no_longer_grows_it_is_dropped():
    """After the confirmation only those that still make it grow are named."""
    both = Suspect(HOLDER, "items", {"product": 1.0, "price": 0.5})
    now = attributed_anew(both, {"product": [leak(40)], "price": [interval({}, price=40)]})
    assert now.rates == {"product": 1.0}


def test_is_larger_by_input_a_text_made_of_the_last_input_is_no_leak():
    """A longer text for a larger number takes a slot over; a text that is appended to grows with one input."""
    shapes = {HOLDER: Shape(MODULE, ".last", "str")}
    text = Suspect(HOLDER, "size_bytes", {"product": 40.0})
    replaced, appended = {"product": interval({})}, {"product": interval({HOLDER: (0, 0, 1600)})}
    assert is_larger_by_input(text, shapes.__getitem__, replaced)
    assert not is_larger_by_input(text, shapes.__getitem__, appended)
    assert not is_larger_by_input(SUSPECT, shapes.__getitem__, replaced)
