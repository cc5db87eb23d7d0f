"""Bills as they are exported: whatever holds them reads the same, and no bad row goes unnamed."""

from __future__ import annotations

import csv
import gzip
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import maketo as mk
from maketo._bill_rows import HEADINGS
from maketo.bill_table import BillTable, Rejected, read_bill

LINES = [
    "parent,component,quantity,unit_cost",
    "car,axle,2,15",
    "car,seat,5,80",
    "axle,wheel,2,25.5",
    "axle,bolt,10,",
    "car,bolt,8,",
]
GOOD = "\n".join(LINES) + "\n"
COLUMNS: dict[str, list[Any]] = {
    name: [row.split(",")[i] for row in LINES[1:]] for i, name in enumerate(LINES[0].split(","))
}
NOTES = (
    "1 bought item without a cost, counted as 0: 'bolt'",
    "costs of items that are made are read as added to what is in them, not with it: 'axle'",
)
BILL = mk.BillOfMaterials(
    {"car": {"axle": 2, "seat": 5, "bolt": 8}, "axle": {"wheel": 2, "bolt": 10}},
    {"axle": 15, "seat": 80, "wheel": 25.5},
)


def write(folder: Path, data: str | bytes, name: str = "b.csv") -> Path:
    file = folder / name
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return file


def check(table: BillTable) -> None:
    """The bill above."""
    assert table.bill == BILL
    assert table.bill.explode("car") == {"seat": 5, "wheel": 4, "bolt": 28}
    assert table.bill.cost() == {"car": 2 * (15 + 51) + 400}
    assert table.rows == 5
    assert table.rejected == ()
    assert table.notes == NOTES


# Whatever holds the bill.


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (GOOD, "b.csv"),
        ("\ufeff" + GOOD, "b.csv"),
        (GOOD.replace("\n", "\r\n"), "b.csv"),
        (GOOD.replace(",", ";"), "b.csv"),
        (GOOD.replace(",", "\t"), "b.tsv"),
        (gzip.compress(GOOD.encode()), "b.csv.gz"),
        (GOOD.replace("car,seat,5", '"car ", seat," 5"'), "b.csv"),
    ],
    ids=["plain", "bom", "crlf", "semicolons", "tsv", "gzip", "quotes"],
)
def test_a_file_is_read(tmp_path: Path, data: str | bytes, name: str) -> None:
    table = read_bill(write(tmp_path, data, name))
    check(table)
    assert table.source == name
    check(read_bill(str(tmp_path / name)))
    check(pickle.loads(pickle.dumps(table)))


def test_a_separator_may_be_named(tmp_path: Path) -> None:
    check(read_bill(write(tmp_path, GOOD.replace(",", "|")), sep="|"))
    with pytest.raises(ValueError, match="sep is for files only, got ';' with a dict"):
        read_bill(COLUMNS, sep=";")


def test_columns_and_rows_in_memory_are_read() -> None:
    check(read_bill(COLUMNS))
    check(read_bill({k: np.array(v) for k, v in COLUMNS.items()}))
    numbers = {"quantity": [2, 5, 2, 10, np.int64(8)], "unit_cost": [15, 80, 25.5, None, float("nan")]}
    check(read_bill({**COLUMNS, **numbers}))
    rows = [dict(zip(COLUMNS, cells, strict=True)) for cells in zip(*COLUMNS.values(), strict=True)]
    check(read_bill(rows))
    # A row that lacks a cell has a blank one.
    check(read_bill([{k: x for k, x in row.items() if x} for row in rows]))
    assert read_bill(rows).source == "rows given"


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_frames_are_read(kind: str, tmp_path: Path) -> None:
    library = pytest.importorskip(kind)
    numbers = {"quantity": [2, 5, 2, 10, 8], "unit_cost": [15.0, 80.0, 25.5, None, None]}
    make = library.table if kind == "pyarrow" else library.DataFrame
    check(read_bill(make({**COLUMNS, **numbers})))
    if kind == "pandas":
        check(read_bill(library.read_csv(write(tmp_path, GOOD))))
        check(read_bill(library.DataFrame({**COLUMNS, **numbers}).set_index("parent")))
    if kind == "pyarrow":
        import pyarrow.parquet as parquet  # type: ignore[import-not-found, import-untyped, unused-ignore]

        parquet.write_table(library.table({**COLUMNS, **numbers}), tmp_path / "b.parquet")
        check(read_bill(tmp_path / "b.parquet"))


