"""Orders as they are exported: whatever holds them reads the same, and no bad row goes unnamed."""

from __future__ import annotations

import copy
import gzip
import pickle
from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maketo._order_cells import HEADINGS
from maketo.order_table import OrderTable, Rejected, read_orders

HEADER = (
    "order_id,item,quantity,order_date,requested_date,confirmed_date,delivered_date,customer_class,variant"
)
LINES = [
    HEADER,
    "A2,pump,2,2025-03-05,2025-03-12,2025-03-14,2025-03-15,retail,red",
    "A1,pump,1,2025-03-03,2025-03-10,,2025-03-09,export,",
    "A2,valve,5,2025-03-05,2025-03-19,2025-03-14,,retail,red",
]
GOOD = "\n".join(LINES) + "\n"
COLUMNS: dict[str, list[Any]] = {
    name: [row.split(",")[i] for row in LINES[1:]] for i, name in enumerate(HEADER.split(","))
}


def write(folder: Path, data: str | bytes, name: str = "o.csv") -> Path:
    file = folder / name
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return file


def check(table: OrderTable, lines: list[int]) -> None:
    """The orders above, in order of time."""
    assert table.order_id == ("A1", "A2", "A2")
    assert table.item == ("pump", "pump", "valve")
    assert table.customer_class == ("export", "retail", "retail")
    assert table.variant == ("", "red", "red")
    assert table.quantity.tolist() == [1, 2, 5]
    assert table.order_time.tolist() == [0, 2, 2]
    assert table.requested_time.tolist() == [7, 9, 16]
    np.testing.assert_array_equal(table.confirmed_time, [np.nan, 11, 11])
    np.testing.assert_array_equal(table.delivered_time, [6, 12, np.nan])
    assert table.line.tolist() == lines
    assert table.start == date(2025, 3, 3)
    assert table.period_days == 1
    assert table.rejected == ()
    assert table.warnings == ()


# Whatever holds the orders.


@pytest.mark.parametrize(
    ("data", "name", "lines"),
    [
        (GOOD, "o.csv", [3, 2, 4]),
        ("\ufeff" + GOOD, "o.csv", [3, 2, 4]),
        (GOOD.replace("\n", "\r\n"), "o.csv", [3, 2, 4]),
        (GOOD.replace("\n", "\n\n"), "o.csv", [5, 3, 7]),
        ("\n" + GOOD.rstrip("\n"), "o.csv", [4, 3, 5]),
        (GOOD.replace(",", ";"), "o.csv", [3, 2, 4]),
        (GOOD.replace(",", "\t"), "o.csv", [3, 2, 4]),
        (GOOD.replace(",", "\t"), "o.tsv", [3, 2, 4]),
        (gzip.compress(GOOD.encode()), "o.csv.gz", [3, 2, 4]),
        (gzip.compress(GOOD.replace(",", "\t").encode()), "o.tsv.gz", [3, 2, 4]),
        (GOOD.replace("A2,pump,2", '"A2", pump ,"2 "'), "o.csv", [3, 2, 4]),
    ],
    ids=[
        "plain",
        "bom",
        "crlf",
        "blank lines",
        "ends",
        "semicolons",
        "tabs",
        "tsv",
        "gzip",
        "tsv.gz",
        "quotes",
    ],
)
def test_a_file_is_read(tmp_path: Path, data: str | bytes, name: str, lines: list[int]) -> None:
    table = read_orders(write(tmp_path, data, name))
    check(table, lines)
    assert table.source == name
    check(read_orders(str(tmp_path / name)), lines)


def test_a_separator_may_be_named(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD.replace(",", "|"))
    check(read_orders(file, sep="|"), [3, 2, 4])
    with pytest.raises(ValueError, match="sep must be one character, got ', '"):
        read_orders(file, sep=", ")
    with pytest.raises(ValueError, match="sep is for files only, got ';' with a dict"):
        read_orders(COLUMNS, sep=";")


def test_a_row_stands_where_it_starts(tmp_path: Path) -> None:
    rows = ["order_date,note", '2025-03-01,"two\nlines"', "2025-03-0x,one", '2025-03-03,"three\n\nlines"']
    table = read_orders(write(tmp_path, "\n".join(rows)), dirty="report")
    assert table.line.tolist() == [2, 5]
    assert [x.line for x in table.rejected] == [4]


def test_columns_in_memory_are_read() -> None:
    check(read_orders(COLUMNS), [1, 0, 2])
    check(read_orders({k: np.array(v) for k, v in COLUMNS.items()}), [1, 0, 2])
    dates = {k: [date.fromisoformat(x) if x else None for x in v] for k, v in COLUMNS.items() if "date" in k}
    numbers = {"quantity": [Decimal(2), np.int64(1), 5.0]}
    check(read_orders({**COLUMNS, **numbers, **dates}), [1, 0, 2])
    for unit in ("ns", "s", "D"):
        stamps = {k: np.array(v, f"datetime64[{unit}]") for k, v in dates.items()}
        check(read_orders({**COLUMNS, **stamps}), [1, 0, 2])
        check(read_orders({**COLUMNS, **{k: [*v] for k, v in stamps.items()}}), [1, 0, 2])


