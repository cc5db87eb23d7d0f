"""Batches by integer programming: where the optimum is known without one."""

from __future__ import annotations

import numpy as np
import pytest

import maketo as mk


def shop(allocation: str, level: float, **values: float) -> mk.AssembleToOrder:
    """Three products of one component each unit, worth different amounts."""
    return mk.AssembleToOrder(
        products={
            name: mk.EndItem(mk.Poisson(3), {"chip": 1}, value=value, priority=round(9 - value))
            for name, value in values.items()
        },
        components={"chip": mk.Component(mk.BaseStock(level), lead_time=2)},
        allocation=allocation,
    )


def numbers(made: mk.AssembleToOrder) -> list[np.ndarray]:
    run = mk.simulate(made, periods=80, warm_up=5, replications=64, seed=4)
    names = ("filled", "backorders", "delivered")
    return [run["backorders"], *(run.values("product", name) for name in names)]


VALUES = {"poor": 1.0, "good": 3.0, "best": 7.0}


def test_with_one_component_the_dearest_come_first() -> None:
    """Every unit takes one chip, so the most value is the most valuable product first: a priority."""
    for a, b in zip(
        numbers(shop("batch_exact", 25, **VALUES)), numbers(shop("priority", 25, **VALUES)), strict=True
    ):
        assert (a == b).all()


def test_where_nothing_is_scarce_there_is_nothing_to_decide() -> None:
    plenty = [numbers(shop(rule, 200, **VALUES)) for rule in ("batch_exact", "no_holdback", "batch")]
    for a, b, c in zip(*plenty, strict=True):
        assert (a == b).all()
        assert (a == c).all()


def test_two_small_orders_are_worth_more_than_one_large() -> None:
    """Four chips and four screws: one large order worth 5, or two small ones worth 3 each."""
    made = mk.AssembleToOrder(
        products={
            "large": mk.EndItem(1, {"chip": 4, "screw": 4}, value=5),
            "small": mk.EndItem(2, {"chip": 2, "screw": 1}, value=3),
        },
        components={name: mk.Component(mk.BaseStock(4), lead_time=3) for name in ("chip", "screw")},
        allocation="batch_exact",
    )
    delivered = mk.simulate(made, periods=3, replications=1, seed=1).values("product", "delivered")
    assert (delivered[0] * 3).tolist() == pytest.approx([0, 2])


def test_real_quantities_are_divided() -> None:
    """10 kg go to what earns most per kg, and what is left to the other."""
    made = mk.AssembleToOrder(
        products={
            "rich": mk.EndItem(mk.Uniform(2, 4), {"resin": 2}, value=6),
            "thin": mk.EndItem(mk.Uniform(4, 6), {"resin": 1}, value=2),
        },
        components={"resin": mk.Component(mk.BaseStock(10), lead_time=1)},
        allocation="batch_exact",
        windows=(0,),
    )
    run = mk.simulate(made, periods=1, replications=200, seed=1, metrics=["demand", "delivered"])
    asked, got = run.values("product", "demand"), run.values("product", "delivered")
    rich = np.minimum(asked[:, 0], 5)
    expected = np.stack([rich, np.minimum(asked[:, 1], 10 - 2 * rich)], axis=1)
    np.testing.assert_allclose(got, expected, rtol=1e-9)
