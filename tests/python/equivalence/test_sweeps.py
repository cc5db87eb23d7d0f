"""A sweep is its designs one by one, whether all levels come from one pass or from a grid."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import maketo as mk
from shops import COSTS, CROSSED, NESTED, SHOPS

RUN: dict[str, Any] = {"periods": 90, "warm_up": 5, "replications": 700, "seed": 6}
INDICATORS = ("stockout_periods", "alpha_service")
ONE_PASS: dict[str, tuple[mk.Law, dict[str, Any], list[float]]] = {
    "whole": (mk.Poisson(20), {"lead_time": 4}, [60, 85, 92, 93, 120]),
    "whole, random lead times": (mk.Poisson(6), {"lead_time": CROSSED}, [0, 18, 24, 25, 40]),
    "whole, first in first out": (
        mk.Poisson(6),
        {"lead_time": CROSSED, "crossing": "fifo"},
        [18, 24, 25, 40],
    ),
    "whole, kaplan": (mk.Poisson(6), {"lead_time": NESTED, "crossing": "kaplan"}, [18, 24, 25, 40]),
    "whole, common arrivals": (
        mk.Poisson(6),
        {"lead_time": CROSSED, "crossing": "common"},
        [18, 24, 25, 40],
    ),
    "whole, reviewed every third period": (mk.Poisson(6), {"lead_time": 1, "review_period": 3}, [18, 24, 40]),
    "whole, demand first": (
        mk.Poisson(6),
        {"lead_time": 2, "event_order": "demand_before_order"},
        [9, 13, 20],
    ),
    "whole, mean basis": (mk.Poisson(6), {"lead_time": 2, "holding_basis": "mean"}, [-5, 9, 13, 20]),
    "real": (mk.Gamma(mean=10, sd=5), {"lead_time": 2}, [20.0, 30.5, 33.3, 47.0]),
    "real, some returns": (mk.Normal(5, 4, negative="allow"), {"lead_time": 2}, [5.0, 17.5, 30.0]),
}


def swept(name: str) -> mk.MakeToStock:
    demand, settings, levels = ONE_PASS[name]
    policy = mk.BaseStock(mk.Sweep(levels, name="S"))
    return mk.MakeToStock(**{"demand": demand, "policy": policy, "costs": COSTS, **settings})


@pytest.mark.parametrize("name", list(ONE_PASS))
def test_one_pass_is_the_grid(name: str) -> None:
    shop = swept(name)
    if name == "real, some returns":
        run = mk.simulate(shop, **RUN)
        assert run.method in ("one_pass", "grid")
        if run.method == "grid":
            return
    grid, one_pass = (mk.simulate(shop, **RUN, method=m) for m in ("grid", "one_pass"))
    assert (grid.method, one_pass.method) == ("grid", "one_pass")
    for metric in grid.metrics:
        if name.startswith("whole") or metric in INDICATORS:
            assert np.array_equal(grid[metric], one_pass[metric], equal_nan=True), metric
        else:
            scale = np.abs(grid[metric]).max()
            np.testing.assert_allclose(
                one_pass[metric], grid[metric], rtol=1e-12, atol=1e-12 * scale, err_msg=metric
            )


@pytest.mark.parametrize("method", ["grid", "one_pass"])
@pytest.mark.parametrize("name", ["whole", "whole, random lead times", "whole, demand first"])
def test_every_level_alone(name: str, method: str) -> None:
    shop = swept(name)
    run = mk.simulate(shop, **RUN, method=method)
    for i, level in enumerate(ONE_PASS[name][2]):
        alone = mk.simulate(shop.replace(policy=mk.BaseStock(level)), **RUN)
        for metric in run.metrics:
            assert np.array_equal(run[metric][i], alone[metric], equal_nan=True), (level, metric)


def test_a_crossed_sweep_is_its_cells() -> None:
    shop = SHOPS["lost sales"].replace(
        demand=mk.NegativeBinomial(mean=mk.Sweep([4, 5, 6], name="demand_mean"), sd=4),
        policy=mk.BaseStock(mk.Sweep([15, 20], name="S")),
        lead_time=mk.Sweep([1, 3], name="lead"),
    )
    run = mk.simulate(shop, **RUN)
    assert run.dims == ("demand_mean", "S", "lead", "replication")
    for at in np.ndindex(3, 2, 2):
        mean, level, lead = ([4, 5, 6][at[0]], [15, 20][at[1]], [1, 3][at[2]])
        cell = SHOPS["lost sales"].replace(
            demand=mk.NegativeBinomial(mean=mean, sd=4), policy=mk.BaseStock(level), lead_time=lead
        )
        alone = mk.simulate(cell, **RUN)
        for metric in run.metrics:
            assert np.array_equal(run[metric][at], alone[metric], equal_nan=True), (at, metric)


@pytest.mark.parametrize(
    "name", ["base stock", "lost sales", "min-max", "first in, first out, some wait", "real demand"]
)
def test_traces_of_a_sweep_are_those_of_its_cells(name: str) -> None:
    base = SHOPS[name]
    shop_is_whole = name in ("base stock", "lost sales", "min-max")
    if isinstance(base.policy, mk.MinMax):
        policies: list[Any] = [base.policy.replace(up_to=x) for x in (40, 60)]
        policy: Any = base.policy.replace(up_to=mk.Sweep([40, 60], name="S"))
    else:
        policies = [mk.BaseStock(x) for x in (20, 31)]
        policy = mk.BaseStock(mk.Sweep([20, 31], name="S"))
    run = mk.simulate(base.replace(policy=policy), **RUN, trace=list(mk.TRACES))
    for i, one in enumerate(policies):
        alone = mk.simulate(base.replace(policy=one), **RUN, trace=list(mk.TRACES))
        for traced in mk.TRACES:
            ours, theirs = run.trace[traced][i], alone.trace[traced]
            if run.method == "grid" or shop_is_whole:
                assert np.array_equal(ours, theirs), (i, traced)
            else:
                np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12 * max(1.0, np.abs(theirs).max()))


@pytest.mark.parametrize(
    "changes",
    [{"backorder_share": 0}, {"opening_stock": 10}, {"demand": mk.Poisson(mk.Sweep([5, 6], name="mean"))}],
    ids=str,
)
def test_one_pass_is_refused_where_it_would_be_wrong(changes: dict[str, Any]) -> None:
    shop = swept("whole").replace(**changes)
    run = mk.simulate(shop, **RUN)
    if "demand" not in changes:  # each mean may have a pass of its own
        assert run.method == "grid"
        assert run.method_reason
        with pytest.raises(ValueError, match="one_pass"):
            mk.simulate(shop, **RUN, method="one_pass")
    grid = mk.simulate(shop, **RUN, method="grid")
    assert all(np.array_equal(run[m], grid[m], equal_nan=True) for m in run.metrics)


@pytest.mark.parametrize(
    "rules",
    [mk.Quantities(minimum=15), mk.Quantities(multiple=4), mk.Quantities(maximum=25)],
    ids=str,
)
def test_one_pass_switches_itself_off_under_quantity_rules(rules: mk.Quantities) -> None:
    shop = swept("whole").replace(quantities=rules)
    run = mk.simulate(shop, **RUN)
    assert run.method == "grid"
    assert "MOQ, batch or cap" in run.method_reason
    with pytest.raises(ValueError, match="MOQ"):
        mk.simulate(shop, **RUN, method="one_pass")
    for i, level in enumerate(ONE_PASS["whole"][2]):
        alone = mk.simulate(shop.replace(policy=mk.BaseStock(level)), **RUN)
        assert all(np.array_equal(run[m][i], alone[m], equal_nan=True) for m in run.metrics)


def test_one_pass_switches_itself_off_for_other_policies() -> None:
    for policy in (
        mk.CappedBaseStock(mk.Sweep([85, 92], name="S"), 22),
        mk.ReorderQuantity(mk.Sweep([70, 80], name="r"), 20),
        mk.ConstantOrder(mk.Sweep([19, 20], name="q")),
    ):
        run = mk.simulate(swept("whole").replace(policy=policy), **RUN)
        assert (run.method, run.method_reason) == ("grid", "the policy is not a base stock")
    cycled = swept("whole").replace(policy=mk.BaseStock([85, 92]), lead_time=mk.Sweep([3, 4], name="L"))
    run = mk.simulate(cycled, **RUN)
    assert (run.method, run.method_reason) == ("grid", "the base-stock level changes with the period")
