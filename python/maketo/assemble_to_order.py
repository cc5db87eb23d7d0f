"""Assemble to order: components made or bought to stock, products assembled when a customer asks.

What a product needs of every component is taken from stock; what is not there is waited for. Products share
components, so a rule says who gets what arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._check import choice, count, number, numbers, plain, truth, whole
from ._demand import Key
from ._law import LawLike
from ._noun import Noun, decode
from .bill_of_materials import BillOfMaterials
from .demand import DemandLike, as_demand
from .forecasts import Forecast
from .laws import Deterministic, Poisson, Real, Whole, as_law
from .make_to_stock import Costs, MakeToStock, Production
from .orders import OrderBook
from .planning import FollowForecast, MaterialPlan, OrderUpTo
from .planning_bill import PlanningBill
from .policies import Policy, Quantities
from .supply import Capacity, Disruption, Express, Yield
from .sweep import Sweep

__all__ = ["AssembleToOrder", "Component", "EndItem"]

ALLOCATIONS = ("fcfs_commit", "no_holdback", "priority", "reserve_critical", "batch", "batch_exact")


@dataclass(frozen=True, eq=False, repr=False)
class Component(Noun, tag=("kind", "component")):
    """A component on the shelf: a stock like any other, whose demand is what products need of it.

    Parameters
    ----------
    policy : BaseStock, MinMax, ReorderQuantity, …
        When and how much is released. Its inventory position counts all units needed so far, whatever
        products wait for.
    lead_time, costs, quantities, crossing, review_period, holding_basis, opening_stock, forecast, capacity, \
