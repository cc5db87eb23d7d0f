//! A forecast as it is described and as it crosses the border: which method, with which weights, from which start.
//!
//! Owns names, defaults and bounds. Knows nothing of the recursions.

use super::Forecaster;
use super::stability::forgets;
use crate::error::{Error, Result, check};
use serde::{Deserialize, Serialize};

/// Longest window, season and (where whole covers are measured) cover: a row of every replication is kept for each of
/// their periods.
const LONGEST: usize = 10_000;

/// How the next periods are forecast. The recursions are in the documentation of [`super`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum Method {
    /// MA(p): the mean of the last p observations.
    MovingAverage {
        /// p.
        window: usize,
    },
    /// Simple exponential smoothing.
    Ses {
        /// Weight of the newest observation, in (0, 1].
        alpha: f64,
    },
    /// Level and trend.
    Holt {
        /// Weight of the newest observation in the level, in (0, 1].
        alpha: f64,
        /// Weight of the newest change of level in the trend, in [0, 1].
        beta: f64,
        /// What is left of the trend after each period, in (0, 1].
        #[serde(default = "undamped")]
        damping: f64,
    },
    /// Level, trend and season factors. Weights that would let errors grow without bound are refused.
    HoltWinters {
        /// Weight of the newest observation in the level, in (0, 1].
        alpha: f64,
        /// Weight of the newest change of level in the trend, in [0, 1].
        beta: f64,
        /// Weight of the newest observation in its season factor, in [0, 1].
        gamma: f64,
        /// Periods in a season, at least 2.
        season: usize,
        /// Factors multiply the level; otherwise they are added to it.
        #[serde(default)]
        multiplicative: bool,
        /// What is left of the trend after each period, in (0, 1].
        #[serde(default = "undamped")]
        damping: f64,
    },
    /// What was observed a season ago.
    SeasonalNaive {
        /// Periods in a season; 1 repeats the last observation.
        season: usize,
    },
    /// Least mean square error forecast of a first-order autoregression.
    Autoregression {
        /// Known mean; by default that of the demand.
        #[serde(default)]
        mean: Option<f64>,
        /// Known correlation of neighbouring periods, in (−1, 1).
        rho: f64,
    },
    /// Croston: smoothed size over smoothed interval of the demands that are not nought.
    Croston {
        /// Weight of the newest demand in size and interval, in (0, 1].
        alpha: f64,
    },
    /// Syntetos and Boylan: Croston × (1 − alpha/2).
    Sba {
        /// Weight of the newest demand in size and interval, in (0, 1].
        alpha: f64,
    },
    /// Teunter, Syntetos and Babai: smoothed size × smoothed probability of a demand.
    Tsb {
        /// Weight of the newest demand in the size, in (0, 1].
        alpha: f64,
        /// Weight of the newest period in the probability, in (0, 1].
        beta: f64,
    },
}

/// What is smoothed of the errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Their squares; sd = √MSE.
    #[default]
    Mse,
    /// Their sizes; sd = √(π/2) · MAD, as for a normal law.
    Mad,
}

/// How the error of a cover of m periods is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// From that of one period: sd_m = sd_1·√m, as if the errors of the periods were independent.
    #[default]
    Step,
    /// Measured: total forecast before the cover against total observed in it. A cover starts every period.
    Cover,
}

/// How the error of the forecast is estimated in the simulation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ErrorEstimate {
    /// Squares or sizes.
    pub measure: Measure,
    /// Weight ω of the newest error, in (0, 1].
    pub smoothing: f64,
    /// Standard deviation of one period's error before any was seen.
    pub initial: Option<f64>,
    /// One period's error, or that of whole covers.
    pub over: Over,
}

impl Default for ErrorEstimate {
    fn default() -> Self {
        Self { measure: Measure::Mse, smoothing: 0.1, initial: None, over: Over::Step }
    }
}

