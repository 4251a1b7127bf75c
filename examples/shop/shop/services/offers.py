"""Visits that advertisements bring, counted here and written to the database in batches."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from threading import Lock

from shop.db import db
from shop.models import OfferDay

BATCH = 250


@dataclass(frozen=True)
class Visit:
    """Somebody came through the advertisement of *campaign*."""

    campaign: str
    day: date


_pending: list[Visit] = []
_lock = Lock()


def visited(campaign: str) -> None:
    """Count a visit; every 250th writes them all."""
    with _lock:
        _pending.append(Visit(campaign, date.today()))  # noqa: DTZ011 - the shop's day
        if len(_pending) < BATCH:
            return
        batch = _pending.copy()
        _pending.clear()
    _write(batch)


def _write(batch: list[Visit]) -> None:
    for day, visits in Counter(visit.day for visit in batch).items():
        total = db.session.get(OfferDay, day) or OfferDay(day=day, visits=0)
        total.visits += visits
        db.session.add(total)
    db.session.commit()
