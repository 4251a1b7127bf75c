"""The pages, by the part of the shop they belong to."""

from __future__ import annotations

from flask import Flask

from shop.blueprints import account, api, basket, catalogue


def init_app(app: Flask) -> None:
    """Add all pages to *app*."""
    for blueprint in (catalogue.bp, basket.bp, account.bp, api.bp):
        app.register_blueprint(blueprint)
