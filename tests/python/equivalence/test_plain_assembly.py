"""The plain bench against itself: what must hold for every rule, and traces made by hand.

What is compared with the core must itself be right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from plain_assembly import PIECE_BY_PIECE, RULES, Assembly, Close, assemble

Table = list[list[int]]


@dataclass(frozen=True)
class Instance:
    """What `assemble` takes."""

    assembly: Assembly
    opening: list[int]
    demand: Table
    receipts: Table

    def run(self, **changes: Any) -> list[Close]:
        return assemble(replace(self.assembly, **changes), self.opening, self.demand, self.receipts)


def at_random(seed: int, periods: int = 30) -> Instance:
    """Up to four products and components, quantities up to 3; receipts keep up with demand, more or less."""
    luck = np.random.default_rng(seed)
    products, components = luck.integers(1, 5, size=2)
    usage = luck.integers(0, 4, size=(products, components)) * (luck.random((products, components)) < 0.7)
    usage[np.arange(products), luck.integers(0, components, products)] += 1  # nobody needs nothing
    rates = luck.uniform(0.2, 1.5, products)
    demand = luck.poisson(rates, size=(periods, products))
    receipts = luck.poisson(rates @ usage * luck.uniform(0.8, 1.1), size=(periods, components))
    assembly = Assembly(
        usage=usage.tolist(),
        priority=luck.integers(0, 3, products).tolist(),
        reserve=luck.integers(0, 5, components).tolist(),
        critical=(luck.random(products) < 0.5).tolist(),
        value=luck.uniform(1, 10, products).tolist(),
    )
    return Instance(assembly, luck.integers(0, 9, components).tolist(), demand.tolist(), receipts.tolist())


SEEDS = range(25)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost(seed: int, rule: str) -> None:
    """Parts: free + reserved + delivered = opening + receipts, unmet + reserved = needs of those who wait.
    Units: delivered + waiting = demand, none before its period."""
    instance = at_random(seed)
    usage, demand = np.array(instance.assembly.usage), np.array(instance.demand)
    out = np.zeros(len(usage), dtype=int)
    by_period = np.zeros_like(demand)
    for now, close in enumerate(instance.run(rule=rule)):
        for p, ages in enumerate(close.delivered):
            out[p] += sum(ages.values())
            for age, units in ages.items():
                by_period[now - age, p] += units
        stock = np.array(close.free) + close.reserved
        came_in = instance.opening + np.sum(instance.receipts[: now + 1], axis=0)
        assert (stock + out @ usage == came_in).all()
        assert (close.backlog + out == demand[: now + 1].sum(axis=0)).all()
        assert (np.add(close.unmet, close.reserved) == close.backlog @ usage).all()
        assert min(*close.free, *close.reserved, *close.unmet) >= 0
        if rule not in PIECE_BY_PIECE:
            assert not any(close.reserved)
    assert (by_period <= demand).all()
    assert (demand.sum(axis=0) - by_period.sum(axis=0) == close.backlog).all()


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", SEEDS)
def test_who_waits_could_not_have_left(seed: int, rule: str) -> None:
    """Every period of waiting is blamed on something; piece by piece, what is lacking is not free."""
    instance = at_random(seed)
    for close in instance.run(rule=rule):
        blame = np.array(close.blame)
        assert blame.sum(axis=0) == pytest.approx(close.backlog)
        assert not blame[np.array(instance.assembly.usage).T == 0].any()
        if rule in PIECE_BY_PIECE:
            assert not any(free and unmet for free, unmet in zip(close.free, close.unmet, strict=True))
            assert not blame[np.array(close.unmet) == 0].any()


@pytest.mark.parametrize("seed", SEEDS)
def test_walking_back_from_the_end_of_the_queues(seed: int) -> None:
    """Committed by age, what lacks of a component are the last parts that were asked for: counted by product,
    they say how many units wait, which, and for what stock is reserved."""
    instance = at_random(seed)
    usage = instance.assembly.usage
    asked: list[tuple[int, int]] = []  # by age: period and product, one per unit
    demand = np.array(instance.demand)
    out = np.zeros_like(demand)
    for now, close in enumerate(instance.run()):
        asked += [(now, p) for p, units in enumerate(instance.demand[now]) for _ in range(units)]
        lacking = [
            last_parts([p for _, p in asked], [uses[j] for uses in usage], unmet)
            for j, unmet in enumerate(close.unmet)
        ]
        for p, uses in enumerate(usage):
            waiting = max(-(-lacking[j][p] // a) for j, a in enumerate(uses) if a)
            assert close.backlog[p] == waiting
        for j, reserved in enumerate(close.reserved):
            needs = [close.backlog[p] * uses[j] for p, uses in enumerate(usage)]
            assert reserved == sum(needs) - sum(lacking[j])
        # And no stock is kept from it: what is unmet is what never came in.
        came_in = instance.opening + np.sum(instance.receipts[: now + 1], axis=0)
        needed = np.sum([usage[p] for _, p in asked], axis=0) if asked else np.zeros(len(usage[0]))
        assert (np.maximum(needed - came_in, 0) == close.unmet).all()
        # Of each product the last units wait.
        for p, ages in enumerate(close.delivered):
            for age, units in ages.items():
                out[now - age, p] += units
        earlier = demand.cumsum(axis=0) - demand
        assert (out == np.clip(out.sum(axis=0) - earlier, 0, demand)).all()


def last_parts(asked: Sequence[int], uses: Sequence[int], unmet: int) -> list[int]:
    """Of the products that were asked for, the oldest first: the last `unmet` parts, by product."""
    found = [0] * len(uses)
    for p in reversed(asked):
        parts = min(uses[p], unmet)
        found[p] += parts
        unmet -= parts
    assert unmet == 0
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_rules_that_are_the_same(seed: int) -> None:
    instance = at_random(seed)
    products, components = len(instance.assembly.usage), instance.assembly.components
    assert instance.run(rule="priority", priority=[1] * products) == instance.run()
    whole = instance.run(rule="no_holdback")
    assert instance.run(rule="reserve_critical", critical=[True] * products) == whole
    assert instance.run(rule="reserve_critical", reserve=[0] * components) == whole
    if products == 1:
        assert instance.run(rule="batch") == whole


@pytest.mark.parametrize("seed", SEEDS)
def test_one_component_one_unit_each(seed: int) -> None:
    """It does not matter then whether parts are reserved."""
    instance = at_random(seed)
    shares = [[1] for _ in instance.assembly.usage]
    one = Instance(
        Assembly(usage=shares), instance.opening[:1], instance.demand, [row[:1] for row in instance.receipts]
    )
    assert one.run(rule="no_holdback") == one.run()


# By hand. Product 0 needs one of a and one of b, product 1 two of b.

USAGE = [[1, 1], [0, 2]]


def by_hand(assembly: Assembly, opening: list[int], *periods: tuple[list[int], list[int]]) -> list[Close]:
    """Receipts and demand of each period."""
    return assemble(assembly, opening, [d for _, d in periods], [r for r, _ in periods])


def test_what_is_committed_stays() -> None:
    first, second, third = by_hand(
        Assembly(USAGE), [0, 2], ([0, 0], [1, 1]), ([0, 1], [0, 1]), ([1, 0], [0, 0])
    )
    # The unit of 0 takes a b and waits for its a; the other b goes to the unit of 1, which lacks one more.
    assert first == Close(
        [{}, {}], [1, 1], free=[0, 0], reserved=[0, 2], unmet=[1, 1], blame=[[1, 0], [0, 1]]
    )
    assert second == Close(
        [{}, {1: 1}], [1, 1], free=[0, 0], reserved=[0, 1], unmet=[1, 2], blame=[[1, 0], [0, 1]]
    )
    assert third == Close(
        [{2: 1}, {}], [0, 1], free=[0, 0], reserved=[0, 0], unmet=[0, 2], blame=[[0, 0], [0, 1]]
    )


def test_who_is_complete_passes() -> None:
    first, second = by_hand(Assembly(USAGE, "no_holdback"), [0, 2], ([0, 0], [1, 1]), ([1, 0], [0, 0]))
    assert first == Close(
        [{}, {0: 1}], [1, 0], free=[0, 0], reserved=[0, 0], unmet=[1, 1], blame=[[0.5, 0], [0.5, 0]]
    )
    assert second.free == [1, 0]
    assert second.blame == [[0, 0], [1, 0]]


def test_the_smallest_priority_first() -> None:
    """What was reserved before is not taken back for it."""
    assembly = Assembly(USAGE, "priority", priority=[1, 0])
    first, second = by_hand(assembly, [0, 2], ([0, 0], [1, 0]), ([0, 1], [1, 1]))
    assert first.reserved == [0, 1]
    assert first.free == [0, 1]
    # The period begins with one b more: the unit of 1 gets both.
    assert second == Close(
        [{}, {0: 1}], [2, 0], free=[0, 0], reserved=[0, 1], unmet=[2, 1], blame=[[1.5, 0], [0.5, 0]]
    )


def test_the_reserve_is_for_the_critical() -> None:
    assembly = Assembly(USAGE, "reserve_critical", reserve=[5, 2], critical=[False, True])
    first, second = by_hand(assembly, [5, 3], ([0, 0], [1, 0]), ([1, 0], [1, 1]))
    assert first == Close(
        [{}, {}], [1, 0], free=[5, 3], reserved=[0, 0], unmet=[1, 1], blame=[[1, 0], [0, 0]]
    )
    # One a more, and the old unit leaves five of them; the new one of 1 takes from the reserve of b.
    assert second == Close(
        [{1: 1}, {0: 1}], [1, 0], free=[5, 0], reserved=[0, 0], unmet=[1, 1], blame=[[0.5, 0], [0.5, 0]]
    )


@pytest.mark.parametrize(
    ("value", "backlog"), [((4.0, 9.0), [2, 0]), ((4.0, 8.0), [0, 1]), ((4.0, 7.0), [0, 1])]
)
def test_value_for_what_is_scarce(value: tuple[float, float], backlog: list[int]) -> None:
    """Four b are asked for and two are there: 0 is worth 4/(1·2) of it, 1 its value/(2·2); equals by age."""
    (close,) = by_hand(Assembly(USAGE, "batch", value=value), [2, 2], ([0, 0], [2, 1]))
    assert close.backlog == backlog


def test_what_needs_nothing_scarce_goes_first() -> None:
    usage = [[1, 1], [1, 0]]
    (close,) = by_hand(Assembly(usage, "batch", value=[100, 1]), [3, 1], ([0, 0], [2, 1]))
    assert close.delivered == [{0: 1}, {0: 1}]
    # Free a again: two were asked for by the product that could not have its b.
    assert close.free == [1, 0]
    assert close.blame == [[0, 0], [1, 0]]
