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

    /// The words of four periods for sixteen replications: `words[k]` belongs to period `4·block + k`.
    #[inline(always)]
    fn words<S: Simd>(self, s: S, replication: u32, block: u64, twin: u32) -> [u32x16<S>; 4] {
        let low = self.eight(s, replication, block, twin);
        let high = self.eight(s, replication.wrapping_add(8), block, twin);
        [join(low[0], high[0]), join(low[1], high[1]), join(low[2], high[2]), join(low[3], high[3])]
    }

    /// One block each for eight replications. (No closures here: they would not inherit the SIMD level.)
    #[inline(always)]
    fn eight<S: Simd>(self, s: S, replication: u32, block: u64, twin: u32) -> [u64x8<S>; 4] {
        let c = counter(block, self.entity, replication, self.stream.id(), twin);
        let lane: u64x8<S> = [0, 1, 2, 3, 4, 5, 6, 7].simd_into(s);
        let [c0, c1, c2, c3] = [
            u64x8::splat(s, u64::from(c[0])),
            u64x8::splat(s, u64::from(c[1])),
            u64x8::splat(s, u64::from(c[2])) + lane,
            u64x8::splat(s, u64::from(c[3])),
        ];
        philox_lanes(s, split_key(self.key), [c0, c1, c2, c3])
    }
}

/// The low halves of sixteen 64-bit lanes.
#[inline(always)]
fn join<S: Simd>(low: u64x8<S>, high: u64x8<S>) -> u32x16<S> {
    let (low, high): (u32x16<S>, u32x16<S>) = (low.bitcast(), high.bitcast());
    low.unzip_low(high)
}

/// Sixteen periods from `first_period` (a multiple of four) of a whole-valued law.
#[inline(always)]
pub fn draw_whole<S: Simd>(
    s: S,
    source: Source,
    law: &WholeTable,
    first_replication: u32,
    first_period: u64,
    out: &mut Tile<i32>,
) {
    let mut lead = [[0u32; LANES]; 4];
    for b in 0..DEPTH / 4 {
        let block = first_period / 4 + b as u64;
        for g in (0..LANES).step_by(16) {
            let words = source.words(s, first_replication + g as u32, block, 0);
            for k in 0..4 {
                words[k].store_slice(&mut lead[k][g..g + 16]);
            }
        }
        for k in 0..4 {
            let index = block * 4 + k as u64;
            let mut trail = |lane: usize| source.line(first_replication + lane as u32).trail(index);
            law.fill_row(s, &lead[k], &mut out[b * 4 + k], &mut trail);
        }
    }
}

/// Sixteen periods from `first_period` (a multiple of four) of a real-valued law.
#[inline(always)]
pub fn draw_real<S: Simd>(
    s: S,
    source: Source,
    law: &RealSampler,
    first_replication: u32,
    first_period: u64,
    out: &mut Tile<f64>,
) {
    let mut lead = [[0u32; LANES]; 4];
    let mut trail = [[0u32; LANES]; 4];
    for b in 0..DEPTH / 4 {
        let block = first_period / 4 + b as u64;
        for g in (0..LANES).step_by(16) {
            let replication = first_replication + g as u32;
            let leads = source.words(s, replication, block, 0);
            let trails = source.words(s, replication, block, 1);
            for k in 0..4 {
                leads[k].store_slice(&mut lead[k][g..g + 16]);
                (trails[k] >> 12).store_slice(&mut trail[k][g..g + 16]);
            }
        }
        for k in 0..4 {
            law.fill(s, &lead[k], &trail[k], &mut out[b * 4 + k]);
        }
    }
}