/// A forecast made inside each replication from what that replication observed (spec D9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statistical {
    /// The method; it also refuses unknown fields, for itself and for the fields below.
    #[serde(flatten)]
    pub method: Method,
    /// Level before anything is observed, the history included.
    #[serde(default)]
    pub initial: Option<f64>,
    /// Observed before period 0, oldest first, the same for all replications.
    #[serde(default)]
    pub history: Vec<f64>,
    /// Estimate of its error.
    #[serde(default)]
    pub error: ErrorEstimate,
}

impl Statistical {
    /// With no start but the demand's own mean, and errors estimated as by default.
    pub fn new(method: Method) -> Self {
        Self { method, initial: None, history: Vec::new(), error: ErrorEstimate::default() }
    }

    /// Refuses what cannot be run, naming field, value and bound.
    pub fn check(&self) -> Result<()> {
        self.check_fields().map_err(|e| e.within("forecast"))
    }

    fn check_fields(&self) -> Result<()> {
        self.method.check()?;
        if let Some(level) = self.initial {
            check::quantity("initial", level)?;
        }
        for (i, &x) in self.history.iter().enumerate() {
            check::quantity("", x).map_err(|_| {
                Error::data("history", format!("must be finite and within ±1e15, got {x} at position {i}"))
            })?;
        }
        self.error.check().map_err(|e| e.within("error"))
    }

    /// Ready to run: start and history are worked in, once for all replications.
    ///
    /// `mean` is the demand's own where it is known: the level where neither `initial` nor a history is given, and the mean
    /// of an autoregression that names none. `cover` ≥ 1 is the number m of periods whose error
    /// [`Forecaster::sd`] estimates. `sd` is the demand's own where it is known: the error of one period before any was
    /// seen, where `error.initial` is not given.
    pub fn compile(&self, mean: Option<f64>, cover: usize, sd: Option<f64>) -> Result<Forecaster> {
        self.check()?;
        self.check_run(mean, cover, sd).map_err(|e| e.within("forecast"))?;
        Ok(Forecaster::new(self, mean, cover, sd))
    }

    fn check_run(&self, mean: Option<f64>, cover: usize, sd: Option<f64>) -> Result<()> {
        match (&self.method, mean) {
            (_, Some(mean)) => drop(check::quantity("mean", mean)?),
            (Method::Autoregression { mean: None, .. }, None) => {
                return Err(Error::config("mean", "none", "given where the demand has no mean of its own"));
            }
            (_, None) => {}
        }
        if let Some(sd) = sd {
            check::non_negative("sd", sd)?;
        }
        length("cover", cover, 1, if self.error.over == Over::Cover { LONGEST } else { usize::MAX })
    }
}

impl Method {
    fn check(&self) -> Result<()> {
        match *self {
            Self::MovingAverage { window } => length("window", window, 1, LONGEST),
            Self::SeasonalNaive { season } => length("season", season, 1, LONGEST),
            Self::Ses { alpha } | Self::Croston { alpha } | Self::Sba { alpha } => weight("alpha", alpha),
            Self::Holt { alpha, beta, damping } => {
                weight("alpha", alpha)?;
                check::share("beta", beta)?;
                weight("damping", damping)
            }
            Self::HoltWinters { alpha, beta, gamma, season, multiplicative: _, damping } => {
                weight("alpha", alpha)?;
                check::share("beta", beta)?;
                check::share("gamma", gamma)?;
                length("season", season, 2, LONGEST)?;
                weight("damping", damping)?;
                if forgets(alpha, beta, gamma, damping, season) {
                    return Ok(());
                }
                let bound = format!(
                    "0, or beside a smaller beta: with alpha = {alpha}, beta = {beta} and season = {season} errors of the \
                     forecast would grow without bound"
                );
                Err(Error::config("gamma", gamma, bound))
            }
            Self::Autoregression { mean, rho } => {
                mean.map_or(Ok(0.0), |mean| check::quantity("mean", mean))?;
                let stationary = rho > -1.0 && rho < 1.0;
                if stationary { Ok(()) } else { Err(Error::config("rho", rho, "in (-1, 1)")) }
            }
            Self::Tsb { alpha, beta } => {
                weight("alpha", alpha)?;
                weight("beta", beta)
            }
        }
    }
}

