//! Pearson's correlation of two laws driven by correlated normal scores, and the scores' correlation for a wanted one (spec
//! D7; Cario & Nelson 1997, "normal to anything").
//!
//! ```text
//! X = F⁻¹(Φ(Z₁)),  Y = G⁻¹(Φ(Z₂)),  corr(Z₁, Z₂) = ρ
//! Cov(X, Y) = Σ_{k≥1} a_k·b_k·ρᵏ,      a_k = E[X·h_k(Z)],  h_k the normalised Hermite polynomials
//! ```
//!
//! Coefficients by Gauss' rule between the jumps of the law. Two laws without jumps have smooth quantile functions: the
//! series, cut at 400 terms, has all digits; what it lacks at ρ = ±1, where the covariance is a plain integral, is added
//! with weight |ρ|⁴⁰⁰. A law with a few jumps makes the series slow where |ρ| is near 1; then one of the two integrals is
//! done by hand,
//!
//! ```text
//! E[Y | Z₁ = z] = y₀ + Σ_j Δy_j·Φ((ρz − k_j) / √(1 − ρ²)),      Y jumps by Δy_j at score k_j
//! ```
//!
//! and the other by Gauss' rule, with intervals as short as these steps are steep.

use super::sampler::Sampler;
use super::score::Scores;
use super::special::normal;
use crate::error::{Error, Result};
use crate::random::BITS;

const TERMS: usize = 400;
/// Scores beyond this are not drawn.
const FARTHEST: f64 = 8.2;
/// Longest interval of Gauss' rule.
const STEP: f64 = 1.0 / 32.0;
/// Laws with more jumps are taken as continuous.
const JUMPS: usize = 20_000;
/// Laws with more jumps are left to the series: no single one of them is felt.
const FEW: usize = 256;
/// Gauss–Legendre nodes and weights on (−1, 1), the positive half.
const GAUSS: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];

/// How two laws go together.
#[derive(Debug)]
pub struct Association {
    /// a_k·b_k over the product of the standard deviations, from k = 1.
    terms: Vec<f64>,
    /// What the series lacks at ρ = −1 and ρ = +1.
    lacks: [f64; 2],
    /// One of the laws by its jumps, the other by its values.
    steps: Option<Steps>,
}

/// A law of few jumps beside any other.
#[derive(Debug)]
struct Steps {
    /// Score and height of each jump, over the product of the standard deviations.
    jumps: Vec<(f64, f64)>,
    /// The other law, less its mean.
    other: Sampler,
    /// Scores at which that one jumps.
    breaks: Vec<f64>,
}

impl Association {
    /// Works out the series of two laws.
    pub fn new(a: &Sampler, b: &Sampler) -> Result<Self> {
        let sd = (a.variance() * b.variance()).sqrt();
        if sd.is_nan() || sd <= 0.0 || !sd.is_finite() {
            return Err(Error::config(
                "correlation",
                "a law without variance",
                "between laws that vary, finitely",
            ));
        }
        let scores = Scores::shared()?;
        let x = |z: f64| a.at(scores.phi_bits(z)) - a.mean();
        let y = |z: f64| b.at(scores.phi_bits(z)) - b.mean();
        let (jumps_a, jumps_b) = (jumps(a), jumps(b));
        let (ca, cb) = (coefficients(&nodes(&jumps_a), x), coefficients(&nodes(&jumps_b), y));
        let terms: Vec<f64> = ca.iter().zip(&cb).map(|(p, q)| p * q / sd).collect();
        let along = |sign: f64| {
            let breaks: Vec<f64> = jumps_a.iter().copied().chain(jumps_b.iter().map(|z| sign * z)).collect();
            nodes(&breaks).iter().map(|&(z, w)| w * x(z) * y(sign * z)).sum::<f64>() / sd
        };
        let (low, high) = (along(-1.0), along(1.0));
        let series = |rho: f64| sum(&terms, rho);
        let (of, other, own, breaks) = if !jumps_a.is_empty() && jumps_a.len() <= jumps_b.len().max(FEW) {
            (a, b, &jumps_a, &jumps_b)
        } else {
            (b, a, &jumps_b, &jumps_a)
        };
        let steps = ((1..=FEW).contains(&own.len())).then(|| {
            let at = |z: f64| of.at(scores.phi_bits(z));
            let height = |&z: &f64| (z, (at(z + 1e-12) - at(z - 1e-12)) / sd);
            Steps { jumps: own.iter().map(height).collect(), other: other.clone(), breaks: breaks.clone() }
        });
        Ok(Self { lacks: [low - series(-1.0), high - series(1.0)], terms, steps })
    }

