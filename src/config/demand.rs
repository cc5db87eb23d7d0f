//! Demand as it crosses the border.

use crate::law::Law;
use serde::{Deserialize, Serialize};

/// Demand of one product for a component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Units of the component in a unit of the product.
    pub usage: f64,
    /// Entity of the product.
    pub key: u32,
    /// Demand of the product.
    pub of: Demand,
}

/// Where the demand of a period comes from (contract: the demand path belongs to the demand object).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Demand {
    /// Independent periods of one law; stream `Demand`.
    Stationary {
        /// The law of one period's total.
        law: Law,
    },
    /// Independent periods around a mean that moves; stream `Demand` (spec D2, D3).
    Varying(Box<Varying>),
    /// The law of a period follows a Markov chain; streams `Regime` and `Demand` (spec D5).
    MarkovModulated {
        /// One law per state.
        laws: Vec<Law>,
        /// Row by row: from which state to which, each row summing to 1.
        transition: Vec<Vec<f64>>,
        /// Chances of the states in period 0; none: the stationary ones.
        #[serde(default)]
        start: Option<Vec<f64>>,
        /// Entity of the chain; none: the item. Items that name the same chain change state together.
        #[serde(default)]
        key: Option<u32>,
    },
    /// The totals of an order book, period by period (spec D0a).
    Orders {
        /// The book.
        book: Box<super::OrderBook>,
    },
    /// What products need of a component: Σ usage × demand of a product, each drawn as the product's own.
    Dependent {
        /// By product, added in this order.
        parts: Vec<Part>,
    },
    /// Demand whose forecast is revised until it happens; stream `ForecastShock` (spec D4a, D4b).
    Evolving {
        /// Mean per period: one number, or one per period.
        mean: Vec<f64>,
        /// Covariance of the shocks of horizons 0, 1, …
        shocks: Vec<Vec<f64>>,
        /// Shocks multiply the forecast; otherwise they are added.
        #[serde(default)]
        multiplied: bool,
        /// Whether demand may be negative.
        #[serde(default)]
        returns: bool,
    },
    /// An autoregressive integrated moving average with normal shocks; stream `Demand` (spec D4).
    Arima {
        /// Mean, or with differences the start.
        mean: f64,
        /// Standard deviation of a shock.
        sd: f64,
        /// φ.
        #[serde(default)]
        ar: Vec<f64>,
        /// θ.
        #[serde(default)]
        ma: Vec<f64>,
        /// How many times the process is summed.
        #[serde(default)]
        differences: usize,
        /// Mean of the differences.
        #[serde(default)]
        drift: f64,
        /// Whether demand may be negative.
        #[serde(default)]
        returns: bool,
    },
    /// Periods that depend on the one before through a Gaussian autoregression of order one (spec D4).
    Autocorrelated {
        /// What a period by itself looks like.
        of: Box<Demand>,
        /// Correlation of the scores of neighbouring periods.
        correlation: f64,
    },
    /// Items that depend on each other through common Gaussian factors; streams `Factor` and `Demand` (spec D7).
    Correlated {
        /// What the item by itself looks like.
        of: Box<Demand>,
        /// How much of which factor.
        loadings: Vec<Loading>,
    },
    /// Past observations drawn independently with equal chance; stream `Bootstrap`.
    Bootstrap {
        /// Name of a one-dimensional array.
        history: String,
    },
    /// Runs of past observations (spec D6); stream `Bootstrap`.
    MovingBlocks {
        /// Name of a one-dimensional array.
        history: String,
        /// Periods in a block.
        length: usize,
        /// Entity of the blocks; none: the item. Items that name the same one keep what happened together, together.
        #[serde(default)]
        key: Option<u32>,
    },
    /// Runs of random, geometric length (spec D6; Politis & Romano); stream `Bootstrap`.
    StationaryBlocks {
        /// Name of a one-dimensional array.
        history: String,
        /// Mean periods in a block.
        mean_length: f64,
        /// As in moving blocks.
        #[serde(default)]
        key: Option<u32>,
    },
    /// Runs that start at the same phase of a season (spec D6); stream `Bootstrap`.
    SeasonalBlocks {
        /// Name of a one-dimensional array, which starts at phase 0.
        history: String,
        /// Periods in a season.
        season: usize,
        /// Periods in a block.
        length: usize,
        /// Phase of period 0; none: the one after the end of the history.
        #[serde(default)]
        start_phase: Option<usize>,
        /// As in moving blocks.
        #[serde(default)]
        key: Option<u32>,
    },
    /// Whether there is demand by a two-state chain, how much by a jittered draw from what was positive (spec D6;
    /// Willemain, Smart & Schwarz); streams `Regime`, `Bootstrap` and `Demand`.
    IntermittentBootstrap {
        /// Name of a one-dimensional array.
        history: String,
        /// Whether sizes are jittered.
        jitter: bool,
    },
    /// Paths given by the user; nothing is drawn.
    Paths {
        /// Name of an array, (period) or (replication, period).
        paths: String,
        /// Start again from the first path when there are fewer paths than replications.
        #[serde(default)]
        cycle: bool,
    },
}

