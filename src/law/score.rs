//! Normal scores: from an address's integer to z, and from z back to the integer that any law inverts.
//!
//! A dependence between draws is made among normal scores (factors of correlated items, an autoregressive latent
//! demand; spec D7): `n → z`, mix, `z → n`, and the law of each draw stays what it was. Owns both maps, scalar and in
//! lanes, with the same bits on every SIMD level. Knows nothing of what mixes the scores.
//!
//! ```text
//! z → n    n + ½ is nearest to 2⁵²·Φ(z); by symmetry the tail of |z|, in cells of 1/16 around k/16:
//!          2⁵²·P(Z > |z|) = c0 + t(c1 + … + t·c7),  t = 16|z| − k in [−½, ½]
//! n → z    the table of the normal law
//! ```
//!
//! The polynomial of a cell is the Taylor series of the tail, economised: the powers 8 to 13 are replaced by their best
//! approximation of lower degree (Lanczos). Its relative error is below 3·10⁻¹² down to a tail of 10⁻¹², so that n is
//! exact to a unit or two in the middle and to that share of the tail beyond.

use std::sync::{Arc, OnceLock};

use fearless_simd::{Simd, f64x8, prelude::*, u32x16, u64x8};

use super::real::{RealTable, nearer_tail, nearer_tail_lanes, row, transpose};
use super::special::normal;
use super::standard::{Shape, normal_shape};
use crate::error::{Error, Result};
use crate::random::BITS;

/// Cells per unit of z.
const PER_UNIT: f64 = 16.0;
/// The last cell: beyond 8.25 the tail is less than half an integer.
const FARTHEST: f64 = 132.0;
const CELLS: usize = 133;
const TWO_52: f64 = 4_503_599_627_370_496.0;
const LAST: u64 = (1 << BITS) - 1;
/// Largest tail: the integers of one half.
const HALF_LAST: f64 = 2_251_799_813_685_247.0;
const TRAIL: u64 = (1 << 20) - 1;

/// Coefficients c0 to c7, one cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Cell([f64; 8]);

impl AsRef<[f64; 8]> for Cell {
    #[inline(always)]
    fn as_ref(&self) -> &[f64; 8] {
        &self.0
    }
}

/// Both maps, built once per process because they are constants.
#[derive(Debug)]
pub struct Scores {
    cells: Box<[Cell; CELLS]>,
    quantiles: Arc<RealTable>,
}

