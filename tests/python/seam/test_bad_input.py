"""Bad input is refused before anything runs, by a message that names the field, the value and the bound."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import maketo as mk

Make = Callable[[], Any]


def shop(**changes: Any) -> mk.MakeToStock:
    settings: dict[str, Any] = {"demand": mk.Poisson(5), "policy": mk.BaseStock(14), **changes}
    return mk.MakeToStock(**settings)


def run(one: Any = None, **changes: Any) -> mk.Result:
    return mk.simulate(one or shop(), **{"periods": 10, "replications": 5, "seed": 1, **changes})


def many_sweeps() -> mk.MakeToStock:
    return shop(
        policy=mk.BaseStock(mk.Sweep([1, 2], name="S")),
        lead_time=mk.Sweep([1, 2], name="L"),
        review_period=mk.Sweep([1, 2], name="R"),
    )


CASES: list[tuple[str, Make, type[Exception], list[str]]] = [
    # Laws, when they are made.
    ("negative mean", lambda: mk.Poisson(-2), ValueError, ["Poisson.mean", "≥ 0", "-2"]),
    ("nan", lambda: mk.Poisson(float("nan")), ValueError, ["Poisson.mean", "finite", "nan"]),
    ("infinite", lambda: mk.Normal(5, np.inf), ValueError, ["Normal.sd", "finite", "inf"]),
    ("negative sd", lambda: mk.Normal(5, -1), ValueError, ["Normal.sd", "≥ 0", "-1"]),
    ("text", lambda: mk.Poisson("5"), TypeError, ["Poisson.mean", "number", "'5'"]),  # type: ignore[arg-type]
    ("truth value", lambda: mk.Poisson(True), TypeError, ["Poisson.mean", "number", "True"]),
    ("complex", lambda: mk.Poisson(2j), TypeError, ["Poisson.mean", "number"]),  # type: ignore[arg-type]
    (
        "too little variance",
        lambda: mk.NegativeBinomial(mean=9, sd=2),
        ValueError,
        ["NegativeBinomial.sd", "2"],
    ),
    ("half a pair", lambda: mk.Gamma(mean=3), ValueError, ["gamma", "mean", "sd"]),
    ("both pairs", lambda: mk.Gamma(mean=3, sd=1, shape=2, scale=1), ValueError, ["gamma", "shape"]),
    ("unknown choice", lambda: mk.Normal(5, 1, "cut"), ValueError, ["Normal.negative", "clip", "'cut'"]),
    ("not whole", lambda: mk.Binomial(2.5, 0.5), ValueError, ["Binomial.n", "whole", "2.5"]),  # type: ignore[arg-type]
    ("probability", lambda: mk.Binomial(3, 1.5), ValueError, ["Binomial.p", "1.5"]),
    ("order of bounds", lambda: mk.Uniform(5, 2), ValueError, ["Uniform"]),
    ("no observations", lambda: mk.Empirical([]), ValueError, ["Empirical.values", "empty"]),
    ("blank observation", lambda: mk.Empirical([1, np.nan]), ValueError, ["Empirical.values", "position 1"]),
    ("probabilities", lambda: mk.Discrete([1, 2], [0.5, 0.6]), ValueError, ["Discrete.probabilities", "1"]),
    ("nested", lambda: mk.ZeroInflated(2, mk.Poisson(1)), ValueError, ["ZeroInflated.probability", "2"]),
    (
        "sizes without end",
        lambda: mk.CompoundPoisson(2, 10**10),
        ValueError,
        ["CompoundPoisson.size", "≤ 2097152"],
    ),
    (
        "a probability beyond doubles",
        lambda: mk.Poisson(3).quantile(10**400),
        ValueError,
        ["u must be in (0, 1)"],
    ),
    (
        "masked observation",
        lambda: mk.Bootstrap(np.ma.masked_array([1.0, 2, 300], [False, False, True])),
        ValueError,
        ["Bootstrap.history", "position 2"],
    ),
    (
        "masked level",
        lambda: mk.BaseStock(np.ma.masked_array([1, 2], [False, True])),
        ValueError,
        ["BaseStock.level", "1"],
    ),
    ("no trend", lambda: mk.Varying(20, trend={}), TypeError, ["Varying.trend", "LinearTrend", "{}"]),  # type: ignore[arg-type]
    ("a list of demands", lambda: mk.correlate([mk.Poisson(5)], 0.5), TypeError, ["demands", "mapping"]),  # type: ignore[arg-type]
    ("no demands", lambda: mk.correlate({}, 0.5), ValueError, ["demands", "at least one"]),
    ("numbered demands", lambda: mk.correlate({1: mk.Poisson(5)}, 0.5), TypeError, ["demands", "texts", "1"]),  # type: ignore[dict-item]
    (
        "one factor twice",
        lambda: mk.Correlated(mk.Poisson(3), {1: 0.5, "1": 0.5}),
        ValueError,
        ["every factor once"],
    ),
    (
        "blank coefficient",
        lambda: mk.fourier_season(12, cos=[np.nan]),
        ValueError,
        ["cos", "finite", "position 0"],
    ),
    (
        "a truth value to take from",
        lambda: mk.Promotion(1, 2, 2.0).cannibalise(True, 0.2),
        TypeError,
        ["promoted", "True"],
    ),
    ("progress", lambda: run(progress="x"), TypeError, ["progress", "True or False", "'x'"]),
    (
        "lead time beyond reach",
        lambda: run(shop(lead_time=2**31)),
        ValueError,
        ["lead_time", "≤ 100000", "2147483648"],
    ),
    (
        "a spread too wide for a table",
        lambda: run(shop(demand=mk.Varying(1e6, spread=mk.OverdispersedSpread(r=2)))),
        ValueError,
        ["demand.base", "1000000"],
    ),
    ("many sweeps drawn", lambda: run(many_sweeps()).plot(), ValueError, ["3 swept parameters"]),
    ("nothing to draw", lambda: run(keep="summary").plot(), ValueError, ["keep=", "replications"]),
    (
        "real sizes",
        lambda: mk.CompoundPoisson(3, mk.Gamma(mean=3, sd=1)),
        TypeError,
        ["CompoundPoisson.size", "whole"],
    ),
    (
        "negative sizes",
        lambda: mk.CompoundPoisson(3, mk.UniformInteger(-1, 2)),
        ValueError,
        ["CompoundPoisson.size", "≥ 0", "-1"],
    ),
    ("negative rate", lambda: mk.CompoundPoisson(-3, 1), ValueError, ["CompoundPoisson.rate", "≥ 0", "-3"]),
    (
        "too calm to stutter",
        lambda: mk.StutteringPoisson(mean=25, sd=4),
        ValueError,
        ["StutteringPoisson.sd", "√mean = 5", "4"],
    ),
    ("no series", lambda: mk.Logarithmic(1), ValueError, ["Logarithmic.p", "(0, 1)", "1"]),
    # Demand.
    ("no history", lambda: mk.Bootstrap([]), ValueError, ["Bootstrap.history", "empty"]),
    ("blank", lambda: mk.Bootstrap([1, 2, np.nan]), ValueError, ["Bootstrap.history", "position 2", "skip"]),
    ("all blank", lambda: mk.Bootstrap([np.nan], nan="skip"), ValueError, ["Bootstrap.history", "blank"]),
    (
        "negative demand",
        lambda: mk.Bootstrap([1, -3]),
        ValueError,
        ["Bootstrap.history", "≥ 0", "-3", "position 1"],
    ),
    (
        "two axes",
        lambda: mk.Bootstrap(np.ones((2, 3))),
        ValueError,
        ["Bootstrap.history", "1 axis", "(2, 3)"],
    ),
    ("objects", lambda: mk.Bootstrap(np.array([1, None])), TypeError, ["Bootstrap.history", "object"]),
    ("truth values", lambda: mk.Bootstrap(np.array([True])), TypeError, ["Bootstrap.history", "bool"]),
    ("complex array", lambda: mk.Bootstrap(np.array([1j])), TypeError, ["Bootstrap.history", "complex"]),
    (
        "dates",
        lambda: mk.Bootstrap(np.array(["2020-01"], "M8[M]")),
        TypeError,
        ["Bootstrap.history", "datetime"],
    ),
    (
        "block longer than the past",
        lambda: run(shop(demand=mk.MovingBlocks([1, 2], 3))),
        ValueError,
        ["length", "2 periods", "3"],
    ),
    (
        "blank between",
        lambda: mk.MovingBlocks([1, np.nan, 2], 1, nan="trim"),
        ValueError,
        ["MovingBlocks.history", "position 1"],
    ),
    (
        "mean length",
        lambda: run(shop(demand=mk.StationaryBlocks([1, 2], 0.5))),
        ValueError,
        ["mean_length", "≥ 1", "0.5"],
    ),
    (
        "no start for a phase",
        lambda: run(shop(demand=mk.SeasonalBlocks([1] * 9, 6, 5))),
        ValueError,
        ["length", "at most 4", "5"],
    ),
    (
        "never any demand",
        lambda: run(shop(demand=mk.IntermittentBootstrap([0, 0]))),
        ValueError,
        ["history", "positive"],
    ),
    (
        "chances",
        lambda: run(shop(demand=mk.MarkovModulated([1, 2], [[0.5, 0.4], [0.0, 1.0]]))),
        ValueError,
        ["transition[0]", "sum to 1"],
    ),
    (
        "states",
        lambda: run(shop(demand=mk.MarkovModulated([1], [[0.5, 0.5], [0.0, 1.0]]))),
        ValueError,
        ["laws", "one per state, 2", "1"],
    ),
    (
        "two worlds",
        lambda: run(shop(demand=mk.MarkovModulated([1, 2], np.eye(2)))),
        ValueError,
        ["start", "stationary"],
    ),
    (
        "sure to stay",
        lambda: run(shop(demand=mk.Autocorrelated(mk.Poisson(4), 1))),
        ValueError,
        ["demand.correlation", "(−1, 1)", "1"],
    ),
    (
        "twice",
        lambda: run(shop(demand=mk.Autocorrelated(mk.Autocorrelated(4, 0.5), 0.5))),
        ValueError,
        ["demand.of", "autocorrelated"],
    ),
    (
        "of what",
        lambda: run(shop(demand=mk.Autocorrelated(mk.Bootstrap([1, 2]), 0.5))),
        TypeError,
        ["demand.of", "Empirical"],
    ),
    (
        "more than everything",
        lambda: mk.Correlated(4, {"a": 0.8, "b": 0.7}),
        ValueError,
        ["Correlated.loadings", "at most 1", "1.13"],
    ),
    (
        "loading",
        lambda: mk.Correlated(4, {"a": 1.5}),
        ValueError,
        ["Correlated.loadings['a']", "[−1, 1]", "1.5"],
    ),
    ("no loadings", lambda: mk.Correlated(4, [0.5]), TypeError, ["Correlated.loadings", "mapping"]),  # type: ignore[arg-type]
    (
        "not attainable",
        lambda: mk.correlate({"a": 1, "b": 2}, -0.5),
        ValueError,
        ["correlation", "[0, 1]", "-0.5", "-1"],
    ),
    (
        "no such products",
        lambda: mk.correlate(dict.fromkeys("abc", 1), [[1, -0.9, -0.9], [-0.9, 1, -0.9], [-0.9, -0.9, 1]]),
        ValueError,
        ["correlation", "eigenvalue", "-0.8"],
    ),
    (
        "season",
        lambda: run(shop(demand=mk.Varying(4, seasons=[0.5, 1.6]))),
        ValueError,
        ["demand.seasons[0]", "mean 1", "1.05"],
    ),
    ("base", lambda: run(shop(demand=mk.Varying([4, 5]))), ValueError, ["demand.base", "10", "2 numbers"]),
    ("base below 0", lambda: run(shop(demand=mk.Varying(-4))), ValueError, ["demand.base", "≥ 0", "-4"]),
    (
        "damping",
        lambda: run(shop(demand=mk.Varying(4, trend=mk.DampedTrend(0.1, 1.5)))),
        ValueError,
        ["demand.trend.damping", "(0, 1)", "1.5"],
    ),
    (
        "shrinking to less than nothing",
        lambda: run(shop(demand=mk.Varying(4, trend=mk.ExponentialTrend(-1)))),
        ValueError,
        ["demand.trend.growth", "-1"],
    ),
    ("no trend", lambda: mk.Varying(4, trend=0.1), TypeError, ["Varying.trend", "LinearTrend", "0.1"]),  # type: ignore[arg-type]
    (
        "innovation",
        lambda: run(shop(demand=mk.Varying(1, life=mk.BassLife(0, 0.4, 9)))),
        ValueError,
        ["demand.life.innovation", "> 0", "0"],
    ),
    (
        "end of life",
        lambda: run(shop(demand=mk.Varying(4, end_of_life=mk.Gamma(mean=3, sd=1)))),
        TypeError,
        ["demand.end_of_life", "whole"],
    ),
    ("spread", lambda: mk.Varying(4, spread="normal"), ValueError, ["Varying.spread", "poisson", "normal"]),
    (
        "both spreads",
        lambda: mk.OverdispersedSpread(r=2, variance_ratio=2),
        ValueError,
        ["OverdispersedSpread", "either"],
    ),
    (
        "too calm",
        lambda: run(shop(demand=mk.Varying(4, spread=mk.OverdispersedSpread(variance_ratio=1)))),
        ValueError,
        ["demand.spread.variance_ratio", "> 1", "1"],
    ),
    (
        "pull-forward",
        lambda: run(shop(demand=mk.Varying(4, promotions=[mk.Promotion(1, 2, 1.5, pull_forward=2)]))),
        ValueError,
        ["demand.promotions[0].pull_forward", "[0, 1]", "2"],
    ),
    (
        "promoted twice",
        lambda: run(shop(demand=mk.Varying(4, promotions=[mk.Promotion(1, 2, 1.5, cv=0.1)] * 2))),
        ValueError,
        ["demand.promotions[1].start", "different", "1"],
    ),
    (
        "no key to share",
        lambda: mk.Promotion(1, 2, 1.5, cv=0.2).cannibalise(10, 0.5),
        ValueError,
        ["Promotion.key", "cv"],
    ),
    ("wave too short", lambda: mk.fourier_season(4, cos=[0.1] * 3), ValueError, ["cos", "2", "3"]),
    ("wave too high", lambda: mk.fourier_season(12, sin=[1.5]), ValueError, ["≥ 0", "-0.5"]),
    ("ragged", lambda: mk.Paths([[1.0, 2.0], [3.0]]), ValueError, ["Paths.paths", "regular"]),
    ("three axes", lambda: mk.Paths(np.ones((2, 3, 4))), ValueError, ["Paths.paths", "by_item"]),
    (
        "half blank",
        lambda: mk.Paths([[1.0, np.nan], [1.0, 2.0]], nan="skip"),
        ValueError,
        ["Paths.paths", "period 1"],
    ),
    ("infinite path", lambda: mk.Paths([[1.0, 2.0], [1.0, np.inf]]), ValueError, ["path 1, period 1", "inf"]),
    ("names", lambda: mk.Paths.by_item(np.ones((2, 3)), ["a"]), ValueError, ["names", "2", "1"]),
    ("same names", lambda: mk.Paths.by_item(np.ones((2, 3)), ["a", "a"]), ValueError, ["names", "'a'"]),
    ("axes", lambda: mk.Paths.by_item(np.ones((2, 3)), ["a", "b"], "kk"), ValueError, ["axes", "'kk'"]),
    # Shops.
    ("a class", lambda: shop(demand=mk.Poisson), TypeError, ["demand", "class Poisson"]),
    ("no law", lambda: shop(demand="poisson"), TypeError, ["demand", "law", "str"]),
    ("demand below 0", lambda: shop(demand=np.array([])), ValueError, ["demand", "empty"]),
    ("policy", lambda: shop(policy=14), TypeError, ["policy", "BaseStock", "14"]),
    ("crossing", lambda: shop(crossing="lifo"), ValueError, ["crossing", "fifo", "kaplan", "'lifo'"]),
    ("text level", lambda: mk.BaseStock("14"), TypeError, ["BaseStock.level", "'14'"]),
    ("no levels", lambda: mk.BaseStock([]), ValueError, ["BaseStock.level", "empty"]),
    ("blank level", lambda: mk.BaseStock([1, np.nan]), ValueError, ["BaseStock.level", "position 1"]),
    ("two axes of levels", lambda: mk.BaseStock(np.ones((2, 2))), ValueError, ["BaseStock.level", "(2, 2)"]),
    ("strict", lambda: mk.ReorderQuantity(1, 2, strict=1), TypeError, ["ReorderQuantity.strict", "1"]),  # type: ignore[arg-type]
    ("text MOQ", lambda: mk.Quantities("9"), TypeError, ["Quantities.minimum", "'9'"]),  # type: ignore[arg-type]
    ("quantities", lambda: shop(quantities=9), TypeError, ["quantities", "Quantities", "9"]),
    ("unknown rule", lambda: shop(quantities={"moq": 9}), TypeError, ["Quantities", "moq", "minimum"]),
    ("review", lambda: shop(review_period=0), ValueError, ["review_period", "≥ 1", "0"]),
    ("review share", lambda: shop(review_period=1.5), TypeError, ["review_period", "whole", "1.5"]),
    ("key", lambda: shop(key=2**32), ValueError, ["key", "4294967296"]),
    ("unknown field", lambda: shop().replace(level=3), TypeError, ["MakeToStock", "level", "policy"]),
    ("unknown cost", lambda: shop(costs={"hold": 1}), TypeError, ["Costs", "hold", "holding"]),
    # Bounds that the core checks, before anything runs.
    (
        "negative cost",
        lambda: run(shop(costs=mk.Costs(holding=-1))),
        ValueError,
        ["costs.holding", "≥ 0", "-1"],
    ),
    (
        "a backlog planned where sales are lost",
        lambda: run(shop(policy=mk.BaseStock(-3), backorder_share=0)),
        ValueError,
        ["policy.level", "≥ 0", "-3"],
    ),
    ("s ≥ S", lambda: run(shop(policy=mk.MinMax(9, 9))), ValueError, ["policy.reorder", "< up_to", "9"]),
    (
        "Q = 0",
        lambda: run(shop(policy=mk.ReorderQuantity(9, 0))),
        ValueError,
        ["policy.quantity", "> 0", "0"],
    ),
    (
        "a backlog planned by r + Q",
        lambda: run(shop(policy=mk.ReorderQuantity(-9, 3), backorder_share=0)),
        ValueError,
        ["policy.reorder", "≥ 0", "-6"],
    ),
    ("cap = 0", lambda: run(shop(policy=mk.CappedBaseStock(9, 0))), ValueError, ["policy.cap", "> 0", "0"]),
    ("nothing", lambda: run(shop(policy=mk.ConstantOrder(-1))), ValueError, ["policy.quantity", "> 0", "-1"]),
    *(
        (f"rules {i}", lambda rules=rules: run(shop(quantities=rules)), ValueError, words)
        for i, (rules, words) in enumerate(
            [
                ({"minimum": -1}, ["quantities.minimum", "≥ 0", "-1"]),
                ({"multiple": 0}, ["quantities.multiple", "> 0", "0"]),
                ({"maximum": 0}, ["quantities.maximum", "> 0", "0"]),
                ({"minimum": 9, "maximum": 8}, ["quantities.maximum", "minimum = 9", "8"]),
                ({"multiple": 9, "maximum": 8}, ["quantities.maximum", "multiple = 9", "8"]),
                (
                    {"minimum": 5, "multiple": 4, "maximum": 7},
                    ["quantities.maximum", "≥ 8", "minimum = 5", "7"],
                ),
            ]
        )
    ),
    (
        "kaplan",
        lambda: run(shop(lead_time=mk.Discrete([1, 3], [0.5, 0.5]), crossing="kaplan")),
        ValueError,
        ["lead_time", "kaplan", "j = 2", "discrete law"],
    ),
    ("share", lambda: run(shop(backorder_share=1.5)), ValueError, ["backorder_share", "[0, 1]", "1.5"]),
    ("opening", lambda: run(shop(opening_stock=-1)), ValueError, ["opening_stock", "≥ 0", "-1"]),
    ("L > T", lambda: run(shop(lead_time=11)), ValueError, ["lead_time", "periods = 10", "11"]),
    ("L < 0", lambda: run(shop(lead_time=-1)), ValueError, ["lead_time", "≥ 0", "-1"]),
    ("L real", lambda: run(shop(lead_time=2.5)), TypeError, ["lead_time", "rounded"]),
    ("L law", lambda: run(shop(lead_time=mk.Exponential(2))), TypeError, ["lead_time", "rounded"]),
    (
        "L = 0",
        lambda: run(shop(lead_time=0, event_order="demand_before_order")),
        ValueError,
        ["lead_time", "≥ 1"],
    ),
    ("short paths", lambda: run(shop(demand=mk.Paths(np.ones(9)))), ValueError, ["demand.paths", "9", "10"]),
    (
        "few paths",
        lambda: run(shop(demand=mk.Paths(np.ones((2, 10))))),
        ValueError,
        ["demand.paths", "2", "cycle"],
    ),
    # Arguments of simulate.
    ("a number", lambda: run(7), TypeError, ["shop", "MakeToStock", "int"]),
    ("the class", lambda: run(mk.MakeToStock), TypeError, ["shop", "class MakeToStock"]),
    ("nothing", lambda: mk.simulate({}, periods=3), ValueError, ["shop", "empty"]),
    ("not a shop", lambda: run({"a": 3}), TypeError, ["'a'", "MakeToStock"]),
    ("no periods", lambda: run(periods=0), ValueError, ["periods", "≥ 1", "0"]),
    ("text periods", lambda: run(periods="9"), TypeError, ["periods", "whole", "'9'"]),
    ("T ≤ warm-up", lambda: run(warm_up=10), ValueError, ["warm_up", "< periods = 10", "10"]),
    ("replications", lambda: run(replications=-1), ValueError, ["replications", "≥ 1", "-1"]),
    ("absurd", lambda: run(replications=2**40), ValueError, ["replications", str(2**40)]),
    ("beyond the half", lambda: run(first_replication=2**31), ValueError, ["replication", "2³¹"]),
    ("threads", lambda: run(threads=0), ValueError, ["threads", "≥ 1", "0"]),
    ("metric", lambda: run(metrics=["costs"]), ValueError, ["metrics", "cost", "'costs'"]),
    ("one metric", lambda: run(metrics="cost"), TypeError, ["metrics", "'cost'"]),
    ("trace", lambda: run(trace=["stock"]), ValueError, ["trace", "on_hand", "'stock'"]),
    ("keep", lambda: run(keep="all"), ValueError, ["keep", "'summary'", "'all'"]),
    ("half", lambda: run(half="test"), ValueError, ["half", "'training'", "'test'"]),
    ("confidence", lambda: run(confidence=1), ValueError, ["confidence", "(0, 1)", "1"]),
    ("simd", lambda: run(simd="mmx"), ValueError, ["simd", "mmx"]),
    ("seed", lambda: run(seed=-1), ValueError, ["seed", "≥ 0", "-1"]),
    ("real seed", lambda: run(seed=1.5), TypeError, ["seed", "1.5"]),
    ("huge key", lambda: mk.Key(2**64), ValueError, ["Key", str(2**64)]),
    ("same keys", lambda: run({"a": shop(key=3), "b": shop(key=3)}), ValueError, ["'a'", "'b'", "3"]),
    ("name of many", lambda: run({"a": shop()}, name="b"), TypeError, ["name", "single"]),
    (
        "one pass",
        lambda: run(shop(policy=mk.MinMax(3, mk.Sweep([5, 6]))), method="one_pass"),
        ValueError,
        ["method"],
    ),
    # Sweeps.
    ("no values", lambda: mk.Sweep([]), ValueError, ["Sweep.values", "empty"]),
    ("nan value", lambda: mk.Sweep([1, np.nan]), ValueError, ["Sweep.values", "position 1"]),
    ("two axes swept", lambda: mk.Sweep(np.ones((2, 2))), ValueError, ["Sweep.values", "(2, 2)"]),
    ("text swept", lambda: mk.Sweep("abc"), TypeError, ["Sweep.values", "str"]),  # type: ignore[arg-type]
    ("no name", lambda: mk.Sweep([1], name=""), ValueError, ["Sweep.name"]),
    (
        "unequal",
        lambda: run(shop(policy=mk.MinMax(mk.Sweep([1, 2], "p"), mk.Sweep([5, 6, 7], "p")))),
        ValueError,
        ["policy.up_to", "'p'", "3", "2", "policy.reorder"],
    ),
    (
        "taken",
        lambda: run(shop(policy=mk.BaseStock(mk.Sweep([1], "cost")))),
        ValueError,
        ["policy.level", "'cost'"],
    ),
    (
        "bad in a sweep",
        lambda: run(shop(demand=mk.Poisson(mk.Sweep([1, -1])))),
        ValueError,
        ["Poisson.mean", "-1"],
    ),
]


def forecast_by(method: Any, **changes: Any) -> mk.Result:
    return run(shop(policy=mk.OrderUpTo(), forecast=method, **changes))


def planned_by(policy: Any, **changes: Any) -> mk.Result:
    return run(shop(**{"policy": policy, "forecast": mk.KnownMean(), **changes}))


NAN = float("nan")
UNCERTAIN = mk.Discrete([1, 2], [0.5, 0.5])
UNKNOWN = mk.Paths(np.ones(10))  # demand of which nothing is known beforehand
DOWN = mk.Disruption("transit", fail=0.1, recover=0.5)
# What limits and disturbs supply, forecasts, and plans: named by the field.
SUPPLY: list[tuple[Make, type[Exception], list[str]]] = [
    # Capacity.
    (lambda: mk.Capacity("9"), TypeError, ["Capacity.regular", "numbers"]),
    (lambda: mk.Capacity(True), TypeError, ["Capacity.regular", "bool"]),
    (lambda: mk.Capacity(None), TypeError, ["Capacity.regular", "numbers"]),  # type: ignore[arg-type]
    (lambda: mk.Capacity(mk.Poisson), TypeError, ["Capacity.regular", "numbers"]),  # type: ignore[arg-type]
    (lambda: mk.Capacity(NAN), ValueError, ["Capacity.regular", "finite", "nan"]),
    (lambda: mk.Capacity([]), ValueError, ["Capacity.regular", "empty"]),
    (lambda: mk.Capacity([1, NAN]), ValueError, ["Capacity.regular", "nan", "position 1"]),
    (lambda: mk.Capacity(np.ones((2, 2))), ValueError, ["Capacity.regular", "1 axis", "(2, 2)"]),
    (lambda: mk.Capacity(9, overtime="2"), TypeError, ["Capacity.overtime", "number", "'2'"]),  # type: ignore[arg-type]
    (lambda: mk.Capacity(9, overtime=np.inf), ValueError, ["Capacity.overtime", "finite", "inf"]),
    (lambda: mk.Capacity(9, key=-1), ValueError, ["Capacity.key", "≥ 0", "-1"]),
    (lambda: mk.Capacity(9, key=2**32), ValueError, ["Capacity.key", "4294967296"]),
    (lambda: mk.Capacity(9, key=1.5), TypeError, ["Capacity.key", "whole", "1.5"]),  # type: ignore[arg-type]
    (lambda: shop(capacity="9"), TypeError, ["capacity", "numbers"]),
    (lambda: shop(capacity=True), TypeError, ["capacity", "bool"]),
    (lambda: shop(capacity=np.inf), ValueError, ["regular", "finite", "inf"]),
    (lambda: shop(capacity={"regular": 9, "extra": 1}), TypeError, ["Capacity", "extra", "overtime"]),
    (lambda: run(shop(capacity=-1)), ValueError, ["capacity.regular", "≥ 0", "-1"]),
    (lambda: run(shop(capacity=[3, -1])), ValueError, ["capacity.regular", "≥ 0", "-1"]),
    (lambda: run(shop(capacity=mk.Capacity(9, -2))), ValueError, ["capacity.overtime", "≥ 0", "-2"]),
    (lambda: run(shop(capacity=mk.UniformInteger(-3, 9))), ValueError, ["capacity", "≥ 0", "-3"]),
    (lambda: run(shop(capacity=mk.Normal(5, 9, "allow"))), ValueError, ["capacity", "≥ 0"]),
    # Yields.
    (lambda: mk.ShareYield("x"), TypeError, ["ShareYield.law", "law", "str"]),
    (lambda: mk.ShareYield(0.9, "all"), ValueError, ["ShareYield.counts", "'nominal'", "'all'"]),
    (lambda: mk.ShareYield(0.9, inflate=1), TypeError, ["ShareYield.inflate", "True or False", "1"]),  # type: ignore[arg-type]
    (lambda: mk.AdditiveYield(NAN), ValueError, ["AdditiveYield.law", "finite", "nan"]),
    (lambda: mk.AdditiveYield(0, counts=3), ValueError, ["AdditiveYield.counts", "'expected'", "3"]),  # type: ignore[arg-type]
    (lambda: mk.PieceYield("a"), TypeError, ["PieceYield.probability", "number", "'a'"]),  # type: ignore[arg-type]
    (lambda: mk.PieceYield(NAN), ValueError, ["PieceYield.probability", "finite"]),
    (lambda: mk.RunYield(True), TypeError, ["RunYield.probability", "number", "True"]),
    (lambda: mk.AllOrNothingYield(None), TypeError, ["AllOrNothingYield.probability", "None"]),  # type: ignore[arg-type]
    (lambda: shop(yields=0.9), TypeError, ["yields", "ShareYield", "0.9"]),
    (lambda: shop(yields=mk.ShareYield), TypeError, ["yields", "RunYield", "class"]),
    (lambda: shop(yields={"kind": "share_yeld"}), TypeError, ["kind", "share_yield", "'share_yeld'"]),
    (lambda: run(shop(yields=mk.ShareYield(-0.5))), ValueError, ["yields.law", "≥ 0", "-0.5"]),
    (lambda: run(shop(yields=mk.ShareYield(0, inflate=True))), TypeError, ["yields.inflate", "nought"]),
    (
        lambda: run(shop(yields=mk.AdditiveYield(0, inflate=True))),
        TypeError,
        ["yields.inflate", "proportion"],
    ),
    (lambda: run(shop(yields=mk.AllOrNothingYield(2))), ValueError, ["yields.probability", "[0, 1]", "2"]),
    *(
        (lambda one=one, rules=rules: run(shop(yields=one, quantities=rules)), error, words)
        for one, rules, error, words in [
            (mk.PieceYield(1.5), {"multiple": 1}, ValueError, ["yields.probability", "[0, 1]", "1.5"]),
            (mk.RunYield(-0.5), {"multiple": 1}, ValueError, ["yields.probability", "[0, 1]", "-0.5"]),
            (mk.RunYield(0.9, inflate=True), {"multiple": 1}, TypeError, ["yields.inflate", "proportion"]),
            (mk.PieceYield(0.9), {}, ValueError, ["quantities.multiple", "whole", "yields", "none"]),
            (mk.RunYield(0.9), {}, ValueError, ["quantities.multiple", "whole", "yields", "none"]),
            (mk.PieceYield(0.9), {"multiple": 2.5}, ValueError, ["quantities.multiple", "whole", "2.5"]),
        ]
    ),
    # Disruptions.
    (lambda: mk.Disruption("strike"), ValueError, ["Disruption.effect", "'transit'", "'strike'"]),
    (lambda: mk.Disruption(3), ValueError, ["Disruption.effect", "'ship'", "3"]),  # type: ignore[arg-type]
    (lambda: mk.Disruption("ship", "x"), TypeError, ["Disruption.fail", "number", "'x'"]),  # type: ignore[arg-type]
    (lambda: mk.Disruption("ship", NAN), ValueError, ["Disruption.fail", "finite", "nan"]),
    (lambda: mk.Disruption("ship", 0.1, None), TypeError, ["Disruption.recover", "None"]),  # type: ignore[arg-type]
    (lambda: mk.Disruption("ship", start="broken"), ValueError, ["Disruption.start", "'up'", "'broken'"]),
    (lambda: mk.Disruption("ship", outages="x"), TypeError, ["Disruption.outages", "pairs", "'x'"]),
    (lambda: mk.Disruption("ship", outages=5), TypeError, ["Disruption.outages", "pairs", "5"]),
    (lambda: mk.Disruption("ship", outages=(3, 5)), TypeError, ["Disruption.outages[0]", "pair", "3"]),
    (lambda: mk.Disruption("ship", outages=[(1, 2, 3)]), TypeError, ["Disruption.outages[0]", "pair"]),
    (lambda: mk.Disruption("ship", outages=[(1.5, 3)]), TypeError, ["Disruption.outages[0]", "1.5"]),
    (lambda: mk.Disruption("ship", outages=[(1, 3), (-1, 3)]), ValueError, ["outages[1]", "≥ 0", "-1"]),
    (lambda: mk.Disruption("ship", key=1.5), TypeError, ["Disruption.key", "whole", "1.5"]),  # type: ignore[arg-type]
    (lambda: mk.Disruption("stock", remaining=NAN), ValueError, ["Disruption.remaining", "finite"]),
    (lambda: shop(disruptions="ship"), TypeError, ["disruptions", "Disruption", "'ship'"]),
    (lambda: shop(disruptions=None), TypeError, ["disruptions", "Disruption", "None"]),
    (lambda: shop(disruptions=0.1), TypeError, ["disruptions", "Disruption", "0.1"]),
    (lambda: shop(disruptions=[DOWN, 3]), TypeError, ["disruptions[1]", "Disruption", "3"]),
    (lambda: shop(disruptions=mk.Disruption), TypeError, ["disruptions", "class"]),
    (lambda: shop(disruptions={"effect": "ship", "fial": 1}), TypeError, ["Disruption", "fial", "fail"]),
    *(
        (lambda listed=listed: run(shop(disruptions=listed)), ValueError, words)
        for listed, words in [
            (mk.Disruption("ship"), ["disruptions[0].fail", "> 0", "0"]),
            (mk.Disruption("ship", 1.5), ["disruptions[0].fail", "[0, 1]", "1.5"]),
            ([DOWN, mk.Disruption("ship", 0.1, -1)], ["disruptions[1].recover", "[0, 1]", "-1"]),
            (mk.Disruption("stock", 0.1, remaining=2), ["disruptions[0].remaining", "[0, 1]", "2"]),
            (mk.Disruption("ship", outages=[(5, 5)]), ["disruptions[0].outages", "past the last", "[5, 5]"]),
            (mk.Disruption("ship", outages=[(1, 2), (7, 5)]), ["disruptions[0].outages", "[7, 5]"]),
            (mk.Disruption("capacity", 0.1), ["disruptions[0].effect", "capacity"]),
            ([DOWN, DOWN], ["disruptions[1].key", "two processes", "none"]),
            ([DOWN.replace(key="a"), DOWN.replace(key="a")], ["disruptions[1].key", "two processes"]),
        ]
    ),
    (
        lambda: run(
            shop(disruptions=DOWN, crossing="kaplan", lead_time=mk.Discrete([1, 2, 3], [0.25, 0.5, 0.25]))
        ),
        ValueError,
        ["disruptions.effect", "crossing independent or fifo", "transit"],
    ),
    # Shelf life and obsolescence.
    (lambda: shop(shelf_life=0), ValueError, ["shelf_life", "≥ 1", "0"]),
    (lambda: shop(shelf_life=1.5), TypeError, ["shelf_life", "whole", "1.5"]),
    (lambda: shop(shelf_life="2"), TypeError, ["shelf_life", "whole", "'2'"]),
    (lambda: shop(shelf_life=True), TypeError, ["shelf_life", "whole", "True"]),
    (lambda: shop(shelf_life=NAN), TypeError, ["shelf_life", "whole", "nan"]),
    (lambda: shop(shelf_life=mk.Sweep([1, 0])), ValueError, ["shelf_life", "≥ 1", "0"]),
    (lambda: run(shop(shelf_life=1001)), ValueError, ["shelf_life", "1 … 1000", "1001"]),
    (lambda: shop(issue="random"), ValueError, ["issue", "'lifo'", "'random'"]),
    (lambda: mk.Obsolescence("x"), TypeError, ["Obsolescence.hazard", "number", "'x'"]),  # type: ignore[arg-type]
    (lambda: mk.Obsolescence(NAN), ValueError, ["Obsolescence.hazard", "finite"]),
    (lambda: mk.Obsolescence(periods="12"), TypeError, ["Obsolescence.periods", "'12'"]),
    (lambda: mk.Obsolescence(periods=3), TypeError, ["Obsolescence.periods", "3"]),
    (lambda: mk.Obsolescence(periods=[1, 1.5]), TypeError, ["Obsolescence.periods[1]", "1.5"]),
    (lambda: mk.Obsolescence(periods=[-1]), ValueError, ["Obsolescence.periods[0]", "≥ 0", "-1"]),
    (lambda: mk.Obsolescence(key=[]), TypeError, ["Obsolescence.key", "[]"]),  # type: ignore[arg-type]
    (lambda: shop(obsolescence=0.1), TypeError, ["obsolescence", "Obsolescence", "0.1"]),
    (lambda: shop(obsolescence={"hazzard": 1}), TypeError, ["Obsolescence", "hazzard", "hazard"]),
    (
        lambda: run(shop(obsolescence=mk.Obsolescence(1.5))),
        ValueError,
        ["obsolescence.hazard", "[0, 1]", "1.5"],
    ),
    # A second source, expediting.
    (lambda: mk.Express(1.5, 9), TypeError, ["Express.lead_time", "whole", "1.5"]),  # type: ignore[arg-type]
    (lambda: mk.Express(-1, 9), ValueError, ["Express.lead_time", "≥ 0", "-1"]),
    (lambda: mk.Express(1, "9"), TypeError, ["Express.level", "number", "'9'"]),  # type: ignore[arg-type]
    (lambda: mk.Express(1, NAN), ValueError, ["Express.level", "finite", "nan"]),
    (lambda: shop(express=(1, 9)), TypeError, ["express", "Express", "(1, 9)"]),
    (lambda: shop(expedite_below="3"), TypeError, ["expedite_below", "number", "'3'"]),
    (lambda: shop(expedite_below=NAN), ValueError, ["expedite_below", "finite"]),
    *(
        (lambda settings=settings: run(shop(**settings)), ValueError, words)
        for settings, words in [
            ({"express": mk.Express(1, 9)}, ["express.lead_time", "below", "1"]),
            ({"lead_time": 2, "express": mk.Express(3, 9)}, ["express.lead_time", "below", "3"]),
            (
                {"lead_time": UNCERTAIN, "express": mk.Express(1, 9)},
                ["express.lead_time", "constant regular lead time", "1"],
            ),
            (
                {"lead_time": 2, "express": mk.Express(0, 9), "event_order": "demand_before_order"},
                ["express.lead_time", "≥ 1", "demand_before_order", "0"],
            ),
            ({"lead_time": 2, "express": mk.Express(1, 1e300)}, ["express.level", "±1e15"]),
            (
                {"lead_time": 2, "express": mk.Express(1, 9), "disruptions": DOWN},
                ["disruptions.effect", "express", "transit"],
            ),
            ({"lead_time": 0, "expedite_below": 3}, ["expedite_below", "constant", "3"]),
            ({"lead_time": UNCERTAIN, "expedite_below": 3}, ["expedite_below", "constant", "3"]),
            ({"lead_time": 2, "expedite_below": -1e300}, ["expedite_below", "±1e15"]),
            (
                {"lead_time": 2, "expedite_below": 3, "disruptions": DOWN},
                ["disruptions.effect", "expediting", "transit"],
            ),
            (
                {"policy": mk.MinMax(3, 9), "capacity": 9, "opening_stock": "settled"},
                ["opening_stock", "settled"],
            ),
            ({"costs": mk.Costs(overtime=-1)}, ["costs.overtime", "≥ 0", "-1"]),
            ({"costs": mk.Costs(express=-1)}, ["costs.express", "≥ 0", "-1"]),
            ({"costs": mk.Costs(expedite=-1)}, ["costs.expedite", "≥ 0", "-1"]),
            ({"costs": mk.Costs(erosion=1)}, ["costs.erosion", "[0, 1)", "1"]),
            ({"costs": mk.Costs(erosion=-0.1)}, ["costs.erosion", "[0, 1)", "-0.1"]),
        ]
    ),
    (lambda: mk.Costs(disposal=NAN), ValueError, ["Costs.disposal", "finite"]),
    (lambda: mk.Costs(erosion="x"), TypeError, ["Costs.erosion", "'x'"]),  # type: ignore[arg-type]
    # Forecasts.
    (lambda: shop(forecast="ses"), TypeError, ["forecast", "ExponentialSmoothing", "'ses'"]),
    (lambda: shop(forecast=mk.KnownMean), TypeError, ["forecast", "KnownMean", "class"]),
    (lambda: shop(forecast={"kind": "prophet"}), TypeError, ["kind", "croston", "'prophet'"]),
    (lambda: mk.KnownMean("x"), TypeError, ["KnownMean.bias", "numbers"]),
    (lambda: mk.KnownMean([NAN]), ValueError, ["KnownMean.bias", "position 0"]),
    (lambda: mk.MovingAverage(0), ValueError, ["MovingAverage.window", "≥ 1", "0"]),
    (lambda: mk.MovingAverage("3"), TypeError, ["MovingAverage.window", "whole", "'3'"]),  # type: ignore[arg-type]
    (lambda: mk.MovingAverage(3, history=[1, NAN]), ValueError, ["MovingAverage.history", "position 1"]),
    (lambda: mk.MovingAverage(3, observe="orders"), ValueError, ["MovingAverage.observe", "'sales'"]),
    (lambda: mk.MovingAverage(3, initial=NAN), ValueError, ["MovingAverage.initial", "finite"]),
    (lambda: mk.MovingAverage(3, error=0.1), TypeError, ["MovingAverage.error", "ErrorEstimate", "0.1"]),  # type: ignore[arg-type]
    (lambda: mk.MovingAverage(3, error={"omega": 1}), TypeError, ["ErrorEstimate", "omega", "smoothing"]),  # type: ignore[arg-type]
    (lambda: mk.ErrorEstimate("x"), ValueError, ["ErrorEstimate.measure", "'mad'", "'x'"]),
    (lambda: mk.ErrorEstimate(smoothing="x"), TypeError, ["ErrorEstimate.smoothing", "'x'"]),  # type: ignore[arg-type]
    (lambda: mk.ErrorEstimate(over="all"), ValueError, ["ErrorEstimate.over", "'cover'", "'all'"]),
    (lambda: mk.ErrorEstimate(initial=NAN), ValueError, ["ErrorEstimate.initial", "finite"]),
    (lambda: mk.ExponentialSmoothing("x"), TypeError, ["ExponentialSmoothing.alpha", "'x'"]),  # type: ignore[arg-type]
    (lambda: mk.HoltWinters(0.3, 0.1, 0.2, 2.5), TypeError, ["HoltWinters.season", "2.5"]),  # type: ignore[arg-type]
    (
        lambda: mk.HoltWinters(0.3, 0.1, 0.2, 4, multiplicative=1),  # type: ignore[arg-type]
        TypeError,
        ["HoltWinters.multiplicative", "True or False", "1"],
    ),
    (lambda: mk.SeasonalNaive(0), ValueError, ["SeasonalNaive.season", "≥ 1", "0"]),
    (lambda: mk.Autoregression(0.5, mean="x"), TypeError, ["Autoregression.mean", "'x'"]),  # type: ignore[arg-type]
    *(
        (lambda method=method: forecast_by(method), ValueError, words)
        for method, words in [
            (mk.ExponentialSmoothing(0), ["forecast.alpha", "(0, 1]", "0"]),
            (mk.ExponentialSmoothing(1.1), ["forecast.alpha", "(0, 1]", "1.1"]),
            (mk.Holt(0.3, -1), ["forecast.beta", "[0, 1]", "-1"]),
            (mk.Holt(0.3, 0.1, damping=0), ["forecast.damping", "(0, 1]", "0"]),
            (mk.HoltWinters(0.3, 0.1, 2, 4), ["forecast.gamma", "[0, 1]", "2"]),
            (mk.HoltWinters(0.3, 0.1, 0.2, 1), ["forecast.season", "≥ 2", "1"]),
            (mk.HoltWinters(0.3, 0.9, 0.1, 12), ["forecast.gamma", "without bound", "0.1"]),
            (mk.SeasonalNaive(20_000), ["forecast.season", "≤ 10000", "20000"]),
            (mk.Autoregression(1), ["forecast.rho", "(-1, 1)", "1"]),
            (mk.Croston(0), ["forecast.alpha", "(0, 1]", "0"]),
            (mk.SBA(2), ["forecast.alpha", "(0, 1]", "2"]),
            (mk.TSB(0.1, 0), ["forecast.beta", "(0, 1]", "0"]),
            (mk.MovingAverage(3, initial=1e300), ["forecast.initial", "±1e15"]),
            (
                mk.MovingAverage(3, error=mk.ErrorEstimate(smoothing=0)),
                ["forecast.error.smoothing", "(0, 1]"],
            ),
            (
                mk.MovingAverage(3, error=mk.ErrorEstimate(initial=-1)),
                ["forecast.error.initial", "≥ 0", "-1"],
            ),
        ]
    ),
    (
        lambda: forecast_by(mk.KnownMean(), demand=UNKNOWN, opening_stock=1),
        ValueError,
        ["forecast", "mean", "not known"],
    ),
    (
        lambda: forecast_by(mk.Autoregression(0.5), demand=UNKNOWN, opening_stock=1),
        ValueError,
        ["forecast.mean", "none"],
    ),
    (lambda: forecast_by(mk.MovingAverage(3), demand=UNKNOWN), ValueError, ["opening_stock", "none"]),
    # Policies that plan.
    (lambda: mk.OrderUpTo("3"), TypeError, ["OrderUpTo.safety", "'3'"]),  # type: ignore[arg-type]
    (lambda: mk.OrderUpTo(factor=NAN), ValueError, ["OrderUpTo.factor", "finite"]),
    (lambda: mk.OrderUpTo(cover=0), ValueError, ["OrderUpTo.cover", "≥ 1", "0"]),
    (lambda: mk.OrderUpTo(cover=1.5), TypeError, ["OrderUpTo.cover", "whole", "1.5"]),  # type: ignore[arg-type]
    (lambda: mk.OrderUpTo(returns=1), TypeError, ["OrderUpTo.returns", "True or False", "1"]),  # type: ignore[arg-type]
    (lambda: mk.FollowForecast(NAN), ValueError, ["FollowForecast.safety", "finite"]),
    (lambda: mk.FollowForecast(ahead=-1), ValueError, ["FollowForecast.ahead", "≥ 0", "-1"]),
    (lambda: mk.RatePlan([]), ValueError, ["RatePlan.quantities", "empty"]),
    (lambda: mk.RatePlan("x"), TypeError, ["RatePlan.quantities", "numbers"]),
    (lambda: mk.RatePlan([1, NAN]), ValueError, ["RatePlan.quantities", "position 1"]),
    (lambda: mk.RatePlan(np.ones((2, 2))), ValueError, ["RatePlan.quantities", "(2, 2)"]),
    (lambda: mk.MaterialPlan(0), ValueError, ["MaterialPlan.horizon", "≥ 1", "0"]),
    (lambda: mk.MaterialPlan(9, "l4l"), TypeError, ["MaterialPlan.lots", "LotForLot", "'l4l'"]),  # type: ignore[arg-type]
    (lambda: mk.MaterialPlan(9, mk.LotForLot), TypeError, ["MaterialPlan.lots", "class"]),  # type: ignore[arg-type]
    (lambda: mk.MaterialPlan(9, safety=NAN), ValueError, ["MaterialPlan.safety", "finite"]),
    (lambda: mk.MaterialPlan(9, fence=-1), ValueError, ["MaterialPlan.fence", "≥ 0", "-1"]),
    (lambda: mk.FixedQuantity("3"), TypeError, ["FixedQuantity.quantity", "'3'"]),  # type: ignore[arg-type]
    (lambda: mk.EconomicQuantity(1, 1, whole=1), TypeError, ["EconomicQuantity.whole", "1"]),  # type: ignore[arg-type]
    (lambda: mk.PeriodQuantity(0), ValueError, ["PeriodQuantity.periods", "≥ 1", "0"]),
    (lambda: mk.SilverMeal(NAN, 1), ValueError, ["SilverMeal.setup", "finite"]),
    (lambda: mk.WagnerWhitin(1, "x"), TypeError, ["WagnerWhitin.holding", "'x'"]),  # type: ignore[arg-type]
    (lambda: mk.DemandDriven(4), TypeError, ["DemandDriven.buffer", "Buffer", "4"]),  # type: ignore[arg-type]
    (lambda: mk.DemandDriven(mk.Buffer(4), 0), ValueError, ["DemandDriven.window", "≥ 1", "0"]),
    (lambda: mk.Buffer(NAN), ValueError, ["Buffer.lead_time", "finite"]),
    (lambda: mk.Buffer("4"), TypeError, ["Buffer.lead_time", "'4'"]),  # type: ignore[arg-type]
    *(
        (lambda policy=policy, changes=changes: planned_by(policy, **changes), ValueError, words)
        for policy, changes, words in [
            (mk.OrderUpTo(), {"forecast": None}, ["forecast", "given", "none"]),
            (mk.FollowForecast(), {"forecast": None}, ["forecast", "given", "none"]),
            (mk.MaterialPlan(9), {"forecast": None}, ["forecast", "given", "none"]),
            (mk.OrderUpTo(smoothing=0), {}, ["policy.smoothing", "(0, 1]", "0"]),
            (mk.OrderUpTo(smoothing=1.5), {}, ["policy.smoothing", "(0, 1]", "1.5"]),
            (mk.OrderUpTo(1e300), {}, ["policy.safety", "±1e15"]),
            (mk.OrderUpTo(-99), {"backorder_share": 0}, ["policy.safety", "sales are lost"]),
            *(
                (mk.OrderUpTo(returns=True), changes, ["policy.returns", "False", "True"])
                for changes in (
                    {"quantities": mk.Quantities(minimum=2)},
                    {"capacity": 9},
                    {"yields": mk.ShareYield(0.9)},
                    {"shelf_life": 3},
                    {"backorder_share": 0.5},
                )
            ),
            (mk.RatePlan([5, -1]), {}, ["policy.quantities", "≥ 0", "-1"]),
            (mk.MaterialPlan(3), {"lead_time": 3}, ["policy.horizon", "≥ 4", "3"]),
            (mk.MaterialPlan(4, fence=3), {}, ["policy.horizon", "≥ 5", "4"]),
            (mk.MaterialPlan(9), {"lead_time": UNCERTAIN}, ["lead_time", "constant", "random"]),
            (mk.MaterialPlan(9), {"disruptions": DOWN}, ["disruptions.effect", "transit"]),
            (
                mk.MaterialPlan(9),
                {"disruptions": DOWN.replace(effect="receive")},
                ["disruptions.effect", "receive"],
            ),
            (mk.MaterialPlan(9, mk.FixedQuantity(0)), {}, ["policy.lots.quantity", "> 0", "0"]),
            (mk.MaterialPlan(9, mk.EconomicQuantity(1, 0)), {}, ["policy.lots.holding", "> 0", "0"]),
            (mk.MaterialPlan(9, mk.PeriodQuantity()), {}, ["policy.lots.setup", "none"]),
            (mk.MaterialPlan(9, mk.PeriodQuantity(2, setup=1)), {}, ["policy.lots.setup", "left out", "1"]),
            (mk.MaterialPlan(9, mk.SilverMeal(-1, 1)), {}, ["policy.lots.setup", "≥ 0", "-1"]),
            (mk.MaterialPlan(9, mk.WagnerWhitin(1, -1)), {}, ["policy.lots.holding", "≥ 0", "-1"]),
            (mk.DemandDriven(mk.Buffer(-1)), {}, ["policy.buffer.lead_time", "≥ 0", "-1"]),
            (mk.DemandDriven(mk.Buffer(4, 1.5)), {}, ["policy.buffer.lead_time_factor", "[0, 1]", "1.5"]),
            (mk.DemandDriven(mk.Buffer(4, 1, -1)), {}, ["policy.buffer.variability_factor", "≥ 0", "-1"]),
            (mk.DemandDriven(mk.Buffer(4, minimum=-1)), {}, ["policy.buffer.minimum", "≥ 0", "-1"]),
            (mk.DemandDriven(mk.Buffer(4, cycle=-1)), {}, ["policy.buffer.cycle", "≥ 0", "-1"]),
            (mk.DemandDriven(mk.Buffer(4), 20_000), {}, ["policy", "window", "≤ 10000", "20000"]),
            (mk.DemandDriven(mk.Buffer(4)), {"demand": UNKNOWN, "forecast": None}, ["opening_stock", "none"]),
        ]
    ),
]
CASES += [(f"{words[0]} {i}", make, error, words) for i, (make, error, words) in enumerate(SUPPLY)]


@pytest.mark.parametrize(("make", "error", "words"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_refused_with_field_value_and_bound(make: Make, error: type[Exception], words: list[str]) -> None:
    with pytest.raises(error) as refusal:
        make()
    message = str(refusal.value)
    assert all(word in message for word in words), message
    assert "line 1 column" not in message, f"a message of the JSON reader got through: {message}"
    assert "\n" not in message


def test_a_result_that_would_not_fit_says_how_large_it_would_be() -> None:
    with pytest.raises(MemoryError, match=re.escape("GiB")) as refusal:
        run(periods=10_000, replications=1_000_000, trace=["on_hand"])
    assert "memory_limit" in str(refusal.value)


def test_an_item_of_a_portfolio_is_named() -> None:
    with pytest.raises(ValueError, match="bolts") as refusal:
        run({"nuts": shop(), "bolts": shop(costs=mk.Costs(holding=-1))})
    assert "costs.holding" in str(refusal.value)


def test_unknown_names_of_results_list_those_that_exist() -> None:
    result = run()
    with pytest.raises(KeyError, match="fill_rate"):
        result["fillrate"]
    with pytest.raises(KeyError, match="fill_rate"):
        result.ratio("cost")
    with pytest.raises(KeyError, match="trace="):
        result.trace["on_hand"]
    with pytest.raises(KeyError, match="keep="):
        run({"a": shop()})["cost"]
    with pytest.raises(ValueError, match=r"0\.99"):
        run({"a": shop()}).mean("cost", level=0.99)
