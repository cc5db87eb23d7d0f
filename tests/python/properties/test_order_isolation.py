"""An order has one story whatever runs beside it: threads, SIMD level, shards, sweeps, items (spec R3)."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import maketo as mk
from maketo import _core

SHOP = mk.MakeToOrder(
    orders=mk.OrderBook(
        0.7,
        size=mk.UniformInteger(1, 3),
        classes=[mk.CustomerClass("a", priority=1), mk.CustomerClass("b", patience=mk.Exponential(20))],
        variants=[2, 1],
        requested_lead_time=mk.Uniform(5, 20),
        customisation=mk.Uniform(0, 1),
    ),
    operations=[
        mk.Operation("cut", unit_time=mk.Exponential(0.4), setup=0.1, yield_share=0.9),
        mk.Operation("join", mk.Lognormal(mean=1.5, sd=1), customisation=0.3, rework=0.1),
    ],
    stations={
        "cut": mk.Station(servers=2, breakdowns=mk.Breakdowns(mk.Exponential(20), 1)),
        "join": mk.Station(servers=2),
    },
    dispatch="edd",
    quote=mk.QuantileQuote(0.9),
    costs=mk.OrderCosts(price=10, material=3, tardiness=1, holding_rate=0.01),
)
LINE = mk.MakeToOrder(0.8, mk.Operation("m", mk.Exponential(1)), quote=4)
STOCK = mk.MakeToStock(mk.OrderBook(2, size=mk.UniformInteger(1, 2)), mk.BaseStock(9), mk.Uniform(0, 3))
SHOPS = {"calendar": SHOP, "recursion": LINE, "stock": STOCK}
by_shop = pytest.mark.parametrize("shop", SHOPS.values(), ids=SHOPS)


def run(shop: Any, **options: Any) -> Any:
    settings: dict[str, Any] = {"periods": 80, "replications": 300, "seed": 11, "warm_up": 10, **options}
    return mk.simulate(shop, **settings)


def same(a: Any, b: Any) -> None:
    for name in a.metrics:
        assert np.array_equal(a[name], b[name], equal_nan=True), name
    if "otif" in a.metrics or "lead_time" in a.metrics:
        one, other = (x.distribution("lead_time").cell() for x in (a, b))
        assert np.array_equal(one.counts, other.counts)


@by_shop
def test_threads_change_nothing(shop: Any) -> None:
    same(run(shop, threads=1), run(shop, threads=2))


@by_shop
@pytest.mark.parametrize("simd", ["scalar", *json.loads(_core.build_info())["simd"]])
def test_the_simd_level_changes_nothing(shop: Any, simd: str) -> None:
    same(run(shop), run(shop, simd=simd))


@by_shop
def test_shards_are_pieces_of_the_whole(shop: Any) -> None:
    whole = run(shop)
    parts = [run(shop, replications=n, first_replication=first) for first, n in ((0, 100), (100, 200))]
    for name in whole.metrics:
        joined = np.concatenate([part[name] for part in parts])
        assert np.array_equal(whole[name], joined, equal_nan=True), name


def test_a_sweep_is_its_runs() -> None:
    swept = run(SHOP.replace(quote=mk.Sweep([3.0, 8.0])))
    for at, quote in enumerate((3.0, 8.0)):
        alone = run(SHOP.replace(quote=quote))
        for name in alone.metrics:
            assert np.array_equal(swept[name][at], alone[name], equal_nan=True), name


def test_an_item_is_the_same_alone_and_in_a_portfolio() -> None:
    other = SHOP.replace(orders=mk.OrderBook(0.4, classes=SHOP.book.classes, variants=[1, 1]))
    together = run({"x": SHOP, "y": other}, keep="replications")
    alone = run(SHOP, name="x")
    for name in alone.metrics:
        assert np.array_equal(together[name][0], alone[name], equal_nan=True), name


def test_another_rule_meets_the_same_customers_and_the_same_work() -> None:
    fcfs, spt = (run(SHOP.replace(dispatch=d, quote=9), keep="orders").orders for d in ("fcfs", "spt"))
    for name in ("arrival", "size", "class", "variant"):
        assert np.array_equal(fcfs[name], spt[name]), name
    assert not np.array_equal(fcfs["started"], spt["started"], equal_nan=True)


def test_a_further_server_never_makes_an_order_late() -> None:
    one, two = (
        run(LINE.replace(stations={"m": mk.Station(servers=n)}), keep="orders").orders for n in (1, 2)
    )
    assert (two["left"] <= one["left"]).all()


def test_costs_sum_to_cost_and_times_to_lead_time() -> None:
    found = run(SHOP)
    parts = [m for m in found.metrics if m.endswith("_cost") and m != "unit_cost"]
    np.testing.assert_allclose(sum(found[m] for m in parts), found["cost"], rtol=1e-12)
    times = ("entry_time", "material_time", "release_time", "waiting_time", "making_time", "delivery_time")
    np.testing.assert_allclose(sum(found[m] for m in times), found["lead_time"], rtol=1e-9)


@by_shop
def test_a_run_repeats_from_its_configuration(shop: Any) -> None:
    first = run(shop)
    same(first, mk.simulate(**first.config))
    same(first, first.rerun())
    assert type(shop).from_json(shop.to_json()) == shop


def test_overload_has_no_mean() -> None:
    found = run(LINE.replace(orders=1.2), keep="orders")
    assert found.status == "unstable"
    assert np.isnan(found["lead_time"]).all()
    assert np.isnan(found.mean("tardiness").value)
    assert found.orders["arrival"].size > 0
    assert "load of 1.200" in found.warnings[0]
    turned_away = run(LINE.replace(orders=1.2, acceptance=mk.Acceptance(max_orders=5)))
    assert turned_away.status == "ok"
    assert np.isfinite(turned_away.mean("lead_time").value)
