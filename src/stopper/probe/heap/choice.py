"""Which walker is used: the native one where it may be, else the twin."""

from __future__ import annotations

import platform
from typing import Any, Protocol

from stopper.probe.heap import twin

Roots = list[tuple[str, object]]


class Walker(Protocol):
    """What both walkers offer. Shape ids are dense from 0, never reused or renumbered."""

    @property
    def objects(self) -> int:
        """How many objects the last walk reached, the tool's own not counted."""

    def profile(self, roots: Roots, own: list[object], *, interpreter: bool = True) -> bytes:
        """Walk; native 'Q' triples (count, items, size_bytes) for shape ids 0 to n - 1."""

    def members(
        self, roots: Roots, own: list[object], shape_ids: list[int], limit: int, *, interpreter: bool = True
    ) -> list[tuple[int, object]]:
        """Walk again; (shape id, object) of up to *limit* objects of each shape."""

    def shapes_of(
        self, roots: Roots, own: list[object], objects: list[object], *, interpreter: bool = True
    ) -> list[int]:
        """Walk again; the shape id that each object got, -1 where it was not reached."""

    def shapes(self, start: int = 0) -> list[tuple[int, str, str]]:
        """Give (parent, edge, type) of each shape from id *start* on."""


def _native() -> tuple[Any, str]:
    """The native module, or None and the reason why it is not used."""
    try:
        from stopper.probe.heap import _native as native  # noqa: PLC0415  # may be absent, or refuse
    except ImportError as error:
        return None, str(error)
    if platform.python_version() != native.BUILT_FOR and (fault := _fault_of(native)):
        return None, f"built for Python {native.BUILT_FOR}, and here {fault}"
    return native, ""


class _Probe:
    """An instance with attributes, for the self-test."""

    def __init__(self) -> None:
        self.first, self.second = [1.5, 2.5], {"key": 3.5}


def _fault_of(native: Any) -> str:  # noqa: ANN401  # a module
    """What is wrong with a walk of known objects; empty when all is right. For another patch release than built for."""
    probe = _Probe()
    walker = native.Walker()
    walker.profile([("probe", probe)], [type(probe)], interpreter=False)
    found = {(edge, kind) for _, edge, kind in walker.shapes()}
    expected = {(".first", "list"), (".second", "dict"), ("[*]", "float"), ("['key']", "float"), ("{key}", "str")}
    if missing := expected - found:
        return f"a walk does not find {sorted(missing)}"
    if native.items(probe) != len(vars(probe)) or native.size_bytes(probe.first) != probe.first.__sizeof__() + 16:
        return "sizes are not what they should be"
    return ""


_found, _reason = _native()
_module: Any = twin if _found is None else _found


def new_walker(package: str) -> Walker:
    """Make a walker. package: directory of the tool's own code, with trailing separator."""
    walker: Walker = _module.Walker(package=package)
    return walker


def items(obj: object) -> int:
    """What an object holds directly, without running its code: entries, attributes, or references."""
    count: int = _module.items(obj)
    return count


def size_bytes(obj: object) -> int:
    """The own bytes of an object with the parts that count with it, without running its code."""
    size: int = _module.size_bytes(obj)
    return size


def walker_in_use() -> str:
    """Name the walker in use: "native", or "twin (reason)"."""
    return f"twin ({_reason})" if _reason else "native"
