"""Shops at random, with everything that limits and disturbs supply, for what must hold in all of them."""

from __future__ import annotations

import random
from typing import Any

import maketo as mk
from maketo.supply import Yield
from shops import CROSSED, NESTED

EFFECTS = ("order", "ship", "transit", "receive", "capacity", "stock")
TOPICS = ("limits", "yields", "shelf life", "obsolescence", "express", "expediting")
COSTS = mk.Costs(
    holding=0.7,
    backorder=9,
    shortage=0.3,
    lost_sale=2,
    order=11,
    unit=1.5,
    price=4,
    salvage=0.5,
    overtime=0.9,
    express=1.1,
    expedite=0.6,
    disposal=-0.2,
)
AT_ONCE = mk.Discrete([0, 2], [0.5, 0.5])


def random_shop(topic: str, seed: int, *, gains: bool = True) -> mk.MakeToStock:
    """A shop that has what a topic or an effect of disruptions says, and perhaps more.

    All of its arithmetic is exact in doubles, whatever is added up first: demand is whole, shares are halves
    and quarters, and lots that are not all good come in whole packs. Without `gains` no lot grows.
    """
    dice = random.Random(f"{topic} {seed}")
    has = {one: one == topic or dice.random() < 0.2 for one in (*TOPICS, *EFFECTS)}
    # The express source and expediting count the periods to arrival.
    counted = has["express"] or has["expediting"]
    if topic == "transit":
        has["express"] = has["expediting"] = counted = False
    has["transit"] = has["transit"] and not counted
    lead, crossing = _lead_time(dice, counted, has["transit"])
    shortest = lead if isinstance(lead, int) else int(min(lead.values))
    late = shortest > 0 and dice.random() < 0.5
    share = 1.0 if has["yields"] or has["stock"] else 0.5
    whole = has["yields"] or dice.random() < 0.3
    policies: list[Any] = [
        mk.BaseStock(dice.randint(12, 40)),
        mk.BaseStock([25, 34, 18]),
        mk.MinMax(14, 36, strict=dice.random() < 0.5),
        mk.ReorderQuantity(16, 9),
        mk.CappedBaseStock(30, 8),
        mk.ConstantOrder(6),
    ]
    return mk.MakeToStock(
        demand=mk.Poisson(6),
        policy=dice.choice(policies),
        quantities=mk.Quantities(
            minimum=dice.choice([0, 0, 3]),
            multiple=dice.choice([1, 2]) if whole else None,
            maximum=dice.choice([None, None, 12]),
        ),
        lead_time=lead,
        crossing=crossing,
        review_period=dice.choice([1, 1, 2, 3]),
        event_order="demand_before_order" if late else "order_before_demand",
        holding_basis=dice.choice(["end", "mean"]),
        backorder_share=dice.choice([1, 0, share]),
        opening_stock=dice.choice([None, 0, 15]),
        costs=COSTS,
        capacity=_capacity(dice) if has["limits"] or has["capacity"] else None,
        yields=_yield(dice, gains) if has["yields"] else None,
        disruptions=[_disruption(dice, effect) for effect in EFFECTS if has[effect]],
        shelf_life=dice.choice([1, 2, 4]) if has["shelf life"] else None,
        issue=dice.choice(["fifo", "lifo"]),
        obsolescence=mk.Obsolescence(dice.choice([0, 0.06]), [9, 31]) if has["obsolescence"] else None,
        express=mk.Express(dice.choice([1, 1, 0 if not late else 1]), dice.randint(5, 18))
        if has["express"]
        else None,
        expedite_below=dice.randint(0, 12) if has["expediting"] else None,
    )


def _lead_time(dice: random.Random, counted: bool, transit: bool) -> tuple[Any, str]:
    if counted:
        return dice.choice([2, 3, 5]), "independent"
    if dice.random() < 0.5:
        return dice.choice([0, 1, 2, 4]), "independent"
    # Orders age on the calendar under kaplan and common crossing, whatever happens.
    crossing = dice.choice(
        ["independent", "fifo"] if transit else ["independent", "fifo", "kaplan", "common"]
    )
    return NESTED if crossing == "kaplan" else dice.choice([CROSSED, AT_ONCE]), crossing


def _capacity(dice: random.Random) -> mk.Capacity:
    regular: Any = dice.choice([8, [5, 12, 0, 9], mk.Discrete([2, 7, 14], [0.25, 0.5, 0.25])])
    return mk.Capacity(regular, overtime=dice.choice([0, 3]))


def _yield(dice: random.Random, gains: bool) -> Yield:
    counts = dice.choice(["expected", "nominal"])
    inflate = dice.random() < 0.5
    more = mk.Discrete([-2, 0, 1], [0.25, 0.5, 0.25]) if gains else mk.Discrete([-2, 0], [0.25, 0.75])
    kinds: list[Yield] = [
        mk.ShareYield(mk.Discrete([0.5, 0.75, 1], [0.25, 0.5, 0.25]), counts, inflate),
        mk.AdditiveYield(more, counts),
        mk.PieceYield(0.75, counts, inflate),
        mk.AllOrNothingYield(0.75, counts, inflate),
        mk.RunYield(0.875, "nominal"),
    ]
    return dice.choice(kinds)


def _disruption(dice: random.Random, effect: str) -> mk.Disruption:
    return mk.Disruption(
        effect,
        fail=dice.choice([0, 0.125]),
        recover=0.375,
        start=dice.choice(["stationary", "up", "down"]),
        outages=[(6, 9), (25, 26 + dice.randint(0, 5))],
        remaining=dice.choice([0, 0.5]),
    )
