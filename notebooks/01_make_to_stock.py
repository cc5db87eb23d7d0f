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
# # How much should we keep in stock, and how far can we trust the answer?
#
# A shop makes to stock: it produces ahead of demand and serves customers from the shelf. Too little stock,
# and they wait; too much, and money lies idle. We start with one product whose demand we know, check the
# simulation against theory, see what changes the answer, and end where analysts live: many parts, a short
# history each, and a promise to be kept. The last part tests that promise on months the method has not
# seen. It is not kept, and we say why.
#
# Weeks in sections 1–4, months in 5–6; money in €.

# %%
import os
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.stats import poisson, t

import maketo as mk
from maketo.examples import spare_parts
from maketo.history import read_history
from maketo.plots import COLOURS

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False})
YEAR, SEED = 52, 7


def panels(count, width=9.5, height=3.8, **options):
    """Axes side by side in a new figure."""
    figure = plt.figure(figsize=(width, height), layout="constrained")
    return figure.subplots(1, count, squeeze=False, **options)[0]


# %% [markdown]
# ## 1 One product
#
# The shop is data: 20 units of demand a week (Poisson), four weeks from order to receipt, 1 € per unit and
# week on the shelf, 9 € per unit and week that a customer waits. Every week it orders up to a **base
# stock** S = 105: on hand plus on order minus backorders.

# %%
shop = mk.MakeToStock(
    demand=mk.Poisson(20),
    policy=mk.BaseStock(105),
    lead_time=4,
    costs=mk.Costs(holding=1, backorder=9),
)
WARM_UP = 8
run = mk.simulate(shop, periods=WARM_UP + YEAR, warm_up=WARM_UP, replications=4000, seed=SEED)
shown = ["cost", "holding_cost", "backorder_cost", "fill_rate", "alpha_service", "on_hand", "backorders"]
run.summary(shown)

# %% [markdown]
# Two kinds of spread, and they must not be mixed up. **Low and high** enclose the long-run mean: they
# shrink with more replications. The **quantiles** say how different one year is from another: they do not
# shrink, they are the risk. A fill rate is a ratio of means (units filled over units demanded), not the
# mean of yearly ratios.

# %%
left, right = panels(2)
run.plot(ax=left)
left.set_title("Cost of one year, per week: 4,000 years", loc="left", fontsize=10)

first_weeks = mk.simulate(shop, periods=30, replications=4000, seed=SEED, trace=["on_hand"])
first_weeks.plot(ax=right)
right.set_xlabel("week")
right.set_title("Stock from opening day: 4,000 futures", loc="left", fontsize=10)
plt.show()

# %% [markdown]
# The simulation opens with S units on the shelf and nothing on order, so the first four weeks live off the
# opening stock (right). Asked about the long run, those weeks flatter or distort; `warm_up=` leaves them
# out. With a constant lead time L a base stock forgets its opening after L weeks, so 8 are plenty. If you
# *are* opening a shop, do not warm up.

# %%
quarter = {"periods": 13, "replications": 4000, "seed": SEED}
opening = mk.simulate(shop, **quarter)
later = mk.simulate(shop, **{**quarter, "periods": 13 + WARM_UP}, warm_up=WARM_UP)
for label, one in (("first quarter after opening", opening), ("a quarter in the long run  ", later)):
    print(label, one.mean("cost"), one.ratio("fill_rate"), sep="  |  ")

# %% [markdown]
# ## 2 How much stock?
#
# Put a `Sweep` where the level was. The answer has a new axis, and every level meets the same customers.
# For a base stock with full backorders one pass yields the whole curve, and the result says that it did so.

# %%
LEVELS = np.arange(95, 132)
curve = mk.simulate(
    shop.replace(policy=mk.BaseStock(mk.Sweep(LEVELS, name="S"))),
    periods=WARM_UP + YEAR,
    warm_up=WARM_UP,
    replications=4000,
    seed=SEED,
)
cost = curve.mean("cost")
print(f"{curve['cost'].shape = }, {curve.method = }")
print(f"lowest simulated cost at S = {LEVELS[np.argmin(cost.value)]}")

# %% [markdown]
# Theory knows this case. The level has to cover the demand D of the **protection interval**, L + 1 = 5
# weeks (an order placed now arrives before the demand of week 4, and until then nothing else helps), and
# the best one is the newsvendor's: the smallest S with P(D ≤ S) ≥ 9/(9 + 1).

