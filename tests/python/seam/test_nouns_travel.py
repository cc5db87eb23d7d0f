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
    if noun.to_dict().keys() & {"law", "kind", "strategy"}:
        assert decode(noun.to_dict()) == noun


@pytest.mark.parametrize("noun", NOUNS, ids=lambda n: repr(n)[:40])
def test_frozen(noun: Any) -> None:
    name, value = next(iter(noun._items()))
    with pytest.raises(AttributeError):
        setattr(noun, name, value)
    for _, array in noun._items():
        if isinstance(array, np.ndarray):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


def test_different_nouns_differ() -> None:
    assert mk.Poisson(5) != mk.Exponential(5)
    assert mk.Poisson(5) != mk.Poisson(6)
    assert mk.Poisson(5) == mk.Poisson(5.0)
    assert mk.Empirical([1, 2]) != mk.Empirical([1, 3])
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