impl Scores {
    /// The one pair of tables. Fetch it before a loop.
    pub fn shared() -> Result<&'static Self> {
        static SCORES: OnceLock<Result<Scores>> = OnceLock::new();
        SCORES.get_or_init(Self::build).as_ref().map_err(Clone::clone)
    }

    fn build() -> Result<Self> {
        let Shape::Table(quantiles) = normal_shape()? else {
            return Err(Error::Internal { reason: "the normal shape is not a table".to_owned() });
        };
        let cells = Box::new(std::array::from_fn(|k| Cell(coefficients(k as f64 / PER_UNIT))));
        Ok(Self { cells, quantiles })
    }

    /// The integer `n` with (n + ½)·2⁻⁵² nearest to Φ(z). `phi_bits(−z) = 2⁵² − 1 − phi_bits(z)`, zeros of either sign
    /// included; beyond ±8.13 it is the first or the last integer.
    #[inline(always)]
    pub fn phi_bits(&self, z: f64) -> u64 {
        let y = z.abs() * PER_UNIT;
        let y = if y < FARTHEST { y } else { FARTHEST };
        let place = y + TWO_52;
        let t = y - (place - TWO_52);
        let c = &self.cells[(place.to_bits() as u8) as usize].0;
        let p = c[0] + t * (c[1] + t * (c[2] + t * (c[3] + t * (c[4] + t * (c[5] + t * (c[6] + t * c[7]))))));
        let p = p - 0.5;
        let p = if p < 0.0 { 0.0 } else { p };
        let p = if p > HALF_LAST { HALF_LAST } else { p };
        let j = (p + TWO_52).to_bits() & LAST;
        if z.is_sign_negative() { j } else { LAST - j }
    }

    /// Eight integers with the bits of [`phi_bits`](Self::phi_bits).
    #[inline(always)]
    pub fn phi_bits_lanes<S: Simd>(&self, s: S, z: f64x8<S>) -> u64x8<S> {
        let f = |x: f64| f64x8::splat(s, x);
        let y = z.abs() * f(PER_UNIT);
        let y = y.simd_lt(f(FARTHEST)).select(y, f(FARTHEST));
        let place = y + f(TWO_52);
        let t = y - (place - f(TWO_52));
        let index = place.bitcast::<u64x8<S>>() & u64x8::splat(s, 0xff);
        let i = index.as_slice();
        let cells = &self.cells[..];
        let c = transpose([
            row(s, cells, i[0]),
            row(s, cells, i[1]),
            row(s, cells, i[2]),
            row(s, cells, i[3]),
            row(s, cells, i[4]),
            row(s, cells, i[5]),
            row(s, cells, i[6]),
            row(s, cells, i[7]),
        ]);
        let p = c[0] + t * (c[1] + t * (c[2] + t * (c[3] + t * (c[4] + t * (c[5] + t * (c[6] + t * c[7]))))));
        let p = p - f(0.5);
        let p = p.simd_lt(f(0.0)).select(f(0.0), p);
        let p = p.simd_gt(f(HALF_LAST)).select(f(HALF_LAST), p);
        let j = (p + f(TWO_52)).bitcast::<u64x8<S>>() & u64x8::splat(s, LAST);
        let negative = z.bitcast::<u64x8<S>>() >> 63;
        j ^ ((negative - u64x8::splat(s, 1)) & u64x8::splat(s, LAST))
    }

    /// Sixteen scores as the words that rows of draws are made from: 32 leading and 20 trailing bits of
    /// [`phi_bits`](Self::phi_bits).
    #[inline(always)]
    pub fn phi_words<S: Simd>(&self, s: S, low: f64x8<S>, high: f64x8<S>) -> (u32x16<S>, u32x16<S>) {
        let (a, b) = (self.phi_bits_lanes(s, low), self.phi_bits_lanes(s, high));
        let mask = u64x8::splat(s, TRAIL);
        ((a >> 20).narrow(b >> 20), (a & mask).narrow(b & mask))
    }

    /// [`phi_words`](Self::phi_words) of a whole row. The three slices have one length, a multiple of 16.
    #[inline(always)]
    pub fn fill_words<S: Simd>(&self, s: S, z: &[f64], lead: &mut [u32], trail: &mut [u32]) {
        debug_assert!(lead.len() == z.len() && trail.len() == z.len() && z.len().is_multiple_of(16));
        for ((z, lead), trail) in
            z.chunks_exact(16).zip(lead.chunks_exact_mut(16)).zip(trail.chunks_exact_mut(16))
        {
            let (low, high) = (f64x8::from_slice(s, &z[..8]), f64x8::from_slice(s, &z[8..]));
            let (l, t) = self.phi_words(s, low, high);
            l.store_slice(lead);
            t.store_slice(trail);
        }
    }

    /// The normal score of an integer `n < 2⁵²`: `z` with Φ(z) = (n + ½)·2⁻⁵².
    #[inline(always)]
    pub fn normal_score(&self, n: u64) -> f64 {
        let (upper, v) = nearer_tail(n);
        self.quantiles.at_tail(upper, v)
    }

    /// Eight normal scores with the bits of [`normal_score`](Self::normal_score).
    #[inline(always)]
    pub fn normal_score_lanes<S: Simd>(&self, s: S, n: u64x8<S>) -> f64x8<S> {
        let (upper, v) = nearer_tail_lanes(s, n);
        self.quantiles.lanes(s, upper, v)
    }

    /// Normal scores of a row of words. The three slices have one length, a multiple of 16.
    #[inline(always)]
    pub fn fill_scores<S: Simd>(&self, s: S, lead: &[u32], trail: &[u32], z: &mut [f64]) {
        debug_assert!(lead.len() == z.len() && trail.len() == z.len() && z.len().is_multiple_of(16));
        for ((z, lead), trail) in
            z.chunks_exact_mut(16).zip(lead.chunks_exact(16)).zip(trail.chunks_exact(16))
        {
            let (l0, l1) = u32x16::from_slice(s, lead).widen();
            let (t0, t1) = u32x16::from_slice(s, trail).widen();
            self.normal_score_lanes(s, (l0 << 20) | t0).store_slice(&mut z[..8]);
            self.normal_score_lanes(s, (l1 << 20) | t1).store_slice(&mut z[8..]);
        }
    }
}

/// Powers kept before economising.
const TAYLOR: usize = 14;

