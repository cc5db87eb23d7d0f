"""Which rows of a table of activities can be used, and what the others suffer from.

Knows rows and their faults, never what is done about them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from ._bill_structure import find_cycle, shown_path
from ._order_cells import as_text, blank, find_columns, heading_key, heading_ranks
from ._order_rows import fault
from ._order_source import Rejected, Source
from ._project_activity import Activity, After
from ._project_cells import Link, heading_unit, read_flag, read_links, read_resource, read_time
from .laws import Triangular

__all__ = ["HEADINGS", "Line", "Rows", "activities", "check_acyclic", "project_columns", "read_rows"]

_TIMES = ("", " d", " day", " days", " h", " hrs", " hours", " w", " wks", " weeks")


def _timed(words: str) -> str:
    return ", ".join(f"{word.strip()}{unit}" for word in words.split(",") for unit in _TIMES)


HEADINGS: Mapping[str, str] = {
    "id": "id, task id, activity id, activity no, activity number, activity code, task no, task number, "
    "task code, act id, no, nr, number; unique id, uid; activity, task, act",
    "wbs": "wbs, wbs code, wbs no, wbs number, wbs id, outline number, outline no, outline code",
    "name": "name, task name, activity name, activity description, task description, description, title; "
    "activity, task, act",
    "duration": _timed("duration, original duration, planned duration, scheduled duration")
    + "; "
    + _timed("time, activity time, task time"),
    "optimistic": _timed(
        "optimistic, optimistic duration, optimistic time, best case, min duration, minimum duration"
    )
    + "; min, minimum",
    "most_likely": _timed(
        "most likely, most likely duration, most likely time, likely, mode, most probable, most probable time"
    ),
    "pessimistic": _timed(
        "pessimistic, pessimistic duration, pessimistic time, worst case, max duration, maximum duration"
    )
    + "; max, maximum",
    "predecessors": "predecessors, predecessor, preds, pred, immediate predecessors, immediate predecessor, "
    "predecessor id, predecessor ids, predecessor activity, depends on, dependencies, dependency, "
    "preceded by; wbs predecessors",
    "resource": "resource, resources, resource name, resource names, resource group, skill, work centre, "
    "work center; assigned to, department",
    "summary": "summary, is summary, summary task",
    "outline_level": "outline level, level, indent, indent level",
    "milestone": "milestone, is milestone",
}
"""What a field is called; case, blanks and punctuation do not count. See `find_columns`."""
_LABELS = heading_ranks(HEADINGS["id"])[-1]
POINTS = ("optimistic", "most_likely", "pessimistic")


@dataclass
class Line:
    """A row that can be used."""

    row: int
    id: str
    name: str
    """Empty where there is none."""
    hours: tuple[float, ...]
    """Working hours: one number, or three points."""
    links: list[Link]
    resource: tuple[str, int] | None
    milestone: bool


@dataclass
class Rows:
    """What the rows of a table come to."""

    lines: list[Line] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)
    """Rows that only sum up others, by id and name."""
    passed_over: int = 0
    """Rows whose duration was not read, as three points are there."""


def project_columns(given: Source, columns: Mapping[str, str | None] | None) -> dict[str, int]:
    """Position of each field's column, for the fields that are there."""
    at = find_columns(given.place, given.header, columns, HEADINGS, ("predecessors",))
    there = ", ".join(map(repr, given.header))
    told = (columns or {}).get("id") is not None
    # A breakdown tells activities apart where an "Activity" may be no more than a name.
    if "wbs" in at and not told and ("id" not in at or heading_key(given.header[at["id"]]) in _LABELS):
        at["id"] = at["wbs"]
    elif "id" not in at and "name" in at:
        at["id"] = at["name"]
    if "id" not in at:
        raise ValueError(
            f"{given.place}: no column is known as the id; it has {there}; name it by columns={{'id': …}}"
        )
    missing = [name for name in POINTS if name not in at]
    if 0 < len(missing) < len(POINTS):
        has = next(name for name in POINTS if name in at)
        raise ValueError(
            f"{given.place}: has {given.header[at[has]]!r}, the {has}, but no column is known as the "
            f"{missing[0]}; name it by columns={{{missing[0]!r}: …}}, or leave it out by "
            f"columns={{{has!r}: None}}"
        )
    if missing and "duration" not in at:
        raise ValueError(
            f"{given.place}: no column is known as the duration; it has {there}; name it by "
            "columns={'duration': …}"
        )
    return at


