"""The tables of the shop. Money is in euro cents."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.db import db


class Category(db.Model):
    """A shelf; shelves may stand inside other shelves."""

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))


class Product(db.Model):
    """Something for sale."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    cents: Mapped[int]
    stock: Mapped[int]
    sold: Mapped[int] = mapped_column(default=0, index=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"), index=True)
    category: Mapped[Category] = relationship(lazy="joined")


Index("product_name", Product.name.collate("NOCASE"))


class Customer(db.Model):
    """Someone who ordered at least once."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(index=True)


class Order(db.Model):
    """A sale, from checkout to the customer's door."""

    id: Mapped[int] = mapped_column(primary_key=True)
    placed_on: Mapped[date]
    status: Mapped[str]
    place: Mapped[str]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    customer: Mapped[Customer] = relationship(lazy="joined")
    lines: Mapped[list[OrderLine]] = relationship()

    @property
    def cents(self) -> int:
        """The sum of the lines."""
        return sum(line.cents for line in self.lines)


class OrderLine(db.Model):
    """One product of an order, at the price of that day."""

    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    quantity: Mapped[int]
    cents: Mapped[int]
    product: Mapped[Product] = relationship(lazy="joined")


class BasketLine(db.Model):
    """One product in the basket that a visitor's cookie names."""

    token: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    quantity: Mapped[int]


class Subscriber(db.Model):
    """An address the newsletter goes to."""

    email: Mapped[str] = mapped_column(primary_key=True)


class OfferDay(db.Model):
    """How many visitors came through advertisements on one day."""

    day: Mapped[date] = mapped_column(primary_key=True)
    visits: Mapped[int]
