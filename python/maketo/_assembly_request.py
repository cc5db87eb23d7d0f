"""An assembly as the core reads it: names become numbers and keys."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from ._demand import Add, payload
from ._stock_request import stock_payload
from .assemble_to_order import AssembleToOrder, Component, EndItem

__all__ = ["assembly_model", "ordered_model"]


def assembly_model(shop: AssembleToOrder, add: Add) -> dict[str, Any]:
    """The model of one design."""
    numbers = {name: j for j, name in enumerate(shop.components)}
    model: dict[str, Any] = {
        "strategy": "assemble_to_order",
        "products": [_product(shop, name, item, numbers, add) for name, item in shop.products.items()],
        "components": [_component(shop, name, c, add) for name, c in shop.components.items()],
        "allocation": shop.allocation,
        "assembly_time": int(shop.assembly_time.value),  # type: ignore[union-attr]
        "windows": list(shop.windows),
    }
    if shop.hours is not None:
        model["hours"] = np.atleast_1d(np.asarray(shop.hours, dtype=np.float64)).tolist()
    return model


def ordered_model(shop: AssembleToOrder, name: str, add: Add) -> dict[str, Any]:
    """The model of one design where the unit is the order."""
    assert shop.orders is not None
    numbers = {c: j for j, c in enumerate(shop.components)}
    label = name if shop.key is None else str(shop.key)
    model: dict[str, Any] = {
        "strategy": "assembly_on_orders",
        "orders": shop.orders._book(add),
        "products": [_ordered(shop, v, item, numbers) for v, item in shop.products.items()],
        "components": [_shelf(shop, c, component, numbers) for c, component in shop.components.items()],
        "allocation": shop.allocation,
        "assembly_time": shop.assembly_time.to_dict(),  # type: ignore[union-attr]
        "key": _key(f"{label}/assembly (operation)", None),
        "partial": shop.partial_delivery,
        "lost": shop.lost_orders,
        "windows": list(shop.windows),
    }
    if shop.servers is not None:
        model["servers"] = shop.servers
    return model


def _ordered(shop: AssembleToOrder, name: str, item: EndItem, numbers: dict[str, int]) -> dict[str, Any]:
    found = [([[numbers[c], n] for c, n in uses.items()], rate) for uses, rate in shop.variants(name)]
    single = len(found) == 1
    return {
        "name": name,
        "usage": found[0][0] if single else [],
        "options": [] if single else [[{"rate": rate, "usage": usage} for usage, rate in found]],
        "priority": item.priority,
        "critical": item.critical,
        "stock": item.stock,
        "costs": {
            "price": item.price,
            "backorder": item.backorder_cost,
            "shortage": item.shortage_cost,
            "assembly": item.assembly_cost,
            "lost": item.lost_cost,
        },
    }


def _shelf(shop: AssembleToOrder, name: str, c: Component, numbers: dict[str, int]) -> dict[str, Any]:
    shelf: dict[str, Any] = {
        "name": name,
        "key": _key(name, c.key),
        "policy": c.policy.to_dict(),
        "lead_time": c.lead_time.to_dict(),  # type: ignore[union-attr]
        "crossing": c.crossing,
        "review_period": c.review_period or 0,
        "costs": c.costs.to_dict(),
        "reserve": c.reserve,
        "substitutes": [[numbers[s], cost] for s, cost in shop.substitutes(name).items()],
    }
    if c.opening_stock is not None:
        shelf["opening_stock"] = c.opening_stock
    if c.production is not None:
        label = name if c.key is None else str(c.key)
        shelf["production"] = {**c.production.to_dict(), "key": _key(f"{label}/production", None)}
    return shelf


def _product(
    shop: AssembleToOrder, name: str, item: EndItem, numbers: dict[str, int], add: Add
) -> dict[str, Any]:
    return {
        "name": name,
        "key": _key(name, item.key),
        "demand": payload(item.demand, lambda array, stem: add(array, f"{name} {stem}")),  # type: ignore[arg-type]
        "usage": [[numbers[c], units] for c, units in shop.uses(name).items()],
        "priority": item.priority,
        "critical": item.critical,
        "value": item.value,
        "hours": item.hours,
        "costs": {
            "price": item.price,
            "backorder": item.backorder_cost,
            "shortage": item.shortage_cost,
            "assembly": item.assembly_cost,
        },
    }


def _component(shop: AssembleToOrder, name: str, c: Component, add: Add) -> dict[str, Any]:
    stock = stock_payload(c.as_stock(0, shop.event_order), lambda array, stem: add(array, f"{name} {stem}"))
    return {"name": name, "key": _key(name, c.key), "reserve": c.reserve, "stock": stock}


def _key(name: str, key: int | None) -> int:
    return zlib.crc32(name.encode()) if key is None else key
