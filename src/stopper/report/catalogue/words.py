"""The user's own names, as the sentences and examples of the catalogue need them."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stopper.model.facts import LeakFacts

_LONGEST_LINE = 76
"""A longer source line is not quoted in an example: it would wrap on a terminal of 80 columns."""


def words(facts: LeakFacts, line: str, own_line: str) -> dict[str, str]:
    """What may stand in braces in an entry.

    line, own_line: of the entry: the stand-in for the user's line, and the pattern that line must match.
    """
    name = short_name(facts.holder_path)
    named = {
        "holder": f"`{facts.holder_path}`" if facts.holder_path else "something long-lived",
        "name": name,
        "owner": class_name(facts.holder_path) or "Registry",
        "type": f"`{_last(facts.holder_type) or 'object'}`",
        "function": facts.function if facts.function.isidentifier() else _endpoint(facts) or "view",
        "called": called(facts),
        "thing": thing(facts.leaked_type),
        "things": things(facts.leaked_type),
        "who": who(facts),
        "Who": who(facts)[:1].upper() + who(facts)[1:],
        "at": f" ({facts.location})" if facts.location else "",
        "keys": facts.key_hint or "what the request asks for",
    }
    return {**named, "line": _own_line(facts.source_line, own_line) or line.format(**named)}


def short_name(holder_path: str) -> str:
    """The name as code in the same module would spell it: `shop.Registry.items` is `Registry.items`.

    What stands in brackets behind a path, and what is no name, is left out: `render (lru_cache)` is
    `render`, `shop.tags['new']` is `tags`.
    """
    plain = re.split(r" \(|[\[{ ]|\.cache_?$", holder_path.split(" ▸ ")[-1].strip("."))[0]
    steps = [step for step in plain.split(".") if step.isidentifier()]
    for index, step in enumerate(steps[:-1]):
        if step[:1].isupper():
            return ".".join(steps[index:])
    return steps[-1] if steps else "kept"


def class_name(holder_path: str) -> str:
    """The class in the path of a class attribute: `Registry` of `shop.Registry.items`; empty if there is none."""
    return next((step for step in short_name(holder_path).split(".") if step[:1].isupper()), "")


def called(facts: LeakFacts) -> str:
    """The function that the holder belongs to: of `render (lru_cache)`, `shop.quote.__defaults__`, `quote(earlier=)`."""
    path = re.sub(r"(\.__(kw)?defaults__.*|\.cache|\(.*| \(.*)$", "", facts.holder_path)
    return short_name(re.sub(r"(\.__(kw)?defaults__.*|\.cache)$", "", path).removesuffix("()"))


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


def _endpoint(facts: LeakFacts) -> str:
    name = facts.endpoints[0].rsplit(".", 1)[-1] if facts.endpoints else ""
    return name if name.isidentifier() else ""


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
