"""The Python in README and the guides runs, page by page, as a reader would run it from top to bottom.

Tables have the numbers that it yields.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import maketo as mk

TOP = Path(__file__).resolve().parents[3]
PAGES = [TOP / "README.md", *sorted((TOP / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
WITH_CODE = [page for page in PAGES if BLOCK.search(page.read_text(encoding="utf-8"))]


def read(page: Path) -> dict[str, Any]:
    """What a page leaves behind when its code has run."""
    import matplotlib.pyplot as plt

    text = page.read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": "page"}
    for block in BLOCK.finditer(text):
        # Blank lines before it, so that a traceback shows the line of the page.
        code = "\n" * (text[: block.start()].count("\n") + 1) + block[1]
        exec(compile(code, str(page), "exec"), names)
    plt.close("all")
    return names


@pytest.fixture
def _needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for needed in ("matplotlib", "pandas", "scipy"):
        pytest.importorskip(needed)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_needed")
@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: str(page.relative_to(TOP)))
def test_the_code_of_a_page_runs(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read(page)
    capsys.readouterr()


def tables(page: Path) -> list[dict[str, list[str]]]:
    """The tables of a page: cells by the first one of their row."""
    found: list[dict[str, list[str]]] = [{}]
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            first, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            found[-1][first] = cells
        elif found[-1]:
            found.append({})
    return [table for table in found if table]


def told(value: Any, half: Any = None, *, digits: int = 1) -> str:
    """A number as the guide writes it, perhaps with half an interval."""
    text = f"{value:.{digits}f}".replace("-", "−")
    text = f"{0:.{digits}f}" if float(text.replace("−", "")) == 0 and half is None else text
    return text if half is None else f"{text} ± {half:.{digits}f}"


def estimate(run: mk.Result, metric: str, at: Any = (), *, digits: int = 1) -> str:
    """A metric with its interval as the guide writes it, of one cell of a sweep."""
    e = run.mean(metric)
    value, low, high = (float(np.asarray(x)[at]) for x in (e.value, e.low, e.high))
    return told(value, (high - low) / 2, digits=digits)


def cell(run: mk.Result, metric: str, at: Any = (), *, digits: int = 1) -> str:
    return told(float(np.asarray(run.mean(metric).value)[at]), digits=digits)


@pytest.mark.usefixtures("_needed")
def test_numbers_of_the_forecast_guide() -> None:
    page = TOP / "docs/guide/plan-from-a-forecast.md"
    names = read(page)
    errors, safe, limited, planned, swings, perishing, failing = tables(page)
    for name, bias in names["bias"].items():
        mean = told(bias.value, (bias.high - bias.low) / 2).replace("−0.0", "0.0")
        assert errors[name] == [mean, told(names["spread"][name])]
    text = page.read_text(encoding="utf-8")
    week = names["weekly"].rmse
    assert told(week.value[0], (week.high[0] - week.low[0]) / 2) in text
    assert week.value[2] == pytest.approx(week.value[0], rel=0.01)
    assert f"make {week.value[0] * 3**0.5:.1f}; there are {names['spread']['Holt–Winters']:.1f}" in text
    for name, run in names["safe"].items():
        service = estimate(run, "alpha_service", digits=3)
        assert safe[name] == [estimate(run, "cost"), service, cell(run, "on_hand")]
    for told_of, runs in ((limited, names["limited"]), (failing, names["failing"])):
        for name, run in runs.items():
            fifty, best = run.coords["units"].tolist().index(50), int(np.argmin(run.mean("cost").value))
            at = [[estimate(run, "cost", i), cell(run, "fill_rate", i, digits=3)] for i in (fifty, best)]
            assert told_of[name] == [*at[0], f"{run.coords['units'][best]:g}", *at[1]]
            assert run.method == "one_pass"
    for name, run in names["planned"].items():
        shown = [cell(run, "orders", digits=2), cell(run, "on_hand"), cell(run, "fill_rate", digits=3)]
        assert planned[name] == [estimate(run, "cost"), *shown]
    for name, run in names["swings"].items():
        ratios = [estimate(run, m, digits=2) for m in ("bullwhip", "net_stock_amplification")]
        assert swings[name] == [*ratios, estimate(run, "cost")]
    rows = [
        line.strip("| ").split(" | ")
        for line in page.read_text(encoding="utf-8").splitlines()
        if re.match(r"\| \d weeks", line)
    ]
    assert len(rows) == len(names["perishing"]) == 6
    for row, ((weeks, issue), run) in zip(rows, names["perishing"].items(), strict=True):
        best = int(np.argmax(run.mean("profit").value))
        level = f"{run.coords['units'][best]:g}".replace("-", "−")
        shown = [cell(run, "waste", best), cell(run, "fill_rate", best, digits=3)]
        taken = "the oldest" if issue == "fifo" else "the freshest"
        assert row == [f"{weeks} weeks", taken, level, estimate(run, "profit", best), *shown]
    assert perishing
    rescued = names["rescued"]
    for one in (
        estimate(rescued, "cost"),
        cell(rescued, "express_quantity"),
        cell(rescued, "fill_rate", digits=3),
    ):
        assert one in text
    for run, dim in ((names["units"], "units"), (names["factor"], "z")):
        best = int(np.argmin(run.mean("cost").value))
        assert f"{run.coords[dim][best]:g}" in text
        assert f"({estimate(run, 'cost', best)})" in text


@pytest.mark.usefixtures("_needed")
def test_lots_of_the_planning_page() -> None:
    page = TOP / "docs/background/planning.md"
    names = read(page)
    (shown,) = (table for table in tables(page) if "Silver–Meal" in table)
    listed = [cells for first, cells in shown.items() if first not in ("rule", "---")]
    assert listed[-1][0] == "the same"
    listed[-1][0] = listed[-2][0]
    for cells, lots, cost in zip(listed, names["lots"], names["costs"], strict=True):
        assert cells == [" ".join(f"{q:g}" if q else "·" for q in lots), f"{cost:.2f}"]


def test_every_metric_has_a_row() -> None:
    (shown,) = (t for t in tables(TOP / "docs/background/make-to-stock.md") if "metric" in t)
    listed = {first.strip("`"): cells[0] for first, cells in shown.items() if first.startswith("`")}
    short = {"units per period": "units/period", "orders per period": "orders/period"}
    short["money per period"] = "money/period"
    assert listed == {name: short.get(m.unit, m.unit) for name, m in mk.METRICS.items()}
    assert f"{len(mk.METRICS)} metrics" in (TOP / "README.md").read_text(encoding="utf-8")


def test_pages_with_code_are_found() -> None:
    found = {page.name for page in WITH_CODE}
    assert {"README.md", "bring-your-own-demand.md", "plan-from-a-forecast.md", "planning.md"} <= found
