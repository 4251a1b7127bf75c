"""What the catalogue says of each mechanism."""

from __future__ import annotations

import ast
import re

import pytest

from stopper.model.facts import LeakFacts
from stopper.model.finding import Cause
from stopper.report.advice import advise, entry_for, explain
from stopper.report.catalogue import CATALOGUE
from stopper.report.catalogue.words import short_name
from tests.unit.report.witnesses import WITNESSES, facts

CAUSES: tuple[Cause, ...] = (
    "resource", "global", "cycle", "thread", "process", "cache", "registration", "native", "allocator",
)  # fmt: skip

each_witness = pytest.mark.parametrize(
    ("name", "cause", "leak"), [(name, *witness) for name, witness in WITNESSES.items()], ids=list(WITNESSES)
)


def test_catalogue_as_listed_has_a_witness_for_each_entry():
    """No entry is without a leak that it explains, and ids are not used twice."""
    assert sorted(WITNESSES) == sorted(entry.id for entry in CATALOGUE)


@each_witness
def test_leak_of_each_kind_gets_its_own_entry(name: str, cause: Cause, leak: LeakFacts):
    """The most specific entry is the one that is told."""
    assert entry_for(cause, leak).id == name


@each_witness
def test_explanation_of_each_kind_is_a_paragraph(name: str, cause: Cause, leak: LeakFacts):
    """Whole sentences without a gap, an unfilled name or a line break, said of the place where it happens."""
    text = explain(cause, leak)
    assert re.fullmatch(r"[`A-Z][^\n{}]+[.]", text)
    assert "  " not in text
    assert " ." not in text
    assert text.count("`") % 2 == 0
    assert text.count(". ") <= 5
    assert name == "allocator" or "shop/views.py:42" in text


@each_witness
def test_explanation_of_each_kind_names_what_is_to_blame(name: str, cause: Cause, leak: LeakFacts):
    """The endpoint is named, by the name it has in the user's code."""
    assert name in {"allocator", "frame-local"} or "`product`" in explain(cause, leak)


@each_witness
def test_fix_of_each_kind_has_a_short_example(name: str, cause: Cause, leak: LeakFacts):
    """Before and after, in Python that compiles, of few lines, none too long for a terminal of 80 columns."""
    fix = advise(cause, leak)
    lines = fix.example.splitlines()
    assert re.fullmatch(r"[A-Z][^\n{}]+[.]", fix.summary)
    assert fix.summary.count("`") % 2 == 0
    assert 2 <= len(lines) <= 8
    assert max(map(len, lines)) <= 68
    assert name == "allocator" or (lines[0].startswith("# before") and "\n# after" in fix.example)
    ast.parse(fix.example)


@pytest.mark.parametrize("cause", CAUSES)
def test_leak_of_which_nothing_is_known_is_explained(cause: Cause):
    """Each cause has an entry that needs no facts, and its example compiles all the same."""
    assert explain(cause, LeakFacts())
    assert "{" not in explain(cause, LeakFacts())
    ast.parse(advise(cause, LeakFacts()).example)


@pytest.mark.parametrize(
    ("holder", "step"),
    [
        ("shop.handlers.seen", "module shop.handlers"),
        ("shop.config.seen", "module shop.config"),
        ("shop.filters.seen", "module shop.filters"),
        ("shop.receivers.seen", "module shop.receivers"),
        ("shop.extensions.seen", "module shop.extensions"),
        ("shop.blueprints.seen", "module shop.blueprints"),
        ("shop.threads.seen", "module shop.threads"),
    ],
)
@pytest.mark.parametrize("cause", ["global", "registration"])
def test_leak_in_a_module_with_a_telling_name_is_not_mistaken(holder: str, step: str, cause: Cause):
    """A user's module called `handlers` is no logger: only types and attributes on the path decide."""
    leak = facts(holder, step, ".seen: list", "[*]: dict", holder_type="list")
    assert entry_for(cause, leak).id == ("list" if cause == "global" else "registration")


def test_example_of_a_short_statement_quotes_the_line():
    """The user's own line stands in the example, where it is a whole statement of the kind that is spoken of."""
    cause, leak = WITNESSES["dict-memo"]
    assert "_results[term] = rows" in advise(cause, leak).example


@pytest.mark.parametrize(
    "line", ["_results[term] = [", "return _results", "_results[term] = " + "x" * 80, "if a[b] == 1:"]
)
def test_example_of_another_line_does_without(line: str):
    """A part of a statement, a statement of another kind and a long one are not quoted."""
    leak = facts("shop._results", holder_type="dict", distinct_only=True, line=line)
    assert line not in advise("cache", leak).example
    assert "_results[key] = value" in advise("cache", leak).example


