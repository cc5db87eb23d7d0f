//! Who gets what, one replication at a time: all rules, and the model for reading of the walk back on lanes.
//!
//! A period has two moments. What comes in is free, and is offered to those who wait; then the demand of the period joins
//! them, and what is free is offered again.
//!
//! ```text
//! fcfs_commit, priority   component by component to one unit after the other; what a unit gets it keeps
//! no_holdback             a unit takes all its components if all are there; those behind it may pass
//! reserve_critical        the same, but who is not critical leaves so many units of a component
//! batch                   the same, the best value per scarce component first:
//!                         value / Σ_j a_j · scarcity_j, scarcity = need / free, 0 where there is enough
//! batch_exact             as many units of each product as make the most value: max Σ_v value_v · y_v, Σ_v a_vj · y_v ≤ free_j
//! ```

use super::commit::{units_from, units_of};
use super::params::{Design, Made, Use};
use crate::config::Commitment;
use microlp::{ComparisonOp, OptimizationDirection, Problem};
use std::collections::VecDeque;

/// Units of a product that were ordered together and wait.
#[derive(Debug, Clone, Copy)]
struct Cohort {
    product: usize,
    units: f64,
}

/// What a cohort still lacks of a component.
#[derive(Debug, Clone, Copy)]
struct Need {
    /// Smaller is more important.
    priority: u32,
    pair: usize,
    units: f64,
}

/// Everyone who waits, and what is free.
#[derive(Debug, Clone, Default)]
pub struct Book {
    /// By component.
    pub free: Vec<f64>,
    /// By product: units that wait for components.
    pub waiting: Vec<f64>,
    /// By pair: units of the component that waiting units of the product have not been given.
    pub lacks: Vec<f64>,
    /// By pair: of the units that wait, how many of the last are kept waiting by the component.
    pub kept: Vec<f64>,
    /// By component, where units are committed.
    queues: Vec<VecDeque<Need>>,
    /// By age, where they are not.
    cohorts: Vec<Cohort>,
    order: Vec<usize>,
    blocked: Vec<bool>,
    density: Vec<f64>,
    /// By product: units that a batch gives at most.
    share: Vec<f64>,
    /// The solver had no answer.
    pub failed: bool,
}

impl Book {
    /// Nobody waits; so many units are free.
    pub fn open(&mut self, design: &Design, opening: impl Iterator<Item = f64>) {
        self.free.clear();
        self.free.extend(opening);
        self.queues.iter_mut().for_each(VecDeque::clear);
        self.queues.resize_with(self.free.len(), VecDeque::new);
        self.cohorts.clear();
        let pairs = design.pairs.len();
        for (list, length) in [
            (&mut self.waiting, design.products.len()),
            (&mut self.density, design.products.len()),
            (&mut self.lacks, pairs),
            (&mut self.kept, pairs),
        ] {
            list.clear();
            list.resize(length, 0.0);
        }
        self.blocked.resize(design.products.len(), false);
    }

    /// A period: what comes in by component, what is ordered by product. Less than `tolerance` is rounding.
    pub fn period(&mut self, design: &Design, supply: &[f64], demand: &[f64], tolerance: f64) {
        for (free, x) in self.free.iter_mut().zip(supply) {
            *free += x;
        }
        match design.rule {
            Commitment::FcfsCommit | Commitment::Priority => {
                self.commit(tolerance);
                self.join_queues(design, demand);
                self.commit(tolerance);
                for (product, waiting) in design.products.iter().zip(&mut self.waiting) {
                    *waiting = 0.0;
                    for u in &product.uses {
                        let lacks = if self.lacks[u.pair] > tolerance { self.lacks[u.pair] } else { 0.0 };
                        self.kept[u.pair] = units_of(lacks, u.units, product.pieces);
                        *waiting = waiting.max(self.kept[u.pair]);
                    }
                }
            }
            Commitment::NoHoldback
            | Commitment::ReserveCritical
            | Commitment::Batch
            | Commitment::BatchExact => {
                self.serve(design, tolerance);
                for (product, units) in demand.iter().enumerate().filter(|(_, d)| **d > 0.0) {
                    self.cohorts.push(Cohort { product, units: *units });
                    self.waiting[product] += units;
                }
                self.serve(design, tolerance);
                for (v, product) in design.products.iter().enumerate() {
                    for u in &product.uses {
                        let left = self.free[u.component] - spared(design, v, u.component);
                        let lacking = if product.pieces {
                            units_from(left, u.units, true) < 1.0
                        } else {
                            left <= tolerance
                        };
                        self.kept[u.pair] = if lacking { self.waiting[v] } else { 0.0 };
                        self.lacks[u.pair] = u.units * self.waiting[v];
                    }
                }
            }
        }
    }

