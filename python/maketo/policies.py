"""When and how much is released: policies, and the quantities that a supplier accepts.

(R, S) is `BaseStock` and (R, s, S) is `MinMax` with ``review_period=R`` on the shop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._check import number, numbers, plain, truth
from ._noun import Noun
from .laws import Real
from .planning import DemandDriven, FollowForecast, MaterialPlan, OrderUpTo, RatePlan
from .sweep import Sweep

__all__ = [
    "POLICIES",
    "BaseStock",
    "CappedBaseStock",
    "ConstantOrder",
    "MinMax",
    "Policy",
    "Quantities",
    "ReorderQuantity",
]


@dataclass(frozen=True, eq=False, repr=False)
class BaseStock(Noun, tag=("kind", "base_stock")):
    """At every review order up to `level` (S, in units): on hand plus on order minus backorders.

    With ``review_period=R`` on the shop this is the (R, S) policy.

    Parameters
    ----------
    level : float or array
        S, or one S per period: an array repeats when it ends, so twelve levels are a year of months. Opening
        stock is then the first of them, unless given.

    Examples
    --------
    >>> import maketo as mk
    >>> mk.BaseStock([40, 40, 55, 70])
    BaseStock(level=[40, 40, 55, 70])
    """

    level: Real | ArrayLike

    def __post_init__(self) -> None:
        self._set(level=_level("BaseStock.level", self.level))


@dataclass(frozen=True, eq=False, repr=False)
class MinMax(Noun, tag=("kind", "min_max")):
    """The (s, S) policy: at a review with a position ≤ `reorder` (s), order up to `up_to` (S), in units.

    With `strict` an order needs a position strictly below s, as some textbooks have it. s < S is required.
    With ``review_period=R`` on the shop this is the (R, s, S) policy.

    Notes
    -----
    H. Scarf, in *Mathematical Methods in the Social Sciences*, Stanford, 1960.
    """

    reorder: Real
    up_to: Real
    strict: bool = False

    def __post_init__(self) -> None:
        self._set(
            reorder=number("MinMax.reorder", self.reorder),
            up_to=number("MinMax.up_to", self.up_to),
            strict=truth("MinMax.strict", self.strict),
        )


@dataclass(frozen=True, eq=False, repr=False)
class ReorderQuantity(Noun, tag=("kind", "reorder_quantity")):
    """The (r, nQ) policy: at a review with a position ≤ `reorder` (r), order nQ, the least multiple of
    `quantity` (Q) that lifts the position above r; n = ⌊(r − position)/Q⌋ + 1.

    With `strict` an order needs a position strictly below r and lifts it to r or more. Opening stock is
    r + Q, unless given.

    Notes
    -----
    G. Hadley and T. M. Whitin, *Analysis of Inventory Systems*, 1963. Where demand comes in single units and
    stock is reviewed at every one, n is always 1 and this is the (r, Q) policy.
    """

    reorder: Real
    quantity: Real
    strict: bool = False

    def __post_init__(self) -> None:
        self._set(
            reorder=number("ReorderQuantity.reorder", self.reorder),
            quantity=number("ReorderQuantity.quantity", self.quantity),
            strict=truth("ReorderQuantity.strict", self.strict),
        )


@dataclass(frozen=True, eq=False, repr=False)
class CappedBaseStock(Noun, tag=("kind", "capped_base_stock")):
    """At every review order up to `level` (S), but at most `cap`, in units.

    Where sales are lost and lead times are long, a cap keeps the pipeline from swelling after a good period.
    (A plain base stock under the capacity of a supplier is the same policy.)

    Notes
    -----
    L. Xin, *Operations Research* 69 (2021), 61–70.
    """

    level: Real
    cap: Real

    def __post_init__(self) -> None:
        self._set(
            level=number("CappedBaseStock.level", self.level), cap=number("CappedBaseStock.cap", self.cap)
        )


@dataclass(frozen=True, eq=False, repr=False)
class ConstantOrder(Noun, tag=("kind", "constant_order")):
    """The same `quantity` at every review, whatever the stock.

    Opening stock is the quantity, unless given. With full backorders the stock has no long run, unless demand
    happens to average the quantity; where sales are lost and the quantity is below mean demand, it has.

    Notes
    -----
    D. A. Goldberg et al., *Mathematics of Operations Research* 41 (2016), 898–913: with lost sales the best
    policy in the limit of long lead times.
    """

    quantity: Real

    def __post_init__(self) -> None:
        self._set(quantity=number("ConstantOrder.quantity", self.quantity))


Policy: TypeAlias = (
    BaseStock
    | MinMax
    | ReorderQuantity
    | CappedBaseStock
    | ConstantOrder
    | OrderUpTo
    | FollowForecast
    | RatePlan
    | MaterialPlan
    | DemandDriven
)
POLICIES = (
    BaseStock,
    MinMax,
    ReorderQuantity,
    CappedBaseStock,
    ConstantOrder,
    OrderUpTo,
    FollowForecast,
    RatePlan,
    MaterialPlan,
    DemandDriven,
)


@dataclass(frozen=True, eq=False, repr=False)
class Quantities(Noun):
    """What a supplier accepts of an order, applied in this order: MOQ, batch, cap.

    Parameters
    ----------
    minimum : float
        Minimum order quantity (MOQ): an order for less is raised to it.
    multiple : float, optional
        Batch or pack size: orders are rounded up to a multiple of it.
    maximum : float, optional
        Cap per order: what exceeds it is cut off, to a multiple where there is one.

    Notes
    -----
    A policy that wants nothing orders nothing. What is cut off is wanted again at the next review. A cap
    below the least order that the other two make is refused.

    Examples
    --------
    >>> import maketo as mk
    >>> mk.Quantities(minimum=100, multiple=24)
    Quantities(minimum=100, multiple=24)
    """

    minimum: Real = 0
    multiple: Real | None = None
    maximum: Real | None = None

    def __post_init__(self) -> None:
        given = ((f, getattr(self, f)) for f in ("multiple", "maximum"))
        self._set(
            minimum=number("Quantities.minimum", self.minimum),
            **{f: None if x is None else number(f"Quantities.{f}", x) for f, x in given},
        )


def _level(field: str, value: Any) -> float | Sweep | NDArray[np.float64]:
    """One level, a sweep of them, or one per period."""
    if not isinstance(value, (Sweep, str, bytes)) and hasattr(plain(value), "__len__"):
        return numbers(field, value)
    return number(field, value)
