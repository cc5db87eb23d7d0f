"""Shops that assemble to order, for the tests: one per rule of allocation and more; all numbers of a run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import maketo as mk

__all__ = [
    "ORDERS",
    "RULES",
    "SHOPS",
    "alone",
    "asked_for",
    "backwards",
    "bits",
    "everything",
    "families",
    "instance",
    "needs",
    "real",
    "run",
    "two",
]

RULES = ("fcfs_commit", "no_holdback", "priority", "reserve_critical", "batch")
ORDERS = ("order_before_demand", "demand_before_order")


def two(**changes: Any) -> mk.AssembleToOrder:
    """Two products that share a component."""
    settings: dict[str, Any] = {
        "products": {
            "basic": mk.EndItem(mk.Poisson(3), {"board": 1}, backorder_cost=20),
            "deluxe": mk.EndItem(mk.Poisson(1), {"board": 1, "display": 2}, backorder_cost=30),
        },
        "components": {
            "board": mk.Component(mk.BaseStock(14), lead_time=2, costs=mk.Costs(holding=1)),
            "display": mk.Component(mk.BaseStock(10), lead_time=4, costs=mk.Costs(holding=2)),
        },
    }
    return mk.AssembleToOrder(**{**settings, **changes})


def money(price: float, backorder: float, shortage: float, assembly: float) -> dict[str, Any]:
    return {
        "price": price,
        "backorder_cost": backorder,
        "shortage_cost": shortage,
        "assembly_cost": assembly,
    }


COMMIT = ("fcfs_commit", "priority")


def everything(**changes: Any) -> mk.AssembleToOrder:
    """Products and components with all that they may have, whole units."""
    costs = mk.Costs(holding=1, order=5, unit=3, overtime=1, express=2, expedite=0.5, salvage=0.25)
    components = {
        "frame": mk.Component(
            mk.BaseStock(20), mk.Discrete([1, 2, 4], [0.25, 0.5, 0.25]), costs=costs, reserve=3
        ),
        "motor": mk.Component(
            mk.MinMax(8, 16), 2, costs=costs, quantities=mk.Quantities(multiple=2), reserve=2
        ),
        "screw": mk.Component(
            mk.ReorderQuantity(30, 24),
            1,
            costs=costs,
            review_period=2,
            # Stock before demand is followed where units are committed.
            holding_basis="mean" if changes.get("allocation", "fcfs_commit") in COMMIT else "end",
            opening_stock=9,
        ),
        "cable": mk.Component(
            mk.OrderUpTo(4),
            2,
            costs=costs,
            forecast=mk.ExponentialSmoothing(0.2, initial=6),
            capacity=mk.Capacity(7, overtime=2),
            quantities=mk.Quantities(multiple=1),
            yields=mk.PieceYield(0.9),
            expedite_below=0,
        ),
        "lamp": mk.Component(
            mk.BaseStock(6),
            4,
            costs=costs,
            express=mk.Express(1, 2),
            disruptions=mk.Disruption("ship", 0.02, 0.5),
        ),
    }
    products = {
        "bike": mk.EndItem(
            mk.Poisson(2),
            {"frame": 1, "motor": 1, "screw": 3},
            **money(40, 5, 3, 2),
            hours=1,
            priority=2,
            value=9,
        ),
        "cart": mk.EndItem(
            mk.NegativeBinomial(mean=2, sd=2),
            {"frame": 2, "screw": 2, "cable": 1},
            **money(30, 4, 2, 1),
            hours=2,
            priority=1,
        ),
        "torch": mk.EndItem(
            mk.Poisson(1.5),
            {"cable": 2, "lamp": 1},
            **money(20, 3, 1, 1),
            hours=0.5,
            critical=True,
            value=4,
        ),
        "fan": mk.EndItem(
            mk.Geometric(mean=0.75),
            {"motor": 1, "screw": 1, "lamp": 1},
            **money(25, 4, 1, 1),
            hours=0,
            critical=True,
            value=2,
        ),
    }
    settings: dict[str, Any] = {
        "products": products,
        "components": components,
        "assembly_time": 2,
        "hours": [9, 8, 5],
        "windows": [0, 1, 3, 6],
    }
    return mk.AssembleToOrder(**{**settings, **changes})


def real(**changes: Any) -> mk.AssembleToOrder:
    """Quantities that are no whole numbers."""
    settings: dict[str, Any] = {
        "products": {
            "red": mk.EndItem(mk.Uniform(1, 7), {"base": 0.5, "dye": 0.1}, backorder_cost=9),
            "blue": mk.EndItem(mk.Exponential(3), {"base": 0.75, "oil": 0.3}, backorder_cost=7),
        },
        "components": {
            "base": mk.Component(mk.BaseStock(12.5), lead_time=2, costs=mk.Costs(holding=1)),
            "dye": mk.Component(mk.BaseStock(1.2), lead_time=2, costs=mk.Costs(holding=3)),
            "oil": mk.Component(mk.BaseStock(4.5), lead_time=3, costs=mk.Costs(holding=2)),
        },
        "windows": [0, 2],
    }
    return mk.AssembleToOrder(**{**settings, **changes})


SHOPS: dict[str, mk.AssembleToOrder] = {
    "two": two(),
    **{rule: everything(allocation=rule) for rule in RULES},
    "at once": everything(assembly_time=0, hours=None, event_order="demand_before_order"),
    "real": real(),
    "real, no holdback": real(allocation="no_holdback", assembly_time=1, hours=8),
}


def run(shop: mk.AssembleToOrder | None = None, **options: Any) -> mk.AssemblyResult:
    return mk.simulate(shop or two(), **{"periods": 60, "replications": 40, "seed": 1, **options})


# What a run consists of.


def families(found: mk.AssemblyResult) -> dict[str, NDArray[np.float64]]:
    """Every number of every replication by where it belongs, over (design, replication, …)."""
    numbers: dict[str, NDArray[np.float64]] = {f"total {m}": found[m] for m in found.metrics}
    for kind, blocks in found._blocks.items():
        for name, block in blocks.items():
            numbers[f"{kind} {name}"] = np.swapaxes(block["values"], 1, 2)
    return numbers


def bits(found: mk.AssemblyResult) -> str:
    """A digest of all numbers and estimates of a run, NaN included."""
    digest = hashlib.sha256()
    for array in families(found).values():
        digest.update(np.ascontiguousarray(array).tobytes())
    for name in found.metrics:
        digest.update(np.ascontiguousarray(found.statistics(name)).tobytes())
    for kind in found._blocks.values():
        for block in kind.values():
            digest.update(np.ascontiguousarray(block["estimates"]).tobytes())
    return digest.hexdigest()


def needs(shop: mk.AssembleToOrder, component: str) -> mk.DependentDemand:
    """What products ask for of a component."""
    used = {name: shop.uses(name).get(component, 0) for name in shop.products}
    return mk.DependentDemand(
        {name: (units, asked_for(shop.products[name])) for name, units in used.items() if units}
    )


def asked_for(item: mk.EndItem) -> Any:
    """Its demand, which is there on the period clock."""
    assert item.demand is not None
    return item.demand


def backwards(named: Mapping[str, Any]) -> dict[str, Any]:
    """The same in reverse order."""
    return {name: named[name] for name in reversed(list(named))}


def alone(shop: mk.AssembleToOrder, component: str, **options: Any) -> mk.Result:
    """The same component by itself: a stock that products ask for units."""
    stock = shop.components[component].as_stock(needs(shop, component), shop.event_order)
    settings: dict[str, Any] = {"periods": 60, "replications": 40, "seed": 1, "name": component, **options}
    return mk.simulate(stock, **settings)


# At random.


def instance(seed: int, size: tuple[int, int] | None = None, **changes: Any) -> mk.AssembleToOrder:
    """Up to four products and components or so many, quantities up to 3; all rules, many policies."""
    luck = np.random.default_rng(seed)
    n, m = size or (int(x) for x in luck.integers(1, 5, size=2))
    usage = luck.integers(0, 4, size=(n, m)) * (luck.random((n, m)) < 0.6)
    usage[np.arange(n), luck.integers(0, m, n)] += 1
    usage = np.minimum(usage, 3)
    usage[luck.integers(0, n), usage.sum(axis=0) == 0] = 1
    demand: list[mk.Law] = [
        [
            mk.Poisson(luck.uniform(0.3, 2)),
            mk.Geometric(mean=1),
            mk.UniformInteger(0, 3),
            mk.Binomial(3, 0.4),
        ][k]
        for k in luck.integers(0, 4, n)
    ]
    rates = np.array([law.summary().mean for law in demand]) @ usage
    products = {
        f"p{v}": mk.EndItem(
            demand[v],
            {f"c{j}": int(usage[v, j]) for j in range(m) if usage[v, j]},
            price=20,
            backorder_cost=float(luck.integers(0, 9)),
            shortage_cost=float(luck.integers(0, 3)),
            assembly_cost=1,
            hours=float(luck.integers(0, 4)),
            priority=int(luck.integers(0, 3)),
            critical=bool(luck.random() < 0.5),
            value=float(luck.uniform(1, 10)),
        )
        for v in range(n)
    }
    components = {f"c{j}": _component(luck, float(rates[j])) for j in range(m)}
    settings: dict[str, Any] = {
        "products": products,
        "components": components,
        "allocation": RULES[seed % len(RULES)],
        "event_order": ORDERS[int(luck.integers(0, 2))],
        "windows": [0, 1, 4],
    }
    return mk.AssembleToOrder(**{**settings, **changes})


def _component(luck: np.random.Generator, rate: float) -> mk.Component:
    lead: Any = [
        int(luck.integers(1, 5)),
        mk.Discrete([1, 2, 5], [0.25, 0.5, 0.25]),
        mk.UniformInteger(1, 4),
    ][luck.integers(0, 3)]
    cover = rate * (mk.Deterministic(lead) if isinstance(lead, int) else lead).summary().mean
    low = int(cover * luck.uniform(0.6, 1.3))
    lot = int(luck.integers(2, 9))
    policy: Any = [
        mk.BaseStock(low + int(rate)),
        mk.MinMax(low, low + lot),
        mk.ReorderQuantity(low, lot),
        mk.CappedBaseStock(low + int(rate), int(1.2 * rate) + 1),
    ][luck.integers(0, 4)]
    return mk.Component(
        policy,
        lead,
        costs=mk.Costs(holding=float(luck.integers(1, 4)), order=2, unit=float(luck.integers(1, 4))),
        crossing=["independent", "fifo", "common"][luck.integers(0, 3)],
        review_period=int(luck.integers(1, 3)),
        reserve=int(luck.integers(0, 5)),
    )
