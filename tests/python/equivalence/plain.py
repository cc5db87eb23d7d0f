"""Make to stock once more, in plain Python, one replication and one period after the other.

Written from the description of the model (docs/background), not from the core: every random number is asked
for by its address, inverted by scipy, and each step of a period is a line or two.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from typing import Any

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

    policy: Any = shop.policy
    base = isinstance(policy, mk.BaseStock)
    target = policy.level if base else policy.up_to
    opening: Any = target if shop.opening_stock is None else shop.opening_stock
    on_hand = float(opening)
    backorders = max(0.0, -on_hand)
    on_hand = max(0.0, on_hand)
    due: dict[int, float] = defaultdict(float)
    latest = 0
    trace: dict[str, list[float]] = {name: [] for name in mk.TRACES}

    def receive(quantity: float) -> None:
        nonlocal on_hand, backorders
        served = min(on_hand + quantity, backorders)
        on_hand, backorders = on_hand + quantity - served, backorders - served

    def review(t: int) -> float:
        nonlocal latest
        if t % shop.review_period:  # type: ignore[operator]
            return 0.0
        position = on_hand - backorders + sum(due.values())
        low = base or (position < policy.reorder if policy.strict else position <= policy.reorder)
        quantity = max(0.0, target - position) if low else 0.0
        if quantity > 0.0:
            arrival = t + _lead_time(shop, uniform(LEAD_TIME, t))
            if shop.crossing == "fifo":
                arrival = latest = max(latest, arrival)
            due[arrival] += quantity
        return quantity

    for t in range(periods):
        receive(due.pop(t, 0.0))
        ordered = 0.0
        if shop.event_order == "order_before_demand":
            ordered = review(t)
            receive(due.pop(t, 0.0))
        demand = float(stats.poisson(shop.demand.mean).ppf(uniform(DEMAND, t)))  # type: ignore[union-attr]
        filled = min(demand, on_hand)
        on_hand -= filled
        waits = (demand - filled) * shop.backorder_share  # type: ignore[operator]
        backorders += waits
        if shop.event_order == "demand_before_order":
            ordered = review(t)
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


def _lead_time(shop: mk.MakeToStock, u: float) -> int:
    law: Any = shop.lead_time
    if isinstance(law, mk.Deterministic):
        return int(law.value)  # type: ignore[arg-type]
    below = 0.0
    for value, probability in zip(law.values, law.probabilities, strict=True):
        below += probability
        if u <= below:
            return int(value)
    return int(law.values[-1])
