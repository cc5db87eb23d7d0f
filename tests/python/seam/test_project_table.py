"""Projects as they are exported: whatever holds them reads the same, and no bad row goes unnamed."""

from __future__ import annotations

import gzip
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import maketo as mk
from maketo.project_table import ProjectTable, Rejected, read_project
from projects import THREE_POINTS, construction_rows

LINES = [
    "ID,Task Name,Duration,Predecessors,Resource Names",
    "1,Design,3 wks,,Mechanical[200%]",
    "2,Castings,30 days,1FS-2d,",
    "3,Frame,96 hrs,1,Shop",
    '4,Assembly,5 days?,"2,3SS+1w",Shop',
    "5,Shipped,0 days,4,",
]
GOOD = "\n".join(LINES) + "\n"
ROWS: list[dict[str, Any]] = [
    {"ID": 1, "Task Name": "Design", "Duration": "3 wks", "Resource Names": "Mechanical[200%]"},
    {"ID": 2, "Task Name": "Castings", "Duration": "30 days", "Predecessors": "1FS-2d"},
    {"ID": 3, "Task Name": "Frame", "Duration": "96 hrs", "Predecessors": 1, "Resource Names": "Shop"},
    {
        **{"ID": 4, "Task Name": "Assembly", "Duration": "5 days?", "Predecessors": "2,3SS+1w"},
        "Resource Names": "Shop",
    },
    {"ID": 5, "Task Name": "Shipped", "Duration": "0 days", "Predecessors": 4},
]
COLUMNS = {name: [row.get(name) for row in ROWS] for name in ("ID", *LINES[0].split(",")[1:])}
PROJECT = mk.Project(
    {
        "Design": mk.Activity(hours=240.0, resource="Mechanical", crew=2),
        "Castings": mk.Activity(30.0, after=[mk.After("Design", lag=-2.0)]),
        "Frame": mk.Activity(hours=96.0, resource="Shop", after="Design"),
        "Assembly": mk.Activity(
            hours=40.0, resource="Shop", after=["Castings", mk.After("Frame", "start_start", 5.0)]
        ),
        "Shipped": mk.Activity(0.0, after="Assembly", milestone=True),
    },
    hours_per_period=8,
)


def write(folder: Path, data: str | bytes, name: str = "p.csv") -> Path:
    file = folder / name
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return file


def check(table: ProjectTable) -> None:
    """The project above."""
    assert table.project == PROJECT
    assert table.project.order == PROJECT.order
    assert table.project.schedule().finish == 15 - 2 + 30 + 5
    assert [*table.names] == ["1", "2", "3", "4", "5"]
    assert table.names["2"] == "Castings"
    assert table.rejected == ()
    assert table.notes == ()


def one(**cells: Any) -> dict[str, Any]:
    return {"id": "x", "duration": 1, "predecessors": "", **cells}


# Whatever holds the project.


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (GOOD, "p.csv"),
        ("\ufeff" + GOOD, "p.csv"),
        (GOOD.replace("\n", "\r\n"), "p.csv"),
        (GOOD.replace('"2,3SS+1w"', "2~3SS+1w").replace(",", ";").replace("~", ","), "p.csv"),
        (GOOD.replace('"2,3SS+1w"', "2;3SS+1w").replace(",", "\t"), "p.tsv"),
        (gzip.compress(GOOD.encode()), "p.csv.gz"),
    ],
    ids=["plain", "bom", "crlf", "semicolons", "tsv", "gzip"],
)
def test_a_file_is_read(tmp_path: Path, data: str | bytes, name: str) -> None:
    table = read_project(write(tmp_path, data, name))
    check(table)
    assert table.source == name
    assert repr(table) == f"ProjectTable(5 activities, 2 resources, from {name})"
    check(read_project(str(tmp_path / name)))
    check(pickle.loads(pickle.dumps(table)))


def test_a_separator_may_be_named(tmp_path: Path) -> None:
    check(read_project(write(tmp_path, GOOD.replace('"2,3SS+1w"', "2;3SS+1w").replace(",", "|")), sep="|"))
    with pytest.raises(ValueError, match="sep is for files only, got ';' with a dict"):
        read_project(COLUMNS, sep=";")


