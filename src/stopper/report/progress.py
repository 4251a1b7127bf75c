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

_DETAIL_COLUMNS = 28
"""Width of the detail: with bar, figures and time it fits a terminal of 80 columns; longer names are cut."""


class Progress:
    """What is being done, how far it is, and for how long. Used as a context manager; leaves nothing behind.

    console: where to show it, normally stderr. Where that is no terminal, nothing is ever written.
    """

    def __init__(self, console: Console) -> None:
        """Show nothing yet: the first stage does."""
        self._console = console
        self._live: RichProgress | None = None
        self._task: TaskID | None = None

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
        self._task = live.add_task(_cell(name), total=total, detail="")

    def advance(self, n: int = 1, detail: str = "") -> None:
        """*n* steps further; *detail* says which one, an endpoint for example."""
        if self._live is not None and self._task is not None:
            self._live.update(self._task, advance=n, detail=_cell(detail))

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


def _bar(console: Console) -> RichProgress:
    narrow = console.width < 60  # noqa: PLR2004 (the bar's own 40 columns and its text do not fit)
    return RichProgress(
        SpinnerColumn("line" if console.options.ascii_only else "dots"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=12 if narrow else 24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[detail]}", style="dim", markup=False),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def _cell(text: str) -> str:
    line = Text(printable(text))
    line.truncate(_DETAIL_COLUMNS, overflow="ellipsis")
    return line.plain
