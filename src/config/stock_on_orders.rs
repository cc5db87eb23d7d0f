//! Make to stock where the unit is the order and time is continuous, as it crosses the border (spec §4.1).

use super::{Costs, Crossing, OrderBook, Policy};
use crate::law::Law;
use serde::{Deserialize, Serialize};

/// Settings of make to stock on the order book. Units are whole, and so are the levels of the policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockOnOrders {
    /// Potential orders.
    pub orders: OrderBook,
    /// When and how much is released: base stock at one level, min-max or reorder quantity.
    pub policy: Policy,
    /// Periods from release to receipt. With `production` there is none.
    #[serde(default = "one_period")]
    pub lead_time: Law,
    /// Whether what is released later may be received earlier: `independent` or `fifo`.
    #[serde(default)]
    pub crossing: Crossing,
    /// Periods between reviews, the first at 0; 0: the position is looked at whenever it changes.
    #[serde(default)]
    pub review_period: f64,
    /// Instead of a lead time: every unit released is a job of this station.
    #[serde(default)]
    pub production: Option<Production>,
    /// 1: all that is short waits. 0: all of it is lost.
    #[serde(default = "one")]
    pub backorder_share: f64,
    /// Whether what is on hand is delivered at once and the rest of the order later (or not at all);
    /// otherwise orders are delivered complete, first come first served.
    #[serde(default = "yes")]
    pub partial: bool,
    /// Stock at the start, nothing being on order; none: at the policy's target.
    #[serde(default)]
    pub opening_stock: Option<f64>,
    /// Prices and cost rates; what has no meaning here must be 0.
    #[serde(default)]
    pub costs: Costs,
}

/// Identical servers that make units one by one, first come first served, when stock says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Production {
    /// How many.
    pub servers: u32,
    /// Periods that a unit takes; stream `Processing`, by the number of the unit in order of release.
    pub time: Law,
    /// Entity of the draws.
    pub key: u32,
}

fn one_period() -> Law {
    Law::Deterministic { value: 1.0 }
}

fn one() -> f64 {
    1.0
}

fn yes() -> bool {
    true
}

impl StockOnOrders {
    /// These two, and everything else as it is by default.
    pub fn new(orders: OrderBook, policy: Policy) -> Self {
        Self {
            orders,
            policy,
            lead_time: one_period(),
            crossing: Crossing::default(),
            review_period: 0.0,
            production: None,
            backorder_share: 1.0,
            partial: true,
            opening_stock: None,
            costs: Costs::default(),
        }
    }

    /// Whether the lead time is the default, which is what production replaces.
    pub fn has_default_lead_time(&self) -> bool {
        self.lead_time == one_period()
    }
}
