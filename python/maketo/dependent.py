"""Demand that depends: on the period before, on other products, on a regime that comes and goes.

What a single period looks like stays the law that was asked for; dependence comes from latent Gaussian
scores:

```text
e_t = Φ⁻¹(u_t)                                 the item's own luck
x_t = Σ_f β_f·F_{f,t} + √(1 − Σβ²)·e_t         common factors, shared by every item that names them
z_t = ρ·z_{t−1} + √(1 − ρ²)·x_t                stationary from the first period
demand of t = inverse distribution function at Φ(z_t)
```
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._check import number, real_array
from ._demand import Add, Demand, DemandLike, DemandNoun, Key, as_demand, as_key_of, entity, payload
from .laws import LawLike, Real, as_law
from .sweep import Sweep

__all__ = ["Autocorrelated", "Correlated", "DependentDemand", "MarkovModulated", "correlate"]


@dataclass(frozen=True, eq=False, repr=False)
class DependentDemand(DemandNoun, tag=("kind", "dependent")):
    """What products need of a component: Σ usage × demand of a product.

    Every product draws as the item of its name would, so components that share products ask for units
    together, and a component asks for the same alone as in an `AssembleToOrder`.

    Parameters
    ----------
    parts : mapping of str to (usage, demand)
        By name of the product: units of the component in one of it, and its demand. Added in this order.

    Examples
    --------
    >>> import maketo as mk
    >>> mk.DependentDemand({"basic": (1, mk.Poisson(3)), "deluxe": (2, mk.Poisson(1))})
    DependentDemand(parts={'basic': (1, Poisson(mean=3)), 'deluxe': (2, Poisson(mean=1))})
    """

    parts: Mapping[str, tuple[Real, DemandLike]]

    def __post_init__(self) -> None:
        if not isinstance(self.parts, Mapping) or not self.parts:
            raise TypeError(f"DependentDemand.parts must map products to (usage, demand), got {self.parts!r}")
        made = {}
        for name, part in self.parts.items():
            where = f"DependentDemand.parts[{name!r}]"
            if not isinstance(name, str) or isinstance(part, str) or not isinstance(part, Sequence):
                raise TypeError(f"{where} must be (usage, demand) under a name, got {part!r}")
            if len(part) != 2:
                raise ValueError(f"{where} must be (usage, demand), got {len(part)} values")
            usage = number(f"{where}[0]", part[0])
            if isinstance(usage, Sweep):
                raise TypeError(f"{where}[0] must be a single number: a bill of materials is not swept")
            if not usage > 0:
                raise ValueError(f"{where}[0] must be > 0, got {usage!r}")
            made[name] = (usage, as_demand(f"{where}[1]", part[1]))
        self._set(parts=made)

    def _payload(self, add: Add) -> dict[str, Any]:
        return {
            "kind": "dependent",
            "parts": [
                {"usage": usage, "key": entity(name), "of": payload(of, add)}  # type: ignore[arg-type]
                for name, (usage, of) in self.parts.items()
            ],
        }


@dataclass(frozen=True, eq=False, repr=False)
class MarkovModulated(DemandNoun, tag=("kind", "markov_modulated")):
    """Demand whose law follows the state of a Markov chain: busy and slack times, on and off.

    Parameters
    ----------
    laws : sequence of laws
        One per state; none may draw negative values.
    transition : array_like, shape (state, state)
        Chance of each state (column) after each state (row); rows sum to 1.
    start : array_like, shape (state,), optional
        Chances of the states in period 0. By default the stationary ones, which must be unique.
    key : str or int, optional
        Entity of the chain: items that name the same one change state together. By default the item.

    Examples
    --------
    >>> import maketo as mk
    >>> mk.MarkovModulated([mk.Poisson(2), mk.Poisson(20)], [[0.95, 0.05], [0.2, 0.8]])
    MarkovModulated(laws=(Poisson(mean=2), Poisson(mean=20)), transition=<array 2×2>)
    """

    laws: Sequence[LawLike]
    transition: ArrayLike
    start: ArrayLike | None = None
    key: Key | None = None

    def __post_init__(self) -> None:
        if isinstance(self.laws, str) or not isinstance(self.laws, Sequence):
            raise TypeError(f"MarkovModulated.laws must be a sequence of laws, got {self.laws!r}")
        transition = real_array("MarkovModulated.transition", self.transition, axes=2)
        start = self.start
        self._set(
            laws=tuple(as_law(f"MarkovModulated.laws[{j}]", law) for j, law in enumerate(self.laws)),
            transition=transition,
            start=None if start is None else real_array("MarkovModulated.start", start, axes=1),
            key=None if self.key is None else as_key_of("MarkovModulated.key", self.key),
        )

    def _payload(self, _: Add) -> dict[str, Any]:
        data: dict[str, Any] = {
            "kind": "markov_modulated",
            "laws": [law.to_dict() for law in self.laws],  # type: ignore[union-attr]
            "transition": np.asarray(self.transition).tolist(),
        }
        if self.start is not None:
            data["start"] = np.asarray(self.start).tolist()
        if self.key is not None:
            data["key"] = entity(self.key)
        return data


@dataclass(frozen=True, eq=False, repr=False)
class Autocorrelated(DemandNoun, tag=("kind", "autocorrelated")):
    """Demand that remembers the period before: a latent Gaussian autoregression of order one.

    Parameters
    ----------
    of : law, Varying, MarkovModulated or Correlated
        What a single period looks like; it stays exactly that. Around a normal law this is the AR(1) process
        ``d_t = μ + ρ(d_{t−1} − μ) + ε_t`` (with `negative="clip"` its values below 0 are clipped, and
        counted); around a lognormal law its exponential; around any other law the autoregressive-to-anything
        process.
    correlation : float
        ρ in (−1, 1), the correlation of neighbouring normal scores. For a law that is not normal the
        correlation of the demands themselves is a little smaller: see `latent_correlation`.

    Notes
    -----
    M. C. Cario and B. L. Nelson, *Operations Research Letters* 19, 1996.

    Examples
    --------
    >>> import maketo as mk
    >>> mk.Autocorrelated(mk.Normal(100, 20, negative="clip"), 0.7)
    Autocorrelated(of=Normal(mean=100, sd=20, negative='clip'), correlation=0.7)
    """

    of: DemandLike
    correlation: Real

    def __post_init__(self) -> None:
        self._set(
            of=as_demand("Autocorrelated.of", self.of),
            correlation=number("Autocorrelated.correlation", self.correlation),
        )

    def _payload(self, add: Add) -> dict[str, Any]:
        of: Any = self.of
        return {"kind": "autocorrelated", "of": payload(of, add), "correlation": self.correlation}


@dataclass(frozen=True, eq=False, repr=False)
class Correlated(DemandNoun, tag=("kind", "correlated")):
    """Demand that moves with that of other items: a Gaussian copula in factor form.

    Parameters
    ----------
    of : law, Varying, MarkovModulated or Autocorrelated
        What the item by itself looks like; it stays exactly that.
    loadings : mapping of factor to number
        How strongly the item follows each common factor, by the factor's name (or number); the squares sum to
        at most 1. The scores of two items have correlation Σ β·β' over the factors they share.

    Notes
    -----
    M. C. Cario and B. L. Nelson, *Modeling and Generating Random Vectors with Arbitrary Marginal
    Distributions and Correlation Matrix*, 1997. A Gaussian copula has no tail dependence: joint extremes of
    many items are rarer than in a crisis.

    Examples
    --------
    >>> import maketo as mk
    >>> mk.Correlated(mk.Poisson(20), {"market": 0.5})
    Correlated(of=Poisson(mean=20), loadings={'market': 0.5})
    """

    of: DemandLike
    loadings: Mapping[Key, float]

    def __post_init__(self) -> None:
        if not isinstance(self.loadings, Mapping):
            raise TypeError(
                f'Correlated.loadings must be a mapping such as {{"market": 0.5}}, got {self.loadings!r}'
            )
        loadings: dict[Key, float] = {}
        for factor, weight in self.loadings.items():
            # JSON turns the number of a factor into a text.
            known = int(factor) if isinstance(factor, str) and factor.isdecimal() else factor
            key = as_key_of("Correlated.loadings", known)
            value = number(f"Correlated.loadings[{key!r}]", weight)
            if not isinstance(value, (int, float)):
                raise TypeError(f"Correlated.loadings[{key!r}] must be a single number, got a Sweep")
            if key in loadings:
                raise ValueError(f"Correlated.loadings must name every factor once, got {key!r} twice")
            if abs(value) > 1.0:
                raise ValueError(f"Correlated.loadings[{key!r}] must be in [−1, 1], got {value}")
            loadings[key] = value
        length = sum(w * w for w in loadings.values())
        if length > 1.0 + 1e-9:
            raise ValueError(
                f"Correlated.loadings must have squares that sum to at most 1, got {length:.6g} of {loadings}"
            )
        self._set(of=as_demand("Correlated.of", self.of), loadings=loadings)

    def _payload(self, add: Add) -> dict[str, Any]:
        of: Any = self.of
        listed = [{"factor": entity(k), "weight": w} for k, w in self.loadings.items()]
        return {"kind": "correlated", "of": payload(of, add), "loadings": listed}


def correlate(
    demands: Mapping[str, DemandLike], correlation: float | ArrayLike, *, factor: str = "common"
) -> dict[str, Demand]:
    """Items whose normal scores are correlated.

    Parameters
    ----------
    demands : mapping of item name to demand
        Laws, `Varying`, `MarkovModulated` or `Autocorrelated`.
    correlation : float or array_like, shape (item, item)
        One correlation ≥ 0 between all pairs (a single common factor), or a matrix: symmetric, with 1 on its
        diagonal and no negative eigenvalue. These are correlations of the normal scores; `latent_correlation`
        finds them for wanted correlations of the demands themselves, and says what is attainable.
    factor : str
        Stem of the names of the factors. Two calls with the same stem share their factors.

    Returns
    -------
    dict
        `Correlated` demand by item name. A matrix becomes as many factors as there are items (its Cholesky
        factor), so the cost of an item grows with its place in the list.

    Raises
    ------
    TypeError, ValueError
        If the correlation is out of bounds, with the least attainable value or the smallest eigenvalue.
    """
    if not isinstance(demands, Mapping):
        raise TypeError(f"demands must be a mapping of item names to demands, got {demands!r}")
    names = list(demands)
    if not names:
        raise ValueError("demands must name at least one item, got none")
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"demands must have names that are texts, got {name!r}")
    if np.ndim(correlation) == 0:
        rho = number("correlation", correlation)
        if not isinstance(rho, (int, float)):
            raise TypeError("correlation must be a single number here, got a Sweep")
        if not 0.0 <= rho <= 1.0:
            least = -1.0 / max(len(names) - 1, 1)
            raise ValueError(
                f"correlation must be in [0, 1] for a common factor, got {rho}; all pairs of {len(names)} "
                f"items can have at least {least:.3g}: give a matrix"
            )
        return {name: Correlated(demand, {factor: float(np.sqrt(rho))}) for name, demand in demands.items()}
    weights = _cholesky(real_array("correlation", correlation, axes=2), len(names))
    return {
        name: Correlated(demand, {f"{factor}-{f}": float(w) for f, w in enumerate(row) if w != 0.0})
        for (name, demand), row in zip(demands.items(), weights, strict=True)
    }


def _cholesky(matrix: NDArray[np.float64], items: int) -> NDArray[np.float64]:
    """The lower factor of a correlation matrix; also of one whose rank is not full."""
    if matrix.shape != (items, items):
        raise ValueError(f"correlation must have shape ({items}, {items}), got {matrix.shape}")
    if not np.isfinite(matrix).all() or np.abs(matrix - matrix.T).max() > 1e-9:
        raise ValueError("correlation must be finite and symmetric")
    if np.abs(np.diag(matrix) - 1.0).max() > 1e-9:
        raise ValueError("correlation must have 1 on its diagonal")
    smallest = float(np.linalg.eigvalsh(matrix)[0])
    if smallest < -1e-9:
        raise ValueError(
            "correlation must have no negative eigenvalue (no set of products behaves like that), got "
            f"{smallest:.3g}"
        )
    lower = np.zeros_like(matrix)
    for j in range(items):
        rest = max(matrix[j, j] - float(lower[j, :j] @ lower[j, :j]), 0.0)
        lower[j, j] = np.sqrt(rest)
        if lower[j, j] > 1e-7:
            below = matrix[j + 1 :, j] - lower[j + 1 :, :j] @ lower[j, :j]
            lower[j + 1 :, j] = below / lower[j, j]
        else:
            lower[j, j] = 0.0
    # Rows of length 1 to the last place, so that no item keeps a luck of its own.
    rows: NDArray[np.float64] = lower / np.sqrt((lower**2).sum(axis=1, keepdims=True))
    return rows
