"""Every random input has a stream of its own: adding one to a model changes no other draw.

Each test adds one input and finds the draws of all others where they were, to the bit (or to rounding, where
a draw has to be worked back out of what it was mixed into).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import maketo as mk

PERIODS = 40
RUN: dict[str, Any] = {"replications": 300, "seed": 17}
POISSON = mk.Poisson(6)
NESTED = mk.Discrete([1, 2, 3], [0.25, 0.5, 0.25])


def demand(source: Any, **settings: Any) -> NDArray[np.float64]:
    """Demand as simulated, (replication, period)."""
    shop = mk.MakeToStock(**{"demand": source, "policy": mk.BaseStock(20), **settings})
    return mk.simulate(shop, periods=PERIODS, **RUN, trace=["demand"]).trace["demand"].astype(float)


@pytest.mark.parametrize("crossing", ["independent", "fifo", "kaplan", "common"])
def test_random_lead_times(crossing: str) -> None:
    assert np.array_equal(demand(POISSON), demand(POISSON, lead_time=NESTED, crossing=crossing))


def test_lead_times_are_those_of_the_release_period_whatever_is_ordered() -> None:
    # Demand is 1 per period, so base stock orders 1 in every period and a constant order as well.
    runs = [
        mk.simulate(
            mk.MakeToStock(demand=1, policy=policy, lead_time=NESTED, opening_stock=10),
            periods=PERIODS,
            **RUN,
            trace=["net_inventory", "order_quantity"],
        ).trace
        for policy in (mk.BaseStock(10), mk.MinMax(9, 10), mk.ConstantOrder(1))
    ]
    # The first order of base stock is due in period 1, when demand has come.
    arrivals = [np.diff(r["net_inventory"], axis=1) + 1 for r in runs]
    assert np.array_equal(arrivals[0], arrivals[1])
    # A constant order is one order ahead: period 0's own, which arrives by itself.
    ahead = arrivals[2].cumsum(axis=1) - arrivals[0].cumsum(axis=1)
    assert set(np.unique(ahead)) == {0, 1}
    assert (ahead[:, 2:] == 1).all()


def test_settled_openings() -> None:
    policy = mk.ReorderQuantity(12, 9)
    settled = demand(POISSON, policy=policy, opening_stock="settled")
    assert np.array_equal(demand(POISSON, policy=policy), settled)


def test_the_luck_of_a_promotion() -> None:
    plain = mk.Varying(30, promotions=[mk.Promotion(10, 3, 2.0)])
    lucky = mk.Varying(30, promotions=[mk.Promotion(10, 3, 2.0, cv=0.4)])
    a, b = demand(plain), demand(lucky)
    outside = np.r_[0:10, 13:PERIODS]
    assert np.array_equal(a[:, outside], b[:, outside])
    assert not np.array_equal(a[:, 10:13], b[:, 10:13])
    # Nor does a second promotion change the luck of the first.
    two = demand(mk.Varying(30, promotions=[mk.Promotion(30, 2, 1.5, cv=0.1), *lucky.promotions]))
    assert np.array_equal(b[:, :30], two[:, :30])


def test_the_end_of_a_life() -> None:
    a = demand(mk.Varying(30))
    b = demand(mk.Varying(30, end_of_life=mk.UniformInteger(5, 35)))
    alive = np.logical_or.accumulate(b[:, ::-1] > 0, axis=1)[:, ::-1]
    assert 0 < alive.mean() < 1
    assert np.array_equal(a[alive], b[alive])


def test_regimes() -> None:
    same = mk.MarkovModulated([POISSON, POISSON], [[0.9, 0.1], [0.3, 0.7]])
    assert np.array_equal(demand(POISSON), demand(same))
    # And which regime it is does not depend on what is drawn in it.
    on, off = (
        demand(mk.MarkovModulated([mk.Deterministic(0), law], [[0.9, 0.1], [0.3, 0.7]])) > 0
        for law in (mk.Poisson(400), mk.Gamma(mean=5, sd=1))
    )
    assert np.array_equal(on, off)


def test_autocorrelation_keeps_the_innovations() -> None:
    rho = 0.6
    law = mk.Normal(0, 1, negative="allow")
    e, z = demand(law), demand(mk.Autocorrelated(law, rho))
    assert np.allclose(z[:, 0], e[:, 0], atol=1e-9)
    assert np.allclose(z[:, 1:], rho * z[:, :-1] + np.sqrt(1 - rho**2) * e[:, 1:], atol=1e-9)


def test_factors() -> None:
    law = mk.Normal(0, 1, negative="allow")
    e = demand(law)

    def factor(name: str, weight: float) -> NDArray[np.float64]:
        z = demand(mk.Correlated(law, {name: weight}))
        mixed: NDArray[np.float64] = (z - np.sqrt(1 - weight**2) * e) / weight
        return mixed

    a, b = factor("market", 0.6), factor("weather", 0.3)
    assert np.allclose(a, factor("market", -0.5), atol=1e-9)
    assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.05
    both = demand(mk.Correlated(law, {"weather": 0.3, "market": 0.6}))
    assert np.allclose(both, 0.6 * a + 0.3 * b + np.sqrt(1 - 0.45) * e, atol=1e-9)


def test_jitter_of_the_intermittent_bootstrap() -> None:
    history = [0, 0, 4, 5, 0, 0, 0, 2, 0, 7, 3, 0]
    a, b = (demand(mk.IntermittentBootstrap(history, jitter=j)) for j in (False, True))
    assert np.array_equal(a > 0, b > 0)
    assert not np.array_equal(a, b)


def test_other_items_and_whether_they_share_anything() -> None:
    alone = mk.MakeToStock(demand=mk.Correlated(POISSON, {"market": 0.5}), policy=mk.BaseStock(20))
    others = {
        "a": alone.replace(demand=mk.Correlated(mk.Gamma(mean=3, sd=1), {"market": 0.9})),
        "item": alone,
        "b": alone.replace(demand=mk.MovingBlocks([1, 2, 3], 2), lead_time=NESTED),
    }
    one = mk.simulate({"item": alone}, periods=PERIODS, **RUN, trace=["demand"])
    many = mk.simulate(others, periods=PERIODS, **RUN, trace=["demand"])
    assert np.array_equal(one.trace["demand"][0], many.trace["demand"][1])


# Supply. Orders of 1, 2, 4, … units: how many units arrive tells which orders do.

ORDERS, LONG = 50, 60
RANDOM: dict[str, dict[str, Any]] = {
    "lead times": {"lead_time": mk.Discrete([1, 2, 5], [0.25, 0.5, 0.25])},
    **{
        effect: {"disruptions": [mk.Disruption(effect, fail=0.2, recover=0.5)]}
        for effect in ("order", "ship", "transit", "receive", "stock")
    },
    "capacity outages": {"capacity": 9, "disruptions": [mk.Disruption("capacity", 0.2, 0.5)]},
    "capacity": {"capacity": mk.Uniform(4, 14)},
    "share": {"yields": mk.ShareYield(mk.Uniform(0.5, 1))},
    "all or nothing": {"yields": mk.AllOrNothingYield(0.8)},
    "hazard": {"obsolescence": mk.Obsolescence(0.2)},
}
# The same inputs, drawn in every period, but so that nothing comes of it.
HARMLESS: dict[str, dict[str, Any]] = {
    **{
        effect: {"disruptions": [mk.Disruption(effect, fail=1e-15, start="up")]}
        for effect in ("order", "ship", "transit", "receive")
    },
    "stock": {"disruptions": [mk.Disruption("stock", 0.2, 0.5, remaining=1)]},
    "capacity": {"capacity": mk.Uniform(1e15, 1e15 + 1)},
    "share": {"yields": mk.ShareYield(mk.Discrete([0, 1], [1e-15, 1 - 1e-15]), "nominal")},
    "all or nothing": {"yields": mk.AllOrNothingYield(1 - 1e-15, "nominal")},
    "hazard": {"obsolescence": mk.Obsolescence(1e-15)},
}


def supplied(policy: Any, traced: str, **settings: Any) -> NDArray[np.float64]:
    """A trace of a shop without demand that starts with nothing; orders arrive at once by default."""
    shop = mk.MakeToStock(
        **{"demand": 0, "policy": policy, "lead_time": 0, "opening_stock": 0, "key": 5, **settings}
    )
    return mk.simulate(shop, periods=LONG, **RUN, trace=[traced]).trace[traced].astype(float)


def arrivals(**settings: Any) -> NDArray[np.int64]:
    """When each order arrives, (replication, order); `LONG` where it never does."""
    sizes = [2.0**t if t < ORDERS else 0.0 for t in range(LONG)]
    stock = supplied(mk.RatePlan(sizes), "on_hand", **settings)
    came = np.diff(stock, axis=1, prepend=0).astype(np.int64)
    bits = came[:, :, None] >> np.arange(ORDERS) & 1
    return np.where(bits.any(axis=1), bits.argmax(axis=1), LONG)


def events(**settings: Any) -> NDArray[np.bool_]:
    """When all that was there is gone. One unit comes in every period, so that there is something."""
    gone: NDArray[np.bool_] = supplied(mk.ConstantOrder(1), "on_hand", **settings)[:, 1:] == 1
    return gone


def offered(**settings: Any) -> NDArray[np.float64]:
    """What fits the capacity, where all is wanted that can be had."""
    return supplied(mk.ConstantOrder(1e14), "order_quantity", **settings)


def seen(name: str, **beside: Any) -> NDArray[Any]:
    """What a random input does, with others beside it."""
    settings = {**RANDOM[name], **{k: v for k, v in beside.items() if k != "disruptions"}}
    settings["disruptions"] = [*RANDOM[name].get("disruptions", []), *beside.get("disruptions", [])]
    if name in ("stock", "hazard"):
        return events(**settings)
    if name in ("capacity", "capacity outages"):
        return offered(**settings)
    if name == "share":
        return supplied(mk.ConstantOrder(1), "on_hand", **settings)
    return arrivals(**settings)


@pytest.mark.parametrize("name", list(RANDOM))
def test_supply_leaves_demand_alone(name: str) -> None:
    assert np.array_equal(demand(POISSON), demand(POISSON, **RANDOM[name]))


@pytest.mark.parametrize("name", list(RANDOM))
def test_no_input_of_supply_changes_another(name: str) -> None:
    """Each beside each of the others, drawn in every period, and beside all of them at once."""
    alone = seen(name)
    fields = RANDOM[name].keys() - {"disruptions"}
    mine = [d.effect for d in RANDOM[name].get("disruptions", [])]
    together: dict[str, Any] = {"disruptions": []}
    for other, settings in HARMLESS.items():
        if other == name or settings.keys() & fields or other in mine:
            continue
        assert np.array_equal(alone, seen(name, **settings)), other
        together["disruptions"] += settings.get("disruptions", [])
        together |= {k: v for k, v in settings.items() if k != "disruptions"}
    assert len(together["disruptions"]) >= 4
    assert np.array_equal(alone, seen(name, **together))


def test_what_each_input_does_alone_tells_what_all_do_together() -> None:
    """An order that is placed leaves when the supplier is up, with the yield and lead time of that period.

    It travels while transit is up, and enters when the dock is open. All of this is known from runs in which
    nothing else was random.
    """
    both = ("order", "ship", "transit", "receive", "lead times", "all or nothing")
    placed, ships, moves, opens, waits, good = (seen(name) for name in both)
    up = moves == np.arange(ORDERS)
    waits = waits - np.arange(ORDERS)
    together: dict[str, Any] = {"disruptions": []}
    for name in both:
        together["disruptions"] += RANDOM[name].get("disruptions", [])
        together |= {k: v for k, v in RANDOM[name].items() if k != "disruptions"}
    found = arrivals(**together)
    compared = 0
    for r in range(len(found)):
        for order in range(25):
            expected = LONG
            leaves = ships[r, order]
            if placed[r, order] == order and good[r, leaves] == leaves:
                period, left = leaves, waits[r, leaves]
                while left or not up[r, period]:
                    left -= up[r, period]
                    period += 1
                expected = opens[r, period]
            assert found[r, order] == expected, (r, order)
            compared += expected != LONG
    assert compared > 0.4 * 25 * len(found)


def test_processes_of_one_item_have_luck_of_their_own() -> None:
    """With the same chances, an item's order, ship, transit and receive go down at different times."""
    down = [seen(e) != np.arange(ORDERS) for e in ("order", "ship", "transit", "receive")]
    down.append(seen("all or nothing") != np.arange(ORDERS))
    for i, a in enumerate(down):
        for b in down[i + 1 :]:
            # Down 2/7 of the time, with a correlation of 0.3 from period to period: 0.01 is a standard error.
            assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.05
    named = mk.Disruption("order", 0.2, 0.5, key="strike")
    two = [RANDOM["order"]["disruptions"][0], named]
    either = arrivals(disruptions=two) == LONG
    assert np.array_equal(either, (seen("order") == LONG) | (arrivals(disruptions=named) == LONG))


