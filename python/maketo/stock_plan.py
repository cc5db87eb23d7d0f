"""The outcome of `stock`: a decision per part, as a table, a CSV file, a picture and a short report."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, Any

from .history import History
from .table import Table

__all__ = ["FEW_SALES", "UNUSABLE", "PartDecision", "StockPlan"]

FEW_SALES = "few sales"
"""Status of a part with one or two sales: a level was worked out, with little to go by."""
UNUSABLE = "unusable cell"
"""Status of a part with a cell that is needed and cannot be used; its `note` says which."""


@dataclass(frozen=True)
class PartDecision:
    """One part: its past, the decision, and what to expect of it. NaN or blank where there is none."""

    part: str
    """Name."""
    observed: int
    """Periods observed."""
    mean_demand: float
    """Units per period observed."""
    zero_share: float
    """Share of observed periods without demand."""
    adi: float
    """Mean interval between demands, in periods."""
    cv2: float
    """Squared coefficient of variation of the demand sizes."""
    largest: float
    """Largest demand observed, in units; the bootstrap knows none above it."""
    pattern: str = ""
    """``smooth``, ``intermittent``, ``erratic`` or ``lumpy``: ADI against 1.32, CV² against 0.49."""
    abc: str = ""
    """A, B or C: in the first 80 %, the next 15 %, the rest of demand value (of units without costs)."""
    xyz: str = ""
    """X, Y or Z: coefficient of variation of demand per period ≤ 0.5, ≤ 1, above."""
    lead_time: float = math.nan
    """Mean periods from release to receipt."""
    unit_cost: float = math.nan
    """Money per unit."""
    order_size: float = math.nan
    """Lot, in units: S − s, or Q; at least the MOQ, in whole packs."""
    reorder: float = math.nan
    """Position at or below which an order is due, in units; blank for base stock."""
    level: float = math.nan
    """Position that is ordered up to (S; at most r + Q), in units."""
    fill: float = math.nan
    """Fill rate promised, from replications that the search has not seen."""
    fill_low: float = math.nan
    """Its Monte Carlo interval: lower end."""
    fill_high: float = math.nan
    """Its Monte Carlo interval: upper end."""
    alpha: float = math.nan
    """Share of periods that close without backlog or loss, promised."""
    alpha_low: float = math.nan
    """Its Monte Carlo interval: lower end."""
    alpha_high: float = math.nan
    """Its Monte Carlo interval: upper end."""
    optimism: float = math.nan
    """By how much the measure aimed at is too good, on average, because the level was chosen on the history
    that judges it; below 0 for a cost."""
    input_low: float = math.nan
    """What that level achieves of the target's measure under resampled histories: lower end."""
    input_high: float = math.nan
    """What that level achieves of the target's measure under resampled histories: upper end."""
    level_low: float = math.nan
    """Level that resampled histories would have asked for: lower end."""
    level_high: float = math.nan
    """Level that resampled histories would have asked for: upper end."""
    on_hand: float = math.nan
    """Mean stock on hand, in units."""
    tied_up: float = math.nan
    """Mean stock on hand × unit cost, in money."""
    orders_per_year: float = math.nan
    """Mean number of orders per year."""
    holding_cost: float = math.nan
    """Money per year."""
    order_cost: float = math.nan
    """Money per year."""
    shortage_cost: float = math.nan
    """Money per year: for units waiting, short and lost."""
    cost: float = math.nan
    """Money per year: the sum of the three; what is bought is not in it."""
    cost_low: float = math.nan
    """Its Monte Carlo interval: lower end."""
    cost_high: float = math.nan
    """Its Monte Carlo interval: upper end."""
    status: str = "ok"
    """``ok``, ``few sales`` (decided, with little to go by); not decided: ``no demand``, ``not observed``,
    ``too short``, ``too large`` (more than 10¹² units in a period), ``unusable cell``."""
    note: str = ""
    """What is wrong with an unusable cell, with row and column."""

    @property
    def decided(self) -> bool:
        """Whether there is a level."""
        return not math.isnan(self.level)


