"""Supply and plans agree, unit for unit, with plain simulations written from what the docstrings promise.

The order of events in a period: what becomes known (obsolescence, what is down) · units too old go, what is
due comes · those who wait are served · orders are brought forward, placed by express, placed · demand. Random
inputs are asked for by their address, so that the plain simulation meets the same luck.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from plain_planning import Planner
from plain_supply import Shop

import maketo as mk
from supplied import EFFECTS, TOPICS, random_shop

PERIODS = 40


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("topic", [*TOPICS, *EFFECTS])
def test_supply(topic: str, seed: int) -> None:
    """Traces to the bit, and what was lost, hurried or offered on the way."""
    demand = np.random.default_rng(seed).poisson(6, (2, PERIODS)).astype(float)
    shop = random_shop(topic, seed).replace(demand=mk.Paths(demand))
    run = mk.simulate(shop, periods=PERIODS, replications=2, seed=seed, trace=list(mk.TRACES))
    for r in range(2):
        plain = Shop(shop, run.key.value, r)
        for traced, values in plain.run(demand[r].tolist()).items():
            assert np.array_equal(run.trace[traced][r], values), (shop, r, traced)
        for metric, total in plain.totals.items():
            assert run[metric][r] == pytest.approx(total / PERIODS, rel=1e-12, abs=1e-12), (shop, r, metric)


def test_a_part_of_the_replications_meets_its_own_luck() -> None:
    """On both sides of the border of a chunk, and through three tiles of periods."""
    shop = random_shop("ship", 3).replace(demand=mk.Paths(np.tile([4.0, 9, 5, 0, 7], 28)), opening_stock=20)
    shop = shop.replace(
        disruptions=[mk.Disruption(e, 0.1, 0.4) for e in ("order", "ship")],
        yields=mk.AllOrNothingYield(0.875),
    )
    run = mk.simulate(
        shop, periods=140, replications=2, first_replication=255, seed=8, trace=["on_hand", "order_quantity"]
    )
    for r in range(2):
        plain = Shop(shop, run.key.value, 255 + r).run(np.tile([4.0, 9, 5, 0, 7], 28).tolist())
        for traced, values in run.trace.items():
            assert np.array_equal(values[r], plain[traced]), traced


# By hand.


def traces(demand: list[float], **settings: Any) -> mk.Result:
    shop = mk.MakeToStock(**{"demand": mk.Paths(demand), "policy": mk.BaseStock(10), **settings})
    return mk.simulate(shop, periods=len(demand), replications=1, seed=1, trace=list(mk.TRACES))


def test_what_does_not_fit_the_capacity_is_wanted_again() -> None:
    """S = 10, L = 1, at most 4 a period and 1 more in overtime, every third period closed."""
    run = traces([6, 6, 0, 6, 0, 0], capacity=mk.Capacity([4, 4, 0], overtime=1))
    # Missing: 0, 6, 7 (6 and the 1 that did not fit), 6, 7, 2.
    assert run.trace["order_quantity"][0].tolist() == [0, 5, 1, 5, 5, 1]
    assert run.trace["net_inventory"][0].tolist() == [4, -2, 3, -2, 3, 8]
    assert run["overtime"][0] * 6 == pytest.approx(5)
    assert run["capacity"][0] * 6 == pytest.approx(16)
    assert run["utilisation"][0] == (17 - 5) / 16


def test_a_unit_keeps_for_so_many_periods() -> None:
    """Shelf life 2: what came in t can be used in t and t + 1 and is gone when t + 2 begins."""
    fifo, lifo = (
        traces(
            [3, 3, 4, 0],
            lead_time=0,
            policy=mk.RatePlan([5, 5, 0, 0]),
            opening_stock=0,
            shelf_life=2,
            issue=i,
        )
        for i in ("fifo", "lifo")
    )
    # Oldest first: 2 of period 0 are left and used first in period 1, of which 4 are left for period 2.
    assert fifo.trace["on_hand"][0].tolist() == [2, 4, 0, 0]
    assert not fifo["expired"].any()
    # Freshest first: period 1 uses 3 of its own 5; the 2 of period 0 perish, then 2 are short.
    assert lifo.trace["on_hand"][0].tolist() == [2, 4, 0, 0]
    assert lifo.trace["backorders"][0].tolist() == [0, 0, 2, 2]
    assert lifo["expired"][0] == 2 / 4


def test_where_supply_stands_still() -> None:
    """Orders of 1, 2, 4, … units, L = 2, down in periods 2 and 3; how much arrives tells which orders do."""

    def arrivals(effect: str) -> list[float]:
        run = traces(
            [0] * 8,
            lead_time=2,
            policy=mk.RatePlan([2.0**t for t in range(8)]),
            opening_stock=0,
            disruptions=mk.Disruption(effect, outages=[(2, 4)]),
        )
        came: list[float] = np.diff(run.trace["on_hand"][0], prepend=0).tolist()
        return came

    assert arrivals("order") == [0, 0, 1, 2, 0, 0, 16, 32]  # 4 and 8 are never ordered
    assert arrivals("ship") == [0, 0, 1, 2, 0, 0, 4 + 8 + 16, 32]  # they leave in period 4
    assert arrivals("receive") == [0, 0, 0, 0, 1 + 2 + 4, 8, 16, 32]  # 1 and 2 wait at the dock
    # 1 was to arrive in period 2 and does in 4. Then 2 has a period to go, what left in 2, 3 and 4 has two.
    assert arrivals("transit") == [0, 0, 0, 0, 1, 2, 4 + 8 + 16, 32]


def test_stock_is_destroyed_when_something_goes_down() -> None:
    """Half of it, in the first period of an outage and not again until the next one."""
    run = traces(
        [0] * 7,
        policy=mk.BaseStock(16),
        lead_time=5,
        disruptions=mk.Disruption("stock", outages=[(1, 3), (4, 5)], remaining=0.5),
    )
    assert run.trace["on_hand"][0].tolist() == [16, 8, 8, 8, 4, 4, 12]  # 8 were ordered in period 1
    assert run["scrapped"][0] * 7 == pytest.approx(12)


def test_two_sources() -> None:
    """Regular L = 3 up to 12; express L = 1 up to 5, counting net stock and what is due next period."""
    run = traces([4, 6, 0, 1, 0], policy=mk.BaseStock(12), lead_time=3, express=mk.Express(1, 5))
    # Period 0: 12 on hand. Period 1: 8 on hand, 4 missing. Period 2: 2 on hand, 3 by express, then 3 missing.
    assert run.trace["order_quantity"][0].tolist() == [0, 4, 3 + 3, 0, 1]
    assert run["express_quantity"][0] == 3 / 5
    assert run.trace["on_hand"][0].tolist() == [8, 2, 2, 4, 8]


def test_bringing_forward() -> None:
    """Below 3, what is due next period comes at once, as much as is missing."""
    run = traces([4, 5, 1, 0, 2], policy=mk.BaseStock(10), lead_time=2, expedite_below=3)
    # Ordered: 4 in period 1, due in 3; 5 in period 2, due in 4. Period 2 finds 1 on hand: 2 of the 4 come.
    assert run.trace["on_hand"][0].tolist() == [6, 1, 2, 4, 7]
    assert run["expedited"][0] == 2 / 5


# Plans.

PAST = [5, 7, 0, 9, 4, 8]
COVERS = mk.ErrorEstimate(over="cover", measure="mad", smoothing=0.2)
INTERMITTENT = mk.ZeroInflated(0.5, mk.Poisson(8))
FORECASTS: list[Any] = [
    mk.KnownMean(bias=[0.1, -0.05]),
    mk.MovingAverage(4),
    mk.MovingAverage(3, initial=5, error=COVERS),
    mk.ExponentialSmoothing(0.3),
    mk.ExponentialSmoothing(0.3, history=PAST, error=mk.ErrorEstimate(initial=2)),
    mk.ExponentialSmoothing(0.2, bias=[0.1, -0.2]),
    mk.Holt(0.3, 0.1),
    mk.Holt(0.3, 0.2, damping=0.8, initial=4, error=COVERS),
    mk.HoltWinters(0.3, 0.1, 0.2, 4),
    mk.HoltWinters(0.3, 0.1, 0.2, 3, multiplicative=True, damping=0.9),
    mk.SeasonalNaive(1),
    mk.SeasonalNaive(4, history=PAST),
    mk.Autoregression(0.5),
    mk.Autoregression(-0.3, mean=6),
    mk.Croston(0.2),
    mk.SBA(0.2, initial=3),
    mk.TSB(0.2, 0.1),
    mk.TSB(0.2, 0.1, initial=2),
]
POLICIES: list[Any] = [
    mk.OrderUpTo(5, 1.5),
    mk.OrderUpTo(5, smoothing=0.5, cover=3),
    mk.OrderUpTo(3, 1, returns=True),
    mk.FollowForecast(2, 1),
    mk.FollowForecast(ahead=0),
    mk.MaterialPlan(9, safety=3),
    mk.MaterialPlan(9, mk.FixedQuantity(7), fence=2),
    mk.MaterialPlan(10, mk.PeriodQuantity(3), 2, 1),
]
TIMINGS: list[dict[str, Any]] = [
    {"lead_time": 0, "review_period": 1, "event_order": "order_before_demand"},
    {"lead_time": 3, "review_period": 2, "event_order": "order_before_demand"},
    {"lead_time": 2, "review_period": 1, "event_order": "demand_before_order"},
    {"lead_time": 1, "review_period": 3, "event_order": "demand_before_order"},
]


def _is_planned(shop: mk.MakeToStock, about: object) -> None:
    """Demand whose mean is known, and demand that is given, of which nothing is known before it comes."""
    n = 26
    run = mk.simulate(shop, periods=n, replications=1, seed=5, trace=list(mk.TRACES))
    law = shop.demand.summary() if isinstance(shop.demand, mk.Law) else None
    mean, sd = (None, None) if law is None else (law.mean, law.sd)
    plain = Planner(shop, run.key.value, 0, mean, sd).run(run.trace["demand"][0].tolist())
    for traced, values in plain.items():
        np.testing.assert_allclose(
            run.trace[traced][0], values, rtol=1e-9, atol=1e-9, err_msg=f"{traced} {about}"
        )


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_plans(policy: Any) -> None:
    place = POLICIES.index(policy)  # all timings for every policy, two for each of its forecasts
    pairs = [(f, timing) for j, f in enumerate(FORECASTS) for timing in TIMINGS[(place + j) % 2 :: 2]]
    for i, (forecast, timing) in enumerate(pairs):
        # Season factors that multiply are no use where demand may be nought.
        always = isinstance(forecast, mk.HoltWinters) and forecast.multiplicative
        demand: Any = mk.Geometric(mean=6, start=1) if always else INTERMITTENT
        if i % 2 and not isinstance(forecast, mk.KnownMean):
            if isinstance(forecast, mk.Autoregression) and forecast.mean is None:
                continue
            dice = np.random.default_rng(i)
            demand = mk.Paths(dice.poisson(5, 26) * dice.integers(0, 2, 26) + always)
        shop = mk.MakeToStock(demand=demand, policy=policy, forecast=forecast, opening_stock=12, **timing)
        _is_planned(shop, forecast)


@pytest.mark.parametrize("timing", TIMINGS, ids=str)
def test_schedules_and_buffers(timing: dict[str, Any]) -> None:
    for policy in (
        mk.RatePlan([4, 0, 13]),
        mk.DemandDriven(mk.Buffer(3, 0.5, 0.4, minimum=5, cycle=1.5), window=5),
        mk.DemandDriven(mk.Buffer(2, 0.3, 1.5, cycle=4), window=2),
    ):
        for demand in (INTERMITTENT, mk.Paths(np.random.default_rng(2).poisson(5, 26))):
            shop = mk.MakeToStock(demand=demand, policy=policy, opening_stock=12, **timing)
            # A schedule names every period.
            _is_planned(shop.replace(review_period=1) if isinstance(policy, mk.RatePlan) else shop, policy)


def test_plans_under_limits() -> None:
    """What is planned meets yields, capacities, outages and ages like any other order."""
    for policy, seed in itertools.product(POLICIES, range(6)):
        if isinstance(policy, mk.OrderUpTo) and policy.returns:
            continue
        shop = random_shop(("limits", "yields", "order", "capacity", "obsolescence", "stock")[seed], seed)
        # A material plan trusts its receipts, and needs to know when they come.
        kept = [d for d in shop.disruptions if d.effect not in ("ship", "transit", "receive")]  # type: ignore[union-attr]
        shop = shop.replace(
            demand=mk.Poisson(6),
            policy=policy,
            forecast=mk.ExponentialSmoothing(0.25),
            lead_time=3,
            crossing="independent",
            disruptions=kept,
            quantities=mk.Quantities(multiple=shop.quantities.multiple),
            opening_stock=12,
        )
        if shop.quantities.multiple is not None and isinstance(policy, mk.MaterialPlan):
            continue  # whose lots are rounded where they are planned
        _is_planned(shop, policy)
