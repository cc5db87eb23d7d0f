"""A plant is its items with their wants cut to what fits: a plain recursion says the same, however run."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import maketo as mk

RULES = ("proportional", "priority", "cost", "rotation", "fair")
NAMES = ("a", "b", "c")
UNIT, SETUP = {"a": 1.0, "b": 2.0, "c": 0.5}, {"a": 1.0, "b": 0.0, "c": 3.0}
LEVELS, LEADS = (30.0, 20.0, 45.0), (1, 0, 2)
PENALTY = (9.0, 30.0, 4.0)
MEAN = (8.0, 4.0, 12.0)


def shops() -> dict[str, mk.MakeToStock]:
    return {
        name: mk.MakeToStock(
            demand=mk.Gamma(mean=MEAN[i], sd=5),
            policy=mk.BaseStock(LEVELS[i]),
            lead_time=LEADS[i],
            costs=mk.Costs(holding=1, backorder=PENALTY[i]),
        )
        for i, name in enumerate(NAMES)
    }


def plant(rule: str, **changes: Any) -> mk.Plant:
    settings: dict[str, Any] = {"unit_hours": UNIT, "setup_hours": SETUP, "overtime": 1.5, **changes}
    return mk.Plant(shops(), hours=[24.0, 20.0, 30.0], allocation=rule, priority=["c", "a", "b"], **settings)


def plain(rule: str, demand: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Quantities (item, period) and hours used, one replication; order before demand, base stock."""
    items, periods = demand.shape
    net, position = np.array(LEVELS), np.array(LEVELS)
    under_way = np.zeros((items, periods + 5))
    unit, setup = (np.array([d[n] for n in NAMES]) for d in (UNIT, SETUP))
    order = [NAMES.index(n) for n in ("c", "a", "b")]
    if rule == "cost":
        order = sorted(order, key=lambda i: -PENALTY[i] / unit[i])
    made, used = np.zeros((items, periods)), np.zeros(periods)
    for t in range(periods):
        net += under_way[:, t]
        want = np.maximum(np.array(LEVELS) - position, 0)
        hours = [24.0, 20.0, 30.0][t % 3] + 1.5
        need = (unit * want + setup * (want > 0)).sum()
        got = want.copy()
        if need > hours:
            got[:] = 0
            if rule == "proportional":
                lots = setup[want > 0].sum()
                got = want * max(hours - lots, 0) / (unit * want).sum()
            elif rule == "fair":
                # Cut all by the same number of standard deviations (5 each), by bisection.
                low, high = 0.0, want.max()
                for _ in range(200):
                    cut = (low + high) / 2
                    q = np.maximum(want - cut, 0)
                    low, high = (cut, high) if (unit * q + setup * (q > 0)).sum() > hours else (low, cut)
                got = np.maximum(want - high, 0)
            else:
                left = hours
                first = t % items if rule == "rotation" else 0
                for i in (order[(first + k) % items] for k in range(items)):
                    room = left - setup[i]
                    if want[i] > 0 and room > 0:
                        got[i] = min(want[i], room / unit[i])
                        left = max(room - got[i] * unit[i], 0)
        made[:, t] = got
        used[t] = (unit * got + setup * (got > 0)).sum()
        position += got
        for i, lead in enumerate(LEADS):
            under_way[i, t + lead] += got[i]
            if lead == 0:
                net[i] += got[i]
        net -= demand[:, t]
        position -= demand[:, t]
    return made, used


@pytest.mark.parametrize("rule", RULES)
def test_a_plain_recursion(rule: str) -> None:
    run = mk.simulate(
        plant(rule),
        periods=90,
        replications=20,
        seed=4,
        trace=["demand", "order_quantity"],
        keep="replications",
    )
    for r in range(20):
        made, used = plain(rule, run.trace["demand"][:, r])
        np.testing.assert_allclose(run.trace["order_quantity"][:, r], made, rtol=1e-9, atol=1e-9)
        assert run.plant["hours_used"][r] == pytest.approx(used.mean(), rel=1e-9)
    assert (run.plant["hours_overtime"] > 0).any()
    assert run.plant["hours_offered"] == pytest.approx(np.full(20, 74 / 3))


