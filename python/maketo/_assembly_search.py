"""The search for the levels of an assembly, on common random numbers of the training half.

```text
levels as safety factors ──► raise who is to blame ──► lower, most saved first ──► one down, one up
   until nearly enough         until it is enough          while it is enough         while that saves
```

Every step is a batch of designs on the same draws, so what is compared differs in the levels alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

import numpy as np

from ._assembly_terms import Floats, Levels, Target, Worth, level_of, lowest, shop_at
from .assemble_to_order import AssembleToOrder
from .assembly_result import AssemblyResult
from .simulate import simulate

Move: TypeAlias = tuple[int, int, Floats, float]
"""Component, steps, and what they change of the fill rates and of the investment."""

__all__ = ["Point", "Search", "UnreachableError"]

_BATCH = 32
_FACTORS = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 16.0, 32.0, 64.0)
_LARGEST = 1024
_RAISES = 200
_ROUNDS = 8
_PAIRS = 8
_TRIED = 24
_WORTH = 5e-4
"""Share of the investment that an exchange has to save."""
_HOPE = 0.1
"""Share of what a step down costs in fill rates by which a sum may be short and still be tried."""
_FREE = 1e-3
"""Share of the mean weight at which components that cost nothing are counted when gains are compared."""


class UnreachableError(ValueError):
    """No levels, however high, reach what is asked."""


@dataclass(frozen=True)
class Point:
    """A design and how it did in training."""

    levels: Levels
    fills: Floats
    """By target."""
    fill: float
    """Of all units."""
    investment: float
    score: float
    """Investment with components that cost nothing at next to nothing: what the search makes small."""
    blame: Floats
    """Units waiting, (component, product)."""
    error: Floats
    """Standard errors of `fills`."""


class Search:
    """Levels of one shop for one target; it remembers every design it has run."""

    def __init__(self, shop: AssembleToOrder, target: Target, worth: Worth, options: dict[str, Any]) -> None:
        self.shop, self.target, self.worth, self.options = shop, target, worth, options
        self.names = tuple(shop.components)
        self.lowest = np.array([lowest(c) for c in shop.components.values()])
        self.aim = target.shares.copy()
        """What training has to reach: the target, and what certifying it will take."""
        self.path: list[tuple[str, str, Point]] = []
        self._known: dict[Levels, Point] = {}
        self.weights = np.maximum(worth.weights, _FREE * worth.weights.mean())
        self._score = Worth(self.weights, worth.unit)
        self.spread, self.mean, self.unit, self.share = self._measured()

    def __len__(self) -> int:
        """Designs that were run."""
        return len(self._known)

    # What designs do.

    def run(self, designs: Sequence[Levels], metrics: Sequence[str]) -> AssemblyResult:
        """Designs on the training half."""
        shop = shop_at(self.shop, designs, windows=(self.target.window,))
        return simulate(shop, **self.options, half="training", metrics=metrics)

    def points(self, designs: Iterable[Levels]) -> list[Point]:
        """How designs do; each is run once."""
        asked = list(designs)
        new = [levels for levels in dict.fromkeys(asked) if levels not in self._known]
        for start in range(0, len(new), _BATCH):
            self._learn(new[start : start + _BATCH])
        return [self._known[levels] for levels in asked]

    def _learn(self, designs: Sequence[Levels]) -> None:
        run = self.run(designs, ["fill_within", "blame", "on_hand", "reserved"])
        n = len(designs)
        top, bottom = (x.reshape((n, -1, run.replications)) for x in self.target.fills(run))
        every = Target((), (), self.target.shares, self.target.window).fills(run)
        with np.errstate(invalid="ignore", divide="ignore"):
            fills = top.mean(axis=-1) / bottom.mean(axis=-1)
            residuals = (top - fills[..., None] * bottom).std(axis=-1) / bottom.mean(axis=-1)
            fill = (every[0].mean(axis=-1) / every[1].mean(axis=-1)).reshape(n)
        if not np.isfinite(fills).all():
            bad = int(np.argmin(np.isfinite(fills).all(axis=0)))
            where = repr(self.target.products[bad]) if self.target.products else "anything"
            raise ValueError(f"target has no meaning: nobody orders {where} in these periods")
        costs = [w.of_run(run).reshape((n, -1)).mean(axis=-1) for w in (self.worth, self._score)]
        blame = run.blame().value.reshape((n, len(self.names), -1))
        for i, levels in enumerate(designs):
            error = residuals[i] / math.sqrt(run.replications)
            held, score = (float(cost[i]) for cost in costs)
            self._known[levels] = Point(levels, fills[i], float(fill[i]), held, score, blame[i], error)

    def _measured(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Of what is under way of every component: spread and mean; the step of its level; its weight.

        The level less net inventory has the same law at every level.
        """
        now = tuple(max(level_of(c), lowest(c)) for c in self.shop.components.values())
        run = self.run([now], ["net_inventory", "net_inventory_variance", "demand"])
        mean = np.array(now) - run.component("net_inventory").value
        spread = np.sqrt(np.maximum(run.component("net_inventory_variance").value, 0.0))
        counted = self.options["periods"] - self.options["warm_up"]
        sums = run.values("component", "demand") * counted
        whole = (np.abs(sums - np.round(sums)) < 1e-6 * np.maximum(1.0, np.abs(sums))).all(axis=0)
        fine = 10.0 ** np.floor(np.log10(np.maximum(spread, 1e-9) / 20.0))
        unit = np.where(whole, np.maximum(fine, 1.0), fine)
        demand = run.product("demand").value
        asked = demand[list(self.target.places)].sum() if self.target.products else demand.sum()
        wanted = self.target.products or tuple(self.shop.products)
        rates = dict(zip(self.shop.products, demand, strict=True))
        share = np.array([sum(rates[v] for v in wanted if c in self.shop.uses(v)) for c in self.names])
        return spread, mean, unit, share / max(float(asked), 1e-300)

    # How far a design is.

    def enough(self, point: Point) -> bool:
        """Whether it reaches the aim."""
        return bool((point.fills >= self.aim).all())

    def missing(self, point: Point) -> float:
        """What is missing to the aim, in shares of orders, over all targets."""
        return float(np.maximum(self.aim - point.fills, 0.0).sum())

    def _slack(self, point: Point) -> float:
        """How much more than enough, each target by how much it allows to be missed."""
        return float(((point.fills - self.aim) / (1.0 - self.aim)).sum())

    # The phases.

    def begin(self, start: Levels | None) -> Point:
        """A design that is nearly enough: the start given, or mean plus factors times spread.

        A unit of safety stock is worth the chance that it is needed, so a component's factor k solves
        φ(k)·share/spread = cost·λ; one number, the largest factor, fixes λ.
        """
        if start is not None:
            # More than an abundance is no better, and a long way down.
            abundance = self.mean + _FACTORS[-1] * self.spread
            (point,) = self.points([self._grid(np.minimum(np.array(start), abundance))])
            self._note("start", "", point)
            return point
        low, high = -math.inf, math.inf
        for factors in (_FACTORS, None):
            tried = factors if factors is not None else tuple(np.linspace(low, high, 10)[1:-1].tolist())
            reached = [self.enough(p) for p in self.points(self._at(x) for x in tried)]
            if not any(reached) and factors is not None:
                (ample,) = self.points([self._at(_FACTORS[-1])])
                raise UnreachableError(self._cannot(ample))
            for x, fine in zip(tried, reached, strict=True):
                high = min(high, x) if fine else high
            low = max([x for x in tried if x < high] + ([low] if math.isfinite(low) else []), default=high)
        (point,) = self.points([self._at(low)])
        self._note("start", "", point)
        return point

    def _at(self, factor: float) -> Levels:
        worth = np.log(np.maximum(self.share, 1e-12) / (self.weights * np.maximum(self.spread, 1e-12)))
        own = np.sqrt(np.maximum(factor**2 + 2.0 * (worth - worth.max()), 0.0)) if factor > 0 else factor
        return self._grid(self.mean + own * self.spread)

    def _grid(self, levels: Floats) -> Levels:
        steps = np.maximum(np.ceil((levels - self.lowest) / self.unit - 1e-9), 0.0)
        return tuple(np.round(self.lowest + steps * self.unit, 9).tolist())

    def _cannot(self, ample: Point) -> str:
        worst = int(np.argmin(ample.fills - self.aim))
        what = f"of {self.target.products[worst]!r} " if self.target.products else ""
        return (
            f"target {self.target.shares[worst]:g} {what}within {self.target.window} periods cannot be "
            f"reached: with components in abundance it is {ample.fills[worst]:.4g}. Hours of assembly, "
            "capacity or lead times are what is short"
        )

    def up(self, point: Point) -> Point:
        """Raise whoever is to blame, most units waiting per investment first, until it is enough."""
        for turn in range(_RAISES):
            if self.enough(point):
                return point
            wanted = self._to_blame(point)
            steps = [s << (turn // 8) for s in (1, 2, 4, 8)]
            tried = self._tried((self._moved(point, (j, s)), j) for j in wanted[:4] for s in steps)
            fine = [(p.score, i) for i, (p, _) in enumerate(tried) if self.enough(p)]
            if fine:
                best = min(fine)[1]
            else:
                gains = [(self.missing(point) - self.missing(p)) / self._added(point, p) for p, _ in tried]
                best = int(np.argmax(gains)) if max(gains) > 0 else len(steps) - 1
            point, j = tried[best]
            self._note("raise", self.names[j], point)
        raise UnreachableError(self._cannot(point) + f" ({_RAISES} levels were raised)")

    def trim(self, point: Point) -> Point:
        """Single moves that save and leave enough, what saves most per order missed first.

        Mostly down; but more of a cheap component may set free what waits for it. Farther at a time where
        that does as well.
        """
        while True:
            size, fine = 1, self._saved(point, [(j, s) for j in range(len(self.names)) for s in (-1, 1)])
            while fine and size < _LARGEST:
                more = self._saved(point, [(j, 4 * s) for (j, s), _ in fine])
                if not more:
                    break
                size, fine = 4 * size, more
            if not fine:
                return point
            ratios = [self._ratio(point, p) for _, p in fine]
            (j, steps), point = fine[int(np.argmax(ratios))]
            self._note("lower" if steps < 0 else "raise", self.names[j], point)

    def _saved(self, point: Point, moves: Sequence[tuple[int, int]]) -> list[tuple[tuple[int, int], Point]]:
        """Those of the moves, each by itself, that leave enough and save something."""
        able = [move for move in moves if self._room(point, move[0], -move[1])]
        tried = self.points(self._moved(point, move) for move in able)
        least = point.score * (1.0 - 1e-9)
        return [(m, p) for m, p in zip(able, tried, strict=True) if self.enough(p) and p.score < least]

    def _ratio(self, point: Point, other: Point) -> float:
        return (point.score - other.score) / max(self._slack(point) - self._slack(other), 1e-9)

    def exchange(self, point: Point) -> Point:
        """One component down a step or two and another up, where that is enough and costs less.

        What single steps do is added up to find pairs that are worth a run; of the best of them that hold
        true one is taken. The sums serve until they find nothing more, then single steps are run again.
        """
        for _ in range(_ROUNDS):
            moves = self._single(point)
            fresh = point
            for _ in range(_ROUNDS):
                better = self._exchanged(point, moves)
                if better is None:
                    break
                point = better
            if point is fresh:
                break
            point = self.trim(point)
        return point

    def _single(self, point: Point) -> list[Move]:
        """What steps of single components do."""
        steps = [(j, s) for j in range(len(self.names)) for s in (-2, -1, 1) if self._room(point, j, -s)]
        tried = self.points(self._moved(point, move) for move in steps)
        single = [
            (j, s, p.fills - point.fills, p.score - point.score)
            for (j, s), p in zip(steps, tried, strict=True)
        ]
        # A second step up brings less than the first.
        more = [(j, k * s, 0.9 * k * gain, k * cost) for j, s, gain, cost in single if s == 1 for k in (2, 4)]
        return single + more

    def _exchanged(self, point: Point, moves: Sequence[Move]) -> Point | None:
        """The best of the pairs that look best, if one of them is enough and worth it."""
        least = point.score * (1.0 - _WORTH)
        pairs: list[tuple[float, int, tuple[int, int], tuple[int, int]]] = []
        for down, up in product((m for m in moves if m[1] < 0), (m for m in moves if m[1] > 0)):
            score = point.score + down[3] + up[3]
            fills = point.fills + (1.0 - _HOPE) * down[2] + up[2]
            if down[0] != up[0] and score < least and self._room(point, down[0], -down[1]):
                pairs += [(score, len(pairs), down[:2], up[:2])] if (fills >= self.aim).all() else []
        pairs.sort()
        for start in range(0, min(len(pairs), _TRIED), _PAIRS):
            batch = pairs[start : start + _PAIRS]
            tried = self.points(self._moved(point, down, up) for _, _, down, up in batch)
            fine = [(p.score, i) for i, p in enumerate(tried) if self.enough(p)]
            if fine and min(fine)[0] < least:
                best = min(fine)[1]
                for j, _ in batch[best][2:]:
                    self._note("exchange", self.names[j], tried[best])
                return tried[best]
        return None

    # Steps.

    def _room(self, point: Point, j: int, steps: int) -> bool:
        """Whether a component can be lowered by so many steps."""
        return bool(point.levels[j] - steps * self.unit[j] >= self.lowest[j] - 1e-9)

    def _moved(self, point: Point, *moves: tuple[int, int]) -> Levels:
        levels = np.array(point.levels)
        for j, steps in moves:
            levels[j] = max(round(levels[j] + steps * self.unit[j], 9), self.lowest[j])
        return tuple(levels.tolist())

    def _tried(self, designs: Iterable[tuple[Levels, int]]) -> list[tuple[Point, int]]:
        listed = list(designs)
        return list(zip(self.points(levels for levels, _ in listed), [j for _, j in listed], strict=True))

    def _to_blame(self, point: Point) -> list[int]:
        """Components by units waiting per investment, of products that miss their target."""
        blame = point.blame
        if self.target.products:
            short = point.fills < self.aim
            columns = [v for v, late in zip(self.target.places, short, strict=True) if late]
            blame = blame[:, columns]
        ratio = blame.sum(axis=1) / (self.weights * self.unit)
        return [int(j) for j in np.argsort(-ratio, kind="stable") if ratio[j] > 0 or not ratio.any()]

    def _added(self, point: Point, more: Point) -> float:
        floor = float((self.weights * self.unit).min())
        return max(more.score - point.score, 1e-3 * floor)

    def _note(self, move: str, component: str, point: Point) -> None:
        self.path.append((move, component, point))

    def solve(self, point: Point, told: Callable[[int], None]) -> Point:
        """From any design to one that no single step makes cheaper."""
        point = self.up(point)
        told(1)
        point = self.trim(point)
        told(2)
        point = self.exchange(point)
        told(3)
        return point
