"""No heap breaks the native walker, and it changes none."""

from __future__ import annotations

import ctypes
import gc
import sys
import types
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings

from tests.property.graphs import Graph, Recipe, recipes
from tests.property.walking import figures, gates, native, twin, walked

TRIPPED: list[str] = []
"""Names of hostile methods that ran."""

LOADED = {"armed": False}

HOSTILE = [
    "__eq__", "__hash__", "__repr__", "__str__", "__len__", "__iter__", "__bool__", "__sizeof__", "__getattribute__",
    "__getattr__", "__contains__", "__getitem__", "__dir__", "__reduce_ex__", "__instancecheck__", "__subclasscheck__",
    "__next__", "__call__", "__index__", "__float__", "__int__", "__get__", "keys", "items", "values", "mro",
]  # fmt: skip


def trap(name: str) -> Callable[..., object]:
    """A method that tells when it runs while the trap is set, and raises."""

    def method(self: object, *args: object, **kwargs: object) -> object:
        if LOADED["armed"]:
            TRIPPED.append(name)
            raise RuntimeError(name)
        if name in {"__getattribute__", "mro"}:
            return getattr(type if isinstance(self, type) else object, name)(self, *args)
        return {"__eq__": self is args[0] if args else False, "__hash__": 7, "__len__": 1}.get(name, NotImplemented)

    return method


def hostile_class(base: type = object, metaclass: type = type, *, namespace: bool = True) -> type:
    """A subclass of *base* whose every method raises, and whose `__class__` and `__dict__` do."""
    members: dict[str, object] = {name: trap(name) for name in HOSTILE if not (name == "mro" and base is not type)}
    members["__class__"] = property(trap("__class__"))
    if namespace:
        members["__dict__"] = property(trap("__dict__"))
    return metaclass("Hostile", (base,), members)


@pytest.fixture
def armed() -> Iterator[Callable[[], None]]:
    """Set the traps, for the rest of the test."""
    TRIPPED.clear()
    try:
        yield lambda: LOADED.__setitem__("armed", True)
    finally:
        LOADED["armed"] = False


def module_with(**nodes: object) -> list[tuple[str, object]]:
    """Roots: one module that holds these."""
    module = types.ModuleType("graph")
    vars(module).update(nodes)
    return [("module graph", module)]


@pytest.mark.parametrize("base", [object, list, dict, tuple, set, int, str, float, bytes, types.ModuleType, ValueError])
def test_walk_over_hostile_objects_runs_none_of_their_code(base: type, armed: Callable[[], None]):
    """Objects that raise in every method are counted by both walkers, and none of their methods runs."""
    cls = hostile_class(base)
    node = cls("x") if base is types.ModuleType else cls()
    roots = module_with(node=node, entries=[node], cls=cls)
    armed()
    found = figures(walked(native, roots))
    expected = figures(walked(twin, roots))
    sizes = [walker.size_bytes(node) for walker in (native, twin)]
    counts = [walker.items(node) for walker in (native, twin)]
    LOADED["armed"] = False
    assert TRIPPED == []
    assert found == expected
    assert min(sizes) > 0
    assert counts[0] == counts[1]


def test_walk_over_hostile_metaclass_runs_none_of_its_code(armed: Callable[[], None]):
    """Classes whose metaclass raises on every access are walked by both walkers without running it."""
    meta = hostile_class(type, namespace=False)
    cls = meta("Made", (), {"kept": [1.5]})
    roots = module_with(cls=cls, node=object.__new__(cls))
    armed()
    found, expected = figures(walked(native, roots)), figures(walked(twin, roots))
    LOADED["armed"] = False
    assert TRIPPED == []
    assert found == expected
    assert any("> .kept: list" in path for path in found)


def test_walk_over_hostile_keys_compares_none(armed: Callable[[], None]):
    """Keys of dicts and elements of sets are neither hashed nor compared."""
    cls = hostile_class()
    roots = module_with(entries={cls(): 1.5, cls(): 2.5}, elements={cls()})
    armed()
    found = figures(walked(native, roots))
    LOADED["armed"] = False
    assert TRIPPED == []
    assert found["module graph: module > .entries: dict"] == (1, 2)
    assert found["module graph: module > .elements: set"] == (1, 1)


@given(recipes())
@settings(deadline=None, max_examples=60)
def test_reference_counts_after_a_walk_are_as_before(recipe: Recipe):
    """A walk leaves the reference count of every object as it was."""
    graph = Graph(recipe)
    roots, own = graph.roots, gates()
    walker = native.Walker()
    walker.profile(roots, own, interpreter=False)
    before = [sys.getrefcount(node) for node in graph.nodes]
    walker.profile(roots, own)
    walker.profile(roots, own, interpreter=False)
    assert [sys.getrefcount(node) for node in graph.nodes] == before


