"""Every random input has a stream of its own: adding one to a model changes no other draw.

Each test adds one input and finds the draws of all others where they were, to the bit (or to rounding, where
a draw has to be worked back out of what it was mixed into).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import maketo as mk

PERIODS = 40
RUN: dict[str, Any] = {"replications": 300, "seed": 17}
POISSON = mk.Poisson(6)
NESTED = mk.Discrete([1, 2, 3], [0.25, 0.5, 0.25])


def demand(source: Any, **settings: Any) -> NDArray[np.float64]:
    """Demand as simulated, (replication, period)."""
    shop = mk.MakeToStock(**{"demand": source, "policy": mk.BaseStock(20), **settings})
    return mk.simulate(shop, periods=PERIODS, **RUN, trace=["demand"]).trace["demand"].astype(float)


@pytest.mark.parametrize("crossing", ["independent", "fifo", "kaplan", "common"])
def test_random_lead_times(crossing: str) -> None:
    assert np.array_equal(demand(POISSON), demand(POISSON, lead_time=NESTED, crossing=crossing))


def test_lead_times_are_those_of_the_release_period_whatever_is_ordered() -> None:
    # Demand is 1 per period, so base stock orders 1 in every period and a constant order as well.
    runs = [
        mk.simulate(
            mk.MakeToStock(demand=1, policy=policy, lead_time=NESTED, opening_stock=10),
            periods=PERIODS,
            **RUN,
            trace=["net_inventory", "order_quantity"],
        ).trace
        for policy in (mk.BaseStock(10), mk.MinMax(9, 10), mk.ConstantOrder(1))
    ]
    # The first order of base stock is due in period 1, when demand has come.
    arrivals = [np.diff(r["net_inventory"], axis=1) + 1 for r in runs]
    assert np.array_equal(arrivals[0], arrivals[1])
    # A constant order is one order ahead: period 0's own, which arrives by itself.
    ahead = arrivals[2].cumsum(axis=1) - arrivals[0].cumsum(axis=1)
    assert set(np.unique(ahead)) == {0, 1}
    assert (ahead[:, 2:] == 1).all()


def test_settled_openings() -> None:
    policy = mk.ReorderQuantity(12, 9)
    settled = demand(POISSON, policy=policy, opening_stock="settled")
    assert np.array_equal(demand(POISSON, policy=policy), settled)


def test_the_luck_of_a_promotion() -> None:
    plain = mk.Varying(30, promotions=[mk.Promotion(10, 3, 2.0)])
    lucky = mk.Varying(30, promotions=[mk.Promotion(10, 3, 2.0, cv=0.4)])
    a, b = demand(plain), demand(lucky)
    outside = np.r_[0:10, 13:PERIODS]
    assert np.array_equal(a[:, outside], b[:, outside])
    assert not np.array_equal(a[:, 10:13], b[:, 10:13])
    # Nor does a second promotion change the luck of the first.
    two = demand(mk.Varying(30, promotions=[mk.Promotion(30, 2, 1.5, cv=0.1), *lucky.promotions]))
    assert np.array_equal(b[:, :30], two[:, :30])


def test_the_end_of_a_life() -> None:
    a = demand(mk.Varying(30))
    b = demand(mk.Varying(30, end_of_life=mk.UniformInteger(5, 35)))
    alive = np.logical_or.accumulate(b[:, ::-1] > 0, axis=1)[:, ::-1]
    assert 0 < alive.mean() < 1
    assert np.array_equal(a[alive], b[alive])


def test_regimes() -> None:
    same = mk.MarkovModulated([POISSON, POISSON], [[0.9, 0.1], [0.3, 0.7]])
    assert np.array_equal(demand(POISSON), demand(same))
    # And which regime it is does not depend on what is drawn in it.
    on, off = (
        demand(mk.MarkovModulated([mk.Deterministic(0), law], [[0.9, 0.1], [0.3, 0.7]])) > 0
        for law in (mk.Poisson(400), mk.Gamma(mean=5, sd=1))
    )
    assert np.array_equal(on, off)


def test_autocorrelation_keeps_the_innovations() -> None:
    rho = 0.6
    law = mk.Normal(0, 1, negative="allow")
    e, z = demand(law), demand(mk.Autocorrelated(law, rho))
    assert np.allclose(z[:, 0], e[:, 0], atol=1e-9)
    assert np.allclose(z[:, 1:], rho * z[:, :-1] + np.sqrt(1 - rho**2) * e[:, 1:], atol=1e-9)


def test_factors() -> None:
    law = mk.Normal(0, 1, negative="allow")
    e = demand(law)

    def factor(name: str, weight: float) -> NDArray[np.float64]:
        z = demand(mk.Correlated(law, {name: weight}))
        mixed: NDArray[np.float64] = (z - np.sqrt(1 - weight**2) * e) / weight
        return mixed

    a, b = factor("market", 0.6), factor("weather", 0.3)
    assert np.allclose(a, factor("market", -0.5), atol=1e-9)
    assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.05
    both = demand(mk.Correlated(law, {"weather": 0.3, "market": 0.6}))
    assert np.allclose(both, 0.6 * a + 0.3 * b + np.sqrt(1 - 0.45) * e, atol=1e-9)


def test_jitter_of_the_intermittent_bootstrap() -> None:
    history = [0, 0, 4, 5, 0, 0, 0, 2, 0, 7, 3, 0]
    a, b = (demand(mk.IntermittentBootstrap(history, jitter=j)) for j in (False, True))
    assert np.array_equal(a > 0, b > 0)
    assert not np.array_equal(a, b)


def test_other_items_and_whether_they_share_anything() -> None:
    alone = mk.MakeToStock(demand=mk.Correlated(POISSON, {"market": 0.5}), policy=mk.BaseStock(20))
    others = {
        "a": alone.replace(demand=mk.Correlated(mk.Gamma(mean=3, sd=1), {"market": 0.9})),
        "item": alone,
        "b": alone.replace(demand=mk.MovingBlocks([1, 2, 3], 2), lead_time=NESTED),
    }
    one = mk.simulate({"item": alone}, periods=PERIODS, **RUN, trace=["demand"])
    many = mk.simulate(others, periods=PERIODS, **RUN, trace=["demand"])
    assert np.array_equal(one.trace["demand"][0], many.trace["demand"][1])
