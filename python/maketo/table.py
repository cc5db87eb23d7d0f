"""A small table that prints aligned in a terminal and as HTML in a notebook."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence
from typing import Any

__all__ = ["Table"]

_SHOWN = 60


class Table:
    """Rows and named columns, for reading; `to_pandas` or `rows` for computing.

    Parameters
    ----------
    columns : sequence of str
        Names.
    rows : sequence of sequences
        One value per column.
    caption : str
        What the numbers are, shown above the table.
    """

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], caption: str = "") -> None:
        self.columns = tuple(columns)
        self.rows = [tuple(row) for row in rows]
        self.caption = caption

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Rows as dictionaries."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def column(self, name: str) -> list[Any]:
        """One column.

        Raises
        ------
        KeyError
            If there is none of this name.
        """
        if name not in self.columns:
            raise KeyError(f"no column {name!r}; there are {', '.join(self.columns)}")
        at = self.columns.index(name)
        return [row[at] for row in self.rows]

    def text(self, rows: int = _SHOWN) -> str:
        """Aligned text, with the middle left out beyond so many rows."""
        shown, left_out = self._window(rows)
        cells = [list(self.columns)] + [[show(x) for x in row] for row in shown]
        numeric = [all(not isinstance(row[i], str) for row in shown) for i in range(len(self.columns))]
        widths = [max(len(row[i]) for row in cells) for i in range(len(self.columns))]
        lines = [
            "  ".join(
                c.rjust(w) if n else c.ljust(w) for c, w, n in zip(row, widths, numeric, strict=True)
            ).rstrip()
            for row in cells
        ]
        if left_out:
            lines.insert(1 + (len(shown) + 1) // 2, f"… {left_out} rows")
        return "\n".join([self.caption, *lines] if self.caption else lines)

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        shown, left_out = self._window(_SHOWN)
        head = "".join(f"<th>{html.escape(c)}</th>" for c in self.columns)
        body = []
        for i, row in enumerate(shown):
            if left_out and i == (len(shown) + 1) // 2:
                body.append(f'<tr><td colspan="{len(self.columns)}">… {left_out} rows</td></tr>')
            body.append("<tr>" + "".join(_cell(x) for x in row) + "</tr>")
        caption = f"<caption>{html.escape(self.caption)}</caption>" if self.caption else ""
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame` with the same columns; needs pandas."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=list(self.columns))

    def _window(self, most: int) -> tuple[list[tuple[Any, ...]], int]:
        left_out = max(0, len(self.rows) - most)
        if not left_out:
            return self.rows, 0
        head = (most + 1) // 2
        return self.rows[:head] + self.rows[len(self.rows) - (most - head) :], left_out


def show(x: Any) -> str:
    """A value as people want to read it: four or five figures, a dash for what is undefined."""
    if isinstance(x, bool) or x is None:
        return "–" if x is None else str(x)
    if isinstance(x, float):
        if math.isnan(x):
            return "–"
        if math.isinf(x):
            return str(x)
        if x == int(x) and abs(x) < 1e7:
            return str(int(x))
        return f"{x:.5g}" if 1e-4 <= abs(x) < 1e7 else f"{x:.3e}"
    return str(x)


def _cell(x: Any) -> str:
    align = "left" if isinstance(x, str) else "right"
    return f'<td style="text-align:{align}">{html.escape(show(x))}</td>'
