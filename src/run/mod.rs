//! From a checked configuration to arrays: chunks of replications on the pool, reductions in index order.
//!
//! ```text
//! simulate   items × designs × replications  -> metrics, ratios, summaries, traces     (evaluation half)
//! orders     the same where the unit is the order: distributions and ledgers as well
//! assembly   the same for products that share components: by product and by component
//! fit        least base stock that reaches a target, item by item                      (training half)
//! errors     forecasts against what happens, by periods ahead
//! resample   the same under resampled histories: what the data leaves open             (keys of its own)
//! ```
//!
//! The caller owns waiting, signals and messages; this module only offers a counter to look at and a flag to raise.

pub mod assembly;
pub mod blocks;
pub mod fit;
pub mod forecast_errors;
mod order_limits;
mod order_plan;
pub mod order_report;
pub mod orders;
mod pool;
pub mod prepare;
pub mod simulate;
mod store;

use crate::error::{Error, Result};
use crate::random::{EVALUATION, philox4x32, split_key};
use std::sync::atomic::{AtomicUsize, Ordering};

pub use crate::engine::work::{CHUNK, Cancel, Piece};
pub use pool::run_jobs;

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

/// The replications of a run, cut into canonical chunks.
pub fn chunks(first: u32, count: u32) -> Vec<Piece> {
    let (first, end) = (u64::from(first), u64::from(first) + u64::from(count));
    let chunk = CHUNK as u64;
    (first / chunk..end.div_ceil(chunk))
        .map(|c| {
            let start = c * chunk;
            let lanes = first.max(start) - start..end.min(start + chunk) - start;
            Piece { first: start as u32, lanes: lanes.start as usize..lanes.end as usize }
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

/// One past the last replication of a request, counted from the start of its half.
pub fn end_of(request: &crate::config::Request) -> u64 {
    u64::from(request.first_replication) + u64::from(request.replications)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_align_to_absolute_numbers() {
        let cut =
            |first, count| chunks(first, count).into_iter().map(|p| (p.first, p.lanes)).collect::<Vec<_>>();
        assert_eq!(cut(0, 256), [(0, 0..256)]);
        assert_eq!(cut(250, 10), [(0, 250..256), (256, 0..4)]);
        assert_eq!(cut(EVALUATION, 1), [(EVALUATION, 0..1)]);
        let last = u32::MAX - 255;
        assert_eq!(cut(last, 256), [(last, 0..256)]);
    }

    #[test]
    fn derived_keys_differ() {
        assert_ne!(derived_key(7, 0), derived_key(7, 1));
        assert_ne!(derived_key(7, 0), derived_key(8, 0));
    }
}
