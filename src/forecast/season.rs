//! Holt-Winters: level, trend and a factor for every place of the season.
//!
//! ```text
//! added        e = d − (l + φb + s)            l' = l + φb + αe   b' = φb + αβe   s' = s + γ(1 − α)e
//! multiplied   q = l + φb,  ε = d/s − q        l' = q + αε        b' = φb + αβε   s' = s + γ(d/l' − s)
//! ```
//!
//! Two guards keep the multiplied form finite. An observation of a place whose factor is below 10⁻³ says nothing of level
//! and trend (ε = 0). A level that is not above 0 says nothing of factors (s' = s). And d/l' is held to [0, m], where m is
//! the length of the season: non-negative factors of mean 1 lie there. Factors are not normalised again while running.
//!
//! Start from two seasons of history: a line through the means of both, the mean difference from it (or ratio to it) at
//! each place, normalised to mean 0 (or 1). Level and trend are those of the line at the end of the second season.

use super::ring::Ring;
use super::smoothing::Holt;
use super::{Memory, Recursion};

/// Below this a factor is no longer divided by.
const FLOOR: f64 = 1e-3;

/// Holt-Winters.
#[derive(Debug, Clone)]
pub(super) struct HoltWinters {
    pub(super) holt: Holt,
    pub(super) gamma: f64,
    pub(super) season: usize,
    pub(super) multiplicative: bool,
}

impl HoltWinters {
    #[inline(always)]
    fn observe_added(&self, memory: &mut Memory, observed: &[f64]) {
        let Holt { alpha, trend, damping } = self.holt;
        let factor = self.gamma * (1.0 - alpha);
        let rows = memory.level.iter_mut().zip(&mut memory.trend).zip(memory.season.oldest());
        for (((l, b), s), &d) in rows.zip(observed) {
            let grown = damping * *b;
            let expected = *l + grown;
            // As in the forecast, (l + φb) + s.
            let e = d - (expected + *s);
            *l = expected + alpha * e;
            *b = grown + trend * e;
            *s += factor * e;
        }
    }

    #[inline(always)]
    fn observe_multiplied(&self, memory: &mut Memory, observed: &[f64]) {
        let Holt { alpha, trend, damping } = self.holt;
        let gamma = self.gamma;
        let most = self.season as f64;
        let rows = memory.level.iter_mut().zip(&mut memory.trend).zip(memory.season.oldest());
        for (((l, b), s), &d) in rows.zip(observed) {
            let grown = damping * *b;
            let expected = *l + grown;
            let telling = *s >= FLOOR;
            let e = d / if telling { *s } else { 1.0 } - expected;
            let e = if telling { e } else { 0.0 };
            let level = expected + alpha * e;
            let positive = level > 0.0;
            let ratio = d / if positive { level } else { 1.0 };
            let ratio = if ratio > 0.0 { ratio } else { 0.0 };
            let ratio = if ratio < most { ratio } else { most };
            let next = *s + gamma * (ratio - *s);
            *l = level;
            *b = grown + trend * e;
            *s = if positive { next } else { *s };
        }
    }

    /// Gives `take` the forecast of every lane for the period k ahead, of which c is the weight of the trend.
    #[inline(always)]
    fn point(&self, memory: &Memory, k: usize, c: f64, out: &mut [f64], take: impl Fn(&mut f64, f64)) {
        let rows = memory.level.iter().zip(&memory.trend).zip(memory.season.row(k));
        let rows = out.iter_mut().zip(rows);
        if self.multiplicative {
            rows.for_each(|(out, ((l, b), s))| take(out, (l + c * b) * s));
        } else {
            rows.for_each(|(out, ((l, b), s))| take(out, l + c * b + s));
        }
    }
}

impl Recursion for HoltWinters {
    fn begin(&self, level: Option<f64>, history: &[f64], memory: &mut Memory) -> usize {
        let neutral = if self.multiplicative { 1.0 } else { 0.0 };
        let (mut l, mut b, mut factors) = (level.unwrap_or(0.0), 0.0, vec![neutral; self.season]);
        let mut used = 0;
        if let Some(two) = history.get(..2 * self.season) {
            let found = decompose(two, self.multiplicative);
            factors = found.factors;
            if level.is_none() {
                (l, b, used) = (found.level, found.trend, two.len());
                memory.known = true;
            }
        }
        (memory.level, memory.trend, memory.season) = (vec![l], vec![b], Ring::of(factors));
        used
    }

    #[inline(always)]
    fn observe(&self, memory: &mut Memory, observed: &[f64]) {
        if !memory.known {
            memory.level.copy_from_slice(observed);
        } else if self.multiplicative {
            self.observe_multiplied(memory, observed);
        } else {
            self.observe_added(memory, observed);
        }
        memory.season.turn();
    }

