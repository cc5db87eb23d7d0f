"""Pictures of a run of orders: how long they take, what can be promised, what the load does."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .._check import number
from .._designs import expand
from ..estimate import Estimate
from ..make_to_order import MakeToOrder
from ..order_result import OrderResult
from ..sweep import Sweep
from ._style import COLOURS, axes, finish, headings, plain, spread_labels, words

__all__ = ["loads_differ", "plot_lead_time", "plot_load", "plot_otif", "quotes_only"]

_DISTRIBUTIONS = ("lead_time", "waiting_time", "tardiness", "earliness")
_TARGETS = (0.9, 0.95)
_TAIL = 0.5
Box: TypeAlias = tuple[float, float, float, float]
"""Left, bottom, right, top in data."""


def plot_lead_time(run: OrderResult, quote: float | None = None, *, ax: Any = None) -> Any:
    """Distribution of the lead time over delivered orders, with what was promised and how many were late.

    Parameters
    ----------
    run : OrderResult
        Without sweep and item axes.
    quote : float, optional
        A promised lead time; by default that of the shop, if it is a constant one. What takes longer is
        shaded.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    TypeError
        If it is no run of orders, or the quote no single number.
    ValueError
        If the quote is negative; or the run has sweep or item axes, no long run (status ``"unstable"``), or
        no order that was delivered.

    Notes
    -----
    The share that is late after the shop's own quote is counted. For another quote it is read from the
    distribution, see `Distribution.exceeds`.
    """
    _of_orders(run, "plot_lead_time")
    plain(run, "plot_lead_time")
    own = getattr(next(iter(run.shops.values())), "quote", None)
    promised = own if isinstance(own, int | float) else None
    if quote is not None:
        given = number("quote", quote)
        if isinstance(given, Sweep):
            raise TypeError("quote must be a single number")
        if given < 0:
            raise ValueError(f"quote must be ≥ 0, got {given:g}")
        promised = given
    times = run.distribution("lead_time")
    if not times.count:
        raise ValueError("no order was delivered: there is no lead time to draw")
    cell = times.cell()
    edges, shares, beyond = _bars(cell.spans(), cell.grouped().sum(axis=0))
    ax = axes(ax)
    ax.stairs(shares, edges, fill=True, color=COLOURS["sky"], linewidth=0)
    mean, median, tail = times.mean().value, times.quantile(0.5).value, times.quantile(0.95).value
    lines = [
        (mean, f"mean {_figure(mean)}", "blue"),
        (median, f"median {_figure(median)}", "green"),
        (tail, f"95 % within {_figure(tail)}", "purple"),
    ]
    if promised is not None:
        counted = promised == own and "tardy_share" in run.metrics
        late = run.mean("tardy_share") if counted else times.exceeds(promised)
        _shade(ax, edges, shares, promised, late.value - beyond)
        lines.append((promised, f"quote {promised:.4g}\n{_late(late)}", "vermilion"))
    rest = f"; {100 * beyond:.2g} % take longer than {_figure(edges[-1])}" if beyond > 0 else ""
    ax.set_xlabel(f"lead time ({run.catalogue['lead_time'].unit}{rest})")
    ax.set_ylabel("share of orders per period")
    _staircase(finish(ax), lines, (edges[0], edges[-1]), float(shares.max()))
    return ax


def plot_otif(run: OrderResult, *, ax: Any = None) -> Any:
    """On time in full over the quoted lead time, with its band; where 90 and 95 % are reached is marked.

    Parameters
    ----------
    run : OrderResult
        A single shop whose only sweep is in its quote: ``quote=Sweep(range(10, 31))``, or the parameter of a
        `QuantileQuote` or `ForwardLoading`; those go by the mean they quote.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    TypeError
        If it is no run of orders.
    ValueError
        If anything but the quote is swept, or OTIF is undefined throughout.

    Notes
    -----
    Between two quotes the share of orders that are not on time falls exponentially where it is less than one
    half, and straight elsewhere. The interval of a mark is where the ends of the band reach it.
    """
    _of_orders(run, "plot_otif")
    if not quotes_only(run):
        raise ValueError(
            f"plot_otif needs a single shop of which only the quote is swept, the run has {run.design_dims}: "
            "quote=Sweep(range(10, 31))"
        )
    otif, quoted = run.mean("otif"), np.asarray(run.coords[run.design_dims[0]], dtype=np.float64)
    constant = isinstance(next(iter(run.shops.values())).quote, Sweep)
    if not constant:
        quoted = np.asarray(run.mean("quoted_lead_time").value)
    kept = np.flatnonzero(np.isfinite(otif.value) & np.isfinite(quoted))
    if not kept.size:
        raise ValueError(f"otif is undefined at every quote{_because(run)}")
    order = kept[np.argsort(quoted[kept], kind="stable")]
    x = quoted[order]
    value, low, high = (np.asarray(e)[order] for e in (otif.value, otif.low, otif.high))
    low, high = np.clip(low, 0, 1), np.clip(high, 0, 1)
    ax = axes(ax)
    blue = COLOURS["blue"]
    fine = np.union1d(x, np.linspace(x[0], x[-1], 200))
    ax.fill_between(
        fine, _between(x, low, fine), _between(x, high, fine), color=blue, alpha=0.25, linewidth=0
    )
    ax.plot(fine, _between(x, value, fine), color=blue)
    if x.size <= 12:
        ax.plot(x, value, "o", color=blue, markersize=4)
    ax.margins(x=0.03)
    bottom = min(float(np.nanmin([value, low])), _TARGETS[0])
    ax.set_ylim(bottom - 0.06 * (1 - bottom), 1 + 0.03 * (1 - bottom))
    ax.set_xlim(ax.get_xlim())
    ax.set_xlabel(f"{'' if constant else 'mean '}quoted lead time ({run.catalogue['quoted_lead_time'].unit})")
    ax.set_ylabel(f"OTIF ({run.catalogue['otif'].unit} of orders)")
    _targets(finish(ax), x, (value, low, high))
    return ax


def plot_load(run: OrderResult, metric: str = "lead_time", *, ax: Any = None) -> Any:
    """A time over the load of the busiest station: its mean, and what 95 % of the orders keep within.

    Designs with more work than a station can do have no long run; they are left out, and a line stands where
    that begins.

    Parameters
    ----------
    run : OrderResult
        A single shop with one sweep axis that changes the load: the rate of orders, a number of servers.
    metric : str
        A metric. The 95 % quantile is shown for those that have a distribution: "lead_time", "waiting_time",
        "tardiness" and "earliness".
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    KeyError
        If there is no such metric.
    TypeError
        If it is no run of orders.
    ValueError
        If the run does not have exactly one sweep axis; the loads are all the same or not known; or there is
        no design with a long run.
    """
    _of_orders(run, "plot_load")
    if len(run.design_dims) != 1 or run.portfolio:
        raise ValueError(
            f"plot_load needs a single shop with one sweep axis, the run has {run.design_dims}: sweep what "
            "changes the load, such as PoissonArrivals(Sweep([1.4, 1.6, 1.8], name='rate'))"
        )
    if not loads_differ(run):
        known = bool(run.stations) and not np.isnan(run.load).any()
        what = "the same in all designs" if known else "not known"
        raise ValueError(f"plot_load needs loads that differ, here they are {what}: see plot_sweep")
    estimate = run.mean(metric)
    load, value = run.load.max(axis=-1), np.asarray(estimate.value)
    kept = np.flatnonzero(np.isfinite(value) & ~run.unstable)
    if not kept.size:
        raise ValueError(f"{metric} is undefined in every design{_because(run)}")
    order = kept[np.argsort(load[kept], kind="stable")]
    ax = axes(ax)
    about = run.catalogue[metric]
    _band(ax, load[order], estimate, order, "blue")
    drawn = [estimate]
    if metric in _DISTRIBUTIONS:
        drawn.append(run.distribution(metric).quantile(0.95))
        _band(ax, load[order], drawn[1], order, "vermilion")
        headings(ax, [("mean", "blue"), ("95 % of orders within", "vermilion")])
    dim = run.design_dims[0]
    ax.margins(x=0.06, y=0.1)
    busiest = {run.stations[i] for i in run.load[order].argmax(axis=-1)}
    where = next(iter(busiest)) if len(busiest) == 1 else "the busiest station"
    ax.set_xlabel(f"load of {where} (share)")
    ax.set_ylabel(f"{words(metric)} ({about.unit})")
    finish(ax)
    taken = [box for one in drawn for box in _boxes(load[order], one, order)]
    if run.unstable.any():
        taken.append(_full(ax, words(dim), np.asarray(run.coords[dim])[run.unstable]))
    ax.set_xlim(ax.get_xlim())
    ax.set_ylim(ax.get_ylim())
    _settings(ax, load[order], value[order], np.asarray(run.coords[dim])[order], words(dim), taken)
    return ax


def quotes_only(run: OrderResult) -> bool:
    """Whether a single shop has one sweep, and that in its quote."""
    if len(run.design_dims) != 1 or run.portfolio:
        return False
    name, shop = next(iter(run.shops.items()))
    return isinstance(shop, MakeToOrder) and not expand({name: shop.replace(quote=None)})[0]


def loads_differ(run: OrderResult) -> bool:
    """Whether the load of the busiest station is known and changes between the designs."""
    if not run.stations:
        return False
    busiest = run.load.max(axis=-1)
    return bool(np.isfinite(busiest).all() and np.ptp(busiest) > 1e-9)


def _of_orders(run: Any, what: str) -> None:
    if not isinstance(run, OrderResult):
        raise TypeError(
            f"{what} needs a run whose unit is the order, as of MakeToOrder, got {type(run).__name__}"
        )


def _because(run: OrderResult) -> str:
    return f": {run.warnings[0]}" if run.warnings else ""


# Lead time.


def _bars(
    edges: NDArray[np.float64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Edges and densities of bars of one width, and the share beyond the last, of a long tail.

    The bins of the core are narrow where times are short; within one of them orders are spread evenly.
    """
    filled = np.flatnonzero(counts)
    cumulative = np.concatenate([[0.0], np.cumsum(counts)]) / counts.sum()
    low, high = float(edges[filled[0]]), float(edges[filled[-1] + 1])
    q25, q75, most = (float(edges[np.searchsorted(cumulative, p)]) for p in (0.25, 0.75, 0.998))
    if high > low + 1.3 * (most - low):
        high = most
    if high <= low:
        high = low + max(0.02 * low, 1.0)
    width = 2 * (q75 - q25) / counts.sum() ** (1 / 3)
    bars = int(np.clip(np.ceil((high - low) / width) if width > 0 else 10, 10, 80))
    at = np.linspace(low, high, bars + 1)
    below = np.interp(at, edges, cumulative)
    below[0] = 0.0  # what took no time at all is in the first bar
    return at, np.diff(below) / np.diff(at), float(1 - below[-1])


