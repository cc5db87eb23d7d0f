"""A run as it crosses the border: one JSON text plus named arrays."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._assembly_request import assembly_model, ordered_model
from ._order_request import order_model, stock_model
from ._stock_request import stock_payload
from .assemble_to_order import AssembleToOrder
from .make_to_order import MakeToOrder
from .make_to_stock import MakeToStock

__all__ = ["Arrays", "entity_key", "items_json", "to_text"]


class Arrays:
    """Named arrays that travel beside the text; one object travels once."""

    def __init__(self) -> None:
        self.by_name: dict[str, NDArray[np.float64]] = {}
        self._names: dict[int, str] = {}

    def add(self, array: Any, stem: str) -> str:
        """Take an array along; its name."""
        name = self._names.get(id(array))
        if name is None:
            name = f"{stem}-{len(self.by_name)}"
            self._names[id(array)] = name
            self.by_name[name] = array
        return name


Shop = MakeToStock | MakeToOrder | AssembleToOrder


def entity_key(name: str, shop: Shop) -> int:
    """The stable key of an item: its own, or the CRC-32 of its name in UTF-8."""
    return zlib.crc32(name.encode()) if shop.key is None else shop.key


def items_json(designs: Mapping[str, Sequence[Shop]], arrays: Arrays) -> list[dict[str, Any]]:
    """The items of a request. Two that would draw the same numbers are refused by name."""
    owners: dict[int, str] = {}
    items = []
    for name, listed in designs.items():
        key = entity_key(name, listed[0])
        if key in owners:
            raise ValueError(
                f"items {owners[key]!r} and {name!r} have the same key {key} and would draw the same "
                "numbers; give one of them another key="
            )
        owners[key] = name
        items.append({"name": name, "key": key, "designs": [_model(shop, name, arrays) for shop in listed]})
    return items


def to_text(request: Mapping[str, Any]) -> str:
    """The JSON text of a request."""
    return json.dumps(request, ensure_ascii=False, allow_nan=False)


def _model(shop: Shop, name: str, arrays: Arrays) -> dict[str, Any]:
    if isinstance(shop, AssembleToOrder):
        if shop.by_order:
            return ordered_model(shop, name, lambda array, stem: arrays.add(array, f"{name} {stem}"))
        return assembly_model(shop, arrays.add)
    if isinstance(shop, MakeToOrder):
        return order_model(shop, name, lambda array, stem: arrays.add(array, f"{name} {stem}"))
    if shop.by_order:
        return stock_model(shop, name, lambda array, stem: arrays.add(array, f"{name} {stem}"))
    return {
        "strategy": "make_to_stock",
        **stock_payload(shop, lambda array, stem: arrays.add(array, f"{name} {stem}")),
    }
