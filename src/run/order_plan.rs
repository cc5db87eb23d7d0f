//! One design of one item where the unit is the order, whatever its strategy: what the run needs to know of it.

use super::blocks::Layout;
use super::end_of;
use crate::config::{Arrays, Model, OrderCosts, Request};
use crate::error::{Error, Result};
use crate::metrics::assembly::{Figure, ORDERED, SHELVES};
use crate::metrics::orders::{For, METRICS};
use crate::orders::Orders;
use crate::strategy::assemble_to_order::orders::params::OrderedAssembly;
use crate::strategy::assemble_to_order::orders::shop::AssemblyScratch;
use crate::strategy::make_to_order::params::Params;
use crate::strategy::make_to_stock::orders_params::{StockParams, Supply};

/// Metrics for which cash is followed.
const CASH: [&str; 5] = ["receivables", "payables", "deposits", "working_capital", "peak_funding"];

/// A compiled design.
pub(super) enum Plan {
    /// Made to order.
    Shop(Box<Params>),
    /// Made to stock.
    Stock(Box<StockParams>),
    /// Assembled to order.
    Assembly(Box<OrderedAssembly>),
}

impl Plan {
    /// Compiles a design; `before` is the design before it, whose orders it may share.
    pub(super) fn compile(
        design: &Model,
        before: Option<&Model>,
        key: u32,
        arrays: &Arrays,
        request: &Request,
    ) -> Result<Self> {
        let (periods, end) = (request.periods.max(1), end_of(request));
        match design {
            Model::MakeToOrder(model) => {
                let mut p = Params::compile(model, key, arrays, periods, end)?;
                p.same_book = matches!(before, Some(Model::MakeToOrder(b)) if b.orders == model.orders);
                Ok(Self::Shop(Box::new(p)))
            }
            Model::StockOnOrders(model) => {
                let mut p = StockParams::compile(model, key, arrays, periods, end)?;
                p.same_book = matches!(before, Some(Model::StockOnOrders(b)) if b.orders == model.orders);
                Ok(Self::Stock(Box::new(p)))
            }
            Model::AssemblyOnOrders(model) => {
                let mut p = OrderedAssembly::compile(model, key, arrays, periods, end)?;
                p.same_book = matches!(before, Some(Model::AssemblyOnOrders(b)) if b.orders == model.orders);
                Ok(Self::Assembly(Box::new(p)))
            }
            Model::MakeToStock(_) | Model::AssembleToOrder(_) => {
                Err(Error::Internal { reason: "a model of another clock".to_owned() })
            }
        }
    }

    /// Whose metrics it has.
    pub(super) fn kind(&self) -> For {
        match self {
            Self::Shop(_) => For::Shop,
            Self::Stock(_) => For::Stock,
            Self::Assembly(_) => For::Assembly,
        }
    }

    /// Its order book.
    pub(super) fn orders(&self) -> &Orders {
        match self {
            Self::Shop(p) => &p.orders,
            Self::Stock(p) => &p.orders,
            Self::Assembly(p) => &p.orders,
        }
    }

    /// Entity of the item.
    pub(super) fn key(&self) -> u32 {
        match self {
            Self::Shop(p) => p.key,
            Self::Stock(p) => p.key,
            Self::Assembly(p) => p.item,
        }
    }

    /// Whether its orders are those of the design before it.
    pub(super) fn same_book(&self) -> bool {
        match self {
            Self::Shop(p) => p.same_book,
            Self::Stock(p) => p.same_book,
            Self::Assembly(p) => p.same_book,
        }
    }

    /// Names and servers of its stations.
    pub(super) fn stations(&self) -> Vec<(String, f64)> {
        match self {
            Self::Shop(p) => p.stations.iter().map(|s| (s.name.clone(), s.servers as f64)).collect(),
            Self::Stock(p) => {
                p.servers().map(|n| ("production".to_owned(), f64::from(n))).into_iter().collect()
            }
            Self::Assembly(p) => p.stations(),
        }
    }

    /// Periods for which an order may have to be followed because of what it waits for, on average.
    pub(super) fn follows(&self) -> f64 {
        let supply = |supply: &Supply, review: f64| match supply {
            Supply::Lead { time, .. } => time.mean() + review,
            Supply::Production { .. } => review,
        };
        match self {
            Self::Shop(_) => 0.0,
            Self::Stock(p) => supply(&p.supply, p.review),
            Self::Assembly(p) => {
                let longest = p.shelves.iter().map(|s| supply(&s.supply, s.review)).fold(0.0, f64::max);
                longest + p.time.mean()
            }
        }
    }

    /// Lots of an order, on average, where it has any.
    pub(super) fn lots(&self) -> f64 {
        match self {
            Self::Assembly(p) if p.partial => p.orders.mean_size(),
            Self::Assembly(_) => 1.0,
            _ => 0.0,
        }
    }

    /// Customer classes.
    pub(super) fn classes(&self) -> usize {
        self.orders().priorities.len()
    }

    /// Work per server-period of its stations, where arrivals have a long run.
    pub(super) fn loads(&self) -> Option<Vec<f64>> {
        match self {
            Self::Shop(p) => p.loads.clone(),
            Self::Stock(p) => p.load.map(|load| vec![load]),
            Self::Assembly(p) => p.loads.clone(),
        }
    }

    /// What is too busy for a long run.
    pub(super) fn overloaded(&self) -> Option<(String, f64)> {
        let owned = |(name, load): (&str, f64)| (name.to_owned(), load);
        match self {
            Self::Shop(p) => p.overloaded().map(owned),
            Self::Stock(p) => p.overloaded().map(owned),
            Self::Assembly(p) => p.overloaded(),
        }
    }

    /// Whether any wanted metric asks for cash, and there is any.
    pub(super) fn follows_cash(&self, wanted: &[usize]) -> bool {
        match self {
            Self::Shop(p) => {
                wanted.iter().any(|m| CASH.contains(&METRICS[*m].name)) && p.costs != OrderCosts::default()
            }
            Self::Stock(_) | Self::Assembly(_) => false,
        }
    }
}

/// Where the numbers of the products and components of a design lie; nothing for other models.
pub(super) fn ordered_layout(plan: &Plan) -> Layout {
    let Plan::Assembly(p) = plan else { return Layout::default() };
    let (products, shelves) = (p.products.len(), p.shelves.len());
    let mut blocks: Vec<(&'static str, usize, bool)> = Vec::new();
    blocks.extend(ORDERED.iter().map(|m| (m.name, products, m.bottom.is_some())));
    let first = blocks.len();
    blocks.extend(SHELVES.iter().map(|m| (m.name, shelves, m.bottom.is_some())));
    let second = blocks.len();
    blocks.push(("fill_within", products * p.windows.len(), true));
    blocks.push(("blame", p.pairs.len(), false));
    Layout { blocks, split: [first, second] }
}

/// These numbers, of a replication that has just been run.
pub(super) fn ordered_figures(
    p: &OrderedAssembly,
    room: &AssemblyScratch,
    duration: f64,
    figures: &mut Vec<Figure>,
) {
    figures.clear();
    for metric in ORDERED {
        figures.extend(room.products.iter().map(|own| metric.cell(own)));
    }
    for metric in SHELVES {
        figures.extend((0..p.shelves.len()).map(|j| metric.cell(room.shelf(j))));
    }
    figures
        .extend(room.products.iter().flat_map(|own| own.within.iter().map(|[a, b]| Figure::ratio(*a, *b))));
    figures.extend(room.blame.iter().map(|x| Figure::mean(x / duration)));
}
