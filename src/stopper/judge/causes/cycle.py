"""cycle: garbage that only the cyclic collector could free, and does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stopper.judge.evidence import LeakEvidence
    from stopper.model.finding import Cause

CAUSE: Cause = "cycle"


def recognise(evidence: LeakEvidence) -> bool:
    """Nothing holds it, and yet it is there."""
    return evidence.root == "garbage" or evidence.path[-1].edge == "garbage"