/// How strongly an item follows a factor.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loading {
    /// Entity of the factor.
    pub factor: u32,
    /// Correlation of the item's score with it, given that factors are independent.
    pub weight: f64,
}

/// A mean that moves and what happens around it (spec D2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Varying {
    /// Units per period: one number, or one per period.
    pub base: Vec<f64>,
    /// Growth.
    #[serde(default)]
    pub trend: Option<Trend>,
    /// Units added to base × trend, repeating.
    #[serde(default)]
    pub additive_season: Vec<f64>,
    /// Factors of mean 1, each list repeating; several multiply.
    #[serde(default)]
    pub seasons: Vec<Vec<f64>>,
    /// Factors of working time, repeating; 0 is closed.
    #[serde(default)]
    pub calendar: Vec<f64>,
    /// Rise and fall of the product.
    #[serde(default)]
    pub life: Option<Life>,
    /// First period without any demand; a whole-valued law on stream `Life`.
    #[serde(default)]
    pub end_of_life: Option<Law>,
    /// Promotions of this item and of others that take from it.
    #[serde(default)]
    pub promotions: Vec<Promotion>,
    /// What happens around the mean.
    pub spread: Spread,
}

/// Growth of the mean.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Trend {
    /// 1 + g·t.
    Linear {
        /// g per period.
        growth: f64,
    },
    /// (1 + g)ᵗ.
    Exponential {
        /// g per period.
        growth: f64,
    },
    /// 1 + g·(φ + φ² + … + φᵗ).
    Damped {
        /// g per period.
        growth: f64,
        /// φ in (0, 1).
        damping: f64,
    },
}

/// Rise and fall of a product, as a factor of the base.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Life {
    /// Bass diffusion: F(t + 1) − F(t) of a market, F(t) = (1 − e^{−(p+q)t}) / (1 + (q/p)·e^{−(p+q)t}).
    Bass {
        /// Coefficient of innovation p > 0.
        innovation: f64,
        /// Coefficient of imitation q ≥ 0.
        imitation: f64,
        /// Units in all; the base is a factor of it.
        market: f64,
    },
    /// Straight up over `ramp` periods, level over `plateau`, straight down over `decline`, then nothing.
    Phases {
        /// Periods.
        ramp: usize,
        /// Periods.
        plateau: usize,
        /// Periods.
        decline: usize,
    },
}

/// A promotion, or what another item's promotion takes away (spec D3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promotion {
    /// First period.
    pub start: usize,
    /// Periods.
    pub length: usize,
    /// Mean factor of demand while it lasts.
    pub uplift: f64,
    /// Coefficient of variation of that factor (lognormal; stream `Promotion`).
    #[serde(default)]
    pub cv: f64,
    /// Share of the additional volume that is missing afterwards.
    #[serde(default)]
    pub pull_forward: f64,
    /// Periods over which it is missing.
    #[serde(default = "four")]
    pub recovery: usize,
    /// Ratio of what is missing from one of these periods to the next.
    #[serde(default = "half")]
    pub decay: f64,
    /// Entity of the noise; none: the item.
    #[serde(default)]
    pub key: Option<u32>,
    /// Units per period of the window that 100 % of uplift would move away from this item; then the promotion is
    /// another item's.
    #[serde(default)]
    pub taken: Option<Vec<f64>>,
}

fn four() -> usize {
    4
}

fn half() -> f64 {
    0.5
}

/// What happens around a mean μ (spec D2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Spread {
    /// Nothing: demand is μ.
    None,
    /// Poisson of mean μ.
    Poisson,
    /// Negative binomial of mean μ and either a constant `r` (variance μ + μ²/r) or a constant ratio of variance to
    /// mean.
    NegativeBinomial {
        /// Number of successes.
        #[serde(default)]
        r: Option<f64>,
        /// σ²/μ > 1.
        #[serde(default)]
        variance_ratio: Option<f64>,
    },
    /// μ times a draw, usually of mean 1.
    Scaled {
        /// Its law.
        law: Law,
    },
    /// μ plus a draw, usually of mean 0; what falls below 0 is clipped unless `returns`.
    Additive {
        /// Its law.
        law: Law,
        /// Whether demand may be negative.
        #[serde(default)]
        returns: bool,
    },
}
