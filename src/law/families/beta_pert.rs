//! Beta-PERT: low + (high − low)·Beta(α, β) with α = 1 + w(mode − low)/(high − low), β = 1 + w(high − mode)/(high − low).
//!
//! Mean (low + w·mode + high)/(w + 2); w = 4 is the classical weight. Limits: 0 ≤ w ≤ 10⁶. D. Vose, *Risk Analysis*, 2000.

use std::sync::Arc;

use super::triangular::three_points;
use crate::error::{Error, Result, check};
use crate::law::continuous::Continuous;
use crate::law::float::{exp, ln};
use crate::law::real::RealTable;
use crate::law::special::{beta, gamma::ln_gamma, root};
use crate::law::standard::{Shape, Standardised};

/// A beta law on `[low, low + width]`.
#[derive(Debug, Clone)]
pub(crate) struct BetaPert {
    low: f64,
    width: f64,
    a: f64,
    b: f64,
}

impl BetaPert {
    pub(crate) fn new(low: f64, mode: f64, high: f64, weight: f64) -> Result<Self> {
        let (low, width, mode) = three_points(low, mode, high)?;
        check::non_negative("weight", weight)?;
        if weight > 1e6 {
            return Err(Error::config("weight", weight, "≤ 1e6"));
        }
        Ok(Self { low, width, a: 1.0 + weight * mode, b: 1.0 + weight * (1.0 - mode) })
    }
}

/// The v-quantile of Beta(a, b), a, b ≥ 1, v ≤ ½.
fn quantile(a: f64, b: f64, v: f64) -> f64 {
    let goal = ln(v);
    let start = exp((goal + ln(a) + ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)) / a);
    root::increasing(start.clamp(1e-300, a / (a + b)), 0.0, 1.0, |x| {
        let p = beta::lower(a, b, x, 1.0 - x);
        (ln(p) - goal, beta::density(a, b, x, 1.0 - x) / p)
    })
}

impl Continuous for BetaPert {
    fn cdf(&self, x: f64) -> f64 {
        let y = ((x - self.low) / self.width).clamp(0.0, 1.0);
        beta::lower(self.a, self.b, y, 1.0 - y)
    }

    fn sf(&self, x: f64) -> f64 {
        let y = ((x - self.low) / self.width).clamp(0.0, 1.0);
        beta::upper(self.a, self.b, y, 1.0 - y)
    }

    fn quantile_low(&self, v: f64) -> f64 {
        self.low + self.width * quantile(self.a, self.b, v)
    }

    fn quantile_high(&self, v: f64) -> f64 {
        self.low + self.width * (1.0 - quantile(self.b, self.a, v))
    }

    fn moments(&self) -> (f64, f64) {
        let (a, b) = (self.a, self.b);
        let n = a + b;
        (self.low + self.width * a / n, self.width * self.width * (a / n) * (b / n) / (n + 1.0))
    }

    fn support(&self) -> (f64, f64) {
        (self.low, self.low + self.width)
    }

    fn standardised(&self) -> Result<Standardised> {
        let (a, b) = (self.a, self.b);
        let table = RealTable::fit(0.0, |v| quantile(a, b, v), |v| 1.0 - quantile(b, a, v))?;
        Ok(Standardised::new(Shape::Table(Arc::new(table)), self.low, self.width))
    }
}
