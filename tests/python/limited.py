"""Shops with all that limits and disturbs supply, one thing at a time, under every kind of lead time."""

from __future__ import annotations

import itertools
from typing import Any

import maketo as mk
from shops import CROSSED, NESTED
from supplied import AT_ONCE, COSTS, EFFECTS

LATE, EARLY = "demand_before_order", "order_before_demand"
WHOLE = mk.Poisson(8)
REAL = mk.Lognormal(mean=8, sd=5)


def shop(**settings: Any) -> mk.MakeToStock:
    """Eight units a period, bought in time for two."""
    return mk.MakeToStock(
        **{"demand": WHOLE, "policy": mk.BaseStock(30), "lead_time": 2, "costs": COSTS, **settings}
    )


# Lead times with the crossing that they are for.
WAITS: dict[str, dict[str, Any]] = {
    "L = 0": {"lead_time": 0},
    "L = 2": {"lead_time": 2},
    "independent": {"lead_time": CROSSED},
    "independent, perhaps at once": {"lead_time": AT_ONCE},
    "fifo": {"lead_time": CROSSED, "crossing": "fifo"},
    "common": {"lead_time": CROSSED, "crossing": "common"},
    "kaplan": {"lead_time": NESTED, "crossing": "kaplan"},
}


def yields() -> dict[str, mk.MakeToStock]:
    shares = mk.Uniform(0.6, 1)
    packs = {"quantities": mk.Quantities(multiple=2)}
    kinds: dict[str, tuple[Any, dict[str, Any]]] = {
        "share": (mk.ShareYield(shares), {}),
        "share inflated": (mk.ShareYield(shares, inflate=True), {"demand": REAL}),
        "share nominal": (mk.ShareYield(shares, "nominal"), {"policy": mk.MinMax(22, 40)}),
        "more or fewer": (mk.AdditiveYield(mk.Normal(-1, 2, "allow")), {}),
        "more or fewer nominal": (mk.AdditiveYield(mk.UniformInteger(-3, 1), "nominal"), {}),
        "by the piece": (mk.PieceYield(0.85, inflate=True), packs),
        "by the piece, few good": (mk.PieceYield(0.3, "nominal"), packs),
        "all or nothing": (mk.AllOrNothingYield(0.9), {"backorder_share": 0.5}),
        "until a defect": (mk.RunYield(0.95), packs),
    }
    return {
        f"{kind}, {wait}": shop(yields=one, **settings, **timing)
        for (kind, (one, settings)), (wait, timing) in itertools.product(kinds.items(), WAITS.items())
    }


def outages() -> dict[str, mk.MakeToStock]:
    table = {}
    for effect, (wait, timing) in itertools.product(EFFECTS, WAITS.items()):
        if effect == "transit" and wait in ("kaplan", "common"):
            continue
        random = mk.Disruption(effect, fail=0.1, recover=0.3, remaining=0.25)
        both = [random, mk.Disruption(effect, outages=[(20, 25), (63, 66)], start="up", remaining=0.5)]
        limit = {"capacity": mk.Capacity(12, overtime=2)} if effect == "capacity" else {}
        table[f"{effect}, {wait}"] = shop(disruptions=both, **limit, **timing)
        if timing["lead_time"] not in (0, AT_ONCE):
            named = random.replace(key="plant", start="down")
            table[f"{effect}, {wait}, late"] = shop(
                disruptions=[random, named], event_order=LATE, demand=REAL, **limit, **timing
            )
    return table


def capacities() -> dict[str, mk.MakeToStock]:
    limits: list[Any] = [9, [5, 12, 0, 14], mk.Uniform(4, 14), mk.UniformInteger(2, 16)]
    policies: list[Any] = [
        mk.BaseStock(30),
        mk.BaseStock([30, 41, 22]),
        mk.MinMax(20, 50),
        mk.ReorderQuantity(20, 11),
        mk.CappedBaseStock(34, 10),
        mk.ConstantOrder(9),
    ]
    rules = [mk.Quantities(), mk.Quantities(minimum=4), mk.Quantities(multiple=3, maximum=12)]
    return {
        f"{policy} under {limit} + {more}, {rule}": shop(
            policy=policy, capacity=mk.Capacity(limit, overtime=more), quantities=rule
        )
        for policy, limit, more, rule in itertools.product(policies, limits, (0, 2.5), rules)
    }


