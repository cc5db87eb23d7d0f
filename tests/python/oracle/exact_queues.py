"""Shops that make to order, once more without simulation: queues in their steady state.

Every function is named as the model in `queues.py` and takes what is given there. It returns exact values by
`Key`: the name of a metric, or what is asked of it and of which part of the shop. Times are in units of the
given rates; wait is the time in queues, flow the time from arrival to completion.

Sources: L. Kleinrock, *Queueing Systems I*, 1975; A. Cobham, *Operations Research* 2, 1954; T. E. Phipps,
*Operations Research* 4, 1956; J. R. Jackson, *Operations Research* 5, 1957; W. J. Hopp and M. L. Spearman,
*Factory Physics*, 2008, ch. 8; A. Mandelbaum and S. Zeltyn, *Call Centers in Practice*, 2007 (Erlang A).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, optimize, stats

Key: TypeAlias = str | tuple[str | float, ...]
Numbers: TypeAlias = dict[Key, float]
LawSpec: TypeAlias = tuple[Any, ...]
"""Name and parameters: constant and exponential of a mean, gamma and lognormal of mean and coefficient of
variation, uniform between two bounds."""
Pmf: TypeAlias = Mapping[int, float]


def moments(law: LawSpec) -> tuple[float, float, float]:
    """E X, E X², E X³."""
    name, a, *rest = law
    match name:
        case "constant":
            return a, a**2, a**3
        case "exponential":
            return a, 2 * a**2, 6 * a**3
        case "gamma":
            shape, scale = 1 / rest[0] ** 2, a * rest[0] ** 2
            first = shape * scale
            return first, first * (shape + 1) * scale, first * (shape + 1) * (shape + 2) * scale**2
        case "lognormal":
            spread = 1 + rest[0] ** 2
            return a, a**2 * spread, a**3 * spread**3
        case "uniform":
            return tuple((rest[0] ** (k + 1) - a ** (k + 1)) / ((k + 1) * (rest[0] - a)) for k in (1, 2, 3))
    raise ValueError(f"no such law: {name}")


def mmc(lam: float, mu: float, c: int, quotes: Sequence[float] = (), waits: Sequence[float] = ()) -> Numbers:
    """M/M/c, first come, first served: P(W > t) = C·exp(−(cμ − λ)t), C by Erlang's second formula."""
    a, drain = lam / mu, c * mu - lam
    terms = [a**k / math.factorial(k) for k in range(c)]
    last = a**c / math.factorial(c) * c / (c - a)
    busy = last / (sum(terms) + last)
    wait = busy / drain
    found: Numbers = {
        "utilisation": a / c,
        "no_wait_share": 1 - busy,
        "waiting_time": wait,
        "lead_time": wait + 1 / mu,
        "orders_in_shop": lam * wait + a,
        # Wait and processing are independent: of the wait E W² = 2C/(cμ − λ)².
        ("sd", "lead_time"): math.sqrt(2 * busy / drain**2 - wait**2 + 1 / mu**2),
    }
    for t in waits:
        found["exceeds", "waiting_time", t] = busy * math.exp(-drain * t)
    if c == 1:
        found["quantile", "lead_time", 0.95] = math.log(20) / drain
    for q in quotes:
        # P(flow > q) = P(S > q) + ∫ density of the wait · …; with cμ − λ ≠ μ a sum of two exponentials.
        if c == 1:
            late, over = math.exp(-drain * q), math.exp(-drain * q) / drain
        else:
            w = busy * mu / (drain - mu)
            late = (1 + w) * math.exp(-mu * q) - w * math.exp(-drain * q)
            over = (1 + w) * math.exp(-mu * q) / mu - w * math.exp(-drain * q) / drain
        found["quoted", "tardy_share", q] = late
        found["quoted", "tardiness", q] = over
        found["quoted", "earliness", q] = q - (wait + 1 / mu) + over
    return found


