"""Bills of materials: explosion is a sum of matrix powers, and all else follows from it."""

from __future__ import annotations

import copy
import doctest
import importlib
import json
import math
import pickle
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import maketo as mk
from maketo._noun import decode

QUANTITY = st.sampled_from([0.5, 1.0, 2.0, 3.0, 12.0])


@st.composite
def bills(draw: st.DrawFn, options: bool = True) -> mk.BillOfMaterials:
    """Items 0 … n, each made of some with a larger number."""
    n = draw(st.integers(2, 9))
    names = draw(st.permutations([f"item {i}" for i in range(n)]))
    usage: dict[str, dict[str, float]] = {}
    groups: dict[str, dict[str, mk.OptionGroup]] = {}
    for i in range(n - 1):
        later = st.sampled_from(names[i + 1 :])
        below = draw(st.dictionaries(later, QUANTITY, min_size=1 if i == 0 else 0, max_size=4))
        if below:
            usage[names[i]] = below
        if options and below and draw(st.integers(0, 2)) == 0:
            choices = draw(st.lists(later, min_size=1, max_size=3, unique=True))
            rates = draw(st.lists(st.integers(0, 8), min_size=len(choices), max_size=len(choices)))
            rest = draw(st.integers(0, 8))
            share = max(1, sum(rates) + rest)
            quantity: Any = draw(QUANTITY | st.fixed_dictionaries(dict.fromkeys(choices, QUANTITY)))
            taken = {item: rate / share for item, rate in zip(choices, rates, strict=True)}
            groups[names[i]] = {"group": mk.OptionGroup(taken, quantity)}
    named = {x for below in usage.values() for x in below} | set(usage)
    named |= {x for one in groups.values() for group in one.values() for x in group.choices}
    costs = {item: draw(st.integers(0, 100)) / 4 for item in sorted(named) if draw(st.booleans())}
    return mk.BillOfMaterials(usage, costs, groups)


def direct(bill: mk.BillOfMaterials) -> np.ndarray:
    """Units of each item (column) that go directly into each item (row), in the order of `items`."""
    at = {item: i for i, item in enumerate(bill.items)}
    matrix = np.zeros((len(at), len(at)))
    for parent, below in bill.usage.items():
        for item, quantity in below.items():
            matrix[at[parent], at[item]] += quantity
    for parent, groups in bill.options.items():
        for group in groups.values():
            for item, rate in group.choices.items():
                matrix[at[parent], at[item]] += rate * group.quantity_of(item)
    return matrix


def total(bill: mk.BillOfMaterials) -> np.ndarray:
    """Units of each item (column) in a unit of each item (row): I + A + A² + …"""
    a = direct(bill)
    power, added = np.eye(len(a)), np.eye(len(a))
    for _ in bill.items:
        power = power @ a
        added += power
    return added


def same(found: dict[str, float], wanted: Iterable[tuple[str, float]]) -> None:
    """The same, leaving out zeros."""
    kept = {item: x for item, x in wanted if x}
    assert {item for item, x in found.items() if x} == set(kept)
    assert [found[item] for item in kept] == pytest.approx(list(kept.values()), rel=1e-12)


@given(bills())
def test_explosion_is_the_sum_of_matrix_powers(bill: mk.BillOfMaterials) -> None:
    within = total(bill)
    made = {*bill.usage, *bill.options}
    assert bill.components == tuple(x for x in bill.items if x not in made)
    for i, item in enumerate(bill.items):
        found = bill.explode(item)
        bought = [j for j, x in enumerate(bill.items) if x in bill.components]
        same(found, ((bill.items[j], within[i, j]) for j in bought))
        assert list(found) == [x for x in bill.items if x in found]


