"""The live progress of a check."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from stopper.report.progress import Progress


def terminal(width: int = 80, *, real: bool = True) -> tuple[Console, io.StringIO]:
    """A console of that width and what is written on it."""
    file = io.StringIO()
    return Console(file=file, width=width, force_terminal=real, color_system=None, _environ={}), file


def letters(text: str) -> str:
    """What is written without the control sequences."""
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)


def test_progress_on_a_terminal_shows_stage_and_detail():
    """The stage, how far it is and what is being done are shown."""
    console, file = terminal()
    with Progress(console) as progress:
        progress.stage("screening", 3)
        progress.advance(2, detail="product")
    assert "screening" in letters(file.getvalue())
    assert "2/3" in letters(file.getvalue())
    assert "product" in letters(file.getvalue())


def test_progress_that_is_done_leaves_nothing_behind():
    """The bar is erased and the cursor shown again."""
    console, file = terminal()
    with Progress(console) as progress:
        progress.stage("screening", 3)
    assert file.getvalue().endswith("\x1b[1A\x1b[2K")
    assert file.getvalue().count("\x1b[?25h") == file.getvalue().count("\x1b[?25l") == 1


def test_progress_under_ctrl_c_cleans_up():
    """An interruption takes the bar off the screen and is passed on."""
    console, file = terminal()

    def interrupted() -> None:
        with Progress(console) as progress:
            progress.stage("screening", 3)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert "\x1b[?25h" in file.getvalue()


def test_progress_in_a_pipe_is_silent():
    """Nothing at all is written where there is no terminal."""
    console, file = terminal(real=False)
    with Progress(console) as progress:
        progress.stage("screening", 3)
        progress.advance(3, detail="product")
        progress.done()
    assert file.getvalue() == ""


def test_progress_without_a_stage_is_harmless():
    """Steps before the first stage and a second end do nothing."""
    console, file = terminal()
    progress = Progress(console)
    progress.advance()
    progress.done()
    progress.done()
    assert file.getvalue() == ""


def test_progress_of_a_next_stage_replaces_the_last():
    """One stage is shown at a time, also one whose length is not known, and after an end."""
    console, file = terminal()
    with Progress(console) as progress:
        progress.stage("screening", 3)
        progress.done()
        progress.stage("importing")
        progress.stage("confirming", 2)
        assert [task.description for task in progress._live.tasks] == ["confirming"]
    assert "confirming" in letters(file.getvalue())


@pytest.mark.parametrize("total", [3, 12_345, None])
@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_progress_of_any_width_leaves_room_for_ctrl_c(width: int, total: int | None):
    """Long names and markup cannot fill the line: the `^C` that a terminal writes must find room on it."""
    console, file = terminal(width)
    with Progress(console) as progress:
        progress.stage("[b]screening" + "y" * 200, total)
        progress.advance(1, detail="x" * 200)
        progress.stage("[b]screening", total)
        progress.advance(1, detail="[i]" + "x" * 200)
    assert max(map(len, re.split(r"[\r\n]", letters(file.getvalue())))) <= width - 2
    assert "[b]" in file.getvalue() or width == 40
    assert "[i]" in file.getvalue() or width <= 60


def test_progress_of_hostile_names_cannot_steer_the_terminal():
    """A control sequence in a name is shown, not obeyed."""
    console, file = terminal()
    with Progress(console) as progress:
        progress.stage("a\x1b[2J", 3)
        progress.advance(1, detail="b\x1b[2J\n")
    assert "\x1b[2J" not in file.getvalue()
    assert "a\\x1b[2J" in file.getvalue()
