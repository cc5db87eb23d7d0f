"""Correlation of demands against correlation of their normal scores ("normal to anything")."""

from __future__ import annotations

from typing import Any

from . import _core
from ._check import number
from ._law import Law, LawLike, has_sweep
from .laws import as_law

__all__ = ["attainable_correlation", "latent_correlation", "pearson_correlation"]


def latent_correlation(a: LawLike, b: LawLike, correlation: float) -> float:
    """The correlation of normal scores that gives two demands a wanted (Pearson) correlation.

    Parameters
    ----------
    a, b : law
        What the demands look like. For the autocorrelation of one demand give the same law twice.
    correlation : float
        Wanted correlation of the demands themselves.

    Returns
    -------
    float
        For `correlate`, `Correlated` and `Autocorrelated`.

    Raises
    ------
    ValueError
        If two such laws cannot be correlated like that; the message gives what is attainable.

    Notes
    -----
    M. C. Cario and B. L. Nelson, *Modeling and Generating Random Vectors with Arbitrary Marginal
    Distributions and Correlation Matrix*, 1997. By a Hermite expansion, and for laws of few values by a
    quadrature between their jumps; about seven digits.

    Examples
    --------
    >>> import maketo as mk
    >>> round(mk.latent_correlation(mk.Poisson(0.5), mk.Poisson(0.5), 0.4), 4)
    0.5076
    """
    found = _core.association(*_texts(a, b), wanted=_one("correlation", correlation))[3]
    assert found is not None
    return found


def pearson_correlation(a: LawLike, b: LawLike, latent: float) -> float:
    """The (Pearson) correlation of two demands whose normal scores have correlation `latent`, in [−1, 1]."""
    rho = _one("latent", latent)
    if not -1.0 <= rho <= 1.0:
        raise ValueError(f"latent must be in [−1, 1], got {latent}")
    found = _core.association(*_texts(a, b), latent=rho)[2]
    assert found is not None
    return found


def attainable_correlation(a: LawLike, b: LawLike) -> tuple[float, float]:
    """Smallest and largest (Pearson) correlation that demands of two laws can have."""
    low, high, _, _ = _core.association(*_texts(a, b))
    return low, high


def _texts(a: Any, b: Any) -> tuple[str, str]:
    laws: list[Law] = [as_law("a", a), as_law("b", b)]
    for name, law in zip("ab", laws, strict=True):
        if has_sweep(law):
            raise ValueError(f"{name} must be a single law here, got a Sweep")
    return laws[0].to_json(), laws[1].to_json()


def _one(field: str, value: Any) -> float:
    x = number(field, value)
    if not isinstance(x, (int, float)):
        raise TypeError(f"{field} must be a single number, got a Sweep")
    return float(x)