def test_settings_meet_the_same_luck() -> None:
    """A larger hazard adds events and takes none away; better laws are better in every period."""
    few, many = (events(obsolescence=mk.Obsolescence(h)) for h in (0.05, 0.2))
    assert (few <= many).all()
    assert few.sum() < many.sum()
    assert (offered(capacity=mk.Uniform(4, 14)) < offered(capacity=mk.Uniform(5, 14))).all()
    low, high = (
        np.diff(supplied(mk.ConstantOrder(1), "on_hand", yields=mk.ShareYield(law)))
        for law in (mk.Uniform(0.5, 1), mk.Uniform(0.6, 1))
    )
    assert (low < high).all()
    often, rarely = (arrivals(yields=mk.AllOrNothingYield(p)) == LONG for p in (0.7, 0.9))
    assert (rarely <= often).all()


SHARED: dict[str, tuple[str, Any]] = {
    "order": ("order_quantity", lambda key: {"disruptions": mk.Disruption("order", 0.2, 0.5, key=key)}),
    "ship": ("on_hand", lambda key: {"disruptions": mk.Disruption("ship", 0.2, 0.5, key=key)}),
    "transit": ("on_hand", lambda key: {"disruptions": mk.Disruption("transit", 0.2, 0.5, key=key)}),
    "receive": ("on_hand", lambda key: {"disruptions": mk.Disruption("receive", 0.2, 0.5, key=key)}),
    "stock": ("on_hand", lambda key: {"disruptions": mk.Disruption("stock", 0.2, 0.5, key=key)}),
    "capacity outages": (
        "order_quantity",
        lambda key: {"capacity": 0.5, "disruptions": mk.Disruption("capacity", 0.2, 0.5, key=key)},
    ),
    "capacity": ("order_quantity", lambda key: {"capacity": mk.Capacity(mk.Uniform(0, 1), key=key)}),
    "hazard": ("on_hand", lambda key: {"obsolescence": mk.Obsolescence(0.2, key=key)}),
}