@pytest.mark.parametrize("rule", ["fair", "rotation"])
def test_however_it_is_run(rule: str) -> None:
    """Threads, SIMD levels and shards change nothing; nor does random capacity change demand."""
    settings: dict[str, Any] = {"periods": 100, "warm_up": 10, "seed": 9, "keep": "replications"}
    whole = mk.simulate(plant(rule), replications=600, **settings)
    one = mk.simulate(plant(rule), replications=600, threads=1, simd="sse2", **settings)
    rest = mk.simulate(plant(rule), replications=350, first_replication=250, **settings)
    for name in whole.metrics:
        assert np.array_equal(whole[name], one[name], equal_nan=True), name
        assert np.array_equal(whole[name][:, 250:], rest[name], equal_nan=True), name
    for name in whole.plant:
        assert np.array_equal(whole.plant[name], one.plant[name])
        assert np.array_equal(whole.plant[name][250:], rest.plant[name])
    drawn = plant(rule).replace(hours=mk.Uniform(15, 30))
    assert np.array_equal(
        mk.simulate(drawn, replications=100, **settings)["demand"], whole["demand"][:, :100]
    )


def test_plenty_of_hours_is_a_portfolio() -> None:
    settings: dict[str, Any] = {"periods": 60, "replications": 300, "seed": 2, "keep": "replications"}
    alone = mk.simulate(shops(), **settings)
    shared = mk.simulate(mk.Plant(shops(), hours=1e6), **settings)
    for name in alone.metrics:
        np.testing.assert_allclose(shared[name], alone[name], rtol=1e-12, err_msg=name)


def test_a_sweep_of_one_item_is_its_cells() -> None:
    swept = shops()
    swept["a"] = swept["a"].replace(policy=mk.BaseStock(mk.Sweep([20, 30], name="S")))
    settings: dict[str, Any] = {"periods": 60, "replications": 300, "seed": 2, "keep": "replications"}
    run = mk.simulate(mk.Plant(swept, hours=22, unit_hours=UNIT), **settings)
    assert run["cost"].shape == (2, 3, 300)
    assert run.plant["hours_used"].shape == (2, 300)
    for i, level in enumerate((20, 30)):
        cell = {**shops(), "a": swept["a"].replace(policy=mk.BaseStock(level))}
        alone = mk.simulate(mk.Plant(cell, hours=22, unit_hours=UNIT), **settings)
        assert np.array_equal(run["cost"][i], alone["cost"])
        assert np.array_equal(run.plant["hours_used"][i], alone.plant["hours_used"])


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"hours": -1}, ValueError, "hours must be ≥ 0"),
        ({"unit_hours": 0}, ValueError, "unit_hours must be > 0"),
        ({"unit_hours": {"a": 1}}, ValueError, "one number for every item"),
        ({"setup_hours": -2}, ValueError, "setup_hours must be ≥ 0"),
        ({"overtime": float("nan")}, ValueError, "Plant.overtime must be finite"),
        ({"allocation": "lottery"}, ValueError, "Plant.allocation must be one of"),
        ({"priority": ["a", "b"]}, ValueError, "every item once"),
        ({"hours": mk.Sweep([1, 2])}, TypeError, "Plant.hours"),
        ({"items": {}}, TypeError, "Plant.items must be a mapping"),
        ({"items": {"a": 3}}, TypeError, r"Plant.items\['a'\] must be a MakeToStock"),
    ],
    ids=str,
)
def test_refusals(changes: dict[str, Any], error: type[Exception], words: str) -> None:
    settings: dict[str, Any] = {"items": shops(), "hours": 20, **changes}
    with pytest.raises(error, match=words):
        mk.simulate(mk.Plant(**settings), periods=5, replications=3, seed=1)


def test_what_a_plant_cannot_do_is_said() -> None:
    with pytest.raises(ValueError, match="warm_up must be a number for a Plant"):
        mk.simulate(plant("fair"), periods=100, seed=1, warm_up="mser5")
    with pytest.raises(ValueError, match="simd must be a SIMD level"):
        mk.simulate(plant("fair"), periods=10, replications=2, seed=1, simd="scalar")
    clairvoyant = {
        "a": shops()["a"].replace(policy=mk.OrderUpTo(), forecast=mk.PerfectForecast()),
        "b": shops()["b"],
    }
    with pytest.raises(ValueError, match="forecast must be another forecast than a perfect one"):
        mk.simulate(mk.Plant(clairvoyant, hours=20), periods=10, replications=2, seed=1)


def test_a_plant_travels() -> None:
    made = plant("cost", key="line 2")
    assert mk.Plant.from_json(made.to_json()) == made
    assert made.replace(overtime=0) != made


def test_a_run_can_be_repeated_from_what_it_recorded() -> None:
    shared = plant("cost", key="mill")
    settings: dict[str, Any] = {"periods": 40, "replications": 100, "seed": 4, "keep": "replications"}
    run = mk.simulate(shared, **settings)
    again = mk.simulate(**json.loads(json.dumps(run.config)))
    for other in (again, run.rerun(), mk.simulate(shared.to_dict(), **settings)):
        assert all(np.array_equal(run[m], other[m], equal_nan=True) for m in run.metrics)
        assert all(np.array_equal(run.plant[h], other.plant[h]) for h in run.plant)


