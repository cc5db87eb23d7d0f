"""What a run of orders offers: metrics, stations, classes, distributions, incidence, orders, ways out."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import maketo as mk
from ordered import STATUSES, full, ledger, plain, run

RUN: dict[str, Any] = {"periods": 40, "warm_up": 5, "replications": 64, "seed": 5}
DELIVERED = STATUSES.index("delivered")


def two(**changes: Any) -> mk.MakeToOrder:
    work = [mk.Operation("saw", mk.Exponential(1)), mk.Operation("mill", mk.Lognormal(mean=0.8, sd=0.8))]
    return plain(**{"operations": work, "stations": {"mill": mk.Station(servers=2)}, **changes})


@pytest.fixture(scope="module")
def single() -> mk.OrderResult:
    return mk.simulate(two(), **RUN, keep="orders")


@pytest.fixture(scope="module")
def swept() -> mk.OrderResult:
    return mk.simulate(two(orders=mk.Sweep([0.3, 0.5, 0.7], "rate"), quote=mk.Sweep([2, 6], "quote")), **RUN)


@pytest.fixture(scope="module")
def items() -> mk.OrderResult:
    made = mk.simulate({"nut": two(), "bolt": two(orders=0.7)}, **RUN)
    assert isinstance(made, mk.OrderResult)
    return made


@pytest.fixture(scope="module")
def everything() -> mk.OrderResult:
    shop = full()
    return mk.simulate(
        shop.replace(costs=shop.costs.replace(price_premium=0, customisation=0)), **RUN, keep="orders"
    )


# Axes.


def test_axes_and_shapes(single: mk.OrderResult, swept: mk.OrderResult, items: mk.OrderResult) -> None:
    assert (single.dims, single["lead_time"].shape) == (("replication",), (64,))
    assert (swept.dims, swept["lead_time"].shape) == (("rate", "quote", "replication"), (3, 2, 64))
    assert (items.dims, items.statistics("lead_time").shape) == (
        ("item", "replication"),
        (2, len(mk.STATISTICS)),
    )
    assert swept.axes("otif") == swept.dims
    assert swept.coords["rate"].tolist() == [0.3, 0.5, 0.7]
    assert items.coords["item"].tolist() == ["nut", "bolt"]
    assert single.coords["replication"].tolist() == list(range(64))
    assert swept.mean("otif").value.shape == (3, 2)
    assert swept.mean("cost").dims == ("rate", "quote")
    assert (swept.load.shape, swept.unstable.shape) == ((3, 2, 2), (3, 2))
    assert (single.load.shape, single.unstable.shape) == ((2,), ())
    assert single.load == pytest.approx([0.5, 0.2], rel=1e-6)
    assert items.load[:, 0] == pytest.approx([0.5, 0.7])


def test_what_a_run_says_of_itself(single: mk.OrderResult, everything: mk.OrderResult) -> None:
    assert single.stations == ("saw", "mill")
    assert single.classes == ()
    assert everything.classes == ("loyal", "hasty")
    assert (single.periods, single.replications, single.status, single.warnings) == (40, 64, "ok", ())
    assert single.method in ("recursion", "calendar")
    assert single.method_reason
    assert "completions" in single.event_order
    drained = run(drain=3)
    assert any("3 periods after the horizon" in w and "n_censored" in w for w in drained.warnings)


def test_every_metric_is_in_the_catalogue(single: mk.OrderResult) -> None:
    assert set(single.metrics) < set(mk.ORDER_METRICS)
    assert mk.ORDER_METRICS["lead_time"].unit == "periods"
    assert mk.ORDER_METRICS["lead_time"].kind == "ratio"
    assert mk.ORDER_METRICS["cost"].unit == "money per period"
    assert "fill_rate" not in single.metrics, "of stocks"
    assert list(single) == list(single.metrics)


# Numbers.


def test_ratios_are_ratios_of_sums_over_all_orders(single: mk.OrderResult) -> None:
    lead_times = ledger(single).lead_time
    estimate = single.ratio("lead_time")
    assert estimate.value == pytest.approx(np.nanmean(lead_times), rel=1e-12)
    assert single.mean("lead_time").value == estimate.value
    assert estimate.low < estimate.value < estimate.high
    assert single["lead_time"].mean() != pytest.approx(estimate.value, rel=1e-6), (
        "each replication's own ratio"
    )
    wide = single.ratio("lead_time", 0.99)
    assert wide.value == pytest.approx(estimate.value, rel=1e-12)
    assert wide.low < estimate.low < estimate.high < wide.high
    assert "99 %" in repr(wide)


def test_what_is_kept_does_not_change_an_estimate(single: mk.OrderResult) -> None:
    summary = single.rerun(keep="summary")
    for name in single.metrics:
        ours, theirs = summary.mean(name), single.mean(name)
        assert np.array_equal([ours.value, ours.low], [theirs.value, theirs.low], equal_nan=True), name
    with pytest.raises(KeyError, match="keep="):
        summary["lead_time"]
    with pytest.raises(ValueError, match=r"0\.99"):
        summary.mean("lead_time", 0.99)
    few = single.rerun(metrics=["lead_time", "cost"])
    assert few.metrics == ("lead_time", "cost")
    with pytest.raises(KeyError, match="'otif' was not kept"):
        few["otif"]


def test_metrics_are_what_the_orders_say(everything: mk.OrderResult) -> None:
    orders = ledger(everything)
    costs = everything.shops["item"].costs
    status, size, lead = orders["status"], orders["size"], orders.lead_time
    done = status == DELIVERED
    accepted = ~np.isin(status, [STATUSES.index(s) for s in ("rejected", "balked")])
    confirmed, released = ~np.isnan(orders["confirmed"]), ~np.isnan(orders["released"])
    late = (orders["left"] - orders["due"])[done]
    tardy, early = np.maximum(late, 0), np.maximum(-late, 0)
    assert {"delivered", "reneged", "unconfirmed"} <= set(orders.status)
    of_orders = {
        "lead_time": lead[done].mean(),
        "waiting_time": orders["waiting"][done].mean(),
        "waiting_time_all": orders["waiting"][accepted].mean(),
        "making_time": orders["making"][done].mean(),
        "no_wait_share": (orders["waiting"][done] == 0).mean(),
        "quoted_lead_time": orders["quote"][accepted].mean(),
        "tardy_share": (late > 0).mean(),
        "tardiness": tardy.mean(),
        "tardiness_if_tardy": late[late > 0].mean(),
        "earliness": early.mean(),
        "quote_error": (lead - orders["quote"])[done].mean(),
        "quote_absolute_error": abs(lead - orders["quote"])[done].mean(),
        "otif": ((tardy <= 0.5) & (early <= 2)).sum() / accepted.sum(),
        "lost_share": 1 - done.mean(),
    }
    for name, value in of_orders.items():
        assert everything.mean(name).value == pytest.approx(value, rel=1e-9), name
    gone = ~done
    per_period = {
        "orders_arrived": status.size,
        "demand": size.sum(),
        "orders_delivered": done.sum(),
        "units_delivered": size[done].sum(),
        "revenue": costs.price * size[done].sum(),
        "tardiness_cost": np.minimum(costs.tardiness * tardy, costs.tardiness_cap).sum(),
        "earliness_cost": costs.earliness * (orders["left"] - orders["finished"])[done].sum(),
        "order_handling_cost": costs.order * accepted.sum(),
        "lost_order_cost": costs.lost_order * (gone & ~confirmed).sum(),
        "cancellation_cost": (costs.cancelled_order - costs.cancellation_fee) * (gone & confirmed).sum(),
        "salvage": costs.salvage * size[gone & released].sum(),
        "delivery_cost": costs.delivery * size[done].sum(),
        "fixed_cost": costs.fixed * 35 * 64,
    }
    for name, value in per_period.items():
        assert everything.mean(name).value == pytest.approx(value / 35 / 64, rel=1e-9), name
    scrapped = everything["scrapped"] * costs.material
    material = costs.material * size[released].sum() / 35 / 64
    assert (everything["material_cost"] - scrapped).mean() == pytest.approx(material, rel=1e-9)


def test_money_of_one_order_by_hand() -> None:
    """Paid in part at confirmation, the rest two periods after delivery; material one after it is used."""
    shop = plain(
        orders=mk.GivenOrders([0.0]),
        operations=mk.Operation("machine", 2),
        stations={"machine": mk.Station(rate=5)},
        quote=1.5,
        costs=mk.OrderCosts(
            price=100,
            material=20,
            order=3,
            delivery=4,
            tardiness=8,
            tardiness_cap=3,
            holding_rate=0.1,
            fixed=1,
        ),
        payment=mk.Payment(deposit=0.3, receivable=2, payable=1),
    )
    result = run(shop, periods=10, replications=1)
    by_hand = {
        "material_cost": 2.0,
        "processing_cost": 1.0,
        "order_handling_cost": 0.3,
        "delivery_cost": 0.4,
        "tardiness_cost": 0.3,
        "fixed_cost": 1.0,
        "wip_value": 20 * 2 / 10,
        "holding_cost": 0.1 * 20 * 2 / 10,
        "revenue": 10.0,
        "receivables": 70 * 2 / 10,
        "payables": 20 * 1 / 10,
        "deposits": 30 * 2 / 10,
        "working_capital": (140 + 40 - 20 - 60) / 10,
        "utilisation": 0.2,
        "throughput": 0.1,
    }
    for name, value in by_hand.items():
        assert result[name].tolist() == pytest.approx([value]), name
    cost = sum(by_hand[f"{n}_cost"] for n in ("material", "processing", "order_handling", "delivery"))
    cost += sum(by_hand[f"{n}_cost"] for n in ("tardiness", "fixed", "holding"))
    assert result["cost"].tolist() == pytest.approx([cost])
    assert result["profit"].tolist() == pytest.approx([10 - cost])
    assert result["unit_cost"].tolist() == pytest.approx([10 * cost])
    # In time and without what is fixed: +30 − 3; −20 after one period; −10 − 4 after two; +70 after four.
    in_time = run(shop.replace(quote=3, costs=shop.costs.replace(fixed=0)), periods=10, replications=1)
    assert in_time["peak_funding"].tolist() == pytest.approx([-(30 - 3 - 20 - 10 - 4)])


def test_stations_by_hand() -> None:
    shop = two(
        orders=mk.OrderBook(mk.GivenOrders([0.0, 1.0, 2.0], variant=[0, 1, 1]), variants=[1, 1]),
        operations=[mk.Operation("saw", 2, setup=0.5), mk.Operation("mill", 3)],
        stations={"mill": mk.Station(servers=2, buffer=0)},
    )
    result = run(shop, periods=20, replications=2)
    # Saw: 0 … 2.5, 2.5 … 5, 5 … 7; mill: 2.5 … 5.5, 5 … 8, 7 … 10. Queue: from 1 to 2.5, from 2 to 5.
    expected = {
        "utilisation": [7 / 20, 9 / 40],
        "queue": [4.5 / 20, 0],
        "number": [11.5 / 20, 9 / 20],
        "blocked": [0, 0],
        "visits": [3 / 20, 3 / 20],
        "setup_share": [1 / 20, 0],
    }
    for name, values in expected.items():
        estimate = result.station(name)
        assert estimate.value == pytest.approx(values), name
        assert estimate.dims == ("station",)
        assert estimate.coords is not None
        assert estimate.coords["station"].tolist() == ["saw", "mill"]
    one = shop.replace(stations={"saw": mk.Station(), "mill": mk.Station(buffer=0)})
    blocked = run(one, periods=20, replications=2)
    # Mill: 2.5 … 5.5, 5.5 … 8.5, 8.5 … 11.5; the saw is blocked from 5 to 5.5 and from 7.5 to 8.5.
    assert blocked.station("blocked").value == pytest.approx([1.5 / 20, 0])
    assert blocked.station("utilisation").value == pytest.approx([7 / 20, 9 / 20])
    assert blocked["orders_waiting"] == pytest.approx((1.5 + 3.5 + 1.5) / 20)


def test_stations_have_an_axis_of_their_own(swept: mk.OrderResult, single: mk.OrderResult) -> None:
    estimate = swept.station("utilisation")
    assert estimate.dims == ("rate", "quote", "station")
    assert estimate.value.shape == (3, 2, 2)
    assert estimate.unit == "share"
    assert (np.diff(estimate.value[..., 0], axis=0) > 0).all()
    assert "station 2" in repr(estimate)
    wide = single.station("queue", 0.99)
    assert (wide.low < single.station("queue").low).all()
    total = (single.station("utilisation").value * [1, 2]).sum()
    assert total == pytest.approx(single.mean("orders_on_servers").value, rel=1e-12)


def test_classes_are_those_of_the_orders(everything: mk.OrderResult) -> None:
    orders = ledger(everything)
    for k, name in enumerate(everything.classes):
        own = orders["class"] == k
        done = own & (orders["status"] == DELIVERED)
        expected = {
            "lead_time": orders.lead_time[done].mean(),
            "waiting_time": orders["waiting"][done].mean(),
            "tardy_share": (orders["left"] > orders["due"])[done].mean(),
            "lost_share": 1 - done.sum() / own.sum(),
        }
        for what, value in expected.items():
            estimate = everything.by_class(what)
            assert estimate.value[k] == pytest.approx(value, rel=1e-9), (name, what)
            assert estimate.low[k] <= estimate.value[k] <= estimate.high[k]
    assert everything.by_class("lead_time").dims == ("class",)
    wide = everything.by_class("lead_time", 0.99)
    assert (wide.high - wide.low > (lambda e: e.high - e.low)(everything.by_class("lead_time"))).all()


def test_quantiles_and_risk_over_replications(single: mk.OrderResult) -> None:
    assert single.quantile("lead_time", 0.9).value == pytest.approx(np.quantile(single["lead_time"], 0.9))
    assert single.cvar("lead_time", 0.75).value == pytest.approx(np.sort(single["lead_time"])[-16:].mean())
    assert single.cvar("otif", 0.75).value == pytest.approx(np.sort(single["otif"])[:16].mean()), "low is bad"


# Distributions.


def times_of(run: mk.OrderResult, name: str) -> NDArray[np.float64]:
    orders = ledger(run)
    late = orders["left"] - orders["due"]
    columns = {
        "lead_time": orders.lead_time,
        "waiting_time": orders["waiting"],
        "tardiness": np.maximum(late, 0),
        "earliness": np.maximum(-late, 0),
    }
    return np.sort(columns[name][orders["status"] == DELIVERED])


@pytest.mark.parametrize("name", ["lead_time", "waiting_time", "tardiness", "earliness"])
@pytest.mark.parametrize("which", ["single", "everything"])
def test_distributions_are_those_of_the_orders(name: str, which: str, request: pytest.FixtureRequest) -> None:
    result: mk.OrderResult = request.getfixturevalue(which)
    told, times = result.distribution(name), times_of(result, name)
    assert told.count == times.size
    exact = 1e-12 if name in ("lead_time", "waiting_time") else 1 / 100
    assert told.mean().value == pytest.approx(times.mean(), rel=exact)
    assert told.sd().value == pytest.approx(times.std(), rel=100 * exact, abs=1e-9)
    for p in (0.01, 0.25, 0.5, 0.9, 0.99):
        there = np.quantile(times, p, method="inverted_cdf")
        assert abs(told.quantile(p).value - there) <= there / 64 + 1e-12, p
    for x in (0, 0.25, 0.5, 1, 2, 4, 8, 1024):
        # At a power of two the bin that begins there holds it, and who takes just so long does not exceed it.
        assert told.exceeds(x).value == pytest.approx((times > x).mean(), abs=1e-15), x
    grid = np.linspace(0, times[-1] * 1.1, 50)
    survival = told.survival(grid)
    assert (np.diff(survival) <= 1e-15).all()
    assert survival[0] == told.exceeds(0).value
    assert survival[-1] == 0
    assert told.exceeds(-1).value == 1


def test_distributions_have_errors(single: mk.OrderResult) -> None:
    told = single.distribution()
    for estimate in (told.mean(), told.sd(), told.quantile(0.9), told.exceeds(2)):
        assert estimate.se > 0
        assert estimate.low < estimate.value < estimate.high
        assert estimate.confidence == 0.95
    assert told.exceeds(2).unit == "share"
    assert told.mean().unit == "periods"
    assert told.quantile(0.9, 0.99).low < told.quantile(0.9).low
    assert told.mean().value == pytest.approx(single.mean("lead_time").value, rel=1e-12)
    assert 0.5 < told.mean().se / single.mean("lead_time").se < 2
    assert repr(told).startswith("Distribution(lead_time, ")
    assert math.isnan(run(replications=1).distribution().quantile(0.5).se)


def test_distributions_over_designs(swept: mk.OrderResult) -> None:
    told = swept.distribution()
    assert told.count.shape == (3, 2)
    assert told.quantile(0.9).dims == ("rate", "quote")
    assert (np.diff(told.quantile(0.9).value, axis=0) > 0).all(), "more orders, more waiting"
    alone = mk.simulate(two(orders=0.5, quote=6), **RUN)
    assert told.quantile(0.9).value[1, 1] == alone.distribution().quantile(0.9).value
    assert told.survival([1, 3], (1, 1)).tolist() == alone.distribution().survival([1, 3]).tolist()
    assert "rate" in repr(told)


def test_distributions_refuse_what_they_do_not_know(single: mk.OrderResult) -> None:
    with pytest.raises(ValueError, match="'tardiness'"):
        single.distribution("flow_time")
    for p in (0, 1, -0.5, math.nan):
        with pytest.raises(ValueError, match=r"^p must be"):
            single.distribution().quantile(p)


def test_incidence_of_a_few_orders_by_hand() -> None:
    """Delivered at the ages 1, 2, 4, gone at 3, out of sight at 1.5, 4.5, 6: Kaplan–Meier, Aalen–Johansen."""
    shop = plain(
        orders=mk.OrderBook(
            mk.GivenOrders([0, 0, 0, 0, 1, 1.5, 4.5], size=[1, 2, 8, 9, 4, 5, 16]), patience=3
        ),
        operations=mk.Operation("machine", unit_time=1),
        stations={"machine": mk.Station(servers=3)},
        dispatch="spt",
        patience_until="start",
    )
    result = run(shop, periods=6, drain=0, replications=40, keep="orders")
    orders = ledger(result).replication(0)
    words = [STATUSES[s] for s in orders["status"]]
    assert words == ["delivered", "delivered", "open", "reneged", "delivered", "open", "open"]
    ages = np.where(np.isnan(orders["left"]), 6, orders["left"]) - orders["arrival"]
    assert ages.tolist() == [1, 2, 6, 3, 4, 4.5, 1.5]
    told = result.incidence()
    assert told.n_censored == 3 * 40
    steps = np.flatnonzero(np.diff(told.open, prepend=1.0) != 0)
    # At risk are 7, 5, 4 and 3. An age is known to its bin, a sixty-fourth of it.
    expected = {
        1: (6 / 7, 1 / 7, 0),
        2: (24 / 35, 11 / 35, 0),
        3: (18 / 35, 11 / 35, 6 / 35),
        4: (12 / 35, 17 / 35, 6 / 35),
    }
    for k, (age, values) in zip(steps, expected.items(), strict=True):
        assert told.times[k] == pytest.approx(age, rel=1 / 64)
        assert (told.open[k], told.delivered[k], told.gone[k]) == pytest.approx(values, rel=1e-9, abs=1e-12)
    assert told.quantile(0.3) == pytest.approx(2, rel=1 / 64)
    assert told.quantile(0.45) == pytest.approx(4, rel=1 / 64)
    assert math.isnan(told.quantile(0.5)), "never seen"
    assert told.restricted_mean(4) == pytest.approx(1 + 6 / 7 + 24 / 35 + 18 / 35, rel=1 / 64)
    assert told.restricted_mean(0.5) == 0.5
    np.testing.assert_allclose(told.open + told.delivered + told.gone, 1, rtol=1e-12)


def test_incidence_without_anything_hidden_is_the_share_of_orders(everything: mk.OrderResult) -> None:
    told, orders = everything.incidence(), ledger(everything)
    accepted = ~np.isin(orders["status"], [STATUSES.index(s) for s in ("rejected", "balked")])
    assert told.n_censored == 0
    assert told.delivered[-1] == pytest.approx((orders["status"] == DELIVERED).sum() / accepted.sum())
    assert told.open[-1] == pytest.approx(0, abs=1e-12)
    assert told.restricted_mean(1e6) == pytest.approx(
        (orders["left"] - orders["arrival"])[accepted].mean(), rel=1 / 100
    )


def test_incidence_is_of_one_design(swept: mk.OrderResult) -> None:
    assert swept.incidence(1, 0).delivered[-1] == pytest.approx(1)
    with pytest.raises(ValueError, match="rate, quote"):
        swept.incidence()
    with pytest.raises(ValueError, match="rate, quote"):
        swept.incidence(1)


# Every order.


def test_the_ledger_is_a_mapping_of_columns(single: mk.OrderResult, everything: mk.OrderResult) -> None:
    orders = ledger(everything)
    assert list(orders)[:5] == ["order", "class", "variant", "status", "arrival"]
    assert len(orders) == len(list(orders))
    assert len({column.shape for column in orders.values()}) == 1
    assert (orders.dims, orders.shape) == (("replication",), (64,))
    assert orders.offsets[0] == 0
    assert orders.offsets[-1] == orders["order"].size
    assert np.array_equal(np.bincount(orders.places()["replication"]), np.diff(orders.offsets))
    third = orders.replication(3)
    assert np.array_equal(third["left"], orders["left"][orders.places()["replication"] == 3], equal_nan=True)
    assert (np.diff(third["arrival"]) >= 0).all()
    assert ((third["arrival"] >= 5) & (third["arrival"] < 40)).all(), "only the counted ones"
    assert set(orders.status) <= set(STATUSES)
    assert "orders; columns order, class" in repr(orders)
    assert "orders Ledger" in repr(single)
    assert run().orders is None


def test_the_ledger_refuses_what_it_does_not_have(single: mk.OrderResult) -> None:
    with pytest.raises(KeyError, match="no column 'lead_time'; there are order, class"):
        ledger(single)["lead_time"]
    with pytest.raises(ValueError, match="replication"):
        ledger(single).replication()
    with pytest.raises(ValueError, match="invalid entry in coordinates"):
        ledger(single).replication(64)


def test_the_ledger_of_designs_and_items() -> None:
    shops = {"nut": plain(quote=mk.Sweep([3, 4], "quote")), "bolt": plain()}
    result = mk.simulate(shops, periods=20, replications=3, seed=1, keep="orders")
    assert isinstance(result, mk.OrderResult)
    orders = ledger(result)
    assert (orders.dims, orders.shape) == (("quote", "item", "replication"), (2, 2, 3))
    assert set(orders.replication(1, 0, 2)["quote"]) == {4}
    assert set(orders.replication(1, 1, 2)["quote"]) == {5}
    alone = run(plain(), replications=3, keep="orders", name="bolt")
    assert np.array_equal(orders.replication(0, 1, 2)["left"], ledger(alone).replication(2)["left"])
    assert {k: v.max() for k, v in orders.places().items()} == {"quote": 1, "item": 1, "replication": 2}


def test_the_ledger_as_a_frame(everything: mk.OrderResult) -> None:
    pytest.importorskip("pandas")
    orders = ledger(everything)
    frame = orders.to_pandas()
    assert list(frame.columns) == ["replication", *orders]
    assert len(frame) == orders["order"].size
    assert (frame["status"] == "delivered").sum() == (orders["status"] == DELIVERED).sum()
    by_class = frame[frame["status"] == "delivered"].groupby("class")["waiting"].mean()
    assert by_class.tolist() == pytest.approx(everything.by_class("waiting_time").value.tolist())


# Tables and ways out.


def test_the_summary_has_a_row_for_every_metric_and_design(
    single: mk.OrderResult, swept: mk.OrderResult
) -> None:
    table = single.summary()
    assert table.column("metric") == list(single.metrics)
    assert table.column("unit") == [mk.ORDER_METRICS[m].unit for m in single.metrics]
    at = table.column("metric").index("lead_time")
    assert table.column("mean")[at] == single.mean("lead_time").value
    text = repr(table)
    assert text.startswith("64 replications of 35 periods after 5 of warm-up; intervals at 95 %")
    assert len({len(line) for line in text.splitlines()[1:3]}) == 1
    cells = swept.summary(["lead_time", "otif"])
    assert cells.columns[:6] == ("metric", "unit", "rate", "quote", "mean", "low")
    assert len(cells) == 12
    assert cells.column("rate")[:6] == [0.3, 0.3, 0.5, 0.5, 0.7, 0.7]
    assert cells.column("mean")[:6] == swept.mean("lead_time").value.ravel().tolist()
    assert "× rate 3 × quote 2" in cells.caption
    with pytest.raises(KeyError, match="no metric 'leadtime'; there are"):
        single.summary(["leadtime"])


def test_the_summary_of_a_number_of_orders_and_of_too_much_work() -> None:
    by_orders = run(periods=None, orders=50, warm_up=10)
    assert by_orders.summary().caption.startswith("5 replications of 40 orders after 10 of warm-up")
    busy = run(plain(orders=1.5)).summary(["lead_time", "orders_arrived"])
    assert "unstable" in busy.caption
    assert "–" in busy.text(), "what has no long run is a dash"


def test_where_the_time_goes(everything: mk.OrderResult, swept: mk.OrderResult) -> None:
    table = everything.split()
    parts = ["entry", "material", "release", "waiting", "making", "delivery"]
    assert table.column("part") == [*(f"{p}_time" for p in parts), "lead_time"]
    assert sum(table.column("mean")[:-1]) == pytest.approx(table.column("mean")[-1], rel=1e-9)
    assert all(
        low <= mean <= high
        for mean, low, high in zip(*map(table.column, ("mean", "low", "high")), strict=True)
    )
    assert "periods" in table.caption
    assert swept.split().columns == ("part", "rate", "quote", "mean", "low", "high")
    assert len(swept.split()) == 7 * 6


def test_frames(single: mk.OrderResult, swept: mk.OrderResult, items: mk.OrderResult) -> None:
    pytest.importorskip("pandas")
    frame = swept.to_pandas()
    assert list(frame.columns[:3]) == ["rate", "quote", "replication"]
    assert len(frame) == 3 * 2 * 64
    one = frame[(frame["rate"] == 0.5) & (frame["quote"] == 6) & (frame["replication"] == 7)]
    assert one["tardiness"].tolist() == [swept["tardiness"][1, 1, 7]]
    tidy = items.to_pandas()
    assert list(tidy.columns[:3]) == ["metric", "unit", "item"]
    assert len(tidy) == 2 * len(items.metrics)
    assert single.summary().to_pandas().shape[0] == len(single.metrics)


def test_datasets(swept: mk.OrderResult, items: mk.OrderResult) -> None:
    pytest.importorskip("xarray")
    data = swept.to_xarray()
    assert data["lead_time"].dims == ("rate", "quote", "replication")
    assert data["lead_time"].attrs["units"] == "periods"
    assert float(data["otif"].sel(rate=0.7, quote=2, replication=3)) == swept["otif"][2, 0, 3]
    again = mk.simulate(**json.loads(data.attrs["config"]))
    assert np.array_equal(again["otif"], data["otif"].values, equal_nan=True)
    one = items.to_xarray()["lead_time"].sel(item="bolt", statistic="mean")
    assert float(one) == items.mean("lead_time").value[1]


def test_looks(single: mk.OrderResult, swept: mk.OrderResult, everything: mk.OrderResult) -> None:
    text = repr(single)
    assert text.startswith("OrderResult: 64 replications of 35 periods after 5 of warm-up\n")
    for word in ("lead_time", "otif", "periods (95 % interval)", "Key(", single.method):
        assert word in text
    assert "× rate 3 × quote 2" in repr(swept)
    busy = run(plain(orders=1.5))
    assert "note: unstable" in repr(busy)
    for result in (single, swept, everything, busy):
        shown = result._repr_html_()
        assert "<table>" in shown
        assert "lead_time" in shown or result is swept
    assert "note: unstable" in busy._repr_html_()


def test_errors_say_what_there_is(single: mk.OrderResult) -> None:
    with pytest.raises(KeyError, match="no metric 'leadtime'; there are orders_arrived, demand"):
        single["leadtime"]
    with pytest.raises(KeyError, match="'cost' is not a ratio metric; those are rejected_share"):
        single.ratio("cost")
    with pytest.raises(ValueError, match=r"'utilisation', 'queue', 'number'.* got 'load'"):
        single.station("load")
    with pytest.raises(ValueError, match=r"'lead_time', 'waiting_time'.* got 'otif'"):
        single.by_class("otif")
    with pytest.raises(ValueError, match="order book with classes"):
        single.by_class("lead_time")
    for level in (0, 1, 95):
        with pytest.raises(ValueError, match="level must be in"):
            single.station("queue", level)
        with pytest.raises(ValueError, match="level must be in"):
            single.mean("lead_time", level)