def ages() -> dict[str, mk.MakeToStock]:
    table = {}
    for life, issue, share, demand in itertools.product(
        (1, 2, 5), ("fifo", "lifo"), (1, 0.5, 0), (WHOLE, REAL)
    ):
        table[f"{life} periods, {issue}, {share}, {type(demand).__name__}"] = shop(
            demand=demand, shelf_life=life, issue=issue, backorder_share=share
        )
    sudden = mk.Obsolescence(0.05, periods=[7, 70])
    table |= {
        "obsolete": shop(obsolescence=sudden),
        "obsolete by a shared event": shop(obsolescence=mk.Obsolescence(0.05, key="version 2"), shelf_life=3),
        "destroyed, of all ages": shop(
            shelf_life=4,
            issue="lifo",
            obsolescence=sudden,
            disruptions=mk.Disruption("stock", 0.1, 0.5, remaining=0.3),
        ),
        "lots of several ages": shop(policy=mk.ReorderQuantity(18, 25), shelf_life=4, lead_time=CROSSED),
    }
    return table


def second_sources() -> dict[str, mk.MakeToStock]:
    table = {}
    policies: list[Any] = [mk.BaseStock(60), mk.ConstantOrder(6), mk.MinMax(40, 60)]
    for policy, wait, review, first in itertools.product(policies, (0, 1, 3), (1, 3), (EARLY, LATE)):
        if wait == 0 and first == LATE:
            continue
        settings: dict[str, Any] = {
            "policy": policy,
            "lead_time": 5,
            "express": mk.Express(wait, 12 + 8 * wait),
            "review_period": review,
            "event_order": first,
        }
        table[f"{policy}, express in {wait}, R = {review}, {first}"] = shop(**settings)
        table[f"{policy}, express in {wait}, R = {review}, {first}, all else"] = shop(
            **settings,
            demand=REAL,
            expedite_below=4.5,
            capacity=9,
            yields=mk.ShareYield(mk.Uniform(0.7, 1)),
            shelf_life=6,
        )
    for below, first in itertools.product((0, 10), (EARLY, LATE)):
        table[f"expedited below {below}, {first}"] = shop(
            policy=mk.BaseStock(40), lead_time=4, expedite_below=below, event_order=first, demand=REAL
        )
    return table


def planned() -> dict[str, mk.MakeToStock]:
    cover = mk.ErrorEstimate(over="cover", measure="mad", smoothing=0.2)
    past = [5, 7, 0, 9, 4, 8, 6, 3, 5, 9, 2, 6]
    forecasts: dict[str, tuple[Any, dict[str, Any]]] = {
        "known mean": (mk.KnownMean(bias=[0.1, 0]), {}),
        "moving average": (mk.MovingAverage(4, error=cover), {}),
        "smoothing": (mk.ExponentialSmoothing(0.3, initial=4), {}),
        "smoothing of a history": (mk.ExponentialSmoothing(0.3, history=past), {"opening_stock": 20}),
        "Holt": (mk.Holt(0.3, 0.1, damping=0.9, error=cover), {}),
        "Holt of a history": (mk.Holt(0.2, 0.1, history=past, bias=[0, 0.05]), {"demand": REAL}),
        "seasons added": (mk.HoltWinters(0.3, 0.1, 0.2, season=4, history=past), {}),
        "seasons multiplied": (mk.HoltWinters(0.3, 0.1, 0.2, season=4, multiplicative=True), {}),
        "seasonal naive": (mk.SeasonalNaive(4), {}),
        "autoregression": (mk.Autoregression(0.5), {}),
        "Croston": (mk.Croston(0.2), {"demand": mk.ZeroInflated(0.6, mk.Poisson(9))}),
        "SBA": (mk.SBA(0.2), {"demand": mk.ZeroInflated(0.6, mk.Poisson(9))}),
        "TSB": (mk.TSB(0.2, 0.1), {"demand": mk.ZeroInflated(0.6, mk.Poisson(9))}),
        "of sales": (mk.MovingAverage(4, observe="sales", error=cover), {"backorder_share": 0.5}),
    }
    policies: dict[str, Any] = {
        "up to": mk.OrderUpTo(5, 1.5),
        "up to, levelled": mk.OrderUpTo(5, smoothing=0.5, cover=6),
        "follow": mk.FollowForecast(2, 1),
        "follow what is next": mk.FollowForecast(ahead=0),
        "lot for lot": mk.MaterialPlan(9, safety=3, fence=2),
        "fixed": mk.MaterialPlan(9, mk.FixedQuantity(13)),
        "economic": mk.MaterialPlan(9, mk.EconomicQuantity(20, 1, whole=True), fence=1),
        "periods": mk.MaterialPlan(9, mk.PeriodQuantity(3), 3),
        "as many periods": mk.MaterialPlan(9, mk.PeriodQuantity(setup=30, holding=1), 3),
        "Silver and Meal": mk.MaterialPlan(9, mk.SilverMeal(20, 1), 3, fence=2),
        "Wagner and Whitin": mk.MaterialPlan(9, mk.WagnerWhitin(20, 1), 3),
    }
    table = {}
    for (name, (forecast, settings)), (kind, policy), first in itertools.product(
        forecasts.items(), policies.items(), (EARLY, LATE)
    ):
        table[f"{kind}, {name}, {first}"] = shop(
            **{"policy": policy, "forecast": forecast, "event_order": first, "review_period": 2, **settings}
        )
    return table


