"""What assembling to order must give, computed without simulation, against the digits others printed.

"Acceptance" numbers were handed to this project from outside, confirmed there by a simulation of its own;
"V17" stands in its specification. What nobody printed is computed a second time, another way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import exact_assembly
import numpy as np
import pytest
from exact_assembly import Key, Numbers, Types
from scipy import stats

ACCEPTANCE = 1e-9
TABLE = 1e-7


def agree(found: Numbers, printed: Mapping[Key, float], digits: float = ACCEPTANCE) -> None:
    assert {key: found[key] for key in printed} == pytest.approx(dict(printed), rel=digits)


# Acceptance.


def test_two_types_that_share_a_component() -> None:
    found = exact_assembly.assemble_to_order(
        {"A": (1.0, {"c1": 1}), "B": (1.5, {"c1": 1, "c2": 1})},
        {"c1": 2.0, "c2": 3.0},
        {"c1": 7, "c2": 6},
        (0.5, 1.0),
    )
    printed: Numbers = {
        ("order_fill_rate", "A"): 0.762183463,
        ("prob_wait_le", "A", 0.5): 0.9137173213,
        ("prob_wait_le", "A", 1.0): 0.985812688,
        ("order_wait", "A"): 0.1021923867,
        ("order_backlog", "A"): 0.1021923867,
        ("order_fill_rate", "B"): 0.6196959973,
        ("prob_wait_le", "B", 0.5): 0.7894954087,
        ("prob_wait_le", "B", 1.0): 0.9101415186,
        ("order_wait", "B"): 0.2536605665,
        ("order_backlog", "B"): 0.3804908498,
        "order_fill_rate": 0.6766909836,
        ("unreserved_on_hand", "c1"): 2.255480967,
        ("unit_backorders", "c1"): 0.2554809666,
        ("item_fill_rate", "c1"): 0.762183463,
        ("reserved_on_hand", "c1"): 0.2272022698,
        ("unreserved_on_hand", "c2"): 1.823116515,
        ("unit_backorders", "c2"): 0.3231165155,
        ("item_fill_rate", "c2"): 0.7029304349,
        ("reserved_on_hand", "c2"): 0.05737433433,
    }
    agree(found, printed)
    assert found.keys() == printed.keys()


def test_two_units_of_a_component() -> None:
    found = exact_assembly.assemble_to_order(
        {"P": (0.8, {"x": 1, "z": 2}), "Q": (0.5, {"y": 1, "z": 1})},
        {"x": 1.5, "y": 2.0, "z": 3.0},
        {"x": 3, "y": 3, "z": 9},
        (0.5,),
    )
    printed: Numbers = {
        ("order_fill_rate", "P"): 0.6535921744,
        ("prob_wait_le", "P", 0.5): 0.7746919294,
        ("order_wait", "P"): 0.287109601,
        ("order_backlog", "P"): 0.2296876808,
        ("order_fill_rate", "Q"): 0.7201187384,
        ("prob_wait_le", "Q", 0.5): 0.8311141939,
        ("order_wait", "Q"): 0.206288286,
        ("order_backlog", "Q"): 0.103144143,
        "order_fill_rate": 0.6791793144,
        ("unreserved_on_hand", "x"): 1.843308577,
        ("unit_backorders", "x"): 0.0433085769,
        ("item_fill_rate", "x"): 0.8794870988,
        ("reserved_on_hand", "x"): 0.1863791039,
        ("unreserved_on_hand", "y"): 2.023336926,
        ("unit_backorders", "y"): 0.02333692644,
        ("item_fill_rate", "y"): 0.9196986029,
        ("reserved_on_hand", "y"): 0.07980721656,
        ("unreserved_on_hand", "z"): 3.154075573,
        ("unit_backorders", "z"): 0.4540755728,
        ("item_fill_rate", "z"): 0.704138597,
    }
    agree(found, printed)
    # Ours alone: the reserved units of the component of which an order takes two.
    assert found.keys() - printed.keys() == {("reserved_on_hand", "z")}


SERVED: Types = {"A": (0.3, {"c1": 1}), "B": (0.4, {"c1": 1, "c2": 1})}


def test_components_made_by_one_server_each() -> None:
    printed: Numbers = {
        ("order_fill_rate", "A"): 0.6570000014,
        ("order_fill_rate", "B"): 0.5132209332,
        "order_fill_rate": 0.5748405339,
        ("unreserved_on_hand", "c1"): 1.467000003,
        ("item_fill_rate", "c1"): 0.6570000014,
        ("unreserved_on_hand", "c2"): 1.592592596,
        ("item_fill_rate", "c2"): 0.7037037049,
        ("corr_outstanding", "c1", "c2"): 0.2985753771,
    }
    given = (SERVED, {"c1": 1.0, "c2": 0.6}, {"c1": 3, "c2": 3})
    # The printed digits are those of a chain that ends at 55; the last ones are its end's.
    agree(exact_assembly.one_server_each(*given, top=55), printed)
    found = exact_assembly.one_server_each(*given)
    agree(found, printed, 5e-8)
    agree(
        found,
        {
            ("item_fill_rate", "c1"): 1 - 0.7**3,  # M/M/1, each on its own
            ("item_fill_rate", "c2"): 1 - (2 / 3) ** 3,
            ("unreserved_on_hand", "c1"): 3 - sum(0.7**k for k in (1, 2, 3)),
        },
        1e-10,
    )


def test_all_or_nothing() -> None:
    found = exact_assembly.all_or_nothing(
        {"A": (0.3, {"c1": 1}), "B": (0.4, {"c1": 1, "c2": 2})},
        {"c1": 1.0, "c2": 0.9},
        {"c1": 3, "c2": 4},
        {"c1": 1, "c2": 1},
        {"A": 5, "B": 10},
    )
    printed: Numbers = {
        ("order_accept_rate", "A"): 0.9037352271,
        ("order_accept_rate", "B"): 0.6944111396,
        ("on_hand", "c1"): 2.089797716,
        ("on_hand", "c2"): 2.597414647,
        "cost_rate": 6.053964964,
    }
    agree(found, printed)


def test_two_parts_made_at_the_same_time() -> None:
    found = exact_assembly.fork_join(0.7, 1.0)
    agree(found, {"order_flow_time": 4.708333333, "component_flow_time": 3.333333333})
    # Once more by the chain: the longer queue holds the orders that are not done.
    law = exact_assembly.outstanding({"all": (0.7, {"a": 1, "b": 1})}, {"a": 1.0, "b": 1.0}, 90)
    unfinished = float((law * np.max(np.indices(law.shape), axis=0)).sum())
    assert unfinished / 0.7 == pytest.approx(found["order_flow_time"], rel=1e-9)


def test_normal_demand_by_the_period() -> None:
    found = exact_assembly.normal_periods(
        (100, 60),
        ((400, 100), (100, 225)),
        ({"a": 1, "b": 1}, {"b": 1, "c": 2}),
        {"a": 1, "b": 2, "c": 3},
        {"a": 240, "b": 540, "c": 560},
        (0, 1, 2, 4),
    )
    printed: Numbers = {
        ("prob_all_filled_within", 0): 0.8050099675,
        ("prob_all_filled_within", 1): 0.9999406787,
        ("prob_all_filled_within", 2): 1.0,
        ("prob_all_filled_within", 4): 1.0,
    }
    agree(found, printed)


def test_an_assembly_with_stock_before_and_after() -> None:
    found = exact_assembly.assembly_system(3.0, ((2.0, 8), (4.0, 15)), 1.0, 5)
    printed: Numbers = {
        ("net_on_hand", 1): 2.314021389,
        ("component_fill_rate", 1): 0.7439797605,
        ("net_on_hand", 2): 3.401940399,
        ("component_fill_rate", 2): 0.7720245323,
        ("physical_on_hand", 1): 2.54776477,
        ("physical_on_hand", 2): 3.54776477,
        "kits_short": 0.5477647702,
        "prob_no_component_shortage": 0.7757824321,
        "on_hand_product": 1.814811961,
        "backorders_product": 0.3625767317,
        "fill_rate_product": 0.7190361804,
        "customer_wait": 0.1208589106,
    }
    agree(found, printed)
    assert found.keys() == printed.keys()


# The verification table of the specification.


def test_v17() -> None:
    types: Types = {"1": (1.0, {"a": 1}), "2": (2.0, {"b": 1}), "12": (1.5, {"a": 1, "b": 1})}
    found = exact_assembly.assemble_to_order(types, {"a": 2.0, "b": 3.0}, {"a": 8, "b": 16}, (1.0,))
    printed: Numbers = {
        ("order_fill_rate", "1"): 0.8666283,
        ("order_fill_rate", "2"): 0.9316651,
        ("order_fill_rate", "12"): 0.8246911,
        ("prob_wait_le", "12", 1.0): 0.9935246,
        "order_fill_rate": 0.8815545,
    }
    agree(found, printed, TABLE)
    alone = found["order_fill_rate", "1"] * found["order_fill_rate", "2"]
    assert alone == pytest.approx(0.8074073, rel=TABLE)


# The same thing by two formulas.


def test_one_component_is_a_base_stock() -> None:
    """Whose order waits for its own replacement if there is no stock."""
    found = exact_assembly.assemble_to_order({"all": (1.3, {"a": 1})}, {"a": 2.0}, {"a": 4}, (0.5, 2.0))
    law = stats.poisson(2.6)
    backlog = sum((n - 4) * law.pmf(n) for n in range(5, 60))
    printed: Numbers = {
        "order_fill_rate": law.cdf(3),
        ("prob_wait_le", "all", 0.5): stats.poisson(1.95).cdf(3),
        ("prob_wait_le", "all", 2.0): 1.0,
        ("order_backlog", "all"): backlog,
        ("unit_backorders", "a"): backlog,
    }
    agree(found, printed)
    assert found["reserved_on_hand", "a"] == pytest.approx(0, abs=1e-12)
    empty = exact_assembly.assemble_to_order({"all": (1.3, {"a": 2})}, {"a": 2.0}, {"a": 1}, (1.9, 2.0))
    agree(
        empty,
        {("order_wait", "all"): 2.0, ("prob_wait_le", "all", 1.9): 0.0, ("prob_wait_le", "all", 2.0): 1.0},
    )


def test_the_assembly_that_takes_no_time_and_has_no_stock() -> None:
    """Is a single type that is assembled to order."""
    one = exact_assembly.assembly_system(3.0, ((2.0, 8), (4.0, 15)), 0.0, 0)
    types: Types = {"all": (3.0, {"a": 1, "b": 1})}
    other = exact_assembly.assemble_to_order(types, {"a": 2.0, "b": 4.0}, {"a": 8, "b": 15})
    agree(
        other,
        {
            ("order_backlog", "all"): one["kits_short"],
            ("order_wait", "all"): one["customer_wait"],
            ("item_fill_rate", "b"): one["component_fill_rate", 2],
            ("unreserved_on_hand", "a"): one["net_on_hand", 1],
            ("reserved_on_hand", "a"): one["physical_on_hand", 1] - one["net_on_hand", 1],
        },
    )


def test_a_component_that_is_another_one_once_more() -> None:
    """Changes nothing for the orders: four components, of which two pairs always are the same."""
    L, S = {"a": 1.5, "b": 2.5}, {"a": 3, "b": 6}
    two: Types = {"P": (0.8, {"a": 1, "b": 2}), "Q": (0.5, {"b": 1})}
    four: Types = {
        name: (rate, {**needs} | {f"{i} again": q for i, q in needs.items()})
        for name, (rate, needs) in two.items()
    }
    once = exact_assembly.assemble_to_order(two, L, S, (0.7, 2.0))
    twice = exact_assembly.assemble_to_order(
        four,
        L | {f"{i} again": t for i, t in L.items()},
        S | {f"{i} again": n for i, n in S.items()},
        (0.7, 2.0),
    )
    agree(twice, once, 1e-12)
    agree(twice, {("reserved_on_hand", "b again"): once["reserved_on_hand", "b"]}, 1e-12)


def test_shocks_that_do_not_meet_are_independent() -> None:
    law = exact_assembly.common_shocks((4, 6), ((1.2, (1, 0)), (0.7, (0, 2)), (0.4, (0, 0))))
    first = [*stats.poisson.pmf(np.arange(4), 1.2), stats.poisson.sf(3, 1.2)]
    second = np.zeros(7)
    second[[0, 2, 4, 6]] = [*stats.poisson.pmf(np.arange(3), 0.7), stats.poisson.sf(2, 0.7)]
    assert law == pytest.approx(np.outer(first, second), abs=1e-15)


def test_three_normal_demands() -> None:
    """Independent, and of correlation 1/2: the chance that all n are below their mean is then 1/(n + 1)."""
    bounds = np.array([0.3, -0.2, 1.1])
    alone = math.prod(stats.norm.cdf(bounds / np.array([1, 2, 3])))
    assert exact_assembly.normal_below(bounds, np.diag([1.0, 4.0, 9.0])) == pytest.approx(alone, rel=1e-12)
    equal = (np.ones((3, 3)) + np.eye(3)) / 2
    assert exact_assembly.normal_below(np.zeros(3), equal) == pytest.approx(0.25, rel=1e-12)


# Poisson demand by the period: every way it can come, one by one.

Demand = tuple[tuple[int, ...], ...]
"""By age, the current period first, and product."""


def ways(rates: Sequence[float], periods: int, most: int) -> Iterator[tuple[float, Demand]]:
    """All demands of some periods, and how likely they are."""
    chances = [stats.poisson.pmf(np.arange(most + 1), rate) for rate in rates]
    for flat in product(range(most + 1), repeat=periods * len(rates)):
        demand = tuple(tuple(flat[k : k + len(rates)]) for k in range(0, len(flat), len(rates)))
        yield math.prod(chances[p][n] for period in demand for p, n in enumerate(period)), demand


def missing(demand: Demand, uses: Sequence[int], lead: int, level: int) -> list[list[int]]:
    """Parts of one component not given to the demand of each age and product: the last ones that were asked
    for, walking back from the newest period and the highest product."""
    found = [[0] * len(uses) for _ in demand]
    left = max(sum(n * a for period in demand[:lead] for n, a in zip(period, uses, strict=True)) - level, 0)
    for age, period in enumerate(demand):
        for p in reversed(range(len(uses))):
            found[age][p] = min(left, period[p] * uses[p])
            left -= found[age][p]
    assert left == 0
    return found


@pytest.mark.parametrize(
    ("rates", "usage", "L", "S", "most"),
    [
        ((0.6, 0.4), ((1, 0), (1, 1)), (1, 2), (1, 1), 8),
        ((0.5, 0.7), ((1, 2), (2, 1)), (2, 1), (3, 2), 8),
        ((0.3, 0.5), ((2, 1), (1, 3)), (2, 2), (2, 4), 8),
        ((0.15, 0.2), ((1, 1), (0, 2)), (3, 1), (1, 0), 5),
        ((0.4, 0.5, 0.3), ((1, 0, 1), (1, 2, 0), (0, 1, 1)), (1, 1, 1), (1, 2, 1), 8),
    ],
)
def test_poisson_demand_by_the_period(
    rates: Sequence[float], usage: Sequence[Sequence[int]], L: Sequence[int], S: Sequence[int], most: int
) -> None:
    again: Numbers = {}
    total = 0.0

    def add(key: Key, value: float) -> None:
        again[key] = again.get(key, 0.0) + chance * value

    for chance, demand in ways(rates, max(L), most):
        total += chance
        short = [missing(demand, [uses[j] for uses in usage], L[j], S[j]) for j in range(len(L))]
        for age, period in enumerate(demand):
            late: list[int] = [
                max(-(-short[j][age][p] // a) for j, a in enumerate(uses) if a)
                for p, uses in enumerate(usage)
            ]
            for p, units in enumerate(late):
                add(("backlog", p), units)
                add(("unit_fill_rate", p, age), (period[p] - units) / rates[p])
                add(("prob_all_filled_within", p, age), not units)
                for j, a in enumerate(usage[p]):
                    add(("unmet", j, p), short[j][age][p])
                    add(("reserved", j, p), a * units - short[j][age][p])
            add(("prob_all_filled_within", age), not any(late))
        for j in range(len(L)):
            asked = sum(
                n * uses[j] for period in demand[: L[j]] for n, uses in zip(period, usage, strict=True)
            )
            add(("free", j), max(S[j] - asked, 0))

    lost = 1 - total
    assert lost < 2e-6
    found = exact_assembly.poisson_periods(rates, usage, L, S, tuple(range(max(L))))
    assert {key: found[key] for key in again} == pytest.approx(again, abs=max(60 * lost, 1e-12))
    for j in range(len(L)):
        expected = L[j] * sum(rate * uses[j] for rate, uses in zip(rates, usage, strict=True))
        assert found["unmet", j] == pytest.approx(found["free", j] - S[j] + expected)
        assert found["reserved", j] == pytest.approx(sum(found["reserved", j, p] for p in range(len(rates))))


def test_after_the_lead_time_nothing_waits() -> None:
    found = exact_assembly.poisson_periods((0.6, 0.4), ((1, 0), (1, 1)), (1, 2), (0, 0), (0, 1, 2))
    assert found["unit_fill_rate", 0, 0] == pytest.approx(0, abs=1e-12)
    assert found["unit_fill_rate", 0, 1] == 1
    assert found["prob_all_filled_within", 1, 2] == found["prob_all_filled_within", 2] == 1
    assert found["backlog", 1] == pytest.approx(0.8)  # two periods of demand
    assert found["prob_all_filled_within", 0] == pytest.approx(math.exp(-1))
