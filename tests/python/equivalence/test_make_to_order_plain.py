"""The core and the plain simulation beside it tell the same story of every order, in shops made at random.

Times agree to the bit. Where sums of planned work or working hours decide (capable-to-promise quotes,
calendars), they agree to 1e-9 relative, because the two add in different orders.
"""

from __future__ import annotations

import json
import random
import zlib
from typing import Any

import numpy as np
import plain_orders
import pytest

import maketo as mk
from maketo._core import catalogue
from maketo._order_request import order_model

COLUMNS = (
    "arrival",
    "size",
    "quote",
    "due",
    "confirmed",
    "material",
    "released",
    "started",
    "finished",
    "left",
    "waiting",
    "making",
)
STATUSES = json.loads(catalogue())["orders"]["statuses"]
EVALUATION = 1 << 31


def agree(shop: mk.MakeToOrder, *, exact: bool = True, **horizon: Any) -> int:
    """Compare order by order; how many orders."""
    run = mk.simulate(shop, replications=2, seed=mk.Key(99), keep="orders", **horizon)
    model = order_model(shop, "item", lambda array, _stem: array.tolist())
    compared = 0
    assert run.orders is not None
    for r in range(2):
        plain = plain_orders.ledger(
            model, key=99, entity=zlib.crc32(b"item"), replication=EVALUATION + r, **horizon
        )
        ours = run.orders.replication(r)
        assert [STATUSES[s] for s in ours["status"]] == [row["status"] for row in plain]
        for name in COLUMNS:
            theirs = np.array([row[name] for row in plain])
            if name in ("waiting", "making"):
                # The plain one leaves out what an order that went away had begun.
                delivered = np.array([row["status"] == "delivered" for row in plain])
                theirs = np.where(delivered, theirs, ours[name])
            if name == "left":
                theirs = np.where([row["status"] == "open" for row in plain], np.nan, theirs)
            tolerance = 0.0 if exact and name not in ("waiting", "making") else 1e-9
            np.testing.assert_allclose(ours[name], theirs, rtol=tolerance, atol=tolerance, err_msg=name)
        compared += len(plain)
    return compared


