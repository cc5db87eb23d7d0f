//! What is recorded of an assembly: in all, by product, by component. A quantity that a make-to-stock item has as well has the
//! same name.

use super::{METRICS, Tariff, position};
use crate::config::ProductCosts;
use crate::strategy::assemble_to_order::chunk::ProductCounts;
use crate::strategy::assemble_to_order::orders::shelf::ShelfSums;
use crate::strategy::assemble_to_order::orders::shop::OrderedSums;

/// One number of one replication, and what it is a ratio of.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figure {
    /// The number itself.
    pub value: f64,
    /// Numerator; of a mean, itself.
    pub top: f64,
    /// Denominator; of a mean, 1.
    pub bottom: f64,
}

impl Figure {
    /// A number that is no ratio.
    pub fn mean(value: f64) -> Self {
        Self { value, top: value, bottom: 1.0 }
    }

    /// A ratio.
    pub fn ratio(top: f64, bottom: f64) -> Self {
        Self { value: top / bottom, top, bottom }
    }
}

/// One row of a catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Row<S: 'static> {
    /// Name in results.
    pub name: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// One sentence.
    pub definition: &'static str,
    /// Which direction is good: `high`, `low` or neither.
    pub better: Option<&'static str>,
    /// The value, or the numerator of a ratio.
    pub top: fn(&S) -> f64,
    /// Denominator of a ratio.
    pub bottom: Option<fn(&S) -> f64>,
}

impl<S> Row<S> {
    /// Its value in one replication, numerator and denominator.
    pub fn cell(&self, of: &S) -> Figure {
        let top = (self.top)(of);
        self.bottom.map_or_else(|| Figure::mean(top), |f| Figure::ratio(top, f(of)))
    }
}

/// The whole in one replication; money and units per period.
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs, reason = "the catalogue says what each of them is")]
pub struct Total {
    pub demand: f64,
    pub filled: f64,
    pub late: f64,
    pub short: f64,
    pub delivered: f64,
    pub hours: f64,
    pub investment: f64,
    /// Costs in the order of the catalogue.
    pub costs: [f64; COSTS],
    pub revenue: f64,
    pub salvage: f64,
}

/// Kinds of cost.
pub const COSTS: usize = 12;

impl Total {
    fn cost(&self) -> f64 {
        self.costs.iter().fold(0.0, |sum, x| sum + x)
    }
}

const UNITS: &str = "units per period";
const STOCK: &str = "units";
const SHARE: &str = "share";
const MONEY: &str = "money per period";
const HIGH: Option<&str> = Some("high");
const LOW: Option<&str> = Some("low");

const fn mean<S>(
    name: &'static str,
    unit: &'static str,
    better: Option<&'static str>,
    definition: &'static str,
    f: fn(&S) -> f64,
) -> Row<S> {
    Row { name, unit, definition, better, top: f, bottom: None }
}

const fn ratio<S>(
    name: &'static str,
    unit: &'static str,
    better: Option<&'static str>,
    definition: &'static str,
    top: fn(&S) -> f64,
    bottom: fn(&S) -> f64,
) -> Row<S> {
    Row { name, unit, definition, better, top, bottom: Some(bottom) }
}

/// In all.
#[rustfmt::skip]
pub const TOTALS: &[Row<Total>] = &[
    mean("demand", UNITS, None, "Units of all products ordered.", |s| s.demand),
    mean("delivered", UNITS, HIGH, "Units of all products delivered.", |s| s.delivered),
    mean("filled", UNITS, HIGH, "Units delivered in the period of their order.", |s| s.filled),
    ratio("fill_rate", SHARE, HIGH, "Share of units delivered in the period of their order: the order fill rate where a unit is an order.", |s| s.filled, |s| s.demand),
    mean("backorders", STOCK, LOW, "Units ordered and not delivered at the close.", |s| s.late),
    mean("waiting_for_components", STOCK, LOW, "Of them, units that lack components.", |s| s.short),
    mean("in_assembly", STOCK, LOW, "Of them, units that have all components.", |s| s.late - s.short),
    ratio("waiting_time", "periods", LOW, "Periods from order to delivery, from Little's law: backorders over demand.", |s| s.late, |s| s.demand),
    mean("hours_used", "hours per period", None, "Hours of assembly worked.", |s| s.hours),
    mean("investment", "money", LOW, "Components free, reserved or in assembly, at what they cost.", |s| s.investment),
    mean("holding_cost", MONEY, LOW, "Components on the shelf.", |s| s.costs[0]),
    mean("committed_holding_cost", MONEY, LOW, "Components that waiting orders have, or that are in assembly.", |s| s.costs[1]),
    mean("backorder_cost", MONEY, LOW, "Units ordered and not delivered.", |s| s.costs[2]),
    mean("shortage_cost", MONEY, LOW, "Units not delivered in the period of their order.", |s| s.costs[3]),
    mean("order_cost", MONEY, LOW, "Charge per replenishment.", |s| s.costs[4]),
    mean("purchase_cost", MONEY, LOW, "Charge per component ordered.", |s| s.costs[5]),
    mean("overtime_cost", MONEY, LOW, "Components released in overtime.", |s| s.costs[6]),
    mean("express_cost", MONEY, LOW, "Components ordered from the express source.", |s| s.costs[7]),
    mean("expedite_cost", MONEY, LOW, "Components brought forward.", |s| s.costs[8]),
    mean("disposal_cost", MONEY, LOW, "Components scrapped.", |s| s.costs[9]),
    mean("erosion_cost", MONEY, LOW, "What components on the shelf lose of their value.", |s| s.costs[10]),
    mean("assembly_cost", MONEY, LOW, "Charge per unit delivered.", |s| s.costs[11]),
    mean("cost", MONEY, LOW, "Sum of all costs above.", Total::cost),
    mean("revenue", MONEY, HIGH, "Price of what was ordered.", |s| s.revenue),
    mean("salvage", MONEY, HIGH, "Salvage value of the components on the shelf at the end, spread over the periods.", |s| s.salvage),
    mean("profit", MONEY, HIGH, "Revenue + salvage − cost.", |s| s.revenue + s.salvage - s.cost()),
];