def mg1(lam: float, law: LawSpec, quotes: Sequence[float] = (), waits: Sequence[float] = ()) -> Numbers:
    """M/G/1, first come, first served (Pollaczek–Khinchine, Takács)."""
    first, second, third = moments(law)
    rho = lam * first
    wait = lam * second / (2 * (1 - rho))
    variance = wait**2 + lam * third / (3 * (1 - rho))
    found: Numbers = {
        "utilisation": rho,
        "no_wait_share": 1 - rho,
        "waiting_time": wait,
        "lead_time": wait + first,
        "orders_in_shop": lam * (wait + first),
        ("sd", "waiting_time"): math.sqrt(variance),
        ("sd", "lead_time"): math.sqrt(variance + second - first**2),
    }
    if law[0] == "constant":
        for t in waits:
            found["exceeds", "waiting_time", t] = 1 - _md1_within(lam, first, t)
        for q in quotes:
            found["quoted", "tardy_share", q] = 1 - _md1_within(lam, first, q - first)
    return found


def _md1_within(lam: float, d: float, t: float) -> float:
    """P(W ≤ t) of M/D/1 (Erlang): (1 − ρ)·Σ (−λ(t − kd))^k/k!·exp(λ(t − kd)), k ≤ t/d."""
    past = [lam * (t - k * d) for k in range(math.floor(t / d) + 1)]
    return (1 - lam * d) * math.fsum((-x) ** k / math.factorial(k) * math.exp(x) for k, x in enumerate(past))


def gim1(inter: LawSpec, mu: float, quotes: Sequence[float]) -> Numbers:
    """GI/M/1: who arrives finds the server busy with chance σ = E exp(−μ(1 − σ)A); flow is Exp(μ(1 − σ))."""

    def root(sigma: float) -> float:
        theta = mu * (1 - sigma)
        name, mean = inter
        transform = math.exp(-theta * mean) if name == "constant" else 1 / (1 + theta * mean)
        return transform - sigma

    sigma = float(optimize.brentq(root, 0.0, 1 - 1e-6, xtol=1e-15))
    theta, mean = mu * (1 - sigma), inter[1]
    found: Numbers = {
        "utilisation": 1 / (mu * mean),
        "no_wait_share": 1 - sigma,
        "waiting_time": sigma / theta,
        "lead_time": 1 / theta,
        "orders_in_shop": 1 / (theta * mean),
    }
    return found | {("quoted", "tardy_share", q): math.exp(-theta * q) for q in quotes}


def _birth_death(births: Sequence[float], deaths: Sequence[float]) -> NDArray[np.float64]:
    """Stationary law of 0, 1, …; births[n] from n to n + 1, deaths[n] back."""
    law = np.cumprod([1.0, *(up / down for up, down in zip(births, deaths, strict=True))])
    return np.asarray(law / law.sum(), dtype=np.float64)


def mmck(lam: float, mu: float, c: int, K: int) -> Numbers:
    """M/M/c/K: who finds K orders is turned away."""
    law = _birth_death([lam] * K, [mu * min(n + 1, c) for n in range(K)])
    number, rate = float(law @ np.arange(K + 1)), lam * (1 - float(law[K]))
    return {
        "rejected_share": float(law[K]),
        "throughput": rate,
        "orders_in_shop": number,
        "waiting_time": number / rate - 1 / mu,
        "lead_time": number / rate,
        "utilisation": rate / (mu * c),
    }


def erlang_a(lam: float, mu: float, c: int, theta: float) -> Numbers:
    """M/M/c+M: who waits leaves at rate θ, who is served stays."""
    top = 400
    law = _birth_death([lam] * top, [mu * min(n + 1, c) + theta * max(n + 1 - c, 0) for n in range(top)])
    queue = float(law @ np.maximum(np.arange(top + 1) - c, 0))
    gone = theta * queue / lam
    return {
        "reneged_share": gone,
        ("of_arrivals", "no_wait_share"): float(law[:c].sum()),
        "orders_waiting": queue,
        "waiting_time_all": queue / lam,
        "utilisation": lam * (1 - gone) / (mu * c),
    }


def workload(lam: float, mu: float, cap: float) -> Numbers:
    """M/M/1 whose customers stay away from more than `cap` of work.

    By level crossing the density of the work found is f(x) = λ·p₀·exp(−(μ − λ)x) up to the cap, and falls as
    exp(−μx) beyond.
    """
    slope = mu - lam
    at_cap = lam * math.exp(-slope * cap)
    below, above = lam * -math.expm1(-slope * cap) / slope, at_cap / mu
    empty = 1 / (1 + below + above)
    lost = empty * above
    return {"balked_share": lost, "utilisation": lam * (1 - lost) / mu}


