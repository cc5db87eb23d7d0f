//! From what a kernel recorded to the rows of a trace.
//!
//! Several tiles are gathered before rows are written: a row of the result is far from the next, and memory likes a
//! few long writes better than many short ones.

use super::kernel::{Record, Span};
use crate::engine::lattice::{Cell, LANES, Lanes, Place, Tile, store_rows};
use crate::metrics::Quantity;
use fearless_simd::Simd;
use std::ops::Range;

/// Rows of a trace for one chunk.
pub enum Rows<'a> {
    /// 32-bit integers.
    Whole(&'a mut [i32]),
    /// Doubles.
    Real(&'a mut [f64]),
}

/// Cells that rows are made of.
pub(super) trait RowCell: Sized {
    /// Rows of this type; a trace has the type of its plan.
    fn rows<'r>(rows: &'r mut Rows<'_>) -> &'r mut [Self];
}

impl RowCell for i32 {
    fn rows<'r>(rows: &'r mut Rows<'_>) -> &'r mut [Self] {
        match rows {
            Rows::Whole(rows) => rows,
            Rows::Real(_) => unreachable!("traces have the type of the plan"),
        }
    }
}

impl RowCell for f64 {
    fn rows<'r>(rows: &'r mut Rows<'_>) -> &'r mut [Self] {
        match rows {
            Rows::Real(rows) => rows,
            Rows::Whole(_) => unreachable!("traces have the type of the plan"),
        }
    }
}

/// Rows of doubles.
pub(super) fn reals<'r>(rows: &'r mut Rows<'_>) -> &'r mut [f64] {
    f64::rows(rows)
}

impl Rows<'_> {
    pub(super) fn put(&mut self, at: usize, x: f64) {
        match self {
            Self::Whole(rows) => rows[at] = x as i32,
            Self::Real(rows) => rows[at] = x,
        }
    }
}

/// Tiles that are gathered when one design is traced.
pub(super) const WINDOW: usize = 4;

/// Spans of one design, as recorded, and where they go.
pub(super) struct View<'a, T> {
    /// Slot and span, in order of time.
    pub(super) spans: &'a [(usize, Span)],
    /// By slot.
    pub(super) demand: &'a [Box<Tile<T>>],
    /// By slot.
    pub(super) records: &'a [Record<T>],
    /// What a one-pass record must be shifted by.
    pub(super) level: f64,
    pub(super) lost_share: f64,
    pub(super) lanes: Range<usize>,
    /// Periods in a row.
    pub(super) stride: usize,
}

impl<T: Cell> View<'_, T> {
    /// Writes one quantity.
    #[inline(always)]
    pub(super) fn store<S: Simd>(&self, s: S, quantity: Quantity, out: &mut [T]) {
        if quantity == Quantity::Lost && self.lost_share == 0.0 {
            // The rows are noughts already, and a whole shortage has no share but all of it.
            return;
        }
        for g in (0..LANES).step_by(T::Lanes::<S>::WIDTH) {
            if g + T::Lanes::<S>::WIDTH > self.lanes.start && g < self.lanes.end {
                for &(slot, span) in self.spans {
                    self.store_group(s, quantity, g, slot, span, out);
                }
            }
        }
    }

    /// One vector of lanes of one span.
    #[inline(always)]
    fn store_group<S: Simd>(
        &self,
        s: S,
        quantity: Quantity,
        g: usize,
        slot: usize,
        span: Span,
        out: &mut [T],
    ) {
        let splat = |x: f64| T::Lanes::<S>::splat(s, T::from_f64(x));
        let (zero, level, share) = (splat(0.0), splat(self.level), splat(self.lost_share));
        let (demand, Record { before, close, ordered, .. }) = (&self.demand[slot], &self.records[slot]);
        let column = span.tile_start + span.from;
        let place = Place { lanes: self.lanes.clone(), stride: self.stride, column };
        macro_rules! rows {
            ($tile:expr, |$x:ident, $k:ident| $value:expr) => {
                store_rows(
                    s,
                    $tile,
                    g,
                    #[inline(always)]
                    |$x: T::Lanes<S>, $k: usize| $value,
                    span.from..span.to,
                    &place,
                    out,
                )
            };
        }
        macro_rules! filled {
            ($d:ident, $k:ident) => {
                $d.smaller((T::Lanes::<S>::load(s, &before[$k][g..]) + level).larger(zero))
            };
        }
        match quantity {
            Quantity::Demand => rows!(demand, |x, _k| x),
            Quantity::OrderQuantity => rows!(ordered, |x, _k| x),
            Quantity::NetInventory => rows!(close, |x, _k| x + level),
            Quantity::OnHand => rows!(close, |x, _k| (x + level).larger(zero)),
            Quantity::Backorders => rows!(close, |x, _k| (x + level).larger(zero) - (x + level)),
            Quantity::Filled => rows!(demand, |d, k| filled!(d, k)),
            Quantity::Lost => rows!(demand, |d, k| (d - filled!(d, k)).portion(share)),
        }
    }
}
