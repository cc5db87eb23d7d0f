"""Assemble to order, period by period, against exact values: sums over Poisson laws, a normal integral, and
shops that are others.

Everyday runs are short: a standard error may be four times the usual. ``make test-full`` runs them at full
precision. A right number fails once in 150,000. What is compared to the bit has no error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import exact_assembly
import numpy as np
import pytest
from exact_assembly import Key, Numbers
from judge import STANDARD_ERRORS, agree_number

import maketo as mk
from assembled import ORDERS, RULES, alone, everything, run, two

WINDOWS = (0, 1, 2)


# Poisson orders.


@dataclass(frozen=True)
class System:
    """Products by rate and usage, components by the periods that a level covers and that level."""

    rates: tuple[float, ...]
    usage: tuple[tuple[int, ...], ...]
    cover: tuple[int, ...]
    levels: tuple[int, ...]

    def shop(self, event_order: str) -> mk.AssembleToOrder:
        """The same system under either order of events: an order that is placed before the demand of its
        period has seen one period less, so it must be a period faster to cover as many."""
        early = event_order == "order_before_demand"
        return mk.AssembleToOrder(
            products={
                f"p{p}": mk.EndItem(mk.Poisson(rate), {f"c{j}": a for j, a in enumerate(uses) if a})
                for p, (rate, uses) in enumerate(zip(self.rates, self.usage, strict=True))
            },
            components={
                f"c{j}": mk.Component(mk.BaseStock(level), lead_time=cover - early)
                for j, (cover, level) in enumerate(zip(self.cover, self.levels, strict=True))
            },
            event_order=event_order,
            windows=WINDOWS,
        )

    def exact(self) -> Numbers:
        found = exact_assembly.poisson_periods(self.rates, self.usage, self.cover, self.levels, WINDOWS)
        for j in range(len(self.levels)):
            # Short of what is asked for in a period: short at its close, but for what was short before it.
            per_period = sum(rate * uses[j] for rate, uses in zip(self.rates, self.usage, strict=True))
            short = self.unmet(j, self.cover[j]) - self.unmet(j, self.cover[j] - 1)
            assert found["unmet", j] == pytest.approx(self.unmet(j, self.cover[j]), rel=1e-9)
            found["item_fill_rate", j] = 1 - short / per_period
        return found

    def unmet(self, j: int, periods: int) -> float:
        """Units of j by which the demand of so many periods is above its level, in the mean."""
        streams = [(rate * periods, [uses[j]]) for rate, uses in zip(self.rates, self.usage, strict=True)]
        law = exact_assembly.common_shocks([self.levels[j]], streams)
        mean = sum(rate * q for rate, [q] in streams)
        return mean - self.levels[j] + float(law @ (self.levels[j] - np.arange(self.levels[j] + 1)))


SYSTEMS = {
    "shared": System((3.0, 1.5), ((1, 0), (1, 1)), (2, 4), (11, 7)),
    "several of each": System((2.0, 1.5), ((2, 1), (1, 3)), (3, 2), (19, 13)),
    "three of three": System((1.2, 0.8, 1.0), ((1, 0, 2), (0, 2, 1), (1, 1, 0)), (1, 3, 2), (3, 8, 9)),
}


def agree_with(found: mk.AssemblyResult, exact: Numbers, loosened: float) -> None:
    within, all_within = found.fill_within(), found.all_within()

    def check(key: Key, estimate: mk.Estimate, *at: int, share: bool = False) -> None:
        value, error = float(estimate.value[at]), float(estimate.se[at])
        if share and exact[key] > 0.995:
            # So rare that errors are not normal; to 6 standard errors or more.
            assert value == pytest.approx(exact[key], abs=2e-4 if exact[key] < 1 else 0), key
        else:
            agree_number(str(key), value, error, exact[key], share and exact[key] > 0.5, loosened)

    for p in range(len(found.products)):
        check(("backlog", p), found.product("backorders"), p)
        check(("backlog", p), found.product("waiting_for_components"), p)
        check(("unit_fill_rate", p, 0), found.product("fill_rate"), p, share=True)
        check(("prob_all_filled_within", p, 0), found.product("complete_periods"), p, share=True)
        for i, w in enumerate(found.windows):
            check(("unit_fill_rate", p, w), within, p, i, share=True)
    for i, w in enumerate(found.windows):
        check(("prob_all_filled_within", w), all_within, i, share=True)
    for j in range(len(found.components)):
        check(("free", j), found.component("on_hand"), j)
        check(("unmet", j), found.component("backorders"), j)
        check(("item_fill_rate", j), found.component("fill_rate"), j, share=True)
        if exact["reserved", j] > 1e-9:
            check(("reserved", j), found.component("reserved"), j)
        else:
            assert found.component("reserved").value[j] == 0


def check_system(name: str, event_order: str, seed: int, replications: int, loosened: float) -> None:
    system = SYSTEMS[name]
    found = mk.simulate(
        system.shop(event_order),
        periods=2020,
        warm_up=20,
        replications=replications,
        seed=seed,
        keep="summary",
    )
    agree_with(found, system.exact(), loosened)


@pytest.mark.parametrize("event_order", ORDERS)
@pytest.mark.parametrize("name", SYSTEMS)
def test_poisson_orders(name: str, event_order: str) -> None:
    check_system(name, event_order, len(name), 2000, 4)


@pytest.mark.full
@pytest.mark.parametrize("event_order", ORDERS)
@pytest.mark.parametrize("name", SYSTEMS)
def test_poisson_orders_at_full_precision(name: str, event_order: str) -> None:
    check_system(name, event_order, 100 + len(name), 15_000, 1)


# Normal demand, kept where it is negative.


def check_normal(seed: int, replications: int, loosened: float) -> None:
    """Demands of two products with means 100 and 60, deviations 20 and 15 and covariance 100: the chance that
    all that was ordered in a period is out in time is a normal integral (Hausman, Lee & Zhang 1998)."""
    printed = {0: 0.8050099675, 1: 0.9999406787, 2: 1.0}
    laws = {"p": mk.Normal(100, 20, negative="allow"), "q": mk.Normal(60, 15, negative="allow")}
    demand = mk.correlate(laws, 100 / (20 * 15))
    shop = mk.AssembleToOrder(
        products={
            "p": mk.EndItem(demand["p"], {"a": 1, "b": 1}),
            "q": mk.EndItem(demand["q"], {"b": 1, "c": 2}),
        },
        components={
            "a": mk.Component(mk.BaseStock(240), 1),
            "b": mk.Component(mk.BaseStock(540), 2),
            "c": mk.Component(mk.BaseStock(560), 3),
        },
        windows=list(printed),
    )
    again = exact_assembly.normal_periods(
        (100, 60),
        ((400, 100), (100, 225)),
        ({"a": 1, "b": 1}, {"b": 1, "c": 2}),
        {"a": 1, "b": 2, "c": 3},
        {"a": 240, "b": 540, "c": 560},
        tuple(printed),
    )
    found = mk.simulate(
        shop, periods=2010, warm_up=10, replications=replications, seed=seed, metrics=["all_within"]
    ).all_within()
    for i, (w, chance) in enumerate(printed.items()):
        assert again["prob_all_filled_within", w] == pytest.approx(chance, rel=1e-9)
        if w == 0:
            agree_number("all at once", found.value[i], found.se[i], chance, share=True, loosened=loosened)
        else:
            assert abs(found.value[i] - chance) <= STANDARD_ERRORS * found.se[i]


def test_normal_demand() -> None:
    check_normal(seed=1, replications=2000, loosened=0.5)


@pytest.mark.full
def test_normal_demand_at_full_precision() -> None:
    check_normal(seed=101, replications=20_000, loosened=0.2)


# Six products of ten components.

USES = ((0, 1, 4, 7), (0, 2, 5, 8), (1, 3, 6), (0, 3, 4, 9), (2, 6, 7, 9), (1, 5, 8))
MANY = System(
    (3.0, 2.0, 4.0, 1.0, 2.0, 3.0),
    tuple(tuple(int(j in uses) for j in range(10)) for uses in USES),
    (2, 3, 4, 5, 3, 4, 6, 2, 5, 3),
    (17, 38, 22, 32, 17, 26, 44, 15, 32, 13),
)
BACKORDER = (20.0, 25.0, 15.0, 30.0, 25.0, 15.0)
HOLDING = (1.0, 0.5, 2.0, 1.5, 1.0, 0.8, 0.6, 2.5, 1.2, 3.0)
# By product, exact: unit fill rate and backlog.
FILLED = (0.9741519302, 0.9404861162, 0.9447648071, 0.8007969108, 0.8086030339, 0.8791570541)
BACKLOG = (0.07810086406, 0.1202378044, 0.2290908613, 0.2072755794, 0.4047668476, 0.375597457)


def many() -> mk.AssembleToOrder:
    shop = MANY.shop("demand_before_order")
    products = {
        n: v.replace(backorder_cost=b) for (n, v), b in zip(shop.products.items(), BACKORDER, strict=True)
    }
    components = {
        n: c.replace(costs=mk.Costs(holding=h))
        for (n, c), h in zip(shop.components.items(), HOLDING, strict=True)
    }
    return shop.replace(products=products, components=components, windows=[0])


def totals_of_many() -> dict[str, float]:
    """From the numbers by product: what products wait for and is not unmet is reserved, and costs as well."""
    held = 0.0
    for j, h in enumerate(HOLDING):
        unmet = MANY.unmet(j, MANY.cover[j])
        asked = MANY.cover[j] * sum(rate * uses[j] for rate, uses in zip(MANY.rates, MANY.usage, strict=True))
        free = MANY.levels[j] - asked + unmet
        waiting = sum(b * uses[j] for b, uses in zip(BACKLOG, MANY.usage, strict=True))
        held += h * (free + waiting - unmet)
    waits = math.fsum(c * b for c, b in zip(BACKORDER, BACKLOG, strict=True))
    filled = math.fsum(rate * share for rate, share in zip(MANY.rates, FILLED, strict=True))
    return {"cost": held + waits, "fill_rate": filled / sum(MANY.rates), "backorders": math.fsum(BACKLOG)}


def check_many(seed: int, replications: int, loosened: float) -> None:
    found = mk.simulate(
        many(), periods=1050, warm_up=50, replications=replications, seed=seed, keep="summary"
    )
    for name, exact in totals_of_many().items():
        estimate = found.mean(name)
        share = name == "fill_rate"
        agree_number(name, float(estimate.value), float(estimate.se), exact, share, loosened)
    filled, backlog = found.product("fill_rate"), found.product("backorders")
    for p in range(len(USES)):
        agree_number(f"filled {p}", filled.value[p], filled.se[p], FILLED[p], True, loosened)
        agree_number(f"backlog {p}", backlog.value[p], backlog.se[p], BACKLOG[p], loosened=loosened)


def test_what_others_have_simulated() -> None:
    """Programs of five other makes, pooled: from full shelves, 1000 periods, all counted; cost 116.36 ± 0.011
    and a mean of fill rates of 0.90951."""
    found = mk.simulate(many(), periods=1000, replications=5000, seed=12, metrics=["cost", "fill_rate"])
    cost = found.mean("cost")
    assert abs(cost.value - 116.36) <= STANDARD_ERRORS * math.hypot(float(cost.se), 0.011)
    rates = found["fill_rate"]
    assert abs(rates.mean() - 0.90951) <= STANDARD_ERRORS * rates.std() / math.sqrt(rates.size) + 5e-6


def test_six_products_of_ten_components() -> None:
    check_many(seed=11, replications=2000, loosened=6)


@pytest.mark.full
def test_six_products_of_ten_components_at_full_precision() -> None:
    check_many(seed=111, replications=80_000, loosened=1)


@pytest.mark.full
def test_the_exact_numbers_of_six_products() -> None:
    for p, rate in enumerate(MANY.rates):
        late = [
            exact_assembly._cohort(p, w, MANY.rates, MANY.usage, MANY.cover, MANY.levels)[1] for w in range(6)
        ]
        assert 1 - late[0] / rate == pytest.approx(FILLED[p], rel=1e-9)
        assert math.fsum(late) == pytest.approx(BACKLOG[p], rel=1e-9)


# Shops that are others.

COSTS = mk.Costs(holding=1, order=5, unit=2, overtime=1, express=2, expedite=0.5, disposal=0.25, salvage=0.5)
STOCKS: dict[str, dict[str, Any]] = {
    "base stock": {"policy": mk.BaseStock(14), "lead_time": 2},
    "random lead times": {"policy": mk.BaseStock(16), "lead_time": mk.Discrete([1, 2, 5], [0.25, 0.5, 0.25])},
    "none overtakes": {"policy": mk.BaseStock(16), "lead_time": mk.UniformInteger(1, 4), "crossing": "fifo"},
    "min-max": {"policy": mk.MinMax(9, 20), "lead_time": 2, "review_period": 2, "holding_basis": "mean"},
    "lots": {"policy": mk.ReorderQuantity(12, 8), "lead_time": 3, "opening_stock": 5},
    "capacity": {
        "policy": mk.BaseStock(15),
        "lead_time": 2,
        "capacity": mk.Capacity(4, overtime=2),
        "quantities": mk.Quantities(minimum=2),
    },
    "yields": {
        "policy": mk.BaseStock(16),
        "lead_time": 2,
        "yields": mk.PieceYield(0.8, inflate=True),
        "quantities": mk.Quantities(multiple=1),
    },
    "forecast": {
        "policy": mk.OrderUpTo(3),
        "lead_time": 2,
        "forecast": mk.ExponentialSmoothing(0.2, initial=4),
        "quantities": mk.Quantities(multiple=1),
        "opening_stock": 15,
    },
    "express": {
        "policy": mk.BaseStock(14),
        "lead_time": 4,
        "express": mk.Express(1, 6),
        "disruptions": mk.Disruption("order", 0.05, 0.5),
    },
}
SHARED = list(mk.METRICS)


def same(component: mk.AssemblyResult, at: int, stock: mk.Result) -> None:
    for name in SHARED:
        ours = component.values("component", name)[:, at]
        assert np.array_equal(ours, stock[name], equal_nan=True), name


@pytest.mark.parametrize("event_order", ORDERS)
@pytest.mark.parametrize("name", STOCKS)
def test_one_component_is_a_stock(name: str, event_order: str) -> None:
    """Product and component have the same name, so the demand is the same to the bit, and so is all else."""
    component = mk.Component(**STOCKS[name], costs=COSTS)
    shop = mk.AssembleToOrder(
        {"it": mk.EndItem(mk.Poisson(4), {"it": 1})}, {"it": component}, event_order=event_order
    )
    settings: dict[str, Any] = {"periods": 150, "warm_up": 20, "replications": 100, "seed": 3}
    found = run(shop, **settings)
    stock = mk.simulate(component.as_stock(mk.Poisson(4), event_order), name="it", metrics=SHARED, **settings)
    same(run(shop, metrics=SHARED, **settings), 0, stock)
    for name in ("demand", "filled", "fill_rate", "backorders"):
        assert np.array_equal(found.values("product", name)[:, 0], stock[name], equal_nan=True), name
    for name in (
        "demand",
        "filled",
        "backorders",
        "holding_cost",
        "order_cost",
        "purchase_cost",
        "overtime_cost",
    ):
        assert np.array_equal(found[name], stock[name]), name
    for name in ("express_cost", "expedite_cost", "disposal_cost", "salvage", "cost", "profit"):
        np.testing.assert_allclose(found[name], stock[name], rtol=1e-12, err_msg=name)
    full = found.values("product", "complete_periods")[:, 0]
    assert (full >= 1 - stock["stockout_periods"] - 1e-12).all(), (
        "a shortage of older orders is not one of today's"
    )
    assert (found.values("component", "reserved") == 0).all()
    assert np.array_equal(found.values("component", "backorders"), found.values("product", "backorders"))


@pytest.mark.parametrize("event_order", ORDERS)
def test_what_is_brought_forward_at_a_review_is_delivered_in_the_period(event_order: str) -> None:
    """A review after the demand of its period comes too late for the stock to fill it at once, but not for
    the product, which is delivered until the close."""
    component = mk.Component(mk.BaseStock(10), 2, expedite_below=2)
    shop = mk.AssembleToOrder(
        {"it": mk.EndItem(mk.Poisson(4), {"it": 1})}, {"it": component}, event_order=event_order
    )
    found = run(shop, metrics=["filled", "backorders", "expedited"])
    ours, stock = found.values("product", "filled"), found.values("component", "filled")
    assert (found.values("component", "expedited") > 0).all()
    assert np.array_equal(found.values("product", "backorders"), found.values("component", "backorders"))
    if event_order == "order_before_demand":
        assert np.array_equal(ours, stock)
    else:
        assert (ours > stock).all()


@pytest.mark.parametrize("event_order", ORDERS)
def test_components_do_not_know_who_waits(event_order: str) -> None:
    """Each is the stock that products ask for units, to the bit."""
    shop = everything(event_order=event_order)
    options: dict[str, Any] = {
        "periods": 130,
        "warm_up": 10,
        "replications": 70,
        "seed": 9,
        "metrics": SHARED,
    }
    found = run(shop, **options)
    for at, name in enumerate(shop.components):
        same(found, at, alone(shop, name, **options))


def test_what_is_counted_of_replenishment_is_the_same_under_every_rule() -> None:
    """A rule says who gets what is there, not what is there."""
    shops = {rule: everything(allocation=rule) for rule in RULES}
    runs = {rule: run(shop, replications=70) for rule, shop in shops.items()}
    for rule in RULES:
        for name in ("demand", "orders", "order_quantity", "net_inventory", "order_cost", "purchase_cost"):
            ours, first = (runs[r].values("component", name) for r in (rule, RULES[0]))
            assert np.array_equal(ours, first), (rule, name)


@pytest.mark.parametrize("event_order", ORDERS)
@pytest.mark.parametrize("allocation", RULES)
@pytest.mark.parametrize("time", [0, 1, 3])
def test_endless_stock_is_assembled_as_it_is_ordered(allocation: str, event_order: str, time: int) -> None:
    """Everything is delivered after the time of assembly, in every replication."""
    components = {n: c.replace(opening_stock=100_000, reserve=0) for n, c in two().components.items()}
    shop = two(
        components=components,
        allocation=allocation,
        event_order=event_order,
        assembly_time=time,
        windows=[0, 1, 2, 3, 4],
    )
    found = run(shop)
    assert np.array_equal(found.fill_within().value, np.tile(np.arange(5) >= time, (2, 1)))
    assert (found.values("component", "reserved") == 0).all()
    assert (found["waiting_for_components"] == 0).all()
    if time == 0:
        assert (found["backorders"] == 0).all()
        assert (found["fill_rate"] == 1).all()
    else:
        assert (found["filled"] == 0).all()
    assert (found["in_assembly"] == found["backorders"]).all()


@pytest.mark.parametrize("allocation", RULES)
@pytest.mark.parametrize("event_order", ORDERS)
def test_no_stock_is_purchase_to_order(allocation: str, event_order: str) -> None:
    """A unit waits for the longest lead time of what it needs, neither less nor more; one period more where
    what is ordered in a period has not seen its demand. Where nothing is committed that needs a product by
    itself: another would take what it has to wait for anyway."""
    leads = {"board": 2, "display": 4}
    shop = two(
        components={n: mk.Component(mk.BaseStock(0), lead_time=lead) for n, lead in leads.items()},
        allocation=allocation,
        event_order=event_order,
        windows=list(range(8)),
        assembly_time=1,
    )
    if allocation not in ("fcfs_commit", "priority"):
        shop = shop.replace(products={"deluxe": shop.products["deluxe"]})
    longest = {"basic": 2, "deluxe": 4}
    waits = np.array([longest[name] for name in shop.products]) + 1 + (event_order == "order_before_demand")
    found = run(shop)
    assert np.array_equal(found.fill_within().value, np.arange(8) >= waits[:, None])
    assert (found.values("component", "on_hand")[:, 1] == 0).all()
    # And so much is in the pipeline at any time: the demand of the last periods.
    assert np.array_equal(found.all_within().value[waits.max() :], np.ones(8 - waits.max()))