def _staircase(
    ax: Any, lines: list[tuple[float, str, str]], across: tuple[float, float], peak: float
) -> None:
    """Vertical lines with their texts to the right, each lower than the one before it, so that none is cut.

    Call it when everything else is drawn: it makes room above and to the right.
    """
    lines = sorted(lines)
    left = min(across[0], lines[0][0])
    right = max(across[1], lines[-1][0])
    margin = 0.02 * (right - left)
    ax.set_xlim(left - margin, right + margin)
    figure = ax.figure
    figure.draw_without_rendering()
    point = figure.dpi / 72
    frame = ax.get_window_extent()
    row = 12.5 * point / frame.height
    rows = [row * (1 + text.count("\n")) for _, text, _ in lines]
    top = max(1 - sum(rows) - 0.5 * row, 0.35)
    ax.set_ylim(0, peak / top)
    start, end = ax.get_xlim()
    at = 1.0
    for (x, text, colour), height in zip(lines, rows, strict=True):
        ax.plot([x, x], [0, at * peak / top], color=COLOURS[colour], linewidth=1.3, solid_capstyle="butt")
        note = ax.annotate(
            text,
            (x, at * peak / top),
            (4, 0),
            textcoords="offset points",
            va="top",
            color=COLOURS[colour],
            fontsize=9,
            linespacing=1.15,
        )
        share = min((note.get_window_extent().width + 6 * point) / frame.width, 0.85)
        end = max(end, start + (x - start) / (1 - share))
        at -= height
    ax.set_xlim(start, end)


