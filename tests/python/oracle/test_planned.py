"""Planned from a forecast: exact variances, published bullwhip ratios, the user's own definition."""

from __future__ import annotations

import math
import zlib
from typing import Any

import numpy as np
import pytest
from judge import agree, agree_number

import maketo as mk

COSTS = mk.Costs(holding=1, backorder=9)
NORMAL = mk.Normal(100, 20, negative="allow")
SHOCKS = np.array([[9.0, 3, 0], [3, 4, 1], [0, 1, 1]])


def run(name: str, shop: mk.MakeToStock, **settings: Any) -> mk.Result:
    return mk.simulate(shop, seed=zlib.crc32(name.encode()), **settings)


def ratio(name: str, found: mk.Result, exact: float) -> None:
    estimate = found.ratio(name)
    agree_number(name, float(estimate.value), float(estimate.se), exact)


def test_what_is_made_in_one_period_serves_the_next() -> None:
    """Make to stock as it is defined: production of a period is planned from the forecast, serves the orders
    of the next, what is left is salvaged and what is short is lost. AR(1), the best forecast, k = .8."""
    sd = 10 / math.sqrt(1 - 0.6**2)
    shop = mk.MakeToStock(
        demand=mk.Autocorrelated(mk.Normal(100, sd, negative="allow"), 0.6),
        forecast=mk.Autoregression(0.6),
        policy=mk.FollowForecast(safety=0.8 * 10),
        lead_time=1,
        event_order="demand_before_order",
        shelf_life=1,
        backorder_share=0,
        costs=mk.Costs(unit=2, price=5, disposal=-0.5),
    )
    found = run("period production", shop, periods=3002, warm_up=2, replications=4000)
    agree(
        found,
        {
            "order_quantity": 108.0,
            "lost": 1.202072339,
            "expired": 9.202072339,
            "fill_rate": 0.9879792766,
            "alpha_service": 0.7881446014,
            "profit": 282.5906745,
        },
    )


@pytest.mark.parametrize(
    ("forecast", "lead_time", "safety", "exact"),
    [
        (mk.MovingAverage(4), 1, 40, (40.0, 42.13104285, 2.131042855, 61.31042855, 0.8758934605, 2.5)),
        (
            mk.ExponentialSmoothing(0.3),
            0,
            35,
            (35.0, 35.48845067, 0.4884506735, 39.88450674, 0.946673385, 1.705882353),
        ),
    ],
    ids=["moving average", "exponential smoothing"],
)
def test_order_up_to_an_estimated_mean(
    forecast: mk.MovingAverage, lead_time: int, safety: float, exact: tuple[float, ...]
) -> None:
    """Linear filters of normal demand, exact; orders may be negative (Chen et al. 2000)."""
    shop = mk.MakeToStock(
        demand=NORMAL,
        policy=mk.OrderUpTo(safety, returns=True),
        forecast=forecast,
        lead_time=lead_time,
        costs=COSTS,
    )
    found = run(f"filter {lead_time}", shop, periods=6100, warm_up=100, replications=5000)
    names = ("net_inventory", "on_hand", "backorders", "cost", "alpha_service")
    agree(found, dict(zip(names, exact, strict=False)))
    ratio("bullwhip", found, exact[5])


@pytest.mark.parametrize(
    ("demand", "forecast", "cover", "exact"),
    [
        # Moving average of p: 1 + 2m/p + 2m²/p².
        (NORMAL, mk.MovingAverage(5), 2, 2.12),
        (NORMAL, mk.MovingAverage(8), 5, 3.03125),
        # Exponential smoothing: 1 + 2mα + 2m²α²/(2 − α).
        (NORMAL, mk.ExponentialSmoothing(0.2), 2, 1.9777778),
        (NORMAL, mk.ExponentialSmoothing(0.3), 5, 6.6470588),
        # AR(1) and its best forecast: 1 + 2ρ(1 − ρᵐ)(1 − ρᵐ⁺¹)/(1 − ρ).
        (0.7, mk.Autoregression(0.7), 2, 2.56366),
        (0.5, mk.Autoregression(0.5), 4, 2.8164063),
        (-0.4, mk.Autoregression(-0.4), 3, 0.4075648),
        # Chen et al., theorem 2.2: AR(1) demand, moving average.
        (0.5, mk.MovingAverage(5), 2, 2.085),
    ],
    ids=str,
)
def test_bullwhip(demand: Any, forecast: Any, cover: int, exact: float) -> None:
    """Variance of orders over that of demand (spec V20b)."""
    if isinstance(demand, float):
        demand = mk.Autocorrelated(mk.Normal(100, 10, negative="allow"), demand)
    shop = mk.MakeToStock(
        demand=demand, policy=mk.OrderUpTo(returns=True), forecast=forecast, lead_time=cover - 1
    )
    found = run(
        f"{demand} {forecast}", shop, periods=12_100, warm_up=100, replications=600, metrics=["bullwhip"]
    )
    ratio("bullwhip", found, exact)


