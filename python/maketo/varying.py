"""Demand around a mean that moves: trend, seasons, calendar, life cycle, promotions, and what happens around
it.

```text
μ_t = (base_t · trend_t + additive_season_t) · Π seasons_t · calendar_t · life_t      before promotions
m_t = max(0, μ_t · Π uplift · noise − what promotions took)                           what demand follows
```
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from ._check import count, number, numbers, truth
from ._demand import Add, DemandNoun, Key, as_key_of, demand_values, entity
from ._law import Law
from ._noun import Noun, decode
from ._request import to_text
from .laws import LawLike, Real, as_law
from .sweep import Sweep

__all__ = [
    "AdditiveSpread",
    "BassLife",
    "DampedTrend",
    "ExponentialTrend",
    "LinearTrend",
    "OverdispersedSpread",
    "PhasedLife",
    "Promotion",
    "Varying",
    "fourier_season",
]


@dataclass(frozen=True, eq=False, repr=False)
class LinearTrend(Noun, tag=("kind", "linear")):
    """The base grows by a share `growth` of itself every period: 1 + g·t, not below 0."""

    growth: Real

    def __post_init__(self) -> None:
        self._set(growth=number("LinearTrend.growth", self.growth))


@dataclass(frozen=True, eq=False, repr=False)
class ExponentialTrend(Noun, tag=("kind", "exponential")):
    """The mean grows by a share `growth` of itself every period: (1 + g)ᵗ."""

    growth: Real

    def __post_init__(self) -> None:
        self._set(growth=number("ExponentialTrend.growth", self.growth))


@dataclass(frozen=True, eq=False, repr=False)
class DampedTrend(Noun, tag=("kind", "damped")):
    """Growth that fades: 1 + g·(φ + φ² + … + φᵗ) with `damping` φ in (0, 1).

    Notes
    -----
    E. S. Gardner and E. McKenzie, *Management Science* 31, 1985.
    """

    growth: Real
    damping: Real = 0.9

    def __post_init__(self) -> None:
        growth, damping = (
            number("DampedTrend.growth", self.growth),
            number("DampedTrend.damping", self.damping),
        )
        self._set(growth=growth, damping=damping)


@dataclass(frozen=True, eq=False, repr=False)
class BassLife(Noun, tag=("kind", "bass")):
    """A new product spreads through a market: period t sells M·(F(t + 1) − F(t)) units, times the base.

    ``F(t) = (1 − e^{−(p+q)t}) / (1 + (q/p)·e^{−(p+q)t})``.

    Parameters
    ----------
    innovation : float
        p > 0, the share that buys whatever others do.
    imitation : float
        q ≥ 0, the influence of those who have bought.
    market : float
        M, units in all; leave the base of the demand at 1.

    Notes
    -----
    F. M. Bass, *Management Science* 15, 1969.
    """

    innovation: Real
    imitation: Real
    market: Real

    def __post_init__(self) -> None:
        self._set(**{name: number(f"BassLife.{name}", value) for name, value in self._items()})


@dataclass(frozen=True, eq=False, repr=False)
class PhasedLife(Noun, tag=("kind", "phases")):
    """A product's life in straight lines: `ramp` periods up, `plateau` level, `decline` down, then 0."""

    ramp: int
    plateau: int
    decline: int

    def __post_init__(self) -> None:
        self._set(**{name: count(f"PhasedLife.{name}", value) for name, value in self._items()})


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class OverdispersedSpread(Noun, tag=("kind", "negative_binomial")):
    """Counts more variable than Poisson: negative binomial around the mean μ.

    Parameters
    ----------
    variance_ratio : float, optional
        σ²/μ > 1, the same in every period.
    r : float, optional
        Variance μ + μ²/r: in busy periods the ratio grows. Give exactly one of the two.
    """

    variance_ratio: Real | None = None
    r: Real | None = None

    def __post_init__(self) -> None:
        if (self.variance_ratio is None) == (self.r is None):
            raise ValueError("OverdispersedSpread must be given either by variance_ratio or by r")
        for name, value in self._items():
            if value is not None:
                self._set(**{name: number(f"OverdispersedSpread.{name}", value)})


