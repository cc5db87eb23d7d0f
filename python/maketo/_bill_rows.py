"""Which rows of a bill can be used, what the others suffer from, and what they come to together.

Knows rows and their faults, never what is done about them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from ._bill_options import CERTAIN, NOTHING
from ._bill_structure import find_cycle, shown_path
from ._order_cells import as_text, blank, find_columns, heading_key, heading_ranks, not_negative, positive
from ._order_rows import counted, fault, listed
from ._order_source import Rejected, Source

__all__ = [
    "Line",
    "added_up",
    "bill_columns",
    "check_acyclic",
    "fields",
    "look_alikes",
    "made_costs",
    "missing_costs",
    "read_lines",
    "unread",
]

HEADINGS: Mapping[str, str] = {
    "parent": "parent, parent id, parent item, parent part, parent no, parent number, parent part no, "
    "parent part number, parent material, parent sku, parent mpn, assembly, assembly id, assembly no, "
    "assembly number, assembly item, parent assembly, higher assembly, next higher assembly, nha, used in, "
    "used on, header material; product, product id, product no, finished good, finished item, bom, bom id, "
    "kit",
    "component": "component, component id, component no, component number, component item, component part, "
    "component part no, component part number, component material, component sku, "
    "child, child id, child item, child part, child no, child number, "
    "child part no, child part number; item, item id, item no, item number, item code, part, part id, "
    "part no, part number, mpn, manufacturer part no, manufacturer part number, mfr part no, "
    "mfr part number, material, material no, material number, sku, article, article no, article number",
    "quantity": "quantity per parent, qty per parent, quantity per assembly, qty per assembly, quantity per, "
    "qty per, quantity per unit, qty per unit, component quantity, component qty, usage quantity, "
    "required quantity, required qty; quantity, qty, usage, units, pieces, pcs",
    "cost": ", ".join(
        f"{word}{currency}"
        for word in ("unit cost", "unit price", "cost per unit", "price per unit", "cost each", "price each")
        for currency in ("", " usd", " eur", " gbp", " cny")
    )
    + ", standard cost, std cost, purchase price; cost, price, cost usd, cost eur, price usd, price eur",
    "option_group": "option group, option class, choice group, feature group",
    "take_rate": "take rate, attach rate, option take rate, usage probability",
}
"""What a field is called; case, blanks and punctuation do not count. See `find_columns`."""
NEEDED = ("parent", "component")
_LISTED = 10


class Line(NamedTuple):
    """A row that can be used."""

    row: int
    parent: str
    component: str
    quantity: float
    cost: float | None
    """None where it is not said."""
    group: str
    """Option group; empty of what is always there."""
    rate: float


def bill_columns(given: Source, columns: Mapping[str, str | None] | None) -> dict[str, int]:
    """Position of each field's column, for the fields that are there."""
    at = find_columns(given.place, given.header, columns, HEADINGS, NEEDED)
    for one, other in (("option_group", "take_rate"), ("take_rate", "option_group")):
        if one in at and other not in at:
            raise ValueError(
                f"{given.place}: has {given.header[at[one]]!r}, the {one}, but no column is known as the "
                f"{other}; name it by columns={{{other!r}: …}}, or leave both out by "
                f"columns={{{one!r}: None}}"
            )
    return at


def read_lines(given: Source, at: Mapping[str, int], rejected: list[Rejected]) -> list[Line]:
    """Rows that can be used; what is wrong with the others is added to `rejected`."""
    lines = []
    for row in range(len(given.rows)):
        before = len(rejected)
        line = _line(given, at, row, rejected)
        if len(rejected) == before:
            lines.append(line)
    for check in (_options, _costs):
        lines = check(given, at, lines, rejected)
    return lines


def _line(given: Source, at: Mapping[str, int], row: int, rejected: list[Rejected]) -> Line:
    cells = given.rows[row]

    def cell(field: str, read: Any, absent: Any) -> Any:
        if field not in at:
            return absent
        try:
            return read(cells[at[field]])
        except ValueError as reason:
            rejected.append(fault(given, row, at[field], str(reason)))
            return absent

    parent, component = cell("parent", _name, ""), cell("component", _name, "")
    if parent and parent == component:
        rejected.append(fault(given, row, at["component"], f"{component!r} is its own parent"))
    quantity = cell("quantity", positive, 1.0)
    cost = cell("cost", lambda x: None if blank(x) else not_negative(x), None)
    group = cell("option_group", as_text, "")
    if group:
        rate = cell("take_rate", _share, 0.0)
        if component == NOTHING:
            reason = f"{NOTHING!r} stands for choosing nothing: leave the row out"
            rejected.append(fault(given, row, at["component"], reason))
    else:
        rate = cell("take_rate", _no_share, 1.0)
    return Line(row, parent, component, quantity, cost, group, rate)


def _name(cell: object) -> str:
    if blank(cell):
        raise ValueError("is blank")
    return as_text(cell)


def _share(cell: object) -> float:
    rate = not_negative(cell)
    if rate > 1.0:
        raise ValueError(f"must be ≤ 1, got {as_text(cell)}")
    return rate


def _no_share(cell: object) -> float:
    if not blank(cell) and _share(cell) != 1.0:
        raise ValueError(f"must be 1 or blank where there is no option group, got {as_text(cell)}")
    return 1.0


