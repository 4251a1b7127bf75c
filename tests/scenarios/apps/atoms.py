"""Containers of atoms, which the collector does not track. FIXED=1: the same app after the fix."""

import itertools
import os
from array import array
from collections import deque

from flask import Flask

FIXED = os.environ.get("FIXED") == "1"
KEPT = 40

app = Flask(__name__)
numbers = itertools.count(100_000)

ids = []
visits = {}
names = set()
timings = deque(maxlen=KEPT if FIXED else None)
points = []
samples = array("q")
journal = bytearray()


@app.get("/list-of-ints")
def list_of_ints():
    ids.append(next(numbers))  # leak: list_of_ints
    if FIXED:
        del ids[:-KEPT]
    return "ok"


@app.get("/dict-of-counts")
def dict_of_counts():
    number = next(numbers)
    visits[f"visitor-{number}"] = number  # leak: dict_of_counts
    if FIXED:
        del visits[f"visitor-{number}"]
    return "ok"


@app.get("/set-of-names")
def set_of_names():
    names.add(f"name-{next(numbers)}")  # leak: set_of_names
    if FIXED and len(names) > KEPT:
        names.pop()
    return "ok"


@app.get("/deque-of-floats")
def deque_of_floats():
    timings.append(next(numbers) / 7)  # leak: deque_of_floats
    return "ok"


@app.get("/tuples-of-atoms")
def tuples_of_atoms():
    points.append((next(numbers), 1.5, "metre"))  # leak: tuples_of_atoms
    if FIXED:
        del points[:-KEPT]
    return "ok"


@app.get("/machine-numbers")
def machine_numbers():
    samples.extend([next(numbers)] * 16)  # leak: machine_numbers
    if FIXED:
        del samples[: -16 * KEPT]
    return "ok"


@app.get("/raw-bytes")
def raw_bytes():
    journal.extend(b"%0200d" % next(numbers))  # leak: raw_bytes
    if FIXED:
        del journal[: -200 * KEPT]
    return "ok"
