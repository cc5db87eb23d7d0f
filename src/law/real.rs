//! The quantile table of a continuous law: form "Table" of the sampling contract on the real line.
//!
//! Owns a pair of piecewise polynomials, one for each tail, in `v = min(u, 1 − u)`, which is exact. Knows nothing of
//! laws: it is fitted to two quantile functions, or to their values on [`quantile_nodes`].
//!
//! ```text
//! v = 0 01111110110 1011 0010…        the IEEE bits of v in [2⁻⁵³, ½)
//!       └ octave ┘  └m─┘ └─ t ─┘      cell = octave·2^m + leading mantissa bits, t in [0, 1) the rest of them
//! x = c0 + t(c1 + t(c2 + t(c3 + t(c4 + t·c5))))      clamped to the cell's two end values
//! ```
//!
//! A cell's polynomial passes through six points, its ends among them, so neighbours join; the clamp keeps rounding and
//! wiggles inside. The number of cells per octave grows until the check points between the fitted ones are met to
//! [`TOLERANCE`]: the error in `x`, turned into probability by the slope of the table, is at most that share of `v`.
//! What is not asked for is more digits of `x` than a double has: an error of four units in its last place passes.

use fearless_simd::{Simd, f64x8, prelude::*, u64x8};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::random::BITS;

/// Accepted relative error in the tail probability when fitting; the contract asks for 1e-9.
pub const TOLERANCE: f64 = 2e-10;
/// Below this tail probability accuracy is not measured, only order and finiteness.
pub const MEASURED: f64 = 1e-12;
/// Coarsest and finest number of leading mantissa bits.
pub const ORDERS: std::ops::RangeInclusive<u32> = 3..=6;

const OCTAVES: usize = 52;
/// Biased exponent of 2⁻⁵³, the smallest tail probability.
const LOWEST: u64 = 970;
const ONE_BITS: u64 = 0x3ff0_0000_0000_0000;
const MANTISSA: u64 = (1 << 52) - 1;
const LAST: u64 = (1 << BITS) - 1;
const TWO_52_BITS: u64 = 0x4330_0000_0000_0000;
const TWO_52: f64 = 4_503_599_627_370_496.0;

/// Fitted points of a cell in 1024ths of its width, near the Chebyshev–Lobatto points and exact in binary.
const FIT: [f64; 6] = [0.0, 98.0 / 1024.0, 354.0 / 1024.0, 670.0 / 1024.0, 926.0 / 1024.0, 1.0];
/// Check points, where the error of the fit is largest.
const CHECK: [f64; 3] = [38.0 / 1024.0, 512.0 / 1024.0, 986.0 / 1024.0];
/// Both, in order, without the end that the next cell begins with.
const NODES: [f64; 8] = [FIT[0], CHECK[0], FIT[1], FIT[2], CHECK[1], FIT[3], FIT[4], CHECK[2]];

/// Six coefficients, then the smallest and the largest value; one cache line.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[repr(align(64))]
struct Cell([f64; 8]);

/// A compiled quantile function. It is a table of the standard form of a law; `RealSampler` shifts,
/// scales and bounds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct RealTable {
    order: u32,
    /// Lower tail, then upper tail, each from the smallest v up.
    cells: Vec<Cell>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    order: u32,
    cells: Vec<Cell>,
}

impl TryFrom<Stored> for RealTable {
    type Error = Error;

    fn try_from(s: Stored) -> Result<Self> {
        if !ORDERS.contains(&s.order) || s.cells.len() != 2 * (OCTAVES << s.order) {
            return Err(Error::data("cells", "do not fit the order of the table"));
        }
        Ok(Self { order: s.order, cells: s.cells })
    }
}

impl From<RealTable> for Stored {
    fn from(t: RealTable) -> Self {
        Self { order: t.order, cells: t.cells }
    }
}

/// The tail probabilities in (0, ½], ascending, at which a table of this order wants `quantile(v)` and
/// `quantile(1 − v)`: six fitted and three check points per cell, 8·52·2^order + 1 in all. Orders 3 to 6.
pub fn quantile_nodes(order: u32) -> Vec<f64> {
    let cells = OCTAVES << order;
    let mut nodes: Vec<f64> = (0..cells).flat_map(|c| NODES.map(|t| node(order, c, t))).collect();
    nodes.push(0.5);
    nodes
}

/// `v` at the place `t` of a cell.
fn node(order: u32, cell: usize, t: f64) -> f64 {
    let start = f64::from_bits(((LOWEST << order) + cell as u64) << (52 - order));
    let width = f64::from_bits((LOWEST + (cell as u64 >> order)) << 52) / f64::from(1u32 << order);
    start + width * t
}

