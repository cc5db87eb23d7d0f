"""Projects as data: what has to be done, in which order, by whom, and what may have to be done again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from ._bill_options import as_name
from ._bill_structure import find_cycle, shown_path
from ._check import count
from ._noun import Noun
from ._order_rows import counted
from ._project_activity import Activity, After
from ._project_check import above_zero, known, nouns, swept
from ._project_loops import ReworkLoop, check_loops
from ._project_network import Network, topological
from ._project_schedule import PertEstimate, Schedule, estimate, make_schedule, times_of

__all__ = ["Activity", "After", "PertEstimate", "Project", "ReworkLoop", "Schedule"]

Times: TypeAlias = str | float | Mapping[str, float]


@dataclass(frozen=True, eq=False, repr=False)
class Project(Noun, tag=("kind", "project")):
    """A project: activities, what they come after, and loops of rework.

    It starts at 0, and every activity as soon as what it comes after, and its resource, allow.

    Parameters
    ----------
    activities : mapping of str to Activity
        By name.
    loops : sequence of ReworkLoop
        Reviews and tests that may fail. Loops share no activities, unless one lies inside another: then the
        inner one starts anew, with all its chances, in every pass of the outer one.
    hours_per_period : float
        Hours that one person, or machine, of a pool works in a period, above 0: 8 where the period is a
        working day, 40 where it is a week. By default the period is an hour.
    key : int, optional
        Stable key of the project in every random address, below 2³². By default the CRC-32 of its name.

    Raises
    ------
    TypeError
        If a field is no mapping or sequence of such kind, or a name no text.
    ValueError
        If there is no activity; a name is empty; a predecessor is not there; an activity comes after itself,
        directly or not, whatever the relations (the message has the way); a number is out of bounds; or a
        loop could not be repeated as a whole: a member that is not there or does not lead to the gate inside
        the loop; a successor that would have started before the gate passes, as it comes after another
        member, or after the gate's start; loops that overlap, or have the same gate.

    Examples
    --------
    >>> import maketo as mk
    >>> project = mk.Project(
    ...     {
    ...         "design": mk.Activity(hours=mk.Lognormal(mean=160, sd=48), resource="mechanical", crew=2),
    ...         "review": mk.Activity(2, after=["design"]),
    ...         "castings": mk.Activity(mk.Triangular(30, 40, 60), after=["review"], phase="procure"),
    ...         "frame": mk.Activity(15, after=["review"], phase="make"),
    ...         "assembly": mk.Activity(10, after=["castings", "frame"], phase="assemble"),
    ...     },
    ...     loops=[mk.ReworkLoop("review", ["design", "review"], probability=0.25, share=0.5, most=3)],
    ...     hours_per_period=8,
    ... )
    >>> project
    Project(5 activities, 1 loop, 1 resource)
    >>> project.critical_path()
    ('design', 'review', 'castings', 'assembly')
    >>> round(project.work()["mechanical"], 6)
    186.25
    """

    activities: Mapping[str, Activity]
    loops: Sequence[ReworkLoop] = ()
    hours_per_period: float = 1
    key: int | None = None

    def __post_init__(self) -> None:
        self._set(
            activities=_as_activities(self.activities),
            loops=_as_loops(self.loops),
            hours_per_period=above_zero("Project.hours_per_period", self.hours_per_period),
            key=None if self.key is None else count("Project.key", self.key),
        )
        for name, activity in self.activities.items():
            field = f"Project.activities[{name!r}].after"
            for link in activity.links:
                if link.of == name:
                    raise ValueError(f"{field} must not name the activity itself, got {name!r}")
                known(field, link.of, self.activities)
        cycle = find_cycle(self._following)
        if cycle is not None:
            raise ValueError(f"Project.activities must have no cycle, got {shown_path(cycle)}")
        check_loops(self.loops, self._links)

    # What there is.

    @property
    def order(self) -> tuple[str, ...]:
        """Every activity after its predecessors; otherwise as they were named."""
        return tuple(self._links)

    @property
    def starts(self) -> tuple[str, ...]:
        """Activities without a predecessor, in topological order."""
        return tuple(name for name, before in self._links.items() if not before)

    @property
    def ends(self) -> tuple[str, ...]:
        """Activities without a successor, in topological order."""
        return tuple(name for name in self._links if not self._following[name])

    @property
    def resources(self) -> tuple[str, ...]:
        """Pools that work on it, as they are first named."""
        named = (activity.resource for activity in self.activities.values())
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def predecessors(self, name: str) -> tuple[str, ...]:
        """Activities that one comes after, in the order in which it names them.

        Raises
        ------
        ValueError
            If there is no such activity.
        """
        links = self._links[known("predecessors", name, self.activities)]
        return tuple(dict.fromkeys(link.of for link in links))

    def successors(self, name: str) -> tuple[str, ...]:
        """Activities that come after one, in the order of `activities`.

        Raises
        ------
        ValueError
            If there is no such activity.
        """
        return tuple(self._following[known("successors", name, self.activities)])

    # What it comes to, without chance and without queues.

    def schedule(self, times: Times = "mean") -> Schedule:
        """The critical-path method: earliest and latest times, and floats.

        Parameters
        ----------
        times : "mean", float or mapping of str to float
            How long activities take: their means; a quantile in (0, 1), each of its own law; or periods by
            activity, at least 0, where those that are not named take their means.

        Returns
        -------
        Schedule
            A table with a row for every activity, in periods, with `finish` and `path`.

        Raises
        ------
        TypeError, ValueError
            If `times` is none of these or names no activity, a mean is not finite, or the project has a
            Sweep.

        Notes
        -----
        Loops are passed once, without rework. Pools are as large as needed: hours take
        hours / (crew · `hours_per_period`) periods. A finish when all activities take their quantile p is not
        the quantile p of the finish.

        Examples
        --------
        >>> import maketo as mk
        >>> project = mk.Project(
        ...     {
        ...         "a": mk.Activity(3),
        ...         "b": mk.Activity(2, after=["a"]),
        ...         "c": mk.Activity(4, after=[mk.After("a", "overlap", share=0.5)]),
        ...     }
        ... )
        >>> project.schedule()
        finish 5.5, critical path a → c
        activity  time  early start  early finish  late start  late finish  total float  free float  critical
        a            3            0             3           0          3.5            0           0      True
        b            2            3             5         3.5          5.5          0.5         0.5     False
        c            4          1.5           5.5         1.5          5.5            0           0      True
        """
        self._refuse_sweep("schedule")
        return make_schedule(self._network, self._times(times))

    def critical_path(self, times: Times = "mean") -> tuple[str, ...]:
        """Activities that hold each other up, from the beginning to the end of the project.

        Parameters
        ----------
        times : "mean", float or mapping of str to float
            As for `schedule`.

        Returns
        -------
        tuple of str
            One path; of several that are equally long, that which is named first. `Schedule.critical` has
            all activities without float.

        Raises
        ------
        TypeError, ValueError
            As `schedule`.
        """
        return self.schedule(times).path

    def pert(self) -> PertEstimate:
        """Mean and variance of the finish by PERT: those of the critical path of means.

        Returns
        -------
        PertEstimate
            ``(mean, variance, path)``, in periods, and `sd`.

        Raises
        ------
        ValueError
            If a mean is not finite, or the project has a Sweep.

        Warnings
        --------
        The mean is biased low, sometimes by a lot: a project waits for the longest of its paths, and the mean
        of a maximum is at least the maximum of the means [1]_. The more paths are nearly critical, and the
        more their times spread, the larger the error; the variance of one path is no bound on that of the
        finish either. It counts neither rework nor queues for engineers. Use it as a check on a simulation,
        which takes the longest path anew in every replication, and never as a quote.

        References
        ----------
        .. [1] D. R. Fulkerson, "Expected critical path lengths in PERT networks", Operations Research 10
           (1962) 808–817.

        Examples
        --------
        The finish of two tasks in parallel, exponential with a mean of 10 each, has a mean of 15:

        >>> import maketo as mk
        >>> project = mk.Project({name: mk.Activity(mk.Exponential(10)) for name in ("a", "b")})
        >>> project.pert().mean
        10.0
        """
        self._refuse_sweep("pert")
        return estimate(self._network, self.activities, self.hours_per_period, self._times("mean"))

    def work(self) -> dict[str, float]:
        """Mean hours of every resource, with expected rework.

        Returns
        -------
        dict of str to float
            Hours by resource, in the order of `resources`. Activities that nobody works at do not count.

        Raises
        ------
        ValueError
            If the project has a Sweep.

        Notes
        -----
        An activity counts with its mean hours times `ReworkLoop.content` of every loop that it is in. That is
        exact: whether a gate fails does not depend on how long anything took.
        """
        self._refuse_sweep("work")
        hours = dict.fromkeys(self.resources, 0.0)
        for name, activity in self.activities.items():
            if activity.resource is not None:
                passes = 1.0
                for loop in self.loops:
                    passes *= loop.content if name in loop.members else 1.0
                hours[activity.resource] += activity.content.summary().mean * passes
        return hours

    # How it behaves.

    def __repr__(self) -> str:
        what = [counted(len(self.activities), "activity").replace("activitys", "activities")]
        what += [counted(len(self.loops), "loop")] if self.loops else []
        what += [counted(len(self.resources), "resource")] if self.resources else []
        return f"Project({', '.join(what)})"

    @cached_property
    def _following(self) -> dict[str, dict[str, None]]:
        following: dict[str, dict[str, None]] = {name: {} for name in self.activities}
        for name, activity in self.activities.items():
            for link in activity.links:
                following[link.of][name] = None
        return following

    @cached_property
    def _links(self) -> dict[str, tuple[After, ...]]:
        """What comes before each activity, in topological order."""
        links = {name: activity.links for name, activity in self.activities.items()}
        return {name: links[name] for name in topological(links)}

    @cached_property
    def _network(self) -> Network:
        return Network(self._links)

    def _times(self, times: Any) -> list[float]:
        return times_of(self.activities, self.order, self.hours_per_period, times)

    def _refuse_sweep(self, method: str) -> None:
        places = {f"activities[{name!r}]": activity for name, activity in self.activities.items()}
        for place, noun in {**places, **{f"loops[{i}]": x for i, x in enumerate(self.loops)}}.items():
            field = swept(noun)
            if field is not None:
                raise ValueError(
                    f"Project.{method}: {place}.{field} has a Sweep: there is no single project to ask"
                )


def _as_activities(given: Any) -> dict[str, Activity]:
    field = "Project.activities"
    if not isinstance(given, Mapping):
        raise TypeError(f"{field} must be a mapping of names to Activity, got {given!r}")
    if not given:
        raise ValueError(f"{field} must have at least one activity, got {{}}")
    return {as_name(field, name): nouns(f"{field}[{name!r}]", one, Activity) for name, one in given.items()}


def _as_loops(given: Any) -> tuple[ReworkLoop, ...]:
    field = "Project.loops"
    if isinstance(given, ReworkLoop):
        given = (given,)
    if isinstance(given, (str, Mapping)) or not isinstance(given, Sequence):
        raise TypeError(f"{field} must be a sequence of ReworkLoop, got {given!r}")
    return tuple(nouns(f"{field}[{i}]", one, ReworkLoop) for i, one in enumerate(given))
