//! What holds for every method: lanes do not meet, nothing is foreseen, totals are sums.

use fearless_simd::{Level, Simd};

use super::{ErrorEstimate, Forecaster, Measure, Method, Over, State, Statistical};

/// A forecast in one lane.
pub(super) struct Lane {
    forecaster: Forecaster,
    state: State,
}

impl Lane {
    pub(super) fn compiled(
        described: &Statistical,
        mean: Option<f64>,
        cover: usize,
        sd: Option<f64>,
    ) -> Self {
        let forecaster = described.compile(mean, cover, sd).unwrap();
        let mut state = State::default();
        forecaster.reset(1, &mut state);
        Self { forecaster, state }
    }

    pub(super) fn new(described: &Statistical) -> Self {
        Self::compiled(described, None, 1, None)
    }

    pub(super) fn with_mean(described: &Statistical, mean: f64) -> Self {
        Self::compiled(described, Some(mean), 1, None)
    }

    pub(super) fn see(&mut self, observed: &[f64]) {
        for d in observed {
            observe(&self.forecaster, &mut self.state, &[*d]);
        }
    }

    pub(super) fn ahead(&self, k: usize) -> f64 {
        let mut out = [f64::NAN];
        ahead(&self.forecaster, &self.state, k, &mut out);
        out[0]
    }

    pub(super) fn total(&self, periods: usize) -> f64 {
        let mut out = [f64::NAN];
        total(&self.forecaster, &self.state, periods, &mut out);
        out[0]
    }

    pub(super) fn sd(&self) -> f64 {
        let mut out = [f64::NAN];
        sd(&self.forecaster, &self.state, &mut out);
        out[0]
    }
}

// One copy of each for all tests: the methods themselves are inlined wherever they are called.
#[inline(never)]
fn observe(forecaster: &Forecaster, state: &mut State, observed: &[f64]) {
    forecaster.observe(state, observed);
}

#[inline(never)]
fn ahead(forecaster: &Forecaster, state: &State, k: usize, out: &mut [f64]) {
    forecaster.ahead(state, k, out);
}

#[inline(never)]
fn total(forecaster: &Forecaster, state: &State, periods: usize, out: &mut [f64]) {
    forecaster.total(state, periods, out);
}

#[inline(never)]
fn sd(forecaster: &Forecaster, state: &State, out: &mut [f64]) {
    forecaster.sd(state, out);
}

/// Within `tolerance`, relative where the number is above 1.
#[track_caller]
pub(super) fn near(found: f64, right: f64, tolerance: f64) {
    assert!((found - right).abs() <= tolerance * right.abs().max(1.0), "{found} is not {right}");
}

fn methods() -> Vec<Method> {
    let winters = |multiplicative, damping| Method::HoltWinters {
        alpha: 0.2,
        beta: 0.1,
        gamma: 0.3,
        season: 5,
        multiplicative,
        damping,
    };
    vec![
        Method::MovingAverage { window: 6 },
        Method::Ses { alpha: 0.2 },
        Method::Holt { alpha: 0.3, beta: 0.1, damping: 1.0 },
        Method::Holt { alpha: 0.3, beta: 0.1, damping: 0.9 },
        winters(false, 1.0),
        winters(true, 1.0),
        winters(true, 0.8),
        Method::SeasonalNaive { season: 5 },
        Method::Autoregression { mean: Some(4.0), rho: 0.6 },
        Method::Croston { alpha: 0.2 },
        Method::Sba { alpha: 0.2 },
        Method::Tsb { alpha: 0.2, beta: 0.1 },
    ]
}

/// Every method from every kind of start, with every kind of error estimate over 3 periods.
fn forecasters() -> Vec<(Statistical, Forecaster)> {
    let mut all = Vec::new();
    for method in methods() {
        for (i, (measure, over)) in [
            (Measure::Mse, Over::Step),
            (Measure::Mad, Over::Step),
            (Measure::Mse, Over::Cover),
            (Measure::Mad, Over::Cover),
        ]
        .into_iter()
        .enumerate()
        {
            let error = ErrorEstimate { measure, over, ..ErrorEstimate::default() };
            let history = series(99, if i % 2 == 0 { 0 } else { 13 });
            let described = Statistical { error, history, initial: None, ..Statistical::new(method.clone()) };
            let mean = if i >= 2 { Some(4.0) } else { None };
            all.push((described.clone(), described.compile(mean, 3, mean).unwrap()));
        }
    }
    all
}

