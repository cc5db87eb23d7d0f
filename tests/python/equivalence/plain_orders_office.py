"""The office of a plain shop that makes to order: all that happens to an order until it is released.

Written from docs/background/make-to-order.md (below: "doc", with the heading), not from the core. Work in
front of somebody is added up anew whenever anybody asks.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from functools import partial

from plain_orders_draws import NOUGHT, Json, Luck, Order, Stream, Tasks, added, order_book
from plain_orders_floor import ARRIVING, COMPLETION, LEAVING, PLANNING, Agenda, Job, Station

ENTRY_DELAY, DATA_ERROR, CORRECTION, CONFIRMS, CONFIRMATION_DELAY = range(5)  # doc: Addresses
MATERIAL = 1


class Office(Agenda):
    """The state of one replication, and what happens to orders before there is work on them."""

    def __init__(
        self, model: Json, luck: Luck, entity: int, periods: float | None, orders: int | None
    ) -> None:
        super().__init__()
        self.model = model
        self.entity = entity
        self.luck = luck
        self.horizon = math.inf if periods is None else periods
        self.all_there = False  # the cohort
        self.tasks = Tasks(model, luck, entity)
        self.book = itertools.islice(order_book(model["orders"], luck, entity), orders)
        self.stations = [Station(s, spec, luck) for s, spec in enumerate(model["stations"])]
        self.release_rule: Json = model.get("release") or {"rule": "immediate"}
        self.cohort: list[Job] = []
        self.shop: list[Job] = []  # accepted and not gone
        self.short: list[Job] = []  # wait for stocked material, in order of confirmation
        self.stock = float((model.get("material") or {}).get("level", 0.0))
        self.ready: list[Job] = []  # wait for release
        self.on_floor: list[Job] = []  # released and not finished
        self.released: Counter[int] = Counter()  # of each variant

    def join(self, job: Job) -> None:
        """The order comes to the queue of its next operation."""
        raise NotImplementedError

    def go(self, job: Job, status: str) -> None:
        """Out of the shop, from wherever it is."""
        raise NotImplementedError

    def lose_patience(self, job: Job) -> None:
        raise NotImplementedError

    def cancel(self, job: Job) -> None:
        raise NotImplementedError

    # 1. Arrival.

    def expect_order(self) -> None:
        order = next(self.book, None)
        self.all_there = order is None or order.arrival >= self.horizon
        if order is not None:
            self.at(order.arrival, ARRIVING, 0, partial(self.arrive, order))

    def arrive(self, order: Order) -> None:
        job = Job(order, self.tasks.route(order))
        if order.arrival < self.horizon:
            self.cohort.append(job)
        self.expect_order()
        job.quote = self.quote(job)
        job.due = self.now + job.quote
        answer = self.answer(job)
        if answer != "accepted":
            job.left, job.status = self.now, answer
            return
        self.shop.append(job)
        if order.patience is not None:
            self.at(self.now + order.patience, LEAVING, 0, partial(self.lose_patience, job))
        self.enter(job)

    def answer(self, job: Job) -> str:
        rules, costs = self.model.get("acceptance") or {}, self.model.get("costs") or {}
        if rules.get("max_orders") is not None and len(self.shop) >= rules["max_orders"]:
            return "rejected"
        most, longest, order = rules.get("max_workload"), rules.get("max_quote"), job.order
        if most is not None and max(station.load(self.now) for station in self.stations) > most:
            return "balked"
        if longest is not None and job.quote > longest:
            return "balked"
        if order.valuation is not None:
            price = costs.get("price", 0.0) + costs.get("price_premium", 0.0) * order.customisation
            if order.valuation - price - order.sensitivity * job.quote < 0.0:
                return "balked"
        return "accepted"

    def quote(self, job: Job) -> float:
        """Doc: Planned work, the table of quotes."""
        rule: Json = self.model.get("quote") or {"rule": "requested"}
        match rule["rule"]:
            case "requested":
                return job.order.requested
            case "constant":
                return float(rule["lead_time"])
            case "forward_loading" if not self.tasks.is_random:
                return self.loaded_forward(job) + float(rule.get("buffer", 0.0)) - self.now
        raise ValueError(f"the quote {rule['rule']!r} is not simulated plainly here")

    def loaded_forward(self, job: Job) -> float:
        mean = self.luck.mean
        entry, confirmation = self.entry(job), self.model.get("confirmation") or {}
        material = self.model.get("material") or {}
        before = mean(entry.get("delay", NOUGHT))
        before += entry.get("error", 0.0) * mean(entry.get("correction", NOUGHT))
        before += entry.get("every", 0.0) / 2.0  # of the wait for the next run
        before += mean(confirmation.get("delay", NOUGHT))
        if material.get("kind") == "called_off":
            before += mean(material["lead_time"])
        t = self.now + before
        for op in job.route:
            station = self.stations[self.tasks.operations[op]["station"]]
            in_front = added(self.planned(other, station.number) for other in self.shop)
            t = max(t, self.now + in_front / len(station.servers)) + self.tasks.mean(op, job.order)
        return float(t + mean(self.model.get("delivery", NOUGHT)))

    def planned(self, job: Job, station: int | None = None) -> float:
        """Mean work of an order that is not finished, at a station or at all."""
        means = self.tasks.means(job.order, station)
        return added(means[op] for op in job.route[job.step :])

    # 2., 3. Entry and confirmation.

    def entry(self, job: Job) -> Json:
        own = self.model.get("manual_entry") if job.order.manual else None
        return own or self.model.get("entry") or {}

    def admin(self, law: Json | None, which: int, job: Job) -> float:
        return self.luck.draw(law or NOUGHT, Stream.ADMIN, self.entity, which << 32 | job.number)

    def happens(self, chance: float, which: int, job: Job) -> bool:
        return self.luck.uniform(Stream.ADMIN, self.entity, which << 32 | job.number) < chance

    def enter(self, job: Job) -> None:
        entry = self.entry(job)
        t = self.now + self.admin(entry.get("delay"), ENTRY_DELAY, job)
        if self.happens(entry.get("error", 0.0), DATA_ERROR, job):
            t += self.admin(entry.get("correction"), CORRECTION, job)
        if entry.get("every", 0.0) > 0.0:
            self.step(job, next_multiple(t, entry["every"]), PLANNING, self.entered)
        else:
            self.step(job, t, COMPLETION, self.entered)

    def entered(self, job: Job) -> None:
        rule = self.model.get("confirmation") or {}
        t = self.now + self.admin(rule.get("delay"), CONFIRMATION_DELAY, job)
        if self.happens(rule.get("probability", 1.0), CONFIRMS, job):
            self.step(job, t, COMPLETION, self.confirm)
        else:
            self.step(job, t, COMPLETION, partial(self.go, status="unconfirmed"))

    # 4. Material.

    def confirm(self, job: Job) -> None:
        job.confirmed = self.now
        rate = self.model.get("cancellation", 0.0)
        if rate > 0.0:
            wait = self.luck.draw(
                {"law": "exponential", "mean": 1.0 / rate}, Stream.CANCEL, self.entity, job.number
            )
            self.at(self.now + wait, LEAVING, 0, partial(self.cancel, job))
        material = self.model.get("material")
        if material is None:
            return self.supplied(job)
        lead = self.luck.draw(
            material["lead_time"], Stream.LEAD_TIME, self.entity, MATERIAL << 32 | job.number
        )
        if material["kind"] == "called_off":
            return self.step(job, self.now + lead, COMPLETION, self.supplied)
        self.at(self.now + lead, COMPLETION, 0, partial(self.replace, job.order.size))
        self.short.append(job)
        return self.hand_out()

    def replace(self, units: float) -> None:
        self.stock += units
        self.hand_out()

    def hand_out(self) -> None:
        while self.short and self.short[0].order.size <= self.stock:
            self.stock -= self.short[0].order.size
            self.supplied(self.short.pop(0))

    # 5. Release.

    def supplied(self, job: Job) -> None:
        job.material = self.now
        self.ready.append(job)
        rule = self.release_rule
        match rule["rule"]:
            case "immediate":
                self.release(job)
            case "backward":
                self.step(job, job.due - rule["planned"], PLANNING, self.release)
            case "periodic":
                self.step(job, next_multiple(self.now, rule["every"]), PLANNING, self.release_all)
            case "workload_cap":
                self.release_what_fits()

    def release_all(self, _: Job) -> None:
        for job in self.in_line():
            self.release(job)

    def release_what_fits(self) -> None:
        """Doc: Planned work. The first that does not fit holds up those behind it."""
        if self.release_rule["rule"] != "workload_cap":
            return
        for job in self.in_line():
            work = added(self.counted(other) for other in self.on_floor) + self.counted(job)
            if self.on_floor and work > self.release_rule["cap"]:
                return
            self.release(job)

    def in_line(self) -> list[Job]:
        return sorted(self.ready, key=lambda job: (job.material, job.number))

    def counted(self, job: Job) -> float:
        station = self.release_rule.get("station")
        if self.tasks.is_random:
            return self.tasks.expected(job.order, None, station)
        return self.planned(job, station)

    def release(self, job: Job) -> None:
        if job not in self.ready:
            return
        self.ready.remove(job)
        self.on_floor.append(job)
        job.released = self.now
        self.released[job.order.variant] += 1
        job.nth = self.released[job.order.variant]
        job.op = self.tasks.first(job.order)
        self.join(job)


def next_multiple(t: float, every: float) -> float:
    """The first multiple that is not before t."""
    k = math.ceil(t / every)
    while k * every < t:
        k += 1
    return k * every
