"""Make to stock once more, in plain Python, one replication and one period after the other.

Written from the description of the model (docs/background), not from the core: every random number is asked
for by its address, inverted by scipy, and each step of a period is a line or two.
"""

from __future__ import annotations

import math
import zlib
from typing import Any

import numpy as np
from scipy import stats

import maketo as mk
from maketo import _core

EVALUATION = 1 << 31  # first replication of the half that `simulate` reports on
DEMAND, LEAD_TIME = 16, 32  # streams


def one_replication(
    shop: mk.MakeToStock, key: int, replication: int, periods: int, name: str = "item"
) -> dict[str, list[float]]:
    """Traces of one replication; Poisson demand, constant or discrete lead times."""
    entity = zlib.crc32(name.encode())

    def uniform(stream: int, index: int) -> float:
        return _core.uniform(key, EVALUATION + replication, stream, entity, index)

    opening: Any = _opening(shop.policy) if shop.opening_stock is None else shop.opening_stock
    on_hand = float(opening)
    backorders = max(0.0, -on_hand)
    on_hand = max(0.0, on_hand)
    under_way: list[tuple[int, int, float]] = []  # released, due, quantity
    latest = 0
    trace: dict[str, list[float]] = {name: [] for name in mk.TRACES}

    def receive(t: int, drawn: int) -> None:
        """Drawn is a lead time, or under kaplan crossing the age from which orders arrive."""
        nonlocal on_hand, backorders
        kaplan = shop.crossing == "kaplan" and not isinstance(shop.lead_time, mk.Deterministic)
        for order in list(under_way):
            released, due, quantity = order
            if t - released >= drawn if kaplan else due == t:
                under_way.remove(order)
                served = min(on_hand + quantity, backorders)
                on_hand, backorders = on_hand + quantity - served, backorders - served

    def review(t: int, drawn: int) -> float:
        nonlocal latest
        if t % shop.review_period:  # type: ignore[operator]
            return 0.0
        position = on_hand - backorders + sum(quantity for _, _, quantity in under_way)
        quantity = _accepted(shop.quantities, _wanted(shop.policy, t, position))
        if quantity > 0.0:
            due = t + drawn
            if shop.crossing == "fifo":
                due = latest = max(latest, due)
            elif shop.crossing == "common":
                due = latest
            under_way.append((t, due, quantity))
        return quantity

    for t in range(periods):
        drawn = _lead_time(shop, uniform(LEAD_TIME, t))
        if shop.crossing == "common":
            latest = max(latest, t + drawn)
        receive(t, drawn)
        ordered = 0.0
        if shop.event_order == "order_before_demand":
            ordered = review(t, drawn)
            receive(t, drawn)
        demand = float(stats.poisson(shop.demand.mean).ppf(uniform(DEMAND, t)))  # type: ignore[union-attr]
        filled = min(demand, on_hand)
        on_hand -= filled
        waits = (demand - filled) * shop.backorder_share  # type: ignore[operator]
        backorders += waits
        if shop.event_order == "demand_before_order":
            ordered = review(t, drawn)
        closing = {
            "demand": demand,
            "filled": filled,
            "on_hand": on_hand,
            "backorders": backorders,
            "net_inventory": on_hand - backorders,
            "order_quantity": ordered,
            "lost": demand - filled - waits,
        }
        for quantity, value in closing.items():
            trace[quantity].append(value)
    return trace


def _opening(policy: Any) -> Any:
    match type(policy).__name__:
        case "BaseStock":
            return np.atleast_1d(policy.level)[0]
        case "MinMax":
            return policy.up_to
        case "ReorderQuantity":
            return policy.reorder + policy.quantity
        case "CappedBaseStock":
            return policy.level
        case "ConstantOrder":
            return policy.quantity


def _wanted(policy: Any, t: int, position: float) -> float:
    match type(policy).__name__:
        case "BaseStock":
            levels = np.atleast_1d(policy.level)
            return max(0.0, float(levels[t % len(levels)]) - position)
        case "MinMax":
            low = position < policy.reorder if policy.strict else position <= policy.reorder
            return policy.up_to - position if low else 0.0
        case "ReorderQuantity":
            quantity = 0.0
            while (
                position + quantity < policy.reorder
                if policy.strict
                else position + quantity <= policy.reorder
            ):
                quantity += policy.quantity
            return quantity
        case "CappedBaseStock":
            return float(min(policy.cap, max(0.0, policy.level - position)))
        case "ConstantOrder":
            return float(policy.quantity)
    raise TypeError(policy)


def _accepted(rules: Any, wanted: float) -> float:
    if wanted <= 0:
        return 0.0
    quantity = max(wanted, rules.minimum)
    batch = rules.multiple
    if batch is not None:
        quantity = math.ceil(quantity / batch) * batch
    if rules.maximum is not None:
        quantity = min(quantity, rules.maximum)
        if batch is not None:
            quantity = math.floor(quantity / batch) * batch
    return float(quantity)


def _lead_time(shop: mk.MakeToStock, u: float) -> int:
    """By inversion, of the lead time or of what kaplan crossing draws."""
    law: Any = shop.lead_time
    if isinstance(law, mk.Deterministic):
        return int(law.value)  # type: ignore[arg-type]
    chance = dict(zip(law.values, law.probabilities, strict=True))
    longest = int(max(chance))
    longer = 1.0  # P(L > j − 1)
    below = 0.0
    for j in range(longest):
        p = chance.get(j, 0.0)
        below = p / longer if shop.crossing == "kaplan" else below + p
        if u <= below:
            return j
        longer -= p
    return longest
