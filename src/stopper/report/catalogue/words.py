"""The user's own names, as the sentences and examples of the catalogue need them."""

from __future__ import annotations

import ast
import re

from stopper.model.facts import LeakFacts

_EMPTY = {"dict": "{}", "set": "set()", "collections.deque": "deque()", "bytearray": "bytearray()"}
"""How an empty container is written, where it is no list."""

_UNDONE_BY = (("open", "close"), ("new", "free"), ("create", "destroy"), ("malloc", "free"), ("init", "free"))
"""How C libraries call the opposite of a function."""

_LONGEST_LINE = 64
"""A longer source line is not quoted in an example: a terminal of 80 columns would cut it."""


def words(facts: LeakFacts, line: str, own_line: str) -> dict[str, str]:
    """What may stand in braces in an entry.

    line, own_line: of the entry: the stand-in for the user's line, and the pattern that line must match.
    """
    name = code_name(facts)
    named = {
        "holder": f"`{facts.holder_path}`" if facts.holder_path else "something long-lived",
        "name": name,
        "owner": class_name(facts.holder_path) or "Registry",
        "type": f"`{_last(facts.holder_type) or 'object'}`",
        "function": facts.function if facts.function.isidentifier() else _endpoint(facts) or "view",
        "called": called(facts),
        "method": called(facts).rpartition(".")[2],
        "base": name.partition("[")[0],
        "link": _link(facts.holder_kind),
        "attribute": name.rpartition(".")[2],
        "variable": _variable(facts.holder_path) or name,
        "stack": _name_of(facts, "ExitStack") or name,
        "signal": _signal(facts),
        "param": _parameter(facts.source_line),
        "empty": _EMPTY.get(facts.holder_type, "[]"),
        "leaked": _last(facts.leaked_type) if _last(facts.leaked_type).isidentifier() else "Node",
        "thing": thing(facts.leaked_type),
        "things": things(facts.leaked_type),
        "who": who(facts),
        "Who": who(facts)[:1].upper() + who(facts)[1:],
        "at": f" ({facts.location})" if facts.location else "",
        "keys": facts.key_hint or "what the request asks for",
    }
    shown = _own_line(facts.source_line, own_line) or line.format(**named)
    return {**named, **_in_line(shown), "line": shown}


def code_name(facts: LeakFacts) -> str:
    """The holder as its own module's code spells it: `_recent`, `Registry.items`, `self.memo`."""
    name = short_name(facts.holder_path)
    return f"self.{name}" if facts.holder_kind == "instance attribute" and "." not in name else name


def short_name(holder_path: str) -> str:
    """The name as code in the same module would spell it: `shop.Registry.items` is `Registry.items`.

    What stands in brackets behind a path is left out, the subscripts of the holder stay, with any other key as
    `key`: `render (lru_cache)` is `render`, `shop.feeds['new']` is `feeds['new']`, `shop.feeds[*]` is `feeds[key]`.
    """
    local = re.search(r"\blocal (\w+)$", holder_path)
    plain = local[1] if local else re.split(r" \(|[ {,]|\.cache(?= |$)", holder_path)[0]
    path, _, _ = plain.partition("[")
    subscripts = re.match(r"(\[[^\]]*\])*", plain[len(path) :])
    steps = [step for step in path.split(".") if step.isidentifier()]
    if not steps:
        return "kept"
    first = next((index for index, step in enumerate(steps[:-1]) if step[:1].isupper()), len(steps) - 1)
    return ".".join(steps[first:]) + (subscripts[0].replace("[*]", "[key]") if subscripts else "")


def class_name(holder_path: str) -> str:
    """The class in the path of a class attribute: `Registry` of `shop.Registry.items`; empty if there is none."""
    return next((step for step in short_name(holder_path).split(".") if step[:1].isupper()), "")


def called(facts: LeakFacts) -> str:
    """The function that the holder belongs to: `render` of `render (lru_cache)`, `quote` of `quote.__defaults__`."""
    return short_name(re.sub(r"\.__(kw)?defaults__.*$", "", facts.holder_path))