/// By product.
#[rustfmt::skip]
pub const PRODUCTS: &[Row<ProductCounts>] = &[
    mean("demand", UNITS, None, "Units ordered.", |s| s.demand / s.periods),
    mean("delivered", UNITS, HIGH, "Units delivered.", |s| s.delivered / s.periods),
    mean("filled", UNITS, HIGH, "Units delivered in the period of their order.", |s| s.filled / s.periods),
    ratio("fill_rate", SHARE, HIGH, "Share of units delivered in the period of their order.", |s| s.filled, |s| s.demand),
    mean("complete_periods", SHARE, HIGH, "Share of periods whose orders were all delivered in them.", |s| s.complete / s.periods),
    mean("backorders", STOCK, LOW, "Units ordered and not delivered at the close.", |s| s.late / s.periods),
    mean("waiting_for_components", STOCK, LOW, "Of them, units that lack components.", |s| s.short / s.periods),
    mean("in_assembly", STOCK, LOW, "Of them, units that have all components.", |s| (s.late - s.short) / s.periods),
    ratio("waiting_time", "periods", LOW, "Periods from order to delivery, from Little's law: backorders over demand.", |s| s.late, |s| s.demand),
    mean("kits", STOCK, None, "Units that could be assembled from what is on the shelf at the close, if no other product were.", |s| s.kits / s.periods),
];

const TIME: &str = "periods";
const ORDERS: &str = "orders per period";

/// By product where the unit is the order.
#[rustfmt::skip]
pub const ORDERED: &[Row<OrderedSums>] = &[
    mean("orders_arrived", ORDERS, None, "Orders that arrived.", |s| s.arrived / s.duration),
    mean("demand", UNITS, None, "Units of these.", |s| s.units / s.duration),
    mean("orders_delivered", ORDERS, HIGH, "Of them, orders that were delivered, sooner or later.", |s| s.delivered / s.duration),
    ratio("order_fill_rate", SHARE, HIGH, "Share of orders whose components were all there when they came; of a product with finished stock, whose units were.", |s| s.at_once, |s| s.arrived),
    ratio("kit_fill_rate", SHARE, HIGH, "Share of units whose components were all there when their assembly was asked for.", |s| s.kits_at_once, |s| s.kits),
    ratio("lead_time", TIME, LOW, "From arrival to delivery, over delivered orders.", |s| s.lead, |s| s.delivered),
    ratio("material_time", TIME, LOW, "From arrival until all components are there, over delivered orders.", |s| s.material, |s| s.delivered),
    ratio("lost_share", SHARE, LOW, "Share of orders that came to nothing.", |s| s.lost, |s| s.arrived),
    mean("backorders", STOCK, LOW, "Units ordered and not delivered, over time.", |s| s.undelivered / s.duration),
    mean("orders_in_shop", "orders", LOW, "Orders not delivered yet, over time.", |s| s.orders_open / s.duration),
    mean("waiting_for_components", STOCK, LOW, "Units that lack components, over time.", |s| s.short / s.duration),
    mean("finished_stock", STOCK, LOW, "Finished units in stock, over time.", |s| s.finished / s.duration),
];

