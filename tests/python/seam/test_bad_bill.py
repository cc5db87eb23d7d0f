"""Bills of materials that make no sense: refused by name, value and bound, before anything is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import maketo as mk

Make = Callable[[], Any]
PC: dict[str, Any] = {
    "usage": {"pc": {"board": 1, "screw": 4}, "board": {"cpu": 1, "screw": 2}},
    "options": {"pc": {"display": {"lcd": 0.7, "oled": 0.2}}},
}


def bill(usage: Any = None, **changes: Any) -> mk.BillOfMaterials:
    """A good one, but for what is changed."""
    return mk.BillOfMaterials(**{**PC, **({} if usage is None else {"usage": usage}), **changes})


def plain(usage: Any, **changes: Any) -> mk.BillOfMaterials:
    return mk.BillOfMaterials(usage, **changes)


USAGE: list[tuple[str, Make, type[Exception], str]] = [
    (
        "nothing",
        lambda: plain({}),
        ValueError,
        "usage must name at least one parent and its components, got {}",
    ),
    (
        "a list",
        lambda: plain([("a", "b")]),
        TypeError,
        "usage must be a mapping of parents to their components",
    ),
    ("none", lambda: mk.BillOfMaterials(None), TypeError, "to their components, got None"),  # type: ignore[arg-type]
    ("a set below", lambda: plain({"a": {"b"}}), TypeError, "usage['a'] must be a mapping of components to"),
    (
        "no component",
        lambda: plain({"a": {}}),
        ValueError,
        "usage['a'] must name at least one component, got {}",
    ),
    ("zero", lambda: plain({"a": {"b": 0}}), ValueError, "usage['a']['b'] must be > 0, got 0"),
    ("negative", lambda: plain({"a": {"b": -1.5}}), ValueError, "usage['a']['b'] must be > 0, got -1.5"),
    ("nan", lambda: plain({"a": {"b": np.nan}}), ValueError, "usage['a']['b'] must be finite, got nan"),
    ("inf", lambda: plain({"a": {"b": np.inf}}), ValueError, "usage['a']['b'] must be finite, got inf"),
    (
        "huge",
        lambda: plain({"a": {"b": 10**400}}),
        ValueError,
        "usage['a']['b'] must be less than 2⁶³ in size",
    ),
    (
        "bool",
        lambda: plain({"a": {"b": True}}),
        TypeError,
        "usage['a']['b'] must be a number or a Sweep, got Tru",
    ),
    (
        "text",
        lambda: plain({"a": {"b": "2"}}),
        TypeError,
        "usage['a']['b'] must be a number or a Sweep, got '2'",
    ),
    (
        "sweep",
        lambda: plain({"a": {"b": mk.Sweep([1, 2])}}),
        TypeError,
        "usage['a']['b'] must be a single number: a bill of materials is not swept",
    ),
    (
        "number as name",
        lambda: plain({"a": {7: 1}}),
        TypeError,
        "usage['a'] must be named by texts, got 7 (int)",
    ),
    (
        "number as parent",
        lambda: plain({7: {"a": 1}}),
        TypeError,
        "usage must be named by texts, got 7 (int)",
    ),
    (
        "empty name",
        lambda: plain({"a": {"": 1}}),
        ValueError,
        "usage['a'] must have names that are not empty, got ''",
    ),
    (
        "blank name",
        lambda: plain({" ": {"a": 1}}),
        ValueError,
        "usage must have names that are not empty, got ' '",
    ),
    ("itself", lambda: plain({"a": {"a": 1}}), ValueError, "usage must have no cycle, got a → a"),
    (
        "cycle",
        lambda: plain({"x": {"a": 1}, "a": {"b": 1}, "b": {"c": 1}, "c": {"a": 1}}),
        ValueError,
        "usage must have no cycle, got a → b → c → a",
    ),
    (
        "cycle off the first way",
        lambda: plain({"x": {"y": 1, "a": 1}, "y": {"z": 1}, "a": {"z": 1, "b": 2}, "b": {"a": 3}}),
        ValueError,
        "usage must have no cycle, got a → b → a",
    ),
    (
        "a long cycle",
        lambda: plain({f"i{k}": {f"i{(k + 1) % 20}": 1} for k in range(20)}),
        ValueError,
        "got i0 → i1 → i2 → i3 → i4 → i5 → … 9 more … → i15 → i16 → i17 → i18 → i19 → i0",
    ),
    (
        "cycle through an option",
        lambda: bill(options={"board": {"case": {"pc": 0.5}}}),
        ValueError,
        "usage and options must have no cycle, got pc → board → pc",
    ),
]

COSTS: list[tuple[str, Make, type[Exception], str]] = [
    (
        "a number",
        lambda: bill(costs=3),
        TypeError,
        "costs must be a mapping of items to money per unit, got 3",
    ),
    ("negative", lambda: bill(costs={"cpu": -1}), ValueError, "costs['cpu'] must be ≥ 0, got -1"),
    ("nan", lambda: bill(costs={"cpu": np.nan}), ValueError, "costs['cpu'] must be finite, got nan"),
    (
        "bool",
        lambda: bill(costs={"cpu": False}),
        TypeError,
        "costs['cpu'] must be a number or a Sweep, got False",
    ),
    (
        "sweep",
        lambda: bill(costs={"cpu": mk.Sweep([1, 2])}),
        TypeError,
        "costs['cpu'] must be a single number: a bill of materials is not swept",
    ),
    (
        "dangling",
        lambda: bill(costs={"gpu": 1}),
        ValueError,
        "costs must name items of the bill, got 'gpu', which appears nowhere",
    ),
]

OPTIONS: list[tuple[str, Make, type[Exception], str]] = [
    (
        "a list",
        lambda: bill(options=["lcd"]),
        TypeError,
        "options must be a mapping of parents to their option g",
    ),
    (
        "no groups",
        lambda: bill(options={"pc": {}}),
        ValueError,
        "options['pc'] must name at least one option group",
    ),
    (
        "a rate where a group should be",
        lambda: bill(options={"pc": {"lcd": 0.5}}),
        TypeError,
        "options['pc']['lcd'] must be an OptionGroup or a mapping of choices to take rates, got 0.5",
    ),
    (
        "no choices",
        lambda: mk.OptionGroup({}),
        TypeError,
        "OptionGroup.choices must be a mapping of items to take",
    ),
    (
        "no choices in a bill",
        lambda: bill(options={"pc": {"display": {}}}),
        TypeError,
        "options['pc']['display']: OptionGroup.choices must be a mapping of items to take rates, got {}",
    ),
    (
        "negative",
        lambda: bill(options={"pc": {"display": {"lcd": -0.1}}}),
        ValueError,
        "options['pc']['display']: OptionGroup.choices['lcd'] must be ≥ 0, got -0.1",
    ),
    ("percent", lambda: mk.OptionGroup({"lcd": 70}), ValueError, "choices must add up to at most 1, got 70"),
    (
        "more than all",
        lambda: mk.OptionGroup({"lcd": 0.7, "oled": 0.3 + 2e-9}),
        ValueError,
        "OptionGroup.choices must add up to at most 1, got 1.000000002",
    ),
    (
        "bool",
        lambda: mk.OptionGroup({"lcd": True}),
        TypeError,
        "choices['lcd'] must be a number or a Sweep, got Tr",
    ),
    ("nan", lambda: mk.OptionGroup({"lcd": np.nan}), ValueError, "choices['lcd'] must be finite, got nan"),
    ("name", lambda: mk.OptionGroup({3: 0.5}), TypeError, "choices must be named by texts, got 3 (int)"),  # type: ignore[dict-item]
    ("none", lambda: mk.OptionGroup({None: 0.5}), TypeError, "choices must be named by texts, got None"),  # type: ignore[dict-item]
    (
        "called none",
        lambda: mk.OptionGroup({"none": 0.5}),
        ValueError,
        "OptionGroup.choices must not name 'none', which stands for choosing nothing",
    ),
    (
        "zero units",
        lambda: mk.OptionGroup({"lcd": 1}, 0),
        ValueError,
        "OptionGroup.quantity must be > 0, got 0",
    ),
    (
        "zero units of one",
        lambda: mk.OptionGroup({"lcd": 0.5, "oled": 0.5}, {"lcd": 1, "oled": 0}),
        ValueError,
        "OptionGroup.quantity['oled'] must be > 0, got 0",
    ),
    (
        "units of another",
        lambda: mk.OptionGroup({"lcd": 0.5}, {"oled": 1}),
        ValueError,
        "OptionGroup.quantity must have one number for every choice, got {'oled': 1}",
    ),
    (
        "sweep",
        lambda: mk.OptionGroup({"lcd": mk.Sweep([0.1])}),  # type: ignore[dict-item]
        TypeError,
        "choices['lcd'] must be a single number",
    ),
    (
        "unknown choice asked for",
        lambda: mk.OptionGroup({"lcd": 0.5}).quantity_of("oled"),
        ValueError,
        "OptionGroup has no choice 'oled'; it has 'lcd'",
    ),
    (
        "dangling",
        lambda: bill(options={"pcc": {"display": {"lcd": 0.5}}}),
        ValueError,
        "options must be for items of usage, got 'pcc', which appears nowhere else: if it is a product, name "
        "it in products",
    ),
    (
        "empty group",
        lambda: bill(options={"pc": {"": {"lcd": 0.5}}}),
        ValueError,
        "options['pc'] must have names that",
    ),
]

SUBSTITUTES: list[tuple[str, Make, type[Exception], str]] = [
    (
        "a number",
        lambda: bill(substitutes=3),
        TypeError,
        "substitutes must be a mapping of items to their subst",
    ),
    (
        "none of them",
        lambda: bill(substitutes={"cpu": []}),
        TypeError,
        "substitutes['cpu'] must be a sequence of Su",
    ),
    (
        "a set",
        lambda: bill(substitutes={"cpu": {"x"}}),
        TypeError,
        "substitutes['cpu'] must be a sequence of Subst",
    ),
    (
        "numbers",
        lambda: bill(substitutes={"cpu": [3]}),
        TypeError,
        "['cpu'] must hold names or Substitute, got 3",
    ),
    (
        "no name",
        lambda: mk.Substitute(""),
        ValueError,
        "Substitute.item must have names that are not empty, got ''",
    ),
    (
        "no name in a bill",
        lambda: bill(substitutes={"cpu": [""]}),
        ValueError,
        "substitutes['cpu']: Substitute.item must have names that are not empty, got ''",
    ),
    ("cheaper", lambda: mk.Substitute("x", -1), ValueError, "Substitute.upgrade_cost must be ≥ 0, got -1"),
    (
        "bool",
        lambda: mk.Substitute("x", True),
        TypeError,
        "Substitute.upgrade_cost must be a number or a Sweep",
    ),
    (
        "twice",
        lambda: bill(substitutes={"cpu": ["x", mk.Substitute("x", 3)]}),
        ValueError,
        "substitutes['cpu'] must name every substitute once, got 'x', 'x'",
    ),
    (
        "itself",
        lambda: bill(substitutes={"cpu": ["cpu"]}),
        ValueError,
        "substitutes['cpu'] must not need 'cpu' itself, got cpu → cpu",
    ),
    (
        "made of it",
        lambda: bill({**PC["usage"], "cpu kit": {"cpu": 1}}, substitutes={"cpu": ["cpu kit"]}),
        ValueError,
        "substitutes['cpu'] must not need 'cpu' itself, got cpu → cpu kit → cpu",
    ),
    (
        "its parent",
        lambda: bill(substitutes={"cpu": ["pc"]}),
        ValueError,
        "substitutes['cpu'] must not need 'cpu' itself, got cpu → pc → board → cpu",
    ),
    (
        "by way of another substitute",
        lambda: plain(
            {"p": {"a": 1}, "s": {"x": 1}, "t": {"p": 1}},
            substitutes={"a": ["s"], "x": ["t"]},
            products=["p"],
        ),
        ValueError,
        "substitutes['a'] must not need 'a' itself, got a → s → t → p → a",
    ),
    (
        "dangling",
        lambda: bill(substitutes={"gpu": ["x"]}),
        ValueError,
        "substitutes must be for items that go into others, got 'gpu', which does not",
    ),
    (
        "of a product",
        lambda: bill(substitutes={"pc": ["x"]}),
        ValueError,
        "substitutes must be for items that go into others, got 'pc', which does not",
    ),
]

PRODUCTS: list[tuple[str, Make, type[Exception], str]] = [
    ("a text", lambda: bill(products="pc"), TypeError, "products must be a sequence of names, got 'pc'"),
    ("a number", lambda: bill(products=3), TypeError, "products must be a sequence of names, got 3"),
    ("numbers", lambda: bill(products=[3]), TypeError, "products must be named by texts, got 3 (int)"),
    (
        "twice",
        lambda: bill(products=["pc", "pc"]),
        ValueError,
        "products must name every product once, got 'pc' tw",
    ),
    (
        "unknown",
        lambda: bill(products=["pc", "laptop"]),
        ValueError,
        "products must be items of the bill, got 'laptop', which appears nowhere",
    ),
    (
        "dangling",
        lambda: bill({**PC["usage"], "old board": {"old cpu": 1}, "old cpu": {"die": 1}}, products=["pc"]),
        ValueError,
        "products must have every item that goes into no other, got none called 'old board' (old board → old "
        "cpu → die)",
    ),
]

QUESTIONS: list[tuple[str, Make, type[Exception], str]] = [
    (
        "level",
        lambda: bill().level("x"),
        ValueError,
        "level: the bill has no item 'x'; it has 'pc', 'board', 'lcd'",
    ),
    ("cost", lambda: bill().cost("x"), ValueError, "cost: the bill has no item 'x'"),
    ("tree", lambda: bill().tree("x"), ValueError, "tree: the bill has no item 'x'"),
    ("variants", lambda: bill().variants("x"), ValueError, "variants: the bill has no item 'x'"),
    ("where used", lambda: bill().where_used("x"), ValueError, "where_used: the bill has no item 'x'"),
    ("explode", lambda: bill().explode("x"), ValueError, "explode: the bill has no item 'x'"),
    ("explode many", lambda: bill().explode({"x": 1}), ValueError, "quantities: the bill has no item 'x'"),
    (
        "explode a list",
        lambda: bill().explode(["pc"]),  # type: ignore[arg-type]
        TypeError,
        "quantities must be the name of an item or a mapping of items to units, got list",
    ),
    ("negative", lambda: bill().explode({"pc": -1}), ValueError, "quantities['pc'] must be ≥ 0, got -1"),
    ("bool", lambda: bill().explode({"pc": True}), TypeError, "quantities['pc'] must be a number or a Sweep"),
    ("stop at", lambda: bill().explode("pc", ["x"]), ValueError, "stop_at: the bill has no item 'x'"),
    ("stop at a number", lambda: bill().explode("pc", 3), TypeError, "stop_at must be names of items, got 3"),  # type: ignore[arg-type]
    ("columns", lambda: bill().usage_matrix(["x"]), ValueError, "components: the bill has no item 'x'"),
    ("columns twice", lambda: bill().usage_matrix(["cpu", "cpu"]), ValueError, "once, got 'cpu' twice"),
    ("rows", lambda: bill().usage_matrix(None, ["x"]), ValueError, "products: the bill has no item 'x'"),
    ("limit", lambda: bill().variants("pc", limit=0), ValueError, "limit must be ≥ 1, got 0"),
    (
        "too many variants",
        lambda: bill().variants("pc", limit=2),
        ValueError,
        "variants: 'pc' must have at most limit = 2 variants, got 3 or more: raise limit, or name "
        "configurable sub-assemblies in stop_at",
    ),
    (
        "names of variants that are one",
        lambda: plain(
            {"p": {"s": 1}}, options={"p": {"A": {"x": 0.5, "x, B=y": 0.5}, "B": {"z": 0.5, "y, B=z": 0.5}}}
        ).variants("p"),
        ValueError,
        "variants: two variants of 'p' would have the same name: rename option groups",
    ),
    (
        "a listing without end",
        lambda: plain({f"i{k}": {f"i{k + 1}": 1, f"i{k + 2}": 1} for k in range(60)}).tree("i0"),
        ValueError,
        "tree: the listing of 'i0' must have at most 100000 lines, got",
    ),
    (
        "a field that there is not",
        lambda: bill().replace(usages={}),
        TypeError,
        "BillOfMaterials has no field 'usages'; it has usage, costs, options, substitutes, products",
    ),
    (
        "read from nonsense",
        lambda: mk.BillOfMaterials.from_dict({"usage": {"a": {"b": 1}}, "yield": 0.9}),
        TypeError,
        "BillOfMaterials has no field 'yield'",
    ),
]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        pytest.param(*case[1:], id=f"{part}: {case[0]}")
        for part, cases in {
            "usage": USAGE,
            "costs": COSTS,
            "options": OPTIONS,
            "substitutes": SUBSTITUTES,
            "products": PRODUCTS,
            "questions": QUESTIONS,
        }.items()
        for case in cases
    ],
)
def test_refused(make: Make, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as refusal:
        make()
    said = str(refusal.value)
    assert message in said
    assert "\n" not in said


def test_the_good_one_is_good() -> None:
    assert repr(bill()) == "BillOfMaterials(1 product, 6 items, 4 components, 3 levels, 1 option group)"


def test_what_is_not_refused() -> None:
    """Two parts that stand in for each other; a product that is a component; a product of choices alone."""
    both = bill(substitutes={"lcd": ["oled"], "oled": [mk.Substitute("lcd", 2)]})
    assert both.level("lcd") == both.level("oled") == 1
    spare = bill(products=["board", "pc"])
    assert spare.products == ("board", "pc")
    colour = mk.OptionGroup({"red": 0.5, "blue": 0.5})
    kit = mk.BillOfMaterials(options={"kit": {"colour": colour}}, products=["kit"])
    assert kit.explode("kit") == {"red": 0.5, "blue": 0.5}
    # Ten tenths are not quite 1.
    assert mk.OptionGroup({f"x{i}": 0.1 for i in range(10)}).nothing == 0
