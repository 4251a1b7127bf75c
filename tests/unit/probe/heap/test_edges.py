"""What the edges of objects are called, and what counts with its owner."""

from __future__ import annotations

import collections
import functools
import sys
import types

import pytest

from tests.unit.probe.heap.heaps import both, gates, module_of, profile


@both
@pytest.mark.parametrize(
    ("source", "path", "count", "items"),
    [
        ("kept = [1.5, 2.5]", ".kept: list > [*]: float", 2, 0),
        ("kept = [1.5, 2.5]", ".kept: list", 1, 2),
        ("kept = {'name': 1.5}", ".kept: dict > ['name']: float", 1, 0),
        ("kept = {'not a name': 1.5}", ".kept: dict > [*]: float", 1, 0),
        ("kept = {chr(97) + str(n): n + .5 for n in range(33)}", ".kept: dict > [*]: float", 33, 0),
        ("kept = {1.5: None}", ".kept: dict > {key}: float", 1, 0),
        ("kept = {1.5, 2.5}", ".kept: set > {key}: float", 2, 0),
        ("class A: pass\nkept = A()\nkept.name = 1.5", ".kept: a.A > .name: float", 1, 0),
        ("class A: pass\nkept = A()\nkept.name = 1.5", ".kept: a.A", 1, 1),
        ("class A: __slots__ = ('name', 'unset')\nkept = A()\nkept.name = 1.5", ".kept: a.A > .name: float", 1, 0),
        ("class A: __slots__ = ('name', 'unset')\nkept = A()\nkept.name = 1.5", ".kept: a.A", 1, 1),
        ("class A: name = 1.5", ".A: type > .name: float", 1, 0),
        ("class A(list): pass\nkept = A([1.5])\nkept.name = 2.5", ".kept: a.A > [*]: float", 1, 0),
        ("class A(list): pass\nkept = A([1.5])\nkept.name = 2.5", ".kept: a.A > .name: float", 1, 0),
        ("class A(list): pass\nkept = A([1.5])\nkept.name = 2.5", ".kept: a.A", 1, 1),
        ("def f(a=[1.5]): pass", ".f: function > .__defaults__: tuple > [*]: list", 1, 1),
        ("def f(*, a=[1.5]): pass", ".f: function > .__kwdefaults__: dict > ['a']: list", 1, 1),
        ("def f(a):\n def g(): return a\n return g\nkept = f([1.5])", ".kept: function > closure a: list", 1, 1),
        ("def f(a):\n def g(): return a\n return g\nkept = f([1.5])", ".kept: function", 1, 1),
        ("def f(): pass\nf.mark = [1.5]", ".f: function > .mark: list", 1, 1),
        ("def f(a):\n b = a\n yield\nkept = f([1.5])\nnext(kept)", ".kept: generator > local a: list", 1, 1),
        ("def f(a):\n b = [2.5]\n yield\nkept = f([1.5])\nnext(kept)", ".kept: generator > local b: list", 1, 1),
        ("def f(a):\n b = [2.5]\n yield\nkept = f([1.5])\nnext(kept)", ".kept: generator", 1, 2),
        ("kept = ValueError([1.5])", ".kept: ValueError > .args: tuple", 1, 1),
        ("kept = ValueError()\nkept.__cause__ = KeyError()", ".kept: ValueError > .__cause__: KeyError", 1, 0),
        ("class A:\n def f(self): pass\nkept = A().f", ".kept: method > .__self__: a.A", 1, 0),
    ],
)
def test_edge_of_each_kind_is_spelled_as_in_code(module: object, source: str, path: str, count: int, items: int):
    """An edge says how one writes it: attribute, entry, closure, default, local."""
    root = module_of("a", source)
    found = profile(module, [("module a", root)], gates())
    assert found[f"module a: module > {path}"][:2] == (count, items)


@both
def test_caches_and_queues_have_edges_of_their_own(module: object):
    """An lru_cache's entries hang on `cache`, a deque's on `[*]`."""
    cached = functools.lru_cache(None)(lambda key: [key])
    cached(1.5)
    cached.__wrapped__.__module__ = "a"
    root = module_of("a", cached=cached, queue=collections.deque([[1.5], [2.5]]))
    found = profile(module, [("module a", root)], gates())
    cache = "module a: module > .cached: functools._lru_cache_wrapper > cache: dict"
    assert found[cache][:2] == (1, 1)
    assert found[f"{cache} > [*]: list"][:2] == (1, 1)
    assert found["module a: module > .queue: collections.deque"][:2] == (1, 2)
    assert found["module a: module > .queue: collections.deque > [*]: list"][:2] == (2, 2)


