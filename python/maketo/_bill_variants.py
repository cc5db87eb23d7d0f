"""What a configurable product can turn out to be: every combination of choices."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from ._bill_options import NOTHING, OptionGroup
from ._bill_structure import Structure

__all__ = ["BillVariant", "find_variants"]


class BillVariant(NamedTuple):
    """A product with all choices made."""

    name: str
    """The product and what was chosen, such as ``"pc[display=lcd, disk=none]"``."""
    components: dict[str, float]
    """Units of each component."""
    probability: float
    """Share of the product's orders."""


class _Partly(NamedTuple):
    """A product with some choices made."""

    need: dict[str, float]
    chosen: tuple[str, ...]
    probability: float


def find_variants(
    structure: Structure,
    options: Mapping[str, Mapping[str, OptionGroup]],
    product: str,
    stop_at: Collection[str],
    limit: int,
) -> list[BillVariant]:
    """Every variant, in the order in which choices are listed; items before what they are made of."""
    within = structure.reached(product)
    partly = [_Partly({product: 1.0}, (), 1.0)]
    made = [item for item in structure.items if item in within and item not in stop_at]
    for item in made:
        always = [line for line in structure.parts.get(item, ()) if not line.group]
        for one in partly:
            if item in one.need:
                for line in always:
                    _add(one.need, line.component, one.need[item] * line.quantity)
        for group, choices in options.get(item, {}).items():
            label = group if item == product else f"{item}.{group}"
            partly = [new for one in partly for new in _choose(one, item, label, choices)]
            # None of these can vanish later on: each leads to a variant at least.
            if len(partly) > limit:
                raise ValueError(
                    f"variants: {product!r} must have at most limit = {limit} variants, got {len(partly)} or "
                    "more: raise limit, or name configurable sub-assemblies in stop_at"
                )
    found = []
    for one in partly:
        name = f"{product}[{', '.join(one.chosen)}]" if one.chosen else product
        parts = {
            item: one.need[item]
            for item in structure.items
            if item in one.need and (item in stop_at or not structure.below[item])
        }
        found.append(BillVariant(name, parts, one.probability))
    if len({one.name for one in found}) < len(found):
        raise ValueError(
            f"variants: two variants of {product!r} would have the same name: rename option groups"
        )
    return found


def _choose(one: _Partly, item: str, label: str, group: OptionGroup) -> list[_Partly]:
    """What one becomes by a choice, if it has the item at all."""
    if item not in one.need:
        return [one]
    found = []
    for choice, rate in group.choices.items():
        if rate > 0.0:
            need = dict(one.need)
            _add(need, choice, need[item] * group.quantity_of(choice))
            found.append(_Partly(need, (*one.chosen, f"{label}={choice}"), one.probability * rate))
    if group.nothing:
        chosen = (*one.chosen, f"{label}={NOTHING}")
        found.append(_Partly(dict(one.need), chosen, one.probability * group.nothing))
    return found


def _add(need: dict[str, float], item: str, quantity: float) -> None:
    need[item] = need.get(item, 0.0) + quantity