def cobham(classes: Mapping[str, tuple[float, LawSpec]]) -> Numbers:
    """M/G/1 with classes, the first one first; nobody is interrupted."""
    laws = {name: (lam, *moments(law)) for name, (lam, law) in classes.items()}
    rest = sum(lam * second / 2 for lam, _, second, _ in laws.values())
    found: Numbers = {}
    load = total = 0.0
    for name, (lam, first, _, _) in laws.items():
        wait = rest / ((1 - load) * (1 - load - lam * first))
        load += lam * first
        total += lam * wait
        found["class", "waiting_time", name] = wait
        found["class", "lead_time", name] = wait + first
    found["waiting_time"] = total / sum(lam for lam, *_ in laws.values())
    found["utilisation"] = load
    return found


def spt(lam: float, lo: float, hi: float) -> Numbers:
    """Shortest processing time first, times uniform: W(x) = W₀/(1 − ρ(x))², ρ(x) the work shorter than x."""
    first, second, _ = moments(("uniform", lo, hi))

    def wait(x: float) -> float:
        shorter = lam * (x**2 - lo**2) / (2 * (hi - lo))
        return lam * second / 2 / (1 - shorter) ** 2

    mean = integrate.quad(wait, lo, hi, epsabs=0, epsrel=1e-12)[0] / (hi - lo)
    return {"waiting_time": mean, "lead_time": mean + first, "utilisation": lam * first}


def breakdowns(lam: float, law: LawSpec, up: float, repair: float) -> Numbers:
    """M/G/1 whose server fails after exponential running time; exponential repair, work goes on."""
    first, second, _ = moments(law)
    available = up / (up + repair)
    mean = first / available
    # A job has Poisson(S/up) repairs, each of second moment 2·repair².
    scv = second / first**2 - 1 + 2 * available * (1 - available) * repair / first
    wait = lam * mean**2 * (1 + scv) / (2 * (1 - lam * mean))
    return {
        "making_time": mean,
        ("scv", "making"): scv,
        "waiting_time": wait,
        "lead_time": wait + mean,
        "utilisation": lam * mean,
    }


def batch(lam: float, sizes: Pmf, mu: float) -> Numbers:
    """Orders of several units, each unit exponential: M/G/1 for orders, with the place in the order added
    for units."""
    units = sum(n * share for n, share in sizes.items())
    pairs = sum(n * (n + 1) * share for n, share in sizes.items())
    wait = lam * pairs / mu**2 / (2 * (1 - lam * units / mu))  # E Y² = E N(N + 1)/μ²
    unit = wait + pairs / (2 * units) / mu
    return {
        "utilisation": lam * units / mu,
        "waiting_time": wait,
        "lead_time": wait + units / mu,
        "unit_lead_time": unit,
        ("per_period", "unit_lead_time"): lam * units * unit,
    }


def tandem(lam: float, mus: Sequence[float], quotes: Sequence[float]) -> Numbers:
    """M/M/1 stations in series: independent exponential flow times of rates μ − λ (Burke, Reich)."""
    rates = [mu - lam for mu in mus]
    weights = [math.prod(s / (s - r) for s in rates if s != r) for r in rates]

    def late(t: float) -> float:
        return sum(w * math.exp(-r * t) for w, r in zip(weights, rates, strict=True))

    found: Numbers = {
        "lead_time": sum(1 / r for r in rates),
        ("sd", "lead_time"): math.sqrt(sum(1 / r**2 for r in rates)),
        ("quantile", "lead_time", 0.9): float(optimize.brentq(lambda t: late(t) - 0.1, 0, 1e3, xtol=1e-13)),
    }
    for q in quotes:
        found["quoted", "tardy_share", q] = late(q)
        found["quoted", "tardiness", q] = sum(
            w * math.exp(-r * q) / r for w, r in zip(weights, rates, strict=True)
        )
    return found


