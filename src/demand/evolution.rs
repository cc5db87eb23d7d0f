//! Demand that is foreseen better and better: martingale forecast evolution (spec D4a, D4b).
//!
//! ```text
//! F_t(k)   what is expected at the plan step of t of the demand of t + k, k = 0 … H
//! ε_t      shocks (ε_{t,0}, …, ε_{t,H}) ~ N(0, Σ), independent over t, revealed at the close of t; stream ForecastShock
//!
//! added       d_t = F_t(0) + ε_{t,0},           F_{t+1}(k) = F_t(k+1) + ε_{t,k+1},             F_{t+1}(H) = μ_{t+1+H}
//! multiplied  d_t = F_t(0)·e^{ε_{t,0} − Σ₀₀/2},  F_{t+1}(k) = F_t(k+1)·e^{ε_{t,k+1} − Σ_{k+1,k+1}/2}
//! ```
//!
//! The run starts as it goes on: H periods before period 0 have been foreseen. The shock of horizon j in period t has the
//! index t + H′ with j above it (bits 32 and up), H′ the next multiple of four from H.
//!
//! D. C. Heath and P. L. Jackson, IIE Transactions 26 (1994); S. C. Graves et al. (1986).

use super::Window;
use crate::engine::lattice::{DEPTH, LANES, Row, Rows, Source, Tile, Words, draw, new_tile};
use crate::error::{Error, Result, check};
use crate::law::float::{exp, exp_m1};
use crate::law::score::Scores;
use crate::random::Stream;
use fearless_simd::Simd;
use std::ops::Range;

/// Longest horizon.
const LONGEST: usize = 60;
/// How far below nought a pivot may be before the matrix is refused.
const SLACK: f64 = 1e-9;

/// Forecast evolution, compiled.
#[derive(Debug, Clone)]
pub struct Evolution {
    /// μ by period; the last goes on.
    means: Vec<f64>,
    /// Rows of the Cholesky factor of Σ.
    factor: Vec<Vec<f64>>,
    /// Σ_jj / 2.
    half: Vec<f64>,
    multiplied: bool,
    /// Demand may be negative.
    pub returns: bool,
    /// Sum of Σ_jj.
    pub trace: f64,
    shocks: Vec<Vec<f64>>,
    scores: &'static Scores,
}

impl Evolution {
    /// Checks and compiles.
    pub fn new(
        means: &[f64],
        shocks: &[Vec<f64>],
        multiplied: bool,
        returns: bool,
        periods: usize,
    ) -> Result<Self> {
        let size = shocks.len();
        if size == 0 || size > LONGEST + 1 {
            return Err(Error::config(
                "shocks",
                format!("{size} rows"),
                format!("1 to {} rows", LONGEST + 1),
            ));
        }
        if means.len() != 1 && means.len() < periods {
            let bound = format!("one number or one per period (≥ {periods}: the run is that long)");
            return Err(Error::config("mean", format!("{} numbers", means.len()), bound));
        }
        for m in means {
            check::non_negative("mean", *m)?;
        }
        for (i, row) in shocks.iter().enumerate() {
            if row.len() != size {
                return Err(Error::config(
                    "shocks",
                    format!("{} numbers in row {i}", row.len()),
                    format!("{size}"),
                ));
            }
            for (j, x) in row.iter().enumerate() {
                check::finite("shocks", *x)?;
                if (x - shocks[j][i]).abs() > SLACK * (1.0 + x.abs()) {
                    return Err(Error::config("shocks", format!("{x} and {}", shocks[j][i]), "symmetric"));
                }
            }
        }
        Ok(Self {
            means: means.to_vec(),
            factor: cholesky(shocks)?,
            half: (0..size).map(|j| shocks[j][j] / 2.0).collect(),
            multiplied,
            returns: returns && !multiplied,
            trace: (0..size).map(|j| shocks[j][j]).sum(),
            shocks: shocks.to_vec(),
            scores: Scores::shared()?,
        })
    }

    /// H.
    pub fn horizon(&self) -> usize {
        self.factor.len() - 1
    }

    /// μ of a period.
    #[inline]
    pub fn mean(&self, t: usize) -> f64 {
        self.means[t.min(self.means.len() - 1)]
    }

