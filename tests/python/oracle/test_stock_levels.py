"""What `stock` decides where the answer is known: newsvendor fractiles, sawtooth stocks, fill rates."""

from __future__ import annotations

import math

import numpy as np
import pytest

import maketo as mk

PAST = [0, 0, 3, 1, 0, 7, 2, 0, 4, 1, 0, 12, 2, 5, 0, 3]


def fractile(values: list[float], share: float) -> float:
    ranked = sorted(values)
    return ranked[math.ceil(share * len(ranked)) - 1]


@pytest.mark.parametrize("backorder", [1.2, 2.0, 6.0, 25.0])
def test_least_cost_is_the_newsvendor_fractile(backorder: float) -> None:
    """Lead time 0: S is the smallest past demand with P(D ≤ S) ≥ b/(b + h), wherever that is no near tie."""
    plan = mk.stock(
        {"a": PAST},
        lead_time=0,
        target="cost",
        holding=1,
        backorder=backorder,
        periods_per_year=1,
        periods=250,
        replications=25_000,
        resamples=0,
        exchange=False,
        seed=11,
    )
    share = backorder / (1 + backorder)
    assert min(abs(share * len(PAST) - i) for i in range(len(PAST) + 1)) > 0.2
    d = plan["a"]
    assert d.level == fractile([float(x) for x in PAST], share)
    demand = np.array(PAST, dtype=float)
    over, under = np.maximum(d.level - demand, 0), np.maximum(demand - d.level, 0)
    exact = (over + backorder * under).mean()
    se = (d.cost_high - d.cost_low) / 2 / 1.96
    assert se <= 0.0012 * exact
    assert abs(d.cost - exact) <= 4.5 * se


def test_steady_demand_makes_a_sawtooth() -> None:
    """Demand 4 each week, lots of 20: an order every fifth week, just in time."""
    plan = mk.stock(
        {"a": [4.0] * 30},
        lead_time=3,
        policy="min_max",
        moq=20,
        target_fill=1.0,
        holding=52,
        order_cost=0,
        periods_per_year=52,
        periods=50,
        replications=4096,
        resamples=0,
        exchange=False,
        seed=5,
    )
    d = plan["a"]
    # What is not ordered at 16 arrives a week later, and 16 last for this week and three more.
    assert (d.order_size, d.reorder, d.fill) == (20, 12, 1.0)
    assert d.orders_per_year == pytest.approx(52 / 5, rel=0.01)
    # At the close 16, 12, 8, 4, 0 in turn.
    assert d.on_hand == pytest.approx(8, rel=0.02)
    assert d.holding_cost == pytest.approx(52 * d.on_hand)


def test_fill_rate_of_base_stock() -> None:
    """Fill rate 1 − (E(D₃ − S)⁺ − E(D₂ − S)⁺)/μ with the demand of 3 and of 2 periods, by convolution."""
    plan = mk.stock(
        {"a": PAST},
        lead_time=2,
        target_fill=0.93,
        periods=120,
        replications=20_000,
        resamples=0,
        exchange=False,
        seed=2,
    )
    d = plan["a"]
    pmf = np.bincount(PAST) / len(PAST)
    two = np.convolve(pmf, pmf)
    three = np.convolve(two, pmf)

    def short(p: np.ndarray, level: float) -> float:
        return float(p @ np.maximum(np.arange(p.size) - level, 0))

    def exact(level: float) -> float:
        return 1 - (short(three, level) - short(two, level)) / float(np.mean(PAST))

    assert exact(d.level - 1) < 0.93 <= exact(d.level)
    se = (d.fill_high - d.fill_low) / 2 / 1.96
    assert se <= 0.01 * (1 - exact(d.level))
    assert abs(d.fill - exact(d.level)) <= 4.5 * se
