"""The picture of a pilot: where the start ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _catalogue
from ._style import COLOURS, axes, finish, label, words

if TYPE_CHECKING:
    from ..result import Result
    from ..warm_up import WarmUp

__all__ = ["plot_warm_up"]


def plot_warm_up(pilot: WarmUp | Result, name: str | None = None, *, ax: Any = None) -> Any:
    """Means of every period over replications, Welch's moving average, and the cut.

    Parameters
    ----------
    pilot : WarmUp or Result
        From `warm_up`, or a run with ``warm_up="mser5"``, whose pilot is drawn.
    name : str, optional
        What was watched; by default what asks for the longest cut. Of several designs the slowest is drawn.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    KeyError
        If it was not watched.
    ValueError
        If the run has no pilot.
    """
    from ..result import Result

    if isinstance(pilot, Result):
        if pilot.pilot is None:
            raise ValueError(
                'plot_warm_up needs a pilot, and this run has none: simulate(…, warm_up="mser5"), got '
                f"warm_up={pilot.options['warm_up']}"
            )
        pilot = pilot.pilot
    if name is None:
        name = max(pilot.names, key=lambda n: pilot.cuts[n][pilot.slowest[n]].periods)
    smooth = pilot.welch(name)
    place = pilot.slowest[name]
    cut = pilot.cuts[name][place]
    ax = axes(ax)
    ax.plot(np.arange(pilot.horizon), pilot.means[name], color=COLOURS["sky"], linewidth=0.8)
    ax.plot(np.arange(len(smooth)), smooth, color=COLOURS["blue"], linewidth=1.6)
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.2 * (high - low))
    colour = COLOURS["grey"] if cut.insufficient else COLOURS["vermilion"]
    ax.axvline(cut.periods - 0.5, color=colour, linestyle="--", linewidth=1)
    told = f"MSER cuts {cut.periods}" + (" (its bound: not settled)" if cut.insufficient else "")
    beyond = cut.periods > 0.6 * pilot.horizon
    label(ax, cut.periods - 0.5, high + 0.14 * (high - low), told, colour, right=not beyond)
    if pilot.periods != cut.periods:
        ax.axvline(pilot.periods - 0.5, color=COLOURS["grey"], linestyle=":", linewidth=1)
        text = f"common warm-up {pilot.periods}"
        at = high + 0.05 * (high - low)
        label(ax, pilot.periods - 0.5, at, text, COLOURS["grey"], right=True)
    of = f", {pilot.labels[place]}" if len(pilot.labels) > 1 else ""
    about = f"mean of 2 × {pilot.replications} replications"
    ax.set_title(f"{about} and its moving average{of}", loc="left", fontsize=10)
    ax.set_xlabel("period")
    ax.set_ylabel(f"{words(name)} ({_catalogue.traces()[name].unit})")
    return finish(ax)
