"""Design as iteration: work on one task makes work on others, round after round."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._check import numbers, real_array

__all__ = ["WorkTransformation", "work_transformation"]

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class WorkTransformation:
    """What a first pass of work grows to. See `work_transformation`."""

    work: Array
    """Total work by task, over all rounds; in the unit of the work given. Shape (task,)."""
    total: float
    """Total work on all tasks."""
    dominant_eigenvalue: float
    """Spectral radius of the matrix: the factor by which work shrinks from round to round in the end."""


def work_transformation(matrix: ArrayLike, work: ArrayLike) -> WorkTransformation:
    """Total work on tasks that make work for each other (Smith & Eppinger 1997).

    All tasks are worked at in parallel, in rounds. A unit of work on task j makes ``matrix[i][j]`` units on
    task i in the next round, so that work w₀ becomes w₀ + A w₀ + A² w₀ + … = (I − A)⁻¹ w₀.

    Parameters
    ----------
    matrix : array_like
        A, at least 0, shape (task, task): row i is what is made for task i, column j what makes it.
    work : array_like
        w₀, the first pass of work on each task, at least 0; shape (task,).

    Returns
    -------
    WorkTransformation

    Raises
    ------
    TypeError
        If they are not numbers.
    ValueError
        If shapes do not fit, a number is negative or not finite, or the spectral radius is 1 or more: then
        every round makes as much work as it does, and the design never converges.

    Notes
    -----
    R. P. Smith and S. D. Eppinger, "Identifying controlling features of engineering design iteration",
    Management Science 43 (1997) 276–293.

    The spectral radius is the largest of those of the groups of tasks that make work for each other, directly
    or not; a chain that does not lead back has 0.

    Examples
    --------
    >>> import maketo as mk
    >>> found = mk.work_transformation([[0, 0.3, 0.1], [0.4, 0, 0.2], [0.1, 0.3, 0]], [1, 1, 1])
    >>> found.work.round(4).tolist(), round(found.total, 4)
    ([1.8056, 2.0833, 1.8056], 5.6944)
    >>> round(found.dominant_eigenvalue, 4)
    0.4772
    """
    a = real_array("matrix", matrix, axes=2)
    if a.shape[0] != a.shape[1]:
        raise ValueError(f"matrix must be square, got shape {a.shape}")
    first = numbers("work", work)
    if len(first) != len(a):
        raise ValueError(f"work must have one number per task, {len(a)}, got {len(first)}")
    for field, values in (("matrix", a), ("work", first)):
        bad = np.argwhere(~((values >= 0.0) & (values < math.inf)))
        if bad.size:
            at = tuple(bad[0].tolist())
            place = "".join(f"[{i}]" for i in at)
            raise ValueError(f"{field}{place} must be finite and ≥ 0, got {values[at]:g}")
    radius = _spectral_radius(a)
    if radius >= 1.0:
        raise ValueError(
            f"matrix must have a spectral radius < 1, got {radius:.6g}: every round of work makes as much "
            "again, and the design never converges"
        )
    total = np.asarray(np.linalg.solve(np.eye(len(a)) - a, first), dtype=np.float64)
    total.setflags(write=False)
    return WorkTransformation(total, math.fsum(total), radius)


def _spectral_radius(a: Array) -> float:
    """Of a matrix without negative entries: the largest of its irreducible blocks.

    Taken as a whole, a chain of tasks, whose eigenvalues are all 0, would come out far from it.
    """
    reach: NDArray[Any] = (a > 0.0) | np.eye(len(a), dtype=bool)
    for _ in range(max(1, len(a).bit_length())):
        reach = reach.astype(np.float64) @ reach.astype(np.float64) > 0.0
    together = reach & reach.T
    radius = 0.0
    for block in np.unique(together, axis=0):
        inside = a[np.ix_(block, block)]
        values = inside.ravel() if len(inside) == 1 else np.linalg.eigvals(inside)
        radius = max(radius, float(np.abs(values).max()))
    return radius
