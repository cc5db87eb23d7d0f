//! A row of draws at once: the hottest loop of the project.
//!
//! Owns how a [`WholeTable`] is looked up for 256 replications; the answers are those of [`WholeTable::at`].
//!
//! * Everywhere: all guide entries are fetched first, then combined in lanes, so that no vector load waits for the
//!   scalar stores it reads.
//! * With AVX-512, laws whose values of any weight span at most 62 (Poisson up to a mean of about 60): the
//!   whole table lives in registers, 256 one-byte cells and 32 or 64 thresholds, and nothing is fetched at all.

use super::whole::WholeTable;
use crate::random::BITS;
use fearless_simd::{Simd, i32x16, prelude::*, u32x16};

/// Draws in a row.
pub const ROW: usize = 256;
/// Draws in a vector.
const WIDTH: usize = 16;
const GROUPS: usize = ROW / WIDTH;

impl WholeTable {
    /// A row of draws from their leads. `trail` is asked for the trailing 20 bits of the draws that need them.
    #[inline(always)]
    pub fn fill_row<S: Simd>(
        &self,
        s: S,
        lead: &[u32; ROW],
        out: &mut [i32; ROW],
        trail: &mut impl FnMut(usize) -> u32,
    ) {
        let mut open = [0u16; GROUPS];
        self.settle(s, lead, out, &mut open);
        // Four masks at a time: few draws are open, and a branch per vector would often be guessed wrongly.
        for (q, four) in open.chunks_exact(4).enumerate() {
            let mut bits = four.iter().rev().fold(0u64, |bits, mask| bits << 16 | u64::from(*mask));
            while bits != 0 {
                let i = q * 64 + bits.trailing_zeros() as usize;
                out[i] = self
                    .by_lead(lead[i])
                    .unwrap_or_else(|| self.at(u64::from(lead[i]) << 20 | u64::from(trail(i))));
                bits &= bits - 1;
            }
        }
    }

    /// Settles what it can and says, a bit per draw, what it could not.
    #[inline(always)]
    fn settle<S: Simd>(&self, s: S, lead: &[u32; ROW], out: &mut [i32; ROW], open: &mut [u16; GROUPS]) {
        #[cfg(target_arch = "x86_64")]
        if let (Some(token), Some(narrow)) = (s.level().as_avx512(), self.narrow()) {
            return narrow_row(token, narrow, lead, out, open);
        }
        let guide = self.entries();
        let mut entries = [0u32; ROW];
        for (entry, &lead) in entries.iter_mut().zip(lead) {
            *entry = guide[(lead >> 20) as usize];
        }
        for (g, open) in open.iter_mut().enumerate() {
            let at = g * WIDTH..(g + 1) * WIDTH;
            let (lead, entry) =
                (u32x16::from_slice(s, &lead[at.clone()]), u32x16::from_slice(s, &entries[at.clone()]));
            let (value, mask) = self.combine(s, lead, entry);
            value.store_slice(&mut out[at]);
            *open = mask;
        }
    }
}

/// Values that a register table can tell apart: with two registers of thresholds, and with four.
const VALUES: [usize; 2] = [31, 63];
/// A cell that holds three boundaries or more, or reaches outside the window.
const CROWDED: u8 = 255;
/// How many draws may fall outside the window: an eighth of those that the crowded cells at both ends leave open anyway.
const OUTSIDE: u64 = 1 << (BITS - 10);

/// A law narrow enough for sixteen registers: value = base + #{ j ≥ 1 : lead > threshold[j] }.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Narrow {
    /// By the top eight bits of the lead: where the count starts.
    guide: [u8; 256],
    /// The last lead that is surely not above boundary j; equality leaves it to the trailing bits.
    threshold: [u32; 64],
    /// Whether more than the first 32 thresholds are used.
    wide: bool,
    base: i32,
}

impl Narrow {
    /// The narrowest window around the median that nearly all draws fall inside.
    pub(super) fn new(first: i32, ends: &[u64]) -> Option<Box<Self>> {
        VALUES.iter().find_map(|&values| Self::window(first, ends, values))
    }

    fn window(first: i32, ends: &[u64], values: usize) -> Option<Box<Self>> {
        let total = 1u64 << BITS;
        let median = ends.partition_point(|&e| e <= total / 2);
        let start = median.saturating_sub(values / 2).min(ends.len().saturating_sub(values));
        let below = if start == 0 { 0 } else { ends[start - 1] };
        let stop = (start + values).min(ends.len());
        if below + (total - ends[stop - 1]) > OUTSIDE {
            return None;
        }
        // Boundary j lies below value start + j; the window closes at the last one.
        let mut threshold = [u32::MAX; 64];
        for (j, t) in threshold.iter_mut().enumerate().take(stop - start) {
            let boundary = if start + j == 0 { 0 } else { ends[start + j - 1] };
            *t = (boundary.saturating_sub(1) >> 20) as u32;
        }
        let inside = (below, ends[stop - 1]);
        let mut guide = [CROWDED; 256];
        for (c, cell) in guide.iter_mut().enumerate() {
            let (from, to) = ((c as u64) << 24, ((c as u64) + 1) << 24);
            if from << 20 < inside.0 || to << 20 > inside.1 {
                continue;
            }
            let passed = threshold[1..stop - start].iter().filter(|&&t| u64::from(t) < from).count();
            let within =
                threshold[1..stop - start].iter().filter(|&&t| (from..to).contains(&u64::from(t))).count();
            if within <= 2 {
                *cell = passed as u8;
            }
        }
        Some(Box::new(Self { guide, threshold, wide: values > VALUES[0], base: first + start as i32 }))
    }
}

