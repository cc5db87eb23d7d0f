"""Projects that several tests speak of."""

from __future__ import annotations

from typing import Any

import maketo as mk


def tri(low: float, mode: float, high: float) -> mk.Law:
    return mk.Triangular(low, mode, high)


def logn(mean: float, cv: float) -> mk.Law:
    return mk.Lognormal(mean=mean, sd=mean * cv)


_BESPOKE: list[tuple[mk.Law, list[int]]] = [
    (tri(2, 3, 5), []),
    (logn(10, 0.3), [0]),
    (logn(15, 0.3), [1]),
    (logn(12, 0.3), [1]),
    (tri(6, 8, 14), [1]),
    (logn(8, 0.3), [2, 3]),
    (tri(1, 2, 3), [4, 5]),
    (logn(40, 0.4), [6]),
    (logn(35, 0.4), [6]),
    (tri(10, 14, 22), [6]),
    (tri(15, 20, 35), [9]),
    (logn(12, 0.3), [9]),
    (logn(10, 0.3), [9]),
    (tri(5, 7, 12), [11, 12]),
    (tri(1, 1.5, 3), [13]),
    (logn(45, 0.35), [4, 6]),
    (tri(8, 10, 18), [15]),
    (tri(12, 15, 24), [9]),
    (tri(8, 10, 15), [10, 14]),
    (tri(6, 8, 12), [8, 17]),
    (logn(14, 0.25), [7, 18]),
    (tri(6, 9, 14), [19, 20]),
    (tri(1, 2, 4), [21]),
    (logn(10, 0.4), [16, 22]),
    (tri(4, 6, 10), [23]),
    (tri(2, 3, 5), [24]),
    (tri(3, 4, 6), [25]),
    (tri(30, 40, 60), [6]),
    (logn(12, 0.3), [26, 27]),
    (tri(5, 7, 12), [28]),
]


def bespoke() -> mk.Project:
    """Thirty activities, three loops of rework: workload W7."""
    return mk.Project(
        {
            str(i): mk.Activity(law, after=[str(j) for j in before])
            for i, (law, before) in enumerate(_BESPOKE)
        },
        [
            mk.ReworkLoop("6", ["2", "3", "5", "6"], 0.35, 0.5, most=3),
            mk.ReworkLoop("14", ["13", "14"], 0.25, 0.5, most=3),
            mk.ReworkLoop("25", ["23", "24", "25"], 0.40, 0.5, most=3),
        ],
    )


THREE_POINTS: dict[str, tuple[tuple[float, float, float], str]] = {
    "A": ((1, 2, 3), ""),
    "B": ((2, 3.5, 8), "A"),
    "C": ((6, 9, 18), "B"),
    "D": ((4, 5.5, 10), "C"),
    "E": ((1, 4.5, 5), "C"),
    "F": ((4, 4, 10), "E"),
    "G": ((5, 6.5, 11), "D"),
    "H": ((5, 8, 17), "E, G"),
    "I": ((3, 7.5, 9), "C"),
    "J": ((3, 9, 9), "F, I"),
    "K": ((4, 4, 4), "J"),
    "L": ((1, 5.5, 7), "J"),
    "M": ((1, 2, 3), "H"),
    "N": ((5, 5.5, 9), "K, L"),
}
"""A construction company's fourteen activities, weeks, and what each comes after."""


def construction_rows() -> list[dict[str, Any]]:
    return [
        {
            "Activity": name,
            "Optimistic": points[0],
            "Most likely": points[1],
            "Pessimistic": points[2],
            "Predecessors": before,
        }
        for name, (points, before) in THREE_POINTS.items()
    ]
