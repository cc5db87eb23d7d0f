"""Assembling to order on the order clock: nothing is lost, sums add up, rules that are the same agree, and
how a run is run changes nothing (spec R3).

Every run checks itself as well: units by component, orders by what became of them, Little's law by path, and
that nobody works more than there is time for. Where one of these fails, it raises.
"""

from __future__ import annotations

import json
import sys
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import maketo as mk
from assembled_orders import RULES, SHOPS, bits, blamed, instance, ledger, run, two
from maketo import _catalogue, _core

# The shops made at random are those of the comparison with the plain simulation.
sys.path.append(str(Path(__file__).parents[1] / "equivalence"))

from test_assembly_orders_plain import KINDS, Dice

Array = NDArray[np.float64]
STATUSES = _catalogue.order_statuses()
by_shop = pytest.mark.parametrize("shop", SHOPS.values(), ids=SHOPS)
by_rule = pytest.mark.parametrize("rule", RULES)
PLAIN = {k: v for k, v in SHOPS.items() if k in ("two", "in parts", "given orders", *RULES)}
"""Where all that is needed is known from what was ordered."""


def usage(shop: mk.AssembleToOrder) -> Array:
    """Over (product, component)."""
    return np.array([[shop.uses(v).get(c, 0.0) for c in shop.components] for v in shop.products])


def close(ours: Any, theirs: Any, what: str = "") -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9, err_msg=what)


# Nothing is lost.


@by_rule
@pytest.mark.parametrize("kind", KINDS)
def test_an_assembly_made_at_random_keeps_its_books(rule: str, kind: str) -> None:
    for seed in range(2):
        dice = Dice(zlib.crc32(f"books {rule} {kind} {seed}".encode()), rule, kind)
        found = run(dice.shop(), **dice.pick([{"warm_up": 7}, {"drain": 0}, {"periods": None, "orders": 70}]))
        counted = 60 - found.options["warm_up"]
        arrived = found["orders_arrived"] * counted if "periods" in found.options else 70
        ended = found["orders_delivered"] / found["orders_arrived"] + found["lost_share"]
        close(ended + found["n_censored"] / arrived, 1)


@by_shop
def test_orders_arrive_and_end(shop: mk.AssembleToOrder) -> None:
    found = run(shop, drain=0, warm_up=10)
    arrived = found["orders_arrived"] * 50
    close(found["orders_delivered"] * 50 + found["lost_share"] * arrived + found["n_censored"], arrived)
    orders = ledger(run(shop, drain=0, warm_up=10, keep="orders"))
    words = orders.status
    close(orders["order"].size, arrived.sum())
    close((words == "open").sum(), found["n_censored"].sum())
    assert np.isnan(orders["left"][words == "open"]).all()
    assert np.isfinite(orders["left"][words != "open"]).all()


@by_shop
def test_times_add_up_and_go_on(shop: mk.AssembleToOrder) -> None:
    found = run(shop, keep="orders")
    parts = sum(found[name] for name in ("material_time", "waiting_time", "making_time"))
    close(parts, found["lead_time"])
    orders = ledger(found)
    done = orders.status == "delivered"
    stops = [orders[name][done] for name in ("arrival", "material", "started", "left")]
    for earlier, later in pairwise(stops):
        assert (earlier <= later).all()
    close(
        (orders["material"] - orders["arrival"] + orders["waiting"] + orders["making"])[done],
        orders.lead_time[done],
    )


@by_shop
def test_whoever_leaves_or_stays_has_waited_too(shop: mk.AssembleToOrder) -> None:
    orders = ledger(run(shop, drain=0, warm_up=10, keep="orders"))
    words, material, started = orders.status, orders["material"], orders["started"]
    assert np.array_equal(orders["released"], material, equal_nan=True)
    assert np.isnan(material[words == "rejected"]).all()
    until = np.where(np.isnan(started), orders["left"], started)
    assert np.array_equal(orders["waiting"], np.maximum(np.nan_to_num(until - material), 0))
    assert (orders["making"][words != "delivered"] == 0).all()
    # Nobody leaves once assembly has begun.
    assert np.isnan(started[words == "reneged"]).all()
    assert (orders["waiting"][words == "reneged"] >= 0).all()


