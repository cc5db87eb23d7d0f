"""Who gets which parts, once more, in plain Python: every unit of demand is an object with needs of its own.

One run, period by period. Each period has two moments: what comes in is added to the free stock and offered
to the units that wait; then the demand of the period joins them, and what is free is offered again. A unit
leaves when it has all its parts. How parts are offered is the rule:

    fcfs_commit       component by component, to one unit after the other, by age; piece by piece. What a
                      unit has got it keeps while it waits for the rest.
    priority          the same, but by the priority of the product (the smallest first), then by age.
    no_holdback       to one unit after the other, by age: all its parts if all are free, else none.
    reserve_critical  the same, but a product that is not critical leaves at least c_j of every component it
                      takes.
    batch             the same as no_holdback, but the products with the highest value density first.

By age means by period and, within it, by the index of the product. The value density of a product is

    value / Σ_j a_j·scarcity_j,   scarcity_j = needs of all waiting units for j / free stock of j,
                                  0 if the needs are not more than that, ∞ if nothing is free,

found once at each moment, before anything is given. It is ∞ for a product that needs nothing scarce.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["RULES", "Assembly", "Close", "assemble"]

RULES = ("fcfs_commit", "no_holdback", "priority", "reserve_critical", "batch")
PIECE_BY_PIECE = ("fcfs_commit", "priority")


@dataclass(frozen=True)
class Assembly:
    """What is assembled of what, and who comes first; every list by product p or component j."""

    usage: Sequence[Sequence[int]]
    """a[p][j]"""
    rule: str = "fcfs_commit"
    priority: Sequence[int] = ()
    """Of products, for "priority"."""
    reserve: Sequence[int] = ()
    """c_j, for "reserve_critical"."""
    critical: Sequence[bool] = ()
    """Of products: may they take the reserve?"""
    value: Sequence[float] = ()
    """Of one unit of a product, for "batch"."""

    @property
    def components(self) -> int:
        return len(self.usage[0])


@dataclass
class Unit:
    """One unit of demand."""

    product: int
    period: int
    needs: list[int]
    """What it still lacks of each component."""


@dataclass
class Close:
    """A period, when it is over."""

    delivered: list[dict[int, int]]
    """By product: units delivered in this period, by their age in periods."""
    backlog: list[int]
    """By product: units that wait."""
    free: list[int]
    """By component: stock that nobody has."""
    reserved: list[int]
    """By component: stock that waiting units have."""
    unmet: list[int]
    """By component: what waiting units still lack."""
    blame: list[list[float]]
    """By component and product: periods waited for it. A unit that waits at the close shares its period
    equally among the components that keep it waiting: those it lacks and could not take now."""


@dataclass
class Bench:
    """Where units wait for parts."""

    assembly: Assembly
    free: list[int]
    waiting: list[Unit] = field(default_factory=list)
    """By age."""

    def offer(self) -> list[Unit]:
        """Gives parts by the rule; the units that are now complete leave."""
        if self.assembly.rule in PIECE_BY_PIECE:
            for j in range(self.assembly.components):
                for unit in self.ranked():
                    parts = min(unit.needs[j], self.free[j])
                    unit.needs[j] -= parts
                    self.free[j] -= parts
        else:
            for unit in self.ranked():
                if not self.kept_waiting_by(unit):
                    for j, parts in enumerate(unit.needs):
                        self.free[j] -= parts
                    unit.needs = [0] * len(unit.needs)
        complete = [unit for unit in self.waiting if not any(unit.needs)]
        self.waiting = [unit for unit in self.waiting if any(unit.needs)]
        return complete

    def ranked(self) -> list[Unit]:
        """Who is asked first; of equals the older one."""
        match self.assembly.rule:
            case "priority":
                return sorted(self.waiting, key=lambda unit: self.assembly.priority[unit.product])
            case "batch":
                density = [self.density(p) for p in range(len(self.assembly.usage))]
                return sorted(self.waiting, key=lambda unit: -density[unit.product])
            case "fcfs_commit" | "no_holdback" | "reserve_critical":
                return list(self.waiting)
        raise ValueError(self.assembly.rule)

    def density(self, p: int) -> float:
        scarce = 0.0
        for j, a in enumerate(self.assembly.usage[p]):
            if a:
                scarce += a * self.scarcity(j)
        return self.assembly.value[p] / scarce if scarce else math.inf

    def scarcity(self, j: int) -> float:
        needed = sum(unit.needs[j] for unit in self.waiting)
        if needed <= self.free[j]:
            return 0.0
        return needed / self.free[j] if self.free[j] else math.inf

    def kept_waiting_by(self, unit: Unit) -> list[int]:
        """The components it lacks and cannot have in full from what is free."""
        spared = [0] * len(unit.needs)
        if self.assembly.rule == "reserve_critical" and not self.assembly.critical[unit.product]:
            spared = list(self.assembly.reserve)
        return [j for j, parts in enumerate(unit.needs) if parts and self.free[j] - parts < spared[j]]

    def close(self, now: int, delivered: list[Unit]) -> Close:
        products, components = range(len(self.assembly.usage)), range(self.assembly.components)
        out: list[dict[int, int]] = [{} for _ in products]
        for unit in delivered:
            age = now - unit.period
            out[unit.product][age] = out[unit.product].get(age, 0) + 1
        blame = [[0.0 for _ in products] for _ in components]
        for unit in self.waiting:
            guilty = self.kept_waiting_by(unit)
            for j in guilty:
                blame[j][unit.product] += 1 / len(guilty)
        usage = self.assembly.usage
        return Close(
            delivered=out,
            backlog=[sum(unit.product == p for unit in self.waiting) for p in products],
            free=list(self.free),
            reserved=[
                sum(usage[unit.product][j] - unit.needs[j] for unit in self.waiting) for j in components
            ],
            unmet=[sum(unit.needs[j] for unit in self.waiting) for j in components],
            blame=blame,
        )


def assemble(
    assembly: Assembly,
    opening: Sequence[int],
    demand: Sequence[Sequence[int]],
    receipts: Sequence[Sequence[int]],
) -> list[Close]:
    """The closes of all periods.

    Given: the free stock of each component before the first period, `demand[t][p]` and `receipts[t][j]`.
    """
    bench = Bench(assembly, list(opening))
    closes: list[Close] = []
    for now, (asked, received) in enumerate(zip(demand, receipts, strict=True)):
        for j, parts in enumerate(received):
            bench.free[j] += parts
        delivered = bench.offer()
        for p, units in enumerate(asked):
            bench.waiting += [Unit(p, now, list(assembly.usage[p])) for _ in range(units)]
        delivered += bench.offer()
        closes.append(bench.close(now, delivered))
    return closes
