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
//! ```

use super::commit::{units_from, units_of};
use super::params::Design;
use crate::config::Commitment;
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
            Commitment::NoHoldback | Commitment::ReserveCritical | Commitment::Batch => {
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
        self.blocked.fill(false);
        for &i in &self.order {
            let Cohort { product: v, units } = self.cohorts[i];
            if self.blocked[v] {
                continue;
            }
            let product = &design.products[v];
            let mut most = units;
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
            }
        }
        self.cohorts.retain(|c| c.units > tolerance);
        if self.cohorts.is_empty() {
            self.waiting.fill(0.0);
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