def test_rows_in_memory_are_read() -> None:
    rows = [{k: v[i] for k, v in COLUMNS.items()} for i in range(3)]
    check(read_orders(rows), [1, 0, 2])
    # A row may lack what is blank.
    check(read_orders([{k: x for k, x in row.items() if x} for row in rows]), [1, 0, 2])


def test_pandas() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(COLUMNS)
    check(read_orders(frame), [1, 0, 2])
    for name in [x for x in COLUMNS if "date" in x]:
        frame[name] = pd.to_datetime(frame[name])
    frame["quantity"] = frame["quantity"].astype(float)
    frame["variant"] = frame["variant"].replace("", pd.NA).astype("category")
    check(read_orders(frame), [1, 0, 2])
    assert read_orders(frame).source == "DataFrame given"
    # Where rows stand is counted, whatever their labels.
    check(read_orders(frame.set_axis([7, 8, 9])), [1, 0, 2])
    check(read_orders(frame.set_index("order_date")), [1, 0, 2])
    with pytest.raises(ValueError, match="column 'order_date' is there twice"):
        read_orders(pd.concat([frame, frame[["order_date"]]], axis=1))
    # Whole numbers that pandas made floats of.
    frame["order_id"] = [2.0, 1.0, None]
    assert read_orders(frame).order_id == ("1", "2", "")
    zoned = frame["order_date"].dt.tz_localize("UTC")
    assert read_orders({"created": zoned}).order_time.tolist() == [0, 2, 2]
    with pytest.raises(ValueError, match=r"row 0: created .* has a time zone other than UTC"):
        read_orders({"created": zoned.dt.tz_convert("Europe/Berlin")})
    fine = pd.Series([pd.Timestamp("2025-03-03T00:00:00.000000999"), pd.NaT])
    table = read_orders({"created": fine}, dirty="report")
    assert table.order_time.tolist() == [0]
    assert table.rejected == (Rejected(1, "created", "", "is blank"),)


def test_polars() -> None:
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(COLUMNS)
    check(read_orders(frame), [1, 0, 2])
    dates = [pl.col(x).replace("", None).str.to_date() for x in COLUMNS if "date" in x]
    check(read_orders(frame.with_columns(*dates, pl.col("quantity").cast(pl.Float64))), [1, 0, 2])
    stamps = [pl.col(x).replace("", None).str.to_datetime("%Y-%m-%d") for x in COLUMNS if "date" in x]
    check(read_orders(frame.with_columns(*stamps)), [1, 0, 2])


def test_arrow_and_parquet(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    check(read_orders(pa.table(COLUMNS)), [1, 0, 2])
    parquet.write_table(pa.table(COLUMNS), tmp_path / "o.parquet")
    table = read_orders(tmp_path / "o.parquet")
    check(table, [1, 0, 2])
    assert table.source == "o.parquet"


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        ("", "o.csv", ["is empty"]),
        ("\n \n", "o.csv", ["is empty"]),
        (HEADER + "\n", "o.csv", ["has no orders"]),
        (HEADER + '\n"A1', "o.csv", ["line 2", "not CSV"]),
        (b"order_date,n\n2025-03-03,\xe9\n", "o.csv", ["line 2", "UTF-8", "0xe9"]),
        (gzip.compress(GOOD.encode())[:-9], "o.csv.gz", ["compressed"]),
        (GOOD, "o.csv.gz", ["gzip"]),
        (b"PK\x03\x04", "o.xlsx", ["spreadsheet", "CSV", "read_excel"]),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, data: str | bytes, name: str, words: list[str]
) -> None:
    with pytest.raises(ValueError, match=r"o\.") as refusal:
        read_orders(write(tmp_path, data, name))
    assert all(word in str(refusal.value) for word in words), str(refusal.value)


def test_what_holds_no_orders_is_refused() -> None:
    with pytest.raises(OSError, match="nothing"):
        read_orders("nothing.csv")
    with pytest.raises(TypeError, match=r"orders must be a file, .* got int"):
        read_orders(7)
    with pytest.raises(TypeError, match="got list"):
        read_orders([1, 2])
    with pytest.raises(TypeError, match="column 'order_date' must be a sequence, got str"):
        read_orders({"order_date": "2025-03-03"})
    with pytest.raises(TypeError, match="column 'qty' must be a sequence, got ndarray"):
        read_orders({"qty": np.ones((2, 2))})
    with pytest.raises(ValueError, match="one length, got 1 in 'order_date' and 2 in 'qty'"):
        read_orders({"order_date": ["2025-03-03"], "qty": [1, 2]})
    empty: list[Any] = [[], {}, {"order_date": []}]
    for source in empty:
        with pytest.raises(ValueError, match="has no orders"):
            read_orders(source)