@pytest.mark.parametrize("name", list(SHARED))
def test_items_that_name_the_same_process_share_its_luck(name: str) -> None:
    """Items of one key go down together; without it, or with another, they do not."""
    traced, named = SHARED[name]

    def run(*keys: Any) -> list[NDArray[np.float64]]:
        base = mk.MakeToStock(demand=0, policy=mk.ConstantOrder(1), lead_time=0, opening_stock=0)
        shops = {f"item {i}": base.replace(**named(key)) for i, key in enumerate(keys)}
        both = mk.simulate(shops, periods=LONG, **RUN, trace=[traced]).trace[traced]
        return list(both.astype(float))

    own, other = run(None, None)
    assert not np.array_equal(own, other)
    a, b, c, d = run("plant", "plant", "site", 77)
    assert np.array_equal(a, b)
    assert len({x.tobytes() for x in (own, a, c, d)}) == 4
    assert np.array_equal(d, run(77)[0])
    # The key of an item is its own process.
    assert np.array_equal(run("item 0")[0], own)


def test_a_shared_process_is_all_that_is_shared() -> None:
    shop = mk.MakeToStock(
        demand=POISSON,
        policy=mk.BaseStock(30),
        lead_time=NESTED,
        yields=mk.AllOrNothingYield(0.9),
        capacity=mk.Capacity(mk.Uniform(4, 14), key="plant"),
        disruptions=mk.Disruption("ship", 0.2, 0.5, key="plant"),
    )
    together = mk.simulate({"a": shop, "b": shop}, periods=LONG, **RUN, trace=["demand"], keep="replications")
    for i, name in enumerate("ab"):
        alone = mk.simulate(shop, periods=LONG, **RUN, name=name)
        assert np.array_equal(together["cost"][i], alone["cost"])
        assert np.array_equal(together["on_hand"][i], alone["on_hand"])
    first, second = together.trace["demand"].astype(float)
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.05
    # One law for both, one draw: random capacities of a plant rise and fall together.
    assert np.array_equal(*together["capacity"])
