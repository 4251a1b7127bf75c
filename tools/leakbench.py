"""Score `stopper check` against LeakBench: small apps, each with a known truth (which stopper never sees).

Runs `stopper check app:app` in each case's folder, prints the time, has LeakBench's own scorer read the reports, and
writes the score to docs/leakbench.md. Exit code 1 where a leak was missed, a finding is false, or stopper ended with
another exit code than its verdict's (not with --no-gate); 2 where there is no LeakBench.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import interpreters
import venvs
from suite import say

FOLDER = venvs.ROOT / ".venv-leakbench"
PAGE = venvs.ROOT / "docs" / "leakbench.md"
MARKS = ("detected", "endpoint", "holder", "location", "cause", "growth", "explained")
EXIT_CODES = {"clean": 0, "leaking": 1, "inconclusive": 3}
"""What stopper's exit code must be, by the verdict of its report."""


@dataclass(frozen=True)
class Run:
    """One case checked.

    verdict: the report's, or "no report".
    wrong:   what is wrong with how stopper ended, whatever it found; empty where nothing is.
    """

    case: str
    seconds: float
    verdict: str
    wrong: str


def main() -> int:
    """Check the cases, score the reports, write the page; return the exit code."""
    options = arguments().parse_args()
    cases = sorted(path.parent for path in options.leakbench.glob("cases/*/app.py"))
    if not cases:
        say(f"no cases in {options.leakbench}/cases: give LeakBench's folder, make leakbench LEAKBENCH=folder")
        return 2
    chosen = [case for case in cases if not options.case or case.name in options.case]
    if unknown := set(options.case) - {case.name for case in cases}:
        say(f"no case named {', '.join(sorted(unknown))} in {options.leakbench}/cases")
        return 2
    with venvs.locked(FOLDER):
        venv = prepared(cases)
        reports = emptied(FOLDER / "reports")
        with ThreadPoolExecutor(options.jobs) as pool:
            runs = list(pool.map(lambda case: check(venv, case, reports, options.timeout), chosen))
        score = scored(options.leakbench / "score.py", chosen, reports, venv)
    if options.case:
        say("some cases only: no page written, no gate")
        return 0
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(score, runs, venv.interpreter.full))
    say(f"written: {PAGE.relative_to(venvs.ROOT)}")
    total = score["total"]
    wrong = [run.case for run in runs if run.wrong]
    if wrong:
        say(f"wrongly ended: {', '.join(wrong)}")
    if total["recall"] != 1 or total["precision"] != 1:
        say(f"not perfect: recall {total['recall']}, precision {total['precision']}")
    perfect = not wrong and total["recall"] == 1 and total["precision"] == 1
    return 0 if perfect or options.no_gate else 1


def arguments() -> argparse.ArgumentParser:
    """Make the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leakbench", type=Path, default=venvs.ROOT.parent / "shared" / "leakbench", metavar="FOLDER")
    parser.add_argument("--case", action="append", default=[], metavar="NAME", help="this one only; may be repeated")
    parser.add_argument("--jobs", type=int, default=1, help="cases at the same time (default 1: times are honest)")
    parser.add_argument("--timeout", type=float, default=300, metavar="SECONDS", help="the longest a case may take")
    parser.add_argument("--no-gate", action="store_true", help="exit code 0 whatever the score")
    return parser


def prepared(cases: list[Path]) -> venvs.Venv:
    """Return the venv that has the wheel and what any of the cases needs."""
    running = interpreters.probe(sys.executable)
    if running is None:
        raise SystemExit(f"{sys.executable} cannot make a venv: install Debian's python3-venv")
    venv = venvs.Venv(FOLDER / running.minor, running)
    venv.create()
    further = [line for case in cases for line in venvs.requirements(case / "requirements.txt")]
    venv.install(venvs.needs("test") + further)
    venv.install_wheel(lambda: venvs.build_sdist(venv, FOLDER / "sdist"), venvs.source_digest())
    return venv


def check(venv: venvs.Venv, case: Path, reports: Path, timeout_seconds: float) -> Run:
    """Run `stopper check` on one case and say how long it took; where there is no report, say why."""
    report = reports / f"{case.name}.json"
    command = [venv.folder / "bin" / "stopper", "check", "app:app", "--json", report]
    if (case / "scenario.py").is_file():
        command += ["--scenario", "scenario.py"]
    started = time.monotonic()
    env = venvs.environment(PYTHONDONTWRITEBYTECODE="1")
    process = subprocess.Popen(
        command, cwd=case, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", start_new_session=True,
    )  # fmt: skip
    try:
        text, _ = process.communicate(timeout=timeout_seconds)
        code: int | None = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        text, _ = process.communicate()
        code = None
    verdict = verdict_of(report)
    wrong = "" if code == EXIT_CODES.get(verdict) else f"exit code {code}"
    if code is None:
        wrong = f"stopped after {timeout_seconds:g} s"
    run = Run(case.name, time.monotonic() - started, verdict, wrong)
    say(f"{run.seconds:6.1f} s  {case.name:20}  {verdict}{wrong and ', but '}{wrong}")
    if verdict not in EXIT_CODES:
        say("\n".join(f"          {line}" for line in text.strip().splitlines()[-12:]))
    return run


def verdict_of(report: Path) -> str:
    """Return the verdict that stands in a report."""
    try:
        return str(json.loads(report.read_text())["verdict"])
    except (OSError, ValueError, KeyError):
        return "no report"


def emptied(folder: Path) -> Path:
    """Return *folder*, existing and empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def scored(scorer: Path, cases: list[Path], reports: Path, venv: venvs.Venv) -> dict:
    """Have LeakBench's scorer read the reports on *cases*: print what it prints, and return its figures."""
    chosen = emptied(FOLDER / "cases")
    for case in cases:
        (chosen / case.name).symlink_to(case.resolve())
    command = [venv.python, scorer, "--cases", chosen, reports]
    say("\n" + printed(command))
    return json.loads(printed([*command, "--json"]))


