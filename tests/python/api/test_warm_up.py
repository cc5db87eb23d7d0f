"""MSER-5 and the pilot: where they cut, what they say when they cannot, and what depends on them."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

import maketo as mk

# Lost sales from a shelf far too full: it takes 30 periods to sell off.
FULL = mk.MakeToStock(
    demand=mk.Poisson(5), policy=mk.BaseStock(14), lead_time=1, backorder_share=0, opening_stock=164
)


def by_definition(series: list[float], batch: int) -> tuple[int, list[float]]:
    """Spec E2, word for word."""
    z = [sum(series[i : i + batch]) / batch for i in range(0, len(series) - batch + 1, batch)]
    m = len(z)
    objective = []
    for d in range(m // 2 + 1):
        left = z[d:]
        mean = sum(left) / (m - d)
        objective.append(sum((x - mean) ** 2 for x in left) / (m - d) ** 2)
    return objective.index(min(objective)) * batch, objective


@pytest.mark.parametrize("cycle", [1, 3, 5, 7])
def test_it_is_the_least_standard_error(cycle: int) -> None:
    batch = {1: 5, 3: 6, 5: 5, 7: 7}[cycle]
    noise = mk.Normal(0, 1, negative="allow").sample(40 * 183, seed=8).reshape(40, 183)
    for i, row in enumerate(noise):
        series = row + 3 * i / 40 * np.exp(-np.arange(183) / 20)
        cut = mk.mser5(series, cycle=cycle)
        periods, objective = by_definition(series.tolist(), batch)
        assert cut.periods == periods
        np.testing.assert_allclose(cut.objective, objective, rtol=1e-10)
        assert cut.insufficient == (periods == len(cut.batch_means) // 2 * batch)
        assert cut.status == ("warmup_insufficient" if cut.insufficient else "ok")


def test_of_equal_cuts_the_first() -> None:
    assert mk.mser5([0.1] * 60).periods == 0
    assert mk.mser5([1e6 + 0.1] * 20 + [0.3] * 100).periods == 20
    # Rounding in what is left is no reason to cut more.
    wobbly = np.full(200, 0.1) + 1e-17 * np.arange(200) % 3e-17
    assert mk.mser5(wobbly).periods == 0


def test_a_trend_never_settles() -> None:
    cut = mk.mser5(np.arange(100.0))
    assert cut.insufficient
    assert cut.periods == 50
    assert "warmup_insufficient" in repr(cut)


def test_batches_of_whole_cycles_see_what_the_cycle_hides() -> None:
    """A start that fades with a constant of 30 periods, to a tenth after 69, under a cycle that stays."""
    t = np.arange(600)
    start = 10 * np.exp(-t / 30) + mk.Normal(0, 0.5, negative="allow").sample(600, seed=9)
    for cycle in (3, 7, 12):
        series = 50 * (t % cycle == 0) + start
        hidden, seen = mk.mser5(series), mk.mser5(series, cycle=cycle)
        assert hidden.periods < 40
        assert 60 <= seen.periods < 200
        assert seen.periods % cycle == 0


def test_the_pilot_cuts_what_the_run_remembers() -> None:
    pilot = mk.warm_up(FULL, periods=300, seed=3)
    assert 30 <= pilot.periods <= 100
    assert pilot.status == "ok"
    assert pilot.periods == max(c.periods for cuts in pilot.cuts.values() for c in cuts)
    # What it averages are the traces of the training half.
    run = mk.simulate(FULL, periods=300, replications=512, half="training", seed=3, trace=["on_hand"])
    on_hand = run.trace["on_hand"]
    np.testing.assert_allclose(pilot.means["on_hand"], on_hand.mean(axis=0), rtol=1e-12)
    two = [mk.mser5(half.mean(axis=0)).periods for half in (on_hand[:256], on_hand[256:])]
    assert pilot.cuts["on_hand"][0].periods == min(two)
    assert [row["series"] for row in pilot.summary()] == ["on_hand", "backorders", "order_quantity"]
    assert "warm-up" in repr(pilot.summary())
    assert f"{pilot.periods} of 300" in repr(pilot)


def test_welch_is_a_moving_average_that_narrows_at_the_start() -> None:
    pilot = mk.warm_up(FULL, periods=100, seed=3, series=["on_hand"])
    values, smooth = pilot.means["on_hand"], pilot.welch("on_hand", 4)
    assert smooth.shape == (96,)
    expected = [values[i - min(i, 4) : i + min(i, 4) + 1].mean() for i in range(96)]
    np.testing.assert_allclose(smooth, expected)
    with pytest.raises(KeyError, match="not watched; watched: on_hand"):
        pilot.welch("demand")
    with pytest.raises(ValueError, match="window must be ≤ 25"):
        pilot.welch("on_hand", 26)


def test_a_run_with_mser5_is_the_run_with_that_number() -> None:
    chosen = mk.simulate(FULL, periods=300, replications=100, warm_up="mser5", seed=3)
    assert chosen.pilot is not None
    assert chosen.status == "ok"
    assert chosen.warnings == ()
    number = chosen.options["warm_up"]
    assert number == chosen.pilot.periods == mk.warm_up(FULL, periods=300, seed=3).periods
    assert "by MSER-5" in repr(chosen)
    given = mk.simulate(FULL, periods=300, replications=100, warm_up=number, seed=3)
    assert given.pilot is None
    assert given.status == "ok"
    assert np.array_equal(given["on_hand"], chosen["on_hand"])


def test_the_cut_does_not_depend_on_what_is_run_after_the_pilot() -> None:
    first = mk.simulate(FULL, periods=300, replications=256, warm_up="mser5", seed=3)
    for other in (
        first.rerun(first_replication=256),
        first.rerun(replications=7, metrics=["on_hand"], threads=1),
        first.rerun(half="training", trace=["demand"]),
    ):
        assert other.options["warm_up"] == first.options["warm_up"]
    # Blocks of designs give what each design gives alone.
    sweep = FULL.replace(opening_stock=mk.Sweep([14, 64, 164], name="opening"))
    together = mk.warm_up(sweep, periods=300, seed=3)
    alone = [mk.warm_up(FULL.replace(opening_stock=x), periods=300, seed=3) for x in (14, 64, 164)]
    assert [c.periods for c in together.cuts["on_hand"]] == [a.cuts["on_hand"][0].periods for a in alone]
    assert together.periods == max(a.periods for a in alone)
    assert together.labels[together.slowest["on_hand"]] == "opening = 164"


def test_pilots_of_a_very_long_run_are_shorter_if_that_will_do() -> None:
    pilot = mk.warm_up(FULL, periods=10_000_000, seed=3, series=["on_hand"])
    assert pilot.horizon == 65_536
    assert pilot.status == "ok"
    # 40,000 periods to sell off: four times as many show it.
    slow = FULL.replace(opening_stock=200_000)
    pilot = mk.warm_up(slow, periods=200_000, replications=4, seed=3, series=["on_hand"])
    assert pilot.horizon == 200_000
    assert 40_000 < pilot.periods < 50_000


def test_a_long_pilot_comes_in_parts() -> None:
    """Some replications at a time, added up: the means of all."""
    shop = FULL.replace(opening_stock=14)
    pilot = mk.warm_up(shop, periods=60_000, replications=24, seed=3, series=["on_hand"])
    run = mk.simulate(shop, periods=60_000, replications=48, half="training", seed=3, trace=["on_hand"])
    np.testing.assert_allclose(pilot.means["on_hand"], run.trace["on_hand"].mean(axis=0), rtol=1e-12)


def test_too_short_is_said_everywhere() -> None:
    run = mk.simulate(FULL, periods=50, replications=100, warm_up="mser5", seed=3)
    assert run.status == "warmup_insufficient"
    assert run.options["warm_up"] == 25
    assert any("warmup_insufficient" in w for w in run.warnings)
    for text in (repr(run), repr(run.summary()), run._repr_html_(), repr(run.pilot)):
        assert "warmup_insufficient" in text
    # And it stays said wherever the run goes.
    for again in (
        run.rerun(),
        mk.simulate(**json.loads(json.dumps(run.config))),
        pickle.loads(pickle.dumps(run)),
    ):
        assert again.status == "warmup_insufficient"
        assert np.array_equal(again["on_hand"], run["on_hand"])
    assert run.rerun(periods=400).status == "ok"
    assert run.rerun(warm_up=25).status == "ok"  # a number is taken at its word


def test_many_items_without_a_start_are_not_unsettled_by_chance() -> None:
    """Order quantities of a base stock are independent demands from the first period on: nothing to cut.

    Of 400 such series MSER alone cuts one near the bound; two pilots that must agree do not. A false alarm
    takes a chance of 1 in 300 twice in one of 400: less than 1 in 200.
    """
    shop = mk.MakeToStock(demand=mk.Poisson(5), policy=mk.BaseStock(14), lead_time=0)
    items = {f"part {i}": shop for i in range(400)}
    pilot = mk.warm_up(items, periods=200, seed=3, series=["order_quantity"])
    assert pilot.status == "ok"
    alone = []
    for i in range(400):
        traced = mk.simulate(
            shop,
            name=f"part {i}",
            periods=200,
            replications=256,
            half="training",
            seed=3,
            trace=["order_quantity"],
            metrics=["demand"],
        ).trace["order_quantity"]
        alone.append(mk.mser5(traced.mean(axis=0)).periods)
    assert max(alone) >= 90
    assert pilot.periods < max(alone)
    assert np.mean([c.periods for c in pilot.cuts["order_quantity"]]) < np.mean(alone) / 2


def test_a_portfolio_has_one_warm_up() -> None:
    quick = FULL.replace(opening_stock=14)
    run = mk.simulate({"slow": FULL, "quick": quick}, periods=300, warm_up="mser5", seed=3)
    assert run.pilot is not None
    assert run.pilot.labels == ("slow", "quick")
    assert run.pilot.labels[run.pilot.slowest["on_hand"]] == "slow"
    # An item meets the customers it meets alone.
    alone = mk.warm_up(quick, periods=300, seed=3, name="quick")
    assert run.pilot.cuts["on_hand"][1].periods == alone.cuts["on_hand"][0].periods


@pytest.mark.parametrize("review", [2, 3, 4, 7])
def test_counting_starts_at_a_review(review: int) -> None:
    shop = mk.MakeToStock(
        demand=mk.Poisson(5), policy=mk.BaseStock(40), review_period=review, opening_stock=240
    )
    pilot = mk.warm_up(shop, periods=400, seed=3)
    assert pilot.periods % review == 0
    assert pilot.periods >= 40  # 200 units too many
    assert pilot.status == "ok"
    both = mk.warm_up(shop.replace(review_period=mk.Sweep([1, review])), periods=400, seed=3)
    assert both.periods % review == 0
    assert both.cycles == (1, review)


@pytest.mark.parametrize(
    "demand",
    [
        mk.Varying(5, seasons=[0.5, 1.0, 1.5]),
        mk.Varying(5, seasons=[[0.5, 1.5], [0.8, 1.0, 1.2]], calendar=[1, 1, 1, 1, 1, 0]),
        mk.Autocorrelated(mk.Varying(5, additive_season=[-2, 0, 2]), 0.3),
        mk.SeasonalBlocks([1, 5, 9, 2, 4, 9, 1, 5, 8], season=3),
    ],
)
def test_seasons_are_cycles(demand: mk.Varying) -> None:
    shop = FULL.replace(demand=demand)
    pilot = mk.warm_up(shop, periods=400, seed=3)
    assert pilot.cycles[0] in (3, 6)
    assert pilot.periods % pilot.cycles[0] == 0
    assert 30 <= pilot.periods <= 100
    assert pilot.status == "ok"
    assert mk.warm_up(shop, periods=400, seed=3, cycle=12).cycles == (12,)


def test_a_trend_has_no_long_run() -> None:
    growing = mk.Varying(5, trend=mk.LinearTrend(0.01))
    shop = FULL.replace(demand=growing, opening_stock=14)
    assert mk.simulate(shop, periods=200, warm_up="mser5", seed=3).status == "warmup_insufficient"


def test_given_paths_are_the_pilot() -> None:
    rising = np.arange(100.0) + np.zeros((12, 1))
    shop = FULL.replace(demand=mk.Paths(rising), policy=mk.BaseStock(500), opening_stock=500)
    pilot = mk.warm_up(shop, periods=100, seed=3, series=["order_quantity"])
    assert pilot.replications == 6
    assert pilot.status == "warmup_insufficient"
    one = mk.warm_up(
        shop.replace(demand=mk.Paths(rising[:1])), periods=100, seed=3, series=["order_quantity"]
    )
    assert one.status == "warmup_insufficient"


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match="warm_up must be one of 'mser5', got 'mser'"):
        mk.simulate(FULL, periods=300, warm_up="mser")
    with pytest.raises(ValueError, match=r"periods must be ≥ 50 for MSER.*got 49"):
        mk.simulate(FULL, periods=49, warm_up="mser5")
    with pytest.raises(ValueError, match="periods must be ≥ 70"):
        mk.warm_up(FULL.replace(review_period=7), periods=69)
    with pytest.raises(ValueError, match="series must have at least 50 periods"):
        mk.mser5(np.zeros(49))
    with pytest.raises(ValueError, match="series must be finite, got nan at position 3"):
        mk.mser5([1, 2, 3, np.nan])
    with pytest.raises(ValueError, match="series must be among demand"):
        mk.warm_up(FULL, periods=100, series=["cost"])
    with pytest.raises(ValueError, match="series must name at least one"):
        mk.warm_up(FULL, periods=100, series=[])
    with pytest.raises(ValueError, match="cycle must be ≥ 1, got 0"):
        mk.mser5(np.zeros(60), cycle=0)


def test_numbers_at_the_end_of_the_range() -> None:
    cut = mk.mser5([1e308] * 30 + [-1e308] * 70)
    assert cut.periods == mk.mser5([1.0] * 30 + [-1.0] * 70).periods == 30