def other_plans() -> dict[str, mk.MakeToStock]:
    smooth = mk.ExponentialSmoothing(0.2)
    driven = mk.DemandDriven(mk.Buffer(3, 0.5, 0.4, minimum=10, cycle=2), window=6)
    limits: dict[str, Any] = {"capacity": mk.Capacity(mk.Uniform(6, 12), overtime=1), "shelf_life": 5}
    return {
        "driven": shop(policy=driven, lead_time=3),
        "driven, late, lost sales": shop(policy=driven, lead_time=3, event_order=LATE, backorder_share=0),
        "driven, limited": shop(policy=driven, lead_time=3, demand=REAL, **limits),
        "a rate": shop(policy=mk.RatePlan(8), shelf_life=4, backorder_share=0),
        "a schedule": shop(policy=mk.RatePlan([5, 0, 20]), opening_stock=20),
        "returns": shop(policy=mk.OrderUpTo(5, returns=True), forecast=smooth, demand=REAL),
        "returns, under way for a random time": shop(
            policy=mk.OrderUpTo(5, returns=True), forecast=smooth, lead_time=CROSSED, crossing="fifo"
        ),
        "up to, limited": shop(
            policy=mk.OrderUpTo(5, 1),
            forecast=smooth,
            demand=mk.Varying(8, seasons=[0.5, 1.5], trend=mk.LinearTrend(0.01)),
            **limits,
        ),
        "known seasons": shop(
            policy=mk.OrderUpTo(5),
            forecast=mk.KnownMean(),
            demand=mk.Varying(8, seasons=[0.5, 1.5, 1.0], spread="poisson"),
            lead_time=CROSSED,
        ),
        "a plan that is limited": shop(
            policy=mk.MaterialPlan(9, mk.SilverMeal(20, 1)),
            forecast=smooth,
            quantities=mk.Quantities(minimum=5, multiple=2),
            yields=mk.PieceYield(0.9, inflate=True),
            capacity=14,
            disruptions=[mk.Disruption("order", 0.1, 0.5), mk.Disruption("stock", 0.05, 0.5)],
        ),
        "a plan with a second source": shop(
            policy=mk.MaterialPlan(9), forecast=smooth, lead_time=4, express=mk.Express(1, 14)
        ),
        "erosion": shop(costs=COSTS.replace(erosion=0.01)),
    }


TABLES = {
    "yields": yields(),
    "outages": outages(),
    "capacities": capacities(),
    "ages": ages(),
    "second sources": second_sources(),
    "planned": planned(),
    "other plans": other_plans(),
}
