"""What products are made of: components, quantities, costs, options and substitutes, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from ._bill_check import (
    as_costs,
    as_options,
    as_products,
    as_substitutes,
    as_usage,
    check_names,
    check_substitutes,
)
from ._bill_commonality import Commonality, measure
from ._bill_options import OptionGroup, Substitute, as_number
from ._bill_structure import Part, Structure, find_cycle, shown_path
from ._bill_variants import BillVariant, find_variants
from ._check import count
from ._noun import Noun
from ._order_rows import counted
from .table import Table

__all__ = ["BillOfMaterials", "BillVariant", "Commonality", "OptionGroup", "Substitute"]

Array: TypeAlias = NDArray[np.float64]
_MOST_LINES = 100_000
_LISTED = 10


@dataclass(frozen=True, eq=False, repr=False)
class BillOfMaterials(Noun, tag=("kind", "bill_of_materials")):
    """What products are made of, over any number of levels.

    Parameters
    ----------
    usage : mapping of str to mapping of str to float
        Units of each component in a unit of each parent, above 0: ``{"pc": {"board": 1, "screw": 12}}``. A
        component that is itself a parent is a sub-assembly.
    costs : mapping of str to float
        Money that a unit of an item adds, at least 0: what a bought part is bought for, the value that
        making adds to a made one. Items that are not named add 0.
    options : mapping of str to mapping of str to OptionGroup
        By parent and name of the group, what customers choose from. Plain take rates will do, too:
        ``{"pc": {"display": {"lcd": 0.7, "oled": 0.2}}}``. A parent that consists of choices alone is in no
        `usage`; if it goes into nothing either, name it in `products`.
    substitutes : mapping of str to sequence of Substitute
        By component, what may be used in its place, the best first; a name stands for a substitute without an
        upgrade cost. Two items may be each other's. What is asked of quantities, costs and variants is
        answered without substitutes.
    products : sequence of str, optional
        What is sold, in order; by default the roots: whatever is no component, choice or substitute of
        another. A product may be a component of another one as well.

    Raises
    ------
    TypeError
        If a field is no mapping of such kind, a name no text or a number no number.
    ValueError
        If a number is out of bounds or not finite, a name empty, or nothing is made of anything; if an item
        would contain itself, by a substitute too (the message has the way); if costs, options, substitutes
        or products name what appears nowhere; if `products` leave out a root.

    Notes
    -----
    Quantities and costs of what has options are expectations: a choice counts with its take rate. They are
    exact as such, since both are linear in what is chosen; `variants` has what lies behind them.

    `level` is the low-level code of material requirements planning, so that an item's level is larger than
    those of all items that it may go into. Items are listed by level, and within one as they are first named.

    Examples
    --------
    >>> import maketo as mk
    >>> bill = mk.BillOfMaterials(
    ...     usage={"pc": {"board": 1, "screw": 4}, "board": {"cpu": 1, "screw": 2}},
    ...     costs={"pc": 20, "board": 10, "cpu": 100, "screw": 0.5, "lcd": 80, "oled": 200},
    ...     options={"pc": {"display": {"lcd": 0.75, "oled": 0.25}}},
    ... )
    >>> bill
    BillOfMaterials(1 product, 6 items, 4 components, 3 levels, 1 option group)
    >>> bill.explode("pc")
    {'lcd': 0.75, 'oled': 0.25, 'screw': 6.0, 'cpu': 1.0}
    >>> bill.cost("pc")
    243.0
    """

    usage: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    costs: Mapping[str, float] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, OptionGroup]] = field(default_factory=dict)
    substitutes: Mapping[str, Sequence[Substitute]] = field(default_factory=dict)
    products: Sequence[str] = ()

    def __post_init__(self) -> None:
        self._set(
            usage=as_usage(self.usage),
            costs=as_costs(self.costs),
            options=as_options(self.options),
            substitutes=as_substitutes(self.substitutes),
        )
        products = as_products(self.products)
        if not self.usage and not self.options:
            raise ValueError("BillOfMaterials.usage must name at least one parent and its components, got {}")
        cycle = find_cycle({parent: [x.component for x in lines] for parent, lines in self._parts.items()})
        if cycle is not None:
            what = "usage and options" if self.options else "usage"
            raise ValueError(f"BillOfMaterials.{what} must have no cycle, got {shown_path(cycle)}")
        structure = self._structure
        check_substitutes(structure, self.substitutes)
        check_names(structure, self, products)
        self._set(products=products or structure.roots)

    # What there is.

    @property
    def items(self) -> tuple[str, ...]:
        """Every item, each before what it is made of."""
        return self._structure.items

    @property
    def components(self) -> tuple[str, ...]:
        """Items that are made of nothing, hence bought; substitutes too."""
        return tuple(item for item in self.items if not self._structure.below[item])

    def level(self, item: str) -> int:
        """Low-level code: the longest way down to an item, 0 for what goes into nothing.

        Raises
        ------
        ValueError
            If there is no such item.
        """
        return self._structure.level[self._known("level", item)]

    # Quantities.

    def explode(self, quantities: str | Mapping[str, float], stop_at: Iterable[str] = ()) -> dict[str, float]:
        """Units of components that quantities of items take.

        Parameters
        ----------
        quantities : str or mapping of str to float
            A unit of an item, or units by item, at least 0. Any item will do, not only products.
        stop_at : iterable of str
            Items that are not taken apart, such as sub-assemblies that are kept on stock.

        Returns
        -------
        dict of str to float
            Units by item: of components, and of what is in `stop_at`, in the order of `items`. Choices count
            with their take rates, so that this is an expectation; one with a take rate of 0 is listed.

        Raises
        ------
        TypeError, ValueError
            If there is no such item, or a quantity is not a finite number ≥ 0.

        Examples
        --------
        >>> import maketo as mk
        >>> bill = mk.BillOfMaterials({"car": {"axle": 2, "seat": 5}, "axle": {"wheel": 2}})
        >>> bill.explode({"car": 10, "wheel": 3})
        {'seat': 50.0, 'wheel': 43.0}
        >>> bill.explode("car", stop_at=["axle"])
        {'axle': 2.0, 'seat': 5.0}
        """
        wanted: dict[str, float] = {}
        if isinstance(quantities, str):
            wanted[self._known("explode", quantities)] = 1.0
        elif isinstance(quantities, Mapping):
            for item, quantity in quantities.items():
                wanted[self._known("quantities", item)] = as_number(f"quantities[{item!r}]", quantity)
        else:
            raise TypeError(
                "quantities must be the name of an item or a mapping of items to units, got "
                f"{type(quantities).__name__}"
            )
        return self._structure.explode(wanted, frozenset(self._names("stop_at", stop_at)))

    def where_used(self, item: str, direct: bool = True) -> dict[str, float]:
        """What an item goes into, and how many units of it.

        Parameters
        ----------
        item : str
        direct : bool
            The items that it goes into directly; or, if false, the products that contain it at whatever
            depth.

        Returns
        -------
        dict of str to float
            Units of `item` per unit of each, as expected where it is a choice; in the order of `items`, or of
            `products`.

        Raises
        ------
        ValueError
            If there is no such item.

        Examples
        --------
        >>> import maketo as mk
        >>> bill = mk.BillOfMaterials({"car": {"axle": 2, "bolt": 8}, "axle": {"wheel": 2, "bolt": 10}})
        >>> bill.where_used("bolt")
        {'car': 8.0, 'axle': 10.0}
        >>> bill.where_used("bolt", direct=False)
        {'car': 28.0}
        """
        self._known("where_used", item)
        if direct:
            above = self._structure.above[item]
            return {parent: above[parent] for parent in self.items if parent in above}
        contained = self._structure.implode(item)
        return {x: contained[x] for x in self.products if x in contained and x != item}

    def usage_matrix(
        self, components: Iterable[str] | None = None, products: Iterable[str] | None = None
    ) -> tuple[tuple[str, ...], tuple[str, ...], Array]:
        """Units of each stocked item in each product.

        Parameters
        ----------
        components : iterable of str, optional
            What is kept on stock, in order; by default all `components`. Sub-assemblies among them are not
            taken apart: what is in them counts for whoever makes them, not for the product. Components that
            neither are among them nor are in one are left out.
        products : iterable of str, optional
            Items that are sold, in order; by default all `products`.

        Returns
        -------
        products : tuple of str
        components : tuple of str
        usage : ndarray
            Units per unit, shape (product, component); expected ones where there are options.

        Raises
        ------
        ValueError
            If there is no such item, or one is named twice.

        Examples
        --------
        >>> import maketo as mk
        >>> usage = {"car": {"axle": 2, "seat": 5}, "cart": {"axle": 1}, "axle": {"wheel": 2}}
        >>> bill = mk.BillOfMaterials(usage)
        >>> products, components, usage = bill.usage_matrix()
        >>> products, components
        (('car', 'cart'), ('seat', 'wheel'))
        >>> usage.tolist()
        [[5.0, 4.0], [0.0, 2.0]]
        """
        columns = self.components if components is None else self._names("components", components)
        rows = tuple(self.products) if products is None else self._names("products", products)
        usage = np.zeros((len(rows), len(columns)))
        for i, product in enumerate(rows):
            need = self._structure.explode({product: 1.0}, frozenset(columns))
            usage[i] = [need.get(item, 0.0) for item in columns]
        return rows, columns, usage

    # Money.

    @overload
    def cost(self, item: str) -> float: ...
    @overload
    def cost(self, item: None = None) -> dict[str, float]: ...
    def cost(self, item: str | None = None) -> float | dict[str, float]:
        """Rolled-up cost of a unit: what it adds itself, and all that is in it.

        Parameters
        ----------
        item : str, optional
            By default every product.

        Returns
        -------
        float or dict of str to float
            Money per unit; the expected one where there are options. By product if no item is named.

        Raises
        ------
        ValueError
            If there is no such item.
        """
        if item is None:
            return {product: self._costs[product] for product in self.products}
        return self._costs[self._known("cost", item)]

    # Views.

    def tree(self, product: str) -> Table:
        """Indented listing of an item and all that is in it.

        Parameters
        ----------
        product : str
            Any item will do.

        Returns
        -------
        Table
            A line for each place of an item. Columns ``level`` (as many dots as levels down), ``item``,
            ``quantity`` (per parent, of a choice where it is chosen), ``total quantity`` (in the product, as
            expected), ``unit cost`` (rolled up) and ``extended cost`` (of the total quantity). Where the bill
            has options, ``option`` (the group, empty of what is always there) and ``take rate`` follow
            ``item``.

        Raises
        ------
        ValueError
            If there is no such item, or the listing had more than 100 000 lines.

        Examples
        --------
        >>> import maketo as mk
        >>> bill = mk.BillOfMaterials({"car": {"axle": 2, "seat": 5}, "axle": {"wheel": 2}}, {"wheel": 25})
        >>> bill.tree("car")
        level  item   quantity  total quantity  unit cost  extended cost
        0      car           1               1        100            100
        .1     axle          2               2         50            100
        ..2    wheel         2               4         25            100
        .1     seat          5               5          0              0
        """
        structure = self._structure
        lines = structure.lines(self._known("tree", product))
        if lines > _MOST_LINES:
            raise ValueError(
                f"tree: the listing of {product!r} must have at most {_MOST_LINES} lines, got {lines}: ask "
                "explode for totals, or list a sub-assembly"
            )
        rows = []
        waiting = [(0, Part(product, 1.0), 1.0)]
        while waiting:
            depth, part, parents = waiting.pop()
            total = parents * part.quantity * part.rate
            unit = self._costs[part.component]
            choice = (part.group, part.rate if part.group else None) if self.options else ()
            level = "." * depth + str(depth)
            rows.append((level, part.component, *choice, part.quantity, total, unit, total * unit))
            below = self._parts.get(part.component, ())
            waiting += [(depth + 1, x, total) for x in reversed(below)]
        choices = ["option", "take rate"] if self.options else []
        amounts = ["quantity", "total quantity", "unit cost", "extended cost"]
        return Table(["level", "item", *choices, *amounts], rows)

    def variants(self, product: str, *, stop_at: Iterable[str] = (), limit: int = 4096) -> list[BillVariant]:
        """What a configurable product can turn out to be: every combination of choices, on all levels.

        Parameters
        ----------
        product : str
            Any item will do.
        stop_at : iterable of str
            Items that are not taken apart, nor their options chosen from.
        limit : int
            The most variants there may be, at least 1.

        Returns
        -------
        list of BillVariant
            Each a tuple ``(name, components, probability)``, in the order in which choices are listed. Names
            are such as ``"pc[display=lcd, disk=none]"``; the groups of a sub-assembly are called
            ``"board.memory"``. An item without options has one variant, called as itself.

        Raises
        ------
        ValueError
            If there is no such item, or there are more variants than `limit`.

        Notes
        -----
        Groups are chosen from independently. All units of a configurable sub-assembly in a product are
        alike; options of a sub-assembly that was not chosen do not arise. Choices with a take rate of 0 are
        left out. Over the variants, probabilities add up to 1 (to within 1e-9 per group), and the mean
        components are those of `explode`.

        Examples
        --------
        >>> import maketo as mk
        >>> bill = mk.BillOfMaterials({"pc": {"cpu": 1}}, options={"pc": {"disk": {"ssd": 0.75}}})
        >>> for variant in bill.variants("pc"):
        ...     print(variant.name, variant.components, variant.probability)
        pc[disk=ssd] {'cpu': 1.0, 'ssd': 1.0} 0.75
        pc[disk=none] {'cpu': 1.0} 0.25
        """
        self._known("variants", product)
        most = count("limit", limit, at_least=1)
        whole = frozenset(self._names("stop_at", stop_at))
        return find_variants(self._structure, self.options, product, whole, most)

    def commonality(self) -> Commonality:
        """How much the products have in common.

        Returns
        -------
        Commonality
            The degree of commonality index and the total constant commonality index, and for every component
            how many items and products use it.

        Examples
        --------
        >>> import maketo as mk
        >>> shared = mk.BillOfMaterials({"car": {"axle": 2, "seat": 5}, "cart": {"axle": 1}}).commonality()
        >>> shared
        Commonality(degree=1.5, total_constant=0.5, 2 components)
        >>> shared.table()
        DCI 1.5, TCCI 0.5
        component  products  parents
        axle              2        2
        seat              1        1
        """
        return measure(self._structure, self.products)

    # How it behaves.

    def replace(self, **changes: Any) -> Self:
        """The same with some fields changed; checked again.

        Products that are just the roots become the roots of the new bill, unless `products` is given.

        Parameters
        ----------
        **changes
            New values by field name.

        Raises
        ------
        TypeError
            If there is no field of a name.
        """
        if tuple(self.products) == self._structure.roots:
            changes.setdefault("products", ())
        return super().replace(**changes)

    def __repr__(self) -> str:
        what = [
            counted(len(self.products), "product"),
            counted(len(self.items), "item"),
            counted(len(self.components), "component"),
            counted(max(self._structure.level.values()) + 1, "level"),
        ]
        groups = sum(map(len, self.options.values()))
        others = sum(map(len, self.substitutes.values()))
        what += [counted(groups, "option group")] if groups else []
        what += [counted(others, "substitute")] if others else []
        return f"BillOfMaterials({', '.join(what)})"

    @cached_property
    def _parts(self) -> dict[str, list[Part]]:
        """By parent: what is always there, then the choices."""
        parts = {parent: [Part(*line) for line in below.items()] for parent, below in self.usage.items()}
        for parent, groups in self.options.items():
            parts.setdefault(parent, []).extend(
                Part(item, group.quantity_of(item), name, rate)
                for name, group in groups.items()
                for item, rate in group.choices.items()
            )
        return parts

    @cached_property
    def _structure(self) -> Structure:
        others = {item: [x.item for x in listed] for item, listed in self.substitutes.items()}
        return Structure(self._parts, others)

    @cached_property
    def _costs(self) -> dict[str, float]:
        return self._structure.roll_up(self.costs)

    def _known(self, field: str, item: Any) -> str:
        if isinstance(item, str) and item in self._structure.level:
            return item
        more = len(self.items) - _LISTED
        there = ", ".join(map(repr, self.items[:_LISTED])) + (f" and {more} more" if more > 0 else "")
        raise ValueError(f"{field}: the bill has no item {item!r}; it has {there}")

    def _names(self, field: str, given: Iterable[str]) -> tuple[str, ...]:
        if not isinstance(given, Iterable):
            raise TypeError(f"{field} must be names of items, got {given!r}")
        names = tuple(self._known(field, x) for x in ([given] if isinstance(given, str) else given))
        if len(set(names)) < len(names):
            twice = next(x for i, x in enumerate(names) if x in names[:i])
            raise ValueError(f"{field} must name every item once, got {twice!r} twice")
        return names
