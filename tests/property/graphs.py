"""Random object graphs for the heap walkers: recipes that Hypothesis can shrink, and what builds them.

A recipe is a list of (kind, children): children are numbers of other nodes, so that graphs have shared parts and
cycles. Functions and classes are made by `exec` in a namespace of their own, so that a walk stays in the graph.
"""

from __future__ import annotations

import _thread
import collections
import functools
import sys
import threading
import types
import weakref
from collections.abc import Callable, Sequence

from hypothesis import strategies as st

Recipe = list[tuple[str, list[int]]]

SOURCE = """
class Plain: pass
class Slotted: __slots__ = ("first", "second", "__weakref__")
class SlottedChild(Slotted): __slots__ = ("third",)
class Both(Slotted): pass
class Meta(type): pass
class WithMeta(metaclass=Meta): shared = [1.25]
class ListChild(list): pass
class ListSlots(list): __slots__ = ("first",)
class DictChild(dict): pass
class TupleChild(tuple): pass
class SetChild(set): pass
class IntChild(int): pass
class StrChild(str): pass
class Error(ValueError): pass

def closing(first, second):
    def inner(): return first, second
    return inner

def calling(first):
    def inner(*_): return first
    return inner

def defaulting(first, second):
    def inner(a=first, *, b=second): return a, b
    return inner

def generating(first, second):
    kept = second
    inner = lambda: kept
    yield first
    yield inner

async def awaiting(first): return first

def failing(first):
    local = [first]
    try:
        raise Error(first)
    except Error as error:
        raise Error(local) from error

def collecting(first, found, done):
    try:
        failing(first)
    except Error as error:
        found(error)
    done()
"""


def namespace() -> dict[str, object]:
    """The classes and functions of SOURCE, made anew: what hangs on them dies with the graph."""
    made: dict[str, object] = {"__name__": "graph"}
    exec(SOURCE, made)
    return made


class Graph:
    """A built graph: a module that holds all nodes, the root of a walk."""

    def __init__(self, recipe: Recipe) -> None:
        """Build node by node; a node may refer to earlier ones at once, to later ones when these are there."""
        self.names = namespace()
        self.nodes: list[object] = []
        self.module = types.ModuleType("graph")
        links: list[tuple[Callable[[object], None], int]] = []
        for kind, children in recipe:
            known = [self.nodes[number % len(self.nodes)] for number in children] if self.nodes else []
            node, link = KINDS[kind](self, known)
            self.nodes.append(node)
            if link is not None:
                links += [(link, number) for number in children]
        for link, number in links:
            link(self.nodes[number % len(self.nodes)])
        for number, node in enumerate(self.nodes):
            if number % 3 == 0:
                setattr(self.module, f"node{number}", node)
        self.module.all = self.nodes

    @property
    def roots(self) -> list[tuple[str, object]]:
        """The one root."""
        return [("module graph", self.module)]


Made = tuple[object, "Callable[[object], None] | None"]


def _mutable(cls: Callable[[], object], method: str) -> Callable[[Graph, list[object]], Made]:
    def make(_graph: Graph, _known: list[object]) -> Made:
        node = cls()
        return node, getattr(node, method)

    return make


def _hashable(known: Sequence[object]) -> list[object]:
    found = []
    for one in known:
        try:
            hash(one)
        except TypeError:
            continue
        found.append(one)
    return found


def _dict(_graph: Graph, known: list[object]) -> Made:
    node: dict[object, object] = dict.fromkeys(_hashable(known))
    return node, lambda child: node.__setitem__(f"{'key' if len(node) % 2 else 'not a name'}{len(node)}", child)


def _record(graph: Graph, known: list[object]) -> Made:
    not_interned = f"name{len(graph.nodes)}"
    return {"name": known, sys.intern("owner"): known[:1], not_interned: 1.5, "last": 2}, None


def _large_dict(_graph: Graph, known: list[object]) -> Made:
    node = {f"key{number}": [number * 1.5] for number in range(40)}
    for number in range(0, 40, 3):
        del node[f"key{number}"]
    node["last"] = known
    return node, None


def _attributes(name: str) -> Callable[[Graph, list[object]], Made]:
    def make(graph: Graph, _known: list[object]) -> Made:
        node = graph.names[name]()
        return node, lambda child: setattr(node, f"attribute{len(vars(node)) % 7}", child)

    return make


def _inline(graph: Graph, known: list[object]) -> Made:
    """An instance whose `__dict__` nobody asked for."""
    node = graph.names["Plain"]()
    node.second, node.first, node.third = known, [2.5], None
    del node.third
    return node, None


def _slots(name: str) -> Callable[[Graph, list[object]], Made]:
    def make(graph: Graph, known: list[object]) -> Made:
        node = graph.names[name]()
        node.first = known
        return node, (lambda child: setattr(node, "third", child)) if name == "SlottedChild" else None

    return make


def _subclass(name: str, method: str | None = None) -> Callable[[Graph, list[object]], Made]:
    def make(graph: Graph, known: list[object]) -> Made:
        cls = graph.names[name]
        node = (
            cls(_hashable(known))
            if name == "SetChild"
            else cls(known)
            if name in {"ListChild", "TupleChild"}
            else cls(7)
        )
        node.mark = [known]
        return node, getattr(node, method) if method else None

    return make


def _dict_child(graph: Graph, known: list[object]) -> Made:
    node = graph.names["DictChild"]({f"key{at}": one for at, one in enumerate(known)})
    node.mark = known
    return node, None


def _list_slots(graph: Graph, known: list[object]) -> Made:
    node = graph.names["ListSlots"](known)
    node.first = {"a": known}
    return node, node.append


