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
# # What is a better forecast worth, in money and in stock?
#
# A forecast has no value of its own. It is worth what it saves while the promise to the customers stays the
# same: here **97 % of the units from the shelf, in the week they are asked for**. Every forecast can keep
# that promise; a worse one needs more safety stock for it, and stock costs money. So we plan one product
# from one forecast after the other, give each the safety stock that *just* keeps the promise, and compare.
#
# Periods are weeks; money is in € per year of 52 weeks. Intervals are 95 % and Monte Carlo, unless they say
# otherwise.

# %%
import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.stats import t

import maketo as mk
from maketo.examples import warehouse
from maketo.history import read_history
from maketo.plots import COLOURS

plt.rcParams.update({"figure.dpi": 100, "axes.spines.top": False, "axes.spines.right": False})
YEAR, SEED, FILL = 52, 7, 0.97


def panels(count, width=10.5, height=3.9, **options):
    """Axes side by side in a new figure."""
    figure = plt.figure(figsize=(width, height), layout="constrained")
    return figure.subplots(1, count, squeeze=False, **options)[0]


def interval(values):
    """Mean over replications and half-width of its 95 % t-interval."""
    return values.mean(), t.ppf(0.975, values.size - 1) * values.std(ddof=1) / np.sqrt(values.size)


def told(values, digits=0):
    """The same as text."""
    mean, half = interval(values)
    return f"{mean:,.{digits}f} ± {half:,.{digits}f}"


def curve(ax, x, samples, colour, **style):
    """Means of samples with their intervals over x."""
    mean, half = np.array([interval(sample) for sample in samples]).T
    ax.errorbar(x, mean, half, color=COLOURS[colour], **{"capsize": 2, **style})


def say(ax, title, x, y, **limits):
    """Title and axes."""
    ax.set(xlabel=x, ylabel=y, **limits)
    ax.set_title(title, loc="left", fontsize=10)


# %% [markdown]
# ## 1 The product and what we know of it
#
# From a warehouse with a weekly history we take the steadiest of the items that sell at least eight units a
# week. Real sales are used where the file `man_weekly_3451x150.csv.gz` is (`MAKETO_DATA` names its folder);
# it is not part of this project. **The output below was made without it**, from the warehouse that the
# package makes up. What the text says is true of both.

# %%
file = Path(os.environ.get("MAKETO_DATA", "../../shared/data")) / "man_weekly_3451x150.csv.gz"
present = file.is_file()
if present:
    read = read_history(file)
    names, weeks, values, beside = read.names, read.periods, read.values, read.columns
else:
    names, weeks, values, beside = warehouse()
level = np.nanmean(values, axis=1)
item = np.argmin(np.where(level >= 8, np.nanstd(values, axis=1) / np.maximum(level, 8), np.inf))
seen = ~np.isnan(values[item])  # blank: not observed
history, time = values[item, seen], np.flatnonzero(seen)

MEAN, CV = history.mean(), history.std(ddof=1) / history.mean()
COVER = int(beside["lead_time_weeks"][item]) + 1
PRICE = float(beside["cost_price_eur" if present else "unit_cost_eur"][item])
HOLDING = float(beside["holding_cost_eur_per_unit_year"][item]) / YEAR
SEASON = mk.fourier_season(YEAR, cos=[-0.4])
print(f"Data: {'real sales' if present else 'MADE UP by the package'}; {names[item]}, {history.size} weeks")
print(
    f"{told(history, 1)} units a week, coefficient of variation {CV:.2f}, {np.mean(history == 0):.0%} zeros"
)
print(f"{COVER - 1} weeks of lead time, {PRICE:.2f} € a unit, {HOLDING * YEAR:.2f} € to hold one for a year")

