//! What else a design may have: forecasts, capacity, yields, outages, shelf life, a second source. Checked once.
//!
//! A design without any of them has no terms and runs on [lanes](super::kernel); with them it runs on [rows](super::rows).

use super::foresight::Foresight;
use crate::config::{
    Arrays, Crossing, Effect, EventOrder, Express, Forecast, Issue, Limit, MakeToStock, Policy,
};
use crate::demand::DemandSource;
use crate::error::{Error, Result, check};
use crate::forecast::Forecaster;
use crate::random::Stream;
use crate::supply::{Lead, Outage, Side, SideKind, Yield};

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
        if model.is_plain() && !always {
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
                if o.hazard == 0.0 && o.periods.is_empty() {
                    return Err(Error::config("obsolescence.hazard", 0.0, "> 0, or periods given"));
                }
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
            forecast: Foresight::compile(model, demand, mean_lead, (arrays, periods, end))?,
            usage: usage(model, demand)?,
            variances,
            described: Described {
                forecast: model.forecast.clone(),
                capacity: model.capacity.clone(),
                yields: model.yields.clone(),
                disruptions: model.disruptions.clone(),
            },
        };
        if terms.shelf_life.is_some() && demand.lowest < 0.0 && model.backorder_share > 0.0 {
            let bound =
                "left out where demand may be negative and customers wait: what comes back would meet both";
            return Err(Error::config("shelf_life", model.shelf_life.unwrap_or(0), bound));
        }
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
        let keeps = matches!(model.crossing, Crossing::Independent | Crossing::Fifo);
        if stops(Effect::Transit) && !keeps && !fixed {
            let bound =
                "with crossing independent or fifo: the waits of the others are those of the calendar";
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
                if stops(Effect::Transit) || stops(Effect::Receive) || stops(Effect::Ship) {
                    let bound = "order, capacity or stock beside a material plan, which trusts its receipts";
                    return Err(Error::config("disruptions.effect", "ship, transit or receive", bound));
                }
                let least = lead.longest() + model.review_period as usize + *fence as usize;
                if (*horizon as usize) < least {
                    let bound = format!("≥ {least}: lead time + review period + fence");
                    return Err(Error::config("policy.horizon", *horizon, bound));
                }
                Ok(())
            }
            Policy::RatePlan { .. } if model.review_period > 1 => {
                let bound = "1 with a rate plan, which says what every period releases";
                Err(Error::config("review_period", model.review_period, bound))
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
