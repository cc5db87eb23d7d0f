//! Sums over periods, one per replication of a chunk: integers while they fit, emptied into doubles before they could
//! overflow. Whole sums below 2⁵³ are exact either way.

use crate::engine::lattice::{Cell, LANES, Row};
use crate::metrics::{Counts, Extras};

/// How many quantities are summed; the constants below say which.
pub(super) const SUMS: usize = 8;
pub(super) const DEMAND: usize = 0;
pub(super) const FILLED: usize = 1;
pub(super) const ON_HAND: usize = 2;
pub(super) const BACKORDERS: usize = 3;
pub(super) const AVAILABLE: usize = 4;
pub(super) const ORDERS: usize = 5;
pub(super) const QUANTITY: usize = 6;
pub(super) const STOCKOUTS: usize = 7;

/// The first so many are enough for a lean run.
pub(super) const LEAN: usize = 4;

/// The sums of one design over a chunk.
pub(super) struct Tally<T> {
    /// What kernels add to.
    pub(super) sums: [Row<T>; SUMS],
    totals: [Row<f64>; SUMS],
    since_flush: usize,
}

impl<T: Cell> Tally<T> {
    pub(super) fn new() -> Self {
        Self { sums: [[T::default(); LANES]; SUMS], totals: [[0.0; LANES]; SUMS], since_flush: 0 }
    }

    /// Statistics start anew (end of the warm-up).
    pub(super) fn forget(&mut self) {
        self.sums = [[T::default(); LANES]; SUMS];
        self.totals = [[0.0; LANES]; SUMS];
        self.since_flush = 0;
    }

    /// Call before adding `periods` more.
    pub(super) fn make_room(&mut self, periods: usize, flush_every: usize) {
        if self.since_flush + periods > flush_every {
            for (sum, total) in self.sums.iter_mut().zip(&mut self.totals) {
                for (x, y) in sum.iter_mut().zip(total) {
                    *y += std::mem::take(x).to_f64();
                }
            }
            self.since_flush = 0;
        }
        self.since_flush += periods;
    }

    /// The counts of one lane that closes with net stock `net`.
    pub(super) fn counts(&self, lane: usize, net: f64) -> Counts {
        let sum = |i: usize| self.totals[i][lane] + self.sums[i][lane].to_f64();
        Counts {
            demand: sum(DEMAND),
            filled: sum(FILLED),
            on_hand: sum(ON_HAND),
            backorders: sum(BACKORDERS),
            available: sum(AVAILABLE),
            orders: sum(ORDERS),
            order_quantity: sum(QUANTITY),
            stockouts: sum(STOCKOUTS),
            closing: if net > 0.0 { net } else { 0.0 },
            extras: Extras::default(),
        }
    }
}
