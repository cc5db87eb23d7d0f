"""What an assembly on the order clock becomes at its limits: a stock, a shop that makes to order, a purchase
to order.

The orders of every run agree to the bit; averages over time agree to 1e-9, as they are added in another
order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import maketo as mk

RUN: dict[str, Any] = {"periods": 60, "warm_up": 6, "replications": 20, "seed": 17, "keep": "orders"}

BOOKS = {
    "single units": mk.OrderBook(2),
    "several units": mk.OrderBook(1, size=mk.UniformInteger(1, 4), requested_lead_time=mk.Uniform(0, 4)),
    "classes and a season": mk.OrderBook(
        mk.VaryingArrivals([2, 1]), size=mk.Geometric(mean=2, start=1), classes=[mk.CustomerClass("a")]
    ),
}


COLUMNS = ("confirmed", "material", "released", "started", "finished", "left", "waiting", "making")


def same_orders(one: mk.Result, other: mk.Result, columns: Sequence[str]) -> None:
    assert isinstance(one, mk.OrderResult)
    assert isinstance(other, mk.OrderResult)
    assert one.orders is not None
    assert other.orders is not None
    assert one.orders["order"].size > 500
    for name in ("order", "class", "variant", "status", "arrival", "size", "quote", "due", *columns):
        np.testing.assert_array_equal(one.orders[name], other.orders[name], err_msg=name)


# A stock.

STOCKS: dict[str, dict[str, Any]] = {
    "base stock": {"policy": mk.BaseStock(7), "lead_time": 3},
    "nothing in stock": {"policy": mk.BaseStock(0), "lead_time": 1.5},
    "(s, S)": {"policy": mk.MinMax(4, 11), "lead_time": 2},
    "(s, S) strictly": {"policy": mk.MinMax(4, 11, strict=True), "lead_time": mk.Exponential(2)},
    "(r, nQ)": {"policy": mk.ReorderQuantity(3, 4), "lead_time": 2.5},
    "lead times that cross": {"policy": mk.BaseStock(8), "lead_time": mk.Lognormal(mean=3, sd=3)},
    "lead times in order": {
        "policy": mk.ReorderQuantity(5, 2),
        "lead_time": mk.Uniform(0, 6),
        "crossing": "fifo",
    },
    "reviews": {"policy": mk.BaseStock(15), "lead_time": 2, "review_period": 3.5},
    "reviews of (s, S)": {
        "policy": mk.MinMax(6, 14),
        "lead_time": mk.Gamma(mean=2, sd=1),
        "review_period": 0.7,
    },
    "one server": {"policy": mk.BaseStock(5), "production": mk.Production(mk.Exponential(0.3))},
    "three servers and lots": {
        "policy": mk.ReorderQuantity(2, 6),
        "production": mk.Production(mk.Uniform(0.5, 1), 3),
        "opening_stock": 3,
    },
    "no lead time": {"policy": mk.MinMax(0, 5), "lead_time": 0},
}


@pytest.mark.parametrize("in_parts", [False, True], ids=["complete", "in parts"])
@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize("kind", STOCKS)
def test_one_component_is_a_stock(kind: str, book: str, in_parts: bool) -> None:
    settings = {**STOCKS[kind], "costs": mk.Costs(holding=2, order=3, unit=1)}
    stock = mk.simulate(
        mk.MakeToStock(BOOKS[book], **settings, partial_delivery=in_parts), name="board", **RUN
    )
    shop = mk.AssembleToOrder(
        products={"kit": mk.EndItem(uses={"board": 1})},
        components={"board": mk.Component(**settings)},
        orders=BOOKS[book],
        partial_delivery=in_parts,
    )
    made = mk.simulate(shop, name="board", **RUN)
    assert isinstance(made, mk.OrderedAssemblyResult)
    same_orders(made, stock, ("started", "finished", "left"))

    def of(axis: str, name: str) -> Any:
        return made.values(axis, name)[:, 0]

    # What a stock has on hand may be promised to whoever waits for more; here it is reserved.
    over_time = {
        "on_hand": of("component", "on_hand") + of("component", "reserved"),
        "backorders": of("product", "backorders"),
        "on_order": of("component", "on_order"),
        "on_order_squares": of("component", "on_order_squares"),
        "orders": of("component", "orders"),
        "order_quantity": of("component", "order_quantity"),
        "fill_rate": made["fill_rate"],
        "order_fill_rate": of("product", "order_fill_rate"),
        "lead_time": of("product", "lead_time"),
        "unit_waiting_time": made["unit_waiting_time"],
        "orders_in_shop": of("product", "orders_in_shop"),
        "throughput": made["throughput"],
        "holding_cost": made["holding_cost"],
        "order_cost": made["order_cost"],
        "cost": made["cost"],
    }
    if settings.get("lead_time") == 0:
        # What is there in no time was not there when the order came, but the order is served at once.
        del over_time["order_fill_rate"]
    for name, values in over_time.items():
        np.testing.assert_allclose(values, stock[name], rtol=1e-9, atol=1e-9, err_msg=name)
    if "production" in settings:
        assert isinstance(stock, mk.OrderResult)
        for name in ("utilisation", "queue", "visits"):
            ours, theirs = made.station(name).value, stock.station(name).value
            np.testing.assert_allclose(ours, theirs, rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("rule", ["no_holdback", "priority", "reserve_critical"])
def test_one_component_in_single_units_is_a_stock_under_every_rule(rule: str) -> None:
    settings = STOCKS["lead times that cross"]
    stock = mk.simulate(mk.MakeToStock(BOOKS["single units"], **settings), name="board", **RUN)
    shop = mk.AssembleToOrder(
        products={"kit": mk.EndItem(uses={"board": 1}, stock=0)},
        components={"board": mk.Component(**settings)},
        orders=BOOKS["single units"],
        allocation=rule,
    )
    same_orders(mk.simulate(shop, name="board", **RUN), stock, ("started", "finished", "left"))


def test_usage_is_as_good_as_size() -> None:
    """A product that takes three of a component, and orders for three of a product that takes one."""
    one = {"board": mk.Component(**STOCKS["(r, nQ)"])}
    thrice = mk.AssembleToOrder({"kit": mk.EndItem(uses={"board": 3})}, one, orders=mk.OrderBook(0.7))
    three = mk.AssembleToOrder({"kit": mk.EndItem(uses={"board": 1})}, one, orders=mk.OrderBook(0.7, size=3))
    a, b = (mk.simulate(shop, **RUN) for shop in (thrice, three))
    assert isinstance(a, mk.OrderedAssemblyResult)
    assert isinstance(b, mk.OrderedAssemblyResult)
    assert a.orders is not None
    assert b.orders is not None
    for column in ("arrival", "material", "left"):
        np.testing.assert_array_equal(a.orders[column], b.orders[column])
    for name in ("on_hand", "reserved", "backorders", "on_order", "fill_rate"):
        np.testing.assert_array_equal(a.values("component", name), b.values("component", name))


# A shop that makes to order.

TIMES = {
    "exponential": mk.Exponential(0.8),
    "constant": mk.Deterministic(0.75),
    "lognormal": mk.Lognormal(mean=0.7, sd=1),
}


@pytest.mark.parametrize("servers", [1, 2])
@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize(
    "patience", [None, mk.Exponential(3), 0.5], ids=["patient", "some leave", "many leave"]
)
def test_components_in_abundance_make_to_order(time: str, servers: int, patience: Any) -> None:
    book = mk.OrderBook(
        servers,
        size=mk.UniformInteger(1, 3),
        variants=[2, 1],
        patience=patience,
        requested_lead_time=mk.Uniform(1, 5),
    )
    ordered = mk.simulate(
        mk.MakeToOrder(
            book,
            mk.Operation("assembly", TIMES[time]),
            stations={"assembly": mk.Station(servers=servers)},
            patience_until="start",
        ),
        name="bicycles",
        **RUN,
    )
    shop = mk.AssembleToOrder(
        products={"a": mk.EndItem(uses={"x": 1, "y": 2}), "b": mk.EndItem(uses={"y": 1})},
        components={c: mk.Component(mk.BaseStock(10_000)) for c in "xy"},
        orders=book,
        assembly_time=TIMES[time],
        servers=servers,
    )
    made = mk.simulate(shop, name="bicycles", **RUN)
    same_orders(made, ordered, COLUMNS)
    assert isinstance(made, mk.OrderResult)
    assert isinstance(ordered, mk.OrderResult)
    assert made.stations == ordered.stations
    for name in ("lead_time", "waiting_time", "making_time", "otif", "tardiness", "quoted_lead_time"):
        np.testing.assert_allclose(made[name], ordered[name], rtol=1e-9, err_msg=name)
    for name in ("reneged_share", "orders_in_shop", "utilisation", "throughput", "no_wait_share"):
        np.testing.assert_allclose(made[name], ordered[name], rtol=1e-9, atol=1e-12, err_msg=name)
    for name in ("utilisation", "queue", "number", "visits"):
        ours, theirs = made.station(name).value, ordered.station(name).value
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("drain", [0, 1.5])
@pytest.mark.parametrize("patience", [None, mk.Exponential(2)], ids=["patient", "some leave"])
def test_what_is_open_at_the_end_is_told_alike(patience: Any, drain: float) -> None:
    """Every order, and every number that both have."""
    book = mk.OrderBook(
        2,
        variants=[2, 1],
        patience=patience,
        requested_lead_time=mk.Uniform(1, 5),
        size=mk.Geometric(mean=2, start=1),
    )
    ordered = mk.simulate(
        mk.MakeToOrder(
            book,
            mk.Operation("assembly", mk.Exponential(0.9)),
            stations={"assembly": mk.Station(servers=2)},
            patience_until="start",
        ),
        drain=drain,
        **RUN,
    )
    shop = mk.AssembleToOrder(
        products={"a": mk.EndItem(uses={"x": 1, "y": 2}), "b": mk.EndItem(uses={"y": 1})},
        components={c: mk.Component(mk.BaseStock(10_000)) for c in "xy"},
        orders=book,
        assembly_time=mk.Exponential(0.9),
        servers=2,
    )
    made = mk.simulate(shop, drain=drain, **RUN)
    same_orders(made, ordered, COLUMNS)
    assert made["n_censored"].any()
    both = [name for name in made.metrics if name in ordered.metrics]
    assert {"quoted_lead_time", "otif", "reneged_share", "waiting_time"} <= {*both}
    for name in both:
        np.testing.assert_allclose(made[name], ordered[name], rtol=1e-9, atol=1e-12, err_msg=name)
    assert isinstance(made, mk.OrderResult)
    assert isinstance(ordered, mk.OrderResult)
    for name in ("utilisation", "queue", "number", "visits"):
        ours, theirs = made.station(name).value, ordered.station(name).value
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("servers", [None, 60])
def test_benches_without_number(servers: int | None) -> None:
    """As many as there is work for, or more than there ever is."""
    book = mk.OrderBook(3)
    ordered = mk.simulate(
        mk.MakeToOrder(
            book, mk.Operation("assembly", mk.Exponential(2)), stations={"assembly": mk.Station(servers=60)}
        ),
        **RUN,
    )
    shop = mk.AssembleToOrder(
        products={"a": mk.EndItem(uses={"x": 1})},
        components={"x": mk.Component(mk.BaseStock(10_000))},
        orders=book,
        assembly_time=mk.Exponential(2),
        servers=servers,
    )
    same_orders(mk.simulate(shop, **RUN), ordered, COLUMNS)


def test_customers_who_leave_keep_busy_benches_stable() -> None:
    """More work than there is time for, until somebody leaves."""
    book = mk.OrderBook(3, patience=mk.Exponential(2))
    ordered = mk.simulate(mk.MakeToOrder(book, mk.Operation("assembly", 0.5), patience_until="start"), **RUN)
    shop = mk.AssembleToOrder(
        products={"a": mk.EndItem(uses={"x": 1})},
        components={"x": mk.Component(mk.BaseStock(10_000))},
        orders=book,
        assembly_time=0.5,
        servers=1,
    )
    made = mk.simulate(shop, **RUN)
    same_orders(made, ordered, COLUMNS)
    assert ordered.status == made.status == "ok"
    np.testing.assert_allclose(made["lead_time"], ordered["lead_time"], rtol=1e-9)


# A purchase to order.


@pytest.mark.parametrize("rule", ["fcfs_commit", "no_holdback", "priority"])
def test_nothing_in_stock_is_purchase_to_order(rule: str) -> None:
    """Every order brings its own components, so it waits for the slowest of them, to the bit."""
    leads = {"x": 0.7, "y": 2.3, "z": 1.1}
    shop = mk.AssembleToOrder(
        products={"a": mk.EndItem(uses={"x": 2, "z": 1}), "b": mk.EndItem(uses={"x": 1, "y": 3, "z": 1})},
        components={c: mk.Component(mk.BaseStock(0), lead) for c, lead in leads.items()},
        orders=mk.OrderBook(2, size=2, variants=[1, 1]),
        allocation=rule,
    )
    run = mk.simulate(shop, **RUN)
    assert isinstance(run, mk.OrderedAssemblyResult)
    assert run.orders is not None
    if rule == "fcfs_commit":
        slowest = np.array([1.1, 2.3])[run.orders["variant"]]
        np.testing.assert_array_equal(run.orders["material"], run.orders["arrival"] + slowest)
    # Under other rules whoever comes later may take it, and the replacement of his own serves the other.
    alone = shop.replace(products={"b": shop.products["b"]}, orders=mk.OrderBook(2, size=2))
    run = mk.simulate(alone, **RUN)
    assert isinstance(run, mk.OrderedAssemblyResult)
    assert run.orders is not None
    np.testing.assert_array_equal(run.orders["material"], run.orders["arrival"] + 2.3)
    np.testing.assert_array_equal(run.values("product", "order_fill_rate"), 0)
