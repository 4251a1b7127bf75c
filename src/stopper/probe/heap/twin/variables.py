"""The variables of frames and generators, by name, with the cells and copies that belong to the frame."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from inspect import CO_OPTIMIZED
from types import CellType, CodeType, FrameType
from typing import Any, Final

from stopper.probe.heap.twin import peek

NAMES_OFFSET: Final = 96
"""Where a code object has the tuple of its variables' names, from 3.11 to 3.13; the bytes of their kinds follow."""

NAMES_OFFSET_KNOWN: Final = ((3, 11), (3, 13))


@dataclass
class Variables:
    """What a frame holds under names.

    named:     its variables that have a value, in the code's order, cells looked into.
    parts:     objects that are parts of the frame: cells, a generator's frame object.
    namespace: the mapping a class body or exec runs in, or (is_copy) the copy that locals() made.
    """

    named: list[tuple[str, object]] = field(default_factory=list)
    parts: list[object] = field(default_factory=list)
    namespace: object = None
    is_copy: bool = False


def names_and_kinds(code: CodeType) -> tuple[object, object]:
    """The tuple of a code object's variable names, and the bytes of their kinds; (None, None): not known."""
    first, last = NAMES_OFFSET_KNOWN
    if peek.ctypes is None or not first <= sys.version_info[:2] <= last:
        return None, None
    at = id(code) + NAMES_OFFSET
    word = peek.ctypes.c_size_t
    names, kinds = (peek.object_at(word.from_address(place).value) for place in (at, at + peek.ctypes.sizeof(word)))
    return names, kinds


def variables_of_generator(generator: Any, referents: list[Any]) -> Variables:  # noqa: ANN401  # of three kinds
    """Look into a generator, coroutine or asynchronous generator. referents: taken before it had a frame object."""
    frame = next(
        getattr(generator, name) for name in ("gi_frame", "cr_frame", "ag_frame") if hasattr(type(generator), name)
    )
    if frame is None:
        return Variables()
    variables = variables_of_frame(frame, referents)
    variables.parts.insert(0, frame)
    return variables


def variables_of_frame(frame: FrameType, referents: list[Any]) -> Variables:
    """Look into a frame. referents: what it showed the collector before."""
    code = frame.f_code
    values = frame.f_locals
    if not code.co_flags & CO_OPTIMIZED:
        return Variables(namespace=values)
    cells = iter([one for one in referents if type(one) is CellType])
    celled = {*code.co_cellvars, *code.co_freevars}
    found = Variables(is_copy=True)
    for name in _names(code):
        if name in celled:
            cell = next(cells, None)
            if cell is not None:
                found.parts.append(cell)
        if name in values:
            if name not in celled and type(values[name]) is CellType:
                next(cells, None)
            found.named.append((name, values[name]))
    found.namespace = next((one for one in referents if one is values), None)
    return found


def _names(code: CodeType) -> list[str]:
    only_cells = [name for name in code.co_cellvars if name not in code.co_varnames]
    return [*code.co_varnames, *only_cells, *code.co_freevars]
