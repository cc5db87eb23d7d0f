"""Forecasts of components from that of a family: a planning bill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._check import number, numbers, plain, whole
from ._demand import Key, as_key_of, entity
from ._law import LawLike
from ._noun import Noun
from .laws import Real, Whole, as_law
from .sweep import Sweep

__all__ = ["PlanningBill"]


@dataclass(frozen=True, eq=False, repr=False)
class PlanningBill(Noun, tag=("kind", "planning_bill")):
    """What a family of products is expected to sell, times what is planned of each, with errors in both.

    Components of configurable products are planned this way: nobody forecasts every variant, but the family
    and the share of customers who take each option (the take rate) are known roughly.

    ```text
    forecast of period t + k = family[t + k] · η · Σ_v usage_v · ε_v
    ```

    η is drawn for every plan (or stays for `every` periods) and is the same for all components of the
    family; ε_v is drawn once per replication and is the same for all components of the product v.

    Parameters
    ----------
    family : float or array_like
        Units of the family per period: one number, or one per period; the last one goes on.
    usage : mapping of str to float
        By product: planned take rate × units of the component in one of it.
    family_error : law, optional
        By what a forecast of the family is multiplied, ≥ 0: ``mk.Lognormal(mean=1, sd=0.2)``. Its mean is the
        bias.
    rate_error : law, optional
        By what a take rate is multiplied, ≥ 0.
    every : int
        Periods for which a draw of `family_error` stays.
    key : str or int
        Entity of the family: components that name the same one are misled together.

    See Also
    --------
    AssembleToOrder.with_planning_bill : gives every component that plans its planning bill.

    Notes
    -----
    How far it errs over a cover is not told to policies: they need `safety`, not `factor`.

    Examples
    --------
    >>> import maketo as mk
    >>> mk.PlanningBill(100, {"deluxe": 0.3}, family_error=mk.Lognormal(mean=1, sd=0.1))
    PlanningBill(family=100, usage={'deluxe': 0.3}, family_error=Lognormal(mean=1, sd=0.1))
    """

    family: Real | ArrayLike
    usage: Mapping[str, float]
    family_error: LawLike | None = None
    rate_error: LawLike | None = None
    every: Whole = 1
    key: Key = "family"

    def __post_init__(self) -> None:
        family: Any = plain(self.family)
        if not isinstance(family, (int, float, Sweep)) or isinstance(family, bool):
            family = numbers("PlanningBill.family", family)
        else:
            family = number("PlanningBill.family", family)
        if not isinstance(self.usage, Mapping) or not self.usage:
            raise TypeError(f"PlanningBill.usage must map products to units, got {self.usage!r}")
        usage = {}
        for name, units in self.usage.items():
            x = number(f"PlanningBill.usage[{name!r}]", units)
            if isinstance(x, Sweep) or not x >= 0:
                raise ValueError(f"PlanningBill.usage[{name!r}] must be a single number ≥ 0, got {units!r}")
            usage[str(name)] = x
        errors = {
            name: None if getattr(self, name) is None else as_law(f"PlanningBill.{name}", getattr(self, name))
            for name in ("family_error", "rate_error")
        }
        self._set(
            family=family,
            usage=usage,
            every=whole("PlanningBill.every", self.every, at_least=1),
            key=as_key_of("PlanningBill.key", self.key),
            **errors,
        )

    def _payload(self) -> dict[str, Any]:
        """What the core reads."""
        rate: Any = self.rate_error
        error: Any = self.family_error
        error_of_rate = {} if rate is None else {"error": rate.to_dict()}
        return {
            "kind": "planning_bill",
            "family": np.atleast_1d(np.asarray(self.family, dtype=np.float64)).tolist(),
            **({} if error is None else {"family_error": error.to_dict()}),
            "every": self.every,
            "key": entity(self.key),
            "parts": [
                {"units": units, "key": entity(name), **error_of_rate} for name, units in self.usage.items()
            ],
        }
