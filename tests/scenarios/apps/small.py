"""Leaks that are easily missed: one list of many, 64 bytes, one request in twenty. FIXED=1: after the fix."""

import itertools
import os
import random

from flask import Flask

FIXED = os.environ.get("FIXED") == "1"
KEPT = 30

app = Flask(__name__)
numbers = itertools.count(1)
chance = random.Random(20_251)

shelves = {number: [] for number in range(60)}
tickets = []
slow_pages = []
complaints = []


@app.get("/one-list-of-many")
def one_list_of_many():
    number = next(numbers)
    shelf = shelves[number % 59]
    shelf.append(number / 3)
    del shelf[:-5]
    shelves[59].append(number / 7)  # leak: one_list_of_many
    if FIXED:
        del shelves[59][:-KEPT]
    return "ok"


@app.get("/sixty-four-bytes")
def sixty_four_bytes():
    tickets.append(bytes(31))  # leak: sixty_four_bytes
    if FIXED:
        tickets.clear()
    return "ok"


@app.get("/every-twentieth")
def every_twentieth():
    number = next(numbers)
    every_twentieth.served += 1
    if every_twentieth.served % 20 == 0:
        slow_pages.append({"number": number, "path": "/every-twentieth"})  # leak: every_twentieth
        if FIXED:
            slow_pages.clear()
    return "ok"


every_twentieth.served = 0


@app.get("/one-in-twenty")
def one_in_twenty():
    if chance.random() < 0.05:
        complaints.append({"number": next(numbers), "text": "slow"})  # leak: one_in_twenty
        if FIXED:
            del complaints[:-3]
    return "ok"
