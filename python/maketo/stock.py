"""The main job: from past demand to a stock level for every part, with what to expect of it.

```text
history ─ bootstrap per part ─┬─ training replications ──► best level for the target
  and columns: lead time,     ├─ fresh replications ─────► what it promises, with its Monte Carlo error
  lots, costs                 └─ resampled histories ────► what the history itself leaves open
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
from ._check import choice, count, inner_share, number
from ._law import LawLike
from ._progress import Progress
from ._stock_classes import abc, pattern, xyz
from ._stock_run import COSTS, EXCHANGE, Run, at_level, warm_up_of
from ._stock_terms import RATES, Terms, order_size
from .demand import Bootstrap
from .history import History, as_history
from .make_to_stock import Costs, MakeToStock
from .policies import BaseStock, MinMax, Policy, Quantities, ReorderQuantity
from .seed import SeedLike, as_key
from .stock_plan import FEW_SALES, UNUSABLE, PartDecision, StockPlan

__all__ = ["StockPlan", "stock"]

SHORTEST = 6
"""Fewest observed periods from which a level is worked out."""
LARGEST = 1e12
"""Largest demand of a period, in units, that a level is worked out for."""
TOO_LARGE = "too large"
POLICIES = ("base_stock", "min_max", "reorder_quantity")


def stock(
    history: str | os.PathLike[str] | History | Mapping[str, Any] | Any,
    *,
    lead_time: LawLike | str,
    target_fill: float | str | None = None,
    target_alpha: float | str | None = None,
    target: str | None = None,
    policy: str = "base_stock",
    moq: float | str | None = None,
    pack: float | str | None = None,
    unit_cost: float | str | None = None,
    order_cost: float | str | None = None,
    holding: float | str | None = None,
    backorder: float | str | None = None,
    shortage: float | str | None = None,
    lost_sale: float | str | None = None,
    price: float | str | None = None,
    periods_per_year: float | None = None,
    review_period: int = 1,
    backorder_share: float = 1.0,
    event_order: str = "order_before_demand",
    replications: int = 1000,
    periods: int | None = None,
    warm_up: int | None = None,
    seed: SeedLike = None,
    resamples: int = 100,
    exchange: bool = True,
    confidence: float = 0.95,
    threads: int | None = None,
    progress: Progress = False,
    out: str | os.PathLike[str] | None = None,
) -> StockPlan:
    """Decide a stock level for every part of a history.

    Each part's demand is a bootstrap of its own past. The best level for the target is found on training
    replications and evaluated on fresh ones. Beside the Monte Carlo error of that promise stands the input
    uncertainty: what the same level would achieve, and which level the target would ask for, had the history
    turned out otherwise (an outer bootstrap).

    Parameters
    ----------
    history : path, History, DataFrame, or mapping of part name to array
        Units per period, and columns beside them; see `read_history`. Blanks are not observed and are left
        out. A part of a mapping may itself be a mapping, with its array under ``"demand"``.
    lead_time : law, number or column name
        Whole periods from release to receipt.
    target_fill : float or column name, optional
        Share of demand to be filled from stock in its own period, in [0, 1]. The target unless another is
        given, then 0.95.
    target_alpha : float or column name, optional
        Share of periods to be closed without backlog or loss, in [0, 1].
    target : {"cost"}, optional
        Least expected holding, shortage and order cost instead of a service.
    policy : {"base_stock", "min_max", "reorder_quantity"}
        Order up to S at every review; order up to S when the position is at or below s; or order whole lots
        Q when it is at or below r. The last two take the lot (S − s, or Q) from `order_size`: the economic
        order quantity, at least the MOQ, rounded up to whole packs. The level is then found by simulation.
        No backlog is planned: s and r are never below 0.
    moq, pack : float or column name, optional
        Least order and pack size, in units; 0 or blank for none. Every policy orders at least the one and in
        multiples of the other.
    unit_cost : float or column name, optional
        Money per unit: for money tied up and ABC classes.
    order_cost : float or column name, optional
        Money per order.
    holding, backorder : float or column name, optional
        Money per unit on hand, and per unit waiting, per year.
    shortage, lost_sale : float or column name, optional
        Money per unit that is short, and per unit lost, once.
    price : float or column name, optional
        Money per unit sold; a unit lost then costs its margin over `unit_cost` as well.
    periods_per_year : float, optional
        By default from the names of the periods (weeks, months, quarters, dates).
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
        Periods before those; by default the longest protection interval that is likely for the part's lead
        time, so that the opening state does not flatter. Policies with lots open settled, see `MakeToStock`.
    seed : None, int, SeedSequence or Key
        See `simulate`.
    resamples : int
        Outer bootstrap resamples, each with 256 replications; 0 leaves input uncertainty out.
    exchange : bool
        Work out what other fill rates would take, for the report.
    confidence : float
        Level of all intervals.
    threads : int, optional
        Cap on worker threads.
    progress : bool or callable
        See `simulate`.
    out : path-like, optional
        Folder for ``stock.csv``, ``stock.json``, ``report.html`` and, if matplotlib is there, ``stock.png``;
        see `StockPlan.write`.

    Returns
    -------
    StockPlan
        A row per part, in the order of the history.

    Raises
    ------
    OSError
        If the file cannot be read or the folder not written.
    TypeError, ValueError
        If the file or a setting is wrong; nothing has been written then. A cell that is wrong in a column
        leaves its part undecided and is reported with the plan (`StockPlan.problems`).

    Notes
    -----
    A bootstrap knows no demand above the largest observation, no trend and no season. Outer bootstrap: R. R.
    Barton and L. W. Schruben, *Proceedings of the Winter Simulation Conference*, 1993.
    """
    past = as_history(history)
    measure = _target(target, target_fill, target_alpha)
    if measure == "fill" and target_fill is None:
        target_fill = 0.95
    terms = Terms(
        past,
        lead_time,
        target_fill=target_fill,
        target_alpha=target_alpha,
        moq=moq,
        pack=pack,
        unit_cost=unit_cost,
        order_cost=order_cost,
        holding=holding,
        backorder=backorder,
        shortage=shortage,
        lost_sale=lost_sale,
        price=price,
    )
    settings: dict[str, Any] = {
        **terms.told(lead_time),
        "policy": choice("policy", policy, POLICIES),
        "target": measure,
        "periods_per_year": _per_year(periods_per_year, past, terms),
        "review_period": count("review_period", review_period, at_least=1),
        "backorder_share": float(_share("backorder_share", backorder_share)),
        "event_order": event_order,
        "replications": count("replications", replications, at_least=1),
        "periods": count("periods", len(past.periods) if periods is None else periods, at_least=1),
        "resamples": count("resamples", resamples),
        "confidence": inner_share("confidence", confidence),
        "key": as_key(seed).value,
    }
    if warm_up is not None:
        settings["warm_up"] = count("warm_up", warm_up)
    _check_terms(settings, terms)
    if out is not None:
        check_folder(out)
    decisions = _describe_all(past, terms, settings)
    shops = _shops(past, terms, settings, decisions)
    settings.setdefault("warm_up", _told_warm_ups(shops, terms, settings))
    groups = _groups(shops, past, terms, settings, threads, progress)
    totals = _decide(groups, settings, decisions, exchange=exchange)
    plan = StockPlan([PartDecision(**d) for d in decisions.values()], past, settings, totals)
    if out is not None:
        plan.write(out)
    return plan


def _decide(
    groups: Sequence[Run],
    settings: Mapping[str, Any],
    decisions: dict[str, dict[str, Any]],
    *,
    exchange: bool,
) -> dict[str, Any]:
    """Run the groups and write what comes out into the decisions; totals over all."""
    year = settings["periods_per_year"]
    yearly = math.nan if year is None else year
    money = {"holding_cost", "order_cost", "cost", "cost_low", "cost_high", "shortage_cost"}
    sums: dict[str, NDArray[np.float64]] = {}
    curve = np.zeros((len(EXCHANGE), 4))
    for run in groups:
        levels = run.fit()
        placed = {n: at_level(s, x) for (n, s), x in zip(run.shops.items(), levels, strict=True)}
        found, summed = run.evaluate(placed)
        found |= run.input_uncertainty(placed)
        if "cost" in found:
            waiting, lost = found.pop("backorder_cost"), found.pop("lost_sale_cost")
            found["shortage_cost"] = found["shortage_cost"] + waiting + lost
        scale = settings["target"] == "cost"
        for name, values in found.items():
            per_year = (
                name in money
                or name == "orders"
                or (scale and name in ("input_low", "input_high", "optimism"))
            )
            found[name] = values * yearly if per_year else values
        found["orders_per_year"] = found.pop("orders")
        if run.worth is not None:
            found["tied_up"] = found["on_hand"] * run.worth
        for i, (name, shop) in enumerate(placed.items()):
            row = decisions[name]
            row.update({k: float(v[i]) for k, v in found.items()})
            row.update(level=float(levels[i]), reorder=_reorder(shop))
        for name, values in summed.items():
            sums[name] = values + sums[name] if name in sums else values
        if exchange:
            curve += run.exchange()
    if not groups:
        return {}
    return _totals(sums, groups[0].worth is not None, settings) | (
        {"exchange": _curve(curve)} if exchange else {}
    )


def _totals(
    sums: Mapping[str, NDArray[np.float64]], worth: bool, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Sums over all parts with their intervals."""
    confidence, year = settings["confidence"], settings["periods_per_year"]
    pooled = _core.ratio(sums["filled"][None], sums["demand"][None], confidence)[0]
    totals = {"fill": pooled}
    mean = {"on_hand": sums["on_hand"]}
    if worth:
        mean["tied_up"] = sums["tied_up"]
    if year is not None:
        mean["orders_per_year"] = sums["orders"] * year
        if "holding_cost" in sums:
            mean["holding_cost"] = sums["holding_cost"] * year
            mean["order_cost"] = sums["order_cost"] * year
            short = sums["backorder_cost"] + sums["shortage_cost"] + sums["lost_sale_cost"]
            mean["shortage_cost"] = short * year
            mean["cost"] = np.sum([sums[m] for m in COSTS], axis=0) * year
    totals |= {k: _core.summarise(np.ascontiguousarray(v[None]), confidence, [])[0] for k, v in mean.items()}
    return {
        k: {n: float(x) for n, x in zip(("value", "low", "high"), (v[0], v[2], v[3]), strict=True)}
        for k, v in totals.items()
    }


