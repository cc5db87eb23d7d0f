"""Order books, stations and rules compare, hash, print, pickle and round-trip to JSON; so do their runs."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import MISSING
from typing import Any

import numpy as np
import pytest

import maketo as mk
from maketo._noun import Noun, decode
from ordered import SHOPS, bits, full, plain, run

SWEEP = mk.Sweep([1, 2.5], name="x")
NOUNS: list[Noun] = [
    # Order books.
    mk.PoissonArrivals(0.1 + 0.2),
    mk.PoissonArrivals(mk.Sweep([0.5, 0.75], name="rate")),
    mk.RenewalArrivals(mk.Gamma(mean=2, sd=SWEEP)),
    mk.VaryingArrivals([0.5, 1.25]),
    mk.VaryingArrivals(np.arange(1, 40), cycle=False),
    mk.GivenOrders([0, 0.5, 2]),
    mk.GivenOrders(
        [0, 0.5], size=[1, 2], customer_class=[0, 1], variant=[1, 0], requested_lead_time=[3, 0.25]
    ),
    mk.SplitDemand(mk.Poisson(9)),
    mk.SplitDemand(mk.Bootstrap([0, 3, 5])),
    mk.CustomerClass("loyal"),
    mk.CustomerClass(
        "häufig",
        mk.Sweep([1, 2]),
        -3,
        size=mk.Geometric(mean=3, start=1),
        requested_lead_time=4,
        patience=mk.Exponential(9),
        customisation=mk.Uniform(0, 0.5),
        valuation=12.5,
        waiting_sensitivity=SWEEP,
    ),
    mk.OrderBook(0.8),
    mk.OrderBook(0.8, variants=[3, 2, 1], key="market"),
    mk.OrderBook(
        mk.SplitDemand(mk.Poisson(9)),
        size=mk.UniformInteger(1, 4),
        classes=[mk.CustomerClass("a", 2), mk.CustomerClass("b", patience=3)],
        variants=np.array([1, 0.5]),
        requested_lead_time=mk.Uniform(2, 5),
        patience=mk.Exponential(20),
        customisation=0.5,
        engineering_hours=mk.Gamma(mean=9, sd=3),
        valuation=mk.Lognormal(mean=20, sd=5),
        waiting_sensitivity=0.1,
        manual_share=mk.Sweep([0, 0.5]),
        key=7,
    ),
    # Stations and operations.
    mk.WorkingHours([(0, 0.25), (0.5, 0.75)]),
    mk.WorkingHours([(0.1, 0.2)], cycle=0.5),
    mk.Breakdowns(mk.Exponential(9), mk.Lognormal(mean=1, sd=1)),
    mk.Breakdowns(SWEEP, 0.5, "always"),
    mk.Overtime(9, 3, 1.25),
    mk.Station(),
    mk.Station("saw", servers=mk.Sweep([1, 2]), buffer=0, rate=30),
    mk.Station(
        "mill",
        calendar=mk.WorkingHours([(0, 0.5)]),
        breakdowns=mk.Breakdowns(9, 1),
        overtime=mk.Overtime(SWEEP, 0.5, 2),
    ),
    mk.Operation("saw", mk.Exponential(1)),
    mk.Operation("saw", unit_time=0.1 + 0.2, name="trim", yield_share=0.9, learning=0.2, learning_floor=0.5),
    mk.Operation(
        "saw",
        1,
        times_by_class={"b": mk.Exponential(2), "a": mk.Uniform(1, 2)},
        setup=mk.Uniform(0, 1),
        customisation=SWEEP,
        rework=0.1,
        rework_to="trim",
        rework_most=3,
    ),
    # Rules.
    mk.OrderEntry(),
    mk.OrderEntry(mk.Lognormal(mean=1, sd=1), 0.1, 0.5, 1),
    mk.Confirmation(),
    mk.Confirmation(0.9, mk.Exponential(2)),
    mk.CalledOff(mk.Uniform(1, 3)),
    mk.StockedMaterial(mk.Sweep([4, 8]), 2),
    mk.WorkloadCap(6),
    mk.WorkloadCap(6, "saw"),
    mk.BackwardRelease(5.5),
    mk.PeriodicRelease(SWEEP),
    mk.SetupSaving(3),
    mk.QuantileQuote(0.95),
    mk.QuantileQuote(0.9, 1),
    mk.ForwardLoading(),
    mk.ForwardLoading(1.5),
    mk.Acceptance(),
    mk.Acceptance(max_orders=9, max_workload=SWEEP, max_quote=12),
    mk.VariantRouting([["a", "b"], ["b"]]),
    mk.OrderCosts(),
    mk.OrderCosts(**{n: k / 8 for k, (n, _) in enumerate(mk.OrderCosts()._items())}),
    mk.Payment(),
    mk.Payment(0.3, SWEEP, 2),
    *SHOPS.values(),
]
# A routing holds mappings of mappings.
UNHASHED: list[Noun] = [
    mk.RandomRouting({"a": {"b": 0.5, "a": 0.1}, "b": {}}),
    mk.RandomRouting({"a": {"b": 1}}, start={"b": 0.25, "a": 0.75}),
]
ALL = [*NOUNS, *UNHASHED]


def hashable(noun: Any) -> bool:
    return not isinstance(getattr(noun, "routing", noun), mk.RandomRouting)


@pytest.mark.parametrize("noun", ALL, ids=lambda n: repr(n)[:40])
def test_round_trips(noun: Any) -> None:
    kind = type(noun)
    for other in (
        kind.from_json(noun.to_json()),
        kind.from_dict(json.loads(json.dumps(noun.to_dict()))),
        pickle.loads(pickle.dumps(noun)),
        copy.deepcopy(noun),
        noun.replace(),
        noun.replace(**dict(noun._items())),
    ):
        assert other == noun
        assert repr(other) == repr(noun)
        assert other.to_json() == noun.to_json()
        if hashable(noun):
            assert hash(other) == hash(noun)
    if noun.to_dict().keys() & {"law", "kind", "rule", "strategy"}:
        assert decode(noun.to_dict()) == noun


@pytest.mark.parametrize("noun", ALL, ids=lambda n: repr(n)[:40])
def test_frozen(noun: Any) -> None:
    name, value = next(iter(noun._items()))
    with pytest.raises(AttributeError):
        setattr(noun, name, value)
    for _, array in noun._items():
        if isinstance(array, np.ndarray):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


@pytest.mark.parametrize("noun", ALL, ids=lambda n: repr(n)[:40])
def test_looks_like_what_makes_it(noun: Any) -> None:
    """What is shown is what one would write, arrays and defaults aside."""
    text = repr(noun)
    assert text.startswith(f"{type(noun).__name__}(")
    for word in ("object at", "array(", "Deterministic", "<maketo", "None"):
        assert word not in text
    shown = {n for n, _ in noun._items() if f"{n}=" in text}
    assert noun == type(noun)(**{n: v for n, v in noun._items() if n in shown or n in _needed(noun)})


def _needed(noun: Noun) -> set[str]:
    return {f.name for f in noun._fields() if f.default is MISSING and f.default_factory is MISSING}


def test_reprs_show_what_differs_from_the_defaults() -> None:
    assert repr(plain()) == (
        "MakeToOrder(orders=OrderBook(arrivals=PoissonArrivals(rate=0.5)), operations=(Operation("
        "station='machine', time=Exponential(mean=1)),), stations=(Station(name='machine'),), quote=5)"
    )
    assert repr(mk.OrderCosts()) == "OrderCosts()"
    assert repr(mk.Station("saw", buffer=0)) == "Station(name='saw', buffer=0)"
    assert repr(mk.GivenOrders(range(9))) == "GivenOrders(times=<array 9>)"
    assert repr(mk.WorkingHours([(0, 0.5)])) == "WorkingHours(open=((0, 0.5),))"
    assert repr(mk.Operation("saw", 2, rework=0.1)) == "Operation(station='saw', time=2, rework=0.1)"


def test_different_nouns_differ() -> None:
    assert len(set(filter(hashable, NOUNS))) == len(list(filter(hashable, NOUNS)))
    assert mk.PeriodicRelease(1) != mk.BackwardRelease(1)
    assert mk.CalledOff(1) != mk.StockedMaterial(1, 1)
    assert mk.PoissonArrivals(1) == mk.PoissonArrivals(1.0)
    assert mk.VaryingArrivals([1, 2]) != mk.VaryingArrivals([1, 2], cycle=False)
    assert mk.Acceptance(max_orders=0) != mk.Acceptance()
    assert mk.RandomRouting({"a": {"b": 0.5}}) != mk.RandomRouting({"a": {"b": 0.25}})
    assert mk.RandomRouting({"a": {}, "b": {}}) == mk.RandomRouting({"b": {}, "a": {}})
    assert plain() != plain(dispatch="edd")


def test_plain_things_become_nouns() -> None:
    wanted = plain(orders=mk.OrderBook(mk.PoissonArrivals(0.5)))
    for orders in (
        0.5,
        np.float64(0.5),
        mk.PoissonArrivals(0.5),
        {"arrivals": 0.5},
        {"kind": "poisson_arrivals", "rate": 0.5},
    ):
        assert plain(orders=orders) == wanted
    swept = plain(orders=mk.Sweep([0.5, 0.6]))
    assert swept.book.arrivals == mk.PoissonArrivals(mk.Sweep([0.5, 0.6]))
    one = mk.Operation("machine", mk.Exponential(1))
    for operations in (one, [one], (one,), one.to_dict(), [one.to_dict()]):
        assert plain(operations=operations) == wanted
    saw = mk.Station("machine", servers=2)
    for stations in ([saw], {"machine": mk.Station(servers=2)}, {"machine": {"servers": 2}}, [saw.to_dict()]):
        assert plain(stations=stations).stations == (saw,)
    assert plain(quote=np.int64(5)) == wanted
    assert plain(quote={"rule": "forward_loading", "buffer": 1}).quote == mk.ForwardLoading(1)
    assert plain(release={"rule": "backward", "planned": 3}).release == mk.BackwardRelease(3)
    assert plain(dispatch={"rule": "setup_saving", "longest": 3}).dispatch == mk.SetupSaving(3)
    assert plain(material={"kind": "called_off", "lead_time": 3}).material == mk.CalledOff(3)
    assert plain(costs={"price": 3}).costs == mk.OrderCosts(price=3)
    assert plain(payment={"deposit": 0.5}).payment == mk.Payment(0.5)
    assert plain(entry={"every": 1}).entry == mk.OrderEntry(every=1)
    assert plain(acceptance={"max_orders": 3}).acceptance == mk.Acceptance(3)
    hours: Any = np.array([[0, 0.5], [0.75, 1]])
    assert mk.WorkingHours(hours) == mk.WorkingHours([(0, 0.5), (0.75, 1)])
    assert mk.BuildToOrder is mk.MakeToOrder


def test_stations_are_in_the_order_of_the_work_and_have_one_server_unless_told() -> None:
    shop = plain(
        operations=[mk.Operation(s, 1, name=f"{s}{k}") for k, s in enumerate("bab")],
        stations={"a": mk.Station(servers=3)},
    )
    assert shop.stations == (mk.Station("b"), mk.Station("a", servers=3))
    assert [o.label for o in shop.operations] == ["b0", "a1", "b2"]


def test_arrays_are_copied() -> None:
    times = np.array([1.0, 2.0])
    noun = mk.GivenOrders(times)
    times[0] = -5
    assert noun == mk.GivenOrders([1, 2])
    for given in (np.array([1, 2], np.int16), np.array([1, 9, 2, 9])[::2], [1, 2], np.array([1, 2], ">f4")):
        assert mk.GivenOrders(given) == noun


@pytest.mark.parametrize("name", list(SHOPS))
def test_a_run_repeats_to_the_bit(name: str) -> None:
    first = run(SHOPS[name], keep="orders", name=name)
    text = json.dumps(first.config, allow_nan=False)
    for again in (
        mk.simulate(**json.loads(text)),
        first.rerun(),
        pickle.loads(pickle.dumps(first)).rerun(),
        run(mk.MakeToOrder.from_json(SHOPS[name].to_json()), keep="orders", name=name),
        mk.simulate(
            json.loads(SHOPS[name].to_json()), periods=20, replications=5, seed=1, keep="orders", name=name
        ),
    ):
        assert isinstance(again, mk.OrderResult)
        assert bits(again) == bits(first)
        assert again.config == first.config


def test_runs_of_orders_and_drained_runs_repeat_as_well() -> None:
    for options in ({"periods": None, "orders": 30, "warm_up": 5}, {"drain": 1.5, "warm_up": 4}):
        first = run(full(), keep="orders", **options)
        again = mk.simulate(**json.loads(json.dumps(first.config)))
        assert isinstance(again, mk.OrderResult)
        assert bits(again) == bits(first) == bits(run(full(), keep="orders", **options))
        assert again.config == first.config


def test_a_portfolio_with_a_sweep_repeats() -> None:
    shops = {"a": plain(quote=mk.Sweep([3, 5], "quote")), "b": plain(orders=0.7)}
    first = mk.simulate(shops, periods=20, replications=5, seed=3, keep="orders")
    again = mk.simulate(**json.loads(json.dumps(first.config)))
    assert first.dims == ("quote", "item", "replication")
    assert isinstance(first, mk.OrderResult)
    assert isinstance(again, mk.OrderResult)
    assert bits(again) == bits(first) == bits(pickle.loads(pickle.dumps(first)))


def test_rerun_with_changes() -> None:
    first = run(full())
    more = first.rerun(replications=8, keep="orders")
    assert np.array_equal(more["cost"][:5], first["cost"])
    assert isinstance(more, mk.OrderResult)
    assert more.orders is not None
    assert first.orders is None


def test_fields_that_are_not_there_are_named() -> None:
    with pytest.raises(TypeError, match="MakeToOrder has no field 'priority'; it has orders, operations"):
        plain().replace(priority=1)
    with pytest.raises(TypeError, match="Station has no field 'speed'; it has name, servers"):
        mk.Station.from_dict({"name": "saw", "speed": 3})
    with pytest.raises(TypeError, match="expected rule = 'workload_cap' for WorkloadCap, got 'backward'"):
        mk.WorkloadCap.from_dict({"rule": "backward", "planned": 3})
