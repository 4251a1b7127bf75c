"""Linked lists: nothing gets longer, there are only more and more links. FIXED=1: after the fix."""

import itertools
import os

from flask import Flask

FIXED = os.environ.get("FIXED") == "1"

app = Flask(__name__)
numbers = itertools.count(1)
heads = {"pair": None, "row": None}


class Visit:
    """One link of a chain of instances."""

    def __init__(self, number, before):
        self.number = number / 3
        self.before = before


class Trail:
    """Knows the latest visit."""

    latest = None


@app.get("/instances")
def instances():
    Trail.latest = Visit(next(numbers), None if FIXED else Trail.latest)  # leak: instances
    return "ok"


@app.get("/tuples")
def tuples():
    heads["pair"] = (next(numbers) / 3, None if FIXED else heads["pair"])  # leak: tuples
    return "ok"


@app.get("/dicts")
def dicts():
    heads["row"] = {"number": next(numbers) / 3, "before": None if FIXED else heads["row"]}  # leak: dicts
    return "ok"
