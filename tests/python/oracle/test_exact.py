"""The instances are what they claim to be: recomputed without simulation, to the digits printed."""

from __future__ import annotations

import laws
import numpy as np
import pytest
from exact import (
    base_stock,
    constant_order,
    lost_sales,
    min_max,
    min_max_start,
    pmf,
    reorder_quantity,
)
from instances import (
    BASE_STOCK,
    CONSTANT_ORDER,
    LOST_MIN_MAX,
    LOST_SALES,
    LOST_SALES_OPTIMUM,
    MIN_MAX,
    NEWSVENDOR,
    REORDER_QUANTITY,
    ZHENG_FEDERGRUEN,
    Instance,
)

DIGITS = 2e-7  # relative: the values are printed to between seven and ten digits


@pytest.mark.parametrize("instance", NEWSVENDOR, ids=str)
def test_newsvendor(instance: Instance) -> None:
    level, h, p = (instance.given[k] for k in ("Q", "h", "p"))
    law = laws.exact(instance)
    short = laws.excess(instance, level)
    left = level - law.mean() + short
    again = {
        "cost": h * left + p * short,
        "on_hand": left,
        "short": short,
        "alpha_service": law.cdf(level),
        "fill_rate": 1 - short / law.mean(),
    }
    assert {k: again[k] for k in instance.exact} == pytest.approx(instance.exact, rel=DIGITS)


@pytest.mark.parametrize("instance", BASE_STOCK, ids=str)
def test_base_stock(instance: Instance) -> None:
    level, cover = instance.given["S"], int(instance.given["L"]) + 1
    h, p = instance.given.get("h", 0.0), instance.given.get("p", 0.0)
    mean = laws.exact(instance).mean()
    waiting, before = (laws.excess(instance, level, n) for n in (cover, cover - 1))
    on_hand = level - cover * mean + waiting
    again = {
        "on_hand": on_hand,
        "backorders": waiting,
        "cost": h * on_hand + p * waiting,
        "alpha_service": laws.exact(instance, cover).cdf(level),
        "fill_rate": 1 - (waiting - before) / mean,
        "gamma_service": 1 - waiting / mean,
    }
    # A loss function is the difference of nearly equal numbers: the absolute error is that of the level.
    assert {k: again[k] for k in instance.exact} == pytest.approx(instance.exact, rel=DIGITS, abs=6e-8)


@pytest.mark.parametrize("instance", [*MIN_MAX, *ZHENG_FEDERGRUEN], ids=str)
def test_min_max(instance: Instance) -> None:
    g = instance.given
    again = min_max(pmf(laws.exact(instance)), int(g["s"]), int(g["S"]), int(g["L"]), g["h"], g["p"], g["K"])
    assert {k: again[k] for k in instance.exact} == pytest.approx(instance.exact, rel=DIGITS)


def test_the_best_pair_for_a_mean_of_ten_is_the_published_one() -> None:
    one = pmf(laws.exact(ZHENG_FEDERGRUEN[0]))
    costs = {
        (s, S): min_max(one, s, S, 0, 1.0, 9.0, 64.0)["cost"] for s in range(4, 9) for S in range(37, 44)
    }
    assert min(costs, key=lambda pair: costs[pair]) == (6, 40)


@pytest.mark.parametrize("instance", LOST_SALES, ids=str)
def test_lost_sales(instance: Instance) -> None:
    g = instance.given
    again = lost_sales(pmf(laws.exact(instance)), int(g["S"]), int(g["L"]), g["h"], g["p"])
    assert again == pytest.approx(instance.exact, rel=DIGITS)


@pytest.mark.parametrize("instance", LOST_SALES, ids=str)
def test_zipkins_levels_are_the_best_but_for_one(instance: Instance) -> None:
    g = instance.given
    one, S, L = pmf(laws.exact(instance)), int(g["S"]), int(g["L"])
    below, above = (lost_sales(one, level, L, g["h"], g["p"])["cost"] for level in (S - 1, S + 1))
    assert above > instance.exact["cost"]
    if instance.id == "lost-zipkin-p4-L3":
        assert below == pytest.approx(4.974996, abs=5e-7)
    else:
        assert below > instance.exact["cost"]


def test_other_policies() -> None:
    def one(instance: Instance) -> np.ndarray:
        return pmf(laws.exact(instance))

    g = REORDER_QUANTITY.given
    again = reorder_quantity(
        one(REORDER_QUANTITY), int(g["r"]), int(g["Q"]), int(g["L"]), g["h"], g["p"], g["K"]
    )
    assert {k: again[k] for k in REORDER_QUANTITY.exact} == pytest.approx(REORDER_QUANTITY.exact, rel=DIGITS)
    g = CONSTANT_ORDER.given
    again = constant_order(one(CONSTANT_ORDER), int(g["q"]), g["h"], g["p"])
    assert again == pytest.approx(CONSTANT_ORDER.exact, rel=DIGITS)
    g = LOST_MIN_MAX.given
    again = lost_sales(one(LOST_MIN_MAX), int(g["S"]), int(g["L"]), g["h"], g["p"], int(g["s"]), g["K"])
    assert again == pytest.approx(LOST_MIN_MAX.exact, rel=DIGITS)


def test_no_base_stock_beats_the_optimum_with_lost_sales() -> None:
    by_lead_time = {int(i.given["L"]): i for i in LOST_SALES if i.given["p"] == 4}
    assert all(by_lead_time[lead].exact["cost"] > best for lead, best in LOST_SALES_OPTIMUM.items())


@pytest.mark.parametrize(
    "instance",
    [*NEWSVENDOR, *BASE_STOCK, *MIN_MAX, *ZHENG_FEDERGRUEN, *LOST_SALES, CONSTANT_ORDER, LOST_MIN_MAX],
    ids=str,
)
def test_what_is_published_is_what_was_computed(instance: Instance) -> None:
    for name, printed in instance.published.items():
        ours = {**instance.given, **instance.exact}[name]
        decimals = len(repr(printed).partition(".")[2])
        assert abs(ours - printed) <= max(0.5 * 10.0**-decimals, DIGITS * abs(printed))


def test_two_ways_to_the_same_long_run() -> None:
    """Renewal and chain agree once the start is forgotten."""
    one = pmf(laws.exact(MIN_MAX[2]))
    start = min_max_start(one, 26, 50, 2, warm_up=400, periods=500, h=1, p=9, K=40)
    assert start == pytest.approx(min_max(one, 26, 50, 2, 1, 9, 40), rel=1e-10)


def test_ordering_after_every_unit_is_base_stock() -> None:
    one = pmf(laws.exact(MIN_MAX[2]))
    level, after_every_unit = base_stock(one, 40, 3, 1.0, 9.0), min_max(one, 39, 40, 2, 1.0, 9.0, 0.0)
    for name in ("on_hand", "backorders", "alpha_service", "fill_rate", "cost"):
        assert after_every_unit[name] == pytest.approx(level[name], rel=1e-10)
