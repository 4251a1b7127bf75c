"""The native walker and its twin find the same in any heap."""

from __future__ import annotations

import sys

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.graphs import Graph, Recipe, recipes
from tests.property.walking import figures, gates, native, twin, walked

SIZED_TYPES = {
    "bool", "bytearray", "bytes", "cell", "complex", "dict", "float", "frozenset", "int", "list", "method", "range",
    "set", "slice", "str", "tuple", "collections.deque", "NoneType",
}  # fmt: skip

slow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)


@given(recipes())
@slow
def test_walkers_of_any_graph_agree(recipe: Recipe):
    """From the same roots, both walkers find the same shapes with the same counts and items."""
    graph = Graph(recipe)
    expected = figures(walked(twin, graph.roots))
    assert figures(walked(native, graph.roots)) == expected


@given(recipes())
@slow
def test_walker_of_unmaterialised_attributes_finds_the_same(recipe: Recipe):
    """The native walker finds the same in attributes kept inline as in the dicts that the twin made of them."""
    graph = Graph(recipe)
    before = figures(walked(native, graph.roots))
    walked(twin, graph.roots)
    assert figures(walked(native, graph.roots)) == before


@given(recipes())
@slow
def test_sizes_of_builtin_types_are_what_getsizeof_says(recipe: Recipe):
    """The bytes of each shape of a builtin type are the sum of sys.getsizeof of its objects."""
    graph = Graph(recipe)
    walker = native.Walker()
    own = gates()
    profile = memoryview(walker.profile(graph.roots, own, interpreter=False)).cast("Q")
    ids = [number for number, (_, _, kind) in enumerate(walker.shapes()) if kind in SIZED_TYPES]
    expected = dict.fromkeys(ids, 0)
    for shape, obj in walker.members(graph.roots, own, ids, 1_000_000, interpreter=False):
        expected[shape] += sys.getsizeof(obj)
    kinds = {shape: walker.shapes()[shape] for shape in ids}
    assert {kinds[shape]: profile[shape * 3 + 2] for shape in ids} == {kinds[shape]: expected[shape] for shape in ids}


@given(recipes())
@slow
def test_figures_of_single_objects_agree(recipe: Recipe):
    """items() says of each object the same in both walkers, and size_bytes() of builtin types too."""
    for node in Graph(recipe).nodes:
        assert native.items(node) == twin.items(node), type(node)
        if twin.walk.describe(type(node)).name in SIZED_TYPES:
            assert native.size_bytes(node) == twin.size_bytes(node) == sys.getsizeof(node), type(node)


@given(recipes(), st.integers(0, 1000))
@slow
def test_objects_found_by_shape_have_that_shape(recipe: Recipe, seed: int):
    """members() gives objects that shapes_of() puts under the very shape asked for, in both walkers alike."""
    graph = Graph(recipe)
    own = gates()
    for module in (native, twin):
        walker = module.Walker()
        walker.profile(graph.roots, own, interpreter=False)
        shape = seed % len(walker.shapes())
        found = walker.members(graph.roots, own, [shape], 3, interpreter=False)
        objects = [obj for _, obj in found]
        assert {number for number, _ in found} <= {shape}
        assert walker.shapes_of(graph.roots, own, objects, interpreter=False) == [shape] * len(objects)


@given(st.one_of(st.text(), st.binary(), st.integers(), st.floats(), st.complex_numbers(), st.lists(st.none())))
def test_size_of_any_value_is_what_getsizeof_says(value: object):
    """size_bytes of a plain value is sys.getsizeof of it."""
    assert native.size_bytes(value) == sys.getsizeof(value)


@given(st.text(min_size=1), st.booleans())
def test_spelling_of_any_key_agrees(key: str, interned: bool):
    """Both walkers spell attributes and small dicts' entries the same, whatever characters a name has."""
    module = type(sys)("graph")
    key = sys.intern(key) if interned else key
    module.small, module.named = {key: 1.5}, type("Plain", (), {})()
    vars(module.named)[key] = [2.5]
    roots = [("module graph", module)]
    assert figures(walked(native, roots)) == figures(walked(twin, roots))
