"""An error handler that keeps what it handled, and a view that keeps a traceback. FIXED=1: after the fix."""

import os

from flask import Flask

FIXED = os.environ.get("FIXED") == "1"
KEPT = 5

app = Flask(__name__)
refused = []
failures = []


class OutOfStockError(Exception):
    """What a view raises, and a handler answers."""


@app.errorhandler(OutOfStockError)
def out_of_stock(error):
    refused.append(error)  # leak: order
    if FIXED:
        refused.clear()
    return "out of stock", 409


@app.get("/")
def home():
    return "home"


@app.get("/order/<int:number>")
def order(number):
    raise OutOfStockError(number)


@app.get("/retry")
def retry():
    try:
        int("not a number")
    except ValueError as error:
        failures.append(error.with_traceback(None) if FIXED else error)  # leak: retry
        if FIXED:
            del failures[:-KEPT]
    return "ok"
