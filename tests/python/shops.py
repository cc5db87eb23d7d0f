"""A spread of shops over all that the model knows, and the bits of everything a run returns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

import maketo as mk

COSTS = mk.Costs(
    holding=0.7, backorder=9, shortage=0.3, lost_sale=2, order=11, unit=1.5, price=4, salvage=0.5
)
CROSSED = mk.Discrete([1, 2, 5], [0.25, 0.5, 0.25])
NESTED = mk.Discrete(
    [1, 2, 3], [0.25, 0.5, 0.25]
)  # P(L > j)/P(L > j − 1) falls with j, as kaplan crossing needs

SHOPS = {
    "base stock": mk.MakeToStock(demand=mk.Poisson(20), policy=mk.BaseStock(92), lead_time=4, costs=COSTS),
    "real demand": mk.MakeToStock(
        demand=mk.Gamma(mean=10, sd=5),
        policy=mk.BaseStock(30.5),
        lead_time=1,
        holding_basis="mean",
        costs=COSTS,
    ),
    "min-max": mk.MakeToStock(demand=mk.Poisson(10), policy=mk.MinMax(16, 50), lead_time=1, costs=COSTS),
    "lost sales": mk.MakeToStock(
        demand=mk.NegativeBinomial(mean=5, sd=4),
        policy=mk.BaseStock(20),
        lead_time=3,
        backorder_share=0,
        costs=COSTS,
    ),
    "crossing": mk.MakeToStock(demand=mk.Poisson(6), policy=mk.BaseStock(24), lead_time=CROSSED, costs=COSTS),
    "first in, first out, some wait": mk.MakeToStock(
        demand=mk.Normal(6, 4),
        policy=mk.MinMax(9, 30, strict=True),
        lead_time=CROSSED,
        crossing="fifo",
        review_period=2,
        event_order="demand_before_order",
        backorder_share=0.375,
        opening_stock=3,
        costs=COSTS,
    ),
    "moving mean": mk.MakeToStock(
        demand=mk.Varying(
            9,
            seasons=[0.5, 1.5],
            trend=mk.LinearTrend(0.01),
            promotions=[mk.Promotion(9, 3, 1.75, cv=0.25, pull_forward=0.5)],
        ),
        policy=mk.BaseStock(30),
        lead_time=2,
        costs=COSTS,
    ),
    "regimes": mk.MakeToStock(
        demand=mk.MarkovModulated([mk.Poisson(2), mk.Gamma(mean=9, sd=3)], [[0.75, 0.25], [0.5, 0.5]]),
        policy=mk.BaseStock(20),
        costs=COSTS,
    ),
    "dependent": mk.MakeToStock(
        demand=mk.Correlated(mk.Autocorrelated(mk.Poisson(6), 0.625), {"market": 0.5}),
        policy=mk.BaseStock(24),
        lead_time=2,
        costs=COSTS,
    ),
    "blocks": mk.MakeToStock(
        demand=mk.SeasonalBlocks([0, 3, 1, 4, 2, 9, 5, 0], season=2, length=3),
        policy=mk.BaseStock(12),
        lead_time=2,
        costs=COSTS,
    ),
    "reorder quantity, kaplan": mk.MakeToStock(
        demand=mk.Poisson(6),
        policy=mk.ReorderQuantity(15, 7),
        lead_time=NESTED,
        crossing="kaplan",
        costs=COSTS,
    ),
    "capped, common, MOQ and packs": mk.MakeToStock(
        demand=mk.Gamma(mean=6, sd=5),
        policy=mk.CappedBaseStock(24, 11.5),
        quantities=mk.Quantities(minimum=2, multiple=0.1),
        lead_time=CROSSED,
        crossing="common",
        backorder_share=0,
        costs=COSTS,
    ),
    "constant orders": mk.MakeToStock(
        demand=mk.Poisson(6), policy=mk.ConstantOrder(5), backorder_share=0, costs=COSTS
    ),
    "a level per period, batches under a cap": mk.MakeToStock(
        demand=mk.Poisson(6),
        policy=mk.BaseStock([24, 30, 18]),
        quantities=mk.Quantities(multiple=4, maximum=12),
        lead_time=2,
        costs=COSTS,
    ),
    "bootstrap": mk.MakeToStock(
        demand=mk.Bootstrap([0, 0, 3, 0, 7, 1]),
        policy=mk.BaseStock(9),
        lead_time=2,
        review_period=3,
        costs=COSTS,
    ),
}
TRACED = ("on_hand", "backorders", "order_quantity")


def bits(run: mk.Result, names: Iterable[str] | None = None) -> str:
    """A digest of all arrays and estimates of a run, NaN included."""
    digest = hashlib.sha256()
    for name in run.metrics if names is None else names:
        if name in run:
            digest.update(np.ascontiguousarray(run[name]).tobytes())
        digest.update(np.ascontiguousarray(run.statistics(name)).tobytes())
    for traced in run.trace.values():
        digest.update(np.ascontiguousarray(traced).tobytes())
    return digest.hexdigest()
