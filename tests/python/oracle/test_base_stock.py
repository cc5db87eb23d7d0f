"""Base stock, full backorders: net inventory at a close is S minus the demand of the last L + 1 periods."""

from __future__ import annotations

from typing import Any

import laws
import numpy as np
import pytest
from exact import base_stock, covers, opening_run, pmf
from instances import BASE_STOCK, Instance
from judge import agree
from scipy import stats

import maketo as mk


def shop(instance: Instance) -> mk.MakeToStock:
    g = instance.given
    return mk.MakeToStock(
        demand=laws.simulated(instance),
        policy=mk.BaseStock(g["S"]),
        lead_time=g["L"],
        costs=mk.Costs(holding=g.get("h", 0), backorder=g.get("p", 0)),
    )


@pytest.mark.parametrize("instance", BASE_STOCK, ids=str)
def test_base_stock(instance: Instance) -> None:
    # The opening stock is S with nothing on order: L periods later a close is stationary, exactly.
    lead_time = int(instance.given["L"])
    run = mk.simulate(
        shop(instance),
        periods=lead_time + 500,
        warm_up=lead_time,
        replications=REPLICATIONS.get(instance.id, 100_000),
        seed=instance.seed,
        metrics=[*instance.exact, "demand", "filled"],
    )
    agree(run, instance.exact)


# Backorders of 0.043 units on average take 140 million periods to know within 0.12 %.
REPLICATIONS = {"poisson-slow-L3": 400_000}


def test_all_levels_from_one_pass_are_right() -> None:
    levels = np.arange(50, 63, 3)
    item = mk.MakeToStock(
        demand=mk.Poisson(10),
        policy=mk.BaseStock(mk.Sweep(levels, name="S")),
        lead_time=4,
        costs=mk.Costs(holding=1, backorder=9),
    )
    metrics = ["cost", "on_hand", "backorders", "alpha_service", "fill_rate", "demand", "filled"]
    run = mk.simulate(item, periods=504, warm_up=4, replications=200_000, seed=21, metrics=metrics)
    assert run.method == "one_pass"
    one = pmf(stats.poisson(10))
    for i, level in enumerate(levels):
        exact = base_stock(one, int(level), 5, 1.0, 9.0)
        agree(run, {k: exact[k] for k in metrics if k in exact}, at=i)
    # The best level is the smallest with P(D ≤ S) ≥ 9/10; no level beats it but by chance.
    best = int(stats.poisson(50).ppf(0.9))
    optimum = base_stock(one, best, 5, 1.0, 9.0)["cost"]
    cost = run.mean("cost")
    assert (cost.value >= optimum - 4 * cost.se).all()


@pytest.mark.parametrize("lead_time", [1, 2])
@pytest.mark.parametrize("order_first", [True, False], ids=["order_before_demand", "demand_before_order"])
def test_review_every_third_period(lead_time: int, order_first: bool) -> None:
    """Stock covers L + 1, L + 2, L + 3 periods in turn (one less when demand comes first)."""
    periods = 300
    level = 10 * (lead_time + 3) + (6 if order_first else -4)  # three periods' backlog must not be too rare
    item = mk.MakeToStock(
        demand=mk.Poisson(10),
        policy=mk.BaseStock(level),
        lead_time=lead_time,
        review_period=3,
        event_order="order_before_demand" if order_first else "demand_before_order",
        costs=mk.Costs(holding=1, backorder=9),
    )
    metrics = ["cost", "on_hand", "backorders", "alpha_service", "fill_rate", "demand", "filled"]
    run = mk.simulate(
        item, periods=periods, replications=250_000, seed=220 + 2 * lead_time + order_first, metrics=metrics
    )
    seen = covers(periods, lead_time, review=3, order_first=order_first)
    assert set(seen[lead_time + 2 :]) == {lead_time + k + (1 if order_first else 0) for k in range(3)}
    exact = opening_run(pmf(stats.poisson(10)), level, seen, 1.0, 9.0)
    agree(run, {k: exact[k] for k in metrics if k in exact})


@pytest.mark.parametrize("order_first", [True, False], ids=["order_before_demand", "demand_before_order"])
def test_holding_charged_on_the_mean_of_the_period(order_first: bool) -> None:
    """Mean of the stock just before demand, which one period less has drawn on, and of that at the close."""
    item = mk.MakeToStock(
        demand=mk.Poisson(10),
        policy=mk.BaseStock(26),
        lead_time=1 if order_first else 2,
        event_order="order_before_demand" if order_first else "demand_before_order",
        holding_basis="mean",
        costs=mk.Costs(holding=2),
    )
    run = mk.simulate(
        item, periods=302, warm_up=2, replications=50_000, seed=23, metrics=["holding_cost", "on_hand"]
    )
    exact = base_stock(pmf(stats.poisson(10)), 26, 2)
    agree(run, {"holding_cost": exact["available"] + exact["on_hand"], "on_hand": exact["on_hand"]})


def test_demand_first_with_one_more_period_of_lead_time_is_the_same_stock() -> None:
    """Placed after the demand of t − 1 or before that of t: the same order, if L differs by one."""
    variants: list[dict[str, Any]] = [
        {"policy": mk.BaseStock(26)},
        {"policy": mk.MinMax(16, 34)},
        {"policy": mk.MinMax(16, 34, strict=True)},
        {"policy": mk.BaseStock(22), "backorder_share": 0},
        {"policy": mk.MinMax(16, 34), "backorder_share": 0.375, "demand": mk.Gamma(mean=10, sd=5)},
    ]
    traced = ["demand", "filled", "on_hand", "backorders", "lost"]
    for settings in variants:
        for lead_time in (0, 1, 3):
            before = mk.MakeToStock(**{"demand": mk.Poisson(10), **settings, "lead_time": lead_time})
            after = before.replace(event_order="demand_before_order", lead_time=lead_time + 1)
            one, other = (
                mk.simulate(s, periods=60, replications=300, seed=24, trace=[*traced, "order_quantity"])
                for s in (before, after)
            )
            for name in traced:
                assert np.array_equal(one.trace[name], other.trace[name]), (settings, lead_time, name)
            # What is ordered after the demand of t − 1 is what would be ordered before that of t.
            ordered = one.trace["order_quantity"], other.trace["order_quantity"]
            assert np.array_equal(ordered[0][:, 1:], ordered[1][:, :-1])
