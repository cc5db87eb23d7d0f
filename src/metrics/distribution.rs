//! Distributions of times over orders, pooled over replications, in bins whose width is a fixed share of the value.
//!
//! A bin is the exponent and the leading bits of the mantissa of a number, so no range has to be known beforehand. Counts are
//! kept apart in [`SECTIONS`] groups of replications (number modulo their count): the groups are independent, and what the
//! pooled estimate would be without one of them gives its error (delete-a-group jackknife). Counts are whole, so the order in
//! which replications are done cannot matter.

/// Groups of replications.
pub const SECTIONS: usize = 32;
/// Leading bits of the mantissa: 64 bins between a number and its double.
const MANTISSA: u32 = 6;
const SHIFT: u32 = 52 - MANTISSA;
/// Everything below 2⁻³⁰ is in the first bin after nought, everything from 2⁴⁰ in the last.
const LOWEST: i64 = ((1023 - 30) as i64) << MANTISSA;
const HIGHEST: i64 = ((1023 + 40) as i64) << MANTISSA;
/// Bins: nought, and the rest.
pub const BINS: usize = (HIGHEST - LOWEST) as usize + 2;

/// The bin of a time ≥ 0; 0 is for nought itself.
#[inline(always)]
pub fn bin(x: f64) -> usize {
    let b = (x.to_bits() >> SHIFT) as i64 - LOWEST;
    if x <= 0.0 { 0 } else { b.clamp(0, HIGHEST - LOWEST) as usize + 1 }
}

/// Where bin `b` begins.
pub fn edge(b: usize) -> f64 {
    if b <= 1 {
        return 0.0;
    }
    f64::from_bits(((b as i64 - 1 + LOWEST) as u64) << SHIFT)
}

/// Counts by section and bin, growing to the bins that are used.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Histogram {
    /// First bin kept, and counts from there: section by section.
    first: usize,
    width: usize,
    counts: Vec<u32>,
}

impl Histogram {
    /// Counts a value.
    #[inline]
    pub fn add(&mut self, section: usize, x: f64) {
        let b = bin(x);
        if b.wrapping_sub(self.first) >= self.width {
            self.grow(b, b + 1);
        }
        self.counts[section * self.width + b - self.first] += 1;
    }

    /// Makes room for bins `from .. to`.
    fn grow(&mut self, from: usize, to: usize) {
        let (mut first, mut end) = (from & !63, to.next_multiple_of(64));
        if self.width > 0 {
            (first, end) = (first.min(self.first), end.max(self.first + self.width));
        }
        let width = end - first;
        let mut counts = vec![0; width * SECTIONS];
        if self.width > 0 {
            for (old, new) in self.counts.chunks(self.width).zip(counts.chunks_mut(width)) {
                new[self.first - first..][..self.width].copy_from_slice(old);
            }
        }
        (self.first, self.width, self.counts) = (first, width, counts);
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.counts.fill(0);
    }

    /// Adds the counts to a table of (section, bin).
    pub fn pour(&self, into: &mut Table) {
        if self.counts.iter().all(|n| *n == 0) {
            return;
        }
        into.grow(self.first, self.first + self.width);
        for (from, to) in self.counts.chunks(self.width).zip(into.counts.chunks_mut(into.width)) {
            for (from, to) in from.iter().zip(&mut to[self.first - into.first..]) {
                *to += u64::from(*from);
            }
        }
    }
}

/// Pooled counts of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// First bin kept.
    pub first: usize,
    /// Bins kept.
    pub width: usize,
    /// Section by section.
    pub counts: Vec<u64>,
}

impl Table {
    fn grow(&mut self, from: usize, to: usize) {
        let (mut first, mut end) = (from, to);
        if self.width > 0 {
            (first, end) = (first.min(self.first), end.max(self.first + self.width));
        }
        if (first, end - first) == (self.first, self.width) {
            return;
        }
        let width = end - first;
        let mut counts = vec![0; width * SECTIONS];
        if self.width > 0 {
            for (old, new) in self.counts.chunks(self.width).zip(counts.chunks_mut(width)) {
                new[self.first - first..][..self.width].copy_from_slice(old);
            }
        }
        *self = Self { first, width, counts };
    }

    /// The time within which a share `p` of what was counted is done, linear within a bin; not a number if nothing was.
    pub fn quantile(&self, p: f64) -> f64 {
        let total: u64 = self.counts.iter().sum();
        let target = p * total as f64;
        let mut below = 0;
        for b in 0..self.width {
            let here: u64 = self.counts.iter().skip(b).step_by(self.width).sum();
            if here > 0 && (below + here) as f64 >= target {
                let (from, to) = (edge(self.first + b), edge(self.first + b + 1));
                return from + (target - below as f64) / here as f64 * (to - from);
            }
            below += here;
        }
        f64::NAN
    }

    /// Where the bins begin, and where the last ends.
    pub fn edges(&self) -> Vec<f64> {
        (self.first..=self.first + self.width).map(edge).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_what_lies_between_their_edges() {
        for x in [1e-12, 1e-9, 0.1, 0.999, 1.0, 1.01, 7.999, 8.0, 123.4, 1e9, 1e12] {
            let b = bin(x);
            assert!(edge(b) <= x && x < edge(b + 1), "{x} in [{}, {})", edge(b), edge(b + 1));
        }
        assert_eq!((bin(0.0), bin(-1.0), bin(f64::MAX)), (0, 0, BINS - 1));
        assert_eq!(edge(bin(8.0)), 8.0);
        assert!(edge(bin(100.0) + 1) / edge(bin(100.0)) < 1.0 + 1.0 / 63.0);
    }

    #[test]
    fn counts_survive_growth_and_pouring() {
        let mut h = Histogram::default();
        for (section, x) in [(3, 5.0), (3, 0.0), (31, 1e6), (3, 5.0)] {
            h.add(section, x);
        }
        let mut table = Table::default();
        h.pour(&mut table);
        h.pour(&mut table);
        let count = |section: usize, x: f64| table.counts[section * table.width + bin(x) - table.first];
        assert_eq!([count(3, 5.0), count(3, 0.0), count(31, 1e6), count(0, 5.0)], [4, 2, 2, 0]);
        assert_eq!(table.counts.iter().sum::<u64>(), 8);
        assert_eq!(table.edges().len(), table.width + 1);
    }
}
