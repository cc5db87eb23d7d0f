"""Not only means: quantiles and conditional value at risk (CVaR) against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from exact import base_stock, pmf
from judge import agree, agree_number
from scipy import stats

import maketo as mk
from maketo import _core

MILLION = 1 << 20


@pytest.mark.parametrize(
    ("law", "exact"),
    [(mk.Exponential(1), 3.9957323), (mk.Normal(0, 1, negative="allow"), 2.0627128)],
    ids=["exponential", "normal"],
)
def test_cvar_of_a_law(law: mk.Law, exact: float) -> None:
    """1 − ln 0.05 and φ(z)/0.05: mean of the worst twentieth."""
    draws = np.concatenate([law.sample(MILLION, seed=s) for s in range(8)])
    value, error = _core.cvar(draws[None, :], 0.95)[0]
    agree_number("CVaR", value, error, exact)
    worst = np.sort(draws)[-(len(draws) // 20) :]
    assert value == pytest.approx(worst.mean(), rel=1e-5)


def test_cvar_divides_the_boundary_value() -> None:
    """The worst 30 % of ten values are three of them; the worst 25 % are two and a half."""
    values = np.arange(10.0)[None, :]
    assert _core.cvar(values, 0.7)[0, 0] == pytest.approx((9 + 8 + 7) / 3)
    assert _core.cvar(values, 0.75)[0, 0] == pytest.approx((9 + 8 + 0.5 * 7) / 2.5)


def test_profit_of_a_newsvendor() -> None:
    """Profit 7·min(D, Q) + 1.5·(Q − D)⁺ − 2.5·Q, D ~ N(50, 10²), Q = 62; worst 5 %.

    Mean: Snyder & Shen, problem 4.3(b); quantile and CVaR: Gotoh & Takano, EJOR 179, 2007. Profit rises
    with demand up to Q, so that its quantile is the profit at the quantile of demand, and the worst 5 % are
    the lowest demands.
    """
    level, price, unit, salvage = 62, 7.0, 2.5, 1.5
    z = stats.norm.ppf(0.05)
    value_at_risk = salvage * level - unit * level + (price - salvage) * (50 + 10 * z)
    tail = salvage * level - unit * level + (price - salvage) * (50 - 10 * stats.norm.pdf(z) / 0.05)
    assert (value_at_risk, tail) == pytest.approx((122.5330505, 99.55079559))

    shop = mk.MakeToStock(
        demand=mk.Normal(50, 10, negative="allow"),
        policy=mk.BaseStock(level),
        lead_time=0,
        opening_stock=0,
        backorder_share=0,
        costs=mk.Costs(price=price, unit=unit, salvage=salvage),
    )
    run = mk.simulate(shop, periods=1, replications=4 * MILLION, seed=62, metrics=["profit"])
    agree(run, {"profit": 209.9143652})
    sd = 49.63608777
    # The standard error of a sample sd by its fourth moment.
    deviations = (run["profit"] - run["profit"].mean()) ** 2
    error = deviations.std() / (2 * sd * math.sqrt(len(deviations)))
    agree_number("sd", run["profit"].std(ddof=1), error, sd)
    quantile = run.quantile("profit", 0.05, level=0.9999)
    assert quantile.low <= value_at_risk <= quantile.high
    assert quantile.high - quantile.low < 0.005 * value_at_risk
    density = stats.norm.pdf(z) / 10 / (price - salvage)
    error = math.sqrt(0.05 * 0.95 / run.replications) / density
    agree_number("quantile", quantile.value, error, value_at_risk)
    cvar = run.cvar("profit", 0.95)  # high is good, so the worst are the lowest
    agree_number("CVaR", cvar.value, cvar.se, tail)


def test_total_cost_of_a_year() -> None:
    """Twelve periods of base stock with L = 0: costs are independent, and their sum a twelvefold
    convolution.

    Poisson(8), S = 11, h = 1, p = 6. Mean 56.30697046, sd 15.93150767, 95 % quantile 87, CVaR 98.32603384,
    chance of more than 90: 0.0364861081.
    """
    periods, level = 12, 11
    one = pmf(stats.poisson(8))
    cost = np.zeros(6 * len(one))
    for demand, weight in enumerate(one):
        cost[level - demand if demand <= level else 6 * (demand - level)] += weight
    total = np.ones(1)
    for _ in range(periods):
        total = np.convolve(total, cost)
    money, below = np.arange(len(total)), np.cumsum(total)
    value_at_risk = int(np.searchsorted(below, 0.95))
    above = total[value_at_risk + 1 :] @ money[value_at_risk + 1 :]
    tail = (above + value_at_risk * (below[value_at_risk] - 0.95)) / 0.05
    sd = math.sqrt(total @ (money - total @ money) ** 2)
    over_budget = 1.0 - below[90]
    assert total @ money == pytest.approx(56.30697046)
    assert (sd, value_at_risk, tail) == pytest.approx((15.93150767, 87, 98.32603384))
    assert over_budget == pytest.approx(0.0364861081)

    shop = mk.MakeToStock(
        demand=mk.Poisson(8), policy=mk.BaseStock(level), lead_time=0, costs=mk.Costs(holding=1, backorder=6)
    )
    run = mk.simulate(shop, periods=periods, replications=20 * MILLION, seed=12, metrics=["cost"])
    agree(run, {"cost": base_stock(one, level, 1, 1.0, 6.0)["cost"]})
    year = np.rint(run["cost"] * periods)  # metrics are per period
    agree_number("sd", year.std(), ((year - year.mean()) ** 2).std() / (2 * sd * math.sqrt(len(year))), sd)
    more = year > 90
    agree_number("over budget", more.mean(), more.std() / math.sqrt(len(more)), over_budget)
    cvar = run.cvar("cost", 0.95)
    agree_number("CVaR", cvar.value * periods, cvar.se * periods, tail)
    # 87 has a probability of 0.6 %: the sample quantile is that very value.
    quantile = run.quantile("cost", 0.95)
    assert np.rint(np.array([quantile.low, quantile.value, quantile.high]) * periods).tolist() == [87.0] * 3