@given(bills(), st.data())
def test_explosion_is_linear_and_may_stop(bill: mk.BillOfMaterials, data: st.DataObject) -> None:
    quantities = data.draw(st.dictionaries(st.sampled_from(bill.items), st.integers(0, 9), min_size=1))
    stops = data.draw(st.lists(st.sampled_from(bill.items), unique=True))
    added: dict[str, float] = {}
    for item, units in quantities.items():
        for x, need in bill.explode(item, stops).items():
            added[x] = added.get(x, 0.0) + units * need
    found = bill.explode(quantities, stops)
    same(found, added.items())
    # What was not taken apart, taken apart afterwards, comes to the same.
    same(bill.explode(found), bill.explode(quantities).items())


@given(bills())
def test_where_used_is_the_transpose_of_explosion(bill: mk.BillOfMaterials) -> None:
    a, within = direct(bill), total(bill)
    at = {item: i for i, item in enumerate(bill.items)}
    for item, j in at.items():
        same(bill.where_used(item), ((x, a[i, j]) for x, i in at.items()))
        products = [x for x in bill.products if x != item]
        found = bill.where_used(item, direct=False)
        same(found, ((x, within[at[x], j]) for x in products))
        for product, units in found.items():
            assert bill.explode(product, [item]).get(item, 0.0) == pytest.approx(units, rel=1e-12)


@given(bills())
def test_cost_is_explosion_times_what_items_add(bill: mk.BillOfMaterials) -> None:
    added = np.array([bill.costs.get(item, 0.0) for item in bill.items])
    rolled = total(bill) @ added
    for i, item in enumerate(bill.items):
        assert bill.cost(item) == pytest.approx(rolled[i], rel=1e-12)
    assert bill.cost() == {product: bill.cost(product) for product in bill.products}
    # A bill in which only bought items cost is worth what is bought.
    bought = bill.replace(costs={x: bill.costs.get(x, 0.0) for x in bill.components})
    for item in bill.items:
        worth = math.fsum(units * bought.costs[x] for x, units in bill.explode(item).items())
        assert bought.cost(item) == pytest.approx(worth, rel=1e-12)


@given(bills())
def test_the_usage_matrix_has_the_explosions(bill: mk.BillOfMaterials) -> None:
    products, components, usage = bill.usage_matrix()
    assert (products, components) == (bill.products, bill.components)
    assert usage.shape == (len(products), len(components))
    for product, row in zip(products, usage, strict=True):
        same(bill.explode(product), zip(components, row, strict=True))
    backwards = bill.usage_matrix(components[::-1], products[::-1])
    assert np.array_equal(backwards[2], usage[::-1, ::-1])


@given(bills())
def test_levels_rise_from_parents_to_components(bill: mk.BillOfMaterials) -> None:
    a = direct(bill)
    structural = {(p, x) for p, below in bill.usage.items() for x in below}
    structural |= {(p, x) for p, g in bill.options.items() for one in g.values() for x in one.choices}
    for parent, item in structural:
        assert bill.level(parent) < bill.level(item)
    for item in bill.items:
        above = [bill.level(p) for p, x in structural if x == item]
        assert bill.level(item) == (max(above) + 1 if above else 0)
    assert set(bill.products) == {x for x in bill.items if bill.level(x) == 0}
    assert not np.tril(a).any(), "items come before what they are made of"


@given(bills())
@settings(max_examples=60)
def test_variants_are_what_expectations_are_made_of(bill: mk.BillOfMaterials) -> None:
    for item in bill.items:
        found = bill.variants(item, limit=100_000)
        assert len({one.name for one in found}) == len(found)
        assert math.fsum(one.probability for one in found) == pytest.approx(1.0, abs=1e-9)
        assert all(one.probability > 0 for one in found)
        mean: dict[str, float] = {}
        for one in found:
            for x, units in one.components.items():
                mean[x] = mean.get(x, 0.0) + one.probability * units
        same(mean, bill.explode(item).items())
        if not bill.options:
            assert found == [(item, bill.explode(item), 1.0)]


