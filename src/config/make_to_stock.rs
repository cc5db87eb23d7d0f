//! Make to stock as it crosses the border: settings, policies, cost rates.

use super::Demand;
use crate::error::{Error, Result, check};
use crate::law::Law;
use serde::{Deserialize, Serialize};

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
    pub opening_stock: Option<Opening>,
}

/// Stock at the start, where it is not the policy's target.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Opening {
    /// So many units.
    Stock(f64),
    /// Drawn for every replication, close to the long-run law of positions.
    Settled(Settled),
}

/// The word for a settled opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    /// `"settled"`.
    Settled,
}

fn one() -> u32 {
    1
}

fn one_f64() -> f64 {
    1.0
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
