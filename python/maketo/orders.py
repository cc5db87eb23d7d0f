"""The order book: when customers order, and what they ask for.

Potential orders belong to the customers, whatever a shop answers. Every attribute is drawn on a stream of its
own, addressed by the number of the order, so that two strategies under one seed meet the same orders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._check import number, numbers, plain, real_array, truth
from ._demand import Add, DemandLike, DemandNoun, Key, as_demand, as_key_of, entity, payload
from ._law import Law, LawLike
from ._noun import Noun, decode
from .laws import Real, as_law
from .order_table import OrderTable
from .sweep import Sweep

__all__ = [
    "Arrivals",
    "CustomerClass",
    "GivenOrders",
    "OrderBook",
    "PoissonArrivals",
    "RenewalArrivals",
    "SplitDemand",
    "VaryingArrivals",
    "as_book",
]


class Arrivals(Noun):
    """Base of the arrival processes."""

    def _payload(self, _add: Add) -> dict[str, Any]:
        """What the core reads."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False, repr=False)
class PoissonArrivals(Arrivals, tag=("kind", "poisson_arrivals")):
    """Orders at a constant rate, independently of each other.

    Parameters
    ----------
    rate : float
        Orders per period.
    """

    rate: Real

    def __post_init__(self) -> None:
        self._set(rate=number("PoissonArrivals.rate", self.rate))

    def _payload(self, _add: Add) -> dict[str, Any]:
        return {"kind": "poisson", "rate": self.rate}


@dataclass(frozen=True, eq=False, repr=False)
class RenewalArrivals(Arrivals, tag=("kind", "renewal_arrivals")):
    """Orders with independent times between them; the first comes after one such time.

    Parameters
    ----------
    gap : law or number
        Periods between two orders.
    """

    gap: LawLike

    def __post_init__(self) -> None:
        self._set(gap=as_law("RenewalArrivals.gap", self.gap))

    def _payload(self, _add: Add) -> dict[str, Any]:
        assert isinstance(self.gap, Law)
        return {"kind": "renewal", "gap": self.gap.to_dict()}


@dataclass(frozen=True, eq=False, repr=False)
class VaryingArrivals(Arrivals, tag=("kind", "varying_arrivals")):
    """Poisson orders at a rate that varies from period to period: a season, a ramp.

    Another rate moves the orders in time; it does not draw others.

    Parameters
    ----------
    rates : array_like, shape (period,)
        Orders per period, constant within each.
    cycle : bool
        Whether the rates repeat; otherwise the last one stays.
    """

    rates: ArrayLike
    cycle: bool = True

    def __post_init__(self) -> None:
        self._set(
            rates=numbers("VaryingArrivals.rates", self.rates),
            cycle=truth("VaryingArrivals.cycle", self.cycle),
        )

    def _payload(self, _add: Add) -> dict[str, Any]:
        return {"kind": "varying", "rates": np.asarray(self.rates).tolist(), "cycle": self.cycle}


@dataclass(frozen=True, eq=False, repr=False)
class GivenOrders(Arrivals, tag=("kind", "given_orders")):
    """Orders as they were, the same in every replication; what is not given is drawn.

    Parameters
    ----------
    times : array_like, shape (order,)
        Arrival times in periods, ascending.
    size : array_like, shape (order,), optional
        Whole units.
    customer_class, variant : array_like of int, shape (order,), optional
        Numbers of the book's classes and variants, from 0.
    requested_lead_time : array_like, shape (order,), optional
        Periods from order to the requested date.
    """

    times: ArrayLike
    size: ArrayLike | None = None
    customer_class: ArrayLike | None = None
    variant: ArrayLike | None = None
    requested_lead_time: ArrayLike | None = None

    def __post_init__(self) -> None:
        for name, value in self._items():
            if name == "times" or value is not None:
                self._set(**{name: real_array(f"GivenOrders.{name}", value, axes=1)})

    def _payload(self, _add: Add) -> dict[str, Any]:
        names = {"customer_class": "class"}
        columns = {names.get(n, n): _add(v, n) for n, v in self._items() if v is not None}
        return {"kind": "given", **columns}


@dataclass(frozen=True, eq=False, repr=False)
class SplitDemand(Arrivals, tag=("kind", "split_demand")):
    """The totals of a period demand, cut into orders of the book's sizes at uniform times of the period.

    The last order of a period is cut to fit, so the totals are those of the period demand, to the unit.

    Parameters
    ----------
    demand : law, Bootstrap, Paths, …
        Whole units per period.
    """

    demand: DemandLike

    def __post_init__(self) -> None:
        self._set(demand=as_demand("SplitDemand.demand", self.demand))

    def _payload(self, _add: Add) -> dict[str, Any]:
        return {"kind": "split", "demand": payload(self.demand, _add)}  # type: ignore[arg-type]


