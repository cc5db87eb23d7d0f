"""Assembling to order on the order clock once more, in plain Python: one event after the other.

Written from docs/background/assemble-to-order.md, not from the core. A model is the JSON-like dict of
`AssembleToOrder`. What is reserved, needed or in assembly is added up over the lots whenever anybody asks,
and whenever time goes by; so is who is to blame.

An order is one lot of units that are assembled together, or, where it is delivered in parts, a lot for each
unit.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from plain_orders_draws import Json, Luck, Order, Stream, added, order_book
from plain_orders_floor import ARRIVING, COMPLETION, LEAVING, NAN, PLANNING, Agenda

OPTION = 15  # stream
COMMITTED = ("fcfs_commit", "priority")


@dataclass(eq=False)
class Customer:
    """An order and what became of it."""

    order: Order
    counted: bool
    missing: int
    """Units not delivered."""
    at_once: bool = False
    prompt: int = 0
    """Units delivered the moment it came."""
    lots: list[Lot] = field(default_factory=list)
    last: tuple[float, float] = (NAN, NAN)
    """Of the lot that was finished last: when its components were there, and when it was begun."""
    left: float = NAN
    status: str = "open"

    @property
    def ready(self) -> float:
        """When all components of all its lots were there; once delivered, of the lot finished last."""
        if self.status == "delivered" or not self.lots:
            return self.last[0]
        times = [lot.ready for lot in self.lots]
        return NAN if any(math.isnan(time) for time in times) else max(times)

    @property
    def started(self) -> float:
        """When its first lot was begun; once delivered, the lot that was finished last."""
        if self.status == "delivered" or not self.lots:
            return self.last[1]
        return min((lot.started for lot in self.lots if not math.isnan(lot.started)), default=NAN)


@dataclass(eq=False)
class Lot:
    """Units assembled together; for a customer, or for finished stock."""

    number: int
    customer: Customer | None
    index: int
    """Of the number that decides how long its assembly takes."""
    product: int
    units: int
    needs: Counter[int]
    kind: int = 0
    """Class of the customer who set it off."""
    got: Counter[int] = field(default_factory=Counter)
    stage: str = "waiting"
    ready: float = NAN
    started: float = NAN

    def lacks(self, j: int) -> int:
        return self.needs[j] - self.got[j]


class Component:
    """A stock and its supply."""

    def __init__(self, number: int, spec: Json) -> None:
        self.number, self.spec = number, spec
        policy = spec["policy"]
        match policy["kind"]:
            case "base_stock":
                self.trigger, self.target = policy["level"] - 1, policy["level"]
            case "min_max":
                self.trigger, self.target = policy["reorder"] - policy["strict"], policy["up_to"]
            case "reorder_quantity":
                self.trigger = policy["reorder"] - policy["strict"]
                self.target = policy["reorder"] + policy["quantity"]
        self.free = int(spec.get("opening_stock", self.target))
        self.on_order = 0
        self.queued = self.busy = 0
        self.drawn = 0
        self.latest = 0.0

    def wanted(self, position: int) -> int:
        """What the policy releases at this inventory position."""
        if position > self.trigger:
            return 0
        if self.spec["policy"]["kind"] != "reorder_quantity":
            return int(self.target - position)
        lot = int(self.spec["policy"]["quantity"])
        return next(n * lot for n in itertools.count(1) if position + n * lot > self.trigger)


class Assembly(Agenda):
    """The state of one replication, and what has been counted."""

    def __init__(
        self,
        model: Json,
        luck: Luck,
        entity: int,
        *,
        periods: float | None = None,
        orders: int | None = None,
        warm_up: int = 0,
        drain: float | None = None,
    ) -> None:
        super().__init__()
        self.model, self.luck, self.entity = model, luck, entity
        key = model["orders"].get("key")
        self.book_entity = entity if key is None else key
        self.book: Iterator[Order] = order_book(model["orders"], luck, entity)
        self.by_number = orders is not None
        self.warm_up, self.end = warm_up, math.inf
        if orders is not None:
            known = list(itertools.islice(self.book, orders))
            self.book = iter(known)
            self.window = (known[warm_up].arrival if warm_up else 0.0, known[-1].arrival)
        else:
            assert periods is not None
            self.window = (float(warm_up), float(periods))
            self.end = math.inf if drain is None else periods + drain
        self.components = [Component(j, spec) for j, spec in enumerate(model["components"])]
        self.products: list[Json] = model["products"]
        self.customers: list[Customer] = []
        self.numbers = itertools.count()
        self.lots: list[Lot] = []  # not finished, by age
        self.bench: list[Lot] = []  # wait for a bench
        self.busy = 0
        self.finished = [int(p["stock"]) for p in self.products]
        self.fronts: list[list[Customer]] = [[] for _ in self.products]  # wait for finished units
        self.coming = True
        self.area: defaultdict[tuple[str, int], float] = defaultdict(float)
        self.blame: defaultdict[tuple[int, int], float] = defaultdict(float)
        self.count: defaultdict[tuple[str, int], float] = defaultdict(float)
        self.total: defaultdict[str, float] = defaultdict(float)

    # Time.

    def run(self) -> None:
        for c in self.components:
            if c.spec["review_period"] > 0:
                self.at(0.0, PLANNING, c.number, partial(self.plan, c, 0))
            else:
                self.review(c)
        self.expect_order()
        while self.events and not self.nothing_more():
            time = self.events[0][0]
            if time >= self.end or self.is_over(time):
                break
            self.let_pass(time)
            heapq.heappop(self.events)[-1]()
        self.let_pass(max(self.now, self.window[1]) if self.end == math.inf else self.end)

    def is_over(self, time: float) -> bool:
        last = not self.coming if self.by_number else time >= self.window[1]
        return last and not any(one.status == "open" for one in self.customers if one.counted)

    def nothing_more(self) -> bool:
        """Only reviews are left, and none of them finds that anything is wanted."""
        if any(kind != PLANNING for _, kind, *_ in self.events):
            return False
        return not any(c.wanted(self.position(c)) for c in self.components)

    def in_window(self) -> bool:
        return self.window[0] <= self.now < self.window[1]

    def let_pass(self, time: float) -> None:
        dt = min(time, self.window[1]) - max(self.now, self.window[0])
        self.now = time
        if dt <= 0:
            return
        for c in self.components:
            j = c.number
            self.area["free", j] += c.free * dt
            self.area["reserved", j] += self.reserved(j) * dt
            self.area["in_assembly", j] += self.in_assembly(j) * dt
            self.area["needed", j] += self.needed(j) * dt
            self.area["on_order", j] += c.on_order * dt
            self.area["on_order_squares", j] += c.on_order**2 * dt
            self.area["busy", j] += c.busy * dt
            self.area["queued", j] += c.queued * dt
        self.total["on_order_squares"] += sum(c.on_order for c in self.components) ** 2 * dt
        self.total["bench"] += self.busy * dt
        self.total["queue"] += len(self.bench) * dt
        for one in self.customers:
            if one.status == "open":
                self.area["open", one.order.variant] += dt
                self.area["undelivered", one.order.variant] += one.missing * dt
        for lot in self.waiting():
            self.area["short", lot.product] += lot.units * dt
            guilty = self.guilty(lot)
            for j in guilty:
                self.blame[j, lot.product] += lot.units * dt / len(guilty)
        for v, units in enumerate(self.finished):
            self.area["finished", v] += units * dt

    # What there is.

    def waiting(self) -> list[Lot]:
        """Lots that lack something, in the order in which they are served."""
        lots = [lot for lot in self.lots if lot.stage == "waiting"]
        if self.model["allocation"] != "priority":
            return lots
        return sorted(lots, key=lambda one: (*self.rank(one), one.number))

    def rank(self, lot: Lot) -> tuple[int, int]:
        """The smaller, the more important: by product, then by the customer who set it off."""
        own = self.products[lot.product]["priority"]
        classes = self.model["orders"].get("classes")
        return own, classes[lot.kind]["priority"] if classes else 0

    def reserved(self, j: int) -> int:
        return sum(lot.got[j] for lot in self.lots if lot.stage == "waiting")

    def in_assembly(self, j: int) -> int:
        return sum(lot.needs[j] for lot in self.lots if lot.stage in ("ready", "bench"))

    def needed(self, j: int) -> int:
        return sum(lot.lacks(j) for lot in self.lots if lot.stage == "waiting")

    def position(self, c: Component) -> int:
        return c.free - self.needed(c.number) + c.on_order

    def left_for(self, v: int, j: int) -> int:
        """What product v may take of component j."""
        spares = self.model["allocation"] == "reserve_critical" and not self.products[v]["critical"]
        return self.components[j].free - (int(self.components[j].spec["reserve"]) if spares else 0)

    def guilty(self, lot: Lot) -> list[int]:
        """Which components keep a lot waiting."""
        if self.model["allocation"] in COMMITTED:
            return [j for j in lot.needs if lot.lacks(j) > 0]
        return [j for j, n in lot.needs.items() if self.left_for(lot.product, j) < n]

    # Orders.

    def expect_order(self) -> None:
        order = next(self.book, None)
        self.coming = order is not None
        if order is not None:
            self.at(order.arrival, ARRIVING, 0, partial(self.arrive, order))

    def arrive(self, order: Order) -> None:
        self.expect_order()
        v, size = order.variant, int(order.size)
        from_start = order.number >= self.warm_up
        counted = from_start if self.by_number else self.window[0] <= order.arrival < self.window[1]
        one = Customer(order, counted, size)
        self.customers.append(one)
        pieces = [1] * size if self.model["partial"] else [size]
        needs, replaced = self.choose(order, v, pieces[0], len(pieces))
        there = all(self.left_for(v, j) >= n * len(pieces) for j, n in needs.items())
        one.at_once = there
        if counted:
            for j, n in needs.items():
                free, all_of_it = self.left_for(v, j), n * len(pieces)
                self.count["units", j] += all_of_it
                self.count["units_at_once", j] += min(max(free, 0), all_of_it)
                self.count["orders", j] += 1
                self.count["orders_at_once", j] += free >= all_of_it
        if self.model["lost"] and not there:
            one.status, one.left = "rejected", self.now
            return
        self.total["customisation"] += replaced if counted else 0
        if self.products[v]["stock"] > 0:
            line = self.fronts[v]
            one.at_once = not line and self.finished[v] >= size
            line.append(one)
            self.hand_out(v)
            self.begin(None, order, size, needs)
        else:
            for units in pieces:
                self.begin(one, order, units, needs)
            if order.patience is not None:
                self.at(self.now + order.patience, LEAVING, order.number, partial(self.leave, one))
        for c in self.components:
            if c.number in needs and c.spec["review_period"] <= 0:
                self.review(c)

    def choose(self, order: Order, v: int, units: int, lots: int) -> tuple[Counter[int], float]:
        """What each of its lots needs, and what the order pays for what stands in for something else."""
        needs: Counter[int] = Counter()
        for j, n in self.products[v]["usage"]:
            needs[j] += int(n) * units
        for g, group in enumerate(self.products[v]["options"]):
            rates = [one["rate"] for one in group]
            rates.append(max(1.0 - added(rates), 0.0))
            values = [float(k) for k in range(len(rates))]
            law = {"law": "discrete", "values": values, "probabilities": rates}
            k = int(self.luck.draw(law, OPTION, self.book_entity, g << 32 | order.number))
            for j, n in [*[one["usage"] for one in group], []][k]:
                needs[j] += int(n) * units
        paid = 0.0
        for j in sorted(needs):
            n = needs[j]
            if self.left_for(v, j) >= n * lots:
                continue
            for other, cost in self.components[j].spec["substitutes"]:
                if self.left_for(v, other) >= (needs[other] + n) * lots:
                    needs[j] = 0
                    needs[other] += n
                    paid += cost * n * lots
                    break
        return Counter({j: n for j, n in sorted(needs.items()) if n > 0}), paid

    def begin(self, one: Customer | None, order: Order, units: int, needs: Counter[int]) -> None:
        v = order.variant
        number = next(self.numbers)
        index = number if one is None else len(one.lots) << 32 | one.order.number
        lot = Lot(number, one, index, v, units, needs, order.kind)
        self.lots.append(lot)
        if one is not None:
            one.lots.append(lot)
        if not needs:
            self.all_there(lot)
        for j in needs:
            self.offer(j)
        if self.in_window():
            self.count["kits", v] += units
            self.count["kits_at_once", v] += units if lot.stage != "waiting" else 0

    # Who gets what.

    def offer(self, j: int) -> None:
        """There may be something to take of component j."""
        committed = self.model["allocation"] in COMMITTED
        for lot in self.waiting():
            if committed:
                given = min(self.components[j].free, lot.lacks(j))
                self.components[j].free -= given
                lot.got[j] += given
            elif all(self.left_for(lot.product, k) >= n for k, n in lot.needs.items()):
                for k, n in lot.needs.items():
                    self.components[k].free -= n
                    lot.got[k] = n
            if all(lot.lacks(k) == 0 for k in lot.needs):
                self.all_there(lot)

    # Benches.

    def all_there(self, lot: Lot) -> None:
        lot.stage, lot.ready = "ready", self.now
        self.bench.append(lot)
        self.start_some()

    def start_some(self) -> None:
        while self.bench and self.busy < self.model.get("servers", math.inf):
            lot = self.bench.pop(0)
            lot.stage, lot.started = "bench", self.now
            self.busy += 1
            time = self.luck.draw(
                self.model["assembly_time"], Stream.PROCESSING, self.model["key"], lot.index
            )
            self.at(self.now + time, COMPLETION, len(self.components), partial(self.finish, lot))

    def finish(self, lot: Lot) -> None:
        self.busy -= 1
        self.total["assembled"] += self.in_window()
        lot.stage = "done"
        self.lots.remove(lot)
        one, v = lot.customer, lot.product
        if one is None:
            self.finished[v] += lot.units
            self.hand_out(v)
        else:
            one.last = lot.ready, lot.started
            self.deliver(one, lot.units)
        self.start_some()

    def hand_out(self, v: int) -> None:
        """Finished units to whoever waits for them, in order of arrival, each complete."""
        line = self.fronts[v]
        while line and line[0].order.size <= self.finished[v]:
            one = line.pop(0)
            self.finished[v] -= int(one.order.size)
            one.last = self.now, self.now
            self.deliver(one, int(one.order.size))

    def deliver(self, one: Customer, units: int) -> None:
        one.missing -= units
        wait = self.now - one.order.arrival
        one.prompt += units if wait <= 0 else 0
        if one.counted:
            costs = self.products[one.order.variant]["costs"]
            self.total["delivered"] += units
            self.total["unit_wait"] += units * wait
            self.total["filled"] += units if wait <= 0 else 0
            self.total["assembly"] += costs["assembly"] * units
            self.total["revenue"] += costs["price"] * units
        if one.missing == 0:
            one.status, one.left = "delivered", self.now
            self.total["completions"] += self.in_window()

    def leave(self, one: Customer) -> None:
        if one.status != "open" or any(lot.stage in ("bench", "done") for lot in one.lots):
            return
        one.status, one.left = "reneged", self.now
        freed: Counter[int] = Counter()
        for lot in one.lots:
            freed += lot.got
            lot.stage = "gone"
            self.lots.remove(lot)
            if lot in self.bench:
                self.bench.remove(lot)
        for j, n in freed.items():
            self.components[j].free += n
        for j in sorted(freed):
            self.offer(j)

    # Supply.

    def plan(self, c: Component, k: int) -> None:
        self.review(c)
        every = c.spec["review_period"]
        self.at((k + 1) * every, PLANNING, c.number, partial(self.plan, c, k + 1))

    def review(self, c: Component) -> None:
        units = c.wanted(self.position(c))
        if units <= 0:
            return
        c.on_order += units
        if self.in_window():
            self.count["releases", c.number] += 1
            self.count["released", c.number] += units
        if "production" in c.spec:
            c.queued += units
            self.make_some(c)
            return
        time = self.now + self.luck.draw(c.spec["lead_time"], Stream.LEAD_TIME, c.spec["key"], c.drawn)
        c.drawn += 1
        if c.spec["crossing"] == "fifo":
            time = c.latest = max(time, c.latest)
        self.at(time, COMPLETION, c.number, partial(self.receive, c, units))

    def make_some(self, c: Component) -> None:
        production = c.spec["production"]
        while c.queued and c.busy < production["servers"]:
            c.queued -= 1
            c.busy += 1
            time = self.luck.draw(production["time"], Stream.PROCESSING, production["key"], c.drawn)
            c.drawn += 1
            self.at(self.now + time, COMPLETION, c.number, partial(self.made, c))

    def made(self, c: Component) -> None:
        c.busy -= 1
        self.count["made", c.number] += self.in_window()
        self.make_some(c)
        self.receive(c, 1)

    def receive(self, c: Component, units: int) -> None:
        c.on_order -= units
        c.free += units
        self.offer(c.number)