def test_numbers_may_name_items() -> None:
    table = read_bill({"parent": [100, 100], "component": [7.0, 8.0], "qty": [1, 2]})
    assert table.bill.usage == {"100": {"7": 1, "8": 2}}


# What is what.


def head(*names: str) -> dict[str, list[Any]]:
    values = ["p", "c", 2, 3.5]
    return {name: [value] for name, value in zip(names, values, strict=False)}


@pytest.mark.parametrize(
    "names",
    [
        ("parent", "component", "qty_per_parent", "unit_cost_usd"),
        ("Assembly", "Part No.", "Qty", "Price"),
        ("Parent Item", "Child Item", "Quantity Per", "Unit Price (USD)"),
        ("product", "MPN", "QTY", "cost"),
        ("Parent part number", "Component part number", "Qty. per assembly", "Standard cost"),
    ],
)
def test_columns_are_known_by_common_headings(names: tuple[str, ...]) -> None:
    table = read_bill(head(*names))
    assert table.bill == mk.BillOfMaterials({"p": {"c": 2}}, {"c": 3.5})
    assert table.notes == ()


def test_no_heading_is_known_as_two_fields() -> None:
    known = [
        word.strip() for words in HEADINGS.values() for rank in words.split(";") for word in rank.split(",")
    ]
    assert len(set(known)) == len(known)


def test_a_more_telling_heading_goes_first() -> None:
    table = read_bill(
        {**head("parent", "component", "qty", "unit cost"), "part no": ["x"], "price": [9], "item": [1]}
    )
    assert table.bill == mk.BillOfMaterials({"p": {"c": 2}}, {"c": 3.5})
    assert table.notes == (
        "the component is read from 'component', not from 'part no'; 'item'",
        "the cost is read from 'unit cost', not from 'price'",
    )
    named = read_bill(
        {**head("parent", "component", "qty"), "part no": ["x"]}, columns={"component": "part no"}
    )
    assert named.bill == mk.BillOfMaterials({"p": {"x": 2}})
    assert named.notes == ()


def test_columns_may_be_named() -> None:
    given = {"Baugruppe": ["p"], "Teil": ["c"], "Menge": [2], "Preis": [3.5], "cost": [4]}
    named = {"parent": "Baugruppe", "component": "Teil", "quantity": "Menge"}
    assert read_bill(given, columns={**named, "cost": "Preis"}).bill.costs == {"c": 3.5}
    assert read_bill(given, columns={**named, "cost": None}).bill.costs == {}


def test_without_a_quantity_each_row_is_one_unit() -> None:
    table = read_bill({"parent": ["p", "p"], "component": ["c", "c"]})
    assert table.bill.usage == {"p": {"c": 2}}
    assert table.notes == (
        "no column is known as the quantity: each row counts as 1 unit",
        "rows with the same parent and component were added up: 'c' in 'p', rows 0 and 1: 1 + 1",
    )


