"""`stopper check TARGET`: find the leaks of an app by replaying its routes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from rich.console import Console

from stopper.check.options import DEFAULT_BUDGET_SECONDS, Options
from stopper.check.run import run_check
from stopper.errors import OutputError
from stopper.model.finding import Report
from stopper.report.json import dumps
from stopper.report.progress import Progress
from stopper.report.text import render

EXIT_CODES = {"clean": 0, "leaking": 1, "inconclusive": 3}
"""By verdict; 2 is for a wrong target or command line."""

REQUESTS_PER_DAY = 86_400.0
"""Leaks are ranked at one request a second to each endpoint, unless told otherwise."""


@click.command(
    short_help="Find the leaks of an app: endpoint, rate, holder, line, cause, fix.",
    epilog="""\b
Examples:
  stopper check shop:app                              an app object in a module
  stopper check "shop:create_app()"                   an application factory
  stopper check path/to/app.py --endpoint product     one endpoint of it (may be repeated)
  stopper check shop:app --scenario visit.py          what a visitor does, POST requests included
  stopper check shop:app --json report.json           for tools; - writes to standard output

\b
Exit codes: 0 clean, 1 leaking, 2 wrong target or command line, 3 inconclusive.
A scenario is a function scenario(client) over a Flask test client: one iteration of what a visitor does.
Without one, only GET requests are sent.""",
)
@click.argument("target")
@click.option("--scenario", metavar="FILE|MODULE:FUNCTION", help="Drive this in place of the GET routes.")
@click.option("--endpoint", "endpoints", metavar="NAME", multiple=True, help="Only this endpoint; may be repeated.")
@click.option(
    "--budget",
    metavar="SECONDS",
    type=click.FloatRange(min=1.0),
    default=DEFAULT_BUDGET_SECONDS,
    show_default=True,
    help="Be done by then; what is not judged then is said to be so.",
)
@click.option("--json", "json_file", metavar="FILE|-", help="Write the report as JSON, to a file or standard output.")
@click.option(
    "--requests-per-day",
    type=click.FloatRange(min=1.0),
    default=REQUESTS_PER_DAY,
    show_default=True,
    help="Traffic of each leaking endpoint, for the bytes a day.",
)
@click.pass_context
def check(
    context: click.Context,
    target: str,
    scenario: str | None,
    endpoints: tuple[str, ...],
    budget: float,
    json_file: str | None,
    requests_per_day: float,
) -> None:
    """Replay the routes of the app TARGET, and say which endpoint leaks, how much, who holds it, and why.

    TARGET is what `flask --app` takes. The app runs in a process of its own, which is ended afterwards.
    """
    if scenario and endpoints:
        raise click.UsageError("--endpoint chooses among the GET routes: it cannot go with --scenario")
    check_writable(json_file)
    options = Options(target, scenario, endpoints, budget, str(Path.cwd()))
    with Progress(Console(stderr=True)) as progress:
        outcome = run_check(options, progress)
    show(outcome.report, json_file, requests_per_day)
    context.exit(EXIT_CODES[outcome.report.verdict])


def show(report: Report, json_file: str | None, requests_per_day: float) -> None:
    """Print the page, and write the JSON where it was asked for. Raises: OutputError."""
    if json_file == "-":
        sys.stdout.write(dumps(report) + "\n")
        return
    render(report, Console(), requests_per_day=requests_per_day)
    if json_file is not None:
        try:
            Path(json_file).write_text(dumps(report) + "\n", encoding="utf-8")
        except OSError as error:
            raise OutputError(
                f"--json {json_file}: {error.strerror}: name another file, or - for standard output"
            ) from error


def check_writable(json_file: str | None) -> None:
    """Find out now, not after the run, that a report cannot be written. Raises: OutputError."""
    if json_file is None or json_file == "-":
        return
    path = Path(json_file)
    folder = path.parent
    if not folder.is_dir():
        raise OutputError(f"--json {json_file}: there is no folder {folder}: make it, or name another file")
    if path.is_dir():
        raise OutputError(f"--json {json_file} is a folder: name a file in it")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise OutputError(
            f"--json {json_file}: no permission to write there: name another file, or - for standard output"
        )
