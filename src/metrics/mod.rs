//! What is recorded, its unit, and how it is reduced.
//!
//! Kernels count raw sums ([`Counts`]); money and rates are worked out once per replication ([`values`]), so that a
//! price never enters an inner loop. [`METRICS`] is the catalogue that documentation, tables and plots share.

pub mod assembly;
pub mod distribution;
pub mod interval;
pub mod moments;
pub mod orders;
pub mod service;
pub mod summary;

use crate::config::Costs;

/// Raw sums over the counted periods of one replication.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Counts {
    /// Units demanded.
    pub demand: f64,
    /// Units filled from stock in the period of their demand.
    pub filled: f64,
    /// On-hand stock at the close, summed over periods.
    pub on_hand: f64,
    /// Units waiting at the close, summed over periods.
    pub backorders: f64,
    /// On-hand stock just before demand, summed over periods.
    pub available: f64,
    /// Orders released.
    pub orders: f64,
    /// Units ordered.
    pub order_quantity: f64,
    /// Periods that closed with a backlog or a loss.
    pub stockouts: f64,
    /// On-hand stock at the end.
    pub closing: f64,
    /// What only designs on rows count.
    pub extras: Extras,
}

/// Raw sums of what only some designs have.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Extras {
    /// Units whose shelf life ended.
    pub expired: f64,
    /// Units lost to yield or destroyed.
    pub scrapped: f64,
    /// Units made worthless by an event.
    pub obsolete: f64,
    /// Units released in overtime.
    pub overtime: f64,
    /// Units ordered from the express source.
    pub express: f64,
    /// Units brought forward by a period.
    pub expedited: f64,
    /// Regular capacity offered in periods that ordered, units.
    pub capacity: f64,
    /// Squares of demand.
    pub demand_squares: f64,
    /// Squares of quantities ordered.
    pub order_squares: f64,
    /// Squares of net stock at the close.
    pub net_squares: f64,
    /// Net stock at the close.
    pub net: f64,
    /// Units ordered, each at what a unit of value is worth then.
    pub worth_ordered: f64,
    /// Units on hand at the close, each at what a unit of value is worth then.
    pub worth_held: f64,
}

impl Extras {
    /// The same with net stock higher by `level` in each of `periods` periods.
    pub fn raised(&self, level: f64, periods: f64) -> Self {
        let net = self.net + periods * level;
        let net_squares = self.net_squares + level * (2.0 * self.net + periods * level);
        Self { net, net_squares, ..*self }
    }

    fn add(&mut self, e: &Self) {
        self.expired += e.expired;
        self.scrapped += e.scrapped;
        self.obsolete += e.obsolete;
        self.overtime += e.overtime;
        self.express += e.express;
        self.expedited += e.expedited;
        self.capacity += e.capacity;
        self.demand_squares += e.demand_squares;
        self.order_squares += e.order_squares;
        self.net_squares += e.net_squares;
        self.net += e.net;
        self.worth_ordered += e.worth_ordered;
        self.worth_held += e.worth_held;
    }
}

impl Counts {
    /// Pools another replication.
    pub fn add(&mut self, c: &Self) {
        self.demand += c.demand;
        self.filled += c.filled;
        self.on_hand += c.on_hand;
        self.backorders += c.backorders;
        self.available += c.available;
        self.orders += c.orders;
        self.order_quantity += c.order_quantity;
        self.stockouts += c.stockouts;
        self.closing += c.closing;
        self.extras.add(&c.extras);
    }
}

/// What turns counts into metrics.
#[derive(Debug, Clone, Copy)]
pub struct Tariff {
    /// Cost rates.
    pub costs: Costs,
    /// Holding is charged on the mean of stock before demand and at the close.
    pub mean_basis: bool,
    /// Share of a shortage that is lost.
    pub lost_share: f64,
    /// Counted periods.
    pub periods: f64,
}

/// One row of the catalogue.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct Metric {
    /// Name in results.
    pub name: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// One sentence.
    pub definition: &'static str,
    /// `mean`, or `ratio` of two other metrics.
    pub kind: &'static str,
    /// Numerator of a ratio, where it is itself a metric.
    pub numerator: Option<&'static str>,
    /// Denominator of a ratio.
    pub denominator: Option<&'static str>,
    /// Which direction is good: `high`, `low` or neither.
    pub better: Option<&'static str>,
}

const UNITS: &str = "units per period";
const STOCK: &str = "units";
const MONEY: &str = "money per period";
const SHARE: &str = "share";
const SQUARES: &str = "units²";

const fn mean(
    name: &'static str,
    unit: &'static str,
    better: Option<&'static str>,
    definition: &'static str,
) -> Metric {
    Metric { name, unit, definition, kind: "mean", numerator: None, denominator: None, better }
}

