"""Distributions of demand and of lead times.

All are drawn by monotone inversion of one uniform, so that runs with common random numbers stay comparable.
Parameters are checked at construction. Where a law lists natural parameters and ``mean``, ``sd``, give
exactly one of the two pairs. Any parameter may be a `Sweep`. Units are those of the quantity: units of
product for demand, periods for lead times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from ._check import plain
from ._law import Frozen, Law, LawLike, LawSummary
from ._noun import decode
from .sweep import Sweep

__all__ = [
    "BetaPert",
    "Binomial",
    "Clipped",
    "CompoundPoisson",
    "Deterministic",
    "Discrete",
    "Empirical",
    "Exponential",
    "Gamma",
    "Geometric",
    "Law",
    "LawLike",
    "LawSummary",
    "Logarithmic",
    "Lognormal",
    "NegativeBinomial",
    "Normal",
    "Poisson",
    "Rounded",
    "StutteringPoisson",
    "TabulatedReal",
    "TabulatedWhole",
    "Triangular",
    "Uniform",
    "UniformInteger",
    "Weibull",
    "ZeroInflated",
    "as_law",
]

Real = float | Sweep
Whole = int | Sweep


@dataclass(frozen=True, eq=False, repr=False)
class Deterministic(Law, tag=("law", "deterministic")):
    """Always `value`. A plain number means this."""

    value: Real

    def _as_number(self) -> object:
        return self.value


@dataclass(frozen=True, eq=False, repr=False)
class Poisson(Law, tag=("law", "poisson")):
    """Poisson of `mean` ≥ 0; the variance equals the mean."""

    mean: Real


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class NegativeBinomial(Law, tag=("law", "negative_binomial")):
    """Negative binomial: a Poisson law whose mean is gamma distributed.

    Give `mean` and `sd` with sd² > mean, or `r` > 0 and the success probability `p` (failures before the r-th
    success).

    Notes
    -----
    M. Greenwood and G. U. Yule, *Journal of the Royal Statistical Society* 83, 1920.
    """

    mean: Real | None = None
    sd: Real | None = None
    r: Real | None = None
    p: Real | None = None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Geometric(Law, tag=("law", "geometric")):
    """Geometric, by success probability `p` or by `mean`.

    `start` 0 counts the failures before the first success, 1 the trials with it (as `scipy.stats.geom` does).
    """

    p: Real | None = None
    mean: Real | None = None
    start: int = 0
    _whole: ClassVar = ("start",)


@dataclass(frozen=True, eq=False, repr=False)
class CompoundPoisson(Law, tag=("law", "compound_poisson")):
    """The total of what a Poisson number of customers, `rate` per period, buy: `size` units each.

    `size` is a whole-valued law without negative values; customers who buy nothing only thin the rate. Mean
    λE[Z], variance λE[Z²]. Drawn as a total, by one inversion of Panjer's table.

    Notes
    -----
    H. H. Panjer, *ASTIN Bulletin* 12, 1981.
    """

    rate: Real
    size: LawLike
    _laws: ClassVar = ("size",)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class StutteringPoisson(Law, tag=("law", "stuttering_poisson")):
    """Poisson customers who buy a geometric number of units, at least one.

    By `mean` and `sd` of the total (sd² ≥ mean; equality is Poisson), or by the `rate` of customers and the
    success probability `p` of their sizes.

    Notes
    -----
    H. P. Galliher, P. M. Morse and M. Simond, *Operations Research* 7, 1959.
    """

    mean: Real | None = None
    sd: Real | None = None
    rate: Real | None = None
    p: Real | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Logarithmic(Law, tag=("law", "logarithmic")):
    """Logarithmic series on 1, 2, …: chances in the ratio pᵏ/k, 0 < `p` < 1.

    As sizes of a `CompoundPoisson` it makes the total negative binomial.
    """

    p: Real


@dataclass(frozen=True, eq=False, repr=False)
class Binomial(Law, tag=("law", "binomial")):
    """Successes in `n` trials of probability `p`."""

    n: Whole
    p: Real
    _whole: ClassVar = ("n",)


@dataclass(frozen=True, eq=False, repr=False)
class Uniform(Law, tag=("law", "uniform")):
    """Uniform on [`low`, `high`], or of `mean` and `sd`."""

    low: Real | None = None
    high: Real | None = None
    mean: Real | None = None
    sd: Real | None = None


@dataclass(frozen=True, eq=False, repr=False)
class UniformInteger(Law, tag=("law", "uniform_integer")):
    """Each whole number from `low` to `high`, both included, equally likely."""

    low: Whole
    high: Whole
    _whole: ClassVar = ("low", "high")


@dataclass(frozen=True, eq=False, repr=False)
class Normal(Law, tag=("law", "normal")):
    """Normal of `mean` and `sd` ≥ 0.

    Demand is not negative, so say what happens below zero. `negative` is one of

    * ``"clip"``: negative values become 0 (the mean grows a little);
    * ``"condition"``: the law given that it is not negative (the mean grows more);
    * ``"match_moments"``: as ``"condition"``, with the parent chosen so that mean and sd come out as given;
    * ``"allow"``: negative values are drawn (returns; or to match a closed form).

    The summary says where the mean went.
    """

    mean: Real
    sd: Real
    negative: str = "clip"
    _choices: ClassVar = {"negative": ("clip", "condition", "match_moments", "allow")}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Gamma(Law, tag=("law", "gamma")):
    """Gamma: `shape` and `scale`, or `mean` and `sd`."""

    shape: Real | None = None
    scale: Real | None = None
    mean: Real | None = None
    sd: Real | None = None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Lognormal(Law, tag=("law", "lognormal")):
    """Lognormal: `mu` and `sigma` of the logarithm, or `mean` and `sd` of the quantity itself."""

    mu: Real | None = None
    sigma: Real | None = None
    mean: Real | None = None
    sd: Real | None = None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Weibull(Law, tag=("law", "weibull")):
    """Weibull: `shape` and `scale`, or `mean` and `sd`."""

    shape: Real | None = None
    scale: Real | None = None
    mean: Real | None = None
    sd: Real | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Exponential(Law, tag=("law", "exponential")):
    """Exponential of `mean` > 0."""

    mean: Real


@dataclass(frozen=True, eq=False, repr=False)
class Triangular(Law, tag=("law", "triangular")):
    """Triangular between `low` and `high` with its peak at `mode`."""

    low: Real
    mode: Real
    high: Real


@dataclass(frozen=True, eq=False, repr=False)
class BetaPert(Law, tag=("law", "beta_pert")):
    """Beta-PERT between `low` and `high`; `weight` is that of the mode (4 by convention)."""

    low: Real
    mode: Real
    high: Real
    weight: Real = 4


@dataclass(frozen=True, eq=False, repr=False)
class ZeroInflated(Law, tag=("law", "zero_inflated")):
    """Zero, but with `probability` a value of the law `of`, which has no negative values."""

    probability: Real
    of: LawLike


@dataclass(frozen=True, eq=False, repr=False)
class Empirical(Law, tag=("law", "empirical")):
    """Past observations, equally likely; with `interpolate`, linear between the sorted ones.

    `values` is one-dimensional; an array or a list where a law is expected means this. To resample a history
    as *demand*, use `Bootstrap`, whose input uncertainty can be asked for.
    """

    values: ArrayLike
    interpolate: bool = False
    _vectors: ClassVar = ("values",)
    _flags: ClassVar = ("interpolate",)


@dataclass(frozen=True, eq=False, repr=False)
class Discrete(Law, tag=("law", "discrete")):
    """Increasing `values` with `probabilities` that sum to 1."""

    values: ArrayLike
    probabilities: ArrayLike
    _vectors: ClassVar = ("values", "probabilities")


@dataclass(frozen=True, eq=False, repr=False)
class Rounded(Law, tag=("law", "rounded")):
    """The law `of` made whole: `to` is ``"nearest"`` or ``"up"``. Usually written ``law.rounded("up")``."""

    of: LawLike
    to: str = "nearest"
    _choices: ClassVar = {"to": ("nearest", "up")}


@dataclass(frozen=True, eq=False, repr=False)
class Clipped(Law, tag=("law", "clipped")):
    """The law `of` with values outside [`low`, `high`] moved to the bounds; short: ``law.clipped(0, 9)``."""

    of: LawLike
    low: Real | None = None
    high: Real | None = None


@dataclass(frozen=True, eq=False, repr=False)
class TabulatedWhole(Law, tag=("law", "tabulated_whole")):
    """A law on whole numbers by both its tails at `first`, `first` + 1, … (a scipy law may turn into it)."""

    first: int
    cdf: ArrayLike
    sf: ArrayLike
    _whole: ClassVar = ("first",)
    _vectors: ClassVar = ("cdf", "sf")


@dataclass(frozen=True, eq=False, repr=False)
class TabulatedReal(Law, tag=("law", "tabulated_real")):
    """A continuous law by its quantiles from below and above (a scipy law may turn into it)."""

    low: ArrayLike
    high: ArrayLike
    _vectors: ClassVar = ("low", "high")


def as_law(field: str, value: Any) -> Law:
    """Whatever is welcome as a law, as one.

    Parameters
    ----------
    field : str
        Name for messages.
    value : Law, number, Sweep, frozen scipy.stats distribution, array_like of observations, or the JSON form
    of a law
        What to convert.

    Raises
    ------
    TypeError
        If it is none of these.
    ValueError
        If its numbers are out of bounds.
    """
    if isinstance(value, Law):
        return value
    value = plain(value)
    if isinstance(value, (int, float, Sweep)) and not isinstance(value, bool):
        return _named(field, Deterministic, value)
    if isinstance(value, Mapping):
        made = decode(value)
        if isinstance(made, Law):
            return made
        if isinstance(made, Sweep):
            return Deterministic(made)
    elif isinstance(value, type):
        pass
    elif isinstance(value, Frozen):
        from ._scipy import from_scipy

        return from_scipy(field, value)
    elif isinstance(value, (list, tuple, np.ndarray)) or hasattr(value, "__array__"):
        return _named(field, Empirical, value)
    got = f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__
    raise TypeError(
        f"{field} must be a law, a number, a Sweep, a frozen scipy.stats distribution or an array of "
        f"observations, got {got}"
    )


def _named(field: str, law: type[Any], value: Any) -> Law:
    """Build, and let messages speak of the field that the user wrote."""
    try:
        made: Law = law(value)
    except (TypeError, ValueError) as error:
        inner = f"{law.__name__}.{'value' if law is Deterministic else 'values'}"
        raise type(error)(str(error).replace(inner, field)) from None
    return made
