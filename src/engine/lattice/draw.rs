//! Drawing a tile: addresses → Philox → law, sixteen replications × four periods at a time.

use super::{DEPTH, LANES, Tile};
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

/// The low halves of sixteen 64-bit lanes.
#[inline(always)]
fn join<S: Simd>(low: u64x8<S>, high: u64x8<S>) -> u32x16<S> {
    let (low, high): (u32x16<S>, u32x16<S>) = (low.bitcast(), high.bitcast());
    low.unzip_low(high)
}

/// At least `periods` periods, a tile at the most, from `first_period` (a multiple of four) of a whole-valued law.
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
    let mut lead = [[0u32; LANES]; 4];
    for b in 0..periods.min(DEPTH).div_ceil(4) {
        let block = first_period / 4 + b as u64;
        for g in (0..LANES).step_by(32) {
            let words = source.words(s, first_replication + g as u32, block, 0);
            for k in 0..4 {
                words[0][k].store_slice(&mut lead[k][g..g + 16]);
                words[1][k].store_slice(&mut lead[k][g + 16..g + 32]);
            }
        }
        for k in 0..4 {
            let index = block * 4 + k as u64;
            let mut trail = |lane: usize| source.line(first_replication + lane as u32).trail(index);
            law.fill_row(s, &lead[k], &mut out[b * 4 + k], &mut trail);
        }
    }
}

/// The same of a real-valued law.
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
    let mut lead = [[0u32; LANES]; 4];
    let mut trail = [[0u32; LANES]; 4];
    for b in 0..periods.min(DEPTH).div_ceil(4) {
        let block = first_period / 4 + b as u64;
        for g in (0..LANES).step_by(32) {
            let replication = first_replication + g as u32;
            let leads = source.words(s, replication, block, 0);
            let trails = source.words(s, replication, block, 1);
            for h in 0..2 {
                let at = g + 16 * h..g + 16 * h + 16;
                for k in 0..4 {
                    leads[h][k].store_slice(&mut lead[k][at.clone()]);
                    (trails[h][k] >> 12).store_slice(&mut trail[k][at.clone()]);
                }
            }
        }
        for k in 0..4 {
            law.fill(s, &lead[k], &trail[k], &mut out[b * 4 + k]);
        }
    }
}
