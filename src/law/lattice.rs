//! Laws on the integers, held as both tails at consecutive integers.
//!
//! Owns the one representation that every whole-number family and modifier produces. Knows nothing of how users describe
//! laws.

use super::whole::{MAX_VALUES, WholeTable};
use crate::error::{Error, Result};

/// Masses below this are not looked for: even 2²¹ of them stay below the resolution of u.
const NEGLIGIBLE: f64 = 1.323_488_980_084_844_3e-23;

/// `P(X ≤ first + j)` and `P(X > first + j)` for each `j`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lattice {
    pub(crate) first: i64,
    pub(crate) cdf: Vec<f64>,
    pub(crate) sf: Vec<f64>,
    pub(crate) mean: f64,
    pub(crate) variance: f64,
}

impl Lattice {
    /// From point masses that fall off on both sides of `mode`, between `low` and `high`. `mean` and `variance` are known.
    pub(crate) fn from_masses(
        field: &str,
        mode: i64,
        (low, high): (i64, i64),
        (mean, variance): (f64, f64),
        mass: impl Fn(i64) -> f64,
    ) -> Result<Self> {
        let too_wide = || {
            let bound = format!("such that at most {MAX_VALUES} values are in reach of a draw");
            Error::config(
                field,
                format!("a law of mean {mean:e} and standard deviation {:e}", variance.sqrt()),
                bound,
            )
        };
        let mut below = Vec::new();
        for k in (low..mode).rev() {
            let m = mass(k);
            if m < NEGLIGIBLE {
                break;
            }
            below.push(m);
            if below.len() > MAX_VALUES {
                return Err(too_wide());
            }
        }
        let first = mode - below.len() as i64;
        let mut masses: Vec<f64> = below.into_iter().rev().collect();
        for k in mode..=high {
            let m = mass(k);
            if m < NEGLIGIBLE && k > mode {
                break;
            }
            masses.push(m);
            if masses.len() > MAX_VALUES {
                return Err(too_wide());
            }
        }
        let mut lattice = Self::from_probabilities(first, &masses);
        (lattice.mean, lattice.variance) = (mean, variance);
        Ok(lattice)
    }

    /// From point masses that sum to one; mean and variance are summed.
    pub(crate) fn from_probabilities(first: i64, masses: &[f64]) -> Self {
        let cdf = running(masses.iter().copied());
        let mut sf = running(masses.iter().rev().copied());
        sf.reverse();
        sf.remove(0);
        sf.push(0.0);
        Self::from_tails(first, cdf, sf)
    }

    /// From the two tails; mean and variance are summed.
    pub(crate) fn from_tails(first: i64, cdf: Vec<f64>, sf: Vec<f64>) -> Self {
        let mut law = Self { first, cdf, sf, mean: 0.0, variance: 0.0 };
        // Around the median, by tail sums, so that nothing cancels.
        let pivot = law.cdf.partition_point(|&c| c < 0.5);
        let (mut mean, mut square) = (0.0, 0.0);
        for (j, s) in law.sf.iter().enumerate().skip(pivot) {
            mean += s;
            square += (2.0 * (j - pivot) as f64 + 1.0) * s;
        }
        for (j, c) in law.cdf.iter().enumerate().take(pivot) {
            mean -= c;
            square += (2.0 * (pivot - j) as f64 - 1.0) * c;
        }
        law.mean = first as f64 + pivot as f64 + mean;
        law.variance = (square - mean * mean).max(0.0);
        law
    }

    /// `P(X ≤ x)`.
    pub(crate) fn cdf(&self, x: f64) -> f64 {
        self.tail_at(x, &self.cdf, 0.0, 1.0)
    }

    /// `P(X > x)`.
    pub(crate) fn sf(&self, x: f64) -> f64 {
        self.tail_at(x, &self.sf, 1.0, 0.0)
    }

    fn tail_at(&self, x: f64, tail: &[f64], before: f64, after: f64) -> f64 {
        let j = x.floor() - self.first as f64;
        if j < 0.0 {
            before
        } else if j >= tail.len() as f64 {
            after
        } else {
            tail[j as usize]
        }
    }

    /// Smallest value with `cdf ≥ v`.
    pub(crate) fn quantile_low(&self, v: f64) -> f64 {
        self.value(self.cdf.partition_point(|&c| c < v))
    }

    /// Smallest value with `sf ≤ v`.
    pub(crate) fn quantile_high(&self, v: f64) -> f64 {
        self.value(self.sf.partition_point(|&s| s > v))
    }

    fn value(&self, j: usize) -> f64 {
        (self.first + j.min(self.cdf.len() - 1) as i64) as f64
    }

    pub(crate) fn last(&self) -> i64 {
        self.first + self.cdf.len() as i64 - 1
    }

    /// Every value with its mass, taken from the nearer tail so that the difference keeps its digits.
    pub(crate) fn masses(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        (0..self.cdf.len()).map(|j| {
            let mass = if self.cdf[j] < 0.5 {
                self.cdf[j] - if j == 0 { 0.0 } else { self.cdf[j - 1] }
            } else {
                (if j == 0 { 1.0 } else { self.sf[j - 1] }) - self.sf[j]
            };
            ((self.first + j as i64) as f64, mass.max(0.0))
        })
    }

    /// X where a coin of probability `chance` says so, else 0; for X ≥ 0.
    pub(crate) fn zero_inflated(&self, chance: f64) -> Result<Self> {
        let pad = self.first as usize;
        if pad + self.cdf.len() > MAX_VALUES {
            return Err(Error::config("of", self.last(), format!("a law with values below {MAX_VALUES}")));
        }
        let padded = |tail: &[f64], before: f64| -> Vec<f64> {
            std::iter::repeat_n(before, pad).chain(tail.iter().copied()).collect()
        };
        let cdf = padded(&self.cdf, 0.0).into_iter().map(|c| (1.0 - chance) + chance * c).collect();
        let sf = padded(&self.sf, 1.0).into_iter().map(|s| chance * s).collect();
        let (m, v) = (self.mean, self.variance);
        Ok(Self { first: 0, cdf, sf, mean: chance * m, variance: chance * (v + (1.0 - chance) * m * m) })
    }

    /// Values below `low` become `low`, above `high` become `high`.
    pub(crate) fn clipped(&self, low: Option<i64>, high: Option<i64>) -> Self {
        let bound = |k: i64| k.max(low.unwrap_or(i64::MIN)).min(high.unwrap_or(i64::MAX));
        let (low, high) = (bound(self.first), bound(self.last()));
        if (low, high) == (self.first, self.last()) {
            return self.clone();
        }
        let cdf = (low..=high).map(|k| if k == high { 1.0 } else { self.cdf(k as f64) }).collect();
        let sf = (low..=high).map(|k| if k == high { 0.0 } else { self.sf(k as f64) }).collect();
        Self::from_tails(low, cdf, sf)
    }

    pub(crate) fn compile(&self) -> Result<WholeTable> {
        WholeTable::from_tails(self.first, &self.cdf, &self.sf, self.mean, self.variance)
    }
}

/// Running sums, compensated (Neumaier).
pub(crate) fn running(x: impl Iterator<Item = f64>) -> Vec<f64> {
    let (mut total, mut lost) = (0.0f64, 0.0f64);
    x.map(|x| {
        let next = total + x;
        lost += if total.abs() >= x.abs() { (total - next) + x } else { (x - next) + total };
        total = next;
        total + lost
    })
    .collect()
}
