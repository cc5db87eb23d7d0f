"""The queues are what they claim to be: computed again without simulation, to the digits printed."""

from __future__ import annotations

import math
from collections.abc import Callable

import exact_queues
import pytest
from exact_queues import Numbers
from queues import QUEUES, Queue
from scipy import stats

MODELS: dict[str, Callable[..., Numbers]] = {
    "mmc": exact_queues.mmc,
    "mg1": exact_queues.mg1,
    "gim1": exact_queues.gim1,
    "mmck": exact_queues.mmck,
    "erlang_a": exact_queues.erlang_a,
    "workload": exact_queues.workload,
    "equilibrium": exact_queues.equilibrium,
    "cobham": exact_queues.cobham,
    "spt": exact_queues.spt,
    "breakdowns": exact_queues.breakdowns,
    "batch": exact_queues.batch,
    "tandem": exact_queues.tandem,
    "jackson": exact_queues.jackson,
    "lattice": exact_queues.lattice,
}


@pytest.mark.parametrize("queue", QUEUES, ids=str)
def test_queues(queue: Queue) -> None:
    again = MODELS[queue.model](**queue.given)
    assert {key: again[key] for key in queue.exact} == pytest.approx(dict(queue.exact), rel=queue.digits)


def test_the_same_queue_by_two_formulas() -> None:
    """M/M/1 as M/M/c, M/G/1, GI/M/1, one class, one station, without failures and without a cap."""
    ours = exact_queues.mmc(0.8, 1.0, 1, quotes=(5,))
    law = ("exponential", 1.0)
    others = {
        "M/G/1": exact_queues.mg1(0.8, law),
        "GI/M/1": exact_queues.gim1(("exponential", 1.25), 1.0, (5,)),
        "gamma": exact_queues.mg1(0.8, ("gamma", 1.0, 1.0)),
        "breakdowns": exact_queues.breakdowns(0.8, law, 1e12, 1.0),
        "batch": exact_queues.batch(0.8, {1: 1.0}, 1.0),
        "jackson": exact_queues.jackson((0.8,), ((0,),), (1.0,), (1,)),
        "K": exact_queues.mmck(0.8, 1.0, 1, 400),
        "tandem": exact_queues.tandem(0.8, (1.0,), (5,)),
    }
    for name, other in others.items():
        shared = ours.keys() & other.keys()
        assert shared
        assert {k: other[k] for k in shared} == pytest.approx({k: ours[k] for k in shared}, rel=1e-9), name
    one = exact_queues.cobham({"all": (0.8, law)})
    assert one["class", "waiting_time", "all"] == pytest.approx(ours["waiting_time"])
    assert exact_queues.workload(0.8, 1.0, 400)["balked_share"] == pytest.approx(0, abs=1e-12)
    # M/M/3 by its chain of states, without a limit that matters and without impatience.
    three = exact_queues.mmc(2.4, 1.0, 3)
    for other in (exact_queues.mmck(2.4, 1.0, 3, 400), exact_queues.erlang_a(2.4, 1.0, 3, 0.0)):
        shared = three.keys() & other.keys()
        assert {k: other[k] for k in shared} == pytest.approx({k: three[k] for k in shared}, rel=1e-9)


def test_what_else_the_verification_table_prints() -> None:
    """V10 and V12."""
    assert round(exact_queues.mmc(2.4, 1.0, 3, waits=(2,))["exceeds", "waiting_time", 2], 7) == 0.1949302
    assert round(float(stats.gamma(5).ppf(0.95)), 7) == 9.1535190
    assert round(exact_queues.reliable_quote(1.2, 0.05, 1.0, 0.95), 7) == 9.9946636


def test_lead_times_seen_only_in_part() -> None:
    """V27 of the verification table; the mean without a horizon is 100."""
    seen = [exact_queues.completed_only(100, 0.5, horizon) for horizon in (200, 365, 730)]
    assert [round(seen[0], 1), round(seen[1], 2), round(seen[2], 1)] == [79.5, 90.69, 96.0]
    assert exact_queues.restricted_mean(100, 0.5, 1e4) == pytest.approx(100)
    assert math.isclose(exact_queues.lognormal(100, 0.5).std(), 50)
