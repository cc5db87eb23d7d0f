"""Forecasts and plans once more, in plain Python, from the definitions in the docstrings.

A forecast is a function of all that was seen so far and is worked out anew in every period; the core carries
its state along.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from plain_supply import Shop

import maketo as mk

Outlook = Callable[[int], float]  # forecast of the period so many ahead


def start(of: Any, mean: float | None) -> float | None:
    """The level that a method starts from: given, or without a history the mean of demand, if known."""
    if of.initial is not None or len(of.history):
        return None if of.initial is None else float(of.initial)
    return getattr(of, "mean", None) or mean  # an autoregression may have a mean of its own


def outlook(of: Any, past: Sequence[float], level: float | None, mean: float | None = None) -> Outlook:
    """What a method expects after a past, its history included; the first of it where there is no start."""
    if not past and level is None:
        return lambda k: 0.0
    known = level is not None
    first = past[0] if level is None else level
    rest = past if known else past[1:]
    return _METHODS[type(of)](of, first, rest, past, known, getattr(of, "mean", None) or mean)


def _moving_average(of: Any, level: float, rest: Any, past: Any, known: bool, mean: Any) -> Outlook:
    values: list[float] = ([level] * of.window + list(past) if known else past)[-of.window :]
    return lambda k: sum(values) / len(values)


def _smoothing(of: Any, level: float, rest: Any, past: Any, known: bool, mean: Any) -> Outlook:
    for d in rest:
        level += of.alpha * (d - level)
    return lambda k: level


def _holt(of: Any, level: float, rest: Any, past: Any, known: bool, mean: Any) -> Outlook:
    trend = 0.0
    for d in rest:
        before = level
        level = of.alpha * d + (1 - of.alpha) * (level + of.damping * trend)
        trend = of.beta * (level - before) + (1 - of.beta) * of.damping * trend
    return lambda k: level + trend * sum(of.damping ** (j + 1) for j in range(k + 1))


def _holt_winters(of: Any, level: float, rest: Any, past: Any, known: bool, mean: Any) -> Outlook:
    season, trend, n = [1.0 if of.multiplicative else 0.0] * of.season, 0.0, len(past) - len(rest)
    for d in rest:
        before, factor = level, season[n % of.season]
        seasonless = d / factor if of.multiplicative else d - factor
        level = of.alpha * seasonless + (1 - of.alpha) * (level + of.damping * trend)
        trend = of.beta * (level - before) + (1 - of.beta) * of.damping * trend
        fresh = d / level if of.multiplicative else d - level
        season[n % of.season] = of.gamma * fresh + (1 - of.gamma) * factor
        n += 1

    def ahead(k: int) -> float:
        line = level + trend * sum(of.damping ** (j + 1) for j in range(k + 1))
        factor = season[(n + k) % of.season]
        return float(line * factor if of.multiplicative else line + factor)

    return ahead


def _naive(of: Any, level: float, rest: Any, past: Any, known: bool, mean: Any) -> Outlook:
    def ahead(k: int) -> float:
        place = (len(past) + k) % of.season
        same: list[float] = [d for t, d in enumerate(past) if t % of.season == place]
        return same[-1] if same else level

    return ahead


def _autoregression(of: Any, level: float, rest: Any, past: Any, known: bool, mean: Any) -> Outlook:
    last = past[-1] if past else level
    return lambda k: float(mean + of.rho ** (k + 1) * (last - mean))


def _croston(of: Any, level: float, rest: Any, past: Any, known: bool, mean: Any) -> Outlook:
    factor = 1 - of.alpha / 2 if type(of).__name__ == "SBA" else 1.0
    size, interval, since, started = level, 1.0, 1, known
    expected = level if known else 0.0
    for d in past:
        if d <= 0:
            since += 1
            continue
        size, interval = (
            (size + of.alpha * (d - size), interval + of.alpha * (since - interval))
            if started
            else (d, float(since))
        )
        expected, since, started = factor * size / interval, 1, True
    return lambda k: expected


def _tsb(of: Any, level: float, rest: Any, past: Any, known: bool, mean: Any) -> Outlook:
    size, chance, sized = level, 1.0, known
    for n, d in enumerate(past, 1):
        weight = of.beta if known else max(of.beta, 1 / n)
        chance += weight * ((1.0 if d > 0 else 0.0) - chance)
        if d > 0:
            size = size + of.alpha * (d - size) if sized else d
            sized = True
    return lambda k: chance * size if sized else 0.0


_METHODS: dict[type, Callable[..., Outlook]] = {
    mk.MovingAverage: _moving_average,
    mk.ExponentialSmoothing: _smoothing,
    mk.Holt: _holt,
    mk.HoltWinters: _holt_winters,
    mk.SeasonalNaive: _naive,
    mk.Autoregression: _autoregression,
    mk.Croston: _croston,
    mk.SBA: _croston,
    mk.TSB: _tsb,
}


class Planner(Shop):
    """A shop whose orders follow a forecast, a schedule or a buffer. Demand has a known mean, or None."""

    def __init__(self, shop: Any, key: int, replication: int, mean: float | None, sd: float | None) -> None:
        super().__init__(shop, key, replication)
        self.mean, self.sd = mean, sd
        self.seen: list[float] = []
        self.every_period = isinstance(shop.policy, mk.MaterialPlan)
        self.planned: list[float] = []  # releases to come
        first = shop.event_order == "order_before_demand"
        self.early = 0 if first else 1
        self.cover = shop.lead_time.value + shop.review_period - self.early

    def observe(self, demand: float) -> None:
        self.seen.append(demand)

    def expected(self, k: int) -> float:
        of = self.shop.forecast
        if isinstance(of, mk.KnownMean):
            assert self.mean is not None
            value = self.mean
        else:
            past = [*map(float, of.history), *self.seen]
            value = outlook(of, past, start(of, self.mean), self.mean)(k)
        return value * (1 + of.bias[min(k, len(of.bias) - 1)]) if len(of.bias) else value

    def spread(self, periods: int) -> float:
        """Estimated standard deviation of the error of so many periods."""
        of = self.shop.forecast
        if isinstance(of, mk.KnownMean):
            return (self.sd or 0.0) * math.sqrt(periods)
        squares = of.error.measure == "mse"
        sd = self.sd if of.error.initial is None else of.error.initial
        span = periods if of.error.over == "cover" else 1
        value = 0.0 if sd is None else sd * sd * span if squares else sd * math.sqrt(span)
        past, level = [*map(float, of.history), *self.seen], start(of, self.mean)
        first = 1 if level is None else 0  # nothing stood before the first observation
        for n in range(first, len(past) - span + 1):
            stood = outlook(of, past[:n], level, self.mean)
            error = sum(past[n : n + span]) - sum(stood(k) for k in range(span))
            count = n - first + 1
            weight = of.error.smoothing if sd is not None else max(of.error.smoothing, 1 / count)
            value += weight * ((error * error if squares else math.sqrt(math.pi / 2) * abs(error)) - value)
        one = math.sqrt(value) if squares else value
        return one if span == periods else one * math.sqrt(periods)

    def wanted(self, t: int) -> float:
        policy = self.shop.policy
        match type(policy).__name__:
            case "RatePlan":
                return float(policy.quantities[t % len(policy.quantities)])
            case "OrderUpTo":
                cover = policy.cover or self.cover
                forecast = sum(self.expected(k) for k in range(cover))
                target = forecast + policy.safety
                if policy.factor:
                    target += policy.factor * self.spread(cover)
                rate = forecast / cover * self.shop.review_period
                q = (1 - policy.smoothing) * rate + policy.smoothing * (target - self.position)
                return float(q if policy.returns else max(0.0, q))
            case "FollowForecast":
                ahead = self.shop.lead_time.value - self.early if policy.ahead is None else policy.ahead
                until = self.shop.review_period
                q = sum(self.expected(ahead + k) for k in range(until)) + policy.safety
                return float(max(0.0, q + policy.factor * self.spread(until)))
            case "DemandDriven":
                window = mk.MovingAverage(policy.window)
                usage = max(0.0, outlook(window, self.seen, self.mean)(0))
                return _driven(policy.buffer, usage, self.position)
            case "MaterialPlan":
                if t % self.shop.review_period == 0:
                    self.planned = self.material_plan(policy)
                return self.planned.pop(0) if self.planned else 0.0
        raise TypeError(policy)

    def material_plan(self, policy: Any) -> list[float]:
        """Netting over the horizon, bucket by bucket; lot for lot, fixed lots, or lots of some periods."""
        wait = self.shop.lead_time.value - self.early
        firm = self.planned[: policy.fence]
        receipts = [0.0] * policy.horizon
        for lot in self.under_way:
            bucket = lot.left - self.early
            if bucket < policy.horizon:
                receipts[bucket] += lot.counted
        for b, q in enumerate(firm):
            if b + wait < policy.horizon:
                receipts[b + wait] += q
        projected, needs = self.on_hand - self.backlog, []
        for b in range(policy.horizon):
            projected += receipts[b] - max(0.0, self.expected(b))
            if b >= wait + len(firm):
                short = max(0.0, policy.safety - projected)
                projected += short
                needs.append(short)
        return firm + _lots(policy.lots, needs)


def _lots(rule: Any, needs: list[float]) -> list[float]:
    lots, stock, ahead = [], 0.0, 0
    for b, need in enumerate(needs):
        lot = 0.0
        if isinstance(rule, mk.LotForLot):
            lot = need
        elif isinstance(rule, mk.FixedQuantity):
            while stock + lot < need - 1e-9:
                lot += rule.quantity  # type: ignore[operator]
            stock += lot - need
        elif isinstance(rule, mk.PeriodQuantity):
            assert isinstance(rule.periods, int)
            if ahead == 0 and need > 1e-9:
                lot, ahead = sum(needs[b : b + rule.periods]), rule.periods
            ahead = max(0, ahead - 1)
        lots.append(lot)
    return lots


def _driven(buffer: Any, usage: float, position: float) -> float:
    yellow = usage * buffer.lead_time
    base = yellow * buffer.lead_time_factor
    red = base * (1 + buffer.variability_factor)
    green = max(buffer.minimum, usage * buffer.cycle, base)
    return float(red + yellow + green - position) if position <= red + yellow else 0.0
