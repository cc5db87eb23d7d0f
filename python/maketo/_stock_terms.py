"""What is agreed for every part: lead time, lots, prices, cost rates, target.

A term is a number for all, or a column of the history. A cell that cannot be used does not stop the others:
it becomes a problem of its part, with row and column.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._check import number
from ._law import Law, has_sweep
from .history import History
from .laws import Deterministic, as_law

__all__ = ["Terms", "order_size"]

LONGEST_LEAD = 10_000
"""Periods; a longer lead time in a row is taken for a mistake."""


@dataclass(frozen=True)
class _Rule:
    """What a column may hold."""

    above: float = 0.0
    """Least value."""
    share: bool = False
    """At most 1."""
    blank: float | None = None
    """What a blank means; none: the cell is missed."""

    def refuse(self, x: float) -> str | None:
        if not math.isfinite(x):
            return "finite"
        if self.share:
            return None if 0.0 <= x <= 1.0 else "in [0, 1]"
        return None if x >= self.above else f"≥ {self.above:g}"


_AMOUNT = _Rule()
_LOT = _Rule(blank=0.0)
_SHARE = _Rule(share=True)
RULES = {
    "moq": _LOT,
    "pack": _LOT,
    "unit_cost": _AMOUNT,
    "order_cost": _AMOUNT,
    "holding": _AMOUNT,
    "backorder": _AMOUNT,
    "shortage": _AMOUNT,
    "lost_sale": _AMOUNT,
    "price": _AMOUNT,
    "target_fill": _SHARE,
    "target_alpha": _SHARE,
}


RATES = ("order_cost", "holding", "backorder", "shortage", "lost_sale", "price")
"""Terms that make a part cost something."""


class Terms:
    """The terms of every part of a history.

    Parameters
    ----------
    history : History
        Whose parts.
    lead_time : law, number or column name
        Whole periods.
    **given
        Terms by name (see `RULES`): a number, a column name, or None.

    Raises
    ------
    TypeError, ValueError
        If a setting is wrong for all parts, or names a column that is not there.
    """

    def __init__(self, history: History, lead_time: Any, **given: Any) -> None:
        self.history = history
        self.problems: dict[int, list[str]] = {}
        self.given = {k: v for k, v in given.items() if v is not None}
        self._leads = self._lead_times(lead_time)
        self._values = {
            name: self._column(name, value, RULES[name])
            if isinstance(value, str)
            else np.full(len(history), self._single(name, value, RULES[name]))
            for name, value in self.given.items()
        }

    def has(self, *names: str) -> bool:
        """Whether all of these were given."""
        return all(name in self._values for name in names)

    def value(self, name: str, part: int, default: float = 0.0) -> float:
        """One term of one part."""
        return float(self._values[name][part]) if name in self._values else default

    def column(self, name: str, default: float = math.nan) -> NDArray[np.float64]:
        """One term of all parts."""
        values = self._values.get(name)
        return np.full(len(self.history), default) if values is None else values

    def lead(self, part: int) -> Law:
        """The lead time of a part."""
        return self._leads if isinstance(self._leads, Law) else Deterministic(int(self._leads[part]))

    @property
    def by_row(self) -> bool:
        """Whether parts have lead times of their own."""
        return not isinstance(self._leads, Law)

    def miss(self, part: int, reason: str) -> None:
        """Note that something about a part cannot be used."""
        self.problems.setdefault(part, []).append(reason)

    def told(self, lead_time: Any) -> dict[str, Any]:
        """The settings as plain data: numbers, and names of columns."""
        lead = lead_time if isinstance(lead_time, str) else self.lead(0).to_dict()
        return {
            "lead_time": lead,
            **{k: v if isinstance(v, str) else float(v) for k, v in self.given.items()},
        }

    def _lead_times(self, given: Any) -> Law | NDArray[np.float64]:
        if not isinstance(given, str):
            lead = as_law("lead_time", given)
            _check_lead(lead)
            return lead
        leads = self._column("lead_time", given, _AMOUNT)
        for i, x in enumerate(leads):
            if not math.isnan(x) and (x != int(x) or x > LONGEST_LEAD):
                bound = f"a whole number of periods ≤ {LONGEST_LEAD}"
                self.miss(i, f"{self._place(given, i)}: must be {bound}, got {x:g}")
                leads[i] = math.nan
        return leads

    def _single(self, name: str, value: Any, rule: _Rule) -> float:
        x = number(name, value)
        if not isinstance(x, (int, float)):
            raise TypeError(f"{name} must be a single number or the name of a column, got a Sweep")
        bound = rule.refuse(x)
        if bound is not None:
            raise ValueError(f"{name} must be {bound}, got {x}")
        return float(x)

    def _column(self, name: str, column: str, rule: _Rule) -> NDArray[np.float64]:
        values = np.full(len(self.history), math.nan)
        for i, cell in enumerate(self.history.column(name, column)):
            if not cell:
                if rule.blank is None:
                    self.miss(i, f"{self._place(column, i)}: is blank")
                else:
                    values[i] = rule.blank
                continue
            try:
                x = math.nan if "_" in cell else float(cell)
            except ValueError:
                x = math.nan
            if math.isnan(x):
                self.miss(i, f"{self._place(column, i)}: must be a number, got {cell!r}")
                continue
            bound = rule.refuse(x)
            if bound is None:
                values[i] = x
            else:
                self.miss(i, f"{self._place(column, i)}: must be {bound}, got {cell}")
        return values

    def _place(self, column: str, part: int) -> str:
        return f"{self.history.where(part)}, column {column!r}"


def order_size(
    yearly: float, order_cost: float, holding: float, moq: float, pack: float, *, whole: bool
) -> float:
    """Units per order: the economic order quantity, at least the MOQ, rounded up to whole packs (or units).

    Parameters
    ----------
    yearly : float
        Mean demand, units per year.
    order_cost : float
        Money per order.
    holding : float
        Money per unit and year; 0 leaves the economic quantity out.
    moq, pack : float
        Least order and pack size in units; 0 for none.
    whole : bool
        Demand comes in whole units.

    Notes
    -----
    EOQ = √(2 · order cost · yearly demand / holding): F. W. Harris, *Factory, The Magazine of Management* 10,
    1913.
    """
    economic = math.sqrt(2.0 * order_cost * yearly / holding) if holding > 0.0 else 0.0
    size = max(economic, moq)
    unit = pack if pack > 0.0 else 1.0 if whole else 0.0
    if unit == 0.0:
        return size
    # A hair above a whole number of packs is rounding, not another pack.
    return unit * max(1.0, math.ceil(size / unit - 1e-9))


def _check_lead(lead: Law) -> None:
    """Before anything is read off it; `simulate` checks the same, item by item."""
    if has_sweep(lead):
        raise ValueError("lead_time must be a single law here, got a Sweep")
    told = lead.summary()
    if not told.whole:
        raise TypeError(
            "lead_time must be a whole number of periods; say how a continuous law is made whole: "
            '.rounded("nearest") or .rounded("up")'
        )
    if told.min < 0.0:
        raise ValueError(f"lead_time must be ≥ 0, got {told.min:g}")
