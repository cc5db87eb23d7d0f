"""Published and exact instances: numbers that others have computed, with where they come from.

`cost` and the other names are metrics of maketo. All values are long-run averages per period, unless the
entry says otherwise; stock and backlog are those at the close. How each value was verified:

* "closed form" or "renewal": recomputed in `test_exact.py` from `exact.py` to the digits printed here, and,
  where `published` is given, it agrees with the published value to the digits printed there;
* "chain": solved as a Markov chain on the stock and all orders under way, in the same two files.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "BASE_STOCK",
    "CONSTANT_ORDER",
    "LOST_MIN_MAX",
    "LOST_SALES",
    "LOST_SALES_OPTIMUM",
    "MIN_MAX",
    "NEWSVENDOR",
    "REORDER_QUANTITY",
    "ZHENG_FEDERGRUEN",
    "Instance",
]

SNYDER_SHEN = "Snyder & Shen, Fundamentals of Supply Chain Theory, 2nd ed., 2019"
ZIPKIN_2008 = "Zipkin, Operations Research 56, 2008, 1256–1263, table 3"
ZF_1991 = "Zheng & Federgruen, Operations Research 39, 1991, 654–665, table 1"


@dataclass(frozen=True)
class Instance:
    """One instance: parameters, the convention they are meant under, and what must come out."""

    id: str
    source: str
    convention: str
    demand: tuple[Any, ...]
    """Name of the law and its parameters, as the test file that uses it reads them."""
    given: dict[str, float]
    """Settings and cost rates: h per unit left, p per unit short, K per order."""
    exact: dict[str, float]
    verified: str = "closed form"
    published: dict[str, float] = field(default_factory=dict)

    @property
    def seed(self) -> int:
        """A seed of its own, so that the instances are independent tests; nobody chose it."""
        return zlib.crc32(self.id.encode())

    def __str__(self) -> str:
        return self.id


# One period. Q is on hand before demand D; h·(Q − D)⁺ + p·(D − Q)⁺ is charged at the end, what is short is
# lost. Normal demand is neither cut off at zero nor rounded.
ONE_PERIOD = "one period, stock before demand, what is short is lost"
NEWSVENDOR = [
    Instance(
        "nv-normal",
        f"{SNYDER_SHEN}, ex. 4.3",
        ONE_PERIOD,
        ("normal", 50, 8),
        {"Q": 40, "h": 0.18, "p": 0.70},
        {
            "cost": 7.356131553,
            "on_hand": 0.4046949464,
            "short": 10.40469495,
            "alpha_service": 0.1056497737,
            "fill_rate": 0.7919061011,
        },
        published={"cost": 7.356131552870388},
    ),
    Instance(
        "nv-normal-opt",
        f"{SNYDER_SHEN}, ex. 4.3: the best Q, F(Q) = p/(p + h)",
        ONE_PERIOD,
        ("normal", 50, 8),
        {"Q": 56.60395593, "h": 0.18, "p": 0.70},
        {"cost": 1.997605193},
        published={"Q": 56.60395592743389, "cost": 1.997605193176645},
    ),
    Instance(
        "nv-poisson",
        f"{SNYDER_SHEN}, problem 4.8(a)",
        ONE_PERIOD,
        ("poisson", 18),
        {"Q": 19, "h": 200, "p": 270},
        {
            "cost": 786.0884409,
            "on_hand": 2.246996683,
            "short": 1.246996683,
            "alpha_service": 0.650916128,
            "fill_rate": 0.9307224065,
        },
        published={"cost": 786.0884409351115},
    ),
    Instance(
        "nv-poisson-opt",
        "best Q is the smallest with F(Q) ≥ p/(p + h) = 0.8",
        ONE_PERIOD,
        ("poisson", 20),
        {"Q": 24, "h": 1, "p": 4},
        {"cost": 6.438003702},
    ),
    Instance(
        "nv-lognormal",
        f"{SNYDER_SHEN}, problem 4.8(b)",
        ONE_PERIOD,
        ("lognormal", 6, 0.3),
        {"Q": 350, "h": 1, "p": 0.1765},
        {
            "cost": 34.58883669,
            "on_hand": 18.59858265,
            "short": 90.59634013,
            "alpha_service": 0.317908225,
            "fill_rate": 0.7853155887,
        },
        published={"cost": 34.588836685654854},
    ),
    Instance(
        "nv-lognormal-loss",
        "mean 10, coefficient of variation 0.8: loss function at 18",
        ONE_PERIOD,
        ("lognormal-mean", 10, 8),
        {"Q": 18, "h": 0, "p": 1},
        {"cost": 1.0261104, "short": 1.0261104, "alpha_service": 0.8824598},
    ),
]

# Receive, order up to S, demand, backorders, close.
BEFORE_DEMAND = "order before demand, full backorders, charged at the close"
BASE_STOCK = [
    Instance(
        "base-normal",
        f"{SNYDER_SHEN}, ex. 4.4",
        BEFORE_DEMAND,
        ("normal", 50, 8),
        {"L": 4, "S": 264.7668943741548, "h": 0.18, "p": 0.70},
        {
            "on_hand": 16.82228076,
            "backorders": 2.055386383,
            "cost": 4.466781004,
            "alpha_service": 0.7954545455,
            "fill_rate": 0.9588941192,
        },
        published={"cost": 4.466781004149578},
    ),
    Instance(
        "base-poisson-L1",
        "what is made in one period serves the next",
        BEFORE_DEMAND,
        ("poisson", 6),
        {"L": 1, "S": 15, "h": 1, "p": 9},
        {
            "on_hand": 3.401940399,
            "backorders": 0.4019403991,
            "cost": 7.019403991,
            "alpha_service": 0.8444156525,
            "fill_rate": 0.9331375416,
        },
    ),
    Instance(
        "poisson-10-L1",
        "Poisson loss",
        BEFORE_DEMAND,
        ("poisson", 10),
        {"L": 1, "S": 26},
        {
            "alpha_service": 0.9221132,
            "on_hand": 6.2186431,
            "backorders": 0.2186431,
            "fill_rate": 0.9781367,
            "gamma_service": 0.9781357,
        },
    ),
    Instance(
        "poisson-10-L4",
        "Poisson loss",
        BEFORE_DEMAND,
        ("poisson", 10),
        {"L": 4, "S": 58},
        {
            "alpha_service": 0.8836091,
            "on_hand": 8.4922978,
            "backorders": 0.4922978,
            "fill_rate": 0.9515606,
            "gamma_service": 0.9507702,
        },
    ),
    Instance(
        "poisson-2-L0",
        "Poisson loss; what is ordered serves the same period",
        BEFORE_DEMAND,
        ("poisson", 2),
        {"L": 0, "S": 4},
        {
            "alpha_service": 0.9473470,
            "on_hand": 2.0751410,
            "backorders": 0.0751410,
            "fill_rate": 0.9624295,
            "gamma_service": 0.9624295,
        },
    ),
    Instance(
        "poisson-slow-L3",
        "Poisson loss; three periods in four without demand",
        BEFORE_DEMAND,
        ("poisson", 0.3),
        {"L": 3, "S": 3},
        {
            "alpha_service": 0.9662311,
            "on_hand": 1.8433086,
            "backorders": 0.0433086,
            "fill_rate": 0.9096217,
            "gamma_service": 0.8556381,
        },
    ),
    Instance(
        "negative-binomial-L1",
        "negative binomial loss, mean 10, variance 60",
        BEFORE_DEMAND,
        ("negative_binomial", 2, 1 / 6),
        {"L": 1, "S": 35},
        {"alpha_service": 0.9089230, "on_hand": 15.7827763, "backorders": 0.7827763, "fill_rate": 0.9283533},
    ),
    Instance(
        "gamma-L1",
        "gamma loss, mean 10, variance 25",
        BEFORE_DEMAND,
        ("gamma", 4, 2.5),
        {"L": 1, "S": 30},
        {"alpha_service": 0.9104955, "on_hand": 10.4154207, "backorders": 0.4154207, "fill_rate": 0.9591829},
    ),
]

# Receive; if the position is ≤ s order up to S, K is charged, received L periods later (L = 0: at once);
# demand.
MIN_MAX = [
    Instance(
        "sS-poisson6",
        f"{SNYDER_SHEN}, ex. 4.7",
        BEFORE_DEMAND,
        ("poisson", 6),
        {"L": 0, "s": 4, "S": 10, "h": 1, "p": 4, "K": 5},
        {
            "on_hand": 3.141147176,
            "backorders": 0.3707830442,
            "orders": 0.6819664417,
            "cost": 8.034111561,
            "fill_rate": 0.938202826,
            "alpha_service": 0.8464108533,
        },
        "renewal",
        {"cost": 8.034111561471644},
    ),
    Instance(
        "sS-poisson6-b",
        f"{SNYDER_SHEN}, ex. 4.7, with another pair",
        BEFORE_DEMAND,
        ("poisson", 6),
        {"L": 0, "s": 6, "S": 18, "h": 1, "p": 4, "K": 5},
        {
            "on_hand": 7.882240441,
            "backorders": 0.07768585456,
            "orders": 0.4001629625,
            "cost": 10.19379867,
            "fill_rate": 0.9870523576,
            "alpha_service": 0.9624414835,
        },
        "renewal",
        {"cost": 10.193798671644046},
    ),
    Instance(
        "sS-lead-negbin",
        "renewal formula, mean 8, variance 20",
        BEFORE_DEMAND,
        ("negative_binomial", 16 / 3, 0.4),
        {"L": 2, "s": 26, "S": 50, "h": 1, "p": 9, "K": 40},
        {
            "on_hand": 16.94909103,
            "backorders": 0.3700646938,
            "orders": 0.2782615801,
            "cost": 31.41013648,
            "fill_rate": 0.9574860565,
            "alpha_service": 0.9341383071,
        },
        "renewal",
    ),
    Instance(
        "sS-poisson10-L1",
        "renewal formula",
        BEFORE_DEMAND,
        ("poisson", 10),
        {"L": 1, "s": 16, "S": 50, "h": 1, "p": 9, "K": 64},
        {"cost": 36.10100543},
        "renewal",
    ),
]

# Rows: Poisson mean, best s, best S, published cost; exact cost, orders, stock, backlog. L = 0, h = 1, p =
# 9, K = 64.
_ZF_ROWS = [
    (10, 6, 40, 35.022, 35.02155527, 0.2563940252, 16.1058596, 0.2784975617),
    (20, 14, 62, 49.173, 49.17303574, 0.3413389474, 23.29616295, 0.4479089061),
    (30, 23, 66, 57.819, 57.81892616, 0.5014386409, 21.56845228, 0.4620445402),
    (40, 33, 87, 64.512, 64.5118471, 0.5048295408, 27.83622974, 0.4851696385),
    (50, 42, 108, 70.975, 70.97521233, 0.5043224027, 33.9074707, 0.5323453173),
    (60, 52, 129, 77.306, 77.30592943, 0.5049356058, 40.04004902, 0.5500001827),
    (70, 62, 81, 79.037, 79.03748366, 1.0, 11.40374837, 0.4037483664),
    (21, 15, 65, 50.406, 50.40601989, 0.3430041083, 24.46089194, 0.4436516692),
    (23, 17, 52, 52.757, 52.75673601, 0.4930131559, 17.63544903, 0.3964938888),
    (51, 43, 110, 71.611, 71.610921, 0.5045415389, 34.44108349, 0.5421310027),
    (59, 51, 126, 76.679, 76.67906833, 0.5063424954, 38.72767477, 0.616163762),
    (63, 54, 73, 78.287, 78.28682802, 1.0, 10.4286828, 0.4286828022),
]
ZHENG_FEDERGRUEN = [
    Instance(
        f"zheng-federgruen-{mean}",
        ZF_1991,
        BEFORE_DEMAND,
        ("poisson", mean),
        {"L": 0, "s": s, "S": S, "h": 1, "p": 9, "K": 64},
        {"cost": cost, "orders": orders, "on_hand": on_hand, "backorders": backorders},
        "renewal",
        {"cost": printed},
    )
    for mean, s, S, printed, cost, orders, on_hand, backorders in _ZF_ROWS
]

# Receive, order (S − on hand − on order)⁺, demand, what is short is lost: h per unit left, p per unit lost.
LOST = "order before demand, lost sales, charged at the close"


def _lost(
    p: int,
    L: int,
    S: int,
    printed: float,
    cost: float,
    on_hand: float,
    lost: float,
    fill: float,
    orders: float,
) -> Instance:
    part = {4: "a", 19: "c"}[p]
    return Instance(
        f"lost-zipkin-p{p}-L{L}",
        f"{ZIPKIN_2008}({part}), best base stock",
        LOST,
        ("poisson", 5),
        {"L": L, "S": S, "h": 1, "p": p},
        {"cost": cost, "on_hand": on_hand, "lost": lost, "fill_rate": fill, "orders": orders},
        "chain",
        {"cost": printed},
    )


# One disagreement: with p = 4 and L = 3 the paper's best base stock costs 4.98, which is S = 21; S = 20
# costs 4.974996. `test_exact.py` shows it. The instance is right for the S it names.
LOST_SALES = [
    _lost(4, 1, 12, 4.16, 4.162802775, 2.720934258, 0.3604671291, 0.9279065742, 0.9932253592),
    _lost(4, 2, 16, 4.64, 4.638644112, 2.559418905, 0.5198063017, 0.8960387397, 0.9929429632),
    _lost(4, 3, 21, 4.98, 4.977910539, 2.988955269, 0.4972388173, 0.9005522365, 0.992757748),
    _lost(4, 4, 25, 5.20, 5.197769082, 2.88764949, 0.577529898, 0.8844940204, 0.9923652565),
    _lost(19, 1, 15, 6.73, 6.727785242, 5.164550975, 0.08227548769, 0.9835449025, 0.9932605384),
    _lost(19, 3, 26, 8.60, 8.604488631, 6.452954545, 0.1132386361, 0.9773522728, 0.9932240446),
]

# The best policy of any kind, orders depending on the whole pipeline, p = 4: no simulated policy may cost
# less. Zipkin 2008, table 3(a), "Optimal": 4.04, 4.40, 4.60, 4.73; digits by relative value iteration.
LOST_SALES_OPTIMUM = {1: 4.04071117, 2: 4.395295135, 3: 4.598718741, 4: 4.7285255}

CONSTANT_ORDER = Instance(
    "lost-const-p4",
    f"{ZIPKIN_2008}(a), best constant order",
    LOST,
    ("poisson", 5),
    {"q": 4, "h": 1, "p": 4},
    {"cost": 5.27479429, "on_hand": 1.27479429, "lost": 1.0, "fill_rate": 0.8},
    "chain",
    {"cost": 5.27},
)

LOST_MIN_MAX = Instance(
    "lost-sS-bijvank",
    "Bijvank, Bhulai & Huh, European Journal of Operational Research 241, 2015, 381–390, table 1",
    LOST,
    ("poisson", 5),
    {"L": 2, "s": 17, "S": 23, "h": 1, "p": 14, "K": 5},
    {
        "cost": 11.61814969,
        "on_hand": 6.878686161,
        "lost": 0.1311842486,
        "fill_rate": 0.9737631503,
        "orders": 0.5805768102,
    },
    "chain",
    {"cost": 11.62},
)

REORDER_QUANTITY = Instance(
    "rnQ",
    "Hadley & Whitin, Analysis of Inventory Systems, 1963: position uniform on r + 1, …, r + Q",
    BEFORE_DEMAND,
    ("poisson", 5),
    {"L": 1, "r": 11, "Q": 12, "h": 1, "p": 9, "K": 20},
    {
        "on_hand": 7.604212031,
        "backorders": 0.1042120306,
        "orders": 0.4164133967,
        "cost": 16.87038824,
        "fill_rate": 0.979232844,
    },
)