# Which column is what.


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("ORDER_ID", "order_id"),
        ("Order No.", "order_id"),
        ("Sales order", "order_id"),
        ("orderNumber", "order_id"),
        ("SKU", "item"),
        ("Material", "item"),
        ("part", "item"),
        ("Item No.", "item"),
        ("Segment", "customer_class"),
        ("Customer group", "customer_class"),
        ("Configuration", "variant"),
        ("Req. delivery date", "requested_time"),
        ("Due Date", "requested_time"),
        ("Requested_Date", "requested_time"),
        ("Promised date", "confirmed_time"),
        ("CONFIRMED", "confirmed_time"),
        ("Delivered", "delivered_time"),
        ("shipped", "delivered_time"),
        ("Finished", "delivered_time"),
        ("Delivery date", "delivered_time"),
        ("Qty", "quantity"),
        ("Order Qty", "quantity"),
    ],
)
def test_common_headings_are_known(heading: str, field: str) -> None:
    cell = "2025-03-09" if field.endswith("_time") else "6"
    for ordered in ("order_date", "Created on", "Entry date", "ORDERED", "Order-Date"):
        table = read_orders({ordered: ["2025-03-03"], heading: [cell], "remark": ["5"]})
        found = getattr(table, field)
        assert found[0] == ("6" if isinstance(found, tuple) else 6)
        # And is taken for nothing else.
        assert [table.order_id, table.item, table.customer_class, table.variant].count(("6",)) <= 1
        assert np.isnan(table.requested_time).all() or field == "requested_time"


def test_no_heading_belongs_to_two_fields() -> None:
    words = [word.replace(" ", "") for listed in HEADINGS.values() for word in listed.split(",")]
    assert len(words) == len(set(words))
    assert all(word.isalpha() and word.islower() for word in words)


def test_columns_that_could_be_the_same_are_listed() -> None:
    given = {"order_date": ["2025-03-03"], "finished": ["2025-03-05"], "Shipped": ["2025-03-08"]}
    with pytest.raises(ValueError, match=r"'finished' and 'Shipped' could each be the delivered_date"):
        read_orders(given)
    assert read_orders(given, columns={"delivered_date": "Shipped"}).delivered_time[0] == 5
    assert np.isnan(read_orders(given, columns={"delivered_date": None}).delivered_time[0])
    # What is named for one field is out of the question for the others.
    both = read_orders(given, columns={"confirmed_date": "finished"})
    assert (both.confirmed_time[0], both.delivered_time[0]) == (2, 5)
    with pytest.raises(ValueError, match="'created' and 'order date' could each be the order_date"):
        read_orders({"created": ["2025-03-03"], "order date": ["2025-03-03"]})


def test_columns_may_be_named() -> None:
    table = read_orders({"wann": ["2025-03-03"], "was": ["x"]}, columns={"order_date": "wann", "item": "was"})
    assert table.item == ("x",)
    with pytest.raises(ValueError, match=r"no column is known as the order_date; it has 'wann', 'was'"):
        read_orders({"wann": ["2025-03-03"], "was": ["x"]})
    with pytest.raises(ValueError, match=r"no column is known as the order_date"):
        read_orders(COLUMNS, columns={"order_date": None})
    with pytest.raises(
        ValueError, match=r"columns\['item'\]: .* has no column 'what'; it has 'order_id', 'item'"
    ):
        read_orders(COLUMNS, columns={"item": "what"})
    with pytest.raises(ValueError, match=r"columns: fields are order_id, item, .* got 'colour'"):
        read_orders(COLUMNS, columns={"colour": "item"})
    with pytest.raises(TypeError, match="columns must be a mapping"):
        read_orders(COLUMNS, columns=["item"])  # type: ignore[arg-type]


def test_a_column_that_is_there_twice_cannot_be_named(tmp_path: Path) -> None:
    file = write(tmp_path, "order_date,text,text,\n2025-03-03,a,b,\n")
    assert len(read_orders(file)) == 1
    with pytest.raises(ValueError, match="has column 'text' more than once"):
        read_orders(file, columns={"item": "text"})


def test_only_the_order_date_is_compulsory() -> None:
    table = read_orders({"order_date": ["2025-03-03", "2025-03-04"]})
    assert table.quantity.tolist() == [1, 1]
    assert table.order_id == table.item == table.customer_class == table.variant == ("", "")
    assert np.isnan([table.requested_time, table.confirmed_time, table.delivered_time]).all()
    assert len(table.orders()) == 2


# What a date is.


@pytest.mark.parametrize(
    ("cell", "hours"),
    [
        ("2025-03-04", 24),
        ("2025-03-04 06:30", 30.5),
        ("2025-03-04T06:30:00", 30.5),
        ("2025-03-04T06:30:00.000", 30.5),
        (date(2025, 3, 4), 24),
        (datetime(2025, 3, 4, 6, 30), 30.5),
        (np.datetime64("2025-03-04T06:30", "ns"), 30.5),
        (np.datetime64("2025-03-04"), 24),
    ],
)
def test_dates_of_every_make_are_read(cell: Any, hours: float) -> None:
    table = read_orders({"order_date": [cell]}, time_unit="hour", start="2025-03-03")
    assert table.order_time.tolist() == [hours]


