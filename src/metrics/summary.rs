//! From replications to estimates with errors (spec K0, A7): means with Student-t intervals, quantiles with
//! order-statistic intervals, ratios of means by the delta method, conditional value at risk.
//!
//! Every sum runs over chunks of 256 values in index order, so a result does not depend on who computed it.

use super::interval;
use crate::engine::work::CHUNK;
use crate::error::{Error, Result};

/// Probabilities of the quantiles in a summary.
pub const PROBABILITIES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];
/// Statistics before the quantiles.
pub const LEADING: [&str; 5] = ["mean", "se", "low", "high", "sd"];

/// Names of the statistics of a summary with the given quantiles.
pub fn statistic_names(probabilities: &[f64]) -> Vec<String> {
    let mut names: Vec<String> = LEADING.iter().map(|s| (*s).to_owned()).collect();
    for p in probabilities {
        names.extend([format!("q{p}"), format!("q{p}_low"), format!("q{p}_high")]);
    }
    names.push("nan".to_owned());
    names
}

/// Confidence and probabilities strictly between 0 and 1.
pub fn check_levels(confidence: f64, probabilities: &[f64]) -> Result<()> {
    for (name, p) in
        [("confidence", confidence)].into_iter().chain(probabilities.iter().map(|p| ("probabilities", *p)))
    {
        if !(p > 0.0 && p < 1.0) {
            return Err(Error::config(name, p, "in (0, 1)"));
        }
    }
    Ok(())
}

/// Sum over chunks in index order.
pub fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let (mut total, mut part, mut n) = (0.0, 0.0, 0);
    for x in values {
        part += x;
        n += 1;
        if n == CHUNK {
            total += part;
            (part, n) = (0.0, 0);
        }
    }
    total + part
}

/// Mean and sum of squared deviations (two passes).
fn moments(values: &[f64]) -> (f64, f64) {
    let mean = sum(values.iter().copied()) / values.len() as f64;
    (mean, sum(values.iter().map(|x| (x - mean) * (x - mean))))
}

/// Interval factors that depend only on the number of replications; work them out once per run.
#[derive(Debug, Clone)]
pub struct Factors {
    /// Replications.
    n: usize,
    /// Student-t quantile for n − 1 degrees of freedom.
    t: f64,
    /// Per probability: the probability and the ranks (from 0) of its interval, where there are enough replications.
    ranks: Vec<(f64, Option<(usize, usize)>)>,
    confidence: f64,
}

impl Factors {
    /// For `n` replications.
    pub fn new(n: usize, confidence: f64, probabilities: &[f64]) -> Self {
        let t = if n > 1 {
            interval::student_t_quantile(0.5 + confidence / 2.0, (n - 1) as f64)
        } else {
            f64::NAN
        };
        let ranks = probabilities.iter().map(|&p| (p, quantile_ranks(n, p, confidence))).collect();
        Self { n, t, ranks, confidence }
    }

    /// Student-t quantile of the interval.
    pub fn t(&self) -> f64 {
        self.t
    }

    fn for_count(&self, n: usize) -> Self {
        let probabilities: Vec<f64> = self.ranks.iter().map(|r| r.0).collect();
        Self::new(n, self.confidence, &probabilities)
    }
}

/// Order-statistic interval: ranks l < u (from 0) with P(X₍l₎ ≤ q_p ≤ X₍u₎) ≥ confidence, from the binomial law of the
/// number of values below the quantile.
fn quantile_ranks(n: usize, p: f64, confidence: f64) -> Option<(usize, usize)> {
    let tail = (1.0 - confidence) / 2.0;
    // l: the largest rank (from 1) with P(B < l) ≤ tail; u: the smallest with P(B ≥ u) ≤ tail.
    let below = |k: usize| interval::binomial_cdf(k as f64 - 1.0, n as f64, p);
    let first_above = |limit: f64| {
        let (mut lo, mut hi) = (0, n + 1);
        while lo < hi {
            let mid = (lo + hi) / 2;
            if below(mid) > limit { hi = mid } else { lo = mid + 1 }
        }
        lo
    };
    let lower = first_above(tail).checked_sub(1)?;
    let (mut lo, mut hi) = (1, n + 1);
    while lo < hi {
        let mid = (lo + hi) / 2;
        if 1.0 - below(mid) <= tail { hi = mid } else { lo = mid + 1 }
    }
    if lower == 0 || lo > n { None } else { Some((lower - 1, lo - 1)) }
}