/// By component where the unit is the order.
#[rustfmt::skip]
pub const SHELVES: &[Row<ShelfSums>] = &[
    mean("demand", UNITS, None, "Units that counted orders need.", |s| s.units / s.duration),
    mean("on_hand", STOCK, LOW, "Units that are nobody's, over time.", |s| s.free / s.duration),
    mean("reserved", STOCK, LOW, "Units that waiting orders have, over time.", |s| s.reserved / s.duration),
    mean("in_assembly", STOCK, LOW, "Units in orders that have all components and are not finished, over time.", |s| s.in_assembly / s.duration),
    mean("backorders", STOCK, LOW, "Units that waiting orders lack, over time.", |s| s.needed / s.duration),
    mean("on_order", STOCK, None, "Units on order, over time.", |s| s.on_order / s.duration),
    mean("on_order_squares", "units²", None, "Square of the units on order, over time.", |s| s.on_order_squares / s.duration),
    ratio("fill_rate", SHARE, HIGH, "Share of units that were there when they were needed.", |s| s.units_at_once, |s| s.units),
    ratio("order_fill_rate", SHARE, HIGH, "Share of orders that need it and found all they need of it.", |s| s.orders_at_once, |s| s.orders),
    mean("orders", "orders per period", None, "Replenishments released.", |s| s.releases / s.duration),
    mean("order_quantity", UNITS, None, "Units of these.", |s| s.release_quantity / s.duration),
];

/// By component, beside the metrics of a make-to-stock item: name, unit, definition, which direction is good.
pub const COMPONENTS: [(&str, &str, &str, Option<&str>); 2] = [
    ("reserved", STOCK, "Units that waiting orders have at the close.", LOW),
    (
        "in_assembly",
        STOCK,
        "Units in orders that have all components and are not delivered, at the close.",
        LOW,
    ),
];

/// A metric of a make-to-stock item, ready to be read off a row of all of them.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Position in the catalogue.
    pub at: usize,
    /// Positions and signs of numerator and denominator.
    parts: Option<[Vec<(f64, usize)>; 2]>,
}

impl Reading {
    /// The metric at a position of the catalogue.
    pub fn new(at: usize) -> Self {
        let places = |terms: Vec<(f64, &'static str)>| {
            terms.into_iter().filter_map(|(sign, name)| position(name).map(|i| (sign, i))).collect()
        };
        Self { at, parts: METRICS[at].parts().map(|parts| parts.map(places)) }
    }

    /// Off a row of all metrics.
    pub fn cell(&self, all: &[f64; METRICS.len()]) -> Figure {
        let sum = |terms: &[(f64, usize)]| terms.iter().fold(0.0, |sum, (sign, i)| sum + sign * all[*i]);
        let value = all[self.at];
        match &self.parts {
            None => Figure::mean(value),
            Some([top, bottom]) => Figure { value, top: sum(top), bottom: sum(bottom) },
        }
    }
}

// Where a row of all metrics has stock on hand, what it costs, and what it brings.
const ON_HAND: usize = 5;
const HOLDING: usize = 13;
const SALVAGE: usize = 26;

/// Adds one component to the whole: a row of all its metrics, what is held of it, what it costs.
pub fn add_component(total: &mut Total, all: &[f64; METRICS.len()], held: [f64; 2], tariff: &Tariff) {
    let held = (held[0] + held[1]) / tariff.periods;
    let [holding, backorder, shortage, _, rest @ ..] =
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(|i| all[HOLDING + i]);
    total.costs[0] += holding;
    total.costs[1] += tariff.costs.holding * held;
    total.costs[2] += backorder;
    total.costs[3] += shortage;
    for (sum, x) in total.costs[4..11].iter_mut().zip(rest) {
        *sum += x;
    }
    total.investment += tariff.costs.unit * (all[ON_HAND] + held);
    total.salvage += all[SALVAGE];
}

/// Adds one product to the whole.
pub fn add_product(total: &mut Total, counts: &ProductCounts, costs: &ProductCosts, periods: f64) {
    total.demand += counts.demand / periods;
    total.filled += counts.filled / periods;
    total.late += counts.late / periods;
    total.short += counts.short / periods;
    total.delivered += counts.delivered / periods;
    total.costs[2] += costs.backorder * counts.late / periods;
    total.costs[3] += costs.shortage * (counts.demand - counts.filled) / periods;
    total.costs[11] += costs.assembly * counts.delivered / periods;
    total.revenue += costs.price * counts.demand / periods;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_where_they_are() {
        assert_eq!(position("on_hand"), Some(ON_HAND));
        assert_eq!(position("salvage"), Some(SALVAGE));
        let costs = &METRICS[HOLDING..HOLDING + 11];
        assert_eq!(costs[0].name, "holding_cost");
        assert_eq!(costs[3].name, "lost_sale_cost");
        // Kinds of cost in the order of the totals, lost sales left out.
        let own: Vec<&str> = costs.iter().map(|m| m.name).filter(|n| *n != "lost_sale_cost").collect();
        let totals: Vec<&str> = TOTALS.iter().map(|m| m.name).filter(|n| own.contains(n)).collect();
        assert_eq!(own, totals);
    }
}
