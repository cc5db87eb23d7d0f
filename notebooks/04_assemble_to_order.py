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
# # Half a year for a capacitor: what to keep on the shelf
#
# A small maker of engine electronics sells three boards. None is built ahead: the shop places parts on a bare
# board within the week of the order. But the parts come from makers who quote **6 to 29 weeks**, so they must
# be there before anyone orders. A board needs *all* of its parts; a capacitor for two cents stops one that
# sells for sixty dollars.
#
# So: which parts delay whom, how much stock does a promise of *95 % of boards in the week of the order* take,
# who should get parts when they are short, and what is it worth that boards share them?
#
# Periods are weeks; money is in US dollars. Intervals are 95 % and Monte Carlo.

# %%
import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import maketo as mk
from maketo.plots import plot_blame, plot_fill_investment

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False})
SEED, PERIODS, WARM_UP = 7, 416, 104
LATE = np.array([0, 2, 6])  # weeks later than quoted
CHANCE = np.array([0.7, 0.2, 0.1])
TARGET = 0.95

# %% [markdown]
# ## What goes in
#
# The parts of a board that conditions the signal of a crankshaft sensor, with the lead times their makers
# quoted and the cheapest price at a distributor, are public (speeduino, February 2021, the year of the
# shortage). They are read where the file is present; otherwise a table of our own with lead times like these
# stands in.

# %%
source = Path(os.environ.get("MAKETO_DATA", "../../shared/data")) / "speeduino_vr_sourcing.csv"
if source.exists():
    quotes = pd.read_csv(source)
    parts = quotes.groupby("mpn").agg(
        per_board=("qty_per_board", "first"),
        weeks=("mfr_lead_time_weeks", "first"),
        price=("unit_price", "min"),
    )
    print(f"{len(parts)} parts from {len(quotes)} quotes of {quotes.distributor.nunique()} distributors")
else:
    parts = pd.DataFrame(
        [
            ("sensor interface", 1, 6, 4.90),
            ("resistor 1k", 2, 24, 0.10),
            ("resistor 10k", 4, 24, 0.10),
            ("capacitor 10n", 1, 23, 0.16),
            ("capacitor 1u", 1, 27, 0.15),
            ("capacitor 10u", 1, 29, 0.17),
            ("capacitor 1n", 2, 29, 0.02),
            ("capacitor 100n", 1, 27, 0.17),
        ],
        columns=["mpn", "per_board", "weeks", "price"],
    ).set_index("mpn")
    print("no sourcing file: parts of our own with lead times like the real ones")
parts.round(4)

# %% [markdown]
# Three boards share these parts: the **single** conditioner, a **dual** one with two channels, and a **Hall**
# adapter, which has no sensor interface. That interface is the one part that costs dollars (`dear` below),
# and it comes soonest.

# %%
dear = parts.price.idxmax()
passive = [name for name in parts.index if name != dear]
single = parts.per_board.astype(int).to_dict()
bill = mk.BillOfMaterials(
    {
        "single": {**single, "bare board": 1},
        "dual": {**{name: 2 * n for name, n in single.items()}, "bare board": 1},
        "hall": {**{name: single[name] for name in passive[:5]}, "bare board": 1},
    },
    costs={**parts.price.to_dict(), "bare board": 2.0},
)
print(f"parts of a board: {', '.join(f'{k} {v:.2f} USD' for k, v in bill.cost().items())}")
bill.commonality().table()

# %% [markdown]
# Orders per week are Poisson. Every part is ordered one for one (base stock). It was a year of shortage: in
# 7 of 10 weeks parts come as quoted, in 2 two weeks later, in 1 six weeks; no order overtakes an earlier one.
# The first levels are what each part would get by itself: enough for its own demand over lead time and a
# week in
# 95 of 100 weeks.

