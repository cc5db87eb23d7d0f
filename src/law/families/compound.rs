//! Compound Poisson: the sum of a Poisson number of whole sizes, by Panjer's recursion.
//!
//! ```text
//! g₀ = e^{−λ},   g_k = (λ/k)·Σ_{j=1}^{min(k, m)} j·f_j·g_{k−j}          sizes j with chances f_j, none 0
//! ```
//!
//! Every term is positive, so nothing cancels. g₀ may be far below the range of doubles: the recursion starts at 1, is
//! scaled down when it grows too large, and the sum of all masses sets the scale at the end. Sizes of 0 are customers
//! who buy nothing: they thin the rate.
//!
//! Mean λE[Z], variance λE[Z²]. H. H. Panjer, *ASTIN Bulletin* 12, 1981. Stuttering Poisson is the case of geometric
//! sizes from 1; H. P. Galliher, P. M. Morse and M. Simond, *Operations Research* 7, 1959.

use crate::error::{Error, Result, check};
use crate::law::distribution::Distribution;
use crate::law::float::{ln_1p, powf};
use crate::law::lattice::Lattice;
use crate::law::whole::MAX_VALUES;

/// Masses below this share of all are not looked for.
const NEGLIGIBLE: f64 = 1.323_488_980_084_844_3e-23;
/// Most multiplications that a table may take: a second or two.
const MOST_WORK: f64 = 1e9;
/// Where the recursion is scaled down, and by how much.
const LARGE: f64 = 1e200;
const DOWN: f64 = 1e-200;

/// The total of a Poisson number, of mean `rate`, of independent sizes.
pub(crate) fn compound(rate: f64, size: &Distribution) -> Result<Lattice> {
    check::non_negative("rate", rate)?;
    if !size.whole() {
        return Err(Error::Type {
            field: "size".to_owned(),
            reason: "must be whole numbers; say how a continuous law is made whole: .rounded(\"nearest\")"
                .to_owned(),
        });
    }
    let masses = size.masses();
    for &(x, _) in &masses {
        check::non_negative("size", x)?;
        if x > MAX_VALUES as f64 {
            return Err(Error::config("size", x, format!("≤ {MAX_VALUES} in every draw; use larger units")));
        }
    }
    let (mean, variance) = size.moments();
    from_masses(rate, &masses, (rate * mean, rate * (variance + mean * mean)))
}

/// Geometric sizes, from the rate of customers and the success probability.
///
/// With sizes p·qʲ⁻¹ the sum of Panjer's recursion needs no loop: of Σ qʲ⁻¹·g_{k−j} and Σ j·qʲ⁻¹·g_{k−j} each follows
/// from the one before.
pub(crate) fn stuttering(rate: f64, p: f64) -> Result<Lattice> {
    check::non_negative("rate", rate)?;
    if !(p > 0.0 && p <= 1.0) {
        return Err(Error::config("p", p, "in (0, 1]"));
    }
    let q = 1.0 - p;
    let moments = (rate / p, rate * (1.0 + q) / (p * p));
    recursion(rate, moments, 0, &mut Sizes::Geometric { weight: rate * p, q, plain: 0.0, weighted: 0.0 })
}

/// Geometric sizes, from mean and standard deviation: p = 2/(1 + σ²/μ), λ = μp.
pub(crate) fn stuttering_from_moments(mean: f64, sd: f64) -> Result<Lattice> {
    check::non_negative("mean", mean)?;
    check::non_negative("sd", sd)?;
    if mean == 0.0 && sd == 0.0 {
        return stuttering(0.0, 1.0);
    }
    let ratio = sd * sd / mean;
    if ratio.is_nan() || ratio < 1.0 - 1e-12 {
        let bound = format!("≥ √mean = {}: customers come one by one or in groups", mean.sqrt());
        return Err(Error::config("sd", sd, bound));
    }
    let p = (2.0 / (1.0 + ratio)).min(1.0);
    let law = stuttering(mean * p, p)?;
    Ok(Lattice { mean, variance: sd * sd, ..law })
}

/// Logarithmic series sizes, `P(Z = k) = −θ^k / (k·ln(1 − θ))` from 1.
///
/// R. A. Fisher, A. S. Corbet and C. B. Williams, *Journal of Animal Ecology* 12, 1943.
pub(crate) fn logarithmic(theta: f64) -> Result<Lattice> {
    if !(theta > 0.0 && theta < 1.0) {
        return Err(Error::config("p", theta, "in (0, 1)"));
    }
    let scale = -1.0 / ln_1p(-theta);
    let mean = scale * theta / (1.0 - theta);
    let variance = (mean / (1.0 - theta) - mean * mean).max(0.0);
    Lattice::from_masses("p", 1, (1, i64::MAX), (mean, variance), |k| {
        scale * powf(theta, k as f64) / k as f64
    })
}

