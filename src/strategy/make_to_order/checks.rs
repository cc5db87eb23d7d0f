//! What a shop may be: routes that end, buffers that cannot lock each other, rules and prices within bounds.

use super::params::StationParams;
use crate::config::{Dispatch, MakeToOrder, Quote, Release, Routing};
use crate::error::{Error, Result, check};
use crate::law::Law;

pub(super) fn check_routing(model: &MakeToOrder, stations: &[StationParams]) -> Result<()> {
    let count = model.operations.len();
    match &model.routing {
        Routing::Series => {}
        Routing::ByVariant { routes } => {
            let variants = model.orders.variants.len().max(1);
            if routes.len() != variants {
                let bound = format!("one route per variant, {variants}");
                return Err(Error::config("routing.routes", format!("{} routes", routes.len()), bound));
            }
            for (v, route) in routes.iter().enumerate() {
                let field = format!("routing.routes[{v}]");
                if route.is_empty() {
                    return Err(Error::config(field, "no operation", "≥ 1 operation"));
                }
                let mut seen = vec![false; count];
                for o in route {
                    if *o >= count {
                        return Err(Error::config(field, o, format!("numbers of operations, < {count}")));
                    }
                    if std::mem::replace(&mut seen[*o], true) {
                        return Err(Error::config(field, o, "each operation at most once in a route"));
                    }
                }
            }
        }
        Routing::Random { start, next } => {
            let chances = |field: &str, row: &[f64], all: bool| -> Result<()> {
                if row.len() != count {
                    let bound = format!("one chance per operation, {count}");
                    return Err(Error::config(field, format!("{} chances", row.len()), bound));
                }
                for x in row {
                    check::share(field, *x)?;
                }
                let sum: f64 = row.iter().sum();
                if sum > 1.0 + 1e-9 || (all && sum < 1.0 - 1e-9) {
                    return Err(Error::config(field, sum, if all { "1 in sum" } else { "≤ 1 in sum" }));
                }
                Ok(())
            };
            chances("routing.start", start, true)?;
            if next.len() != count {
                let bound = format!("one row per operation, {count}");
                return Err(Error::config("routing.next", format!("{} rows", next.len()), bound));
            }
            for (n, row) in next.iter().enumerate() {
                chances(&format!("routing.next[{n}]"), row, false)?;
            }
            if model
                .operations
                .iter()
                .any(|o| o.unit_time.as_ref().is_some_and(|l| !matches!(l, Law::Deterministic { .. })))
            {
                return Err(Error::config(
                    "operations.unit_time",
                    "a random law",
                    "constant with random routing",
                ));
            }
            let foresees = matches!(model.quote, Quote::Quantile { .. } | Quote::ForwardLoading { .. });
            if foresees {
                let bound = "a constant or requested date: a random route cannot be loaded forward";
                return Err(Error::config("quote", "planned", bound));
            }
        }
    }
    // A full circle of blocked servers would never move: buffers need a route that goes forward through the stations.
    if stations.iter().any(|s| s.buffer.is_some()) {
        let forward = match &model.routing {
            Routing::Series => model.operations.windows(2).all(|w| w[0].station < w[1].station),
            Routing::ByVariant { routes } => routes.iter().all(|r| {
                r.windows(2).all(|w| model.operations[w[0]].station < model.operations[w[1]].station)
            }),
            Routing::Random { .. } => false,
        };
        if !forward || model.operations.iter().any(|o| o.rework > 0.0) {
            let bound = "unlimited where orders visit a station twice or go back: blocked servers might wait for each other for ever";
            return Err(Error::config("stations.buffer", "limited", bound));
        }
    }
    Ok(())
}

pub(super) fn check_rules(model: &MakeToOrder) -> Result<()> {
    match &model.release {
        Release::Immediate => {}
        Release::WorkloadCap { cap, station } => {
            check::positive("release.cap", *cap)?;
            if let Some(n) = station.filter(|n| *n >= model.stations.len()) {
                let bound = format!("< {}, the number of stations", model.stations.len());
                return Err(Error::config("release.station", n, bound));
            }
        }
        Release::Backward { planned } => {
            check::non_negative("release.planned", *planned)?;
        }
        Release::Periodic { every } => {
            check::positive("release.every", *every)?;
        }
    }
    match &model.quote {
        Quote::Requested => {}
        Quote::Constant { lead_time } => {
            check::non_negative("quote.lead_time", *lead_time)?;
        }
        Quote::Quantile { p, buffer } => {
            if !(*p > 0.0 && *p < 1.0) {
                return Err(Error::config("quote.p", p, "in (0, 1)"));
            }
            check::non_negative("quote.buffer", *buffer)?;
        }
        Quote::ForwardLoading { buffer } => {
            check::non_negative("quote.buffer", *buffer)?;
        }
    }
    if let Dispatch::SetupSaving { longest: 0 } = model.dispatch {
        return Err(Error::config("dispatch.longest", 0, "≥ 1"));
    }
    if let Some(w) = model.acceptance.max_workload {
        check::non_negative("acceptance.max_workload", w)?;
    }
    if let Some(q) = model.acceptance.max_quote {
        check::non_negative("acceptance.max_quote", q)?;
    }
    for (i, x) in model.on_time_window.iter().enumerate() {
        // The window may be open towards the past: nothing is too early.
        if x.is_nan() || *x < 0.0 {
            return Err(Error::config(format!("on_time_window[{i}]"), x, "≥ 0"));
        }
    }
    let c = &model.costs;
    for (name, x) in [
        ("price", c.price),
        ("price_premium", c.price_premium),
        ("material", c.material),
        ("customisation", c.customisation),
        ("order", c.order),
        ("entry_error", c.entry_error),
        ("tardiness", c.tardiness),
        ("tardiness_cap", c.tardiness_cap),
        ("holding_rate", c.holding_rate),
        ("earliness", c.earliness),
        ("lost_order", c.lost_order),
        ("cancelled_order", c.cancelled_order),
        ("cancellation_fee", c.cancellation_fee),
        ("delivery", c.delivery),
        ("overtime", c.overtime),
        ("fixed", c.fixed),
    ] {
        check::non_negative(&format!("costs.{name}"), x)?;
    }
    check::finite("costs.salvage", c.salvage)?;
    check::share("payment.deposit", model.payment.deposit)?;
    check::non_negative("payment.receivable", model.payment.receivable)?;
    check::non_negative("payment.payable", model.payment.payable)?;
    Ok(())
}
