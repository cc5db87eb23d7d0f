"""What a run of an assembly returns where the unit is the order."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import _catalogue
from .assembly_result import AssemblyResult
from .estimate import Estimate
from .order_result import OrderResult

__all__ = ["OrderedAssemblyResult"]

_SHOWN = (
    "order_fill_rate",
    "lead_time",
    "material_time",
    "otif",
    "orders_in_shop",
    "lost_share",
    "cost",
    "profit",
)


class OrderedAssemblyResult(AssemblyResult, OrderResult):
    """Outcome of `simulate` for `AssembleToOrder` with an order book.

    All of `OrderResult`: distributions of lead times, stations, customer classes, every order with
    ``keep="orders"``; and of `AssemblyResult`: products, components, which of them delays whom. ``material``
    in the ledger is when all components of an order were there.
    """

    _catalogues: ClassVar[dict[str, str]] = {"products": "ordered", "components": "shelves"}

    def __init__(self, *, outcome: dict[str, Any], report: dict[str, Any], **rest: Any) -> None:
        super().__init__(outcome=outcome, report=report, **rest)

    @property
    def catalogue(self) -> dict[str, _catalogue.Quantity]:
        """What the whole can contain: unit, definition and good direction by name."""
        return _catalogue.order_metrics()

    @property
    def status(self) -> str:
        """``"ok"``, or ``"unstable"`` if some benches or servers have more work than they can do."""
        return OrderResult.status.fget(self)  # type: ignore[attr-defined,no-any-return]

    @property
    def load(self) -> NDArray[np.float64]:
        """Work per server-period of each station, over (*sweeps, station): benches, then made components."""
        return OrderResult.load.fget(self)  # type: ignore[attr-defined,no-any-return]

    @property
    def event_order(self) -> str:
        """How simultaneous events are ordered."""
        return "receipts and finished work, reviews, customers who leave, orders"

    @property
    def effective_lead_time(self) -> NDArray[np.float64]:
        """Not told where the unit is the order."""
        raise ValueError("effective_lead_time is told on the period clock; see the laws' own means")

    @property
    def effective_demand(self) -> NDArray[np.float64]:
        """Not told where the unit is the order."""
        raise ValueError('effective_demand is told on the period clock; see run.product("demand")')

    def all_within(self, level: float | None = None) -> Estimate:  # noqa: ARG002
        """Not told where the unit is the order: there are no periods to be delivered all of."""
        raise ValueError("all_within is told on the period clock; see fill_within")

    def _headline(self) -> str:
        return OrderResult._headline(self)

    @property
    def periods(self) -> int:
        """Periods simulated, warm-up included; 0 for a run of a number of orders."""
        return OrderResult.periods.fget(self)  # type: ignore[attr-defined,no-any-return]

    def __repr__(self) -> str:
        what = f"{len(self.products)} products of {len(self.components)} components, {self.shop.allocation}"
        lines = [f"OrderedAssemblyResult: {self._headline()}", f"  {what}", f"  {self.key}, {self.simd}"]
        if self.design_dims:
            lines.append(f"  metrics {', '.join(self.metrics)}")
        else:
            lines += [f"  {self.mean(m)!r}" for m in _SHOWN if m in self.metrics]
        if self.orders is not None:
            lines.append(f"  orders {self.orders!r}")
        lines += [f"  note: {w}" for w in self.warnings]
        return "\n".join(lines)
