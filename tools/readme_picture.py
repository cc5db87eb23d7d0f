"""Draw docs/images/stock.png, the picture on README's first screen.

Left one product: cost and fill over its base stock. Right a portfolio of 400 made-up spare parts: what the
promise of each is worth. The same seed gives the same picture.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("Agg")

import matplotlib.pyplot as plt

import maketo as mk
from maketo.examples import spare_parts
from maketo.plots import COLOURS

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "stock.png"
SEED = 7
LEAD_TIME = 2
TARGET = 0.95
DARK_ORANGE = "#A86F00"


def one_product(ax: Any) -> None:
    """Cost and fill rate of every level, from one pass, with intervals that can be seen."""
    shop = mk.MakeToStock(
        demand=mk.Poisson(20),
        policy=mk.BaseStock(mk.Sweep(range(96, 131), name="base_stock")),
        lead_time=4,
        costs=mk.Costs(holding=1, backorder=9),
    )
    mk.simulate(shop, periods=60, warm_up=8, replications=250, seed=SEED).plot(ax=ax)
    ax.set_xlabel("base stock (units)")
    ax.set_title("One product: what each level costs and fills", loc="left", fontsize=11)


def portfolio(ax: Any) -> None:
    """Promised fill of every part with both intervals, from the least certain part on."""
    names, history = spare_parts()
    past = dict(zip(names, history, strict=True))
    plan = mk.stock(past, lead_time=LEAD_TIME, target_fill=TARGET, seed=SEED)
    known = [d for d in plan if d.decided and not np.isnan(d.input_low)]
    known.sort(key=lambda d: d.input_low)
    rank = np.arange(1, len(known) + 1)
    low, high, promise = (
        np.array([getattr(d, name) for d in known]) for name in ("input_low", "input_high", "fill")
    )
    ax.fill_between(rank, low, high, color=COLOURS["orange"], alpha=0.45, linewidth=0, step="mid")
    ax.plot(rank, promise, "o", color=COLOURS["blue"], markersize=2.5, mew=0)
    ax.axhline(TARGET, color=COLOURS["vermilion"], linewidth=1, linestyle="--")
    for y, text, colour in (
        (0.16, f"target {TARGET:g}", COLOURS["vermilion"]),
        (0.10, "promised by simulation", COLOURS["blue"]),
        (0.04, "had history turned out otherwise, 95 %", DARK_ORANGE),
    ):
        ax.annotate(text, (0.98, y), xycoords="axes fraction", ha="right", color=colour, fontsize=10)
    ax.set_xlabel("parts, from the least certain")
    ax.set_ylabel("fill rate (share)")
    ax.set_title(f"{len(plan)} spare parts: what is each promise worth?", loc="left", fontsize=11)


def main() -> None:
    """Draw and save."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    one_product(left)
    portfolio(right)
    right.spines[["top", "right"]].set_visible(False)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURE, dpi=120, metadata={"Software": None})
    print(f"{PICTURE.name}: {PICTURE.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
