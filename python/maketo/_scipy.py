"""Frozen `scipy.stats` distributions as laws: known families exactly, all others by a table.

Nothing here imports scipy: a frozen distribution brings its own methods.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import _core
from ._law import Frozen, Law
from .laws import (
    Binomial,
    Exponential,
    Gamma,
    Geometric,
    Lognormal,
    NegativeBinomial,
    Normal,
    Poisson,
    TabulatedReal,
    TabulatedWhole,
    Triangular,
    Uniform,
    UniformInteger,
    Weibull,
)

__all__ = ["from_scipy"]

# Smallest probability that a 52-bit uniform can tell apart, halved.
_TAIL = 2.0**-54
_LONGEST = 1 << 21
_ORDERS = (3, 4, 5, 6)

# Family -> law of its shape parameters, where the location is 0 (or absorbed).
_SHAPES: dict[str, Callable[..., Law]] = {
    "poisson": lambda mu: Poisson(mu),
    "nbinom": lambda n, p: NegativeBinomial(r=n, p=p),
    "geom": lambda p: Geometric(p=p, start=1),
    "binom": lambda n, p: Binomial(n, p),
}
_SCALED: dict[str, Callable[..., Law]] = {
    "gamma": lambda scale, a: Gamma(shape=a, scale=scale),
    "lognorm": lambda scale, s: Lognormal(mu=math.log(scale), sigma=s),
    "expon": lambda scale: Exponential(scale),
    "weibull_min": lambda scale, c: Weibull(shape=c, scale=scale),
}
_LOCATED: dict[str, Callable[..., Law]] = {
    "norm": lambda loc, scale: Normal(loc, scale, negative="allow"),
    "uniform": lambda loc, scale: Uniform(loc, loc + scale),
    "triang": lambda loc, scale, c: Triangular(loc, loc + c * scale, loc + scale),
    "randint": lambda loc, _scale, low, high: UniformInteger(low + loc, high - 1 + loc),
}


def from_scipy(field: str, frozen: Frozen) -> Law:
    """The law of a frozen scipy distribution.

    Parameters
    ----------
    field : str
        Name for messages.
    frozen : frozen distribution
        ``scipy.stats.norm(20, 5)`` and the like; scalar parameters.

    Raises
    ------
    TypeError
        If its parameters are arrays.
    ValueError
        If the distribution is not defined for them, or cannot be tabulated.
    """
    name = getattr(frozen.dist, "name", type(frozen.dist).__name__)
    label = f"{field} (scipy.stats.{name})"
    support = getattr(frozen, "support", None)
    ends = (-np.inf, np.inf) if support is None else support()
    if any(np.ndim(x) != 0 for x in ends):
        raise TypeError(f"{label} must have scalar parameters")
    if any(np.isnan(x) for x in ends):
        raise ValueError(f"{label}: the parameters {_parameters(frozen)} are not allowed")
    try:
        known = _known(name, frozen)
        if known is not None:
            return known
        return _whole(frozen) if hasattr(frozen.dist, "pmf") else _real(frozen)
    except ValueError as error:
        raise ValueError(f"{label}: {error}") from None


def _known(name: str, frozen: Frozen) -> Law | None:
    """Ours, if it is the same law exactly."""
    parse = getattr(frozen.dist, "_parse_args", None)
    if parse is None:
        return None
    shapes, loc, scale = parse(*frozen.args, **getattr(frozen, "kwds", {}))
    shapes = [float(x) for x in shapes]
    loc, scale = float(loc), float(scale if scale is not None else 1.0)
    if name in _LOCATED:
        return _LOCATED[name](loc, scale, *shapes)
    if name in _SHAPES and loc == 0.0:
        return _SHAPES[name](*shapes)
    if name == "geom" and loc == -1.0:
        return Geometric(p=shapes[0], start=0)
    if name in _SCALED and loc == 0.0:
        return _SCALED[name](scale, *shapes)
    return None


def _whole(frozen: Any) -> Law:
    """Both tails, from the first to the last value that a uniform can reach."""
    middle = int(frozen.ppf(0.5))
    first = middle - _reach(lambda k: frozen.cdf(middle - k - 1))
    last = middle + _reach(lambda k: frozen.sf(middle + k))
    values = np.arange(first, last + 1)
    cdf, sf = np.asarray(frozen.cdf(values), float), np.asarray(frozen.sf(values), float)
    return TabulatedWhole(first, np.maximum.accumulate(cdf), np.minimum.accumulate(sf))


def _reach(tail: Callable[[int], float]) -> int:
    """Least k ≥ 0 beyond which a falling tail is out of reach."""
    low, high = -1, 0
    while tail(high) > _TAIL:
        low, high = high, 2 * high + 1
        if high > _LONGEST:
            raise ValueError(f"its tails reach too far: at most {_LONGEST} values can be tabulated")
    while high - low > 1:
        k = (low + high) // 2
        low, high = (k, high) if tail(k) > _TAIL else (low, k)
    return high


def _real(frozen: Any) -> Law:
    """With as few nodes as the core's check of accuracy is content with."""
    refusal = None
    for order in _ORDERS:
        nodes = _core.quantile_nodes(order)
        low, high = np.asarray(frozen.ppf(nodes), float), np.asarray(frozen.isf(nodes), float)
        try:
            return TabulatedReal(low, high)
        except ValueError as error:
            refusal = str(error).removeprefix("TabulatedReal.")
    raise ValueError(f"its quantiles cannot be tabulated: {refusal}")


def _parameters(frozen: Frozen) -> str:
    parts = [repr(x) for x in frozen.args]
    return ", ".join(parts + [f"{k}={v!r}" for k, v in getattr(frozen, "kwds", {}).items()])
