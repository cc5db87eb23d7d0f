"""What a level has to cover: demand over the protection interval, as simulated and as textbooks assume it."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._check import count
from .._law import Law
from ..demand import Bootstrap
from ..make_to_stock import MakeToStock
from ._policy import histogram
from ._style import COLOURS, axes, finish, plain

if TYPE_CHECKING:
    from ..result import Result
    from ..seed import SeedLike

__all__ = ["plot_lead_time_demand"]

_LARGEST = 1 << 22
_FINEST = 1 << 17
_RARE = 1e-9


class Masses(NamedTuple):
    """Probabilities on a grid from `first` on, every `step`."""

    first: float
    step: float
    shares: NDArray[np.float64]


def plot_lead_time_demand(
    run: Result | MakeToStock,
    *,
    replications: int = 1000,
    seed: SeedLike = None,
    ax: Any = None,
) -> Any:
    """Demand over lead time and review period against the law that a textbook would assume.

    The histogram is what customers ask for between an order and the arrival of the next: over L + R periods
    where orders come before demand, over L + R − 1 where they come after it, with the lead time L as drawn.
    The curve is a normal law with the same mean and standard deviation. Where demand is a law or a plain
    bootstrap, and so independent from period to period, dots show the exact convolution; dots that miss the
    bars are demand that is not independent.

    Parameters
    ----------
    run : Result or MakeToStock
        A run without sweep and item axes with ``trace=["demand"]``, or a shop, which is then simulated.
    replications : int
        For a shop: how many.
    seed : None, int, SeedSequence or Key
        For a shop; see `simulate`.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    KeyError
        If the demand was not traced; the message says what to ask for.
    ValueError
        If the run has sweep or item axes, or fewer counted periods than the interval.
    """
    if isinstance(run, MakeToStock):
        run = _simulated(run, count("replications", replications, at_least=1), seed)
    plain(run, "plot_lead_time_demand")
    if "demand" not in run.trace:
        raise KeyError('plot_lead_time_demand needs every period\'s demand: simulate(…, trace=["demand"])')
    shop = next(iter(run.shops.values()))
    covers = _covers(shop)
    values, weights = _sums(run, covers)
    mean = float(np.average(values, weights=weights))
    sd = float(np.sqrt(np.average((values - mean) ** 2, weights=weights)))
    ax = axes(ax)
    centres, _, width = histogram(values)
    edges = np.append(centres - width / 2, centres[-1] + width / 2)
    heights = np.histogram(values, edges, weights=weights)[0] / weights.sum()
    ax.bar(centres, heights, width=width, color=COLOURS["sky"], edgecolor="white", linewidth=0.3)
    told = [(f"simulated: mean {_figure(mean)}, sd {_figure(sd)}", "blue")]
    level, kind = _level(shop)
    shown = [float(np.min(values[weights > 0])), float(_quantile(values, weights, 0.9999))]
    if np.isfinite(level):
        shown = [min(shown[0], level), max(shown[1], level)]
    ends = (shown[0] - width, shown[1] + width)
    if sd > 0:
        x = np.linspace(ends[0], ends[1], 400)
        density = np.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
        ax.plot(x, density * width, color=COLOURS["vermilion"], linewidth=1.4)
        told.append(("normal law with these moments", "vermilion"))
    exact = _convolution(shop, covers)
    if exact is not None:
        at = exact.first + exact.step * np.arange(len(exact.shares))
        # Half-way between the places of the grid stands the sum up to there.
        cumulated = np.concatenate([[0.0], np.cumsum(exact.shares)])
        halves = np.append(at - exact.step / 2, at[-1] + exact.step / 2)
        binned = np.diff(np.interp(edges, halves, cumulated))
        ax.plot(centres, binned, ".", color="black", markersize=4)
        told.append(("exact, periods independent", "black"))
    top = ax.get_ylim()[1] * 1.32
    ax.set_ylim(0, top)
    ax.set_xlim(*ends)
    _mark(ax, level, kind, (values, weights), NormalDist(mean, sd) if sd > 0 else None, top)
    left = level > 0.5 * (ends[0] + ends[1]) and mean > 0.5 * (ends[0] + ends[1])
    for i, (text, colour) in enumerate(told):
        line = ax.annotate(
            text,
            (0.01 if left else 0.99, 0.86 - 0.065 * i),
            xycoords="axes fraction",
            ha="left" if left else "right",
            color=COLOURS.get(colour, colour),
            fontsize=9,
        )
        line.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.0})
    ax.set_xlabel(f"demand over {_words(covers)} (units)")
    ax.set_ylabel("share" if width == 1 else f"share, bars {width:.3g} wide")
    return finish(ax)


def _simulated(shop: MakeToStock, replications: int, seed: SeedLike) -> Result:
    from ..simulate import simulate

    longest = max(_covers(shop)) if _plain_shop(shop) else 1
    return simulate(
        shop,
        periods=max(100, 4 * longest),
        replications=replications,
        seed=seed,
        trace=["demand"],
        metrics=["demand"],
    )


def _plain_shop(shop: MakeToStock) -> bool:
    from .._law import has_sweep

    return not has_sweep(shop)


def _covers(shop: MakeToStock) -> dict[int, float]:
    """Lengths of the protection interval and their probabilities."""
    lead = shop.lead_time
    assert isinstance(lead, Law)
    assert isinstance(shop.review_period, int)
    more = shop.review_period - (0 if shop.event_order == "order_before_demand" else 1)
    first, step, shares = _masses(lead)
    found = {round(first + step * i) + more: float(p) for i, p in enumerate(shares) if p > _RARE}
    return {m: p for m, p in found.items() if m > 0} or {1: 1.0}


def _words(covers: dict[int, float]) -> str:
    low, high = min(covers), max(covers)
    span = f"{low}" if low == high else f"{low} to {high}"
    return f"lead time and review, {span} {'period' if high == 1 else 'periods'}"


def _sums(run: Result, covers: dict[int, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Demand of every stretch of periods of those lengths, with weights."""
    counted = np.asarray(run.trace["demand"], dtype=np.float64)[:, int(run.options["warm_up"]) :]
    if counted.shape[1] < max(covers):
        raise ValueError(
            f"the run must count at least {max(covers)} periods, the protection interval, "
            f"got {counted.shape[1]}"
        )
    rows = max(1, _LARGEST // (counted.shape[1] * len(covers)))
    running = np.cumsum(np.pad(counted[:rows], ((0, 0), (1, 0))), axis=1)
    whole = bool(np.array_equal(counted, np.round(counted)))
    values, weights = [], []
    for m, share in covers.items():
        sums = (running[:, m:] - running[:, :-m]).ravel()
        values.append(np.round(sums) if whole else sums)
        weights.append(np.full(sums.size, share / sums.size))
    return np.concatenate(values), np.concatenate(weights)


def _quantile(values: NDArray[np.float64], weights: NDArray[np.float64], p: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][min(np.searchsorted(reached, p * reached[-1]), len(values) - 1)])


