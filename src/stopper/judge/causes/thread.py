"""thread: threads, timers and executors that are started and never end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stopper.judge.evidence import LeakEvidence
    from stopper.model.finding import Cause

CAUSE: Cause = "thread"


def recognise(evidence: LeakEvidence) -> bool:
    """The process gets a thread for (about) each entry that the holder gets."""
    return evidence.keeps_pace(evidence.threads)
