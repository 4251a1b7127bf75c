"""One whole run of `stopper check`, whatever happens to the app's process on the way."""

from __future__ import annotations

import time
from dataclasses import dataclass

from stopper.check.client import WorkerClient
from stopper.check.compose import Composer
from stopper.check.conductor import Conductor, Progress
from stopper.check.options import Options
from stopper.errors import StopperError, TargetError, WorkerDied, WorkerError
from stopper.judge.paths import holder_path
from stopper.model.finding import Report

RESTARTS_LIMIT = 5
"""Endpoints that may take the process with them before the run is given up: each costs an import."""

OUTPUT_LINES = 15
"""Lines of what the app printed last that are shown with its end."""

CRASH = "Fatal Python error"
"""How the interpreter begins to tell of its crash: innermost frame first, and the app's own soon after."""

CHOOSE = "Name those to examine with --endpoint, or give a --scenario that leaves these out."
"""What to do about an app that loses its process again and again."""


@dataclass
class Outcome:
    """A report, and whether the run was cut short by the person at the keyboard."""

    report: Report
    interrupted: bool = False


def run_check(options: Options, progress: Progress) -> Outcome:
    """Examine an app.

    An endpoint that ends or blocks the process is listed as not exercised, and the run starts anew
    without it.

    Raises: StopperError (TargetError, ScenarioError): the target or the command line is wrong.
    """
    began = time.monotonic()
    lost: dict[str, str] = {}
    while True:
        with WorkerClient(options.folder) as worker:
            conductor = Conductor(worker, options, progress, lost)
            try:
                return _examine(conductor, began)
            except WorkerError as error:
                _give_up_or_exclude(options, worker, error, lost, loaded=bool(conductor.evidence.loaded))
            except StopperError as error:
                endpoint = str(error).removeprefix("hung:")
                if endpoint == str(error):
                    raise
                lost[endpoint] = "hangs: a request got no answer within 10 s"
                if len(lost) > RESTARTS_LIMIT:
                    raise StopperError(f"{len(lost)} endpoints hang: {', '.join(lost)}. {CHOOSE}") from error


def _examine(conductor: Conductor, began: float) -> Outcome:
    interrupted = False
    composer = Composer(conductor)
    findings = []
    try:
        conductor.run()
        conductor.progress.stage("placing", len(conductor.evidence.leaks))
        for finding in composer.findings():
            findings.append(finding)
            conductor.progress.advance()
    except KeyboardInterrupt:
        interrupted = True
        conductor.worker.kill()
        _note_interruption(conductor)
    return Outcome(composer.report(findings, time.monotonic() - began), interrupted)


def _note_interruption(conductor: Conductor) -> None:
    evidence = conductor.evidence
    evidence.notes.append("interrupted: this report is of what was measured until then")
    suspects = [*evidence.undecided, *evidence.leaks]
    if suspects:
        names = ", ".join(holder_path(conductor.ledger.path(suspect.shape_id)) for suspect in suspects)
        evidence.notes.append(f"growing, but not confirmed: {names}")
    evidence.undecided = suspects
    evidence.screened = False


def _give_up_or_exclude(
    options: Options, worker: WorkerClient, error: WorkerError, lost: dict[str, str], *, loaded: bool
) -> None:
    """Note the endpoint that cost the process, so that the next run leaves it out; or raise what to say instead."""
    printed = last_lines(worker.output)
    said = f"\nThe last it printed:\n{printed}" if printed else ""
    if not loaded:
        what = "crashed its process" if isinstance(error, WorkerDied) else "blocks"
        raise TargetError(
            f"importing {options.target} {what}: {error}. An import must come back: start servers, loops and "
            f"workers under `if __name__ == '__main__':`.{said}"
        ) from error
    if options.scenario is not None or not error.endpoint or error.endpoint in lost:
        raise StopperError(
            f"the app's process was lost while it was driven (endpoint {error.endpoint or 'unknown'}): {error}{said}"
        ) from error
    kind = "ends the process" if isinstance(error, WorkerDied) else "blocks the process"
    lost[error.endpoint] = f"{kind} when called: {error}"
    if len(lost) > RESTARTS_LIMIT:
        raise StopperError(
            f"{len(lost)} endpoints end or block the process: {', '.join(lost)}. {CHOOSE}{said}"
        ) from error


def last_lines(output: str) -> str:
    """The end of what was printed; where the interpreter tells of its crash, the beginning of that."""
    before, crash, told = output.strip().rpartition(CRASH)
    if crash:
        return "\n".join((crash + told).splitlines()[:OUTPUT_LINES])
    return "\n".join((before + told).splitlines()[-OUTPUT_LINES:])
