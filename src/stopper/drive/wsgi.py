"""One request, straight into the app's WSGI callable: what a server does, without the sockets."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from flask import Flask

CHUNKS_LIMIT = 2_000
"""A body of more chunks than this is taken for one that never ends. Flask's send_file gives 8 KiB a
chunk, so 16 MB pass; a server-sent-events view gives one a tick."""

BODY_BYTES_LIMIT = 64 * 1024 * 1024
"""A body is read up to here: beyond, its size and not the app is what one measures."""


class Answer(NamedTuple):
    """How a request was answered. endless: its body was cut, because it did not end."""

    status: int
    location: str
    size_bytes: int
    endless: bool


def get(app: Flask, host: str, path: str) -> Answer:
    """GET a path, read the answer to its end, and close it.

    Each request is that of a new visitor: no cookies. What the app raises it answers itself
    (500), unless it is set to propagate exceptions: then it passes through here.
    """
    return call(app, environ_for(host, path))


def environ_for(host: str, path: str, method: str = "GET") -> dict[str, Any]:
    """A WSGI environment (PEP 3333) for a request from this machine."""
    path, _, query = path.partition("?")
    name, _, port = host.partition(":")
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": name,
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": host,
        "HTTP_USER_AGENT": "stopper",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def call(app: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> Answer:
    """Call a WSGI app, read its body within the limits, and close it as a server must."""
    started: list[Any] = ["500 nothing started", []]
    written = 0

    def write(data: bytes) -> None:
        nonlocal written
        written += len(data)

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        del exc_info  # not kept: it would hold the frames of a failed request
        started[:] = [status, headers]
        return write

    body = app(environ, start_response)
    endless = False
    try:
        for number, chunk in enumerate(body):
            written += len(chunk)
            if number >= CHUNKS_LIMIT or written > BODY_BYTES_LIMIT:
                endless = True
                break
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()
    status, headers = started
    location = next((text for name, text in headers if name.lower() == "location"), "")
    return Answer(int(status.split(" ", 1)[0]), location, written, endless)
