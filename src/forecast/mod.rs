//! Statistical forecasts made inside each replication from what it observed (spec D9).
//!
//! Owns the recursions and the estimate of their error. Must not know where observations come from (demand or sales,
//! drawn or given), nor what policies make of forecasts.
//!
//! ```text
//! description.rs      as it crosses the border: method, start, history, error estimate; checks
//! smoothing.rs        SES, Holt, damped trend
//! season.rs           Holt-Winters, and its start from two seasons
//! stability.rs        weights of Holt-Winters that would let errors grow without bound
//! window.rs           moving average, seasonal naive
//! autoregression.rs   AR(1) of known mean and correlation
//! intermittent.rs     Croston, SBA, TSB
//! error_estimate.rs   smoothed errors -> standard deviation over a cover
//! ring.rs             rows kept for p periods, their running sum
//! ```
//!
//! # The recursions
//!
//! d is what was observed in the period, e = d − (its forecast); primes mark what stands after it. The forecast is of
//! the period k ≥ 0 ahead: k = 0 is the period about to happen.
//!
//! | method | after each period | forecast | source |
//! |---|---|---|---|
//! | MA(p) | S' = S + d − d₋ₚ | S/p | Brown (1959) |
//! | SES | l' = l + αe | l | Brown (1959) |
//! | Holt, damped by φ | l' = l + φb + αe, b' = φb + αβe | l + cₖb, cₖ = φ + … + φᵏ⁺¹ | Holt (1957, 2004); Gardner & McKenzie (1985) |
//! | Holt-Winters, added | as Holt, s' = s + γ(1 − α)e | l + cₖb + s₊ₖ | Winters (1960) |
//! | Holt-Winters, multiplied | q = l + φb, ε = d/s − q: l' = q + αε, b' = φb + αβε, s' = s + γ(d/l' − s) | (l + cₖb)·s₊ₖ | Winters (1960) |
//! | seasonal naive | – | d of the latest period at the same place in the season | – |
//! | AR(1) | – | μ + ρᵏ⁺¹(d₋₁ − μ) | Box & Jenkins (1970) |
//! | Croston | d > 0: z' = z + α(d − z), p' = p + α(n − p) | z/p | Croston (1972) |
//! | SBA | as Croston | (1 − α/2)·z/p | Syntetos & Boylan (2005) |
//! | TSB | π' = π + β(1{d > 0} − π); d > 0: z' = z + α(d − z) | π·z | Teunter, Syntetos & Babai (2011) |
//!
//! Winters' level is updated first and the factor then sees the new level, as he wrote it; b' and s' above are the usual
//! β(l' − l) + (1 − β)φb and γ(d − l') + (1 − γ)s in terms of the error. n is the number of periods since the last
//! demand, itself included. Returns (d < 0) count as periods without demand in Croston, SBA and TSB, and as any other
//! observation elsewhere.
//!
//! # The start
//!
//! The level is `initial`; else, if there is no history, the demand's own mean; else each lane's first observation.
//! Until something is known the forecast is 0. The history is then fed in order, as if every lane had observed it.
//!
//! | method | level known | not known |
//! |---|---|---|
//! | MA(p) | counts as p observations | mean of the observations so far |
//! | SES | l | l = first observation |
//! | Holt | l, b = 0 | a line through the first ten of the history; without two of them l = first observation, b = 0 |
//! | Holt-Winters | l, b = 0, factors as beside | two seasons of history: decomposed, then fed from there on; else l = first observation, b = 0, factors neutral |
//! | seasonal naive | for every place of the season | first observation, until a place has one of its own |
//! | AR(1) | d₋₁ (by default μ) | – |
//! | Croston, SBA | forecast until the first demand, z = level, p = 1 | 0, then the first demand sets z and p |
//! | TSB | z = level, π = 1 | first demand sets z; π is the plain mean until 1/n < β |
//!
//! # Bits
//!
//! Every operation is a loop over lanes that do not meet, without fused multiply-add or libm: a lane has the same bits alone
//! and among 256, on every machine. What is called every period is inlined into its caller: called inside a kernel that is
//! compiled for a SIMD level, it is compiled for that level too.
//!
//! # Sources
//!
//! R. G. Brown, *Statistical Forecasting for Inventory Control* (1959). C. C. Holt, ONR Memorandum 52 (1957), reprinted
//! in Int. J. Forecasting 20 (2004) 5–10. P. R. Winters, Management Science 6 (1960) 324–342. G. E. P. Box & G. M.
//! Jenkins, *Time Series Analysis* (1970). J. D. Croston, Oper. Res. Quarterly 23 (1972) 289–303. E. S. Gardner & E.
//! McKenzie, Management Science 31 (1985) 1237–1246. A. A. Syntetos & J. E. Boylan, Int. J. Forecasting 21 (2005)
//! 303–314. R. H. Teunter, A. A. Syntetos & M. Z. Babai, Eur. J. Oper. Res. 214 (2011) 606–615.

