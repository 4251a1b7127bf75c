"""State that functions and classes keep. FIXED=1: after the fix."""

import itertools
import os

from flask import Flask

FIXED = os.environ.get("FIXED") == "1"
KEPT = 20

app = Flask(__name__)
numbers = itertools.count(1)


def make_counter():
    seen = []

    def count(number):
        seen.append([number])  # leak: closure
        if FIXED:
            del seen[:-KEPT]
        return len(seen)

    return count


def make_basket():
    def put(number, basket=[]):  # noqa: B006 - the leak
        basket.append([number])  # leak: nested_default
        if FIXED:
            del basket[:-KEPT]
        return len(basket)

    return put


counter = make_counter()
put_into_basket = make_basket()


class Basket:
    """Meant to have items of its own, shares them with all others."""

    items = []  # noqa: RUF012 - the leak

    def add(self, number):
        self.items.append([number])  # leak: class_attribute
        if FIXED:
            del self.items[:-KEPT]


class Registry(type):
    """A metaclass that knows its classes by name."""

    known = {}  # noqa: RUF012 - a registry

    def __new__(cls, name, bases, namespace):
        made = super().__new__(cls, name, bases, namespace)
        cls.known[name] = made  # leak: metaclass
        return made


@app.get("/closure")
def closure():
    return str(counter(next(numbers)))


@app.get("/nested-default")
def nested_default():
    return str(put_into_basket(next(numbers)))


@app.get("/function-attribute")
def function_attribute():
    function_attribute.calls.append([next(numbers)])  # leak: function_attribute
    if FIXED:
        del function_attribute.calls[:-KEPT]
    return "ok"


function_attribute.calls = []


@app.get("/class-attribute")
def class_attribute():
    Basket().add(next(numbers))
    return "ok"


@app.get("/metaclass")
def metaclass():
    name = "Form" if FIXED else f"Form{next(numbers)}"
    return Registry(name, (), {"fields": ()}).__name__
