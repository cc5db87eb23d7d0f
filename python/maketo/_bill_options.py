"""What may stand in an item: choices that customers make, and what may be used in place of an item."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ._check import number
from ._noun import Noun
from .sweep import Sweep

__all__ = ["CERTAIN", "NOTHING", "OptionGroup", "Substitute", "as_name", "as_number", "as_positive"]

CERTAIN = 1e-9
"""Take rates that differ from 1 by less add up to 1."""
NOTHING = "none"
"""What a variant is called by where nothing is chosen."""


@dataclass(frozen=True, eq=False, repr=False)
class OptionGroup(Noun, tag=("kind", "option_group")):
    """Items of which a customer chooses one, or none.

    What the take rates lack to 1 is the share of customers who choose nothing.

    Parameters
    ----------
    choices : mapping of str to float
        Take rate by item, at least 0; together at most 1.
    quantity : float or mapping of str to float
        Units of an item where it is chosen, one number for all or one by item; above 0.

    Raises
    ------
    TypeError
        If a rate or a quantity is no number, or a name no text.
    ValueError
        If there is no choice, a number is out of bounds, the rates add up to more than 1, quantities name
        other items than the choices, or a choice is called "none", as choosing nothing is.

    Notes
    -----
    A choice that brings several items, or the same item in two quantities, is a sub-assembly with a usage of
    its own, such as ``"ram 2x8"`` made of 2 ``"ram 8"``. It need not exist on any shelf.

    Examples
    --------
    >>> import maketo as mk
    >>> display = mk.OptionGroup({"lcd": 0.7, "oled": 0.2})
    >>> round(display.nothing, 12)
    0.1
    """

    choices: Mapping[str, float]
    quantity: float | Mapping[str, float] = 1.0

    def __post_init__(self) -> None:
        choices: Any = self.choices
        if not isinstance(choices, Mapping) or not choices:
            raise TypeError(f"OptionGroup.choices must be a mapping of items to take rates, got {choices!r}")
        rates = {}
        for item, rate in choices.items():
            place = f"OptionGroup.choices[{item!r}]"
            if as_name("OptionGroup.choices", item) == NOTHING:
                raise ValueError(
                    f"OptionGroup.choices must not name {NOTHING!r}, which stands for choosing nothing: "
                    "leave it out, and it has what the others lack to 1"
                )
            rates[item] = as_number(place, rate)
        total = math.fsum(rates.values())
        if total > 1.0 + CERTAIN:
            raise ValueError(f"OptionGroup.choices must add up to at most 1, got {total:.12g}")
        quantity: Any = self.quantity
        if isinstance(quantity, Mapping):
            if set(quantity) != set(rates):
                raise ValueError(
                    f"OptionGroup.quantity must have one number for every choice, got {dict(quantity)!r}"
                )
            quantity = {
                item: as_positive(f"OptionGroup.quantity[{item!r}]", quantity[item]) for item in rates
            }
        else:
            quantity = as_positive("OptionGroup.quantity", quantity)
        self._set(choices=rates, quantity=quantity)

    @property
    def nothing(self) -> float:
        """Share of customers who choose nothing."""
        rest = 1.0 - math.fsum(self.choices.values())
        return rest if rest > CERTAIN else 0.0

    def quantity_of(self, item: str) -> float:
        """Units of an item where it is chosen.

        Raises
        ------
        ValueError
            If it is no choice.
        """
        if item not in self.choices:
            raise ValueError(
                f"OptionGroup has no choice {item!r}; it has {', '.join(map(repr, self.choices))}"
            )
        return self.quantity[item] if isinstance(self.quantity, Mapping) else self.quantity


@dataclass(frozen=True, eq=False, repr=False)
class Substitute(Noun, tag=("kind", "substitute")):
    """An item that may be used in place of another, one for one.

    Parameters
    ----------
    item : str
        Its name.
    upgrade_cost : float
        Money per unit that is used so, on top of what the item costs; at least 0.

    Raises
    ------
    TypeError, ValueError
        If the name is not a text or empty, or the cost not a number ≥ 0.
    """

    item: str
    upgrade_cost: float = 0.0

    def __post_init__(self) -> None:
        self._set(
            item=as_name("Substitute.item", self.item),
            upgrade_cost=as_number("Substitute.upgrade_cost", self.upgrade_cost),
        )


def as_name(field: str, value: object) -> str:
    """The name of an item."""
    if not isinstance(value, str):
        raise TypeError(f"{field} must be named by texts, got {value!r} ({type(value).__name__})")
    if not value.strip():
        raise ValueError(f"{field} must have names that are not empty, got {value!r}")
    return value


def as_number(field: str, value: object) -> float:
    """A single number ≥ 0."""
    if isinstance(value, Sweep):
        raise TypeError(f"{field} must be a single number: a bill of materials is not swept")
    x = number(field, value)
    assert not isinstance(x, Sweep)
    if x < 0:
        raise ValueError(f"{field} must be ≥ 0, got {x}")
    return float(x)


def as_positive(field: str, value: object) -> float:
    """A single number > 0."""
    if isinstance(value, Sweep):
        raise TypeError(f"{field} must be a single number: a bill of materials is not swept")
    x = number(field, value)
    assert not isinstance(x, Sweep)
    if x <= 0:
        raise ValueError(f"{field} must be > 0, got {x}")
    return float(x)
