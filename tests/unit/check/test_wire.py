"""The wire between conductor and worker."""

from __future__ import annotations

import socket

import pytest

from stopper.check.wire import Wire


@pytest.fixture
def ends():
    one, other = socket.socketpair()
    yield Wire(one), Wire(other)
    one.close()
    other.close()


def test_wire_carries_messages_whole_and_in_order(ends):
    """What is sent is received, however large and whatever its letters."""
    here, there = ends
    here.send({"do": "load", "target": "shöp:app"})
    here.send({"do": "drive", "plan": {f"endpoint{number}": number for number in range(2000)}})
    assert there.receive(5.0)["target"] == "shöp:app"
    assert len(there.receive(5.0)["plan"]) == 2000


def test_wire_says_when_the_other_end_is_gone(ends):
    """A worker that died is noticed, not waited for."""
    here, there = ends
    here.close()
    with pytest.raises(EOFError):
        there.receive(5.0)


def test_wire_says_when_nothing_comes_in_time(ends):
    """A worker that hangs is noticed."""
    _, there = ends
    with pytest.raises(TimeoutError):
        there.receive(0.01)