@pytest.mark.parametrize(
    ("given", "options", "error", "message"),
    [
        (
            7,
            {},
            TypeError,
            "rows of a bill must be a file, a DataFrame, a mapping of column names to columns or a",
        ),
        ([], {}, ValueError, "rows given: has no rows of a bill"),
        ({"parent": [], "component": []}, {}, ValueError, "mapping given: has no rows of a bill"),
        (COLUMNS, {"dirty": "skip"}, ValueError, "dirty must be one of 'error', 'report', got 'skip'"),
        (COLUMNS, {"columns": ["parent"]}, TypeError, "columns must be a mapping of fields to column names"),
        (
            COLUMNS,
            {"columns": {"amount": "quantity"}},
            ValueError,
            "columns: fields are parent, component, quantity, cost, option_group, take_rate; got 'amount'",
        ),
        (
            COLUMNS,
            {"columns": {"cost": "x"}},
            ValueError,
            "columns['cost']: mapping given has no column 'x'; it has",
        ),
        (
            {"father": ["p"], "component": ["c"]},
            {},
            ValueError,
            "no column is known as the parent; it has 'father', 'component'; name it by "
            "columns={'parent': …}",
        ),
        (
            {"parent": ["p"], "thing": ["c"]},
            {},
            ValueError,
            "no column is known as the component; it has 'parent', 'thing'; name it by "
            "columns={'component': …}",
        ),
        (
            {"parent": ["p"], "part no": ["c"], "mpn": ["m"]},
            {},
            ValueError,
            "'part no' and 'mpn' could each be the component; say which, for instance "
            "columns={'component': 'part no'}",
        ),
        (
            {"parent": ["p"], "component": ["c"], "option group": ["g"]},
            {},
            ValueError,
            "has 'option group', the option_group, but no column is known as the take_rate; name it by "
            "columns={'take_rate': …}, or leave both out by columns={'option_group': None}",
        ),
        (
            COLUMNS,
            {"products": ["bus"]},
            ValueError,
            "mapping given: BillOfMaterials.products must be items of the bill",
        ),
        (COLUMNS, {"products": ["axle"]}, ValueError, "got none called 'car' (car → axle → wheel)"),
        (
            COLUMNS,
            {"products": "car"},
            TypeError,
            "BillOfMaterials.products must be a sequence of names, got 'car'",
        ),
    ],
)
def test_refused_as_a_whole(
    given: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as refusal:
        read_bill(given, **options)
    assert message in str(refusal.value)


def test_products_may_be_named() -> None:
    assert read_bill(COLUMNS, products=["axle", "car"]).bill.products == ("axle", "car")


@pytest.mark.parametrize("dirty", ["error", "report"])
def test_a_cycle_is_refused_with_its_lines(tmp_path: Path, dirty: str) -> None:
    file = write(tmp_path, "parent,component,qty\nx,a,1\na,b,1\nb,c,2\nc,a,1\n")
    with pytest.raises(ValueError, match=r"b\.csv: an item contains itself: a → b → c → a \(lines 3; 4; 5\)"):
        read_bill(file, dirty=dirty)


# Rows that cannot be used.


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        (",nut,1,2", "parent", "", "is blank"),
        ("car,,1,2", "component", "", "is blank"),
        ("car, NA ,1,2", "component", "", "is blank"),
        ("car,car,1,2", "component", "car", "'car' is its own parent"),
        ("car,nut,,2", "quantity", "", "is blank"),
        ("car,nut,0,2", "quantity", "0", "must be > 0, got 0"),
        ("car,nut,-1,2", "quantity", "-1", "must be > 0, got -1"),
        ("car,nut,inf,2", "quantity", "inf", "must be finite, got inf"),
        ("car,nut,-inf,2", "quantity", "-inf", "must be > 0, got -inf"),
        ("car,nut,two,2", "quantity", "two", "must be a number, got 'two'"),
        ("car,nut,1_0,2", "quantity", "1_0", "must be a number, got '1_0'"),
        ("car,nut,True,2", "quantity", "True", "must be a number, got 'True'"),
        ("car,nut,2 pcs,2", "quantity", "2 pcs", "must be a number, got '2 pcs'"),
        ("car,nut,1,-0.5", "unit_cost", "-0.5", "must be ≥ 0, got -0.5"),
        ("car,nut,1,$2", "unit_cost", "$2", "must be a number, got '$2'"),
        ("car,nut,1,-inf", "unit_cost", "-inf", "must be ≥ 0, got -inf"),
        ("car,seat,1,81", "unit_cost", "81", "81 differs from 80 in line 3, for 'seat' as well"),
        ("car,nut,1", "", "car,nut,1", "has 3 cells, the header has 4"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str, column: str, value: str, reason: str) -> None:
    file = write(tmp_path, f"{GOOD}{row}\n")
    with pytest.raises(ValueError, match="1 of 6 rows cannot be used: ") as refusal:
        read_bill(file)
    assert str(refusal.value) == (
        f"{file}: 1 of 6 rows cannot be used: line 7: {column + ' ' if column else ''}{reason}; "
        "dirty='report' leaves them out and lists them"
    )
    table = read_bill(file, dirty="report")
    assert table.rejected == (Rejected(7, column, value, reason),)
    assert table.notes == ("1 of 6 rows cannot be used and were left out: see rejected", *NOTES)
    assert table.bill == BILL
    assert repr(table) == "BillTable(5 rows, 1 product, 3 components, 1 row left out, 3 notes, from b.csv)"


def test_a_row_with_several_faults_has_several_entries() -> None:
    table = read_bill([{"parent": "p", "component": "c", "qty": 1}, {"qty": -1, "cost": "x"}], dirty="report")
    assert [x.reason for x in table.rejected] == [
        "is blank",
        "is blank",
        "must be > 0, got -1",
        "must be a number, got 'x'",
    ]
    assert [x.line for x in table.rejected] == [1] * 4
    assert table.notes[0] == "1 of 2 rows cannot be used and were left out: see rejected"


def test_where_no_row_can_be_used_nothing_is_left_to_report() -> None:
    with pytest.raises(ValueError, match=r"1 of 1 row cannot be used: row 0: qty must be > 0, got 0$"):
        read_bill({"parent": ["p"], "component": ["c"], "qty": [0]}, dirty="report")


def test_names_that_look_alike_are_told() -> None:
    table = read_bill({"parent": ["p", "p", "p"], "component": ["M3 Nut", "m3 nut", "M3nut"]})
    assert table.notes[-1] == (
        "names that differ only in case or blanks are different items: 'M3 Nut', 'm3 nut' and 'M3nut'"
    )
    assert len(table.bill.components) == 3


@given(
    st.lists(
        st.tuples(*[st.sampled_from(["a", "b", "c", "", "d "])] * 2, st.sampled_from([1, 2.5, 0, "x", None]))
    )
)
def test_every_row_is_used_or_named(rows: list[tuple[Any, ...]]) -> None:
    given = [dict(zip(("parent", "component", "qty"), row, strict=True)) for row in rows]
    try:
        table = read_bill(given, dirty="report")
    except ValueError as error:
        assert str(error).startswith("rows given: ")  # noqa: PT017
        return
    lost = {x.line for x in table.rejected}
    assert table.rows + len(lost) == len(rows)
    used = [row for i, row in enumerate(rows) if i not in lost]
    units = sum(x for below in table.bill.usage.values() for x in below.values())
    assert units == sum(x[2] for x in used)


# Options.

CHOICES = [
    {"parent": "pc", "component": "cpu", "qty": 1, "option group": None, "take rate": None},
    {"parent": "pc", "component": "fan", "qty": 2, "option group": "", "take rate": 1},
    {"parent": "pc", "component": "lcd", "qty": 1, "option group": "display", "take rate": 0.75},
    {"parent": "pc", "component": "oled", "qty": 1, "option group": "display", "take rate": 0.125},
    {"parent": "pc", "component": "disk", "qty": 2, "option group": "disk", "take rate": "0.5"},
]


def test_options_are_read() -> None:
    table = read_bill(CHOICES)
    assert table.notes == ()
    assert table.bill.explode("pc") == {"cpu": 1, "fan": 2, "lcd": 0.75, "oled": 0.125, "disk": 1}
    group = table.bill.options["pc"]["display"]
    assert group == mk.OptionGroup({"lcd": 0.75, "oled": 0.125}, {"lcd": 1, "oled": 1})
    assert group.nothing == 0.125
    assert len(table.bill.variants("pc")) == 6
    without = read_bill(CHOICES, columns={"option_group": None, "take_rate": None})
    assert without.bill.options == {}


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (
            ("lcd", 1, "display", 0.125),
            "component",
            "'lcd' is in option group 'display' of 'pc' already, in row 2",
        ),
        (
            ("crt", 1, "display", 0.25),
            "take rate",
            "brings option group 'display' of 'pc' to 1.125, where take rates add up to at most 1",
        ),
        (("crt", 1, "display", None), "take rate", "is blank"),
        (("crt", 1, "display", 70), "take rate", "must be ≤ 1, got 70"),
        (("crt", 1, "display", -0.1), "take rate", "must be ≥ 0, got -0.1"),
        (("crt", 1, "", 0.5), "take rate", "must be 1 or blank where there is no option group, got 0.5"),
        (("none", 1, "display", 0.1), "component", "'none' stands for choosing nothing: leave the row out"),
    ],
)
def test_bad_options_are_named(row: tuple[Any, ...], column: str, reason: str) -> None:
    bad = dict(zip(CHOICES[0], ("pc", *row), strict=True))
    table = read_bill([*CHOICES, bad], dirty="report")
    assert [(x.line, x.column, x.reason) for x in table.rejected] == [(5, column, reason)]
    assert table.bill == read_bill(CHOICES).bill


