"""The errors that reach a person. Each says what, which value, and what to do next.

StopperError                    exit code 2
├── TargetError                 the app cannot be loaded
├── ScenarioError               the scenario cannot be loaded, or failed
├── OutputError                 a report cannot be written
└── WorkerError                 the process that runs the app is gone, or does not answer
    ├── WorkerDied
    └── WorkerStuck
"""

from __future__ import annotations

__all__ = ["OutputError", "ScenarioError", "StopperError", "TargetError", "WorkerDied", "WorkerError", "WorkerStuck"]


class StopperError(Exception):
    """Something the person at the command line can put right."""


class TargetError(StopperError):
    """The target names no app, or its import failed."""


class ScenarioError(StopperError):
    """The scenario cannot be found or loaded, or one of its iterations raised."""


class OutputError(StopperError):
    """A report file cannot be written."""


class WorkerError(StopperError):
    """The process that runs the app can no longer be asked.

    endpoint: what it was driving then; empty if nothing.
    """

    def __init__(self, message: str, endpoint: str = "") -> None:
        """Keep the endpoint that was under way beside the message."""
        super().__init__(message)
        self.endpoint = endpoint


class WorkerDied(WorkerError):  # noqa: N818  # reads as the fact that it is
    """It ended: by a signal, by `os._exit`, by a crash of the interpreter."""


class WorkerStuck(WorkerError):  # noqa: N818  # as above
    """It gave no sign of life for too long, and was ended."""
