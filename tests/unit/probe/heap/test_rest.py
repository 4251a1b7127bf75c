"""Roots that are no modules: threads, atexit, native holders, garbage; and what is the tool's own."""

from __future__ import annotations

import atexit
import ctypes
import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.probe.heap.heaps import both, gates, module_of, native, profile


class Kept:
    """What the tests look for."""


@pytest.fixture(autouse=True)
def clean() -> None:
    """No test finds another one's garbage."""
    gc.collect()


@pytest.fixture
def no_collection() -> Iterator[None]:
    """Keep garbage where it is."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


def cycle(size: int = 1) -> None:
    """Leave objects behind that refer to each other alone."""
    for _ in range(size):
        first, second = Kept(), Kept()
        first.other, second.other, first.data = second, first, [[1.5]]


def kept(found: dict[str, tuple[int, int, int]]) -> dict[str, tuple[int, int]]:
    """Where objects of class Kept were found."""
    return {path: row[:2] for path, row in found.items() if path.endswith(".Kept")}


def locals_of_thread(count: int) -> tuple[list[threading.Thread], threading.Event]:
    """Threads that hold an object in a local variable each, until the event is set."""
    ready, done = threading.Barrier(count + 1), threading.Event()

    def work() -> None:
        batch = Kept()
        ready.wait()
        done.wait()
        del batch

    threads = [threading.Thread(target=work, name=f"work {number}", daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    ready.wait()
    return threads, done


@both
def test_locals_of_threads_are_found_under_one_label(module: object):
    """What a thread's function holds is found by the function's and the variable's name, however many threads do."""
    threads, done = locals_of_thread(3)
    try:
        found = profile(module, [], gates(), interpreter=True)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    frame = "thread: thread > frame locals_of_thread.<locals>.work: frame"
    assert found[frame][0] == 3
    assert found["thread 0: thread"][0] == 1
    assert kept(found) == {f"{frame} > local batch: {__name__}.Kept": (3, 0)}


@both
def test_locals_of_the_main_thread_are_found(module: object):
    """What a running function holds is found in its frame, evaluated from outermost to innermost."""
    batch = [Kept()]
    found = profile(module, [], gates(), interpreter=True)
    name = "test_locals_of_the_main_thread_are_found"
    assert found[f"thread 0: thread > frame {name}: frame > local batch: list"][:2] == (1, 1)
    assert batch


@both
def test_frames_of_the_package_count_nowhere(module: object):
    """What only frames of the tool's own code hold is dropped."""
    batch = [Kept()]
    found = profile(module, [], gates(), interpreter=True, package=str(Path(__file__).parent) + "/")
    assert kept(found) == {}
    assert not any("frame test_frames_of_the_package" in path for path in found)
    assert batch


@both
def test_garbage_is_counted_by_type(module: object, no_collection: None):
    """What only refers to itself is a root `garbage` of its type, its dict included, whatever order it was made in."""
    cycle(7)
    found = profile(module, [], gates(), interpreter=True)
    garbage = {path: row[:2] for path, row in kept(found).items() if path.startswith("garbage")}
    assert sum(count for count, _ in garbage.values()) == 14
    assert garbage[f"garbage: {__name__}.Kept"][0] == 14
    assert not any(path.startswith(f"garbage: {__name__}.Kept > : dict") for path in found)


@both
def test_object_that_native_code_holds_is_told_from_garbage(module: object, no_collection: None):
    """An object with a reference that no object explains is `held by native code`, with what hangs on it."""
    node = Kept()
    node.child = Kept()
    node.child.parent = node
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(node))
    address = id(node)
    del node
    try:
        found = profile(module, [], gates(), interpreter=True)
    finally:
        ctypes.pythonapi.Py_DecRef(ctypes.cast(address, ctypes.py_object))
    held = f"held by native code: {__name__}.Kept"
    assert {path: row for path, row in kept(found).items() if not path.startswith("garbage")} == {
        held: (1, 1),
        f"{held} > .child: {__name__}.Kept": (1, 1),
    }


@pytest.mark.skipif(native is None, reason="no native walker here")
def test_callbacks_of_atexit_are_found():
    """What is registered with atexit is found under it, counted by callbacks."""
    held = Kept()
    before = profile(native, [], gates(), interpreter=True)["atexit: atexit"]
    atexit.register(len, [held])
    callback = len
    try:
        found = profile(native, [], gates(), interpreter=True)
    finally:
        atexit.unregister(callback)
    assert found["atexit: atexit"][:2] == (1, before[1] + 1)
    assert any(path.startswith("atexit: atexit > [*]: tuple") for path in found)


@pytest.mark.skipif(native is None, reason="no native walker here")
def test_attributes_of_thread_local_are_found():
    """What a threading.local holds for a thread is found under the thread."""
    store = threading.local()
    store.kept = Kept()
    walker = native.Walker()
    walker.profile([], gates())
    (shape,) = walker.shapes_of([], gates(), [store.kept])
    assert shape != -1


@both
def test_shapes_of_garbage_are_garbage(module: object, no_collection: None):
    """That a list of the caller holds objects to ask about makes them no less garbage."""
    cycle()
    objects = [one for one in gc.get_objects() if type(one) is Kept]
    walker = module.Walker()
    shapes = walker.shapes_of([], gates(), objects)
    assert {walker.shapes()[shape][:2] for shape in shapes} == {(-1, "garbage")}
    del objects


@both
def test_shape_of_an_unreached_object_is_none(module: object):
    """An object that is not reached, and one of the tool, have shape -1; an instance's dict has its owner's."""
    tool = module_of("tool", kept=[1.5])
    plain = Kept()
    plain.name = 1.5
    root = module_of("a", plain=plain)
    walker = module.Walker()
    own = [tool, *gates()]
    roots = [("module a", root)]
    unreached, own_list, its_dict, its_owner = walker.shapes_of(
        roots, own, [[], tool.kept, vars(plain), plain], interpreter=False
    )
    assert (unreached, own_list) == (-1, -1)
    assert its_dict == its_owner != -1


@both
def test_members_up_to_a_limit_are_given(module: object):
    """members() gives up to so many objects of each shape, in walking order."""
    root = module_of("a", kept=[[n + 0.5] for n in range(10)])
    walker, own = module.Walker(), gates()
    roots = [("module a", root)]
    (shape,) = walker.shapes_of(roots, own, [root.kept[0]], interpreter=False)
    assert walker.members(roots, own, [shape], 3, interpreter=False) == [(shape, one) for one in root.kept[:3]]


@both
def test_shape_ids_between_walks_stay(module: object):
    """A walker's ids mean the same in all its walks, and new shapes get ids behind the old ones."""
    root = module_of("a", kept=[1.5])
    walker, own = module.Walker(), gates()
    roots = [("module a", root)]
    walker.profile(roots, own, interpreter=False)
    before = walker.shapes()
    root.more = {"name": [2.5]}
    del root.kept
    rows = memoryview(walker.profile(roots, own, interpreter=False)).cast("Q")
    assert walker.shapes()[: len(before)] == before
    assert walker.shapes(len(before)) == walker.shapes()[len(before) :]
    gone = before.index((0, ".kept", "list"))
    assert list(rows[gone * 3 : gone * 3 + 3]) == [0, 0, 0]
    assert walker.objects == sum(rows[0::3])
