"""Policies that plan: from a forecast to what is released; and the rules that size lots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ._check import number, numbers, truth, whole
from ._noun import Noun, decode
from .laws import Real, Whole

__all__ = [
    "LOT_RULES",
    "Buffer",
    "DemandDriven",
    "EconomicQuantity",
    "FixedQuantity",
    "FollowForecast",
    "LotForLot",
    "LotRule",
    "MaterialPlan",
    "OrderUpTo",
    "PeriodQuantity",
    "RatePlan",
    "SilverMeal",
    "WagnerWhitin",
]


@dataclass(frozen=True, eq=False, repr=False)
class OrderUpTo(Noun, tag=("kind", "order_up_to")):
    """At every review order up to a target that follows the forecast.

    ``S_t = forecast of the cover + safety + factor · its estimated error``. Needs a `forecast` on the shop.

    Parameters
    ----------
    safety : float
        Units above the forecast.
    factor : float
        Multiples z of the estimated standard deviation of the forecast's error over the cover; refused where
        none is known (`GivenForecast`, or `KnownMean` of demand whose spread over a cover is not known).
    cover : int, optional
        Periods that must be covered; by default the protection interval: lead time + review period, one less
        with demand before order.
    smoothing : float
        β in (0, 1]: ``q = (1 − β)·(forecast until the next review) + β·(S_t − position)``. Below 1
        production is levelled: orders vary less, stock varies more.
    returns : bool
        What is too much goes back, free of charge, so that orders may be negative: how theory has it.

    Notes
    -----
    Opening stock is mean demand of the cover plus `safety`, unless given. F. Chen et al., *Management
    Science* 46, 2000; smoothing: J. Dejonckheere et al., *European Journal of Operational Research* 147,
    2003.
    """

    safety: Real = 0
    factor: Real = 0
    cover: Whole | None = None
    smoothing: Real = 1
    returns: bool = False

    def __post_init__(self) -> None:
        self._set(
            safety=number("OrderUpTo.safety", self.safety),
            factor=number("OrderUpTo.factor", self.factor),
            cover=None if self.cover is None else whole("OrderUpTo.cover", self.cover, at_least=1),
            smoothing=number("OrderUpTo.smoothing", self.smoothing),
            returns=truth("OrderUpTo.returns", self.returns),
        )


@dataclass(frozen=True, eq=False, repr=False)
class FollowForecast(Noun, tag=("kind", "follow_forecast")):
    """At every review release the forecast until the next one, whatever the stock: planned production.

    ``q = forecast + safety + factor · its estimated error``. Needs a `forecast` on the shop.

    Parameters
    ----------
    safety, factor : float
        Units, and multiples of the estimated standard deviation of the forecast's error, above the forecast.
    ahead : int, optional
        Periods from the coming one to the first that is made for; by default that of the receipt.

    Notes
    -----
    Nothing corrects the stock, so a run has no long run unless what is left over perishes (`shelf_life`) and
    what is short is lost. Opening stock is the mean plus `safety`, unless given.
    """

    safety: Real = 0
    factor: Real = 0
    ahead: Whole | None = None

    def __post_init__(self) -> None:
        self._set(
            safety=number("FollowForecast.safety", self.safety),
            factor=number("FollowForecast.factor", self.factor),
            ahead=None if self.ahead is None else whole("FollowForecast.ahead", self.ahead),
        )


@dataclass(frozen=True, eq=False, repr=False)
class RatePlan(Noun, tag=("kind", "rate_plan")):
    """A schedule: `quantities` per period, repeating, whatever the stock; reviewed in every period. Opening
    stock is the first.
    """

    quantities: ArrayLike

    def __post_init__(self) -> None:
        one = np.atleast_1d(self.quantities)
        self._set(quantities=numbers("RatePlan.quantities", one))


@dataclass(frozen=True, eq=False, repr=False)
class LotForLot(Noun, tag=("rule", "lot_for_lot")):
    """Each period's requirement is a lot of its own."""


@dataclass(frozen=True, eq=False, repr=False)
class FixedQuantity(Noun, tag=("rule", "fixed_quantity")):
    """Lots are multiples of a `quantity`."""

    quantity: Real

    def __post_init__(self) -> None:
        self._set(quantity=number("FixedQuantity.quantity", self.quantity))


@dataclass(frozen=True, eq=False, repr=False)
class EconomicQuantity(Noun, tag=("rule", "economic_quantity")):
    """The economic order quantity √(2·setup·demand/holding), or what is needed if that is more.

    `setup` is money per lot, `holding` money per unit and period; with `whole` it is rounded to whole units.
    F. W. Harris, *Factory* 10, 1913.
    """

    setup: Real
    holding: Real
    whole: bool = False

    def __post_init__(self) -> None:
        self._set(
            setup=number("EconomicQuantity.setup", self.setup),
            holding=number("EconomicQuantity.holding", self.holding),
            whole=truth("EconomicQuantity.whole", self.whole),
        )


