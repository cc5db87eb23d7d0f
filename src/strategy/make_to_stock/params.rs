//! The configuration of one design, checked once and then trusted.

use crate::config::Costs;
use crate::config::{Arrays, Crossing, Demand, EventOrder, HoldingBasis, MakeToStock, Policy};
use crate::engine::lattice::DEPTH;
use crate::error::{Error, Result, check};
use crate::law::{Law, Sampler, WholeTable};
use crate::random::Stream;
use std::sync::Arc;

/// Longest lead time that a pipeline is built for, in periods.
const LONGEST_PIPELINE: f64 = 100_000.0;
/// Largest sum an integer accumulator may reach before it is emptied.
const WHOLE_LIMIT: f64 = (i32::MAX / 2) as f64;

/// Demand of one item, ready to draw.
#[derive(Debug, Clone)]
pub struct DemandSource {
    /// Where values come from.
    pub kind: DemandKind,
    /// Every value is a whole number within 32 bits.
    pub whole: bool,
    /// Largest absolute value.
    pub largest: f64,
}

/// Where the demand of a period comes from.
#[derive(Debug, Clone)]
pub enum DemandKind {
    /// Drawn by address on `stream`.
    Drawn {
        /// `Demand` or `Bootstrap`.
        stream: Stream,
        /// The compiled law.
        sampler: Sampler,
    },
    /// Given: `rows` paths of `periods` values.
    Given {
        /// Row-major values.
        values: Arc<[f64]>,
        /// Paths.
        rows: usize,
        /// Periods in a path.
        periods: usize,
    },
}

/// Periods from release to receipt.
#[derive(Debug, Clone)]
pub enum Lead {
    /// Always the same.
    Fixed(usize),
    /// Drawn by (arc, release period).
    Random {
        /// The compiled law.
        law: Arc<WholeTable>,
        /// Largest value.
        longest: usize,
        /// A release may arrive in its own period.
        may_be_zero: bool,
        /// No order arrives before an earlier one.
        fifo: bool,
    },
}

/// One design.
#[derive(Debug, Clone)]
pub struct Params {
    /// Release policy.
    pub policy: Policy,
    /// Lead time.
    pub lead: Lead,
    /// Mean lead time as drawn.
    pub mean_lead: f64,
    /// Review every this many periods.
    pub review: usize,
    /// Demand comes before planning.
    pub demand_first: bool,
    /// Holding is charged on the mean of stock before demand and at the close.
    pub mean_basis: bool,
    /// Share of a shortage that is lost.
    pub lost_share: f64,
    /// On hand at the start.
    pub opening: f64,
    /// Opening stock was left at the policy's target.
    pub opens_at_target: bool,
    /// Cost rates.
    pub costs: Costs,
    /// How far net stock and position can stray from the levels: the largest demand of a protection interval.
    stray: f64,
    /// 32-bit integers hold every quantity.
    pub whole: bool,
    /// Periods after which integer accumulators must be emptied.
    pub flush_every: usize,
}

impl DemandSource {
    /// Compiles the demand of one item for runs of `periods` periods and `replications` replications.
    pub fn compile(demand: &Demand, arrays: &Arrays, periods: usize, replications: u64) -> Result<Self> {
        match demand {
            Demand::Stationary { law } => {
                let sampler = law.compile().map_err(|e| e.within("demand"))?;
                Ok(Self::drawn(Stream::Demand, sampler))
            }
            Demand::Bootstrap { history } => {
                let array = named(arrays, history)?;
                if array.shape.len() != 1 {
                    return Err(Error::data(
                        "demand.history",
                        format!("must have one axis, got {}", array.shape.len()),
                    ));
                }
                let law = Law::Empirical { values: array.values.clone(), interpolate: false };
                Ok(Self::drawn(Stream::Bootstrap, law.compile().map_err(|e| e.within("demand.history"))?))
            }
            Demand::Paths { paths, cycle } => {
                let array = named(arrays, paths)?;
                let (rows, length) = match array.shape[..] {
                    [t] => (1, t),
                    [r, t] => (r, t),
                    _ => {
                        return Err(Error::data(
                            "demand.paths",
                            "must have axes (period) or (replication, period)",
                        ));
                    }
                };
                if length < periods {
                    return Err(Error::data(
                        "demand.paths",
                        format!("have {length} periods, the run needs {periods}"),
                    ));
                }
                if rows > 1 && (rows as u64) < replications && !cycle {
                    return Err(Error::data(
                        "demand.paths",
                        format!(
                            "has {rows} replications, the run needs {replications}; cycle=True starts again"
                        ),
                    ));
                }
                if let Some(i) = array.values.iter().position(|x| !x.is_finite() || *x < 0.0) {
                    let x = array.values[i];
                    let (r, t) = (i / length.max(1), i % length.max(1));
                    return Err(Error::data(
                        "demand.paths",
                        format!("must be finite and ≥ 0, got {x} in path {r}, period {t}"),
                    ));
                }
                let largest = array.values.iter().copied().fold(0.0, f64::max);
                let whole = largest < WHOLE_LIMIT && array.values.iter().all(|x| x.fract() == 0.0);
                let kind =
                    DemandKind::Given { values: array.values.as_slice().into(), rows, periods: length };
                Ok(Self { kind, whole, largest })
            }
        }
    }

