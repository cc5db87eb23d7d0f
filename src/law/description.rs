//! Laws as users describe them: the JSON that crosses the border.
//!
//! Owns the list of laws, their parametrisations and the refusal of everything else. To add a law: a file in `families/`,
//! a variant here, an arm in [`Law::distribution`].

use serde::{Deserialize, Serialize};

use super::continuous::Real;
use super::distribution::{Distribution, Rounding};
use super::families::normal::Negative;
use super::families::{
    beta_pert::BetaPert, binomial, compound, empirical, exponential::Exponential, gamma::Gamma, geometric,
    lognormal::Lognormal, negative_binomial, normal, poisson, tabulated, triangular::Triangular, uniform,
    weibull::Weibull,
};
use super::sampler::Sampler;
use crate::error::{Error, Result, check};

/// A distribution, described by its parameters. Where a law lists natural parameters and `mean`, `sd`, exactly one of the
/// two pairs is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "law", rename_all = "snake_case", deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are the parameters that each variant's text names")]
pub enum Law {
    /// Always `value`.
    Deterministic { value: f64 },
    /// Poisson of `mean` ≥ 0.
    Poisson { mean: f64 },
    /// Negative binomial: `mean` and `sd` (sd² > mean), or `r` > 0 and success probability `p`.
    NegativeBinomial {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mean: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sd: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        r: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        p: Option<f64>,
    },
    /// Geometric: success probability `p` or `mean`; `start` 0 counts failures, 1 counts trials.
    Geometric {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        p: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mean: Option<f64>,
        #[serde(default)]
        start: u32,
    },
    /// The total of a Poisson number, of mean `rate`, of whole sizes.
    CompoundPoisson { rate: f64, size: Box<Law> },
    /// Compound Poisson with geometric sizes from 1: `mean` and `sd` (sd² ≥ mean), or `rate` and success probability `p`.
    StutteringPoisson {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mean: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sd: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rate: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        p: Option<f64>,
    },
    /// Logarithmic series from 1: chances in the ratio `p^k / k`.
    Logarithmic { p: f64 },
    /// Successes in `n` trials of probability `p`.
    Binomial { n: u64, p: f64 },
    /// Uniform on [`low`, `high`], or of `mean` and `sd`.
    Uniform {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        low: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        high: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mean: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sd: Option<f64>,
    },
    /// Each integer from `low` to `high` equally likely.
    UniformInteger { low: i64, high: i64 },
    /// Normal of `mean` and `sd` ≥ 0; what happens below zero must be said.
    Normal { mean: f64, sd: f64, negative: Negative },
    /// Gamma: `shape` and `scale`, or `mean` and `sd`.
    Gamma {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shape: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scale: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mean: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sd: Option<f64>,
    },
    /// Lognormal: `mu` and `sigma` of the logarithm, or `mean` and `sd`.
    Lognormal {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mu: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sigma: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mean: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sd: Option<f64>,
    },
    /// Weibull: `shape` and `scale`, or `mean` and `sd`.
    Weibull {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shape: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scale: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mean: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sd: Option<f64>,
    },
    /// Exponential of `mean` > 0.
    Exponential { mean: f64 },
    /// Triangular between `low` and `high`.
    Triangular { low: f64, mode: f64, high: f64 },
    /// Beta-PERT between `low` and `high`; `weight` of the mode, 4 unless given.
    BetaPert {
        low: f64,
        mode: f64,
        high: f64,
        #[serde(default = "four")]
        weight: f64,
    },
    /// `of` with `probability`, else 0; `of` has no negative values.
    ZeroInflated { probability: f64, of: Box<Law> },
    /// Past observations, equally likely; with `interpolate`, linear between the sorted ones.
    Empirical {
        values: Vec<f64>,
        #[serde(default)]
        interpolate: bool,
    },
    /// `of`, made whole.
    Rounded { of: Box<Law>, to: Rounding },
    /// `of`, with values outside [`low`, `high`] moved to the bounds.
    Clipped {
        of: Box<Law>,
        #[serde(default)]
        low: Option<f64>,
        #[serde(default)]
        high: Option<f64>,
    },
    /// Increasing `values` with `probabilities` that sum to 1.
    Discrete { values: Vec<f64>, probabilities: Vec<f64> },
    /// Both tails at the integers from `first` on.
    TabulatedWhole { first: i64, cdf: Vec<f64>, sf: Vec<f64> },
    /// Both quantile functions on [`quantile_nodes`](super::quantile_nodes).
    TabulatedReal { low: Vec<f64>, high: Vec<f64> },
}

fn four() -> f64 {
    4.0
}

/// What the summary of a law shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Mean as drawn.
    pub mean: f64,
    /// Standard deviation as drawn.
    pub sd: f64,
    /// Smallest value that can be drawn.
    pub min: f64,
    /// Largest value that can be drawn.
    pub max: f64,
    /// Whether draws are integers held in a whole-number table.
    pub whole: bool,
    /// What a user should know.
    pub notes: Vec<String>,
}

