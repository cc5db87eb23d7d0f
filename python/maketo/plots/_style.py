"""The visual language: colours, axes, labels at the lines, figures as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ..result import Result

__all__ = [
    "COLOURS",
    "axes",
    "bin_count",
    "finish",
    "headings",
    "label",
    "line_ends",
    "plain",
    "spread_labels",
    "words",
]

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


def headings(ax: Any, told: Sequence[tuple[str, str]]) -> None:
    """What the colours mean, side by side above the picture, where nothing can be in the way."""
    last: Any = None
    for text, colour in told:
        last = ax.annotate(
            text,
            (0, 1) if last is None else (1, 0),
            xycoords="axes fraction" if last is None else last,
            xytext=(0, 5) if last is None else (12, 0),
            textcoords="offset points",
            va="bottom",
            color=COLOURS[colour],
            fontsize=9,
        )


# Sides of a point in order of preference: to the right, left, above, below, and then the corners.
_SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))
_DISTANCES = (7, 14, 24, 36, 50, 66, 84, 104)


def spread_labels(
    ax: Any,
    points: Sequence[tuple[float, float]],
    told: Sequence[str],
    colours: Sequence[str],
    keep_off: Sequence[tuple[float, float, float, float]] = (),
) -> None:
    """Texts beside their points, clear of all points, of each other, of the frame and of what to keep off.

    Call it last: it needs the final limits. A text that finds no room near its point stands farther away,
    with a thin line to it.

    Parameters
    ----------
    keep_off : sequence of (left, bottom, right, top)
        Boxes, in data.
    """
    figure = ax.figure
    figure.draw_without_rendering()
    frame = ax.get_window_extent()
    pad = 3.5 * figure.dpi / 72
    boxes = [(x, y, x, y) for x, y in points] + list(keep_off)
    corners = ax.transData.transform(np.asarray(boxes, dtype=np.float64).reshape(-1, 2)).reshape(-1, 4)
    taken = [(a - pad, b - pad, c + pad, d + pad) for a, b, c, d in corners]
    taken += [tuple(t.get_window_extent().extents) for t in ax.texts if t.get_text()]
    for point, text, colour in zip(points, told, colours, strict=True):
        note = ax.annotate(
            text, point, (0, 0), textcoords="offset points", fontsize=9, color=COLOURS[colour], zorder=5
        )
        far = 0
        for far, (right, up) in ((f, s) for f in _DISTANCES for s in _SIDES):
            note.set_position((far * right, far * up))
            note.set_ha("left" if right > 0 else "right" if right < 0 else "center")
            note.set_va("bottom" if up > 0 else "top" if up < 0 else "center")
            box = note.get_window_extent().extents
            inside = frame.x0 <= box[0] and box[2] <= frame.x1 and frame.y0 <= box[1] and box[3] <= frame.y1
            if inside and not any(_cover(box, other) for other in taken):
                break
        left, bottom, right_end, top = note.get_window_extent().extents
        taken.append((left - pad, bottom - pad, right_end + pad, top + pad))
        if far > _DISTANCES[1]:
            end = ax.transData.inverted().transform(
                _nearest((left, bottom, right_end, top), ax.transData.transform(point))
            )
            ax.plot([point[0], end[0]], [point[1], end[1]], color=COLOURS["grey"], linewidth=0.6, zorder=1)


def _cover(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether two boxes (left, bottom, right, top) share more than an edge."""
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])


def _nearest(box: Sequence[float], to: Sequence[float]) -> tuple[float, float]:
    """The place of a box that is nearest to a point."""
    return float(np.clip(to[0], box[0], box[2])), float(np.clip(to[1], box[1], box[3]))


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
