//! How much is released: what the policy asks for, then what the [quantity rules](crate::supply::quantity) make of it.
//!
//! ```text
//! base stock           (S − p)⁺                   capped    min((S − p)⁺, cap)
//! min-max              p ≤ s: S − p               constant  q
//! reorder quantity     p ≤ r: nQ, n = ⌊(r − p)/Q⌋ + 1
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
    p.quantities.apply(wanted(&p.policy, t, position, p.tolerance), p.tolerance)
}

/// What the policy asks for.
#[inline(always)]
fn wanted(policy: &Policy, t: usize, position: f64, tolerance: f64) -> f64 {
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
