"""Intervals from one long run cover what they promise to, and the check of the batches means what it says.

Poisson demand of 10, L = 1, S = 26: closes that share a period of demand are correlated, and the long-run
values are known exactly. Each replication of 2,000 periods is a macro-replication. Seeds are fixed; had they
been drawn afresh, right intervals would have failed with the probability stated at each bound.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

import maketo as mk

MACRO = 2000
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


@pytest.fixture(scope="module")
def run() -> mk.Result:
    traced = ["demand", "filled", "on_hand", "backorders", "lost"]
    return mk.simulate(
        SHOP, periods=2002, warm_up=2, replications=MACRO, seed=310, trace=traced, metrics=["on_hand"]
    )


@pytest.mark.parametrize("overlapping", [False, True])
@pytest.mark.parametrize("name", list(EXACT))
def test_intervals_of_one_run_cover(name: str, overlapping: bool, run: mk.Result) -> None:
    """At least 93 % for 95 % nominal; a coverage of 95 % exactly would fail 2 times in 100,000."""
    estimate = run.batch_means(name, pooled=False, overlapping=overlapping)
    assert estimate.dims == ("replication",)
    covered = np.mean((estimate.low <= EXACT[name]) & (EXACT[name] <= estimate.high))
    assert covered >= 0.93
    assert covered <= 0.97  # nor are they too wide


def test_periods_taken_as_independent_do_not_cover(run: mk.Result) -> None:
    """What batches are for: 2,000 batches of one period ignore the correlation and miss far more often."""
    naive = run.batch_means("on_hand", batches=2000, pooled=False)
    assert np.mean((naive.low <= EXACT["on_hand"]) & (EXACT["on_hand"] <= naive.high)) < 0.9


def test_the_check_doubts_good_batches_as_often_as_it_says(run: mk.Result) -> None:
    """Batches of 62 periods: p-values are uniform but for a correlation of 0.01; Kolmogorov–Smirnov, 1e-4."""
    estimate: Any = run.batch_means("on_hand", pooled=False)
    assert stats.kstest(estimate.p_value, "uniform").statistic < 0.05 + stats.kstwobign.isf(1e-4) / MACRO**0.5
    doubted = np.mean(~estimate.independent)
    assert 0.05 - 4 * 0.005 < doubted < 0.05 + 0.02 + 4 * 0.005


def test_the_check_finds_batches_that_are_too_short(run: mk.Result) -> None:
    """Closes have a lag-1 correlation of about 1/2, so batches of 2 periods one of (1/2)/4 ÷ (3/4) = 1/6.

    That is 5 standard errors with 1,000 of them.
    """
    short: Any = run.batch_means("on_hand", batches=1000, pooled=False)
    assert np.mean(~short.independent) > 0.95
    assert short.lag1.mean() == pytest.approx(1 / 6, rel=0.1)
    pooled = run.batch_means("on_hand", batches=1000)
    assert not pooled.independent
    assert pooled.lag1 == pytest.approx(short.lag1.mean(), rel=1e-12)


@pytest.mark.parametrize("name", ["on_hand", "fill_rate"])
def test_pooled_over_replications_it_is_the_error_of_the_mean(name: str, run: mk.Result) -> None:
    """The same standard error from within replications as from between them: 2 % of noise each."""
    between = run.mean(name)
    for overlapping in (False, True):
        within = run.batch_means(name, overlapping=overlapping)
        assert within.value == pytest.approx(between.value, rel=1e-4)  # 16 periods fill no batch
        assert within.se == pytest.approx(between.se, rel=4.5 * 0.02)
    assert abs(within.value - EXACT[name]) <= 4.5 * within.se
