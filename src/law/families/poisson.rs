//! Poisson: `P(N = k) = e^−m m^k / k!` on 0, 1, 2, …; mean and variance m.
//!
//! Limits: 0 ≤ m ≤ 2·10⁹ (values are 32-bit integers). S. D. Poisson, *Recherches sur la probabilité des jugements*, 1837.

use crate::error::{Result, check};
use crate::law::lattice::Lattice;
use crate::law::special::mass;

/// The law of mean `m`.
pub(crate) fn poisson(m: f64) -> Result<Lattice> {
    check::non_negative("mean", m)?;
    if m > 2e9 {
        return Err(crate::error::Error::config("mean", m, "≤ 2e9"));
    }
    Lattice::from_masses("mean", m.floor() as i64, (0, i64::MAX), (m, m), |k| mass::poisson(k as f64, m))
}
