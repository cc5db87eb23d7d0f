//! Uniform, on an interval (mean (a+b)/2, variance (b−a)²/12) or on the integers a … b.

use crate::error::{Error, Result, check};
use crate::law::continuous::Continuous;
use crate::law::lattice::Lattice;
use crate::law::standard::{Shape, Standardised};
use crate::law::whole::MAX_VALUES;

/// Uniform on `[low, high]`, `low < high`.
#[derive(Debug, Clone)]
pub(crate) struct Uniform {
    low: f64,
    high: f64,
}

impl Uniform {
    /// From the ends.
    pub(crate) fn new(low: f64, high: f64) -> Result<Self> {
        check::finite("low", low)?;
        check::finite("high", high)?;
        check::finite("high − low", high - low)?;
        if low >= high {
            return Err(Error::config("high", high, format!("> low = {low}")));
        }
        Ok(Self { low, high })
    }

    /// From mean and standard deviation.
    pub(crate) fn from_moments(mean: f64, sd: f64) -> Result<Self> {
        check::finite("mean", mean)?;
        check::positive("sd", sd)?;
        let half = 3f64.sqrt() * sd;
        Self::new(mean - half, mean + half)
    }
}

impl Continuous for Uniform {
    fn cdf(&self, x: f64) -> f64 {
        ((x - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    fn sf(&self, x: f64) -> f64 {
        ((self.high - x) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    fn quantile_low(&self, v: f64) -> f64 {
        self.low + v * (self.high - self.low)
    }

    fn quantile_high(&self, v: f64) -> f64 {
        self.high - v * (self.high - self.low)
    }

    fn moments(&self) -> (f64, f64) {
        let width = self.high - self.low;
        (self.low + 0.5 * width, width * width / 12.0)
    }

    fn support(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    fn standardised(&self) -> Result<Standardised> {
        Ok(Standardised::new(Shape::Uniform, self.low, self.high - self.low))
    }
}

/// Each integer from `low` to `high` equally likely.
pub(crate) fn uniform_integer(low: i64, high: i64) -> Result<Lattice> {
    if high < low {
        return Err(Error::config("high", high, format!("≥ low = {low}")));
    }
    let span = high.checked_sub(low).filter(|&s| s < MAX_VALUES as i64);
    let Some(span) = span else {
        return Err(Error::config("high", high, format!("< low + {MAX_VALUES}")));
    };
    let count = (span + 1) as f64;
    let cdf = (0..=span).map(|j| (j + 1) as f64 / count).collect();
    let sf = (0..=span).map(|j| (span - j) as f64 / count).collect();
    let mean = low as f64 + 0.5 * span as f64;
    Ok(Lattice { first: low, cdf, sf, mean, variance: (count * count - 1.0) / 12.0 })
}
