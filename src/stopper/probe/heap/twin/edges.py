"""All edges out of one object, in the order that csrc/walk.h states."""

from __future__ import annotations

import array
import collections
import gc
import weakref
from collections.abc import Callable
from types import CellType, CodeType, FunctionType, MethodType, ModuleType, TracebackType
from typing import Any, Final

from stopper.probe.heap.twin import peek
from stopper.probe.heap.twin.kinds import Kind, TypeRecord
from stopper.probe.heap.twin.variables import Variables, names_and_kinds, variables_of_frame, variables_of_generator

SMALL_DICT_LIMIT: Final = 32
"""Above, a dict is a collection, not a record: its keys are data, not names. As in csrc/walk_attributes.c."""

KEY_LENGTH_LIMIT: Final = 40
"""Longer keys are data."""

REST, ITEM, KEY = "", "[*]", "{key}"
EXCEPTION_EDGES: Final = {
    ".args": "args",
    ".__traceback__": "__traceback__",
    ".__context__": "__context__",
    ".__cause__": "__cause__",
}

Emit = Callable[[object, str], None]
Absorb = Callable[[object], None]


class Edges:
    """Emits the edges of one object.

    emit(child, edge) is told each edge; emit_code(code) a function's code, which has a place of its own;
    emit_module(namespace), where given, the names of a module; absorb(part) what counts with the object;
    is_visited(obj) asks whether something has a shape already.
    """

    def __init__(
        self,
        emit: Emit,
        emit_code: Callable[[object], None],
        absorb: Absorb,
        is_visited: Callable[[object], bool],
        emit_module: Callable[[dict[Any, Any]], None] | None = None,
    ) -> None:
        self._emit = emit
        self._emit_code = emit_code
        self._absorb = absorb
        self._is_visited = is_visited
        self._emit_module = emit_module

    def expand(self, obj: Any, record: TypeRecord) -> int:  # noqa: ANN401  # any object of the heap
        """Emit all edges; the object's items."""
        if record.kind is Kind.CODE:
            self._code(obj)
            return 0
        if record.kind is Kind.TYPE:
            return self._type(obj)
        if not record.has_gc:
            return 0
        referents = gc.get_referents(obj) if record.shows_rest or record.kind in {Kind.LIST, Kind.TUPLE} else []
        entries = self._container(obj, record, referents)
        items = entries or 0
        if record.kind is Kind.MODULE:
            items += self._namespace(obj, peek.namespace_of_module(obj))
        elif record.has_dict:
            items += self._namespace(obj, peek.instance_dict(obj))
        items += self._slots(obj, record)
        items += self._by_kind(obj, record, referents)
        if record.shows_rest:
            for child in referents:
                self._emit(child, REST)
            items = len(referents) if record.counts_rest else items
        return items if entries is None else entries

    # ---- containers

    def _container(self, obj: Any, record: TypeRecord, referents: list[Any]) -> int | None:  # noqa: ANN401
        """Emit the entries of the container part; how many, or None if there is none."""
        if record.kind in {Kind.LIST, Kind.TUPLE}:
            return self._sequence(obj, record, referents)
        if record.kind is Kind.DICT:
            return self._dict(obj)
        if record.kind is Kind.SET:
            for child in list(unbound(record, "__iter__")(obj)):
                self._emit(child, KEY)
            return int(unbound(record, "__len__")(obj))
        if record.kind is Kind.DEQUE:
            for child in gc.get_referents(obj):
                self._emit(child, REST if child is record.cls else ITEM)
            return collections.deque.__len__(obj)
        if record.kind is Kind.ARRAY:
            return array.array.__len__(obj)
        return None

    def _sequence(self, obj: Any, record: TypeRecord, referents: list[Any]) -> int:  # noqa: ANN401
        length = int(unbound(record, "__len__")(obj))
        if record.cls is not record.base:
            referents = [unbound(record, "__getitem__")(obj, at) for at in range(length)]
        else:  # shown from the end, and without the empty places of a half-built one
            referents = referents[::-1]
        for child in referents:
            self._emit(child, ITEM)
        return length

    def _dict(self, obj: dict[Any, Any]) -> int:
        count = dict.__len__(obj)
        for key, entry in list(dict.items(obj)):
            self._emit(key, KEY)
            if count <= SMALL_DICT_LIMIT and _is_name_in_source(key):
                self._emit(entry, f"['{key}']")
            else:
                self._emit(entry, ITEM)
        return count

    # ---- namespaces

    def _namespace(self, obj: object, namespace: dict[Any, Any] | None) -> int:
        if namespace is None:
            return 0
        self._absorb(namespace)
        if self._emit_module is not None and peek.issubclass_of(type(obj), ModuleType):
            self._emit_module(namespace)
            return len(namespace)
        entries = list(namespace.items())
        for name, entry in entries:
            emit_attribute(self._emit, name, entry)
        return len(entries)

    def _slots(self, obj: object, record: TypeRecord) -> int:
        count = 0
        for name, descriptor in record.slots:
            try:
                child = descriptor.__get__(obj)
            except AttributeError:
                continue
            self._emit(child, f".{peek.shown(name)}")
            count += 1
        return count

    # ---- by kind

    def _type(self, cls: type) -> int:
        for subclass in peek.subclasses_of(cls):
            self._absorb(weakref.ref(subclass))
        count = self._namespace(cls, peek.namespace_of_type(cls))
        heap = peek.flags_of(cls) & peek.HEAP_TYPE
        for child in gc.get_referents(cls) if heap else [peek.bases_of(cls), peek.mro_of(cls)]:
            self._emit(child, REST)
        return count

    def _by_kind(self, obj: Any, record: TypeRecord, referents: list[Any]) -> int:  # noqa: ANN401
        """Emit the edges that the kind names; how many items these are."""
        if record.kind is Kind.FRAME:
            return self._variables(variables_of_frame(obj, referents))
        if record.kind is Kind.GENERATOR:
            return self._variables(variables_of_generator(obj, referents))
        expand: dict[Kind, Callable[[Any], int]] = {
            Kind.EXCEPTION: self._exception,
            Kind.METHOD: self._method,
            Kind.TRACEBACK: self._traceback,
            Kind.FUNCTION: self._function,
            Kind.LRU_CACHE: self._lru_cache,
        }
        return expand[record.kind](obj) if record.kind in expand else 0

    def _exception(self, error: BaseException) -> int:
        for edge, name in EXCEPTION_EDGES.items():
            child = BaseException.__dict__[name].__get__(error)
            if child is not None:
                self._emit(child, edge)
        return 0

    def _method(self, method: MethodType) -> int:
        self._emit(method.__self__, ".__self__")
        self._emit(method.__func__, ".__func__")
        return 2

    def _traceback(self, traceback: TracebackType) -> int:
        self._emit(traceback.tb_frame, ".tb_frame")
        if traceback.tb_next is not None:
            self._emit(traceback.tb_next, ".tb_next")
        return 1 + (traceback.tb_next is not None)

    def _lru_cache(self, obj: object) -> int:
        referents = gc.get_referents(obj)
        own_dict = peek.instance_dict(obj)
        dicts = [one for one in referents if type(one) is dict and one is not own_dict]
        if dicts:
            self._emit(dicts[-1], "cache")
        for child in referents:
            self._emit(child, REST)
        return 0

    def _function(self, function: FunctionType) -> int:
        code, cells = function.__code__, function.__closure__ or ()
        for name, cell in zip(code.co_freevars, cells, strict=False):
            self._absorb(cell)
            self._cell(cell, f"closure {peek.shown(name)}")
        if function.__defaults__ is not None:
            self._emit(function.__defaults__, ".__defaults__")
        if function.__kwdefaults__ is not None:
            self._emit(function.__kwdefaults__, ".__kwdefaults__")
        count = self._namespace(function, peek.instance_dict(function))
        self._emit_code(code)
        return len(cells) + count

    def _cell(self, cell: CellType, edge: str) -> None:
        try:
            content = cell.cell_contents
        except ValueError:  # empty
            return
        self._emit(content, edge)

    def _variables(self, variables: Variables) -> int:
        for part in variables.parts:
            self._absorb(part)
        for name, child in variables.named:
            self._emit(child, f"local {peek.shown(name)}")
        namespace = variables.namespace
        if type(namespace) is not dict:
            if namespace is not None:
                self._emit(namespace, REST)
            return len(variables.named)
        if self._is_visited(namespace):
            return len(variables.named)
        self._absorb(namespace)
        entries = list(namespace.items())
        for key, child in entries:
            self._emit(child, f"local {peek.shown(key)}" if type(key) is str else REST)
        return len(variables.named) + (0 if variables.is_copy else len(entries))

    def _code(self, code: CodeType) -> None:
        names, kinds = names_and_kinds(code)
        for child in (
            code.co_consts, code.co_names, code.co_exceptiontable, names, kinds, code.co_filename, code.co_name,
            code.co_qualname, code.co_linetable,
        ):  # fmt: skip
            if child is not None:
                self._emit(child, REST)


def unbound(record: TypeRecord, name: str) -> Callable[..., Any]:
    """The method of the builtin type that an object is laid out as: not one that a subclass put over it."""
    method: Callable[..., Any] = peek.namespace_of_type(record.base)[name]
    return method


def emit_attribute(emit: Emit, name: Any, entry: object) -> None:  # noqa: ANN401  # whatever stands in a namespace
    """Emit one entry of a namespace; a key that is no name is an object of its own."""
    if type(name) is str:
        emit(entry, f".{peek.shown(name)}")
    else:
        emit(name, KEY)
        emit(entry, ITEM)


def _is_name_in_source(key: object) -> bool:
    return (
        type(key) is str
        and 0 < len(key) <= KEY_LENGTH_LIMIT
        and key.isascii()
        and key.isidentifier()
        and peek.is_interned(key)
    )
