"""The core agrees, unit for unit, with a plain simulation from addresses and the order of events."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from plain import one_replication

import maketo as mk
from shops import CROSSED, NESTED

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
        (1, 1, "common", None),
        (0, 2, "kaplan", 4),
    ):
        if share < 1 and policy == 1 and opening is None:
            continue  # would open with a backlog, which lost sales cannot have: refused
        drawn = _nested(LEADS[lead]) if crossing == "kaplan" else LEADS[lead]
        shop = _shop(POLICIES[policy], drawn, order, share, review, crossing, opening)
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


def _nested(lead: Any) -> Any:
    """A lead time whose shares under way do not rise with age, over the same first values."""
    if not isinstance(lead, mk.Discrete):
        return lead
    return NESTED if lead == CROSSED else mk.Discrete([0, 1, 2], [0.25, 0.5, 0.25])


RARER: list[Any] = [
    mk.ReorderQuantity(11, 7),
    mk.ReorderQuantity(11, 7, strict=True),
    mk.ReorderQuantity(30, 4),
    mk.CappedBaseStock(21, 8),
    mk.ConstantOrder(6),
    mk.BaseStock([17, 25, 9, 13, 13]),
    mk.BaseStock(20),
    mk.MinMax(9, 24),
]
RULES = [
    mk.Quantities(),
    mk.Quantities(minimum=5),
    mk.Quantities(multiple=4),
    mk.Quantities(maximum=7),
    mk.Quantities(minimum=5, multiple=4, maximum=13),
]


@pytest.mark.parametrize("rules", RULES, ids=str)
@pytest.mark.parametrize("policy", RARER, ids=str)
def test_every_policy_under_every_rule(policy: Any, rules: mk.Quantities) -> None:
    for lead, order, share, review, crossing in (
        (2, "order_before_demand", 1, 1, "independent"),
        (CROSSED, "order_before_demand", 0, 2, "common"),
        (NESTED, "demand_before_order", 1, 1, "kaplan"),
    ):
        shop = _shop(policy, lead, order, share, review, crossing, None).replace(quantities=rules)
        run = mk.simulate(shop, periods=40, replications=2, seed=10, trace=list(mk.TRACES))
        for r in range(2):
            for traced, values in one_replication(shop, run.key.value, r, 40).items():
                assert np.array_equal(run.trace[traced][r], values), (shop, r, traced)


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
