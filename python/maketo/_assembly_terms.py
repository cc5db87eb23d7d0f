"""What a search for the levels of an assembly works on: targets, policies to move, what stock costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._check import count, inner_share, number
from ._designs import expand
from .assemble_to_order import AssembleToOrder, Component
from .assembly_result import AssemblyResult
from .estimate import Estimate
from .policies import BaseStock, MinMax, Policy, ReorderQuantity
from .sweep import Sweep

__all__ = [
    "Floats",
    "Levels",
    "Target",
    "Worth",
    "checked",
    "fill",
    "level_of",
    "levels_of",
    "lower_bound",
    "lowest",
    "shop_at",
    "targets_of",
]

Floats = NDArray[np.float64]
Levels = tuple[float, ...]


@dataclass(frozen=True)
class Target:
    """Fill rates that are asked for: of all units, or of some products by place."""

    products: tuple[str, ...]
    """Of each of these; none of them means of all units together."""
    places: tuple[int, ...]
    shares: Floats
    window: int

    def fills(self, run: AssemblyResult) -> tuple[Floats, Floats]:
        """Units delivered within the window, and those counted, over (*sweeps, target, replication)."""
        at = list(run.windows).index(self.window)
        block = run._blocks["others"]["fill_within"]
        shape = (*run._lead, len(run.products), len(run.windows), run.replications)
        top, bottom = (block[k].reshape(shape)[..., at, :] for k in ("top", "bottom"))
        if self.products:
            return top[..., self.places, :], bottom[..., self.places, :]
        return top.sum(axis=-2, keepdims=True), bottom.sum(axis=-2, keepdims=True)


def fill(target: Target, run: AssemblyResult, confidence: float) -> Estimate:
    """The order fill rate a target speaks of, over (*sweeps,) or (*sweeps, product): a ratio of means."""
    top, bottom = target.fills(run)
    flat = [np.ascontiguousarray(x.reshape(-1, run.replications)) for x in (top, bottom)]
    columns = _core.ratio(flat[0], flat[1], confidence).reshape((*top.shape[:-1], 4))
    columns[..., 2:] = np.clip(columns[..., 2:], 0.0, 1.0)
    if not target.products:
        columns = columns[..., 0, :]
    coords = {k: v for k, v in run.coords.items() if k in run.design_dims}
    dims = run.design_dims
    if target.products:
        dims, coords = (*dims, "product"), {**coords, "product": np.array(target.products)}
    return Estimate.of("fill_within", columns, unit="share", confidence=confidence, dims=dims, coords=coords)


def lower_bound(target: Target, run: AssemblyResult, confidence: float) -> Floats:
    """What the fill rate of every target is at least, one-sided.

    The lower end of an interval by the delta method. Where fewer than 20 replications saw a unit that was
    late, those are too few for it, and the bound is no higher than what an upper limit for their number
    (Poisson) leaves if all are like the worst of them, or late by one unit.
    """
    top, bottom = target.fills(run)
    low = np.atleast_1d(fill(target, run, 2.0 * confidence - 1.0).low)
    late = np.maximum(bottom - top, 0.0)
    for i, units in enumerate(late):
        seen = int((units > 1e-9).sum())
        if seen < _SEEN:
            most = _poisson_limit(seen, confidence) * max(float(units.max()), 1.0)
            low[i] = min(low[i], max(1.0 - most / float(bottom[i].sum()), 0.0))
    return low


_SEEN = 20


def _poisson_limit(seen: int, confidence: float) -> float:
    """The mean at which so few or fewer have a chance of 1 − confidence."""
    low, high = 0.0, 10.0 + 4.0 * seen
    for _ in range(60):
        mean = (low + high) / 2.0
        term = total = math.exp(-mean)
        for k in range(1, seen + 1):
            term *= mean / k
            total += term
        low, high = (mean, high) if total > 1.0 - confidence else (low, mean)
    return high


@dataclass(frozen=True)
class Worth:
    """What a unit of each component counts in the investment."""

    weights: Floats
    unit: str

    @classmethod
    def of(cls, shop: AssembleToOrder) -> Worth:
        """Unit costs; if there are none, holding rates; if there are none either, one for every unit."""
        for name, unit in (("unit", "money"), ("holding", "money per period")):
            rates = np.array([float(getattr(c.costs, name)) for c in shop.components.values()])
            if (rates > 0).any():
                return cls(rates, unit)
        return cls(np.ones(len(shop.components)), "units")

    def of_run(self, run: AssemblyResult) -> Floats:
        """Stock on hand and reserved at these weights, over (*sweeps, replication)."""
        held = run.values("component", "on_hand") + run.values("component", "reserved")
        return np.asarray(held @ self.weights)

    def estimate(self, run: AssemblyResult, confidence: float) -> Estimate:
        """The mean investment with its interval."""
        values = np.ascontiguousarray(self.of_run(run))
        columns = _core.summarise(values.reshape(-1, run.replications), confidence, [])[..., :4]
        coords = {k: v for k, v in run.coords.items() if k in run.design_dims}
        about = {"unit": self.unit, "confidence": confidence, "dims": run.design_dims, "coords": coords}
        return Estimate.of("investment", columns.reshape((*run._lead, 4)), **about)


def checked(shop: Any, what: str) -> AssembleToOrder:
    """An assembly on the period clock whose components all have one level to move.

    Raises
    ------
    TypeError, ValueError
        If it is something else, has sweeps, or a policy without one level.
    """
    if isinstance(shop, Mapping) and shop.get("strategy") == "assemble_to_order":
        shop = AssembleToOrder.from_dict(shop)
    if not isinstance(shop, AssembleToOrder):
        raise TypeError(f"{what} needs an AssembleToOrder, got {type(shop).__name__}")
    if shop.by_order:
        raise TypeError(f"{what} needs an AssembleToOrder on the period clock, this one goes order by order")
    axes = expand({"shop": shop})[0]
    if axes:
        raise ValueError(f"shop must have no Sweep here, {axes[0].name!r} is swept: levels are found for one")
    for name, component in shop.components.items():
        policy = component.policy
        if not isinstance(policy, (BaseStock, MinMax, ReorderQuantity)):
            raise TypeError(
                f"components[{name!r}].policy must have one level to move: BaseStock, MinMax or "
                f"ReorderQuantity, got {policy!r}"
            )
        if isinstance(policy, BaseStock) and np.ndim(policy.level) > 0:  # type: ignore[arg-type]
            raise ValueError(f"components[{name!r}].policy must have one level, got one per period")
    return shop


def targets_of(target: Any, product: Any, window: Any, shop: AssembleToOrder, counted: int) -> Target:
    """What was asked for, checked against the shop."""
    periods = count("window", window)
    time = getattr(shop.assembly_time, "value", 0)
    if periods < time:
        raise ValueError(f"window must be ≥ assembly_time = {time:g}, got {periods}")
    if periods >= counted:
        raise ValueError(f"window must be < the {counted} periods that are counted, got {periods}")
    if isinstance(target, Mapping):
        if product is not None:
            raise ValueError(f"product must not be given with a target per product, got {product!r}")
        if not target:
            raise ValueError("target must name at least one product, got an empty mapping")
        asked = {name: inner_share(f"target[{name!r}]", share) for name, share in target.items()}
    elif product is not None:
        asked = {product: inner_share("target", target)}
    else:
        return Target((), (), np.array([inner_share("target", target)]), periods)
    names = list(shop.products)
    for name in asked:
        if name not in names:
            where = "product" if product is not None else "target"
            raise ValueError(f"{where} must be among {', '.join(names)}; got {name!r}")
    places = tuple(names.index(name) for name in asked)
    return Target(tuple(asked), places, np.array(list(asked.values())), periods)


def levels_of(start: Any, shop: AssembleToOrder) -> Levels:
    """Levels to begin with, one for every component."""
    if not isinstance(start, Mapping):
        raise TypeError(f"start must map components to levels, got {start!r}")
    for name in start:
        if name not in shop.components:
            raise ValueError(f"start names {name!r}, which is not among {', '.join(shop.components)}")
    for name in shop.components:
        if name not in start:
            raise ValueError(f"start must give a level for every component, {name!r} is missing")
    made = []
    for name, component in shop.components.items():
        level = number(f"start[{name!r}]", start[name])
        if isinstance(level, Sweep):
            raise TypeError(f"start[{name!r}] must be a single number")
        made.append(max(float(level), lowest(component)))
    return tuple(made)


def level_of(component: Component) -> float:
    """Up to where a component's policy orders."""
    policy: Any = component.policy
    if isinstance(policy, MinMax):
        return float(policy.up_to)  # type: ignore[arg-type]
    if isinstance(policy, ReorderQuantity):
        return float(policy.reorder) + float(policy.quantity)  # type: ignore[arg-type]
    return float(policy.level)