fn from_masses(rate: f64, sizes: &[(f64, f64)], moments: (f64, f64)) -> Result<Lattice> {
    // Σ j·f_j needs only the sizes that occur.
    let weighted: Vec<(usize, f64)> = sizes
        .iter()
        .filter(|(x, f)| *x > 0.0 && *f > 0.0)
        .map(|&(x, f)| (x as usize, rate * x * f))
        .collect();
    let Some(&(longest, _)) = weighted.last() else {
        return Ok(Lattice::from_probabilities(0, &[1.0]));
    };
    let (mean, variance) = moments;
    let reach = mean + 12.0 * variance.sqrt() + longest as f64;
    if reach * weighted.len() as f64 > MOST_WORK {
        let bound = "such that values in reach times different sizes stay below 10⁹; use larger units";
        return Err(Error::config(
            "size",
            format!("{} sizes, {reach:.0} values in reach", weighted.len()),
            bound,
        ));
    }
    recursion(rate, moments, longest, &mut Sizes::Listed(&weighted))
}

/// What the recursion sums over.
enum Sizes<'a> {
    /// Sizes j with λ·j·f_j.
    Listed(&'a [(usize, f64)]),
    /// Sizes p·qʲ⁻¹: `weight` = λp, then Σ qʲ⁻¹·g_{k−j} and Σ j·qʲ⁻¹·g_{k−j}.
    Geometric { weight: f64, q: f64, plain: f64, weighted: f64 },
}

impl Sizes<'_> {
    /// k·g_k; to be called for k = 1, 2, …
    fn next(&mut self, g: &[f64], k: usize) -> f64 {
        match self {
            Self::Listed(sizes) => {
                sizes.iter().take_while(|(j, _)| *j <= k).map(|&(j, w)| w * g[k - j]).sum()
            }
            Self::Geometric { weight, q, plain, weighted } => {
                *plain = g[k - 1] + *q * *plain;
                *weighted = *plain + *q * *weighted;
                *weight * *weighted
            }
        }
    }

    /// All masses so far were multiplied by `factor`.
    fn rescale(&mut self, factor: f64) {
        if let Self::Geometric { plain, weighted, .. } = self {
            *plain *= factor;
            *weighted *= factor;
        }
    }
}

