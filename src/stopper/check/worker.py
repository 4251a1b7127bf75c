"""The worker: the process that holds the app. Answers the conductor's questions, one at a time."""

from __future__ import annotations

import atexit
import faulthandler
import mmap
import os
import socket
import sys
import time
import traceback
from types import ModuleType
from typing import Any

from stopper.check.heapview import HeapView
from stopper.check.placing import Holders
from stopper.check.subject import Subject, not_exercised
from stopper.check.wire import NAME_BYTES, Message, Wire
from stopper.errors import StopperError
from stopper.model.site import Stack
from stopper.probe.heap import walker_in_use
from stopper.probe.native import NativeWatch
from stopper.probe.process import room_for_fds


class Worker:
    """The conductor's questions, a method each. What they take and give is JSON."""

    def __init__(self, mark: mmap.mmap) -> None:
        """mark: shared memory for the name of the endpoint that is being driven."""
        self._mark = mark
        self._subject: Subject
        self._view: HeapView
        self._holders: Holders

    def load(self, target: str, scenario: str | None, folder: str) -> Message:
        """Import the app and say what it is."""
        room = room_for_fds()
        began = time.perf_counter()
        self._subject = Subject(target, scenario, folder, self._note_endpoint)
        seconds = time.perf_counter() - began
        self._view = HeapView(self._subject)
        self._holders = Holders(self._subject, self._view)
        subject = self._subject
        return {
            "import_seconds": seconds,
            "routes": [[route.endpoint, route.rule] for route in subject.routes],
            "skipped": not_exercised(subject.skipped),
            "room_for_fds": room,
            "walker": walker_in_use(),
            **self._view.state(),
        }

    def probe(self, endpoint: str) -> Message:
        """The first requests to an endpoint."""
        return self._subject.probe(endpoint)

    def drive(self, plan: dict[str, int], *, same: bool = False) -> Message:
        """Requests to endpoints, then a profile."""
        return {"hits": self._subject.drive(plan, same=same), **self._view.difference()}

    def settle(self, plan: dict[str, int], scenario: int = 0) -> Message:
        """Requests (or iterations of the scenario), then a profile; what is alive then is taken for settled."""
        hits = self._subject.run_scenario(scenario) if scenario else self._subject.drive(plan)
        return {"hits": hits, **self._view.difference(settle=True)}

    def scenario(self, times: int) -> Message:
        """Iterations of the scenario, then a profile."""
        return {"hits": self._subject.run_scenario(times), **self._view.difference()}

    def scenario_steps(self, times: int) -> Message:
        """Iterations of the scenario with a profile after each request of theirs."""
        steps: list[list[Any]] = []

        def after_request() -> None:
            steps.append([self._subject.last_endpoint, self._view.difference()])

        hits = self._subject.run_scenario(times, after_request)
        return {"hits": hits, "steps": steps}

    def idle(self, seconds: float) -> Message:
        """No requests for a while, then a profile."""
        time.sleep(seconds)
        return {"hits": {}, **self._view.difference()}

    def locate(self, shapes: list[int], metrics: list[str], plan: dict[str, int], scenario: int = 0) -> Message:
        """Find the objects of these shapes that grow, each in its metric, and describe them."""
        hits: dict[str, int] = {}
        by_shape = dict(zip(shapes, metrics, strict=True))
        found = self._holders.locate(by_shape, lambda: hits.update(self._run(plan, scenario)))
        profile = {"hits": hits, **self._view.difference()}
        return {"holders": list(found.items()), "owned": self._view.owned(shapes), "profile": profile}

    def tallies(self, shapes: list[int]) -> Message:
        """Objects, items and bytes of these shapes, by the last profile."""
        return {"tallies": [self._view.tally(shape_id) for shape_id in shapes]}

    def links(self, shapes: list[int], plan: dict[str, int], scenario: int = 0) -> Message:
        """Which of these suspects hold what others own."""
        links = self._holders.links(shapes, lambda: self._run(plan, scenario))
        return {"links": links, "lengths": self._holders.lengths()}

    def watch(self, shape: int, metric: str, plan: dict[str, int], scenario: int = 0) -> Message:
        """The lines that make a shape's holders grow."""
        return {"stacks": _stacks(self._holders.watch(shape, metric, lambda: self._run(plan, scenario)))}

    def allocations(self, shapes: list[int], plan: dict[str, int], scenario: int = 0) -> Message:
        """The lines that allocate what comes to these shapes, the first of them that gets something."""
        return {"stacks": _stacks(self._holders.allocations(shapes, lambda: self._run(plan, scenario)))}

    def native_lines(self, plan: dict[str, int]) -> Message:
        """The lines of the user's code that leave native memory behind: bytes, file, line, function."""
        self._run(plan, 0)
        with NativeWatch(self._subject.project) as watch:
            self._run(plan, 0)
        return {"lines": [[size, *place] for place, size in watch.lines.most_common(3)]}

    def summary(self) -> Message:
        """What the run came to, for the report."""
        return {
            "requests": sum(self._subject.hits.values()),
            "methods": [[name, *entry] for name, entry in self._subject.methods.items()],
            "raised": list(self._subject.raised.items()),
            "modules": self._user_modules(),
            "sources": [sys.modules[name].__dict__["__file__"] for name in self._user_modules()],
        }

    def describe(self, endpoint: str) -> Message:
        """Where the view function of an endpoint is defined, under any decorators."""
        return {"view": self._subject.view_definition(endpoint)}

    def shown(self, file: str) -> Message:
        """A file's path as the report shows it."""
        return {"file": self._subject.project.shown(file)}

    def _run(self, plan: dict[str, int], scenario: int) -> dict[str, int]:
        return self._subject.run_scenario(scenario) if scenario else self._subject.drive(plan)

    def _note_endpoint(self, endpoint: str) -> None:
        name = endpoint.encode()[: NAME_BYTES - 1]
        self._mark[: len(name) + 1] = name + b"\0"

    def _user_modules(self) -> list[str]:
        owns = self._subject.project.owns_module
        return sorted(
            name for name, module in list(sys.modules.items()) if type(module) is ModuleType and owns(name, module)
        )


def _stacks(stacks: list[Stack]) -> list[list[list[Any]]]:
    return [[list(frame) for frame in stack] for stack in stacks]


def main() -> None:
    """Serve the conductor at the socket whose descriptor is the first argument, until it hangs up.

    The second argument is the descriptor of the shared memory that carries the endpoint's name.
    """
    end = socket.socket(fileno=int(sys.argv[1]))
    end.set_inheritable(False)
    mark_fd = int(sys.argv[2])
    with mmap.mmap(mark_fd, NAME_BYTES) as mark:
        os.close(mark_fd)
        sys.argv[:] = ["stopper"]
        faulthandler.enable()
        serve(Wire(end), Worker(mark))


def serve(wire: Wire, worker: Worker) -> None:
    """Answer questions until there are no more, then end as the app's own clean-up wants it."""
    while True:
        try:
            question = wire.receive()
        except EOFError:
            break
        name = question.pop("do")
        if name == "exit":
            break
        try:
            answer = {"answer": getattr(worker, name)(**question)}
        except StopperError as error:
            answer = {"error": type(error).__name__, "message": str(error)}
        except BaseException:  # whatever the app's code raises here is what the conductor must hear of
            answer = {"error": "crash", "message": traceback.format_exc()}
        wire.send(answer)
    # The app's clean-up of its temporary files, but no waiting for threads that never end.
    atexit._run_exitfuncs()  # noqa: SLF001  # what the interpreter itself calls at exit
    os._exit(0)
