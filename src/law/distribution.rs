//! A law after checking: one of three kinds, and what modifiers do to each.
//!
//! Owns the algebra of modifiers (clipping, rounding, zero inflation): every combination ends in a kind again, so whatever
//! can be described can be drawn. Knows nothing of JSON.

use super::atoms::Atoms;
use super::continuous::Real;
use super::lattice::Lattice;
use super::sampler::Sampler;
use super::whole::MAX_VALUES;
use crate::error::{Error, Result};

/// How a continuous law becomes whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// To the nearest integer, halves up.
    Nearest,
    /// To the next integer that is not smaller.
    Up,
}

/// A checked law.
#[derive(Debug, Clone)]
pub(crate) enum Distribution {
    Lattice(Lattice),
    Atoms(Atoms),
    Real(Real),
}

impl Distribution {
    pub(crate) fn point(value: f64) -> Self {
        Self::Atoms(Atoms::point(value))
    }

    /// `P(X ≤ x)`.
    pub(crate) fn cdf(&self, x: f64) -> f64 {
        match self {
            Self::Lattice(law) => law.cdf(x),
            Self::Atoms(law) => law.cdf(x),
            Self::Real(law) => law.cdf(x),
        }
    }

    /// `P(X > x)`.
    pub(crate) fn sf(&self, x: f64) -> f64 {
        match self {
            Self::Lattice(law) => law.sf(x),
            Self::Atoms(law) => law.sf(x),
            Self::Real(law) => law.sf(x),
        }
    }

    pub(crate) fn quantile_low(&self, v: f64) -> f64 {
        match self {
            Self::Lattice(law) => law.quantile_low(v),
            Self::Atoms(law) => law.quantile_low(v),
            Self::Real(law) => law.quantile_low(v),
        }
    }

    pub(crate) fn quantile_high(&self, v: f64) -> f64 {
        match self {
            Self::Lattice(law) => law.quantile_high(v),
            Self::Atoms(law) => law.quantile_high(v),
            Self::Real(law) => law.quantile_high(v),
        }
    }

    pub(crate) fn moments(&self) -> (f64, f64) {
        match self {
            Self::Lattice(law) => (law.mean, law.variance),
            Self::Atoms(law) => (law.mean, law.variance),
            Self::Real(law) => law.moments(),
        }
    }

    pub(crate) fn whole(&self) -> bool {
        match self {
            Self::Lattice(_) => true,
            Self::Atoms(law) => law.whole(),
            Self::Real(_) => false,
        }
    }

    /// Every value with its mass, of a law that has masses.
    pub(crate) fn masses(&self) -> Vec<(f64, f64)> {
        match self {
            Self::Lattice(law) => law.masses().collect(),
            Self::Atoms(law) => law.pairs(),
            Self::Real(_) => Vec::new(),
        }
    }

    /// Smallest value of the support, perhaps −∞.
    fn bottom(&self) -> f64 {
        match self {
            Self::Lattice(law) => law.first as f64,
            Self::Atoms(law) => law.values[0],
            Self::Real(law) => law.support().0,
        }
    }

    pub(crate) fn zero_inflated(&self, chance: f64) -> Result<Self> {
        let bottom = self.bottom();
        if bottom < 0.0 {
            return Err(Error::config("of", format!("a law from {bottom}"), "a law without negative values"));
        }
        if chance == 0.0 {
            return Ok(Self::point(0.0));
        }
        Ok(match self {
            Self::Lattice(law) => Self::Lattice(law.zero_inflated(chance)?),
            Self::Atoms(law) => Self::Atoms(law.zero_inflated(chance)),
            Self::Real(law) if law.keeps_zero() => Self::Real(law.zero_inflated(chance)),
            Self::Real(_) => {
                let bound = "a law that is not clipped from below at a positive value (clip outside instead)";
                return Err(Error::config("of", format!("a law clipped at {bottom}"), bound));
            }
        })
    }

    pub(crate) fn clipped(&self, low: Option<f64>, high: Option<f64>) -> Result<Self> {
        for (field, bound) in [("low", low), ("high", high)] {
            if bound.is_some_and(|x| !x.is_finite()) {
                return Err(Error::config(field, bound.unwrap_or(f64::NAN), "finite, or left out"));
            }
        }
        let (a, b) = (low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY));
        if a > b {
            return Err(Error::config("high", b, format!("≥ low = {a}")));
        }
        let whole = |x: Option<f64>| x.is_none_or(|x| x.fract() == 0.0 && x.abs() < 1e15);
        Ok(match self {
            Self::Lattice(law) if whole(low) && whole(high) => {
                Self::Lattice(law.clipped(low.map(|x| x as i64), high.map(|x| x as i64)))
            }
            Self::Lattice(law) => {
                let inner = law.clipped(low.map(|x| x.floor() as i64), high.map(|x| x.ceil() as i64));
                let moved = inner.masses().map(|(x, mass)| (x.max(a).min(b), mass));
                Self::Atoms(Atoms::weighted(moved.collect(), 1.0))
            }
            Self::Atoms(law) => Self::Atoms(law.map(|x| x.max(a).min(b))),
            Self::Real(law) => {
                let law = law.clipped(a, b);
                let (bottom, top) = law.support();
                if bottom == top { Self::point(bottom) } else { Self::Real(law) }
            }
        })
    }

    pub(crate) fn rounded(&self, to: Rounding) -> Result<Self> {
        Ok(match self {
            Self::Lattice(law) => Self::Lattice(law.clone()),
            Self::Atoms(law) => Self::Atoms(law.map(|x| match to {
                Rounding::Nearest => (x + 0.5).floor(),
                Rounding::Up => x.ceil(),
            })),
            Self::Real(law) => {
                let smallest = 1.0 / (1u64 << 55) as f64;
                let first = law.quantile_low(smallest).floor();
                let last = law.quantile_high(smallest).ceil() + 1.0;
                if !(last - first < MAX_VALUES as f64 && first >= -2e9 && last <= 2e9) {
                    let bound = format!("a law that reaches at most {MAX_VALUES} integers, all within ±2e9");
                    return Err(Error::config("of", format!("a law from {first:e} to {last:e}"), bound));
                }
                let range = first as i64..=last as i64;
                let tails = |k: i64| {
                    let x = k as f64;
                    match to {
                        Rounding::Nearest => (law.below(x + 0.5), law.from(x + 0.5)),
                        Rounding::Up => (law.cdf(x), law.sf(x)),
                    }
                };
                let (cdf, sf) = range.map(tails).unzip();
                Self::Lattice(Lattice::from_tails(first as i64, cdf, sf))
            }
        })
    }

    pub(crate) fn compile(&self) -> Result<Sampler> {
        match self {
            Self::Lattice(law) => law.compile().map(Sampler::Whole),
            Self::Atoms(law) => law.compile(),
            Self::Real(law) => law.compile().map(Sampler::Real),
        }
    }
}
