//! Policies that can be moved as a whole.
//!
//! With full backorders, what is missing from the target (on hand, on order, waiting) moves by the same rule wherever
//! the target lies: base stock, (s, S) with S − s held, and whatever lots are ordered in. A pass at target 0 therefore
//! tells every target; see [`shortfall`](super::shortfall).

use super::params::Params;
use crate::config::Policy;
use crate::demand::DemandSource;
use crate::error::Result;
use crate::law::Sampler;

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
    (p.opens_at_target && p.lost_share == 0.0 && demand.lowest >= 0.0).then(|| p.at_nought())
}

/// Fractions of a unit that histories come in.
const GRAINS: [f64; 14] =
    [1.0, 2.0, 4.0, 5.0, 8.0, 10.0, 20.0, 25.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 10_000.0];

/// Into how many parts a unit must be cut so that every quantity is a whole number of them, up to rounding; none where
/// no such number is known. What is missing can then be counted instead of sorted.
pub fn grain(p: &Params, demand: &DemandSource) -> Option<f64> {
    let fits = |x: f64, g: f64| ((x * g).round() - x * g).abs() <= 1e-9 * (x * g).abs().max(1.0);
    let values: &[f64] = match demand.steady() {
        _ if demand.whole => &[],
        Some(Sampler::Values { values, .. }) => values,
        _ => return None,
    };
    GRAINS.into_iter().find(|&g| values.iter().chain([&lot(p)]).all(|&x| fits(x, g)))
}
