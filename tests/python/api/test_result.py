"""What a result offers: traces, estimates with errors, tables, exports, pictures, and its own repetition."""

from __future__ import annotations

import json
import pickle
from typing import Any

import numpy as np
import pytest

import maketo as mk

RUN: dict[str, Any] = {"periods": 40, "warm_up": 5, "replications": 300, "seed": 5}


@pytest.fixture
def run(shop: mk.MakeToStock) -> mk.Result:
    return mk.simulate(shop, **RUN, trace=["on_hand", "demand"])


@pytest.fixture
def swept(shop: mk.MakeToStock) -> mk.Result:
    return mk.simulate(shop.replace(policy=mk.BaseStock(mk.Sweep(range(8, 20), name="S"))), **RUN)


@pytest.fixture
def portfolio(shop: mk.MakeToStock) -> mk.Result:
    return mk.simulate({f"part {i}": shop for i in range(70)}, **RUN)


def test_a_metric_is_the_time_average_of_its_trace(run: mk.Result) -> None:
    assert run.trace.dims == ("replication", "period")
    assert run.trace["on_hand"].shape == (300, 40)
    for name in run.trace:
        np.testing.assert_allclose(run.trace[name][:, 5:].mean(axis=1), run[name], rtol=1e-12)


def test_costs_sum_to_the_total(run: mk.Result) -> None:
    parts = ("holding", "backorder", "shortage", "lost_sale", "order", "purchase")
    total = run["holding_cost"].copy()
    for part in parts[1:]:
        total += run[f"{part}_cost"]
    assert np.array_equal(total, run["cost"])


def test_mean_is_the_mean_with_a_student_interval(run: mk.Result) -> None:
    stats = pytest.importorskip("scipy.stats")
    values = run["cost"]
    estimate = run.mean("cost", 0.9)
    assert estimate.value == pytest.approx(values.mean(), rel=1e-12)
    assert estimate.se == pytest.approx(values.std(ddof=1) / np.sqrt(values.size), rel=1e-12)
    half = stats.t.ppf(0.95, values.size - 1) * estimate.se
    assert (estimate.low, estimate.high) == pytest.approx(
        (values.mean() - half, values.mean() + half), rel=1e-9
    )
    assert float(estimate) == estimate.value
    assert "90 %" in repr(estimate)


def test_ratio_is_a_ratio_of_means(run: mk.Result) -> None:
    estimate = run.ratio("fill_rate")
    assert estimate.value == pytest.approx(run["filled"].mean() / run["demand"].mean(), rel=1e-12)
    assert run.mean("fill_rate").value == estimate.value
    gamma = run.ratio("gamma_service")
    assert gamma.value == pytest.approx(1 - run["backorders"].mean() / run["demand"].mean(), rel=1e-12)


@pytest.mark.parametrize("name", ["fill_rate", "gamma_service"])
def test_ratio_at_another_level(run: mk.Result, name: str) -> None:
    usual, wide = run.ratio(name), run.ratio(name, 0.99)
    assert usual.value == pytest.approx(wide.value, rel=1e-14)
    assert wide.low < usual.low < usual.value < usual.high < wide.high


def test_quantiles_are_type_7_with_an_interval(run: mk.Result) -> None:
    estimate = run.quantile("cost", 0.9)
    assert estimate.value == pytest.approx(np.quantile(run["cost"], 0.9), rel=1e-12)
    assert estimate.low <= estimate.value <= estimate.high
    assert {estimate.low, estimate.high} <= set(run["cost"].tolist())


def test_cvar_is_the_mean_of_the_worst(run: mk.Result) -> None:
    cost, profit = np.sort(run["cost"]), np.sort(run["profit"])
    assert run.cvar("cost", 0.9).value == pytest.approx(cost[-30:].mean(), rel=1e-9)
    # Where high is good the worst are the lowest.
    assert run.cvar("profit", 0.9).value == pytest.approx(profit[:30].mean(), rel=1e-9)


def test_summary_is_a_table(run: mk.Result, swept: mk.Result) -> None:
    table = run.summary()
    assert [row["metric"] for row in table] == list(run.metrics)
    assert set(run.metrics) < set(mk.METRICS), "a plain shop leaves out what is of supply and variance"
    for row in table:
        assert row["unit"] == mk.METRICS[row["metric"]].unit
    text = repr(table)
    assert len({len(line) for line in text.splitlines()[1:3]}) == 1
    assert "<table>" in table._repr_html_()
    cells = swept.summary(["cost", "fill_rate"])
    assert len(cells) == 24
    assert cells.column("S")[:3] == [8, 9, 10]
    assert cells.column("mean")[12:] == swept.ratio("fill_rate").value.tolist()
    with pytest.raises(KeyError, match="metric"):
        table.column("metrics")


def test_a_long_table_is_cut_in_the_middle(portfolio: mk.Result) -> None:
    text = portfolio.summary(["cost"]).text(10)
    assert "60 rows" in text
    assert "part 0" in text
    assert "part 69" in text


