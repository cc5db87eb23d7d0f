"""The runs behind a stock plan: search, evaluation, resampled histories, exchange curve.

Parts with lead times of different length need warm-ups of different length; they run in groups. A group
depends on the part alone, so that a part is decided the same in any company.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._check import count
from ._law import Law
from ._progress import Progress, watch
from ._request import Arrays, items_json, to_text
from .make_to_stock import MakeToStock
from .policies import BaseStock, MinMax, ReorderQuantity
from .seed import Key
from .simulate import simulate

__all__ = ["COSTS", "EXCHANGE", "Run", "at_level", "warm_up_of"]

# Replications × items that are evaluated at once: 8 bytes for each metric.
_BLOCK = 1 << 21
# One chunk of the core: an inner run as short as it can be without waste.
_INNER = 256
COSTS = ("holding_cost", "backorder_cost", "shortage_cost", "lost_sale_cost", "order_cost")
"""Metrics that make up the cost of a part; what is bought is paid for at any level."""
EXCHANGE = (0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995)
"""Fill rates of the exchange curve."""

Floats = NDArray[np.float64]


def at_level(shop: MakeToStock, level: float) -> MakeToStock:
    """The same shop with its policy moved so that its target lies at `level`."""
    policy = shop.policy
    if isinstance(policy, MinMax):
        lot = float(policy.up_to) - float(policy.reorder)  # type: ignore[arg-type]
        return shop.replace(policy=policy.replace(reorder=level - lot, up_to=level))
    if isinstance(policy, ReorderQuantity):
        lot = float(policy.quantity)  # type: ignore[arg-type]
        return shop.replace(policy=policy.replace(reorder=level - lot))
    return shop.replace(policy=BaseStock(level))


def warm_up_of(lead: Law, review_period: int, *, coarse: bool) -> int:
    """Periods until the opening pipeline is forgotten: the longest protection interval that is likely.

    With `coarse` rounded up to 2, 3, 4, 6, 8, 12, 16, 24…, so that parts with lead times of their own fall
    into few groups.
    """
    told = lead.summary()
    wanted = math.ceil(min(told.mean + 4.0 * told.sd, told.max)) + review_period
    power = 2
    while coarse:
        for step in (power, power * 3 // 2):
            if step >= wanted:
                return step
        power *= 2
    return wanted


class Run:
    """One group of parts with the same warm-up."""

    def __init__(
        self,
        shops: Mapping[str, MakeToStock],
        targets: Sequence[Mapping[str, Any]],
        worth: Floats | None,
        settings: Mapping[str, Any],
        warm_up: int,
        threads: int | None,
        progress: Progress,
        *,
        costly: bool,
    ) -> None:
        self.shops, self.targets, self.worth = dict(shops), list(targets), worth
        self.settings, self.warm_up = settings, warm_up
        self.threads, self.progress, self.costly = threads, progress, costly

    @property
    def periods(self) -> int:
        """Periods simulated."""
        return int(self.settings["periods"]) + self.warm_up

    def fit(self) -> Floats:
        """Best levels, on the training half."""
        found = self._ask(_core.fit, "search", self.shops, self.settings["replications"], self.targets)
        return np.asarray(found["level"])

    def evaluate(self, placed: Mapping[str, MakeToStock]) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """What levels promise, on the evaluation half: columns by part, and sums over parts by replication.

        All per period, by name of the metric.
        """
        names = list(placed)
        metrics = ["demand", "filled", "on_hand", "orders", "stockout_periods"]
        metrics += COSTS if self.costly else ()
        columns: dict[str, list[Floats]] = {}
        sums = {m: np.zeros(self.settings["replications"]) for m in (*metrics, "tied_up")}
        block = max(1, _BLOCK // self.settings["replications"])
        for start in range(0, len(names), block):
            result = simulate(
                {n: placed[n] for n in names[start : start + block]},
                periods=self.periods,
                warm_up=self.warm_up,
                replications=self.settings["replications"],
                seed=Key(self.settings["key"]),
                keep="replications",
                metrics=metrics,
                threads=self.threads,
                progress=self.progress,
                confidence=self.settings["confidence"],
            )
            fill, alpha = result.ratio("fill_rate"), result.mean("stockout_periods")
            # A normal interval of a share may reach beyond what a share can be.
            here = {
                "fill": fill.value,
                "fill_low": np.clip(fill.low, 0.0, 1.0),
                "fill_high": np.clip(fill.high, 0.0, 1.0),
                "alpha": 1.0 - alpha.value,
                "alpha_low": np.clip(1.0 - alpha.high, 0.0, 1.0),
                "alpha_high": np.clip(1.0 - alpha.low, 0.0, 1.0),
                "on_hand": result.mean("on_hand").value,
                "orders": result.mean("orders").value,
                **{m: result.mean(m).value for m in metrics if m in COSTS},
            }
            if self.costly:
                total = np.sum([result[m] for m in COSTS], axis=0)
                told = _core.summarise(np.ascontiguousarray(total), self.settings["confidence"], [])
                here |= {"cost": told[:, 0], "cost_low": told[:, 2], "cost_high": told[:, 3]}
            for name, values in here.items():
                columns.setdefault(name, []).append(values)
            for m in metrics:
                sums[m] += result[m].sum(axis=0)
            if self.worth is not None:
                sums["tied_up"] += self.worth[start : start + block] @ result["on_hand"]
        return {k: np.concatenate(v) for k, v in columns.items()}, sums

    def input_uncertainty(self, placed: Mapping[str, MakeToStock]) -> dict[str, Floats]:
        """Ends of the intervals over resampled histories, and how optimistic a chosen level is."""
        names = ("input_low", "input_high", "level_low", "level_high", "optimism")
        if self.settings["resamples"] == 0:
            return {name: np.full(len(placed), np.nan) for name in names}
        inner = min(_INNER, self.settings["replications"])
        more = {"resamples": self.settings["resamples"]}
        found = self._ask(
            _core.input_uncertainty, "resample", placed, inner, self.targets, half="evaluation", **more
        )
        ends = (*self._spread(found["achieved"]), *self._spread(found["level"]))
        gap = found["apparent"] - found["original"]
        known = ~np.isnan(gap)
        with np.errstate(invalid="ignore"):
            optimism = np.where(known, gap, 0.0).sum(axis=1) / known.sum(axis=1)
        return dict(zip(names, (*ends, optimism), strict=True))

    def exchange(self) -> Floats:
        """What other fill rates would take: sums of demand, filled and on hand (units, money), (target, sum).

        Levels from one chunk of the training half, results from one of the evaluation half.
        """
        rows = []
        inner = min(_INNER, self.settings["replications"])
        targets = [{"kind": "service", "metric": "fill_rate", "at_least": fill} for fill in EXCHANGE]
        found = self._ask(_core.fit, "exchange", self.shops, inner, targets[:1], also=targets[1:])
        for name in ("level", *(f"also_{i}" for i in range(len(EXCHANGE) - 1))):
            placed = {n: at_level(s, x) for (n, s), x in zip(self.shops.items(), found[name], strict=True)}
            result = simulate(
                placed,
                periods=self.periods,
                warm_up=self.warm_up,
                replications=inner,
                seed=Key(self.settings["key"]),
                keep="replications",
                metrics=["demand", "filled", "on_hand"],
                threads=self.threads,
            )
            held = result["on_hand"].mean(axis=1)
            money = math.nan if self.worth is None else float(self.worth @ held)
            rows.append(
                [result["demand"].mean(axis=1).sum(), result["filled"].mean(axis=1).sum(), held.sum(), money]
            )
        return np.array(rows)

    def _spread(self, values: Floats) -> tuple[Floats, Floats]:
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
        targets: Sequence[Mapping[str, Any]],
        half: str = "training",
        **more: Any,
    ) -> dict[str, Any]:
        arrays = Arrays()
        run: dict[str, Any] = {
            "items": items_json({name: [shop] for name, shop in shops.items()}, arrays),
            "periods": self.periods,
            "warm_up": self.warm_up,
            "half": half,
            "replications": replications,
            "key": self.settings["key"],
        }
        if self.threads is not None:
            run["threads"] = count("threads", self.threads, at_least=1)
        request = to_text({"run": run, "targets": list(targets), **more})
        with watch(self.progress, label) as callback:
            found: dict[str, Any] = verb(request, arrays.by_name, callback)
        return found