QUEUES = [s for s in SHOPS.values() if s.servers and not s.partial_delivery]


@pytest.mark.parametrize("shop", [s for s in QUEUES if not any(p.stock for p in s.products.values())])
def test_who_waits_for_a_bench_is_in_the_ledger(shop: mk.AssembleToOrder) -> None:
    """Whether he leaves, or is never served."""
    found = run(shop, drain=0, keep="orders")
    orders = ledger(found)
    until = np.where(np.isnan(orders["started"]), orders["left"], orders["started"])
    waited = np.nan_to_num(np.nan_to_num(until, nan=60.0) - orders["material"]).sum()
    assert found.stations[0] == "assembly"
    close(found.station("queue").value[0], waited / 60 / found.replications)


@by_shop
def test_orders_in_the_shop_are_those_of_the_ledger(shop: mk.AssembleToOrder) -> None:
    """Over time as by order, and over the whole run by Little's law."""
    found = run(shop, keep="orders", drain=0)
    for r in range(found.replications):
        book = ledger(found).replication(r)
        stay = np.minimum(np.nan_to_num(book["left"], nan=60.0), 60.0) - book["arrival"]
        close(found["orders_in_shop"][r], stay.sum() / 60)
        for v in range(len(found.products)):
            own = stay[book["variant"] == v].sum() / 60
            close(found.values("product", "orders_in_shop")[r, v], own)


@pytest.mark.parametrize("shop", PLAIN.values(), ids=PLAIN)
def test_units_that_wait_hold_and_lack_what_they_need(shop: mk.AssembleToOrder) -> None:
    found = run(shop, warm_up=10)
    uses = usage(shop)
    waiting, late = (found.values("product", n) for n in ("waiting_for_components", "backorders"))
    reserved, unmet = (found.values("component", name) for name in ("reserved", "backorders"))
    close(reserved + unmet, waiting @ uses)
    close(found.values("component", "in_assembly"), (late - waiting) @ uses)
    close(found.values("component", "demand"), found.values("product", "demand") @ uses)
    if shop.allocation not in ("fcfs_commit", "priority"):
        close(reserved, 0)


@by_shop
def test_somebody_is_to_blame_for_everyone_who_waits(shop: mk.AssembleToOrder) -> None:
    """In every replication, and nobody for more than there is."""
    found = run(shop, warm_up=10)
    numbers = blamed(found)
    close(numbers.sum(axis=1), found.values("product", "waiting_for_components"))
    assert (numbers >= 0).all()
    whole = found.blame()
    assert whole.dims == ("component", "product")
    close(whole.value, numbers.mean(axis=0))


@by_shop
def test_a_position_under_base_stock_is_the_level(shop: mk.AssembleToOrder) -> None:
    """free − needed + on order, at every moment, however orders come and go, as long as nobody leaves."""
    found = run(shop, warm_up=10)
    leaves = found["reneged_share"].any()
    free, needed, on_order = (found.values("component", n) for n in ("on_hand", "backorders", "on_order"))
    seen = 0
    for j, component in enumerate(shop.components.values()):
        if isinstance(component.policy, mk.BaseStock) and not component.review_period and not leaves:
            close((free - needed + on_order)[:, j], component.policy.level)
            seen += 1
    assert seen or leaves


@by_shop
def test_squares_are_no_less_than_those_of_means(shop: mk.AssembleToOrder) -> None:
    found = run(shop, warm_up=10)
    mean, squares = (found.values("component", n) for n in ("on_order", "on_order_squares"))
    assert (squares >= mean**2 - 1e-9).all()
    total = found["on_order_squares"]
    assert (total >= squares.sum(axis=1) - 1e-9).all()
    assert (total <= (np.sqrt(squares).sum(axis=1)) ** 2 + 1e-9).all()


# Shares.


