//! The configuration as it crosses the border: one JSON text plus named arrays, read once, then trusted.
//!
//! The same text is the file format, the payload for other processes and the provenance kept with a result. Adding a
//! strategy adds a variant of [`Model`]; nothing else here changes. Unknown fields are refused.

mod assemble_to_order;
mod demand;
mod make_to_order;
mod make_to_stock;
mod orders;
mod stock_on_orders;
mod supply;

pub use crate::forecast::Statistical;
pub use crate::planning::{Buffer, LotRule};
pub use crate::supply::Quantities;
pub use assemble_to_order::{
    AssembleToOrder, AssemblyOnOrders, Choice, Commitment, Component, Configured, OrderedCosts, Product,
    ProductCosts, Shelf,
};
pub use demand::{Demand, Life, Loading, Part, Promotion, Spread, Trend, Varying};
pub use make_to_order::{
    Acceptance, Breakdowns, Calendar, Confirmation, Dispatch, Entry, MakeToOrder, Material, Operation,
    OrderCosts, Overtime, PatienceUntil, Payment, Quote, Release, Routing, RunningClock, Station,
};
pub use make_to_stock::{
    Costs, Crossing, EventOrder, Forecast, HoldingBasis, Level, MakeToStock, Observed, Opening, PlannedPart,
    Policy, Settled,
};
pub use orders::{Arrivals, OrderBook, OrderClass};
pub use stock_on_orders::{Production, StockOnOrders};
pub use supply::{
    Allocation, Capacity, Counted, Disruption, Effect, Express, Issue, Limit, Obsolescence, Plant, Start,
    Yield, YieldKind,
};

use crate::error::{Error, Result};
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
    /// Independent items, unless they share a plant. One item is a portfolio of one.
    pub items: Vec<Item>,
    /// What the items share.
    #[serde(default)]
    pub plant: Option<Plant>,
    /// Periods simulated, warm-up included.
    #[serde(default)]
    pub periods: usize,
    /// Where the unit is the order: how many orders come, in place of periods.
    #[serde(default)]
    pub orders: Option<usize>,
    /// Where the unit is the order: periods after the horizon for which orders are followed; none: to their end.
    #[serde(default)]
    pub drain: Option<f64>,
    /// Periods (or orders) at the start that no metric counts.
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
    /// Every order as well, where the unit is the order.
    Orders,
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
    /// Where the unit is the order: event by event even where recursion would do.
    Calendar,
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
#[allow(clippy::large_enum_variant, reason = "designs are few, and read once")]
pub enum Model {
    /// Production planned ahead; what is made in one period serves the next.
    MakeToStock(MakeToStock),
    /// Nothing built before a confirmed order.
    MakeToOrder(Box<MakeToOrder>),
    /// Made to stock, order by order.
    StockOnOrders(Box<StockOnOrders>),
    /// Components on the shelf, products on demand.
    AssembleToOrder(Box<AssembleToOrder>),
    /// The same, order by order.
    AssemblyOnOrders(Box<AssemblyOnOrders>),
}

impl Model {
    /// Whether the unit is the order, and time is continuous.
    pub fn by_order(&self) -> bool {
        matches!(self, Self::MakeToOrder(_) | Self::StockOnOrders(_) | Self::AssemblyOnOrders(_))
    }

    /// The model, where it runs period by period.
    pub fn periodic(&self) -> Result<&MakeToStock> {
        match self {
            Self::MakeToStock(model) => Ok(model),
            Self::AssembleToOrder(_) => Err(Error::config(
                "strategy",
                "assemble_to_order",
                "one item by itself: components are simulated together",
            )),
            Self::MakeToOrder(_) | Self::StockOnOrders(_) | Self::AssemblyOnOrders(_) => Err(Error::config(
                "strategy",
                "one whose unit is the order",
                "one that runs period by period",
            )),
        }
    }
}

/// Reads a JSON text; what does not fit is a [`Error::Type`] that names the place.
pub fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|e| Error::Type { field: "configuration".to_owned(), reason: e.to_string() })
}