@given(bills())
def test_the_tree_adds_up(bill: mk.BillOfMaterials) -> None:
    for product in bill.products:
        listing = bill.tree(product)
        quantity: dict[str, float] = {}
        money = 0.0
        for row in listing:
            quantity[row["item"]] = quantity.get(row["item"], 0.0) + row["total quantity"]
            money += row["total quantity"] * bill.costs.get(row["item"], 0.0)
        assert money == pytest.approx(bill.cost(product), rel=1e-12)
        same(
            {x: units for x, units in quantity.items() if x in bill.components}, bill.explode(product).items()
        )
        top = next(iter(listing))
        assert (top["level"], top["item"], top["extended cost"]) == ("0", product, bill.cost(product))


@given(bills())
def test_commonality_counts_parents_and_products(bill: mk.BillOfMaterials) -> None:
    found = bill.commonality()
    assert found.parents == {x: len(bill.where_used(x)) for x in bill.items if bill.where_used(x)}
    assert found.products == {x: len(bill.where_used(x, direct=False)) for x in found.parents}
    d, uses = len(found.parents), sum(found.parents.values())
    assert found.degree == uses / d >= 1
    if uses > 1:
        assert 0 <= found.total_constant <= 1
        assert found.total_constant == pytest.approx((uses - d) / (uses - 1), abs=1e-12)
    else:
        assert math.isnan(found.total_constant)


@given(bills())
def test_bills_travel(bill: mk.BillOfMaterials) -> None:
    for other in (
        mk.BillOfMaterials.from_json(bill.to_json()),
        mk.BillOfMaterials.from_dict(json.loads(json.dumps(bill.to_dict()))),
        decode(bill.to_dict()),
        pickle.loads(pickle.dumps(bill)),
        copy.deepcopy(bill),
        bill.replace(),
    ):
        assert other == bill
        assert hash(other) == hash(bill)
        assert repr(other) == repr(bill)
        assert other.to_json() == bill.to_json()
        assert other.items == bill.items


# By hand.

PC = mk.BillOfMaterials(
    usage={
        "pc": {"board": 1, "screw": 4},
        "server": {"board": 2, "rack": 1, "screw": 8},
        "board": {"cpu": 1, "screw": 2},
        "memory 2x8": {"memory 8": 2},
    },
    costs={"pc": 20, "board": 10, "cpu": 100, "screw": 0.5, "lcd": 80, "oled": 200, "memory 8": 30},
    options={
        "pc": {
            "display": mk.OptionGroup({"lcd": 0.5, "oled": 0.25}),
            "disk": {"ssd": 1.0},  # type: ignore[dict-item]
        },
        "board": {
            "memory": mk.OptionGroup({"memory 8": 0.75, "memory 2x8": 0.25}, {"memory 8": 1, "memory 2x8": 1})
        },
    },
    substitutes={"lcd": [mk.Substitute("oled", 5), mk.Substitute("lcd b")], "cpu": ["cpu b"]},  # type: ignore[list-item]
)


def test_a_computer() -> None:
    assert PC.products == ("pc", "server")
    assert PC.components == ("lcd", "oled", "ssd", "rack", "lcd b", "screw", "cpu", "cpu b", "memory 8")
    assert PC.substitutes["cpu"] == (mk.Substitute("cpu b"),)
    assert [PC.level(x) for x in ("pc", "board", "lcd b", "screw", "cpu b", "memory 2x8", "memory 8")] == [
        *(0, 1, 1, 2, 2, 2, 3)
    ]
    need = {"lcd": 0.5, "oled": 0.25, "ssd": 1, "screw": 6, "cpu": 1, "memory 8": 1.25}
    assert PC.explode("pc") == need
    assert PC.explode("server", ["board"]) == {"board": 2, "rack": 1, "screw": 8}
    assert PC.explode({"pc": 2, "board": 3}, "board") == {
        "board": 5,
        "lcd": 1,
        "oled": 0.5,
        "ssd": 2,
        "screw": 8,
    }
    assert PC.where_used("screw") == {"pc": 4, "server": 8, "board": 2}
    assert PC.where_used("screw", direct=False) == {"pc": 6, "server": 12}
    assert PC.where_used("oled") == {"pc": 0.25}
    assert PC.where_used("lcd b") == {}
    board = 10 + 100 + 2 * 0.5 + 1.25 * 30
    assert PC.cost("board") == board
    assert PC.cost() == {"pc": 20 + board + 2 + 40 + 50, "server": 2 * board + 4}
    products, components, usage = PC.usage_matrix(["board", "screw", "cpu"])
    assert (products, components) == (("pc", "server"), ("board", "screw", "cpu"))
    assert usage.tolist() == [[1, 4, 0], [2, 8, 0]]


