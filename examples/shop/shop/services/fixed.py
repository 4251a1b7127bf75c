"""The four services of `shop.create_app` that kept too much, after the fix."""

from __future__ import annotations

import time
from collections import deque
from functools import lru_cache
from typing import Any

from shop.db import db
from shop.models import Order
from shop.services import labels, parcels, search

_trail: deque[dict[str, Any]] = deque(maxlen=200)


def record(event: str, subject: int) -> None:
    """Write down that *event* happened to *subject*; the last 200 events are kept."""
    _trail.append({"event": event, "subject": subject, "at": time.time()})


find = lru_cache(maxsize=256)(search.find.__wrapped__)


def follow(order: Order) -> None:  # noqa: ARG001 - the place of `parcels.follow`
    """Mail customers when parcels move: one receiver for all orders, connected once."""
    parcels.parcel_moved.connect(_tell_customer)


def _tell_customer(sender: int, place: str) -> None:
    order = db.session.get(Order, sender)
    if order is not None:
        parcels.mail(order.customer.email, order.id, place)


def print_label(order: Order) -> str:
    """What to send to the printer for *order*; the blank label is closed again."""
    with labels.BLANK.open(encoding="utf-8") as blank:
        return labels.fill(blank.read(), order)
