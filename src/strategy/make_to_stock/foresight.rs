//! What planners expect, compiled: where a forecast comes from, and how far off it is known to be.

use crate::config::{Array, Arrays, EventOrder, Forecast, MakeToStock, Observed, PlannedPart, Policy};
use crate::demand::{DemandKind, DemandSource, path_of};
use crate::engine::lattice::Source;
use crate::error::{Error, Result, check};
use crate::forecast::{self, Forecaster};
use crate::law::{Law, Sampler};
use crate::random::Stream;
use std::ops::Range;
use std::sync::Arc;

/// A forecast, compiled.
#[derive(Debug, Clone)]
pub struct Foresight {
    /// Where it comes from.
    pub provider: Provider,
    /// Relative error by periods ahead; the last one goes on.
    pub bias: Vec<f64>,
    /// Sees sales, not demand.
    pub sales: bool,
    /// Periods of a cover.
    pub cover: usize,
    /// Known standard deviation of the error of a cover, by its first period; the last goes on. Of a method: none, it has
    /// its own estimate.
    spread: Vec<f64>,
}

/// Where a forecast comes from.
#[derive(Debug, Clone)]
pub enum Provider {
    /// Known means by period.
    Mean(Vec<f64>),
    /// The demand's own evolution: F_t(k), and μ by period beyond its horizon.
    Evolution(Vec<f64>),
    /// Demand itself.
    Perfect,
    /// Given, row by row.
    Cube(Cube),
    /// A family's forecast times what is planned of it.
    Bill(Box<Bill>),
    /// A method inside the replication.
    Statistical(Box<Forecaster>),
}

/// A planning bill: what a family is expected to sell, times take rates, with errors in both.
#[derive(Debug, Clone)]
pub struct Bill {
    family: Vec<f64>,
    error: Option<Sampler>,
    every: usize,
    key: u32,
    /// Units per unit of the family, by what they are multiplied, whose draw it is.
    parts: Vec<(f64, Option<Sampler>, u32)>,
}

impl Bill {
    /// Forecast at the plan step of `t` for `ahead` periods later, in one replication of the run with this key.
    pub fn at(&self, key: u64, replication: u32, t: usize, ahead: usize) -> f64 {
        let line = |entity| Source { key, stream: Stream::ForecastShock, entity }.line(replication);
        let drawn = |law: &Option<Sampler>, entity: u32, index: usize| {
            law.as_ref().map_or(1.0, |law| law.at(line(entity).bits(index as u64)))
        };
        let part = |(units, error, entity): &(f64, Option<Sampler>, u32)| units * drawn(error, *entity, 0);
        let planned = self.parts.iter().fold(0.0, |sum, p| sum + part(p));
        let family = self.family[(t + ahead).min(self.family.len() - 1)];
        family * drawn(&self.error, self.key, t / self.every) * planned
    }

    fn compile(
        family: &[f64],
        (error, every, key): (&Option<Law>, u32, u32),
        parts: &[PlannedPart],
    ) -> Result<Self> {
        let within = |e: Error| e.within("forecast");
        let factor = |field: &str, law: &Option<Law>| -> Result<Option<Sampler>> {
            let Some(law) = law else { return Ok(None) };
            let law = law.compile().map_err(|e| e.within(field).within("forecast"))?;
            check::non_negative(field, law.min()).map_err(within)?;
            Ok(Some(law))
        };
        if family.is_empty() || parts.is_empty() {
            return Err(within(Error::config("family", "nothing", "a mean and at least one product")));
        }
        family.iter().try_for_each(|x| check::non_negative("family", *x).map(drop)).map_err(within)?;
        if every == 0 {
            return Err(within(Error::config("every", 0, "≥ 1")));
        }
        let part = |p: &PlannedPart| {
            check::non_negative("usage", p.units).map_err(within)?;
            Ok((p.units, factor("rate_error", &p.error)?, p.key))
        };
        Ok(Self {
            family: family.to_vec(),
            error: factor("family_error", error)?,
            every: every as usize,
            key,
            parts: parts.iter().map(part).collect::<Result<_>>()?,
        })
    }
}