    fn drawn(stream: Stream, sampler: Sampler) -> Self {
        let largest = sampler.min().abs().max(sampler.max().abs());
        let whole = matches!(sampler, Sampler::Whole(_)) && sampler.min() >= 0.0 && largest < WHOLE_LIMIT;
        Self { kind: DemandKind::Drawn { stream, sampler }, whole, largest }
    }
}

fn named<'a>(arrays: &'a Arrays, name: &str) -> Result<&'a crate::config::Array> {
    arrays.get(name).ok_or_else(|| Error::data(name, "no array of this name came with the configuration"))
}

impl Lead {
    fn compile(model: &MakeToStock, periods: usize) -> Result<(Self, f64)> {
        let field = "lead_time";
        let sampler = model.lead_time.compile().map_err(|e| e.within(field))?;
        let Sampler::Whole(law) = sampler else {
            return Err(Error::Type {
                field: field.to_owned(),
                reason: "must be a whole number of periods; say how a continuous law is made whole: \
                         .rounded(\"nearest\") or .rounded(\"up\")"
                    .to_owned(),
            });
        };
        let (min, max, mean) = (f64::from(law.first()), f64::from(law.last()), law.mean());
        check::non_negative(field, min)?;
        if min > periods as f64 {
            return Err(Error::config(field, min, format!("≤ periods = {periods}, or nothing ever arrives")));
        }
        if max > LONGEST_PIPELINE {
            return Err(Error::config(
                field,
                max,
                format!("≤ {LONGEST_PIPELINE} at its longest; use .clipped()"),
            ));
        }
        if min == 0.0 && model.event_order == EventOrder::DemandBeforeOrder {
            return Err(Error::config(field, min, "≥ 1 with event_order = demand_before_order"));
        }
        let lead = if min == max {
            Self::Fixed(max as usize)
        } else {
            let (longest, may_be_zero) = (max as usize, min == 0.0);
            Self::Random { law: Arc::new(law), longest, may_be_zero, fifo: model.crossing == Crossing::Fifo }
        };
        Ok((lead, mean))
    }

    /// Largest value.
    pub fn longest(&self) -> usize {
        match self {
            Self::Fixed(l) => *l,
            Self::Random { longest, .. } => *longest,
        }
    }
}

impl Params {
    /// Checks and compiles one design; `periods` includes warm-up.
    pub fn compile(model: &MakeToStock, demand: &DemandSource, periods: usize) -> Result<Self> {
        model.policy.check()?;
        model.costs.check()?;
        if model.review_period == 0 {
            return Err(Error::config("review_period", 0, "≥ 1"));
        }
        let review = model.review_period as usize;
        if review > periods {
            return Err(Error::config("review_period", review, format!("≤ periods = {periods}")));
        }
        check::share("backorder_share", model.backorder_share)?;
        let opening = match model.opening_stock {
            Some(x) => check::non_negative("opening_stock", x)?,
            None => model.policy.target(),
        };
        if opening < 0.0 && model.backorder_share < 1.0 {
            let field = if matches!(model.policy, Policy::BaseStock { .. }) {
                "policy.level"
            } else {
                "policy.up_to"
            };
            let bound = "≥ 0 where sales are lost: a planned backlog needs customers who wait";
            return Err(Error::config(field, opening, bound));
        }
        let (lead, mean_lead) = Lead::compile(model, periods)?;
        let lost_share = 1.0 - model.backorder_share;
        let stray = (lead.longest() + review + 1) as f64 * demand.largest;
        let mut params = Self {
            policy: model.policy,
            lead,
            mean_lead,
            review,
            demand_first: model.event_order == EventOrder::DemandBeforeOrder,
            mean_basis: model.holding_basis == HoldingBasis::Mean,
            lost_share,
            opening,
            opens_at_target: model.opening_stock.is_none() || opening == model.policy.target(),
            costs: model.costs,
            stray,
            whole: demand.whole,
            flush_every: usize::MAX,
        };
        params.bound();
        Ok(params)
    }

    /// Works out whether integers hold every quantity, and for how many periods.
    fn bound(&mut self) {
        let reorder = if let Policy::MinMax { reorder, .. } = self.policy { reorder } else { 0.0 };
        let levels = [self.policy.target(), reorder, self.opening];
        let reach = levels.iter().map(|x| x.abs()).sum::<f64>() + self.stray;
        self.whole &= levels.iter().all(|x| x.fract() == 0.0)
            && (self.lost_share == 0.0 || self.lost_share == 1.0)
            && reach * 4.0 * DEPTH as f64 <= WHOLE_LIMIT;
        self.flush_every =
            if self.whole { (WHOLE_LIMIT / (2.0 * reach.max(1.0))) as usize } else { usize::MAX };
    }

    /// The same design at another base-stock level; opening stock follows the level where it did before.
    #[must_use]
    pub fn at_level(&self, level: f64) -> Self {
        let opening = if self.opens_at_target { level } else { self.opening };
        let mut params = Self { policy: Policy::BaseStock { level }, opening, ..self.clone() };
        params.bound();
        params
    }

    /// The same design with level and opening stock 0: what is missing from any target.
    #[must_use]
    pub fn at_nought(&self) -> Self {
        Self { opens_at_target: true, ..self.clone() }.at_level(0.0)
    }

    /// Rows of the pipeline: one per period an order can be under way.
    pub fn ring(&self) -> usize {
        match self.lead {
            Lead::Fixed(l) => l,
            Lead::Random { longest, .. } => longest + 1,
        }
    }
}
