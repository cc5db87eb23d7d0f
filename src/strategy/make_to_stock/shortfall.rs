//! The pooled shortfall of an item: what every replication and period is missing from its target, whatever the target.
//!
//! Whole shortfalls are counted, real ones sorted. Any level is then read off without simulating again; see
//! [`curve`](super::curve) for why that is exact.

use super::chunk::{Scratch, Setting, visit_shortfall};
use super::curve::Curve;
use super::plan::Plan;
use crate::engine::lattice::Cell;
use crate::engine::work::Piece;
use crate::error::Result;
use crate::metrics::Counts;
use crate::metrics::service::Target;

/// X (at the close) and V (just before demand) of all counted periods, in ascending order with multiplicities.
#[derive(Debug, Clone, Default)]
pub struct Shortfall {
    close: Steps,
    before: Steps,
    demand: f64,
    periods: f64,
    /// What counts as rounding.
    tolerance: f64,
}

/// A sorted sample with what is needed to evaluate Σ(S − x)⁺ anywhere.
#[derive(Debug, Clone, Default)]
struct Steps {
    /// Distinct values, ascending.
    at: Vec<f64>,
    /// How many values are ≤ each.
    count: Vec<f64>,
    /// Sum of the values ≤ each.
    sum: Vec<f64>,
}

impl Steps {
    fn from_counts(counts: impl Iterator<Item = (f64, f64)>) -> Self {
        let mut steps = Self::default();
        let (mut count, mut sum) = (0.0, 0.0);
        for (x, n) in counts {
            count += n;
            sum += x * n;
            steps.at.push(x);
            steps.count.push(count);
            steps.sum.push(sum);
        }
        steps
    }

    /// How many values are ≤ level.
    fn at_or_below(&self, level: f64) -> f64 {
        match self.at.partition_point(|x| *x <= level) {
            0 => 0.0,
            i => self.count[i - 1],
        }
    }

    /// Σ(level − x)⁺.
    fn room(&self, level: f64) -> f64 {
        match self.at.partition_point(|x| *x <= level) {
            0 => 0.0,
            i => level * self.count[i - 1] - self.sum[i - 1],
        }
    }
}

/// Collects values: an array of counts for whole numbers, a list for others.
#[derive(Debug, Default)]
pub(super) struct Sample {
    counts: Vec<u64>,
    values: Vec<f64>,
}

/// X and V as they are collected.
#[derive(Debug, Default)]
pub(super) struct Samples {
    pub(super) before: Sample,
    pub(super) close: Sample,
}

/// Largest whole shortfall that is counted rather than listed.
const COUNTED: usize = 1 << 22;

impl Sample {
    /// Adds minus every value of a row: a net stock at level 0 is minus the shortfall.
    #[inline(always)]
    pub(super) fn add_negated<T: Cell>(&mut self, row: &[T], whole: bool) {
        let lowest = row.iter().fold(T::default(), |a, &b| if b < a { b } else { a }).to_f64();
        if whole && -lowest < COUNTED as f64 {
            let largest = -lowest as usize;
            if largest >= self.counts.len() {
                self.counts.resize((largest + 1).next_power_of_two().max(64), 0);
            }
            for x in row {
                self.counts[-x.to_f64() as usize] += 1;
            }
        } else {
            self.values.extend(row.iter().map(|x| 0.0 - x.to_f64()));
        }
    }

    fn steps(mut self) -> Steps {
        self.values.sort_unstable_by(f64::total_cmp);
        let counted =
            self.counts.iter().enumerate().filter(|(_, n)| **n > 0).map(|(x, n)| (x as f64, *n as f64));
        let listed = self.values.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as f64));
        Steps::from_counts(counted.chain(listed))
    }
}

impl Shortfall {
    /// Pools the chunks of a plan with one design, in index order; none where one pass is not valid.
    pub fn pool(
        setting: Setting<'_>,
        plan: &Plan,
        pieces: &[Piece],
        scratch: &mut Scratch,
    ) -> Result<Option<Self>> {
        let (demand, params) = plan.only();
        let Ok(base) = Curve::base(params, demand) else { return Ok(None) };
        let (mut samples, mut total) = (Samples::default(), 0.0);
        for piece in pieces {
            total += visit_shortfall(setting, plan, &base, piece, scratch, &mut samples)?;
        }
        let (close, before) = (samples.close.steps(), samples.before.steps());
        let periods = close.count.last().copied().unwrap_or(0.0);
        let tolerance = base.tolerance;
        Ok(Some(Self { close, before, demand: total, periods, tolerance }))
    }

    /// Pooled counts at one level (those that service measures need).
    pub fn at(&self, level: f64) -> Counts {
        Counts {
            demand: self.demand,
            filled: self.before.room(level) - self.close.room(level),
            stockouts: self.periods - self.close.at_or_below(level + self.tolerance),
            ..Counts::default()
        }
    }

    /// The least level ≥ 0 that reaches the target, and what it achieves. Service grows with the level, is complete at
    /// the largest shortfall, and between two shortfalls is a straight line (fill rate) or constant (α).
    pub fn least(&self, target: &Target, periods: f64) -> (f64, f64) {
        let value = |level: f64| target.value(&self.at(level), periods);
        // Rounding may leave complete service a hair below 1; without any demand, any level will do.
        let enough = |v: f64| v >= target.at_least - 1e-12 || v.is_nan();
        if enough(value(0.0)) {
            return (0.0, value(0.0));
        }
        let (mut low, mut high) = (0.0, self.close.at.last().copied().unwrap_or(0.0).max(0.0).ceil());
        let whole = self.close.at.iter().chain(&self.before.at).all(|x| x.fract() == 0.0);
        if !enough(value(high)) {
            return (high, value(high));
        }
        for _ in 0..200 {
            let middle = if whole { ((low + high) / 2.0_f64).floor() } else { (low + high) / 2.0 };
            if middle <= low || middle >= high {
                break;
            }
            if enough(value(middle)) { high = middle } else { low = middle }
        }
        (high, value(high))
    }
}