    #[inline(always)]
    fn ahead(&self, memory: &Memory, k: usize, out: &mut [f64]) {
        self.point(memory, k, self.holt.weight(k), out, |out, x| *out = x);
    }

    #[inline(always)]
    fn total(&self, memory: &Memory, periods: usize, out: &mut [f64]) {
        out.fill(0.0);
        for (k, c) in self.holt.weights().take(periods).enumerate() {
            self.point(memory, k, c, out, |out, x| *out += x);
        }
    }
}

/// Two seasons taken apart.
struct Decomposition {
    /// At the end of the second season.
    level: f64,
    trend: f64,
    factors: Vec<f64>,
}

fn decompose(two: &[f64], multiplicative: bool) -> Decomposition {
    let (first, second) = two.split_at(two.len() / 2);
    let m = first.len() as f64;
    let mean = |season: &[f64]| season.iter().sum::<f64>() / m;
    let (before, after) = (mean(first), mean(second));
    let trend = (after - before) / m;
    let half = (m - 1.0) / 2.0;
    let line = |centre: f64, place: usize| centre + trend * (place as f64 - half);
    // Where the line is not above 0 there is no ratio to it; the place counts as an ordinary one.
    let against = |y: f64, line: f64| match multiplicative {
        true if line > 0.0 => (y / line).clamp(0.0, m),
        true => 1.0,
        false => y - line,
    };
    let mut factors: Vec<f64> = (0..first.len())
        .map(|i| (against(first[i], line(before, i)) + against(second[i], line(after, i))) / 2.0)
        .collect();
    let centre = mean(&factors);
    for factor in &mut factors {
        *factor = match multiplicative {
            true if centre > 0.0 => *factor / centre,
            true => 1.0,
            false => *factor - centre,
        };
    }
    Decomposition { level: after + trend * half, trend, factors }
}

#[cfg(test)]
mod tests {
    use super::decompose;
    use crate::forecast::tests::{Lane, near};
    use crate::forecast::{Method, Statistical};

    fn winters(alpha: f64, beta: f64, gamma: f64, season: usize, multiplicative: bool) -> Statistical {
        Statistical::new(Method::HoltWinters { alpha, beta, gamma, season, multiplicative, damping: 1.0 })
    }

    /// Season of 2, α = β = γ = ½, from l = 10, b = 0, s = (0, 0).
    /// d = 14: e = 4, l = 12, b = 1, s₀ = 0 + ½·½·4 = 1. Next: 13 + 0, then 14 + 1, then 15 + 0.
    /// d = 9: expected 13, e = −4, l = 11, b = 0, s₁ = −1. Next: 11 + 1, then 11 − 1.
    #[test]
    fn added_by_hand() {
        let mut lane = Lane::with_mean(&winters(0.5, 0.5, 0.5, 2, false), 10.0);
        lane.see(&[14.0]);
        assert_eq!((lane.ahead(0), lane.ahead(1), lane.ahead(2), lane.total(3)), (13.0, 15.0, 15.0, 43.0));
        lane.see(&[9.0]);
        assert_eq!((lane.ahead(0), lane.ahead(1), lane.ahead(3)), (12.0, 10.0, 10.0));
    }

    /// Season of 2, α = β = γ = ½, from l = 8, b = 0, s = (1, 1).
    /// d = 16: ε = 8, l = 12, b = 2, s₀ = ½(1 + 16/12) = 7/6. Next: 14·1, then 16·7/6.
    /// d = 10: q = 14, ε = −4, l = 12, b = 1, s₁ = ½(1 + 10/12) = 11/12. Next: 13·7/6, then 14·11/12.
    #[test]
    fn multiplied_by_hand() {
        let mut lane = Lane::with_mean(&winters(0.5, 0.5, 0.5, 2, true), 8.0);
        lane.see(&[16.0]);
        near(lane.ahead(0), 14.0, 1e-15);
        near(lane.ahead(1), 16.0 * 7.0 / 6.0, 1e-15);
        lane.see(&[10.0]);
        near(lane.ahead(0), 13.0 * 7.0 / 6.0, 1e-15);
        near(lane.ahead(1), 14.0 * 11.0 / 12.0, 1e-15);
        near(lane.total(2), 13.0 * 7.0 / 6.0 + 14.0 * 11.0 / 12.0, 1e-15);
    }

    /// Damped by ½: d = 14 gives l = 12, b = 1; then 12 + ½ and 12 + ¾ + the factor 1.
    #[test]
    fn damped_by_hand() {
        let mut described = winters(0.5, 0.5, 0.5, 2, false);
        let Method::HoltWinters { damping, .. } = &mut described.method else { unreachable!() };
        *damping = 0.5;
        let mut lane = Lane::with_mean(&described, 10.0);
        lane.see(&[14.0]);
        assert_eq!((lane.ahead(0), lane.ahead(1)), (12.5, 13.75));
    }

