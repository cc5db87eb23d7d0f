"""Which rows of an order table can be used, and what the others suffer from.

Knows rows and their faults, never what is done about them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from ._order_cells import DATES, DAY, LOCAL, as_text, blank, moment, positive
from ._order_source import Rejected, Source

__all__ = [
    "Times",
    "before_order",
    "counted",
    "fault",
    "identical",
    "listed",
    "read_quantities",
    "read_times",
    "refusal",
    "without_clock",
]

_LISTED = 10

Times: TypeAlias = dict[str, list[float | None]]
"""By field: microseconds since 1970, or numbers; none where blank or unusable."""


def read_times(
    given: Source, at: Mapping[str, int], date_format: str | None, rejected: list[Rejected]
) -> tuple[str, Times]:
    """What kind of times most orders have; and the times of this kind, by field, none where unusable."""
    read: dict[str, list[tuple[str, float] | None]] = {}
    for name in DATES:
        if name not in at:
            continue
        read[name] = []
        for i, row in enumerate(given.rows):
            found = None
            try:
                if not blank(row[at[name]]):
                    found = moment(row[at[name]], date_format)
                elif name == DATES[0]:
                    raise ValueError("is blank")
            except ValueError as reason:
                rejected.append(fault(given, i, at[name], str(reason)))
            read[name].append(found)
    kinds = Counter(x[0] for x in read[DATES[0]] if x is not None)
    kind = kinds.most_common(1)[0][0] if kinds else LOCAL
    times: Times = {}
    for name, values in read.items():
        times[name] = [x[1] if x is not None and x[0] == kind else None for x in values]
        for i, x in enumerate(values):
            if x is not None and x[0] != kind:
                told = as_text(given.rows[i][at[name]])
                rejected.append(
                    fault(given, i, at[name], f"{told!r} is {x[0]}, where most order dates are each {kind}")
                )
    return kind, times


def read_quantities(given: Source, at: Mapping[str, int], rejected: list[Rejected]) -> list[float]:
    """Quantities; NaN where unusable, 1 each where there is no such column."""
    if "quantity" not in at:
        return [1.0] * len(given.rows)
    values = []
    for i, row in enumerate(given.rows):
        try:
            values.append(positive(row[at["quantity"]]))
        except ValueError as reason:
            rejected.append(fault(given, i, at["quantity"], str(reason)))
            values.append(math.nan)
    return values


def without_clock(given: Source, at: Mapping[str, int], times: Times) -> list[str]:
    """Dates without a time of day are not before an order of the same day; they count as its time."""
    told = []
    ordered = times[DATES[0]]
    for name in DATES[1:]:
        values = times.get(name)
        if values is None or any(x is not None and x % DAY for x in values):
            continue
        moved = 0
        for i, (x, order) in enumerate(zip(values, ordered, strict=True)):
            if x is not None and order is not None and x < order and x // DAY == order // DAY:
                values[i] = order
                moved += 1
        if moved:
            told.append(
                f"{given.header[at[name]]} has no time of day: on the day of the order it counts as the time "
                f"of the order ({counted(moved, 'row')})"
            )
    return told


def before_order(given: Source, at: Mapping[str, int], times: Times) -> list[Rejected]:
    """Dates that lie before their order."""
    found = []
    for name in times:
        for i, (x, order) in enumerate(zip(times[name], times[DATES[0]], strict=True)):
            if x is not None and order is not None and x < order:
                told, ordered = as_text(given.rows[i][at[name]]), as_text(given.rows[i][at[DATES[0]]])
                reason = f"{told!r} is before {given.header[at[DATES[0]]]} {ordered!r}"
                found.append(fault(given, i, at[name], reason))
    return found


def identical(given: Source, kept: Sequence[int]) -> list[str]:
    """Where rows stand that are the same in every cell."""
    places: dict[tuple[str, ...], list[int]] = {}
    for i in kept:
        places.setdefault(tuple(map(as_text, given.rows[i])), []).append(given.lines[i])
    groups = [lines for lines in places.values() if len(lines) > 1]
    if not groups:
        return []
    shown = "; ".join(f"{given.word}s {listed(lines)}" for lines in groups[:_LISTED])
    more = f"; … and {len(groups) - _LISTED} more groups" if len(groups) > _LISTED else ""
    return [f"rows that are identical in every column were kept: {shown}{more}"]


def refusal(given: Source, rejected: Sequence[Rejected], usable: bool) -> str:
    """What to say of rows that cannot be used; `usable` if there are others."""
    shown = "; ".join(
        f"{given.word} {x.line}: {x.column + ' ' if x.column else ''}{x.reason}" for x in rejected[:_LISTED]
    )
    more = f"; … and {counted(len(rejected) - _LISTED, 'more fault')}" if len(rejected) > _LISTED else ""
    rows = f"{len({x.line for x in rejected})} of {counted(given.total, 'row')} cannot be used: "
    advice = "; dirty='report' leaves them out and lists them" if usable else ""
    return f"{given.place}: {rows}{shown}{more}{advice}"


def fault(given: Source, row: int, column: int, reason: str) -> Rejected:
    """What is wrong with a cell."""
    return Rejected(given.lines[row], given.header[column], as_text(given.rows[row][column]), reason)


def counted(n: int, word: str) -> str:
    """A number with its noun."""
    return f"{n} {word}" if n == 1 else f"{n} {word}s"


def listed(lines: Sequence[object]) -> str:
    """Two or more, as a sentence lists them."""
    return f"{', '.join(map(str, lines[:-1]))} and {lines[-1]}"
