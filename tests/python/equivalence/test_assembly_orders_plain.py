"""The core and the plain assembly beside it tell the same story of every order, in shops made at random.

Times agree to the bit, averages to 1e-9: the two add in different orders.
"""

from __future__ import annotations

import random
import zlib
from typing import Any

import numpy as np
import plain_assembly_told as told
import pytest
from plain_assembly_orders import Assembly
from plain_orders_draws import Luck

import maketo as mk
from assembled_orders import SHOPS
from maketo import _catalogue
from maketo._assembly_request import ordered_model

STATUSES = _catalogue.order_statuses()
EVALUATION = 1 << 31
RULES = ("fcfs_commit", "no_holdback", "priority", "reserve_critical")


def plainly(shop: mk.AssembleToOrder, replication: int, **horizon: Any) -> Assembly:
    model = ordered_model(shop, "item", lambda array, _stem: array.tolist())
    plain = Assembly(model, Luck(99, EVALUATION + replication), zlib.crc32(b"item"), **horizon)
    plain.run()
    return plain


def agree(shop: mk.AssembleToOrder, replications: int = 2, **horizon: Any) -> int:
    """Compare order by order, then all numbers; how many orders."""
    run = mk.simulate(shop, replications=replications, seed=mk.Key(99), keep="orders", **horizon)
    assert isinstance(run, mk.OrderedAssemblyResult)
    assert run.orders is not None
    compared = 0
    for r in range(replications):
        plain = plainly(shop, r, **horizon)
        rows = [told.row(one) for one in plain.customers if one.counted]
        ours = run.orders.replication(r)
        assert [STATUSES[s] for s in ours["status"]] == [row["status"] for row in rows]
        for name in ours:
            if name != "status":
                theirs = np.array([row[name] for row in rows])
                np.testing.assert_array_equal(ours[name], theirs, err_msg=name)
        compared += len(rows)
        for kind, numbers in (("component", told.components(plain)), ("product", told.products(plain))):
            for name, values in numbers.items():
                same(run.values(kind, name)[r], values, f"{kind} {name}")
        found = told.whole(plain)
        assert found.keys() == set(run.metrics)
        for name, value in found.items():
            same(run[name][r], value, name)
        # Pairs and windows have no values by replication; one replication is its own mean.
        alone = mk.simulate(
            shop, replications=1, first_replication=r, seed=mk.Key(99), keep="summary", **horizon
        )
        assert isinstance(alone, mk.OrderedAssemblyResult)
        same(alone.blame().value, told.blame(plain), "blame")
        same(alone.fill_within().value, told.fill_within(plain), "fill_within")
        for name, values in told.stations(plain).items():
            same(alone.station(name).value, values, f"station {name}")
        if alone.classes:
            for name, values in told.classes(plain).items():
                same(alone.by_class(name).value, values, f"class {name}")
    return compared


def same(ours: Any, theirs: Any, name: str) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9, err_msg=name)


