"""Demand over time and between items: moments that theory gives, read off simulated paths.

Every test is one comparison or a few, each at 4.5 standard errors (a false alarm in 150,000) under a fixed
seed; the standard errors are those over replications, which are independent whatever happens inside them.
"""

from __future__ import annotations

import math
import zlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import maketo as mk


def paths(demand: Any, periods: int, replications: int, **more: Any) -> NDArray[np.float64]:
    """Demand as simulated, (replication, period)."""
    shop = mk.MakeToStock(demand=demand, policy=mk.BaseStock(0), lead_time=0, **more)
    seed = zlib.crc32(repr(demand).encode())
    run = mk.simulate(
        shop, periods=periods, replications=replications, seed=seed, trace=["demand"], metrics=["demand"]
    )
    values: NDArray[np.float64] = run.trace["demand"].astype(float)
    return values


def near(samples: NDArray[np.float64], exact: float, precision: float) -> None:
    """The mean over replications is right, and known to within `precision`."""
    se = samples.std(ddof=1) / math.sqrt(len(samples))
    assert se <= precision * abs(exact), f"too few replications: se {se:.3g} of {exact:.6g}"
    assert abs(samples.mean() - exact) <= 4.5 * se, f"{samples.mean():.6g} ± {se:.2g}, exact {exact:.6g}"


def centred(d: NDArray[np.float64], mean: float, lag: int = 0) -> NDArray[np.float64]:
    """Per replication: the mean product of deviations `lag` periods apart."""
    x = d - mean
    products: NDArray[np.float64] = (x[:, : x.shape[1] - lag] * x[:, lag:]).mean(axis=1)
    return products


def test_markov_modulated_demand() -> None:
    # V23: mean Σπλ; variance adds the variance of the rates; the second eigenvalue .75 carries it on.
    d = paths(mk.MarkovModulated([mk.Poisson(2), mk.Poisson(20)], [[0.95, 0.05], [0.2, 0.8]]), 200, 60_000)
    near(d.mean(axis=1), 5.6, 0.0012)
    near(centred(d, 5.6), 57.44, 0.0025)
    near(centred(d, 5.6, 1), 57.44 * 0.6768802, 0.003)


def test_on_and_off() -> None:
    d = paths(mk.MarkovModulated([0, 6], [[0.9, 0.1], [0.5, 0.5]], start=[1, 0]), 3, 400_000)
    on = [0.0, 0.1, 0.9 * 0.1 + 0.1 * 0.5]
    assert (d[:, 0] == 0).all()
    for t in (1, 2):
        near(d[:, t], 6 * on[t], 0.006)


@pytest.mark.parametrize("rho", [0.7, -0.4])
def test_autoregression_of_a_normal_law(rho: float) -> None:
    d = paths(mk.Autocorrelated(mk.Normal(100, 10, negative="allow"), rho), 60, 100_000)
    near(d.mean(axis=1), 100.0, 0.0012)
    for lag in (0, 1, 3):
        near(centred(d, 100.0, lag), 100.0 * rho**lag, 0.01)
    # Stationary from the first period.
    near((d[:, 0] - 100.0) ** 2, 100.0, 0.006)


def test_autoregression_of_a_lognormal_law() -> None:
    # Correlation of exponentials of normals: (e^{ρs²} − 1)/(e^{s²} − 1).
    mean, sd, rho = 50.0, 30.0, 0.6
    s2 = math.log(1 + (sd / mean) ** 2)
    d = paths(mk.Autocorrelated(mk.Lognormal(mean=mean, sd=sd), rho), 40, 150_000)
    near(d.mean(axis=1), mean, 0.0012)
    near(centred(d, mean), sd**2, 0.006)
    near(centred(d, mean, 1), sd**2 * math.expm1(rho * s2) / math.expm1(s2), 0.008)


