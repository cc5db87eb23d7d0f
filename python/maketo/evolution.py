"""Demand as a process: forecasts that evolve until demand happens, and ARIMA."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._check import choice, count, number, numbers, real_array, truth
from ._demand import Add, DemandNoun
from .laws import Real
from .sweep import Sweep

__all__ = ["Arima", "ForecastEvolution", "shocks_from_errors"]


@dataclass(frozen=True, eq=False, repr=False)
class ForecastEvolution(DemandNoun, tag=("kind", "forecast_evolution")):
    """Demand that is foreseen better and better: martingale model of forecast evolution (MMFE).

    In every period the forecasts of the coming H periods are revised by shocks of mean 0; demand is the last
    revision. `EvolvingForecast` lets planners see these forecasts.

    Parameters
    ----------
    mean : float or array_like, shape (period,)
        Mean units per period: one number, or one per period, at least as many as are simulated.
    shocks : array_like, shape (H + 1, H + 1)
        Covariance of the shocks that revise, in one period, the demand of this period (0) and of 1, 2, … H
        periods ahead; `shocks_from_errors` makes it from forecast errors. A vector is its diagonal. Units²
        with ``shocks_are="additive"``; of logarithms with ``"multiplicative"``.
    shocks_are : {"multiplicative", "additive"}
        Forecasts are multiplied by e^ε (demand stays positive), or ε is added.
    returns : bool
        Additive demand below 0 stays as it is; otherwise it is clipped, and counted (`Result.clipped`).

    Notes
    -----
    Added: the variance of demand is the trace of the matrix, the error of the forecast k periods ahead has
    the variance Σ_{j ≤ k} Σ_jj. Multiplied: the squared coefficient of variation is e^{Σ_{j ≤ k} Σ_jj} − 1.
    The run starts as it goes on. D. C. Heath and P. L. Jackson, *IIE Transactions* 26, 1994; S. C. Graves et
    al., 1986. Stream MMFE.

    Examples
    --------
    >>> import maketo as mk
    >>> shocks = mk.shocks_from_errors([0.10, 0.15, 0.25])
    >>> mk.ForecastEvolution(100, shocks)
    ForecastEvolution(mean=100, shocks=<array 3×3>)
    """

    mean: Real | ArrayLike
    shocks: ArrayLike
    shocks_are: str = "multiplicative"
    returns: bool = False

    def __post_init__(self) -> None:
        mean: Any = self.mean
        matrix = real_array("ForecastEvolution.shocks", self.shocks, axes=(1, 2))
        if matrix.ndim == 1:
            matrix = real_array("ForecastEvolution.shocks", np.diag(matrix), axes=2)
        if matrix.shape[0] != matrix.shape[1]:
            raise ValueError(f"ForecastEvolution.shocks must be square, got shape {matrix.shape}")
        self._set(
            mean=number("ForecastEvolution.mean", mean)
            if isinstance(mean, Sweep) or np.ndim(mean) == 0
            else numbers("ForecastEvolution.mean", mean),
            shocks=matrix,
            shocks_are=choice(
                "ForecastEvolution.shocks_are", self.shocks_are, ("multiplicative", "additive")
            ),
            returns=truth("ForecastEvolution.returns", self.returns),
        )

    def _payload(self, _: Add) -> dict[str, Any]:
        return {
            "kind": "evolving",
            "mean": np.atleast_1d(np.asarray(self.mean, dtype=np.float64)).tolist(),
            "shocks": np.asarray(self.shocks).tolist(),
            "multiplied": self.shocks_are == "multiplicative",
            "returns": self.returns,
        }


def shocks_from_errors(
    errors: ArrayLike, *, correlation: float = 0.0, shocks_are: str = "multiplicative"
) -> NDArray[np.float64]:
    """The shocks of `ForecastEvolution` from what a company knows: its forecast errors by horizon.

    Parameters
    ----------
    errors : array_like, shape (H + 1,)
        Standard deviation of the error of the forecast of the coming period (0) and of 1, 2, … H periods
        ahead; never falling. Units with ``shocks_are="additive"``; with ``"multiplicative"`` shares of the
        mean (coefficients of variation: 0.1 is 10 %).
    correlation : float
        Between the shocks of one period, in (−1, 1): whether news about near and far periods agrees.
    shocks_are : {"multiplicative", "additive"}
        As in `ForecastEvolution`.

    Returns
    -------
    ndarray, shape (H + 1, H + 1)
        Covariance: Σ_jj = v_j − v_{j−1} with v_j the variance at horizon j (of the logarithm where
        multiplied), Σ_ij = correlation · √(Σ_ii Σ_jj).

    Raises
    ------
    ValueError
        If an error falls with the horizon, which no forecast's does, or the correlation is out of bounds.

    Examples
    --------
    >>> import maketo as mk
    >>> mk.shocks_from_errors([3, 5], shocks_are="additive").tolist()
    [[9.0, 0.0], [0.0, 16.0]]
    """
    sd = numbers("errors", errors)
    if (sd < 0).any():
        raise ValueError(f"errors must be ≥ 0, got {sd[sd < 0][0]:g}")
    rho = number("correlation", correlation)
    if not isinstance(rho, (int, float)) or not -1.0 < rho < 1.0:
        raise ValueError(f"correlation must be in (−1, 1), got {correlation}")
    logged = choice("shocks_are", shocks_are, ("multiplicative", "additive")) == "multiplicative"
    variance = np.log1p(sd**2) if logged else sd**2
    steps = np.diff(variance, prepend=0.0)
    if (steps < -1e-12 * variance.max(initial=0.0)).any():
        at = int(np.flatnonzero(steps < 0)[0])
        raise ValueError(
            f"errors must not fall with the horizon, got {sd[at]:g} at horizon {at} after {sd[at - 1]:g}"
        )
    root = np.sqrt(np.maximum(steps, 0.0))
    matrix: NDArray[np.float64] = rho * np.outer(root, root)
    np.fill_diagonal(matrix, root**2)
    horizons = int(np.count_nonzero(root))
    if rho * (horizons - 1) < -1.0:
        lowest = -1.0 / (horizons - 1)
        raise ValueError(f"correlation must be ≥ {lowest:.4g} for shocks at {horizons} horizons, got {rho:g}")
    return matrix


@dataclass(frozen=True, eq=False, repr=False)
class Arima(DemandNoun, tag=("kind", "arima")):
    """An autoregressive integrated moving average with normal shocks.

    ``w_t = Σ φ_i·w_{t−i} + ε_t + Σ θ_j·ε_{t−j}``; demand is ``mean + w``, or with `differences` the sums of
    w, starting from the mean. Demand below 0 is clipped, and counted (`Result.clipped`), unless `returns`.

    Parameters
    ----------
    mean : float
        Mean units per period; with differences, where the sums start.
    sd : float
        Standard deviation of a shock.
    ar, ma : sequence of float
        Coefficients φ and θ; the process must be stationary before it is summed.
    differences : int
        0, 1 or 2.
    drift : float
        Mean of the differences: growth per period.
    returns : bool
        Demand may be negative.

    Notes
    -----
    G. E. P. Box and G. M. Jenkins, *Time Series Analysis*, 1970. Without differences the process is in its
    long run when the run begins. For other than normal demand see `Autocorrelated`.
    """

    mean: Real
    sd: Real
    ar: Sequence[float] = ()
    ma: Sequence[float] = ()
    differences: int = 0
    drift: Real = 0
    returns: bool = False

    def __post_init__(self) -> None:
        listed = {}
        for name in ("ar", "ma"):
            value: Any = getattr(self, name)
            one = [value] if np.ndim(value) == 0 and not isinstance(value, str) else value
            listed[name] = numbers(f"Arima.{name}", one) if len(one) else ()
        self._set(
            mean=number("Arima.mean", self.mean),
            sd=number("Arima.sd", self.sd),
            **listed,
            differences=count("Arima.differences", self.differences, below=3),
            drift=number("Arima.drift", self.drift),
            returns=truth("Arima.returns", self.returns),
        )

    def _payload(self, _: Add) -> dict[str, Any]:
        data = self.to_dict()
        return {**data, "ar": list(data["ar"]), "ma": list(data["ma"])}
