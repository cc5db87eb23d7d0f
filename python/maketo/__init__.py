"""What should we make to (stock, an assembly, an order, a drawing), and with which settings.

Simulate production strategies by parallel Monte Carlo, with errors, as NumPy arrays.

>>> import maketo as mk
>>> shop = mk.MakeToStock(demand=mk.Poisson(20), policy=mk.BaseStock(92), lead_time=4)
>>> run = mk.simulate(shop, periods=365, replications=1000, seed=7)
>>> run["on_hand"].shape
(1000,)
"""

from __future__ import annotations

from ._catalogue import assembly_metrics as _assembly_metrics
from ._catalogue import metrics as _metrics
from ._catalogue import order_metrics as _order_metrics
from ._catalogue import statistics as _statistics
from ._catalogue import traces as _traces
from ._core import __version__
from .assemble_to_order import AssembleToOrder, Component, EndItem
from .assembly_frontier import AssemblyFrontier, assembly_frontier
from .assembly_levels import AssemblyLevels, assembly_levels
from .assembly_result import AssemblyResult
from .association import attainable_correlation, latent_correlation, pearson_correlation
from .batch_means import BatchMeans
from .bill_of_materials import BillOfMaterials, BillVariant, Commonality, OptionGroup, Substitute
from .bill_table import BillTable, read_bill
from .blocks import IntermittentBootstrap, MovingBlocks, SeasonalBlocks, StationaryBlocks
from .commonality_benefit import CommonalityBenefit, commonality_benefit
from .demand import Bootstrap, Paths
from .dependent import Autocorrelated, Correlated, DependentDemand, MarkovModulated, correlate
from .distribution import Distribution, Incidence
from .estimate import Estimate
from .evolution import Arima, ForecastEvolution, shocks_from_errors
from .forecasts import (
    SBA,
    TSB,
    Autoregression,
    Croston,
    ErrorEstimate,
    EvolvingForecast,
    ExponentialSmoothing,
    GivenForecast,
    Holt,
    HoltWinters,
    KnownMean,
    MovingAverage,
    PerfectForecast,
    PlanningBill,
    SeasonalNaive,
)
from .foresight import Consumption, ForecastErrors, consume_forecast, forecast_errors, lot_sizes
from .history import History, read_history
from .laws import (
    BetaPert,
    Binomial,
    Clipped,
    CompoundPoisson,
    Deterministic,
    Discrete,
    Empirical,
    Exponential,
    Gamma,
    Geometric,
    Law,
    LawSummary,
    Logarithmic,
    Lognormal,
    NegativeBinomial,
    Normal,
    Poisson,
    Rounded,
    StutteringPoisson,
    TabulatedReal,
    TabulatedWhole,
    Triangular,
    Uniform,
    UniformInteger,
    Weibull,
    ZeroInflated,
)
from .ledger import Ledger
from .make_to_order import BuildToOrder, MakeToOrder, OrderCosts, Payment
from .make_to_stock import Costs, MakeToStock, Production
from .order_result import OrderResult
from .order_rules import (
    Acceptance,
    BackwardRelease,
    CalledOff,
    Confirmation,
    ForwardLoading,
    OrderEntry,
    PeriodicRelease,
    QuantileQuote,
    RandomRouting,
    SetupSaving,
    StockedMaterial,
    VariantRouting,
    WorkloadCap,
)
from .order_table import OrderTable, read_orders
from .ordered_assembly_result import OrderedAssemblyResult
from .orders import (
    CustomerClass,
    GivenOrders,
    OrderBook,
    PoissonArrivals,
    RenewalArrivals,
    SplitDemand,
    VaryingArrivals,
)
from .planning import (
    Buffer,
    DemandDriven,
    EconomicQuantity,
    FixedQuantity,
    FollowForecast,
    LotForLot,
    MaterialPlan,
    OrderUpTo,
    PeriodQuantity,
    RatePlan,
    SilverMeal,
    WagnerWhitin,
)
from .plant import Plant
from .plots import (
    plot_blame,
    plot_bullwhip,
    plot_distribution,
    plot_fan,
    plot_fill_investment,
    plot_lead_time,
    plot_lead_time_demand,
    plot_load,
    plot_order_pattern,
    plot_otif,
    plot_plan,
    plot_portfolio,
    plot_service_curve,
    plot_surface,
    plot_sweep,
    plot_warm_up,
)
from .policies import BaseStock, CappedBaseStock, ConstantOrder, MinMax, Quantities, ReorderQuantity
from .project import Activity, After, PertEstimate, Project, ReworkLoop, Schedule
from .project_table import ProjectTable, read_project
from .result import Result
from .seed import Key
from .simulate import simulate
from .stations import Breakdowns, Operation, Overtime, Station, WorkingHours
from .stock import StockPlan, stock
from .supply import (
    AdditiveYield,
    AllOrNothingYield,
    Capacity,
    Disruption,
    Express,
    Obsolescence,
    PieceYield,
    RunYield,
    ShareYield,
)
from .sweep import Sweep
from .table import Table
from .varying import (
    AdditiveSpread,
    BassLife,
    DampedTrend,
    ExponentialTrend,
    LinearTrend,
    OverdispersedSpread,
    PhasedLife,
    Promotion,
    Varying,
    fourier_season,
)
from .warm_up import Truncation, WarmUp, mser5, warm_up
from .work_transformation import WorkTransformation, work_transformation

