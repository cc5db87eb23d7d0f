//! Policies that can be moved as a whole.
//!
//! With full backorders, what is missing from the target (on hand, on order, waiting) moves by the same rule wherever
//! the target lies: base stock, (s, S) with S − s held, and whatever lots are ordered in. A pass at target 0 therefore
//! tells every target; see [`shortfall`](super::shortfall).

use super::params::Params;
use crate::config::Policy;
use crate::demand::{DemandKind, DemandSource};
use crate::error::Result;

/// The same policy with its target at `level`.
pub fn to(policy: &Policy, level: f64) -> Policy {
    match *policy {
        Policy::BaseStock { .. } => Policy::BaseStock { level },
        Policy::MinMax { reorder, up_to, strict } => {
            Policy::MinMax { reorder: level - (up_to - reorder), up_to: level, strict }
        }
    }
}

/// Units over which positions just after a review spread: S − s, or nothing.
pub fn lot(p: &Params) -> f64 {
    lowest(&p.policy)
}

/// The least target of a search: no backlog is planned, so that the reorder level is never below 0.
pub fn lowest(policy: &Policy) -> f64 {
    match *policy {
        Policy::BaseStock { .. } => 0.0,
        Policy::MinMax { reorder, up_to, .. } => up_to - reorder,
    }
}

/// Whether a search can move this policy.
pub fn check(policy: &Policy) -> Result<()> {
    match policy {
        Policy::BaseStock { .. } | Policy::MinMax { .. } => Ok(()),
    }
}

/// The design with its target and its opening moved to 0, if it tells all about every target.
pub fn base(p: &Params, demand: &DemandSource) -> Option<Params> {
    let negative = matches!(&demand.kind, DemandKind::Drawn { sampler, .. } if sampler.min() < 0.0);
    (p.opens_at_target && p.lost_share == 0.0 && !negative).then(|| p.at_nought())
}
