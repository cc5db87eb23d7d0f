//! The supply side, for every strategy: how long what is released takes to arrive, how much of it a supplier accepts, how
//! much of it is good, and when supply is down.
//!
//! Lead times are addressed by (arc, release period), so that strategies which release in the same period meet the same
//! luck. A law on the period engine must be whole; a continuous one says how it is made so. Knows nothing of strategies.

mod crossing;
mod disruption;
pub mod quantity;
mod side;
mod yields;

pub use crossing::in_common;
pub use disruption::Outage;
pub use quantity::Quantities;
pub use side::{Side, SideKind, SideMemory};
pub use yields::Yield;

use crate::config::{Crossing, EventOrder};
use crate::error::{Error, Result, check};
use crate::law::{Law, Sampler, WholeTable};
use std::sync::Arc;

/// Longest lead time that a pipeline is built for, in periods.
const LONGEST_PIPELINE: f64 = 100_000.0;

/// Periods from release to receipt.
#[derive(Debug, Clone)]
pub enum Lead {
    /// Always the same.
    Fixed(usize),
    /// Drawn by (arc, period).
    Random {
        /// The compiled law of what is drawn: lead times, or with [`Crossing::Kaplan`] age thresholds.
        law: Arc<WholeTable>,
        /// Largest value.
        longest: usize,
        /// Which orders may overtake which.
        crossing: Crossing,
    },
}

/// What is drawn for random lead times, shared by all designs for which it is the same.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadDraw {
    /// The compiled law.
    pub law: Arc<WholeTable>,
    /// Draws become waits with [common arrivals](in_common).
    pub common: bool,
}

impl Lead {
    /// Checks and compiles a lead time for runs of `periods` periods; also the mean wait of an order: that of the law as
    /// drawn, but in the long run with common arrivals, where it is longer. (With first in, first out it is longer as well,
    /// by how much depends on when orders are released; the mean is that of the law.)
    pub fn compile(
        source: &Law,
        crossing: Crossing,
        order: EventOrder,
        periods: usize,
    ) -> Result<(Self, f64)> {
        let field = "lead_time";
        let sampler = source.compile().map_err(|e| e.within(field))?;
        if sampler.max() > LONGEST_PIPELINE && matches!(source.whole_law(), Ok(true)) {
            let bound = format!("≤ {LONGEST_PIPELINE} at its longest; use .clipped()");
            return Err(Error::config(field, sampler.max(), bound));
        }
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
        if min == 0.0 && order == EventOrder::DemandBeforeOrder {
            return Err(Error::config(field, min, "≥ 1 with event_order = demand_before_order"));
        }
        if min == max {
            return Ok((Self::Fixed(max as usize), mean));
        }
        let (law, mean) = match crossing {
            Crossing::Independent | Crossing::Fifo => (law, mean),
            Crossing::Kaplan => (crossing::threshold(&law, &name_of(source))?, mean),
            Crossing::Common => {
                let mean = crossing::common_mean(&law);
                (law, mean)
            }
        };
        Ok((Self::Random { law: Arc::new(law), longest: max as usize, crossing }, mean))
    }

    /// What is drawn, if anything is.
    pub fn draw(&self) -> Option<LeadDraw> {
        match self {
            Self::Fixed(_) => None,
            Self::Random { law, crossing, .. } => {
                Some(LeadDraw { law: law.clone(), common: *crossing == Crossing::Common })
            }
        }
    }

    /// What the model reads in periods 0, 1, …, of one replication: waits, or with [`Crossing::Kaplan`] age thresholds.
    /// `bits(t)` is the integer of the address of period t.
    pub fn path(&self, periods: usize, bits: impl Fn(u64) -> u64) -> Vec<usize> {
        let Self::Random { law, crossing, .. } = self else { return vec![self.longest(); periods] };
        let drawn = (0..periods).map(|t| law.at(bits(t as u64)) as usize);
        if *crossing != Crossing::Common {
            return drawn.collect();
        }
        let mut latest = 0;
        let arrivals = drawn.enumerate().map(|(t, lead)| {
            latest = latest.max(t + lead);
            latest - t
        });
        arrivals.collect()
    }

    /// Whether two designs meet the same lead times.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Fixed(x), Self::Fixed(y)) => x == y,
            (Self::Random { law: x, crossing: c, .. }, Self::Random { law: y, crossing: d, .. }) => {
                x == y && c == d
            }
            _ => false,
        }
    }

    /// Smallest value.
    pub fn shortest(&self) -> usize {
        match self {
            Self::Fixed(l) => *l,
            Self::Random { law, .. } => law.first() as usize,
        }
    }

    /// Largest value.
    pub fn longest(&self) -> usize {
        match self {
            Self::Fixed(l) => *l,
            Self::Random { longest, .. } => *longest,
        }
    }
}

/// What a law is called in JSON.
fn name_of(law: &Law) -> String {
    let tag = serde_json::to_value(law).ok().and_then(|v| v["law"].as_str().map(|s| s.replace('_', "-")));
    tag.unwrap_or_default()
}
