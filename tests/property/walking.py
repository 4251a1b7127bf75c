"""What tests of the walkers share: both walkers, and profiles by path instead of by id."""

from __future__ import annotations

import struct
import sys

import pytest

from stopper.probe.heap import twin

native = pytest.importorskip("stopper.probe.heap._native", reason="no native walker for this interpreter")

Path = tuple[tuple[str, str], ...]
Figures = tuple[int, int, int]


def gates() -> list[object]:
    """All modules, to be taken as the tool's own: a walk from a graph ends there."""
    return [module for module in list(sys.modules.values()) if module is not None]


def paths(walker: object) -> list[Path]:
    """The path of each shape, as (edge, type) from the root on."""
    found: list[Path] = []
    for parent, edge, kind in walker.shapes():
        found.append((found[parent] if parent >= 0 else ()) + ((edge, kind),))
    return found


def by_path(walker: object, profile: bytes) -> dict[Path, Figures]:
    """A profile by path, without what is zero."""
    rows = struct.iter_unpack("QQQ", profile)
    return {path: row for path, row in zip(paths(walker), rows, strict=True) if any(row)}


def walked(module: object, roots: list[tuple[str, object]], own: list[object] | None = None) -> dict[Path, Figures]:
    """What a fresh walker of *module* (native or twin) finds from these roots alone."""
    walker = module.Walker()
    return by_path(walker, walker.profile(roots, gates() if own is None else own, interpreter=False))


def text(path: Path) -> str:
    """A path as people read it."""
    return " > ".join(f"{edge}: {kind}" for edge, kind in path)


def figures(found: dict[Path, Figures], cut: int = 2) -> dict[str, tuple[int, ...]]:
    """Counts and items by readable path, for comparing."""
    return {text(path): row[:cut] for path, row in found.items() if any(row[:2])}


__all__ = ["by_path", "figures", "gates", "native", "paths", "text", "twin", "walked"]
