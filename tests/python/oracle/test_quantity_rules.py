"""Minimum order quantity, batch and cap (in that order), worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import maketo as mk

#          period   0  1  2  3  4   5  6
DEMAND = np.array([3, 0, 9, 1, 30, 2, 0])
# Base stock 20, L = 1, opening stock 20, everything waits. Beside each case the position that the review of
# each period finds, then what is ordered for what is (wanted).
HAND: list[tuple[dict[str, float], list[int]]] = [
    # 20 17 20 11 19 −10 18
    ({}, [0, 3, 0, 9, 1, 30, 2]),
    # MOQ 5:        20 17 22 13 19 −6 18 -> 3 becomes 5, then 7 and 1 (5), 26, 2 (5)
    ({"minimum": 5}, [0, 5, 0, 7, 5, 26, 5]),
    # Batches of 4: 20 17 21 12 19 −7 19 -> 4, –, 8, 4 (1), 28 (27), 4 (1)
    ({"multiple": 4}, [0, 4, 0, 8, 4, 28, 4]),
    # Cap 8:        20 17 20 11 18 −10 −4 -> 3, –, 8 (9), 2, 8 (30), 8 (24)
    ({"maximum": 8}, [0, 3, 0, 8, 2, 8, 8]),
    # MOQ 5, batches of 4, cap 18 (so 16): 20 17 25 16 23 −7 7 -> 8 (3), –, 8 (4), –, 16 (27), 16 (13)
    ({"minimum": 5, "multiple": 4, "maximum": 18}, [0, 8, 0, 8, 0, 16, 16]),
    # The MOQ comes before the batch: 3 becomes 6 becomes 8.
    #               20 17 25 16 23 −7 19 -> 8 (3), –, 8 (4), –, 28 (27), 8 (1)
    ({"minimum": 6, "multiple": 4}, [0, 8, 0, 8, 0, 28, 8]),
]


def ordered(unit: float = 1.0, policy: Any = None, **rules: float) -> np.ndarray:
    item = mk.MakeToStock(
        demand=mk.Paths(DEMAND * unit),
        policy=mk.BaseStock(20 * unit) if policy is None else policy,
        quantities=mk.Quantities(**{name: x * unit for name, x in rules.items()}),
    )
    run = mk.simulate(item, periods=len(DEMAND), replications=1, seed=1, trace=["order_quantity"])
    return np.asarray(run.trace["order_quantity"][0])


@pytest.mark.parametrize(("rules", "expected"), HAND, ids=str)
def test_by_hand(rules: dict[str, float], expected: list[int]) -> None:
    assert ordered(**rules).tolist() == expected


@pytest.mark.parametrize(("rules", "expected"), HAND, ids=str)
def test_tenths_of_a_unit(rules: dict[str, float], expected: list[int]) -> None:
    """0.1 is not a binary number: rounding must neither buy a batch nor lose one."""
    np.testing.assert_allclose(ordered(0.1, **rules), np.multiply(expected, 0.1), rtol=0, atol=1e-12)


def test_rules_come_after_the_policy() -> None:
    policy = mk.ReorderQuantity(11, 7)
    # Positions 18 15 15 6 15 −15 13: at 6 n = 1, so 7, in batches of five 10; at −15 n = 4, so 28, so 30.
    assert ordered(policy=policy, multiple=5).tolist() == [0, 0, 0, 10, 0, 30, 0]


def test_a_minimum_is_base_stock_with_overshoot() -> None:
    """A MOQ of 5 and unit demand: four periods of nothing, then an order for one unit becomes five."""
    item = mk.MakeToStock(
        demand=1, policy=mk.BaseStock(10), quantities=mk.Quantities(minimum=5), costs=mk.Costs(holding=1)
    )
    run = mk.simulate(item, periods=21, warm_up=1, replications=1, seed=1, trace=["order_quantity"])
    assert run.trace["order_quantity"][0].tolist() == [0.0, 5.0, *[0.0, 0.0, 0.0, 0.0, 5.0] * 3, 0, 0, 0, 0]
    assert run["order_quantity"][0] == 1.0
