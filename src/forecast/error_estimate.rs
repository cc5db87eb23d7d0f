//! The size of forecast errors, smoothed while the simulation runs: what safety stock is made of.
//!
//! ```text
//! mse   v' = v + ω(e² − v)             sd = √v
//! mad   v' = v + ω(√(π/2)·|e| − v)     sd = v             (Brown 1959: 1.25 MAD)
//!
//! step    e of one period;                          sd_m = sd · √m
//! cover   e = total of m periods − its forecast before the first of them;  sd_m = sd
//! ```
//!
//! Covers overlap: one begins and (after m periods) one ends every period. The start is v of the sd that was given, times
//! √m for covers. Without one the estimate is 0, then the plain mean of the errors until there are 1/ω of them, so that it
//! does not have to climb from 0.
//!
//! Knows nothing of methods: it sees forecasts and observations. A period without a forecast has no error.

use super::description::{ErrorEstimate, Measure, Over};
use super::ring::{Ring, RunningSum, spread};

/// √(π/2).
const SD_PER_MAD: f64 = 1.253_314_137_315_500_3;

/// How errors are measured and smoothed.
#[derive(Debug, Clone)]
pub(super) struct Estimator {
    measure: Measure,
    smoothing: f64,
    /// Smoothed measure before the first error.
    start: Option<f64>,
    cover: usize,
    /// Periods of one error: 1 or the cover.
    reach: usize,
}

/// The smoothed errors of all lanes.
#[derive(Debug, Clone, Default)]
pub(super) struct Errors {
    /// Errors so far that were smoothed.
    count: usize,
    /// Covers begun so far.
    begun: usize,
    smoothed: Vec<f64>,
    /// Forecasts of the covers under way.
    forecasts: Ring,
    /// Observations of the last cover.
    observed: RunningSum,
}

impl Errors {
    pub(super) fn spread(&self, lanes: usize, into: &mut Self) {
        (into.count, into.begun) = (self.count, self.begun);
        spread(&self.smoothed, lanes, &mut into.smoothed);
        self.forecasts.spread(lanes, &mut into.forecasts);
        self.observed.spread(lanes, &mut into.observed);
    }
}

impl Estimator {
    /// `sd` is that of the demand, which serves where the estimate names none.
    pub(super) fn new(described: &ErrorEstimate, cover: usize, sd: Option<f64>) -> Self {
        let reach = if described.over == Over::Cover { cover } else { 1 };
        let start = described.initial.or(sd).map(|sd| match described.measure {
            Measure::Mse => sd * sd * reach as f64,
            Measure::Mad => sd * (reach as f64).sqrt(),
        });
        Self { measure: described.measure, smoothing: described.smoothing, start, cover, reach }
    }

    /// Of one lane.
    pub(super) fn begin(&self) -> Errors {
        let mut errors = Errors { smoothed: vec![self.start.unwrap_or(0.0)], ..Errors::default() };
        if self.reach > 1 {
            errors.forecasts = Ring::of(vec![0.0; self.reach]);
            errors.observed = RunningSum::of(self.reach, 0.0);
        }
        errors
    }

    pub(super) fn cover(&self) -> usize {
        self.cover
    }

    /// Periods of the forecasts that [`Self::observe`] is to be given.
    #[inline(always)]
    pub(super) fn reach(&self) -> usize {
        self.reach
    }

    /// Takes in one period: the total forecast from it on, made before it, where there was one; and what was observed in it.
    #[inline(always)]
    pub(super) fn observe(&self, errors: &mut Errors, forecast: Option<&[f64]>, observed: &[f64]) {
        if self.reach == 1 {
            let Some(forecast) = forecast else { return };
            let weight = self.weight(errors);
            return self.smooth(&mut errors.smoothed, weight, forecast, observed);
        }
        errors.observed.push(observed);
        let Some(forecast) = forecast else { return };
        errors.forecasts.oldest().copy_from_slice(forecast);
        errors.forecasts.turn();
        errors.begun += 1;
        // Forecasts, once there are any, do not cease: the oldest of `reach` was made before the period that is the oldest in
        // the sum.
        if errors.begun >= self.reach {
            let weight = self.weight(errors);
            self.smooth(&mut errors.smoothed, weight, errors.forecasts.row(0), errors.observed.sum());
        }
    }

    /// Weight of the next error, which it counts.
    #[inline(always)]
    fn weight(&self, errors: &mut Errors) -> f64 {
        errors.count += 1;
        if self.start.is_some() { self.smoothing } else { self.smoothing.max(1.0 / errors.count as f64) }
    }

    #[inline(always)]
    fn smooth(&self, smoothed: &mut [f64], weight: f64, forecast: &[f64], observed: &[f64]) {
        let rows = smoothed.iter_mut().zip(forecast.iter().zip(observed));
        match self.measure {
            Measure::Mse => rows.for_each(|(v, (f, d))| *v += weight * ((d - f) * (d - f) - *v)),
            Measure::Mad => rows.for_each(|(v, (f, d))| *v += weight * (SD_PER_MAD * (d - f).abs() - *v)),
        }
    }

