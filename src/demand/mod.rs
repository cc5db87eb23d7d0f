//! Demand over time: which values an item's customers ask for, period by period.
//!
//! How demand is drawn belongs to the demand object, never to who is listening: a stationary law draws on stream
//! `Demand`, a bootstrap of a history on stream `Bootstrap`, given paths draw nothing. Knows nothing of strategies.

mod tile;

pub use tile::{DemandCell, Window};

use crate::config::{Array, Arrays, Demand};
use crate::engine::lattice::{Source, WHOLE_LIMIT};
use crate::error::{Error, Result};
use crate::law::{Law, Sampler};
use crate::random::{EVALUATION, Stream};
use std::sync::Arc;

/// Largest demand of a period: sums stay finite, and units stay whole, far below it.
const LARGEST: f64 = 1e15;

/// Demand of one item, ready to draw.
#[derive(Debug, Clone)]
pub struct DemandSource {
    /// Where values come from.
    pub kind: DemandKind,
    /// Every value is a whole number within 32 bits.
    pub whole: bool,
    /// Largest absolute value.
    pub largest: f64,
}

/// Where the demand of a period comes from.
#[derive(Debug, Clone)]
pub enum DemandKind {
    /// Drawn by address on `stream`.
    Drawn {
        /// `Demand` or `Bootstrap`.
        stream: Stream,
        /// The compiled law.
        sampler: Sampler,
    },
    /// Given: `rows` paths of `periods` values.
    Given {
        /// Row-major values.
        values: Arc<[f64]>,
        /// Paths.
        rows: usize,
        /// Periods in a path.
        periods: usize,
    },
}

impl DemandSource {
    /// Compiles the demand of one item for runs of `periods` periods and replications up to `end`, counted from the start
    /// of their half.
    pub fn compile(demand: &Demand, arrays: &Arrays, periods: usize, end: u64) -> Result<Self> {
        match demand {
            Demand::Stationary { law } => {
                let sampler = law.compile().map_err(|e| e.within("demand"))?;
                let lowest = sampler.min();
                if lowest < 0.0 && !matches!(sampler, Sampler::Real(_)) {
                    return Err(Error::config("demand", lowest, "≥ 0 in every observation"));
                }
                if sampler.max().abs().max(lowest.abs()) > LARGEST {
                    let bound = format!("within ±{LARGEST:e} for every draw; use .clipped()");
                    return Err(Error::config("demand", sampler.max(), bound));
                }
                Ok(Self::drawn(Stream::Demand, sampler))
            }
            Demand::Bootstrap { history } => {
                let array = named(arrays, history)?;
                if array.shape.len() != 1 {
                    return Err(Error::data(
                        "demand.history",
                        format!("must have one axis, got {}", array.shape.len()),
                    ));
                }
                let law = Law::Empirical { values: array.values.clone(), interpolate: false };
                Ok(Self::drawn(Stream::Bootstrap, law.compile().map_err(|e| e.within("demand.history"))?))
            }
            Demand::Paths { paths, cycle } => {
                let array = named(arrays, paths)?;
                let (rows, length) = match array.shape[..] {
                    [t] => (1, t),
                    [r, t] => (r, t),
                    _ => {
                        return Err(Error::data(
                            "demand.paths",
                            "must have axes (period) or (replication, period)",
                        ));
                    }
                };
                if length < periods {
                    return Err(Error::data(
                        "demand.paths",
                        format!("have {length} periods, the run needs {periods}"),
                    ));
                }
                if rows > 1 && (rows as u64) < end && !cycle {
                    return Err(Error::data(
                        "demand.paths",
                        format!("has {rows} replications, the run needs {end}; cycle=True starts again"),
                    ));
                }
                if let Some(i) = array.values.iter().position(|x| !(0.0..=LARGEST).contains(x)) {
                    let x = array.values[i];
                    let (r, t) = (i / length.max(1), i % length.max(1));
                    return Err(Error::data(
                        "demand.paths",
                        format!("must be finite, ≥ 0 and ≤ {LARGEST:e}, got {x} in path {r}, period {t}"),
                    ));
                }
                let largest = array.values.iter().copied().fold(0.0, f64::max);
                let whole = largest < WHOLE_LIMIT && array.values.iter().all(|x| x.fract() == 0.0);
                let kind =
                    DemandKind::Given { values: array.values.as_slice().into(), rows, periods: length };
                Ok(Self { kind, whole, largest })
            }
        }
    }

    /// Demand of one replication and period, by itself.
    pub fn at(&self, key: u64, entity: u32, replication: u32, t: usize) -> f64 {
        match &self.kind {
            DemandKind::Drawn { stream, sampler } => {
                let source = Source { key, stream: *stream, entity };
                sampler.at(source.line(replication).bits(t as u64))
            }
            DemandKind::Given { values, rows, periods } => values[path_of(replication, *rows) * periods + t],
        }
    }

    fn drawn(stream: Stream, sampler: Sampler) -> Self {
        let largest = sampler.min().abs().max(sampler.max().abs());
        let whole = matches!(sampler, Sampler::Whole(_)) && sampler.min() >= 0.0 && largest < WHOLE_LIMIT;
        Self { kind: DemandKind::Drawn { stream, sampler }, whole, largest }
    }
}

fn named<'a>(arrays: &'a Arrays, name: &str) -> Result<&'a Array> {
    arrays.get(name).ok_or_else(|| Error::data(name, "no array of this name came with the configuration"))
}

/// The path of a replication: paths are numbered like the replications of a half, and start again when they end. A
/// shard of a run therefore meets the same paths as the whole.
fn path_of(replication: u32, rows: usize) -> usize {
    (replication & (EVALUATION - 1)) as usize % rows
}
