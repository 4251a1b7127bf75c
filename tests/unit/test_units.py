"""How quantities read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stopper.units import (
    DAY_SECONDS,
    format_bytes,
    format_bytes_a_day,
    format_count,
    format_duration,
    format_percent,
    format_rate,
    plural,
)


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (412.4, "412 B"),
        (1023, "1,023 B"),
        (1023.7, "1.0 KiB"),
        (1024, "1.0 KiB"),
        (3174, "3.1 KiB"),
        (102_348, "99.9 KiB"),
        (102_400, "100 KiB"),
        (1_047_552, "1,023 KiB"),
        (1_048_570, "1.0 MiB"),
        (268_435_456, "256 MiB"),
        (1_288_490_189, "1.2 GiB"),
        (2**60, "1,024 PiB"),
        (-3174, "-3.1 KiB"),
    ],
)
def test_bytes_of_any_size_have_three_digits(size_bytes: float, text: str):
    """A size is written in the unit that leaves one to four digits before the point, and rounds into the next one."""
    assert format_bytes(size_bytes) == text


def test_bytes_a_day_of_a_leak_say_so():
    """A growth is told by the day."""
    assert format_bytes_a_day(3120 * DAY_SECONDS) == "257 MiB a day"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (1, "1"),
        (1.0, "1"),
        (1804, "1,804"),
        (0.05, "0.05"),
        (0.0123, "0.012"),
        (0.3333, "0.33"),
        (0.5, "0.5"),
        (2.5, "2.5"),
        (9.996, "10"),
        (12.34, "12.3"),
        (99.96, "100"),
        (1234.5, "1,234"),
        (-2.5, "-2.5"),
    ],
)
def test_count_of_any_size_is_short(count: float, text: str):
    """A count has no more digits than say something, and thousands apart."""
    assert format_count(count) == text


@pytest.mark.parametrize(
    ("per_request", "text"),
    [
        (1.0, "1 object a request"),
        (2.0, "2 objects a request"),
        (1.004, "1 object a request"),
        (0.05, "1 object in 20 requests"),
        (0.0496, "1 object in 20 requests"),
        (0.75, "3 objects in 4 requests"),
        (0.99, "1 object a request"),
        (2.97, "3 objects a request"),
        (0.96, "0.96 objects a request"),
        (0.001, "1 object in 1,000 requests"),
        (0.0001, "0.0001 objects a request"),
        (0, "0 objects a request"),
        (3.5, "3.5 objects a request"),
    ],
)
def test_rate_of_any_size_reads_as_a_person_says_it(per_request: float, text: str):
    """One in twenty requests is said so; what a run cannot tell from chance is not made a fraction."""
    assert format_rate(per_request, "object") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.34, "340 ms"),
        (0.9996, "1.0 s"),
        (4.13, "4.1 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (125, "2 min 5 s"),
        (3600, "1 h"),
        (3725, "1 h 2 min"),
        (273_600, "3 d 4 h"),
        (86_400_000, "1,000 d"),
        (-4.13, "-4.1 s"),
    ],
)
def test_duration_of_any_length_has_two_units(seconds: float, text: str):
    """A span is written with its two largest units, without those that are zero."""
    assert format_duration(seconds) == text


@pytest.mark.parametrize(("share", "text"), [(0, "0%"), (0.004, "<1%"), (0.354, "35%"), (1, "100%")])
def test_percent_of_a_small_share_is_not_nothing(share: float, text: str):
    """A share is rounded, but what is there is never written as 0%."""
    assert format_percent(share) == text


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [
        (1, "object", "1 object"),
        (0, "request", "0 requests"),
        (1804, "entry", "1,804 entries"),
        (2, "process", "2 processes"),
    ],
)
def test_noun_with_a_count_has_its_plural(count: float, noun: str, text: str):
    """One is singular, all else plural, irregular ones too."""
    assert plural(count, noun) == text


@given(st.floats(min_value=0, max_value=2**59, allow_nan=False))
def test_bytes_of_any_size_keep_their_value(size_bytes: float):
    """What is written is within five per cent of what is meant (half a byte for the smallest)."""
    number, unit = format_bytes(size_bytes).split()
    written = float(number.replace(",", "")) * 1024 ** ["B", "KiB", "MiB", "GiB", "TiB", "PiB"].index(unit)
    assert written == pytest.approx(size_bytes, rel=0.05, abs=0.5)


@given(st.floats(min_value=0, max_value=1e12), st.floats(min_value=0, max_value=1e12))
def test_bytes_of_a_larger_size_never_read_smaller(one: float, other: float):
    """The order of two sizes can be read from their texts' values."""
    units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]

    def read(text: str) -> float:
        number, unit = text.split()
        return float(number.replace(",", "")) * 1024 ** units.index(unit)

    low, high = sorted((one, other))
    assert read(format_bytes(low)) <= read(format_bytes(high))
