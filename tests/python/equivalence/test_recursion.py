"""First come, first served lines: the recursion, its plain form and the event calendar tell the same story.

Single orders agree to the bit. Sums agree to the bit between the SIMD levels and the plain form, which add in
order of the orders, and to 1e-9 with the calendar, which counts orders as they leave.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import maketo as mk

E = mk.Exponential
LINES: list[tuple[str, mk.MakeToOrder, dict[str, Any]]] = [
    (
        "one server, a number of orders",
        mk.MakeToOrder(0.8, mk.Operation("m", E(1)), quote=3),
        {"orders": 400},
    ),
    (
        "one server, periods",
        mk.MakeToOrder(0.8, mk.Operation("m", E(1)), quote=3),
        {"periods": 150, "warm_up": 50},
    ),
    (
        "three servers",
        mk.MakeToOrder(
            2.4, mk.Operation("m", mk.Lognormal(mean=1, sd=1)), {"m": mk.Station(servers=3)}, quote=3
        ),
        {"orders": 400, "warm_up": 100},
    ),
    (
        "times in steps",
        mk.MakeToOrder(
            mk.RenewalArrivals(mk.Discrete([3, 5, 8], [0.3, 0.5, 0.2])),
            mk.Operation("m", mk.Discrete([2, 4, 6], [0.3, 0.4, 0.3])),
            quote=8,
        ),
        {"orders": 300},
    ),
    (
        "a line whose last station has two servers",
        mk.MakeToOrder(
            0.5,
            [mk.Operation("a", E(1)), mk.Operation("b", E(1.1)), mk.Operation("c", 1.9)],
            {"c": mk.Station(servers=2)},
        ),
        {"periods": 200, "warm_up": 20},
    ),
]
by_line = pytest.mark.parametrize(("shop", "horizon"), [x[1:] for x in LINES], ids=[x[0] for x in LINES])
WAYS = ("lead_time", "waiting_time", "tardiness", "earliness")


def run(
    shop: mk.MakeToOrder, horizon: dict[str, Any], replications: int = 300, **options: Any
) -> mk.OrderResult:
    return mk.simulate(shop, replications=replications, seed=4, keep="orders", **horizon, **options)


def counts(found: mk.OrderResult, name: str) -> Any:
    total = found.distribution(name).cell().counts.sum(axis=0)
    return total[total > 0]


@by_line
@pytest.mark.parametrize("replications", [3, 300])
def test_orders_are_those_of_the_calendar_to_the_bit(
    shop: mk.MakeToOrder, horizon: dict[str, Any], replications: int
) -> None:
    fast = run(shop, horizon, replications)
    slow = run(shop, horizon, replications, method="calendar")
    assert (fast.method, slow.method) == ("recursion", "calendar")
    assert fast.orders is not None
    assert slow.orders is not None
    assert np.array_equal(fast.orders.offsets, slow.orders.offsets)
    for name, column in fast.orders.items():
        tolerance = 1e-12 if name in ("waiting", "making") else 0.0
        np.testing.assert_allclose(column, slow.orders[name], rtol=tolerance, atol=tolerance, err_msg=name)
    for name in fast.metrics:
        np.testing.assert_allclose(fast[name], slow[name], rtol=1e-9, atol=1e-12, err_msg=name)
    for name in ("utilisation", "queue", "number", "visits"):
        np.testing.assert_allclose(fast.station(name).value, slow.station(name).value, rtol=1e-9)
    for name in WAYS:
        assert np.array_equal(counts(fast, name), counts(slow, name))


@by_line
def test_the_plain_form_agrees_to_the_bit(shop: mk.MakeToOrder, horizon: dict[str, Any]) -> None:
    fast, plain = run(shop, horizon), run(shop, horizon, simd="scalar")
    assert plain.method == "recursion"
    assert plain.simd == "scalar"
    assert fast.orders is not None
    assert plain.orders is not None
    for name, column in fast.orders.items():
        assert np.array_equal(column, plain.orders[name], equal_nan=True), name
    for name in fast.metrics:
        assert np.array_equal(fast[name], plain[name], equal_nan=True), name
    for name in WAYS:
        assert np.array_equal(counts(fast, name), counts(plain, name))


@by_line
def test_few_metrics_have_the_bits_they_have_among_all(shop: mk.MakeToOrder, horizon: dict[str, Any]) -> None:
    whole = run(shop, horizon)
    few = mk.simulate(
        shop, replications=300, seed=4, metrics=["lead_time", "tardiness", "tardy_share"], **horizon
    )
    assert "only lead times" in few.method_reason
    for name in few.metrics:
        assert np.array_equal(few[name], whole[name]), name


def test_period_demand_of_a_book_is_the_sum_of_its_orders() -> None:
    book = mk.OrderBook(3, size=mk.UniformInteger(1, 3))
    stock = mk.MakeToStock(book, mk.BaseStock(20), lead_time=2, clock="periods")
    by_period = mk.simulate(stock, periods=50, replications=300, seed=1, trace=["demand"])
    plain = mk.simulate(stock, periods=50, replications=300, seed=1, simd="scalar")
    assert all(np.array_equal(by_period[m], plain[m], equal_nan=True) for m in by_period.metrics)
    shop = mk.MakeToOrder(book, mk.Operation("m", 1.0), {"m": mk.Station(servers=50)})
    by_order = mk.simulate(shop, periods=50, replications=300, seed=1, keep="orders")
    assert by_order.orders is not None
    for r in range(0, 300, 37):
        orders, totals = by_order.orders.replication(r), np.zeros(50)
        np.add.at(totals, orders["arrival"].astype(int), orders["size"])
        assert np.array_equal(totals, by_period.trace["demand"][r])
