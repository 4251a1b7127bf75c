"""All that is known of one leak when its cause is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from stopper.model.heap import Shape


@dataclass(frozen=True, kw_only=True)
class LeakEvidence:
    """One confirmed leak.

    path:           shapes from the root to the holder.
    user_modules:   import names of the user's own modules.
    metric:         what of the holder grows, as in `Suspect`.
    new_types:      qualified type names of its newest entries, commonest first.
    leaked_type:    the type of what is left behind, as far as the profile shows it.
    distinct_only:  it grows only with inputs that were not seen before.
    per_request:    growth of the holder per request.
    fds, threads, children: growth of these per request to the same endpoints.
    collector_on:   whether the app left the cyclic collector on.
    limit:          entries that the holder keeps at most, where its kind tells; None without limit.
    """

    path: tuple[Shape, ...]
    user_modules: tuple[str, ...] = ()
    metric: str = "items"
    new_types: tuple[str, ...] = ()
    leaked_type: str = ""
    distinct_only: bool = False
    per_request: float = 0.0
    fds: float = 0.0
    threads: float = 0.0
    children: float = 0.0
    collector_on: bool = True
    limit: int | None = None

    @property
    def root(self) -> str:
        """The name of the root that holds it."""
        return self.path[0].edge

    @property
    def library_root(self) -> str | None:
        """The library in whose module the path begins; None where it is the user's or no module."""
        if not self.root.startswith("module "):
            return None
        name = self.root.removeprefix("module ")
        if any(name == own or name.startswith(own + ".") for own in self.user_modules):
            return None
        return name.partition(".")[0]

    def keeps_pace(self, rate: float) -> bool:
        """Whether some resource grows about as fast as the holder: at least half as many a request."""
        return rate > 0 and rate >= PACE_SHARE * min(self.per_request, 1.0)


PACE_SHARE = 0.5
"""A resource that grows at half the holder's rate or more is what the holder keeps: a pool that hands
out one connection for two entries still leaks connections. Far below, it is a bystander."""
