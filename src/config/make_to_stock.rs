//! Make to stock as it crosses the border: settings, policies, cost rates.

use super::Demand;
use super::supply::{Capacity, Disruption, Express, Issue, Obsolescence, Yield};
use crate::error::{Error, Result, check};
use crate::forecast::Statistical;
use crate::law::Law;
use crate::planning::{Buffer, LotRule};
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
    /// What planners expect of demand (spec D9).
    #[serde(default)]
    pub forecast: Option<Forecast>,
    /// Units per period that can be released (spec S4).
    #[serde(default)]
    pub capacity: Option<Capacity>,
    /// How much of a lot is good (spec S3).
    #[serde(default)]
    pub yields: Option<Yield>,
    /// Times in which supply is down (spec S2).
    #[serde(default)]
    pub disruptions: Vec<Disruption>,
    /// Periods in which a unit can be used, that of its receipt included (spec S8); none: for ever.
    #[serde(default)]
    pub shelf_life: Option<u32>,
    /// In which order stock of different age is used.
    #[serde(default)]
    pub issue: Issue,
    /// Events that make all stock on hand worthless (spec S8).
    #[serde(default)]
    pub obsolescence: Option<Obsolescence>,
    /// A second, faster source (spec S7).
    #[serde(default)]
    pub express: Option<Express>,
    /// At a review, bring forward what is due next period while net stock is below this.
    #[serde(default)]
    pub expedite_below: Option<f64>,
}

impl MakeToStock {
    /// These three, and everything else as it is by default.
    pub fn new(demand: Demand, policy: Policy, lead_time: Law) -> Self {
        Self {
            demand,
            policy,
            quantities: Quantities::default(),
            lead_time,
            crossing: Crossing::default(),
            review_period: 1,
            event_order: EventOrder::default(),
            holding_basis: HoldingBasis::default(),
            backorder_share: 1.0,
            costs: Costs::default(),
            opening_stock: None,
            forecast: None,
            capacity: None,
            yields: None,
            disruptions: Vec::new(),
            shelf_life: None,
            issue: Issue::default(),
            obsolescence: None,
            express: None,
            expedite_below: None,
        }
    }
}

/// A product in a planning bill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedPart {
    /// Units per unit of the family: take rate × usage.
    pub units: f64,
    /// By what that is multiplied, drawn once per replication.
    #[serde(default)]
    pub error: Option<Law>,
    /// Entity of the product.
    pub key: u32,
}

/// What planners expect of the demand of coming periods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Forecast {
    /// The mean of each period, as if it were known.
    Mean {
        /// Relative error by periods ahead; the last one goes on.
        #[serde(default)]
        bias: Vec<f64>,
    },
    /// What the demand's own evolution foresees.
    Evolution {
        /// Relative error by periods ahead; the last one goes on.
        #[serde(default)]
        bias: Vec<f64>,
    },
    /// What will happen: an upper bound of what forecasting can do.
    Perfect {},
    /// Forecasts given from outside, (replication, period, periods ahead).
    Cube {
        /// Name of the array.
        forecasts: String,
        /// Start again when there are fewer rows than replications.
        #[serde(default)]
        cycle: bool,
    },
    /// What a family is expected to sell, times what is planned of it, with errors in both; stream `ForecastShock`.
    PlanningBill {
        /// Units of the family by period; the last goes on.
        family: Vec<f64>,
        /// By what a forecast of the family is multiplied, drawn for every plan.
        #[serde(default)]
        family_error: Option<Law>,
        /// Periods for which a draw stays.
        #[serde(default = "one")]
        every: u32,
        /// Entity of the family.
        key: u32,
        /// What is planned of it, part by part.
        parts: Vec<PlannedPart>,
    },
    /// A method run inside each replication on what it observed.
    Statistical {
        /// Method, start, history, error estimate.
        of: Statistical,
        /// Which observations.
        #[serde(default)]
        observe: Observed,
        /// Relative error by periods ahead; the last one goes on.
        #[serde(default)]
        bias: Vec<f64>,
    },
}

/// What a statistical forecast sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observed {
    /// All that was demanded.
    #[default]
    Demand,
    /// What was not lost.
    Sales,
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
    /// Order up to the forecast of a cover plus safety stock, perhaps smoothed:
    /// `q = (1 − β)·(forecast / m) + β·(S_t − position)`, `S_t = forecast of m periods + safety + factor · its error`.
    OrderUpTo {
        /// Units above the forecast.
        safety: f64,
        /// Multiples of the estimated standard deviation of the forecast's error.
        #[serde(default)]
        factor: f64,
        /// m; none: the protection interval.
        #[serde(default)]
        cover: Option<u32>,
        /// β in (0, 1].
        #[serde(default = "one_f64")]
        smoothing: f64,
        /// What is too much goes back, free of charge: orders may be negative.
        #[serde(default)]
        returns: bool,
    },
    /// Release the forecast of one period plus safety stock, whatever the stock.
    FollowForecast {
        /// Periods from now to the one that is made for; none: that of the receipt.
        #[serde(default)]
        ahead: Option<u32>,
        /// Units above the forecast.
        safety: f64,
        /// Multiples of the estimated standard deviation of the forecast's error.
        #[serde(default)]
        factor: f64,
    },
    /// A schedule of quantities, repeating, whatever the stock.
    RatePlan {
        /// Units in period t, modulo their count.
        quantities: Vec<f64>,
    },
    /// Material requirements planning on a rolling horizon.
    MaterialPlan {
        /// Periods planned.
        horizon: u32,
        /// Releases of so many coming periods are not changed any more.
        #[serde(default)]
        fence: u32,
        /// Safety stock.
        safety: f64,
        /// Lot sizing.
        lots: LotRule,
    },
    /// Demand-driven MRP: a buffer of three zones on smoothed usage.
    DemandDriven {
        /// Zones.
        buffer: Buffer,
        /// Periods of demand that usage is averaged over.
        window: u32,
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
    /// Money per unit released in overtime, beside `unit`.
    pub overtime: f64,
    /// Money per unit ordered from the express source, beside `unit`.
    pub express: f64,
    /// Money per unit brought forward by a period.
    pub expedite: f64,
    /// Money per unit expired, scrapped or obsolete; negative where something is paid for it.
    pub disposal: f64,
    /// Share of its value (`unit`) that a unit loses per period: what is bought later costs less, what lies loses it.
    pub erosion: f64,
}

