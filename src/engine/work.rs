//! How work is cut and stopped: what engines and strategies need to know of a run.

use super::lattice::LANES;
use crate::error::{Error, Result};
use std::sync::atomic::{AtomicBool, Ordering};

/// Replications in a chunk: canonical, aligned to absolute replication numbers.
pub const CHUNK: usize = LANES;

/// The part of one canonical chunk that belongs to a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// First replication of the chunk.
    pub first: u32,
    /// Lanes that belong to the run.
    pub lanes: std::ops::Range<usize>,
}

/// A flag that stops a run between tiles.
#[derive(Debug, Default)]
pub struct Cancel(AtomicBool);

impl Cancel {
    /// Ask the run to stop.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// `Err(Cancelled)` once raised.
    #[inline]
    pub fn check(&self) -> Result<()> {
        if self.0.load(Ordering::Relaxed) { Err(Error::Cancelled) } else { Ok(()) }
    }
}