# %%
protection = mk.Poisson(5 * 20)
best = int(protection.quantile(9 / (9 + 1)))
d = np.arange(400)
exact = [(np.maximum(S - d, 0) + 9 * np.maximum(d - S, 0)) @ poisson.pmf(d, 100) for S in LEVELS]
z = (cost.value - exact) / cost.se
at = int(np.flatnonzero(best == LEVELS)[0])
print(f"newsvendor: S = {best}, exact cost {min(exact):.4f} € per week")
print(f"simulation at S = {best}: {cost.value[at]:.4f} ± {1.96 * cost.se[at]:.4f}")
print(f"simulated minus exact, in standard errors, over all levels: {z.min():.2f} to {z.max():.2f}")

# %%
left, middle, right = panels(3, width=12, height=3.6)
mk.plot_sweep(curve, ["cost"], ax=left)
left.plot(LEVELS, exact, color="black", linestyle=":", linewidth=2)
left.annotate("exact: dots", (LEVELS[3], exact[3]), (10, 0), textcoords="offset points", fontsize=9)
left.set(xlabel="base stock S (units)", ylabel="cost (€ per week)", title="Cost over base stock")

bars = {"fmt": "o", "color": COLOURS["blue"], "markersize": 3, "capsize": 2}
middle.errorbar(LEVELS, cost.value - exact, 1.96 * cost.se, **bars)
middle.axhline(0, color=COLOURS["grey"], linewidth=0.8)
middle.set(xlabel="base stock S (units)", ylabel="simulated − exact (€ per week)")
middle.set_title("Agreement (95 %)")

gap = curve["cost"] - curve["cost"][at]
right.errorbar(LEVELS, gap.mean(axis=1), 1.96 * gap.std(axis=1, ddof=1) / np.sqrt(gap.shape[1]), **bars)
right.axhline(0, color=COLOURS["grey"], linewidth=0.8)
right.set(xlabel="base stock S (units)", ylabel=f"extra cost over S = {best} (€ per week)")
right.set(title="The price of being wrong (95 %)", xlim=(best - 6.5, best + 6.5), ylim=(-0.2, 4.6))
for ax in (left, middle, right):
    ax.title.set_fontsize(10)
plt.show()

# %% [markdown]
# Simulation and theory agree within the error bars (neighbouring levels share their luck, so their errors
# move together). The curve is flat at the bottom and steeper to the left: when in doubt, round up.
#
# ## 3 What changes the answer?
#
# **Lead time.** Sweeps of different names cross; all cells share one stream of customers.

# %%
LEADS = [1, 2, 4, 6, 8]
WIDE = np.arange(40, 221, 2)
crossed = mk.simulate(
    shop.replace(lead_time=mk.Sweep(LEADS, name="L"), policy=mk.BaseStock(mk.Sweep(WIDE, name="S"))),
    periods=20 + YEAR,
    warm_up=20,
    replications=500,
    seed=SEED,
    metrics=["cost", "fill_rate"],
)
by_lead = crossed.to_xarray()["cost"].mean("replication").transpose("L", "S")
(ax,) = panels(1, width=7.5)
for lead, colour in zip(LEADS, ("sky", "green", "blue", "purple", "vermilion"), strict=True):
    row = by_lead.sel(L=lead)
    ax.plot(WIDE, row, color=COLOURS[colour])
    low = int(row.argmin("S"))
    ax.plot(WIDE[low], row[low], "o", color=COLOURS[colour])
    where = {"textcoords": "offset points", "ha": "center", "color": COLOURS[colour], "fontsize": 9}
    ax.annotate(f"L = {lead}\nS = {WIDE[low]}", (WIDE[low], row[low]), (0, -26), **where)
ax.set(ylim=(0, 60), xlabel="base stock S (units)", ylabel="cost (€ per week)")
ax.set_title("A week of lead time asks for a week of demand and a little more", loc="left", fontsize=10)
plt.show()

# %% [markdown]
# **The rules of the game.** Four variations, each on the same customers:
#
# * lead times of 2–6 weeks with equal chance, the mean still 4: orders may overtake each other, or not
#   (`fifo`);
# * customers who do not wait: the shortage is lost, at 30 € a unit;
# * a fixed cost of 100 € per order, which makes ordering every week foolish: (s, S) orders up to S only
#   when the position has fallen to s.
#
# The best level found on some replications looks better than it is, because luck helped to pick it. So we
# **choose on the training half** of the replication space and **report on the evaluation half**; they never
# overlap.

