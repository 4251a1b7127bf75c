"""What visitors look at."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from shop.models import Product
from shop.services import services


class Glance(NamedTuple):
    """A product somebody looked at."""

    product_id: int
    name: str
    cents: int


_glances: deque[Glance] = deque(maxlen=200)


def product_seen(product: Product) -> None:
    """A visitor opened the page of *product*."""
    _glances.append(Glance(product.id, product.name, product.cents))
    services.record("product seen", product.id)


def latest(count: int) -> list[Glance]:
    """The last *count* products that visitors opened, newest first, each once."""
    return list(dict.fromkeys(reversed(_glances.copy())))[:count]
