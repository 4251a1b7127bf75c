"""Where a walk starts, in a fixed order, so that the same heap gives the same profile."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

PACKAGE = str(Path(__file__).resolve().parents[2]) + "/"
"""The directory of stopper's own code: frames that run it are not the app's."""

IsUserModule = Callable[[str, Any], bool]
"""Told the name and the entry of sys.modules, which is nearly always a module."""


def build_roots(
    is_user_module: IsUserModule, extra_roots: Iterable[tuple[str, object]] = ()
) -> tuple[list[tuple[str, object]], list[object]]:
    """Labelled roots in walking order, and the modules of stopper itself.

    The user's modules come first, so that what several modules refer to is found where its developer keeps it;
    then *extra_roots* (the app object); then all other modules. Each group of modules is sorted by name.
    """
    mine: list[tuple[str, object]] = []
    others: list[tuple[str, object]] = []
    own: list[object] = []
    for name, module in sorted((key, value) for key, value in list(sys.modules.items()) if type(key) is str):
        if name == "stopper" or name.startswith("stopper."):
            own.append(module)
        elif module is not None:
            (mine if is_user_module(name, module) else others).append((f"module {name}", module))
    return [*mine, *extra_roots, *others], own
