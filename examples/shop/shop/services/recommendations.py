"""What else a visitor may like: the best sellers of the same shelf near the same price."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from sqlalchemy import func, select

from shop.db import db
from shop.models import Product

MOST = 128
_known: OrderedDict[int, list[int]] = OrderedDict()
_lock = Lock()


def similar(product: Product, count: int = 4) -> list[int]:
    """The ids of *count* products to show beside *product*."""
    with _lock:
        if product.id in _known:
            _known.move_to_end(product.id)
            return _known[product.id]
    ids = _look_up(product, count)
    with _lock:
        _known[product.id] = ids
        while len(_known) > MOST:
            _known.popitem(last=False)
    return ids


def _look_up(product: Product, count: int) -> list[int]:
    nearest = (
        select(Product.id)
        .where(Product.category_id == product.category_id, Product.id != product.id)
        .order_by(func.abs(Product.cents - product.cents))
        .limit(count)
    )
    return list(db.session.scalars(nearest))