@pytest.mark.parametrize("shop", [s for k, s in SHOPS.items() if k != "finished stock"])
def test_an_order_is_filled_less_often_than_any_of_its_components(shop: mk.AssembleToOrder) -> None:
    """Whoever finds all components finds each of them: order by order, so in every replication."""
    found = run(shop)
    arrived = found.values("product", "orders_arrived")
    filled = arrived * np.nan_to_num(found.values("product", "order_fill_rate"))
    share = found.values("component", "order_fill_rate")
    if shop.bill is None and not any(c.substitutes for c in shop.components.values()):
        needing = usage(shop) > 0
        with np.errstate(invalid="ignore", divide="ignore"):
            assert not (filled @ needing > share * (arrived @ needing) + 1e-9).any()
    with np.errstate(invalid="ignore", divide="ignore"):
        close(found["order_fill_rate"], filled.sum(axis=1) / arrived.sum(axis=1))
    assert (found["fill_rate"] <= 1).all()


@by_rule
def test_the_fill_rate_of_a_product_alone_is_below_those_of_its_components(rule: str) -> None:
    shop = two(
        orders=mk.OrderBook(1.5, size=mk.UniformInteger(1, 3)),
        products={"deluxe": mk.EndItem(uses={"board": 1, "display": 2}, critical=True)},
        components={"board": mk.Component(mk.BaseStock(8), 2), "display": mk.Component(mk.BaseStock(27), 4)},
        allocation=rule,
    )
    found = run(shop)
    least = found.values("component", "order_fill_rate").min(axis=1)
    assert (found.values("product", "order_fill_rate")[:, 0] <= least).all()
    assert (found.values("product", "order_fill_rate")[:, 0] < least).any()


@by_shop
def test_a_longer_window_has_more_orders_inside(shop: mk.AssembleToOrder) -> None:
    """All are followed to their end, so the shares grow; delivered ones are all inside at last."""
    found = run(shop.replace(windows=[0, 0.5, 2, 1e6]))
    within = found.fill_within().value
    assert (np.diff(within, axis=1) >= 0).all()
    lost = found.product("lost_share").value
    close(within[:, -1], 1 - np.where(np.isnan(lost), 0, lost))


@by_shop
def test_a_window_counts_whoever_can_be_followed_for_it(shop: mk.AssembleToOrder) -> None:
    """As the ledger has it; and a drain as long as the windows is as good as following everybody."""
    windows = [0, 0.5, 2, 25]
    found = run(shop.replace(windows=windows), drain=0, keep="orders")
    orders = ledger(found)
    for v, w in np.ndindex(len(found.products), len(windows)):
        own = (orders["variant"] == v) & (orders["arrival"] + windows[w] < 60)
        inside = own & (orders["finished"] - orders["arrival"] <= windows[w])
        close(found.fill_within().value[v, w], inside.sum() / own.sum())
    shop = shop.replace(windows=windows[:3])
    followed, drained = (run(shop, drain=drain).fill_within().value for drain in (None, 2))
    close(drained, followed)


@by_shop
def test_quotes_are_those_of_accepted_orders(shop: mk.AssembleToOrder) -> None:
    found = run(shop, drain=0, warm_up=10, keep="orders")
    for r in range(found.replications):
        book = ledger(found).replication(r)
        accepted = np.array([STATUSES[s] != "rejected" for s in book["status"]], bool)
        with np.errstate(invalid="ignore"):
            close(found["quoted_lead_time"][r], book["quote"][accepted].sum() / accepted.sum())


@by_shop
def test_totals_are_those_of_products_and_components(shop: mk.AssembleToOrder) -> None:
    found = run(shop, warm_up=10)
    for name in ("orders_arrived", "demand", "orders_delivered", "orders_in_shop"):
        close(found[name], found.values("product", name).sum(axis=1), name)
    for name in ("on_hand", "backorders", "on_order", "orders", "order_quantity"):
        close(found[name], found.values("component", name).sum(axis=1), name)


@by_shop
def test_orders_that_are_open_were_filled_as_well(shop: mk.AssembleToOrder) -> None:
    found = run(shop, drain=0)
    arrived = found.values("product", "orders_arrived")
    filled = arrived * np.nan_to_num(found.values("product", "order_fill_rate"))
    with np.errstate(invalid="ignore"):
        close(found["order_fill_rate"], filled.sum(axis=1) / arrived.sum(axis=1))


