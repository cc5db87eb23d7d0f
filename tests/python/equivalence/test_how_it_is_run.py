"""The same bits however a run is cut, threaded, vectorised or repeated."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import maketo as mk
from maketo import _core
from shops import SHOPS, TRACED, bits

RUN: dict[str, Any] = {"periods": 120, "warm_up": 7, "replications": 1100, "seed": 5}
LEVELS = ["scalar", *json.loads(_core.build_info())["simd"]]
NAMES = list(SHOPS)


@pytest.mark.parametrize("name", NAMES)
def test_threads(name: str) -> None:
    found = {n: bits(mk.simulate(SHOPS[name], **RUN, trace=TRACED, threads=n)) for n in (None, 1, 2, 3, 8)}
    assert len(set(found.values())) == 1, found


@pytest.mark.parametrize("name", NAMES)
def test_simd_levels(name: str) -> None:
    """Every level that this machine has, and plain scalar code."""
    assert len(LEVELS) > 1
    runs = {level: mk.simulate(SHOPS[name], **RUN, trace=TRACED, simd=level) for level in LEVELS}
    assert {level: run.simd for level, run in runs.items()} == {level: level for level in LEVELS}
    found = {level: bits(run) for level, run in runs.items()}
    assert len(set(found.values())) == 1, found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("first", "count"), [(0, 1), (0, 256), (255, 2), (256, 256), (300, 700), (1099, 1)])
def test_a_part_of_the_replications(name: str, first: int, count: int) -> None:
    whole = _whole(name)
    part = mk.simulate(SHOPS[name], **{**RUN, "replications": count}, first_replication=first, trace=TRACED)
    for metric in whole.metrics:
        assert np.array_equal(part[metric], whole[metric][first : first + count], equal_nan=True), metric
    for traced in TRACED:
        assert np.array_equal(part.trace[traced], whole.trace[traced][first : first + count]), traced
    assert part.coords["replication"].tolist() == list(range(first, first + count))


_kept: dict[str, mk.Result] = {}


def _whole(name: str) -> mk.Result:
    if name not in _kept:
        _kept[name] = mk.simulate(SHOPS[name], **RUN, trace=TRACED)
    return _kept[name]


@pytest.mark.parametrize("name", NAMES)
def test_fewer_metrics_and_no_traces_change_none(name: str) -> None:
    some = ["cost", "fill_rate", "stockout_periods"]
    run = mk.simulate(SHOPS[name], **RUN, metrics=some)
    assert run.metrics == tuple(some)
    for metric in some:
        assert np.array_equal(run[metric], _whole(name)[metric], equal_nan=True)


@pytest.mark.parametrize("keep", ["replications", "summary"])
def test_alone_or_in_a_portfolio(keep: str) -> None:
    together = mk.simulate(SHOPS, **RUN, keep=keep)
    backwards = mk.simulate(dict(reversed(SHOPS.items())), **RUN, keep=keep)
    for place, name in enumerate(SHOPS):
        alone = mk.simulate(SHOPS[name], **RUN, name=name, keep=keep)
        for metric in alone.metrics:
            for run, at in ((together, place), (backwards, len(SHOPS) - 1 - place)):
                ours, theirs = run.statistics(metric)[at], alone.statistics(metric)
                assert np.array_equal(ours, theirs, equal_nan=True), (name, metric)
                if keep == "replications":
                    assert np.array_equal(run[metric][at], alone[metric], equal_nan=True)


def test_items_of_other_names_draw_other_numbers() -> None:
    shop = SHOPS["base stock"]
    one, other, named = (
        mk.simulate(s, **RUN, name=n) for s, n in ((shop, "a"), (shop, "b"), (shop.replace(key=7), "a"))
    )
    assert not np.array_equal(one["demand"], other["demand"])
    assert not np.array_equal(one["demand"], named["demand"])
    again = mk.simulate(shop.replace(key=7), **RUN, name="b")
    assert np.array_equal(named["cost"], again["cost"])  # the key decides, not the name


def test_summary_is_that_of_the_replications() -> None:
    kept = mk.simulate(SHOPS["crossing"], **RUN)
    summary = mk.simulate(SHOPS["crossing"], **RUN, keep="summary")
    for metric in kept.metrics:
        assert np.array_equal(kept.statistics(metric), summary.statistics(metric), equal_nan=True), metric


def test_the_halves_and_the_seed_are_other_numbers() -> None:
    shop = SHOPS["base stock"]
    runs = [
        mk.simulate(shop, **{**RUN, **change})["demand"] for change in ({}, {"half": "training"}, {"seed": 6})
    ]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert not np.isclose(np.corrcoef(runs[i], runs[j])[0, 1], 0.0, atol=1e-12)
        assert abs(np.corrcoef(runs[i], runs[j])[0, 1]) < 4.5 / np.sqrt(len(runs[0]))


@pytest.mark.parametrize("name", NAMES)
def test_the_recorded_configuration_runs_again(name: str) -> None:
    run = mk.simulate(SHOPS[name], **RUN, trace=TRACED, name=name)
    again: mk.Result = mk.simulate(**json.loads(json.dumps(run.config)))
    assert bits(again) == bits(run) == bits(run.rerun())
    assert again.config == run.config


def test_the_recorded_configuration_of_a_portfolio_with_a_sweep_runs_again() -> None:
    shops = {
        **SHOPS,
        "base stock": SHOPS["base stock"].replace(policy=mk.BaseStock(mk.Sweep([80, 92], name="S"))),
    }
    run = mk.simulate(shops, **RUN, keep="replications")
    assert run.dims == ("S", "item", "replication")
    again = mk.simulate(**json.loads(json.dumps(run.config)))
    assert bits(again) == bits(run) == bits(run.rerun())


def test_a_drawn_seed_is_recorded() -> None:
    run = mk.simulate(SHOPS["base stock"], periods=20, replications=50)
    other = mk.simulate(SHOPS["base stock"], periods=20, replications=50)
    assert run.key != other.key
    again = mk.simulate(SHOPS["base stock"], periods=20, replications=50, seed=run.key)
    assert np.array_equal(run["cost"], again["cost"])


def test_two_threads_of_python_at_once() -> None:
    expected = {name: bits(_whole(name)) for name in NAMES}

    def one(name: str) -> tuple[str, str]:
        return name, bits(mk.simulate(SHOPS[name], **RUN, trace=TRACED))

    with ThreadPoolExecutor(2) as pool:
        for name, found in pool.map(one, NAMES * 3):
            assert found == expected[name], name


def test_another_process() -> None:
    """A fresh interpreter, another number of workers, another hash seed."""
    program = (
        "import json, maketo as mk; from shops import SHOPS, TRACED, bits; "
        f"print(json.dumps({{n: bits(mk.simulate(s, **{RUN!r}, trace=TRACED)) for n, s in SHOPS.items()}}))"
    )
    expected = {name: bits(_whole(name)) for name in NAMES}
    for workers in ("1", "3"):
        env = {
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "RAYON_NUM_THREADS": workers,
            "PYTHONHASHSEED": workers,
        }
        done = subprocess.run(
            [sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=120, check=True
        )
        assert json.loads(done.stdout) == expected
