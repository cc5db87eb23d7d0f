//! Planning by requirements: what an MRP run, or a buffer of demand-driven MRP, would release (spec X1, X8a).
//!
//! ```text
//! forecast ──> consumption ──> gross requirements ──> netting ──> net requirements ──> lots ──> planned releases
//! orders  ──┘                                          │   ▲                          quantity       │
//!                 on hand − backorders, receipts, firm ┘   └──── what falls inside the fence ────────┘
//!
//! demand, on hand, on order ──> ddmrp: net flow position against three zones ──> one order, or none
//! ```
//!
//! | file | owns | source |
//! |---|---|---|
//! | [`consumption`] | which forecast an order uses up, and what is required in all | SAP planning strategies, spec §4.8 |
//! | [`netting`] | the MRP record of one item, lead-time offset, frozen fence, firm orders | Orlicky 1975 |
//! | [`lots`] | how requirements are gathered into lots: the rules and the simple ones of them | Harris 1913 |
//! | `dynamic.rs` | Silver–Meal and Wagner–Whitin | Silver & Meal 1973; Wagner & Whitin 1958 |
//! | [`ddmrp`] | zones of a buffer and the order it asks for | Ptak & Smith 2016 |
//!
//! These are pure functions of the numbers handed in, one replication at a time, and allocate nothing once their scratch
//! is warm. They know nothing of draws, periods of a run, strategies or costs other than those a lot-sizing rule weighs.
//! What is not handed in cannot be used, so a release never depends on requirements beyond the horizon (spec N1).
//!
//! # Sources
//!
//! * F. W. Harris, "How many parts to make at once", Factory 10 (1913).
//! * H. M. Wagner, T. M. Whitin, "Dynamic version of the economic lot size model", Management Science 5 (1958).
//! * E. A. Silver, H. C. Meal, "A heuristic for selecting lot size quantities …", Production and Inventory Management
//!   14 (1973).
//! * J. Orlicky, *Material Requirements Planning* (1975).
//! * C. Ptak, C. Smith, *Demand Driven Material Requirements Planning* (2016).

pub mod consumption;
pub mod ddmrp;
mod dynamic;
pub mod lots;
pub mod netting;

pub use consumption::{Consumed, Consumption, Mode, Requirement};
pub use ddmrp::{Buffer, Zones};
pub use lots::{LotRule, Needs};
pub use netting::{Input, Plan};

#[cfg(test)]
mod cases {
    /// Numbers for property tests: a 64-bit linear congruential generator (Knuth's MMIX), high bits only.
    pub(super) struct Cases(u64);

    impl Cases {
        pub(super) fn new(seed: u64) -> Self {
            Self(seed)
        }

        /// A whole number below `n`.
        pub(super) fn below(&mut self, n: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % n
        }

        pub(super) fn whole(&mut self, n: u64) -> f64 {
            self.below(n) as f64
        }

        pub(super) fn list(&mut self, length: usize, n: u64) -> Vec<f64> {
            (0..length).map(|_| self.whole(n)).collect()
        }
    }
}