def test_the_law_of_a_period_stays_exactly_what_it_was() -> None:
    # χ² on Poisson(4) in 13 classes; critical value of 12 degrees at 1 in 150,000: 51.0.
    from scipy import stats

    d = paths(mk.Correlated(mk.Autocorrelated(mk.Poisson(4), 0.8), {"a": 0.6}), 1, 500_000).ravel()
    law = stats.poisson(4)
    expected = np.array([*law.pmf(np.arange(12)), law.sf(11)]) * d.size
    observed = np.bincount(np.minimum(d, 12).astype(int), minlength=13)
    assert ((observed - expected) ** 2 / expected).sum() < 51.0


@pytest.mark.parametrize(
    ("demand", "means", "variances"),
    [
        (mk.Varying(20, seasons=[0.5, 1.5]), [10, 30], [10, 30]),
        (mk.Varying(20, seasons=[0.5, 1.5], spread=mk.OverdispersedSpread(r=4)), [10, 30], [35, 255]),
        (
            mk.Varying(20, seasons=[0.5, 1.5], spread=mk.OverdispersedSpread(variance_ratio=3)),
            [10, 30],
            [30, 90],
        ),
        (mk.Varying(20, seasons=[0.5, 1.5], spread=mk.Gamma(mean=1, sd=0.5)), [10, 30], [25, 225]),
        (mk.Varying(20, seasons=[0.5, 1.5], spread=mk.Lognormal(mean=1, sd=0.5)), [10, 30], [25, 225]),
        (
            mk.Varying(
                20,
                seasons=[0.5, 1.5],
                spread=mk.AdditiveSpread(mk.Normal(0, 3, negative="allow"), returns=True),
            ),
            [10, 30],
            [9, 9],
        ),
    ],
    ids=["poisson", "constant r", "constant ratio", "gamma", "lognormal", "additive"],
)
def test_dispersion_around_a_moving_mean(
    demand: mk.Varying, means: list[float], variances: list[float]
) -> None:
    d = paths(demand, 2, 1_000_000)
    for t in (0, 1):
        near(d[:, t], means[t], 0.0012)
        near((d[:, t] - means[t]) ** 2, variances[t], 0.01)
    near((d[:, 0] - means[0]) * (d[:, 1] - means[1]) + 1.0, 1.0, 0.3)


def test_promotion_with_luck() -> None:
    # Uplift 1.6 with a coefficient of variation of .3 in periods 1 and 2; half of it missing in 3 and 4 as
    # 2/3, 1/3.
    event = mk.Promotion(1, 2, 1.6, cv=0.3, pull_forward=0.5, recovery=2)
    d = paths(mk.Varying(50, promotions=[event], spread="none"), 6, 200_000)
    lift = d[:, 1] / 50
    near(lift, 1.6, 0.0012)
    near((lift - 1.6) ** 2, (1.6 * 0.3) ** 2, 0.015)
    assert np.array_equal(d[:, 1], d[:, 2])
    for t, share in ((3, 2 / 3), (4, 1 / 3)):
        taken = 0.5 * 100 * share * (lift - 1)
        assert np.allclose(d[:, t], np.maximum(50 - taken, 0), rtol=1e-12)
    assert (d[:, [0, 5]] == 50).all()


def test_overlapping_promotions_in_any_order() -> None:
    # Uplifts multiply; then what was borrowed is taken off: 20 · 2 − 20 in period 6.
    first = mk.Promotion(5, 1, 2.0, pull_forward=1, recovery=1)
    second = mk.Promotion(6, 1, 2.0)
    for promotions in ([first, second], [second, first]):
        assert mk.Varying(20, promotions=promotions).mean(9).tolist() == [20] * 5 + [40, 20, 20, 20]


@pytest.mark.parametrize("law", [mk.Normal(0, 8, negative="allow"), mk.UniformInteger(-9, 9)])
def test_nothing_is_demanded_in_closed_periods(law: mk.Law) -> None:
    spread = mk.AdditiveSpread(law)
    d = paths(mk.Varying(5, calendar=[1, 0], spread=spread), 6, 2000)
    assert (d[:, 1::2] == 0).all()
    assert (d[:, ::2] > 0).any()
    d = paths(mk.Varying(5, life=mk.PhasedLife(0, 2, 0), spread=spread), 6, 2000)
    assert (d[:, 2:] == 0).all()


