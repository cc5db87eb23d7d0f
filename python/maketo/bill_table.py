"""A bill of materials as a system exports it: one row per component of a parent.

Reading is strict: every row that cannot be used is named by line, column, value and reason, and none is
left out, or added to another, without saying so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._bill_rows import (
    added_up,
    bill_columns,
    check_acyclic,
    fields,
    look_alikes,
    made_costs,
    missing_costs,
    read_lines,
    unread,
)
from ._check import choice
from ._order_rows import counted, refusal
from ._order_source import Rejected, open_source
from .bill_of_materials import BillOfMaterials

__all__ = ["BillTable", "Rejected", "read_bill"]


@dataclass(frozen=True, repr=False)
class BillTable:
    """A bill of materials, and what a reader should know of how it was read.

    See Also
    --------
    read_bill : makes it from a file or a table.
    """

    bill: BillOfMaterials
    """What the rows that can be used come to."""
    rows: int
    """How many rows that are."""
    source: str
    """Where it came from."""
    rejected: tuple[Rejected, ...] = ()
    """What could not be used; several entries for a row with several faults."""
    notes: tuple[str, ...] = ()
    """What a reader should know before trusting the numbers."""

    def __repr__(self) -> str:
        bill = self.bill
        what = [
            counted(self.rows, "row"),
            counted(len(bill.products), "product"),
            counted(len(bill.components), "component"),
        ]
        left_out = len({x.line for x in self.rejected})
        what += [f"{counted(left_out, 'row')} left out"] if left_out else []
        what += [counted(len(self.notes), "note")] if self.notes else []
        return f"BillTable({', '.join(what)}, from {self.source})"


def read_bill(
    source: Any,
    *,
    columns: Mapping[str, str | None] | None = None,
    products: Sequence[str] | None = None,
    dirty: str = "error",
    sep: str | None = None,
) -> BillTable:
    """Read a bill of materials as a system exports it: a row for every component of every parent.

    Parameters
    ----------
    source : path-like, DataFrame, mapping or sequence of mappings
        As for `read_orders`: a CSV file, plain or gzip-compressed, a Parquet file, a pandas or polars
        DataFrame or an Arrow table, columns by name, or rows, each a mapping.
    columns : mapping, optional
        Which column holds a field: ``parent``, ``component``, ``quantity``, ``cost``, ``option_group``,
        ``take_rate``. None says that there is none. Fields that are not named are known by common headings,
        such as "Parent", "Assembly"; "Component", "Child part", else "Item", "Part no", "MPN"; "Qty per
        parent", else "Qty"; "Unit cost", "Unit price (USD)", else "Price"; "Option group"; "Take rate"; case
        and punctuation do not count. Only parent and component are compulsory; without a quantity each row is
        1 unit.
    products : sequence of str, optional
        What is sold; by default whatever goes into nothing.
    dirty : {"error", "report"}
        What becomes of rows that cannot be used: an error that lists them; or they are left out, and listed
        in `BillTable.rejected`.
    sep : str, optional
        What separates the cells of a file; by default it is found out.

    Returns
    -------
    BillTable

    Raises
    ------
    ModuleNotFoundError
        If it is a Parquet file and pyarrow is not installed.
    OSError
        If the file cannot be read.
    TypeError
        If `source` or an option is of no kind that can be used.
    ValueError
        If there are no rows; no column, or more than one, could be a field; or rows cannot be used: one that
        has too many or too few cells; a name that is blank, or its own parent; a quantity that is blank or
        not a finite number > 0; a cost that is not a finite number ≥ 0, or another than in a row before; a
        take rate that is blank or not in [0, 1] where there is an option group, or that is there where there
        is none; a choice that is there twice, or brings the take rates of its group above 1. Whatever `dirty`
        says: if an item contains itself, or `products` do not fit.

    Notes
    -----
    A cost is the component's: what a unit is bought for, or what making it adds. Blank is not known, and
    counts as 0. Rows with the same parent and component are added up. Both are told in `BillTable.notes`, as
    are columns that were passed over for a more telling one, and names that differ only in case or blanks.

    Examples
    --------
    >>> from maketo.bill_table import read_bill
    >>> table = read_bill(
    ...     {
    ...         "Assembly": ["car", "car", "axle", "axle"],
    ...         "Part": ["axle", "seat", "wheel", "wheel"],
    ...         "Qty": [2, 5, 1, 1],
    ...         "Unit price": [None, 80, 25, 25],
    ...     }
    ... )
    >>> table
    BillTable(4 rows, 1 product, 2 components, 1 note, from mapping given)
    >>> print(table.notes[0])
    rows with the same parent and component were added up: 'wheel' in 'axle', rows 2 and 3: 1 + 1
    >>> table.bill.cost()
    {'car': 500.0}
    """
    choice("dirty", dirty, ("error", "report"))
    given = open_source(source, sep, "rows of a bill")
    at = bill_columns(given, columns)
    rejected = [*given.ragged]
    lines = read_lines(given, at, rejected)
    rejected.sort(key=lambda x: x.line)
    if rejected and (dirty == "error" or not lines):
        raise ValueError(refusal(given, rejected, bool(lines)))
    check_acyclic(given, lines)
    try:
        bill = BillOfMaterials(**fields(lines), products=products or ())
    except ValueError as error:
        raise ValueError(f"{given.place}: {error}") from None

    notes = unread(given, at, columns)
    if "quantity" not in at:
        notes.append("no column is known as the quantity: each row counts as 1 unit")
    if rejected:
        lost = len({x.line for x in rejected})
        notes.insert(0, f"{lost} of {given.total} rows cannot be used and were left out: see rejected")
    notes += added_up(given, lines)
    notes += missing_costs(bill.components, bill.costs)
    notes += made_costs([item for item in bill.items if item not in bill.components], bill.costs)
    notes += look_alikes(bill.items)
    return BillTable(bill, len(lines), given.name, tuple(rejected), tuple(notes))
