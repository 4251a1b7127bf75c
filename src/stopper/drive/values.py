"""Values for the variable parts of a URL, by converter: as many distinct ones as asked for, or one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from werkzeug.routing import (
    AnyConverter,
    BaseConverter,
    FloatConverter,
    IntegerConverter,
    PathConverter,
    UnicodeConverter,
    UUIDConverter,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


NEW_ONE_IN = 8
"""Where some numbers were not answered well, one request in so many tries a new one."""


def value_for(converter: BaseConverter, number: int) -> Any:
    """The value with this number (1, 2, …) for a converter: distinct numbers give distinct values where it can.

    Small and plain on purpose: 1, 2, 3 for an id, `word1` for a string: what is in a seeded
    database, and what a view that allocates by its argument survives.
    """
    if isinstance(converter, IntegerConverter):
        return int(_within(converter, number))
    if isinstance(converter, FloatConverter):
        return float(_within(converter, number)) + 0.25
    if isinstance(converter, UUIDConverter):
        return uuid.UUID(int=number, version=4)
    if isinstance(converter, AnyConverter):
        items = sorted(converter.items)
        return items[number % len(items)]
    if isinstance(converter, PathConverter):
        return f"folder{number % 10}/word{number}"
    if type(converter) is UnicodeConverter:
        return _text(converter, number)
    return f"word{number}"


def values_for(converters: Mapping[str, BaseConverter], number: int) -> dict[str, Any]:
    """A value for each variable part; the parts of one URL differ from each other."""
    return {
        name: value_for(converter, number + index) for index, (name, converter) in enumerate(sorted(converters.items()))
    }


def _within(converter: IntegerConverter | FloatConverter, number: int) -> int:
    low = int(converter.min) if converter.min is not None else None
    high = int(converter.max) if converter.max is not None else None
    if isinstance(converter, IntegerConverter) and converter.fixed_digits:
        least = 10 ** (int(converter.fixed_digits) - 1)
        return int(least + number % (9 * least))
    if low is not None and high is not None:
        return low + (number - low) % max(1, high - low + 1)
    if low is not None and number < low:
        return low + number
    if high is not None:
        return 1 + (number - 1) % high if high >= 1 else high
    return number


def _text(converter: UnicodeConverter, number: int) -> str:
    least, most = _lengths(converter.regex)
    digits = _letters(number)
    text = f"word{number}"
    if most is not None and len(text) > most:
        text = digits[-most:]
    return text.ljust(least, "x") if len(text) >= least else "x" * (least - len(text)) + text


def _lengths(regex: str) -> tuple[int, int | None]:
    """Least and most characters of `[^/]{least,most}`, the form that werkzeug builds."""
    body = regex.rpartition("{")[2].rstrip("}") if "{" in regex else "1,"
    low, comma, high = body.partition(",")
    return int(low or 1), (int(high) if high else None) if comma else int(low)


def _letters(number: int) -> str:
    text = ""
    while True:
        number, rest = divmod(number, 26)
        text = chr(ord("a") + rest) + text
        if not number:
            return text


def tried_in_turn(good: Sequence[int], number: int) -> int:
    """The number to use where only some are known to be good: one in eight is new."""
    return number if number % NEW_ONE_IN == 0 or not good else good[number % len(good)]
