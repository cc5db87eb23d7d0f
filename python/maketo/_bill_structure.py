"""Which item goes into which: order, levels and quantities.

Knows names and numbers, never what they cost or who sells them. No walk is recursive, so that a bill may be
as deep as it likes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

__all__ = ["Part", "Structure", "find_cycle", "find_path", "shown_path"]

_SHOWN = 12


class Part(NamedTuple):
    """One line of an item's bill."""

    component: str
    quantity: float
    """Units per parent; of a choice, where it is chosen."""
    group: str = ""
    """Option group; empty of what is always there."""
    rate: float = 1.0
    """Share of the parents that have it."""


class Structure:
    """Items and what they are made of.

    Parameters
    ----------
    parts : mapping of str to list of Part
        By item, in order; without cycles.
    substitutes : mapping of str to list of str
        Items by the item whose place they may take.
    """

    def __init__(self, parts: Mapping[str, list[Part]], substitutes: Mapping[str, list[str]]) -> None:
        self.parts = parts
        named: dict[str, None] = {}
        for parent, lines in parts.items():
            named.update(dict.fromkeys([parent, *(line.component for line in lines)]))
        for item, others in substitutes.items():
            named.update(dict.fromkeys([item, *others]))
        self.below: dict[str, dict[str, float]] = {item: {} for item in named}
        """Units per parent, options with their take rates."""
        self.above: dict[str, dict[str, float]] = {item: {} for item in named}
        """The same from the other side."""
        for parent, lines in parts.items():
            here = self.below[parent]
            for line in lines:
                here[line.component] = here.get(line.component, 0.0) + line.quantity * line.rate
            for component, quantity in here.items():
                self.above[component][parent] = quantity
        instead = {other for others in substitutes.values() for other in others}
        self.roots = tuple(item for item in named if not self.above[item] and item not in instead)
        self.usable = {
            parent: [*dict.fromkeys(x for item in here for x in (item, *substitutes.get(item, ())))]
            for parent, here in self.below.items()
        }
        """What may be in each item, substitutes too."""
        self.level = self._levels()
        """The longest way down to each item; substitutes stand where they may be used."""
        places = {item: i for i, item in enumerate(named)}
        self.items = tuple(sorted(named, key=lambda item: (self.level[item], places[item])))
        """Every item before what it is made of."""

    def _levels(self) -> dict[str, int]:
        below = self.usable
        waiting = dict.fromkeys(below, 0)
        for here in below.values():
            for item in here:
                waiting[item] += 1
        level = dict.fromkeys(below, 0)
        free = [item for item, n in waiting.items() if not n]
        while free:
            parent = free.pop()
            for item in below[parent]:
                level[item] = max(level[item], level[parent] + 1)
                waiting[item] -= 1
                if not waiting[item]:
                    free.append(item)
        return level

    def explode(self, wanted: Mapping[str, float], stop_at: Collection[str]) -> dict[str, float]:
        """Units of what is made of nothing, or is not taken apart."""
        need = dict(wanted)
        for item in self.items:
            if item in need and item not in stop_at:
                for component, quantity in self.below[item].items():
                    need[component] = need.get(component, 0.0) + need[item] * quantity
        return {
            item: need[item]
            for item in self.items
            if item in need and (item in stop_at or not self.below[item])
        }

    def implode(self, item: str) -> dict[str, float]:
        """Units of an item in each item that it goes into, however deep; the item itself among them."""
        contained = {item: 1.0}
        for at in reversed(self.items):
            if at in contained:
                for parent, quantity in self.above[at].items():
                    contained[parent] = contained.get(parent, 0.0) + contained[at] * quantity
        return contained

    def reached(self, item: str) -> set[str]:
        """What an item contains, itself among it."""
        seen, waiting = {item}, [item]
        while waiting:
            new = [x for x in self.below[waiting.pop()] if x not in seen]
            seen.update(new)
            waiting += new
        return seen

    def roll_up(self, costs: Mapping[str, float]) -> dict[str, float]:
        """Cost of a unit of each item with all that is in it."""
        total: dict[str, float] = {}
        for item in reversed(self.items):
            inside = sum(quantity * total[x] for x, quantity in self.below[item].items())
            total[item] = costs.get(item, 0.0) + inside
        return total

    def lines(self, item: str) -> int:
        """How many lines an indented listing has."""
        count: dict[str, int] = {}
        for at in reversed(self.items):
            count[at] = 1 + sum(count[line.component] for line in self.parts.get(at, ()))
        return count[item]


def find_cycle(below: Mapping[str, Iterable[str]]) -> list[str] | None:
    """A way from an item back to itself, if there is one."""
    done: set[str] = set()
    for start in below:
        if start in done:
            continue
        path = [start]
        on_path = {start}
        ahead = [iter(below[start])]
        while ahead:
            item = next(ahead[-1], None)
            if item is None:
                ahead.pop()
                left = path.pop()
                on_path.discard(left)
                done.add(left)
            elif item in on_path:
                return [*path[path.index(item) :], item]
            elif item not in done:
                path.append(item)
                on_path.add(item)
                ahead.append(iter(below.get(item, ())))
    return None


def find_path(below: Mapping[str, Iterable[str]], start: str, goal: str) -> list[str] | None:
    """The shortest way down from one item to another, if there is one."""
    came: dict[str, str | None] = {start: None}
    waiting = [start]
    for item in waiting:
        if item == goal:
            path: list[str] = []
            at: str | None = goal
            while at is not None:
                path.append(at)
                at = came[at]
            return path[::-1]
        for x in below.get(item, ()):
            if x not in came:
                came[x] = item
                waiting.append(x)
    return None


def shown_path(path: list[str]) -> str:
    """A path in one line, the middle of a long one left out."""
    if len(path) > _SHOWN:
        left_out = len(path) - _SHOWN
        path = [*path[: _SHOWN // 2], f"… {left_out} more …", *path[-(_SHOWN // 2) :]]
    return " → ".join(path)