def test_whole_demand_around_a_mean() -> None:
    d = paths(mk.Varying(10, spread=mk.AdditiveSpread(mk.UniformInteger(-3, 3))), 20, 50_000)
    assert set(np.unique(d)) == set(range(7, 14))
    near(d.mean(axis=1), 10.0, 0.0012)
    near(centred(d, 10.0), 4.0, 0.0025)


def test_what_a_promotion_takes_from_a_neighbour() -> None:
    event = mk.Promotion(2, 3, 1.5, cv=0.2, key="summer campaign")
    promoted = mk.Varying(40, promotions=[event], spread="none")
    other = mk.Varying(60, promotions=[event.cannibalise(promoted, 0.25)], spread="none")
    shops = {n: mk.MakeToStock(demand=d, policy=mk.BaseStock(0)) for n, d in (("a", promoted), ("b", other))}
    run = mk.simulate(shops, periods=6, replications=500, seed=3, trace=["demand"], keep="replications")
    a, b = run.trace["demand"]
    assert np.allclose(60 - b, 0.25 * (a - 40), rtol=1e-12)
    assert np.ptp(a[:, 2]) > 1


def test_end_of_life_cuts_demand() -> None:
    d = paths(mk.Varying(7, end_of_life=mk.UniformInteger(2, 5), spread="none"), 6, 200_000)
    alive = [1, 1, 0.75, 0.5, 0.25, 0]
    assert (d[:, :2] == 7).all()
    assert (d[:, 5] == 0).all()
    for t in (2, 3, 4):
        near(d[:, t], 7 * alive[t], 0.006)


def test_bass_diffusion() -> None:
    # V23: exact values; a market of 10⁴ that is sold to in the end.
    mean = mk.Varying(1, life=mk.BassLife(0.03, 0.38, 1e4)).mean(60)
    assert np.allclose(mean[[0, 5, 10]], [357.58164, 1080.36575, 552.64483], rtol=1e-8)
    # The peak of the rate is at ln(q/p)/(p + q) = 6.1926; period 5 to 6 sells most but for the one after.
    assert mean.argmax() == 5 or mean.argmax() == 6


def test_factor_copula_pools_like_theory() -> None:
    # V19: eight equicorrelated items (.25): the sd of their sum is .586302 of the sum of their sds.
    items = mk.correlate({f"item {k}": mk.Normal(10, 2, negative="allow") for k in range(8)}, 0.25)
    d = together(items, 20, 20_000)
    total = d.sum(axis=0) - 80.0
    near((total**2).mean(axis=1), (16 * 0.5863020) ** 2, 0.003)


@pytest.mark.parametrize(("rho", "spearman"), [(0.3, 0.2875642), (0.7, 0.6829105), (-0.5, -0.4825837)])
def test_factor_copula_has_the_rank_correlation(rho: float, spearman: float) -> None:
    # V19: Spearman = (6/π)·asin(ρ/2), here of gamma and lognormal demand.
    matrix = [[1.0, rho], [rho, 1.0]]
    laws = {"a": mk.Gamma(mean=5, sd=3), "b": mk.Lognormal(mean=20, sd=10)}
    d = together(mk.correlate(laws, matrix), 1, 400_000)[..., 0]
    ranks = (np.argsort(np.argsort(d, axis=1), axis=1) + 0.5) / d.shape[1] - 0.5
    products = 12 * ranks[0] * ranks[1]
    # The ranks of one sample depend on each other; their standard error is below that of independent
    # products.
    se = products.std() / math.sqrt(products.size)
    assert abs(products.mean() - spearman) <= 4.5 * se
    assert se < 0.006 * abs(spearman)


