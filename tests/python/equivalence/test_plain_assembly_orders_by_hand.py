"""Assembly on the order clock against traces made by hand: the plain one, which is compared with the core,
and the core itself.

One of component x comes two periods after it was ordered, one of y five; there is one of each at the start.
Product a takes an x, product b an x and a y.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import plain_assembly_told as told
import pytest
from test_assembly_orders_plain import agree, plainly

import maketo as mk

NAN = math.nan
A, B = 0, 1


def shop(
    orders: Sequence[tuple[float, int]],
    sizes: Sequence[int] = (),
    *,
    a: dict[str, Any] | None = None,
    b: dict[str, Any] | None = None,
    x: dict[str, Any] | None = None,
    y: dict[str, Any] | None = None,
    patience: float | None = None,
    **rest: Any,
) -> mk.AssembleToOrder:
    times, variants = zip(*orders, strict=True)
    return mk.AssembleToOrder(
        orders=mk.OrderBook(
            mk.GivenOrders(times, size=sizes or [1] * len(times), variant=variants),
            variants=[1, 1],
            patience=patience,
        ),
        products={
            "a": mk.EndItem(**{"uses": {"x": 1}, **(a or {})}),
            "b": mk.EndItem(**{"uses": {"x": 1, "y": 1}, **(b or {})}),
        },
        components={
            "x": mk.Component(**{"policy": mk.BaseStock(1), "lead_time": 2, **(x or {})}),
            "y": mk.Component(**{"policy": mk.BaseStock(1), "lead_time": 5, **(y or {})}),
        },
        **rest,
    )


def trace(one: mk.AssembleToOrder) -> list[tuple[float, str]]:
    """When the orders of ten periods left and how, the core's and the plain ones."""
    agree(one, replications=1, periods=10)
    rows = [told.row(customer) for customer in plainly(one, 0, periods=10).customers]
    return [(row["left"], row["status"]) for row in rows]


def left(one: mk.AssembleToOrder) -> list[float]:
    found = trace(one)
    assert {status for _, status in found} == {"delivered"}
    return [time for time, _ in found]


QUEUE = [(0.0, B), (1.0, B), (1.5, A)]


@pytest.mark.parametrize(
    ("rules", "times"),
    [
        ({"allocation": "fcfs_commit"}, [0, 5, 3]),
        ({"allocation": "no_holdback"}, [0, 5, 2]),
        ({"allocation": "priority", "b": {"priority": 1}}, [0, 5, 2]),
        ({"allocation": "priority", "a": {"priority": 1}}, [0, 5, 3]),
        # Whoever is not critical leaves one: the third gets the third x, when the second has his.
        ({"allocation": "reserve_critical", "b": {"critical": True}, "x": {"reserve": 1}}, [0, 5, 3]),
        # What is no more than spared keeps the first waiting until another is there.
        ({"allocation": "reserve_critical", "a": {"critical": True}, "y": {"reserve": 1}}, [5, 6, 1.5]),
    ],
)
def test_who_gets_components(rules: dict[str, Any], times: list[float]) -> None:
    assert left(shop(QUEUE, **rules)) == times


def test_what_waits_and_who_is_to_blame() -> None:
    """The second order lacks x and y over [1, 2] and y over [2, 5], the third lacks x over [1.5, 3]."""
    plain = plainly(shop(QUEUE), 0, periods=10)
    assert (told.blame(plain) * 10).ravel() == pytest.approx([1.5, 0.5, 0, 3.5])
    found = {name: values * 10 for name, values in told.components(plain).items()}
    assert found["reserved"] == pytest.approx([3, 0])
    assert found["backorders"] == pytest.approx([1 + 1.5, 4])
    # x over [0, 0] and from 3.5 on; y from 6 on: until then what comes is gone at once.
    assert found["on_hand"] == pytest.approx([6.5, 4])
    assert found["on_order"] == pytest.approx([6, 10])


def test_what_is_given_is_not_taken_back() -> None:
    one = shop([*QUEUE, (2.5, A)], allocation="priority", b={"priority": 1})
    # The second has an x from 3 on, although the last comes first.
    assert left(one) == [0, 5, 2, 3]
    one = shop([(0.0, B), (1.0, B), (2.5, A)], allocation="priority", b={"priority": 1})
    assert left(one) == [0, 5, 3]


def test_whoever_leaves_gives_back_what_he_had() -> None:
    # At 3 the third gets the x of that moment; then the second leaves and his is free.
    found = trace(shop([*QUEUE, (3.1, A)], patience=2))
    assert found == [(0, "delivered"), (3, "reneged"), (3, "delivered"), (3.1, "delivered")]


def test_whose_assembly_has_begun_stays() -> None:
    one = shop([(0.0, A), (0.5, A), (0.6, A)], x={"policy": mk.BaseStock(9)}, patience=1.5, assembly_time=2)
    assert left(one) == [2, 2.5, 2.6]
    found = trace(one.replace(servers=1))
    assert found == [(2, "delivered"), (4, "delivered"), (2.1, "reneged")]


def test_benches_are_first_come_first_served() -> None:
    one = shop([(0.0, A), (0.5, A), (0.6, B)], x={"policy": mk.BaseStock(9)}, assembly_time=2)
    assert left(one.replace(servers=1)) == [2, 4, 6]
    assert left(one.replace(servers=2)) == [2, 2.5, 4]
    assert left(one) == [2, 2.5, 2.6]


def test_orders_of_several_units() -> None:
    one = shop([(0.0, A), (1.0, A)], sizes=[3, 1])
    # Three are ordered at 0, of which two are still needed at 2: the other is for the second.
    assert left(one) == left(one.replace(partial_delivery=True)) == [2, 2]
    late = [
        told.products(plainly(s, 0, periods=10))["backorders"][A]
        for s in (one, one.replace(partial_delivery=True))
    ]
    assert late == pytest.approx([(3 * 2 + 1) / 10, (2 * 2 + 1) / 10])
    # Without holding back the second does not wait for the lot of three; in parts it is behind two of them.
    one = one.replace(allocation="no_holdback")
    assert left(one) == [2, 1]
    assert left(one.replace(partial_delivery=True)) == [2, 2]


def test_orders_that_are_lost() -> None:
    found = trace(shop([(0.0, B), (1.0, A), (2.5, A), (4.6, B), (5.5, B)], lost_orders=True))
    assert [status for _, status in found] == ["delivered", "rejected", "delivered", "rejected", "delivered"]


def test_another_component_stands_in() -> None:
    one = shop([(0.0, A), (0.5, A), (1.0, A), (1.5, B)], x={"substitutes": {"y": 3}})
    # The second takes the y; the third waits for the x of 2, the last for that of 3 and for the y of 5.5.
    assert left(one) == [0, 0.5, 2, 5.5]
    assert told.whole(plainly(one, 0, periods=10))["customisation_cost"] == pytest.approx(0.3)


def test_finished_stock_is_replaced() -> None:
    one = shop(
        [(0.0, A), (1.0, A), (3.5, A)], sizes=[2, 1, 1], a={"stock": 2}, x={"policy": mk.BaseStock(2)}
    ).replace(assembly_time=1)
    # Two of stock go at once; their kits are started at once and are there at 1, when the second comes: work
    # that is finished is first. The kit of the second waits for x until 2; the third takes the other unit.
    assert left(one) == [0, 1, 3.5]
    found = told.products(plainly(one, 0, periods=10))
    assert found["finished_stock"][A] * 10 == pytest.approx(1 * 2 + 2 * 0.5 + 1 * 1 + 2 * 5.5)
    assert found["kit_fill_rate"][A] == pytest.approx(3 / 4)
