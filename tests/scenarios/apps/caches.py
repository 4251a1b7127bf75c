"""Caches whose bound is a thousand entries; in the leaking twin (FIXED unset) the bound is missing."""

import functools
import os
from collections import OrderedDict

from flask import Flask

FIXED = os.environ.get("FIXED") == "1"
BOUND = 1000

app = Flask(__name__)
answers = {}
buckets = {}
recent = OrderedDict()


@app.get("/own-dict/<int:number>")
def own_dict(number):
    if number not in answers:
        if FIXED and len(answers) >= BOUND:
            del answers[next(iter(answers))]
        answers[number] = f"answer {number}"  # leak: own_dict
    return answers[number]


@app.get("/modulo-keys/<int:number>")
def modulo_keys(number):
    buckets[number % BOUND if FIXED else number] = [number]  # leak: modulo_keys
    return "ok"


@app.get("/ordered-dict/<int:number>")
def ordered_dict(number):
    if number in recent:
        recent.move_to_end(number)
    else:
        recent[number] = {"number": number}  # leak: ordered_dict
        if FIXED and len(recent) > BOUND:
            recent.popitem(last=False)
    return "ok"


@functools.lru_cache(maxsize=BOUND if FIXED else None)  # leak: decorated
def square(number):
    return number * number / 2


@app.get("/decorated/<int:number>")
def decorated(number):
    return str(square(number))
