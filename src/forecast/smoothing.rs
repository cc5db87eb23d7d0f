//! Exponential smoothing of a level, and of a level with a trend that may be damped.
//!
//! ```text
//! SES     e = d − l          l' = l + αe
//! Holt    e = d − (l + φb)   l' = l + φb + αe    b' = φb + αβe
//! ```
//!
//! Knows nothing of seasons.

use super::{Memory, Recursion};

/// Simple exponential smoothing.
#[derive(Debug, Clone)]
pub(super) struct Ses {
    pub(super) alpha: f64,
}

impl Recursion for Ses {
    fn begin(&self, level: Option<f64>, _history: &[f64], memory: &mut Memory) -> usize {
        memory.level = vec![level.unwrap_or(0.0)];
        0
    }

    #[inline(always)]
    fn observe(&self, memory: &mut Memory, observed: &[f64]) {
        if !memory.known {
            memory.level.copy_from_slice(observed);
            return;
        }
        for (l, &d) in memory.level.iter_mut().zip(observed) {
            *l += self.alpha * (d - *l);
        }
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

/// Total of a flat forecast.
#[inline(always)]
pub(super) fn times(forecast: &[f64], periods: usize, out: &mut [f64]) {
    let n = periods as f64;
    for (out, &l) in out.iter_mut().zip(forecast) {
        *out = n * l;
    }
}

/// Observations of the history that the first trend is fitted to.
const FITTED: usize = 10;

/// Holt's method.
#[derive(Debug, Clone)]
pub(super) struct Holt {
    pub(super) alpha: f64,
    /// αβ, the weight of the error in the trend.
    pub(super) trend: f64,
    pub(super) damping: f64,
}

impl Holt {
    /// cₖ = φ + φ² + … + φᵏ⁺¹ for k = 0, 1, …
    #[inline(always)]
    pub(super) fn weights(&self) -> impl Iterator<Item = f64> + use<> {
        let damping = self.damping;
        let (mut power, mut sum) = (1.0, 0.0);
        std::iter::repeat_with(move || {
            power *= damping;
            sum += power;
            sum
        })
    }

    /// cₖ.
    #[inline(always)]
    pub(super) fn weight(&self, k: usize) -> f64 {
        // Undamped, the weight of a distant period needs no walk.
        if self.damping < 1.0 { self.weights().nth(k).unwrap_or(0.0) } else { k as f64 + 1.0 }
    }
}

/// Out of level and trend: out = w·l + c·b.
#[inline(always)]
fn line(memory: &Memory, w: f64, c: f64, out: &mut [f64]) {
    for ((out, &l), &b) in out.iter_mut().zip(&memory.level).zip(&memory.trend) {
        *out = w * l + c * b;
    }
}

impl Recursion for Holt {
    fn begin(&self, level: Option<f64>, history: &[f64], memory: &mut Memory) -> usize {
        let first = &history[..history.len().min(FITTED)];
        let fitted = if level.is_none() && first.len() >= 2 { Some(fit_line(first)) } else { None };
        let (l, b) = fitted.unwrap_or((level.unwrap_or(0.0), 0.0));
        memory.known = fitted.is_some();
        (memory.level, memory.trend) = (vec![l], vec![b]);
        0
    }

    #[inline(always)]
    fn observe(&self, memory: &mut Memory, observed: &[f64]) {
        if !memory.known {
            memory.level.copy_from_slice(observed);
            return;
        }
        let Self { alpha, trend, damping } = *self;
        for ((l, b), &d) in memory.level.iter_mut().zip(&mut memory.trend).zip(observed) {
            let grown = damping * *b;
            let expected = *l + grown;
            let e = d - expected;
            *l = expected + alpha * e;
            *b = grown + trend * e;
        }
    }

    #[inline(always)]
    fn ahead(&self, memory: &Memory, k: usize, out: &mut [f64]) {
        line(memory, 1.0, self.weight(k), out);
    }

    #[inline(always)]
    fn total(&self, memory: &Memory, periods: usize, out: &mut [f64]) {
        let c: f64 = self.weights().take(periods).sum();
        line(memory, periods as f64, c, out);
    }
}

/// Level just before the first of these and trend per period, by least squares.
fn fit_line(y: &[f64]) -> (f64, f64) {
    let n = y.len() as f64;
    let mean = y.iter().sum::<f64>() / n;
    let middle = (n + 1.0) / 2.0;
    let (mut cross, mut square) = (0.0, 0.0);
    for (i, &y) in y.iter().enumerate() {
        let x = (i + 1) as f64 - middle;
        cross += x * (y - mean);
        square += x * x;
    }
    let slope = cross / square;
    (mean - slope * middle, slope)
}

#[cfg(test)]
mod tests {
    use super::fit_line;
    use crate::forecast::tests::{Lane, near};
    use crate::forecast::{Method, Statistical};

    fn holt(alpha: f64, beta: f64, damping: f64) -> Statistical {
        Statistical::new(Method::Holt { alpha, beta, damping })
    }

    /// l: 10 → 10 + ½·4 = 12 → 12 + ½·(−4) = 10.
    #[test]
    fn ses_by_hand() {
        let ses = Statistical::new(Method::Ses { alpha: 0.5 });
        let mut lane = Lane::with_mean(&ses, 10.0);
        assert_eq!((lane.ahead(0), lane.total(3)), (10.0, 30.0));
        lane.see(&[14.0]);
        assert_eq!(lane.ahead(0), 12.0);
        lane.see(&[8.0]);
        assert_eq!((lane.ahead(0), lane.ahead(7), lane.total(3)), (10.0, 10.0, 30.0));
    }

    /// Without a start the first observation is the level, and the history replaces the demand's mean.
    #[test]
    fn ses_without_a_start() {
        let ses = Statistical::new(Method::Ses { alpha: 0.5 });
        let mut lane = Lane::new(&ses);
        assert_eq!(lane.ahead(0), 0.0);
        lane.see(&[6.0]);
        assert_eq!(lane.ahead(0), 6.0);
        lane.see(&[10.0]);
        assert_eq!(lane.ahead(0), 8.0);
        let told = Statistical { history: vec![6.0, 10.0], ..ses };
        assert_eq!(Lane::with_mean(&told, 99.0).ahead(0), 8.0);
        assert_eq!(Lane::new(&Statistical { initial: Some(2.0), ..told }).ahead(0), 7.0);
    }

    /// An impulse j + 1 periods ago has weight w_j = α(1 − α)ʲ. Of white noise the forecast then has Σw_j² = α/(2 − α)
    /// times the variance (Brown 1959).
    #[test]
    fn ses_weights() {
        for alpha in [0.05, 0.3, 1.0] {
            let mut lane = Lane::with_mean(&Statistical::new(Method::Ses { alpha }), 0.0);
            lane.see(&[1.0]);
            let (mut sum, mut squares, mut weight) = (0.0, 0.0, alpha);
            for _ in 0..1000 {
                near(lane.ahead(0), weight, 1e-12);
                sum += lane.ahead(0);
                squares += lane.ahead(0) * lane.ahead(0);
                weight *= 1.0 - alpha;
                lane.see(&[0.0]);
            }
            near(sum, 1.0, 1e-12);
            near(squares, alpha / (2.0 - alpha), 1e-12);
        }
    }

    /// α = ½, β = ½ from l = 10, b = 0.
    /// d = 14: e = 4, l = 12, b = 1. d = 17: expected 13, e = 4, l = 15, b = 2.
    /// Then 17, 19, 21 for the next three.
    #[test]
    fn holt_by_hand() {
        let mut lane = Lane::with_mean(&holt(0.5, 0.5, 1.0), 10.0);
        lane.see(&[14.0]);
        assert_eq!((lane.ahead(0), lane.ahead(2)), (13.0, 15.0));
        lane.see(&[17.0]);
        assert_eq!((lane.ahead(0), lane.ahead(1), lane.ahead(2), lane.total(3)), (17.0, 19.0, 21.0, 57.0));
    }

    /// φ = ½. d = 14: e = 4, l = 12, b = 1; ahead 12 + ½ and 12 + ½ + ¼.
    /// d = 16½: expected 12½, e = 4, l = 14½, b = ½ + 1 = 1½; ahead 15¼, 15⅝, 15 13/16.
    #[test]
    fn damped_trend_by_hand() {
        let mut lane = Lane::with_mean(&holt(0.5, 0.5, 0.5), 10.0);
        lane.see(&[14.0]);
        assert_eq!((lane.ahead(0), lane.ahead(1)), (12.5, 12.75));
        lane.see(&[16.5]);
        assert_eq!((lane.ahead(0), lane.ahead(1), lane.ahead(2)), (15.25, 15.625, 15.8125));
        assert_eq!(lane.total(3), 15.25 + 15.625 + 15.8125);
        // The trend has l + b·φ/(1 − φ) = 14½ + 1½ left to go.
        near(lane.ahead(80), 16.0, 1e-15);
    }

    /// A line is forecast without error once its start is read off the history, whatever the weights.
    #[test]
    fn a_line_is_continued() {
        assert_eq!(fit_line(&[5.0, 8.0]), (2.0, 3.0));
        assert_eq!(fit_line(&[1.0, 1.0, 4.0]), (-1.0, 1.5));
        let history = (0..30).map(|t| 100.0 - 3.0 * f64::from(t)).collect();
        let mut lane = Lane::new(&Statistical { history, ..holt(0.3, 0.2, 1.0) });
        for t in 30..60 {
            near(lane.ahead(4), 100.0 - 3.0 * f64::from(t + 4), 1e-12);
            assert!(lane.sd() < 1e-9);
            lane.see(&[100.0 - 3.0 * f64::from(t)]);
        }
    }

    /// With β = 0 from no trend, Holt is SES.
    #[test]
    fn no_trend_is_ses() {
        let mut ses = Lane::with_mean(&Statistical::new(Method::Ses { alpha: 0.3 }), 5.0);
        let mut holt = Lane::with_mean(&holt(0.3, 0.0, 0.9), 5.0);
        for d in [3.0, 0.0, 11.0, -2.0, 6.5] {
            ses.see(&[d]);
            holt.see(&[d]);
            assert_eq!((ses.ahead(3), ses.total(4)), (holt.ahead(3), holt.total(4)));
        }
    }
}