/// Of `2⁵²·P(Z > z + t/16)` in powers of t, best on [−½, ½].
fn coefficients(z: f64) -> [f64; 8] {
    let h = 1.0 / PER_UNIT;
    let mut c = [0.0; TAYLOR];
    c[0] = normal::sf(z) * TWO_52;
    // The k-th derivative of the tail is (−1)^k He_{k−1}(z) φ(z), with Hermite's He.
    let (mut before, mut he) = (0.0, 1.0);
    let mut factor = normal::density(z) * TWO_52;
    for (k, c) in c.iter_mut().enumerate().skip(1) {
        factor *= -h / k as f64;
        *c = factor * he;
        (before, he) = (he, z * he - (k - 1) as f64 * before);
    }
    // T_n(2t) has the leading coefficient 2^(2n−1); what is left of c[n]·tⁿ is at most 2^(1−2n)·c[n].
    for n in (8..TAYLOR).rev() {
        let chebyshev = chebyshev(n);
        let share = c[n] / chebyshev[n];
        for (c, b) in c.iter_mut().zip(chebyshev).take(n) {
            *c -= share * b;
        }
    }
    std::array::from_fn(|i| c[i])
}

/// Coefficients of T_n(2t).
fn chebyshev(n: usize) -> [f64; TAYLOR] {
    let (mut before, mut now) = ([0.0; TAYLOR], [0.0; TAYLOR]);
    (before[0], now[1]) = (1.0, 2.0);
    for _ in 1..n {
        let mut next = [0.0; TAYLOR];
        for i in 0..TAYLOR {
            next[i] = if i == 0 { 0.0 } else { 4.0 * now[i - 1] } - before[i];
        }
        (before, now) = (now, next);
    }
    now
}

#[cfg(test)]
mod tests {
    use super::*;
    use fearless_simd::dispatch;
    use proptest::prelude::{prop_assert, proptest};

