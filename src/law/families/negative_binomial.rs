//! Negative binomial: failures before the r-th success, `P(N = k) = Γ(k+r)/(Γ(r) k!) · p^r (1−p)^k`, real r > 0.
//!
//! Mean m = r(1−p)/p, variance s² = m/p; from (m, s): p = m/s², r = m²/(s² − m), so s² > m. It is the Poisson law with a
//! gamma-distributed mean. Limits: at most 2²¹ values in reach. M. Greenwood & G. U. Yule, JRSS 83, 1920.

use crate::error::{Error, Result, check};
use crate::law::lattice::Lattice;
use crate::law::special::mass;

/// From mean and standard deviation.
pub(crate) fn from_moments(mean: f64, sd: f64) -> Result<Lattice> {
    check::non_negative("mean", mean)?;
    check::non_negative("sd", sd)?;
    if mean == 0.0 && sd == 0.0 {
        return Ok(Lattice::from_probabilities(0, &[1.0]));
    }
    check::positive("mean", mean)?;
    let variance = sd * sd;
    let excess = variance - mean;
    if excess <= 0.0 {
        let bound = format!(
            "> √mean = {} for a negative binomial law (equal: use poisson; smaller: use binomial)",
            mean.sqrt()
        );
        return Err(Error::config("sd", sd, bound));
    }
    build("sd", mean * (mean / excess), mean / variance, excess / variance, (mean, variance))
}

/// From r and the success probability p.
pub(crate) fn from_natural(r: f64, p: f64) -> Result<Lattice> {
    check::positive("r", r)?;
    check::share("p", p)?;
    if p == 0.0 {
        return Err(Error::config("p", p, "> 0"));
    }
    let q = 1.0 - p;
    build("p", r, p, q, (r * q / p, r * q / (p * p)))
}

fn build(field: &str, r: f64, p: f64, q: f64, moments: (f64, f64)) -> Result<Lattice> {
    if q == 0.0 {
        return Ok(Lattice::from_probabilities(0, &[1.0]));
    }
    let mode = ((r - 1.0) * q / p).max(0.0).floor();
    check_size(field, mode)?;
    Lattice::from_masses(field, mode as i64, (0, i64::MAX), moments, |k| {
        mass::negative_binomial(k as f64, r, p, q)
    })
}

pub(super) fn check_size(field: &str, mode: f64) -> Result<()> {
    if mode <= 2e9 {
        Ok(())
    } else {
        Err(Error::config(field, format!("values around {mode:e}"), "such that values stay ≤ 2e9"))
    }
}