def test_variants_of_a_computer() -> None:
    found = PC.variants("pc")
    assert [one.name for one in found] == [
        f"pc[display={display}, disk=ssd, board.memory={memory}]"
        for display in ("lcd", "oled", "none")
        for memory in ("memory 8", "memory 2x8")
    ]
    assert [one.probability for one in found] == [0.375, 0.125, 0.1875, 0.0625, 0.1875, 0.0625]
    assert found[0].components == {"lcd": 1, "ssd": 1, "screw": 6, "cpu": 1, "memory 8": 1}
    assert found[-1].components == {"ssd": 1, "screw": 6, "cpu": 1, "memory 8": 2}
    # Both boards of a server have the same memory.
    assert PC.variants("server") == [
        ("server[board.memory=memory 8]", {"rack": 1, "screw": 12, "cpu": 2, "memory 8": 2}, 0.75),
        ("server[board.memory=memory 2x8]", {"rack": 1, "screw": 12, "cpu": 2, "memory 8": 4}, 0.25),
    ]
    assert [one.name for one in PC.variants("pc", stop_at=["board"])] == [
        "pc[display=lcd, disk=ssd]",
        "pc[display=oled, disk=ssd]",
        "pc[display=none, disk=ssd]",
    ]
    assert PC.variants("cpu") == [("cpu", {"cpu": 1}, 1)]


def test_options_of_what_was_not_chosen_do_not_arise() -> None:
    bill = mk.BillOfMaterials(
        {"car": {"body": 1}},
        options={
            "car": {"radio": mk.OptionGroup({"radio": 0.5})},
            "radio": {"speaker": mk.OptionGroup({"big": 0.5, "small": 0.5, "tiny": 0})},
        },
    )
    assert [(one.name, one.probability) for one in bill.variants("car")] == [
        ("car[radio=radio, radio.speaker=big]", 0.25),
        ("car[radio=radio, radio.speaker=small]", 0.25),
        ("car[radio=none]", 0.5),
    ]
    # It can be asked for, though nobody does.
    assert bill.explode("car")["tiny"] == 0


def test_the_listing_of_a_computer() -> None:
    listing = PC.tree("pc")
    assert listing.columns == (
        *("level", "item", "option", "take rate", "quantity", "total quantity", "unit cost", "extended cost"),
    )
    assert listing.rows[:5] == [
        ("0", "pc", "", None, 1, 1, 260.5, 260.5),
        (".1", "board", "", None, 1, 1, 148.5, 148.5),
        ("..2", "cpu", "", None, 1, 1, 100, 100),
        ("..2", "screw", "", None, 2, 2, 0.5, 1),
        ("..2", "memory 8", "memory", 0.75, 1, 0.75, 30, 22.5),
    ]
    assert [row[1] for row in listing.rows[5:]] == ["memory 2x8", "memory 8", "screw", "lcd", "oled", "ssd"]
    assert listing.rows[6] == ("...3", "memory 8", "", None, 2, 0.5, 30, 15)
    plain = mk.BillOfMaterials({"a": {"b": 2}}).tree("a")
    assert plain.columns == ("level", "item", "quantity", "total quantity", "unit cost", "extended cost")


