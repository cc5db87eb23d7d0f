"""A stock plan as one HTML page that needs nothing from elsewhere: pictures are inside, styles are inside."""

from __future__ import annotations

import base64
import html
import io
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._stock_report import CAVEATS, corrected_fill, lead_words, policy_words, priced, review_words
from .plots import COLOURS
from .stock_plan import PartDecision, target_words

if TYPE_CHECKING:
    from .stock_plan import StockPlan

__all__ = ["draw_exchange", "draw_pareto", "page"]

_TOP = 15
_LISTED = 25
_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #222; max-width: 1060px; margin: 2em auto;
  padding: 0 1em; }
h1 { font-size: 1.5em; margin-bottom: .1em; } h2 { font-size: 1.1em; margin: 1.6em 0 .4em; }
.sub { color: #6B6B6B; }
.cards { display: flex; flex-wrap: wrap; gap: .8em; margin: 1.2em 0; }
.card { border: 1px solid #ddd; border-radius: 6px; padding: .6em .9em; min-width: 9.5em; }
.card b { display: block; font-size: 1.35em; color: #0072B2; }
.card span { color: #6B6B6B; font-size: .85em; }
.row { display: flex; flex-wrap: wrap; gap: 1em; } .row figure { flex: 1 1 460px; margin: 0; }
img { width: 100%; } figcaption { color: #6B6B6B; font-size: .85em; }
table { border-collapse: collapse; font-size: .86em; } th, td { padding: .25em .6em; text-align: right; }
th { border-bottom: 1px solid #999; } tr:nth-child(even) td { background: #f7f7f7; }
td.t, th.t { text-align: left; } table.m td { border: 1px solid #ddd; background: none; }
.wide { overflow-x: auto; } .warn { color: #A33F00; }
@media print { body { margin: 0; max-width: none; } }
"""


def page(plan: StockPlan) -> str:
    """The whole page."""
    decided = [d for d in plan if d.decided]
    body = [_title(plan), _cards(plan)]
    if decided:
        body += [_pictures(plan), _matrix(plan, decided), _top_parts(plan, decided)]
    body += [_problems(plan), _conditions(plan)]
    title = html.escape(f"Stock plan: {plan.history.source}")
    head = f'<meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}{viewport}</head><body>\n'
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _title(plan: StockPlan) -> str:
    s = plan.settings
    text = (
        f"{len(plan)} parts × {len(plan.history.periods)} periods; {policy_words(s)}, "
        f"lead time {lead_words(s)}, review every {review_words(s)}; target: {target_words(s)}"
    )
    return (
        f'<h1>Stock plan: {html.escape(plan.history.source)}</h1><div class="sub">{html.escape(text)}</div>'
    )


def _cards(plan: StockPlan) -> str:
    statuses = ", ".join(f"{n} {status}" for status, n in plan.statuses.most_common())
    cards = [("parts decided", f"{sum(d.decided for d in plan)} of {len(plan)}", statuses)]
    percent = f"{100 * plan.settings['confidence']:g} %"

    def add(label: str, name: str, show: Callable[[float], str]) -> None:
        if name in plan.totals:
            t = plan.totals[name]
            cards.append((label, show(t["value"]), f"{percent}: {show(t['low'])} to {show(t['high'])}"))

    add("fill rate of the portfolio", "fill", lambda x: f"{100 * x:.2f} %")
    if plan.totals:
        corrected = corrected_fill(plan)
        if not math.isnan(corrected):
            cards.append(
                ("fill rate less optimism", f"{100 * corrected:.2f} %", "levels judged on other histories")
            )
    add("mean stock on hand (units)", "on_hand", _figure)
    add("money tied up in stock", "tied_up", _figure)
    add("orders per year", "orders_per_year", _figure)
    add("cost per year", "cost", _figure)
    for kind in priced(plan.totals):
        add(f"{kind} cost per year", f"{kind}_cost", _figure)
    shown = (
        f'<div class="card">{html.escape(a)}<b>{html.escape(b)}</b><span>{html.escape(c)}</span></div>'
        for a, b, c in cards
    )
    return f'<div class="cards">{"".join(shown)}</div>'


def _pictures(plan: StockPlan) -> str:
    try:
        import matplotlib
    except ImportError:
        return '<p class="sub">Pictures need matplotlib, which is not installed here.</p>'
    del matplotlib
    figures = []
    if "exchange" in plan.totals:
        figures.append(
            (
                draw_exchange,
                "What the whole portfolio's fill rate would take if every part had the same target, "
                "from 70 % to 99.5 % "
                "(levels searched again for each; 256 fresh futures).",
            )
        )
    figures.append((draw_pareto, "The parts where most stock lies, and their share of the whole."))
    shown = "".join(
        f'<figure><img alt="" src="data:image/png;base64,{_png(plan, draw)}"><figcaption>{html.escape(text)}'
        "</figcaption></figure>"
        for draw, text in figures
    )
    return f'<div class="row">{shown}</div>'


def _png(plan: StockPlan, draw: Callable[[StockPlan, Any], Any]) -> str:
    from ._stock_picture import new_figure

    figure = new_figure((6.4, 4.2))
    draw(plan, figure.subplots())
    data = io.BytesIO()
    figure.savefig(data, format="png", dpi=140, metadata={"Software": None})
    return base64.b64encode(data.getvalue()).decode()


def draw_exchange(plan: StockPlan, ax: Any) -> Any:
    """Service against stock for the portfolio, with the present plan marked."""
    points = plan.totals["exchange"]
    money = "tied_up" in plan.totals
    name = "tied_up" if money else "on_hand"
    x, y = [p[name] for p in points], [100 * p["fill"] for p in points]
    ax.plot(x, y, color=COLOURS["blue"], marker="o", markersize=4)
    for p, a, b in zip(points, x, y, strict=True):
        ax.annotate(
            f"{100 * p['target_fill']:g}",
            (a, b),
            textcoords="offset points",
            xytext=(5, -10),
            fontsize=8,
            color=COLOURS["grey"],
        )
    here, fill = plan.totals[name], plan.totals["fill"]
    ax.plot(here["value"], 100 * fill["value"], "D", color=COLOURS["vermilion"], markersize=8)
    ax.annotate(
        "this plan",
        (here["value"], 100 * fill["value"]),
        textcoords="offset points",
        xytext=(-8, 8),
        ha="right",
        color=COLOURS["vermilion"],
    )
    ax.set_xlim(left=0)
    ax.margins(y=0.12)
    ax.set_xlabel("money tied up in stock" if money else "mean stock on hand (units)")
    ax.set_ylabel("fill rate of the portfolio (% of units)")
    ax.set_title("Service against stock (at the dots: target per part, %)", loc="left", fontsize=10)
    return _finish(ax)


def draw_pareto(plan: StockPlan, ax: Any) -> Any:
    """The parts with most money (or units) in stock."""
    name = "tied_up" if "tied_up" in plan.totals else "on_hand"
    decided = sorted((d for d in plan if d.decided), key=lambda d: -getattr(d, name))
    top = decided[:_TOP]
    total = sum(getattr(d, name) for d in decided) or 1.0
    values = [getattr(d, name) for d in top]
    at = np.arange(len(top))
    ax.barh(at, values, color=COLOURS["sky"])
    share = 0.0
    for i, (d, value) in enumerate(zip(top, values, strict=True)):
        share += value / total
        ax.annotate(
            f"{_figure(value)}  ({d.abc or '–'}{d.xyz or '–'}; {100 * share:.0f} % so far)",
            (value, i),
            textcoords="offset points",
            xytext=(4, 0),
            va="center",
            fontsize=8,
        )
    ax.set_yticks(at, [_short(d.part) for d in top], fontsize=8)
    ax.invert_yaxis()
    ax.set_xlim(0, max(values, default=1.0) * 1.45 or 1.0)
    ax.set_xlabel("money tied up in stock" if name == "tied_up" else "mean stock on hand (units)")
    ax.set_title(f"Where the stock lies: {len(top)} of {len(decided)} parts", loc="left", fontsize=10)
    return _finish(ax)


def _matrix(plan: StockPlan, decided: Sequence[PartDecision]) -> str:
    """Counts and stock by class."""
    name = "tied_up" if "tied_up" in plan.totals else "on_hand"
    total = sum(getattr(d, name) for d in decided) or 1.0
    rows = []
    for a in "ABC":
        cells = []
        for x in "XYZ":
            members = [d for d in decided if (d.abc, d.xyz) == (a, x)]
            held = sum(getattr(d, name) for d in members)
            tint = f"rgba(0,114,178,{0.55 * held / total:.3f})"
            cells.append(
                f'<td style="background:{tint}">{len(members)} parts<br>{_figure(held)}<br>'
                f"{100 * held / total:.0f} %</td>"
            )
        rows.append(f'<tr><th class="t">{a}</th>{"".join(cells)}</tr>')
    what = "money in stock" if name == "tied_up" else "units in stock"
    kinds = ", ".join(
        f"{sum(d.pattern == k for d in decided)} {k}" for k in ("smooth", "intermittent", "erratic", "lumpy")
    )
    value = "demand value" if name == "tied_up" else "demand in units"
    return (
        f"<h2>Classes: parts, {what}, share</h2>"
        '<table class="m"><tr><th></th><th>X: steady (CV ≤ 0.5)</th><th>Y (CV ≤ 1)</th>'
        "<th>Z: erratic (CV &gt; 1)</th></tr>"
        f"{''.join(rows)}</table>"
        f'<p class="sub">A, B, C: parts that make up 80 %, the next 15 % and the last 5 % of {value}. '
        f"CV: coefficient of variation of demand per period. Kinds of demand: {kinds}.</p>"
    )


def _top_parts(plan: StockPlan, decided: Sequence[PartDecision]) -> str:
    """The parts that matter most."""
    money, costly = "tied_up" in plan.totals, "cost" in plan.totals
    lots = plan.settings["policy"] != "base_stock"
    name = "tied_up" if money else "on_hand"
    top = sorted(decided, key=lambda d: -getattr(d, name))[:_LISTED]
    columns: list[tuple[str, Callable[[PartDecision], str], bool]] = [
        ("part", lambda d: d.part, True),
        ("class", lambda d: f"{d.abc}{d.xyz} {d.pattern}", True),
        ("demand per period", lambda d: _figure(d.mean_demand), False),
        ("lead time", lambda d: _figure(d.lead_time), False),
    ]
    if lots:
        columns += [
            ("reorder at", lambda d: _figure(d.reorder), False),
            ("lot", lambda d: _figure(d.order_size), False),
        ]
    columns += [
        ("order up to", lambda d: _figure(d.level), False),
        ("fill rate, % [Monte Carlo]", lambda d: _interval(d.fill, d.fill_low, d.fill_high), False),
        ("on hand", lambda d: _figure(d.on_hand), False),
    ]
    if money:
        columns.append(("tied up", lambda d: _figure(d.tied_up), False))
    columns.append(("orders a year", lambda d: _figure(d.orders_per_year), False))
    if costly:
        columns.append(("cost a year", lambda d: _figure(d.cost), False))
    columns.append(("status", lambda d: d.status, True))

    def cell(tag: str, text: str, left: bool) -> str:
        return f"<{tag}{' class=t' if left else ''}>{html.escape(text)}</{tag}>"

    head = "".join(cell("th", name, left) for name, _, left in columns)
    rows = ("<tr>" + "".join(cell("td", show(d), left) for _, show, left in columns) + "</tr>" for d in top)
    return (
        f"<h2>The {len(top)} parts with most {'money' if money else 'units'} in stock</h2>"
        f'<div class="wide"><table><tr>{head}</tr>{"".join(rows)}</table></div>'
        '<p class="sub">All parts, with input intervals: stock.csv.</p>'
    )


def _problems(plan: StockPlan) -> str:
    problems = plan.problems
    if not problems:
        return ""
    listed = "".join(f"<li>{html.escape(p)}</li>" for p in problems[:20])
    more = f"<li>… and {len(problems) - 20} more, in stock.csv</li>" if len(problems) > 20 else ""
    return f'<h2 class="warn">Cells that could not be used</h2><ul>{listed}{more}</ul>'


def _conditions(plan: StockPlan) -> str:
    s = plan.settings
    names = {k: v for k, v in s.items() if k not in ("lead_time", "key", "target") and v is not None}
    told = "; ".join(f"{k.replace('_', ' ')} {v}" for k, v in names.items())
    text = (
        "Each part's demand is drawn, period by period and independently, from its own past; "
        "what is shown comes from replications that the search has not seen. Shortages "
        + (
            "wait."
            if s["backorder_share"] == 1.0
            else f"wait with a share of {s['backorder_share']:g}; the rest is lost."
        )
    )
    lots = (
        " Lots are the economic order quantity √(2 · order cost · demand / holding), at least the MOQ, "
        "rounded up to whole packs; reorder levels are never below 0."
        if s["policy"] != "base_stock"
        else ""
    )
    return (
        f"<h2>Conditions</h2><p>{html.escape(text + lots)}</p><p>{html.escape(CAVEATS)}</p>"
        f'<p class="sub">{html.escape(told)}. Repeat with key 0x{s["key"]:016x}.</p>'
    )


def _figure(x: float) -> str:
    """Four figures, with thousands apart."""
    if math.isnan(x):
        return "–"
    return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.4g}"


def _interval(value: float, low: float, high: float) -> str:
    return f"{100 * value:.1f} [{100 * low:.1f}, {100 * high:.1f}]"


def _short(name: str) -> str:
    return name if len(name) <= 18 else name[:17] + "…"


def _finish(ax: Any) -> Any:
    """Figures with thousands apart along x, few enough to stand apart themselves."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: _figure(x)))
    ax.spines[["top", "right"]].set_visible(False)
    return ax
