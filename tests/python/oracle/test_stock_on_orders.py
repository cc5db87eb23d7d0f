"""Make to stock on the order clock against exact values: continuous and periodic review, crossing lead times,
lost sales, production authorised by stock.

Everyday runs are short: a standard error may be twelve times the usual. ``make test-full`` runs them at full
precision. A right number fails once in 150,000.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from judge import agree_number

import maketo as mk


@dataclass(frozen=True)
class Case:
    """A stock, and what is exactly true of it in the long run."""

    name: str
    shop: mk.MakeToStock
    exact: dict[str, float]
    waits: dict[float, float] = field(default_factory=dict)
    """Share of orders that wait at most so long."""


def stock(rate: float, policy: Any, lead_time: Any = 1, **settings: Any) -> mk.MakeToStock:
    size = settings.pop("size", 1)
    return mk.MakeToStock(mk.OrderBook(rate, size=size), policy, lead_time, **settings)


def made(rate: float, level: int, time: Any, servers: int = 1, **settings: Any) -> mk.MakeToStock:
    production = mk.Production(time, servers)
    return mk.MakeToStock(mk.OrderBook(rate), mk.BaseStock(level), production=production, **settings)


HOLD_AND_WAIT = mk.Costs(holding=1, backorder=9)

# Exact values: Zipkin, Foundations of Inventory Management, 2000, ch. 6–7; Hadley and Whitin, 1963; Palm's
# theorem and Erlang's loss formula; Panjer's recursion; Buzacott and Shanthikumar, 1993, ch. 4.
CASES = [
    Case(
        "base stock, Poisson orders, constant lead time",
        stock(4, mk.BaseStock(11), 2),
        {
            "on_hand": 3.241749648,
            "backorders": 0.2417496483,
            "fill_rate": 0.8158857926,
            "alpha_service": 0.888075999,
            "unit_waiting_time": 0.06043741208,
        },
        {0.25: 0.9014792059, 0.5: 0.9573790764, 1.0: 0.9971602339},
    ),
    Case(
        "base stock, lead times that cross",
        stock(5, mk.BaseStock(13), mk.Lognormal(mean=2, sd=1.6)),
        {
            "on_hand": 3.32247273,
            "backorders": 0.3224727301,
            "fill_rate": 0.7915564764,
            "on_order_squares": 110.0,
        },
    ),
    Case(
        "base stock, crossing at random, the law of lead times does not matter (V8)",
        stock(3, mk.BaseStock(9), mk.Uniform(0, 4)),
        {"fill_rate": 0.8472375, "backorders": 0.1612589},
    ),
    Case(
        "base stock, orders of several units",
        stock(2, mk.BaseStock(9), 1.5, size=mk.Discrete([1, 2, 3], [0.5, 0.3, 0.2])),
        {
            "on_hand": 4.160265356,
            "backorders": 0.2602653565,
            "fill_rate": 0.8149641685,
            "order_fill_rate": 0.8020575256,
            "unit_waiting_time": 0.07654863426,
        },
    ),
    Case(
        "(R, S) in continuous time",
        stock(3, mk.BaseStock(31), 2, review_period=7),
        {
            "on_hand": 14.57503345,
            "backorders": 0.07503345357,
            "fill_rate": 0.9670931117,
            "cycle_service": 0.8091747204,
        },
    ),
    Case(
        "(r, Q)",
        stock(1.5, mk.ReorderQuantity(3, 5), 2, costs=mk.Costs(holding=20, backorder=150, order=100)),
        {
            "on_hand": 3.105432827,
            "backorders": 0.1054328273,
            "fill_rate": 0.8666328304,
            "orders": 0.3,
            "cost": 107.9235806,
            "unit_waiting_time": 0.0702885515,
        },
    ),
    Case(
        "(r, Q) = (24, 10) (V6)",
        stock(5, mk.ReorderQuantity(24, 10), 4),
        {"on_hand": 9.5902748, "backorders": 0.0902748, "fill_rate": 0.9515541},
    ),
    Case(
        "(r, Q), lost sales",
        stock(
            5,
            mk.ReorderQuantity(5, 20),
            1,
            backorder_share=0,
            costs=mk.Costs(holding=1, order=50, lost_sale=30),
        ),
        {
            "orders": 1 / 4.17546737,
            "lost_unit_share": 0.04202340821,
            "on_hand": 10.89922238,
            "cost": 29.17744101,
        },
    ),
    Case(
        "(S − 1, S), lost sales, the law of lead times does not matter",
        stock(3, mk.BaseStock(8), mk.Uniform(0, 4), backorder_share=0),
        {
            "lost_share": 0.1218757837,
            "on_hand": 2.731254702,
            "on_order": 5.268745298,
            "throughput": 2.634372649,
        },
    ),
    Case(
        "(S − 1, S), lost sales (V7)",
        stock(2, mk.BaseStock(9), 3, backorder_share=0),
        {"lost_share": 0.0751449556, "on_hand": 3.4508697},
    ),
    Case(
        "one server makes to stock",
        made(0.8, 5, mk.Exponential(1), costs=HOLD_AND_WAIT),
        {
            "fill_rate": 0.67232,
            "alpha_service": 0.737856,
            "on_hand": 2.31072,
            "backorders": 1.31072,
            "unit_waiting_time": 1.6384,
            "cost": 14.1072,
        },
    ),
    Case(
        "two servers make to stock",
        made(1.5, 4, mk.Exponential(1), 2),
        {
            "fill_rate": 0.6383928571,
            "on_hand": 1.65625,
            "backorders": 1.084821429,
            "unit_waiting_time": 0.7232142857,
        },
    ),
    Case(
        "one server with constant times makes to stock",
        made(0.8, 4, 1.0),
        {
            "fill_rate": 0.7620995197,
            "on_hand": 2.041727642,
            "backorders": 0.4417276418,
            "unit_waiting_time": 0.5521595522,
        },
    ),
    Case(
        "one server makes to stock, lost sales",
        made(0.9, 6, mk.Exponential(1), backorder_share=0, costs=mk.Costs(holding=1, lost_sale=20)),
        {"lost_share": 0.1018665597, "on_hand": 3.417593263, "cost": 5.251191339},
    ),
    Case(
        "one server makes to stock (V11)",
        made(0.8, 6, mk.Exponential(1)),
        {"fill_rate": 0.737856, "on_hand": 3.048576, "backorders": 1.048576, "unit_waiting_time": 1.31072},
    ),
    Case(
        "one server makes to stock, lost sales (V11b)",
        made(0.9, 5, mk.Exponential(1), backorder_share=0),
        {"lost_share": 0.12602255, "on_hand": 2.8052177},
    ),
]


def check(case: Case, seed: int, replications: int, loosened: float) -> None:
    # Whole cycles of a review every 7 periods: stock swings within them.
    warm_up = 497 if case.shop.review_period == 7 else 500
    run = mk.simulate(
        case.shop, periods=3500, warm_up=warm_up, replications=replications, seed=seed, keep="summary"
    )
    assert isinstance(run, mk.OrderResult)
    for name, exact in case.exact.items():
        estimate = run.mean(name)
        share = mk.ORDER_METRICS[name].unit == "share" and exact > 0.5
        agree_number(name, estimate.value, estimate.se, exact, share=share, loosened=loosened)
    for wait, exact in case.waits.items():
        estimate = run.distribution("waiting_time").exceeds(wait)
        agree_number(f"waits over {wait}", estimate.value, estimate.se, 1 - exact, loosened=10 * loosened)


@pytest.mark.parametrize(("seed", "case"), list(enumerate(CASES)), ids=[c.name for c in CASES])
def test_a_stock_is_what_theory_says(seed: int, case: Case) -> None:
    check(case, seed, replications=1600, loosened=12)


@pytest.mark.full
@pytest.mark.parametrize(("seed", "case"), list(enumerate(CASES)), ids=[c.name for c in CASES])
def test_a_stock_is_what_theory_says_at_full_precision(seed: int, case: Case) -> None:
    check(case, 100 + seed, replications=230_000, loosened=1)


def test_a_server_that_makes_to_an_empty_stock_makes_to_order() -> None:
    book = mk.OrderBook(0.8)
    stocked = mk.simulate(
        mk.MakeToStock(book, mk.BaseStock(0), production=mk.Production(mk.Exponential(1))),
        periods=2000,
        replications=50,
        seed=3,
    )
    ordered = mk.simulate(
        mk.MakeToOrder(book, mk.Operation("production", mk.Exponential(1))),
        periods=2000,
        replications=50,
        seed=3,
    )
    # The same customers; the machine's luck has another name, so the two agree as laws, not path by path.
    assert (stocked["orders_arrived"] == ordered["orders_arrived"]).all()
    a, b = stocked.mean("lead_time"), ordered.mean("lead_time")
    assert abs(a.value - b.value) < 4.5 * (a.se**2 + b.se**2) ** 0.5