def test_wanted_correlations_of_the_demands_themselves() -> None:
    # Normal to anything: the scores' correlation is found so that the demands' own is the one asked for.
    laws = {"a": mk.Poisson(0.5), "b": mk.Gamma(mean=5, sd=8)}
    rho = mk.latent_correlation(laws["a"], laws["b"], 0.4)
    assert mk.pearson_correlation(laws["a"], laws["b"], rho) == pytest.approx(0.4, abs=1e-9)
    d = together(mk.correlate(laws, rho), 1, 1_000_000)[..., 0]
    near((d[0] - 0.5) * (d[1] - 5) / (math.sqrt(0.5) * 8), 0.4, 0.012)


def test_what_is_attainable() -> None:
    # Two exponentials cannot be more opposed than 1 − π²/6.
    low, high = mk.attainable_correlation(mk.Exponential(3), mk.Exponential(1))
    assert low == pytest.approx(1 - math.pi**2 / 6, abs=1e-6)
    assert high == pytest.approx(1, abs=1e-6)
    with pytest.raises(ValueError, match=r"correlation must be in \[-0.6449.*, 1.0000.*\].*got -0.7"):
        mk.latent_correlation(mk.Exponential(3), mk.Exponential(1), -0.7)


def test_any_matrix_of_correlations() -> None:
    matrix = np.array([[1, 0.8, -0.2], [0.8, 1, 0.3], [-0.2, 0.3, 1]])
    items = mk.correlate({n: mk.Normal(0, 1, negative="allow") for n in "abc"}, matrix)
    d = together(items, 1, 400_000)[..., 0]
    for i in range(3):
        for j in range(i):
            near(d[i] * d[j], matrix[i, j], 0.012)


def together(items: dict[str, Any], periods: int, replications: int) -> NDArray[np.float64]:
    """Demand of several items, (item, replication, period)."""
    shops = {n: mk.MakeToStock(demand=d, policy=mk.BaseStock(0), lead_time=0) for n, d in items.items()}
    run = mk.simulate(
        shops, periods=periods, replications=replications, seed=19, trace=["demand"], metrics=["demand"]
    )
    return run.trace["demand"].astype(float)


HISTORY = np.array([3.0, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3])


def test_stationary_bootstrap_keeps_the_autocovariance() -> None:
    # Politis & Romano: neighbours stay neighbours (on the circle) with chance 1 − 1/b, else they are
    # independent.
    mean, b = HISTORY.mean(), 4.0
    circular = ((HISTORY - mean) * (np.roll(HISTORY, -1) - mean)).mean()
    d = paths(mk.StationaryBlocks(HISTORY, b), 50, 60_000)
    near(d.mean(axis=1), mean, 0.0012)
    near(centred(d, mean), HISTORY.var(), 0.004)
    near(centred(d, mean, 1), (1 - 1 / b) * circular, 0.03)


def test_moving_blocks_are_runs_of_the_history() -> None:
    d = paths(mk.MovingBlocks(HISTORY, 4), 12, 50_000)
    runs = np.lib.stride_tricks.sliding_window_view(HISTORY, 4)
    for block in range(3):
        seen, counts = np.unique(d[:, 4 * block : 4 * block + 4], axis=0, return_counts=True)
        assert {tuple(r) for r in seen} == {tuple(r) for r in runs}
        # χ² on 13 starts; critical value of 12 degrees at 1 in 150,000: 51.0.
        expected = len(d) / len(runs)
        assert ((counts - expected) ** 2 / expected).sum() < 51.0


def test_seasonal_blocks_keep_their_phase() -> None:
    # A history that tells its own position: season 4, ending at phase 0 again.
    d = paths(mk.SeasonalBlocks(np.arange(12.0), season=4, length=2), 9, 20_000)
    assert (d % 4 == np.arange(9) % 4).all()
    assert (np.diff(d, axis=1)[:, ::2] == 1).all()
    assert (np.abs(np.unique(d[:, 2], return_counts=True)[1] / 20_000 - 1 / 3) < 4.5 * 0.0034).all()