def test_time_zones_are_read_if_all_are_utc() -> None:
    stamps = ["2025-03-03T22:00:00Z", "2025-03-04 06:00+00:00", datetime(2025, 3, 4, 12, tzinfo=UTC)]
    assert read_orders({"created": stamps}, time_unit="hour").order_time.tolist() == [22, 30, 36]
    with pytest.raises(ValueError, match=r"row 2: created '2025-03-04' is a date without a time zone, where"):
        read_orders({"created": [*stamps[:2], "2025-03-04"]})
    with pytest.raises(ValueError, match=r"row 1: created '2025-03-04T06:00:00Z' is a date with a time zone"):
        read_orders({"created": ["2025-03-03", "2025-03-04T06:00:00Z", "2025-03-04"]})
    with pytest.raises(
        ValueError, match=r"row 0: created '2025-03-04T06:00\+02:00' has a time zone other than"
    ):
        read_orders({"created": ["2025-03-04T06:00+02:00"]})


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("2025-13-40", "'2025-13-40' is not a date"),
        ("2025-02-29", "'2025-02-29' is not a date"),
        ("2025-03-04 25:00", "is not a date"),
        ("2025-W10-2", "is not a date"),
        ("tomorrow", "'tomorrow' is not a date"),
        ("2025-3-4", "not an ISO date such as 2025-03-04"),
        ("2025/03/04", "give date_format, such as '%Y/%m/%d'"),
        ("03/04/2025", "'03/04/2025' is ambiguous, as day or month may come first: give date_format"),
        ("3.4.25", "ambiguous"),
        ("31-12-2025 10:00", "ambiguous"),
        ("20250304", "looks like a date without dashes: give date_format='%Y%m%d'"),
        (20250304, "looks like a date without dashes"),
        ("0000-00-00", "is not a date"),
        ("9999-12-31", "'9999-12-31' stands for no date: leave the cell blank"),
        ("1900-01-01", "stands for no date"),
        (True, "is not a date"),
        ("1_000", "is not a date"),
        (45.5, "'45.5' is a number, where most order dates are each a date without a time zone"),
        (-1, "must be finite and ≥ 0 where it is a number, got -1"),
        (np.inf, "must be finite"),
        ("", "is blank"),
        ("NA", "is blank"),
        (None, "is blank"),
        (np.nan, "is blank"),
        (np.datetime64("NaT"), "is blank"),
    ],
)
def test_what_is_no_date_is_named_with_its_reason(cell: Any, reason: str) -> None:
    with pytest.raises(
        ValueError, match=r"mapping given: 1 of 4 rows cannot be used: row 2: created "
    ) as refusal:
        read_orders({"created": ["2025-03-03", "2025-03-04", cell, "2025-03-05"]})
    assert reason in str(refusal.value)


def test_a_format_resolves_what_is_ambiguous() -> None:
    given = {"ordered": ["03/04/2025", "01/04/2025"], "shipped": ["13/04/2025", ""]}
    table = read_orders(given, date_format="%d/%m/%Y")
    assert table.start == date(2025, 4, 1)
    assert table.lead_times().tolist() == [10]
    with pytest.raises(
        ValueError, match=r"row 0: shipped '13/04/2025' is not a date in the format '%m/%d/%Y'"
    ):
        read_orders(given, date_format="%m/%d/%Y")
    compact: list[Any] = [[20250304, 20250306], [20250304.0, 20250306.0], ["20250304", date(2025, 3, 6)]]
    for cells in compact:
        assert read_orders({"ordered": cells}, date_format="%Y%m%d").order_time.tolist() == [0, 2]
    with pytest.raises(ValueError, match="date_format must be a format such as"):
        read_orders(given, date_format="%Q")
    with pytest.raises(ValueError, match="date_format must hold year, month and day, got '%Y/%m'"):
        read_orders(given, date_format="%Y/%m")


def test_numbers_are_periods() -> None:
    given = {"ordered": [3.5, "0", 2], "shipped": [np.nan, 4, "9"]}
    table = read_orders(given, time_unit="week")
    assert table.start is None
    assert table.order_time.tolist() == [0, 2, 3.5]
    assert table.lead_times().tolist() == [4, 7]
    assert table.warnings == ()
    assert "0 … 3.5, in weeks" in repr(table)
    with pytest.raises(ValueError, match="start must be left out where order dates are numbers"):
        read_orders(given, start="2025-03-03")
    with pytest.raises(
        ValueError, match=r"row 1: shipped '2025-03-03' is a date .* order dates are each a number"
    ):
        read_orders({"ordered": [1, 2], "shipped": [3, "2025-03-03"]})


def test_days_of_a_spreadsheet_raise_a_doubt() -> None:
    table = read_orders({"ordered": [45900, 45910]})
    assert len(table.warnings) == 1
    assert "ordered holds numbers from 45900 to 45910" in table.warnings[0]


# Time.


