//! Binomial: successes in n trials, `P(N = k) = C(n, k) p^k (1−p)^(n−k)` on 0 … n; mean np, variance np(1−p).

use crate::error::{Error, Result, check};
use crate::law::lattice::Lattice;
use crate::law::special::mass;

/// `n` trials of success probability `p`.
pub(crate) fn binomial(n: u64, p: f64) -> Result<Lattice> {
    check::share("p", p)?;
    if n > 2_000_000_000 {
        return Err(Error::config("n", n, "≤ 2e9"));
    }
    let (trials, q) = (n as f64, 1.0 - p);
    let mode = ((trials + 1.0) * p).floor().min(trials) as i64;
    let moments = (trials * p, trials * p * q);
    Lattice::from_masses("n", mode, (0, n as i64), moments, |k| mass::binomial(k as f64, trials, p, q))
}