@pytest.mark.parametrize(("cover", "orders", "error"), [(2, 22.0, 28.0), (1, 20.0, 9.0)])
def test_forecast_evolution(cover: int, orders: float, error: float) -> None:
    """Martingale forecast evolution (spec V20): the variance of demand is the trace of Σ, of the error of a
    cover Σ_n 1ᵀΣ_[n]1, of orders Σ_{k > m} Σ_kk + 1ᵀΣ_[m+1]1."""
    shop = mk.MakeToStock(
        demand=mk.ForecastEvolution(100, SHOCKS, "additive", returns=True),
        forecast=mk.EvolvingForecast(),
        policy=mk.OrderUpTo(returns=True),
        lead_time=cover - 1,
    )
    names = ["demand_variance", "order_variance", "net_inventory_variance"]
    found = run(f"mmfe {cover}", shop, periods=8020, warm_up=20, replications=2000, metrics=names)
    agree(found, dict(zip(names, (14.0, orders, error), strict=True)))


def test_errors_of_an_evolving_forecast_by_horizon() -> None:
    errors = mk.forecast_errors(
        mk.ForecastEvolution(100, SHOCKS, "additive", returns=True),
        mk.EvolvingForecast(),
        horizon=4,
        periods=400,
        replications=3000,
        seed=20,
    )
    for k, variance in enumerate((9, 13, 14, 14)):
        agree_number(f"rmse {k}", errors.rmse.value[k], errors.rmse.se[k], math.sqrt(variance))
        assert abs(errors.bias.value[k]) <= 4.5 * errors.bias.se[k]


def test_multiplied_shocks_have_the_errors_asked_for() -> None:
    """Forecast errors of 10, 20 and 30 % of the mean, and demand of the last."""
    wanted = [0.1, 0.2, 0.3]
    demand = mk.ForecastEvolution(50, mk.shocks_from_errors(wanted, correlation=0.4))
    errors = mk.forecast_errors(
        demand, mk.EvolvingForecast(), horizon=5, periods=300, replications=4000, seed=21
    )
    # Relative to the mean at horizon H; nearer forecasts scatter themselves, and their errors with them.
    agree_number("rmse", errors.rmse.value[2], errors.rmse.se[2], 0.3 * 50)
    near = math.sqrt(0.1**2 * (1 + 0.3**2) / (1 + 0.1**2)) * 50
    agree_number("rmse", errors.rmse.value[0], errors.rmse.se[0], near)


@pytest.mark.parametrize(
    ("forecast", "exact"),
    [
        (mk.MovingAverage(4), 20 * (1 + 1 / 4)),
        (mk.ExponentialSmoothing(0.2), 20 * 2 / (2 - 0.2)),
        (mk.SeasonalNaive(7), 40.0),
        (mk.KnownMean(), 20.0),
        (mk.KnownMean([0.5]), 20.0 + 100.0),
    ],
    ids=str,
)
def test_mean_squared_error_of_a_forecast(forecast: Any, exact: float) -> None:
    errors = mk.forecast_errors(
        mk.Poisson(20), forecast, horizon=2, periods=300, warm_up=100, replications=8000, seed=22
    )
    for k in range(2):
        agree_number("rmse", errors.rmse.value[k], errors.rmse.se[k], math.sqrt(exact))


def test_safety_stock_from_the_estimated_error_covers_what_it_promises() -> None:
    """Exponential smoothing: z = 1.2816 standard errors of the cover leave one stockout in ten."""
    shop = mk.MakeToStock(
        demand=NORMAL,
        forecast=mk.ExponentialSmoothing(0.1, error=mk.ErrorEstimate(over="cover", smoothing=0.02)),
        policy=mk.OrderUpTo(factor=1.2815516, returns=True),
        lead_time=2,
    )
    found = run("safety", shop, periods=2300, warm_up=300, replications=2000, metrics=["alpha_service"])
    assert float(found.mean("alpha_service").value) == pytest.approx(0.9, abs=0.006)


def test_autoregressive_moving_averages() -> None:
    """ARMA(1, 1): γ₀ = σ²(1 + 2φθ + θ²)/(1 − φ²), γ₁ = σ²(1 + φθ)(φ + θ)/(1 − φ²)."""
    phi, theta, sd = 0.6, 0.3, 10.0
    arma = mk.Arima(100, sd, ar=[phi], ma=[theta], returns=True)
    found = run(
        "arma",
        mk.MakeToStock(demand=arma, policy=mk.BaseStock(0)),
        periods=50,
        replications=200_000,
        trace=["demand"],
    )
    d = found.trace["demand"] - 100.0
    zero = sd**2 * (1 + 2 * phi * theta + theta**2) / (1 - phi**2)
    one = sd**2 * (1 + phi * theta) * (phi + theta) / (1 - phi**2)
    for name, products, exact in (
        ("γ0", (d**2).mean(axis=1), zero),
        ("γ1", (d[:, 1:] * d[:, :-1]).mean(axis=1), one),
        ("γ0 of the first period", d[:, 0] ** 2, zero),
    ):
        error = products.std() / math.sqrt(products.size)
        assert error < 0.004 * exact
        assert abs(products.mean() - exact) <= 4.5 * error, name


