//! Assemble to order: components on the shelf, products on demand (spec X2).
//!
//! # What it models
//!
//! ```text
//!   orders for products v ───────────────┐ need a_vj units of component j each
//!                                        ▼
//!   supplier ──► stock of component j ──► committed ──► all there: assembly ──► delivered
//!                replenished like any       the rest      hours, time τ
//!                make-to-stock item         is waited for
//! ```
//!
//! Components do not know who waits for them: a component's replenishment sees the units that products need of it, whatever
//! they are used for, and its net stock (on hand − needed) is that of a [make-to-stock](super::make_to_stock) item with
//! [dependent demand](crate::demand::Dependent). So components run there, with every policy and every supply that room
//! has, and this room only decides who gets what arrives.
//!
//! # First come first served, committed
//!
//! What component j lacks at a close, `B_j = max(0, −n_j)`, are the *last* `B_j` units in its queue, where the demand of a
//! period stands behind that of earlier ones and inside a period products stand in their order. Walking back through
//! demand from now finds how many of them are product v's, `b_jv`; then
//!
//! ```text
//! waiting for components   S_v = max_j ⌈b_jv / a_vj⌉            (the last S_v units ordered of v)
//! reserved                 Σ_v (a_vj S_v − b_jv)                 of component j
//! undelivered              U_v(t) = W_v(t − τ) + demand of v in (t − τ, t]    W: waiting for components or for hours
//! delivered within w       demand of t − w minus what U_v(t) still has of it
//! ```
//!
//! # Other rules
//!
//! `priority` commits in the order of importance; `no_holdback`, `reserve_critical` and `batch` commit nothing until all
//! components of a unit are there. They keep a [book](book) per replication.
//!
//! Sources: Song, Oper. Res. 46 (1998); Song & Zipkin, Handbooks OR&MS 11 (2003) ch. 11; Lu, Song & Zhao, Oper. Res. 58
//! (2010); Akçay & Xu, Mgmt Sci. 50 (2004).
//!
//! # Files
//!
//! [`params`]: checked and compiled · [`chunk`]: a piece of the replications, tile by tile · `commit`: the walk back, on
//! lanes · [`book`]: all rules, one replication at a time, and the reference of the walk · `stage`: assembly · `tally`:
//! what is counted · `blame`: which component delays whom.

mod blame;
pub mod book;
pub mod chunk;
mod commit;
pub mod orders;
pub mod params;
mod stage;
mod tally;
#[cfg(test)]
mod tests;