@dataclass(frozen=True, eq=False, repr=False)
class PeriodQuantity(Noun, tag=("rule", "period_quantity")):
    """A lot covers so many `periods`; or as many as the economic quantity of `setup` and `holding` does."""

    periods: Whole | None = None
    setup: Real | None = None
    holding: Real | None = None

    def __post_init__(self) -> None:
        if self.periods is not None:
            self._set(periods=whole("PeriodQuantity.periods", self.periods, at_least=1))
        for name in ("setup", "holding"):
            if getattr(self, name) is not None:
                self._set(**{name: number(f"PeriodQuantity.{name}", getattr(self, name))})


@dataclass(frozen=True, eq=False, repr=False)
class SilverMeal(Noun, tag=("rule", "silver_meal")):
    """A lot grows while its cost per period falls. E. A. Silver and H. C. Meal, 1973."""

    setup: Real
    holding: Real

    def __post_init__(self) -> None:
        self._set(
            setup=number("SilverMeal.setup", self.setup), holding=number("SilverMeal.holding", self.holding)
        )


@dataclass(frozen=True, eq=False, repr=False)
class WagnerWhitin(Noun, tag=("rule", "wagner_whitin")):
    """Lots of least setup and holding cost over the horizon. H. M. Wagner and T. M. Whitin, 1958."""

    setup: Real
    holding: Real

    def __post_init__(self) -> None:
        self._set(
            setup=number("WagnerWhitin.setup", self.setup),
            holding=number("WagnerWhitin.holding", self.holding),
        )


LotRule: TypeAlias = LotForLot | FixedQuantity | EconomicQuantity | PeriodQuantity | SilverMeal | WagnerWhitin
LOT_RULES = (LotForLot, FixedQuantity, EconomicQuantity, PeriodQuantity, SilverMeal, WagnerWhitin)


@dataclass(frozen=True, eq=False, repr=False)
class MaterialPlan(Noun, tag=("kind", "material_plan")):
    """Material requirements planning (MRP) of one item on a rolling horizon.

    At every review the forecast of the coming `horizon` is netted against stock and what is under way; where
    the projection falls below `safety` a receipt is planned, sized by `lots`, and its release set a lead time
    earlier. What falls due is released, period by period, until the next review.

    Parameters
    ----------
    horizon : int
        Periods planned; at least lead time + review period + fence.
    lots : LotForLot, FixedQuantity, EconomicQuantity, PeriodQuantity, SilverMeal or WagnerWhitin
        Lot-sizing rule; MOQ, batch and cap of `Quantities` come after it.
    safety : float
        Safety stock, units.
    fence : int
        Planned releases of so many coming periods are frozen: a review does not change them any more.

    Notes
    -----
    Needs a `forecast` and a constant lead time. J. Orlicky, *Material Requirements Planning*, 1975.
    """

    horizon: Whole
    lots: LotRule = LotForLot()
    safety: Real = 0
    fence: Whole = 0

    def __post_init__(self) -> None:
        lots: Any = decode(self.lots) if isinstance(self.lots, dict) else self.lots
        if not isinstance(lots, LOT_RULES):
            known = ", ".join(r.__name__ for r in LOT_RULES)
            raise TypeError(f"MaterialPlan.lots must be one of {known}, got {self.lots!r}")
        self._set(
            horizon=whole("MaterialPlan.horizon", self.horizon, at_least=1),
            lots=lots,
            safety=number("MaterialPlan.safety", self.safety),
            fence=whole("MaterialPlan.fence", self.fence),
        )


@dataclass(frozen=True, eq=False, repr=False)
class Buffer(Noun):
    """The three zones of a demand-driven buffer, in terms of average daily usage (ADU).

    With ``Y = ADU·lead_time``: red ``Y·lead_time_factor·(1 + variability_factor)``, yellow ``Y``, green
    ``max(minimum, ADU·cycle, Y·lead_time_factor)``.

    Parameters
    ----------
    lead_time : float
        Decoupled lead time, periods.
    lead_time_factor, variability_factor : float
        Shares of the yellow zone.
    minimum : float
        Minimum order quantity.
    cycle : float
        Desired periods between orders.
    """

    lead_time: Real
    lead_time_factor: Real = 0.5
    variability_factor: Real = 0.5
    minimum: Real = 0
    cycle: Real = 0

    def __post_init__(self) -> None:
        self._set(**{name: number(f"Buffer.{name}", value) for name, value in self._items()})


@dataclass(frozen=True, eq=False, repr=False)
class DemandDriven(Noun, tag=("kind", "demand_driven")):
    """Demand-driven MRP: where the position is in red or yellow, order up to the top of green.

    Parameters
    ----------
    buffer : Buffer
        The zones.
    window : int
        Periods of demand that usage is averaged over.

    Notes
    -----
    C. Ptak and C. Smith, *Demand Driven Material Requirements Planning*, 2016. Orders are not known before
    their period, so there are no qualified spikes.
    """

    buffer: Buffer
    window: Whole = 13

    def __post_init__(self) -> None:
        buffer: Any = Buffer.from_dict(self.buffer) if isinstance(self.buffer, dict) else self.buffer
        if not isinstance(buffer, Buffer):
            raise TypeError(f"DemandDriven.buffer must be Buffer(…), got {self.buffer!r}")
        self._set(buffer=buffer, window=whole("DemandDriven.window", self.window, at_least=1))
