"""Assembly on the order clock against traces made by hand: the plain one, which is compared with the core,
and the core itself.

One of component x comes two periods after it was ordered, one of y five; there is one of each at the start.
Product a takes an x, product b an x and a y.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plain_assembly_told as told
import pytest
from plain_assembly_orders import Assembly
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
    requested: Sequence[float] | None = None,
    classes: Sequence[int] | None = None,
    **rest: Any,
) -> mk.AssembleToOrder:
    times, variants = zip(*orders, strict=True)
    given = mk.GivenOrders(times, sizes or [1] * len(times), classes, variants, requested)
    # Of two customer classes, the second comes first.
    kinds = [mk.CustomerClass("old", priority=2), mk.CustomerClass("new", priority=1)]
    return mk.AssembleToOrder(
        orders=mk.OrderBook(
            given, variants=[1, 1], patience=patience, classes=[] if classes is None else kinds
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


def traced(one: mk.AssembleToOrder, **horizon: Any) -> Assembly:
    """Ten periods or others, the core's and the plain ones."""
    horizon = horizon if "orders" in horizon else {"periods": 10, **horizon}
    agree(one, replications=1, **horizon)
    return plainly(one, 0, **horizon)


def ledger(one: mk.AssembleToOrder, *names: str, **horizon: Any) -> list[Any]:
    """What the ledger has of every order."""
    rows = [told.row(customer) for customer in traced(one, **horizon).customers]
    return [tuple(row[name] for name in names) for row in rows]


def trace(one: mk.AssembleToOrder) -> list[tuple[float, str]]:
    """When the orders of ten periods left and how."""
    return ledger(one, "left", "status")


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


@pytest.mark.parametrize(
    ("rules", "classes", "times"),
    [
        ({"allocation": "priority"}, [0, 0, 1], [0, 5, 2]),
        ({"allocation": "priority"}, [0, 1, 0], [0, 5, 3]),
        # Of one class, by age; and products come before classes.
        ({"allocation": "priority"}, [0, 1, 1], [0, 5, 3]),
        ({"allocation": "priority", "a": {"priority": 1}}, [0, 0, 1], [0, 5, 3]),
        ({"allocation": "priority", "b": {"priority": 1}}, [0, 1, 0], [0, 5, 2]),
        # Other rules ask nobody who he is.
        ({"allocation": "fcfs_commit"}, [0, 0, 1], [0, 5, 3]),
        ({"allocation": "no_holdback"}, [0, 1, 0], [0, 5, 2]),
    ],
)
def test_who_gets_components_by_class(rules: dict[str, Any], classes: list[int], times: list[float]) -> None:
    assert left(shop(QUEUE, classes=classes, **rules)) == times


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
    one = one.replace(servers=1)
    assert trace(one) == [(2, "delivered"), (4, "delivered"), (2.1, "reneged")]
    # Whoever leaves has waited, too: by order and in front of the bench.
    found = ledger(one, "material", "started", "waiting", "making")
    assert found == [(0, 0, 0, 2), (0.5, 2, 1.5, 2), (0.6, pytest.approx(NAN, nan_ok=True), 1.5, 0)]
    benches = told.stations(traced(one))
    assert benches["queue"] * 10 == pytest.approx([1.5 + 1.5])
    assert benches["number"] * 10 == pytest.approx([4 + 3])


def test_whoever_leaves_without_his_components_has_not_waited_for_a_bench() -> None:
    one = shop(QUEUE, patience=2, servers=1, assembly_time=0.25)
    found = ledger(one, "material", "started", "left", "waiting")
    nowhere = pytest.approx((NAN, NAN, 3, 0), nan_ok=True)
    assert found == [(0, 0, 0.25, 0), nowhere, (3, 3, 3.25, 0)]


