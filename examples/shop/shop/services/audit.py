"""The audit trail: who looked at what, for the questions of the purchasing department."""

from __future__ import annotations

import time

_trail: list[dict] = []


def record(event: str, subject: int) -> None:
    """Write down that *event* happened to *subject* just now."""
    _trail.append({"event": event, "subject": subject, "at": time.time()})
