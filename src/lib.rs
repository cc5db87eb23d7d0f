//! `maketo`: for this product and these customers, what should we make to — stock, an assembly, an order, or an
//! engineer's drawing — and with which settings?
//!
//! This crate is the core: it simulates inventory and production by parallel Monte Carlo and knows nothing of
//! Python. The feature `python` adds the binding.
//!
//! # The map
//!
//! ```text
//! random/     address (key, replication, stream, entity, index) -> Philox -> uniform; no generator state anywhere
//! law/        a distribution -> a monotone sampler, a block of replications at a time
//! demand/     laws over time, bootstraps of a history, processes, what is foreseen, given paths
//! orders/     the order book: when customers order and what they ask for
//! supply/     lead times, quantity rules, yields, disruptions, other random inputs
//! forecast/   forecasts made inside a replication
//! planning/   lot sizing, material requirements, consumption of forecasts, buffers
//! strategy/   one room per strategy: make_to_stock, make_to_order, assemble_to_order
//! engine/     what strategies call: lattice (periods, replications in lanes), recursion, calendar
//! metrics/    what is recorded, its unit, how it is reduced to estimates with errors
//! config/     the configuration as it crosses the border (JSON plus named arrays)
//! run/        chunks of replications on the pool; reduction in index order; progress counter; cancel flag
//! bench.rs    the workloads that speed is claimed from, and the sampling floor beside each
//! error.rs    Config / Type / Data / TooLarge, each naming field, value and bound
//! python/     the only code that names pyo3 or numpy: convert in, one door for long calls, convert out
//! ```
//!
//! # The path of one call
//!
//! `mk.simulate(...)` (python/maketo) → `_core.simulate` (`python/door.rs`) → [`run`]: checks the whole
//! configuration, cuts the work into chunks of 256 replications × item → the strategy's `run_chunk` → its kernel in
//! [`engine::lattice`], compiled once per SIMD level. A model is a pure function of configuration and address space:
//! it owns no generator, clock or thread. Designs (sweeps) loop *inside* a chunk, so draws are made once and used by
//! all. What the kernel counts becomes [`metrics`] per replication; of these, what was asked for is kept.
//!
//! # Where to start reading
//!
//! [`random`], then [`strategy::make_to_stock::reference`]: the model written for reading. The fast kernel beside it
//! must agree with it bit for bit.
//!
//! # To add a strategy
//!
//! One room in `strategy/` (what it models · Params · State · advance · tests), one variant of
//! [`config::Model`], one frozen dataclass in `python/maketo`, one row in the parametrised tests. The binding does
//! not change.

pub mod bench;
pub mod config;
pub mod demand;
pub mod engine;
pub mod error;
pub mod forecast;
pub mod law;
pub mod metrics;
pub mod orders;
pub mod planning;
pub mod random;
pub mod run;
pub mod strategy;
pub mod supply;

#[cfg(feature = "python")]
mod python;