# %%
left, right = panels(2, gridspec_kw={"width_ratios": [3, 2]})
left.step(time, history, where="mid", color=COLOURS["grey"], linewidth=0.9, label="sold")
late = np.convolve(history, np.full(12, 1 / 12), "valid")[:-1]
left.plot(time[12:], late, color=COLOURS["vermilion"], linewidth=2, label="mean of the 12 weeks before")
left.legend(frameon=False, fontsize=9)
say(left, "The history", f"week since {weeks[0]}", "units per week", ylim=(0, None))
month = np.array([(int(week[-2:]) - 1) // 4 for week in weeks])[seen].clip(0, 12)
groups = [history[month == m] for m in range(13)]
curve(right, np.arange(13) * 4 + 2.5, groups, "grey", fmt="o", markersize=4, label="seen, four weeks")
right.plot(np.arange(1, YEAR + 1), MEAN * SEASON, color=COLOURS["blue"], linewidth=2, label="assumed below")
right.legend(frameon=False, fontsize=9, loc="upper right")
say(
    right, "By time of year (95 %)", "week of the year", "units per week", ylim=(0, 1.3 * right.get_ylim()[1])
)
plt.show()

# %% [markdown]
# Two or three years say little about a season: each point on the right rests on a dozen weeks at most. Yet
# whether there *is* one decides what a forecast is worth. So we make it an assumption, and vary it later:
# demand has mean and coefficient of variation of the history, **times a season of ± 40 %**, low in winter,
# high in summer. Around that the weeks are independent and lognormal. Units are taken as divisible; pack
# sizes and minimum orders are left out.
#
# ## 2 Candidates on the same customers
#
# Every week we order up to a target: the forecast of the **cover** (the lead time and a week) plus a safety
# stock. A method runs *inside* each replication and sees the weeks that this replication has seen. Six years
# go by before we count, so that it can learn the season; then two years are counted.
#
# **The safety stock that just keeps the promise** is searched for on the training half of the replication
# space. On the evaluation half we run two levels close by and interpolate to a fill rate of 97 %. That fill
# rate has an error of its own: every replication is charged for the units it fell short of the promise, at
# the rate that the two levels show, so the interval covers this error too.

# %%
WARM_UP = 6 * YEAR
PERIODS = WARM_UP + 2 * YEAR
LONG = {"periods": PERIODS, "warm_up": WARM_UP, "seed": SEED}


def seasonal(season):
    """Independent weeks around a season."""
    return mk.Varying(MEAN, seasons=season, spread=mk.Lognormal(mean=1, sd=CV))


shop = mk.MakeToStock(
    demand=seasonal(SEASON),
    policy=mk.OrderUpTo(),
    forecast=mk.KnownMean(),
    lead_time=COVER - 1,
    costs=mk.Costs(holding=HOLDING),
)


def promised(shop, replications=4000, metrics=("cost", "on_hand")):
    """Metrics by replication at the safety stock that keeps the promise; costs in € per year."""
    unit = CV * MEAN * np.sqrt(COVER)

    def run(levels, **options):
        swept = shop.replace(policy=shop.policy.replace(safety=mk.Sweep(levels, name="safety")))
        return mk.simulate(swept, **LONG, **options, metrics=[*metrics, "filled", "demand"])

    centre, width = 2 * unit, 5 * unit
    for _ in range(2):
        levels = centre + width * np.linspace(-1, 1, 11)
        search = run(levels, half="training", replications=max(100, replications // 8))
        centre = np.interp(FILL, search.mean("filled").value / search.mean("demand").value, levels)
        width /= 10
    levels = centre + 0.05 * unit * np.array([-1, 1])
    near = run(levels, replications=replications)
    over = (near["filled"] - FILL * near["demand"]) / near["demand"].mean()
    low, high = over.mean(axis=1)
    part = low / (low - high)
    found = {"safety": levels @ [1 - part, part]}
    for name in metrics:
        a, b = near[name] * (YEAR if name.endswith("cost") else 1)
        rate = (b - a).mean() / (high - low)
        found[name] = a + part * (b - a) - rate * (over[0] + part * (over[1] - over[0]))
    return found


# %%
HOLT_WINTERS = mk.HoltWinters(alpha=0.02, beta=0, gamma=0.3, season=YEAR, multiplicative=True)
CANDIDATES = {
    "mean and season known": (mk.KnownMean(), "blue"),
    "Holt-Winters": (HOLT_WINTERS, "green"),
    "Holt-Winters, γ = 0.1": (HOLT_WINTERS.replace(gamma=0.1), "green"),
    "same week of last year": (mk.SeasonalNaive(YEAR), "sky"),
    "mean of 52 weeks": (mk.MovingAverage(52), "orange"),
    "mean of 26 weeks": (mk.MovingAverage(26), "vermilion"),
    "mean of 12 weeks": (mk.MovingAverage(12), "vermilion"),
    "smoothing, α = 0.05": (mk.ExponentialSmoothing(0.05), "vermilion"),
    "smoothing, α = 0.2": (mk.ExponentialSmoothing(0.2), "vermilion"),
    "level and trend (Holt)": (mk.Holt(alpha=0.1, beta=0.05), "purple"),
}
KNOWN, BETTER, TODAY = "mean and season known", "Holt-Winters", "mean of 12 weeks"
kept = {name: promised(shop.replace(forecast=method)) for name, (method, _) in CANDIDATES.items()}

left, right = panels(2, sharey=True)
for row, (name, (_, colour)) in enumerate(CANDIDATES.items()):
    for ax, sample in ((left, kept[name]["on_hand"]), (right, kept[name]["cost"] - kept[KNOWN]["cost"])):
        mean, half = interval(sample)
        ax.errorbar(mean, row, xerr=half, fmt="o", color=COLOURS[colour], markersize=4, capsize=2)
left.set_yticks(range(len(CANDIDATES)), CANDIDATES)
left.invert_yaxis()
say(left, "Stock that keeps the promise (95 %)", "stock on hand (units)", "", xlim=(0, None))
say(right, "The same in money, on the same customers (95 %)", f"€ per year more than “{KNOWN}”", "")
plt.show()

# %% [markdown]
# * **Late is as bad as blind.** A mean of 12 weeks knows the season weeks too late, and what it orders comes
#   later still. A mean of 52 weeks ignores the season and costs no more. A trend follows each wave past its
#   top.
# * **What pays is to know the season.** The same week of last year, noise and all, beats every method that
#   looks at the latest weeks only; factors smoothed over the years get most of the way to the known mean.
#
# How strong must the season be for that?

# %%
WAVES = np.array([0, 10, 20, 30, 40, 50])
chosen = (TODAY, "mean of 52 weeks", "same week of last year", BETTER)
extra = {name: [] for name in chosen}
for wave in WAVES:
    waving = shop.replace(demand=seasonal(mk.fourier_season(YEAR, cos=[-wave / 100])))
    base = promised(waving, 2000)["cost"]
    for name in chosen:
        extra[name].append(promised(waving.replace(forecast=CANDIDATES[name][0]), 2000)["cost"] - base)
(ax,) = panels(1, width=7.5)
for name in chosen:
    curve(ax, WAVES, extra[name], CANDIDATES[name][1], label=name)
ax.legend(frameon=False, fontsize=9)
x, y = "season (± % of the mean)", f"€ per year more than\n“{KNOWN}”"
say(ax, "To learn a season costs something where there is none (95 %)", x, y, ylim=(0, None))
plt.show()

# %% [markdown]
# Without a season the long mean is best, and Holt-Winters pays a little for learning 52 factors that are all
# 1. The lines cross early, and from there on the factors pay more and more.
#
# ## 3 News from customers, and bias
#
# No method that only looks at the past gets below the known mean. *News* does: orders placed early, a
# customer's plan, a tender. `mk.ForecastEvolution` models it: every week the forecasts of the weeks ahead are
# revised, and demand is the last revision. Here a **share of the variance** is known so many weeks ahead, the
# rest only in the week itself. The law of demand stays what it was; so with a share of 0 this is the product
# of section 2 in other words, which is a check.


# %%
def customers(share, ahead, mean=MEAN, cv=CV):
    """The same demand, of whose variance (of logarithms) a share is known so many weeks ahead."""
    shocks = np.zeros(ahead + 1)
    shocks[[0, ahead]] = np.array([1 - share, share]) * np.log1p(cv**2)
    return mk.ForecastEvolution(np.tile(mean * SEASON, PERIODS // YEAR), shocks)


LISTENING = mk.EvolvingForecast()
SHARES = np.array([0, 25, 50, 75, 90])
notices = dict(zip((COVER, COVER // 2, 1), ("green", "sky", "purple"), strict=True))
stock, saved = ({ahead: [] for ahead in notices} for _ in range(2))
for ahead in notices:
    for share in SHARES:
        informed = shop.replace(demand=customers(share / 100, ahead))
        deaf, listening = (promised(informed.replace(forecast=f), 2000) for f in (mk.KnownMean(), LISTENING))
        stock[ahead].append(listening["on_hand"])
        saved[ahead].append(deaf["cost"] - listening["cost"])
clairvoyant = shop.replace(demand=customers(0.5, COVER), forecast=mk.PerfectForecast())
perfect = mk.simulate(clairvoyant, **LONG, replications=200)
again = told(stock[COVER][0], 1)
print(f"stock, the mean known: {told(kept[KNOWN]['on_hand'], 1)} in section 2, {again} with a share of 0")
print(f"perfect forecast, no safety stock: {told(perfect['on_hand'], 1)} in stock,", end=" ")
print(f"fill rate {told(perfect['fill_rate'], 3)}")
print("warned:", *perfect.warnings)

left, right = panels(2)
for ahead, colour in notices.items():
    text = f"{ahead} week{'s' if ahead > 1 else ''} ahead"
    curve(left, SHARES, stock[ahead], colour, label=text)
    fine = np.linspace(0, 1, 201)
    rule = stock[ahead][0].mean() * np.sqrt(1 - fine * ahead / COVER)
    left.plot(100 * fine, rule, color="black", linestyle=":", linewidth=1)
    curve(right, SHARES, saved[ahead], colour)
left.plot(100, perfect.mean("on_hand").value, "k*", markersize=10, clip_on=False, label="perfect forecast")
left.legend(frameon=False, fontsize=9, loc="lower left")
x = "share of the variance that is known (%)"
say(left, "Stock (95 %); dots: the square-root rule", x, "stock on hand (units)", ylim=(0, None))
say(right, "Saved by listening, on the same customers (95 %)", x, "€ per year", ylim=(0, None))
plt.show()

# %% [markdown]
# * **When matters as much as what.** News that comes before we order (a cover ahead) replaces safety stock.
#   Half as early it is worth less than half, and news of next week next to nothing: what is under way cannot
#   be changed any more.
# * **The last news is worth most.** Stock follows the error of the cover, and that the square root of what is
#   still unknown (dots: stock without news × √(1 − share · weeks ahead / cover)). Half of the variance saves
#   about a third of the stock.
# * The bound, a perfect forecast, needs no safety stock at all. Nobody has it, and the run says so.
#
# **Bias.** Now the forecast is always too high or too low by some percent. Either nobody notices and the
# safety stock stays as it was, or somebody watches the fill rate and sets it anew.

# %%
BIASES = np.array([-20, -10, -5, 0, 5, 10, 20])
unnoticed, noticed = [], []
for bias in BIASES:
    biased = shop.replace(forecast=mk.KnownMean(bias=[bias / 100]))
    noticed.append(promised(biased)["cost"] - kept[KNOWN]["cost"])
    left_alone = biased.replace(policy=mk.OrderUpTo(safety=kept[KNOWN]["safety"]))
    unnoticed.append(mk.simulate(left_alone, **LONG, replications=4000, metrics=["fill_rate", "cost"]))
straight = unnoticed[list(BIASES).index(0)]["cost"]

left, right = panels(2, height=3.6)
fill = [run.ratio("fill_rate") for run in unnoticed]
value, low, high = (100 * np.array([getattr(f, end) for f in fill]) for end in ("value", "low", "high"))
left.errorbar(BIASES, value, [value - low, high - value], color=COLOURS["vermilion"], capsize=2)
left.axhline(100 * FILL, color=COLOURS["grey"], linewidth=0.8)
left.annotate("promised", (20, 100 * FILL), (0, -11), textcoords="offset points", ha="right", fontsize=9)
curve(right, BIASES, [YEAR * (run["cost"] - straight) for run in unnoticed], "vermilion", label="unnoticed")
curve(right, BIASES, noticed, "blue", label="noticed: promise kept")
right.axhline(0, color=COLOURS["grey"], linewidth=0.8)
right.legend(frameon=False, fontsize=9)
say(left, "Service, where nobody notices (95 %)", "bias of the forecast (%)", "fill rate (%)")
say(right, "Holding cost (95 %)", "bias of the forecast (%)", "€ per year more than without bias")
plt.show()

# %% [markdown]
# Noticed, a bias costs little: the safety stock takes it up. (A forecast that is too high even saves
# something: it makes part of the safety stock follow the season, where a constant one is too small in summer
# and too large in winter.) Unnoticed, one that is too low looks like a saving on the right and is paid for by
# the customers on the left. The cure is no better method; it is to look at the fill rate.
#
# ## 4 Nervous orders, level production
#
# A forecast moves not only stock, it moves *orders*. Sixty weeks of one future, planned twice, each time with
# the safety stock that keeps the promise:

# %%
traced = {"trace": ["order_quantity", "demand", "net_inventory"], "replications": 200}
grid = plt.figure(figsize=(11, 4.8), layout="constrained").subplots(2, 2, sharex=True, sharey="row")
for column, name in zip(grid.T, (TODAY, BETTER), strict=True):
    one = shop.replace(forecast=CANDIDATES[name][0], policy=mk.OrderUpTo(safety=kept[name]["safety"]))
    mk.plot_plan(mk.simulate(one, **LONG, **traced), ax=column)
    column[0].set_title(name, fontsize=10, pad=20, loc="left")
plt.show()

# %% [markdown]
# How much more do orders vary than demand (**bullwhip**), and how much stock? We add **levelled** production,
# β = 0.2: beside the forecast of a week only a fifth of the gap to the target is ordered.

# %%
LEVEL = 0.2
swings = {}
for smoothing, text in ((1, ""), (LEVEL, ", levelled")):
    for name in (KNOWN, BETTER, "mean of 52 weeks", TODAY):
        one = shop.replace(forecast=CANDIDATES[name][0], policy=mk.OrderUpTo(smoothing=smoothing))
        safe = one.replace(policy=one.policy.replace(safety=promised(one, 1000)["safety"]))
        wanted = ["bullwhip", "net_stock_amplification"]
        swings[name + text] = mk.simulate(safe, **LONG, replications=1000, metrics=wanted)
ax = mk.plot_bullwhip(swings, ax=panels(1, width=8.5, height=4.8)[0])
ax.set_title("Unrest of orders over unrest of stock (95 %)", fontsize=10, pad=20, loc="left")
plt.show()

flat = mk.Lognormal(mean=MEAN, sd=CV * MEAN)
free = shop.replace(demand=flat, forecast=mk.MovingAverage(12), policy=mk.OrderUpTo(returns=True))
exact = 1 + 2 * COVER / 12 + 2 * COVER**2 / 12**2
# Forty years: variances are those within a replication, and two years are short for that.
check = mk.simulate(free, periods=40 * YEAR, seed=SEED, replications=400, metrics=["bullwhip"]).ratio(
    "bullwhip"
)
print(f"check: without a season the bullwhip of a 12-week mean is {exact:.3f}; simulated {check}")

# %% [markdown]
# Whoever knows the mean passes demand on as it is: a bullwhip of 1, or hardly less. A forecast that answers
# to every week orders twice for it: what was sold, and what the new forecast wants on top for every week of
# the cover. (The check is a formula of F. Chen et al., *Management Science* 46, 2000.) Levelling calms
# orders; stock swings more in return, most where the lead time is short.
#
# Is that worth it? Only if unrest costs something. Say the workshop makes 1.3 times mean demand a week in
# regular time, and what is made in overtime costs 10 % of the price on top.

# %%
workshop = shop.replace(
    capacity=mk.Capacity(1.3 * MEAN, overtime=1e6),
    costs=mk.Costs(holding=HOLDING, overtime=0.1 * PRICE),
)
BETAS = np.array([0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1])
made = {}
for name in (TODAY, BETTER, KNOWN):
    for beta in BETAS:
        one = workshop.replace(forecast=CANDIDATES[name][0], policy=mk.OrderUpTo(smoothing=beta))
        made[name, beta] = promised(one, 2000, ("cost", "holding_cost", "overtime_cost"))
left, right = panels(2)
for name in (TODAY, BETTER, KNOWN):
    curve(left, BETAS, [made[name, b]["cost"] for b in BETAS], CANDIDATES[name][1], label=name)
for part, colour in (("holding_cost", "sky"), ("overtime_cost", "orange")):
    curve(right, BETAS, [made[BETTER, b][part] for b in BETAS], colour, label=part.replace("_", " "))
x = "β: share of the gap that is ordered at once"
say(left, "Holding and overtime (95 %)", x, "€ per year", ylim=(0, None))
say(right, f"What it is made of: {BETTER} (95 %)", x, "€ per year", ylim=(0, None))
for ax in (left, right):
    ax.legend(frameon=False, fontsize=9)
plt.show()
for name in (TODAY, BETTER, KNOWN):
    print(f"{name}: β = {LEVEL} saves {told(made[name, 1]['cost'] - made[name, LEVEL]['cost'])} € per year")
for beta in (1, LEVEL):
    gap = told(made[TODAY, beta]["cost"] - made[BETTER, beta]["cost"])
    print(f"β = {beta:g}: {BETTER} saves {gap} € per year against “{TODAY}”")

# %% [markdown]
# Levelling saves money with every forecast; with a good one there is a best β in between, below which the
# stock that bridges the season costs more than the overtime it saves. But it is no substitute: the 12-week
# mean, levelled as it likes, costs more than Holt-Winters as nervous as it can be. And where unrest costs
# money, a better forecast is worth far more than its stock shows.
#
# ## 5 A plan with a frozen fence
#
# Suppliers like plans that hold. A material plan nets the forecast against stock and receipts week by week
# and sets releases a lead time ahead; those within the **fence** are frozen. Without a fence, lot for lot, it
# does what the target of section 2 did (the check). What does a fence cost?

# %%
FENCES = np.array([0, 1, 2, 4, 6, 8])
cases = {
    "no news": (customers(0, COVER), "blue", "-"),
    "half of the variance known as we order": (customers(0.5, COVER), "green", "-"),
    "the same, four weeks earlier": (customers(0.5, COVER + 4), "green", "--"),
}
left, right = panels(2)
for text, (who, colour, line) in cases.items():
    one = shop.replace(demand=who, forecast=LISTENING)
    plans = [mk.MaterialPlan(horizon=COVER + f, fence=f) for f in FENCES.tolist()]
    fenced = [promised(one.replace(policy=plan), 800) for plan in plans]
    curve(left, FENCES, [f["on_hand"] for f in fenced], colour, linestyle=line, label=text)
    curve(right, FENCES, [f["cost"] - fenced[0]["cost"] for f in fenced], colour, linestyle=line)
    target, plan = promised(one, 800)["on_hand"], fenced[0]["on_hand"]
    print(f"check: {text}: stock {target.mean():.3f} by the target, {plan.mean():.3f} by the plan")
left.legend(frameon=False, fontsize=9, loc="lower right")
say(left, "Stock that keeps the promise (95 %)", "frozen weeks", "stock on hand (units)", ylim=(0, None))
say(right, "What the fence costs (95 %)", "frozen weeks", "€ per year more than without")
plt.show()

# %% [markdown]
# To the shelf a frozen week is one more week of lead time. It takes more from those who had news: what came
# just in time now comes too late, and the first week hurts most. Where the same news comes four weeks
# earlier, four frozen weeks cost about half as much or less; the next ones hurt again. **Do not freeze for
# longer than your customers commit themselves.**
#
# ## 6 What would you pay?
#
# The whole ladder on one set of customers, who know half of the variance as we order (only the last rung
# asks them). Beside the Monte Carlo interval stands another range: the mean and the spread of this product
# were estimated from a short history. We draw its weeks anew, with replacement, and climb the ladder again
# on 20 such copies.

# %%
LADDER = {
    f"{TODAY} (today)": mk.MovingAverage(12),
    BETTER: HOLT_WINTERS,
    KNOWN: mk.KnownMean(),
    "and half of the variance, as we order": LISTENING,
}


def climb(mean, cv, replications):
    """What each rung takes, and what it saves against the first."""
    here = shop.replace(demand=customers(0.5, COVER, mean, cv))
    found = {rung: promised(here.replace(forecast=f), replications) for rung, f in LADDER.items()}
    first = found[f"{TODAY} (today)"]["cost"]
    return found, {rung: first - one["cost"] for rung, one in found.items()}


rungs, saves = climb(MEAN, CV, 4000)
rng, others = np.random.default_rng(SEED), []
for _ in range(20):
    copy = rng.choice(history, history.size)
    _, gains = climb(copy.mean(), copy.std(ddof=1) / copy.mean(), 400)
    others.append({rung: gain.mean() for rung, gain in gains.items()})
ends = pd.DataFrame(others).agg(["min", "max"])
first = rungs[f"{TODAY} (today)"]["cost"]
rows = {
    rung: {
        "stock on hand (units)": told(one["on_hand"], 1),
        "holding (€ per year)": told(one["cost"]),
        "saved (€ per year)": told(saves[rung]),
        "saved (%)": f"{saves[rung].mean() / first.mean():.0%}",
        "saved, 20 histories redrawn (€ per year)": "{:,.0f} to {:,.0f}".format(*ends[rung]),
    }
    for rung, one in rungs.items()
}
bound = [f"{perfect.mean('on_hand').value:.1f}", f"{perfect.mean('cost').value:.0f}", told(first), "100%", ""]
rows["perfect forecast (bound)"] = dict(zip(rows[BETTER], bound, strict=True))
pd.DataFrame(rows).transpose()

# %% [markdown]
# Nobody should pay more for all forecasts together than the bound. The step that is nearly free, from a short
# mean to factors for the season, is a large one; from there to knowing the mean exactly is a small one. Then
# comes the step that no software makes: to have customers tell us.
#
# The last column is the one to sign with. It allows for the short history; it does not for the season, which
# we assumed.
#
# **What the model leaves out**
#
# * *The season is the same every year, and nothing else moves.* Holt-Winters had six years to learn it. With
#   two, or where the season shifts, its lead shrinks.
# * *The safety stock is found as if the law of demand were known.* A planner finds it from few weeks, and
#   [such promises are optimistic](01_make_to_stock.ipynb). The textbook's z · σ is no way out: errors of a
#   late forecast all point the same way over a cover, so σ must be that of whole covers (`mk.ErrorEstimate`).
# * *One product, divisible units, no lots.* Where a lot lasts for months, the forecast hardly matters.
# * *What the forecast costs:* people, software, the discount for customers who commit themselves.
# * *Lost customers.* Here they wait. Where sales are lost, the history does not show what was asked for, and
#   forecasts made of it are too low (`observe="sales"`).
