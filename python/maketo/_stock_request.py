"""A stock on the period clock as the core reads it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._demand import Add, entity, payload
from ._law import Law
from .forecasts import forecast_payload
from .make_to_stock import MakeToStock
from .supply import yield_payload

__all__ = ["stock_payload", "supply_payload"]


def stock_payload(shop: MakeToStock, add: Add) -> dict[str, Any]:
    """Everything but the name of the strategy."""
    light = shop if isinstance(shop.demand, Law) else shop.replace(demand=0)
    data = light.replace(forecast=None).to_dict()
    for field in ("strategy", "key", "clock", "production", "partial_delivery"):
        data.pop(field, None)
    data.update(supply_payload(shop, add))
    data["demand"] = payload(shop.demand, add)  # type: ignore[arg-type]
    return data


def supply_payload(shop: MakeToStock, add: Any) -> dict[str, Any]:
    """What the core reads differently from how it is written down."""
    changed: dict[str, Any] = {}
    if shop.forecast is not None:
        changed["forecast"] = forecast_payload(shop.forecast, add)
    if shop.yields is not None:
        changed["yields"] = yield_payload(shop.yields)
    capacity: Any = shop.capacity
    if capacity is not None:
        limit: Any = capacity.regular
        data = {
            **capacity.to_dict(),
            "regular": limit.to_dict() if isinstance(limit, Law) else np.atleast_1d(limit).tolist(),
        }
        changed["capacity"] = _with_key(data, capacity.key)
    if shop.disruptions:
        changed["disruptions"] = [_with_key(d.to_dict(), d.key) for d in shop.disruptions]  # type: ignore[union-attr]
    if shop.obsolescence is not None:
        changed["obsolescence"] = _with_key(shop.obsolescence.to_dict(), shop.obsolescence.key)
    return changed


def _with_key(data: dict[str, Any], key: Any) -> dict[str, Any]:
    return data if key is None else {**data, "key": entity(key)}
