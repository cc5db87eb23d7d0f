"""The demand of an instance twice: as a law of maketo, and as the independent one of scipy."""

from __future__ import annotations

import math
from typing import Any

from instances import Instance
from scipy import stats

import maketo as mk


def simulated(instance: Instance) -> mk.Law:
    """As maketo draws it."""
    name, *by = instance.demand
    match name:
        case "normal":
            return mk.Normal(by[0], by[1], negative="allow")
        case "poisson":
            return mk.Poisson(*by)
        case "lognormal":
            return mk.Lognormal(mu=by[0], sigma=by[1])
        case "lognormal-mean":
            return mk.Lognormal(mean=by[0], sd=by[1])
        case "negative_binomial":
            return mk.NegativeBinomial(r=by[0], p=by[1])
        case "gamma":
            return mk.Gamma(shape=by[0], scale=by[1])
    raise ValueError(f"no such law: {name}")


def exact(instance: Instance, periods: int = 1) -> Any:
    """The demand of `periods` periods as a frozen `scipy.stats` law; lognormal has no sums."""
    name, *by = instance.demand
    n = periods
    match name:
        case "normal":
            return stats.norm(n * by[0], math.sqrt(n) * by[1])
        case "poisson":
            return stats.poisson(n * by[0])
        case "lognormal" if n == 1:
            return stats.lognorm(by[1], scale=math.exp(by[0]))
        case "lognormal-mean" if n == 1:
            spread = math.log1p((by[1] / by[0]) ** 2)
            return stats.lognorm(math.sqrt(spread), scale=by[0] * math.exp(-spread / 2))
        case "negative_binomial":
            return stats.nbinom(n * by[0], by[1])
        case "gamma":
            return stats.gamma(n * by[0], scale=by[1])
    raise ValueError(f"no such law: {name}")


def excess(instance: Instance, level: float, periods: int = 1) -> float:
    """E (D − level)⁺ of the demand of some periods; with none, of zero."""
    if periods == 0:
        return max(0.0, -level)
    law = exact(instance, periods)
    name, *by = instance.demand
    if name == "normal":
        mean, sd = law.mean(), law.std()
        z = (level - mean) / sd
        return float(sd * stats.norm.pdf(z) - (level - mean) * stats.norm.sf(z))
    if name == "gamma":
        tilted = stats.gamma(periods * by[0] + 1, scale=by[1])
        return float(law.mean() * tilted.sf(level) - level * law.sf(level))
    if name.startswith("lognormal"):
        sigma, m = law.args[0], math.log(law.kwds["scale"])
        d = (m - math.log(level)) / sigma
        return float(law.mean() * stats.norm.cdf(d + sigma) - level * stats.norm.cdf(d))
    whole = math.ceil(level)
    return float(sum(law.sf(x) for x in range(whole, int(law.isf(1e-16)) + 2))) + (whole - level) * float(
        law.sf(whole - 1)
    )
