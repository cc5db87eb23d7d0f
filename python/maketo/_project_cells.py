"""What a cell of a table of activities says: a time, predecessors, a resource.

Knows cells, never rows. A cell that cannot be used raises a ValueError whose text is the reason, to follow
the name of its column.
"""

from __future__ import annotations

import re
from collections.abc import Container
from typing import NamedTuple

from ._order_cells import as_text

__all__ = ["HOURS", "Link", "heading_unit", "read_flag", "read_links", "read_resource", "read_time"]

HOURS = {"hour": 1.0, "day": 8.0, "week": 40.0}
"""Working hours in a period: days of 8 hours, weeks of 5 days."""

_WORDS = {
    "min mins minute minutes": 1 / 60,
    "h hr hrs hour hours": HOURS["hour"],
    "d dy day days": HOURS["day"],
    "w wk wks week weeks": HOURS["week"],
}
_UNITS = {word: hours for words, hours in _WORDS.items() for word in words.split()}
_NO_LENGTH = {"mo", "mon", "mons", "month", "months", "y", "yr", "yrs", "year", "years"}
_NUMBER = r"\d+(?:\.\d+)?|\.\d+"
_TIME = re.compile(rf"([+-]?)\s*({_NUMBER}|\d+(?:\.\d+)?e[+-]?\d+)\s*([^\W\d_]*)\.?\s*\??", re.IGNORECASE)
_REST = re.compile(
    rf"\s*:?\s*(FS|SS|FF|SF)?\s*(?:([+-])\s*({_NUMBER})\s*(%|[^\W\d_]*)\.?\s*\??)?", re.IGNORECASE
)
_HELD = re.compile(r"(.*?)\s*\[\s*(\d+(?:\.\d+)?)\s*(%?)\s*\]")
_RELATIONS = {"FS": "finish_start", "SS": "start_start", "FF": "finish_finish"}
_MOST = 1e9
_YES, _NO = {"yes", "y", "true", "1", "x"}, {"no", "n", "false", "0", ""}


class Link(NamedTuple):
    """One predecessor."""

    of: str
    """As it is called in the table."""
    relation: str
    lag: float
    """Working hours."""
    share: float


def read_time(cell: object, unit: float) -> float:
    """Working hours; `unit` are those of a number that has none."""
    text = as_text(cell)
    if not text:
        raise ValueError("is blank")
    found = _TIME.fullmatch(text)
    if found is None or isinstance(cell, bool):
        raise ValueError(f"must be a time such as 5, '5 days', '2w' or '4 h', got {text!r}")
    sign, number, word = found.groups()
    hours = _hours(text, word, unit)
    if sign == "-" and _value(text, number):
        raise ValueError(f"must be ≥ 0, got {text}")
    return _value(text, number) * hours


def _value(text: str, number: str) -> float:
    value = float(number)
    if value > _MOST:
        raise ValueError(f"must be ≤ {_MOST:g}, got {text}")
    return value


def _hours(text: str, word: str, unit: float) -> float:
    """Working hours in a unit."""
    word = word.casefold()
    if not word:
        return unit
    if word in _UNITS:
        return _UNITS[word]
    if word[0] == "e" and (word[1:] in _UNITS or word[1:] in _NO_LENGTH):
        raise ValueError(
            f"{text!r} is elapsed time, through nights and weekends, which cannot be handled: write working "
            "time"
        )
    if word in _NO_LENGTH:
        raise ValueError(f"{text!r} is in months or years, which have no fixed length: write weeks or days")
    if word == "m":
        raise ValueError(f"{text!r} may be minutes or months: write 'min', weeks or days")
    raise ValueError(f"{text!r} has a unit that is not known: write hours, days or weeks")