def _level(shop: MakeToStock) -> tuple[float, str]:
    """What has to cover the interval: the reorder level, or the base stock."""
    for name, kind in (("reorder", "reorder level"), ("level", "base stock"), ("up_to", "order-up-to level")):
        if hasattr(shop.policy, name):
            return float(getattr(shop.policy, name)), kind
    return float("nan"), ""


def _mark(
    ax: Any,
    level: float,
    kind: str,
    simulated: tuple[NDArray[np.float64], NDArray[np.float64]],
    normal: NormalDist | None,
    top: float,
) -> None:
    """The level and what it covers."""
    if not np.isfinite(level):
        return
    values, weights = simulated
    slack = 1e-9 * max(1.0, abs(level))
    covered = float(weights[values <= level + slack].sum() / weights.sum())
    told = f"{kind} {level:g} covers {100 * covered:.3g} %"
    if normal is not None:
        told += f" (normal law: {100 * normal.cdf(level):.3g} %)"
    ax.axvline(level, 0, 0.92, color=COLOURS["green"], linewidth=1.4)
    low, high = ax.get_xlim()
    share = (level - low) / (high - low)
    ax.annotate(
        told,
        (level, top * 0.955),
        ha="left" if share < 0.35 else "right" if share > 0.65 else "center",
        va="center",
        color=COLOURS["green"],
        fontsize=9,
    )


def _figure(x: float) -> str:
    return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.3g}"


# Exact laws.


def _convolution(shop: MakeToStock, covers: dict[int, float]) -> Masses | None:
    """The law of the sum where periods are independent and it is cheap, otherwise nothing."""
    if isinstance(shop.demand, Law):
        one = _masses(shop.demand)
    elif isinstance(shop.demand, Bootstrap):
        one = _observed(np.asarray(shop.demand.history))
    else:
        return None
    longest = max(covers)
    size = longest * (len(one.shares) - 1) + 1
    if size > _FINEST or one.first < 0:
        return None
    offset = round(one.first / one.step)
    transform = np.fft.rfft(one.shares, 2 * size)
    total = np.zeros(size + longest * offset)
    for m, share in covers.items():
        sums = np.maximum(np.fft.irfft(transform**m, 2 * size)[: m * (len(one.shares) - 1) + 1], 0.0)
        total[m * offset : m * offset + len(sums)] += share * sums
    return Masses(0.0, one.step, total)


def _masses(law: Law) -> Masses:
    """Probabilities of a law on a grid: exact for whole values, else rounded to a thousandth of the range."""
    summary = law.summary()
    low, high = (float(x) for x in law.quantile([1e-12, 1 - 1e-12]))
    step = 1.0 if summary.whole else max((high - low) / 1000, 1e-12)
    step = max(step, (high - low) / _FINEST)
    first = np.floor(low / step) * step
    at = first + step * np.arange(int((high - first) / step) + 2)
    below = _cdf(law, at if summary.whole and step == 1.0 else at + step / 2, whole=summary.whole)
    return Masses(float(first), step, np.diff(below, prepend=0.0))


def _cdf(law: Law, x: NDArray[np.float64], *, whole: bool) -> NDArray[np.float64]:
    """P(X ≤ x), from a grid of quantiles: between them a straight line, or for whole values bisection."""
    grid = np.arange(1, 1 << 14) / (1 << 14)
    at = law.quantile(grid)
    inside = np.searchsorted(at, x, side="right")
    padded = np.concatenate([[0.0], grid, [1.0]])
    low, high = padded[inside], padded[inside + 1]
    if not whole:
        ends = law.quantile([1e-12, 1 - 1e-12])
        left, right = (np.concatenate([ends[:1], at, ends[1:]])[inside + k] for k in (0, 1))
        share = np.divide(x - left, right - left, out=np.zeros(len(x)), where=right > left)
        return np.asarray(low + np.clip(share, 0.0, 1.0) * (high - low))
    for _ in range(17):
        middle = (low + high) / 2
        below = law.quantile(middle) <= x
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.where(high >= 1.0, 1.0, low)


def _observed(history: NDArray[np.float64]) -> Masses:
    step = 1.0 if np.array_equal(history, np.round(history)) else max(float(history.max()) / 1000, 1e-12)
    shares = np.bincount(np.round(history / step).astype(np.int64)) / history.size
    return Masses(0.0, step, shares.astype(np.float64))
