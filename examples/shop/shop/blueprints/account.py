"""Orders after the checkout, and the newsletter."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from shop.db import db
from shop.models import Order, Subscriber
from shop.services import services

bp = Blueprint("account", __name__)


@bp.get("/orders/<int:order_id>")
def order_status(order_id: int) -> str:
    """Where an order is."""
    order = db.get_or_404(Order, order_id)
    services.follow(order)
    return render_template("order.html", order=order)


@bp.get("/orders/<int:order_id>/label")
def label(order_id: int) -> Response:
    """The shipping label of an order, for the printer in the warehouse."""
    order = db.get_or_404(Order, order_id)
    return Response(services.print_label(order), mimetype="text/plain")


@bp.get("/newsletter")
def newsletter() -> str:
    """The form for the newsletter."""
    return render_template("newsletter.html", thanks="thanks" in request.args)


@bp.post("/newsletter")
def subscribe() -> Redirect:
    """Add an address to the newsletter; twice is fine."""
    email = request.form.get("email", "").strip().casefold()
    if "@" not in email:
        abort(400, "that is not an address")
    db.session.merge(Subscriber(email=email))
    db.session.commit()
    return redirect(url_for(".newsletter", thanks=1), 303)
