//! Where the unit is the order: when a run ends, and whether its result fits.

use super::order_plan::{Plan, ordered_layout};
use crate::config::{Keep, Request};
use crate::error::{Error, Result};
use crate::metrics::orders::{StationSums, Sums};
use crate::strategy::make_to_order::horizon::Horizon;

/// When a run ends.
pub(super) fn horizon(request: &Request) -> Result<Horizon> {
    if let Some(orders) = request.orders {
        if request.periods != 0 {
            return Err(Error::config(
                "periods",
                request.periods,
                "absent where the number of orders is given",
            ));
        }
        if request.drain.is_some() {
            return Err(Error::config(
                "drain",
                "given",
                "absent: a run of orders ends with the last of them",
            ));
        }
        if orders == 0 || orders > crate::orders::MOST_ORDERS {
            return Err(Error::config("orders", orders, "in [1, 2³¹]"));
        }
        if request.warm_up >= orders {
            return Err(Error::config("warm_up", request.warm_up, format!("< orders = {orders}")));
        }
        return Ok(Horizon::Orders { warm_up: request.warm_up, orders });
    }
    if request.periods == 0 || request.periods > 1 << 31 {
        return Err(Error::config("periods", request.periods, "in [1, 2³¹], or orders= instead"));
    }
    if request.warm_up >= request.periods {
        return Err(Error::config("warm_up", request.warm_up, format!("< periods = {}", request.periods)));
    }
    let drain = match request.drain {
        None => f64::INFINITY,
        Some(drain) => crate::error::check::non_negative("drain", drain)?,
    };
    Ok(Horizon::Periods { warm_up: request.warm_up as f64, periods: request.periods as f64, drain })
}

/// Bytes of an order while its replication is worked on.
const IN_WORK: f64 = 400.0;
/// Bytes of a lot, with its needs.
const LOT: f64 = 200.0;
/// Bytes of a number of a product or a component in a replication, while the run goes on.
const FIGURE: f64 = 48.0;
/// Bytes of an order in a ledger.
const RECORD: f64 = 14.0 * 8.0;

/// Refuses a result that would not fit.
pub(super) fn guard(
    request: &Request,
    items: &[Vec<Plan>],
    wanted: &[usize],
    horizon: &Horizon,
) -> Result<()> {
    let (designs, stations) = (items[0].len(), items[0][0].stations().len());
    let cells = (designs * items.len()) as f64 * f64::from(request.replications);
    let each =
        size_of::<Sums>() + stations * size_of::<StationSums>() + (wanted.len() * 3 + 6 * stations) * 8;
    let mut bytes = cells * each as f64;
    let expected = match horizon {
        Horizon::Orders { orders, .. } => *orders as f64,
        Horizon::Periods { periods, .. } => {
            items.iter().flatten().filter_map(|p| p.orders().rate()).fold(0.0, f64::max) * periods
        }
    };
    // One replication at a time is in memory, order by order; without a drain until the last of them is served.
    let rate = items.iter().flatten().filter_map(|p| p.orders().rate()).fold(0.0, f64::max);
    let served = items.iter().flatten().map(Plan::follows).fold(0.0, f64::max);
    let late = match horizon {
        Horizon::Periods { drain, .. } => served.min(*drain),
        Horizon::Orders { .. } => 0.0,
    };
    let lots = items.iter().flatten().map(Plan::lots).fold(0.0, f64::max);
    bytes += (expected + rate * late) * (IN_WORK + lots * LOT);
    let cells_of = items.iter().flatten().map(|p| ordered_layout(p).cells()).max().unwrap_or(0);
    let kept = if request.keep == Keep::Summary { 0.0 } else { cells * FIGURE };
    bytes += cells_of as f64 * kept;
    if request.keep == Keep::Orders {
        let orders = match horizon {
            Horizon::Orders { orders, .. } => *orders as f64,
            Horizon::Periods { periods, .. } => {
                items.iter().flatten().filter_map(|p| p.orders().rate()).fold(0.0, f64::max) * periods
            }
        };
        bytes += cells * orders * RECORD * 2.0;
    }
    if bytes <= request.memory_limit as f64 {
        return Ok(());
    }
    let size = |bytes: f64| format!("{:.1} GiB", bytes / (1u64 << 30) as f64);
    Err(Error::TooLarge {
        reason: format!(
            "the result would take about {}, memory_limit is {}; keep fewer replications, or not every order",
            size(bytes),
            size(request.memory_limit as f64)
        ),
    })
}
