//! From what a kernel recorded to the rows of a trace.

use super::kernel::{Record, Span};
use crate::engine::lattice::{Cell, Lanes, Tile, store_rows};
use crate::metrics::Quantity;
use fearless_simd::Simd;
use std::ops::Range;

/// One span of one design, as recorded, and where it goes.
pub(super) struct View<'a, T> {
    pub(super) demand: &'a Tile<T>,
    pub(super) record: &'a Record<T>,
    /// What a one-pass record must be shifted by.
    pub(super) level: f64,
    pub(super) lost_share: f64,
    pub(super) span: Span,
    pub(super) lanes: Range<usize>,
    /// Periods in a row.
    pub(super) stride: usize,
}

impl<T: Cell> View<'_, T> {
    /// Writes one quantity.
    #[inline(always)]
    pub(super) fn store<S: Simd>(&self, s: S, quantity: Quantity, out: &mut [T]) {
        let splat = |x: f64| T::Lanes::<S>::splat(s, T::from_f64(x));
        let (zero, level, share) = (splat(0.0), splat(self.level), splat(self.lost_share));
        let before = &self.record.before;
        let close = &self.record.close;
        let (span, column) = (self.span, self.span.tile_start + self.span.from);
        macro_rules! rows {
            ($tile:expr, |$x:ident, $k:ident, $g:ident| $value:expr) => {
                store_rows(
                    s,
                    $tile,
                    #[inline(always)]
                    |$x: T::Lanes<S>, $k: usize, $g: usize| $value,
                    span.from..span.to,
                    self.lanes.clone(),
                    out,
                    self.stride,
                    column,
                )
            };
        }
        macro_rules! filled {
            ($d:ident, $k:ident, $g:ident) => {
                $d.smaller((T::Lanes::<S>::load(s, &before[$k][$g..]) + level).larger(zero))
            };
        }
        match quantity {
            Quantity::Demand => rows!(self.demand, |x, _k, _g| x),
            Quantity::OrderQuantity => rows!(&self.record.ordered, |x, _k, _g| x),
            Quantity::NetInventory => rows!(close, |x, _k, _g| x + level),
            Quantity::OnHand => rows!(close, |x, _k, _g| (x + level).larger(zero)),
            Quantity::Backorders => rows!(close, |x, _k, _g| (x + level).larger(zero) - (x + level)),
            Quantity::Filled => rows!(self.demand, |d, k, g| filled!(d, k, g)),
            Quantity::Lost => rows!(self.demand, |d, k, g| (d - filled!(d, k, g)).portion(share)),
        }
    }
}
