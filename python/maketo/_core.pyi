"""The compiled core. Use the package `maketo`, not this module."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__version__: Final[str]
__all__ = [
    "__version__",
    "association",
    "bench",
    "build_info",
    "catalogue",
    "consume",
    "cvar",
    "demand_mean",
    "fit",
    "forecast_errors",
    "input_uncertainty",
    "law_draw",
    "law_quantile",
    "law_summary",
    "lots",
    "quantile_nodes",
    "ratio",
    "simulate",
    "student_t",
    "summarise",
    "uniform",
]

def simulate(
    config: str,
    arrays: dict[str, NDArray[np.float64]],
    progress: Callable[[int, int], object] | None,
) -> dict[str, Any]: ...
def fit(
    config: str,
    arrays: dict[str, NDArray[np.float64]],
    progress: Callable[[int, int], object] | None,
) -> dict[str, Any]: ...
def input_uncertainty(
    config: str,
    arrays: dict[str, NDArray[np.float64]],
    progress: Callable[[int, int], object] | None,
) -> dict[str, Any]: ...
def forecast_errors(
    config: str,
    arrays: dict[str, NDArray[np.float64]],
    progress: Callable[[int, int], object] | None,
) -> dict[str, Any]: ...
def lots(rule: str, requirements: NDArray[np.float64]) -> NDArray[np.float64]: ...
def consume(
    rule: str, planned: NDArray[np.float64], orders: NDArray[np.float64], counts_from: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...
def association(
    a: str, b: str, latent: float | None = None, wanted: float | None = None
) -> tuple[float, float, float | None, float | None]: ...
def demand_mean(demand: str, periods: int) -> NDArray[np.float64]: ...
def summarise(
    values: NDArray[np.float64], confidence: float, probabilities: list[float]
) -> NDArray[np.float64]: ...
def ratio(
    numerator: NDArray[np.float64], denominator: NDArray[np.float64], confidence: float
) -> NDArray[np.float64]: ...
def student_t(p: float, degrees: float) -> float: ...
def cvar(values: NDArray[np.float64], level: float) -> NDArray[np.float64]: ...
def catalogue() -> str: ...
def law_summary(law: str) -> str: ...
def law_quantile(law: str, u: NDArray[np.float64]) -> NDArray[np.float64]: ...
def law_draw(law: str, key: int, count: int) -> NDArray[np.float64]: ...
def quantile_nodes(order: int) -> NDArray[np.float64]: ...
def uniform(key: int, replication: int, stream: int, entity: int, index: int) -> float: ...
def bench(workload: str, n: int, t: int, threads: int, repeat: int, simd: str | None) -> str: ...
def build_info() -> str: ...
