"""A project as project tools export it: one row per activity.

Reading is strict: every row that cannot be used is named by line, column, value and reason, and none is
left out without saying so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ._bill_rows import look_alikes, unread
from ._check import choice
from ._order_rows import counted, refusal
from ._order_source import Rejected, open_source
from ._project_cells import HOURS
from ._project_check import one_text
from ._project_rows import HEADINGS, activities, check_acyclic, project_columns, read_rows
from .project import Project

__all__ = ["ProjectTable", "Rejected", "read_project"]

_LISTED = 10


@dataclass(frozen=True, repr=False)
class ProjectTable:
    """A project, and what a reader should know of how it was read.

    See Also
    --------
    read_project : makes it from a file or a table.
    """

    project: Project
    """What the rows that can be used come to."""
    names: Mapping[str, str]
    """By id in the table: what the activity is called in the project."""
    source: str
    """Where it came from."""
    rejected: tuple[Rejected, ...] = ()
    """What could not be used; several entries for a row with several faults."""
    notes: tuple[str, ...] = ()
    """What a reader should know before trusting the numbers."""

    def __repr__(self) -> str:
        what = [repr(self.project).removeprefix("Project(").removesuffix(")")]
        left_out = len({x.line for x in self.rejected})
        what += [f"{counted(left_out, 'row')} left out"] if left_out else []
        what += [counted(len(self.notes), "note")] if self.notes else []
        return f"ProjectTable({', '.join(what)}, from {self.source})"


def read_project(
    source: Any,
    *,
    columns: Mapping[str, str | None] | None = None,
    period: str = "day",
    resource: str | None = None,
    dirty: str = "error",
    sep: str | None = None,
) -> ProjectTable:
    """Read a project as project tools export it: a row for every activity.

    Parameters
    ----------
    source : path-like, DataFrame, mapping or sequence of mappings
        As for `read_orders`: a CSV file, plain or gzip-compressed, a Parquet file, a pandas or polars
        DataFrame or an Arrow table, columns by name, or rows, each a mapping.
    columns : mapping, optional
        Which column holds a field: ``id``, ``wbs``, ``name``, ``duration``, ``optimistic``, ``most_likely``,
        ``pessimistic``, ``predecessors``, ``resource``, ``summary``, ``outline_level``, ``milestone``. None
        says that there is none. Fields that are not named are known by common headings, such as "ID",
        "Activity ID"; "WBS"; "Task name", else "Activity"; "Duration (days)"; "Most likely"; "Predecessors";
        "Resource names"; case and punctuation do not count. Predecessors, something to call activities by,
        and a duration or all three points are compulsory.
    period : {"day", "week", "hour"}
        The period of the project: a working day of 8 hours, a week of 5 such days, or an hour. Numbers
        without a unit are in the unit of their heading, as in "Duration (weeks)", or else periods.
    resource : str, optional
        The pool that works at activities whose row names none. By default those are pure delays.
    dirty : {"error", "report"}
        What becomes of rows that cannot be used: an error that lists them; or they are left out, and listed
        in `ProjectTable.rejected`, and with them whatever comes after.
    sep : str, optional
        What separates the cells of a file; by default it is found out.

    Returns
    -------
    ProjectTable

    Raises
    ------
    ModuleNotFoundError
        If it is a Parquet file and pyarrow is not installed.
    OSError
        If the file cannot be read.
    TypeError
        If `source` or an option is of no kind that can be used.
    ValueError
        If there are no rows; no column, or more than one, could be a field; or rows cannot be used: too many
        or too few cells; an id that is blank or there twice; a time that is blank, negative, elapsed, in
        months or not understood, or three that are not in order; a predecessor that is not there, is the row
        itself, sums up others or cannot be used; a relation or lag that cannot be handled (start to finish, a
        negative lag but after a finish); several resources, or a share of one; a row that sums up others
        but has a resource or predecessors. Whatever `dirty` says: if an activity comes after itself.

    Notes
    -----
    *Durations* are numbers with a unit, such as ``5 days``, ``2w``, ``4 h`` or ``30 min``. Where a row has
    three points, they make a `Triangular` law, and its duration is not read. No time at all is a milestone.

    *Predecessors* are ids, or else codes of the work breakdown, with relation and lag: ``3``, ``4FS+2d``,
    ``5SS+3``, ``7FF``, several with commas or semicolons. Per cent are of the time of the
    predecessor: ``4SS+50%``, ``4FS-50%`` is an overlap.

    *Resources* such as ``Mechanical[200%]`` are a crew of 2, whose hours are 2 per hour of the duration.

    *Activities* are called by their names, with the id added where a name is there more than once. Rows that
    sum up others (parents in the work breakdown) are left out; `ProjectTable.notes` tell which. Tables know
    no rework: add it by ``table.project.replace(loops=…)``.

    Examples
    --------
    >>> import maketo as mk
    >>> table = mk.read_project(
    ...     {
    ...         "ID": [1, 2, 3, 4],
    ...         "Task name": ["Design", "Castings", "Frame", "Assembly"],
    ...         "Duration": ["3w", "30 days", "12 days", "40 h"],
    ...         "Predecessors": [None, "1FS-50%", "1", "2;3SS+2d"],
    ...         "Resource names": ["Mechanical[200%]", None, "Shop", "Shop"],
    ...     }
    ... )
    >>> table
    ProjectTable(4 activities, 2 resources, from mapping given)
    >>> table.project.schedule().finish
    42.5
    >>> table.project.work()
    {'Mechanical': 240.0, 'Shop': 136.0}
    """
    hours = HOURS[choice("period", period, tuple(HOURS))]
    choice("dirty", dirty, ("error", "report"))
    if resource is not None:
        one_text("resource", resource)
    given = open_source(source, sep, "activities")
    at = project_columns(given, columns)
    rejected = [*given.ragged]
    rows = read_rows(given, at, hours, rejected)
    rejected.sort(key=lambda x: x.line)
    if rejected and (dirty == "error" or not rows.lines):
        raise ValueError(refusal(given, rejected, bool(rows.lines)))
    if not rows.lines:
        raise ValueError(f"{given.place}: has no activities, only rows that sum up others")
    check_acyclic(given, rows.lines)
    made, names = activities(rows.lines, hours, resource)
    try:
        project = Project(made, hours_per_period=hours)
    except ValueError as error:
        raise ValueError(f"{given.place}: {error}") from None

    notes = unread(given, at, columns, HEADINGS)
    if rejected:
        lost = len({x.line for x in rejected})
        notes.insert(0, f"{lost} of {given.total} rows cannot be used and were left out: see rejected")
    if rows.summaries:
        more = len(rows.summaries) - _LISTED
        shown = ", ".join(map(repr, rows.summaries[:_LISTED])) + (f" and {more} more" if more > 0 else "")
        notes.append(f"rows that only sum up others are left out: {shown}")
    if rows.passed_over:
        notes.append(
            f"the duration is not read where three points are given: {counted(rows.passed_over, 'row')}"
        )
    if "resource" not in at and resource is None:
        notes.append("no column is known as the resource: every activity is a delay that nobody works at")
    notes += look_alikes(project.resources, "resources")
    return ProjectTable(project, names, given.name, tuple(rejected), tuple(notes))
