"""What it takes for a simulated number to be right.

It lies within 4.5 standard errors of the exact value, and the standard error is so small that a mistake of
1 % would show. Without the second demand a short run would agree with anything.

``pytest tests/python/oracle --log-cli-level=INFO`` shows every z-value.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

import maketo as mk

STANDARD_ERRORS = 4.5  # a right number fails once in 150,000
PRECISION = 0.0012  # of the value: a mistake of 1 % is then 8 standard errors
PRECISION_OF_A_SHORTFALL = 0.01

_log = logging.getLogger("oracle")


def agree(runs: mk.Result | list[mk.Result], exact: Mapping[str, float], at: int | None = None) -> None:
    """Demand that the estimates of a run agree with exact values by the name of the metric.

    Several runs of equal size are pooled; `at` is the place on the sweep axis. A share above 1/2 (service,
    fill rate) is tested by what it lacks to 1: near 1 every mistake is small compared with the share
    itself.
    """
    runs = runs if isinstance(runs, list) else [runs]
    for name, value in exact.items():
        parts = [run.mean(name) for run in runs]
        estimates = [np.atleast_1d(e.value)[at or 0] for e in parts]
        errors = [np.atleast_1d(e.se)[at or 0] for e in parts]
        estimate, error = math.fsum(estimates) / len(parts), math.hypot(*errors) / len(parts)
        agree_number(name, estimate, error, value, share=mk.METRICS[name].unit == "share" and value > 0.5)


def agree_number(
    name: str, estimate: Any, error: Any, exact: float, share: bool = False, loosened: float = 1.0
) -> None:
    """Raise an AssertionError unless `estimate` ± `error` (one standard error) agrees with `exact`.

    An everyday run of a slow case may have an error larger than usual, by the factor `loosened`; how many
    standard errors off a number may be stays the same.
    """
    assert error > 0.0, f"{name}: no error, {estimate} ± {error}"
    z = (estimate - exact) / error
    scale = abs(1.0 - exact) if share else abs(exact)
    relative, allowed = error / scale, loosened * (PRECISION_OF_A_SHORTFALL if share else PRECISION)
    _log.info("%s: z %+.2f, se %.3f %%, exact %.10g", name, z, 100 * relative, exact)
    assert relative <= allowed, (
        f"{name}: se is {100 * relative:.3f} % of {scale:.6g}, more than {100 * allowed:g} %"
    )
    assert abs(z) <= STANDARD_ERRORS, (
        f"{name}: {estimate:.10g} ± {error:.2g} is {z:+.1f} standard errors off {exact:.10g}"
    )
