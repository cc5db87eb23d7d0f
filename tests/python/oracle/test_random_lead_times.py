"""Random lead times, drawn afresh for every order: what crosses and what does not.

With base stock and full backorders S − net inventory is the demand that has not come back: that of the
period itself and that of every order under way. If orders may overtake, each is under way independently of
the others, and

    Var(net inventory) = σ²·(1 + E L) + μ²·Σ P(L > k)·P(L ≤ k),

which is less than the textbook's σ²·(1 + E L) + μ²·Var L, which lets no order overtake another.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import pytest
from exact import crossing_demand, excess, nested_demand, pmf
from judge import agree, agree_number
from scipy import stats

import maketo as mk

LEAD = [0.25, 0.50, 0.25]  # of 1, 2 and 3 periods
# Common arrivals: W is the largest of L(t), L(t − 1) − 1, L(t − 2) − 2, so P(W ≤ 1) = P(L ≤ 1)·P(L ≤ 2).
COMMON = [0.25 * 0.75, 0.75 - 0.25 * 0.75, 0.25]
MEAN, SD, LEVEL = 10.0, 5.0, 42
ONE = pmf(stats.nbinom(100 / 15, 0.4))  # mean 10, variance 25


def shop(crossing: str, **changes: Any) -> mk.MakeToStock:
    item = mk.MakeToStock(
        demand=mk.NegativeBinomial(mean=MEAN, sd=SD),
        policy=mk.BaseStock(LEVEL),
        lead_time=mk.Discrete([1, 2, 3], LEAD),
        crossing=crossing,
        costs=mk.Costs(holding=1, backorder=9),
    )
    return item.replace(**changes)


def missing_demand(crossing: str) -> Any:
    """Law of S − net inventory at a close."""
    match crossing:
        case "kaplan":
            return nested_demand(ONE, LEAD)  # every order waits as the law says
        case "common":
            return nested_demand(ONE, COMMON)
    return crossing_demand(ONE, LEAD, overtaking=crossing == "independent")


@pytest.mark.parametrize("crossing", ["independent", "fifo", "kaplan", "common"])
def test_stock_and_service(crossing: str) -> None:
    missing = missing_demand(crossing)
    mean = float(missing @ np.arange(len(missing)))
    waiting = excess(missing, LEVEL)
    on_hand = LEVEL - mean + waiting
    run = mk.simulate(
        shop(crossing),
        periods=404,
        warm_up=4,
        replications=200_000,
        seed=zlib.crc32(crossing.encode()),
        metrics=["cost", "on_hand", "backorders", "net_inventory", "alpha_service"],
    )
    exact = {"on_hand": on_hand, "backorders": waiting, "alpha_service": float(missing[: LEVEL + 1].sum())}
    agree(run, {**exact, "net_inventory": LEVEL - mean, "cost": on_hand + 9 * waiting})
    if crossing == "independent":
        assert mean == pytest.approx(MEAN * (1 + 2))


@pytest.mark.parametrize("crossing", ["independent", "fifo", "kaplan", "common"])
@pytest.mark.parametrize("law", ["negative_binomial", "gamma"])
def test_spread_of_net_inventory(crossing: str, law: str) -> None:
    """112.5 with crossing, 125 as the textbook has it under kaplan's (spec V8b), from the closes of every
    period after the third."""
    demand = mk.Gamma(mean=MEAN, sd=SD) if law == "gamma" else mk.NegativeBinomial(mean=MEAN, sd=SD)
    missing = missing_demand(crossing)
    values = np.arange(len(missing))
    mean = float(missing @ values)
    variance = float(missing @ (values - mean) ** 2)
    if crossing == "independent":
        assert (mean, variance) == pytest.approx((30.0, 112.5))
    elif crossing == "kaplan":
        assert (mean, variance) == pytest.approx((30.0, 125.0))
    else:
        assert variance != pytest.approx(112.5, rel=0.02)
    run = mk.simulate(
        shop(crossing, demand=demand),
        periods=24,
        replications=500_000,
        seed=zlib.crc32(f"{law} {crossing}".encode()),
        trace=["net_inventory"],
        metrics=["demand"],
    )
    closes = run.trace["net_inventory"][:, 4:].astype(np.float64)
    for name, sample, exact in (
        ("mean", closes.mean(axis=1), LEVEL - mean),
        # The mean is known, so the squares around it have the variance as their mean in every replication.
        ("variance", ((closes - (LEVEL - mean)) ** 2).mean(axis=1), variance),
    ):
        agree_number(name, sample.mean(), sample.std(ddof=1) / len(sample) ** 0.5, exact)


def test_demand_first_takes_the_period_itself_away() -> None:
    """Placed after demand, an order of t covers the demand of t: everything missing is under way."""
    missing = np.ones(1)
    for late in (1.0, 0.75, 0.25):
        out = late * ONE
        out[0] += 1 - late
        missing = np.convolve(missing, out)
    waiting = excess(missing, 30)
    run = mk.simulate(
        shop("independent", policy=mk.BaseStock(30), event_order="demand_before_order"),
        periods=404,
        warm_up=4,
        replications=200_000,
        seed=32,
        metrics=["on_hand", "backorders"],
    )
    agree(run, {"backorders": waiting, "on_hand": 30 - 20 + waiting})


def test_a_constant_law_is_a_constant() -> None:
    fixed, drawn = (
        mk.simulate(shop("independent", lead_time=lead), periods=50, replications=300, seed=33)
        for lead in (2, mk.Discrete([2], [1.0]))
    )
    assert all(np.array_equal(fixed[m], drawn[m], equal_nan=True) for m in fixed.metrics)
    assert drawn.effective_lead_time == 2.0


def test_the_mean_wait_is_reported() -> None:
    """That of the law; with common arrivals the longer one that orders really meet."""
    for crossing, mean in (("independent", 2.0), ("fifo", 2.0), ("kaplan", 2.0), ("common", 2.0625)):
        run = mk.simulate(shop(crossing), periods=5, replications=1, seed=1)
        assert run.effective_lead_time == pytest.approx(mean, rel=1e-12)
    assert sum(w * share for w, share in enumerate(COMMON, 1)) == 2.0625
