"""Supply once more, in plain Python: capacity, yields, outages, age, a second source; one replication.

Written from what the docstrings promise, not from the core. Lots are objects that travel, units on the shelf
remember when they came, and the inventory position is added up anew at every review.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plain import EVALUATION, LEAD_TIME, _accepted, _lead_time, _opening, _wanted
from scipy import stats

import maketo as mk
from maketo import _core

LIFE, DISRUPTION, YIELD, CAPACITY = 22, 33, 34, 35  # streams
SUB_NUMBER = {"order": 0, "ship": 1, "transit": 2, "receive": 3, "capacity": 4, "stock": 5}


@dataclass
class Lot:
    """An order on its way."""

    released: int
    left: int  # periods of transit that remain
    good: float
    counted: float  # in the inventory position


@dataclass
class Layer:
    """Units on the shelf."""

    received: int
    units: float


class Shop:
    """The state of one replication, and what happens to it."""

    every_period = False  # whether orders are placed between reviews

    def __init__(self, shop: Any, key: int, replication: int, name: str = "item") -> None:
        self.shop = shop
        self.disruptions: tuple[Any, ...] = tuple(shop.disruptions)
        self.entity = zlib.crc32(name.encode())
        self.address = key, EVALUATION + replication
        opening = _opening(shop.policy) if shop.opening_stock is None else shop.opening_stock
        self.shelf = [Layer(0, float(opening))]
        self.backlog = 0.0
        self.under_way: list[Lot] = []
        self.dock: list[Lot] = []
        self.held: list[tuple[float, float]] = []  # ordered and not shipped: quantity, counted
        self.common = 0
        self.states: list[bool | None] = [None] * len(self.disruptions)
        self.was_down = [False] * len(self.disruptions)
        self.totals = dict.fromkeys(
            ("expired", "scrapped", "obsolete", "overtime", "express_quantity", "expedited", "capacity"), 0.0
        )

    # Luck.

    def uniform(self, stream: int, index: int, key: Any = None) -> float:
        entity = self.entity if key is None else key if isinstance(key, int) else zlib.crc32(key.encode())
        return _core.uniform(*self.address, stream, entity, index)

    def look_up(self, t: int) -> None:
        """Which processes are down in this period."""
        self.was_down = [self.is_down(i, t - 1) if t else False for i in range(len(self.states))]
        for i, d in enumerate(self.disruptions):
            u = self.uniform(DISRUPTION, SUB_NUMBER[d.effect] << 32 | t, d.key)
            before = self.states[i]
            if before is None:
                up = {"up": 1.0, "down": 0.0}.get(d.start)
                up = d.recover / (d.fail + d.recover) if up is None else up
                self.states[i] = u > up
            else:
                self.states[i] = u > (d.recover if before else 1.0 - d.fail)

    def is_down(self, i: int, t: int) -> bool:
        return bool(self.states[i]) or any(a <= t < b for a, b in self.disruptions[i].outages)

    def down(self, effect: str, t: int) -> bool:
        return any(self.is_down(i, t) for i, d in enumerate(self.disruptions) if d.effect == effect)

    # Stock.

    @property
    def on_hand(self) -> float:
        return sum(layer.units for layer in self.shelf)

    @property
    def position(self) -> float:
        coming = sum(lot.counted for lot in self.under_way + self.dock)
        return self.on_hand - self.backlog + coming + sum(counted for _, counted in self.held)

    def destroy(self, share: float) -> float:
        """Leaves a share of the stock."""
        before = self.on_hand
        for layer in self.shelf:
            layer.units *= share
        return before - self.on_hand

    def take(self, units: float) -> None:
        """Off the shelf, the oldest or the freshest first."""
        for layer in sorted(self.shelf, key=lambda one: one.received, reverse=self.shop.issue == "lifo"):
            used = min(units, layer.units)
            layer.units -= used
            units -= used

    def put(self, t: int, units: float) -> None:
        """For those who wait, then onto the shelf; below nought, off the shelf, then owed."""
        if units < 0:
            back = min(-units, self.on_hand)
            self.take(back)
            self.backlog += -units - back
            return
        served = min(units, self.backlog)
        self.backlog -= served
        self.shelf.append(Layer(t, units - served))

    # The steps of a period.

    def reveal(self, t: int) -> None:
        event = self.shop.obsolescence
        if event is not None and (t in event.periods or self.uniform(LIFE, 1 << 32 | t) < event.hazard):
            self.totals["obsolete"] += self.destroy(0.0)
        for i, d in enumerate(self.disruptions):
            if d.effect == "stock" and self.is_down(i, t) and not self.was_down[i]:
                self.totals["scrapped"] += self.destroy(d.remaining)

    def expire(self, t: int) -> None:
        life = self.shop.shelf_life
        if life is not None:
            self.totals["expired"] += sum(one.units for one in self.shelf if t - one.received >= life)
            self.shelf = [one for one in self.shelf if t - one.received < life]

    def receive(self, t: int) -> None:
        if self.shop.crossing == "kaplan":
            age = _lead_time(self.shop, self.uniform(LEAD_TIME, t))
            arrived = [lot for lot in self.under_way if t - lot.released >= age]
        else:
            stopped = self.down("transit", t)
            arrived = [lot for lot in self.under_way if lot.left == 0 and not stopped]
        self.under_way = [lot for lot in self.under_way if lot not in arrived]
        self.dock += arrived
        if not self.down("receive", t):
            for lot in self.dock:
                self.put(t, lot.good)
            self.dock = []

    def plan(self, t: int) -> float:
        """Brings forward, orders by express, orders; what was ordered."""
        regular = express = 0.0
        if t % self.shop.review_period == 0:
            self.expedite(t)
            express = self.order_express(t)
        if t % self.shop.review_period == 0 or self.every_period:
            regular = self.order(t)
        self.ship(t, regular)
        self.receive(t)
        return express + regular

    def expedite(self, t: int) -> None:
        if self.shop.expedite_below is None:
            return
        need = max(0.0, self.shop.expedite_below - (self.on_hand - self.backlog))
        for lot in [lot for lot in self.under_way if lot.left == 1]:
            units = min(need, lot.good)
            lot.good -= units
            lot.counted -= units
            need -= units
            self.put(t, units)
            self.totals["expedited"] += units

    def order_express(self, t: int) -> float:
        express = self.shop.express
        if express is None:
            return 0.0
        due = [lot for lot in self.under_way if lot.left <= express.lead_time] + self.dock
        in_time = sum(lot.counted for lot in due)
        q: float = max(0.0, express.level - (self.on_hand - self.backlog + in_time))
        self.totals["express_quantity"] += q
        if express.lead_time == 0:
            self.put(t, q)
        elif q > 0:
            self.under_way.append(Lot(t, express.lead_time, q, q))
        return q

    def wanted(self, t: int) -> float:
        return _wanted(self.shop.policy, t, self.position)

    def order(self, t: int) -> float:
        shop = self.shop
        q = self.wanted(t)
        if shop.yields is not None and shop.yields.inflate:
            q /= _share_expected(shop.yields)
        q = _accepted(shop.quantities, q) if q > 0 else q  # what goes back is nobody's order
        if shop.capacity is not None:
            regular = self.regular(t)
            self.totals["capacity"] += regular
            limit = regular + shop.capacity.overtime
            if q > limit:
                pack = shop.quantities.multiple
                q = limit if pack is None else math.floor(limit / pack) * pack
                q = q if q >= shop.quantities.minimum else 0.0
            q = 0.0 if self.down("order", t) else q
            self.totals["overtime"] += max(0.0, q - regular)
        return 0.0 if self.down("order", t) else q

    def regular(self, t: int) -> float:
        given = self.shop.capacity.regular
        if isinstance(given, mk.Discrete):
            units = _invert(given, self.uniform(CAPACITY, t, self.shop.capacity.key))
        else:
            listed = [given] if isinstance(given, (int, float)) else given
            units = float(listed[t % len(listed)])
        for i, d in enumerate(self.disruptions):
            if d.effect == "capacity" and self.is_down(i, t):
                units *= d.remaining
        return units

    def ship(self, t: int, q: float) -> None:
        if q:
            self.held.append((q, q if self.shop.yields is None else _counted(self.shop.yields, q)))
        drawn = 0
        if self.shop.crossing != "kaplan":
            drawn = _lead_time(self.shop, self.uniform(LEAD_TIME, t))
            self.common = drawn = max(drawn, self.common - 1) if self.shop.crossing == "common" else drawn
        if not self.held or self.down("ship", t):
            return
        q, counted = (sum(part) for part in zip(*self.held, strict=True))
        self.held = []
        good = q
        if self.shop.yields is not None:
            good = _good(self.shop.yields, q, self.uniform(YIELD, t))
            self.totals["scrapped"] += max(0.0, q - good)
        if self.shop.crossing == "fifo":
            drawn = max([drawn, *(lot.left for lot in self.under_way)])
        self.under_way.append(Lot(t, drawn, good, counted))

    def serve(self, demand: float) -> tuple[float, float]:
        """Units filled and lost."""
        filled = min(demand, self.on_hand)
        self.take(filled)
        waits = (demand - filled) * self.shop.backorder_share
        self.backlog += waits
        return filled, demand - filled - waits

    def travel(self, t: int) -> None:
        if not self.down("transit", t):
            for lot in self.under_way:
                lot.left = max(0, lot.left - 1)

    def observe(self, demand: float) -> None:
        """For those who learn from it."""

    def run(self, demand: Sequence[float]) -> dict[str, list[float]]:
        trace: dict[str, list[float]] = {name: [] for name in mk.TRACES}
        for t, d in enumerate(demand):
            self.look_up(t)
            self.reveal(t)
            self.expire(t)
            self.receive(t)
            ordered = 0.0
            if self.shop.event_order == "order_before_demand":
                ordered = self.plan(t)
            filled, lost = self.serve(d)
            self.observe(d)
            if self.shop.event_order == "demand_before_order":
                ordered = self.plan(t)
            closing = {
                "demand": d,
                "filled": filled,
                "on_hand": self.on_hand,
                "backorders": self.backlog,
                "net_inventory": self.on_hand - self.backlog,
                "order_quantity": ordered,
                "lost": lost,
            }
            for quantity, value in closing.items():
                trace[quantity].append(value)
            self.travel(t)
        return trace


def _invert(law: Any, u: float) -> float:
    below = 0.0
    for value, chance in zip(law.values, law.probabilities, strict=True):
        below += chance
        if u <= below:
            return float(value)
    return float(law.values[-1])


def _mean(law: Any) -> float:
    return float(sum(v * p for v, p in zip(law.values, law.probabilities, strict=True)))


def _share_expected(yields: Any) -> float:
    return _mean(yields.law) if isinstance(yields, mk.ShareYield) else float(yields.probability)


def _counted(yields: Any, q: float) -> float:
    """What the position counts of a lot."""
    if yields.counts == "nominal":
        return q
    if isinstance(yields, mk.AdditiveYield):
        return max(0.0, q + _mean(yields.law))
    return q * _share_expected(yields)


def _good(yields: Any, q: float, u: float) -> float:
    """The good part of a lot: the better the luck, the more."""
    match type(yields).__name__:
        case "ShareYield":
            return q * _invert(yields.law, u)
        case "AdditiveYield":
            return max(0.0, q + _invert(yields.law, u))
        case "PieceYield":
            return float(stats.binom(q, yields.probability).ppf(u))
        case "AllOrNothingYield":
            return q if u > 1.0 - yields.probability else 0.0
        case "RunYield":
            good = 0.0  # the k-th unit is good as well with probability p^k
            while good < q and u > 1.0 - yields.probability ** (good + 1):
                good += 1
            return good
    raise TypeError(yields)
