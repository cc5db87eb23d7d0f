"""One pass over all levels of a base stock is the grid, on rows too, and is not taken where it is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import maketo as mk
from limited import LATE, REAL, shop
from shops import CROSSED, NESTED
from supplied import COSTS, EFFECTS

PASS: dict[str, Any] = {"periods": 100, "warm_up": 5, "replications": 300, "seed": 6}
TARGETS = [12, 24, 30, 31, 50]
LEVEL = mk.BaseStock(mk.Sweep(TARGETS, name="S"))
SAFETY = mk.Sweep([-4, 0, 5, 12], name="S")
ONE_PASS: dict[str, dict[str, Any]] = {
    "capacity": {"capacity": 9},
    "capacity and overtime": {"capacity": mk.Capacity([4, 12], overtime=2)},
    "random capacity": {"capacity": mk.UniformInteger(4, 16)},
    "random lead times and capacity": {"lead_time": CROSSED, "capacity": 10},
    "fifo lead times and capacity": {"lead_time": CROSSED, "crossing": "fifo", "capacity": 10},
    "kaplan lead times and capacity": {"lead_time": NESTED, "crossing": "kaplan", "capacity": 10},
    "demand first, real capacity": {"event_order": LATE, "capacity": mk.Uniform(5, 15)},
    "reviewed every third period": {"review_period": 3, "capacity": 30},
    "real demand and capacity": {"demand": REAL, "capacity": 9.5, "holding_basis": "mean"},
    "yields": {"yields": mk.ShareYield(mk.Uniform(0.6, 1))},
    "yields inflated": {"yields": mk.ShareYield(mk.Uniform(0.6, 1), inflate=True), "demand": REAL},
    "all or nothing": {"yields": mk.AllOrNothingYield(0.9, "nominal")},
    **{
        f"{effect} disruptions": {
            "disruptions": mk.Disruption(effect, 0.1, 0.4, outages=[(30, 34)], remaining=0.5),
            **({"capacity": 12} if effect == "capacity" else {}),
        }
        for effect in EFFECTS
        if effect != "stock"
    },
    "disrupted, random lead times": {
        "lead_time": CROSSED,
        "disruptions": [mk.Disruption("ship", 0.1, 0.4), mk.Disruption("transit", 0.1, 0.4)],
    },
    **{
        f"a forecast by {name}": {"policy": mk.OrderUpTo(SAFETY, 0.5), "forecast": forecast}
        for name, forecast in {
            "known mean": mk.KnownMean(),
            "moving average": mk.MovingAverage(6),
            "smoothing": mk.ExponentialSmoothing(0.2),
            "Holt": mk.Holt(0.2, 0.1, damping=0.8),
            "seasons": mk.HoltWinters(0.2, 0.05, 0.1, season=4),
            "naive": mk.SeasonalNaive(1),
            "autoregression": mk.Autoregression(0.3),
            "TSB": mk.TSB(0.1, 0.1),
        }.items()
    },
    "a forecast, levelled and limited": {
        "policy": mk.OrderUpTo(SAFETY, smoothing=0.5),
        "forecast": mk.ExponentialSmoothing(0.2),
        "capacity": 11,
        "lead_time": CROSSED,
    },
}
EXACT = [
    name
    for name, s in ONE_PASS.items()
    if not {"demand", "yields", "forecast"} & s.keys() and "real" not in name
]


@pytest.mark.parametrize("name", list(ONE_PASS))
def test_one_pass_is_the_grid(name: str) -> None:
    swept = shop(**{"policy": LEVEL, **ONE_PASS[name]})
    grid, one_pass = (mk.simulate(swept, **PASS, method=m) for m in ("grid", "auto"))
    assert (grid.method, one_pass.method) == ("grid", "one_pass")
    assert grid.metrics == one_pass.metrics == tuple(mk.METRICS)
    assert "one path" in one_pass.method_reason
    for metric in grid.metrics:
        if name in EXACT or metric in ("stockout_periods", "alpha_service", "orders"):
            assert np.array_equal(grid[metric], one_pass[metric], equal_nan=True), metric
        else:
            # Of sums of squares, what is left after the square of the mean is taken off.
            known = ~np.isnan(grid[metric])
            scale = np.max(np.abs(grid[metric]), initial=0, where=known) * (
                100 if "amplification" in metric or "variance" in metric else 1
            )
            np.testing.assert_allclose(
                one_pass[metric], grid[metric], rtol=1e-12, atol=1e-12 * scale, err_msg=metric
            )


@pytest.mark.parametrize("name", ["random lead times and capacity", "receive disruptions", "yields"])
def test_traces_of_one_pass(name: str) -> None:
    swept = shop(**{"policy": LEVEL, **ONE_PASS[name]})
    run = mk.simulate(swept, **{**PASS, "replications": 30}, trace=list(mk.TRACES))
    assert run.method == "one_pass"
    for i, level in enumerate(TARGETS):
        alone = mk.simulate(
            swept.replace(policy=mk.BaseStock(level)), **{**PASS, "replications": 30}, trace=list(mk.TRACES)
        )
        for traced in mk.TRACES:
            ours, theirs = run.trace[traced][i], alone.trace[traced]
            np.testing.assert_allclose(
                ours, theirs, rtol=0, atol=0 if name in EXACT else 1e-10, err_msg=traced
            )


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "lost sales": ({"capacity": 9, "backorder_share": 0}, "sales are lost"),
    "shelf life": ({"shelf_life": 4}, "stock expires"),
    "obsolescence": ({"obsolescence": mk.Obsolescence(0.02)}, "stock can be lost"),
    "stock disruptions": ({"disruptions": mk.Disruption("stock", 0.1)}, "stock can be lost"),
    "express": ({"lead_time": 3, "express": mk.Express(1, 9)}, "second source"),
    "expediting": ({"lead_time": 3, "expedite_below": 2}, "expedited"),
    "MOQ": ({"capacity": 9, "quantities": mk.Quantities(minimum=3)}, "MOQ"),
    "forecasts of sales": (
        {
            "policy": mk.OrderUpTo(mk.Sweep(TARGETS, name="S")),
            "forecast": mk.ExponentialSmoothing(0.2, observe="sales"),
        },
        "sales",
    ),
    "erosion": ({"capacity": 9, "costs": COSTS.replace(erosion=0.01)}, "loses value"),
    "a fixed opening": ({"capacity": 9, "opening_stock": 20}, "opening stock"),
    "returns of customers": ({"capacity": 9, "demand": mk.Normal(8, 6, "allow")}, "negative"),
    "returns to the supplier": (
        {
            "policy": mk.OrderUpTo(mk.Sweep(TARGETS, name="S"), returns=True),
            "forecast": mk.ExponentialSmoothing(0.2),
        },
        "not a base stock",
    ),
    "another policy": (
        {"policy": mk.ConstantOrder(mk.Sweep([8, 9], name="S")), "capacity": 9},
        "not a base stock",
    ),
    "more than the level": ({"capacity": mk.Capacity(mk.Sweep([9, 10], name="C"))}, "differ in more"),
    "chances that differ": ({"disruptions": mk.Disruption("ship", mk.Sweep([0.1, 0.2]))}, "differ in more"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_one_pass_switches_itself_off_and_says_why(name: str) -> None:
    settings, why = REFUSED[name]
    swept = shop(**{"policy": LEVEL, **settings})
    run, grid = (mk.simulate(swept, **{**PASS, "replications": 30}, method=m) for m in ("auto", "grid"))
    assert run.method == "grid"
    assert why in run.method_reason
    with pytest.raises(ValueError, match=why):
        mk.simulate(swept, **PASS, method="one_pass")
    assert all(np.array_equal(run[m], grid[m], equal_nan=True) for m in run.metrics)
