"""Example data made by the package itself, for the demo, the notebooks and the tests.

Nothing here is real. The statistics of `spare_parts` resemble those of a published file of monthly car-part
sales: three months in four without a sale, mostly single digits when there is one.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["spare_parts", "warehouse", "write_history", "write_table"]

# Laws from which the parts are drawn, set so that the pooled statistics come out as the docstring says.
_MEDIAN_EXTRA_INTERVAL = 3.7  # periods beyond one between two sales, median part
_SPREAD_OF_INTERVAL = 0.85  # log-scale standard deviation across parts
_MEDIAN_EXTRA_SIZE = 0.55  # units beyond one in a sale, median part
_SPREAD_OF_SIZE = 0.7
_SHARE_INTRODUCED_LATE = 0.2


def spare_parts(
    n_parts: int = 400, n_periods: int = 48, seed: int = 1998
) -> tuple[list[str], NDArray[np.float64]]:
    """Draw an intermittent demand history of spare parts.

    In each period after its introduction a part sells with a probability of its own; the size of a sale is
    1 + geometric. Over many parts about 75 % of the periods are zero, the median interval between sales is
    about 4.6 periods and the median squared coefficient of variation of the sizes about 0.2.

    Parameters
    ----------
    n_parts : int
        Number of parts, at least 1.
    n_periods : int
        Number of periods (months), at least 2.
    seed : int
        The same seed gives the same history.

    Returns
    -------
    names : list of str
        ``part-0001`` and so on.
    history : ndarray of float64, shape (n_parts, n_periods)
        Units sold in each period. NaN before a part was introduced: not in the range is not the same as no
        sale. Every part sells at least once.

    Raises
    ------
    ValueError
        If `n_parts` or `n_periods` is too small.

    Examples
    --------
    >>> names, history = spare_parts(n_parts=3, n_periods=12)
    >>> names[0], history.shape
    ('part-0001', (3, 12))
    """
    if n_parts < 1:
        raise ValueError(f"n_parts must be ≥ 1, got {n_parts}")
    if n_periods < 2:
        raise ValueError(f"n_periods must be ≥ 2, got {n_periods}")
    # Uniforms from a frozen bit generator, inverted here: NumPy does not promise to keep its own samplers.
    uniform = np.random.Generator(np.random.PCG64(seed)).random
    interval = 1.0 + _MEDIAN_EXTRA_INTERVAL * np.exp(_SPREAD_OF_INTERVAL * _logistic(uniform(n_parts)))
    extra = _MEDIAN_EXTRA_SIZE * np.exp(_SPREAD_OF_SIZE * _logistic(uniform(n_parts)))
    late = uniform(n_parts) < _SHARE_INTRODUCED_LATE
    introduced = np.where(late, 1 + np.floor(uniform(n_parts) * (n_periods // 2)), 0).astype(np.int64)

    sells = uniform((n_parts, n_periods)) * interval[:, None] < 1.0
    ratio = extra / (1.0 + extra)
    size = 1.0 + np.floor(np.log1p(-uniform((n_parts, n_periods))) / np.log(ratio)[:, None])
    history = np.where(sells, size, 0.0)

    history[np.arange(n_periods) < introduced[:, None]] = np.nan
    # A part enters the range because someone asked for it.
    unsold = np.flatnonzero(np.nansum(history, axis=1) == 0.0)
    history[unsold, introduced[unsold]] = 1.0

    digits = max(4, len(str(n_parts)))
    return [f"part-{i:0{digits}d}" for i in range(1, n_parts + 1)], history


def warehouse(
    n_parts: int = 200, n_periods: int = 104, seed: int = 2012
) -> tuple[list[str], list[str], NDArray[np.float64], dict[str, list[float]]]:
    """Draw a weekly demand history of a warehouse, with what a planner knows of every part.

    Fast and slow movers side by side: a few parts sell every week, most sell now and then; orders of
    customers come in multiples of a usual size.

    Parameters
    ----------
    n_parts : int
        Number of parts, at least 1.
    n_periods : int
        Number of weeks, at least 2 and at most 52 · 20.
    seed : int
        The same seed gives the same history.

    Returns
    -------
    names : list of str
        ``item-0001`` and so on.
    weeks : list of str
        ``2020W01`` and so on; every year has 52 weeks here.
    history : ndarray of float64, shape (n_parts, n_periods)
        Units sold in each week.
    columns : dict of str to list
        ``lead_time_weeks``, ``moq``, ``pack_size``, ``unit_cost_eur``, ``order_cost_eur`` and
        ``holding_cost_eur_per_unit_year`` (a fifth of the unit cost), one value per part.

    Raises
    ------
    ValueError
        If `n_parts` or `n_periods` is out of range.

    Examples
    --------
    >>> names, weeks, history, columns = warehouse(n_parts=3, n_periods=8)
    >>> weeks[-1], history.shape, sorted(columns)[0]
    ('2020W08', (3, 8), 'holding_cost_eur_per_unit_year')
    """
    if n_parts < 1:
        raise ValueError(f"n_parts must be ≥ 1, got {n_parts}")
    if not 2 <= n_periods <= 1040:
        raise ValueError(f"n_periods must be in [2, 1040], got {n_periods}")
    uniform = np.random.Generator(np.random.PCG64(seed)).random
    interval = 1.0 + 4.0 * np.exp(1.3 * _logistic(uniform(n_parts)))
    interval = np.where(uniform(n_parts) < 0.15, 1.0, interval)
    usual = np.exp(np.log(3.0) + 1.0 * _logistic(uniform(n_parts)))
    sells = uniform((n_parts, n_periods)) * interval[:, None] < 1.0
    spread = np.exp(0.6 * _logistic(uniform((n_parts, n_periods))))
    history = np.where(sells, np.maximum(1.0, np.round(usual[:, None] * spread)), 0.0)

    cost = np.round(np.exp(np.log(12.0) + 1.4 * _logistic(uniform(n_parts))), 2) + 0.05
    lead = np.array([2, 4, 6, 16])[np.minimum(3, np.floor(uniform(n_parts) * 4).astype(np.int64))]
    pack = np.array([1, 1, 5, 10, 25])[np.floor(uniform(n_parts) * 5).astype(np.int64)]
    moq = pack * np.array([0, 1, 2, 4])[np.floor(uniform(n_parts) * 4).astype(np.int64)]
    columns = {
        "lead_time_weeks": lead.tolist(),
        "moq": moq.tolist(),
        "pack_size": pack.tolist(),
        "unit_cost_eur": np.round(cost, 2).tolist(),
        "order_cost_eur": [5.0] * n_parts,
        "holding_cost_eur_per_unit_year": np.round(0.2 * cost, 4).tolist(),
    }
    weeks = [f"{2020 + t // 52}W{t % 52 + 1:02d}" for t in range(n_periods)]
    digits = max(4, len(str(n_parts)))
    return [f"item-{i:0{digits}d}" for i in range(1, n_parts + 1)], weeks, history, columns


def write_table(
    path: str | os.PathLike[str],
    names: Sequence[str],
    labels: Sequence[str],
    history: NDArray[np.float64],
    columns: Mapping[str, Sequence[object]],
) -> None:
    """Write a history with columns beside it as CSV, columns first.

    Parameters
    ----------
    path : path-like
        Where to write; a name that ends in ``.gz`` is compressed. The same history gives the same bytes.
    names : sequence of str
        One name per part.
    labels : sequence of str
        Names of the periods.
    history : ndarray, shape (part, period)
        Units per period; NaN is written as an empty field.
    columns : mapping of str to sequence
        One value per part.
    """
    header = ["part_id", *columns, *labels]
    beside = zip(*columns.values(), strict=True) if columns else ([] for _ in names)
    rows = [
        [name, *cells, *("" if np.isnan(x) else f"{x:.15g}" for x in row)]
        for name, cells, row in zip(names, beside, history, strict=True)
    ]
    _write(path, [header, *rows])


def write_history(
    path: str | os.PathLike[str],
    names: Sequence[str],
    history: NDArray[np.float64],
    *,
    first_month: str = "2020-01",
) -> None:
    """Write a monthly demand history as CSV, one row per part.

    Parameters
    ----------
    path : path-like
        Where to write; a name that ends in ``.gz`` is compressed. The same history gives the same bytes.
    names : sequence of str
        One name per part.
    history : ndarray, shape (part, period)
        Units per month; NaN is written as an empty field.
    first_month : str
        Month of the first column, ``YYYY-MM``.

    Raises
    ------
    ValueError
        If the shapes disagree or `first_month` is not a month.
    """
    if history.ndim != 2 or history.shape[0] != len(names):
        raise ValueError(f"history must have shape ({len(names)}, periods), got {history.shape}")
    rows = [
        [name, *("" if np.isnan(x) else f"{x:.15g}" for x in row)]
        for name, row in zip(names, history, strict=True)
    ]
    _write(path, [["part_id", *_months(first_month, history.shape[1])], *rows])


def _write(path: str | os.PathLike[str], rows: Sequence[Sequence[object]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    data = text.getvalue().encode()
    target = Path(path)
    target.write_bytes(gzip.compress(data, mtime=0) if target.suffix == ".gz" else data)


def _logistic(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standardised logistic quantile: nearly normal, and closed-form."""
    u = np.clip(u, 1e-12, 1.0 - 1e-12)
    z: NDArray[np.float64] = np.log(u / (1.0 - u)) * (math.sqrt(3.0) / math.pi)
    return z


def _months(first: str, count: int) -> list[str]:
    """`count` labels ``YYYY-MM`` from `first` on."""
    year, dash, month = first.partition("-")
    if not (dash and year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12):
        raise ValueError(f"first_month must be YYYY-MM, got {first!r}")
    start = int(year) * 12 + int(month) - 1
    return [f"{m // 12:04d}-{m % 12 + 1:02d}" for m in range(start, start + count)]