    /// Largest μ.
    pub fn largest_mean(&self) -> f64 {
        self.means.iter().copied().fold(0.0, f64::max)
    }

    /// Whether what is below 0 is moved to 0.
    pub fn clips(&self) -> bool {
        !self.multiplied && !self.returns && self.trace > 0.0
    }

    /// A demand that many standard deviations above the largest mean.
    pub fn far(&self, deviations: f64) -> f64 {
        let sd = deviations * self.trace.sqrt();
        if self.multiplied { self.largest_mean() * exp(sd) } else { self.largest_mean() + sd }
    }

    /// Standard deviation over the periods `cover` ahead of each period, one number if it is the same for all: of demand, or
    /// of the error of what is foreseen (all that is not foreseen yet). With C(k, l) = Σ_i Σ_{k−i, l−i}, over the shocks that
    /// both periods have in common: Var = Σ_{k,l} C(k, l), with multiplied shocks Σ_{k,l} μ_k·μ_l·(e^{C(k, l)} − 1), which of
    /// the error is its size around the mean.
    pub fn cover_sd(&self, cover: Range<usize>, periods: usize, foreseen: bool) -> Vec<f64> {
        let size = self.shocks.len();
        let common = |k: usize, l: usize| -> f64 {
            let (near, apart) = (k.min(l), k.abs_diff(l));
            // Index of the shared shocks in the nearer of the two periods.
            (0..size.saturating_sub(apart))
                .filter(|j| !foreseen || *j <= near)
                .map(|j| self.shocks[j][j + apart])
                .sum()
        };
        let pairs: Vec<(usize, usize, f64)> = cover
            .clone()
            .flat_map(|k| cover.clone().map(move |l| (k, l)))
            .map(|(k, l)| (k, l, if self.multiplied { exp_m1(common(k, l)) } else { common(k, l) }))
            .filter(|(.., c)| *c != 0.0)
            .collect();
        let starts = if self.multiplied && self.means.len() > 1 { periods + 1 } else { 1 };
        let variance = |now: usize| -> f64 {
            let weight = |k: usize| if self.multiplied { self.mean(now + k) } else { 1.0 };
            pairs.iter().map(|(k, l, c)| c * weight(*k) * weight(*l)).sum()
        };
        (0..starts).map(|now| variance(now).max(0.0).sqrt()).collect()
    }

    fn shift(&self) -> usize {
        self.horizon().next_multiple_of(4)
    }

    fn source(key: u64, entity: u32) -> Source {
        Source { key, stream: Stream::ForecastShock, entity }
    }

    /// What a shock makes of an expectation.
    #[inline(always)]
    fn moved(&self, expected: f64, shock: f64, j: usize) -> f64 {
        if self.multiplied { expected * exp(shock - self.half[j]) } else { expected + shock }
    }

    /// Demand of one replication, and F_t(k) for t = 0 … `periods`: the model for reading.
    pub fn path(&self, key: u64, entity: u32, replication: u32, periods: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
        let (size, shift) = (self.factor.len(), self.shift());
        let line = Self::source(key, entity).line(replication);
        let mut f = vec![0.0; size];
        f[size - 1] = self.mean(0);
        let (mut demand, mut ahead) = (Vec::with_capacity(periods), Vec::with_capacity(periods + 1));
        for index in shift - self.horizon()..shift + periods {
            let z: Vec<f64> = (0..size)
                .map(|j| self.scores.normal_score(line.bits((j as u64) << 32 | index as u64)))
                .collect();
            let shock = |j: usize| self.factor[j][..=j].iter().zip(&z).fold(0.0, |sum, (c, z)| sum + c * z);
            if index >= shift {
                ahead.push(f.clone());
                let d = self.moved(f[0], shock(0), 0);
                demand.push(if d < 0.0 && !self.returns { 0.0 } else { d });
            }
            for k in 0..size - 1 {
                f[k] = self.moved(f[k + 1], shock(k + 1), k + 1);
            }
            f[size - 1] = self.mean(index + 1 + self.horizon() - shift);
        }
        ahead.push(f);
        (demand, ahead)
    }