def test_time_is_counted_in_periods_since_start() -> None:
    given = {"ordered": ["2025-03-03 12:00", "2025-03-17"], "shipped": ["2025-03-04 00:00", "2025-03-31"]}
    expected: dict[str | float, list[float]] = {
        "hour": [12, 336],
        "day": [0.5, 14],
        "week": [0.5 / 7, 2],
        0.25: [2, 56],
        1 / 3: [1.5, 42],
    }
    for unit, times in expected.items():
        table = read_orders(given, time_unit=unit)
        assert table.order_time.tolist() == times
        assert table.start == date(2025, 3, 3)
        days = {"hour": 1 / 24, "day": 1, "week": 7}.get(str(unit), unit)
        assert table.period_days == days
        np.testing.assert_allclose(table.lead_times(), [0.5 / table.period_days, 14 / table.period_days])
    assert "in periods of 0.25 days" in repr(read_orders(given, time_unit=0.25))
    for start in ("2025-03-01", date(2025, 3, 1), datetime(2025, 3, 1), np.datetime64("2025-03-01")):
        table = read_orders(given, start=start)
        assert table.start == date(2025, 3, 1)
        assert table.order_time.tolist() == [2.5, 16]


@pytest.mark.parametrize("unit", ["month", "", 0, -1, 1e-12])
def test_what_is_no_unit_of_time_is_refused(unit: Any) -> None:
    with pytest.raises(ValueError, match="time_unit must be"):
        read_orders(COLUMNS, time_unit=unit)


def test_what_is_no_start_is_refused() -> None:
    with pytest.raises(ValueError, match="start must be a date: '2025-13-01' is not a date"):
        read_orders(COLUMNS, start="2025-13-01")
    with pytest.raises(
        ValueError, match="start must be a date without a time of day, got '2025-03-01 06:00'"
    ):
        read_orders(COLUMNS, start="2025-03-01 06:00")
    with pytest.raises(ValueError, match="start must be a date without a time of day, got 5"):
        read_orders(COLUMNS, start=5)
    with pytest.raises(
        ValueError, match="start must not be after the first order, 2025-03-03, got 2025-03-04"
    ):
        read_orders(COLUMNS, start="2025-03-04")


def test_rows_are_sorted_by_time_and_ties_stay_as_they_stood() -> None:
    days = [5, 1, 5, 1, 3, 1]
    table = read_orders({"ordered": days, "order": list("abcdef")})
    assert table.order_id == ("b", "d", "f", "e", "a", "c")
    assert table.line.tolist() == [1, 3, 5, 4, 0, 2]


def test_a_day_without_a_time_is_not_before_an_order_of_that_day() -> None:
    given = {
        "created": ["2025-03-03 14:00", "2025-03-04 08:00"],
        "due date": ["2025-03-03", "2025-03-05"],
    }
    table = read_orders(given)
    assert table.lead_times("requested").tolist() == [0, pytest.approx(2 / 3)]
    assert table.warnings == (
        "due date has no time of day: on the day of the order it counts as the time of the order (1 row)",
    )
    # Where there are times of day, midnight is meant.
    given["due date"][1] = "2025-03-05 10:00"
    with pytest.raises(ValueError, match="row 0: due date '2025-03-03' is before created '2025-03-03 14:00'"):
        read_orders(given)


# Rows that cannot be used.

DIRTY = "\n".join(
    [
        "order,qty,created,due date,promised,shipped",
        "1,1,2025-03-03,2025-03-10,2025-03-11,2025-03-12",
        "2,1,,2025-03-10,2025-03-11,2025-03-12",
        "3,1,2025-13-40,2025-03-10,2025-03-11,2025-03-12",
        "4,-3,2025-03-03,2025-03-10,2025-03-11,2025-03-12",
        "5,0,2025-03-03,2025-03-10,2025-03-11,2025-03-12",
        "6,,2025-03-03,2025-03-10,2025-03-11,2025-03-12",
        "7,few,2025-03-03,2025-03-10,2025-03-11,2025-03-12",
        "",
        "8,inf,2025-03-03,2025-03-10,2025-03-11,2025-03-12",
        "9,1,2025-03-03,2025-03-02,2025-03-11,2025-03-12",
        "10,1,2025-03-03,2025-03-10,2025-03-01,2025-03-12",
        "11,1,2025-03-03,2025-03-10,2025-03-11,2025-02-28",
        "12,1,2025-03-03,2025-03-10,soon,2025-03-12",
        "13,1,2025-03-03,2025-03-10,2025-03-11",
        "14,1,2025-03-03,2025-03-10,2025-03-11,2025-03-12,x",
        '15,"1,000",2025-03-03,2025-03-10,2025-03-11,2025-03-12',
        "16,0x2,2025-03-03,2025-02-10,2025-03-11,03/04/2025",
        "17,1,2025-03-04,,,",
    ]
)
FAULTS = [
    (3, "created", "", "is blank"),
    (4, "created", "2025-13-40", "'2025-13-40' is not a date"),
    (5, "qty", "-3", "must be > 0, got -3"),
    (6, "qty", "0", "must be > 0, got 0"),
    (7, "qty", "", "is blank"),
    (8, "qty", "few", "must be a number, got 'few'"),
    (10, "qty", "inf", "must be finite, got inf"),
    (11, "due date", "2025-03-02", "'2025-03-02' is before created '2025-03-03'"),
    (12, "promised", "2025-03-01", "'2025-03-01' is before created '2025-03-03'"),
    (13, "shipped", "2025-02-28", "'2025-02-28' is before created '2025-03-03'"),
    (14, "promised", "soon", "'soon' is not a date"),
    (15, "", "13,1,2025-03-03,2025-03-10,2025-03-11", "has 5 cells, the header has 6"),
    (16, "", "14,1,2025-03-03,2025-03-10,2025-03-11,2025-03-12,x", "has 7 cells, the header has 6"),
    (17, "qty", "1,000", "must be a number, got '1,000'"),
    (
        18,
        "shipped",
        "03/04/2025",
        "'03/04/2025' is ambiguous, as day or month may come first: give date_format, such as '%d/%m/%Y'",
    ),
    (18, "qty", "0x2", "must be a number, got '0x2'"),
    (18, "due date", "2025-02-10", "'2025-02-10' is before created '2025-03-03'"),
]