@both
def test_code_of_all_functions_of_a_module_is_one_shape(module: object):
    """Code objects and all that only they hold count under one shape beside the functions."""
    root = module_of("a", "\n".join(f"def f{n}(): return {n} + 10**{n}, 'text {n}'" for n in range(20)))
    found = profile(module, [("module a", root)], gates())
    under_code = [path for path in found if ".__code__: code" in path]
    assert under_code == ["module a: module > .__code__: code"]
    assert found["module a: module > .__code__: code"][0] > 20 * 3


@both
def test_dict_of_an_instance_counts_with_it(module: object):
    """An instance's dict is no object of its own; its bytes are the instance's."""
    root = module_of("a", "class A: pass\nkept = A()\nkept.name = 1.5\nvars(kept)")
    found = profile(module, [("module a", root)], gates())
    assert not any("A > : dict" in path for path in found)
    assert found["module a: module > .kept: a.A"][2] >= sys.getsizeof(root.kept) + 64


@both
def test_weak_reference_is_no_edge(module: object):
    """What is only weakly known from the roots is not reached."""
    root = module_of("a", "import weakref\nclass A: pass\nalive = A()\nkept = weakref.ref(alive)\ndel weakref")
    alive = root.__dict__.pop("alive")
    found = profile(module, [("module a", root)], gates())
    assert not any(path.endswith(": a.A") for path in found)
    assert type(alive).__name__ == "A"


@both
def test_linked_list_is_one_shape(module: object):
    """A chain of equal steps has the shape of its first link."""
    root = module_of(
        "a", "class Node: pass\nhead = None\nfor _ in range(9):\n n = Node(); n.next = head; head = n\ndel n"
    )
    found = profile(module, [("module a", root)], gates())
    links = {path: row[:2] for path, row in found.items() if path.endswith("Node") and "type" not in path}
    assert links == {
        "module a: module > .head: a.Node": (1, 1),
        "module a: module > .head: a.Node > .next: a.Node": (8, 8),
    }


@both
def test_class_that_is_imported_elsewhere_belongs_to_its_home(module: object):
    """A class or function is owned by the module that defines it, not by one that imports it first."""
    home = module_of("z_home", "class A: pass\ndef f(): pass")
    borrower = module_of("a_borrower", A=home.A, f=home.f)
    found = profile(module, [("module a_borrower", borrower), ("module z_home", home)], gates())
    assert found["module z_home: module > .A: type"][0] == 1
    assert found["module z_home: module > .f: function"][0] == 1
    assert not any(path.startswith("module a_borrower: module > .A") for path in found)


@both
def test_class_that_its_home_lost_belongs_to_who_has_it(module: object):
    """A class that its home module no longer has is owned by the module that kept it."""
    home = module_of("z_home", "class A: pass")
    borrower = module_of("a_borrower", A=home.A)
    del home.A
    found = profile(module, [("module a_borrower", borrower), ("module z_home", home)], gates())
    assert found["module a_borrower: module > .A: type"][0] == 1


@both
def test_module_as_an_attribute_is_no_child(module: object):
    """A root module that another one refers to stays a root, with all it holds."""
    second = module_of("z", kept=[1.5])
    first = module_of("a", z=second, names=vars(second))
    found = profile(module, [("module a", first), ("module z", second)], gates())
    assert found["module z: module > .kept: list"][:2] == (1, 1)
    assert not any(path.startswith("module a: module > .z") for path in found)


@both
def test_own_object_and_its_classes_count_nowhere(module: object):
    """What the tool registered as its own is not found below the user's module."""
    tool = module_of("tool", "class Tool:\n pass\nkept = Tool()\nkept.data = [1.5]")
    root = module_of("a", tool=tool, Tool=tool.Tool, extension=tool.kept)
    found = profile(module, [("module a", root)], [tool, tool.kept, *gates()])
    assert not any("tool" in path for path in found)


@both
def test_shape_of_a_root_that_is_no_module_has_its_type(module: object):
    """A root that is not a module has the label and the type of the object."""
    found = profile(module, [("app", {"name": 1.5})])
    assert found["app: dict"][:2] == (1, 1)
    assert found["app: dict > ['name']: float"][:2] == (1, 0)


@both
def test_long_name_in_an_edge_is_cut(module: object):
    """A name of more than 120 characters ends in an ellipsis."""
    root = types.SimpleNamespace(**{"x" * 300: 1.5})
    found = profile(module, [("app", root)], gates())
    assert f"app: types.SimpleNamespace > .{'x' * 120}…: float" in found


@both
def test_items_and_size_of_one_object_need_no_walk(module: object):
    """items() and size_bytes() say of one object what a walk would count."""
    plain = type("Plain", (), {})()
    plain.first, plain.second = 1.5, 2.5
    assert module.items([1, 2, 3]) == 3
    assert module.items({1: 2}) == 1
    assert module.items(plain) == 2
    assert module.items(1) == module.items("text") == 0
    assert module.size_bytes([1, 2, 3]) == sys.getsizeof([1, 2, 3])
    assert module.size_bytes(plain) > sys.getsizeof(plain)
    assert module.supported() is True
