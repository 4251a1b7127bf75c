"""The database: an SQLite file of its own for each app, made at start."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """What all tables share."""


db = SQLAlchemy(model_class=Base)


def init_app(app: Flask) -> None:
    """Give *app* a database: the configured one, else a new file in a temporary folder."""
    if "SQLALCHEMY_DATABASE_URI" not in app.config:
        app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{_temporary_folder(app) / 'shop.db'}"
    db.init_app(app)


def _temporary_folder(app: Flask) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="shop-"))
    weakref.finalize(app, _remove, folder, os.getpid())
    return folder


def _remove(folder: Path, owner_pid: int) -> None:
    if os.getpid() == owner_pid:
        shutil.rmtree(folder, ignore_errors=True)