ArrivalsLike: TypeAlias = Arrivals | Real


@dataclass(frozen=True, eq=False, repr=False)
class CustomerClass(Noun):
    """A kind of customer. What is not given is the book's.

    Parameters
    ----------
    name : str
        Name in tables.
    share : float
        Share of orders, relative to the other classes.
    priority : int
        Who comes first where a rule asks: the smaller number.
    size, requested_lead_time, patience, customisation, valuation, waiting_sensitivity : law or number
        See `OrderBook`. All classes read the same uniforms through their own laws.
    """

    name: str
    share: Real = 1
    priority: int = 0
    size: LawLike | None = None
    requested_lead_time: LawLike | None = None
    patience: LawLike | None = None
    customisation: LawLike | None = None
    valuation: LawLike | None = None
    waiting_sensitivity: LawLike | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise TypeError(f"CustomerClass.name must be a text that is not empty, got {self.name!r}")
        priority = plain(self.priority)
        if not isinstance(priority, int) or isinstance(priority, bool) or abs(priority) >= 1 << 31:
            raise TypeError(f"CustomerClass.priority must be a whole number, got {self.priority!r}")
        self._set(share=number("CustomerClass.share", self.share), priority=priority)
        for name, value in self._items():
            if name not in ("name", "share", "priority") and value is not None:
                self._set(**{name: as_law(f"CustomerClass.{name}", value)})


_LAWS = (
    "size",
    "requested_lead_time",
    "patience",
    "customisation",
    "engineering_hours",
    "valuation",
    "waiting_sensitivity",
)


@dataclass(frozen=True, eq=False, repr=False)
class OrderBook(DemandNoun, tag=("kind", "order_book")):
    """Potential orders of customers.

    As the demand of a shop that counts in periods, a book stands for the totals of its orders.

    Parameters
    ----------
    arrivals : PoissonArrivals, RenewalArrivals, VaryingArrivals, GivenOrders, SplitDemand or number
        When orders come; a number is the rate of a Poisson process.
    size : law or number
        Whole units of an order, ≥ 1.
    classes : sequence of CustomerClass
        Kinds of customers.
    variants : array_like
        Shares of the product variants, relative to each other.
    requested_lead_time : law or number
        Periods from order to the date the customer asks for.
    patience : law or number, optional
        Periods after which the customer leaves; by default never.
    customisation : law or number
        Customisation content κ in [0, 1]: 0 standard, 1 fully bespoke.
    engineering_hours : law or number
        Hours of engineering.
    valuation : law or number, optional
        Money per unit that a perfectly matching product is worth; by default customers always buy.
    waiting_sensitivity : law or number
        Money per unit and period of quoted lead time by which it is worth less.
    manual_share : float
        Share of orders that come by the manual channel.
    key : str or int, optional
        Entity of the draws; by default the item. Shops with books of one key meet the same customers.

    Raises
    ------
    TypeError, ValueError
        If a field is of the wrong kind; bounds are checked by `simulate`, before anything runs.

    Examples
    --------
    >>> import maketo as mk
    >>> mk.OrderBook(0.8, size=mk.Geometric(mean=3, start=1))
    OrderBook(arrivals=PoissonArrivals(rate=0.8), size=Geometric(mean=3, start=1))
    """

    arrivals: ArrivalsLike
    size: LawLike = 1
    classes: Sequence[CustomerClass] = ()
    variants: ArrayLike = ()
    requested_lead_time: LawLike = 0
    patience: LawLike | None = None
    customisation: LawLike = 0
    engineering_hours: LawLike = 0
    valuation: LawLike | None = None
    waiting_sensitivity: LawLike = 0
    manual_share: Real = 0
    key: Key | None = None

    def __post_init__(self) -> None:
        for name in _LAWS:
            value = getattr(self, name)
            if value is not None or name not in ("patience", "valuation"):
                self._set(**{name: as_law(f"OrderBook.{name}", value)})
        self._set(
            arrivals=_arrivals(self.arrivals),
            classes=_classes(self.classes),
            variants=_shares(self.variants),
            manual_share=number("OrderBook.manual_share", self.manual_share),
            key=None if self.key is None else as_key_of("OrderBook.key", self.key),
        )

    @classmethod
    def from_table(cls, table: OrderTable, **attributes: Any) -> OrderBook:
        """The orders of a table as they came: times, quantities, variants, classes and requested dates.

        Classes and variants become the book's, in alphabetical order; a requested date that is missing counts
        as asked for at once.

        Parameters
        ----------
        table : OrderTable
            One row per order; see `read_orders` and `OrderTable.orders`.
        **attributes
            What the table does not know: patience, customisation, …

        Raises
        ------
        ValueError
            If a quantity is not whole.
        """
        broken = np.flatnonzero(table.quantity % 1 != 0)
        if broken.size:
            at = int(broken[0])
            raise ValueError(
                f"quantity must be whole units, got {table.quantity[at]} in line {table.line[at]}"
            )
        variants, variant = np.unique(np.array(table.variant, dtype=str), return_inverse=True)
        names, customer = np.unique(np.array(table.customer_class, dtype=str), return_inverse=True)
        asked = np.nan_to_num(table.requested_time - table.order_time, nan=0.0)
        several = {"customer_class": customer} if len(names) > 1 else {}
        sorts = {"variant": variant} if len(variants) > 1 else {}
        given = GivenOrders(
            times=table.order_time, size=table.quantity, requested_lead_time=asked, **several, **sorts
        )
        book: dict[str, Any] = {"arrivals": given}
        if several:
            shares = np.bincount(customer)
            book["classes"] = [
                CustomerClass(str(n) or "none", share=int(s)) for n, s in zip(names, shares, strict=True)
            ]
        if sorts:
            book["variants"] = np.bincount(variant)
        return cls(**{**book, **attributes})

    def _payload(self, add: Add) -> dict[str, Any]:
        """What the core reads where periods are counted: the book as the demand of its totals."""
        return {"kind": "orders", "book": self._book(add)}

    def _book(self, add: Add) -> dict[str, Any]:
        """What the core reads where orders are."""
        arrivals: Any = self.arrivals
        data: dict[str, Any] = {"arrivals": arrivals._payload(add), "manual_share": self.manual_share}
        for name in _LAWS:
            law = getattr(self, name)
            if law is not None:
                data[name] = law.to_dict()
        data["classes"] = [c.to_dict() for c in self.classes]
        data["variants"] = np.asarray(self.variants).tolist()
        if self.key is not None:
            data["key"] = entity(self.key)
        return data


