"""process: child processes that are started and never waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stopper.judge.evidence import LeakEvidence
    from stopper.model.finding import Cause

CAUSE: Cause = "process"


def recognise(evidence: LeakEvidence) -> bool:
    """The process gets a child, running or a zombie, for (about) each entry that the holder gets."""
    return evidence.keeps_pace(evidence.children)