def _shade(
    ax: Any, edges: NDArray[np.float64], shares: NDArray[np.float64], promised: float, late: float
) -> None:
    """What is late, as an area: within the bar of the quote as much as the bars after it leave over."""
    first = int(np.searchsorted(edges, promised, side="right"))
    if first > shares.size or late <= 0:
        return
    cut, height = edges[first:], shares[first:]
    if first > 0:
        part = (late - float(height @ np.diff(cut))) / (edges[first] - promised)
        cut = np.concatenate([[promised], cut])
        height = np.concatenate([[min(max(part, 0.0), shares[first - 1])], height])
    ax.stairs(height, cut, fill=True, color=COLOURS["vermilion"], linewidth=0)


def _figure(x: float) -> str:
    """A time, to about one in three hundred or better."""
    return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.1f}" if abs(x) >= 10 else f"{x:.3g}"


def _late(late: Estimate) -> str:
    """How many are late, and its interval."""
    if not 0 < late.value < 1:
        return "none late" if late.value <= 0 else "all late"
    digits = 1 if late.value >= 0.01 else 2 if late.value >= 0.001 else 3
    value, low, high = (
        f"{100 * min(max(e, 0.0), 1.0):.{digits}f}" for e in (late.value, late.low, late.high)
    )
    return f"late {value} %" + (f" [{low}, {high}]" if np.isfinite(late.low) else "")


