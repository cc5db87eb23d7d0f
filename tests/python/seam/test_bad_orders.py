"""Orders, stations and rules that make no sense are refused before anything runs: field, value and bound.

What makes sense but is extreme runs: nobody delivered, nobody came, more work than time.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import maketo as mk
from maketo._noun import Noun
from ordered import MACHINE, STATUSES, full, ledger, plain, run
from refusals import Make, refused

Field = Callable[[Any], Any]


def operation(**fields: Any) -> mk.Operation:
    return mk.Operation(**{"station": "machine", "time": 1, **fields})


def station(**fields: Any) -> mk.MakeToOrder:
    return plain(stations={"machine": mk.Station(**fields)})


def book(**fields: Any) -> mk.MakeToOrder:
    return plain(orders=mk.OrderBook(**{"arrivals": 0.5, **fields}))


def given(**columns: Any) -> mk.MakeToOrder:
    return book(arrivals=mk.GivenOrders(**{"times": [1, 2], **columns}))


def two(**changes: Any) -> mk.MakeToOrder:
    """Two operations at two stations."""
    return plain(**{"operations": [mk.Operation("a", 1), mk.Operation("b", 1)], **changes})


def entry(**fields: Any) -> mk.MakeToOrder:
    return plain(entry=mk.OrderEntry(**fields))


def routed(chances: Any, **fields: Any) -> mk.MakeToOrder:
    return two(routing=mk.RandomRouting(chances, **fields))


def at(make: Callable[..., Any], field: str, /, **others: Any) -> Field:
    """What makes a noun with a value in one of its fields."""
    return lambda x: make(**others, **{field: x})


untyped: Any = mk
"""What type checkers would refuse as well."""
BREAKDOWNS: dict[str, Any] = {"uptime": 5, "repair": 1}
OVERTIME: dict[str, Any] = {"above": 3, "below": 1, "factor": 1.5}

# A number that is finite, or a sweep of such.
NUMBERS: dict[str, Field] = {
    "PoissonArrivals.rate": mk.PoissonArrivals,
    "CustomerClass.share": lambda x: mk.CustomerClass("a", x),
    "OrderBook.manual_share": lambda x: mk.OrderBook(1, manual_share=x),
    "Station.rate": lambda x: mk.Station(rate=x),
    "WorkingHours.cycle": lambda x: mk.WorkingHours([(0, 1)], x),
    "WorkingHours.open[1]": lambda x: mk.WorkingHours([(0, 0.5), (x, 1)]),
    **{
        f"Overtime.{n}": at(mk.Overtime, n, **{k: v for k, v in OVERTIME.items() if k != n}) for n in OVERTIME
    },
    **{
        f"Operation.{n}": at(operation, n)
        for n in ("customisation", "yield_share", "rework", "learning", "learning_floor")
    },
    "OrderEntry.error": lambda x: mk.OrderEntry(error=x),
    "OrderEntry.every": lambda x: mk.OrderEntry(every=x),
    "Confirmation.probability": mk.Confirmation,
    "StockedMaterial.level": lambda x: mk.StockedMaterial(x, 1),
    "WorkloadCap.cap": mk.WorkloadCap,
    "BackwardRelease.planned": mk.BackwardRelease,
    "PeriodicRelease.every": mk.PeriodicRelease,
    "QuantileQuote.p": mk.QuantileQuote,
    "QuantileQuote.buffer": lambda x: mk.QuantileQuote(0.9, x),
    "ForwardLoading.buffer": mk.ForwardLoading,
    "Acceptance.max_workload": lambda x: mk.Acceptance(max_workload=x),
    "Acceptance.max_quote": lambda x: mk.Acceptance(max_quote=x),
    **{f"OrderCosts.{n}": at(mk.OrderCosts, n) for n, _ in mk.OrderCosts()._items()},
    **{f"Payment.{n}": at(mk.Payment, n) for n, _ in mk.Payment()._items()},
    "cancellation": lambda x: plain(cancellation=x),
    "on_time_window[0]": lambda x: plain(on_time_window=(x, 1)),
    "on_time_window[1]": lambda x: plain(on_time_window=(1, x)),
}
# A law, or what stands for one.
LAWS: dict[str, Field] = {
    "RenewalArrivals.gap": mk.RenewalArrivals,
    "SplitDemand.demand": mk.SplitDemand,
    **{
        f"CustomerClass.{n}": at(mk.CustomerClass, n, name="a")
        for n in (
            "size",
            "requested_lead_time",
            "patience",
            "customisation",
            "valuation",
            "waiting_sensitivity",
        )
    },
    **{
        f"OrderBook.{n}": at(mk.OrderBook, n, arrivals=1)
        for n in (
            "size",
            "requested_lead_time",
            "patience",
            "customisation",
            "engineering_hours",
            "valuation",
            "waiting_sensitivity",
        )
    },
    "Breakdowns.uptime": lambda x: mk.Breakdowns(x, 1),
    "Breakdowns.repair": lambda x: mk.Breakdowns(1, x),
    **{f"Operation.{n}": at(operation, n) for n in ("time", "unit_time", "setup")},
    "Operation.times_by_class['a']": lambda x: operation(times_by_class={"a": x}),
    "OrderEntry.delay": mk.OrderEntry,
    "OrderEntry.correction": lambda x: mk.OrderEntry(correction=x),
    "Confirmation.delay": lambda x: mk.Confirmation(1, x),
    "CalledOff.lead_time": mk.CalledOff,
    "StockedMaterial.lead_time": lambda x: mk.StockedMaterial(1, x),
    "delivery": lambda x: plain(delivery=x),
}
# A whole number, with the least that it may be.
WHOLE: dict[str, tuple[Field, int]] = {
    "Station.servers": (lambda x: mk.Station(servers=x), 1),
    "Station.buffer": (lambda x: mk.Station(buffer=x), 0),
    "Operation.rework_most": (lambda x: operation(rework_most=x), 0),
    "SetupSaving.longest": (mk.SetupSaving, 1),
    "Acceptance.max_orders": (lambda x: mk.Acceptance(max_orders=x), 0),
    "OrderBook.key": (lambda x: mk.OrderBook(1, key=x), 0),
    "key": (lambda x: plain(key=x), 0),
    "orders": (lambda x: run(periods=None, orders=x), 1),
    "periods": (lambda x: run(periods=x), 1),
    "warm_up": (lambda x: run(warm_up=x), 0),
}
# Numbers in an array.
ARRAYS: dict[str, Field] = {
    "VaryingArrivals.rates": mk.VaryingArrivals,
    "GivenOrders.times": mk.GivenOrders,
    **{
        f"GivenOrders.{n}": at(mk.GivenOrders, n, times=[1, 2])
        for n in ("size", "customer_class", "variant", "requested_lead_time")
    },
    "OrderBook.variants": lambda x: mk.OrderBook(1, variants=x),
}
# One of a few nouns.
NOUNS: dict[str, Field] = {
    "Station.calendar": lambda x: mk.Station(calendar=x),
    "Station.breakdowns": lambda x: mk.Station(breakdowns=x),
    "Station.overtime": lambda x: mk.Station(overtime=x),
    **{
        n: at(plain, n)
        for n in (
            "orders",
            "operations",
            "stations",
            "routing",
            "entry",
            "manual_entry",
            "confirmation",
            "material",
            "release",
            "quote",
            "acceptance",
            "costs",
            "payment",
        )
    },
}


@pytest.mark.parametrize("field", NUMBERS)
def test_a_number_is_finite_and_nothing_that_looks_like_one(field: str) -> None:
    make = NUMBERS[field]
    named = field.split("[")[0]
    for value, word in ((math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")):
        refused(lambda: make(value), ValueError, [named, "finite", word])  # noqa: B023
    refused(lambda: make(2**63), ValueError, [named, "2⁶³", str(2**63)])
    wrong: list[tuple[Any, str]] = [
        (True, "True"),
        ("1", "'1'"),
        (1j, "1j"),
        ([1.0], "[1.0]"),
        (MACHINE, "machine"),
    ]
    for value, word in wrong:
        refused(lambda: make(value), TypeError, [named, "number", word])  # noqa: B023


@pytest.mark.parametrize("field", LAWS)
def test_a_law_is_finite_and_nothing_that_looks_like_one(field: str) -> None:
    make = LAWS[field]
    for value, word in ((math.nan, "nan"), (math.inf, "inf")):
        refused(lambda: make(value), ValueError, [field, "finite", word])  # noqa: B023
    refused(lambda: make([1.0, math.nan]), ValueError, [field, "finite", "position 1"])
    wrong: list[tuple[Any, str]] = [
        (True, "bool"),
        ("1", "str"),
        (mk.Poisson, "class Poisson"),
        (MACHINE, "Operation"),
    ]
    for value, word in wrong:
        refused(lambda: make(value), TypeError, [field, "law", word])  # noqa: B023


@pytest.mark.parametrize("field", WHOLE)
def test_a_whole_number_is_whole_and_large_enough(field: str) -> None:
    make, least = WHOLE[field]
    refused(lambda: make(least - 1), ValueError, [field, f"≥ {least}", str(least - 1)])
    refused(lambda: make(2**32), ValueError, [field, str(2**32)])
    for value, word in ((1.5, "1.5"), (2.0, "2.0"), (math.nan, "nan"), (True, "True"), ([1], "[1]")):
        refused(lambda: make(value), TypeError, [field, "whole", word])  # noqa: B023


@pytest.mark.parametrize("field", ARRAYS)
def test_an_array_has_numbers_along_one_axis(field: str) -> None:
    make = ARRAYS[field]
    refused(lambda: make(np.ones((2, 2))), ValueError, [field, "1 axis", "(2, 2)"])
    refused(lambda: make(3), ValueError, [field, "1 axis", "()"])
    refused(lambda: make([[1], [2, 3]]), ValueError, [field, "regular"])
    for value, word in (
        (["a", "b"], "<U1"),
        (np.array([True]), "bool"),
        (np.array([1j]), "complex"),
        ([{}], "object"),
        (np.array(["2020-01"], "M8[M]"), "datetime"),
    ):
        refused(lambda: make(value), TypeError, [field, "numbers", word])  # noqa: B023


@pytest.mark.parametrize("field", ["VaryingArrivals.rates", "GivenOrders.times"])
def test_an_array_that_must_be_there_is_there(field: str) -> None:
    refused(lambda: ARRAYS[field]([]), ValueError, [field, "empty"])
    refused(lambda: ARRAYS[field](None), TypeError, [field, "numbers"])


@pytest.mark.parametrize("field", NOUNS)
def test_a_noun_is_one_of_those_that_fit(field: str) -> None:
    make = NOUNS[field]
    # What comes before it in the order of checking, and what may stand for some of them.
    wrong: list[Any] = ["x", 1j, mk.Costs(), object()]
    if field not in ("quote", "orders"):
        wrong.append(3)
    for value in wrong:
        refused(lambda: make(value), TypeError, [field])  # noqa: B023


def test_a_noun_in_plain_data_has_the_fields_of_the_noun() -> None:
    for field in ("entry", "acceptance", "costs", "payment", "confirmation"):
        refused(lambda: plain(**{field: {"colour": 1}}), TypeError, ["colour"])  # noqa: B023
    refused(lambda: plain(release={"rule": "edd"}), TypeError, ["rule", "workload_cap", "'edd'"])
    refused(
        lambda: plain(release=mk.QuantileQuote(0.9)), TypeError, ["release", "WorkloadCap", "QuantileQuote"]
    )


# Wrong kinds where there is more to say, when the noun is made.
MADE: list[tuple[str, Make, type[Exception], list[str]]] = [
    ("text for a rate", lambda: untyped.OrderBook("0.5"), TypeError, ["OrderBook.arrivals", "rate", "'0.5'"]),
    ("truth for a rate", lambda: mk.OrderBook(True), TypeError, ["OrderBook.arrivals", "rate", "True"]),
    (
        "a law for arrivals",
        lambda: plain(orders=mk.Poisson(1)),
        TypeError,
        ["orders", "OrderBook", "Poisson"],
    ),
    (
        "a class that is none",
        lambda: book(classes=[1]),
        TypeError,
        ["OrderBook.classes[0]", "CustomerClass", "1"],
    ),
    ("one class", lambda: book(classes=mk.CustomerClass("a")), TypeError, ["OrderBook.classes", "sequence"]),
    ("text for classes", lambda: book(classes="ab"), TypeError, ["OrderBook.classes", "sequence", "'ab'"]),
    (
        "a class twice",
        lambda: book(classes=[mk.CustomerClass("a"), mk.CustomerClass("a")]),
        ValueError,
        ["OrderBook.classes[1].name", "unique", "'a'"],
    ),
    (
        "a class without a name",
        lambda: mk.CustomerClass(""),
        TypeError,
        ["CustomerClass.name", "empty", "''"],
    ),
    ("a class by number", lambda: untyped.CustomerClass(3), TypeError, ["CustomerClass.name", "text", "3"]),
    *(
        (
            f"priority {p}",
            lambda p=p: mk.CustomerClass("a", 1, p),
            TypeError,
            ["CustomerClass.priority", str(p)],
        )
        for p in (1.5, True, 2**31, "1")
    ),
    ("an empty key", lambda: book(key=""), ValueError, ["OrderBook.key", "empty"]),
    (
        "whether it repeats",
        lambda: untyped.VaryingArrivals([1], 1),
        TypeError,
        ["VaryingArrivals.cycle", "True", "1"],
    ),
    (
        "a blank rate",
        lambda: mk.VaryingArrivals([1, np.nan]),
        ValueError,
        ["VaryingArrivals.rates", "position 1"],
    ),
    ("a blank share", lambda: book(variants=[1, np.nan]), ValueError, ["OrderBook.variants", "position 1"]),
    # Stations.
    ("a station by number", lambda: untyped.Station(3), TypeError, ["Station.name", "text", "3"]),
    ("no hours", lambda: untyped.WorkingHours(8), TypeError, ["WorkingHours.open", "(from, to)", "8"]),
    (
        "text for hours",
        lambda: untyped.WorkingHours("8-16"),
        TypeError,
        ["WorkingHours.open", "(from, to)", "8-16"],
    ),
    (
        "half an interval",
        lambda: untyped.WorkingHours([(0,)]),
        TypeError,
        ["WorkingHours.open[0]", "pair", "(0,)"],
    ),
    (
        "text for a time",
        lambda: untyped.WorkingHours([(0, "1")]),
        TypeError,
        ["WorkingHours.open[0]", "number", "'1'"],
    ),
    (
        "a swept time",
        lambda: untyped.WorkingHours([(0, mk.Sweep([0.5, 1]))]),
        TypeError,
        ["WorkingHours.open[0]", "single", "Sweep"],
    ),
    (
        "a swept cycle",
        lambda: untyped.WorkingHours([(0, 1)], mk.Sweep([1, 2])),
        TypeError,
        ["cycle", "single"],
    ),
    ("a clock", lambda: mk.Breakdowns(1, 1, "idle"), ValueError, ["Breakdowns.clock", "'busy'", "'idle'"]),
    # Operations.
    ("no station", lambda: mk.Operation("", 1), TypeError, ["Operation.station", "empty", "''"]),
    (
        "a station that is none",
        lambda: untyped.Operation(mk.Station("a"), 1),
        TypeError,
        ["Operation.station", "text"],
    ),
    ("a name that is none", lambda: operation(name=3), TypeError, ["Operation.name", "text", "3"]),
    ("rework to a number", lambda: operation(rework_to=0), TypeError, ["Operation.rework_to", "text", "0"]),
    ("no time", lambda: mk.Operation("a"), ValueError, ["Operation.time", "unit_time", "'a'"]),
    (
        "times of no class",
        lambda: operation(times_by_class=[1]),
        TypeError,
        ["times_by_class", "mapping", "[1]"],
    ),
    (
        "times of a class that is not there",
        lambda: plain(operations=operation(times_by_class={"a": 1})),
        ValueError,
        ["operations[0].times_by_class", "none", "'a'"],
    ),
    (
        "rework to nowhere",
        lambda: two(operations=[operation(rework_to="x")]),
        ValueError,
        ["rework_to", "'x'"],
    ),
    ("nothing to do", lambda: plain(operations=[]), ValueError, ["operations", "at least one", "[]"]),
    ("nothing for something", lambda: plain(operations=[None]), ValueError, ["operations", "None"]),
    (
        "two of one name",
        lambda: plain(operations=[MACHINE] * 2),
        ValueError,
        ["operations[1].name", "'machine'"],
    ),
    (
        "a station without work",
        lambda: plain(stations={"saw": {}}),
        ValueError,
        ["stations['saw']", "machine"],
    ),
    (
        "a station twice",
        lambda: plain(stations=[mk.Station("machine")] * 2),
        ValueError,
        ["stations[1].name", "unique", "'machine'"],
    ),
    (
        "a station of no name",
        lambda: plain(stations=[mk.Station()]),
        ValueError,
        ["stations[0].name", "empty"],
    ),
    # Rules.
    ("a rule", lambda: plain(dispatch="lifo"), ValueError, ["dispatch", "'fcfs'", "'lifo'"]),
    ("no rule", lambda: plain(dispatch=None), ValueError, ["dispatch", "'fcfs'", "None"]),
    (
        "a rule that is none",
        lambda: plain(dispatch=mk.WorkloadCap(3)),
        TypeError,
        ["dispatch", "SetupSaving"],
    ),
    ("until", lambda: plain(patience_until="end"), ValueError, ["patience_until", "'delivery'", "'end'"]),
    ("on date", lambda: plain(deliver_on_date=1), TypeError, ["deliver_on_date", "True or False", "1"]),
    ("a window", lambda: plain(on_time_window=3), TypeError, ["on_time_window", "pair", "3"]),
    ("half a window", lambda: plain(on_time_window=(1,)), TypeError, ["on_time_window", "pair", "(1,)"]),
    (
        "a swept window",
        lambda: plain(on_time_window=(mk.Sweep([1, 2]), 0)),
        TypeError,
        ["on_time_window", "single"],
    ),
    ("a truth for a quote", lambda: plain(quote=True), TypeError, ["quote", "number", "True"]),
    (
        "the cap of no station",
        lambda: untyped.WorkloadCap(3, 0),
        TypeError,
        ["WorkloadCap.station", "name", "0"],
    ),
    (
        "the cap of another shop",
        lambda: plain(release=mk.WorkloadCap(3, "saw")),
        ValueError,
        ["release.station", "machine", "'saw'"],
    ),
    ("no routes", lambda: untyped.VariantRouting(3), TypeError, ["VariantRouting.routes", "3"]),
    (
        "a route of numbers",
        lambda: untyped.VariantRouting([[0]]),
        TypeError,
        ["VariantRouting.routes[0]", "[0]"],
    ),
    ("text for a route", lambda: mk.VariantRouting(["ab"]), TypeError, ["VariantRouting.routes[0]", "'ab'"]),
    (
        "a route to nowhere",
        lambda: two(routing=mk.VariantRouting([["x"]])),
        ValueError,
        ["routes[0]", "a, b", "'x'"],
    ),
    ("no next", lambda: untyped.RandomRouting([["a"]]), TypeError, ["RandomRouting.next", "mapping"]),
    (
        "no chances",
        lambda: untyped.RandomRouting({"a": 0.5}),
        TypeError,
        ["RandomRouting.next['a']", "chances", "0.5"],
    ),
    (
        "a blank chance",
        lambda: mk.RandomRouting({"a": {"b": math.nan}}),
        ValueError,
        ["next['a']", "finite", "nan"],
    ),
    ("a text chance", lambda: untyped.RandomRouting({"a": {"b": "1"}}), TypeError, ["next['a']", "numbers"]),
    ("from nowhere", lambda: routed({"x": {"a": 0.5}}), ValueError, ["routing", "a, b", "'x'"]),
    ("to nowhere", lambda: routed({"a": {"x": 0.5}}), ValueError, ["routing", "a, b", "'x'"]),
    ("a start nowhere", lambda: routed({}, start={"x": 1}), ValueError, ["routing", "a, b", "'x'"]),
]

# Bounds, which the core checks.
BOUNDS: list[tuple[str, Callable[[], mk.MakeToOrder], list[str]]] = [
    ("no orders at all", lambda: plain(orders=0), ["orders.arrivals.rate", "> 0", "0"]),
    ("fewer than none", lambda: plain(orders=-0.5), ["orders.arrivals.rate", "> 0", "-0.5"]),
    ("a gap below 0", lambda: book(arrivals=mk.RenewalArrivals(-1)), ["orders.arrivals.gap", "≥ 0", "-1"]),
    ("no gap", lambda: book(arrivals=mk.RenewalArrivals(0)), ["orders.arrivals.gap", "> 0", "0"]),
    (
        "a gap that may be below 0",
        lambda: book(arrivals=mk.RenewalArrivals(mk.Normal(1, 1, "allow"))),
        ["orders.arrivals.gap", "≥ 0"],
    ),
    (
        "a rate below 0",
        lambda: book(arrivals=mk.VaryingArrivals([1, -1])),
        ["arrivals.rates[1]", "≥ 0", "-1"],
    ),
    ("no rate", lambda: book(arrivals=mk.VaryingArrivals([0, 0])), ["orders.arrivals.rates", "> 0"]),
    ("before the start", lambda: given(times=[-1, 2]), ["orders.arrivals.times[0]", "≥ 0", "-1"]),
    (
        "back in time",
        lambda: given(times=[2, 1]),
        ["orders.arrivals.times[1]", "≥ the time before it, 2", "1"],
    ),
    ("no time", lambda: given(times=[0, math.nan]), ["orders.arrivals.times[1]", "finite", "NaN"]),
    ("for ever", lambda: given(times=[0, math.inf]), ["orders.arrivals.times[1]", "finite", "inf"]),
    ("nothing ordered", lambda: given(size=[1, 0]), ["orders.arrivals.size[1]", "≥ 1", "0"]),
    ("half a unit", lambda: given(size=[1, 1.5]), ["orders.arrivals.size[1]", "whole", "1.5"]),
    ("too few sizes", lambda: given(size=[1]), ["orders.arrivals.size", "as long as times, 2", "1"]),
    (
        "a class that is not there",
        lambda: given(customer_class=[0, 1]),
        ["class[1]", "number of a class", "1"],
    ),
    (
        "a variant that is not there",
        lambda: given(variant=[0, -1]),
        ["variant[1]", "number of a variant", "-1"],
    ),
    ("asked for before", lambda: given(requested_lead_time=[0, -1]), ["requested_lead_time[1]", "≥ 0", "-1"]),
    ("fractions to split", lambda: book(arrivals=mk.SplitDemand(1.5)), ["orders.arrivals.demand", "whole"]),
    (
        "real demand to split",
        lambda: book(arrivals=mk.SplitDemand(mk.Gamma(mean=5, sd=2))),
        ["orders.arrivals.demand", "whole units"],
    ),
    ("returns to split", lambda: book(arrivals=mk.SplitDemand(-1)), ["orders.arrivals.demand", "≥ 0", "-1"]),
    ("no size", lambda: book(size=0), ["orders.size", "[1, 1000000000]", "0"]),
    ("half a size", lambda: book(size=1.5), ["orders.size", "whole"]),
    ("a real size", lambda: book(size=mk.Uniform(1, 3)), ["orders.size", "whole"]),
    ("a size that may be 0", lambda: book(size=mk.Poisson(3)), ["orders.size", "[1, 1000000000]", "0"]),
    (
        "asked for yesterday",
        lambda: book(requested_lead_time=-1),
        ["orders.requested_lead_time", "≥ 0", "-1"],
    ),
    ("less than no patience", lambda: book(patience=-1), ["orders.patience", "≥ 0", "-1"]),
    ("beyond bespoke", lambda: book(customisation=1.5), ["orders.customisation", "[0, 1]", "1.5"]),
    ("hours below 0", lambda: book(engineering_hours=-1), ["orders.engineering_hours", "≥ 0", "-1"]),
    ("who likes to wait", lambda: book(waiting_sensitivity=-1), ["orders.waiting_sensitivity", "≥ 0", "-1"]),
    ("more than all", lambda: book(manual_share=1.5), ["orders.manual_share", "[0, 1]", "1.5"]),
    ("a share below 0", lambda: book(variants=[1, -1]), ["orders.variants[1]", "≥ 0", "-1"]),
    ("nobody", lambda: book(variants=[0, 0]), ["orders.variants", "> 0", "0"]),
    (
        "no customers",
        lambda: book(classes=[mk.CustomerClass("a", 0), mk.CustomerClass("b", 0)]),
        ["orders.classes", "> 0", "0"],
    ),
    ("a class's share", lambda: book(classes=[mk.CustomerClass("a", -1)]), ["orders.classes", "≥ 0", "-1"]),
    (
        "a class's size",
        lambda: book(classes=[mk.CustomerClass("a"), mk.CustomerClass("b", size=0)]),
        ["orders.classes[1].size", "[1, 1000000000]", "0"],
    ),
    (
        "a class's patience",
        lambda: book(classes=[mk.CustomerClass("a", patience=-1), mk.CustomerClass("b")]),
        ["orders.classes[0].patience", "≥ 0", "-1"],
    ),
    # Stations.
    ("too many servers", lambda: station(servers=65537), ["stations[0].servers", "[1, 65536]", "65537"]),
    ("a wage below 0", lambda: station(rate=-1), ["stations[0].rate", "≥ 0", "-1"]),
    ("never open", lambda: station(calendar=mk.WorkingHours([])), ["calendar.open", "≥ 1 interval"]),
    ("no cycle", lambda: station(calendar=mk.WorkingHours([(0, 1)], 0)), ["calendar.cycle", "> 0", "0"]),
    (
        "open for no time",
        lambda: station(calendar=mk.WorkingHours([(0.5, 0.5)])),
        ["calendar.open[0]", "within [0, 1]", "(0.5, 0.5)"],
    ),
    (
        "open beyond the cycle",
        lambda: station(calendar=mk.WorkingHours([(0, 0.5), (0.6, 1.5)])),
        ["calendar.open[1]", "within [0, 1]", "(0.6, 1.5)"],
    ),
    (
        "open twice",
        lambda: station(calendar=mk.WorkingHours([(0, 0.5), (0.4, 1)])),
        ["calendar.open[1]", "ascending", "(0.4, 1)"],
    ),
    ("never up", lambda: station(breakdowns=mk.Breakdowns(0, 1)), ["breakdowns.uptime", "≥ 1e-6", "0"]),
    ("up below 0", lambda: station(breakdowns=mk.Breakdowns(-1, 1)), ["breakdowns.uptime", "≥ 0", "-1"]),
    ("repaired before", lambda: station(breakdowns=mk.Breakdowns(1, -1)), ["breakdowns.repair", "≥ 0", "-1"]),
    (
        "two clocks",
        lambda: station(
            calendar=mk.WorkingHours([(0, 0.5)]), breakdowns=mk.Breakdowns(**BREAKDOWNS, clock="always")
        ),
        ["stations[0].breakdowns.clock", '"busy"', "always"],
    ),
    ("overtime that slows", lambda: station(overtime=mk.Overtime(3, 1, 1)), ["overtime.factor", "> 1", "1"]),
    (
        "overtime upside down",
        lambda: station(overtime=mk.Overtime(1, 3, 2)),
        ["overtime.above", "≥ below = 3", "1"],
    ),
    ("overtime below 0", lambda: station(overtime=mk.Overtime(1, -1, 2)), ["overtime.below", "≥ 0", "-1"]),
    *(
        (
            f"a buffer where {why}",
            lambda changes=changes: two(stations={"b": mk.Station(buffer=3)}, **changes),
            ["stations.buffer", "wait for each other"],
        )
        for why, changes in {
            "a station is visited twice": {
                "operations": [mk.Operation(s, 1, name=f"{s}{k}") for k, s in enumerate("aba")]
            },
            "orders go back": {"operations": [mk.Operation("a", 1), mk.Operation("b", 1, rework=0.1)]},
            "routes are random": {"routing": mk.RandomRouting({"a": {"b": 0.5}})},
            "routes meet head on": {
                "orders": mk.OrderBook(0.5, variants=[1, 1]),
                "routing": mk.VariantRouting([["a", "b"], ["b", "a"]]),
            },
        }.items()
    ),
    # Operations.
    ("a time below 0", lambda: plain(operations=operation(time=-1)), ["operations[0].time", "≥ 0", "-1"]),
    (
        "a time that may be below 0",
        lambda: plain(operations=operation(time=mk.Normal(1, 1, "allow"))),
        ["operations[0].time", "≥ 0"],
    ),
    (
        "a unit time below 0",
        lambda: plain(operations=operation(time=None, unit_time=-1)),
        ["operations[0].unit_time", "≥ 0", "-1"],
    ),
    ("a setup below 0", lambda: plain(operations=operation(setup=-1)), ["operations[0].setup", "≥ 0", "-1"]),
    (
        "bespoke and faster",
        lambda: plain(operations=operation(customisation=-1)),
        ["operations[0].customisation", "≥ 0", "-1"],
    ),
    ("no good units", lambda: plain(operations=operation(yield_share=0)), ["yield_share", "[0.001, 1]", "0"]),
    (
        "better than good",
        lambda: plain(operations=operation(yield_share=1.5)),
        ["yield_share", "[0.001, 1]", "1.5"],
    ),
    ("unlearning", lambda: plain(operations=operation(learning=-1)), ["learning", "≥ 0", "-1"]),
    (
        "a floor above",
        lambda: plain(operations=operation(learning_floor=2)),
        ["learning_floor", "[0, 1]", "2"],
    ),
    ("rework beyond sure", lambda: plain(operations=operation(rework=1.5)), ["rework", "[0, 1]", "1.5"]),
    ("rework for ever", lambda: plain(operations=operation(rework=1)), ["rework", "< 1", "rework_most", "1"]),
    (
        "rework forwards",
        lambda: two(operations=[mk.Operation("a", 1, rework=0.1, rework_to="b"), mk.Operation("b", 1)]),
        ["operations[0].rework_to", "before it"],
    ),
    (
        "rework on a route",
        lambda: two(
            operations=[mk.Operation("a", 1), mk.Operation("b", 1, rework=0.1)],
            routing=mk.VariantRouting([["a", "b"]]),
        ),
        ["rework_to", "series"],
    ),
    (
        "more units than are drawn one by one",
        lambda: plain(
            orders=mk.OrderBook(1, size=2049), operations=operation(time=None, unit_time=mk.Exponential(1))
        ),
        ["orders.size", "≤ 2048", "2049"],
    ),
    (
        "more visits than are drawn one by one",
        lambda: plain(operations=operation(time=None, unit_time=mk.Exponential(1), rework=0.5)),
        ["rework_most", "< 32"],
    ),
    (
        "a class's time",
        lambda: plain(
            orders=mk.OrderBook(1, classes=[mk.CustomerClass("a"), mk.CustomerClass("b")]),
            operations=operation(times_by_class={"b": -1}),
        ),
        ["operations[0].time", "[1]", "≥ 0", "-1"],
    ),
    # Routes.
    (
        "routes of no variant",
        lambda: two(routing=mk.VariantRouting([["a"], ["b"]])),
        ["routing.routes", "1", "2"],
    ),
    ("an empty route", lambda: two(routing=mk.VariantRouting([[]])), ["routing.routes[0]", "≥ 1 operation"]),
    ("twice in a route", lambda: two(routing=mk.VariantRouting([["a", "a"]])), ["routing.routes[0]", "once"]),
    ("a chance below 0", lambda: routed({"b": {"a": -0.5}}), ["routing.next[1]", "[0, 1]", "-0.5"]),
    ("more than sure", lambda: routed({"b": {"a": 0.6, "b": 0.6}}), ["routing.next[1]", "≤ 1 in sum", "1.2"]),
    ("nowhere to start", lambda: routed({}, start={"a": 0.5}), ["routing.start", "1 in sum", "0.5"]),
    ("no way out", lambda: routed({"a": {"b": 1}, "b": {"a": 1}}), ["routing.next", "leave in the end"]),
    (
        "units on a random route",
        lambda: routed({}).replace(operations=[mk.Operation(s, unit_time=mk.Exponential(1)) for s in "ab"]),
        ["operations.unit_time", "constant with random routing"],
    ),
    ("a promise at random", lambda: routed({}).replace(quote=mk.ForwardLoading()), ["quote", "random route"]),
    # Rules.
    ("entered yesterday", lambda: entry(delay=-1), ["entry.delay", "≥ 0", "-1"]),
    ("wrong for sure and more", lambda: entry(error=1.5), ["entry.error", "[0, 1]", "1.5"]),
    ("mended before", lambda: entry(correction=-1), ["entry.correction", "≥ 0", "-1"]),
    ("runs backwards", lambda: entry(every=-1), ["entry.every", "≥ 0", "-1"]),
    ("by hand", lambda: plain(manual_entry=mk.OrderEntry(-1)), ["manual_entry.delay", "≥ 0", "-1"]),
    (
        "sure and more",
        lambda: plain(confirmation=mk.Confirmation(2)),
        ["confirmation.probability", "[0, 1]", "2"],
    ),
    (
        "decided before",
        lambda: plain(confirmation=mk.Confirmation(1, -1)),
        ["confirmation.delay", "≥ 0", "-1"],
    ),
    ("called off late", lambda: plain(material=mk.CalledOff(-1)), ["material.lead_time", "≥ 0", "-1"]),
    ("stock below 0", lambda: plain(material=mk.StockedMaterial(-1, 1)), ["material.level", "≥ 0", "-1"]),
    (
        "replaced before",
        lambda: plain(material=mk.StockedMaterial(1, -1)),
        ["material.lead_time", "≥ 0", "-1"],
    ),
    ("no work at all", lambda: plain(release=mk.WorkloadCap(0)), ["release.cap", "> 0", "0"]),
    ("planned below 0", lambda: plain(release=mk.BackwardRelease(-1)), ["release.planned", "≥ 0", "-1"]),
    ("never released", lambda: plain(release=mk.PeriodicRelease(0)), ["release.every", "> 0", "0"]),
    ("promised for yesterday", lambda: plain(quote=-1), ["quote.lead_time", "≥ 0", "-1"]),
    ("promised for sure", lambda: plain(quote=mk.QuantileQuote(1)), ["quote.p", "(0, 1)", "1"]),
    ("promised for no one", lambda: plain(quote=mk.QuantileQuote(0)), ["quote.p", "(0, 1)", "0"]),
    ("less than quoted", lambda: plain(quote=mk.QuantileQuote(0.9, -1)), ["quote.buffer", "≥ 0", "-1"]),
    ("less than planned", lambda: plain(quote=mk.ForwardLoading(-1)), ["quote.buffer", "≥ 0", "-1"]),
    ("work below 0", lambda: plain(acceptance=mk.Acceptance(max_workload=-1)), ["max_workload", "≥ 0", "-1"]),
    ("quotes below 0", lambda: plain(acceptance=mk.Acceptance(max_quote=-1)), ["max_quote", "≥ 0", "-1"]),
    ("cancelled below 0", lambda: plain(cancellation=-1), ["cancellation", "≥ 0", "-1"]),
    ("delivered before", lambda: plain(delivery=-1), ["delivery", "≥ 0", "-1"]),
    ("too early below 0", lambda: plain(on_time_window=(-1, 0)), ["on_time_window[0]", "≥ 0", "-1"]),
    ("too late below 0", lambda: plain(on_time_window=(None, -1)), ["on_time_window[1]", "≥ 0", "-1"]),
    *(
        (f"costs.{n}", lambda n=n: plain(costs={n: -1}), [f"costs.{n}", "≥ 0", "-1"])
        for n, _ in mk.OrderCosts()._items()
        if n != "salvage"
    ),
    ("more than the price", lambda: plain(payment=mk.Payment(1.5)), ["payment.deposit", "[0, 1]", "1.5"]),
    ("paid before", lambda: plain(payment=mk.Payment(0, -1)), ["payment.receivable", "≥ 0", "-1"]),
    ("paid for before", lambda: plain(payment=mk.Payment(0, 0, -1)), ["payment.payable", "≥ 0", "-1"]),
    ("beyond reach", lambda: plain(operations=operation(time=1e16)), ["operations[0].time", "±1e15", "1000"]),
]

OPTIONS: list[tuple[str, Make, type[Exception], list[str]]] = [
    ("no end", lambda: run(periods=None), TypeError, ["periods", "orders"]),
    ("two ends", lambda: run(orders=9), TypeError, ["periods", "orders"]),
    ("too long", lambda: run(periods=2**31 + 1), ValueError, ["periods", "2³¹", str(2**31 + 1)]),
    ("too many", lambda: run(periods=None, orders=2**31 + 1), ValueError, ["orders", "2³¹", str(2**31 + 1)]),
    ("warm-up", lambda: run(warm_up=20), ValueError, ["warm_up", "< periods = 20", "20"]),
    (
        "warm-up of orders",
        lambda: run(periods=None, orders=9, warm_up=9),
        ValueError,
        ["warm_up", "< orders = 9", "9"],
    ),
    ("a pilot", lambda: run(warm_up="mser5"), ValueError, ["warm_up", "run of orders", "'mser5'"]),
    ("drained before", lambda: run(drain=-1), ValueError, ["drain", "≥ 0", "-1"]),
    ("drained for ever", lambda: run(drain=math.inf), ValueError, ["drain", "finite", "inf"]),
    ("drained by text", lambda: run(drain="3"), TypeError, ["drain", "number", "'3'"]),
    ("drained by truth", lambda: run(drain=True), TypeError, ["drain", "number", "True"]),
    ("drained and swept", lambda: run(drain=mk.Sweep([1, 2])), TypeError, ["drain", "single"]),
    ("a trace", lambda: run(trace=["demand"]), ValueError, ["trace", "keep=", "demand"]),
    ("no such metric", lambda: run(metrics=["leadtime"]), ValueError, ["metrics", "lead_time", "'leadtime'"]),
    ("a metric of stocks", lambda: run(metrics=["fill_rate"]), ValueError, ["metrics", "'fill_rate'"]),
    ("what is kept", lambda: run(keep="everything"), ValueError, ["keep", "'orders'", "'everything'"]),
    ("a grid", lambda: run(method="grid"), ValueError, ["method", "'auto'", "'grid'"]),
    ("a level that is none", lambda: run(simd=2), TypeError, ["simd", "2"]),
    ("a level that is not there", lambda: run(simd="mmx"), ValueError, ["simd", "scalar", "mmx"]),
    (
        "orders of a stock",
        lambda: mk.simulate(mk.MakeToStock(demand=1, policy=mk.BaseStock(1)), orders=9),
        ValueError,
        ["orders", "drain", "periods"],
    ),
    (
        "every order of a stock",
        lambda: mk.simulate(mk.MakeToStock(demand=1, policy=mk.BaseStock(1)), periods=9, keep="orders"),
        ValueError,
        ["keep", "'replications'", "'orders'"],
    ),
    (
        "two clocks",
        lambda: mk.simulate({"a": plain(), "b": mk.MakeToStock(demand=1, policy=mk.BaseStock(1))}, periods=9),
        TypeError,
        ["shop", "mix", "period by period", "order by order"],
    ),
    (
        "shops of several sizes",
        lambda: mk.simulate({"a": plain(), "b": two()}, periods=9),
        ValueError,
        ["as many stations and customer classes"],
    ),
    (
        "the same key",
        lambda: mk.simulate({"a": plain(key=3), "b": plain(key=3)}, periods=9),
        ValueError,
        ["'a'", "'b'", "3"],
    ),
    (
        "a sweep that has a name",
        lambda: run(plain(quote=mk.Sweep([1, 2], "lead_time"))),
        ValueError,
        ["quote", "'lead_time'"],
    ),
    (
        "a sweep called as an axis",
        lambda: run(plain(quote=mk.Sweep([1, 2], "station"))),
        ValueError,
        ["quote", "'station'"],
    ),
    (
        "bad in a sweep",
        lambda: run(plain(release=mk.WorkloadCap(mk.Sweep([1, -1])))),
        ValueError,
        ["release.cap", "> 0", "-1"],
    ),
]


@pytest.mark.parametrize(("make", "error", "words"), [c[1:] for c in MADE], ids=[c[0] for c in MADE])
def test_refused_when_it_is_made(make: Make, error: type[Exception], words: list[str]) -> None:
    refused(make, error, words)


@pytest.mark.parametrize(("make", "words"), [c[1:] for c in BOUNDS], ids=[c[0] for c in BOUNDS])
def test_out_of_bounds_is_refused_before_anything_runs(
    make: Callable[[], mk.MakeToOrder], words: list[str]
) -> None:
    shop = make()
    refused(lambda: run(shop), ValueError, words)


@pytest.mark.parametrize(("make", "error", "words"), [c[1:] for c in OPTIONS], ids=[c[0] for c in OPTIONS])
def test_options_are_refused(make: Make, error: type[Exception], words: list[str]) -> None:
    refused(make, error, words)


def test_a_shop_of_a_portfolio_is_named() -> None:
    refused(
        lambda: mk.simulate({"nuts": plain(), "bolts": plain(cancellation=-1)}, periods=9),
        ValueError,
        ["bolts", "cancellation", "≥ 0", "-1"],
    )


def test_a_table_with_broken_units_is_refused() -> None:
    table = mk.read_orders(
        [
            {"id": "1", "ordered": "2024-01-01", "quantity": "2"},
            {"id": "2", "ordered": "2024-01-02", "quantity": "1.5"},
        ]
    )
    refused(lambda: mk.OrderBook.from_table(table), ValueError, ["quantity", "whole", "1.5"])


# What is kept must fit.


def test_a_result_that_would_not_fit_says_how_large_it_would_be() -> None:
    refused(lambda: run(replications=10**8), MemoryError, ["GiB", "memory_limit", "fewer"])
    refused(
        lambda: run(periods=10**6, replications=10**4, keep="orders"), MemoryError, ["GiB", "every order"]
    )
    refused(lambda: run(periods=None, orders=10**6, replications=10**4, keep="orders"), MemoryError, ["GiB"])
    refused(lambda: run(memory_limit=10), MemoryError, ["GiB", "memory_limit"])
    assert run(memory_limit=10**6).replications == 5


# Extreme, but it runs.


def undefined(run: mk.OrderResult, *names: str) -> bool:
    return all(bool(np.isnan(run[name]).all()) and math.isnan(run.mean(name).value) for name in names)


OF_DELIVERED = (
    "lead_time",
    "waiting_time",
    "making_time",
    "tardiness",
    "tardy_share",
    "earliness",
    "quote_error",
)


@pytest.mark.parametrize("load", [1, 1.5, 20])
def test_more_work_than_time_is_unstable_but_every_order_is_there(load: float) -> None:
    result = run(plain(orders=load), keep="orders")
    assert result.status == "unstable"
    assert result.unstable.all()
    assert result.load == pytest.approx(load)
    assert any("unstable" in w and "machine" in w and "NaN" in w for w in result.warnings)
    assert undefined(result, *OF_DELIVERED, "orders_in_shop", "otif")
    assert np.isnan(result.station("queue").value).all()
    assert (result["orders_arrived"] > 0).all()
    orders = ledger(result)
    assert (orders["status"] == STATUSES.index("delivered")).all(), "all are followed to their end"
    assert (orders.lead_time > 0).all()
    with pytest.raises(ValueError, match="machine"):
        result.distribution()


@pytest.mark.parametrize(
    "relief",
    [
        {"acceptance": mk.Acceptance(max_orders=5)},
        {"orders": mk.OrderBook(2, patience=mk.Exponential(3))},
        {
            "orders": mk.OrderBook(2, valuation=mk.Uniform(0, 5), waiting_sensitivity=1),
            "quote": mk.ForwardLoading(),
        },
        {"cancellation": 0.5},
    ],
    ids=["turned away", "impatient", "choosy", "cancelled"],
)
def test_more_work_than_time_is_no_matter_where_customers_go_elsewhere(relief: dict[str, Any]) -> None:
    result = run(plain(**{"orders": 2, **relief}))
    assert result.status == "ok"
    assert result.load == pytest.approx(2)
    assert (result["lost_share"] > 0).all()
    assert np.isfinite(result.mean("orders_in_shop").value)


def test_one_design_that_is_too_busy_spoils_no_other() -> None:
    result = run(plain(orders=mk.Sweep([0.5, 1.5], "rate")))
    assert result.unstable.tolist() == [False, True]
    assert np.isfinite(result["lead_time"][0]).all()
    assert np.isnan(result["lead_time"][1]).all()
    told = result.distribution().quantile(0.5).value
    assert np.isfinite(told).tolist() == [True, False]


def test_no_patience_at_all_is_a_pure_loss() -> None:
    result = run(book(arrivals=3, patience=0), keep="orders")
    assert (result["reneged_share"] == 1).all()
    assert undefined(result, *OF_DELIVERED, "tardiness_if_tardy")
    assert (result["otif"] == 0).all(), "they were accepted"
    assert (ledger(result)["left"] == ledger(result)["arrival"]).all()
    assert np.isnan(ledger(result)["started"]).all()


def test_endless_patience_is_as_none() -> None:
    one, other = (run(book(patience=p), keep="orders") for p in (None, 1e12))
    assert np.array_equal(ledger(one)["left"], ledger(other)["left"])


def test_nobody_taken_leaves_ratios_undefined() -> None:
    result = run(plain(acceptance=mk.Acceptance(max_orders=0)), keep="orders")
    assert (result["rejected_share"] == 1).all()
    assert (result["lost_share"] == 1).all()
    assert undefined(result, *OF_DELIVERED, "otif", "quoted_lead_time", "waiting_time_all", "unit_lead_time")
    assert (result["orders_in_shop"] == 0).all()
    assert result.distribution().count == 0
    assert math.isnan(result.distribution().quantile(0.5).value)
    assert math.isnan(result.distribution().exceeds(1).value)
    assert result.incidence().times.size == 0
    assert "OrderResult" in repr(result)
    assert len(result.summary()) == len(result.metrics)


def test_nobody_wants_the_terms() -> None:
    result = run(plain(acceptance=mk.Acceptance(max_quote=4.99)))
    assert (result["balked_share"] == 1).all()
    assert (run(plain(acceptance=mk.Acceptance(max_quote=5)))["balked_share"] == 0).all()
    assert (run(book(valuation=-1))["balked_share"] == 1).all()


@pytest.mark.parametrize(
    "orders",
    [mk.PoissonArrivals(1e-12), mk.PoissonArrivals(5e-324), mk.GivenOrders([20.0]), mk.SplitDemand(0)],
)
def test_no_arrivals_within_the_horizon(orders: Any) -> None:
    result = run(plain(orders=orders), keep="orders")
    assert ledger(result)["order"].size == 0
    for name in (
        "orders_arrived",
        "demand",
        "throughput",
        "orders_in_shop",
        "utilisation",
        "cost",
        "n_censored",
    ):
        assert (result[name] == 0).all(), name
    assert undefined(result, *OF_DELIVERED, "lost_share", "otif")
    assert result.orders is not None
    assert result.incidence().n_censored == 0


def test_many_orders() -> None:
    result = run(plain(orders=1e5, operations=operation(time=1e-6)), periods=1, replications=2)
    assert (abs(result["orders_arrived"] - 1e5) < 6 * math.sqrt(1e5)).all()
    assert result.load == pytest.approx(0.1)


def test_a_customer_who_goes_while_the_work_is_on() -> None:
    """The work is finished and then it is lost; or the customer stays because it has started."""
    impatient = mk.OrderBook(mk.GivenOrders([0.0, 0.5]), patience=2)
    shop = plain(orders=impatient, operations=operation(time=3), costs=mk.OrderCosts(salvage=7))
    goes, stays = (
        run(shop.replace(patience_until=until), keep="orders", replications=1)
        for until in ("delivery", "start")
    )
    assert ledger(goes).status.tolist() == ["reneged", "reneged"]
    assert ledger(goes)["left"].tolist() == [3, 2.5], "at the end of the work; out of the queue at once"
    assert ledger(goes)["making"].tolist() == [3, 0]
    assert goes["salvage"] == pytest.approx(2 * 7 / 20), "both were released"
    assert ledger(stays).status.tolist() == ["delivered", "reneged"]
    assert stays["salvage"] == pytest.approx(7 / 20)


def test_a_cancellation_while_in_service_comes_too_late() -> None:
    shop = plain(orders=mk.GivenOrders([0.0]), operations=operation(time=1e3), cancellation=100)
    result = run(shop, keep="orders", periods=2000, replications=20)
    assert (ledger(result)["status"] == STATUSES.index("delivered")).all()
    later = run(shop.replace(release=mk.BackwardRelease(0), quote=50), keep="orders", replications=20)
    assert (ledger(later)["status"] == STATUSES.index("cancelled")).all(), "before it has started"


def test_repairs_of_no_time_are_none() -> None:
    for clock in ("busy", "always"):
        broken = station(breakdowns=mk.Breakdowns(mk.Exponential(0.5), 0, clock))
        for name in ("started", "finished", "left"):
            ours, theirs = (ledger(run(s, keep="orders"))[name] for s in (broken, plain()))
            np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_an_order_at_a_whole_time_belongs_to_the_period_that_begins() -> None:
    shop = plain(orders=mk.GivenOrders([0.0, 2.0, 4.0]), operations=operation(time=0.25))
    result = run(shop, periods=4, warm_up=2, keep="orders", replications=1)
    assert ledger(result)["arrival"].tolist() == [2.0]
    assert result["orders_arrived"].tolist() == [0.5]


def test_a_quote_beyond_the_horizon_is_a_quote() -> None:
    result = run(plain(quote=1e6), keep="orders")
    assert (result["otif"] == 1).all()
    assert (ledger(result)["due"] == ledger(result)["arrival"] + 1e6).all()
    held = run(plain(quote=1e4, deliver_on_date=True), drain=5, keep="orders")
    assert (ledger(held)["status"] == STATUSES.index("open")).all()
    assert (held["n_censored"] == held["orders_arrived"] * 20).all()
    assert undefined(held, *OF_DELIVERED, "otif")


def test_nothing_takes_any_time() -> None:
    shop = plain(
        operations=[mk.Operation(s, 0) for s in "abc"], stations={"b": mk.Station(buffer=0)}, quote=0
    )
    result = run(shop, keep="orders")
    assert (ledger(result).lead_time == 0).all()
    assert (result["otif"] == 1).all()
    assert (result["no_wait_share"] == 1).all()
    assert result.distribution().quantile(0.9).value == 0


def test_everybody_comes_at_once() -> None:
    shop = plain(orders=mk.GivenOrders(np.zeros(50)), operations=operation(time=1))
    result = run(shop, periods=60, replications=1, keep="orders")
    assert sorted(ledger(result)["finished"]) == list(range(1, 51))
    assert result["orders_in_shop"] * 60 == pytest.approx(50 * 51 / 2)


def test_one_replication_has_no_interval() -> None:
    result = run(replications=1)
    estimate = result.mean("lead_time")
    assert math.isfinite(estimate.value)
    assert math.isnan(estimate.se)
    assert math.isnan(result.distribution().mean().se)


# A small hunt. None of these values runs for ever: there is a drain, and rates are moderate.

SPARED = {"arrivals", "yield_share", "cycle", "key"}


def numbers_in(thing: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where there are numbers in a noun, all the way down."""
    if isinstance(thing, Noun):
        for name, value in thing._items():
            if name not in SPARED:
                yield from numbers_in(value, (*at, name))
    elif isinstance(thing, tuple):
        for k, one in enumerate(thing):
            yield from numbers_in(one, (*at, k))
    elif isinstance(thing, (int, float)) and not isinstance(thing, bool):
        yield at


