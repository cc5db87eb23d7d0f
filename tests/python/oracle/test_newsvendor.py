"""The newsvendor: one period, nothing in stock, an order of Q that arrives at once, what is short is lost.

In maketo: base stock Q with L = 0 and an empty opening stock orders Q in period 0, before the demand.
"""

from __future__ import annotations

import laws
import pytest
from instances import NEWSVENDOR, Instance
from judge import agree

import maketo as mk

SHARD = 1 << 20


def newsvendor(demand: mk.Law, level: float, **costs: float) -> mk.MakeToStock:
    return mk.MakeToStock(
        demand=demand,
        policy=mk.BaseStock(level),
        lead_time=0,
        opening_stock=0,
        backorder_share=0,
        costs=mk.Costs(**costs),
    )


@pytest.mark.parametrize("instance", NEWSVENDOR, ids=str)
def test_newsvendor(instance: Instance) -> None:
    level, h, p = (instance.given[k] for k in ("Q", "h", "p"))
    shop = newsvendor(laws.simulated(instance), level, holding=h, lost_sale=p)
    # One shard of about a million replications at a time: memory stays small, and the shards must fit
    # together.
    runs = [
        mk.simulate(
            shop,
            periods=1,
            replications=SHARD,
            first_replication=shard * SHARD,
            seed=instance.seed,
            metrics=[*instance.exact, "demand", "filled"],
        )
        for shard in range(SHARDS.get(instance.id, 4))
    ]
    agree(runs, instance.exact)


# Rare events need more: a service of 0.106, left-over stock of 0.4 on average where the demand has sd 8.
SHARDS = {"nv-normal": 12, "nv-lognormal-loss": 14, "nv-lognormal": 6}


def test_the_order_arrives_before_demand_and_is_all_there_is() -> None:
    run = mk.simulate(newsvendor(mk.Poisson(20), 24), periods=1, replications=512, seed=5)
    assert (run["order_quantity"] == 24).all()
    assert (run["filled"] == run["demand"].clip(max=24)).all()
    assert (run["on_hand"] == (24 - run["demand"]).clip(min=0)).all()
    assert (run["lost"] == (run["demand"] - 24).clip(min=0)).all()
    assert (run["backorders"] == 0).all()


def test_no_order_quantity_costs_less_than_the_best() -> None:
    """Every quantity meets the same demand; none beats the optimum of Snyder & Shen, ex. 4.3."""
    best = NEWSVENDOR[1]
    around = [50, 54, 56, 56.60395593, 57, 60, 64]
    shop = newsvendor(laws.simulated(best), 0, holding=0.18, lost_sale=0.70)
    run = mk.simulate(
        shop.replace(policy=mk.BaseStock(mk.Sweep(around, name="Q"))),
        periods=1,
        replications=1 << 20,
        seed=4302,
        metrics=["cost"],
    )
    found = run.mean("cost")
    assert (found.value >= best.exact["cost"] - 4 * found.se).all()
    # And the margin is clear two units away, on the same demand.
    at_best = run["cost"][around.index(56.60395593)]
    for q in (50, 54, 60, 64):
        difference = run["cost"][around.index(q)] - at_best
        assert difference.mean() > 8 * difference.std() / len(difference) ** 0.5
