"""Orders as a system that runs a company exports them: one row per order or order line, with its dates.

Reading is strict: every row that cannot be used is named by line, column, value and reason, and none is
left out without saying so. What comes out are times in periods of a simulation: when orders came, how long
they took, how much was asked for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ._check import choice, count, number
from ._order_cells import DATES, DAY, NUMBER, as_text, check_format, find_columns, moment
from ._order_rows import (
    before_order,
    counted,
    identical,
    read_quantities,
    read_times,
    refusal,
    without_clock,
)
from ._order_source import Rejected, open_source
from .sweep import Sweep
from .table import Table

__all__ = ["OrderTable", "Rejected", "read_orders"]

Array: TypeAlias = NDArray[np.float64]
_UNITS = {"hour": 1 / 24, "day": 1.0, "week": 7.0}
_TEXTS = ("order_id", "item", "customer_class", "variant")
_NUMBERS = ("quantity", "order_time", "requested_time", "confirmed_time", "delivered_time")
_UNTIL = ("requested", "confirmed", "delivered")
_EPOCH = date(1970, 1, 1)
_MIXED = "mixed"
# Days that a spreadsheet counts, 2000 to 2099.
_SPREADSHEET = (36526.0, 73050.0)
_MOST_PERIODS = 10_000_000


@dataclass(frozen=True, eq=False, repr=False)
class OrderTable:
    """Orders or order lines, sorted by the time they came; times in periods since `start`.

    See Also
    --------
    read_orders : makes it from a file or a table.
    """

    order_id: tuple[str, ...]
    """Empty where there is none."""
    item: tuple[str, ...]
    """What was ordered; empty where it is not said."""
    customer_class: tuple[str, ...]
    """Empty where there is none."""
    variant: tuple[str, ...]
    """Empty where there is none."""
    quantity: Array
    """Units."""
    order_time: Array
    """When the order came, periods since `start`."""
    requested_time: Array
    """When the customer wants it; NaN where not known."""
    confirmed_time: Array
    """When it was promised for; NaN where not known."""
    delivered_time: Array
    """When it was delivered; NaN where it was not, or where that is not known."""
    line: NDArray[np.int64]
    """Where each row stands: line of the file, or row, from 0, of a table in memory."""
    start: date | None
    """The day whose midnight is time 0; none where times came as numbers."""
    period_days: float
    """Days in a period."""
    source: str
    """Where it came from."""
    rejected: tuple[Rejected, ...] = ()
    """What could not be used; several entries for a row with several faults."""
    warnings: tuple[str, ...] = ()
    """What a reader should know before trusting the numbers."""

    def __post_init__(self) -> None:
        for name in _TEXTS:
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for name in (*_NUMBERS, "line"):
            array = np.array(getattr(self, name), np.int64 if name == "line" else np.float64)
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        if not self.order_id:
            raise ValueError("OrderTable needs at least one row")
        uneven = {name: len(getattr(self, name)) for name in (*_TEXTS, *_NUMBERS, "line")}
        if len(set(uneven.values())) > 1:
            raise ValueError(f"OrderTable needs columns of one length, got {uneven}")

    def __reduce__(self) -> tuple[Any, ...]:
        # By way of the constructor: a pickled array forgets that it is read-only.
        return OrderTable, tuple(getattr(self, f.name) for f in fields(self))

    @property
    def items(self) -> tuple[str, ...]:
        """Names of the items, in the order they first came; rows that name none are not among them."""
        return tuple(dict.fromkeys(name for name in self.item if name))

    def of_item(self, name: str) -> OrderTable:
        """The rows of one item; time 0 stays where it is.

        Raises
        ------
        ValueError
            If there is none of this name; the message lists those there are.
        """
        rows = np.array([i for i, x in enumerate(self.item) if x == name], np.intp)
        if not rows.size:
            listed = ", ".join(map(repr, self.items)) or "none with a name"
            raise ValueError(f"{self.source} has no item {name!r}; it has {listed}")
        kept: dict[str, Any] = {x: tuple(getattr(self, x)[i] for i in rows) for x in _TEXTS}
        kept.update((x, getattr(self, x)[rows]) for x in (*_NUMBERS, "line"))
        return replace(self, **kept)

    def orders(self) -> OrderTable:
        """One row per order: its lines put together.

        Quantities are added; an order came when its first line came. It is wanted, promised and delivered
        with its last line, and not yet delivered while any line is not: one date missing, and the order's
        is. Item, class and variant stay where all lines that have one agree, else they are "mixed". A row
        without an order number is an order of its own. `line` is where the first line stands. Lines that were
        rejected are in no order.

        Returns
        -------
        OrderTable
        """
        places: dict[object, int] = {}
        of = np.array([places.setdefault(x or i, len(places)) for i, x in enumerate(self.order_id)], np.intp)
        # Rows are sorted, so an order's first row is its earliest.
        first = np.unique(of, return_index=True)[1]
        values: dict[str, Any] = {
            "order_id": tuple(self.order_id[i] for i in first),
            "quantity": np.bincount(of, self.quantity),
            "order_time": self.order_time[first],
            "line": self.line[first],
        }
        for name in ("item", "customer_class", "variant"):
            seen: list[dict[str, None]] = [{} for _ in first]
            for at, text in zip(of, getattr(self, name), strict=True):
                if text:
                    seen[at][text] = None
            values[name] = tuple(_MIXED if len(x) > 1 else next(iter(x), "") for x in seen)
        for name in _NUMBERS[2:]:
            latest = np.full(len(first), -np.inf)
            # A NaN passes through the maximum, which numpy would warn of.
            with np.errstate(invalid="ignore"):
                np.maximum.at(latest, of, getattr(self, name))
            values[name] = latest
        return replace(self, **values)

    def lead_times(self, until: str = "delivered") -> Array:
        """How long it took from order to delivery; or until the promised, or the requested date.

        Parameters
        ----------
        until : {"delivered", "confirmed", "requested"}

        Returns
        -------
        ndarray
            Periods, in order of `order_time`, without the rows that have no such date. Where orders are
            still open these are the longer ones, so that delivered orders alone look faster than all of
            them are; `summary` tells how many are missing.

        Raises
        ------
        ValueError
            If `until` is none of these.
        """
        known = self._until(choice("until", until, _UNTIL))
        return known[~np.isnan(known)]

    def interarrival_times(self) -> Array:
        """Time from each row to the next, periods; 0 where they came together.

        Lines of one order come together: ask `orders()` for the times between orders.

        Returns
        -------
        ndarray
            One less than there are rows.
        """
        return np.diff(self.order_time)

    def totals(self, periods: int | None = None) -> Array:
        """Quantity that was ordered in each period; what came in [t, t + 1) belongs to period t.

        Parameters
        ----------
        periods : int, optional
            How many periods; by default until the last order. More than that are filled with zeros.

        Returns
        -------
        ndarray
            Units, shape (period,).

        Raises
        ------
        ValueError
            If `periods` would leave out orders, or time is so long that its unit must be wrong.
        """
        at = np.floor(self.order_time)
        least = int(at.max()) + 1
        if least > _MOST_PERIODS:
            raise ValueError(
                f"{self.source}: orders span {least} periods; is the time unit what it should be?"
            )
        wanted = least if periods is None else count("periods", periods)
        if wanted < least:
            raise ValueError(f"periods must be ≥ {least}, so that no order is left out, got {wanted}")
        return np.bincount(at.astype(np.intp), self.quantity, minlength=wanted).astype(np.float64)

    def summary(self) -> Table:
        """Quantities and durations: how many, the share missing, mean, standard deviation, percentiles.

        Returns
        -------
        Table
            Over the rows there are; of whole orders: ``table.orders().summary()``.
        """
        measured = [("quantity", self.quantity), ("interarrival time", self.interarrival_times())]
        measured += [(f"order to {until}", self._until(until)) for until in _UNTIL]
        columns = ["measure", "count", "missing", "mean", "sd", "P10", "P50", "P90"]
        caption = f"{counted(len(self), 'row')} from {self.source}; times in {self._unit()}"
        return Table(columns, [(name, *_spread(values)) for name, values in measured], caption)

    def __len__(self) -> int:
        return len(self.order_id)

    def __repr__(self) -> str:
        orders = len({x or i for i, x in enumerate(self.order_id)})
        what = f"{counted(len(self), 'row')}, {counted(orders, 'order')}"
        what += f", {counted(len(self.items), 'item')}" if self.items else ""
        ends = [self.order_time[0], self.order_time[-1]]
        if self.start is None:
            span = " … ".join(f"{x:g}" for x in ends)
        else:
            midnight = datetime.combine(self.start, datetime.min.time())
            span = " … ".join(str((midnight + timedelta(days=x * self.period_days)).date()) for x in ends)
        left_out = len({x.line for x in self.rejected})
        out = f", {counted(left_out, 'row')} left out" if left_out else ""
        return f"OrderTable({what}, {span}, in {self._unit()}{out}, from {self.source})"

    def _until(self, until: str) -> Array:
        end: Array = getattr(self, f"{until}_time")
        return end - self.order_time

    def _unit(self) -> str:
        named = next((f"{word}s" for word, days in _UNITS.items() if days == self.period_days), None)
        return named or f"periods of {self.period_days:g} days"


def read_orders(
    source: Any,
    *,
    columns: Mapping[str, str | None] | None = None,
    time_unit: str | float = "day",
    start: Any = None,
    dirty: str = "error",
    sep: str | None = None,
    date_format: str | None = None,
) -> OrderTable:
    """Read orders as a system exports them.

    Parameters
    ----------
    source : path-like, DataFrame, mapping or sequence of mappings
        A CSV file, plain or gzip-compressed, in UTF-8, whose first row holds the column names; a Parquet
        file, which needs pyarrow; a pandas or polars DataFrame or an Arrow table; columns by name; or rows,
        each a mapping.
    columns : mapping, optional
        Which column holds a field: ``order_id``, ``item``, ``quantity``, ``order_date``,
        ``requested_date``, ``confirmed_date``, ``delivered_date``, ``customer_class``, ``variant``. None
        says that there is none. Fields that are not named are known by common headings, such as "Sales
        order", "SKU", "Order qty", "Created on", "Req. delivery date", "Promised date", "Shipped", "Segment";
        case and punctuation do not count. Only the order date is compulsory; without a quantity each row is
        1 unit.
    time_unit : {"hour", "day", "week"} or float
        What a period is; a number is its length in days.
    start : date, optional
        The day whose midnight is time 0, not after the first order; by default the day of the first order.
    dirty : {"error", "report"}
        What becomes of rows that cannot be used: an error that lists them; or they are left out, and listed
        in `OrderTable.rejected`.
    sep : str, optional
        What separates the cells of a file; by default the tab of a .tsv file, or whichever of comma,
        semicolon and tab is the most frequent in the first row.
    date_format : str, optional
        How dates are written as text, see `datetime.strptime`, such as ``"%d/%m/%Y"``. By default ISO dates
        are read, with or without a time: ``2025-03-04``, ``2025-03-04 15:30``, ``2025-03-04T15:30:00``.

    Returns
    -------
    OrderTable

    Raises
    ------
    ModuleNotFoundError
        If it is a Parquet file and pyarrow is not installed.
    OSError
        If the file cannot be read.
    TypeError
        If `source` or an option is of no kind that can be used.
    ValueError
        If there are no orders; no column, or more than one, could be a field; or rows cannot be used: one
        that has too many or too few cells; a date that is missing though it is the order's, is not a date,
        is ambiguous or lies before the order's; a quantity that is blank or not a finite number > 0. Files
        that are empty, not UTF-8 or not CSV are refused as a whole.

    Notes
    -----
    Dates may also be numbers ≥ 0, which are periods since time 0. All dates of a table are of
    one kind: numbers, dates without a time zone, or dates in UTC; a cell of another kind than most order
    dates cannot be used. A date without a time of day is its midnight; where orders have a time of day and
    the other column has none, a date on the day of the order counts as the time of the order. Rows that are
    identical in every column are kept, and `OrderTable.warnings` says where they stand.

    Examples
    --------
    >>> from maketo.order_table import read_orders
    >>> table = read_orders(
    ...     {
    ...         "Sales order": ["A1", "A2", "A2"],
    ...         "Created on": ["2025-03-03", "2025-03-05", "2025-03-05"],
    ...         "Shipped": ["2025-03-10", "2025-03-09", None],
    ...         "Qty": [1, 2, 5],
    ...     }
    ... )
    >>> table
    OrderTable(3 rows, 2 orders, 2025-03-03 … 2025-03-05, in days, from mapping given)
    >>> table.totals().tolist()
    [1.0, 0.0, 7.0]
    >>> table.lead_times().tolist()
    [7.0, 4.0]
    """
    choice("dirty", dirty, ("error", "report"))
    period_days = _days(time_unit)
    if date_format is not None:
        check_format(date_format)
    given = open_source(source, sep)
    at = find_columns(given.place, given.header, columns)
    rejected, warnings = list(given.ragged), []
    kind, times = read_times(given, at, date_format, rejected)
    quantity = read_quantities(given, at, rejected)
    if kind != NUMBER:
        warnings += without_clock(given, at, times)
    rejected += before_order(given, at, times)

    rejected.sort(key=lambda x: x.line)
    lost = {x.line for x in rejected}
    kept = [i for i, line in enumerate(given.lines) if line not in lost]
    if rejected and (dirty == "error" or not kept):
        raise ValueError(refusal(given, rejected, bool(kept)))
    if rejected:
        warnings.insert(
            0, f"{len(lost)} of {given.total} rows cannot be used and were left out: see rejected"
        )
    warnings += identical(given, kept)
    came = [_known(times[DATES[0]][i]) for i in kept]
    day, zero, period = None, 0.0, 1.0
    if kind != NUMBER:
        day = _first_day(start, min(came))
        zero, period = (day - _EPOCH).days * DAY, round(period_days * DAY)
    elif start is not None:
        raise ValueError("start must be left out where order dates are numbers: they count from time 0")
    elif _SPREADSHEET[0] <= min(came) and max(came) < _SPREADSHEET[1]:
        warnings.append(
            f"{given.header[at[DATES[0]]]} holds numbers from {min(came):g} to {max(came):g}, read as "
            "periods; they look like days as a spreadsheet counts them"
        )

    rows = [i for _, i in sorted(zip(came, kept, strict=True), key=lambda x: x[0])]

    def periods(name: str) -> list[float]:
        values = times.get(name)
        if values is None:
            return [math.nan] * len(rows)
        return [math.nan if x is None else (x - zero) / period for x in (values[i] for i in rows)]

    def texts(name: str) -> tuple[str, ...]:
        return tuple(as_text(given.rows[i][at[name]]) if name in at else "" for i in rows)

    return OrderTable(
        **{name: texts(name) for name in _TEXTS},
        quantity=np.array([quantity[i] for i in rows]),
        order_time=np.array(periods("order_date")),
        requested_time=np.array(periods("requested_date")),
        confirmed_time=np.array(periods("confirmed_date")),
        delivered_time=np.array(periods("delivered_date")),
        line=np.array([given.lines[i] for i in rows], np.int64),
        start=day,
        period_days=period_days,
        source=given.name,
        rejected=tuple(rejected),
        warnings=tuple(warnings),
    )


def _first_day(start: Any, first: float) -> date:
    """The day of time 0: the one given, or the first order's."""
    first_day = _EPOCH + timedelta(days=int(first // DAY))
    if start is None:
        return first_day
    try:
        kind, at = moment(start, None)
    except ValueError as reason:
        raise ValueError(f"start must be a date: {reason}") from None
    if kind == NUMBER or at % DAY:
        raise ValueError(f"start must be a date without a time of day, got {start!r}")
    day = _EPOCH + timedelta(days=int(at // DAY))
    if day > first_day:
        raise ValueError(f"start must not be after the first order, {first_day}, got {day}")
    return day


def _days(time_unit: str | float) -> float:
    if isinstance(time_unit, str):
        if time_unit in _UNITS:
            return _UNITS[time_unit]
        listed = ", ".join(map(repr, _UNITS))
        raise ValueError(f"time_unit must be one of {listed} or a number of days, got {time_unit!r}")
    days = number("time_unit", time_unit)
    if isinstance(days, Sweep) or round(days * DAY) < 1:
        raise ValueError(f"time_unit must be at least a microsecond, in days, got {time_unit!r}")
    return float(days)


def _spread(values: Array) -> tuple[int, float, float, float, float, float, float]:
    """Count, share missing, mean, standard deviation, three percentiles; NaN where undefined."""
    known = values[~np.isnan(values)]
    missing = 1.0 - known.size / values.size if values.size else math.nan
    if not known.size:
        return 0, missing, math.nan, math.nan, math.nan, math.nan, math.nan
    low, median, high = (float(x) for x in np.percentile(known, [10, 50, 90]))
    sd = float(np.std(known, ddof=1)) if known.size > 1 else math.nan
    return int(known.size), missing, float(np.mean(known)), sd, low, median, high


def _known(x: float | None) -> float:
    assert x is not None
    return x
