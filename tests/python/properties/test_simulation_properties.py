"""What must hold for any configuration: conservation, monotonicity, scaling, freedom from how it is run."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

import maketo as mk

QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)

rates = st.floats(0, 50, allow_nan=False).map(lambda x: round(x, 3))
laws = st.one_of(
    st.floats(0.1, 30).map(mk.Poisson),
    st.floats(0.5, 30).map(lambda m: mk.NegativeBinomial(mean=m, sd=2 * m**0.5 + 0.1)),
    st.floats(0.5, 30).map(lambda m: mk.Gamma(mean=m, sd=m / 2)),
    st.lists(st.integers(0, 20), min_size=1, max_size=12).map(mk.Bootstrap),
    st.lists(st.integers(0, 20), min_size=30, max_size=30).map(mk.Paths),
)
leads = st.one_of(st.integers(1, 4), st.just(mk.Discrete([1, 2, 5], [0.25, 0.5, 0.25])))
policies = st.one_of(
    st.integers(0, 120).map(mk.BaseStock),
    st.tuples(st.integers(0, 60), st.integers(1, 60)).map(lambda p: mk.MinMax(p[0], p[0] + p[1])),
)
money = ("holding", "backorder", "shortage", "lost_sale", "order", "unit", "price")
costs = st.builds(mk.Costs, **dict.fromkeys(money, rates), salvage=st.floats(-5, 5))
shops = st.builds(
    mk.MakeToStock,
    demand=laws,
    policy=policies,
    lead_time=leads,
    costs=costs,
    crossing=st.sampled_from(["independent", "fifo"]),
    review_period=st.integers(1, 4),
    event_order=st.sampled_from(["order_before_demand", "demand_before_order"]),
    holding_basis=st.sampled_from(["end", "mean"]),
    backorder_share=st.sampled_from([0.0, 0.25, 1.0]),
    opening_stock=st.none() | st.integers(0, 50),
)
RUN: dict[str, Any] = {"periods": 30, "replications": 8, "seed": 11}


@QUICK
@given(shops)
def test_json_and_the_run_agree(shop: mk.MakeToStock) -> None:
    again = mk.MakeToStock.from_json(shop.to_json())
    assert again == shop
    assert np.array_equal(mk.simulate(again, **RUN)["profit"], mk.simulate(shop, **RUN)["profit"])


@QUICK
@given(shops)
def test_units_and_money_add_up(shop: mk.MakeToStock) -> None:
    run = mk.simulate(shop, **RUN, trace=list(mk.TRACES))
    on_hand, backorders = run.trace["on_hand"], run.trace["backorders"]
    assert (on_hand >= 0).all()
    assert (backorders >= 0).all()
    assert not ((on_hand > 0) & (backorders > 0)).any()
    np.testing.assert_allclose(on_hand - backorders, run.trace["net_inventory"], atol=1e-9)
    np.testing.assert_allclose(run["filled"] + run["short"], run["demand"], rtol=1e-12, atol=1e-12)
    parts = ("holding", "backorder", "shortage", "lost_sale", "order", "purchase")
    total = run["holding_cost"].copy()
    for part in parts[1:]:
        total += run[f"{part}_cost"]
    assert np.array_equal(total, run["cost"])
    assert np.array_equal(run["revenue"] + run["salvage"] - run["cost"], run["profit"])


@QUICK
@given(shops, st.integers(1, 3))
def test_how_it_is_run_changes_nothing(shop: mk.MakeToStock, threads: int) -> None:
    whole = mk.simulate(shop, **RUN)
    assert np.array_equal(mk.simulate(shop, **RUN, threads=threads)["profit"], whole["profit"])
    if not isinstance(shop.demand, mk.Paths):
        part = mk.simulate(shop, **{**RUN, "replications": 3}, first_replication=5)
        assert np.array_equal(part["profit"], whole["profit"][5:])
    other = shop.replace(policy=mk.BaseStock(5), key=77)
    beside = mk.simulate({"other": other, "item": shop}, **RUN, keep="replications")
    assert np.array_equal(beside["profit"][1], whole["profit"])


@QUICK
@given(shops, st.integers(1, 9))
def test_more_stock_serves_no_worse(shop: mk.MakeToStock, more: int) -> None:
    if shop.backorder_share != 1.0 or not isinstance(shop.policy, mk.BaseStock):
        return
    level = shop.policy.level
    assert isinstance(level, (int, float))
    shop = shop.replace(policy=mk.BaseStock(mk.Sweep([level, level + more])), opening_stock=None)
    run = mk.simulate(shop, **RUN)
    low, high = run["filled"]
    assert (high >= low - 1e-9).all()
    assert (run["backorders"][1] <= run["backorders"][0] + 1e-9).all()


@QUICK
@given(shops, st.sampled_from([2.0, 0.5, 4.0]))
def test_money_scales(shop: mk.MakeToStock, factor: float) -> None:
    scaled = mk.Costs(**{name: value * factor for name, value in shop.costs._items()})
    a, b = (mk.simulate(s, **RUN) for s in (shop, shop.replace(costs=scaled)))
    # Powers of two scale doubles exactly.
    assert np.array_equal(a["profit"] * factor, b["profit"])
    assert np.array_equal(a["on_hand"], b["on_hand"])


def test_what_is_rounding_depends_neither_on_rare_demand_nor_on_the_horizon() -> None:
    """Demand that could one day be 10¹² does not make orders of one unit a matter of rounding."""
    heavy = mk.MakeToStock(demand=stats.pareto(1.2), policy=mk.BaseStock(10), lead_time=4)
    run = mk.simulate(heavy, periods=200, replications=200, seed=1)
    # Every period has demand, so every period but the first orders.
    assert (run["orders"] >= 199 / 200).all()
    capped = mk.MakeToStock(
        demand=mk.Lognormal(mean=10, sd=60),
        policy=mk.CappedBaseStock(60, 30),
        lead_time=2,
        backorder_share=0,
    )
    short, long = (
        mk.simulate(capped, periods=n, replications=3, seed=1, trace=["order_quantity"]).trace[
            "order_quantity"
        ]
        for n in (100, 20_000)
    )
    assert np.array_equal(short, long[:, :100])


def test_settled_openings_where_an_order_exceeds_the_lot() -> None:
    """A MOQ above S − s takes the position above S: the opening is spread over all of it."""
    shop = mk.MakeToStock(
        demand=mk.Poisson(2),
        policy=mk.MinMax(10, 60),
        lead_time=2,
        quantities=mk.Quantities(minimum=70, multiple=8),
        opening_stock="settled",
    )
    start = mk.simulate(shop, periods=9, warm_up=3, replications=20_000, seed=1).mean("on_hand")
    later = mk.simulate(shop, periods=4000, warm_up=1000, replications=200, seed=1).mean("on_hand")
    assert abs(start.value - later.value) < 0.02 * later.value
