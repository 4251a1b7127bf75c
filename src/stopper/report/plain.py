"""Text that any terminal can show: no control characters, and ASCII where there is nothing else."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that draw nothing, move the cursor or turn the writing direction."""

_ASCII = str.maketrans(
    {
        "▸": ">", "→": "->", "←": "<-", "╰": "`", "├": "|", "│": "|", "┬": "+", "─": "-", "━": "=", "┊": ":",
        "…": "...", "·": "-", "\u00d7": "x", "≥": ">=", "≤": "<=", "✗": "x", "✓": "ok", "❱": ">", "•": "*",
        "“": '"', "”": '"', "\u2018": "'", "\u2019": "'", "\u2013": "-", "\u2014": "-", "\u00a0": " ",
    }
)  # fmt: skip


def printable(text: str) -> str:
    """The text without what could steer a terminal; each such character is shown as its escape.

    Names and source lines come from the user's program, and a name may hold an escape sequence.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(character) for character in text.expandtabs(4))


def ascii_only(text: str) -> str:
    """The text in ASCII: what the report draws becomes its nearest likeness, anything else an escape."""
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")


def _visible(character: str) -> str:
    if unicodedata.category(character) in _HIDDEN:
        return character.encode("unicode_escape").decode("ascii")
    return character