impl ErrorEstimate {
    fn check(&self) -> Result<()> {
        weight("smoothing", self.smoothing)?;
        self.initial.map_or(Ok(0.0), |sd| check::non_negative("initial", sd)).map(drop)
    }
}

fn undamped() -> f64 {
    1.0
}

fn weight(field: &str, x: f64) -> Result<()> {
    if x > 0.0 && x <= 1.0 { Ok(()) } else { Err(Error::config(field, x, "in (0, 1]")) }
}

fn length(field: &str, periods: usize, least: usize, most: usize) -> Result<()> {
    if periods < least {
        return Err(Error::config(field, periods, format!("≥ {least}")));
    }
    if periods > most { Err(Error::config(field, periods, format!("≤ {most}"))) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::{ErrorEstimate, Measure, Method, Over, Statistical};

    fn read(json: &str) -> Result<Statistical, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn as_python_writes_it() {
        let plain = read(r#"{"method": "holt", "alpha": 1, "beta": 0.1}"#).unwrap();
        assert_eq!(plain, Statistical::new(Method::Holt { alpha: 1.0, beta: 0.1, damping: 1.0 }));
        let full = read(
            r#"{"method": "holt_winters", "alpha": 0.2, "beta": 0, "gamma": 0.3, "season": 12, "multiplicative": true,
                "damping": 0.9, "initial": 20, "history": [1, 2.5],
                "error": {"measure": "mad", "smoothing": 0.2, "initial": 3, "over": "cover"}}"#,
        )
        .unwrap();
        assert_eq!((full.initial, full.history.as_slice()), (Some(20.0), &[1.0, 2.5][..]));
        let error =
            ErrorEstimate { measure: Measure::Mad, smoothing: 0.2, initial: Some(3.0), over: Over::Cover };
        assert_eq!(full.error, error);
        for method in [
            Method::MovingAverage { window: 12 },
            Method::Ses { alpha: 0.1 },
            Method::SeasonalNaive { season: 7 },
            Method::Autoregression { mean: None, rho: 0.7 },
            Method::Croston { alpha: 0.1 },
            Method::Sba { alpha: 0.1 },
            Method::Tsb { alpha: 0.1, beta: 0.02 },
            full.method.clone(),
        ] {
            let described = Statistical { method, ..full.clone() };
            assert_eq!(read(&serde_json::to_string(&described).unwrap()).unwrap(), described);
        }
    }

    #[test]
    fn unknown_and_missing_fields_are_refused_by_name() {
        for (json, says) in [
            (r#"{"method": "ses", "alpha": 0.1, "alhpa": 0.2}"#, "unknown field `alhpa`"),
            (r#"{"method": "ses", "alpha": 0.1, "histroy": []}"#, "unknown field `histroy`"),
            (r#"{"method": "ses", "alpha": 0.1, "error": {"omega": 1}}"#, "unknown field `omega`"),
            (r#"{"method": "ses"}"#, "missing field `alpha`"),
            (r#"{"method": "arima"}"#, "unknown variant `arima`"),
            (r#"{"alpha": 0.1}"#, "missing field `method`"),
        ] {
            let said = read(json).unwrap_err().to_string();
            assert!(said.contains(says), "{said}");
        }
    }

    #[test]
    fn numbers_out_of_bounds_are_refused_by_name() {
        let holt = |alpha, beta, damping| Method::Holt { alpha, beta, damping };
        let winters = |gamma, season| Method::HoltWinters {
            alpha: 0.1,
            beta: 0.1,
            gamma,
            season,
            multiplicative: false,
            damping: 1.0,
        };
        for (method, says) in [
            (Method::MovingAverage { window: 0 }, "forecast.window must be ≥ 1, got 0"),
            (Method::MovingAverage { window: 10_001 }, "forecast.window must be ≤ 10000, got 10001"),
            (Method::SeasonalNaive { season: 0 }, "forecast.season must be ≥ 1, got 0"),
            (Method::Ses { alpha: 0.0 }, "forecast.alpha must be in (0, 1], got 0"),
            (Method::Ses { alpha: f64::NAN }, "forecast.alpha must be in (0, 1], got NaN"),
            (holt(1.5, 0.1, 1.0), "forecast.alpha must be in (0, 1], got 1.5"),
            (holt(0.5, -0.1, 1.0), "forecast.beta must be in [0, 1], got -0.1"),
            (holt(0.5, 0.1, 1.1), "forecast.damping must be in (0, 1], got 1.1"),
            (winters(2.0, 12), "forecast.gamma must be in [0, 1], got 2"),
            (winters(0.1, 1), "forecast.season must be ≥ 2, got 1"),
            (Method::Autoregression { mean: None, rho: 1.0 }, "forecast.rho must be in (-1, 1), got 1"),
            (
                Method::Autoregression { mean: Some(f64::INFINITY), rho: 0.0 },
                "forecast.mean must be finite, got inf",
            ),
            (Method::Croston { alpha: -1.0 }, "forecast.alpha must be in (0, 1], got -1"),
            (Method::Sba { alpha: 2.0 }, "forecast.alpha must be in (0, 1], got 2"),
            (Method::Tsb { alpha: 0.1, beta: 0.0 }, "forecast.beta must be in (0, 1], got 0"),
        ] {
            assert_eq!(Statistical::new(method).check().unwrap_err().to_string(), says);
        }
        let ses = || Statistical::new(Method::Ses { alpha: 0.1 });
        let error = |smoothing, initial| ErrorEstimate { smoothing, initial, ..ErrorEstimate::default() };
        for (bad, says) in [
            (Statistical { initial: Some(2e15), ..ses() }, "forecast.initial must be within ±1e15, got 2"),
            (
                Statistical { history: vec![1.0, f64::NAN], ..ses() },
                "forecast.history: must be finite and within ±1e15, got NaN at position 1",
            ),
            (
                Statistical { error: error(0.0, None), ..ses() },
                "forecast.error.smoothing must be in (0, 1], got 0",
            ),
            (
                Statistical { error: error(0.1, Some(-2.0)), ..ses() },
                "forecast.error.initial must be ≥ 0, got -2",
            ),
        ] {
            let said = bad.compile(None, 1, None).unwrap_err().to_string();
            assert!(said.starts_with(says), "{said}");
        }
    }

    #[test]
    fn weights_that_never_forget_are_refused() {
        let method = Method::HoltWinters {
            alpha: 0.3,
            beta: 0.9,
            gamma: 0.1,
            season: 12,
            multiplicative: false,
            damping: 1.0,
        };
        let said = Statistical::new(method).check().unwrap_err().to_string();
        assert_eq!(
            said,
            "forecast.gamma must be 0, or beside a smaller beta: with alpha = 0.3, beta = 0.9 and season = 12 errors of \
             the forecast would grow without bound, got 0.1"
        );
    }

    #[test]
    fn what_the_run_brings_is_checked_too() {
        let ses = Statistical::new(Method::Ses { alpha: 0.1 });
        let whole = ErrorEstimate { over: Over::Cover, ..ErrorEstimate::default() };
        let ar = Statistical::new(Method::Autoregression { mean: None, rho: 0.5 });
        for (told, says) in [
            (ses.compile(None, 0, None), "forecast.cover must be ≥ 1, got 0"),
            (ses.compile(Some(f64::NAN), 1, None), "forecast.mean must be finite, got NaN"),
            (ses.compile(None, 1, Some(-1.0)), "forecast.sd must be ≥ 0, got -1"),
            (
                Statistical { error: whole, ..ses.clone() }.compile(None, 10_001, None),
                "forecast.cover must be ≤ 10000, got 10001",
            ),
            (
                ar.compile(None, 1, None),
                "forecast.mean must be given where the demand has no mean of its own, got none",
            ),
        ] {
            assert_eq!(told.unwrap_err().to_string(), says);
        }
    }
}