    /// Standard deviation of the error over the cover.
    #[inline(always)]
    pub(super) fn sd(&self, errors: &Errors, out: &mut [f64]) {
        let scale = if self.reach == self.cover { 1.0 } else { (self.cover as f64).sqrt() };
        let rows = out.iter_mut().zip(&errors.smoothed);
        match self.measure {
            Measure::Mse => rows.for_each(|(out, v)| *out = v.sqrt() * scale),
            Measure::Mad => rows.for_each(|(out, v)| *out = v * scale),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SD_PER_MAD;
    use crate::forecast::tests::{Lane, near};
    use crate::forecast::{ErrorEstimate, Measure, Method, Over, Statistical};

    /// AR(1) of mean 10 and no correlation forecasts 10 for ever: errors are d − 10.
    fn ten(error: ErrorEstimate) -> Statistical {
        let method = Method::Autoregression { mean: Some(10.0), rho: 0.0 };
        Statistical { error, ..Statistical::new(method) }
    }

    fn error(measure: Measure, over: Over, initial: Option<f64>) -> ErrorEstimate {
        ErrorEstimate { measure, smoothing: 0.5, initial, over }
    }

    #[test]
    fn root_of_half_pi() {
        near(SD_PER_MAD * SD_PER_MAD, std::f64::consts::FRAC_PI_2, 1e-15);
    }

    /// v = 9 → ½(9 + 7²) = 29 → ½(29 + 1) = 15; over four periods twice the root.
    #[test]
    fn squares_by_hand() {
        let mut lane = Lane::compiled(&ten(error(Measure::Mse, Over::Step, Some(3.0))), None, 4, Some(99.0));
        assert_eq!(lane.sd(), 6.0);
        lane.see(&[17.0]);
        assert_eq!(lane.sd(), 2.0 * 29f64.sqrt());
        lane.see(&[9.0]);
        assert_eq!(lane.sd(), 2.0 * 15f64.sqrt());
    }

    /// MAD of 4 and 2 from nothing is their mean 3 until there are 1/ω = 2 of them; then ½(3 + 5) = 4.
    #[test]
    fn sizes_by_hand() {
        let mut lane = Lane::compiled(&ten(error(Measure::Mad, Over::Step, None)), None, 1, None);
        assert_eq!(lane.sd(), 0.0);
        for (d, mad) in [(6.0, 4.0), (12.0, 3.0), (15.0, 4.0)] {
            lane.see(&[d]);
            near(lane.sd(), SD_PER_MAD * mad, 1e-15);
        }
        let lane = Lane::compiled(&ten(error(Measure::Mad, Over::Step, None)), None, 9, Some(2.0));
        assert_eq!(lane.sd(), 6.0);
    }

    /// Covers of 2: v = 2·9 until the first is over. 11, 12: e = 3, v = ½(18 + 9) = 13½. 12, 5: e = −3, v = 11¼.
    #[test]
    fn covers_by_hand() {
        let mut lane = Lane::compiled(&ten(error(Measure::Mse, Over::Cover, Some(3.0))), None, 2, None);
        lane.see(&[11.0]);
        near(lane.sd(), 18f64.sqrt(), 1e-15);
        lane.see(&[12.0]);
        near(lane.sd(), 13.5f64.sqrt(), 1e-15);
        lane.see(&[5.0]);
        near(lane.sd(), 11.25f64.sqrt(), 1e-15);
    }

    /// The forecast of a cover is the one that stood before it. The naive forecast of 1, 2, 4, 7, 11 (from 0) for three periods:
    /// 0 against 7, 3 against 13, 6 against 22. The plain mean of 49, 100 and 256 is 135.
    #[test]
    fn covers_are_held_against_their_own_forecast() {
        let error = ErrorEstimate { over: Over::Cover, ..ErrorEstimate::default() };
        let naive = Statistical { error, ..Statistical::new(Method::SeasonalNaive { season: 1 }) };
        let mut lane = Lane::compiled(&naive, Some(0.0), 3, None);
        lane.see(&[1.0, 2.0]);
        assert_eq!(lane.sd(), 0.0);
        lane.see(&[4.0, 7.0, 11.0]);
        near(lane.sd(), 135f64.sqrt(), 1e-15);
        // Without a level there is no forecast of the first period: 3 against 13, 6 against 22.
        let mut lane = Lane::compiled(&naive, None, 3, None);
        lane.see(&[1.0, 2.0, 4.0]);
        assert_eq!(lane.sd(), 0.0);
        lane.see(&[7.0, 11.0]);
        near(lane.sd(), 178f64.sqrt(), 1e-15);
    }

    /// A cover of one period is a step. The history counts.
    #[test]
    fn covers_of_one_period_are_steps() {
        let sd = |over, history: &[f64], rest: &[f64]| {
            let method = Method::Holt { alpha: 0.4, beta: 0.3, damping: 0.9 };
            let error = ErrorEstimate { over, ..ErrorEstimate::default() };
            let described = Statistical { error, history: history.to_vec(), ..Statistical::new(method) };
            let described = Statistical { initial: Some(5.0), ..described };
            let mut lane = Lane::compiled(&described, None, 1, None);
            lane.see(rest);
            lane.sd()
        };
        let d = [3.0, 0.0, 8.0, 2.5, -1.0, 6.0];
        assert_eq!(sd(Over::Step, &[], &d), sd(Over::Cover, &[], &d));
        assert_eq!(sd(Over::Step, &d[..4], &d[4..]), sd(Over::Step, &[], &d));
    }
}