def test_columns_and_rows_in_memory_are_read() -> None:
    check(read_project(COLUMNS))
    check(read_project({name: np.array(x, dtype=object) for name, x in COLUMNS.items()}))
    check(read_project(ROWS))
    listed = [{**row, "Predecessors": str(row.get("Predecessors", "")).split(",")} for row in ROWS]
    check(read_project(listed))
    assert read_project(ROWS).source == "rows given"


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_frames_are_read(kind: str, tmp_path: Path) -> None:
    library = pytest.importorskip(kind)
    text = {name: [None if x is None else str(x) for x in column] for name, column in COLUMNS.items()}
    make = library.table if kind == "pyarrow" else library.DataFrame
    check(read_project(make({**text, "ID": COLUMNS["ID"]})))
    if kind == "pandas":
        check(read_project(library.read_csv(write(tmp_path, GOOD))))
        check(read_project(library.DataFrame(COLUMNS).set_index("ID")))
        alone = library.DataFrame({"id": [1, 2], "duration": [3.0, 4.0], "predecessors": [np.nan, 1.0]})
        assert read_project(alone).project.critical_path() == ("1", "2")


# What is what.


@pytest.mark.parametrize(
    ("header", "label"),
    [
        ("Activity,Duration,Predecessors", "a"),
        ("Activity ID,Activity,Duration,Predecessors", "Made"),
        ("Activity,Description,Immediate predecessors,Time", "Made"),
        ("WBS,Task name,Duration (days),Depends on", "Made"),
        ("Task Name,Duration,Predecessors", "a"),
        ("No.,Duration,Preds", "a"),
    ],
)
def test_headings_are_known(header: str, label: str) -> None:
    names = header.split(",")
    values = {"Duration": 4, "Time": 4, "Duration (days)": 4}
    labels = [
        name for name in names if name not in values and not name.lower().startswith(("pre", "dep", "imm"))
    ]
    row = {name: values.get(name, "") for name in names}
    row |= dict(zip(labels, ("a", "Made"), strict=False))
    table = read_project([row])
    assert table.project == mk.Project({label: mk.Activity(4.0)}, hours_per_period=8)
    assert table.names == {"a": label}


