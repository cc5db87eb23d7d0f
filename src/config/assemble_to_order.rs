//! Assemble to order as it crosses the border: products, components, who gets what.

use super::{Costs, Crossing, Demand, MakeToStock, OrderBook, Policy, Production};
use crate::law::Law;
use serde::{Deserialize, Serialize};

/// Settings of assemble to order, period by period (spec X2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssembleToOrder {
    /// What customers order; inside a period in this order.
    pub products: Vec<Product>,
    /// What is on the shelf.
    pub components: Vec<Component>,
    /// Who gets components.
    #[serde(default)]
    pub allocation: Commitment,
    /// Whole periods from the start of assembly to delivery.
    #[serde(default)]
    pub assembly_time: u32,
    /// Hours of assembly per period: period t has number t modulo their count; none: no limit.
    #[serde(default)]
    pub hours: Option<Vec<f64>>,
    /// Periods within which the share of units delivered is counted.
    #[serde(default = "at_once")]
    pub windows: Vec<u32>,
}

fn at_once() -> Vec<u32> {
    vec![0]
}

fn one() -> f64 {
    1.0
}

/// A product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Name for messages.
    #[serde(default)]
    pub name: String,
    /// Entity of its demand.
    pub key: u32,
    /// Units per period.
    pub demand: Demand,
    /// Components, by number, and units of each in a unit of the product.
    pub usage: Vec<(usize, f64)>,
    /// Who comes first under `priority`: the smaller number.
    #[serde(default)]
    pub priority: u32,
    /// Under `reserve_critical`: may take what is reserved.
    #[serde(default)]
    pub critical: bool,
    /// In batches: what a unit is worth.
    #[serde(default = "one")]
    pub value: f64,
    /// Hours of assembly per unit.
    #[serde(default = "one")]
    pub hours: f64,
    /// Cost rates.
    #[serde(default)]
    pub costs: ProductCosts,
}

/// Money of a product, beside that of its components.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProductCosts {
    /// Per unit ordered and not yet delivered, and period.
    pub backorder: f64,
    /// Per unit not delivered in the period of its order.
    pub shortage: f64,
    /// Per unit delivered.
    pub assembly: f64,
    /// Received per unit ordered.
    pub price: f64,
}

/// A component: a stock like any other, whose demand is what products need of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Name for messages.
    #[serde(default)]
    pub name: String,
    /// Entity of its supply.
    pub key: u32,
    /// Its stock; the demand given here is not read.
    pub stock: MakeToStock,
    /// Under `reserve_critical`: units that only critical products may take.
    #[serde(default)]
    pub reserve: f64,
}

/// Who gets components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Commitment {
    /// First come first served, component by component: what an order gets is reserved for it while it waits for the rest.
    #[default]
    FcfsCommit,
    /// An order takes its components when all of them are there; later ones may pass.
    NoHoldback,
    /// As `fcfs_commit`, but more important products first.
    Priority,
    /// As `no_holdback`, but a part of the stock is for critical products only.
    ReserveCritical,
    /// As `no_holdback`, but the most valuable use of scarce components first.
    Batch,
    /// The same, exactly: the most value that what is free can be made into.
    BatchExact,
}

/// Settings of assemble to order where the unit is the order and time is continuous. Units are whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssemblyOnOrders {
    /// Potential orders; the variant of an order is its product.
    pub orders: OrderBook,
    /// As many as the book has variants.
    pub products: Vec<Configured>,
    /// What is on the shelf.
    pub components: Vec<Shelf>,
    /// Who gets components; not in batches.
    #[serde(default)]
    pub allocation: Commitment,
    /// Periods of assembly, by the number of the order.
    #[serde(default = "no_time")]
    pub assembly_time: Law,
    /// Benches side by side; none: as many as there is work for.
    #[serde(default)]
    pub servers: Option<u32>,
    /// Entity of the times.
    pub key: u32,
    /// Orders of several units are delivered unit by unit.
    #[serde(default)]
    pub partial: bool,
    /// Orders whose components are not all there are lost.
    #[serde(default)]
    pub lost: bool,
    /// Periods within which deliveries are counted.
    #[serde(default = "nought")]
    pub windows: Vec<f64>,
}

fn no_time() -> Law {
    Law::Deterministic { value: 0.0 }
}

fn nought() -> Vec<f64> {
    vec![0.0]
}

/// A product where the unit is the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configured {
    /// Name for messages.
    #[serde(default)]
    pub name: String,
    /// Components, by number, and units of each in a unit of the product.
    pub usage: Vec<(usize, f64)>,
    /// What the customer chooses: from each group one.
    #[serde(default)]
    pub options: Vec<Vec<Choice>>,
    /// Under `priority`: the smaller number comes first.
    #[serde(default)]
    pub priority: u32,
    /// Under `reserve_critical`: may take what is reserved.
    #[serde(default)]
    pub critical: bool,
    /// Finished units that are kept in stock; 0: assembled to order.
    #[serde(default)]
    pub stock: u32,
    /// Cost rates.
    #[serde(default)]
    pub costs: OrderedCosts,
}

/// One of several that a customer can choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Share of customers.
    pub rate: f64,
    /// What it takes.
    pub usage: Vec<(usize, f64)>,
}

/// Money of a product where the unit is the order.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrderedCosts {
    /// Per unit not delivered, and period.
    pub backorder: f64,
    /// Per unit not delivered at once.
    pub shortage: f64,
    /// Per unit delivered.
    pub assembly: f64,
    /// Per order that came to nothing.
    pub lost: f64,
    /// Received per unit delivered.
    pub price: f64,
}

/// A component on the shelf where the unit is the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shelf {
    /// Name for messages.
    #[serde(default)]
    pub name: String,
    /// Entity of its supply.
    pub key: u32,
    /// When and how much is released.
    pub policy: Policy,
    /// Periods from release to receipt; with `production` there is none.
    #[serde(default = "one_period")]
    pub lead_time: Law,
    /// Whether what is released later may be received earlier.
    #[serde(default)]
    pub crossing: Crossing,
    /// Periods between reviews; 0: whenever the position changes.
    #[serde(default)]
    pub review_period: f64,
    /// Instead of a lead time: servers that make units one by one.
    #[serde(default)]
    pub production: Option<Production>,
    /// Stock at the start; none: at the policy's target.
    #[serde(default)]
    pub opening_stock: Option<f64>,
    /// Prices and cost rates: holding, order, unit.
    #[serde(default)]
    pub costs: Costs,
    /// Under `reserve_critical`: units for critical products only.
    #[serde(default)]
    pub reserve: f64,
    /// Components that can stand in for it, in order of preference, and what a unit of them costs more.
    #[serde(default)]
    pub substitutes: Vec<(usize, f64)>,
}

fn one_period() -> Law {
    Law::Deterministic { value: 1.0 }
}
