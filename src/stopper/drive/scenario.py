"""Scenarios: one iteration of what a visitor does, written by the user over a Flask test client."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stopper.drive.target import load_object
from stopper.errors import ScenarioError

if TYPE_CHECKING:
    from flask import Flask

Step = Callable[[str], None]


class Scenario:
    """A user's function `scenario(client)`, called once an iteration with one and the same client.

    The client keeps its cookies between iterations, as a browser does.
    """

    def __init__(self, app: Flask, spec: str) -> None:
        """Load `FILE`, `FILE:function`, `module` or `module:function` (the function's default name: scenario)."""
        self.spec = spec
        self.iteration = 0
        self._function = _load(spec)
        self._client = app.test_client()
        self._open = self._client.open
        self._client.open = self._answer  # type: ignore[method-assign]  # the one place all its verbs pass
        self._after: Callable[[], None] | None = None

    def run(self, times: int, after_request: Callable[[], None] | None = None) -> None:
        """So many iterations. after_request: called when a request of theirs is answered and read.

        Raises: ScenarioError: an iteration raised; says which, what, and where.
        """
        self._after = after_request
        for _ in range(times):
            self.iteration += 1
            try:
                self._function(self._client)
            except (Exception, SystemExit) as error:
                frame = traceback.extract_tb(error.__traceback__)[-1]
                own = [entry for entry in traceback.extract_tb(error.__traceback__) if entry.name != "run"]
                first = own[0] if own else frame
                raise ScenarioError(
                    f"scenario {self.spec}: iteration {self.iteration} raised {type(error).__name__}: {error} "
                    f"at {first.filename}:{first.lineno}"
                    + (f" (in {frame.filename}:{frame.lineno})" if frame is not first else "")
                    + ". An iteration must work any number of times: vary its input by itself."
                ) from error

    def _answer(self, *args: Any, **kwargs: Any) -> Any:
        response = self._open(*args, **kwargs)
        if self._after is not None:
            self._after()
        return response


def _load(spec: str) -> Callable[[Any], object]:
    try:
        module, name = load_object(spec, "scenario")
    except FileNotFoundError as error:
        raise ScenarioError(f"no scenario file {error}: give FILE.py, FILE.py:function or module:function") from error
    except ModuleNotFoundError as error:
        raise ScenarioError(
            f"scenario {spec}: {error}: give a path that ends in .py, or run from the project's folder"
        ) from error
    except SystemExit as error:
        raise ScenarioError(
            f"loading scenario {spec} called sys.exit({error.code!r}): a scenario only defines its function; move what "
            "runs by itself under `if __name__ == '__main__':`"
        ) from error
    except Exception as error:
        raise ScenarioError(f"loading scenario {spec} raised {type(error).__name__}: {error}") from error
    function = getattr(module, name, None)
    if not callable(function):
        known = sorted(
            key
            for key, entry in vars(module).items()
            if callable(entry) and getattr(entry, "__module__", "") == module.__name__
        )
        raise ScenarioError(
            f"scenario {spec}: {module.__name__} has no function {name!r}"
            + (f"; it has {', '.join(known)}: name one as {spec.partition(':')[0]}:{known[0]}" if known else "")
        )
    return function  # type: ignore[no-any-return]  # checked callable; its signature is the user's promise
