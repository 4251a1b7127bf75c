"""What kind of thing a type is, for edges and sizes; the same kinds as in csrc/walk_types.c."""

from __future__ import annotations

import array
import collections
import functools
from dataclasses import dataclass
from enum import Enum, auto
from types import (
    AsyncGeneratorType,
    CodeType,
    CoroutineType,
    FrameType,
    FunctionType,
    GeneratorType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
    TracebackType,
)
from typing import Final

from stopper.probe.heap.twin import peek


class Kind(Enum):
    """Which edges have names of their own."""

    PLAIN = auto()
    LEAF = auto()
    LIST = auto()
    TUPLE = auto()
    DICT = auto()
    SET = auto()
    DEQUE = auto()
    ARRAY = auto()
    TYPE = auto()
    MODULE = auto()
    FUNCTION = auto()
    METHOD = auto()
    CODE = auto()
    FRAME = auto()
    GENERATOR = auto()
    TRACEBACK = auto()
    EXCEPTION = auto()
    LRU_CACHE = auto()


LRU_CACHE_TYPE: Final[type] = type(functools.lru_cache(len))

KINDS: Final[dict[type, Kind]] = {
    str: Kind.LEAF,
    bytes: Kind.LEAF,
    bytearray: Kind.LEAF,
    int: Kind.LEAF,
    list: Kind.LIST,
    tuple: Kind.TUPLE,
    dict: Kind.DICT,
    set: Kind.SET,
    frozenset: Kind.SET,
    collections.deque: Kind.DEQUE,
    array.array: Kind.ARRAY,
    type: Kind.TYPE,
    ModuleType: Kind.MODULE,
    FunctionType: Kind.FUNCTION,
    MethodType: Kind.METHOD,
    CodeType: Kind.CODE,
    FrameType: Kind.FRAME,
    GeneratorType: Kind.GENERATOR,
    CoroutineType: Kind.GENERATOR,
    AsyncGeneratorType: Kind.GENERATOR,
    TracebackType: Kind.TRACEBACK,
    BaseException: Kind.EXCEPTION,
    LRU_CACHE_TYPE: Kind.LRU_CACHE,
}

_KINDS_BY_ID: Final = {id(cls): kind for cls, kind in KINDS.items()}
"""By address: a metaclass may have a `__hash__` of its own."""

_FULLY_KNOWN: Final = {Kind.LIST, Kind.TUPLE, Kind.DICT, Kind.SET, Kind.METHOD, Kind.TRACEBACK}
"""Of these, nothing is left to show, unless the type is a subclass."""

_SHOWS_ITSELF: Final = {Kind.CODE, Kind.DEQUE, Kind.LRU_CACHE}


@dataclass(frozen=True)
class TypeRecord:
    """What a walk needs to know of a type.

    name:        as shapes say it. base: the builtin type it is laid out as, or object.
    has_gc:      has edges. has_dict: instances may have attributes in a dict.
    shows_rest:  ends with what tp_traverse shows. counts_rest: and that is its items.
    """

    cls: type
    name: str
    kind: Kind
    base: type
    has_gc: bool
    has_dict: bool
    slots: tuple[tuple[str, MemberDescriptorType], ...]
    shows_rest: bool
    counts_rest: bool


def describe(cls: type) -> TypeRecord:
    """Look at a type."""
    base = _known_base(cls)
    kind = _KINDS_BY_ID.get(id(base), Kind.PLAIN)
    flags = peek.flags_of(cls)
    offset: int = type.__dict__["__dictoffset__"].__get__(cls)
    has_gc = bool(flags & peek.HAVE_GC)
    has_dict = kind not in {Kind.TYPE, Kind.FUNCTION} and (bool(flags & peek.MANAGED_DICT) or offset != 0)
    slots = tuple(peek.slots_of(cls))
    is_fully_known = (kind in _FULLY_KNOWN and base is cls) or kind in _SHOWS_ITSELF
    counted = {Kind.PLAIN, Kind.METHOD, Kind.TRACEBACK}
    return TypeRecord(
        cls=cls,
        name=peek.name_of_type(cls),
        kind=kind,
        base=base,
        has_gc=has_gc,
        has_dict=has_dict,
        slots=slots,
        shows_rest=has_gc and not is_fully_known,
        counts_rest=not has_dict and not slots and kind in counted,
    )


def _known_base(cls: type) -> type:
    base: type | None = cls
    while base is not None:
        if id(base) in _KINDS_BY_ID:
            return base
        base = peek.base_of(base)
    return object
