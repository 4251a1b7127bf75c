"""The report as a page on a terminal: verdict, leaks with the dearest first, what else was seen, verdict."""

from __future__ import annotations

import shlex

from rich.console import Console
from rich.text import Text

from stopper.model.finding import Bounded, Finding, Report
from stopper.report.leak import put_leak, traffic, who
from stopper.report.page import MARGIN, Page
from stopper.report.rank import bytes_a_day, ranked
from stopper.units import DAY_SECONDS, format_bytes, format_bytes_a_day, format_count, format_duration, plural

__all__ = ["render"]

_LEAST_BUDGET_SECONDS = 300
"""The least `--budget` ever advised: well above the default of 120 s, with which the run came to nothing."""

_SIGNS = {"leaking": ("✗", "bold red"), "clean": ("✓", "bold green"), "inconclusive": ("?", "bold yellow")}


def render(report: Report, console: Console, *, requests_per_day: float = DAY_SECONDS) -> None:
    """Print the report on the console.

    requests_per_day: the traffic that costs a day are stated for, to the endpoints of each leak.
    """
    page = Page(console)
    findings = ranked(report.findings)
    page.put(_verdict(page, report), hang=MARGIN)
    page.put()
    for number, finding in enumerate(findings, start=1):
        put_leak(page, number, finding, requests_per_day)
    _put_bounded(page, report)
    _put_not_exercised(page, report)
    _put_notes(page, report)
    if report.verdict == "inconclusive":
        _put_next_steps(page, report)
    if findings:
        _put_overview(page, findings, requests_per_day)
    if findings or report.bounded or report.errors or report.notes:
        page.put(_verdict(page, report), hang=MARGIN)


def _verdict(page: Page, report: Report) -> Text:
    sign, style = _SIGNS[report.verdict]
    said = {
        "leaking": f"{plural(len(report.findings), 'leak')} in {report.target}",
        "clean": f"no leak in {report.target}",
        "inconclusive": f"cannot tell whether {report.target} leaks",
    }[report.verdict]
    return page.text((f"{sign} ", style), (said, style), (f"  {_subject(report)}", "dim"))


def _subject(report: Report) -> str:
    """What the verdict is about: "12 of 15 endpoints, 2,400 requests, 4.1 s"."""
    known = len({*report.exercised, *(error.endpoint for error in report.errors)})
    exercised = len(report.exercised)
    endpoints = plural(exercised, "endpoint")
    if known > exercised:
        endpoints = f"{format_count(exercised)} of {plural(known, 'endpoint')}"
    return f"{endpoints}, {plural(report.requests, 'request')}, {format_duration(report.seconds)}"


def _put_bounded(page: Page, report: Report) -> None:
    if not report.bounded:
        return
    page.rule(page.text(("grew and stopped: no leak", "bold green")))
    for bounded in sorted(report.bounded, key=lambda b: (-b.size_bytes, b.path)):
        page.put(page.text(bounded.path, "  ", (_extent(bounded), "dim")), indent=MARGIN, hang=MARGIN)
    page.put()


def _extent(bounded: Bounded) -> str:
    limit = "" if bounded.limit is None else f"at most {plural(bounded.limit, 'entry')}"
    return ", ".join(part for part in (limit, format_bytes(bounded.size_bytes), bounded.why) if part)


def _put_not_exercised(page: Page, report: Report) -> None:
    """Endpoints left out, those with the same reason together."""
    if not report.errors:
        return
    page.rule(page.text(("not exercised: the verdict is not about these", "bold yellow")))
    by_reason: dict[str, list[str]] = {}
    for error in report.errors:
        by_reason.setdefault(error.reason, []).append(error.endpoint)
    for reason, endpoints in by_reason.items():
        page.put(page.text(", ".join(endpoints), "  ", (reason, "dim")), indent=MARGIN, hang=MARGIN)
    page.put()


def _put_notes(page: Page, report: Report) -> None:
    if not report.notes:
        return
    page.rule(page.text(("notes", "bold")))
    for note in report.notes:
        page.put(page.prose(note), indent=MARGIN, hang=MARGIN)
    page.put()


def _put_next_steps(page: Page, report: Report) -> None:
    page.rule(page.text(("what to do", "bold yellow")))
    command = f"stopper check {shlex.quote(report.target)}"
    if report.exercised:
        seconds = max(_LEAST_BUDGET_SECONDS, round(report.seconds * 3, -1))
        page.put(page.prose(f"Give it more time: `{command} --budget {seconds:.0f}`"), indent=MARGIN, hang=MARGIN)
    if report.errors or not report.exercised:
        page.put(
            page.prose(
                f"Give a scenario that signs in and sends what the endpoints expect: `{command} --scenario scenario.py`"
            ),
            indent=MARGIN,
            hang=MARGIN,
        )
    page.put()


def _put_overview(page: Page, findings: list[Finding], requests_per_day: float) -> None:
    """All leaks once more, a line each: the end of the page is what one sees first."""
    page.rule(page.text(("the leaks, dearest first", "bold red")))
    costs = [format_bytes_a_day(bytes_a_day(finding, requests_per_day)) for finding in findings]
    column = max(map(len, costs))
    for number, (finding, cost) in enumerate(zip(findings, costs, strict=True), start=1):
        line = page.text(
            (f"{number}", "bold red"),
            f"  {cost:>{column}}  ",
            (finding.holder.path, "yellow"),
            (f"  {who(finding)}", "dim"),
        )
        page.put(line, indent=MARGIN, hang=column + 5)
    page.put(
        page.text((f"A day is counted {traffic(requests_per_day)} to the endpoints of each leak.", "dim")),
        indent=MARGIN,
    )
    page.put()
