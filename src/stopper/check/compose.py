"""Composing: from the evidence of a run to its findings and its report."""

from __future__ import annotations

import hashlib
import linecache
import os
from collections.abc import Sequence
from typing import Any

from stopper.check.client import WorkerClient
from stopper.check.conductor import Conductor, Evidence
from stopper.check.ledger import Ledger
from stopper.check.placement import Placed, find_sites, group, grown_children
from stopper.judge import growth
from stopper.judge.blame import Place, collector_switches
from stopper.judge.causes import cause_of
from stopper.judge.evidence import LeakEvidence
from stopper.judge.paths import holder_path, kind_in_words, library_of, owner_type, retaining_path
from stopper.model.facts import LeakFacts
from stopper.model.finding import (
    Bounded,
    Cause,
    EndpointShare,
    Finding,
    Growth,
    Holder,
    Location,
    NotExercised,
    Report,
    Unit,
    Verdict,
)
from stopper.model.growth import Interval, Suspect
from stopper.report.advice import advise, explain

EXCERPT_LINES = 2
"""Lines shown before and after the one to open."""

EVERY_REQUEST_SHARE = 0.8
"""When so large a part of the endpoints (and no fewer than three) leaks alike, it is every request."""

EVERY_REQUEST_LEAST = 3
"""With fewer endpoints, naming them says more."""

FINGERPRINT_DIGITS = 16
"""64 bits of a digest: enough for the findings of all apps of a company."""


