"""One leak on the terminal page: what, how fast, held by what, from which line, why, and what to change."""

from __future__ import annotations

from rich.syntax import Syntax
from rich.text import Text

from stopper.model.finding import Finding, Fix, Location
from stopper.report.page import MARGIN, Page
from stopper.report.rank import bytes_a_day
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

__all__ = ["brief_cost", "put_leak", "traffic", "who"]

_UNIT_NOUNS = {
    "object": "object",
    "fd": "file descriptor",
    "thread": "thread",
    "process": "process",
    "connection": "connection",
    "byte": "byte",
}

_OPEN_FILES = 1024
"""The usual soft limit of open files a process on Linux (`ulimit -n`): beyond it `open` and `accept` fail."""

_STEPS = 12
"""Steps of a retaining path shown whole; of longer ones the middle is left out, as nobody reads it."""

_NAMED = 3
"""Endpoints named in a heading; the others are counted, so that it stays a heading."""


def put_leak(page: Page, number: int, finding: Finding, requests_per_day: float) -> None:
    """Print one leak, *number* being its rank."""
    heading = page.text((f"{number}", "bold red"), "  ", (who(finding), "bold"))
    page.rule(heading, page.text((finding.cause, "bold magenta")), style="red")
    _put_rate(page, finding, requests_per_day)
    _put_shares(page, finding)
    page.put()
    _put_holder(page, finding)
    if finding.retaining_path:
        _put_path(page, finding)
    if finding.location is not None:
        _put_location(page, finding.location)
    if finding.explanation:
        indent, first = page.labelled("why")
        page.put(page.prose(finding.explanation), indent=indent, first=first)
        page.put()
    if finding.fix.summary:
        _put_fix(page, finding.fix)


