"""Growth: what changed between two profiles, and over which requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stopper.model.heap import NOTHING, Tally
from stopper.model.reading import NO_READING, Reading


@dataclass(frozen=True)
class Interval:
    """What lies between two profiles.

    requests: how many went to each endpoint.
    deltas:   by shape id, how the tally changed; a shape that is not listed did not.
    reading:  how the process's own numbers changed.
    """

    requests: Mapping[str, int]
    deltas: Mapping[int, Tally]
    reading: Reading = NO_READING

    def delta(self, shape_id: int) -> Tally:
        """How one shape changed."""
        return self.deltas.get(shape_id, NOTHING)

    def sent(self, endpoints: frozenset[str] | None = None) -> int:
        """Requests to these endpoints (to all, if not given)."""
        return sum(count for name, count in self.requests.items() if endpoints is None or name in endpoints)


@dataclass(frozen=True)
class Suspect:
    """A shape that grows and whose parent does not: the topmost growing shape of a leak.

    rates: growth per request by endpoint, from the rounds that drove this endpoint alone, largest
           first, in `metric`. Empty where it grows without requests.
    guessed: it grew when all were driven, but no endpoint's own rounds show it: all are named.
    metric: what of it grows: its `items` (a container gets entries), its `objects` (there are more and
           more such objects, as in a linked list) or its `size_bytes` alone (a string or buffer).
    """

    shape_id: int
    metric: str
    rates: Mapping[str, float]
    guessed: bool = False

    def foremost(self, most: int) -> tuple[str, ...]:
        """Those that make it grow most, so many at most; all, where it is not known which."""
        if self.guessed:
            return tuple(sorted(self.rates))
        return tuple(sorted(self.rates, key=lambda name: (-self.rates[name], name))[:most])

    @property
    def endpoints(self) -> frozenset[str]:
        """The endpoints that make it grow."""
        return frozenset(self.rates)
