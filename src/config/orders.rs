//! The order book as it crosses the border (spec D0).

use super::Demand;
use crate::law::Law;
use serde::{Deserialize, Serialize};

/// Potential orders of customers: when they come and what they ask for. Every attribute is drawn on a stream of its own,
/// addressed by the number of the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderBook {
    /// When orders come.
    pub arrivals: Arrivals,
    /// Units of an order, whole and ≥ 1.
    #[serde(default = "one")]
    pub size: Law,
    /// Kinds of customers; none: one kind.
    #[serde(default)]
    pub classes: Vec<OrderClass>,
    /// Shares of the product variants; none: one variant.
    #[serde(default)]
    pub variants: Vec<f64>,
    /// Periods from the order to the delivery the customer asks for.
    #[serde(default = "nought")]
    pub requested_lead_time: Law,
    /// Periods a customer waits; none: for ever.
    #[serde(default)]
    pub patience: Option<Law>,
    /// Customisation content κ in [0, 1].
    #[serde(default = "nought")]
    pub customisation: Law,
    /// Hours of engineering.
    #[serde(default = "nought")]
    pub engineering_hours: Law,
    /// Money per unit that a perfectly matching product is worth to the customer; none: they always buy.
    #[serde(default)]
    pub valuation: Option<Law>,
    /// Money per unit and period of quoted lead time by which it is worth less.
    #[serde(default = "nought")]
    pub waiting_sensitivity: Law,
    /// Share of orders that come by the manual channel.
    #[serde(default)]
    pub manual_share: f64,
    /// Entity of the draws; none: the item.
    #[serde(default)]
    pub key: Option<u32>,
}

/// When orders come (stream `Arrival`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Arrivals {
    /// At a constant rate.
    Poisson {
        /// Orders per period.
        rate: f64,
    },
    /// With independent times between them; the first comes after one such time.
    Renewal {
        /// Periods between two orders.
        gap: Law,
    },
    /// Poisson at a rate that varies from period to period, by a change of time.
    Varying {
        /// Orders per period, period by period.
        rates: Vec<f64>,
        /// Whether the rates repeat; otherwise the last one stays.
        cycle: bool,
    },
    /// Given, the same in every replication; what is not given is drawn.
    Given {
        /// Name of an array (order,): times, ascending.
        times: String,
        /// Names of arrays of the same length.
        #[serde(default)]
        size: Option<String>,
        /// Customer classes by number.
        #[serde(default)]
        class: Option<String>,
        /// Variants by number.
        #[serde(default)]
        variant: Option<String>,
        /// Requested lead times.
        #[serde(default)]
        requested_lead_time: Option<String>,
    },
    /// Totals of a period demand, split into orders of the book's sizes, at uniform times of the period (spec D0b).
    Split {
        /// Units per period.
        demand: Box<Demand>,
    },
}

/// A kind of customer. What is not given is the book's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderClass {
    /// Name in tables.
    pub name: String,
    /// Share of orders, relative to the other classes.
    pub share: f64,
    /// Who comes first where a rule asks: smaller first.
    #[serde(default)]
    pub priority: i32,
    /// Units of an order.
    #[serde(default)]
    pub size: Option<Law>,
    /// Requested lead time.
    #[serde(default)]
    pub requested_lead_time: Option<Law>,
    /// Patience.
    #[serde(default)]
    pub patience: Option<Law>,
    /// Customisation content.
    #[serde(default)]
    pub customisation: Option<Law>,
    /// Valuation.
    #[serde(default)]
    pub valuation: Option<Law>,
    /// Waiting sensitivity.
    #[serde(default)]
    pub waiting_sensitivity: Option<Law>,
}

fn one() -> Law {
    Law::Deterministic { value: 1.0 }
}

fn nought() -> Law {
    Law::Deterministic { value: 0.0 }
}

impl OrderBook {
    /// Orders of one unit that come one by one.
    pub fn new(arrivals: Arrivals) -> Self {
        Self {
            arrivals,
            size: one(),
            classes: Vec::new(),
            variants: Vec::new(),
            requested_lead_time: nought(),
            patience: None,
            customisation: nought(),
            engineering_hours: nought(),
            valuation: None,
            waiting_sensitivity: nought(),
            manual_share: 0.0,
            key: None,
        }
    }
}