# %%
OPTIONS = {"periods": WARM_UP + YEAR, "warm_up": WARM_UP, "seed": SEED}
# 100 € for each order, now also for the shop we started with.
fixed = mk.Costs(holding=1, backorder=9, order=100)
random_lead = mk.UniformInteger(2, 6)
variants = {
    "base stock, L = 4": shop,
    "random L, overtaking": shop.replace(lead_time=random_lead),
    "random L, fifo": shop.replace(lead_time=random_lead, crossing="fifo"),
    "lost sales at 30 €": shop.replace(backorder_share=0, costs=mk.Costs(holding=1, lost_sale=30)),
    "base stock, 100 € per order": shop.replace(costs=fixed),
    "(s, S), 100 € per order": shop.replace(costs=fixed),
}


def tuned(name, variant):
    """The variant with its best setting, chosen on the training half."""
    if name.startswith("(s, S)"):
        reorder, up_to = np.arange(86, 117, 2), np.arange(118, 199, 4)
        swept = mk.MinMax(mk.Sweep(reorder, name="s"), mk.Sweep(up_to, name="S"))
    else:
        swept = mk.BaseStock(mk.Sweep(np.arange(85, 171), name="S"))
    search = mk.simulate(
        variant.replace(policy=swept), **OPTIONS, replications=500, half="training", metrics=["cost"]
    )
    cell = np.unravel_index(np.argmin(search.mean("cost").value), search.mean("cost").value.shape)
    chosen = [int(search.coords[axis][i]) for axis, i in zip(search.design_dims, cell, strict=True)]
    policy = mk.MinMax(*chosen) if len(chosen) == 2 else mk.BaseStock(*chosen)
    return variant.replace(policy=policy), " / ".join(map(str, chosen))


settings = {name: tuned(name, variant) for name, variant in variants.items()}
runs = {name: mk.simulate(one, **OPTIONS, replications=2000) for name, (one, _) in settings.items()}
rows = []
for name, one in runs.items():
    c, f = one.mean("cost"), one.ratio("fill_rate")
    rows.append(
        {
            "variant": name,
            "S or s / S": settings[name][1],
            "cost (€ per week)": f"{c.value:.2f} ± {(c.high - c.low) / 2:.2f}",
            "fill rate": f"{f.value:.4f} ± {(f.high - f.low) / 2:.4f}",
            "on hand (units)": f"{one.mean('on_hand').value:.1f}",
            "orders per week": f"{one.mean('orders').value:.2f}",
        }
    )
pd.DataFrame(rows).set_index("variant")

# %% [markdown]
# **Differences want the same luck.** Two runs under one seed meet the same customers week by week, so the
# difference of two variants hardly depends on what those customers did. A t-interval on the per-replication
# differences shows how much that is worth: beside it stands the interval from independent luck (another
# seed).


# %%
def difference(a, b):
    """Mean difference a − b per replication and the half-width of its 95 % t-interval."""
    gaps = a["cost"] - b["cost"]
    return gaps.mean(), t.ppf(0.975, gaps.size - 1) * gaps.std(ddof=1) / np.sqrt(gaps.size)


higher = shop.replace(policy=mk.BaseStock(best + 2))
plus_two = mk.simulate(higher, **OPTIONS, replications=2000)
at_best = mk.simulate(shop.replace(policy=mk.BaseStock(best)), **OPTIONS, replications=2000)
cases = {
    f"S = {best + 2} against {best}": (plus_two, at_best, higher),
    "random L, overtaking against L = 4": ("random L, overtaking", "base stock, L = 4"),
    "fifo against overtaking": ("random L, fifo", "random L, overtaking"),
    "(s, S) against base stock, 100 € per order": ("(s, S), 100 € per order", "base stock, 100 € per order"),
}
rows = []
for label, case in cases.items():
    a, b, again = case if len(case) == 3 else (runs[case[0]], runs[case[1]], settings[case[0]][0])
    other = mk.simulate(again, **{**OPTIONS, "seed": SEED + 1}, replications=2000)
    (mean, paired), (_, independent) = difference(a, b), difference(other, b)
    rows.append([label, f"{mean:+.3f} ± {paired:.3f}", f"± {independent:.3f}", (independent / paired) ** 2])
