"""Parcels on their way: the courier reports where they are, customers get mail about it."""

from __future__ import annotations

import logging

from blinker import Namespace

from shop.models import Order

log = logging.getLogger(__name__)

parcel_moved = Namespace().signal("parcel-moved", doc="Sender: the order's number. Extra: place.")


def follow(order: Order) -> None:
    """Mail the customer of *order* whenever its parcel moves."""
    number, email = order.id, order.customer.email

    def tell_customer(sender: int, place: str) -> None:
        if sender == number:
            mail(email, number, place)

    # The function is local, a weak reference to it would be dead at once.
    parcel_moved.connect(tell_customer, weak=False)


def mail(email: str, number: int, place: str) -> None:
    """Tell the customer where parcel *number* is."""
    log.info("to %s: your parcel %d has reached %s", email, number, place)
