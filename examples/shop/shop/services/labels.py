"""Shipping labels, in the language of the label printer."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from importlib import resources
from string import Template
from typing import TextIO

from shop.models import Order

BLANK = resources.files("shop") / "data" / "label.zpl"

# The package may be a zip file: its files stay open while they are needed.
_open_files = ExitStack()
atexit.register(_open_files.close)


def form() -> TextIO:
    """The blank label."""
    return _open_files.enter_context(BLANK.open(encoding="utf-8"))


def fill(blank: str, order: Order) -> str:
    """The label of *order*."""
    return Template(blank).substitute(number=f"{order.id:07d}", name=order.customer.name, pieces=len(order.lines))


def print_label(order: Order) -> str:
    """What to send to the printer for *order*."""
    return fill(form().read(), order)
