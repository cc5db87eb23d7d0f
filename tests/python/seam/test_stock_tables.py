"""Tables as they come: which columns are periods, cells that are wrong, Parquet, pandas and polars."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import maketo as mk
from maketo.cli import main
from maketo.examples import warehouse, write_table
from maketo.history import as_history, read_history

RUN: dict[str, Any] = {"replications": 100, "resamples": 2, "seed": 1, "exchange": False}
WEEKS = "2012W01,2012W02,2012W03,2012W04,2012W05,2012W06,2012W07"


def write(folder: Path, text: str) -> Path:
    file = folder / "h.csv"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("labels", "periods", "per_year"),
    [
        ("moq,2012W01,2012W02", 2, 52.18),
        ("moq,2012-W51,2012-W52,2013-W01", 3, 52.18),
        ("1998-01,moq,1998-02", 2, 12),
        ("1998Q3,1998Q4,note", 2, 4),
        ("moq,2020-01-06,2020-01-13,2020-01-20", 3, 52.18),
        ("moq,2020-01-31,2020-02-29,2020-03-31", 3, 12),
        ("2020-01-30,2020-01-31,2020-02-03,2020-02-04,moq", 4, 219),
        ("2020-01-01 00:00:00,2020-01-02 00:00:00,moq", 2, 365.25),
        ("moq,1,2,3", 3, None),
        ("moq,t0,t1", 2, None),
        ("moq,week 1,week 2", 2, None),
        ("jan,feb", 2, None),
        ("2012W01,2012W02,7", 2, 52.18),
    ],
)
def test_which_columns_are_periods(tmp_path: Path, labels: str, periods: int, per_year: float | None) -> None:
    row = ",".join("1" for _ in labels.split(","))
    history = read_history(write(tmp_path, f"part,{labels}\na,{row}\n"))
    assert len(history.periods) == periods
    beside = set(labels.split(",")) - set(history.periods)
    assert set(history.columns) == beside
    assert all(history.columns[name] == ("1",) for name in beside)
    if per_year is None:
        assert history.per_year is None
    else:
        assert history.per_year == pytest.approx(per_year, rel=0.35 if per_year == 219 else 1e-3)


def test_periods_out_of_order_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"order of time, got '2012W01' after '2012W02'"):
        read_history(write(tmp_path, "part,2012W02,2012W01\na,1,2\n"))


def test_dirty_rows_are_reported_and_the_others_decided(tmp_path: Path) -> None:
    rows = [
        f"part,lead,moq,cost,{WEEKS}",
        "good,2,,3,1,0,2,0,1,0,3",
        "blank,,5,3,1,0,2,0,1,0,3",
        "words,soon,5,3,1,0,2,0,1,0,3",
        "half,2.5,5,3,1,0,2,0,1,0,3",
        "negative,-1,5,3,1,0,2,0,1,0,3",
        "ages,1e9,5,3,1,0,2,0,1,0,3",
        "two,NA,5,inf,1,0,2,0,1,0,3",
        "idle,2,5,3,0,0,0,0,0,0,0",
    ]
    file = write(tmp_path, "\n".join(rows) + "\n")
    plan = mk.stock(file, lead_time="lead", moq="moq", unit_cost="cost", policy="min_max", **RUN)
    assert plan["good"].decided
    assert plan["good"].order_size == 1
    assert plan["idle"].status == "no demand"
    notes = {
        "blank": "line 3, column 'lead': is blank",
        "words": "line 4, column 'lead': must be a number, got 'soon'",
        "half": "line 5, column 'lead': must be a whole number of periods ≤ 10000, got 2.5",
        "negative": "line 6, column 'lead': must be ≥ 0, got -1",
        "ages": "line 7, column 'lead': must be a whole number of periods ≤ 10000, got 1e+09",
        "two": "line 8, column 'lead': is blank; line 8, column 'cost': must be finite, got inf",
    }
    for part, note in notes.items():
        assert plan[part].status == "unusable cell"
        assert plan[part].note == note
        assert not plan[part].decided
    assert len(plan.problems) == len(notes)
    text = plan.report()
    assert "6 unusable cell" in text
    assert "… and 1 more" in text
    assert "line 8" in plan.to_html()


def test_lead_times_beyond_the_history(tmp_path: Path) -> None:
    rows = [f"part,lead,{WEEKS}", "near,0,1,0,2,0,1,0,3", "far,200,1,0,2,0,1,0,3"]
    plan = mk.stock(write(tmp_path, "\n".join(rows) + "\n"), lead_time="lead", **RUN)
    assert plan["far"].fill > 0.85
    assert plan["far"].level > 100 * plan["near"].mean_demand
    assert plan.settings["warm_up"] == [2, 256]


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    names, weeks, history, columns = warehouse(n_parts=5, n_periods=60)
    history[1, :5] = np.nan
    table = {"part": names, **columns, **{w: history[:, t].tolist() for t, w in enumerate(weeks)}}
    return {"names": names, "weeks": weeks, "history": history, "columns": columns, "table": table}


def check(history: mk.History, example: dict[str, Any]) -> None:
    assert list(history.names) == example["names"]
    assert list(history.periods) == example["weeks"]
    np.testing.assert_array_equal(history.values, example["history"])
    for name, cells in example["columns"].items():
        assert [float(x) for x in history.columns[name]] == pytest.approx(cells)


def test_csv(example: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "t.csv.gz"
    write_table(file, example["names"], example["weeks"], example["history"], example["columns"])
    check(read_history(file), example)


def test_pandas(example: dict[str, Any]) -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(example["table"])
    check(as_history(frame), example)
    check(as_history(frame.set_index("part")), example)
    dates = pd.date_range("2020-01-31", periods=3, freq="ME")
    by_month = as_history(pd.DataFrame([[1, 2, 3.0]], columns=dates, index=["a"]))
    assert by_month.per_year == 12
    assert by_month.names == ("a",)
    with pytest.raises(ValueError, match="column 'x' is there twice"):
        as_history(pd.DataFrame([[1, 2]], columns=["x", "x"], index=["a"]))
    with pytest.raises(ValueError, match=r"row 1, column '2012W02': must be a number, got 'two'"):
        as_history(pd.DataFrame({"part": ["a", "b"], "2012W01": [1, 2], "2012W02": [3, "two"]}))


def test_polars(example: dict[str, Any]) -> None:
    pl = pytest.importorskip("polars")
    check(as_history(pl.DataFrame(example["table"], strict=False)), example)


def test_parquet(example: dict[str, Any], tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "h.parquet"
    parquet.write_table(pa.table(example["table"]), file)
    check(read_history(file), example)
    (tmp_path / "bad.parquet").write_text("part,2012W01\na,1\n")
    with pytest.raises(ValueError, match="not a Parquet file"):
        read_history(tmp_path / "bad.parquet")
    with pytest.raises(OSError, match="nothing"):
        read_history(tmp_path / "nothing.parquet")


def test_parquet_without_pyarrow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (tmp_path / "h.parquet").write_bytes(b"PAR1")
    assert main(["stock", str(tmp_path / "h.parquet"), "--lead-time", "1", "--target-fill", "0.9"]) == 1
    assert "needs pyarrow" in capsys.readouterr().err


def test_a_mapping_with_columns() -> None:
    parts = {"a": {"demand": [1, 0, 2], "lead": 3}, "b": {"demand": [1, 1], "moq": 5}}
    history = as_history(parts)
    assert history.columns == {"lead": ("3", ""), "moq": ("", "5")}
    np.testing.assert_array_equal(history.values, [[1, 0, 2], [np.nan, 1, 1]])
    with pytest.raises(ValueError, match="must hold its array under 'demand', got 'moq'"):
        as_history({"a": {"moq": 5}})
    with pytest.raises(ValueError, match=r"history\['a'\]\['demand'\] must be finite"):
        as_history({"a": {"demand": [1, -1]}})


def test_columns_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names, weeks, history, columns = warehouse(n_parts=4, n_periods=40)
    file = tmp_path / "h.csv"
    write_table(file, names, weeks, history, columns)
    more = ["--replications", "100", "--resamples", "0", "--seed", "1"]
    terms = [
        "--holding",
        "holding_cost_eur_per_unit_year",
        "--backorder",
        "90",
        "--unit-cost",
        "unit_cost_eur",
    ]
    lots = ["--policy", "min_max", "--moq", "moq", "--pack", "pack_size", "--order-cost", "5"]
    command = ["stock", str(file), "--lead-time", "lead_time_weeks", "--target", "cost", *terms, *lots, *more]
    assert main([*command, "--out", str(tmp_path / "out")]) == 0
    out = capsys.readouterr().out
    assert "least cost" in out
    assert "report.html" in out
    assert main(["stock", str(file), "--lead-time", "weeks", "--target-fill", "0.9", *more]) == 1
    err = capsys.readouterr().err
    assert "no column 'weeks'" in err
    assert "'lead_time_weeks', 'moq'" in err
    assert err.count("\n") == 1


def test_real_warehouse(data: Path) -> None:
    history = read_history(data / "man_weekly_3451x150.csv.gz")
    assert len(history) == 3451
    assert len(history.periods) == 150
    assert list(history.columns)[-1] == "moq"
    assert (history.values == 0).mean() == pytest.approx(0.93, abs=0.01)


def test_a_part_of_another_world_does_not_stop_the_others() -> None:
    table = {"usual": [3, 0, 5, 2, 4, 1, 0, 6], "absurd": [1e15, 0, 5, 2, 4, 1, 0, 6]}
    plan = mk.stock(table, lead_time=2, target_fill=0.9, **RUN)
    assert plan["usual"].status == "ok"
    assert plan["absurd"].status == "too large"
    assert not plan["absurd"].decided