/// Whole, real, nought and negative numbers, different for every key.
pub(super) fn series(key: u64, periods: usize) -> Vec<f64> {
    let mut word = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1;
    let mut next = || {
        word ^= word << 13;
        word ^= word >> 7;
        word ^= word << 17;
        word
    };
    let mut draw = || match next() % 8 {
        0 | 1 => 0.0,
        2 => -((next() % 5) as f64),
        3 | 4 => (next() % 9) as f64,
        _ => (next() % 1_000_000) as f64 / 99_991.0,
    };
    (0..periods).map(|_| draw()).collect()
}

/// All that can be asked: forecasts, totals, error.
fn answers(forecaster: &Forecaster, state: &State, lanes: usize) -> Vec<Vec<f64>> {
    let mut rows = Vec::new();
    let mut ask = |fill: &dyn Fn(&mut [f64])| {
        let mut row = vec![f64::NAN; lanes];
        fill(&mut row);
        assert!(row.iter().all(|x| x.is_finite()), "{row:?}");
        rows.push(row);
    };
    for k in [0, 1, 4, 12] {
        ask(&|out| ahead(forecaster, state, k, out));
        ask(&|out| total(forecaster, state, k, out));
    }
    ask(&|out| sd(forecaster, state, out));
    rows
}

fn bits(row: &[f64]) -> Vec<u64> {
    row.iter().map(|x| x.to_bits()).collect()
}

const PERIODS: usize = 60;

/// Levels that this machine can run.
pub(super) fn levels() -> Vec<(&'static str, Level)> {
    let best = Level::new();
    let mut list = vec![("baseline", Level::baseline())];
    #[cfg(target_arch = "x86_64")]
    {
        list.extend(best.as_avx2().map(|token| ("avx2", Level::Avx2(token))));
        list.extend(best.as_avx512().map(|token| ("avx512", Level::Avx512(token))));
    }
    #[cfg(target_arch = "aarch64")]
    list.extend(best.as_neon().map(|token| ("neon", Level::Neon(token))));
    list
}

/// One period inside a kernel compiled for a level.
pub(super) fn period(
    level: Level,
    forecaster: &Forecaster,
    state: &mut State,
    row: &[f64],
    asked: bool,
    [total, sd]: &mut [Vec<f64>; 2],
) {
    fearless_simd::dispatch!(level, s => s.vectorize(
        #[inline(always)]
        || {
            forecaster.observe(state, row);
            if asked {
                forecaster.total(state, 5, total);
                forecaster.sd(state, sd);
            }
        },
    ));
}

/// The SIMD level of the caller does not show in the bits.
#[test]
fn levels_agree() {
    let rows: Vec<Vec<f64>> = (0..PERIODS).map(|t| series(t as u64, 37)).collect();
    for (described, forecaster) in forecasters() {
        let run = |level| {
            let mut state = State::default();
            forecaster.reset(37, &mut state);
            let mut out = [vec![0.0; 37], vec![0.0; 37]];
            for row in &rows {
                period(level, &forecaster, &mut state, row, true, &mut out);
            }
            (bits(&out[0]), bits(&out[1]))
        };
        let plain = run(Level::baseline());
        for (name, level) in levels() {
            assert_eq!(run(level), plain, "{name} {described:?}");
        }
    }
}

/// Every lane of 256, and of an odd number of them, has the bits it has alone: so lanes do not meet.
#[test]
fn lanes_are_scalars() {
    for lanes in [256, 37] {
        let series: Vec<Vec<f64>> = (0..lanes).map(|lane| series(lane as u64, PERIODS)).collect();
        for (described, forecaster) in forecasters() {
            let mut state = State::default();
            forecaster.reset(lanes, &mut state);
            let mut together = vec![answers(&forecaster, &state, lanes)];
            for t in 0..PERIODS {
                let row: Vec<f64> = series.iter().map(|d| d[t]).collect();
                observe(&forecaster, &mut state, &row);
                together.push(answers(&forecaster, &state, lanes));
            }
            let mut alone = State::default();
            for lane in (0..lanes).step_by(11) {
                forecaster.reset(1, &mut alone);
                for (t, all) in together.iter().enumerate() {
                    for (one, all) in answers(&forecaster, &alone, 1).iter().zip(all) {
                        assert_eq!(one[0].to_bits(), all[lane].to_bits(), "{described:?} at {t}");
                    }
                    if t < PERIODS {
                        observe(&forecaster, &mut alone, &[series[lane][t]]);
                    }
                }
            }
        }
    }
}

