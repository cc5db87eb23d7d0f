"""A number with its error, over the sweep and item axes of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Estimate"]

Value: TypeAlias = float | NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Estimate:
    """An estimate with its standard error and interval.

    Each of `value`, `se`, `low`, `high` is a float, or an array over the axes `dims`.
    """

    name: str
    """What is estimated."""
    value: Any
    """The estimate: a float, or an array over `dims`."""
    se: Any
    """Its standard error (NaN where there is none, as for quantiles)."""
    low: Any
    """Lower end of the interval."""
    high: Any
    """Upper end of the interval."""
    unit: str
    """Unit of all four."""
    confidence: float
    """Confidence level of the interval."""
    dims: tuple[str, ...] = ()
    """Names of the axes."""
    coords: dict[str, Any] | None = None
    """Coordinates along them."""

    @classmethod
    def of(cls, name: str, columns: NDArray[np.float64], **about: Any) -> Estimate:
        """From an array whose last axis is value, se, low, high."""
        parts = [columns[..., i] for i in range(4)]
        value, se, low, high = (float(p) if p.ndim == 0 else p for p in parts)
        return cls(name, value, se, low, high, **about)

    def __float__(self) -> float:
        """The estimate, if it is a single one."""
        return float(self.value)

    def __repr__(self) -> str:
        interval = f"{100 * self.confidence:g} % interval"
        if self.dims:
            shape = " × ".join(f"{d} {n}" for d, n in zip(self.dims, np.shape(self.value), strict=True))
            return f"Estimate({self.name}, {self.unit}, over {shape}; .value, .se, .low, .high at {interval})"
        return f"{self.name} {self.value:.6g} [{self.low:.6g}, {self.high:.6g}] {self.unit} ({interval})"
