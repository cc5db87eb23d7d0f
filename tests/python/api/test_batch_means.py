"""Batch means of a run: what they are made of, what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

import maketo as mk

TRACED = ["demand", "filled", "on_hand", "backorders", "lost", "order_quantity", "net_inventory"]
COSTS = mk.Costs(holding=0.7, backorder=9, shortage=0.3, lost_sale=2, order=11, unit=1.5, price=4)
SHOPS = {
    "base stock": mk.MakeToStock(demand=mk.Poisson(5), policy=mk.BaseStock(14), lead_time=1, costs=COSTS),
    "some lost, real demand": mk.MakeToStock(
        demand=mk.Gamma(mean=5, sd=4),
        policy=mk.MinMax(9, 30),
        lead_time=2,
        backorder_share=0.375,
        holding_basis="mean",
        costs=COSTS,
    ),
}


@pytest.fixture
def run(shop: mk.MakeToStock) -> mk.Result:
    return mk.simulate(shop, periods=330, warm_up=10, replications=3, seed=5, trace=TRACED)


# What has no value in a single period, or none that is traced.
UNTRACED = [
    "salvage",
    "profit",
    "expired",
    "scrapped",
    "obsolete",
    "waste",
    "overtime",
    "express_quantity",
    "expedited",
    "capacity",
    "utilisation",
    "demand_variance",
    "order_variance",
    "net_inventory_variance",
    "bullwhip",
    "net_stock_amplification",
    "overtime_cost",
    "express_cost",
    "expedite_cost",
    "disposal_cost",
    "erosion_cost",
]


@pytest.mark.parametrize("name", UNTRACED)
def test_what_is_not_traced_has_no_batches(name: str, run: mk.Result) -> None:
    with pytest.raises(ValueError, match="no batches"):
        run.batch_means(name)


def test_a_cost_with_parts_that_are_not_traced_has_no_batches() -> None:
    shop = SHOPS["base stock"]
    shop = shop.replace(costs=mk.Costs(unit=3, erosion=0.01))
    run = mk.simulate(shop, periods=64, replications=2, seed=1, trace=TRACED)
    for name in ("cost", "purchase_cost"):
        with pytest.raises(ValueError, match=r"not traced \(costs\.erosion\)"):
            run.batch_means(name)


@pytest.mark.parametrize("name", [n for n in mk.METRICS if n not in UNTRACED])
@pytest.mark.parametrize("shop", SHOPS.values(), ids=list(SHOPS))
def test_every_metric_is_worked_out_from_traces_as_it_was_counted(name: str, shop: mk.MakeToStock) -> None:
    run = mk.simulate(shop, periods=330, warm_up=10, replications=5, seed=6, trace=TRACED, metrics=[name])
    estimate = run.batch_means(name)
    assert estimate.value == pytest.approx(run.mean(name).value, rel=1e-9)
    assert estimate.unit == mk.METRICS[name].unit
    np.testing.assert_allclose(run.batch_means(name, pooled=False).value, run[name], rtol=1e-9)


def test_it_is_students_interval_of_the_batches(run: mk.Result) -> None:
    stats = pytest.importorskip("scipy.stats")
    estimate = run.batch_means("on_hand", batches=8, pooled=False, level=0.9)
    means = run.trace["on_hand"][:, 10:].reshape(3, 8, 40).mean(axis=2)
    se = means.std(axis=1, ddof=1) / np.sqrt(8)
    np.testing.assert_allclose(estimate.value, means.mean(axis=1))
    np.testing.assert_allclose(estimate.se, se)
    np.testing.assert_allclose(estimate.high - estimate.value, stats.t.ppf(0.95, 7) * se, rtol=1e-9)
    assert (estimate.batches, estimate.batch_length) == (8, 40)
    # Pooled, the 24 batches are one sample.
    pooled = run.batch_means("on_hand", batches=8, level=0.9)
    assert pooled.se == pytest.approx(means.std(ddof=1) / np.sqrt(24))
    assert pooled.high - pooled.value == pytest.approx(stats.t.ppf(0.95, 23) * pooled.se, rel=1e-9)


def test_von_neumann_by_its_formula(run: mk.Result) -> None:
    stats = pytest.importorskip("scipy.stats")
    estimate = run.batch_means("on_hand", batches=8, pooled=False)
    y = run.trace["on_hand"][0, 10:].reshape(8, 40).mean(axis=1)
    ratio = (np.diff(y) ** 2).sum() / ((y - y.mean()) ** 2).sum()
    z = np.sqrt((8**2 - 1) / (8 - 2)) * (1 - ratio / 2)
    assert estimate.lag1[0] == pytest.approx(1 - ratio / 2)
    assert estimate.p_value[0] == pytest.approx(stats.norm.sf(z))


def test_overlapping_batches_by_their_formula(run: mk.Result) -> None:
    stats = pytest.importorskip("scipy.stats")
    x = run.trace["filled"][1, 10:], run.trace["demand"][1, 10:]
    ratio = x[0].sum() / x[1].sum()
    e = x[0] - ratio * x[1]
    means = np.array([e[i : i + 40].mean() for i in range(320 - 40 + 1)])
    variance = 40 * (means**2).sum() / ((320 - 40 + 1) * (320 - 40))
    estimate = run.batch_means("fill_rate", batches=8, overlapping=True, pooled=False)
    assert estimate.value[1] == pytest.approx(ratio)
    assert estimate.se[1] == pytest.approx(np.sqrt(variance) / x[1].mean())
    half = stats.t.ppf(0.975, 10) * estimate.se[1]  # ⌊1.5 · 7⌋
    assert estimate.high[1] - ratio == pytest.approx(half, rel=1e-9)


def test_what_fills_no_batch_is_left_out_at_the_start(run: mk.Result) -> None:
    estimate = run.batch_means("on_hand", batches=100, pooled=False)
    assert estimate.batch_length == 3
    np.testing.assert_allclose(estimate.value, run.trace["on_hand"][:, 30:].mean(axis=1))


def test_one_long_run_has_an_interval(shop: mk.MakeToStock) -> None:
    run = mk.simulate(shop, periods=5000, warm_up=8, replications=1, seed=5, trace=["on_hand"])
    assert np.isnan(run.mean("on_hand").se)
    estimate = run.batch_means("on_hand")
    assert estimate.low < estimate.value < estimate.high
    assert "32 batches of 156 periods" in repr(estimate)
    assert "correlated" in repr(run.batch_means("on_hand", batches=4000))


def test_over_sweeps_and_items(shop: mk.MakeToStock) -> None:
    swept = shop.replace(
        policy=mk.BaseStock(mk.Sweep([12, 14], name="S")),
        costs=mk.Costs(holding=mk.Sweep([1, 2, 3], name="h"), backorder=9),
    )
    run = mk.simulate(
        {"a": swept, "b": swept},
        periods=100,
        replications=4,
        seed=5,
        trace=["on_hand", "backorders"],
        keep="replications",
    )
    estimate = run.batch_means("cost", batches=10)
    assert estimate.dims == ("S", "h", "item")
    np.testing.assert_allclose(estimate.value, run.mean("cost").value)
    assert np.shape(estimate.independent) == (2, 3, 2)
    assert "of 12 cells" in repr(estimate)


def test_constant_batches_are_not_doubted() -> None:
    shop = mk.MakeToStock(demand=3, policy=mk.BaseStock(7), lead_time=1)
    run = mk.simulate(shop, periods=100, warm_up=2, replications=2, seed=5, trace=["on_hand"])
    for overlapping in (False, True):
        estimate = run.batch_means("on_hand", overlapping=overlapping)
        assert (estimate.value, estimate.se, estimate.independent) == (1, 0, True)
        assert np.isnan(estimate.p_value)


def test_what_is_refused(shop: mk.MakeToStock, run: mk.Result) -> None:
    few = mk.simulate(shop, periods=40, warm_up=10, replications=3, seed=5, trace=["demand"])
    with pytest.raises(KeyError, match=r"filled was not traced.*trace=\['filled', 'demand'\]"):
        few.batch_means("fill_rate")
    with pytest.raises(KeyError, match="no metric 'stock'"):
        few.batch_means("stock")
    with pytest.raises(ValueError, match="profit has no value in a single period"):
        run.batch_means("profit")
    with pytest.raises(ValueError, match="batches must be ≤ 30, the counted periods, got 31"):
        few.batch_means("demand", batches=31)
    with pytest.raises(ValueError, match="batches must be ≥ 3, got 2"):
        few.batch_means("demand", batches=2)
    with pytest.raises(ValueError, match=r"level must be in \(0, 1\)"):
        few.batch_means("demand", level=1.0)
