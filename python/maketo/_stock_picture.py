"""The picture of a stock plan.

Drawn without pyplot when it goes to a file, so that no window and no state is left behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ._stock_classes import ADI_BORDER, CV2_BORDER
from .plots import COLOURS
from .stock_plan import FEW_SALES

if TYPE_CHECKING:
    from .stock_plan import StockPlan

__all__ = ["draw", "new_figure"]

_SIZE = (12.5, 4.6)
_COLUMNS = ("fill", "alpha", "cost", "input_low", "input_high", "on_hand", "adi", "cv2")
_ENDS = ("fill_low", "fill_high", "alpha_low", "alpha_high", "cost_low", "cost_high")
_WORDS = {
    "fill": "fill rate (share)",
    "alpha": "α service (share of periods)",
    "cost": "cost (money per year)",
}
# Orange text on white needs to be darker than an orange area.
_DARK_ORANGE = "#A86F00"

Columns: TypeAlias = dict[str, NDArray[np.float64]]


def new_figure(size: tuple[float, float] = _SIZE) -> Any:
    """A figure that pyplot does not know of."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def draw(plan: StockPlan, figure: Any = None) -> Any:
    """Three panels: stock against fill, certainty of the promise, kinds of demand."""
    if figure is None:
        import matplotlib.pyplot as plt

        figure = plt.figure(figsize=_SIZE, layout="constrained")
    decided = [d for d in plan if d.decided]
    figure.suptitle(_headline(plan, len(decided)), x=0.01, ha="left", fontsize=11)
    if not decided:
        return figure
    column = {
        name: np.array([getattr(d, name) for d in decided], dtype=float) for name in (*_COLUMNS, *_ENDS)
    }
    few = np.array([d.status == FEW_SALES for d in decided])
    left, middle, right = figure.subplots(1, 3)
    _stock_and_promise(left, column, few, plan.settings)
    _trust(middle, column, plan.settings)
    _kinds(right, column)
    for ax in (left, middle, right):
        ax.spines[["top", "right"]].set_visible(False)
    return figure


def _stock_and_promise(ax: Any, column: Columns, few: NDArray[np.bool_], settings: dict[str, Any]) -> None:
    """One dot per part."""
    measure = "alpha" if settings["target"] == "alpha" else "fill"
    held = np.maximum(column["on_hand"], 1e-2)
    alpha = float(np.clip(60 / len(held), 0.25, 0.9))
    for mask, colour, text, at in (
        (~few, COLOURS["blue"], "parts", 0.02),
        (few, _DARK_ORANGE, f"with {FEW_SALES}", 0.08),
    ):
        if mask.any():
            ax.plot(held[mask], column[measure][mask], "o", color=colour, alpha=alpha, markersize=4, mew=0)
            _corner(ax, f"{mask.sum()} {text}", at, colour)
    _log_axis(ax)
    _target_line(ax, settings, named=True)
    ax.set_xlabel("mean stock on hand (units)")
    ax.set_ylabel(f"promised {_WORDS[measure]}")
    ax.set_title("Stock and promise", loc="left", fontsize=10)


def _trust(ax: Any, column: Columns, settings: dict[str, Any]) -> None:
    """Both intervals of every part, sorted."""
    measure = str(settings["target"])
    resampled = not np.isnan(column["input_low"]).all()
    order = np.argsort(column["input_low" if resampled else f"{measure}_low"])
    rank = np.arange(len(order)) + 1
    percent = f"{100 * settings['confidence']:g} %"
    wide = float(np.clip(300 / len(order), 0.4, 4))
    if resampled:
        low, high = column["input_low"][order], column["input_high"][order]
        ax.fill_between(rank, low, high, color=COLOURS["orange"], alpha=0.5, linewidth=0, step="mid")
        _corner(ax, f"other histories, {percent}", 0.02, _DARK_ORANGE)
    low, high = column[f"{measure}_low"][order], column[f"{measure}_high"][order]
    ax.vlines(rank, low, high, color=COLOURS["blue"], linewidth=wide)
    _corner(ax, f"Monte Carlo, {percent}", 0.08, COLOURS["blue"])
    _target_line(ax, settings)
    if measure == "cost":
        ax.set_yscale("symlog", linthresh=1.0)
    ax.set_xlabel("parts, in order of the lower end")
    ax.set_ylabel(_WORDS[measure])
    ax.set_title("How far to trust it", loc="left", fontsize=10)


def _kinds(ax: Any, column: Columns) -> None:
    """Parts by the pattern of their demand.

    The borders are those of A. A. Syntetos, J. E. Boylan and J. D. Croston, *Journal of the Operational
    Research Society* 56, 2005.
    """
    known = ~np.isnan(column["cv2"])
    adi, cv2 = column["adi"][known], column["cv2"][known]
    area = 260 * column["on_hand"] / max(float(column["on_hand"].max()), 1e-9) + 4
    ax.scatter(adi, cv2, s=area[known], color=COLOURS["green"], alpha=0.4, linewidth=0)
    ax.axvline(ADI_BORDER, color=COLOURS["grey"], linewidth=0.8, linestyle=":")
    ax.axhline(CV2_BORDER, color=COLOURS["grey"], linewidth=0.8, linestyle=":")
    _log_axis(ax)
    ax.set_xlim(left=0.8)
    ax.set_ylim(bottom=-0.03)
    places = (
        ("smooth", 0.02, 0.02),
        ("intermittent", 0.98, 0.02),
        ("erratic", 0.02, 0.95),
        ("lumpy", 0.98, 0.95),
    )
    for word, x, y in places:
        ha = "left" if x < 0.5 else "right"
        text = ax.annotate(word, (x, y), xycoords="axes fraction", ha=ha, color=COLOURS["grey"], fontsize=8)
        text.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.0})
    ax.set_xlabel("mean interval between demands, ADI (periods)")
    ax.set_ylabel("CV² of demand sizes")
    ax.set_title("Where the stock lies (area: stock on hand)", loc="left", fontsize=10)


def _target_line(ax: Any, settings: dict[str, Any], *, named: bool = False) -> None:
    """The service aimed at, where it is one number."""
    target = settings.get(f"target_{settings['target']}")
    if not isinstance(target, float):
        return
    ax.axhline(target, color=COLOURS["vermilion"], linewidth=1, linestyle="--")
    if named:
        ax.annotate(
            f"target {target:g}",
            (0.02, target),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            xytext=(0, -4),
            va="top",
            color=COLOURS["vermilion"],
            fontsize=9,
        )


def _log_axis(ax: Any) -> None:
    """Logarithmic, with numbers that can be read: 1, 2, 5, 10; over many decades their powers of ten only."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    ax.set_xscale("log")
    low, high = ax.get_xlim()
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high < 1000 * low else (1.0,)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,g}" if x < 1e6 else f"{x:.0e}"))
    ax.xaxis.set_minor_formatter(NullFormatter())


def _corner(ax: Any, text: str, y: float, colour: str) -> None:
    """A label in the lower right corner."""
    ax.annotate(text, (0.98, y), xycoords="axes fraction", ha="right", color=colour, fontsize=9)


def _headline(plan: StockPlan, decided: int) -> str:
    if not plan.totals:
        return f"{plan.history.source}: no part with enough demand to decide"
    fill, held = plan.totals["fill"], plan.totals["on_hand"]
    return (
        f"{decided} parts of {plan.history.source}: {held['value']:,.0f} units on hand, on average, fill "
        f"{100 * fill['value']:.2f} % of demand [{100 * fill['low']:.2f}, {100 * fill['high']:.2f}]"
    )
