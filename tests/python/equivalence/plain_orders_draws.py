"""What a plain shop that makes to order is told: luck by its address, potential orders, what work takes.

Written from docs/background/make-to-order.md (below: "doc", with the heading), not from the core. A model is
the JSON-like dict of `MakeToOrder`; what it leaves out has the default of the configuration. Sums of floats
are added from left to right: the built-in sum compensates.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from maketo import _core

UNIT_BITS = 11
UNIT_MARK = 1 << 16

Json = dict[str, Any]
NOUGHT: Json = {"law": "deterministic", "value": 0.0}
ONE: Json = {"law": "deterministic", "value": 1.0}
UNIT_EXPONENTIAL: Json = {"law": "exponential", "mean": 1.0}


class Stream(IntEnum):
    """What a random number decides."""

    ARRIVAL = 1
    CLASS = 2
    VARIANT = 3
    QUANTITY = 4
    DUE = 5
    PATIENCE = 6
    VALUATION = 7
    WAIT_SENSITIVITY = 8
    CUSTOMISATION = 9
    CANCEL = 11
    ADMIN = 12
    CHANNEL = 14
    LEAD_TIME = 32
    YIELD = 34
    TIME_TO_FAILURE = 48
    TIME_TO_REPAIR = 49
    PROCESSING = 50
    SETUP = 51
    REWORK = 52


def added(values: Iterable[float]) -> float:
    """From left to right."""
    total = 0.0
    for value in values:
        total += value
    return total


class Luck:
    """Random numbers of one replication (doc: Addresses), and the means that planners know of their laws."""

    def __init__(self, key: int, replication: int) -> None:
        self.address = key, replication
        self.drawn: dict[tuple[str, int, int, int], list[float]] = {}
        self.means: dict[str, float] = {}

    def uniform(self, stream: int, entity: int, index: int) -> float:
        return _core.uniform(*self.address, stream, entity, index)

    def draw(self, law: Json, stream: int, entity: int, index: int) -> float:
        """The inverse of the law at the uniform of the address; neighbours are looked up at once."""
        if law["law"] == "deterministic":
            return float(law["value"])
        where = json.dumps(law), stream, entity, index >> 6
        if where not in self.drawn:
            uniforms = [self.uniform(stream, entity, index >> 6 << 6 | j) for j in range(64)]
            self.drawn[where] = _core.law_quantile(where[0], np.array(uniforms)).tolist()
        return self.drawn[where][index & 63]

    def choose(self, shares: Sequence[float], u: float) -> int | None:
        """The first number at which the summed shares exceed u."""
        below = 0.0
        for k, share in enumerate(shares):
            below += share
            if u < below:
                return k
        return None

    def mean(self, law: Json) -> float:
        text = json.dumps(law)
        if text not in self.means:
            self.means[text] = float(json.loads(_core.law_summary(text))["mean"])
        return self.means[text]


@dataclass(frozen=True)
class Order:
    """A potential order (doc: The order book)."""

    number: int
    arrival: float
    kind: int  # customer class
    variant: int
    size: float
    requested: float
    patience: float | None
    customisation: float
    valuation: float | None
    sensitivity: float
    manual: bool


def order_book(book: Json, luck: Luck, entity: int) -> Iterator[Order]:
    """Orders by number, as long as there are any."""
    entity = entity if book.get("key") is None else book["key"]
    given = book["arrivals"] if book["arrivals"]["kind"] == "given" else {}
    classes: list[Json] = book.get("classes") or []

    def kind_of(stream: int, shares: list[float], i: int) -> int:
        if len(shares) < 2:
            return 0
        total = added(shares)
        chances = [share / total for share in shares]
        law = {"law": "discrete", "values": [float(k) for k in range(len(shares))], "probabilities": chances}
        return int(luck.draw(law, stream, entity, i))

    def attribute(name: str, default: Json | None, stream: int, kind: int, i: int) -> float | None:
        """By the law of the class, else of the book; all read one uniform."""
        law = classes[kind].get(name) if classes else None
        law = law or book.get(name) or default
        return None if law is None else luck.draw(law, stream, entity, i)

    def number(name: str, default: Json, stream: int, kind: int, i: int) -> float:
        value = attribute(name, default, stream, kind, i)
        assert value is not None
        return value

    for i, arrival in enumerate(arrival_times(book["arrivals"], luck, entity)):
        kind, variant = given.get("class"), given.get("variant")
        k = int(kind[i]) if kind else kind_of(Stream.CLASS, [one["share"] for one in classes], i)
        size, requested = given.get("size"), given.get("requested_lead_time")
        manual = float(book.get("manual_share", 0.0))
        yield Order(
            number=i,
            arrival=arrival,
            kind=k,
            variant=int(variant[i]) if variant else kind_of(Stream.VARIANT, book.get("variants") or [], i),
            size=float(size[i]) if size else number("size", ONE, Stream.QUANTITY, k, i),
            requested=float(requested[i])
            if requested
            else number("requested_lead_time", NOUGHT, Stream.DUE, k, i),
            patience=attribute("patience", None, Stream.PATIENCE, k, i),
            customisation=number("customisation", NOUGHT, Stream.CUSTOMISATION, k, i),
            valuation=attribute("valuation", None, Stream.VALUATION, k, i),
            sensitivity=number("waiting_sensitivity", NOUGHT, Stream.WAIT_SENSITIVITY, k, i),
            manual=manual > 0.0 and luck.uniform(Stream.CHANNEL, entity, i) < manual,
        )


def arrival_times(arrivals: Json, luck: Luck, entity: int) -> Iterator[float]:
    """Doc: the table of arrivals."""
    kind = arrivals["kind"]
    if kind == "given":
        yield from map(float, arrivals["times"])
        return
    if kind not in ("poisson", "renewal", "varying"):
        raise ValueError(f"arrivals of kind {kind!r} are not simulated plainly")
    gap = arrivals["gap"] if kind == "renewal" else UNIT_EXPONENTIAL
    scale = 1.0 / arrivals["rate"] if kind == "poisson" else 1.0
    total = passed = 0.0
    period = 0
    for i in itertools.count():
        total += luck.draw(gap, Stream.ARRIVAL, entity, i)
        if kind != "varying":
            yield total * scale
            continue
        rates: list[float] = arrivals["rates"]
        while total - passed >= (rate := _rate(rates, arrivals["cycle"], period)):
            if rate <= 0.0 and period >= len(rates) and not arrivals["cycle"]:
                return  # no rate will ever come
            passed += rate
            period += 1
        yield period + (total - passed) / rate


def _rate(rates: list[float], cycle: bool, period: int) -> float:
    return rates[period % len(rates)] if cycle or period < len(rates) else rates[-1]


@dataclass(frozen=True)
class Work:
    """One visit of an order to an operation: what x is made of."""

    pieces: float  # time of all pieces together
    time: float
    customised: float  # 1 + γκ
    learning: float
    setup: float  # if there is one

    def x(self, setup: float) -> float:
        return (setup + self.pieces + self.time) * self.customised * self.learning


class Tasks:
    """Operations: what they take, how they follow each other (doc: The way of an order, 6; Planned work)."""

    def __init__(self, model: Json, luck: Luck, entity: int) -> None:
        self.luck = luck
        self.entity = entity
        self.operations: list[Json] = model["operations"]
        self.routing: Json = model.get("routing") or {"kind": "series"}
        self.is_random = self.routing["kind"] == "random"
        if self.is_random and any(one.get("rework") for one in self.operations):
            raise ValueError("rework and random routing read the same uniform")

    def route(self, order: Order) -> list[int]:
        """Operations in order; with random routing nobody knows."""
        if self.is_random:
            return []
        if self.routing["kind"] == "by_variant":
            return list(self.routing["routes"][order.variant])
        return [*range(len(self.operations))]

    def first(self, order: Order) -> int:
        if not self.is_random:
            return self.route(order)[0]
        j = self.luck.choose(
            self.routing["start"], self.luck.uniform(Stream.REWORK, self.entity, order.number)
        )
        return len(self.operations) - 1 if j is None else j

    def outcome(self, op: int, order: Order, visit: int) -> float:
        """The uniform that decides where the order goes from here."""
        return self.luck.uniform(Stream.REWORK, self.operations[op]["key"], visit << 32 | order.number)

    def laws(self, op: int, order: Order) -> tuple[Json | None, Json | None]:
        """Of a unit and of the rest, for the customer's class."""
        unit, time = self.operations[op].get("unit_time"), self.operations[op].get("time")
        by_class = self.operations[op].get("time_by_class")
        if not by_class:
            return unit, time
        if unit is not None and time is not None:
            raise ValueError("time_by_class beside both time and unit_time: whose it is cannot be told")
        return (by_class[order.kind], None) if unit is not None else (None, by_class[order.kind])

    def customised(self, op: int, order: Order) -> float:
        return 1.0 + float(self.operations[op].get("customisation", 0.0)) * order.customisation

    def work(self, op: int, order: Order, visit: int, nth: int) -> Work:
        """The v-th visit of what is the n-th order of its variant that was released."""
        spec, key, i = self.operations[op], self.operations[op]["key"], order.number
        unit, time = self.laws(op, order)
        made = 0.0
        if unit is not None:
            pieces = order.size + self.bad_pieces(op, order, visit)
            if unit["law"] == "deterministic":
                made = pieces * unit["value"]
            elif pieces > 1 << UNIT_BITS:
                raise ValueError(f"order {i} has more units than there are addresses")
            else:
                for k in range(int(pieces)):
                    made += self.luck.draw(
                        unit, Stream.PROCESSING, key, (UNIT_MARK | visit << UNIT_BITS | k) << 32 | i
                    )
        index = visit << 32 | i
        b = spec.get("learning", 0.0)
        return Work(
            pieces=made,
            time=0.0 if time is None else self.luck.draw(time, Stream.PROCESSING, key, index),
            customised=self.customised(op, order),
            learning=max(float(spec.get("learning_floor", 0.0)), float(nth) ** -b) if b else 1.0,
            setup=self.luck.draw(spec.get("setup") or NOUGHT, Stream.SETUP, key, index),
        )

    def bad_pieces(self, op: int, order: Order, visit: int) -> float:
        good = self.operations[op].get("yield_share", 1.0)
        if good >= 1.0:
            return 0.0
        u = self.luck.uniform(Stream.YIELD, self.operations[op]["key"], visit << 32 | order.number)
        law = {"law": "negative_binomial", "r": order.size, "p": good}
        return float(_core.law_quantile(json.dumps(law), np.array([u]))[0])

    def mean(self, op: int, order: Order) -> float:
        """Mean work, as planners know it."""
        unit, time = self.laws(op, order)
        per_unit = 0.0 if unit is None else self.luck.mean(unit)
        rest = 0.0 if time is None else self.luck.mean(time)
        pieces = order.size / float(self.operations[op].get("yield_share", 1.0))
        return (pieces * per_unit + rest) * self.customised(op, order)

    def means(self, order: Order, station: int | None = None) -> list[float]:
        """Mean work of every operation; of those at one station only, if one is named."""
        counts = [station in (None, one["station"]) for one in self.operations]
        return [self.mean(op, order) if counts[op] else 0.0 for op in range(len(counts))]

    def expected(self, order: Order, op: int | None, station: int | None = None) -> float:
        """Random routing: mean work from an operation to the end, or of the whole order."""
        own = self.means(order, station)
        left, before = own, None
        while left != before:  # the chance to be still there goes to 0 geometrically
            before = left
            left = [
                x + added(p * y for p, y in zip(chances, before, strict=True))
                for x, chances in zip(own, self.routing["next"], strict=True)
            ]
        if op is not None:
            return left[op]
        return added(p * y for p, y in zip(self.routing["start"], left, strict=True))
