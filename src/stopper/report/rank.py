"""In which order leaks are told: the one that costs most memory a day comes first."""

from __future__ import annotations

from collections.abc import Iterable

from stopper.model.finding import Finding


def bytes_a_day(finding: Finding, requests_per_day: float) -> float:
    """What the leak costs in a day of *requests_per_day* requests to its endpoints together."""
    return finding.growth.bytes_per_request * requests_per_day


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by bytes per day, largest first; then by units, then by fingerprint, so that the order is stable.

    All endpoints are assumed to see the same traffic, so bytes per request give the same order.
    """
    return sorted(findings, key=lambda f: (-f.growth.bytes_per_request, -f.growth.per_request, f.fingerprint))
