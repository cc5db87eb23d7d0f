"""What a run of an assembly returns: metrics of the whole, and those of products and components."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import _catalogue, _core
from ._check import choice, inner_share
from .assemble_to_order import AssembleToOrder
from .estimate import Estimate
from .result import Result
from .table import Table

__all__ = ["AssemblyResult"]

_SHOWN = ("fill_rate", "backorders", "waiting_time", "investment", "cost", "profit")
_OF_PRODUCTS = (
    "demand",
    "fill_rate",
    "order_fill_rate",
    "waiting_time",
    "lead_time",
    "backorders",
    "waiting_for_components",
    "kits",
)
_OF_COMPONENTS = ("demand", "fill_rate", "on_hand", "reserved", "backorders", "order_quantity")


class AssemblyResult(Result):
    """Outcome of `simulate` for `AssembleToOrder`.

    On the order clock it is an `OrderedAssemblyResult`, which has all that an `OrderResult` has as well.

    ``run["cost"]``, ``run.mean("fill_rate")`` and `summary` speak of the whole; `product` and `component` of
    each of them. Units are counted at the close of a period (on the order clock, over time). A component's
    ``fill_rate`` is the share of what products need of it that is there in the period it is needed: an order
    needs all of its components at once, so its own fill rate is lower than that of any of them.
    """

    # Where the catalogue has what is told of products and components.
    _catalogues: ClassVar[dict[str, str]] = {"products": "products", "components": "components"}

    def __init__(self, *, outcome: dict[str, Any], report: dict[str, Any], **rest: Any) -> None:
        super().__init__(outcome={**outcome, "trace": {}}, report=report, **rest)
        self._blocks: dict[str, dict[str, dict[str, NDArray[np.float64]]]] = {
            kind: outcome[kind] for kind in ("products", "components", "others")
        }

    # What it is.

    @property
    def shop(self) -> AssembleToOrder:
        """What was simulated."""
        shop: AssembleToOrder = next(iter(self.shops.values()))
        return shop

    @property
    def catalogue(self) -> dict[str, _catalogue.Quantity]:
        """What the whole can contain: unit, definition and good direction by name."""
        return _catalogue.assembly_metrics("totals")

    @property
    def products(self) -> tuple[str, ...]:
        """Names of the products."""
        return tuple(self.shop.products)

    @property
    def components(self) -> tuple[str, ...]:
        """Names of the components."""
        return tuple(self.shop.components)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Which component goes into which product."""
        return [(self.components[j], self.products[v]) for j, v in self.report["pairs"]]

    @property
    def windows(self) -> tuple[float, ...]:
        """Periods within which deliveries are counted."""
        return tuple(self.report["windows"])

    @property
    def status(self) -> str:
        """``"ok"``, or ``"unstable"`` if a design needs more hours of assembly than there are."""
        return "unstable" if bool((self.load >= 1).any()) else super().status

    @property
    def load(self) -> NDArray[np.float64]:
        """Hours of assembly needed over hours there are, over (*sweeps,); NaN where there is no limit."""
        found = [np.nan if x is None else x for x in self.report["load"]]
        return np.array(found, dtype=np.float64).reshape(self._lead)

    @property
    def event_order(self) -> str:
        """Order of events inside a period."""
        return self.shop.event_order

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the numbers should know."""
        return tuple(self.report["warnings"])

    @property
    def effective_lead_time(self) -> NDArray[np.float64]:
        """Mean lead time as drawn, in periods, over (*sweeps, component)."""
        found = np.array(self.report["effective_lead_time"], dtype=np.float64)
        return found.reshape((*self._lead, len(self.components)))

    @property
    def effective_demand(self) -> NDArray[np.float64]:
        """Mean demand per period as drawn, over (*sweeps, product); NaN where it has no closed form."""
        found = np.array(self.report["effective_demand"], dtype=np.float64)
        return found.reshape((*self._lead, len(self.products)))

    # The numbers.

    def product(self, name: str, level: float | None = None) -> Estimate:
        """A quantity of every product, over (*sweeps, product).

        Parameters
        ----------
        name : str
            "fill_rate", "waiting_time", "backorders", …: `PRODUCT_METRICS`.
        level : float, optional
            Confidence level; by default that of the run.

        Raises
        ------
        ValueError
            If there is no such quantity, or the level cannot be had from what was kept.
        """
        unit = self._kept("products", name)
        return self._estimate("products", name, (("product", self.products),), unit, level)

    def component(self, name: str, level: float | None = None) -> Estimate:
        """A quantity of every component, over (*sweeps, component).

        Parameters
        ----------
        name : str
            What a make-to-stock item has ("on_hand", "fill_rate", "order_quantity", …), "reserved" or
            "in_assembly".
        level : float, optional
            Confidence level; by default that of the run.

        Raises
        ------
        ValueError
            If there is no such quantity, or the level cannot be had from what was kept.
        """
        unit = self._kept("components", name)
        return self._estimate("components", name, (("component", self.components),), unit, level)

    def values(self, axis: str, name: str) -> NDArray[np.float64]:
        """Every replication of a quantity of the products or the components.

        Parameters
        ----------
        axis : {"product", "component"}
            Of which.
        name : str
            Which quantity.

        Returns
        -------
        ndarray
            With axes (*sweeps, replication, product or component).

        Raises
        ------
        ValueError
            If there is no such quantity.
        KeyError
            If replications were not kept.
        """
        kind = choice("axis", axis, ("product", "component")) + "s"
        self._kept(kind, name)
        block = self._blocks[kind][name]
        if "values" not in block:
            raise KeyError(f'replications of {name!r} were not kept: simulate(…, keep="replications")')
        return self._unfold(np.swapaxes(block["values"], 1, 2))

    def fill_within(self, level: float | None = None) -> Estimate:
        """Share of units delivered within so many periods, over (*sweeps, product, window).

        Within 0 periods: in the period of the order. Units ordered too late in the run to be followed for a
        window are left out of it.
        """
        axes = (("product", self.products), ("window", self.windows))
        return self._estimate("others", "fill_within", axes, "share", level)

    def all_within(self, level: float | None = None) -> Estimate:
        """Share of periods of which every order of every product was delivered in time, (*sweeps, window)."""
        return self._estimate("others", "all_within", (("window", self.windows),), "share", level)

    def blame(self, level: float | None = None) -> Estimate:
        """Which component delays whom: units waiting at the close, over (*sweeps, component, product).

        A unit that waits counts as one, shared equally among the components it still lacks, so the sum over
        components is the mean number of units of the product that wait for components.
        """
        pairs = self._estimate("others", "blame", (("pair", range(len(self.pairs))),), "units", level)
        shape = (*self._lead, len(self.components), len(self.products))
        j, v = np.array(self.report["pairs"]).T
        full = []
        for part in (pairs.value, pairs.se, pairs.low, pairs.high):
            array = np.zeros(shape)
            array[..., j, v] = part
            full.append(array)
        return Estimate.of(
            "blame",
            np.stack(full, axis=-1),
            **self._over(
                (("component", self.components), ("product", self.products)), "units", pairs.confidence
            ),
        )

    def product_table(self, names: Sequence[str] | None = None, level: float | None = None) -> Table:
        """A row per product (and design): means of these quantities; ``±`` is half the interval."""
        wanted = self._wanted("products", names, _OF_PRODUCTS)
        return self._table("product", self.products, self.product, wanted, level)

    def component_table(self, names: Sequence[str] | None = None, level: float | None = None) -> Table:
        """A row per component (and design): means of these quantities; ``±`` is half the interval."""
        wanted = self._wanted("components", names, _OF_COMPONENTS)
        return self._table("component", self.components, self.component, wanted, level)

    # How.

    def _kept(self, kind: str, name: str) -> str:
        known = _catalogue.assembly_metrics(self._catalogues[kind])
        choice("name", name, tuple(known))
        if name not in self._blocks[kind]:
            kept = ", ".join(self._blocks[kind]) or "none"
            raise ValueError(f"{name!r} was not kept; kept: {kept}. Ask for it: metrics=[…, {name!r}]")
        return known[name].unit

    def _unfold(self, array: NDArray[np.float64]) -> NDArray[np.float64]:
        """(design, …) with the sweeps unfolded."""
        return array.reshape(self._lead + array.shape[1:])

    def _over(self, axes: Any, unit: str, confidence: float) -> dict[str, Any]:
        coords = {k: v for k, v in self.coords.items() if k in self.design_dims}
        coords.update({name: np.array(values) for name, values in axes})
        dims = (*self.design_dims, *(name for name, _ in axes))
        return {"unit": unit, "confidence": confidence, "dims": dims, "coords": coords}

    def _estimate(self, kind: str, name: str, axes: Any, unit: str, level: float | None) -> Estimate:
        if name not in self._blocks[kind]:
            raise ValueError(f"{name!r} was not kept; ask for it: metrics=[…, {name!r}]")
        block = self._blocks[kind][name]
        confidence = self.confidence if level is None else inner_share("level", level)
        columns = block["estimates"]
        if confidence != self.confidence:
            if "values" not in block:
                raise ValueError(
                    f"level must be {self.confidence:g}, the run's confidence, as only means were kept; got "
                    f'{confidence:g}. Run with confidence={confidence:g} or keep="replications"'
                )
            flat = [np.ascontiguousarray(block[k].reshape(-1, self.replications)) for k in _columns(block)]
            found = (
                _core.ratio(flat[0], flat[1], confidence)
                if len(flat) == 2
                else _core.summarise(flat[0], confidence, [])[..., :4]
            )
            columns = found.reshape(columns.shape)
        lengths = tuple(len(values) for _, values in axes)
        columns = columns.reshape((*self._lead, *lengths, 4))
        return Estimate.of(name, columns, **self._over(axes, unit, confidence))

    def _table(self, axis: str, names: Any, of: Any, wanted: Sequence[str], level: float | None) -> Table:
        estimates = [of(name, level) for name in wanted]
        columns = [*self.design_dims, axis]
        for e in estimates:
            columns += [e.name, f"± {e.name}"]
        cells = [(d, self.coords[d]) for d in self.design_dims]
        rows = []
        for at in np.ndindex(*self._lead, len(names)):
            row: list[Any] = [coords[i].item() for (_, coords), i in zip(cells, at, strict=False)]
            row.append(names[at[-1]])
            for e in estimates:
                row += [float(e.value[at]), float(e.high[at] - e.value[at])]
            rows.append(row)
        confidence = self.confidence if level is None else level
        return Table(columns, rows, f"{self._headline()}; intervals at {100 * confidence:g} %")

    def _wanted(self, kind: str, names: Any, usual: Sequence[str]) -> list[str]:
        """Names that were asked for, or the usual ones as far as they were kept."""
        if names is None:
            return [name for name in usual if name in self._blocks[kind]]
        if isinstance(names, str) or not isinstance(names, Sequence):
            raise TypeError(f"names must be a sequence of names such as ['demand'], got {names!r}")
        return list(names)

    # Looks.

    def __repr__(self) -> str:
        what = f"{len(self.products)} products of {len(self.components)} components, {self.shop.allocation}"
        lines = [
            f"AssemblyResult: {self._headline()}",
            f"  {what}",
            f"  {self.key}, {self.event_order}, {self.simd}",
        ]
        if self.design_dims:
            lines.append(f"  metrics {', '.join(self.metrics)}")
        else:
            lines += [f"  {self.mean(m)!r}" for m in _SHOWN if m in self.metrics]
        lines += [f"  note: {w}" for w in self.warnings]
        return "\n".join(lines)


def _columns(block: dict[str, Any]) -> tuple[str, ...]:
    return ("top", "bottom") if "top" in block else ("values",)