def put(thing: Any, at: tuple[str | int, ...], value: Any) -> Any:
    """The noun with another number in one place."""
    if not at:
        return value
    here, *rest = at
    if isinstance(here, int):
        return (*thing[:here], put(thing[here], tuple(rest), value), *thing[here + 1 :])
    return thing.replace(**{here: put(getattr(thing, here), tuple(rest), value)})


def sane(result: mk.OrderResult) -> None:
    """What holds whatever the numbers are."""
    orders = ledger(result)
    assert (np.diff(orders["arrival"]) >= 0).all()
    for earlier, later in itertools.pairwise(
        ("arrival", "confirmed", "material", "released", "started", "finished")
    ):
        known = ~np.isnan(orders[later])
        assert (orders[earlier][known] <= orders[later][known]).all(), (earlier, later)
    done = orders["status"] == STATUSES.index("delivered")
    assert (orders["left"][done] >= orders["finished"][done]).all()
    assert (np.isnan(orders["left"]) == (orders["status"] == STATUSES.index("open"))).all()
    for name in ("orders_in_shop", "utilisation", "cost", "lead_time", "tardiness"):
        assert name == "cost" or not (result[name] < -1e-9).any(), name
        assert not np.isinf(result[name]).any(), name


@pytest.mark.parametrize(
    ("extreme", "dispatch"),
    [(-0.0, "spt"), (1e-6, "edd"), (0.5, "priority"), (2, "slack"), (1e6, "critical_ratio")],
)
def test_any_number_may_be_extreme(extreme: float, dispatch: str) -> None:
    shop, tried = full(dispatch=dispatch), 0
    for at in numbers_in(shop):
        try:
            result = run(put(shop, at, extreme), periods=10, drain=5, replications=1, keep="orders")
        except (TypeError, ValueError) as refusal:
            message = str(refusal)
            assert "\n" not in message
            assert "line 1 column" not in message
            assert "internal" not in message
        else:
            tried += 1
            sane(result)
    assert tried > 30
