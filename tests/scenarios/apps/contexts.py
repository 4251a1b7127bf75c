"""State in contexts, threads, generators and weak references. FIXED=1: after the fix."""

import itertools
import os
import threading
import weakref
from contextvars import ContextVar

from flask import Flask, g

FIXED = os.environ.get("FIXED") == "1"
KEPT = 20

app = Flask(__name__)
numbers = itertools.count(1)


class Tree:
    """Something that lives long, and something that does not."""


trail = ContextVar("trail", default=[])  # noqa: B039 - the leak
per_thread = threading.local()
contexts = []
streams = []
watchers = []
oak = Tree()
leaves = weakref.WeakValueDictionary() if FIXED else {}


def rows(number):
    yield number
    yield number + 1


@app.get("/context-variable")
def context_variable():
    trail.get().append([next(numbers)])  # leak: context_variable
    if FIXED:
        del trail.get()[:-KEPT]
    return "ok"


@app.get("/thread-local")
def thread_local():
    if FIXED or not hasattr(per_thread, "seen"):
        per_thread.seen = []
    per_thread.seen.append([next(numbers)])  # leak: thread_local
    return "ok"


@app.get("/request-globals")
def request_globals():
    g.number = next(numbers)
    contexts.append(g._get_current_object())  # leak: request_globals
    if FIXED:
        del contexts[:-KEPT]
    return "ok"


@app.get("/generator")
def generator():
    stream = rows(next(numbers))
    streams.append(stream)  # leak: generator
    if FIXED:
        streams.remove(stream)
    return str(next(stream))


@app.get("/weak-callbacks")
def weak_callbacks():
    number = next(numbers)
    watchers.append(weakref.ref(oak, lambda _: number))  # leak: weak_callbacks
    if FIXED:
        del watchers[:-KEPT]
    return "ok"


@app.get("/finalizers")
def finalizers():
    finalizer = weakref.finalize(oak, print, next(numbers))  # leak: finalizers
    if FIXED:
        finalizer.detach()
    return "ok"


@app.get("/weak-values")
def weak_values():
    leaf = Tree()
    leaves[next(numbers)] = leaf  # leak: weak_values
    return "ok"