def test_what_is_open_at_the_end() -> None:
    """One is on the bench, the next has his component, the last has none."""
    one = shop(
        [(0.0, A), (0.5, A), (1.0, A)],
        x={"policy": mk.BaseStock(2), "lead_time": 3},
        servers=1,
        assembly_time=20,
    )
    end: dict[str, Any] = {"periods": 2, "drain": 0}
    assert ledger(one, "status", "material", "released", "started", "waiting", **end) == [
        ("open", 0, 0, 0, 0),
        ("open", 0.5, 0.5, pytest.approx(NAN, nan_ok=True), 0),
        ("open", *[pytest.approx(NAN, nan_ok=True)] * 3, 0),
    ]
    plain = traced(one, **end)
    assert told.stations(plain)["queue"] * 2 == pytest.approx([1.5])
    # Two of three found all they needed.
    assert told.whole(plain)["order_fill_rate"] == pytest.approx(2 / 3)


def test_what_is_open_in_parts_at_the_end() -> None:
    """One unit is delivered at once, another at 2; the third has no x until 4."""
    made = {"production": mk.Production(2), "lead_time": 1}
    one = shop([(0.0, A)], [3], partial_delivery=True, a={"shortage_cost": 2}, x=made)
    stops = ("material", "started", "left")
    assert ledger(one, *stops) == [(4, 4, 4)]
    assert ledger(one, *stops, periods=3, drain=0) == [pytest.approx((NAN, 0, NAN), nan_ok=True)]
    assert told.whole(traced(one, periods=3, drain=0))["lost_order_cost"] * 3 == pytest.approx(2 * 2)


def test_quotes_are_those_of_all_that_are_accepted() -> None:
    """The last is open at the end; or the second is lost."""
    one = shop([(0.0, B), (1.0, A), (2.75, A)], requested=[1, 3, 8], x={"lead_time": 2.5})
    assert told.whole(traced(one, periods=3, drain=0))["quoted_lead_time"] == pytest.approx(4)
    assert told.whole(traced(one.replace(lost_orders=True)))["quoted_lead_time"] == pytest.approx(9 / 2)


SHORT: dict[str, Any] = {"a": {"shortage_cost": 2, "lost_cost": 7}, "b": {"shortage_cost": 30}}


@pytest.mark.parametrize(
    ("one", "horizon", "charged"),
    [
        # The second and the third, delivered late; or open at the end.
        (shop(QUEUE, **SHORT), {}, 30 + 2),
        (shop(QUEUE, **SHORT), {"periods": 2, "drain": 0}, 30 + 2),
        # Of those that are counted.
        (shop(QUEUE, **SHORT), {"warm_up": 1, "orders": 3}, 30 + 2),
        (shop([*QUEUE, (1.6, A)], **SHORT), {"warm_up": 2, "orders": 4}, 2 + 2),
        # Lost, or given up.
        (shop(QUEUE, **SHORT, lost_orders=True), {}, 30 + 2 + 7),
        (shop([*QUEUE, (1.6, A)], **SHORT, patience=1), {}, 30 + 2 + 2 + 7),
        # Two of three are late, or all three wait for the last; assembly takes its time.
        (shop([(0.0, A)], [3], **SHORT, partial_delivery=True), {}, 2 * 2),
        (shop([(0.0, A)], [3], **SHORT), {}, 3 * 2),
        (shop([(0.0, A)], **SHORT, assembly_time=0.5), {}, 2),
        # From finished stock: the second waits.
        (shop([(0.0, A), (1.0, A)], [2, 2], a={"stock": 3, "shortage_cost": 2}), {}, 2 * 2),
        # What comes in the same moment is not late.
        (shop([(0.0, A), (0.5, A)], **SHORT, x={"lead_time": 0.5}), {}, 0),
        (shop([(0.0, A)], [4], **SHORT, x={"lead_time": 0}), {}, 0),
    ],
)
def test_whoever_does_not_get_it_at_once_is_charged_for(
    one: mk.AssembleToOrder, horizon: dict[str, Any], charged: float
) -> None:
    plain = traced(one, **horizon)
    assert told.whole(plain)["lost_order_cost"] * told.duration(plain) == pytest.approx(charged)


