//! Assemble to order as it crosses the border: products, components, who gets what.

use super::{Demand, MakeToStock};
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
    /// Under `batch`: what a unit is worth.
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
}
