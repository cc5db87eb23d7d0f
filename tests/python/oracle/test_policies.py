"""(r, nQ), constant orders, capped base stock and (s, S) with lost sales, against exact values and optima."""

from __future__ import annotations

from typing import Any

import laws
import numpy as np
import pytest
from instances import (
    CONSTANT_ORDER,
    LOST_MIN_MAX,
    LOST_SALES,
    LOST_SALES_OPTIMUM,
    REORDER_QUANTITY,
    ZHENG_FEDERGRUEN,
    Instance,
)
from judge import agree

import maketo as mk

RATES = {"h": "holding", "K": "order"}


def shop(instance: Instance, policy: Any, lost: bool) -> mk.MakeToStock:
    g = instance.given
    shortage = {"lost_sale": g["p"]} if lost else {"backorder": g["p"]}
    return mk.MakeToStock(
        demand=laws.simulated(instance),
        policy=policy,
        lead_time=g.get("L", 1),
        backorder_share=0 if lost else 1,
        costs=mk.Costs(**{name: g[k] for k, name in RATES.items() if k in g}, **shortage),
    )


def run(instance: Instance, item: mk.MakeToStock, **changes: Any) -> mk.Result:
    settings: dict[str, Any] = {"periods": 1400, "warm_up": 400, "replications": 60_000, **changes}
    metrics = [*instance.exact, "demand", "filled", "orders"]
    return mk.simulate(item, seed=instance.seed, metrics=metrics, **settings)


def test_reorder_quantity() -> None:
    g = REORDER_QUANTITY.given
    item = shop(REORDER_QUANTITY, mk.ReorderQuantity(g["r"], g["Q"]), lost=False)
    agree(run(REORDER_QUANTITY, item), REORDER_QUANTITY.exact)


def test_strictly_below_is_one_unit_lower_for_whole_demand() -> None:
    found = [
        mk.simulate(
            shop(REORDER_QUANTITY, policy, lost=False).replace(opening_stock=20),
            periods=100,
            replications=300,
            seed=1963,
        )
        for policy in (mk.ReorderQuantity(11, 12), mk.ReorderQuantity(12, 12, strict=True))
    ]
    assert all(np.array_equal(found[0][name], found[1][name], equal_nan=True) for name in found[0].metrics)


def test_constant_order() -> None:
    item = shop(CONSTANT_ORDER, mk.ConstantOrder(CONSTANT_ORDER.given["q"]), lost=True)
    found = run(CONSTANT_ORDER, item, replications=200_000)
    assert (found["orders"] == 1).all()
    agree(found, CONSTANT_ORDER.exact)


def test_min_max_with_lost_sales() -> None:
    g = LOST_MIN_MAX.given
    item = shop(LOST_MIN_MAX, mk.MinMax(g["s"], g["S"]), lost=True)
    agree(run(LOST_MIN_MAX, item, replications=200_000), LOST_MIN_MAX.exact)


@pytest.mark.parametrize("lead_time", [1, 2, 3, 4])
def test_a_cap_helps_where_sales_are_lost_and_never_beats_the_optimum(lead_time: int) -> None:
    """Capped base stock comes close to the best policy of any kind (Xin 2021), far closer than base stock."""
    instance = next(i for i in LOST_SALES if i.given == {**i.given, "L": lead_time, "p": 4})
    level = int(instance.given["S"])
    capped = mk.CappedBaseStock(
        level=mk.Sweep(range(level - 1, level + 5), name="S"), cap=mk.Sweep(range(5, 10), name="cap")
    )
    found = run(instance, shop(instance, capped, lost=True), replications=5_000).mean("cost")
    best = LOST_SALES_OPTIMUM[lead_time]
    assert (found.value >= best - 4 * found.se).all()
    cheapest = np.unravel_index(found.value.argmin(), found.value.shape)
    assert found.value[cheapest] + 4 * found.se[cheapest] < 1.02 * best
    assert found.value[cheapest] - best < 0.4 * (instance.exact["cost"] - best)
    # Nor does a constant order.
    constant = mk.ConstantOrder(mk.Sweep([3, 4, 5]))
    found = run(instance, shop(instance, constant, lost=True), replications=5_000).mean("cost")
    assert (found.value >= best - 4 * found.se).all()


def test_no_order_quantity_beats_the_best_pair() -> None:
    """With a fixed cost per order the best policy of any kind is the best (s, S)."""
    best = ZHENG_FEDERGRUEN[0]
    policy = mk.ReorderQuantity(
        reorder=mk.Sweep(range(3, 10), name="r"), quantity=mk.Sweep([26, 30, 34, 38], name="Q")
    )
    found = run(best, shop(best, policy, lost=False), replications=5_000).mean("cost")
    assert (found.value >= best.exact["cost"] - 4 * found.se).all()
    assert (found.value - 4 * found.se).min() < 1.05 * best.exact["cost"]


def test_a_cap_that_never_binds_is_base_stock() -> None:
    """And levels that are all alike are one level."""
    instance = LOST_SALES[0]
    found = [
        mk.simulate(shop(instance, policy, lost=True), periods=100, replications=300, seed=2021)
        for policy in (mk.BaseStock(12), mk.CappedBaseStock(12, 13), mk.BaseStock([12, 12, 12]))
    ]
    for other in found[1:]:
        assert all(np.array_equal(found[0][name], other[name], equal_nan=True) for name in other.metrics)


def test_a_level_per_period() -> None:
    """L = 0: the stock before the demand of period t is the level of period t, or what was left if that is
    more."""
    levels, mean = [14, 17, 20, 16], 10.0
    law = mk.Poisson(mean)
    item = mk.MakeToStock(
        demand=law, policy=mk.BaseStock(levels), lead_time=0, costs=mk.Costs(holding=1, backorder=9)
    )
    found = mk.simulate(item, periods=40, replications=100_000, seed=11, trace=["net_inventory", "demand"])
    before = found.trace["net_inventory"] + found.trace["demand"]
    # What is left of a level may exceed the next one; then nothing is ordered.
    left = found.trace["net_inventory"][:, :-1]
    assert np.array_equal(before[:, 1:], np.maximum(left, np.tile(levels, 10)[1:]))
    assert (before[:, 0] == levels[0]).all()
