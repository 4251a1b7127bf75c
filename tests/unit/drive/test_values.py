"""Values for the variable parts of URLs."""

from __future__ import annotations

import uuid

import pytest
from werkzeug.routing import BaseConverter, Map, Rule

from stopper.drive.values import tried_in_turn, values_for


class Shelf(BaseConverter):
    """A converter of the app's own."""


def converters(rule: str) -> dict[str, BaseConverter]:
    url_map = Map([Rule(rule, endpoint="x")], converters={"shelf": Shelf})
    return next(url_map.iter_rules())._converters


@pytest.mark.parametrize(
    "rule",
    [
        "/<int:a>",
        "/<float:a>",
        "/<a>",
        "/<string(length=2):a>",
        "/<string(minlength=20):a>",
        "/<string(maxlength=3):a>",
        "/<path:a>",
        "/<uuid:a>",
        "/<any(red, green):a>",
        "/<int(min=5, max=9):a>",
        "/<int(fixed_digits=4):a>",
        "/<shelf:a>",
        "/<int:a>/<b>",
    ],
)
def test_values_are_accepted_by_their_own_rule(rule):
    """A URL made of generated values leads back to the rule it was made for."""
    url_map = Map([Rule(rule, endpoint="x")], converters={"shelf": Shelf})
    adapter = url_map.bind("localhost")
    for number in (1, 2, 37, 999, 12_345):
        url = adapter.build("x", values_for(converters(rule), number))
        assert adapter.match(url)[0] == "x"


def test_values_of_different_numbers_differ():
    """Distinct numbers give distinct values: a cache keyed by input is seen to grow."""
    for rule in ("/<int:a>", "/<a>", "/<path:a>", "/<uuid:a>", "/<float:a>"):
        seen = {str(values_for(converters(rule), number)) for number in range(1, 500)}
        assert len(seen) == 499


def test_values_of_one_url_differ_from_each_other():
    """`/compare/<int:a>/<int:b>` compares two things."""
    values = values_for(converters("/<int:a>/<int:b>"), 7)
    assert values["a"] != values["b"]


def test_value_for_uuid_is_a_version_4():
    """An app that checks the version of a UUID accepts it."""
    assert isinstance(values_for(converters("/<uuid:a>"), 3)["a"], uuid.UUID)
    assert values_for(converters("/<uuid:a>"), 3)["a"].version == 4


def test_tried_in_turn_keeps_to_what_was_good_but_tries_on():
    """Most numbers are known to be good, one in eight is new."""
    assert [tried_in_turn([1, 2], number) for number in (104, 105, 106, 107)] == [104, 2, 1, 2]
    assert tried_in_turn([], 101) == 101