#[cfg(target_arch = "x86_64")]
fearless_simd::kernel!(
    /// A row through the register table.
    fn narrow_row(
        token: Avx512,
        table: &Narrow,
        lead: &[u32; ROW],
        out: &mut [i32; ROW],
        open: &mut [u16; GROUPS],
    ) {
        use fearless_simd::Avx512;
        use std::arch::x86_64::*;
        let bytes = |at: usize| -> __m512i {
            fearless_simd::u8x64::from_slice(token, &table.guide[at..at + 64]).into()
        };
        let words =
            |at: usize| -> __m512i { u32x16::from_slice(token, &table.threshold[at..at + WIDTH]).into() };
        let (g0, g1, g2, g3) = (bytes(0), bytes(64), bytes(128), bytes(192));
        let (t0, t1, t2, t3) = (words(0), words(16), words(32), words(48));
        let (one, crowded, base) =
            (_mm512_set1_epi32(1), _mm512_set1_epi32(i32::from(CROWDED)), _mm512_set1_epi32(table.base - 1));
        // Unrolled by hand over both widths: four registers of thresholds cost twice the look-ups of two.
        macro_rules! row {
            ($threshold:expr) => {
                for g in 0..GROUPS {
                    let u: __m512i = u32x16::from_slice(token, &lead[g * WIDTH..(g + 1) * WIDTH]).into();
                    let cell = _mm512_srli_epi32::<24>(u);
                    let low = _mm512_permutex2var_epi8(g0, cell, g1);
                    let high = _mm512_permutex2var_epi8(g2, cell, g3);
                    let k = _mm512_and_si512(_mm512_mask_mov_epi32(low, _mm512_movepi32_mask(u), high), crowded);
                    let next = _mm512_add_epi32(k, one);
                    let threshold = $threshold(next);
                    let next = _mm512_mask_add_epi32(next, _mm512_cmpgt_epu32_mask(u, threshold), next, one);
                    // A lead that equals the first threshold meets it again here, so one test of equality will do.
                    let threshold = $threshold(next);
                    let next = _mm512_mask_add_epi32(next, _mm512_cmpgt_epu32_mask(u, threshold), next, one);
                    open[g] = _mm512_cmpeq_epi32_mask(k, crowded) | _mm512_cmpeq_epi32_mask(u, threshold);
                    let value: i32x16<Avx512> = _mm512_add_epi32(next, base).simd_into(token);
                    value.store_slice(&mut out[g * WIDTH..(g + 1) * WIDTH]);
                }
            };
        }
        if table.wide {
            row!(|j| {
                let low = _mm512_permutex2var_epi32(t0, j, t1);
                let high = _mm512_permutex2var_epi32(t2, j, t3);
                _mm512_mask_mov_epi32(low, _mm512_test_epi32_mask(j, _mm512_set1_epi32(32)), high)
            });
        } else {
            row!(|j| _mm512_permutex2var_epi32(t0, j, t1));
        }
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::level;
    use crate::random::{Line, Stream};
    use fearless_simd::dispatch;

    /// Laws from a single value to far more than a window, with leads at, before and after every boundary.
    #[test]
    fn a_row_is_what_single_draws_are() {
        let total = 1u64 << BITS;
        let even = |n: u64| {
            (1..=n).map(|j| (total / n) * j + if j == n { total % n } else { 0 }).collect::<Vec<_>>()
        };
        let peaked: Vec<u64> =
            (0..90).map(|j| if j < 45 { 1 << (j / 2) } else { total - (1 << ((89 - j) / 2)) + 1 }).collect();
        let fine = vec![3 << 20, (3 << 20) + 1, 5 << 20, total - (7 << 19), total];
        let mut peaked = peaked;
        *peaked.last_mut().unwrap() = total;
        for (ends, narrow) in [
            (even(1), true),
            (even(2), true),
            (even(31), true),
            (even(32), true),
            (even(63), true),
            (even(300), false),
            (peaked, true),
            (fine, true),
        ] {
            let table = WholeTable::new(-4, ends.clone(), 0.0, 0.0).unwrap();
            assert_eq!(table.narrow().is_some(), narrow, "{} values", ends.len());
            let near = ends.iter().flat_map(|e| [-2i64, -1, 0, 1].map(|d| (e >> 20) as i64 + d));
            let line = Line { key: 3, replication: 0, stream: Stream::Search, entity: 0 };
            let leads: Vec<u32> = near
                .filter(|x| (0..1i64 << 32).contains(x))
                .map(|x| x as u32)
                .chain((0..4096).map(|i| line.lead(i)))
                .chain((0..64).map(|i| i << 14))
                .collect();
            for chunk in leads.chunks(ROW) {
                let mut row = [0u32; ROW];
                row[..chunk.len()].copy_from_slice(chunk);
                for t in [0, 1, (1 << 20) - 1] {
                    for (name, level) in level::available() {
                        let mut out = [0; ROW];
                        dispatch!(level, s => table.fill_row(s, &row, &mut out, &mut |_| t));
                        for (i, &x) in out.iter().enumerate() {
                            assert_eq!(
                                x,
                                table.at(u64::from(row[i]) << 20 | u64::from(t)),
                                "{name} lead {:#x}",
                                row[i]
                            );
                        }
                    }
                }
            }
        }
    }
}
