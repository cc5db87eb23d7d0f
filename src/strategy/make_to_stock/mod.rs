//! Make to stock: production is planned ahead of demand; what is made in one period serves the orders of the next.
//!
//! # What it models
//!
//! One item, one stock, one supplier (a plant or a vendor) with unlimited capacity (spec X1, S1, S5, F3):
//!
//! ```text
//!                     release q                    lead time L
//!      plan ◄──────── inventory position ───────► pipeline ───────► stock ───────► demand
//!     a policy,       on hand + on order                              │   shortage: share β waits,
//!   every R periods   − backorders                                    │   the rest is lost
//!                                                                     └── holding h, backorder b, …
//! ```
//!
//! Inside period t, with `order_before_demand` (the default): receive what is due · serve the backlog · plan and
//! release (L = 0 arrives at once) · demand · fill · close. With `demand_before_order`: receive · serve the backlog ·
//! demand · fill · plan and release · close; then L ≥ 1. Under full backorders and base stock S reviewed every period,
//! the net stock at the close of t + L is S minus the demand of m periods, m = L + 1 or L respectively.
//!
//! # Formulas
//!
//! net stock n = on hand − backorders (never both positive: invariant C7), inventory position p = n + on order.
//!
//! ```text
//! receive   n += y                          release   q = rules(policy(p)), e.g. max(0, S − p)
//! demand    available a = max(0, n)                   p += q,  pipeline[t + L] += q
//!           filled = min(d, a), short = d − filled, lost = (1 − β)·short
//!           n += lost − d,  p += lost − d
//! ```
//!
//! Sources: Zipkin (2000) ch. 6, 9; Snyder & Shen (2019) ch. 4; lost sales: Zipkin, Oper. Res. 56 (2008).
//!
//! # Files
//!
//! [`params`]: the configuration, checked once · [`release`]: policies and quantity rules · [`reference`]: the model for
//! reading, one replication at a time · `kernel`, `pipeline`, `tally`: the same on lanes · [`plan`]: one item with its
//! designs · [`chunk`], `trace`: a piece of its replications · [`curve`]: all base-stock levels from one pass ·
//! [`shortfall`]: the same, pooled, for searches · [`shift`]: policies that can be moved as a whole · [`settle`]: openings
//! drawn from the long run.

pub mod chunk;
pub mod curve;
pub(in crate::strategy) mod fed;
pub mod foresight;
mod kernel;
pub mod orders;
mod orders_events;
pub mod orders_params;
#[cfg(test)]
mod orders_tests;
pub mod params;
mod pipeline;
mod plainly;
pub mod plan;
pub mod plant;
pub mod reference;
pub mod release;
mod rows;
pub mod settle;
pub mod shift;
pub mod shortfall;
mod tally;
pub mod terms;
pub mod trace;
