//! The configuration as it crosses the border: one JSON text plus named arrays, read once, then trusted.
//!
//! The same text is the file format, the payload for other processes and the provenance kept with a result. Adding a
//! strategy adds a variant of [`Model`]; nothing else here changes. Unknown fields are refused.

use crate::error::{Error, Result, check};
use crate::law::Law;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Arrays that came with the configuration, by name: values in row-major order and the shape.
pub type Arrays = BTreeMap<String, Array>;

/// One named array.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Row-major values.
    pub values: Vec<f64>,
    /// Lengths of the axes.
    pub shape: Vec<usize>,
}

/// `simulate`: these items, each under each of its designs, over these replications.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Independent items. One item is a portfolio of one.
    pub items: Vec<Item>,
    /// Periods simulated, warm-up included.
    pub periods: usize,
    /// Periods at the start that no metric counts.
    #[serde(default)]
    pub warm_up: usize,
    /// Which half of the replication space.
    #[serde(default)]
    pub half: Half,
    /// First replication, counted from the start of the half.
    #[serde(default)]
    pub first_replication: u32,
    /// How many replications.
    pub replications: u32,
    /// The 64-bit key all addresses share.
    pub key: u64,
    /// Cap on worker threads; none: all of the pool.
    #[serde(default)]
    pub threads: Option<usize>,
    /// What survives the run.
    #[serde(default)]
    pub keep: Keep,
    /// Which metrics are returned; none: all.
    #[serde(default)]
    pub metrics: Option<Vec<String>>,
    /// Which quantities are returned period by period.
    #[serde(default)]
    pub trace: Vec<String>,
    /// Force a SIMD level (`scalar`: the reference, `sse2`, `avx2`, `avx512`, `neon`); none: the best there is.
    #[serde(default)]
    pub simd: Option<String>,
    /// How a swept base-stock level is computed.
    #[serde(default)]
    pub method: Method,
    /// Largest result, in bytes.
    #[serde(default = "default_memory_limit")]
    pub memory_limit: u64,
    /// Confidence level of the intervals in a summary.
    #[serde(default = "default_confidence")]
    pub confidence: f64,
}

fn default_memory_limit() -> u64 {
    4 << 30
}

fn default_confidence() -> f64 {
    0.95
}

/// The halves of the replication space: what was tuned on one is reported on the other (spec R4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    /// 0 .. 2³¹.
    Training,
    /// 2³¹ .. 2³².
    #[default]
    Evaluation,
}

/// What survives a run; memory is a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// Moments, intervals and quantiles of every metric; replications are dropped item by item.
    Summary,
    /// Every metric of every replication.
    #[default]
    Replications,
}

/// How a swept base-stock level is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// One pass where it is valid and pays, the grid otherwise; the result says which and why.
    #[default]
    Auto,
    /// Every level simulated on the same draws.
    Grid,
    /// One pass; refused where it is not valid.
    OnePass,
}

/// One item (stock-keeping unit) and the settings it is simulated under.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Name for messages and tables.
    #[serde(default)]
    pub name: String,
    /// Stable key of the entity in every address.
    pub key: u32,
    /// Settings, usually the cells of a sweep; all see the same draws.
    pub designs: Vec<Model>,
}

/// A strategy with its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "strategy", rename_all = "snake_case")]
pub enum Model {
    /// Production planned ahead; what is made in one period serves the next.
    MakeToStock(MakeToStock),
}

/// Settings of make to stock (spec X1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeToStock {
    /// Demand per period.
    pub demand: Demand,
    /// When and how much is released.
    pub policy: Policy,
    /// Periods from release to receipt; a whole-valued law.
    pub lead_time: Law,
    /// Whether orders may overtake each other.
    #[serde(default)]
    pub crossing: Crossing,
    /// Stock is reviewed every this many periods, first in period 0.
    #[serde(default = "one")]
    pub review_period: u32,
    /// Order of events inside a period (spec F3).
    #[serde(default)]
    pub event_order: EventOrder,
    /// Which on-hand stock is charged.
    #[serde(default)]
    pub holding_basis: HoldingBasis,
    /// Share of every shortage that waits; the rest is lost.
    #[serde(default = "one_f64")]
    pub backorder_share: f64,
    /// Prices and cost rates.
    #[serde(default)]
    pub costs: Costs,
    /// Stock at the start; none: at the policy's target. The pipeline starts empty.
    #[serde(default)]
    pub opening_stock: Option<f64>,
}

