"""What an entry of the catalogue is, and when it applies."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from stopper.model.facts import LeakFacts
from stopper.model.finding import Cause, Unit


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One mechanism. It applies where every condition that it states holds.

    id:       stable name, `lru-cache-on-method`.
    causes:   the causes it may stand behind.
    units:    and the units; empty for any.
    holder:   pattern searched in the holder's path, kind, type and library.
    path:     pattern searched in the retaining path and the holder's.
    leaked:   pattern searched in the type of what is leaked.
    clue:     pattern searched in the retaining path, the type of what is leaked and the source line.
    test:     any other condition.

    why, fix: sentences with `{words}` of `words.py`: the mechanism; what to change.
    line:     what stands for `{line}` in the example where the user's own line cannot.
    own_line: pattern that the user's line must match to be quoted in the example; empty: it never is.
    example:  before and after, Python, a few lines.
    references: where it is documented: addresses, or issues of the library.
    """

    id: str
    causes: tuple[Cause, ...]
    units: tuple[Unit, ...] = ()
    holder: str = ""
    path: str = ""
    leaked: str = ""
    clue: str = ""
    test: Callable[[LeakFacts], bool] | None = None
    why: str
    fix: str
    example: str = ""
    line: str = ""
    own_line: str = ""
    references: tuple[str, ...] = ()

    def applies(self, cause: Cause, facts: LeakFacts) -> bool:
        """Whether every stated condition holds."""
        held_by = "\n".join((facts.holder_path, facts.holder_kind, facts.holder_type, facts.owner_library or ""))
        way = "\n".join((facts.holder_path, *facts.retaining_path))
        return (
            cause in self.causes
            and (not self.units or facts.unit in self.units)
            and _found(self.holder, held_by)
            and _found(self.path, way)
            and _found(self.leaked, facts.leaked_type)
            and _found(self.clue, f"{way}\n{facts.leaked_type}\n{facts.source_line}")
            and (self.test is None or self.test(facts))
        )


def _found(pattern: str, text: str) -> bool:
    return not pattern or re.search(pattern, text, re.MULTILINE) is not None