class Composer:
    """Turns one run's evidence into findings. Asks the worker where the evidence has gaps."""

    def __init__(self, conductor: Conductor) -> None:
        """Take over a run whose leaks are confirmed."""
        self.worker: WorkerClient = conductor.worker
        self.ledger: Ledger = conductor.ledger
        self.evidence: Evidence = conductor.evidence
        self.scenario = conductor.options.scenario is not None
        self.target = conductor.options.target
        self._summary: dict[str, Any] = {}

    def findings(self) -> list[Finding]:
        """A finding for each leak: a holder, and a line that fills it."""
        evidence = self.evidence
        self._summary = self.worker.ask("summary")
        found: list[Finding] = []
        modules = self._summary["modules"]
        for placed in group(
            self.worker, self.ledger, evidence.leaks, evidence.located, modules, scenario=self.scenario
        ):
            switch = self._collector_switch() if self._is_garbage(placed.suspect) else None
            if switch is not None:
                placed.sites[switch] = list(placed.suspect.rates)
            else:
                find_sites(self.worker, self.ledger, placed, scenario=self.scenario)
            found += [self._finding(placed, place, names) for place, names in placed.sites.items()]
        return found

    def bounded(self) -> list[Bounded]:
        """What grew and stopped, and what is known to have a bound."""
        found: dict[str, Bounded] = {}
        leaking = {suspect.shape_id for suspect in self.evidence.leaks}
        for suspect in self.evidence.stopped:
            if leaking & set(self.ledger.ancestors(suspect.shape_id)):
                continue
            path = self.ledger.path(suspect.shape_id)
            facts = self.evidence.located.get(suspect.shape_id, {})
            name = holder_path(path)
            limit = facts.get("limit")
            why = f"its limit is {limit:,}" if limit else "it grew at first, and stopped"
            found.setdefault(name, Bounded(name, owner_type(path), limit, int(facts.get("owned", 0)), why))
        return sorted(found.values(), key=lambda entry: -entry.size_bytes)

    def _finding(self, placed: Placed, place: Place | None, names: list[str]) -> Finding:
        suspect = placed.suspect
        path = self.ledger.path(suspect.shape_id)
        rates = {name: suspect.rates[name] for name in names} or dict(suspect.rates)
        intervals = self.evidence.chunks or self.evidence.screening
        share = sum(rates.values()) / (sum(suspect.rates.values()) or 1.0)
        shapes = [member.shape_id for member in (suspect, *placed.together)]
        gained_bytes = sum(growth.owned_bytes(intervals, shape_id, self.ledger.children) for shape_id in shapes) * share
        sent = sum(interval.sent(frozenset(rates)) for interval in intervals) or 1
        per_request = self._per_request(suspect, rates, intervals)
        children = list(grown_children(self.ledger, suspect))
        leaked_path = self.ledger.path(children[0]) if children and suspect.metric == "items" else path
        leaked_type = self._leaked_type(placed, leaked_path)
        judged = LeakEvidence(
            path=path,
            user_modules=tuple(self._summary["modules"]),
            metric=suspect.metric,
            new_types=tuple(name for name, _ in placed.facts.get("new", [])),
            leaked_type=leaked_type,
            distinct_only=self._distinct_only(suspect, rates),
            per_request=per_request,
            fds=self._resource("fds", rates),
            threads=self._resource("threads", rates),
            children=self._resource("children", rates),
            collector_on=bool(self.evidence.loaded.get("gc_enabled", True)),
            limit=placed.facts.get("limit"),
        )
        cause = cause_of(judged)
        unit, unit_rate = self._unit(cause, judged, suspect, leaked_type)
        every = self._every_request(rates)
        location = self._location(place, names)
        growth_figures = Growth(unit, round(unit_rate, 4), round(gained_bytes / sent, 1), sent)
        holder = Holder(
            holder_path(path) + _named(placed),
            placed.facts.get("type", path[-1].type),
            kind_in_words(path),
            placed.facts.get("length"),
        )
        facts = self._facts(judged, holder, leaked_path, rates, location, growth_figures, every=every)
        return Finding(
            fingerprint=fingerprint(cause, path, location),
            cause=cause,
            endpoints=tuple(self._endpoint(name, rate / (sum(rates.values()) or 1.0)) for name, rate in rates.items()),
            growth=growth_figures,
            holder=holder,
            leaked_type=leaked_type,
            retaining_path=retaining_path(leaked_path),
            location=location,
            explanation=explain(cause, facts),
            fix=advise(cause, facts),
            every_request=every,
        )

    def _per_request(self, suspect: Suspect, rates: dict[str, float], intervals: Sequence[Interval]) -> float:
        if len(rates) == len(suspect.rates):
            return growth.rate_per_request(intervals, suspect.shape_id, suspect.metric, frozenset(rates))
        return sum(rates.values()) / len(rates)

    def _leaked_type(self, placed: Placed, leaked_path: Sequence[Any]) -> str:
        if leaked_path[-1] is not self.ledger.shape(placed.suspect.shape_id):
            return str(leaked_path[-1].type)
        new = placed.facts.get("new") or []
        return str(new[0][0]) if new and placed.suspect.metric == "items" else str(leaked_path[-1].type)

    def _distinct_only(self, suspect: Suspect, rates: dict[str, float]) -> bool:
        seen = [(name, self.evidence.same[name]) for name in rates if name in self.evidence.same]
        return bool(seen) and all(
            growth.rate_per_request([interval], suspect.shape_id, suspect.metric) < 0.1 * rates[name]
            for name, interval in seen
        )

    def _resource(self, name: str, rates: dict[str, float]) -> float:
        rounds = [interval for endpoint in rates for interval in self.evidence.own.get(endpoint, [])]
        sent = sum(interval.sent() for interval in rounds)
        return sum(getattr(interval.reading, name) for interval in rounds) / sent if sent else 0.0

    def _unit(self, cause: Cause, judged: LeakEvidence, suspect: Suspect, leaked_type: str) -> tuple[Unit, float]:
        if cause == "thread":
            return "thread", judged.threads
        if cause == "process":
            return "process", judged.children
        if cause == "resource" and judged.keeps_pace(judged.fds):
            connection = any("sqlalchemy" in name or "Connection" in name for name in (leaked_type, *judged.new_types))
            return ("connection" if connection else "fd"), judged.fds
        if suspect.metric == "size_bytes":
            return "byte", judged.per_request
        return "object", judged.per_request

    def _every_request(self, rates: dict[str, float]) -> bool:
        return len(rates) >= EVERY_REQUEST_LEAST and len(rates) >= EVERY_REQUEST_SHARE * len(self.evidence.reached)

    def _endpoint(self, name: str, share: float) -> EndpointShare:
        methods = {entry[0]: entry for entry in self._summary["methods"]}
        _, method, rule = methods.get(name, (name, "GET", self.evidence.rules.get(name, "")))
        return EndpointShare(name, self.evidence.rules.get(name, rule), method, round(share, 4))

    def _location(self, place: Place | None, names: list[str]) -> Location | None:
        if place is None:
            view = self.worker.ask("describe", endpoint=names[0])["view"] if names else None
            if not view:
                return None
            place = Place(*view)
        shown = self.worker.ask("shown", file=place.file)["file"]
        return Location(shown, place.line, place.function, excerpt(place.file, place.line))

    def _is_garbage(self, suspect: Suspect) -> bool:
        return self.ledger.path(suspect.shape_id)[0].edge == "garbage"

    def _collector_switch(self) -> Place | None:
        """Where the user's code switches the cyclic collector off."""
        for file in self._summary["sources"]:
            for line in collector_switches("".join(linecache.getlines(file))):
                return Place(file, line, "<module>")
        return None

    def _facts(
        self,
        judged: LeakEvidence,
        holder: Holder,
        leaked_path: Sequence[Any],
        rates: dict[str, float],
        location: Location | None,
        figures: Growth,
        *,
        every: bool,
    ) -> LeakFacts:
        frozen = bool(self.evidence.loaded.get("gc_frozen"))
        owner = library_of(owner_type(judged.path), judged.user_modules) or judged.library_root
        return LeakFacts(
            holder_path=holder.path,
            holder_kind=holder.kind,
            holder_type=owner_type(judged.path) if owner else holder.type,
            owner_library=owner,
            leaked_type=judged.leaked_type,
            retaining_path=retaining_path(leaked_path),
            endpoints=tuple(rates),
            function=location.function.rpartition(".")[2] if location else "",
            file=location.file if location else "",
            line=location.line if location else 0,
            source_line=dict(location.source).get(location.line, "").strip() if location else "",
            unit=figures.unit,
            per_request=figures.per_request,
            bytes_per_request=figures.bytes_per_request,
            distinct_only=judged.distinct_only,
            every_request=every,
            collector="off" if not judged.collector_on else "frozen" if frozen else "on",
        )