/// The one of two pairs that is given.
enum Pair {
    Natural(f64, f64),
    Moments(f64, f64),
}

fn pair(law: &str, natural: [(&str, Option<f64>); 2], mean: Option<f64>, sd: Option<f64>) -> Result<Pair> {
    match (natural[0].1, natural[1].1, mean, sd) {
        (Some(a), Some(b), None, None) => Ok(Pair::Natural(a, b)),
        (None, None, Some(mean), Some(sd)) => Ok(Pair::Moments(mean, sd)),
        _ => {
            let all = [natural[0], natural[1], ("mean", mean), ("sd", sd)];
            let given: Vec<&str> = all.iter().filter(|f| f.1.is_some()).map(|f| f.0).collect();
            let given = if given.is_empty() { "neither".to_owned() } else { given.join(", ") };
            let bound = format!("given either by {} and {} or by mean and sd", natural[0].0, natural[1].0);
            Err(Error::config(law, given, bound))
        }
    }
}

fn real(law: impl super::continuous::Continuous + 'static) -> Distribution {
    Distribution::Real(Real::new(law))
}

impl Law {
    /// Checks the parameters.
    pub(crate) fn distribution(&self) -> Result<Distribution> {
        Ok(match self {
            Self::Deterministic { value } => Distribution::point(check::finite("value", *value)?),
            Self::Poisson { mean } => Distribution::Lattice(poisson::poisson(*mean)?),
            Self::NegativeBinomial { mean, sd, r, p } => {
                Distribution::Lattice(match pair("negative_binomial", [("r", *r), ("p", *p)], *mean, *sd)? {
                    Pair::Natural(r, p) => negative_binomial::from_natural(r, p)?,
                    Pair::Moments(mean, sd) => negative_binomial::from_moments(mean, sd)?,
                })
            }
            Self::Geometric { p, mean, start } => Distribution::Lattice(match (p, mean) {
                (Some(p), None) => geometric::from_p(*p, *start)?,
                (None, Some(mean)) => geometric::from_mean(*mean, *start)?,
                (both, _) => {
                    let given = if both.is_some() { "p, mean" } else { "neither" };
                    return Err(Error::config("geometric", given, "given either by p or by mean"));
                }
            }),
            Self::CompoundPoisson { rate, size } => {
                let size = size.distribution().map_err(|e| e.within("size"))?;
                Distribution::Lattice(compound::compound(*rate, &size)?)
            }
            Self::StutteringPoisson { mean, sd, rate, p } => {
                let natural = [("rate", *rate), ("p", *p)];
                Distribution::Lattice(match pair("stuttering_poisson", natural, *mean, *sd)? {
                    Pair::Natural(rate, p) => compound::stuttering(rate, p)?,
                    Pair::Moments(mean, sd) => compound::stuttering_from_moments(mean, sd)?,
                })
            }
            Self::Logarithmic { p } => Distribution::Lattice(compound::logarithmic(*p)?),
            Self::Binomial { n, p } => Distribution::Lattice(binomial::binomial(*n, *p)?),
            Self::Uniform { low, high, mean, sd } => {
                match pair("uniform", [("low", *low), ("high", *high)], *mean, *sd)? {
                    Pair::Natural(low, high) => real(uniform::Uniform::new(low, high)?),
                    Pair::Moments(mean, sd) => real(uniform::Uniform::from_moments(mean, sd)?),
                }
            }
            Self::UniformInteger { low, high } => {
                Distribution::Lattice(uniform::uniform_integer(*low, *high)?)
            }
            Self::Normal { mean, sd, negative } => normal::normal(*mean, *sd, *negative)?,
            Self::Gamma { shape, scale, mean, sd } => {
                match pair("gamma", [("shape", *shape), ("scale", *scale)], *mean, *sd)? {
                    Pair::Natural(shape, scale) => real(Gamma::new(shape, scale)?),
                    Pair::Moments(mean, sd) => real(Gamma::from_moments(mean, sd)?),
                }
            }
            Self::Lognormal { mu, sigma, mean, sd } => {
                match pair("lognormal", [("mu", *mu), ("sigma", *sigma)], *mean, *sd)? {
                    Pair::Natural(mu, sigma) => real(Lognormal::new(mu, sigma)?),
                    Pair::Moments(mean, sd) => real(Lognormal::from_moments(mean, sd)?),
                }
            }
            Self::Weibull { shape, scale, mean, sd } => {
                match pair("weibull", [("shape", *shape), ("scale", *scale)], *mean, *sd)? {
                    Pair::Natural(shape, scale) => real(Weibull::new(shape, scale)?),
                    Pair::Moments(mean, sd) => real(Weibull::from_moments(mean, sd)?),
                }
            }
            Self::Exponential { mean } => real(Exponential::new(*mean)?),
            Self::Triangular { low, mode, high } => real(Triangular::new(*low, *mode, *high)?),
            Self::BetaPert { low, mode, high, weight } => real(BetaPert::new(*low, *mode, *high, *weight)?),
            Self::ZeroInflated { probability, of } => {
                let chance = check::share("probability", *probability)?;
                inner(of)?.zero_inflated(chance)?
            }
            Self::Empirical { values, interpolate } => empirical::empirical(values, *interpolate)?,
            Self::Rounded { of, to } => inner(of)?.rounded(*to)?,
            Self::Clipped { of, low, high } => inner(of)?.clipped(*low, *high)?,
            Self::Discrete { values, probabilities } => empirical::discrete(values, probabilities)?,
            Self::TabulatedWhole { first, cdf, sf } => tabulated::whole(*first, cdf, sf)?,
            Self::TabulatedReal { low, high } => tabulated::real(low, high)?,
        })
    }

