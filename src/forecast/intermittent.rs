//! Forecasts of demand that is nought in most periods: size and frequency apart.
//!
//! ```text
//! Croston, SBA   d > 0:  z' = z + α(d − z)   p' = p + α(n − p)    f' = factor · z'/p'      otherwise nothing moves
//! TSB            d > 0:  z' = z + α(d − z)   π' = π + β(1 − π)                             otherwise π' = π − βπ
//! ```
//!
//! n counts the periods since the last demand, so two demands in a row have n = 1. Before the first demand the forecast is
//! the level that was given, without the factor, or 0. A lane that has no size yet takes its first demand whole.

use std::hint::select_unpredictable as select;

use super::smoothing::times;
use super::{Memory, Recursion};

/// Croston's method, times a factor.
#[derive(Debug, Clone)]
pub(super) struct Croston {
    pub(super) alpha: f64,
    /// 1, or 1 − α/2 against the bias of a ratio of smoothed numbers (SBA).
    pub(super) factor: f64,
}

impl Croston {
    /// Forecast, size, interval and periods since the last demand after one more period. Slices that come as arguments are known
    /// not to overlap; without that the loop is not vectorised.
    #[inline(always)]
    fn step(&self, f: &mut [f64], z: &mut [f64], p: &mut [f64], n: &mut [f64], observed: &[f64]) {
        let Self { alpha, factor } = *self;
        for ((((f, z), p), n), &d) in f.iter_mut().zip(z).zip(p).zip(n).zip(observed) {
            let demand = d > 0.0;
            // Not `if`: a branch around the stores would keep the loop from being vectorised.
            let weight = select(*p > 0.0, alpha, 1.0);
            let next_z = *z + weight * (d - *z);
            let next_p = *p + weight * (*n - *p);
            let next_f = factor * (next_z / next_p);
            *f = select(demand, next_f, *f);
            *z = select(demand, next_z, *z);
            *p = select(demand, next_p, *p);
            *n = select(demand, 1.0, *n + 1.0);
        }
    }
}

impl Recursion for Croston {
    fn begin(&self, level: Option<f64>, _history: &[f64], memory: &mut Memory) -> usize {
        memory.level = vec![level.unwrap_or(0.0)];
        memory.size = vec![level.unwrap_or(0.0)];
        memory.interval = vec![if level.is_some() { 1.0 } else { 0.0 }];
        memory.since = vec![1.0];
        0
    }

    #[inline(always)]
    fn observe(&self, memory: &mut Memory, observed: &[f64]) {
        let Memory { level, size, interval, since, .. } = memory;
        self.step(level, size, interval, since, observed);
    }

    #[inline(always)]
    fn ahead(&self, memory: &Memory, _k: usize, out: &mut [f64]) {
        out.copy_from_slice(&memory.level);
    }

    #[inline(always)]
    fn total(&self, memory: &Memory, periods: usize, out: &mut [f64]) {
        times(&memory.level, periods, out);
    }
}

/// Teunter, Syntetos and Babai.
#[derive(Debug, Clone)]
pub(super) struct Tsb {
    pub(super) alpha: f64,
    pub(super) beta: f64,
}

impl Recursion for Tsb {
    fn begin(&self, level: Option<f64>, _history: &[f64], memory: &mut Memory) -> usize {
        memory.size = vec![level.unwrap_or(0.0)];
        memory.probability = vec![if level.is_some() { 1.0 } else { 0.0 }];
        // Counts the observations of the plain mean; a probability that was given is smoothed at once.
        memory.count = if level.is_some() { usize::MAX } else { 0 };
        0
    }

    #[inline(always)]
    fn observe(&self, memory: &mut Memory, observed: &[f64]) {
        memory.count = memory.count.saturating_add(1);
        let alpha = self.alpha;
        let beta = self.beta.max(1.0 / memory.count as f64);
        let rows = memory.size.iter_mut().zip(&mut memory.probability);
        for ((z, p), &d) in rows.zip(observed) {
            let demand = d > 0.0;
            // A size of 0 means that there was none: every demand is above it.
            let weight = select(*z > 0.0, alpha, 1.0);
            let next = *z + weight * (d - *z);
            *z = select(demand, next, *z);
            *p += beta * (select(demand, 1.0, 0.0) - *p);
        }
    }

    #[inline(always)]
    fn ahead(&self, memory: &Memory, _k: usize, out: &mut [f64]) {
        self.total(memory, 1, out);
    }

