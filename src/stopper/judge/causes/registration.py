"""registration: a handler, signal receiver, hook, class or label registered in each request, and kept."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from stopper.judge.paths import library_of, owner_type

if TYPE_CHECKING:
    from stopper.judge.evidence import LeakEvidence
    from stopper.model.finding import Cause

CAUSE: Cause = "registration"

CONTAINER_MODULES = frozenset(
    {"array", "collections", "contextvars", "queue", "threading", "types", "weakref", "_contextvars", "_thread"}
)
"""What these define are containers for the user's own data: no registry."""

APP_TYPES = ("flask.app.Flask", "flask.blueprints.Blueprint")

APP_REGISTRIES = frozenset(
    {
        ".after_request_funcs",
        ".before_request_funcs",
        ".blueprints",
        ".cli",
        ".deferred_functions",
        ".error_handler_spec",
        ".jinja_env",
        ".jinja_loader",
        ".shell_context_processors",
        ".teardown_appcontext_funcs",
        ".teardown_request_funcs",
        ".template_context_processors",
        ".url_build_error_handlers",
        ".url_default_functions",
        ".url_map",
        ".url_value_preprocessors",
        ".view_functions",
    }
)
"""Where an app keeps what is registered with it. All else on it (`.extensions`, `.config`, an attribute
that the user sets) is there for the user's own data."""


def recognise(evidence: LeakEvidence) -> bool:
    """A library keeps it, or what is kept are classes."""
    if evidence.root in ("atexit", "held by native code", "interpreter") or evidence.leaked_type == "type":
        return True
    if _is_apps_data(evidence):
        return False
    owner = library_of(owner_type(evidence.path), evidence.user_modules)
    if owner is not None and owner not in CONTAINER_MODULES:
        return True
    return evidence.library_root is not None and evidence.library_root != "threading"


def _is_apps_data(evidence: LeakEvidence) -> bool:
    """Whether the app or a blueprint holds it in an attribute that is none of its registries."""
    steps = pairwise(evidence.path)
    return any(above.type in APP_TYPES and shape.edge not in APP_REGISTRIES for above, shape in steps)
