"""The conductor's end: starts the worker, asks it, and ends it whatever state it is in."""

from __future__ import annotations

import contextlib
import mmap
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from typing import Self

from stopper import errors
from stopper.check.wire import NAME_BYTES, Message, Wire

PATIENCE_SECONDS = 30.0
"""Beyond what a question is expected to take, an answer may come this much later. A request that hangs
is given up after 10 by the worker itself; what outlasts 30 blocks in C code."""

IMPORT_SECONDS = 60.0
"""An app's import may take so long. The slowest import seen in the field is some 20 s; a blocked one never ends."""

GOODBYE_SECONDS = 5.0
"""Time for the app's own clean-up at exit before the process is ended."""

LAST_WORDS_SECONDS = 1.0
"""What an ended process has printed is read within milliseconds; but a child that it leaves keeps the pipe open."""

TAIL_BYTES = 32_768
"""So much of what the app printed last is kept, to be shown when it breaks."""

_MAIN = "from stopper.check.worker import main; main()"


class WorkerClient:
    """A worker process and the questions to it. A context manager; at its end nothing is left behind."""

    def __init__(self, folder: str) -> None:
        """folder: the working directory for the app."""
        self._scratch = tempfile.mkdtemp(prefix="stopper-")
        ours, theirs = socket.socketpair()
        mark_fd = os.memfd_create("stopper")
        os.ftruncate(mark_fd, NAME_BYTES)
        self._mark = mmap.mmap(mark_fd, NAME_BYTES)
        environment = {
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "PYTHONUNBUFFERED": "1",
            "TMPDIR": self._scratch,
        }
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and our own words
            [sys.executable, "-c", _MAIN, str(theirs.fileno()), str(mark_fd)],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(theirs.fileno(), mark_fd),
            start_new_session=True,
        )
        theirs.close()
        os.close(mark_fd)
        self._wire = Wire(ours)
        self._tail = bytearray()
        self._reader = threading.Thread(target=self._read_output, name="stopper worker output", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        """Nothing more to do: the process runs."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the worker."""
        self.close()

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    @property
    def endpoint(self) -> str:
        """The endpoint that was driven last."""
        return self._mark[:].partition(b"\0")[0].decode(errors="replace")

    @property
    def output(self) -> str:
        """The end of what the app has printed."""
        return self._tail.decode(errors="replace")

    def ask(self, question: str, expected_seconds: float = 0.0, **arguments: object) -> Message:
        """Ask, and wait for the answer.

        Raises: WorkerDied, WorkerStuck; the StopperError that the worker raised.
        """
        limit = IMPORT_SECONDS if question == "load" else PATIENCE_SECONDS + 3 * expected_seconds
        try:
            self._wire.send({"do": question, **arguments})
            answer = self._wire.receive(limit)
        except TimeoutError as error:
            raise errors.WorkerStuck(f"no answer within {limit:.0f} s", self.endpoint) from error
        except (EOFError, OSError) as error:
            raise errors.WorkerDied(self._ending(), self.endpoint) from error
        if "answer" in answer:
            result: Message = answer["answer"]
            return result
        kind = getattr(errors, answer["error"], None)
        if kind is None:
            raise errors.StopperError(f"stopper failed inside the app's process:\n{answer['message']}")
        raise kind(answer["message"])

    def close(self) -> None:
        """End the worker and whatever it started: politely first, so that the app can clean up."""
        if self._process.poll() is None:
            with contextlib.suppress(OSError):
                self._wire.send({"do": "exit"})
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(GOODBYE_SECONDS)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._wire.close()
        self._reader.join(GOODBYE_SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._mark.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _ending(self) -> str:
        try:
            code = self._process.wait(GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            return "it closed its connection"
        self._reader.join(LAST_WORDS_SECONDS)
        if code < 0:
            return f"it was ended by signal {-code} ({signal.Signals(-code).name})"
        return f"it ended with exit code {code}"

    def _read_output(self) -> None:
        if self._process.stdout is None:  # never: it was asked for
            return
        fd = self._process.stdout.fileno()
        with contextlib.suppress(OSError, ValueError):
            while part := os.read(fd, 65_536):
                self._tail += part
                del self._tail[:-TAIL_BYTES]
