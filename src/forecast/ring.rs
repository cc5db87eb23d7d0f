//! Rows of lanes kept for a fixed number of periods.
//!
//! Owns the index arithmetic of rings and the running sum of one. Knows nothing of what the rows mean.

/// Writes every number of a one-lane vector into `lanes` lanes; what `into` had allocated is used again.
pub(super) fn spread(from: &[f64], lanes: usize, into: &mut Vec<f64>) {
    into.clear();
    for &x in from {
        into.resize(into.len() + lanes, x);
    }
}

/// The last `depth` rows, oldest first from `position` on.
#[derive(Debug, Clone, Default)]
pub(super) struct Ring {
    rows: Vec<f64>,
    depth: usize,
    lanes: usize,
    position: usize,
}

impl Ring {
    /// Of one lane, holding these.
    pub(super) fn of(values: Vec<f64>) -> Self {
        Self { depth: values.len(), rows: values, lanes: 1, position: 0 }
    }

    /// The same in `lanes` lanes.
    pub(super) fn spread(&self, lanes: usize, into: &mut Self) {
        spread(&self.rows, lanes, &mut into.rows);
        (into.depth, into.lanes, into.position) = (self.depth, lanes, self.position);
    }

    /// The k-th oldest row; of a season, the row of the period k ahead. Beyond the depth it starts over.
    #[inline(always)]
    pub(super) fn row(&self, k: usize) -> &[f64] {
        let slot = (self.position + k) % self.depth;
        &self.rows[slot * self.lanes..][..self.lanes]
    }

    /// The oldest row, to be changed in place.
    #[inline(always)]
    pub(super) fn oldest(&mut self) -> &mut [f64] {
        &mut self.rows[self.position * self.lanes..][..self.lanes]
    }

    /// Makes the oldest row the newest. True where the ring has come round to its beginning.
    #[inline(always)]
    pub(super) fn turn(&mut self) -> bool {
        self.position += 1;
        let round = self.position == self.depth;
        if round {
            self.position = 0;
        }
        round
    }

    /// Every row becomes this one.
    #[inline(always)]
    pub(super) fn fill(&mut self, row: &[f64]) {
        for slot in self.rows.chunks_exact_mut(self.lanes) {
            slot.copy_from_slice(row);
        }
    }

    #[inline(always)]
    fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.rows.chunks_exact(self.lanes.max(1))
    }
}

/// A ring and the sum of its rows.
///
/// The sum is carried along and added up afresh each time the ring comes round. So sums of whole numbers are exact, and
/// those of real ones carry the rounding of at most two rounds, however long the run.
#[derive(Debug, Clone, Default)]
pub(super) struct RunningSum {
    ring: Ring,
    sum: Vec<f64>,
}

impl RunningSum {
    /// Of one lane, holding `depth` times this.
    pub(super) fn of(depth: usize, value: f64) -> Self {
        let ring = Ring::of(vec![value; depth]);
        let sum = vec![ring.rows.iter().sum()];
        Self { ring, sum }
    }

    /// The same in `lanes` lanes.
    pub(super) fn spread(&self, lanes: usize, into: &mut Self) {
        self.ring.spread(lanes, &mut into.ring);
        spread(&self.sum, lanes, &mut into.sum);
    }

    /// The sum of the last `depth` rows.
    #[inline(always)]
    pub(super) fn sum(&self) -> &[f64] {
        &self.sum
    }

    /// Takes a row in and lets the oldest go.
    #[inline(always)]
    pub(super) fn push(&mut self, row: &[f64]) {
        for ((sum, slot), &x) in self.sum.iter_mut().zip(self.ring.oldest()).zip(row) {
            *sum += x - *slot;
            *slot = x;
        }
        if self.ring.turn() {
            self.sum.fill(0.0);
            for row in self.ring.rows() {
                for (sum, &x) in self.sum.iter_mut().zip(row) {
                    *sum += x;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ring, RunningSum};

    #[test]
    fn rows_are_numbered_from_the_oldest() {
        let mut ring = Ring::default();
        Ring::of(vec![1.0, 2.0, 3.0]).spread(2, &mut ring);
        assert_eq!(ring.row(0), [1.0, 1.0]);
        ring.oldest().copy_from_slice(&[4.0, 5.0]);
        assert!(!ring.turn());
        assert_eq!(
            (ring.row(0), ring.row(2), ring.row(3)),
            (&[2.0, 2.0][..], &[4.0, 5.0][..], &[2.0, 2.0][..])
        );
        assert!(!ring.turn() && ring.turn());
    }

    /// 10¹⁵ comes and goes. Carried along alone, the sum would have lost what the tenths lost beside it.
    #[test]
    fn the_sum_forgets_rounding() {
        let mut sum = RunningSum::of(3, 0.1);
        sum.push(&[1e15]);
        for _ in 0..5 {
            sum.push(&[0.1]);
        }
        assert_eq!(sum.sum(), [0.1 + 0.1 + 0.1]);
        for t in 0..1000 {
            sum.push(&[f64::from(t)]);
        }
        assert_eq!(sum.sum(), [997.0 + 998.0 + 999.0]);
    }
}
