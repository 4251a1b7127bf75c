"""The stock and the history a new shop starts with; the same rows every time."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask
from sqlalchemy import insert

from shop.db import db
from shop.models import Category, Customer, Order, OrderLine, Product

SHELVES = {
    "Kitchen": ["Kettles", "Pans", "Knives", "Cups"],
    "Living": ["Lamps", "Rugs", "Chairs", "Clocks"],
    "Bedroom": ["Blankets", "Pillows", "Mirrors", "Hooks"],
    "Garden": ["Pots", "Lanterns", "Benches", "Hoses"],
}
SERIES = ["Fjord", "Heide", "Luna", "Moss", "Nordlys", "Ambra", "Sol", "Veld", "Birke", "Duna", "Kalk"]
FIRST_NAMES = ["Ada", "Bram", "Carla", "Dirk", "Elif", "Femke", "Goran", "Hanna", "Ines"]
LAST_NAMES = ["Albers", "Bakker", "Costa", "Dekker", "Ek", "Farkas", "Groen"]
STATES = [("paid", "warehouse"), ("packed", "warehouse"), ("sent", "Utrecht depot"), ("delivered", "front door")]
PRODUCTS = 10_000
CUSTOMERS = 400
ORDERS = 10_000
OPENING_DAY = date(2024, 3, 1)


def init_app(app: Flask) -> None:
    """Make the tables of *app* and fill them; leave a database with products alone."""
    with app.app_context():
        db.create_all()
        if db.session.get(Product, 1) is None:
            _fill()
        # No connection may cross a later fork of the server.
        db.session.remove()
        db.engine.dispose()


def _fill() -> None:
    shelves = _categories()
    for table, rows in (
        (Category, shelves),
        (Product, _products(shelves)),
        (Customer, _customers()),
        (Order, _orders()),
        (OrderLine, _order_lines()),
    ):
        db.session.execute(insert(table.__table__), rows)
    db.session.commit()


def _categories() -> list[dict]:
    rows: list[dict] = []
    for room, shelves in SHELVES.items():
        parent_id = len(rows) + 1
        rows.append({"id": parent_id, "slug": room.lower(), "name": room, "parent_id": None})
        rows += [
            {"id": parent_id + place, "slug": shelf.lower(), "name": shelf, "parent_id": parent_id}
            for place, shelf in enumerate(shelves, start=1)
        ]
    return rows


def _products(shelves: list[dict]) -> list[dict]:
    leaves = [shelf for shelf in shelves if shelf["parent_id"]]
    rows = []
    for number in range(1, PRODUCTS + 1):
        shelf = leaves[number % len(leaves)]
        rows.append(
            {
                "id": number,
                "name": f"{shelf['name'][:-1]} {SERIES[number % len(SERIES)]} {number}",
                "cents": 495 + number * 137 % 24_000,
                "stock": number * 7 % 60,
                "sold": number * 31 % 900,
                "category_id": shelf["id"],
            }
        )
    return rows


def _customers() -> list[dict]:
    rows = []
    for number in range(1, CUSTOMERS + 1):
        first, last = FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[number % len(LAST_NAMES)]
        rows.append({"id": number, "name": f"{first} {last}", "email": f"{first}.{last}.{number}@example.org".lower()})
    return rows


def _orders() -> list[dict]:
    rows = []
    for number in range(1, ORDERS + 1):
        status, place = STATES[number % len(STATES)]
        rows.append(
            {
                "id": number,
                "placed_on": OPENING_DAY + timedelta(days=number // 25),
                "status": status,
                "place": place,
                "customer_id": number % CUSTOMERS + 1,
            }
        )
    return rows


def _order_lines() -> list[dict]:
    return [
        {
            "order_id": number,
            "product_id": (number * 3 + step * 11) % PRODUCTS + 1,
            "quantity": 1 + step,
            "cents": 1_250 + number * 53 % 9_000,
        }
        for number in range(1, ORDERS + 1)
        for step in range(1 + number % 2)
    ]
