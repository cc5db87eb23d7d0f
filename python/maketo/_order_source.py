"""Rows of orders, or of a bill, from whatever holds them: a file, a DataFrame, columns, rows.

Knows shapes, never what a column means. What is wrong with a source as a whole is refused here; a row with
too many or too few cells is only noted.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .history import _cells, _first_twice, _parquet, _text

__all__ = ["Rejected", "Source", "open_source"]


class Rejected(NamedTuple):
    """A cell, or a whole row, that cannot be used."""

    line: int
    """Line in the file; row, from 0, of a table in memory."""
    column: str
    """Its heading in the source; empty where the whole row is meant."""
    value: str
    """What stands there."""
    reason: str
    """Why it cannot be used, to be read after the heading."""


@dataclass(frozen=True)
class Source:
    """Cells as they came, row by row."""

    place: str
    """For messages."""
    name: str
    header: list[str]
    rows: list[tuple[Any, ...]]
    lines: list[int]
    """Where each row starts."""
    ragged: tuple[Rejected, ...] = ()
    """Rows that do not fit the header; they are not among `rows`."""
    word: str = "row"
    """What `lines` counts."""

    @property
    def total(self) -> int:
        """Rows, whether they fit or not."""
        return len(self.rows) + len(self.ragged)


def open_source(given: Any, sep: str | None, what: str = "orders") -> Source:
    """Rows and header of a file or a table in memory; `what` they are, for messages.

    Raises
    ------
    TypeError, ValueError
        If it is nothing that holds rows, or holds none.
    """
    if isinstance(given, (str, os.PathLike)):
        file = Path(given)
        source = (
            _from_columns(*_frame(_parquet(file), str(file)), str(file), file.name)
            if file.suffix.lower() in (".parquet", ".pq")
            else _from_file(file, sep)
        )
    elif sep is not None:
        raise ValueError(f"sep is for files only, got {sep!r} with a {type(given).__name__}")
    elif isinstance(given, Mapping):
        source = _from_columns([str(name) for name in given], [*given.values()], "mapping given")
    elif hasattr(given, "columns") and hasattr(given, "__getitem__"):
        place = f"{type(given).__name__} given"
        source = _from_columns(*_frame(given, place), place)
    elif isinstance(given, Sequence) and all(isinstance(row, Mapping) for row in given):
        source = _from_rows(given)
    else:
        raise TypeError(
            f"{what} must be a file, a DataFrame, a mapping of column names to columns or a sequence of "
            f"mappings, got {type(given).__name__}"
        )
    if not source.total:
        raise ValueError(f"{source.place}: has no {what}")
    return source


def _from_file(file: Path, sep: str | None) -> Source:
    if file.suffix.lower() in (".xlsx", ".xls", ".ods"):
        raise ValueError(
            f"{file}: is a spreadsheet; save it as CSV, or give the DataFrame of pandas.read_excel"
        )
    text = _text(file)
    if not text.strip():
        raise ValueError(f"{file}: is empty")
    if sep is not None and (not isinstance(sep, str) or len(sep) != 1):
        raise ValueError(f"sep must be one character, got {sep!r}")
    between = sep or _separator(file, text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    header: list[str] = []
    rows, starts, ragged = [], [], []
    try:
        # A quoted cell may run over several lines: a row stands where it starts.
        start = 1
        for row in lines:
            if not any(header):
                header = [cell.strip() for cell in row]
            elif len(row) == len(header):
                rows.append(tuple(row))
                starts.append(start)
            elif len(row) > 1 or any(cell.strip() for cell in row):
                reason = f"has {len(row)} cells, the header has {len(header)}"
                ragged.append(Rejected(start, "", between.join(row), reason))
            start = lines.line_num + 1
    except csv.Error as error:
        raise ValueError(f"{file}, line {lines.line_num}: not CSV: {error}") from None
    return Source(str(file), file.name, header, rows, starts, tuple(ragged), "line")


def _separator(file: Path, text: str) -> str:
    if any(suffix.lower() == ".tsv" for suffix in file.suffixes):
        return "\t"
    first = re.sub(r'"[^"]*"', "", next(line for line in text.splitlines() if line.strip()))
    return max(",;\t", key=first.count)


def _frame(frame: Any, place: str) -> tuple[list[str], list[Any]]:
    """A pandas or polars DataFrame, or an Arrow table."""
    given = [*(frame.column_names if hasattr(frame, "column_names") else frame.columns)]
    header = [str(name) for name in given]
    twice = _first_twice(header)
    if twice is not None:
        raise ValueError(f"{place}: column {twice!r} is there twice")
    cells = [frame[name] for name in given]
    index: Any = getattr(frame, "index", None)
    if getattr(index, "name", None) is not None and str(index.name) not in header:
        # pandas with order numbers or dates in the index rather than in a column.
        header.insert(0, str(index.name))
        cells.insert(0, index)
    return header, cells


def _from_columns(header: list[str], columns: Iterable[Any], place: str, name: str | None = None) -> Source:
    cells = []
    for heading, column in zip(header, columns, strict=True):
        if (
            isinstance(column, (str, bytes))
            or not hasattr(column, "__iter__")
            or getattr(column, "ndim", 1) != 1
        ):
            raise TypeError(f"{place}: column {heading!r} must be a sequence, got {type(column).__name__}")
        dates = isinstance(column, np.ndarray) and column.dtype.kind == "M"
        # numpy gives nanoseconds as bare numbers.
        cells.append([*_cells(column.astype("datetime64[us]") if dates else column)])
        if len(cells[-1]) != len(cells[0]):
            raise ValueError(
                f"{place}: columns must be of one length, got {len(cells[0])} in {header[0]!r} and "
                f"{len(cells[-1])} in {heading!r}"
            )
    rows = [*zip(*cells, strict=True)]
    return Source(place, name or place, header, rows, [*range(len(rows))])


def _from_rows(given: Sequence[Mapping[Any, Any]]) -> Source:
    # Rows need not all have the same cells; those they lack are blank.
    keys = [*dict.fromkeys(key for row in given for key in row)]
    rows = [tuple(row.get(key) for key in keys) for row in given]
    return Source("rows given", "rows given", [str(key) for key in keys], rows, [*range(len(rows))])