    /// The tile of a window; expectations stay in `memory`.
    #[inline(always)]
    pub fn fill<S: Simd>(&self, s: S, window: &Window, memory: &mut Foreseen, out: &mut Tile<f64>) {
        let (size, shift) = (self.factor.len(), self.shift());
        memory.reserve(size);
        if window.start == 0 {
            memory.now.iter_mut().for_each(|row| *row = [0.0; LANES]);
            memory.now[size - 1] = [self.mean(0); LANES];
            if shift > 0 {
                self.draw(s, window, 0, shift, memory);
                for index in shift - self.horizon()..shift {
                    self.evolve(index, 0, index + 1 + self.horizon() - shift, memory, None);
                }
            }
        }
        let rows = DEPTH.min(window.periods);
        self.draw(s, window, window.start + shift, rows, memory);
        for (k, row) in out.iter_mut().enumerate().take(rows) {
            let t = window.start + k;
            self.evolve(k, k, t + 1 + self.horizon(), memory, Some(row));
        }
        for (k, now) in memory.now.iter().enumerate() {
            memory.ahead[k][rows] = *now;
        }
    }

    /// Scores of all horizons, from an index that is a multiple of four.
    #[inline(always)]
    fn draw<S: Simd>(&self, s: S, window: &Window, index: usize, rows: usize, memory: &mut Foreseen) {
        let source = Self::source(window.key, window.entity);
        for (j, z) in memory.z.iter_mut().enumerate().take(self.factor.len()) {
            let first = (j as u64) << 32 | index as u64;
            draw(s, source, window.first, first, rows, &mut ScoreRows { scores: self.scores, out: z });
        }
    }

    /// One period: `z` row `of`, expectations kept at row `keep`, the new furthest one that of period `next`.
    #[inline(always)]
    fn evolve(
        &self,
        of: usize,
        keep: usize,
        next: usize,
        memory: &mut Foreseen,
        demand: Option<&mut Row<f64>>,
    ) {
        let Foreseen { now, ahead, z, shock } = memory;
        let size = self.factor.len();
        if let Some(demand) = demand {
            for (k, row) in now.iter().enumerate() {
                ahead[k][keep] = *row;
            }
            self.shock(0, of, z, shock);
            for l in 0..LANES {
                let d = self.moved(now[0][l], shock[l], 0);
                demand[l] = if d < 0.0 && !self.returns { 0.0 } else { d };
            }
        }
        for k in 0..size - 1 {
            self.shock(k + 1, of, z, shock);
            let (nearer, further) = now.split_at_mut(k + 1);
            for l in 0..LANES {
                nearer[k][l] = self.moved(further[0][l], shock[l], k + 1);
            }
        }
        now[size - 1] = [self.mean(next); LANES];
    }

    /// Row j of the factor times the scores.
    #[inline(always)]
    fn shock(&self, j: usize, of: usize, z: &[Box<Tile<f64>>], out: &mut Row<f64>) {
        *out = [0.0; LANES];
        for (c, z) in self.factor[j][..=j].iter().zip(z) {
            for l in 0..LANES {
                out[l] += c * z[of][l];
            }
        }
    }
}

struct ScoreRows<'a> {
    scores: &'static Scores,
    out: &'a mut Tile<f64>,
}

impl Rows for ScoreRows<'_> {
    #[inline(always)]
    fn trails(&self) -> bool {
        true
    }

    #[inline(always)]
    fn row<S: Simd>(&mut self, s: S, row: usize, words: Words<'_>) {
        self.scores.fill_scores(s, words.lead, words.trails(), &mut self.out[row]);
    }
}

/// What a chunk has foreseen.
pub struct Foreseen {
    now: Vec<Row<f64>>,
    /// By k: F_t(k) for the periods of the tile and the one after it.
    pub ahead: Vec<Vec<Row<f64>>>,
    z: Vec<Box<Tile<f64>>>,
    shock: Box<Row<f64>>,
}

impl Default for Foreseen {
    fn default() -> Self {
        Self { now: Vec::new(), ahead: Vec::new(), z: Vec::new(), shock: Box::new([0.0; LANES]) }
    }
}

