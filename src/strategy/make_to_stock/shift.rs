//! Policies that can be moved as a whole.
//!
//! With full backorders, what is missing from the target (not on hand, on order, or owed) obeys the same rule wherever the
//! target lies: base stock, capped or not, (s, S) with S − s held, (r, nQ) with Q held, and all of them under quantity
//! rules. A pass at target 0 therefore tells every target; see [`shortfall`](super::shortfall).

use super::params::Params;
use crate::config::{Level, Policy};
use crate::demand::DemandSource;
use crate::error::{Error, Result};
use crate::law::Sampler;

/// The same policy with its target at `level`.
pub fn to(policy: &Policy, level: f64) -> Policy {
    match *policy {
        Policy::MinMax { reorder, up_to, strict } => {
            Policy::MinMax { reorder: level - (up_to - reorder), up_to: level, strict }
        }
        Policy::ReorderQuantity { quantity, strict, .. } => {
            Policy::ReorderQuantity { reorder: level - quantity, quantity, strict }
        }
        Policy::CappedBaseStock { cap, .. } => Policy::CappedBaseStock { level, cap },
        Policy::BaseStock { .. } => Policy::BaseStock { level: Level::Constant(level) },
        Policy::OrderUpTo { factor, cover, smoothing, returns, .. } => {
            Policy::OrderUpTo { safety: level, factor, cover, smoothing, returns }
        }
        Policy::ConstantOrder { .. }
        | Policy::FollowForecast { .. }
        | Policy::RatePlan { .. }
        | Policy::MaterialPlan { .. }
        | Policy::DemandDriven { .. } => policy.clone(),
    }
}

/// The least target of a search: no backlog is planned, so that a reorder level is never below 0.
pub fn lowest(policy: &Policy) -> f64 {
    match policy {
        Policy::MinMax { reorder, up_to, .. } => up_to - reorder,
        Policy::ReorderQuantity { quantity, .. } => *quantity,
        _ => 0.0,
    }
}

/// Whether a policy has one target that can be moved.
pub fn check(policy: &Policy) -> Result<()> {
    let reason = match policy {
        Policy::ConstantOrder { .. } => "must have a level: a constant order follows none",
        policy if policy.plans() => "must have a level that is searched for: this one plans",
        Policy::BaseStock { level: Level::Cycle(_) } => "must have one level for all periods",
        _ => return Ok(()),
    };
    Err(Error::Type { field: "policy".to_owned(), reason: reason.to_owned() })
}

/// The design with its target and its opening moved to 0, if it tells all about every target.
pub fn base(p: &Params, demand: &DemandSource) -> Option<Params> {
    let movable =
        check(&p.policy).is_ok() && p.opens_at_target && p.terms.as_ref().is_none_or(|t| t.moves().is_ok());
    (movable && p.lost_share == 0.0 && demand.lowest >= 0.0).then(|| p.at_nought())
}

/// Every quantity of a design that stays where it is when the target moves: lots, caps, quantity rules.
pub fn lots(p: &Params) -> Vec<f64> {
    let own = match p.policy {
        Policy::MinMax { .. } | Policy::ReorderQuantity { .. } => lowest(&p.policy),
        Policy::CappedBaseStock { cap, .. } => cap,
        Policy::ConstantOrder { quantity } => quantity,
        _ => 0.0,
    };
    p.quantities.numbers().chain([own]).collect()
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
    let lots = lots(p);
    GRAINS.into_iter().find(|&g| values.iter().chain(&lots).all(|&x| fits(x, g)))
}