columns = ["difference in cost", "same luck (€ per week)", "independent luck", "replications saved (factor)"]
pd.DataFrame(rows, columns=columns).set_index(columns[0]).round(1)

# %% [markdown]
# The closer the variants, the more is saved; between neighbouring levels the same luck is worth many times
# the replications. Reading down the table of variants: the mean lead time says little, uncertainty about it
# doubles the cost; and it costs more still where an order has to wait for a slower one ahead of it
# (`fifo`).
#
# ## 4 Risk: what a bad quarter costs
#
# A mean hides the bad quarter. The **95 % quantile** is exceeded in one quarter of twenty; **CVaR 95 %** is
# the mean of that worst twentieth. Both come with intervals.

# %%
quarters = mk.simulate(
    shop.replace(policy=mk.BaseStock(mk.Sweep(LEVELS, name="S"))),
    periods=WARM_UP + 13,
    warm_up=WARM_UP,
    replications=10_000,
    seed=SEED,
    metrics=["cost"],
)
measures = {
    "mean": (quarters.mean("cost"), "blue"),
    "95 % quantile": (quarters.quantile("cost", 0.95), "green"),
    "CVaR 95 %": (quarters.cvar("cost", 0.95), "vermilion"),
}
(ax,) = panels(1, width=7.5)
for name, (estimate, colour) in measures.items():
    # Costs are per week; a quarter has 13.
    value, low, high = (13 * np.asarray(x) for x in (estimate.value, estimate.low, estimate.high))
    ax.fill_between(LEVELS, low, high, color=COLOURS[colour], alpha=0.3, linewidth=0)
    ax.plot(LEVELS, value, color=COLOURS[colour])
    at = int(np.argmin(value))
    ax.plot(LEVELS[at], value[at], "o", color=COLOURS[colour])
    interval = f"[{low[at]:.0f}, {high[at]:.0f}]"
    ax.lines[-2].set_label(f"{name}: lowest at S = {LEVELS[at]}, {value[at]:.0f} € {interval}")
ax.legend(frameon=False, fontsize=9, loc="upper right", reverse=True)
ax.set(ylim=(0, 1500), xlabel="base stock S (units)", ylabel="cost of a quarter (€)")
ax.set_title("A careful shop stocks more than a thrifty one", loc="left", fontsize=10)
plt.show()

# %% [markdown]
# ## 5 From your own history
#
# Nobody hands you "Poisson, mean 20". You have a file: a row per part, a column per month. `mk.stock` (or
# `maketo stock HISTORY.csv` in a terminal) draws each part's demand from its own past, finds the least base
# stock that reaches the target fill rate on training replications, and evaluates it on fresh ones. Here for
# 400 spare parts, **made up by the package**: three months in four without a sale. Lead time two months,
# target 95 %.

# %%
names, history = spare_parts(n_parts=400)
plan = mk.stock(
    dict(zip(names, history, strict=True)), lead_time=2, target_fill=0.95, seed=SEED, resamples=50
)
print(plan.report(rows=6))

# %%
plan.plot()
plt.show()

# %% [markdown]
# Each promise has two intervals. **Monte Carlo** (blue): what more replications would remove; a few tenths
# of a percent. **Input** (orange): what the same level would achieve had the months of the history fallen
# otherwise; down to 0.80 for the least certain parts, and only a longer history narrows it. The blue one
# alone would be a false comfort.
#
# ## 6 Is the promise kept?
#
# The only honest test: fit on the past, replay the future. We take 1,000 car parts with 51 months of real
# sales (1998–2002; R. J. Hyndman et al., *Forecasting with Exponential Smoothing*, 2008). The file is not
# part of this project: `MAKETO_DATA` names its folder. **The output below used it; where it is absent, the
# cells use a generated history instead and say so**, and the numbers in the text do not apply. Only totals
# over parts and classes of parts are shown.
#
# * **Fit** each part's level on months 1–36, target 95 %, lead time 2.
# * **Replay** months 37–51 as they happened (`mk.Paths`) through the same policy. What is fair? The promise
#   is one of a running shop, so the shop must run when the test begins: we open at the target in month 34,
#   let the last three months of the past fill the pipeline, and count from month 37. Opening in month 37
#   with full shelves would flatter.
# * **Blank is not zero.** A part without all 15 months observed is dropped and counted, and so is one
#   without a level.
#
# Two more histories, to find out *why*:
#
# * the same parts with their **months shuffled** (blanks stay; three shuffles): whatever changes over time
#   is gone, while few sales and odd sizes remain;
# * a **generated** history, stationary by construction, where only the estimation can be at fault.

