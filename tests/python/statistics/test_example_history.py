"""The example history has the statistics its docstring claims, and blank is not zero."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from maketo.examples import spare_parts, write_history


def test_statistics_resemble_spare_parts() -> None:
    """Bounds are wide of the docstring's figures by several standard errors; a frozen seed cannot flicker."""
    _, history = spare_parts(n_parts=2000)
    observed = [row[~np.isnan(row)] for row in history]
    sizes = [row[row > 0] for row in observed]
    zeros = sum(int((row == 0).sum()) for row in observed) / sum(row.size for row in observed)
    assert zeros == pytest.approx(0.75, abs=0.02)

    repeated = [(row, sold) for row, sold in zip(observed, sizes, strict=True) if sold.size >= 2]
    interval = np.median([row.size / sold.size for row, sold in repeated])
    assert interval == pytest.approx(4.6, abs=0.4)
    variation = np.median([sold.var() / sold.mean() ** 2 for _, sold in repeated])
    assert variation == pytest.approx(0.2, abs=0.04)


def test_history_is_whole_positive_and_never_empty() -> None:
    _, history = spare_parts(n_parts=2000)
    known = history[~np.isnan(history)]
    assert (known >= 0).all()
    assert (known == np.floor(known)).all()
    assert (np.nansum(history, axis=1) >= 1).all()


def test_blank_means_not_yet_introduced() -> None:
    _, history = spare_parts()
    blank = np.isnan(history)
    assert 0.1 < blank[:, 0].mean() < 0.3
    assert not blank[:, -1].any()
    # Once introduced, a part stays.
    assert (np.diff(blank.astype(int), axis=1) <= 0).all()


def test_same_seed_same_history() -> None:
    names, history = spare_parts(n_parts=50, n_periods=24, seed=5)
    again = spare_parts(n_parts=50, n_periods=24, seed=5)
    assert names == again[0]
    assert np.array_equal(history, again[1], equal_nan=True)
    other = spare_parts(n_parts=50, n_periods=24, seed=6)[1]
    assert not np.array_equal(history, other, equal_nan=True)
    assert len(set(names)) == 50


@pytest.mark.parametrize("size", [{"n_parts": 0}, {"n_periods": 1}])
def test_too_small_is_refused(size: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"must be ≥ \d, got \d"):
        spare_parts(**size)


@pytest.mark.parametrize("name", ["history.csv", "history.csv.gz"])
def test_written_history(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_history(path, ["a", "b"], np.array([[np.nan, 2.0, 0.0], [1.0, 0.5, 12.0]]), first_month="2023-12")
    data = path.read_bytes()
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode()
    assert text == "part_id,2023-12,2024-01,2024-02\na,,2,0\nb,1,0.5,12\n"


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shape"):
        write_history(tmp_path / "x.csv", ["a"], np.zeros((2, 3)))
    with pytest.raises(ValueError, match="first_month must be YYYY-MM, got '2023-13'"):
        write_history(tmp_path / "x.csv", ["a"], np.zeros((1, 3)), first_month="2023-13")
