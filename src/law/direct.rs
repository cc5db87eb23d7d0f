//! The direct form of the sampling contract: Poisson and negative binomial whose parameters vary from draw to draw.
//!
//! A normal guess with Cornish–Fisher's correction for skewness, the tail probability there computed exactly on the
//! nearer side, then steps of the recurrence of the mass to the value. Knows nothing of laws as users describe them.
//!
//! Agreement with the [`WholeTable`](super::WholeTable) of the same parameters: both invert the same distribution function,
//! each computed to a relative error of about 1e-13 in the nearer tail. They give the same value except where u lies
//! within that distance of a boundary, that is for about one draw in 10¹² per value in reach; there the two differ by
//! one.

use super::real::nearer_tail;
use super::special::{beta, gamma, mass, normal};

/// The Poisson variable of `mean` ≥ 0 at the integer `n < 2⁵²`.
pub fn poisson(mean: f64, n: u64) -> i64 {
    if mean <= 0.0 {
        return 0;
    }
    let law = Counting {
        mean,
        variance: mean,
        skewness: 1.0 / mean.sqrt(),
        cdf: |k| gamma::gamma_q(k + 1.0, mean),
        sf: |k| gamma::gamma_p(k + 1.0, mean),
        mass: |k| mass::poisson(k, mean),
        up: |k| mean / (k + 1.0),
    };
    law.invert(n)
}

/// The negative binomial variable of `mean` ≥ 0 and `variance` at the integer `n < 2⁵²`. At or below the Poisson variance
/// it is the Poisson variable.
pub fn negative_binomial(mean: f64, variance: f64, n: u64) -> i64 {
    if mean <= 0.0 {
        return 0;
    }
    if variance <= mean {
        return poisson(mean, n);
    }
    let excess = variance - mean;
    let (p, q) = (mean / variance, excess / variance);
    let r = mean * (mean / excess);
    let law = Counting {
        mean,
        variance,
        skewness: (1.0 + q) / (q * r).sqrt(),
        cdf: |k| beta::lower(r, k + 1.0, p, q),
        sf: |k| beta::upper(r, k + 1.0, p, q),
        mass: |k| mass::negative_binomial(k, r, p, q),
        up: |k| q * (k + r) / (k + 1.0),
    };
    law.invert(n)
}

/// A law on 0, 1, 2, … whose masses follow a one-step recurrence.
struct Counting<C, S, M, U> {
    mean: f64,
    variance: f64,
    skewness: f64,
    /// `P(N ≤ k)` and `P(N > k)`.
    cdf: C,
    sf: S,
    mass: M,
    /// `P(N = k + 1) / P(N = k)`.
    up: U,
}

impl<C: Fn(f64) -> f64, S: Fn(f64) -> f64, M: Fn(f64) -> f64, U: Fn(f64) -> f64> Counting<C, S, M, U> {
    fn invert(&self, n: u64) -> i64 {
        let (upper, v) = nearer_tail(n);
        let z = normal::quantile_start(!upper, v);
        let sd = self.variance.sqrt();
        let skewness = self.skewness.min(2.0);
        let guess = (self.mean + sd * (z + skewness * (z * z - 1.0) / 6.0) - 0.5).floor().max(0.0);
        // Large jumps (long tails) by doubling and halving on the exact tail, the last few by recurrence.
        let above = |k: f64| if upper { (self.sf)(k) <= v } else { (self.cdf)(k) >= v };
        let (mut low, mut high) = (-1.0, guess);
        let mut stride = (0.05 * sd).max(1.0).floor();
        if above(guess) {
            while high > 0.0 && stride > STEPS {
                let k = (high - stride).max(0.0);
                if !above(k) {
                    low = k;
                    break;
                }
                high = k;
                stride *= 2.0;
            }
        } else {
            low = guess;
            high = guess + STEPS;
            while !above(high) {
                low = high;
                stride *= 2.0;
                high += stride.max(STEPS);
            }
        }
        while low >= 0.0 && high - low > 2.0 * STEPS {
            let k = (low + 0.5 * (high - low)).floor();
            if above(k) { high = k } else { low = k }
        }
        self.step(upper, v, high)
    }

    /// Walks down from `k`, which is not too small, to the smallest value that is not.
    fn step(&self, upper: bool, v: f64, mut k: f64) -> i64 {
        let mut tail = if upper { (self.sf)(k) } else { (self.cdf)(k) };
        let mut mass = (self.mass)(k);
        while k >= 1.0 {
            // The tail at k − 1, from the tail at k.
            let next = if upper { tail + mass } else { tail - mass };
            let enough = if upper { next <= v } else { next >= v };
            if !enough {
                break;
            }
            k -= 1.0;
            mass /= (self.up)(k);
            tail = next;
        }
        k as i64
    }
}

/// Values that are reached by recurrence rather than by another tail probability.
const STEPS: f64 = 8.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::{Law, Sampler};

    fn grid() -> Vec<u64> {
        let end = 1u64 << 52;
        let mut n: Vec<u64> = (0..3000u64).map(|i| i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 12).collect();
        n.extend((0..52).flat_map(|b| [1u64 << b, end - (1 << b)]));
        n.extend([0, end - 1, end / 2, end / 2 - 1]);
        n
    }

    #[test]
    fn poisson_is_its_table() {
        for mean in [1e-6, 0.3, 1.0, 4.5, 20.0, 137.2, 2500.0, 1e6] {
            let Sampler::Whole(table) = (Law::Poisson { mean }).compile().unwrap() else { unreachable!() };
            for n in grid() {
                assert_eq!(poisson(mean, n), i64::from(table.at(n)), "mean {mean} n {n}");
            }
        }
    }

    #[test]
    fn negative_binomial_is_its_table() {
        for (mean, sd) in
            [(0.01, 0.2), (0.5, 1.0), (3.0, 1.8), (20.0, 10.0), (20.0, 60.0), (400.0, 100.0), (1e4, 150.0)]
        {
            let law = Law::NegativeBinomial { mean: Some(mean), sd: Some(sd), r: None, p: None };
            let Sampler::Whole(table) = law.compile().unwrap() else { unreachable!() };
            for n in grid() {
                assert_eq!(negative_binomial(mean, sd * sd, n), i64::from(table.at(n)), "{mean} {sd} n {n}");
            }
        }
        assert_eq!(negative_binomial(0.0, 0.0, 5), 0);
        assert_eq!(negative_binomial(20.0, 20.0, 5), poisson(20.0, 5));
    }
}
