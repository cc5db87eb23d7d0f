//! Past observations: each equally likely, or linear between the sorted ones (type 7 of R. J. Hyndman & Y. Fan,
//! *Sample quantiles in statistical packages*, 1996). Also lists of values with probabilities.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::law::atoms::Atoms;
use crate::law::continuous::{Continuous, Real};
use crate::law::distribution::Distribution;
use crate::law::standard::{Shape, Standardised};

fn finite(field: &str, values: &[f64]) -> Result<()> {
    if values.is_empty() {
        return Err(Error::data(field, "must have at least one value"));
    }
    match values.iter().position(|x| !x.is_finite()) {
        Some(i) => Err(Error::data(
            field,
            format!("value {i} (counted from 0) is {}; all must be finite", values[i]),
        )),
        None => Ok(()),
    }
}

/// Observations, in any order.
pub(crate) fn empirical(values: &[f64], interpolate: bool) -> Result<Distribution> {
    finite("values", values)?;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    if interpolate && sorted[0] < sorted[sorted.len() - 1] {
        return Ok(Distribution::Real(Real::new(Interpolated { points: Arc::new(sorted) })));
    }
    let total = sorted.len() as f64;
    Ok(Distribution::Atoms(Atoms::weighted(sorted.into_iter().map(|x| (x, 1.0)).collect(), total)))
}

/// Ascending values with probabilities that sum to 1.
pub(crate) fn discrete(values: &[f64], probabilities: &[f64]) -> Result<Distribution> {
    finite("values", values)?;
    if values.len() != probabilities.len() {
        let reason = format!("must have one per value ({}), got {}", values.len(), probabilities.len());
        return Err(Error::data("probabilities", reason));
    }
    if let Some(i) = values.windows(2).position(|w| w[0] >= w[1]) {
        let reason =
            format!("must increase, but value {} ({}) is not above the one before", i + 1, values[i + 1]);
        return Err(Error::data("values", reason));
    }
    if let Some(i) = probabilities.iter().position(|p| !(0.0..=1.0).contains(p)) {
        return Err(Error::data(
            "probabilities",
            format!("value {i} is {}; all must be in [0, 1]", probabilities[i]),
        ));
    }
    let total: f64 = probabilities.iter().sum();
    if (total - 1.0).abs() > 1e-9 {
        return Err(Error::data("probabilities", format!("must sum to 1, got {total}")));
    }
    let pairs = values.iter().copied().zip(probabilities.iter().copied()).filter(|p| p.1 > 0.0).collect();
    Ok(Distribution::Atoms(Atoms::weighted(pairs, total)))
}

#[derive(Debug, Clone)]
struct Interpolated {
    points: Arc<Vec<f64>>,
}

impl Interpolated {
    /// Position of x among the gaps, from below.
    fn position(&self, x: f64) -> f64 {
        let p = &self.points;
        match p.partition_point(|&v| v <= x) {
            0 => 0.0,
            i if i == p.len() => (p.len() - 1) as f64,
            i => (i - 1) as f64 + (x - p[i - 1]) / (p[i] - p[i - 1]),
        }
    }

    fn gaps(&self) -> f64 {
        (self.points.len() - 1) as f64
    }
}

impl Continuous for Interpolated {
    fn cdf(&self, x: f64) -> f64 {
        self.position(x) / self.gaps()
    }

    fn sf(&self, x: f64) -> f64 {
        (self.gaps() - self.position(x)) / self.gaps()
    }

    fn quantile_low(&self, v: f64) -> f64 {
        Shape::Points(self.points.clone()).at_tail(false, v)
    }

    fn quantile_high(&self, v: f64) -> f64 {
        Shape::Points(self.points.clone()).at_tail(true, v)
    }

    fn moments(&self) -> (f64, f64) {
        let centre = self.points[self.points.len() / 2];
        let (mut mean, mut square) = (0.0, 0.0);
        for w in self.points.windows(2) {
            let (a, b) = (w[0] - centre, w[1] - centre);
            mean += 0.5 * (a + b);
            square += (a * a + a * b + b * b) / 3.0;
        }
        let (mean, square) = (mean / self.gaps(), square / self.gaps());
        (centre + mean, square - mean * mean)
    }

    fn support(&self) -> (f64, f64) {
        (self.points[0], self.points[self.points.len() - 1])
    }

    fn standardised(&self) -> Result<Standardised> {
        Ok(Standardised::new(Shape::Points(self.points.clone()), 0.0, 1.0))
    }
}
