"""The (s, S) policy against its renewal equation, and the table of Zheng and Federgruen."""

from __future__ import annotations

import laws
import pytest
from exact import min_max, min_max_start, pmf
from instances import MIN_MAX, ZHENG_FEDERGRUEN, Instance
from judge import agree

import maketo as mk

WARM_UP = 1000  # periods; enough in every instance, as the second test shows


def shop(instance: Instance) -> mk.MakeToStock:
    g = instance.given
    return mk.MakeToStock(
        demand=laws.simulated(instance),
        policy=mk.MinMax(reorder=g["s"], up_to=g["S"]),
        lead_time=g["L"],
        costs=mk.Costs(holding=g["h"], backorder=g["p"], order=g["K"]),
    )


@pytest.mark.parametrize("instance", [*MIN_MAX, *ZHENG_FEDERGRUEN], ids=str)
def test_min_max(instance: Instance) -> None:
    run = mk.simulate(
        shop(instance),
        periods=WARM_UP + 1000,
        warm_up=WARM_UP,
        replications=60_000,
        seed=instance.seed,
        metrics=[*instance.exact, "orders", "demand", "filled"],
    )
    if instance.exact.get("orders") == 1.0:
        # Poisson(70) is above S − s = 19 in all but one of 10¹³ periods: an order in every one, with no
        # error.
        assert run.mean("orders").value == 1.0
        agree(run, {k: v for k, v in instance.exact.items() if k != "orders"})
    else:
        agree(run, instance.exact)


@pytest.mark.parametrize("instance", [*MIN_MAX, *ZHENG_FEDERGRUEN], ids=str)
def test_the_warm_up_is_long_enough(instance: Instance) -> None:
    """All replications start at S, in one phase of the order cycle. What is left of it: the exact
    difference between the counted periods and the long run, compared with the precision that the test above
    asks for."""
    g = instance.given
    s, S, L = (int(g[k]) for k in ("s", "S", "L"))
    rates = {k: g[k] for k in ("h", "p", "K")}
    one = pmf(laws.exact(instance))
    long_run = min_max(one, s, S, L, **rates)
    counted = min_max_start(one, s, S, L, warm_up=WARM_UP, periods=WARM_UP + 1000, **rates)
    for name in ("cost", "orders", "on_hand", "backorders"):
        assert counted[name] == pytest.approx(long_run[name], rel=1e-5), name


def test_without_a_warm_up_the_phase_shows() -> None:
    """The same, seen: forty periods from S are simulated right, and they are not the long run."""
    instance = next(i for i in ZHENG_FEDERGRUEN if i.id == "zheng-federgruen-60")
    g = instance.given
    exact = min_max_start(pmf(laws.exact(instance)), 52, 129, 0, warm_up=0, periods=39, h=1, p=9, K=64)
    run = mk.simulate(
        shop(instance), periods=39, replications=500_000, seed=1992, metrics=["cost", "orders", "on_hand"]
    )
    agree(run, {k: exact[k] for k in ("cost", "orders", "on_hand")})
    assert abs(run.mean("cost").value - instance.exact["cost"]) > 20 * run.mean("cost").se
    assert g["S"] == 129


def test_no_pair_costs_less_than_the_best() -> None:
    """s and S around the optimum of the first row, on the same demand."""
    best = ZHENG_FEDERGRUEN[0]
    pairs = [(s, S) for s in range(2, 11, 2) for S in range(34, 47, 3)]
    item = shop(best).replace(
        policy=mk.MinMax(
            mk.Sweep([s for s, _ in pairs], name="pair"), mk.Sweep([S for _, S in pairs], name="pair")
        )
    )
    run = mk.simulate(item, periods=1500, warm_up=500, replications=10_000, seed=1993, metrics=["cost"])
    found = run.mean("cost")
    assert (found.value >= best.exact["cost"] - 4 * found.se).all()
    one = pmf(laws.exact(best))
    for i, (s, S) in enumerate(pairs):
        agree(run, {"cost": min_max(one, s, S, 0, 1.0, 9.0, 64.0)["cost"]}, at=i)


def test_strictly_below_is_one_unit_lower_for_whole_demand() -> None:
    run = {
        strict: mk.simulate(
            mk.MakeToStock(demand=mk.Poisson(6), policy=mk.MinMax(s, 18, strict=strict), lead_time=2),
            periods=100,
            replications=300,
            seed=1994,
        )
        for strict, s in ((False, 6), (True, 7))
    }
    for name in ("on_hand", "backorders", "orders", "order_quantity"):
        assert (run[False][name] == run[True][name]).all()