    fn join_queues(&mut self, design: &Design, demand: &[f64]) {
        let ranked = design.rule == Commitment::Priority;
        for (product, units) in design.products.iter().zip(demand).filter(|(_, d)| **d > 0.0) {
            let priority = if ranked { product.priority } else { 0 };
            for u in &product.uses {
                let need = Need { priority, pair: u.pair, units: u.units * units };
                let queue = &mut self.queues[u.component];
                let at = queue.partition_point(|n| n.priority <= priority);
                queue.insert(at, need);
                self.lacks[u.pair] += need.units;
            }
        }
    }

    fn commit(&mut self, tolerance: f64) {
        for (free, queue) in self.free.iter_mut().zip(&mut self.queues) {
            while *free > 0.0
                && let Some(first) = queue.front_mut()
            {
                let units = first.units.min(*free);
                first.units -= units;
                *free -= units;
                self.lacks[first.pair] -= units;
                if first.units > tolerance {
                    break;
                }
                queue.pop_front();
            }
        }
    }

    /// Gives all components or none to one cohort after the other.
    fn serve(&mut self, design: &Design, tolerance: f64) {
        self.order.clear();
        self.order.extend(0..self.cohorts.len());
        if design.rule == Commitment::Batch && !self.cohorts.is_empty() {
            self.weigh(design);
            let (cohorts, density) = (&self.cohorts, &self.density);
            self.order.sort_by(|a, b| density[cohorts[*b].product].total_cmp(&density[cohorts[*a].product]));
        }
        let exact = design.rule == Commitment::BatchExact && self.scarce(design);
        if exact {
            self.best(design);
        }
        self.blocked.fill(false);
        for &i in &self.order {
            let Cohort { product: v, units } = self.cohorts[i];
            if self.blocked[v] {
                continue;
            }
            let product = &design.products[v];
            let mut most = if exact { units.min(self.share[v]) } else { units };
            for u in &product.uses {
                let left = self.free[u.component] - spared(design, v, u.component);
                most = most.min(units_from(left, u.units, product.pieces));
            }
            if most < units {
                self.blocked[v] = true;
            }
            if most > 0.0 {
                for u in &product.uses {
                    self.free[u.component] -= most * u.units;
                }
                self.cohorts[i].units -= most;
                self.waiting[v] -= most;
                if exact {
                    self.share[v] -= most;
                }
            }
        }
        self.cohorts.retain(|c| c.units > tolerance);
        if self.cohorts.is_empty() {
            self.waiting.fill(0.0);
        }
    }

    /// Whether anything is short for those who wait.
    fn scarce(&self, design: &Design) -> bool {
        let mut left = self.free.clone();
        for (product, waiting) in design.products.iter().zip(&self.waiting) {
            product.uses.iter().for_each(|u| left[u.component] -= u.units * waiting);
        }
        left.iter().any(|x| *x < 0.0)
    }

    /// How many units of each product make the most of what is free, into `share`.
    fn best(&mut self, design: &Design) {
        let mut problem = Problem::new(OptimizationDirection::Maximize);
        let mut rows: Vec<Vec<_>> = vec![Vec::new(); self.free.len()];
        let mut units = Vec::with_capacity(design.products.len());
        for (product, waiting) in design.products.iter().zip(&self.waiting) {
            let fits = |u: &Use| units_from(self.free[u.component], u.units, product.pieces);
            let most = product.uses.iter().map(fits).fold(*waiting, f64::min).max(0.0);
            let one = if product.pieces {
                problem.add_integer_var(product.value, (0, most.min(f64::from(i32::MAX)) as i32))
            } else {
                problem.add_var(product.value, (0.0, most))
            };
            product.uses.iter().for_each(|u| rows[u.component].push((one, u.units)));
            units.push(one);
        }
        for (row, free) in rows.iter().zip(&self.free).filter(|(row, _)| !row.is_empty()) {
            problem.add_constraint(row, ComparisonOp::Le, free.max(0.0));
        }
        self.share.clear();
        match problem.solve().map_err(drop).and_then(|o| o.into_solution().map_err(drop)) {
            Ok(solution) => {
                let value = |(one, product): (&microlp::Variable, &Made)| {
                    let x = solution.var_value(*one);
                    if product.pieces { x.round() } else { x }
                };
                self.share.extend(units.iter().zip(&design.products).map(value));
            }
            Err(()) => {
                self.failed = true;
                self.share.resize(units.len(), 0.0);
            }
        }
    }

