"""The visual language: colours, axes, labels at the lines, figures as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ..result import Result

__all__ = ["COLOURS", "axes", "bin_count", "finish", "label", "line_ends", "plain", "words"]

COLOURS = {
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "orange": "#E69F00",
    "grey": "#6B6B6B",
}
"""The palette of M. Okabe and K. Ito, 2008."""


def axes(ax: Any, size: tuple[float, float] = (7, 4)) -> Any:
    """The axes given, or those of a new figure."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=size, layout="constrained")[1]


def finish(ax: Any, *, right: bool = False) -> Any:
    """Without the frame that carries no numbers."""
    ax.spines["top"].set_visible(False)
    ax.spines["right"].set_visible(right)
    return ax


def line_ends(ax: Any, x: float, ends: Sequence[tuple[float, str, str]]) -> None:
    """Labels at the right end of lines, pushed apart where they would overlap."""
    low, high = ax.get_ylim()
    gap = (high - low) * 0.055
    placed = -np.inf
    for y, text, colour in sorted(ends):
        placed = max(float(y), placed + gap)
        ax.annotate(
            text,
            (x, placed),
            textcoords="offset points",
            xytext=(5, 0),
            va="center",
            fontsize=8,
            color=COLOURS[colour],
            annotation_clip=False,
        )


def label(ax: Any, x: float, y: float, text: str, colour: str, *, right: bool) -> None:
    """Text to the right or left of a vertical line."""
    gap, side = (4, "left") if right else (-4, "right")
    ax.annotate(text, (x, y), (gap, 0), textcoords="offset points", ha=side, color=colour, fontsize=9)


def bin_count(values: NDArray[np.float64]) -> int:
    """Freedman–Diaconis, within reason."""
    low, high = np.quantile(values, [0.25, 0.75])
    width = 2 * (high - low) / max(values.size, 1) ** (1 / 3)
    span = float(np.ptp(values))
    return int(np.clip(np.ceil(span / width) if width > 0 else 10, 10, 80))


def plain(run: Result, what: str) -> None:
    """Refuse a run with sweeps or items."""
    if run.design_dims:
        raise ValueError(f"{what} needs a run without sweeps and items, this one has axes {run.design_dims}")


def words(name: str) -> str:
    """A name as people say it."""
    return name.replace("_", " ")
