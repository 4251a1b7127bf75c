"""Flask apps to measure `stopper check` on: of so many routes, so many leaks, and so big a heap.

The routes are a mix of what apps are made of, in equal parts: a JSON answer, a page from a template, a calculation
behind a small cache, rows of an SQLite file. A leak is one of two common ones: a list in a module that every request
appends to, and a dict of rendered pages that never forgets.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

ROUTES_A_PART = 20
"""Routes in one blueprint: a module of some 150 lines, as people write them."""

OBJECTS_A_RECORD = 6
"""A dict, its list, two strings, an int and a float: two of six are tracked by the collector."""

TARGET = "desk:app"
"""What to give `stopper check`, in the folder of the app."""

LEAKS_LIMIT = 2
"""So many different leaks there are to plant."""

_APP = """\
import sqlite3
from pathlib import Path

from flask import Flask, g

app = Flask(__name__)
DATABASE = Path(__file__).with_name("desk.sqlite")


def database():
    if "database" not in g:
        g.database = sqlite3.connect(DATABASE)
    return g.database


@app.teardown_appcontext
def close_database(error):
    opened = g.pop("database", None)
    if opened is not None:
        opened.close()


from desk import data, {parts}  # noqa: E402

for module in ({parts},):
    app.register_blueprint(module.part)
"""

_DATA = """\
def record(number):
    return {{"id": 1_000 + number, "name": f"record {{number}}", "price": number / 7, "tags": [f"tag {{number}}"]}}


RECORDS = [record(number) for number in range({records})]
"""

_SERVICE = """\
from functools import lru_cache

RATES = {"at": 20, "de": 19, "fr": 20, "it": 22, "pl": 23}


@lru_cache(maxsize=64)
def tax_percent(country, year):
    return RATES[country] + (year % 2) / 2


def quote(number):
    country = sorted(RATES)[number % len(RATES)]
    lines = [{"pieces": piece, "net": (number % 90 + 10) * piece} for piece in range(1, 6)]
    net = sum(line["net"] for line in lines)
    gross = round(net * (1 + tax_percent(country, 2020 + number % 5) / 100), 2)
    return {"country": country, "lines": lines, "gross": gross}
"""

_PART = """\
from flask import Blueprint, jsonify, render_template

from desk import database, service

part = Blueprint("{name}", __name__)
_recent = []
_pages = {{}}
"""

_JSON = """

@part.get("/{name}/items{number}/<int:key>")
def items{number}(key):
    entries = [{{"id": key + step, "name": f"item {{key + step}}"}} for step in range(10)]{leak}
    return jsonify(key=key, entries=entries)
"""

_PAGE = """

@part.get("/{name}/page{number}/<int:key>")
def page{number}(key):
    html = render_template("page.html", title=f"Page {{key}}", rows=[(key, step) for step in range(10)]){leak}
    return html
"""

_QUOTE = """

@part.get("/{name}/quote{number}/<int:key>")
def quote{number}(key):
    return jsonify(service.quote(key))
"""

_ROWS = """

@part.get("/{name}/rows{number}/<int:key>")
def rows{number}(key):
    found = database().execute("SELECT id, name FROM entries WHERE kind = ? LIMIT 10", (key % 20,)).fetchall()
    return jsonify(rows=found)
"""

_KINDS = (_JSON, _PAGE, _QUOTE, _ROWS)
_LEAKS = (
    '\n    _recent.append({"key": key, "entries": entries})',
    "\n    _pages[key] = html",
)

_TEMPLATE = """\
<!doctype html>
<title>{{ title }}</title>
<h1>{{ title }}</h1>
<table>
{% for key, step in rows %}  <tr><td>{{ key }}</td><td>{{ "%05d"|format(key + step) }}</td></tr>
{% endfor %}</table>
"""


def generate(folder: Path, *, routes: int, leaks: int = 0, objects: int = 0) -> Path:
    """Write an app of *routes* routes, *leaks* of them leaking, that holds *objects* more objects from its import on.

    Returns the folder to run it from; the target there is `desk:app`.
    """
    leaking = leaking_routes(routes, leaks)
    package = folder / "desk"
    (package / "templates").mkdir(parents=True)
    parts = {
        f"part{first // ROUTES_A_PART}": range(first, min(routes, first + ROUTES_A_PART))
        for first in range(0, routes, ROUTES_A_PART)
    }
    (package / "__init__.py").write_text(_APP.format(parts=", ".join(parts)))
    (package / "data.py").write_text(_DATA.format(records=objects // OBJECTS_A_RECORD))
    (package / "service.py").write_text(_SERVICE)
    (package / "templates" / "page.html").write_text(_TEMPLATE)
    for name, numbers in parts.items():
        views = [
            _KINDS[number % len(_KINDS)].format(name=name, number=number, leak=leaking.get(number, ""))
            for number in numbers
        ]
        (package / f"{name}.py").write_text(_PART.format(name=name) + "".join(views))
    _fill(package / "desk.sqlite")
    return folder


def leaking_routes(routes: int, leaks: int) -> dict[int, str]:
    """Numbers of the routes that leak, a third and two thirds through the app, with the line that does it.

    Raises: ValueError: more leaks than there are kinds of, or than routes to hold them.
    """
    if leaks > LEAKS_LIMIT or routes < 2 * leaks:
        raise ValueError(f"{leaks} leaks in {routes} routes: plant at most {LEAKS_LIMIT}, in two routes each")
    places = (len(_KINDS) * (routes // 12), len(_KINDS) * (routes // 6) + 1)
    return dict(zip(places[:leaks], _LEAKS[:leaks], strict=True))


def _fill(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, kind INTEGER, name TEXT)")
    rows = [(number % 20, f"entry {number}") for number in range(400)]
    connection.executemany("INSERT INTO entries (kind, name) VALUES (?, ?)", rows)
    connection.execute("CREATE INDEX entries_kind ON entries (kind)")
    connection.commit()
    connection.close()
