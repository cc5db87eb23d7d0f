"""Which column of a table of orders, or of a bill, is what, and what a cell in it says.

Knows headings and cells, never rows. A cell that cannot be used raises a ValueError whose text is the
reason, to follow the name of its column.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from ._check import plain
from .history import BLANK

__all__ = [
    "DATES",
    "DAY",
    "HEADINGS",
    "NUMBER",
    "as_text",
    "blank",
    "find_columns",
    "heading_key",
    "heading_ranks",
    "moment",
    "not_negative",
    "positive",
]

HEADINGS: Mapping[str, str] = {
    "order_id": "order id, order, order no, order nr, order number, sales order, sales order id, "
    "sales order no, sales order number, so no, so number, sales document, work order, work order no, "
    "work order number, job no, job number",
    "item": "item, item id, item no, item code, item number, sku, material, material no, material number, "
    "part, part id, part no, part number, product, product id, product code, article, article no, "
    "article number",
    "quantity": "quantity, qty, order qty, order quantity, ordered qty, ordered quantity, qty ordered, "
    "quantity ordered, units, pieces, pcs",
    "order_date": "order date, date ordered, ordered, ordered on, order entry date, entry date, entered, "
    "entered on, created, created on, created at, creation date, document date, po date",
    "requested_date": "requested date, requested, req date, requested delivery date, requested delivery, "
    "req delivery date, required date, due date, due, need date, need by date, wanted date",
    "confirmed_date": "confirmed date, confirmed, confirmed delivery date, promised date, promised, "
    "promise date, promised delivery date, committed date, acknowledged date",
    "delivered_date": "delivered date, delivered, delivered on, date delivered, delivery date, "
    "actual delivery date, shipped date, shipped, shipped on, ship date, shipping date, goods issue date, "
    "actual goods issue date, finished, finished on, finish date, finished date, completed, completed on, "
    "completion date",
    "customer_class": "customer class, class, customer group, customer segment, segment, customer type, "
    "priority class, priority",
    "variant": "variant, variant code, product variant, configuration, config",
}
"""What a field is called in exports; case, blanks and punctuation do not count."""
DATES = ("order_date", "requested_date", "confirmed_date", "delivered_date")
"""The fields that are times; the first is compulsory."""
NUMBER, LOCAL, UTC = "a number", "a date without a time zone", "a date with a time zone"
DAY = 86_400_000_000
"""Microseconds in a day."""
_EPOCH = datetime(1970, 1, 1)
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_DAY_OR_MONTH_FIRST = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b.*")
_YEAR_FIRST = re.compile(r"\d{4}[./-]\d{1,2}[./-]\d{1,2}\b.*")
_COMPACT = re.compile(r"(?:19|20|21)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
# What databases write where there is no date; as dates they would be lead times of centuries.
_PLACEHOLDERS = {date(1, 1, 1), date(1753, 1, 1), date(1899, 12, 30), date(1900, 1, 1), date(1970, 1, 1)}
_LAST_YEAR = 2199


def find_columns(
    place: str,
    header: list[str],
    columns: Mapping[str, str | None] | None,
    headings: Mapping[str, str] = HEADINGS,
    needed: Sequence[str] = DATES[:1],
) -> dict[str, int]:
    """Position of each field's column, for the fields that are there.

    `headings` are names by field; those after a semicolon count only where none of those before it is there.

    Raises
    ------
    TypeError, ValueError
        If `columns` names what is not there, several columns could be the same field, or no column is one
        of the fields `needed`.
    """
    if columns is not None and not isinstance(columns, Mapping):
        raise TypeError(f"columns must be a mapping of fields to column names, got {type(columns).__name__}")
    given = dict(columns or {})
    there = ", ".join(map(repr, header))
    at: dict[str, int] = {}
    for field, name in given.items():
        if field not in headings:
            raise ValueError(f"columns: fields are {', '.join(headings)}; got {field!r}")
        if name is None:
            continue
        if str(name) not in header:
            raise ValueError(f"columns[{field!r}]: {place} has no column {name!r}; it has {there}")
        if header.count(str(name)) > 1:
            raise ValueError(f"columns[{field!r}]: {place} has column {name!r} more than once")
        at[field] = header.index(str(name))
    named = set(at.values())
    for field, words in headings.items():
        if field in given:
            continue
        found: list[int] = []
        for known in heading_ranks(words):
            found = found or [
                i for i, name in enumerate(header) if i not in named and heading_key(name) in known
            ]
        if len(found) > 1:
            raise ValueError(
                f"{place}: {' and '.join(repr(header[i]) for i in found)} could each be the {field}; say "
                f"which, for instance columns={{{field!r}: {header[found[0]]!r}}}, or None for neither"
            )
        if found:
            at[field] = found[0]
    for field in needed:
        if field not in at:
            raise ValueError(
                f"{place}: no column is known as the {field}; it has {there}; name it by "
                f"columns={{{field!r}: …}}"
            )
    return at


def heading_ranks(words: str) -> list[set[str]]:
    """Headings as they are compared, the more telling ones first."""
    return [{heading_key(word) for word in rank.split(",")} for rank in words.split(";")]


def heading_key(heading: str) -> str:
    """A heading without case, blanks and punctuation."""
    return "".join(x for x in heading.casefold() if x.isalnum())


def as_text(cell: object) -> str:
    """A cell as people would type it; empty where blank."""
    if isinstance(cell, str):
        text = cell.strip()
        return "" if text in BLANK else text
    cell = _plain(cell)
    if isinstance(cell, float) and cell.is_integer():
        # A column of whole numbers with one blank in it comes as floats.
        return str(int(cell))
    if isinstance(cell, datetime) and not _missing(cell) and cell.timetz() == datetime.min.timetz():
        return str(cell.date())
    text = str(cell).strip()
    return "" if text in BLANK else text


def blank(cell: object) -> bool:
    """Whether there is nothing in a cell."""
    return as_text(cell) == ""


def positive(cell: object) -> float:
    """A finite number above 0."""
    value = _finite(cell, "> 0")
    if value > 0.0:
        return value
    raise ValueError(f"must be > 0, got {as_text(cell)}")


def not_negative(cell: object) -> float:
    """A finite number, 0 or above."""
    value = _finite(cell, "≥ 0")
    if value >= 0.0:
        return value
    raise ValueError(f"must be ≥ 0, got {as_text(cell)}")


def _finite(cell: object, bound: str) -> float:
    text = as_text(cell)
    if not text:
        raise ValueError("is blank")
    try:
        # Python reads 1_000 and True as numbers; nobody orders that way on purpose.
        value = math.nan if "_" in text or isinstance(plain(cell), bool) else float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    wanted = "a number" if math.isnan(value) else "finite" if value > 0 else bound
    raise ValueError(f"must be {wanted}, got {repr(text) if math.isnan(value) else text}")


def moment(cell: object, date_format: str | None) -> tuple[str, float]:
    """What kind of time a cell holds, and which: microseconds since 1970, whole; or the number itself."""
    text = as_text(cell)
    when = _typed(cell)
    if when is None and date_format is not None:
        try:
            when = datetime.strptime(text, date_format)
        except ValueError:
            raise ValueError(f"{text!r} is not a date in the format {date_format!r}") from None
    if when is None:
        # Most cells are ISO dates, and asking first whether they are numbers takes long.
        number = None if _ISO.fullmatch(text) else _number(cell, text)
        if number is not None:
            return NUMBER, number
        when = _iso(text)
    if when.year > _LAST_YEAR or when.date() in _PLACEHOLDERS:
        raise ValueError(f"{text!r} stands for no date: leave the cell blank")
    offset = when.utcoffset()
    if offset:
        raise ValueError(f"{text!r} has a time zone other than UTC: write local times without one, or UTC")
    return LOCAL if offset is None else UTC, (when.replace(tzinfo=None) - _EPOCH) // timedelta(microseconds=1)


def check_format(date_format: str) -> None:
    """Refuse what is no format of `datetime.strptime`, or does not hold year, month and day."""
    sample = datetime.fromisoformat("2001-02-03T04:05:06+00:00")
    try:
        read = datetime.strptime(sample.strftime(date_format), date_format)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"date_format must be a format such as '%d/%m/%Y', got {date_format!r}: {error}"
        ) from None
    if read.date() != sample.date():
        raise ValueError(f"date_format must hold year, month and day, got {date_format!r}")


def _plain(cell: object) -> object:
    # numpy gives nanoseconds as a bare number.
    return plain(cell.astype("datetime64[us]") if isinstance(cell, np.datetime64) else cell)


def _missing(when: Any) -> bool:
    return bool(when != when)


def _typed(cell: object) -> datetime | None:
    """A date that came as one."""
    cell = _plain(cell)
    if isinstance(cell, datetime):
        # Part by part, as a pandas Timestamp may hold nanoseconds, which a datetime does not.
        day = (cell.year, cell.month, cell.day)
        return datetime(*day, cell.hour, cell.minute, cell.second, cell.microsecond, cell.tzinfo)
    return datetime(cell.year, cell.month, cell.day) if isinstance(cell, date) else None


def _number(cell: object, text: str) -> float | None:
    if _COMPACT.fullmatch(text):
        raise ValueError(f"{text!r} looks like a date without dashes: give date_format='%Y%m%d'")
    try:
        value = None if "_" in text or isinstance(plain(cell), bool) else float(text)
    except ValueError:
        return None
    if value is not None and not 0.0 <= value < math.inf:
        raise ValueError(f"must be finite and ≥ 0 where it is a number, got {text}")
    return value


def _iso(text: str) -> datetime:
    if _ISO.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{text!r} is not a date") from None
    if _DAY_OR_MONTH_FIRST.fullmatch(text):
        raise ValueError(
            f"{text!r} is ambiguous, as day or month may come first: give date_format, such as '%d/%m/%Y'"
        )
    if _YEAR_FIRST.fullmatch(text):
        raise ValueError(
            f"{text!r} is not an ISO date such as 2025-03-04: give date_format, such as '%Y/%m/%d'"
        )
    raise ValueError(f"{text!r} is not a date")
