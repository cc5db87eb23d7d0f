"""A parameter that takes several values: it becomes a named axis of the result."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

__all__ = ["Sweep"]


@dataclass(frozen=True)
class Sweep:
    """Several values for one scalar parameter.

    Put it wherever a number goes: in a law, a cost rate, a policy. Sweeps of one name move together (and must
    have the same length); sweeps of different names cross. The axes of the result come in order of first
    appearance, and every cell of the grid meets the same random numbers.

    Parameters
    ----------
    values : iterable of numbers
        One-dimensional, not empty, finite. A range, a list or an array.
    name : str, optional
        Name of the axis. By default the name of the parameter that is swept.

    Raises
    ------
    TypeError
        If the values are not numbers.
    ValueError
        If there are none, or they are not finite, or the name is empty.

    Examples
    --------
    >>> import maketo as mk
    >>> mk.BaseStock(mk.Sweep(range(80, 121), name="S"))
    BaseStock(level=Sweep(80 … 120, 41 values, name='S'))
    """

    values: tuple[float, ...]
    name: str | None

    def __init__(self, values: Iterable[float], name: str | None = None) -> None:
        if name is not None and (not isinstance(name, str) or not name):
            raise ValueError(f"Sweep.name must be a text that is not empty, got {name!r}")
        if isinstance(values, (str, bytes, dict, set, frozenset)):
            raise TypeError(f"Sweep.values must be a sequence of numbers, got {type(values).__name__}")
        try:
            array = np.asarray(values if isinstance(values, np.ndarray) else list(values))
        except (TypeError, ValueError) as error:
            raise TypeError(f"Sweep.values must be a sequence of numbers: {error}") from None
        if array.ndim != 1:
            raise ValueError(f"Sweep.values must have one axis, got shape {array.shape}")
        if array.size == 0:
            raise ValueError("Sweep.values must not be empty")
        if array.dtype.kind not in "iuf":
            raise TypeError(f"Sweep.values must be numbers, got dtype {array.dtype}")
        listed = array.tolist()
        for i, x in enumerate(listed):
            if not math.isfinite(x):
                raise ValueError(f"Sweep.values must be finite, got {x} at position {i}")
        object.__setattr__(self, "values", tuple(listed))
        object.__setattr__(self, "name", name)

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        if len(self) > 6:
            shown = f"{self.values[0]} … {self.values[-1]}, {len(self)} values"
        else:
            shown = repr(list(self.values))
        return f"Sweep({shown})" if self.name is None else f"Sweep({shown}, name={self.name!r})"

    def to_dict(self) -> dict[str, object]:
        """Plain data: ``{"sweep": [...], "name": ...}``."""
        data: dict[str, object] = {"sweep": list(self.values)}
        if self.name is not None:
            data["name"] = self.name
        return data
