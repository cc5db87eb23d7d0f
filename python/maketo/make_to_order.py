"""Make to order (build to order): nothing is built before a confirmed order.

The unit is the order, time is continuous. See docs/background/make-to-order.md for every rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ._check import choice, count, number, plain, truth
from ._law import LawLike
from ._noun import Noun, decode
from .laws import Real, as_law
from .order_rules import (
    DISPATCH,
    Acceptance,
    BackwardRelease,
    CalledOff,
    Confirmation,
    ForwardLoading,
    OrderEntry,
    PeriodicRelease,
    QuantileQuote,
    RandomRouting,
    SetupSaving,
    StockedMaterial,
    VariantRouting,
    WorkloadCap,
)
from .orders import OrderBook, as_book
from .stations import Operation, Station, one_of
from .sweep import Sweep

__all__ = ["BuildToOrder", "MakeToOrder", "OrderCosts", "Payment"]

Release = WorkloadCap | BackwardRelease | PeriodicRelease
Quote = QuantileQuote | ForwardLoading


@dataclass(frozen=True, eq=False, repr=False)
class OrderCosts(Noun):
    """Prices and cost rates of orders, all 0 unless given.

    Parameters
    ----------
    price : float
        Money received per unit delivered.
    price_premium : float
        Beside it, per unit and customisation content.
    material : float
        Money per unit started, bad ones included.
    customisation : float
        Money per unit and customisation content.
    order : float
        Money per accepted order.
    entry_error : float
        Money per error in the data of an order.
    tardiness : float
        Money per order and period of delay after the promised date.
    tardiness_cap : float
        Most that delay costs per order; 0 is no cap.
    holding_rate : float
        Share of the value of work in process per period.
    earliness : float
        Money per order and period that a finished order is held until the promised date.
    lost_order : float
        Money per order turned away, or gone before it was confirmed.
    cancelled_order : float
        Money per order that ended after confirmation.
    cancellation_fee : float
        Money received from such a customer.
    salvage : float
        Money received per unit of abandoned work; negative where its disposal is paid for.
    delivery : float
        Money per unit delivered.
    overtime : float
        Money per period of regular work done in overtime, beside the station's rate.
    fixed : float
        Money per period.
    """

    price: Real = 0
    price_premium: Real = 0
    material: Real = 0
    customisation: Real = 0
    order: Real = 0
    entry_error: Real = 0
    tardiness: Real = 0
    tardiness_cap: Real = 0
    holding_rate: Real = 0
    earliness: Real = 0
    lost_order: Real = 0
    cancelled_order: Real = 0
    cancellation_fee: Real = 0
    salvage: Real = 0
    delivery: Real = 0
    overtime: Real = 0
    fixed: Real = 0

    def __post_init__(self) -> None:
        self._set(**{name: number(f"OrderCosts.{name}", value) for name, value in self._items()})


@dataclass(frozen=True, eq=False, repr=False)
class Payment(Noun):
    """Terms of payment.

    Parameters
    ----------
    deposit : float
        Share of the price paid at confirmation.
    receivable : float
        Periods from delivery until the rest is paid.
    payable : float
        Periods from the receipt of material until it is paid.
    """

    deposit: Real = 0
    receivable: Real = 0
    payable: Real = 0

    def __post_init__(self) -> None:
        self._set(**{name: number(f"Payment.{name}", value) for name, value in self._items()})


@dataclass(frozen=True, eq=False, repr=False)
class MakeToOrder(Noun, tag=("strategy", "make_to_order")):
    """A shop that makes what was ordered. `BuildToOrder` is the same.

    Parameters
    ----------
    orders : OrderBook, arrival process or number
        Potential orders; a number is a Poisson rate of orders of one unit.
    operations : Operation or sequence of Operation
        The work on an order, one after the other unless `routing` says otherwise.
    stations : mapping of str to Station, or sequence of Station, optional
        What the operations name; who is not listed has one server.
    routing : VariantRouting or RandomRouting, optional
        Other ways through the operations.
    entry : OrderEntry, optional
        How orders of the system channel get into the books; by default at once.
    manual_entry : OrderEntry, optional
        The same for the manual channel; by default as `entry`.
    confirmation : Confirmation, optional
        By default customers confirm at once.
    material : CalledOff or StockedMaterial, optional
        By default always there.
    release : WorkloadCap, BackwardRelease or PeriodicRelease, optional
        When an order may start; by default at once.
    dispatch : {"fcfs", "edd", "spt", "slack", "critical_ratio", "priority"} or SetupSaving
        Who is next at a station.
    quote : number, QuantileQuote or ForwardLoading, optional
        The promised lead time; by default what the customer asks for.
    acceptance : Acceptance, optional
        Who is turned away, and which terms customers do not accept.
    patience_until : {"delivery", "start"}
        Until when impatient customers may leave.
    cancellation : float
        Cancellations per period and confirmed order that has not started.
    delivery : law or number
        Periods from the end of the work to the customer.
    deliver_on_date : bool
        Whether orders finished early wait for the promised date.
    on_time_window : (early, late)
        Periods before and after the promised date that still count as on time; early is unlimited (None)
        unless given.
    costs : OrderCosts or mapping
        Prices and cost rates.
    payment : Payment or mapping
        Terms of payment.
    key : int, optional
        Stable key of the item in every random address, below 2³². By default the CRC-32 of its name.

    Raises
    ------
    TypeError, ValueError
        If a field is of the wrong kind, or a name is not that of a station or an operation. Bounds are
        checked by `simulate`, before anything runs.

    Notes
    -----
    W. J. Hopp and M. L. Spearman, *Factory Physics*, 2008, ch. 8–9; J. A. Buzacott and J. G. Shanthikumar,
    *Stochastic Models of Manufacturing Systems*, 1993.

    Examples
    --------
    >>> import maketo as mk
    >>> shop = mk.MakeToOrder(orders=0.8, operations=mk.Operation("machine", mk.Exponential(1)), quote=10)
    >>> run = mk.simulate(shop, periods=2000, warm_up=200, replications=200, seed=1)
    >>> 0.8 < run.mean("otif").value < 0.92
    True
    """

    orders: Any
    operations: Any
    stations: Any = ()
    routing: VariantRouting | RandomRouting | None = None
    entry: OrderEntry | None = None
    manual_entry: OrderEntry | None = None
    confirmation: Confirmation | None = None
    material: CalledOff | StockedMaterial | None = None
    release: Release | None = None
    dispatch: str | SetupSaving = "fcfs"
    quote: Real | Quote | None = None
    acceptance: Acceptance | None = None
    patience_until: str = "delivery"
    cancellation: Real = 0
    delivery: LawLike = 0
    deliver_on_date: bool = False
    on_time_window: tuple[float | None, float] = (None, 0)
    costs: OrderCosts = field(default_factory=OrderCosts)
    payment: Payment = field(default_factory=Payment)
    key: int | None = None

    def __post_init__(self) -> None:
        operations = _operations(self.operations)
        stations = _stations(self.stations, operations)
        quote = plain(self.quote)
        if isinstance(quote, (int, float, Sweep)) or _is_sweep(quote):
            quote = number("quote", decode(quote))
        else:
            quote = one_of("quote", quote, QuantileQuote, ForwardLoading)
        dispatch: Any = self.dispatch
        if dispatch is None or isinstance(dispatch, str):
            dispatch = choice("dispatch", dispatch, DISPATCH)
        else:
            dispatch = one_of("dispatch", dispatch, SetupSaving)
        self._set(
            orders=as_book("orders", self.orders),
            operations=operations,
            stations=stations,
            routing=one_of("routing", self.routing, VariantRouting, RandomRouting),
            entry=one_of("entry", self.entry, OrderEntry),
            manual_entry=one_of("manual_entry", self.manual_entry, OrderEntry),
            confirmation=one_of("confirmation", self.confirmation, Confirmation),
            material=one_of("material", self.material, CalledOff, StockedMaterial),
            release=one_of("release", self.release, WorkloadCap, BackwardRelease, PeriodicRelease),
            dispatch=dispatch,
            quote=quote,
            acceptance=one_of("acceptance", self.acceptance, Acceptance),
            patience_until=choice("patience_until", self.patience_until, ("delivery", "start")),
            cancellation=number("cancellation", self.cancellation),
            delivery=as_law("delivery", self.delivery),
            deliver_on_date=truth("deliver_on_date", self.deliver_on_date),
            on_time_window=_window(self.on_time_window),
            costs=one_of("costs", self.costs, OrderCosts) or OrderCosts(),
            payment=one_of("payment", self.payment, Payment) or Payment(),
            key=None if self.key is None else count("key", self.key),
        )
        _check_names(self)

    @property
    def by_order(self) -> bool:
        """Whether the unit is the order and time is continuous: always."""
        return True

    @property
    def book(self) -> OrderBook:
        """Its order book."""
        assert isinstance(self.orders, OrderBook)
        return self.orders


BuildToOrder = MakeToOrder
"""Build to order: another name of make to order."""


def _is_sweep(value: Any) -> bool:
    return isinstance(value, Mapping) and "sweep" in value


def _operations(value: Any) -> tuple[Operation, ...]:
    listed = (value,) if isinstance(value, (Operation, Mapping)) else value
    if isinstance(listed, str) or not isinstance(listed, Sequence):
        raise TypeError(f"operations must be a sequence of Operation, got {value!r}")
    made = tuple(one_of(f"operations[{i}]", one, Operation) for i, one in enumerate(listed))
    if not made or any(one is None for one in made):
        raise ValueError(f"operations must have at least one Operation, got {value!r}")
    labels = [one.label for one in made]
    for i, label in enumerate(labels):
        if label in labels[:i]:
            raise ValueError(
                f"operations[{i}].name must be unique, got {label!r} again: name operations at one station"
            )
    return made


def _stations(value: Any, operations: Sequence[Operation]) -> tuple[Station, ...]:
    if isinstance(value, Mapping) and not (set(value) & {"name", "servers"} and "name" in value):
        named = [(str(k), one_of(f"stations[{k!r}]", v, Station)) for k, v in value.items()]
        listed = [station.replace(name=k) for k, station in named]
    else:
        if isinstance(value, (str, Mapping)) or not isinstance(value, Sequence):
            raise TypeError(f"stations must be a mapping of names to Station, got {value!r}")
        listed = [one_of(f"stations[{i}]", one, Station) for i, one in enumerate(value)]
    names = [station.name for station in listed]
    for i, name in enumerate(names):
        if not name or name in names[:i]:
            raise ValueError(f"stations[{i}].name must be unique and not empty, got {name!r}")
    used = dict.fromkeys(operation.station for operation in operations)
    for name in names:
        if name not in used:
            raise ValueError(f"stations[{name!r}] has no operation; operations are at {', '.join(used)}")
    listed += [Station(name) for name in used if name not in names]
    return tuple(sorted(listed, key=lambda s: list(used).index(s.name)))


def _window(value: Any) -> tuple[float | None, float]:
    if isinstance(value, str) or not isinstance(value, Sequence) or len(value) != 2:
        raise TypeError(f"on_time_window must be a pair (early, late), got {value!r}")
    early, late = value
    pair = (None if early is None else number("on_time_window[0]", early), number("on_time_window[1]", late))
    if any(isinstance(x, Sweep) for x in pair):
        raise TypeError("on_time_window must be a pair of single numbers")
    return pair  # type: ignore[return-value]


def _check_names(shop: MakeToOrder) -> None:
    labels = [operation.label for operation in shop.operations]

    def known(field: str, name: str) -> None:
        if name not in labels:
            raise ValueError(f"{field} must name an operation, one of {', '.join(labels)}; got {name!r}")

    for i, operation in enumerate(shop.operations):
        if operation.rework_to is not None:
            known(f"operations[{i}].rework_to", operation.rework_to)
        classes = [c.name for c in shop.book.classes]
        for name in operation.times_by_class or {}:
            if name not in classes:
                listed = ", ".join(classes) or "none"
                raise ValueError(
                    f"operations[{i}].times_by_class must name customer classes ({listed}), got {name!r}"
                )
    if isinstance(shop.routing, VariantRouting):
        for v, route in enumerate(shop.routing.routes):
            for name in route:
                known(f"routing.routes[{v}]", name)
    if isinstance(shop.routing, RandomRouting):
        for name, row in {**shop.routing.next, "start": shop.routing.start or {}}.items():
            for one in (*row, *([] if name == "start" else [name])):
                known("routing", one)
    if isinstance(shop.release, WorkloadCap) and shop.release.station is not None:
        names = [s.name for s in shop.stations]
        if shop.release.station not in names:
            raise ValueError(
                f"release.station must be one of {', '.join(names)}, got {shop.release.station!r}"
            )
