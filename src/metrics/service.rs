//! What a level is searched for: the least that reaches a service, or the one that costs least.

use super::{Counts, Tariff, cost};
use crate::error::{Result, check};
use serde::{Deserialize, Serialize};

/// What a search is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    /// The least level that reaches a service.
    Service {
        /// Which measure.
        metric: Service,
        /// The least acceptable value.
        at_least: f64,
    },
    /// The least expected cost per period; of several levels that cost the same, the lowest.
    Cost,
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
    /// A service is a share.
    pub fn check(&self) -> Result<()> {
        match self {
            Self::Service { at_least, .. } => check::share("target.at_least", *at_least).map(drop),
            Self::Cost => Ok(()),
        }
    }

    /// The service, or the cost per period, from pooled counts; `tariff.periods` are those of all replications.
    pub fn value(&self, c: &Counts, tariff: &Tariff) -> f64 {
        match self {
            Self::Service { metric: Service::FillRate, .. } => c.filled / c.demand,
            Self::Service { metric: Service::AlphaService, .. } => 1.0 - c.stockouts / tariff.periods,
            Self::Cost => cost(c, tariff),
        }
    }
}