/// Forecasts given from outside.
#[derive(Debug, Clone)]
pub struct Cube {
    values: Arc<[f64]>,
    rows: usize,
    periods: usize,
    horizon: usize,
}

impl Cube {
    /// Forecast at the plan step of `t` for `ahead` periods later, in one replication; the furthest goes on.
    #[inline]
    pub fn at(&self, replication: u32, t: usize, ahead: usize) -> f64 {
        let row = path_of(replication, self.rows);
        let (t, k) = (t.min(self.periods - 1), ahead.min(self.horizon - 1));
        self.values[(row * self.periods + t) * self.horizon + k]
    }

    fn new(array: &Array, cycle: bool, periods: usize, end: u64) -> Result<Self> {
        let field = "forecast.forecasts";
        let (rows, length, horizon) = match array.shape[..] {
            [t, h] => (1, t, h),
            [r, t, h] => (r, t, h),
            _ => {
                let reason = "must have axes (period, ahead) or (replication, period, ahead)";
                return Err(Error::data(field, reason));
            }
        };
        if length < periods || horizon == 0 {
            return Err(Error::data(field, format!("have {length} periods, the run needs {periods}")));
        }
        if rows > 1 && (rows as u64) < end && !cycle {
            let reason = format!("has {rows} replications, the run needs {end}; cycle=True starts again");
            return Err(Error::data(field, reason));
        }
        if let Some(x) = array.values.iter().find(|x| !x.is_finite() || x.abs() > 1e15) {
            return Err(Error::data(field, format!("must be finite and within ±1e15, got {x}")));
        }
        Ok(Self { values: array.values.as_slice().into(), rows, periods: length, horizon })
    }
}

fn early(model: &MakeToStock) -> usize {
    usize::from(model.event_order == EventOrder::DemandBeforeOrder)
}

/// Periods of a cover: what is ordered now must last until what is ordered at the next review arrives.
fn protection(model: &MakeToStock, mean_lead: f64) -> usize {
    (mean_lead.ceil() as usize + model.review_period as usize - early(model)).max(1)
}

/// What a forecast may know of one replication, each kind its own part.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// Demand of all periods.
    pub demand: &'a [f64],
    /// What its evolution foresees, by period and periods ahead.
    pub foreseen: &'a [Vec<f64>],
    /// Which replication.
    pub replication: u32,
    /// Key of the run.
    pub key: u64,
}

impl Foresight {
    /// Checks and compiles; none where nothing is forecast.
    pub fn compile(
        model: &MakeToStock,
        demand: &DemandSource,
        mean_lead: f64,
        (arrays, periods, end): (&Arrays, usize, u64),
    ) -> Result<Option<Self>> {
        let Some(described) = &model.forecast else { return Ok(None) };
        let cover = match model.policy {
            Policy::OrderUpTo { cover: Some(m), .. } => m as usize,
            Policy::FollowForecast { .. } => model.review_period as usize,
            _ => protection(model, mean_lead),
        };
        let (bias, sales) = match described {
            Forecast::Mean { bias } | Forecast::Evolution { bias } => (&bias[..], false),
            Forecast::Perfect {} | Forecast::Cube { .. } | Forecast::PlanningBill { .. } => (&[][..], false),
            Forecast::Statistical { bias, observe, .. } => (&bias[..], *observe == Observed::Sales),
        };
        for b in bias {
            check::finite("forecast.bias", *b)?;
        }
        let means = demand.means(periods);
        let provider = match described {
            Forecast::Mean { .. } => Provider::Mean(means.ok_or_else(|| {
                let reason = "must be a method or given: the mean of each period of this demand is not known (KnownMean)";
                Error::data("forecast", reason)
            })?),
            Forecast::Evolution { .. } => match &demand.kind {
                DemandKind::Evolving(e) => Provider::Evolution((0..periods).map(|t| e.mean(t)).collect()),
                _ => {
                    let reason = "must be another one: EvolvingForecast needs demand by ForecastEvolution";
                    return Err(Error::data("forecast", reason));
                }
            },
            Forecast::Perfect {} => Provider::Perfect,
            Forecast::Cube { forecasts, cycle } => {
                let array =
                    arrays.get(forecasts).ok_or_else(|| Error::data(forecasts, "no array of this name"))?;
                Provider::Cube(Cube::new(array, *cycle, periods, end)?)
            }
            Forecast::PlanningBill { family, family_error, every, key, parts } => {
                Provider::Bill(Box::new(Bill::compile(family, (family_error, *every, *key), parts)?))
            }
            Forecast::Statistical { of, .. } => {
                let mean = means.as_ref().map(|m| m[0]);
                let forecaster = of.check().and_then(|()| of.compile(mean, cover, demand.sd()));
                Provider::Statistical(Box::new(forecaster?))
            }
        };
        let (factor, from) = match model.policy {
            Policy::OrderUpTo { factor, .. } => (factor, 0),
            Policy::FollowForecast { factor, ahead, .. } => {
                (factor, ahead.map_or(mean_lead.round() as usize - early(model), |k| k as usize))
            }
            _ => (0.0, 0),
        };
        let spread = if factor == 0.0 {
            Vec::new()
        } else {
            spread(&provider, demand, from..from + cover, periods, factor)?
        };
        Ok(Some(Self { provider, bias: bias.to_vec(), sales, cover, spread }))
    }

