"""Assemblies on the order clock, for the tests: one per rule of allocation and more; all numbers of a run."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

import maketo as mk
from maketo import _catalogue

__all__ = ["RULES", "SHOPS", "bits", "blamed", "instance", "ledger", "run", "two"]

RULES = ("fcfs_commit", "no_holdback", "priority", "reserve_critical")


def two(**changes: Any) -> mk.AssembleToOrder:
    """Two products that share a component."""
    settings: dict[str, Any] = {
        "orders": mk.OrderBook(1.5, variants=[2, 1], size=mk.UniformInteger(1, 2)),
        "products": {
            "basic": mk.EndItem(uses={"board": 1}, price=9, backorder_cost=2),
            "deluxe": mk.EndItem(uses={"board": 1, "display": 2}, price=20, backorder_cost=3),
        },
        "components": {
            "board": mk.Component(mk.BaseStock(6), 2, costs=mk.Costs(holding=1)),
            "display": mk.Component(mk.BaseStock(7), 4, costs=mk.Costs(holding=2)),
        },
        "windows": [0, 1, 3],
    }
    return mk.AssembleToOrder(**{**settings, **changes})


def instance(**changes: Any) -> mk.AssembleToOrder:
    """Three products, four components with supplies of every kind, money for everything, two benches."""
    costs = mk.Costs(holding=1, order=5, unit=3)
    settings: dict[str, Any] = {
        "orders": mk.OrderBook(
            mk.VaryingArrivals([1.5, 0.9]),
            size=mk.UniformInteger(1, 3),
            variants=[3, 2, 1],
            requested_lead_time=mk.Uniform(0, 4),
            classes=[mk.CustomerClass("old", 2), mk.CustomerClass("new")],
        ),
        "products": {
            "bike": mk.EndItem(uses={"frame": 1, "wheel": 2}, priority=1, **money(40, 5, 3, 2, 9)),
            "cart": mk.EndItem(uses={"frame": 2, "wheel": 3, "lamp": 1}, priority=0, **money(60, 4, 2, 1, 8)),
            "torch": mk.EndItem(uses={"lamp": 1, "cable": 2}, critical=True, **money(20, 3, 1, 1, 7)),
        },
        "components": {
            "frame": mk.Component(mk.BaseStock(9), mk.Exponential(3), costs=costs, reserve=2),
            "wheel": mk.Component(mk.ReorderQuantity(6, 8), 2, costs=costs, review_period=0.75),
            "lamp": mk.Component(
                mk.MinMax(2, 6), mk.Lognormal(mean=2, sd=2), costs=costs, crossing="fifo", reserve=1
            ),
            "cable": mk.Component(
                mk.BaseStock(4), production=mk.Production(mk.Exponential(0.7)), costs=costs
            ),
        },
        "assembly_time": mk.Gamma(mean=1, sd=0.5),
        "servers": 3,
        "windows": [0, 2],
    }
    return mk.AssembleToOrder(**{**settings, **changes})


def money(price: float, backorder: float, shortage: float, assembly: float, lost: float) -> dict[str, Any]:
    return {
        "price": price,
        "backorder_cost": backorder,
        "shortage_cost": shortage,
        "assembly_cost": assembly,
        "lost_cost": lost,
    }


def impatient(shop: mk.AssembleToOrder, **changes: Any) -> mk.AssembleToOrder:
    book = shop.orders
    assert book is not None
    return shop.replace(orders=book.replace(patience=mk.Exponential(4)), **changes)


def ranked(shop: mk.AssembleToOrder, **changes: Any) -> mk.AssembleToOrder:
    """New customers come before old ones, carts before the rest."""
    book = shop.orders
    assert book is not None
    classes = [mk.CustomerClass("old", 2, priority=1), mk.CustomerClass("new")]
    products = {name: one.replace(priority=int(name != "cart")) for name, one in shop.products.items()}
    return shop.replace(
        orders=book.replace(classes=classes), products=products, allocation="priority", **changes
    )


def replaced(shop: mk.AssembleToOrder, **changes: Any) -> mk.AssembleToOrder:
    """Where frames are short, wheels will do, and where lamps are, cables or frames."""
    parts = dict(shop.components)
    parts["frame"] = parts["frame"].replace(substitutes={"wheel": 1})
    parts["lamp"] = parts["lamp"].replace(substitutes={"cable": 2, "frame": 3})
    return shop.replace(components=parts, **changes)


BILL = mk.BillOfMaterials(
    usage={"pc": {"board": 1, "screw": 4}, "board": {"cpu": 1, "screw": 2}},
    options={"pc": {"display": {"lcd": 0.6, "oled": 0.3}}},  # type: ignore[dict-item]
)


def configured() -> mk.AssembleToOrder:
    """Customers choose a display, or none."""
    return mk.AssembleToOrder(
        {"pc": mk.EndItem(price=100), "spare": mk.EndItem(uses={"cpu": 1}, price=30)},
        {
            "cpu": mk.Component(mk.BaseStock(7), 3),
            "screw": mk.Component(mk.ReorderQuantity(20, 30), 1),
            "lcd": mk.Component(mk.BaseStock(3), 2),
            "oled": mk.Component(mk.BaseStock(1), 4),
        },
        BILL,
        mk.OrderBook(1.2, variants=[3, 1]),
        assembly_time=0.5,
    )


def kept_in_stock(**changes: Any) -> mk.AssembleToOrder:
    products = {
        name: one.replace(stock=stock)
        for (name, one), stock in zip(instance().products.items(), (4, 0, 2), strict=True)
    }
    return instance(products=products, **changes)


SHOPS: dict[str, mk.AssembleToOrder] = {
    "two": two(),
    **{rule: instance(allocation=rule) for rule in RULES},
    "priority of classes": ranked(instance()),
    "in parts": instance(partial_delivery=True),
    "impatient": impatient(instance(allocation="priority")),
    "impatient, nothing held back": impatient(two(allocation="no_holdback"), assembly_time=1, servers=2),
    "impatient, in parts": impatient(instance(servers=None), partial_delivery=True),
    "lost": instance(lost_orders=True),
    "substitutes": replaced(instance()),
    "substitutes, lost": replaced(instance(allocation="no_holdback"), lost_orders=True),
    "options": configured(),
    "finished stock": kept_in_stock(),
    "given orders": two(
        orders=mk.OrderBook(
            mk.GivenOrders([0, 0, 1, 2.5, 2.5, 9, 9, 30], variant=[0, 1, 1, 0, 1, 1, 0, 1]), variants=[1, 1]
        ),
        components={
            "board": mk.Component(mk.BaseStock(2), 2),
            "display": mk.Component(mk.BaseStock(3), mk.Exponential(4)),
        },
    ),
}


def run(shop: mk.AssembleToOrder | None = None, **options: Any) -> mk.OrderedAssemblyResult:
    settings = {"periods": 60, "replications": 40, "seed": 1, **options}
    found = mk.simulate(two() if shop is None else shop, **settings)
    assert isinstance(found, mk.OrderedAssemblyResult)
    return found


def ledger(found: mk.OrderedAssemblyResult) -> mk.Ledger:
    """The orders of a run that keeps them."""
    assert found.orders is not None
    return found.orders


def blamed(found: mk.OrderedAssemblyResult) -> NDArray[np.float64]:
    """Units that wait for each component, over (replication, component, product)."""
    pairs = found._blocks["others"]["blame"]["values"].reshape(len(found.pairs), found.replications)
    full = np.zeros((found.replications, len(found.components), len(found.products)))
    for (part, product), row in zip(found.pairs, pairs, strict=True):
        full[:, found.components.index(part), found.products.index(product)] = row
    return full


def bits(found: mk.OrderedAssemblyResult) -> str:
    """A digest of all numbers of a run, NaN included."""
    digest = hashlib.sha256()

    def add(array: Any) -> None:
        digest.update(np.ascontiguousarray(array).tobytes())

    for name in found.metrics:
        if name in found:
            add(found[name])
        add(found.statistics(name))
    for family in found._blocks.values():
        for numbers in family.values():
            for array in numbers.values():
                add(array)
    for name in _catalogue.axis_metrics("stations") if found.stations else ():
        add(found.station(name).value)
    for name in _catalogue.axis_metrics("classes") if found.classes else ():
        add(found.by_class(name).value)
    for name in ("lead_time", "waiting_time", "tardiness", "earliness"):
        told = found.distribution(name)
        for estimate in (told.mean(), told.sd(), told.quantile(0.9)):
            add(estimate.value)
            add(estimate.se)
    if found.orders is not None:
        add(found.orders.offsets)
        for column in found.orders.values():
            add(column)
    return digest.hexdigest()
