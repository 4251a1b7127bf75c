"""Live progress while a check works: a bar on a terminal, silence in a pipe."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress
from rich.text import Text

from stopper.report.plain import printable

__all__ = ["Progress"]

_BAR = 16
"""Columns of the bar: enough to see it move."""

_NARROW, _NARROW_BAR = 60, 8
"""Below so many columns the bar is shorter, or no name would fit beside it."""

_OTHER = 2 + 1 + 1 + 1 + 7 + 1
"""Columns of the line beside name, bar, figures and detail: spinner, elapsed time, and the blanks between."""

_FREE = 4
"""Columns left free at the end: the terminal writes `^C` there, which must not begin a line that stays."""

_LEAST_DETAIL = 8
"""Columns below which a detail is left out: a name cut shorter is not recognised."""


class Progress:
    """What is being done, how far it is, and for how long. Used as a context manager; leaves nothing behind.

    console: where to show it, normally stderr. Where that is no terminal, nothing is ever written.
    """

    def __init__(self, console: Console) -> None:
        """Show nothing yet: the first stage does."""
        self._console = console
        self._live: RichProgress | None = None
        self._task: TaskID | None = None
        self._detail_columns = 0

    def __enter__(self) -> Self:
        """Nothing happens before the first stage."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar off the screen, also after Ctrl-C."""
        self.done()

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin the next stage, of *total* steps (None: not known)."""
        live = self._started()
        if live is None:
            return
        if self._task is not None:
            live.remove_task(self._task)
        figures = 2 * len(str(total)) + 1 if total is not None else len("1000/?")
        room = self._console.width - _FREE - _OTHER - _bar_columns(self._console) - figures
        shown = _cut(name, room)
        self._detail_columns = room - len(shown) - 1
        self._task = live.add_task(shown, total=total, detail="")

    def advance(self, n: int = 1, detail: str = "") -> None:
        """*n* steps further; *detail* says which one, an endpoint for example."""
        if self._live is not None and self._task is not None:
            self._live.update(self._task, advance=n, detail=_cut(detail, self._detail_columns))

    def done(self) -> None:
        """Take the bar off the screen. Harmless if there is none; a new stage shows it again."""
        live, self._live, self._task = self._live, None, None
        if live is not None:
            live.stop()

    def _started(self) -> RichProgress | None:
        if self._live is None and self._console.is_terminal and not self._console.is_dumb_terminal:
            self._live = _bar(self._console)
            self._live.start()
        return self._live


def _bar_columns(console: Console) -> int:
    return _BAR if console.width >= _NARROW else _NARROW_BAR


def _bar(console: Console) -> RichProgress:
    return RichProgress(
        SpinnerColumn("line" if console.options.ascii_only else "dots"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=_bar_columns(console)),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[detail]}", style="dim", markup=False),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def _cut(text: str, columns: int) -> str:
    """As much of a name as fits; nothing where that would not be recognised."""
    if columns < _LEAST_DETAIL:
        return ""
    line = Text(printable(text))
    line.truncate(columns, overflow="ellipsis")
    return line.plain
