"""The causes of leaks, one file each; the first that recognises the evidence names it.

Each file has CAUSE and `recognise(evidence) -> bool`. The order is from the most tangible (a
thread can be counted) to what is left (something the user's code holds).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stopper.judge.causes import cache, cycle, global_, process, registration, resource, thread

if TYPE_CHECKING:
    from stopper.judge.evidence import LeakEvidence
    from stopper.model.finding import Cause

ORDER = (cycle, thread, process, resource, cache, registration, global_)


def cause_of(evidence: LeakEvidence) -> Cause:
    """The cause of a leak: one of the words of the report contract."""
    return next(rule.CAUSE for rule in ORDER if rule.recognise(evidence))