mod autoregression;
mod description;
mod error_estimate;
mod intermittent;
mod ring;
mod season;
mod smoothing;
mod stability;
mod window;

#[cfg(test)]
mod speed;
#[cfg(test)]
mod tests;

pub use description::{ErrorEstimate, Measure, Method, Over, Statistical};

use error_estimate::{Errors, Estimator};
use ring::{Ring, RunningSum, spread};

/// A method with its numbers: what it does to the memory of all lanes.
///
/// `begin` is called once on an empty memory, of which it makes one lane; the others on any number of lanes. `total` of one
/// period has the bits of `ahead` of period 0.
trait Recursion {
    /// The start, from the level if it is known and the history. Returns how much of the history it has used up.
    fn begin(&self, level: Option<f64>, history: &[f64], memory: &mut Memory) -> usize;
    /// Takes in one period.
    fn observe(&self, memory: &mut Memory, observed: &[f64]);
    /// Point forecast of the period k ahead.
    fn ahead(&self, memory: &Memory, k: usize, out: &mut [f64]);
    /// Sum of the forecasts of the next periods.
    fn total(&self, memory: &Memory, periods: usize, out: &mut [f64]);
}

#[derive(Debug, Clone)]
enum Compiled {
    MovingAverage(window::MovingAverage),
    SeasonalNaive(window::SeasonalNaive),
    Ses(smoothing::Ses),
    Holt(smoothing::Holt),
    HoltWinters(season::HoltWinters),
    Autoregression(autoregression::Autoregression),
    Croston(intermittent::Croston),
    Tsb(intermittent::Tsb),
}

impl Compiled {
    fn new(method: &Method, mean: Option<f64>) -> Self {
        match *method {
            Method::MovingAverage { window } => Self::MovingAverage(window::MovingAverage { window }),
            Method::SeasonalNaive { season } => Self::SeasonalNaive(window::SeasonalNaive { season }),
            Method::Ses { alpha } => Self::Ses(smoothing::Ses { alpha }),
            Method::Holt { alpha, beta, damping } => {
                Self::Holt(smoothing::Holt { alpha, trend: alpha * beta, damping })
            }
            Method::HoltWinters { alpha, beta, gamma, season, multiplicative, damping } => {
                let holt = smoothing::Holt { alpha, trend: alpha * beta, damping };
                Self::HoltWinters(season::HoltWinters { holt, gamma, season, multiplicative })
            }
            Method::Autoregression { mean: _, rho } => {
                let mean = mean.unwrap_or(0.0);
                Self::Autoregression(autoregression::Autoregression { mean, rho })
            }
            Method::Croston { alpha } => Self::Croston(intermittent::Croston { alpha, factor: 1.0 }),
            Method::Sba { alpha } => {
                Self::Croston(intermittent::Croston { alpha, factor: 1.0 - alpha / 2.0 })
            }
            Method::Tsb { alpha, beta } => Self::Tsb(intermittent::Tsb { alpha, beta }),
        }
    }
}

/// The one place where methods are told apart, outside every loop over lanes.
macro_rules! with {
    ($method:ident of $compiled:expr => $call:expr) => {
        match $compiled {
            Compiled::MovingAverage($method) => $call,
            Compiled::SeasonalNaive($method) => $call,
            Compiled::Ses($method) => $call,
            Compiled::Holt($method) => $call,
            Compiled::HoltWinters($method) => $call,
            Compiled::Autoregression($method) => $call,
            Compiled::Croston($method) => $call,
            Compiled::Tsb($method) => $call,
        }
    };
}

/// What the methods remember, a row of lanes for each quantity. A method fills the rows that it uses; the others are empty.
#[derive(Debug, Clone, Default)]
struct Memory {
    /// Whether there is anything to forecast from: a start or an observation.
    known: bool,
    /// Level; the last observation (AR); the forecast itself (Croston, SBA).
    level: Vec<f64>,
    /// Trend per period.
    trend: Vec<f64>,
    /// Season factors, or the observations of the last season.
    season: Ring,
    /// The last observations and their sum.
    window: RunningSum,
    /// Observations that the sum counts.
    count: usize,
    /// Smoothed size of a demand.
    size: Vec<f64>,
    /// Smoothed interval between demands; 0 before the first.
    interval: Vec<f64>,
    /// Periods since the last demand, the coming one included.
    since: Vec<f64>,
    /// Smoothed probability of a demand.
    probability: Vec<f64>,
}

