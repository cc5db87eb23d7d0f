"""Pictures of a run as a whole: distribution, fan over time, sweep, portfolio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import _catalogue
from ._style import COLOURS, axes, bin_count, finish, label, line_ends, plain, words

if TYPE_CHECKING:
    from ..result import Result

__all__ = ["plot_distribution", "plot_fan", "plot_portfolio", "plot_sweep"]

_CYCLE = ("blue", "vermilion", "green", "purple")
_USUAL = ("on_hand", "lead_time", "backorders", "investment")
_SERVICE = ("fill_rate", "otif", "order_fill_rate")


def usual_metric(run: Result) -> str:
    """What one looks at first where nothing costs anything, of what was kept."""
    kept = [name for name in (*_USUAL, *run.metrics) if name in run.metrics]
    if not kept:
        raise ValueError("there is nothing to draw: no metric of the whole was kept")
    return kept[0]


def plot_distribution(
    run: Result, metric: str | None = None, *, ax: Any = None, bins: int | None = None
) -> Any:
    """Histogram of a metric over replications, with its mean, interval and worst 5 %.

    Parameters
    ----------
    run : Result
        Without sweep and item axes, with replications kept.
    metric : str, optional
        By default the cost, or, where nothing costs anything, stock on hand or the lead time.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.
    bins : int, optional
        Number of bars.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the run has sweep or item axes, or the metric is undefined throughout.
    """
    plain(run, "plot_distribution")
    if metric is None:
        metric = "cost" if "cost" in run and np.ptp(run["cost"]) > 0 else usual_metric(run)
    values = run[metric]
    values = values[np.isfinite(values)]
    if values.size == 0:
        raise ValueError(f"{metric} is undefined in every replication: there is nothing to draw")
    ax = axes(ax)
    about = run.catalogue[metric]
    worst_low = about.better == "high"
    ax.hist(values, bins=bins or bin_count(values), color=COLOURS["sky"], edgecolor="white", linewidth=0.5)
    estimate = run.mean(metric)
    ax.axvspan(estimate.low, estimate.high, color=COLOURS["blue"], alpha=0.25, linewidth=0)
    ax.axvline(estimate.value, color=COLOURS["blue"])
    p = 0.05 if worst_low else 0.95
    tail = run.quantile(metric, p).value
    ax.axvline(tail, color=COLOURS["vermilion"], linestyle="--")
    top = ax.get_ylim()[1]
    ax.set_ylim(0, top * 1.18)
    word = "mean" if about.kind == "mean" else "ratio of means"
    share = "5" if worst_low else "95"
    label(ax, estimate.value, top * 1.1, f"{word} {estimate.value:.4g}", COLOURS["blue"], right=worst_low)
    label(ax, tail, top * 1.1, f"{share} % quantile {tail:.4g}", COLOURS["vermilion"], right=not worst_low)
    ax.set_xlabel(f"{words(metric)} ({about.unit})")
    ax.set_ylabel("replications")
    return finish(ax)


def plot_fan(run: Result, name: str = "on_hand", *, ax: Any = None) -> Any:
    """Quantile bands of a traced quantity over the periods, with the median and one single future.

    Parameters
    ----------
    run : Result
        Without sweep and item axes, simulated with ``trace=[name]``.
    name : str
        A traced quantity.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the run has sweep or item axes.
    KeyError
        If the quantity was not traced.
    """
    plain(run, "plot_fan")
    values = run.trace[name]
    ax = axes(ax)
    periods = np.arange(values.shape[-1])
    q05, q25, q50, q75, q95 = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    ax.fill_between(periods, q05, q95, color=COLOURS["sky"], alpha=0.35, linewidth=0, step="mid")
    ax.fill_between(periods, q25, q75, color=COLOURS["sky"], alpha=0.7, linewidth=0, step="mid")
    ax.plot(periods, q50, color=COLOURS["blue"], drawstyle="steps-mid")
    ax.plot(periods, values[0], color=COLOURS["vermilion"], linewidth=0.8, alpha=0.9, drawstyle="steps-mid")
    ends = [(q95[-1], "95 %", "grey"), (q50[-1], "median", "blue"), (q05[-1], "5 %", "grey")]
    line_ends(ax, periods[-1], [*ends, (float(values[0][-1]), "one future", "vermilion")])
    if run.options["warm_up"]:
        ax.axvline(run.options["warm_up"] - 0.5, color=COLOURS["grey"], linestyle=":", linewidth=1)
        ax.annotate(
            " counted from here", (run.options["warm_up"] - 0.5, ax.get_ylim()[1]), va="top", fontsize=8
        )
    about = _catalogue.traces()[name]
    ax.set_xlabel("period")
    ax.set_ylabel(f"{words(name)} ({about.unit})")
    return finish(ax)


def plot_sweep(run: Result, metrics: Sequence[str] | None = None, *, ax: Any = None) -> Any:
    """Metrics over a swept parameter, with their intervals; the best cell of the first is marked.

    Parameters
    ----------
    run : Result
        With one sweep axis.
    metrics : sequence of str, optional
        At most two, the second on a scale of its own. By default cost (if there is any, else stock or lead
        time) and fill rate or OTIF.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes
        Of the first metric.

    Raises
    ------
    ValueError
        If the run does not have exactly one sweep axis, or more than two metrics are given.
    """
    if len(run.design_dims) != 1 or run.portfolio:
        raise ValueError(
            f"plot_sweep needs exactly one sweep axis and a single shop, the run has {run.design_dims}; "
            "for two see plot_surface"
        )
    if metrics is None:
        costly = "cost" in run.metrics and bool(np.any(run.mean("cost").value))
        first = "cost" if costly else usual_metric(run)
        service = [name for name in _SERVICE if name in run.metrics and name != first]
        metrics = (first, *service[:1])
    if not 1 <= len(metrics) <= 2:
        raise ValueError(f"metrics must be one or two names, got {list(metrics)}")
    ax = axes(ax)
    dim = run.design_dims[0]
    x = run.coords[dim]
    panels = [ax] if len(metrics) == 1 else [ax, ax.twinx()]
    for panel, metric, name in zip(panels, metrics, _CYCLE, strict=False):
        colour = COLOURS[name]
        estimate = run.mean(metric)
        about = run.catalogue[metric]
        panel.fill_between(x, estimate.low, estimate.high, color=colour, alpha=0.25, linewidth=0)
        panel.plot(x, estimate.value, color=colour, marker="o" if len(x) <= 12 else None, markersize=4)
        panel.set_ylabel(f"{words(metric)} ({about.unit})", color=colour)
        panel.tick_params(axis="y", colors=colour)
        if panel is ax and about.better is not None and np.isfinite(estimate.value).any():
            _mark_best(panel, x, estimate.value, about.better == "low", colour)
    ax.set_xlabel(words(dim))
    for panel in panels[1:]:
        panel.spines["top"].set_visible(False)
    return finish(ax, right=len(panels) > 1)


def plot_portfolio(run: Result, x: str = "on_hand", y: str = "fill_rate", *, ax: Any = None) -> Any:
    """Two metrics of every item against each other, with their intervals.

    Parameters
    ----------
    run : Result
        A portfolio without sweeps.
    x, y : str
        Metrics.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the run is not a portfolio without sweeps.
    """
    if run.design_dims != ("item",):
        raise ValueError(
            f"plot_portfolio needs a portfolio without sweeps, the run has axes {run.design_dims}"
        )
    ax = axes(ax)
    across, up = run.mean(x), run.mean(y)
    errors = np.abs(np.stack([up.value - up.low, up.high - up.value]))
    faint = max(0.15, min(0.8, 60 / max(len(run.shops), 1)))
    ax.errorbar(
        across.value,
        up.value,
        yerr=errors,
        fmt="o",
        color=COLOURS["blue"],
        alpha=faint,
        markersize=3,
        linewidth=0.7,
    )
    for metric, name_axis in ((x, ax.set_xlabel), (y, ax.set_ylabel)):
        name_axis(f"{words(metric)} ({run.catalogue[metric].unit})")
    ax.set_title(f"{len(run.shops)} items", loc="left", fontsize=10)
    return finish(ax)


def _mark_best(ax: Any, x: NDArray[Any], y: NDArray[Any], lowest: bool, colour: str) -> None:
    best = int(np.nanargmin(y) if lowest else np.nanargmax(y))
    ax.plot(x[best], y[best], marker="o", color=colour, markersize=8, fillstyle="none")
    ax.annotate(
        f"{'lowest' if lowest else 'highest'} at {x[best]:g}",
        (x[best], y[best]),
        textcoords="offset points",
        xytext=(0, 18 if lowest else -18),
        ha="center",
        va="bottom" if lowest else "top",
        color=colour,
        fontsize=9,
    )
