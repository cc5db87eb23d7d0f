"""A stock plan as a short text for a terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .stock_plan import target_words
from .table import Table, show

if TYPE_CHECKING:
    from .stock_plan import StockPlan

__all__ = ["CAVEATS", "lead_words", "policy_words", "priced", "report", "review_words"]

CAVEATS = (
    "What a bootstrap cannot know: no demand above the largest one observed, no trend, no season, "
    "and periods before a part was introduced look like periods without demand. A level that is the "
    "best for one history promises a little too much on the next, even if nothing changes. "
    "The Monte Carlo interval shrinks with more replications, the input interval only with a longer history."
)
_SHOWN_PROBLEMS = 5


def report(plan: StockPlan, rows: int) -> str:
    """What was asked, what comes out, and what it cannot know."""
    s = plan.settings
    lines = [
        f"{plan.history.source}: {len(plan)} parts × {len(plan.history.periods)} periods; "
        f"lead time {lead_words(s)}, review every {review_words(s)}, {policy_words(s)}, "
        f"target {target_words(s)}",
        "parts: " + ", ".join(f"{n} {status}" for status, n in plan.statuses.most_common()),
    ]
    problems = plan.problems
    lines += [f"  {problem}" for problem in problems[:_SHOWN_PROBLEMS]]
    if len(problems) > _SHOWN_PROBLEMS:
        lines.append(f"  … and {len(problems) - _SHOWN_PROBLEMS} more; stock.csv has them all")
    if plan.totals:
        lines += [*_totals(plan), "", _head(plan, rows), ""]
    lines += [*_wrapped(CAVEATS, 96), f"Repeat with key 0x{s['key']:016x}."]
    return "\n".join(lines)


def lead_words(settings: dict[str, Any]) -> str:
    """The lead time as it was given."""
    lead = settings["lead_time"]
    if isinstance(lead, str):
        return f"from column {lead!r}"
    return _periods(lead["value"]) if "value" in lead else str(lead["law"])


def review_words(settings: dict[str, Any]) -> str:
    """What lies between two reviews."""
    every = settings["review_period"]
    return "period" if every == 1 else _periods(every)


def _periods(count: float) -> str:
    return f"{count:g} period{'' if count == 1 else 's'}"


def policy_words(settings: dict[str, Any]) -> str:
    """The policy in the words of the field."""
    names = {"base_stock": "base stock", "min_max": "min–max (s, S)", "reorder_quantity": "lots (r, nQ)"}
    return names[settings["policy"]]


def _totals(plan: StockPlan) -> list[str]:
    s, totals = plan.settings, plan.totals
    percent = f"{100 * s['confidence']:g} %"

    def told(name: str, digits: int = 0) -> str:
        t = totals[name]
        return f"{t['value']:,.{digits}f} [{t['low']:,.{digits}f}, {t['high']:,.{digits}f}]"

    level = sum(d.level for d in plan if d.decided)
    lines = [
        f"levels sum to {level:,.0f} units; mean stock on hand {told('on_hand', 1)} units",
        f"fill rate of the portfolio {told('fill', 4)} "
        f"(Monte Carlo, {percent}, {s['replications']} fresh replications of {s['periods']} periods)",
    ]
    if "tied_up" in totals:
        lines.append(f"money tied up in stock {told('tied_up')}")
    if "cost" in totals:
        parts = ", ".join(f"{kind} {told(f'{kind}_cost')}" for kind in priced(totals))
        lines.append(f"cost per year {told('cost')}" + (f": {parts}" if parts else ""))
    if s["resamples"]:
        lines += _open_question(plan, percent)
    return lines


def priced(totals: dict[str, Any]) -> list[str]:
    """The kinds of cost that are not nought because nobody gave a rate."""
    kinds = ("holding", "order", "shortage")
    return [kind for kind in kinds if totals.get(f"{kind}_cost", {}).get("high", 0.0) > 0.0]


def corrected_fill(plan: StockPlan) -> float:
    """The portfolio's fill rate less the optimism of its parts; NaN where that is not what was aimed at."""
    if plan.settings["target"] != "fill" or not plan.settings["resamples"]:
        return math.nan
    known = [d for d in plan if d.decided and not math.isnan(d.optimism)]
    demand = sum(d.mean_demand for d in plan if d.decided)
    gap = sum(d.mean_demand * d.optimism for d in known)
    return float(plan.totals["fill"]["value"]) - gap / demand if demand else math.nan


