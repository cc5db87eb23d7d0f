//! How much is released: what the policy asks for, then what the [quantity rules](crate::supply::quantity) make of it.
//!
//! ```text
//! base stock           (S − p)⁺                   capped    min((S − p)⁺, cap)
//! min-max              p ≤ s: S − p               constant  q
//! reorder quantity     p ≤ r: nQ, n = ⌊(r − p)/Q⌋ + 1
//! order up to          (1 − β)·forecast/m + β·(S_t − p)                 follow forecast, rate plan, plans: what they say
//! ```
//!
//! Plain base stock and plain min-max, the common cases, have code of their own in the kernel; everything else calls
//! [`release`] lane by lane. Differences up to the tolerance are rounding: they neither trigger an order nor buy a batch.

use super::params::Params;
use crate::config::{Level, Policy};
use crate::engine::lattice::Cell;

/// What a kernel is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Base stock at one level, any quantity.
    BaseStock,
    /// Min-max, any quantity.
    MinMax,
    /// All else.
    General,
}

impl Class {
    pub(super) fn of(p: &Params) -> Self {
        match &p.policy {
            Policy::BaseStock { level: Level::Constant(_) } if p.quantities.are_none() => Self::BaseStock,
            Policy::MinMax { .. } if p.quantities.are_none() => Self::MinMax,
            _ => Self::General,
        }
    }
}

/// What is released at a review in period `t` that finds this inventory position.
#[inline(always)]
pub fn release(p: &Params, t: usize, position: f64) -> f64 {
    p.quantities.apply(wanted(&p.policy, t, position, p.tolerance, Outlook::default()), p.tolerance)
}

/// What a policy that plans looks at; what it is in each is worked out by the model.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outlook {
    /// Target position, or the quantity itself.
    pub(super) target: f64,
    /// Forecast per period.
    pub(super) rate: f64,
}

/// What the policy asks for.
#[inline(always)]
pub(super) fn wanted(policy: &Policy, t: usize, position: f64, tolerance: f64, outlook: Outlook) -> f64 {
    match policy {
        Policy::BaseStock { level } => gap(level.at(t), position, tolerance),
        Policy::MinMax { reorder, up_to, strict } => {
            let due = if *strict { position < reorder - tolerance } else { position <= reorder + tolerance };
            if due { up_to - position } else { 0.0 }
        }
        Policy::ReorderQuantity { reorder, quantity, strict } => {
            let below = reorder - position;
            let batches = if *strict {
                ((below - tolerance) / quantity).ceil()
            } else {
                ((below + tolerance) / quantity).floor() + 1.0
            };
            if batches > 0.0 { batches * quantity } else { 0.0 }
        }
        Policy::CappedBaseStock { level, cap } => {
            let q = gap(*level, position, tolerance);
            if q < *cap { q } else { *cap }
        }
        Policy::ConstantOrder { quantity } => *quantity,
        Policy::OrderUpTo { smoothing, returns, .. } => {
            let missing = outlook.target - position;
            let q = if *smoothing == 1.0 {
                missing
            } else {
                (1.0 - smoothing) * outlook.rate + smoothing * missing
            };
            if *returns || q > tolerance { q } else { 0.0 }
        }
        Policy::FollowForecast { .. } | Policy::MaterialPlan { .. } | Policy::DemandDriven { .. } => {
            if outlook.target > 0.0 {
                outlook.target
            } else {
                0.0
            }
        }
        Policy::RatePlan { quantities } => quantities[t % quantities.len()],
    }
}

#[inline(always)]
fn gap(level: f64, position: f64, tolerance: f64) -> f64 {
    let gap = level - position;
    if gap > tolerance { gap } else { 0.0 }
}

/// Replaces inventory positions by what is released.
#[inline(never)]
pub(super) fn release_lanes<T: Cell>(p: &Params, t: usize, positions: &mut [T]) {
    for x in positions {
        *x = T::from_f64(release(p, t, x.to_f64()));
    }
}