def test_reprs_say_what_matters(run: mk.Result, swept: mk.Result, portfolio: mk.Result) -> None:
    for result in (run, swept, portfolio):
        text = repr(result)
        assert "300 replications" in text
        assert "order_before_demand" in text
        assert "<table>" in result._repr_html_()
    assert "fill_rate" in repr(run)
    assert "S 12" in repr(swept)


def test_remarks_of_laws_are_shown(shop: mk.MakeToStock) -> None:
    run = mk.simulate(shop.replace(demand=mk.Normal(5, 5)), **RUN)
    assert any("clipped" in w for w in run.warnings)
    assert "clipped" in repr(run)


def test_the_effective_lead_time_is_shown(shop: mk.MakeToStock) -> None:
    run = mk.simulate(shop.replace(lead_time=mk.Uniform(1, 3).rounded("up")), **RUN)
    assert run.effective_lead_time == pytest.approx(2.5, abs=1e-9)
    assert run.effective_demand == pytest.approx(5)
    assert np.isnan(mk.simulate(shop.replace(demand=mk.Paths(np.ones(40))), **RUN).effective_demand)


def test_config_repeats_the_run_to_the_bit(run: mk.Result, swept: mk.Result, portfolio: mk.Result) -> None:
    for result in (run, swept, portfolio):
        text = json.dumps(result.config, allow_nan=False)
        for again in (
            mk.simulate(**json.loads(text)),
            result.rerun(),
            pickle.loads(pickle.dumps(result)).rerun(),
        ):
            assert again.key == result.key
            assert again.config == result.config
            for metric in result:
                assert np.array_equal(again.statistics(metric), result.statistics(metric), equal_nan=True)
            for name in result.trace:
                assert np.array_equal(again.trace[name], result.trace[name])


def test_rerun_with_changes(run: mk.Result) -> None:
    more = run.rerun(replications=400, trace=())
    assert np.array_equal(more["cost"][:300], run["cost"])
    assert not more.trace


def test_only_what_was_asked_for_is_kept(shop: mk.MakeToStock) -> None:
    run = mk.simulate(shop, **RUN, metrics=["on_hand", "cost"])
    assert run.metrics == ("on_hand", "cost")
    assert run.ratio("fill_rate").value > 0
    with pytest.raises(KeyError, match="not kept"):
        run["demand"]


def test_pandas(run: mk.Result, swept: mk.Result, portfolio: mk.Result) -> None:
    pytest.importorskip("pandas")
    assert run.to_pandas().shape == (300, 1 + len(run.metrics))
    frame = swept.to_pandas()
    assert list(frame.columns[:2]) == ["S", "replication"]
    one = frame[(frame["S"] == 9) & (frame["replication"] == 4)]["cost"]
    assert one.tolist() == [swept["cost"][1, 4]]
    tidy = portfolio.to_pandas()
    assert list(tidy.columns[:3]) == ["metric", "unit", "item"]
    assert len(tidy) == 70 * len(run.metrics)
    assert run.summary().to_pandas().shape[0] == len(run.metrics)


def test_xarray(run: mk.Result, swept: mk.Result, portfolio: mk.Result) -> None:
    pytest.importorskip("xarray")
    data = run.to_xarray()
    assert data["on_hand_trace"].dims == ("replication", "period")
    assert data["cost"].attrs["units"] == "money per period"
    again = mk.simulate(**json.loads(data.attrs["config"]))
    assert np.array_equal(again["cost"], data["cost"].values)
    assert float(swept.to_xarray()["cost"].sel(S=9, replication=4)) == swept["cost"][1, 4]
    one = portfolio.to_xarray()["cost"].sel(item="part 3", statistic="mean")
    assert float(one) == portfolio.mean("cost").value[3]


def test_pictures(run: mk.Result, swept: mk.Result, portfolio: mk.Result) -> None:
    plt = pytest.importorskip("matplotlib.pyplot")
    ax = plt.subplots()[1]
    assert mk.plot_distribution(run, ax=ax) is ax
    assert "money per period" in ax.get_xlabel()
    drawn = [run.plot(), swept.plot(), portfolio.plot(), mk.plot_distribution(run, "fill_rate")]
    drawn.append(mk.plot_sweep(swept, ["fill_rate"]))
    for one in drawn:
        one.figure.canvas.draw()
        assert one.get_xlabel()
        assert one.get_ylabel()
    with pytest.raises(ValueError, match="axes"):
        mk.plot_distribution(swept)
    with pytest.raises(ValueError, match="sweep"):
        mk.plot_sweep(run)
    plt.close("all")


def test_traces_fan(run: mk.Result) -> None:
    plt = pytest.importorskip("matplotlib.pyplot")
    ax = mk.plot_fan(run, "demand")
    assert "units per period" in ax.get_ylabel()
    plt.close("all")


def test_the_catalogue() -> None:
    assert mk.METRICS["cost"].unit == "money per period"
    assert mk.METRICS["fill_rate"].kind == "ratio"
    assert set(mk.TRACES) <= set(mk.METRICS)
    assert mk.STATISTICS[:5] == ("mean", "se", "low", "high", "sd")
