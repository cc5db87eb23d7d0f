"""Where the demand of a period comes from: a law, a bootstrap of the past, or given paths.

Any law is demand by itself: independent periods of one distribution. How demand is drawn belongs to the
demand object, never to who is listening, so two strategies under one seed meet the same customers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._check import choice, real_array
from ._demand import Add, Demand, DemandLike, DemandNoun, as_demand, demand_values, past, place

__all__ = ["Bootstrap", "Demand", "DemandLike", "Paths", "as_demand"]

_BLANKS = ("error", "zero", "skip")


@dataclass(frozen=True, eq=False, repr=False)
class Bootstrap(DemandNoun, tag=("kind", "bootstrap")):
    """Past observations, each period one of them, independently and with equal chance.

    No demand above the largest observation ever occurs, nor any order in time: seasons and trends are lost.

    Parameters
    ----------
    history : array_like, shape (period,)
        Units per period; finite and ≥ 0.
    nan : {"error", "skip", "zero"}
        What a blank (NaN) means: a mistake, not observed, or no demand. The object keeps the cleaned history.

    Raises
    ------
    TypeError
        If the history does not hold numbers.
    ValueError
        If it is empty, has another shape, or holds a blank or an infinite number; the message names the
        position.

    Notes
    -----
    B. Efron, *Annals of Statistics* 7, 1979; for intermittent demand T. R. Willemain, C. N. Smart and H. F.
    Schwarz, *International Journal of Forecasting* 20, 2004.
    """

    history: ArrayLike
    nan: str = "error"

    def __post_init__(self) -> None:
        self._set(history=past("Bootstrap.history", self.history, self.nan, _BLANKS), nan="error")

    def _payload(self, add: Add) -> dict[str, Any]:
        return {"kind": "bootstrap", "history": add(self.history, "history")}


@dataclass(frozen=True, eq=False, repr=False)
class Paths(DemandNoun, tag=("kind", "paths")):
    """Demand given by the user; nothing is drawn.

    Parameters
    ----------
    paths : array_like, shape (period,) or (replication, period)
        Units per period; finite and ≥ 0. One path serves all replications (other randomness still varies).
        Any numeric dtype, memory layout, read-only or memory-mapped.
    axes : {"t", "rt", "tr"}, optional
        What the axes are; by default replications before periods. For several items see `by_item`.
    nan : {"error", "zero", "skip"}
        What a blank (NaN) means: a mistake, no demand, or a period that is left out (then it must be blank in
        every path). The object keeps the cleaned paths.
    cycle : bool
        Start again from the first path when there are fewer paths than replications; otherwise that is an
        error.

    Raises
    ------
    TypeError, ValueError
        If the array is of the wrong kind or shape, or holds a blank or negative number.
    """

    paths: ArrayLike
    axes: str | None = None
    nan: str = "error"
    cycle: bool = False

    def __post_init__(self) -> None:
        nan = choice("Paths.nan", self.nan, _BLANKS)
        if not isinstance(self.cycle, (bool, np.bool_)):
            raise TypeError(f"Paths.cycle must be True or False, got {self.cycle!r}")
        if np.ndim(self.paths) == 3 if isinstance(self.paths, np.ndarray) else False:
            raise ValueError(
                "Paths.paths must have 1 or 2 axes; for several items use Paths.by_item(array, names, axes=…)"
            )
        array = real_array("Paths.paths", self.paths, axes=(1, 2))
        if self.axes is not None:
            axes = choice("Paths.axes", self.axes, ("t", "rt", "tr"))
            if len(axes) != array.ndim:
                raise ValueError(f"Paths.axes = {axes!r} does not fit the shape {array.shape}")
            array = array.T if axes == "tr" else array
        blank = np.isnan(array)
        if blank.any():
            if nan == "error":
                at = tuple(int(i) for i in np.argwhere(blank)[0])
                raise ValueError(
                    f"Paths.paths must not be blank, got nan at {place(at)} ({int(blank.sum())} in all); "
                    'nan="zero" takes them as no demand, nan="skip" leaves out periods blank in every path'
                )
            if nan == "zero":
                array = np.where(blank, 0.0, array)
            else:
                every = blank.reshape(-1, array.shape[-1])
                if (every.any(axis=0) != every.all(axis=0)).any():
                    at_period = int(np.flatnonzero(every.any(axis=0) != every.all(axis=0))[0])
                    raise ValueError(
                        f"Paths.paths is blank in some paths of period {at_period} and not in others; "
                        'nan="skip" needs all'
                    )
                array = array[..., ~every.all(axis=0)]
        array = real_array("Paths.paths", array, axes=(1, 2))
        demand_values("Paths.paths", array)
        self._set(paths=array, axes=None, nan="error", cycle=bool(self.cycle))

    def _payload(self, add: Add) -> dict[str, Any]:
        return {"kind": "paths", "paths": add(self.paths, "paths"), "cycle": self.cycle}

    @staticmethod
    def by_item(
        array: ArrayLike,
        names: Sequence[str],
        axes: str | None = None,
        *,
        nan: str = "error",
        cycle: bool = False,
    ) -> dict[str, Paths]:
        """Paths of several items from one array, by item name.

        Parameters
        ----------
        array : array_like, shape (item, period) or (replication, item, period)
            Units per period.
        names : sequence of str
            One per item, all different.
        axes : str, optional
            Order of the axes: the letters k (item), t (period) and r (replication) in any order, such as
            ``"kt"`` or ``"rkt"``. Those two are the defaults.
        nan, cycle
            As in `Paths`.

        Raises
        ------
        TypeError, ValueError
            If array, names and axes do not fit together.
        """
        values = real_array("array", array, axes=(2, 3))
        order = ("kt" if values.ndim == 2 else "rkt") if axes is None else axes
        if not isinstance(order, str) or sorted(order) != sorted("kt" if values.ndim == 2 else "rkt"):
            raise ValueError(
                f"axes must be the letters {'kt' if values.ndim == 2 else 'rkt'} in some order, got {axes!r}"
            )
        values = values.transpose([order.index(letter) for letter in ("krt" if values.ndim == 3 else "kt")])
        listed = [str(name) for name in names]
        if len(listed) != values.shape[0]:
            raise ValueError(f"names must have one name per item ({values.shape[0]}), got {len(listed)}")
        twice = (
            {name for name in listed if listed.count(name) > 1} if len(set(listed)) < len(listed) else set()
        )
        if twice:
            raise ValueError(f"names must be different, got {sorted(twice)[0]!r} twice")
        return {name: Paths(one, nan=nan, cycle=cycle) for name, one in zip(listed, values, strict=True)}
