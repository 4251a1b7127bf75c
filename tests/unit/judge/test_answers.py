"""Answers: what counts as exercised."""

from __future__ import annotations

import pytest

from stopper.judge.answers import judge_answers

GOOD = {"statuses": [200, 200, 200], "location": "", "endless": False, "raised": "", "path": "/p/1"}


@pytest.mark.parametrize(
    ("facts", "drivable", "words"),
    [
        (GOOD, True, ""),
        ({**GOOD, "statuses": [404, 200, 404]}, True, ""),
        ({**GOOD, "statuses": [302, 302, 302], "location": "/basket"}, True, ""),
        ({**GOOD, "statuses": [302, 302, 302], "location": "/login?next=/"}, True, "302 to /login?next=/"),
        ({**GOOD, "statuses": [401, 401, 401]}, True, "401: give a scenario"),
        ({**GOOD, "statuses": [404, 404, 404]}, True, "404 for every value tried, /p/1"),
        ({**GOOD, "statuses": [500, 500, 500], "raised": "KeyError at shop.py:3"}, True, "KeyError at shop.py:3"),
        ({**GOOD, "endless": True}, False, "streams without end"),
        ({"hung": True, "statuses": []}, False, "hangs"),
    ],
)
def test_judge_answers_says_why_an_endpoint_is_not_exercised(facts, drivable, words):
    """An endpoint that does not answer well is said to be so, with what to do; a failing one is still driven."""
    drive, reason = judge_answers("/p/<int:id>", facts)
    assert drive is drivable
    assert words in reason
    assert bool(reason) is bool(words)