# %%
FIT, LEAD, TARGET = 36, 2, 0.95
RUN_IN = LEAD + 1


def shuffled(values, seed):
    """Every part's observed months in random order; blanks stay where they are."""
    rng, mixed = np.random.default_rng(seed), values.copy()
    for row in mixed:
        seen = ~np.isnan(row)
        row[seen] = rng.permutation(row[seen])
    return mixed


made_up, made_up_values = spare_parts(n_parts=1500, n_periods=51)
file = Path(os.environ.get("MAKETO_DATA", "../../shared/data")) / "carparts_monthly_1000.csv.gz"
present = file.is_file()
if present:
    parts = read_history(file)
    names, values = parts.names, parts.values
else:
    names, values = made_up[1000:], made_up_values[1000:]
MAIN, SHUFFLED = ("car parts", "car parts, shuffled") if present else ("generated A", "generated A, shuffled")
histories = {
    MAIN: (names, [values]),
    SHUFFLED: (names, [shuffled(values, seed) for seed in range(1, 4)]),
    "generated": (made_up[:1000], [made_up_values[:1000]]),
}
print(f"Data: {'real sales of car parts' if present else 'GENERATED, as the file of car parts is not here'}")


# %%
def unseen(values):
    """Months after the fit."""
    return values.shape[1] - FIT


def fit(names, values, target=TARGET, resamples=0, replications=250):
    """Levels from the first months."""
    past = dict(zip(names, values[:, :FIT], strict=True))
    options = {"resamples": resamples, "replications": replications, "seed": SEED}
    return mk.stock(past, lead_time=LEAD, target_fill=target, **options)


def tested(names, values, plan):
    """Parts with a level and with every month of the hold-out observed."""
    whole = ~np.isnan(values[:, FIT:]).any(axis=1)
    return [part for part, yes in zip(names, whole, strict=True) if yes and plan[part].decided]


def shops(plan, demand):
    """The plan as a portfolio, under the demand given for each part."""
    return {
        part: mk.MakeToStock(demand=one, policy=mk.BaseStock(plan[part].level), lead_time=LEAD)
        for part, one in demand.items()
    }


def replay(names, values, plan, run_in=RUN_IN):
    """What was promised and what happened, a row per part."""
    rest = dict(zip(names, np.nan_to_num(values[:, FIT - run_in :]), strict=True))
    chosen = tested(names, values, plan)
    happened = mk.simulate(
        shops(plan, {part: mk.Paths(rest[part]) for part in chosen}),
        periods=run_in + unseen(values),
        warm_up=run_in,
        replications=1,
        seed=SEED,
        keep="replications",
        metrics=["demand", "filled"],
    )
    table = plan.to_pandas().set_index("part").loc[chosen]
    table["units"], table["served"] = (unseen(values) * happened[m][:, 0] for m in ("demand", "filled"))
    table["sales"] = np.round(table.observed * (1 - table.zero_share)).astype(int)
    sold = pd.DataFrame(values, index=list(names)).loc[chosen]
    past, future = sold.iloc[:, :FIT], sold.iloc[:, FIT:]
    table["first_sale"] = past.gt(0).to_numpy().argmax(axis=1) + 1
    table["above"] = future.where(future.gt(table.largest, axis=0), 0).sum(axis=1)
    return table


def pooled(table):
    """Promised fill over all parts, and realised fill with a 95 % bootstrap interval over parts."""
    per_part = table.groupby(level=0)[["units", "served"]].sum().to_numpy()
    pick = np.random.default_rng(0).integers(0, len(per_part), (1000, len(per_part)))
    units, served = per_part[pick].sum(axis=1).T
    promised = np.average(table.fill, weights=table.mean_demand)
    return promised, table.served.sum() / table.units.sum(), *np.quantile(served / units, [0.025, 0.975])


