"""Shops that make to order, for the tests: a plain one, one with everything in it, several that are alike."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import maketo as mk
from maketo import _catalogue

# The shops made at random are those of the comparison with the plain simulation.
sys.path.append(str(Path(__file__).parent / "equivalence"))

from test_make_to_order_plain import Dice

__all__ = ["SHOPS", "STATUSES", "bits", "by_replication", "full", "ledger", "plain", "random_shop", "run"]

STATUSES = _catalogue.order_statuses()
MACHINE = mk.Operation("machine", mk.Exponential(1))


def plain(**changes: Any) -> mk.MakeToOrder:
    """One server, half of its time at work."""
    return mk.MakeToOrder(**{"orders": 0.5, "operations": MACHINE, "quote": 5, **changes})


def run(shop: mk.MakeToOrder | None = None, **options: Any) -> mk.OrderResult:
    return mk.simulate(shop or plain(), **{"periods": 20, "replications": 5, "seed": 1, **options})


def ledger(run: mk.OrderResult) -> mk.Ledger:
    """The orders of a run that keeps them."""
    assert run.orders is not None
    return run.orders


def by_replication(run: mk.OrderResult, of: Callable[[dict[str, NDArray[Any]]], Any]) -> NDArray[Any]:
    """A function of the orders of every replication, for a run of one design."""
    return np.array([of(ledger(run).replication(r)) for r in range(run.replications)])


def full(**changes: Any) -> mk.MakeToOrder:
    """A rule of every kind, as far as they go together."""
    rules: dict[str, Any] = {
        "orders": mk.OrderBook(
            mk.VaryingArrivals([0.9, 0.5]),
            size=mk.UniformInteger(1, 3),
            classes=[
                mk.CustomerClass("loyal", 2, 1),
                mk.CustomerClass("hasty", 1, 0, patience=mk.Exponential(9)),
            ],
            variants=[3, 2],
            requested_lead_time=mk.Uniform(3, 12),
            patience=mk.Exponential(40),
            customisation=mk.Uniform(0, 1),
            engineering_hours=mk.Exponential(8),
            valuation=mk.Uniform(9, 40),
            waiting_sensitivity=mk.Uniform(0, 1),
            manual_share=0.4,
        ),
        "operations": [
            mk.Operation(
                "cut",
                mk.Weibull(mean=0.5, sd=0.3),
                setup=0.1,
                learning=0.1,
                learning_floor=0.5,
                customisation=0.2,
            ),
            mk.Operation("mill", unit_time=mk.Exponential(0.2), yield_share=0.9),
            mk.Operation(
                "mill",
                mk.Lognormal(mean=0.2, sd=0.2),
                name="polish",
                times_by_class={"hasty": mk.Exponential(0.1)},
                rework=0.1,
                rework_to="mill",
                rework_most=2,
            ),
        ],
        "stations": {
            "cut": mk.Station(
                servers=2, calendar=mk.WorkingHours([(0.1, 0.9)]), overtime=mk.Overtime(2, 1, 1.5), rate=2
            ),
            "mill": mk.Station(
                servers=2, breakdowns=mk.Breakdowns(mk.Exponential(6), mk.Uniform(0.1, 0.5)), rate=3
            ),
        },
        "entry": mk.OrderEntry(0.1, 0.2, mk.Exponential(0.5), 0.25),
        "manual_entry": mk.OrderEntry(mk.Lognormal(mean=0.5, sd=0.5)),
        "confirmation": mk.Confirmation(0.95, mk.Exponential(0.2)),
        "material": mk.StockedMaterial(8, mk.Uniform(0.5, 1.5)),
        "release": mk.WorkloadCap(9),
        "dispatch": "priority",
        "quote": mk.ForwardLoading(1),
        "acceptance": mk.Acceptance(30, 30, 30),
        "cancellation": 0.01,
        "delivery": mk.Uniform(0, 1),
        "deliver_on_date": True,
        "on_time_window": (2, 0.5),
        "costs": mk.OrderCosts(**{n: 0.5 + k / 4 for k, (n, _) in enumerate(mk.OrderCosts()._items())}),
        "payment": mk.Payment(0.3, 2, 1),
    }
    return mk.MakeToOrder(**{**rules, **changes})


def random_shop(seed: int) -> mk.MakeToOrder:
    """A shop at random that costs something."""
    shop = Dice(seed).shop()
    rates = {n: (seed * 7 + k * 5) % 11 / 2 for k, (n, _) in enumerate(mk.OrderCosts()._items())}
    stations = [one.replace(rate=1.5 * k) for k, one in enumerate(shop.stations)]
    return shop.replace(costs=mk.OrderCosts(**rates), payment=mk.Payment(0.25, 2, 1), stations=stations)


# What is run by recursion and what is not, and every source of orders.
SHOPS: dict[str, mk.MakeToOrder] = {
    "one server": plain(),
    "a line by recursion": plain(
        orders=mk.RenewalArrivals(mk.Uniform(0.5, 2)),
        operations=[
            mk.Operation("a", mk.Exponential(0.9)),
            mk.Operation("b", mk.Triangular(0, 1, 2)),
            mk.Operation("c", mk.Exponential(2)),
        ],
        stations={"c": mk.Station(servers=3)},
    ),
    "a line": plain(
        orders=mk.OrderBook(0.7, size=mk.Geometric(mean=2, start=1), requested_lead_time=mk.Uniform(2, 9)),
        operations=[
            mk.Operation("a", mk.Triangular(0.2, 0.8, 2)),
            mk.Operation("b", mk.Exponential(1.6)),
        ],
        stations={"b": mk.Station(servers=3, rate=2)},
        quote=None,
        costs=mk.OrderCosts(price=9, material=2, tardiness=1, fixed=3),
    ),
    "everything": full(),
    "a split demand": plain(
        orders=mk.OrderBook(mk.SplitDemand(mk.Poisson(3)), size=mk.UniformInteger(1, 4)),
        operations=mk.Operation("machine", unit_time=mk.Exponential(0.25)),
        dispatch="spt",
    ),
    "given orders": plain(
        orders=mk.OrderBook(
            mk.GivenOrders([0, 0, 1, 2.5, 2.5, 9], size=[1, 2, 3, 1, 1, 2], variant=[0, 1, 0, 1, 0, 0]),
            variants=[1, 1],
        ),
        operations=mk.Operation("machine", mk.Exponential(1), setup=mk.Exponential(0.2)),
        dispatch=mk.SetupSaving(2),
    ),
    "an open network": plain(
        orders=mk.RenewalArrivals(mk.Uniform(0.5, 3.5)),
        operations=[mk.Operation("a", mk.Exponential(0.5)), mk.Operation("b", mk.Exponential(0.7))],
        routing=mk.RandomRouting({"a": {"b": 0.6, "a": 0.1}, "b": {"a": 0.2}}, start={"a": 0.5, "b": 0.5}),
        dispatch="slack",
    ),
    "blocking": plain(
        operations=[mk.Operation(s, mk.Exponential(0.8)) for s in "abc"],
        stations={"b": mk.Station(buffer=0), "c": mk.Station(buffer=1)},
        release=mk.PeriodicRelease(0.5),
    ),
    "routes by variant": plain(
        orders=mk.OrderBook(0.8, variants=[2, 1]),
        operations=[mk.Operation(s, mk.Exponential(0.6)) for s in "abc"],
        routing=mk.VariantRouting([["a", "c"], ["b", "a"]]),
        dispatch="critical_ratio",
        quote=mk.QuantileQuote(0.9),
    ),
}


def bits(run: mk.OrderResult) -> str:
    """A digest of all numbers of a run, NaN included."""
    digest = hashlib.sha256()

    def add(array: Any) -> None:
        digest.update(np.ascontiguousarray(array).tobytes())

    for name in run.metrics:
        if name in run:
            add(run[name])
        add(run.statistics(name))
    for name in _catalogue.axis_metrics("stations"):
        add(run.station(name).value)
    if run.classes:
        for name in _catalogue.axis_metrics("classes"):
            add(run.by_class(name).value)
    if not run.unstable.all():
        for name in ("lead_time", "waiting_time", "tardiness", "earliness"):
            told = run.distribution(name)
            for estimate in (told.mean(), told.sd(), told.quantile(0.9)):
                add(estimate.value)
                add(estimate.se)
    if run.orders is not None:
        add(run.orders.offsets)
        for column in run.orders.values():
            add(column)
    return digest.hexdigest()