impl Costs {
    /// Every rate is finite and, but for what is paid for stock that is left, not negative.
    pub fn check(&self) -> Result<()> {
        let named = [
            ("holding", self.holding),
            ("backorder", self.backorder),
            ("shortage", self.shortage),
            ("lost_sale", self.lost_sale),
            ("order", self.order),
            ("unit", self.unit),
            ("price", self.price),
            ("overtime", self.overtime),
            ("express", self.express),
            ("expedite", self.expedite),
        ];
        for (name, x) in named {
            check::non_negative(name, x).map_err(|e| e.within("costs"))?;
        }
        check::quantity("salvage", self.salvage).map_err(|e| e.within("costs"))?;
        check::quantity("disposal", self.disposal).map_err(|e| e.within("costs"))?;
        if !(0.0..1.0).contains(&self.erosion) {
            return Err(Error::config("costs.erosion", self.erosion, "in [0, 1)"));
        }
        Ok(())
    }
}

impl MakeToStock {
    /// Whether it has no forecast, and nothing that limits or loses supply.
    pub fn is_plain(&self) -> bool {
        self.costs.erosion == 0.0
            && self.capacity.is_none()
            && self.yields.is_none()
            && self.disruptions.is_empty()
            && self.shelf_life.is_none()
            && self.obsolescence.is_none()
            && self.express.is_none()
            && self.expedite_below.is_none()
            && self.forecast.is_none()
            && !self.policy.plans()
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
            Self::OrderUpTo { safety, .. }
            | Self::FollowForecast { safety, .. }
            | Self::MaterialPlan { safety, .. } => *safety,
            Self::RatePlan { quantities } => quantities.first().copied().unwrap_or(0.0),
            Self::DemandDriven { .. } => 0.0,
        }
    }

    /// Whether what is released follows a forecast, so that the model runs on [rows](crate::strategy::make_to_stock).
    pub fn plans(&self) -> bool {
        matches!(
            self,
            Self::OrderUpTo { .. }
                | Self::FollowForecast { .. }
                | Self::RatePlan { .. }
                | Self::MaterialPlan { .. }
                | Self::DemandDriven { .. }
        )
    }

    /// The field that decides the target.
    pub fn target_field(&self) -> &'static str {
        match self {
            Self::BaseStock { .. } | Self::CappedBaseStock { .. } => "policy.level",
            Self::MinMax { .. } => "policy.up_to",
            Self::ReorderQuantity { .. } => "policy.reorder",
            Self::ConstantOrder { .. } => "policy.quantity",
            Self::OrderUpTo { .. } | Self::FollowForecast { .. } | Self::MaterialPlan { .. } => {
                "policy.safety"
            }
            Self::RatePlan { .. } => "policy.quantities",
            Self::DemandDriven { .. } => "policy.buffer",
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
            Self::OrderUpTo { safety, .. }
            | Self::FollowForecast { safety, .. }
            | Self::MaterialPlan { safety, .. } => vec![*safety],
            Self::RatePlan { quantities } => quantities.clone(),
            Self::DemandDriven { .. } => vec![],
        }
    }

    /// A bound on how far from nought the policy takes the inventory position by itself.
    pub fn reach(&self) -> f64 {
        match self {
            Self::BaseStock { level: Level::Cycle(levels) } => {
                levels.iter().map(|x| x.abs()).fold(0.0, f64::max)
            }
            Self::CappedBaseStock { level, .. } => level.abs(),
            Self::RatePlan { quantities } => quantities.iter().map(|x| x.abs()).fold(0.0, f64::max),
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
            Self::OrderUpTo { safety, factor, cover, smoothing, .. } => {
                check::quantity("safety", *safety)?;
                check::finite("factor", *factor)?;
                if *cover == Some(0) {
                    return Err(Error::config("cover", 0, "≥ 1"));
                }
                if *smoothing > 0.0 && *smoothing <= 1.0 {
                    Ok(())
                } else {
                    Err(Error::config("smoothing", *smoothing, "in (0, 1]"))
                }
            }
            Self::FollowForecast { safety, factor, .. } => {
                check::quantity("safety", *safety)?;
                check::finite("factor", *factor).map(drop)
            }
            Self::RatePlan { quantities } if quantities.is_empty() => {
                Err(Error::config("quantities", "no values", "at least one"))
            }
            Self::RatePlan { quantities } => {
                quantities.iter().try_for_each(|q| check::non_negative("quantities", *q).map(drop))
            }
            Self::MaterialPlan { horizon, safety, lots, .. } => {
                check::quantity("safety", *safety)?;
                if *horizon == 0 {
                    return Err(Error::config("horizon", 0, "≥ 1"));
                }
                lots.check().map_err(|e| e.within("lots"))
            }
            Self::DemandDriven { buffer, window } => {
                if *window == 0 {
                    return Err(Error::config("window", 0, "≥ 1"));
                }
                buffer.check().map_err(|e| e.within("buffer"))
            }
        };
        inner().map_err(|e: Error| e.within("policy"))
    }
}
