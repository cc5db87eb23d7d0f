"""What results can contain: names, units and definitions, as the core has them."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NamedTuple

from . import _core

__all__ = [
    "Quantity",
    "assembly_metrics",
    "assembly_names",
    "axis_metrics",
    "metrics",
    "metrics_of",
    "order_metrics",
    "order_statuses",
    "parts",
    "probabilities",
    "statistics",
    "traces",
]


class Quantity(NamedTuple):
    """One row of the catalogue."""

    name: str
    unit: str
    definition: str
    kind: str
    """``mean``, or ``ratio`` of two sums."""
    numerator: str | None
    denominator: str | None
    better: str | None
    """Which direction is good: ``high``, ``low`` or neither."""


@lru_cache(maxsize=1)
def _read() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(_core.catalogue())
    return read


@lru_cache(maxsize=1)
def metrics() -> dict[str, Quantity]:
    """Metrics by name, in the order of the tables."""
    return {m["name"]: Quantity(*(m[f] for f in Quantity._fields)) for m in _read()["metrics"]}


@lru_cache(maxsize=1)
def order_metrics() -> dict[str, Quantity]:
    """Metrics of runs whose unit is the order, by name."""
    listed = _read()["orders"]["metrics"]
    return {m["name"]: Quantity(*(m[f] for f in Quantity._fields)) for m in listed}


@lru_cache(maxsize=3)
def metrics_of(kind: str) -> tuple[str, ...]:
    """Names of the order metrics of a ``"shop"``, a ``"stock"`` or an ``"assembly"``."""
    return tuple(m["name"] for m in _read()["orders"]["metrics"] if kind in m["of"])


@lru_cache(maxsize=2)
def axis_metrics(axis: str) -> dict[str, Quantity]:
    """What is told of each of the ``"stations"`` or ``"classes"``."""
    kind = "mean" if axis == "stations" else "ratio"
    return {n: Quantity(n, unit, text, kind, None, None, None) for n, unit, text in _read()["orders"][axis]}


@lru_cache(maxsize=5)
def assembly_metrics(of: str) -> dict[str, Quantity]:
    """What is told of an assembly.

    The ``"totals"``, the ``"products"`` or the ``"components"`` of one on the period clock; the products
    (``"ordered"``) or the components (``"shelves"``) of one on the order clock.
    """
    own = {m["name"]: Quantity(*(m[f] for f in Quantity._fields)) for m in _read()["assembly"][of]}
    return {**metrics(), **own} if of == "components" else own


@lru_cache(maxsize=1)
def assembly_names() -> tuple[str, ...]:
    """Everything that can be asked for of an assembly."""
    names = [n for of in ("totals", "products", "components") for n in assembly_metrics(of)]
    return tuple(dict.fromkeys([*names, *(n for n, _, _ in _read()["assembly"]["others"])]))


@lru_cache(maxsize=1)
def order_statuses() -> tuple[str, ...]:
    """How orders end, by number."""
    return tuple(_read()["orders"]["statuses"])


@lru_cache(maxsize=1)
def traces() -> dict[str, Quantity]:
    """Quantities that can be kept period by period."""
    listed = _read()["traces"]
    return {
        t["name"]: Quantity(t["name"], t["unit"], t["definition"], "trace", None, None, None) for t in listed
    }


@lru_cache(maxsize=1)
def statistics() -> tuple[str, ...]:
    """Names along the last axis of a summary."""
    return tuple(_read()["statistics"])


@lru_cache(maxsize=1)
def probabilities() -> tuple[float, ...]:
    """Probabilities of the quantiles in a summary."""
    names = [s for s in statistics() if s.startswith("q") and not s.endswith(("_low", "_high"))]
    return tuple(float(s[1:]) for s in names)


def parts(expression: str) -> list[tuple[float, str]]:
    """``"demand − backorders"`` as signed terms."""
    terms = []
    sign = 1.0
    for word in expression.split():
        if word in ("−", "-"):
            sign = -1.0
        elif word == "+":
            sign = 1.0
        else:
            terms.append((sign, word))
    return terms