    /// Value per scarce component, by product.
    fn weigh(&mut self, design: &Design) {
        let mut scarcity = vec![0.0; self.free.len()];
        for (v, product) in design.products.iter().enumerate() {
            for u in &product.uses {
                scarcity[u.component] += u.units * self.waiting[v];
            }
        }
        for (needed, free) in scarcity.iter_mut().zip(&self.free) {
            *needed = if *needed <= *free { 0.0 } else { *needed / *free };
        }
        for (product, density) in design.products.iter().zip(&mut self.density) {
            let mut scarce = 0.0;
            for u in &product.uses {
                scarce += u.units * scarcity[u.component];
            }
            *density = if scarce > 0.0 { product.value / scarce } else { f64::INFINITY };
        }
    }
}

/// What a product must leave of a component.
fn spared(design: &Design, product: usize, component: usize) -> f64 {
    match design.rule {
        Commitment::ReserveCritical if !design.products[product].critical => design.reserve[component],
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::uniform;
    use crate::strategy::assemble_to_order::params::User;

    /// Products by what they need of each component, and their values.
    fn design(usage: &[Vec<f64>], value: &[f64]) -> Design {
        let mut pairs = Vec::new();
        let products = usage.iter().zip(value).enumerate().map(|(v, (row, value))| {
            let uses = row.iter().enumerate().filter(|(_, n)| **n > 0.0).map(|(component, units)| {
                pairs.push((component, v));
                Use { component, units: *units, pair: pairs.len() - 1 }
            });
            Made {
                source: 0,
                mean: None,
                uses: uses.collect(),
                priority: 0,
                critical: false,
                value: *value,
                hours: 1.0,
                pieces: true,
                costs: crate::config::ProductCosts::default(),
            }
        });
        let products: Vec<Made> = products.collect();
        let users: Vec<Vec<User>> = Vec::new();
        let (rule, reserve, windows) = (Commitment::BatchExact, Vec::new(), vec![0]);
        Design { products, users, pairs, rule, reserve, time: 0, hours: None, windows }
    }

    /// The most value by trying everything.
    fn most(design: &Design, free: &[f64], waiting: &[f64], from: usize) -> f64 {
        let Some(product) = design.products.get(from) else { return 0.0 };
        let mut best = 0.0f64;
        let mut left = free.to_vec();
        for y in 0..=waiting[from] as usize {
            if left.iter().any(|x| *x < 0.0) {
                break;
            }
            best = best.max(y as f64 * product.value + most(design, &left, waiting, from + 1));
            product.uses.iter().for_each(|u| left[u.component] -= u.units);
        }
        best
    }

    #[test]
    fn an_exact_batch_makes_the_most_of_what_is_there() {
        let mut drawn = 0;
        let mut pick = |n: f64| {
            drawn += 1;
            (uniform(7, 0, 96, 0, drawn) * n).floor()
        };
        for _ in 0..300 {
            let usage: Vec<Vec<f64>> = (0..3).map(|_| (0..3).map(|_| pick(3.0)).collect()).collect();
            if usage.iter().any(|row| row.iter().all(|n| *n == 0.0)) {
                continue;
            }
            let value: Vec<f64> = (0..3).map(|_| 1.0 + pick(5.0)).collect();
            let design = design(&usage, &value);
            let free: Vec<f64> = (0..3).map(|_| pick(9.0)).collect();
            let asked: Vec<f64> = (0..3).map(|_| pick(5.0)).collect();
            let mut book = Book::default();
            book.open(&design, free.iter().copied());
            book.period(&design, &[0.0; 3], &asked, 0.0);
            let made: f64 = (0..3).map(|v| value[v] * (asked[v] - book.waiting[v])).sum();
            assert_eq!(made, most(&design, &free, &asked, 0), "{usage:?} {value:?} {free:?} {asked:?}");
            assert!(!book.failed && book.free.iter().all(|x| *x >= 0.0));
        }
    }
}