# Money.


@by_shop
def test_costs_sum_to_cost_and_profit_is_what_is_left(shop: mk.AssembleToOrder) -> None:
    found = run(shop, warm_up=10)
    parts = [m for m in found.metrics if m.endswith("_cost") and m != "unit_cost"]
    assert len(parts) == 6
    close(sum((found[m] for m in parts), start=np.zeros(40)), found["cost"])
    close(found["profit"], found["revenue"] - found["cost"])


@by_shop
def test_costs_are_rates_times_what_is_charged(shop: mk.AssembleToOrder) -> None:
    found = run(shop, warm_up=10, keep="orders")

    def of(axis: str, name: str) -> Array:
        return found.values(axis, name)

    rates = {
        name: np.array([getattr(c.costs, name) for c in shop.components.values()])
        for name in ("holding", "order", "unit")
    }
    held = of("component", "on_hand") + of("component", "reserved") + of("component", "in_assembly")
    # Finished units cost what their components do.
    held = held + of("product", "finished_stock") @ usage(shop)
    close(found["holding_cost"], held @ rates["holding"])
    close(found["wip_value"], held @ rates["unit"])
    bought = of("component", "orders") @ rates["order"] + of("component", "order_quantity") @ rates["unit"]
    close(found["order_cost"], bought)
    ends = shop.products.values()
    close(found["backorder_cost"], of("product", "backorders") @ np.array([p.backorder_cost for p in ends]))
    for r in range(found.replications):
        book = ledger(found).replication(r)
        done = np.isfinite(book["finished"])

        def total(name: str, of_these: Any, units: Any, book: Any = book) -> float:
            rate = np.array([float(getattr(p, name)) for p in shop.products.values()])[book["variant"]]
            return float((rate * units)[of_these].sum()) / 50

        close(found["processing_cost"][r], total("assembly_cost", done, book["size"]))
        close(found["revenue"][r], total("price", done, book["size"]))
        # In parts, too: assembly takes time, so nobody gets a part of it at once.
        assert not shop.partial_delivery or (book["making"][done] > 0).all()
        late = ~(book["left"] <= book["arrival"]) | ~done
        lost = total("lost_cost", ~done, np.ones(done.size))
        close(found["lost_order_cost"][r], lost + total("shortage_cost", late, book["size"]))


@by_shop
def test_a_shortage_is_charged_whatever_becomes_of_the_order(shop: mk.AssembleToOrder) -> None:
    """Whether the run follows it or not."""
    free = {name: one.replace(lost_cost=0) for name, one in shop.products.items()}
    followed, cut = (run(shop.replace(products=free), drain=drain, warm_up=10) for drain in (None, 0))
    close(cut["lost_order_cost"], followed["lost_order_cost"])


# Rules that are the same.


def test_under_every_rule_components_are_ordered_alike() -> None:
    """Allocation only decides who gets what has come in."""
    runs = [run(instance(allocation=rule)) for rule in RULES]
    for name in ("demand", "on_order", "on_order_squares", "orders", "order_quantity"):
        for other in runs[1:]:
            close(other.values("component", name), runs[0].values("component", name), name)
    nets = [r.values("component", "on_hand") - r.values("component", "backorders") for r in runs]
    for net in nets[1:]:
        close(net, nets[0])
    free = [r.values("component", "on_hand") for r in runs]
    assert not np.array_equal(free[0], free[1])


@by_shop
def test_all_of_the_same_priority_is_first_come_first_served(shop: mk.AssembleToOrder) -> None:
    products = {name: one.replace(priority=3) for name, one in shop.products.items()}
    book = shop.orders
    assert book is not None
    book = book.replace(classes=[one.replace(priority=0) for one in book.classes])
    a, b = (
        run(shop.replace(products=products, orders=book, allocation=r), keep="orders")
        for r in ("priority", "fcfs_commit")
    )
    assert bits(a) == bits(b)