yields, disruptions, express, expedite_below, production
        As in `MakeToStock`, on the clock of the assembly. ``costs.holding`` is charged on units on the shelf,
        on those reserved for waiting orders and on those in assembly; ``costs.unit`` is what tied-up capital
        is counted at.
    reserve : float
        Under ``allocation="reserve_critical"``: units that only critical end items may take.
    substitutes : mapping of str to float
        On the order clock: components that stand in for it where it is short when an order comes, in order of
        preference, and what a unit of each costs more. The order then needs the substitute.
    key : int, optional
        Stable key of the component's supply in every random address, below 2³². By default the CRC-32 of its
        name.

    Notes
    -----
    What is reserved must stay: a component has no shelf life, obsolescence, destruction of stock or returns.

    Examples
    --------
    >>> import maketo as mk
    >>> mk.Component(mk.BaseStock(17), lead_time=2, costs=mk.Costs(holding=1))
    Component(policy=BaseStock(level=17), lead_time=2, costs=Costs(holding=1))
    """

    policy: Policy
    lead_time: LawLike = 1
    costs: Costs = field(default_factory=Costs)
    quantities: Quantities = field(default_factory=Quantities)
    crossing: str = "independent"
    review_period: Real | None = None
    holding_basis: str = "end"
    opening_stock: Real | None = None
    forecast: Forecast | None = None
    capacity: Capacity | Real | ArrayLike | LawLike | None = None
    yields: Yield | None = None
    disruptions: Disruption | Sequence[Disruption] = ()
    express: Express | None = None
    expedite_below: Real | None = None
    production: Production | None = None
    reserve: Real = 0
    substitutes: Mapping[str, float] = field(default_factory=dict)
    key: int | None = None

    def __post_init__(self) -> None:
        given = {name: value for name, value in self._items() if name not in _OWN}
        stock = MakeToStock(demand=0, **{k: v for k, v in given.items() if k not in _CLOCKED})
        for name in ("price", "lost_sale", "backorder", "shortage"):
            if getattr(stock.costs, name) != 0:
                raise ValueError(
                    f"costs.{name} must be 0 for a component: customers order end items; got "
                    f"{getattr(stock.costs, name)!r}"
                )
        if isinstance(stock.opening_stock, str):
            raise ValueError(f"opening_stock must be a number, got {stock.opening_stock!r}")
        production: Any = self.production
        if isinstance(production, Mapping):
            production = Production.from_dict(production)
        if production is not None and not isinstance(production, Production):
            raise TypeError(f"production must be Production(time=…), got {self.production!r}")
        every = self.review_period
        self._set(
            **{name: getattr(stock, name) for name in given if name not in _CLOCKED},
            production=production,
            review_period=None if every is None else number("review_period", every),
            reserve=number("reserve", self.reserve),
            substitutes=_substitutes(self.substitutes),
            key=None if self.key is None else count("key", self.key),
        )

    def as_stock(self, demand: DemandLike, event_order: str = "order_before_demand") -> MakeToStock:
        """The same stock by itself, with a demand of its own."""
        given = {name: value for name, value in self._items() if name not in _OWN}
        return MakeToStock(demand=demand, event_order=event_order, key=self.key, **given)


_OWN = ("reserve", "substitutes", "key")
_CLOCKED = ("production", "review_period")


def _substitutes(value: Any) -> dict[str, float]:
    if not isinstance(value, Mapping):
        raise TypeError(f"substitutes must map names of components to what a unit costs more, got {value!r}")
    made = {}
    for name, cost in value.items():
        x = number(f"substitutes[{name!r}]", cost)
        if isinstance(x, Sweep):
            raise TypeError(f"substitutes[{name!r}] must be a single number")
        if not x >= 0:
            raise ValueError(f"substitutes[{name!r}] must be ≥ 0, got {cost!r}")
        made[str(name)] = x
    return made


@dataclass(frozen=True, eq=False, repr=False)
class EndItem(Noun, tag=("kind", "end_item")):
    """A product that is assembled when it is ordered.

    Parameters
    ----------
    demand : law, Bootstrap, Paths, number, scipy.stats distribution, array of observations, or OrderBook
        On the period clock: units ordered per period; each is an order of its own. On the order clock the
        order book has it.
    uses : mapping of str to float, optional
        Units of each component in one of it; by default what the bill of materials says.
    price : float
        Money received per unit ordered (on the order clock, delivered).
    backorder_cost : float
        Money per unit ordered and not delivered, and period.
    shortage_cost : float
        Money per unit that is not delivered in the period of its order (on the order clock, at once), once.
    assembly_cost : float
        Money per unit delivered.
    lost_cost : float
        On the order clock: money per order that came to nothing.
    stock : int
        On the order clock: finished units kept in stock; each order starts an assembly that replaces what it
        took. By default 0: nothing is assembled ahead.
    hours : float
        Hours of assembly per unit, where hours are limited.
    priority : int
        Under ``allocation="priority"``: the smaller number comes first; on the order clock, where it is the
        same, the customer class with the smaller `CustomerClass.priority`.
    critical : bool
        Under ``allocation="reserve_critical"``: may take what components reserve.
    value : float
        In batches: what a unit is worth when components are scarce.
    key : int, optional
        On the period clock: stable key of its demand in every random address, below 2³². By default the
        CRC-32 of its name.

    Examples
    --------
    >>> import maketo as mk
    >>> mk.EndItem(mk.Poisson(3), {"board": 1, "cable": 2}, backorder_cost=20)
    EndItem(demand=Poisson(mean=3), uses={'board': 1, 'cable': 2}, backorder_cost=20)
    """

    demand: DemandLike | None = None
    uses: Mapping[str, float] | None = None
    price: Real = 0
    backorder_cost: Real = 0
    shortage_cost: Real = 0
    assembly_cost: Real = 0
    lost_cost: Real = 0
    stock: Whole = 0
    hours: Real = 1
    priority: Whole = 0
    critical: bool = False
    value: Real = 1
    key: int | None = None

    def __post_init__(self) -> None:
        self._set(
            demand=None if self.demand is None else as_demand("demand", self.demand),
            uses=None if self.uses is None else _uses(self.uses),
            **{name: number(name, getattr(self, name)) for name in _NUMBERS},
            stock=whole("stock", self.stock, at_least=0),
            priority=whole("priority", self.priority, at_least=0),
            critical=truth("critical", self.critical),
            key=None if self.key is None else count("key", self.key),
        )

    def variants(
        self, bill: BillOfMaterials, product: str, stop_at: Sequence[str] = ()
    ) -> dict[str, EndItem]:
        """The variants of a configurable product as end items of their own (configure to order).

        Customers choose independently by the take rates of the bill, so Poisson orders for the product are
        independent Poisson orders for its variants.

        Parameters
        ----------
        bill : BillOfMaterials
            With options.
        product : str
            Which of its items this is.
        stop_at : sequence of str
            Items on the shelf that are not exploded further.

        Raises
        ------
        TypeError
            If demand is not Poisson: the totals of another law would have to be split.
        """
        if not isinstance(self.demand, Poisson) or isinstance(self.demand.mean, Sweep):
            raise TypeError(f"variants need Poisson demand, which splits by take rates; got {self.demand!r}")
        found = bill.variants(product, stop_at=tuple(stop_at))
        return {
            v.name: self.replace(demand=Poisson(self.demand.mean * v.probability), uses=v.components)
            for v in found
        }


_NUMBERS = ("price", "backorder_cost", "shortage_cost", "assembly_cost", "lost_cost", "hours", "value")


@dataclass(frozen=True, eq=False, repr=False)
class AssembleToOrder(Noun, tag=("strategy", "assemble_to_order")):
    """Components on the shelf, products on demand.

    Parameters
    ----------
    products : mapping of str to EndItem
        What customers order. Inside a period they are served in this order.
    components : mapping of str to Component
        What is on the shelf.
    bill : BillOfMaterials, optional
        Where an end item does not say itself what it uses: its bill, exploded down to what is on the shelf.
        On the order clock every customer chooses among the options of the bill, and its substitutes stand in
        for components that have none of their own.
    orders : OrderBook, optional
        The order clock: time is continuous, and the variants of the book are the products, in their order.
    allocation : {"fcfs_commit", "no_holdback", "priority", "reserve_critical", "batch", "batch_exact"}
        Who gets components. ``"fcfs_commit"``: the earliest order, component by component; what it gets is
        reserved while it waits for the rest. ``"no_holdback"``: an order takes its components when all of
        them are there, and later ones may pass. ``"priority"``: as the first, but by `EndItem.priority`.
        ``"reserve_critical"``: as the second, but `Component.reserve` units are left for critical end items.
        ``"batch"``: as the second, but in every period the best value per scarce component first;
        ``"batch_exact"``: the most value that what is free can be made into, by integer programming. Batches
        are for the period clock only.
    assembly_time : law or number
        Periods from the start of assembly to delivery; on the period clock a whole number.
    servers : int, optional
        On the order clock: benches, first come first served; by default as many as there is work for.
    partial_delivery : bool
        On the order clock: an order of several units is delivered unit by unit.
    lost_orders : bool
        On the order clock: an order whose components are not all there when it comes is lost.
    hours : float or array, optional
        Hours of assembly per period: one number, or one per period (repeating). Orders that have all their
        components take them first come first served; by default there is no limit.
    event_order : {"order_before_demand", "demand_before_order"}
        Order of events inside a period, as in `MakeToStock`.
    windows : sequence of numbers
        Periods within which the share of units (on the order clock, of orders) delivered is counted,
        increasing: `AssemblyResult.fill_within`. Whole on the period clock.

    Raises
    ------
    TypeError, ValueError
        If a field is of the wrong kind, a product uses what is not on the shelf, or a component is used by
        nobody. Bounds that need the whole configuration are checked by `simulate`, before anything runs.

    Notes
    -----
    On the period clock every unit ordered is an order. Component replenishment sees what products need, so a
    component behaves exactly as a `MakeToStock` item with dependent demand.

    J.-S. Song and P. Zipkin, "Supply chain operations: assemble-to-order systems", *Handbooks in OR & MS* 11,
    2003, ch. 11; J.-S. Song, *Operations Research* 46 (1998), 831–845.

    Examples
    --------
    >>> import maketo as mk
    >>> shop = mk.AssembleToOrder(
    ...     products={
    ...         "basic": mk.EndItem(mk.Poisson(3), {"board": 1}, backorder_cost=20),
    ...         "deluxe": mk.EndItem(mk.Poisson(1), {"board": 1, "display": 1}, backorder_cost=30),
    ...     },
    ...     components={
    ...         "board": mk.Component(mk.BaseStock(20), lead_time=3, costs=mk.Costs(holding=1)),
    ...         "display": mk.Component(mk.BaseStock(12), lead_time=6, costs=mk.Costs(holding=2)),
    ...     },
    ... )
    >>> run = mk.simulate(shop, periods=200, replications=500, seed=1)
    >>> run.product("fill_rate").dims
    ('product',)
    """

    products: Mapping[str, EndItem]
    components: Mapping[str, Component]
    bill: BillOfMaterials | None = None
    orders: OrderBook | None = None
    allocation: str = "fcfs_commit"
    assembly_time: LawLike = 0
    servers: Whole | None = None
    partial_delivery: bool = False
    lost_orders: bool = False
    hours: Real | ArrayLike | None = None
    event_order: str = "order_before_demand"
    windows: Sequence[float] = (0, 1, 2)
    key: int | None = None

    def __post_init__(self) -> None:
        products = _named("products", self.products, EndItem)
        components = _named("components", self.components, Component)
        bill: Any = self.bill
        if isinstance(bill, Mapping):
            bill = BillOfMaterials.from_dict(bill)
        if bill is not None and not isinstance(bill, BillOfMaterials):
            raise TypeError(f"bill must be a BillOfMaterials, got {bill!r}")
        hours: Any = plain(self.hours)
        if hours is not None and not isinstance(hours, Sweep):
            hours = number("hours", hours) if isinstance(hours, (int, float)) else numbers("hours", hours)
        orders: Any = self.orders
        if isinstance(orders, Mapping):
            orders = OrderBook.from_dict(orders)
        if orders is not None and not isinstance(orders, OrderBook):
            raise TypeError(f"orders must be an OrderBook, got {orders!r}")
        self._set(
            products=products,
            components=components,
            bill=bill,
            orders=orders,
            allocation=choice("allocation", self.allocation, ALLOCATIONS),
            assembly_time=as_law("assembly_time", self.assembly_time),
            servers=None if self.servers is None else whole("servers", self.servers, at_least=1),
            partial_delivery=truth("partial_delivery", self.partial_delivery),
            lost_orders=truth("lost_orders", self.lost_orders),
            hours=hours,
            event_order=choice(
                "event_order", self.event_order, ("order_before_demand", "demand_before_order")
            ),
            windows=_windows(self.windows, whole_periods=orders is None),
            key=None if self.key is None else count("key", self.key),
        )
        if orders is None:
            _only_periods(self)
        else:
            _only_orders(self)
        used = {name for v in products for uses in self.variants(v) for name in uses[0]}
        for name, component in components.items():
            for other in component.substitutes:
                if other not in components or other == name:
                    raise ValueError(
                        f"components[{name!r}].substitutes must name others on the shelf, got {other!r}"
                    )
            used |= set(self.substitutes(name)) if name in used else set()
        idle = [name for name in components if name not in used]
        if idle:
            raise ValueError(f"components[{idle[0]!r}] is used by no product: leave it out")

    @property
    def by_order(self) -> bool:
        """Whether the unit is the order and time is continuous."""
        return self.orders is not None

    def substitutes(self, component: str) -> dict[str, float]:
        """What stands in for a component on the order clock, and what a unit of it costs more.

        Those of the component itself; if it has none, those of the bill that are on the shelf.
        """
        own = self.components[component].substitutes
        if own or self.bill is None or not self.by_order:
            return dict(own)
        listed = self.bill.substitutes.get(component, ())
        return {s.item: float(s.upgrade_cost) for s in listed if s.item in self.components}

    def with_planning_bill(
        self,
        family: Real | ArrayLike,
        rates: Mapping[str, float],
        *,
        family_error: LawLike | None = None,
        rate_error: LawLike | None = None,
        every: int = 1,
        key: Key = "family",
    ) -> AssembleToOrder:
        """The same where components that plan are planned from the forecast of the family.

        Parameters
        ----------
        family : float or array_like
            Units of all products together that are expected per period.
        rates : mapping of str to float
            Planned take rate of every product, which need not be the true one.
        family_error, rate_error, every, key
            As in `PlanningBill`; one draw for all components.

        Returns
        -------
        AssembleToOrder
            With a `PlanningBill` on every component whose policy plans from a forecast.

        Raises
        ------
        ValueError
            If a product has no rate, no component plans, or the clock is that of orders.
        """
        if self.by_order:
            raise ValueError("a planning bill is for the period clock: leave orders out")
        given: Any = rates
        if not isinstance(given, Mapping):
            raise TypeError(f"rates must map products to take rates, got {rates!r}")
        missing = [name for name in self.products if name not in rates]
        if missing:
            raise ValueError(f"rates must name every product, {missing[0]!r} is missing")
        unknown = [name for name in rates if name not in self.products]
        if unknown:
            raise ValueError(f"rates must name products only, got {unknown[0]!r}")
        rates = {name: _rate(f"rates[{name!r}]", rate) for name, rate in rates.items()}
        planned = {}
        for name, component in self.components.items():
            if not isinstance(component.policy, (OrderUpTo, FollowForecast, MaterialPlan)):
                continue
            usage = {v: rates[v] * self.uses(v)[name] for v in self.products if name in self.uses(v)}
            bill = PlanningBill(family, usage, family_error, rate_error, every, key)
            planned[name] = component.replace(forecast=bill)
        if not planned:
            raise ValueError(
                "no component plans from a forecast: give OrderUpTo, FollowForecast or MaterialPlan as policy"
            )
        return self.replace(components={**self.components, **planned})

    def variants(self, product: str) -> list[tuple[dict[str, float], float]]:
        """What units of a product need of components on the shelf, and for what share of them each."""
        bill, item = self.bill, self.products[product]
        if item.uses is not None or bill is None or not bill.options or product not in bill.items:
            return [(self.uses(product), 1.0)]
        found = bill.variants(product, stop_at=tuple(self.components))
        for v in found:
            self._on_the_shelf(product, v.components)
        return [(dict(v.components), v.probability) for v in found]

    def uses(self, product: str) -> dict[str, float]:
        """Units of each component on the shelf in one unit of a product."""
        item = self.products[product]
        where = f"products[{product!r}].uses"
        if item.uses is not None:
            needs = dict(item.uses)
        elif self.bill is None:
            raise ValueError(f"{where} must be given, or a bill= that lists what it is made of")
        elif product not in self.bill.items:
            raise ValueError(f"{where} must be given: the bill has no {product!r}")
        else:
            needs = self.bill.explode(product, stop_at=tuple(self.components))
        self._on_the_shelf(product, needs)
        return needs

    def _on_the_shelf(self, product: str, needs: Mapping[str, float]) -> None:
        for name in needs:
            if name not in self.components:
                raise ValueError(
                    f"products[{product!r}].uses names {name!r}, which is not among the components"
                )


def _only_periods(shop: AssembleToOrder) -> None:
    for name, item in shop.products.items():
        if item.demand is None:
            raise ValueError(f"products[{name!r}].demand must be given, or orders= of the whole")
        for field_name in ("stock", "lost_cost"):
            if getattr(item, field_name) != 0:
                raise ValueError(
                    f"products[{name!r}].{field_name} must be 0 on the period clock: give orders="
                )
        if len(shop.variants(name)) > 1:
            raise ValueError(
                f"products[{name!r}] has options in the bill: give one EndItem per variant; "
                f"EndItem(…).variants(bill, {name!r}) makes them"
            )
    time = shop.assembly_time
    if not isinstance(time, Deterministic):
        raise ValueError(f"assembly_time must be a whole number on the period clock, got {time!r}")
    whole("assembly_time", time.value, at_least=0)
    for field_name in ("servers", "partial_delivery", "lost_orders"):
        if getattr(shop, field_name):
            raise ValueError(f"{field_name} is for the order clock: give orders=")
    if shop.key is not None:
        raise ValueError("key is for the order clock: products and components have their own")
    for name, component in shop.components.items():
        if component.production is not None:
            raise ValueError(f"components[{name!r}].production is for the order clock: give orders=")
        _within(name, lambda c=component: c.as_stock(0, shop.event_order))  # type: ignore[misc]
        if component.substitutes:
            raise ValueError(f"components[{name!r}].substitutes are for the order clock: give orders=")


def _only_orders(shop: AssembleToOrder) -> None:
    assert shop.orders is not None
    for name, item in shop.products.items():
        for field_name, default in (("hours", 1), ("value", 1), ("key", None)):
            if getattr(item, field_name) != default:
                raise ValueError(f"products[{name!r}].{field_name} must be left out on the order clock")
    if shop.hours is not None:
        raise ValueError(f"hours must be left out on the order clock: give servers; got {shop.hours!r}")
    if shop.event_order != "order_before_demand":
        raise ValueError("event_order must be left out on the order clock: there are no periods")
    if shop.allocation.startswith("batch"):
        raise ValueError(
            f"allocation must not be {shop.allocation!r} on the order clock: there are no batches of orders"
        )
    shares = max(1, np.size(shop.orders.variants))
    if shares != len(shop.products):
        raise ValueError(
            f"orders must have one variant for each of the {len(shop.products)} products, got {shares}"
        )
    for name, item in shop.products.items():
        if item.demand is not None:
            raise ValueError(f"products[{name!r}].demand must be left out: the order book has it")
    for name, component in shop.components.items():
        _within(name, lambda c=component: c.as_stock(shop.orders))  # type: ignore[misc]


def _within(name: str, make: Callable[[], object]) -> None:
    try:
        make()
    except (TypeError, ValueError) as error:
        raise type(error)(f"components[{name!r}].{error}") from None


def _rate(field_name: str, value: Any) -> float:
    x = number(field_name, value)
    if isinstance(x, Sweep):
        raise TypeError(f"{field_name} must be a single number")
    if not x >= 0:
        raise ValueError(f"{field_name} must be ≥ 0, got {value!r}")
    return x


def _named(field_name: str, value: Any, kind: type[Any]) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not value:
        raise TypeError(f"{field_name} must be a mapping of names to {kind.__name__}, got {value!r}")
    made = {}
    for name, one in value.items():
        noun = decode(one) if isinstance(one, Mapping) else one
        if not isinstance(name, str) or not name or not isinstance(noun, kind):
            raise TypeError(f"{field_name}[{name!r}] must be {kind.__name__}(…) under a name, got {one!r}")
        made[name] = noun
    return made


def _uses(value: Any) -> dict[str, float]:
    if not isinstance(value, Mapping) or not value:
        raise TypeError(f"uses must be a mapping of component names to units, got {value!r}")
    made = {}
    for name, units in value.items():
        x = number(f"uses[{name!r}]", units)
        if isinstance(x, Sweep):
            raise TypeError(f"uses[{name!r}] must be a single number: a bill of materials is not swept")
        if not x > 0:
            raise ValueError(f"uses[{name!r}] must be > 0, got {units!r}")
        made[str(name)] = x
    return made


def _windows(value: Any, *, whole_periods: bool) -> tuple[float, ...]:
    if isinstance(value, str) or not isinstance(value, (Sequence, np.ndarray)) or not len(value):
        raise TypeError(f"windows must be a sequence of periods, got {value!r}")
    made = []
    for i, w in enumerate(value):
        x = count(f"windows[{i}]", w) if whole_periods else number(f"windows[{i}]", w)
        if isinstance(x, Sweep):
            raise TypeError(f"windows[{i}] must be a single number")
        if not x >= 0:
            raise ValueError(f"windows[{i}] must be ≥ 0, got {w!r}")
        made.append(x)
    if any(a >= b for a, b in pairwise(made)):
        raise ValueError(f"windows must increase, got {value!r}")
    return tuple(made)