/// What is forecast for a period does not change when it or a later one is observed otherwise.
#[test]
fn nothing_is_foreseen() {
    for (described, forecaster) in forecasters() {
        let history = |key| {
            let mut d = series(1, PERIODS);
            d[PERIODS / 2..].copy_from_slice(&series(key, PERIODS)[PERIODS / 2..]);
            d
        };
        let path = |key| {
            let mut state = State::default();
            forecaster.reset(1, &mut state);
            let mut path = Vec::new();
            for d in history(key) {
                path.push(
                    answers(&forecaster, &state, 1).iter().map(|row| row[0].to_bits()).collect::<Vec<_>>(),
                );
                observe(&forecaster, &mut state, &[d]);
            }
            path
        };
        let (one, other) = (path(2), path(3));
        assert_eq!(one[..=PERIODS / 2], other[..=PERIODS / 2], "{described:?}");
        assert_ne!(one, other, "{described:?}");
    }
}

/// Totals are sums of forecasts; the total of one period is its forecast to the bit.
#[test]
fn totals_are_sums() {
    for (described, forecaster) in forecasters() {
        let mut state = State::default();
        forecaster.reset(3, &mut state);
        for t in 0..PERIODS {
            let row: Vec<f64> = (0..3).map(|lane| series(lane, PERIODS)[t]).collect();
            observe(&forecaster, &mut state, &row);
            let (mut sum, mut size, mut out) = ([0.0; 3], [0.0; 3], [0.0; 3]);
            for n in 0..40 {
                total(&forecaster, &state, n, &mut out);
                for lane in 0..3 {
                    let error: f64 = out[lane] - sum[lane];
                    assert!(error.abs() <= 1e-12 * size[lane], "{described:?}: {n} at {t}");
                }
                if n == 1 {
                    assert_eq!(bits(&out), bits(&sum), "{described:?}");
                }
                ahead(&forecaster, &state, n, &mut out);
                for lane in 0..3 {
                    sum[lane] += out[lane];
                    size[lane] += f64::abs(out[lane]);
                }
            }
        }
    }
}

/// The history is what every lane would have observed: fed or seen, the bits are the same (where no start is fitted to it).
#[test]
fn history_is_as_if_observed() {
    for method in methods() {
        let told = Statistical { history: series(5, 9), initial: Some(3.0), ..Statistical::new(method) };
        let untold = Statistical { history: Vec::new(), ..told.clone() };
        let mut seen = Lane::compiled(&untold, None, 3, Some(2.0));
        seen.see(&told.history);
        let told = Lane::compiled(&told, None, 3, Some(2.0));
        for k in 0..7 {
            assert_eq!((told.ahead(k), told.total(k), told.sd()), (seen.ahead(k), seen.total(k), seen.sd()));
        }
    }
}

/// Large constant demand is forecast exactly: sums of whole numbers and errors of 0 do not round.
#[test]
fn whole_constants_stay_exact() {
    for method in methods() {
        let constant = 987_654_321.0;
        let method = match method {
            Method::Autoregression { rho, .. } => Method::Autoregression { mean: Some(constant), rho },
            // π creeps towards 1; with a level it starts there.
            other => other,
        };
        let sba = matches!(method, Method::Sba { .. });
        let mut lane = Lane::with_mean(&Statistical::new(method), constant);
        for _ in 0..50 {
            if !sba {
                assert_eq!((lane.ahead(0), lane.ahead(9), lane.sd()), (constant, constant, 0.0));
            }
            lane.see(&[constant]);
        }
    }
}

/// A state that has been used serves again without allocating, and remembers nothing.
#[test]
fn states_are_used_again() {
    let described: Vec<_> = forecasters();
    let mut used = State::default();
    for (_, forecaster) in &described {
        forecaster.reset(8, &mut used);
        observe(forecaster, &mut used, &[3.0; 8]);
    }
    let places = |state: &State| (state.memory.level.as_ptr(), state.standing.as_ptr());
    let before = places(&used);
    for (described, forecaster) in &described {
        let mut fresh = State::default();
        forecaster.reset(8, &mut fresh);
        forecaster.reset(8, &mut used);
        assert_eq!(answers(forecaster, &fresh, 8), answers(forecaster, &used, 8), "{described:?}");
    }
    assert_eq!(places(&used), before);
}
