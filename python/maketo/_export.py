"""Results as pandas and xarray objects. Both are imported here, when asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _catalogue

if TYPE_CHECKING:
    from .result import Result

__all__ = ["to_pandas", "to_xarray"]


def to_pandas(run: Result) -> Any:
    """Tidy: a row per cell, or per metric and cell where only summaries were kept."""
    import pandas as pd

    coords = run.coords
    if run.options["keep"] != "summary":
        index = pd.MultiIndex.from_product([coords[d] for d in run.dims], names=run.dims)
        frame = pd.DataFrame({name: run[name].ravel() for name in run.metrics}, index=index)
        return frame.reset_index()
    frames = []
    cells: Any = None
    if run.design_dims:
        cells = pd.MultiIndex.from_product([coords[d] for d in run.design_dims], names=run.design_dims)
    for name in run.metrics:
        columns = run.statistics(name).reshape(-1, len(_catalogue.statistics()))
        frame = pd.DataFrame(columns, columns=list(_catalogue.statistics()), index=cells)
        frame = frame.reset_index(drop=cells is None)
        frame.insert(0, "metric", name)
        frame.insert(1, "unit", run.catalogue[name].unit)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def to_xarray(run: Result) -> Any:
    """A dataset with units on every variable and the configuration in its attributes."""
    import xarray as xr

    from . import __version__

    variables: dict[str, Any] = {}
    coords: dict[str, Any] = dict(run.coords)
    kept = run.options["keep"] != "summary"
    if not kept:
        coords["statistic"] = np.array(_catalogue.statistics())
        if not run.trace:
            coords.pop("replication")
    for name in run.metrics:
        about = run.catalogue[name]
        attributes = {"units": about.unit, "long_name": about.definition}
        if kept:
            variables[name] = (run.dims, run[name], attributes)
        else:
            variables[name] = ((*run.design_dims, "statistic"), run.statistics(name), attributes)
    for name, array in run.trace.items():
        about = _catalogue.traces()[name]
        variables[f"{name}_trace"] = (
            run.trace.dims,
            array,
            {"units": about.unit, "long_name": about.definition},
        )
    attributes = {
        "maketo_version": __version__,
        "config": json.dumps(run.config, ensure_ascii=False),
        "event_order": run.event_order,
        "method": run.method,
        "status": run.status,
        "warm_up": run.options["warm_up"],
    }
    return xr.Dataset(variables, coords=coords, attrs=attributes)
