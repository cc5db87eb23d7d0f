"""Past demand from a CSV file: one row per part, one column per period.

The reader is strict, because a wrong number in a history becomes a wrong stock: every refusal names file,
line and column. A blank is not a zero: it says that nothing was observed.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import os
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._check import real_array

__all__ = ["History", "as_history", "read_history"]

_BLANK = {"", "NA", "NaN"}


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

    def observed(self, part: int) -> NDArray[np.float64]:
        """What was observed of a part, in order of time, shape (periods observed,)."""
        row = self.values[part]
        kept: NDArray[np.float64] = row[~np.isnan(row)]
        return kept

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        span = f"{self.periods[0]} … {self.periods[-1]}"
        return f"History({len(self)} parts × {len(self.periods)} periods, {span}, from {self.source})"


def read_history(path: str | os.PathLike[str]) -> History:
    """Read a demand history.

    Parameters
    ----------
    path : path-like
        A CSV file, plain or gzip-compressed, in UTF-8 with or without a byte-order mark. The first row holds
        the column names, the first column the part's name; all other columns are periods in order of time. A
        blank (or NA, or NaN) says: not observed.

    Returns
    -------
    History

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is empty, not UTF-8, ragged, or holds a number that is none, is infinite or negative, or a name
        twice. The message names file, line and column.
    """
    file = Path(path)
    text = _text(file)
    if not text.strip():
        raise ValueError(f"{file}: is empty")
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(rows)]
        _check_header(file, header)
        names: dict[str, int] = {}
        values = []
        for row in rows:
            if not row or (len(row) == 1 and not row[0].strip()):
                continue
            line = rows.line_num
            if len(row) != len(header):
                raise ValueError(f"{file}, line {line}: has {len(row)} fields, the header has {len(header)}")
            name = row[0].strip()
            if not name:
                raise ValueError(f"{file}, line {line}, column {header[0]!r}: the part has no name")
            if name in names:
                raise ValueError(
                    f"{file}, line {line}: part {name!r} was there before, in line {names[name]}"
                )
            names[name] = line
            values.append([_number(file, line, h, c) for h, c in zip(header[1:], row[1:], strict=True)])
    except csv.Error as error:
        raise ValueError(f"{file}, line {rows.line_num}: not CSV: {error}") from None
    if not names:
        raise ValueError(f"{file}: has a header and no parts")
    return History(tuple(names), np.array(values, dtype=np.float64), tuple(header[1:]), file.name)


def as_history(given: str | os.PathLike[str] | History | Mapping[str, Any]) -> History:
    """A history from a file, or from arrays by part name.

    Arrays may differ in length (they end together); NaN is not observed.

    Raises
    ------
    TypeError, ValueError
        If arrays are not one-dimensional, hold no numbers, or infinite or negative ones.
    """
    if isinstance(given, History):
        return given
    if isinstance(given, (str, os.PathLike)):
        return read_history(given)
    if not isinstance(given, Mapping):
        raise TypeError(
            f"history must be a file or a mapping of part names to arrays, got {type(given).__name__}"
        )
    if not given:
        raise ValueError("history must have at least one part, got an empty mapping")
    named = [str(name) for name in given]
    if len(set(named)) < len(named):
        twice = next(name for i, name in enumerate(named) if name in named[:i])
        raise ValueError(f"history must name every part once; two keys read {twice!r}")
    rows = {str(name): real_array(f"history[{name!r}]", row, axes=1) for name, row in given.items()}
    longest = max(map(len, rows.values()))
    values = np.full((len(rows), longest), np.nan)
    for i, (name, row) in enumerate(rows.items()):
        bad = np.flatnonzero(np.isinf(row) | (row < 0.0))
        if bad.size:
            raise ValueError(
                f"history[{name!r}] must be finite and ≥ 0, got {row[bad[0]]} at position {bad[0]}"
            )
        values[i, longest - len(row) :] = row
    return History(tuple(rows), values, tuple(str(t) for t in range(longest)), "given history")


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


def _number(file: Path, line: int, column: str, cell: str) -> float:
    text = cell.strip()
    if text in _BLANK:
        return math.nan
    where = f"{file}, line {line}, column {column!r}"
    try:
        # Python reads 1_000 as a number; nobody writes a history that way on purpose.
        value = math.nan if "_" in text else float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise ValueError(f"{where}: must be a number, got {text!r}")
    if not (math.isfinite(value) and value >= 0.0):
        raise ValueError(f"{where}: must be finite and ≥ 0, got {text}")
    return value


def _first_twice(names: Iterable[str]) -> str | None:
    seen = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
