"""Runs that are too short to forget their start, and the two meanings of a fill rate."""

from __future__ import annotations

import numpy as np
import pytest
from exact import base_stock, covers, opening_run, own_fill_rate, pmf
from judge import agree, agree_number
from scipy import stats

import maketo as mk


def test_a_thousand_periods_from_a_full_shelf() -> None:
    """Poisson(20), S = 92, L = 4, demand before order, h = 1, b = 9, 1000 periods without warm-up.

    The first three closes see fewer than four periods of demand. Other simulators and the exact expectation
    give a cost of 16.17525 and a fill rate of 0.97973.
    """
    metrics = ["cost", "on_hand", "backorders", "alpha_service", "fill_rate", "demand", "filled"]
    exact = opening_run(pmf(stats.poisson(20)), 92, covers(1000, 4, order_first=False), 1.0, 9.0)
    assert exact["cost"] == pytest.approx(16.17525, abs=5e-6)
    assert exact["fill_rate"] == pytest.approx(0.97973, abs=5e-6)
    shop = mk.MakeToStock(
        demand=mk.Poisson(20),
        policy=mk.BaseStock(92),
        lead_time=4,
        event_order="demand_before_order",
        costs=mk.Costs(holding=1, backorder=9),
    )
    run = mk.simulate(shop, periods=1000, replications=100_000, seed=41, metrics=metrics)
    agree(run, {k: exact[k] for k in metrics if k in exact})


@pytest.mark.parametrize(("lead_time", "periods"), [(4, 4), (4, 6), (1, 2), (7, 30)])
def test_from_the_first_period_on(lead_time: int, periods: int) -> None:
    metrics = ["cost", "on_hand", "backorders", "alpha_service"]
    level = 10 * (lead_time + 1) if periods > lead_time else 10 * periods
    exact = opening_run(pmf(stats.poisson(10)), level, covers(periods, lead_time), 1.0, 9.0)
    shop = mk.MakeToStock(
        demand=mk.Poisson(10),
        policy=mk.BaseStock(level),
        lead_time=lead_time,
        costs=mk.Costs(holding=1, backorder=9),
    )
    run = mk.simulate(shop, periods=periods, replications=4_000_000, seed=420 + periods, metrics=metrics)
    agree(run, {k: exact[k] for k in metrics})


def test_a_season_of_four_from_an_empty_shelf() -> None:
    """Poisson demand of means 5, 8, 12, 7, a level for each, L = 0, h = 1, b = 9, K = 5, an empty start.

    Exact by carrying the law of net inventory forward: x → max(x, Sₜ) − dₜ; an order wherever x < Sₜ.
    """
    means, levels = [5.0, 8.0, 12.0, 7.0], [8, 11, 16, 10]
    law = {0: 1.0}  # of net inventory at the start of a period
    totals = dict.fromkeys(("on_hand", "backorders", "orders"), 0.0)
    for mean, level in zip(means, levels, strict=True):
        after: dict[int, float] = {}
        for x, p in law.items():
            totals["orders"] += p * (x < level)
            for d, q in enumerate(pmf(stats.poisson(mean))):
                close = max(x, level) - d
                after[close] = after.get(close, 0.0) + p * q
        law = after
        totals["on_hand"] += sum(p * max(x, 0) for x, p in law.items())
        last = sum(p * max(-x, 0) for x, p in law.items())
        totals["backorders"] += last
    totals["cost"] = totals["on_hand"] + 9 * totals["backorders"] + 5 * totals["orders"]
    known = {"cost": 40.89229954, "on_hand": 13.83989845, "backorders": 0.8090569582, "orders": 3.954177693}
    assert totals == pytest.approx(known, rel=1e-9)
    assert last == pytest.approx(0.1988419657, rel=1e-9)
    shop = mk.MakeToStock(
        demand=mk.Varying(means),
        policy=mk.BaseStock(levels),
        lead_time=0,
        opening_stock=0,
        costs=mk.Costs(holding=1, backorder=9, order=5),
    )
    run = mk.simulate(
        shop, periods=4, replications=10_000_000, seed=4, metrics=list(known), trace=["backorders"]
    )
    agree(run, {name: total / 4 for name, total in known.items()})
    end = run.trace["backorders"][:, 3]
    agree_number("backorders at the end", end.mean(), end.std() / np.sqrt(end.size), 0.1988419657)


@pytest.mark.parametrize(("periods", "printed"), [(10, 0.945), (52, 0.922)])
def test_the_fill_rate_of_one_year_is_not_that_of_the_long_run(periods: int, printed: float) -> None:
    """Poisson(0.3), L = 3, S = 3. The mean of the replications' own fill rates, where there was demand, is
    higher.

    Years with little demand fill most of it and count as much as the others. The ratio of means does not
    know T.
    """
    shop = mk.MakeToStock(demand=mk.Poisson(0.3), policy=mk.BaseStock(3), lead_time=3)
    run = mk.simulate(
        shop,
        periods=periods + 4,
        warm_up=4,
        replications=4_000_000,
        seed=430 + periods,
        metrics=["fill_rate", "filled", "demand"],
    )
    agree(run, {"fill_rate": base_stock(pmf(stats.poisson(0.3)), 3, 4)["fill_rate"]})  # 0.9096
    own = run["fill_rate"]
    had_demand = ~np.isnan(own)
    assert np.array_equal(had_demand, run["demand"] > 0)
    # exp(−0.3·T) of the years have none.
    none = np.exp(-0.3 * periods)
    assert abs(1 - had_demand.mean() - none) <= 4.5 * np.sqrt(none / len(own))
    exact = own_fill_rate(pmf(stats.poisson(0.3)), 3, 3, periods)
    # Printed to three digits, of a simulation with a standard error of 0.0002; exact are 0.94540 and 0.92141.
    assert abs(exact - printed) <= 0.0005 + 4.5 * 0.0002
    mean, error = own[had_demand].mean(), own[had_demand].std() / np.sqrt(had_demand.sum())
    agree_number("mean of own fill rates", mean, error, exact, share=True)
    undefined = run.statistics("fill_rate")[list(mk.STATISTICS).index("nan")]
    assert undefined == (~had_demand).sum()
