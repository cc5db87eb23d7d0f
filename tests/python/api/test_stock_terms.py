"""A plan from a table: terms by column, policies with lots, targets of three kinds, classes, the page."""

from __future__ import annotations

import html.parser
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import maketo as mk
from maketo._stock_classes import abc, pattern, xyz
from maketo._stock_terms import order_size
from maketo.examples import warehouse, write_table

RUN: dict[str, Any] = {"replications": 256, "resamples": 4, "seed": 1}
COLUMNS: dict[str, Any] = {
    "lead_time": "lead_time_weeks",
    "moq": "moq",
    "pack": "pack_size",
    "unit_cost": "unit_cost_eur",
    "order_cost": "order_cost_eur",
    "holding": "holding_cost_eur_per_unit_year",
}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("table") / "warehouse.csv"
    names, weeks, history, columns = warehouse(n_parts=24, n_periods=80)
    write_table(file, names, weeks, history, columns)
    return file


@pytest.fixture(scope="module")
def plan(table: Path) -> mk.StockPlan:
    return mk.stock(table, **COLUMNS, policy="min_max", target_fill=0.9, **RUN)


def test_columns_are_read_part_by_part(plan: mk.StockPlan, table: Path) -> None:
    history = mk.read_history(table)
    assert history.per_year == pytest.approx(52.18, abs=0.01)
    assert len(history.periods) == 80
    for i, d in enumerate(plan):
        assert d.lead_time == float(history.columns["lead_time_weeks"][i])
        assert d.unit_cost == float(history.columns["unit_cost_eur"][i])
    assert len({d.lead_time for d in plan}) > 1
    assert plan.settings["lead_time"] == "lead_time_weeks"
    assert plan.settings["moq"] == "moq"


def test_lots_are_economic_and_whole_packs(plan: mk.StockPlan, table: Path) -> None:
    history = mk.read_history(table)
    cell = {k: [float(x) for x in v] for k, v in history.columns.items()}
    for i, d in enumerate(plan):
        if not d.decided:
            continue
        eoq = math.sqrt(2 * 5 * d.mean_demand * 365.25 / 7 / cell["holding_cost_eur_per_unit_year"][i])
        least = max(eoq, cell["moq"][i])
        assert d.order_size % cell["pack_size"][i] == 0
        assert least <= d.order_size + 1e-6 < least + cell["pack_size"][i] + 1e-5
        assert d.level - d.reorder == d.order_size
        assert d.reorder >= 0


def test_the_plan_is_what_simulation_says(plan: mk.StockPlan, table: Path) -> None:
    """Promise and least level, from `simulate` on the same halves, exactly for whole demand."""
    history = mk.read_history(table)
    i, d = next((i, d) for i, d in enumerate(plan) if d.decided and d.reorder > 0)
    shop = mk.MakeToStock(
        demand=mk.Bootstrap(history.observed(i)),
        policy=mk.MinMax(d.reorder, d.level),
        quantities=mk.Quantities(multiple=float(history.columns["pack_size"][i])),
        lead_time=int(d.lead_time),
        opening_stock="settled",
    )
    warm_up = next(w for w in plan.settings["warm_up"] if w >= d.lead_time + 1)
    run = {"warm_up": warm_up, "periods": 80 + warm_up, "seed": mk.Key(plan.settings["key"]), "name": d.part}
    promised = mk.simulate(shop, replications=256, **run).ratio("fill_rate")
    assert promised.value == d.fill
    lower = shop.replace(policy=mk.MinMax(d.reorder - 1, d.level - 1))
    at, below = (
        mk.simulate(s, replications=256, half="training", **run).ratio("fill_rate").value
        for s in (shop, lower)
    )
    assert below < 0.9 <= at


def test_a_part_is_decided_the_same_alone(plan: mk.StockPlan, table: Path) -> None:
    history = mk.read_history(table)
    i, d = next((i, d) for i, d in enumerate(plan) if d.decided)
    one = {"demand": history.values[i], **{k: v[i] for k, v in history.columns.items()}}
    year = history.per_year
    alone = mk.stock(
        {d.part: one}, **COLUMNS, policy="min_max", target_fill=0.9, periods_per_year=year, **RUN
    )[d.part]
    assert (alone.level, alone.fill, alone.input_low, alone.cost) == (d.level, d.fill, d.input_low, d.cost)


