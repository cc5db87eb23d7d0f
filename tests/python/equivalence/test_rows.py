"""Rows, the model with all that limits and disturbs supply, agree with everything they can be held against.

A design with a capacity, a yield, outages, ages, a second source or a plan runs on rows: a period at a time,
all replications of a chunk in every step. Four things must give the same numbers: rows on any SIMD level; the
scalar reference, which is written for reading; the lanes that plain designs run on; and one pass over all
levels of a base stock, where what is missing from the level does not depend on it.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest

import maketo as mk
from maketo import _core
from shops import CROSSED, NESTED, SHOPS, TRACED, bits
from supplied import AT_ONCE, COSTS, EFFECTS, TOPICS, random_shop

LATE, EARLY = "demand_before_order", "order_before_demand"
LEVELS = ["scalar", *json.loads(_core.build_info())["simd"]]
# Two tiles of periods; replications on both sides of the border of a chunk.
RUN: dict[str, Any] = {"periods": 72, "warm_up": 9, "replications": 6, "first_replication": 253, "seed": 3}
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
CASES = [
    pytest.param(one, id=f"{table}: {name}") for table, shops in TABLES.items() for name, one in shops.items()
]


def assert_same(a: mk.Result, b: mk.Result, about: object = None) -> None:
    """All metrics and traces of two runs, to the bit."""
    assert a.metrics == b.metrics
    for metric in a.metrics:
        assert np.array_equal(a[metric], b[metric], equal_nan=True), (metric, about)
    assert set(a.trace) == set(b.trace)
    for traced in a.trace:
        assert np.array_equal(a.trace[traced], b.trace[traced]), (traced, about)


@pytest.mark.parametrize("one", CASES)
def test_rows_are_the_reference(one: mk.MakeToStock) -> None:
    rows, plain = (mk.simulate(one, **RUN, trace=list(mk.TRACES), simd=level) for level in (None, "scalar"))
    assert rows.simd != "scalar" == plain.simd
    assert rows.metrics == tuple(mk.METRICS), "a design on rows counts everything"
    assert_same(rows, plain)


@pytest.mark.parametrize("topic", [*TOPICS, *EFFECTS])
def test_rows_are_the_reference_whatever_comes_together(topic: str) -> None:
    for seed in range(12):
        one = random_shop(topic, seed)
        if seed % 2:
            one = one.replace(demand=REAL)
        rows, plain = (
            mk.simulate(one, **RUN, trace=list(mk.TRACES), simd=level) for level in (None, "scalar")
        )
        assert_same(rows, plain, one)


# Lanes.

PLAIN = {
    **SHOPS,
    **{
        f"{policy} under {rule}, {wait}": shop(policy=policy, quantities=rule, **timing)
        for policy, rule, (wait, timing) in itertools.product(
            [
                mk.BaseStock(-3),
                mk.BaseStock([17, 25, 9]),
                mk.MinMax(9, 24, strict=True),
                mk.ReorderQuantity(11, 7),
                mk.CappedBaseStock(21, 8),
                mk.ConstantOrder(8),
            ],
            [mk.Quantities(), mk.Quantities(minimum=5, multiple=4, maximum=13)],
            WAITS.items(),
        )
    },
}


@pytest.mark.parametrize("name", list(PLAIN))
def test_rows_are_lanes(name: str) -> None:
    """A plain design runs on lanes, unless a metric is wanted that only rows count."""
    one = PLAIN[name]
    lanes = mk.simulate(one, **RUN, trace=list(mk.TRACES))
    rows = mk.simulate(one, **RUN, trace=list(mk.TRACES), metrics=[*lanes.metrics, "bullwhip"])
    assert "bullwhip" not in lanes.metrics
    # Quantities in parts of a unit are only the same but for rounding.
    parts = name in ("real demand", "moving mean", "regimes", "first in, first out, some wait")
    parts = parts or name == "capped, common, MOQ and packs"
    for kind, names in (("metric", lanes.metrics), ("trace", tuple(mk.TRACES))):
        for each in names:
            a, b = (run[each] if kind == "metric" else run.trace[each] for run in (lanes, rows))
            if parts:
                np.testing.assert_allclose(
                    b,
                    a,
                    rtol=1e-12,
                    atol=1e-12 * np.max(np.abs(a), initial=0, where=~np.isnan(a)),
                    err_msg=each,
                )
            else:
                assert np.array_equal(a, b, equal_nan=True), each


# What does nothing changes nothing.

NOTHING: dict[str, dict[str, Any]] = {
    "more capacity than ever wanted": {"capacity": 1e6},
    "overtime that is always enough": {"capacity": mk.Capacity([0, 3], overtime=1e6)},
    "all is good": {"yields": mk.ShareYield(1)},
    "nothing more or less": {"yields": mk.AdditiveYield(0, "nominal")},
    "every lot is good": {"yields": mk.AllOrNothingYield(1)},
    "every piece is good": {"yields": mk.PieceYield(1), "quantities": mk.Quantities(multiple=1)},
    "no defect": {"yields": mk.RunYield(1), "quantities": mk.Quantities(multiple=1)},
    "outages after the end": {"disruptions": [mk.Disruption(e, outages=[(999, 1000)]) for e in EFFECTS[:4]]},
    "what never fails": {"disruptions": mk.Disruption("ship", fail=1e-15, start="up")},
    "all of it remains": {"disruptions": mk.Disruption("stock", 0.3, remaining=1)},
    "units that keep": {"shelf_life": 1000},
    "events after the end": {"obsolescence": mk.Obsolescence(periods=[999])},
    "an express source that is never used": {"express": mk.Express(1, -1e9)},
    "nothing is expedited": {"expedite_below": -1e9},
}


@pytest.mark.parametrize("name", list(NOTHING))
def test_what_does_nothing_changes_nothing(name: str) -> None:
    for base in (shop(), shop(policy=mk.MinMax(18, 40), backorder_share=0, event_order=LATE)):
        rules = NOTHING[name].get("quantities", mk.Quantities())
        lanes = mk.simulate(base.replace(quantities=rules), **RUN, trace=list(mk.TRACES))
        rows = mk.simulate(base.replace(**NOTHING[name]), **RUN, trace=list(mk.TRACES))
        for metric in lanes.metrics:
            if metric in ("overtime_cost", "cost", "profit") and "overtime" in name:
                continue  # it is paid for
            assert np.array_equal(rows[metric], lanes[metric], equal_nan=True), metric
        for traced in mk.TRACES:
            assert np.array_equal(rows.trace[traced], lanes.trace[traced]), traced
        assert not rows["waste"].any()


def test_two_names_of_one_thing() -> None:
    """A cap is a capacity, a plan of one rate a constant order, and the known mean a base stock."""
    known = mk.KnownMean()
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"policy": mk.CappedBaseStock(30, 9)}, {"capacity": 9}),
        ({"quantities": mk.Quantities(maximum=9)}, {"capacity": 9}),
        ({"quantities": mk.Quantities(maximum=9)}, {"capacity": mk.Capacity(5, overtime=4)}),
        ({"policy": mk.ConstantOrder(8)}, {"policy": mk.RatePlan(8)}),
        ({"policy": mk.ConstantOrder(8)}, {"policy": mk.FollowForecast(), "forecast": known}),
        ({"policy": mk.BaseStock(29)}, {"policy": mk.OrderUpTo(5), "forecast": known}),
        ({"policy": mk.BaseStock(29)}, {"policy": mk.MaterialPlan(9, safety=5), "forecast": known}),
        (
            {"policy": mk.BaseStock(53), "review_period": 4},
            {"policy": mk.OrderUpTo(5), "forecast": known, "review_period": 4},
        ),
        (
            {"policy": mk.BaseStock(21), "event_order": LATE},
            {"policy": mk.OrderUpTo(5), "forecast": known, "event_order": LATE},
        ),
        ({"shelf_life": 3}, {"shelf_life": 3, "backorder_share": 1, "issue": "fifo"}),
    ]
    for these, those in pairs:
        a, b = (
            mk.simulate(shop(**s, opening_stock=25), **RUN, trace=list(mk.TRACES)) for s in (these, those)
        )
        for traced in mk.TRACES:
            assert np.array_equal(a.trace[traced], b.trace[traced]), (these, those, traced)


# How it is run.

SOME = {
    "limited": shop(capacity=mk.Capacity(mk.Uniform(4, 14), overtime=2), lead_time=CROSSED),
    "of uncertain yield": shop(yields=mk.ShareYield(mk.Uniform(0.6, 1), inflate=True), demand=REAL),
    "disturbed": shop(
        lead_time=CROSSED,
        crossing="fifo",
        capacity=12,
        disruptions=[
            mk.Disruption(e, 0.05, 0.3, remaining=0.5, key=i or None) for i, e in enumerate(EFFECTS)
        ],
    ),
    "perishable": shop(shelf_life=3, issue="lifo", backorder_share=0.5, obsolescence=mk.Obsolescence(0.02)),
    "from two sources": shop(
        lead_time=5, policy=mk.BaseStock(50), express=mk.Express(1, 14), expedite_below=2
    ),
    "forecast": shop(
        policy=mk.OrderUpTo(4, 1), forecast=mk.Holt(0.3, 0.1, damping=0.9), event_order=LATE, review_period=2
    ),
    "planned": shop(policy=mk.MaterialPlan(9, mk.WagnerWhitin(20, 1), 3, 2), forecast=mk.TSB(0.2, 0.1)),
    "driven": shop(policy=mk.DemandDriven(mk.Buffer(4)), lead_time=NESTED, crossing="kaplan"),
}
WIDE: dict[str, Any] = {"periods": 70, "warm_up": 7, "replications": 600, "seed": 5}
_kept: dict[str, mk.Result] = {}


def _whole(name: str) -> mk.Result:
    if name not in _kept:
        _kept[name] = mk.simulate(SOME[name], **WIDE, trace=TRACED)
    return _kept[name]


@pytest.mark.parametrize("name", list(SOME))
def test_threads_and_simd_levels(name: str) -> None:
    expected = bits(_whole(name))
    for threads in (1, 2, 5):
        assert bits(mk.simulate(SOME[name], **WIDE, trace=TRACED, threads=threads)) == expected, threads
    for level in LEVELS:
        run = mk.simulate(SOME[name], **WIDE, trace=TRACED, simd=level)
        assert (run.simd, bits(run)) == (level, expected)


@pytest.mark.parametrize("name", list(SOME))
@pytest.mark.parametrize(("first", "count"), [(0, 1), (255, 2), (256, 256), (301, 299)])
def test_a_part_of_the_replications(name: str, first: int, count: int) -> None:
    whole = _whole(name)
    part = mk.simulate(SOME[name], **{**WIDE, "replications": count}, first_replication=first, trace=TRACED)
    for metric in whole.metrics:
        assert np.array_equal(part[metric], whole[metric][first : first + count], equal_nan=True), metric
    for traced in TRACED:
        assert np.array_equal(part.trace[traced], whole.trace[traced][first : first + count]), traced


@pytest.mark.parametrize("name", list(SOME))
def test_a_shorter_run_is_the_beginning_of_a_longer_one(name: str) -> None:
    short, long = (
        mk.simulate(SOME[name], **{**WIDE, "replications": 20, "periods": n}, trace=TRACED) for n in (65, 140)
    )
    for traced in TRACED:
        assert np.array_equal(short.trace[traced], long.trace[traced][:, :65]), traced


@pytest.mark.parametrize("name", list(SOME))
def test_fewer_metrics_and_no_traces(name: str) -> None:
    some = ["waste", "cost", "bullwhip", "utilisation"]
    run = mk.simulate(SOME[name], **WIDE, metrics=some)
    assert run.metrics == tuple(some)
    for metric in some:
        assert np.array_equal(run[metric], _whole(name)[metric], equal_nan=True), metric


def test_alone_or_in_a_portfolio() -> None:
    """Beside other designs on rows and beside one on lanes."""
    shops = {"plain": SHOPS["min-max"], **SOME}
    together = mk.simulate(shops, **WIDE, keep="replications")
    backwards = mk.simulate(dict(reversed(shops.items())), **WIDE, keep="replications")
    for place, (name, one) in enumerate(shops.items()):
        alone = mk.simulate(one, **WIDE, name=name)
        for metric in alone.metrics:
            for run, at in ((together, place), (backwards, len(shops) - 1 - place)):
                assert np.array_equal(run[metric][at], alone[metric], equal_nan=True), (name, metric)


def test_the_summary_is_that_of_the_replications() -> None:
    for name, kept in ((name, _whole(name)) for name in SOME):
        summary = mk.simulate(SOME[name], **WIDE, keep="summary")
        for metric in kept.metrics:
            ours, theirs = kept.statistics(metric), summary.statistics(metric)
            assert np.array_equal(ours, theirs, equal_nan=True), (name, metric)


@pytest.mark.parametrize("name", list(SOME))
def test_the_recorded_configuration_runs_again(name: str) -> None:
    run = mk.simulate(SOME[name], **{**WIDE, "replications": 20}, trace=TRACED)
    again: mk.Result = mk.simulate(**json.loads(json.dumps(run.config)))
    assert bits(again) == bits(run) == bits(run.rerun())
    assert again.config == run.config


SWEEPS: dict[str, tuple[mk.MakeToStock, Any]] = {
    "capacity": (shop(), lambda x: {"capacity": x(8, 11)}),
    "overtime": (shop(), lambda x: {"capacity": mk.Capacity([3, 9], overtime=x(0, 4))}),
    "a law of capacity": (shop(), lambda x: {"capacity": mk.Capacity(mk.Poisson(x(8, 12)))}),
    "yield": (shop(), lambda x: {"yields": mk.AllOrNothingYield(x(0.8, 0.95))}),
    "a law of yields": (shop(), lambda x: {"yields": mk.ShareYield(mk.Uniform(x(0.5, 0.7), 1))}),
    "failures": (shop(), lambda x: {"disruptions": mk.Disruption("ship", x(0.02, 0.2), 0.3)}),
    "repair": (shop(), lambda x: {"disruptions": [mk.Disruption("order", 0.1, x(0.2, 0.8))]}),
    "what remains": (shop(), lambda x: {"disruptions": mk.Disruption("stock", 0.1, remaining=x(0, 0.5))}),
    "shelf life": (shop(), lambda x: {"shelf_life": x(2, 4)}),
    "hazard": (shop(), lambda x: {"obsolescence": mk.Obsolescence(x(0.01, 0.1))}),
    "express level": (shop(lead_time=4), lambda x: {"express": mk.Express(1, x(9, 15))}),
    "expediting": (shop(lead_time=4), lambda x: {"expedite_below": x(0, 8)}),
    "erosion": (shop(), lambda x: {"costs": COSTS.replace(erosion=x(0.01, 0.02))}),
    "rates": (shop(capacity=9), lambda x: {"costs": mk.Costs(disposal=x(-1, 2), overtime=1)}),
    "smoothing": (
        shop(),
        lambda x: {"policy": mk.OrderUpTo(5, smoothing=x(0.4, 1)), "forecast": mk.ExponentialSmoothing(0.2)},
    ),
    "weight": (
        shop(),
        lambda x: {"policy": mk.OrderUpTo(5, 1), "forecast": mk.ExponentialSmoothing(x(0.1, 0.4))},
    ),
    "weight of errors": (
        shop(),
        lambda x: {
            "policy": mk.OrderUpTo(5, 1),
            "forecast": mk.MovingAverage(4, error=mk.ErrorEstimate(smoothing=x(0.1, 0.4))),
        },
    ),
    "safety": (shop(), lambda x: {"policy": mk.FollowForecast(x(0, 2)), "forecast": mk.Croston(0.2)}),
    "lots": (
        shop(),
        lambda x: {"policy": mk.MaterialPlan(9, mk.SilverMeal(x(5, 50), 1)), "forecast": mk.KnownMean()},
    ),
    "buffer": (shop(), lambda x: {"policy": mk.DemandDriven(mk.Buffer(x(3, 5)))}),
}


@pytest.mark.parametrize("name", list(SWEEPS))
def test_a_sweep_is_its_cells(name: str) -> None:
    base, changed = SWEEPS[name]
    small = {**WIDE, "replications": 40}
    run = mk.simulate(
        base.replace(**changed(lambda *values: mk.Sweep(values, name="x"))), **small, trace=TRACED
    )
    assert run.dims == ("x", "replication")
    for i in range(2):
        cell = base.replace(**changed(lambda *values, i=i: values[i]))
        alone = mk.simulate(cell, **small, trace=TRACED)
        for metric in alone.metrics:
            assert np.array_equal(run[metric][i], alone[metric], equal_nan=True), (metric, i)
        for traced in TRACED:
            assert np.array_equal(run.trace[traced][i], alone.trace[traced]), (traced, i)


# One pass.

PASS: dict[str, Any] = {"periods": 100, "warm_up": 5, "replications": 300, "seed": 6}
TARGETS = [12, 24, 30, 31, 50]
LEVEL = mk.BaseStock(mk.Sweep(TARGETS, name="S"))
SAFETY = mk.Sweep([-4, 0, 5, 12], name="S")
ONE_PASS: dict[str, dict[str, Any]] = {
    "capacity": {"capacity": 9},
    "capacity and overtime": {"capacity": mk.Capacity([4, 12], overtime=2)},
    "random capacity": {"capacity": mk.UniformInteger(4, 16)},
    "random lead times and capacity": {"lead_time": CROSSED, "capacity": 10},
    "fifo lead times and capacity": {"lead_time": CROSSED, "crossing": "fifo", "capacity": 10},
    "kaplan lead times and capacity": {"lead_time": NESTED, "crossing": "kaplan", "capacity": 10},
    "demand first, real capacity": {"event_order": LATE, "capacity": mk.Uniform(5, 15)},
    "reviewed every third period": {"review_period": 3, "capacity": 30},
    "real demand and capacity": {"demand": REAL, "capacity": 9.5, "holding_basis": "mean"},
    "yields": {"yields": mk.ShareYield(mk.Uniform(0.6, 1))},
    "yields inflated": {"yields": mk.ShareYield(mk.Uniform(0.6, 1), inflate=True), "demand": REAL},
    "all or nothing": {"yields": mk.AllOrNothingYield(0.9, "nominal")},
    **{
        f"{effect} disruptions": {
            "disruptions": mk.Disruption(effect, 0.1, 0.4, outages=[(30, 34)], remaining=0.5),
            **({"capacity": 12} if effect == "capacity" else {}),
        }
        for effect in EFFECTS
        if effect != "stock"
    },
    "disrupted, random lead times": {
        "lead_time": CROSSED,
        "disruptions": [mk.Disruption("ship", 0.1, 0.4), mk.Disruption("transit", 0.1, 0.4)],
    },
    **{
        f"a forecast by {name}": {"policy": mk.OrderUpTo(SAFETY, 0.5), "forecast": forecast}
        for name, forecast in {
            "known mean": mk.KnownMean(),
            "moving average": mk.MovingAverage(6),
            "smoothing": mk.ExponentialSmoothing(0.2),
            "Holt": mk.Holt(0.2, 0.1, damping=0.8),
            "seasons": mk.HoltWinters(0.2, 0.05, 0.1, season=4),
            "naive": mk.SeasonalNaive(1),
            "autoregression": mk.Autoregression(0.3),
            "TSB": mk.TSB(0.1, 0.1),
        }.items()
    },
    "a forecast, levelled and limited": {
        "policy": mk.OrderUpTo(SAFETY, smoothing=0.5),
        "forecast": mk.ExponentialSmoothing(0.2),
        "capacity": 11,
        "lead_time": CROSSED,
    },
}
EXACT = [
    name
    for name, s in ONE_PASS.items()
    if not {"demand", "yields", "forecast"} & s.keys() and "real" not in name
]


@pytest.mark.parametrize("name", list(ONE_PASS))
def test_one_pass_is_the_grid(name: str) -> None:
    swept = shop(**{"policy": LEVEL, **ONE_PASS[name]})
    grid, one_pass = (mk.simulate(swept, **PASS, method=m) for m in ("grid", "auto"))
    assert (grid.method, one_pass.method) == ("grid", "one_pass")
    assert grid.metrics == one_pass.metrics == tuple(mk.METRICS)
    assert "one path" in one_pass.method_reason
    for metric in grid.metrics:
        if name in EXACT or metric in ("stockout_periods", "alpha_service", "orders"):
            assert np.array_equal(grid[metric], one_pass[metric], equal_nan=True), metric
        else:
            # Of sums of squares, what is left after the square of the mean is taken off.
            known = ~np.isnan(grid[metric])
            scale = np.max(np.abs(grid[metric]), initial=0, where=known) * (
                100 if "amplification" in metric or "variance" in metric else 1
            )
            np.testing.assert_allclose(
                one_pass[metric], grid[metric], rtol=1e-12, atol=1e-12 * scale, err_msg=metric
            )


@pytest.mark.parametrize("name", ["random lead times and capacity", "receive disruptions", "yields"])
def test_traces_of_one_pass(name: str) -> None:
    swept = shop(**{"policy": LEVEL, **ONE_PASS[name]})
    run = mk.simulate(swept, **{**PASS, "replications": 30}, trace=list(mk.TRACES))
    assert run.method == "one_pass"
    for i, level in enumerate(TARGETS):
        alone = mk.simulate(
            swept.replace(policy=mk.BaseStock(level)), **{**PASS, "replications": 30}, trace=list(mk.TRACES)
        )
        for traced in mk.TRACES:
            ours, theirs = run.trace[traced][i], alone.trace[traced]
            np.testing.assert_allclose(
                ours, theirs, rtol=0, atol=0 if name in EXACT else 1e-10, err_msg=traced
            )


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "lost sales": ({"capacity": 9, "backorder_share": 0}, "sales are lost"),
    "shelf life": ({"shelf_life": 4}, "stock expires"),
    "obsolescence": ({"obsolescence": mk.Obsolescence(0.02)}, "stock can be lost"),
    "stock disruptions": ({"disruptions": mk.Disruption("stock", 0.1)}, "stock can be lost"),
    "express": ({"lead_time": 3, "express": mk.Express(1, 9)}, "second source"),
    "expediting": ({"lead_time": 3, "expedite_below": 2}, "expedited"),
    "MOQ": ({"capacity": 9, "quantities": mk.Quantities(minimum=3)}, "MOQ"),
    "forecasts of sales": (
        {
            "policy": mk.OrderUpTo(mk.Sweep(TARGETS, name="S")),
            "forecast": mk.ExponentialSmoothing(0.2, observe="sales"),
        },
        "sales",
    ),
    "erosion": ({"capacity": 9, "costs": COSTS.replace(erosion=0.01)}, "loses value"),
    "a fixed opening": ({"capacity": 9, "opening_stock": 20}, "opening stock"),
    "returns of customers": ({"capacity": 9, "demand": mk.Normal(8, 6, "allow")}, "negative"),
    "returns to the supplier": (
        {
            "policy": mk.OrderUpTo(mk.Sweep(TARGETS, name="S"), returns=True),
            "forecast": mk.ExponentialSmoothing(0.2),
        },
        "not a base stock",
    ),
    "another policy": (
        {"policy": mk.ConstantOrder(mk.Sweep([8, 9], name="S")), "capacity": 9},
        "not a base stock",
    ),
    "more than the level": ({"capacity": mk.Capacity(mk.Sweep([9, 10], name="C"))}, "differ in more"),
    "chances that differ": ({"disruptions": mk.Disruption("ship", mk.Sweep([0.1, 0.2]))}, "differ in more"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_one_pass_switches_itself_off_and_says_why(name: str) -> None:
    settings, why = REFUSED[name]
    swept = shop(**{"policy": LEVEL, **settings})
    run, grid = (mk.simulate(swept, **{**PASS, "replications": 30}, method=m) for m in ("auto", "grid"))
    assert run.method == "grid"
    assert why in run.method_reason
    with pytest.raises(ValueError, match=why):
        mk.simulate(swept, **PASS, method="one_pass")
    assert all(np.array_equal(run[m], grid[m], equal_nan=True) for m in run.metrics)
