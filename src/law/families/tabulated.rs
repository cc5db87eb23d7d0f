//! Laws that arrive as numbers: what the Python side computes for any frozen `scipy.stats` distribution.
//!
//! Discrete: both tails on consecutive integers. Continuous: both quantile functions on
//! [`quantile_nodes`](crate::law::quantile_nodes), from which the table is fitted and checked.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::law::continuous::{Continuous, Real, clamped_moments};
use crate::law::distribution::Distribution;
use crate::law::lattice::Lattice;
use crate::law::real::RealTable;
use crate::law::standard::{Shape, Standardised};

const SMALLEST: f64 = 1.0 / 9_007_199_254_740_992.0;
const BELOW_HALF: f64 = 0.5 - SMALLEST * 0.5;

/// Both tails at `first`, `first + 1`, …; the last must leave nothing above it.
pub(crate) fn whole(first: i64, cdf: &[f64], sf: &[f64]) -> Result<Distribution> {
    if cdf.is_empty() || cdf.len() != sf.len() {
        return Err(Error::data(
            "sf",
            format!("must have as many values as cdf ({}), at least 1", cdf.len()),
        ));
    }
    for (field, tail, sign) in [("cdf", cdf, 1.0), ("sf", sf, -1.0)] {
        if let Some(i) = tail.iter().position(|p| !(0.0..=1.0).contains(p)) {
            return Err(Error::data(field, format!("value {i} is {}; all must be in [0, 1]", tail[i])));
        }
        if let Some(i) = tail.windows(2).position(|w| sign * (w[1] - w[0]) < 0.0) {
            return Err(Error::data(field, format!("is out of order at value {}", i + 1)));
        }
    }
    if let Some(i) = (0..cdf.len()).find(|&i| (cdf[i] + sf[i] - 1.0).abs() > 1e-9) {
        return Err(Error::data("sf", format!("value {i}: cdf + sf = {}, must be 1", cdf[i] + sf[i])));
    }
    let left = sf[sf.len() - 1];
    if left > SMALLEST {
        return Err(Error::data("sf", format!("ends at {left:e}; extend the table until sf ≤ 2^-53")));
    }
    let mut sf = sf.to_vec();
    let mut cdf = cdf.to_vec();
    if let (Some(c), Some(s)) = (cdf.last_mut(), sf.last_mut()) {
        (*c, *s) = (1.0, 0.0);
    }
    Ok(Distribution::Lattice(Lattice::from_tails(first, cdf, sf)))
}

/// Both quantile functions on the nodes of one order.
pub(crate) fn real(low: &[f64], high: &[f64]) -> Result<Distribution> {
    let table = Arc::new(RealTable::from_nodes(low, high)?);
    let mut law = Tabulated { table, moments: (0.0, 0.0) };
    law.moments = clamped_moments(&law, f64::NEG_INFINITY, f64::INFINITY);
    Ok(Distribution::Real(Real::new(law)))
}

#[derive(Debug, Clone)]
struct Tabulated {
    table: Arc<RealTable>,
    moments: (f64, f64),
}

impl Tabulated {
    fn quantile(&self, upper: bool, v: f64) -> f64 {
        self.table.at_tail(upper, v.clamp(SMALLEST, BELOW_HALF))
    }

    /// Tail probability of `x` on one side, by halving on the bits of v; ½ or more shows as ½.
    fn tail(&self, upper: bool, x: f64) -> f64 {
        let (mut low, mut high) = (SMALLEST.to_bits(), 0.5f64.to_bits());
        let outside = |v: f64| if upper { self.quantile(true, v) > x } else { self.quantile(false, v) <= x };
        if !outside(SMALLEST) {
            return 0.0;
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if outside(f64::from_bits(middle)) { low = middle } else { high = middle }
        }
        f64::from_bits(low)
    }
}

impl Continuous for Tabulated {
    fn cdf(&self, x: f64) -> f64 {
        if x < self.quantile(false, 0.5) { self.tail(false, x) } else { 1.0 - self.tail(true, x) }
    }

    fn sf(&self, x: f64) -> f64 {
        if x < self.quantile(false, 0.5) { 1.0 - self.tail(false, x) } else { self.tail(true, x) }
    }

    fn quantile_low(&self, v: f64) -> f64 {
        self.quantile(false, v)
    }

    fn quantile_high(&self, v: f64) -> f64 {
        self.quantile(true, v)
    }

    fn moments(&self) -> (f64, f64) {
        self.moments
    }

    fn support(&self) -> (f64, f64) {
        (self.quantile(false, 0.0), self.quantile(true, 0.0))
    }

    fn standardised(&self) -> Result<Standardised> {
        Ok(Standardised::new(Shape::Table(self.table.clone()), 0.0, 1.0))
    }
}
