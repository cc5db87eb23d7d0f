"""Frozen numbers of assemblies: the same release, the same seed, the same bits.

A change here is a change of values. If it is meant, it goes into the CHANGELOG under **Values**, and the
numbers below are replaced; if it is not, something else went wrong. Whether the numbers are *right* the
oracle and the plain bench say.
"""

from __future__ import annotations

import pytest

from assembled import RULES, SHOPS, run

# Means of cost and backorders and the ratio of waiting time; share of units delivered within the longest
# window, by product; units reserved, by component; share of periods of which all was out within it, and units
# that the first component delays: 60 periods, 4 of them warm-up, 40 replications, seed 2026.
RUNS: dict[str, tuple[list[float], list[float], list[float], list[float]]] = {
    "two": (
        [44.363392857142856, 1.3517857142857141, 0.3362949800088849],
        [1.0, 0.8940092165898619],
        [0.708482142857143, 0.23660714285714285],
        [0.922685185185185, 0.552232142857143],
    ),
    "fcfs_commit": (
        [365.4160714285714, 26.31741071428572, 4.19699558593194],
        [0.9437609841827765, 0.8544612384202831, 0.8606726149622516, 0.7861842105263155],
        [
            0.49285714285714294,
            1.6169642857142856,
            5.820535714285714,
            2.9611607142857146,
            0.11071428571428572,
        ],
        [0.8029999999999998, 1.9821428571428577],
    ),
    "no_holdback": (
        [357.3502232142856, 25.954464285714288, 4.139114338601738],
        [0.9492844589505397, 0.8607996099463677, 0.8665065202470833, 0.799342105263158],
        [0.0, 0.0, 0.0, 0.0, 0.0],
        [0.81, 2.047544642857143],
    ),
    "priority": (
        [371.0763392857142, 26.81517857142857, 4.276377616403247],
        [0.9126286718553852, 0.877620672842516, 0.8689087165408375, 0.7980263157894738],
        [
            0.8441964285714285,
            2.4276785714285714,
            7.830357142857143,
            2.6379464285714285,
            0.0361607142857143,
        ],
        [0.8059999999999998, 2.281547619047619],
    ),
    "reserve_critical": (
        [371.20290178571423, 27.495089285714283, 4.384807062508899],
        [0.931458699472759, 0.8088737201365189, 0.8520933424845574, 0.7842105263157897],
        [0.0, 0.0, 0.0, 0.0, 0.0],
        [0.759, 3.0215773809523814],
    ),
    "batch": (
        [357.18147321428575, 25.937500000000007, 4.136408942047559],
        [0.9522972633693195, 0.8544612384202832, 0.8716540837336996, 0.7809210526315787],
        [0.0, 0.0, 0.0, 0.0, 0.0],
        [0.7950000000000002, 1.9988839285714284],
    ),
    "at once": (
        [172.94017857142862, 1.3093750000000004, 0.20881389719493101],
        [1.0, 1.0, 1.0, 1.0],
        [
            0.11205357142857143,
            0.5196428571428572,
            1.873214285714286,
            0.858035714285714,
            0.041964285714285725,
        ],
        [1.0, 0.6541666666666668],
    ),
    "real": (
        [34.299865135722165, 3.572662031999293, 0.5180010686284636],
        [1.0, 0.9667348628751385],
        [0.6722305062817681, 0.042541360775732937, 0.24272068570122243],
        [0.9643518518518518, 1.8039379246113896],
    ),
}


@pytest.mark.parametrize("name", list(RUNS))
def test_runs(name: str) -> None:
    found = run(SHOPS[name], warm_up=4, seed=2026)
    numbers = (
        [float(found.mean(m).value) for m in ("cost", "backorders", "waiting_time")],
        found.fill_within().value[:, -1].tolist(),
        found.component("reserved").value.tolist(),
        [float(found.all_within().value[-1]), float(found.blame().value[0].sum())],
    )
    assert numbers == RUNS[name]


def test_every_rule_is_frozen() -> None:
    assert set(RULES) <= RUNS.keys()
