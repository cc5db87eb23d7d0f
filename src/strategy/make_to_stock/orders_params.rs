//! A stock that serves orders one by one, checked and compiled.

use crate::config::{Arrays, Costs, Crossing, Level, Policy, Production, StockOnOrders};
use crate::error::{Error, Result, check};
use crate::law::Law;
use crate::orders::Orders;
use crate::strategy::make_to_order::params::TimeLaw;

/// A compiled stock.
#[derive(Debug)]
pub struct StockParams {
    /// The order book.
    pub orders: Orders,
    /// Entity of the item.
    pub key: u32,
    /// When and how much is released.
    pub rule: Rule,
    /// How long it takes.
    pub supply: Supply,
    /// Periods between reviews; 0: whenever the position changes.
    pub review: f64,
    /// What is short waits; otherwise it is lost.
    pub backorders: bool,
    /// Orders may be delivered in parts.
    pub partial: bool,
    /// On hand at the start.
    pub opening: i64,
    /// Cost rates.
    pub costs: Costs,
    /// Work per server-period of production, if everything ordered is made, where arrivals have a long run.
    pub load: Option<f64>,
    /// Whether its orders are those of the design before it; set by who runs several.
    pub same_book: bool,
}

/// When and how much is released. Positions are whole: "below r" is "at or below r − 1", and base stock S is
/// min-max (S − 1, S).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// At or below `trigger`, up to `level`.
    UpTo {
        /// Largest position that orders.
        trigger: i64,
        /// Position after the release.
        level: i64,
    },
    /// At or below `trigger`, the least number of lots that lifts the position above it.
    Lots {
        /// Largest position that orders.
        trigger: i64,
        /// Units of a lot.
        quantity: i64,
    },
}

/// How what is released becomes stock.
#[derive(Debug)]
pub enum Supply {
    /// After a lead time.
    Lead {
        /// By the number of the release.
        time: TimeLaw,
        /// Not before what was released earlier.
        fifo: bool,
    },
    /// Unit by unit, by servers.
    Production {
        /// How many.
        servers: u32,
        /// By the number of the unit.
        time: TimeLaw,
        /// Entity of the draws.
        key: u32,
    },
}

impl Rule {
    /// Units to be released at this inventory position; 0: none.
    #[inline]
    pub fn wanted(self, position: i64) -> i64 {
        match self {
            Self::UpTo { trigger, level } if position <= trigger => level - position,
            Self::Lots { trigger, quantity } if position <= trigger => {
                ((trigger - position) / quantity + 1) * quantity
            }
            _ => 0,
        }
    }

    fn compile(policy: &Policy) -> Result<Self> {
        let strictly = |trigger: i64, strict: bool| trigger - i64::from(strict);
        match policy {
            Policy::BaseStock { level: Level::Constant(level) } => {
                let level = at_least(0.0, "policy.level", *level)?;
                Ok(Self::UpTo { trigger: level - 1, level })
            }
            Policy::MinMax { reorder, up_to, strict } => Ok(Self::UpTo {
                trigger: strictly(whole("policy.reorder", *reorder)?, *strict),
                level: whole("policy.up_to", *up_to)?,
            }),
            Policy::ReorderQuantity { reorder, quantity, strict } => Ok(Self::Lots {
                trigger: strictly(whole("policy.reorder", *reorder)?, *strict),
                quantity: at_least(1.0, "policy.quantity", *quantity)?,
            }),
            Policy::BaseStock { level: Level::Cycle(levels) } => {
                let bound = "one level where the unit is the order: there are no periods to number";
                Err(Error::config("policy.level", format!("{} levels", levels.len()), bound))
            }
            other => {
                let bound = "base_stock, min_max or reorder_quantity where the unit is the order";
                Err(Error::config("policy", kind(other), bound))
            }
        }
    }
}

/// The name of a policy in configurations.
fn kind(policy: &Policy) -> &'static str {
    match policy {
        Policy::BaseStock { .. } => "base_stock",
        Policy::MinMax { .. } => "min_max",
        Policy::ReorderQuantity { .. } => "reorder_quantity",
        Policy::CappedBaseStock { .. } => "capped_base_stock",
        Policy::ConstantOrder { .. } => "constant_order",
        Policy::OrderUpTo { .. } => "order_up_to",
        Policy::FollowForecast { .. } => "follow_forecast",
        Policy::RatePlan { .. } => "rate_plan",
        Policy::MaterialPlan { .. } => "material_plan",
        Policy::DemandDriven { .. } => "demand_driven",
    }
}

fn whole(field: &str, x: f64) -> Result<i64> {
    check::quantity(field, x)?;
    if x.fract() == 0.0 {
        Ok(x as i64)
    } else {
        Err(Error::config(field, x, "whole: orders are of whole units"))
    }
}

fn at_least(low: f64, field: &str, x: f64) -> Result<i64> {
    check::quantity(field, x)?;
    if x < low {
        return Err(Error::config(field, x, format!("≥ {low}")));
    }
    whole(field, x)
}

