"""The address map is frozen: known answers, and a second implementation of it."""

from __future__ import annotations

import random
import zlib

import numpy as np
import pytest
from scipy import stats

import maketo as mk
from maketo import _core

MASK = 0xFFFFFFFF
TOP = 1 << 31  # first replication of the evaluation half

KNOWN = [
    ((42, 0, 1, 0, 0), 0.12603157871237747),
    ((42, 0, 1, 0, 1), 0.5938701709672242),
    ((42, 7, 16, 123, 1000), 0.3919012413403119),
    ((244837814094590, 2147483648, 300, 4294967295, 1099511627777), 0.8433468632833186),
]


def philox(counter: list[int], key: list[int]) -> list[int]:
    """Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011)."""
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & MASK, (a >> 32) ^ c[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def uniform(key: int, replication: int, stream: int, entity: int, index: int) -> float:
    """The address map of docs/adr/0002."""
    block, word = divmod(index, 4)
    words = [
        philox(
            [block & MASK, entity, replication, stream | (block >> 32) << 16 | twin << 31],
            [key & MASK, key >> 32],
        )[word]
        for twin in (0, 1)
    ]
    return ((words[0] << 20 | words[1] >> 12) + 0.5) * 2.0**-52


def test_philox_known_answers() -> None:
    """Of Random123, for the implementation above, which the next tests hold the core against."""
    assert philox([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    assert philox([MASK] * 4, [MASK] * 2) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]
    pi = [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344]
    assert philox(pi, [0xA4093822, 0x299F31D0]) == [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]


@pytest.mark.parametrize(("address", "value"), KNOWN)
def test_known_addresses(address: tuple[int, int, int, int, int], value: float) -> None:
    assert _core.uniform(*address) == value == uniform(*address)


def test_any_address() -> None:
    draw = random.Random(1).getrandbits
    for _ in range(2000):
        address = (draw(64), draw(32), draw(9), draw(32), draw(49))
        u = _core.uniform(*address)
        assert u == uniform(*address), address
        assert 2.0**-53 <= u <= 1 - 2.0**-53


def test_a_seed_is_a_key_as_numpy_makes_it() -> None:
    run = mk.simulate(mk.MakeToStock(demand=3, policy=mk.BaseStock(6)), periods=5, replications=1, seed=7)
    assert (
        run.key.value
        == int(np.random.SeedSequence(7).generate_state(1, np.uint64)[0])
        == 16920295385781661272
    )


def test_demand_of_a_run_is_drawn_where_the_table_of_streams_says() -> None:
    """Stream 16, entity the CRC-32 of the name, replication counted from 2³¹, index the period."""
    shop = mk.MakeToStock(demand=mk.Poisson(20), policy=mk.BaseStock(60))
    run = mk.simulate(
        shop, periods=50, replications=4, first_replication=300, seed=7, name="bolt", trace=["demand"]
    )
    entity = zlib.crc32(b"bolt")
    for r in range(4):
        u = [uniform(run.key.value, TOP + 300 + r, 16, entity, t) for t in range(50)]
        assert np.array_equal(run.trace["demand"][r], stats.poisson(20).ppf(u))