def _named(placed: Placed) -> str:
    name = placed.facts.get("named", "")
    return f" ({name!r})" if name else ""


def excerpt(file: str, line: int) -> tuple[tuple[int, str], ...]:
    """The source around a line: (number, text)."""
    lines = linecache.getlines(file)
    first, last = max(1, line - EXCERPT_LINES), min(len(lines), line + EXCERPT_LINES)
    return tuple((number, lines[number - 1].rstrip("\n")) for number in range(first, last + 1))


def fingerprint(cause: Cause, path: Sequence[Any], location: Location | None) -> str:
    """Stable across runs of one commit: of names only. Lines are left out, so that an edit above keeps it."""
    parts = [cause, *(f"{shape.edge}:{shape.type}" for shape in path)]
    if location is not None:
        parts.append(f"{os.path.basename(location.file)}:{location.function}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:FINGERPRINT_DIGITS]


def verdict(findings: Sequence[Finding], evidence: Evidence) -> Verdict:
    """Leaking if anything leaks; clean only if something was exercised and nothing is left undecided."""
    if findings:
        return "leaking"
    if not evidence.screened or evidence.undecided or not exercised(evidence):
        return "inconclusive"
    return "clean"


def exercised(evidence: Evidence) -> tuple[str, ...]:
    """The endpoints that answered well."""
    failed = {entry.endpoint for entry in evidence.errors}
    return tuple(name for name in evidence.reached if name not in failed)


def report(
    target: str,
    evidence: Evidence,
    ledger: Ledger,
    findings: Sequence[Finding],
    bounded: Sequence[Bounded],
    seconds: float,
    errors: Sequence[NotExercised] = (),
) -> Report:
    """The report of one run."""
    return Report(
        target=target,
        verdict=verdict(findings, evidence),
        requests=ledger.requests,
        seconds=round(seconds, 2),
        findings=tuple(findings),
        bounded=tuple(bounded),
        errors=(*evidence.errors, *errors),
        exercised=exercised(evidence),
        notes=tuple(evidence.notes),
    )
