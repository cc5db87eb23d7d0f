"""What sharing a component is worth: against one for every product, at the same order fill rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _core
from ._assembly_terms import Worth, checked
from ._check import choice
from ._progress import Progress
from .assemble_to_order import AssembleToOrder
from .assembly_levels import LOOKS, AssemblyLevels, assembly_levels
from .assembly_result import AssemblyResult
from .estimate import Estimate
from .seed import SeedLike, as_key
from .simulate import simulate
from .table import Table

__all__ = ["CommonalityBenefit", "commonality_benefit"]


@dataclass(frozen=True, repr=False)
class CommonalityBenefit:
    """One component shared or one per product, both with levels for the same target."""

    component: str
    """What is shared."""
    shared: AssemblyLevels
    """Levels with the component as it is."""
    dedicated: AssemblyLevels
    """Levels with one of its own for every product: "board for basic"."""
    runs: tuple[AssemblyResult, AssemblyResult]
    """Both on the same fresh replications, shared first."""

    def difference(self, name: str = "investment", level: float | None = None) -> Estimate:
        """What dedicated components take beyond the shared one, from paired replications.

        Parameters
        ----------
        name : str
            "investment" (in the unit of `AssemblyLevels.investment`), or a metric of the whole that is a
            mean: "cost", "holding_cost", "backorders", "profit", …: `ASSEMBLY_METRICS`.
        level : float, optional
            Confidence level; by default that of the evaluations.

        Raises
        ------
        ValueError
            If there is no such metric or it is a ratio: the rates are in `shared.fill` and `dedicated.fill`.
        """
        confidence = self.runs[0]._level(level)
        if name == "investment":
            worth = [Worth.of(run.shop) for run in self.runs]
            unit = worth[0].unit
            values = [w.of_run(run) for w, run in zip(worth, self.runs, strict=True)]
        else:
            known = self.runs[0].catalogue
            choice("name", name, [n for n, about in known.items() if about.kind == "mean"])
            unit = known[name].unit
            values = [run[name] for run in self.runs]
        paired = np.ascontiguousarray((values[1] - values[0])[None])
        columns = _core.summarise(paired, confidence, [])[0, :4]
        return Estimate.of(f"{name} saved by sharing", columns, unit=unit, confidence=confidence)

    def table(self) -> Table:
        """Investment and cost, shared, dedicated and their difference; ``±`` is half the interval."""
        worth = self.shared.investment.unit
        rows: list[list[Any]] = []
        for name, unit in (("investment", worth), ("cost", self.runs[0].catalogue["cost"].unit)):
            gap = self.difference(name)
            pair = [
                Worth.of(run.shop).estimate(run, run.confidence) if name == "investment" else run.mean(name)
                for run in self.runs
            ]
            numbers = [x for e in (*pair, gap) for x in (float(e.value), float(e.high - e.value))]
            rows.append([name, unit, *numbers])
        columns = ["", "unit", "shared", "± shared", "dedicated", "± dedicated", "difference", "± difference"]
        return Table(columns, rows, f"{self.component!r} shared or dedicated, at the same order fill rate")

    def __repr__(self) -> str:
        fills = [np.atleast_1d(x.fill.value).min() for x in (self.shared, self.dedicated)]
        lines = [
            f"CommonalityBenefit: {self.component!r}, order fill rate {fills[0]:.4f} shared, {fills[1]:.4f} "
            "dedicated" + (" (the lowest that has a target)" if self.shared.fill.dims else ""),
            *(f"  {self.difference(name)!r}" for name in ("investment", "cost")),
        ]
        for name, found in (("shared", self.shared), ("dedicated", self.dedicated)):
            lines += [] if found.certified else [f"  note: the levels of {name} are not certified"]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<div><b>CommonalityBenefit</b>{self.table()._repr_html_()}</div>"


def commonality_benefit(
    shop: AssembleToOrder | Mapping[str, Any],
    component: str,
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
    confidence: float = 0.95,
) -> CommonalityBenefit:
    """What it saves that products share a component: investment and cost at the same order fill rate.

    The shared component is replaced by one for every product that uses it, "board for basic", and both shops
    get the levels that `assembly_levels` finds for the target. All other levels are found anew as well.

    Parameters
    ----------
    shop : AssembleToOrder
        As in `assembly_levels`.
    component : str
        Used by two products or more.
    target, product, window, periods, warm_up, replications, seed, threads, progress, confidence
        As in `assembly_levels`.

    Returns
    -------
    CommonalityBenefit

    Raises
    ------
    TypeError, ValueError
        As `assembly_levels`; or if the component is not shared, or has a capacity or an opening stock, of
        which nothing says how products would divide it.

    Notes
    -----
    Lot, minimum order and cost of an order hold for each of the dedicated components. Their random lead
    times, yields and disruptions are drawn for each by its name. Nothing is reserved for critical end items
    in them. Levels are whole, so neither shop meets the target exactly: look at both fill rates beside the
    difference.

    K. R. Baker, M. J. Magazine and H. L. W. Nuttle, *Management Science* 32, 1986, 982–988; Y. Gerchak,
    M. J. Magazine and A. B. Gamble, *Management Science* 34, 1988, 753–760.

    Examples
    --------
    >>> import maketo as mk
    >>> board = mk.Component(mk.BaseStock(0), lead_time=4, costs=mk.Costs(unit=10))
    >>> shop = mk.AssembleToOrder(
    ...     products={name: mk.EndItem(mk.Poisson(2), {"board": 1}) for name in ("red", "blue")},
    ...     components={"board": board},
    ... )
    >>> found = mk.commonality_benefit(shop, "board", target=0.95, periods=100, replications=256, seed=1)
    >>> found.difference("investment").low > 0
    True
    """
    made = checked(shop, "commonality_benefit")
    apart = dedicated(made, component)
    key = as_key(seed)
    options: dict[str, Any] = {
        "periods": periods,
        "warm_up": warm_up,
        "replications": replications,
        "seed": key,
        "threads": threads,
        "confidence": confidence,
    }
    asked: dict[str, Any] = {"target": target, "product": product, "window": window, "progress": progress}
    shared, alone = (assembly_levels(one, **asked, **options) for one in (made, apart))
    # Beyond all replications that either search may have looked at.
    fresh = {**options, "first_replication": LOOKS * shared.evaluation.replications}
    runs = simulate(shared.shop, **fresh), simulate(alone.shop, **fresh)
    return CommonalityBenefit(component, shared, alone, runs)


def dedicated(shop: AssembleToOrder, component: str) -> AssembleToOrder:
    """The shop with one component of its own for every product that uses a shared one."""
    choice("component", component, tuple(shop.components))
    uses = {name: shop.uses(name) for name in shop.products}
    users = [name for name, needs in uses.items() if component in needs]
    if len(users) < 2:
        raise ValueError(f"component must be used by two products or more, {component!r} is by {users[0]!r}")
    one = shop.components[component]
    for field in ("capacity", "opening_stock"):
        if getattr(one, field) is not None:
            raise ValueError(
                f"components[{component!r}].{field} must not be given: nothing says how products would "
                "divide it"
            )
    names = {user: f"{component} for {user}" for user in users}
    for name in names.values():
        if name in shop.components:
            raise ValueError(f"components has {name!r} already: rename it")
    components = {}
    for name, old in shop.components.items():
        if name == component:
            components.update({new: old.replace(reserve=0, key=None) for new in names.values()})
        else:
            components[name] = old
    products = {
        name: item.replace(
            uses={names[name] if c == component else c: units for c, units in uses[name].items()}
        )
        for name, item in shop.products.items()
    }
    return shop.replace(products=products, components=components, bill=None)