METRICS = _metrics()
"""Every metric by name: unit, definition, which direction is good."""
ASSEMBLY_METRICS = _assembly_metrics("totals")
"""Every metric of an assembly as a whole, by name."""
PRODUCT_METRICS = _assembly_metrics("products")
"""Every quantity of a product of an assembly, by name."""
COMPONENT_METRICS = _assembly_metrics("components")
"""Every quantity of a component of an assembly, by name."""
ORDER_METRICS = _order_metrics()
"""Every metric of runs whose unit is the order, by name."""
TRACES = _traces()
"""Every quantity that can be kept period by period."""
STATISTICS = _statistics()
"""Names along the last axis of `Result.statistics`."""

__all__ = [
    "ASSEMBLY_METRICS",
    "COMPONENT_METRICS",
    "METRICS",
    "ORDER_METRICS",
    "PRODUCT_METRICS",
    "SBA",
    "STATISTICS",
    "TRACES",
    "TSB",
    "Acceptance",
    "Activity",
    "AdditiveSpread",
    "AdditiveYield",
    "After",
    "AllOrNothingYield",
    "Arima",
    "AssembleToOrder",
    "AssemblyFrontier",
    "AssemblyLevels",
    "AssemblyResult",
    "Autocorrelated",
    "Autoregression",
    "BackwardRelease",
    "BaseStock",
    "BassLife",
    "BatchMeans",
    "BetaPert",
    "BillOfMaterials",
    "BillTable",
    "BillVariant",
    "Binomial",
    "Bootstrap",
    "Breakdowns",
    "Buffer",
    "BuildToOrder",
    "CalledOff",
    "Capacity",
    "CappedBaseStock",
    "Clipped",
    "Commonality",
    "CommonalityBenefit",
    "Component",
    "CompoundPoisson",
    "Confirmation",
    "ConstantOrder",
    "Consumption",
    "Correlated",
    "Costs",
    "Croston",
    "CustomerClass",
    "DampedTrend",
    "DemandDriven",
    "DependentDemand",
    "Deterministic",
    "Discrete",
    "Disruption",
    "Distribution",
    "EconomicQuantity",
    "Empirical",
    "EndItem",
    "ErrorEstimate",
    "Estimate",
    "EvolvingForecast",
    "Exponential",
    "ExponentialSmoothing",
    "ExponentialTrend",
    "Express",
    "FixedQuantity",
    "FollowForecast",
    "ForecastErrors",
    "ForecastEvolution",
    "ForwardLoading",
    "Gamma",
    "Geometric",
    "GivenForecast",
    "GivenOrders",
    "History",
    "Holt",
    "HoltWinters",
    "Incidence",
    "IntermittentBootstrap",
    "Key",
    "KnownMean",
    "Law",
    "LawSummary",
    "Ledger",
    "LinearTrend",
    "Logarithmic",
    "Lognormal",
    "LotForLot",
    "MakeToOrder",
    "MakeToStock",
    "MarkovModulated",
    "MaterialPlan",
    "MinMax",
    "MovingAverage",
    "MovingBlocks",
    "NegativeBinomial",
    "Normal",
    "Obsolescence",
    "Operation",
    "OptionGroup",
    "OrderBook",
    "OrderCosts",
    "OrderEntry",
    "OrderResult",
    "OrderTable",
    "OrderUpTo",
    "OrderedAssemblyResult",
    "OverdispersedSpread",
    "Overtime",
    "Paths",
    "Payment",
    "PerfectForecast",
    "PeriodQuantity",
    "PeriodicRelease",
    "PertEstimate",
    "PhasedLife",
    "PieceYield",
    "PlanningBill",
    "Plant",
    "Poisson",
    "PoissonArrivals",
    "Production",
    "Project",
    "ProjectTable",
    "Promotion",
    "QuantileQuote",
    "Quantities",
    "RandomRouting",
    "RatePlan",
    "RenewalArrivals",
    "ReorderQuantity",
    "Result",
    "ReworkLoop",
    "Rounded",
    "RunYield",
    "Schedule",
    "SeasonalBlocks",
    "SeasonalNaive",
    "SetupSaving",
    "ShareYield",
    "SilverMeal",
    "SplitDemand",
    "Station",
    "StationaryBlocks",
    "StockPlan",
    "StockedMaterial",
    "StutteringPoisson",
    "Substitute",
    "Sweep",
    "Table",
    "TabulatedReal",
    "TabulatedWhole",
    "Triangular",
    "Truncation",
    "Uniform",
    "UniformInteger",
    "VariantRouting",
    "Varying",
    "VaryingArrivals",
    "WagnerWhitin",
    "WarmUp",
    "Weibull",
    "WorkTransformation",
    "WorkingHours",
    "WorkloadCap",
    "ZeroInflated",
    "__version__",
    "assembly_frontier",
    "assembly_levels",
    "attainable_correlation",
    "commonality_benefit",
    "consume_forecast",
    "correlate",
    "forecast_errors",
    "fourier_season",
    "latent_correlation",
    "lot_sizes",
    "mser5",
    "pearson_correlation",
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
    "read_bill",
    "read_history",
    "read_orders",
    "read_project",
    "shocks_from_errors",
    "simulate",
    "stock",
    "warm_up",
    "work_transformation",
]
