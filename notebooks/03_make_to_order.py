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
GOAL = f"OTIF of {100 * OTIF:g} %"


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
# of the order, of the kit and of the finished set. Rows that cannot be used are named, never dropped in
# silence.
#
# What no such file knows is **how long the work takes**. We assume shares of work and teams, and one number,
# the *pace*, is fitted: with it the shop has the mean lead time of the file.

# %%
STEPS = {"fabrication": (0.30, 0.15), "assembly": (0.40, 0.45), "test": (0.10, 0.25)}  # per order, per set
TEAMS = {"fabrication": 2, "assembly": 3, "test": 2}


def law(days):
    """Times of work vary by half of their mean."""
    return mk.Lognormal(mean=days, sd=0.5 * days)


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


MADE_UP = line(
    mk.OrderBook(1.8, size=mk.Geometric(mean=2.2, start=1), variants=[5, 3, 2]), mk.Lognormal(mean=9, sd=3)
)


def made_up():
    """An order book as an ERP system would show it: a row per set, dates as days."""
    future = mk.simulate(MADE_UP, periods=290, warm_up=200, replications=1, seed=SEED, keep="orders").orders
    sets = np.repeat(np.arange(future["order"].size), future["size"].astype(int))
    dates = {"order_date": "arrival", "ckd_received": "material", "finished": "left"}
    columns = {name: np.floor(future[kept][sets] - 200) for name, kept in dates.items()}
    return {
        "order_id": sets,
        "canopy": np.array(["open", "canopy", "tower"])[future["variant"][sets]],
        **columns,
    }


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


LONG = {"periods": 700, "warm_up": 250, "seed": SEED, "name": "gensets"}
seen = history.lead_times()
paces = np.linspace(0.1, 1.2, 12)
levels = [
    mk.simulate(line(book(), KIT, pace), **LONG, replications=32, half="training").mean("lead_time").value
    for pace in paces
]
steady = np.isfinite(levels)
pace, slow, fast = np.interp(
    seen.mean() + np.array([0, 1, -1]) * interval(seen)[1], np.array(levels)[steady], paces[steady]
)
shop = line(book(), KIT, pace)
run = mk.simulate(shop, **LONG, replications=300)
print(f"{RATE:.2f} orders a day of {history.quantity.mean():.2f} sets; kits {told(kits)} days")
print(
    f"lead time in the file {told(seen)} days (as if orders were independent), in the shop",
    run.mean("lead_time"),
)
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

bins = np.arange(0, np.ceil(max(seen.max(), np.quantile(times, 0.999))) + 3, 2)
(ax,) = panels(1, width=7)
ax.hist(times.ravel(), bins, density=True, color=COLOURS["sky"], label="400 replays")
outline = {"histtype": "step", "color": COLOURS["vermilion"], "linewidth": 1.6}
ax.hist(seen, bins, density=True, label="the file", **outline)
ax.legend(frameon=False, fontsize=9)
say(ax, "The orders of the file, replayed", "lead time (days)", "share of orders per day")
plt.show()

# %% [markdown]
# Each replay opens an empty shop, while the file found one at work; so the replays are a little fast. Beyond
# that the file should look like one replay among many.
#
# ## 2 Where does the lead time go?

# %%
QUEUES = ("material_time", "waiting_time", "making_time")
parts = {name: run.mean(name) for name in (*QUEUES, "lead_time")}
total = parts["lead_time"].value
assert np.isclose(sum(parts[name].value for name in QUEUES), total)  # nothing else takes time here
assert parts["making_time"].value < total / 2
left, right = panels(2, height=3.0)
for row, (name, colour) in enumerate(zip(QUEUES, ("orange", "vermilion", "blue"), strict=True)):
    one = parts[name]
    left.barh(row, one.value, color=COLOURS[colour], xerr=one.value - one.low, ecolor="black", capsize=2)
    left.text(
        one.high + 0.02 * total,
        row,
        f"{one.value:.1f} days, {one.value / total:.0%}",
        va="center",
        fontsize=9,
    )