def test_every_fault_is_reported_with_its_line(tmp_path: Path) -> None:
    table = read_orders(write(tmp_path, DIRTY), dirty="report")
    assert table.rejected == tuple(Rejected(*x) for x in FAULTS)
    assert table.order_id == ("1", "17")
    assert table.line.tolist() == [2, 19]
    assert table.warnings == ("15 of 17 rows cannot be used and were left out: see rejected",)
    assert "15 rows left out" in repr(table)


def test_dirty_rows_are_an_error_that_lists_ten_faults(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"o\.csv: 15 of 17 rows cannot be used: line 3: created is blank"
    ) as told:
        read_orders(write(tmp_path, DIRTY))
    for line, column, _, reason in FAULTS[:10]:
        assert f"; line {line}: {column} {reason}; " in str(told.value).replace("used: ", "used: ; ")
    assert "line 14" not in str(told.value)
    assert str(told.value).endswith("; … and 7 more faults; dirty='report' leaves them out and lists them")


def test_a_ragged_row_is_told_without_a_column(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r": line 2: has 1 cells, the header has 2$"):
        read_orders(write(tmp_path, "order_date,qty\n2025-03-03\n"))


def test_a_table_without_a_usable_row_is_refused_either_way() -> None:
    for dirty in ("error", "report"):
        with pytest.raises(
            ValueError, match=r"1 of 1 row cannot be used: row 0: order_date 'x' is not a date$"
        ):
            read_orders({"order_date": ["x"]}, dirty=dirty)
    with pytest.raises(ValueError, match="dirty must be one of 'error', 'report', got 'drop'"):
        read_orders(COLUMNS, dirty="drop")


@pytest.mark.parametrize("cell", [0, -1, np.inf, "x", "1_0", True, None, np.nan, "", "1.000,5"])
def test_a_quantity_is_a_finite_number_above_0(cell: Any) -> None:
    given = {"ordered": [0, 1, 2], "qty": [1, cell, 2]}
    with pytest.raises(ValueError, match=r"1 of 3 rows cannot be used: row 1: qty (must be|is blank)"):
        read_orders(given)
    assert read_orders(given, dirty="report").quantity.tolist() == [1, 2]


def test_identical_rows_are_kept_and_told(tmp_path: Path) -> None:
    rows = ["order_date,qty,note", "2025-03-03,1,a", "2025-03-04,2,", "2025-03-03,1,a", "2025-03-03,1,b"]
    rows += ["2025-03-04,2,", "2025-03-04, 2,", "2025-03-0x,2,", "2025-03-0x,2,"]
    table = read_orders(write(tmp_path, "\n".join(rows)), dirty="report")
    assert len(table) == 6
    assert table.warnings[1:] == (
        "rows that are identical in every column were kept: lines 2 and 4; lines 3, 6 and 7",
    )
    many = read_orders({"ordered": [*range(12)] * 2})
    assert many.warnings[0].endswith("rows 9 and 21; … and 2 more groups")


# What is asked of a table.


def test_lines_become_orders() -> None:
    given = {
        "order": ["a", "b", "a", "", "a", "", "b"],
        "sku": ["x", "y", "x", "z", "x", "z", "y"],
        "variant": ["1", "", "2", "", "1", "", "9"],
        "segment": ["s", "t", "s", "", "", "", "u"],
        "qty": [1, 2, 3, 4, 5, 6, 7],
        "created": [3, 2, 1, 2, 4, 5, 2],
        "due": [8, 8, 9, 9, 7, None, 8],
        "shipped": [6, 5, 6, None, None, 9, 7],
    }
    orders = read_orders(given).orders()
    assert orders.order_id == ("a", "b", "", "")
    assert orders.quantity.tolist() == [9, 9, 4, 6]
    assert orders.order_time.tolist() == [1, 2, 2, 5]
    np.testing.assert_array_equal(orders.requested_time, [9, 8, 9, np.nan])
    # An order with an open line is open.
    np.testing.assert_array_equal(orders.delivered_time, [np.nan, 7, np.nan, 9])
    assert np.isnan(orders.confirmed_time).all()
    assert orders.item == ("x", "y", "z", "z")
    assert orders.variant == ("mixed", "9", "", "")
    assert orders.customer_class == ("s", "mixed", "", "")
    assert orders.line.tolist() == [2, 1, 3, 5]
    np.testing.assert_array_equal(orders.orders().quantity, orders.quantity)
    assert orders.interarrival_times().tolist() == [1, 0, 3]


