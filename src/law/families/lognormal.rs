//! Lognormal: `X = exp(μ + σZ)`; mean m = exp(μ + σ²/2), variance m²(e^σ² − 1).
//!
//! From (m, s): σ² = ln(1 + s²/m²), μ = ln m − σ²/2. Limits: σ ≤ 50.

use crate::error::{Error, Result, check};
use crate::law::continuous::Continuous;
use crate::law::float::{exp, exp_m1, ln, ln_1p};
use crate::law::special::normal;
use crate::law::standard::{Standardised, normal_shape};

/// Of the logarithm's mean and standard deviation.
#[derive(Debug, Clone)]
pub(crate) struct Lognormal {
    mu: f64,
    sigma: f64,
}

impl Lognormal {
    /// From μ and σ > 0.
    pub(crate) fn new(mu: f64, sigma: f64) -> Result<Self> {
        check::finite("mu", mu)?;
        check::positive("sigma", sigma)?;
        if sigma > 50.0 {
            return Err(Error::config("sigma", sigma, "≤ 50"));
        }
        if mu.abs() > 700.0 {
            return Err(Error::config("mu", mu, "within ±700"));
        }
        Ok(Self { mu, sigma })
    }

    /// From mean and standard deviation.
    pub(crate) fn from_moments(mean: f64, sd: f64) -> Result<Self> {
        check::positive("mean", mean)?;
        check::positive("sd", sd)?;
        let ratio = sd / mean;
        let square = ln_1p(ratio * ratio);
        Self::new(ln(mean) - 0.5 * square, square.sqrt())
    }

    fn z(&self, x: f64) -> f64 {
        (ln(x) - self.mu) / self.sigma
    }
}

impl Continuous for Lognormal {
    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { normal::cdf(self.z(x)) }
    }

    fn sf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { normal::sf(self.z(x)) }
    }

    fn quantile_low(&self, v: f64) -> f64 {
        exp(self.mu + self.sigma * normal::quantile_low(v))
    }

    fn quantile_high(&self, v: f64) -> f64 {
        exp(self.mu + self.sigma * normal::quantile_high(v))
    }

    fn moments(&self) -> (f64, f64) {
        let square = self.sigma * self.sigma;
        let mean = exp(self.mu + 0.5 * square);
        (mean, mean * mean * exp_m1(square))
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn standardised(&self) -> Result<Standardised> {
        Ok(Standardised::exponential(normal_shape()?, self.mu, self.sigma))
    }
}