def test_who_is_followed_for_a_window() -> None:
    one = shop(QUEUE, windows=[0, 2, 2.25, 3])
    # Of a the third order, after 1.5; of b the first at once and the second after 4.
    within = told.fill_within(traced(one))
    assert within == pytest.approx(np.array([[0, 1, 1, 1], [0.5, 0.5, 0.5, 0.5]]))
    # Until 3.7 the third is followed for 2 periods and the second for 2.5.
    within = told.fill_within(traced(one, periods=2, drain=1.7))
    assert within == pytest.approx(np.array([[0, 1, NAN, NAN], [0.5, 0.5, 0.5, 1]]), nan_ok=True)
    # So it is with orders that are lost: the second and the third.
    gone = told.fill_within(traced(one.replace(lost_orders=True), periods=2, drain=1.7))
    assert gone == pytest.approx(np.array([[0, 0, NAN, NAN], [0.5, 0.5, 0.5, 1]]), nan_ok=True)


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


def test_another_component_stands_in_for_the_whole_order() -> None:
    def cost(one: mk.AssembleToOrder) -> float:
        return told.whole(traced(one))["customisation_cost"] * 10

    # There is an x for one of two: the order takes two y, in parts as well, and leaves the x to the next.
    one = shop([(0.0, A), (1.0, B)], [2, 1], x={"substitutes": {"y": 3}}, y={"policy": mk.BaseStock(2)})
    for two in (one, one.replace(partial_delivery=True)):
        assert left(two) == [0, 5]
        assert cost(two) == pytest.approx(6)
    # A y for one of two stands in for nothing.
    one = shop([(0.0, A)], [2], x={"substitutes": {"y": 3}})
    for two in (one, one.replace(partial_delivery=True)):
        assert left(two) == [2]
        assert cost(two) == 0
    # Nor does one that the order needs itself.
    one = shop([(0.0, A), (0.5, B)], x={"substitutes": {"y": 3}})
    assert left(one) == [0, 2]
    more = shop([(0.0, A), (0.5, B)], x={"substitutes": {"y": 3}}, y={"policy": mk.BaseStock(2)})
    assert left(more) == [0, 0.5]
    assert cost(more) == pytest.approx(3)
    # What is spared is not there.
    spared = more.replace(
        allocation="reserve_critical",
        components={**more.components, "y": more.components["y"].replace(reserve=1)},
    )
    assert left(spared) == [0, 2]


def test_finished_stock_is_replaced() -> None:
    one = shop(
        [(0.0, A), (1.0, A), (3.5, A)],
        sizes=[2, 1, 1],
        a={"stock": 2},
        x={"policy": mk.BaseStock(2), "costs": mk.Costs(holding=2, unit=5)},
    ).replace(assembly_time=1)
    # Two of stock go at once; their kits are started at once and are there at 1, when the second comes: work
    # that is finished is first. The kit of the second waits for x until 2; the third takes the other unit.
    assert left(one) == [0, 1, 3.5]
    found = told.products(plainly(one, 0, periods=10))
    assert found["finished_stock"][A] * 10 == pytest.approx(1 * 2 + 2 * 0.5 + 1 * 1 + 2 * 5.5)
    assert found["kit_fill_rate"][A] == pytest.approx(3 / 4)
    # An x costs holding wherever it is: free from 2 on, in assembly for 1 each, in finished units.
    held = (1 + 1 + 2 + 9) + (2 + 1 + 1) + 15
    money = told.whole(traced(one))
    assert money["holding_cost"] * 10 == pytest.approx(2 * held)
    assert money["wip_value"] * 10 == pytest.approx(5 * held)


def test_finished_stock_is_replaced_for_the_customer_who_took_it() -> None:
    """What replaces stock ranks as the customer who set it off: with all alike, first come first served."""
    found = []
    for priority in (-1, 1):
        one = shop([(0.0, A), (0.5, A), (1.0, B)], a={"stock": 1}, classes=[0, 0, 0], allocation="priority")
        book = one.orders
        assert book is not None
        one = one.replace(orders=book.replace(classes=[mk.CustomerClass("old", priority=priority)]))
        found.append(left(one))
    # Stock is there again at 0, and goes at 0.5; the x of 2 is for stock again.
    assert found == [[0, 0.5, 2.5], [0, 0.5, 2.5]]