def test_sums_of_a_process() -> None:
    """A random walk with drift: variance t·σ², mean start + t·drift."""
    walk = mk.Arima(1000, 5, differences=1, drift=2)
    found = run(
        "walk",
        mk.MakeToStock(demand=walk, policy=mk.BaseStock(0)),
        periods=20,
        replications=200_000,
        trace=["demand"],
    )
    d = found.trace["demand"]
    assert abs(d[:, 19].mean() - 1040) <= 4.5 * 5 * math.sqrt(20 / 200_000)
    assert d[:, 19].var() == pytest.approx(20 * 25, rel=0.015)


def test_lot_sizing() -> None:
    """Wagner & Whitin (Snyder & Shen, ex. 3.9): setups 500, holding 2 per unit at the close, cost 1380."""
    demand, rule = [90, 120, 80, 70], mk.WagnerWhitin(setup=500, holding=2)
    assert mk.lot_sizes(demand, rule).tolist() == [210, 0, 150, 0]
    shop = mk.MakeToStock(
        demand=mk.Varying(demand, spread="none"),
        forecast=mk.KnownMean(),
        policy=mk.MaterialPlan(4, rule),
        lead_time=0,
        review_period=4,
        opening_stock=0,
        costs=mk.Costs(holding=2, order=500),
    )
    found = mk.simulate(shop, periods=4, replications=1, seed=1, trace=["order_quantity"])
    assert found.trace["order_quantity"][0].tolist() == [210, 0, 150, 0]
    assert found["cost"][0] * 4 == pytest.approx(1380, rel=1e-12)


def test_economic_order_quantity() -> None:
    """Harris 1913: Q = √(2Kd/h), cost √(2Kdh); a constant demand of 1300 a year, in small steps."""
    setup, holding, demand = 8.0, 0.225, 1300.0
    quantity = math.sqrt(2 * setup * demand / holding)
    assert quantity == pytest.approx(304.04678, abs=5e-6)
    assert math.sqrt(2 * setup * demand * holding) == pytest.approx(68.41052551, rel=1e-9)
    # The rule orders it wherever less is needed.
    steps = np.full(12, demand / 12)
    lots = mk.lot_sizes(steps, mk.EconomicQuantity(setup, holding / 12))
    assert lots[0] == pytest.approx(quantity, rel=1e-9)
    assert np.cumsum(lots)[-1] >= demand


@pytest.mark.parametrize(
    ("mode", "left", "excess", "total"),
    [
        ("backward", [70, 0, 100], 0, 300),
        ("backward_forward", [70, 0, 100], 0, 300),
        ("forward", [100, 100, 0], 30, 330),
        ("forward_backward", [100, 70, 0], 0, 300),
        ("period", [100, 0, 100], 30, 330),
    ],
)
def test_orders_consume_the_forecast(mode: str, left: list[float], excess: float, total: float) -> None:
    """100 planned on each of days 0, 10 and 20, an order of 130 on day 12 (spec V25)."""
    done = mk.consume_forecast(
        [(0, 100), (10, 100), (20, 100)], [(12, 130)], mode=mode, backward=15, forward=10, period=10
    )
    assert done.open.tolist() == left
    assert done.excess.tolist() == [excess]
    assert done.total[:, 1].sum() == total


def test_a_plant_of_one_is_a_capacity() -> None:
    shop = mk.MakeToStock(demand=mk.Poisson(8), policy=mk.BaseStock(14), lead_time=1, costs=COSTS)
    settings: dict[str, Any] = {"periods": 200, "replications": 500, "seed": 3, "keep": "replications"}
    alone = mk.simulate({"a": shop.replace(capacity=10)}, **settings)
    shared = mk.simulate(mk.Plant({"a": shop}, hours=20, unit_hours=2), **settings)
    for name in ("cost", "on_hand", "orders", "fill_rate", "bullwhip"):
        assert np.array_equal(alone[name], shared[name]), name
    assert np.allclose(shared.plant["hours_used"], 2 * alone["order_quantity"][0])


def test_rules_of_a_plant_by_hand() -> None:
    """Hours 24 for wants of 10, 10 and 20 at 1, 2 and ½ hours a unit."""
    names = ["a", "b", "c"]
    shops = {
        n: mk.MakeToStock(demand=d, policy=mk.BaseStock(0), lead_time=0, costs=mk.Costs(backorder=b))
        for n, d, b in zip(names, (10, 10, 20), (3, 8, 1), strict=True)
    }
    # The first period wants nothing: stock is at its level. In the second everyone wants one period's demand.
    expected = {
        "priority": [10, 2, 20],
        "cost": [4, 10, 0],  # 4 per hour for b, 3 for a, 2 for c: 20 hours, then 4
        "proportional": [6, 6, 12],
    }
    for rule, quantities in expected.items():
        plant = mk.Plant(
            shops,
            hours=24,
            unit_hours={"a": 1, "b": 2, "c": 0.5},
            allocation=rule,
            priority=["c", "a", "b"],
        )
        found = mk.simulate(plant, periods=2, replications=1, seed=1, trace=["order_quantity"])
        assert found.trace["order_quantity"][:, 0, 1].tolist() == quantities, rule
