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
from limited import LATE, REAL, TABLES, WAITS, shop
from maketo import _core
from shops import CROSSED, NESTED, SHOPS, TRACED, bits
from supplied import COSTS, EFFECTS, TOPICS, random_shop

LEVELS = ["scalar", *json.loads(_core.build_info())["simd"]]
# Two tiles of periods; replications on both sides of the border of a chunk.
RUN: dict[str, Any] = {"periods": 72, "warm_up": 9, "replications": 6, "first_replication": 253, "seed": 3}
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
