"""Imports stay light, threads do not meet, and callbacks are heard."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import maketo as mk
from maketo._progress import watch


def test_import_is_light() -> None:
    heavy = ("pandas", "matplotlib", "scipy", "tqdm", "xarray")
    code = f"import sys, maketo; print(*[m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == []


def test_a_run_with_scipy_laws_does_not_import_more_than_the_user_did() -> None:
    code = (
        "import sys, maketo as mk; s = mk.MakeToStock(demand=mk.Poisson(5), policy=mk.BaseStock(9));"
        "r = mk.simulate(s, periods=9, replications=9, seed=1); repr(r); r.summary()._repr_html_();"
        "print(*[m for m in ('pandas', 'matplotlib', 'scipy', 'tqdm', 'xarray') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == []


def test_python_threads_get_the_same_bits(shop: mk.MakeToStock) -> None:
    def run(_: int) -> bytes:
        return mk.simulate(shop, periods=100, replications=600, seed=3)["cost"].tobytes()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(run, range(8)))) == 1


def test_progress_is_told_on_this_thread_and_ends_at_the_total(shop: mk.MakeToStock) -> None:
    heard: list[tuple[int, int]] = []
    mk.simulate(
        shop, periods=50, replications=600, seed=3, progress=lambda done, total: heard.append((done, total))
    )
    assert all(0 <= done <= total for done, total in heard)
    assert heard == sorted(heard)


def test_an_exception_in_the_callback_reaches_the_caller(shop: mk.MakeToStock) -> None:
    def fail(_done: int, _total: int) -> None:
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        mk.simulate(shop, periods=2_000, replications=100_000, seed=3, keep="summary", progress=fail)
    # And nothing is left behind that would disturb the next run.
    assert mk.simulate(shop, periods=10, replications=10, seed=3)["cost"].shape == (10,)


def test_a_bar_does_not_change_the_numbers(shop: mk.MakeToStock, capsys: pytest.CaptureFixture[str]) -> None:
    quiet = mk.simulate(shop, periods=50, replications=600, seed=3)
    assert capsys.readouterr().err == ""
    shown = mk.simulate(shop, periods=50, replications=600, seed=3, progress=True)
    assert np.array_equal(quiet["cost"], shown["cost"])


def test_without_tqdm_a_line_is_shown_and_wiped(
    shop: mk.MakeToStock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with watch(True, "search") as callback:
        assert callback is not None
        callback(1, 4)
    assert capsys.readouterr().err.startswith("\rsearch  25 %\r")
    mk.simulate(shop, periods=50, replications=600, seed=3, progress=True)


def test_global_random_state_is_untouched(shop: mk.MakeToStock) -> None:
    np.random.seed(1)  # noqa: NPY002 - the global state is what this is about
    before = np.random.get_state()[1].tobytes()  # type: ignore[index]  # noqa: NPY002
    mk.simulate(shop, periods=10, replications=10)
    assert np.random.get_state()[1].tobytes() == before  # type: ignore[index]  # noqa: NPY002


class TestSeeds:
    def test_what_names_the_same_key(self, shop: mk.MakeToStock) -> None:
        runs = [
            mk.simulate(shop, periods=10, replications=10, seed=seed)
            for seed in (7, np.int64(7), np.random.SeedSequence(7))
        ]
        runs += [
            mk.simulate(shop, periods=10, replications=10, seed=seed)
            for seed in (runs[0].key, runs[0].key.to_dict())
        ]
        assert len({r["cost"].tobytes() for r in runs}) == 1

    def test_the_mapping_of_integers_is_numpys(self, shop: mk.MakeToStock) -> None:
        key = mk.simulate(shop, periods=1, replications=1, seed=7).key
        assert key.value == int(np.random.SeedSequence(7).generate_state(1, np.uint64)[0])

    def test_no_seed_draws_one_and_records_it(self, shop: mk.MakeToStock) -> None:
        first, second = (mk.simulate(shop, periods=10, replications=10) for _ in range(2))
        assert first.key != second.key
        again = mk.simulate(shop, periods=10, replications=10, seed=first.key)
        assert np.array_equal(first["cost"], again["cost"])

    def test_a_sequence_is_not_altered(self, shop: mk.MakeToStock) -> None:
        sequence = np.random.SeedSequence(7)
        mk.simulate(shop, periods=10, replications=10, seed=sequence)
        assert sequence.n_children_spawned == 0