# Real bills.


def test_the_rover(data: Path) -> None:
    table = read_bill(data / "jpl_rover_bom.csv")
    assert table.rejected == ()
    assert table.notes == ("the component is read from 'component', not from 'part_no'",)
    bill = table.bill
    assert repr(bill) == "BillOfMaterials(1 product, 86 items, 79 components, 4 levels)"
    assert bill.cost("ROVER") == pytest.approx(1344.11, abs=0.005)
    assert bill.cost("CONTROL_BOARD") == pytest.approx(
        sum(row["extended cost"] for row in bill.tree("CONTROL_BOARD")) / 2
    )
    assert bill.where_used("3x5 grid plate", direct=False) == {"ROVER": 8}
    assert bill.where_used("2 hole U channel") == {"DRIVE_WHEEL": 1, "BODY": 2}
    assert bill.level("LED BAR GRAPH") == 3
    assert len(bill.tree("ROVER")) == 88


def test_the_engine_control_units(data: Path) -> None:
    file = data / "speeduino_ecu_bom.csv"
    with pytest.raises(
        ValueError, match=r"4 of 96 rows cannot be used: line 54: mpn is blank; line 55: mpn is blank"
    ):
        read_bill(file)
    table = read_bill(file, dirty="report")
    assert table.rows == 92
    assert [x.line for x in table.rejected] == [54, 55, 56, 57]
    assert table.notes == (
        "4 of 96 rows cannot be used and were left out: see rejected",
        "rows with the same parent and component were added up: 'CC0805KRX7R9BB104' in "
        "'ECU_NA8995_PNP_v1.3', lines 9 and 10: 1 + 12; 'RC0805JR-0710KL' in 'ECU_NA8995_PNP_v1.3', "
        "lines 29 and 32: 1 + 1; "
        "'M20-9990345' in 'ECU_v0.4.4d_SMD', lines 76 and 77: 1 + 2",
    )
    bill = table.bill
    assert bill.products == ("ECU_NA8995_PNP_v1.3", "VR_CONDITIONER_MAX9926", "ECU_v0.4.4d_SMD")
    # Two rows of the file, and one of the other unit.
    assert bill.where_used("CC0805KRX7R9BB104") == {"ECU_NA8995_PNP_v1.3": 13, "ECU_v0.4.4d_SMD": 13}
    shared = bill.commonality()
    assert sum(n > 1 for n in shared.products.values()) == 26
    assert shared.degree == pytest.approx(89 / 63)
    # What has no part number has a value at least.
    by_value = read_bill(file, columns={"component": "value"})
    assert by_value.rejected == ()
    assert by_value.bill.where_used("8-pin header") == {"VR_CONDITIONER_MAX9926": 1}


