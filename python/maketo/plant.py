"""A plant: items that share the hours of a resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._check import choice, number, numbers, plain
from ._demand import Key, as_key_of, entity
from ._law import Law, LawLike, has_sweep
from ._noun import Noun
from .laws import Real, as_law
from .make_to_stock import MakeToStock
from .sweep import Sweep

__all__ = ["Plant"]

_RULES = ("proportional", "priority", "cost", "rotation", "fair")


@dataclass(frozen=True, eq=False, repr=False)
class Plant(Noun, tag=("kind", "plant")):
    """Items that share the hours of a resource.

    In every period all items say what they want; where that takes more hours than there are,
    ``Σ (setup + hours per unit · quantity) ≤ hours + overtime``, a rule says who gets what. What an item does
    not get it wants again at its next review.

    Parameters
    ----------
    items : mapping of str to MakeToStock
        By name.
    hours : float, array or law
        Regular hours per period: one number, one per period (repeating), or a law drawn in every period.
    unit_hours : float or mapping
        Hours per unit, for all items or by name.
    setup_hours : float or mapping
        Hours per lot.
    overtime : float
        Hours per period beyond the regular ones, used whenever they are wanted.
    allocation : {"proportional", "priority", "cost", "rotation", "fair"}
        ``"proportional"``: every quantity is cut by the same share. ``"priority"``: one item after the other,
        in the order of `priority`. ``"cost"``: the same in the order of what a unit short costs per
        hour: share waiting · backorder + shortage + share lost · (lost_sale + price − unit).
        ``"rotation"``: the same, the first one moving on every period. ``"fair"``: what is missing afterwards
        is the same for all, in standard deviations of their demand (of one that does not vary, in means).
    priority : sequence of str, optional
        Names in order of who comes first; by default as listed.
    key : str or int
        Entity of random hours.

    Notes
    -----
    ``mk.simulate(plant, …)`` returns items as a portfolio does, and hours per period as `Result.plant`:
    ``hours_used`` (overtime included), ``hours_overtime`` and ``hours_offered``, each (*sweeps,
    replication). Every item meets the same demand as alone. Overtime is the plant's: an item's own `capacity`
    has none here, and `Costs.overtime` does not price the plant's hours; multiply ``hours_overtime``. A plant
    whose setups alone take more hours than there are makes nothing under ``"proportional"``, and little under
    ``"fair"``.

    Examples
    --------
    >>> import maketo as mk
    >>> shop = mk.MakeToStock(demand=mk.Poisson(5), policy=mk.BaseStock(20))
    >>> plant = mk.Plant({"a": shop, "b": shop}, hours=11)
    >>> run = mk.simulate(plant, periods=100, replications=1000, seed=1)
    >>> sorted(run.plant)
    ['hours_offered', 'hours_overtime', 'hours_used']
    """

    items: Mapping[str, MakeToStock]
    hours: Real | ArrayLike | LawLike
    unit_hours: Real | Mapping[str, float] = 1
    setup_hours: Real | Mapping[str, float] = 0
    overtime: Real = 0
    allocation: str = "proportional"
    priority: Sequence[str] | None = None
    key: Key = "plant"

    def __post_init__(self) -> None:
        items: Any = self.items
        if not isinstance(items, Mapping) or not items:
            raise TypeError(f"Plant.items must be a mapping of names to MakeToStock, got {items!r}")
        made: dict[str, MakeToStock] = {}
        for name, shop in items.items():
            one = MakeToStock.from_dict(shop) if isinstance(shop, Mapping) else shop
            if not isinstance(name, str) or not isinstance(one, MakeToStock):
                raise TypeError(f"Plant.items[{name!r}] must be a MakeToStock under a name that is a text")
            made[name] = one
        hours: Any = plain(self.hours)
        if isinstance(hours, (int, float)) and not isinstance(hours, bool):
            hours = _single("Plant.hours", hours)
        elif isinstance(hours, (Law, dict)) or hasattr(hours, "dist"):
            hours = as_law("Plant.hours", hours)
            if has_sweep(hours):
                raise TypeError("Plant.hours must be a single law: what items share is not swept")
        elif isinstance(hours, Sweep):
            raise TypeError("Plant.hours must be single hours: what items share is not swept")
        else:
            hours = numbers("Plant.hours", hours)
        listed = list(made) if self.priority is None else list(self.priority)
        if isinstance(self.priority, str) or sorted(listed) != sorted(made):
            raise ValueError(f"Plant.priority must name every item once, got {self.priority!r}")
        self._set(
            items=made,
            hours=hours,
            unit_hours=_by_item("Plant.unit_hours", self.unit_hours, made),
            setup_hours=_by_item("Plant.setup_hours", self.setup_hours, made),
            overtime=_single("Plant.overtime", self.overtime),
            allocation=choice("Plant.allocation", self.allocation, _RULES),
            priority=tuple(listed),
            key=as_key_of("Plant.key", self.key),
        )

    def _payload(self) -> dict[str, Any]:
        """What the core reads, beside the items."""
        hours: Any = self.hours
        names = list(self.items)
        unit, setup = (_spread(x, names) for x in (self.unit_hours, self.setup_hours))
        return {
            "hours": hours.to_dict() if isinstance(hours, Law) else np.atleast_1d(hours).tolist(),
            "overtime": self.overtime,
            "unit_hours": unit,
            "setup_hours": setup,
            "allocation": self.allocation,
            "priority": [names.index(name) for name in self.priority or names],
            "key": entity(self.key),
        }


def _single(field: str, value: Any) -> float:
    x = number(field, value)
    if isinstance(x, Sweep):
        raise TypeError(f"{field} must be a single number: what items share is not swept")
    return x


def _by_item(field: str, value: Any, items: Mapping[str, MakeToStock]) -> Any:
    if not isinstance(value, Mapping):
        return _single(field, value)
    if sorted(map(str, value)) != sorted(items):
        raise ValueError(f"{field} must have one number for every item, got {dict(value)!r}")
    return {name: _single(f"{field}[{name!r}]", value[name]) for name in items}


def _spread(value: Any, names: Sequence[str]) -> list[float]:
    return [value[name] for name in names] if isinstance(value, Mapping) else [value] * len(names)