plans, replays = {}, {}
for label, (names, versions) in histories.items():
    # Input uncertainty takes most of the time: once per history.
    plans[label] = fit(names, versions[0], resamples=40, replications=1000)
    others = [replay(names, one, fit(names, one)) for one in versions[1:]]
    replays[label] = pd.concat([replay(names, versions[0], plans[label]), *others])

names, (values,) = histories[MAIN]
gone = int(np.isnan(values[:, FIT:]).any(axis=1).sum())
print(
    f"{MAIN}: {len(names)} parts; {gone} dropped: not all of the last {unseen(values)} months observed;",
    end=" ",
)
print(f"{len(names) - gone - len(replays[MAIN])} dropped: no sale to fit on; {len(replays[MAIN])} replayed")
flattered = pooled(replay(names, values, plans[MAIN], run_in=0))[1]
print(f"{MAIN}: realised fill, had we opened with full shelves in month {FIT + 1}: {flattered:.3f}")
rows = [[label, table.index.nunique(), *pooled(table)] for label, table in replays.items()]
columns = ["history", "parts", "promised fill", "realised fill", "95 % from", "to"]
pd.DataFrame(rows, columns=columns).set_index("history").round(3)

# %% [markdown]
# **The promise is not kept.** On the car parts a promised 96.5 % became 85 % (82–88 % over parts): eleven
# points short. With the months shuffled four points remain. That much is the method's own, and the
# generated history, where nothing moves either, agrees. The other seven are a world that moved.
#
# Is it a matter of the target, or of the part?

# %%
STYLES = dict(zip(histories, (("vermilion", "o"), ("blue", "s"), ("green", "^")), strict=True))
TARGETS = (0.7, 0.8, 0.9, 0.95, 0.98)


def points(ax, x, found, label, **options):
    """Realised fill with its interval."""
    _, realised, low, high = np.array(found).T
    colour, marker = STYLES[label]
    bars = [realised - low, high - realised]
    ax.errorbar(x, realised, bars, color=COLOURS[colour], marker=marker, capsize=2, label=label, **options)


(ax,) = panels(1, width=6.5, height=4.4)
ax.plot([0.6, 1], [0.6, 1], color=COLOURS["grey"], linestyle=":", linewidth=1)
ax.annotate("promise kept", (0.66, 0.675), rotation=31, color=COLOURS["grey"], fontsize=9)
for label, (names, versions) in histories.items():
    one = versions[0]
    found = [pooled(replay(names, one, fit(names, one, target))) for target in TARGETS]
    points(ax, [promised for promised, *_ in found], found, label)
ax.legend(frameon=False, fontsize=9, loc="upper left")
ax.set(xlabel="promised fill (share of units)", ylabel="realised fill (share of units)")
ax.set_title(f"Targets {TARGETS[0]:g} to {TARGETS[-1]:g} (95 % over parts)", loc="left", fontsize=10)
plt.show()

# %%
left, right = panels(2, width=10.5, height=4.2, sharey=True)
for ax, column, edges, text in (
    (left, "sales", [1, 3, 5, 9, 17, FIT + 1], f"months with a sale among the first {FIT}"),
    (right, "first_sale", [1, 7, 13, 19, 25, FIT + 1], "month of the first sale"),
):
    classes = [f"{a}–{b - 1}" for a, b in pairwise(edges)]
    for shift, label in ((-0.12, MAIN), (0.12, SHUFFLED)):
        table = replays[label]
        group = pd.cut(table[column], edges, right=False, labels=classes)
        found = [pooled(table[group == one]) for one in classes]
        x = np.arange(len(classes)) + shift
        points(ax, x, found, label, linestyle="none")
        ax.plot(x, [promised for promised, *_ in found], "_", color="black", markersize=13)
        if label == MAIN:
            ticks = [f"{one}\n({(group == one).sum()} parts)" for one in classes]
    ax.set_xticks(range(len(classes)), ticks, fontsize=8)
    ax.set_xlabel(text)
