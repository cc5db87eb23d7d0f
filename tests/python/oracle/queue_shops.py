"""The queues of `queues.py` as shops that make to order, by the name of their model."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from exact_queues import LawSpec

import maketo as mk

__all__ = ["SHOPS", "line"]


def drawn(spec: LawSpec) -> mk.Law:
    """As maketo draws it."""
    name, a, *rest = spec
    match name:
        case "constant":
            return mk.Deterministic(a)
        case "exponential":
            return mk.Exponential(a)
        case "gamma":
            return mk.Gamma(shape=1 / rest[0] ** 2, scale=a * rest[0] ** 2)
        case "lognormal":
            return mk.Lognormal(mean=a, sd=a * rest[0])
        case "uniform":
            return mk.Uniform(a, rest[0])
    raise ValueError(f"no such law: {name}")


def line(
    orders: Any, time: Any, servers: int = 1, quotes: Sequence[float] = (), **rules: Any
) -> mk.MakeToOrder:
    """One station and one operation."""
    quote: dict[str, Any] = {"quote": mk.Sweep(quotes, name="quote")} if quotes else {}
    return mk.MakeToOrder(
        orders=orders,
        operations=mk.Operation("station", time),
        stations={"station": mk.Station(servers=servers)},
        **quote,
        **rules,
    )


def discrete(pmf: Mapping[int, float]) -> mk.Discrete:
    return mk.Discrete(list(pmf), list(pmf.values()))


def mmc(lam: float, mu: float, c: int, quotes: Sequence[float] = (), **_: Any) -> mk.MakeToOrder:
    return line(lam, mk.Exponential(1 / mu), c, quotes)


def mg1(lam: float, law: LawSpec, quotes: Sequence[float] = (), **_: Any) -> mk.MakeToOrder:
    return line(lam, drawn(law), 1, quotes)


def gim1(inter: LawSpec, mu: float, quotes: Sequence[float]) -> mk.MakeToOrder:
    return line(mk.RenewalArrivals(drawn(inter)), mk.Exponential(1 / mu), 1, quotes)


def mmck(lam: float, mu: float, c: int, K: int) -> mk.MakeToOrder:
    return line(lam, mk.Exponential(1 / mu), c, acceptance=mk.Acceptance(max_orders=K))


def erlang_a(lam: float, mu: float, c: int, theta: float) -> mk.MakeToOrder:
    book = mk.OrderBook(lam, patience=mk.Exponential(1 / theta))
    return line(book, mk.Exponential(1 / mu), c, patience_until="start")


def workload(lam: float, mu: float, cap: float) -> mk.MakeToOrder:
    return line(lam, mk.Exponential(1 / mu), acceptance=mk.Acceptance(max_workload=cap))


def equilibrium(potential: float, slope: float, mu: float, quotes: Sequence[float]) -> mk.MakeToOrder:
    """The product is worth something uniform on [0, potential/slope], less 1 per period of the quote."""
    book = mk.OrderBook(potential, valuation=mk.Uniform(0, potential / slope), waiting_sensitivity=1)
    return line(book, mk.Exponential(1 / mu), quote=quotes[0])


def cobham(classes: Mapping[str, tuple[float, LawSpec]]) -> mk.MakeToOrder:
    kinds = [
        mk.CustomerClass(name, share=lam, priority=i) for i, (name, (lam, _)) in enumerate(classes.items())
    ]
    return mk.MakeToOrder(
        orders=mk.OrderBook(math.fsum(lam for lam, _ in classes.values()), classes=kinds),
        operations=mk.Operation(
            "station", 1, times_by_class={name: drawn(spec) for name, (_, spec) in classes.items()}
        ),
        dispatch="priority",
    )


def spt(lam: float, lo: float, hi: float) -> mk.MakeToOrder:
    return line(lam, mk.Uniform(lo, hi), dispatch="spt")


def breakdowns(lam: float, law: LawSpec, up: float, repair: float) -> mk.MakeToOrder:
    """Running time passes only while the machine works."""
    failures = mk.Breakdowns(mk.Exponential(up), mk.Exponential(repair), clock="busy")
    shop = line(lam, drawn(law))
    return shop.replace(stations={"station": mk.Station(breakdowns=failures)})


def batch(lam: float, sizes: Mapping[int, float], mu: float) -> mk.MakeToOrder:
    return mk.MakeToOrder(
        orders=mk.OrderBook(lam, size=discrete(sizes)),
        operations=mk.Operation("station", unit_time=mk.Exponential(1 / mu)),
    )


def tandem(lam: float, mus: Sequence[float], quotes: Sequence[float]) -> mk.MakeToOrder:
    return mk.MakeToOrder(
        orders=lam,
        operations=[mk.Operation(f"{i}", mk.Exponential(1 / mu)) for i, mu in enumerate(mus, start=1)],
        quote=mk.Sweep(quotes, name="quote"),
    )


def jackson(
    gamma: Sequence[float], P: Sequence[Sequence[float]], mus: Sequence[float], servers: Sequence[int]
) -> mk.MakeToOrder:
    names = [f"{i}" for i in range(1, len(mus) + 1)]
    return mk.MakeToOrder(
        orders=math.fsum(gamma),
        operations=[mk.Operation(n, mk.Exponential(1 / mu)) for n, mu in zip(names, mus, strict=True)],
        stations={n: mk.Station(servers=c) for n, c in zip(names, servers, strict=True)},
        routing=mk.RandomRouting(
            {name: dict(zip(names, row, strict=True)) for name, row in zip(names, P, strict=True)},
            start={name: g / math.fsum(gamma) for name, g in zip(names, gamma, strict=True)},
        ),
    )


def lattice(
    inter: Mapping[int, float], service: Mapping[int, float], quotes: Sequence[float]
) -> mk.MakeToOrder:
    return line(mk.RenewalArrivals(discrete(inter)), discrete(service), 1, quotes)


SHOPS: dict[str, Callable[..., mk.MakeToOrder]] = {
    "mmc": mmc,
    "mg1": mg1,
    "gim1": gim1,
    "mmck": mmck,
    "erlang_a": erlang_a,
    "workload": workload,
    "equilibrium": equilibrium,
    "cobham": cobham,
    "spt": spt,
    "breakdowns": breakdowns,
    "batch": batch,
    "tandem": tandem,
    "jackson": jackson,
    "lattice": lattice,
}
