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
from .table import Table, show

__all__ = ["FEW_SALES", "PartDecision", "StockPlan"]

FEW_SALES = "few sales"
"""Status of a part with one or two sales: a level was worked out, with little to go by."""


@dataclass(frozen=True)
class PartDecision:
    """One part: its past, the decision, and what to expect of it. NaN where there is none."""

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
    level: float = math.nan
    """Base-stock level, in units."""
    fill: float = math.nan
    """Fill rate promised, from replications that the search has not seen."""
    fill_low: float = math.nan
    """Its Monte Carlo interval: lower end."""
    fill_high: float = math.nan
    """Its Monte Carlo interval: upper end."""
    input_low: float = math.nan
    """What that level achieves under resampled histories: lower end."""
    input_high: float = math.nan
    """What that level achieves under resampled histories: upper end."""
    level_low: float = math.nan
    """Level that resampled histories would have asked for: lower end."""
    level_high: float = math.nan
    """Level that resampled histories would have asked for: upper end."""
    on_hand: float = math.nan
    """Mean stock on hand, in units."""
    status: str = "ok"
    """``ok``, ``few sales`` (decided, with little to go by), ``no demand`` or ``too short`` (not decided)."""

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
    def statuses(self) -> Counter[str]:
        """How many parts of each status."""
        return Counter(d.status for d in self.decisions)

    def table(self) -> Table:
        """All columns, a row per part."""
        names = [f.name for f in fields(PartDecision)]
        rows = [[getattr(d, n) for n in names] for d in self.decisions]
        return Table(
            names, rows, f"{self.history.source}, fill rates at target {self.settings['target_fill']:g}"
        )

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

    def write(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write ``stock.csv``, ``stock.json`` and, if matplotlib is there, ``stock.png`` into a folder.

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
        written = [into / "stock.csv", into / "stock.json"]
        self.to_csv(written[0])
        data = json.dumps(self.to_dict(), ensure_ascii=False, indent=1).encode()
        _atomically(written[1], lambda file: file.write(data))
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
        s = self.settings
        lead = s["lead_time"].get("value", s["lead_time"]["law"])
        lines = [
            f"{self.history.source}: {len(self)} parts × {len(self.history.periods)} periods; "
            f"lead time {lead}, review every {s['review_period']}, target fill {s['target_fill']:g}",
            "parts: " + ", ".join(f"{n} {status}" for status, n in self.statuses.most_common()),
        ]
        if self.totals:
            fill, held = self.totals["fill"], self.totals["on_hand"]
            level = sum(d.level for d in self.decisions if d.decided)
            percent = f"{100 * s['confidence']:g} %"
            lines += [
                f"levels sum to {level:,.0f} units; mean stock on hand {held['value']:,.1f} "
                f"[{held['low']:,.1f}, {held['high']:,.1f}] units",
                f"fill rate of the portfolio {fill['value']:.4f} [{fill['low']:.4f}, {fill['high']:.4f}] "
                f"(Monte Carlo, {percent}, {s['replications']} fresh replications of {s['periods']} periods)",
            ]
            if s["resamples"]:
                lines.append(self._open_question(percent))
            lines += ["", self._head(rows), ""]
        lines += [
            "What a bootstrap cannot know: no demand above the largest one observed, no trend, no season,",
            "and months before a part was introduced look like months without demand. A level that is the",
            "least to reach the target on one history promises a little too much on the next, even if",
            "nothing changes. The Monte Carlo interval shrinks with more replications, the input interval",
            "only with a longer history.",
            f"Repeat with key 0x{s['key']:016x}.",
        ]
        return "\n".join(lines)

    def _open_question(self, percent: str) -> str:
        decided = [d for d in self.decisions if d.decided and not math.isnan(d.input_low)]
        if not decided:
            return "input uncertainty: no part had any to show"
        lows = sorted(d.input_low for d in decided)
        miss = sum(d.input_low < self.settings["target_fill"] - 0.05 for d in decided)
        return (
            f"had the history turned out otherwise (input uncertainty, {percent}): the median part's fill "
            f"could be as low as {lows[len(lows) // 2]:.3f};\n{miss} of {len(decided)} parts could miss the "
            "target by more than 0.05"
        )

    def _head(self, rows: int) -> str:
        columns = ["part", "periods", "mean demand", "zeros", "ADI", "CV²", "level"]
        columns += ["fill [Monte Carlo]", "fill [input]", "level [input]", "on hand", "status"]
        listed = []
        for d in self.decisions[:rows]:
            fill = f"{d.fill:.3f} [{d.fill_low:.3f}, {d.fill_high:.3f}]" if d.decided else "–"
            given = not math.isnan(d.input_low)
            inputs = f"[{d.input_low:.3f}, {d.input_high:.3f}]" if given else "–"
            levels = f"[{show(d.level_low)}, {show(d.level_high)}]" if given else "–"
            zeros = "–" if math.isnan(d.zero_share) else f"{100 * d.zero_share:.0f} %"
            figures = [_round(d.mean_demand), zeros, _round(d.adi), _round(d.cv2), d.level]
            listed.append([d.part, d.observed, *figures, fill, inputs, levels, _round(d.on_hand), d.status])
        more = len(self) - len(listed)
        return Table(columns, listed).text(rows) + (f"\n… and {more} more" if more else "")

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


def _round(x: float) -> float:
    """Three figures are enough for a screen."""
    return x if math.isnan(x) or x == 0.0 else float(f"{x:.3g}")