/// A law of times ≥ 0.
fn time_law(field: &str, law: &Law) -> Result<TimeLaw> {
    let law = law.compile().map_err(|e| e.within(field))?;
    check::non_negative(field, law.min())?;
    check::finite(&format!("{field}.mean"), law.mean())?;
    let fixed = (law.min() >= law.max()).then(|| law.min());
    Ok(TimeLaw { law, fixed })
}

impl Supply {
    fn compile(model: &StockOnOrders) -> Result<Self> {
        let Some(Production { servers, time, key }) = &model.production else {
            let fifo = match model.crossing {
                Crossing::Independent => false,
                Crossing::Fifo => true,
                Crossing::Kaplan | Crossing::Common => {
                    let bound = "independent or fifo: the others are drawn period by period";
                    let name = if model.crossing == Crossing::Kaplan { "kaplan" } else { "common" };
                    return Err(Error::config("crossing", name, bound));
                }
            };
            return Ok(Self::Lead { time: time_law("lead_time", &model.lead_time)?, fifo });
        };
        if *servers == 0 || *servers > 1 << 16 {
            return Err(Error::config("production.servers", servers, "in [1, 65536]"));
        }
        if !model.has_default_lead_time() {
            return Err(Error::config("lead_time", "given", "absent with production, which takes its place"));
        }
        if model.crossing != Crossing::Independent {
            let bound = "absent with production, where units are made first come first served";
            return Err(Error::config("crossing", "given", bound));
        }
        Ok(Self::Production { servers: *servers, time: time_law("production.time", time)?, key: *key })
    }
}

/// Rates are what they should be, and those that have no meaning here are not given.
fn check_costs(costs: &Costs) -> Result<()> {
    costs.check()?;
    for (name, x) in [
        ("salvage", costs.salvage),
        ("overtime", costs.overtime),
        ("express", costs.express),
        ("expedite", costs.expedite),
        ("disposal", costs.disposal),
        ("erosion", costs.erosion),
    ] {
        if x != 0.0 {
            return Err(Error::config(format!("costs.{name}"), x, "0 where the unit is the order"));
        }
    }
    Ok(())
}

/// How a stock is replenished, whoever it serves.
pub(in crate::strategy) struct Replenishment {
    pub(in crate::strategy) rule: Rule,
    pub(in crate::strategy) supply: Supply,
    pub(in crate::strategy) review: f64,
    pub(in crate::strategy) opening: i64,
}

impl Replenishment {
    /// Checks and compiles it; the orders of the model are not read.
    pub(in crate::strategy) fn compile(model: &StockOnOrders) -> Result<Self> {
        model.policy.check()?;
        let rule = Rule::compile(&model.policy)?;
        let supply = Supply::compile(model)?;
        check::non_negative("review_period", model.review_period)?;
        let opening = match model.opening_stock {
            Some(x) => at_least(0.0, "opening_stock", x)?,
            None => {
                let target = whole("opening_stock", model.policy.target())?;
                if target < 0 {
                    let bound = "≥ 0, or with opening_stock given, which would be this by default";
                    return Err(Error::config(model.policy.target_field(), target, bound));
                }
                target
            }
        };
        check_costs(&model.costs)?;
        Ok(Self { rule, supply, review: model.review_period, opening })
    }
}

impl StockParams {
    /// Compiles a stock for runs of `periods` periods and replications up to `end`, counted from the start of
    /// their half.
    pub fn compile(
        model: &StockOnOrders,
        key: u32,
        arrays: &Arrays,
        periods: usize,
        end: u64,
    ) -> Result<Self> {
        let orders = Orders::compile(&model.orders, arrays, periods, end)?;
        if orders.impatient() {
            let bound = "absent: customers of a stock wait until they are served, or are lost at once";
            return Err(Error::config("orders.patience", "given", bound));
        }
        if orders.choosy() {
            let bound = "absent: customers of a stock take what they ordered";
            return Err(Error::config("orders.valuation", "given", bound));
        }
        if model.backorder_share != 0.0 && model.backorder_share != 1.0 {
            let bound = "1 (all that is short waits) or 0 (all of it is lost) where the unit is the order";
            return Err(Error::config("backorder_share", model.backorder_share, bound));
        }
        let Replenishment { rule, supply, review, opening } = Replenishment::compile(model)?;
        let load = match (&supply, orders.rate()) {
            (Supply::Production { servers, time, .. }, Some(rate)) => {
                Some(rate * orders.mean_size() * time.mean() / f64::from(*servers))
            }
            _ => None,
        };
        Ok(Self {
            orders,
            key,
            rule,
            supply,
            review,
            backorders: model.backorder_share > 0.0,
            partial: model.partial,
            opening,
            costs: model.costs,
            load,
            same_book: false,
        })
    }

    /// What is too busy for a long run, with its load: production, where all that is ordered is made.
    pub fn overloaded(&self) -> Option<(&str, f64)> {
        let load = self.load.filter(|_| self.backorders)?;
        // What is exactly full by construction may miss 1 by rounding.
        (load >= 1.0 - 1e-12).then_some(("production", load))
    }

    /// Servers of its one station; none without production.
    pub fn servers(&self) -> Option<u32> {
        match self.supply {
            Supply::Production { servers, .. } => Some(servers),
            Supply::Lead { .. } => None,
        }
    }
}
