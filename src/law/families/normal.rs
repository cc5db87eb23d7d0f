//! Normal, `X = m + sZ`, with a decision about negative values.
//!
//! | `negative` | law | mean |
//! |---|---|---|
//! | `allow` | X | m |
//! | `clip` | max(0, X), an atom at 0 | m + s·(φ(a) − aQ(a)), a = m/s |
//! | `condition` | X given X ≥ 0 | above m |
//! | `match_moments` | a parent normal given ≥ 0 whose truncated mean and sd are (m, s) | m |

use serde::{Deserialize, Serialize};

use super::truncated_normal::TruncatedNormal;
use crate::error::{Error, Result, check};
use crate::law::continuous::{Continuous, Real};
use crate::law::distribution::Distribution;
use crate::law::special::normal;
use crate::law::standard::{Standardised, normal_shape};

/// What a normal law does below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Negative {
    /// Negative values become 0.
    Clip,
    /// The law given that it is not negative; its mean is larger than the parameter.
    Condition,
    /// Like `Condition`, with the parent chosen so that mean and sd come out as given.
    MatchMoments,
    /// Negative values are drawn.
    Allow,
}

/// The normal law of `mean` and `sd`; `sd = 0` is a constant.
pub(crate) fn normal(mean: f64, sd: f64, negative: Negative) -> Result<Distribution> {
    check::finite("mean", mean)?;
    check::non_negative("sd", sd)?;
    if mean < 0.0 && negative == Negative::MatchMoments {
        return Err(Error::config("mean", mean, "≥ 0 where negative = \"match_moments\""));
    }
    if sd == 0.0 {
        if mean < 0.0 && negative == Negative::Condition {
            return Err(Error::config("mean", mean, "≥ 0 where sd = 0 and negative = \"condition\""));
        }
        let value = if negative == Negative::Allow { mean } else { mean.max(0.0) };
        return Ok(Distribution::point(value));
    }
    let free = Real::new(Normal { mean, sd });
    Ok(Distribution::Real(match negative {
        Negative::Allow => free,
        Negative::Clip => free.clipped(0.0, f64::INFINITY),
        Negative::Condition => {
            TruncatedNormal::new(mean, sd)?.map_or(free.clipped(0.0, f64::INFINITY), Real::new)
        }
        Negative::MatchMoments => {
            TruncatedNormal::from_moments(mean, sd)?.map_or(free.clipped(0.0, f64::INFINITY), Real::new)
        }
    }))
}

#[derive(Debug, Clone)]
struct Normal {
    mean: f64,
    sd: f64,
}

impl Continuous for Normal {
    fn cdf(&self, x: f64) -> f64 {
        normal::cdf((x - self.mean) / self.sd)
    }

    fn sf(&self, x: f64) -> f64 {
        normal::sf((x - self.mean) / self.sd)
    }

    fn quantile_low(&self, v: f64) -> f64 {
        self.mean + self.sd * normal::quantile_low(v)
    }

    fn quantile_high(&self, v: f64) -> f64 {
        self.mean + self.sd * normal::quantile_high(v)
    }

    fn moments(&self) -> (f64, f64) {
        (self.mean, self.sd * self.sd)
    }

    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }

    fn standardised(&self) -> Result<Standardised> {
        Ok(Standardised::new(normal_shape()?, self.mean, self.sd))
    }
}
