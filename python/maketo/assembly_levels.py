"""Stock levels of components that share products: the least investment found for an order fill rate.

```text
training half ────► search ──► levels ──► evaluation half, fresh replications ──► certified?
                      ▲                                                             │ no: ask for more
                      └─────────────────────────────────────────────────────────────┘ at most three looks
```
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np

from ._assembly_search import Point, Search, UnreachableError
from ._assembly_terms import (
    Floats,
    Levels,
    Target,
    Worth,
    checked,
    fill,
    levels_of,
    lower_bound,
    shop_at,
    targets_of,
)
from ._check import count, inner_share
from ._progress import Progress, watch
from .assemble_to_order import AssembleToOrder
from .assembly_result import AssemblyResult
from .estimate import Estimate
from .seed import SeedLike, as_key
from .simulate import simulate
from .table import Table, show

__all__ = ["LOOKS", "PHASES", "AssemblyLevels", "assembly_levels", "found_levels", "run_options"]

LOOKS = 3
"""Designs that are evaluated on fresh replications before the search gives up."""
ERROR = 0.05
"""Chance that a certificate is false, over all looks together."""
PHASES = 4
"""Phases of a look, for progress."""


@dataclass(frozen=True, repr=False)
class AssemblyLevels:
    """Levels of all components for a target order fill rate, and what they promise."""

    levels: dict[str, float]
    """By component: where its policy orders up to (for `ReorderQuantity`: reorder point + quantity)."""
    shop: AssembleToOrder
    """The shop with these levels."""
    evaluation: AssemblyResult
    """What they do on replications that the search has not seen."""
    target: float | dict[str, float]
    """Order fill rate that was asked for: of all units, or by product."""
    window: int
    """Periods within which delivery counts."""
    fill: Estimate
    """The order fill rate in the evaluation: of all units, or over the products that have a target."""
    bound: float | Floats
    """What it is at least, at `bound_confidence`; over the same axis."""
    bound_confidence: float
    """One-sided, of a single look: chosen so that a certificate is false with a chance of at most 5 %
    whatever the number of looks."""
    certified: bool
    """Whether every bound is at least its target."""
    looks: int
    """Designs that were evaluated."""
    investment: Estimate
    """Stock on hand and reserved at unit cost (if all are 0 at holding rates; if those are, in units)."""
    optimism: float | Floats
    """Fill rate in training minus that in evaluation, over the axis of `fill`."""
    path: Table
    """Designs the search went through: move, component, its level, fill rate of all units and investment, in
    training. An exchange has two rows, one per component."""
    designs: int
    """Designs that were simulated in training."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers should know."""
        listed = []
        if not self.certified:
            listed.append(
                f"not certified after {self.looks} designs: more replications narrow the bound, other levels "
                "were out of reach"
            )
        elif self.looks > 1:
            listed.append(f"certified at look {self.looks}: the search asked for more than the target")
        return (*listed, *self.evaluation.warnings)

    def table(self) -> Table:
        """A row per component: level, fill rate, units on hand and reserved, and the investment in them."""
        run, worth = self.evaluation, Worth.of(self.shop)
        parts = [run.component(name).value for name in ("fill_rate", "on_hand", "reserved")]
        money = worth.weights * (parts[1] + parts[2])
        rows = zip(self.levels, self.levels.values(), *(p.tolist() for p in (*parts, money)), strict=True)
        columns = ["component", "level", "fill_rate", "on_hand", "reserved", "investment"]
        return Table(columns, list(rows), self._headline())

    def _headline(self) -> str:
        within = "in the period of the order" if not self.window else f"within {self.window} periods"
        aims = self.target if isinstance(self.target, dict) else {"all": self.target}
        values, lows, highs = (np.atleast_1d(x) for x in (self.fill.value, self.fill.low, self.fill.high))
        told = [
            f"{name} {v:.4f} [{a:.4f}, {b:.4f}] for {aim:g}"
            for (name, aim), v, a, b in zip(aims.items(), values, lows, highs, strict=True)
        ]
        certified = "certified" if self.certified else "not certified"
        return f"units delivered {within}: {', '.join(told)}; {certified}"

    def __repr__(self) -> str:
        e = self.investment
        shown = ", ".join(f"{name} {show(level)}" for name, level in self.levels.items())
        lines = [
            f"AssemblyLevels: {self._headline()}",
            f"  investment {e.value:.5g} [{e.low:.5g}, {e.high:.5g}] {e.unit}",
            f"  levels {shown}",
        ]
        return "\n".join([*lines, *(f"  note: {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        e = self.investment
        told = f"investment {e.value:.5g} [{e.low:.5g}, {e.high:.5g}] {e.unit}"
        notes = "".join(f"<br>note: {html.escape(note)}" for note in self.notes)
        return f"<div><b>AssemblyLevels</b> {html.escape(told)}{notes}{self.table()._repr_html_()}</div>"


def assembly_levels(
    shop: AssembleToOrder | Mapping[str, Any],
    *,
    target: float | Mapping[str, float],
    product: str | None = None,
    window: int = 0,
    periods: int,
    warm_up: int = 0,
    replications: int = 512,
    seed: SeedLike = None,
    threads: int | None = None,
    progress: Progress = False,
    start: Mapping[str, float] | None = None,
    confidence: float = 0.95,
) -> AssemblyLevels:
    """Levels of all components that reach an order fill rate at little investment.

    An order needs all of its components at once, so levels that are right for every component by itself are
    wrong for the orders. The levels found are good, not proven best: no single step down, and no exchange of
    a step or two for steps of another component that was tried, is possible.

    Parameters
    ----------
    shop : AssembleToOrder
        On the period clock. Every component orders by `BaseStock`, `MinMax` or `ReorderQuantity`; the last
        two keep their lot and are moved as a whole, with a reorder point ≥ 0. The levels in it only matter as
        the ones to replace.
    target : float or mapping of product to float
        Share of units delivered within the window, in (0, 1): of all products together, or of each of these.
    product : str, optional
        With a single target: of this product only.
    window : int
        Periods within which delivery counts; 0 is the period of the order.
    periods : int
        Periods simulated, warm-up included.
    warm_up : int
        Periods at the start that are not counted. All levels start full, which flatters short runs.
    replications : int
        For the search, and as many again for each look at fresh ones.
    seed : None, int, SeedSequence or Key
        See `simulate`.
    threads : int, optional
        Cap on worker threads.
    progress : bool or callable
        See `simulate`; counted in phases of the search.
    start : mapping of component to float, optional
        Levels the search begins with, one for every component; more than an abundance is lowered to it.
    confidence : float
        Level of the intervals.

    Returns
    -------
    AssemblyLevels

    Raises
    ------
    TypeError, ValueError
        If the shop or a setting is wrong, before anything runs; or if the target cannot be reached with
        components in abundance, as when hours of assembly are short.

    Notes
    -----
    A heuristic on common random numbers, all of it on the training half. (1) Under way of every component is
    a number of units whose mean and spread do not depend on its level; levels are mean plus a factor times
    spread, dear components with smaller factors, as high as is nearly enough. (2) Of the components most to
    blame for units waiting, per investment, one is raised in growing steps until it is enough. (3) Single
    levels are moved, mostly down, what saves most per order missed first, as long as it is enough. (4) A step
    or two down of one component are exchanged for steps up of another, where that saves 0.05 % or more; then
    (3) again. Levels are whole where demand is; otherwise they move by a power of ten, between a twentieth
    and a two-hundredth of the spread. Components that cost nothing count a thousandth of the mean.

    The search aims above the target by what the bound will take. The levels are then evaluated on
    replications of the evaluation half. The bound is the lower end of a one-sided interval; if it misses the
    target, the aim is raised by what is missing and a standard error more, and the next look is at
    replications that are new again, at most three times. The error of 5 % is shared equally by the three
    looks (Bonferroni). Where fewer than 20 replications see a late unit, the bound is worked out from their
    number. With a target per product every bound has to hold, and each alone at that level is enough
    (R. L. Berger, *Technometrics* 24, 1982, 295–300).

    The problem is that of F. Cheng, M. Ettl, G. Lin and D. D. Yao, *Manufacturing & Service Operations
    Management* 4, 2002, 114–132, there with bounds in place of simulation.

    Examples
    --------
    >>> import maketo as mk
    >>> shop = mk.AssembleToOrder(
    ...     products={
    ...         "basic": mk.EndItem(mk.Poisson(3), {"board": 1}),
    ...         "deluxe": mk.EndItem(mk.Poisson(1), {"board": 1, "display": 1}),
    ...     },
    ...     components={
    ...         "board": mk.Component(mk.BaseStock(0), lead_time=3, costs=mk.Costs(unit=40)),
    ...         "display": mk.Component(mk.BaseStock(0), lead_time=6, costs=mk.Costs(unit=90)),
    ...     },
    ... )
    >>> found = mk.assembly_levels(shop, target=0.95, periods=120, warm_up=20, replications=300, seed=1)
    >>> found.certified
    True
    """
    made = checked(shop, "assembly_levels")
    options = run_options(periods, warm_up, replications, seed, threads)
    asked = targets_of(target, product, window, made, options["periods"] - options["warm_up"])
    begin = None if start is None else levels_of(start, made)
    level = inner_share("confidence", confidence)
    with watch(progress, "levels") as callback:
        return found_levels(made, asked, options, begin, level, callback)


def run_options(
    periods: Any, warm_up: Any, replications: Any, seed: SeedLike, threads: Any
) -> dict[str, Any]:
    """What every run of a search shares."""
    return {
        "periods": count("periods", periods, at_least=1),
        "warm_up": count("warm_up", warm_up, below=periods),
        "replications": count("replications", replications, at_least=2),
        "seed": as_key(seed),
        "threads": None if threads is None else count("threads", threads, at_least=1),
    }


def found_levels(
    shop: AssembleToOrder,
    target: Target,
    options: dict[str, Any],
    start: Levels | None,
    confidence: float,
    callback: Any,
) -> AssemblyLevels:
    """Search, look at fresh replications, and again with a higher aim where the bound misses the target."""
    worth = Worth.of(shop)
    search = Search(shop, target, worth, options)
    one_sided = 1.0 - ERROR / LOOKS
    point = search.begin(start)
    if start is not None:  # it may be far off, and the error there another
        point = search.trim(search.up(point))
    search.aim = _above(target.shares, NormalDist().inv_cdf(one_sided) * point.error)
    answer: AssemblyLevels | None = None
    for look in range(LOOKS):

        def told(phase: int, look: int = look) -> None:
            if callback is not None:
                callback(look * PHASES + phase, LOOKS * PHASES)

        try:
            point = search.solve(point, told)
        except UnreachableError:
            if answer is None:
                search.aim = target.shares.copy()
                point = search.solve(point, told)
            else:
                return replace(answer, designs=len(search))
        windows = tuple(sorted({*shop.windows, target.window}))
        run = simulate(
            shop_at(shop, [point.levels], windows=windows),
            **options,
            first_replication=look * options["replications"],
            confidence=confidence,
        )
        low = lower_bound(target, run, one_sided)
        answer = _answer(shop, search, point, run, low, one_sided, look + 1, confidence)
        told(PHASES)
        if answer.certified:
            break
        errors = np.atleast_1d(fill(target, run, confidence).se)
        lacking = np.maximum(target.shares - low, 0.0)
        more = _above(np.maximum(search.aim, point.fills), lacking + errors)
        search.aim = np.where(lacking > 0, more, search.aim)
    if callback is not None:
        callback(LOOKS * PHASES, LOOKS * PHASES)
    assert answer is not None
    return answer


def _answer(
    shop: AssembleToOrder,
    search: Search,
    point: Point,
    run: AssemblyResult,
    low: Floats,
    one_sided: float,
    looks: int,
    confidence: float,
) -> AssemblyLevels:
    target = search.target
    promised = fill(target, run, confidence)
    shares = target.shares.tolist()
    named = len(target.products) > 0
    gap = point.fills - np.atleast_1d(promised.value)
    rows = [
        [i, move, name, p.levels[search.names.index(name)] if name else None, p.fill, p.investment]
        for i, (move, name, p) in enumerate(search.path)
    ]
    columns = ["step", "move", "component", "level", "fill", "investment"]
    levels = shop_at(shop, [point.levels])
    return AssemblyLevels(
        levels=dict(zip(search.names, point.levels, strict=True)),
        shop=levels,
        evaluation=run,
        target=dict(zip(target.products, shares, strict=True)) if named else shares[0],
        window=target.window,
        fill=promised,
        bound=low if named else float(low[0]),
        bound_confidence=one_sided,
        certified=bool((low >= target.shares).all()),
        looks=looks,
        investment=search.worth.estimate(run, confidence),
        optimism=gap if named else float(gap[0]),
        path=Table(columns, rows, f"training; investment in {search.worth.unit}"),
        designs=len(search),
    )


def _above(shares: Floats, margin: Floats) -> Floats:
    """Higher by a margin, but no more than half of what is left to 1."""
    return np.minimum(shares + margin, (1.0 + shares) / 2.0)
