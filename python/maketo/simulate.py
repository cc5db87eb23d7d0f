"""`simulate`: items × designs × replications, run by the core, returned as a `Result`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack, overload

from . import _catalogue, _core
from ._check import choice, count, inner_share, number
from ._designs import expand
from ._noun import decode
from ._progress import Progress, watch
from ._request import Arrays, items_json, to_text
from .assemble_to_order import AssembleToOrder
from .assembly_result import AssemblyResult
from .make_to_order import MakeToOrder
from .make_to_stock import MakeToStock
from .order_result import OrderResult
from .ordered_assembly_result import OrderedAssemblyResult
from .plant import Plant
from .result import Result
from .seed import SeedLike, as_key
from .sweep import Sweep
from .warm_up import WarmUp, pilot

__all__ = ["simulate"]

Shop = MakeToStock | MakeToOrder | AssembleToOrder
ShopLike = Shop | Plant | Mapping[str, Any]
_KINDS = "MakeToStock, MakeToOrder or AssembleToOrder"
_METHODS = ("auto", "grid", "one_pass")


class RunOptions(TypedDict, total=False):
    """What `simulate` takes beside the shop."""

    periods: int | None
    orders: int | None
    replications: int
    seed: SeedLike
    warm_up: int | str
    drain: float | None
    trace: Sequence[str]
    metrics: Sequence[str] | None
    keep: str | None
    name: str | None
    threads: int | None
    progress: Progress
    half: str
    first_replication: int
    method: str
    simd: str | None
    memory_limit: int | None
    confidence: float


@overload
def simulate(shop: MakeToOrder, **options: Unpack[RunOptions]) -> OrderResult: ...
@overload
def simulate(shop: AssembleToOrder, **options: Unpack[RunOptions]) -> AssemblyResult: ...
@overload
def simulate(shop: MakeToStock | Plant | Mapping[str, Any], **options: Unpack[RunOptions]) -> Result: ...


def simulate(
    shop: ShopLike,
    *,
    periods: int | None = None,
    orders: int | None = None,
    replications: int = 1000,
    seed: SeedLike = None,
    warm_up: int | str = 0,
    drain: float | None = None,
    trace: Sequence[str] = (),
    metrics: Sequence[str] | None = None,
    keep: str | None = None,
    name: str | None = None,
    threads: int | None = None,
    progress: Progress = False,
    half: str = "evaluation",
    first_replication: int = 0,
    method: str = "auto",
    simd: str | None = None,
    memory_limit: int | None = None,
    confidence: float = 0.95,
) -> Result:
    """Simulate a shop, or a portfolio of independent items, by Monte Carlo.

    Parameters
    ----------
    shop : MakeToStock, MakeToOrder, AssembleToOrder, mapping of item name to them, or Plant
        What is simulated. A mapping is a portfolio: the result has an item axis, and only summaries are kept
        unless `keep` says otherwise. Any scalar parameter may be a `Sweep`. The JSON form of either is
        welcome, too.
    periods : int
        Periods simulated, warm-up included. Where the unit is the order: orders that arrive in these periods
        are counted and followed to their end.
    orders : int, optional
        Where the unit is the order: how many orders come, in place of `periods`.
    replications : int
        How many independent futures.
    seed : None, int, numpy.random.SeedSequence or Key
        The same seed gives the same bits, for any number of threads and whatever else is simulated beside.
        None draws one; `Result.key` records it. An integer means ``numpy.random.SeedSequence(seed)``; see
        `as_key`.
    warm_up : int or "mser5"
        Periods at the start that no metric counts. ``"mser5"`` lets a pilot of the training half decide, see
        `warm_up`; the number is in ``run.options`` and `Result.status` says whether the horizon was enough.
        One number serves all sweeps and items. With `orders`, so many orders.
    drain : float, optional
        Where the unit is the order: periods after the horizon for which orders are followed; what is still
        open then is counted in ``n_censored``. By default all are followed to their end.
    trace : sequence of str
        Quantities to keep period by period (4 or 8 bytes per replication and period): ``["on_hand"]``.
    metrics : sequence of str, optional
        Which metrics to keep; by default all.
    keep : {"replications", "summary", "orders"}, optional
        Every replication of every metric, or moments, intervals and quantiles only; ``"orders"`` keeps every
        order as well (``run.orders``).
    name : str, optional
        Name of a single shop; its hash is the item's key in all random addresses, so that the item draws the
        same alone as in a portfolio under this name. By default "item".
    threads : int, optional
        Cap on worker threads; by default all of the pool (see RAYON_NUM_THREADS).
    progress : bool or callable
        True shows a bar; a callable is told (done, total) on this thread.
    half : {"evaluation", "training"}
        Which half of the replication space. Tune on one and report on the other.
    first_replication : int
        Number of the first replication within the half; shards of a run differ in this.
    method : {"auto", "grid", "one_pass", "calendar"}
        How a swept base-stock level is computed. The answers are the same (for continuous demand, to 1e-12).
        Where the unit is the order, ``"calendar"`` runs event by event even where a recursion would do.
    simd : str, optional
        Force a SIMD level (for tests); no number depends on it.
    memory_limit : int, optional
        Largest result, in bytes; 4 GiB by default.
    confidence : float
        Confidence level of intervals in the result.

    Returns
    -------
    Result, OrderResult or AssemblyResult
        Arrays by name, with named axes (*sweeps, item, replication), and their estimates with errors.

    Raises
    ------
    TypeError, ValueError
        Before anything runs, if the configuration is wrong; the message names the field, the value and the
        bound.
    MemoryError
        Before anything runs, if the result would exceed `memory_limit`; the message says what to ask for
        instead.
    KeyboardInterrupt
        On Ctrl-C, promptly; nothing is left behind.

    Examples
    --------
    >>> import maketo as mk
    >>> shop = mk.MakeToStock(demand=mk.Poisson(20), policy=mk.BaseStock(92), lead_time=4)
    >>> run = mk.simulate(shop, periods=365, replications=1000, seed=7)
    >>> run["on_hand"].shape
    (1000,)
    """
    if isinstance(shop, Mapping) and shop.get("kind") == "plant":
        shop = Plant.from_dict(shop)
    plant = shop if isinstance(shop, Plant) else None
    shops, portfolio = shops_of(shop if plant is None else plant.items, name)
    by_order = _by_order(shops)
    assembly = any(isinstance(one, AssembleToOrder) for one in shops.values())
    if assembly and portfolio:
        raise TypeError("shop must be one AssembleToOrder by itself: its components are its items")
    keep = keep if keep is not None else ("summary" if portfolio else "replications")
    kinds = ("replications", "summary", "orders") if by_order else ("replications", "summary")
    methods = ("auto", "calendar") if by_order else ("auto", "grid") if assembly else _METHODS
    options: dict[str, Any] = {
        **_horizon(by_order, periods, orders, drain),
        "replications": count("replications", replications, at_least=1),
        "warm_up": _warm_up(warm_up),
        "half": choice("half", half, ("evaluation", "training")),
        "first_replication": count("first_replication", first_replication),
        "keep": choice("keep", keep, kinds),
        "method": choice("method", method, methods),
        "confidence": inner_share("confidence", confidence),
        "metrics": None
        if metrics is None
        else listed_names("metrics", metrics, _metric_names(shops, by_order)),
        "trace": trace_names("trace", trace),
    }
    key = as_key(seed)
    workers = None if threads is None else count("threads", threads, at_least=1)
    chosen: WarmUp | None = None
    if isinstance(warm_up, str):
        if plant is not None or by_order or assembly:
            kind = "a Plant" if plant is not None else "a run of orders" if by_order else "an assembly"
            raise ValueError(f"warm_up must be a number for {kind}, got {warm_up!r}")
        chosen = pilot(periodic(shops), periods=options["periods"], key=key, threads=workers)
        options["warm_up"] = chosen.periods
    axes, designs = expand(shops)
    arrays = Arrays()
    request = {"items": items_json(designs, arrays), "key": key.value, **options}
    if plant is not None:
        request["plant"] = plant._payload()
    if workers is not None:
        request["threads"] = workers
    if simd is not None:
        if not isinstance(simd, str):
            raise TypeError(f"simd must be the name of a level, got {simd!r}")
        request["simd"] = simd
    if memory_limit is not None:
        request["memory_limit"] = count("memory_limit", memory_limit, below=1 << 63)
    with watch(progress, "simulate") as callback:
        outcome = _core.simulate(to_text(request), arrays.by_name, callback)
    made: type[Result] = OrderResult if by_order else Result
    if assembly:
        made = OrderedAssemblyResult if by_order else AssemblyResult
    return made(
        shops=shops,
        portfolio=portfolio,
        axes=axes,
        options={**options, "seed": key},
        outcome={k: v for k, v in outcome.items() if k != "report"},
        report=json.loads(outcome["report"]),
        pilot=chosen,
        plant=plant,
    )


def _by_order(shops: Mapping[str, Shop]) -> bool:
    """Whether the unit is the order; one run has one clock."""
    if any(isinstance(shop, AssembleToOrder) for shop in shops.values()) and len(shops) > 1:
        raise TypeError("shop must be one AssembleToOrder by itself: its components are its items")
    kinds = {isinstance(shop, MakeToOrder) or shop.by_order for shop in shops.values()}
    if len(kinds) > 1:
        raise TypeError("shop must not mix items that run period by period and order by order")
    return kinds == {True}


def periodic(shops: Mapping[str, Shop]) -> dict[str, MakeToStock]:
    """Shops that run period by period, or a refusal."""
    if _by_order(shops):
        raise TypeError("shop must run period by period, got one whose unit is the order")
    if any(isinstance(shop, AssembleToOrder) for shop in shops.values()):
        raise TypeError("shop must be a MakeToStock or a portfolio of them, got AssembleToOrder")
    return {name: shop for name, shop in shops.items() if isinstance(shop, MakeToStock)}


def _metric_names(shops: Mapping[str, Shop], by_order: bool) -> list[str]:
    first = next(iter(shops.values()))
    if not by_order:
        assembly = isinstance(first, AssembleToOrder)
        return list(_catalogue.assembly_names() if assembly else _catalogue.metrics())
    kinds = {MakeToOrder: "shop", MakeToStock: "stock", AssembleToOrder: "assembly"}
    return list(_catalogue.metrics_of(kinds[type(first)]))


def _horizon(by_order: bool, periods: int | None, orders: int | None, drain: float | None) -> dict[str, Any]:
    """When a run ends."""
    if not by_order:
        if orders is not None or drain is not None:
            raise ValueError("orders and drain are for strategies whose unit is the order; give periods")
        if periods is None:
            raise TypeError("periods must be given")
        return {"periods": count("periods", periods, at_least=1)}
    if (periods is None) == (orders is None):
        raise TypeError("either periods or orders must be given")
    if orders is not None:
        if drain is not None:
            raise ValueError(
                f"drain must be left out with orders: all are followed to their end; got {drain!r}"
            )
        return {"orders": count("orders", orders, at_least=1)}
    horizon: dict[str, Any] = {"periods": count("periods", periods, at_least=1)}
    if drain is not None:
        kept = number("drain", drain)
        if isinstance(kept, Sweep):
            raise TypeError("drain must be a single number")
        horizon["drain"] = kept
    return horizon


def _warm_up(value: int | str) -> int:
    """A number of periods; 0 stands for one that a pilot decides."""
    if isinstance(value, str):
        choice("warm_up", value, ("mser5",))
        return 0
    return count("warm_up", value)


def shops_of(shop: ShopLike, name: str | None) -> tuple[dict[str, Shop], bool]:
    """Items by name, and whether they came as a portfolio."""
    if isinstance(shop, Mapping) and isinstance(shop.get("strategy"), str):
        shop = decode(shop)
    if isinstance(shop, Shop):
        label = "item" if name is None else name
        if not isinstance(label, str):
            raise TypeError(f"name must be a text, got {label!r}")
        return {label: shop}, False
    if not isinstance(shop, Mapping):
        got = f"the class {shop.__name__}" if isinstance(shop, type) else type(shop).__name__
        raise TypeError(f"shop must be a {_KINDS} or a mapping of names to them, got {got}")
    if name is not None:
        raise TypeError("name is for a single shop; the items of a portfolio have their own")
    if not shop:
        raise ValueError("shop must have at least one item, got an empty mapping")
    shops: dict[str, Shop] = {}
    for item, one in shop.items():
        made = decode(one) if isinstance(one, Mapping) else one
        if not isinstance(item, str) or not isinstance(made, Shop):
            raise TypeError(
                f"shop[{item!r}] must be a {_KINDS} under a name that is a text, got {type(one).__name__}"
            )
        shops[item] = made
    return shops, True


def trace_names(field: str, given: Sequence[str]) -> list[str]:
    """Names of traces, each once."""
    return listed_names(field, given, list(_catalogue.traces()))


def listed_names(field: str, given: Sequence[str], known: Sequence[str]) -> list[str]:
    """A list of names that are in the catalogue, each once."""
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise TypeError(f"{field} must be a sequence of names such as [{known[0]!r}], got {given!r}")
    for one in given:
        if one not in known:
            raise ValueError(f"{field} must be among {', '.join(known)}; got {one!r}")
    return list(dict.fromkeys(given))
