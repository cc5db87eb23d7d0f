"""Rules of a shop that makes to order: how orders get in, what is promised, when they start, who is next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._check import number, numbers, whole
from ._law import LawLike
from ._noun import Noun
from .laws import Real, Whole, as_law

__all__ = [
    "Acceptance",
    "BackwardRelease",
    "CalledOff",
    "Confirmation",
    "ForwardLoading",
    "OrderEntry",
    "PeriodicRelease",
    "QuantileQuote",
    "RandomRouting",
    "SetupSaving",
    "StockedMaterial",
    "VariantRouting",
    "WorkloadCap",
]

DISPATCH = ("fcfs", "edd", "spt", "slack", "critical_ratio", "priority")


@dataclass(frozen=True, eq=False, repr=False)
class OrderEntry(Noun):
    """How an order gets into the books.

    Parameters
    ----------
    delay : law or number
        Periods of administration: by hand perhaps a lognormal law, by system 0.
    error : float
        Chance of an error in the data.
    correction : law or number
        Periods to find and mend it.
    every : float
        Orders are passed on at multiples of this (a nightly run); 0 is at once.
    """

    delay: LawLike = 0
    error: Real = 0
    correction: LawLike = 0
    every: Real = 0

    def __post_init__(self) -> None:
        self._set(
            delay=as_law("OrderEntry.delay", self.delay),
            error=number("OrderEntry.error", self.error),
            correction=as_law("OrderEntry.correction", self.correction),
            every=number("OrderEntry.every", self.every),
        )


@dataclass(frozen=True, eq=False, repr=False)
class Confirmation(Noun):
    """Whether and when the customer confirms; nothing is built before.

    Parameters
    ----------
    probability : float
        Chance that they do.
    delay : law or number
        Periods until then.
    """

    probability: Real = 1
    delay: LawLike = 0

    def __post_init__(self) -> None:
        self._set(
            probability=number("Confirmation.probability", self.probability),
            delay=as_law("Confirmation.delay", self.delay),
        )


@dataclass(frozen=True, eq=False, repr=False)
class CalledOff(Noun, tag=("kind", "called_off")):
    """Material called off at confirmation, just in time.

    Parameters
    ----------
    lead_time : law or number
        Periods until it is there.
    """

    lead_time: LawLike

    def __post_init__(self) -> None:
        self._set(lead_time=as_law("CalledOff.lead_time", self.lead_time))


@dataclass(frozen=True, eq=False, repr=False)
class StockedMaterial(Noun, tag=("kind", "stocked")):
    """Material from a stock that every use replaces one for one.

    Parameters
    ----------
    level : float
        Units of material, for as many units of product.
    lead_time : law or number
        Periods of a replacement, ordered at confirmation.
    """

    level: Real
    lead_time: LawLike

    def __post_init__(self) -> None:
        self._set(
            level=number("StockedMaterial.level", self.level),
            lead_time=as_law("StockedMaterial.lead_time", self.lead_time),
        )


@dataclass(frozen=True, eq=False, repr=False)
class WorkloadCap(Noun, tag=("rule", "workload_cap")):
    """Release while the work released and not finished, in mean times, is at most a cap.

    Parameters
    ----------
    cap : float
        Periods of work, the order itself counted; an empty shop always takes one.
    station : str, optional
        The station whose work counts; by default all.
    """

    cap: Real
    station: str | None = None

    def __post_init__(self) -> None:
        if self.station is not None and not isinstance(self.station, str):
            raise TypeError(f"WorkloadCap.station must be the name of a station, got {self.station!r}")
        self._set(cap=number("WorkloadCap.cap", self.cap))


@dataclass(frozen=True, eq=False, repr=False)
class BackwardRelease(Noun, tag=("rule", "backward")):
    """Release not before the promised date minus a planned time.

    Parameters
    ----------
    planned : float
        Planned periods from release to delivery.
    """

    planned: Real

    def __post_init__(self) -> None:
        self._set(planned=number("BackwardRelease.planned", self.planned))


@dataclass(frozen=True, eq=False, repr=False)
class PeriodicRelease(Noun, tag=("rule", "periodic")):
    """Release at multiples of a period.

    Parameters
    ----------
    every : float
        That period.
    """

    every: Real

    def __post_init__(self) -> None:
        self._set(every=number("PeriodicRelease.every", self.every))


@dataclass(frozen=True, eq=False, repr=False)
class SetupSaving(Noun, tag=("rule", "setup_saving")):
    """The variant a server is set up for goes on; otherwise first come, first served.

    Parameters
    ----------
    longest : int
        Orders of one variant in a row at the most, while others wait.
    """

    longest: Whole

    def __post_init__(self) -> None:
        self._set(longest=whole("SetupSaving.longest", self.longest, at_least=1))


@dataclass(frozen=True, eq=False, repr=False)
class QuantileQuote(Noun, tag=("rule", "quantile")):
    """A quantile of the lead time, given the work in the shop, by a gamma distribution.

    Parameters
    ----------
    p : float
        Its probability.
    buffer : float
        Periods added.

    Notes
    -----
    Exact for one exponential server, first come first served (an Erlang distribution).
    """

    p: Real
    buffer: Real = 0

    def __post_init__(self) -> None:
        self._set(p=number("QuantileQuote.p", self.p), buffer=number("QuantileQuote.buffer", self.buffer))


@dataclass(frozen=True, eq=False, repr=False)
class ForwardLoading(Noun, tag=("rule", "forward_loading")):
    """Capable to promise: each operation is planned behind the work in front of its station.

    Parameters
    ----------
    buffer : float
        Periods added.
    """

    buffer: Real = 0

    def __post_init__(self) -> None:
        self._set(buffer=number("ForwardLoading.buffer", self.buffer))


@dataclass(frozen=True, eq=False, repr=False)
class Acceptance(Noun):
    """Who is turned away, and which terms customers do not accept.

    Parameters
    ----------
    max_orders : int, optional
        Orders in the shop from which new ones are rejected.
    max_workload : float, optional
        Periods of work per server at the busiest station above which customers balk.
    max_quote : float, optional
        Quoted lead time above which customers balk.
    """

    max_orders: Whole | None = None
    max_workload: Real | None = None
    max_quote: Real | None = None

    def __post_init__(self) -> None:
        if self.max_orders is not None:
            self._set(max_orders=whole("Acceptance.max_orders", self.max_orders))
        for name in ("max_workload", "max_quote"):
            if getattr(self, name) is not None:
                self._set(**{name: number(f"Acceptance.{name}", getattr(self, name))})


@dataclass(frozen=True, eq=False, repr=False)
class VariantRouting(Noun, tag=("kind", "variant_routing")):
    """A route per variant.

    Parameters
    ----------
    routes : sequence of sequences of str
        Names of operations in order, one list per variant of the order book.
    """

    routes: Sequence[Sequence[str]]

    def __post_init__(self) -> None:
        if isinstance(self.routes, str) or not isinstance(self.routes, Sequence):
            raise TypeError(f"VariantRouting.routes must be a list of routes, got {self.routes!r}")
        routes = []
        for v, route in enumerate(self.routes):
            listed = isinstance(route, Sequence) and not isinstance(route, str)
            if not listed or not all(isinstance(o, str) for o in route):
                raise TypeError(f"VariantRouting.routes[{v}] must be names of operations, got {route!r}")
            routes.append(tuple(route))
        self._set(routes=tuple(routes))


@dataclass(frozen=True, eq=False, repr=False)
class RandomRouting(Noun, tag=("kind", "random_routing")):
    """An open network: after each operation the next one is drawn.

    Parameters
    ----------
    next : mapping of str to mapping of str to float
        For each operation the chances of the next ones; the rest leaves.
    start : mapping of str to float, optional
        Chances of the first operation; by default the first one.
    """

    next: Mapping[str, Mapping[str, float]]
    start: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.next, Mapping):
            raise TypeError(f"RandomRouting.next must be a mapping of operations, got {self.next!r}")
        rows = {str(k): _chances(f"RandomRouting.next[{k!r}]", row) for k, row in self.next.items()}
        self._set(next=rows)
        if self.start is not None:
            self._set(start=_chances("RandomRouting.start", self.start))


def _chances(field: str, value: Any) -> dict[str, float]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{field} must be a mapping of operations to chances, got {value!r}")
    return dict(
        zip(map(str, value), numbers(field, list(value.values())).tolist() if value else [], strict=True)
    )
