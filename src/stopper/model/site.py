"""Sites: places in code, as stacks saw them."""

from __future__ import annotations

from typing import NamedTuple


class Frame(NamedTuple):
    """One frame of a stack.

    user:     the code is the user's own.
    ours:     the code is stopper's.
    wraps:    file, line and name of the user's function that this (library) frame wraps, as a
              decorator does; None if it wraps none.
    """

    file: str
    line: int
    function: str
    user: bool
    ours: bool = False
    wraps: tuple[str, int, str] | None = None


Stack = tuple[Frame, ...]
"""Innermost frame first."""
