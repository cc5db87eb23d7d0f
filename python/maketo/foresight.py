"""Plans looked at without stock: errors of forecasts, lots of a rule, forecasts consumed by orders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from ._check import choice, count, inner_share, number, numbers, real_array
from ._law import has_sweep
from ._noun import decode
from ._progress import Progress, watch
from ._request import Arrays, items_json, to_text
from .demand import DemandLike
from .estimate import Estimate
from .forecasts import Forecast
from .make_to_stock import MakeToStock
from .planning import LOT_RULES, LotRule, OrderUpTo
from .seed import SeedLike, as_key
from .table import Table

__all__ = ["Consumption", "ForecastErrors", "consume_forecast", "forecast_errors", "lot_sizes"]


@dataclass(frozen=True, eq=False)
class ForecastErrors:
    """Errors of a forecast by periods ahead; each an `Estimate` over ``ahead``."""

    bias: Estimate
    """Mean of forecast − demand, units."""
    mae: Estimate
    """Mean size of the error, units."""
    rmse: Estimate
    """Root of the mean squared error, units."""

    def table(self) -> Table:
        """A row per period ahead."""
        rows = zip(
            self.bias.coords["ahead"],  # type: ignore[index]
            self.bias.value,
            self.mae.value,
            self.rmse.value,
            self.rmse.low,
            self.rmse.high,
            strict=True,
        )
        columns = ("ahead", "bias", "mae", "rmse", "rmse low", "rmse high")
        return Table(
            columns, [(int(k), *map(float, rest)) for k, *rest in rows], "Errors of the forecast, units"
        )

    def __repr__(self) -> str:
        return self.table().text()

    def _repr_html_(self) -> str:
        shown: str = self.table()._repr_html_()
        return shown


def forecast_errors(
    demand: DemandLike,
    forecast: Forecast,
    *,
    horizon: int = 1,
    periods: int,
    warm_up: int = 0,
    replications: int = 1000,
    seed: SeedLike = None,
    confidence: float = 0.95,
    threads: int | None = None,
    progress: Progress = False,
) -> ForecastErrors:
    """How far a forecast is from what happens, by periods ahead.

    Parameters
    ----------
    demand : law or any demand
        What happens.
    forecast : KnownMean, MovingAverage, EvolvingForecast, …
        What is expected. A method sees all demand of the periods before.
    horizon : int
        Periods ahead: 0 (the coming period) to horizon − 1.
    periods, warm_up : int
        Periods, and how many at the start are not counted.
    replications : int
        Futures.
    seed, threads, progress
        As in `simulate`.
    confidence : float
        Level of the intervals.

    Returns
    -------
    ForecastErrors
        Bias, mean absolute error and root mean squared error with intervals.

    Raises
    ------
    TypeError, ValueError
        Before anything runs, if the configuration is wrong.

    Examples
    --------
    >>> import maketo as mk
    >>> errors = mk.forecast_errors(mk.Poisson(20), mk.MovingAverage(4), periods=50, warm_up=4, seed=1)
    >>> bool(4.9 < errors.rmse.value[0] < 5.1)  # √(20·(1 + 1/4)) = 5
    True
    """
    shop = MakeToStock(demand=demand, policy=OrderUpTo(), forecast=forecast, opening_stock=0)
    if has_sweep(shop):
        raise TypeError("demand and forecast must be single ones, got a Sweep: call forecast_errors for each")
    arrays = Arrays()
    key = as_key(seed)
    run: dict[str, Any] = {
        "items": items_json({"item": [shop]}, arrays),
        "periods": count("periods", periods, at_least=1),
        "warm_up": count("warm_up", warm_up),
        "replications": count("replications", replications, at_least=1),
        "key": key.value,
    }
    if threads is not None:
        run["threads"] = count("threads", threads, at_least=1)
    level = inner_share("confidence", confidence)
    request = to_text({"run": run, "horizon": count("horizon", horizon, at_least=1)})
    with watch(progress, "forecast errors") as callback:
        found = _core.forecast_errors(request, arrays.by_name, callback)
    about: dict[str, Any] = {
        "unit": "units",
        "confidence": level,
        "dims": ("ahead",),
        "coords": {"ahead": np.arange(horizon)},
    }
    columns = {name: _core.summarise(found[name], level, [])[:, :4] for name in ("bias", "mae", "mse")}
    squared = columns.pop("mse")
    root = np.sqrt(np.maximum(squared[:, 0], 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        error = squared[:, 1] / (2.0 * root)
    ends = np.sqrt(np.maximum(squared[:, 2:], 0.0))
    rmse = np.column_stack([root, error, ends])
    return ForecastErrors(
        bias=Estimate.of("bias", columns["bias"], **about),
        mae=Estimate.of("mae", columns["mae"], **about),
        rmse=Estimate.of("rmse", rmse, **about),
    )


def lot_sizes(requirements: ArrayLike, rule: LotRule) -> NDArray[np.float64]:
    """The lots that a rule makes of net requirements, each at the start of its period.

    Parameters
    ----------
    requirements : array_like, shape (period,)
        Units needed in each period, ≥ 0.
    rule : LotForLot, FixedQuantity, EconomicQuantity, PeriodQuantity, SilverMeal or WagnerWhitin
        The rule.

    Returns
    -------
    ndarray, shape (period,)

    Raises
    ------
    TypeError, ValueError
        If a requirement is negative, or a field of the rule is out of bounds.

    Examples
    --------
    >>> import maketo as mk
    >>> mk.lot_sizes([90, 120, 80, 70], mk.WagnerWhitin(setup=500, holding=2)).tolist()
    [210.0, 0.0, 150.0, 0.0]
    """
    made: Any = decode(rule) if isinstance(rule, dict) else rule
    if not isinstance(made, LOT_RULES):
        known = ", ".join(r.__name__ for r in LOT_RULES)
        raise TypeError(f"rule must be one of {known}, got {rule!r}")
    if has_sweep(made):
        raise TypeError("rule must be a single one, got a Sweep: call lot_sizes for each")
    net = numbers("requirements", requirements)
    if (net < 0).any():
        raise ValueError(f"requirements must be ≥ 0, got {net[net < 0][0]:g}")
    return _core.lots(made.to_json(), net)


@dataclass(frozen=True, eq=False)
class Consumption:
    """What is left of a forecast once orders have consumed it."""

    open: NDArray[np.float64]
    """Units of each planned requirement that no order has consumed."""
    excess: NDArray[np.float64]
    """Units of each order beyond the forecast."""
    total: NDArray[np.float64]
    """Dates and quantities of all requirements, shape (date, 2), dates ascending."""


_MODES = ("backward", "backward_forward", "forward", "forward_backward", "period")


def consume_forecast(
    planned: ArrayLike,
    orders: ArrayLike | Sequence[tuple[float, float]],
    *,
    mode: str = "backward",
    backward: float = 0.0,
    forward: float = 0.0,
    period: float | None = None,
    counts_from: float | None = None,
) -> Consumption:
    """Orders consume planned independent requirements near their date; what exceeds them is added.

    Parameters
    ----------
    planned : array_like, shape (requirement, 2)
        Date and quantity of each planned requirement.
    orders : array_like, shape (order, 2)
        Date and quantity of each order, in order of entry.
    mode : {"backward", "backward_forward", "forward", "forward_backward", "period"}
        Where an order looks: at requirements before it, then after it, and so on, the nearest first; or only
        in its own planning period.
    backward, forward : float
        How far.
    period : float, optional
        Length of a planning period, counted from date 0, for ``mode="period"``.
    counts_from : float, optional
        Requirements planned before this date count no longer.

    Returns
    -------
    Consumption

    Raises
    ------
    TypeError, ValueError
        If something is of the wrong kind or out of bounds.

    Examples
    --------
    >>> import maketo as mk
    >>> done = mk.consume_forecast([(0, 100), (10, 100), (20, 100)], [(12, 130)], backward=15)
    >>> done.open.tolist(), done.excess.tolist()
    ([70.0, 0.0, 100.0], [0.0])
    """
    where = _MODES.index(choice("mode", mode, _MODES)) + 1
    rule: dict[str, Any] = {"mode": where}
    for name, value in (("backward", backward), ("forward", forward), ("period", period)):
        if value is not None:
            rule[name] = number(name, value)
    lists: list[NDArray[np.float64]] = []
    for name, pairs in (("planned", planned), ("orders", orders)):
        given: Any = pairs
        array = real_array(name, given, axes=2) if len(given) else np.zeros((0, 2))
        if array.shape[1] != 2 or not np.isfinite(array).all() or (array[:, 1] < 0).any():
            raise ValueError(f"{name} must be pairs of a date and a quantity ≥ 0, got {pairs!r}")
        lists.append(array)
    since = -1e300 if counts_from is None else float(number("counts_from", counts_from))  # type: ignore[arg-type]
    left, excess, total = _core.consume(json.dumps(rule), lists[0], lists[1], since)
    return Consumption(left, excess, total)
