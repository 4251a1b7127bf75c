"""Readings: the cheap numbers of one process at one instant."""

from __future__ import annotations

from typing import NamedTuple


class Reading(NamedTuple):
    """What the operating system and the C library say of the process.

    rss_bytes:    resident memory.
    c_heap_bytes: what the C library has handed out and not got back; 0 where it cannot tell.
    fds:          open file descriptors.
    threads:      threads of the process, also those that Python does not know.
    children:     child processes, ended ones that nobody waited for included.
    """

    rss_bytes: int
    c_heap_bytes: int
    fds: int
    threads: int
    children: int

    def minus(self, earlier: Reading) -> Reading:
        """How far each number has risen since *earlier* (negative: fallen)."""
        return Reading(*(now - then for now, then in zip(self, earlier, strict=True)))


NO_READING = Reading(0, 0, 0, 0, 0)
