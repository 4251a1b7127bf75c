"""Growth that ends by itself: pruned, replaced, or over a bounded set of inputs. FIXED unset: it does not end."""

import itertools
import os

from flask import Flask, abort

FIXED = os.environ.get("FIXED") == "1"
KNOWN = 500

app = Flask(__name__)
numbers = itertools.count(1)
short_log = []
long_log = {}
latest = {"reports": ()}
zones = {}


@app.get("/pruned-every-300")
def pruned_every_300():
    short_log.append({"number": next(numbers)})  # leak: pruned_every_300
    if FIXED and len(short_log) >= 300:
        short_log.clear()
    return "ok"


@app.get("/pruned-every-700")
def pruned_every_700():
    number = next(numbers)
    long_log[number] = [number]  # leak: pruned_every_700
    if FIXED and len(long_log) >= 700:
        for old in list(long_log)[:690]:
            del long_log[old]
    return "ok"


@app.get("/replaced")
def replaced():
    report = [{"number": next(numbers), "text": "x" * 2000}]
    latest["reports"] = report if FIXED else (report, latest["reports"])  # leak: replaced
    return "ok"


@app.get("/zone/<int:number>")
def zone(number):
    if FIXED and number > KNOWN:
        abort(404)
    if number not in zones:
        zones[number] = {"zone": number // 10}  # leak: zone
    return zones[number]
