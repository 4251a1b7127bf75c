"""Readings of this process: memory, descriptors, threads, children."""

from __future__ import annotations

import os
import resource
from functools import cache

import psutil

from stopper.model.reading import Reading


@cache
def _own_process(pid: int) -> psutil.Process:
    return psutil.Process(pid)


def take_reading() -> Reading:
    """The numbers of this process now. Costs some 0.2 ms; Linux.

    Children are counted from `/proc` with zombies included: a child that ended and was never
    waited for still holds its place.
    """
    process = _own_process(os.getpid())
    return Reading(
        rss_bytes=process.memory_info().rss,
        c_heap_bytes=c_heap_bytes(),
        fds=len(os.listdir("/proc/self/fd")) - 1,  # without the one that lists
        threads=len(os.listdir("/proc/self/task")),
        children=_children(),
    )


def c_heap_bytes() -> int:
    """Bytes that the C library has handed out and not got back (mallinfo2); 0 where it cannot tell."""
    try:
        info = psutil.heap_info()
    except (AttributeError, OSError, psutil.Error):
        return 0
    return int(info.heap_used + info.mmap_used)


def _children() -> int:
    total = 0
    for task in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{task}/children") as listing:
                total += len(listing.read().split())
        except OSError:
            continue
    return total


def room_for_fds() -> int:
    """How many more descriptors this process may open; the soft limit is raised to the hard one first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return int(soft) - len(os.listdir("/proc/self/fd"))
