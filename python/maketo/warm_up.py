"""How long a run takes to forget how it began.

A run opens with a full shelf and nothing on order. Pilots of independent replications show, averaged period
by period, how long that is remembered; MSER-5 says where to cut. Chance has a say in where the least standard
error lies, so two pilots must agree: of many items and levels some one would always look unsettled.

```text
pilot 1 ─┐ (training half)                     ┌─ batches of 5 ── MSER ─┐
         ├─ mean of each period over replications                       ├─ the shorter cut
pilot 2 ─┘                                     └─ batches of 5 ── MSER ─┘
```
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import lcm
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _catalogue, _core
from ._check import count, numbers
from ._designs import expand
from ._noun import Noun
from ._request import Arrays, items_json, to_text
from .demand import Paths
from .seed import Key, SeedLike, as_key
from .table import Table

if TYPE_CHECKING:
    from .make_to_stock import MakeToStock
    from .simulate import ShopLike

__all__ = ["INSUFFICIENT", "OK", "Truncation", "WarmUp", "mser5", "warm_up"]

OK, INSUFFICIENT = "ok", "warmup_insufficient"
SERIES = ("on_hand", "backorders", "order_quantity")
FEWEST = 10
"""Fewest batches that MSER is asked to judge."""
# Values of one trace that a pilot holds at a time.
_BLOCK = 1 << 20
# Values of one trace of one design in all: a pilot of very many periods takes fewer replications.
_LONGEST = 1 << 24
# Periods that a pilot tries first; four times as many as long as that is not enough.
_FIRST_TRY = 1 << 16


@dataclass(frozen=True, eq=False)
class Truncation:
    """Where MSER cuts a series."""

    periods: int
    """Periods to cut at the start."""
    insufficient: bool
    """Whether the cut lies at the bound, half of the series: it may not have settled at all."""
    batch: int
    """Periods per batch."""
    batch_means: NDArray[np.float64]
    """Z₁ … Z_m, means of consecutive batches."""
    objective: NDArray[np.float64]
    """Squared standard error of the mean of what is left after d batches, d = 0 … m/2."""

    @property
    def status(self) -> str:
        """``"ok"`` or ``"warmup_insufficient"``."""
        return INSUFFICIENT if self.insufficient else OK

    def __repr__(self) -> str:
        m = len(self.batch_means)
        return f"Truncation(periods={self.periods}, {self.status}; {m} batches of {self.batch})"


def mser5(series: ArrayLike, *, cycle: int = 1) -> Truncation:
    """Where to cut the start of a series, by MSER-5.

    The cut minimises the squared standard error of the mean of what is left, worked out as if batches of 5
    were independent: Σ_{j>d}(Z_j − Z̄_d)²/(m − d)², over d ≤ m/2. Cutting a transient lowers the spread;
    cutting more only wastes data.

    Parameters
    ----------
    series : array_like, shape (period,)
        At best an average over replications; finite.
    cycle : int
        Length of a cycle that never fades, such as the review period or a season. Batches are then whole
        cycles, the fewest that have at least 5 periods; otherwise the cycle would drown the transient.

    Returns
    -------
    Truncation
        The number of periods to cut and what it was decided from. Periods at the end that do not fill a batch
        are not used.

    Raises
    ------
    TypeError, ValueError
        If the series is not a vector of finite numbers or has fewer than 10 batches.

    Notes
    -----
    K. P. White, M. J. Cobb and S. C. Spratt, *Proceedings of the Winter Simulation Conference*, 2000; K.
    Hoad, S. Robinson and R. Davies, *Journal of the Operational Research Society* 61, 2010. A cut at the
    bound is no cut: the series needs to be longer.

    Examples
    --------
    >>> import maketo as mk
    >>> mk.mser5([9, 8, 6, 4, 2] + 12 * [1, 0, 2, 1, 1])
    Truncation(periods=5, ok; 13 batches of 5)
    """
    values = numbers("series", series)
    batch = _batch(count("cycle", cycle, at_least=1))
    if len(values) < FEWEST * batch:
        raise ValueError(
            f"series must have at least {FEWEST * batch} periods, {FEWEST} batches of {batch}, "
            f"got {len(values)}"
        )
    # Shares of the largest: squares of what a double can hold it cannot always hold.
    scale = float(np.abs(values).max()) or 1.0
    means = (values / scale)[: len(values) // batch * batch].reshape(-1, batch).mean(axis=1)
    m = len(means)
    left = m - np.arange(m // 2 + 1)
    # Sums from the end, about a centre that the transient does not touch.
    centred = (means - means[-(m // 2) :].mean())[::-1]
    total, squares = (np.cumsum(x)[::-1][: m // 2 + 1] for x in (centred, centred**2))
    spread = squares - total**2 / left
    # What is only rounding is no spread; of equal cuts the first.
    spread[spread <= m * (1e-13 * np.abs(means).max()) ** 2] = 0.0
    objective = spread / left.astype(np.float64) ** 2
    cut = int(np.flatnonzero(objective <= objective.min() * (1 + 1e-12))[0])
    with np.errstate(over="ignore"):
        return Truncation(cut * batch, cut == m // 2, batch, means * scale, objective * scale * scale)


def _batch(cycle: int) -> int:
    return cycle * -(-5 // cycle)


@dataclass(frozen=True, eq=False)
class WarmUp:
    """What a pilot says of the start of a run; see `warm_up`."""

    periods: int
    """Periods to cut: the most that any series of any design asks for."""
    status: str
    """``"ok"`` or ``"warmup_insufficient"``."""
    horizon: int
    """Periods of the pilots."""
    replications: int
    """Replications of each of the two pilots, per design."""
    key: Key
    """Key of the random numbers."""
    names: tuple[str, ...]
    """What was watched."""
    cuts: dict[str, tuple[Truncation, ...]]
    """By name, the shorter cut of the two pilots, one per design and item, items fastest."""
    cycles: tuple[int, ...]
    """Length of the cycle of each design and item that its batches hold whole."""
    labels: tuple[str, ...]
    """What each design and item is called."""
    means: dict[str, NDArray[np.float64]]
    """By name, the mean of every period over both pilots for the design that asks for the longest cut."""

    @property
    def slowest(self) -> dict[str, int]:
        """By name, the place of the design that takes longest."""
        return {n: int(np.argmax([c.periods for c in self.cuts[n]])) for n in self.names}

    def welch(self, name: str, window: int | None = None) -> NDArray[np.float64]:
        """Moving averages of the period means, of the design that takes longest.

        Parameters
        ----------
        name : str
            What is looked at.
        window : int, optional
            Periods on either side; fewer near the start, so that the start is not smoothed away. By default a
            fortieth of the horizon, and at least a cycle.

        Returns
        -------
        ndarray, shape (horizon − window,)

        Raises
        ------
        KeyError
            If it was not watched.
        ValueError
            If the window is longer than a quarter of the horizon.

        Notes
        -----
        P. D. Welch, in *The Computer Performance Modeling Handbook*, 1983.
        """
        if name not in self.means:
            raise KeyError(f"{name!r} was not watched; watched: {', '.join(self.names)}")
        w = self._window(name) if window is None else count("window", window)
        if w > self.horizon // 4:
            raise ValueError(
                f"window must be ≤ {self.horizon // 4}, a quarter of {self.horizon} periods, got {w}"
            )
        values = self.means[name]
        running = np.concatenate([[0.0], np.cumsum(values)])
        at = np.arange(len(values) - w)
        half = np.minimum(at, w)
        return np.asarray((running[at + half + 1] - running[at - half]) / (2 * half + 1))

    def _window(self, name: str) -> int:
        cycle = self.cycles[self.slowest[name]]
        wanted = max(self.horizon // 40, cycle if cycle > 1 else 0, 2)
        return int(min(wanted, self.horizon // 4))

    def summary(self) -> Table:
        """What each series asks for, in the design that takes longest."""
        rows = []
        for name in self.names:
            place = self.slowest[name]
            cut = self.cuts[name][place]
            short = sum(c.insufficient for c in self.cuts[name])
            rows.append(
                [name, _catalogue.traces()[name].unit, cut.periods, cut.batch, short, self.labels[place]]
            )
        columns = ["series", "unit", "periods to cut", "batch", "at the bound", "slowest design"]
        caption = (
            f"warm-up {self.periods} of {self.horizon} periods, {self.status}: MSER on the means of 2 × "
            f"{self.replications} replications, {len(self.labels)} "
            f"{'design' if len(self.labels) == 1 else 'designs'}"
        )
        return Table(columns, rows, caption)

    def plot(self, name: str | None = None, ax: Any = None) -> Any:
        """Means by period, their moving average and the cut; see `plot_warm_up`."""
        from .plots import plot_warm_up

        return plot_warm_up(self, name, ax=ax)

    def __repr__(self) -> str:
        asked = ", ".join(f"{n} {self.cuts[n][self.slowest[n]].periods}" for n in self.names)
        advice = "" if self.status == OK else "\n  at half the horizon: simulate more periods"
        return (
            f"WarmUp: {self.periods} of {self.horizon} periods, {self.status} ({asked}; "
            f"2 × {self.replications} replications){advice}"
        )

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()


def warm_up(
    shop: ShopLike,
    *,
    periods: int,
    replications: int | None = None,
    series: Sequence[str] = SERIES,
    seed: SeedLike = None,
    cycle: int | None = None,
    name: str | None = None,
    threads: int | None = None,
) -> WarmUp:
    """Run two pilots and say how many periods a run needs to forget its start.

    The pilots take replications of the training half from the seed key alone, so the answer does not depend
    on what is simulated afterwards. Each series is averaged over the replications of a pilot, period by
    period, and cut by MSER-5. A cut that the other pilot does not confirm was chance: the shorter of the two
    counts. The warm-up is the largest over all series, designs and items, so that all are counted over the
    same periods. It is insufficient if both pilots cut a series at the bound.

    Parameters
    ----------
    shop : MakeToStock, or mapping of item name to MakeToStock
        As in `simulate`; sweeps are welcome.
    periods : int
        Horizon, warm-up included. The cut is at most about half of it. Beyond 65,536 periods the pilots are
        shorter than the horizon unless that turns out not to be enough.
    replications : int, optional
        Of each pilot, by default 256; given paths are shared between them.
    series : sequence of str
        Traces to watch.
    seed : None, int, SeedSequence or Key
        See `simulate`.
    cycle : int, optional
        Periods in a cycle of the demand that never fades, such as a season; by default what the demand says
        of itself (given paths say nothing). Batches hold whole cycles of this and of the review period, and
        the cut is a whole number of them.
    name : str, optional
        As in `simulate`.
    threads : int, optional
        As in `simulate`.

    Returns
    -------
    WarmUp

    Raises
    ------
    TypeError, ValueError
        If the configuration is wrong, or the horizon has fewer than 10 batches.

    See Also
    --------
    simulate : ``simulate(…, warm_up="mser5")`` does this first and records the number.

    Examples
    --------
    >>> import maketo as mk
    >>> shop = mk.MakeToStock(demand=mk.Poisson(20), policy=mk.BaseStock(92), lead_time=4)
    >>> mk.warm_up(shop, periods=365, seed=7).status
    'ok'
    """
    from .simulate import periodic, shops_of, trace_names

    shops = periodic(shops_of(shop, name)[0])
    return pilot(
        shops,
        periods=count("periods", periods, at_least=1),
        replications=None if replications is None else count("replications", replications, at_least=1),
        series=tuple(trace_names("series", series)),
        key=as_key(seed),
        cycle=None if cycle is None else count("cycle", cycle, at_least=1),
        threads=None if threads is None else count("threads", threads, at_least=1),
    )


def pilot(
    shops: dict[str, MakeToStock],
    *,
    periods: int,
    key: Key,
    replications: int | None = None,
    series: tuple[str, ...] = SERIES,
    cycle: int | None = None,
    threads: int | None = None,
) -> WarmUp:
    """`warm_up` of shops that have been checked. A very long run does not need pilots as long as itself."""
    if not series:
        raise ValueError("series must name at least one trace, got none")
    horizon = min(periods, _FIRST_TRY)
    while True:
        found = _pilots(shops, horizon, key, replications, series, cycle, threads)
        if found.status == OK or horizon == periods:
            return found
        horizon = min(periods, 4 * horizon)


def _pilots(
    shops: dict[str, MakeToStock],
    periods: int,
    key: Key,
    replications: int | None,
    series: tuple[str, ...],
    cycle: int | None,
    threads: int | None,
) -> WarmUp:
    """Two pilots of so many periods."""
    axes, designs = expand(shops)
    places = [(item, i) for i in range(len(next(iter(designs.values())))) for item in designs]
    cycles = [_cycle(designs[item][i], cycle) for item, i in places]
    longest = FEWEST * max(map(_batch, cycles))
    if periods < longest:
        raise ValueError(
            f"periods must be ≥ {longest} for MSER, {FEWEST} batches of {longest // FEWEST} (whole cycles of "
            f"reviews and seasons), got {periods}; or give warm_up as a number"
        )
    runs = _replications(shops, periods) if replications is None else replications
    # A single given path is all there is.
    second = 0 if any(len(given) < 2 * runs for given in _given(shops)) else runs
    cuts: dict[str, list[Truncation | None]] = {n: [None] * len(places) for n in series}
    means: dict[str, NDArray[np.float64]] = {}
    at = {place: i for i, place in enumerate(places)}
    most = dict.fromkeys(series, (-1, 0))
    pilots = [_period_means(designs, periods, runs, first, series, key, threads) for first in (0, second)]
    for (item, i, by_name), (_, _, again) in zip(*pilots, strict=True):
        place = at[item, i]
        for n in series:
            both = [mser5(one[n], cycle=cycles[place]) for one in (by_name, again)]
            cut = min(both, key=lambda c: c.periods)
            cuts[n][place] = cut
            values = (by_name[n] + again[n]) / 2
            # The first of the slowest in the order of places, whatever the order of blocks.
            rank = (cut.periods, -place)
            if rank > most[n] or n not in means:
                most[n], means[n] = rank, values
    found = {n: tuple(c for c in listed if c is not None) for n, listed in cuts.items()}
    asked = max(c.periods for listed in found.values() for c in listed)
    whole = lcm(*cycles)
    aligned = -(-asked // whole) * whole
    return WarmUp(
        periods=aligned if aligned <= periods // 2 else asked,
        status=INSUFFICIENT if any(c.insufficient for listed in found.values() for c in listed) else OK,
        horizon=periods,
        replications=runs,
        key=key,
        names=series,
        cuts=found,
        cycles=tuple(cycles),
        labels=tuple(_label(item, i, axes, portfolio=len(designs) > 1) for item, i in places),
        means=means,
    )


def _cycle(shop: MakeToStock, stated: int | None) -> int:
    """Length of the cycle that never fades: whole reviews and whole cycles of the demand."""
    assert isinstance(shop.review_period, int)
    of_demand = stated
    if of_demand is None:
        of_demand = _seasons(shop.demand) if isinstance(shop.demand, Noun) else 1
    return lcm(shop.review_period, of_demand)


def _seasons(noun: Noun) -> int:
    """What a kind of demand says of itself: factors that repeat, or the number of periods in a season."""
    found = 1
    for name, value in noun._items():
        if name == "season" and isinstance(value, int):
            found = lcm(found, value)
        elif name in ("additive_season", "calendar") and value is not None:
            found = lcm(found, len(value))
        elif name == "seasons":
            found = lcm(found, *(len(one) for one in value))
        elif isinstance(value, Noun):
            found = lcm(found, _seasons(value))
    return found


def _replications(shops: dict[str, MakeToStock], periods: int) -> int:
    """256, or half of the given paths, or fewer where the horizon is very long."""
    given = [len(paths) for paths in _given(shops)]
    return max(1, min([256, max(16, _LONGEST // periods), *(n // 2 for n in given)]))


def _given(shops: dict[str, MakeToStock]) -> list[NDArray[np.float64]]:
    """Paths that are used once each."""
    kept = [s.demand for s in shops.values() if isinstance(s.demand, Paths) and not s.demand.cycle]
    return [np.asarray(d.paths) for d in kept if np.ndim(d.paths) == 2]


def _label(item: str, i: int, axes: Sequence[Any], *, portfolio: bool) -> str:
    at = np.unravel_index(i, tuple(len(a.values) for a in axes)) if axes else ()
    words = [f"{a.name} = {a.values[int(j)]:g}" for a, j in zip(axes, at, strict=True)]
    return ", ".join([item, *words] if portfolio or not words else words)


def _period_means(
    designs: dict[str, list[MakeToStock]],
    periods: int,
    replications: int,
    start_at: int,
    series: tuple[str, ...],
    key: Key,
    threads: int | None,
) -> Iterator[tuple[str, int, dict[str, NDArray[np.float64]]]]:
    """The mean of every period over replications, a block of designs of one item at a time."""
    # Which replications are added up together depends on their number and length alone, not on neighbours.
    together = int(min(replications, max(16, _BLOCK // periods)))
    block = max(1, _BLOCK // (together * periods))
    for item, listed in designs.items():
        for start in range(0, len(listed), block):
            part = listed[start : start + block]
            sums = {n: np.zeros((len(part), periods)) for n in series}
            for first in range(0, replications, together):
                arrays = Arrays()
                request: dict[str, Any] = {
                    "items": items_json({item: part}, arrays),
                    "key": key.value,
                    "periods": periods,
                    "replications": min(together, replications - first),
                    "warm_up": 0,
                    "half": "training",
                    "first_replication": start_at + first,
                    "keep": "summary",
                    "method": "auto",
                    "confidence": 0.95,
                    "metrics": [],
                    "trace": list(series),
                }
                if threads is not None:
                    request["threads"] = threads
                outcome = _core.simulate(to_text(request), arrays.by_name, None)
                for n in series:
                    traced = outcome["trace"][n].reshape(len(part), -1, periods)
                    # One design at a time: numpy may add in another order where there are more.
                    for i, one in enumerate(traced):
                        sums[n][i] += one.sum(axis=0, dtype=np.float64)
            for i in range(len(part)):
                yield item, start + i, {n: s[i] / replications for n, s in sums.items()}