@dataclass(frozen=True, eq=False, repr=False)
class AdditiveSpread(Noun, tag=("kind", "additive")):
    """Demand is the mean plus a draw of `law`, usually of mean 0.

    What falls below 0 is clipped, and counted (`Result.clipped`), unless `returns` lets demand be negative.
    """

    law: LawLike
    returns: bool = False

    def __post_init__(self) -> None:
        truth("AdditiveSpread.returns", self.returns)
        self._set(law=as_law("AdditiveSpread.law", self.law))


@dataclass(frozen=True, eq=False, repr=False)
class Promotion(Noun, tag=("kind", "promotion")):
    """A promotion: demand is lifted for a while, some of it borrowed from later.

    Parameters
    ----------
    start : int
        First period.
    length : int
        Periods.
    uplift : float
        Mean factor of demand while it lasts; 1.5 is half as much again.
    cv : float
        Coefficient of variation of that factor: lognormal of mean 1, drawn once per replication (stream
        PROMO).
    pull_forward : float
        Share of the additional volume that is missing afterwards, in [0, 1].
    recovery : int
        Periods over which it is missing.
    decay : float
        Ratio of what is missing from one of these periods to the next.
    key : str or int, optional
        Entity of the noise: promotions with the same key and start are equally successful. By default the
        item.
    taken : array_like, shape (period,), optional
        Makes this the *other side* of a promotion: units per period that an uplift of 100 % would move away
        from this item. See `cannibalise`.
    """

    start: int
    length: int
    uplift: Real
    cv: Real = 0
    pull_forward: Real = 0
    recovery: int = 4
    decay: Real = 0.5
    key: Key | None = None
    taken: ArrayLike | None = None

    def __post_init__(self) -> None:
        taken = None if self.taken is None else numbers("Promotion.taken", self.taken)
        if taken is not None:
            demand_values("Promotion.taken", taken)
        self._set(
            start=count("Promotion.start", self.start),
            length=count("Promotion.length", self.length, at_least=1),
            uplift=number("Promotion.uplift", self.uplift),
            cv=number("Promotion.cv", self.cv),
            pull_forward=number("Promotion.pull_forward", self.pull_forward),
            recovery=count("Promotion.recovery", self.recovery, at_least=1),
            decay=number("Promotion.decay", self.decay),
            key=None if self.key is None else as_key_of("Promotion.key", self.key),
            taken=taken,
        )

    def cannibalise(self, promoted: Varying | ArrayLike, share: float) -> Promotion:
        """What this promotion takes from another item, as a promotion to give to that item.

        Parameters
        ----------
        promoted : Varying, number or array_like
            Demand of the promoted item, or its mean per period of the promotion without it.
        share : float
            Share of the additional volume that the other item loses, in [0, 1].

        Raises
        ------
        ValueError
            If the uplift is random and the promotion has no `key`: without one the two items could not share
            it.
        """
        if self.key is None and (isinstance(self.cv, Sweep) or self.cv > 0):
            raise ValueError("Promotion.key must be given where cv > 0, so that both items share one uplift")
        part = number("share", share)
        if not isinstance(part, (int, float)) or not 0.0 <= part <= 1.0:
            raise ValueError(f"share must be in [0, 1], got {share}")
        if isinstance(promoted, Varying):
            calm = promoted.replace(promotions=())
            mean = calm.mean(self.start + self.length)[self.start :]
        else:
            one = promoted if np.ndim(promoted) else [number("promoted", promoted)]
            mean = np.broadcast_to(numbers("promoted", one), (self.length,))
        return self.replace(pull_forward=0, taken=part * mean)


Trend: TypeAlias = LinearTrend | ExponentialTrend | DampedTrend
Life: TypeAlias = BassLife | PhasedLife
Spread: TypeAlias = str | LawLike | OverdispersedSpread | AdditiveSpread