def test_costs_add_up(plan: mk.StockPlan) -> None:
    for d in plan:
        if d.decided:
            assert d.cost == pytest.approx(d.holding_cost + d.order_cost + d.shortage_cost)
            assert d.order_cost == pytest.approx(5 * d.orders_per_year)
            assert d.tied_up == pytest.approx(d.on_hand * d.unit_cost)
            assert d.cost_low <= d.cost <= d.cost_high
    for name in ("cost", "tied_up", "orders_per_year", "on_hand", "holding_cost"):
        total = plan.totals[name]
        assert total["value"] == pytest.approx(sum(getattr(d, name) for d in plan if d.decided))
        assert total["low"] < total["value"] < total["high"]


def test_three_targets(table: Path) -> None:
    alpha = mk.stock(table, **COLUMNS, target_alpha=0.97, **RUN)
    assert all(d.alpha >= 0.97 - 4 * (d.alpha_high - d.alpha_low) for d in alpha if d.decided)
    cheap = mk.stock(table, **COLUMNS, target="cost", backorder=400, **RUN)
    dear = mk.stock(table, **COLUMNS, target_alpha=0.97, backorder=400, **RUN)
    assert cheap.totals["cost"]["value"] <= 1.01 * dear.totals["cost"]["value"]
    assert "least cost" in cheap.report()
    assert "cost per year" in cheap.report()
    # What is judged is the cost, which a level fitted to its own history understates.
    known = [d for d in cheap if d.decided and not math.isnan(d.optimism)]
    assert sum(d.optimism for d in known) < 0
    assert all(d.input_low <= d.input_high for d in known)


def test_targets_may_differ_from_part_to_part(table: Path) -> None:
    history = mk.read_history(table)
    aims = tuple("0.8" if i % 2 else "0.99" for i in range(len(history)))
    own = mk.History(
        history.names, history.values, history.periods, "own", {**history.columns, "aim": aims}, (), 52.0
    )
    plan = mk.stock(own, lead_time=2, target_fill="aim", **RUN)
    for aim in (0.8, 0.99):
        alone = mk.stock(own, lead_time=2, target_fill=aim, **RUN)
        assert all(
            a.level == b.level
            for a, b, x in zip(plan, alone, aims, strict=True)
            if a.decided and float(x) == aim
        )
    assert "fill rate by 'aim'" in plan.report()


def test_dearer_holding_never_asks_for_more(table: Path) -> None:
    def levels(holding: float) -> list[float]:
        plan = mk.stock(
            table, lead_time=3, target="cost", holding=holding, backorder=50, exchange=False, **RUN
        )
        return [d.level for d in plan if d.decided]

    few, many = levels(20.0), levels(1.0)
    assert all(a <= b for a, b in zip(few, many, strict=True))
    assert sum(few) < sum(many)


def test_lost_sales_at_least_cost(table: Path) -> None:
    history = mk.read_history(table)
    few = {n: history.values[i] for i, n in enumerate(history.names[:3])}
    terms: dict[str, Any] = {"lead_time": 2, "holding": 5, "price": 9, "unit_cost": 4, "periods_per_year": 52}
    run = {**RUN, "resamples": 0, "exchange": False}
    plan = mk.stock(few, target="cost", backorder_share=0.0, **terms, **run)
    for i, d in enumerate(plan):
        shop = mk.MakeToStock(
            demand=mk.Bootstrap(history.values[i]),
            policy=mk.BaseStock(mk.Sweep(np.arange(max(0, d.level - 15), d.level + 16))),
            lead_time=2,
            backorder_share=0,
            costs=mk.Costs(holding=5 / 52, lost_sale=5),
        )
        key = mk.Key(plan.settings["key"])
        periods, warm_up = 80 + plan.settings["warm_up"], plan.settings["warm_up"]
        grid = mk.simulate(
            shop, periods=periods, warm_up=warm_up, replications=256, half="training", seed=key, name=d.part
        )
        assert (
            grid.coords["policy.level" if "policy.level" in grid.coords else grid.design_dims[0]][
                int(grid.mean("cost").value.argmin())
            ]
            == d.level
        )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"moq": "MOQ"}, ["moq: ", "no column 'MOQ'", "'moq'", "'pack_size'"]),
        ({"moq": -1}, ["moq must be ≥ 0, got -1"]),
        ({"target_fill": 0.9, "target_alpha": 0.9}, ["only one target", "target_fill and target_alpha"]),
        ({"target": "profit"}, ["target must be one of 'cost'", "'profit'"]),
        ({"target": "cost", "holding": None}, ["holding must be given"]),
        ({"target": "cost"}, ["shortage, backorder"]),
        ({"policy": "best"}, ["policy must be one of", "'best'"]),
        ({"policy": "min_max", "moq": None, "pack": None, "holding": None}, ["orders in lots"]),
        ({"periods_per_year": 0}, ["periods_per_year must be > 0, got 0"]),
        ({"unit_cost": mk.Sweep([1, 2])}, ["unit_cost must be a single number"]),
        ({"lead_time": "weeks"}, ["lead_time: ", "no column 'weeks'"]),
    ],
)
def test_terms_that_make_no_sense(table: Path, change: dict[str, Any], words: list[str]) -> None:
    with pytest.raises((ValueError, TypeError)) as refusal:
        mk.stock(table, **{**COLUMNS, **RUN, **change})
    assert all(word in str(refusal.value) for word in words), str(refusal.value)


