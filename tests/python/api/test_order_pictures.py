"""Pictures of runs of orders: what they show, units, texts that can be read, what they refuse."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import maketo as mk

plt = pytest.importorskip("matplotlib.pyplot")

WORK: dict[str, Any] = {"machine": mk.Exponential(1), "constant": 1, "nothing": 0}


@pytest.fixture(autouse=True)
def _close() -> Any:
    yield
    plt.close("all")


def queue(rate: Any = 0.8, law: str = "machine", servers: Any = 1, **rules: Any) -> mk.MakeToOrder:
    return mk.MakeToOrder(
        orders=rate,
        operations=mk.Operation("machine", WORK[law]),
        stations={"machine": mk.Station(servers=servers)},
        **rules,
    )


def simulated(shop: mk.MakeToOrder, replications: int = 40, **options: Any) -> mk.OrderResult:
    periods = options.pop("periods", 300)
    return mk.simulate(shop, periods=periods, replications=replications, seed=1, **options)


def readable(ax: Any) -> None:
    """Axes are named, and no text covers another or is cut off."""
    figure = ax.figure
    figure.canvas.draw()
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    named = [(one.title, one._left_title, one.xaxis.label, one.yaxis.label) for one in figure.axes]
    texts = [t for one in figure.axes for t in one.texts]
    texts = [t for t in (*texts, *itertools.chain(*named)) if t.get_text()]
    boxes = [(t.get_text(), t.get_window_extent()) for t in texts]
    for text, box in boxes:
        outside = (box.x0 < 0, box.y0 < 0, box.x1 > figure.bbox.x1, box.y1 > figure.bbox.y1)
        assert not any(outside), f"{text!r} leaves the figure"
    for (text, box), (other, covered) in itertools.combinations(boxes, 2):
        across = min(box.x1, covered.x1) - max(box.x0, covered.x0)
        up = min(box.y1, covered.y1) - max(box.y0, covered.y0)
        assert across <= 1 or up <= 2, f"{text!r} covers {other!r}"


def clear_of_lines(ax: Any) -> None:
    """No vertical line runs through a text."""
    for text in ax.texts:
        box = text.get_window_extent()
        for line in ax.lines:
            points = ax.transData.transform(line.get_xydata())
            upright = points[:, 0].max() - points[:, 0].min() < 1
            if upright and box.x0 + 1 < points[0, 0] < box.x1 - 1:
                assert points[:, 1].max() <= box.y0 + 1, text.get_text()


def texts(ax: Any) -> str:
    return "\n".join(t.get_text() for t in (*ax.texts, ax._left_title))


def area(stairs: Any) -> float:
    drawn = stairs.get_data()
    return float(drawn.values @ np.diff(drawn.edges))


@pytest.mark.parametrize(
    "shop",
    [
        queue(),
        queue(quote=10),
        queue(quote=0),
        queue(quote=100),
        queue(0.95, quote=40),
        queue(0.01, "constant", quote=1.2),
        queue(0.5, "nothing", quote=0),
        queue(quote=10, deliver_on_date=True),
        queue(quote=mk.QuantileQuote(0.9)),
        queue(0.5, material=mk.CalledOff(mk.Lognormal(mean=500, sd=20)), quote=530),
    ],
    ids=["none", "quote", "at once", "far", "busy", "constant", "nothing", "on date", "quantile", "long"],
)
@pytest.mark.parametrize("replications", [1, 40])
def test_lead_time(shop: mk.MakeToOrder, replications: int) -> None:
    run = simulated(shop, replications)
    ax = mk.plot_lead_time(run)
    readable(ax)
    clear_of_lines(ax)
    assert ax.get_xlabel().startswith("lead time (periods")
    told = texts(ax)
    assert "mean " in told
    assert "median " in told
    assert "95 % within " in told
    assert ("quote " in told) == isinstance(shop.quote, int | float)
    # The bars are all orders but those said to take longer.
    rest = ax.get_xlabel().partition("; ")[2]
    longer = float(rest.split(" %")[0]) / 100 if rest else 0.0
    assert longer < 0.0021
    assert area(ax.patches[0]) == pytest.approx(1 - longer, abs=1e-4)


@pytest.mark.parametrize("on_date", [False, True])
def test_lead_time_shades_who_is_late(on_date: bool) -> None:
    run = simulated(queue(quote=10, deliver_on_date=on_date))
    ax = mk.plot_lead_time(run)
    late = run.mean("tardy_share")
    shown = [100 * x for x in (late.value, late.low, late.high)]
    assert "late {:.1f} % [{:.1f}, {:.1f}]".format(*shown) in texts(ax)
    beyond = 1 - area(ax.patches[0])
    assert area(ax.patches[1]) == pytest.approx(late.value - beyond, rel=1e-6)
    assert ax.patches[1].get_data().edges[0] == 10
    exact = math.exp(-0.2 * 10)
    assert late.low - 0.02 < exact < late.high + 0.02


def test_lead_time_after_another_quote() -> None:
    run = simulated(queue(quote=10))
    ax = mk.plot_lead_time(run, quote=16.0, ax=plt.subplots(figsize=(3.5, 2.6), layout="constrained")[1])
    readable(ax)
    late = run.distribution("lead_time").exceeds(16)
    assert f"quote 16\nlate {100 * late.value:.1f} %" in texts(ax)
    # Where tardiness was not kept, the distribution knows.
    kept = simulated(queue(quote=10), metrics=["otif"])
    assert "quote 10\nlate " in texts(mk.plot_lead_time(kept))


def test_lead_time_refuses() -> None:
    with pytest.raises(ValueError, match=r"without sweeps.*axes \('quote',\)"):
        mk.plot_lead_time(simulated(queue(quote=mk.Sweep([1, 2])), 3))
    with pytest.raises(ValueError, match=r"no long-run distribution.*load of 1\.2"):
        mk.plot_lead_time(simulated(queue(1.2), 3))
    nobody = mk.Acceptance(max_orders=0)
    with pytest.raises(ValueError, match="no order was delivered"):
        mk.plot_lead_time(simulated(queue(acceptance=nobody), 3))
    run = simulated(queue(), 3)
    with pytest.raises(ValueError, match="quote must be ≥ 0, got -1"):
        mk.plot_lead_time(run, quote=-1)
    with pytest.raises(TypeError, match="quote must be"):
        mk.plot_lead_time(run, quote=mk.Sweep([1, 2]))  # type: ignore[arg-type]


def test_pictures_of_orders_refuse_other_runs(shop: mk.MakeToStock) -> None:
    run: Any = mk.simulate(shop, periods=20, replications=3, seed=1)
    for picture in (mk.plot_lead_time, mk.plot_otif, mk.plot_load):
        with pytest.raises(TypeError, match=f"{picture.__name__} needs a run whose unit is the order"):
            picture(run)


@pytest.mark.parametrize("quotes", [np.linspace(0, 20, 81), [0, 2, 12, 30]], ids=["fine", "coarse"])
def test_otif_is_reached_where_theory_says(quotes: Any) -> None:
    """The lead time of an M/M/1 queue is exponential with rate μ − λ = 0.4."""
    run = simulated(queue(0.6, quote=mk.Sweep(quotes)), 200, warm_up=50)
    ax = mk.plot_otif(run)
    readable(ax)
    assert ax.get_xlabel() == "quoted lead time (periods)"
    assert ax.get_ylabel() == "OTIF (share of orders)"
    for target in (0.9, 0.95):
        at, ends = texts(ax).split(f"{100 * target:g} % at ")[1].split("]")[0].split(" [")
        low, high = (float(x) for x in ends.split(", "))
        exact = -math.log(1 - target) / 0.4
        assert low - 0.3 < exact < high + 0.3
        assert float(at) == pytest.approx(exact, rel=0.05)
        # The same as the quantile of the distribution.
        run_at = float(run.distribution("lead_time").quantile(target).value[0])
        assert float(at) == pytest.approx(run_at, abs=0.1)


@pytest.mark.parametrize(
    ("quotes", "told"),
    [
        ([1, 2, 3], "90 % at more than 3,  95 % at more than 3"),
        ([20, 25, 30], "90 % below 20,  95 % below 20"),
        ([17], "90 % below 17,  95 % at more than 17"),
        ([8, 17], "90 % at 1"),
        ([12, 8, 40, 20], "95 % at 1"),
    ],
)
def test_otif_within_few_quotes(quotes: list[float], told: str) -> None:
    run = simulated(queue(quote=mk.Sweep(quotes, name="promise")), 400, warm_up=50)
    value = run.mean("otif").value
    if quotes == [17]:
        assert value[0] > 0.9
        told = told if value[0] < 0.95 else "90 % below 17,  95 % below 17"
    ax = run.plot()
    readable(ax)
    assert told in texts(ax)
    curve, dots = ax.lines[:2]
    assert dots.get_xdata().tolist() == sorted(quotes)
    np.testing.assert_array_equal(dots.get_ydata(), value[np.argsort(quotes)])
    np.testing.assert_allclose(np.interp(quotes, *curve.get_data()), value)


@pytest.mark.parametrize("rule", [mk.ForwardLoading, mk.QuantileQuote])
def test_otif_of_quotes_that_look_at_the_shop(rule: Any) -> None:
    settings = [0, 2, 4, 8] if rule is mk.ForwardLoading else [0.5, 0.8, 0.9, 0.99]
    run = simulated(queue(quote=rule(mk.Sweep(settings, name="setting"))))
    ax = mk.plot_otif(run, ax=plt.subplots(figsize=(3.5, 2.6), layout="constrained")[1])
    readable(ax)
    assert ax.get_xlabel() == "mean quoted lead time (periods)"
    np.testing.assert_array_equal(ax.lines[1].get_xdata(), run.mean("quoted_lead_time").value)
    readable(mk.plot_otif(simulated(queue(quote=rule(mk.Sweep(settings, name="setting"))), 1)))


def test_otif_refuses() -> None:
    for shop in (queue(), queue(mk.Sweep([0.5, 0.6], name="rate"))):
        with pytest.raises(ValueError, match="only the quote is swept"):
            mk.plot_otif(simulated(shop, 3))
    together = queue(mk.Sweep([0.5, 0.6], name="both"), quote=mk.Sweep([5, 6], name="both"))
    with pytest.raises(ValueError, match="only the quote is swept"):
        mk.plot_otif(simulated(together, 3))
    with pytest.raises(ValueError, match="otif is undefined at every quote: unstable"):
        mk.plot_otif(simulated(queue(1.2, quote=mk.Sweep([5, 6])), 3))


RATES = [0.2, 0.5, 0.7, 0.8, 0.9, 1.1, 1.3]


def test_load() -> None:
    run = simulated(queue(mk.Sweep([*RATES[3:], *RATES[:3]], name="rate")))
    ax = mk.plot_load(run)
    readable(ax)
    assert ax.get_ylabel() == "lead time (periods)"
    assert ax.get_xlabel() == "load of machine (share)\nleft out (load ≥ 1): rate 1.1, 1.3"
    mean, tail = ax.lines[:2]
    np.testing.assert_allclose(mean.get_xdata(), RATES[:5])
    rates = run.coords["rate"]
    at = [int(np.flatnonzero(rates == r)[0]) for r in RATES[:5]]
    np.testing.assert_array_equal(mean.get_ydata(), run.mean("lead_time").value[at])
    np.testing.assert_array_equal(tail.get_ydata(), run.distribution().quantile(0.95).value[at])
    assert any(np.array_equal(line.get_xdata(), [1, 1]) for line in ax.lines)
    assert "no long run" in texts(ax)
    assert "rate 0.9" in texts(ax)


@pytest.mark.parametrize(
    ("shop", "where"),
    [
        (queue(mk.Sweep(np.linspace(0.1, 0.9, 40), name="rate")), "machine"),
        (queue(mk.Sweep(np.linspace(0.1, 2.5, 40), name="rate")), "machine"),
        (queue(mk.Sweep([0.5, 2], name="rate")), "machine"),
        (queue(1.8, servers=mk.Sweep([1, 2, 3, 4])), "machine"),
        (queue(0.8, servers=mk.Sweep([1, 2, 3], name="machines bought in the last year")), "machine"),
    ],
)
def test_load_of_many_designs(shop: mk.MakeToOrder, where: str) -> None:
    for replications, small in ((5, False), (1, True)):
        run = simulated(shop, replications)
        given = plt.subplots(figsize=(3.5, 2.6), layout="constrained")[1] if small else None
        ax = mk.plot_load(run, ax=given)
        readable(ax)
        assert f"load of {where}" in ax.get_xlabel()


def test_load_of_two_stations() -> None:
    shop = mk.MakeToOrder(
        orders=0.8,
        operations=[
            mk.Operation("cut", mk.Exponential(mk.Sweep([0.4, 1], name="cut"))),
            mk.Operation("weld", 0.8),
        ],
    )
    run = simulated(shop)
    for metric in ("waiting_time", "orders_in_shop", "tardiness"):
        ax = mk.plot_load(run, metric)
        readable(ax)
        assert "load of the busiest station" in ax.get_xlabel()
        assert ("95 % of orders within" in texts(ax)) == (metric != "orders_in_shop")
        np.testing.assert_allclose(ax.lines[0].get_xdata(), [0.64, 0.8])


def test_load_beyond_one_where_orders_are_turned_away() -> None:
    shop = queue(mk.Sweep([0.7, 1.4], name="rate"), acceptance=mk.Acceptance(max_orders=8))
    ax = simulated(shop).plot()
    readable(ax)
    np.testing.assert_allclose(ax.lines[0].get_xdata(), [0.7, 1.4])
    assert "no long run" not in texts(ax)


def test_load_refuses() -> None:
    with pytest.raises(ValueError, match="one sweep axis"):
        mk.plot_load(simulated(queue(), 3))
    with pytest.raises(ValueError, match="the same in all designs"):
        mk.plot_load(simulated(queue(quote=mk.Sweep([1, 2])), 3))
    given = queue(mk.GivenOrders(np.arange(20.0)), servers=mk.Sweep([1, 2]))
    with pytest.raises(ValueError, match="not known"):
        mk.plot_load(simulated(given, 3))
    with pytest.raises(ValueError, match="undefined in every design: unstable"):
        mk.plot_load(simulated(queue(mk.Sweep([1.1, 1.2], name="rate")), 3))
    with pytest.raises(KeyError, match="no metric 'speed'"):
        mk.plot_load(simulated(queue(mk.Sweep([0.5, 0.9], name="rate")), 3), "speed")


def test_natural_pictures() -> None:
    rates, quotes = mk.Sweep([0.5, 0.9], name="rate"), mk.Sweep([5, 10])
    assert "share of orders per" in simulated(queue(), 3).plot().get_ylabel()
    assert "quote 3" in texts(simulated(queue(), 3).plot(quote=3))
    assert "OTIF" in simulated(queue(quote=quotes), 3).plot().get_ylabel()
    assert "load of" in simulated(queue(rates), 3).plot().get_xlabel()
    assert simulated(queue(rates), 3).plot(metric="tardiness").get_ylabel() == "tardiness (periods)"
    kits = mk.CalledOff(mk.Sweep([1, 2], name="kit"))
    ax = simulated(queue(material=kits), 3).plot()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("kit", "lead time (periods)")
    free = simulated(queue(rates, quote=quotes), 3).plot()
    assert "lead time" in free.figure.axes[1].get_ylabel()
    dear = simulated(queue(rates, quote=quotes, costs=mk.OrderCosts(tardiness=1)), 3).plot()
    assert "cost" in dear.figure.axes[1].get_ylabel()
    items = {"one": queue(), "two": queue(0.5, quote=5)}
    ax = mk.simulate(items, periods=50, replications=3, seed=1).plot()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("lead time (periods)", "otif (share)")
    swept = {"one": queue(rates), "two": queue(rates)}
    with pytest.raises(ValueError, match="a swept portfolio"):
        mk.simulate(swept, periods=50, replications=3, seed=1).plot()
    with pytest.raises(ValueError, match="3 swept parameters"):
        simulated(queue(rates, quote=quotes, material=kits), 3).plot()


def test_stock_on_the_order_clock() -> None:
    stock = mk.MakeToStock(
        demand=mk.OrderBook(0.8), policy=mk.BaseStock(mk.Sweep([1, 3], name="level")), lead_time=2
    )
    run: Any = mk.simulate(stock, periods=100, replications=5, seed=1)
    assert run.plot().get_ylabel() == "on hand (units)"
    for picture, told in ((mk.plot_otif, "only the quote is swept"), (mk.plot_load, "loads that differ")):
        with pytest.raises(ValueError, match=told):
            picture(run)
    one: Any = mk.simulate(stock.replace(policy=mk.BaseStock(1)), periods=100, replications=5, seed=1)
    readable(mk.plot_lead_time(one, quote=1))


def test_pictures_of_all_runs_take_orders() -> None:
    swept = simulated(queue(mk.Sweep([0.5, 0.7, 0.9], name="rate"), quote=8), 5)
    ax = mk.plot_sweep(swept, ["lead_time", "otif"])
    assert ax.get_ylabel() == "lead time (periods)"
    assert mk.plot_distribution(simulated(queue(), 40), "lead_time").get_xlabel() == "lead time (periods)"
    crossed = queue(mk.Sweep([0.5, 0.9], name="rate"), quote=mk.Sweep([5, 10]))
    assert "lowest" in texts(mk.plot_surface(simulated(crossed, 5), "lead_time"))
    with pytest.raises(ValueError, match="undefined in every replication"):
        mk.plot_distribution(simulated(queue(1.2), 5), "lead_time")