def lowest(component: Component) -> float:
    """The least level that is considered: no backlog is planned."""
    policy: Any = component.policy
    if isinstance(policy, MinMax):
        return float(policy.up_to) - float(policy.reorder)  # type: ignore[arg-type]
    if isinstance(policy, ReorderQuantity):
        return float(policy.quantity)  # type: ignore[arg-type]
    return 0.0


def shop_at(shop: AssembleToOrder, designs: Sequence[Levels], **changes: Any) -> AssembleToOrder:
    """The same shop with other levels; of several designs, swept together as "design"."""
    components = {}
    for j, (name, component) in enumerate(shop.components.items()):
        lot = lowest(component)
        up_to, reorder = (_swept([_plain(levels[j] - less) for levels in designs]) for less in (0.0, lot))
        policy: Policy = component.policy
        if isinstance(policy, MinMax):
            policy = policy.replace(reorder=reorder, up_to=up_to)
        elif isinstance(policy, ReorderQuantity):
            policy = policy.replace(reorder=reorder)
        else:
            policy = policy.replace(level=up_to)
        components[name] = component.replace(policy=policy)
    return shop.replace(components=components, **changes)


def _swept(values: list[float]) -> float | Sweep:
    return values[0] if len(values) == 1 else Sweep(values, name="design")


def _plain(x: float) -> float:
    """Whole numbers as people write them."""
    return int(x) if x == int(x) else x
