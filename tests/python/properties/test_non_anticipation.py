"""Nothing that is decided today depends on the demand of tomorrow (spec N1).

Demand is given, and changed from a period τ on; the luck of supply stays what it was. Where orders come
before demand, whatever is released up to τ itself must be as it was; where demand comes first, up to τ − 1.
This holds for every policy and every forecast, whatever limits and disturbs supply.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import maketo as mk
from supplied import EFFECTS, TOPICS, random_shop

PERIODS = 48
LEVELLED = mk.ErrorEstimate(over="cover", measure="mad", smoothing=0.25)
FORECASTS: dict[str, Any] = {
    "moving average": mk.MovingAverage(5),
    "smoothing": mk.ExponentialSmoothing(0.3, error=LEVELLED),
    "smoothing, biased": mk.ExponentialSmoothing(0.3, initial=4, bias=[0.1, 0.2]),
    "smoothing of sales": mk.ExponentialSmoothing(0.3, observe="sales"),
    "Holt": mk.Holt(0.3, 0.1),
    "Holt of a history": mk.Holt(0.3, 0.1, damping=0.9, history=[3, 6, 9, 2, 7]),
    "seasons added": mk.HoltWinters(0.3, 0.1, 0.2, 4),
    "seasons multiplied": mk.HoltWinters(0.3, 0.1, 0.2, 4, multiplicative=True, initial=6),
    "seasonal naive": mk.SeasonalNaive(6),
    "autoregression": mk.Autoregression(0.6, mean=6),
    "Croston": mk.Croston(0.3),
    "SBA": mk.SBA(0.3, initial=5),
    "TSB": mk.TSB(0.3, 0.2),
}
PLANS: dict[str, Any] = {
    "up to": mk.OrderUpTo(3, 1),
    "up to, levelled": mk.OrderUpTo(3, smoothing=0.4, cover=5),
    "up to, with returns": mk.OrderUpTo(3, 1, returns=True),
    "follow": mk.FollowForecast(1, 0.5),
    "follow what is next": mk.FollowForecast(ahead=0),
    "lot for lot": mk.MaterialPlan(10, safety=2),
    "fixed lots, frozen": mk.MaterialPlan(10, mk.FixedQuantity(8), fence=3),
    "economic lots": mk.MaterialPlan(10, mk.EconomicQuantity(20, 1)),
    "lots of periods": mk.MaterialPlan(10, mk.PeriodQuantity(3)),
    "Silver and Meal": mk.MaterialPlan(10, mk.SilverMeal(20, 1), 2),
    "Wagner and Whitin": mk.MaterialPlan(10, mk.WagnerWhitin(20, 1), 2),
}
ORDERS = ("order_before_demand", "demand_before_order")


def given(seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The same path in every replication; and replication τ with other demand from period τ on."""
    dice = np.random.default_rng(seed)
    path = dice.poisson(6, PERIODS) * dice.integers(0, 2, PERIODS)
    path[:2] = (6, 12)  # the largest, so that both runs agree on what is large
    same = np.tile(np.minimum(path, 12), (PERIODS, 1)).astype(float)
    other = same.copy()
    for tau in range(2, PERIODS):
        other[tau, tau:] = (other[tau, tau:] + 5) % 13
    return same, other


def assert_blind(shop: mk.MakeToStock, seed: int, *, reacts: bool = True) -> None:
    """No trace differs before τ, and no order in τ where it comes before demand; later, orders do."""
    runs = [
        mk.simulate(
            shop.replace(demand=mk.Paths(paths)),
            periods=PERIODS,
            replications=PERIODS,
            seed=seed,
            trace=list(mk.TRACES),
        ).trace
        for paths in given(seed)
    ]
    period, tau = np.arange(PERIODS), np.arange(PERIODS)[:, None]
    before = period < tau
    early = shop.event_order == "order_before_demand"
    differs = {name: runs[0][name] != runs[1][name] for name in mk.TRACES}
    assert differs["demand"][2:].any(axis=1).all(), "something was changed in every replication"
    for name, found in differs.items():
        assert not (found & before).any(), (name, shop)
    if early:
        assert not (differs["order_quantity"] & (period == tau)).any(), shop
    if reacts:
        assert differs["order_quantity"][2:-8].any(axis=1).all(), "orders follow demand, but not at once"


TIMINGS: list[dict[str, Any]] = [
    {"lead_time": 2},
    {"lead_time": 1, "review_period": 3, "backorder_share": 0.5},
]


