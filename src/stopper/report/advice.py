"""Why a leak leaks, and what to change: the catalogue's most specific entry, in the user's names."""

from __future__ import annotations

from stopper.model.facts import LeakFacts
from stopper.model.finding import Cause, Fix
from stopper.report.catalogue import CATALOGUE
from stopper.report.catalogue.entry import Entry
from stopper.report.catalogue.words import words

__all__ = ["advise", "entry_for", "explain"]


def explain(cause: Cause, facts: LeakFacts) -> str:
    """One paragraph in plain words: what keeps it, and why it is never released."""
    entry = entry_for(cause, facts)
    return entry.why.format(**words(facts, entry.line, entry.own_line))


def advise(cause: Cause, facts: LeakFacts) -> Fix:
    """What to change, with a before and after of a few lines."""
    entry = entry_for(cause, facts)
    named = words(facts, entry.line, entry.own_line)
    return Fix(entry.fix.format(**named), entry.example.format(**named))


def entry_for(cause: Cause, facts: LeakFacts) -> Entry:
    """The most specific entry that applies; each cause has a general one, so there always is one."""
    return next(entry for entry in CATALOGUE if entry.applies(cause, facts))