class Dice:
    """An assembly at random: every rule has a chance to be in it."""

    def __init__(self, seed: int, rule: str, kind: str) -> None:
        self.r = random.Random(seed)
        self.rule = rule
        self.kinds = kind.split(" and ")

    def pick(self, options: Any) -> Any:
        return self.r.choice(options)

    def maybe(self, chance: float) -> bool:
        return self.r.random() < chance

    def whole(self, low: int, high: int) -> int:
        return self.r.randint(low, high)

    def time(self, mean: float) -> Any:
        """Half of them constant."""
        laws = [mk.Exponential(mean), mk.Uniform(0, 2 * mean), mk.Gamma(mean=mean, sd=mean / 2)]
        return self.pick([*laws, round(mean, 2), round(mean, 2), round(mean, 1)])

    def book(self, products: int) -> mk.OrderBook:
        return mk.OrderBook(
            self.pick(
                [1, mk.RenewalArrivals(mk.Gamma(mean=1, sd=0.7)), mk.VaryingArrivals([1.5, 0.5])],
            ),
            size=self.pick([1, 2, mk.UniformInteger(1, 4)]),
            variants=[self.pick([1, 2, 3]) for _ in range(products)],
            classes=[mk.CustomerClass("a", priority=1), mk.CustomerClass("b", 2)]
            if self.maybe(0.5 if self.rule == "priority" else 0.2)
            else [],
            requested_lead_time=self.pick([0, mk.Uniform(0, 3)]),
            patience=self.time(2) if "patience" in self.kinds else None,
        )

    def policy(self, level: int) -> Any:
        lot = self.whole(1, 6)
        strict = self.maybe(0.3)
        return self.pick(
            [
                mk.BaseStock(level),
                mk.BaseStock(level),
                mk.MinMax(level - lot, level, strict),
                mk.ReorderQuantity(level - lot, lot, strict),
            ]
        )

    def component(self, name: str, demand: float, others: list[str]) -> mk.Component:
        lead = self.r.uniform(0.3, 3)
        level = max(8 if "lost" in self.kinds else 0, round(demand * lead * self.r.uniform(0.4, 1.6)))
        made = self.maybe(0.25)
        servers = self.whole(1, 2)
        instead = self.r.sample(others, min(len(others), self.whole(0, 2)))
        costs = mk.Costs(holding=self.whole(0, 3), order=self.whole(0, 3), unit=self.whole(0, 3))
        return mk.Component(
            self.policy(level),
            **(
                {"production": mk.Production(self.time(0.7 * servers / demand), servers)}
                if made
                else {"lead_time": self.time(lead), "crossing": self.pick(["independent", "fifo"])}
            ),
            review_period=self.pick([0, 0, 0.7, 2]),
            opening_stock=self.pick([None, None, max(level, 1)]) if level >= 6 else max(level, 1),
            reserve=self.whole(0, 3),
            substitutes={one: self.whole(0, 2) for one in instead} if "substitutes" in self.kinds else {},
            costs=costs,
        )

    def shop(self) -> mk.AssembleToOrder:
        products = [f"p{v}" for v in range(self.whole(1, 3))]
        parts = [f"c{j}" for j in range(self.whole(1, 4))]
        uses = {v: self.r.sample(parts, self.whole(1, len(parts))) for v in products}
        parts = [c for c in parts if any(c in own for own in uses.values())]
        book = self.book(len(products))
        usage = {v: {c: self.whole(1, 3) for c in own} for v, own in uses.items()}
        bill = None
        rates: dict[str, dict[str, dict[str, float]]] = {v: {} for v in products}
        if "options" in self.kinds:
            rates = {v: {"extra": dict(zip(parts, (0.4, 0.3), strict=False))} for v in products}
            bill = mk.BillOfMaterials(usage=usage, options=rates)  # type: ignore[arg-type]
        ends = {
            v: mk.EndItem(
                uses=None if bill else own,
                stock=self.whole(0, 4) if "stock" in self.kinds else 0,
                priority=self.whole(0, 2),
                critical=self.maybe(0.4),
                price=self.whole(0, 9),
                backorder_cost=self.whole(0, 3),
                shortage_cost=self.whole(0, 3),
                assembly_cost=self.whole(0, 3),
                lost_cost=self.whole(0, 5),
            )
            for v, own in usage.items()
        }
        size = 2.5 if isinstance(book.size, mk.UniformInteger) else float(getattr(book.size, "value", 1))
        total = sum(float(x) for x in np.asarray(book.variants))
        shares = [float(x) / total for x in np.asarray(book.variants)]
        demand = {
            c: size
            * sum(
                p * (usage[v].get(c, 0) + rates[v].get("extra", {}).get(c, 0))
                for p, v in zip(shares, products, strict=True)
            )
            for c in parts
        }
        parts_made = {c: self.component(c, demand[c], [x for x in parts if x != c]) for c in parts}
        in_parts = "partial" in self.kinds
        servers = self.pick([None, 1, 2, 3])
        lots = size if in_parts else 1
        return mk.AssembleToOrder(
            orders=book,
            products=ends,
            components=parts_made,
            bill=bill,
            allocation=self.rule,
            servers=servers,
            assembly_time=self.pick([0, self.time(0.7 * (servers or 1) / lots)]),
            partial_delivery=in_parts,
            lost_orders="lost" in self.kinds,
            windows=[0, 0.5, 2],
        )


KINDS = (
    "nothing else",
    "partial",
    "patience",
    "partial and patience",
    "lost",
    "substitutes",
    "partial and substitutes",
    "lost and substitutes",
    "options",
    "stock",
)


@pytest.mark.parametrize("seed", range(1))
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rule", RULES)
def test_every_order_has_the_same_story_in_an_assembly_made_at_random(
    rule: str, kind: str, seed: int
) -> None:
    dice = Dice(zlib.crc32(f"{rule} {kind} {seed}".encode()), rule, kind)
    shop = dice.shop()
    horizon: dict[str, Any] = dice.pick(
        [{"orders": 60}, {"periods": 50, "warm_up": 5}, {"periods": 50, "drain": 1.5}]
    )
    assert agree(shop, **horizon) > 20


@pytest.mark.parametrize("shop", SHOPS.values(), ids=SHOPS)
def test_every_order_has_the_same_story_in_a_shop_of_the_tests(shop: mk.AssembleToOrder) -> None:
    assert agree(shop, periods=40, warm_up=4) > 2
