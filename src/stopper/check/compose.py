"""Composing: from the evidence of a run to its findings and its report."""

from __future__ import annotations

import hashlib
import linecache
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from stopper.check.client import WorkerClient
from stopper.check.conductor import Conductor
from stopper.check.evidence import Evidence
from stopper.check.ledger import Ledger
from stopper.check.placement import Placed, find_sites, group, grown_children
from stopper.judge import growth
from stopper.judge.blame import Place, collector_switches
from stopper.judge.causes import cause_of, native
from stopper.judge.evidence import LeakEvidence
from stopper.judge.paths import holder_path, is_inner_working, kind_in_words, library_of, owner_type, retaining_path
from stopper.model.facts import LeakFacts
from stopper.model.finding import (
    Bounded,
    Cause,
    EndpointShare,
    Finding,
    Fix,
    Growth,
    Holder,
    Location,
    Report,
    Unit,
    Verdict,
)
from stopper.model.growth import Interval, Suspect
from stopper.model.heap import ROOT, Shape
from stopper.report.advice import advise, explain

EXCERPT_LINES = 2
"""Lines shown before and after the one to open."""

EVERY_REQUEST_SHARE = 0.8
"""When so large a part of the endpoints (and no fewer than three) leaks alike, it is every request."""

EVERY_REQUEST_LEAST = 3
"""With fewer endpoints, naming them says more."""

