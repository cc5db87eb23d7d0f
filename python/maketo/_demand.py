"""What all kinds of demand have in common: how they travel to the core, and who their neighbours are."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._check import choice, count, plain, real_array
from ._law import Law, LawLike
from ._noun import Noun, decode
from .laws import as_law

__all__ = ["Add", "Demand", "DemandLike", "DemandNoun", "Key", "as_demand", "as_key_of", "entity", "past"]

Add: TypeAlias = Callable[[Any, str], str]
"""Takes an array along under a stem; returns the name it travels under."""
Key: TypeAlias = str | int
"""The entity of a random input: a name, or the number itself."""


class DemandNoun(Noun):
    """Base of the kinds of demand that are more than a law."""

    def _payload(self, add: Add) -> dict[str, Any]:
        """What the core reads."""
        raise NotImplementedError


Demand: TypeAlias = Law | DemandNoun
DemandLike: TypeAlias = LawLike | DemandNoun


def as_demand(field: str, value: Any) -> Demand:
    """A demand object; whatever is welcome as a law is, too."""
    if isinstance(value, DemandNoun):
        return value
    if isinstance(value, Mapping) and "kind" in value:
        made = decode(value)
        if isinstance(made, DemandNoun):
            return made
    return as_law(field, value)


def payload(demand: Demand, add: Add) -> dict[str, Any]:
    """What the core reads, of any demand."""
    if isinstance(demand, DemandNoun):
        return demand._payload(add)
    return {"kind": "stationary", "law": demand.to_dict()}


def as_key_of(field: str, value: object) -> Key:
    """A name or a 32-bit number."""
    value = plain(value)
    if isinstance(value, str):
        if not value:
            raise ValueError(f"{field} must not be empty")
        return value
    return count(field, value)


def entity(key: Key) -> int:
    """The number that enters addresses: the CRC-32 of a name in UTF-8, as for items."""
    return zlib.crc32(key.encode()) if isinstance(key, str) else key


def past(field: str, history: ArrayLike, nan: str, allowed: tuple[str, ...]) -> NDArray[np.float64]:
    """A history as demand is drawn from it: finite and ≥ 0, blanks treated as asked."""
    nan = choice(f"{field.split('.')[0]}.nan", nan, allowed)
    array = real_array(field, history, axes=1)
    blank = np.isnan(array)
    if blank.any():
        seen = np.flatnonzero(~blank)
        if seen.size == 0:
            raise ValueError(f"{field} must not be blank throughout")
        if nan == "skip":
            array = array[~blank]
        elif nan == "zero":
            array = np.where(blank, 0.0, array)
        elif nan == "trim":
            array = array[seen[0] : seen[-1] + 1]
        blank = np.isnan(array)
        if blank.any():
            at = int(np.flatnonzero(np.isnan(real_array(field, history, axes=1)))[0])
            meaning = {
                "skip": 'nan="skip" leaves them out',
                "zero": 'nan="zero" takes them as no demand',
                "trim": 'nan="trim" cuts them off at both ends',
            }
            advice = ", ".join(text for word, text in meaning.items() if word in allowed and word != nan)
            raise ValueError(
                f"{field} must not be blank, got nan at position {at} ({int(blank.sum())} in all); {advice}"
            )
        array = real_array(field, array, axes=1)
    demand_values(field, array)
    return array


def demand_values(field: str, array: NDArray[np.float64]) -> None:
    """Finite and not negative, or the place of the first that is not."""
    bad = np.argwhere(~(np.isfinite(array) & (array >= 0.0)))
    if bad.size:
        at = tuple(int(i) for i in bad[0])
        raise ValueError(f"{field} must be finite and ≥ 0, got {array[at]} at {place(at)}")


def place(at: tuple[int, ...]) -> str:
    """A position in words."""
    return f"position {at[0]}" if len(at) == 1 else f"path {at[0]}, period {at[1]}"
