//! Forecasts that repeat what was observed: the mean of the last p periods, or the same place of the last season.
//!
//! A known level counts as p observations before the first, so MA(p) gives each observation the weight 1/p from the start.

use super::ring::{Ring, RunningSum};
use super::smoothing::times;
use super::{Memory, Recursion};

/// MA(p).
#[derive(Debug, Clone)]
pub(super) struct MovingAverage {
    pub(super) window: usize,
}

impl Recursion for MovingAverage {
    fn begin(&self, level: Option<f64>, _history: &[f64], memory: &mut Memory) -> usize {
        memory.window = RunningSum::of(self.window, level.unwrap_or(0.0));
        memory.count = if level.is_some() { self.window } else { 0 };
        0
    }

    #[inline(always)]
    fn observe(&self, memory: &mut Memory, observed: &[f64]) {
        memory.window.push(observed);
        memory.count = self.window.min(memory.count + 1);
    }

    #[inline(always)]
    fn ahead(&self, memory: &Memory, _k: usize, out: &mut [f64]) {
        self.total(memory, 1, out);
    }

    #[inline(always)]
    fn total(&self, memory: &Memory, periods: usize, out: &mut [f64]) {
        // Nothing observed yet: the sum is 0 and so is the forecast.
        let count = memory.count.max(1) as f64;
        let n = periods as f64;
        for (out, &sum) in out.iter_mut().zip(memory.window.sum()) {
            *out = n * (sum / count);
        }
    }
}

/// The same place of the last season.
#[derive(Debug, Clone)]
pub(super) struct SeasonalNaive {
    pub(super) season: usize,
}

impl Recursion for SeasonalNaive {
    fn begin(&self, level: Option<f64>, _history: &[f64], memory: &mut Memory) -> usize {
        memory.season = Ring::of(vec![level.unwrap_or(0.0); self.season]);
        0
    }

    #[inline(always)]
    fn observe(&self, memory: &mut Memory, observed: &[f64]) {
        if memory.known {
            memory.season.oldest().copy_from_slice(observed);
        } else {
            memory.season.fill(observed);
        }
        memory.season.turn();
    }

    #[inline(always)]
    fn ahead(&self, memory: &Memory, k: usize, out: &mut [f64]) {
        out.copy_from_slice(memory.season.row(k));
    }

    #[inline(always)]
    fn total(&self, memory: &Memory, periods: usize, out: &mut [f64]) {
        if self.season == 1 {
            return times(memory.season.row(0), periods, out);
        }
        out.fill(0.0);
        for k in 0..periods {
            for (out, &d) in out.iter_mut().zip(memory.season.row(k)) {
                *out += d;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::forecast::tests::{Lane, near};
    use crate::forecast::{Method, Statistical};

    fn average(window: usize) -> Statistical {
        Statistical::new(Method::MovingAverage { window })
    }

    /// p = 3 from nothing: 3, (3 + 6)/2, (3 + 6 + 0)/3, (6 + 0 + 9)/3.
    #[test]
    fn average_by_hand() {
        let mut lane = Lane::new(&average(3));
        assert_eq!(lane.ahead(0), 0.0);
        for (d, forecast) in [(3.0, 3.0), (6.0, 4.5), (0.0, 3.0), (9.0, 5.0)] {
            lane.see(&[d]);
            assert_eq!((lane.ahead(0), lane.ahead(5), lane.total(4)), (forecast, forecast, 4.0 * forecast));
        }
    }

    /// A level of 6 counts as three observations: (6 + 6 + 9)/3 = 7.
    #[test]
    fn average_from_a_level() {
        let mut lane = Lane::with_mean(&average(3), 6.0);
        assert_eq!(lane.ahead(0), 6.0);
        lane.see(&[9.0]);
        assert_eq!(lane.ahead(0), 7.0);
        let told = Statistical { history: vec![3.0, 6.0, 0.0, 9.0], ..average(3) };
        assert_eq!(Lane::with_mean(&told, 6.0).ahead(0), 5.0);
    }

    /// An impulse has weight 1/p for p periods and none after.
    #[test]
    fn average_of_an_impulse() {
        for window in [1, 2, 12] {
            let mut lane = Lane::with_mean(&average(window), 0.0);
            lane.see(&[1.0]);
            for j in 0..40 {
                assert_eq!(lane.ahead(0), if j < window { 1.0 / window as f64 } else { 0.0 });
                lane.see(&[0.0]);
            }
        }
    }

    /// After a million periods the sum has the rounding of two rounds, not of a million additions.
    #[test]
    fn average_does_not_drift() {
        let mut lane = Lane::with_mean(&average(7), 0.3);
        let mut d = 0.1;
        for _ in 0..1_000_000 {
            d = (d * 997.0 + 0.123) % 1.0;
            lane.see(&[1e6 * d]);
        }
        lane.see(&[0.1; 7]);
        near(lane.ahead(0), 0.1, 1e-8);
        lane.see(&[0.1; 14]);
        near(lane.ahead(0), 0.1, 1e-15);
    }

    /// Season of 3: each place repeats its own last value.
    #[test]
    fn naive_by_hand() {
        let naive = Statistical::new(Method::SeasonalNaive { season: 3 });
        let mut lane = Lane::with_mean(&naive, 5.0);
        lane.see(&[1.0]);
        assert_eq!([lane.ahead(0), lane.ahead(1), lane.ahead(2)], [5.0, 5.0, 1.0]);
        lane.see(&[2.0, 3.0, 4.0]);
        assert_eq!([lane.ahead(0), lane.ahead(1), lane.ahead(2), lane.ahead(3)], [2.0, 3.0, 4.0, 2.0]);
        assert_eq!((lane.total(2), lane.total(7)), (5.0, 20.0));
        // Without a level the first observation stands for every place until it has its own.
        let mut lane = Lane::new(&naive);
        assert_eq!(lane.ahead(1), 0.0);
        lane.see(&[1.0, 2.0]);
        assert_eq!([lane.ahead(0), lane.ahead(1), lane.ahead(2)], [1.0, 1.0, 2.0]);
        // The history ends just before period 0.
        let told = Statistical { history: vec![9.0, 1.0, 2.0, 3.0], ..naive };
        assert_eq!(Lane::new(&told).ahead(0), 1.0);
    }

    #[test]
    fn naive_of_one_period_repeats_the_last() {
        let mut lane = Lane::new(&Statistical::new(Method::SeasonalNaive { season: 1 }));
        lane.see(&[4.0, 7.0]);
        assert_eq!((lane.ahead(0), lane.ahead(9), lane.total(3)), (7.0, 7.0, 21.0));
    }
}
