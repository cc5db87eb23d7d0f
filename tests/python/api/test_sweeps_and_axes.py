"""Sweeps become named axes; a portfolio has an item axis; each cell is what the plain run would have been."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import maketo as mk

RUN: dict[str, Any] = {"periods": 30, "replications": 40, "seed": 5}


def cost(shop: mk.MakeToStock, **changes: Any) -> Any:
    return mk.simulate(shop, **{**RUN, **changes})["cost"]


def test_no_sweep(shop: mk.MakeToStock) -> None:
    run = mk.simulate(shop, **RUN)
    assert run.dims == ("replication",)
    assert run["cost"].shape == (40,)


def test_names_and_order_of_axes(shop: mk.MakeToStock) -> None:
    swept = shop.replace(
        demand=mk.Poisson(mk.Sweep([4, 5])),
        policy=mk.BaseStock(mk.Sweep([10, 12, 14], name="S")),
        costs=mk.Costs(holding=1, backorder=mk.Sweep([5.0, 9.0])),
    )
    run = mk.simulate(swept, **RUN)
    assert run.dims == ("mean", "S", "backorder", "replication")
    assert run.axes("cost") == run.dims
    assert run["cost"].shape == (2, 3, 2, 40)
    assert run.coords["S"].tolist() == [10, 12, 14]
    assert run.coords["backorder"].tolist() == [5.0, 9.0]
    assert run.ratio("fill_rate").dims == ("mean", "S", "backorder")
    for i, mean in enumerate([4, 5]):
        for j, level in enumerate([10, 12, 14]):
            for k, rate in enumerate([5.0, 9.0]):
                plain = shop.replace(
                    demand=mk.Poisson(mean),
                    policy=mk.BaseStock(level),
                    costs=mk.Costs(holding=1, backorder=rate),
                )
                assert np.array_equal(run["cost"][i, j, k], cost(plain))


def test_sweeps_of_one_name_move_together(shop: mk.MakeToStock) -> None:
    swept = shop.replace(policy=mk.MinMax(mk.Sweep([4, 6], "p"), mk.Sweep([10, 15], "p")))
    run = mk.simulate(swept, **RUN)
    assert run.dims == ("p", "replication")
    assert run.coords["p"].tolist() == [4, 6]
    assert np.array_equal(run["cost"][1], cost(shop.replace(policy=mk.MinMax(6, 15))))


@pytest.mark.parametrize(
    ("changes", "dim", "plain"),
    [
        ({"lead_time": mk.Sweep([1, 3])}, "lead_time", {"lead_time": 3}),
        ({"demand": mk.Sweep([4, 5])}, "demand_value", {"demand": 5}),
        ({"review_period": mk.Sweep([1, 2])}, "review_period", {"review_period": 2}),
        ({"opening_stock": mk.Sweep([0, 3])}, "opening_stock", {"opening_stock": 3}),
        ({"backorder_share": mk.Sweep([1, 0.5])}, "backorder_share", {"backorder_share": 0.5}),
        ({"costs": mk.Costs(salvage=mk.Sweep([0, 1]))}, "salvage_value", {"costs": mk.Costs(salvage=1)}),
        (
            {"demand": mk.ZeroInflated(mk.Sweep([0.5, 0.25]), mk.Poisson(9))},
            "probability",
            {"demand": mk.ZeroInflated(0.25, mk.Poisson(9))},
        ),
        (
            {"lead_time": mk.Gamma(mean=mk.Sweep([2, 3]), sd=1).rounded("up")},
            "mean",
            {"lead_time": mk.Gamma(mean=3, sd=1).rounded("up")},
        ),
    ],
)
def test_any_scalar_can_be_swept(shop: mk.MakeToStock, changes: Any, dim: str, plain: Any) -> None:
    run = mk.simulate(shop.replace(**changes), **RUN)
    assert run.dims == (dim, "replication")
    alone = mk.simulate(shop.replace(**plain), **RUN)
    for metric in ("on_hand", "cost", "profit"):
        assert np.array_equal(run[metric][1], alone[metric])


def test_a_sweep_of_one_value_keeps_its_axis(shop: mk.MakeToStock) -> None:
    assert cost(shop.replace(policy=mk.BaseStock(mk.Sweep([14])))).shape == (1, 40)


def test_swept_levels_one_pass_and_grid(shop: mk.MakeToStock) -> None:
    swept = shop.replace(policy=mk.BaseStock(mk.Sweep(range(8, 20), name="S")))
    grid = mk.simulate(swept, **RUN, method="grid")
    auto = mk.simulate(swept, **RUN)
    assert grid.method == "grid"
    assert auto.method_reason
    for metric in grid:
        assert np.array_equal(grid[metric], auto[metric], equal_nan=True)


class TestPortfolio:
    def test_item_axis_and_summaries(self, shop: mk.MakeToStock) -> None:
        items = {"nut": shop, "bolt": shop.replace(policy=mk.BaseStock(10))}
        run = mk.simulate(items, **RUN)
        assert run.design_dims == ("item",)
        assert run.coords["item"].tolist() == ["nut", "bolt"]
        assert run.mean("cost").value.shape == (2,)
        assert run.statistics("cost").shape == (2, len(mk.STATISTICS))
        assert "cost" not in run

    def test_an_item_draws_the_same_alone(self, shop: mk.MakeToStock) -> None:
        items = dict.fromkeys(("nut", "bolt", "washer"), shop)
        run = mk.simulate(items, **RUN, keep="replications")
        assert run["cost"].shape == (3, 40)
        assert not np.array_equal(run["cost"][0], run["cost"][1])
        for k, name in enumerate(items):
            assert np.array_equal(run["cost"][k], cost(shop, name=name))

    def test_the_key_is_the_identity(self, shop: mk.MakeToStock) -> None:
        assert np.array_equal(cost(shop.replace(key=9), name="a"), cost(shop.replace(key=9), name="b"))

    def test_kept_either_way_the_estimates_agree(self, shop: mk.MakeToStock) -> None:
        items = {"nut": shop, "bolt": shop.replace(policy=mk.BaseStock(10))}
        few, all_of_it = (mk.simulate(items, **RUN, keep=keep) for keep in ("summary", "replications"))
        for metric in few:
            assert np.array_equal(few.statistics(metric), all_of_it.statistics(metric), equal_nan=True)
            assert np.array_equal(few.mean(metric).value, all_of_it.mean(metric).value, equal_nan=True)

    def test_sweeps_of_one_name_move_together_across_items(self, shop: mk.MakeToStock) -> None:
        items = {
            "nut": shop.replace(policy=mk.BaseStock(mk.Sweep([10, 12], "S"))),
            "bolt": shop.replace(policy=mk.BaseStock(mk.Sweep([20, 24], "S"))),
        }
        run = mk.simulate(items, **RUN, keep="replications")
        assert run.dims == ("S", "item", "replication")
        # Different values have no common coordinate.
        assert run.coords["S"].tolist() == [0, 1]
        assert np.array_equal(run["cost"][1, 1], cost(shop.replace(policy=mk.BaseStock(24)), name="bolt"))

    def test_a_sweep_in_one_item_gives_every_item_the_axis(self, shop: mk.MakeToStock) -> None:
        items = {"nut": shop, "bolt": shop.replace(policy=mk.BaseStock(mk.Sweep([10, 12])))}
        run = mk.simulate(items, **RUN, keep="replications")
        assert run.dims == ("level", "item", "replication")
        assert np.array_equal(run["cost"][0, 0], run["cost"][1, 0])
