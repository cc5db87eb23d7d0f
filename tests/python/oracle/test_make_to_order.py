"""Make to order against queues with known answers.

The everyday run of a slow case has `Size.loosened`² times fewer replications than the full one, and is
allowed `loosened` times the error; `make test-full` runs it at full precision as well. What is loosened is
for the rarest of a case, such as the delay after a long quote; means are known far better.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import exact_queues
import numpy as np
import pytest
from exact_queues import Key
from judge import agree_number
from numpy.typing import NDArray
from queue_shops import SHOPS, line
from queues import QUEUES, Queue
from scipy import stats

import maketo as mk


def estimate(run: mk.OrderResult, key: Key, quotes: Sequence[float] = ()) -> tuple[float, float, bool]:
    """What a run says of a key, the standard error of it, and whether it is a share.

    A name is that metric; otherwise a tuple says what is asked: an ``sd``, a ``quantile`` or what share
    ``exceeds`` a value, of a distribution; a metric for one of the quotes, one class or one station; a share
    of delivered orders as a share of all that arrived (``of_arrivals``); a mean over units as a sum per
    period (``per_period``).
    """
    at = 0
    match key:
        case str() as name:
            found = run.mean(name)
        case ("sd", str() as name):
            found = run.distribution(name).sd()
        case ("quantile", str() as name, float() as p):
            found = run.distribution(name).quantile(p)
        case ("exceeds", str() as name, (float() | int()) as x):
            found = run.distribution(name).exceeds(x)
        case ("quoted", str() as name, (float() | int()) as quote):
            found, at = run.mean(name), list(quotes).index(quote)
        case ("class", str() as name, str() as one):
            found, at = run.by_class(name), run.classes.index(one)
        case ("station", str() as name, str() as one):
            found, at = run.station(name), run.stations.index(one)
        case ("of_arrivals", str() as name):
            return *ratio(run[name] * run["orders_delivered"], run["orders_arrived"]), True
        case ("per_period", str() as name):
            total = run[name] * run["units_delivered"]
            return *ratio(total, np.ones_like(total)), False
        case _:
            raise ValueError(f"no such key: {key}")
    return float(np.ravel(found.value)[at]), float(np.ravel(found.se)[at]), found.unit == "share"


def ratio(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> tuple[float, float]:
    """Of two sums over replications, with its error by the delta method."""
    value = float(top.sum() / bottom.sum())
    error = float((top - value * bottom).std(ddof=1)) / math.sqrt(top.size) / float(bottom.mean())
    return value, error


@dataclass(frozen=True)
class Size:
    """How long a run is. It begins empty; a warm-up is so long that this is forgotten."""

    warm_up: int
    counted: int
    replications: int
    """At full precision."""
    loosened: int = 1


SIZES = {
    "mm1": Size(1000, 10_000, 163_840, 4),
    "mm3": Size(400, 4000, 65_536, 4),
    "md1": Size(500, 10_000, 40_960, 2),
    "mg1-lognormal": Size(1500, 10_000, 294_912, 8),
    "mg1-low-cv": Size(1000, 10_000, 9216),
    "mg1-high-cv": Size(2000, 10_000, 24_576, 2),
    "dm1": Size(500, 10_000, 16_384),
    "mm1-5": Size(200, 5000, 6144),
    "erlang-a": Size(100, 2000, 3072, 2),
    "erlang-a-5": Size(100, 2000, 3072, 2),
    "workload": Size(500, 5000, 8192, 2),
    "equilibrium": Size(500, 5000, 114_688, 8),
    "priorities": Size(1000, 10_000, 14_336, 4),
    "priorities-exponential": Size(1500, 10_000, 20_480, 4),
    "spt": Size(1000, 10_000, 8192, 2),
    "spt-fcfs": Size(1000, 10_000, 10_240),
    "breakdowns": Size(800, 10_000, 10_240, 4),
    "breakdowns-gamma": Size(1000, 10_000, 20_480, 4),
    "batch-orders": Size(800, 10_000, 12_288, 2),
    "flow-shop": Size(600, 5000, 262_144, 4),
    "job-shop": Size(500, 5000, 3072, 2),
    "lattice": Size(2000, 20_000, 262_144, 4),
}


def check(queue: Queue, loosened: int) -> None:
    size, quotes = SIZES[queue.id], queue.given.get("quotes", ())
    run = mk.simulate(
        SHOPS[queue.model](**queue.given),
        periods=size.warm_up + size.counted,
        warm_up=size.warm_up,
        replications=size.replications // loosened**2,
        seed=queue.seed + loosened,
    )
    for key, exact in queue.exact.items():
        if key != SPREAD_OF_MAKING:
            value, error, share = estimate(run, key, quotes)
            agree_number(f"{queue} {key}", value, error, exact, share and exact > 0.5, loosened)


@pytest.mark.parametrize("queue", QUEUES, ids=str)
def test_queues(queue: Queue) -> None:
    check(queue, SIZES[queue.id].loosened)


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("queue", [q for q in QUEUES if SIZES[q.id].loosened > 1], ids=str)
def test_queues_at_full_precision(queue: Queue) -> None:
    check(queue, 1)


SPREAD_OF_MAKING = ("scv", "making")


def check_spread_of_making(queue: Queue, parts: int, loosened: int) -> None:
    """Squared coefficient of variation of the time on the machine, repairs included, order by order."""
    sums = np.zeros(5)
    for i in range(parts):
        run = mk.simulate(
            SHOPS[queue.model](**queue.given),
            periods=5000,
            replications=256,
            first_replication=256 * i,
            seed=queue.seed,
            keep="orders",
            metrics=["making_time"],
        )
        assert run.orders is not None
        sums += [float((run.orders["making"] ** k).sum()) for k in range(5)]
    _, mean, *_ = moments = sums / sums[0]
    # Of x/mean − 1: second to fourth moment. The times are independent; what one of them adds to the
    # estimate is, to first order, its square − 2·scv·itself.
    scv, third, fourth = (
        sum(math.comb(k, j) * (-1) ** (k - j) * moments[j] / mean**j for j in range(k + 1)) for k in (2, 3, 4)
    )
    error = math.sqrt((fourth - 4 * scv * third + 4 * scv**3 - scv**2) / sums[0])
    agree_number(f"{queue} {SPREAD_OF_MAKING}", scv, error, queue.exact[SPREAD_OF_MAKING], loosened=loosened)


REPAIRED = [
    (queue, 5 if queue.id == "breakdowns-gamma" else 1) for queue in QUEUES if queue.model == "breakdowns"
]


@pytest.mark.parametrize(("queue", "parts"), REPAIRED, ids=str)
def test_repairs_spread_the_time_on_a_machine(queue: Queue, parts: int) -> None:
    check_spread_of_making(queue, parts, loosened=4)


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("queue", "parts"), REPAIRED, ids=str)
def test_repairs_at_full_precision(queue: Queue, parts: int) -> None:
    check_spread_of_making(queue, 14 * parts, loosened=1)


def test_a_quote_by_quantile_with_four_orders_ahead() -> None:
    """The 95 % quantile of the Erlang distribution of five stages of mean 1 (verification table V12)."""
    shop = line(mk.OrderBook(mk.GivenOrders([1.0] * 5)), mk.Exponential(1), quote=mk.QuantileQuote(0.95))
    run = mk.simulate(shop, periods=2, replications=500, seed=12, keep="orders")
    assert run.orders is not None
    fifth = run.orders["order"] == 4
    assert fifth.sum() == 500
    assert run.orders["quote"][fifth] == pytest.approx(9.1535190, abs=1e-7)


def test_a_quote_by_quantile_knows_what_is_ahead() -> None:
    """Exponential work has no memory: with n orders ahead, however long one is in work, Erlang(n + 1)."""
    shop = line(0.8, mk.Exponential(1), quote=mk.QuantileQuote(0.95))
    run = mk.simulate(shop, periods=2000, replications=64, seed=12, keep="orders")
    assert run.orders is not None
    for r in range(64):
        book = run.orders.replication(r)
        # First come, first served: whoever came before and has not left is ahead.
        ahead = np.arange(book["order"].size) - np.searchsorted(book["left"], book["arrival"])
        assert book["quote"] == pytest.approx(stats.gamma(ahead + 1).ppf(0.95), rel=1e-6)


def check_quotes_are_kept(replications: int, loosened: int) -> None:
    shop = line(0.5, mk.Exponential(1), quote=mk.QuantileQuote(0.95))
    found = mk.simulate(shop, periods=4000, replications=replications, seed=13).mean("tardy_share")
    agree_number("kept quotes tardy_share", found.value, found.se, 0.05, loosened=loosened)


def test_a_quote_by_quantile_is_kept() -> None:
    """Each with 95 %, so 95 % of them, from the first order on."""
    check_quotes_are_kept(512, loosened=6)


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_a_quote_by_quantile_is_kept_at_full_precision() -> None:
    check_quotes_are_kept(512 * 36, loosened=1)


def test_lead_times_seen_only_in_part() -> None:
    """Whoever looks at completed orders only sees the quick ones; Kaplan–Meier does not mind (V27).

    Every order has a server of its own, lead times have mean 100 and CV 0.5, and nothing is seen after 365.
    """
    rate, horizon, groups = 2.0, 365, 32
    shop = line(rate, mk.Lognormal(mean=100, sd=50), servers=700)
    runs = [mk.simulate(shop, periods=horizon, drain=0, replications=64, seed=270 + g) for g in range(groups)]

    def pooled(name: str, found: Sequence[float], exact: float, loosened: float = 1) -> None:
        error = float(np.std(found, ddof=1)) / math.sqrt(groups)
        agree_number(name, np.mean(found), error, exact, loosened=loosened)

    wrong = [float(run.mean("lead_time").value) for run in runs]
    pooled("lead time if completed", wrong, exact_queues.completed_only(100, 0.5, horizon))
    assert all(value < 93 for value in wrong)
    within = {at: exact_queues.restricted_mean(100, 0.5, at) for at in (100, 200, 300)}
    for at, exact in within.items():
        pooled(f"lead time within {at}", [run.incidence().restricted_mean(at) for run in runs], exact)
    # An order that came at 365 − u is still there if it takes longer than u.
    still = rate * exact_queues.restricted_mean(100, 0.5, horizon)
    pooled("still there", [float(run.mean("n_censored").value) for run in runs], still, loosened=2)
    median = exact_queues.lognormal(100, 0.5).median()
    assert [run.incidence().quantile(0.5) for run in runs] == pytest.approx([median] * groups, rel=1 / 32)
