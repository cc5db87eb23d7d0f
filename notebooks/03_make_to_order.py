# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What can we promise, and what does a day less cost?
#
# A maker of generator sets builds nothing before a customer has ordered. Engine and alternator come as a
# **kit** that is called off for the order; frame and canopy are **fabricated**, the set is **assembled** and
# **tested**. There is no engineering: every variant has its drawings. Customers ask one thing first, *when?*,
# and a competitor answers, too. So we ask where the lead time goes, what we can promise **95 times out of
# 100**, what a shorter promise costs, who should be first in the queue, and what happens when the shop is
# full.
#
# Periods are days; money is in €. Intervals are 95 % and Monte Carlo, unless they say otherwise.

# %%
import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.stats import t

import maketo as mk
from maketo.plots import COLOURS

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False})
SEED, OTIF = 7, 0.95


def panels(count, width=10.5, height=3.9, **options):
    """Axes side by side in a new figure."""
    figure = plt.figure(figsize=(width, height), layout="constrained")
    return figure.subplots(1, count, squeeze=False, **options)[0]


def interval(values):
    """Mean over batches and half-width of its 95 % t-interval."""
    values = np.asarray(values)
    return values.mean(), t.ppf(0.975, values.size - 1) * values.std(ddof=1) / np.sqrt(values.size)


def told(values, digits=1):
    """The same as text."""
    mean, half = interval(values)
    return f"{mean:,.{digits}f} ± {half:,.{digits}f}"


def say(ax, title, x, y, **limits):
    """Title and axes."""
    ax.set(xlabel=x, ylabel=y, **limits)
    ax.set_title(title, loc="left", fontsize=10)


# %% [markdown]
# ## 1 The orders and the shop
#
# Real orders are used where the file `aqt_genset_orders.csv` is (`MAKETO_DATA` names its folder); it is not
# part of this project. **The output below was made without it**: the order book is then one future of a shop
# that we made up, written down as an ERP system would. Both go the same way: one row per set, with the dates
# of the order, of the kit and of the finished set. Rows that cannot be used are named, not dropped in silence.
#
# What no such file knows is **how long the work takes**. We assume shares of work and teams, and one number,
# the *pace*, is fitted: with it the shop has the mean lead time of the file.

# %%
STEPS = {"fabrication": (0.30, 0.15), "assembly": (0.40, 0.45), "test": (0.10, 0.25)}  # per order, per set
TEAMS = {"fabrication": 2, "assembly": 3, "test": 2}


def law(days):
    """Times of work vary by half of their mean."""
    return mk.Gamma(mean=days, sd=0.5 * days)


def line(orders, kit, pace=1.0, **rules):
    """The shop; work times are `pace` times those above."""
    operations = [
        mk.Operation(name, time=law(pace * order), unit_time=law(pace * unit))
        for name, (order, unit) in STEPS.items()
    ]
    operations[-1] = operations[-1].replace(rework=0.06, rework_to="assembly", rework_most=2)
    stations = {name: mk.Station(servers=teams) for name, teams in TEAMS.items()}
    return mk.MakeToOrder(
        orders=orders, operations=operations, stations=stations, material=mk.CalledOff(kit), **rules
    )


def made_up():
    """An order book as an ERP system would show it: a row per set, dates as days."""
    book = mk.OrderBook(1.8, size=mk.Geometric(mean=2.2, start=1), variants=[5, 3, 2])
    shop = line(book, mk.Lognormal(mean=9, sd=3))
    future = mk.simulate(shop, periods=290, warm_up=200, replications=1, seed=SEED, keep="orders").orders
    sets = np.repeat(np.arange(future["order"].size), future["size"].astype(int))
    dates = {"order_date": "arrival", "ckd_received": "material", "finished": "left"}
    columns = {name: np.floor(future[kept][sets] - 200) for name, kept in dates.items()}
    return {"order_id": sets, "canopy": np.array(["open", "canopy", "tower"])[future["variant"][sets]], **columns}


file = Path(os.environ.get("MAKETO_DATA", "../../shared/data")) / "aqt_genset_orders.csv"
present = file.is_file()
source = file if present else made_up()
tables = {
    name: mk.read_orders(source, columns={"delivered_date": name, "variant": "canopy"}, dirty="report")
    for name in ("finished", "ckd_received")
}
history = tables["finished"].orders()
kits = tables["ckd_received"].orders().lead_times()
print(f"Data: {'real orders' if present else 'MADE UP by the package'};", history)
for one in dict.fromkeys(x for table in tables.values() for x in table.rejected):
    print(f"left out: line {one.line}, {one.column}: {one.reason}")
history.summary()


# %% [markdown]
# An order book has an edge: what came before the file begins is missing, and so are the slow ones among what
# came last. We take the rate from the middle 80 % of the orders, the sizes and variants as they are, and a
# lognormal law with mean and standard deviation of the kits.

# %%
start, end = np.quantile(history.order_time, [0.1, 0.9])
RATE = 0.8 * len(history) / (end - start)
shares = np.unique(history.variant, return_counts=True)[1]
KIT = mk.Lognormal(mean=kits.mean(), sd=kits.std(ddof=1))


