"""The main job: from past demand to a base stock for every part, with what to expect of it.

```text
history ─ bootstrap per part ─┬─ training replications ──► least level that reaches the target
                              ├─ fresh replications ─────► what that level promises, with its Monte Carlo
                              error └─ resampled histories ────► what the history itself leaves open
```
"""

from __future__ import annotations

import math
import os
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._check import count, inner_share, number
from ._law import Law, LawLike, has_sweep
from ._progress import Progress, watch
from ._request import Arrays, items_json, to_text
from .demand import Bootstrap
from .history import History, as_history
from .laws import as_law
from .make_to_stock import MakeToStock
from .policies import BaseStock
from .seed import Key, SeedLike, as_key
from .simulate import simulate
from .stock_plan import FEW_SALES, PartDecision, StockPlan

__all__ = ["StockPlan", "stock"]

SHORTEST = 6
"""Fewest observed periods from which a level is worked out."""
# Replications of all items that are evaluated at once: 8 bytes for each of three metrics.
_BLOCK = 1 << 24
# One chunk of the core: an inner run as short as it can be without waste.
_INNER = 256


def stock(
    history: str | os.PathLike[str] | History | Mapping[str, Any],
    *,
    lead_time: LawLike,
    target_fill: float = 0.95,
    review_period: int = 1,
    backorder_share: float = 1.0,
    event_order: str = "order_before_demand",
    replications: int = 1000,
    periods: int | None = None,
    warm_up: int | None = None,
    seed: SeedLike = None,
    resamples: int = 100,
    confidence: float = 0.95,
    threads: int | None = None,
    progress: Progress = False,
    out: str | os.PathLike[str] | None = None,
) -> StockPlan:
    """Decide a base stock for every part of a history.

    Each part's demand is a bootstrap of its own past. The least level that reaches the target is found on
    training replications and evaluated on fresh ones. Beside the Monte Carlo error of that promise stands the
    input uncertainty: what the same level would achieve, and which level the target would ask for, had the
    history turned out otherwise (an outer bootstrap).

    Parameters
    ----------
    history : path, History, or mapping of part name to array
        Units per period; see `read_history`. Blanks are not observed and are left out.
    lead_time : law or number
        Whole periods from release to receipt.
    target_fill : float
        Share of demand to be filled from stock in its own period, in [0, 1].
    review_period : int
        Periods between reviews.
    backorder_share : float
        Share of a shortage that waits; the rest is lost.
    event_order : str
        See `MakeToStock`.
    replications : int
        For the search, and as many again for the evaluation.
    periods : int, optional
        Counted periods per replication; by default as many as the history has.
    warm_up : int, optional
        Periods before those; by default the longest protection interval that is likely, so that the opening
        state does not flatter.
    seed : None, int, SeedSequence or Key
        See `simulate`.
    resamples : int
        Outer bootstrap resamples, each with 256 replications; 0 leaves input uncertainty out.
    confidence : float
        Level of both intervals.
    threads : int, optional
        Cap on worker threads.
    progress : bool or callable
        See `simulate`.
    out : path-like, optional
        Folder for ``stock.csv``, ``stock.json`` and, if matplotlib is there, ``stock.png``; see
        `StockPlan.write`.

    Returns
    -------
    StockPlan
        A row per part, in the order of the history.

    Raises
    ------
    OSError
        If the file cannot be read or the folder not written.
    TypeError, ValueError
        If the file or a setting is wrong; nothing has been written then.

    Notes
    -----
    A bootstrap knows no demand above the largest observation, no trend and no season. Outer bootstrap: R. R.
    Barton and L. W. Schruben, *Proceedings of the Winter Simulation Conference*, 1993.
    """
    past = as_history(history)
    lead = as_law("lead_time", lead_time)
    _check_lead(lead)
    key = as_key(seed)
    settings: dict[str, Any] = {
        "lead_time": lead.to_dict(),
        "target_fill": float(_share("target_fill", target_fill)),
        "review_period": count("review_period", review_period, at_least=1),
        "backorder_share": float(_share("backorder_share", backorder_share)),
        "event_order": event_order,
        "replications": count("replications", replications, at_least=1),
        "periods": count("periods", len(past.periods) if periods is None else periods, at_least=1),
        "warm_up": _warm_up(lead, review_period) if warm_up is None else count("warm_up", warm_up),
        "resamples": count("resamples", resamples),
        "confidence": inner_share("confidence", confidence),
        "key": key.value,
    }
    shop = MakeToStock(
        demand=0,
        policy=BaseStock(0),
        lead_time=lead,
        review_period=settings["review_period"],
        backorder_share=settings["backorder_share"],
        event_order=event_order,
    )
    if out is not None:
        check_folder(out)
    decisions = {name: _describe(name, past.observed(i)) for i, name in enumerate(past.names)}
    keys = _keys(past.names)
    shops = {
        name: shop.replace(demand=Bootstrap(past.observed(i)), key=keys[name])
        for i, name in enumerate(past.names)
        if decisions[name]["status"] in ("ok", FEW_SALES)
    }
    totals: dict[str, Any] = {}
    if shops:
        run = _Run(settings, key, threads, progress)
        levels = run.fit(shops)
        placed = {n: s.replace(policy=BaseStock(x)) for (n, s), x in zip(shops.items(), levels, strict=True)}
        found, totals = run.evaluate(placed)
        for columns in (found, run.input_uncertainty(placed)):
            for i, name in enumerate(placed):
                decisions[name].update({k: float(v[i]) for k, v in columns.items()})
        for name, level in zip(placed, levels, strict=True):
            decisions[name]["level"] = float(level)
    plan = StockPlan([PartDecision(**d) for d in decisions.values()], past, settings, totals)
    if out is not None:
        plan.write(out)
    return plan


