"""The critical-path method: what one set of times comes to, without chance and without rework."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ._bill_structure import shown_path
from ._check import number, plain
from ._project_activity import Activity
from ._project_check import bounded, known
from ._project_network import Network
from .sweep import Sweep
from .table import Table

__all__ = ["PertEstimate", "Schedule", "estimate", "make_schedule", "mean_of", "times_of"]

COLUMNS = (
    *("activity", "time", "early start", "early finish", "late start", "late finish"),
    *("total float", "free float", "critical"),
)


class Schedule(Table):
    """Earliest and latest times of every activity, in periods.

    A `Table` of a row for every activity, in topological order, with the columns ``activity``; ``time``, how
    long it is worked at; ``early start`` and ``early finish``, as early as may be; ``late start`` and
    ``late finish``, as late as may be without delaying the end of the project; ``total float``, by how
    much it may be late without delaying the end; ``free float``, by how much without delaying any other
    activity; and ``critical``, whether its total float is 0.

    See Also
    --------
    Project.schedule : makes it.

    Notes
    -----
    An activity that is bound by the finish of another, or followed by one that is bound by its start, may
    have more room at one end than at the other; floats are the smaller of the two, as project tools show
    them. Floats below 1e-9 of the length of the project are 0.
    """

    def __init__(self, rows: Sequence[Sequence[Any]], finish: float, path: tuple[str, ...]) -> None:
        caption = f"finish {finish:.6g}, critical path {shown_path([*path])}"
        super().__init__(COLUMNS, rows, caption)
        self.finish = finish
        """When the last activity finishes, periods."""
        self.path = path
        """The critical path: activities that hold each other up until the end."""

    @property
    def critical(self) -> tuple[str, ...]:
        """Activities without total float, whether on the path or on another that is as long."""
        return tuple(row["activity"] for row in self if row["critical"])

    def of(self, name: str) -> dict[str, Any]:
        """The row of an activity.

        Raises
        ------
        ValueError
            If there is no such activity.
        """
        rows = {row["activity"]: row for row in self}
        return rows[known("of", name, rows)]


class PertEstimate(NamedTuple):
    """What PERT says of the finish of a project. See `Project.pert`."""

    mean: float
    """Periods; too low, if anything."""
    variance: float
    """Periods squared, along the critical path of means."""
    path: tuple[str, ...]
    """That path."""

    @property
    def sd(self) -> float:
        """Standard deviation, periods."""
        return math.sqrt(self.variance)


def times_of(
    activities: Mapping[str, Activity], order: Sequence[str], hours: float, times: Any
) -> list[float]:
    """Periods of every activity, in order: means, quantiles, or as given."""
    times = plain(times)
    if isinstance(times, str):
        if times != "mean":
            raise ValueError(f"times must be 'mean', a mapping of periods or a quantile, got {times!r}")
        return [mean_of(name, activities[name], hours) for name in order]
    if isinstance(times, Mapping):
        given = {known("times", name, activities): _single(name, x) for name, x in times.items()}
        return [given[name] if name in given else mean_of(name, activities[name], hours) for name in order]
    if isinstance(times, bool) or not isinstance(times, (int, float)):
        raise TypeError(f"times must be 'mean', a mapping of periods or a quantile, got {times!r}")
    if not 0.0 < times < 1.0:
        raise ValueError(f"times must be in (0, 1) where it is a quantile, got {times}")
    return [
        float(activities[name].content.quantile(times)) / _divisor(activities[name], hours) for name in order
    ]


def mean_of(name: str, activity: Activity, hours: float) -> float:
    """Mean periods of an activity that waits for nobody."""
    mean = activity.content.summary().mean
    if not math.isfinite(mean):
        field = "time" if activity.hours is None else "hours"
        raise ValueError(f"Project.activities[{name!r}].{field} must have a finite mean, got {mean}")
    return mean / _divisor(activity, hours)


def make_schedule(network: Network, times: Sequence[float]) -> Schedule:
    """Both passes, as a table."""
    found = network.passes(times)
    floats = network.floats(found, times)
    rows = []
    for i, (name, time, (total, free)) in enumerate(zip(network.order, times, floats, strict=True)):
        start, end = 2 * i, 2 * i + 1
        early = (found.early[start], found.early[end])
        rows.append((name, time, *early, found.late[start], found.late[end], total, free, total == 0.0))
    path, _ = network.longest(found)
    return Schedule(rows, found.early[found.end], path)


def estimate(
    network: Network, activities: Mapping[str, Activity], hours: float, times: Sequence[float]
) -> PertEstimate:
    """Mean and variance along the longest way of means."""
    found = network.passes(times)
    path, counts = network.longest(found)
    variance = 0.0
    for i, count in counts.items():
        activity = activities[network.order[i]]
        variance += (count * activity.content.summary().sd / _divisor(activity, hours)) ** 2
    return PertEstimate(found.early[found.end], variance, path)


def _divisor(activity: Activity, hours: float) -> float:
    """Hours of work in a period, of the whole crew; 1 where time is time."""
    if activity.hours is None:
        return 1.0
    # There are no sweeps here.
    assert isinstance(activity.crew, int)
    return activity.crew * hours


def _single(name: str, given: Any) -> float:
    x = bounded(f"times[{name!r}]", number(f"times[{name!r}]", given), 0)
    if isinstance(x, Sweep):
        raise TypeError(f"times[{name!r}] must be a single number, got {given!r}")
    return float(x)
