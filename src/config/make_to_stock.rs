//! Make to stock as it crosses the border: settings, policies, cost rates.

use super::Demand;
use crate::error::{Error, Result, check};
use crate::law::Law;
use crate::supply::Quantities;
use serde::{Deserialize, Serialize};

/// Settings of make to stock (spec X1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeToStock {
    /// Demand per period.
    pub demand: Demand,
    /// When and how much is released.
    pub policy: Policy,
    /// What the supplier accepts: minimum order quantity, batch, cap (spec S5).
    #[serde(default)]
    pub quantities: Quantities,
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

/// Release policies (spec §4.1). With a review period R, base stock is (R, S) and min-max is (R, s, S).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Policy {
    /// Order up to `level` at every review.
    BaseStock {
        /// Target inventory position S.
        level: Level,
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
    /// (r, nQ): at a review, if the inventory position is at or below `reorder`, order the least multiple of `quantity` that
    /// lifts it above.
    ReorderQuantity {
        /// Reorder level r.
        reorder: f64,
        /// Order quantity Q.
        quantity: f64,
        /// Order only strictly below the reorder level, and no more than lifts the position to it.
        #[serde(default)]
        strict: bool,
    },
    /// Order up to `level`, but never more than `cap` at once.
    CappedBaseStock {
        /// Target inventory position S.
        level: f64,
        /// Largest order.
        cap: f64,
    },
    /// The same quantity at every review, whatever the stock.
    ConstantOrder {
        /// Units per order.
        quantity: f64,
    },
}

/// A base-stock level: for good, or one per period, starting again when they end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Level {
    /// The same in every period.
    Constant(f64),
    /// Period t has number t modulo their count.
    Cycle(Vec<f64>),
}

impl From<f64> for Level {
    fn from(level: f64) -> Self {
        Self::Constant(level)
    }
}

impl Level {
    /// The level of period `t`.
    #[inline]
    pub fn at(&self, t: usize) -> f64 {
        match self {
            Self::Constant(level) => *level,
            Self::Cycle(levels) => levels[t % levels.len()],
        }
    }

    fn check(&self) -> Result<()> {
        match self {
            Self::Constant(level) => check::quantity("level", *level).map(drop),
            Self::Cycle(levels) if levels.is_empty() => {
                Err(Error::config("level", "no values", "one level, or one per period"))
            }
            Self::Cycle(levels) => {
                levels.iter().try_for_each(|level| check::quantity("level", *level).map(drop))
            }
        }
    }
}

/// Whether later orders may arrive before earlier ones (spec S1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crossing {
    /// Lead times are independent; orders may cross.
    #[default]
    Independent,
    /// An order never arrives before one released earlier: it waits for that one.
    Fifo,
    /// Each period draws an age; orders of that age or older arrive. No order overtakes, and each waits as the law says.
    Kaplan,
    /// Each period draws a lead time whether or not it orders; nothing released later arrives earlier.
    Common,
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
    /// Order up to `level` at every review.
    pub fn base_stock(level: f64) -> Self {
        Self::BaseStock { level: Level::Constant(level) }
    }

    /// The opening stock unless one is given: the inventory position that the first review leaves behind if it finds nothing
    /// to order (r + Q for (r, nQ)); the quantity itself for constant orders.
    pub fn target(&self) -> f64 {
        match self {
            Self::BaseStock { level } => level.at(0),
            Self::MinMax { up_to, .. } => *up_to,
            Self::ReorderQuantity { reorder, quantity, .. } => reorder + quantity,
            Self::CappedBaseStock { level, .. } => *level,
            Self::ConstantOrder { quantity } => *quantity,
        }
    }

    /// The field that decides the target.
    pub fn target_field(&self) -> &'static str {
        match self {
            Self::BaseStock { .. } | Self::CappedBaseStock { .. } => "policy.level",
            Self::MinMax { .. } => "policy.up_to",
            Self::ReorderQuantity { .. } => "policy.reorder",
            Self::ConstantOrder { .. } => "policy.quantity",
        }
    }

    /// Every quantity the policy names.
    pub fn numbers(&self) -> Vec<f64> {
        match self {
            Self::BaseStock { level: Level::Constant(level) } => vec![*level],
            Self::BaseStock { level: Level::Cycle(levels) } => levels.clone(),
            Self::MinMax { reorder, up_to, .. } => vec![*up_to, *reorder],
            Self::ReorderQuantity { reorder, quantity, .. } => vec![*reorder, *quantity],
            Self::CappedBaseStock { level, cap } => vec![*level, *cap],
            Self::ConstantOrder { quantity } => vec![*quantity],
        }
    }

    /// A bound on how far from nought the policy takes the inventory position by itself.
    pub fn reach(&self) -> f64 {
        match self {
            Self::BaseStock { level: Level::Cycle(levels) } => {
                levels.iter().map(|x| x.abs()).fold(0.0, f64::max)
            }
            Self::CappedBaseStock { level, .. } => level.abs(),
            _ => self.numbers().iter().map(|x| x.abs()).sum(),
        }
    }

    /// Finite levels, reorder level below the target, quantities that move something.
    pub fn check(&self) -> Result<()> {
        let positive = |field, x| check::positive(field, x).and_then(|x| check::quantity(field, x)).map(drop);
        let inner = || match self {
            Self::BaseStock { level } => level.check(),
            Self::MinMax { reorder, up_to, .. } => {
                check::quantity("reorder", *reorder)?;
                check::quantity("up_to", *up_to)?;
                if reorder < up_to {
                    Ok(())
                } else {
                    Err(Error::config("reorder", *reorder, format!("< up_to = {up_to}")))
                }
            }
            Self::ReorderQuantity { reorder, quantity, .. } => {
                check::quantity("reorder", *reorder)?;
                positive("quantity", *quantity)
            }
            Self::CappedBaseStock { level, cap } => {
                check::quantity("level", *level)?;
                positive("cap", *cap)
            }
            Self::ConstantOrder { quantity } => positive("quantity", *quantity),
        };
        inner().map_err(|e: Error| e.within("policy"))
    }
}
