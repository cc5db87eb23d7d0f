"""What should we make to (stock, an assembly, an order, a drawing), and with which settings.

Simulate production strategies by parallel Monte Carlo, with errors, as NumPy arrays.

>>> import maketo as mk
>>> shop = mk.MakeToStock(demand=mk.Poisson(20), policy=mk.BaseStock(92), lead_time=4)
>>> run = mk.simulate(shop, periods=365, replications=1000, seed=7)
>>> run["on_hand"].shape
(1000,)
"""

from __future__ import annotations

from ._catalogue import metrics as _metrics
from ._catalogue import statistics as _statistics
from ._catalogue import traces as _traces
from ._core import __version__
from .demand import Bootstrap, Paths
from .estimate import Estimate
from .history import History, read_history
from .laws import (
    BetaPert,
    Binomial,
    Clipped,
    Deterministic,
    Discrete,
    Empirical,
    Exponential,
    Gamma,
    Geometric,
    Law,
    LawSummary,
    Lognormal,
    NegativeBinomial,
    Normal,
    Poisson,
    Rounded,
    TabulatedReal,
    TabulatedWhole,
    Triangular,
    Uniform,
    UniformInteger,
    Weibull,
    ZeroInflated,
)
from .make_to_stock import Costs, MakeToStock
from .plots import plot_distribution, plot_fan, plot_portfolio, plot_sweep
from .policies import BaseStock, CappedBaseStock, ConstantOrder, MinMax, Quantities, ReorderQuantity
from .result import Result
from .seed import Key
from .simulate import simulate
from .stock import StockPlan, stock
from .sweep import Sweep
from .table import Table

METRICS = _metrics()
"""Every metric by name: unit, definition, which direction is good."""
TRACES = _traces()
"""Every quantity that can be kept period by period."""
STATISTICS = _statistics()
"""Names along the last axis of `Result.statistics`."""

__all__ = [
    "METRICS",
    "STATISTICS",
    "TRACES",
    "BaseStock",
    "BetaPert",
    "Binomial",
    "Bootstrap",
    "CappedBaseStock",
    "Clipped",
    "ConstantOrder",
    "Costs",
    "Deterministic",
    "Discrete",
    "Empirical",
    "Estimate",
    "Exponential",
    "Gamma",
    "Geometric",
    "History",
    "Key",
    "Law",
    "LawSummary",
    "Lognormal",
    "MakeToStock",
    "MinMax",
    "NegativeBinomial",
    "Normal",
    "Paths",
    "Poisson",
    "Quantities",
    "ReorderQuantity",
    "Result",
    "Rounded",
    "StockPlan",
    "Sweep",
    "Table",
    "TabulatedReal",
    "TabulatedWhole",
    "Triangular",
    "Uniform",
    "UniformInteger",
    "Weibull",
    "ZeroInflated",
    "__version__",
    "plot_distribution",
    "plot_fan",
    "plot_portfolio",
    "plot_sweep",
    "read_history",
    "simulate",
    "stock",
]
