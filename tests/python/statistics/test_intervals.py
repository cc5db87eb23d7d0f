"""Intervals cover what they promise to.

Each test repeats a small run many times (macro-replications, disjoint ranges of replications of one seed)
and counts how often the interval contains the exact value. The count is binomial. Seeds are fixed, so a
test that passes once passes always; had the seed been drawn afresh, a right interval would have failed with
the probability stated beside the bounds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

import maketo as mk
from maketo import _core

MACRO = 2000
PERIODS, REPLICATIONS = 50, 256
SHOP = mk.MakeToStock(
    demand=mk.Poisson(10), policy=mk.BaseStock(26), lead_time=1, costs=mk.Costs(holding=1, backorder=9)
)
EXACT = {
    "on_hand": 6.2186431,
    "backorders": 0.2186431,
    "alpha_service": 0.9221132,
    "fill_rate": 0.9781367,
    "gamma_service": 0.9781357,
    "cost": 6.2186431 + 9 * 0.2186431,
}
FALSE_ALARM = 1e-4


def bounds(n: int, chance: float) -> tuple[int, int]:
    """Counts that a binomial law leaves on either side with probability FALSE_ALARM/2."""
    low, high = stats.binom(n, chance).interval(1 - FALSE_ALARM)
    return int(low), int(high)


@pytest.fixture(scope="module")
def run() -> mk.Result:
    """One long run, cut into macro-replications of 256."""
    return mk.simulate(
        SHOP,
        periods=PERIODS + 2,
        warm_up=2,
        replications=MACRO * REPLICATIONS,
        seed=300,
        metrics=[*EXACT, "demand", "filled"],
    )


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("name", list(EXACT))
def test_mean_and_ratio_intervals_cover(name: str, level: float, run: mk.Result) -> None:
    """256 replications of 50 periods: the averages are nearly normal, so coverage is nominal within 0.5 %."""
    if name in ("fill_rate", "gamma_service"):
        pieces = {m: run[m].reshape(MACRO, REPLICATIONS) for m in ("demand", "filled", "backorders")}
        top = pieces["filled"] if name == "fill_rate" else pieces["demand"] - pieces["backorders"]
        columns = _core.ratio(top.copy(), pieces["demand"].copy(), level)
    else:
        columns = _core.summarise(run[name].reshape(MACRO, REPLICATIONS).copy(), level, [])
    covered = int(((columns[:, 2] <= EXACT[name]) & (EXACT[name] <= columns[:, 3])).sum())
    low, _ = bounds(MACRO, level - 0.005)
    _, high = bounds(MACRO, level + 0.005)
    assert low <= covered <= high, f"{covered} of {MACRO}, {low} … {high} expected"


def test_what_a_user_sees_are_those_intervals(run: mk.Result) -> None:
    """The first macro-replications once more, as runs of their own."""
    for macro in range(3):
        own = mk.simulate(
            SHOP,
            periods=PERIODS + 2,
            warm_up=2,
            replications=REPLICATIONS,
            first_replication=macro * REPLICATIONS,
            seed=300,
        )
        part = slice(macro * REPLICATIONS, (macro + 1) * REPLICATIONS)
        assert np.array_equal(own["cost"], run["cost"][part])
        columns = _core.summarise(run["cost"][None, part].copy(), 0.95, [])[0]
        estimate = own.mean("cost")
        assert [estimate.value, estimate.se, estimate.low, estimate.high] == columns[:4].tolist()
        # Student's t by its textbook formula.
        mean, se = own["cost"].mean(), own["cost"].std(ddof=1) / np.sqrt(REPLICATIONS)
        half = stats.t(REPLICATIONS - 1).ppf(0.975) * se
        assert columns[:4].tolist() == pytest.approx([mean, se, mean - half, mean + half], rel=1e-9)


@pytest.mark.parametrize("p", [0.05, 0.25, 0.5, 0.9, 0.95])
@pytest.mark.parametrize("size", [60, 200, 1000])
def test_quantile_intervals_cover(p: float, size: int) -> None:
    """Order statistics with binomial ranks cover at least as often as they promise, and not much more."""
    level = 0.95
    law = mk.Exponential(1)
    samples = law.sample(MACRO * size, seed=301).reshape(MACRO, size)
    columns = _core.summarise(samples, level, [p])
    low, high = columns[:, 6], columns[:, 7]
    exact = -np.log1p(-p)
    defined = ~(np.isnan(low) | np.isnan(high))
    ranks = stats.binom(size, p)
    if not defined.any():
        # Too few for the ranks: there is no order statistic low (or high) enough.
        assert ranks.pmf(0) > (1 - level) / 2 or ranks.pmf(size) > (1 - level) / 2
        return
    assert defined.all()
    covered = int(((low <= exact) & (exact <= high)).sum())
    _, most = bounds(MACRO, min(1.0, level + 2 * float(ranks.pmf(int(size * p)))))
    least, _ = bounds(MACRO, level)
    assert least <= covered <= most, f"{covered} of {MACRO}, {least} … {most} expected"
    # The ends are order statistics, and the estimate is numpy's.
    for row in range(3):
        values: Any = np.sort(samples[row])
        assert low[row] in values
        assert high[row] in values
        assert columns[row, 5] == pytest.approx(np.quantile(samples[row], p), rel=1e-12)


@pytest.mark.parametrize("p", [0.5, 0.9, 0.95])
def test_cvar_intervals_cover(p: float) -> None:
    """Asymptotic: with 100 draws in the tail the interval is a little short, so the bound allows 2 %."""
    size = round(100 / (1 - p))
    samples = mk.Exponential(1).sample(MACRO * size, seed=302).reshape(MACRO, size)
    value, se = _core.cvar(samples, p).T
    covered = int((np.abs(value - (1 - np.log(1 - p))) <= stats.norm.ppf(0.975) * se).sum())
    low, _ = bounds(MACRO, 0.95 - 0.02)
    _, high = bounds(MACRO, 0.95 + 0.005)
    assert low <= covered <= high, f"{covered} of {MACRO}, {low} … {high} expected"


def test_z_values_of_many_runs_are_standard_normal(run: mk.Result) -> None:
    """Not only the share inside: the whole distribution of (estimate − exact)/se, by Kolmogorov–Smirnov."""
    columns = _core.summarise(run["on_hand"].reshape(MACRO, REPLICATIONS).copy(), 0.95, [])
    z = (columns[:, 0] - EXACT["on_hand"]) / columns[:, 1]
    assert stats.kstest(z, "norm").pvalue > FALSE_ALARM
