//! The supply side as it crosses the border: what limits and disturbs it (spec §3).

use crate::law::Law;
use serde::{Deserialize, Serialize};

/// Units per period that can be released (spec S4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// In regular time.
    pub regular: Limit,
    /// Units per period beyond it, at the overtime rate.
    #[serde(default)]
    pub overtime: f64,
    /// Entity of random capacities; none: the item. Items that name the same resource meet the same luck.
    #[serde(default)]
    pub key: Option<u32>,
}

/// A limit per period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Limit {
    /// Period t has number t modulo their count.
    Cycle(Vec<f64>),
    /// Drawn in every period; stream `Capacity`.
    Drawn(Law),
}

/// Items that share the hours of a resource (spec S4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plant {
    /// Regular hours per period.
    pub hours: Limit,
    /// Hours per period beyond them.
    #[serde(default)]
    pub overtime: f64,
    /// Hours per unit, by item.
    pub unit_hours: Vec<f64>,
    /// Hours per lot, by item.
    pub setup_hours: Vec<f64>,
    /// Who gets what.
    pub allocation: Allocation,
    /// Items by number in order of who comes first.
    pub priority: Vec<usize>,
    /// Entity of random hours.
    pub key: u32,
}

/// Who gets what, where hours are short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Allocation {
    /// One after the other.
    Priority,
    /// One after the other, by shortage cost per hour.
    Cost,
    /// One after the other, the first one moving on every period.
    Rotation,
    /// Everything is cut by the same share.
    #[default]
    Proportional,
    /// The same is missing for all, in standard deviations of demand.
    Fair,
}

/// How much of a lot is good (spec S3); stream `Yield`, by release period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Yield {
    /// What happens to a lot.
    pub of: YieldKind,
    /// What the inventory position counts before a lot is seen.
    #[serde(default)]
    pub counts: Counted,
    /// Orders are raised so that the expected good quantity is what the policy wanted.
    #[serde(default)]
    pub inflate: bool,
}

/// What happens to a lot of q.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum YieldKind {
    /// Y·q.
    Share {
        /// Law of Y.
        law: Law,
    },
    /// q + Y, not below 0.
    Units {
        /// Law of Y.
        law: Law,
    },
    /// Every unit by itself: binomial; q is a whole number.
    Each {
        /// Chance of a good unit.
        probability: f64,
    },
    /// q or nothing.
    AllOrNothing {
        /// Chance of q.
        probability: f64,
    },
    /// Good until the first defect: min(q, geometric); q is a whole number.
    UntilDefect {
        /// Chance that the next unit is good.
        probability: f64,
    },
}

/// What the inventory position counts of a lot under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// Its expected good quantity.
    #[default]
    Expected,
    /// All of it.
    Nominal,
}

/// Times in which supply is down, and what that means (spec S2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disruption {
    /// What is down.
    pub effect: Effect,
    /// Chance per period that what is up goes down; stream `Disruption`.
    #[serde(default)]
    pub fail: f64,
    /// Chance per period that what is down comes up again.
    #[serde(default = "one")]
    pub recover: f64,
    /// State in period 0.
    #[serde(default)]
    pub start: Start,
    /// Planned outages: first period and one past the last.
    #[serde(default)]
    pub outages: Vec<[usize; 2]>,
    /// Entity of the process; none: the item. Items that name the same process go down together.
    #[serde(default)]
    pub key: Option<u32>,
    /// Share that is left while down (capacity), or after it went down (stock).
    #[serde(default)]
    pub remaining: f64,
}

fn one() -> f64 {
    1.0
}

/// What a disruption stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// No order can be placed.
    Order,
    /// Orders are taken but leave the supplier only when it is up again.
    Ship,
    /// What is under way stands still.
    Transit,
    /// What arrives waits at the dock.
    Receive,
    /// Only a share of the capacity is left.
    Capacity,
    /// Going down destroys all but a share of the stock on hand.
    Stock,
}

/// State in period 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// Down with the long-run chance.
    #[default]
    Stationary,
    /// Up.
    Up,
    /// Down.
    Down,
}

/// In which order stock of different age is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Issue {
    /// The oldest first.
    #[default]
    Fifo,
    /// The freshest first.
    Lifo,
}

/// Events that make all stock on hand worthless (spec S8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Obsolescence {
    /// Chance per period; stream `Life`.
    #[serde(default)]
    pub hazard: f64,
    /// Planned: in these periods.
    #[serde(default)]
    pub periods: Vec<usize>,
    /// Entity of the events; none: the item.
    #[serde(default)]
    pub key: Option<u32>,
}

/// A second, faster source (spec S7): up to `level`, counting only what arrives no later than its own order would.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Express {
    /// Periods from release to receipt, shorter than the regular lead time.
    pub lead_time: u32,
    /// Order-up-to level of the express position.
    pub level: f64,
}
