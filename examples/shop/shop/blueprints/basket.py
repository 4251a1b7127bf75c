"""The basket and the way out."""

from __future__ import annotations

import secrets

from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from shop.db import db
from shop.models import Product
from shop.services import carts

bp = Blueprint("basket", __name__)


@bp.before_request
def open_cart() -> None:
    """Find the visitor's basket by the cookie; a visitor without one gets it."""
    token = session.setdefault("basket", secrets.token_urlsafe(12))
    g.cart = carts.open_cart(token)


@bp.get("/basket")
def show() -> str:
    """What is in the basket."""
    lines = g.cart.lines()
    total_cents = sum(product.cents * quantity for product, quantity in lines)
    return render_template("basket.html", lines=lines, total_cents=total_cents)


@bp.post("/basket/items")
def add() -> Response:
    """Put a product into the basket."""
    quantity = request.form.get("quantity", 1, type=int)
    if not 1 <= quantity <= 99:  # noqa: PLR2004 - as the form says
        abort(400, "quantity: 1 to 99")
    g.cart.add(db.get_or_404(Product, request.form.get("product_id", 0, type=int)), quantity)
    return redirect(url_for(".show"), 303)


@bp.post("/checkout")
def check_out() -> Response:
    """Order what is in the basket."""
    name, email = request.form.get("name", "").strip(), request.form.get("email", "").strip()
    if not name or "@" not in email:
        abort(400, "a name and an address for the receipt are needed")
    order = g.cart.check_out(name, email)
    if order is None:
        return redirect(url_for(".show"), 303)
    return redirect(url_for("account.order_status", order_id=order.id), 303)
