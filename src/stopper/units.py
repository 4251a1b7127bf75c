"""How quantities are written: bytes, counts, rates, durations. All formatting of numbers happens here.

Three significant digits are enough to act on, binary units say that they are binary, and the
words are whole ("a day", "1 in 20 requests"), so that a line reads as a sentence.
"""

from __future__ import annotations

from fractions import Fraction

__all__ = [
    "DAY_SECONDS",
    "format_bytes",
    "format_bytes_a_day",
    "format_count",
    "format_duration",
    "format_percent",
    "format_rate",
    "plural",
]

DAY_SECONDS = 86_400
"""24 h: requests a day at one request a second. By definition of the day, not measured."""

_BINARY_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")

_SPANS = ((DAY_SECONDS, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s"))
"""Units of time in seconds, each with the next smaller one."""

_LARGEST_DENOMINATOR = 1000
"""The rarest rate written as "1 in n": rarer ones are not told from chance by a run of a few thousand requests."""

_NEAR = 0.03
"""How far a rate may lie from a simple one and be written as that: the few odd requests in a round of a hundred."""

_IRREGULAR = {"process": "processes", "entry": "entries", "class": "classes", "address": "addresses"}


def format_bytes(size_bytes: float) -> str:
    """A size in binary units with three significant digits: `812 B`, `3.1 KiB`, `256 MiB`."""
    if size_bytes < 0:
        return "-" + format_bytes(-size_bytes)
    value, last = float(size_bytes), len(_BINARY_UNITS) - 1
    for index, unit in enumerate(_BINARY_UNITS):
        text = _whole(value) if index == 0 or value >= 99.95 else f"{value:.1f}"  # noqa: PLR2004 (rounds to 100)
        if float(text.replace(",", "")) < 1024 or index == last:  # noqa: PLR2004 (binary units)
            return f"{text} {unit}"
        value /= 1024
    raise AssertionError  # pragma: no cover (the last unit always returns)


def format_bytes_a_day(bytes_a_day: float) -> str:
    """A growth: `1.2 GiB a day`."""
    return f"{format_bytes(bytes_a_day)} a day"


def format_count(count: float) -> str:
    """A number of things, with thousands apart: `1,804`, `2.5`, `0.05`.

    Fractions keep two significant digits below ten, one decimal below a hundred, none above.
    """
    if count < 0:
        return "-" + format_count(-count)
    if count == int(count) or count >= 99.95:  # noqa: PLR2004 (rounds to 100)
        return _whole(count)
    if count >= 9.995:  # noqa: PLR2004 (rounds to 10)
        return _trimmed(f"{count:.1f}")
    return _trimmed(f"{count:.2f}" if count >= 0.095 else f"{count:.2g}")  # noqa: PLR2004 (rounds to 0.10)


def format_rate(per_request: float, noun: str) -> str:
    """How many *noun* a request leaves behind: `1 object a request`, `1 object in 20 requests`.

    Rates below one that are nearly a simple fraction are written as one: 0.05 as "1 object in 20
    requests", 0.75 as "3 objects in 4 requests". What is as near to a whole number is written as that.
    """
    whole = round(per_request)
    if whole and abs(per_request / whole - 1) <= _NEAR:
        return f"{plural(whole, noun)} a request"
    if 0 < per_request < 1:
        near = _simple_fraction(per_request)
        if near is not None:
            return f"{plural(near.numerator, noun)} in {plural(near.denominator, 'request')}"
    return f"{plural(per_request, noun)} a request"


def format_percent(share: float) -> str:
    """A share between 0 and 1: `35%`; what is small but not nothing is `<1%`."""
    if 0 < share < 0.01:  # noqa: PLR2004 (one per cent)
        return "<1%"
    return f"{round(share * 100)}%"


def format_duration(seconds: float) -> str:
    """A span of time with the two largest units that matter: `340 ms`, `4.1 s`, `2 min 5 s`, `3 d 4 h`."""
    if seconds < 0:
        return "-" + format_duration(-seconds)
    if seconds < 0.9995:  # noqa: PLR2004 (rounds to 1 s)
        return f"{round(seconds * 1000)} ms"
    if seconds < 9.95:  # noqa: PLR2004 (rounds to 10 s)
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, name, small_size, small_name in (
        (DAY_SECONDS, "d", 3600, "h"),
        (3600, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if whole >= size:
            rest = whole % size // small_size
            return f"{whole // size:,} {name}" + (f" {rest} {small_name}" if rest else "")
    return f"{whole} s"


def plural(count: float, noun: str) -> str:
    """A count with its noun: `1 object`, `0.5 objects`, `1,804 entries`."""
    number = format_count(count)
    return f"{number} {noun}" if number == "1" else f"{number} {_IRREGULAR.get(noun, noun + 's')}"


def _whole(value: float) -> str:
    return f"{round(value):,}"


def _trimmed(text: str) -> str:
    """Without the zeros that say nothing: `2.50` is `2.5`, `3.00` is `3`."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _simple_fraction(per_request: float) -> Fraction | None:
    """The fraction a person would say (1 in n up to 1,000, else n in up to 10) near the rate."""
    one_in = round(1 / per_request)
    for near in (Fraction(1, one_in), Fraction(per_request).limit_denominator(10)):
        if 0 < near < 1 and near.denominator <= _LARGEST_DENOMINATOR and abs(float(near) / per_request - 1) <= _NEAR:
            return near
    return None
