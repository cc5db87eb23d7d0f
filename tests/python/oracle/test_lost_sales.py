"""Lost sales with a lead time: what is short is gone, so the pipeline matters and no closed form exists for
L > 1.

Zipkin (2008) computed base stock and the best policy of any kind from the full state; `exact.lost_sales`
does the first again.
"""

from __future__ import annotations

import laws
import numpy as np
import pytest
from instances import LOST_SALES, LOST_SALES_OPTIMUM, Instance
from judge import agree

import maketo as mk


def shop(instance: Instance) -> mk.MakeToStock:
    g = instance.given
    return mk.MakeToStock(
        demand=laws.simulated(instance),
        policy=mk.BaseStock(g["S"]),
        lead_time=g["L"],
        backorder_share=0,
        costs=mk.Costs(holding=g["h"], lost_sale=g["p"]),
    )


@pytest.mark.parametrize("instance", LOST_SALES, ids=str)
def test_base_stock_with_lost_sales(instance: Instance) -> None:
    metrics = [*instance.exact, "demand", "filled", "backorders"]
    run = mk.simulate(
        shop(instance), periods=600, warm_up=100, replications=200_000, seed=instance.seed, metrics=metrics
    )
    assert (run["backorders"] == 0).all()
    agree(run, {k: v for k, v in instance.exact.items() if k != "orders"})
    # Nearly every period orders: test the periods that do not.
    idle = run.mean("orders")
    lacking = 1.0 - instance.exact["orders"]
    assert idle.se <= 0.01 * lacking
    assert abs(idle.value - instance.exact["orders"]) <= 4.5 * idle.se


@pytest.mark.parametrize("lead_time", [1, 2, 3, 4])
def test_no_policy_beats_the_optimum(lead_time: int) -> None:
    """Every base-stock level, and every (s, S) pair tried, costs at least what the best policy does."""
    instance = next(i for i in LOST_SALES if i.given == {**i.given, "L": lead_time, "p": 4})
    level = int(instance.given["S"])
    levels = mk.BaseStock(mk.Sweep(range(level - 4, level + 5), name="S"))
    pairs = mk.MinMax(
        mk.Sweep(range(level - 6, level), name="s"), mk.Sweep([level, level + 1, level + 2], name="S")
    )
    for policy in (levels, pairs):
        item = shop(instance).replace(policy=policy)
        run = mk.simulate(item, periods=600, warm_up=100, replications=20_000, seed=2009, metrics=["cost"])
        cost = run.mean("cost")
        assert (cost.value >= LOST_SALES_OPTIMUM[lead_time] - 4 * cost.se).all()
        if policy is levels:
            # The best level shows: two units away from it the same demand costs clearly more.
            best = {1: 12, 2: 16, 3: 20, 4: 25}[lead_time]
            more = run["cost"] - run["cost"][best - level + 4]
            error = more.std(axis=1) / more.shape[1] ** 0.5
            away = abs(run.coords["S"] - best) >= 2
            assert (more.mean(axis=1)[away] > 8 * error[away]).all()


def test_without_a_lead_time_what_is_lost_is_what_would_wait() -> None:
    """L = 0: the stock is S before every demand, whether the shortage of the last period waits or not."""
    item = mk.MakeToStock(demand=mk.Poisson(2), policy=mk.BaseStock(4), lead_time=0)
    waits, lost = (
        mk.simulate(item.replace(backorder_share=b), periods=200, replications=300, seed=2010) for b in (1, 0)
    )
    assert np.array_equal(waits["backorders"], lost["lost"])
    assert np.array_equal(waits["on_hand"], lost["on_hand"])