/// Type-7 quantile of sorted values.
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    let h = (sorted.len() - 1) as f64 * p;
    let i = h.floor() as usize;
    let next = sorted[(i + 1).min(sorted.len() - 1)];
    sorted[i] + (h - h.floor()) * (next - sorted[i])
}

/// All statistics of one metric; undefined replications (NaN) are left out and counted.
pub fn summarise(values: &[f64], factors: &Factors) -> Vec<f64> {
    let mut kept: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
    let undefined = values.len() - kept.len();
    let own;
    let factors = if kept.len() == factors.n {
        factors
    } else {
        own = factors.for_count(kept.len());
        &own
    };
    let n = kept.len() as f64;
    let mut out = if kept.is_empty() {
        vec![f64::NAN; LEADING.len()]
    } else {
        let (mean, squares) = moments(&kept);
        let sd = if kept.len() > 1 { (squares / (n - 1.0)).sqrt() } else { f64::NAN };
        let se = sd / n.sqrt();
        vec![mean, se, mean - factors.t * se, mean + factors.t * se, sd]
    };
    kept.sort_unstable_by(f64::total_cmp);
    for &(p, ranks) in &factors.ranks {
        let (low, high) = ranks.map_or((f64::NAN, f64::NAN), |(l, u)| (kept[l], kept[u]));
        out.extend([quantile(&kept, p), low, high]);
    }
    out.push(undefined as f64);
    out
}

/// Ratio of means with its delta-method interval: value, standard error, low, high.
pub fn ratio(numerator: &[f64], denominator: &[f64], factors: &Factors) -> [f64; 4] {
    let n = numerator.len() as f64;
    let (y, x) = (sum(numerator.iter().copied()) / n, sum(denominator.iter().copied()) / n);
    let r = y / x;
    let residual = |i: usize| (numerator[i] - y) - r * (denominator[i] - x);
    let squares = sum((0..numerator.len()).map(|i| residual(i) * residual(i)));
    let se = if numerator.len() > 1 { (squares / (n - 1.0) / n).sqrt() / x.abs() } else { f64::NAN };
    [r, se, r - factors.t * se, r + factors.t * se]
}

/// Mean of the worst (largest) `1 − level` share, with fractional weight on the boundary value (Rockafellar–Uryasev),
/// and its standard error.
pub fn cvar(values: &[f64], level: f64) -> [f64; 2] {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
    if sorted.is_empty() {
        return [f64::NAN; 2];
    }
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    let tail = (1.0 - level) * n as f64;
    // Smallest value v with at least `level` of the mass at or below it.
    let rank = ((level * n as f64).ceil() as usize).clamp(1, n) - 1;
    let var = sorted[rank];
    let excess: Vec<f64> = sorted.iter().map(|x| if *x > var { x - var } else { 0.0 }).collect();
    let (mean, squares) = moments(&excess);
    let scale = n as f64 / tail;
    let se = if n > 1 { (squares / (n as f64 - 1.0) / n as f64).sqrt() * scale } else { f64::NAN };
    [var + mean * scale, se]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_type_7() {
        let sorted = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(quantile(&sorted, 0.5), 3.0);
        assert_eq!(quantile(&sorted, 0.0), 1.0);
        assert_eq!(quantile(&sorted, 1.0), 8.0);
    }

    /// n = 10, median, 95 %: the classic interval is X₍2₎ … X₍9₎ with 97.9 % coverage.
    #[test]
    fn order_statistic_interval_of_the_median() {
        assert_eq!(quantile_ranks(10, 0.5, 0.95), Some((1, 8)));
        assert_eq!(quantile_ranks(5, 0.5, 0.95), None);
    }

    #[test]
    fn cvar_weighs_the_boundary_value() {
        // Worst 30 % of five values: all of 5 and half of 4.
        let [value, _] = cvar(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.7);
        assert!((value - (5.0 + 0.5 * 4.0) / 1.5).abs() < 1e-12);
    }

    #[test]
    fn ratio_of_proportional_series_has_no_error() {
        let factors = Factors::new(4, 0.95, &[]);
        let r = ratio(&[2.0, 4.0, 6.0, 8.0], &[1.0, 2.0, 3.0, 4.0], &factors);
        assert_eq!(r[0], 2.0);
        assert_eq!(r[1], 0.0);
    }
}
