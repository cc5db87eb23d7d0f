"""The inventory system of Law & Kelton, *Simulation Modeling and Analysis*, §1.5, by fine sub-periods.

Time is continuous there: customers come at exponential intervals of mean 0.1 month and want 1 to 4 units
with probabilities 1/6, 1/3, 1/3, 1/6; on the first of each of 120 months stock below s is ordered up to S,
for 32 + 3 per unit, and arrives 0.5 to 1 month later, uniformly; 1 is charged per unit and month on hand, 5
per unit and month short, by the area under the curve; 60 units at the start. Here a month is cut into 200
sub-periods, each with the compound Poisson demand of its length, and lead times are rounded to the nearest.

What the cut changes: stock is charged on the mean of the levels before and after a sub-period's demand,
which is the area but for terms of the order of a sub-period squared; the backlog is charged at the close,
half a sub-period's demand too much while there is one: 5 · 0.0625 · P(backlog), 0.1 in the worst row.
"""

from __future__ import annotations

import numpy as np
import pytest

import maketo as mk

PARTS = 200
# (s, S): mean cost per month and half the width of its 99 % interval, 500 runs of the continuous model.
TABLE = {
    (20, 40): (125.14, 0.51),
    (20, 60): (118.63, 0.43),
    (20, 80): (121.31, 0.40),
    (20, 100): (127.02, 0.35),
    (40, 60): (125.73, 0.33),
    (40, 80): (125.48, 0.25),
    (40, 100): (131.39, 0.27),
    (60, 80): (144.04, 0.29),
    (60, 100): (144.21, 0.23),
}
WIDTH = 2.5857  # of a 99 % interval in standard errors, t with 499 degrees of freedom


def compound_poisson(rate: float, sizes: list[float], top: int) -> mk.Discrete:
    """Panjer's recursion; `sizes` are the chances of 1, 2, … units."""
    mass = np.zeros(top + 1)
    mass[0] = np.exp(-rate)
    for n in range(1, top + 1):
        mass[n] = sum(rate * j * p * mass[n - j] for j, p in enumerate(sizes, 1) if j <= n) / n
    return mk.Discrete(np.arange(top + 1), mass / mass.sum())


def test_the_table() -> None:
    pairs = list(TABLE)
    item = mk.MakeToStock(
        demand=compound_poisson(10 / PARTS, [1 / 6, 1 / 3, 1 / 3, 1 / 6], 40),
        policy=mk.MinMax(
            mk.Sweep([s for s, _ in pairs], name="pair"),
            mk.Sweep([S for _, S in pairs], name="pair"),
            strict=True,
        ),
        lead_time=mk.Uniform(PARTS / 2, PARTS).rounded("nearest"),
        review_period=PARTS,
        opening_stock=60,
        holding_basis="mean",
        # Per month and unit, charged per sub-period; costs come out per sub-period too.
        costs=mk.Costs(holding=1 / PARTS, backorder=5 / PARTS, order=32, unit=3),
    )
    run = mk.simulate(
        item, periods=120 * PARTS, replications=1000, seed=1991, metrics=["cost", "alpha_service"]
    )
    found = run.mean("cost")
    for i, pair in enumerate(pairs):
        published, half = TABLE[pair]
        # Both sides' errors, as a 99 % interval like the published ones: nine rows, one of which would fail by
        # chance in one seed of eleven.
        width = WIDTH * np.hypot(found.se[i] * PARTS, half / WIDTH)
        too_much = 5 * (25 / PARTS / 2) * (1 - run.mean("alpha_service").value[i])
        assert too_much < 0.11
        difference = found.value[i] * PARTS - published
        assert -width <= difference <= width + too_much, (pair, difference, width)
    # The table's point: (20, 60) is the best of the nine, by a clear margin.
    better = run["cost"] - run["cost"][pairs.index((20, 60))]
    others = [i for i, pair in enumerate(pairs) if pair != (20, 60)]
    assert (better.mean(axis=1)[others] > 8 * better.std(axis=1)[others] / 1000**0.5).all()


def test_the_demand_of_a_sub_period() -> None:
    law = compound_poisson(10 / PARTS, [1 / 6, 1 / 3, 1 / 3, 1 / 6], 40).summary()
    assert law.mean == pytest.approx(10 / PARTS * 2.5, rel=1e-12)
    assert law.sd**2 == pytest.approx(10 / PARTS * (1 + 4 * 2 + 9 * 2 + 16) / 6, rel=1e-12)
