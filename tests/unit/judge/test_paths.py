"""Names: from shapes on a path to what a developer would type."""

from __future__ import annotations

import pytest

from stopper.judge.paths import holder_path, kind_in_words, library_of, owner_type, retaining_path
from stopper.model.heap import Shape


def path(*steps: tuple[str, str]) -> tuple[Shape, ...]:
    return tuple(Shape(number - 1, edge, kind) for number, (edge, kind) in enumerate(steps))


MODULE = ("module shop.views", "module")


@pytest.mark.parametrize(
    ("steps", "name", "kind"),
    [
        ([MODULE, ("._recent", "list")], "shop.views._recent", "module global"),
        ([MODULE, (".Order", "type"), (".history", "list")], "shop.views.Order.history", "class attribute"),
        (
            [MODULE, (".render", "functools._lru_cache_wrapper"), ("cache", "dict")],
            "shop.views.render (lru_cache)",
            "lru_cache",
        ),
        (
            [MODULE, (".quote", "function"), (".__defaults__", "tuple"), ("[*]", "list")],
            "shop.views.quote.__defaults__",
            "default argument",
        ),
        ([MODULE, (".log", "logging.Logger"), (".handlers", "list")], "shop.views.log.handlers", "instance attribute"),
        (
            [MODULE, (".tokens", "cachetools.TTLCache"), ("._Cache__data", "dict")],
            "shop.views.tokens",
            "instance attribute",
        ),
        ([MODULE, (".seen", "weakref.WeakKeyDictionary"), (".data", "dict")], "shop.views.seen", "instance attribute"),
        ([MODULE, (".activity", "dict"), ("['comment']", "list")], "shop.views.activity['comment']", "module global"),
        (
            [MODULE, (".count", "function"), ("closure calls", "list")],
            "shop.views.count (closure variable calls)",
            "closure variable",
        ),
        (
            [MODULE, (".latest", "shop.Rev"), (".before", "shop.Rev")],
            "shop.views.latest",
            "chain of objects linked by .before",
        ),
        ([("atexit", "atexit")], "atexit", "functions to be called at exit"),
    ],
)
def test_holder_path_is_what_a_developer_would_type(steps, name, kind):
    """The workings of containers do not show in a holder's name."""
    assert holder_path(path(*steps)) == name
    assert kind_in_words(path(*steps)) == kind


def test_retaining_path_has_one_text_a_step():
    """The path reads from the root to the leaked object, with types."""
    steps = path(MODULE, ("._recent", "list"), ("[*]", "dict"))
    assert retaining_path(steps) == ("module shop.views", "._recent: list", "[*]: dict")


def test_owner_type_looks_through_builtin_containers():
    """The owner of a handlers list is the logger."""
    assert owner_type(path(MODULE, (".log", "logging.Logger"), (".handlers", "list"))) == "logging.Logger"


def test_library_of_the_users_own_types_is_none():
    """A type is a library's only if it is neither a builtin's nor the user's."""
    assert library_of("logging.Logger", ["shop"]) == "logging"
    assert library_of("shop.models.Order", ["shop", "shop.models"]) is None
    assert library_of("dict", ["shop"]) is None
    assert library_of("shopify.Session", ["shop"]) == "shopify"
