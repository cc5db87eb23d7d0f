"""Pictures of a policy: what a level buys, how it orders, what it has to cover."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._style import COLOURS, axes, finish, headings, plain, words

if TYPE_CHECKING:
    from ..result import Result

__all__ = ["plot_order_pattern", "plot_service_curve"]


def plot_service_curve(
    run: Result,
    service: str = "fill_rate",
    *,
    target: float | None = None,
    stock: str = "on_hand",
    ax: Any = None,
) -> Any:
    """Service against stock over a swept level, with intervals both ways.

    What the next point of service costs in stock is the slope of this curve.

    Parameters
    ----------
    run : Result
        A single shop with one sweep axis, usually the level of the policy.
    service : str
        "fill_rate", "alpha_service" or another metric, going up.
    target : float, optional
        Drawn as a line; the least swept value that reaches it is marked.
    stock : str
        A metric, going across.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    KeyError
        If a metric is unknown or was not kept.
    ValueError
        If the run does not have exactly one sweep axis, or the service is undefined at every level.
    """
    if len(run.design_dims) != 1 or run.portfolio:
        raise ValueError(
            f"plot_service_curve needs a single shop with one sweep axis, the run has {run.design_dims}: "
            'sweep the level, such as BaseStock(Sweep(range(20, 41), name="S"))'
        )
    across, up = run.mean(stock), run.mean(service)
    if not np.isfinite(up.value).any():
        raise ValueError(f"{service} is undefined at every level: there is nothing to draw")
    dim = run.design_dims[0]
    levels = np.asarray(run.coords[dim], dtype=np.float64)
    order = np.argsort(levels, kind="stable")
    levels, x, y = levels[order], across.value[order], up.value[order]
    ax = axes(ax)
    bars = [
        np.nan_to_num(np.stack([e.value - e.low, e.high - e.value])[:, order], nan=0.0) for e in (across, up)
    ]
    ax.errorbar(
        x,
        y,
        xerr=bars[0],
        yerr=bars[1],
        color=COLOURS["blue"],
        marker="o",
        markersize=4 if len(x) <= 40 else 2.5,
        linewidth=1,
        elinewidth=1.6,
        ecolor=COLOURS["sky"],
    )
    ax.margins(x=0.08, y=0.12)
    low, high = ax.get_ylim()
    if target is not None:
        ax.set_ylim(min(low, target - 0.05 * (high - low)), max(high, target + 0.05 * (high - low)))
    chosen = _target(ax, target, levels, x, y, words(dim), stock) if target is not None else None
    _levels(ax, levels, x, y, words(dim), chosen)
    ax.set_xlabel(f"mean {words(stock)} ({run.catalogue[stock].unit})")
    ax.set_ylabel(f"{words(service)} ({run.catalogue[service].unit})")
    return finish(ax)


def _target(
    ax: Any,
    target: float,
    levels: NDArray[np.float64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    name: str,
    stock: str,
) -> int | None:
    """The line and the least level that reaches it; its place."""
    reached = np.flatnonzero(y >= target)
    colour = COLOURS["vermilion"]
    ax.axhline(target, color=colour, linewidth=1, linestyle="--", zorder=0)
    if reached.size:
        best: int | None = int(reached[0])
        told = f"target {target:g}: {name} {levels[best]:g}, mean {words(stock)} {x[best]:.4g}"
        ax.plot(x[best], y[best], "o", markersize=11, markerfacecolor="none", color=colour, mew=1.4)
    else:
        best = None
        told = f"target {target:g}: no level reaches it"
    # Above the picture, where neither curve nor levels can be in the way.
    ax.set_title(told, loc="left", fontsize=10, color=colour)
    return best


def _levels(
    ax: Any,
    levels: NDArray[np.float64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    name: str,
    chosen: int | None,
) -> None:
    """Values of the sweep at their points, as many as fit: first the ends, then those that keep clear."""
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    spots = ax.transData.transform(np.column_stack([x[known], y[known]]))
    spots = spots / ax.figure.dpi * 72  # points
    first = [] if chosen is None else [int(np.flatnonzero(known == chosen)[0])]
    wanted = [*first, len(known) - 1, 0, *range(1, len(known) - 1)]
    placed: list[int] = []
    for i in wanted:
        if i in placed or any(np.abs(spots[i] - spots[j]).max() < 30 for j in placed):
            continue
        placed.append(i)
        at = known[i]
        if at == chosen:
            continue  # the target line says it
        text = f"{name} {levels[at]:g}" if i in (0, len(known) - 1) else f"{levels[at]:g}"
        ax.annotate(
            text,
            (x[at], y[at]),
            textcoords="offset points",
            xytext=(7, -4),
            va="top",
            fontsize=8,
            color=COLOURS["grey"],
        )


def plot_order_pattern(run: Result, replication: int = 0, *, periods: int = 60, ax: Any = None) -> Any:
    """One future of stock and orders, and beside it how large orders are and how far apart.

    Parameters
    ----------
    run : Result
        Without sweep and item axes, simulated with ``trace=["order_quantity"]``; with "on_hand" the stock is
        drawn too, with "backorders" what waits, below zero, and with "net_inventory" both.
    replication : int
        Place of the future that is drawn, from 0. The distributions are those of all replications.
    periods : int
        How many periods of it, from the end of the warm-up.
    ax : matplotlib Axes or sequence of three, optional
        Where to draw: the future alone, or the future, the sizes and the intervals. By default a new figure
        with all three.

    Returns
    -------
    matplotlib Axes
        Of the future.

    Raises
    ------
    ValueError
        If the run has sweep or item axes, or there is no such replication.
    KeyError
        If the orders were not traced; the message says what to ask for.
    """
    plain(run, "plot_order_pattern")
    if "order_quantity" not in run.trace:
        raise KeyError(
            "plot_order_pattern needs the orders of every period: simulate(…, "
            'trace=["order_quantity", "on_hand"])'
        )
    if not 0 <= replication < run.replications:
        raise ValueError(f"replication must be from 0 to {run.replications - 1}, got {replication}")
    if periods < 1:
        raise ValueError(f"periods must be ≥ 1, got {periods}")
    start = int(run.options["warm_up"])
    stop = min(start + periods, run.periods)
    at = np.arange(start, stop)
    quantities = np.asarray(run.trace["order_quantity"], dtype=np.float64)
    ax, *beside = _panels(ax)
    told = stock_and_backorders(ax, run, replication, at)
    placed = at[quantities[replication, start:stop] > 0]
    ax.vlines(placed, 0, quantities[replication, placed], color=COLOURS["vermilion"], linewidth=1)
    ax.plot(placed, quantities[replication, placed], "o", color=COLOURS["vermilion"], markersize=3)
    ax.axhline(0, color=COLOURS["grey"], linewidth=0.8)
    ax.set_xlim(start - 0.5, stop - 0.5)
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.02 * (high - low))
    headings(ax, [*told, ("orders", "vermilion")])
    ax.set_xlabel("period")
    ax.set_ylabel("units")
    rows, columns = np.nonzero(quantities[:, start:] > 0)
    gaps = np.diff(columns)[np.diff(rows) == 0]
    sizes = quantities[:, start:][rows, columns]
    if beside:
        _small(beside[0], sizes, "order size (units)")
        _small(beside[1], gaps.astype(np.float64), "periods between orders")
    return finish(ax)


def stock_and_backorders(
    ax: Any, run: Result, replication: int, at: NDArray[np.int64]
) -> list[tuple[str, str]]:
    """Stock above zero and backorders below, from whatever was traced of them; what the colours mean."""
    trace, told = run.trace, []
    both = "net_inventory" in trace
    if both or "on_hand" in trace:
        level = np.maximum(trace["on_hand" if "on_hand" in trace else "net_inventory"][replication, at], 0)
        ax.stairs(level, borders(at), fill=True, color=COLOURS["sky"], alpha=0.35, linewidth=0)
        ax.stairs(level, borders(at), color=COLOURS["blue"], linewidth=1, baseline=None)
        told.append(("on hand at the close", "blue"))
    if both or "backorders" in trace:
        waiting = -trace["backorders"] if "backorders" in trace else trace["net_inventory"]
        below = np.minimum(waiting[replication, at], 0)
        ax.stairs(below, borders(at), fill=True, color=COLOURS["purple"], alpha=0.6, linewidth=0)
        told.append(("backorders", "purple"))
    return told


def borders(at: NDArray[np.int64]) -> NDArray[np.float64]:
    """Where one period ends and the next begins, each centred on its number."""
    return np.append(at - 0.5, at[-1] + 0.5)


def _panels(ax: Any) -> list[Any]:
    """One panel, or three."""
    if ax is None:
        import matplotlib.pyplot as plt

        layout: Any = [["future", "sizes"], ["future", "gaps"]]
        made = plt.figure(figsize=(9.5, 4), layout="constrained").subplot_mosaic(
            layout, width_ratios=[2.4, 1]
        )
        return [made["future"], made["sizes"], made["gaps"]]
    if not isinstance(ax, Sequence | np.ndarray):
        return [ax]
    if len(ax) != 3:
        raise ValueError(f"ax must be one Axes or three, got {len(ax)}")
    return list(ax)


def _small(small: Any, values: NDArray[np.float64], what: str) -> None:
    """A small distribution."""
    small.set_xlabel(what, fontsize=9)
    small.set_yticks([])
    small.spines[["top", "right", "left"]].set_visible(False)
    small.tick_params(labelsize=8)
    if values.size == 0:
        small.set_xticks([])
        small.set_title("none", loc="left", fontsize=9, color=COLOURS["grey"])
        return
    small.set_title(
        f"mean {values.mean():.4g}, sd {values.std():.3g} (n = {values.size:,})", loc="left", fontsize=9
    )
    centres, heights, width = histogram(values)
    small.bar(centres, heights, width=width, color=COLOURS["sky"], edgecolor="white", linewidth=0.4)
    if len(centres) == 1:
        small.set_xlim(centres[0] - 5 * width, centres[0] + 5 * width)
    if np.array_equal(centres, np.round(centres)):
        from matplotlib.ticker import MaxNLocator

        small.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))


def histogram(
    values: NDArray[np.float64], most: int = 60
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Centres, shares and width of bars; whole values get bars of whole width, centred on them."""
    low, high = float(values.min()), float(values.max())
    whole = bool(np.array_equal(values, np.round(values)))
    if whole:
        width = float(max(1, -(-int(high - low + 1) // most)))
        count = int((high - low) // width) + 1
        edges = low - 0.5 + width * np.arange(count + 1)
    elif high > low:
        edges = np.linspace(low, high, 41)
        width = float(edges[1] - edges[0])
    else:
        width = max(abs(low) * 0.01, 1e-9)
        edges = np.array([low - width / 2, low + width / 2])
    heights, _ = np.histogram(values, edges)
    return (edges[1:] + edges[:-1]) / 2, heights / values.size, width
