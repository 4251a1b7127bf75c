"""What an app answers: its URL map as routes to drive, and what of it cannot be driven."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from werkzeug.routing import BuildError

from stopper.drive.values import tried_in_turn, values_for
from stopper.model.finding import NotExercised

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.routing import Rule

STATIC_FILES_LIMIT = 8
"""So many files of a static folder are asked for: they are all served by the same code."""

GOOD_LIMIT = 200
"""So many numbers that were answered well are remembered a route: more give no other behaviour."""

FEW_MISSES = 5
"""After so many failed numbers in a row a route goes back to those that were answered well."""


@dataclass
class Route:
    """One endpoint, with the GET rules that lead to it.

    good:   numbers whose values were answered below 400.
    misses: how many numbers in a row were not.
    """

    endpoint: str
    rules: list[Rule]
    files: list[str] = field(default_factory=list)
    good: list[int] = field(default_factory=list)
    misses: int = 0

    @property
    def rule(self) -> str:
        """The rule as the user wrote it."""
        return self.rules[0].rule

    def url(self, app: Flask, number: int) -> tuple[str, str]:
        """Host and path for the request with this number.

        Raises: BuildError: no URL can be made of the values (a converter of the app's own).
        """
        rule = self.rules[number % len(self.rules)]
        values: dict[str, Any] = (
            {"filename": self.files[number % len(self.files)]}
            if self.files
            else values_for({key: rule._converters[key] for key in rule.arguments & rule._converters.keys()}, number)  # noqa: SLF001  # no public way to a rule's converters
        )
        adapter = app.url_map.bind(
            app.config.get("SERVER_NAME") or "localhost", url_scheme=app.config["PREFERRED_URL_SCHEME"]
        )
        parts = urlsplit(adapter.build(self.endpoint, values, method="GET", force_external=True))
        query = f"?{parts.query}" if parts.query else ""
        return parts.netloc, unquote(parts.path, encoding="latin-1") + query

    def next_number(self, number: int) -> int:
        """The number to use in place of *number*, once some were found not to be answered well."""
        return tried_in_turn(self.good, number) if self.misses >= FEW_MISSES else number

    def learn(self, number: int, status: int) -> None:
        """Note how a number was answered."""
        if status < HTTPStatus.BAD_REQUEST:
            self.misses = 0 if number not in self.good else self.misses
            if len(self.good) < GOOD_LIMIT and number not in self.good:
                self.good.append(number)
        else:
            self.misses += 1


def routes_of(app: Flask) -> tuple[list[Route], list[NotExercised]]:
    """The routes that can be driven with GET, and the endpoints that cannot, each with its reason."""
    found: dict[str, Route] = {}
    others: dict[str, str] = {}
    for rule in app.url_map.iter_rules():
        methods = rule.methods or set()
        if rule.websocket or rule.build_only:
            continue
        if "GET" not in methods:
            verbs = "/".join(sorted(methods - {"HEAD", "OPTIONS"}))
            others.setdefault(rule.endpoint, f"{verbs} only: give a scenario that calls it")
        elif rule.endpoint in found:
            found[rule.endpoint].rules.append(rule)
        else:
            found[rule.endpoint] = Route(rule.endpoint, [rule])
    for route in list(found.values()):
        if _is_static(app, route):
            route.files = _static_files(app, route.endpoint)
            if not route.files:
                del found[route.endpoint]
    skipped = [NotExercised(name, reason) for name, reason in sorted(others.items()) if name not in found]
    for name, route in list(found.items()):
        try:
            route.url(app, 1)
        except (BuildError, ValueError, TypeError) as error:
            del found[name]
            kinds = sorted({type(item).__name__ for item in route.rules[0]._converters.values()})  # noqa: SLF001  # as above
            skipped.append(
                NotExercised(
                    name,
                    f"no URL could be made for {route.rule} (converters {', '.join(kinds)}; {type(error).__name__}): "
                    "give a scenario",
                )
            )
    return sorted(found.values(), key=lambda route: route.endpoint), skipped


def _is_static(app: Flask, route: Route) -> bool:
    name = route.endpoint.rpartition(".")[2]
    return name == "static" and "filename" in route.rules[0].arguments and route.endpoint in app.view_functions


def _static_files(app: Flask, endpoint: str) -> list[str]:
    blueprint = endpoint.rpartition(".")[0]
    owner = app.blueprints.get(blueprint) if blueprint else app
    folder = owner.static_folder if owner is not None else None
    if not folder or not os.path.isdir(folder):
        return []
    names: list[str] = []
    for top, folders, files in os.walk(folder):
        folders.sort()
        names += [os.path.relpath(os.path.join(top, name), folder) for name in sorted(files)]
        if len(names) >= STATIC_FILES_LIMIT:
            break
    return names[:STATIC_FILES_LIMIT]
