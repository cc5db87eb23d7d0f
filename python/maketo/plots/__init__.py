"""The pictures an analyst wants first. matplotlib is imported when one is drawn.

Every function takes ``ax=None`` and returns the Axes. One visual language: Okabe–Ito colours (distinguishable
with any colour vision), units on the axes, labels at the lines instead of legends, errors as bands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..assemble_to_order import AssembleToOrder
from ..assembly_result import AssemblyResult
from ..make_to_order import MakeToOrder
from ..order_result import OrderResult
from ._assembly import natural_assembly, plot_blame, plot_fill_investment
from ._lead_time_demand import plot_lead_time_demand
from ._orders import loads_differ, plot_lead_time, plot_load, plot_otif, quotes_only
from ._planning import plot_bullwhip, plot_plan
from ._policy import plot_order_pattern, plot_service_curve
from ._runs import plot_distribution, plot_fan, plot_portfolio, plot_sweep
from ._style import COLOURS
from ._surface import plot_surface
from ._warm_up import plot_warm_up

if TYPE_CHECKING:
    from ..result import Result

__all__ = [
    "COLOURS",
    "natural",
    "plot_blame",
    "plot_bullwhip",
    "plot_distribution",
    "plot_fan",
    "plot_fill_investment",
    "plot_lead_time",
    "plot_lead_time_demand",
    "plot_load",
    "plot_order_pattern",
    "plot_otif",
    "plot_plan",
    "plot_portfolio",
    "plot_service_curve",
    "plot_surface",
    "plot_sweep",
    "plot_warm_up",
]


def natural(run: Result, ax: Any = None, **options: Any) -> Any:
    """The picture that fits a run: see `Result.plot`."""
    if isinstance(run, AssemblyResult) and not isinstance(run, OrderResult):
        return natural_assembly(run, ax, options)
    swept = [d for d in run.design_dims if d != "item"]
    to_order = isinstance(next(iter(run.shops.values())), MakeToOrder | AssembleToOrder)
    if isinstance(run, OrderResult) and to_order and len(swept) <= 2 and not (run.portfolio and swept):
        return _to_order(run, len(swept), ax, options)
    if run.portfolio:
        if swept:
            raise ValueError("a swept portfolio has no single picture: simulate one item, or use to_xarray()")
        return plot_portfolio(run, ax=ax, **options)
    if len(swept) == 2:
        return plot_surface(run, ax=ax, **options)
    if len(swept) > 2:
        raise ValueError(
            f"{len(swept)} swept parameters have no single picture: hold some, or use to_xarray()"
        )
    if swept:
        return plot_sweep(run, ax=ax, **options)
    if run.trace:
        name = "on_hand" if "on_hand" in run.trace else next(iter(run.trace))
        return plot_fan(run, options.pop("name", name), ax=ax, **options)
    if run.metrics and run.metrics[0] not in run:
        raise ValueError(
            'replications were not kept, so there is no distribution to draw: keep="replications"'
        )
    return plot_distribution(run, ax=ax, **options)


def _to_order(run: OrderResult, swept: int, ax: Any, options: dict[str, Any]) -> Any:
    """The picture that fits a run that makes to order."""
    if run.portfolio:
        return plot_portfolio(run, **{"x": "lead_time", "y": "otif", **options}, ax=ax)
    if swept == 2:
        costly = "cost" in run.metrics and bool(run.mean("cost").value.any())
        return plot_surface(run, **{"metric": "cost" if costly else "lead_time", **options}, ax=ax)
    if not swept:
        return plot_lead_time(run, ax=ax, **options)
    if quotes_only(run):
        return plot_otif(run, ax=ax, **options)
    if loads_differ(run):
        return plot_load(run, ax=ax, **options)
    return plot_sweep(run, **{"metrics": ["lead_time"], **options}, ax=ax)