left.set_yticks(range(3), ["kit called off", "waiting in queues", "on servers"])
left.invert_yaxis()
left.margins(x=0.3)
say(left, f"Mean lead time: {total:.1f} days", "days", "")
queue, busy = run.station("queue"), run.station("utilisation")
for row in range(len(run.stations)):
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
constant = mk.simulate(shop.replace(quote=mk.Sweep(quotes, name="quote")), **LONG, replications=100)
left, right = panels(2)
mk.plot_otif(constant, ax=left)
left.set_xlabel("quoted lead time (days)")
mk.plot_lead_time(run, quote=round(float(run.distribution().quantile(OTIF).value)), ax=right)
right.set_xlabel("lead time (days)")
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


def batches(shop, measure, replications=16, **options):
    """A measure of a run in batches; the k-th batch meets the same customers in every shop."""
    options = {**LONG, "replications": replications, **options}
    starts = replications * np.arange(BATCHES)
    return np.array([measure(mk.simulate(shop, **options, first_replication=int(k))) for k in starts])


GRID = np.array([0.7, 0.75, 0.8, 0.85, 0.9, 0.925, OTIF, 0.97, 0.98, 0.99])


def promise(run):
    """Mean quote that gives each OTIF of the grid; OTIF as it is; share of the variance that is foreseen."""
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
        f"mean quote at an {GOAL} (days)": told(mean, 2),
        "shorter than one for all by (days)": told(kept[ONE][:, at] - mean, 2) if name != ONE else "",
        "foresees, of the variance": f"{foreseen.mean():.0%}",
    }
pd.DataFrame(table).transpose()

# %%
for name in (FORWARD, QUANTILE):
    gain, half = interval(kept[ONE][:, at] - kept[name][:, at])
    verdict = "shorter" if gain > half else "longer" if gain < -half else "not clearly shorter or longer"
    print(f"{name}: at the same OTIF its mean promise is {verdict} ({gain:.2f} ± {half:.2f} days)")
print(
    f"asked for {100 * OTIF:g} % without a buffer, “{QUANTILE}” keeps {told(100 * kept[QUANTILE][:, -2])} %"
)
kit_share = (KIT.summary().sd / run.distribution("lead_time").sd().value) ** 2
print(f"the kit alone makes {100 * kit_share:.0f} % of the variance of lead times")

# %% [markdown]
# A rule gains what it foresees, and no more: the work in front and the order's own size. It cannot foresee
# the kit, whose lead time is drawn after the promise is made. Where most of the spread comes from suppliers,
# the best quoting rule saves little, and the way to shorter promises is a supplier who keeps dates.
#
# ## 4 What does a day less cost?
#
# Now one quote for all, with an OTIF of 95 %: the promise is the 95 % quantile of the lead time. Four ways to
# shorten it, each on the same customers as the shop of today, with made-up money:
#
# * **one more team** at the busiest station, for 900 € a day, busy or not;
# * **overtime** there: while more than two days of work wait in front of each team, it does a quarter more a
#   day; regular work done in that time costs 450 € a day extra;
# * **kits by air**: a fifth shorter, mean and spread, for 150 € a set;
# * **fewer orders**: one in twenty is declined, whoever asks; a set contributes 3,000 €.
#
# The price of a day is what a lever costs divided by the days it takes off the promise, both as differences
# within batches; the interval of the ratio leaves out one batch at a time (jackknife).

# %%
busiest = run.stations[int(run.load.argmax())]
TEAM, OVERTIME, AIR, MARGIN = 900, 450, 150, 3000
money = mk.OrderCosts(price=MARGIN, overtime=OVERTIME)


def staffed(shop, more=0, **station):
    """The shop with another busiest station, and what its teams cost."""
    stations = [
        s.replace(servers=s.servers + more, **station) if s.name == busiest else s for s in shop.stations
    ]
    teams = sum(s.servers for s in stations)
    return shop.replace(stations=stations, costs=money.replace(fixed=TEAM * teams))


flown = mk.Lognormal(mean=0.8 * kits.mean(), sd=0.8 * kits.std(ddof=1))
by_air = staffed(line(book(), flown, pace))
LEVERS = {
    "today": (staffed(shop), "grey"),
    f"one more team ({busiest})": (staffed(shop, 1), "blue"),
    f"overtime ({busiest})": (staffed(shop, overtime=mk.Overtime(above=2, below=1, factor=1.25)), "green"),
    "kits by air": (by_air.replace(costs=by_air.costs.replace(material=AIR)), "orange"),
    "one order in 20 declined": (staffed(line(book(0.95 * RATE), KIT, pace)), "purple"),
}