def read_rows(given: Source, at: Mapping[str, int], unit: float, rejected: list[Rejected]) -> Rows:
    """Rows that can be used; what is wrong with the others is added to `rejected`."""
    ids = [as_text(row[at["id"]]) for row in given.rows]
    wbs = [as_text(row[at["wbs"]]) for row in given.rows] if "wbs" in at else ids
    refers: dict[str, int] = {}
    for row, name in enumerate(ids):
        refers.setdefault(name, row)
    for row, name in enumerate(wbs):
        refers.setdefault(name, row)
    refers.pop("", None)
    faults: dict[int, list[Rejected]] = {}
    sums_up = _summaries(given, at, wbs, faults)
    units = {name: heading_unit(given.header[i]) or unit for name, i in at.items()}
    found = Rows()
    lines: dict[int, Line] = {}
    for row, name in enumerate(ids):
        faulty = faults.setdefault(row, [])
        if not name:
            faulty.append(fault(given, row, at["id"], "is blank"))
        elif refers[name] != row:
            told = f"{name!r} is there already, in {given.word} {given.lines[refers[name]]}"
            faulty.append(fault(given, row, at["id"], told))
        if row in sums_up:
            faulty += _own(given, at, row)
            label = as_text(given.rows[row][at["name"]]) if "name" in at else ""
            found.summaries.append(name if label in ("", name) else f"{name} {label}")
        else:
            lines[row] = _line(given, at, row, name, units, refers, found, faulty)
    for row, line in lines.items():
        for link in line.links:
            target = refers[link.of]
            if target in sums_up:
                reason = f"{link.of!r} sums up others: name the activities of it that come before"
                faults[row].append(fault(given, row, at["predecessors"], reason))
            elif target == row:
                faults[row].append(fault(given, row, at["predecessors"], f"{link.of!r} is the row itself"))
    _cascade(given, at, lines, refers, faults)
    rejected += [x for faulty in faults.values() for x in faulty]
    found.lines = [line for row, line in lines.items() if not faults[row]]
    for line in found.lines:
        line.links = [link._replace(of=ids[refers[link.of]]) for link in line.links]
    return found


def _summaries(
    given: Source, at: Mapping[str, int], wbs: Sequence[str], faults: dict[int, list[Rejected]]
) -> set[int]:
    """Rows that sum up others: by their place in the breakdown, by level, or as the table says."""
    parts = [name.rstrip(".").split(".") for name in wbs]
    above = {tuple(x[:n]) for x in parts for n in range(1, len(x))}
    found = {row for row, x in enumerate(parts) if x != [""] and tuple(x) in above}
    levels: list[int] = []
    for row, cells in enumerate(given.rows):
        if "summary" in at:
            try:
                found |= {row} if read_flag(cells[at["summary"]]) else set()
            except ValueError as reason:
                faults.setdefault(row, []).append(fault(given, row, at["summary"], str(reason)))
        if "outline_level" in at:
            text = as_text(cells[at["outline_level"]])
            levels.append(int(text) if text.isdecimal() else 0)
            if not text.isdecimal():
                told = f"must be a whole number, got {text!r}"
                faults.setdefault(row, []).append(fault(given, row, at["outline_level"], told))
    return found | {row for row, (one, after) in enumerate(pairwise(levels)) if one and after > one}


def _own(given: Source, at: Mapping[str, int], row: int) -> list[Rejected]:
    """What a row that sums up others has of its own, and would be lost."""
    told = {
        "resource": "is work of a row that sums up others: make it an activity among them",
        "predecessors": "is of a row that sums up others: give it to the activities of it that start first",
    }
    cells = given.rows[row]
    return [
        fault(given, row, at[name], reason)
        for name, reason in told.items()
        if name in at and not blank(cells[at[name]])
    ]