def test_columns_may_be_named() -> None:
    given = {"Vorgang": ["a", "b"], "Dauer w": [1, 2], "Vorgänger": ["", "a"], "Duration": ["?", "?"]}
    table = read_project(given, columns={"id": "Vorgang", "duration": "Dauer w", "predecessors": "Vorgänger"})
    assert table.project.schedule().finish == 15


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (
            "id,duration",
            "no column is known as the predecessors; it has 'id', 'duration'; name it by columns=",
        ),
        ("duration,predecessors", "no column is known as the id; it has 'duration', 'predecessors'"),
        ("id,predecessors", "no column is known as the duration; it has 'id', 'predecessors'; name it by"),
        (
            "id,duration,predecessors,preds",
            "'predecessors' and 'preds' could each be the predecessors; say which",
        ),
        (
            "id,optimistic,pessimistic,predecessors",
            "has 'optimistic', the optimistic, but no column is known as the most_likely; name it by "
            "columns={'most_likely': …}, or leave it out by columns={'optimistic': None}",
        ),
    ],
)
def test_columns_that_are_not_there_are_named(header: str, words: str) -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011
        read_project({name: ["1"] for name in header.split(",")})
    assert words in str(refusal.value)
    assert str(refusal.value).startswith("mapping given: ")


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda: read_project(3),
            TypeError,
            "activities must be a file, a DataFrame, a mapping of column names",
        ),
        (lambda: read_project([]), ValueError, "rows given: has no activities"),
        (
            lambda: read_project([one()], period="month"),
            ValueError,
            "period must be one of 'hour', 'day', 'week'",
        ),
        (lambda: read_project([one()], dirty="skip"), ValueError, "dirty must be one of 'error', 'report'"),
        (lambda: read_project([one()], resource=3), TypeError, "resource must be a text, got 3"),  # type: ignore[arg-type]
        (lambda: read_project([one()], resource=""), ValueError, "resource must not be empty, got ''"),
        (
            lambda: read_project([one(summary="yes")]),
            ValueError,
            "rows given: has no activities, only rows that sum up others",
        ),
        (
            lambda: read_project([one(id=x, predecessors=y) for x, y in ("ac", "ba", "cb")], dirty="report"),
            ValueError,
            "rows given: an activity comes after itself: a → b → c → a (rows 1; 2; 0)",
        ),
    ],
)
def test_what_is_wrong_as_a_whole_is_refused(make: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as refusal:
        make()
    assert words in str(refusal.value)


# Cells.


@pytest.mark.parametrize(
    ("cell", "days"),
    [
        *(
            (5, 5),
            (2.5, 2.5),
            ("5", 5),
            ("5 days", 5),
            ("5d", 5),
            ("1 day", 1),
            ("1.5 days?", 1.5),
            (".5d", 0.5),
        ),
        *(("2w", 10), ("2 wks", 10), ("1 Week", 5), ("4 h", 0.5), ("12 hrs", 1.5), ("30 min.", 1 / 16)),
        *((0, 0), ("0d", 0), (np.float64(3), 3), ("1e1", 10)),
    ],
)
def test_times_are_read(cell: object, days: float) -> None:
    assert read_project([one(duration=cell)]).project.schedule().finish == pytest.approx(days, rel=1e-15)


def test_periods_and_headings_have_units() -> None:
    rows = [{"id": "a", "duration": 80, "predecessors": ""}]
    assert read_project(rows).project.schedule().finish == 80
    assert read_project(rows, period="week").project.schedule().finish == 80
    hours = [{"id": "a", "Duration (h)": 80, "predecessors": ""}]
    for period, length, per in (("hour", 80, 1), ("day", 10, 8), ("week", 2, 40)):
        project = read_project(hours, period=period, resource="office").project
        assert project.schedule().finish == length
        assert project.work() == {"office": 80}
        assert project.hours_per_period == per
    # Lags are in the unit of the duration.
    lagged = [*hours, {"id": "b", "Duration (h)": 8, "predecessors": "a+16"}]
    assert read_project(lagged).project.schedule().finish == 13


@pytest.mark.parametrize(
    ("cell", "links"),
    [
        ("a", [mk.After("a")]),
        ("a FS", [mk.After("a")]),
        ("aFS+2d", [mk.After("a", lag=2.0)]),
        ("afs + 2 days", [mk.After("a", lag=2.0)]),
        ("a+2", [mk.After("a", lag=2.0)]),
        ("aFS-4h", [mk.After("a", lag=-0.5)]),
        ("aSS+3", [mk.After("a", "start_start", 3.0)]),
        ("aFF", [mk.After("a", "finish_finish")]),
        ("aFF+1w", [mk.After("a", "finish_finish", 5.0)]),
        ("aSS-0d", [mk.After("a", "start_start")]),
        ("aSS+40%", [mk.After("a", "overlap", share=0.4)]),
        ("aFS-25%", [mk.After("a", "overlap", share=0.75)]),
        ("a: SS", [mk.After("a", "start_start")]),
        ("a;b-2", [mk.After("a"), mk.After("b-2")]),
        ("a, b-2FF", [mk.After("a"), mk.After("b-2", "finish_finish")]),
        ("a\nb-2", [mk.After("a"), mk.After("b-2")]),
        ("b-2-1d", [mk.After("b-2", lag=-1.0)]),
        ("aSS+2;aFF+1", [mk.After("a", "start_start", 2.0), mk.After("a", "finish_finish", 1.0)]),
        ("OFFS", [mk.After("OFFS")]),
        ("OFFSFS", [mk.After("OFFS")]),
        ("", []),
    ],
)
def test_predecessors_are_read(cell: str, links: list[mk.After]) -> None:
    others = [one(id=name) for name in ("a", "b-2", "OFFS")]
    project = read_project([*others, one(predecessors=cell)]).project
    assert [*project.activities["x"].links] == links


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("id", "", "is blank"),
        ("id", "a", "'a' is there already, in row 0"),
        ("duration", None, "is blank"),
        ("duration", "soon", "must be a time such as 5, '5 days', '2w' or '4 h', got 'soon'"),
        ("duration", "2,5 days", "must be a time such as 5, '5 days', '2w' or '4 h', got '2,5 days'"),
        ("duration", True, "must be a time such as 5, '5 days', '2w' or '4 h', got 'True'"),
        ("duration", "-1d", "must be ≥ 0, got -1d"),
        ("duration", "1e300", "must be ≤ 1e+09, got 1e300"),
        (
            "duration",
            "3 edays",
            "'3 edays' is elapsed time, through nights and weekends, which cannot be handled",
        ),
        (
            "duration",
            "2 mons",
            "'2 mons' is in months or years, which have no fixed length: write weeks or days",
        ),
        ("duration", "2m", "'2m' may be minutes or months: write 'min', weeks or days"),
        ("duration", "2 sprints", "'2 sprints' has a unit that is not known: write hours, days or weeks"),
        ("predecessors", "q", "'q' is no activity of the table, nor one with a relation such as FS+2d"),
        ("predecessors", "aXX", "'aXX' is no activity of the table, nor one with a relation such as FS+2d"),
        ("predecessors", "x", "'x' is the row itself"),
        ("predecessors", "a;aFS+1", "names 'a' twice with the same relation"),
        (
            "predecessors",
            "aSF",
            "'aSF' is start to finish, which cannot be handled: it would be bound by what",
        ),
        (
            "predecessors",
            "aSS-2d",
            "'aSS-2d' has a negative lag, which cannot be handled but after a finish (FS)",
        ),
        (
            "predecessors",
            "aFS+20%",
            "'aFS+20%' has a lag in per cent, which can be handled from SS+0% to SS+100%",
        ),
        ("predecessors", "aSS+120%", "'aSS+120%' has a lag in per cent"),
        ("predecessors", "aFF+20%", "'aFF+20%' has a lag in per cent"),
        ("predecessors", "aFS+2ed", "'aFS+2ed' is elapsed time"),
        ("predecessors", "aFS+2m", "'aFS+2m' may be minutes or months"),
        ("resource", "Ann, Bob", "names several resources, 'Ann', 'Bob'; an activity has one: split the row"),
        (
            "resource",
            "Ann[50%]",
            "'Ann[50%]' is a share of a person or machine, which cannot be handled: write",
        ),
        ("resource", "Ann[150%]", "'Ann[150%]' is a share of a person or machine"),
        ("resource", "Ann[0%]", "'Ann[0%]' is a share of a person or machine"),
        (
            "resource",
            "Steel[5 t]",
            "must be a resource such as 'Mechanical' or 'Mechanical[200%]', got 'Steel[5 t]'",
        ),
        ("resource", "[200%]", "must be a resource such as 'Mechanical' or 'Mechanical[200%]', got '[200%]'"),
        ("resource", ";", "must be a resource such as 'Mechanical' or 'Mechanical[200%]', got ';'"),
        ("milestone", "maybe", "must be yes or no, got 'maybe'"),
        ("summary", "maybe", "must be yes or no, got 'maybe'"),
        ("outline level", "top", "must be a whole number, got 'top'"),
    ],
)
def test_a_bad_cell_is_named(column: str, cell: Any, reason: str) -> None:
    good = [one(id=name, resource="Ann", milestone="no", summary="no") for name in ("a", "b")]
    rows = [*good, {**one(resource="Ann"), column: cell}]
    if column == "outline level":
        rows = [{"outline level": 1, **row} for row in rows]
    with pytest.raises(ValueError, match=r"^rows given: 1 of 3 rows cannot be used: row 2: ") as refusal:
        read_project(rows)
    assert f"row 2: {column} {reason}" in str(refusal.value)
    assert str(refusal.value).endswith("; dirty='report' leaves them out and lists them")
    table = read_project(rows, dirty="report")
    assert [(x.line, x.column) for x in table.rejected] == [(2, column)]
    assert table.rejected[0].reason.startswith(reason)
    assert table.notes[0] == "1 of 3 rows cannot be used and were left out: see rejected"
    assert [*table.project.activities] == ["a", "b"]


