"""A history that is not right is refused with file, line and column; a right one is read as it stands."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from maketo.history import as_history, read_history

GOOD = "part,2020-01,2020-02,2020-03\na,1,,3\nb,0,2.5,NA\n"


def write(folder: Path, data: str | bytes, name: str = "h.csv") -> Path:
    file = folder / name
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return file


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\n\n"),
        GOOD.rstrip("\n"),
        GOOD.replace("a,1,", '"a", 1 ,'),
        gzip.compress(GOOD.encode()),
    ],
    ids=["plain", "bom", "crlf", "blank lines", "no last newline", "quotes and spaces", "gzip"],
)
def test_read(tmp_path: Path, data: str | bytes) -> None:
    history = read_history(write(tmp_path, data))
    assert history.names == ("a", "b")
    assert history.periods == ("2020-01", "2020-02", "2020-03")
    # A blank is not a zero.
    np.testing.assert_array_equal(history.values, [[1, np.nan, 3], [0, 2.5, np.nan]])
    assert history.observed(0).tolist() == [1, 3]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", ["is empty"]),
        ("\n \n", ["is empty"]),
        ("part,2020-01\n", ["no parts"]),
        ("part\na\n", ["line 1", "at least one period"]),
        ("part;2020-01\na;1\n", ["line 1", "';'", "Commas"]),
        ("part,2020-01,2020-01\na,1,2\n", ["line 1", "'2020-01'", "twice"]),
        ("part,2020-01,\na,1,2\n", ["line 1", "column 3", "no name"]),
        ("part,t0,t1\na,1,2\nb,1\n", ["line 3", "2 fields", "3"]),
        ("part,t0,t1\na,1,2,3\n", ["line 2", "4 fields", "3"]),
        ("part,t0\na,1\nb,2\na,3\n", ["line 4", "'a'", "line 2"]),
        ("part,t0\n,1\n", ["line 2", "'part'", "no name"]),
        ("part,t0,t1\na,1,x\n", ["line 2", "column 't1'", "number", "'x'"]),
        ("part,t0\na,1_000\n", ["line 2", "column 't0'", "'1_000'"]),
        ('part,t0\na,"1,000"\n', ["line 2", "column 't0'", "'1,000'"]),
        ("part,t0\na,-1\n", ["line 2", "column 't0'", "≥ 0", "-1"]),
        ("part,t0\na,inf\n", ["line 2", "column 't0'", "finite", "inf"]),
        ('part,t0\na,"1\n', ["not CSV"]),
        (b"part,t0\na,1\n\xe9t\xe9,2\n", ["line 3", "UTF-8", "0xe9"]),
        (gzip.compress(GOOD.encode())[:-9], ["compressed"]),
        (b"\x1f\x8b" + b"no gzip at all", ["compressed"]),
    ],
)
def test_refused(tmp_path: Path, data: str | bytes, words: list[str]) -> None:
    file = write(tmp_path, data)
    with pytest.raises(ValueError, match=r"h\.csv") as refusal:
        read_history(file)
    assert all(word in str(refusal.value) for word in words), str(refusal.value)


def test_a_name_that_promises_gzip(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="gzip"):
        read_history(write(tmp_path, GOOD, "h.csv.gz"))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nothing"):
        read_history(tmp_path / "nothing.csv")


def test_from_arrays() -> None:
    history = as_history({"a": [1, 2, 3], "b": np.array([5])})
    np.testing.assert_array_equal(history.values, [[1, 2, 3], [np.nan, np.nan, 5]])
    assert history.observed(1).tolist() == [5]
    with pytest.raises(ValueError, match=r"history\['b'\].*-1.*position 1"):
        as_history({"a": [1], "b": [0, -1]})
    with pytest.raises(TypeError, match="history"):
        as_history([1, 2])
    with pytest.raises(ValueError, match="at least one part"):
        as_history({})


def test_real_car_parts(data: Path) -> None:
    history = read_history(data / "carparts_monthly_1000.csv.gz")
    assert len(history) == 1000
    assert len(history.periods) == 51
    observed = history.values[~np.isnan(history.values)]
    assert (observed == 0).mean() == pytest.approx(0.74, abs=0.01)
