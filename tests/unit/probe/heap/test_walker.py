"""The facade: roots in order, profiles with shapes, which walker is in use."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import types
from collections.abc import Iterator

import pytest

from stopper.model.heap import ROOT, Shape
from stopper.probe.heap import HeapWalker, build_roots, choice, items, size_bytes, twin, walker_in_use
from tests.unit.probe.heap.heaps import native


@pytest.fixture
def shop() -> Iterator[types.ModuleType]:
    """A user's module that is imported."""
    module = types.ModuleType("shop.views")
    module.recent = [{"id": 1.5}, {"id": 2.5}]
    sys.modules["shop.views"] = module
    try:
        yield module
    finally:
        del sys.modules["shop.views"]


def is_shop(name: str, module: object) -> bool:
    """The user's modules."""
    return name.startswith("shop") and isinstance(module, types.ModuleType)


def test_roots_of_the_user_come_first(shop: types.ModuleType):
    """The user's modules, then the extra roots, then all others by name; stopper's own are apart."""
    roots, own = build_roots(is_shop, [("app", shop.recent)])
    labels = [label for label, _ in roots]
    assert labels[:2] == ["module shop.views", "app"]
    assert labels[2:] == sorted(labels[2:])
    assert "module sys" in labels
    assert not any(label.startswith("module stopper") for label in labels)
    assert sys.modules["stopper"] in own


def test_roots_of_blocked_imports_are_left_out():
    """A name that is None in sys.modules, which forbids an import, is no root."""
    sys.modules["shop.forbidden"] = None
    try:
        roots, _ = build_roots(is_shop)
    finally:
        del sys.modules["shop.forbidden"]
    assert not any(label == "module shop.forbidden" for label, _ in roots)


def test_profile_of_a_module_names_its_holders(shop: types.ModuleType):
    """A profile gives count, items and bytes of a shape, and the shape how it is reached."""
    walker = HeapWalker(is_user_module=is_shop)
    profile = walker.profile()
    objects = walker.objects
    (holder, entry) = walker.shapes_of([shop.recent, shop.recent[0]])
    assert walker.shape(holder) == Shape(walker.shape(holder).parent, ".recent", "list")
    assert walker.shape(walker.shape(holder).parent) == Shape(ROOT, "module shop.views", "module")
    assert profile.tallies[holder][:2] == (1, 2)
    assert profile.tallies[entry][:2] == (2, 2)
    assert profile.objects == objects >= len(profile.tallies)
    assert [one for _, one in walker.members([entry], 5)] == shop.recent


def test_shape_that_no_walk_gave_is_an_error():
    """An id below zero or beyond the last shape is an IndexError."""
    walker = HeapWalker(is_user_module=is_shop)
    walker.profile()
    for shape_id in (-1, 10**9):
        with pytest.raises(IndexError):
            walker.shape(shape_id)


def test_profiles_one_after_the_other_show_nothing_of_the_tool(shop: types.ModuleType):
    """What the tool allocates itself, shapes and results included, never appears."""
    walker = HeapWalker(is_user_module=is_shop)
    kept = [walker.profile() for _ in range(3)]
    counts = [walker.profile().tallies for _ in range(2)]
    walker.shape(0)
    grown = {shape for shape in counts[1] if counts[1][shape] != counts[0].get(shape)}
    assert {root_of(walker, shape) for shape in grown} <= {"thread 0"}  # this function's own locals
    assert len(kept) == 3


def root_of(walker: HeapWalker, shape_id: int) -> str:
    """The label of the root that a shape is below."""
    shape = walker.shape(shape_id)
    while shape.parent != ROOT:
        shape = walker.shape(shape.parent)
    return shape.edge


def test_walker_in_use_is_named():
    """The native walker is used where it is there, and else the twin with the reason."""
    if native is None:
        assert walker_in_use().startswith("twin (")
    else:
        assert walker_in_use() == "native"
    assert items([1, 2]) == 2
    assert size_bytes([]) == sys.getsizeof([])


@pytest.mark.skipif(native is None, reason="no native walker here")
def test_native_walker_of_another_patch_release_is_tried_first():
    """The self-test passes on the interpreter that the native walker knows, and names what a wrong walk misses."""

    class Broken:
        class Walker:
            def profile(self, *_: object, **__: object) -> bytes:
                return b""

            def shapes(self) -> list[tuple[int, str, str]]:
                return [(-1, "probe", "object")]

    assert choice._fault_of(native) == ""
    assert "a walk does not find" in choice._fault_of(Broken)


def test_twin_without_the_native_walker_serves():
    """Where the native walker cannot be imported, the same interface works, and says so."""
    code = """
import sys
sys.modules["stopper.probe.heap._native"] = None
from stopper.probe.heap import HeapWalker, walker_in_use
walker = HeapWalker(is_user_module=lambda name, module: name == "__main__")
kept = [1.5]
walker.profile()
print(walker_in_use().partition("(")[0], walker.shape(walker.shapes_of([kept])[0]).edge)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "twin  .kept\n"


@pytest.mark.skipif(native is None, reason="no native walker here")
def test_walk_without_memory_is_an_error_and_not_the_end():
    """Where the walk's own tables do not fit, profile() raises MemoryError, and works again when there is room."""
    code = """
import resource
from stopper.probe.heap import _native
heap = [[n] for n in range(1_000_000)]
walker = _native.Walker()
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
unlimited = resource.getrlimit(resource.RLIMIT_AS)
resource.setrlimit(resource.RLIMIT_AS, (used + 1_000_000, unlimited[1]))
try:
    walker.profile([("heap", heap)], [])
except MemoryError:
    print("no memory")
resource.setrlimit(resource.RLIMIT_AS, unlimited)
walker.profile([("heap", heap)], [], interpreter=False)
print(walker.objects >= 2_000_000 - 300, (-1, "heap", "list") in walker.shapes())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "no memory\nTrue True\n"


def test_profile_in_a_forked_child_is_the_parents(shop: types.ModuleType):
    """A walk in a forked child, which needs no lock of anybody, finds what the parent held."""
    walker = HeapWalker(is_user_module=is_shop)
    (shape,) = walker.shapes_of([shop.recent])
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, walker.raw_profile()[shape * 24 : shape * 24 + 24])
        os._exit(0)
    os.close(writing)
    row = os.read(reading, 24)
    os.close(reading)
    assert os.waitpid(child, 0)[1] == 0
    assert struct.unpack("QQQ", row)[:2] == (1, 2)


def test_twin_of_this_interpreter_is_supported():
    """The twin serves any CPython."""
    assert twin.supported() is (sys.implementation.name == "cpython")
