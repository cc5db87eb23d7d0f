//! Gamma: density `x^(k−1) e^(−x/θ) / (Γ(k) θ^k)` on x ≥ 0; mean kθ, variance kθ².
//!
//! From (m, s): k = m²/s², θ = s²/m. Limits: 0.001 ≤ k ≤ 10¹². Below shape ½ the table holds ln x, because x spans
//! hundreds of orders of magnitude; draws below the smallest double are 0.

use std::sync::Arc;

use crate::error::{Error, Result, check};
use crate::law::continuous::Continuous;
use crate::law::float::{exp, ln};
use crate::law::real::RealTable;
use crate::law::special::gamma::{gamma_density, gamma_p, gamma_q, ln_gamma_1p};
use crate::law::special::{normal, root};
use crate::law::standard::{Shape, Standardised};

/// Of positive shape and scale.
#[derive(Debug, Clone)]
pub(crate) struct Gamma {
    shape: f64,
    scale: f64,
}

impl Gamma {
    /// From shape k and scale θ.
    pub(crate) fn new(shape: f64, scale: f64) -> Result<Self> {
        Self::checked("shape", shape, shape, scale)
    }

    /// From mean and standard deviation.
    pub(crate) fn from_moments(mean: f64, sd: f64) -> Result<Self> {
        check::positive("mean", mean)?;
        check::positive("sd", sd)?;
        let ratio = mean / sd;
        Self::checked("sd", sd, ratio * ratio, sd / ratio)
    }

    fn checked(field: &str, given: f64, shape: f64, scale: f64) -> Result<Self> {
        check::positive(field, given)?;
        check::positive("scale", scale)?;
        if !(1e-3..=1e12).contains(&shape) {
            let bound = if field == "sd" { "between 1e-6 and 31.6 means" } else { "between 0.001 and 1e12" };
            return Err(Error::config(field, given, format!("{bound} for a gamma law")));
        }
        Ok(Self { shape, scale })
    }

    /// Whether the table holds logarithms.
    fn logarithmic(&self) -> bool {
        self.shape < 0.5
    }

    /// Logarithm of the v-quantile in units of the scale, for the small shapes.
    fn ln_low(&self, v: f64) -> f64 {
        let a = self.shape;
        // Near 0 the cdf is x^a/Γ(a+1)·(1 − ax/(a+1) + …).
        let start = (ln(v) + ln_gamma_1p(a)) / a;
        if start < -40.0 {
            return start;
        }
        let goal = ln(v);
        root::increasing(start, f64::NEG_INFINITY, f64::INFINITY, |l| {
            let x = exp(l);
            let p = gamma_p(a, x);
            (ln(p) - goal, x * gamma_density(a, x) / p)
        })
    }

    fn low(&self, v: f64) -> f64 {
        if self.logarithmic() {
            return exp(self.ln_low(v));
        }
        let a = self.shape;
        let goal = ln(v);
        let power = exp((goal + ln_gamma_1p(a)) / a);
        let start = if power < 0.2 * (a + 1.0) {
            power
        } else {
            self.wilson_hilferty(normal::quantile_start(true, v))
        };
        root::increasing(start.max(1e-300), 0.0, f64::INFINITY, |x| {
            let p = gamma_p(a, x);
            (ln(p) - goal, gamma_density(a, x) / p)
        })
    }

    fn high(&self, v: f64) -> f64 {
        let a = self.shape;
        let goal = ln(v);
        let start = self.wilson_hilferty(normal::quantile_start(false, v));
        root::increasing(start.max(1e-3 * a), 0.0, f64::INFINITY, |x| {
            let q = gamma_q(a, x);
            (goal - ln(q), gamma_density(a, x) / q)
        })
    }

    fn ln_high(&self, v: f64) -> f64 {
        let a = self.shape;
        let goal = ln(v);
        let start = ln(self.wilson_hilferty(normal::quantile_start(false, v)).max(1e-3));
        root::increasing(start, f64::NEG_INFINITY, f64::INFINITY, |l| {
            let x = exp(l);
            let q = gamma_q(a, x);
            (goal - ln(q), x * gamma_density(a, x) / q)
        })
    }

    fn wilson_hilferty(&self, z: f64) -> f64 {
        let c = 1.0 / (9.0 * self.shape);
        let t = 1.0 - c + z * c.sqrt();
        self.shape * t * t * t
    }
}

impl Continuous for Gamma {
    fn cdf(&self, x: f64) -> f64 {
        gamma_p(self.shape, x / self.scale)
    }

    fn sf(&self, x: f64) -> f64 {
        gamma_q(self.shape, x / self.scale)
    }

    fn quantile_low(&self, v: f64) -> f64 {
        self.scale * self.low(v)
    }

    fn quantile_high(&self, v: f64) -> f64 {
        self.scale * if self.logarithmic() { exp(self.ln_high(v)) } else { self.high(v) }
    }

    fn moments(&self) -> (f64, f64) {
        (self.shape * self.scale, self.shape * self.scale * self.scale)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn standardised(&self) -> Result<Standardised> {
        if self.logarithmic() {
            let table = RealTable::fit(0.0, |v| self.ln_low(v), |v| self.ln_high(v))?;
            return Ok(Standardised::exponential(Shape::Table(Arc::new(table)), ln(self.scale), 1.0));
        }
        let table = RealTable::fit(0.0, |v| self.low(v), |v| self.high(v))?;
        Ok(Standardised::new(Shape::Table(Arc::new(table)), 0.0, self.scale))
    }
}
