"""The JSON contract."""

from __future__ import annotations

import dataclasses
import json

import jsonschema
import pytest

from stopper.model.finding import Report
from stopper.report.json import dumps, parse, schema, to_contract
from stopper.report.rank import ranked
from tests.unit.report import samples
from tests.unit.report.witnesses import WITNESSES

DESIGN = {
    "": {"schema", "target", "verdict", "requests", "seconds", "findings", "bounded", "errors"},
    "findings": {
        "fingerprint", "cause", "endpoints", "growth", "holder", "leaked", "retaining_path", "location", "explanation",
        "fix",
    },
    "endpoints": {"endpoint", "rule", "method", "share"},
    "growth": {"unit", "per_request", "bytes_per_request", "requests"},
    "holder": {"path", "type", "kind", "length"},
    "leaked": {"type"},
    "location": {"file", "line", "function"},
    "fix": {"summary", "example"},
    "bounded": {"holder", "limit", "bytes"},
    "errors": {"endpoint", "reason"},
}  # fmt: skip
"""The fields that readers of the contract rely on: none may ever go."""


def everything() -> Report:
    """A report with a finding of every kind that the catalogue knows."""
    findings = [samples.finding(cause, facts, fingerprint=name) for name, (cause, facts) in WITNESSES.items()]
    findings[0] = dataclasses.replace(findings[0], every_request=True)
    return dataclasses.replace(samples.shop(), findings=tuple(findings))


REPORTS = {"shop": samples.shop, "clean": samples.clean, "inconclusive": samples.inconclusive, "everything": everything}

each_report = pytest.mark.parametrize("make", REPORTS.values(), ids=REPORTS)


@each_report
def test_contract_of_any_report_is_valid(make):
    """What is written obeys the published schema."""
    jsonschema.validate(json.loads(dumps(make())), schema(), cls=jsonschema.Draft202012Validator)


def test_schema_as_published_is_a_schema():
    """The published schema is itself valid."""
    jsonschema.Draft202012Validator.check_schema(schema())


@each_report
def test_contract_of_any_report_reads_back(make):
    """Nothing is lost on the way to JSON and back; only the order of findings becomes that of their cost."""
    report = make()
    assert parse(json.loads(dumps(report))) == dataclasses.replace(report, findings=tuple(ranked(report.findings)))


def test_contract_of_a_report_has_all_promised_fields():
    """No field of the contract is ever missing."""
    document = to_contract(samples.shop())
    finding = document["findings"][0]
    found = {"": document, "findings": finding, "endpoints": finding["endpoints"][0]}
    found |= {name: finding[name] for name in ("growth", "holder", "leaked", "location", "fix")}
    found |= {name: document[name][0] for name in ("bounded", "errors")}
    assert {name: promised - set(found[name]) for name, promised in DESIGN.items()} == {name: set() for name in DESIGN}


def test_contract_of_findings_is_ranked_by_cost():
    """The leak with most bytes a day comes first, in whatever order they were found."""
    report = samples.shop()
    turned = dataclasses.replace(report, findings=report.findings[::-1])
    sizes = [finding["growth"]["bytes_per_request"] for finding in to_contract(report)["findings"]]
    assert sizes == sorted(sizes, reverse=True)
    assert dumps(turned) == dumps(report)


def test_contract_without_a_location_says_null():
    """A leak without a line is told all the same, and the schema knows that."""
    finding = dataclasses.replace(samples.shop().findings[0], location=None)
    document = to_contract(dataclasses.replace(samples.shop(), findings=(finding,)))
    jsonschema.validate(document, schema())
    assert document["findings"][0]["location"] is None
    assert parse(document).findings[0].location is None


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": "leaky"},
        {"schema": "stopper.report/2"},
        {"requests": -1},
        {"verdict": "clean"},
        {"findings": []},
        {"target": None},
    ],
)
def test_document_that_breaks_the_contract_is_refused(change: dict):
    """The schema can tell a wrong document: a clean one with leaks, a leaking one without, a wrong word or number."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**to_contract(samples.shop()), **change}, schema())


def test_document_of_another_schema_is_refused():
    """What is no report is not read as one, and the message says what it is."""
    with pytest.raises(ValueError, match=r"stopper\.report/2"):
        parse({**to_contract(samples.shop()), "schema": "stopper.report/2"})


def test_document_with_further_fields_is_read():
    """A reader passes over fields that a later version adds."""
    document = to_contract(samples.shop())
    document["later"] = 1
    document["findings"][0]["growth"]["later"] = 1
    assert parse(document).target == "shop:create_app()"


def test_document_with_design_fields_only_is_read():
    """The fields that were added to the first contract are not needed to read a report."""
    document = to_contract(samples.shop())
    del document["exercised"], document["notes"], document["findings"][0]["every_request"]
    del document["bounded"][0]["why"], document["bounded"][0]["holder"]["type"]
    del document["findings"][0]["location"]["source"]
    jsonschema.validate(document, schema())
    assert parse(document).exercised == ()