def _curve(sums: NDArray[np.float64]) -> list[dict[str, float]]:
    """What the portfolio's fill rate and stock would be with the same target for every part."""
    return [
        {"target_fill": t, "fill": d and f / d, "on_hand": held}
        | ({} if math.isnan(money) else {"tied_up": money})
        for t, (d, f, held, money) in zip(EXCHANGE, sums.tolist(), strict=True)
    ]


def _describe_all(past: History, terms: Terms, settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Every part's past in figures, its terms and classes, and whether a level can be worked out."""
    rows = {name: _describe(name, past.observed(i)) for i, name in enumerate(past.names)}
    worth = terms.column("unit_cost", 1.0)
    for i, (row, letter) in enumerate(
        zip(
            rows.values(),
            abc([r["mean_demand"] * w for r, w in zip(rows.values(), worth, strict=True)]),
            strict=True,
        )
    ):
        row["abc"] = letter
        if i in terms.problems:
            row.update(status=UNUSABLE, note="; ".join(terms.problems[i]))
            continue
        row["lead_time"] = terms.lead(i).summary().mean
        if row["status"] not in ("ok", FEW_SALES):
            continue
        row["unit_cost"] = terms.value("unit_cost", i, math.nan)
        if settings["policy"] != "base_stock":
            observed = past.observed(i)
            row["order_size"] = order_size(
                row["mean_demand"] * (settings["periods_per_year"] or math.nan),
                terms.value("order_cost", i),
                terms.value("holding", i),
                terms.value("moq", i),
                terms.value("pack", i),
                whole=bool((observed == np.floor(observed)).all()),
            )
    return rows


def _describe(name: str, observed: NDArray[np.float64]) -> dict[str, Any]:
    sales = observed[observed > 0.0]
    if observed.size == 0:
        status = "not observed"
    elif sales.size == 0:
        status = "no demand"
    elif sales.max() > LARGEST:
        status = TOO_LARGE
    elif observed.size < SHORTEST:
        status = "too short"
    elif sales.size < 3:
        status = FEW_SALES
    else:
        status = "ok"
    adi = observed.size / sales.size if sales.size else math.nan
    cv2 = float(sales.var() / sales.mean() ** 2) if sales.size > 1 else math.nan
    return {
        "part": name,
        "observed": int(observed.size),
        "mean_demand": float(observed.mean()) if observed.size else math.nan,
        "zero_share": float((observed == 0.0).mean()) if observed.size else math.nan,
        "adi": adi,
        "cv2": cv2,
        "largest": float(observed.max()) if observed.size else math.nan,
        "xyz": xyz(observed),
        "pattern": pattern(adi, cv2),
        "status": status,
    }


def _shops(
    past: History, terms: Terms, settings: Mapping[str, Any], decisions: Mapping[str, Mapping[str, Any]]
) -> dict[str, MakeToStock]:
    """A shop for every part that can be decided, with its level still open."""
    year = settings["periods_per_year"] or 1.0
    keys = _keys(past.names)
    shops = {}
    for i, name in enumerate(past.names):
        row = decisions[name]
        if row["status"] not in ("ok", FEW_SALES):
            continue
        margin = max(0.0, terms.value("price", i) - terms.value("unit_cost", i))
        rates = Costs(
            holding=terms.value("holding", i) / year,
            backorder=terms.value("backorder", i) / year,
            shortage=terms.value("shortage", i),
            lost_sale=terms.value("lost_sale", i) + margin,
            order=terms.value("order_cost", i),
        )
        placed, rules = _policy(settings["policy"], row, terms.value("moq", i), terms.value("pack", i))
        plain = isinstance(placed, BaseStock) and rules == Quantities()
        shops[name] = MakeToStock(
            demand=Bootstrap(past.observed(i)),
            policy=placed,
            quantities=rules,
            lead_time=terms.lead(i),
            costs=rates,
            review_period=settings["review_period"],
            backorder_share=settings["backorder_share"],
            event_order=settings["event_order"],
            opening_stock=None if plain else "settled",
            key=keys[name],
        )
    return shops


def _policy(kind: str, row: Mapping[str, Any], moq: float, pack: float) -> tuple[Policy, Quantities]:
    """A policy whose level is still open, and what the supplier accepts of it."""
    packs = pack if pack > 0.0 else None
    if kind == "base_stock":
        return BaseStock(0), Quantities(minimum=moq, multiple=packs)
    lot = row["order_size"]
    if kind == "min_max":
        # Orders are at least the lot, and with it the MOQ; they still need whole packs.
        return MinMax(0, lot), Quantities(multiple=packs)
    return ReorderQuantity(0, lot), Quantities()


def _reorder(shop: MakeToStock) -> float:
    policy = shop.policy
    if isinstance(policy, (MinMax, ReorderQuantity)):
        return float(policy.reorder)  # type: ignore[arg-type]
    return math.nan


def _warm_up(shop: MakeToStock, terms: Terms, settings: Mapping[str, Any]) -> int:
    if "warm_up" in settings and isinstance(settings["warm_up"], int):
        return int(settings["warm_up"])
    return warm_up_of(shop.lead_time, settings["review_period"], coarse=terms.by_row)  # type: ignore[arg-type]


def _told_warm_ups(
    shops: Mapping[str, MakeToStock], terms: Terms, settings: Mapping[str, Any]
) -> int | list[int]:
    found = sorted({_warm_up(shop, terms, settings) for shop in shops.values()})
    return found[0] if len(found) == 1 else found


def _groups(
    shops: Mapping[str, MakeToStock],
    past: History,
    terms: Terms,
    settings: Mapping[str, Any],
    threads: int | None,
    progress: Progress,
) -> list[Run]:
    """The parts by warm-up, each group in the order of the history."""
    place = {name: i for i, name in enumerate(past.names)}
    groups: dict[int, dict[str, MakeToStock]] = {}
    for name, shop in shops.items():
        groups.setdefault(_warm_up(shop, terms, settings), {})[name] = shop
    worth = terms.column("unit_cost") if terms.has("unit_cost") else None
    costly = any(terms.has(name) for name in RATES)
    runs = []
    for warm_up, members in groups.items():
        at = [place[n] for n in members]
        targets = [_core_target(settings["target"], terms, i) for i in at]
        own = None if worth is None else worth[at]
        runs.append(Run(members, targets, own, settings, warm_up, threads, progress, costly=costly))
    return runs


def _core_target(measure: str, terms: Terms, part: int) -> dict[str, Any]:
    if measure == "cost":
        return {"kind": "cost"}
    metric = "fill_rate" if measure == "fill" else "alpha_service"
    return {"kind": "service", "metric": metric, "at_least": terms.value(f"target_{measure}", part)}


def _target(target: str | None, fill: Any, alpha: Any) -> str:
    """``fill``, ``alpha`` or ``cost``."""
    if target is not None:
        choice("target", target, ("cost",))
    given = [
        n for n, x in (("target_fill", fill), ("target_alpha", alpha), ("target", target)) if x is not None
    ]
    if len(given) > 1:
        raise ValueError(f"only one target may be given, got {' and '.join(given)}")
    return {"target": "cost", "target_alpha": "alpha"}.get(given[0] if given else "", "fill")


def _per_year(given: Any, past: History, terms: Terms) -> float | None:
    if given is not None:
        year = number("periods_per_year", given)
        if not isinstance(year, (int, float)) or year <= 0.0:
            raise ValueError(f"periods_per_year must be > 0, got {given}")
        return float(year)
    rates = [name for name in ("holding", "backorder", "order_cost") if terms.has(name)]
    if past.per_year is None and rates:
        raise ValueError(
            f"periods_per_year must be given with {rates[0]}: the names of the periods do not tell it"
        )
    return past.per_year


def _check_terms(settings: Mapping[str, Any], terms: Terms) -> None:
    """What the choice of target and policy needs."""
    if settings["target"] == "cost":
        if not terms.has("holding"):
            raise ValueError('holding must be given with target="cost"')
        waits, lost = settings["backorder_share"] > 0.0, settings["backorder_share"] < 1.0
        rates = ["shortage", *(["backorder"] if waits else []), *(["lost_sale", "price"] if lost else [])]
        if not any(terms.has(name) for name in rates):
            raise ValueError(f'{", ".join(rates)}: one of them must be given with target="cost"')
    if settings["policy"] != "base_stock" and not (
        terms.has("order_cost", "holding") or terms.has("moq") or terms.has("pack")
    ):
        raise ValueError(
            f'policy="{settings["policy"]}" orders in lots: order_cost and holding, moq or pack must be given'
        )


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
