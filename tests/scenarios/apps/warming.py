"""A leak beside a big cache that is still filling. FIXED=1: after the fix."""

import functools
import os

from flask import Flask

FIXED = os.environ.get("FIXED") == "1"
KEPT = 30

app = Flask(__name__)
shown = []


@functools.lru_cache(maxsize=2000)
def price(number):
    return {"number": number, "cents": number * 7 + 0.5}


@app.get("/product/<int:number>")
def product(number):
    cents = price(number)["cents"]
    shown.append((number, cents))  # leak: product
    if FIXED:
        del shown[:-KEPT]
    return str(cents)


@app.get("/quote/<int:number>")
def quote(number):
    return str(price(-number)["cents"])
