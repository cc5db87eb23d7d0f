"""The floor of a plain shop that makes to order: orders on their way, servers and when they can work, queues.

Written from docs/background/make-to-order.md, not from the core. The finish of an operation is known at its
start, since breakdowns and closed hours are.
"""

from __future__ import annotations

import bisect
import heapq
import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from plain_orders_draws import Json, Luck, Order, Stream, Work, added

NAN = math.nan
MACHINE, COMPLETION, PLANNING, LEAVING, ARRIVING = range(5)  # doc: Simultaneous events


class Agenda:
    """What is going to happen (doc: Simultaneous events)."""

    def __init__(self) -> None:
        self.now = 0.0
        self.events: list[tuple[float, int, int, int, Callable[[], None]]] = []
        self.sequence = itertools.count()

    def at(self, time: float, kind: int, entity: int, act: Callable[[], None]) -> None:
        heapq.heappush(self.events, (time, kind, entity, next(self.sequence), act))

    def step(self, job: Job, time: float, kind: int, act: Callable[[Job], None]) -> None:
        """What happens to an order next, unless it has gone by then; at once if it just goes on."""

        def then() -> None:
            if not job.gone:
                act(job)

        if kind == COMPLETION and time <= self.now:
            then()
        else:
            self.at(max(time, self.now), kind, 0, then)

    def instant(self) -> None:
        """All that happens at the next instant; servers are given work when nothing else is left to do."""
        self.now = self.events[0][0]
        while True:
            while self.events and self.events[0][0] == self.now:
                heapq.heappop(self.events)[-1]()
            if not self.dispatch():
                return

    def dispatch(self) -> bool:
        raise NotImplementedError


@dataclass(eq=False)
class Job:
    """An order on its way."""

    order: Order
    route: list[int]
    step: int = 0  # operations of the route that are behind it
    op: int | None = None  # the operation it is at, once released
    quote: float = NAN
    due: float = NAN
    confirmed: float = NAN
    material: float = NAN
    released: float = NAN
    started: float = NAN
    finished: float = NAN
    left: float = NAN
    status: str = "open"
    waiting: float = 0.0
    making: float = 0.0
    nth: int = 0  # of its variant, in order of release
    visits: Counter[int] = field(default_factory=Counter)
    sent_back: Counter[int] = field(default_factory=Counter)
    work: Work | None = None
    queued: float = NAN
    server: Server | None = None
    blocked: float = NAN  # since when
    lost: bool = False  # leaves when the work in process is finished

    @property
    def number(self) -> int:
        return self.order.number

    @property
    def gone(self) -> bool:
        return self.status != "open"

    def x(self, setup: float = 0.0) -> float:
        assert self.work is not None
        return self.work.x(setup)

    def row(self) -> Json:
        own = ("quote", "due", "confirmed", "material", "released", "started", "finished", "left", "status")
        worked = not math.isnan(self.started)
        return {
            "order": self.number,
            "arrival": self.order.arrival,
            "class": self.order.kind,
            "variant": self.order.variant,
            "size": self.order.size,
            **{name: getattr(self, name) for name in own},
            "waiting": self.waiting if worked else NAN,
            "making": self.making if worked else NAN,
        }


class Hours:
    """When a server can work: intervals [opening, closing) that go on for ever."""

    def __init__(self, intervals: Iterator[tuple[float, float]]) -> None:
        self.intervals = intervals
        self.known: list[tuple[float, float]] = []

    def after(self, t: float) -> Iterator[tuple[float, float]]:
        """Intervals that close after t."""
        while not self.known or self.known[-1][1] <= t:
            self.known.append(next(self.intervals))
        for i in itertools.count(bisect.bisect_right(self.known, t, key=lambda one: one[1])):
            if i == len(self.known):
                self.known.append(next(self.intervals))
            yield self.known[i]

    def opening(self, t: float) -> float:
        """When work can begin that wants to begin at t."""
        return max(t, next(self.after(t))[0])

    def worked(self, t: float, work: float) -> float:
        """When so much work is done that begins at t; window by window."""
        for opening, closing in self.after(t):
            t = max(t, opening)
            if work <= closing - t:
                return t + work
            work -= closing - t
        raise AssertionError("intervals never end")


