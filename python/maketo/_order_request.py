"""A shop that makes to order as the core reads it: names become numbers and keys."""

from __future__ import annotations

import zlib
from typing import Any

from ._demand import Add
from ._law import Law
from .make_to_order import MakeToOrder
from .make_to_stock import MakeToStock
from .order_rules import RandomRouting, VariantRouting, WorkloadCap
from .orders import OrderBook
from .stations import Operation

__all__ = ["order_model", "stock_model"]


def order_model(shop: MakeToOrder, name: str, add: Add) -> dict[str, Any]:
    """The model of one design."""
    label = name if shop.key is None else str(shop.key)
    stations = [s.name for s in shop.stations]
    labels = [o.label for o in shop.operations]
    model: dict[str, Any] = {
        "strategy": "make_to_order",
        "orders": shop.book._book(add),
        "stations": [{**s.to_dict(), "key": _key(label, s.name)} for s in shop.stations],
        "operations": [
            _operation(o, shop, labels, stations.index(o.station), _key(label, f"{o.label} (operation)"))
            for o in shop.operations
        ],
        "routing": _routing(shop, labels),
        "patience_until": shop.patience_until,
        "cancellation": shop.cancellation,
        "delivery": _law(shop.delivery),
        "deliver_on_date": shop.deliver_on_date,
        # Nothing is too early unless it is said.
        "on_time_window": [1e300 if x is None else x for x in shop.on_time_window],
        "costs": shop.costs.to_dict(),
        "payment": shop.payment.to_dict(),
        "quote": _quote(shop),
        "dispatch": {"rule": shop.dispatch} if isinstance(shop.dispatch, str) else shop.dispatch.to_dict(),
    }
    for field in ("entry", "manual_entry", "confirmation", "material", "acceptance"):
        value = getattr(shop, field)
        if value is not None:
            model[field] = value.to_dict()
    if shop.release is not None:
        model["release"] = shop.release.to_dict()
        if isinstance(shop.release, WorkloadCap) and shop.release.station is not None:
            model["release"]["station"] = stations.index(shop.release.station)
    return model


def stock_model(shop: MakeToStock, name: str, add: Add) -> dict[str, Any]:
    """The model of one design made to stock, order by order."""
    assert isinstance(shop.demand, OrderBook)
    label = name if shop.key is None else str(shop.key)
    model: dict[str, Any] = {
        "strategy": "stock_on_orders",
        "orders": shop.demand._book(add),
        "policy": shop.policy.to_dict(),
        "lead_time": _law(shop.lead_time),
        "crossing": shop.crossing,
        "review_period": shop.review_period,
        "backorder_share": shop.backorder_share,
        "partial": shop.partial_delivery,
        "costs": shop.costs.to_dict(),
    }
    if shop.opening_stock is not None:
        model["opening_stock"] = shop.opening_stock
    if shop.production is not None:
        model["production"] = {**shop.production.to_dict(), "key": _key(label, "production")}
    return model


def _key(*parts: str) -> int:
    return zlib.crc32("/".join(parts).encode())


def _law(value: Any) -> dict[str, Any]:
    assert isinstance(value, Law)
    return value.to_dict()


def _quote(shop: MakeToOrder) -> dict[str, Any]:
    if shop.quote is None:
        return {"rule": "requested"}
    if isinstance(shop.quote, (int, float)):
        return {"rule": "constant", "lead_time": shop.quote}
    return shop.quote.to_dict()


def _operation(o: Operation, shop: MakeToOrder, labels: list[str], station: int, key: int) -> dict[str, Any]:
    data = o.to_dict()
    for name in ("name", "times_by_class"):
        data.pop(name, None)
    data.update(station=station, key=key)
    if o.rework_to is not None:
        data["rework_to"] = labels.index(o.rework_to)
    if o.times_by_class:
        data["time_by_class"] = [o.law_of(c.name).to_dict() for c in shop.book.classes]
    return data


def _routing(shop: MakeToOrder, labels: list[str]) -> dict[str, Any]:
    if isinstance(shop.routing, VariantRouting):
        routes = [[labels.index(name) for name in route] for route in shop.routing.routes]
        return {"kind": "by_variant", "routes": routes}
    if isinstance(shop.routing, RandomRouting):
        rows = [[shop.routing.next.get(a, {}).get(b, 0.0) for b in labels] for a in labels]
        start = shop.routing.start or {labels[0]: 1.0}
        return {"kind": "random", "start": [start.get(b, 0.0) for b in labels], "next": rows}
    return {"kind": "series"}
