"""global: a module, class or app-level container (or chain of objects) that the user's code fills."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stopper.judge.evidence import LeakEvidence
    from stopper.model.finding import Cause

CAUSE: Cause = "global"


def recognise(evidence: LeakEvidence) -> bool:
    """What is left: something that lives as long as the process holds it."""
    return bool(evidence.path)