# %%
weeks = {**parts.weeks.astype(int).to_dict(), "bare board": 3}
price = {**parts.price.to_dict(), "bare board": 2.0}
demand = {"single": 12, "dual": 4, "hall": 6}
boards = {
    "single": mk.EndItem(mk.Poisson(12), price=39, backorder_cost=1.5),
    "dual": mk.EndItem(mk.Poisson(4), price=64, backorder_cost=2.5),
    "hall": mk.EndItem(mk.Poisson(6), price=24, backorder_cost=1.0),
}


def by_itself(part, factor=1.645):
    """Level that covers the demand of a part over lead time + 1, in 95 of 100 weeks (normal)."""
    uses = {b: bill.explode(b).get(part, 0) for b in boards}
    mean = sum(n * demand[b] for b, n in uses.items())
    variance = sum(n**2 * demand[b] for b, n in uses.items())
    cover = weeks[part] + 1 + CHANCE @ LATE
    spread = CHANCE @ LATE**2 - (CHANCE @ LATE) ** 2
    return int(np.ceil(mean * cover + factor * np.sqrt(variance * cover + mean**2 * spread)))


shelf = {
    part: mk.Component(
        mk.BaseStock(by_itself(part)),
        lead_time=mk.Discrete((weeks[part] + LATE).tolist(), CHANCE.tolist()),
        crossing="fifo",
        costs=mk.Costs(holding=0.004 * price[part], unit=price[part]),
    )
    for part in weeks
}
shop = mk.AssembleToOrder(boards, shelf, bill=bill)
first = mk.simulate(shop, periods=PERIODS, warm_up=WARM_UP, replications=400, seed=SEED)
first.component_table(["demand", "fill_rate", "on_hand", "reserved"])

# %% [markdown]
# Every part by itself looks fine. And the boards?

# %%
print(first.mean("fill_rate"))
first.product_table(["fill_rate", "waiting_time", "backorders"])

# %% [markdown]
# A board is there only when all of its parts are. That is less often than any one of them, and more often
# than
# the product of their figures, because parts that are used together run out together. The next picture says
# who is to blame: every board that waits is shared equally among the parts it lacks.

# %%
fig, ax = plt.subplots(figsize=(8.5, 4.2), layout="constrained")
plot_blame(first, ax=ax)
plt.show()

# %% [markdown]
# ## Levels for orders, not for parts
#
# `assembly_levels` looks for the least money on the shelf that delivers 95 % of all boards in the week of
# their
# order. It searches on one half of the random numbers and certifies on the other.

# %%
found = mk.assembly_levels(shop, target=TARGET, periods=PERIODS, warm_up=WARM_UP, replications=128, seed=SEED)
print(found)
found.table()

# %%
comparison = pd.DataFrame(
    {
        "lead time": weeks,
        "price": price,
        "by itself": {p: by_itself(p) for p in weeks},
        "for the orders": found.levels,
    }
)
comparison["change"] = comparison["for the orders"] / comparison["by itself"] - 1
comparison.round({"price": 2, "for the orders": 0, "change": 3})

# %% [markdown]
# Every level rises; most of all those of the bare board, which comes soonest but is in every order. What
# does the
# promise cost? Each point is the least investment found for a target. Beside it: every part at the same
# cover,
# higher and higher.

# %%
frontier = mk.assembly_frontier(
    shop, targets=[0.8, 0.9, 0.95, 0.98, 0.99], periods=PERIODS, warm_up=WARM_UP, replications=128, seed=SEED
)
fig, ax = plt.subplots(figsize=(8.5, 4.2), layout="constrained")
plot_fill_investment(frontier, ax=ax)
same_cover = []
for factor in (2.3, 2.6, 2.9, 3.2, 3.5):
    levels = {p: c.replace(policy=mk.BaseStock(by_itself(p, factor))) for p, c in shelf.items()}
    run = mk.simulate(
        shop.replace(components=levels), periods=PERIODS, warm_up=WARM_UP, replications=128, seed=SEED
    )
    same_cover.append((run.mean("investment").value, run.mean("fill_rate").value))
