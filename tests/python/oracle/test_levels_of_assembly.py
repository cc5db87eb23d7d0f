"""Levels that are found for an order fill rate, against all levels there are: exact fill rates and stocks."""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest

import maketo as mk

pytest.importorskip("scipy")

from exact_assembly import poisson_periods

RATES = {"basic": 1.5, "deluxe": 0.75}
LEAD = {"board": 2, "display": 4}
COST = {"board": 40.0, "display": 90.0}
USAGE = ((1, 0), (1, 1))
GRID = list(product(range(3, 15), range(1, 13)))
Levels = tuple[int, int]


def shop() -> mk.AssembleToOrder:
    return mk.AssembleToOrder(
        products={
            "basic": mk.EndItem(mk.Poisson(RATES["basic"]), {"board": 1}),
            "deluxe": mk.EndItem(mk.Poisson(RATES["deluxe"]), {"board": 1, "display": 1}),
        },
        components={
            name: mk.Component(mk.BaseStock(0), lead_time=LEAD[name], costs=mk.Costs(unit=COST[name]))
            for name in LEAD
        },
        event_order="demand_before_order",
    )


@cache
def exact(levels: Levels) -> tuple[float, float, dict[str, float]]:
    """Fill rate of all units, investment, fill rate by product."""
    found = poisson_periods(list(RATES.values()), USAGE, list(LEAD.values()), levels)
    fills = {name: found["unit_fill_rate", p, 0] for p, name in enumerate(RATES)}
    held = [found["free", j] + found["reserved", j] for j in range(len(LEAD))]
    investment = sum(c * h for c, h in zip(COST.values(), held, strict=True))
    return sum(RATES[n] * x for n, x in fills.items()) / sum(RATES.values()), investment, fills


def of(found: mk.AssemblyLevels) -> Levels:
    board, display = (int(level) for level in found.levels.values())
    return board, display


@pytest.mark.parametrize("target", [0.7, 0.85, 0.95, 0.99])
def test_close_to_the_cheapest_there_is(target: float) -> None:
    found = mk.assembly_levels(shop(), target=target, periods=220, warm_up=20, replications=1024, seed=1)
    fill, investment, _ = exact(of(found))
    assert found.certified
    assert fill >= target
    # What can be certified is a little more than the target: the search aims there.
    cheapest = sorted(exact(levels)[1] for levels in GRID if exact(levels)[0] >= target)
    assert investment <= cheapest[1] * 1.001
    best = min((exact(levels)[1], levels) for levels in GRID if exact(levels)[0] >= target)[1]
    assert max(abs(a - b) for a, b in zip(of(found), best, strict=True)) <= 2


def test_a_target_per_product() -> None:
    target = {"basic": 0.95, "deluxe": 0.9}
    found = mk.assembly_levels(shop(), target=target, periods=220, warm_up=20, replications=1024, seed=1)
    assert found.certified
    fills = exact(of(found))[2]
    assert all(fills[name] >= share for name, share in target.items())
    fine = [levels for levels in GRID if all(exact(levels)[2][n] >= x for n, x in target.items())]
    cheapest = sorted(exact(levels)[1] for levels in fine)
    assert exact(of(found))[1] <= cheapest[1] * 1.001


def test_evaluation_is_of_what_was_found() -> None:
    found = mk.assembly_levels(shop(), target=0.9, periods=220, warm_up=20, replications=1024, seed=2)
    fill, investment, _ = exact(of(found))
    assert abs(found.fill.value - fill) < 4.5 * found.fill.se
    assert abs(found.investment.value - investment) < 4.5 * found.investment.se


def test_certificates_are_not_false_too_often() -> None:
    # Levels 7 and 5 miss this by 0.0012, of which 64 short replications know little.
    target, false = 0.904, 0
    for seed in range(60):
        found = mk.assembly_levels(shop(), target=target, periods=60, warm_up=10, replications=64, seed=seed)
        false += found.certified and exact(of(found))[0] < target
    # One in twenty of 60 is 3; 8 or more have a chance of 1 %.
    assert false <= 7
