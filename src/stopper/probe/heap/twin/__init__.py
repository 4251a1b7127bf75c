"""The heap walker in pure Python: the same walk as csrc/walk.h states, for machines where the native one may not run.

It agrees with the native walker on shapes, counts and items of everything reached from given roots. It is some
hundred times slower, and it is not quite as light a guest:
- it makes the `__dict__` of instances that keep their attributes inline, and the frame objects of generators;
- audit hooks of the app hear of the attributes that it reads (`object.__getattr__`);
- thread states, contexts and atexit's callbacks cannot be seen from Python: only the frames and the number of
  callbacks are told; what the collector froze is seen only where something reaches it;
- "held by native code" is told by `sys.getrefcount`, less what the twin itself holds.
"""

from stopper.probe.heap.twin.measure import items, size_bytes, supported
from stopper.probe.heap.twin.walk import Walker

__all__ = ["Walker", "items", "size_bytes", "supported"]