def _options(given: Source, at: Mapping[str, int], lines: list[Line], rejected: list[Rejected]) -> list[Line]:
    """Without choices that are there twice, or that would be taken by more customers than there are."""
    kept = []
    seen: dict[tuple[str, str, str], Line] = {}
    total: dict[tuple[str, str], float] = {}
    for line in lines:
        if line.group:
            first = seen.setdefault((line.parent, line.group, line.component), line)
            if first is not line:
                reason = (
                    f"{line.component!r} is in option group {line.group!r} of {line.parent!r} already, in "
                    f"{given.word} {given.lines[first.row]}"
                )
                rejected.append(fault(given, line.row, at["component"], reason))
                continue
            key = (line.parent, line.group)
            reached = total.get(key, 0.0) + line.rate
            if reached > 1.0 + CERTAIN:
                reason = (
                    f"brings option group {line.group!r} of {line.parent!r} to {reached:.12g}, where take "
                    "rates add up to at most 1"
                )
                rejected.append(fault(given, line.row, at["take_rate"], reason))
                continue
            total[key] = reached
        kept.append(line)
    return kept


def _costs(given: Source, at: Mapping[str, int], lines: list[Line], rejected: list[Rejected]) -> list[Line]:
    """Without rows that name another cost of their component than a row before."""
    kept = []
    seen: dict[str, Line] = {}
    for line in lines:
        first = seen.setdefault(line.component, line) if line.cost is not None else line
        if first.cost == line.cost:
            kept.append(line)
        else:
            reason = (
                f"{line.cost:.12g} differs from {first.cost:.12g} in {given.word} {given.lines[first.row]}, "
                f"for {line.component!r} as well"
            )
            rejected.append(fault(given, line.row, at["cost"], reason))
    return kept


def check_acyclic(given: Source, lines: Sequence[Line]) -> None:
    """Refuse rows by which an item would contain itself, and name them."""
    below: dict[str, dict[str, int]] = {}
    for line in lines:
        below.setdefault(line.parent, {}).setdefault(line.component, given.lines[line.row])
    cycle = find_cycle(below)
    if cycle is not None:
        places = [below[a][b] for a, b in pairwise(cycle)]
        raise ValueError(
            f"{given.place}: an item contains itself: {shown_path(cycle)} ({given.word}s "
            f"{_some([*map(str, places)])})"
        )


def fields(lines: Sequence[Line]) -> dict[str, Any]:
    """What `BillOfMaterials` is made from."""
    usage: dict[str, dict[str, float]] = {}
    costs: dict[str, float] = {}
    options: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    for line in lines:
        if line.group:
            group = options.setdefault(line.parent, {}).setdefault(
                line.group, {"choices": {}, "quantity": {}}
            )
            group["choices"][line.component] = line.rate
            group["quantity"][line.component] = line.quantity
        else:
            below = usage.setdefault(line.parent, {})
            below[line.component] = below.get(line.component, 0.0) + line.quantity
        if line.cost is not None:
            costs[line.component] = line.cost
    return {"usage": usage, "costs": costs, "options": options}


def added_up(given: Source, lines: Sequence[Line]) -> list[str]:
    """Where rows stand that are about the same component of the same parent."""
    places: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        if not line.group:
            places.setdefault((line.parent, line.component), []).append(line)
    several = [
        f"{component!r} in {parent!r}, {given.word}s {listed([given.lines[x.row] for x in found])}: "
        f"{' + '.join(f'{x.quantity:g}' for x in found)}"
        for (parent, component), found in places.items()
        if len(found) > 1
    ]
    return [f"rows with the same parent and component were added up: {_some(several)}"] if several else []


def look_alikes(names: Sequence[str], what: str = "items") -> list[str]:
    """Names that a reader would take for one."""
    places: dict[str, list[str]] = {}
    for name in names:
        places.setdefault("".join(name.casefold().split()), []).append(name)
    alike = [listed([*map(repr, found)]) for found in places.values() if len(found) > 1]
    return [f"names that differ only in case or blanks are different {what}: {_some(alike)}"] if alike else []


def unread(
    given: Source,
    at: Mapping[str, int],
    columns: Mapping[str, str | None] | None,
    headings: Mapping[str, str] = HEADINGS,
) -> list[str]:
    """Columns that might have been meant, but for a more telling one."""
    told = []
    for field, position in at.items():
        known = set().union(*heading_ranks(headings[field]))
        others = [x for i, x in enumerate(given.header) if i not in at.values() and heading_key(x) in known]
        if others and field not in (columns or {}):
            told.append(
                f"the {field} is read from {given.header[position]!r}, not from {_some([*map(repr, others)])}"
            )
    return told


def missing_costs(components: Sequence[str], costs: Mapping[str, float]) -> list[str]:
    """Bought items whose cost nobody said."""
    unknown = [repr(item) for item in components if item not in costs]
    if not unknown or not costs:
        return []
    return [f"{counted(len(unknown), 'bought item')} without a cost, counted as 0: {_some(unknown)}"]


def made_costs(parents: Sequence[str], costs: Mapping[str, float]) -> list[str]:
    """Costs that may have been meant with all that is in the item."""
    made = [repr(item) for item in parents if costs.get(item)]
    if not made:
        return []
    return [f"costs of items that are made are read as added to what is in them, not with it: {_some(made)}"]


def _some(texts: Sequence[str]) -> str:
    more = f"; … and {len(texts) - _LISTED} more" if len(texts) > _LISTED else ""
    return "; ".join(texts[:_LISTED]) + more
