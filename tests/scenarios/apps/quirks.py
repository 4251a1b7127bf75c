"""An app whose import does what apps do to a process. QUIRK: what. FIXED=1: after the fix of its leak."""

import gc
import logging
import os
import sys
import threading
import time

from flask import Flask

FIXED = os.environ.get("FIXED") == "1"
QUIRK = os.environ.get("QUIRK", "noise")
KEPT = 20

kept = []
state = {"turn": 0, "last": [], "served": 0}


def work():
    while True:
        state["turn"] += 1
        state["last"] = [{"turn": state["turn"]} for _ in range(state["turn"] % 50)]
        time.sleep(0.002)


def trace(frame, event, _argument):
    state["last"] = [event, frame.f_lineno]


if QUIRK == "noise":
    print("{ not JSON")  # noqa: T201 - what apps do
    print("to the error output", file=sys.stderr)  # noqa: T201
    logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, force=True)
elif QUIRK == "thread":
    threading.Thread(target=work, name="worker", daemon=True).start()
elif QUIRK == "gc_disabled":
    gc.disable()  # leak: collector_off
elif QUIRK == "gc_frozen":
    gc.freeze()
elif QUIRK == "traced":
    sys.settrace(trace)
    threading.settrace(trace)

app = Flask(__name__)


@app.teardown_request
def collect_now_and_then(_error):
    """With the collector off, each request leaves garbage behind: the router of Werkzeug makes a cycle."""
    state["served"] += 1
    if QUIRK == "gc_disabled" and FIXED and state["served"] % 50 == 0:
        gc.collect()


@app.get("/page/<int:number>")
def page(number):
    if QUIRK == "noise":
        print(f"page {number}")  # noqa: T201
        app.logger.info("page %s", number)
    kept.append({"number": number})  # leak: page
    if FIXED:
        del kept[:-KEPT]
    return "ok"


@app.get("/other")
def other():
    return "other"