ax.plot(*zip(*same_cover, strict=True), "s--", color="0.4", label="every part at the same cover")
ax.legend(loc="lower right")
plt.show()

# %% [markdown]
# ## Who gets what arrives
#
# The usual rule reserves for the earliest order whatever arrives, part by part (`fcfs_commit`). An order that
# lacks one part then holds all the others. `no_holdback` gives an order all or nothing and lets others pass;
# `priority` favours the dual board, which earns most.

# %%
ranked = {
    name: item.replace(priority=rank)
    for rank, (name, item) in enumerate(sorted(boards.items(), key=lambda pair: -pair[1].backorder_cost))
}
rules = {
    "fcfs_commit": found.shop,
    "no_holdback": found.shop.replace(allocation="no_holdback"),
    "priority": found.shop.replace(allocation="priority", products={name: ranked[name] for name in boards}),
}
rows = []
for rule, setting in rules.items():
    run = mk.simulate(setting, periods=PERIODS, warm_up=WARM_UP, replications=400, seed=SEED)
    fill = dict(zip(run.products, run.product("fill_rate").value, strict=True))
    reserved = float(np.sum(run.component("reserved").value * np.array([price[p] for p in run.components])))
    within = run.fill_within()
    rows.append(
        {
            "rule": rule,
            "all boards": run.mean("fill_rate").value,
            **fill,
            "within 2 weeks": float(np.average(within.value[:, 2], weights=list(demand.values()))),
            "reserved, USD": reserved,
            "cost per week, USD": run.mean("cost").value,
        }
    )
pd.DataFrame(rows).set_index("rule").round(4)

# %% [markdown]
# Always say which rule a fill rate belongs to: the shelf is the same in all three rows.
#
# ## What is sharing worth?
#
# The boards share their sensor interface. Had every board one of its own, say for two incompatible
# revisions, the
# same promise would take more stock:

# %%
benefit = mk.commonality_benefit(
    shop, dear, target=TARGET, periods=PERIODS, warm_up=WARM_UP, replications=128, seed=SEED
)
print(benefit)
benefit.table()

# %% [markdown]
# ## The same shop, order by order
#
# So far a unit was an order and a week was an instant. With an order book the clock is continuous:
# customers ask
# for a date, place orders of several boards, and lose patience; two benches take their time. The shelf is
# the one
# found above.

# %%
by_order = mk.AssembleToOrder(
    orders=mk.OrderBook(
        sum(demand.values()) / 2,
        variants=list(demand.values()),
        size=mk.Discrete([1, 2, 4], [0.5, 0.3, 0.2]),
        requested_lead_time=mk.Uniform(0.2, 2.0),
        patience=mk.Exponential(8),
    ),
    products={name: mk.EndItem(uses=shop.uses(name)) for name in boards},
    components={
        name: c.replace(costs=mk.Costs(unit=price[name])) for name, c in found.shop.components.items()
    },
    assembly_time=mk.Gamma(mean=0.14, sd=0.07),
    servers=2,
    windows=(0.5, 1, 2, 4),
)
seen = mk.simulate(by_order, periods=PERIODS, warm_up=WARM_UP, replications=60, seed=SEED)
print(seen)
seen.split()

# %%
fig, axes = plt.subplots(1, 2, figsize=(10.5, 4), layout="constrained")
mk.plots.plot_lead_time(seen, ax=axes[0])
plot_blame(seen, ax=axes[1])
plt.show()

# %% [markdown]
# ## What we learned
#
# * A shelf planned part by part misses the promise to customers by far, and no part's own figure shows it.
# * The blame chart points at the parts to act on; a long lead time alone does not put a part on top of it.
# * For the same promise, levels set for orders take less money: parts for cents in abundance, the dear one
#   measured out. What still waits then waits for the dear one.
# * The allocation rule moves the promise between products, on the same shelf.