/// Coefficients of the polynomial through the six fitted points, by divided differences.
fn interpolate(y: [f64; 6]) -> [f64; 6] {
    let mut d = y;
    for level in 1..6 {
        for i in (level..6).rev() {
            d[i] = (d[i] - d[i - 1]) / (FIT[i] - FIT[i - level]);
        }
    }
    let mut c = [0.0; 6];
    c[0] = d[5];
    for i in (0..5).rev() {
        for j in (1..6).rev() {
            c[j] = c[j - 1] - FIT[i] * c[j];
        }
        c[0] = d[i] - FIT[i] * c[0];
    }
    c
}

impl AsRef<[f64; 8]> for Cell {
    #[inline(always)]
    fn as_ref(&self) -> &[f64; 8] {
        &self.0
    }
}

impl Cell {
    /// From the nine values on the cell: the cell and the largest error, as a share of `v`, at the check points.
    fn fit(y: [f64; 9], place: f64, slack: f64) -> (Self, f64) {
        let c = interpolate([y[0], y[2], y[3], y[5], y[6], y[8]]);
        let cell = Self([c[0], c[1], c[2], c[3], c[4], c[5], y[0].min(y[8]), y[0].max(y[8])]);
        let mut worst = 0.0f64;
        for (i, t) in [(1, CHECK[0]), (4, CHECK[1]), (7, CHECK[2])] {
            let excused = 4.0 * f64::EPSILON * (y[i].abs() + slack);
            let error = ((cell.value(t) - y[i]).abs() - excused).max(0.0);
            if error > 0.0 {
                // place + t is v in units of the cell's width, and the slope is per cell too.
                worst = worst.max(error / (cell.slope(t).abs() * (place + t)));
            }
        }
        (cell, if worst.is_nan() { f64::INFINITY } else { worst })
    }

    #[inline(always)]
    fn value(&self, t: f64) -> f64 {
        let c = &self.0;
        let x = c[0] + t * (c[1] + t * (c[2] + t * (c[3] + t * (c[4] + t * c[5]))));
        let x = if x < c[6] { c[6] } else { x };
        if x > c[7] { c[7] } else { x }
    }

    fn slope(&self, t: f64) -> f64 {
        let c = &self.0;
        c[1] + t * (2.0 * c[2] + t * (3.0 * c[3] + t * (4.0 * c[4] + t * 5.0 * c[5])))
    }
}

impl RealTable {
    /// Fits `low(v)` = F⁻¹(v) and `high(v)` = F⁻¹(1 − v), v ≤ ½, with as few cells as the tolerance allows. `slack` is
    /// a magnitude whose last places count as noise (the shift that will be added).
    pub fn fit(slack: f64, low: impl Fn(f64) -> f64, high: impl Fn(f64) -> f64) -> Result<Self> {
        let mut worst = f64::INFINITY;
        for order in ORDERS {
            let nodes = quantile_nodes(order);
            // The middle octaves are the hardest; if they fail, skip the rest of this order.
            let probe = nodes.len() - 1 - (16 << order);
            let part = |f: &dyn Fn(f64) -> f64, from: usize| -> Vec<f64> {
                nodes[from..].iter().map(|&v| f(v)).collect()
            };
            let error = Self::errors(order, &part(&low, probe), &part(&high, probe), slack);
            if error <= TOLERANCE {
                let (table, error) = Self::from_values(order, &part(&low, 0), &part(&high, 0), slack)?;
                if error <= TOLERANCE {
                    return Ok(table);
                }
                worst = error;
            } else {
                worst = error;
            }
        }
        Err(Self::refusal(worst))
    }

    /// From values on the nodes of an order, with a check of order, finiteness and accuracy.
    pub fn from_nodes(low: &[f64], high: &[f64]) -> Result<Self> {
        let fits = |o: &u32| low.len() == 8 * (OCTAVES << o) + 1;
        let Some(order) = ORDERS.clone().find(fits) else {
            return Err(Error::data("low", format!("{} values are not the nodes of any order", low.len())));
        };
        if high.len() != low.len() {
            return Err(Error::data("high", format!("must have the {} values of low", low.len())));
        }
        for (field, x, sign) in [("low", low, 1.0), ("high", high, -1.0)] {
            if let Some(i) = x.iter().position(|x| !x.is_finite()) {
                return Err(Error::data(field, format!("value {i} is {}; quantiles must be finite", x[i])));
            }
            if let Some(i) = x.windows(2).position(|w| sign * (w[1] - w[0]) < 0.0) {
                return Err(Error::data(field, format!("is out of order at value {}", i + 1)));
            }
        }
        let (a, b) = (low[low.len() - 1], high[high.len() - 1]);
        if a > b + 1e-9 * (a.abs() + b.abs()) {
            return Err(Error::data("high", format!("its median {b} is below that of low, {a}")));
        }
        let (table, worst) = Self::from_values(order, low, high, 0.0)?;
        if worst <= 1e-9 { Ok(table) } else { Err(Self::refusal(worst)) }
    }

