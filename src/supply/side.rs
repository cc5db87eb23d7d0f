//! Random inputs beside demand and lead times: capacities, yields, outages. A tile of doubles each.
//!
//! Each has a stream, an entity and, where an entity has several inputs on a stream, a sub-number above the period (bits 32
//! and up of the index), so that adding one changes no other.

use crate::demand::{Chain, Window, sampled};
use crate::engine::lattice::{LANES, Row, Rows, Source, Tile, Words, draw};
use crate::law::Sampler;
use crate::random::{Line, Stream, to_unit};
use fearless_simd::Simd;

/// One random input.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// Which attribute.
    pub stream: Stream,
    /// Whose; none: the item's.
    pub entity: Option<u32>,
    /// Which of several.
    pub sub: u32,
    /// What is made of it.
    pub kind: SideKind,
}

/// What is made of the uniform of a period.
#[derive(Debug, Clone, PartialEq)]
pub enum SideKind {
    /// A draw of a law.
    Law(Sampler),
    /// The uniform itself.
    Uniform,
    /// State of a chain of two states: 0 up, 1 down.
    State(Chain),
}

impl Side {
    /// The addresses of one item.
    fn source(&self, key: u64, entity: u32) -> Source {
        Source { key, stream: self.stream, entity: self.entity.unwrap_or(entity) }
    }

    /// All periods of one replication: the model for reading.
    pub fn path(&self, key: u64, entity: u32, replication: u32, periods: usize) -> Vec<f64> {
        let line: Line = self.source(key, entity).line(replication);
        let mut state = None;
        (0..periods as u64)
            .map(|t| {
                let n = line.bits(u64::from(self.sub) << 32 | t);
                match &self.kind {
                    SideKind::Law(sampler) => sampler.at(n),
                    SideKind::Uniform => to_unit(n),
                    SideKind::State(chain) => {
                        let now = chain.next(state, n);
                        state = Some(now);
                        now as f64
                    }
                }
            })
            .collect()
    }

    /// Draws the tile of a window; `memory` carries states from tile to tile.
    #[inline(always)]
    pub fn fill<S: Simd>(&self, s: S, window: &Window, memory: &mut SideMemory, out: &mut Tile<f64>) {
        let source = self.source(window.key, window.entity);
        let start = u64::from(self.sub) << 32 | window.start as u64;
        let rows = &mut SideRows { kind: &self.kind, begins: window.start == 0, memory, out };
        draw(s, source, window.first, start, window.periods, rows);
    }
}

/// What a side input carries from tile to tile, and room to work in.
pub struct SideMemory {
    last: Row<i32>,
    whole: Row<i32>,
}

impl Default for SideMemory {
    fn default() -> Self {
        Self { last: [0; LANES], whole: [0; LANES] }
    }
}

struct SideRows<'a> {
    kind: &'a SideKind,
    begins: bool,
    memory: &'a mut SideMemory,
    out: &'a mut Tile<f64>,
}

impl Rows for SideRows<'_> {
    #[inline(always)]
    fn trails(&self) -> bool {
        !matches!(self.kind, SideKind::Law(Sampler::Whole(_) | Sampler::Values { .. }))
    }

    #[inline(always)]
    fn row<S: Simd>(&mut self, s: S, row: usize, words: Words<'_>) {
        let out = &mut self.out[row];
        match self.kind {
            SideKind::Law(sampler) => sampled(s, sampler, words, &mut self.memory.whole, out),
            SideKind::Uniform => {
                for (lane, x) in out.iter_mut().enumerate() {
                    *x = to_unit(words.bits(lane));
                }
            }
            SideKind::State(chain) => {
                let first = self.begins && row == 0;
                for (lane, x) in out.iter_mut().enumerate() {
                    let last = &mut self.memory.last[lane];
                    let state = chain.next(if first { None } else { Some(*last as usize) }, words.bits(lane));
                    *last = state as i32;
                    *x = state as f64;
                }
            }
        }
    }
}