def thing(type_name: str) -> str:
    """One of what is leaked, with its article: "a `dict`", "an `Invoice`"."""
    short = _last(type_name)
    if not short or short in ("object", "…"):
        return "an object"
    return f"{'an' if short[0] in 'aeiouAEIO' else 'a'} `{short}`"


def things(type_name: str) -> str:
    """Many of them: "`dict` objects"."""
    short = _last(type_name)
    return f"`{short}` objects" if short and short not in ("object", "…") else "objects"


def who(facts: LeakFacts) -> str:
    """Whose doing it is: "each request to `product`"."""
    new = " with an input not seen before" if facts.distinct_only else ""
    if facts.every_request:
        return "every request, whatever its endpoint," if not new else "every request with an input not seen before"
    if not facts.endpoints:
        return "work in the background, without any request,"
    if len(facts.endpoints) <= 3:  # noqa: PLR2004 (more names than that no longer read as a sentence)
        return f"each request to {_joined([f'`{name}`' for name in facts.endpoints])}{new}"
    return f"each request to `{facts.endpoints[0]}` and {len(facts.endpoints) - 1} other endpoints{new}"


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _last(type_name: str) -> str:
    """The type's own name: `shop.models.Invoice` is `Invoice`, and a local class is its last part."""
    return type_name.rsplit(".", 1)[-1]


def _name_of(facts: LeakFacts, type_name: str) -> str:
    """The name of the nearest step of that type on the path; empty if there is none."""
    steps = [re.match(r"\.(\w+): (?:\w+\.)*(\w+)$", step) for step in facts.retaining_path]
    return next((step[1] for step in reversed(steps) if step and step[2] == type_name), "")


def _signal(facts: LeakFacts) -> str:
    """The signal whose receivers grow, by the name it has in code."""
    named = re.search(r"(\w+)\.(receivers|_by_sender|_by_receiver)\b", facts.holder_path)
    return named[1] if named else _name_of(facts, "NamedSignal") or _name_of(facts, "Signal") or "signal"


def _link(holder_kind: str) -> str:
    """The attribute by which the objects of a chain are linked."""
    named = re.search(r"linked by \.(\w+)", holder_kind)
    return named[1] if named else "before"


def _parameter(source_line: str) -> str:
    """The name of what the line adds to: `earlier` of `earlier.append(quote)`; `kept` if it does not say."""
    added = re.match(r"\s*([a-z_]\w*)(\.(append|add|extend|insert|update|setdefault)\(|\[)", source_line)
    return added[1] if added else "kept"


def _endpoint(facts: LeakFacts) -> str:
    name = facts.endpoints[0].rsplit(".", 1)[-1] if facts.endpoints else ""
    return name if name.isidentifier() else ""


def _variable(holder_path: str) -> str:
    """The variable of a closure or frame: `seen` of `count (closure variable seen)`; empty if it is none."""
    named = re.search(r"\b(?:closure variable|local) (\w+)", holder_path)
    return named[1] if named else ""


def _in_line(line: str) -> dict[str, str]:
    """Names of a call in the line that an example quotes: `target = caller.method(argument)`; `undo` undoes it."""
    call = re.match(r"(?:(\w+) = )?(?:([A-Za-z_][\w.]*)\.)?([A-Za-z_]\w*)\((?:([A-Za-z_][\w.]*)[,)])?", line)
    target, caller, method, argument = call.groups() if call else (None, None, None, None)
    undo = next((method.replace(do, back) for do, back in _UNDONE_BY if do in method), "close") if method else "close"
    return {
        "target": target or "handle",
        "caller": caller or "lib",
        "undo": f"{caller}.{undo}" if caller else undo,
        "argument": argument or "callback",
        "receiver": (argument or "remember").rpartition(".")[2],
    }


def _own_line(source_line: str, pattern: str) -> str:
    """The user's line, if it is a whole statement, short enough, and what the entry's example speaks of."""
    text = source_line.strip()
    if not pattern or not text or len(text) > _LONGEST_LINE or not re.search(pattern, text):
        return ""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return ""
    return text
