"""What it takes for a simulated number to be right."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import pytest

import maketo as mk

Agree: TypeAlias = Callable[..., None]

STANDARD_ERRORS = 4.5  # a right number fails once in 150,000
PRECISION = 0.0012  # of the value: a mistake of 1 % is then 8 standard errors
PRECISION_OF_A_SHORTFALL = 0.01


@pytest.fixture
def agree(record_property: Callable[[str, object], None]) -> Agree:
    """Demand that estimates agree with exact values, and that they are precise enough to mean it.

    ``agree(runs, {"cost": 35.02, …})`` takes one result of `simulate` or several of equal size, which are pooled.
    A share above 1/2 (service, fill rate) is tested by what it lacks to 1: near 1 every mistake is small compared
    with the share itself. The z-values are recorded as properties of the test (``pytest --junit-xml=…``).
    """

    def check(runs: mk.Result | list[mk.Result], exact: Mapping[str, float], at: Any = ()) -> None:
        runs = runs if isinstance(runs, list) else [runs]
        for name, value in exact.items():
            parts = [run.mean(name) for run in runs]
            estimate = math.fsum(float(_cell(e.value, at)) for e in parts) / len(parts)
            error = math.sqrt(math.fsum(float(_cell(e.se, at)) ** 2 for e in parts)) / len(parts)
            share = mk.METRICS[name].unit == "share" and value > 0.5
            judge(name, estimate, error, value, share, record_property)

    return check


@pytest.fixture
def agree_number(record_property: Callable[[str, object], None]) -> Agree:
    """The same for a single number with its standard error: ``agree_number(name, estimate, se, exact)``."""

    def check(name: str, estimate: float, error: float, exact: float, share: bool = False) -> None:
        judge(name, estimate, error, exact, share, record_property)

    return check


def judge(
    name: str,
    estimate: float,
    error: float,
    exact: float,
    share: bool,
    record: Callable[[str, object], None],
) -> None:
    assert error > 0.0, f"{name}: no error, {estimate} ± {error}"
    z = (estimate - exact) / error
    scale = abs(1.0 - exact) if share else abs(exact)
    relative = error / scale
    record(name, f"z {z:+.2f}, se {100 * relative:.3f} %, exact {exact:.10g}")
    allowed = PRECISION_OF_A_SHORTFALL if share else PRECISION
    assert relative <= allowed, f"{name}: se is {100 * relative:.3f} % of {scale:.6g}, more than {100 * allowed:g} %"
    assert abs(z) <= STANDARD_ERRORS, f"{name}: {estimate:.10g} ± {error:.2g} is {z:+.1f} standard errors off {exact:.10g}"


def _cell(value: Any, at: Any) -> Any:
    return value[at] if at != () else value