    /// Pearson's correlation of the two, given that of the scores.
    pub fn pearson(&self, rho: f64) -> f64 {
        if let Some(steps) = &self.steps
            && rho.abs() > 0.5
            && rho.abs() < 1.0
            && let Ok(scores) = Scores::shared()
        {
            return steps.pearson(scores, rho);
        }
        let lacks = self.lacks[usize::from(rho >= 0.0)];
        let mut weight = 1.0;
        for _ in 0..TERMS {
            weight *= rho.abs();
        }
        sum(&self.terms, rho) + lacks * weight
    }

    /// Smallest and largest attainable correlation.
    pub fn range(&self) -> (f64, f64) {
        (self.pearson(-1.0), self.pearson(1.0))
    }

    /// The correlation of the scores that gives a wanted one.
    pub fn latent(&self, wanted: f64) -> Result<f64> {
        let (low, high) = self.range();
        if !(wanted >= low - 1e-12 && wanted <= high + 1e-12) {
            return Err(Error::config(
                "correlation",
                wanted,
                format!("in [{low:.6}, {high:.6}], what these laws can attain"),
            ));
        }
        if wanted == 0.0 {
            return Ok(0.0);
        }
        // False position with halved weights (Illinois): a few evaluations instead of sixty.
        let (mut below, mut above) = (-1.0, 1.0);
        let (mut f_below, mut f_above) = (low - wanted, high - wanted);
        let mut last = 0;
        for _ in 0..60 {
            if f_below >= 0.0 || f_above <= 0.0 || above - below < 1e-13 {
                break;
            }
            let middle = (below * f_above - above * f_below) / (f_above - f_below);
            let f = self.pearson(middle) - wanted;
            if f.abs() < 1e-13 {
                return Ok(middle);
            }
            if f < 0.0 {
                (below, f_below) = (middle, f);
                f_above *= if last < 0 { 0.5 } else { 1.0 };
                last = -1;
            } else {
                (above, f_above) = (middle, f);
                f_below *= if last > 0 { 0.5 } else { 1.0 };
                last = 1;
            }
        }
        Ok(if f_below >= 0.0 {
            below
        } else if f_above <= 0.0 {
            above
        } else {
            0.5 * (below + above)
        })
    }
}

impl Steps {
    fn pearson(&self, scores: &Scores, rho: f64) -> f64 {
        let spread = ((1.0 - rho) * (1.0 + rho)).sqrt();
        // Around every jump of the one the conditional mean rises over a few widths of this.
        let width = spread / rho.abs();
        let mut breaks = self.breaks.clone();
        if width < STEP {
            for (k, _) in &self.jumps {
                breaks.extend((-16..=16).map(|i| k / rho + 0.5 * f64::from(i) * width));
            }
        }
        let mean = self.other.mean();
        let given = |z: f64| -> f64 {
            self.jumps.iter().map(|(k, height)| height * normal::cdf((rho * z - k) / spread)).sum()
        };
        nodes(&breaks).iter().map(|&(z, w)| w * (self.other.at(scores.phi_bits(z)) - mean) * given(z)).sum()
    }
}

/// Horner's rule for Σ c_k·ρᵏ from k = 1.
fn sum(terms: &[f64], rho: f64) -> f64 {
    terms.iter().rev().fold(0.0, |s, c| (s + c) * rho)
}

/// Scores at which a law jumps.
fn jumps(law: &Sampler) -> Vec<f64> {
    let ends = match law {
        Sampler::Whole(table) | Sampler::Values { index: table, .. } => table.ends(),
        Sampler::Real(_) => return Vec::new(),
    };
    if ends.len() > JUMPS {
        return Vec::new();
    }
    let all = (1u64 << BITS) as f64;
    ends[..ends.len() - 1]
        .iter()
        .filter(|&&e| e > 0)
        .map(|&e| {
            let below = e as f64 / all;
            if below < 0.5 { normal::quantile_low(below) } else { normal::quantile_high(1.0 - below) }
        })
        .collect()
}

