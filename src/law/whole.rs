//! The whole-number table: form "Table" of the sampling contract for laws on the integers.
//!
//! Owns the map from the 52-bit integer of an address to an `i32`. Knows nothing of laws: it is built from how much
//! of the integer range lies at or below each value.
//!
//! ```text
//! n = lead << 20 | trail                       52 bits
//! value = first + #{ j : ends[j] ≤ n }         monotone in n, exact to the resolution of u
//!
//! guide[lead >> 20] = threshold << 12 | offset                                  4096 entries, 16 KiB
//! value = first + offset + (low20(lead) > threshold)     one boundary in the cell, or none (threshold 2²⁰ − 1)
//! ```
//!
//! A lane needs the full integer (it is *slow*) when its cell holds two boundaries or more, marked by offset 4095, or
//! when `low20(lead) == threshold`, where the boundary may lie inside the 2²⁰ integers that share this lead. With a
//! few dozen values in reach that is a lane in a thousand; with thousands of values (Poisson of mean 10⁶) most cells
//! hold several boundaries and the table works by search, about ten times slower.

use fearless_simd::{Simd, i32x16, prelude::*, u32x16};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

use super::row::Narrow;
use crate::error::{Error, Result};
use crate::random::BITS;

/// Largest number of values a table may hold.
pub const MAX_VALUES: usize = 1 << 21;
const CELLS: usize = 4096;
/// Tables of at most this many values need no guide for single draws.
const SEARCHED: usize = 256;
const SLOW: u32 = 4095;
const LOW20: u32 = (1 << 20) - 1;
const LOW12: u32 = (1 << 12) - 1;
const END: u64 = 1 << BITS;

/// A compiled law on the integers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct WholeTable {
    first: i32,
    ends: Vec<u64>,
    mean: f64,
    variance: f64,
    /// Built when first needed: a moving mean has a table per period, and most of them live in registers.
    guide: OnceLock<Box<Guide>>,
    narrow: Option<Box<Narrow>>,
}

/// Where each of 4096 cells leads.
#[derive(Debug, Clone, PartialEq)]
struct Guide {
    entries: [u32; CELLS],
    /// Offset at the first integer of each cell, and the last offset once more: where the search may look.
    starts: [u32; CELLS + 1],
}

impl Guide {
    fn new(ends: &[u64]) -> Box<Self> {
        let mut guide = Box::new(Self { entries: [0; CELLS], starts: [0; CELLS + 1] });
        let cell = END / CELLS as u64;
        let mut offset = 0;
        for c in 0..CELLS {
            let begin = c as u64 * cell;
            offset += ends[offset..].iter().take_while(|&&e| e <= begin).count();
            let inside = ends[offset..].iter().take(2).take_while(|&&e| e < begin + cell).count();
            guide.starts[c] = offset as u32;
            guide.entries[c] = match inside {
                _ if offset >= SLOW as usize => SLOW,
                0 => LOW20 << 12 | offset as u32,
                1 => {
                    // At an exact lead boundary (trailing bits 0) the lead itself is above: the threshold is the one before.
                    let inner = ends[offset] - begin;
                    let lead = (inner >> 20) as u32;
                    let threshold = if inner & u64::from(LOW20) == 0 { lead - 1 } else { lead };
                    threshold << 12 | offset as u32
                }
                _ => SLOW,
            };
        }
        guide.starts[CELLS] = (ends.len() - 1) as u32;
        guide
    }
}

/// Whether the guide is there does not matter.
impl PartialEq for WholeTable {
    fn eq(&self, other: &Self) -> bool {
        let own = (self.first, &self.ends, self.mean, self.variance);
        own == (other.first, &other.ends, other.mean, other.variance)
    }
}

/// What is written to files; the guide is derived.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    first: i32,
    ends: Vec<u64>,
    mean: f64,
    variance: f64,
}

impl TryFrom<Stored> for WholeTable {
    type Error = Error;

    fn try_from(s: Stored) -> Result<Self> {
        Self::new(s.first, s.ends, s.mean, s.variance)
    }
}

impl From<WholeTable> for Stored {
    fn from(t: WholeTable) -> Self {
        Self { first: t.first, ends: t.ends, mean: t.mean, variance: t.variance }
    }
}