left.set_ylabel("fill (share of units)")
left.legend(frameon=False, fontsize=9, loc="lower right")
left.set_title("By how much we knew", loc="left", fontsize=10)
right.set_title("By when the part began to sell", loc="left", fontsize=10)
right.annotate("black bars: promised", (0.02, 0.03), xycoords="axes fraction", fontsize=9)
plt.show()
late = replays[MAIN].first_sale > FIT // 2
short = replays[MAIN].units - replays[MAIN].served
share = short[late].sum() / short.sum()
print(f"{MAIN}: {late.sum()} of {late.size} parts had no sale in the first {FIT // 2} months;", end=" ")
print(f"they carry {share:.0%} of all units short")
for text, some in (("those parts", late), ("the others", ~late)):
    rate = replays[MAIN].units[some].sum() / unseen(values) / replays[MAIN].mean_demand[some].sum()
    print(f"demand per month against the past, {text}: × {rate:.2f}")

# %% [markdown]
# **Calibration.** The gap is there at every target, and asking for more closes it slowly: a promise of 98.7
# % brought 89 %.
#
# **By how much we knew.** Parts with one or two sales get four units of five, shuffled or not. Parts that
# sold in every second month did better than promised; that is no merit, their demand fell.
#
# **By when the part began to sell.** This is what moved. The parts without a sale in the first 18 months
# carry four fifths of the shortage, and their demand has tripled since. Presumably the file writes zeros
# for months in which they were not on sale yet, and the bootstrap takes them for months without a customer.
# Blank is not zero, the other way round.
#
# ### Would the intervals have warned us?
#
# Beside the Monte Carlo and the input interval of each part we set a third, made of `mk.Paths`: draw
# another history from the part's own, draw 15 months from that, and replay them. The first two speak of the
# long run, the third of what was tested.


# %%
def another_future(seen, months, rng, futures=300):
    """Months drawn from a history that is itself redrawn, one of each per replication."""
    redrawn = seen[rng.integers(0, seen.size, (futures, seen.size))]
    return mk.Paths(np.take_along_axis(redrawn, rng.integers(0, seen.size, (futures, months)), axis=1))


def warned(label):
    """Shares of parts below their 95 % intervals; the pooled interval for the months tested."""
    (names, (values, *_)), plan, rng = histories[label], plans[label], np.random.default_rng(SEED)
    past = {n: row[~np.isnan(row)] for n, row in zip(names, values[:, :FIT], strict=True)}
    length = RUN_IN + unseen(values)
    imagined = mk.simulate(
        shops(plan, {n: another_future(past[n], length, rng) for n in tested(names, values, plan)}),
        periods=length,
        warm_up=RUN_IN,
        replications=300,
        seed=SEED,
        keep="replications",
        metrics=["demand", "filled"],
    )
    units, served = imagined["demand"], imagined["filled"]
    table = replays[label].iloc[: len(units)]
    # A future without demand has no fill: it promises nothing and breaks nothing.
    fills = np.divide(served, units, out=np.full_like(units, np.nan), where=units > 0)
    ends = {
        "Monte Carlo": table.fill_low,
        "input": table.input_low,
        "15 months": pd.Series(np.nanquantile(fills, 0.025, axis=1), table.index),
    }
    sold = table.units > 0
    real = (table.served / table.units)[sold]
    shares = {f"below: {word}": f"{(real < low[sold] - 1e-9).mean():.1%}" for word, low in ends.items()}
    low, high = np.quantile(served.sum(axis=0) / units.sum(axis=0), [0.025, 0.975])
    realised = table.served.sum() / table.units.sum()
    interval = f"{low:.3f} to {high:.3f}"
    return {**shares, "pooled, 15 months, 95 %": interval, "pooled, realised": f"{realised:.3f}"}


pd.DataFrame({label: warned(label) for label in histories}).transpose()

# %% [markdown]
# Of 100 parts, 2 or 3 should fall below a 95 % interval. Monte Carlo says nothing about the world: 18 or 19
# did. The input interval warns in the right direction, but speaks of the long run, and fifteen months with
# three sales are more erratic than that: 14 to 16. The third allows for both, and still 8 to 10 fall below
# it, *even where nothing moves*: all three are drawn around a promise that is too high. Pooled over parts,
# chance averages out and the common error stays: no interval comes near.


