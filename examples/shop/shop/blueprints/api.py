"""For the phone app, the courier and the monitoring."""

from __future__ import annotations

from flask import Blueprint, abort, request
from sqlalchemy import func, select

from shop.db import db
from shop.models import Order, Product
from shop.services import delivery, parcels, pricing, recommendations, stock

bp = Blueprint("api", __name__, url_prefix="/api")


@bp.get("/health")
def health() -> dict:
    """Whether the shop and its database answer."""
    return {"status": "ok", "shelves": db.session.scalar(select(func.count(Product.category_id.distinct())))}


@bp.get("/stock/<int:product_id>")
def stock_level(product_id: int) -> dict:
    """How many pieces are in the warehouse."""
    pieces = stock.level(product_id)
    if pieces is None:
        abort(404)
    return {"product": product_id, "pieces": pieces}


@bp.get("/price/<int:product_id>/<currency>")
def price(product_id: int, currency: str) -> dict:
    """A price in another currency."""
    product = db.get_or_404(Product, product_id)
    return {"product": product_id, "price": pricing.quote(product.cents, currency)}


@bp.get("/recommendations/<int:product_id>")
def recommended(product_id: int) -> dict:
    """What else a customer may like."""
    return {"product": product_id, "similar": recommendations.similar(db.get_or_404(Product, product_id))}


@bp.get("/delivery/<int:postcode>")
def delivery_zone(postcode: int) -> dict:
    """How long a parcel takes and what it costs."""
    return delivery.zone(postcode)._asdict()


@bp.post("/parcels/<int:order_id>")
def parcel(order_id: int) -> dict:
    """The courier reports where a parcel is."""
    order = db.get_or_404(Order, order_id)
    order.status, order.place = "sent", request.get_json()["place"]
    db.session.commit()
    parcels.parcel_moved.send(order.id, place=order.place)
    return {"order": order.id, "place": order.place}