def _open_question(plan: StockPlan, percent: str) -> list[str]:
    decided = [d for d in plan if d.decided and not math.isnan(d.input_low)]
    if not decided:
        return ["input uncertainty: no part had any to show"]
    if plan.settings["target"] == "cost":
        worst = sum(d.input_high for d in decided)
        return [
            f"had the history turned out otherwise (input uncertainty, {percent}): the costs of the parts "
            f"could reach {worst:,.0f} in sum, if all had bad luck"
        ]
    lows = sorted(d.input_low for d in decided)
    name = "fill rate" if plan.settings["target"] == "fill" else "α service"
    aim = plan.settings[f"target_{plan.settings['target']}"]
    lines = [
        f"had the history turned out otherwise (input uncertainty, {percent}): the median part's "
        f"{name} could be as low as {lows[len(lows) // 2]:.3f}"
    ]
    if not isinstance(aim, str):
        miss = sum(d.input_low < aim - 0.05 for d in decided)
        lines[0] += f";\n{miss} of {len(decided)} parts could miss the target by more than 0.05"
    corrected = corrected_fill(plan)
    if not math.isnan(corrected):
        lines.append(
            "less the optimism of levels chosen on the history that judges them, the portfolio's fill rate "
            f"is {corrected:.4f}"
        )
    return lines


def _head(plan: StockPlan, rows: int) -> str:
    lots = plan.settings["policy"] != "base_stock"
    costly = "cost" in plan.totals
    columns = ["part", "periods", "mean demand", "zeros", "ADI", "CV²", "class"]
    columns += ["lot", "reorder"] if lots else []
    columns += ["level", "fill [Monte Carlo]", f"{_measure(plan)} [input]", "level [input]", "on hand"]
    columns += ["cost"] if costly else []
    listed: list[list[Any]] = []
    for d in plan.decisions[:rows]:
        fill = f"{d.fill:.3f} [{d.fill_low:.3f}, {d.fill_high:.3f}]" if d.decided else "–"
        given = not math.isnan(d.input_low)
        digits = 0 if plan.settings["target"] == "cost" else 3
        inputs = f"[{d.input_low:,.{digits}f}, {d.input_high:,.{digits}f}]" if given else "–"
        levels = f"[{show(d.level_low)}, {show(d.level_high)}]" if given else "–"
        zeros = "–" if math.isnan(d.zero_share) else f"{100 * d.zero_share:.0f} %"
        row: list[Any] = [d.part, d.observed, _round(d.mean_demand), zeros, _round(d.adi), _round(d.cv2)]
        row.append(f"{d.abc or '–'}{d.xyz or '–'}")
        row += [_round(d.order_size), _round(d.reorder)] if lots else []
        row += [d.level, fill, inputs, levels, _round(d.on_hand)]
        row += [_round(d.cost)] if costly else []
        listed.append([*row, d.status])
    more = len(plan) - len(listed)
    return Table([*columns, "status"], listed).text(rows) + (f"\n… and {more} more" if more else "")


def _measure(plan: StockPlan) -> str:
    return {"fill": "fill", "alpha": "α", "cost": "cost"}[str(plan.settings["target"])]


def _round(x: float) -> float:
    """Whole numbers as they are; of others three figures are enough for a screen."""
    return x if math.isnan(x) or x == int(x) else float(f"{x:.3g}")


def _wrapped(text: str, width: int) -> list[str]:
    import textwrap

    return textwrap.wrap(text, width)
