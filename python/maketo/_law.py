"""What every law can do: be checked, summarised, inverted, drawn from, rounded and clipped.

The numbers all come from the core, which is the one place that knows distributions.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from ._check import choice, count, number, numbers
from ._noun import Noun
from .seed import SeedLike, as_key
from .sweep import Sweep

__all__ = ["Frozen", "Law", "LawLike", "LawSummary", "has_sweep"]


@runtime_checkable
class Frozen(Protocol):
    """What a frozen `scipy.stats` distribution looks like from outside."""

    @property
    def dist(self) -> Any:
        """The family."""

    @property
    def args(self) -> Any:
        """Positional parameters."""

    def ppf(self, q: Any) -> Any:
        """Quantile function."""

    def isf(self, q: Any) -> Any:
        """Inverse of the survival function."""


class LawSummary(NamedTuple):
    """What a law is like as drawn, after rounding and clipping."""

    mean: float
    """Mean."""
    sd: float
    """Standard deviation."""
    min: float
    """Smallest value that can be drawn."""
    max: float
    """Largest value that can be drawn."""
    whole: bool
    """Whether all values are whole numbers."""
    notes: tuple[str, ...]
    """What a user should know, e.g. that clipping moved the mean."""


class Law(Noun):
    """Base of the distributions. See `maketo.laws` for the list."""

    # Fields that are not plain numbers.
    _laws: ClassVar[tuple[str, ...]] = ("of",)
    _whole: ClassVar[tuple[str, ...]] = ()
    _vectors: ClassVar[tuple[str, ...]] = ()
    _flags: ClassVar[tuple[str, ...]] = ()
    _choices: ClassVar[dict[str, tuple[str, ...]]] = {}

    def __post_init__(self) -> None:
        """Normalise the fields, then let the core check the parameters."""
        for name, value in self._items():
            field = f"{type(self).__name__}.{name}"
            if value is None:
                continue
            if name in self._laws:
                from .laws import as_law

                self._set(**{name: as_law(field, value)})
            elif name in self._vectors:
                self._set(**{name: numbers(field, value)})
            elif name in self._flags:
                if not isinstance(value, (bool, np.bool_)):
                    raise TypeError(f"{field} must be True or False, got {value!r}")
                self._set(**{name: bool(value)})
            elif name in self._choices:
                self._set(**{name: choice(field, value, self._choices[name])})
            else:
                self._set(**{name: number(field, value, whole=name in self._whole)})
        if not has_sweep(self):
            self.summary()

    def summary(self) -> LawSummary:
        """Mean, standard deviation, range and remarks, of the law as it is drawn.

        Returns
        -------
        LawSummary
            Named tuple (mean, sd, min, max, whole, notes).

        Raises
        ------
        ValueError
            If a parameter is out of bounds, or is a Sweep.
        """
        self._refuse_sweep()
        try:
            return _summary(self.to_json())
        except (ValueError, TypeError) as error:
            raise type(error)(f"{type(self).__name__}.{error}") from None

    def quantile(self, u: ArrayLike) -> NDArray[np.float64]:
        """The value below which a share `u` of the draws lies.

        Parameters
        ----------
        u : array_like
            Probabilities, each in (0, 1).

        Returns
        -------
        ndarray
            Of the shape of `u`.

        Raises
        ------
        ValueError
            If a probability is not in (0, 1), or a parameter is a Sweep.
        """
        self._refuse_sweep()
        try:
            points = np.array(u, dtype=np.float64)
        except OverflowError:
            raise ValueError(f"u must be in (0, 1), got {u!r}") from None
        return _core.law_quantile(self.to_json(), points.ravel()).reshape(points.shape)

    def sample(self, n: int, seed: SeedLike = None) -> NDArray[np.float64]:
        """`n` independent draws, as period 0, 1, … of one replication would see them.

        Parameters
        ----------
        n : int
            How many.
        seed : None, int, SeedSequence or Key
            See `as_key`.

        Returns
        -------
        ndarray, shape (n,)

        Raises
        ------
        ValueError
            If `n` is negative, or a parameter is a Sweep.
        """
        self._refuse_sweep()
        return _core.law_draw(self.to_json(), as_key(seed).value, count("n", n))

    def rounded(self, to: str = "nearest") -> Law:
        """Make the law whole: ``"nearest"`` or ``"up"``. The mean moves; `summary` shows where to."""
        from .laws import Rounded

        return Rounded(self, to)

    def clipped(self, low: float | Sweep | None = None, high: float | Sweep | None = None) -> Law:
        """Move values outside [low, high] to the bounds; None is no bound."""
        from .laws import Clipped

        return Clipped(self, low, high)

    def _refuse_sweep(self) -> None:
        if has_sweep(self):
            raise ValueError(f"{self!r} has a Sweep: there is no single law to ask")


LawLike: TypeAlias = Law | Frozen | Sweep | ArrayLike


def has_sweep(noun: Noun) -> bool:
    """Whether any field, however deep, is a sweep."""
    return any(isinstance(v, Sweep) or (isinstance(v, Noun) and has_sweep(v)) for _, v in noun._items())


@lru_cache(maxsize=512)
def _summary(law: str) -> LawSummary:
    told = json.loads(_core.law_summary(law))
    # The largest double stands for "no bound".
    lowest, highest = (float("nan") if x is None else float(x) for x in (told["min"], told["max"]))
    return LawSummary(told["mean"], told["sd"], lowest, highest, told["whole"], tuple(told["notes"]))