FEW = np.random.default_rng(1).poisson(5, (3, 60))


@pytest.mark.parametrize(
    ("demand", "sd"),
    [
        (mk.Varying(5), np.sqrt(5)),
        (mk.Varying(5, spread=mk.OverdispersedSpread(variance_ratio=4)), np.sqrt(20)),
        (mk.Autocorrelated(mk.Poisson(5), 0.5), np.sqrt(5)),
        (mk.MovingBlocks([1, 5, 9, 3], 2), np.std([1, 5, 9, 3])),
        (mk.Paths(FEW, cycle=True), np.std(FEW)),
        (mk.MarkovModulated([mk.Poisson(8), mk.Poisson(2)], [[0.5, 0.5], [0.5, 0.5]]), np.sqrt(14)),
        (mk.Deterministic(5), 5.0),
    ],
    ids=lambda x: type(x).__name__,
)
def test_fair_cuts_are_in_standard_deviations_of_any_demand(demand: Any, sd: float) -> None:
    """Cuts are as the standard deviations; of demand that does not vary, the mean counts."""
    items = {
        "a": mk.MakeToStock(demand=demand, policy=mk.BaseStock(60)),
        "b": mk.MakeToStock(demand=mk.Normal(60, 10, negative="clip"), policy=mk.BaseStock(300)),
    }
    traced = mk.simulate(
        mk.Plant(items, hours=62, allocation="fair"),
        periods=60,
        replications=20,
        seed=3,
        trace=["order_quantity", "demand"],
    )
    made, asked = traced.trace["order_quantity"], traced.trace["demand"]
    # What is missing from the target once this period's quantity is released.
    missing = np.cumsum(asked, axis=-1) - asked - np.cumsum(made, axis=-1)
    both = ((made > 1e-6) & (missing > 1e-6)).all(axis=0)
    assert both.sum() > 20
    ratio = missing[0][both] / missing[1][both]
    np.testing.assert_allclose(ratio, sd / 10, rtol=1e-4)


def test_the_dearest_shortage_counts_what_can_happen() -> None:
    """Lost margin where sales are lost; backorder cost only where customers wait."""
    dear = mk.Costs(price=100, unit=10)
    cheap = mk.Costs(price=11, unit=10, backorder=1)
    lost = mk.MakeToStock(demand=mk.Poisson(5), policy=mk.BaseStock(10), backorder_share=0, costs=dear)
    for items in (
        {"x": lost, "y": lost.replace(costs=cheap)},
        {
            "x": lost.replace(backorder_share=1, costs=mk.Costs(backorder=1)),
            "y": lost.replace(backorder_share=1, costs=mk.Costs(backorder=0.5, lost_sale=50)),
        },
    ):
        settings: dict[str, Any] = {"periods": 50, "replications": 50, "seed": 1}
        by_cost = mk.simulate(mk.Plant(items, hours=8, allocation="cost"), **settings)
        by_name = mk.simulate(
            mk.Plant(items, hours=8, allocation="priority", priority=["x", "y"]), **settings
        )
        assert np.array_equal(by_cost.mean("filled").value, by_name.mean("filled").value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"capacity": mk.Capacity(3, overtime=5)}, r"items\[0\].capacity.overtime must be 0 in a plant"),
        (
            {"policy": mk.OrderUpTo(returns=True), "forecast": mk.KnownMean()},
            r"items\[0\].policy.returns must be False in a plant",
        ),
    ],
    ids=["overtime", "returns"],
)
def test_what_items_cannot_bring_along(changes: dict[str, Any], words: str) -> None:
    one = mk.MakeToStock(**{"demand": mk.Poisson(5), "policy": mk.BaseStock(12), **changes})
    with pytest.raises(ValueError, match=words):
        mk.simulate(mk.Plant({"a": one}, hours=4), periods=9, replications=2, seed=1)


def test_fair_needs_to_know_how_demand_varies() -> None:
    promoted = mk.Varying(5, promotions=[mk.Promotion(3, 5, uplift=2, cv=0.5)])
    shop = mk.MakeToStock(demand=promoted, policy=mk.BaseStock(12), opening_stock=0)
    with pytest.raises(ValueError, match="known standard deviation of demand to be served fairly"):
        mk.simulate(mk.Plant({"a": shop}, hours=4, allocation="fair"), periods=9, replications=2, seed=1)