    fn refusal(worst: f64) -> Error {
        Error::config(
            "law",
            format!("a relative error of {worst:.1e}"),
            "smooth enough for a quantile table (relative error in the tail probability ≤ 1e-9); a law with jumps, gaps \
             or corners can be given as empirical values or as a discrete law",
        )
    }

    /// The largest error on the uppermost cells that the values cover.
    fn errors(order: u32, low: &[f64], high: &[f64], slack: f64) -> f64 {
        let mut worst = 0.0f64;
        let cells = low.len() / 8;
        for side in [low, high] {
            for c in 0..cells {
                let index = (OCTAVES << order) - cells + c;
                worst = worst.max(Self::cell(order, index, &side[8 * c..8 * c + 9], slack).1);
            }
        }
        worst
    }

    fn cell(order: u32, index: usize, values: &[f64], slack: f64) -> (Cell, f64) {
        let y = std::array::from_fn(|i| values[i]);
        let place = ((1usize << order) + (index & ((1 << order) - 1))) as f64;
        let (cell, error) = Cell::fit(y, place, slack);
        (cell, if node(order, index, 0.0) >= MEASURED { error } else { 0.0 })
    }

    fn from_values(order: u32, low: &[f64], high: &[f64], slack: f64) -> Result<(Self, f64)> {
        let mut cells = Vec::with_capacity(2 * (OCTAVES << order));
        let mut worst = 0.0f64;
        for side in [low, high] {
            for c in 0..OCTAVES << order {
                let (cell, error) = Self::cell(order, c, &side[8 * c..8 * c + 9], slack);
                if cell.0.iter().any(|c| !c.is_finite()) {
                    return Err(Error::config(
                        "law",
                        "an infinite or undefined quantile",
                        "finite at every quantile",
                    ));
                }
                worst = worst.max(error);
                cells.push(cell);
            }
        }
        Ok((Self { order, cells }, worst))
    }

    /// Leading mantissa bits in use.
    pub fn order(&self) -> u32 {
        self.order
    }

    /// F⁻¹(v) for `upper == false`, F⁻¹(1 − v) for `true`; `v` in [2⁻⁵³, ½).
    #[inline(always)]
    pub fn at_tail(&self, upper: bool, v: f64) -> f64 {
        let bits = v.to_bits();
        let base = if upper { OCTAVES << self.order } else { 0 };
        let index = ((bits >> (52 - self.order)) - (LOWEST << self.order)) as usize + base;
        let t = f64::from_bits(((bits << self.order) & MANTISSA) | ONE_BITS) - 1.0;
        self.cells[index].value(t)
    }

    /// Eight values with the bits of [`at_tail`](Self::at_tail); `upper` lanes hold 0 or 1.
    #[inline(always)]
    pub fn lanes<S: Simd>(&self, s: S, upper: u64x8<S>, v: f64x8<S>) -> f64x8<S> {
        let (cell, t) = self.locate(s, upper, v);
        self.evaluate(s, cell.as_slice(), t)
    }

    /// The cells of eight tail probabilities, and the places in them.
    #[inline(always)]
    pub(super) fn locate<S: Simd>(&self, s: S, upper: u64x8<S>, v: f64x8<S>) -> (u64x8<S>, f64x8<S>) {
        let bits = v.bitcast::<u64x8<S>>();
        let side = (OCTAVES << self.order) as u64;
        let cell = (bits >> (52 - self.order)) - u64x8::splat(s, LOWEST << self.order)
            + ((u64x8::splat(s, 0) - upper) & u64x8::splat(s, side));
        let t = (((bits << self.order) & u64x8::splat(s, MANTISSA)) | u64x8::splat(s, ONE_BITS))
            .bitcast::<f64x8<S>>()
            - f64x8::splat(s, 1.0);
        (cell, t)
    }

    /// The values at eight places in eight cells.
    #[inline(always)]
    pub(super) fn evaluate<S: Simd>(&self, s: S, cell: &[u64], t: f64x8<S>) -> f64x8<S> {
        let cells = &self.cells[..];
        let c = transpose([
            row(s, cells, cell[0]),
            row(s, cells, cell[1]),
            row(s, cells, cell[2]),
            row(s, cells, cell[3]),
            row(s, cells, cell[4]),
            row(s, cells, cell[5]),
            row(s, cells, cell[6]),
            row(s, cells, cell[7]),
        ]);
        let x = c[0] + t * (c[1] + t * (c[2] + t * (c[3] + t * (c[4] + t * c[5]))));
        let x = x.simd_lt(c[6]).select(c[6], x);
        x.simd_gt(c[7]).select(c[7], x)
    }
}