def test_supply_chains_are_bills(data: Path) -> None:
    """Arcs of six chains: a stage needs a unit of each stage before it, and adds its own cost."""
    pandas = pytest.importorskip("pandas")
    arcs = pandas.read_csv(data / "willems_arcs.csv.gz", dtype=str)
    stages = pandas.read_csv(data / "willems_stages.csv.gz", dtype={"chain": str})
    rows = {
        "parent": arcs["chain"] + ":" + arcs["destinationStage"],
        "component": arcs["chain"] + ":" + arcs["sourceStage"],
    }
    table = read_bill(rows)
    assert table.rows == 1982
    assert table.notes == ("no column is known as the quantity: each row counts as 1 unit",)
    names = stages["chain"] + ":" + stages["Stage Name"]
    assert set(table.bill.items) == set(names)
    bill = table.bill.replace(costs=dict(zip(names, stages["stageCost"].astype(float), strict=True)))
    for product in bill.products[:10]:
        lines = bill.tree(product)
        added = sum(bill.costs[row["item"]] * row["total quantity"] for row in lines)
        assert bill.cost(product) == pytest.approx(added)


def cheapest(quotes: list[dict[str, str]], need: dict[str, float]) -> dict[str, dict[str, str]]:
    """By part, the least expensive quote of those who have enough of it; the larger stock where equal."""
    best: dict[str, dict[str, str]] = {}
    for quote in quotes:
        part, units = quote["mpn"], need.get(quote["mpn"], 0.0)
        if float(quote["stock"]) < units or not units:
            continue
        price = (float(quote["unit_price"]) * max(units, float(quote["moq"])), -float(quote["stock"]))
        held = best.get(part)
        if held is None or price < (
            float(held["unit_price"]) * max(units, float(held["moq"])),
            -float(held["stock"]),
        ):
            best[part] = quote
    return best


