"""Make to stock: production planned ahead of demand, customers served from stock.

One item, one stock, one supplier, without limits unless they are given. What is released in one period serves
a later one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import ArrayLike

from ._check import choice, count, number, plain, truth, whole
from ._law import LawLike
from ._noun import Noun, decode
from .demand import DemandLike, as_demand
from .forecasts import Forecast, as_forecast
from .laws import Real, Whole, as_law
from .orders import OrderBook
from .policies import POLICIES, Policy, Quantities
from .supply import Capacity, Disruption, Express, Obsolescence, Yield, as_capacity, as_yield
from .sweep import Sweep

__all__ = ["Costs", "MakeToStock", "Production"]


@dataclass(frozen=True, eq=False, repr=False)
class Costs(Noun):
    """Prices and cost rates, all 0 unless given; none but `salvage` and `disposal` may be negative.

    Parameters
    ----------
    holding : float
        Money per unit on hand and period.
    backorder : float
        Money per unit backordered and period.
    shortage : float
        Money per unit short, once, whether it waits or is lost.
    lost_sale : float
        Money per unit of demand lost, beside the lost margin.
    order : float
        Money per order released.
    unit : float
        Money per unit ordered.
    price : float
        Money received per unit demanded and not lost.
    salvage : float
        Money received per unit on hand at the end.
    overtime : float
        Money per unit released in overtime, beside `unit`.
    express : float
        Money per unit ordered from the express source, beside `unit`.
    expedite : float
        Money per unit brought forward by a period.
    disposal : float
        Money per unit expired, scrapped or obsolete; negative where something is paid for it.
    erosion : float
        Share of its value that a unit loses per period: what is bought later costs less (`unit` is the price
        in period 0), what lies on the shelf loses it.
    """

    holding: Real = 0
    backorder: Real = 0
    shortage: Real = 0
    lost_sale: Real = 0
    order: Real = 0
    unit: Real = 0
    price: Real = 0
    salvage: Real = 0
    overtime: Real = 0
    express: Real = 0
    expedite: Real = 0
    disposal: Real = 0
    erosion: Real = 0

    def __post_init__(self) -> None:
        self._set(**{name: number(f"Costs.{name}", value) for name, value in self._items()})


@dataclass(frozen=True, eq=False, repr=False)
class Production(Noun):
    """Servers that make units one by one when stock asks for them, in place of a lead time.

    Parameters
    ----------
    time : law or number
        Periods that a unit takes.
    servers : int
        How many work side by side.
    """

    time: LawLike
    servers: Whole = 1

    def __post_init__(self) -> None:
        self._set(
            time=as_law("Production.time", self.time),
            servers=whole("Production.servers", self.servers, at_least=1),
        )


@dataclass(frozen=True, eq=False, repr=False)
class MakeToStock(Noun, tag=("strategy", "make_to_stock")):
    """A stock-keeping unit made (or bought) to stock.

    Parameters
    ----------
    demand : law, Bootstrap, Paths, number, scipy.stats distribution, array of observations, or OrderBook
        Units demanded per period, or orders.
    policy : BaseStock, MinMax, ReorderQuantity, CappedBaseStock, ConstantOrder, OrderUpTo, MaterialPlan, …
        When and how much is released. With `review_period` R, `BaseStock` is (R, S) and `MinMax` (R, s, S).
    lead_time : law or number
        Whole periods from release to receipt; say how a continuous law is made whole:
        ``mk.Gamma(mean=3, sd=1).rounded("up")``.
    costs : Costs or mapping
        Prices and cost rates.
    quantities : Quantities or mapping
        What the supplier accepts of an order: minimum order quantity, batch, cap.
    crossing : {"independent", "fifo", "kaplan", "common"}
        Which orders may overtake which when lead times are random. ``"independent"``: every order draws its
        own, and orders cross. ``"fifo"``: an order waits for those released before it. ``"kaplan"``: each
        period draws an age A, with P(A > j) = P(L > j)/P(L > j − 1), and all orders of that age or older
        arrive; none overtakes, and each waits as the law says. ``"common"``: each period draws a lead time
        whether it orders or not, and nothing released later arrives earlier.
    review_period : int, optional
        R: stock is reviewed every this many periods, first in period 0; by default in every period. On the
        order clock any number, and by default (0) whenever the position changes.
    event_order : {"order_before_demand", "demand_before_order"}
        Order of events inside a period. With the first, an order released in t serves the demand of t + lead
        time and a level covers lead time + 1 periods (review every period); with the second, one period less.
    holding_basis : {"end", "mean"}
        Stock that is charged: at the close of the period, or the mean of the stock just before demand and at
        the close.
    backorder_share : float
        Share of every shortage that waits, from 0 (all is lost) to 1.
    opening_stock : float or "settled", optional
        Units on hand at the start, nothing on order; by default the target of the policy: S, r + Q, the
        first of several levels, the quantity of a constant order. With ``"settled"`` every replication draws
        its own, close to the long-run law of inventory positions just after a review: a policy that orders
        in lots is at its target once in a cycle only, and a run of few cycles that starts there counts too
        few of the moments at which stock runs out. Needs demand of one law in all periods, and a policy with
        one target.
    forecast : KnownMean, MovingAverage, ExponentialSmoothing, Holt, HoltWinters, … optional
        What planners expect of demand; for the policies that plan.
    capacity : Capacity, number, array or law, optional
        Units that can be released per period; what does not fit is wanted again at the next review.
    yields : ShareYield, AdditiveYield, PieceYield, AllOrNothingYield or RunYield, optional
        How much of a lot is good.
    disruptions : Disruption or sequence of Disruption
        Times in which supply is down.
    shelf_life : int, optional
        Periods in which a unit can be used, that of its receipt included.
    issue : {"fifo", "lifo"}
        Whether the oldest or the freshest units are used first.
    obsolescence : Obsolescence, optional
        Events that make all stock on hand worthless.
    express : Express, optional
        A second, faster source.
    expedite_below : float, optional
        At a review, while net stock is below this, what is due next period comes at once.
    clock : {"periods", "orders"}, optional
        ``"orders"``: the unit is the order and time is continuous; the default where demand is an OrderBook.
        With ``"periods"`` an OrderBook stands for the totals of its orders.
    production : Production, optional
        On the order clock: servers that make units one by one, in place of a lead time.
    partial_delivery : bool
        On the order clock: what is on hand is delivered at once and the rest of the order later; otherwise
        orders are delivered complete, first come first served.
    key : int, optional
        Stable key of the item in every random address, below 2³². By default the CRC-32 of its name.

    Raises
    ------
    TypeError, ValueError
        If a field is of the wrong kind. Bounds that need the whole configuration (s < S, a lead time within
        the horizon, one whose P(L > j)/P(L > j − 1) rises under kaplan crossing) are checked by `simulate`,
        before anything runs.

    Notes
    -----
    P. Zipkin, *Foundations of Inventory Management*, 2000, ch. 6 and 9. Full shortage is split at once: the
    share that waits is served from later receipts before new demand. Kaplan crossing: R. S. Kaplan,
    *Management Science* 16 (1970), 491–507.

    Examples
    --------
    >>> import maketo as mk
    >>> mk.MakeToStock(demand=mk.Poisson(20), policy=mk.BaseStock(92), lead_time=4)
    MakeToStock(demand=Poisson(mean=20), policy=BaseStock(level=92), lead_time=4)
    """

    demand: DemandLike
    policy: Policy
    lead_time: LawLike = 1
    costs: Costs = field(default_factory=Costs)
    quantities: Quantities = field(default_factory=Quantities)
    crossing: str = "independent"
    review_period: Real | None = None
    event_order: str = "order_before_demand"
    holding_basis: str = "end"
    backorder_share: Real = 1
    opening_stock: Real | str | None = None
    forecast: Forecast | None = None
    capacity: Capacity | Real | ArrayLike | LawLike | None = None
    yields: Yield | None = None
    disruptions: Disruption | Sequence[Disruption] = ()
    shelf_life: int | Sweep | None = None
    issue: str = "fifo"
    obsolescence: Obsolescence | None = None
    express: Express | None = None
    expedite_below: Real | None = None
    clock: str | None = None
    production: Production | None = None
    partial_delivery: bool = True
    key: int | None = None

    def __post_init__(self) -> None:
        policy = decode(self.policy) if isinstance(self.policy, Mapping) else self.policy
        if not isinstance(policy, POLICIES):
            known = ", ".join(p.__name__ for p in POLICIES)
            raise TypeError(f"policy must be one of {known}, got {self.policy!r}")
        costs: Any = self.costs
        if isinstance(costs, Mapping):
            costs = Costs.from_dict(costs)
        if not isinstance(costs, Costs):
            raise TypeError(f"costs must be Costs(holding=…, …), got {self.costs!r}")
        quantities: Any = self.quantities
        if isinstance(quantities, Mapping):
            quantities = Quantities.from_dict(quantities)
        if not isinstance(quantities, Quantities):
            raise TypeError(f"quantities must be Quantities(minimum=…, …), got {self.quantities!r}")
        self._set(
            demand=as_demand("demand", self.demand),
            policy=policy,
            lead_time=as_law("lead_time", self.lead_time),
            costs=costs,
            quantities=quantities,
            crossing=choice("crossing", self.crossing, ("independent", "fifo", "kaplan", "common")),
            event_order=choice(
                "event_order", self.event_order, ("order_before_demand", "demand_before_order")
            ),
            holding_basis=choice("holding_basis", self.holding_basis, ("end", "mean")),
            backorder_share=number("backorder_share", self.backorder_share),
            opening_stock=_opening(self.opening_stock),
            forecast=as_forecast("forecast", self.forecast),
            capacity=as_capacity("capacity", self.capacity),
            yields=as_yield("yields", self.yields),
            disruptions=_disruptions(self.disruptions),
            shelf_life=None if self.shelf_life is None else whole("shelf_life", self.shelf_life, at_least=1),
            issue=choice("issue", self.issue, ("fifo", "lifo")),
            obsolescence=_one("obsolescence", self.obsolescence, Obsolescence),
            express=_one("express", self.express, Express),
            expedite_below=None
            if self.expedite_below is None
            else number("expedite_below", self.expedite_below),
            production=_one("production", self.production, Production),
            partial_delivery=truth("partial_delivery", self.partial_delivery),
            key=None if self.key is None else count("key", self.key),
        )
        book = isinstance(self.demand, OrderBook)
        clock = self.clock if self.clock is not None else ("orders" if book else "periods")
        self._set(clock=choice("clock", clock, ("periods", "orders")))
        every = self.review_period
        if self.by_order:
            if not book:
                raise TypeError(f"demand must be an OrderBook where the clock is orders, got {self.demand!r}")
            self._set(review_period=number("review_period", 0 if every is None else every))
            _only_periods(self)
        else:
            self._set(review_period=whole("review_period", 1 if every is None else every, at_least=1))
            if self.production is not None or not self.partial_delivery:
                raise ValueError(
                    "production and partial_delivery are for the order clock: demand must be an OrderBook"
                )

    @property
    def by_order(self) -> bool:
        """Whether the unit is the order and time is continuous."""
        return self.clock == "orders"

    def _default(self, f: Any) -> bool:
        if f.name == "review_period":
            return bool(self.review_period == (0 if self.by_order else 1))
        if f.name == "clock":
            return self.by_order == isinstance(self.demand, OrderBook)
        return super()._default(f)


# What has no meaning where time is continuous, with what it must be.
_PERIODS_ONLY = {
    "quantities": Quantities(),
    "event_order": "order_before_demand",
    "holding_basis": "end",
    "forecast": None,
    "capacity": None,
    "yields": None,
    "disruptions": (),
    "shelf_life": None,
    "issue": "fifo",
    "obsolescence": None,
    "express": None,
    "expedite_below": None,
}


def _only_periods(shop: MakeToStock) -> None:
    for name, default in _PERIODS_ONLY.items():
        value = getattr(shop, name)
        if value != default:
            raise ValueError(
                f"{name} must be left out where the clock is orders: it belongs to periods; got {value!r}"
            )


def _one(field_name: str, value: Any, kind: type[Any]) -> Any:
    made = kind.from_dict(value) if isinstance(value, Mapping) else value
    if made is not None and not isinstance(made, kind):
        raise TypeError(f"{field_name} must be {kind.__name__}(…), got {value!r}")
    return made


def _disruptions(value: Any) -> tuple[Disruption, ...]:
    listed = (value,) if isinstance(value, (Disruption, Mapping)) else value
    if isinstance(plain(listed), str) or not isinstance(listed, Sequence):
        raise TypeError(f"disruptions must be a sequence of Disruption, got {value!r}")
    return tuple(_one(f"disruptions[{i}]", one, Disruption) for i, one in enumerate(listed))


def _opening(value: Any) -> Real | str | None:
    if isinstance(value, str):
        return choice("opening_stock", value, ("settled",))
    return None if value is None else number("opening_stock", value)
