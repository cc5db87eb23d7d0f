"""A demand history: parts in rows, periods in columns, and whatever else is known of a part beside them.

Reading is strict: a cell that is not a number is refused with file, line and column. A blank in a period
means "not observed", which is not the same as zero. What stands in the other columns is kept as text;
whoever uses a column judges its cells.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import os
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._check import real_array
from ._labels import find_periods, out_of_order, periods_per_year

__all__ = ["History", "as_history", "read_history"]

BLANK = {"", "NA", "NaN", "nan", "None", "null", "<NA>", "NaT"}
"""What is read as blank."""
_DEMAND = "demand"


@dataclass(frozen=True, eq=False)
class History:
    """Demand of several parts, blanks as NaN."""

    names: tuple[str, ...]
    """One per part."""
    values: NDArray[np.float64]
    """Units, shape (part, period); NaN where nothing was observed."""
    periods: tuple[str, ...]
    """Labels of the periods."""
    source: str
    """Where it came from."""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other columns by name: one text per part, empty where blank."""
    rows: tuple[str, ...] = ()
    """Where each part stands in its source, for messages."""
    per_year: float | None = None
    """Periods in a year; none where the labels do not tell."""

    def observed(self, part: int) -> NDArray[np.float64]:
        """What was observed of a part, in order of time, shape (periods observed,)."""
        row = self.values[part]
        kept: NDArray[np.float64] = row[~np.isnan(row)]
        return kept

    def column(self, field: str, name: str) -> tuple[str, ...]:
        """A column beside the periods.

        Raises
        ------
        ValueError
            If there is none of this name; the message lists those there are.
        """
        if name in self.columns:
            return self.columns[name]
        listed = ", ".join(map(repr, self.columns))
        there = f"it has {listed}" if listed else "it has none beside the periods"
        raise ValueError(f"{field}: {self.source} has no column {name!r}; {there}")

    def where(self, part: int) -> str:
        """Where a part stands in its source."""
        return self.rows[part] if self.rows else f"part {self.names[part]!r}"

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        span = f"{self.periods[0]} … {self.periods[-1]}"
        beside = f", beside them {', '.join(self.columns)}" if self.columns else ""
        return f"History({len(self)} parts × {len(self.periods)} periods, {span}{beside}, from {self.source})"


def read_history(path: str | os.PathLike[str]) -> History:
    """Read a demand history.

    Parameters
    ----------
    path : path-like
        A CSV file, plain or gzip-compressed, in UTF-8 with or without a byte-order mark; or a Parquet file,
        which needs pyarrow. The first row holds the column names, the first column the part's name. Columns
        named like periods, in order of time, hold the demand: weeks (``2012W01``, ``2012-W01``), months
        (``1998-01``), quarters (``1998Q1``), dates (``1998-01-31``), or plain numbers (``1``, ``t1``, ``week
        1``); where several of these occur, the most frequent kind. All other columns are kept beside them.
        If no name looks like a period, every column is one. A blank (or NA, or NaN) says: not observed.

    Returns
    -------
    History

    Raises
    ------
    ModuleNotFoundError
        If it is a Parquet file and pyarrow is not installed.
    OSError
        If the file cannot be read.
    ValueError
        If it is empty, not UTF-8, ragged, or holds a number that is none, is infinite or negative, or a name
        twice, or periods out of order. The message names file, line and column.
    """
    file = Path(path)
    if file.suffix.lower() in (".parquet", ".pq"):
        return _from_frame(_parquet(file), str(file))
    text = _text(file)
    if not text.strip():
        raise ValueError(f"{file}: is empty")
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(rows)]
        _check_header(file, header)
        body, lines = [], []
        for row in rows:
            if not row or (len(row) == 1 and not row[0].strip()):
                continue
            if len(row) != len(header):
                raise ValueError(
                    f"{file}, line {rows.line_num}: has {len(row)} fields, the header has {len(header)}"
                )
            body.append(row)
            lines.append(f"line {rows.line_num}")
    except csv.Error as error:
        raise ValueError(f"{file}, line {rows.line_num}: not CSV: {error}") from None
    return _table(str(file), file.name, header, body, lines)


def as_history(given: Any) -> History:
    """A history from a file, a table in memory, or arrays by part name.

    Arrays may differ in length (they end together); NaN is not observed. A part may also be a mapping that
    holds its array under ``"demand"`` and whatever else is known beside it.

    Raises
    ------
    TypeError, ValueError
        If arrays are not one-dimensional, hold no numbers, or infinite or negative ones.
    """
    if isinstance(given, History):
        return given
    if isinstance(given, (str, os.PathLike)):
        return read_history(given)
    if hasattr(given, "columns") and hasattr(given, "__getitem__") and not isinstance(given, Mapping):
        return _from_frame(given, f"{type(given).__name__} given")
    if not isinstance(given, Mapping):
        raise TypeError(
            "history must be a file, a DataFrame or a mapping of part names to arrays, got "
            f"{type(given).__name__}"
        )
    if not given:
        raise ValueError("history must have at least one part, got an empty mapping")
    named = [str(name) for name in given]
    twice = _first_twice(named)
    if twice is not None:
        raise ValueError(f"history must name every part once; two keys read {twice!r}")
    beside: dict[str, list[str]] = {}
    rows = {}
    for i, (name, row) in enumerate(zip(named, given.values(), strict=True)):
        where = f"history[{name!r}]"
        if isinstance(row, Mapping):
            if _DEMAND not in row:
                raise ValueError(
                    f"{where} must hold its array under {_DEMAND!r}, got {', '.join(map(repr, row))}"
                )
            for column, cell in row.items():
                if column != _DEMAND:
                    beside.setdefault(str(column), [""] * len(named))[i] = _as_text(cell)
            row = row[_DEMAND]
            where += f"[{_DEMAND!r}]"
        array = real_array(where, row, axes=1)
        bad = np.flatnonzero(np.isinf(array) | (array < 0.0))
        if bad.size:
            raise ValueError(f"{where} must be finite and ≥ 0, got {array[bad[0]]} at position {bad[0]}")
        rows[name] = array
    longest = max(map(len, rows.values()))
    values = np.full((len(rows), longest), np.nan)
    for i, array in enumerate(rows.values()):
        values[i, longest - len(array) :] = array
    columns = {name: tuple(cells) for name, cells in beside.items()}
    return History(tuple(rows), values, tuple(str(t) for t in range(longest)), "given history", columns)


