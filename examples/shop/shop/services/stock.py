"""Stock levels, read apart from the session of the page so that they are never stale."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from shop.db import db
from shop.models import Product

_readers = scoped_session(sessionmaker())


@contextmanager
def _reading() -> Iterator[Session]:
    try:
        yield _readers(bind=db.engine)
    finally:
        _readers.remove()


def level(product_id: int) -> int | None:
    """How many pieces of a product are in the warehouse; None if there is no such product."""
    with _reading() as session:
        return session.scalar(select(Product.stock).where(Product.id == product_id))
