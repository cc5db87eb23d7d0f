"""The picture of a stock plan. Drawn without pyplot when it goes to a file, so that no window or state is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .plots import COLOURS
from .stock_plan import FEW_SALES

if TYPE_CHECKING:
    from .stock_plan import StockPlan

__all__ = ["draw", "new_figure"]

_SIZE = (12.5, 4.6)


def new_figure() -> Any:
    """A figure that pyplot does not know of."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def draw(plan: StockPlan, figure: Any = None) -> Any:
    """Three panels: stock against fill, certainty of the promise, kinds of demand."""
    if figure is None:
        import matplotlib.pyplot as plt

        figure = plt.figure(figsize=_SIZE, layout="constrained")
    decided = [d for d in plan if d.decided]
    target = plan.settings["target_fill"]
    figure.suptitle(_headline(plan, len(decided)), x=0.01, ha="left", fontsize=11)
    if not decided:
        return figure
    left, middle, right = figure.subplots(1, 3)
    column = {name: np.array([getattr(d, name) for d in decided], dtype=float) for name in _COLUMNS}
    few = np.array([d.status == FEW_SALES for d in decided])
    alpha = float(np.clip(60 / len(decided), 0.25, 0.9))

    held = np.maximum(column["on_hand"], 1e-3)
    for mask, colour, label in ((~few, "blue", "parts"), (few, "orange", FEW_SALES)):
        if mask.any():
            left.plot(
                held[mask], column["fill"][mask], "o", color=COLOURS[colour], alpha=alpha, markersize=4, mew=0
            )
            left.annotate(
                f"{int(mask.sum())} {label}", (0.98, 0.02 if label == "parts" else 0.09), xycoords="axes fraction",
                ha="right", color=COLOURS[colour], fontsize=9,
            )  # fmt: skip
    left.set_xscale("log")
    left.set_xlabel("mean stock on hand (units)")
    left.set_ylabel("promised fill rate (share)")
    left.set_title("Stock and promise", loc="left", fontsize=10)

    if np.isnan(column["input_low"]).all():
        order = np.argsort(column["fill_low"])
    else:
        order = np.argsort(column["input_low"])
    rank = np.arange(len(decided)) + 1
    middle.fill_between(
        rank, column["input_low"][order], column["input_high"][order], color=COLOURS["orange"], alpha=0.45, linewidth=0, step="mid"
    )  # fmt: skip
    middle.fill_between(
        rank, column["fill_low"][order], column["fill_high"][order], color=COLOURS["blue"], alpha=0.9, linewidth=0, step="mid"
    )  # fmt: skip
    percent = f"{100 * plan.settings['confidence']:g} %"
    middle.annotate(
        f"Monte Carlo, {percent}",
        (0.98, 0.09),
        xycoords="axes fraction",
        ha="right",
        color=COLOURS["blue"],
        fontsize=9,
    )
    middle.annotate(
        f"other histories, {percent}",
        (0.98, 0.02),
        xycoords="axes fraction",
        ha="right",
        color="#A86F00",
        fontsize=9,
    )
    middle.set_xlabel("parts, from the least certain")
    middle.set_ylabel("fill rate (share)")
    middle.set_title("How far to trust it", loc="left", fontsize=10)

    for ax in (left, middle):
        ax.axhline(target, color=COLOURS["vermilion"], linewidth=1, linestyle="--")
    left.annotate(
        f"target {target:g}", (0.02, target), xycoords=("axes fraction", "data"), textcoords="offset points", xytext=(0, -4),
        va="top", color=COLOURS["vermilion"], fontsize=9,
    )  # fmt: skip

    known = ~np.isnan(column["cv2"])
    area = 260 * column["on_hand"][known] / max(float(np.nanmax(column["on_hand"])), 1e-9) + 4
    right.scatter(
        column["adi"][known], column["cv2"][known], s=area, color=COLOURS["green"], alpha=0.4, linewidth=0
    )
    right.axvline(1.32, color=COLOURS["grey"], linewidth=0.8, linestyle=":")
    right.axhline(0.49, color=COLOURS["grey"], linewidth=0.8, linestyle=":")
    right.set_xscale("log")
    right.set_ylim(bottom=-0.03)
    right.set_xlabel("mean interval between demands, ADI (periods)")
    right.set_ylabel("CV² of demand sizes")
    right.set_title("Where the stock lies (area: stock on hand)", loc="left", fontsize=10)
    places = (
        ("smooth", 0.02, 0.02),
        ("intermittent", 0.98, 0.02),
        ("erratic", 0.02, 0.95),
        ("lumpy", 0.98, 0.95),
    )
    for word, x, y in places:
        ha = "left" if x < 0.5 else "right"
        right.annotate(word, (x, y), xycoords="axes fraction", ha=ha, color=COLOURS["grey"], fontsize=8)
    for ax in (left, middle, right):
        ax.spines[["top", "right"]].set_visible(False)
    return figure


_COLUMNS = ("fill", "fill_low", "fill_high", "input_low", "input_high", "on_hand", "adi", "cv2")


def _headline(plan: StockPlan, decided: int) -> str:
    if not plan.totals:
        return f"{plan.history.source}: no part with enough demand to decide"
    fill, held = plan.totals["fill"], plan.totals["on_hand"]
    return (
        f"{decided} parts of {plan.history.source}: {held['value']:,.0f} units on hand in the mean fill "
        f"{100 * fill['value']:.1f} % of demand [{100 * fill['low']:.1f}, {100 * fill['high']:.1f}]"
    )