def test_commonality_by_hand() -> None:
    # φ: x 3, y 1, sub 2; d = 3.
    found = mk.BillOfMaterials(
        {"p": {"sub": 1, "x": 1}, "q": {"sub": 3, "x": 1}, "sub": {"x": 1, "y": 1}}
    ).commonality()
    assert found.degree == 2
    assert found.total_constant == pytest.approx(1 - 2 / 5)
    assert found.parents == {"sub": 2, "x": 3, "y": 1}
    assert found.products == {"sub": 2, "x": 2, "y": 2}
    assert found.table().rows[0] == ("x", 2, 3)
    assert repr(found) == "Commonality(degree=2, total_constant=0.6, 3 components)"
    assert "<caption>DCI 2, TCCI 0.6</caption>" in found._repr_html_()
    apart = mk.BillOfMaterials({"p": {"a": 1, "b": 2}, "q": {"c": 1}}).commonality()
    assert (apart.degree, apart.total_constant) == (1, 0)
    assert math.isnan(mk.BillOfMaterials({"p": {"a": 1}}).commonality().total_constant)


def test_nouns_of_a_bill_compare_and_print() -> None:
    assert (
        repr(PC)
        == "BillOfMaterials(2 products, 13 items, 9 components, 4 levels, 3 option groups, 3 substitutes)"
    )
    assert repr(mk.OptionGroup({"lcd": 0.5})) == "OptionGroup(choices={'lcd': 0.5})"
    assert repr(mk.Substitute("x")) == "Substitute(item='x')"
    assert repr(mk.Substitute("x", 2)) == "Substitute(item='x', upgrade_cost=2.0)"
    assert mk.BillOfMaterials.from_json(PC.to_json()) == PC
    assert PC.replace(costs={}) != PC
    assert PC.replace(products=["server", "pc"]) != PC
    assert pickle.loads(pickle.dumps(PC)).variants("pc") == PC.variants("pc")
    with pytest.raises(AttributeError):
        PC.usage = {}  # type: ignore[misc]
    group = mk.OptionGroup({"lcd": 0.5}, {"lcd": 2})
    for noun in (group, mk.Substitute("x", 3)):
        assert type(noun).from_json(noun.to_json()) == noun == decode(noun.to_dict())


def test_products_that_are_the_roots_follow_the_bill() -> None:
    small = mk.BillOfMaterials({"a": {"x": 1}})
    grown = small.replace(usage={"a": {"x": 1}, "b": {"a": 1}, "c": {"x": 1}})
    assert grown.products == ("b", "c")
    kept = mk.BillOfMaterials({"a": {"x": 1}, "b": {"a": 1}}, products=["b", "a"])
    assert kept.replace(costs={"x": 1}).products == ("b", "a")
    assert kept.where_used("x", direct=False) == {"b": 1, "a": 1}
    assert kept.usage_matrix(["a", "x"])[2].tolist() == [[1, 0], [1, 0]]


def test_items_may_be_called_anything() -> None:
    """Also what means something else in the data of nouns."""
    bill = mk.BillOfMaterials(
        {"kind": {"law": 1, "sweep": 2}, "sweep": {"name": 1}},
        {"sweep": 3, "name": 2},
        {"kind": {"sweep": mk.OptionGroup({"sweep": 0.5}), "name": mk.OptionGroup({"strategy": 1.0})}},
        {"sweep": [mk.Substitute("rule")]},
    )
    assert mk.BillOfMaterials.from_json(bill.to_json()) == bill
    assert decode(bill.to_dict()) == bill
    # Sweeps are still read.
    assert decode({"sweep": [1, 2], "name": "S"}) == mk.Sweep([1, 2], "S")


def test_a_bill_may_be_as_deep_as_it_likes() -> None:
    deep = mk.BillOfMaterials({f"i{k}": {f"i{k + 1}": 1} for k in range(5000)}, {"i5000": 3})
    assert deep.level("i5000") == 5000
    assert deep.explode("i0") == {"i5000": 1}
    assert deep.cost("i0") == 3
    assert len(deep.tree("i0")) == 5001
    assert deep.variants("i0") == [("i0", {"i5000": 1}, 1)]


@pytest.mark.parametrize("name", ["_bill_options", "bill_of_materials", "bill_table"])
def test_the_examples_hold(name: str) -> None:
    found = doctest.testmod(importlib.import_module(f"maketo.{name}"))
    assert found.attempted
    assert not found.failed
