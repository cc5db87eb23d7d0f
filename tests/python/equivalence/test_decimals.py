"""Rounding must not decide: stockouts and orders of fractional quantities against exact rational numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import maketo as mk


def exact(demand: np.ndarray, level: Fraction, lead: int, review: int, share: Fraction) -> tuple[int, int]:
    """Periods with a stockout and orders released, order before demand, in rational numbers."""
    net = position = level
    arriving = [Fraction(0)] * (len(demand) + lead + 1)
    stockouts = orders = 0
    for t, value in enumerate(demand):
        d = Fraction(str(value))
        net += arriving[t]
        if t % review == 0 and level > position:
            orders += 1
            arriving[t + lead] += level - position
            position = level
        short = d - min(d, max(net, Fraction(0)))
        lost = short * (1 - share)
        net, position = net - d + lost, position - d + lost
        stockouts += net < 0 or lost > 0
    return stockouts, orders


@pytest.mark.parametrize("share", ["0", "0.35", "0.7", "0.9", "1"])
@pytest.mark.parametrize(
    ("unit", "mean", "level", "lead", "review"), [("1", 2, 5, 2, 1), ("1", 0.2, 1, 1, 7), ("0.1", 3, 7, 1, 2)]
)
def test_against_rational_bookkeeping(
    share: str, unit: str, mean: float, level: int, lead: int, review: int
) -> None:
    steps = mk.Poisson(mean).sample(400, seed=5)
    path = np.array([float(Fraction(unit) * int(x)) for x in steps]).reshape(4, 100)
    shop = mk.MakeToStock(
        demand=mk.Paths(path),
        policy=mk.BaseStock(float(Fraction(unit) * level)),
        lead_time=lead,
        review_period=review,
        backorder_share=float(share),
    )
    run = mk.simulate(shop, periods=100, replications=4, seed=1)
    for r in range(4):
        stockouts, orders = exact(path[r], Fraction(unit) * level, lead, review, Fraction(share))
        assert round(run["stockout_periods"][r] * 100) == stockouts
        assert round(run["orders"][r] * 100) == orders
