"""Resampling a history in runs, so that what follows each other keeps following each other.

Blocks are runs of past observations. Products that share a `key` and the length of their histories are drawn
at the same places, so what happened together stays together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

from ._check import count, number
from ._demand import Add, DemandNoun, Key, as_key_of, entity, past
from .laws import Real

__all__ = ["IntermittentBootstrap", "MovingBlocks", "SeasonalBlocks", "StationaryBlocks"]

_BLANKS = ("error", "zero", "trim")


def _draws(add: Add, history: Any, key: Key | None, kind: str, **more: Any) -> dict[str, Any]:
    data = {"kind": kind, "history": add(history, "history"), **more}
    return data if key is None else {**data, "key": entity(key)}


@dataclass(frozen=True, eq=False, repr=False)
class MovingBlocks(DemandNoun, tag=("kind", "moving_blocks")):
    """Runs of `length` past periods, each starting anywhere in the history where it fits.

    Parameters
    ----------
    history : array_like, shape (period,)
        Units per period; finite and ≥ 0.
    length : int
        Periods in a run, at most those of the history. Longer runs keep more of the dependence between
        periods and repeat more of the history.
    key : str or int, optional
        Entity of the draws: products that name the same one are drawn at the same places. By default the
        item.
    nan : {"error", "zero", "trim"}
        What a blank (NaN) means: a mistake, no demand, or not yet (no longer) sold: cut off at both ends.
        Inside the history a blank is a mistake, because its neighbours did not follow each other.

    Notes
    -----
    H. R. Künsch, *Annals of Statistics* 17, 1989. Observations near the ends of the history are drawn less
    often than others.
    """

    history: ArrayLike
    length: int
    key: Key | None = None
    nan: str = "error"

    def __post_init__(self) -> None:
        key = None if self.key is None else as_key_of("MovingBlocks.key", self.key)
        self._set(
            history=past("MovingBlocks.history", self.history, self.nan, _BLANKS),
            length=count("MovingBlocks.length", self.length, at_least=1),
            key=key,
            nan="error",
        )

    def _payload(self, add: Add) -> dict[str, Any]:
        return _draws(add, self.history, self.key, "moving_blocks", length=self.length)


@dataclass(frozen=True, eq=False, repr=False)
class StationaryBlocks(DemandNoun, tag=("kind", "stationary_blocks")):
    """Runs of geometric length on the history as a circle; every observation is drawn equally often.

    Parameters
    ----------
    history : array_like, shape (period,)
        Units per period; finite and ≥ 0.
    mean_length : float
        Mean periods in a run, ≥ 1.
    key, nan
        As in `MovingBlocks`.

    Notes
    -----
    D. N. Politis and J. P. Romano, *Journal of the American Statistical Association* 89, 1994.
    """

    history: ArrayLike
    mean_length: Real
    key: Key | None = None
    nan: str = "error"

    def __post_init__(self) -> None:
        key = None if self.key is None else as_key_of("StationaryBlocks.key", self.key)
        self._set(
            history=past("StationaryBlocks.history", self.history, self.nan, _BLANKS),
            mean_length=number("StationaryBlocks.mean_length", self.mean_length),
            key=key,
            nan="error",
        )

    def _payload(self, add: Add) -> dict[str, Any]:
        return _draws(add, self.history, self.key, "stationary_blocks", mean_length=self.mean_length)


@dataclass(frozen=True, eq=False, repr=False)
class SeasonalBlocks(DemandNoun, tag=("kind", "seasonal_blocks")):
    """Runs of past periods that start at the phase of the season that it is.

    Parameters
    ----------
    history : array_like, shape (period,)
        Units per period; finite and ≥ 0. Its first period has phase 0.
    season : int
        Periods in a season, such as 12 for months or 52 for weeks.
    length : int, optional
        Periods in a run, by default a season. The history needs at least ``season + length − 1`` periods.
    start_phase : int, optional
        Phase of the first simulated period, by default the one after the end of the history.
    key, nan
        As in `MovingBlocks`; blanks at the start cannot be cut off without moving the season, so ``"trim"``
        is not offered.

    Notes
    -----
    D. N. Politis, *Journal of Time Series Analysis* 22, 2001. Trends are lost.
    """

    history: ArrayLike
    season: int
    length: int | None = None
    start_phase: int | None = None
    key: Key | None = None
    nan: str = "error"

    def __post_init__(self) -> None:
        season = count("SeasonalBlocks.season", self.season, at_least=1)
        phase = None if self.start_phase is None else count("SeasonalBlocks.start_phase", self.start_phase)
        self._set(
            history=past("SeasonalBlocks.history", self.history, self.nan, ("error", "zero")),
            season=season,
            length=season if self.length is None else count("SeasonalBlocks.length", self.length, at_least=1),
            start_phase=phase,
            key=None if self.key is None else as_key_of("SeasonalBlocks.key", self.key),
            nan="error",
        )

    def _payload(self, add: Add) -> dict[str, Any]:
        more = {} if self.start_phase is None else {"start_phase": self.start_phase}
        kind = "seasonal_blocks"
        return _draws(add, self.history, self.key, kind, season=self.season, length=self.length, **more)


@dataclass(frozen=True, eq=False, repr=False)
class IntermittentBootstrap(DemandNoun, tag=("kind", "intermittent_bootstrap")):
    """The bootstrap for intermittent demand: runs of demand and of none, with sizes near those of the past.

    Whether there is demand follows a two-state Markov chain whose four chances are those of the history
    (taken as a circle); how much is one of the positive observations, jittered, so that sizes occur that were
    never seen.

    Parameters
    ----------
    history : array_like, shape (period,)
        Units per period; finite and ≥ 0, at least one positive.
    jitter : bool
        Whether sizes are jittered: ``1 + ⌊X + Z·√X⌋`` for a whole history, ``X + Z·√X`` otherwise, X itself
        where that is not positive (Z standard normal). The mean size of a whole history rises by about ½.
    nan
        As in `MovingBlocks`.

    Notes
    -----
    T. R. Willemain, C. N. Smart and H. F. Schwarz, *International Journal of Forecasting* 20, 2004.
    """

    history: ArrayLike
    jitter: bool = True
    nan: str = "error"

    def __post_init__(self) -> None:
        if not isinstance(self.jitter, bool):
            raise TypeError(f"IntermittentBootstrap.jitter must be True or False, got {self.jitter!r}")
        history = past("IntermittentBootstrap.history", self.history, self.nan, _BLANKS)
        self._set(history=history, nan="error")

    def _payload(self, add: Add) -> dict[str, Any]:
        return _draws(add, self.history, None, "intermittent_bootstrap", jitter=self.jitter)