def test_a_file_names_lines(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD + "6,Paint,4 days,9FS+2d,Shop\n7,Pack\n")
    with pytest.raises(
        ValueError,
        match=r"p.csv: 2 of 7 rows cannot be used: line 7: Predecessors '9FS\+2d' is no activity of the "
        "table, nor one with a relation such as FS.2d; line 8: has 2 cells, the header has 5; dirty=",
    ):
        read_project(file)
    table = read_project(file, dirty="report")
    assert table.project == PROJECT
    assert table.rejected[1] == Rejected(8, "", "7,Pack", "has 2 cells, the header has 5")
    assert repr(table) == "ProjectTable(5 activities, 2 resources, 2 rows left out, 1 note, from p.csv)"


def test_what_comes_after_a_bad_row_is_left_out_too() -> None:
    rows = [
        one(id="a"),
        one(id="d", predecessors="c"),
        one(id="b", duration="?"),
        one(id="c", predecessors="b;a"),
    ]
    table = read_project(rows, dirty="report")
    assert [*table.project.activities] == ["a"]
    assert [(x.line, x.reason) for x in table.rejected] == [
        (1, "'c' in row 3 cannot be used"),
        (2, "must be a time such as 5, '5 days', '2w' or '4 h', got '?'"),
        (3, "'b' in row 2 cannot be used"),
    ]
    with pytest.raises(ValueError, match=r"1 of 1 row cannot be used: row 0: duration is blank$"):
        read_project([one(duration="")], dirty="report")


