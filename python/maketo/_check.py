"""Types, shapes and what JSON cannot carry. Bounds on numbers are checked in one place: the core.

Every refusal names the field and the value.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .sweep import Sweep

__all__ = ["choice", "count", "number", "numbers", "plain", "real_array", "truth"]


def plain(value: object) -> object:
    """A numpy scalar or 0-d array as a Python number; anything else unchanged."""
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return value.item()
    return value


def number(field: str, value: object, *, whole: bool = False) -> float | Sweep:
    """A finite number or a sweep of them."""
    if isinstance(value, Sweep):
        if not whole:
            return value
        return Sweep([number(field, x, whole=True) for x in value.values], value.name)  # type: ignore[misc]
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{field} must be a number or a Sweep, got {value!r} ({type(value).__name__})")
    if isinstance(value, int):
        # A 64-bit word holds it exactly or the core would see something else.
        if abs(value) >= 1 << 63:
            raise ValueError(f"{field} must be less than 2⁶³ in size, got {value}")
        return value
    if not math.isfinite(value):
        raise ValueError(f"{field} must be finite, got {value}")
    if whole:
        if value != int(value):
            raise ValueError(f"{field} must be a whole number, got {value}")
        return int(value)
    return value


def count(field: str, value: object, *, at_least: int = 0, below: int = 1 << 32) -> int:
    """A whole number that fits the core's unsigned integers."""
    value = plain(value)
    if isinstance(value, bool):
        raise TypeError(f"{field} must be a whole number, got {value!r}")
    try:
        n = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{field} must be a whole number, got {value!r} ({type(value).__name__})") from None
    if n < at_least:
        raise ValueError(f"{field} must be ≥ {at_least}, got {n}")
    if n >= below:
        raise ValueError(f"{field} must be < {below}, got {n}")
    return n


def whole(field: str, value: object, *, at_least: int = 0) -> int | Sweep:
    """A whole number, or a sweep of them."""
    if isinstance(value, Sweep):
        return Sweep([count(field, x, at_least=at_least) for x in value.values], value.name)
    return count(field, value, at_least=at_least)


def inner_share(field: str, value: object) -> float:
    """A number strictly between 0 and 1."""
    x = number(field, value)
    if isinstance(x, Sweep) or not 0.0 < x < 1.0:
        raise ValueError(f"{field} must be in (0, 1), got {value}")
    return x


def truth(field: str, value: object) -> bool:
    """True or False, and nothing that merely looks like it."""
    value = plain(value)
    if not isinstance(value, bool):
        raise TypeError(f"{field} must be True or False, got {value!r}")
    return value


def choice(field: str, value: object, allowed: Sequence[str]) -> str:
    """One of a few words."""
    if isinstance(value, str) and value in allowed:
        return value
    raise ValueError(f"{field} must be one of {', '.join(map(repr, allowed))}, got {value!r}")


def real_array(field: str, value: object, *, axes: int | Sequence[int]) -> NDArray[np.float64]:
    """A private, read-only, contiguous float64 copy of an array of numbers with the given number of axes."""
    try:
        # What a masked array hides was not observed.
        masked = np.ma.is_masked(value)
        given: NDArray[Any] = (
            np.ma.filled(np.ma.asarray(value, np.float64), np.nan) if masked else np.asarray(value)
        )
    except ValueError as error:
        raise ValueError(f"{field} must be a regular array of numbers: {error}") from None
    if given.dtype.kind not in "iuf":
        raise TypeError(f"{field} must hold numbers, got dtype {given.dtype}")
    allowed = (axes,) if isinstance(axes, int) else tuple(axes)
    if given.ndim not in allowed:
        wanted = " or ".join(map(str, allowed))
        raise ValueError(
            f"{field} must have {wanted} axes, got shape {given.shape}".replace("1 axes", "1 axis")
        )
    if given.size == 0:
        raise ValueError(f"{field} must not be empty, got shape {given.shape}")
    array = np.array(given, dtype=np.float64, order="C", copy=True)
    array.setflags(write=False)
    return array


def numbers(field: str, value: object) -> NDArray[np.float64]:
    """A vector of finite numbers; the first that is not is named by its position."""
    array = real_array(field, value, axes=1)
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise ValueError(f"{field} must be finite, got {array[bad[0]]} at position {bad[0]}")
    return array
