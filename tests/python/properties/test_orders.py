"""What must hold for any shop that makes to order: the same bits however it is run, draws that stay in place,
orders and money that are conserved, and what more servers, longer quotes and other units do.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import maketo as mk
from maketo import _core
from ordered import SHOPS, STATUSES, bits, by_replication, full, ledger, plain, random_shop, run

LEVELS = ["scalar", *json.loads(_core.build_info())["simd"]]
RUN: dict[str, Any] = {"periods": 24, "warm_up": 4, "replications": 300, "seed": 5, "keep": "orders"}
NAMES = list(SHOPS)
# With a buffer, breakdowns, hours, rework, classes, … and orders that end in every way.
MADE = (9, 20, 29, 38, 48, 70, 72, 95, 114)
DELIVERED = STATUSES.index("delivered")
_kept: dict[str, mk.OrderResult] = {}


def whole(name: str) -> mk.OrderResult:
    if name not in _kept:
        _kept[name] = mk.simulate(SHOPS[name], **RUN)
    return _kept[name]


def same(a: Any, b: Any) -> bool:
    return bool(np.array_equal(a, b, equal_nan=True))


def made(seed: int, **options: Any) -> mk.OrderResult:
    """A run of a shop at random; whoever waits for ever is given up in the end."""
    key = f"{seed} {options}"
    if key not in _kept:
        settings = {"periods": 30, "drain": 60, "replications": 4, "keep": "orders", **options}
        _kept[key] = run(random_shop(seed), **settings)
    return _kept[key]


# How it is run.


@pytest.mark.parametrize("name", NAMES)
def test_threads_change_no_bit(name: str) -> None:
    for threads in (1, 2, 3):
        assert bits(mk.simulate(SHOPS[name], **RUN, threads=threads)) == bits(whole(name)), threads


@pytest.mark.parametrize("name", NAMES)
def test_simd_levels_change_no_bit(name: str) -> None:
    assert len(LEVELS) > 1
    for level in LEVELS:
        one = mk.simulate(SHOPS[name], **RUN, simd=level)
        assert one.simd == level
        assert bits(one) == bits(whole(name)), level


@pytest.mark.parametrize("name", NAMES)
def test_parts_of_the_replications_make_the_whole(name: str) -> None:
    all_of_it, at = whole(name), 0
    counted: NDArray[Any] = np.zeros(3)
    columns: dict[str, list[Any]] = {}
    for count in (1, 255, 2, 42):
        part = mk.simulate(SHOPS[name], **{**RUN, "replications": count}, first_replication=at)
        for metric in all_of_it.metrics:
            assert same(part[metric], all_of_it[metric][at : at + count]), metric
        assert part.coords["replication"].tolist() == list(range(at, at + count))
        for column, values in ledger(part).items():
            columns.setdefault(column, []).append(values)
        told = part.distribution()
        counted += np.array([told.count, *(told.exceeds(x).value * told.count for x in (1, 4))])
        at += count
    assert at == all_of_it.replications
    for column, pieces in columns.items():
        assert same(np.concatenate(pieces), ledger(all_of_it)[column]), column
    told = all_of_it.distribution()
    expected = [told.count, *(told.exceeds(x).value * told.count for x in (1, 4))]
    np.testing.assert_allclose(counted, np.array(expected), rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_changes_no_number(name: str) -> None:
    some = ["lead_time", "orders_arrived", "tardiness", "cost"]
    few = mk.simulate(SHOPS[name], **{**RUN, "keep": "replications"}, metrics=some)
    summary = mk.simulate(SHOPS[name], **{**RUN, "keep": "summary"})
    assert few.metrics == tuple(some)
    for metric in some:
        assert same(few[metric], whole(name)[metric]), metric
    for metric in summary.metrics:
        assert same(summary.statistics(metric), whole(name).statistics(metric)), metric
    for other in (few, summary):
        assert same(other.distribution().quantile(0.9).value, whole(name).distribution().quantile(0.9).value)


@pytest.mark.parametrize("name", ["one server", "a line by recursion"])
def test_the_recursion_tells_the_story_of_the_calendar(name: str) -> None:
    for options in ({}, {"periods": None, "orders": 40}, {"warm_up": 0}, {"drain": 0.5}):
        fast, slow = (
            mk.simulate(SHOPS[name], **{**RUN, **options}, method=method) for method in ("auto", "calendar")
        )
        assert slow.method == "calendar"
        for column, values in ledger(slow).items():
            assert same(ledger(fast)[column], values), column
        for metric in slow.metrics:
            # Work that is still on when a drained run ends is another story.
            if "drain" not in options:
                np.testing.assert_allclose(fast[metric], slow[metric], rtol=1e-9, atol=1e-12, err_msg=metric)
    assert whole(name).method == "recursion"


SWEPT: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "a quote": ({"quote": mk.Sweep([2, 5], "x")}, {"quote": 2}, {"quote": 5}),
    "a rate": ({"orders": mk.Sweep([0.3, 0.6], "x")}, {"orders": 0.3}, {"orders": 0.6}),
    "servers": (
        {"stations": {"machine": mk.Station(servers=mk.Sweep([1, 3], "x"))}},
        {},
        {"stations": {"machine": mk.Station(servers=3)}},
    ),
    "a law": (
        {"operations": mk.Operation("machine", mk.Exponential(mk.Sweep([0.5, 1], "x")))},
        {"operations": mk.Operation("machine", mk.Exponential(0.5))},
        {"operations": mk.Operation("machine", mk.Exponential(1))},
    ),
    "a class": (
        {
            "orders": mk.OrderBook(
                0.6, classes=[mk.CustomerClass("a", mk.Sweep([1, 3], "x")), mk.CustomerClass("b")]
            )
        },
        {"orders": mk.OrderBook(0.6, classes=[mk.CustomerClass("a"), mk.CustomerClass("b")])},
        {"orders": mk.OrderBook(0.6, classes=[mk.CustomerClass("a", 3), mk.CustomerClass("b")])},
    ),
    "a price": (
        {"costs": mk.OrderCosts(price=mk.Sweep([1, 3], "x"))},
        {"costs": {"price": 1}},
        {"costs": {"price": 3}},
    ),
}


@pytest.mark.parametrize("what", list(SWEPT))
def test_a_sweep_is_its_single_runs(what: str) -> None:
    swept, *singles = SWEPT[what]
    together = mk.simulate(plain(**swept), **RUN)
    assert together.dims == ("x", "replication")
    for k, changes in enumerate(singles):
        alone = mk.simulate(plain(**changes), **RUN)
        for metric in alone.metrics:
            assert same(together[metric][k], alone[metric]), metric
        for r in (0, 17, 299):
            ours, theirs = ledger(together).replication(k, r), ledger(alone).replication(r)
            assert all(same(ours[c], theirs[c]) for c in theirs)
        assert same(together.distribution().quantile(0.9).value[k], alone.distribution().quantile(0.9).value)
        assert same(together.station("utilisation").value[k], alone.station("utilisation").value)


@pytest.mark.parametrize("axes", [("rate", "quote"), ("quote", "rate")])
def test_designs_that_share_orders_and_designs_that_do_not_may_mix(axes: tuple[str, str]) -> None:
    book = mk.OrderBook(mk.Sweep([0.4, 0.6], "rate"), size=mk.UniformInteger(1, 3))
    swept = plain(orders=book, quote=mk.Sweep([2, 4, 9], "quote"), dispatch="edd")
    if axes[0] == "quote":
        swept = swept.replace(orders=book.replace(engineering_hours=mk.Sweep([0, 0, 0], "quote")))
        swept = swept.replace(orders=swept.book.replace(arrivals=mk.Sweep([0.4, 0.6], "rate")))
    together = mk.simulate(swept, **RUN)
    for i, rate in enumerate((0.4, 0.6)):
        for j, quote in enumerate((2, 4, 9)):
            alone = mk.simulate(swept.replace(orders=book.replace(arrivals=rate), quote=quote), **RUN)
            assert same(together["tardiness"][i, j], alone["tardiness"])
            assert same(ledger(together).replication(i, j, 7)["left"], ledger(alone).replication(7)["left"])


def test_an_item_is_the_same_alone_and_among_others() -> None:
    shops = {
        "a": plain(),
        "b": plain(orders=0.8, dispatch="spt"),
        "c": plain(orders=mk.OrderBook(mk.SplitDemand(mk.Poisson(1))), quote=mk.ForwardLoading()),
    }
    together = mk.simulate(shops, **RUN)
    backwards = mk.simulate(dict(reversed(shops.items())), **RUN)
    assert isinstance(together, mk.OrderResult)
    assert isinstance(backwards, mk.OrderResult)
    for k, name in enumerate(shops):
        alone = mk.simulate(shops[name], **RUN, name=name)
        for metric in alone.metrics:
            assert same(together[metric][k], alone[metric]), metric
            assert same(backwards[metric][2 - k], alone[metric]), metric
        assert same(ledger(together).replication(k, 3)["left"], ledger(alone).replication(3)["left"])


# What is drawn.

ASKED = ("order", "class", "variant", "arrival", "size")
MARKET = mk.OrderBook(
    0.9,
    size=mk.Geometric(mean=2, start=1),
    classes=[mk.CustomerClass("a", 2, 1), mk.CustomerClass("b", 1, 0)],
    variants=[1, 2],
    requested_lead_time=mk.Uniform(1, 9),
    customisation=mk.Uniform(0, 1),
)
OTHERS: dict[str, dict[str, Any]] = {
    **{rule: {"dispatch": rule} for rule in ("edd", "spt", "slack", "critical_ratio", "priority")},
    "setup saving": {"dispatch": mk.SetupSaving(3)},
    "a quote": {"quote": mk.QuantileQuote(0.9), "dispatch": "edd"},
    "entry": {"entry": mk.OrderEntry(mk.Exponential(1), 0.5, 1)},
    "confirmation": {"confirmation": mk.Confirmation(0.9, mk.Exponential(1))},
    "material": {"material": mk.StockedMaterial(3, mk.Exponential(2))},
    "release": {"release": mk.PeriodicRelease(2)},
    "servers": {"stations": {"a": mk.Station(servers=3)}},
    "breakdowns": {
        "stations": {"a": mk.Station(breakdowns=mk.Breakdowns(mk.Exponential(5), mk.Exponential(1)))}
    },
    "cancellation": {"cancellation": 0.05},
    "delivery": {"delivery": mk.Exponential(1)},
}


def two(**changes: Any) -> mk.MakeToOrder:
    work = [
        mk.Operation("a", mk.Exponential(0.6)),
        mk.Operation("b", unit_time=mk.Exponential(0.3), yield_share=0.9),
    ]
    return plain(**{"orders": MARKET, "operations": work, "quote": None, **changes})


@pytest.mark.parametrize("what", list(OTHERS))
def test_what_the_shop_does_changes_neither_the_orders_nor_the_work(what: str) -> None:
    usual, other = (run(two(**c), keep="orders", replications=20) for c in ({}, OTHERS[what]))
    for column in ASKED:
        assert same(ledger(usual)[column], ledger(other)[column]), column
    assert not same(ledger(usual)["left"], ledger(other)["left"])
    if what != "breakdowns":
        done = ledger(other)["status"] == DELIVERED
        np.testing.assert_allclose(ledger(other)["making"][done], ledger(usual)["making"][done], rtol=1e-12)


def test_another_attribute_moves_no_other() -> None:
    usual = run(two(), keep="orders", replications=20)
    for changes, moved in (
        ({"patience": mk.Exponential(3)}, ()),
        ({"size": 2}, ("size",)),
        ({"variants": [1, 1, 1]}, ("variant",)),
        ({"requested_lead_time": mk.Exponential(3)}, ()),
        ({"valuation": mk.Uniform(0, 9), "waiting_sensitivity": mk.Uniform(0, 1)}, ()),
        ({"manual_share": 0.5}, ()),
        ({"engineering_hours": mk.Exponential(3)}, ()),
        ({"classes": ()}, ("class",)),
    ):
        other = run(two(orders=MARKET.replace(**changes)), keep="orders", replications=20)
        for column in ASKED:
            assert same(ledger(usual)[column], ledger(other)[column]) == (column not in moved), (
                changes,
                column,
            )


def test_books_of_one_key_are_the_same_customers_in_different_shops() -> None:
    runs = [
        run(two(orders=MARKET.replace(key=key), key=shop), keep="orders", replications=20)
        for key, shop in (("market", 1), ("market", 2), ("other", 2), (None, 2))
    ]
    first, second, other, own = (ledger(r) for r in runs)
    for column in ASKED:
        assert same(first[column], second[column]), column
    assert not same(first["making"], second["making"])
    for changed in (other, own):
        assert not same(first["arrival"][:50], changed["arrival"][:50])


def test_another_rate_moves_the_orders_and_draws_no_others() -> None:
    slow, fast = (
        run(
            plain(orders=rate, operations=mk.Operation("machine", mk.Exponential(0.1))),
            keep="orders",
            periods=None,
            orders=50,
        )
        for rate in (0.3, 1.2)
    )
    np.testing.assert_allclose(ledger(slow)["arrival"], 4 * ledger(fast)["arrival"], rtol=1e-12)
    np.testing.assert_allclose(ledger(slow)["making"], ledger(fast)["making"], rtol=1e-9)


@pytest.mark.parametrize("cycle", [True, False])
def test_a_rate_that_varies_is_a_change_of_time(cycle: bool) -> None:
    rates = np.array([0.5, 0.0, 2.0, 1.25])
    varying = run(
        plain(orders=mk.VaryingArrivals(rates, cycle), dispatch="edd"), keep="orders", replications=50
    )
    steady = run(plain(orders=mk.PoissonArrivals(1)), keep="orders", replications=50, periods=60)
    per_period = np.r_[np.tile(rates, 5)] if cycle else np.r_[rates, np.full(16, rates[-1])]
    clock = np.r_[0, np.cumsum(per_period)]
    for r in range(50):
        came = ledger(varying).replication(r)["arrival"]
        expected = ledger(steady).replication(r)["arrival"]
        passed = np.interp(came, np.arange(21), clock)
        np.testing.assert_allclose(passed, expected[: came.size], rtol=1e-9)
        assert expected[came.size] >= clock[-1], "all that come are there"
        assert not (per_period[came.astype(int)] == 0).any()


@pytest.mark.parametrize(
    "demand", [mk.Poisson(3), mk.Bootstrap([0, 0, 7, 2]), 4, mk.NegativeBinomial(mean=3, sd=4)]
)
def test_a_split_demand_keeps_its_totals(demand: Any) -> None:
    book = mk.OrderBook(mk.SplitDemand(demand), size=mk.UniformInteger(2, 4))
    split = run(plain(orders=book, dispatch="edd"), keep="orders", replications=30)
    stock = mk.MakeToStock(demand=demand, policy=mk.BaseStock(9))
    totals = mk.simulate(stock, periods=20, replications=30, seed=1, trace=["demand"]).trace["demand"]

    def by_period(orders: dict[str, NDArray[Any]]) -> NDArray[Any]:
        return np.bincount(orders["arrival"].astype(int), orders["size"], minlength=20)

    assert same(by_replication(split, by_period), totals)
    assert same(split["demand"], totals.mean(axis=1))
    sizes = ledger(split)["size"]
    assert ((sizes >= 1) & (sizes <= 4)).all()
    assert (np.diff(ledger(split).replication(0)["arrival"]) >= 0).all()
    # All but the last of a period are of the book's sizes.
    small = np.flatnonzero(sizes == 1)
    assert small.size
    assert sizes.size - small.size > 0


def test_given_orders_are_the_same_in_every_replication_and_the_rest_is_drawn() -> None:
    given = mk.GivenOrders([0.5, 0.5, 3.25], size=[3, 1, 2], requested_lead_time=[4, 0, 9])
    book = mk.OrderBook(given, variants=[1, 1], size=7)
    result = run(plain(orders=book, quote=None), keep="orders", replications=40)
    for name, value in (("arrival", [0.5, 0.5, 3.25]), ("size", [3, 1, 2]), ("due", [4.5, 0.5, 12.25])):
        assert same(ledger(result)[name].reshape(40, 3), np.tile(value, (40, 1))), name
    assert set(ledger(result)["variant"]) == {0, 1}
    assert len(set(ledger(result)["making"])) == 120


# Money, time and orders are conserved.

COSTS = (
    "material",
    "customisation",
    "processing",
    "overtime",
    "order_handling",
    "entry_error",
    "holding",
    "tardiness",
    "earliness",
    "lost_order",
    "cancellation",
    "delivery",
    "fixed",
)


@pytest.mark.parametrize("seed", MADE)
def test_costs_sum_to_the_cost(seed: int) -> None:
    result = made(seed, warm_up=6)
    total = sum(result[f"{name}_cost"] for name in COSTS)
    np.testing.assert_allclose(total, result["cost"], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(
        result["revenue"] + result["salvage"] - result["cost"], result["profit"], atol=1e-9
    )


@pytest.mark.parametrize("seed", MADE)
def test_lead_time_is_the_sum_of_where_it_is_spent(seed: int) -> None:
    result = made(seed)
    orders = ledger(result)
    done = orders["status"] == DELIVERED
    stations = ["arrival", "confirmed", "material", "released"]
    office = sum(orders[b] - orders[a] for a, b in itertools.pairwise(stations))
    parts = office + orders["waiting"] + orders["making"] + orders["left"] - orders["finished"]
    np.testing.assert_allclose(parts[done], orders.lead_time[done], rtol=1e-9, atol=1e-9)
    assert np.isnan(orders.lead_time[~done]).all()
    split = ("entry_time", "material_time", "release_time", "waiting_time", "making_time", "delivery_time")
    total = sum(result[name] for name in split)
    np.testing.assert_allclose(total, result["lead_time"], rtol=1e-9, atol=1e-9)
    table = result.split()
    assert sum(table.column("mean")[:-1]) == pytest.approx(table.column("mean")[-1], rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("seed", MADE)
@pytest.mark.parametrize(
    "horizon", [{}, {"warm_up": 6}, {"drain": 1}, {"periods": None, "drain": None, "orders": 50}]
)
def test_every_order_that_came_is_accounted_for(seed: int, horizon: dict[str, Any]) -> None:
    result = made(seed, **horizon)

    def counts(orders: dict[str, NDArray[Any]]) -> NDArray[Any]:
        return np.bincount(orders["status"], minlength=len(STATUSES))

    ended = by_replication(result, counts).T
    count = dict(zip(STATUSES, ended, strict=True))
    duration = ended.sum(axis=0) / result["orders_arrived"]
    if "orders" not in horizon:
        np.testing.assert_allclose(duration, 30 - horizon.get("warm_up", 0), rtol=1e-12)
    np.testing.assert_allclose(result["orders_delivered"] * duration, count["delivered"], rtol=1e-12)
    np.testing.assert_allclose(result["n_censored"], count["open"])
    for name in ("rejected", "balked", "unconfirmed", "reneged", "cancelled"):
        np.testing.assert_allclose(result[f"{name}_share"], count[name] / ended.sum(axis=0), atol=1e-12)
    lost = ended.sum(axis=0) - count["delivered"] - count["open"]
    np.testing.assert_allclose(result["lost_share"], lost / ended.sum(axis=0), atol=1e-12)
    units = by_replication(result, lambda o: o["size"].sum())
    np.testing.assert_allclose(result["demand"] * duration, units, rtol=1e-12)


@pytest.mark.parametrize("seed", MADE)
def test_orders_in_the_shop_are_those_that_came_and_have_not_left(seed: int) -> None:
    result = made(seed)
    if result.status != "ok":
        return

    def area(orders: dict[str, NDArray[Any]]) -> float:
        left = np.where(np.isnan(orders["left"]), 90, orders["left"])
        return float(np.clip(left, None, 30).sum() - np.clip(orders["arrival"], None, 30).sum())

    np.testing.assert_allclose(result["orders_in_shop"] * 30, by_replication(result, area), rtol=1e-9)


@pytest.mark.parametrize("seed", MADE)
def test_time_on_servers_is_what_stations_and_orders_say_it_is(seed: int) -> None:
    """Orders stop coming, so that all is done within the counted time."""
    shop = random_shop(seed)
    book = shop.book.replace(arrivals=mk.GivenOrders(np.arange(24) * 0.75), patience=mk.Exponential(20))
    result = run(shop.replace(orders=book), periods=400, drain=0, replications=4, keep="orders")
    orders = ledger(result)
    if (orders["status"] == STATUSES.index("open")).any() or result.status != "ok":
        return
    for metric, column in (("orders_on_servers", "making"), ("orders_waiting", "waiting")):
        total = by_replication(result, lambda o, c=column: o[c].sum())  # type: ignore[misc]
        np.testing.assert_allclose(result[metric] * 400, total, rtol=1e-9, atol=1e-9)
    assert result.station("number").value.sum() == pytest.approx(
        (result["orders_waiting"] + result["orders_on_servers"]).mean(), rel=1e-9
    )
    servers = np.array([s.servers for s in shop.stations])
    assert (result.station("utilisation").value * servers).sum() == pytest.approx(
        result["orders_on_servers"].mean(), rel=1e-9
    )


@pytest.mark.parametrize("seed", MADE)
def test_what_has_become_of_orders_sums_to_all_of_them(seed: int) -> None:
    for options in ({}, {"drain": 0}):
        told = made(seed, **options).incidence()
        if told.times.size:
            np.testing.assert_allclose(told.open + told.delivered + told.gone, 1, atol=1e-9)
            assert (np.diff(told.delivered) >= 0).all()
            assert (np.diff(told.gone) >= 0).all()


@pytest.mark.parametrize("most", [0, 1, 4])
def test_a_full_shop_takes_nobody(most: int) -> None:
    result = run(plain(orders=2, acceptance=mk.Acceptance(max_orders=most)), keep="orders")
    for r in range(5):
        orders = ledger(result).replication(r)
        taken = orders["status"] != STATUSES.index("rejected")
        come, gone = orders["arrival"], np.where(taken, orders["left"], -1)
        inside = np.array([(gone[:i] > a).sum() for i, a in enumerate(come)])
        assert (taken == (inside < most)).all()


def test_one_server_works_on_one_order_at_a_time_first_come_first_served() -> None:
    for r in range(5):
        orders = ledger(run(keep="orders")).replication(r)
        before = np.r_[0, orders["finished"][:-1]]
        assert same(orders["started"], np.maximum(orders["arrival"], before))


# What ought to help helps.


@pytest.mark.parametrize("law", [mk.Exponential(1), mk.Lognormal(mean=1, sd=2), 1])
@pytest.mark.parametrize("rule", ["fcfs", "priority"])
def test_one_more_server_makes_no_order_later_where_the_first_comes_first(law: Any, rule: str) -> None:
    # By priority of one class is first come, first served as well, and runs on the calendar.
    runs = [
        run(
            plain(
                orders=1.7,
                operations=mk.Operation("machine", law),
                stations={"machine": mk.Station(servers=c)},
                dispatch=rule,
            ),
            keep="orders",
            replications=50,
            periods=None,
            orders=200,
        )
        for c in (1, 2, 3, 4)
    ]
    for fewer, more in itertools.pairwise(runs):
        assert (ledger(more)["started"] <= ledger(fewer)["started"]).all()
        assert (ledger(more)["left"] <= ledger(fewer)["left"]).all()
        assert not same(ledger(more)["left"], ledger(fewer)["left"])


@pytest.mark.parametrize("seed", MADE)
def test_a_longer_quote_is_kept_at_least_as_often(seed: int) -> None:
    """Where the promised date decides nothing and customers do not look at it."""
    shop = random_shop(seed)
    blind = {"acceptance": None, "dispatch": "fcfs", "deliver_on_date": False, "on_time_window": (None, 0)}
    release = None if isinstance(shop.release, mk.BackwardRelease) else shop.release
    book = shop.book.replace(valuation=None)
    swept = shop.replace(**blind, release=release, orders=book, quote=mk.Sweep([0.5, 2, 5, 9, 40], "quote"))
    result = run(swept, drain=60, periods=30, replications=10)
    kept = result["otif"]
    assert np.isfinite(kept).any() or result.unstable.all()
    assert not (np.diff(kept, axis=0) < 0).any()
    assert not (np.diff(result["tardiness"], axis=0) > 1e-12).any()
    assert same(result["lead_time"][0], result["lead_time"][-1])


def test_a_higher_material_stock_makes_no_order_wait_longer_for_it() -> None:
    waits = [
        ledger(run(two(material=mk.StockedMaterial(level, mk.Exponential(2))), keep="orders"))
        for level in (0, 3, 6, 60)
    ]
    for low, high in itertools.pairwise(waits):
        assert (high["material"] <= low["material"]).all()
    assert same(waits[-1]["material"], waits[-1]["confirmed"])


# Other units.


def in_units(k: float) -> mk.MakeToOrder:
    """The same shop with time in units of 1/k."""
    return mk.MakeToOrder(
        orders=mk.OrderBook(
            0.8 / k,
            size=mk.UniformInteger(1, 3),
            classes=[mk.CustomerClass("a"), mk.CustomerClass("b", patience=mk.Exponential(9 * k))],
            variants=[1, 1],
            requested_lead_time=mk.Uniform(2 * k, 9 * k),
            patience=mk.Exponential(30 * k),
            customisation=mk.Uniform(0, 1),
            valuation=mk.Uniform(9, 40),
            waiting_sensitivity=mk.Uniform(0, 1 / k),
            manual_share=0.5,
        ),
        operations=[
            mk.Operation("a", mk.Exponential(0.5 * k), setup=mk.Uniform(0, 0.2 * k), customisation=0.5),
            mk.Operation("b", unit_time=mk.Uniform(0, 0.5 * k), yield_share=0.9, rework=0.1, rework_most=3),
        ],
        stations=[
            mk.Station(
                "a",
                servers=2,
                calendar=mk.WorkingHours([(0.125 * k, 0.5 * k), (0.625 * k, k)], cycle=k),
                overtime=mk.Overtime(2 * k, k, 1.5),
                rate=3 / k,
            ),
            mk.Station(
                "b", breakdowns=mk.Breakdowns(mk.Exponential(5 * k), mk.Exponential(0.5 * k)), rate=1 / k
            ),
        ],
        entry=mk.OrderEntry(mk.Exponential(0.25 * k), 0.2, k, 0.5 * k),
        confirmation=mk.Confirmation(0.9, mk.Uniform(0, k)),
        material=mk.StockedMaterial(4, mk.Exponential(k)),
        release=mk.WorkloadCap(4 * k),
        dispatch="critical_ratio",
        quote=mk.ForwardLoading(k),
        acceptance=mk.Acceptance(20, 20 * k, 30 * k),
        cancellation=0.01 / k,
        delivery=mk.Exponential(0.5 * k),
        deliver_on_date=True,
        on_time_window=(3 * k, k),
        costs=mk.OrderCosts(
            price=20, material=2, tardiness=3 / k, holding_rate=0.25 / k, earliness=1 / k, fixed=2 / k
        ),
        payment=mk.Payment(0.25, 2 * k, k),
    )


def test_time_in_other_units_is_the_same_story() -> None:
    usual, halves = (
        run(in_units(k), periods=20 * k, warm_up=2 * k, replications=30, keep="orders") for k in (1, 2)
    )
    for column in ("order", "class", "variant", "status", "size"):
        assert same(ledger(usual)[column], ledger(halves)[column]), column
    for column in (
        "arrival",
        "quote",
        "due",
        "confirmed",
        "released",
        "started",
        "left",
        "waiting",
        "making",
    ):
        np.testing.assert_allclose(
            2 * ledger(usual)[column], ledger(halves)[column], rtol=1e-9, err_msg=column
        )
    for name in usual.metrics:
        unit = usual.catalogue[name].unit
        factor = 2 if unit == "periods" else 0.5 if unit.endswith("per period") else 1
        np.testing.assert_allclose(factor * usual[name], halves[name], rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("seed", MADE)
def test_money_in_other_units_is_the_same_story(seed: int) -> None:
    # Powers of two scale exactly. Customers compare prices with what it is worth to them.
    shop = random_shop(seed)
    shop = shop.replace(orders=shop.book.replace(valuation=None))
    dear = {n: 4 * v for n, v in shop.costs._items() if n != "holding_rate"}
    stations = [s.replace(rate=4 * s.rate) for s in shop.stations]
    scaled = shop.replace(costs=shop.costs.replace(**dear), stations=stations)
    a, b = (run(s, drain=60) for s in (shop, scaled))
    for name in (
        *(f"{c}_cost" for c in COSTS),
        "cost",
        "revenue",
        "salvage",
        "profit",
        "wip_value",
        "peak_funding",
    ):
        assert same(4 * a[name], b[name]), name
    assert same(a["lead_time"], b["lead_time"])


def test_orders_that_nobody_counts_keep_the_shop_busy() -> None:
    """With a warm-up the counted orders are those of the run without, to the bit."""
    shop = full()
    cold, warm = (run(shop, keep="orders", warm_up=w, replications=20) for w in (0, 8))
    for r in range(20):
        ours, theirs = ledger(warm).replication(r), ledger(cold).replication(r)
        late = theirs["arrival"] >= 8
        assert all(same(ours[c], theirs[c][late]) for c in theirs)