# Crews, points, summaries, names.


def test_a_crew_does_the_hours_between_them() -> None:
    rows = [
        one(duration="2d", resource=cell) for cell in ("Shop", "Shop[100%]", "Shop [300%]", "Shop[3]", "")
    ]
    rows = [{**row, "id": i} for i, row in enumerate(rows)]
    made = read_project(rows).project
    assert [x.crew for x in made.activities.values()] == [1, 1, 3, 3, 1]
    assert made.work() == {"Shop": 16 + 16 + 48 + 48}
    assert {row["time"] for row in made.schedule()} == {2}
    pooled = read_project(rows, resource="Office").project
    assert pooled.resources == ("Shop", "Office")
    none = read_project([one()])
    assert none.notes == (
        "no column is known as the resource: every activity is a delay that nobody works at",
    )
    assert read_project([one()], resource="Office").notes == ()
    alike = read_project([one(id=i, resource=x) for i, x in enumerate(("Shop", "shop"))])
    assert alike.notes == (
        "names that differ only in case or blanks are different resources: 'Shop' and 'shop'",
    )


def test_three_points_are_a_triangle() -> None:
    """The network of case A-ETO-eto-reliable-tri."""
    project = read_project(construction_rows(), period="week").project
    assert [*project.activities] == [*THREE_POINTS]
    assert project.activities["B"].time == mk.Triangular(2.0, 3.5, 8.0)
    assert project.activities["K"].time == mk.Deterministic(4.0)
    assert project.ends == ("M", "N")
    assert project.critical_path() == ("A", "B", "C", "E", "F", "J", "L", "N")
    # Less than the mean of the finish, which is known: PERT is too low.
    assert project.pert().mean < 46.2334708


def test_three_points_go_before_the_duration() -> None:
    points = {"optimistic": "1w", "most likely": "6d", "pessimistic": "64 h"}
    rows = [one(**points), {**one(**dict.fromkeys(points)), "id": "y", "duration": "3d"}]
    table = read_project(rows, resource="office")
    assert table.project.activities["x"].hours == mk.Triangular(40.0, 48.0, 64.0)
    assert table.project.activities["y"].hours == mk.Deterministic(24.0)
    assert table.notes == ("the duration is not read where three points are given: 1 row",)
    bad = read_project([*rows, {**one(**{**points, "optimistic": "2w"}), "id": "z"}], dirty="report")
    assert bad.rejected[0] == Rejected(
        *(
            2,
            "most likely",
            "6d",
            "must lie between the optimistic and the pessimistic time, got 2w, 6d, 64 h",
        ),
    )
    lacking = read_project([*rows, {**one(**{**points, "pessimistic": ""}), "id": "z"}], dirty="report")
    assert [(x.column, x.reason) for x in lacking.rejected] == [("pessimistic", "is blank")]