fn one() -> u32 {
    1
}

fn one_f64() -> f64 {
    1.0
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
    /// Past observations drawn independently with equal chance; stream `Bootstrap`.
    Bootstrap {
        /// Name of a one-dimensional array.
        history: String,
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

/// Release policies (spec §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Policy {
    /// Order up to `level` at every review.
    BaseStock {
        /// Target inventory position S.
        level: f64,
    },
    /// At a review, if the inventory position is at or below `reorder`, order up to `up_to`.
    MinMax {
        /// Reorder level s.
        reorder: f64,
        /// Target inventory position S.
        up_to: f64,
        /// Order only strictly below the reorder level.
        #[serde(default)]
        strict: bool,
    },
}

/// Whether later orders may arrive before earlier ones (spec S1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crossing {
    /// Lead times are independent; orders may cross.
    #[default]
    Independent,
    /// An order never arrives before one released earlier.
    Fifo,
}

/// Order of events inside a period (spec F3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventOrder {
    /// Receive, plan and release, then demand.
    #[default]
    OrderBeforeDemand,
    /// Receive, demand, then plan and release.
    DemandBeforeOrder,
}

/// Which on-hand stock is charged for holding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldingBasis {
    /// Stock at the close of the period.
    #[default]
    End,
    /// Mean of the stock just before demand and at the close.
    Mean,
}

/// Prices and cost rates. All default to nought.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Costs {
    /// Money per unit on hand and period.
    pub holding: f64,
    /// Money per unit backordered and period.
    pub backorder: f64,
    /// Money per unit short, once, whether it waits or is lost.
    pub shortage: f64,
    /// Money per unit of demand lost, beside the lost margin.
    pub lost_sale: f64,
    /// Money per order released.
    pub order: f64,
    /// Money per unit ordered.
    pub unit: f64,
    /// Money received per unit sold, at the demand that it serves.
    pub price: f64,
    /// Money received per unit on hand at the end.
    pub salvage: f64,
}

impl Costs {
    /// Every rate is finite and, but for the salvage value, not negative.
    pub fn check(&self) -> Result<()> {
        let named = [
            ("holding", self.holding),
            ("backorder", self.backorder),
            ("shortage", self.shortage),
            ("lost_sale", self.lost_sale),
            ("order", self.order),
            ("unit", self.unit),
            ("price", self.price),
        ];
        for (name, x) in named {
            check::non_negative(name, x).map_err(|e| e.within("costs"))?;
        }
        check::quantity("salvage", self.salvage).map_err(|e| e.within("costs"))?;
        Ok(())
    }
}

impl Policy {
    /// The inventory position the policy orders up to.
    pub fn target(&self) -> f64 {
        match *self {
            Self::BaseStock { level } => level,
            Self::MinMax { up_to, .. } => up_to,
        }
    }

    /// Finite levels, reorder level below the target.
    pub fn check(&self) -> Result<()> {
        let inner = || match *self {
            Self::BaseStock { level } => check::quantity("level", level).map(drop),
            Self::MinMax { reorder, up_to, .. } => {
                check::quantity("reorder", reorder)?;
                check::quantity("up_to", up_to)?;
                if reorder < up_to {
                    Ok(())
                } else {
                    Err(Error::config("reorder", reorder, format!("< up_to = {up_to}")))
                }
            }
        };
        inner().map_err(|e: Error| e.within("policy"))
    }
}

/// Reads a JSON text; what does not fit is a [`Error::Type`] that names the place.
pub fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|e| Error::Type { field: "configuration".to_owned(), reason: e.to_string() })
}
