"""Assemblies on the period clock that make no sense are refused before anything runs: field, value and bound.
What makes sense travels: text, pickle, copies; and bills become components."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import numpy as np
import pytest

import maketo as mk
from assembled import SHOPS, backwards, bits, everything, run, two
from maketo._noun import decode
from refusals import Make, refused

untyped: Any = mk
"""What type checkers would refuse as well."""


def item(**fields: Any) -> mk.EndItem:
    return mk.EndItem(**{"demand": mk.Poisson(3), "uses": {"board": 1}, **fields})


def part(**fields: Any) -> mk.Component:
    return mk.Component(**{"policy": mk.BaseStock(9), **fields})


def basic(**fields: Any) -> mk.AssembleToOrder:
    """Two products, one of them changed."""
    return two(products={"basic": item(**fields), "deluxe": two().products["deluxe"]})


def board(**fields: Any) -> mk.AssembleToOrder:
    """Two components, one of them changed."""
    return two(components={**two().components, "board": part(**fields)})


PC = mk.BillOfMaterials(usage={"pc": {"board": 1, "screw": 4}, "board": {"cpu": 1, "screw": 2}})
OPTIONS = mk.BillOfMaterials(
    usage={"pc": {"board": 1}}, options={"pc": {"display": mk.OptionGroup({"lcd": 0.75, "oled": 0.25})}}
)

MADE: list[tuple[str, Make, type[Exception], list[str]]] = [
    # What is made of what.
    (
        "a component that is not there",
        lambda: two(products={"a": item(uses={"board": 1, "x": 1}), "b": item(uses={"display": 1})}),
        ValueError,
        ["products['a'].uses", "'x'", "not among the components"],
    ),
    (
        "a component of nobody",
        lambda: two(products={"a": item()}),
        ValueError,
        ["components['display']", "no product"],
    ),
    ("no product", lambda: two(products={}), TypeError, ["products", "EndItem", "{}"]),
    ("no component", lambda: two(components={}), TypeError, ["components", "Component", "{}"]),
    ("products in a list", lambda: two(products=[item()]), TypeError, ["products", "mapping", "[EndItem("]),
    ("a component sold", lambda: two(products={"a": part()}), TypeError, ["products['a']", "EndItem(…)"]),
    ("a product on the shelf", lambda: two(components={"a": item()}), TypeError, ["components['a']"]),
    ("no name", lambda: two(products={"": item()}), TypeError, ["products['']", "under a name"]),
    ("a number for a name", lambda: two(products={1: item()}), TypeError, ["products[1]"]),
    ("a law for a product", lambda: two(products={"a": mk.Poisson(3)}), TypeError, ["products['a']"]),
    ("nothing used", lambda: item(uses={"board": 0}), ValueError, ["uses['board']", "> 0", "0"]),
    ("less than nothing used", lambda: item(uses={"board": -1}), ValueError, ["uses['board']", "> 0", "-1"]),
    (
        "used without end",
        lambda: item(uses={"board": np.inf}),
        ValueError,
        ["uses['board']", "finite", "inf"],
    ),
    ("a swept usage", lambda: item(uses={"board": mk.Sweep([1, 2])}), TypeError, ["uses['board']", "single"]),
    ("a usage in words", lambda: item(uses={"board": "one"}), TypeError, ["uses['board']", "'one'"]),
    ("a usage without components", lambda: item(uses={}), TypeError, ["uses", "mapping", "{}"]),
    ("a usage in a list", lambda: item(uses=["board"]), TypeError, ["uses", "mapping", "['board']"]),
    # Bills.
    ("no bill", lambda: basic(uses=None), ValueError, ["products['basic'].uses", "bill="]),
    (
        "a bill of something else",
        lambda: two(bill=PC, products={"basic": item(uses=None), "deluxe": two().products["deluxe"]}),
        ValueError,
        ["products['basic'].uses", "the bill has no 'basic'"],
    ),
    (
        "a bill of what is not on the shelf",
        lambda: mk.AssembleToOrder({"pc": item(uses=None)}, {"cpu": part()}, bill=PC),
        ValueError,
        ["products['pc'].uses", "'screw'", "not among the components"],
    ),
    ("a bill that is none", lambda: two(bill="pc"), TypeError, ["bill", "BillOfMaterials", "'pc'"]),
    (
        "options",
        lambda: mk.AssembleToOrder(
            {"pc": item(uses=None)}, {"board": part(), "lcd": part(), "oled": part()}, bill=OPTIONS
        ),
        ValueError,
        ["products['pc']", "options", "one EndItem per variant", ".variants(bill, 'pc')"],
    ),
    # Products.
    ("no demand", lambda: basic(demand=None), ValueError, ["products['basic'].demand", "given"]),
    ("demand in words", lambda: item(demand="many"), TypeError, ["demand", "a law", "str"]),
    ("a priority below nought", lambda: item(priority=-1), ValueError, ["priority", "≥ 0", "-1"]),
    ("half a priority", lambda: item(priority=0.5), TypeError, ["priority", "whole", "0.5"]),
    ("critical in words", lambda: item(critical="yes"), TypeError, ["critical", "True or False", "'yes'"]),
    ("a price in words", lambda: item(price="x"), TypeError, ["price", "'x'"]),
    ("a value without end", lambda: item(value=np.nan), ValueError, ["value", "finite", "nan"]),
    ("a key below nought", lambda: item(key=-1), ValueError, ["key", "≥ 0", "-1"]),
    ("a key too large", lambda: part(key=2**32), ValueError, ["key", "< 4294967296", "4294967296"]),
    # Components.
    ("no policy", lambda: part(policy=3), TypeError, ["policy", "BaseStock", "3"]),
    ("a price of a component", lambda: part(costs=mk.Costs(price=3)), ValueError, ["costs.price", "0", "3"]),
    (
        "lost sales of a component",
        lambda: part(costs={"lost_sale": 2}),
        ValueError,
        ["costs.lost_sale", "0 for a component", "2"],
    ),
    ("settled", lambda: part(opening_stock="settled"), ValueError, ["opening_stock", "number", "'settled'"]),
    ("a reserve in words", lambda: part(reserve="all"), TypeError, ["reserve", "'all'"]),
    ("a shelf life", lambda: part(shelf_life=3), TypeError, ["shelf_life"]),
    ("obsolescence", lambda: part(obsolescence=mk.Obsolescence(0.1)), TypeError, ["obsolescence"]),
    ("shortages that are lost", lambda: part(backorder_share=0), TypeError, ["backorder_share"]),
    ("another crossing", lambda: part(crossing="x"), ValueError, ["crossing", "'fifo'", "'x'"]),
    ("reviews without end", lambda: board(review_period=0), ValueError, ["review_period", "≥ 1", "0"]),
    # The whole.
    ("another rule", lambda: two(allocation="fifo"), ValueError, ["allocation", "'fcfs_commit'", "'fifo'"]),
    ("another order", lambda: two(event_order="x"), ValueError, ["event_order", "'x'"]),
    ("assembled before", lambda: two(assembly_time=-1), ValueError, ["assembly_time", "≥ 0", "-1"]),
    ("half a period", lambda: two(assembly_time=0.5), TypeError, ["assembly_time", "whole", "0.5"]),
    ("hours in words", lambda: two(hours="8"), TypeError, ["hours", "numbers"]),
    ("no hours at all", lambda: two(hours=[]), ValueError, ["hours", "empty"]),
    ("hours without end", lambda: two(hours=np.nan), ValueError, ["hours", "finite", "nan"]),
    ("a table of hours", lambda: two(hours=[[1, 2]]), ValueError, ["hours", "1 axis", "(1, 2)"]),
    ("no window", lambda: two(windows=[]), TypeError, ["windows", "[]"]),
    ("one window alone", lambda: two(windows=3), TypeError, ["windows", "sequence", "3"]),
    ("windows in words", lambda: two(windows="01"), TypeError, ["windows", "'01'"]),
    ("a window before", lambda: two(windows=[-1, 0]), ValueError, ["windows[0]", "≥ 0", "-1"]),
    ("half a window", lambda: two(windows=[0, 0.5]), TypeError, ["windows[1]", "whole", "0.5"]),
    ("a window twice", lambda: two(windows=[0, 0]), ValueError, ["windows", "increase", "[0, 0]"]),
    ("windows backwards", lambda: two(windows=[2, 1]), ValueError, ["windows", "increase", "[2, 1]"]),
    ("the key of the whole", lambda: two(key=-1), ValueError, ["key", "≥ 0", "-1"]),
    # What products need of a stock.
    ("no parts", lambda: mk.DependentDemand({}), TypeError, ["DependentDemand.parts", "{}"]),
    (
        "no usage",
        lambda: untyped.DependentDemand({"a": 3}),
        TypeError,
        ["parts['a']", "(usage, demand)", "3"],
    ),
    (
        "a usage of nought",
        lambda: mk.DependentDemand({"a": (0, 1)}),
        ValueError,
        ["parts['a'][0]", "> 0", "0"],
    ),
    (
        "three values",
        lambda: untyped.DependentDemand({"a": (1, 1, 1)}),
        ValueError,
        ["parts['a']", "3 values"],
    ),
    (
        "a swept part",
        lambda: mk.DependentDemand({"a": (mk.Sweep([1, 2]), 1)}),
        TypeError,
        ["parts['a'][0]", "single number"],
    ),
    ("demand of a part", lambda: mk.DependentDemand({"a": (1, "x")}), TypeError, ["parts['a'][1]", "str"]),
    # Variants.
    (
        "a demand that does not split",
        lambda: mk.EndItem(mk.Geometric(mean=1)).variants(OPTIONS, "pc"),
        TypeError,
        ["Poisson", "take rates", "Geometric"],
    ),
    (
        "a demand that is swept",
        lambda: mk.EndItem(mk.Poisson(mk.Sweep([1, 2]))).variants(OPTIONS, "pc"),
        TypeError,
        ["Poisson", "Sweep"],
    ),
    (
        "variants of nothing",
        lambda: mk.EndItem(mk.Poisson(1)).variants(OPTIONS, "x"),
        ValueError,
        ["no item 'x'", "'pc'"],
    ),
]

BOUNDS: list[tuple[str, Make, list[str]]] = [
    ("a negative price", lambda: basic(price=-1), ['product "basic"', "price", "≥ 0", "-1"]),
    ("a negative cost of waiting", lambda: basic(backorder_cost=-1), ['product "basic"', "backorder", "-1"]),
    ("a negative cost of shortage", lambda: basic(shortage_cost=-1), ['product "basic"', "shortage", "-1"]),
    ("a negative cost of assembly", lambda: basic(assembly_cost=-1), ['product "basic"', "assembly", "-1"]),
    ("worth nothing", lambda: basic(value=0), ['product "basic"', "value", "> 0", "0"]),
    ("negative hours of a unit", lambda: basic(hours=-1), ['product "basic"', "hours", "≥ 0", "-1"]),
    ("negative observations", lambda: basic(demand=[1, -2]), ['product "basic"', "demand", "≥ 0", "-2"]),
    ("a negative reserve", lambda: board(reserve=-1), ['component "board"', "reserve", "≥ 0", "-1"]),
    (
        "less than nothing",
        lambda: board(opening_stock=-1),
        ['component "board"', "opening_stock", "≥ 0", "-1"],
    ),
    (
        "levels the wrong way round",
        lambda: board(policy=mk.MinMax(9, 3)),
        ['component "board"', "policy.reorder", "< up_to = 3", "9"],
    ),
    ("negative capacity", lambda: board(capacity=-1), ['component "board"', "capacity", "≥ 0", "-1"]),
    (
        "nothing arrives",
        lambda: board(lead_time=99),
        ['component "board"', "lead_time", "periods = 60", "99"],
    ),
    (
        "no lead time after demand",
        lambda: board(lead_time=0).replace(event_order="demand_before_order"),
        ['component "board"', "lead_time", "≥ 1", "0"],
    ),
    (
        "knowing the future",
        lambda: board(policy=mk.OrderUpTo(3), forecast=mk.PerfectForecast()),
        ['component "board"', "forecast", "perfect"],
    ),
    (
        "a plan without a forecast",
        lambda: board(policy=mk.OrderUpTo(3)),
        ['component "board"', "forecast", "given"],
    ),
    (
        "returns",
        lambda: board(policy=mk.OrderUpTo(3, returns=True), forecast=mk.KnownMean()),
        ['component "board"', "policy.returns", "False", "reserved"],
    ),
    (
        "stock that is destroyed",
        lambda: board(disruptions=mk.Disruption("stock", 0.1, 0.5)),
        ['component "board"', "destruction of stock", "reserved"],
    ),
    ("negative hours", lambda: two(hours=-1), ["hours", "≥ 0", "-1"]),
    ("negative hours of a period", lambda: two(hours=[3, -1]), ["hours", "≥ 0", "-1"]),
    ("assembly for ever", lambda: two(assembly_time=20_000), ["assembly_time", "10000", "20000"]),
    ("a window of the whole run", lambda: two(windows=[0, 60]), ["windows", "< 60", "60"]),
    (
        "the same demand twice",
        lambda: two(products={n: v.replace(key=7) for n, v in two().products.items()}),
        ['product "deluxe"', "key", "same demand", "7"],
    ),
    (
        "the same supply twice",
        lambda: two(components={n: c.replace(key=7) for n, c in two().components.items()}),
        ['component "display"', "key", "same supply", "7"],
    ),
    ("bad in a sweep", lambda: two(hours=mk.Sweep([1, -2])), ["hours", "≥ 0", "-2"]),
    ("bad in a sweep of demand", lambda: basic(demand=mk.Poisson(mk.Sweep([1, -1]))), ["Poisson.mean", "-1"]),
    ("a sweep that has a name", lambda: two(hours=mk.Sweep([1, 2], "fill_rate")), ["hours", "'fill_rate'"]),
    ("a sweep called as a pair", lambda: two(hours=mk.Sweep([1, 2], "blame")), ["hours", "'blame'"]),
    ("a sweep called as an axis", lambda: two(hours=mk.Sweep([1, 2], "component")), ["hours", "'component'"]),
    ("and another", lambda: two(hours=mk.Sweep([1, 2], "window")), ["hours", "'window'"]),
]

STOCK = mk.MakeToStock(demand=1, policy=mk.BaseStock(1))
OPTION: list[tuple[str, Make, type[Exception], list[str]]] = [
    (
        "a portfolio",
        lambda: mk.simulate({"a": two(), "b": two()}, periods=9),
        TypeError,
        ["one", "by itself"],
    ),
    ("a portfolio of one", lambda: mk.simulate({"a": two()}, periods=9), TypeError, ["one", "by itself"]),
    ("a mixture", lambda: mk.simulate({"a": two(), "b": STOCK}, periods=9), TypeError, ["one", "by itself"]),
    ("traces", lambda: run(trace=["on_hand"]), ValueError, ["trace", "empty", "on_hand"]),
    ("a pilot run", lambda: run(warm_up="mser5"), ValueError, ["warm_up", "number", "assembly", "'mser5'"]),
    ("orders", lambda: run(orders=9), ValueError, ["orders", "periods"]),
    ("a drain", lambda: run(drain=9), ValueError, ["drain", "periods"]),
    ("every order", lambda: run(keep="orders"), ValueError, ["keep", "'summary'", "'orders'"]),
    (
        "a metric that is none",
        lambda: run(metrics=["fil_rate"]),
        ValueError,
        ["metrics", "blame", "'fil_rate'"],
    ),
    ("a method", lambda: run(method="one_pass"), ValueError, ["method", "one_pass"]),
    ("no scalar reference", lambda: run(simd="scalar"), ValueError, ["simd", "scalar"]),
    (
        "a window after the warm-up",
        lambda: run(two(windows=[50]), warm_up=10),
        ValueError,
        ["windows", "< 50"],
    ),
    (
        "half a lead time",
        lambda: run(board(lead_time=0.5)),
        TypeError,
        ['component "board"', "lead_time", "whole"],
    ),
    ("too much to keep", lambda: run(replications=10**8), MemoryError, ["GiB", "memory_limit", "summary"]),
    ("a small limit", lambda: run(memory_limit=10), MemoryError, ["GiB", "memory_limit"]),
]

ASKED: list[tuple[str, Make, type[Exception], list[str]]] = [
    ("of a product", lambda: run().product("on_hand"), ValueError, ["name", "'waiting_time'", "'on_hand'"]),
    ("of a component", lambda: run().component("kits"), ValueError, ["name", "'reserved'", "'kits'"]),
    ("not kept", lambda: run().component("expired"), ValueError, ["'expired'", "metrics=[…, 'expired']"]),
    ("no windows", lambda: run(metrics=["cost"]).fill_within(), ValueError, ["'fill_within'", "metrics"]),
    ("nobody blamed", lambda: run(metrics=["cost"]).blame(), ValueError, ["'blame'", "metrics"]),
    ("of what", lambda: run().values("item", "demand"), ValueError, ["axis", "'product'", "'item'"]),
    (
        "replications",
        lambda: run(keep="summary").values("product", "demand"),
        KeyError,
        ["'demand", "keep", "replications"],
    ),
    ("a level", lambda: run(keep="summary").product("demand", 0.9), ValueError, ["level", "0.95", "0.9"]),
    ("no level", lambda: run().product("demand", 1.5), ValueError, ["level", "(0, 1)", "1.5"]),
    ("no ratio", lambda: run().ratio("cost"), KeyError, ["cost", "fill_rate"]),
]


@pytest.mark.parametrize(("make", "error", "words"), [c[1:] for c in MADE], ids=[c[0] for c in MADE])
def test_refused_when_it_is_made(make: Make, error: type[Exception], words: list[str]) -> None:
    refused(make, error, words)


@pytest.mark.parametrize(("make", "words"), [c[1:] for c in BOUNDS], ids=[c[0] for c in BOUNDS])
def test_out_of_bounds_is_refused_before_anything_runs(make: Make, words: list[str]) -> None:
    shop = make()
    refused(lambda: run(shop), ValueError, words)


@pytest.mark.parametrize(("make", "error", "words"), [c[1:] for c in OPTION], ids=[c[0] for c in OPTION])
def test_options_are_refused(make: Make, error: type[Exception], words: list[str]) -> None:
    refused(make, error, words)


@pytest.mark.parametrize(("make", "error", "words"), [c[1:] for c in ASKED], ids=[c[0] for c in ASKED])
def test_what_cannot_be_told(make: Make, error: type[Exception], words: list[str]) -> None:
    refused(make, error, words)


# What makes sense travels.

NOUNS: list[Any] = [
    *SHOPS.values(),
    *everything().products.values(),
    *everything().components.values(),
    mk.EndItem(mk.Bootstrap([0, 2, 1]), key=9),
    mk.EndItem(mk.Poisson(mk.Sweep([1, 2])), {"a": 0.1 + 0.2}, price=mk.Sweep([3, 4], name="p")),
    mk.Component(mk.BaseStock(mk.Sweep([3, 4])), reserve=mk.Sweep([0, 1]), key=3),
    mk.DependentDemand({"a": (1, mk.Poisson(3)), "b": (0.5, mk.Gamma(mean=2, sd=1))}),
    mk.MakeToStock(mk.DependentDemand({"a": (2, mk.Bootstrap([0, 1]))}), mk.BaseStock(4)),
    mk.AssembleToOrder(
        {"pc": mk.EndItem(mk.Poisson(1))},
        {"board": mk.Component(mk.BaseStock(3)), "screw": mk.Component(mk.BaseStock(30))},
        PC,
        windows=np.array([0, 4]),  # type: ignore[arg-type]
        hours=mk.Sweep([5, 6]),
    ),
]


@pytest.mark.parametrize("noun", NOUNS, ids=lambda n: repr(n)[:40])
def test_nouns_travel(noun: Any) -> None:
    kind = type(noun)
    for other in (
        kind.from_json(noun.to_json()),
        kind.from_dict(json.loads(json.dumps(noun.to_dict()))),
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
    shop = SHOPS[name]
    there: Any = json.loads(json.dumps(shop.to_dict()))
    assert bits(mk.simulate(there, periods=60, replications=40, seed=1)) == bits(run(shop))


def test_the_order_of_products_travels() -> None:
    shop = two(products=backwards(two().products))
    assert list(mk.AssembleToOrder.from_json(shop.to_json()).products) == ["deluxe", "basic"]
    assert list(run(shop).products) == ["deluxe", "basic"]


def test_later_changes_do_not_reach_the_noun() -> None:
    uses = {"board": 1.0}
    products = {"basic": item(uses=uses), "deluxe": two().products["deluxe"]}
    shop = two(products=products)
    before = shop.to_json()
    uses["board"] = 5
    products["basic"] = item(uses={"display": 1})
    assert shop.to_json() == before


def test_different_nouns_differ() -> None:
    assert two() == two()
    assert two() != two(allocation="no_holdback")
    assert item() != item(uses={"board": 2})
    assert part() != part(reserve=1)
    assert mk.DependentDemand({"a": (1, 1)}) != mk.DependentDemand({"b": (1, 1)})


# Bills.


def assembled(shelf: list[str], bill: mk.BillOfMaterials = PC, **products: mk.EndItem) -> mk.AssembleToOrder:
    products = products or {"pc": mk.EndItem(mk.Poisson(2))}
    return mk.AssembleToOrder(products, {n: mk.Component(mk.BaseStock(20)) for n in shelf}, bill)


def test_a_bill_is_exploded_down_to_the_shelf() -> None:
    assert assembled(["cpu", "screw"]).uses("pc") == {"screw": 6, "cpu": 1}
    assert assembled(["board", "screw"]).uses("pc") == {"board": 1, "screw": 4}
    given = mk.AssembleToOrder(
        {"pc": mk.EndItem(mk.Poisson(2), {"board": 1, "screw": 4})},
        {n: mk.Component(mk.BaseStock(20)) for n in ("board", "screw")},
    )
    assert bits(run(given)) == bits(run(assembled(["board", "screw"])))


def test_what_an_item_says_itself_goes_before_the_bill() -> None:
    shop = assembled(
        ["board", "screw"],
        PC,
        pc=mk.EndItem(mk.Poisson(2)),
        kit=mk.EndItem(mk.Poisson(1), {"screw": 10}),
        board=mk.EndItem(mk.Poisson(1), {"board": 1}),
    )
    assert shop.uses("kit") == {"screw": 10}
    assert shop.uses("board") == {"board": 1}
    assert shop.uses("pc") == {"board": 1, "screw": 4}


def test_variants_are_end_items() -> None:
    """Thinned Poisson demand, everything else as it was."""
    whole = mk.EndItem(mk.Poisson(8), price=9, hours=2)
    found = whole.variants(OPTIONS, "pc")
    assert sum(v.demand.mean for v in found.values()) == pytest.approx(8)  # type: ignore[union-attr]
    assert sorted(v.demand.mean for v in found.values()) == [2, 6]  # type: ignore[union-attr]
    assert sorted(sorted(v.uses or ()) for v in found.values()) == [["board", "lcd"], ["board", "oled"]]
    assert all((v.price, v.hours) == (9, 2) for v in found.values())
    shop = mk.AssembleToOrder(found, {n: mk.Component(mk.BaseStock(30)) for n in ("board", "lcd", "oled")})
    assert run(shop).effective_demand.tolist() == [v.demand.mean for v in found.values()]  # type: ignore[union-attr]


def test_variants_stop_at_what_is_on_the_shelf() -> None:
    bill = mk.BillOfMaterials(
        usage={"pc": {"board": 1}, "board": {"cpu": 1}},
        options={"board": {"memory": mk.OptionGroup({"small": 0.5, "large": 0.5})}},
    )
    whole = mk.EndItem(mk.Poisson(8))
    assert [v.uses for v in whole.variants(bill, "pc", stop_at=["board"]).values()] == [{"board": 1}]
    deep = whole.variants(bill, "pc")
    assert sorted(sorted(v.uses or ()) for v in deep.values()) == [["cpu", "large"], ["cpu", "small"]]
    # Options below the shelf are nobody's choice.
    assert assembled(["board"], bill).uses("pc") == {"board": 1}
