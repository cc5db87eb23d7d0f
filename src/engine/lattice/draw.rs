//! Drawing a tile: addresses → Philox → words, 32 replications × four periods at a time, and what is made of them.

use super::{DEPTH, LANES, Row, Tile};
use crate::law::{RealSampler, WholeTable};
use crate::random::{Line, Stream, counter, philox_lanes, split_key};
use fearless_simd::{Simd, prelude::*, u32x16, u64x8};

/// Everything of an address but replication and period.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// The 64-bit key of the run.
    pub key: u64,
    /// Which attribute.
    pub stream: Stream,
    /// Whose.
    pub entity: u32,
}

impl Source {
    /// The address line of one replication.
    pub fn line(self, replication: u32) -> Line {
        Line { key: self.key, replication, stream: self.stream, entity: self.entity }
    }

    /// The words of four periods for 32 replications: `words[h][k]` belongs to replications `16·h ..` and period
    /// `4·block + k`. (No closures here: they would not inherit the SIMD level.)
    #[inline(always)]
    fn words<S: Simd>(self, s: S, replication: u32, block: u64, twin: u32) -> [[u32x16<S>; 4]; 2] {
        let c = counter(block, self.entity, replication, self.stream.id(), twin);
        let lane: u64x8<S> = [0, 1, 2, 3, 4, 5, 6, 7].simd_into(s);
        let [c0, c1, c3] = [
            u64x8::splat(s, u64::from(c[0])),
            u64x8::splat(s, u64::from(c[1])),
            u64x8::splat(s, u64::from(c[3])),
        ];
        // Chunks are aligned, so the replication does not wrap inside a vector.
        let r = u64x8::splat(s, u64::from(c[2])) + lane;
        let counters = [
            [c0, c1, r, c3],
            [c0, c1, r + u64x8::splat(s, 8), c3],
            [c0, c1, r + u64x8::splat(s, 16), c3],
            [c0, c1, r + u64x8::splat(s, 24), c3],
        ];
        let [a, b, c, d] = philox_lanes(s, split_key(self.key), counters);
        [
            [join(a[0], b[0]), join(a[1], b[1]), join(a[2], b[2]), join(a[3], b[3])],
            [join(c[0], d[0]), join(c[1], d[1]), join(c[2], d[2]), join(c[3], d[3])],
        ]
    }
}

impl Source {
    /// The words of four periods for every replication of a chunk: leading bits, or with `twin` 1 the trailing ones.
    #[inline(never)]
    fn four_rows<S: Simd>(self, s: S, first: u32, block: u64, twin: u32, out: &mut [Row<u32>; 4]) {
        s.vectorize(
            #[inline(always)]
            || {
                for g in (0..LANES).step_by(32) {
                    let words = self.words(s, first + g as u32, block, twin);
                    for h in 0..2 {
                        for k in 0..4 {
                            let word = if twin == 0 { words[h][k] } else { words[h][k] >> 12 };
                            word.store_slice(&mut out[k][g + 16 * h..g + 16 * h + 16]);
                        }
                    }
                }
            },
        );
    }
}

/// The low halves of sixteen 64-bit lanes.
#[inline(always)]
fn join<S: Simd>(low: u64x8<S>, high: u64x8<S>) -> u32x16<S> {
    let (low, high): (u32x16<S>, u32x16<S>) = (low.bitcast(), high.bitcast());
    low.unzip_low(high)
}

/// The words of one period for every replication of a chunk.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    /// The 32 leading bits of each draw.
    pub lead: &'a Row<u32>,
    trail: Trail<'a>,
}

/// Where the 20 trailing bits come from.
#[derive(Clone, Copy)]
enum Trail<'a> {
    /// They are there.
    Known(&'a Row<u32>),
    /// They are worked out for the few draws that need them.
    Asked { source: Source, first: u32, index: u64 },
}

impl<'a> Words<'a> {
    /// Words whose trailing bits are known.
    #[inline(always)]
    pub fn known(lead: &'a Row<u32>, trail: &'a Row<u32>) -> Self {
        Self { lead, trail: Trail::Known(trail) }
    }