def test_rates_need_a_year(table: Path) -> None:
    with pytest.raises(ValueError, match="periods_per_year must be given with holding"):
        mk.stock({"a": [1, 2, 0, 3, 0, 1, 4]}, lead_time=1, holding=2, **RUN)


def test_order_sizes() -> None:
    size = order_size
    assert size(1000, 50, 4, 0, 0, whole=False) == pytest.approx(math.sqrt(2 * 50 * 1000 / 4))
    assert size(1000, 50, 4, 0, 0, whole=True) == 159
    assert size(1000, 50, 4, 300, 0, whole=True) == 300
    assert size(1000, 50, 4, 0, 25, whole=True) == 175
    assert size(1000, 50, 4, 176, 25, whole=True) == 200
    assert size(1000, 0, 0, 0, 12, whole=True) == 12
    assert size(0.01, 0, 4, 0, 0, whole=True) == 1
    assert size(7.5, 1, 15, 0, 0.1, whole=False) == pytest.approx(1.0)


def test_classes() -> None:
    # 60 + 25 + 10 + 4 + 1 = 100: the second crosses 80 %, the third 95 %.
    assert abc([25, 60, 0, 10, 4, 1]) == ["A", "A", "", "B", "C", "C"]
    assert abc([1.0] * 10) == ["A"] * 8 + ["B"] * 2
    assert abc([0.0, math.nan]) == ["", ""]
    assert [xyz(np.array(x, dtype=float)) for x in ([4, 6], [1, 9, 5], [0, 0, 0, 9], [0, 0])] == [
        "X",
        "Y",
        "Z",
        "",
    ]
    pairs = [(1.0, 0.1), (1.0, 0.49), (1.32, 0.1), (5.0, 0.5), (5.0, math.nan)]
    assert [pattern(*p) for p in pairs] == ["smooth", "erratic", "intermittent", "lumpy", ""]


def test_optimism_lowers_the_promise(table: Path) -> None:
    plan = mk.stock(
        table, lead_time=4, target_fill=0.95, replications=256, resamples=40, seed=1, exchange=False
    )
    gaps = [d.optimism for d in plan if d.decided and not math.isnan(d.optimism)]
    assert 0.0 < np.mean(gaps) < 0.2
    assert "less the optimism" in plan.report()


class _Page(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sources: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.sources += [v or "" for k, v in attrs if k in ("src", "href")]
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_stands_alone(table: Path) -> None:
    history = mk.read_history(table)
    names = ("<b>&", *history.names[1:])
    own = mk.History(names, history.values, history.periods, "a<b>.csv", history.columns, (), 52.0)
    plan = mk.stock(own, **COLUMNS, policy="min_max", target_fill=0.9, **RUN)
    page = _Page()
    page.feed(plan.to_html())
    assert page.open == []
    assert len(page.sources) == 2
    assert all(s.startswith("data:image/png;base64,") for s in page.sources)
    for words in (
        "<b>&",
        "money tied up",
        "What a bootstrap cannot know",
        "economic order quantity",
        "95 %:",
    ):
        assert words in page.text
    assert "nan" not in page.text


def test_a_page_without_decisions_or_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = mk.stock({"a": [0, 0, 0]}, lead_time=1, **RUN)
    assert "0 of 1" in plan.to_html()
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    plan = mk.stock({"a": [1, 2, 0, 4, 2, 0, 1]}, lead_time=1, **RUN)
    assert "need matplotlib" in plan.to_html()


def test_the_exchange_curve_rises(plan: mk.StockPlan) -> None:
    curve = plan.totals["exchange"]
    for name in ("target_fill", "fill", "on_hand", "tied_up"):
        assert all(a[name] <= b[name] for a, b in pairwise(curve))
    held = np.interp(plan.totals["fill"]["value"], [p["fill"] for p in curve], [p["on_hand"] for p in curve])
    assert held == pytest.approx(plan.totals["on_hand"]["value"], rel=0.05)