/// A cell of eight numbers.
#[inline(always)]
pub(super) fn row<S: Simd>(s: S, cells: &[impl AsRef<[f64; 8]>], index: u64) -> f64x8<S> {
    f64x8::from_slice(s, cells[index as usize].as_ref())
}

/// Eight cells into eight coefficient vectors, by three perfect shuffles.
#[inline(always)]
pub(super) fn transpose<S: Simd>(r: [f64x8<S>; 8]) -> [f64x8<S>; 8] {
    shuffle(shuffle(shuffle(r)))
}

#[inline(always)]
fn shuffle<S: Simd>(r: [f64x8<S>; 8]) -> [f64x8<S>; 8] {
    let (a, b) = r[0].interleave(r[4]);
    let (c, d) = r[1].interleave(r[5]);
    let (e, f) = r[2].interleave(r[6]);
    let (g, h) = r[3].interleave(r[7]);
    [a, b, c, d, e, f, g, h]
}

/// `v = min(u, 1 − u)` of an integer, and whether it is the upper tail.
#[inline(always)]
pub fn nearer_tail(n: u64) -> (bool, f64) {
    let upper = n >> (BITS - 1) != 0;
    let j = if upper { LAST - n } else { n };
    (upper, (j as f64 + 0.5) * (1.0 / TWO_52))
}

/// [`nearer_tail`] of eight integers; the first part is 0 or 1.
#[inline(always)]
pub fn nearer_tail_lanes<S: Simd>(s: S, n: u64x8<S>) -> (u64x8<S>, f64x8<S>) {
    let upper = n >> (BITS - 1);
    let j = n ^ ((u64x8::splat(s, 0) - upper) & u64x8::splat(s, LAST));
    let whole = (j | u64x8::splat(s, TWO_52_BITS)).bitcast::<f64x8<S>>() - f64x8::splat(s, TWO_52);
    (upper, (whole + f64x8::splat(s, 0.5)) * f64x8::splat(s, 1.0 / TWO_52))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::float::{ln, ln_1p};
    use fearless_simd::dispatch;

    fn exponential() -> RealTable {
        RealTable::fit(0.0, |v| -ln_1p(-v), |v| -ln(v)).unwrap()
    }

    #[test]
    fn nodes_ascend_and_are_doubles_between_the_ends() {
        for order in ORDERS {
            let v = quantile_nodes(order);
            assert_eq!(v.len(), 8 * (52 << order) + 1);
            assert_eq!((v[0], v[v.len() - 1]), (1.0 / (1u64 << 53) as f64, 0.5));
            assert!(v.windows(2).all(|w| w[0] < w[1]));
        }
    }

    #[test]
    fn closed_form() {
        let t = exponential();
        let mut v = 0.499;
        while v > 1.2e-16 {
            assert!((t.at_tail(true, v) + ln(v)).abs() < 3e-10, "{v:e}");
            assert!((t.at_tail(false, v) + ln_1p(-v)).abs() < 3e-10 * v, "{v:e} order {}", t.order);
            v *= 0.931;
        }
    }

    #[inline(always)]
    fn run<S: Simd>(s: S, t: &RealTable, n: &[u64; 8]) -> [f64; 8] {
        let (upper, v) = nearer_tail_lanes(s, u64x8::from_slice(s, n));
        let mut out = [0.0; 8];
        t.lanes(s, upper, v).store_slice(&mut out);
        out
    }

    #[test]
    fn lanes_have_the_bits_of_scalars() {
        let t = exponential();
        for level in crate::law::test_levels() {
            for i in 0..2000u64 {
                let n: [u64; 8] = std::array::from_fn(|j| {
                    let m = (i * 8 + j as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 12;
                    let m = m >> (i % 52);
                    if i % 2 == 0 { m } else { LAST - m }
                });
                let out = dispatch!(level, s => run(s, &t, &n));
                for (&n, x) in n.iter().zip(out) {
                    let (upper, v) = nearer_tail(n);
                    assert_eq!(x.to_bits(), t.at_tail(upper, v).to_bits(), "{level:?} {n}");
                }
            }
        }
    }

    #[test]
    fn refuses_corners_and_disorder() {
        let kink = |v: f64| if v < 0.2 { v } else { 0.2 + 3.0 * (v - 0.2) };
        assert!(RealTable::fit(0.0, kink, |v| 2.0 - v).is_err());
        let nodes = quantile_nodes(3);
        let mut low: Vec<f64> = nodes.clone();
        let high: Vec<f64> = nodes.iter().map(|v| 1.0 - v).collect();
        assert!(RealTable::from_nodes(&low, &high).is_ok());
        low[7] = f64::NAN;
        assert!(RealTable::from_nodes(&low, &high).unwrap_err().to_string().contains("value 7 is NaN"));
        low[7] = 0.0;
        assert!(RealTable::from_nodes(&low, &high).unwrap_err().to_string().contains("out of order"));
    }
}
