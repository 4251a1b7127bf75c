"""Causes: one word for each leak, by what is known of it."""

from __future__ import annotations

import pytest

from stopper.judge.causes import ORDER, cause_of
from stopper.judge.evidence import LeakEvidence
from stopper.model.heap import Shape


def evidence(*steps: tuple[str, str], **known: object) -> LeakEvidence:
    shapes = tuple(Shape(number - 1, edge, kind) for number, (edge, kind) in enumerate(steps))
    return LeakEvidence(path=shapes, user_modules=("shop",), per_request=1.0, **known)


SHOP = ("module shop", "module")
CASES = {
    "global": [
        evidence(SHOP, ("._recent", "list"), leaked_type="dict"),
        evidence(SHOP, (".app", "flask.app.Flask"), (".extensions", "dict"), ("['comparisons']", "list")),
        evidence(SHOP, (".seen", "weakref.WeakKeyDictionary"), (".data", "dict")),
        evidence(SHOP, (".Order", "type"), (".history", "list")),
    ],
    "cache": [
        evidence(SHOP, (".render", "functools._lru_cache_wrapper"), ("cache", "dict")),
        evidence(SHOP, ("._results", "dict"), distinct_only=True),
        evidence(SHOP, (".site", "shop.Site"), (".pages", "dict"), distinct_only=True),
        evidence(SHOP, (".cache", "cachelib.simple.SimpleCache"), ("._cache", "dict")),
        evidence(("module thirdparty", "module"), ("._template_cache", "dict")),
    ],
    "registration": [
        evidence(SHOP, (".log", "logging.Logger"), (".handlers", "list")),
        evidence(SHOP, (".signed_up", "blinker.base.Signal"), (".receivers", "dict")),
        evidence(("atexit", "atexit")),
        evidence(SHOP, (".Payload", "type"), (".kinds", "list"), leaked_type="type"),
        evidence(SHOP, (".app", "flask.app.Flask"), (".before_request_funcs", "dict")),
        evidence(
            SHOP, (".app", "flask.app.Flask"), (".after_request_funcs", "collections.defaultdict"), ("[*]", "list")
        ),
        evidence(
            ("module logging", "module"), (".Logger", "type"), (".manager", "logging.Manager"), (".loggerDict", "dict")
        ),
    ],
    "resource": [
        evidence(SHOP, (".open_labels", "list"), fds=1.0),
        evidence(SHOP, (".sessions", "list"), leaked_type="sqlalchemy.orm.session.Session"),
    ],
    "thread": [evidence(("module threading", "module"), ("._active", "dict"), threads=1.0)],
    "process": [evidence(SHOP, (".running", "dict"), children=1.0, new_types=("subprocess.Popen",))],
    "cycle": [evidence(("garbage", "shop.Route"), collector_on=False)],
}


@pytest.mark.parametrize(("cause", "known"), [(cause, item) for cause, items in CASES.items() for item in items])
def test_cause_of_evidence_is_the_word_of_the_contract(cause, known):
    """Each kind of evidence leads to one cause."""
    assert cause_of(known) == cause


def test_cause_of_a_bystander_resource_is_not_named():
    """Descriptors that grow far slower than the holder are not what it keeps."""
    assert cause_of(evidence(SHOP, ("._recent", "list"), fds=0.02)) == "global"


def test_order_has_each_cause_that_a_profile_can_show_once():
    """A cause has one file; native and allocator are not read off object shapes."""
    assert sorted(rule.CAUSE for rule in ORDER) == sorted(CASES)
