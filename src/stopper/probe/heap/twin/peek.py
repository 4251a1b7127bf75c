"""Looking at objects without running their code: through the descriptors of builtin types, never through theirs."""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping
from types import GetSetDescriptorType, MemberDescriptorType, ModuleType
from typing import Any, Final

ctypes: Any
try:
    import ctypes
except ImportError:  # a Python built without libffi
    ctypes = None

HEAP_TYPE: Final = 1 << 9
"""Py_TPFLAGS_HEAPTYPE: made at run time, not part of a binary."""

HAVE_GC: Final = 1 << 14
"""Py_TPFLAGS_HAVE_GC: has a tp_traverse, so it has edges."""

MANAGED_DICT: Final = 1 << 4
"""Py_TPFLAGS_MANAGED_DICT: the interpreter keeps the instance's dict in front of it."""

MANAGED_WEAKREF: Final = 1 << 3
"""Py_TPFLAGS_MANAGED_WEAKREF (3.12): likewise for its weak references."""

INTERNED_OFFSET: Final = object.__basicsize__ + 16
"""Where a str has its state bits: behind its length and its hash, as in all versions from 3.11 to 3.13."""

_OF_TYPE: Final = type.__dict__
_OF_MODULE: Final[Mapping[str, Any]] = vars(ModuleType)


def flags_of(cls: type) -> int:
    """The tp_flags of a type."""
    flags: int = _OF_TYPE["__flags__"].__get__(cls)
    return flags


def mro_of(cls: type) -> tuple[type, ...]:
    """The method resolution order as it is, whatever the metaclass says."""
    mro: tuple[type, ...] | None = _OF_TYPE["__mro__"].__get__(cls)
    return mro if mro is not None else (cls,)


def bases_of(cls: type) -> tuple[type, ...]:
    """The bases as they are."""
    bases: tuple[type, ...] = _OF_TYPE["__bases__"].__get__(cls)
    return bases


def base_of(cls: type) -> type | None:
    """The base that the memory layout comes from."""
    base: type | None = _OF_TYPE["__base__"].__get__(cls)
    return base


def subclasses_of(cls: type) -> list[type]:
    """The direct subclasses that live, whatever the metaclass says."""
    subclasses: list[type] = _OF_TYPE["__subclasses__"](cls)
    return subclasses


def namespace_of_type(cls: type) -> dict[Any, Any]:
    """A type's real namespace."""
    proxy = _OF_TYPE["__dict__"].__get__(cls)
    namespace: dict[Any, Any] = gc.get_referents(proxy)[0]
    return namespace


def namespace_of_module(module: ModuleType) -> dict[Any, Any] | None:
    """A module's real namespace; None where it has none (yet)."""
    namespace = _OF_MODULE["__dict__"].__get__(module)
    return namespace if type(namespace) is dict else None


def home_of_type(cls: type) -> str | None:
    """The `__module__` that a heap type says, when it is a str."""
    home = namespace_of_type(cls).get("__module__")
    return home if type(home) is str else None


def name_of_type(cls: type) -> str:
    """`module.qualname`; builtins without their module; static types as they call themselves."""
    if flags_of(cls) & HEAP_TYPE:
        home, name = home_of_type(cls), _OF_TYPE["__qualname__"].__get__(cls)
    else:
        home, name = _OF_TYPE["__module__"].__get__(cls), _OF_TYPE["__name__"].__get__(cls)
    return shown(name) if home in {None, "builtins"} else f"{shown(home)}.{shown(name)}"


MOST_CODE_POINTS = 120
"""Longer names are cut, as in csrc/walk_names.c."""


def shown(text: str) -> str:
    """A name as it stands in an edge."""
    text = str.__str__(text)
    return text if len(text) <= MOST_CODE_POINTS else text[:MOST_CODE_POINTS] + "…"


def is_interned(text: str) -> bool:
    """Whether the interpreter interned this very str."""
    if hasattr(sys, "_is_interned"):  # from 3.13 on
        return bool(sys._is_interned(text))  # noqa: SLF001  # the documented way
    if ctypes is not None:
        return bool(ctypes.c_uint32.from_address(id(text) + INTERNED_OFFSET).value & 3)
    return sys.intern(text) is text


def has_references(obj: object) -> bool:
    """Whether the collector may ask this object for its references. Static types it may not."""
    cls = type(obj)
    if not flags_of(cls) & HAVE_GC:
        return False
    return not issubclass_of(cls, type) or bool(flags_of(obj) & HEAP_TYPE)  # type: ignore[arg-type]


def issubclass_of(cls: type, base: type) -> bool:
    """Whether *cls* is laid out as *base*, whatever its metaclass says."""
    return any(one is base for one in mro_of(cls))


def slots_of(cls: type) -> list[tuple[str, MemberDescriptorType]]:
    """Name and descriptor of each slot that classes in the mro declare, nearest class first."""
    found: list[tuple[str, MemberDescriptorType]] = []
    for base in mro_of(cls):
        namespace = namespace_of_type(base)
        if flags_of(base) & HEAP_TYPE and "__slots__" in namespace:
            members = [one for one in list(namespace.values()) if type(one) is MemberDescriptorType]
            own = [(one.__name__, one) for one in members if one.__objclass__ is base]
            found += sorted(own, key=lambda pair: pair[0])
    return found


def instance_dict(obj: object) -> dict[Any, Any] | None:
    """An instance's plain dict. Made where the attributes are kept inline; not made where there are none."""
    cls = type(obj)
    offset: int = _OF_TYPE["__dictoffset__"].__get__(cls)
    found: object = None
    if offset == 0 and not flags_of(cls) & MANAGED_DICT:
        return None
    if offset > 0 and ctypes is not None and not flags_of(cls) & MANAGED_DICT:
        address = ctypes.c_size_t.from_address(id(obj) + offset).value
        found = object_at(address)
    elif ctypes is not None:
        found = ctypes.pythonapi.PyObject_GenericGetDict(ctypes.py_object(obj), None)
    else:
        found = _dict_by_descriptor(obj)
    return found if type(found) is dict else None


def _dict_by_descriptor(obj: object) -> object:
    for cls in mro_of(type(obj)):
        descriptor = namespace_of_type(cls).get("__dict__")
        if type(descriptor) is GetSetDescriptorType and descriptor.__objclass__ is cls:
            return descriptor.__get__(obj)
    return None


def object_at(address: int) -> object:
    """The object at an address that is known to hold one; None for NULL."""
    return ctypes.cast(address, ctypes.py_object).value if address else None


if ctypes is not None:
    ctypes.pythonapi.PyObject_GenericGetDict.restype = ctypes.py_object
    ctypes.pythonapi.PyObject_GenericGetDict.argtypes = [ctypes.py_object, ctypes.c_void_p]
