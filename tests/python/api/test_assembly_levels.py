"""Levels of the components of an assembly: what is found, repeated, certified and refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import maketo as mk

RUN: dict[str, Any] = {"periods": 120, "warm_up": 20, "replications": 256, "seed": 1}


def shop(
    policy: Any = None, demand: Any = mk.Poisson, units: tuple[float, float] = (40, 90), **changes: Any
) -> mk.AssembleToOrder:
    made = policy or (lambda: mk.BaseStock(0))
    given: dict[str, Any] = {
        "products": {
            "basic": mk.EndItem(demand(3), {"board": 1}),
            "deluxe": mk.EndItem(demand(1.5), {"board": 1, "display": 1}),
        },
        "components": {
            "board": mk.Component(made(), lead_time=3, costs=mk.Costs(unit=units[0])),
            "display": mk.Component(made(), lead_time=5, costs=mk.Costs(unit=units[1])),
        },
    }
    return mk.AssembleToOrder(**{**given, **changes})


def many() -> mk.AssembleToOrder:
    """Six products of ten components."""
    usage = [[0, 1, 4, 7], [0, 2, 5, 8], [1, 3, 6], [0, 3, 4, 9], [2, 6, 7, 9], [1, 5, 8]]
    leads = [2, 3, 4, 5, 3, 4, 6, 2, 5, 3]
    holding = [1, 0.5, 2, 1.5, 1, 0.8, 0.6, 2.5, 1.2, 3]
    rates = [3, 2, 4, 1, 2, 3]
    return mk.AssembleToOrder(
        products={
            f"p{v}": mk.EndItem(mk.Poisson(rate), {f"c{j}": 1 for j in uses})
            for v, (rate, uses) in enumerate(zip(rates, usage, strict=True))
        },
        components={
            f"c{j}": mk.Component(mk.BaseStock(0), lead_time=lead, costs=mk.Costs(holding=h))
            for j, (lead, h) in enumerate(zip(leads, holding, strict=True))
        },
    )


@pytest.fixture(scope="module")
def found() -> mk.AssemblyLevels:
    return mk.assembly_levels(shop(), target=0.95, **RUN)


def same(a: mk.AssemblyLevels, b: mk.AssemblyLevels) -> bool:
    fills = np.array_equal(a.evaluation["fill_rate"], b.evaluation["fill_rate"])
    return a.levels == b.levels and a.path.rows == b.path.rows and fills


# What is found.


def test_what_it_says_is_what_was_evaluated(found: mk.AssemblyLevels) -> None:
    run = found.evaluation
    assert found.shop.components["board"].policy == mk.BaseStock(found.levels["board"])
    assert run.options["half"] == "evaluation"
    assert found.fill.value == pytest.approx(run.ratio("fill_rate").value, abs=1e-12)
    held = run.component("on_hand").value + run.component("reserved").value
    assert found.investment.value == pytest.approx(held @ [40, 90])
    assert found.investment.unit == "money"
    assert found.certified == (found.bound >= 0.95)
    assert found.bound < found.fill.value
    assert found.bound_confidence == pytest.approx(1 - 0.05 / 3)
    assert found.certified


def test_no_single_step_down_is_possible(found: mk.AssemblyLevels) -> None:
    for name in found.levels:
        lower = {**found.levels, name: found.levels[name] - 1}
        components = {n: c.replace(policy=mk.BaseStock(lower[n])) for n, c in found.shop.components.items()}
        run = mk.simulate(found.shop.replace(components=components), half="training", **RUN)
        # The aim lies above the target by what the bound takes.
        assert run.ratio("fill_rate").value < 0.95 + 4 * found.fill.se


def test_path_leads_to_the_levels(found: mk.AssemblyLevels) -> None:
    assert found.path.columns == ("step", "move", "component", "level", "fill", "investment")
    last = list(found.path)[-1]
    assert last["level"] == found.levels[last["component"]]
    assert last["fill"] - found.optimism == pytest.approx(found.fill.value)
    assert set(found.path.column("move")) <= {"start", "raise", "lower", "exchange"}


def test_the_same_seed_finds_the_same(found: mk.AssemblyLevels) -> None:
    assert same(mk.assembly_levels(shop(), target=0.95, threads=1, **RUN), found)
    other = mk.assembly_levels(shop(), target=0.95, **{**RUN, "seed": 2})
    assert not np.array_equal(other.evaluation["fill_rate"], found.evaluation["fill_rate"])


def test_the_levels_of_the_shop_do_not_matter(found: mk.AssemblyLevels) -> None:
    other = mk.assembly_levels(found.shop, target=0.95, **RUN)
    assert other.levels == found.levels


@pytest.mark.parametrize("start", [0, 60])
def test_from_any_start_close_to_the_same(found: mk.AssemblyLevels, start: float) -> None:
    levels = dict.fromkeys(found.levels, start)
    other = mk.assembly_levels(shop(), target=0.95, start=levels, **RUN)
    assert other.certified
    assert all(abs(other.levels[n] - found.levels[n]) <= 2 for n in levels)


def test_more_is_asked_more_is_found() -> None:
    points = mk.assembly_frontier(shop(), targets=[0.95, 0.8, 0.9], **RUN)
    assert points.targets == (0.8, 0.9, 0.95)
    money = [p.investment.value for p in points.points]
    assert money == sorted(money)
    assert same(points[0.9], mk.assembly_levels(shop(), target=0.9, **RUN))
    assert len(points.table()) == 3
    with pytest.raises(KeyError, match=r"no target 0\.99; there are 0\.8, 0\.9, 0\.95"):
        points[0.99]
    one = mk.assembly_frontier(shop(), targets=[0.8], product="deluxe", **RUN)
    assert one.targets == (0.8,)
    assert "0.8" in repr(one)


def test_ten_components() -> None:
    found = mk.assembly_levels(many(), target=0.95, **RUN)
    assert found.certified
    assert found.investment.unit == "money per period"
    # All components with the same fill rate of their own cost more for less.
    alike = {}
    for name, component in many().components.items():
        uses: Any = {v: (1, item.demand) for v, item in many().products.items() if name in many().uses(v)}
        item = component.as_stock(mk.DependentDemand(uses))
        swept = item.replace(policy=mk.BaseStock(mk.Sweep(range(80), name="S")))
        fills = mk.simulate(swept, half="training", **RUN).mean("fill_rate").value
        alike[name] = component.replace(policy=mk.BaseStock(int(np.argmax(fills >= 0.98))))
    run = mk.simulate(many().replace(components=alike), **RUN)
    held = run.component("on_hand").value + run.component("reserved").value
    rates = [c.costs.holding for c in many().components.values()]
    assert run.ratio("fill_rate").value < found.fill.value
    assert held @ rates > found.investment.value


@pytest.mark.parametrize(
    "changes",
    [
        {"allocation": "no_holdback"},
        {"allocation": "priority"},
        {"allocation": "batch"},
        {"policy": lambda: mk.MinMax(2, 12)},
        {"policy": lambda: mk.ReorderQuantity(2, 10)},
        {"demand": lambda mean: mk.Normal(1e4 * mean, 3e3 * mean)},
        {"demand": lambda mean: mk.Exponential(mean)},
        {"units": (0, 0)},
        {"units": (0, 3)},
    ],
    ids=["no holdback", "priority", "batch", "min max", "lots", "large", "continuous", "free", "one free"],
)
def test_shops_of_all_kinds(changes: dict[str, Any]) -> None:
    found = mk.assembly_levels(shop(**changes), target=0.9, **RUN)
    assert found.certified
    assert 0.9 < found.fill.value < 0.94
    assert found.investment.unit == ("units" if changes.get("units") == (0, 0) else "money")
    for name, component in found.shop.components.items():
        policy: Any = component.policy
        if isinstance(policy, mk.MinMax):
            assert policy == mk.MinMax(found.levels[name] - 10, found.levels[name])
        elif isinstance(policy, mk.ReorderQuantity):
            assert policy == mk.ReorderQuantity(found.levels[name] - 10, 10)


def test_a_component_for_nothing_is_not_piled_up() -> None:
    found = mk.assembly_levels(shop(units=(0, 3)), target=0.95, **RUN)
    assert found.levels["board"] < 60


def test_target_of_one_product_or_of_each() -> None:
    one = mk.assembly_levels(shop(), target=0.9, product="deluxe", **RUN)
    assert one.target == {"deluxe": 0.9}
    assert one.fill.dims == ("product",)
    within = one.evaluation.product("fill_rate").value
    assert one.fill.value == pytest.approx(within[1:])
    each = mk.assembly_levels(shop(), target={"deluxe": 0.9, "basic": 0.97}, **RUN)
    assert each.certified
    assert (np.asarray(each.bound) >= [0.9, 0.97]).all()
    assert list(each.fill.coords["product"]) == ["deluxe", "basic"]  # type: ignore[index]
    assert np.shape(each.optimism) == (2,)


def test_a_window_takes_less() -> None:
    at_once, later = (mk.assembly_levels(shop(), target=0.9, window=w, **RUN) for w in (0, 2))
    assert later.investment.value < at_once.investment.value
    waits = shop(assembly_time=1)
    found = mk.assembly_levels(waits, target=0.9, window=1, **RUN)
    assert found.levels == at_once.levels
    assert 1 in found.evaluation.windows


def test_it_says_what_it_is_not_sure_of() -> None:
    few = mk.assembly_levels(shop(), target=0.9999, periods=40, replications=8, seed=1)
    assert not few.certified
    assert few.looks == 3
    assert "not certified after 3 designs" in repr(few)
    # Each look is at replications of its own.
    assert few.evaluation.options["first_replication"] == 16


def test_looks(found: mk.AssemblyLevels) -> None:
    assert repr(found).startswith("AssemblyLevels: units delivered in the period of the order: all 0.9")
    assert "certified" in repr(found)
    assert "<table>" in found._repr_html_()
    assert found.table().columns[:3] == ("component", "level", "fill_rate")
    assert sum(found.table().column("investment")) == pytest.approx(found.investment.value)


def test_progress_is_told() -> None:
    calls: list[tuple[int, int]] = []
    mk.assembly_levels(shop(), target=0.9, progress=lambda *told: calls.append(told), **RUN)
    assert calls[-1][0] == calls[-1][1]
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)


# What sharing is worth.


def test_sharing_saves() -> None:
    found = mk.commonality_benefit(shop(), "board", target=0.95, **RUN)
    assert list(found.dedicated.levels) == ["board for basic", "board for deluxe", "display"]
    assert found.dedicated.shop.uses("deluxe") == {"board for deluxe": 1, "display": 1}
    assert found.shared.certified
    assert found.dedicated.certified
    gap = found.difference("investment")
    assert gap.low > 0
    assert gap.unit == "money"
    shared, dedicated = found.runs
    # Paired, on replications that no search has looked at.
    assert shared.options["first_replication"] == dedicated.options["first_replication"] == 3 * 256
    assert np.array_equal(shared.values("product", "demand"), dedicated.values("product", "demand"))
    cost = found.difference("cost", level=0.9)
    assert cost.value == pytest.approx((dedicated["cost"] - shared["cost"]).mean())
    assert cost.confidence == 0.9
    assert found.table().column("")[0] == "investment"
    assert "saved by sharing" in repr(found)
    assert "<table>" in found._repr_html_()
    with pytest.raises(ValueError, match="name must be"):
        found.difference("fill_rate")


def test_sharing_needs_what_is_shared() -> None:
    with pytest.raises(ValueError, match="'display' is by 'deluxe'"):
        mk.commonality_benefit(shop(), "display", target=0.9, **RUN)
    with pytest.raises(ValueError, match="component must be one of"):
        mk.commonality_benefit(shop(), "lamp", target=0.9, **RUN)
    limited = shop()
    parts = {**limited.components, "board": limited.components["board"].replace(capacity=9)}
    with pytest.raises(ValueError, match=r"components\['board'\].capacity must not be given"):
        mk.commonality_benefit(limited.replace(components=parts), "board", target=0.9, **RUN)


# What is refused.


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"target": 1}, ValueError, r"target must be in \(0, 1\), got 1"),
        ({"target": {}}, ValueError, "target must name at least one product"),
        ({"target": {"x": 0.9}}, ValueError, "target must be among basic, deluxe; got 'x'"),
        ({"target": {"basic": 2}}, ValueError, r"target\['basic'\] must be in \(0, 1\), got 2"),
        ({"product": "x"}, ValueError, "product must be among basic, deluxe; got 'x'"),
        ({"target": {"basic": 0.9}, "product": "basic"}, ValueError, "product must not be given"),
        ({"window": -1}, ValueError, "window must be ≥ 0, got -1"),
        ({"window": 100}, ValueError, "window must be < the 100 periods"),
        ({"warm_up": 120}, ValueError, "warm_up must be < 120, got 120"),
        ({"replications": 1}, ValueError, "replications must be ≥ 2, got 1"),
        ({"start": {"board": 1}}, ValueError, "'display' is missing"),
        ({"start": {"lamp": 1}}, ValueError, "start names 'lamp'"),
        ({"start": 3}, TypeError, "start must map components to levels, got 3"),
        ({"confidence": 1}, ValueError, r"confidence must be in \(0, 1\)"),
    ],
)
def test_bad_settings(changes: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        mk.assembly_levels(shop(), **{"target": 0.9, **RUN, **changes})


@pytest.mark.parametrize(
    ("made", "error", "said"),
    [
        (mk.MakeToStock(demand=1, policy=mk.BaseStock(1)), TypeError, "needs an AssembleToOrder"),
        (shop(lambda: mk.CappedBaseStock(9, 5)), TypeError, r"components\['board'\].policy must have one"),
        (shop(lambda: mk.BaseStock([1, 2])), ValueError, "must have one level, got one per period"),
        (shop(lambda: mk.BaseStock(mk.Sweep([1, 2], name="S"))), ValueError, "'S' is swept"),
        (shop(assembly_time=1), ValueError, "window must be ≥ assembly_time = 1, got 0"),
        (shop(demand=lambda mean: mk.Deterministic(0)), ValueError, "nobody orders anything"),
    ],
    ids=["stock", "capped", "array", "sweep", "assembly time", "no demand"],
)
def test_shops_that_are_refused(made: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        mk.assembly_levels(made, target=0.9, **RUN)


def test_what_cannot_be_reached_is_said() -> None:
    with pytest.raises(
        ValueError, match=r"target 0\.9 within 0 periods cannot be reached: .* Hours of assembly"
    ):
        mk.assembly_levels(shop(hours=3), target=0.9, **RUN)
    with pytest.raises(ValueError, match="of 'deluxe' within 0 periods cannot be reached"):
        mk.assembly_levels(shop(hours=4), target={"deluxe": 0.9}, **RUN)


@pytest.mark.parametrize(
    ("targets", "error"), [([], ValueError), ("0.9", TypeError), (0.9, TypeError), ([0.9, 1], ValueError)]
)
def test_bad_targets(targets: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="targets"):
        mk.assembly_frontier(shop(), targets=targets, **RUN)