@pytest.mark.parametrize("forecast", list(FORECASTS))
@pytest.mark.parametrize("plan", list(PLANS))
def test_plans_do_not_see_the_future(plan: str, forecast: str) -> None:
    for seed, (first, timing) in enumerate(itertools.product(ORDERS, TIMINGS)):
        settings = {"demand": 0, "policy": PLANS[plan], "forecast": FORECASTS[forecast], "opening_stock": 9}
        settings |= {**timing, "event_order": first}
        if "returns" in plan:
            settings["backorder_share"] = 1  # where sales are lost nothing is sent back
        assert_blind(mk.MakeToStock(**settings), seed, reacts=False)


@pytest.mark.parametrize("first", ORDERS)
def test_orders_follow_demand(first: str) -> None:
    """That nothing changes too soon says little about what never changes."""
    policies = [mk.OrderUpTo(3), mk.FollowForecast(4), mk.MaterialPlan(10), mk.DemandDriven(mk.Buffer(2), 5)]
    forecasts = [mk.MovingAverage(5), mk.ExponentialSmoothing(0.3), mk.SBA(0.3)]
    for policy, forecast in itertools.product(policies, forecasts):
        settings: dict[str, Any] = {"demand": 0, "policy": policy, "forecast": forecast, "opening_stock": 9}
        assert_blind(mk.MakeToStock(**settings, lead_time=2, event_order=first), 3)


@pytest.mark.parametrize("topic", [*TOPICS, *EFFECTS])
def test_whatever_supply_is_like(topic: str) -> None:
    """Policies of levels and lots, and plans, under limits and outages."""
    for seed in range(8):
        shop = random_shop(topic, seed)
        assert_blind(shop, seed, reacts=False)
        if seed % 2:
            continue
        driven = mk.DemandDriven(mk.Buffer(3), window=4)
        assert_blind(shop.replace(policy=driven, opening_stock=20), seed, reacts=False)
        plan = mk.OrderUpTo(4, 1, smoothing=0.7)
        planned = shop.replace(policy=plan, forecast=mk.Holt(0.3, 0.1, damping=0.9), opening_stock=20)
        assert_blind(planned, seed, reacts=False)


def test_a_known_mean_is_not_known_of_demand_that_is_given() -> None:
    """Who plans with the mean of given paths would know their future."""
    shop = mk.MakeToStock(
        demand=mk.Paths([5, 7, 9]), policy=mk.OrderUpTo(), forecast=mk.KnownMean(), opening_stock=6
    )
    with pytest.raises(ValueError, match="mean of each period of this demand is not known"):
        mk.simulate(shop, periods=3, replications=1, seed=1)
    with pytest.raises(ValueError, match="opening_stock"):
        mk.simulate(
            shop.replace(forecast=mk.MovingAverage(2), opening_stock=None), periods=3, replications=1, seed=1
        )


@pytest.mark.parametrize(
    ("policy", "forecast"),
    [
        (mk.RatePlan(6), None),
        (mk.RatePlan([6, 6, 6]), None),
        (mk.ConstantOrder(6), None),
        (mk.FollowForecast(), mk.MovingAverage(10_000, initial=6)),  # of a mean that hardly moves
    ],
    ids=str,
)
def test_what_is_made_in_one_period_serves_the_next(policy: Any, forecast: Any) -> None:
    """The hand trace of the spec: 6 are made in every period, L = 1, 6 on hand, demand 5, 7, 9.

    The 6 of period 0 are there in period 1 and serve its 7 with the 1 that was left; in period 2 demand of 9
    meets 6, and 3 wait. Two periods of three close without a backlog, 18 of 21 units are filled at once.
    """
    shop = mk.MakeToStock(
        demand=mk.Paths([5, 7, 9]), policy=policy, forecast=forecast, lead_time=1, opening_stock=6
    )
    run = mk.simulate(shop, periods=3, replications=1, seed=1, trace=list(mk.TRACES))
    found = {name: run.trace[name][0].round(2).tolist() for name in mk.TRACES}
    assert found == {
        "demand": [5, 7, 9],
        "filled": [5, 7, 6],
        "on_hand": [1, 0, 0],
        "backorders": [0, 0, 3],
        "net_inventory": [1, 0, -3],
        "order_quantity": [6, 6, 6],
        "lost": [0, 0, 0],
    }
    assert run["alpha_service"][0] == pytest.approx(2 / 3, rel=1e-3)
    assert run["fill_rate"][0] == pytest.approx(18 / 21, rel=1e-3)
    assert run["gamma_service"][0] == pytest.approx(6 / 7, rel=1e-3)
