//! Service measures that grow with the base stock, and targets set on them.

use super::Counts;
use crate::error::{Result, check};
use serde::{Deserialize, Serialize};

/// What a level must reach.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Which service measure.
    pub metric: Service,
    /// The least acceptable value.
    pub at_least: f64,
}

/// Service measures that grow with the base stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// Share of demand filled from stock in its own period, over all replications and periods.
    FillRate,
    /// Share of periods without backlog or loss.
    AlphaService,
}

impl Target {
    /// The target is a share.
    pub fn check(&self) -> Result<()> {
        check::share("target.at_least", self.at_least).map(drop)
    }

    /// The measure from pooled counts.
    pub fn value(&self, c: &Counts, periods: f64) -> f64 {
        match self.metric {
            Service::FillRate => c.filled / c.demand,
            Service::AlphaService => 1.0 - c.stockouts / periods,
        }
    }
}