def test_the_more_important_class_is_served_first() -> None:
    """Of products alike, by class; the order of the classes' numbers is all that counts."""
    shop = SHOPS["priority of classes"]
    book = shop.orders
    assert book is not None
    old, new = book.classes
    alike = {name: one.replace(priority=1) for name, one in shop.products.items()}
    shop = shop.replace(products=alike)

    def ranked(a: int, b: int) -> mk.OrderedAssemblyResult:
        classes = [old.replace(priority=a), new.replace(priority=b)]
        return run(shop.replace(orders=book.replace(classes=classes)), keep="orders")

    same, first, last = ranked(0, 0), ranked(-1, 1), ranked(2, -2)
    assert bits(first) == bits(ranked(0, 7))
    assert bits(same) == bits(run(shop.replace(allocation="fcfs_commit"), keep="orders"))
    waits = [found.by_class("lead_time").value for found in (first, same, last)]
    for earlier, later in pairwise(waits):
        assert earlier[0] < later[0]
        assert earlier[1] > later[1]


@by_shop
def test_nothing_to_reserve_is_no_holdback(shop: mk.AssembleToOrder) -> None:
    parts = {name: one.replace(reserve=0) for name, one in shop.components.items()}
    products = {name: one.replace(critical=True) for name, one in shop.products.items()}
    free = run(shop.replace(allocation="no_holdback"), keep="orders")
    for same in (shop.replace(components=parts), shop.replace(products=products)):
        assert bits(run(same.replace(allocation="reserve_critical"), keep="orders")) == bits(free)


def test_more_stock_never_makes_an_order_later() -> None:
    """First come, first served, with constant lead times; whatever else is in stock."""
    before = ledger(run(two(), keep="orders"))
    for (name, component), level in zip(two().components.items(), (6, 7), strict=True):
        assert component.policy == mk.BaseStock(level)
        more = component.replace(policy=mk.BaseStock(level + 2))
        after = ledger(run(two(components={**two().components, name: more}), keep="orders"))
        assert (after["left"] <= before["left"]).all()
        assert (after["left"] < before["left"]).any()


def test_another_rule_meets_the_same_customers() -> None:
    books = [ledger(run(instance(allocation=rule), keep="orders")) for rule in RULES]
    for book in books[1:]:
        for name in ("arrival", "size", "class", "variant", "due"):
            assert np.array_equal(book[name], books[0][name]), name
        assert not np.array_equal(book["left"], books[0]["left"])


def test_whoever_comes_first_is_not_delayed_by_whoever_comes_later() -> None:
    """First come, first served, one replacement for one unit: what is ordered for others comes after it."""
    short, long = (ledger(run(periods=None, orders=n, keep="orders")) for n in (20, 60))
    for r in range(40):
        a, b = short.replication(r), long.replication(r)
        for name in ("arrival", "material"):
            assert np.array_equal(a[name], b[name][:20]), name


# How a run is run.


@by_shop
def test_threads_change_nothing(shop: mk.AssembleToOrder) -> None:
    assert bits(run(shop, threads=1, replications=300)) == bits(run(shop, threads=2, replications=300))


@by_shop
@pytest.mark.parametrize("simd", ["scalar", *json.loads(_core.build_info())["simd"]])
def test_the_simd_level_changes_nothing(shop: mk.AssembleToOrder, simd: str) -> None:
    assert bits(run(shop, keep="orders")) == bits(run(shop, keep="orders", simd=simd))


@by_shop
def test_shards_are_pieces_of_the_whole(shop: mk.AssembleToOrder) -> None:
    """Also where they cut through a chunk."""
    whole = run(shop, replications=300, keep="orders")
    cuts = [0, 7, 256, 300]
    parts = [run(shop, replications=b - a, first_replication=a, keep="orders") for a, b in pairwise(cuts)]
    for name in whole.metrics:
        assert np.array_equal(np.concatenate([p[name] for p in parts]), whole[name], equal_nan=True), name
    for axis, names in (("product", ("lead_time", "backorders")), ("component", ("on_hand", "reserved"))):
        for name in names:
            joined = np.concatenate([p.values(axis, name) for p in parts])
            assert np.array_equal(joined, whole.values(axis, name), equal_nan=True), name
    assert np.array_equal(np.concatenate([blamed(p) for p in parts]), blamed(whole))
    for column in ledger(whole):
        joined = np.concatenate([ledger(p)[column] for p in parts])
        assert np.array_equal(joined, ledger(whole)[column], equal_nan=True), column