class StockPlan:
    """Decisions for all parts of a history, in its order.

    Iterate for `PartDecision`s, or index by part name.
    """

    def __init__(
        self,
        decisions: list[PartDecision],
        history: History,
        settings: dict[str, Any],
        totals: dict[str, Any],
    ) -> None:
        self.decisions = decisions
        self.history = history
        self.settings = settings
        self.totals = totals
        self._by_name = {d.part: d for d in decisions}

    def __len__(self) -> int:
        return len(self.decisions)

    def __iter__(self) -> Any:
        return iter(self.decisions)

    def __getitem__(self, part: str) -> PartDecision:
        if part not in self._by_name:
            raise KeyError(f"no part {part!r} in {self.history.source}")
        return self._by_name[part]

    @property
    def problems(self) -> list[str]:
        """Cells that could not be used, by row and column; their parts are not decided."""
        return [f"{d.part}: {d.note}" for d in self.decisions if d.note]

    @property
    def statuses(self) -> Counter[str]:
        """How many parts of each status."""
        return Counter(d.status for d in self.decisions)

    def table(self) -> Table:
        """All columns, a row per part."""
        names = [f.name for f in fields(PartDecision)]
        rows = [[getattr(d, n) for n in names] for d in self.decisions]
        return Table(names, rows, f"{self.history.source}, {target_words(self.settings)}")

    def to_pandas(self) -> Any:
        """The table as a `pandas.DataFrame`; needs pandas."""
        return self.table().to_pandas()

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the table; the file appears whole or not at all. What is undefined is left blank.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(self.table().columns)
        for row in self.table().rows:
            rows.writerow(["" if isinstance(x, float) and math.isnan(x) else _plain(x) for x in row])
        data = text.getvalue().encode()
        _atomically(Path(path), lambda file: file.write(data))

    def plot(self, figure: Any = None) -> Any:
        """The portfolio in three panels; needs matplotlib.

        Stock against promised fill; what is certain about the promise and what the history leaves open; and
        where the stock lies among the kinds of demand.

        Parameters
        ----------
        figure : matplotlib Figure, optional
            Where to draw; by default a new one.

        Returns
        -------
        matplotlib Figure
        """
        from ._stock_picture import draw

        return draw(self, figure)

    def to_html(self) -> str:
        """One page for whoever decides: totals, pictures, tables, conditions; needs nothing from the network.

        Pictures are left out where matplotlib is not installed.
        """
        from ._stock_page import page

        return page(self)

    def write(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write ``stock.csv``, ``stock.json``, ``report.html`` and, with matplotlib, ``stock.png``.

        Each file appears whole or not at all.

        Returns
        -------
        list of Path
            What was written.

        Raises
        ------
        OSError
            If the folder or a file cannot be written.
        """
        into = Path(folder)
        into.mkdir(parents=True, exist_ok=True)
        written = [into / "stock.csv", into / "stock.json", into / "report.html"]
        self.to_csv(written[0])
        data = json.dumps(self.to_dict(), ensure_ascii=False, indent=1).encode()
        _atomically(written[1], lambda file: file.write(data))
        page = self.to_html().encode()
        _atomically(written[2], lambda file: file.write(page))
        try:
            import matplotlib
        except ImportError:
            return written
        del matplotlib
        from ._stock_picture import draw, new_figure

        picture = draw(self, new_figure())
        _atomically(into / "stock.png", lambda file: picture.savefig(file, format="png", dpi=150))
        return [*written, into / "stock.png"]

    def to_dict(self) -> dict[str, Any]:
        """Settings, totals and counts as plain data (the table is in `table`)."""
        return {
            "source": self.history.source,
            "parts": len(self),
            "periods": len(self.history.periods),
            "statuses": dict(self.statuses),
            "settings": self.settings,
            "totals": self.totals,
        }

    def report(self, rows: int = 12) -> str:
        """A short text: what was asked, what comes out, and what it cannot know."""
        from ._stock_report import report

        return report(self, rows)

    def __repr__(self) -> str:
        return self.report()

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def _atomically(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Through a temporary file in the same folder, renamed at the end."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with temporary.open("xb") as file:
            write(file)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _plain(x: Any) -> Any:
    return int(x) if isinstance(x, float) and x == int(x) and abs(x) < 2**53 else x


def target_words(settings: dict[str, Any]) -> str:
    """What was aimed at, in words."""
    if settings["target"] == "cost":
        return "least cost"
    given = settings[f"target_{settings['target']}"]
    name = "fill rate" if settings["target"] == "fill" else "α service"
    return f"{name} by {given!r}" if isinstance(given, str) else f"{name} {given:g}"
