"""The catalogue of explanations: for each mechanism, what keeps the memory and what to change.

`entry.py` says what an entry is, `words.py` puts the user's names into it, and one file a theme
holds the entries. `CATALOGUE` lists them, specific before general: the first that applies is told.
To add one, write it into the file of its theme, before the more general ones, and give it a
witness in the tests.
"""

from __future__ import annotations

from stopper.report.catalogue import caches, containers, general, memory, registrations, resources, work
from stopper.report.catalogue.entry import Entry

__all__ = ["CATALOGUE"]

CATALOGUE: tuple[Entry, ...] = (
    *registrations.ENTRIES,
    *resources.ENTRIES,
    *work.ENTRIES,
    *memory.ENTRIES,
    *caches.ENTRIES,
    *containers.ENTRIES,
    *general.ENTRIES,
)
