"""What has to be done in a project, and after what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._check import choice, truth, whole
from ._law import Law, LawLike
from ._noun import Noun
from ._project_check import as_time, bounded, nouns, one_text
from .laws import Real, Whole
from .sweep import Sweep

__all__ = ["PHASES", "RELATIONS", "Activity", "After"]

PHASES = ("engineer", "procure", "make", "assemble", "test", "other")
RELATIONS = ("finish_start", "start_start", "finish_finish", "overlap")


@dataclass(frozen=True, eq=False, repr=False)
class After(Noun):
    """That an activity comes after another, and how.

    With the start S and the finish F of the predecessor, and its time D from one to the other if nothing but
    its own work holds it up:

    * ``"finish_start"``: it starts at F + lag or later;
    * ``"start_start"``: it starts at S + lag or later;
    * ``"finish_finish"``: it finishes at F + lag or later. It starts as early as it may all the same: it
      waits at the end, not at the beginning;
    * ``"overlap"``: it starts at S + share·D + lag or later, when that share of the predecessor is complete.

    Parameters
    ----------
    of : str
        The predecessor.
    relation : {"finish_start", "start_start", "finish_finish", "overlap"}
        See above.
    lag : float
        Periods, at least 0. Of ``"finish_start"`` it may be negative: then the start is bound by F + lag, but
        never lies before that of the predecessor, nor before 0.
    share : float
        Share of the predecessor that has to be complete, in [0, 1]; of ``"overlap"`` only.

    Raises
    ------
    TypeError, ValueError
        If a field is of the wrong kind or out of bounds.

    Notes
    -----
    All of these are bounds from below on a start or a finish, so that one pass from the first activity to the
    last finds every time. Start to finish is not among them: the successor would have to be known first.

    Examples
    --------
    >>> import maketo as mk
    >>> mk.After("design", "overlap", share=0.6)
    After(of='design', relation='overlap', share=0.6)
    """

    of: str
    relation: str = "finish_start"
    lag: Real = 0
    share: Real = 1

    def __post_init__(self) -> None:
        relation = choice("After.relation", self.relation, RELATIONS)
        lag = bounded("After.lag", self.lag)
        if relation != "finish_start" and any(x < 0 for x in _values(lag)):
            raise ValueError(f"After.lag must be ≥ 0 where the relation is {relation!r}, got {self.lag}")
        share = bounded("After.share", self.share, 0, 1)
        if relation != "overlap" and any(x != 1 for x in _values(share)):
            raise ValueError(f"After.share must be 1 where the relation is {relation!r}, got {self.share}")
        self._set(of=one_text("After.of", self.of), relation=relation, lag=lag, share=share)

    def _as_number(self) -> object:
        """What stands for it in a list: just the name, if there is nothing else to say."""
        return self.of if self == After(self.of) else self


@dataclass(frozen=True, eq=False, repr=False)
class Activity(Noun, tag=("kind", "activity")):
    """Something that has to be done: a delay, or work of a pool of people or machines.

    Exactly one of `time` and `hours` is given. A pure delay (delivery of a bought part, a client's approval,
    drying) takes its time whatever else goes on. Work takes `crew` out of a pool, who do the hours between
    them: it lasts hours / (crew · hours per period) periods once they are free.

    Parameters
    ----------
    time : law or number, optional
        Periods, no negative ones; 0 is an event.
    hours : law or number, optional
        Hours of work of the whole crew together.
    resource : str, optional
        The pool that does the hours, such as ``"mechanical"``.
    crew : int
        How many of the pool work on it at the same time, at least 1.
    after : sequence of str or After
        What comes before; a name stands for finish to start without lag. One predecessor may appear with
        several relations, but with each only once.
    phase : {"engineer", "procure", "make", "assemble", "test", "other"}
        What it counts as where lead time and hours are split.
    milestone : bool
        Whether its finish is reported as a milestone.
    cost : float
        Money, once, however often the activity is repeated; at least 0.
    rate : float
        Money per hour of `hours`, repeated ones too; at least 0.

    Raises
    ------
    TypeError, ValueError
        If a field is of the wrong kind or out of bounds; if both or neither of `time` and `hours` are given;
        if hours have no resource, or a delay has a resource, a crew or a rate.

    Examples
    --------
    >>> import maketo as mk
    >>> mk.Activity(mk.Triangular(30, 40, 60), after=["release"], phase="procure", cost=80_000)
    Activity(time=Triangular(low=30, mode=40, high=60), after=('release',), phase='procure', cost=80000)
    >>> mk.Activity(hours=mk.Lognormal(mean=120, sd=36), resource="mechanical", crew=2)
    Activity(hours=Lognormal(mean=120, sd=36), resource='mechanical', crew=2)
    """

    time: LawLike | None = None
    hours: LawLike | None = None
    resource: str | None = None
    crew: Whole = 1
    after: Sequence[str | After] = ()
    phase: str = "other"
    milestone: bool = False
    cost: Real = 0
    rate: Real = 0

    def __post_init__(self) -> None:
        if (self.time is None) == (self.hours is None):
            got = "neither" if self.time is None else f"time={self.time!r} and hours={self.hours!r}"
            raise ValueError(f"Activity.time or hours must be given, exactly one of them, got {got}")
        crew = whole("Activity.crew", self.crew, at_least=1)
        rate = bounded("Activity.rate", self.rate, 0)
        if self.hours is not None:
            if self.resource is None:
                raise ValueError("Activity.resource must name the pool that does the hours, got None")
            self._set(
                hours=as_time("Activity.hours", self.hours),
                resource=one_text("Activity.resource", self.resource),
            )
        else:
            for name, value, absent in (("resource", self.resource, None), ("crew", crew, 1)):
                if value != absent:
                    raise ValueError(
                        f"Activity.{name} goes with hours: a time is a delay that nobody works at, "
                        f"got {value!r}"
                    )
            if any(_values(rate)):
                raise ValueError(f"Activity.rate is money per hour, and a time has no hours, got {self.rate}")
            self._set(time=as_time("Activity.time", self.time))
        self._set(
            crew=crew,
            after=_as_after(self.after),
            phase=choice("Activity.phase", self.phase, PHASES),
            milestone=truth("Activity.milestone", self.milestone),
            cost=bounded("Activity.cost", self.cost, 0),
            rate=rate,
        )

    @property
    def links(self) -> tuple[After, ...]:
        """What comes before, each as an `After`."""
        return tuple(x for x in self.after if isinstance(x, After))

    @property
    def content(self) -> Law:
        """The law of its time or of its hours."""
        law = self.time if self.hours is None else self.hours
        assert isinstance(law, Law)
        return law


def _values(x: Real) -> tuple[float, ...]:
    return x.values if isinstance(x, Sweep) else (x,)


def _as_after(given: Any) -> tuple[After, ...]:
    field = "Activity.after"
    listed = (given,) if isinstance(given, (str, After)) else given
    if isinstance(listed, Mapping) or not isinstance(listed, Sequence):
        raise TypeError(f"{field} must be a sequence of names or After, got {given!r}")
    made: list[After] = []
    for i, one in enumerate(listed):
        link = After(one_text(f"{field}[{i}]", one)) if isinstance(one, str) else None
        link = nouns(f"{field}[{i}]", one, After) if link is None else link
        if any(x.of == link.of and x.relation == link.relation for x in made):
            raise ValueError(
                f"{field} must name a predecessor once for each relation, got {link.of!r} "
                f"({link.relation}) twice"
            )
        made.append(link)
    return tuple(made)
