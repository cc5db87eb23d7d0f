"""A planning bill: components are planned from the forecast of their family, with errors in both factors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import maketo as mk

RATES = {"basic": 0.75, "deluxe": 0.25}


def shop(**changes: Any) -> mk.AssembleToOrder:
    planned = mk.OrderUpTo(safety=6)
    return mk.AssembleToOrder(
        products={
            "basic": mk.EndItem(mk.Poisson(9), {"board": 1}),
            "deluxe": mk.EndItem(mk.Poisson(3), {"board": 1, "display": 2}),
        },
        components={
            "board": mk.Component(planned, lead_time=2, forecast=mk.KnownMean()),
            "display": mk.Component(planned, lead_time=3, forecast=mk.KnownMean()),
        },
        **changes,
    )


def run(made: mk.AssembleToOrder, **options: Any) -> mk.AssemblyResult:
    return mk.simulate(made, **{"periods": 60, "replications": 300, "seed": 5, **options})


def same(a: mk.AssemblyResult, b: mk.AssemblyResult) -> bool:
    names = ("on_hand", "order_quantity", "backorders")
    return all((a.values("component", n) == b.values("component", n)).all() for n in names)


def test_without_errors_it_is_the_known_mean() -> None:
    billed = shop().with_planning_bill(12, RATES)
    assert same(run(shop()), run(billed))


def test_a_wrong_take_rate_moves_stock_from_one_component_to_another() -> None:
    """10 points more deluxe than there are: two displays each, of 12 units over 4 periods of cover."""
    wrong = run(shop().with_planning_bill(12, {"basic": 0.65, "deluxe": 0.35}), warm_up=20)
    right = run(shop(), warm_up=20)
    moved = wrong.component("net_inventory").value - right.component("net_inventory").value
    assert moved == pytest.approx([0, 0.1 * 12 * 2 * 4], abs=1e-9)


def test_the_last_number_of_a_family_goes_on() -> None:
    three = shop().with_planning_bill([12, 12, 12], RATES)
    assert same(run(three), run(shop().with_planning_bill(12, RATES)))


def test_errors_of_the_family_mislead_components_together() -> None:
    """Demand that does not vary: stocks move together if they share the family, not if each has its own."""
    error = mk.Lognormal(mean=1, sd=0.3)
    constant = {name: item.replace(demand=3) for name, item in shop().products.items()}

    def correlation(made: mk.AssembleToOrder) -> float:
        made = made.replace(products=constant)
        stock = run(made, periods=6, replications=2000).values("component", "net_inventory")
        return float(np.asarray(np.corrcoef(stock.T))[0, 1])

    shared = shop().with_planning_bill(12, RATES, family_error=error, every=6)
    apart = shop().with_planning_bill(12, RATES, family_error=error, every=6)
    alone = apart.components["display"].replace(
        forecast=mk.PlanningBill(12, {"deluxe": 0.5}, family_error=error, every=6, key="another family")
    )
    apart = apart.replace(components={**apart.components, "display": alone})
    # Nothing is taken back, so stocks are not quite linear in the error. Of 2000 independent pairs the
    # correlation has an error of 0.022: five of them.
    assert correlation(shared) > 0.95
    assert abs(correlation(apart)) < 0.11


def test_draws_do_not_depend_on_who_else_is_there() -> None:
    bill = mk.PlanningBill(
        3,
        {"deluxe": 2},
        family_error=mk.Lognormal(mean=1, sd=0.2),
        rate_error=mk.Uniform(0.8, 1.2),
        every=4,
    )
    component = mk.Component(mk.OrderUpTo(safety=6), lead_time=3, forecast=bill)
    alone = component.as_stock(mk.DependentDemand({"deluxe": (2, mk.Poisson(3))}))
    made = shop()
    made = made.replace(components={**made.components, "display": component})
    together = run(made)
    for simd in (None, "scalar"):
        stock = mk.simulate(alone, periods=60, replications=300, seed=5, name="display", simd=simd)
        assert (stock["on_hand"] == together.values("component", "on_hand")[:, 1]).all()


def test_a_take_rate_is_wrong_for_the_whole_run_and_a_family_anew() -> None:
    """Quantities ordered in two halves of a run: alike across replications only for take rates."""

    def tie(**errors: Any) -> float:
        bill = mk.PlanningBill(20, {"x": 1}, **errors)
        # Nothing is used: what is ordered up to, the forecast of two periods, is what is ordered.
        stock = mk.MakeToStock(
            demand=mk.Deterministic(0), policy=mk.OrderUpTo(), lead_time=1, forecast=bill, opening_stock=0
        )
        position = mk.simulate(stock, periods=2, replications=2000, seed=3, trace=["order_quantity"])
        first, second = (position.trace["order_quantity"][:, t] for t in (0, 1))
        assert len(np.unique(first)) > 1, "every replication is wrong in its own way"
        return float(np.mean(second == 0) if errors.get("rate_error") is not None else np.mean(second > 0))

    assert tie(rate_error=mk.Uniform(0.5, 1.5)) == 1.0
    # Of two independent draws the second is the larger half of the time: 5 standard errors of 0.011.
    assert tie(family_error=mk.Uniform(0.5, 1.5)) == pytest.approx(0.5, abs=0.056)


def test_bad_planning_bills_are_refused() -> None:
    with pytest.raises(ValueError, match=r"rates must name every product, 'deluxe' is missing"):
        shop().with_planning_bill(12, {"basic": 1})
    made = shop()
    plain = made.replace(components=dict.fromkeys(made.components, mk.Component(mk.BaseStock(20))))
    with pytest.raises(ValueError, match="no component plans from a forecast"):
        plain.with_planning_bill(12, RATES)
    with pytest.raises(TypeError, match=r"PlanningBill\.usage must map products to units"):
        mk.PlanningBill(12, {})
    with pytest.raises(ValueError, match=r"PlanningBill.usage\['x'\] must be a single number ≥ 0, got -1"):
        mk.PlanningBill(12, {"x": -1})
    with pytest.raises(ValueError, match=r"family_error must be ≥ 0"):
        run(shop().with_planning_bill(12, RATES, family_error=mk.Normal(1, 0.5, negative="allow")))
    factor = made.components["board"].replace(policy=mk.OrderUpTo(factor=2))
    spread = made.replace(components={**made.components, "board": factor}).with_planning_bill(12, RATES)
    with pytest.raises(ValueError, match=r"policy.factor must be 0 with forecasts that are given"):
        run(spread)
    bill = mk.PlanningBill([1, 2], {"x": 1}, rate_error=mk.Uniform(0, 1), every=3, key=7)
    assert mk.PlanningBill.from_dict(bill.to_dict()) == bill
