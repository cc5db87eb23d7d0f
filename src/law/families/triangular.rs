//! Triangular: density rising linearly from low to mode and falling to high; mean (a+m+b)/3, variance
//! (a² + m² + b² − am − ab − mb)/18. Inverse: a + √(u(b−a)(m−a)) below the mode, b − √((1−u)(b−a)(b−m)) above.

use crate::error::{Error, Result, check};
use crate::law::continuous::Continuous;
use crate::law::standard::{Shape, Standardised};

/// `low ≤ mode ≤ high`, `low < high`.
#[derive(Debug, Clone)]
pub(crate) struct Triangular {
    low: f64,
    width: f64,
    /// Mode on [0, 1].
    mode: f64,
}

/// Checks three points in order, for the triangular and the beta-PERT laws: low, width, and the mode on [0, 1].
pub(super) fn three_points(low: f64, mode: f64, high: f64) -> Result<(f64, f64, f64)> {
    check::finite("low", low)?;
    check::finite("mode", mode)?;
    check::finite("high", high)?;
    let width = check::finite("high − low", high - low)?;
    if low >= high {
        return Err(Error::config("high", high, format!("> low = {low}")));
    }
    if !(low..=high).contains(&mode) {
        return Err(Error::config("mode", mode, format!("in [low, high] = [{low}, {high}]")));
    }
    Ok((low, width, (mode - low) / width))
}

impl Triangular {
    pub(crate) fn new(low: f64, mode: f64, high: f64) -> Result<Self> {
        three_points(low, mode, high).map(|(low, width, mode)| Self { low, width, mode })
    }
}

impl Continuous for Triangular {
    fn cdf(&self, x: f64) -> f64 {
        let y = ((x - self.low) / self.width).clamp(0.0, 1.0);
        if y < self.mode {
            y * y / self.mode
        } else {
            1.0 - (1.0 - y) * (1.0 - y) / (1.0 - self.mode).max(f64::MIN_POSITIVE)
        }
    }

    fn sf(&self, x: f64) -> f64 {
        let y = ((x - self.low) / self.width).clamp(0.0, 1.0);
        if y < self.mode {
            1.0 - y * y / self.mode
        } else {
            (1.0 - y) * (1.0 - y) / (1.0 - self.mode).max(f64::MIN_POSITIVE)
        }
    }

    fn quantile_low(&self, v: f64) -> f64 {
        self.low + self.width * Shape::Triangular { mode: self.mode }.at_tail(false, v)
    }

    fn quantile_high(&self, v: f64) -> f64 {
        self.low + self.width * Shape::Triangular { mode: self.mode }.at_tail(true, v)
    }

    fn moments(&self) -> (f64, f64) {
        let c = self.mode;
        (self.low + self.width * (1.0 + c) / 3.0, self.width * self.width * (1.0 - c + c * c) / 18.0)
    }

    fn support(&self) -> (f64, f64) {
        (self.low, self.low + self.width)
    }

    fn standardised(&self) -> Result<Standardised> {
        Ok(Standardised::new(Shape::Triangular { mode: self.mode }, self.low, self.width))
    }
}
