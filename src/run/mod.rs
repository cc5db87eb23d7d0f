//! From a checked configuration to arrays: chunks of replications on the pool, reductions in index order.
//!
//! ```text
//! simulate   items × designs × replications  -> metrics, ratios, summaries, traces     (evaluation half)
//! fit        least base stock that reaches a target, item by item                      (training half)
//! resample   the same under resampled histories: what the data leaves open             (keys of its own)
//! ```
//!
//! The caller owns waiting, signals and messages; this module only offers a counter to look at and a flag to raise.

pub mod fit;
mod pool;
pub mod simulate;
mod store;

use crate::engine::lattice::LANES;
use crate::error::{Error, Result};
use crate::random::{EVALUATION, philox4x32, split_key};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

pub use pool::run_jobs;

/// Replications in a chunk: canonical, aligned to absolute replication numbers.
pub const CHUNK: usize = LANES;

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

/// How far a run is.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicUsize,
    total: AtomicUsize,
}

impl Progress {
    /// Work units done and in all.
    pub fn read(&self) -> (usize, usize) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    fn expect(&self, total: usize) {
        self.total.store(total, Ordering::Relaxed);
    }

    fn tick(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}

/// The two things a run shares with its caller.
#[derive(Debug, Default)]
pub struct Control {
    /// Raised by the caller.
    pub cancel: Cancel,
    /// Read by the caller.
    pub progress: Progress,
}

/// Key of the `number`-th outer run (input bootstrap, macro-replications): the fourth counter word marks the purpose,
/// which no address uses because stream 0 does not exist.
pub fn derived_key(key: u64, number: u32) -> u64 {
    let w = philox4x32(split_key(key), [number, 0, 0, 0]);
    u64::from(w[0]) | u64::from(w[1]) << 32
}

/// The replications of a run, cut into canonical chunks: first replication of the chunk and lanes that belong to the run.
pub fn chunks(first: u32, count: u32) -> Vec<(u32, std::ops::Range<usize>)> {
    let (first, end) = (u64::from(first), u64::from(first) + u64::from(count));
    let chunk = CHUNK as u64;
    (first / chunk..end.div_ceil(chunk))
        .map(|c| {
            let start = c * chunk;
            let lanes = first.max(start) - start..end.min(start + chunk) - start;
            (start as u32, lanes.start as usize..lanes.end as usize)
        })
        .collect()
}

/// Absolute number of the first replication, with the request checked to stay inside its half.
pub fn first_replication(request: &crate::config::Request) -> Result<u32> {
    let (offset, count) = (request.first_replication, request.replications);
    if count == 0 {
        return Err(Error::config("replications", 0, "≥ 1"));
    }
    if u64::from(offset) + u64::from(count) > u64::from(EVALUATION) {
        return Err(Error::config(
            "first_replication + replications",
            u64::from(offset) + u64::from(count),
            "≤ 2³¹",
        ));
    }
    Ok(match request.half {
        crate::config::Half::Training => offset,
        crate::config::Half::Evaluation => EVALUATION + offset,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_align_to_absolute_numbers() {
        assert_eq!(chunks(0, 256), vec![(0, 0..256)]);
        assert_eq!(chunks(250, 10), vec![(0, 250..256), (256, 0..4)]);
        assert_eq!(chunks(EVALUATION, 1), vec![(EVALUATION, 0..1)]);
        let last = u32::MAX - 255;
        assert_eq!(chunks(last, 256), vec![(last, 0..256)]);
    }

    #[test]
    fn derived_keys_differ() {
        assert_ne!(derived_key(7, 0), derived_key(7, 1));
        assert_ne!(derived_key(7, 0), derived_key(8, 0));
    }
}
