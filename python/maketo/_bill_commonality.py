"""How much products have in common: the indices of Collier and of Wacker and Treleven."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ._bill_structure import Structure
from .table import Table

__all__ = ["Commonality", "measure"]


@dataclass(frozen=True, repr=False)
class Commonality:
    """How often components are used.

    Notes
    -----
    With d components, of which component j goes directly into φⱼ items, the degree of commonality index is
    ``DCI = Σφⱼ / d`` (Collier 1981), from 1, where nothing is shared, to Σφⱼ; and the total constant
    commonality index ``TCCI = 1 − (d − 1) / (Σφⱼ − 1)`` (Wacker & Treleven 1986), from 0, where nothing is
    shared, to 1. A component is whatever goes into another item, sub-assemblies too; an item that
    is offered as a choice goes into the item that offers it. Substitutes do not count.

    References
    ----------
    .. [1] D. A. Collier, "The measurement and operating benefits of component part commonality", Decision
       Sciences 12 (1981) 85–96.
    .. [2] J. G. Wacker, M. Treleven, "Component part standardization: an analysis of commonality sources and
       indices", Journal of Operations Management 6 (1986) 219–244.
    """

    degree: float
    """DCI, parents per component."""
    total_constant: float
    """TCCI, a share; NaN where one component goes into one item."""
    parents: Mapping[str, int]
    """By component: how many items it goes into directly."""
    products: Mapping[str, int]
    """By component: how many products contain it, at whatever depth."""

    def table(self) -> Table:
        """Components, the most shared first.

        Returns
        -------
        Table
            Columns ``component``, ``products``, ``parents``.
        """
        order = sorted(self.products, key=lambda item: (-self.products[item], -self.parents[item]))
        rows = [(item, self.products[item], self.parents[item]) for item in order]
        caption = f"DCI {self.degree:.4g}, TCCI {self.total_constant:.4g}"
        return Table(["component", "products", "parents"], rows, caption)

    def __repr__(self) -> str:
        return (
            f"Commonality(degree={self.degree:.4g}, total_constant={self.total_constant:.4g}, "
            f"{len(self.parents)} components)"
        )

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def measure(structure: Structure, products: Sequence[str]) -> Commonality:
    """Count parents and products of every component."""
    parents = {item: len(structure.above[item]) for item in structure.items if structure.above[item]}
    count = dict.fromkeys(parents, 0)
    for product in products:
        for item in structure.reached(product) - {product}:
            count[item] += 1
    d, uses = len(parents), sum(parents.values())
    return Commonality(
        degree=uses / d,
        total_constant=1.0 - (d - 1) / (uses - 1) if uses > 1 else math.nan,
        parents=parents,
        products=count,
    )