class Dice:
    """A shop at random: every rule has a chance to be in it."""

    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)
        self.exact = True

    def pick(self, options: Any) -> Any:
        return self.r.choice(options)

    def maybe(self, chance: float) -> bool:
        return self.r.random() < chance

    def time(self, scale: float) -> Any:
        mean = scale * self.r.uniform(0.6, 1.4)
        return self.pick(
            [
                mk.Exponential(mean),
                mk.Gamma(mean=mean, sd=mean * 0.5),
                mk.Lognormal(mean=mean, sd=mean),
                mk.Uniform(0, 2 * mean),
                mk.Deterministic(round(mean, 2)),
                mk.Discrete([round(mean / 2, 1), round(mean * 2, 1)], [0.6, 0.4]),
            ]
        )

    def book(self, load: float) -> mk.OrderBook:
        classes: list[mk.CustomerClass] = []
        if self.maybe(0.4):
            classes = [
                mk.CustomerClass("loyal", 2, priority=1),
                mk.CustomerClass("hasty", 1, priority=0, patience=mk.Exponential(6)),
            ]
        return mk.OrderBook(
            self.pick(
                [
                    load,
                    mk.RenewalArrivals(mk.Gamma(mean=1 / load, sd=0.7 / load)),
                    mk.VaryingArrivals([load * 1.5, load * 0.5]),
                    mk.RenewalArrivals(mk.Discrete([0.5 / load, 1.5 / load], [0.5, 0.5])),
                ]
            ),
            size=self.pick([1, mk.UniformInteger(1, 4)]),
            classes=classes,
            variants=self.pick([(), (3, 2, 1)]),
            requested_lead_time=self.pick([0, mk.Uniform(2, 12)]),
            patience=mk.Exponential(15) if self.maybe(0.3) else None,
            customisation=mk.Uniform(0, 1) if self.maybe(0.4) else 0,
            valuation=mk.Uniform(8, 30) if self.maybe(0.2) else None,
            waiting_sensitivity=mk.Uniform(0, 1),
            manual_share=0.4 if self.maybe(0.3) else 0,
        )

    def station(self, name: str) -> mk.Station:
        breakdowns, calendar = None, None
        kind = self.r.random()
        if kind < 0.2:
            breakdowns = mk.Breakdowns(mk.Exponential(4), mk.Gamma(mean=0.5, sd=0.3))
        elif kind < 0.35:
            breakdowns = mk.Breakdowns(mk.Exponential(4), mk.Exponential(0.5), clock="always")
            self.exact = False
        elif kind < 0.5:
            calendar = mk.WorkingHours([(0.1, 0.45), (0.5, 0.95)], cycle=1)
            self.exact = False
        overtime = mk.Overtime(above=3, below=1, factor=1.5) if self.maybe(0.2) else None
        return mk.Station(
            name,
            servers=self.pick([1, 1, 2, 3]),
            calendar=calendar,
            breakdowns=breakdowns,
            overtime=overtime,
        )

    def shop(self) -> mk.MakeToOrder:
        count = self.pick([1, 2, 3, 4])
        names = [f"s{n}" for n in range(count)]
        stations = [self.station(name) for name in names]
        book = self.book(1.0)
        operations = []
        for n, name in enumerate(names):
            units = self.maybe(0.3)
            law = self.time(0.35 if units else 0.8)
            times = None
            if book.classes and self.maybe(0.5):
                times = {"hasty": self.time(0.35 if units else 0.8)}
            rework = self.maybe(0.2)
            operations.append(
                mk.Operation(
                    name,
                    time=None if units else law,
                    unit_time=law if units else None,
                    times_by_class=times,
                    setup=self.time(0.1) if self.maybe(0.3) else None,
                    customisation=0.5 if self.maybe(0.4) else 0,
                    yield_share=0.8 if units and self.maybe(0.3) else 1,
                    rework=0.2 if rework else 0,
                    rework_to=self.pick(names[: n + 1]) if rework else None,
                    rework_most=self.pick([None, 1, 3]) if rework else None,
                )
            )
        if not any(o.rework for o in operations) and self.maybe(0.3):
            stations = [s.replace(buffer=self.pick([0, 1, 2])) if n else s for n, s in enumerate(stations)]
        quote = self.pick([None, 6, 10, mk.ForwardLoading(buffer=1)])
        if isinstance(quote, mk.ForwardLoading):
            self.exact = False
        entry = mk.OrderEntry(delay=self.time(0.3), error=0.2, correction=1, every=self.pick([0, 0.5]))
        return mk.MakeToOrder(
            orders=book,
            operations=operations,
            stations=stations,
            entry=entry if self.maybe(0.3) else None,
            manual_entry=mk.OrderEntry(delay=mk.Lognormal(mean=1, sd=1)) if self.maybe(0.3) else None,
            confirmation=mk.Confirmation(0.9, mk.Exponential(0.3)) if self.maybe(0.3) else None,
            material=self.pick([None, mk.CalledOff(self.time(1)), mk.StockedMaterial(6, self.time(2)), None]),
            release=self.pick(
                [None, mk.WorkloadCap(6), mk.BackwardRelease(5), mk.PeriodicRelease(1.5), None]
            ),
            dispatch=self.pick(
                ["fcfs", "edd", "spt", "slack", "critical_ratio", "priority", mk.SetupSaving(3)]
            ),
            quote=quote,
            acceptance=self.pick(
                [
                    None,
                    None,
                    mk.Acceptance(max_orders=12),
                    mk.Acceptance(max_workload=6),
                    mk.Acceptance(max_quote=9),
                ]
            ),
            patience_until=self.pick(["delivery", "start"]),
            cancellation=0.02 if self.maybe(0.2) else 0,
            delivery=self.pick([0, mk.Uniform(0, 1)]),
            deliver_on_date=self.maybe(0.2),
            costs=mk.OrderCosts(price=10, price_premium=5),
        )


@pytest.mark.parametrize("seed", range(120))
def test_every_order_has_the_same_story_in_a_shop_made_at_random(seed: int) -> None:
    dice = Dice(seed)
    shop = dice.shop()
    horizon: dict[str, Any] = dice.pick([{"orders": 80}, {"periods": 50}, {"periods": 40, "drain": 3.0}])
    assert agree(shop, exact=dice.exact, **horizon) > 20
