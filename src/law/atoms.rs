//! Laws on finitely many real values: observations, lists of values, constants.
//!
//! Owns their tails and modifiers. Knows nothing of how users describe laws.

use super::lattice::{Lattice, running};
use super::sampler::Sampler;
use super::whole::{MAX_VALUES, WholeTable};
use crate::error::{Error, Result};

/// Ascending, different values with both tails at each.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Atoms {
    pub(crate) values: Vec<f64>,
    cdf: Vec<f64>,
    sf: Vec<f64>,
    pub(crate) mean: f64,
    pub(crate) variance: f64,
}

impl Atoms {
    pub(crate) fn point(value: f64) -> Self {
        Self::weighted(vec![(value, 1.0)], 1.0)
    }

    /// From values in any order with their weights; `total` is the sum of the weights.
    pub(crate) fn weighted(mut pairs: Vec<(f64, f64)>, total: f64) -> Self {
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Adding 0 turns −0 into 0, which equals it.
        pairs.iter_mut().for_each(|p| p.0 += 0.0);
        pairs.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        let scale = |tail: Vec<f64>| -> Vec<f64> { tail.into_iter().map(|w| (w / total).min(1.0)).collect() };
        let cdf = scale(running(pairs.iter().map(|p| p.1)));
        let mut sf = running(pairs.iter().rev().map(|p| p.1));
        sf.reverse();
        sf.remove(0);
        sf.push(0.0);
        let sf = scale(sf);
        let centre = pairs[pairs.len() / 2].0;
        let sum = |f: &dyn Fn(f64) -> f64| {
            running(pairs.iter().map(|&(x, w)| w * f(x - centre))).last().copied().unwrap_or(0.0) / total
        };
        let mean = sum(&|d| d);
        let variance = (sum(&|d| d * d) - mean * mean).max(0.0);
        Self { values: pairs.iter().map(|p| p.0).collect(), cdf, sf, mean: centre + mean, variance }
    }

    /// Every value with its mass.
    pub(crate) fn pairs(&self) -> Vec<(f64, f64)> {
        let mass = |i: usize| {
            if self.cdf[i] < 0.5 {
                self.cdf[i] - if i == 0 { 0.0 } else { self.cdf[i - 1] }
            } else {
                (if i == 0 { 1.0 } else { self.sf[i - 1] }) - self.sf[i]
            }
        };
        self.values.iter().enumerate().map(|(i, &x)| (x, mass(i))).collect()
    }

    /// The law of `f(X)`.
    pub(crate) fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self::weighted(self.pairs().into_iter().map(|(x, w)| (f(x), w)).collect(), 1.0)
    }

    pub(crate) fn zero_inflated(&self, chance: f64) -> Self {
        let pairs = self.pairs().into_iter().map(|(x, w)| (x, chance * w));
        Self::weighted(pairs.chain([(0.0, 1.0 - chance)]).collect(), 1.0)
    }

    pub(crate) fn whole(&self) -> bool {
        self.values.iter().all(|x| x.fract() == 0.0)
    }

    pub(crate) fn cdf(&self, x: f64) -> f64 {
        match self.values.partition_point(|&v| v <= x) {
            0 => 0.0,
            i => self.cdf[i - 1],
        }
    }

    pub(crate) fn sf(&self, x: f64) -> f64 {
        match self.values.partition_point(|&v| v <= x) {
            0 => 1.0,
            i => self.sf[i - 1],
        }
    }

    pub(crate) fn quantile_low(&self, v: f64) -> f64 {
        self.values[self.cdf.partition_point(|&c| c < v).min(self.values.len() - 1)]
    }

    pub(crate) fn quantile_high(&self, v: f64) -> f64 {
        self.values[self.sf.partition_point(|&s| s > v).min(self.values.len() - 1)]
    }

    pub(crate) fn compile(&self) -> Result<Sampler> {
        let (first, last) = (self.values[0], self.values[self.values.len() - 1]);
        let fits = first.abs() < 2e9 && last.abs() < 2e9 && last - first < MAX_VALUES as f64;
        if self.whole() && fits {
            let mut cdf = Vec::with_capacity((last - first) as usize + 1);
            let mut sf = Vec::with_capacity(cdf.capacity());
            for (i, &x) in self.values.iter().enumerate() {
                let next = self.values.get(i + 1).copied().unwrap_or(x + 1.0);
                let gap = (next - x) as usize;
                cdf.extend(std::iter::repeat_n(self.cdf[i], gap));
                sf.extend(std::iter::repeat_n(self.sf[i], gap));
            }
            let law = Lattice { first: first as i64, cdf, sf, mean: self.mean, variance: self.variance };
            return law.compile().map(Sampler::Whole);
        }
        if self.values.len() > MAX_VALUES {
            let bound = format!("at most {MAX_VALUES} different values");
            return Err(Error::config("values", self.values.len(), bound));
        }
        let index = WholeTable::from_tails(0, &self.cdf, &self.sf, self.mean, self.variance)?;
        Ok(Sampler::Values { index, values: self.values.clone() })
    }
}
