"""Assembling to order once more without simulation: sums over laws, chains of states and closed forms.

Every function returns exact values by `Key`: the name of a metric, then of which type, product or component,
then within which time. Unless it says otherwise, components are given to orders first come, first served,
component by component; what an order has got is reserved while it waits for the rest; it leaves complete, at
once.

Sources: J.-S. Song, *Operations Research* 46, 1998, 831–845; J.-S. Song, S. H. Xu and B. Liu, *Operations
Research* 47, 1999, 131–149; J.-S. Song and D. D. Yao, *Operations Research* 50, 2002, 889–903; W. H. Hausman,
H. L. Lee and A. X. Zhang, *European Journal of Operational Research* 109, 1998, 646–659; L. Flatto and
S. Hahn, *SIAM Journal on Applied Mathematics* 44, 1984, 1041–1053; R. Nelson and A. N. Tantawi, *IEEE
Transactions on Computers* 37, 1988, 739–743; K. Rosling, *Operations Research* 37, 1989, 565–579.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import pairwise, product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, special, stats
from scipy.sparse.linalg import spsolve

Key: TypeAlias = str | tuple[str | float, ...]
Numbers: TypeAlias = dict[Key, float]
Types: TypeAlias = Mapping[str, tuple[float, Mapping[str, int]]]
"""By name: orders per time, and the units of each component that one order needs."""
Law: TypeAlias = NDArray[np.float64]
"""Joint probabilities of whole numbers, one axis each."""
Shock: TypeAlias = tuple[float, Sequence[int]]
"""A Poisson number of jumps, by its mean, and how far one of them moves each axis."""
State: TypeAlias = tuple[int, ...]

_TAIL = 1e-16


# Several components hit by the same orders.


def common_shocks(caps: Sequence[int], shocks: Iterable[Shock]) -> Law:
    """Joint law of sums of independent shocks; the last place of an axis holds all that reaches its cap.

    The multivariate Poisson law of Song 1998, also with quantities: axis i is Σ_shocks q_i·N, and two axes
    depend on each other by the shocks that move both.
    """
    law = np.zeros([cap + 1 for cap in caps])
    law[(0,) * law.ndim] = 1.0
    for mean, jump in shocks:
        if mean == 0 or not any(jump):
            continue
        enough = max(math.ceil(cap / q) for cap, q in zip(caps, jump, strict=True) if q)
        chances = [*stats.poisson.pmf(np.arange(enough), mean), stats.poisson.sf(enough - 1, mean)]
        law = np.asarray(sum(chance * _moved(law, n, jump) for n, chance in enumerate(chances)))
    return law


def _moved(law: Law, times: int, jump: Sequence[int]) -> Law:
    """The law after so many jumps of the same kind."""
    for axis, q in enumerate(jump):
        before = np.moveaxis(law, axis, 0)
        stays = max(len(before) - times * q, 0)  # how many places do not pass the cap
        after = np.zeros_like(before)
        after[len(before) - stays :] = before[:stays]
        after[-1] += before[stays:].sum(axis=0)
        law = np.moveaxis(after, 0, axis)
    return law


def nested(lengths: Sequence[float], streams: Sequence[Shock]) -> list[Shock]:
    """What Poisson streams bring to axis i over the last `lengths[i]` of time, piece by piece of time.

    The windows all end now, so the shorter lies in the longer; a piece counts for the windows that reach back
    over it.
    """
    edges = [0.0, *sorted({length for length in lengths if length > 0})]
    return [
        (rate * (far - near), [q if length >= far else 0 for q, length in zip(jump, lengths, strict=True)])
        for near, far in pairwise(edges)
        for rate, jump in streams
    ]


def assemble_to_order(
    types: Types, L: Mapping[str, float], S: Mapping[str, int], windows: Sequence[float] = ()
) -> Numbers:
    """Poisson orders of several types, base stocks S_i, constant lead times L_i (Song 1998; Song & Yao 2002).

    At w after its arrival an order has what was ordered until then minus L_i, its own component included if
    w ≥ L_i. So, with Q_i(τ) the units of i ordered in the τ before the arrival and q_i its own,

        P(W ≤ w) = P(Q_i(L_i − w) ≤ S_i − q_i for all i it needs with L_i > w),

    and E W is the integral of the rest, backlog by Little's law. On the level of a component, Q = Q_i(L_i):
    free E (S − Q)⁺ and unmet E (Q − S)⁺. What waiting orders need and is not unmet is reserved for them:
    Σ_types q_i·E backlog − unmet. The item fill rate is a mean over the orders that need the component, each
    counted once: the chance that all its units are there.
    """

    def within(needs: Mapping[str, int], w: float) -> float:
        asked = [i for i in needs if L[i] > w]
        caps = [S[i] - needs[i] + 1 for i in asked]
        if min(caps, default=1) <= 0:  # it needs more than there ever is without its own replacement
            return 0.0
        streams = [(rate, [uses.get(i, 0) for i in asked]) for rate, uses in types.values()]
        law = common_shocks(caps, nested([L[i] - w for i in asked], streams))
        return float(law[(slice(-1),) * law.ndim].sum())

    def late(needs: Mapping[str, int], w: float) -> float:
        return 1 - within(needs, w)

    found: Numbers = {}
    for name, (rate, needs) in types.items():
        found["order_fill_rate", name] = within(needs, 0.0)
        for w in windows:
            found["prob_wait_le", name, w] = within(needs, w)
        # Between two lead times the chance is a polynomial times an exponential of w.
        edges = [0.0, *sorted({L[i] for i in needs if L[i] > 0})]
        wait = sum(_integral(partial(late, needs), a, b) for a, b in pairwise(edges))
        found["order_wait", name] = wait
        found["order_backlog", name] = rate * wait
    found["order_fill_rate"] = _of_all(types, found)
    for i in L:
        users = {name: uses[i] for name, (_, uses) in types.items() if i in uses}
        law = common_shocks([S[i]], nested([L[i]], [(types[name][0], [q]) for name, q in users.items()]))
        free = float(law @ (S[i] - np.arange(S[i] + 1)))
        unmet = free - S[i] + L[i] * sum(types[name][0] * q for name, q in users.items())
        orders = sum(types[name][0] for name in users)
        found["unreserved_on_hand", i] = free
        found["unit_backorders", i] = unmet
        found["item_fill_rate", i] = (
            sum(types[name][0] * within({i: q}, 0.0) for name, q in users.items()) / orders
        )
        needed = sum(q * found["order_backlog", name] for name, q in users.items())
        found["reserved_on_hand", i] = needed - unmet
    return found


def _of_all(types: Types, found: Numbers) -> float:
    rates = {name: rate for name, (rate, _) in types.items()}
    return sum(rate * found["order_fill_rate", name] for name, rate in rates.items()) / sum(rates.values())


def _integral(f: Callable[[float], float], a: float, b: float, nodes: int = 40) -> float:
    """Gauss–Legendre."""
    x, weight = special.roots_legendre(nodes)
    return float(
        sum((b - a) / 2 * w * f((a + b) / 2 + (b - a) / 2 * z) for z, w in zip(x, weight, strict=True))
    )


# Chains of states.


def stationary(shape: Sequence[int], moves: Callable[[State], Iterable[tuple[float, State]]]) -> Law:
    """Stationary law of the chain whose state changes by `moves`: rates and where they lead, inside `shape`.

    Flow out = flow in for every state but 0, of which the weight is set to 1 before all are scaled.
    """
    size = math.prod(shape)
    rates = sparse.lil_array((size, size))
    for here, state in enumerate(product(*(range(n) for n in shape))):
        for rate, to in moves(state):
            there = int(np.ravel_multi_index(to, tuple(shape)))
            rates[there, here] += rate
            rates[here, here] -= rate
    flows = rates.tocsc()
    rest = spsolve(flows[1:, 1:], -flows[1:, [0]].toarray().ravel())
    law = np.concatenate([[1.0], rest])
    return np.asarray((law / law.sum()).reshape(tuple(shape)), dtype=np.float64)


def outstanding(types: Types, mu: Mapping[str, float], top: int) -> Law:
    """Joint law of the units still to be made, one axis per component in the order of `mu`.

    Every order adds what it needs to the queues of its components; each has one exponential server. Orders
    that would bring a queue above `top` are left out, so `top` must not matter.
    """
    names = list(mu)

    def moves(state: State) -> Iterable[tuple[float, State]]:
        for rate, needs in types.values():
            after = tuple(n + needs.get(i, 0) for n, i in zip(state, names, strict=True))
            if max(after) <= top:
                yield rate, after
        for axis, i in enumerate(names):
            if state[axis]:
                yield mu[i], (*state[:axis], state[axis] - 1, *state[axis + 1 :])

    return stationary([top + 1] * len(names), moves)


def one_server_each(types: Types, mu: Mapping[str, float], S: Mapping[str, int], top: int = 110) -> Numbers:
    """Component i replaced by one exponential server of rate mu_i (Song, Xu & Liu 1999).

    With n_i units still to be made an order finds S_i − n_i: filled if n_i ≤ S_i − q_i for all it needs. If
    one unit is needed at a time, each n_i alone is M/M/1 and P(n_i < S_i) = 1 − ρ_i^S_i; the joint law is
    that of the chain.
    """
    law = outstanding(types, mu, top)
    counts = np.indices(law.shape)
    axes = {i: axis for axis, i in enumerate(mu)}

    def filled(needs: Mapping[str, int]) -> float:
        there = np.ones(law.shape, dtype=np.bool_)
        for i, q in needs.items():
            there &= counts[axes[i]] <= S[i] - q
        return float(law[there].sum())

    found: Numbers = {("order_fill_rate", name): filled(needs) for name, (_, needs) in types.items()}
    found["order_fill_rate"] = _of_all(types, found)
    for i, axis in axes.items():
        users = [(rate, needs[i]) for rate, needs in types.values() if i in needs]
        found["unreserved_on_hand", i] = float((law * np.maximum(S[i] - counts[axis], 0)).sum())
        found["item_fill_rate", i] = sum(rate * filled({i: q}) for rate, q in users) / sum(
            r for r, _ in users
        )
    means = [float((law * n).sum()) for n in counts]
    covariance = [[float((law * a * b).sum()) for b in counts] for a in counts] - np.outer(means, means)
    spread = np.sqrt(np.diag(covariance))
    for (i, a), (j, b) in pairwise(axes.items()):
        found["corr_outstanding", i, j] = float(covariance[a, b] / (spread[a] * spread[b]))
    return found


def all_or_nothing(
    types: Types,
    mu: Mapping[str, float],
    S: Mapping[str, int],
    h: Mapping[str, float],
    lost_cost: Mapping[str, float],
) -> Numbers:
    """Orders lost unless all they need is on hand; i made one by one, at rate mu_i, while stock < S_i.

    Chain of the stocks on hand; Poisson orders see its stationary law.
    """
    names = list(mu)

    def after(state: State, needs: Mapping[str, int]) -> State | None:
        left = tuple(n - needs.get(i, 0) for n, i in zip(state, names, strict=True))
        return left if min(left) >= 0 else None

    def moves(state: State) -> Iterable[tuple[float, State]]:
        for rate, needs in types.values():
            if (left := after(state, needs)) is not None:
                yield rate, left
        for axis, i in enumerate(names):
            if state[axis] < S[i]:
                yield mu[i], (*state[:axis], state[axis] + 1, *state[axis + 1 :])

    law = stationary([S[i] + 1 for i in names], moves)
    found: Numbers = {}
    cost = 0.0
    for name, (rate, needs) in types.items():
        taken = sum(float(chance) for state, chance in np.ndenumerate(law) if after(state, needs) is not None)
        found["order_accept_rate", name] = taken
        cost += lost_cost[name] * rate * (1 - taken)
    for i, counts in zip(names, np.indices(law.shape), strict=True):
        found["on_hand", i] = float((law * counts).sum())
        cost += h[i] * found["on_hand", i]
    return found | {"cost_rate": cost}


def fork_join(lam: float, mu: float) -> Numbers:
    """No stock, two components, two exponential servers of the same rate (Flatto & Hahn; Nelson & Tantawi).

    E T = (12 − ρ)/8 · 1/(μ − λ), ρ = λ/μ; each part alone is M/M/1.
    """
    part = 1 / (mu - lam)
    return {"order_flow_time": (12 - lam / mu) / 8 * part, "component_flow_time": part}


# Periods.


def normal_periods(
    mean: Sequence[float],
    cov: Sequence[Sequence[float]],
    bom: Sequence[Mapping[str, int]],
    L: Mapping[str, int],
    S: Mapping[str, float],
    windows: Sequence[int],
) -> Numbers:
    """Normal demands of products, ordered before demand (set-up of Hausman, Lee & Zhang 1998).

    All demand of a period is out within w periods if S_i covers the demand of i over m_i = L_i + 1 − w
    periods, for all i with m_i > 0. With a_i the usage of i by product, these demands are jointly normal with
    means m_i·a_i′μ and covariances min(m_i, m_j)·a_i′Σa_j: the windows end in the same period.
    """
    found: Numbers = {}
    for w in windows:
        late = [i for i in L if L[i] + 1 > w]
        usage = np.array([[needs.get(i, 0) for needs in bom] for i in late]).reshape(len(late), len(bom))
        periods = np.array([L[i] + 1 - w for i in late])
        spare = np.array([S[i] for i in late]) - periods * (usage @ np.array(mean))
        shared = np.minimum.outer(periods, periods) * (usage @ np.array(cov) @ usage.T)
        found["prob_all_filled_within", w] = normal_below(spare, shared)
    return found


def normal_below(bounds: Law, covariance: Law, nodes: int = 120) -> float:
    """P(X ≤ bounds) of a normal X with mean 0: one standard normal after the other, by Cholesky's root.

    All but the last are integrated (Gauss–Legendre, from −9 up to their bound); the last is Φ.
    """
    if not len(bounds):
        return 1.0
    root = np.linalg.cholesky(covariance)
    x, weight = special.roots_legendre(nodes)

    def below(known: Law) -> Law:
        """Given rows of the first variables."""
        i = known.shape[1]
        edge = np.clip((bounds[i] - known @ root[i, :i]) / root[i, i], -9.0, 9.0)
        if i == len(bounds) - 1:
            return np.asarray(special.ndtr(edge), dtype=np.float64)
        half = (edge + 9.0)[:, None] / 2
        z = half * (x + 1.0) - 9.0
        density = half * weight * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
        rows = np.column_stack([np.repeat(known, nodes, axis=0), z.ravel()])
        return np.asarray((density * below(rows).reshape(z.shape)).sum(axis=1), dtype=np.float64)

    return float(below(np.empty((1, 0)))[0])


def poisson_periods(
    rates: Sequence[float],
    usage: Sequence[Sequence[int]],
    L: Sequence[int],
    S: Sequence[int],
    windows: Sequence[int] = (0,),
) -> Numbers:
    """Poisson demands of products per period, demand before order: S_i covers the last L_i periods.

    Component i goes to units of demand by period and, within it, by product; a unit gets all its parts of i
    before the next. w periods on, what has come in of i is S_i and all demand up to period t + w − L_i. Let
    X_i be what was ordered of i after that and before the units of product p in t: the L_i − w − 1 periods
    before t, and the products before p in t. Of the d units of p in t, which need a·d of i, then

        short_i = min(a·d, (X_i + a·d − S_i)⁺) parts are missing (none if w ≥ L_i),
        max_i ⌈short_i/a⌉ units are not delivered:

    the last ones, in every component. d is independent of the X_i, and they have a common law. A backlog
    consists of what is undelivered of the demand of every earlier period, so its mean is the sum over w.

    By product p and component j, counted from 0, stocks at the close: "backlog" (p), "unit_fill_rate" (p, w),
    "prob_all_filled_within" (p, w) for the demand of p in one period or (w) for that of all products, "unmet"
    and "reserved" (j, p) and (j), "free" (j). A period without demand counts as filled.
    """
    found: Numbers = {}
    products, parts = range(len(rates)), range(len(L))
    missing = np.zeros((len(L), len(rates)))
    for p in products:
        undelivered = 0.0
        for w in range(max(max(L), *windows) + 1):
            short, waiting, none = _cohort(p, w, rates, usage, L, S)
            undelivered += waiting
            missing[:, p] += short
            if w in windows:
                found["unit_fill_rate", p, w] = 1 - waiting / rates[p]
                found["prob_all_filled_within", p, w] = none
        found["backlog", p] = undelivered
    for j in parts:
        for p in products:
            found["unmet", j, p] = float(missing[j, p])
            found["reserved", j, p] = usage[p][j] * found["backlog", p] - float(missing[j, p])
        found["unmet", j] = sum(found["unmet", j, p] for p in products)
        found["reserved", j] = sum(found["reserved", j, p] for p in products)
        law = common_shocks([S[j]], [(rates[p] * L[j], [usage[p][j]]) for p in products])
        found["free", j] = float(law @ (S[j] - np.arange(S[j] + 1)))
    for w in windows:
        found["prob_all_filled_within", w] = _all_products(w, rates, usage, L, S)
    return found


def _cohort(
    p: int,
    w: int,
    rates: Sequence[float],
    usage: Sequence[Sequence[int]],
    L: Sequence[int],
    S: Sequence[int],
) -> tuple[Law, float, float]:
    """Of the demand of product p in one period, w periods later: mean parts short by component, mean units
    not delivered, and the chance that there are none."""
    short = np.zeros(len(L))
    late = [j for j in range(len(L)) if usage[p][j] and L[j] > w]
    if not late:
        return short, 0.0, 1.0
    streams = [(rate, [uses[j] for j in late]) for rate, uses in zip(rates, usage, strict=True)]
    before = common_shocks(
        [S[j] for j in late],  # from X = S on, all of it is short
        [*nested([L[j] - w - 1 for j in late], streams), *streams[:p]],
    )
    d = np.arange(int(stats.poisson.isf(_TAIL, rates[p])) + 2)
    law = np.multiply.outer(before, stats.poisson.pmf(d, rates[p]))
    *ahead, demand = np.indices(law.shape)
    waiting = np.zeros(law.shape, dtype=np.int64)
    for j, x in zip(late, ahead, strict=True):
        parts = np.minimum(usage[p][j] * demand, np.maximum(x + usage[p][j] * demand - S[j], 0))
        short[j] = (law * parts).sum()
        waiting = np.maximum(waiting, -(-parts // usage[p][j]))
    return short, float((law * waiting).sum()), float(law[waiting == 0].sum())


def _all_products(
    w: int, rates: Sequence[float], usage: Sequence[Sequence[int]], L: Sequence[int], S: Sequence[int]
) -> float:
    """The chance that w periods later nothing of the demand of a period waits: the demands one by one.

    A component that the period does not need is not asked for.
    """
    late = [j for j in range(len(L)) if L[j] > w]
    streams = [(rate, [uses[j] for j in late]) for rate, uses in zip(rates, usage, strict=True)]
    law = common_shocks([S[j] + 1 for j in late], nested([L[j] - w - 1 for j in late], streams))
    for axis in range(law.ndim):
        law = law.cumsum(axis=axis)
    needy = [(rate, np.array(uses)) for rate, uses in streams if any(uses)]
    # More than this of a product is never out in time.
    most = [min(S[j] // q for j, q in zip(late, uses, strict=True) if q) for _, uses in needy]
    chance = 0.0
    for demand in product(*(range(n + 1) for n in most)):
        needs = sum((d * uses for d, (_, uses) in zip(demand, needy, strict=True)), np.zeros(len(late), int))
        spare = [S[j] - need if need else S[j] + 1 for j, need in zip(late, needs, strict=True)]
        if min(spare, default=0) >= 0:
            drawn = math.prod(stats.poisson.pmf(d, rate) for d, (rate, _) in zip(demand, needy, strict=True))
            chance += drawn * float(law[tuple(spare)])
    return chance


# An assembly that takes time.


def assembly_system(lam: float, comps: Sequence[tuple[float, int]], L0: float, S0: int) -> Numbers:
    """One product with base stock S0, assembled in L0 from one of each component (L_i, S_i).

    Assembly orders short of parts: K = max_i (D(L_i) − S_i)⁺, D(τ) the Poisson demand of the last τ, the
    shorter part of the longer. Those started by t are done by t + L0, so the product's net stock is
    S0 − K − D(L0), the two independent (the nested lead times of Rosling 1989, under base stocks).
    """
    found: Numbers = {}
    top = int(stats.poisson.isf(_TAIL, lam * max(L for L, _ in comps))) + 2
    streams: list[Shock] = [(lam, [1] * len(comps))]
    law = common_shocks([top] * len(comps), nested([L for L, _ in comps], streams))
    over = [np.maximum(demand - S, 0) for demand, (_, S) in zip(np.indices(law.shape), comps, strict=True)]
    kits = np.bincount(np.max(over, axis=0).ravel(), weights=law.ravel())
    short = float(kits @ np.arange(len(kits)))
    for i, (L, S) in enumerate(comps, start=1):
        alone = common_shocks([S], [(lam * L, [1])])
        found["net_on_hand", i] = float(alone @ (S - np.arange(S + 1)))
        found["component_fill_rate", i] = float(alone[:-1].sum())
        found["physical_on_hand", i] = S - lam * L + short  # signed net stock and all orders short of parts
    busy = stats.poisson.pmf(np.arange(int(stats.poisson.isf(_TAIL, lam * L0)) + 2), lam * L0)
    owed = np.convolve(kits, busy)
    n = np.arange(len(owed))
    backorders = float(owed @ np.maximum(n - S0, 0))
    return found | {
        "kits_short": short,
        "prob_no_component_shortage": float(kits[0]),
        "on_hand_product": float(owed @ np.maximum(S0 - n, 0)),
        "backorders_product": backorders,
        "fill_rate_product": float(owed[n < S0].sum()),
        "customer_wait": backorders / lam,
    }
