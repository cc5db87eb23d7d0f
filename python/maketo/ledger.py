"""Every order of a run: columns, and where each replication begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _catalogue

__all__ = ["Ledger"]


class Ledger(Mapping[str, NDArray[Any]]):
    """Columns over all counted orders of a run, replication after replication.

    Times are in periods since the start of the replication, NaN where something did not happen. ``offsets``
    has one entry per design, item and replication, and the end: orders ``offsets[i] : offsets[i + 1]`` belong
    to the i-th in C order over `shape`.
    """

    def __init__(
        self, columns: dict[str, NDArray[Any]], shape: tuple[int, ...], dims: tuple[str, ...]
    ) -> None:
        self.offsets: NDArray[np.int64] = columns["offsets"]
        """Where each replication begins."""
        self.shape = shape
        """Lengths of the axes of designs, items and replications."""
        self.dims = dims
        """Their names."""
        self._columns = {k: v for k, v in columns.items() if k != "offsets"}

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._columns:
            raise KeyError(f"no column {name!r}; there are {', '.join(self._columns)}")
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        """Number of columns."""
        return len(self._columns)

    def __repr__(self) -> str:
        return f"Ledger({self._columns['order'].size} orders; columns {', '.join(self._columns)})"

    @property
    def status(self) -> NDArray[Any]:
        """How each order ended, in words."""
        words: NDArray[Any] = np.array(_catalogue.order_statuses())[self._columns["status"]]
        return words

    @property
    def lead_time(self) -> NDArray[np.float64]:
        """Periods from arrival to delivery; NaN for orders that were not delivered."""
        delivered = self._columns["status"] == _catalogue.order_statuses().index("delivered")
        lead: NDArray[np.float64] = np.where(
            delivered, self._columns["left"] - self._columns["arrival"], np.nan
        )
        return lead

    def replication(self, *at: int) -> dict[str, NDArray[Any]]:
        """The columns of one replication; its place on every axis of `dims`."""
        if len(at) != len(self.shape):
            raise ValueError(f"a place has one index for each of {', '.join(self.dims)}, got {at}")
        i = int(np.ravel_multi_index(at, self.shape))
        return {k: v[self.offsets[i] : self.offsets[i + 1]] for k, v in self._columns.items()}

    def places(self) -> dict[str, NDArray[np.int64]]:
        """For every order its place on each axis of `dims`."""
        counts = np.diff(self.offsets)
        at = np.unravel_index(np.repeat(np.arange(counts.size), counts), self.shape)
        return dict(zip(self.dims, at, strict=True))

    def to_pandas(self) -> Any:
        """A row per order as a `pandas.DataFrame`; needs pandas."""
        import pandas as pd

        frame = pd.DataFrame({**self.places(), **self._columns})
        names = pd.Index(_catalogue.order_statuses())
        frame["status"] = pd.Categorical.from_codes(self._columns["status"], names)
        return frame