def test_an_item_has_its_rows() -> None:
    table = read_orders(COLUMNS)
    assert table.items == ("pump", "valve")
    pumps = table.of_item("pump")
    assert pumps.order_id == ("A1", "A2")
    assert pumps.order_time.tolist() == [0, 2]
    assert pumps.line.tolist() == [1, 0]
    assert pumps.start == table.start
    assert table.of_item("valve").order_time.tolist() == [2]
    with pytest.raises(ValueError, match="mapping given has no item 'tank'; it has 'pump', 'valve'"):
        table.of_item("tank")


def test_durations_leave_out_what_is_not_known() -> None:
    table = read_orders(COLUMNS)
    assert table.lead_times().tolist() == table.lead_times("delivered").tolist() == [6, 10]
    assert table.lead_times("confirmed").tolist() == [9, 9]
    assert table.lead_times(until="requested").tolist() == [7, 7, 14]
    assert table.interarrival_times().tolist() == [2, 0]
    with pytest.raises(
        ValueError, match="until must be one of 'requested', 'confirmed', 'delivered', got 'paid'"
    ):
        table.lead_times("paid")


def test_totals_put_an_order_into_the_period_it_came_in() -> None:
    table = read_orders({"ordered": [0, 0.999, 1, 3.5, 3], "qty": [1, 2, 4, 8, 16]})
    assert table.totals().tolist() == [3, 4, 0, 24]
    assert table.totals(6).tolist() == [3, 4, 0, 24, 0, 0]
    assert table.totals().dtype == np.float64
    with pytest.raises(ValueError, match="periods must be ≥ 4, so that no order is left out, got 3"):
        table.totals(3)
    with pytest.raises(TypeError, match="periods must be a whole number"):
        table.totals(4.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="orders span 1000000001 periods; is the time unit"):
        read_orders({"ordered": [0, 1e9]}).totals()


def test_whole_days_fall_into_the_right_period_whatever_its_length() -> None:
    days = [str(date.fromordinal(date(2024, 1, 1).toordinal() + i)) for i in range(1000)]
    units: list[tuple[str | float, int]] = [("hour", 24), (1 / 3, 3), (0.1, 10), ("day", 1)]
    for unit, each in units:
        totals = read_orders({"ordered": days}, time_unit=unit).totals()
        assert np.flatnonzero(totals).tolist() == [i * each for i in range(1000)]