def promise_and_profit(run):
    """One quote for all that gives the OTIF, and profit per day before kits and overheads."""
    return np.array([run.distribution("lead_time").quantile(OTIF).value, run.mean("profit").value])


found = {name: batches(one, promise_and_profit, metrics=["profit"]) for name, (one, _) in LEVERS.items()}


def jackknife(f, *samples):
    """A function of means over batches, and the half-width of its 95 % interval, by leaving out one each."""
    each = [f(*(np.delete(x, k).mean() for x in samples)) for k in range(BATCHES)]
    spread = np.sqrt((BATCHES - 1) * np.var(each))
    return f(*(x.mean() for x in samples)), t.ppf(0.975, BATCHES - 1) * spread


# Days less and extra cost, by batch; a price only where there is a day less to be seen.
effects = {name: (found["today"] - one).T for name, one in found.items() if name != "today"}
prices = {
    name: jackknife(lambda less, more: more / less, *effect)
    for name, effect in effects.items()
    if np.subtract(*interval(effect[0])) > 0
}

(ax,) = panels(1, width=7.5)
ax.plot(0, 0, "o", color=COLOURS["grey"])
ax.annotate("today", (0, 0), (6, -12), textcoords="offset points", color=COLOURS["grey"], fontsize=9)
rows = {"today": {"promise (days)": told(found["today"][:, 0])}}
for name, (less, more) in effects.items():
    (x, dx), (y, dy), colour = interval(less), interval(more), COLOURS[LEVERS[name][1]]
    ax.plot([0, x], [0, y], color=colour, linewidth=1, alpha=0.5)
    ax.errorbar(x, y, dy, dx, fmt="o", color=colour, markersize=5, capsize=2, label=name)
    rows[name] = {
        "promise (days)": told(found[name][:, 0]),
        "days less": told(less, 2),
        "costs (€ per day)": told(more, 0),
        "€ per day, for a day less": "{:,.0f} ± {:,.0f}".format(*prices[name]) if name in prices else "–",
    }
ax.legend(frameon=False, fontsize=9)
ax.margins(0.12)
say(
    ax,
    "The steeper, the dearer a day (95 %)",
    f"days less promised at an {GOAL}",
    "extra cost (€ per day)",
)
plt.show()
pd.DataFrame(rows).transpose().fillna("")

# %%
cheapest, *others = sorted(prices, key=prices.get)
print(f"cheapest day: {cheapest}")
for name in others:
    ratio, half = jackknife(lambda a, b, c, d: (b / a) / (d / c), *effects[name], *effects[cheapest])
    print(f"{name}: {ratio:.1f} ± {half:.1f} times as much")
hurry = found["today"][:, 0] - kept[FORWARD][:, at]
print(f"for nothing: promises by forward loading (section 3), {told(hurry, 2)} days shorter on average")

# %% [markdown]
# The longest bar of section 2 need not be the cheapest to shorten. Capacity works on the queue, and how much
# there is to take off depends on how full the shop is (section 6): a team or overtime that saves days in a
# full shop saves hours in a slack one. A team is bought whole, overtime only when it is needed. Shorter kits
# take off about the same days, full or slack.
#
# ## 5 Who is first in the queue?
#
# Two kinds of customers: **rental** firms, a quarter of the orders, want their sets soon; **projects** plan
# ahead. Now the promise is the date they ask for, and the queue may be served first come, first served, by
# the earliest promised date (EDD), or rental first.

# %%
soon, later = (round(float(run.distribution("lead_time").quantile(p).value)) for p in (0.8, 0.99))
CUSTOMERS = [
    mk.CustomerClass("rental", share=1, priority=0, requested_lead_time=soon),
    mk.CustomerClass("projects", share=3, priority=1, requested_lead_time=later),
]
DISPATCH = {
    "fcfs": ("first come, first served", "grey"),
    "edd": ("earliest date", "blue"),
    "priority": ("rental first", "vermilion"),
}


def lateness(run):
    """Share late of each class, then mean lead time of each class."""
    return np.concatenate([run.by_class(name).value for name in ("tardy_share", "lead_time")])


asked = line(book(classes=CUSTOMERS), KIT, pace)
late = {rule: batches(asked.replace(dispatch=rule), lateness) for rule in DISPATCH}