@dataclass(frozen=True, eq=False, repr=False)
class Varying(DemandNoun, tag=("kind", "varying")):
    """Independent periods around a mean that moves.

    Parameters
    ----------
    base : float or array_like, shape (period,)
        Mean units per period: one number, or one per period (a forecast), at least as many as are simulated.
    trend : LinearTrend, ExponentialTrend or DampedTrend, optional
        Growth of the base.
    seasons : array_like or sequence of array_like
        Factors of mean 1, repeating: ``[0.8, 1.2]``. Several seasons multiply, each with its own length.
    additive_season : array_like, optional
        Units added to base × trend, repeating.
    calendar : array_like, optional
        Factors of working time, repeating; 0 is closed.
    life : BassLife or PhasedLife, optional
        Rise and fall of the product.
    end_of_life : law or number, optional
        First period without any demand (stream LIFE); a whole-valued law.
    promotions : sequence of Promotion
        Of this item, and the other side of those of other items.
    spread : {"poisson", "none"}, law, OverdispersedSpread or AdditiveSpread
        What happens around the mean. A law of mean 1 multiplies it: ``mk.Gamma(mean=1, sd=0.3)`` has the same
        coefficient of variation in every period.

    Examples
    --------
    >>> import maketo as mk
    >>> summer = mk.Varying(100, seasons=[0.7, 0.9, 1.5, 0.9], trend=mk.LinearTrend(0.01))
    >>> summer.mean(4).round(1).tolist()
    [70.0, 90.9, 153.0, 92.7]
    """

    base: Real | ArrayLike
    trend: Trend | None = None
    seasons: ArrayLike | Sequence[ArrayLike] = ()
    additive_season: ArrayLike | None = None
    calendar: ArrayLike | None = None
    life: Life | None = None
    end_of_life: LawLike | None = None
    promotions: Sequence[Promotion] = ()
    spread: Spread = "poisson"

    def __post_init__(self) -> None:
        for name, kinds in (
            ("trend", (LinearTrend, ExponentialTrend, DampedTrend)),
            ("life", (BassLife, PhasedLife)),
        ):
            value = getattr(self, name)
            if isinstance(value, Mapping):
                value = decode(value)
                self._set(**{name: value})
            if value is not None and not isinstance(value, kinds):
                wanted = " or ".join(k.__name__ for k in kinds)
                raise TypeError(f"Varying.{name} must be {wanted}, got {value!r}")
        base: Any = self.base
        for name in ("additive_season", "calendar"):
            if getattr(self, name) is not None:
                self._set(**{name: numbers(f"Varying.{name}", getattr(self, name))})
        self._set(
            base=number("Varying.base", base)
            if isinstance(base, Sweep) or np.ndim(base) == 0
            else numbers("Varying.base", base),
            seasons=_seasons(self.seasons),
            end_of_life=None if self.end_of_life is None else as_law("Varying.end_of_life", self.end_of_life),
            promotions=_promotions(self.promotions),
            spread=_spread(self.spread),
        )

    def mean(self, periods: int) -> NDArray[np.float64]:
        """Mean demand of each period, promotions at their mean uplift; end of life left out.

        Parameters
        ----------
        periods : int
            How many.

        Returns
        -------
        ndarray, shape (period,)
            Units. With `AdditiveSpread` or a spread law whose mean is not 1 this is what the spread is
            around.

        Raises
        ------
        ValueError
            If a factor is out of bounds.
        """
        text = to_text(self._payload(_no_arrays))
        return _core.demand_mean(text, count("periods", periods, at_least=1))

    def _payload(self, _: Add) -> dict[str, Any]:
        base: Any = self.base
        data: dict[str, Any] = {
            "kind": "varying",
            "base": np.atleast_1d(np.asarray(base, dtype=np.float64)).tolist(),
            "seasons": [np.asarray(one).tolist() for one in self.seasons],  # type: ignore[union-attr]
            "promotions": [_promotion(p) for p in self.promotions],
            "spread": _spread_payload(self.spread),
        }
        for name in ("additive_season", "calendar"):
            if getattr(self, name) is not None:
                data[name] = np.asarray(getattr(self, name)).tolist()
        for name in ("trend", "life", "end_of_life"):
            if getattr(self, name) is not None:
                data[name] = getattr(self, name).to_dict()
        return data


