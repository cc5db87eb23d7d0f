"""What it takes for a simulated number to be right.

It lies within 4.5 standard errors of the exact value, and the standard error is so small that a mistake of 1 % would
show. Without the second demand a short run would agree with anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Agree: TypeAlias = Callable[..., None]

STANDARD_ERRORS = 4.5  # a right number fails once in 150,000
PRECISION = 0.0012  # of the value: a mistake of 1 % is then 8 standard errors
PRECISION_OF_A_SHORTFALL = 0.01


def judge(
    name: str,
    estimate: float,
    error: float,
    exact: float,
    share: bool,
    record: Callable[[str, object], None],
) -> None:
    """Raise an AssertionError unless `estimate` ± `error` agrees with `exact`; `record` is told the z-value.

    A `share` is tested by what it lacks to 1: near 1 every mistake is small compared with the share itself.
    """
    assert error > 0.0, f"{name}: no error, {estimate} ± {error}"
    z = (estimate - exact) / error
    scale = abs(1.0 - exact) if share else abs(exact)
    relative = error / scale
    record(name, f"z {z:+.2f}, se {100 * relative:.3f} %, exact {exact:.10g}")
    allowed = PRECISION_OF_A_SHORTFALL if share else PRECISION
    assert relative <= allowed, (
        f"{name}: se is {100 * relative:.3f} % of {scale:.6g}, more than {100 * allowed:g} %"
    )
    assert abs(z) <= STANDARD_ERRORS, (
        f"{name}: {estimate:.10g} ± {error:.2g} is {z:+.1f} standard errors off {exact:.10g}"
    )