NATIVE_REQUESTS = 20
"""Requests under line tracing to find the line that leaves native memory behind."""

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

    def findings(self) -> Iterator[Finding]:
        """A finding for each leak: a holder, and a line that fills it."""
        evidence = self.evidence
        self._summary = self.worker.ask("summary")
        modules = self._summary["modules"]
        for placed in group(self.worker, self.ledger, evidence, modules, scenario=self.scenario):
            switch = self._collector_switch() if self._is_garbage(placed.suspect) else None
            if switch is not None:
                placed.sites[switch] = list(placed.suspect.rates)
            else:
                find_sites(self.worker, self.ledger, placed, scenario=self.scenario)
            for place, names in placed.sites.items():
                yield self._finding(placed, place, names)
        for endpoint, intervals in evidence.native.items():
            yield self._native_finding(endpoint, intervals)

    def bounded(self) -> list[Bounded]:
        """What grew and stopped, and what is known to have a bound."""
        found: dict[str, Bounded] = {}
        leaking = {suspect.shape_id for suspect in self.evidence.leaks}
        for suspect in self.evidence.stopped:
            path = self.ledger.path(suspect.shape_id)
            if leaking & set(self.ledger.ancestors(suspect.shape_id)) or is_inner_working(path):
                continue
            facts = self.evidence.located.get(suspect.shape_id, {})
            name = holder_path(path)
            limit = facts.get("limit")
            why = f"its limit is {limit:,}" if limit else "it grew at first, and stopped"
            found.setdefault(name, Bounded(name, owner_type(path), limit, int(facts.get("owned", 0)), why))
        return sorted(found.values(), key=lambda entry: -entry.size_bytes)

    def report(self, findings: Sequence[Finding], seconds: float) -> Report:
        """The report of the run."""
        evidence = self.evidence
        return Report(
            target=self.target,
            verdict=verdict(findings, evidence),
            requests=self._summary.get("requests", self.ledger.requests),
            seconds=round(seconds, 2),
            findings=tuple(findings),
            bounded=tuple(self.bounded()),
            errors=tuple(evidence.errors),
            exercised=exercised(evidence),
            notes=tuple(evidence.notes),
        )

    def _finding(self, placed: Placed, place: Place | None, names: list[str]) -> Finding:
        """One leak: a holder, and a line that these endpoints' requests fill it from."""
        suspect = placed.suspect
        path = self.ledger.path(suspect.shape_id)
        rates = {name: suspect.rates[name] for name in names} or dict(suspect.rates)
        own = [interval for name in names for interval in self.evidence.own.get(name, [])]
        children = list(grown_children(self.ledger, suspect, own) or grown_children(self.ledger, suspect))
        leaked_path = self.ledger.path(children[0]) if children and suspect.metric == "items" else path
        judged = self._evidence(placed, rates, self._leaked_type(placed, leaked_path))
        cause = cause_of(judged)
        location = self._location(place, names)
        draft = Finding(
            fingerprint=fingerprint(cause, path, location),
            cause=cause,
            endpoints=tuple(self._endpoint(name, rate / (sum(rates.values()) or 1.0)) for name, rate in rates.items()),
            growth=self._growth(placed, rates, cause, judged),
            holder=Holder(
                self._holder_name(placed, path),
                placed.facts.get("type", path[-1].type),
                kind_in_words(path),
                placed.facts.get("length"),
            ),
            leaked_type=judged.leaked_type,
            retaining_path=retaining_path(leaked_path),
            location=location,
            explanation="",
            fix=Fix(""),
            every_request=self._every_request(rates),
        )
        facts = self._facts(judged, draft)
        return replace(draft, explanation=explain(cause, facts), fix=advise(cause, facts))

    def _native_finding(self, endpoint: str, intervals: Sequence[Interval]) -> Finding:
        """Memory outside Python objects that one endpoint leaves behind."""
        rate = native.grows(intervals)
        lines = self.worker.ask("native_lines", 20.0, plan={endpoint: NATIVE_REQUESTS})["lines"]
        place = Place(*lines[0][1:]) if lines and lines[0][0] >= rate * NATIVE_REQUESTS / 2 else None
        location = self._location(place, [endpoint])
        root = (Shape(ROOT, "native memory", "C heap"),)
        draft = Finding(
            fingerprint=fingerprint("native", root, location),
            cause="native",
            endpoints=(self._endpoint(endpoint, 1.0),),
            growth=Growth("byte", round(rate, 1), round(rate, 1), sum(interval.sent() for interval in intervals)),
            holder=Holder("native memory (the C heap)", "C heap", "memory outside Python objects"),
            leaked_type="bytes outside Python objects",
            retaining_path=("native memory",),
            location=location,
            explanation="",
            fix=Fix(""),
        )
        facts = self._facts(LeakEvidence(path=root, leaked_type=draft.leaked_type), draft)
        return replace(draft, explanation=explain("native", facts), fix=advise("native", facts))

    def _holder_name(self, placed: Placed, path: Sequence[Shape]) -> str:
        """The holder's name; of a library's object that the user's modules do not hold, the one it has at home."""
        home = placed.facts.get("home")
        modules = {f"module {name}" for name in self._summary["modules"]} | {"app"}
        named = placed.facts.get("named", "")
        if home is not None and path[0].edge not in modules and len(path) > home[0]:
            return holder_path(path, (home[0], home[1]))
        return holder_path(path) + (f" ({named!r})" if named else "")

    def _evidence(self, placed: Placed, rates: dict[str, float], leaked_type: str) -> LeakEvidence:
        suspect = placed.suspect
        return LeakEvidence(
            path=self.ledger.path(suspect.shape_id),
            user_modules=tuple(self._summary["modules"]),
            metric=suspect.metric,
            new_types=tuple(name for name, _ in placed.facts.get("new", [])),
            leaked_type=leaked_type,
            distinct_only=self._distinct_only(suspect, rates),
            per_request=self._per_request(suspect, rates),
            fds=self._resource("fds", rates),
            threads=self._resource("threads", rates),
            children=self._resource("children", rates),
            collector_on=bool(self.evidence.loaded.get("gc_enabled", True)),
            limit=placed.facts.get("limit"),
        )

    def _growth(self, placed: Placed, rates: dict[str, float], cause: Cause, judged: LeakEvidence) -> Growth:
        intervals = self._measured
        suspects = [placed.suspect, *(other for other in placed.together if other.metric != "size_bytes")]
        shapes = [suspect.shape_id for suspect in suspects]
        share = sum(rates.values()) / (sum(placed.suspect.rates.values()) or 1.0)
        gained_bytes = growth.owned_bytes(intervals, shapes, self.ledger.children) * share
        sent = sum(interval.sent(frozenset(rates)) for interval in intervals) or 1
        unit, per_request = self._unit(cause, judged)
        return Growth(unit, round(per_request, 4), round(gained_bytes / sent, 1), sent)

    @property
    def _measured(self) -> Sequence[Interval]:
        """The intervals that the figures are taken from: the longest run of requests there is."""
        return self.evidence.chunks or self.evidence.screening

    def _per_request(self, suspect: Suspect, rates: dict[str, float]) -> float:
        if len(rates) == len(suspect.rates):
            return growth.rate_per_request(self._measured, suspect.shape_id, suspect.metric, frozenset(rates))
        return sum(rates.values()) / len(rates)

    def _leaked_type(self, placed: Placed, leaked_path: Sequence[Any]) -> str:
        if leaked_path[-1] is not self.ledger.shape(placed.suspect.shape_id):
            return str(leaked_path[-1].type)
        new = placed.facts.get("new") or []
        return str(new[0][0]) if new and placed.suspect.metric == "items" else str(leaked_path[-1].type)

    def _distinct_only(self, suspect: Suspect, rates: dict[str, float]) -> bool:
        if suspect.metric == "size_bytes":
            return False  # a buffer is enlarged now and then, whatever the input
        seen = [
            (name, self.evidence.same[name])
            for name in rates
            if name in self.evidence.same and "<" in self.evidence.rules[name]
        ]
        return bool(seen) and all(
            growth.rate_per_request([interval], suspect.shape_id, suspect.metric) < 0.1 * rates[name]
            for name, interval in seen
        )

    def _resource(self, name: str, rates: dict[str, float]) -> float:
        rounds = [interval for endpoint in rates for interval in self.evidence.own.get(endpoint, [])]
        sent = sum(interval.sent() for interval in rounds)
        return sum(getattr(interval.reading, name) for interval in rounds) / sent if sent else 0.0

    def _unit(self, cause: Cause, judged: LeakEvidence) -> tuple[Unit, float]:
        if cause == "thread":
            return "thread", judged.threads
        if cause == "process":
            return "process", judged.children
        if cause == "resource" and judged.keeps_pace(judged.fds):
            connection = any(
                "sqlalchemy" in name or "Connection" in name for name in (judged.leaked_type, *judged.new_types)
            )
            return ("connection" if connection else "fd"), judged.fds
        if judged.metric == "size_bytes":
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

    def _facts(self, judged: LeakEvidence, finding: Finding) -> LeakFacts:
        """What the catalogue of explanations needs to know of a finding."""
        location = finding.location
        frozen = bool(self.evidence.loaded.get("gc_frozen"))
        owner = library_of(owner_type(judged.path), judged.user_modules) or judged.library_root
        return LeakFacts(
            holder_path=finding.holder.path,
            holder_kind=finding.holder.kind,
            holder_type=owner_type(judged.path) if owner else finding.holder.type,
            owner_library=owner,
            leaked_type=judged.leaked_type,
            retaining_path=finding.retaining_path,
            endpoints=tuple(entry.endpoint for entry in finding.endpoints),
            function=location.function.rpartition(".")[2] if location else "",
            file=location.file if location else "",
            line=location.line if location else 0,
            source_line=dict(location.source).get(location.line, "").strip() if location else "",
            unit=finding.growth.unit,
            per_request=finding.growth.per_request,
            bytes_per_request=finding.growth.bytes_per_request,
            distinct_only=judged.distinct_only,
            every_request=finding.every_request,
            collector="off" if not judged.collector_on else "frozen" if frozen else "on",
        )


def excerpt(file: str, line: int) -> tuple[tuple[int, str], ...]:
    """The source around a line: (number, text)."""
    lines = linecache.getlines(file)
    first, last = max(1, line - EXCERPT_LINES), min(len(lines), line + EXCERPT_LINES)
    return tuple((number, lines[number - 1].rstrip("\n")) for number in range(first, last + 1))


def fingerprint(cause: Cause, path: Sequence[Any], location: Location | None) -> str:
    """Stable across runs of one commit: of names only. Lines are left out, so that an edit above keeps it."""
    parts = [cause, *(f"{shape.edge}:{shape.type}" for shape in path)]
    if location is not None:
        parts.append(f"{Path(location.file).name}:{location.function}")
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
