"""Baskets. Requests of one visitor that run at the same time share one cart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from threading import Lock
from weakref import WeakValueDictionary

from sqlalchemy import ColumnElement, delete, select

from shop.db import db
from shop.models import BasketLine, Customer, Order, OrderLine, Product

_open: WeakValueDictionary[str, Cart] = WeakValueDictionary()
_opening = Lock()


class Cart:
    """The basket of the visitor whose cookie holds *token*."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.lock = Lock()

    def lines(self) -> list[tuple[Product, int]]:
        """Products and how many of each."""
        rows = select(Product, BasketLine.quantity).join_from(BasketLine, Product)
        return [(product, quantity) for product, quantity in db.session.execute(rows.where(self._mine))]

    def add(self, product: Product, quantity: int) -> None:
        """Put *quantity* more of *product* into the basket."""
        with self.lock:
            line = db.session.get(BasketLine, (self.token, product.id))
            if line is None:
                line = BasketLine(token=self.token, product_id=product.id, quantity=0)
                db.session.add(line)
            line.quantity += quantity
            db.session.commit()

    def check_out(self, name: str, email: str) -> Order | None:
        """Make an order of the basket and empty it; None if there is nothing in it."""
        with self.lock:
            lines = self.lines()
            if not lines:
                return None
            today = date.today()  # noqa: DTZ011 - the shop's day
            order = Order(placed_on=today, status="paid", place="warehouse", customer=_customer(name, email))
            order.lines = list(_sold(lines))
            db.session.add(order)
            db.session.execute(delete(BasketLine).where(self._mine))
            db.session.commit()
            return order

    @property
    def _mine(self) -> ColumnElement[bool]:
        return BasketLine.token == self.token


def open_cart(token: str) -> Cart:
    """The cart of *token*: the one in use, else a new one."""
    with _opening:
        cart = _open.get(token)
        if cart is None:
            cart = _open[token] = Cart(token)
        return cart


def _customer(name: str, email: str) -> Customer:
    known = db.session.scalar(select(Customer).where(Customer.email == email).limit(1))
    return known or Customer(name=name, email=email)


def _sold(lines: Iterable[tuple[Product, int]]) -> Iterable[OrderLine]:
    for product, quantity in lines:
        product.stock = max(0, product.stock - quantity)
        product.sold += quantity
        yield OrderLine(product=product, quantity=quantity, cents=product.cents * quantity)
