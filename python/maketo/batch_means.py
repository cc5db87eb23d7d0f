"""Errors from one long run: means of consecutive batches of periods instead of independent replications.

Periods of one future are correlated, so their spread says nothing of the error of their mean. Means of long
batches are nearly independent and nearly normal; von Neumann's ratio tells when they are not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import erfc, sqrt
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from . import _catalogue, _core
from ._check import count, inner_share, truth
from ._designs import expand
from .estimate import Estimate

if TYPE_CHECKING:
    from .make_to_stock import MakeToStock
    from .result import Result

__all__ = ["BatchMeans", "batch_means"]

Array: TypeAlias = NDArray[np.float64]
Cell: TypeAlias = Mapping[str, Array]
SUSPECT = 0.05
"""Batches are called correlated below this p-value."""
# Stock below this share of the largest value in a trace is rounding.
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class BatchMeans(Estimate):
    """An estimate from batches of consecutive periods, with the check that they are independent."""

    batches: int = 0
    """Batches per replication."""
    batch_length: int = 0
    """Periods per batch."""
    overlapping: bool = False
    """Whether the error comes from batches that start in every period."""
    lag1: Any = float("nan")
    """Correlation between neighbouring batches, over the axes `dims`; NaN where all batches are equal."""
    p_value: Any = float("nan")
    """Chance of neighbours at least so similar, were the batches independent (von Neumann, one-sided)."""

    @property
    def independent(self) -> Any:
        """Whether the check raises no doubt: not p < 0.05. One in twenty good runs is doubted by chance."""
        passed = ~(np.asarray(self.p_value) < SUSPECT)
        return bool(passed) if passed.ndim == 0 else passed

    def __repr__(self) -> str:
        kind = "overlapping batches" if self.overlapping else "batches"
        told = f"{super().__repr__()}; {self.batches} {kind} of {self.batch_length} periods"
        if self.dims:
            doubted = int(np.sum(~np.asarray(self.independent)))
            return f"{told}, correlated in {doubted} of {np.size(self.value)} cells"
        told += f", lag-1 {self.lag1:.2f} (p = {self.p_value:.2g})"
        return told if self.independent else f"{told}: batches are correlated, the interval is too short"


def batch_means(
    run: Result,
    name: str,
    *,
    batches: int = 32,
    overlapping: bool = False,
    pooled: bool = True,
    level: float | None = None,
) -> BatchMeans:
    """See `Result.batch_means`."""
    count("batches", batches, at_least=3)
    truth("overlapping", overlapping)
    truth("pooled", pooled)
    confidence = run.confidence if level is None else inner_share("level", level)
    top, bottom = _per_period(run, name)
    counted = run.periods - int(run.options["warm_up"])
    length = counted // batches
    if length < 1:
        raise ValueError(f"batches must be ≤ {counted}, the counted periods, got {batches}")
    # What does not fill a batch is left out at the start, as if the warm-up were longer.
    start = run.periods - batches * length
    top = top[..., start:]
    bottom = None if bottom is None else bottom[..., start:]
    batched_top = _sums(top, batches) / length
    batched_bottom = None if bottom is None else _sums(bottom, batches) / length
    lead = batched_top.shape[:-2]
    replications = batched_top.shape[-2]
    rows = (*lead, -1) if pooled else (*lead, replications, batches)
    columns = _estimate(batched_top.reshape(rows), _like(batched_bottom, rows), confidence)
    residuals = _residuals(batched_top, batched_bottom, pooled)
    lag1, statistic = _von_neumann(residuals)
    if pooled:
        # Independent replications: the sum of standard normal statistics over √R is standard normal.
        statistic = np.nansum(statistic, axis=-1) / np.sqrt(
            np.maximum(1, np.sum(~np.isnan(statistic), axis=-1))
        )
        lag1, statistic = _mean_of_known(lag1), np.where(np.isnan(lag1).all(axis=-1), np.nan, statistic)
    if overlapping:
        columns = _overlap(columns, top, bottom, length, batches, pooled, confidence)
    about = _about(run, name, pooled)
    value, se, low, high = (_plain(columns[..., i]) for i in range(4))
    return BatchMeans(
        name,
        value,
        se,
        low,
        high,
        confidence=confidence,
        batches=batches,
        batch_length=length,
        overlapping=overlapping,
        lag1=_plain(lag1),
        p_value=_plain(np.vectorize(lambda z: 0.5 * erfc(z / sqrt(2)), otypes=[float])(statistic)),
        **about,
    )


def _about(run: Result, name: str, pooled: bool) -> dict[str, Any]:
    dims = run.design_dims if pooled else run.dims
    coords = {k: v for k, v in run.coords.items() if k in dims}
    return {"unit": _catalogue.metrics()[name].unit, "dims": dims, "coords": coords}


def _plain(x: Array) -> Any:
    x = np.asarray(x)
    return float(x) if x.ndim == 0 else x


# From traces to what a metric counts in each period.

_COSTS: dict[str, tuple[tuple[str, ...], Callable[[Cell, MakeToStock], Array]]] = {
    "holding_cost": (
        ("on_hand", "filled"),
        # Just before demand there was what is left and what was filled.
        lambda t, s: (
            _f(s.costs.holding) * (t["on_hand"] + (0.5 * t["filled"] if s.holding_basis == "mean" else 0.0))
        ),
    ),
    "backorder_cost": (("backorders",), lambda t, s: _f(s.costs.backorder) * t["backorders"]),
    "shortage_cost": (
        ("demand", "filled"),
        lambda t, s: _f(s.costs.shortage) * (t["demand"] - t["filled"]),
    ),
    "lost_sale_cost": (("lost",), lambda t, s: _f(s.costs.lost_sale) * t["lost"]),
    "order_cost": (("order_quantity",), lambda t, s: _f(s.costs.order) * _positive(t["order_quantity"])),
    "purchase_cost": (("order_quantity",), lambda t, s: _f(s.costs.unit) * t["order_quantity"]),
    "revenue": (("demand", "lost"), lambda t, s: _f(s.costs.price) * (t["demand"] - t["lost"])),
}
_PARTS = ("holding_cost", "backorder_cost", "shortage_cost", "lost_sale_cost", "order_cost", "purchase_cost")
_RATES = ("holding", "backorder", "shortage", "lost_sale", "order", "unit")
# What these price is not traced.
_UNTRACED = ("overtime", "express", "expedite", "disposal", "erosion")
_COUNTS: dict[str, tuple[tuple[str, ...], Callable[[Cell], Array]]] = {
    "short": (("demand", "filled"), lambda t: t["demand"] - t["filled"]),
    "orders": (("order_quantity",), lambda t: _positive(t["order_quantity"])),
    "stockout_periods": (
        ("backorders", "lost"),
        lambda t: np.maximum(_positive(t["backorders"]), _positive(t["lost"])),
    ),
    "alpha_service": (
        ("backorders", "lost"),
        lambda t: 1.0 - np.maximum(_positive(t["backorders"]), _positive(t["lost"])),
    ),
}


def _per_period(run: Result, name: str) -> tuple[Array, Array | None]:
    """What the metric counts in each period, or numerator and denominator of a ratio."""
    metrics = _catalogue.metrics()
    if name not in metrics:
        raise KeyError(f"no metric {name!r}; there are {', '.join(metrics)}")
    about = metrics[name]
    if about.kind == "ratio":
        sides = [_catalogue.parts(side or name) for side in (about.numerator, about.denominator)]
        if any(trace not in _catalogue.traces() for side in sides for _, trace in side):
            raise ValueError(f"{name} has no value in a single period, so there are no batches of it")
        _demand_traces(run, name, [trace for side in sides for _, trace in side])
        top, bottom = (sum(sign * _trace(run, trace) for sign, trace in side) for side in sides)
        return np.asarray(top), np.asarray(bottom)
    if name in _catalogue.traces():
        _demand_traces(run, name, [name])
        return _trace(run, name), None
    if name in _COUNTS:
        needed, worked_out = _COUNTS[name]
        _demand_traces(run, name, needed)
        return worked_out({trace: _trace(run, trace) for trace in needed}), None
    if name in _COSTS or name == "cost":
        return _money(run, name), None
    raise ValueError(f"{name} has no value in a single period, so there are no batches of it")


def _money(run: Result, name: str) -> Array:
    """A cost in each period, at the rates of each cell."""
    listed = expand(run.shops)[1]
    shops = [listed[item][i] for i in range(len(next(iter(listed.values())))) for item in listed]
    parts = [name]
    priced = [rate for rate in _UNTRACED if any(_f(getattr(s.costs, rate)) for s in shops)]
    if name in ("cost", "purchase_cost") and priced and (name == "cost" or "erosion" in priced):
        raise ValueError(
            f"{name} has parts that are not traced (costs.{', costs.'.join(priced)}), so there are no "
            "batches of it"
        )
    if name == "cost":
        charged = zip(_PARTS, _RATES, strict=True)
        parts = [part for part, rate in charged if any(_f(getattr(s.costs, rate)) for s in shops)]
        parts = parts or ["holding_cost"]
    mean_basis = any(s.holding_basis == "mean" for s in shops)
    needed = list(
        dict.fromkeys(
            trace
            for part in parts
            for trace in _COSTS[part][0]
            if part != "holding_cost" or trace == "on_hand" or mean_basis
        )
    )
    _demand_traces(run, name, needed)
    traces = {trace: _trace(run, trace) for trace in needed}
    shape = next(iter(traces.values())).shape
    flat = {trace: array.reshape(len(shops), *shape[-2:]) for trace, array in traces.items()}
    cells = []
    for i, shop in enumerate(shops):
        cell = {trace: array[i] for trace, array in flat.items()}
        cells.append(sum(_COSTS[part][1](cell, shop) for part in parts))
    return np.stack(cells).reshape(shape)


def _demand_traces(run: Result, name: str, needed: Any) -> None:
    listed = list(dict.fromkeys(needed))
    missing = [trace for trace in listed if trace not in run.trace]
    if missing:
        raise KeyError(
            f"batch means of {name!r} need every period of {', '.join(listed)}, and {', '.join(missing)} was "
            f"not traced. Ask for it: simulate(…, trace={listed!r})"
        )


def _trace(run: Result, name: str) -> Array:
    return np.asarray(run.trace[name], dtype=np.float64)


def _positive(x: Array) -> Array:
    return np.asarray(x > _ROUNDING * max(1.0, float(np.max(np.abs(x), initial=0.0))), dtype=np.float64)


def _f(rate: Any) -> float:
    return float(rate)


# Estimates.


def _sums(x: Array, batches: int) -> Array:
    return np.asarray(x.reshape(*x.shape[:-1], batches, -1).sum(axis=-1))


def _like(x: Array | None, shape: tuple[int, ...]) -> Array | None:
    return None if x is None else x.reshape(shape)


def _estimate(top: Array, bottom: Array | None, confidence: float) -> Array:
    """Value, standard error, low, high over the last axis, as if batches were replications."""
    flat = np.ascontiguousarray(top.reshape(-1, top.shape[-1]))
    if bottom is None:
        columns = _core.summarise(flat, confidence, [])[:, :4]
    else:
        columns = _core.ratio(flat, np.ascontiguousarray(bottom.reshape(flat.shape)), confidence)
    return np.asarray(columns).reshape(*top.shape[:-1], 4)


def _residuals(top: Array, bottom: Array | None, pooled: bool) -> Array:
    """What makes the error, batch by batch: for a ratio r, numerator − r · denominator."""
    if bottom is None:
        return top
    over = (-2, -1) if pooled else (-1,)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = top.sum(axis=over, keepdims=True) / bottom.sum(axis=over, keepdims=True)
    return np.asarray(top - ratio * bottom)


def _von_neumann(x: Array) -> tuple[Array, Array]:
    """Lag-1 correlation along the last axis and its statistic, standard normal for independent batches.

    J. von Neumann, *Annals of Mathematical Statistics* 12, 1941; as a check of batches G. S. Fishman,
    *Management Science* 24, 1978: the lag-1 correlation with half the two end terms has variance
    (b − 2)/(b² − 1).
    """
    b = x.shape[-1]
    centred = x - x.mean(axis=-1, keepdims=True)
    squares = (centred**2).sum(axis=-1)
    steps = (np.diff(x, axis=-1) ** 2).sum(axis=-1)
    rounding = b * (1e-13 * np.abs(x).max(axis=-1)) ** 2
    known = squares > rounding
    lag1 = np.where(known, 1.0 - steps / (2.0 * np.where(known, squares, 1.0)), np.nan)
    return lag1, lag1 * np.sqrt((b * b - 1) / (b - 2))


def _mean_of_known(x: Array) -> Array:
    known = ~np.isnan(x)
    n = known.sum(axis=-1)
    return np.asarray(np.where(n > 0, np.where(known, x, 0.0).sum(axis=-1) / np.maximum(n, 1), np.nan))


def _overlap(
    columns: Array,
    top: Array,
    bottom: Array | None,
    length: int,
    batches: int,
    pooled: bool,
    confidence: float,
) -> Array:
    """The same estimate with the error of overlapping batch means.

    M. S. Meketon and B. W. Schmeiser, *Proceedings of the Winter Simulation Conference*, 1984: all n − m + 1
    batches of m periods, with about 1.5 times as many degrees of freedom.
    """
    n = top.shape[-1]
    replications = top.shape[-2] if pooled else 1
    x = _residuals(top, bottom, pooled)
    running = np.concatenate([np.zeros((*x.shape[:-1], 1)), np.cumsum(x, axis=-1)], axis=-1)
    means = (running[..., length:] - running[..., :-length]) / length
    centre = x.mean(axis=(-2, -1) if pooled else -1, keepdims=True)
    variance = length * ((means - centre) ** 2).sum(axis=-1) / ((n - length + 1) * (n - length))
    if pooled:
        variance = variance.mean(axis=-1) / replications
    se = np.sqrt(variance)
    if bottom is not None:
        se = se / np.abs(bottom.mean(axis=(-2, -1) if pooled else -1))
    half = _student(int(1.5 * (batches - 1)) * replications, confidence) * se
    value = columns[..., 0]
    return np.stack([value, se, value - half, value + half], axis=-1)


def _student(degrees: int, confidence: float) -> float:
    """Student's t quantile, asked of the core: the half-width of an interval in standard errors."""
    sample = (np.arange(degrees + 1) % 2).astype(np.float64)
    mean, se, _, high = _core.summarise(sample[None, :], confidence, [])[0, :4]
    return float((high - mean) / se)
