"""The network of a project: order of activities, the pass forward, the pass back, the longest way.

Every activity has two events, its start and its finish, and every bound is an arc between events. Knows
names, bounds and times, never laws. No walk is recursive.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ._project_activity import After

__all__ = ["Arc", "Network", "Passes", "topological"]


class Arc(NamedTuple):
    """That an event lies so much after another: `lag` and a `share` of the time of the activity `of`."""

    source: int
    target: int
    lag: float
    of: int = 0
    share: float = 0.0

    def length(self, times: Sequence[float]) -> float:
        """Periods from one event to the other, at least."""
        return self.lag + self.share * times[self.of]


class Passes(NamedTuple):
    """Times of events: the start of activity i at 2i, its finish at 2i + 1."""

    early: list[float]
    late: list[float]
    bound_by: list[Arc | None]
    """What holds each event up, the first of equals; none at the time 0."""
    end: int
    """The event at which the project finishes."""


class Network:
    """Activities in topological order, and the arcs between their events.

    Parameters
    ----------
    links : mapping of str to sequence of After
        What comes before each activity, in topological order.
    """

    def __init__(self, links: Mapping[str, Sequence[After]]) -> None:
        self.order = tuple(links)
        at = {name: i for i, name in enumerate(self.order)}
        self.into: list[list[Arc]] = [[] for _ in range(2 * len(at))]
        self.out: list[list[Arc]] = [[] for _ in range(2 * len(at))]
        for i, before in enumerate(links.values()):
            self._add(Arc(2 * i, 2 * i + 1, 0.0, i, 1.0))
            for link in before:
                for arc in _arcs(at[link.of], i, link):
                    self._add(arc)

    def _add(self, arc: Arc) -> None:
        self.into[arc.target].append(arc)
        self.out[arc.source].append(arc)

    def passes(self, times: Sequence[float]) -> Passes:
        """Earliest times of all events, and latest ones that do not delay the end."""
        n = len(self.into)
        early = [0.0] * n
        bound_by: list[Arc | None] = [None] * n
        for event in range(n):
            best = -math.inf
            for arc in self.into[event]:
                reached = early[arc.source] + arc.length(times)
                if reached > best:
                    best, bound_by[event] = reached, arc
            if best < 0.0:
                best, bound_by[event] = 0.0, None
            early[event] = best
        # Of several that finish last the one furthest down, so that what takes no time is passed through.
        end = max(range(1, n, 2), key=lambda event: (early[event], event))
        late = [early[end]] * n
        for event in reversed(range(n)):
            for arc in self.out[event]:
                late[event] = min(late[event], late[arc.target] - arc.length(times))
            if not _nothing(late[event] - early[event], early[end]):
                late[event] = early[event]
        return Passes(early, late, bound_by, end)

    def floats(self, found: Passes, times: Sequence[float]) -> list[tuple[float, float]]:
        """Total and free float of each activity: the smaller of its start's and its finish's."""
        early, late = found.early, found.late
        finish = early[found.end]
        floats = []
        for i in range(len(self.order)):
            start, end = 2 * i, 2 * i + 1
            total = min(late[start] - early[start], late[end] - early[end])
            # The end of the project bounds it too: a successor may start before its finish.
            free = [finish - early[end]]
            free += [
                early[arc.target] - early[arc.source] - arc.length(times)
                for arc in (*self.out[start], *self.out[end])
                if arc.target != end
            ]
            floats.append((_nothing(total, finish), _nothing(min(free), finish)))
        return floats

    def longest(self, found: Passes) -> tuple[tuple[str, ...], dict[int, float]]:
        """Activities on the longest way, and how often the time of each counts on it."""
        names: list[str] = []
        counts: dict[int, float] = {}
        event = found.end
        while True:
            name = self.order[event // 2]
            if not names or names[-1] != name:
                names.append(name)
            arc = found.bound_by[event]
            if arc is None:
                return tuple(names[::-1]), counts
            if arc.share:
                counts[arc.of] = counts.get(arc.of, 0.0) + arc.share
            event = arc.source


def topological(links: Mapping[str, Sequence[After]]) -> tuple[str, ...]:
    """Every activity after its predecessors; of those that may come next, the first named."""
    names = [*links]
    at = {name: i for i, name in enumerate(names)}
    waits = [len({link.of for link in before}) for before in links.values()]
    following: list[list[int]] = [[] for _ in names]
    for i, before in enumerate(links.values()):
        for of in dict.fromkeys(link.of for link in before):
            following[at[of]].append(i)
    ready = [i for i, n in enumerate(waits) if not n]
    order = []
    while ready:
        i = heapq.heappop(ready)
        order.append(names[i])
        for j in following[i]:
            waits[j] -= 1
            if not waits[j]:
                heapq.heappush(ready, j)
    return tuple(order)


def _arcs(i: int, j: int, link: After) -> list[Arc]:
    """What a predecessor i asks of an activity j."""
    lag = link.lag
    share = link.share
    # Networks are made of projects without sweeps.
    assert isinstance(lag, (int, float))
    assert isinstance(share, (int, float))
    if link.relation == "finish_start":
        never_before = [Arc(2 * i, 2 * j, 0.0)] if lag < 0 else []
        return [Arc(2 * i + 1, 2 * j, float(lag)), *never_before]
    if link.relation == "finish_finish":
        return [Arc(2 * i + 1, 2 * j + 1, float(lag))]
    return [Arc(2 * i, 2 * j, float(lag), i, float(share) if link.relation == "overlap" else 0.0)]


def _nothing(x: float, finish: float) -> float:
    """Rounding errors are no float."""
    return 0.0 if x <= 1e-9 * finish else x
