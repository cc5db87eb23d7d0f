"""Forked children work, and Ctrl-C returns promptly to a clean state."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest

posix = pytest.mark.skipif(os.name != "posix", reason="fork and SIGINT are POSIX")


def script(text: str, timeout: float = 60) -> str:
    """Standard output of a Python process of its own; a hang is a failure."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text)], capture_output=True, text=True, timeout=timeout
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@posix
def test_a_forked_child_gets_the_same_bits() -> None:
    out = script(
        """
        import multiprocessing, warnings
        import maketo as mk

        warnings.simplefilter("ignore")  # a fork beside threads is what this is about
        shop = mk.MakeToStock(demand=mk.Poisson(5), policy=mk.BaseStock(14))

        def run(_):
            return mk.simulate(shop, periods=50, replications=600, seed=3)["cost"].tobytes()

        before = run(0)
        with multiprocessing.get_context("fork").Pool(2) as pool:
            children = pool.map(run, range(4))
        print({before, run(0), *children} == {before})
        """
    )
    assert out.split() == ["True"]


@posix
def test_another_process_gets_the_same_bits() -> None:
    text = """
        import hashlib
        import maketo as mk
        shop = mk.MakeToStock(demand=mk.Gamma(mean=5, sd=2), policy=mk.BaseStock(14))
        print(hashlib.sha256(mk.simulate(shop, periods=50, replications=600, seed=3)["cost"]).hexdigest())
        """
    assert script(text) == script(text)


@posix
def test_ctrl_c_returns_promptly_and_leaves_a_clean_state() -> None:
    text = """
        import time
        import maketo as mk
        shop = mk.MakeToStock(demand=mk.Gamma(mean=5, sd=2), policy=mk.BaseStock(14))
        print("ready", flush=True)
        try:
            mk.simulate(shop, periods=100_000, replications=1_000_000, seed=3, keep="summary")
        except KeyboardInterrupt:
            print("stopped", flush=True)
        print(mk.simulate(shop, periods=10, replications=10, seed=3)["cost"].shape, flush=True)
        """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(text)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            # Once it surely is inside the core; the run would take hours.
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(timeout=0.5)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert out.splitlines() == ["stopped", "(10,)"], err
    assert process.returncode == 0