def _table(
    place: str, source: str, header: list[str], body: Sequence[Sequence[str]], rows: list[str]
) -> History:
    """A history from texts; `place` is for messages, `rows` says where each row stands."""
    at, kind = find_periods(header[1:])
    labels = [header[1 + i] for i in at]
    if kind is not None:
        wrong = out_of_order(labels, kind)
        if wrong is not None:
            raise ValueError(
                f"{place}: periods must be in order of time, got {wrong[1]!r} after {wrong[0]!r}"
            )
    if not body:
        raise ValueError(f"{place}: has a header and no parts")
    names: dict[str, int] = {}
    values = np.empty((len(body), len(at)))
    for i, row in enumerate(body):
        name = row[0].strip()
        if not name:
            raise ValueError(f"{place}, {rows[i]}, column {header[0]!r}: the part has no name")
        if name in names:
            raise ValueError(f"{place}, {rows[i]}: part {name!r} was there before, in {rows[names[name]]}")
        names[name] = i
        values[i] = [_number(place, rows[i], label, row[1 + j]) for j, label in zip(at, labels, strict=True)]
    beside = sorted(set(range(len(header) - 1)) - set(at))
    columns = {
        header[1 + j]: tuple("" if row[1 + j].strip() in BLANK else row[1 + j].strip() for row in body)
        for j in beside
    }
    return History(
        tuple(names), values, tuple(labels), source, columns, tuple(rows), periods_per_year(labels, kind)
    )


def _from_frame(frame: Any, place: str) -> History:
    """A pandas or polars DataFrame, or an Arrow table, through the same door as a file."""
    given = [*(frame.column_names if hasattr(frame, "column_names") else frame.columns)]
    header = [str(name) for name in given]
    twice = _first_twice(header)
    if twice is not None:
        raise ValueError(f"{place}: column {twice!r} is there twice")
    cells = [[_as_text(x) for x in _cells(frame[name])] for name in given]
    index = getattr(frame, "index", None)
    if index is not None and (index.name is not None or index.dtype == object or index.dtype.kind in "OUT"):
        # pandas with names in the index rather than in a column.
        header.insert(0, str(index.name or "part"))
        cells.insert(0, [_as_text(x) for x in index])
    if len(header) < 2:
        raise ValueError(f"{place}: needs a column of names and at least one period")
    rows = [f"row {i}" for i in range(len(cells[0]))]
    return _table(place, Path(place).name, header, list(zip(*cells, strict=True)), rows)


def _cells(column: Any) -> Iterable[Any]:
    """The values of a column, whatever kind of column it is."""
    for method in ("tolist", "to_list", "to_pylist"):
        if hasattr(column, method):
            column = getattr(column, method)()
            break
    return [*column]


def _as_text(cell: Any) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    text = str(cell.item() if isinstance(cell, np.generic) else cell).strip()
    return "" if text in BLANK else text


def _parquet(file: Path) -> Any:
    try:
        import pyarrow.parquet  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        raise ModuleNotFoundError(
            f"{file}: reading Parquet needs pyarrow: pip install pyarrow, or save the table as CSV"
        ) from None
    try:
        return pyarrow.parquet.read_table(file)
    except pyarrow.ArrowInvalid as error:
        raise ValueError(f"{file}: is not a Parquet file: {error}") from None


def _text(file: Path) -> str:
    data = file.read_bytes()
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"{file}: the compressed data are damaged: {error}") from None
    elif file.suffix == ".gz" and data:
        raise ValueError(f"{file}: is not gzip-compressed, though its name says so")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValueError(
            f"{file}, line {line}: is not UTF-8 (byte 0x{data[error.start]:02x}); save it as CSV UTF-8"
        ) from None


def _check_header(file: Path, header: list[str]) -> None:
    if len(header) < 2:
        hint = next((f"; is it separated by {s!r}? Commas are needed" for s in ";\t" if s in header[0]), "")
        raise ValueError(f"{file}, line 1: needs a column of names and at least one period{hint}")
    for i, name in enumerate(header[1:], start=2):
        if not name:
            raise ValueError(f"{file}, line 1: column {i} has no name")
    twice = _first_twice(header)
    if twice is not None:
        raise ValueError(f"{file}, line 1: column {twice!r} is there twice")


def _number(place: str, row: str, column: str, cell: str) -> float:
    text = cell.strip()
    if text in BLANK:
        return math.nan
    try:
        # Python reads 1_000 as a number; nobody writes a history that way on purpose.
        value = math.nan if "_" in text else float(text)
    except ValueError:
        value = math.nan
    if 0.0 <= value < math.inf:
        return value
    where = f"{place}, {row}, column {column!r}"
    if math.isnan(value):
        raise ValueError(f"{where}: must be a number, got {text!r}")
    raise ValueError(f"{where}: must be finite and ≥ 0, got {text}")


def _first_twice(names: Iterable[str]) -> str | None:
    seen = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