def book(rate=RATE, **customers):
    """Potential orders as in the file."""
    return mk.OrderBook(rate, size=mk.Empirical(history.quantity), variants=shares, **customers)


LONG = {"periods": 500, "warm_up": 200, "seed": SEED, "name": "gensets"}
seen = history.lead_times()
paces = np.linspace(0.1, 1.2, 12)
levels = [
    mk.simulate(line(book(), KIT, pace), **LONG, replications=8, half="training").mean("lead_time").value
    for pace in paces
]
steady = np.isfinite(levels)
pace, slow, fast = np.interp(
    seen.mean() + np.array([0, 1, -1]) * interval(seen)[1], np.array(levels)[steady], paces[steady]
)
shop = line(book(), KIT, pace)
run = mk.simulate(shop, **LONG, replications=100)
print(f"{RATE:.2f} orders a day of {history.quantity.mean():.2f} sets; kits {told(kits)} days")
print(f"lead time in the file {told(seen)} days (as if orders were independent), in the shop", run.mean("lead_time"))
print(f"pace {pace:.2f} ({fast:.2f} to {slow:.2f} at the ends of that interval)")
print("load:", ", ".join(f"{n} {x:.2f}" for n, x in zip(run.stations, run.load, strict=True)))

# %% [markdown]
# The ends of the pace belong to the ends of the interval around the mean lead time of the file: a short
# history leaves much open, and we come back to that. Does the shop behave like the file? We give it **the
# very orders of the file** (`OrderBook.from_table`: times, sizes, variants) 400 times; only kits and work are
# drawn anew.

# %%
again = mk.simulate(
    line(mk.OrderBook.from_table(history), KIT, pace),
    periods=int(history.order_time.max()) + 1,
    replications=400,
    seed=SEED,
    keep="orders",
)
times = again.orders.lead_time.reshape(400, -1)
for name, of in {
    "mean": np.mean,
    "median": np.median,
    "90 % quantile": lambda x, axis: np.quantile(x, 0.9, axis),
}.items():
    low, high = np.quantile(of(times, 1), [0.025, 0.975])
    print(f"{name} of the file {of(seen, 0):.1f}, 95 % of the replays between {low:.1f} and {high:.1f} days")

left, right = panels(2)
bins = np.arange(0, np.ceil(max(seen.max(), np.quantile(times, 0.999))) + 3, 2)
left.hist(times.ravel(), bins, density=True, color=COLOURS["sky"], label="400 replays")
left.hist(seen, bins, density=True, histtype="step", color=COLOURS["vermilion"], linewidth=1.6, label="the file")
left.legend(frameon=False, fontsize=9)
say(left, "The orders of the file, replayed", "lead time (days)", "share of orders per day")
mk.plot_lead_time(run, ax=right)
right.set_xlabel("lead time (days)")
right.set_title("The shop in the long run", loc="left", fontsize=10)
plt.show()

# %% [markdown]
# ## 2 Where does the lead time go?

# %%
QUEUES = ("material_time", "waiting_time", "making_time")
parts = {name: run.mean(name) for name in (*QUEUES, "lead_time")}
total = parts["lead_time"].value
assert np.isclose(sum(parts[name].value for name in QUEUES), total)  # nothing else takes time here
left, right = panels(2, height=3.0)
for row, (name, colour) in enumerate(zip(QUEUES, ("orange", "vermilion", "blue"), strict=True)):
    one = parts[name]
    left.barh(row, one.value, color=COLOURS[colour], xerr=one.value - one.low, ecolor="black", capsize=2)
    left.text(one.high + 0.02 * total, row, f"{one.value:.1f} days, {one.value / total:.0%}", va="center", fontsize=9)
left.set_yticks(range(3), ["kit called off", "waiting in queues", "on servers"])
left.invert_yaxis()
left.margins(x=0.3)
say(left, f"Mean lead time: {total:.1f} days", "days", "")
queue, busy = run.station("queue"), run.station("utilisation")
for row, name in enumerate(run.stations):
    right.barh(row, busy.value[row], color=COLOURS["sky"])
    text = f"busy {busy.value[row]:.0%}, {queue.value[row]:.2f} orders in queue"
    right.text(busy.value[row] + 0.02, row, text, va="center", fontsize=9)
right.set_yticks(range(3), run.stations)
right.invert_yaxis()
say(right, "Stations", "share of time that a team is busy", "", xlim=(0, 1.7))
right.set_xticks([0, 0.25, 0.5, 0.75, 1])
plt.show()
run.split()

# %% [markdown]
# Most of the time nothing happens to an order: it waits for its kit, or for a team. Only the last bar on the
# left is work. Whoever wants to promise less should look at the longest bar first, but the promise hangs on
# the *spread*, not on the mean; so we need the whole distribution.
#
# ## 3 What can we promise?
#
# **One quote for all.** On time in full (OTIF) is the share of accepted orders delivered complete by the date
# first promised. First come, first served, the quote changes nothing in the shop; so OTIF over the quote is
# the distribution of the lead time, read the other way.

