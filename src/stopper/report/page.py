"""A page of text on a terminal: its width, its letters, its colours. What is said on it is said elsewhere."""

from __future__ import annotations

import re

from rich.console import Console
from rich.text import Text

from stopper.report.plain import ascii_only, printable

__all__ = ["Page", "Part"]

Part = str | tuple[str, str]
"""A piece of a line: text, or text with its style."""

_WIDEST = 110
"""Columns used of a wider terminal: beyond that the eye loses the line between a heading and its right end."""

_NARROWEST = 40
"""Columns assumed of a narrower terminal: below, neither a path nor a line of code can be recognised."""

_PROSE = 84
"""Columns of running text: longer lines are hard to read on, shorter ones break code names more often."""

_LABELLED = 72
"""From this width on labels stand beside their text; below, a label has a line of its own."""

_LABEL = 9
"""Columns of a label beside its text: the longest, `held by`, and two spaces."""

MARGIN = 2
"""Columns left free before everything that belongs to a heading."""


class Page:
    """Lines on a console, wrapped to its width; ASCII where its encoding knows nothing else."""

    def __init__(self, console: Console) -> None:
        """Take width, encoding and colour from the console as they are now."""
        self._console = console
        self._unicode = not console.options.ascii_only
        self.width = max(_NARROWEST, min(console.width, _WIDEST))
        self.colour = console.color_system is not None and not console.no_color

    def text(self, *parts: Part) -> Text:
        """One line of pieces, every character of which the terminal can show."""
        line = Text()
        for part in parts:
            words, style = (part, "") if isinstance(part, str) else part
            line.append(self.shown(words), style or None)
        return line

    def shown(self, text: str) -> str:
        """The text as this terminal can show it."""
        text = printable(text)
        return text if self._unicode else ascii_only(text)

    def prose(self, text: str, style: str = "") -> Text:
        """A sentence in which `names` in backquotes stand out: by colour where there is colour."""
        line = Text()
        for index, part in enumerate(re.split(r"`([^`]+)`", text)):
            if index % 2:
                line.append(
                    self.shown(part) if self.colour else f"`{self.shown(part)}`", "cyan" if self.colour else None
                )
            else:
                line.append(self.shown(part), style or None)
        return line

    def put(self, line: Text | str = "", *, indent: int = 0, hang: int = 0, first: Text | None = None) -> None:
        """Print a line, wrapped; *hang* indents the lines after the first, *first* stands before it in the margin."""
        text = line if isinstance(line, Text) else self.text(line)
        width = max(12, min(self.width - indent - hang, _PROSE))
        pieces = text.wrap(self._console, width, overflow="fold", tab_size=4) or [Text()]
        for number, piece in enumerate(pieces):
            margin = Text(" " * indent) if number or first is None else first
            if number:
                margin.append(" " * hang)
            self._out_stripped(margin + piece)

    def put_pair(self, left: Text, right: Text, *, indent: int = 0, below: int | None = None) -> None:
        """Print two pieces side by side where both fit, else *right* on a line of its own, indented by *below*."""
        if indent + left.cell_len + 2 + right.cell_len <= self.width:
            self._out_stripped(Text(" " * indent) + left + Text("  ") + right)
            return
        self.put(left, indent=indent, hang=MARGIN)
        self.put(right, indent=indent if below is None else below, hang=MARGIN)

    def put_code(self, gutter: Text, code: Text, *, indent: int = 0, whole: bool = False) -> None:
        """Print a line of code behind its gutter. A line too long is cut, or folded if it must be seen *whole*."""
        code.rstrip()
        room = max(12, self.width - indent - gutter.cell_len)
        if code.cell_len <= room or not whole:
            if code.cell_len > room:
                end = self.shown("…")
                code.truncate(room - len(end))
                code.append(end, "dim")
            self._out_stripped(Text(" " * indent) + gutter + code)
            return
        for number, piece in enumerate(code.wrap(self._console, room, overflow="fold")):
            self._out_stripped(Text(" " * indent) + (Text(" " * gutter.cell_len) if number else gutter) + piece)

    def rule(self, left: Text, right: Text | None = None, *, letter: str = "─", style: str = "dim") -> None:
        """A heading in a rule across the page; where it does not fit, a line of its own below a rule."""
        dash = self.shown(letter)
        tail = Text() if right is None else Text.assemble(" ", right, (" " + dash * 2, style))
        head = Text.assemble((dash * 2 + " ", style), left, " ")
        room = self.width - head.cell_len - tail.cell_len
        if room < 1:
            self._out(Text(dash * self.width, style))
            self.put(left)
            if right is not None:
                self.put(right)
            return
        self._out(head + Text(dash * room, style) + tail)

    def labelled(self, label: str) -> tuple[int, Text | None]:
        """Begin a labelled part: the indent of its text, and what stands in the margin of its first line."""
        name = self.text((label, "dim"))
        if self.width < _LABELLED:
            self._out(Text(" " * MARGIN) + name)
            return 2 * MARGIN, None
        name.pad_right(_LABEL - name.cell_len)
        return MARGIN + _LABEL, Text(" " * MARGIN) + name

    def _out_stripped(self, line: Text) -> None:
        line.rstrip()
        self._out(line)

    def _out(self, line: Text) -> None:
        self._console.print(line, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True, highlight=False)