/// Masses from 0 on, until nothing more can come: more than `longest` masses in a row are negligible.
fn recursion(
    rate: f64,
    (mean, variance): (f64, f64),
    longest: usize,
    sizes: &mut Sizes<'_>,
) -> Result<Lattice> {
    let too_wide = || {
        let bound = format!("such that at most {MAX_VALUES} values are in reach of a draw");
        Error::config("rate", rate, bound)
    };
    if mean > MAX_VALUES as f64 {
        return Err(too_wide());
    }
    let mut g = vec![1.0f64];
    let (mut sum, mut quiet) = (1.0f64, 0);
    while (g.len() as f64) < mean || quiet <= longest {
        let k = g.len();
        if k > MAX_VALUES {
            return Err(too_wide());
        }
        let x = sizes.next(&g, k) / k as f64;
        g.push(x);
        sum += x;
        quiet = if x < NEGLIGIBLE * sum { quiet + 1 } else { 0 };
        if x > LARGE {
            // What becomes subnormal here is 10¹⁰⁰ times too small to be drawn.
            g.iter_mut().for_each(|g| *g *= DOWN);
            sizes.rescale(DOWN);
            sum *= DOWN;
        }
    }
    let total = crate::law::lattice::running(g.iter().copied()).last().copied().unwrap_or(1.0);
    g.iter_mut().for_each(|g| *g /= total);
    let mut law = Lattice::from_probabilities(0, &g);
    (law.mean, law.variance) = (mean, variance);
    Ok(law)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::Law;
    use crate::law::families::geometric;

    fn law(text: &str) -> Law {
        serde_json::from_str(text).unwrap()
    }

    /// Sizes 1 make it Poisson; logarithmic sizes make it negative binomial: r = −λ/ln p.
    #[test]
    fn known_cases() {
        for mean in [0.0, 0.3, 20.0, 2500.0, 1e5] {
            let ones = compound(mean, &Distribution::point(1.0)).unwrap();
            let plain = Law::Poisson { mean };
            for k in [0.0, mean - 3.0 * mean.sqrt(), mean, mean + 5.0 * mean.sqrt()].map(f64::floor) {
                let (a, b) = (ones.cdf(k), plain.cdf(k).unwrap());
                // Close to 1 a double itself is coarse; the tail beside it is held to its own size.
                let coarse = 4.0 * f64::EPSILON * f64::from(u8::from(b > 0.5));
                assert!((a - b).abs() <= 2e-11 * b.min(1.0 - b) + coarse + 1e-22, "{mean} {k}: {a} {b}");
                let (a, b) = (ones.sf(k), plain.sf(k).unwrap());
                assert!((a - b).abs() <= 2e-10 * b + 1e-22, "{mean} {k}: {a} {b}");
            }
        }
        let (p, r): (f64, f64) = (0.25, 3.5);
        let size = Distribution::Lattice(logarithmic(1.0 - p).unwrap());
        let rate = -r * crate::law::float::ln(p);
        let (a, b) = (compound(rate, &size).unwrap(), law(r#"{"law":"negative_binomial","r":3.5,"p":0.25}"#));
        for k in 0..80 {
            let k = f64::from(k);
            assert!((a.sf(k) - b.sf(k).unwrap()).abs() <= 1e-11 * a.sf(k), "{k}");
        }
        assert!(
            (a.mean - b.mean().unwrap()).abs() < 1e-11 && (a.variance - b.variance().unwrap()).abs() < 1e-10
        );
    }

    #[test]
    fn those_who_buy_nothing_thin_the_rate() {
        let some = law(r#"{"law":"discrete","values":[0,2],"probabilities":[0.75,0.25]}"#);
        let all = compound(8.0, &some.distribution().unwrap()).unwrap();
        let two = compound(2.0, &Distribution::point(2.0)).unwrap();
        assert!((0..20).all(|k| (all.cdf(f64::from(k)) - two.cdf(f64::from(k))).abs() < 1e-15));
        assert_eq!(compound(3.0, &Distribution::point(0.0)).unwrap().cdf(0.0), 1.0);
    }

    /// The recursion without a loop is the one with it; demand that is rare and large has a law, too.
    #[test]
    fn stuttering_is_compound_with_geometric_sizes() {
        for (rate, p) in [(3.0, 0.4), (0.02, 0.006), (900.0, 0.5)] {
            let size = Distribution::Lattice(geometric::from_p(p, 1).unwrap());
            let (a, b) = (stuttering(rate, p).unwrap(), compound(rate, &size).unwrap());
            for k in (0..6000).step_by(7).map(f64::from) {
                // Masses below 10⁻²³ are not looked for, and a slow tail has many of them.
                assert!((a.sf(k) - b.sf(k)).abs() <= 1e-11 * a.sf(k) + 1e-20, "{rate} {p} {k}");
            }
        }
        assert!((stuttering_from_moments(1e5, 1e4).unwrap().cdf(1e5) - 0.5).abs() < 0.01);
    }

    #[test]
    fn stuttering_has_the_moments_asked_for() {
        let s = stuttering_from_moments(20.0, 9.0).unwrap();
        assert!((s.mean - 20.0).abs() < 1e-12 && (s.variance - 81.0).abs() < 1e-11);
        let free = Lattice::from_tails(0, s.cdf.clone(), s.sf.clone());
        assert!((free.mean - 20.0).abs() < 1e-12 && (free.variance - 81.0).abs() < 1e-10);
        assert!(stuttering_from_moments(20.0, 4.0).is_err());
        assert!(
            (stuttering_from_moments(16.0, 4.0).unwrap().sf(20.0)
                - law(r#"{"law":"poisson","mean":16}"#).sf(20.0).unwrap())
            .abs()
                < 1e-15
        );
    }

    #[test]
    fn refuses_what_has_no_table() {
        let far = law(r#"{"law":"discrete","values":[1,1e12],"probabilities":[0.5,0.5]}"#);
        let text = compound(2.0, &far.distribution().unwrap()).unwrap_err().to_string();
        assert!(text.starts_with("size must be ≤ 2097152"), "{text}");
        let real = law(r#"{"law":"exponential","mean":3}"#).distribution().unwrap();
        assert!(compound(3.0, &real).unwrap_err().to_string().contains("whole"));
        let below = law(r#"{"law":"uniform_integer","low":-1,"high":3}"#).distribution().unwrap();
        assert!(compound(3.0, &below).is_err());
        let wide = law(r#"{"law":"uniform_integer","low":1,"high":100000}"#).distribution().unwrap();
        assert!(compound(3e3, &wide).unwrap_err().to_string().starts_with("size must be such that"));
    }
}