def printed(command: list[str | Path]) -> str:
    """Return what *command* prints. Raises: SystemExit where it failed."""
    env = venvs.environment(PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        raise SystemExit(f"the scorer failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def page(score: dict, runs: list[Run], python: str) -> str:
    """Return the Markdown page: the sums, then a row for each leak, then the times."""
    total, cases = score["total"], score["cases"]
    seconds = {run.case: run.seconds for run in runs}
    leaks = total["leaks"]
    intro = (
        f"How `stopper check` does on {total['cases']} small Flask apps whose truth is known: {leaks} leaks to find, "
        f"and {total['healthy_cases']} apps that only look as if they leaked. Written by `make leakbench`."
    )
    shares = (
        f"- recall {figure(total['recall'])}, precision {figure(total['precision'])}, explained (endpoint, holder, "
        f"location and cause all right) {figure(total['explained_share'])}"
    )
    findings = (
        f"- findings {total['findings']}, of them false {total['false_findings']}; healthy apps with a finding: "
        f"{total['healthy_with_findings']} of {total['healthy_cases']}"
    )
    verdicts = (
        f"- verdicts right {total['verdicts_right']} of {total['cases']}; inconclusive {total['inconclusive']}, "
        f"without a report {total['missing_reports']}"
    )
    spent = sum(seconds.values())
    lines = [
        "# LeakBench",
        "",
        intro,
        "",
        "| of all leaks | " + " | ".join(MARKS) + " |",
        "|---" * (len(MARKS) + 1) + "|",
        f"| {leaks} | " + " | ".join(str(total[mark]) for mark in MARKS) + " |",
        "",
        shares,
        findings,
        verdicts,
        f"- Python {python}; {spent:.0f} s for all, {max(seconds.values()):.1f} s for the slowest",
        "",
        "| case | verdict | leaking endpoints | " + " | ".join(MARKS) + " | false findings | seconds |",
        "|---" * (len(MARKS) + 5) + "|",
        *(row for name, case in cases.items() for row in rows(name, case, seconds.get(name))),
    ]
    return "\n".join(lines) + "\n"


def rows(name: str, case: dict, seconds: float | None) -> list[str]:
    """Return the table's rows for one case: one for each leak, or one that says it is healthy."""
    verdict = case["verdict"] + ("" if case["verdict_right"] else " (wrong)")
    took = "" if seconds is None else f"{seconds:.1f}"
    written = []
    for number, leak in enumerate(case["leaks"] or [None]):
        first = [name, verdict] if number == 0 else ["", ""]
        last = [str(case["false"]), took] if number == 0 else ["", ""]
        if leak is None:
            middle = ["(healthy)", *[""] * len(MARKS)]
        else:
            marks = ["yes" if leak[mark] else "**no**" for mark in MARKS]
            middle = [", ".join(leak["endpoints"]) or "(background)", *marks]
        written.append("| " + " | ".join([*first, *middle, *last]) + " |")
    return written


def figure(share: float | None) -> str:
    """`0.9615`, or what an undefined share is called."""
    return "undefined (nothing found)" if share is None else f"{share:g}"


if __name__ == "__main__":
    sys.exit(main())