def fourier_season(
    length: int, *, cos: Sequence[float] = (), sin: Sequence[float] = ()
) -> NDArray[np.float64]:
    """Season factors of mean 1 from a Fourier series: 1 + Σ_j a_j·cos(2πjt/P) + b_j·sin(2πjt/P).

    Parameters
    ----------
    length : int
        Periods in a season, P.
    cos, sin : sequence of float
        Coefficients a_1, a_2, … and b_1, b_2, …; at most P/2 of each.

    Returns
    -------
    ndarray, shape (P,)

    Raises
    ------
    ValueError
        If a factor would be negative, or the series is too long for the season.
    """
    size = count("length", length, at_least=1)
    t = np.arange(size)
    factors = np.ones(size)
    for name, coefficients, wave in (("cos", cos, np.cos), ("sin", sin, np.sin)):
        if 2 * len(coefficients) > size:
            raise ValueError(f"{name} must have at most {size // 2} coefficients, got {len(coefficients)}")
        listed = numbers(name, coefficients) if len(coefficients) else ()
        for j, a in enumerate(listed, 1):
            factors += float(a) * wave(2.0 * math.pi * j * t / size)
    if factors.min() < 0.0:
        raise ValueError(f"season factors must be ≥ 0, got {factors.min():.3g} at {int(factors.argmin())}")
    scaled: NDArray[np.float64] = factors / factors.mean()
    return scaled


def _no_arrays(_array: Any, stem: str) -> str:
    return stem


def _seasons(value: Any) -> tuple[NDArray[np.float64], ...]:
    if isinstance(value, str) or not np.iterable(value):
        raise TypeError(f"Varying.seasons must be a list of factors or of such lists, got {value!r}")
    listed = list(value)
    if listed and all(np.ndim(x) == 0 for x in listed):
        listed = [listed]
    return tuple(numbers(f"Varying.seasons[{i}]", one) for i, one in enumerate(listed))


def _promotions(value: Any) -> tuple[Promotion, ...]:
    if isinstance(value, Promotion):
        value = (value,)
    if isinstance(value, (str, Mapping)) or not isinstance(value, Sequence):
        raise TypeError(f"Varying.promotions must be a sequence of Promotion, got {value!r}")
    made = tuple(decode(one) if isinstance(one, Mapping) else one for one in value)
    for i, one in enumerate(made):
        if not isinstance(one, Promotion):
            raise TypeError(f"Varying.promotions[{i}] must be a Promotion, got {one!r}")
    return made


def _promotion(p: Promotion) -> dict[str, Any]:
    data = p.to_dict()
    data.pop("kind")
    if p.key is not None:
        data["key"] = entity(p.key)
    return data


def _spread(value: Any) -> Any:
    if isinstance(value, Mapping) and "kind" in value:
        value = decode(value)
    if isinstance(value, (OverdispersedSpread, AdditiveSpread)):
        return value
    if isinstance(value, str):
        if value not in ("poisson", "none"):
            raise ValueError(
                "Varying.spread must be 'poisson', 'none', a law of mean 1, OverdispersedSpread or "
                f"AdditiveSpread, got {value!r}"
            )
        return value
    return as_law("Varying.spread", value)


def _spread_payload(spread: Any) -> dict[str, Any]:
    if isinstance(spread, str):
        return {"kind": spread}
    if isinstance(spread, Law):
        return {"kind": "scaled", "law": spread.to_dict()}
    data: dict[str, Any] = spread.to_dict()
    return data
