"""What a run returns: arrays by name, with named axes, and estimates with their errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import _catalogue, _core
from ._check import inner_share
from ._designs import Axis
from ._law import Law, has_sweep
from .batch_means import BatchMeans, batch_means
from .estimate import Estimate
from .seed import Key
from .table import Table
from .warm_up import INSUFFICIENT, OK, WarmUp

if TYPE_CHECKING:
    from .plant import Plant

__all__ = ["Result", "Traces"]


class Traces(Mapping[str, NDArray[Any]]):
    """Quantities kept period by period, arrays with axes (*sweeps, item, replication, period)."""

    def __init__(self, arrays: dict[str, NDArray[Any]], dims: tuple[str, ...]) -> None:
        self._arrays = arrays
        self.dims = dims

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._arrays:
            known = ", ".join(self._arrays) or "none"
            raise KeyError(
                f"no trace of {name!r}; traced: {known}. Ask for it: simulate(…, trace=[{name!r}])"
            )
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __repr__(self) -> str:
        return f"Traces({', '.join(self._arrays) or 'none'}; axes {self.dims})"


class Result:
    """Outcome of `simulate`.

    ``run["cost"]`` is an array with axes (*sweeps, item, replication), those that are absent left out. Rates
    and costs are per period. Estimates (`mean`, `ratio`, `quantile`, `cvar`, `summary`) carry their errors,
    which are Monte Carlo errors: they say nothing of inputs that were themselves estimated.
    """

    def __init__(
        self,
        *,
        shops: dict[str, Any],
        portfolio: bool,
        axes: Sequence[Axis],
        options: dict[str, Any],
        outcome: dict[str, Any],
        report: dict[str, Any],
        pilot: WarmUp | None = None,
        plant: Plant | None = None,
    ) -> None:
        self.shops = shops
        self.portfolio = portfolio
        self.options = options
        self.report = report
        self.pilot = pilot
        self._plant = plant
        self._axes = list(axes)
        self._lead = tuple(len(a.values) for a in axes) + ((len(shops),) if portfolio else ())
        self._metrics = {k: self._shaped(v) for k, v in outcome["metrics"].items()}
        self._summary = {k: self._shaped(v) for k, v in outcome["summary"].items()}
        self._ratios = {k: self._shaped(v) for k, v in outcome["ratios"].items()}
        # Numerators and denominators of ratios whose halves are no metrics.
        self._parts = {k: self._shaped(v) for k, v in outcome.get("parts", {}).items()}
        traced = {k: self._shaped(v) for k, v in outcome["trace"].items()}
        swept = tuple(len(a.values) for a in axes)
        self.plant: dict[str, NDArray[np.float64]] = {
            k: v.reshape((*swept, v.shape[-1])) for k, v in outcome.get("plant", {}).items()
        }
        """Hours of a `Plant` per period, each (*sweeps, replication): used (overtime included), overtime and
        offered. Empty for independent items."""
        self.trace = Traces(traced, (*self.design_dims, "replication", "period"))

    def _shaped(self, array: NDArray[Any]) -> NDArray[Any]:
        """(design, item, …) with the sweeps unfolded and the item axis dropped for a single shop."""
        return array.reshape(self._lead + array.shape[2:])

    # What it is.

    @property
    def design_dims(self) -> tuple[str, ...]:
        """Names of the sweep axes, and "item" for a portfolio."""
        return tuple(a.name for a in self._axes) + (("item",) if self.portfolio else ())

    @property
    def dims(self) -> tuple[str, ...]:
        """Names of the axes of ``run[metric]``."""
        return (*self.design_dims, "replication")

    def axes(self, name: str) -> tuple[str, ...]:
        """Names of the axes of ``run[name]``."""
        self._known(name)
        return self.dims

    @property
    def coords(self) -> dict[str, NDArray[Any]]:
        """Coordinates of every axis: swept values, item names, numbers of replications and periods."""
        coords: dict[str, NDArray[Any]] = {a.name: a.coordinates() for a in self._axes}
        if self.portfolio:
            coords["item"] = np.array(list(self.shops))
        first = self.options["first_replication"]
        coords["replication"] = np.arange(first, first + self.replications)
        if self.trace:
            coords["period"] = np.arange(self.periods)
        return coords

    @property
    def catalogue(self) -> dict[str, _catalogue.Quantity]:
        """What results of this kind can contain: unit, definition and good direction by name."""
        return _catalogue.metrics()

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics that were kept."""
        return tuple(self._metrics or self._summary)

    @property
    def periods(self) -> int:
        """Periods simulated, warm-up included."""
        return int(self.options["periods"])

    @property
    def replications(self) -> int:
        """Number of replications."""
        return int(self.options["replications"])

    @property
    def confidence(self) -> float:
        """Confidence level of the intervals, unless another is asked for."""
        return float(self.options["confidence"])

    @property
    def key(self) -> Key:
        """The key all random numbers came from: ``simulate(…, seed=run.key)`` repeats the run."""
        key: Key = self.options["seed"]
        return key

    @property
    def method(self) -> str:
        """How a sweep was computed: ``"grid"`` or ``"one_pass"``."""
        return str(self.report["method"])

    @property
    def method_reason(self) -> str:
        """Why."""
        return str(self.report["method_reason"])

    @property
    def simd(self) -> str:
        """SIMD level used; no number depends on it."""
        return str(self.report["simd"])

    @property
    def status(self) -> str:
        """``"ok"``, or ``"warmup_insufficient"`` if MSER-5 found no end of the start in half of the periods.

        A warm-up given as a number is taken at its word.
        """
        return OK if self.pilot is None else self.pilot.status

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the numbers should know: remarks of the laws and of the run."""
        listed = dict.fromkeys(self.report.get("warnings", []))
        if self.status == INSUFFICIENT:
            listed[
                f"{INSUFFICIENT}: MSER-5 cuts at its bound, {self.options['warm_up']} of {self.periods} "
                "periods; do not read these numbers as the long run, simulate more periods"
            ] = None
        for shop in self.shops.values():
            for field in ("demand", "lead_time"):
                law = getattr(shop, field)
                if isinstance(law, Law) and not has_sweep(law):
                    listed.update(dict.fromkeys(f"{field}: {note}" for note in law.summary().notes))
        return tuple(listed)

    @property
    def event_order(self) -> str:
        """Order of events inside a period, the first cause of disagreement between tools."""
        return ", ".join(dict.fromkeys(shop.event_order for shop in self.shops.values()))

    @property
    def effective_lead_time(self) -> NDArray[np.float64] | float:
        """Mean lead time as drawn, in periods, over (*sweeps, item)."""
        return self._effective("effective_lead_time")

    @property
    def effective_demand(self) -> NDArray[np.float64] | float:
        """Mean demand per period as drawn, over (*sweeps, item).

        NaN where it has no closed form: given paths, jittered sizes, random promotions, a random end of life,
        an additive spread that is clipped. ``run.mean("demand")`` then estimates it.
        """
        return self._effective("effective_demand")

    @property
    def clipped(self) -> NDArray[np.float64] | float:
        """Share of periods whose demand was clipped at 0, per sweep and item.

        NaN where demand cannot be clipped, or where a 0 may come about in other ways as well (a clipped law
        that is rounded or zero-inflated). Counted over all periods of this run, warm-up included. Clipping
        raises the mean of demand: see `effective_demand`. More than one period in a thousand is noted in
        `warnings`.
        """
        return self._effective("clipped")

    def _effective(self, name: str) -> NDArray[np.float64] | float:
        shaped = np.array(self.report[name], dtype=np.float64).reshape(self._lead)
        return float(shaped) if shaped.ndim == 0 else shaped

    @property
    def config(self) -> dict[str, Any]:
        """All that decides the numbers, as plain data: ``simulate(**run.config)`` gives the same bits.

        A warm-up that a pilot decided is ``"mser5"`` here: the same pilot decides again, and says so.
        """
        if self._plant is not None:
            return {"shop": self._plant.to_dict(), **self.options, "seed": self.key.to_dict()}
        shops = {name: shop.to_dict() for name, shop in self.shops.items()}
        first = next(iter(shops))
        what: dict[str, Any] = {"shop": shops} if self.portfolio else {"shop": shops[first], "name": first}
        return {**what, **self.options, **self._asked(), "seed": self.key.to_dict()}

    def _asked(self) -> dict[str, Any]:
        """Options as they were asked for, where they were recorded otherwise."""
        return {} if self.pilot is None else {"warm_up": "mser5"}

    def rerun(self, **changes: Any) -> Result:
        """The same run again, or with some arguments of `simulate` changed."""
        from .simulate import simulate

        name = {} if self.portfolio else {"name": next(iter(self.shops))}
        shop: Any = self.shops if self.portfolio else next(iter(self.shops.values()))
        if self._plant is not None:
            shop = self._plant
        again: Result = simulate(**{"shop": shop, **name, **self.options, **self._asked(), **changes})
        return again

    # The numbers.

    def _known(self, name: str) -> None:
        if name in self.metrics:
            return
        if name in self.catalogue:
            raise KeyError(f"metric {name!r} was not kept; kept: {', '.join(self.metrics)}")
        raise KeyError(f"no metric {name!r}; there are {', '.join(self.catalogue)}")

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        self._known(name)
        if name not in self._metrics:
            raise KeyError(
                f"replications of {name!r} were not kept (keep={self.options['keep']!r}): use "
                f"run.mean({name!r}) or "
                'run.summary(), or simulate(…, keep="replications")'
            )
        return self._metrics[name]

    def __contains__(self, name: object) -> bool:
        return name in self._metrics

    def __iter__(self) -> Iterator[str]:
        """Names of the metrics."""
        return iter(self.metrics)

    def _about(self, name: str, confidence: float) -> dict[str, Any]:
        coords = {k: v for k, v in self.coords.items() if k in self.design_dims}
        unit = self.catalogue[name].unit
        return {"unit": unit, "confidence": confidence, "dims": self.design_dims, "coords": coords}

    def mean(self, name: str, level: float | None = None) -> Estimate:
        """The long-run value of a metric with its interval; for a ratio metric the ratio of means.

        Parameters
        ----------
        name : str
            A metric.
        level : float, optional
            Confidence level; by default that of the run. Where only summaries were kept there is no other.

        Raises
        ------
        KeyError
            If there is no such metric.
        ValueError
            If the level is not in (0, 1), or not that of the run where only summaries were kept.
        """
        if name in self._ratios:
            return self.ratio(name, level)
        self._known(name)
        confidence = self._level(level)
        if name in self._summary:
            columns = self._summary[name][..., :4]
        else:
            columns = self._rows(_core.summarise(self._flat(name), confidence, []))[..., :4]
        return Estimate.of(name, columns, **self._about(name, confidence))

    def ratio(self, name: str, level: float | None = None) -> Estimate:
        """A ratio metric as ratio of means, with its interval by the delta method.

        ``run[name]`` holds each replication's own ratio; the mean of those answers another question and is
        biased for short horizons.

        Parameters
        ----------
        name : str
            "fill_rate", "gamma_service", or on demand "utilisation", "days_of_supply", "bullwhip" and
            "net_stock_amplification".
        level : float, optional
            Confidence level; by default that of the run.

        Raises
        ------
        KeyError
            If it is not a ratio metric.
        ValueError
            If the level is not in (0, 1), or cannot be had from what was kept.
        """
        if name not in self._ratios:
            known = self.catalogue.get(name)
            if known is not None and known.numerator:
                raise KeyError(f"{name!r} was not kept; ask for it: simulate(…, metrics=[…, {name!r}])")
            raise KeyError(f"{name!r} is not a ratio metric; those are {', '.join(self._ratios)}")
        confidence = self._level(level)
        columns = self._ratios[name]
        if confidence != self.confidence:
            columns = self._rows(_core.ratio(*self._halves(name, confidence), confidence))
        return Estimate.of(name, columns, **self._about(name, confidence))

    def _halves(self, name: str, confidence: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Numerator and denominator of a ratio metric, each (design, replication)."""
        if name in self._parts:
            parts = self._parts[name].reshape(-1, self.replications, 2)
            return np.ascontiguousarray(parts[..., 0]), np.ascontiguousarray(parts[..., 1])
        about = self.catalogue[name]
        expressions = [e or name for e in (about.numerator, about.denominator)]
        needed = {m for e in expressions for _, m in _catalogue.parts(e)}
        missing = sorted(needed - self._metrics.keys())
        if missing:
            raise ValueError(
                f"level must be {self.confidence:g}, the run's confidence, as {', '.join(missing)} was "
                f"not kept; got {confidence:g}. Run with confidence={confidence:g} or keep those metrics"
            )
        top, bottom = map(self._sum, expressions)
        return top, bottom

    def quantile(self, name: str, p: float, level: float | None = None) -> Estimate:
        """Quantile of a metric over replications (type 7) with its order-statistic interval.

        Raises
        ------
        KeyError
            If there is no such metric, or its replications were not kept.
        ValueError
            If `p` is not in (0, 1).
        """
        confidence = self._level(level)
        p = inner_share("p", p)
        columns = self._rows(_core.summarise(self._flat(name), confidence, [p]))
        value, low, high = (columns[..., i] for i in (5, 6, 7))
        stacked = np.stack([value, np.full_like(value, np.nan), low, high], axis=-1)
        return Estimate.of(f"{name} q{p:g}", stacked, **self._about(name, confidence))

    def cvar(self, name: str, p: float, level: float | None = None) -> Estimate:
        """Conditional value at risk: mean of the worst 1 − `p` share of replications, with a normal interval.

        The worst are the largest, or the smallest where the catalogue says that high is good (profit,
        service).

        Raises
        ------
        KeyError
            If there is no such metric, or its replications were not kept.
        ValueError
            If `p` is not in (0, 1).

        Notes
        -----
        R. T. Rockafellar and S. Uryasev, *Journal of Risk* 2, 2000; the boundary value has a fractional
        weight.
        """
        confidence = self._level(level)
        sign = -1.0 if self.catalogue.get(name, _NONE).better == "high" else 1.0
        pair = self._rows(_core.cvar(sign * self._flat(name), inner_share("p", p)))
        value, se = sign * pair[..., 0], pair[..., 1]
        half = NormalDist().inv_cdf(0.5 + confidence / 2) * se
        stacked = np.stack([value, se, value - half, value + half], axis=-1)
        return Estimate.of(f"{name} CVaR {p:g}", stacked, **self._about(name, confidence))

    def batch_means(
        self,
        name: str,
        *,
        batches: int = 32,
        overlapping: bool = False,
        pooled: bool = True,
        level: float | None = None,
    ) -> BatchMeans:
        """The long-run value of a metric with an interval from the periods inside each replication.

        For one long run, or a few, where the warm-up is too long to pay for many. The counted periods are cut
        into batches of equal length; their means stand for replications. Needs the traces the metric is made
        of, and says which.

        Parameters
        ----------
        name : str
            A metric with a value in every period; a ratio metric is a ratio of batch sums, by the delta
            method.
        batches : int
            Batches per replication, ≥ 3. What does not fill a batch is left out at the start.
        overlapping : bool
            Take the error from all batches of that length, whatever period they start in: steadier.
        pooled : bool
            Take the batches of all replications as one sample. If False every replication has an interval of
            its own, and the estimate has the axis "replication".
        level : float, optional
            Confidence level; by default that of the run.

        Returns
        -------
        BatchMeans
            An `Estimate` with von Neumann's check: ``.independent`` is False where neighbouring batches are
            alike, and then the interval is too short: take fewer batches or a longer run.

        Raises
        ------
        KeyError
            If there is no such metric, or a trace it needs was not kept.
        ValueError
            If there are fewer counted periods than batches, or the metric has no value in a single period.

        Notes
        -----
        A. M. Law, *Simulation Modeling and Analysis*, 5th ed. 2015, section 9.5. Replications that are pooled
        are assumed alike, so do not pool a run that is too short to forget its start.
        """
        return batch_means(self, name, batches=batches, overlapping=overlapping, pooled=pooled, level=level)

    def summary(self, metrics: Sequence[str] | None = None, level: float | None = None) -> Table:
        """Every metric with mean, interval and quantiles over replications.

        Parameters
        ----------
        metrics : sequence of str, optional
            Which; by default all that were kept.
        level : float, optional
            Confidence level of the interval; by default that of the run.

        Returns
        -------
        Table
            A row per metric and cell of the sweep and item axes. For ratio metrics the mean is the ratio of
            means, the quantiles are those of the replications' own ratios.

        Raises
        ------
        KeyError
            If there is no such metric.
        """
        confidence = self._level(level)
        names = list(self.metrics) if metrics is None else list(metrics)
        quantiles = [f"q{p:g}" for p in _catalogue.probabilities()]
        columns = ["metric", "unit", *self.design_dims, "mean", "low", "high", *quantiles]
        coords = self.coords
        rows: list[list[Any]] = []
        for name in names:
            estimate = self.mean(name, confidence)
            all_statistics = self.statistics(name)
            unit = self.catalogue[name].unit
            for at in np.ndindex(*self._lead):
                cell = [coords[d][i].item() for d, i in zip(self.design_dims, at, strict=True)]
                centre = [float(np.asarray(x)[at]) for x in (estimate.value, estimate.low, estimate.high)]
                spread = [float(all_statistics[at][5 + 3 * i]) for i in range(len(quantiles))]
                rows.append([name, unit, *cell, *centre, *spread])
        doubt = "" if self.status == OK else f"; {self.status}"
        return Table(columns, rows, f"{self._headline()}; intervals at {100 * confidence:g} %{doubt}")

    def statistics(self, name: str) -> NDArray[np.float64]:
        """All statistics of one metric, axes (*sweeps, item, statistic); `maketo.STATISTICS` names the last.

        Quantiles come with order-statistic intervals; the last entry counts replications where the metric is
        undefined (0/0).
        """
        self._known(name)
        if name in self._summary:
            return self._summary[name]
        found = self._rows(
            _core.summarise(self._flat(name), self.confidence, list(_catalogue.probabilities()))
        )
        if name in self._ratios:
            found[..., :4] = self._ratios[name]
        return found

    # Ways out.

    def to_pandas(self) -> Any:
        """A tidy `pandas.DataFrame`; needs pandas.

        A row per cell of the axes with a column per metric, or, where only summaries were kept, a row per
        metric and cell with a column per statistic.
        """
        from ._export import to_pandas

        return to_pandas(self)

    def to_xarray(self) -> Any:
        """An `xarray.Dataset` with dimensions, coordinates, units and the configuration; needs xarray.

        Traces are named ``on_hand_trace`` and so on, because a metric and its trace share a name.
        """
        from ._export import to_xarray

        return to_xarray(self)

    def plot(self, **options: Any) -> Any:
        """The picture one wants first; needs matplotlib.

        Cost and service over a sweep, cost over two, service against stock for a portfolio, a fan over time
        where something was traced, and otherwise the distribution of cost.

        Returns
        -------
        matplotlib Axes
        """
        from . import plots

        return plots.natural(self, **options)

    # Looks.

    def _headline(self) -> str:
        counted = self.periods - self.options["warm_up"]
        by = "" if self.pilot is None else " by MSER-5"
        warm = f" after {self.options['warm_up']} of warm-up{by}" if self.options["warm_up"] else ""
        cells = [f"{d} {n}" for d, n in zip(self.design_dims, self._lead, strict=True)]
        over = f" × {' × '.join(cells)}" if cells else ""
        return f"{self.replications} replications of {counted} periods{warm}{over}"

    def __repr__(self) -> str:
        lines = [
            f"Result: {self._headline()}",
            f"  {self.key}, {self.event_order}, {self.method}, {self.simd}",
        ]
        shown = [m for m in ("cost", "profit", "fill_rate", "alpha_service", "on_hand") if m in self.metrics]
        if self.design_dims:
            lines.append(f"  metrics {', '.join(self.metrics)}")
        else:
            lines += [f"  {self.mean(m)!r}" for m in shown]
        if self.trace:
            lines.append(f"  traces {', '.join(self.trace)}")
        lines += [f"  note: {w}" for w in self.warnings]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        notes = "".join(f"<br>note: {w}" for w in self.warnings)
        small = len(self.metrics) * max(1, int(np.prod(self._lead))) <= 200
        names = None if small else [m for m in ("cost", "fill_rate", "on_hand") if m in self.metrics]
        where = f"{self.key}, {self.event_order}, {self.method}, {self.simd}"
        table = self.summary(names)._repr_html_()
        return f"<div><b>{type(self).__name__}</b> <code>{where}</code>{notes}{table}</div>"

    # In and out of the core's two axes.

    def _flat(self, name: str) -> NDArray[np.float64]:
        return np.ascontiguousarray(self[name].reshape(-1, self.replications))

    def _sum(self, expression: str) -> NDArray[np.float64]:
        terms = [sign * self._flat(metric) for sign, metric in _catalogue.parts(expression)]
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return total

    def _rows(self, flat: NDArray[np.float64]) -> NDArray[np.float64]:
        return flat.reshape(self._lead + flat.shape[1:])

    def _level(self, level: float | None) -> float:
        if level is None:
            return self.confidence
        level = inner_share("level", level)
        if level != self.confidence and not self._metrics:
            raise ValueError(
                f"level must be {self.confidence:g}, the run's confidence, as only summaries were kept; got "
                f'{level:g}. Run with confidence={level:g} or keep="replications"'
            )
        return level


_NONE = _catalogue.Quantity("", "", "", "", None, None, None)