/// The outcome of the guide for one draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// Offset from the first value.
    Settled(u32),
    /// The trailing bits decide.
    Slow,
}

/// What a guide entry says about a lead with these low 20 bits.
#[inline(always)]
pub fn classify(entry: u32, low20: u32) -> Cell {
    let (threshold, offset) = (entry >> 12, entry & LOW12);
    if offset == SLOW || low20 == threshold {
        Cell::Slow
    } else {
        Cell::Settled(offset + u32::from(low20 > threshold))
    }
}

impl WholeTable {
    /// From the number of integers `n < 2⁵²` that map to `first + j` or less, for each `j`; `mean` and `variance` are
    /// those of the law.
    pub fn new(first: i32, ends: Vec<u64>, mean: f64, variance: f64) -> Result<Self> {
        if ends.is_empty() || ends.len() > MAX_VALUES {
            return Err(Error::data("ends", format!("needs 1 to {MAX_VALUES} values, got {}", ends.len())));
        }
        if ends.windows(2).any(|w| w[0] > w[1]) || ends[ends.len() - 1] != END {
            return Err(Error::data("ends", "must not decrease and must end at 2^52"));
        }
        if i64::from(first) + ends.len() as i64 - 1 > i64::from(i32::MAX) {
            return Err(Error::data("first", "the largest value does not fit 32 bits"));
        }
        let narrow = Narrow::new(first, &ends);
        Ok(Self { first, ends, mean, variance, guide: OnceLock::new(), narrow })
    }

    /// From the two tails at consecutive integers, starting with `first`: the distribution function below the median,
    /// the survival function above, so that both ends are exact. The range is cut where a tail holds less than half
    /// an integer.
    pub fn from_tails(first: i64, cdf: &[f64], sf: &[f64], mean: f64, variance: f64) -> Result<Self> {
        let scale = END as f64;
        let mut last = 0u64;
        let mut ends: Vec<u64> = cdf
            .iter()
            .zip(sf)
            .map(|(&c, &s)| {
                let below =
                    if c < 0.5 { (c * scale).round() as u64 } else { END - (s * scale).round() as u64 };
                last = last.max(below.min(END));
                last
            })
            .collect();
        let skip = ends.partition_point(|&e| e == 0).min(ends.len() - 1);
        ends.drain(..skip);
        ends.truncate(ends.partition_point(|&e| e < END) + 1);
        if let Some(end) = ends.last_mut() {
            *end = END;
        }
        let first = first + skip as i64;
        if i32::try_from(first).is_err() || i32::try_from(first + ends.len() as i64).is_err() {
            return Err(Error::config("", first, "within ±2147483647 for a whole-number law"));
        }
        Self::new(first as i32, ends, mean, variance)
    }

    fn guide(&self) -> &Guide {
        self.guide.get_or_init(|| Guide::new(&self.ends))
    }

    /// The value of an integer `n < 2⁵²`: guide, then search between the neighbouring cells; small tables are searched
    /// until somebody has needed the guide.
    #[inline]
    pub fn at(&self, n: u64) -> i32 {
        if self.ends.len() <= SEARCHED && self.guide.get().is_none() {
            return self.first + self.ends.partition_point(|&e| e <= n) as i32;
        }
        let guide = self.guide();
        let cell = (n >> 40) as usize & (CELLS - 1);
        if let Cell::Settled(offset) = classify(guide.entries[cell], (n >> 20) as u32 & LOW20) {
            return self.first + offset as i32;
        }
        let (from, to) = (guide.starts[cell] as usize, guide.starts[cell + 1] as usize);
        self.first + (from + self.ends[from..to].partition_point(|&e| e <= n)) as i32
    }

    /// The guide's entries, by the top twelve bits of a lead.
    #[inline(always)]
    pub(super) fn entries(&self) -> &[u32; CELLS] {
        &self.guide().entries
    }

    /// The value of a lead that settles the draw, whatever the trailing bits.
    #[inline]
    pub(super) fn by_lead(&self, lead: u32) -> Option<i32> {
        if let Some(guide) = self.guide.get()
            && let Cell::Settled(offset) = classify(guide.entries[(lead >> 20) as usize], lead & LOW20)
        {
            return Some(self.first + offset as i32);
        }
        let n = u64::from(lead) << 20;
        let value = self.at(n);
        (value == self.at(n | u64::from(LOW20))).then_some(value)
    }