def swept(shop: mk.AssembleToOrder, level: Any, servers: Any) -> mk.AssembleToOrder:
    parts = dict(shop.components)
    parts["frame"] = parts["frame"].replace(policy=mk.BaseStock(level))
    return shop.replace(components=parts, servers=servers)


@pytest.mark.parametrize("name", ["fcfs_commit", "impatient", "substitutes, lost", "finished stock"])
def test_a_sweep_is_its_runs(name: str) -> None:
    """Whatever was run in the same memory before."""
    levels, servers = (9, 0, 12), (3, 2)
    both = run(swept(SHOPS[name], mk.Sweep(levels, "level"), mk.Sweep(servers, "servers")), keep="orders")
    for i, level in enumerate(levels):
        for k, n in enumerate(servers):
            alone = run(swept(SHOPS[name], level, n), keep="orders")
            for metric in alone.metrics:
                assert np.array_equal(both[metric][i, k], alone[metric], equal_nan=True), metric
            for axis, own in (("product", "lead_time"), ("component", "reserved")):
                assert np.array_equal(both.values(axis, own)[i, k], alone.values(axis, own), equal_nan=True)
            assert np.array_equal(both.blame().value[i, k], alone.blame().value)
            assert np.array_equal(both.fill_within().value[i, k], alone.fill_within().value, equal_nan=True)
            assert np.array_equal(
                ledger(both).replication(i, k, 7)["left"],
                ledger(alone).replication(7)["left"],
                equal_nan=True,
            )


def test_the_order_of_components_changes_nothing() -> None:
    """With random times nothing falls on one instant; each draws by its name."""
    shop = instance(components=dict(reversed(list(instance().components.items()))))
    a, b = run(instance(), keep="orders"), run(shop, keep="orders")
    for column in ledger(a):
        assert np.array_equal(ledger(a)[column], ledger(b)[column], equal_nan=True), column
    assert np.array_equal(a.values("component", "on_hand"), b.values("component", "on_hand")[:, ::-1])


def test_a_component_that_nothing_waits_for_touches_nobody() -> None:
    parts = {**two().components, "box": mk.Component(mk.BaseStock(10_000), mk.Exponential(2))}
    ends = {name: one.replace(uses={**(one.uses or {}), "box": 1}) for name, one in two().products.items()}
    a, b = run(two(), keep="orders"), run(two(products=ends, components=parts), keep="orders")
    for column in ledger(a):
        assert np.array_equal(ledger(a)[column], ledger(b)[column], equal_nan=True), column
    assert np.array_equal(a.values("component", "on_hand"), b.values("component", "on_hand")[:, :2])


@by_shop
def test_a_run_repeats_from_its_configuration(shop: mk.AssembleToOrder) -> None:
    first = run(shop, keep="orders")
    for again in (first.rerun(), mk.simulate(**first.config)):
        assert isinstance(again, mk.OrderedAssemblyResult)
        assert bits(again) == bits(first)
    assert mk.AssembleToOrder.from_json(shop.to_json()) == shop


@by_shop
def test_means_are_the_same_whatever_is_kept(shop: mk.AssembleToOrder) -> None:
    kept, brief = run(shop, replications=300), run(shop, replications=300, keep="summary")
    for name in kept.metrics:
        close(brief.mean(name).value, kept.mean(name).value, name)
        close(brief.mean(name).se, kept.mean(name).se, name)
    for table in ("product_table", "component_table"):
        ours, theirs = getattr(brief, table)(), getattr(kept, table)()
        assert ours.columns == theirs.columns
    close(brief.blame().value, kept.blame().value)
    close(brief.fill_within().value, kept.fill_within().value)