# OTIF.


def _targets(ax: Any, x: NDArray[np.float64], otif: tuple[NDArray[np.float64], ...]) -> None:
    """Where 90 and 95 % are reached, with the interval of the band; said above the picture."""
    start, bottom = ax.get_xlim()[0], ax.get_ylim()[0]
    told = []
    for target in _TARGETS:
        at, first, last = (_reached(x, curve, target) for curve in (otif[0], otif[2], otif[1]))
        name = f"{100 * target:g} %"
        if not np.isfinite(at):
            told.append(f"{name} {f'at more than {x[-1]:.4g}' if at > 0 else f'below {x[0]:.4g}'}")
            continue
        low = f"< {x[0]:.4g}" if first == -np.inf else _figure(first)
        high = f"> {x[-1]:.4g}" if last == np.inf else _figure(last)
        known = np.isfinite(otif[1]).all()
        told.append(f"{name} at {_figure(at)}" + (f" [{low}, {high}]" if known else ""))
        ax.plot(
            [start, at, at], [target, target, bottom], color=COLOURS["grey"], linewidth=0.8, linestyle=":"
        )
        ax.plot(at, target, "o", color=COLOURS["vermilion"], markersize=5, zorder=4)
    # Above the picture, where no curve can be in the way.
    title = ax.set_title(",  ".join(told), loc="left", fontsize=9, color=COLOURS["vermilion"])
    ax.figure.draw_without_rendering()
    if title.get_window_extent().width > ax.get_window_extent().width:
        title.set_text("\n".join(told))


def _reached(x: NDArray[np.float64], y: NDArray[np.float64], target: float) -> float:
    """Where a line first reaches a target; −∞ before it begins, ∞ if never."""
    if y[0] >= target:
        return -np.inf
    up = np.flatnonzero((y[:-1] < target) & (y[1:] >= target))
    if not up.size:
        return np.inf
    i = int(up[0])
    low, high, wanted = y[i], y[i + 1], target
    if low >= _TAIL and high < 1:
        low, high, wanted = (-np.log(1 - part) for part in (low, high, wanted))
    return float(x[i] + (x[i + 1] - x[i]) * (wanted - low) / (high - low))


