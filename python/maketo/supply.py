"""What limits and disturbs supply: capacity, yields, disruptions, obsolescence, a second source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ._check import choice, count, number, numbers, plain, truth, whole
from ._demand import Key, as_key_of
from ._law import Law, LawLike
from ._noun import Noun
from .laws import Real, Whole, as_law
from .sweep import Sweep

__all__ = [
    "AdditiveYield",
    "AllOrNothingYield",
    "Capacity",
    "Disruption",
    "Express",
    "Obsolescence",
    "PieceYield",
    "RunYield",
    "ShareYield",
    "Yield",
    "as_capacity",
    "as_yield",
]


@dataclass(frozen=True, eq=False, repr=False)
class Capacity(Noun):
    """Units that can be released per period.

    Parameters
    ----------
    regular : float, array or law
        In regular time: one number, one per period (an array repeats when it ends), or a law that is drawn
        in every period (stream CAP).
    overtime : float
        Units per period beyond it, at the rate `Costs.overtime`. They are used whenever they are wanted.
    key : str or int, optional
        Entity of random capacities, by default the item. Items that name the same resource meet the same
        luck; they do not share its hours.

    Notes
    -----
    What does not fit is wanted again at the next review. A. Federgruen and P. Zipkin, *Mathematics of
    Operations Research* 11, 1986.
    """

    regular: Real | ArrayLike | LawLike
    overtime: Real = 0
    key: Key | None = None

    def __post_init__(self) -> None:
        regular: Any = self.regular
        given = plain(regular)
        if isinstance(given, (int, float, Sweep)) and not isinstance(given, bool):
            regular = number("Capacity.regular", given)
        elif isinstance(regular, (Law, dict)) or hasattr(regular, "dist"):
            regular = as_law("Capacity.regular", regular)
        else:
            regular = numbers("Capacity.regular", regular)
        self._set(
            regular=regular,
            overtime=number("Capacity.overtime", self.overtime),
            key=None if self.key is None else as_key_of("Capacity.key", self.key),
        )


def as_capacity(field: str, value: Any) -> Capacity | None:
    """A capacity from whatever may stand for one."""
    if value is None or isinstance(value, Capacity):
        return value
    if isinstance(value, dict) and "regular" in value:
        return Capacity.from_dict(value)
    try:
        return Capacity(value)
    except TypeError as error:
        raise TypeError(str(error).replace("Capacity.regular", field)) from None


class _YieldNoun(Noun):
    """What all yields have."""

    counts: str
    inflate: bool

    def _common(self) -> None:
        name = type(self).__name__
        self._set(
            counts=choice(f"{name}.counts", self.counts, ("expected", "nominal")),
            inflate=truth(f"{name}.inflate", self.inflate),
        )


@dataclass(frozen=True, eq=False, repr=False)
class ShareYield(_YieldNoun, tag=("kind", "share_yield")):
    """A random share of each lot is good: Y·q.

    Parameters
    ----------
    law : law
        Of Y, not below 0; drawn by release period (stream YIELD).
    counts : {"expected", "nominal"}
        What the inventory position counts of a lot before it is seen.
    inflate : bool
        Orders are raised so that the expected good quantity is what the policy wanted.

    Notes
    -----
    C. A. Yano and H. L. Lee, *Operations Research* 43, 1995.
    """

    law: LawLike
    counts: str = "expected"
    inflate: bool = False

    def __post_init__(self) -> None:
        self._common()
        self._set(law=as_law("ShareYield.law", self.law))


@dataclass(frozen=True, eq=False, repr=False)
class AdditiveYield(_YieldNoun, tag=("kind", "additive_yield")):
    """A lot is larger or smaller by a random quantity: (q + Y)⁺. Parameters as of `ShareYield`."""

    law: LawLike
    counts: str = "expected"
    inflate: bool = False

    def __post_init__(self) -> None:
        self._common()
        self._set(law=as_law("AdditiveYield.law", self.law))


@dataclass(frozen=True, eq=False, repr=False)
class PieceYield(_YieldNoun, tag=("kind", "piece_yield")):
    """Every unit is good with a `probability`, by itself: binomial. Lots must be whole: give a `multiple`."""

    probability: Real
    counts: str = "expected"
    inflate: bool = False

    def __post_init__(self) -> None:
        self._common()
        self._set(probability=number("PieceYield.probability", self.probability))


@dataclass(frozen=True, eq=False, repr=False)
class AllOrNothingYield(_YieldNoun, tag=("kind", "all_or_nothing_yield")):
    """A lot is good with a `probability`, or all of it is lost."""

    probability: Real
    counts: str = "expected"
    inflate: bool = False

    def __post_init__(self) -> None:
        self._common()
        self._set(probability=number("AllOrNothingYield.probability", self.probability))


@dataclass(frozen=True, eq=False, repr=False)
class RunYield(_YieldNoun, tag=("kind", "run_yield")):
    """A run is good until its first defect: every next unit with a `probability`. Lots must be whole."""

    probability: Real
    counts: str = "expected"
    inflate: bool = False

    def __post_init__(self) -> None:
        self._common()
        self._set(probability=number("RunYield.probability", self.probability))


Yield: TypeAlias = ShareYield | AdditiveYield | PieceYield | AllOrNothingYield | RunYield
_YIELDS = (ShareYield, AdditiveYield, PieceYield, AllOrNothingYield, RunYield)
_KINDS = {
    ShareYield: "share",
    AdditiveYield: "units",
    PieceYield: "each",
    AllOrNothingYield: "all_or_nothing",
    RunYield: "until_defect",
}


def as_yield(field: str, value: Any) -> Yield | None:
    """A yield, or nothing."""
    from ._noun import decode

    made = decode(value) if isinstance(value, dict) else value
    if made is None or isinstance(made, _YIELDS):
        return made
    known = ", ".join(y.__name__ for y in _YIELDS)
    raise TypeError(f"{field} must be one of {known}, got {value!r}")


def yield_payload(value: Yield) -> dict[str, Any]:
    """As the core reads it."""
    data = value.to_dict()
    of = {"kind": _KINDS[type(value)]}
    of |= {name: data[name] for name in ("law", "probability") if name in data}
    return {"of": of, "counts": value.counts, "inflate": value.inflate}


@dataclass(frozen=True, eq=False, repr=False)
class Disruption(Noun):
    """Times in which supply is down: random, planned, or both.

    Parameters
    ----------
    effect : {"order", "ship", "transit", "receive", "capacity", "stock"}
        What is down. ``"order"``: nothing can be ordered. ``"ship"``: orders are taken and leave the supplier
        when it is up again. ``"transit"``: what is under way stands still. ``"receive"``: what arrives waits
        at the dock. ``"capacity"``: only the share `remaining` of it is left. ``"stock"``: going down leaves
        only the share `remaining` of the stock on hand.
    fail : float
        Chance per period that what is up goes down (stream DISR).
    recover : float
        Chance per period that what is down comes up again.
    start : {"stationary", "up", "down"}
        State in period 0.
    outages : sequence of (int, int)
        Planned: first period, and one past the last.
    key : str or int, optional
        Entity of the process, by default the item: items that name the same process go down together.
    remaining : float
        Share that is left, in [0, 1].

    Notes
    -----
    L. V. Snyder et al., *IIE Transactions* 48, 2016.
    """

    effect: str
    fail: Real = 0
    recover: Real = 1
    start: str = "stationary"
    outages: ArrayLike = ()
    key: Key | None = None
    remaining: Real = 0

    def __post_init__(self) -> None:
        outages: Any = self.outages
        if isinstance(outages, str) or not np.iterable(outages):
            raise TypeError(f"Disruption.outages must be pairs of periods, got {outages!r}")
        pairs = []
        for i, pair in enumerate(outages):
            if isinstance(pair, str) or not np.iterable(pair) or len(tuple(pair)) != 2:
                raise TypeError(f"Disruption.outages[{i}] must be a pair of periods, got {pair!r}")
            pairs.append(tuple(count(f"Disruption.outages[{i}]", x) for x in pair))
        effects = ("order", "ship", "transit", "receive", "capacity", "stock")
        self._set(
            effect=choice("Disruption.effect", self.effect, effects),
            fail=number("Disruption.fail", self.fail),
            recover=number("Disruption.recover", self.recover),
            start=choice("Disruption.start", self.start, ("stationary", "up", "down")),
            outages=tuple(pairs),
            key=None if self.key is None else as_key_of("Disruption.key", self.key),
            remaining=number("Disruption.remaining", self.remaining),
        )


@dataclass(frozen=True, eq=False, repr=False)
class Obsolescence(Noun):
    """Events that make all stock on hand worthless: an engineering change, the end of a version.

    Parameters
    ----------
    hazard : float
        Chance per period (stream LIFE).
    periods : sequence of int
        Planned.
    key : str or int, optional
        Entity of the events, by default the item.

    Notes
    -----
    What is on order arrives in the new version; only what lies on the shelf is lost.
    """

    hazard: Real = 0
    periods: ArrayLike = ()
    key: Key | None = None

    def __post_init__(self) -> None:
        periods: Any = self.periods
        if isinstance(periods, str) or not np.iterable(periods):
            raise TypeError(f"Obsolescence.periods must be a sequence of periods, got {periods!r}")
        self._set(
            hazard=number("Obsolescence.hazard", self.hazard),
            periods=tuple(count(f"Obsolescence.periods[{i}]", t) for i, t in enumerate(periods)),
            key=None if self.key is None else as_key_of("Obsolescence.key", self.key),
        )


@dataclass(frozen=True, eq=False, repr=False)
class Express(Noun):
    """A second, faster source: at a review up to `level`, counting only what arrives in time.

    Parameters
    ----------
    lead_time : int
        Periods from release to receipt, fewer than the regular ones.
    level : float
        Order-up-to level of the express position: net stock plus what is due within `lead_time`.

    Notes
    -----
    With `BaseStock` for the regular source this is a dual-index policy; with `ConstantOrder`, tailored base
    surge. S. Veeraraghavan and A. Scheller-Wolf, *Operations Research* 56, 2008; G. Allon and J. A. Van
    Mieghem, *Management Science* 56, 2010.
    """

    lead_time: Whole
    level: Real

    def __post_init__(self) -> None:
        self._set(
            lead_time=whole("Express.lead_time", self.lead_time), level=number("Express.level", self.level)
        )
