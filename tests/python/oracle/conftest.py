"""Fixtures that hold the results of a run against exact values."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from judge import Agree, judge

import maketo as mk


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


def _cell(value: Any, at: Any) -> Any:
    return value[at] if at != () else value