@given(
    orders=st.lists(
        st.tuples(
            st.floats(0, 500, allow_subnormal=False),
            st.integers(1, 10_000),
            st.sampled_from(["a", "b", "c", ""]),
            st.sampled_from(["p", "q"]),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_no_quantity_is_lost(orders: list[tuple[float, int, str, str]]) -> None:
    names = ("ordered", "qty", "order", "item")
    table = read_orders(dict(zip(names, map(list, zip(*orders, strict=True)), strict=True)))
    everything = sum(x[1] for x in orders)
    assert len(table) == len(orders)
    assert np.all(table.interarrival_times() >= 0)
    assert table.totals().sum() == everything
    assert table.orders().totals().sum() == everything
    parts = [table.of_item(name).totals(501).sum() for name in table.items]
    assert sum(parts) == everything
    for t, total in enumerate(table.totals()):
        assert total == sum(q for x, q, _, _ in orders if t <= x < t + 1)


@given(
    days=st.lists(st.dates(date(2000, 1, 1), date(2099, 12, 31)), min_size=1, max_size=20),
    unit=st.sampled_from(["day", "week"]),
)
def test_dates_come_back(days: list[date], unit: str) -> None:
    table = read_orders({"ordered": [str(x) for x in days]}, time_unit=unit)
    assert table.start == min(days)
    found = [date.fromordinal(min(days).toordinal() + round(x * table.period_days)) for x in table.order_time]
    assert found == sorted(days)
    assert [days[i] for i in table.line] == found


def test_summary_counts_and_spreads() -> None:
    table = read_orders({"ordered": [0, 2, 4], "qty": [1, 2, 6], "shipped": [10, 22, None]})
    summary = table.summary()
    assert summary.columns == ("measure", "count", "missing", "mean", "sd", "P10", "P50", "P90")
    assert summary.caption == "3 rows from mapping given; times in days"
    rows = {row["measure"]: row for row in summary}
    assert list(rows) == [
        "quantity",
        "interarrival time",
        "order to requested",
        "order to confirmed",
        "order to delivered",
    ]
    assert rows["quantity"]["mean"] == 3
    assert rows["quantity"]["sd"] == pytest.approx(7**0.5)
    assert rows["interarrival time"]["count"] == 2
    assert rows["order to delivered"]["count"] == 2
    assert rows["order to delivered"]["missing"] == pytest.approx(1 / 3)
    assert rows["order to delivered"]["P50"] == 15
    assert rows["order to delivered"]["P10"] == 11
    assert rows["order to requested"]["count"] == 0
    assert rows["order to requested"]["missing"] == 1
    assert np.isnan(rows["order to requested"]["mean"])
    # One order has no spread, and nothing came after it.
    single = {row["measure"]: row for row in read_orders({"ordered": [0]}).summary()}
    assert single["quantity"]["count"] == 1
    assert np.isnan(single["quantity"]["sd"])
    assert np.isnan(single["interarrival time"]["missing"])


def test_a_table_says_what_it_holds() -> None:
    table = read_orders(COLUMNS)
    assert len(table) == 3
    assert repr(table) == (
        "OrderTable(3 rows, 2 orders, 2 items, 2025-03-03 … 2025-03-05, in days, from mapping given)"
    )
    one = read_orders({"ordered": ["2025-03-03 23:59"]}, time_unit="hour")
    assert repr(one) == "OrderTable(1 row, 1 order, 2025-03-03 … 2025-03-03, in hours, from mapping given)"


def test_a_table_does_not_change() -> None:
    table = read_orders(COLUMNS)
    with pytest.raises(FrozenInstanceError):
        table.start = None  # type: ignore[misc]
    for some in (table, table.orders(), table.of_item("pump"), pickle.loads(pickle.dumps(table))):
        for name in ("quantity", "order_time", "requested_time", "confirmed_time", "delivered_time", "line"):
            with pytest.raises(ValueError, match="read-only"):
                getattr(some, name)[0] = 1


def test_what_was_given_does_not_change_the_table() -> None:
    quantity = np.array([1.0, 2.0, 3.0])
    table = read_orders({"ordered": [0, 1, 2], "qty": quantity})
    quantity[0] = 9
    assert table.quantity.tolist() == [1, 2, 3]


def test_tables_travel(tmp_path: Path) -> None:
    table = read_orders(write(tmp_path, DIRTY), dirty="report")
    for other in (pickle.loads(pickle.dumps(table)), copy.copy(table), copy.deepcopy(table)):
        assert repr(other) == repr(table)
        assert other.rejected == table.rejected
        assert isinstance(other.rejected[0], Rejected)
        assert other.warnings == table.warnings
        assert other.order_id == table.order_id
        np.testing.assert_array_equal(other.delivered_time, table.delivered_time)
        np.testing.assert_array_equal(other.line, table.line)


def test_a_table_needs_columns_of_one_length() -> None:
    names, times, one = ("a", "b"), np.zeros(2), np.zeros(1)
    blank = ("", "")
    made = OrderTable(names, blank, blank, blank, times, times, times, times, times, [0, 1], None, 1, "made")  # type: ignore[arg-type]
    assert len(made) == 2
    with pytest.raises(ValueError, match=r"columns of one length, got .*'quantity': 1"):
        OrderTable(names, blank, blank, blank, one, times, times, times, times, made.line, None, 1, "made")
    with pytest.raises(ValueError, match="at least one row"):
        OrderTable((), (), (), (), one, one, one, one, one, made.line, None, 1, "made")


# Orders of a factory.


@pytest.fixture
def gensets(data: Path) -> Path:
    file = data / "aqt_genset_orders.csv"
    if not file.is_file():
        pytest.skip(f"no real data: {file} does not exist")
    return file


def test_real_orders(gensets: Path) -> None:
    with pytest.raises(ValueError, match="'finished' and 'shipped' could each be the delivered_date"):
        read_orders(gensets)
    with pytest.raises(
        ValueError, match="2 of 246 rows cannot be used: line 101: order_date is blank; line 220: "
    ):
        read_orders(gensets, columns={"delivered_date": "finished"})
    table = read_orders(
        gensets, columns={"delivered_date": "finished", "variant": "genset_kva"}, dirty="report"
    )
    assert len(table) + len(table.rejected) == 246
    assert [(x.line, x.column, x.reason) for x in table.rejected] == [
        (101, "order_date", "is blank"),
        (220, "order_date", "is blank"),
    ]
    assert table.warnings == ("2 of 246 rows cannot be used and were left out: see rejected",)
    # The two sets without an order date were orders of their own, of 103.
    assert len(table.orders()) == 101
    assert table.start == date(2025, 7, 15)
    lead_times = table.lead_times()
    assert len(lead_times) == 242
    assert np.rint(np.percentile(lead_times, [10, 50, 90])).tolist() == [7, 16, 27]
    delivered = next(row for row in table.summary() if row["measure"] == "order to delivered")
    assert delivered["P50"] == 16
    assert delivered["missing"] == pytest.approx(2 / 244)
    assert table.totals().sum() == table.orders().quantity.sum() == 244
    # Large orders take longer, so that the median set waits longer than the median order.
    assert np.median(table.orders().lead_times()) == 12


def test_a_kit_that_came_before_its_order(gensets: Path) -> None:
    columns = {"delivered_date": "finished", "confirmed_date": "ckd_received"}
    table = read_orders(gensets, columns=columns, dirty="report")
    assert table.rejected[1] == Rejected(
        156, "ckd_received", "2025-10-02", "'2025-10-02' is before order_date '2025-10-03'"
    )
    assert len(table) == 243