def _line(
    given: Source,
    at: Mapping[str, int],
    row: int,
    name: str,
    units: Mapping[str, float],
    refers: Mapping[str, int],
    found: Rows,
    faulty: list[Rejected],
) -> Line:
    cells = given.rows[row]

    def cell(what: str, read: Any, absent: Any) -> Any:
        if what not in at:
            return absent
        try:
            return read(cells[at[what]])
        except ValueError as reason:
            faulty.append(fault(given, row, at[what], str(reason)))
            return absent

    hours: tuple[float, ...]
    points = [what for what in POINTS if what in at and not blank(cells[at[what]])]
    if points or "duration" not in at:
        before = len(faulty)
        low, mode, high = (cell(what, lambda x, what=what: read_time(x, units[what]), 0.0) for what in POINTS)
        if len(faulty) == before and not low <= mode <= high:
            shown = ", ".join(as_text(cells[at[what]]) for what in POINTS)
            reason = f"must lie between the optimistic and the pessimistic time, got {shown}"
            faulty.append(fault(given, row, at["most_likely"], reason))
        hours = (low,) if low == high else (low, mode, high)
        found.passed_over += "duration" in at and not blank(cells[at["duration"]])
    else:
        hours = (cell("duration", lambda x: read_time(x, units["duration"]), 0.0),)
    lag = units["duration" if "duration" in at else "most_likely"]
    return Line(
        row,
        name,
        cell("name", as_text, ""),
        hours,
        cell("predecessors", lambda x: read_links(x, refers, lag), []),
        cell("resource", read_resource, None),
        cell("milestone", read_flag, False) or not any(hours),
    )


def _cascade(
    given: Source,
    at: Mapping[str, int],
    lines: Mapping[int, Line],
    refers: Mapping[str, int],
    faults: Mapping[int, list[Rejected]],
) -> None:
    """What comes after a row that cannot be used cannot be used either: it would start too early."""
    following: dict[int, list[tuple[int, str]]] = {}
    for row, line in lines.items():
        for link in line.links:
            following.setdefault(refers[link.of], []).append((row, link.of))
    waiting = [row for row in lines if faults[row]]
    for row in waiting:
        for after, name in following.get(row, ()):
            if not faults[after]:
                reason = f"{name!r} in {given.word} {given.lines[row]} cannot be used"
                faults[after].append(fault(given, after, at["predecessors"], reason))
                waiting.append(after)


def check_acyclic(given: Source, lines: Sequence[Line]) -> None:
    """Refuse rows by which an activity would come after itself, and name them."""
    places = {line.id: given.lines[line.row] for line in lines}
    following: dict[str, list[str]] = {line.id: [] for line in lines}
    for line in lines:
        for link in line.links:
            following[link.of].append(line.id)
    cycle = find_cycle(following)
    if cycle is not None:
        shown = "; ".join(str(places[name]) for name in cycle[1:11])
        raise ValueError(
            f"{given.place}: an activity comes after itself: {shown_path(cycle)} ({given.word}s {shown})"
        )


def activities(
    lines: Sequence[Line], hours_per_period: float, resource: str | None
) -> tuple[dict[str, Activity], dict[str, str]]:
    """By name what `Project` is made of, and the name of each id."""
    names = {line.id: line.name or line.id for line in lines}
    often = Counter(names.values())
    names = {id: name if often[name] == 1 else f"{name} ({id})" for id, name in names.items()}
    if len(set(names.values())) < len(names):
        names = {line.id: line.id for line in lines}
    made = {}
    for line in lines:
        after = [
            After(names[link.of], link.relation, link.lag / hours_per_period, link.share)
            for link in line.links
        ]
        pool = line.resource or (None if resource is None else (resource, 1))
        if pool is None or not any(line.hours):
            time = [x / hours_per_period for x in line.hours]
            made[names[line.id]] = Activity(_law(time), after=after, milestone=line.milestone)
        else:
            hours = [x * pool[1] for x in line.hours]
            made[names[line.id]] = Activity(
                hours=_law(hours), resource=pool[0], crew=pool[1], after=after, milestone=line.milestone
            )
    return made, names


def _law(points: Sequence[float]) -> Any:
    return points[0] if len(points) == 1 else Triangular(*points)
