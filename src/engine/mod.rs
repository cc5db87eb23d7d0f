//! Libraries that strategies call. An engine knows how state advances, never which strategy it serves.

pub mod calendar;
pub mod lattice;
pub mod level;
pub mod recursion;
pub mod work;