const fn ratio(name: &'static str, of: &'static str, to: &'static str, definition: &'static str) -> Metric {
    let (numerator, denominator) = (Some(of), Some(to));
    Metric { name, unit: SHARE, definition, kind: "ratio", numerator, denominator, better: Some("high") }
}

impl Metric {
    const fn of_unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    const fn neither(mut self) -> Self {
        self.better = None;
        self
    }

    const fn low(mut self) -> Self {
        self.better = Some("low");
        self
    }

    /// Numerator and denominator of a ratio: other metrics, with signs.
    pub fn parts(&self) -> Option<[Vec<(f64, &'static str)>; 2]> {
        Some([signed(self.numerator?), signed(self.denominator?)])
    }
}

/// `a − b` as signed names.
fn signed(expression: &'static str) -> Vec<(f64, &'static str)> {
    let mut sign = 1.0;
    let mut out = Vec::new();
    for word in expression.split_whitespace() {
        match word {
            "−" => sign = -1.0,
            "+" => sign = 1.0,
            name => out.push((sign, name)),
        }
    }
    out
}

/// The catalogue, in the order of [`values`].
pub const METRICS: [Metric; 43] = [
    mean("demand", UNITS, None, "Units demanded."),
    mean("filled", UNITS, Some("high"), "Units filled from stock in the period of their demand."),
    ratio(
        "fill_rate",
        "filled",
        "demand",
        "Share of demand filled from stock in its own period (β service).",
    ),
    mean(
        "short",
        UNITS,
        Some("low"),
        "Units not filled in the period of their demand; they wait or are lost.",
    ),
    mean("lost", UNITS, Some("low"), "Units lost."),
    mean("on_hand", STOCK, Some("low"), "Stock on hand at the close of a period."),
    mean("backorders", STOCK, Some("low"), "Units waiting at the close of a period."),
    mean("net_inventory", STOCK, None, "On hand minus backorders at the close of a period."),
    mean("orders", "orders per period", None, "Orders released."),
    mean("order_quantity", UNITS, None, "Units ordered."),
    mean("stockout_periods", SHARE, Some("low"), "Share of periods that close with a backlog or a loss."),
    mean(
        "alpha_service",
        SHARE,
        Some("high"),
        "Share of periods that close without backlog or loss (α service).",
    ),
    ratio(
        "gamma_service",
        "demand − backorders",
        "demand",
        "One minus mean backorders over mean demand (γ service).",
    ),
    mean(
        "holding_cost",
        MONEY,
        Some("low"),
        "Holding rate × stock on hand (at the close, or its mean over the period).",
    ),
    mean("backorder_cost", MONEY, Some("low"), "Backorder rate × units waiting at the close."),
    mean("shortage_cost", MONEY, Some("low"), "Charge per unit not filled at once."),
    mean("lost_sale_cost", MONEY, Some("low"), "Charge per unit lost."),
    mean("order_cost", MONEY, Some("low"), "Charge per order released."),
    mean("purchase_cost", MONEY, Some("low"), "Charge per unit ordered."),
    mean("overtime_cost", MONEY, Some("low"), "Charge per unit released in overtime."),
    mean("express_cost", MONEY, Some("low"), "Charge per unit ordered from the express source."),
    mean("expedite_cost", MONEY, Some("low"), "Charge per unit brought forward by a period."),
    mean("disposal_cost", MONEY, Some("low"), "Charge per unit expired, scrapped or obsolete."),
    mean("erosion_cost", MONEY, Some("low"), "What stock on hand loses of its value."),
    mean("cost", MONEY, Some("low"), "Sum of all costs above."),
    mean("revenue", MONEY, Some("high"), "Price × units demanded and not lost."),
    mean(
        "salvage",
        MONEY,
        Some("high"),
        "Salvage value of the stock on hand at the end, spread over the periods.",
    ),
    mean("profit", MONEY, Some("high"), "Revenue + salvage − cost."),
    mean("expired", UNITS, Some("low"), "Units whose shelf life ended."),
    mean("scrapped", UNITS, Some("low"), "Units lost to yield or destroyed."),
    mean("obsolete", UNITS, Some("low"), "Units made worthless by an event."),
    mean("waste", UNITS, Some("low"), "Units expired, scrapped or obsolete."),
    mean("overtime", UNITS, Some("low"), "Units released in overtime."),
    mean("express_quantity", UNITS, None, "Units ordered from the express source."),
    mean("expedited", UNITS, None, "Units brought forward by a period."),
    mean("capacity", UNITS, None, "Regular capacity offered at reviews."),
    ratio(
        "utilisation",
        "order_quantity − express_quantity − overtime",
        "capacity",
        "Share of the regular capacity offered at reviews that is used.",
    )
    .neither(),
    ratio("days_of_supply", "on_hand", "demand", "Periods of mean demand that mean stock on hand lasts.")
        .of_unit("periods")
        .neither(),
    mean("demand_variance", SQUARES, None, "Variance of demand over the periods of a replication."),
    mean(
        "order_variance",
        SQUARES,
        None,
        "Variance of the quantity ordered over the periods of a replication.",
    ),
    mean("net_inventory_variance", SQUARES, None, "Variance of net stock over the periods of a replication."),
    ratio("bullwhip", "order_variance", "demand_variance", "Variance of orders over that of demand.").low(),
    ratio(
        "net_stock_amplification",
        "net_inventory_variance",
        "demand_variance",
        "Variance of net stock over that of demand.",
    )
    .low(),
];

/// The first so many are what every design has; the others come with what they count, or when asked for.
pub const BASIC: usize = 28;

/// Position of a metric in the catalogue.
pub fn position(name: &str) -> Option<usize> {
    METRICS.iter().position(|m| m.name == name)
}

/// What each kind of cost is per period, in the order of the catalogue.
fn costs(c: &Counts, tariff: &Tariff) -> [f64; 11] {
    let (costs, n) = (&tariff.costs, tariff.periods);
    let short = c.demand - c.filled;
    let lost = short * tariff.lost_share;
    let charged = if tariff.mean_basis { (c.available + c.on_hand) * 0.5 } else { c.on_hand };
    let e = &c.extras;
    let bought = if costs.erosion == 0.0 { c.order_quantity } else { e.worth_ordered };
    [
        costs.holding * charged / n,
        costs.backorder * c.backorders / n,
        costs.shortage * short / n,
        costs.lost_sale * lost / n,
        costs.order * c.orders / n,
        costs.unit * bought / n,
        costs.overtime * e.overtime / n,
        costs.express * e.express / n,
        costs.expedite * e.expedited / n,
        costs.disposal * (e.expired + e.scrapped + e.obsolete) / n,
        costs.erosion * costs.unit * e.worth_held / n,
    ]
}

/// The sum of all costs per period, added in the order of the catalogue.
pub fn cost(c: &Counts, tariff: &Tariff) -> f64 {
    costs(c, tariff).into_iter().fold(0.0, |sum, x| sum + x)
}

/// Variance over n periods, from sum and sum of squares.
fn variance(sum: f64, squares: f64, n: f64) -> f64 {
    let spread = squares - sum * (sum / n);
    if n > 1.0 { (if spread > 0.0 { spread } else { 0.0 }) / (n - 1.0) } else { f64::NAN }
}

/// All metrics of one replication, in the order of [`METRICS`].
pub fn values(c: &Counts, tariff: &Tariff) -> [f64; METRICS.len()] {
    let n = tariff.periods;
    let short = c.demand - c.filled;
    let lost = short * tariff.lost_share;
    let by_kind = costs(c, tariff);
    let cost = cost(c, tariff);
    let revenue = tariff.costs.price * (c.demand - lost) / n;
    let salvage = tariff.costs.salvage * c.closing / n;
    let e = &c.extras;
    let basic = [
        c.demand / n,
        c.filled / n,
        c.filled / c.demand,
        short / n,
        lost / n,
        c.on_hand / n,
        c.backorders / n,
        (c.on_hand - c.backorders) / n,
        c.orders / n,
        c.order_quantity / n,
        c.stockouts / n,
        1.0 - c.stockouts / n,
        1.0 - c.backorders / c.demand,
    ];
    let demand_variance = variance(c.demand, e.demand_squares, n);
    let order_variance = variance(c.order_quantity, e.order_squares, n);
    let net_variance = variance(e.net, e.net_squares, n);
    let rest = [
        cost,
        revenue,
        salvage,
        revenue + salvage - cost,
        e.expired / n,
        e.scrapped / n,
        e.obsolete / n,
        (e.expired + e.scrapped + e.obsolete) / n,
        e.overtime / n,
        e.express / n,
        e.expedited / n,
        e.capacity / n,
        if e.capacity > 0.0 { (c.order_quantity - e.express - e.overtime) / e.capacity } else { f64::NAN },
        c.on_hand / c.demand,
        demand_variance,
        order_variance,
        net_variance,
        order_variance / demand_variance,
        net_variance / demand_variance,
    ];
    let mut all = [0.0; METRICS.len()];
    all[..13].copy_from_slice(&basic);
    all[13..24].copy_from_slice(&by_kind);
    all[24..].copy_from_slice(&rest);
    all
}

/// Whether the metrics at these positions of the catalogue can do without orders, order quantities, stockouts and stock
/// before demand.
pub fn lean(wanted: &[usize], tariff: &Tariff) -> bool {
    let costs = &tariff.costs;
    let in_money = tariff.mean_basis || costs.order != 0.0 || costs.unit != 0.0;
    wanted.iter().all(|&at| match METRICS[at].name {
        "orders" | "order_quantity" | "stockout_periods" | "alpha_service" => false,
        "order_cost" | "purchase_cost" | "holding_cost" | "cost" | "profit" => !in_money,
        _ => at < BASIC,
    })
}

/// Whether a design needs [rows](crate::strategy::make_to_stock) for these metrics, whatever it is.
pub fn needs_rows(wanted: &[usize]) -> bool {
    wanted.iter().any(|&at| at >= BASIC && METRICS[at].name != "days_of_supply")
}

/// Whether these metrics need sums of squares.
pub fn needs_variances(wanted: &[usize]) -> bool {
    let squared =
        |name: &str| name.ends_with("_variance") || ["bullwhip", "net_stock_amplification"].contains(&name);
    wanted.iter().any(|&at| squared(METRICS[at].name))
}

/// A ratio metric as numerator and denominator in every replication, from a row of all metrics.
pub fn ratio_parts(metric: &Metric, row: impl Fn(usize) -> f64) -> Option<(f64, f64)> {
    let [top, bottom] = metric.parts()?;
    let sum = |terms: &[(f64, &str)]| {
        terms.iter().map(|(sign, name)| sign * position(name).map_or(f64::NAN, &row)).fold(0.0, |a, b| a + b)
    };
    Some((sum(&top), sum(&bottom)))
}

/// A quantity that can be kept period by period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Units demanded.
    Demand,
    /// Units filled from stock at once.
    Filled,
    /// Stock at the close.
    OnHand,
    /// Units waiting at the close.
    Backorders,
    /// On hand minus backorders at the close.
    NetInventory,
    /// Units ordered.
    OrderQuantity,
    /// Units lost.
    Lost,
}

