"""Pictures of a plan: what it releases against what is demanded, and what that does to orders and stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._check import count
from ._policy import borders, stock_and_backorders
from ._style import COLOURS, axes, finish, headings, plain, spread_labels, words

if TYPE_CHECKING:
    from ..estimate import Estimate
    from ..result import Result

__all__ = ["plot_bullwhip", "plot_plan"]

# Fewer futures say nothing of their outer twentieths.
_FEWEST = 20


def plot_plan(run: Result, replication: int = 0, *, periods: int = 60, ax: Any = None) -> Any:
    """One future of a plan: what is released against what is demanded, and below it the stock.

    Bars are what is released in a period, the line what is demanded in it. With 20 replications or more,
    bands show between which bounds nine futures in ten lie, for demand and for net stock, period by period.

    Parameters
    ----------
    run : Result
        Without sweep and item axes, simulated with ``trace=["order_quantity", "demand"]``; with "on_hand" the
        stock is drawn too, with "backorders" what waits, below zero, and with "net_inventory" both.
    replication : int
        Place of the future that is drawn, from 0. The bands are those of all replications.
    periods : int
        How many periods of it, from the end of the warm-up.
    ax : matplotlib Axes or sequence of two, optional
        Where to draw: the plan alone, or the plan and the stock. By default a new figure with both, or with
        the plan alone where no stock was traced.

    Returns
    -------
    matplotlib Axes
        Of the plan.

    Raises
    ------
    ValueError
        If the run has sweep or item axes, there is no such replication, or two panels are given and no stock
        was traced.
    KeyError
        If orders or demand were not traced; the message says what to ask for.
    """
    plain(run, "plot_plan")
    missing = [name for name in ("order_quantity", "demand") if name not in run.trace]
    if missing:
        raise KeyError(
            f"plot_plan needs the {' and the '.join(words(m) for m in missing)} of every period: simulate(…, "
            'trace=["order_quantity", "demand", "net_inventory"])'
        )
    if count("replication", replication) >= run.replications:
        raise ValueError(f"replication must be from 0 to {run.replications - 1}, got {replication}")
    count("periods", periods, at_least=1)
    start = int(run.options["warm_up"])
    at = np.arange(start, min(start + periods, run.periods))
    net = _net(run)
    panels = _panels(ax, net is not None)
    told = [("released", "vermilion"), ("demand", "green")]
    released, demand = (run.trace[name][replication, at] for name in ("order_quantity", "demand"))
    panels[0].bar(at, released, width=0.9, color=COLOURS["vermilion"], alpha=0.55, linewidth=0)
    panels[0].stairs(demand, borders(at), color=COLOURS["green"], linewidth=1.4, baseline=None)
    if run.replications >= _FEWEST:
        _band(panels[0], run.trace["demand"], at, "green")
        told.append((f"bands: 90 % of {run.replications:,} futures", "grey"))
    headings(panels[0], told)
    panels[0].set_ylabel("units per period")
    if len(panels) == 2 and net is not None:
        if run.replications >= _FEWEST:
            _band(panels[1], net, at, "sky")
        headings(panels[1], stock_and_backorders(panels[1], run, replication, at))
        panels[1].set_ylabel("units")
        panels[0].tick_params(labelbottom=False)
    for panel in panels:
        panel.axhline(0, color=COLOURS["grey"], linewidth=0.8)
        panel.set_xlim(at[0] - 0.5, at[-1] + 0.5)
        finish(panel)
    panels[-1].set_xlabel("period")
    return panels[0]


def _net(run: Result) -> NDArray[Any] | None:
    """Stock less backorders, as far as it was traced."""
    trace = run.trace
    if "net_inventory" in trace:
        return trace["net_inventory"]
    if "on_hand" in trace:
        return trace["on_hand"] - trace["backorders"] if "backorders" in trace else trace["on_hand"]
    return -trace["backorders"] if "backorders" in trace else None


def _band(ax: Any, values: NDArray[Any], at: NDArray[np.int64], colour: str) -> None:
    """From the 5 % to the 95 % quantile over replications, period by period."""
    low, high = np.quantile(values[:, at], [0.05, 0.95], axis=0)
    shown = {"fill": True, "color": COLOURS[colour], "alpha": 0.2, "linewidth": 0, "zorder": 0}
    ax.stairs(high, borders(at), baseline=low, **shown)


def _panels(ax: Any, stocked: bool) -> list[Any]:
    """The plan, and below it the stock if there is any."""
    if ax is None:
        import matplotlib.pyplot as plt

        rows = 2 if stocked else 1
        size = (7.5, 5.2 if stocked else 3.2)
        return list(
            plt.subplots(rows, figsize=size, sharex=True, squeeze=False, layout="constrained")[1][:, 0]
        )
    if not isinstance(ax, Sequence | np.ndarray):
        return [ax]
    if len(ax) != 2:
        raise ValueError(f"ax must be one Axes or two, got {len(ax)}")
    if not stocked:
        raise ValueError(
            'ax must be one Axes where no stock was traced, got 2: simulate(…, trace=[…, "net_inventory"])'
        )
    return list(ax)


def plot_bullwhip(runs: Mapping[str, Result], *, ax: Any = None) -> Any:
    """How much orders swing against how much stock does, a dot with its intervals for every policy.

    Up is the bullwhip, the variance of orders over that of demand: above the line at 1 a supplier sees more
    unrest than there is. To the right is net-stock amplification, the variance of net stock over that of
    demand, which safety stock has to pay for. Levelled production goes down and to the right.

    Parameters
    ----------
    runs : mapping of str to Result
        By the name that is written beside the dot. Each without sweep and item axes, with the metrics
        "bullwhip" and "net_stock_amplification".
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    TypeError
        If it is not a mapping of names to runs.
    KeyError
        If a metric was not kept; the message says what to ask for.
    ValueError
        If there are no runs, one has sweep or item axes, or the demand of one does not vary.

    Notes
    -----
    Variances are those over the periods of a replication. F. Chen et al., *Management Science* 46, 2000; S.
    M. Disney and D. R. Towill, *Omega* 31, 2003.
    """
    from ..result import Result

    if not isinstance(runs, Mapping) or not all(isinstance(run, Result) for run in runs.values()):
        raise TypeError(f"runs must be a mapping of names to runs, got {runs!r}")
    if not runs:
        raise ValueError("runs must have at least one run, got none")
    dots = [_amplification(str(name), run) for name, run in runs.items()]
    ax = axes(ax, (6.5, 4.6))
    colours = [_CYCLE[i % len(_CYCLE)] for i in range(len(dots))]
    for (x, y), colour in zip(dots, colours, strict=True):
        ax.errorbar(
            x.value,
            y.value,
            xerr=_arms(x),
            yerr=_arms(y),
            fmt="o",
            color=COLOURS[colour],
            markersize=6,
            elinewidth=1.4,
            capsize=2.5,
        )
    highest = [max(_top(pair[i]) for pair in dots) for i in (0, 1)]
    ax.set_xlim(0, 1.18 * max(highest[0], 0.1))
    ax.set_ylim(0, 1.15 * max(highest[1], 1.0))
    ax.axhline(1, color=COLOURS["grey"], linewidth=1, linestyle="--", zorder=0)
    headings(ax, [("dashed: orders vary as demand does", "grey")])
    ax.set_xlabel("net-stock amplification (variance of net stock / variance of demand)")
    ax.set_ylabel("bullwhip (variance of orders / variance of demand)")
    finish(ax)
    bars = [(x.low, y.value, x.high, y.value) for x, y in dots if np.isfinite(x.se)]
    bars += [(x.value, y.low, x.value, y.high) for x, y in dots if np.isfinite(y.se)]
    line = (0, 1, ax.get_xlim()[1], 1)
    spread_labels(
        ax, [(x.value, y.value) for x, y in dots], [str(name) for name in runs], colours, [*bars, line]
    )
    return ax


_CYCLE = ("blue", "vermilion", "green", "purple")


def _amplification(name: str, run: Result) -> tuple[Estimate, Estimate]:
    """Net-stock amplification and bullwhip of one run."""
    plain(run, f"plot_bullwhip, for {name!r},")
    wanted = ("net_stock_amplification", "bullwhip")
    if any(metric not in run.metrics for metric in wanted):
        raise KeyError(
            f"plot_bullwhip needs two metrics that the run {name} did not keep: simulate(…, "
            'metrics=["bullwhip", "net_stock_amplification"])'
        )
    x, y = (run.ratio(metric) for metric in wanted)
    if not np.isfinite([x.value, y.value]).all():
        raise ValueError(f"the demand of {name!r} does not vary: there is nothing to compare orders with")
    return x, y


def _arms(estimate: Estimate) -> NDArray[np.float64] | None:
    """Lengths of the interval to both sides, for one point."""
    arms = np.array([[estimate.value - estimate.low], [estimate.high - estimate.value]])
    return arms if np.isfinite(arms).all() else None


def _top(estimate: Estimate) -> float:
    return float(np.nanmax([estimate.value, estimate.high]))
