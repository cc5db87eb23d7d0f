"""Pictures of assemblies: what they show, units, texts that can be read, what they refuse."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import maketo as mk

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _close() -> Any:
    yield
    plt.close("all")


def shop(products: int = 3, components: int = 4, level: Any = 9, rates: Any = None) -> mk.AssembleToOrder:
    """Every product needs its own component and the one before it."""
    return mk.AssembleToOrder(
        products={
            f"product {v}": mk.EndItem(
                mk.Poisson(1 + v % 3), {f"part {v % components}": 1, f"part {(v + 1) % components}": 1}
            )
            for v in range(max(products, components - 1))
        },
        components={
            f"part {j}": mk.Component(
                mk.BaseStock(level), lead_time=1 + j % 4, costs=mk.Costs(**(rates or {"unit": 1 + j}))
            )
            for j in range(components)
        },
    )


def simulated(made: mk.AssembleToOrder, **options: Any) -> mk.AssemblyResult:
    return mk.simulate(made, **{"periods": 80, "replications": 60, "seed": 1, **options})


@pytest.fixture(scope="module")
def frontier() -> mk.AssemblyFrontier:
    return mk.assembly_frontier(
        shop(), targets=[0.8, 0.9, 0.95, 0.98], periods=80, warm_up=10, replications=128, seed=1
    )


def readable(ax: Any) -> None:
    """Axes are named with units, and no text covers another or is cut off."""
    figure = ax.figure
    figure.canvas.draw()
    assert ax.get_ylabel()
    assert ax.get_xlabel().endswith(")")
    legend = ax.get_legend()
    texts = [*ax.texts, ax.xaxis.label, ax.yaxis.label, *(legend.get_texts() if legend else ())]
    boxes = [(t.get_text(), t.get_window_extent()) for t in texts if t.get_text()]
    low, high = sorted(ax.get_ylim())
    drawn = [t for at, t in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True) if low <= at <= high]
    boxes += [(t.get_text(), t.get_window_extent()) for t in drawn]
    for text, box in boxes:
        outside = (box.x0 < 0, box.y0 < 0, box.x1 > figure.bbox.x1, box.y1 > figure.bbox.y1)
        assert not any(outside), f"{text!r} leaves the figure"
    for (text, box), (other, covered) in itertools.combinations(boxes, 2):
        across = min(box.x1, covered.x1) - max(box.x0, covered.x0)
        up = min(box.y1, covered.y1) - max(box.y0, covered.y0)
        assert across <= 1 or up <= 2, f"{text!r} covers {other!r}"


# Blame.


def widths(ax: Any) -> dict[str, np.ndarray[Any, Any]]:
    """Length of the bars by product."""
    return {c.get_label(): np.array([bar.get_width() for bar in c]) for c in ax.containers}


def test_blame_is_stacked_by_product() -> None:
    run = simulated(shop())
    ax = mk.plot_blame(run)
    readable(ax)
    assert ax.get_xlabel() == "waiting for it at the close of a period (units)"
    blame = run.blame().value
    order = np.argsort(-blame.sum(axis=1), kind="stable")
    assert [t.get_text() for t in ax.get_yticklabels()] == [run.components[j] for j in order]
    drawn = widths(ax)
    assert list(drawn) == list(run.products)
    for v, name in enumerate(run.products):
        assert drawn[name] == pytest.approx(blame[order, v])
    waiting = run.product("waiting_for_components").value
    assert sum(w.sum() for w in drawn.values()) == pytest.approx(waiting.sum())


@pytest.mark.parametrize("keep", ["replications", "summary"])
def test_blame_of_one(keep: str) -> None:
    one = mk.AssembleToOrder(
        products={"lamp": mk.EndItem(mk.Poisson(3), {"bulb": 1})},
        components={"bulb": mk.Component(mk.BaseStock(8), lead_time=2)},
    )
    ax = mk.plot_blame(simulated(one, keep=keep))
    readable(ax)
    (whisker,) = ax.collections[0].get_segments()
    assert len(whisker) == (2 if keep == "replications" else 0)


def test_blame_of_nobody() -> None:
    readable(mk.plot_blame(simulated(shop(level=500))))


def test_blame_of_many() -> None:
    run = simulated(shop(24, 22))
    ax = mk.plot_blame(run)
    readable(ax)
    names = [t.get_text() for t in ax.get_yticklabels()]
    assert len(names) == 16
    assert names[-1] == "7 others"
    drawn = widths(ax)
    assert list(drawn)[-1] == "18 other products"
    assert sum(w.sum() for w in drawn.values()) == pytest.approx(run.blame().value.sum())


def test_blame_of_an_order_clock() -> None:
    made = mk.AssembleToOrder(
        products={"lamp": mk.EndItem(uses={"bulb": 1})},
        components={"bulb": mk.Component(mk.BaseStock(2), lead_time=2)},
        orders=mk.OrderBook(mk.PoissonArrivals(1)),
    )
    ax = mk.plot_blame(mk.simulate(made, periods=60, replications=20, seed=1))
    readable(ax)
    assert ax.get_xlabel().startswith("waiting for it on average over time")


def test_blame_needs_one_assembly() -> None:
    with pytest.raises(TypeError, match="needs a run of AssembleToOrder, got Result"):
        mk.plot_blame(mk.simulate(mk.MakeToStock(demand=1, policy=mk.BaseStock(1)), periods=9))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"without sweeps, this one has axes \('S',\)"):
        mk.plot_blame(simulated(shop(level=mk.Sweep([5, 9], name="S"))))
    with pytest.raises(ValueError, match="'blame' was not kept"):
        mk.plot_blame(simulated(shop(), metrics=["cost"]))


# Fill rate and investment.


def points(ax: Any) -> np.ndarray[Any, Any]:
    """What is drawn as points."""
    return np.concatenate([line.get_xydata() for line in ax.lines if line.get_marker() == "o"])


def test_frontier(frontier: mk.AssemblyFrontier) -> None:
    ax = frontier.plot()
    readable(ax)
    assert ax.get_xlabel() == "investment in components (money)"
    assert ax.get_ylabel() == "order fill rate (share of units)"
    assert [t.get_text() for t in ax.texts] == ["target 80 %", "90 %", "95 %", "target 98 %"]
    wanted = [[p.investment.value, p.fill.value] for p in frontier.points]
    assert points(ax) == pytest.approx(np.array(wanted))


def test_frontier_by_product(frontier: mk.AssemblyFrontier) -> None:
    names = ["product 0", "product 2"]
    ax = mk.plot_fill_investment(frontier, products=names)
    readable(ax)
    assert [t.get_text() for t in ax.get_legend().get_texts()] == names
    assert len(points(ax)) == 8
    first = frontier.points[0].evaluation.fill_within().value[0, 0]
    assert points(ax)[0, 1] == pytest.approx(first)


def test_hollow_where_not_certified() -> None:
    few = mk.assembly_frontier(shop(), targets=[0.9999], periods=30, replications=8, seed=1)
    ax = few.plot()
    assert not few.points[0].certified
    (point,) = [line for line in ax.lines if line.get_marker() == "o"]
    assert point.get_markerfacecolor() == "white"


@pytest.mark.parametrize("rates", [{"unit": 2.0}, {"holding": 2.0}, {"order": 1.0}])
@pytest.mark.parametrize("keep", ["replications", "summary"])
def test_sweep(rates: dict[str, float], keep: str) -> None:
    run = simulated(shop(level=mk.Sweep(range(4, 16, 2), name="base stock"), rates=rates), keep=keep)
    ax = run.plot()
    readable(ax)
    unit = {"unit": "money", "holding": "money per period", "order": "units"}[next(iter(rates))]
    assert ax.get_xlabel() == f"investment in components ({unit})"
    assert {"base stock 4", "base stock 14"} <= {t.get_text() for t in ax.texts}
    held = run.component("on_hand").value + run.component("reserved").value
    weight = 1 if unit == "units" else 2
    assert points(ax)[:, 0] == pytest.approx(weight * held.sum(axis=-1))
    assert points(ax)[:, 1] == pytest.approx(run.mean("fill_rate").value)


def test_sweep_by_product() -> None:
    run = simulated(shop(level=mk.Sweep(range(2, 42), name="S")))
    readable(mk.plot_fill_investment(run))
    readable(mk.plot_fill_investment(run, products=run.products))


def test_where_axes_are_given(frontier: mk.AssemblyFrontier) -> None:
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
    assert mk.plot_blame(simulated(shop()), ax=left) is left
    assert mk.plot_fill_investment(frontier, ax=right) is right
    readable(left)
    readable(right)
    assert len(figure.axes) == 2


def test_fill_and_investment_refuse(frontier: mk.AssemblyFrontier) -> None:
    with pytest.raises(TypeError, match="needs an AssemblyFrontier or a run of AssembleToOrder"):
        mk.plot_fill_investment(3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="needs exactly one sweep axis"):
        mk.plot_fill_investment(simulated(shop()))
    with pytest.raises(ValueError, match="products must be among product 0, product 1, product 2; got 'x'"):
        mk.plot_fill_investment(frontier, products=["x"])
    with pytest.raises(TypeError, match="products must be a sequence of names"):
        mk.plot_fill_investment(frontier, products="product 0")
    run = simulated(shop(8, 4, level=mk.Sweep([5, 9], name="S")))
    with pytest.raises(ValueError, match="at most 6"):
        mk.plot_fill_investment(run, products=run.products)


# What fits a run.


def test_natural_pictures() -> None:
    one = simulated(shop())
    assert one.plot().get_ylabel() == "component"
    assert simulated(shop(), metrics=["cost", "fill_rate"]).plot().get_ylabel() == "replications"
    swept = shop().replace(assembly_time=mk.Sweep([0, 1, 2], name="assembly"))
    assert simulated(swept).plot().get_xlabel() == "assembly"
    two = shop(level=mk.Sweep([5, 9], name="S")).replace(assembly_time=mk.Sweep([0, 1], name="assembly"))
    simulated(two).plot(metric="backorders")
    three = two.replace(hours=mk.Sweep([50, 60], name="hours limit"))
    with pytest.raises(ValueError, match="3 swept parameters have no single picture"):
        simulated(three).plot()