    /// Whether the parameters are in bounds; [`compile`](Self::compile) says the same, later.
    pub fn check(&self) -> Result<()> {
        self.distribution().map(|_| ())
    }

    /// The sampler. Builds tables; do it once.
    pub fn compile(&self) -> Result<Sampler> {
        self.distribution()?.compile()
    }

    /// Whether every value is an integer.
    pub fn whole_law(&self) -> Result<bool> {
        self.distribution().map(|d| d.whole())
    }

    /// Mean of the law as drawn (after rounding and clipping).
    pub fn mean(&self) -> Result<f64> {
        self.distribution().map(|d| d.moments().0)
    }

    /// Variance of the law as drawn.
    pub fn variance(&self) -> Result<f64> {
        self.distribution().map(|d| d.moments().1)
    }

    /// `P(X ≤ x)`. Like the other functions here it checks and builds the law anew; not for loops.
    pub fn cdf(&self, x: f64) -> Result<f64> {
        self.distribution().map(|d| d.cdf(x))
    }

    /// `P(X > x)`, accurate in relative terms.
    pub fn sf(&self, x: f64) -> Result<f64> {
        self.distribution().map(|d| d.sf(x))
    }

    /// F⁻¹(v) for `0 < v ≤ ½`.
    pub fn quantile_low(&self, v: f64) -> Result<f64> {
        half("v", v)?;
        self.distribution().map(|d| d.quantile_low(v))
    }

    /// F⁻¹(1 − v) for `0 < v ≤ ½`.
    pub fn quantile_high(&self, v: f64) -> Result<f64> {
        half("v", v)?;
        self.distribution().map(|d| d.quantile_high(v))
    }

    /// Mean, sd, range and remarks.
    pub fn summary(&self) -> Result<Summary> {
        let law = self.distribution()?;
        let sampler = law.compile()?;
        let mut notes = Vec::new();
        self.remarks(&law, &mut notes)?;
        Ok(Summary {
            mean: sampler.mean(),
            sd: sampler.variance().sqrt(),
            min: sampler.min(),
            max: sampler.max(),
            whole: sampler.is_whole(),
            notes,
        })
    }

    fn remarks(&self, law: &Distribution, notes: &mut Vec<String>) -> Result<()> {
        match self {
            Self::Normal { mean, sd, negative } if *sd > 0.0 => {
                let below = super::special::normal::cdf(-mean / sd);
                let now = law.moments();
                match negative {
                    Negative::Clip if below > 1e-3 => {
                        notes.push(format!(
                            "P(N<0)={below:.3} is clipped to 0: the mean is {:.6}, not {mean}",
                            now.0
                        ));
                    }
                    Negative::Condition if below > 1e-3 => {
                        notes.push(format!(
                            "P(N<0)={below:.3} is cut off: the mean is {:.6}, not {mean}",
                            now.0
                        ));
                    }
                    Negative::Allow if below > 1e-3 => {
                        notes.push(format!("P(N<0)={below:.3}: negative values occur"));
                    }
                    _ => {}
                }
            }
            Self::ZeroInflated { of, .. } => of.remarks(&inner(of)?, notes)?,
            Self::Rounded { of, .. } | Self::Clipped { of, .. } => {
                let before = inner(of)?;
                of.remarks(&before, notes)?;
                let ((a, va), (b, vb)) = (before.moments(), law.moments());
                if (a - b).abs() > 1e-3 * va.max(vb).sqrt() {
                    let verb = if matches!(self, Self::Rounded { .. }) { "rounding" } else { "clipping" };
                    notes.push(format!("{verb} moves the mean from {a:.6} to {b:.6}"));
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn inner(of: &Law) -> Result<Distribution> {
    of.distribution().map_err(|e| e.within("of"))
}

fn half(field: &str, v: f64) -> Result<f64> {
    if v > 0.0 && v <= 0.5 { Ok(v) } else { Err(Error::config(field, v, "in (0, ½]")) }
}
