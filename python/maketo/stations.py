"""Stations, their working hours and failures, and the operations done at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._check import choice, count, number, plain, whole
from ._law import Law, LawLike
from ._noun import Noun, decode
from .laws import Real, Whole, as_law
from .sweep import Sweep

__all__ = ["Breakdowns", "Operation", "Overtime", "Station", "WorkingHours"]


@dataclass(frozen=True, eq=False, repr=False)
class WorkingHours(Noun):
    """Working hours that repeat. Work stops when they end and goes on when they begin again.

    Parameters
    ----------
    open : sequence of (from, to)
        Open intervals within a cycle, in periods, ascending and apart.
    cycle : float
        Periods after which they repeat.

    Examples
    --------
    Two shifts of a day, with a week as the period and five days open:

    >>> import maketo as mk
    >>> hours = mk.WorkingHours([(d / 7 + 6 / 168, d / 7 + 22 / 168) for d in range(5)], cycle=1)
    """

    open: Sequence[tuple[float, float]]
    cycle: float = 1

    def __post_init__(self) -> None:
        intervals = self.open.tolist() if isinstance(self.open, np.ndarray) else self.open
        if isinstance(intervals, str) or not isinstance(intervals, Sequence):
            raise TypeError(f"WorkingHours.open must be a sequence of (from, to), got {self.open!r}")
        pairs = []
        for i, pair in enumerate(intervals):
            if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
                raise TypeError(f"WorkingHours.open[{i}] must be a pair of times, got {pair!r}")
            pairs.append(tuple(_single(f"WorkingHours.open[{i}]", x) for x in pair))
        self._set(open=tuple(pairs), cycle=_single("WorkingHours.cycle", self.cycle))


@dataclass(frozen=True, eq=False, repr=False)
class Breakdowns(Noun):
    """Failures of a server; a repaired server goes on where it stopped.

    Parameters
    ----------
    uptime : law or number
        Periods of running time until a failure (stream TTF).
    repair : law or number
        Periods of repair (stream TTR).
    clock : {"busy", "always"}
        Whether running time passes only while the server works, or always.
    """

    uptime: LawLike
    repair: LawLike
    clock: str = "busy"

    def __post_init__(self) -> None:
        self._set(
            uptime=as_law("Breakdowns.uptime", self.uptime),
            repair=as_law("Breakdowns.repair", self.repair),
            clock=choice("Breakdowns.clock", self.clock, ("busy", "always")),
        )


@dataclass(frozen=True, eq=False, repr=False)
class Overtime(Noun):
    """More work per period while much work waits.

    Parameters
    ----------
    above : float
        Periods of work in front of each server above which it starts.
    below : float
        Periods of work below which it ends.
    factor : float
        Work done per period relative to regular time, > 1; for work that starts while it is on.
    """

    above: Real
    below: Real
    factor: Real

    def __post_init__(self) -> None:
        self._set(**{name: number(f"Overtime.{name}", value) for name, value in self._items()})


@dataclass(frozen=True, eq=False, repr=False)
class Station(Noun):
    """Identical servers with one queue.

    Parameters
    ----------
    name : str
        Name in tables; may be left out where stations are given as a mapping.
    servers : int
        How many.
    buffer : int, optional
        Places in the queue; who finds none keeps the server it was on (blocking after service). By default
        as many as needed.
    calendar : WorkingHours, optional
        By default always.
    breakdowns : Breakdowns, optional
        Failures.
    overtime : Overtime, optional
        Overtime when workload is high.
    rate : float
        Money per server and period on orders.
    """

    name: str = ""
    servers: Whole = 1
    buffer: Whole | None = None
    calendar: WorkingHours | None = None
    breakdowns: Breakdowns | None = None
    overtime: Overtime | None = None
    rate: Real = 0

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise TypeError(f"Station.name must be a text, got {self.name!r}")
        self._set(
            servers=whole("Station.servers", self.servers, at_least=1),
            buffer=None if self.buffer is None else whole("Station.buffer", self.buffer),
            calendar=one_of("Station.calendar", self.calendar, WorkingHours),
            breakdowns=one_of("Station.breakdowns", self.breakdowns, Breakdowns),
            overtime=one_of("Station.overtime", self.overtime, Overtime),
            rate=number("Station.rate", self.rate),
        )


@dataclass(frozen=True, eq=False, repr=False)
class Operation(Noun):
    """A step of the work on an order.

    An order is on a server for ``(setup + pieces·unit_time + time)·(1 + customisation·κ)·learning`` periods.

    Parameters
    ----------
    station : str
        Where.
    time : law or number, optional
        Periods per order.
    unit_time : law or number, optional
        Periods per unit; units are made one by one, each drawn by itself.
    name : str, optional
        Name; by default that of the station.
    times_by_class : mapping of class name to law, optional
        Laws of customer classes that take another time (or unit time, if there is no `time`).
    setup : law or number, optional
        Periods when a server turns to another variant.
    customisation : float
        γ: share by which a fully customised order takes longer.
    yield_share : float
        Share of good units; more are made until the order is complete.
    rework : float
        Chance that the order has to go back after this operation.
    rework_to : str, optional
        To which operation, by name; by default this one.
    rework_most : int, optional
        How often at the most.
    learning : float
        Exponent b: the n-th order of a variant takes n^−b of the time.
    learning_floor : float
        Least share of the time that learning leaves.
    """

    station: str
    time: LawLike | None = None
    unit_time: LawLike | None = None
    name: str | None = None
    times_by_class: Mapping[str, LawLike] | None = None
    setup: LawLike | None = None
    customisation: Real = 0
    yield_share: Real = 1
    rework: Real = 0
    rework_to: str | None = None
    rework_most: int | None = None
    learning: Real = 0
    learning_floor: Real = 0

    def __post_init__(self) -> None:
        for name in ("station", "name", "rework_to"):
            value = getattr(self, name)
            if (name == "station" or value is not None) and not (isinstance(value, str) and value):
                raise TypeError(f"Operation.{name} must be a text that is not empty, got {value!r}")
        for name in ("time", "unit_time", "setup"):
            value = getattr(self, name)
            if value is not None:
                self._set(**{name: as_law(f"Operation.{name}", value)})
        for name in ("customisation", "yield_share", "rework", "learning", "learning_floor"):
            self._set(**{name: number(f"Operation.{name}", getattr(self, name))})
        if self.rework_most is not None:
            self._set(rework_most=count("Operation.rework_most", self.rework_most))
        if self.time is None and self.unit_time is None:
            raise ValueError(f"Operation.time or unit_time must be given (station {self.station!r})")
        if self.times_by_class is not None:
            field = "Operation.times_by_class"
            if not isinstance(self.times_by_class, Mapping):
                raise TypeError(
                    f"{field} must be a mapping of class names to laws, got {self.times_by_class!r}"
                )
            laws = {str(k): as_law(f"{field}[{k!r}]", v) for k, v in self.times_by_class.items()}
            self._set(times_by_class=laws)

    @property
    def label(self) -> str:
        """Its name."""
        return self.station if self.name is None else self.name

    def law_of(self, customer_class: str) -> Law:
        """The law of time (or unit time) of a class."""
        own = (self.times_by_class or {}).get(customer_class)
        law = own if own is not None else self.time if self.time is not None else self.unit_time
        assert isinstance(law, Law)
        return law


def one_of(field: str, value: Any, *kinds: type[Any]) -> Any:
    """A noun of one of these kinds, or its JSON form, or None."""
    if isinstance(value, Mapping):
        value = decode(value)
        if isinstance(value, Mapping) and len(kinds) == 1:
            value = kinds[0].from_dict(value)
    if value is not None and not isinstance(value, kinds):
        names = " or ".join(kind.__name__ for kind in kinds)
        raise TypeError(f"{field} must be {names}, got {value!r}")
    return value


def _single(field: str, value: Any) -> float:
    x = number(field, plain(value))
    if isinstance(x, Sweep):
        raise TypeError(f"{field} must be a single number, got {value!r}")
    return x
