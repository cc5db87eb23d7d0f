"""Who gets which parts: the simulation against a bench where every unit of demand is an object.

What products ask for and what comes in of components is taken from make-to-stock items of the same names,
which have an oracle of their own; who gets what of it, and when it is assembled, is found once more in plain
Python.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from plain_assembly import Assembly, Close, assemble

import maketo as mk
from assembled import RULES, alone, asked_for, everything, instance

RUN: dict[str, Any] = {"periods": 60, "warm_up": 7, "replications": 3, "seed": 5}
# Beyond what is simulated at a time, in periods and in replications.
LONG: dict[str, Any] = {"periods": 200, "warm_up": 70, "replications": 3, "first_replication": 254, "seed": 6}
Units = NDArray[np.int64]


# Plainly.


@dataclass
class History:
    """One replication: what is asked for by (period, product), what comes in by (period, component)."""

    demand: Units
    receipts: Units
    opening: list[int]


def histories(shop: mk.AssembleToOrder, **options: Any) -> list[History]:
    """What happens to the shop, by the make-to-stock items of its products and components."""
    demand = [
        mk.simulate(
            mk.MakeToStock(asked_for(item), mk.BaseStock(0)), name=name, trace=["demand"], **options
        ).trace["demand"]
        for name, item in shop.products.items()
    ]
    stocks = [
        alone(shop, name, trace=["net_inventory", "demand"], **options).trace for name in shop.components
    ]
    found = []
    for r in range(options["replications"]):
        asked = whole(np.column_stack([d[r] for d in demand]))
        net = whole(np.column_stack([s["net_inventory"][r] for s in stocks]))
        needed = whole(np.column_stack([s["demand"][r] for s in stocks]))
        assert (needed == asked @ np.array(usage(shop))).all()
        # Nothing is under way at the start, so what is there at the first close and has been used was there.
        opening = net[0] + needed[0]
        receipts = np.diff(net, axis=0, prepend=opening[None]) + needed
        assert (receipts >= 0).all()
        found.append(History(asked, receipts, opening.tolist()))
    return found


def whole(x: NDArray[Any]) -> Units:
    units = x.astype(np.int64)
    assert (units == x).all()
    return units


def usage(shop: mk.AssembleToOrder) -> list[list[int]]:
    return [[int(shop.uses(v).get(c, 0)) for c in shop.components] for v in shop.products]


def plain(shop: mk.AssembleToOrder, history: History) -> list[Close]:
    products: Any = shop.products.values()
    components: Any = shop.components.values()
    assembly = Assembly(
        usage(shop),
        shop.allocation,
        priority=[v.priority for v in products],
        reserve=[int(c.reserve) for c in components],
        critical=[v.critical for v in products],
        value=[v.value for v in products],
    )
    return assemble(assembly, history.opening, history.demand.tolist(), history.receipts.tolist())


def at_the_bench(
    shop: mk.AssembleToOrder, closes: list[Close]
) -> Iterator[tuple[list[dict[int, int]], float]]:
    """By period: units delivered by product and age, after the hours and the time that assembly takes, and
    the hours used."""
    products: Any = list(shop.products.values())
    hours: Any = None if shop.hours is None else np.atleast_1d(np.asarray(shop.hours))
    time = int(getattr(shop.assembly_time, "value", shop.assembly_time))  # type: ignore[arg-type]
    queue: deque[list[Any]] = deque()
    busy: deque[list[tuple[int, int]]] = deque([] for _ in range(time))
    for now, close in enumerate(closes):
        for p, ages in enumerate(close.delivered):
            for age in sorted(ages, reverse=True):
                queue.extend([products[p].hours, p, now - age] for _ in range(ages[age]))
        left = np.inf if hours is None else float(hours[now % len(hours)])
        there = left
        done = []
        while queue:
            if queue[0][0] > left:
                queue[0][0] -= left
                left = 0.0
                break
            work, p, ordered = queue.popleft()
            left -= work
            done.append((p, ordered))
        busy.append(done)
        out: list[dict[int, int]] = [{} for _ in products]
        for p, ordered in busy.popleft():
            out[p][now - ordered] = out[p].get(now - ordered, 0) + 1
        yield out, 0.0 if hours is None else there - left


# And compared.


def compare(shop: mk.AssembleToOrder, **options: Any) -> None:
    found = mk.simulate(shop, **options)
    for r, history in enumerate(histories(shop, **options)):
        closes = plain(shop, history)
        compare_replication(found, r, options["warm_up"], history, closes, list(at_the_bench(shop, closes)))


def compare_replication(
    found: mk.AssemblyResult,
    r: int,
    warm_up: int,
    history: History,
    closes: list[Close],
    bench: list[tuple[list[dict[int, int]], float]],
) -> None:
    """All that is counted, to the unit; shares of blame and hours to rounding."""
    end = len(closes)
    periods = end - warm_up
    uses = np.array(usage(found.shop))
    demand = history.demand
    # By period of the order and period of delivery.
    out = np.zeros((len(uses), end, end), dtype=np.int64)
    for now, (delivered, _) in enumerate(bench):
        for p, ages in enumerate(delivered):
            for age, units in ages.items():
                out[p, now - age, now] += units
    asked = demand.cumsum(axis=0)
    late = asked.T - out.sum(axis=1).cumsum(axis=1)  # (product, period)
    short = np.array([c.backlog for c in closes]).T

    def by_product(name: str, sums: Any) -> None:
        assert found.values("product", name)[r].tolist() == (np.asarray(sums) / periods).tolist(), name

    def by_component(name: str, sums: Any) -> None:
        assert found.values("component", name)[r].tolist() == (np.asarray(sums) / periods).tolist(), name

    at_once = np.array([np.diagonal(units) for units in out])
    by_product("demand", demand[warm_up:].sum(axis=0))
    by_product("delivered", out[:, :, warm_up:].sum(axis=(1, 2)))
    by_product("filled", at_once[:, warm_up:].sum(axis=1))
    by_product("backorders", late[:, warm_up:].sum(axis=1))
    by_product("waiting_for_components", short[:, warm_up:].sum(axis=1))
    by_product("in_assembly", (late - short)[:, warm_up:].sum(axis=1))
    by_product("complete_periods", (at_once == demand.T)[:, warm_up:].sum(axis=1))
    free = np.array([c.free for c in closes])
    kits = [min(row[j] // a for j, a in enumerate(u) if a) for row in free[warm_up:] for u in uses]
    by_product("kits", np.reshape(kits, (periods, len(uses))).sum(axis=0))

    by_component("on_hand", free[warm_up:].sum(axis=0))
    by_component("reserved", np.sum([c.reserved for c in closes[warm_up:]], axis=0))
    by_component("backorders", np.sum([c.unmet for c in closes[warm_up:]], axis=0))
    by_component("in_assembly", ((late - short)[:, warm_up:].sum(axis=1)) @ uses)

    within, all_within = (found._blocks["others"][name] for name in ("fill_within", "all_within"))
    for i, window in enumerate(found.windows):
        w = int(window)
        in_time = np.ones(periods - w, dtype=np.bool_)
        for p in range(len(uses)):
            cohorts = range(warm_up, end - w)
            got = np.array([out[p, t, t : t + w + 1].sum() for t in cohorts])
            wanted = demand[warm_up : end - w, p]
            in_time &= got == wanted
            cell = p * len(found.windows) + i
            assert within["top"][0, cell, r] == got.sum()
            assert within["bottom"][0, cell, r] == wanted.sum()
        assert all_within["top"][0, i, r] == in_time.sum()
        assert all_within["bottom"][0, i, r] == periods - w

    blame = np.sum([c.blame for c in closes[warm_up:]], axis=0) / periods
    shares = found._blocks["others"]["blame"]["values"][0, :, r]
    pairs = [(found.components.index(c), found.products.index(v)) for c, v in found.pairs]
    assert shares == pytest.approx([blame[pair] for pair in pairs], abs=1e-9)
    assert blame.sum() == pytest.approx(shares.sum(), abs=1e-9), "and nobody else is to blame"
    assert found["hours_used"][r] == pytest.approx(sum(h for _, h in bench[warm_up:]) / periods, abs=1e-9)


@pytest.mark.parametrize("seed", range(40))
def test_who_gets_what(seed: int) -> None:
    """By all five rules in turn."""
    compare(instance(seed), **RUN)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(40, 44))
def test_one_shop_by_all_rules(seed: int, rule: str) -> None:
    compare(instance(seed, allocation=rule), **RUN)


@pytest.mark.parametrize("seed", range(95, 110))
def test_many_products_of_few_components(seed: int) -> None:
    """More than are looked at together."""
    compare(instance(seed, (7, 2)), **RUN)


@pytest.mark.parametrize("seed", range(60, 80))
def test_assembly_takes_time_and_hours(seed: int) -> None:
    luck = np.random.default_rng(seed)
    hours = [None, 6, 9, [4, 0, 12]][luck.integers(0, 4)]
    compare(instance(seed, assembly_time=int(luck.integers(0, 4)), hours=hours), **RUN)


@pytest.mark.parametrize("seed", range(80, 95))
def test_what_is_simulated_piece_by_piece(seed: int) -> None:
    """Units that wait from one piece to the next, and longer than a piece lasts."""
    compare(instance(seed, assembly_time=70 if seed % 5 == 0 else 0, windows=[0, 3, 65]), **LONG)


@pytest.mark.parametrize("rule", RULES)
def test_everything_by_all_rules(rule: str) -> None:
    compare(everything(allocation=rule), **RUN)
