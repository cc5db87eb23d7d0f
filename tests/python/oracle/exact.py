"""The model once more, without simulation: sums over laws, short enough to check by eye.

Conventions. Time goes in periods; stock on hand I and backorders B are those at the close of a period. In
``order_before_demand`` an order placed at t with lead time L serves the demand of t + L, so a stock that
orders up to S at every review covers m = L + 1 periods; in ``demand_before_order`` it covers m = L.

Sources: P. Zipkin, *Foundations of Inventory Management*, 2000, ch. 6 and 9; Y.-S. Zheng and A. Federgruen,
*Operations Research* 39, 1991, 654–665.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pmf: TypeAlias = NDArray[np.float64]
"""Probabilities of 0, 1, 2, …"""
Numbers: TypeAlias = dict[str, float]
"""Exact values by the name of the metric."""

_TAIL = 1e-16


def pmf(law: Any) -> Pmf:
    """Probabilities of a frozen `scipy.stats` law on 0, 1, 2, …, up to a negligible tail."""
    last = int(law.isf(_TAIL)) + 2
    return np.asarray(law.pmf(np.arange(last)), dtype=np.float64)


def total(one: Pmf, periods: int) -> Pmf:
    """Law of the demand of several independent periods."""
    law = np.ones(1)
    for _ in range(periods):
        law = np.convolve(law, one)
    return law


def excess(law: Pmf, level: float) -> float:
    """E (D − level)⁺, also for a negative level (a planned backlog)."""
    return float(law @ np.maximum(np.arange(len(law)) - level, 0.0))


def stock_and_backlog(law: Pmf, level: float) -> Numbers:
    """What is left of `level`, and what waits, after a demand of this law."""
    waiting = excess(law, level)
    values = np.arange(len(law))
    return {
        "on_hand": level - float(law @ values) + waiting,
        "backorders": waiting,
        "alpha_service": float(law[values <= level].sum()),
    }


def base_stock(one: Pmf, level: float, cover: int, h: float = 0.0, p: float = 0.0) -> Numbers:
    """Base stock with full backorders, reviewed every period: at a close the net inventory is S − D(cover).

    A unit is filled from stock if it is neither waiting at the close nor was before its period:
    fill rate = 1 − (E B(cover) − E B(cover − 1))/mean.
    """
    mean = float(one @ np.arange(len(one)))
    found = stock_and_backlog(total(one, cover), level)
    before = stock_and_backlog(total(one, cover - 1), level)
    found["fill_rate"] = 1.0 - (found["backorders"] - before["backorders"]) / mean
    found["gamma_service"] = 1.0 - found["backorders"] / mean
    found["available"] = before["on_hand"]  # just before demand: one period of demand less
    found["cost"] = h * found["on_hand"] + p * found["backorders"]
    return found


def opening_run(one: Pmf, level: float, covers: Sequence[int], h: float, p: float) -> Numbers:
    """The same, averaged over given periods of a finite run, whose closes see demands of `covers` periods.

    A run opens with S on hand and nothing on order, so its first closes see fewer periods than the long
    run.
    """
    cells = {n: base_stock(one, level, n, h, p) for n in set(covers)}
    return {name: float(np.mean([cells[n][name] for n in covers])) for name in cells[covers[0]]}


def covers(periods: int, lead_time: int, review: int = 1, order_first: bool = True) -> list[int]:
    """How many periods of demand are missing at each close, 0 … periods − 1, of a base-stock run.

    The order that has arrived last was placed at the latest review no later than t − L. Placed before
    demand, it knew the demand up to the period before; placed after demand, that of its own period as well.
    Until the first receipt everything since the opening is missing.
    """
    return [
        t + 1 if t < lead_time else t - (t - lead_time) // review * review + (1 if order_first else 0)
        for t in range(periods)
    ]


def own_fill_rate(one: Pmf, level: int, lead_time: int, periods: int) -> float:
    """Mean of a warmed-up base-stock run's own fill rate, filled/demand over its periods, given demand.

    Full backorders, order before demand: a period finds (S − demand of the last L periods)⁺ on the shelf. A
    Markov chain on those demands, each as good as S if larger, with what was filled and demanded so far.
    """
    chance = one[one > 0.0]
    total_law = np.ones(1)
    for _ in range(periods):
        total_law = np.convolve(total_law, one)[:2000]
    size = int(np.flatnonzero(np.cumsum(total_law) > 1 - 1e-14)[0]) + 2
    states = np.indices((level + 1,) * lead_time).reshape(lead_time, -1)
    capped = np.append(one[:level], one[level:].sum())
    weights = (level + 1) ** np.arange(lead_time)[::-1]
    law = np.zeros((states.shape[1], size, size))
    law[:, 0, 0] = np.prod(capped[states], axis=0)
    for _ in range(periods):
        after = np.zeros_like(law)
        for place, recent in enumerate(states.T):
            shelf = max(0, level - int(recent.sum()))
            for d, p in enumerate(chance[:size]):
                filled = min(d, shelf)
                to = int(weights @ np.append(recent[1:], min(d, level)))
                after[to, filled:, d:] += p * law[place, : size - filled, : size - d]
        law = after
    joint = law.sum(axis=0)
    ratio = np.arange(size)[:, None] / np.maximum(np.arange(size), 1)[None, :]
    return float((joint * ratio)[:, 1:].sum() / joint[:, 1:].sum())


def min_max(one: Pmf, s: int, S: int, lead_time: int, h: float, p: float, K: float) -> Numbers:
    """The (s, S) policy with full backorders, order before demand, an order at a position ≤ s.

    Right after the review the position is S − j with a probability proportional to m(j), the expected
    number of reviews that a cycle from S spends there: m solves a renewal equation. One lead time and one
    period later the position has become net inventory (Zheng & Federgruen 1991, eq. 1).
    """
    drop = np.pad(one, (0, max(0, S - s - len(one))))
    m = np.zeros(S - s)
    m[0] = 1.0 / (1.0 - drop[0])
    for j in range(1, S - s):
        m[j] = (drop[1 : j + 1] @ m[j - 1 :: -1][:j]) / (1.0 - drop[0])
    share = m / m.sum()
    found: Numbers = dict.fromkeys(("on_hand", "backorders", "alpha_service", "fill_rate"), 0.0)
    for j, weight in enumerate(share):
        cell = base_stock(one, S - j, lead_time + 1)
        for name in found:
            found[name] += float(weight) * cell[name]
    found["orders"] = 1.0 / float(m.sum())
    found["cost"] = h * found["on_hand"] + p * found["backorders"] + K * found["orders"]
    return found


def reorder_quantity(one: Pmf, r: int, Q: int, lead_time: int, h: float, p: float, K: float) -> Numbers:
    """The (r, nQ) policy with full backorders, order before demand, an order at a position ≤ r.

    Right after the review the position is equally likely to be r + 1, …, r + Q (Hadley & Whitin 1963), and
    the next review orders if demand takes it to r or below.
    """
    found: Numbers = dict.fromkeys(("on_hand", "backorders", "alpha_service", "fill_rate"), 0.0)
    for above in range(1, Q + 1):
        cell = base_stock(one, r + above, lead_time + 1)
        for name in found:
            found[name] += cell[name] / Q
    found["orders"] = sum(float(one[above:].sum()) for above in range(1, Q + 1)) / Q
    found["cost"] = h * found["on_hand"] + p * found["backorders"] + K * found["orders"]
    return found


def constant_order(one: Pmf, q: int, h: float, p: float, top: int = 400) -> Numbers:
    """q units every period, lost sales: stock at the close is a random walk held at nought, I ← (I + q − d)⁺,
    solved by iteration on 0, …, top. What is not lost is what is ordered, so mean demand − q is lost."""
    mean = float(one @ np.arange(len(one)))
    law: Pmf = np.zeros(top + 1)
    law[0] = 1.0
    while True:
        moved = np.convolve(law, one[::-1])  # place i is stock i − (len(one) − 1) before q arrives
        at_nought = len(one) - 1 - q
        after = np.zeros(top + 1)
        after[0] = moved[: at_nought + 1].sum()
        tail = moved[at_nought + 1 :]
        after[1:] = tail[:top]
        after[top] += tail[top:].sum()
        if np.abs(after - law).sum() < 1e-14:
            break
        law = after
    on_hand = float(law @ np.arange(top + 1))
    return {
        "on_hand": on_hand,
        "lost": mean - q,
        "fill_rate": q / mean,
        "cost": h * on_hand + p * (mean - q),
    }


def min_max_start(
    one: Pmf, s: int, S: int, lead_time: int, warm_up: int, periods: int, **rates: float
) -> Numbers:
    """(s, S) again, but as it is simulated: from S on hand, averaged over the periods after the warm-up.

    A Markov chain on the position after the review. All replications start in the same phase of the order
    cycle, and where a cycle is nearly two periods long that phase is remembered for hundreds of periods;
    this says how much of it is left.
    """
    size = S - s
    stay = np.zeros((size, size))
    for j in range(size):
        for d in range(size - j):
            stay[j, j + d] = one[d] if d < len(one) else 0.0
    ends = 1.0 - stay.sum(axis=1)
    position = np.zeros(size)
    position[0] = 1.0
    seen, orders = np.zeros(size), 0.0
    for t in range(periods):
        # The position after the review of t shows in the close of t + L.
        if warm_up - lead_time <= t < periods - lead_time:
            seen += position
        if t == periods - 1:
            break
        placed = float(position @ ends)
        position = position @ stay
        position[0] += placed
        if t + 1 >= warm_up:
            orders += placed
    cells = [base_stock(one, S - j, lead_time + 1) for j in range(size)]
    share = seen / seen.sum()
    found = {
        name: float(sum(w * c[name] for w, c in zip(share, cells, strict=True)))
        for name in ("on_hand", "backorders", "alpha_service", "fill_rate")
    }
    found["orders"] = orders / (periods - warm_up)
    h, p, K = rates["h"], rates["p"], rates["K"]
    found["cost"] = h * found["on_hand"] + p * found["backorders"] + K * found["orders"]
    return found


def lost_sales(
    one: Pmf, S: int, lead_time: int, h: float, p: float, s: int | None = None, K: float = 0.0
) -> Numbers:
    """Base stock with lost sales, L ≥ 1: a Markov chain on the stock before demand and the orders under
    way. With s given, (s, S).

    State (x, q₁, …): stock after the receipt, and what arrives in the next L − 1 periods. The order is what
    is missing to S, (S − x − Σq), at a position ≤ s. Demand d leaves (x − d)⁺, and then q₁ arrives. Solved
    by iterating from a full shelf until nothing changes.
    """
    grid = np.indices((S + 1,) * lead_time).reshape(lead_time, -1)
    states = grid[:, grid.sum(axis=0) <= S]
    weights = (S + 1) ** np.arange(lead_time)  # a state as one number
    place = np.full((S + 1) ** lead_time, -1)
    place[weights @ states] = np.arange(states.shape[1])
    x, under_way = states[0], states[1:]
    position = states.sum(axis=0)
    order = np.where(position <= (S if s is None else s), S - position, 0)
    arrives = np.vstack([under_way, order])  # next period's receipt first

    chance = one[: S + 1].copy()
    targets, shares = [], []
    for d, weight in enumerate(chance):
        served = np.minimum(d, x)
        targets.append(place[weights @ np.vstack([x - served + arrives[0], arrives[1:]])])
        # With demand S or more the shelf is empty for sure: the last column takes the tail.
        shares.append(np.full(len(x), weight if d < S else float(one[S:].sum())))
    target, share = np.concatenate(targets), np.concatenate(shares)

    law: Pmf = np.zeros(len(x))
    law[place[S]] = 1.0
    while True:
        moved = np.bincount(target, weights=share * np.tile(law, len(chance)), minlength=len(law))
        after = np.asarray(moved, dtype=np.float64)
        if np.abs(after - law).sum() < 1e-14:
            break
        law = after
    mean = float(one @ np.arange(len(one)))
    short = np.array([excess(one, level) for level in range(S + 1)])
    lost = float(law @ short[x])
    on_hand = float(law @ (x - mean + short[x]))
    orders = float(law[order > 0].sum())
    return {
        "on_hand": on_hand,
        "lost": lost,
        "fill_rate": 1 - lost / mean,
        "orders": orders,
        "cost": h * on_hand + p * lost + K * orders,
    }


def nested_demand(one: Pmf, wait: Sequence[float]) -> Pmf:
    """The same as `crossing_demand` where no order overtakes another and how long they wait has nothing to do
    with demand: `wait` holds P(W = 1), P(W = 2), …

    The order placed k periods ago is under way if its wait is above k, and then so are all placed after it:
    that K of them are has the law of W. Each brings the demand of one period, and that of the period itself
    is missing as well.
    """
    cells = [share * total(one, w + 1) for w, share in enumerate(wait, start=1)]
    law = np.zeros(max(map(len, cells)))
    for cell in cells:
        law[: len(cell)] += cell
    return law


def crossing_demand(one: Pmf, lead: Sequence[float], overtaking: bool) -> Pmf:
    """Law of what base stock has not got back at a close: S − net inventory, for random lead times.

    `lead` holds P(L = 1), P(L = 2), …, drawn afresh for every order, order before demand. The demand of the
    period itself is always missing. The order placed k periods ago is under way if its L > k. Orders that
    may overtake are so independently of each other; in a queue (first in, first out) an order waits for all
    placed before it, so the longest-standing one that is late, at age M, holds back M + 1 orders.
    """
    late = [1.0 - sum(lead[:k]) for k in range(len(lead))]  # P(L > k)
    if overtaking:
        law = one
        for share in late:
            out = share * one
            out[0] += 1.0 - share
            law = np.convolve(law, out)
        return law
    law = np.zeros(1)
    older_arrived = 1.0
    for k in reversed(range(len(lead))):
        cell = older_arrived * late[k] * total(one, k + 2)  # M = k
        law = (
            cell + np.pad(law, (0, len(cell) - len(law)))
            if len(law) < len(cell)
            else law + np.pad(cell, (0, len(law) - len(cell)))
        )
        older_arrived *= 1.0 - late[k]
    return law
