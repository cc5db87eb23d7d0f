"""The core agrees, unit for unit, with a plain simulation from addresses and the order of events."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from plain import one_replication

import maketo as mk
from shops import CROSSED

POLICIES: list[Any] = [
    mk.BaseStock(17),
    mk.BaseStock(-3),
    mk.MinMax(9, 24),
    mk.MinMax(9, 24, strict=True),
    mk.MinMax(2, 40),
]
LEADS: list[Any] = [0, 1, 4, CROSSED, mk.Discrete([0, 1, 3], [0.5, 0.25, 0.25])]
CELLS = list(
    itertools.product(range(len(POLICIES)), range(len(LEADS)), ("order_before_demand", "demand_before_order"))
)


@pytest.mark.parametrize(("policy", "lead", "order"), CELLS)
def test_plain(policy: int, lead: int, order: str) -> None:
    if order == "demand_before_order" and lead in (0, 4):
        with pytest.raises(ValueError, match="lead_time"):
            mk.simulate(
                _shop(POLICIES[policy], LEADS[lead], order, 1, 1, "independent", None), periods=9, seed=1
            )
        return
    for share, review, crossing, opening in (
        (1, 1, "independent", None),
        (0, 1, "fifo", None),
        (1, 3, "fifo", 5),
        (0.25, 2, "independent", 0),
    ):
        if share < 1 and policy == 1 and opening is None:
            continue  # would open with a backlog, which lost sales cannot have: refused
        shop = _shop(POLICIES[policy], LEADS[lead], order, share, review, crossing, opening)
        run = mk.simulate(
            shop, periods=40, replications=3, first_replication=255, seed=9, trace=list(mk.TRACES)
        )
        for r in range(3):
            plain = one_replication(shop, run.key.value, 255 + r, 40)
            for traced, values in plain.items():
                assert np.array_equal(run.trace[traced][r], values), (shop, r, traced)
        # And the metrics are averages of those traces.
        for traced in ("demand", "filled", "on_hand", "backorders", "order_quantity"):
            np.testing.assert_allclose(run[traced], run.trace[traced].mean(axis=1), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(run["orders"], (run.trace["order_quantity"] > 0).mean(axis=1), rtol=1e-12)
        troubled = (run.trace["backorders"] > 0) | ((run.trace["lost"] > 0) & (share < 1))
        np.testing.assert_allclose(run["stockout_periods"], troubled.mean(axis=1), rtol=1e-12)


@pytest.mark.parametrize("share", [1, 0.25, 0])
@pytest.mark.parametrize("method", ["grid", "auto"])
def test_what_is_lost_is_the_share_that_does_not_wait(share: float, method: str) -> None:
    levels = mk.BaseStock(mk.Sweep([10, 14]))
    shop = _shop(levels, 1, "order_before_demand", share, 1, "independent", None)
    run = mk.simulate(
        shop, periods=40, replications=300, seed=9, trace=["demand", "filled", "lost"], method=method
    )
    short = run.trace["demand"] - run.trace["filled"]
    assert np.array_equal(run.trace["lost"], (1 - share) * short)
    np.testing.assert_allclose(run["lost"], run.trace["lost"].mean(axis=-1), rtol=1e-12)


def _shop(
    policy: Any, lead: Any, order: str, share: float, review: int, crossing: str, opening: int | None
) -> mk.MakeToStock:
    return mk.MakeToStock(
        demand=mk.Poisson(6),
        policy=policy,
        lead_time=lead,
        event_order=order,
        backorder_share=share,
        review_period=review,
        crossing=crossing,
        opening_stock=opening,
    )
