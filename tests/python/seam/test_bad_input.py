"""Bad input is refused before anything runs, by a message that names the field, the value and the bound."""

from __future__ import annotations

import re

import numpy as np
import pytest

import maketo as mk
from refusals import Make, refused, run, shop


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


@pytest.mark.parametrize(("make", "error", "words"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_refused_with_field_value_and_bound(make: Make, error: type[Exception], words: list[str]) -> None:
    refused(make, error, words)


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