    /// State before period 0.
    pub fn begin(&self, lanes: usize) -> forecast::State {
        let mut state = forecast::State::default();
        if let Provider::Statistical(method) = &self.provider {
            method.reset(lanes, &mut state);
        }
        state
    }

    /// Takes in what was observed in a period of one replication.
    pub fn observe(&self, state: &mut forecast::State, observed: f64) {
        if let Provider::Statistical(method) = &self.provider {
            method.observe(state, &[observed]);
        }
    }

    /// Forecast made at the plan step of `now` for `ahead` periods later, of one replication.
    pub fn at(&self, state: &forecast::State, known: Known<'_>, now: usize, ahead: usize) -> f64 {
        let mut x = [0.0];
        let at = now + ahead;
        match &self.provider {
            Provider::Mean(means) => x[0] = means[at.min(means.len() - 1)],
            Provider::Evolution(means) => {
                let foreseen = known.foreseen[now].get(ahead).copied();
                x[0] = foreseen.unwrap_or_else(|| means[at.min(means.len() - 1)]);
            }
            Provider::Perfect => x[0] = known.demand[at.min(known.demand.len() - 1)],
            Provider::Cube(cube) => x[0] = cube.at(known.replication, now, ahead),
            Provider::Bill(bill) => x[0] = bill.at(known.key, known.replication, now, ahead),
            Provider::Statistical(method) => method.ahead(state, ahead, &mut x),
        }
        let factor = self.factor(ahead);
        if factor == 1.0 { x[0] } else { x[0] * factor }
    }

    /// One more than the relative error of a forecast so far ahead.
    #[inline]
    pub fn factor(&self, ahead: usize) -> f64 {
        match self.bias.get(ahead).or(self.bias.last()) {
            Some(b) => 1.0 + b,
            None => 1.0,
        }
    }

    /// Standard deviation of the error of the cover that begins at the plan step of `now`, where it is known beforehand.
    #[inline]
    pub fn sd(&self, now: usize) -> f64 {
        self.spread.get(now).or(self.spread.last()).copied().unwrap_or(0.0)
    }
}

/// What is known of the error of a cover, by its first period: of `cover` periods ahead.
fn spread(
    provider: &Provider,
    demand: &DemandSource,
    cover: Range<usize>,
    periods: usize,
    factor: f64,
) -> Result<Vec<f64>> {
    match provider {
        Provider::Perfect | Provider::Statistical(_) => Ok(Vec::new()),
        Provider::Mean(_) => demand.cover_sd(cover, periods, false).ok_or_else(|| {
            let bound = "0: how far this demand strays from its mean over a cover is not known; use safety, or a method";
            Error::config("policy.factor", factor, bound)
        }),
        Provider::Evolution(_) => Ok(demand.cover_sd(cover, periods, true).unwrap_or_default()),
        Provider::Cube(_) | Provider::Bill(_) => {
            let bound = "0 with forecasts that are given: how far they err is not known; use safety";
            Err(Error::config("policy.factor", factor, bound))
        }
    }
}
