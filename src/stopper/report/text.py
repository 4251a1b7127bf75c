"""The report as a page on a terminal: verdict, leaks with the dearest first, what else was seen, verdict."""

from __future__ import annotations

import shlex

from rich.console import Console

from stopper.model.finding import Bounded, Finding, Report
from stopper.report.leak import brief_cost, put_leak, traffic, who
from stopper.report.page import MARGIN, Page
from stopper.report.rank import ranked
from stopper.units import DAY_SECONDS, format_bytes, format_count, format_duration, plural

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
    _put_verdict(page, report)
    if report.verdict == "clean":
        page.put(page.text(("What the requests made was freed again, or stopped growing.", "dim")), indent=MARGIN)
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
        _put_verdict(page, report)


def _put_verdict(page: Page, report: Report) -> None:
    sign, style = _SIGNS[report.verdict]
    said = {
        "leaking": f"{plural(len(report.findings), 'leak')} in {report.target}",
        "clean": f"no leak in {report.target}",
        "inconclusive": f"cannot tell whether {report.target} leaks",
    }[report.verdict]
    page.put_pair(page.text((f"{sign} {said}", style)), page.text((_subject(report), "dim")), below=MARGIN)


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
        page.put_pair(page.text(bounded.path), page.text((_extent(bounded), "dim")), indent=MARGIN, below=2 * MARGIN)
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
        page.put_pair(page.text(", ".join(endpoints)), page.text((reason, "dim")), indent=MARGIN, below=2 * MARGIN)
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
        _put_step(page, "Give it more time:", f"{command} --budget {seconds:.0f}")
    if report.errors or not report.exercised:
        said = "Give a scenario that signs in and sends what the endpoints expect:"
        _put_step(page, said, f"{command} --scenario scenario.py")
    page.put()


def _put_step(page: Page, said: str, command: str) -> None:
    page.put(said, indent=MARGIN)
    page.put(page.text((command, "cyan")), indent=2 * MARGIN)


def _put_overview(page: Page, findings: list[Finding], requests_per_day: float) -> None:
    """All leaks once more, a line each: the end of the page is what one sees first."""
    assumed = page.text((f"A day is counted {traffic(requests_per_day)} to the endpoints of each leak.", "dim"))
    if len(findings) == 1:
        page.put(assumed)
        return
    page.rule(page.text(("the leaks, dearest first", "bold red")))
    costs = [brief_cost(finding, requests_per_day) for finding in findings]
    column, digits = max(map(len, costs)), len(str(len(findings)))
    for number, (finding, cost) in enumerate(zip(findings, costs, strict=True), start=1):
        head = page.text((f"{number:>{digits}}", "bold red"), f"  {cost:>{column}}  ")
        page.put_pair(
            head + page.text((finding.holder.path, "yellow")),
            page.text((who(finding), "dim")),
            indent=MARGIN,
            below=MARGIN + head.cell_len,
        )
    page.put(assumed, indent=MARGIN, hang=MARGIN)
    page.put()
