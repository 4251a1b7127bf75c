"""Attributes: instances without a `__dict__`, and one that gets new attributes. FIXED=1: after the fix."""

import itertools
import os

from flask import Flask

FIXED = os.environ.get("FIXED") == "1"
KEPT = 30

app = Flask(__name__)
numbers = itertools.count(1)


class Ledger:
    """Keeps its entries in a slot."""

    __slots__ = ("entries", "total")

    def __init__(self):
        self.entries = []
        self.total = 0

    def note(self, amount):
        self.total += amount
        self.entries.append(amount / 3)  # leak: slot_of_instance
        if FIXED:
            del self.entries[:-KEPT]


class Point:
    """Three floats in slots, nothing else."""

    __slots__ = ("height", "weight", "width")

    def __init__(self, number):
        self.height, self.weight, self.width = number / 3, number / 7, number / 11


class Jobs:
    """Gets an attribute for each job."""

    def __init__(self):
        self.started = 0


ledger = Ledger()
route = []
jobs = Jobs()


@app.get("/slot-of-instance")
def slot_of_instance():
    ledger.note(next(numbers))
    return "ok"


@app.get("/instances-of-slots")
def instances_of_slots():
    route.append(Point(next(numbers)))  # leak: instances_of_slots
    if FIXED:
        del route[:-KEPT]
    return "ok"


@app.get("/attributes-of-instance")
def attributes_of_instance():
    number = next(numbers)
    jobs.started += 1
    setattr(jobs, f"job_{number}", number / 3)  # leak: attributes_of_instance
    if FIXED:
        delattr(jobs, f"job_{number}")
    return "ok"
