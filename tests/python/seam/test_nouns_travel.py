"""Nouns compare, hash, print, pickle, change and round-trip to JSON; arrays of any make are welcome."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import maketo as mk
from maketo._noun import Noun, decode

LAWS: list[mk.Law] = [
    mk.Deterministic(3.5),
    mk.Poisson(20),
    mk.NegativeBinomial(mean=9, sd=5),
    mk.NegativeBinomial(r=2.5, p=0.25),
    mk.Geometric(p=0.25),
    mk.Geometric(mean=3, start=1),
    mk.Binomial(9, 0.25),
    mk.Uniform(2, 5.5),
    mk.Uniform(mean=5, sd=1),
    mk.UniformInteger(2, 7),
    mk.Normal(20, 5),
    mk.Normal(20, 15, "match_moments"),
    mk.Gamma(shape=2, scale=0.1),
    mk.Gamma(mean=5, sd=2),
    mk.Lognormal(mean=5, sd=2),
    mk.Lognormal(mu=1, sigma=0.5),
    mk.Weibull(mean=5, sd=2),
    mk.Exponential(0.1 + 0.2),
    mk.Triangular(1, 2, 5),
    mk.BetaPert(1, 2, 5),
    mk.ZeroInflated(0.25, mk.Poisson(4)),
    mk.CompoundPoisson(2.5, mk.Geometric(p=0.5, start=1)),
    mk.StutteringPoisson(mean=20, sd=9),
    mk.StutteringPoisson(rate=3, p=0.25),
    mk.Logarithmic(0.75),
    mk.Empirical([3, 1, 4.25]),
    mk.Empirical(np.arange(50), interpolate=True),
    mk.Discrete([1, 2, 4], [0.25, 0.5, 0.25]),
    mk.Gamma(mean=5, sd=2).rounded("up"),
    mk.Normal(5, 2, "allow").clipped(0, 9).rounded(),
]

NOUNS: list[Noun] = [
    *LAWS,
    mk.Bootstrap([0, 0, 3, 0, 1]),
    mk.Paths([[1, 2, 3], [4, 5, 6]], cycle=True),
    mk.MovingBlocks([0, 2, 5], 2, key="group"),
    mk.StationaryBlocks([0, 2, 5], mk.Sweep([2, 3.5])),
    mk.SeasonalBlocks([0, 2, 5, 1], season=2, length=1, start_phase=1, key=7),
    mk.IntermittentBootstrap([0, 2, 0], jitter=False),
    mk.MarkovModulated([mk.Poisson(2), 7], [[0.9, 0.1], [0.5, 0.5]], start=[1, 0], key="market"),
    mk.Correlated(mk.Autocorrelated(mk.Poisson(mk.Sweep([5, 6])), 0.5), {"market": 0.5, 12: -0.25}),
    mk.Varying(
        mk.Sweep([10, 20], name="base"),
        trend=mk.DampedTrend(0.02, mk.Sweep([0.8, 0.9])),
        seasons=[[0.5, 1.5], [1.0, 1.0, 1.0]],
        additive_season=[1, -1],
        calendar=[1, 0],
        life=mk.PhasedLife(3, 9, 4),
        end_of_life=mk.UniformInteger(8, 12),
        promotions=[
            mk.Promotion(3, 2, mk.Sweep([1.25, 1.5]), cv=0.1, key="x"),
            mk.Promotion(9, 1, 2, taken=[3]),
        ],
        spread=mk.OverdispersedSpread(r=3),
    ),
    mk.Varying([4, 5, 6], life=mk.BassLife(0.03, 0.4, 1000), spread=mk.Gamma(mean=1, sd=0.25)),
    mk.Varying(
        4, trend=mk.LinearTrend(0.1), spread=mk.AdditiveSpread(mk.Normal(0, 2, "allow"), returns=True)
    ),
    mk.Varying(4, trend=mk.ExponentialTrend(-0.1), seasons=[0.5, 1.5], spread="none"),
    mk.BaseStock(mk.Sweep(range(80, 121), name="S")),
    mk.BaseStock([40, 55.5, 30]),
    mk.MinMax(3, 9.5, strict=True),
    mk.ReorderQuantity(3, mk.Sweep([4, 6]), strict=True),
    mk.CappedBaseStock(20, 4.5),
    mk.ConstantOrder(4),
    mk.Quantities(minimum=3, multiple=mk.Sweep([2, 3]), maximum=8),
    mk.MakeToStock(
        demand=mk.Poisson(5),
        policy=mk.ConstantOrder(4),
        quantities=mk.Quantities(minimum=3),
        crossing="kaplan",
    ),
    # Supply.
    mk.Capacity(mk.Sweep([8, 9]), overtime=mk.Sweep([0, 1.5]), key="press"),
    mk.Capacity([5, 12.5, 0], overtime=2),
    mk.Capacity(mk.Uniform(4, 14), key=7),
    mk.ShareYield(mk.BetaPert(0.5, 0.9, 1), inflate=True),
    mk.ShareYield(mk.Empirical([0.9, 0.8, 1]), "nominal"),
    mk.AdditiveYield(mk.Normal(0, 1, "allow"), counts="nominal"),
    mk.PieceYield(mk.Sweep([0.8, 0.9], name="p"), inflate=True),
    mk.AllOrNothingYield(0.9),
    mk.RunYield(0.99, "nominal"),
    mk.Disruption("order", fail=mk.Sweep([0.01, 0.02]), recover=0.3),
    mk.Disruption("stock", 0.1, 0.5, "down", [(3, 5), [8, 9]], "flood", 0.25),
    mk.Disruption("capacity", outages=np.array([[3, 5], [8, 9]]), remaining=0.5, key=12),
    mk.Obsolescence(0.01, periods=[52, 104], key="version 2"),
    mk.Obsolescence(mk.Sweep([0.01, 0.02])),
    mk.Obsolescence(periods=np.arange(3)),
    mk.Express(1, mk.Sweep([14, 15.5])),
    # Forecasts.
    mk.ErrorEstimate(),
    mk.ErrorEstimate("mad", 0.2, 3.5, "cover"),
    mk.KnownMean(),
    mk.KnownMean(bias=[0.1, -0.2]),
    mk.MovingAverage(4, initial=5, history=[1, 2, 3], error=mk.ErrorEstimate(initial=2), observe="sales"),
    mk.ExponentialSmoothing(mk.Sweep([0.1, 0.2]), bias=[0.1]),
    mk.Holt(0.3, 0.1, damping=0.9),
    mk.HoltWinters(0.3, 0.1, 0.2, 12, multiplicative=True, damping=0.9, history=np.arange(24)),
    mk.SeasonalNaive(7),
    mk.Autoregression(0.5, mean=6),
    mk.Autoregression(0.5),
    mk.Croston(0.1),
    mk.SBA(0.1, initial=0.1 + 0.2),
    mk.TSB(0.1, 0.05),
    # Plans.
    mk.OrderUpTo(mk.Sweep([3, 4], name="S"), 1.5, cover=4, smoothing=0.5, returns=True),
    mk.OrderUpTo(),
    mk.FollowForecast(1, 0.5, ahead=0),
    mk.RatePlan(6),
    mk.RatePlan([6, 0, 7.5]),
    mk.LotForLot(),
    mk.FixedQuantity(12),
    mk.EconomicQuantity(20, 0.5, whole=True),
    mk.PeriodQuantity(3),
    mk.PeriodQuantity(setup=20, holding=mk.Sweep([1, 2])),
    mk.SilverMeal(20, 1),
    mk.WagnerWhitin(20, 1),
    mk.MaterialPlan(12, mk.SilverMeal(mk.Sweep([20, 30]), 1), safety=3, fence=2),
    mk.MaterialPlan(12),
    mk.Buffer(4, 0.4, variability_factor=0.6, minimum=10, cycle=2),
    mk.DemandDriven(mk.Buffer(mk.Sweep([4, 5])), window=8),
    mk.Costs(overtime=1, express=2, expedite=0.5, disposal=-0.25, erosion=mk.Sweep([0.01, 0.02])),
    mk.MakeToStock(
        demand=mk.Poisson(5),
        policy=mk.OrderUpTo(3, 1),
        lead_time=4,
        forecast=mk.ExponentialSmoothing(0.2, history=[4, 5, 6]),
        capacity=mk.Capacity([5, 12], 1),
        yields=mk.ShareYield(mk.Uniform(0.8, 1)),
        disruptions=[
            mk.Disruption("ship", 0.1, mk.Sweep([0.2, 0.5])),
            mk.Disruption("order", outages=[(3, 5)]),
        ],
        shelf_life=mk.Sweep([3, 5]),
        issue="lifo",
        obsolescence=mk.Obsolescence(0.01),
        express=mk.Express(1, 9),
        expedite_below=mk.Sweep([0, 2.5]),
    ),
    mk.MakeToStock(demand=5, policy=mk.DemandDriven(mk.Buffer(2)), capacity=mk.Uniform(4, 14)),
    mk.MakeToStock(demand=5, policy=mk.MaterialPlan(9), capacity=[5, 6, 7], forecast=mk.KnownMean()),
    mk.Costs(holding=mk.Sweep([1, 2]), salvage=-0.1),
    mk.MakeToStock(demand=mk.Poisson(mk.Sweep([5, 6])), policy=mk.BaseStock(14)),
    mk.MakeToStock(
        demand=mk.Bootstrap([0, 2]),
        policy=mk.MinMax(3, 9),
        lead_time=mk.Discrete([1, 3], [0.5, 0.5]),
        costs=mk.Costs(price=9),
        crossing="fifo",
        review_period=2,
        event_order="demand_before_order",
        holding_basis="mean",
        backorder_share=0.5,
        opening_stock=7,
        key=99,
    ),
]


@pytest.mark.parametrize("noun", NOUNS, ids=lambda n: repr(n)[:40])
def test_round_trips(noun: Any) -> None:
    kind = type(noun)
    for other in (
        kind.from_json(noun.to_json()),
        kind.from_dict(json.loads(json.dumps(noun.to_dict()))),
        pickle.loads(pickle.dumps(noun)),
        copy.deepcopy(noun),
        noun.replace(),
    ):
        assert other == noun
        assert hash(other) == hash(noun)
        assert repr(other) == repr(noun)
        assert other.to_json() == noun.to_json()
    if noun.to_dict().keys() & {"law", "kind", "rule", "strategy"}:
        assert decode(noun.to_dict()) == noun


@pytest.mark.parametrize("noun", NOUNS, ids=lambda n: repr(n)[:40])
def test_frozen(noun: Any) -> None:
    name, value = next(iter(noun._items()), ("lots", None))  # a rule may have no fields
    with pytest.raises(AttributeError):
        setattr(noun, name, value)
    for _, array in noun._items():
        if isinstance(array, np.ndarray):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


def test_whatever_stands_for_supply() -> None:
    """Numbers, arrays, laws and mappings become nouns; one disruption is a list of one."""
    shop = mk.MakeToStock(demand=5, policy=mk.BaseStock(9))
    assert shop.replace(capacity=9).capacity == mk.Capacity(9)
    assert shop.replace(capacity=np.float32(9)).capacity == mk.Capacity(9)
    assert shop.replace(capacity=[5, 6]).capacity == mk.Capacity(np.array([5.0, 6.0]))
    assert shop.replace(capacity=mk.Sweep([5, 6])).capacity == mk.Capacity(mk.Sweep([5, 6]))
    assert shop.replace(capacity=mk.Poisson(9)).capacity == mk.Capacity(mk.Poisson(9))
    assert shop.replace(capacity={"regular": {"law": "poisson", "mean": 9}}).capacity == mk.Capacity(
        mk.Poisson(9)
    )
    one = mk.Disruption("ship", outages=[(3, 5)])
    assert one.outages == ((3, 5),)
    for given in (one, [one], (one,), {"effect": "ship", "outages": [[3, 5]]}, [one.to_dict()]):
        assert shop.replace(disruptions=given).disruptions == (one,)
    assert shop.disruptions == ()
    assert shop.replace(express={"lead_time": 0, "level": 3}).express == mk.Express(0, 3)
    assert shop.replace(obsolescence={"hazard": 0.1}).obsolescence == mk.Obsolescence(0.1)
    assert shop.replace(yields={"kind": "run_yield", "probability": 0.9}).yields == mk.RunYield(0.9)
    assert shop.replace(forecast={"kind": "ses", "alpha": 0.2}).forecast == mk.ExponentialSmoothing(0.2)
    assert shop.replace(policy={"kind": "rate_plan", "quantities": [3]}).policy == mk.RatePlan(3)
    assert mk.MaterialPlan(9, {"rule": "silver_meal", "setup": 1, "holding": 2}).lots == mk.SilverMeal(1, 2)  # type: ignore[arg-type]
    assert mk.DemandDriven({"lead_time": 3}).buffer == mk.Buffer(3)  # type: ignore[arg-type]
    assert mk.Croston(0.1, error={"smoothing": 0.2}).error == mk.ErrorEstimate(smoothing=0.2)  # type: ignore[arg-type]


def test_supply_shows_only_what_differs_from_the_defaults() -> None:
    shop = mk.MakeToStock(
        demand=5, policy=mk.BaseStock(9), capacity=9, disruptions=mk.Disruption("ship", 0.1, 0.5)
    )
    assert repr(shop) == (
        "MakeToStock(demand=5, policy=BaseStock(level=9), capacity=Capacity(regular=9), "
        "disruptions=(Disruption(effect='ship', fail=0.1, recover=0.5),))"
    )
    assert repr(mk.Capacity([5, 12.5])) == "Capacity(regular=[5, 12.5])"
    assert repr(mk.OrderUpTo(safety=3)) == "OrderUpTo(safety=3)"
    assert repr(mk.MaterialPlan(9)) == "MaterialPlan(horizon=9)"
    assert repr(mk.ExponentialSmoothing(0.2)) == "ExponentialSmoothing(alpha=0.2)"
    assert repr(mk.Obsolescence(periods=[3])) == "Obsolescence(periods=(3,))"


def test_different_nouns_differ() -> None:
    assert mk.Poisson(5) != mk.Exponential(5)
    assert mk.Poisson(5) != mk.Poisson(6)
    assert mk.Poisson(5) == mk.Poisson(5.0)
    assert mk.Empirical([1, 2]) != mk.Empirical([1, 3])
    assert mk.PieceYield(0.9) != mk.AllOrNothingYield(0.9)
    assert mk.SBA(0.1) != mk.Croston(0.1)
    assert mk.SilverMeal(1, 2) != mk.WagnerWhitin(1, 2)
    assert mk.Capacity([9]) != mk.Capacity(9)
    assert mk.Disruption("ship", outages=[(1, 2)]) != mk.Disruption("ship", outages=[(1, 3)])
    assert len(set(NOUNS)) == len(NOUNS)


def test_shows_only_what_differs_from_the_defaults() -> None:
    shop = mk.MakeToStock(demand=20, policy=mk.BaseStock(92))
    assert repr(shop) == "MakeToStock(demand=20, policy=BaseStock(level=92))"
    assert repr(mk.Costs()) == "Costs()"
    assert repr(mk.Normal(5, 1, "allow")) == "Normal(mean=5, sd=1, negative='allow')"
    assert repr(mk.Bootstrap(range(51))) == "Bootstrap(history=<array 51>)"


def test_plain_things_become_laws() -> None:
    shop = mk.MakeToStock(demand=[1, 2, 3], policy=mk.BaseStock(3), lead_time=np.int64(2))
    assert shop.demand == mk.Empirical([1, 2, 3])
    assert shop.lead_time == mk.Deterministic(2)
    assert shop == mk.MakeToStock(demand=np.array([1.0, 2, 3]), policy=mk.BaseStock(3.0), lead_time=2)


def test_arrays_of_any_make(tmp_path: Path) -> None:
    wanted = mk.Paths([[1, 2, 3], [4, 5, 6]])
    base = np.array([[1, 2, 3], [4, 5, 6]], dtype=np.int16)
    read_only = base.copy()
    read_only.setflags(write=False)
    np.save(tmp_path / "paths.npy", base)
    mapped = np.load(tmp_path / "paths.npy", mmap_mode="r")
    strided = np.repeat(base, 2, axis=1)[:, ::2]
    backwards = base[:, ::-1][:, ::-1]
    big_endian = base.astype(">f4")
    for given in (
        base,
        read_only,
        mapped,
        strided,
        backwards,
        big_endian,
        np.asfortranarray(base),
        base.tolist(),
    ):
        assert mk.Paths(given) == wanted
    assert mk.Paths(base.T, axes="tr") == wanted


def test_later_changes_to_an_array_do_not_reach_the_noun() -> None:
    history = np.array([1.0, 2.0])
    noun = mk.Bootstrap(history)
    history[0] = 99.0
    assert noun == mk.Bootstrap([1, 2])


def test_blanks() -> None:
    assert mk.Bootstrap([1, np.nan, 3], nan="skip") == mk.Bootstrap([1, 3])
    assert mk.Bootstrap([1, np.nan, 3], nan="zero") == mk.Bootstrap([1, 0, 3])
    assert mk.Paths([[1, np.nan], [np.nan, 2]], nan="zero") == mk.Paths([[1, 0], [0, 2]])
    assert mk.Paths([[1, np.nan, 2], [3, np.nan, 4]], nan="skip") == mk.Paths([[1, 2], [3, 4]])


def test_paths_of_several_items() -> None:
    cube = np.arange(24).reshape(2, 3, 4)
    items = mk.Paths.by_item(cube, ["a", "b", "c"])
    assert items["b"] == mk.Paths(cube[:, 1, :])
    assert mk.Paths.by_item(cube.transpose(1, 2, 0), ["a", "b", "c"], axes="ktr") == items
    assert mk.Paths.by_item(cube[0], ["a", "b", "c"])["c"] == mk.Paths(cube[0, 2])


@pytest.mark.parametrize("law", LAWS, ids=lambda n: repr(n)[:40])
def test_laws_answer(law: mk.Law) -> None:
    told = law.summary()
    u = np.array([[0.01, 0.25], [0.75, 0.99]])
    quantiles = law.quantile(u)
    assert quantiles.shape == u.shape
    assert (np.diff(quantiles.ravel()) >= 0).all()
    draws = law.sample(4000, seed=7)
    assert np.array_equal(draws, law.sample(4000, seed=7))
    assert ((draws >= told.min) & (draws <= told.max)).all()
    # 4.5 standard errors: 7 in a million.
    assert abs(draws.mean() - told.mean) <= 4.5 * told.sd / np.sqrt(4000) + 1e-12


def test_a_law_with_a_sweep_has_no_single_answer() -> None:
    with pytest.raises(ValueError, match="Sweep"):
        mk.Poisson(mk.Sweep([1, 2])).summary()
