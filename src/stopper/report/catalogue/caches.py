"""Caches that only ever grow: functools, dicts used as memo, cachetools, cachelib, weak dictionaries."""

from __future__ import annotations

import re
from itertools import pairwise

from stopper.model.facts import LeakFacts
from stopper.report.catalogue.entry import Entry
from stopper.report.catalogue.words import class_name

_LRU = r"lru_cache"


def _on_a_class(facts: LeakFacts) -> bool:
    """The cached function hangs on a class, so `self` is a part of its key."""
    steps = facts.retaining_path
    owners = [owner for owner, step in pairwise(steps) if "_lru_cache_wrapper" in step]
    return bool(class_name(facts.holder_path)) or any(re.search(r"(: type|Meta)$", owner) for owner in owners)


ENTRIES = (
    Entry(
        id="lru-cache-on-method",
        causes=("cache", "global"),
        holder=_LRU,
        test=_on_a_class,
        why=(
            "The cache of `{called}` belongs to the class and lives as long as the process. `self` is a part of its "
            "key, so it keeps the instance of every call, with all that the instance refers to. {Who} makes a new "
            "instance{at}, which no later call can ever hit again."
        ),
        fix=(
            "Cache on the instance, so that the cache goes when the instance goes: `functools.cached_property`, "
            "or a cached function outside of the class that takes only plain values."
        ),
        example=(
            "# before\n@functools.cache\ndef {method}(self): ...\n"
            "# after: kept in the instance, freed with it\n@functools.cached_property\ndef {method}(self): ..."
        ),
    ),
    Entry(
        id="lru-cache-unbounded",
        causes=("cache", "global"),
        holder=_LRU,
        why=(
            "`functools.cache` and `lru_cache(maxsize=None)` keep the arguments and the result of every call of "
            "`{called}` that differs from all before, until the process ends. {Who} calls it{at}; its arguments come "
            "from the request, and so the clients decide how large the cache gets."
        ),
        fix="Give `{called}` a `maxsize`: the entries that were not used for longest then make room.",
        example=(
            "# before\n@lru_cache(maxsize=None)\ndef {called}(*args): ...\n"
            "# after\n@lru_cache(maxsize=1024)\ndef {called}(*args): ..."
        ),
    ),
    Entry(
        id="simple-cache",
        causes=("cache", "global"),
        holder=r"cachelib|flask_caching|SimpleCache",
        why=(
            "{holder} is a cachelib `SimpleCache`, the `SimpleCache` of Flask-Caching too. It looks for expired "
            "entries only when it holds more than `threshold` of them, counts entries and not bytes, and with a "
            "timeout of 0 an entry never expires. {Who} adds an entry under a new key{at}, and the threshold is "
            "out of reach."
        ),
        fix=(
            "Set a threshold that fits into memory and a timeout; for keys that clients choose, use a cache outside of "
            "the process (Redis, memcached), which also serves all workers."
        ),
        example=(
            "# before\nCACHE_THRESHOLD, CACHE_DEFAULT_TIMEOUT = 1_000_000, 0\n"
            "# after: at most 500 entries, each for five minutes\n"
            "CACHE_THRESHOLD, CACHE_DEFAULT_TIMEOUT = 500, 300"
        ),
    ),
    Entry(
        id="cachetools-size",
        causes=("cache", "global"),
        holder=r"cachetools",
        why=(
            "{holder} is a cachetools cache whose `maxsize` is out of reach. {Who} adds an entry{at}. Entries past "
            "their time are dropped only when the cache is next changed, and a `maxsize` counts entries, unless "
            "`getsizeof` says what each weighs."
        ),
        fix="Choose a `maxsize` that fits into memory at the size that its entries really have.",
        example=(
            "# before\n{name} = TTLCache(maxsize=10_000_000, ttl=86_400)\n"
            "# after\n{name} = TTLCache(maxsize=1_000, ttl=300)"
        ),
    ),
    Entry(
        id="weak-key-dict",
        causes=("cache", "global", "registration"),
        path=r"WeakKeyDictionary",
        why=(
            "{holder} drops an entry when its key dies, but it holds its values strongly, and these values refer "
            "to their own keys. So each entry keeps its own key alive, and none ever dies. {Who} adds one{at}."
        ),
        fix="Let the value not refer to its key: keep a weak reference in it, or hang the value on the key itself.",
        example=(
            "# before: the value holds its own key\nself.owner = owner\n"
            "# after: a weak reference; read it as self.owner()\nself.owner = weakref.ref(owner)"
        ),
    ),
    Entry(
        id="instance-memo",
        causes=("cache",),
        holder=r"^instance attribute$",
        test=lambda facts: facts.distinct_only,
        why=(
            "{holder} is a memo in an object that lives as long as the process. It keeps {thing} for each distinct "
            "input ({keys}). {Who} adds one{at}, nothing ever takes one out, and the clients decide how many "
            "different inputs there are."
        ),
        fix="Limit the memo: drop the oldest entry when a new one comes, or use a cache with a size and an expiry.",
        line="{name}[key] = value",
        own_line=r"\] *=",
        example=(
            "# before\n{line}\n# after: the oldest of 1,000 entries makes room\n"
            "if len({name}) >= 1_000:\n    del {name}[next(iter({name}))]\n{line}"
        ),
    ),
    Entry(
        id="dict-memo",
        causes=("cache",),
        holder=r"^(dict|collections\.(OrderedDict|defaultdict))$",
        why=(
            "{holder} is used as a memo: it keeps {thing} for each distinct input ({keys}). {Who} adds one{at}. A "
            "plain dict has neither a size limit nor an expiry, and the clients decide how many different inputs there "
            "are; each crawler and each typo brings new ones."
        ),
        fix=(
            "Limit the memo: drop the oldest entry when a new one comes, use `functools.lru_cache(maxsize=…)`, or a "
            "`TTLCache` of cachetools where the data ages."
        ),
        line="{name}[key] = value",
        own_line=r"\] *=",
        example=(
            "# before\n{line}\n# after: the oldest of 1,000 entries makes room\n"
            "if len({name}) >= 1_000:\n    del {name}[next(iter({name}))]\n{line}"
        ),
    ),
)
