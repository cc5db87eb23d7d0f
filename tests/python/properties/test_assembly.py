"""Assembling to order: nothing is lost, sums add up, rules that are the same agree, and how a run is run
changes nothing (spec R3)."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import maketo as mk
from assembled import RULES, SHOPS, alone, backwards, bits, everything, families, instance, real, run, two
from maketo import _core

Array = NDArray[np.float64]
by_shop = pytest.mark.parametrize("shop", SHOPS.values(), ids=SHOPS)
by_rule = pytest.mark.parametrize("rule", RULES)


def usage(shop: mk.AssembleToOrder) -> Array:
    """Over (product, component)."""
    return np.array([[shop.uses(v).get(c, 0.0) for c in shop.components] for v in shop.products])


def close(ours: Array, theirs: Array, what: str = "") -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-9, err_msg=what)


# Nothing is lost.


@by_rule
@pytest.mark.parametrize("time", [0, 2])
def test_what_came_in_is_delivered_or_still_there(rule: str, time: int) -> None:
    """Component by component: opening stock + receipts = delivered + free + reserved + in assembly. A state
    at the end is the sum over all periods less that over all but the last: the paths are the same."""
    opening, leads = {"board": 11, "display": 8}, {"board": 2, "display": 4}
    shop = two(
        components={
            "board": mk.Component(
                mk.MinMax(6, 14), leads["board"], opening_stock=opening["board"], reserve=2
            ),
            "display": mk.Component(mk.BaseStock(9), leads["display"], opening_stock=opening["display"]),
        },
        allocation=rule,
        assembly_time=time,
        hours=5,
        windows=[0],
    )

    def total(kind: str, name: str, periods: int) -> Array:
        found = run(shop, periods=periods)
        return np.rint(found.values(kind, name) * periods)

    uses = usage(shop)
    for periods in (9, 40, 64, 65):
        states = [
            total("component", name, periods) - total("component", name, periods - 1)
            for name in ("on_hand", "reserved", "in_assembly")
        ]
        delivered = total("product", "delivered", periods) @ uses
        for j, name in enumerate(shop.components):
            came = total("component", "order_quantity", periods - leads[name])[:, j]
            there = sum(state[:, j] for state in states)
            assert np.array_equal(opening[name] + came, delivered[:, j] + there), (name, periods)


@by_shop
def test_units_that_wait_hold_and_lack_what_they_need(shop: mk.AssembleToOrder) -> None:
    found = run(shop, warm_up=10)
    uses = usage(shop)
    waiting = found.values("product", "waiting_for_components")
    reserved, unmet = (found.values("component", name) for name in ("reserved", "backorders"))
    close(reserved + unmet, waiting @ uses)
    close(found.values("component", "in_assembly"), found.values("product", "in_assembly") @ uses)
    close(found.values("component", "on_hand") - unmet, found.values("component", "net_inventory"))
    close(found.values("component", "demand"), found.values("product", "demand") @ uses)
    assert (reserved >= -1e-9).all()
    assert (unmet >= 0).all()
    if shop.allocation not in ("fcfs_commit", "priority"):
        close(reserved, np.zeros_like(reserved))


@by_shop
def test_what_is_late_was_ordered_and_is_not_delivered(shop: mk.AssembleToOrder) -> None:
    found = run(shop)
    demand, delivered, late = (
        found.values("product", name) * 60 for name in ("demand", "delivered", "backorders")
    )
    before = run(shop, periods=59).values("product", "backorders") * 59
    close(demand - delivered, late - before)
    close(found.values("product", "filled"), found.values("product", "fill_rate") * demand / 60)
    assert (found.values("product", "filled") * 60 <= demand + 1e-9).all()


@by_shop
def test_somebody_is_to_blame_for_everyone_who_waits(shop: mk.AssembleToOrder) -> None:
    """In every replication, and nobody for more than there is."""
    found = run(shop, warm_up=10)
    numbers = families(found)["others blame"][0]
    waiting = found.values("product", "waiting_for_components")
    of = [found.products.index(v) for _, v in found.pairs]
    for v in range(len(found.products)):
        mine = [k for k, product in enumerate(of) if product == v]
        close(numbers[:, mine].sum(axis=1), waiting[:, v], found.products[v])
    assert (numbers >= 0).all()
    whole = found.blame()
    assert whole.dims == ("component", "product")
    close(whole.value.sum(axis=0), found.product("waiting_for_components").value)
    assert not whole.value[usage(shop).T == 0].any()


@by_shop
def test_a_longer_window_has_fewer_units_outside(shop: mk.AssembleToOrder) -> None:
    """Units ordered too late to be followed are left out, so it is not the share that must grow."""
    found = run(shop)
    for name, cells in (("fill_within", len(found.products)), ("all_within", 1)):
        block = found._blocks["others"][name]
        outside = (block["bottom"] - block["top"]).reshape(cells, len(found.windows), found.replications)
        assert (np.diff(outside, axis=1) <= 1e-9).all()
        assert (outside >= -1e-9).all()
    first, within = found.product("fill_rate"), found.fill_within()
    close(within.value[:, 0], first.value)
    close(within.se[:, 0], first.se)


# Sums.


@by_shop
def test_totals_are_those_of_products(shop: mk.AssembleToOrder) -> None:
    found = run(shop, warm_up=10)
    for name in ("demand", "delivered", "filled", "backorders", "waiting_for_components", "in_assembly"):
        close(found[name], found.values("product", name).sum(axis=1), name)
    with np.errstate(invalid="ignore"):
        close(found["waiting_time"], found["backorders"] / found["demand"])
        close(found["fill_rate"], found["filled"] / found["demand"])
        ours = found.values("product", "backorders") / found.values("product", "demand")
    close(found.values("product", "waiting_time"), ours)


@by_shop
def test_costs_sum_to_cost_and_profit_is_what_is_left(shop: mk.AssembleToOrder) -> None:
    found = run(shop, warm_up=10)
    parts = [m for m in found.metrics if m.endswith("_cost")]
    assert len(parts) == 12
    close(sum((found[m] for m in parts), start=np.zeros(40)), found["cost"])
    close(found["profit"], found["revenue"] + found["salvage"] - found["cost"])


@by_shop
def test_costs_are_prices_times_what_is_charged(shop: mk.AssembleToOrder) -> None:
    found = run(shop, warm_up=10)
    products, components = list(shop.products.values()), list(shop.components.values())

    def product(name: str, rate: str) -> Array:
        rates = np.array([getattr(v, rate) for v in products], dtype=np.float64)
        made: Array = found.values("product", name) @ rates
        return made

    def component(values: Array, rate: str) -> Array:
        made: Array = values @ np.array([getattr(c.costs, rate) for c in components], dtype=np.float64)
        return made

    held = found.values("component", "reserved") + found.values("component", "in_assembly")
    close(found["holding_cost"], found.values("component", "holding_cost").sum(axis=1))
    close(found["committed_holding_cost"], component(held, "holding"))
    close(found["backorder_cost"], product("backorders", "backorder_cost"))
    close(found["shortage_cost"], product("demand", "shortage_cost") - product("filled", "shortage_cost"))
    close(found["assembly_cost"], product("delivered", "assembly_cost"))
    close(found["revenue"], product("demand", "price"))
    close(found["investment"], component(found.values("component", "on_hand") + held, "unit"))
    for name in ("order_cost", "purchase_cost", "salvage"):
        close(found[name], found.values("component", name).sum(axis=1), name)


# Rules that are the same.


def same_numbers(a: mk.AssemblyResult, b: mk.AssemblyResult) -> None:
    ours, theirs = families(a), families(b)
    assert ours.keys() == theirs.keys()
    for name, array in ours.items():
        np.testing.assert_allclose(array, theirs[name], rtol=1e-9, atol=1e-8, err_msg=name)


@pytest.mark.parametrize("shop", [two(), everything(), real(), instance(3), instance(7)])
def test_all_of_the_same_priority_is_first_come_first_served(shop: mk.AssembleToOrder) -> None:
    """The one walks back through demand, the other keeps a book."""
    equal = {n: v.replace(priority=1) for n, v in shop.products.items()}
    fcfs, ranked = (shop.replace(products=equal, allocation=rule) for rule in ("fcfs_commit", "priority"))
    same_numbers(run(fcfs, periods=150), run(ranked, periods=150))


@pytest.mark.parametrize(
    "shop", [two(), everything(allocation="no_holdback"), real(), instance(3), instance(7)]
)
def test_nothing_to_reserve_is_no_holdback(shop: mk.AssembleToOrder) -> None:
    free = run(shop.replace(allocation="no_holdback"))
    critical = {n: v.replace(critical=True) for n, v in shop.products.items()}
    plenty = {n: c.replace(reserve=5) for n, c in shop.components.items()}
    nothing = {n: c.replace(reserve=0) for n, c in shop.components.items()}
    same_numbers(run(shop.replace(allocation="reserve_critical", components=nothing)), free)
    everyone = shop.replace(allocation="reserve_critical", products=critical, components=plenty)
    same_numbers(run(everyone), free)


def test_with_a_single_product_of_a_single_component_there_is_nothing_to_decide() -> None:
    shop = mk.AssembleToOrder(
        {"it": mk.EndItem(mk.Poisson(3), {"part": 1})}, {"part": mk.Component(mk.BaseStock(7), 2)}
    )
    first = run(shop)
    for rule in RULES:
        same_numbers(run(shop.replace(allocation=rule)), first)


def test_units_are_not_cut() -> None:
    """Products are ordered by the piece, so half a component is of no use, however a component is counted."""

    def filled(units: float, rule: str) -> Array:
        shop = mk.AssembleToOrder(
            {"it": mk.EndItem(mk.Poisson(3), {"part": units})},
            {"part": mk.Component(mk.BaseStock(6.5 * units), lead_time=2)},
            allocation=rule,
        )
        return run(shop).values("product", "filled")

    for rule in RULES:
        for units in (1, 2):
            assert np.array_equal(filled(units, rule), filled(2, "priority")), (rule, units)


def test_more_stock_never_makes_anyone_wait_longer() -> None:
    few, many = (
        two(components={**two().components, "board": mk.Component(mk.BaseStock(level), 2)}, windows=[0, 1, 3])
        for level in (12, 14)
    )
    a, b = run(few), run(many)
    for name in ("backorders", "waiting_for_components"):
        assert (b.values("product", name) <= a.values("product", name)).all()
    assert (b._blocks["others"]["fill_within"]["top"] >= a._blocks["others"]["fill_within"]["top"]).all()


# How it is run.


@by_shop
def test_threads_change_nothing(shop: mk.AssembleToOrder) -> None:
    first, second = (run(shop, replications=600, threads=n) for n in (1, 2))
    assert bits(first) == bits(second)


@by_shop
@pytest.mark.parametrize("simd", json.loads(_core.build_info())["simd"])
def test_the_simd_level_changes_nothing(shop: mk.AssembleToOrder, simd: str) -> None:
    assert bits(run(shop, periods=70)) == bits(run(shop, periods=70, simd=simd))


@by_shop
def test_shards_are_pieces_of_the_whole(shop: mk.AssembleToOrder) -> None:
    whole = families(run(shop, replications=300))
    parts = [
        families(run(shop, replications=n, first_replication=first))
        for first, n in ((0, 70), (70, 1), (71, 229))
    ]
    for name, array in whole.items():
        axis = 0 if name.startswith("total") else 1
        joined = np.concatenate([part[name] for part in parts], axis=axis)
        assert np.array_equal(array, joined, equal_nan=True), name


SWEPT: dict[str, Any] = {
    "a level": lambda x: {"components": {"board": mk.Component(mk.BaseStock(x), 2, costs=mk.Costs(1))}},
    "a lead time": lambda x: {"components": {"board": mk.Component(mk.BaseStock(14), lead_time=x)}},
    "a demand": lambda x: {"products": {"basic": mk.EndItem(mk.Poisson(x), {"board": 1})}},
    "a cost": lambda x: {"products": {"basic": mk.EndItem(mk.Poisson(3), {"board": 1}, backorder_cost=x)}},
    "a time of assembly": lambda x: {"assembly_time": x},
    "hours": lambda x: {
        "hours": x,
        "products": {"basic": mk.EndItem(mk.Poisson(1), {"board": 1}, hours=0.5)},
    },
    "a priority": lambda x: {
        "allocation": "priority",
        "products": {"basic": mk.EndItem(mk.Poisson(3), {"board": 1}, priority=x)},
    },
    "a reserve": lambda x: {
        "allocation": "reserve_critical",
        "components": {"board": mk.Component(mk.BaseStock(14), 2, reserve=x)},
    },
    "a value": lambda x: {
        "allocation": "batch",
        "products": {"basic": mk.EndItem(mk.Poisson(3), {"board": 1}, value=x)},
    },
}


def changed(changes: dict[str, Any]) -> mk.AssembleToOrder:
    """Two products, with some nouns replaced."""
    shop = two()
    nouns: dict[str, Any] = {"products": dict(shop.products), "components": dict(shop.components)}
    for kind, named in nouns.items():
        named.update(changes.get(kind, {}))
    return shop.replace(**{**changes, **nouns})


@pytest.mark.parametrize("make", SWEPT.values(), ids=SWEPT)
def test_a_sweep_is_its_runs(make: Any) -> None:
    points = [1, 3, 4]
    swept = run(changed(make(mk.Sweep(points, name="x"))))
    assert swept.design_dims == ("x",)
    together = families(swept)
    for at, x in enumerate(points):
        for name, array in families(run(changed(make(x)))).items():
            one = array if name.startswith("total") else array[0]
            assert np.array_equal(together[name][at], one, equal_nan=True), (name, x)


# What else there is.

# Of a component: what does not depend on who gets it.
NOBODY_DECIDES = ("demand", "net_inventory", "orders", "order_quantity", "order_cost", "purchase_cost")


def others(found: mk.AssemblyResult, kind: str, names: Any) -> dict[str, Array]:
    """Numbers of some products or components only, by name."""
    listed = found.products if kind == "product" else found.components
    places = [listed.index(name) for name in names]
    return {name: found.values(kind, name)[:, places] for name in found._blocks[kind + "s"]}


def untouched(a: mk.AssemblyResult, b: mk.AssemblyResult, kind: str, names: Any) -> None:
    theirs = others(b, kind, names)
    for name, array in others(a, kind, names).items():
        assert np.array_equal(array, theirs[name], equal_nan=True), name


@by_rule
@pytest.mark.parametrize("law", [mk.Poisson(2), mk.Uniform(1, 3)], ids=["whole", "real"])
def test_a_product_of_other_components_touches_nobody(rule: str, law: mk.Law) -> None:
    shop = everything(allocation=rule, hours=None)
    extra = shop.replace(
        products={"extra": mk.EndItem(law, {"more": 1}), **shop.products},
        components={**shop.components, "more": mk.Component(mk.BaseStock(9))},
    )
    a, b = run(shop), run(extra)
    untouched(a, b, "product", shop.products)
    untouched(a, b, "component", shop.components)


@by_rule
def test_a_product_of_the_same_components_leaves_the_demand_of_others(rule: str) -> None:
    shop = everything(allocation=rule)
    extra = shop.replace(products={"extra": mk.EndItem(mk.Poisson(2), {"lamp": 1}), **shop.products})
    a, b = run(shop), run(extra)
    assert np.array_equal(a.values("product", "demand"), b.values("product", "demand")[:, 1:])
    # Nor does it matter what others of its components are for.
    rest = [name for name in shop.components if name != "lamp"]
    theirs = others(b, "component", rest)
    for name, array in others(a, "component", rest).items():
        stays = name not in ("reserved", "in_assembly") and (rule == "fcfs_commit" or name in NOBODY_DECIDES)
        assert not stays or np.array_equal(array, theirs[name], equal_nan=True), name
    if rule == "fcfs_commit":
        # Who takes no lamp and waits for no hours does not see it.
        free = [r.replace(hours=None) for r in (shop, extra)]
        untouched(run(free[0]), run(free[1]), "product", ["bike", "cart"])


@by_rule
def test_the_order_of_components_changes_nothing(rule: str) -> None:
    shop = everything(allocation=rule)
    turned = shop.replace(
        components=backwards(shop.components),
        products={n: v.replace(uses=backwards(v.uses or {})) for n, v in shop.products.items()},
    )
    a, b = run(shop), run(turned)
    untouched(a, b, "product", shop.products)
    untouched(a, b, "component", shop.components)
    for name in a.metrics:
        close(a[name], b[name], name)


def test_the_order_of_products_is_who_is_served_first_inside_a_period() -> None:
    shop = everything(hours=None)
    a, b = run(shop), run(shop.replace(products=backwards(shop.products)))
    ours, theirs = (others(r, "component", shop.components) for r in (a, b))
    for name in (*NOBODY_DECIDES, "on_hand", "backorders", "fill_rate", "holding_cost"):
        assert np.array_equal(ours[name], theirs[name]), name
    ours, theirs = (others(r, "product", shop.products) for r in (a, b))
    assert np.array_equal(ours["demand"], theirs["demand"])
    first, last = 0, len(shop.products) - 1
    waiting = "waiting_for_components"
    assert ours[waiting][:, first].mean() < theirs[waiting][:, first].mean()
    assert ours[waiting][:, last].mean() > theirs[waiting][:, last].mean()


def test_products_that_share_nothing_are_not_in_each_others_way() -> None:
    apart = two(products={**two().products, "deluxe": mk.EndItem(mk.Poisson(1), {"display": 2})})
    turned = apart.replace(products=backwards(apart.products))
    untouched(run(apart), run(turned), "product", apart.products)
    untouched(run(apart), run(turned), "component", apart.components)


def test_a_component_is_the_same_alone() -> None:
    shop = everything()
    found = run(shop)
    for j, name in enumerate(shop.components):
        stock = alone(shop, name)
        for metric in stock.metrics:
            assert np.array_equal(found.values("component", metric)[:, j], stock[metric], equal_nan=True), (
                metric
            )


# What is kept.


@by_shop
def test_means_are_the_same_whatever_is_kept(shop: mk.AssembleToOrder) -> None:
    kept, summary = (run(shop, replications=300, keep=k) for k in ("replications", "summary"))
    for kind in ("products", "components", "others"):
        assert kept._blocks[kind].keys() == summary._blocks[kind].keys()
        for name, block in kept._blocks[kind].items():
            theirs = summary._blocks[kind][name]["estimates"]
            np.testing.assert_allclose(block["estimates"], theirs, rtol=1e-12, atol=1e-12, err_msg=name)
    for name in kept.metrics:
        for part in ("value", "se", "low", "high"):
            a, b = (getattr(r.mean(name), part) for r in (kept, summary))
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12, err_msg=name)


@by_shop
def test_estimates_are_those_of_the_replications(shop: mk.AssembleToOrder) -> None:
    """Means with s/√n; ratios of means with the error of what they are off by."""
    n = 300
    found = run(shop, replications=n)
    for kind in found._blocks.values():
        for name, block in kind.items():
            value, se = block["estimates"][0, :, 0], block["estimates"][0, :, 1]
            if "top" in block:
                top, bottom = block["top"][0], block["bottom"][0]
                with np.errstate(invalid="ignore", divide="ignore"):
                    mean = top.mean(axis=1) / bottom.mean(axis=1)
                    off = (top - mean[:, None] * bottom) / bottom.mean(axis=1)[:, None]
            else:
                off = block["values"][0]
                mean = off.mean(axis=1)
            np.testing.assert_allclose(value, mean, rtol=1e-9, atol=1e-12, err_msg=name)
            error = off.std(axis=1, ddof=1) / np.sqrt(n)
            np.testing.assert_allclose(se, error, rtol=1e-6, atol=1e-9, err_msg=name)


@by_shop
def test_a_run_repeats_from_its_configuration(shop: mk.AssembleToOrder) -> None:
    first = run(shop)
    assert bits(first) == bits(mk.simulate(**first.config))
    assert bits(first) == bits(first.rerun())  # type: ignore[arg-type]
