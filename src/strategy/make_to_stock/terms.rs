//! What else a design may have: forecasts, capacity, yields, outages, shelf life, a second source. Checked once.
//!
//! A design without any of them has no terms and runs on [lanes](super::kernel); with them it runs on [rows](super::rows).

use crate::config::{Array, Arrays};
use crate::config::{Effect, EventOrder, Express, Forecast, Issue, Limit, MakeToStock, Observed, Policy};
use crate::demand::{DemandKind, DemandSource, path_of};
use crate::error::{Error, Result, check};
use crate::forecast::{self, Forecaster};
use crate::random::Stream;
use crate::supply::{Lead, Outage, Side, SideKind, Yield};
use std::sync::Arc;

/// Longest shelf life that is kept apart by age, in periods.
const LONGEST_SHELF: u32 = 1000;

/// The terms of one design.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Random inputs, by position below.
    pub sides: Vec<Side>,
    /// Units per period.
    pub capacity: Option<Capacity>,
    /// Good part of a lot, and its draw.
    pub yields: Option<(Yield, usize)>,
    /// Processes that take supply down.
    pub outages: Vec<Outage>,
    /// Periods in which a unit can be used.
    pub shelf_life: Option<usize>,
    /// Freshest first.
    pub lifo: bool,
    /// Events that make stock worthless.
    pub obsolescence: Option<Obsolescence>,
    /// Second source.
    pub express: Option<Express>,
    /// Bring forward below this net stock.
    pub expedite_below: Option<f64>,
    /// What planners expect.
    pub forecast: Option<Foresight>,
    /// What usage is averaged over, for demand-driven buffers.
    pub usage: Option<Forecaster>,
    /// Variances are wanted.
    pub variances: bool,
    /// All of this as it was described, to tell whether two designs have the same.
    pub described: Described,
}

/// Terms as they were described, but for what belongs to the policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    forecast: Option<Forecast>,
    capacity: Option<crate::config::Capacity>,
    yields: Option<crate::config::Yield>,
    disruptions: Vec<crate::config::Disruption>,
}

/// Capacity, compiled.
#[derive(Debug, Clone, PartialEq)]
pub struct Capacity {
    /// Per period, repeating, or the side input that tells it.
    pub regular: Regular,
    /// Beyond it.
    pub overtime: f64,
}

/// Where regular capacity comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Regular {
    /// Period t has number t modulo their count.
    Cycle(Vec<f64>),
    /// A side input.
    Drawn(usize),
}

/// Events that make stock worthless, compiled.
#[derive(Debug, Clone, PartialEq)]
pub struct Obsolescence {
    /// Chance per period, and the side input it is compared with.
    pub hazard: Option<(f64, usize)>,
    /// Planned.
    pub periods: Vec<usize>,
}

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
    /// Known standard deviation of the error of a cover; for the mean, where it is known.
    pub known_sd: f64,
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
    /// A method inside the replication.
    Statistical(Box<Forecaster>),
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

impl Terms {
    /// Checks and compiles; none where a design has nothing of the kind and rows are not asked for.
    pub fn compile(
        model: &MakeToStock,
        demand: &DemandSource,
        lead: &Lead,
        mean_lead: f64,
        (arrays, periods, end): (&Arrays, usize, u64),
        (always, variances): (bool, bool),
    ) -> Result<Option<Self>> {
        let plain = !always
            && model.costs.erosion == 0.0
            && model.capacity.is_none()
            && model.yields.is_none()
            && model.disruptions.is_empty()
            && model.shelf_life.is_none()
            && model.obsolescence.is_none()
            && model.express.is_none()
            && model.expedite_below.is_none()
            && model.forecast.is_none()
            && !model.policy.plans();
        if plain {
            return Ok(None);
        }
        let mut sides = Vec::new();
        let capacity = capacity(model, &mut sides)?;
        let yields = match &model.yields {
            None => None,
            Some(described) => {
                let (made, side) = Yield::compile(described).map_err(|e| e.within("yields"))?;
                sides.push(side);
                Some((made, sides.len() - 1))
            }
        };
        let mut outages = Vec::new();
        for (i, d) in model.disruptions.iter().enumerate() {
            let outage =
                Outage::compile(d, &mut sides).map_err(|e| e.within(&format!("disruptions[{i}]")))?;
            if outage.effect == Effect::Capacity && capacity.is_none() {
                let bound = "joined by a capacity: it leaves a share of it";
                return Err(Error::config(format!("disruptions[{i}].effect"), "capacity", bound));
            }
            outages.push(outage);
        }
        let obsolescence = match &model.obsolescence {
            None => None,
            Some(o) => {
                check::share("obsolescence.hazard", o.hazard)?;
                let hazard = (o.hazard > 0.0).then(|| {
                    sides.push(Side { stream: Stream::Life, entity: o.key, sub: 1, kind: SideKind::Uniform });
                    (o.hazard, sides.len() - 1)
                });
                Some(Obsolescence { hazard, periods: o.periods.clone() })
            }
        };
        let shelf_life = match model.shelf_life {
            None => None,
            Some(m) if (1..=LONGEST_SHELF).contains(&m) => Some(m as usize),
            Some(m) => return Err(Error::config("shelf_life", m, format!("in 1 … {LONGEST_SHELF}"))),
        };
        let terms = Self {
            sides,
            capacity,
            yields,
            outages,
            shelf_life,
            lifo: model.issue == Issue::Lifo,
            obsolescence,
            express: model.express,
            expedite_below: model.expedite_below,
            forecast: foresight(model, demand, mean_lead, (arrays, periods, end))?,
            usage: usage(model, demand)?,
            variances,
            described: Described {
                forecast: model.forecast.clone(),
                capacity: model.capacity.clone(),
                yields: model.yields.clone(),
                disruptions: model.disruptions.clone(),
            },
        };
        terms.check(model, lead, mean_lead)?;
        Ok(Some(terms))
    }