def test_explanation_of_a_leak_in_every_request_says_so():
    """No endpoint is blamed for what a hook does."""
    leak = facts("shop.seen", holder_type="list", every_request=True, endpoints=("a", "b", "c", "d"))
    assert explain("global", leak).startswith("Every request, whatever its endpoint, appends")


def test_explanation_of_a_leak_in_many_endpoints_names_a_few():
    """Up to three endpoints are named; of more, the first, and how many others there are."""
    two = facts("shop.seen", holder_type="list", endpoints=("a", "b"))
    five = facts("shop.seen", holder_type="list", endpoints=("a", "b", "c", "d", "e"))
    assert explain("global", two).startswith("Each request to `a` or `b` appends")
    assert explain("global", five).startswith("Each request to `a` and 4 other endpoints appends")


def test_explanation_of_growth_without_requests_says_so():
    """What threads do in the background is not put down to a request."""
    assert explain("global", facts("shop.seen", holder_type="list", endpoints=())).startswith("Work in the background")


def test_explanation_of_a_cache_keyed_by_input_names_the_key():
    """Where the key is known it is told."""
    assert "(the query argument `q`)" in explain(*WITNESSES["dict-memo"])


def test_explanation_without_a_location_has_no_empty_brackets():
    """What is not known leaves no trace in the sentence."""
    text = explain("global", LeakFacts(holder_path="shop.seen", holder_type="list", endpoints=("a",)))
    assert "()" not in text
    assert "to `shop.seen`." in text


def test_chain_that_was_seen_as_one_is_explained_as_one():
    """What was measured to be a chain needs no second look at its path, and its link has its own name."""
    leak = facts(
        "shop.latest", "module shop", ".latest: shop.Revision", holder_kind="chain of objects linked by .prior"
    )
    assert entry_for("global", leak).id == "chain"
    assert "latest = Revision(prior=latest)" in advise("global", leak).example


@pytest.mark.parametrize(
    ("holder_path", "name"),
    [
        ("shop.views._recent", "_recent"),
        ("shop.Registry.items", "Registry.items"),
        ("shop.render (lru_cache)", "render"),
        ("render.cache (lru_cache)", "render"),
        ("shop.feeds['new']", "feeds['new']"),
        ("shop.feeds[*]", "feeds[key]"),
        ("shop.failures[*].__traceback__.tb_frame, local req.host", "failures[key]"),
        ("shop.signal.receivers ('user-signed-up')", "receivers"),
        ("thread, frame run, local batch", "batch"),
        ("shop.by_id (keys)", "by_id"),
        ("the C library's heap", "the"),
        ("", "kept"),
    ],
)
def test_name_of_a_holder_is_what_code_would_spell(holder_path: str, name: str):
    """Examples use the name that the holder has in its own module."""
    assert short_name(holder_path) == name


REAL: dict[str, tuple[Cause, LeakFacts]] = {
    "simple-cache": ("cache", facts(
        "app.extensions['cache'][*]._cache", "app", ".extensions: dict", "['cache']: dict",
        "[*]: flask_caching.backends.simplecache.SimpleCache", "._cache: dict", "[*]: tuple",
        owner_library="flask_caching",
        holder_type="flask_caching.backends.simplecache.SimpleCache", holder_kind="entry of a container",
        distinct_only=True,
    )),
    "logging-handler": ("registration", facts(
        "logging._handlerList", "module logging", "._handlerList: list", "[*]: weakref.ReferenceType",
        holder_type="list", holder_kind="module global", owner_library="logging",
    )),
    "finalize-bound-method": ("resource", facts(
        "weakref.finalize._registry", "module weakref", ".finalize: type", "._registry: dict",
        "[*]: weakref.finalize._Info", holder_type="dict", holder_kind="class attribute", unit="fd",
    )),
    "class-per-request": ("registration", facts(
        "app.Payload", "module app", ".Payload: type", holder_type="dict", holder_kind="module global", unit="byte",
    )),
    "thread-of-a-kept-object": ("thread", facts(
        "app.jobs", "module app", ".jobs: dict", "[*]: app.ResizeJob", holder_type="dict", unit="thread",
    )),
    "thread-per-request": ("thread", facts(
        "held by native code", "held by native code", leaked_type="method", holder_kind="held by native code",
        unit="thread", line="self.future = self.pool.submit(self.shrink)",
    )),
    "atexit": ("resource", facts("atexit", "atexit", "[*]: method", holder_kind="atexit", unit="fd")),
    "cache": ("cache", facts("app.memo", "module app", ".memo: app.Memo", "[*]: str", holder_type="app.Memo")),
}  # fmt: skip
"""Leaks of real apps, as they are measured there."""


@pytest.mark.parametrize("name", REAL)
def test_leak_of_a_real_app_gets_the_telling_entry(name: str):
    """Where two entries would apply, the one that says more is told."""
    assert entry_for(*REAL[name]).id == name
