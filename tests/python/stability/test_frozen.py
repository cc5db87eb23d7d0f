"""Frozen numbers: the same release, the same seed, the same bits, on every machine and from release to
release.

A change here is a change of values. If it is meant, it goes into the CHANGELOG under **Values**, and the
numbers below are replaced; if it is not, something else went wrong. Whether the numbers are *right* the
oracle says.
"""

from __future__ import annotations

import pytest

import maketo as mk
from shops import SHOPS

# Four draws with seed 1998.
DRAWS = {
    "poisson": (mk.Poisson(mean=20), [25.0, 15.0, 23.0, 24.0]),
    "negative_binomial": (mk.NegativeBinomial(mean=10, sd=5), [16.0, 5.0, 13.0, 14.0]),
    "geometric": (mk.Geometric(p=0.3), [6.0, 0.0, 3.0, 4.0]),
    "binomial": (mk.Binomial(n=12, p=0.3), [6.0, 2.0, 5.0, 5.0]),
    "uniform_integer": (mk.UniformInteger(low=2, high=9), [9.0, 3.0, 7.0, 8.0]),
    "normal": (
        mk.Normal(mean=50, sd=8),
        [59.68903659767902, 40.86714453843598, 55.10768877377889, 57.174740087355346],
    ),
    "gamma": (
        mk.Gamma(mean=10, sd=5),
        [16.21117108736659, 4.772035935988236, 12.561552298870618, 14.1337971864771],
    ),
    "lognormal": (
        mk.Lognormal(mean=10, sd=8),
        [18.30328716509354, 3.4983512218493678, 12.234946496140743, 14.673277417290537],
    ),
    "weibull": (
        mk.Weibull(shape=1.5, scale=4),
        [6.727242793282629, 1.0557663604919272, 4.864185993338296, 5.670612606529783],
    ),
    "exponential": (
        mk.Exponential(mean=2),
        [4.3621004459065285, 0.27120128242521246, 2.681978351143972, 3.3758642713944096],
    ),
    "uniform": (
        mk.Uniform(low=1, high=4),
        [3.6612313775527237, 1.3804261615689968, 3.215239644095603, 3.445295559668786],
    ),
    "triangular": (
        mk.Triangular(low=1, mode=2, high=5),
        [3.8359233316533206, 1.7122042418379686, 3.2282659839531256, 3.5104303435807855],
    ),
    "beta_pert": (
        mk.BetaPert(low=1, mode=2, high=5),
        [3.276538193450933, 1.5144067745626602, 2.7857388434783394, 3.0083501256424583],
    ),
    "zero_inflated": (mk.ZeroInflated(probability=0.4, of=mk.Poisson(mean=3)), [4.0, 0.0, 2.0, 3.0]),
    "empirical": (mk.Empirical(values=[0, 1, 4, 9, 16]), [16.0, 0.0, 9.0, 16.0]),
    "rounded": (mk.Rounded(of=mk.Gamma(mean=3, sd=1), to="up"), [5.0, 2.0, 4.0, 4.0]),
}

# Means of cost and on-hand stock and the ratio of means of the fill rate: 52 periods, 4 of them warm-up,
# 300 replications, seed 2026.
RUNS = {
    "base stock": [127.05524305555555, 1.1118055555555553, 0.5614080780089383],
    "real demand": [40.41563636439137, 10.862811456842248, 0.9640636022368606],
    "min-max": [33.115638888888874, 16.2048611111111, 0.9601441726738611],
    "lost sales": [21.346111111111114, 4.295902777777782, 0.7874550428394875],
    "crossing": [37.949138888888896, 4.529652777777777, 0.7913912268312171],
    "first in, first out, some wait": [29.425324706750654, 8.617651795101596, 0.7391586640770533],
    "reorder quantity, kaplan": [39.063631944444445, 3.0347916666666657, 0.7147157229355038],
    "capped, common, MOQ and packs": [24.25417566864445, 6.459740141308916, 0.7000635717255991],
    "constant orders": [21.90455555555555, 1.5393750000000008, 0.831332414878961],
    "a level per period, batches under a cap": [23.523041666666664, 8.886527777777776, 0.9783275640506154],
    "bootstrap": [21.718541666666667, 3.1647222222222218, 0.6008202323991801],
}


@pytest.mark.parametrize("name", list(DRAWS))
def test_draws(name: str) -> None:
    law, frozen = DRAWS[name]
    assert law.sample(4, seed=1998).tolist() == frozen


@pytest.mark.parametrize("name", list(RUNS))
def test_metrics(name: str) -> None:
    run = mk.simulate(SHOPS[name], periods=52, warm_up=4, replications=300, seed=2026)
    assert [run.mean(m).value for m in ("cost", "on_hand", "fill_rate")] == RUNS[name]


def test_every_law_has_frozen_draws() -> None:
    untested = {
        "Clipped",
        "Deterministic",
        "Discrete",
        "TabulatedReal",
        "TabulatedWhole",
        "Law",
        "LawSummary",
    }
    laws = {
        name
        for name in mk.__all__
        if isinstance(getattr(mk, name), type) and issubclass(getattr(mk, name), mk.Law)
    }
    assert {type(law).__name__ for law, _ in DRAWS.values()} == laws - untested
