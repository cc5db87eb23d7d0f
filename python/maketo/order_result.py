"""What a run of orders returns: metrics as any run, and distributions, stations, classes and orders."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _catalogue, _core
from ._check import choice, inner_share
from .distribution import SECTIONS, Binned, Distribution, Incidence, incidence
from .estimate import Estimate
from .ledger import Ledger
from .result import Result
from .table import Table

__all__ = ["OrderResult"]

_SHOWN = (
    "fill_rate",
    "on_hand",
    "backorders",
    "lead_time",
    "otif",
    "tardiness",
    "utilisation",
    "orders_in_shop",
    "lost_share",
    "cost",
    "profit",
)
_SPLIT = ("entry_time", "material_time", "release_time", "waiting_time", "making_time", "delivery_time")


class OrderResult(Result):
    """Outcome of `simulate` where the unit is the order and time is continuous.

    Stock, queues and orders in the shop are averages over time; times are averages over the orders that
    arrived in the counted time and were followed to their end.
    """

    def __init__(self, *, outcome: dict[str, Any], report: dict[str, Any], **rest: Any) -> None:
        super().__init__(outcome={**outcome, "trace": {}}, report=report, **rest)
        self._stations = {k: self._shaped(v) for k, v in outcome["stations"].items()}
        self._classes = {k: self._shaped(v) for k, v in outcome["classes"].items()}
        self._binned = {
            name: [Binned(edges, counts) for edges, counts in cells]
            for name, cells in outcome["distributions"].items()
        }
        self._moments = outcome["moments"].reshape(-1, self.replications, 5)
        ledger = outcome.get("ledger")
        self.orders: Ledger | None = (
            None
            if ledger is None
            else Ledger(ledger, (*self._lead, self.replications), (*self.design_dims, "replication"))
        )
        """Every counted order, with ``keep="orders"``."""

    # What it is.

    @property
    def catalogue(self) -> dict[str, _catalogue.Quantity]:
        """What results of this kind can contain: unit, definition and good direction by name."""
        return _catalogue.order_metrics()

    @property
    def stations(self) -> tuple[str, ...]:
        """Names of the stations."""
        return tuple(self.report["stations"])

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the customer classes."""
        return tuple(self.report["classes"])

    @property
    def coords(self) -> dict[str, NDArray[Any]]:
        """Coordinates of every axis: swept values, item names, numbers of replications."""
        return super().coords

    @property
    def status(self) -> str:
        """``"ok"``, or ``"unstable"`` if a station of some design has more work than it can do."""
        return "unstable" if "unstable" in np.ravel(self.report["status"]) else super().status

    @property
    def unstable(self) -> NDArray[np.bool_]:
        """Which designs and items are, over (*sweeps, item)."""
        found: NDArray[np.bool_] = (np.array(self.report["status"]) == "unstable").reshape(self._lead)
        return found

    @property
    def load(self) -> NDArray[np.float64]:
        """Work per server-period of each station, over (*sweeps, item, station).

        NaN where arrivals have no long-run rate (given orders, split demand).
        """
        rows = [
            [np.nan] * len(self.stations) if load is None else load
            for row in self.report["load"]
            for load in row
        ]
        return np.array(rows).reshape((*self._lead, len(self.stations)))

    @property
    def event_order(self) -> str:
        """How simultaneous events are ordered."""
        return "machines, completions, planning runs, customers who leave, arrivals, starts"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the numbers should know."""
        return tuple(self.report["warnings"])

    # The numbers.

    def station(self, name: str, level: float | None = None) -> Estimate:
        """A quantity of every station, over (*sweeps, item, station).

        Parameters
        ----------
        name : {"utilisation", "queue", "number", "blocked", "visits", "setup_share"}
            Which.
        level : float, optional
            Confidence level; by default that of the run.
        """
        choice("name", name, tuple(self._stations))
        confidence = self.confidence if level is None else inner_share("level", level)
        values = np.moveaxis(self._stations[name], -1, -2)
        flat = np.ascontiguousarray(values.reshape(-1, self.replications))
        columns = _core.summarise(flat, confidence, [])[..., :4].reshape((*self._lead, len(self.stations), 4))
        about = self._axis_about(
            "station", self.stations, _catalogue.axis_metrics("stations")[name].unit, confidence
        )
        return Estimate.of(name, columns, **about)

    def by_class(self, name: str, level: float | None = None) -> Estimate:
        """A quantity of every customer class, over (*sweeps, item, class).

        Parameters
        ----------
        name : {"lead_time", "waiting_time", "tardy_share", "lost_share"}
            Which.
        level : float, optional
            Confidence level; by default that of the run.
        """
        choice("name", name, tuple(self._classes))
        if not self.classes:
            raise ValueError("by_class needs an order book with classes; this one has none")
        confidence = self.confidence if level is None else inner_share("level", level)
        pairs = np.moveaxis(self._classes[name], -2, -3).reshape(-1, self.replications, 2)
        top, bottom = (np.ascontiguousarray(pairs[..., i]) for i in (0, 1))
        columns = _core.ratio(top, bottom, confidence).reshape((*self._lead, len(self.classes), 4))
        about = self._axis_about(
            "class", self.classes, _catalogue.axis_metrics("classes")[name].unit, confidence
        )
        return Estimate.of(name, columns, **about)

    def _axis_about(self, axis: str, names: tuple[str, ...], unit: str, confidence: float) -> dict[str, Any]:
        coords = {k: v for k, v in self.coords.items() if k in self.design_dims}
        coords[axis] = np.array(names)
        return {"unit": unit, "confidence": confidence, "dims": (*self.design_dims, axis), "coords": coords}

    def distribution(self, name: str = "lead_time") -> Distribution:
        """The whole distribution of a time over delivered orders, pooled over replications.

        Parameters
        ----------
        name : {"lead_time", "waiting_time", "tardiness", "earliness"}
            Which.

        Raises
        ------
        ValueError
            If there is no such distribution, or a design has no long run (status ``"unstable"``).
        """
        choice("name", name, ("lead_time", "waiting_time", "tardiness", "earliness"))
        if self.unstable.all():
            raise ValueError(f"{name} has no long-run distribution: {self.warnings[0]}")
        first = {"lead_time": 1, "waiting_time": 3}.get(name)
        moments = None
        if first is not None:
            kept = self._moments[:, :, [0, first, first + 1]]
            section = (np.arange(self.replications) + self.options["first_replication"]) % SECTIONS
            moments = np.zeros((kept.shape[0], SECTIONS, 3))
            for s in range(SECTIONS):
                moments[:, s] = kept[:, section == s].sum(axis=1)
        coords = {k: v for k, v in self.coords.items() if k in self.design_dims}
        about = {"confidence": self.confidence, "dims": self.design_dims, "coords": coords}
        cells = [
            Binned(np.zeros(0), np.zeros((0, 0), dtype=np.int64)) if bad else cell
            for cell, bad in zip(self._binned[name], self.unstable.ravel(), strict=True)
        ]
        return Distribution(name, cells, self._lead, moments, about)

    def incidence(self, *at: int) -> Incidence:
        """What becomes of accepted orders by their age (Kaplan–Meier, Aalen–Johansen), for one design.

        Parameters
        ----------
        *at : int
            Place on each axis of the designs.
        """
        if len(at) != len(self._lead):
            raise ValueError(f"a place has one index for each of {', '.join(self.design_dims)}, got {at}")
        i = int(np.ravel_multi_index(at, self._lead)) if self._lead else 0
        return incidence(*(self._binned[name][i] for name in ("lead_time", "gone", "censored")))

    def split(self) -> Table:
        """The mean lead time, split into where it is spent, with intervals; a row per part and design."""
        cells = [(d, self.coords[d]) for d in self.design_dims]
        rows = []
        for name in (m for m in (*_SPLIT, "lead_time") if m in self.metrics):
            estimate = self.mean(name)
            for at in np.ndindex(*self._lead):
                values = [float(np.asarray(x)[at]) for x in (estimate.value, estimate.low, estimate.high)]
                where = [coords[i].item() for (_, coords), i in zip(cells, at, strict=True)]
                rows.append([name, *where, *values])
        columns = ["part", *self.design_dims, "mean", "low", "high"]
        return Table(columns, rows, f"periods; {self._headline()}; intervals at {100 * self.confidence:g} %")

    # Looks.

    def _headline(self) -> str:
        orders = self.options.get("orders")
        warm = self.options["warm_up"]
        unit = "orders" if orders else "periods"
        counted = (orders or self.periods) - warm
        after = f" after {warm} of warm-up" if warm else ""
        cells = [f"{d} {n}" for d, n in zip(self.design_dims, self._lead, strict=True)]
        over = f" × {' × '.join(cells)}" if cells else ""
        return f"{self.replications} replications of {counted} {unit}{after}{over}"

    @property
    def periods(self) -> int:
        """Periods simulated, warm-up included; 0 for a run of a number of orders."""
        return int(self.options.get("periods") or 0)

    def __repr__(self) -> str:
        lines = [f"OrderResult: {self._headline()}", f"  {self.key}, {self.method}, {self.simd}"]
        if self.design_dims:
            lines.append(f"  metrics {', '.join(self.metrics)}")
        else:
            lines += [f"  {self.mean(m)!r}" for m in _SHOWN if m in self.metrics]
        if self.orders is not None:
            lines.append(f"  orders {self.orders!r}")
        lines += [f"  note: {w}" for w in self.warnings]
        return "\n".join(lines)
