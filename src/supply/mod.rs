//! The supply side: how long what is released takes to arrive.
//!
//! Lead times are addressed by (arc, release period), so that strategies which release in the same period meet the same
//! luck. A law on the period engine must be whole; a continuous one says how it is made so. Knows nothing of strategies.

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
    /// Drawn by (arc, release period).
    Random {
        /// The compiled law.
        law: Arc<WholeTable>,
        /// Largest value.
        longest: usize,
        /// No order arrives before an earlier one.
        fifo: bool,
    },
}

impl Lead {
    /// Checks and compiles a lead time for runs of `periods` periods; also its mean as drawn.
    pub fn compile(law: &Law, crossing: Crossing, order: EventOrder, periods: usize) -> Result<(Self, f64)> {
        let field = "lead_time";
        let sampler = law.compile().map_err(|e| e.within(field))?;
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
        if min == 0.0 && order == EventOrder::DemandBeforeOrder {
            return Err(Error::config(field, min, "≥ 1 with event_order = demand_before_order"));
        }
        let lead = if min == max {
            Self::Fixed(max as usize)
        } else {
            let longest = max as usize;
            Self::Random { law: Arc::new(law), longest, fifo: crossing == Crossing::Fifo }
        };
        Ok((lead, mean))
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