def _between(x: NDArray[np.float64], y: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares between those known, straight; in the tail what is left falls exponentially."""
    if x.size < 2:
        return np.broadcast_to(y[0], at.shape)
    straight = np.interp(at, x, y)
    falling = 1 - np.exp(np.interp(at, x, np.log(np.where(y < 1, 1 - y, 1.0))))
    tail = (y[:-1] >= _TAIL) & (y[:-1] < 1) & (y[1:] < 1)
    return np.where(tail[np.clip(np.searchsorted(x, at, side="right") - 1, 0, x.size - 2)], falling, straight)


# Load.


def _band(ax: Any, x: NDArray[np.float64], estimate: Estimate, order: NDArray[np.intp], name: str) -> None:
    colour = COLOURS[name]
    value, low, high = (np.asarray(e)[order] for e in (estimate.value, estimate.low, estimate.high))
    ax.fill_between(x, low, high, color=colour, alpha=0.25, linewidth=0)
    ax.plot(x, value, color=colour, marker="o" if x.size <= 12 else None, markersize=4)


def _boxes(x: NDArray[np.float64], estimate: Estimate, order: NDArray[np.intp]) -> list[Box]:
    """What a line and its band cover, in small boxes."""
    value, low, high = (np.asarray(e)[order] for e in (estimate.value, estimate.low, estimate.high))
    fine = np.union1d(x, np.linspace(x[0], x[-1], 80))
    below = np.interp(fine, x, np.where(np.isfinite(low), low, value))
    above = np.interp(fine, x, np.where(np.isfinite(high), high, value))
    return [
        (fine[i], min(below[i], below[i + 1]), fine[i + 1], max(above[i], above[i + 1]))
        for i in range(fine.size - 1)
    ]


def _full(ax: Any, name: str, left_out: NDArray[Any]) -> Box:
    """The line from which there is no long run, and who is beyond it."""
    left, right = ax.get_xlim()
    ax.set_xlim(left, max(right, 1 + 0.09 * (1 - left)))
    low, high = ax.get_ylim()
    ax.axvline(1, color=COLOURS["grey"], linewidth=1, linestyle="--")
    ax.annotate(
        "no long run",
        (1, high),
        (5, 0),
        textcoords="offset points",
        rotation=90,
        va="top",
        fontsize=8,
        color=COLOURS["grey"],
    )
    listed = ", ".join(f"{x:g}" for x in np.sort(left_out)) if left_out.size <= 5 else None
    who = f"{name} {listed}" if listed else f"{left_out.size} designs"
    ax.set_xlabel(f"{ax.get_xlabel()}\nleft out (load ≥ 1): {who}")
    return 1.0, low, 1.0, high


def _settings(
    ax: Any,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    settings: NDArray[Any],
    name: str,
    taken: list[Box],
) -> None:
    """Values of the sweep at their points, as many as fit: first the ends."""
    spots = ax.transData.transform(np.column_stack([x, y])) / ax.figure.dpi * 72
    placed: list[int] = []
    for i in [x.size - 1, 0, *range(1, x.size - 1)]:
        if any(np.abs(spots[i] - spots[j]).max() < 40 for j in placed):
            continue
        placed.append(i)
        lines = len(ax.lines)
        text = f"{name} {settings[i]:.4g}" if i in (0, x.size - 1) else f"{settings[i]:.4g}"
        points = [(a, b, a, b) for a, b in zip(x, y, strict=True)]
        spread_labels(ax, [(x[i], y[i])], [text], ["grey"], [*taken, *points])
        note, frame = ax.texts[-1], ax.get_window_extent()
        box = note.get_window_extent()
        if box.x0 < frame.x0 or box.x1 > frame.x1 or box.y0 < frame.y0 or box.y1 > frame.y1:
            for left_over in (note, *ax.lines[lines:]):
                left_over.remove()
