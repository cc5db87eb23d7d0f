"""What limits and disturbs supply, forecasts and plans is refused like all else: field, value, bound."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import maketo as mk
from refusals import Make, refused, run, shop


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


@pytest.mark.parametrize(
    ("make", "error", "words"), SUPPLY, ids=[f"{words[0]} {i}" for i, (*_, words) in enumerate(SUPPLY)]
)
def test_refused_with_field_value_and_bound(make: Make, error: type[Exception], words: list[str]) -> None:
    refused(make, error, words)