def test_products_of_a_group_are_drawn_at_the_same_places() -> None:
    items = {
        "a": mk.MovingBlocks(HISTORY, 3, key="group"),
        "b": mk.MovingBlocks(10 * HISTORY, 3, key="group"),
    }
    d = together(items, 9, 1000)
    assert np.array_equal(10 * d[0], d[1])


def test_intermittent_bootstrap_has_the_runs_of_the_history() -> None:
    history = np.array([0.0, 0, 4, 5, 0, 0, 0, 2, 0, 7, 3, 0])
    positive = history > 0
    follows = (positive & np.roll(positive, 1)).sum() / positive.sum()
    d = paths(mk.IntermittentBootstrap(history, jitter=False), 40, 100_000)
    near((d > 0).mean(axis=1), positive.mean(), 0.0025)
    near(((d[:, 1:] > 0) & (d[:, :-1] > 0)).mean(axis=1), positive.mean() * follows, 0.006)
    near(d.mean(axis=1), history.mean(), 0.0025)
    assert set(np.unique(d)) == {0.0, 2.0, 3.0, 4.0, 5.0, 7.0}


def test_jitter_brings_sizes_that_were_never_seen() -> None:
    d = paths(mk.IntermittentBootstrap([0.0, 9, 0, 0, 9, 0]), 10, 20_000)
    sizes = d[d > 0]
    # 1 + ⌊9 + 3Z⌋, or 9 itself where that is not positive.
    assert sizes.min() >= 1
    assert (sizes % 1 == 0).all()
    assert {5.0, 8.0, 10.0, 14.0} <= set(np.unique(sizes))
    assert abs(sizes.mean() - 9.5) < 0.1


def test_croston_on_intermittent_demand_is_biased_as_published() -> None:
    # V23: one period in five sells 5; Croston's forecast at α = .2 exceeds the mean by about α/(2 −
    # α)·μ·(1/p)(1 − 1/p).
    alpha, interval, size = 0.2, 5.0, 5.0
    d = paths(mk.ZeroInflated(1 / interval, size), 400, 4000)
    gap, level, since = np.full(len(d), interval), np.full(len(d), size), np.ones(len(d))
    total = np.zeros(len(d))
    for t in range(d.shape[1]):
        sold = d[:, t] > 0
        gap = np.where(sold, gap + alpha * (since - gap), gap)
        level = np.where(sold, level + alpha * (d[:, t] - level), level)
        since = np.where(sold, 1.0, since + 1)
        if t >= 200:
            total += level / gap
    bias = total / 200 - 1.0
    assert bias.mean() == pytest.approx(0.0889, rel=0.1)


def test_clipping_is_counted_and_told() -> None:
    from scipy import stats

    law = mk.Normal(20, 10, negative="clip")
    for demand in (law, mk.Autocorrelated(law, 0.5)):
        shop = mk.MakeToStock(demand=demand, policy=mk.BaseStock(60))
        run = mk.simulate(shop, periods=50, replications=20_000, seed=4)
        share = float(run.clipped)
        assert abs(share - stats.norm.cdf(-2)) < 0.0015
        assert any("clipped at 0" in note for note in run.warnings)
    z = 2.0
    exact = 10 * (stats.norm.pdf(z) + z * stats.norm.cdf(z))
    assert run.effective_demand == pytest.approx(exact, rel=1e-9)
    # Only noughts of the law that clips are counted.
    regimes = mk.MarkovModulated([law, mk.Poisson(0.5)], [[0.5, 0.5], [0.5, 0.5]])
    run = mk.simulate(
        mk.MakeToStock(demand=regimes, policy=mk.BaseStock(60)), periods=50, replications=20_000, seed=4
    )
    assert abs(float(run.clipped) - stats.norm.cdf(-2) / 2) < 0.001
    calm = mk.simulate(
        mk.MakeToStock(demand=mk.Poisson(3), policy=mk.BaseStock(9)), periods=5, replications=5
    )
    assert math.isnan(float(calm.clipped))
    assert not calm.warnings
