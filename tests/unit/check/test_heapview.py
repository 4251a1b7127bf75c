"""Differences between raw profiles."""

from __future__ import annotations

from array import array

from stopper.check.heapview import differing_rows


def raw(*rows: tuple[int, int, int]) -> bytes:
    return array("Q", [figure for row in rows for figure in row]).tobytes()


def test_differing_rows_gives_only_what_changed():
    """Equal rows are left out; a row may fall."""
    before = raw((1, 5, 80), (2, 2, 20), (9, 0, 0))
    after = raw((1, 6, 80), (2, 2, 20), (4, 0, 0))
    assert differing_rows(before, after) == [[0, 0, 1, 0], [2, -5, 0, 0]]


def test_differing_rows_shapes_that_are_new_count_from_zero():
    """The table of shapes may have grown since the last profile, beyond a block of it."""
    before = raw(*[(1, 1, 1)] * 60)
    after = before + raw(*[(2, 2, 2)] * 10)
    assert differing_rows(before, after) == [[60 + index, 2, 2, 2] for index in range(10)]


def test_differing_rows_of_equal_profiles_is_empty():
    """Nothing changed, nothing said."""
    same = raw(*[(3, 4, 5)] * 200)
    assert differing_rows(same, same) == []
