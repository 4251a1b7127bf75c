"""The conductor: the plan of a run, from the import of the app to its findings.

    load ▸ probe ▸ settle ▸ screen ▸ attribute ▸ confirm ▸ place ▸ report

Each stage but the last costs requests, and each is entered only for what the one before left
over: an app that leaks nothing is done after the screening.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from stopper.check import limits
from stopper.check.client import WorkerClient
from stopper.check.evidence import Evidence
from stopper.check.ledger import Ledger
from stopper.check.native import confirm_native, screen_native
from stopper.check.options import Options
from stopper.check.placement import locate
from stopper.errors import StopperError
from stopper.judge import growth
from stopper.judge.answers import judge_answers
from stopper.judge.paths import holder_path
from stopper.model.finding import NotExercised
from stopper.model.growth import Interval, Suspect
from stopper.model.heap import ROOT, Tally


class Progress(Protocol):
    """What the stages tell of themselves."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins; it has so many steps."""

    def advance(self, n: int = 1, detail: str = "") -> None:
        """Steps of it are done."""


class Conductor:
    """One run over one worker."""

    def __init__(self, worker: WorkerClient, options: Options, progress: Progress, excluded: Mapping[str, str]) -> None:
        """excluded: endpoints that must not be called again, each with the reason."""
        self.worker = worker
        self.options = options
        self.progress = progress
        self.ledger = Ledger()
        self.evidence = Evidence()
        self._excluded = excluded
        self._deadline = time.monotonic() + options.budget_seconds
        self._iteration_seconds = 0.01
        self._slowdown = 1.0

    def run(self) -> Evidence:
        """All stages up to the confirmed leaks."""
        self.load()
        if self.options.scenario is None:
            self.probe()
        for stage in (self.settle, self.screen, self.attribute, self.confirm):
            stage()
            if self.seconds_left <= 0:
                self._stop_after(stage.__name__)
                break
        return self.evidence

    def _stop_after(self, stage: str) -> None:
        """The budget is used up: say so, and leave undecided what grew until now."""
        evidence = self.evidence
        if stage == "screen":
            growing = growth.rising(evidence.screening)
            everyone = dict.fromkeys(evidence.reached, 0.0)
            evidence.undecided = [
                Suspect(key, growing[key], everyone) for key in growth.topmost(growing, self.ledger.shape)
            ]
        if stage != "confirm" or evidence.undecided:
            seconds = self.options.budget_seconds
            evidence.notes.append(
                f"the budget of {seconds:g} s was used up after stage {stage!r}: raise --budget, or use --endpoint"
            )

    @property
    def seconds_left(self) -> float:
        """What is left of the budget."""
        return self._deadline - time.monotonic()

    def load(self) -> None:
        """Import the app in the worker, and read its URL map."""
        self.progress.stage("importing", 1)
        facts = self.worker.ask(
            "load", target=self.options.target, scenario=self.options.scenario, folder=self.options.folder
        )
        self._deadline += facts["import_seconds"]
        self.evidence.loaded = facts
        self.evidence.rules = dict(facts["routes"])
        if facts["walker"] != "native":
            self.evidence.notes.append(f"heap walker: {facts['walker']}; the run takes longer")
        wanted = self.options.endpoints
        unknown = [name for name in wanted if name not in self.evidence.rules]
        if unknown:
            known = ", ".join(sorted(self.evidence.rules)) or "none"
            raise StopperError(f"--endpoint {unknown[0]}: no such endpoint with a GET route; there are: {known}")
        if not wanted and self.options.scenario is None:
            self.evidence.errors += [NotExercised(*entry) for entry in facts["skipped"]]
        self.progress.advance()

    def probe(self) -> None:
        """A few requests to each endpoint: which of them answer?"""
        names = [name for name in self.evidence.rules if not self.options.endpoints or name in self.options.endpoints]
        self.progress.stage("first requests", len(names))
        for name in names:
            if name in self._excluded:
                self.evidence.errors.append(NotExercised(name, self._excluded[name]))
                continue
            facts = self.worker.ask("probe", 10.0, endpoint=name)
            drivable, reason = judge_answers(self.evidence.rules[name], facts)
            if reason:
                self.evidence.errors.append(NotExercised(name, reason))
            if drivable:
                self.evidence.reached[name] = max(facts["seconds"], 0.0001)
            self.progress.advance(detail=name)

    def settle(self) -> None:
        """Warm up until no new shapes begin to grow."""
        self.progress.stage("warming up", limits.SETTLE_ROUNDS_LIMIT)
        grown: set[int] | None = None
        for question in ("settle", *["drive"] * (limits.SETTLE_ROUNDS_LIMIT - 1)):
            interval = self._send(
                question, self._plan(self.evidence.reached, limits.SETTLE_REQUESTS), limits.SETTLE_REQUESTS
            )
            self.progress.advance()
            if self.seconds_left <= 0:
                break
            now = set(growth.rising([interval]))
            if grown is not None and now <= grown and question == "drive":
                break
            grown = now
        if self.options.scenario is not None:
            self.evidence.reached = {
                name: 0.0 for interval in self.ledger.intervals for name in interval.requests if name
            }

    def screen(self) -> None:
        """Rounds over all endpoints together: does anything grow at all?"""
        self.progress.stage("screening", limits.SCREEN_ROUNDS)
        for _ in range(limits.SCREEN_ROUNDS):
            plan = self._plan(self.evidence.reached, limits.SCREEN_REQUESTS)
            self.evidence.screening.append(self._send("drive", plan, limits.SCREEN_REQUESTS))
            self.progress.advance()
            if self.seconds_left <= 0:
                break
        self.evidence.screened = len(self.evidence.screening) == limits.SCREEN_ROUNDS

    def attribute(self) -> None:
        """Which endpoint makes which shape grow: rounds that drive one alone."""
        screened = growth.rising(self.evidence.screening)
        if not screened and not screen_native(self.evidence.screening):
            return
        names = list(self.evidence.reached)
        self.progress.stage("attributing", len(names) * limits.OWN_ROUNDS)
        self.evidence.own = self._own_rounds(names)
        self.evidence.undecided = growth.suspects(self.evidence.own, self.ledger.shape, screened)
        attributed = {suspect.shape_id for suspect in self.evidence.undecided}
        left = set(growth.topmost(screened, self.ledger.shape)) - attributed
        if left:
            self._background({key: screened[key] for key in left})

    def confirm(self) -> None:
        """Many more requests to the suspects' endpoints only: does the growth go on?"""
        if self.evidence.undecided:
            self._confirm_objects()
        if self.evidence.own and self.options.scenario is None:
            self.evidence.native = confirm_native(self)

    def drive_alone(self, endpoint: str, requests: int) -> Interval:
        """Requests to one endpoint, as many as are affordable; then a profile."""
        return self._send("drive", self._plan([endpoint], requests), 0)

    def _confirm_objects(self) -> None:
        self._known_bounds()
        self.progress.stage("confirming", len(limits.CONFIRM_REQUESTS))
        began = time.monotonic()
        level = self.ledger.level
        for number, requests in enumerate(limits.CONFIRM_REQUESTS):
            endpoints = {
                name for suspect in self.evidence.undecided for name in suspect.foremost(limits.CONFIRM_ENDPOINTS)
            }
            left = self._confirm_seconds(endpoints) - (time.monotonic() - began)
            if not endpoints or left <= 0 or self.seconds_left < 0 or self._costs_too_much(level.rss_bytes):
                break
            share = min(left, self.seconds_left) * requests / sum(limits.CONFIRM_REQUESTS[number:])
            plan = self._plan(dict.fromkeys(endpoints), requests, share)
            self.evidence.chunks.append(self._send("drive", plan, requests))
            self._drop_stopped()
            self.progress.advance()
        self._confirm_nested()
        # What uses up threads or children before any confirmation needs none.
        exhausted = not self.evidence.chunks and self._costs_too_much(level.rss_bytes)
        cut_short = self.seconds_left <= 0 and len(self.evidence.chunks) < len(limits.CONFIRM_REQUESTS)
        self.evidence.leaks = [
            one
            for one in self.evidence.undecided
            if not cut_short and (exhausted or self._course(one) is growth.Course.GOES_ON)
        ]
        self.evidence.undecided = [one for one in self.evidence.undecided if one not in self.evidence.leaks]
        self._attribute_again()
        self._try_same_inputs()

    def _try_same_inputs(self) -> None:
        """Does it grow without new inputs, too?"""
        if self.options.scenario is not None or self.seconds_left <= 0:
            return
        names = sorted({name for leak in self.evidence.leaks for name in leak.foremost(limits.CONFIRM_ENDPOINTS)})
        if names:  # the first of them may be new
            self.ledger.enter(self.worker.ask("drive", 10.0, plan=dict.fromkeys(names, 2), same=True))
        for name in names:
            plan = self._plan([name], limits.SAME_REQUESTS)
            self.evidence.same[name] = self.ledger.enter(self.worker.ask("drive", 10.0, plan=plan, same=True))
        larger = [
            one for one in self.evidence.leaks if growth.is_larger_by_input(one, self.ledger.shape, self.evidence.same)
        ]
        self.evidence.stopped += larger
        self.evidence.leaks = [one for one in self.evidence.leaks if one not in larger]

    def _confirm_seconds(self, endpoints: Collection[str]) -> float:
        """How long the confirmation of these endpoints may take in all."""
        least, most = limits.CONFIRM_SECONDS
        takes = [self.evidence.reached.get(name, 0.001) for name in endpoints]
        if self.options.scenario is not None:
            takes = [self._iteration_seconds]
        return min(
            limits.CONFIRM_ALL_SECONDS,
            sum(min(most, max(least, seconds * limits.PATIENCE_REQUESTS)) for seconds in takes),
        )

    def _own_rounds(self, names: Sequence[str]) -> dict[str, list[Interval]]:
        if self.options.scenario is not None:
            return self._scenario_rounds()
        found: dict[str, list[Interval]] = {name: [] for name in names}
        screened = growth.rising(self.evidence.screening)
        for number in range(limits.OWN_ROUNDS):
            for name in names:
                self.progress.advance(detail=name)
                if number and not any(growth.gains(found[name], screened)):
                    continue  # it makes nothing grow that grew in the screening
                plan = self._plan(
                    [name], limits.SCREEN_REQUESTS, limits.SCREEN_SECONDS / limits.OWN_ENDPOINTS_AT_FULL_LENGTH
                )
                found[name].append(self._send("drive", plan, 0))
        return found

    def _scenario_rounds(self) -> dict[str, list[Interval]]:
        answer = self.worker.ask("scenario_steps", 60.0, times=limits.SCENARIO_STEP_ITERATIONS)
        found: dict[str, list[Interval]] = {}
        for endpoint, step in answer["steps"]:
            found.setdefault(endpoint, []).append(self.ledger.enter({"hits": {endpoint: 1}, **step}))
        return found

    def _background(self, left: Mapping[int, str]) -> None:
        """What no endpoint alone explains: does it grow without requests?"""
        self.evidence.idle = [
            self.ledger.enter(self.worker.ask("idle", limits.IDLE_SECONDS, seconds=limits.IDLE_SECONDS))
            for _ in range(2)
        ]
        growing = {key: metric for key, metric in growth.rising(self.evidence.idle).items() if key in left}
        names = [holder_path(self.ledger.path(key)) for key in growth.topmost(growing, self.ledger.shape)]
        if names:
            self.evidence.notes.append(f"grows without requests, which is not judged: {', '.join(names)}")
        self._guess({key: metric for key, metric in left.items() if key not in growing})

    def _guess(self, left: Mapping[int, str]) -> None:
        """What grew under all endpoints but under none alone: if it still does, it strikes rarely."""
        again = [
            self._send("drive", self._plan(self.evidence.reached, limits.SCREEN_REQUESTS), limits.SCREEN_REQUESTS)
            for _ in range(limits.SCREEN_ROUNDS if left else 0)
        ]
        still = growth.rising(again) if again else {}
        for shape_id, metric in left.items():
            if still.get(shape_id) == metric:
                rate = growth.rate_per_request(again, shape_id, metric)
                rates = dict.fromkeys(self.evidence.reached, rate)
                self.evidence.undecided.append(Suspect(shape_id, metric, rates, guessed=True))

    def _known_bounds(self) -> None:
        """Suspects of a kind that is known to be bounded need no confirmation."""
        self.evidence.undecided = [one for one in self.evidence.undecided if not self._changed_owner(one)]
        scenario = self.options.scenario is not None
        self.evidence.located = locate(self.worker, self.ledger, self.evidence.undecided, scenario=scenario)
        left: list[Suspect] = []
        for suspect in self.evidence.undecided:
            limit = self.evidence.located.get(suspect.shape_id, {}).get("limit")
            gained = growth.owned_bytes(self.ledger.intervals[1:], [suspect.shape_id], self.ledger.children)
            metric = "objects" if suspect.metric == "objects" else "items"
            entries = sum(
                growth.value(interval.delta(suspect.shape_id), metric) for interval in self.ledger.intervals[1:]
            )
            if growth.is_bounded(limit, gained, entries):
                self.evidence.stopped.append(suspect)
            else:
                left.append(suspect)
        self.evidence.undecided = left

    def _changed_owner(self, suspect: Suspect) -> bool:
        """Whether a shape got more objects only because others no longer own them.

        A container that gets no more entries cannot hold more and more objects, but it can come to
        own those that it shares with a cache that drops them. Objects linked to each other are more
        than their container has entries.
        """
        parent = self.ledger.shape(suspect.shape_id).parent
        if suspect.metric != "objects" or parent == ROOT:
            return False
        tallies = self.worker.ask("tallies", shapes=[suspect.shape_id, parent])["tallies"]
        own, above = (Tally(*row) for row in tallies)
        return own.objects <= above.items

    def _confirm_nested(self) -> None:
        """A suspect inside what leaks by other endpoints: does it grow by its own alone?"""
        nested = growth.nested(self.evidence.undecided, self.ledger.shape)
        if self.options.scenario is not None or not nested:
            return
        for suspect in nested:
            interval = self._send(
                "drive", self._plan(list(suspect.endpoints), limits.NESTED_REQUESTS, limits.SCREEN_SECONDS), 0
            )
            rate = growth.rate_per_request([interval], suspect.shape_id, suspect.metric)
            if rate <= growth.STOPPED_SHARE * max(suspect.rates.values()):
                self.evidence.undecided.remove(suspect)

    def _drop_stopped(self) -> None:
        stopped = [one for one in self.evidence.undecided if self._course(one) is growth.Course.STOPPED]
        self.evidence.stopped += stopped
        self.evidence.undecided = [one for one in self.evidence.undecided if one not in stopped]

    def _course(self, suspect: Suspect) -> growth.Course:
        own = [interval for name in suspect.endpoints for interval in self.evidence.own.get(name, [])]
        return growth.course(suspect, [*self.evidence.screening, *own], self.evidence.chunks)

    def _attribute_again(self) -> None:
        """After all those requests what was only filling is full: see once more who makes it grow."""
        shared = [leak for leak in self.evidence.leaks if 1 < len(leak.endpoints) <= limits.SHARED_ENDPOINTS_LIMIT]
        if self.options.scenario is not None or not shared or self.seconds_left <= 0:
            return
        for name in sorted({name for leak in shared for name in leak.endpoints}):
            rare = any(name in leak.rates and leak.rates[name] < limits.RARE_RATE for leak in shared)
            requests = limits.RARE_REQUESTS if rare else limits.SCREEN_REQUESTS
            self.evidence.own[name] = [self.drive_alone(name, requests) for _ in range(limits.OWN_ROUNDS)]
        self.evidence.leaks = [
            growth.attributed_anew(leak, self.evidence.own) if leak in shared else leak for leak in self.evidence.leaks
        ]

    def _costs_too_much(self, rss_bytes_before: int) -> bool:
        level = self.ledger.level
        room = int(self.evidence.loaded["room_for_fds"])
        return (
            level.rss_bytes - rss_bytes_before > limits.GROWN_BYTES_LIMIT
            or level.threads > limits.THREADS_LIMIT
            or level.children > limits.CHILDREN_LIMIT
            or level.fds > room // 2
        )

    def _plan(
        self, names: Mapping[str, object] | Sequence[str], requests: int, seconds: float = limits.SCREEN_SECONDS
    ) -> dict[str, int]:
        """How many requests to send to each endpoint: so many, or what fits into the time."""
        each = min(seconds, max(0.1, self.seconds_left / 3)) / max(1, len(names))
        plan: dict[str, int] = {}
        for name in names:
            takes = self.evidence.reached.get(name, 0.001) * self._slowdown
            fits = int(each / takes if self.options.scenario is None else seconds / self._iteration_seconds)
            plan[name] = max(min(requests, limits.LEAST_REQUESTS), min(requests, fits, self._affordable(name)))
        return plan

    def _affordable(self, name: str) -> int:
        """Requests until the endpoint would use up threads, children or descriptors."""
        rounds = self.evidence.own.get(name, [])
        sent = sum(interval.sent() for interval in rounds)
        if not sent:
            return max(limits.CONFIRM_REQUESTS)
        room = int(self.evidence.loaded["room_for_fds"])
        level = self.ledger.level
        fits = float(max(limits.CONFIRM_REQUESTS))
        for gained, left in (
            (sum(interval.reading.fds for interval in rounds), room // 2 - level.fds),
            (sum(interval.reading.threads for interval in rounds), limits.THREADS_LIMIT - level.threads),
            (sum(interval.reading.children for interval in rounds), limits.CHILDREN_LIMIT - level.children),
            (sum(interval.reading.rss_bytes for interval in rounds), limits.GROWN_BYTES_LIMIT),
            (
                sum(tally.objects for interval in rounds for tally in interval.deltas.values()),
                limits.GROWN_OBJECTS_LIMIT,
            ),
        ):
            if gained > sent / 20:
                fits = min(fits, max(0, left) * sent / gained)
        return int(fits)

    def _send(self, question: str, plan: Mapping[str, int], iterations: int) -> Interval:
        """Requests by plan, or iterations of the scenario; then a profile."""
        if self.options.scenario is not None:
            times = max(plan.values(), default=iterations)
            asked = "scenario" if question == "drive" else question
            arguments: dict[str, Any] = {"times": times} if asked == "scenario" else {"plan": {}, "scenario": times}
            began = time.monotonic()
            interval = self.ledger.enter(self.worker.ask(asked, times * max(0.1, self._iteration_seconds), **arguments))
            self._iteration_seconds = max(0.0005, (time.monotonic() - began - limits.PROFILE_SECONDS) / times)
            return interval
        expected = sum(times * self.evidence.reached.get(name, 0.01) for name, times in plan.items()) * self._slowdown
        began = time.monotonic()
        interval = self.ledger.enter(self.worker.ask(question, expected, plan=dict(plan)))
        # Requests to what leaks get slower: next time fewer of them fit into the time.
        self._slowdown *= min(10.0, max(0.2, (time.monotonic() - began) / max(expected, limits.PROFILE_SECONDS)))
        self._slowdown = max(1.0, self._slowdown)
        return interval
