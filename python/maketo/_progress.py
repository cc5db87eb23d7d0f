"""Progress bars: tqdm if it is there, one line on stderr if not, a callable of the user's own, or nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from ._check import truth

__all__ = ["Progress", "watch"]

Progress: TypeAlias = bool | Callable[[int, int], object]


@contextmanager
def watch(progress: Progress, label: str) -> Iterator[Callable[[int, int], object] | None]:
    """What to hand to the core as its progress callback, for the length of one call."""
    if callable(progress):
        yield progress
        return
    if not truth("progress", progress):
        yield None
        return
    bar = _bar(label)
    try:
        yield bar
    finally:
        bar.close()


def _bar(label: str) -> _Tqdm | _Line:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _Line(label)
    return _Tqdm(
        tqdm(desc=label, unit="unit", leave=False, bar_format="{desc} {percentage:3.0f}% {bar} {elapsed}")
    )


class _Tqdm:
    def __init__(self, bar: Any) -> None:
        self.bar = bar

    def __call__(self, done: int, total: int) -> None:
        self.bar.total = total
        self.bar.n = done
        self.bar.refresh()

    def close(self) -> None:
        self.bar.close()


class _Line:
    def __init__(self, label: str) -> None:
        self.label = label
        self.shown = -1

    def __call__(self, done: int, total: int) -> None:
        share = 100 * done // max(total, 1)
        if share != self.shown:
            self.shown = share
            sys.stderr.write(f"\r{self.label} {share:3d} %")
            sys.stderr.flush()

    def close(self) -> None:
        if self.shown >= 0:
            sys.stderr.write("\r" + " " * (len(self.label) + 6) + "\r")
            sys.stderr.flush()