def who(finding: Finding) -> str:
    """Who leaks: `GET /product/<int:id>`, "every request", or "in the background"."""
    if finding.every_request:
        return "every request"
    if not finding.endpoints:
        return "in the background, without requests"
    routes = list(dict.fromkeys(f"{e.method} {e.rule}".strip() or e.endpoint for e in finding.endpoints))
    more = len(routes) - _NAMED
    return ", ".join(routes[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def traffic(requests_per_day: float) -> str:
    """The traffic assumed, as it ends a sentence: "at 1 request/s"."""
    per_second = requests_per_day / DAY_SECONDS
    if per_second < 0.1:  # noqa: PLR2004 (below, requests a day are the more telling figure)
        return f"at {plural(requests_per_day, 'request')} a day"
    return f"at {plural(per_second, 'request')}/s"


def _put_rate(page: Page, finding: Finding, requests_per_day: float) -> None:
    each = _each(finding)
    if not finding.endpoints and not finding.every_request:
        page.put(page.text((each.replace("a request", "a round without requests"), "bold")), indent=MARGIN)
        return
    cost = page.text("→ ", (_a_day(finding, requests_per_day), "bold red"), f" {traffic(requests_per_day)}")
    page.put_pair(page.text((each, "bold")), cost, indent=MARGIN)


def _each(finding: Finding) -> str:
    """What a request leaves behind: "1 object and 3.0 KiB a request"."""
    growth = finding.growth
    size = format_bytes(growth.bytes_per_request)
    if growth.unit == "byte":
        return f"{size} a request"
    units = format_rate(growth.per_request, _UNIT_NOUNS[growth.unit])
    if growth.bytes_per_request <= 0:
        return units
    if units.endswith(" a request"):
        return f"{units.removesuffix(' a request')} and {size} a request"
    return f"{units}, {size} a request"


def _a_day(finding: Finding, requests_per_day: float) -> str:
    growth = finding.growth
    units_a_day = growth.per_request * requests_per_day
    if growth.unit == "fd" and units_a_day > 0:
        until = format_duration(_OPEN_FILES / units_a_day * DAY_SECONDS)
        return f"{format_count(_OPEN_FILES)} open files, the usual limit, after {until}"
    if growth.unit in ("thread", "process", "connection"):
        return f"{plural(round(units_a_day), _UNIT_NOUNS[growth.unit])} a day"
    return format_bytes_a_day(bytes_a_day(finding, requests_per_day))


def brief_cost(finding: Finding, requests_per_day: float) -> str:
    """What it costs in a day, in a few letters: `256 MiB a day`, `86,400 fds a day`."""
    growth = finding.growth
    if growth.unit in ("object", "byte"):
        return format_bytes_a_day(bytes_a_day(finding, requests_per_day))
    noun = growth.unit if growth.unit == "fd" else _UNIT_NOUNS[growth.unit]
    return f"{plural(round(growth.per_request * requests_per_day), noun)} a day"


def _put_shares(page: Page, finding: Finding) -> None:
    """How the growth is divided, where several endpoints leak unevenly."""
    if finding.every_request or len(finding.endpoints) < 2:  # noqa: PLR2004 (nothing to divide)
        return
    shares = sorted(finding.endpoints, key=lambda e: (-e.share, e.endpoint))
    text = ", ".join(f"{e.endpoint} {format_percent(e.share)}" for e in shares)
    page.put(page.text((f"of which {text}", "dim")), indent=MARGIN)


def _put_holder(page: Page, finding: Finding) -> None:
    holder = finding.holder
    indent, first = page.labelled("held by")
    page.put(page.text((holder.path, "bold yellow")), indent=indent, first=first)
    entries = "" if holder.length is None else f" of {plural(holder.length, 'entry')}"
    parts = [part for part in (f"{holder.type}{entries}", holder.kind) if part and part != holder.path]
    page.put(page.text((", ".join(parts), "dim")), indent=indent)
    page.put()


def _put_path(page: Page, finding: Finding) -> None:
    indent, first = page.labelled("path")
    steps = _shortened(finding.retaining_path)
    grows = _holder_step(steps, finding)
    for index, step in enumerate(steps):
        branch = "┬ " if index == 0 else "╰→ " if index == len(steps) - 1 else "├─ "
        if index == 0 and len(steps) == 1:
            branch = "╰→ "
        line = page.text((branch, "dim"), (step, "bold yellow" if index == grows else ""))
        if index == grows:
            line.append_text(page.text(("  ← grows", "red")))
        page.put(line, indent=indent, hang=3, first=first if index == 0 else None)
    page.put()


def _shortened(steps: tuple[str, ...]) -> list[str]:
    if len(steps) <= _STEPS:
        return list(steps)
    head, tail = _STEPS // 2 - 1, _STEPS // 2
    return [*steps[:head], f"… {len(steps) - head - tail} more steps …", *steps[-tail:]]


def _holder_step(steps: list[str], finding: Finding) -> int:
    """Which step is the holder: the last of its type whose name its path ends in; -1 if none is."""
    for index in range(len(steps) - 1, -1, -1):
        edge, _, type_name = steps[index].rpartition(": ")
        if edge and type_name == finding.holder.type and edge.lstrip(".") in finding.holder.path:
            return index
    return -1


def _put_location(page: Page, location: Location) -> None:
    indent, first = page.labelled("line")
    place = f"{location.file}:{location.line}" if location.line else location.file
    page.put(
        page.text((place, "bold cyan"), (f"  in {location.function}" if location.function else "", "dim")),
        indent=indent,
        first=first,
    )
    source = _trimmed(location)
    digits = max((len(str(number)) for number, _ in source), default=1)
    for (number, _), code in zip(source, _code_lines(page, source), strict=True):
        marked = number == location.line
        style = "bold red" if marked else "dim"
        gutter = page.text(("❱ " if marked else "  ", style), (f"{number:>{digits}}", style), "  ")
        page.put_code(gutter, code, indent=indent, whole=marked)
    page.put()


def _trimmed(location: Location) -> list[tuple[int, str]]:
    """The excerpt without blank lines before and after, unless one is the line itself."""
    source = list(location.source)
    for end in (0, -1):
        while source and not source[end][1].strip() and source[end][0] != location.line:
            del source[end]
    return source


def _code_lines(page: Page, source: list[tuple[int, str]]) -> list[Text]:
    """The lines without their common indentation, highlighted where there is colour."""
    texts = [page.shown(text.expandtabs(4).rstrip()) for _, text in source]
    common = min((len(text) - len(text.lstrip()) for text in texts if text), default=0)
    return _highlighted(page, [text[common:] for text in texts])


def _put_fix(page: Page, fix: Fix) -> None:
    indent, first = page.labelled("fix")
    page.put(page.prose(fix.summary), indent=indent, first=first)
    page.put()
    if fix.example:
        for line in _highlighted(page, [page.shown(text) for text in fix.example.rstrip().splitlines()]):
            page.put_code(Text(), line, indent=indent)
        page.put()


def _highlighted(page: Page, lines: list[str]) -> list[Text]:
    if not page.colour:
        return [Text(line) for line in lines]
    syntax = Syntax("", "python", theme="ansi_dark", background_color="default")
    shown = syntax.highlight("\n".join(lines)).split("\n", allow_blank=True)
    return [*list(shown)[: len(lines)], *[Text()] * (len(lines) - len(shown))]
