"""Distributions of times over orders, pooled over replications, with errors.

The core counts in bins whose width is a fixed share of the value (1/64 of it), so shares between two bin
edges are exact and quantiles are known to about a hundredth of their value, usually far better because a bin
is interpolated. Counts are kept apart in 32 groups of replications; what the estimate would be without one of
them gives its error (delete-a-group jackknife).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from ._check import inner_share
from .estimate import Estimate

__all__ = ["Binned", "Distribution", "Incidence"]

SECTIONS = 32


@dataclass(frozen=True, eq=False)
class Binned:
    """Counts of one distribution: bin edges (bin + 1,) and counts (group, bin)."""

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]

    def grouped(self) -> NDArray[np.int64]:
        """Counts by group; one empty group where nothing was counted."""
        return self.counts if self.counts.size else np.zeros((SECTIONS, 1), dtype=np.int64)

    def spans(self) -> NDArray[np.float64]:
        """Bin edges, of one empty bin where nothing was counted."""
        return self.edges if self.counts.size else np.array([0.0, 0.0])


class Distribution:
    """A time over orders: lead time, waiting, tardiness or earliness.

    Of delivered orders; those still open and those that left are not in it, see `Incidence`.
    """

    def __init__(
        self,
        name: str,
        cells: list[Binned],
        shape: tuple[int, ...],
        moments: NDArray[np.float64] | None,
        about: dict[str, Any],
    ) -> None:
        self.name = name
        self._cells = cells
        self._shape = shape
        self._moments = moments
        self._about = about

    def __repr__(self) -> str:
        n = self.count
        over = f", over {dict(zip(self._about['dims'], self._shape, strict=True))}" if self._shape else ""
        return f"Distribution({self.name}, {int(np.sum(n))} orders{over}; .mean(), .quantile(p), .exceeds(x))"

    @property
    def count(self) -> NDArray[np.int64]:
        """Orders, over the axes of the designs."""
        return np.array([c.counts.sum() for c in self._cells], dtype=np.int64).reshape(self._shape)

    def cell(self, at: tuple[int, ...] = ()) -> Binned:
        """Counts of one design: bin edges and (group, bin)."""
        return self._cells[int(np.ravel_multi_index(at, self._shape)) if self._shape else 0]

    def mean(self, level: float | None = None) -> Estimate:
        """Mean, in periods. From sums, not from bins, where the core keeps them."""
        return self._estimate("mean", self._moment_rows(lambda n, x, _: x / n), level)

    def sd(self, level: float | None = None) -> Estimate:
        """Standard deviation, in periods."""

        def sd(n: Any, x: Any, xx: Any) -> Any:
            return np.sqrt(np.maximum(xx / n - (x / n) ** 2, 0.0))

        return self._estimate("sd", self._moment_rows(sd), level)

    def quantile(self, p: float, level: float | None = None) -> Estimate:
        """The time within which a share `p` of the orders is done.

        Raises
        ------
        ValueError
            If `p` is not in (0, 1).
        """
        p = inner_share("p", p)
        return self._estimate(
            f"q{p:g}", [jackknife(c, lambda n, e: _quantile(n, e, p)) for c in self._cells], level
        )

    def exceeds(self, x: float, level: float | None = None) -> Estimate:
        """Share of orders that take longer than `x` periods.

        Exact where `x` is 0 or a power of two; elsewhere the bin around `x` is interpolated, which misplaces
        at most what lies in it. Where times come in steps, keep the orders and count them.
        """
        return self._estimate(
            f"P(> {x:g})", [jackknife(c, lambda n, e: _above(n, e, x)) for c in self._cells], level, "share"
        )

    def survival(self, x: ArrayLike, at: tuple[int, ...] = ()) -> NDArray[np.float64]:
        """Share of orders of one design that take longer than each of several times."""
        cell = self.cell(at)
        counts, edges = cell.grouped().sum(axis=0), cell.spans()
        return np.array([_above(counts, edges, t) for t in np.ravel(np.asarray(x, dtype=float))])

    def _moment_rows(self, f: Callable[[Any, Any, Any], Any]) -> list[NDArray[np.float64]]:
        rows = []
        for i, cell in enumerate(self._cells):
            if self._moments is None:
                middle = (cell.spans()[1:] + cell.spans()[:-1]) / 2
                counts = cell.grouped()
                sums = np.stack([counts.sum(1), counts @ middle, counts @ middle**2], axis=1).astype(float)
            else:
                sums = self._moments[i]
            rows.append(_delete_one(sums, lambda s: f(s[0], s[1], s[2])))
        return rows

    def _estimate(self, name: str, rows: list[Any], level: float | None, unit: str = "periods") -> Estimate:
        confidence = self._about["confidence"] if level is None else inner_share("level", level)
        columns = np.array([interval(v, se, n, confidence) for v, se, n in rows])
        shaped = columns.reshape((*self._shape, 4))
        about = {**self._about, "unit": unit, "confidence": confidence}
        return Estimate.of(f"{self.name} {name}", shaped, **about)


def interval(value: float, se: float, groups: int, confidence: float) -> list[float]:
    """Value, error and Student-t interval."""
    if groups < 2:
        return [value, np.nan, np.nan, np.nan]
    half = se * float(_core.student_t(0.5 + confidence / 2, groups - 1.0))
    return [value, se, value - half, value + half]


def jackknife(cell: Binned, f: Callable[[Any, Any], float]) -> tuple[float, float, int]:
    """A function of pooled counts, its error by leaving out one group at a time, and the number of groups."""
    counts, edges = cell.grouped(), cell.spans()
    used = counts[counts.sum(axis=1) > 0]
    total = used.sum(axis=0)
    if not total.sum():
        return np.nan, np.nan, 0
    without = np.array([f(total - own, edges) for own in used]) if len(used) > 1 else np.array([])
    return f(total, edges), _spread(without), len(used)


def _delete_one(sums: NDArray[np.float64], f: Callable[[Any], Any]) -> Any:
    used = sums[sums[:, 0] > 0]
    if not len(used):
        return np.nan, np.nan, 0
    total = used.sum(axis=0)
    without = np.array([f(total - own) for own in used]) if len(used) > 1 else np.array([])
    return float(f(total)), _spread(without), len(used)


def _spread(without: NDArray[np.float64]) -> float:
    g = len(without)
    if g < 2:
        return np.nan
    return float(np.sqrt((g - 1) / g * np.sum((without - without.mean()) ** 2)))


def _quantile(counts: NDArray[np.int64], edges: NDArray[np.float64], p: float) -> float:
    cumulative = np.cumsum(counts)
    target = p * cumulative[-1]
    b = int(np.searchsorted(cumulative, target, side="left"))
    before = cumulative[b] - counts[b]
    share = (target - before) / counts[b]
    return float(edges[b] + share * (edges[b + 1] - edges[b]))


def _above(counts: NDArray[np.int64], edges: NDArray[np.float64], x: float) -> float:
    total = counts.sum()
    b = int(np.searchsorted(edges, x, side="right")) - 1
    if b < 0:
        return 1.0
    if b >= len(counts):
        return 0.0
    width = edges[b + 1] - edges[b]
    rest = (edges[b + 1] - x) / width if width > 0 else 0.0
    return float((counts[b + 1 :].sum() + rest * counts[b]) / total)


@dataclass(frozen=True, eq=False)
class Incidence:
    """What has become of accepted orders by their age, from all that is known of them.

    Orders still open at the end count for as long as they were seen (Kaplan–Meier); leaving and cancelling
    are another way to end, not a reason to stop looking (Aalen–Johansen).
    """

    times: NDArray[np.float64]
    """Ages in periods, ascending."""
    open: NDArray[np.float64]
    """Share still in the shop just after each age."""
    delivered: NDArray[np.float64]
    """Share delivered by then."""
    gone: NDArray[np.float64]
    """Share that left or was cancelled by then."""
    n_censored: int
    """Orders that were still open at the end."""

    def quantile(self, p: float) -> float:
        """Age by which a share `p` of the accepted orders is delivered; NaN if that is never seen."""
        p = inner_share("p", p)
        reached = np.flatnonzero(self.delivered >= p)
        return float(self.times[reached[0]]) if reached.size else float("nan")

    def restricted_mean(self, horizon: float) -> float:
        """Mean time in the shop within the first `horizon` periods."""
        inside = self.times < horizon
        grid = np.concatenate([[0.0], self.times[inside], [horizon]])
        level = np.concatenate([[1.0], self.open[inside]])
        return float(np.sum(np.diff(grid) * level))


def incidence(delivered: Binned, gone: Binned, censored: Binned) -> Incidence:
    """Kaplan–Meier and Aalen–Johansen estimates on the bins."""
    parts = [delivered, gone, censored]
    # An age is the middle of its bin; the bin of nought itself has both edges at 0.
    middles = [(p.edges[1:] + p.edges[:-1]) / 2 for p in parts]
    times = np.unique(np.concatenate(middles))
    rows = []
    for part, middle in zip(parts, middles, strict=True):
        row = np.zeros(times.size)
        if part.counts.size:
            np.add.at(row, np.searchsorted(times, middle), part.counts.sum(axis=0))
        rows.append(row)
    d, g, c = rows
    at_risk = (d + g + c).sum() - np.concatenate([[0.0], np.cumsum(d + g + c)[:-1]])
    # Within a bin the ends come before the censored: those were seen at least as long.
    with np.errstate(invalid="ignore", divide="ignore"):
        hazard_d = np.where(at_risk > 0, d / at_risk, 0.0)
        hazard_g = np.where(at_risk > 0, g / at_risk, 0.0)
    survival = np.cumprod(1.0 - hazard_d - hazard_g)
    before = np.concatenate([[1.0], survival[:-1]])
    done, left = (np.asarray(np.cumsum(before * h), dtype=np.float64) for h in (hazard_d, hazard_g))
    return Incidence(times, np.asarray(survival, dtype=np.float64), done, left, int(c.sum()))
