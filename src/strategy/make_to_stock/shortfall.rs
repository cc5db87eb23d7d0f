//! The pooled shortfall of an item: what every replication and period is missing from its target, whatever the target.
//!
//! With full backorders and an opening that moves with the target, what is missing obeys the same rule at every target,
//! for every policy that can be [moved as a whole](super::shift). Whole shortfalls are counted, real ones sorted. Any
//! level is then read off without simulating again; see [`curve`](super::curve) for why that is exact.

use super::chunk::{Scratch, Setting, visit_shortfall};
use super::plan::Plan;
use super::shift;
use crate::engine::lattice::Cell;
use crate::engine::work::Piece;
use crate::error::Result;
use crate::metrics::service::Target;
use crate::metrics::{Counts, Tariff};

/// X (at the close) and V (just before demand) of all counted periods, in ascending order with multiplicities.
#[derive(Debug, Clone, Default)]
pub struct Shortfall {
    close: Steps,
    before: Steps,
    /// Counts of the pass; demand and orders are those of every level.
    pass: Counts,
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

    /// Number of values, and their sum.
    fn total(&self) -> (f64, f64) {
        (self.count.last().copied().unwrap_or(0.0), self.sum.last().copied().unwrap_or(0.0))
    }
}

/// Collects values: arrays of counts for whole numbers of parts of a unit, a list for others.
#[derive(Debug, Default)]
pub(super) struct Sample {
    /// Parts of a unit that are counted; none: all values are listed.
    grain: Option<f64>,
    /// How often 0, 1, 2… were missing.
    counts: Vec<u64>,
    /// How often 1, 2, 3… were there beyond the target, as lots can bring about.
    surplus: Vec<u64>,
    values: Vec<f64>,
}

/// X and V as they are collected.
#[derive(Debug, Default)]
pub(super) struct Samples {
    pub(super) before: Sample,
    pub(super) close: Sample,
}

impl Samples {
    fn new(grain: Option<f64>) -> Self {
        let sample = || Sample { grain, ..Sample::default() };
        Self { before: sample(), close: sample() }
    }
}

/// Largest number of units that is counted rather than listed, and of smaller parts.
const COUNTED: [f64; 2] = [4e6, 2e5];

impl Sample {
    /// Adds minus every value of a row: a net stock at level 0 is minus the shortfall.
    #[inline(always)]
    pub(super) fn add_negated<T: Cell>(&mut self, row: &[T]) {
        let lowest = row.iter().fold(T::default(), |a, &b| if b < a { b } else { a }).to_f64();
        let highest = row.iter().fold(T::default(), |a, &b| if a < b { b } else { a }).to_f64();
        let grain = self.grain.unwrap_or(0.0);
        let most = COUNTED[usize::from(grain != 1.0)];
        if grain == 0.0 || -lowest * grain >= most || highest * grain >= most {
            self.values.extend(row.iter().map(|x| 0.0 - x.to_f64()));
            return;
        }
        room_for(&mut self.counts, (-lowest * grain) as usize + 1);
        if highest == 0.0 {
            for x in row {
                self.counts[-x.parts(grain) as usize] += 1;
            }
            return;
        }
        room_for(&mut self.surplus, (highest * grain) as usize + 1);
        for x in row {
            let x = x.parts(grain);
            if x > 0 { self.surplus[x as usize - 1] += 1 } else { self.counts[-x as usize] += 1 }
        }
    }

    fn steps(mut self) -> Steps {
        let grain = self.grain.unwrap_or(1.0);
        let below =
            self.surplus.iter().enumerate().rev().map(|(x, n)| ((-1.0 - x as f64) / grain, *n as f64));
        let above = self.counts.iter().enumerate().map(|(x, n)| (x as f64 / grain, *n as f64));
        let counted = below.chain(above).filter(|(_, n)| *n > 0.0);
        self.values.sort_unstable_by(f64::total_cmp);
        let listed = self.values.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as f64));
        if self.values.is_empty() {
            return Steps::from_counts(counted);
        }
        let mut both: Vec<_> = counted.chain(listed).collect();
        both.sort_by(|a, b| a.0.total_cmp(&b.0));
        Steps::from_counts(both.into_iter())
    }
}

