"""The wire between conductor and worker: JSON messages, each behind its length, over a socket pair."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

HEADER = struct.Struct("!I")

Message = dict[str, Any]

NAME_BYTES = 256
"""Room for the name of the endpoint under way, in memory that both ends share: it outlives a crash."""


class Wire:
    """One end. Blocking; a timeout on receiving is the caller's to set."""

    def __init__(self, end: socket.socket) -> None:
        """Take over a connected socket."""
        self._end = end

    def send(self, message: Message) -> None:
        """Send one message whole. Raises: OSError: the other end is gone."""
        body = json.dumps(message, separators=(",", ":")).encode()
        self._end.sendall(HEADER.pack(len(body)) + body)

    def receive(self, timeout_seconds: float | None = None) -> Message:
        """The next message.

        Raises: EOFError: the other end is gone; TimeoutError: nothing came in time.
        """
        self._end.settimeout(timeout_seconds)
        (length,) = HEADER.unpack(self._read(HEADER.size))
        self._end.settimeout(None)
        message: Message = json.loads(self._read(length))
        return message

    def close(self) -> None:
        """Close this end."""
        self._end.close()

    def _read(self, length: int) -> bytes:
        parts: list[bytes] = []
        while length:
            try:
                part = self._end.recv(min(length, 1 << 20))
            except ConnectionError as error:
                raise EOFError("the other end is gone") from error
            if not part:
                raise EOFError("the other end is gone")
            parts.append(part)
            length -= len(part)
        return b"".join(parts)
