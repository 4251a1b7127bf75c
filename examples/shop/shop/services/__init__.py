"""What the pages need done, apart from showing it.

The four services that a shop may want to replace are reached through `services`, the choice of
the current app; the others are imported where they are used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app
from werkzeug.local import LocalProxy

from shop.models import Order
from shop.services import audit, fixed, labels, parcels, pricing, search

__all__ = ["FIXED", "LIVE", "Services", "init_app", "pricing", "services"]


@dataclass(frozen=True)
class Services:
    """The replaceable services of one app."""

    record: Callable[[str, int], None]
    find: Callable[[str], search.Results]
    follow: Callable[[Order], None]
    print_label: Callable[[Order], str]


LIVE = Services(record=audit.record, find=search.find, follow=parcels.follow, print_label=labels.print_label)
FIXED = Services(record=fixed.record, find=fixed.find, follow=fixed.follow, print_label=fixed.print_label)

services: Services = LocalProxy(lambda: current_app.extensions["shop"])


def init_app(app: Flask, chosen: Services) -> None:
    """Let the pages of *app* use the *chosen* services."""
    app.extensions["shop"] = chosen
