"""The main job: levels, promises, what the history leaves open, and files that appear whole or not at all."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import maketo as mk
from maketo.examples import spare_parts, write_history
from maketo.stock_plan import PartDecision

RUN: dict[str, Any] = {"lead_time": 2, "target_fill": 0.9, "replications": 300, "resamples": 20, "seed": 1}


def same(a: PartDecision, b: PartDecision) -> bool:
    """All columns but the class by value, which depends on the company a part is in."""
    rows = zip(vars(a).items(), vars(b).values(), strict=True)
    return all(x == y or (x != x and y != y) for (name, x), y in rows if name != "abc")


@pytest.fixture(scope="module")
def history() -> dict[str, Any]:
    names, values = spare_parts(n_parts=12, n_periods=36, seed=3)
    parts: dict[str, Any] = dict(zip(names, values, strict=True))
    return {
        **parts,
        "never sold": np.zeros(36),
        "never observed": np.full(36, np.nan),
        "new": [1, 0, 2],
        "sold once": [0] * 20 + [3],
    }


@pytest.fixture(scope="module")
def plan(history: dict[str, Any]) -> mk.StockPlan:
    return mk.stock(history, **RUN)


def test_one_row_per_part_in_order(plan: mk.StockPlan, history: dict[str, Any]) -> None:
    assert [d.part for d in plan] == list(history)
    assert len(plan) == len(history)


def test_rows_that_cannot_be_decided_have_a_status(plan: mk.StockPlan) -> None:
    for part, status in (
        ("never sold", "no demand"),
        ("never observed", "not observed"),
        ("new", "too short"),
    ):
        assert plan[part].status == status
        assert not plan[part].decided
        assert math.isnan(plan[part].level)
    assert plan["sold once"].status == "few sales"
    assert plan["sold once"].decided
    with pytest.raises(KeyError, match="no part 'x'"):
        plan["x"]


def test_figures_of_the_past(plan: mk.StockPlan, history: dict[str, Any]) -> None:
    for d in plan:
        row = np.asarray(history[d.part], dtype=float)
        seen = row[~np.isnan(row)]
        assert d.observed == seen.size
        if seen.any():
            assert d.mean_demand == pytest.approx(seen.mean())
            assert d.zero_share == pytest.approx((seen == 0).mean())
            assert d.adi == pytest.approx(seen.size / (seen > 0).sum())
            assert d.largest == seen.max()


def test_promises_hold_on_fresh_replications(plan: mk.StockPlan) -> None:
    for d in plan:
        if not d.decided:
            continue
        assert d.level >= 0
        assert d.fill_low <= d.fill <= d.fill_high
        # Chosen on training replications to reach the target there; fresh ones may differ by their error.
        assert d.fill >= RUN["target_fill"] - 4.5 * (d.fill_high - d.fill) / 1.96 - 0.02
        assert d.input_low <= d.input_high
        assert d.level_low <= d.level_high
        assert d.on_hand > 0


def test_the_level_is_the_least(plan: mk.StockPlan, history: dict[str, Any]) -> None:
    part = next(d for d in plan if d.status == "ok" and d.level > 1)
    row = np.asarray(history[part.part], dtype=float)
    levels = mk.Sweep([part.level - 1, part.level])
    shop = mk.MakeToStock(demand=mk.Bootstrap(row, nan="skip"), policy=mk.BaseStock(levels), lead_time=2)
    settings = {k: plan.settings[k] for k in ("replications", "warm_up")}
    periods = plan.settings["periods"] + plan.settings["warm_up"]
    key = mk.Key(plan.settings["key"])
    run = mk.simulate(shop, periods=periods, **settings, seed=key, half="training", name=part.part)
    below, at = run.ratio("fill_rate").value
    assert below < RUN["target_fill"] <= at


def test_a_part_is_decided_the_same_alone(plan: mk.StockPlan, history: dict[str, Any]) -> None:
    name = next(d.part for d in plan if d.status == "ok")
    alone = mk.stock({name: history[name]}, **RUN, periods=plan.settings["periods"])
    assert same(alone[name], plan[name])


def test_threads_change_nothing(plan: mk.StockPlan, history: dict[str, Any]) -> None:
    again = mk.stock(history, **RUN, threads=1)
    assert all(same(a, b) for a, b in zip(plan, again, strict=True))
    assert again.totals == plan.totals


def test_higher_targets_ask_for_more(plan: mk.StockPlan, history: dict[str, Any]) -> None:
    more = mk.stock(history, **{**RUN, "target_fill": 0.99, "resamples": 0})
    assert all(b.level >= a.level for a, b in zip(plan, more, strict=True) if a.decided)
    assert more.totals["on_hand"]["value"] > plan.totals["on_hand"]["value"]
    assert all(math.isnan(d.input_low) for d in more)


def test_nothing_to_decide(tmp_path: Path) -> None:
    plan = mk.stock({"a": [0, 0, 0]}, **RUN, out=tmp_path)
    assert plan.totals == {}
    assert "no demand" in plan.report()
    assert (tmp_path / "stock.csv").exists()


def test_report_says_what_a_bootstrap_cannot_know(plan: mk.StockPlan) -> None:
    text = plan.report()
    assert "no demand above the largest one observed" in text
    assert f"0x{plan.settings['key']:016x}" in text
    assert "12 ok" in text or "ok" in text
    assert "nan" not in text
    assert "<table>" in plan._repr_html_()


def test_files(plan: mk.StockPlan, tmp_path: Path) -> None:
    written = plan.write(tmp_path / "new" / "folder")
    assert {p.name for p in written} == {"stock.csv", "stock.json", "report.html", "stock.png"}
    assert {p.name for p in (tmp_path / "new" / "folder").iterdir()} == {p.name for p in written}
    with (tmp_path / "new" / "folder" / "stock.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [r["part"] for r in rows] == [d.part for d in plan]
    for row, d in zip(rows, plan, strict=True):
        assert row["level"] == ("" if math.isnan(d.level) else f"{d.level:g}")
        assert (float(row["fill"]) if row["fill"] else math.nan) == pytest.approx(d.fill, nan_ok=True, rel=0)
    told = json.loads((tmp_path / "new" / "folder" / "stock.json").read_text())
    assert told["settings"]["key"] == plan.settings["key"]


def test_a_failed_write_leaves_the_old_file_and_no_other(
    plan: mk.StockPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "stock.csv"
    file.write_text("old")

    def refuse(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        plan.to_csv(file)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"target_fill": 1.5}, "target_fill"),
        ({"target_fill": float("nan")}, "target_fill"),
        ({"lead_time": -1}, "lead_time"),
        ({"lead_time": mk.Exponential(2)}, "lead_time"),
        ({"lead_time": mk.Sweep([1, 2])}, "lead_time"),
        ({"replications": 0}, "replications"),
        ({"review_period": 0}, "review_period"),
        ({"resamples": -1}, "resamples"),
        ({"periods": 0}, "periods"),
        ({"threads": 0}, "threads"),
        ({"seed": -1}, "seed"),
        ({"confidence": 2}, "confidence"),
        ({"backorder_share": -0.5}, "backorder_share"),
        ({"event_order": "both"}, "event_order"),
    ],
)
def test_bad_settings_write_nothing(changes: dict[str, Any], word: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises((ValueError, TypeError), match=word):
        mk.stock({"a": [0, 1, 2, 0, 1, 3, 0]}, **{**RUN, **changes}, out=out)
    assert not out.exists()


def test_lost_sales_and_random_lead_times(history: dict[str, Any]) -> None:
    lead = mk.Discrete([1, 3], [0.5, 0.5])
    few = {name: history[name] for name in list(history)[:3]}
    plan = mk.stock(few, **{**RUN, "lead_time": lead, "backorder_share": 0.0, "resamples": 3})
    assert all(d.fill > 0.85 for d in plan)


def test_a_file_and_its_arrays_give_the_same_plan(tmp_path: Path) -> None:
    names, values = spare_parts(n_parts=5, n_periods=24, seed=3)
    write_history(tmp_path / "h.csv.gz", names, values)
    a = mk.stock(tmp_path / "h.csv.gz", **RUN)
    b = mk.stock(dict(zip(names, values, strict=True)), **RUN, periods_per_year=12)
    assert all(same(x, y) for x, y in zip(a, b, strict=True))