    /// Sixteen draws from their leads and guide entries, and a bit for each that the trailing bits must decide.
    #[inline(always)]
    pub(super) fn combine<S: Simd>(&self, s: S, lead: u32x16<S>, entry: u32x16<S>) -> (i32x16<S>, u16) {
        let low20 = lead & u32x16::splat(s, LOW20);
        let threshold = entry >> 12;
        let offset = entry & u32x16::splat(s, LOW12);
        // Both sides are below 2²⁰, so signed comparison will do, and it is native on every level.
        let above = low20.bitcast::<i32x16<S>>().simd_gt(threshold.bitcast::<i32x16<S>>());
        let one = above.select(i32x16::splat(s, 1), i32x16::splat(s, 0));
        let value = offset.bitcast::<i32x16<S>>() + one + i32x16::splat(s, self.first);
        let open = low20.simd_eq(threshold) | offset.simd_eq(u32x16::splat(s, SLOW));
        (value, open.to_bitmask() as u16)
    }

    /// The register table, where the law is narrow enough.
    pub(super) fn narrow(&self) -> Option<&Narrow> {
        self.narrow.as_deref()
    }

    /// Smallest value drawn.
    pub fn first(&self) -> i32 {
        self.first
    }

    /// Largest value drawn.
    pub fn last(&self) -> i32 {
        self.first + (self.ends.len() - 1) as i32
    }

    /// Mean of the law.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Variance of the law.
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// Number of integers at or below each value, from [`first`](Self::first) on.
    pub fn ends(&self) -> &[u64] {
        &self.ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::row::ROW;
    use fearless_simd::dispatch;
    use proptest::prelude::{Strategy, any, prop, prop_assert_eq, proptest};

    fn plain(t: &WholeTable, n: u64) -> i32 {
        t.first + t.ends.iter().filter(|&&e| e <= n).count() as i32
    }

    fn table(mut ends: Vec<u64>) -> WholeTable {
        ends.sort_unstable();
        ends.push(END);
        WholeTable::new(-3, ends, 0.0, 0.0).unwrap()
    }

    proptest! {
        #[test]
        fn lanes_search_and_count_agree(
            ends in prop::collection::vec(0..END, 0..60),
            exact in prop::collection::vec(0u64..1 << 32, 0..20),
            mut n in prop::collection::vec((any::<u64>().prop_map(|n| n % END), -2i64..3), ROW),
        ) {
            let t = table(ends.iter().copied().chain(exact.iter().map(|e| e << 20)).collect());
            // Half of the draws sit on or beside a boundary.
            for (i, (n, by)) in n.iter_mut().enumerate().take(ROW / 2) {
                *n = (t.ends[i % t.ends.len()] as i64 + *by).clamp(0, END as i64 - 1) as u64;
            }
            let n: Vec<u64> = n.into_iter().map(|p| p.0).collect();
            for &n in &n {
                prop_assert_eq!(t.at(n), plain(&t, n));
            }
            for level in crate::law::test_levels() {
                let lead: [u32; ROW] = std::array::from_fn(|i| (n[i] >> 20) as u32);
                let mut out = [0; ROW];
                dispatch!(level, s => t.fill_row(s, &lead, &mut out, &mut |i| n[i] as u32 & LOW20));
                for (&n, &x) in n.iter().zip(&out) {
                    prop_assert_eq!(x, plain(&t, n));
                }
            }
        }
    }

    #[test]
    fn one_value_and_wide_tables() {
        let one = table(vec![]);
        assert_eq!((one.at(0), one.at(END - 1)), (-3, -3));
        let wide = table((1..100_000u64).map(|i| i * (END / 100_000)).collect());
        for n in [0, 1, END / 3, END / 2, END - 1] {
            assert_eq!(wide.at(n), plain(&wide, n));
        }
    }

    #[test]
    fn stores() {
        let t = table(vec![5, 1 << 51, (1 << 51) + 7]);
        let text = serde_json::to_string(&t).unwrap();
        assert_eq!(serde_json::from_str::<WholeTable>(&text).unwrap(), t);
        assert!(
            serde_json::from_str::<WholeTable>(r#"{"first":0,"ends":[1],"mean":0,"variance":0}"#).is_err()
        );
    }
}
