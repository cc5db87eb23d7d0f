"""Pictures of policies and pilots: units, texts that can be read, what they mark, what they refuse."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import maketo as mk
from maketo.plots._lead_time_demand import _convolution

plt = pytest.importorskip("matplotlib.pyplot")
stats = pytest.importorskip("scipy.stats")

LEVELS = mk.Sweep(range(96, 131), name="base_stock")
BASE = mk.MakeToStock(
    demand=mk.Poisson(20), policy=mk.BaseStock(LEVELS), lead_time=4, costs=mk.Costs(holding=1, backorder=9)
)
ONE = BASE.replace(policy=mk.BaseStock(110))
MIN_MAX = mk.MakeToStock(demand=mk.Poisson(10), policy=mk.MinMax(16, 50), lead_time=1)
TRACED = ["order_quantity", "on_hand", "backorders"]
LUMPY = mk.Bootstrap([0, 0, 0, 5, 0, 0, 12, 0, 0, 1, 0, 0, 0, 30])


@pytest.fixture(autouse=True)
def _close() -> Any:
    yield
    plt.close("all")


def readable(ax: Any) -> None:
    """Axes are named, and no text covers another or is cut off."""
    figure = ax.figure
    figure.canvas.draw()
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    texts = [t for one in figure.axes for t in (*one.texts, one.title, one._left_title) if t.get_text()]
    boxes = [(t.get_text(), t.get_window_extent()) for t in texts]
    for text, box in boxes:
        outside = (box.x0 < 0, box.y0 < 0, box.x1 > figure.bbox.x1, box.y1 > figure.bbox.y1)
        assert not any(outside), f"{text!r} leaves the figure"
    for (text, box), (other, covered) in itertools.combinations(boxes, 2):
        across = min(box.x1, covered.x1) - max(box.x0, covered.x0)
        up = min(box.y1, covered.y1) - max(box.y0, covered.y0)
        assert across <= 1 or up <= 2, f"{text!r} covers {other!r}"


def texts(ax: Any) -> str:
    return "\n".join(t.get_text() for t in (*ax.texts, ax._left_title))


@pytest.mark.parametrize(
    ("target", "levels", "replications"),
    [
        (None, range(96, 131), 100),
        (0.8, [110], 1),
        (1.0, [96, 130], 100),
        (0.95, range(96, 131), 100),
        (0.9999, range(96, 131), 1),
        (0.99, range(60, 180, 2), 100),
    ],
)
def test_service_curve(target: float | None, levels: Any, replications: int) -> None:
    shop = BASE.replace(policy=mk.BaseStock(mk.Sweep(levels, name="S")))
    run = mk.simulate(shop, periods=60, replications=replications, seed=1)
    ax = mk.plot_service_curve(run, target=target)
    readable(ax)
    assert ax.get_xlabel() == "mean on hand (units)"
    assert ax.get_ylabel() == "fill rate (share)"
    if target is not None:
        reached = [s for s, y in zip(levels, run.mean("fill_rate").value, strict=True) if y >= target]
        told = f"S {reached[0]:g}, mean on hand" if reached else "no level reaches it"
        assert f"target {target:g}: {told}" in texts(ax)


def test_service_curve_without_demand() -> None:
    run = mk.simulate(BASE.replace(demand=0), periods=60, replications=3, seed=1)
    readable(mk.plot_service_curve(run, "alpha_service", target=0.9))
    with pytest.raises(ValueError, match="fill_rate is undefined at every level"):
        mk.plot_service_curve(run)
    with pytest.raises(ValueError, match="sweep the level"):
        mk.plot_service_curve(mk.simulate(ONE, periods=20, replications=3, seed=1))


@pytest.mark.parametrize(
    "shop",
    [
        MIN_MAX,
        MIN_MAX.replace(demand=mk.Gamma(mean=10, sd=9)),
        MIN_MAX.replace(demand=0),
        MIN_MAX.replace(demand=10, policy=mk.MinMax(10, 50), lead_time=0),
        MIN_MAX.replace(demand=LUMPY, policy=mk.BaseStock(35), review_period=5),
    ],
    ids=["Poisson", "real", "no demand", "constant", "lumpy"],
)
def test_order_pattern(shop: mk.MakeToStock) -> None:
    for traced, replications in ((TRACED, 50), (TRACED[:1], 1)):
        run = mk.simulate(shop, periods=150, warm_up=10, replications=replications, seed=2, trace=traced)
        ax = mk.plot_order_pattern(run, replications - 1)
        readable(ax)
        assert ax.get_ylabel() == "units"
        assert len(ax.figure.axes) == 3


def test_order_pattern_beside_are_all_orders() -> None:
    run = mk.simulate(MIN_MAX, periods=150, warm_up=10, replications=50, seed=2, trace=TRACED)
    _, panels = plt.subplots(1, 3)
    assert mk.plot_order_pattern(run, ax=panels) is panels[0]
    ordered = run.trace["order_quantity"][:, 10:]
    assert f"mean {ordered[ordered > 0].mean():.4g}" in panels[1].get_title("left")
    gaps = np.concatenate([np.diff(np.flatnonzero(row)) for row in ordered])
    assert f"mean {gaps.mean():.4g}" in panels[2].get_title("left")
    assert f"(n = {gaps.size:,})" in panels[2].get_title("left")
    alone = plt.subplots()[1]
    assert mk.plot_order_pattern(run, ax=alone) is alone


def test_order_pattern_refuses() -> None:
    run = mk.simulate(MIN_MAX, periods=50, replications=3, seed=2, trace=["on_hand"])
    with pytest.raises(KeyError, match=r"trace=.*order_quantity"):
        mk.plot_order_pattern(run)
    run = mk.simulate(MIN_MAX, periods=50, replications=3, seed=2, trace=TRACED)
    with pytest.raises(ValueError, match="replication must be from 0 to 2, got 3"):
        mk.plot_order_pattern(run, 3)
    with pytest.raises(ValueError, match="periods must be ≥ 1, got 0"):
        mk.plot_order_pattern(run, periods=0)
    with pytest.raises(ValueError, match="one Axes or three, got 2"):
        mk.plot_order_pattern(run, ax=plt.subplots(1, 2)[1])


@pytest.mark.parametrize(
    "shop",
    [
        ONE,
        ONE.replace(policy=mk.BaseStock(70)),
        ONE.replace(policy=mk.BaseStock(150)),
        ONE.replace(policy=mk.BaseStock(300)),
        ONE.replace(demand=0),
        ONE.replace(demand=mk.Normal(20, 5, negative="clip"), review_period=3),
        ONE.replace(demand=mk.Poisson(5000), event_order="demand_before_order"),
        MIN_MAX.replace(demand=LUMPY, lead_time=mk.Discrete([1, 2, 5], [0.25, 0.5, 0.25])),
        MIN_MAX.replace(demand=mk.Gamma(mean=10, sd=9), lead_time=0),
        MIN_MAX.replace(demand=mk.Paths(np.arange(300.0).reshape(1, 300) % 40, cycle=True)),
    ],
)
def test_lead_time_demand(shop: mk.MakeToStock) -> None:
    ax = mk.plot_lead_time_demand(
        shop, replications=1 if shop.lead_time == mk.Deterministic(0) else 200, seed=3
    )
    readable(ax)
    assert "(units)" in ax.get_xlabel()


def test_lead_time_demand_says_what_the_level_covers() -> None:
    ax = mk.plot_lead_time_demand(ONE, replications=4000, seed=3)
    assert "5 periods" in ax.get_xlabel()
    told = texts(ax)
    covered = float(told.split("covers ")[1].split(" %")[0])
    assert covered == pytest.approx(100 * stats.poisson(100).cdf(110), abs=0.3)
    textbook = float(told.split("normal law: ")[1].split(" %")[0])
    assert textbook == pytest.approx(100 * stats.norm(100, 10).cdf(110), abs=0.3)
    # A run shows the same as its shop, if it has the demand.
    run = mk.simulate(ONE, periods=100, replications=4000, seed=3, trace=["demand"])
    assert texts(mk.plot_lead_time_demand(run)) == told


@pytest.mark.parametrize("order_first", [True, False])
def test_exact_lead_time_demand(order_first: bool) -> None:
    """By convolution: Poisson sums are Poisson, gamma sums gamma."""
    shop = ONE.replace(
        event_order="order_before_demand" if order_first else "demand_before_order", review_period=2
    )
    m = 4 + 2 if order_first else 4 + 1
    from maketo.plots._lead_time_demand import _covers

    assert _covers(shop) == {m: pytest.approx(1.0)}
    exact = _convolution(shop, _covers(shop))
    assert exact is not None
    k = exact.first + np.arange(len(exact.shares))
    np.testing.assert_allclose(exact.shares, stats.poisson(20 * m).pmf(k), atol=1e-8)
    real = _convolution(shop.replace(demand=mk.Gamma(mean=10, sd=5)), {m: 1.0})
    assert real is not None
    at = real.first + real.step * np.arange(len(real.shares))
    law = stats.gamma(4 * m, scale=2.5)
    assert np.abs(np.cumsum(real.shares) - law.cdf(at + real.step / 2)).max() < 1e-3
    mixed = _convolution(shop, {2: 0.25, 3: 0.75})
    assert mixed is not None
    pmf = 0.25 * stats.poisson(40).pmf(np.arange(200)) + 0.75 * stats.poisson(60).pmf(np.arange(200))
    np.testing.assert_allclose(mixed.shares[: len(pmf)], pmf[: len(mixed.shares)], atol=1e-8)


def test_lead_time_demand_refuses() -> None:
    with pytest.raises(KeyError, match=r"trace=.*demand"):
        mk.plot_lead_time_demand(mk.simulate(ONE, periods=50, replications=3, seed=2))
    with pytest.raises(ValueError, match=r"at least 5 periods.*got 4"):
        mk.plot_lead_time_demand(
            mk.simulate(ONE, periods=10, warm_up=6, replications=3, seed=2, trace=["demand"])
        )
    with pytest.raises(ValueError, match="without sweeps"):
        mk.plot_lead_time_demand(BASE, replications=3)


def test_surface() -> None:
    shop = MIN_MAX.replace(
        policy=mk.MinMax(mk.Sweep(range(10, 31, 4), name="s"), mk.Sweep(range(40, 121, 20), name="S")),
        costs=mk.Costs(holding=1, backorder=9, order=64),
    )
    run = mk.simulate(shop, periods=300, warm_up=30, replications=50, seed=1)
    ax = run.plot()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("S", "s")
    cost = run.mean("cost").value
    i, j = np.unravel_index(np.argmin(cost), cost.shape)
    assert f"lowest: {cost[i, j]:.4g}" in texts(ax)
    assert f"at s {run.coords['s'][i]:g}, S {run.coords['S'][j]:g}" in texts(ax)
    assert "highest" in texts(mk.plot_surface(run, "fill_rate"))
    readable(mk.plot_surface(run, "demand"))  # nothing to mark and no contours
    row = shop.replace(policy=mk.MinMax(mk.Sweep([10], name="s"), mk.Sweep([60, 40], name="S")))
    readable(mk.simulate(row, periods=30, replications=1, seed=1).plot())
    with pytest.raises(ValueError, match="two sweep axes"):
        mk.plot_surface(mk.simulate(BASE, periods=20, replications=3, seed=1))
    with pytest.raises(ValueError, match="for two see plot_surface"):
        mk.plot_sweep(run)
    empty = mk.simulate(shop.replace(demand=0), periods=30, replications=3, seed=1)
    with pytest.raises(ValueError, match="undefined in every cell"):
        mk.plot_surface(empty, "fill_rate")


@pytest.mark.parametrize("periods", [50, 300])
def test_warm_up_picture(periods: int) -> None:
    for shop in (BASE, ONE.replace(demand=0), ONE.replace(opening_stock=2000)):
        pilot = mk.warm_up(shop, periods=periods, seed=1)
        for name in (None, "backorders"):
            ax = pilot.plot(name)
            readable(ax)
            assert "units" in ax.get_ylabel()
        plt.close("all")
    with pytest.raises(KeyError, match="not watched"):
        pilot.plot("demand")


def test_warm_up_picture_of_a_run() -> None:
    run = mk.simulate(MIN_MAX, periods=100, replications=20, seed=1, warm_up="mser5")
    ax = mk.plot_warm_up(run)
    readable(ax)
    assert run.pilot is not None
    assert f"MSER cuts {run.pilot.periods}" in texts(ax)
    with pytest.raises(ValueError, match=r'warm_up="mser5".*got warm_up=3'):
        mk.plot_warm_up(mk.simulate(MIN_MAX, periods=100, replications=20, seed=1, warm_up=3))


def test_order_pattern_from_net_inventory() -> None:
    runs = [
        mk.simulate(MIN_MAX, periods=80, replications=3, seed=2, trace=["order_quantity", *traced])
        for traced in (["net_inventory"], ["on_hand", "backorders"])
    ]
    drawn = [[patch.get_data() for patch in mk.plot_order_pattern(run).patches] for run in runs]
    assert len(drawn[0]) == 3  # stock, its outline, backorders
    for one, other in zip(*drawn, strict=True):
        np.testing.assert_array_equal(one.values, other.values)
        np.testing.assert_array_equal(one.edges, other.edges)


SEASON = mk.Varying(50, seasons=[1.5, 1.1, 0.5, 0.9])
PLANNED = mk.MakeToStock(
    demand=SEASON,
    policy=mk.OrderUpTo(factor=1.5),
    lead_time=2,
    forecast=mk.HoltWinters(0.1, 0.1, 0.1, season=4),
)
NORMAL = mk.MakeToStock(
    demand=mk.Normal(100, 20, negative="allow"),
    policy=mk.OrderUpTo(safety=40, returns=True),
    forecast=mk.MovingAverage(5),
)
FLOWS = ["order_quantity", "demand"]


@pytest.mark.parametrize(
    "shop",
    [
        PLANNED,
        PLANNED.replace(policy=mk.MaterialPlan(12, mk.SilverMeal(200, 1), safety=20, fence=2)),
        PLANNED.replace(policy=mk.FollowForecast(), capacity=60),
        NORMAL.replace(policy=mk.OrderUpTo(returns=True), forecast=mk.SeasonalNaive(1)),
        PLANNED.replace(demand=0, forecast=mk.KnownMean()),
        PLANNED.replace(policy=mk.RatePlan([300, 0, 0, 0, 0, 0]), forecast=None),
    ],
    ids=["season", "lots", "capacity", "returns", "no demand", "rate"],
)
@pytest.mark.parametrize(
    ("stock", "replications"),
    [
        (["net_inventory"], 50),
        (["on_hand"], 50),
        (["backorders"], 20),
        (["on_hand", "backorders"], 3),
        ([], 1),
    ],
    ids=["net", "stock", "waiting", "both", "none"],
)
def test_plan(shop: mk.MakeToStock, stock: list[str], replications: int) -> None:
    run = mk.simulate(shop, periods=50, warm_up=10, replications=replications, seed=2, trace=[*FLOWS, *stock])
    ax = mk.plot_plan(run, replications - 1, periods=30)
    panels = ax.figure.axes
    assert (ax, len(panels)) == (panels[0], 2 if stock else 1)
    readable(panels[-1])
    assert (panels[0].get_ylabel(), panels[-1].get_xlabel()) == ("units per period", "period")
    assert stock == [] or panels[1].get_ylabel() == "units"
    assert ("bands: 90 % of" in texts(ax)) == (replications >= 20)
    assert [bar.get_height() for bar in ax.patches[:30]] == run.trace["order_quantity"][-1, 10:40].tolist()


def test_plan_on_given_axes() -> None:
    run = mk.simulate(PLANNED, periods=30, replications=20, seed=2, trace=[*FLOWS, "net_inventory"])
    alone = plt.subplots()[1]
    assert mk.plot_plan(run, ax=alone) is alone
    readable(alone)
    pair = plt.subplots(2, 1)[1]
    assert mk.plot_plan(run, ax=pair) is pair[0]
    # Bands lie around most futures of most periods.
    band = next(p for p in pair[1].patches if p.get_zorder() == 0).get_data()
    np.testing.assert_allclose(band.values, np.quantile(run.trace["net_inventory"], 0.95, axis=0))
    np.testing.assert_allclose(band.baseline, np.quantile(run.trace["net_inventory"], 0.05, axis=0))


def test_plan_refuses() -> None:
    run = mk.simulate(PLANNED, periods=30, replications=3, seed=2, trace=["order_quantity"])
    with pytest.raises(KeyError, match=r"needs the demand of every period.*trace="):
        mk.plot_plan(run)
    with pytest.raises(KeyError, match="the order quantity and the demand"):
        mk.plot_plan(mk.simulate(PLANNED, periods=30, replications=3, seed=2))
    run = mk.simulate(PLANNED, periods=30, replications=3, seed=2, trace=FLOWS)
    with pytest.raises(ValueError, match="replication must be ≥ 0, got -1"):
        mk.plot_plan(run, -1)
    with pytest.raises(ValueError, match="periods must be ≥ 1, got 0"):
        mk.plot_plan(run, periods=0)
    with pytest.raises(ValueError, match="one Axes or two, got 3"):
        mk.plot_plan(run, ax=plt.subplots(1, 3)[1])
    with pytest.raises(ValueError, match="where no stock was traced"):
        mk.plot_plan(run, ax=plt.subplots(1, 2)[1])
    swept = PLANNED.replace(policy=mk.OrderUpTo(safety=mk.Sweep([1, 2], name="units")))
    with pytest.raises(ValueError, match="without sweeps"):
        mk.plot_plan(mk.simulate(swept, periods=30, replications=3, seed=2, trace=FLOWS))


ASKED = ["bullwhip", "net_stock_amplification"]


def test_bullwhip() -> None:
    shops = {"base stock": NORMAL.replace(policy=mk.BaseStock(240), forecast=None), "average of 5": NORMAL}
    shops |= {
        f"levelled {beta}": NORMAL.replace(policy=mk.OrderUpTo(safety=40, smoothing=beta, returns=True))
        for beta in (0.25, 0.26, 0.27, 0.5)
    }
    runs = {
        name: mk.simulate(shop, periods=300, warm_up=20, replications=100, seed=1, metrics=ASKED)
        for name, shop in shops.items()
    }
    ax = mk.plot_bullwhip(runs)
    readable(ax)
    assert [t.get_text() for t in ax.texts] == ["dashed: orders vary as demand does", *runs]
    assert ax.get_xlim()[0] == ax.get_ylim()[0] == 0
    assert any(list(line.get_ydata()) == [1, 1] for line in ax.lines)
    for run, drawn in zip(runs.values(), ax.containers, strict=True):
        (dot,), x, y = drawn[0].get_xydata(), run.ratio("net_stock_amplification"), run.ratio("bullwhip")
        assert dot.tolist() == [x.value, y.value]
        across, up = (bars.get_segments()[0] for bars in drawn[2])
        np.testing.assert_allclose(across, [[x.low, y.value], [x.high, y.value]])
        np.testing.assert_allclose(up, [[x.value, y.low], [x.value, y.high]])
    # The dots stay clear of the texts.
    dots = ax.transData.transform([c[0].get_xydata()[0] for c in ax.containers])
    for text in ax.texts[1:]:
        box = text.get_window_extent()
        assert not any(box.contains(*dot) for dot in dots), text.get_text()
    readable(mk.plot_bullwhip({"base stock": runs["base stock"]}, ax=plt.subplots()[1]))
    single = mk.simulate(NORMAL, periods=100, replications=1, seed=1, metrics=ASKED)
    readable(mk.plot_bullwhip({"one future": single}))


def test_bullwhip_refuses() -> None:
    run = mk.simulate(NORMAL, periods=30, replications=3, seed=1, metrics=["cost"])
    with pytest.raises(KeyError, match=r"the run mine did not keep.*metrics="):
        mk.plot_bullwhip({"mine": run})
    with pytest.raises(TypeError, match="mapping of names to runs"):
        mk.plot_bullwhip(run)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least one run"):
        mk.plot_bullwhip({})
    flat = NORMAL.replace(demand=5)
    with pytest.raises(ValueError, match="demand of 'flat' does not vary"):
        mk.plot_bullwhip({"flat": mk.simulate(flat, periods=30, replications=3, seed=1, metrics=ASKED)})
    swept = NORMAL.replace(policy=mk.OrderUpTo(smoothing=mk.Sweep([0.5, 1], name="β")))
    with pytest.raises(ValueError, match="for 'all', needs a run without sweeps"):
        mk.plot_bullwhip({"all": mk.simulate(swept, periods=30, replications=3, seed=1, metrics=ASKED)})
