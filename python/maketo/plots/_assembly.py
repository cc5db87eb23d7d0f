"""Pictures of an assembly: which component delays whom, and what an order fill rate takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import _core
from .._assembly_terms import Floats, Worth
from ..assembly_frontier import AssemblyFrontier
from ..assembly_result import AssemblyResult
from ..estimate import Estimate
from ._style import COLOURS, axes, finish, spread_labels, words

__all__ = ["natural_assembly", "plot_blame", "plot_fill_investment"]

_MOST = 15
_PALETTE = ("blue", "orange", "green", "vermilion", "sky", "purple")
_REST = "#B8B8B8"


def plot_blame(run: AssemblyResult, *, ax: Any = None) -> Any:
    """Components by the units waiting that they are to blame for, stacked by product.

    Parameters
    ----------
    run : AssemblyResult
        Without sweep axes.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    TypeError
        If it is no run of an assembly.
    ValueError
        If the run has sweep axes, or blame was not kept.

    Notes
    -----
    A unit that waits counts as one, shared equally among the components it lacks (`AssemblyResult.blame`).
    Whiskers are the intervals of the bars, where replications were kept. At most 15 components are told
    apart, and six products: those with most blame.
    """
    if not isinstance(run, AssemblyResult):
        raise TypeError(f"plot_blame needs a run of AssembleToOrder, got {type(run).__name__}")
    if run.design_dims:
        raise ValueError(f"plot_blame needs a run without sweeps, this one has axes {run.design_dims}")
    blame = run.blame().value
    components = np.argsort(-blame.sum(axis=1), kind="stable")
    shown, rest = components[:_MOST], components[_MOST:]
    products = np.argsort(-blame.sum(axis=0), kind="stable")
    told, folded = products[: len(_PALETTE)], products[len(_PALETTE) :]
    groups = [[j] for j in shown] + ([list(rest)] if rest.size else [])
    names = [run.components[j] for j in shown] + ([f"{rest.size} others"] if rest.size else [])
    height = 1.3 + 0.3 * len(groups)
    ax = axes(ax, (7, max(2.6, height)))
    at = np.arange(len(groups))
    left = np.zeros(len(groups))
    colours = {run.products[v]: (COLOURS[c], [v]) for v, c in zip(told, _PALETTE, strict=False)}
    # In the order of the products, so that two pictures can be compared.
    order = sorted(told)
    layers = [(run.products[v], *colours[run.products[v]]) for v in order]
    if folded.size:
        layers.append((f"{folded.size} other products", _REST, list(folded)))
    for name, colour, columns in layers:
        width = np.array([blame[np.ix_(group, columns)].sum() for group in groups])
        ax.barh(at, width, left=left, height=0.72, color=colour, label=name, edgecolor="white", linewidth=0.5)
        left = left + width
    low, high = _of_groups(run, groups)
    ax.hlines(at, low, high, color="black", linewidth=1)
    reach = np.where(np.isfinite(high), np.maximum(high, left), left)
    for y, x, total in zip(at, reach, left, strict=True):
        ax.annotate(
            f"{total:.2g}",
            (x, y),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=COLOURS["grey"],
        )
    ax.set_yticks(at, names)
    ax.set_ylim(len(groups) - 0.4, -0.6)
    ax.set_xlim(0, max(float(reach.max()) * 1.1, 1e-9))
    when = "on average over time" if run.shop.by_order else "at the close of a period"
    ax.set_xlabel(f"waiting for it {when} ({run.blame().unit})")
    ax.set_ylabel("component")
    _key(finish(ax), len(layers))
    return ax


def plot_fill_investment(
    found: AssemblyFrontier | AssemblyResult, *, products: Sequence[str] = (), ax: Any = None
) -> Any:
    """Order fill rate against what is invested in components, over targets or over a sweep.

    Parameters
    ----------
    found : AssemblyFrontier or AssemblyResult
        From `assembly_frontier`; or a run with one sweep that changes the stock.
    products : sequence of str
        Draw these products, each with a line of its own, instead of all units together; at most six.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    TypeError
        If it is something else.
    ValueError
        If the run does not have exactly one sweep axis, or the products are unknown or too many.

    Notes
    -----
    Crosses are intervals of both numbers. Points are labelled with the target or the swept value; a hollow
    one of a frontier is not certified. Investment is stock on hand and reserved at unit cost, or, where
    nothing has one, at holding rates, or in units.
    """
    if isinstance(found, AssemblyFrontier):
        across, lines, told = _of_frontier(found, products)
        sure = [p.certified for p in found.points]
        window, counted = found.points[0].window, "units"
    elif isinstance(found, AssemblyResult):
        across, lines, told = _of_sweep(found, products)
        sure, window, counted = [True] * len(told), 0, "orders" if found.shop.by_order else "units"
    else:
        raise TypeError(
            f"plot_fill_investment needs an AssemblyFrontier or a run of AssembleToOrder with one sweep, got "
            f"{type(found).__name__}"
        )
    ax = axes(ax)
    order = np.argsort(across.value, kind="stable")
    x = np.asarray(across.value)[order]
    errors = _reach(across, order)
    drawn, crosses = [], []
    for (name, estimate), colour in zip(lines, _PALETTE, strict=False):
        y = np.asarray(estimate.value)[order]
        reach = _reach(estimate, order)
        ax.errorbar(x, y, xerr=errors, yerr=reach, fmt="none", color=COLOURS[colour], elinewidth=0.9)
        ax.plot(x, y, color=COLOURS[colour], linewidth=1.2, label=name)
        for i, here in enumerate(order):
            face = COLOURS[colour] if sure[here] else "white"
            ax.plot(x[i], y[i], "o", color=COLOURS[colour], markerfacecolor=face, markersize=5, zorder=4)
        drawn.append(y)
        (left, right), (down, up) = errors, reach
        crosses += [(a - b, c, a + d, c) for a, b, c, d in zip(x, left, y, right, strict=True)]
        crosses += [(a, c - b, a, c + d) for a, b, c, d in zip(x, down, y, up, strict=True)]
    ax.margins(x=0.09, y=0.12)
    ax.set_xlabel(f"investment in components ({across.unit})")
    within = f" within {window} period{'s' if window > 1 else ''}" if window else ""
    ax.set_ylabel(f"order fill rate{within} (share of {counted})")
    finish(ax)
    listed = [told[i] for i in order]
    if products:
        _key(ax, len(lines))
        _above(ax, x, listed)
    else:
        ax.set_xlim(ax.get_xlim())
        ax.set_ylim(ax.get_ylim())
        some = _some(len(x))
        points = [(float(x[i]), float(drawn[0][i])) for i in some]
        texts = [listed[i] for i in some]
        spread_labels(ax, points, texts, ["grey"] * len(some), [*_along(x, drawn), *crosses])
    low, high = ax.get_ylim()
    ax.set_yticks([tick for tick in ax.get_yticks() if low <= tick <= min(high, 1.0 + 1e-9)])
    return ax


def natural_assembly(run: AssemblyResult, ax: Any, options: dict[str, Any]) -> Any:
    """The picture that fits a run of an assembly."""
    from ._runs import plot_distribution, plot_sweep
    from ._surface import plot_surface

    swept = run.design_dims
    if not swept:
        if "blame" in run._blocks["others"]:
            return plot_blame(run, ax=ax, **options)
        return plot_distribution(run, ax=ax, **options)
    if len(swept) == 2:
        return plot_surface(run, ax=ax, **options)
    if len(swept) > 2:
        raise ValueError(
            f"{len(swept)} swept parameters have no single picture: hold some, or use to_xarray()"
        )
    parts = run._blocks["components"]
    if "metrics" not in options and {"on_hand", "reserved"} <= parts.keys() and _filled(run) in run.metrics:
        across = _invested(run)
        if np.ptp(across.value) > 1e-3 * np.abs(across.value).max():
            return plot_fill_investment(run, ax=ax, **options)
    return plot_sweep(run, ax=ax, **options)


# Blame.


def _of_groups(run: AssemblyResult, groups: list[list[int]]) -> tuple[Floats, Floats]:
    """Intervals of the blame of groups of components; NaN where replications were not kept."""
    block = run._blocks["others"]["blame"]
    if "values" not in block:
        return np.full(len(groups), np.nan), np.full(len(groups), np.nan)
    owner = np.array([j for j, _ in run.report["pairs"]])
    values = block["values"].reshape(len(owner), run.replications)
    sums = np.stack([values[np.isin(owner, group)].sum(axis=0) for group in groups])
    columns = _core.summarise(np.ascontiguousarray(sums), run.confidence, [])
    return np.maximum(columns[:, 2], 0.0), columns[:, 3]


def _key(ax: Any, entries: int) -> None:
    """What the colours mean, above the picture, in as many rows as it takes."""
    for columns in range(min(entries, 6), 0, -1):
        legend = ax.legend(
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=columns,
            frameon=False,
            fontsize=9,
            borderpad=0.2,
            handlelength=1,
            handletextpad=0.5,
            columnspacing=1.2,
            borderaxespad=0.2,
        )
        legend.set_in_layout(False)  # or one that is too wide would leave no room for the picture
        ax.figure.draw_without_rendering()
        if columns == 1 or legend.get_window_extent().x1 <= ax.get_window_extent().x1 + 1:
            legend.set_in_layout(True)
            return


# Fill rate and investment.

Line = tuple[str, Estimate]


def _of_frontier(found: AssemblyFrontier, products: Sequence[str]) -> tuple[Estimate, list[Line], list[str]]:
    first = found.points[0]
    told = _labels("target", [f"{100 * t:.4g} %" for t in found.targets])
    across = _joined([p.investment for p in found.points])
    if not products:
        return across, [("all units", _joined([p.fill for p in found.points]))], told
    names = _known(products, first.evaluation)
    at = first.evaluation.windows.index(first.window)
    within = [p.evaluation.fill_within() for p in found.points]
    places = [first.evaluation.products.index(name) for name in names]
    return (
        across,
        [(n, _joined([_at(e, (v, at)) for e in within])) for n, v in zip(names, places, strict=True)],
        told,
    )


def _of_sweep(run: AssemblyResult, products: Sequence[str]) -> tuple[Estimate, list[Line], list[str]]:
    if len(run.design_dims) != 1:
        raise ValueError(
            f"plot_fill_investment needs exactly one sweep axis, the run has {run.design_dims}; to find the "
            "levels for several fill rates see assembly_frontier"
        )
    dim = run.design_dims[0]
    told = _labels(words(dim), [f"{x:.4g}" for x in run.coords[dim].tolist()])
    if not products:
        return _invested(run), [("all units", run.mean(_filled(run)))], told
    each = run.product(_filled(run))
    names = _known(products, run)
    places = [run.products.index(name) for name in names]
    return _invested(run), [(n, _at(each, (..., v))) for n, v in zip(names, places, strict=True)], told


def _labels(name: str, values: list[str]) -> list[str]:
    """Values, the first and the last with what they are of."""
    return [f"{name} {v}" if i in (0, len(values) - 1) else v for i, v in enumerate(values)]


def _filled(run: AssemblyResult) -> str:
    """The order fill rate by its name."""
    return "order_fill_rate" if run.shop.by_order else "fill_rate"


def _invested(run: AssemblyResult) -> Estimate:
    """Investment over a sweep, in money where stock costs money."""
    try:
        worth = Worth.of(run.shop)
    except TypeError:  # a cost is swept: units then
        worth = Worth(np.ones(len(run.components)), "units")
    if "values" in run._blocks["components"]["on_hand"]:
        return worth.estimate(run, run.confidence)
    held = run.component("on_hand").value + run.component("reserved").value
    columns = np.full((*run._lead, 4), np.nan)
    columns[..., 0] = held @ worth.weights
    return Estimate.of("investment", columns, unit=worth.unit, confidence=run.confidence)


def _known(products: Sequence[str], run: AssemblyResult) -> list[str]:
    if isinstance(products, str) or not isinstance(products, Sequence):
        raise TypeError(f"products must be a sequence of names, got {products!r}")
    for name in products:
        if name not in run.products:
            raise ValueError(f"products must be among {', '.join(run.products)}; got {name!r}")
    if len(products) > len(_PALETTE):
        raise ValueError(f"products must be at most {len(_PALETTE)} to be told apart, got {len(products)}")
    return list(products)


def _joined(parts: Sequence[Estimate]) -> Estimate:
    """Single numbers as one estimate along an axis."""
    columns = np.array([[float(np.squeeze(x)) for x in (p.value, p.se, p.low, p.high)] for p in parts])
    return Estimate.of(parts[0].name, columns, unit=parts[0].unit, confidence=parts[0].confidence)


def _at(estimate: Estimate, place: Any) -> Estimate:
    parts = (estimate.value, estimate.se, estimate.low, estimate.high)
    columns = np.stack([np.asarray(p)[place] for p in parts], axis=-1)
    return Estimate.of(estimate.name, columns, unit=estimate.unit, confidence=estimate.confidence)


def _reach(estimate: Estimate, order: Any) -> Floats:
    """Below and above the points."""
    value, low, high = (np.asarray(x)[order] for x in (estimate.value, estimate.low, estimate.high))
    return np.asarray(np.nan_to_num(np.maximum(np.stack([value - low, high - value]), 0.0)))


def _some(points: int) -> list[int]:
    """Places of labels: all of a few, the ends and some between of many."""
    if points <= 12:
        return list(range(points))
    return sorted({round(x) for x in np.linspace(0, points - 1, 8)})


def _above(ax: Any, x: Floats, told: Sequence[str]) -> None:
    """Labels on top of upright lines, as many as fit: first the ends."""
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.07 * (high - low))
    placed: list[tuple[float, float]] = []
    for i in [len(x) - 1, 0, *_some(len(x))[1:-1]]:
        note = ax.annotate(
            told[i],
            (x[i], 1),
            (0, -2),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=9,
            color=COLOURS["grey"],
        )
        ax.figure.draw_without_rendering()
        box = note.get_window_extent()
        if any(box.x0 - 6 < right and left < box.x1 + 6 for left, right in placed):
            note.remove()
            continue
        placed.append((box.x0, box.x1))
        ax.plot([x[i], x[i]], [low, high], color=COLOURS["grey"], linewidth=0.6, linestyle=":", zorder=1)
    ax.set_ylim(low, high + 0.07 * (high - low))


def _along(x: Floats, lines: Sequence[Floats]) -> list[tuple[float, float, float, float]]:
    """What lines cover, in small boxes."""
    fine = np.union1d(x, np.linspace(x[0], x[-1], 80))
    boxes = []
    for y in lines:
        on = np.interp(fine, x, y)
        boxes += [
            (fine[i], min(on[i], on[i + 1]), fine[i + 1], max(on[i], on[i + 1])) for i in range(fine.size - 1)
        ]
    return boxes
