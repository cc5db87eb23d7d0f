//! What is recorded, its unit, and how it is reduced.
//!
//! Kernels count raw sums ([`Counts`]); money and rates are worked out once per replication ([`values`]), so that a
//! price never enters an inner loop. [`METRICS`] is the catalogue that documentation, tables and plots share.

pub mod interval;
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

/// The catalogue, in the order of [`values`].
pub const METRICS: [Metric; 23] = [
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
    mean("cost", MONEY, Some("low"), "Sum of the six costs above."),
    mean("revenue", MONEY, Some("high"), "Price × units demanded and not lost."),
    mean(
        "salvage",
        MONEY,
        Some("high"),
        "Salvage value of the stock on hand at the end, spread over the periods.",
    ),
    mean("profit", MONEY, Some("high"), "Revenue + salvage − cost."),
];

/// Position of a metric in the catalogue.
pub fn position(name: &str) -> Option<usize> {
    METRICS.iter().position(|m| m.name == name)
}

/// Holding, backorder, shortage, lost-sale, order and purchase cost per period.
fn costs(c: &Counts, tariff: &Tariff) -> [f64; 6] {
    let (costs, n) = (&tariff.costs, tariff.periods);
    let short = c.demand - c.filled;
    let lost = short * tariff.lost_share;
    let charged = if tariff.mean_basis { (c.available + c.on_hand) * 0.5 } else { c.on_hand };
    [
        costs.holding * charged / n,
        costs.backorder * c.backorders / n,
        costs.shortage * short / n,
        costs.lost_sale * lost / n,
        costs.order * c.orders / n,
        costs.unit * c.order_quantity / n,
    ]
}

/// The sum of all costs per period, added in the order of the catalogue.
pub fn cost(c: &Counts, tariff: &Tariff) -> f64 {
    let [holding, backorder, shortage, lost_sale, order, purchase] = costs(c, tariff);
    holding + backorder + shortage + lost_sale + order + purchase
}

/// All metrics of one replication, in the order of [`METRICS`].
pub fn values(c: &Counts, tariff: &Tariff) -> [f64; METRICS.len()] {
    let n = tariff.periods;
    let short = c.demand - c.filled;
    let lost = short * tariff.lost_share;
    let [holding, backorder, shortage, lost_sale, order, purchase] = costs(c, tariff);
    let cost = cost(c, tariff);
    let revenue = tariff.costs.price * (c.demand - lost) / n;
    let salvage = tariff.costs.salvage * c.closing / n;
    [
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
        holding,
        backorder,
        shortage,
        lost_sale,
        order,
        purchase,
        cost,
        revenue,
        salvage,
        revenue + salvage - cost,
    ]
}

/// Whether the metrics at these positions of the catalogue can do without orders, order quantities, stockouts and stock
/// before demand.
pub fn lean(wanted: &[usize], tariff: &Tariff) -> bool {
    let costs = &tariff.costs;
    let in_money = tariff.mean_basis || costs.order != 0.0 || costs.unit != 0.0;
    wanted.iter().all(|&at| match METRICS[at].name {
        "orders" | "order_quantity" | "stockout_periods" | "alpha_service" => false,
        "order_cost" | "purchase_cost" | "holding_cost" | "cost" | "profit" => !in_money,
        _ => true,
    })
}

/// A ratio metric as numerator and denominator in every replication, from a row of all metrics.
pub fn ratio_parts(name: &str, row: impl Fn(usize) -> f64) -> Option<(f64, f64)> {
    let get = |name: &str| position(name).map_or(f64::NAN, &row);
    match name {
        "fill_rate" => Some((get("filled"), get("demand"))),
        "gamma_service" => Some((get("demand") - get("backorders"), get("demand"))),
        _ => None,
    }
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
        ];
        assert_eq!(parts.map(at).iter().sum::<f64>(), at("cost"));
        assert_eq!(at("revenue") + at("salvage") - at("cost"), at("profit"));
        assert_eq!(at("alpha_service"), 0.75);
    }
}
