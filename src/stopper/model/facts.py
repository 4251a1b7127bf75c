"""What is known of one leak when it is explained: the input of the catalogue of explanations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stopper.model.finding import Unit

Collector = Literal["on", "off", "frozen"]
"""The cyclic collector: on, switched off by `gc.disable()`, or with objects set apart by `gc.freeze()`."""


@dataclass(frozen=True, kw_only=True)
class LeakFacts:
    """One leak, in the user's own names. An empty string means that it is not known.

    holder_path:    as a developer would type it: `shop.views._recent`, `render (lru_cache)`.
    holder_kind:    in words, as in `Holder.kind`: "module global", "lru_cache", "default argument".
    holder_type:    qualified type name; builtins without module.
    owner_library:  the library whose object the holder is, by import name ("logging", "blinker"),
                    None where it is the user's own.
    leaked_type:    qualified type name of what is left behind.
    retaining_path: as in `Finding`, from the root to what is leaked.
    endpoints:      names of those that leak; empty for growth without requests.
    function:       the function at the location.
    file, line:     the location; line 0 where it is not known.
    source_line:    the text of that line.
    unit:           what is counted.
    per_request:    how many of these a request leaves behind.
    bytes_per_request: and how many bytes.
    distinct_only:  it grows only with inputs that were not seen before.
    every_request:  all endpoints leak it alike.
    key_hint:       what its keys are made of ("the query argument q").
    collector:      the state of the cyclic collector after the app's import.
    """

    holder_path: str = ""
    holder_kind: str = ""
    holder_type: str = ""
    owner_library: str | None = None
    leaked_type: str = ""
    retaining_path: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    function: str = ""
    file: str = ""
    line: int = 0
    source_line: str = ""
    unit: Unit = "object"
    per_request: float = 0.0
    bytes_per_request: float = 0.0
    distinct_only: bool = False
    every_request: bool = False
    key_hint: str = ""
    collector: Collector = "on"

    @property
    def location(self) -> str:
        """`shop/views.py:42`; empty where it is not known."""
        return f"{self.file}:{self.line}" if self.file and self.line else self.file
