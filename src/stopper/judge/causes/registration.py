"""registration: a handler, signal receiver, hook, class or label registered in each request, and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stopper.judge.paths import library_of, owner_type

if TYPE_CHECKING:
    from stopper.judge.evidence import LeakEvidence
    from stopper.model.finding import Cause

CAUSE: Cause = "registration"

CONTAINER_MODULES = frozenset(
    {"array", "collections", "contextvars", "queue", "threading", "types", "weakref", "_thread"}
)
"""What these define are containers for the user's own data: no registry."""

APP_CONTAINERS = (".extensions", ".config")
"""Attributes of the app that are there for the user's own data."""


def recognise(evidence: LeakEvidence) -> bool:
    """A library keeps it, or what is kept are classes."""
    if evidence.root in ("atexit", "held by native code", "interpreter") or evidence.leaked_type == "type":
        return True
    if any(shape.edge in APP_CONTAINERS for shape in evidence.path):
        return False
    owner = library_of(owner_type(evidence.path), evidence.user_modules)
    if owner is not None and owner not in CONTAINER_MODULES:
        return True
    return evidence.library_root is not None and evidence.library_root != "threading"
