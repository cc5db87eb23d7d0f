"""From whatever names a seed to the one 64-bit key that all random numbers of a run share."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import SupportsIndex

import numpy as np

from ._check import count

__all__ = ["Key", "SeedLike", "as_key"]


@dataclass(frozen=True)
class Key:
    """A 64-bit key: with it a run is repeated to the bit.

    Parameters
    ----------
    value : int
        From 0 up to but not including 2⁶⁴.

    Raises
    ------
    TypeError, ValueError
        If `value` is no such number.
    """

    value: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", count("Key.value", self.value, below=1 << 64))

    def __repr__(self) -> str:
        return f"Key(0x{self.value:016x})"

    def __int__(self) -> int:
        return self.value

    def to_dict(self) -> dict[str, int]:
        """Plain data: ``{"key": ...}``."""
        return {"key": self.value}


_EXPECTED = "seed must be None, a whole number ≥ 0, a numpy SeedSequence or a Key"
SeedLike = SupportsIndex | np.random.SeedSequence | Key | Mapping[str, int] | None


def as_key(seed: SeedLike) -> Key:
    """The key of a seed.

    A whole number `n` means ``SeedSequence(n)``, None means ``SeedSequence()`` (fresh entropy from the
    system), and the key of a sequence is ``sequence.generate_state(1, numpy.uint64)[0]``: numpy promises that
    these never change. The sequence itself is not altered. A `Key` means itself.

    Parameters
    ----------
    seed : None, int, numpy.random.SeedSequence, Key or {"key": int}
        What to start from.

    Raises
    ------
    TypeError, ValueError
        If it is none of these, or a negative number.
    """
    if isinstance(seed, Key):
        return seed
    if isinstance(seed, Mapping):
        if set(seed) != {"key"}:
            raise TypeError(f"{_EXPECTED}, got {dict(seed)!r}")
        return Key(seed["key"])
    if isinstance(seed, np.random.SeedSequence):
        sequence = seed
    elif seed is None:
        sequence = np.random.SeedSequence()
    else:
        try:
            number = operator.index(seed)
        except TypeError:
            raise TypeError(f"{_EXPECTED}, got {seed!r} ({type(seed).__name__})") from None
        if isinstance(seed, bool):
            raise TypeError(f"{_EXPECTED}, got {seed!r}")
        if number < 0:
            raise ValueError(f"seed must be ≥ 0, got {number}")
        sequence = np.random.SeedSequence(number)
    return Key(int(sequence.generate_state(1, np.uint64)[0]))
