//! Weibull: `P(X > x) = exp(−(x/λ)^k)` on x ≥ 0; mean λΓ(1+1/k), variance λ²(Γ(1+2/k) − Γ(1+1/k)²).
//!
//! X = λE^(1/k) with E exponential. From (m, s) the shape solves ln Γ(1+2/k) − 2 ln Γ(1+1/k) = ln(1 + s²/m²).
//! W. Weibull, J. Appl. Mech. 18, 1951.

use crate::error::{Error, Result, check};
use crate::law::continuous::Continuous;
use crate::law::float::{exp, exp_m1, ln, ln_1p};
use crate::law::special::gamma::ln_gamma_1p;
use crate::law::standard::{Standardised, log_exponential_shape};

/// Of positive shape and scale.
#[derive(Debug, Clone)]
pub(crate) struct Weibull {
    shape: f64,
    scale: f64,
}

impl Weibull {
    /// From shape and scale.
    pub(crate) fn new(shape: f64, scale: f64) -> Result<Self> {
        check::positive("shape", shape)?;
        check::positive("scale", scale)?;
        if shape < 0.01 {
            return Err(Error::config("shape", shape, "≥ 0.01"));
        }
        Ok(Self { shape, scale })
    }

    /// From mean and standard deviation.
    pub(crate) fn from_moments(mean: f64, sd: f64) -> Result<Self> {
        check::positive("mean", mean)?;
        check::positive("sd", sd)?;
        let ratio = sd / mean;
        if !(1e-6..=1e6).contains(&ratio) {
            return Err(Error::config("sd", sd, "between 1e-6 and 1e6 means for a weibull law"));
        }
        let goal = ln_1p(ratio * ratio);
        // In t = 1/k, where the left side rises; halving on a log scale needs no starting point.
        let (mut low, mut high) = (1e-8f64, 100.0f64);
        for _ in 0..200 {
            let t = (low * high).sqrt();
            if ln_gamma_1p(2.0 * t) - 2.0 * ln_gamma_1p(t) < goal { low = t } else { high = t }
        }
        let t = (low * high).sqrt();
        Self::new(1.0 / t, mean * exp(-ln_gamma_1p(t)))
    }

    fn power(&self, x: f64) -> f64 {
        exp(self.shape * (ln(x) - ln(self.scale)))
    }
}

impl Continuous for Weibull {
    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { -exp_m1(-self.power(x)) }
    }

    fn sf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { exp(-self.power(x)) }
    }

    fn quantile_low(&self, v: f64) -> f64 {
        exp(ln(self.scale) + ln(-ln_1p(-v)) / self.shape)
    }

    fn quantile_high(&self, v: f64) -> f64 {
        exp(ln(self.scale) + ln(-ln(v)) / self.shape)
    }

    fn moments(&self) -> (f64, f64) {
        let t = 1.0 / self.shape;
        let mean = self.scale * exp(ln_gamma_1p(t));
        (mean, mean * mean * exp_m1(ln_gamma_1p(2.0 * t) - 2.0 * ln_gamma_1p(t)))
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn standardised(&self) -> Result<Standardised> {
        Ok(Standardised::exponential(log_exponential_shape()?, ln(self.scale), 1.0 / self.shape))
    }
}
