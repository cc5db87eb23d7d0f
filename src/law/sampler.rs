//! What a law compiles to: monotone maps from the 52-bit integer of an address to a value.
//!
//! Owns the outer parts of a real-valued draw (bounds, the atom of a zero-inflated law) and the choice between the
//! forms. Knows nothing of how users describe laws.

use fearless_simd::{Simd, f64x8, prelude::*, u32x16, u64x8};
use serde::{Deserialize, Serialize};

use super::real::{RealTable, nearer_tail, nearer_tail_lanes};
use super::standard::{Shape, Standardised};
use super::whole::WholeTable;
use crate::random::BITS;

const LAST: u64 = (1 << BITS) - 1;
const SMALLEST: f64 = 1.0 / 9_007_199_254_740_992.0;
const BELOW_HALF: f64 = 0.5 - SMALLEST * 0.5;
/// Draws that are looked up together.
const BLOCK: usize = 128;

/// A continuous law with bounds and an atom, drawn as `f64`.
///
/// Monotone in `n` to the last place of the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RealSampler {
    standard: Standardised,
    /// Outer bounds; without any, the largest finite numbers, so that draws are finite.
    low: f64,
    high: f64,
    /// Probability of the continuous part, > 0.
    chance: f64,
    /// Integers below this give the atom.
    threshold: u64,
    atom: f64,
    mean: f64,
    variance: f64,
}

impl RealSampler {
    /// `standard` clamped to `[low, high]` with probability `chance`, else 0 clamped to the same bounds.
    pub fn new(standard: Standardised, low: f64, high: f64, chance: f64, mean: f64, variance: f64) -> Self {
        let (low, high) = (low.max(-f64::MAX), high.min(f64::MAX));
        let threshold = ((1.0 - chance) * (LAST + 1) as f64).round() as u64;
        // Moments beyond the range of doubles stay finite, so that they survive JSON.
        let (mean, variance) = (mean.clamp(-f64::MAX, f64::MAX), variance.min(f64::MAX));
        Self { standard, low, high, chance, threshold, atom: 0.0f64.clamp(low, high), mean, variance }
    }

    /// The value of an integer `n < 2⁵²`.
    #[inline(always)]
    pub fn at(&self, n: u64) -> f64 {
        let (mut upper, mut v) = nearer_tail(n);
        if self.threshold != 0 {
            if n < self.threshold {
                return self.atom;
            }
            let above = if upper { v } else { 1.0 - v };
            let rest = above / self.chance;
            upper = rest < 0.5;
            v = if upper { rest } else { 1.0 - rest };
            v = if v < SMALLEST { SMALLEST } else { v };
            v = if v > BELOW_HALF { BELOW_HALF } else { v };
        }
        let x = self.standard.at_tail(upper, v);
        let x = if x < self.low { self.low } else { x };
        if x > self.high { self.high } else { x }
    }

    /// One draw per place from its lead and its trailing 20 bits, with the bits of [`at`](Self::at). The three slices have
    /// one length, a multiple of 16.
    #[inline(always)]
    pub fn fill<S: Simd>(&self, s: S, lead: &[u32], trail: &[u32], out: &mut [f64]) {
        debug_assert!(lead.len() == out.len() && trail.len() == out.len() && out.len().is_multiple_of(16));
        let table = if let Shape::Table(table) = &self.standard.shape { Some(&**table) } else { None };
        let blocks = lead.chunks(BLOCK).zip(trail.chunks(BLOCK)).zip(out.chunks_mut(BLOCK));
        for ((lead, trail), out) in blocks {
            let mut n = [0u64; BLOCK];
            for ((lead, trail), n) in
                lead.chunks_exact(16).zip(trail.chunks_exact(16)).zip(n.chunks_exact_mut(16))
            {
                let (l0, l1) = u32x16::from_slice(s, lead).widen();
                let (t0, t1) = u32x16::from_slice(s, trail).widen();
                ((l0 << 20) | t0).store_slice(&mut n[..8]);
                ((l1 << 20) | t1).store_slice(&mut n[8..]);
            }
            match table {
                Some(table) => self.fill_from_table(s, table, &n, out),
                None => {
                    for (n, out) in n.chunks_exact(8).zip(out.chunks_exact_mut(8)) {
                        self.lanes(s, u64x8::from_slice(s, n)).store_slice(out);
                    }
                }
            }
        }
    }

