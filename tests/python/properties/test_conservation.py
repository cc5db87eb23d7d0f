"""Nothing comes from nowhere and nothing vanishes: units, money, capacity; and metrics are sums over traces.

Whatever limits and disturbs supply: units that were there at the start or were ordered are served, wasted,
under way or on the shelf at the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import maketo as mk
from supplied import COSTS, EFFECTS, TOPICS, random_shop

REAL = mk.Lognormal(mean=6, sd=4)
EVERYTHING = [*TOPICS, *EFFECTS]
KINDS = (
    "holding",
    "backorder",
    "shortage",
    "lost_sale",
    "order",
    "purchase",
    "overtime",
    "express",
    "expedite",
    "disposal",
    "erosion",
)


def shops(topic: str, count: int = 10) -> list[mk.MakeToStock]:
    """Some with whole demand and some with real demand, of which no lot grows."""
    made = [random_shop(topic, seed, gains=False) for seed in range(count)]
    return [one.replace(demand=REAL) if seed % 2 else one for seed, one in enumerate(made)]


COUNTED = ("expired", "scrapped", "obsolete", "overtime", "express_quantity", "expedited", "capacity")


def all_of(shop: mk.MakeToStock, **changes: Any) -> mk.Result:
    settings = {"periods": 60, "replications": 8, "seed": 2, **changes}
    return mk.simulate(shop, **settings, trace=list(mk.TRACES))


@pytest.mark.parametrize("topic", EVERYTHING)
def test_units(topic: str) -> None:
    """Orders end after forty periods; a hundred later, whatever stood still, they have arrived."""
    periods = 140
    sizes = np.where(np.arange(periods) < 40, 7.0, 0.0)
    for shop in shops(topic):
        if shop.express is not None:  # whose units may lie at the dock at the end
            listed: Any = shop.disruptions
            shop = shop.replace(disruptions=[d for d in listed if d.effect != "receive"])
        run = all_of(
            shop.replace(policy=mk.RatePlan(sizes), review_period=1, opening_stock=12), periods=periods
        )
        total = {name: periods * run[name] for name in run.metrics}
        # Only the express source still delivers; what it was asked for in the last period may be under way.
        coming: Any = 0.0
        if shop.express is not None and shop.express.lead_time != 0:
            coming = run.trace["order_quantity"][:, -1]
        served = total["demand"] - total["lost"]
        left = 12 + total["order_quantity"] - coming - total["waste"] - served
        np.testing.assert_allclose(left, run.trace["net_inventory"][:, -1], atol=1e-9, err_msg=str(shop))
        assert (left <= 12 + total["order_quantity"] - served + 1e-9).all(), "waste is not negative"


@pytest.mark.parametrize("topic", EVERYTHING)
def test_stock_and_backlog(topic: str) -> None:
    for shop in shops(topic):
        run = all_of(shop)
        on_hand, backorders = run.trace["on_hand"], run.trace["backorders"]
        assert (on_hand >= 0).all()
        assert (backorders >= 0).all()
        assert not ((on_hand > 0) & (backorders > 0)).any()
        assert np.array_equal(on_hand - backorders, run.trace["net_inventory"])
        if shop.backorder_share == 0:
            assert (backorders <= 1e-12).all(), "where all is lost nobody waits"
        assert (run.trace["filled"] <= run.trace["demand"]).all()
        waste = run["expired"] + run["scrapped"] + run["obsolete"]
        np.testing.assert_allclose(waste, run["waste"], rtol=1e-12)
        for name in COUNTED:
            assert (run[name] >= 0).all(), name
        absent = {
            "expired": shop.shelf_life is None,
            "obsolete": shop.obsolescence is None,
            "express_quantity": shop.express is None,
            "expedited": shop.expedite_below is None,
            "capacity": shop.capacity is None,
        }
        for name, nothing in absent.items():
            assert not nothing or not run[name].any(), name


@pytest.mark.parametrize("topic", EVERYTHING)
def test_money(topic: str) -> None:
    """Every cost is a rate times a quantity, and together they are the cost, to the bit."""
    for i, shop in enumerate(shops(topic)):
        rates = COSTS.replace(erosion=0.02) if i % 3 == 2 else COSTS
        run = all_of(shop.replace(costs=rates))
        total = np.zeros(8)
        for kind in KINDS:
            total += run[f"{kind}_cost"]
        assert np.array_equal(total, run["cost"])
        assert np.array_equal(run["revenue"] + run["salvage"] - run["cost"], run["profit"])
        for kind, quantity in (
            ("backorder", "backorders"),
            ("shortage", "short"),
            ("lost_sale", "lost"),
            ("order", "orders"),
            ("overtime", "overtime"),
            ("express", "express_quantity"),
            ("expedite", "expedited"),
            ("disposal", "waste"),
        ):
            rate = getattr(rates, kind)
            np.testing.assert_allclose(run[f"{kind}_cost"], rate * run[quantity], rtol=1e-12, err_msg=kind)
        # What a unit is worth falls by the same share in every period.
        worth = (1 - rates.erosion) ** np.arange(60)  # type: ignore[operator]
        bought = rates.unit * (worth * run.trace["order_quantity"]).mean(axis=1)
        lost = rates.unit * rates.erosion * (worth * run.trace["on_hand"]).mean(axis=1)  # type: ignore[operator]
        np.testing.assert_allclose(run["purchase_cost"], bought, rtol=1e-12)
        np.testing.assert_allclose(run["erosion_cost"], lost, rtol=1e-12)


@pytest.mark.parametrize("topic", EVERYTHING)
def test_metrics_are_sums_over_traces(topic: str) -> None:
    """After the warm-up; and what is counted before it and after it is what is counted in all."""
    for shop in shops(topic, 6):
        run = all_of(shop, warm_up=11)
        traced: dict[str, NDArray[np.float64]] = {n: run.trace[n][:, 11:].astype(float) for n in mk.TRACES}
        for name, values in traced.items():
            np.testing.assert_allclose(run[name], values.mean(axis=1), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(run["orders"], (traced["order_quantity"] > 0).mean(axis=1), rtol=1e-12)
        variances = {
            "demand_variance": traced["demand"].var(axis=1, ddof=1),
            "order_variance": traced["order_quantity"].var(axis=1, ddof=1),
            "net_inventory_variance": traced["net_inventory"].var(axis=1, ddof=1),
        }
        for name, expected in variances.items():
            np.testing.assert_allclose(run[name], expected, rtol=1e-9, atol=1e-9, err_msg=name)
        spread = run["demand_variance"]
        assert np.array_equal(run["bullwhip"], run["order_variance"] / spread)
        assert np.array_equal(run["net_stock_amplification"], run["net_inventory_variance"] / spread)
        np.testing.assert_allclose(run["days_of_supply"], run["on_hand"] / run["demand"], rtol=1e-12)
        early, whole = all_of(shop, periods=11), all_of(shop)
        for name in COUNTED:
            np.testing.assert_allclose(
                11 * early[name] + 49 * run[name], 60 * whole[name], rtol=1e-9, atol=1e-9, err_msg=name
            )


def test_ratios_are_ratios_of_means() -> None:
    shop = mk.MakeToStock(
        demand=mk.Poisson(8), policy=mk.BaseStock(30), capacity=mk.Capacity([7, 12], overtime=1), costs=COSTS
    )
    run = all_of(shop, replications=200)
    for name, above, below in (
        ("bullwhip", run["order_variance"], run["demand_variance"]),
        ("net_stock_amplification", run["net_inventory_variance"], run["demand_variance"]),
        ("days_of_supply", run["on_hand"], run["demand"]),
        ("utilisation", run["order_quantity"] - run["express_quantity"] - run["overtime"], run["capacity"]),
    ):
        found = run.ratio(name)
        assert found.value == pytest.approx(above.mean() / below.mean(), rel=1e-12), name
        assert found.low < found.value < found.high


@pytest.mark.parametrize("topic", EVERYTHING)
def test_capacity_is_an_upper_bound(topic: str) -> None:
    """What is ordered of the regular source fits, and no more than all of the regular capacity is used."""
    for i, shop in enumerate(shops(topic)):
        regular = [8.0, 0.0, 11.5]
        limited = shop.replace(
            capacity=mk.Capacity(regular, overtime=2),
            disruptions=[d for d in shop.disruptions if d.effect not in ("capacity", "order")],  # type: ignore[union-attr]
            review_period=1 + i % 2,
        )
        run = all_of(limited)
        periods = np.arange(60)
        offered = np.array(regular)[periods % 3] * (periods % (1 + i % 2) == 0)
        np.testing.assert_allclose(run["capacity"], offered.mean(), rtol=1e-12)
        assert (run["utilisation"] <= 1 + 1e-12).all()
        assert (run["utilisation"] >= 0).all()
        if shop.express is None:
            most = np.array(regular)[periods % 3] + 2
            assert (run.trace["order_quantity"] <= most + 1e-9).all()
            beyond = np.maximum(run.trace["order_quantity"] - np.array(regular)[periods % 3], 0)
            np.testing.assert_allclose(run["overtime"], beyond.mean(axis=1), rtol=1e-12, atol=1e-12)


def test_more_helps() -> None:
    """With base stock and backorders nobody waits longer for more capacity, fewer outages, faster supply."""
    base = mk.MakeToStock(demand=mk.Poisson(8), policy=mk.BaseStock(26), lead_time=2)
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"capacity": mk.Uniform(4, 14)}, {"capacity": mk.Uniform(5, 14)}),
        ({"capacity": 9}, {"capacity": mk.Capacity(9, overtime=2)}),
        ({"capacity": 9}, {}),
        *(
            ({"disruptions": mk.Disruption(effect, outages=[(9, 14)])}, {})
            for effect in ("order", "ship", "transit", "receive")
        ),
        ({}, {"expedite_below": 4}),
        ({}, {"express": mk.Express(1, 12)}),
    ]
    for less, more in pairs:
        a, b = (all_of(base.replace(**s), replications=300).trace["backorders"] for s in (less, more))
        assert (b <= a + 1e-9).all(), (less, more)
        assert b.sum() < a.sum(), (less, more)