    /// The 20 trailing bits of one draw.
    #[inline(always)]
    pub fn trail(&self, lane: usize) -> u32 {
        match self.trail {
            Trail::Known(row) => row[lane],
            Trail::Asked { source, first, index } => source.line(first + lane as u32).trail(index),
        }
    }

    /// The 52-bit integer of one draw.
    #[inline(always)]
    pub fn bits(&self, lane: usize) -> u64 {
        u64::from(self.lead[lane]) << 20 | u64::from(self.trail(lane))
    }

    /// The trailing bits of all draws; only where they were asked for.
    #[inline(always)]
    pub fn trails(&self) -> &'a Row<u32> {
        match self.trail {
            Trail::Known(row) => row,
            Trail::Asked { .. } => unreachable!("trailing bits of a row were not asked for"),
        }
    }

    /// Draws a whole-valued law. (Compiled once per SIMD level: many callers, and a row is long.)
    #[inline(never)]
    pub fn whole<S: Simd>(&self, s: S, law: &WholeTable, out: &mut Row<i32>) {
        s.vectorize(
            #[inline(always)]
            || law.fill_row(s, self.lead, out, &mut |lane| self.trail(lane)),
        );
    }

    /// Draws a real-valued law.
    #[inline(never)]
    pub fn real<S: Simd>(&self, s: S, law: &RealSampler, out: &mut Row<f64>) {
        s.vectorize(
            #[inline(always)]
            || law.fill(s, self.lead, self.trails(), out),
        );
    }
}

/// What is made of the words of a tile, row by row.
pub trait Rows {
    /// Whether the trailing bits of every draw are needed.
    fn trails(&self) -> bool;
    /// One row. Rows come in order; up to three may lie beyond those asked for.
    fn row<S: Simd>(&mut self, s: S, row: usize, words: Words<'_>);
}

/// At least `periods` rows, a tile at the most, from index `first_period`, a multiple of four.
#[inline(always)]
pub fn draw<S: Simd>(
    s: S,
    source: Source,
    first_replication: u32,
    first_period: u64,
    periods: usize,
    rows: &mut impl Rows,
) {
    let mut lead = [[0u32; LANES]; 4];
    let mut trail = [[0u32; LANES]; 4];
    let trails = rows.trails();
    for b in 0..periods.min(DEPTH).div_ceil(4) {
        let block = first_period / 4 + b as u64;
        source.four_rows(s, first_replication, block, 0, &mut lead);
        if trails {
            source.four_rows(s, first_replication, block, 1, &mut trail);
        }
        for k in 0..4 {
            let index = block * 4 + k as u64;
            let trail = if trails {
                Trail::Known(&trail[k])
            } else {
                Trail::Asked { source, first: first_replication, index }
            };
            rows.row(s, b * 4 + k, Words { lead: &lead[k], trail });
        }
    }
}

/// A tile of one whole-valued law.
#[inline(always)]
pub fn draw_whole<S: Simd>(
    s: S,
    source: Source,
    law: &WholeTable,
    first_replication: u32,
    first_period: u64,
    periods: usize,
    out: &mut Tile<i32>,
) {
    draw(s, source, first_replication, first_period, periods, &mut Whole { law, out });
}

/// A tile of one real-valued law.
#[inline(always)]
pub fn draw_real<S: Simd>(
    s: S,
    source: Source,
    law: &RealSampler,
    first_replication: u32,
    first_period: u64,
    periods: usize,
    out: &mut Tile<f64>,
) {
    draw(s, source, first_replication, first_period, periods, &mut Real { law, out });
}

struct Real<'a> {
    law: &'a RealSampler,
    out: &'a mut Tile<f64>,
}

impl Rows for Real<'_> {
    #[inline(always)]
    fn trails(&self) -> bool {
        true
    }

    #[inline(always)]
    fn row<S: Simd>(&mut self, s: S, row: usize, words: Words<'_>) {
        words.real(s, self.law, &mut self.out[row]);
    }
}

struct Whole<'a> {
    law: &'a WholeTable,
    out: &'a mut Tile<i32>,
}

impl Rows for Whole<'_> {
    #[inline(always)]
    fn trails(&self) -> bool {
        false
    }

    #[inline(always)]
    fn row<S: Simd>(&mut self, s: S, row: usize, words: Words<'_>) {
        words.whole(s, self.law, &mut self.out[row]);
    }
}
