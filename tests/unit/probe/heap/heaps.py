"""Small heaps for the walker's unit tests."""

from __future__ import annotations

import struct
import sys
import types

import pytest

from stopper.probe.heap import twin

try:
    from stopper.probe.heap import _native as native
except ImportError:
    native = None

both = pytest.mark.parametrize(
    "module",
    [
        pytest.param(native, id="native", marks=pytest.mark.skipif(native is None, reason="no native walker here")),
        pytest.param(twin, id="twin"),
    ],
)
"""A test of both walkers."""

Figures = dict[str, tuple[int, int, int]]


def profile(
    module: object, roots: list[tuple[str, object]], own: list[object] | None = None, **options: object
) -> Figures:
    """A fresh walker's profile: count, items and bytes by path, `module a > .kept: list > [*]: dict`."""
    walker = module.Walker(**{name: options.pop(name) for name in ("package",) if name in options})
    options.setdefault("interpreter", False)
    rows = walker.profile(roots, own or [], **options)
    return named(walker, rows)


def named(walker: object, rows: bytes) -> Figures:
    """A profile by readable path, without what is zero."""
    texts: list[str] = []
    for parent, edge, kind in walker.shapes():
        texts.append(f"{texts[parent]} > {edge}: {kind}" if parent >= 0 else f"{edge}: {kind}")
    figures = struct.iter_unpack("QQQ", rows)
    return {text: row for text, row in zip(texts, figures, strict=True) if any(row)}


def module_of(name: str, source: str = "", **names: object) -> types.ModuleType:
    """A module that is not in sys.modules, with the names that *source* makes."""
    module = types.ModuleType(name)
    exec(source, vars(module))
    vars(module).update(names)
    return module


def gates(*without: str) -> list[object]:
    """All modules but those named, to be taken as the tool's own: a walk ends there."""
    return [module for name, module in list(sys.modules.items()) if module is not None and name not in without]
