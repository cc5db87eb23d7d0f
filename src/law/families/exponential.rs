//! Exponential: `P(X > x) = e^(−x/m)` on x ≥ 0; mean m, variance m².

use crate::error::{Result, check};
use crate::law::continuous::Continuous;
use crate::law::float::{exp, exp_m1, ln, ln_1p};
use crate::law::standard::{Standardised, exponential_shape};

/// Of a positive mean.
#[derive(Debug, Clone)]
pub(crate) struct Exponential {
    mean: f64,
}

impl Exponential {
    pub(crate) fn new(mean: f64) -> Result<Self> {
        check::positive("mean", mean).map(|mean| Self { mean })
    }
}

impl Continuous for Exponential {
    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { -exp_m1(-x / self.mean) }
    }

    fn sf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { exp(-x / self.mean) }
    }

    fn quantile_low(&self, v: f64) -> f64 {
        -self.mean * ln_1p(-v)
    }

    fn quantile_high(&self, v: f64) -> f64 {
        -self.mean * ln(v)
    }

    fn moments(&self) -> (f64, f64) {
        (self.mean, self.mean * self.mean)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn standardised(&self) -> Result<Standardised> {
        Ok(Standardised::new(exponential_shape()?, 0.0, self.mean))
    }
}