/// Points and weights of ∫ f(z)·φ(z) dz, no interval across a break.
fn nodes(breaks: &[f64]) -> Vec<(f64, f64)> {
    let steps = (2.0 * FARTHEST / STEP) as usize;
    let mut cuts: Vec<f64> = (0..=steps).map(|i| -FARTHEST + i as f64 * STEP).collect();
    cuts.extend(breaks.iter().filter(|z| z.abs() < FARTHEST));
    cuts.sort_unstable_by(f64::total_cmp);
    cuts.dedup();
    let mut out = Vec::with_capacity(8 * cuts.len());
    for pair in cuts.windows(2) {
        let (middle, half) = (0.5 * (pair[0] + pair[1]), 0.5 * (pair[1] - pair[0]));
        for (x, w) in GAUSS {
            for z in [middle - half * x, middle + half * x] {
                out.push((z, half * w * normal::density(z)));
            }
        }
    }
    out
}

/// E[X·h_k(Z)] for k = 1 … TERMS.
fn coefficients(nodes: &[(f64, f64)], x: impl Fn(f64) -> f64) -> Vec<f64> {
    let roots: Vec<f64> = (0..=TERMS + 1).map(|k| (k as f64).sqrt()).collect();
    let mut all = vec![0.0; TERMS];
    for &(z, w) in nodes {
        let v = w * x(z);
        let (mut before, mut h) = (1.0, z);
        for k in 1..=TERMS {
            all[k - 1] += v * h;
            let next = (z * h - roots[k] * before) / roots[k + 1];
            (before, h) = (h, next);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::float::{exp_m1, ln_1p};
    use crate::law::{Law, Negative};

    fn between(a: &Law, b: &Law) -> Association {
        Association::new(&a.compile().unwrap(), &b.compile().unwrap()).unwrap()
    }

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 2e-7, "{a} {b}");
    }

    #[test]
    fn closed_forms() {
        let normal = Law::Normal { mean: 10.0, sd: 2.0, negative: Negative::Allow };
        let same = between(&normal, &normal);
        let lognormal = |sd| Law::Lognormal { mu: None, sigma: None, mean: Some(5.0), sd: Some(sd) };
        let (a, b) = (lognormal(3.0), lognormal(2.0));
        let mixed = between(&a, &b);
        let s = |sd: f64| ln_1p(sd * sd / 25.0).sqrt();
        let (sa, sb) = (s(3.0), s(2.0));
        let coin = Law::Discrete { values: vec![0.0, 1.0], probabilities: vec![0.5, 0.5] };
        let coins = between(&coin, &coin);
        let uniform = Law::Uniform { low: Some(0.0), high: Some(1.0), mean: None, sd: None };
        let ranks = between(&uniform, &uniform);
        for rho in [-1.0, -0.95, -0.5, 0.0, 0.3, 0.7, 0.99, 1.0f64] {
            near(same.pearson(rho), rho);
            let exact = exp_m1(rho * sa * sb) / (exp_m1(sa * sa) * exp_m1(sb * sb)).sqrt();
            near(mixed.pearson(rho), exact);
            // Sheppard: two coins agree with probability ½ + asin(ρ)/π.
            near(coins.pearson(rho), 2.0 * rho.asin() / std::f64::consts::PI);
            near(ranks.pearson(rho), 6.0 / std::f64::consts::PI * (rho / 2.0).asin());
        }
        near(mixed.latent(mixed.pearson(0.4)).unwrap(), 0.4);
    }

    /// By an independent quadrature of bivariate normal probabilities.
    #[test]
    fn discrete_laws_near_full_correlation() {
        let poisson = |mean| Law::Poisson { mean };
        let half = between(&poisson(0.5), &poisson(0.5));
        for (rho, exact) in [(0.99, 0.93340), (0.999, 0.97894), (0.9999, 0.99334)] {
            assert!((half.pearson(rho) - exact).abs() < 1e-5, "{rho}: {}", half.pearson(rho));
        }
        assert!((between(&poisson(5.0), &poisson(5.0)).pearson(0.999) - 0.99214).abs() < 1e-5);
        // Either side of where the method changes.
        near(half.pearson(0.5), half.pearson(0.500_000_1));
        near(half.pearson(half.latent(0.97).unwrap()), 0.97);
    }

    /// Two exponentials cannot be more opposed than 1 − π²/6.
    #[test]
    fn what_cannot_be_is_refused() {
        let law = Law::Exponential { mean: 3.0 };
        let both = between(&law, &law);
        let pi = std::f64::consts::PI;
        near(both.range().0, 1.0 - pi * pi / 6.0);
        near(both.range().1, 1.0);
        let text = both.latent(-0.7).unwrap_err().to_string();
        assert!(text.contains("[-0.644934, 1.000000]"), "{text}");
        let constant = Law::Deterministic { value: 3.0 }.compile().unwrap();
        assert!(Association::new(&constant, &law.compile().unwrap()).is_err());
    }
}