left, right = panels(2, height=3.0, sharey=True)
for row, (rule, (_, colour)) in enumerate(DISPATCH.items()):
    for ax, scale, first in ((left, 100, 0), (right, 1, 2)):
        for k, marker in ((0, "o"), (1, "s")):
            mean, half = interval(scale * late[rule][:, first + k])
            ax.errorbar(mean, row, xerr=half, fmt=marker, color=COLOURS[colour], markersize=5, capsize=2)
            above = {"textcoords": "offset points", "ha": "center", "va": "center", "fontsize": 8}
            ax.annotate(CUSTOMERS[k].name, (mean, row), (0, 11 - 22 * k), **above)
left.set_yticks(range(len(DISPATCH)), [text for text, _ in DISPATCH.values()])
left.set_ylim(len(DISPATCH) - 0.4, -0.6)
for ax in (left, right):
    ax.margins(x=0.12)
say(left, f"Late, asked for {soon} and {later} days (95 %)", "late orders (%)", "")
say(right, "Lead time (95 %)", "mean lead time (days)", "")
plt.show()
changes = {}
for rule, (text, _) in list(DISPATCH.items())[1:]:
    gap = late[rule] - late["fcfs"]
    changes[f"{text}, against first come"] = {
        **{f"{c.name}: late (points)": told(100 * gap[:, k], 2) for k, c in enumerate(CUSTOMERS)},
        **{f"{c.name}: lead time (days)": told(gap[:, 2 + k], 2) for k, c in enumerate(CUSTOMERS)},
    }
pd.DataFrame(changes).transpose()

# %%
share = np.array([c.share for c in CUSTOMERS]) / sum(c.share for c in CUSTOMERS)
pairs = {f"{c.name}, against first come": ("fcfs", k) for k, c in enumerate(CUSTOMERS)}
pairs |= {
    "all orders, against first come": ("fcfs", None),
    "all orders, against rental first": ("priority", None),
}
for who, (other, k) in pairs.items():
    gap = 100 * (late["edd"] - late[other])[:, :2]
    gap, half = interval(gap @ share if k is None else gap[:, k])
    verdict = "less often" if gap < -half else "more often" if gap > half else "about as often"
    print(f"by earliest date, late {verdict}: {who} ({gap:+.2f} ± {half:.2f} points)")

# %% [markdown]
# No rule makes work disappear: what rental saves in the queue, projects wait. But waiting hurts only where it
# makes an order late. By earliest date an order that is in no danger lets others pass, whoever it belongs to;
# a plain priority does not ask. Either costs nothing but discipline, and either can only use what waits in
# the queue: an order whose kit is late is late.
#
# ## 6 The full shop
#
# More orders with the same teams: the rate of orders is swept so that the load of the busiest station goes
# from one half to more than it can do. Near 1 the mean itself takes years to settle, so we wait 600 days
# before we count, and stop at 92 %.

# %%
loads = np.array([0.5, 0.6, 0.7, 0.8, 0.87, 0.92, 1.02, 1.1])
rates = (RATE * loads / run.load.max()).round(2)
full = mk.simulate(
    line(book(mk.Sweep(rates, name="rate")), KIT, pace), periods=1200, warm_up=600, replications=60, seed=SEED
)
(ax,) = panels(1, width=7.5)
mk.plot_load(full, ax=ax)
ax.set_ylabel("lead time (days)")
plt.show()
print(full.status, full.unstable, sep="; ")
print(full.warnings[0])
assert np.isnan(full.mean("lead_time").value[full.unstable]).all()

# %% [markdown]
# The last customers are dear ones: from a load of one half on the curve is nearly flat, and then it is not.
# For a load of 1 and more there is no long run, and the run says so instead of printing the mean of a queue
# that grows as long as we look: `status` is `unstable`, and the flow metrics are NaN.
#
# **A shop that opens is a fair question all the same.** How long did it take in the first 60 days? On day 60
# many orders are still open, and they are the slow ones. Who takes the delivered orders only, as most reports
# do, sees a fast shop. The Kaplan–Meier estimate (`incidence`) lets open orders count for as long as they
# were seen. Here we can do what nobody can in time to report: follow the same orders to their end.

# %%
SHORT = {"periods": 60, "warm_up": 0}


def delivered_only(run):
    """90 % quantile of what was delivered, the same by Kaplan–Meier, and open orders."""
    took = run.orders.lead_time
    return np.array([np.nanquantile(took, 0.9), run.incidence().quantile(0.9), np.isnan(took).mean()])


