"""Frozen numbers of shops that make to order: the same release, the same seed, the same bits.

A change here is a change of values. If it is meant, it goes into the CHANGELOG under **Values**, and the
numbers below are replaced; if it is not, something else went wrong. Whether the numbers are *right* the
oracle and the plain simulation say.
"""

from __future__ import annotations

import pytest

from ordered import SHOPS, STATUSES, ledger, run

# The first orders of the shop with everything in it, seed 2026, column by column.
ORDERS = {
    "class": [0, 0, 0],
    "variant": [0, 1, 1],
    "status": [1, 5, 1],
    "size": [1.0, 3.0, 1.0],
    "arrival": [0.16088879100879583, 2.8019662916413095, 5.345827446463537],
    "quote": [3.1754150964810224, 3.4831429928855027, 2.987692477259368],
    "confirmed": [0.9959960682174515, 3.1123538333911993, 5.501698223690213],
    "material": [0.9959960682174515, 3.1123538333911993, 5.501698223690213],
    "released": [0.9959960682174515, 3.1123538333911993, 5.501698223690213],
    "started": [1.1, 3.1123538333911993, 5.501698223690213],
    "left": [3.336303887489818, 3.674439038431751, 8.333519923722905],
    "waiting": [0.10400393178254863, 0.0, 0.0],
    "making": [1.4229313642170083, 0.5620852050405518, 0.9721132171763793],
}

# The first four lead times; then means of lead time, OTIF, orders in the shop and profit, and the time within
# which nine in ten are delivered: 20 periods, 2 of them warm-up, 40 replications, seed 2026.
RUNS = {
    "one server": (
        [4.442776883965376, 3.3141703221784446, 5.2438238249660625, 4.175699056607122],
        [1.8850439223876854, 0.9376947040498442, 0.7986170885468821, 0.0, 4.403125000000001],
    ),
    "a line by recursion": (
        [6.65216763459288, 6.128774635847909, 3.0233745429141994, 5.911015543426369],
        [5.016996367676972, 0.5945945945945946, 3.41719885476821, 0.0, 7.859375],
    ),
    "a line": (
        [1.5461423308881264, 3.2834729071299975, 3.71237203275511, 1.6614344509757295],
        [3.360871856463491, 0.7704194260485652, 1.9632434314866625, 3.266757828918128, 5.771875],
    ),
    "everything": (
        [2.987692477259368, 3.430409154437111, 3.130388573089496, 3.0247398016749507],
        [3.3497090037074866, 0.7991169977924946, 1.8531105997265473, -33.53558594565946, 3.6710937500000003],
    ),
    "a split demand": (
        [0.5673494895470133, 0.2125441189387538, 0.595922319340688, 0.3976273163471067],
        [0.977504563441583, 0.9853574504737297, 1.5264970232124153, 0.0, 2.0181250000000004],
    ),
    "given orders": (
        [9.43933243840612, 10.132558534004636, 4.7497203020956835, 1.3556845299687308],
        [2.723888443676497, 0.875, 0.6442128993131238, 0.0, 5.6875],
    ),
    "an open network": (
        [0.07087979443599579, 1.4485579256754226, 1.6191390581693685, 0.7393463461016729],
        [1.1495837199514676, 0.9970588235294118, 0.5413359394597639, 0.0, 2.453125],
    ),
    "blocking": (
        [3.082694032514249, 3.7173213782222767, 2.7992602474339776, 3.1106547733253365],
        [3.9320039224641428, 0.7538940809968847, 1.5591298337899162, 0.0, 6.965625000000001],
    ),
    "routes by variant": (
        [0.4481787162910127, 1.411386046052992, 1.0625547476673445, 1.854412515703931],
        [1.6133936411195677, 0.9349904397705545, 1.173513994531234, 0.0, 3.08359375],
    ),
}


@pytest.mark.parametrize("column", list(ORDERS))
def test_orders(column: str) -> None:
    found = ledger(run(SHOPS["everything"], replications=1, seed=2026, keep="orders"))
    assert found[column][:3].tolist() == ORDERS[column]


@pytest.mark.parametrize("name", list(RUNS))
def test_runs(name: str) -> None:
    result = run(SHOPS[name], replications=40, seed=2026, warm_up=2, keep="orders")
    orders = ledger(result)
    lead_times = orders.lead_time[orders["status"] == STATUSES.index("delivered")]
    estimates = [result.mean(m) for m in ("lead_time", "otif", "orders_in_shop", "profit")]
    estimates.append(result.distribution().quantile(0.9))
    assert (lead_times[:4].tolist(), [e.value for e in estimates]) == RUNS[name]


def test_every_shop_is_frozen() -> None:
    assert RUNS.keys() == SHOPS.keys()