def test_a_board_priced_by_quotes(data: Path) -> None:
    """Several rows per part are offers, not a bill: pick one, then price the bill with it."""
    bill = read_bill(data / "speeduino_ecu_bom.csv", dirty="report").bill
    board = "VR_CONDITIONER_MAX9926"
    with (data / "speeduino_vr_sourcing.csv").open(encoding="utf-8", newline="") as file:
        quotes = list(csv.DictReader(file))
    for boards in (1, 500):
        chosen = cheapest(quotes, bill.explode({board: boards}))
        prices = {part: float(quote["unit_price"]) for part, quote in chosen.items()}
        priced = bill.replace(costs=prices)
        need = bill.explode(board)
        assert priced.cost(board) == pytest.approx(sum(need[part] * price for part, price in prices.items()))
        assert chosen["MAX9926UAEE+"]["distributor"] == "Digi-Key"
        assert chosen["GRM1885C1H102JA01D"]["distributor"] == "Future Electronics"
    far = cheapest(quotes, bill.explode({board: 2000}))
    assert "MAX9926UAEE+" not in far, "nobody has 2000"
    assert far["GRM1885C1H102JA01D"]["distributor"] == "Mouser", "the cheapest has 2890 of 4000"
    # The slowest part sets the pace. Two parts of the bill have no quote under their number.
    assert max(int(quote["mfr_lead_time_weeks"]) for quote in chosen.values()) == 29
    assert set(bill.usage[board]) - {quote["mpn"] for quote in quotes} == {"AMS1117-5.0", "RC1206FR-7W10KL"}
