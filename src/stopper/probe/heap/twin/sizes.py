"""Own bytes of an object: what `__sizeof__` of the builtin type it is laid out as says, and the headers in front."""

from __future__ import annotations

import sys
from typing import Final

from stopper.probe.heap.twin import peek
from stopper.probe.heap.twin.kinds import TypeRecord

GC_HEADER_BYTES: Final = 16
"""What the collector keeps in front of an object; likewise the interpreter for a managed dict."""

_SAFE: Final = {
    str, bytes, bytearray, int, float, complex, bool, list, tuple, dict, set, frozenset, range, slice, memoryview,
}  # fmt: skip
"""Builtin types whose `__sizeof__` is their own."""

_SAFE_IDS: Final = {id(cls) for cls in _SAFE}


def own_bytes(obj: object, record: TypeRecord) -> int:
    """Bytes of the object itself, without the parts that are absorbed."""
    if id(record.cls) in _SAFE_IDS:
        return sys.getsizeof(obj)
    flags = peek.flags_of(record.cls)
    size: int = _sizeof(record)(obj)
    if peek.has_references(obj):
        size += GC_HEADER_BYTES
    managed = peek.MANAGED_DICT if sys.version_info < (3, 12) else peek.MANAGED_DICT | peek.MANAGED_WEAKREF
    return size + (GC_HEADER_BYTES if flags & managed else 0)


def _sizeof(record: TypeRecord):  # type: ignore[no-untyped-def]  # noqa: ANN202  # an unbound method of some builtin
    """The nearest `__sizeof__` that is no Python code."""
    for cls in peek.mro_of(record.cls):
        found = peek.namespace_of_type(cls).get("__sizeof__")
        if found is not None and type(found) is type(object.__sizeof__):
            return found
    return object.__sizeof__
