"""The report as JSON: the versioned contract that other programs read.

Additive: a field may be added, none is removed or changes its meaning within `stopper.report/1`.
The contract is also written as a JSON Schema, `schema/report-1.json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from stopper.model.finding import (
    Bounded,
    EndpointShare,
    Finding,
    Fix,
    Growth,
    Holder,
    Location,
    NotExercised,
    Report,
)
from stopper.report.rank import ranked

__all__ = ["SCHEMA", "dumps", "parse", "schema", "to_contract"]

SCHEMA = "stopper.report/1"

Json = dict[str, Any]


def to_contract(report: Report) -> Json:
    """The report as plain dicts and lists, findings ranked by bytes per day."""
    return {
        "schema": SCHEMA,
        "target": report.target,
        "verdict": report.verdict,
        "requests": report.requests,
        "seconds": report.seconds,
        "findings": [_finding(finding) for finding in ranked(report.findings)],
        "bounded": [_bounded(bounded) for bounded in report.bounded],
        "errors": [{"endpoint": error.endpoint, "reason": error.reason} for error in report.errors],
        "exercised": list(report.exercised),
        "notes": list(report.notes),
    }


def dumps(report: Report) -> str:
    """The contract as text: indented, the same bytes for the same report."""
    return json.dumps(to_contract(report), indent=2, ensure_ascii=False)


def parse(document: Mapping[str, Any]) -> Report:
    """The report that a document of this contract tells; fields it does not know are passed over.

    Raises:  ValueError: the document is of another schema.  KeyError: a required field is missing.
    """
    if document.get("schema") != SCHEMA:
        message = f"not a {SCHEMA} document: its schema is {document.get('schema')!r}"
        raise ValueError(message)
    return Report(
        target=document["target"],
        verdict=document["verdict"],
        requests=document["requests"],
        seconds=document["seconds"],
        findings=tuple(_parse_finding(finding) for finding in document["findings"]),
        bounded=tuple(_parse_bounded(bounded) for bounded in document["bounded"]),
        errors=tuple(NotExercised(error["endpoint"], error["reason"]) for error in document["errors"]),
        exercised=tuple(document.get("exercised", ())),
        notes=tuple(document.get("notes", ())),
    )


def schema() -> Json:
    """The JSON Schema (draft 2020-12) of the contract."""
    text = resources.files("stopper.report").joinpath("schema/report-1.json").read_text(encoding="utf-8")
    loaded: Json = json.loads(text)
    return loaded


def _finding(finding: Finding) -> Json:
    growth, holder = finding.growth, finding.holder
    return {
        "fingerprint": finding.fingerprint,
        "cause": finding.cause,
        "endpoints": [
            {"endpoint": e.endpoint, "rule": e.rule, "method": e.method, "share": e.share} for e in finding.endpoints
        ],
        "every_request": finding.every_request,
        "growth": {
            "unit": growth.unit,
            "per_request": growth.per_request,
            "bytes_per_request": growth.bytes_per_request,
            "requests": growth.requests,
        },
        "holder": {"path": holder.path, "type": holder.type, "kind": holder.kind, "length": holder.length},
        "leaked": {"type": finding.leaked_type},
        "retaining_path": list(finding.retaining_path),
        "location": _location(finding.location),
        "explanation": finding.explanation,
        "fix": {"summary": finding.fix.summary, "example": finding.fix.example},
    }


def _location(location: Location | None) -> Json | None:
    if location is None:
        return None
    return {
        "file": location.file,
        "line": location.line,
        "function": location.function,
        "source": [[number, text] for number, text in location.source],
    }


def _bounded(bounded: Bounded) -> Json:
    return {
        "holder": {"path": bounded.path, "type": bounded.type},
        "limit": bounded.limit,
        "bytes": bounded.size_bytes,
        "why": bounded.why,
    }


def _parse_finding(finding: Json) -> Finding:
    return Finding(
        fingerprint=finding["fingerprint"],
        cause=finding["cause"],
        endpoints=tuple(EndpointShare(e["endpoint"], e["rule"], e["method"], e["share"]) for e in finding["endpoints"]),
        growth=Growth(**{name: finding["growth"][name] for name in Growth.__dataclass_fields__}),
        holder=Holder(**{name: finding["holder"][name] for name in Holder.__dataclass_fields__}),
        leaked_type=finding["leaked"]["type"],
        retaining_path=tuple(finding["retaining_path"]),
        location=_parse_location(finding["location"]),
        explanation=finding["explanation"],
        fix=Fix(finding["fix"]["summary"], finding["fix"]["example"]),
        every_request=finding.get("every_request", False),
    )


def _parse_location(location: Json | None) -> Location | None:
    if location is None:
        return None
    source = tuple((number, text) for number, text in location.get("source", ()))
    return Location(location["file"], location["line"], location["function"], source)


def _parse_bounded(bounded: Json) -> Bounded:
    holder = bounded["holder"]
    return Bounded(holder["path"], holder.get("type", ""), bounded["limit"], bounded["bytes"], bounded.get("why", ""))