BREAKDOWN: list[dict[str, Any]] = [
    {"id": 1, "wbs": "1", "name": "Engineering", "duration": "20d", "resource": ""},
    {"id": 2, "wbs": "1.1", "name": "Review", "duration": "5d", "resource": "Office"},
    {"id": 3, "wbs": "1.2", "name": "Detail", "duration": "15d", "resource": "Office", "predecessors": 2},
    {"id": 4, "wbs": "2", "name": "Review", "duration": "2d", "predecessors": "1.2FS+1d"},
]


def test_rows_that_sum_up_others_are_left_out() -> None:
    table = read_project(BREAKDOWN)
    assert table.notes == ("rows that only sum up others are left out: '1 Engineering'",)
    assert [*table.project.activities] == ["Review (2)", "Detail", "Review (4)"]
    assert table.names == {"2": "Review (2)", "3": "Detail", "4": "Review (4)"}
    assert table.project.schedule().finish == 5 + 15 + 1 + 2
    by_level = [
        {**{k: x for k, x in row.items() if k != "wbs"}, "outline level": level, "predecessors": ""}
        for row, level in zip(BREAKDOWN, (1, 2, 2, 1), strict=True)
    ]
    assert [*read_project(by_level).names] == ["2", "3", "4"]
    told = [{**row, "outline level": 1, "summary": "Yes" if row["id"] == 1 else "No"} for row in by_level]
    assert [*read_project(told).names] == ["2", "3", "4"]
    # A breakdown in the column of ids.
    by_id = [
        {**{k: x for k, x in row.items() if k not in ("wbs", "id")}, "WBS": row["wbs"]} for row in BREAKDOWN
    ]
    by_id[2]["predecessors"] = "1.1"
    assert [*read_project(by_id).names] == ["1.1", "1.2", "2"]


def test_what_a_summary_has_of_its_own_is_not_lost() -> None:
    rows = [{**row} for row in BREAKDOWN]
    rows[0] |= {"resource": "Ann", "predecessors": "4"}
    rows[3] |= {"predecessors": "1"}
    table = read_project(rows, dirty="report")
    assert [(x.line, x.column, x.reason) for x in table.rejected] == [
        (0, "resource", "is work of a row that sums up others: make it an activity among them"),
        (
            0,
            "predecessors",
            "is of a row that sums up others: give it to the activities of it that start first",
        ),
        (3, "predecessors", "'1' sums up others: name the activities of it that come before"),
    ]


def test_names_are_distinct_whatever_they_are() -> None:
    rows = [one(id="1", name="a"), one(id="2", name="a"), one(id="3", name="a (1)"), one(id="4", name="")]
    assert [*read_project(rows).project.activities] == ["1", "2", "3", "4"]
    assert [*read_project(rows[:2]).project.activities] == ["a (1)", "a (2)"]


def test_columns_passed_over_are_told() -> None:
    table = read_project([{"ID": 1, "UID": 7, "Duration": 2, "Predecessors": "", "Resource": "x"}])
    assert table.notes == ("the id is read from 'ID', not from 'UID'",)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c", ""]),
            st.sampled_from([1, "2d", "x", None, 0]),
            st.sampled_from(["", "a", "bSS+1", "a;c", "aSF", "d"]),
            st.sampled_from(["", "Shop", "Shop[200%]", "Shop[50%]"]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_every_row_is_used_or_named(rows: list[tuple[Any, ...]]) -> None:
    names = ("id", "duration", "predecessors", "resource")
    table_rows = [dict(zip(names, row, strict=True)) for row in rows]
    try:
        table = read_project(table_rows, dirty="report")
    except ValueError as error:
        assert str(error).startswith("rows given: ")  # noqa: PT017
        return
    lost = {x.line for x in table.rejected}
    assert len(table.project.activities) + len(lost) == len(rows)
    assert [*table.names] == [row[0] for i, row in enumerate(rows) if i not in lost]