    fn scores() -> &'static Scores {
        Scores::shared().unwrap()
    }

    /// Against the continued fraction and the series of `special::normal`, which never see the table.
    #[test]
    fn nearest_to_the_distribution_function() {
        let mut worst = (0.0f64, 0.0f64);
        for i in 0..400_000 {
            let z = -8.3 + f64::from(i) * (16.6 / 400_000.0) + 1e-7;
            let exact = normal::sf(z.abs()) * TWO_52;
            let n = scores().phi_bits(z);
            let j = if z < 0.0 { n } else { LAST - n };
            let off = (j as f64 + 0.5 - exact).abs();
            // Half a unit is the rounding itself; in the middle both sides are ½ less something, each to two units.
            assert!(off <= 0.5 + (1.5e-13 * exact).min(4.0) + (3e-12 * exact).min(0.3), "{z}: {j} {exact}");
            worst = (worst.0.max(off), worst.1.max((off - 0.5) / exact.max(4504.0)));
        }
        println!("{worst:?}");
    }

    #[test]
    fn ends_zeros_and_symmetry() {
        let t = scores();
        assert_eq!(t.phi_bits(0.0), 1 << 51);
        assert_eq!(t.phi_bits(-0.0), (1 << 51) - 1);
        for z in [8.2, 8.25, 9.0, 40.0, 1e300, f64::INFINITY] {
            assert_eq!((t.phi_bits(z), t.phi_bits(-z)), (LAST, 0), "{z}");
        }
        assert!(t.phi_bits(f64::NAN) <= LAST);
        let mut z = 1e-20;
        while z < 10.0 {
            assert_eq!(t.phi_bits(-z), LAST - t.phi_bits(z));
            z *= 1.001;
        }
    }

    proptest! {
        /// In order to the last unit: where z differs by more than a few of its own last places, strictly not below.
        #[test]
        fn never_goes_down(z in -8.5..8.5f64, gap in 0u64..64) {
            let t = scores();
            let next = z + gap as f64 * f64::EPSILON * z.abs();
            prop_assert!(t.phi_bits(next) + 1 >= t.phi_bits(z), "{z:e}");
            let next = z + (64 + gap) as f64 * f64::EPSILON * z.abs().max(0.1);
            prop_assert!(t.phi_bits(next) >= t.phi_bits(z), "{z:e}");
        }

        /// `n → z → n`: to the accuracy of the normal table, 2·10⁻¹⁰ of the tail, and its last place.
        #[test]
        fn round_trip(n in 0..=LAST, shift in 0..52u32, upper in 0..2u64) {
            let n = if upper == 1 { LAST - (n >> shift) } else { n >> shift };
            let back = scores().phi_bits(scores().normal_score(n));
            let tail = n.min(LAST - n) as f64 + 0.5;
            let off = back.abs_diff(n) as f64;
            prop_assert!(off <= 2.0 + 3e-10 * tail || tail < 4503.0, "{n} {back}");
            prop_assert!(off <= 1.0 + 1e-3 * tail, "{n} {back}");
        }
    }

    #[test]
    fn cells_join() {
        for k in 0..CELLS - 1 {
            let value = |k: usize, t: f64| scores().cells[k].0.iter().rev().fold(0.0, |sum, c| sum * t + c);
            let (a, b) = (value(k, 0.5), value(k + 1, -0.5));
            assert!((a - b).abs() <= (1.5e-13 * a).min(4.0) + (6e-12 * a).min(0.3), "{k}: {a} {b}");
        }
    }

    #[inline(always)]
    fn both<S: Simd>(s: S, t: &Scores, z: &[f64], words: &mut [Vec<u32>; 2], back: &mut [f64]) {
        let [lead, trail] = words;
        t.fill_words(s, z, lead, trail);
        t.fill_scores(s, lead, trail, back);
    }

    #[test]
    fn lanes_have_the_bits_of_scalars() {
        let mut z: Vec<f64> = (0..40_000).map(|i| -8.6 + f64::from(i) * 0.00043).collect();
        z.extend((0..=CELLS).flat_map(|k| [-1.0, 1.0].map(|sign| sign * (k as f64 + 0.5) / PER_UNIT)));
        z.extend([0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 5e-324, 1e300, -1e300]);
        z.truncate(z.len() / 16 * 16);
        let t = scores();
        for level in crate::law::test_levels() {
            let (mut words, mut back) = ([vec![0; z.len()], vec![0; z.len()]], vec![0.0; z.len()]);
            dispatch!(level, s => both(s, t, &z, &mut words, &mut back));
            for (i, &z) in z.iter().enumerate() {
                let n = u64::from(words[0][i]) << 20 | u64::from(words[1][i]);
                assert_eq!(n, t.phi_bits(z), "{level:?} {z:e}");
                assert_eq!(back[i].to_bits(), t.normal_score(n).to_bits(), "{level:?} {n}");
            }
        }
    }

    /// Frozen: a change here changes draws.
    #[test]
    fn stability() {
        let bits = [-7.5, -2.0, -0.3, 0.7, 1.0, 6.0].map(|z| scores().phi_bits(z));
        let frozen =
            [143, 102457485764450, 1720773976652355, 3413892213381460, 3789079884884414, 4503599622927300];
        assert_eq!(bits, frozen);
    }

    #[test]
    #[ignore = "a measurement: cargo test --release -- --ignored --nocapture speed_of_scores"]
    fn speed_of_scores() {
        let z: Vec<f64> =
            (0..256).map(|i| normal::quantile_start(true, f64::from(i * 97 % 256 + 1) / 257.0)).collect();
        let mut words = [vec![0u32; 256], vec![0u32; 256]];
        let mut back = vec![0.0; 256];
        let t = scores();
        let rounds = 40_000;
        let start = std::time::Instant::now();
        let mut sum = 0u64;
        for _ in 0..rounds {
            for &z in std::hint::black_box(&z) {
                sum ^= t.phi_bits(z);
            }
        }
        std::hint::black_box(sum);
        println!("scalar: {:.2} ns", start.elapsed().as_secs_f64() * 1e9 / 256.0 / f64::from(rounds));
        for (name, level) in crate::engine::level::available() {
            let start = std::time::Instant::now();
            for _ in 0..rounds {
                let z = std::hint::black_box(&z);
                let [lead, trail] = &mut words;
                crate::engine::level::at_level!(level, s => t.fill_words(s, z, lead, trail));
            }
            let there = start.elapsed().as_secs_f64() * 1e9 / 256.0 / f64::from(rounds);
            let start = std::time::Instant::now();
            for _ in 0..rounds {
                let [lead, trail] = std::hint::black_box(&words);
                crate::engine::level::at_level!(level, s => t.fill_scores(s, lead, trail, &mut back));
            }
            let here = start.elapsed().as_secs_f64() * 1e9 / 256.0 / f64::from(rounds);
            println!("{name}: words from scores {there:.2} ns, scores from words {here:.2} ns");
        }
    }
}
