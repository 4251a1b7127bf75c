"""resource: files, sockets, connections, database sessions that are opened and not closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stopper.judge.evidence import LeakEvidence
    from stopper.model.finding import Cause

CAUSE: Cause = "resource"

TYPES = frozenset(
    {
        "_io.BufferedRandom",
        "_io.BufferedReader",
        "_io.BufferedWriter",
        "_io.FileIO",
        "_io.TextIOWrapper",
        "http.client.HTTPConnection",
        "http.client.HTTPSConnection",
        "mmap.mmap",
        "requests.sessions.Session",
        "socket.socket",
        "sqlalchemy.engine.base.Connection",
        "sqlalchemy.engine.base.Engine",
        "sqlalchemy.orm.session.Session",
        "sqlite3.Connection",
        "sqlite3.Cursor",
        "ssl.SSLSocket",
        "tempfile.SpooledTemporaryFile",
        "tempfile.TemporaryDirectory",
        "tempfile._TemporaryFileWrapper",
        "zipfile.ZipFile",
    }
)
"""What has to be closed, by type. What costs a descriptor is recognised by that, whatever its type."""

SESSION = "sqlalchemy.orm.session.Session"
"""A session that is never closed keeps what it loaded: its identity map is what grows."""


def recognise(evidence: LeakEvidence) -> bool:
    """Descriptors grow with the holder, or what it gets are things to be closed."""
    return (
        evidence.keeps_pace(evidence.fds)
        or evidence.leaked_type in TYPES
        or any(name in TYPES for name in evidence.new_types)
        or any(shape.type == SESSION for shape in evidence.path)
    )
