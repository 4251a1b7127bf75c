"""The subject: the app under examination, loaded in this process and driven from here."""

from __future__ import annotations

import collections
import inspect
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from http import HTTPStatus
from types import FunctionType
from typing import TYPE_CHECKING, Any

from flask import got_request_exception, request, request_started

from stopper.drive import wsgi
from stopper.drive.routes import Route, routes_of
from stopper.drive.scenario import Scenario
from stopper.drive.target import load_app
from stopper.errors import StopperError
from stopper.model.finding import NotExercised
from stopper.probe.code import Project, definition

if TYPE_CHECKING:
    from types import FrameType

    from flask import Flask

REQUEST_SECONDS = 10.0
"""A request that takes longer hangs. The slowest honest view of the apps tried took 2 seconds; servers
give up after 30, which would cost the whole budget of a run."""

PROBE_NUMBERS = (1, 2, 3)
"""The first values tried on each route: the ids that a seeded database has."""


class Hung(BaseException):
    """A request took too long. Not an Exception: a view's own `except Exception` must not swallow it."""


class Subject:
    """An app, its routes, and the requests sent to it so far."""

    def __init__(self, target: str, scenario: str | None, folder: str, on_endpoint: Callable[[str], None]) -> None:
        """Load the app and look at its URL map. Raises: TargetError, ScenarioError.

        on_endpoint: told the endpoint's name before each request.
        """
        self._on_endpoint = on_endpoint
        self.app: Flask = load_app(target)
        self.project = Project(_module_file(self.app), folder)
        self.routes, self.skipped = routes_of(self.app)
        self.scenario = Scenario(self.app, scenario) if scenario else None
        self.hits: collections.Counter[str] = collections.Counter()
        self.methods: dict[str, tuple[str, str]] = {}
        self.raised: dict[str, str] = {}
        self.last_endpoint = ""
        self._numbers = 0
        request_started.connect(self._note_request, self.app)
        got_request_exception.connect(self._note_exception, self.app)
        signal.signal(signal.SIGALRM, _hung)

    def route(self, endpoint: str) -> Route:
        """The route of an endpoint."""
        return next(route for route in self.routes if route.endpoint == endpoint)

    def probe(self, endpoint: str) -> dict[str, Any]:
        """Send the first few requests to an endpoint, and say how they were answered."""
        route = self.route(endpoint)
        statuses: list[int] = []
        location, endless, began = "", False, time.perf_counter()
        for number in PROBE_NUMBERS:
            try:
                answer = self._send(route, number)
            except Hung:
                return {"hung": True, "statuses": statuses}
            statuses.append(answer.status)
            location, endless = answer.location or location, endless or answer.endless
            if endless:
                break
        seconds = (time.perf_counter() - began) / len(statuses)
        return {
            "statuses": statuses,
            "location": location,
            "endless": endless,
            "seconds": seconds,
            "raised": self.raised.get(endpoint, ""),
            "path": route.url(self.app, PROBE_NUMBERS[0])[1],
        }

    def drive(self, plan: dict[str, int], *, same: bool = False) -> dict[str, int]:
        """Send so many requests to each endpoint, in turn, and say how many of each were answered well.

        Each has inputs that were not used before, or (same) the same one each time. A request for
        something that is not there (404) is none that a rate should be counted by; where nothing is
        answered well, all count.
        Raises: StopperError: a request hung.
        """
        well: collections.Counter[str] = collections.Counter()
        routes = [(self.route(endpoint), times) for endpoint, times in plan.items()]
        for step in range(max(plan.values(), default=0)):
            for route, times in routes:
                if step < times:
                    well[route.endpoint] += self._drive_once(route, same=same)
        return {name: well[name] or times for name, times in plan.items()}

    def run_scenario(self, times: int, after_request: Callable[[], None] | None = None) -> dict[str, int]:
        """So many iterations of the scenario; how many requests each endpoint got."""
        if self.scenario is None:
            raise StopperError("there is no scenario to run")
        before = self.hits.copy()

        def answered() -> None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            if after_request is not None:
                after_request()
            signal.setitimer(signal.ITIMER_REAL, REQUEST_SECONDS)

        signal.setitimer(signal.ITIMER_REAL, REQUEST_SECONDS)
        try:
            self.scenario.run(times, answered)
        except Hung as error:
            raise StopperError(
                f"scenario {self.scenario.spec}: iteration {self.scenario.iteration} got no answer from "
                f"endpoint {self.last_endpoint!r} within {REQUEST_SECONDS:.0f} s"
            ) from error
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        return dict(self.hits - before)

    def view_definition(self, endpoint: str) -> list[Any] | None:
        """File, line and name of the view function of an endpoint, under its decorators."""
        view: Any = self.app.view_functions.get(endpoint)
        if view is None:
            return None
        view_class = getattr(view, "view_class", None)
        if view_class is not None:
            view = next((vars(base)["get"] for base in view_class.__mro__ if "get" in vars(base)), view)
        view = inspect.unwrap(view)
        view = getattr(view, "__func__", view)
        return list(definition(view)) if isinstance(view, FunctionType) else None

    def _drive_once(self, route: Route, *, same: bool) -> bool:
        """One request; whether it was answered well."""
        self._numbers += 1
        known = route.good[0] if route.good else PROBE_NUMBERS[0]
        number = known if same else route.next_number(self._numbers)
        try:
            answer = self._send(route, number)
        except Hung as error:
            raise StopperError(f"hung:{route.endpoint}") from error
        if not same:
            route.learn(number, answer.status)
        return answer.status < HTTPStatus.BAD_REQUEST

    def _send(self, route: Route, number: int) -> wsgi.Answer:
        self.last_endpoint = route.endpoint
        self._on_endpoint(route.endpoint)
        host, path = route.url(self.app, number)
        signal.setitimer(signal.ITIMER_REAL, REQUEST_SECONDS)
        try:
            return wsgi.get(self.app, host, path)
        except Hung:
            raise
        except (Exception, SystemExit) as error:  # of an app set to propagate exceptions, and `sys.exit` of any
            self._note_exception(self.app, exception=error)
            return wsgi.Answer(500, "", 0, endless=False)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _note_request(self, _sender: object, **_: object) -> None:
        endpoint = request.endpoint or ""
        if self.scenario is not None:
            self._on_endpoint(endpoint)
        self.last_endpoint = endpoint
        self.hits[endpoint] += 1
        if endpoint not in self.methods:
            self.methods[endpoint] = (request.method, request.url_rule.rule if request.url_rule else request.path)

    def _note_exception(self, _sender: object, exception: BaseException, **_: object) -> None:
        if self.last_endpoint not in self.raised:
            frames = traceback.extract_tb(exception.__traceback__)
            own = [frame for frame in frames if self.project.owns(frame.filename)]
            where = f" at {self.project.shown(own[-1].filename)}:{own[-1].lineno}" if own else ""
            self.raised[self.last_endpoint] = f"{type(exception).__name__}{where}"


def _hung(_signal: int, _frame: FrameType | None) -> None:
    raise Hung


def _module_file(app: Flask) -> str | None:
    module = sys.modules.get(app.import_name)
    return getattr(module, "__file__", None) or os.path.join(app.root_path, "__init__.py")


def not_exercised(entries: list[NotExercised]) -> list[list[str]]:
    """For the wire."""
    return [[entry.endpoint, entry.reason] for entry in entries]