    /// First where in the table every draw lies, then what it is. In one go each draw would be a single chain of
    /// dependent steps, too long for a machine to have more than two or three under way.
    #[inline(always)]
    fn fill_from_table<S: Simd>(&self, s: S, table: &RealTable, n: &[u64; BLOCK], out: &mut [f64]) {
        let (mut cell, mut place) = ([0u64; BLOCK], [0.0; BLOCK]);
        for i in (0..BLOCK).step_by(8) {
            let (upper, v) = self.tail(s, u64x8::from_slice(s, &n[i..i + 8]));
            let (c, t) = table.locate(s, upper, v);
            c.store_slice(&mut cell[i..i + 8]);
            t.store_slice(&mut place[i..i + 8]);
        }
        for (i, out) in (0..BLOCK).step_by(8).zip(out.chunks_exact_mut(8)) {
            let z = table.evaluate(s, &cell[i..i + 8], f64x8::from_slice(s, &place[i..i + 8]));
            let x = self.standard.finish_lanes(s, z);
            self.bound(s, u64x8::from_slice(s, &n[i..i + 8]), x).store_slice(out);
        }
    }

    /// Eight draws from their integers.
    #[inline(always)]
    pub fn lanes<S: Simd>(&self, s: S, n: u64x8<S>) -> f64x8<S> {
        let (upper, v) = self.tail(s, n);
        self.bound(s, n, self.standard.lanes(s, upper, v))
    }

    /// The tail probability of the continuous part, and 0 or 1 for which tail.
    #[inline(always)]
    fn tail<S: Simd>(&self, s: S, n: u64x8<S>) -> (u64x8<S>, f64x8<S>) {
        let f = |x: f64| f64x8::splat(s, x);
        let (upper, v) = nearer_tail_lanes(s, n);
        if self.threshold == 0 {
            return (upper, v);
        }
        let up = upper.simd_eq(u64x8::splat(s, 1));
        let above = up.select(v, f(1.0) - v);
        let rest = above / f(self.chance);
        let high = rest.simd_lt(f(0.5));
        let v = high.select(rest, f(1.0) - rest);
        let v = v.simd_lt(f(SMALLEST)).select(f(SMALLEST), v);
        let v = v.simd_gt(f(BELOW_HALF)).select(f(BELOW_HALF), v);
        (high.select(u64x8::splat(s, 1), u64x8::splat(s, 0)), v)
    }

    /// Inside the bounds; the atom where the integer says so.
    #[inline(always)]
    fn bound<S: Simd>(&self, s: S, n: u64x8<S>, x: f64x8<S>) -> f64x8<S> {
        let f = |x: f64| f64x8::splat(s, x);
        let x = x.simd_lt(f(self.low)).select(f(self.low), x);
        let x = x.simd_gt(f(self.high)).select(f(self.high), x);
        if self.threshold == 0 {
            return x;
        }
        n.simd_lt(u64x8::splat(s, self.threshold)).select(f(self.atom), x)
    }

    /// Mean of the law, bounds and atom included.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Variance of the law, bounds and atom included.
    pub fn variance(&self) -> f64 {
        self.variance
    }
}

/// A compiled law.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "snake_case")]
pub enum Sampler {
    /// Integer values, drawn as `i32`.
    Whole(WholeTable),
    /// A continuous law, perhaps with atoms.
    Real(RealSampler),
    /// Finitely many values that are not (all) integers.
    Values {
        /// Draws the position in `values`.
        index: WholeTable,
        /// The values, ascending.
        values: Vec<f64>,
    },
}

impl Sampler {
    /// The value of an integer `n < 2⁵²`.
    #[inline]
    pub fn at(&self, n: u64) -> f64 {
        match self {
            Self::Whole(table) => f64::from(table.at(n)),
            Self::Real(real) => real.at(n),
            Self::Values { index, values } => values[index.at(n) as usize],
        }
    }

    /// Whether draws are integers, held in a [`WholeTable`].
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Whole(_))
    }

    /// Mean of the law as drawn.
    pub fn mean(&self) -> f64 {
        match self {
            Self::Whole(table) | Self::Values { index: table, .. } => table.mean(),
            Self::Real(real) => real.mean(),
        }
    }

    /// Variance of the law as drawn.
    pub fn variance(&self) -> f64 {
        match self {
            Self::Whole(table) | Self::Values { index: table, .. } => table.variance(),
            Self::Real(real) => real.variance(),
        }
    }

    /// Smallest value that can be drawn.
    pub fn min(&self) -> f64 {
        self.at(0)
    }

    /// Largest value that can be drawn.
    pub fn max(&self) -> f64 {
        self.at(LAST)
    }
}