def _two(known: list[object]) -> tuple[object, object]:
    return (known[0] if known else 1.5), (known[-1] if known else "text")


def _function(name: str) -> Callable[[Graph, list[object]], Made]:
    def make(graph: Graph, known: list[object]) -> Made:
        node = graph.names[name](*_two(known))
        return node, (lambda child: setattr(node, "mark", child)) if name == "closing" else None

    return make


def _generator(steps: int) -> Callable[[Graph, list[object]], Made]:
    def make(graph: Graph, known: list[object]) -> Made:
        node = graph.names["generating"](*_two(known))
        for _ in range(steps):
            next(node, None)
        return node, None

    return make


def _error(graph: Graph, known: list[object]) -> Made:
    """An exception with a traceback, raised in a thread of its own, so that no running frame hangs on it."""
    found: list[BaseException] = []
    done = threading.Lock()
    done.acquire()
    _thread.start_new_thread(graph.names["collecting"], (known, found.append, done.release))
    with done:
        error = found.pop()
    error.mark = known
    return error, None


def _frame(graph: Graph, known: list[object]) -> Made:
    error, _ = _error(graph, known)
    return error.__traceback__.tb_frame, None


def _lru(size: int | None) -> Callable[[Graph, list[object]], Made]:
    def make(graph: Graph, known: list[object]) -> Made:
        node = functools.lru_cache(size)(graph.names["closing"])
        for number in range(3):
            node(number * 1.5, "x")
        return node, lambda child: node(*_two(_hashable([child])))

    return make


def _class(graph: Graph, known: list[object]) -> Made:
    return type(graph.names["Plain"])("Made", (graph.names["Plain"],), {"kept": known, "__doc__": None}), None


def _method(graph: Graph, known: list[object]) -> Made:
    return types.MethodType(graph.names["closing"], _two(known)[0]), None


def _weak(graph: Graph, _known: list[object]) -> Made:
    node = graph.names["Plain"]()
    return [weakref.ref(node), weakref.ref(node, graph.names["calling"]([1.5])), node], None


def _submodule(_graph: Graph, known: list[object]) -> Made:
    node = types.ModuleType("graph.sub")
    node.kept = known
    return node, lambda child: setattr(node, "linked", child)


def _fresh(make: Callable[[int], object]) -> Callable[[Graph, list[object]], Made]:
    return lambda graph, _known: (make(len(graph.nodes)), None)


KINDS: dict[str, Callable[[Graph, list[object]], Made]] = {
    "float": _fresh(lambda number: number + 0.5),
    "str": _fresh(lambda number: f"text {number}"),
    "wide str": _fresh(lambda number: f"日本 {number} 🎉"),
    "big int": _fresh(lambda number: 2 ** (100 + number)),
    "bytes": _fresh(lambda number: b"x" * number),
    "bytearray": _fresh(bytearray),
    "complex": _fresh(lambda number: complex(number, 1)),
    "range": _fresh(range),
    "list": _mutable(list, "append"),
    "deque": _mutable(collections.deque, "append"),
    "tuple": lambda _graph, known: (tuple(known), None),
    "set": lambda _graph, known: (set(_hashable(known)), None),
    "frozenset": lambda _graph, known: (frozenset(_hashable(known)), None),
    "dict": _dict,
    "record": _record,
    "large dict": _large_dict,
    "ordered": lambda _graph, known: (collections.OrderedDict((f"k{at}", one) for at, one in enumerate(known)), None),
    "defaultdict": lambda _graph, known: (collections.defaultdict(list, kept=known), None),
    "plain": _attributes("Plain"),
    "inline": _inline,
    "both": _attributes("Both"),
    "with meta": _attributes("WithMeta"),
    "slotted": _slots("Slotted"),
    "slotted child": _slots("SlottedChild"),
    "list child": _subclass("ListChild", "append"),
    "list slots": _list_slots,
    "tuple child": _subclass("TupleChild"),
    "set child": _subclass("SetChild"),
    "int child": _subclass("IntChild"),
    "str child": _subclass("StrChild"),
    "dict child": _dict_child,
    "closure": _function("closing"),
    "defaults": _function("defaulting"),
    "generator": _generator(0),
    "started generator": _generator(1),
    "finished generator": _generator(5),
    "error": _error,
    "frame": _frame,
    "cached": _lru(None),
    "bounded cache": _lru(2),
    "partial": lambda graph, known: (functools.partial(graph.names["closing"], *known, key=known), None),
    "class": _class,
    "method": _method,
    "property": lambda graph, known: (property(graph.names["closing"](*_two(known))), None),
    "staticmethod": lambda graph, known: (staticmethod(graph.names["closing"](*_two(known))), None),
    "cell": lambda _graph, known: (types.CellType(known), None),
    "empty cell": lambda _graph, _known: (types.CellType(), None),
    "weak": _weak,
    "module": _submodule,
    "iterator": lambda _graph, known: (iter(known), None),
    "view": lambda _graph, known: ({"kept": known}.values(), None),
    "slice": lambda _graph, known: (slice(*_two(known)), None),
    "memoryview": _fresh(lambda number: memoryview(b"x" * number)),
    "builtin": lambda _graph, known: (known.append, None),
}


def recipes(most_nodes: int = 30) -> st.SearchStrategy[Recipe]:
    """Recipes of all kinds of nodes."""
    children = st.lists(st.integers(0, most_nodes), max_size=5)
    return st.lists(st.tuples(st.sampled_from(sorted(KINDS)), children), min_size=1, max_size=most_nodes)