    #[inline(always)]
    fn total(&self, memory: &Memory, periods: usize, out: &mut [f64]) {
        let n = periods as f64;
        for ((out, &z), &p) in out.iter_mut().zip(&memory.size).zip(&memory.probability) {
            *out = n * (p * z);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::forecast::tests::{Lane, near};
    use crate::forecast::{Method, Statistical};

    fn croston(alpha: f64) -> Statistical {
        Statistical::new(Method::Croston { alpha })
    }

    fn tsb(alpha: f64, beta: f64) -> Statistical {
        Statistical::new(Method::Tsb { alpha, beta })
    }

    /// α = ½ from nothing. 0, 0, 6 (n = 3): z = 6, p = 3, f = 2. 0, 10 (n = 2): z = 8, p = 2½, f = 3.2.
    /// 4 at once (n = 1): z = 6, p = 1¾, f = 24/7.
    #[test]
    fn croston_by_hand() {
        let mut lane = Lane::new(&croston(0.5));
        for (d, forecast) in [
            (0.0, 0.0),
            (0.0, 0.0),
            (6.0, 2.0),
            (0.0, 2.0),
            (10.0, 3.2),
            (4.0, 6.0 / 1.75),
            (-5.0, 6.0 / 1.75),
        ] {
            lane.see(&[d]);
            assert_eq!((lane.ahead(0), lane.ahead(4), lane.total(3)), (forecast, forecast, 3.0 * forecast));
        }
    }

    /// A level of 2 stands until the first demand. Then z = 2 + ½·4 = 4, p = 1 + ½·(3 − 1) = 2: what keeps the rate (6
    /// after three periods) keeps the forecast.
    #[test]
    fn croston_from_a_level() {
        let mut lane = Lane::with_mean(&croston(0.5), 2.0);
        lane.see(&[0.0, 0.0]);
        assert_eq!(lane.ahead(0), 2.0);
        lane.see(&[6.0]);
        assert_eq!(lane.ahead(0), 2.0);
        lane.see(&[0.0, 8.0]);
        assert_eq!(lane.ahead(0), 6.0 / 2.0);
        let told = Statistical { history: vec![0.0, 0.0, 6.0, 0.0], ..croston(0.5) };
        let mut lane = Lane::with_mean(&told, 99.0);
        assert_eq!(lane.ahead(0), 2.0);
        lane.see(&[10.0]);
        assert_eq!(lane.ahead(0), 3.2);
    }

    #[test]
    fn sba_is_croston_less_half_of_alpha() {
        let sba = Statistical::new(Method::Sba { alpha: 0.5 });
        let (mut corrected, mut plain) = (Lane::with_mean(&sba, 2.0), Lane::with_mean(&croston(0.5), 2.0));
        assert_eq!(corrected.ahead(0), 2.0);
        for d in [7.0, 0.0, 3.0, 0.0, 0.0, 1.0] {
            corrected.see(&[d]);
            plain.see(&[d]);
            assert_eq!(corrected.ahead(0), 0.75 * plain.ahead(0));
        }
    }

    /// α = ½, β = ¼ from z = 8, π = 1. 0: π = ¾, f = 6. 4: z = 6, π = 13/16, f = 4⅞.
    /// Unlike Croston's, the forecast falls while nothing sells (obsolescence).
    #[test]
    fn tsb_by_hand() {
        let mut lane = Lane::with_mean(&tsb(0.5, 0.25), 8.0);
        for (d, forecast) in [(0.0, 6.0), (4.0, 4.875)] {
            lane.see(&[d]);
            assert_eq!((lane.ahead(0), lane.ahead(3), lane.total(2)), (forecast, forecast, 2.0 * forecast));
        }
        lane.see(&[0.0; 200]);
        assert!(lane.ahead(0) < 1e-20);
    }

    /// From nothing, β = ¼: π is the plain mean of the first four (0, ½, ⅓, ½), then ½ − ⅛.
    #[test]
    fn tsb_from_nothing() {
        let mut lane = Lane::new(&tsb(0.5, 0.25));
        for (d, forecast) in [(0.0, 0.0), (6.0, 3.0), (0.0, 2.0), (10.0, 4.0), (0.0, 3.0)] {
            lane.see(&[d]);
            near(lane.ahead(0), forecast, 1e-15);
        }
    }
}
