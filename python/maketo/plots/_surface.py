"""Two swept parameters at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._style import axes, words

if TYPE_CHECKING:
    from ..result import Result

__all__ = ["plot_surface"]


def plot_surface(run: Result, metric: str | None = None, *, ax: Any = None) -> Any:
    """A metric over two swept parameters as a heat map with contours; the best cell is marked.

    Parameters
    ----------
    run : Result
        A single shop with two sweep axes; the first goes up, the second across.
    metric : str, optional
        By default the cost, or, where nothing costs anything, the fill rate or the lead time.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the run does not have exactly two sweep axes, or the metric is undefined throughout.
    """
    if len(run.design_dims) != 2 or run.portfolio:
        raise ValueError(
            f"plot_surface needs a single shop with two sweep axes, the run has {run.design_dims}"
        )
    if metric is None:
        costly = "cost" in run.metrics and bool(np.any(run.mean("cost").value))
        metric = "cost" if costly else "fill_rate" if "fill_rate" in run.metrics else "lead_time"
    estimate = run.mean(metric)
    if not np.isfinite(estimate.value).any():
        raise ValueError(f"{metric} is undefined in every cell: there is nothing to draw")
    about = run.catalogue[metric]
    up, across = run.design_dims
    y, x = run.coords[up], run.coords[across]
    rows, columns = np.argsort(y, kind="stable"), np.argsort(x, kind="stable")
    y, x, values = y[rows], x[columns], np.asarray(estimate.value)[np.ix_(rows, columns)]
    low, high = (np.asarray(e)[np.ix_(rows, columns)] for e in (estimate.low, estimate.high))
    ax = axes(ax, (7, 4.6))
    mesh = ax.pcolormesh(_edges(x), _edges(y), values, cmap="cividis", shading="flat", rasterized=True)
    bar = ax.figure.colorbar(mesh, ax=ax)
    bar.set_label(f"{words(metric)} ({about.unit})")
    bar.outline.set_visible(False)
    if min(values.shape) >= 2 and np.isfinite(values).all() and np.ptp(values) > 0:
        lines = ax.contour(x, y, values, colors="white", linewidths=0.7, alpha=0.8)
        from matplotlib.patheffects import withStroke

        for text in ax.clabel(lines, fontsize=8, fmt="%.4g"):
            text.set_path_effects([withStroke(linewidth=2, foreground="#333333")])
    if about.better is not None:
        _mark(ax, x, y, (values, low, high), about.better == "low", (up, across))
    for name, coords, axis in ((across, x, ax.xaxis), (up, y, ax.yaxis)):
        axis.set_label_text(words(name))
        if len(coords) <= 8:
            axis.set_ticks(coords, [f"{c:g}" for c in coords])
    ax.spines[["top", "right", "left", "bottom"]].set_visible(False)
    return ax


def _mark(
    ax: Any,
    x: NDArray[Any],
    y: NDArray[Any],
    estimate: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    lowest: bool,
    names: tuple[str, str],
) -> None:
    """The best cell, named above the picture, where no colour hides the text."""
    values, low, high = estimate
    best = np.nanargmin(values) if lowest else np.nanargmax(values)
    i, j = np.unravel_index(best, values.shape)
    ax.plot(x[j], y[i], "o", markersize=9, markerfacecolor="none", markeredgecolor="black", mew=3)
    ax.plot(x[j], y[i], "o", markersize=9, markerfacecolor="none", markeredgecolor="white", mew=1.4)
    interval = f" [{low[i, j]:.4g}, {high[i, j]:.4g}]" if np.isfinite(low[i, j]) else ""
    ax.set_title(
        f"○ {'lowest' if lowest else 'highest'}: {values[i, j]:.4g}{interval} at {words(names[0])} {y[i]:g}, "
        f"{words(names[1])} {x[j]:g}",
        loc="left",
        fontsize=10,
    )


def _edges(centres: NDArray[Any]) -> NDArray[np.float64]:
    """Borders half-way between the values; a single value gets a cell of width 1."""
    if len(centres) == 1:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    middle = (centres[1:] + centres[:-1]) / 2
    return np.concatenate([[centres[0] - (middle[0] - centres[0])], middle, [2 * centres[-1] - middle[-1]]])
