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


LONG = {"periods": 650, "warm_up": 250, "seed": SEED, "name": "gensets"}
seen = history.lead_times()
paces = np.linspace(0.1, 1.2, 12)
levels = [
    mk.simulate(line(book(), KIT, pace), **LONG, replications=20, half="training").mean("lead_time").value
    for pace in paces
]
steady = np.isfinite(levels)
pace, slow, fast = np.interp(
    seen.mean() + np.array([0, 1, -1]) * interval(seen)[1], np.array(levels)[steady], paces[steady]
)
shop = line(book(), KIT, pace)
run = mk.simulate(shop, **LONG, replications=200)
print(levels)
print(f"{RATE:.2f} orders a day of {history.quantity.mean():.2f} sets; kits {told(kits)} days")
print(f"lead time in the file {told(seen)} days (as if orders were independent), in the shop", run.mean("lead_time"))
print(f"pace {pace:.2f} ({fast:.2f} to {slow:.2f} at the ends of that interval)")
print("load:", ", ".join(f"{n} {x:.2f}" for n, x in zip(run.stations, run.load, strict=True)))
