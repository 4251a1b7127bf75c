"""Memory that nothing holds: cycles, native memory, what the allocator keeps."""

from __future__ import annotations

from stopper.report.catalogue.entry import Entry

ENTRIES = (
    Entry(
        id="collector-off",
        causes=("cycle",),
        test=lambda facts: facts.collector == "off",
        why=(
            "The cyclic collector is switched off: `gc.disable()` has been called. {Who} leaves {things} that refer to "
            "each other{at}. Nothing else refers to them, but their counts never fall to zero, and what would free "
            "such cycles does not run. Flask's own requests leave small cycles as well."
        ),
        fix="Leave the collector on; if its pauses matter, raise its threshold instead.",
        example="# before\ngc.disable()\n# after: on, but less often\ngc.set_threshold(10_000, 20, 20)",
    ),
    Entry(
        id="collector-frozen",
        causes=("cycle",),
        test=lambda facts: facts.collector == "frozen",
        why=(
            "`gc.freeze()` sets all objects of the moment apart: the cyclic collector never looks at them again, so a "
            "cycle among them that becomes garbage afterwards is never freed. {Who} leaves {things} in such cycles{at}."
        ),
        fix="Freeze once, in the parent process before workers are forked, and never while requests are served.",
        example="# before, in {function}()\ngc.freeze()\n# after, once, before the fork\ngc.collect()\ngc.freeze()",
    ),
    Entry(
        id="cycle",
        causes=("cycle",),
        why=(
            "{Who} leaves {things} that refer to each other{at}. Nothing else refers to them, but their counts never "
            "fall to zero: they wait until the cyclic collector comes to their generation, and the memory they hold "
            "meanwhile is what grows."
        ),
        fix="Break the cycle: let the child refer to its parent weakly, or clear the reference when it is done with.",
        example="# before\nself.parent = parent\n# after: read it as self.parent()\nself.parent = weakref.ref(parent)",
    ),
    Entry(
        id="native-ctypes",
        causes=("native",),
        clue=r"ctypes|cffi|\blib\w*\.|\bffi\.|_open\(|_new\(|_create\(|_init\(|malloc",
        why=(
            "The number of Python objects stays the same while the C library hands out memory that does not come "
            "back. {Who} calls into a C library{at} that allocates; to Python, what it returns is only a "
            "number or a pointer, and Python never frees what it did not allocate."
        ),
        fix="Call the function of the library that frees it, in a `finally`.",
        line="handle = lib.thing_open(name)",
        own_line=r"^\w+ = ",
        example="# before\n{line}\n# after\n{line}\ntry:\n    ...\nfinally:\n    {undo}({target})",
    ),
    Entry(
        id="native",
        causes=("native",),
        why=(
            "{Who} makes the process grow outside of Python's objects{at}: their number stays the same while the C "
            "library hands out memory that does not come back. Something native (an extension module, a driver, a "
            "library behind one) allocates and does not free, often because its `close` or `free` is not called."
        ),
        fix="Close what the native library opened, with `with` or in a `finally`; and try its newest version.",
        example="# before\nimage = open_image(path)\n# after\nwith open_image(path) as image:\n    ...",
    ),
    Entry(
        id="allocator",
        causes=("allocator",),
        why=(
            "Nothing is retained: Python's objects and what the C library has handed out stay level, and yet the "
            "process's memory grows. Its free memory lies in pieces between blocks still in use, in each "
            "thread's arena, and cannot be given back to the system. It is used again, so it levels out."
        ),
        fix=(
            "Use fewer arenas (`MALLOC_ARENA_MAX=2` in the server's environment) or jemalloc, and let workers be "
            "replaced after some thousand requests."
        ),
        example=(
            "# gunicorn.conf.py, with MALLOC_ARENA_MAX=2 in its environment\n"
            "max_requests = 5_000\nmax_requests_jitter = 500"
        ),
    ),
)
