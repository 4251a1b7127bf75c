"""Search by the beginning of a product's name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sqlalchemy import select

from shop.db import db
from shop.models import Product

PAGE = 12


@dataclass(frozen=True)
class Hit:
    """One line of the results."""

    product_id: int
    name: str
    cents: int


@dataclass(frozen=True)
class Results:
    """What a visitor gets to see for a term: matches, else what sells best."""

    term: str
    matched: bool
    hits: tuple[Hit, ...]


@cache
def find(term: str) -> Results:
    """The products whose name begins with *term*, best sellers first."""
    columns = select(Product.id, Product.name, Product.cents).order_by(Product.sold.desc()).limit(PAGE)
    pattern = term.replace("%", "").replace("_", "") + "%"
    rows = db.session.execute(columns.where(Product.name.like(pattern))).all()
    matched = bool(rows)
    if not matched:
        rows = db.session.execute(columns).all()
    return Results(term, matched, tuple(Hit(*row) for row in rows))
