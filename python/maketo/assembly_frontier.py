"""What several order fill rates of an assembly take: levels and investment for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._assembly_terms import checked, targets_of
from ._check import inner_share
from ._progress import Progress, watch
from .assemble_to_order import AssembleToOrder
from .assembly_levels import LOOKS, PHASES, AssemblyLevels, found_levels, run_options
from .seed import SeedLike
from .table import Table

__all__ = ["AssemblyFrontier", "assembly_frontier"]


@dataclass(frozen=True, repr=False)
class AssemblyFrontier:
    """What several order fill rates take: one `AssemblyLevels` for each."""

    points: tuple[AssemblyLevels, ...]
    """By rising target."""

    @property
    def targets(self) -> tuple[float, ...]:
        """The order fill rates that were asked for, rising."""
        return tuple(_share(p) for p in self.points)

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, target: float) -> AssemblyLevels:
        for point in self.points:
            if _share(point) == target:
                return point
        raise KeyError(f"no target {target!r}; there are {', '.join(f'{t:g}' for t in self.targets)}")

    def table(self) -> Table:
        """A row per target: fill rate and investment with half their intervals, and the levels."""
        names = list(self.points[0].levels)
        rows = [
            [
                target,
                *(float(np.squeeze(x)) for x in (p.fill.value, p.fill.high - p.fill.value)),
                p.certified,
                *(float(x) for x in (p.investment.value, p.investment.high - p.investment.value)),
                *p.levels.values(),
            ]
            for target, p in zip(self.targets, self.points, strict=True)
        ]
        columns = ["target", "fill", "± fill", "certified", "investment", "± investment", *names]
        first = self.points[0]
        within = f"within {first.window} periods"
        return Table(columns, rows, f"units delivered {within}; investment in {first.investment.unit}")

    def plot(self, **options: Any) -> Any:
        """Order fill rate against investment; see `plot_fill_investment`."""
        from .plots import plot_fill_investment

        return plot_fill_investment(self, **options)

    def __repr__(self) -> str:
        return f"AssemblyFrontier: {self.table().text()}"

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def _share(point: AssemblyLevels) -> float:
    """The one fill rate that was asked for."""
    return next(iter(point.target.values())) if isinstance(point.target, dict) else point.target


def assembly_frontier(
    shop: AssembleToOrder | Mapping[str, Any],
    *,
    targets: Sequence[float] = (0.8, 0.9, 0.95, 0.98),
    product: str | None = None,
    window: int = 0,
    periods: int,
    warm_up: int = 0,
    replications: int = 512,
    seed: SeedLike = None,
    threads: int | None = None,
    progress: Progress = False,
    confidence: float = 0.95,
) -> AssemblyFrontier:
    """What several order fill rates take in investment.

    Parameters
    ----------
    targets : sequence of float
        Order fill rates, in (0, 1).
    shop, product, window, periods, warm_up, replications, seed, threads, progress, confidence
        As in `assembly_levels`.

    Returns
    -------
    AssemblyFrontier
        Each target as `assembly_levels` alone would answer it with this seed.

    Raises
    ------
    TypeError, ValueError
        As `assembly_levels`.

    Examples
    --------
    >>> import maketo as mk
    >>> shop = mk.AssembleToOrder(
    ...     products={"lamp": mk.EndItem(mk.Poisson(3), {"bulb": 1, "foot": 1})},
    ...     components={
    ...         "bulb": mk.Component(mk.BaseStock(0), lead_time=2, costs=mk.Costs(unit=1)),
    ...         "foot": mk.Component(mk.BaseStock(0), lead_time=4, costs=mk.Costs(unit=5)),
    ...     },
    ... )
    >>> found = mk.assembly_frontier(shop, targets=[0.9, 0.98], periods=100, replications=256, seed=1)
    >>> len(found)
    2
    """
    made = checked(shop, "assembly_frontier")
    if isinstance(targets, (str, Mapping)) or not isinstance(targets, (Sequence, np.ndarray)):
        raise TypeError(f"targets must be a sequence of fill rates, got {targets!r}")
    if not len(targets):
        raise ValueError("targets must not be empty")
    options = run_options(periods, warm_up, replications, seed, threads)
    counted = options["periods"] - options["warm_up"]
    shares = sorted({inner_share(f"targets[{i}]", t) for i, t in enumerate(targets)})
    asked = [targets_of(t, product, window, made, counted) for t in shares]
    level = inner_share("confidence", confidence)
    with watch(progress, "levels") as callback:
        found = []
        for i, one in enumerate(asked):
            told = None
            if callback is not None:
                ends = (i * LOOKS * PHASES, len(asked) * LOOKS * PHASES)

                def told(done: int, _: int, ends: tuple[int, int] = ends) -> object:
                    return callback(ends[0] + done, ends[1])

            found.append(found_levels(made, one, options, None, level, told))
    return AssemblyFrontier(tuple(found))
