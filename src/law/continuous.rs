//! Laws with a density, and the bounds and atoms that modifiers put on them.
//!
//! Owns the trait that a continuous family implements, and [`Real`], a family with bounds and a chance. Knows no family.

use std::fmt::Debug;
use std::sync::Arc;

use super::sampler::RealSampler;
use super::special::quadrature::gauss;
use super::standard::Standardised;
use crate::error::Result;

/// A continuous law as a family describes it. Tails are accurate in relative terms.
pub(crate) trait Continuous: Debug + Send + Sync {
    /// `P(X ≤ x)`.
    fn cdf(&self, x: f64) -> f64;
    /// `P(X > x)`.
    fn sf(&self, x: f64) -> f64;
    /// F⁻¹(v), `0 < v ≤ ½`.
    fn quantile_low(&self, v: f64) -> f64;
    /// F⁻¹(1 − v), `0 < v ≤ ½`.
    fn quantile_high(&self, v: f64) -> f64;
    /// Mean and variance.
    fn moments(&self) -> (f64, f64);
    /// Ends of the support, perhaps infinite.
    fn support(&self) -> (f64, f64);
    /// The compiled form.
    fn standardised(&self) -> Result<Standardised>;
}

/// With probability `chance` a continuous variable, else 0; the whole clamped to `[low, high]`.
#[derive(Debug, Clone)]
pub(crate) struct Real {
    base: Arc<dyn Continuous>,
    low: f64,
    high: f64,
    chance: f64,
}

impl Real {
    pub(crate) fn new(base: impl Continuous + 'static) -> Self {
        Self { base: Arc::new(base), low: f64::NEG_INFINITY, high: f64::INFINITY, chance: 1.0 }
    }

    /// Further bounds; the later ones win where they cross.
    #[must_use]
    pub(crate) fn clipped(&self, low: f64, high: f64) -> Self {
        Self { low: self.low.clamp(low, high), high: self.high.clamp(low, high), ..self.clone() }
    }

    /// A further chance of being drawn at all. Zero must lie at or below the support.
    #[must_use]
    pub(crate) fn zero_inflated(&self, chance: f64) -> Self {
        Self { chance: self.chance * chance, ..self.clone() }
    }

    /// Whether bounds leave 0 where it is, so that a further chance can be merged.
    pub(crate) fn keeps_zero(&self) -> bool {
        self.low <= 0.0
    }

    /// `P(X ≤ x)`.
    pub(crate) fn cdf(&self, x: f64) -> f64 {
        let part = self.inner(x, self.base.cdf(x), x >= self.low, 0.0, 1.0);
        self.chance * part + if x >= self.atom() { 1.0 - self.chance } else { 0.0 }
    }

    /// `P(X > x)`.
    pub(crate) fn sf(&self, x: f64) -> f64 {
        let part = self.inner(x, self.base.sf(x), x >= self.low, 1.0, 0.0);
        self.chance * part + if x >= self.atom() { 0.0 } else { 1.0 - self.chance }
    }

    /// `P(X < x)`.
    pub(crate) fn below(&self, x: f64) -> f64 {
        if x > self.high {
            return 1.0;
        }
        let part = if x <= self.low { 0.0 } else { self.base.cdf(x) };
        self.chance * part + if x > self.atom() { 1.0 - self.chance } else { 0.0 }
    }

    /// `P(X ≥ x)`.
    pub(crate) fn from(&self, x: f64) -> f64 {
        if x > self.high {
            return 0.0;
        }
        let part = if x <= self.low { 1.0 } else { self.base.sf(x) };
        self.chance * part + if x > self.atom() { 0.0 } else { 1.0 - self.chance }
    }

    fn inner(&self, x: f64, base: f64, reached: bool, before: f64, after: f64) -> f64 {
        if !reached {
            before
        } else if x >= self.high {
            after
        } else {
            base
        }
    }

    fn atom(&self) -> f64 {
        0.0f64.max(self.low).min(self.high)
    }

    pub(crate) fn quantile_low(&self, v: f64) -> f64 {
        let rest = v - (1.0 - self.chance);
        if self.chance == 1.0 {
            self.base.quantile_low(v).max(self.low).min(self.high)
        } else if rest <= 0.0 {
            self.atom()
        } else {
            self.base.quantile_low((rest / self.chance).min(0.5)).max(self.low).min(self.high)
        }
    }

    pub(crate) fn quantile_high(&self, v: f64) -> f64 {
        let above = v / self.chance;
        let x = if above <= 0.5 {
            self.base.quantile_high(above)
        } else if above < 1.0 {
            self.base.quantile_low(1.0 - above)
        } else {
            return self.atom();
        };
        x.max(self.low).min(self.high)
    }

    /// Mean and variance, bounds and atom included.
    pub(crate) fn moments(&self) -> (f64, f64) {
        let (a, b) = self.base.support();
        let (m, v) = if self.low <= a && self.high >= b {
            self.base.moments()
        } else {
            clamped_moments(self.base.as_ref(), self.low, self.high)
        };
        let gap = m - self.atom();
        (m - (1.0 - self.chance) * gap, self.chance * (v + (1.0 - self.chance) * gap * gap))
    }

    pub(crate) fn support(&self) -> (f64, f64) {
        let (a, b) = self.base.support();
        let (a, b) = (a.max(self.low).min(self.high), b.min(self.high).max(self.low));
        (if self.chance < 1.0 { a.min(self.atom()) } else { a }, b)
    }

    pub(crate) fn compile(&self) -> Result<RealSampler> {
        let (mean, variance) = self.moments();
        Ok(RealSampler::new(self.base.standardised()?, self.low, self.high, self.chance, mean, variance))
    }
}

/// Mean and variance of a continuous law clamped to `[low, high]`, by integrating its tails over panels between its
/// quantiles.
pub(crate) fn clamped_moments(law: &dyn Continuous, low: f64, high: f64) -> (f64, f64) {
    let clamp = |x: f64| x.max(low).min(high);
    let pivot = clamp(law.quantile_low(0.5));
    let (mut mean, mut square) = (0.0, 0.0);
    for (upper, sign) in [(true, 1.0), (false, -1.0)] {
        let mut from = pivot;
        let mut v = 0.5;
        for step in 0..170 {
            v *= if step < 24 { 0.840_896_415_253_714_6 } else { 0.5 };
            let to = clamp(if upper { law.quantile_high(v) } else { law.quantile_low(v) });
            if to != from && to.is_finite() {
                let tail = |x: f64| if upper { law.sf(x) } else { law.cdf(x) };
                let (a, b) = (from.min(to), from.max(to));
                mean += sign * gauss(a, b, tail);
                square += 2.0 * gauss(a, b, |x| (x - pivot).abs() * tail(x));
                from = to;
            }
        }
    }
    (pivot + mean, (square - mean * mean).max(0.0))
}