impl Foreseen {
    fn reserve(&mut self, size: usize) {
        self.now.resize(size, [0.0; LANES]);
        self.ahead.resize_with(size, || vec![[0.0; LANES]; DEPTH + 1]);
        self.z.resize_with(self.z.len().max(size), new_tile);
    }
}

/// The lower factor; also of a matrix whose rank is not full.
fn cholesky(matrix: &[Vec<f64>]) -> Result<Vec<Vec<f64>>> {
    let n = matrix.len();
    let largest = (0..n).map(|i| matrix[i][i].abs()).fold(0.0, f64::max);
    let mut lower = vec![vec![0.0; n]; n];
    for j in 0..n {
        let rest = matrix[j][j] - lower[j][..j].iter().map(|x| x * x).sum::<f64>();
        if rest < -SLACK * largest {
            let bound = "a covariance matrix: no negative eigenvalue";
            return Err(Error::config("shocks", format!("a pivot of {rest:.3e} in row {j}"), bound));
        }
        let pivot = rest.max(0.0).sqrt();
        let flat = rest <= SLACK * largest;
        lower[j][j] = if flat { 0.0 } else { pivot };
        for i in j + 1..n {
            let above = matrix[i][j] - (0..j).map(|k| lower[i][k] * lower[j][k]).sum::<f64>();
            if flat {
                if above.abs() > 1e-6 * (largest + above.abs()) {
                    let bound = "a covariance matrix: no negative eigenvalue";
                    return Err(Error::config("shocks", format!("{} in row {i}", matrix[i][j]), bound));
                }
            } else {
                lower[i][j] = above / pivot;
            }
        }
    }
    Ok(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_multiply_to_the_matrix() {
        let m = vec![vec![9.0, 3.0, 0.0], vec![3.0, 4.0, 1.0], vec![0.0, 1.0, 1.0]];
        let l = cholesky(&m).unwrap();
        for i in 0..3 {
            for j in 0..3 {
                let x: f64 = (0..3).map(|k| l[i][k] * l[j][k]).sum();
                assert!((x - m[i][j]).abs() < 1e-12);
            }
        }
        assert!(cholesky(&[vec![1.0, 2.0], vec![2.0, 1.0]]).is_err());
        assert_eq!(cholesky(&[vec![0.0, 0.0], vec![0.0, 4.0]]).unwrap()[1][1], 2.0);
    }

    /// Spec V20: Var_2 = 9 + (9 + 2·3 + 4) = 28.
    #[test]
    fn error_of_a_cover() {
        let m = vec![vec![9.0, 3.0, 0.0], vec![3.0, 4.0, 1.0], vec![0.0, 1.0, 1.0]];
        let e = Evolution::new(&[100.0], &m, false, true, 10).unwrap();
        let squared = |e: &Evolution, m: usize, foreseen| {
            let sd = e.cover_sd(0..m, 10, foreseen)[0];
            sd * sd
        };
        assert!((squared(&e, 2, true) - 28.0).abs() < 1e-9);
        assert!((squared(&e, 1, true) - 9.0).abs() < 1e-9);
        // Of demand itself: Var d = 14, Cov(d_t, d_{t+1}) = 3 + 1.
        assert!((squared(&e, 1, false) - 14.0).abs() < 1e-9);
        assert!((squared(&e, 2, false) - 36.0).abs() < 1e-9);
        assert_eq!(e.cover_sd(0..2, 10, true).len(), 1);
        let small: Vec<Vec<f64>> = m.iter().map(|row| row.iter().map(|x| x * 1e-4).collect()).collect();
        let means: Vec<f64> = (0..10).map(|t| 100.0 + f64::from(t)).collect();
        let scaled = Evolution::new(&means, &small, true, false, 10).unwrap();
        let sd = scaled.cover_sd(1..2, 10, false);
        // From period 2, one ahead: a mean of 103 and Var log d = 14e-4.
        assert!((sd[2] - 103.0 * exp_m1(14e-4).sqrt()).abs() < 1e-9);
        assert_eq!(sd.len(), 11);
        assert_eq!(e.trace, 14.0);
    }
}