fn room_for(counts: &mut Vec<u64>, largest: usize) {
    if largest >= counts.len() {
        counts.resize((largest + 1).next_power_of_two().max(64), 0);
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
        let Some(base) = shift::base(params, demand) else { return Ok(None) };
        let (mut samples, mut pass) = (Samples::new(shift::grain(params, demand)), Counts::default());
        for piece in pieces {
            pass.add(&visit_shortfall(setting, plan, &base, piece, scratch, &mut samples)?);
        }
        let (close, before) = (samples.close.steps(), samples.before.steps());
        Ok(Some(Self { close, before, pass, tolerance: base.tolerance }))
    }

    /// Pooled counts at one level; the stock at the end of the run is left out.
    pub fn at(&self, level: f64) -> Counts {
        let on_hand = self.close.room(level);
        let available = self.before.room(level);
        let (periods, sum) = self.close.total();
        Counts {
            demand: self.pass.demand,
            filled: available - on_hand,
            on_hand,
            backorders: on_hand - (level * periods - sum),
            available,
            orders: self.pass.orders,
            order_quantity: self.pass.order_quantity,
            stockouts: periods - self.close.at_or_below(level + self.tolerance),
            closing: 0.0,
            extras: self.pass.extras,
        }
    }

    /// The best level ≥ `lowest` for the target, and its value there. `tariff.periods` are those of all replications.
    pub fn best(&self, target: &Target, tariff: &Tariff, lowest: f64) -> (f64, f64) {
        match target {
            Target::Service { at_least, .. } => self.least(target, tariff, lowest, *at_least),
            Target::Cost => self.cheapest(tariff, lowest),
        }
    }

    /// The least level that reaches a service. Service grows with the level, is complete at the largest shortfall, and
    /// between two shortfalls is a straight line (fill rate) or constant (α).
    fn least(&self, target: &Target, tariff: &Tariff, lowest: f64, at_least: f64) -> (f64, f64) {
        let value = |level: f64| target.value(&self.at(level), tariff);
        // Rounding may leave complete service a hair below 1; without any demand, any level will do.
        let enough = |v: f64| v >= at_least - 1e-12 || v.is_nan();
        if enough(value(lowest)) {
            return (lowest, value(lowest));
        }
        let (mut low, mut high) = (lowest, self.close.at.last().copied().unwrap_or(0.0).max(lowest).ceil());
        let whole = self.close.at.iter().chain(&self.before.at).chain([&lowest]).all(|x| x.fract() == 0.0);
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

    /// The level of least cost. Cost is a straight line between shortfalls, so that one of them (or `lowest`) is best.
    /// Holding and backorder cost are convex in the level, because the shortfall is the same at every level; a charge per
    /// unit short is not, and then every shortfall is tried.
    fn cheapest(&self, tariff: &Tariff, lowest: f64) -> (f64, f64) {
        let mut levels: Vec<f64> = [&self.close.at, &self.before.at]
            .into_iter()
            .flat_map(|at| &at[at.partition_point(|x| *x <= lowest)..])
            .copied()
            .chain([lowest])
            .collect();
        levels.sort_unstable_by(f64::total_cmp);
        levels.dedup();
        let cost = |i: usize| Target::Cost.value(&self.at(levels[i]), tariff);
        let best = if tariff.costs.shortage == 0.0 {
            let (mut low, mut high) = (0, levels.len() - 1);
            while low < high {
                let middle = (low + high) / 2;
                if cost(middle) <= cost(middle + 1) { high = middle } else { low = middle + 1 }
            }
            low
        } else {
            (1..levels.len())
                .fold((0, cost(0)), |(i, least), j| {
                    let c = cost(j);
                    if c < least { (j, c) } else { (i, least) }
                })
                .0
        };
        (levels[best], cost(best))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Costs;
    use crate::metrics::service::Service;

    /// Shortfalls 3, 0, 7, 7 at the close and 1, 0, 5, 2 before demand; −2 and −1 are beyond the target.
    fn known(surplus: bool) -> Shortfall {
        let mut samples = Samples::new(Some(1.0));
        let extra: &[i32] = if surplus { &[2] } else { &[] };
        samples.close.add_negated(&[&[-3, 0, -7, -7], extra].concat());
        samples.before.add_negated(&[&[-1, 0, -5, -2], extra].concat());
        let pass = Counts { demand: 9.0, orders: 3.0, order_quantity: 8.0, ..Counts::default() };
        Shortfall { close: samples.close.steps(), before: samples.before.steps(), pass, tolerance: 1e-12 }
    }

    fn tariff(costs: Costs, periods: f64) -> Tariff {
        Tariff { costs, mean_basis: false, lost_share: 0.0, periods }
    }

    #[test]
    fn counts_at_a_level_are_those_of_the_definition() {
        let c = known(true).at(4.0);
        // Net stock 1, 4, −3, −3, 6; before demand 3, 4, −1, 2, 6.
        assert_eq!((c.on_hand, c.backorders, c.available), (11.0, 6.0, 15.0));
        assert_eq!((c.filled, c.stockouts, c.orders), (4.0, 2.0, 3.0));
        let all = known(true).at(-1.0);
        assert_eq!((all.on_hand, all.stockouts), (1.0, 4.0));
    }

    #[test]
    fn counted_and_listed_values_come_in_one_order() {
        let mut sample = Sample { grain: Some(2.0), ..Sample::default() };
        sample.add_negated(&[-3.0, 2.0, -1.500_000_000_000_001]);
        sample.add_negated(&[-1e9, -3.0]);
        let steps = sample.steps();
        assert_eq!(steps.at, [-2.0, 1.5, 3.0, 3.0, 1e9]);
        assert_eq!((steps.at_or_below(3.0), steps.room(4.0)), (4.0, 6.0 + 2.5 + 1.0 + 1.0));
    }

    #[test]
    fn least_cost_is_the_critical_fractile_of_the_sample() {
        let costs = |backorder| tariff(Costs { holding: 1.0, backorder, ..Costs::default() }, 4.0);
        let best = |b| known(false).best(&Target::Cost, &costs(b), 0.0).0;
        // P(X ≤ 0) = ¼, P(X ≤ 3) = ½; a tie takes the lower level.
        assert_eq!([0.3, 0.34, 1.0, 1.01].map(best), [0.0, 3.0, 3.0, 7.0]);
        assert_eq!(known(false).best(&Target::Cost, &costs(0.1), 2.0).0, 2.0);
    }

    #[test]
    fn a_charge_per_unit_short_is_minimised_by_trying_every_shortfall() {
        for shortage in [0.0, 0.4, 0.9, 1.6, 4.0, 20.0] {
            let t = tariff(Costs { holding: 1.0, backorder: 0.2, shortage, ..Costs::default() }, 4.0);
            let cost = |level: f64| Target::Cost.value(&known(false).at(level), &t);
            let (level, least) = known(false).best(&Target::Cost, &t, 0.0);
            assert_eq!(cost(level), least);
            assert!((0..90).all(|i| cost(f64::from(i) / 10.0) >= least - 1e-12), "{shortage}");
        }
    }

    #[test]
    fn the_least_level_reaches_the_target_and_the_next_lower_does_not() {
        for metric in [Service::FillRate, Service::AlphaService] {
            for at_least in [0.0, 0.2, 0.5, 0.75, 1.0] {
                let target = Target::Service { metric, at_least };
                let t = tariff(Costs::default(), 5.0);
                let (level, value) = known(true).best(&target, &t, 0.0);
                assert!(value >= at_least - 1e-12);
                let below = target.value(&known(true).at(level - 1.0), &t);
                assert!(level == 0.0 || below < at_least, "{metric:?} {at_least}");
            }
        }
    }
}