/// Quantities that can be kept period by period: name, unit, definition. A trace shares its name with the metric that
/// is its time average.
pub const TRACES: [(Quantity, &str, &str, &str); 7] = [
    (Quantity::Demand, "demand", UNITS, "Units demanded in the period."),
    (Quantity::Filled, "filled", UNITS, "Units filled from stock in the period of their demand."),
    (Quantity::OnHand, "on_hand", STOCK, "Stock on hand at the close."),
    (Quantity::Backorders, "backorders", STOCK, "Units waiting at the close."),
    (Quantity::NetInventory, "net_inventory", STOCK, "On hand minus backorders at the close."),
    (Quantity::OrderQuantity, "order_quantity", UNITS, "Units ordered in the period."),
    (Quantity::Lost, "lost", UNITS, "Units lost in the period."),
];

impl Quantity {
    /// Name in results.
    pub fn name(self) -> &'static str {
        TRACES[self as usize].1
    }

    /// The quantity of a name.
    pub fn named(name: &str) -> Option<Self> {
        TRACES.iter().find(|t| t.1 == name).map(|t| t.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_find_their_names() {
        assert!(TRACES.iter().all(|t| t.0.name() == t.1 && Quantity::named(t.1) == Some(t.0)));
    }

    #[test]
    fn costs_sum_to_the_total_exactly() {
        let c = Counts {
            demand: 103.0,
            filled: 97.0,
            on_hand: 411.0,
            backorders: 11.0,
            available: 500.0,
            orders: 9.0,
            order_quantity: 101.0,
            stockouts: 3.0,
            closing: 7.0,
            extras: Extras { worth_ordered: 101.0, expired: 4.0, overtime: 3.0, ..Extras::default() },
        };
        let costs = Costs {
            holding: 0.1,
            backorder: 0.7,
            shortage: 0.3,
            lost_sale: 1.1,
            order: 13.7,
            unit: 2.3,
            price: 9.9,
            salvage: 0.4,
            overtime: 0.9,
            express: 0.8,
            expedite: 0.6,
            disposal: -0.2,
            erosion: 0.01,
        };
        let v = values(&c, &Tariff { costs, mean_basis: true, lost_share: 0.4, periods: 12.0 });
        let at = |name: &str| v[position(name).unwrap()];
        let parts = [
            "holding_cost",
            "backorder_cost",
            "shortage_cost",
            "lost_sale_cost",
            "order_cost",
            "purchase_cost",
            "overtime_cost",
            "express_cost",
            "expedite_cost",
            "disposal_cost",
            "erosion_cost",
        ];
        assert_eq!(position("profit"), Some(BASIC - 1));
        assert_eq!(parts.map(at).iter().sum::<f64>(), at("cost"));
        assert_eq!(at("revenue") + at("salvage") - at("cost"), at("profit"));
        assert_eq!(at("alpha_service"), 0.75);
    }
}
