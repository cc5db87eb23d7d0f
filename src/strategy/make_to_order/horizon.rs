//! Which orders are counted, in which time, and when a run ends: the same for every strategy that follows orders.

use crate::orders::{Book, Orders, Whose};
use fearless_simd::Level;

/// Which orders are counted, and when the run ends.
#[derive(Debug, Clone, Copy)]
pub enum Horizon {
    /// Orders that arrive in [`warm_up`, `periods`), followed to the end or for `drain` periods.
    Periods {
        /// Start.
        warm_up: f64,
        /// End.
        periods: f64,
        /// Periods after the end in which orders are followed; infinite: to their end.
        drain: f64,
    },
    /// Orders `warm_up` .. `orders`.
    Orders {
        /// First counted.
        warm_up: usize,
        /// How many orders come.
        orders: usize,
    },
}

impl Horizon {
    /// The end of counted time; 0 where it is not known beforehand.
    pub(crate) fn end(self) -> f64 {
        match self {
            Self::Periods { periods, .. } => periods,
            Self::Orders { .. } => 0.0,
        }
    }

    /// When the run ends, whatever is open then.
    pub(crate) fn until(self) -> f64 {
        match self {
            Self::Periods { periods, drain, .. } => periods + drain,
            Self::Orders { .. } => f64::INFINITY,
        }
    }

    /// Whether nothing that happens from `time` on would be counted: of orders, whether one comes and how many are open.
    pub(crate) fn is_over(self, time: f64, comes: bool, open: usize) -> bool {
        open == 0
            && match self {
                Self::Periods { periods, .. } => time >= periods,
                Self::Orders { .. } => !comes,
            }
    }

    /// Whether order `i`, arriving at `a`, is counted.
    #[inline]
    pub(crate) fn counts(self, i: usize, a: f64) -> bool {
        match self {
            Self::Orders { warm_up, .. } => i >= warm_up,
            Self::Periods { warm_up, periods, .. } => a >= warm_up && a < periods,
        }
    }

    /// Counted time. That of a number of orders ends with the last arrival, so all of them are drawn.
    pub(crate) fn window(
        self,
        orders: &Orders,
        book: &mut Book,
        level: Option<Level>,
        whose: Whose,
    ) -> [f64; 2] {
        match self {
            Self::Periods { warm_up, periods, .. } => [warm_up, periods],
            Self::Orders { warm_up, orders: number } => {
                while book.len() < number && orders.extend(book, level, whose) {}
                let at = |i: usize| book.arrival.get(i).copied().unwrap_or(0.0);
                let last = number.min(book.len()).saturating_sub(1);
                [if warm_up == 0 { 0.0 } else { at(warm_up) }, at(last)]
            }
        }
    }

    /// When order `i` arrives, if it does; more of the book is drawn as needed.
    pub(crate) fn arrival(
        self,
        i: usize,
        orders: &Orders,
        book: &mut Book,
        level: Option<Level>,
        whose: Whose,
    ) -> Option<f64> {
        if matches!(self, Self::Orders { orders, .. } if i >= orders) {
            return None;
        }
        while book.len() <= i {
            if !orders.extend(book, level, whose) {
                return None;
            }
        }
        Some(book.arrival[i])
    }
}

/// The part of [`a`, `b`] that lies in a window.
#[inline]
pub(crate) fn overlap(window: [f64; 2], a: f64, b: f64) -> f64 {
    (b.min(window[1]) - a.max(window[0])).max(0.0)
}
