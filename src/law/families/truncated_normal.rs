//! Normal given that it is not negative: `X = s(Z − a)` with Z standard normal above a = −m/s.
//!
//! With Mills' ratio R: sf(y) = e^(−y(a + y/2)) R(a+y)/R(a) for y = x/s, mean s(1/R(a) − a), variance
//! s²(1 − (1/R)(1/R − a)). The coefficient of variation rises from 0 to 1 with a. Limits: a ≤ 300. Below a = −9 the
//! missing part is under the resolution of u, and the callers clip instead.
//! N. L. Johnson, S. Kotz & N. Balakrishnan, *Continuous Univariate Distributions* 1, §13.10.

use std::sync::Arc;

use crate::error::{Error, Result, check};
use crate::law::continuous::Continuous;
use crate::law::float::{exp, ln};
use crate::law::real::RealTable;
use crate::law::special::{normal, quadrature::gauss, root};
use crate::law::standard::{Shape, Standardised};

const NEVER: f64 = -9.0;
const FAR: f64 = 300.0;

/// `scale·(Z − a)` given `Z ≥ a`.
#[derive(Debug, Clone)]
pub(crate) struct TruncatedNormal {
    a: f64,
    scale: f64,
    /// 1/R(a).
    rate: f64,
}

impl TruncatedNormal {
    /// The parent N(mean, sd²); `None` where truncation makes no difference.
    pub(crate) fn new(mean: f64, sd: f64) -> Result<Option<Self>> {
        let a = -mean / sd;
        if a > FAR {
            return Err(Error::config("mean", mean, format!("≥ −{FAR} sd where negative = \"condition\"")));
        }
        Ok((a >= NEVER).then(|| Self { a, scale: sd, rate: 1.0 / normal::mills(a) }))
    }

    /// The parent whose truncation has these moments; `None` where truncation makes no difference.
    pub(crate) fn from_moments(mean: f64, sd: f64) -> Result<Option<Self>> {
        check::non_negative("mean", mean)?;
        let ratio = sd / mean;
        let (mut low, mut high) = (NEVER, FAR);
        if ratio <= -1.0 / NEVER {
            return Ok(None);
        }
        if ratio.is_nan() || ratio >= Self::ratio(high) {
            let bound = format!(
                "< mean = {mean} where negative = \"match_moments\" (a normal law cut at 0 has sd/mean below 1; use \
                 gamma or lognormal)"
            );
            return Err(Error::config("sd", sd, bound));
        }
        for _ in 0..200 {
            let a = 0.5 * (low + high);
            if Self::ratio(a) < ratio { low = a } else { high = a }
        }
        let a = 0.5 * (low + high);
        let rate = 1.0 / normal::mills(a);
        Ok(Some(Self { a, scale: mean / (rate - a), rate }))
    }

    /// Standard deviation over mean.
    fn ratio(a: f64) -> f64 {
        let rate = 1.0 / normal::mills(a);
        (1.0 - rate * (rate - a)).max(0.0).sqrt() / (rate - a)
    }

    fn density(&self, y: f64) -> f64 {
        self.rate * exp(-y * (self.a + 0.5 * y))
    }

    fn upper(&self, y: f64) -> f64 {
        exp(-y * (self.a + 0.5 * y)) * normal::mills(self.a + y) * self.rate
    }

    fn lower(&self, y: f64) -> f64 {
        if y * self.a.abs().max(1.0) < 2.0 {
            gauss(0.0, y, |t| self.density(t))
        } else if self.a + y < 0.0 {
            (normal::cdf(self.a + y) - normal::cdf(self.a)) / normal::sf(self.a)
        } else {
            1.0 - self.upper(y)
        }
    }

    fn low(&self, v: f64) -> f64 {
        let start = if self.a < -1.0 {
            normal::quantile_start(true, normal::cdf(self.a) + v * normal::sf(self.a)) - self.a
        } else {
            v / self.rate
        };
        let goal = ln(v);
        root::increasing(start.max(1e-25), 1e-30, 60.0, |y| {
            let p = self.lower(y);
            (ln(p) - goal, self.density(y) / p)
        })
    }

    fn high(&self, v: f64) -> f64 {
        let goal = ln(v);
        let start = if self.a < 1.0 {
            normal::quantile_start(false, v * normal::sf(self.a)) - self.a
        } else {
            -goal / self.rate
        };
        root::increasing(start.max(1e-3), 1e-30, 100.0, |y| {
            (goal - ln(self.upper(y)), 1.0 / normal::mills(self.a + y))
        })
    }
}

impl Continuous for TruncatedNormal {
    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { self.lower(x / self.scale) }
    }

    fn sf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { self.upper(x / self.scale) }
    }

    fn quantile_low(&self, v: f64) -> f64 {
        self.scale * self.low(v)
    }

    fn quantile_high(&self, v: f64) -> f64 {
        self.scale * self.high(v)
    }

    fn moments(&self) -> (f64, f64) {
        let gap = self.rate - self.a;
        (self.scale * gap, self.scale * self.scale * (1.0 - self.rate * gap))
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn standardised(&self) -> Result<Standardised> {
        let table = RealTable::fit(0.0, |v| self.low(v), |v| self.high(v))?;
        Ok(Standardised::new(Shape::Table(Arc::new(table)), 0.0, self.scale))
    }
}
