"""Caches of cachetools, of a thousand entries; in the leaking twin (FIXED unset) they have no limit."""

import math
import os

from cachetools import LRUCache, TTLCache, cached
from flask import Flask

FIXED = os.environ.get("FIXED") == "1"
BOUND = 1000 if FIXED else math.inf

app = Flask(__name__)
lru_answers = LRUCache(maxsize=BOUND)
ttl_answers = TTLCache(maxsize=BOUND, ttl=3600)


@cached(lru_answers)  # leak: by_decorator
def square(number):
    return {"square": number * number / 2}


@app.get("/by-decorator/<int:number>")
def by_decorator(number):
    return square(number)


@app.get("/by-hand/<int:number>")
def by_hand(number):
    if number not in ttl_answers:
        ttl_answers[number] = {"cube": number**3 / 2}  # leak: by_hand
    return ttl_answers[number]