    /// What goes together.
    fn check(&self, model: &MakeToStock, lead: &Lead, mean_lead: f64) -> Result<()> {
        let fixed = matches!(lead, Lead::Fixed(_));
        let stops = |effect| self.outages.iter().any(|o| o.effect == effect);
        if let Some(express) = &self.express {
            check::quantity("express.level", express.level)?;
            if !fixed || f64::from(express.lead_time) >= mean_lead {
                let bound = format!("below a constant regular lead time ({mean_lead:.6} on average here)");
                return Err(Error::config("express.lead_time", express.lead_time, bound));
            }
            if express.lead_time == 0 && model.event_order == EventOrder::DemandBeforeOrder {
                let bound = "≥ 1 with event_order = demand_before_order";
                return Err(Error::config("express.lead_time", 0, bound));
            }
        }
        if let Some(below) = self.expedite_below {
            check::quantity("expedite_below", below)?;
            if !fixed || lead.shortest() == 0 {
                let bound = "left out unless the lead time is constant and at least 1";
                return Err(Error::config("expedite_below", below, bound));
            }
        }
        if stops(Effect::Transit) && (self.express.is_some() || self.expedite_below.is_some()) {
            let bound = "without express source and expediting, which count periods to arrival";
            return Err(Error::config("disruptions.effect", "transit", bound));
        }
        if stops(Effect::Transit) && model.crossing == crate::config::Crossing::Kaplan && !fixed {
            let bound = "with another crossing than kaplan, whose orders age whatever happens";
            return Err(Error::config("disruptions.effect", "transit", bound));
        }
        if let Some((made, _)) = &self.yields
            && made.by_piece()
            && !model.quantities.multiple.is_some_and(|m| m.fract() == 0.0)
        {
            let bound = "a whole number where a lot is counted by the piece (yields)";
            let given = model.quantities.multiple.map_or("none".to_owned(), |m| m.to_string());
            return Err(Error::config("quantities.multiple", given, bound));
        }
        match &model.policy {
            Policy::OrderUpTo { .. } | Policy::FollowForecast { .. } | Policy::MaterialPlan { .. }
                if self.forecast.is_none() =>
            {
                Err(Error::config("forecast", "none", "given: the policy plans from a forecast"))
            }
            Policy::OrderUpTo { returns: true, .. }
                if !model.quantities.are_none()
                    || self.capacity.is_some()
                    || self.yields.is_some()
                    || self.shelf_life.is_some()
                    || model.backorder_share < 1.0 =>
            {
                let bound = "False with quantity rules, capacity, yield, shelf life or lost sales";
                Err(Error::config("policy.returns", "True", bound))
            }
            Policy::MaterialPlan { horizon, fence, .. } => {
                if !fixed {
                    return Err(Error::config("lead_time", "a random law", "constant for a material plan"));
                }
                if stops(Effect::Transit) || stops(Effect::Receive) {
                    let bound =
                        "order, ship, capacity or stock beside a material plan, which trusts its receipts";
                    return Err(Error::config("disruptions.effect", "transit or receive", bound));
                }
                let least = lead.longest() + model.review_period as usize + *fence as usize;
                if (*horizon as usize) < least {
                    let bound = format!("≥ {least}: lead time + review period + fence");
                    return Err(Error::config("policy.horizon", *horizon, bound));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Whether what is missing from the target obeys the same rule at every target (spec O1).
    pub fn moves(&self) -> std::result::Result<(), &'static str> {
        if self.shelf_life.is_some() {
            return Err("stock expires, so what is ordered depends on the level");
        }
        if self.obsolescence.is_some() || self.outages.iter().any(|o| o.effect == Effect::Stock) {
            return Err("stock can be lost, so what is ordered depends on the level");
        }
        if self.express.is_some() {
            return Err("a second source has a level of its own");
        }
        if self.expedite_below.is_some() {
            return Err("orders are expedited by the stock on hand");
        }
        if self.forecast.as_ref().is_some_and(|f| f.sales) {
            return Err("forecasts see sales, which depend on the level");
        }
        Ok(())
    }
}

fn capacity(model: &MakeToStock, sides: &mut Vec<Side>) -> Result<Option<Capacity>> {
    let Some(given) = &model.capacity else { return Ok(None) };
    let field = "capacity.regular";
    check::non_negative("capacity.overtime", given.overtime)?;
    let regular = match &given.regular {
        Limit::Cycle(values) if values.is_empty() => {
            return Err(Error::config(field, "no values", "one limit, or one per period"));
        }
        Limit::Cycle(values) => {
            values.iter().try_for_each(|x| check::non_negative(field, *x).map(drop))?;
            Regular::Cycle(values.clone())
        }
        Limit::Drawn(law) => {
            let sampler = law.compile().map_err(|e| e.within("capacity"))?;
            check::non_negative("capacity", sampler.min())?;
            let (stream, entity) = (Stream::Capacity, given.key);
            sides.push(Side { stream, entity, sub: 0, kind: SideKind::Law(sampler) });
            Regular::Drawn(sides.len() - 1)
        }
    };
    Ok(Some(Capacity { regular, overtime: given.overtime }))
}

/// Periods of a cover: what is ordered now must last until what is ordered at the next review arrives.
fn protection(model: &MakeToStock, mean_lead: f64) -> usize {
    let early = usize::from(model.event_order == EventOrder::DemandBeforeOrder);
    (mean_lead.ceil() as usize + model.review_period as usize - early).max(1)
}

fn foresight(
    model: &MakeToStock,
    demand: &DemandSource,
    mean_lead: f64,
    (arrays, periods, end): (&Arrays, usize, u64),
) -> Result<Option<Foresight>> {
    let Some(described) = &model.forecast else { return Ok(None) };
    let cover = match model.policy {
        Policy::OrderUpTo { cover: Some(m), .. } => m as usize,
        Policy::FollowForecast { .. } => 1,
        _ => protection(model, mean_lead),
    };
    let (bias, sales) = match described {
        Forecast::Mean { bias } | Forecast::Evolution { bias } => (&bias[..], false),
        Forecast::Perfect {} | Forecast::Cube { .. } => (&[][..], false),
        Forecast::Statistical { bias, observe, .. } => (&bias[..], *observe == Observed::Sales),
    };
    for b in bias {
        check::finite("forecast.bias", *b)?;
    }
    let means = demand.means(periods);
    let provider = match described {
        Forecast::Mean { .. } => Provider::Mean(means.ok_or_else(|| {
            Error::config("forecast", "mean", "statistical: the mean of each period is not known here")
        })?),
        Forecast::Evolution { .. } => match &demand.kind {
            DemandKind::Evolving(e) => Provider::Evolution((0..periods).map(|t| e.mean(t)).collect()),
            _ => return Err(Error::config("forecast", "evolution", "given with demand that evolves")),
        },
        Forecast::Perfect {} => Provider::Perfect,
        Forecast::Cube { forecasts, cycle } => {
            let array =
                arrays.get(forecasts).ok_or_else(|| Error::data(forecasts, "no array of this name"))?;
            Provider::Cube(Cube::new(array, *cycle, periods, end)?)
        }
        Forecast::Statistical { of, .. } => {
            let mean = means.as_ref().map(|m| m[0]);
            let forecaster = of.check().and_then(|()| of.compile(mean, cover, demand.sd()));
            Provider::Statistical(Box::new(forecaster.map_err(|e| e.within("forecast"))?))
        }
    };
    let known_sd = match (&provider, &demand.kind) {
        (Provider::Perfect, _) => 0.0,
        (Provider::Evolution(_), DemandKind::Evolving(e)) => e.error_sd(cover),
        (Provider::Mean(_), DemandKind::Evolving(e)) => e.trace.sqrt() * (cover as f64).sqrt(),
        _ => demand.sd().map_or(0.0, |sd| sd * (cover as f64).sqrt()),
    };
    Ok(Some(Foresight { provider, bias: bias.to_vec(), sales, cover, known_sd }))
}

fn usage(model: &MakeToStock, demand: &DemandSource) -> Result<Option<Forecaster>> {
    let Policy::DemandDriven { window, .. } = &model.policy else { return Ok(None) };
    let of = crate::forecast::Statistical {
        method: crate::forecast::Method::MovingAverage { window: *window as usize },
        initial: None,
        history: Vec::new(),
        error: crate::forecast::ErrorEstimate::default(),
    };
    of.check().and_then(|()| of.compile(demand.mean, 1, None)).map(Some).map_err(|e| e.within("policy"))
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
}

impl Foresight {
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
}