# %%
quotes = run.distribution("lead_time")
quotes = [round(float(quotes.quantile(p).value), 1) for p in (0.3, 0.5, 0.65, 0.8, 0.88, 0.94, 0.97, 0.99)]
constant = mk.simulate(shop.replace(quote=mk.Sweep(quotes, name="quote")), **LONG, replications=30)
(ax,) = panels(1, width=7)
mk.plot_otif(constant, ax=ax)
ax.set_xlabel("quoted lead time (days)")
plt.show()

# %% [markdown]
# **A quote that looks at the shop.** A small order that finds the shop empty is done long before the date
# that suits a large one in a full shop. Two rules know the order and the work in front of it:
#
# * `ForwardLoading` (capable to promise) plans each operation behind the work in front of its station, with
#   mean times, and adds a buffer;
# * `QuantileQuote` fits a gamma law to what is in front at the busiest station and to the order's own work,
#   and quotes a quantile.
#
# A rule that promises shorter times is no better if it breaks more promises. So we compare **at the same
# OTIF**. First come, first served, that is simple: a buffer that is added to all quotes moves no order. If a
# share of 95 % of the orders takes at most b days longer than quoted, then with a buffer of b OTIF is 95 %,
# and the mean quote is b days longer. That holds for every rule, and for one quote for all (of 0 and a
# buffer).
#
# We do so in 20 batches of replications. All rules see the same orders, kits and work; the intervals are
# those over batches, and those of *differences* are of differences within a batch.

# %%
BATCHES = 20


def batches(shop, measure, replications=8, **options):
    """A measure of a run in batches; the k-th batch meets the same customers in every shop."""
    options = {**LONG, "replications": replications, **options}
    starts = replications * np.arange(BATCHES)
    return np.array([measure(mk.simulate(shop, **options, first_replication=int(k))) for k in starts])


GRID = np.array([0.7, 0.75, 0.8, 0.85, 0.9, 0.925, OTIF, 0.97, 0.98, 0.99])


def promise(run):
    """Mean quote that gives each OTIF of the grid; OTIF as it is; share of the variance that the quote foresees."""
    took, quote = run.orders.lead_time, run.orders["quote"]
    foreseen = 1 - np.var(took - quote) / np.var(took)
    return np.array([*quote.mean() + np.quantile(took - quote, GRID), run.mean("otif").value, foreseen])


ONE, FORWARD, QUANTILE = "one quote for all", "forward loading", "quantile of the queue"
RULES = {
    ONE: (0, "grey"),
    FORWARD: (mk.ForwardLoading(), "blue"),
    QUANTILE: (mk.QuantileQuote(OTIF), "vermilion"),
}
kept = {
    name: batches(shop.replace(quote=rule), promise, keep="orders", metrics=["otif"])
    for name, (rule, _) in RULES.items()
}
at = int(np.flatnonzero(GRID == OTIF)[0])

(ax,) = panels(1, width=7.5)
for name, (_, colour) in RULES.items():
    mean, half = np.array([interval(x) for x in kept[name][:, : GRID.size].T]).T
    ax.fill_betweenx(GRID, mean - half, mean + half, color=COLOURS[colour], alpha=0.25, linewidth=0)
    ax.plot(mean, GRID, color=COLOURS[colour], label=name)
ax.axhline(OTIF, color="black", linestyle=":", linewidth=1)
ax.legend(frameon=False, fontsize=9, loc="lower right")
say(ax, "What has to be promised on average (95 %)", "mean quoted lead time (days)", "OTIF (share of orders)")
plt.show()

table = {}
for name in RULES:
    mean, foreseen = kept[name][:, at], kept[name][:, -1]
    table[name] = {
        f"mean quote at OTIF {OTIF:.0%} (days)": told(mean, 2),
        "shorter than one for all by (days)": told(kept[ONE][:, at] - mean, 2) if name != ONE else "",
        "foresees, of the variance": f"{foreseen.mean():.0%}",
    }
pd.DataFrame(table).transpose()

# %%
for name in (FORWARD, QUANTILE):
    gain, half = interval(kept[ONE][:, at] - kept[name][:, at])
    verdict = "shorter" if gain > half else "longer" if gain < -half else "not clearly shorter or longer"
    print(f"{name}: at the same OTIF its mean promise is {verdict} ({gain:.2f} ± {half:.2f} days)")
print(f"asked for {OTIF:.0%} without a buffer, “{QUANTILE}” keeps {told(100 * kept[QUANTILE][:, -2])} %")
kit_share = KIT.summary().sd ** 2 / np.var(again.orders.lead_time)
print(f"the kit alone makes {100 * kit_share:.0f} % of the variance of lead times")

# %% [markdown]
# A rule gains what it foresees, and no more: the work in front and the order's own size. It cannot foresee
# the kit, whose lead time is drawn after the promise is made. Where most of the spread comes from suppliers,
# the best quoting rule saves little, and the way to shorter promises is a supplier who keeps dates.
