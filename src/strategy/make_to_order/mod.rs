//! Make to order (build to order): nothing is built before a confirmed order (spec §4.3; docs/background/make-to-order.md).
//!
//! ```text
//! params.rs  a shop, checked and compiled; loads, means
//! checks.rs  what a shop may be
//! loads.rs   how much work orders bring to each station
//! state.rs   orders, servers, stations, events
//! horizon.rs which orders are counted, in which time, and when a run ends: of every strategy with orders
//! shop.rs    the way of an order, event by event        the engine: engine::calendar
//! work.rs    stations: queues, dispatching, time on servers, blocking
//! machines.rs, hours.rs  when servers work, and when what they start is done
//! plan.rs    planned work, quotes
//! tally.rs   what is counted
//! plainly.rs the same for one, written for reading
//! lanes.rs   first come, first served lines without a calendar, 256 replications at a time
//! ledger.rs  every order, kept
//! ```
//!
//! To add a rule: a variant in `config`, its check in params.rs, an arm where it acts. What is random has a stream and an index
//! of its own, so that no rule changes what another draws.

mod checks;
pub mod horizon;
mod hours;
pub mod lanes;
pub mod ledger;
mod loads;
mod machines;
#[allow(missing_docs, reason = "the fields are those of the configuration, which says what they are")]
pub mod params;
mod plainly;
mod plan;
#[allow(missing_docs, reason = "the columns of the ledger say what the times of an order are")]
pub mod shop;
#[allow(missing_docs, reason = "the columns of the ledger say what the times of an order are")]
pub mod state;
#[allow(missing_docs, reason = "the catalogue says what is counted")]
pub mod tally;
mod work;
