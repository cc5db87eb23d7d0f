"""Make to order once more, in plain Python: one replication, one event after the other.

Written from docs/background/make-to-order.md (below: "doc", with the heading), not from the core. Here is
what happens to an order from its release to its end.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from plain_orders_draws import NOUGHT, Json, Luck, Stream
from plain_orders_floor import COMPLETION, MACHINE, Job, Server, Station
from plain_orders_office import Office

DELIVERY = 2  # doc: Addresses


def ledger(
    model: Json,
    *,
    key: int,
    entity: int,
    replication: int,
    periods: float | None = None,
    orders: int | None = None,
    drain: float | None = None,
) -> list[Json]:
    """The orders of the cohort, one by one; either `periods` or `orders` is given (doc: Counting)."""
    if (periods is None) == (orders is None):
        raise ValueError("either periods or orders must be given")
    shop = Shop(model, Luck(key, replication), entity, periods, orders)
    shop.run(drain)
    return [job.row() for job in shop.cohort]


class Shop(Office):
    """The whole of it."""

    def run(self, drain: float | None) -> None:
        end = math.inf if drain is None else self.horizon + drain
        self.expect_order()
        while self.events and self.events[0][0] < end:
            self.instant()
            if self.all_there and all(job.gone for job in self.cohort):
                break

    # 6. Operations.

    def target(self, job: Job) -> Station:
        assert job.op is not None
        return self.stations[self.tasks.operations[job.op]["station"]]

    def join(self, job: Job) -> None:
        """The order comes to the queue of its next operation."""
        assert job.op is not None
        job.work = self.tasks.work(job.op, job.order, job.visits[job.op], job.nth)
        job.visits[job.op] += 1
        job.queued = self.now
        self.target(job).queue.append(job)

    def dispatch(self) -> bool:
        """Gives work to servers, station by station; whether there was any to give."""
        given = False
        for station in self.stations:
            while station.queue and (idle := [s for s in station.servers if s.is_idle(self.now)]):
                self.start(station, idle[0])
                given = True
            for server in station.servers:
                opening = server.opening(self.now)
                if server.job is None and opening not in (self.now, server.woken):
                    server.woken = opening
                    self.at(opening, MACHINE, station.number, partial(self.fill, station))
        return given

    def start(self, station: Station, server: Server) -> None:
        rule = station.spec.get("overtime")
        if rule is not None:
            load = station.load(self.now)
            station.overtime = load > rule["above"] or (station.overtime and not load < rule["below"])
        job = min(station.queue, key=lambda one: (self.rank(one, server), one.number))
        station.queue.remove(job)
        assert job.work is not None
        same = server.variant == job.order.variant
        x = job.x(0.0 if same else job.work.setup)
        if rule is not None and station.overtime:
            x /= rule["factor"]
        server.row = server.row + 1 if same else 1
        server.variant = job.order.variant
        server.job, job.server, server.start = job, server, self.now
        server.finish = server.done(self.now, x)
        job.waiting += self.now - job.queued
        job.started = self.now if math.isnan(job.started) else job.started
        self.at(server.finish, COMPLETION, station.number, partial(self.complete, job, server))
        self.fill(station)

    def rank(self, job: Job, server: Server) -> Any:
        """Doc: Who is next."""
        rule = self.model.get("dispatch") or {"rule": "fcfs"}
        match rule["rule"]:
            case "fcfs":
                return job.queued
            case "edd":
                return job.due
            case "spt":
                return job.x()
            case "slack":
                return job.due - self.mean_left(job)
            case "critical_ratio":
                time, work = job.due - self.now, self.mean_left(job)
                return time / work if work else math.copysign(math.inf, time)
            case "priority":
                classes = self.model["orders"].get("classes")
                return classes[job.order.kind].get("priority", 0) if classes else 0, job.queued
            case "setup_saving":
                goes_on = server.variant == job.order.variant and server.row < rule["longest"]
                return not goes_on, job.queued
        raise ValueError(rule)

    def mean_left(self, job: Job) -> float:
        return self.tasks.expected(job.order, job.op) if self.tasks.is_random else self.planned(job)

    def complete(self, job: Job, server: Server) -> None:
        job.making += self.now - server.start
        if job.lost:
            return self.go(job, "reneged")
        job.op = self.next_operation(job)
        if job.op is None:
            self.vacate(job)
            self.on_floor.remove(job)
            job.finished = self.now
            self.deliver(job)
        elif self.target(job).has_place(job, self.now):
            self.vacate(job)
            self.join(job)
        else:
            job.blocked = self.now
            self.target(job).blocked.append(job)
        self.fill(server.station)
        return self.release_what_fits()

    def next_operation(self, job: Job) -> int | None:
        op = job.op
        assert op is not None
        spec, u = self.tasks.operations[op], self.tasks.outcome(op, job.order, job.visits[op] - 1)
        if self.tasks.is_random:
            return self.luck.choose(self.tasks.routing["next"][op], u)
        if u < spec.get("rework", 0.0) and job.sent_back[op] < spec.get("rework_most", 2**16 - 1):
            job.sent_back[op] += 1
            back = op if spec.get("rework_to") is None else spec["rework_to"]
            job.step = max(k for k in range(job.step + 1) if job.route[k] == back)
        else:
            job.step += 1
        return job.route[job.step] if job.step < len(job.route) else None

    def vacate(self, job: Job) -> None:
        assert job.server is not None
        job.server.job = None
        job.server = None

    def fill(self, station: Station) -> None:
        """Doc: Blocking. Whoever was blocked longest moves to a free place; others to the one it leaves."""
        while station.blocked:
            job = min(station.blocked, key=lambda one: (one.blocked, one.number))
            if not station.has_place(job, self.now):
                return
            left = self.unblock(job)
            self.join(job)
            self.fill(left)

    def unblock(self, job: Job) -> Station:
        """Takes it from the server that it keeps; the station of that server."""
        assert job.server is not None
        station = job.server.station
        self.target(job).blocked.remove(job)
        job.waiting += self.now - job.blocked
        job.blocked = math.nan
        self.vacate(job)
        return station

    # 7. Delivery, and other ways to go.

    def deliver(self, job: Job) -> None:
        law = self.model.get("delivery", NOUGHT)
        t = self.now + self.luck.draw(law, Stream.LEAD_TIME, self.entity, DELIVERY << 32 | job.number)
        t = max(t, job.due) if self.model.get("deliver_on_date", False) else t
        self.step(job, t, COMPLETION, partial(self.go, status="delivered"))

    def lose_patience(self, job: Job) -> None:
        started, finished = not math.isnan(job.started), not math.isnan(job.finished)
        if job.gone or finished or (started and self.model.get("patience_until", "delivery") == "start"):
            return
        if job.server is not None and math.isnan(job.blocked):
            job.lost = True
        else:
            self.go(job, "reneged")

    def cancel(self, job: Job) -> None:
        if not job.gone and math.isnan(job.started):
            self.go(job, "cancelled")

    def go(self, job: Job, status: str) -> None:
        """Out of the shop, from wherever it is."""
        job.left, job.status = self.now, status
        station = None
        if not math.isnan(job.blocked):
            station = self.unblock(job)
        elif job.server is not None:
            station = job.server.station
            self.vacate(job)
        elif job.op is not None:
            station = self.target(job)
        for line in (self.shop, self.short, self.ready, self.on_floor, station.queue if station else []):
            if job in line:
                line.remove(job)
        if station is not None:
            self.fill(station)
        self.hand_out()
        self.release_what_fits()
