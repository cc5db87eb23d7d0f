"""What planners expect of demand: known means, or methods that run inside each replication.

A method sees what its replication has seen and nothing else. Its start is `initial` if given, else the
`history`, else the mean of the demand where that is known, else the first observation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ._check import choice, number, numbers, real_array, truth, whole
from ._demand import Add
from ._noun import Noun, decode
from .laws import Real, Whole
from .planning_bill import PlanningBill

__all__ = [
    "FORECASTS",
    "SBA",
    "TSB",
    "Autoregression",
    "Croston",
    "ErrorEstimate",
    "EvolvingForecast",
    "ExponentialSmoothing",
    "Forecast",
    "GivenForecast",
    "Holt",
    "HoltWinters",
    "KnownMean",
    "MovingAverage",
    "PerfectForecast",
    "PlanningBill",
    "SeasonalNaive",
    "as_forecast",
    "forecast_payload",
]


@dataclass(frozen=True, eq=False, repr=False)
class ErrorEstimate(Noun):
    """How a forecast's error is estimated as the simulation goes on, for safety stock.

    Parameters
    ----------
    measure : {"mse", "mad"}
        Squares of errors are smoothed, or their sizes; the standard deviation is √MSE or √(π/2)·MAD.
    smoothing : float
        Weight of the newest error, in (0, 1].
    initial : float, optional
        Standard deviation of one period's error before any was seen; by default that of the demand where it
        is known, else 0.
    over : {"step", "cover"}
        ``"step"``: the error of m periods is that of one times √m. ``"cover"``: errors of whole covers are
        measured themselves.
    """

    measure: str = "mse"
    smoothing: Real = 0.1
    initial: Real | None = None
    over: str = "step"

    def __post_init__(self) -> None:
        self._set(
            measure=choice("ErrorEstimate.measure", self.measure, ("mse", "mad")),
            smoothing=number("ErrorEstimate.smoothing", self.smoothing),
            initial=None if self.initial is None else number("ErrorEstimate.initial", self.initial),
            over=choice("ErrorEstimate.over", self.over, ("step", "cover")),
        )


@dataclass(frozen=True, eq=False, repr=False)
class KnownMean(Noun, tag=("kind", "known_mean")):
    """The mean of each period, as if it were known. What is left to fear is demand's own spread.

    Parameters
    ----------
    bias : array_like
        Relative error of the forecast by periods ahead; the last one goes on. ``[0.1]``: always 10 % too
        high.

    Notes
    -----
    Beyond the end of the run the mean of its last period is taken.
    """

    bias: ArrayLike = ()

    def __post_init__(self) -> None:
        self._set(bias=_bias("KnownMean", self.bias))


@dataclass(frozen=True, eq=False, repr=False)
class EvolvingForecast(Noun, tag=("kind", "evolving_forecast")):
    """What the demand's own evolution foresees (`ForecastEvolution`): the best forecast there is.

    Parameters
    ----------
    bias : array_like
        Relative error added by periods ahead; the last one goes on.
    """

    bias: ArrayLike = ()

    def __post_init__(self) -> None:
        self._set(bias=_bias("EvolvingForecast", self.bias))


@dataclass(frozen=True, eq=False, repr=False)
class PerfectForecast(Noun, tag=("kind", "perfect_forecast")):
    """What will happen. Nobody has it: an upper bound of what a better forecast could be worth.

    A run that uses it says so in `Result.warnings`.
    """


@dataclass(frozen=True, eq=False, repr=False)
class GivenForecast(Noun, tag=("kind", "given_forecast")):
    """Forecasts from elsewhere.

    Parameters
    ----------
    forecasts : array_like, shape (replication, period, ahead) or (period, ahead)
        What is expected, when period t is planned, of the demand of period t + k; the last k goes on.
    cycle : bool
        Start again when there are fewer rows than replications.
    """

    forecasts: ArrayLike
    cycle: bool = False

    def __post_init__(self) -> None:
        self._set(
            forecasts=real_array("GivenForecast.forecasts", self.forecasts, axes=(2, 3)),
            cycle=truth("GivenForecast.cycle", self.cycle),
        )


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class _Method(Noun):
    """What all methods have.

    Parameters
    ----------
    initial : float, optional
        Level before anything is observed.
    history : array_like
        Observed before period 0, oldest first, the same for all replications.
    error : ErrorEstimate
        Estimate of the forecast's error.
    observe : {"demand", "sales"}
        Whether the method sees all demand, or only what was not lost.
    bias : array_like
        Relative error added by periods ahead; the last one goes on.
    """

    initial: Real | None = None
    history: ArrayLike = ()
    error: ErrorEstimate = field(default_factory=ErrorEstimate)
    observe: str = "demand"
    bias: ArrayLike = ()

    def __post_init__(self) -> None:
        name = type(self).__name__
        error: Any = self.error
        if isinstance(error, dict):
            error = ErrorEstimate.from_dict(error)
        if not isinstance(error, ErrorEstimate):
            raise TypeError(f"{name}.error must be ErrorEstimate(…), got {self.error!r}")
        past: Any = self.history
        self._set(
            initial=None if self.initial is None else number(f"{name}.initial", self.initial),
            history=numbers(f"{name}.history", past) if np.size(past) else (),
            error=error,
            observe=choice(f"{name}.observe", self.observe, ("demand", "sales")),
            bias=_bias(name, self.bias),
        )
        for given in self._own():
            value = getattr(self, given)
            if given == "multiplicative":
                truth(f"{name}.{given}", value)
            elif value is not None:
                field_name = f"{name}.{given}"
                periods = given in ("window", "season")
                self._set(
                    **{given: whole(field_name, value, at_least=1) if periods else number(field_name, value)}
                )

    @classmethod
    def _own(cls) -> list[str]:
        return [f.name for f in cls._fields() if f.name not in _COMMON]


_COMMON = ("initial", "history", "error", "observe", "bias")


def _bias(name: str, value: Any) -> Any:
    return numbers(f"{name}.bias", np.atleast_1d(value)) if np.size(value) else ()


@dataclass(frozen=True, eq=False, repr=False)
class MovingAverage(_Method, tag=("kind", "moving_average")):
    """The mean of the last `window` observations. R. G. Brown, 1959."""

    window: Whole


@dataclass(frozen=True, eq=False, repr=False)
class ExponentialSmoothing(_Method, tag=("kind", "ses")):
    """Simple exponential smoothing, `alpha` the weight of the newest observation. R. G. Brown, 1959."""

    alpha: Real


@dataclass(frozen=True, eq=False, repr=False)
class Holt(_Method, tag=("kind", "holt")):
    """Level and trend; with `damping` below 1 the trend fades.

    C. C. Holt, 1957; E. S. Gardner and E. McKenzie, *Management Science* 31, 1985.
    """

    alpha: Real
    beta: Real
    damping: Real = 1


@dataclass(frozen=True, eq=False, repr=False)
class HoltWinters(_Method, tag=("kind", "holt_winters")):
    """Level, trend and season factors of a `season` of so many periods, added or multiplied.

    P. R. Winters, *Management Science* 6, 1960. Factors start neutral unless the history has two seasons.
    Weights under which forecasts would not stay bounded are refused.
    """

    alpha: Real
    beta: Real
    gamma: Real
    season: Whole
    multiplicative: bool = False
    damping: Real = 1


@dataclass(frozen=True, eq=False, repr=False)
class SeasonalNaive(_Method, tag=("kind", "seasonal_naive")):
    """What was observed a `season` ago; a season of 1 repeats the last observation."""

    season: Whole


@dataclass(frozen=True, eq=False, repr=False)
class Autoregression(_Method, tag=("kind", "autoregression")):
    """The best forecast of a first-order autoregression: μ + ρᵏ⁺¹·(last − μ), with known `rho` and `mean`."""

    rho: Real
    mean: Real | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Croston(_Method, tag=("kind", "croston")):
    """Smoothed size over smoothed interval of demands. J. D. Croston, 1972; it is a little too high."""

    alpha: Real


@dataclass(frozen=True, eq=False, repr=False)
class SBA(_Method, tag=("kind", "sba")):
    """Croston times 1 − α/2. A. A. Syntetos and J. E. Boylan, 2005."""

    alpha: Real


@dataclass(frozen=True, eq=False, repr=False)
class TSB(_Method, tag=("kind", "tsb")):
    """Smoothed size times smoothed probability of a demand; it notices when demand ends.

    R. H. Teunter, A. A. Syntetos and M. Z. Babai, 2011. `alpha` is the weight in the size, `beta` in the
    probability.
    """

    alpha: Real
    beta: Real


FORECASTS = (
    KnownMean,
    EvolvingForecast,
    PerfectForecast,
    GivenForecast,
    PlanningBill,
    MovingAverage,
    ExponentialSmoothing,
    Holt,
    HoltWinters,
    SeasonalNaive,
    Autoregression,
    Croston,
    SBA,
    TSB,
)
Forecast: TypeAlias = (
    KnownMean
    | EvolvingForecast
    | PerfectForecast
    | GivenForecast
    | PlanningBill
    | MovingAverage
    | ExponentialSmoothing
    | Holt
    | HoltWinters
    | SeasonalNaive
    | Autoregression
    | Croston
    | SBA
    | TSB
)


def as_forecast(field_name: str, value: Any) -> Forecast | None:
    """A forecast, or nothing."""
    made = decode(value) if isinstance(value, dict) else value
    if made is None or isinstance(made, FORECASTS):
        return made
    known = ", ".join(f.__name__ for f in FORECASTS)
    raise TypeError(f"{field_name} must be one of {known}, got {value!r}")


def forecast_payload(value: Forecast, add: Add) -> dict[str, Any]:
    """As the core reads it."""
    if isinstance(value, GivenForecast):
        return {"kind": "cube", "forecasts": add(value.forecasts, "forecasts"), "cycle": value.cycle}
    if isinstance(value, PerfectForecast):
        return {"kind": "perfect"}
    if isinstance(value, PlanningBill):
        return value._payload()
    data = value.to_dict()
    bias = data.pop("bias")
    if isinstance(value, (KnownMean, EvolvingForecast)):
        return {"kind": "mean" if isinstance(value, KnownMean) else "evolution", "bias": bias}
    observe = data.pop("observe")
    return {
        "kind": "statistical",
        "of": {"method": data.pop("kind"), **data},
        "observe": observe,
        "bias": bias,
    }