impl Memory {
    fn spread(&self, lanes: usize, into: &mut Self) {
        (into.known, into.count) = (self.known, self.count);
        self.season.spread(lanes, &mut into.season);
        self.window.spread(lanes, &mut into.window);
        spread(&self.level, lanes, &mut into.level);
        spread(&self.trend, lanes, &mut into.trend);
        spread(&self.size, lanes, &mut into.size);
        spread(&self.interval, lanes, &mut into.interval);
        spread(&self.since, lanes, &mut into.since);
        spread(&self.probability, lanes, &mut into.probability);
    }
}

/// The forecasts and error estimates of a block of replications at one moment. Made by [`Forecaster::reset`].
#[derive(Debug, Clone, Default)]
pub struct State {
    lanes: usize,
    memory: Memory,
    errors: Errors,
    /// The forecast that stood before the observation being taken in.
    standing: Vec<f64>,
}

/// A forecast ready to run. Holds the state of one lane after the history, which [`Forecaster::reset`] spreads.
#[derive(Debug, Clone)]
pub struct Forecaster {
    method: Compiled,
    estimator: Estimator,
    start: State,
}

impl Forecaster {
    /// From a description that has been checked.
    fn new(described: &Statistical, mean: Option<f64>, cover: usize, sd: Option<f64>) -> Self {
        let history = &described.history;
        let mean = match described.method {
            Method::Autoregression { mean: Some(own), .. } => Some(own),
            _ => mean,
        };
        let method = Compiled::new(&described.method, mean);
        let estimator = Estimator::new(&described.error, cover, sd);
        let level = described.initial.or(if history.is_empty() { mean } else { None });
        let mut start =
            State { lanes: 1, errors: estimator.begin(), standing: vec![0.0], ..State::default() };
        let used = with!(method of &method => method.begin(level, history, &mut start.memory));
        start.memory.known |= level.is_some();
        let mut forecaster = Self { method, estimator, start: State::default() };
        for x in &history[used..] {
            forecaster.observe(&mut start, std::slice::from_ref(x));
        }
        forecaster.start = start;
        forecaster
    }

    /// Periods whose error [`Self::sd`] estimates.
    pub fn cover(&self) -> usize {
        self.estimator.cover()
    }

    /// Before period 0, the history taken in. A state that has been used for as many lanes before allocates nothing.
    pub fn reset(&self, lanes: usize, state: &mut State) {
        state.lanes = lanes;
        self.start.memory.spread(lanes, &mut state.memory);
        self.start.errors.spread(lanes, &mut state.errors);
        spread(&self.start.standing, lanes, &mut state.standing);
    }

    /// Takes in one period's demand (or sales) of every lane: first the error of the forecast that stood, then the method.
    #[inline(always)]
    pub fn observe(&self, state: &mut State, observed: &[f64]) {
        assert_eq!(observed.len(), state.lanes, "one observation per lane");
        let State { memory, errors, standing, .. } = state;
        if memory.known {
            with!(method of &self.method => method.total(memory, self.estimator.reach(), standing));
        }
        self.estimator.observe(errors, memory.known.then_some(standing.as_slice()), observed);
        with!(method of &self.method => method.observe(memory, observed));
        memory.known = true;
    }

    /// Point forecast of the period k ≥ 0 steps ahead; k = 0 is the period about to happen, before its demand is seen.
    #[inline(always)]
    pub fn ahead(&self, state: &State, k: usize, out: &mut [f64]) {
        assert_eq!(out.len(), state.lanes, "one forecast per lane");
        with!(method of &self.method => method.ahead(&state.memory, k, out));
    }

    /// Sum of [`Self::ahead`] over 0..periods.
    ///
    /// Seasonal methods add period by period, with the bits of doing so outside. The others are in closed form, with C the
    /// sum of the weights of the trend (or of ρᵏ⁺¹): `n·forecast` where flat, `n·l + C·b`, `n·μ + C·(d₋₁ − μ)`. That is
    /// within 10⁻¹² of the sum, relative to the sizes of its terms, and exact where all of them are whole.
    #[inline(always)]
    pub fn total(&self, state: &State, periods: usize, out: &mut [f64]) {
        assert_eq!(out.len(), state.lanes, "one forecast per lane");
        with!(method of &self.method => method.total(&state.memory, periods, out));
    }

    /// Estimated standard deviation of the error of [`Self::total`] over the cover.
    #[inline(always)]
    pub fn sd(&self, state: &State, out: &mut [f64]) {
        assert_eq!(out.len(), state.lanes, "one estimate per lane");
        self.estimator.sd(&state.errors, out);
    }
}
