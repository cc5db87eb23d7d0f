"""Queues with known answers, as shops that make to order.

"acceptance" cases were handed to this project from outside, with parameters and values computed there and
confirmed there by a simulation of its own (two runs of 40 replications pooled, within 2.3 standard errors);
"verification table" ones stand in its specification. `test_exact_queues.py` computes all of them again from
`exact_queues.py`, to the digits printed here.

Everything is in its steady state, orders of one queue are served first come, first served unless the case
says otherwise. What the keys of `exact` mean: `estimate` in `test_make_to_order.py`.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exact_queues import Key

__all__ = ["QUEUES", "Queue"]

ACCEPTANCE = 1e-8
TABLE = 1e-7


@dataclass(frozen=True)
class Queue:
    """One queue: which model, with what, and what must come out."""

    id: str
    model: str
    """Name of the function in `exact_queues.py` and of the shop in `queue_shops.py`."""
    given: Mapping[str, Any]
    exact: Mapping[Key, float]
    source: str
    digits: float = ACCEPTANCE
    """Relative error of what is printed."""

    @property
    def seed(self) -> int:
        """A seed of its own, so that the cases are independent tests; nobody chose it."""
        return zlib.crc32(self.id.encode())

    def __str__(self) -> str:
        return self.id


QUEUES = [
    Queue(
        "mm1",
        "mmc",
        {"lam": 0.8, "mu": 1.0, "c": 1, "quotes": (5, 10)},
        {
            "utilisation": 0.8,
            "lead_time": 5.0,
            ("sd", "lead_time"): 5.0,
            "waiting_time": 4.0,
            "orders_in_shop": 4.0,
            ("quantile", "lead_time", 0.95): 14.97866137,
            ("quoted", "tardy_share", 5): 0.3678794412,
            ("quoted", "tardiness", 5): 1.839397206,
            ("quoted", "earliness", 5): 1.839397206,
            ("quoted", "tardy_share", 10): 0.1353352832,
            ("quoted", "tardiness", 10): 0.6766764162,
            ("quoted", "earliness", 10): 5.676676416,
        },
        "acceptance: M/M/1 order flow time, lateness against a quoted lead time; closed form",
    ),
    Queue(
        "mm3",
        "mmc",
        {"lam": 2.4, "mu": 1.0, "c": 3, "quotes": (1, 3), "waits": (1, 2, 3)},
        {
            "utilisation": 0.8,
            "no_wait_share": 1 - 0.6471910112,
            "waiting_time": 1.078651685,
            "lead_time": 2.078651685,
            "orders_in_shop": 4.988764045,
            ("exceeds", "waiting_time", 1): 0.3551859577,
            ("exceeds", "waiting_time", 2): 0.1949301866,
            ("exceeds", "waiting_time", 3): 0.1069799546,
            ("quoted", "tardy_share", 1): 0.6606236667,
            ("quoted", "tardy_share", 3): 0.2366825971,
        },
        "acceptance: the same with three servers; P(W > 2) is from V10 of the verification table, 0.1949302",
    ),
    Queue(
        "md1",
        "mg1",
        {"lam": 0.8, "law": ("constant", 1.0), "quotes": (2, 5), "waits": (2, 5)},
        {
            "utilisation": 0.8,
            "waiting_time": 2.0,
            "lead_time": 3.0,
            "orders_in_shop": 2.4,
            ("sd", "waiting_time"): 2.309401077,
            ("sd", "lead_time"): 2.309401077,
            "no_wait_share": 0.2,
            ("exceeds", "waiting_time", 2): 0.3654800637,
            ("quoted", "tardy_share", 2): 0.5548918143,
            ("exceeds", "waiting_time", 5): 0.1004972382,
            ("quoted", "tardy_share", 5): 0.1546248878,
        },
        "acceptance: the same with constant processing times; Wq also V10 of the verification table, CV 0",
    ),
    Queue(
        "mg1-lognormal",
        "mg1",
        {"lam": 0.7, "law": ("lognormal", 1.0, 1.5)},
        {
            "utilisation": 0.7,
            "waiting_time": 3.791666667,
            "lead_time": 4.791666667,
            "orders_in_shop": 3.354166667,
            ("sd", "waiting_time"): 6.409086432,
            ("sd", "lead_time"): 6.582278396,
            "no_wait_share": 0.3,
        },
        "acceptance: M/G/1, lognormal processing times of CV 1.5",
    ),
    Queue(
        "mg1-low-cv",
        "mg1",
        {"lam": 0.8, "law": ("gamma", 1.0, 0.5)},
        {"waiting_time": 2.5, "lead_time": 3.5, "no_wait_share": 0.2},
        "verification table V10: M/G/1, CV 0.5",
        TABLE,
    ),
    Queue(
        "mg1-high-cv",
        "mg1",
        {"lam": 0.8, "law": ("gamma", 1.0, 1.5)},
        {"waiting_time": 6.5, "lead_time": 7.5, "no_wait_share": 0.2},
        "verification table V10: M/G/1, CV 1.5",
        TABLE,
    ),
    Queue(
        "dm1",
        "gim1",
        {"inter": ("constant", 1.25), "mu": 1.0, "quotes": (5,)},
        {
            "utilisation": 0.8,
            "no_wait_share": 1 - 0.6286297965,
            "waiting_time": 1.69273084,
            "lead_time": 2.69273084,
            "orders_in_shop": 2.154184672,
            ("quoted", "tardy_share", 5): 0.1561636134,
        },
        "acceptance: an order every 1.25, exponential processing (D/M/1)",
    ),
    Queue(
        "mm1-5",
        "mmck",
        {"lam": 0.9, "mu": 1.0, "c": 1, "K": 5},
        {
            "rejected_share": 0.12602255,
            "throughput": 0.786579705,
            "orders_in_shop": 2.194782301,
            "waiting_time": 1.790285952,
            "lead_time": 2.790285952,
            "utilisation": 0.786579705,
        },
        "acceptance: order acceptance limit, M/M/1/5; also V11b of the verification table",
    ),
    Queue(
        "erlang-a",
        "erlang_a",
        {"lam": 3.0, "mu": 1.0, "c": 3, "theta": 0.5},
        {
            "reneged_share": 0.1872676529,
            ("of_arrivals", "no_wait_share"): 1 - 0.6462722112,
            "orders_waiting": 1.123605918,
            "waiting_time_all": 0.3745353058,
            "utilisation": 0.8127323471,
        },
        "acceptance: who waits leaves after an exponential patience, who is served stays (M/M/3+M)",
    ),
    Queue(
        "erlang-a-5",
        "erlang_a",
        {"lam": 5.0, "mu": 1.0, "c": 5, "theta": 0.5},
        {
            "reneged_share": 0.1461316,
            "orders_waiting": 1.4613157,
            ("of_arrivals", "no_wait_share"): 1 - 0.6331513,
        },
        "verification table V14: M/M/5+M",
        2e-7,
    ),
    Queue(
        "workload",
        "workload",
        {"lam": 0.9, "mu": 1.0, "cap": 5},
        {"balked_share": 0.1073062, "utilisation": 0.9 * (1 - 0.1073062)},
        "verification table V14: M/M/1, customers stay away from more than 5 of work",
        5e-7,
    ),
    Queue(
        "equilibrium",
        "equilibrium",
        {"potential": 1.2, "slope": 0.05, "mu": 1.0, "quotes": (9.9946636,)},
        {"orders_delivered": 0.7002668, "balked_share": 1 - 0.7002668 / 1.2, "tardy_share": 0.05},
        "verification table V12: a constant quote that is kept for 95 % of the customers it leaves",
        2e-7,
    ),
    Queue(
        "priorities",
        "cobham",
        {"classes": {"first": (0.3, ("exponential", 1.0)), "second": (0.4, ("gamma", 1.2, 0.5**0.5))}},
        {
            ("class", "waiting_time", "first"): 1.045714286,
            ("class", "lead_time", "first"): 2.045714286,
            ("class", "waiting_time", "second"): 4.753246753,
            ("class", "lead_time", "second"): 5.953246753,
            "waiting_time": 3.164304267,
            "utilisation": 0.78,
        },
        "acceptance: M/G/1, two classes, nobody is interrupted (Cobham 1954)",
    ),
    Queue(
        "priorities-exponential",
        "cobham",
        {"classes": {"first": (0.3, ("exponential", 1.0)), "second": (0.5, ("exponential", 1.0))}},
        {("class", "waiting_time", "first"): 1.1428571, ("class", "waiting_time", "second"): 5.7142857},
        "verification table V13: the same, both exponential",
        TABLE,
    ),
    Queue(
        "spt",
        "spt",
        {"lam": 0.8, "lo": 0.0, "hi": 2.0},
        {"waiting_time": 1.763742274, "lead_time": 2.763742274, "utilisation": 0.8},
        "acceptance: shortest processing time first, times known at arrival (Phipps 1956)",
    ),
    Queue(
        "spt-fcfs",
        "mg1",
        {"lam": 0.8, "law": ("uniform", 0.0, 2.0)},
        {"waiting_time": 2.666666667, "lead_time": 3.666666667, "utilisation": 0.8},
        "acceptance: the same, first come, first served",
    ),
    Queue(
        "breakdowns",
        "breakdowns",
        {"lam": 0.6, "law": ("exponential", 1.0), "up": 20.0, "repair": 2.0},
        {
            "making_time": 1.1,
            ("scv", "making"): 1.330578512,
            "utilisation": 0.66,
            "waiting_time": 2.488235294,
            "lead_time": 3.588235294,
        },
        "acceptance: the machine fails at rate 0.05 while it works, repair rate 0.5, work goes on; "
        "availability is 1/1.1",
    ),
    Queue(
        "breakdowns-gamma",
        "breakdowns",
        {"lam": 0.6, "law": ("gamma", 1.0, 0.5), "up": 20.0, "repair": 4.0},
        {"making_time": 1.2, ("scv", "making"): 1.3611111, "waiting_time": 3.6428571},
        "verification table V16: processing times of CV 0.5",
        TABLE,
    ),
    Queue(
        "batch-orders",
        "batch",
        {"lam": 0.3, "sizes": {1: 0.4, 2: 0.3, 4: 0.3}, "mu": 1.0},
        {
            "utilisation": 0.66,
            ("per_period", "unit_lead_time"): 3.794117647,
            "unit_lead_time": 5.748663102,
            "lead_time": 5.994117647,
            "waiting_time": 3.794117647,
        },
        "acceptance: orders of several units made one by one (M^X/M/1); units in the shop by Little's law",
    ),
    Queue(
        "flow-shop",
        "tandem",
        {"lam": 0.5, "mus": (1.0, 0.9, 0.8), "quotes": (10, 15)},
        {
            "lead_time": 7.833333333,
            ("sd", "lead_time"): 4.621808208,
            ("quoted", "tardy_share", 10): 0.2635637823,
            ("quoted", "tardiness", 10): 1.053587851,
            ("quoted", "tardy_share", 15): 0.07722718895,
            ("quoted", "tardiness", 15): 0.2839836904,
            ("quantile", "lead_time", 0.9): 13.99839876,
        },
        "acceptance: three M/M/1 stations in series (Burke, Reich)",
    ),
    Queue(
        "job-shop",
        "jackson",
        {
            "gamma": (1.0, 0, 0),
            "P": ((0, 0.7, 0.3), (0.2, 0, 0.8), (0, 0.1, 0)),
            "mus": (2.0, 1.8, 0.9),
            "servers": (1, 1, 2),
        },
        {
            ("station", "visits", "1"): 1.188630491,
            ("station", "utilisation", "1"): 0.5943152455,
            ("station", "number", "1"): 1.464968153,
            ("station", "visits", "2"): 0.9431524548,
            ("station", "utilisation", "2"): 0.523973586,
            ("station", "number", "2"): 1.100723764,
            ("station", "visits", "3"): 1.111111111,
            ("station", "utilisation", "3"): 0.6172839506,
            ("station", "number", "3"): 1.994582615,
            "orders_in_shop": 4.560274532,
            "lead_time": 4.560274532,
        },
        "acceptance: open network with random routing and rework (Jackson 1957)",
    ),
    Queue(
        "lattice",
        "lattice",
        {"inter": {3: 0.3, 5: 0.5, 8: 0.2}, "service": {2: 0.3, 4: 0.4, 6: 0.3}, "quotes": (8, 12)},
        {
            "utilisation": 0.8,
            "no_wait_share": 0.4962092835,
            "waiting_time": 1.532161105,
            ("sd", "waiting_time"): 2.311042142,
            "lead_time": 5.532161105,
            ("sd", "lead_time"): 2.782250129,
            ("quoted", "tardy_share", 8): 0.1269124361,
            ("quoted", "tardiness", 8): 0.3701893095,
            ("quoted", "tardy_share", 12): 0.02392219427,
            ("quoted", "tardiness", 12): 0.07070555471,
        },
        "acceptance: GI/GI/1 on whole numbers: who is ready when the server is does not wait",
    ),
]