figure_axes = panels(2, sharey=True)
rows = {}
for ax, load in zip(figure_axes, (0.8, 1.3), strict=True):
    busy = line(book(RATE * load / run.load.max()), KIT, pace)
    options = {**SHORT, "keep": "orders", "replications": 10}
    cut = batches(busy, delivered_only, **options, drain=0)
    true = batches(busy, delivered_only, **options)[:, 0]
    naive_gap, gap = cut[:, 0] - true, cut[:, 1] - true
    assert sum(interval(naive_gap)) < 0  # delivered orders alone look fast
    rows[f"load {load:g}"] = {
        "open on day 60": f"{cut[:, 2].mean():.0%}",
        "90 % within (days), followed to the end": told(true),
        "delivered only, error": told(naive_gap),
        "Kaplan–Meier, error": told(gap),
    }
    sample = {"seed": SEED, **SHORT, "replications": 200, "keep": "orders"}
    one, end = (mk.simulate(busy, **sample, **more) for more in ({"drain": 0}, {}))
    most = np.quantile(end.orders.lead_time, 0.995)
    took = np.sort(one.orders.lead_time[~np.isnan(one.orders.lead_time)])
    curve = one.incidence()
    whole = end.incidence()
    ax.plot(
        whole.times, whole.delivered, color="black", linestyle=":", linewidth=2, label="followed to the end"
    )
    ax.plot(curve.times, curve.delivered, color=COLOURS["blue"], label="Kaplan–Meier on day 60")
    ax.plot(
        took,
        np.arange(1, took.size + 1) / took.size,
        color=COLOURS["vermilion"],
        label="delivered by day 60 only",
    )
    say(
        ax,
        f"First 60 days at a load of {load:g}",
        "lead time (days)",
        "share of orders delivered",
        xlim=(0, most),
    )
figure_axes[0].legend(frameon=False, fontsize=9, loc="lower right")
plt.show()
pd.DataFrame(rows).transpose()

# %% [markdown]
# Delivered orders alone are always too fast. Kaplan–Meier mends what was cut off, and is right where orders
# that come late fare like those that come early. In a shop that fills up they do not: those that come last
# meet the longest queue and are seen for the shortest time, and no estimate can know what it has not seen.
#
# ## 7 What would you sign?

# %%
rows, ends, halves = {}, [], []
shops = {
    f"{name}, pace {speed:.2f}": line(book(), KIT, speed)
    for name, speed in {"fast end": fast, "as fitted": pace, "slow end": slow}.items()
}
for name, one in (shops if present else {**shops, "the shop that made the file": MADE_UP}).items():
    one = mk.simulate(one, **LONG, replications=300, metrics=["otif"])
    quantile = one.distribution("lead_time").quantile(OTIF)
    ends.append(quantile.value)
    halves.append(quantile.high - quantile.value)
    rows[name] = {
        "load": f"{one.load.max():.2f}",
        f"promise at an {GOAL} (days)": f"{ends[-1]:.1f} ± {halves[-1]:.1f}",
    }
assert ends[2] - ends[0] > 2 * max(halves)
assert present or abs(ends[3] - ends[1]) > halves[1]
pd.DataFrame(rows).transpose()

# %% [markdown]
# The Monte Carlo interval is the smaller doubt. The pace was fitted to a few months of orders, and the ends
# of that interval give other promises. That range is the one to sign with, and even it takes the kits, the
# rate and the shares of work as known. Where the file is made up we know the shop that made it, and can look
# (last row): the promise as fitted misses it by more than its Monte Carlo interval says.
#
# **What the model leaves out**
#
# * *Weekends and shifts.* Days are all alike; with `mk.WorkingHours` work would stop at night and go on.
# * *Customers who walk away* at a long promise (`valuation`, `waiting_sensitivity`, `mk.Acceptance`): here
#   everybody orders. Then a day less also brings orders, and is worth more than it saves.
# * *Dates that are not kept cost nothing here.* `mk.OrderCosts(tardiness=…)` gives OTIF a price in place of a
#   target.
# * *One kit per order.* An order waits for its kit as a whole; with engines in stock (`mk.StockedMaterial`)
#   the question becomes how many.
# * *Teams are equal and never sick*, no machine fails (`mk.Breakdowns`), and a variant needs no setup.
