"""Containers that live as long as the process: globals, class attributes, default arguments, chains, buffers."""

from __future__ import annotations

from stopper.model.facts import LeakFacts
from stopper.report.catalogue.entry import Entry

_DICT = r"^(dict|collections\.(OrderedDict|defaultdict|Counter|UserDict))$"
_BUILTINS = frozenset({"dict", "list", "set", "tuple", "object", "str", "bytes", "function", "type"})


def _is_chain(facts: LeakFacts) -> bool:
    """It was seen to be one, or the path ends in two objects of one class, one behind the other."""
    if facts.holder_kind.startswith("chain"):
        return True
    types = [step.rpartition(": ")[2] for step in facts.retaining_path[-2:]]
    return len(types) == 2 and types[0] == types[1] and types[0] not in _BUILTINS  # noqa: PLR2004 (a pair)


def _keeps_exceptions(facts: LeakFacts) -> bool:
    """An exception, or its traceback, is on the way to what is leaked, or is it."""
    return any(
        "__traceback__" in step or step.endswith(("Error", "Exception", "traceback"))
        for step in (*facts.retaining_path, facts.leaked_type)
    )


ENTRIES = (
    Entry(
        id="mutable-default",
        causes=("global", "cache"),
        holder=r"default argument|__(kw)?defaults__",
        why=(
            "A default argument is made once, when `def` is executed, not at each call: all calls of `{called}` "
            "without that argument share one {type}, and it lives as long as the function. {Who} puts {thing} into "
            "it{at}, and the next call still finds it there."
        ),
        fix="Use `None` as the default, and make the new container in the function.",
        example=(
            "# before\ndef {called}(item, {param}={empty}): ...\n# after\ndef {called}(item, {param}=None):\n"
            "    {param} = {empty} if {param} is None else {param}"
        ),
    ),
    Entry(
        id="kept-exception",
        causes=("global", "cache", "registration"),
        test=_keeps_exceptions,
        why=(
            "{Who} keeps an exception in {holder}{at}. Its `__traceback__` refers to the frame of every function it "
            "passed through, and the frames to all their local variables: rows, requests, responses. The exception "
            "itself is the smallest part of what is kept."
        ),
        fix="Keep the text of the exception, not the exception; and keep only the newest.",
        line="{base}.append(error)",
        own_line=r"\.append\(\w+\)",
        example=(
            "# before\n{line}\n# after: the text, without the frames\n"
            '{base}.append("".join(traceback.format_exception({argument})))'
        ),
    ),
    Entry(
        id="growing-text",
        causes=("global", "cache"),
        holder=r"^(str|bytes|bytearray|array\.array)$",
        why=(
            "{holder} is one {type} that gets longer: {who} adds to its end{at}, and nothing cuts it. There are no "
            "more objects than before, only a larger one, and each copy of it costs its whole length once more."
        ),
        fix="Write it out and begin anew, to a file or a log, or keep the last part only.",
        line="{name} += entry",
        own_line=r"\+=",
        example="# before\n{line}\n# after: the last 64 KiB\n{line}\n{name} = {name}[-65_536:]",
    ),
    Entry(
        id="growing-buffer",
        causes=("global", "cache"),
        holder=r"^_?io\.(StringIO|BytesIO)$",
        why=(
            "{holder} is one buffer that gets longer: {who} writes to its end{at}, and nothing cuts it. There are no "
            "more objects than before, only a larger one."
        ),
        fix="Write to a file or a log, or make a buffer for each request.",
        example="# before, once for the process\n{name} = io.StringIO()\n# after, in {function}()\n"
        "with io.StringIO() as buffer:\n    ...",
    ),
    Entry(
        id="chain",
        causes=("global", "cache"),
        test=_is_chain,
        why=(
            "{holder} refers to {thing}, and each of these refers to the one before: a chain. No container grows, "
            "the head is merely replaced{at}, but the new head keeps the old one, and so on to the very first. {Who} "
            "adds a link."
        ),
        fix="Cut the chain: keep no reference to the one before, or to a limited number in a `deque`.",
        line="{name} = {leaked}({link}={name})",
        own_line=r"^\w[\w.]* = [\w.]+\(",
        example=(
            "# before\n{line}\n"
            "# after: the newest 100 side by side, none refers to another\n"
            "{name} = deque(maxlen=100)\n{name}.append({leaked}())"
        ),
    ),
    Entry(
        id="app-container",
        causes=("global", "cache", "registration"),
        path=r"^\.(extensions: dict|config: flask\.config\.Config)",
        why=(
            "{holder} hangs on the Flask object, and that lives as long as the process, as a global would. {Who} "
            "leaves {thing} there{at}, and nothing takes it out again."
        ),
        fix=(
            "What belongs to one request goes into `flask.g`, which is dropped at its end; what must last, into "
            "a database."
        ),
        line='current_app.extensions["shop"].append(entry)',
        own_line=r"\.(append|add|extend)\(|\] *=",
        example="# before\n{line}\n# after: freed at the end of the request\ng.entry = entry",
    ),
    Entry(
        id="queue-without-reader",
        causes=("global", "registration"),
        path=r"queue\.(Simple|Lifo|Priority)?Queue|_queue\.SimpleQueue|asyncio\.queues\.",
        why=(
            "{Who} puts {thing} into the queue {holder}{at}, and nobody takes it out, or not as fast. A queue "
            "without `maxsize` never refuses: it grows by the difference."
        ),
        fix="Give the queue a `maxsize`, so that it says when nobody reads, and look at why nobody does.",
        example="# before\n{name} = queue.Queue()\n# after: put() raises queue.Full instead of growing\n"
        "{name} = queue.Queue(maxsize=1_000)",
    ),
    Entry(
        id="thread-or-context-local",
        causes=("global", "cache", "registration"),
        path=r"ContextVar|contextvars\.|_thread\._local|threading\.local|^thread[^\n]*\n\.(dict|context): ",
        why=(
            "{holder} belongs to a thread or its context, and server threads serve many requests: what a request puts "
            "there{at} is still there in the next. {Who} adds {thing}, and no request takes its own away."
        ),
        fix="Use `flask.g` for what belongs to a request, or take it back at the end: `ContextVar.reset(token)`.",
        example=(
            "# before\nlocal.entries.append(entry)\n# after: freed at the end of the request\n"
            'if "entries" not in g:\n    g.entries = []\ng.entries.append(entry)'
        ),
    ),
    Entry(
        id="frame-local",
        causes=("global", "cache", "registration"),
        path=r"^thread[^\n]*\nframe ",
        why=(
            "{holder} is a local variable of a function that never returns, in a thread that never ends "
            "either: that makes it as lasting as a global. It gets more and more{at}, and nothing is taken out."
        ),
        fix="Empty it in the loop once its content is handled, or give it a limit.",
        example="# before\n{name} = []\n# after: emptied when it is handled\nhandle({name})\n{name}.clear()",
    ),
    Entry(
        id="class-attribute",
        causes=("global", "cache"),
        holder=r"^class attribute$",
        why=(
            "{holder} is made once, with the class, and shared by all instances: it lives as long as the process. "
            "{Who} adds {thing}{at}. It stays there after the instance that added it is gone."
        ),
        fix="Keep it in the instance, if each has its own; else keep only the newest, or use a database.",
        example=(
            "# before\nclass {owner}:\n    {attribute} = []\n"
            "# after: keeps the newest 1,000\nclass {owner}:\n    {attribute} = deque(maxlen=1_000)"
        ),
    ),
    Entry(
        id="function-state",
        causes=("global", "cache"),
        holder=r"^(closure variable|function attribute)",
        why=(
            "{holder} lives in a function: it stays as long as the function does, here as long as the process. {Who} "
            "adds {thing}{at}, and nothing takes it out."
        ),
        fix="Keep only the newest there, or pass the data instead of keeping it.",
        example="# before\n{variable} = []\n# after: keeps the newest 1,000\n{variable} = deque(maxlen=1_000)",
    ),
    Entry(
        id="deque-without-maxlen",
        causes=("global", "cache"),
        holder=r"^collections\.deque$",
        why=(
            "{holder} is a deque without `maxlen`, so it drops nothing: it grows as a list would. {Who} adds "
            "{thing}{at}."
        ),
        fix="Give it a `maxlen`: the oldest entry then makes room for the newest.",
        example="# before\n{name} = deque()\n# after: keeps the newest 1,000\n{name} = deque(maxlen=1_000)",
    ),
    Entry(
        id="list",
        causes=("global", "cache"),
        holder=r"^list$",
        why=(
            "{Who} appends {thing} to {holder}{at}. The list lives as long as the process, and nothing ever takes an "
            "entry out, so each stays, with all it refers to, long after the request that made it."
        ),
        fix=(
            "Keep the newest only, in a `deque` with `maxlen`; what belongs to one request goes into `flask.g`, and "
            "what must not be lost into a database."
        ),
        example="# before\n{name} = []\n# after: keeps the newest 1,000\n{name} = deque(maxlen=1_000)",
    ),
    Entry(
        id="set",
        causes=("global", "cache"),
        holder=r"^(set|weakref\.WeakSet)$",
        why=(
            "{Who} adds {thing} to {holder}{at}. A set holds each element once, but its elements differ from request "
            "to request, so it grows with what the clients send, and nothing is ever discarded."
        ),
        fix="Discard what is done with, or remember only the newest in a dict of limited size.",
        line="{name}.add(item)",
        own_line=r"\.add\(",
        example=(
            "# before\n{line}\n# after: begin anew at 10,000\nif len({name}) >= 10_000:\n    {name}.clear()\n{line}"
        ),
    ),
    Entry(
        id="dict-of-entries",
        causes=("global",),
        holder=_DICT,
        why=(
            "{Who} adds an entry to {holder} under a new key{at}. The dict lives as long as the process, and nothing "
            "deletes the entry when it is no longer asked for: what ends at the client (a visit, a session, a basket) "
            "does not end here."
        ),
        fix=(
            "Delete entries when they are done with, let them expire, or keep them in a database or Redis with "
            "an expiry."
        ),
        line="{name}[key] = value",
        own_line=r"\] *=|\.setdefault\(",
        example=(
            "# before\n{name} = {{}}\n# after: at most 10,000 entries, each for half an hour\n"
            "from cachetools import TTLCache\n{name} = TTLCache(maxsize=10_000, ttl=1_800)"
        ),
    ),
)
