"""The fields of a bill of materials: of which kind, and whether what they name is there.

Every refusal names field, value and bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ._bill_options import OptionGroup, Substitute, as_name, as_number, as_positive
from ._bill_structure import Structure, find_path, shown_path

__all__ = [
    "as_costs",
    "as_options",
    "as_products",
    "as_substitutes",
    "as_usage",
    "check_names",
    "check_substitutes",
]

_BILL = "BillOfMaterials"


class Fields(Protocol):
    """What is checked against each other."""

    @property
    def usage(self) -> Mapping[str, Mapping[str, float]]:
        """By parent."""

    @property
    def costs(self) -> Mapping[str, float]:
        """By item."""

    @property
    def options(self) -> Mapping[str, Mapping[str, OptionGroup]]:
        """By parent and group."""

    @property
    def substitutes(self) -> Mapping[str, Sequence[Substitute]]:
        """By item."""


def as_usage(given: Any) -> dict[str, dict[str, float]]:
    """Units by parent and component."""
    made: dict[str, dict[str, float]] = {}
    for parent, below in _mapping(f"{_BILL}.usage", given, "parents to their components").items():
        place = f"{_BILL}.usage[{parent!r}]"
        made[parent] = {
            item: as_positive(f"{place}[{item!r}]", quantity)
            for item, quantity in _mapping(place, below, "components to quantities").items()
        }
        if not below:
            raise ValueError(f"{place} must name at least one component, got {{}}")
    return made


def as_costs(given: Any) -> dict[str, float]:
    """Money by item."""
    costs = _mapping(f"{_BILL}.costs", given, "items to money per unit")
    return {item: as_number(f"{_BILL}.costs[{item!r}]", cost) for item, cost in costs.items()}


def as_options(given: Any) -> dict[str, dict[str, OptionGroup]]:
    """Groups by parent and name."""
    made: dict[str, dict[str, OptionGroup]] = {}
    for parent, groups in _mapping(f"{_BILL}.options", given, "parents to their option groups").items():
        place = f"{_BILL}.options[{parent!r}]"
        made[parent] = {
            name: _as_group(f"{place}[{name!r}]", group)
            for name, group in _mapping(place, groups, "names to option groups").items()
        }
        if not groups:
            raise ValueError(f"{place} must name at least one option group, got {{}}")
    return made


def as_substitutes(given: Any) -> dict[str, tuple[Substitute, ...]]:
    """Substitutes by item."""
    made = {}
    for item, others in _mapping(f"{_BILL}.substitutes", given, "items to their substitutes").items():
        place = f"{_BILL}.substitutes[{item!r}]"
        if isinstance(others, (str, Substitute)):
            others = (others,)
        if not isinstance(others, Sequence) or not others:
            raise TypeError(f"{place} must be a sequence of Substitute, got {others!r}")
        made[item] = tuple(_as_substitute(place, x) for x in others)
        names = [x.item for x in made[item]]
        if len(set(names)) < len(names):
            raise ValueError(f"{place} must name every substitute once, got {', '.join(map(repr, names))}")
    return made


def as_products(given: Any) -> tuple[str, ...]:
    """Names; none stands for the roots."""
    if given is None:
        return ()
    if isinstance(given, (str, Mapping)) or not isinstance(given, Sequence):
        raise TypeError(f"{_BILL}.products must be a sequence of names, got {given!r}")
    names = tuple(as_name(f"{_BILL}.products", x) for x in given)
    if len(set(names)) < len(names):
        twice = next(x for i, x in enumerate(names) if x in names[:i])
        raise ValueError(f"{_BILL}.products must name every product once, got {twice!r} twice")
    return names


def check_substitutes(structure: Structure, substitutes: Mapping[str, Sequence[Substitute]]) -> None:
    """Refuse a substitute that takes the very item whose place it takes."""
    for item, others in substitutes.items():
        for other in others:
            path = find_path(structure.usable, other.item, item)
            if path is not None:
                raise ValueError(
                    f"{_BILL}.substitutes[{item!r}] must not need {item!r} itself, got "
                    f"{shown_path([item, *path])}"
                )


def check_names(structure: Structure, bill: Fields, products: tuple[str, ...]) -> None:
    """Refuse names that appear nowhere else, and roots that are not among the products."""
    for item in bill.costs:
        if item not in structure.level:
            raise ValueError(
                f"{_BILL}.costs must name items of the bill, got {item!r}, which appears nowhere"
            )
    for item in bill.substitutes:
        if not structure.above[item]:
            raise ValueError(
                f"{_BILL}.substitutes must be for items that go into others, got {item!r}, which does not"
            )
    for item in products:
        if item not in structure.level:
            raise ValueError(
                f"{_BILL}.products must be items of the bill, got {item!r}, which appears nowhere"
            )
    for parent in bill.options:
        if parent not in bill.usage and not structure.above[parent] and parent not in products:
            raise ValueError(
                f"{_BILL}.options must be for items of usage, got {parent!r}, which appears nowhere else: if "
                "it is a product, name it in products"
            )
    for root in structure.roots if products else ():
        if root not in products:
            path = [root]
            while structure.below[path[-1]]:
                path.append(next(iter(structure.below[path[-1]])))
            raise ValueError(
                f"{_BILL}.products must have every item that goes into no other, got none called {root!r} "
                f"({shown_path(path)})"
            )


def _as_group(place: str, given: Any) -> OptionGroup:
    if isinstance(given, OptionGroup):
        return given
    if not isinstance(given, Mapping):
        raise TypeError(
            f"{place} must be an OptionGroup or a mapping of choices to take rates, got {given!r}"
        )
    try:
        # Plain take rates, or what OptionGroup.to_dict wrote.
        return (
            OptionGroup.from_dict(given) if isinstance(given.get("choices"), Mapping) else OptionGroup(given)
        )
    except (TypeError, ValueError) as error:
        raise type(error)(f"{place}: {error}") from None


def _as_substitute(place: str, given: Any) -> Substitute:
    if isinstance(given, Substitute):
        return given
    try:
        if isinstance(given, str):
            return Substitute(given)
        if isinstance(given, Mapping):
            return Substitute.from_dict(given)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{place}: {error}") from None
    raise TypeError(f"{place} must hold names or Substitute, got {given!r}")


def _mapping(place: str, given: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise TypeError(f"{place} must be a mapping of {what}, got {given!r}")
    for name in given:
        as_name(place, name)
    return given
