//! Geometric: failures before the first success, `P(N = k) = p(1−p)^k`, from 0; or the trial of the first success, from 1.
//!
//! Mean (1−p)/p from 0 and 1/p from 1; variance (1−p)/p². Limits: at most 2²¹ values in reach (mean up to about 57 000).

use crate::error::{Error, Result, check};
use crate::law::float::{exp, exp_m1, ln_1p};
use crate::law::lattice::Lattice;
use crate::law::whole::MAX_VALUES;

/// From the success probability.
pub(crate) fn from_p(p: f64, start: u32) -> Result<Lattice> {
    check::share("p", p)?;
    if p == 0.0 {
        return Err(Error::config("p", p, "> 0"));
    }
    build("p", p, start)
}

/// From the mean.
pub(crate) fn from_mean(mean: f64, start: u32) -> Result<Lattice> {
    check::non_negative("mean", mean)?;
    if start == 1 && mean < 1.0 {
        return Err(Error::config("mean", mean, "≥ 1 for a geometric law that starts at 1"));
    }
    build("mean", if start == 1 { 1.0 / mean } else { 1.0 / (1.0 + mean) }, start)
}

fn build(field: &str, p: f64, start: u32) -> Result<Lattice> {
    if start > 1 {
        return Err(Error::config("start", start, "0 or 1"));
    }
    let step = ln_1p(-p);
    let needed = 37.0 / -step;
    if needed > MAX_VALUES as f64 {
        return Err(Error::config(
            field,
            format!("a success probability of {p:e}"),
            format!("such that at most {MAX_VALUES} values are in reach of a draw"),
        ));
    }
    // Further than a draw reaches, where there is room: what is made of this law may reach further.
    let count = (needed * (52.0 / 37.0)).ceil().min(MAX_VALUES as f64 - 1.0) as usize + 1;
    let tail = |j: usize| (j + 1) as f64 * step;
    let cdf = (0..count).map(|j| -exp_m1(tail(j))).collect();
    let sf = (0..count).map(|j| exp(tail(j))).collect();
    let (mean, variance) = ((1.0 - p) / p + f64::from(start), (1.0 - p) / (p * p));
    Ok(Lattice { first: i64::from(start), cdf, sf, mean, variance })
}