    /// Means 4 and 10, so 2 per period: lines (2, 4, 6) and (8, 10, 12). Differences of (5, 3, 4) are (3, −1, −2), of
    /// (11, 9, 10) the same. The line ends at 12.
    /// Means 2 and 2: ratios of (1, 3) are (½, 1½).
    #[test]
    fn two_seasons_taken_apart() {
        let added = decompose(&[5.0, 3.0, 4.0, 11.0, 9.0, 10.0], false);
        assert_eq!((added.level, added.trend, added.factors), (12.0, 2.0, vec![3.0, -1.0, -2.0]));
        let multiplied = decompose(&[1.0, 3.0, 1.0, 3.0], true);
        assert_eq!((multiplied.level, multiplied.trend, multiplied.factors), (2.0, 0.0, vec![0.5, 1.5]));
        assert_eq!(decompose(&[0.0; 4], true).factors, [1.0, 1.0]);
        // The line starts 3·10⁻¹⁶ above 0: the ratio to it counts as 2. (2 + 5/4)/2 and (0 + 5/6)/2, of mean 49/48.
        let steep = decompose(&[3.0, -1.0 + 2.0 * f64::EPSILON, 5.0, 5.0], true).factors;
        near(steep[0], 78.0 / 49.0, 1e-12);
        near(steep[1], 20.0 / 49.0, 1e-12);
        let odd = decompose(&[-1.0, 9.0, 0.0, 4.0, -9.0, 1.0, 2.0, 2.0], true).factors;
        assert!(odd.iter().all(|s| (0.0..=4.0).contains(s)), "{odd:?}");
        near(odd.iter().sum(), 4.0, 1e-15);
    }

    /// Line plus season, or level times season, is continued without error from two seasons and a bit of history.
    #[test]
    fn a_seasonal_line_is_continued() {
        let season = [3.0, -1.0, 2.0, -4.0];
        let line = |t: usize| 50.0 + 2.0 * t as f64 + season[t % 4];
        let flat = |t: usize| 50.0 * (1.0 + season[t % 4] / 10.0);
        let pictures: [(bool, &dyn Fn(usize) -> f64); 2] = [(false, &line), (true, &flat)];
        for (multiplicative, y) in pictures {
            let history = (0..11).map(y).collect();
            let mut lane = Lane::new(&Statistical { history, ..winters(0.4, 0.3, 0.2, 4, multiplicative) });
            for t in 11..40 {
                for k in [0, 3, 9] {
                    near(lane.ahead(k), y(t + k), 1e-12);
                }
                assert!(lane.sd() < 1e-9);
                lane.see(&[y(t)]);
            }
        }
    }

    /// A given level is the level before the history, all of which is then fed; the factors still come from it.
    #[test]
    fn a_given_level_keeps_the_factors() {
        let history = vec![5.0, 15.0, 5.0, 15.0];
        let described = Statistical { history, initial: Some(10.0), ..winters(0.5, 0.5, 0.5, 2, false) };
        let lane = Lane::new(&described);
        assert_eq!((lane.ahead(0), lane.ahead(1), lane.sd()), (5.0, 15.0, 0.0));
        // One season is too short to be taken apart: the first observation is the level, the second moves it.
        let short = Statistical { history: vec![8.0, 12.0], initial: None, ..described };
        assert_eq!(Lane::new(&short).ahead(0), 8.0 + 0.5 * 4.0 + 0.25 * 4.0);
    }

    /// Noughts, returns and a level that passes through 0 leave the multiplied form finite.
    #[test]
    fn guards() {
        for (alpha, gamma) in [(0.1, 0.1), (1.0, 1.0), (0.5, 1.0), (1.0, 0.0)] {
            let mut lane = Lane::with_mean(&winters(alpha, 0.5, gamma, 3, true), 5.0);
            for t in 0..300 {
                let d = match t % 7 {
                    0 => 0.0,
                    1 => -4.0,
                    2 => 1e-12,
                    3 => 1000.0,
                    _ if t > 150 => 0.0,
                    _ => 5.0,
                };
                lane.see(&[d]);
                for k in 0..4 {
                    assert!(lane.ahead(k).abs() < 1e8, "{alpha} {gamma} {t}: {}", lane.ahead(k));
                }
            }
        }
        // A place that never sells is learnt as 0 and leaves the level alone; it recovers when it sells.
        let mut lane = Lane::with_mean(&winters(0.2, 0.0, 1.0, 2, true), 10.0);
        lane.see(&[10.0, 0.0].repeat(200));
        near(lane.ahead(0), 10.0, 1e-12);
        assert_eq!(lane.ahead(1), 0.0);
        lane.see(&[10.0, 10.0].repeat(50));
        near(lane.ahead(1), 10.0, 1e-6);
    }
}
