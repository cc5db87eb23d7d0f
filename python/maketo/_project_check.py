"""Numbers, names and laws of a project: of which kind, and within which bounds.

Every refusal names field, value and bound. Sweeps are checked value by value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from ._check import number
from ._law import Law, has_sweep
from ._noun import Noun
from .laws import Deterministic, Real, as_law
from .sweep import Sweep

__all__ = ["above_zero", "as_time", "bounded", "known", "nouns", "one_text", "swept", "texts"]

N = TypeVar("N", bound=Noun)
_LISTED = 10


def bounded(field: str, value: object, low: float = -math.inf, high: float = math.inf) -> Real:
    """A finite number in [low, high], or a sweep of them."""
    x = number(field, value)
    for one in x.values if isinstance(x, Sweep) else (x,):
        if not low <= one <= high:
            bound = f"≥ {low:g}" if high == math.inf else f"in [{low:g}, {high:g}]"
            raise ValueError(f"{field} must be {bound}, got {one}")
    return x


def above_zero(field: str, value: object) -> float:
    """A single number > 0."""
    x = number(field, value)
    if isinstance(x, Sweep):
        raise TypeError(f"{field} must be a single number: it is not swept")
    if x <= 0:
        raise ValueError(f"{field} must be > 0, got {x}")
    return float(x)


def as_time(field: str, value: Any) -> Law:
    """A law without negative values."""
    law = as_law(field, value)
    if isinstance(law, Deterministic):
        bounded(field, law.value, 0)
    elif not has_sweep(law) and law.summary().min < 0:
        raise ValueError(f"{field} must be ≥ 0, got {law!r}, which goes down to {law.summary().min:.4g}")
    return law


def one_text(field: str, value: object) -> str:
    """A text with something in it."""
    if not isinstance(value, str):
        raise TypeError(f"{field} must be a text, got {value!r} ({type(value).__name__})")
    if not value.strip():
        raise ValueError(f"{field} must not be empty, got {value!r}")
    return value


def texts(field: str, value: Any) -> tuple[str, ...]:
    """Names, each once and at least one."""
    if isinstance(value, (str, Mapping)) or not isinstance(value, Sequence):
        raise TypeError(f"{field} must be a sequence of names, got {value!r}")
    names = tuple(one_text(f"{field}[{i}]", x) for i, x in enumerate(value))
    if not names:
        raise ValueError(f"{field} must have at least one name, got {value!r}")
    if len(set(names)) < len(names):
        twice = next(x for i, x in enumerate(names) if x in names[:i])
        raise ValueError(f"{field} must name every activity once, got {twice!r} twice")
    return names


def nouns(place: str, given: object, kind: type[N]) -> N:
    """A noun of a kind, or its JSON form."""
    if isinstance(given, kind):
        return given
    if not isinstance(given, Mapping):
        raise TypeError(f"{place} must be of the class {kind.__name__}, got {given!r}")
    try:
        return kind.from_dict(given)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{place}: {error}") from None


def known(field: str, name: object, activities: Mapping[str, Any]) -> str:
    """The name of an activity that is there."""
    if isinstance(name, str) and name in activities:
        return name
    more = len(activities) - _LISTED
    there = ", ".join(map(repr, [*activities][:_LISTED])) + (f" and {more} more" if more > 0 else "")
    raise ValueError(f"{field}: the project has no activity {name!r}; it has {there}")


def swept(noun: Noun) -> str | None:
    """The first field that has a sweep, however deep."""
    for name, value in noun._items():
        if isinstance(value, Sweep):
            return name
        if isinstance(value, Noun) and has_sweep(value):
            return name
        if isinstance(value, tuple) and any(isinstance(x, Noun) and has_sweep(x) for x in value):
            return name
    return None