def read_links(cell: object, known: Container[str], unit: float) -> list[Link]:
    """Predecessors such as "3", "4FS+2d; 5SS+3", "7FF"; `known` are the names that there are."""
    cells = (
        [as_text(x) for x in cell] if isinstance(cell, (list, tuple)) else re.split(r"[;,\n]", as_text(cell))
    )
    links: list[Link] = []
    for token in filter(None, (text.strip() for text in cells)):
        link = _link(token, known, unit)
        if any((x.of, x.relation) == (link.of, link.relation) for x in links):
            raise ValueError(f"names {link.of!r} twice with the same relation")
        links.append(link)
    return links


def _link(token: str, known: Container[str], unit: float) -> Link:
    # The longest name that fits, as names may hold dashes or end like a relation.
    for end in range(len(token), 0, -1):
        name = token[:end].strip()
        rest = _REST.fullmatch(token[end:]) if name in known else None
        if rest is not None:
            return _bound(token, name, rest, unit)
    raise ValueError(f"{token!r} is no activity of the table, nor one with a relation such as FS+2d")


def _bound(token: str, name: str, rest: re.Match[str], unit: float) -> Link:
    code, sign, number, word = rest.groups()
    code = (code or "FS").upper()
    if code == "SF":
        raise ValueError(
            f"{token!r} is start to finish, which cannot be handled: it would be bound by what comes later"
        )
    if not number:
        return Link(name, _RELATIONS[code], 0.0, 1.0)
    if word == "%":
        return _overlap(token, name, code, _value(token, number) / 100 * (-1.0 if sign == "-" else 1.0))
    lag = _value(token, number) * _hours(token, word, unit)
    if sign == "-" and lag:
        if code != "FS":
            raise ValueError(f"{token!r} has a negative lag, which cannot be handled but after a finish (FS)")
        lag = -lag
    return Link(name, _RELATIONS[code], lag, 1.0)


def _overlap(token: str, name: str, code: str, percent: float) -> Link:
    """A lag in per cent of the predecessor: its start, or its finish, as a share that is complete."""
    share = percent if code == "SS" else 1.0 + percent if code == "FS" else -1.0
    if not 0.0 <= share <= 1.0:
        raise ValueError(
            f"{token!r} has a lag in per cent, which can be handled from SS+0% to SS+100% and from FS-100% "
            "to FS-0%"
        )
    return Link(name, "overlap", 0.0, share)


def read_resource(cell: object) -> tuple[str, int] | None:
    """A pool and how many of it, such as "Mechanical[200%]"; none where blank."""
    text = as_text(cell)
    if not text:
        return None
    several = [x.strip() for x in re.split(r"[;,\n]", text) if x.strip()]
    if len(several) > 1:
        raise ValueError(
            f"names several resources, {', '.join(map(repr, several))}; an activity has one: split the row"
        )
    found = _HELD.fullmatch(several[0]) if several else None
    if found is None:
        if not several or "[" in text or "]" in text:
            raise ValueError(f"must be a resource such as 'Mechanical' or 'Mechanical[200%]', got {text!r}")
        return several[0], 1
    name, number, percent = found.groups()
    units = float(number) / (100 if percent else 1)
    if not name or "[" in name:
        raise ValueError(f"must be a resource such as 'Mechanical' or 'Mechanical[200%]', got {text!r}")
    if units < 1 or units != int(units):
        raise ValueError(
            f"{text!r} is a share of a person or machine, which cannot be handled: write whole ones (100%, "
            "200%)"
        )
    return name, int(units)


def read_flag(cell: object) -> bool:
    """Yes or no; blank is no."""
    text = as_text(cell).casefold()
    if text in _YES or text in _NO:
        return text in _YES
    raise ValueError(f"must be yes or no, got {as_text(cell)!r}")


def heading_unit(heading: str) -> float | None:
    """Working hours in the unit that a heading ends with, as in "Duration (days)"; none if it has none."""
    words = re.findall(r"[^\W\d_]+", heading.casefold())
    return _UNITS.get(words[-1]) if len(words) > 1 else None
