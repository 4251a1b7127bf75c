"""A small shop: a catalogue, a basket, orders, and an API for the courier and the app."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from flask import Flask

from shop import blueprints, db, seed, services

__all__ = ["create_app", "create_healthy_app"]


def create_app(config: Mapping[str, object] | None = None) -> Flask:
    """The shop, with the services it went live with."""
    return _assemble(config, services.LIVE)


def create_healthy_app(config: Mapping[str, object] | None = None) -> Flask:
    """The same shop with the services of `shop.services.fixed`."""
    return _assemble(config, services.FIXED)


def _assemble(config: Mapping[str, object] | None, chosen: services.Services) -> Flask:
    app = Flask(__name__)
    app.config.from_mapping(SECRET_KEY=secrets.token_hex(), SESSION_COOKIE_SAMESITE="Lax")
    app.config.from_prefixed_env("SHOP")
    app.config.from_mapping(config or {})
    app.jinja_env.filters["money"] = services.pricing.money
    services.init_app(app, chosen)
    db.init_app(app)
    seed.init_app(app)
    blueprints.init_app(app)
    return app