# %%
def optimism(names, values, rounds=4):
    """How much a promise exceeds what its level is worth: fit on redrawn histories, judge on the real one.

    B. Efron and R. J. Tibshirani, *An Introduction to the Bootstrap*, 1993, ch. 17.
    """
    rng, found = np.random.default_rng(3), []
    past = {n: row[~np.isnan(row)] for n, row in zip(names, values[:, :FIT], strict=True)}
    for _ in range(rounds):
        redrawn = {n: rng.choice(x, x.size) for n, x in past.items()}
        options = {"replications": 300, "periods": FIT, "resamples": 0, "seed": SEED}
        plan = mk.stock(redrawn, lead_time=LEAD, target_fill=TARGET, **options)
        told = [d for d in plan if d.decided]
        promised = np.average([d.fill for d in told], weights=[d.mean_demand for d in told])
        worth = mk.simulate(
            shops(plan, {d.part: mk.Bootstrap(past[d.part]) for d in told}),
            periods=FIT + RUN_IN,
            warm_up=RUN_IN,
            replications=300,
            seed=SEED,
            metrics=["demand", "filled"],
        )
        found.append(promised - worth.mean("filled").value.sum() / worth.mean("demand").value.sum())
    return np.mean(found)


def since_first_sale(values, least=12):
    """Zeros before a part's first sale taken as not observed; at least `least` months stay."""
    kept = values.copy()
    for row in kept:
        sales = np.flatnonzero(row[:FIT] > 0)
        row[: min(sales[0] if sales.size else FIT, FIT - least)] = np.nan
    return kept


rows = {}
for label, (names, versions) in histories.items():
    table = replays[label]
    promised, realised, low, high = pooled(table)
    trimmed = [(one, fit(names, since_first_sale(one))) for one in versions]
    fitted = pd.concat([replay(names, one, plan) for one, plan in trimmed])
    also, better, *ends = pooled(fitted)
    rate = table.units.sum() / unseen(versions[0])
    rows[label] = {
        "promised": f"{promised:.3f}",
        "promised, less optimism": f"{promised - optimism(names, versions[0]):.3f}",
        "realised [95 % over parts]": f"{realised:.3f} [{low:.3f}, {high:.3f}]",
        "demand per month, against the past": f"{rate / table.mean_demand.sum():.2f}",
        "units in months above the past's largest": f"{table.above.sum() / table.units.sum():.0%}",
        "fitted since the first sale: promised": f"{also:.3f}",
        "fitted since the first sale: realised": f"{better:.3f} [{ends[0]:.3f}, {ends[1]:.3f}]",
        "fitted since the first sale: sum of levels": f"{fitted.level.sum() / table.level.sum() - 1:+.0%}",
    }
pd.DataFrame(rows)

# %% [markdown]
# Why promise and reality differ, in plain words:
#
# 1. **We choose the least level that reaches the target on the data that also judge it.** Where a history
#    happens to look quiet, the level is low *and* the promise is high. Redrawing the history, fitting on the
#    copy and judging on the original measures this optimism from the past alone: 3 points. Taken off, the
#    promise is about one point too high where nothing moves: little against the error here, but it shows with
#    other seeds too. That point is the next reason.
# 2. **A bootstrap knows no demand above the largest it has seen.** In all three histories 15–16 % of the
#    units came in months larger than any in the part's past. No resampling imagines them; for a part with
#    two sales "the largest" is little more than a guess.
# 3. **The world moves.** Total demand of the car parts *fell* by a fifth and yet fill fell: old parts faded
#    and keep idle stock, young ones grew. Months drawn in any order have no trend, no season and no life
#    cycle. Taking the zeros before a part's first sale as not observed lifts the realised fill from 85 % to
#    90 %, for 8 % more units in the levels. (We found this remedy by looking at the hold-out, so its 90 %
#    is no honest test; that needs another history.)
# 4. **Few sales.** All of this bites where little is known.
#
# What to do with it: read the promise as an upper end and take the optimism off; blank the months in which
# a part was not on sale; look at the input interval before you sign anything; refit often (we froze 15
# months); and replay the end of your own history, as here, before you trust its beginning.
#
# ## 7 What make to stock cannot say yet
#
# One product, one supplier of unlimited capacity, lead times that do not depend on the load. It cannot say
# whether this product should be made to stock *at all*: whether to keep its components and assemble to
# order, or to make it when the customer calls. That needs the same customers and the same machines for
# every strategy, which is where `maketo` is going. Until then: [formulas and
# metrics](../docs/background/make-to-stock.md), [the order of events in a
# period](../docs/background/event-order.md), [which seed](../docs/guide/which-seed.md).
