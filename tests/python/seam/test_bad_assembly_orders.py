"""Assemblies on the order clock that make no sense are refused before anything runs: field, value and bound.
What belongs to one clock is refused on the other. What makes sense travels: text, pickle, copies."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import numpy as np
import pytest

import assembled
import maketo as mk
from assembled_orders import SHOPS, bits, instance, run, two
from maketo._noun import decode
from refusals import Make, refused

BOOK = mk.OrderBook(1.5, variants=[2, 1])


def part(**fields: Any) -> mk.Component:
    return mk.Component(**{"policy": mk.BaseStock(9), **fields})


def board(**fields: Any) -> mk.AssembleToOrder:
    """Two components, one of them changed."""
    return two(components={**two().components, "board": part(**fields)})


def basic(**fields: Any) -> mk.AssembleToOrder:
    """Two products, one of them changed."""
    return two(products={**two().products, "basic": mk.EndItem(**{"uses": {"board": 1}, **fields})})


OPTIONS = mk.BillOfMaterials(
    usage={"pc": {"board": 1}},
    options={"pc": {"display": {"lcd": 0.75, "oled": 0.25}}},  # type: ignore[dict-item]
)


def configured(**fields: Any) -> mk.AssembleToOrder:
    shelf = {name: part() for name in ("board", "lcd", "oled")}
    return mk.AssembleToOrder({"pc": mk.EndItem(**fields)}, shelf, OPTIONS, mk.OrderBook(1))


def by_periods(**changes: Any) -> mk.AssembleToOrder:
    """On the other clock, one product or component changed."""
    one = assembled.two()
    products = {**one.products, "basic": mk.EndItem(3, {"board": 1}, **changes.pop("basic", {}))}
    components = {**one.components, "board": part(**changes.pop("board", {}))}
    return one.replace(products=products, components=components, **changes)


PERIODS = "must be left out where the clock is orders: it belongs to periods; got"

MADE: list[tuple[str, Make, type[Exception], str]] = [
    # The book.
    (
        "too few variants",
        lambda: two(orders=mk.OrderBook(1)),
        ValueError,
        "orders must have one variant for each of the 2 products, got 1",
    ),
    (
        "too many variants",
        lambda: two(orders=mk.OrderBook(1, variants=[1, 2, 3])),
        ValueError,
        "orders must have one variant for each of the 2 products, got 3",
    ),
    ("orders in words", lambda: two(orders="many"), TypeError, "orders must be an OrderBook, got 'many'"),
    ("a rate", lambda: two(orders=3), TypeError, "orders must be an OrderBook, got 3"),
    (
        "demand of a product",
        lambda: basic(demand=mk.Poisson(3)),
        ValueError,
        "products['basic'].demand must be left out: the order book has it",
    ),
    # What belongs to periods.
    (
        "hours",
        lambda: two(hours=8),
        ValueError,
        "hours must be left out on the order clock: give servers; got 8",
    ),
    (
        "hours of a product",
        lambda: basic(hours=2),
        ValueError,
        "products['basic'].hours must be left out on the order clock",
    ),
    (
        "what a product is worth",
        lambda: basic(value=2),
        ValueError,
        "products['basic'].value must be left out on the order clock",
    ),
    (
        "a key of a product",
        lambda: basic(key=7),
        ValueError,
        "products['basic'].key must be left out on the order clock",
    ),
    (
        "batches",
        lambda: two(allocation="batch"),
        ValueError,
        "allocation must not be 'batch' on the order clock: there are no batches of orders",
    ),
    (
        "order of events",
        lambda: two(event_order="demand_before_order"),
        ValueError,
        "event_order must be left out on the order clock: there are no periods",
    ),
    (
        "lots of a supplier",
        lambda: board(quantities=mk.Quantities(multiple=2)),
        ValueError,
        f"components['board'].quantities {PERIODS} Quantities(multiple=2)",
    ),
    (
        "yields",
        lambda: board(yields=mk.PieceYield(0.9)),
        ValueError,
        f"components['board'].yields {PERIODS} PieceYield(probability=0.9)",
    ),
    (
        "capacity",
        lambda: board(capacity=3),
        ValueError,
        f"components['board'].capacity {PERIODS} Capacity(regular=3)",
    ),
    (
        "disruptions",
        lambda: board(disruptions=mk.Disruption("ship", 0.1, 0.5)),
        ValueError,
        f"components['board'].disruptions {PERIODS} (Disruption(effect='ship', fail=0.1, recover=0.5),)",
    ),
    (
        "an express source",
        lambda: board(express=mk.Express(1, 2)),
        ValueError,
        f"components['board'].express {PERIODS} Express(lead_time=1, level=2)",
    ),
    (
        "expediting",
        lambda: board(expedite_below=0),
        ValueError,
        f"components['board'].expedite_below {PERIODS} 0",
    ),
    (
        "a forecast",
        lambda: board(forecast=mk.KnownMean()),
        ValueError,
        f"components['board'].forecast {PERIODS} KnownMean()",
    ),
    (
        "holding by the mean",
        lambda: board(holding_basis="mean"),
        ValueError,
        f"components['board'].holding_basis {PERIODS} 'mean'",
    ),
    # Substitutes.
    (
        "a substitute that is not there",
        lambda: board(substitutes={"x": 1}),
        ValueError,
        "components['board'].substitutes must name others on the shelf, got 'x'",
    ),
    (
        "a substitute of itself",
        lambda: board(substitutes={"board": 1}),
        ValueError,
        "components['board'].substitutes must name others on the shelf, got 'board'",
    ),
    (
        "substitutes in a list",
        lambda: board(substitutes=["display"]),
        TypeError,
        "substitutes must map names of components to what a unit costs more, got ['display']",
    ),
    (
        "a substitute that is cheaper",
        lambda: board(substitutes={"display": -1}),
        ValueError,
        "substitutes['display'] must be ≥ 0, got -1",
    ),
    (
        "a cost without end",
        lambda: board(substitutes={"display": np.inf}),
        ValueError,
        "substitutes['display'] must be finite, got inf",
    ),
    (
        "a cost that is swept",
        lambda: board(substitutes={"display": mk.Sweep([1, 2])}),
        TypeError,
        "substitutes['display'] must be a single number",
    ),
    (
        "a component that only stands in for one that nobody needs",
        lambda: two(
            products={n: mk.EndItem(uses={"display": 1}) for n in ("a", "b")},
            components={
                "display": part(),
                "old": part(substitutes={"new": 0}),
                "new": part(),
            },
        ),
        ValueError,
        "components['old'] is used by no product: leave it out",
    ),
    # The whole.
    ("no bench", lambda: two(servers=0), ValueError, "servers must be ≥ 1, got 0"),
    ("half a bench", lambda: two(servers=1.5), TypeError, "servers must be a whole number, got 1.5 (float)"),
    (
        "parts in words",
        lambda: two(partial_delivery="yes"),
        TypeError,
        "partial_delivery must be True or False, got 'yes'",
    ),
    ("lost in numbers", lambda: two(lost_orders=1), TypeError, "lost_orders must be True or False, got 1"),
    ("less than no stock", lambda: basic(stock=-1), ValueError, "stock must be ≥ 0, got -1"),
    (
        "half a unit in stock",
        lambda: basic(stock=0.5),
        TypeError,
        "stock must be a whole number, got 0.5 (float)",
    ),
    ("a window before", lambda: two(windows=[-0.5]), ValueError, "windows[0] must be ≥ 0, got -0.5"),
    (
        "a window twice",
        lambda: two(windows=[0.5, 0.5]),
        ValueError,
        "windows must increase, got [0.5, 0.5]",
    ),
    (
        "a window in words",
        lambda: two(windows="1"),
        TypeError,
        "windows must be a sequence of periods, got '1'",
    ),
    (
        "production in numbers",
        lambda: board(production=3),
        TypeError,
        "production must be Production(time=…), got 3",
    ),
    (
        "a price of a component",
        lambda: board(costs=mk.Costs(price=2)),
        ValueError,
        "costs.price must be 0 for a component: customers order end items; got 2",
    ),
    (
        "waiting for a component has no price",
        lambda: board(costs=mk.Costs(backorder=1)),
        ValueError,
        "costs.backorder must be 0 for a component: customers order end items; got 1",
    ),
    (
        "nor has a shortage of it",
        lambda: board(costs=mk.Costs(shortage=1)),
        ValueError,
        "costs.shortage must be 0 for a component: customers order end items; got 1",
    ),
    # What belongs to orders.
    (
        "substitutes by periods",
        lambda: by_periods(board={"substitutes": {"display": 1}}),
        ValueError,
        "components['board'].substitutes are for the order clock: give orders=",
    ),
    (
        "finished stock by periods",
        lambda: by_periods(basic={"stock": 2}),
        ValueError,
        "products['basic'].stock must be 0 on the period clock: give orders=",
    ),
    (
        "lost orders by periods",
        lambda: by_periods(basic={"lost_cost": 2}),
        ValueError,
        "products['basic'].lost_cost must be 0 on the period clock: give orders=",
    ),
    (
        "benches by periods",
        lambda: by_periods(servers=2),
        ValueError,
        "servers is for the order clock: give orders=",
    ),
    (
        "parts by periods",
        lambda: by_periods(partial_delivery=True),
        ValueError,
        "partial_delivery is for the order clock: give orders=",
    ),
    (
        "all or nothing by periods",
        lambda: by_periods(lost_orders=True),
        ValueError,
        "lost_orders is for the order clock: give orders=",
    ),
    (
        "random times by periods",
        lambda: by_periods(assembly_time=mk.Exponential(1)),
        ValueError,
        "assembly_time must be a whole number on the period clock, got Exponential(mean=1)",
    ),
    (
        "servers of a component by periods",
        lambda: by_periods(board={"production": mk.Production(1)}),
        ValueError,
        "components['board'].production is for the order clock: give orders=",
    ),
    (
        "a key by periods",
        lambda: by_periods(key=3),
        ValueError,
        "key is for the order clock: products and components have their own",
    ),
]

WHOLE = "whole and in [1, 1e9] where the unit is the order"
STOCK = 'product "basic".stock must be 0 where customers leave, are lost or are served in part, got 2'

BOUNDS: list[tuple[str, Make, str]] = [
    (
        "half a component",
        lambda: basic(uses={"board": 0.5}),
        f'product "basic".uses must be {WHOLE}, got 0.5',
    ),
    (
        "one and a half",
        lambda: basic(uses={"board": 1.5}),
        f'product "basic".uses must be {WHOLE}, got 1.5',
    ),
    (
        "finished stock of the impatient",
        lambda: basic(stock=2).replace(orders=BOOK.replace(patience=3)),
        STOCK,
    ),
    (
        "finished stock of the impatient of a class",
        lambda: basic(stock=2).replace(orders=BOOK.replace(classes=[mk.CustomerClass("a", patience=3)])),
        STOCK,
    ),
    ("finished stock of what is lost", lambda: basic(stock=2).replace(lost_orders=True), STOCK),
    ("finished stock in parts", lambda: basic(stock=2).replace(partial_delivery=True), STOCK),
    (
        "finished stock of what is chosen",
        lambda: configured(stock=2),
        'product "pc".stock must be 0 where customers choose options, got 2',
    ),
    (
        "customers who may not want it",
        lambda: two(orders=BOOK.replace(valuation=3)),
        "orders.valuation must be absent: customers of an assembly take what they ordered, got given",
    ),
    (
        "half an order",
        lambda: two(orders=BOOK.replace(size=0.5)),
        "orders.size must be in [1, 1000000000], got 0.5",
    ),
    (
        "a level per period",
        lambda: board(policy=mk.BaseStock([3, 4])),
        'component "board".policy.level must be one level where the unit is the order: there are no periods '
        "to number, got 2 levels",
    ),
    (
        "another policy",
        lambda: board(policy=mk.CappedBaseStock(3, 2)),
        'component "board".policy must be base_stock, min_max or reorder_quantity where the unit is the '
        "order, got capped_base_stock",
    ),
    (
        "half a level",
        lambda: board(policy=mk.BaseStock(2.5)),
        'component "board".policy.level must be whole: orders are of whole units, got 2.5',
    ),
    (
        "a level below nought",
        lambda: board(policy=mk.BaseStock(-1)),
        'component "board".policy.level must be ≥ 0, got -1',
    ),
    (
        "levels the wrong way round",
        lambda: board(policy=mk.MinMax(5, 2)),
        'component "board".policy.reorder must be < up_to = 2, got 5',
    ),
    (
        "half a unit at the start",
        lambda: board(opening_stock=0.5),
        'component "board".opening_stock must be whole: orders are of whole units, got 0.5',
    ),
    (
        "less than nothing at the start",
        lambda: board(opening_stock=-1),
        'component "board".opening_stock must be ≥ 0, got -1',
    ),
    (
        "half a reserve",
        lambda: board(reserve=0.5),
        'component "board".reserve must be whole and ≥ 0, got 0.5',
    ),
    (
        "a negative reserve",
        lambda: board(reserve=-1),
        'component "board".reserve must be whole and ≥ 0, got -1',
    ),
    ("received before", lambda: board(lead_time=-1), 'component "board".lead_time must be ≥ 0, got -1'),
    (
        "reviews before",
        lambda: board(review_period=-1),
        'component "board".review_period must be ≥ 0, got -1',
    ),
    (
        "crossing by periods",
        lambda: board(crossing="kaplan"),
        'component "board".crossing must be independent or fifo: the others are drawn period by period, got '
        "kaplan",
    ),
    (
        "production after a lead time",
        lambda: board(production=mk.Production(1), lead_time=3),
        'component "board".lead_time must be absent with production, which takes its place, got given',
    ),
    (
        "production in order",
        lambda: board(production=mk.Production(1), crossing="fifo"),
        'component "board".crossing must be absent with production, where units are made first come first '
        "served, got given",
    ),
    (
        "too many servers",
        lambda: board(production=mk.Production(1, 10**6)),
        'component "board".production.servers must be in [1, 65536], got 1000000',
    ),
    ("too many benches", lambda: two(servers=10**6), "servers must be in [1, 65536], got 1000000"),
    ("assembled before", lambda: two(assembly_time=-1), "assembly_time must be ≥ 0, got -1"),
    ("a negative price", lambda: basic(price=-1), 'product "basic".price must be ≥ 0, got -1'),
    (
        "a negative cost of waiting",
        lambda: basic(backorder_cost=-1),
        'product "basic".backorder_cost must be ≥ 0, got -1',
    ),
    (
        "a negative cost of shortage",
        lambda: basic(shortage_cost=-1),
        'product "basic".shortage_cost must be ≥ 0, got -1',
    ),
    (
        "a negative cost of assembly",
        lambda: basic(assembly_cost=-1),
        'product "basic".assembly_cost must be ≥ 0, got -1',
    ),
    ("a negative cost of loss", lambda: basic(lost_cost=-1), 'product "basic".lost_cost must be ≥ 0, got -1'),
    (
        "salvage",
        lambda: board(costs=mk.Costs(salvage=1)),
        'component "board".costs.salvage must be 0 where the unit is the order, got 1',
    ),
    (
        "overtime",
        lambda: board(costs=mk.Costs(overtime=1)),
        'component "board".costs.overtime must be 0 where the unit is the order, got 1',
    ),
    (
        "the same supply twice",
        lambda: two(components={n: c.replace(key=7) for n, c in two().components.items()}),
        "components.key must be unique: two components would draw the same supply, got 7",
    ),
    ("bad in a sweep", lambda: two(assembly_time=mk.Sweep([1, -1])), "assembly_time must be ≥ 0, got -1"),
    *[
        (
            f"a sweep called {name}",
            lambda name=name: two(servers=mk.Sweep([1, 2], name)),
            f"servers: a sweep cannot be called {name!r}, results have that name already",
        )
        for name in ("lead_time", "reserved", "kit_fill_rate", "fill_within", "blame", "component", "station")
    ],
]

MAKE = mk.MakeToOrder(1, mk.Operation("m", 0.5))
ALONE = "shop must be one AssembleToOrder by itself: its components are its items"
HORIZON = "either periods or orders must be given"
PERIODIC = "orders and drain are for strategies whose unit is the order; give periods"

OPTION: list[tuple[str, Make, type[Exception], str]] = [
    ("a portfolio", lambda: mk.simulate({"a": two(), "b": two()}, periods=9), TypeError, ALONE),
    ("a portfolio of one", lambda: mk.simulate({"a": two()}, periods=9), TypeError, ALONE),
    ("a mixture", lambda: mk.simulate({"a": two(), "b": MAKE}, periods=9), TypeError, ALONE),
    (
        "every order by periods",
        lambda: assembled.run(keep="orders"),
        ValueError,
        "keep must be one of 'replications', 'summary', got 'orders'",
    ),
    ("orders by periods", lambda: mk.simulate(assembled.two(), orders=9), ValueError, PERIODIC),
    ("a drain by periods", lambda: assembled.run(drain=3), ValueError, PERIODIC),
    ("two horizons", lambda: run(orders=9), TypeError, HORIZON),
    ("no horizon", lambda: run(periods=None), TypeError, HORIZON),
    (
        "a drain of a number of orders",
        lambda: run(periods=None, orders=9, drain=3),
        ValueError,
        "drain must be left out with orders: all are followed to their end; got 3",
    ),
    ("a drain before", lambda: run(drain=-1), ValueError, "drain must be ≥ 0, got -1"),
    ("nothing counted", lambda: run(warm_up=60), ValueError, "warm_up must be < periods = 60, got 60"),
    (
        "a pilot run",
        lambda: run(warm_up="mser5"),
        ValueError,
        "warm_up must be a number for a run of orders, got 'mser5'",
    ),
    (
        "traces",
        lambda: run(trace=["on_hand"]),
        ValueError,
        'trace must be empty: keep="orders" keeps every order, got ["on_hand"]',
    ),
    (
        "a grid",
        lambda: run(method="grid"),
        ValueError,
        "method must be one of 'auto', 'calendar', got 'grid'",
    ),
    (
        "too much to keep",
        lambda: run(memory_limit=10),
        MemoryError,
        "the result would take about 0.0 GiB, memory_limit is 0.0 GiB; keep fewer replications, or not every "
        "order",
    ),
]

ASKED: list[tuple[str, Make, type[Exception], list[str]]] = [
    ("a metric of a product", lambda: run(metrics=["kits"]), ValueError, ["metrics", "'kits'"]),
    ("a metric of a component", lambda: run(metrics=["reserved"]), ValueError, ["metrics", "'reserved'"]),
    ("of a product", lambda: run().product("kits"), ValueError, ["name", "'kit_fill_rate'", "'kits'"]),
    (
        "of a component",
        lambda: run().component("net_inventory"),
        ValueError,
        ["name", "'on_order'", "'net_inventory'"],
    ),
    ("lead times", lambda: run().effective_lead_time, ValueError, ["effective_lead_time", "period clock"]),
    ("demand", lambda: run().effective_demand, ValueError, ["effective_demand", 'run.product("demand")']),
    ("all in time", lambda: run().all_within(), ValueError, ["all_within", "fill_within"]),
    ("of what", lambda: run().values("item", "demand"), ValueError, ["axis", "'product'", "'item'"]),
    (
        "replications",
        lambda: run(keep="summary").values("product", "demand"),
        KeyError,
        ["'demand", "keep", "replications"],
    ),
    ("a level", lambda: run(keep="summary").product("demand", 0.9), ValueError, ["level", "0.95", "0.9"]),
    ("no level", lambda: run().blame(1.5), ValueError, ["level", "(0, 1)", "1.5"]),
    ("no ratio", lambda: run().ratio("cost"), KeyError, ["cost", "fill_rate"]),
    ("no classes", lambda: run().by_class("lead_time"), ValueError, ["by_class", "classes", "none"]),
]


def says(make: Make, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as refusal:
        make()
    assert str(refusal.value) == message


@pytest.mark.parametrize(("make", "error", "message"), [c[1:] for c in MADE], ids=[c[0] for c in MADE])
def test_refused_when_it_is_made(make: Make, error: type[Exception], message: str) -> None:
    says(make, error, message)


@pytest.mark.parametrize(("make", "message"), [c[1:] for c in BOUNDS], ids=[c[0] for c in BOUNDS])
def test_out_of_bounds_is_refused_before_anything_runs(make: Make, message: str) -> None:
    shop = make()
    says(lambda: run(shop), ValueError, message)


@pytest.mark.parametrize(("make", "error", "message"), [c[1:] for c in OPTION], ids=[c[0] for c in OPTION])
def test_options_are_refused(make: Make, error: type[Exception], message: str) -> None:
    says(make, error, message)


@pytest.mark.parametrize(("make", "error", "words"), [c[1:] for c in ASKED], ids=[c[0] for c in ASKED])
def test_what_cannot_be_told(make: Make, error: type[Exception], words: list[str]) -> None:
    refused(make, error, words)


def test_more_work_than_there_is_time_for_has_no_mean() -> None:
    found = run(two(orders=mk.OrderBook(9, variants=[1, 1]), assembly_time=1, servers=2), keep="orders")
    assert found.status == "unstable"
    assert found.load.tolist() == [4.5]
    assert np.isnan(found["lead_time"]).all()
    assert "load of 4.500" in found.warnings[0]
    assert "assembly" in found.warnings[0]
    assert found.orders is not None
    assert found.orders["left"].size
    parts = {**two().components, "board": part(production=mk.Production(1))}
    made = run(two(components=parts))
    assert made.status == "unstable"
    assert made.stations == ("board",)
    # Where customers go, work never piles up.
    impatient = [
        BOOK.replace(patience=mk.Exponential(30)),
        BOOK.replace(classes=[mk.CustomerClass("a", patience=3), mk.CustomerClass("b")]),
    ]
    for busy in (
        two(components=parts, lost_orders=True),
        *[two(components=parts, orders=book) for book in impatient],
    ):
        found = run(busy)
        assert found.status == "ok"
        assert np.isfinite(found["lead_time"]).all()
        assert np.isfinite(found.blame().value).all()


COUNTED = {"orders_arrived", "orders_delivered", "demand", "orders", "order_quantity", "lost_share"}


@pytest.mark.parametrize("keep", ["replications", "summary", "orders"])
def test_of_more_work_than_there_is_time_for_only_what_was_counted_is_told(keep: str) -> None:
    """Of one design in three; the others are as if run alone."""
    rates = [1, 9, 1.5]
    shops = [two(orders=mk.OrderBook(rate, variants=[1, 1]), assembly_time=1, servers=2) for rate in rates]
    swept = mk.OrderBook(mk.PoissonArrivals(mk.Sweep(rates, "rate")), variants=[1, 1])
    found = run(two(orders=swept, assembly_time=1, servers=2), keep=keep)
    assert found.load.ravel().tolist() == [0.5, 4.5, 0.75]
    alone = [run(shop, keep=keep) for shop in shops]
    for axis, family in (("product", "products"), ("component", "components")):
        for name in alone[0]._blocks[family]:
            told = [getattr(one, axis)(name) for one in (found, *alone)]
            for values in zip(*[(e.value, e.se) for e in told], strict=True):
                whole, *single = values
                assert np.array_equal(whole, np.array(single), equal_nan=True), name
                assert np.isnan(whole[1]).all() != (name in COUNTED), name
                assert not np.isnan(whole[[0, 2]]).all(), name
            if keep != "summary":
                of_each = found.values(axis, name)
                assert np.isnan(of_each[1]).all() != (name in COUNTED), name
    for pairs in (found.blame(), found.fill_within()):
        assert not np.isnan(pairs.value[[0, 2]]).any()
    assert np.isnan(found.fill_within().value[1]).all()
    # A product is never late for a component that it does not need.
    needed = np.array([[c in two().uses(v) for v in found.products] for c in found.components])
    assert np.array_equal(np.isnan(found.blame().value[1]), needed)


# What makes sense travels.


@pytest.mark.parametrize("noun", SHOPS.values(), ids=SHOPS)
def test_nouns_travel(noun: mk.AssembleToOrder) -> None:
    for other in (
        mk.AssembleToOrder.from_json(noun.to_json()),
        mk.AssembleToOrder.from_dict(json.loads(json.dumps(noun.to_dict()))),
        decode(noun.to_dict()),
        pickle.loads(pickle.dumps(noun)),
        copy.deepcopy(noun),
        noun.replace(),
    ):
        assert other == noun
        assert hash(other) == hash(noun)
        assert repr(other) == repr(noun)
        assert other.to_json() == noun.to_json()


@pytest.mark.parametrize("name", SHOPS)
def test_a_shop_that_has_travelled_runs_the_same(name: str) -> None:
    there: Any = json.loads(json.dumps(SHOPS[name].to_dict()))
    assert bits(run(there)) == bits(run(SHOPS[name]))


def test_a_result_travels() -> None:
    found = run(instance(), keep="orders")
    other = pickle.loads(pickle.dumps(found))
    assert isinstance(other, mk.OrderedAssemblyResult)
    assert bits(other) == bits(found)
    assert repr(other) == repr(found)