@given(recipes())
@settings(deadline=None, max_examples=60)
def test_whole_heap_with_any_graph_in_it_is_walked(recipe: Recipe):
    """A walk of everything, the interpreter and garbage included, reaches each object once."""
    graph = Graph(recipe)
    walker = native.Walker()
    profile = memoryview(walker.profile(graph.roots, [])).cast("Q")
    threads = {"thread", "thread 0"}
    shapes = walker.shapes()
    nodes = {number for number, (parent, edge, _) in enumerate(shapes) if parent == -1 and edge in threads}
    nodes |= {
        number for number, (parent, edge, _) in enumerate(shapes) if parent in nodes and edge.startswith("frame ")
    }
    nodes |= {shapes.index((-1, name, name)) for name in ("atexit", "interpreter")}
    counted = sum(profile[number * 3] for number in range(len(shapes)) if number not in nodes)
    assert counted == walker.objects


def test_linked_list_of_a_million_nodes_takes_no_stack():
    """A chain of a million nodes is walked without recursion, and is one shape."""
    node: object = None
    for _ in range(1_000_000):
        node = [node]
    found = figures(walked(native, module_with(head=node)))
    assert found["module graph: module > .head: list > [*]: list"] == (999_999, 999_999)
    while node is not None:  # else freeing it recurses
        node = node.pop()


def test_half_built_tuple_is_walked():
    """A tuple with empty places, as the collector can see it, is counted without a crash."""
    ctypes.pythonapi.PyTuple_New.restype = ctypes.py_object
    tuple_new = ctypes.pythonapi.PyTuple_New
    address = id(half := tuple_new(ctypes.c_ssize_t(3)))
    try:
        assert walked(native, module_with(half=half))[("module graph", "module"), (".half", "tuple")][:2] == (1, 3)
        assert figures(walked(native, module_with(half=half))) == figures(walked(twin, module_with(half=half)))
        native.Walker().profile([], [])
    finally:
        for place in range(3):
            ctypes.c_void_p.from_address(address + tuple.__basicsize__ + 8 * place).value = id(None)
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(None))


def test_half_built_list_is_walked():
    """A list with empty places is counted without a crash."""
    ctypes.pythonapi.PyList_New.restype = ctypes.py_object
    half = ctypes.pythonapi.PyList_New(ctypes.c_ssize_t(3))
    assert walked(native, module_with(half=half))[("module graph", "module"), (".half", "list")][:2] == (1, 3)


def test_unset_attributes_and_cells_are_walked():
    """Instances without their slots, functions with empty cells, modules without a dict are counted as empty."""
    slotted = type("Slotted", (), {"__slots__": ("a", "b")})()
    bare = types.ModuleType.__new__(types.ModuleType)

    def function() -> object:
        return late

    function.__module__ = "graph"
    roots = module_with(slotted=slotted, bare=bare, function=function, cell=types.CellType())
    found = figures(walked(native, roots))
    late = 1.5
    assert found["module graph: module > .function: function"] == (1, 1)
    assert found["module graph: module > .bare: module"] == (1, 0)
    assert function() == late


def test_frozen_objects_are_walked():
    """What gc.freeze hid from the collector is found, reachable or not."""
    cls = type("Frozen", (), {})
    node = cls()
    node.itself = node
    kept = cls()
    gc.collect()
    gc.disable()
    try:
        gc.freeze()
        del node
        walker = native.Walker()
        profile = memoryview(walker.profile(module_with(kept=kept), gates())).cast("Q")
        counts = {shape[:2]: profile[at * 3] for at, shape in enumerate(walker.shapes()) if shape[2].endswith("Frozen")}
    finally:
        gc.unfreeze()
        gc.enable()
        gc.collect()
    assert counts == {(0, ".kept"): 1, (-1, "garbage"): 1}


def test_untracked_containers_are_walked():
    """Tuples and dicts that the collector stopped tracking are found from what holds them."""
    pair, record = (1.5, "x"), {"a": 2.5}
    gc.collect()
    found = walked(native, module_with(pair=pair, record=record))
    assert found[("module graph", "module"), (".pair", "tuple")][:2] == (1, 2)
    assert found[("module graph", "module"), (".record", "dict"), ("['a']", "float")][0] == 1


def test_inline_attributes_after_a_walk_are_still_inline():
    """A walk makes no dict for instances that keep their attributes inline."""
    cls = type("Plain", (), {})
    nodes = [cls() for _ in range(50)]
    for node in nodes:
        node.value = 1.5
    roots = module_with(nodes=nodes)
    before = [native.size_bytes(node) for node in nodes]
    walker = native.Walker()
    walker.profile(roots, [])
    walker.members(roots, [], list(range(len(walker.shapes()))), 5)
    assert [native.size_bytes(node) for node in nodes] == before
    assert not any(type(one) is dict for node in nodes for one in gc.get_referents(node))


def test_walk_with_garbage_collection_switched_off_is_the_same():
    """The walker neither needs the collector nor switches it on."""
    roots = Graph([("list", [0]), ("plain", [0, 1])]).roots
    expected = figures(walked(native, roots))
    gc.disable()
    try:
        assert figures(walked(native, roots)) == expected
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("roots", [[1], [("label",)], [("label", 1, 2)], [(1, "label")], [["label", 1]]])
def test_roots_of_another_form_are_refused(roots: list[object]):
    """A root that is no pair of label and object is a TypeError in both walkers, which stay usable."""
    for module in (native, twin):
        walker = module.Walker()
        with pytest.raises(TypeError, match=r"a root is a tuple \(label, object\)"):
            walker.profile(roots, [])
        walker.profile([], [], interpreter=False)
