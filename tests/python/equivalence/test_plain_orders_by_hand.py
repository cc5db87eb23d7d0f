"""The plain shop that makes to order, against traces made by hand and against exact results.

What is compared with the core must itself be right. Sizes serve as processing times (one period per unit),
so that a trace can be read off the given orders.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
from plain import EVALUATION
from plain_orders import ledger
from plain_orders_draws import Luck, Stream

from maketo import _core

ITEM, STATION, OPERATION = 7, 100, 200  # entities
Json = dict[str, Any]


def law(value: float) -> Json:
    return {"law": "deterministic", "value": value}


def exponential(mean: float) -> Json:
    return {"law": "exponential", "mean": mean}


def station(s: int = 0, **rest: Any) -> Json:
    return {"name": f"station {s}", "key": STATION + s, **rest}


def operation(op: int = 0, **rest: Any) -> Json:
    return {"station": op, "key": OPERATION + op, **rest}


def given(times: list[float], **columns: list[float]) -> Json:
    return {"kind": "given", "times": times, **columns}


def line(arrivals: Json, *, book: Json | None = None, **rest: Any) -> Json:
    """One server and one operation that takes a period per unit, unless something else is said."""
    plain = {"stations": [station()], "operations": [operation(unit_time=law(1.0))]}
    return {"orders": {"arrivals": arrivals, **(book or {})}, **plain, **rest}


def trace(model: Json, key: int = 1, **counted: Any) -> list[Json]:
    counted = counted or {"orders": 1000}
    return ledger(model, key=key, entity=ITEM, replication=EVALUATION, **counted)


def column(rows: list[Json], name: str) -> list[Any]:
    return [row[name] for row in rows]


def spans(rows: list[Json]) -> list[tuple[float, float]]:
    return [(row["started"], row["finished"]) for row in rows]


# Who is next.


def test_two_servers() -> None:
    rows = trace(
        line(given([0.0, 0.5, 1.0, 2.0], size=[4, 1, 2, 1]), stations=[station(servers=2)]),
    )
    assert spans(rows) == [(0, 4), (0.5, 1.5), (1.5, 3.5), (3.5, 4.5)]
    assert column(rows, "waiting") == [0, 0, 0.5, 1.5]
    assert column(rows, "making") == [4, 1, 2, 1]
    assert column(rows, "left") == column(rows, "finished")
    assert set(column(rows, "status")) == {"delivered"}
    assert set(rows[0]) == {
        *(
            "order",
            "arrival",
            "class",
            "variant",
            "size",
            "quote",
            "due",
            "confirmed",
            "material",
            "released",
        ),
        *("started", "finished", "left", "status", "waiting", "making"),
    }


def test_earliest_due_date_overtakes() -> None:
    orders = given([0.0, 1.0, 2.0], size=[4, 2, 2], requested_lead_time=[100, 20, 5])
    rows = trace(line(orders, dispatch={"rule": "edd"}))
    assert column(rows, "due") == [100, 21, 7]
    assert spans(rows) == [(0, 4), (6, 8), (4, 6)]


def test_shortest_processing_time() -> None:
    rows = trace(line(given([0.0, 1.0, 2.0, 2.5], size=[3, 5, 1, 1]), dispatch={"rule": "spt"}))
    assert spans(rows) == [(0, 3), (5, 10), (3, 4), (4, 5)]


def test_slack_and_critical_ratio_differ() -> None:
    """At 4, slack is 13 − 6 against 7 − 1, the ratio 9 / 6 against 3 / 1."""
    orders = given([0.0, 1.0, 1.0], size=[4, 6, 1], requested_lead_time=[0, 12, 6])
    assert spans(trace(line(orders, dispatch={"rule": "slack"}))) == [(0, 4), (5, 11), (4, 5)]
    assert spans(trace(line(orders, dispatch={"rule": "critical_ratio"}))) == [(0, 4), (4, 10), (10, 11)]


def test_slack_counts_the_operations_ahead() -> None:
    """Both are due at the same time; the one with more to do elsewhere goes first."""
    orders = given([0.0, 1.0, 1.0], variant=[0, 0, 1], requested_lead_time=[9, 9, 9])
    operations = [operation(0, time=law(2.0)), operation(1, time=law(3.0))]
    routing = {"kind": "by_variant", "routes": [[0], [0, 1]]}
    rows = trace(
        line(
            orders,
            book={"variants": [1.0, 1.0]},
            stations=[station(0), station(1)],
            operations=operations,
            routing=routing,
            dispatch={"rule": "slack"},
        )
    )
    assert spans(rows) == [(0, 2), (4, 6), (2, 7)]


def test_priority_classes() -> None:
    classes = [
        {"name": "later", "share": 1.0, "priority": 3},
        {"name": "first", "share": 1.0, "priority": -1},
    ]
    orders = given([0.0, 0.5, 1.0, 1.5], size=[2, 1, 1, 1])
    orders["class"] = [0, 0, 1, 1]
    rows = trace(line(orders, book={"classes": classes}, dispatch={"rule": "priority"}))
    assert spans(rows) == [(0, 2), (4, 5), (2, 3), (3, 4)]


def test_setups_are_saved_for_so_many_in_a_row() -> None:
    orders = given([0.0] * 5, variant=[0, 1, 0, 0, 1])
    operations = [operation(time=law(1.0), setup=law(1.0))]
    shop = line(orders, book={"variants": [1.0, 1.0]}, operations=operations)
    saving = {"rule": "setup_saving", "longest": 2}
    assert spans(trace({**shop, "dispatch": saving})) == [(0, 2), (3, 5), (2, 3), (6, 8), (5, 6)]
    assert spans(trace(shop)) == [(0, 2), (2, 4), (4, 6), (6, 7), (7, 9)]


def test_a_tie_goes_to_the_smaller_number() -> None:
    rows = trace(line(given([0.0, 0.0, 0.0]), dispatch={"rule": "spt"}))
    assert column(rows, "started") == [0, 1, 2]


# What it takes.


def test_overtime_begins_above_and_ends_below() -> None:
    overtime = {"above": 4.0, "below": 2.0, "factor": 2.0}
    orders = given([0.0, 0.0, 0.0, 10.0], size=[3, 3, 3, 1])
    rows = trace(line(orders, stations=[station(overtime=overtime)]))
    assert spans(rows) == [(0, 1.5), (1.5, 3), (3, 4.5), (10, 11)]


def test_units_bad_pieces_customisation_and_learning() -> None:
    """Each term from its own address, on both visits."""
    book = {"customisation": law(0.5), "variants": [1.0, 1.0]}
    gamma = {"law": "gamma", "mean": 2.0, "sd": 1.0}
    spec = operation(
        unit_time=gamma, setup=law(0.25), customisation=0.5, yield_share=0.75, rework=1.0, rework_most=1
    )
    spec |= {"learning": 0.5, "learning_floor": 0.75}
    orders = given([0.0, 1000.0, 2000.0], size=[3, 2, 2], variant=[0, 0, 0])
    rows = trace(line(orders, book=book, operations=[spec]))
    luck = Luck(1, EVALUATION)
    for i, (size, learning) in enumerate([(3, 1.0), (2, 2**-0.5 if 2**-0.5 > 0.75 else 0.75), (2, 0.75)]):
        making = 0.0
        for visit in (0, 1):
            u = luck.uniform(Stream.YIELD, OPERATION, visit << 32 | i)
            good = {"law": "negative_binomial", "r": float(size), "p": 0.75}
            bad = luck.draw(good, Stream.YIELD, OPERATION, visit << 32 | i)
            assert (bad == 0) == (u <= 0.75**size)
            setup = 0.25 if i == 0 and visit == 0 else 0.0
            units = [
                luck.draw(gamma, Stream.PROCESSING, OPERATION, (1 << 16 | visit << 11 | k) << 32 | i)
                for k in range(size + int(bad))
            ]
            making += (setup + sum(units)) * 1.25 * learning
        assert rows[i]["making"] == pytest.approx(making, rel=1e-12)


def test_an_order_goes_back_to_the_operation_named() -> None:
    """Twice 1 + 2 periods; on the way it waits for the order behind it."""
    operations = [
        operation(0, time=law(1.0)),
        operation(1, time=law(2.0), rework=1.0, rework_to=0, rework_most=1),
    ]
    shop = line(given([0.0, 2.75]), stations=[station(0), station(1)], operations=operations)
    rows = trace(shop)
    # 0: 0–1, 1–3, and after 1 behind it at station 0: 3.75–4.75, and after 1 at station 1: 5.75–7.75.
    # 1: 2.75–3.75, 3.75–5.75, 5.75–6.75, 7.75–9.75.
    assert spans(rows) == [(0, 7.75), (2.75, 9.75)]
    assert column(rows, "waiting") == [1.75, 1.0]
    assert column(rows, "making") == [6, 6]
    # To itself, three times: 1–3 and 3–5; order 1 came to the queue at 3.75 and takes turns with it until 13.
    operations[1] |= {"rework_to": None, "rework_most": 3}
    assert spans(trace(shop)) == [(0, 13), (2.75, 17)]


def test_random_routing_that_is_certain() -> None:
    operations = [operation(0, time=law(1.0)), operation(1, time=law(2.0))]
    routing = {"kind": "random", "start": [0.0, 1.0], "next": [[0.0, 0.0], [1.0, 0.0]]}
    shop = line(given([0.0, 0.0]), stations=[station(0), station(1)], operations=operations)
    assert spans(trace({**shop, "routing": routing})) == [(0, 3), (2, 5)]
    capped = {"release": {"rule": "workload_cap", "cap": 5.5}, "routing": routing}
    assert column(trace({**shop, **capped}), "released") == [0, 3]


# When work stops.


def test_closed_hours_during_work() -> None:
    """Open from 8 to 16: ten hours of work end on the next day, six more when the doors close."""
    calendar = {"cycle": 24.0, "open": [[8.0, 16.0]]}
    orders = given([0.0, 1.0, 2.0], size=[10, 6, 1])
    rows = trace(line(orders, stations=[station(calendar=calendar)]))
    assert spans(rows) == [(8, 34), (34, 40), (56, 57)]
    assert column(rows, "making") == [26, 6, 1]


def test_breakdowns_in_the_middle_of_work() -> None:
    """Runs for 3, stops for 2: 3 + 2 + 3 + 2 + 1; then 2 that are left, and a failure at the very start."""
    breakdowns = {"uptime": law(3.0), "repair": law(2.0)}
    orders = given([0.0, 20.0, 30.0], size=[7, 2, 1])
    rows = trace(line(orders, stations=[station(breakdowns=breakdowns)]))
    assert spans(rows) == [(0, 11), (20, 22), (30, 33)]


def test_breakdowns_while_idle() -> None:
    """Up from 0 to 3, 5 to 8, 10 to 13, …, whether there is work or not."""
    breakdowns = {"uptime": law(3.0), "repair": law(2.0), "clock": "always"}
    orders = given([2.0, 8.0, 8.5, 12.0], size=[2, 1, 1, 2])
    rows = trace(line(orders, stations=[station(breakdowns=breakdowns)]))
    assert spans(rows) == [(2, 6), (10, 11), (11, 12), (12, 16)]


def test_repairs_take_open_hours() -> None:
    """Open 4 of 10: 0–3 work, 3–4 and 10–11 repair, 11–13 work."""
    spec = station(
        calendar={"cycle": 10.0, "open": [[0.0, 4.0]]}, breakdowns={"uptime": law(3.0), "repair": law(2.0)}
    )
    assert spans(trace(line(given([0.0], size=[5]), stations=[spec]))) == [(0, 13)]
    with pytest.raises(ValueError, match="calendar beside breakdowns"):
        trace(
            line(given([0.0]), stations=[{**spec, "breakdowns": {**spec["breakdowns"], "clock": "always"}}])
        )


# Blocking.


def two_in_line(buffer: int) -> Json:
    operations = [operation(0, time=law(1.0)), operation(1, time=law(3.0))]
    stations = [station(0), station(1, buffer=buffer)]
    return line(given([0.0] * 4), stations=stations, operations=operations)


def test_blocking_after_service() -> None:
    """Order 2 keeps the first server from 3 to 4, order 3 from 5 to 7."""
    rows = trace(two_in_line(buffer=1))
    assert column(rows, "started") == [0, 1, 2, 4]
    assert column(rows, "finished") == [4, 7, 10, 13]
    assert column(rows, "waiting") == [0, 1 + 2, 2 + 1 + 3, 4 + 2 + 3]
    assert column(rows, "making") == [4] * 4


def test_no_buffer_at_all() -> None:
    rows = trace(two_in_line(buffer=0))
    assert column(rows, "started") == [0, 1, 4, 7]
    assert column(rows, "finished") == [4, 7, 10, 13]


def test_the_longest_blocked_goes_first() -> None:
    """Two servers upstream; order 2 is done before order 1, and moves on before it."""
    operations = [operation(0, unit_time=law(1.0)), operation(1, time=law(10.0))]
    stations = [station(0, servers=2), station(1, buffer=0)]
    orders = given([0.0, 0.0, 1.0], size=[1, 4, 2])
    rows = trace(line(orders, stations=stations, operations=operations))
    assert spans(rows) == [(0, 11), (0, 31), (1, 21)]
    assert column(rows, "waiting") == [0, 21 - 4, 11 - 3]


# Before the floor.


def test_what_was_called_off() -> None:
    shop = line(given([0.0, 1.0]), material={"kind": "called_off", "lead_time": law(4.0)})
    rows = trace({**shop, "confirmation": {"delay": law(0.5)}})
    assert column(rows, "confirmed") == [0.5, 1.5]
    assert column(rows, "material") == column(rows, "released") == [4.5, 5.5]
    assert spans(rows) == [(4.5, 5.5), (5.5, 6.5)]


def test_a_stock_of_material() -> None:
    """Two units; replacements come at 5, 6 and 7: only order 2 waits. An order of three needs its own."""
    stocked = {"kind": "stocked", "level": 2.0, "lead_time": law(5.0)}
    rows = trace(line(given([0.0, 1.0, 2.0, 8.0]), material=stocked))
    assert column(rows, "material") == [0, 1, 5, 8]
    rows = trace(line(given([0.0, 1.0], size=[3, 1]), material=stocked))
    assert column(rows, "material") == [5, 5]


def test_release_at_multiples() -> None:
    rows = trace(line(given([0.0, 1.0, 5.0, 6.0]), release={"rule": "periodic", "every": 5.0}))
    assert column(rows, "released") == [0, 5, 5, 10]
    assert column(rows, "started") == [0, 5, 6, 10]


def test_release_backward_from_the_promised_date() -> None:
    orders = given([0.0, 1.0], requested_lead_time=[10, 2])
    rows = trace(line(orders, release={"rule": "backward", "planned": 4.0}))
    assert column(rows, "released") == [6, 1]


def test_release_under_a_cap_of_work() -> None:
    """3 + 2 fit; order 2 holds up order 3 until 3; order 4 is larger than the cap and needs an empty shop."""
    orders = given([0.0] * 5, size=[3, 2, 3, 1, 9])
    rows = trace(line(orders, release={"rule": "workload_cap", "cap": 5.0}))
    assert column(rows, "released") == [0, 0, 3, 5, 9]
    assert spans(rows) == [(0, 3), (3, 5), (5, 8), (8, 9), (9, 18)]


def test_a_cap_at_one_station_falls_with_its_operation() -> None:
    operations = [operation(0, time=law(2.0)), operation(1, time=law(4.0))]
    shop = line(given([0.0] * 3), stations=[station(0), station(1)], operations=operations)
    rows = trace({**shop, "release": {"rule": "workload_cap", "cap": 2.0, "station": 0}})
    assert column(rows, "released") == [0, 2, 4]
    rows = trace({**shop, "release": {"rule": "workload_cap", "cap": 10.0}})
    assert column(rows, "released") == [0, 2, 6]


def test_entry_runs_and_confirmation() -> None:
    entry = {"delay": law(1.0), "error": 1.0, "correction": law(0.5), "every": 2.0}
    manual = {"delay": law(3.0)}
    shop = line(given([0.0, 0.5, 0.75]), entry=entry, confirmation={"delay": law(0.25)})
    assert column(trace(shop), "confirmed") == [2.25, 2.25, 4.25]
    by_hand = {**shop, "manual_entry": manual}
    by_hand["orders"] = {**shop["orders"], "manual_share": 1.0}
    assert column(trace(by_hand), "confirmed") == [3.25, 3.75, 4.0]
    rows = trace({**shop, "confirmation": {"probability": 0.0, "delay": law(0.25)}})
    assert column(rows, "status") == ["unconfirmed"] * 3
    assert column(rows, "left") == [2.25, 2.25, 4.25]
    assert all(math.isnan(x) for x in column(rows, "confirmed") + column(rows, "waiting"))


# Promises, and who is turned away.


def test_forward_loading() -> None:
    """Order 1 waits 2 at the first station; order 2, at 1, for 4 and 6 periods that are not finished."""
    operations = [operation(0, time=law(2.0)), operation(1, time=law(3.0))]
    shop = line(given([0.0, 0.0, 1.0, 2.0]), stations=[station(0), station(1)], operations=operations)
    rows = trace({**shop, "quote": {"rule": "forward_loading", "buffer": 0.5}})
    # Order 3, at 2, when order 0 has left the first station: max(2 + 4, 2 + 9, …): 8, then 2 + 9 + 3.
    assert column(rows, "quote") == [5.5, 7.5, 9.5, 12.5]
    assert column(rows, "due") == [5.5, 7.5, 10.5, 14.5]
    before = {"entry": {"delay": law(1.0)}, "confirmation": {"delay": law(1.0)}, "delivery": law(2.0)}
    before["material"] = {"kind": "called_off", "lead_time": law(4.0)}
    rows = trace({**shop, **before, "quote": {"rule": "forward_loading"}})
    assert rows[0]["quote"] == rows[0]["left"] == 6 + 5 + 2


def test_rejected_and_balked() -> None:
    orders = given([0.0, 1.0, 2.0, 4.0], size=[4, 1, 1, 2])
    rows = trace(line(orders, acceptance={"max_orders": 2}))
    assert column(rows, "status") == ["delivered", "delivered", "rejected", "delivered"]
    assert rows[2]["left"] == 2
    rows = trace(line(orders, acceptance={"max_workload": 3.0}))  # 3, 3 − 1 + 1 and 1 periods are there
    assert column(rows, "status") == ["delivered"] * 4
    rows = trace(line(orders, acceptance={"max_workload": 2.75}))
    assert column(rows, "status") == ["delivered", "balked", "delivered", "delivered"]
    quoted = given([0.0, 0.0], requested_lead_time=[3, 4])
    rows = trace(line(quoted, acceptance={"max_quote": 3.0}))
    assert column(rows, "status") == ["delivered", "balked"]
    book = {"valuation": law(10.0), "waiting_sensitivity": law(0.5), "customisation": law(0.5)}
    costs = {"price": 7.0, "price_premium": 2.625}  # 10 − (7 + 2.625 / 2) = 1.6875
    rows = trace(line(quoted, book=book, costs=costs))
    assert column(rows, "status") == ["delivered", "balked"]


# Who leaves, and when.


def test_patience_ends_in_the_queue() -> None:
    """Order 2 leaves at 5, when the server becomes free: customers leave before work is given."""
    shop = line(given([0.0, 1.0, 2.0], size=[5, 1, 1]), book={"patience": law(3.0)})
    rows = trace({**shop, "patience_until": "start"})
    assert column(rows, "status") == ["delivered", "reneged", "reneged"]
    assert column(rows, "left") == [5, 4, 5]
    assert math.isnan(rows[1]["waiting"])
    rows = trace(shop)
    assert column(rows, "status") == ["reneged"] * 3
    assert rows[0]["left"] == 5
    assert rows[0]["making"] == 5
    assert math.isnan(rows[0]["finished"])


def test_patience_elsewhere() -> None:
    """Before confirmation, for want of material, unreleased, between operations, blocked, and in delivery."""
    book = {"patience": law(3.0)}
    one = given([0.0])
    for rest in (
        {"confirmation": {"delay": law(4.0)}},
        {"material": {"kind": "called_off", "lead_time": law(4.0)}},
        {"release": {"rule": "periodic", "every": 4.0}, "entry": {"delay": law(1.0)}},
    ):
        (row,) = trace(line(one, book=book, **rest))
        assert (row["status"], row["left"]) == ("reneged", 3)
        assert math.isnan(row["released"])
    (row,) = trace(line(one, book=book, delivery=law(9.0)))
    assert (row["status"], row["left"]) == ("delivered", 10)
    operations = [operation(0, time=law(1.0)), operation(1, time=law(9.0))]
    two = line(given([0.0, 0.0]), book=book, stations=[station(0), station(1)], operations=operations)
    rows = trace(two)
    assert column(rows, "left") == [10, 3]
    assert column(rows, "waiting") == [0, 1]
    two["stations"][1]["buffer"] = 0
    rows = trace({**two, "orders": {**two["orders"], "arrivals": given([0.0, 0.0, 2.5])}})
    assert column(rows, "left") == [10, 3, 5.5]
    assert column(rows, "waiting") == [0, 1 + 1, 0.5 + 1.5]


def test_cancellation_before_the_start() -> None:
    luck = Luck(1, EVALUATION)
    after = [luck.draw(exponential(0.5), Stream.CANCEL, ITEM, i) for i in range(6)]
    rows = trace(line(given([0.0] * 6), cancellation=2.0))
    free = 0.0
    for i, row in enumerate(rows):
        if after[i] < free:
            assert (row["status"], row["left"]) == ("cancelled", after[i])
        else:
            assert (row["status"], row["started"]) == ("delivered", free)
            free += 1
    assert {"cancelled", "delivered"} == set(column(rows, "status"))


def test_delivery_on_the_promised_date() -> None:
    shop = line(given([0.0, 0.0], requested_lead_time=[9, 1]), delivery=law(0.5))
    assert column(trace(shop), "left") == [1.5, 2.5]
    assert column(trace({**shop, "deliver_on_date": True}), "left") == [9, 2.5]


# Who is counted.


def test_cohort_and_drain() -> None:
    """Later orders keep coming and take the server; what happens at the end of the drain does not happen."""
    orders = given([0.0, 1.0, 2.0, 3.0], size=[3, 2, 1, 1], requested_lead_time=[9, 9, 9, 0])
    shop = line(orders, dispatch={"rule": "edd"})
    rows = trace(shop, periods=3.0)
    assert spans(rows) == [(0, 3), (4, 6), (6, 7)]
    rows = trace(shop, periods=3.0, drain=3.0)
    assert column(rows, "status") == ["delivered", "open", "open"]
    assert rows[1]["started"] == 4
    assert rows[1]["waiting"] == 3
    assert math.isnan(rows[1]["left"])


def test_arrivals_of_all_kinds() -> None:
    gaps = [_core.uniform(1, EVALUATION, Stream.ARRIVAL, ITEM, i) for i in range(9)]
    unit = [-math.log1p(-u) for u in gaps]
    poisson = trace(line({"kind": "poisson", "rate": 4.0}), orders=9)
    assert poisson[8]["arrival"] == pytest.approx(sum(unit) / 4)
    renewal = trace(line({"kind": "renewal", "gap": exponential(3.0)}), orders=9)
    assert renewal[8]["arrival"] == pytest.approx(sum(unit) * 3)
    # Rates 4, 0, 4, 0, …: operational time g comes at period 2·⌊g / 4⌋, and a quarter of the rest later.
    varying = trace(line({"kind": "varying", "rates": [4.0, 0.0], "cycle": True}), orders=9)
    assert varying[8]["arrival"] == pytest.approx(2 * (sum(unit) // 4) + sum(unit) % 4 / 4)
    ending = trace(line({"kind": "varying", "rates": [4.0, 0.0], "cycle": False}), orders=99)
    assert ending
    assert all(row["arrival"] < 1 for row in ending)


# Exact results.

SIGMAS = 4.5


def near(model: Json, *pairs: tuple[float, Any], orders: int = 1200, replications: int = 20) -> None:
    """Exact means against those of values of orders (none: not counted); each replication starts empty."""
    runs = [
        ledger(model, key=2024, entity=ITEM, replication=EVALUATION + r, orders=orders)[200:]
        for r in range(replications)
    ]
    for exact, value in pairs:
        counted = [[x for x in map(value, rows) if x is not None] for rows in runs]
        means = [sum(values) / len(values) for values in counted]
        mean = sum(means) / replications
        variance = sum((x - mean) ** 2 for x in means) / (replications - 1)
        assert variance > 0
        assert abs(mean - exact) < SIGMAS * math.sqrt(variance / replications), (mean, exact)


def queue(**rest: Any) -> Json:
    return line({"kind": "poisson", "rate": 1.0}, **rest)


def wait(row: Json) -> float:
    return float(row["started"] - row["arrival"])


def test_one_exponential_server() -> None:
    """M/M/1: lead time 1/(μ − λ), and a share ρ waits."""
    shop = queue(operations=[operation(time=exponential(0.6))])
    near(
        shop,
        (0.6 / 0.4, lambda row: row["left"] - row["arrival"]),
        (0.6, lambda row: float(wait(row) > 0)),
    )


def test_cobham() -> None:
    """Two classes without preemption: W₀/(1 − ρ₁) and W₀/((1 − ρ₁)(1 − ρ))."""
    classes = [{"name": "low", "share": 0.6, "priority": 1}, {"name": "high", "share": 0.4, "priority": 0}]
    operations = [operation(time_by_class=[exponential(0.75), exponential(0.5)], time=law(0.0))]
    shop = queue(operations=operations, dispatch={"rule": "priority"})
    shop["orders"]["classes"] = classes
    residual = 0.6 * 0.75**2 + 0.4 * 0.5**2
    high, both = 0.4 * 0.5, 0.6 * 0.75 + 0.4 * 0.5
    near(
        shop,
        (residual / (1 - high), lambda row: wait(row) if row["class"] else None),
        (residual / ((1 - high) * (1 - both)), lambda row: None if row["class"] else wait(row)),
    )


def test_breakdowns_while_working() -> None:
    """M/G/1 of completion times: E C = E X (1 + E R/E U), E C² = E X² (1 + E R/E U)² + E X E R²/E U."""
    breakdowns = {"uptime": exponential(2.0), "repair": exponential(0.5)}
    shop = queue(operations=[operation(time=exponential(0.5))], stations=[station(breakdowns=breakdowns)])
    stretch = 1 + 0.5 / 2.0
    second = 2 * 0.5**2 * stretch**2 + 0.5 * (2 * 0.5**2) / 2.0
    near(shop, (second / (2 * (1 - 0.5 * stretch)), wait))


def test_erlang_loss() -> None:
    """Three servers and nobody waits: B = (a³/6) / (1 + a + a²/2 + a³/6)."""
    shop = queue(
        operations=[operation(time=exponential(2.0))],
        stations=[station(servers=3)],
        acceptance={"max_orders": 3},
    )
    near(shop, ((8 / 6) / (1 + 2 + 2 + 8 / 6), lambda row: float(row["status"] == "rejected")))
