"""The live heap, folded into an ownership profile by path shape (see csrc/walk.h for what a walk does).

The native walker is used where it was built for the running interpreter, else a pure-Python twin.
"""

from stopper.probe.heap.choice import items, size_bytes, walker_in_use
from stopper.probe.heap.roots import build_roots
from stopper.probe.heap.walker import HeapWalker

__all__ = ["HeapWalker", "build_roots", "items", "size_bytes", "walker_in_use"]
