//! Drawing along the index: 256 consecutive draws of one replication, for engines that advance one replication at a time.
//!
//! The same addresses as the tiles of many replications, so the same values whichever way they are drawn.

use super::{LANES, Row, Source};
use crate::engine::level::at_level;
use crate::law::Sampler;
use crate::random::{SUB_SHIFT, counter, philox_lanes, split_key};
use fearless_simd::{Level, Simd, prelude::*, u64x8};

/// Draws of one strip.
pub const STRIP: usize = LANES;

/// Room to draw a strip in.
#[derive(Debug, Clone)]
pub struct Strip {
    lead: Row<u32>,
    trail: Row<u32>,
    whole: Row<i32>,
}

impl Default for Strip {
    fn default() -> Self {
        Self { lead: [0; LANES], trail: [0; LANES], whole: [0; LANES] }
    }
}

impl Strip {
    /// The words of draws `start ..` of sub-number `sub`; `start` is a multiple of the strip's length.
    pub fn read(&mut self, level: Option<Level>, source: Source, replication: u32, sub: u64, start: u64) {
        let block = (sub << SUB_SHIFT | start) >> 2;
        match level {
            Some(level) => at_level!(level, s => {
                words(s, source, replication, block, 0, &mut self.lead);
                words(s, source, replication, block, 1, &mut self.trail);
            }),
            None => {
                let line = source.line(replication);
                for i in 0..STRIP {
                    let n = line.bits(block * 4 + i as u64);
                    (self.lead[i], self.trail[i]) = ((n >> 20) as u32, n as u32 & 0xf_ffff);
                }
            }
        }
    }

    /// The 52-bit integer of draw `i` of the strip.
    #[inline]
    pub fn bits(&self, i: usize) -> u64 {
        u64::from(self.lead[i]) << 20 | u64::from(self.trail[i])
    }

    /// A law at every draw of the strip.
    pub fn law(&mut self, level: Option<Level>, law: &Sampler, out: &mut Row<f64>) {
        let Some(level) = level else {
            for (i, x) in out.iter_mut().enumerate() {
                *x = law.at(self.bits(i));
            }
            return;
        };
        match law {
            Sampler::Real(law) => at_level!(level, s => law.fill(s, &self.lead, &self.trail, out)),
            Sampler::Whole(law) | Sampler::Values { index: law, .. } => {
                let trail = &self.trail;
                at_level!(level, s => law.fill_row(s, &self.lead, &mut self.whole, &mut |i| trail[i]));
            }
        }
        match law {
            Sampler::Real(_) => {}
            Sampler::Whole(_) => {
                out.iter_mut().zip(&self.whole).for_each(|(x, n)| *x = f64::from(*n));
            }
            Sampler::Values { values, .. } => {
                out.iter_mut().zip(&self.whole).for_each(|(x, n)| *x = values[*n as usize]);
            }
        }
    }
}

/// Words of 64 consecutive blocks of one replication.
#[inline(always)]
fn words<S: Simd>(s: S, source: Source, replication: u32, block: u64, twin: u32, out: &mut Row<u32>) {
    let lane: u64x8<S> = [0, 1, 2, 3, 4, 5, 6, 7].simd_into(s);
    for g in 0..2 {
        let c = counter(block + 32 * g, source.entity, replication, source.stream.id(), twin);
        let w = |x: u32| u64x8::splat(s, u64::from(x));
        let [c0, c1, c2, c3] = [w(c[0]) + lane, w(c[1]), w(c[2]), w(c[3])];
        let counters = [0, 8, 16, 24].map(|k| [c0 + w(k), c1, c2, c3]);
        for (k, words) in philox_lanes(s, split_key(source.key), counters).iter().enumerate() {
            let mut flat = [[0u64; 8]; 4];
            for (word, flat) in words.iter().zip(&mut flat) {
                word.store_slice(flat);
            }
            let out = &mut out[128 * g as usize + 32 * k..][..32];
            for (i, four) in out.chunks_exact_mut(4).enumerate() {
                for (x, flat) in four.iter_mut().zip(&flat) {
                    *x = if twin == 0 { flat[i] as u32 } else { flat[i] as u32 >> 12 };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::Law;
    use crate::random::Stream;

    #[test]
    fn a_strip_holds_the_draws_of_its_addresses() {
        let source = Source { key: 42, stream: Stream::Processing, entity: 7 };
        let laws = [
            Law::Exponential { mean: 2.0 },
            Law::Poisson { mean: 3.0 },
            Law::Discrete { values: vec![0.5, 2.0], probabilities: vec![0.25, 0.75] },
        ];
        for level in crate::engine::level::available().into_iter().map(|l| Some(l.1)).chain([None]) {
            let mut strip = Strip::default();
            for (sub, start) in [(0, 0), (0, 512), (3, 256)] {
                strip.read(level, source, 9, sub, start);
                for law in &laws {
                    let law = law.compile().unwrap();
                    let mut out = [0.0; LANES];
                    strip.law(level, &law, &mut out);
                    for (i, x) in out.iter().enumerate() {
                        let n = source.line(9).bits(sub << SUB_SHIFT | (start + i as u64));
                        assert_eq!(strip.bits(i), n);
                        assert_eq!(*x, law.at(n), "{level:?} {sub} {start} {i}");
                    }
                }
            }
        }
    }
}
