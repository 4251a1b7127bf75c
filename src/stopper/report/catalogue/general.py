"""One entry for each cause, for what none of the specific ones knows."""

from __future__ import annotations

from stopper.report.catalogue.entry import Entry

ENTRIES = (
    Entry(
        id="global",
        causes=("global",),
        why=(
            "{Who} leaves {thing} in {holder}{at}. It lives as long as the process, and nothing ever takes "
            "an entry out, so all of them stay, whether anyone still asks for them or not."
        ),
        fix="Take entries out when they are done with, or keep the data outside the process, in a database or cache.",
        line="{name}.append(entry)",
        own_line=r"\.(append|add|insert|extend|update|setdefault)\(|\] *=",
        example="# before\n{line}\n# after: drop what is no longer needed, here all but the newest 1,000\n{line}\ndel {name}[:-1000]",
    ),
    Entry(
        id="cache",
        causes=("cache",),
        why=(
            "{holder} keeps {thing} for each distinct input: {keys}. {Who} adds one{at}. It has neither a size "
            "limit nor an expiry, and the clients decide how many different inputs there are."
        ),
        fix="Give the cache a limit, and an expiry where its data ages.",
        example=(
            "# before\n{name} = {{}}\n# after: at most 1,000 entries, each for five minutes\n"
            "from cachetools import TTLCache\n{name} = TTLCache(maxsize=1000, ttl=300)"
        ),
    ),
    Entry(
        id="registration",
        causes=("registration",),
        why=(
            "{Who} registers something with {holder}{at}. A registration is made to last: the registry keeps "
            "a strong reference to it and all that it refers to until it is taken back, which never happens."
        ),
        fix="Register once, when the app is created, or take the registration back when the request ends.",
    ),
    Entry(
        id="resource",
        causes=("resource",),
        why=(
            "{Who} opens something that is never closed{at}. {holder} keeps a reference to it, so Python "
            "cannot close it by itself either."
        ),
        fix="Open it in a `with` block, so that it is closed however the request ends.",
    ),
    Entry(
        id="cycle",
        causes=("cycle",),
        why=(
            "{Who} leaves {things} that refer to each other{at}. Nothing else refers to them, but reference "
            "counting alone cannot free a cycle: it waits for the cyclic collector."
        ),
        fix="Let the cyclic collector run, or break the cycle when the request ends.",
    ),
    Entry(
        id="thread",
        causes=("thread",),
        why=(
            "{Who} starts a thread that never ends{at}. A running thread is a root of its own: its stack and all "
            "that its frames refer to stay until it returns."
        ),
        fix="Start one long-lived worker, or a pool of fixed size, at import, and hand it the work.",
    ),
    Entry(
        id="process",
        causes=("process",),
        why=(
            "{Who} starts a process that is never waited for{at}. Even after it has ended it stays in the "
            "system's process table until its parent asks for its exit status."
        ),
        fix="Wait for the process, with a timeout.",
    ),
    Entry(
        id="native",
        causes=("native",),
        why=(
            "{Who} makes the process grow outside of Python's objects: their number stays the same while the C "
            "library hands out memory that does not come back{at}. Some native code allocates and does not free."
        ),
        fix="Call the function that frees what the native code allocated, in a `finally` or a context manager.",
    ),
    Entry(
        id="allocator",
        causes=("allocator",),
        why=(
            "Nothing is retained: Python's objects and the C library's allocations stay level, while the process's "
            "memory grows. Free memory lies between blocks that are still in use and cannot be given back."
        ),
        fix="Use fewer memory arenas, and return free memory to the system.",
    ),
)