def _arrivals(value: Any) -> Arrivals:
    value = decode(value) if isinstance(value, Mapping) else plain(value)
    if isinstance(value, Arrivals):
        return value
    if isinstance(value, (int, float, Sweep)) and not isinstance(value, bool):
        return PoissonArrivals(value)
    raise TypeError(
        "OrderBook.arrivals must be a rate, PoissonArrivals, RenewalArrivals, VaryingArrivals, GivenOrders "
        f"or SplitDemand, got {value!r}"
    )


def _classes(value: Any) -> tuple[CustomerClass, ...]:
    if isinstance(value, (str, Mapping)) or not isinstance(value, Sequence):
        raise TypeError(f"OrderBook.classes must be a sequence of CustomerClass, got {value!r}")
    made: list[CustomerClass] = []
    for i, one in enumerate(value):
        one = CustomerClass.from_dict(one) if isinstance(one, Mapping) else one
        if not isinstance(one, CustomerClass):
            raise TypeError(f"OrderBook.classes[{i}] must be a CustomerClass, got {one!r}")
        if any(one.name == other.name for other in made):
            raise ValueError(f"OrderBook.classes[{i}].name must be unique, got {one.name!r} again")
        made.append(one)
    return tuple(made)


def _shares(value: Any) -> NDArray[np.float64] | tuple[()]:
    listed = value.tolist() if isinstance(value, np.ndarray) else value
    if isinstance(listed, (list, tuple)) and not listed:
        return ()
    return numbers("OrderBook.variants", value)


def as_book(field: str, value: Any) -> OrderBook:
    """An order book; a rate or an arrival process is one of single units."""
    if isinstance(value, OrderBook):
        return value
    if (
        isinstance(value, Mapping)
        and value.get("kind", "order_book") == "order_book"
        and "sweep" not in value
    ):
        return OrderBook.from_dict(value)
    try:
        return OrderBook(value)
    except TypeError:
        raise TypeError(
            f"{field} must be an OrderBook, an arrival process or a rate, got {value!r}"
        ) from None
