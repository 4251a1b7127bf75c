"""Leaks of every request, in each of its hooks; four endpoints that do nothing. FIXED=1: after the fix."""

import os

from flask import Flask, request

FIXED = os.environ.get("FIXED") == "1"
KEPT = 30

app = Flask(__name__)
begun = []
answered = []
ended = []


@app.before_request
def note_begin():
    begun.append({"path": request.path})  # leak: before
    if FIXED:
        del begun[:-KEPT]


@app.after_request
def note_answer(response):
    answered.append([response.status_code])  # leak: after
    if FIXED:
        del answered[:-KEPT]
    return response


@app.teardown_request
def note_end(error):
    ended.append((request.endpoint, {"error": error}))  # leak: teardown
    if FIXED:
        del ended[:-KEPT]


@app.get("/")
def home():
    return "home"


@app.get("/about")
def about():
    return "about"


@app.get("/item/<int:number>")
def item(number):
    return f"item {number}"


@app.get("/word/<word>")
def word(word):
    return f"word {word}"
