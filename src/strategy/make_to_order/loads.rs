//! How much work orders bring to each station in the long run (spec A7).

use super::params::{OperationParams, Params};
use crate::config::Routing;
use crate::error::{Error, Result};
use crate::law::Law;
use crate::orders::Orders;

/// Mean work of an operation over the orders of the book. Size, class and customisation are independent but for the class's
/// own laws, of which the mean is taken.
pub(super) fn mean_over_classes(
    o: &OperationParams,
    orders: &Orders,
    book: &crate::config::OrderBook,
) -> f64 {
    let (size, kappa) = (orders.mean_size(), orders.mean_customisation());
    if book.classes.is_empty() {
        return o.mean_work(size, 0, kappa);
    }
    let own = |c: usize| {
        let of = |law: &Option<Law>, mean: f64| law.as_ref().and_then(|l| l.mean().ok()).unwrap_or(mean);
        let class = &book.classes[c];
        let base = |law: &Law| law.mean().unwrap_or(0.0);
        o.mean_work(of(&class.size, base(&book.size)), c, of(&class.customisation, base(&book.customisation)))
    };
    orders.shares.iter().enumerate().map(|(c, share)| share * own(c)).sum()
}

/// Mean visits of an order to each operation.
pub(super) fn visits(p: &Params) -> Result<Vec<f64>> {
    let count = p.operations.len();
    match &p.routing {
        Routing::Series => {
            // Operation m is repeated whenever one at or after it sends the order back to it or before it.
            let mut visits = vec![1.0; count];
            for (n, o) in p.operations.iter().enumerate() {
                if o.rework <= 0.0 {
                    continue;
                }
                let r = o.rework;
                // Times an order is sent back: r + r² + … with a limit.
                let back = if o.rework_most >= u32::from(u16::MAX) {
                    r / (1.0 - r)
                } else {
                    (1..=o.rework_most.min(100_000)).map(|k| crate::law::float::powf(r, f64::from(k))).sum()
                };
                for v in &mut visits[o.rework_to..=n] {
                    *v += back * *v;
                }
            }
            Ok(visits)
        }
        Routing::ByVariant { routes } => {
            let mut visits = vec![0.0; count];
            for (v, route) in routes.iter().enumerate() {
                let share = if p.orders.variants.is_empty() { 1.0 } else { p.orders.variants[v] };
                route.iter().for_each(|o| visits[*o] += share);
            }
            Ok(visits)
        }
        Routing::Random { start, next } => solve(next, start).ok_or_else(never_leaves),
    }
}

pub(super) fn never_leaves() -> Error {
    Error::config("routing.next", "orders that never leave", "orders that leave in the end")
}

/// Visits x = b + Pᵀx to each operation of orders that begin as `b` says, by elimination.
pub(super) fn solve(next: &[Vec<f64>], b: &[f64]) -> Option<Vec<f64>> {
    let n = b.len();
    let mut a: Vec<Vec<f64>> = (0..n)
        .map(|i| {
            let mut row: Vec<f64> = (0..n).map(|j| f64::from(u8::from(i == j)) - next[j][i]).collect();
            row.push(b[i]);
            row
        })
        .collect();
    for k in 0..n {
        let pivot = (k..n).max_by(|i, j| a[*i][k].abs().total_cmp(&a[*j][k].abs()))?;
        if a[pivot][k].abs() < 1e-12 {
            return None;
        }
        a.swap(k, pivot);
        for i in 0..n {
            if i != k {
                let f = a[i][k] / a[k][k];
                let pivot_row = a[k].clone();
                for (x, y) in a[i].iter_mut().zip(&pivot_row).skip(k) {
                    *x -= f * y;
                }
            }
        }
    }
    Some((0..n).map(|i| a[i][n] / a[i][i]).collect())
}

/// Work per server-period of each station (spec A7). A setup counts as often as orders of two
/// variants follow each other at random; where setups are saved, none.
pub(super) fn loads(p: &Params, rate: f64, visits: &[f64], works: &[f64]) -> Vec<f64> {
    let confirmed = p.confirmation.as_ref().map_or(1.0, |c| c.0);
    let mut loads = vec![0.0; p.stations.len()];
    for ((o, visits), work) in p.operations.iter().zip(visits).zip(works) {
        // Learning shrinks the work for ever; the floor is what stays.
        let learnt = if o.learning > 0.0 { o.learning_floor } else { 1.0 };
        let saved = matches!(p.dispatch, crate::config::Dispatch::SetupSaving { .. });
        let changes = 1.0 - p.orders.variants.iter().map(|share| share * share).sum::<f64>();
        let setup = match &o.setup {
            Some(law) if !saved && !p.orders.variants.is_empty() => law.mean() * changes,
            _ => 0.0,
        };
        loads[o.station] += rate * confirmed * visits * (work + setup) * learnt;
    }
    for (load, s) in loads.iter_mut().zip(&p.stations) {
        let open =
            s.calendar.as_ref().map_or(1.0, |c| c.open.iter().map(|[a, b]| b - a).sum::<f64>() / c.cycle);
        let up = s.breakdowns.as_ref().map_or(1.0, |b| b.uptime.mean() / (b.uptime.mean() + b.repair.mean()));
        let more = s.overtime.as_ref().map_or(1.0, |o| o.factor);
        *load /= s.servers as f64 * open * up * more;
    }
    loads
}