def calendar_hours(calendar: Json) -> Iterator[tuple[float, float]]:
    for cycle in itertools.count():
        for opening, closing in calendar["open"]:
            yield cycle * calendar["cycle"] + opening, cycle * calendar["cycle"] + closing


class Server:
    """A machine: what it does, what it did last, and when it can work."""

    def __init__(self, station: Station, number: int, luck: Luck) -> None:
        self.station = station
        self.number = number
        self.luck = luck
        self.job: Job | None = None
        self.start = self.finish = NAN
        self.variant: int | None = None  # done last,
        self.row = 0  # so many times in a row
        self.woken = NAN
        self.failure = 0  # its number
        self.hours: Hours | None = None
        calendar, breakdowns = station.spec.get("calendar"), station.spec.get("breakdowns")
        self.wears = breakdowns is not None and breakdowns.get("clock", "busy") == "busy"
        if calendar is not None and breakdowns is not None and not self.wears:
            raise ValueError("a calendar beside breakdowns by the clock is not simulated plainly")
        if calendar is not None:
            self.hours = Hours(calendar_hours(calendar))
        elif breakdowns is not None and not self.wears:
            self.hours = Hours(self.up())
        self.running = self.spell("uptime", Stream.TIME_TO_FAILURE) if self.wears else math.inf

    def spell(self, law: str, stream: Stream) -> float:
        index = self.number << 32 | self.failure
        return self.luck.draw(self.station.spec["breakdowns"][law], stream, self.station.spec["key"], index)

    def up(self) -> Iterator[tuple[float, float]]:
        """When it runs if running time always passes."""
        t = 0.0
        while True:
            failure = t + self.spell("uptime", Stream.TIME_TO_FAILURE)
            yield t, failure
            t = failure + self.spell("repair", Stream.TIME_TO_REPAIR)
            self.failure += 1

    def opening(self, t: float) -> float:
        return t if self.hours is None else self.hours.opening(t)

    def is_idle(self, t: float) -> bool:
        """Free, and able to take an order."""
        return self.job is None and self.opening(t) == t

    def done(self, t: float, work: float) -> float:
        """When work that starts now is done (doc: The way of an order, 6; breakdowns and closed hours)."""
        while self.running < work:
            t = self.later(t, self.running)
            work -= self.running
            t = self.later(t, self.spell("repair", Stream.TIME_TO_REPAIR))
            self.failure += 1
            self.running = self.spell("uptime", Stream.TIME_TO_FAILURE)
        self.running -= work
        return self.later(t, work)

    def later(self, t: float, work: float) -> float:
        return t + work if self.hours is None else self.hours.worked(t, work)


class Station:
    """Servers and the queue before them."""

    def __init__(self, number: int, spec: Json, luck: Luck) -> None:
        self.number = number
        self.spec = spec
        self.servers = [Server(self, m, luck) for m in range(spec.get("servers", 1))]
        self.queue: list[Job] = []
        self.blocked: list[Job] = []  # on servers elsewhere, for want of a place here
        self.overtime = False

    def load(self, now: float) -> float:
        """Work per server: of the queue as it will turn out, and what is left on servers."""
        queue = added(job.x() for job in self.queue)
        left = added(s.finish - now for s in self.servers if s.job is not None and math.isnan(s.job.blocked))
        return (queue + left) / len(self.servers)

    def has_place(self, job: Job, now: float) -> bool:
        """Doc: Blocking. A server that would take the order at once is a place, as is the one it leaves."""
        buffer = self.spec.get("buffer")
        if buffer is None:
            return True
        idle = sum(s.is_idle(now) or (s.job is job and s.opening(now) == now) for s in self.servers)
        return len(self.queue) < int(buffer) + idle
