"""Classes of parts: by what they are worth (ABC), how steadily they sell (XYZ), and how their demand looks.

| class | rule |
|---|---|
| A, B, C | parts in falling order of demand value: the first 80 %, the next 15 %, the rest |
| X, Y, Z | coefficient of variation of demand per period ≤ 0.5, ≤ 1.0, above |
| smooth, erratic | mean interval between demands (ADI) < 1.32; CV² of the sizes < 0.49, or not |
| intermittent, lumpy | ADI ≥ 1.32; CV² of the sizes < 0.49, or not |

Sources: E. A. Silver, D. F. Pyke and D. J. Thomas, *Inventory and Production Management in Supply Chains*,
4th ed. 2017, ch. 2; A. A. Syntetos, J. E. Boylan and J. D. Croston, *Journal of the Operational Research
Society* 56, 2005.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["ADI_BORDER", "CV2_BORDER", "abc", "pattern", "xyz"]

A_SHARE, B_SHARE = 0.80, 0.95
X_CV, Y_CV = 0.5, 1.0
ADI_BORDER, CV2_BORDER = 1.32, 0.49


def abc(values: Sequence[float] | NDArray[np.float64]) -> list[str]:
    """A, B or C for every part from its demand value; blank where there is none.

    A part is A as long as those before it make up less than 80 %, so that the part that crosses the border is
    still A. Equal values keep their order.
    """
    worth = np.nan_to_num(np.asarray(values, dtype=float), nan=0.0)
    total = worth.sum()
    classes = [""] * len(worth)
    before = 0.0
    for i in np.argsort(-worth, kind="stable"):
        if worth[i] <= 0.0:
            continue
        # Sums of shares end a hair beside their borders.
        share = before / total + 1e-12
        classes[i] = "A" if share < A_SHARE else "B" if share < B_SHARE else "C"
        before += float(worth[i])
    return classes


def xyz(observed: NDArray[np.float64]) -> str:
    """X, Y or Z from demand per period; blank where there is none."""
    mean = float(observed.mean()) if observed.size else 0.0
    if mean <= 0.0:
        return ""
    cv = float(observed.std()) / mean
    return "X" if cv <= X_CV else "Y" if cv <= Y_CV else "Z"


def pattern(adi: float, cv2: float) -> str:
    """The kind of demand; blank where it cannot be told (fewer than two sales)."""
    if math.isnan(adi) or math.isnan(cv2):
        return ""
    if adi < ADI_BORDER:
        return "smooth" if cv2 < CV2_BORDER else "erratic"
    return "intermittent" if cv2 < CV2_BORDER else "lumpy"