def jackson(
    gamma: Sequence[float], P: Sequence[Sequence[float]], mus: Sequence[float], servers: Sequence[int]
) -> Numbers:
    """Open network of M/M/c stations: each behaves as if it were alone."""
    flows = np.linalg.solve(np.eye(len(gamma)) - np.array(P).T, np.array(gamma))
    found: Numbers = {}
    for i, (flow, mu, c) in enumerate(zip(flows, mus, servers, strict=True), start=1):
        alone = mmc(float(flow), mu, c)
        found["station", "visits", f"{i}"] = float(flow)
        found["station", "utilisation", f"{i}"] = alone["utilisation"]
        found["station", "number", f"{i}"] = alone["orders_in_shop"]
    found["orders_in_shop"] = sum(found["station", "number", f"{i + 1}"] for i in range(len(mus)))
    found["lead_time"] = found["orders_in_shop"] / sum(gamma)
    return found


def lattice(inter: Pmf, service: Pmf, quotes: Sequence[int]) -> Numbers:
    """GI/GI/1 on whole numbers: Lindley's W ← (W + S − A)⁺, iterated until nothing changes."""
    top = 400
    step = np.zeros(2 * top + 1)
    for a, p in inter.items():
        for s, q in service.items():
            step[top + s - a] += p * q
    law = np.zeros(top + 1)
    law[0] = 1.0
    while True:
        spread = np.convolve(law, step)[top:]  # from −top: what is below 0 comes first
        below = 1.0 - spread[: top + 1].sum()
        after = spread[: top + 1].copy()
        after[0] += below
        if np.abs(after - law).max() < 1e-16:
            break
        law = after
    works = np.zeros(max(service) + 1)
    works[list(service)] = list(service.values())
    flow = np.convolve(law, works)
    waits, flows = np.arange(len(law)), np.arange(len(flow))
    mean, total = float(law @ waits), float(flow @ flows)
    found: Numbers = {
        "utilisation": sum(s * p for s, p in service.items()) / sum(a * p for a, p in inter.items()),
        "no_wait_share": float(law[0]),
        "waiting_time": mean,
        ("sd", "waiting_time"): math.sqrt(float(law @ waits**2) - mean**2),
        "lead_time": total,
        ("sd", "lead_time"): math.sqrt(float(flow @ flows**2) - total**2),
    }
    for q in quotes:
        found["quoted", "tardy_share", q] = float(flow[q + 1 :].sum())
        found["quoted", "tardiness", q] = float(flow @ np.maximum(flows - q, 0))
    return found


def equilibrium(potential: float, slope: float, mu: float, quotes: Sequence[float]) -> Numbers:
    """M/M/1 whose customers come at the rate potential − slope·d where the quote is d, always the same."""
    (d,) = quotes
    rate = potential - slope * d
    return {
        "orders_delivered": rate,
        "balked_share": 1 - rate / potential,
        "lead_time": 1 / (mu - rate),
        "tardy_share": math.exp(-(mu - rate) * d),
    }


def reliable_quote(potential: float, slope: float, mu: float, reliability: float) -> float:
    """The quote that is then kept with the given chance."""

    def missing(d: float) -> float:
        return 1 - equilibrium(potential, slope, mu, (d,))["tardy_share"] - reliability

    lowest = (potential - mu) / slope  # below it the shop has more work than it can do
    return float(optimize.brentq(missing, lowest + 1e-6, potential / slope, xtol=1e-13))


def completed_only(mean: float, cv: float, horizon: float) -> float:
    """Mean of the lead times that are over by the horizon, orders arriving evenly until then: wrong, by how
    much is known. E[X; X ≤ H − U] = ∫ x·f(x)·(H − x)/H dx."""
    law = lognormal(mean, cv)

    def moment(power: int) -> float:
        return float(
            integrate.quad(lambda x: x**power * law.pdf(x) * (horizon - x), 0, horizon, epsrel=1e-11)[0]
        )

    return moment(1) / moment(0)


def restricted_mean(mean: float, cv: float, horizon: float) -> float:
    """E min(X, horizon) of a lognormal X."""
    law = lognormal(mean, cv)
    edges = [0.0, horizon / 2, horizon]
    return sum(float(integrate.quad(law.sf, a, b, epsrel=1e-11)[0]) for a, b in pairwise(edges))


def lognormal(mean: float, cv: float) -> Any:
    """By mean and coefficient of variation."""
    spread = math.log1p(cv**2)
    return stats.lognorm(math.sqrt(spread), scale=mean * math.exp(-spread / 2))
