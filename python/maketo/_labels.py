"""Which columns of a table are periods, and how many of them make a year.

Knows labels only, never numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

__all__ = ["Calendar", "find_periods"]


@dataclass(frozen=True)
class Calendar:
    """A way of naming periods."""

    name: str
    """What one period is."""
    per_year: float | None
    """Periods in a year; none where labels do not tell."""
    pattern: re.Pattern[str]
    """What a label looks like; its groups are in order of size."""


def _calendar(name: str, per_year: float | None, pattern: str) -> Calendar:
    return Calendar(name, per_year, re.compile(pattern, re.IGNORECASE))


_CLOCK = r"(?:[ T]00:00(?::00(?:\.0+)?)?)?"
# In this order of preference where a table has labels of several kinds equally often.
_CALENDARS = (
    _calendar("week", 365.25 / 7, r"(\d{4})-?W(\d{1,2})"),
    _calendar("month", 12.0, r"(\d{4})[-/.M](0?[1-9]|1[0-2])"),
    _calendar("quarter", 4.0, r"(\d{4})[- ]?Q([1-4])"),
    _calendar("date", None, r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _CLOCK + r"(?:/.*)?"),
)
_NUMBERED = (
    _calendar("number", None, r"(\d+)"),
    _calendar("number", None, r"(?:t|w|wk|week|m|month|d|day|q|quarter|y|year|p|period)[ _.-]?(\d+)"),
)


def find_periods(labels: Sequence[str]) -> tuple[list[int], Calendar | None]:
    """Positions of the labels that are periods, and what kind of periods they are.

    Calendar labels win over plain numbers; where no label looks like a period, all of them are (as in a plain
    table of names and numbers).
    """
    for kinds in (_CALENDARS, _NUMBERED):
        found = Counter({i: sum(bool(k.pattern.fullmatch(x)) for x in labels) for i, k in enumerate(kinds)})
        best = max(range(len(kinds)), key=lambda i: found[i])
        if found[best]:
            kind = kinds[best]
            return [i for i, x in enumerate(labels) if kind.pattern.fullmatch(x)], kind
    return list(range(len(labels))), None


def out_of_order(labels: Sequence[str], kind: Calendar) -> tuple[str, str] | None:
    """The first two neighbours that are not in order of time."""
    for before, after in pairwise(labels):
        if not _place(before, kind) < _place(after, kind):
            return before, after
    return None


def periods_per_year(labels: Sequence[str], kind: Calendar | None) -> float | None:
    """How many such periods make a year, if the labels tell."""
    if kind is None or kind.name != "date":
        return None if kind is None else kind.per_year
    try:
        days = [date(*_place(x, kind)).toordinal() for x in labels]
    except ValueError:
        return None
    steps = Counter(b - a for a, b in pairwise(days))
    if not steps:
        return None
    step = steps.most_common(1)[0][0]
    if step in (28, 29, 30, 31):
        return 12.0
    # Working days skip the weekends: what counts is how many there are in the span.
    if step == 1:
        return 365.25 * (len(days) - 1) / (days[-1] - days[0])
    return 365.25 / step


def _place(label: str, kind: Calendar) -> tuple[int, ...]:
    match = kind.pattern.fullmatch(label)
    assert match is not None
    return tuple(int(x) for x in match.groups())
