//! What a run of orders decided and noticed: how it was computed, loads, what a reader should know.

use super::order_plan::Plan;
use crate::config::{Method, Model, OrderBook, Request};
use crate::strategy::make_to_order::horizon::Horizon;
use crate::strategy::make_to_order::lanes;
use serde::Serialize;

/// What a run decided and noticed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrderReport {
    /// `recursion` or `calendar`.
    pub method: &'static str,
    /// Why.
    pub method_reason: String,
    /// SIMD level.
    pub simd: &'static str,
    /// `ok` or `unstable`, per design and item.
    pub status: Vec<Vec<&'static str>>,
    /// Work per server-period of each station, per design and item, where arrivals have a long run.
    pub load: Vec<Vec<Option<Vec<f64>>>>,
    /// Names of the stations and of the customer classes.
    pub stations: Vec<String>,
    /// Names of the customer classes.
    pub classes: Vec<String>,
    /// Of an assembly: pairs of component and product.
    pub pairs: Vec<(usize, usize)>,
    /// Of an assembly: periods within which deliveries are counted.
    pub windows: Vec<f64>,
    /// What a reader of the numbers should know.
    pub warnings: Vec<String>,
}

/// The line that a shop is, where recursion is not ruled out.
pub(super) fn line_of<'p>(
    request: &Request,
    p: &'p Plan,
    horizon: &Horizon,
) -> std::result::Result<lanes::Line<'p>, &'static str> {
    match p {
        Plan::Stock(_) => Err("a stock is followed event by event"),
        Plan::Assembly(_) => Err("an assembly is followed event by event"),
        Plan::Shop(_) if request.method == Method::Calendar => Err("the calendar was asked for"),
        Plan::Shop(p) => lanes::line(p, horizon),
    }
}

/// The report of a run of `items`, each (design).
pub(super) fn report(
    request: &Request,
    simd: &'static str,
    items: &[Vec<Plan>],
    horizon: &Horizon,
    lean: bool,
) -> OrderReport {
    let reason = items.iter().flatten().find_map(|p| line_of(request, p, horizon).err());
    let few = if lean { "; only lead times are counted" } else { "" };
    let (method, method_reason) = match reason {
        None => ("recursion", format!("a first come, first served line, order by order{few}")),
        Some(reason) => ("calendar", reason.to_owned()),
    };
    let designs = items[0].len();
    let mut warnings: Vec<String> = Vec::new();
    let mut status = vec![vec!["ok"; items.len()]; designs];
    let mut load = vec![vec![None; items.len()]; designs];
    let (mut worst, mut count) = (None::<(f64, String)>, 0);
    for (k, item) in items.iter().enumerate() {
        for (d, p) in item.iter().enumerate() {
            load[d][k] = p.loads();
            // A run of a number of orders ends whatever the load; so does one of given orders.
            if let Some((station, rho)) = p.overloaded() {
                status[d][k] = "unstable";
                count += 1;
                if worst.as_ref().is_none_or(|w| rho > w.0) {
                    worst = Some((rho, station));
                }
            }
        }
    }
    if let Some((rho, station)) = worst {
        let of = if designs * items.len() > 1 {
            format!(" (in {count} of the items and designs)")
        } else {
            String::new()
        };
        warnings.push(format!(
            "unstable: station {station:?} has a load of {rho:.3}{of}, so queues grow without end and there is no long-run \
             mean; flow metrics are NaN. Add servers, take fewer orders, or look at single orders with keep=\"orders\""
        ));
    }
    if let Horizon::Periods { drain, .. } = horizon
        && drain.is_finite()
    {
        warnings.push(format!(
            "orders are followed for {drain} periods after the horizon; those still open are counted in n_censored and in no mean"
        ));
    }
    let names = |book: &OrderBook| book.classes.iter().map(|c| c.name.clone()).collect();
    let (pairs, windows) = match &items[0][0] {
        Plan::Assembly(p) => (p.pairs.clone(), p.windows.clone()),
        _ => (Vec::new(), Vec::new()),
    };
    OrderReport {
        pairs,
        windows,
        method,
        method_reason,
        simd,
        status,
        load,
        stations: items[0][0].stations().into_iter().map(|s| s.0).collect(),
        classes: match &request.items[0].designs[0] {
            Model::MakeToOrder(m) => names(&m.orders),
            Model::StockOnOrders(m) => names(&m.orders),
            Model::AssemblyOnOrders(m) => names(&m.orders),
            Model::MakeToStock(_) | Model::AssembleToOrder(_) => Vec::new(),
        },
        warnings,
    }
}