class _Run:
    """The three runs, with what they share."""

    def __init__(self, settings: dict[str, Any], key: Key, threads: int | None, progress: Progress) -> None:
        self.settings, self.key, self.threads, self.progress = settings, key, threads, progress

    def fit(self, shops: Mapping[str, MakeToStock]) -> NDArray[np.float64]:
        """Least levels, on the training half."""
        found = self._ask(_core.fit, "search", shops, self.settings["replications"])
        return np.asarray(found["level"])

    def evaluate(
        self, shops: Mapping[str, MakeToStock]
    ) -> tuple[dict[str, NDArray[np.float64]], dict[str, Any]]:
        """What the levels promise, on the evaluation half, part by part and in all."""
        names = list(shops)
        columns: dict[str, list[NDArray[np.float64]]] = {
            k: [] for k in ("fill", "fill_low", "fill_high", "on_hand")
        }
        filled, demand = (np.zeros(self.settings["replications"]) for _ in range(2))
        on_hand = np.zeros_like(filled)
        block = max(1, _BLOCK // self.settings["replications"])
        for start in range(0, len(names), block):
            result = simulate(
                {n: shops[n] for n in names[start : start + block]},
                periods=self.settings["periods"] + self.settings["warm_up"],
                warm_up=self.settings["warm_up"],
                replications=self.settings["replications"],
                seed=self.key,
                keep="replications",
                metrics=["demand", "filled", "on_hand"],
                threads=self.threads,
                progress=self.progress,
                confidence=self.settings["confidence"],
            )
            fill = result.ratio("fill_rate")
            # A normal interval of a share may reach beyond what a share can be.
            ends = (np.clip(end, 0.0, 1.0) for end in (fill.low, fill.high))
            parts = (fill.value, *ends, result.mean("on_hand").value)
            for column, values in zip(columns.values(), parts, strict=True):
                column.append(values)
            filled += result["filled"].sum(axis=0)
            demand += result["demand"].sum(axis=0)
            on_hand += result["on_hand"].sum(axis=0)
        confidence = self.settings["confidence"]
        pooled = _core.ratio(filled[None], demand[None], confidence)[0]
        stock = _core.summarise(on_hand[None], confidence, [])[0]
        totals = {
            "fill": {"value": pooled[0], "low": pooled[2], "high": pooled[3]},
            "on_hand": {"value": stock[0], "low": stock[2], "high": stock[3]},
        }
        totals = {k: {n: float(x) for n, x in v.items()} for k, v in totals.items()}
        return {k: np.concatenate(v) for k, v in columns.items()}, totals

    def input_uncertainty(self, shops: Mapping[str, MakeToStock]) -> dict[str, NDArray[np.float64]]:
        """Ends of the intervals over resampled histories."""
        names = ("input_low", "input_high", "level_low", "level_high")
        if self.settings["resamples"] == 0:
            return {name: np.full(len(shops), np.nan) for name in names}
        inner = min(_INNER, self.settings["replications"])
        resamples = {"resamples": self.settings["resamples"]}
        found = self._ask(_core.input_uncertainty, "resample", shops, inner, half="evaluation", **resamples)
        fill_low, fill_high = self._spread(found["achieved"])
        level_low, level_high = self._spread(found["level"])
        return dict(zip(names, (fill_low, fill_high, level_low, level_high), strict=True))

    def _spread(self, values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Central interval over resamples, from values that occurred; undefined ones (0/0) left out."""
        ends = np.full((2, len(values)), np.nan)
        tail = (1.0 - self.settings["confidence"]) / 2.0
        for i, row in enumerate(values):
            kept = row[~np.isnan(row)]
            if kept.size:
                ends[:, i] = np.quantile(kept, [tail, 1.0 - tail], method="inverted_cdf")
        return ends[0], ends[1]

    def _ask(
        self,
        verb: Any,
        label: str,
        shops: Mapping[str, MakeToStock],
        replications: int,
        half: str = "training",
        **more: Any,
    ) -> dict[str, Any]:
        arrays = Arrays()
        run: dict[str, Any] = {
            "items": items_json({name: [shop] for name, shop in shops.items()}, arrays),
            "periods": self.settings["periods"] + self.settings["warm_up"],
            "warm_up": self.settings["warm_up"],
            "half": half,
            "replications": replications,
            "key": self.key.value,
        }
        if self.threads is not None:
            run["threads"] = count("threads", self.threads, at_least=1)
        target = {"metric": "fill_rate", "at_least": self.settings["target_fill"]}
        with watch(self.progress, label) as callback:
            found: dict[str, Any] = verb(
                to_text({"run": run, "target": target, **more}), arrays.by_name, callback
            )
        return found


def _describe(name: str, observed: NDArray[np.float64]) -> dict[str, Any]:
    """A part's past in figures, and whether a level can be worked out from it."""
    sales = observed[observed > 0.0]
    if observed.size == 0:
        status = "not observed"
    elif sales.size == 0:
        status = "no demand"
    elif observed.size < SHORTEST:
        status = "too short"
    elif sales.size < 3:
        status = FEW_SALES
    else:
        status = "ok"
    return {
        "part": name,
        "observed": int(observed.size),
        "mean_demand": float(observed.mean()) if observed.size else math.nan,
        "zero_share": float((observed == 0.0).mean()) if observed.size else math.nan,
        "adi": observed.size / sales.size if sales.size else math.nan,
        "cv2": float(sales.var() / sales.mean() ** 2) if sales.size > 1 else math.nan,
        "largest": float(observed.max()) if observed.size else math.nan,
        "status": status,
    }


def _check_lead(lead: Law) -> None:
    """Before anything is read off it; `simulate` checks the same, item by item."""
    if has_sweep(lead):
        raise ValueError("lead_time must be a single law here, got a Sweep")
    told = lead.summary()
    if not told.whole:
        raise TypeError(
            "lead_time must be a whole number of periods; say how a continuous law is made whole: "
            '.rounded("nearest") or .rounded("up")'
        )
    if told.min < 0.0:
        raise ValueError(f"lead_time must be ≥ 0, got {told.min:g}")


def _warm_up(lead: Law, review_period: int) -> int:
    told = lead.summary()
    likely = min(told.mean + 4.0 * told.sd, told.max)
    return math.ceil(likely) + count("review_period", review_period, at_least=1)


def _keys(names: Sequence[str]) -> dict[str, int]:
    """The CRC-32 of each name; where two names share one, the later takes the next free number."""
    keys: dict[str, int] = {}
    taken: set[int] = set()
    for name in names:
        key = zlib.crc32(name.encode())
        while key in taken:
            key = (key + 1) % (1 << 32)
        taken.add(key)
        keys[name] = key
    return keys


def check_folder(out: str | os.PathLike[str]) -> None:
    """Refuse before the work what could not be written after it; makes nothing."""
    folder = Path(out)
    nearest = next(p for p in (folder, *folder.resolve().parents) if p.exists())
    if not nearest.is_dir():
        raise NotADirectoryError(f"{folder}: {nearest} is not a folder")
    if not os.access(nearest, os.W_OK):
        raise PermissionError(f"{folder}: {nearest} cannot be written")


def _share(field: str, value: Any) -> float:
    x = number(field, value)
    if not isinstance(x, (int, float)):
        raise TypeError(f"{field} must be a single number here, got a Sweep")
    if not 0.0 <= x <= 1.0:
        raise ValueError(f"{field} must be in [0, 1], got {x}")
    return float(x)
