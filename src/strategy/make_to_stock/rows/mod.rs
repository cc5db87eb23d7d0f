//! The model on rows: a period at a time, all 256 replications of a chunk in every step. For designs with
//! [terms](super::terms); the same arithmetic, step for step, as [`reference`](super::reference).
//!
//! ```text
//! reveal    obsolescence, stock destroyed                     receive   what expires goes, what is due comes
//! plan      forecast → target; express; policy → rules → capacity → order; ship; yield → pipeline
//! serve     demand from stock, oldest or freshest first; observe → forecast            close
//! ```
//!
//! Steps that a design does not have are skipped for the whole row.

#![allow(clippy::needless_range_loop, reason = "the same lane of several rows")]

mod look;
mod order;
mod plant;
mod receive;
mod serve;

pub(super) use plant::{PlantSums, Shared};

use super::foresight::Provider;
use super::kernel::{Inputs, Record, Span};
use super::params::Params;
use super::tally::Tally;
use super::terms::Terms;
use crate::config::Policy;
use crate::engine::lattice::{LANES, Row, Tile};
use crate::forecast;
use crate::metrics::Extras;
use crate::planning::{Plan, netting};

/// How many further quantities are summed; the constants below say which.
pub(super) const EXTRAS: usize = 13;
const EXPIRED: usize = 0;
const SCRAPPED: usize = 1;
const OBSOLETE: usize = 2;
const OVERTIME: usize = 3;
const EXPRESS: usize = 4;
const EXPEDITED: usize = 5;
const CAPACITY: usize = 6;
const DEMAND_SQUARES: usize = 7;
const ORDER_SQUARES: usize = 8;
const NET_SQUARES: usize = 9;
const WORTH_ORDERED: usize = 10;
const WORTH_HELD: usize = 11;
const NET: usize = 12;

/// State of one design over a chunk.
pub(super) struct Site {
    pub(super) net: Row<f64>,
    position: Row<f64>,
    /// By slot, what arrives (with kaplan crossing, what was released), and by how much it differs from what the
    /// position counted.
    good: Vec<Row<f64>>,
    gap: Vec<Row<f64>>,
    /// Periods that transit has passed.
    clock: Row<i32>,
    /// Latest arrival so far; with kaplan crossing how many releases have arrived.
    progress: Row<i32>,
    /// Arrived, not received; ordered, not shipped; what the position counts of the latter.
    dock: Row<f64>,
    dock_gap: Row<f64>,
    unshipped: Row<f64>,
    unshipped_counted: Row<f64>,
    /// Stock by age; the slot of period t modulo their number is that of what came in t.
    layers: Vec<Row<f64>>,
    /// Whether a process was down in the period before, by outage.
    was_down: Vec<Row<f64>>,
    forecast: forecast::State,
    usage: forecast::State,
    plans: Vec<Plan>,
    work: Work,
    extras: [Row<f64>; EXTRAS],
}

/// Rows and lists to work in.
struct Work {
    target: Row<f64>,
    rate: Row<f64>,
    ordered: Row<f64>,
    due: Row<f64>,
    due_gap: Row<f64>,
    row: Row<f64>,
    other: Row<f64>,
    gross: Vec<Row<f64>>,
    needs: Vec<f64>,
    receipts: Vec<f64>,
    netting: netting::Scratch,
}

const ZERO: Row<f64> = [0.0; LANES];

#[inline(always)]
fn add(sum: &mut Row<f64>, x: &Row<f64>) {
    for l in 0..LANES {
        sum[l] += x[l];
    }
}

#[inline(always)]
fn take(sum: &mut Row<f64>, x: &Row<f64>) {
    for l in 0..LANES {
        sum[l] -= x[l];
    }
}

#[inline(always)]
fn positive(x: f64) -> f64 {
    if x > 0.0 { x } else { 0.0 }
}

impl Site {
    pub(super) fn new() -> Box<Self> {
        Box::new(Self {
            net: ZERO,
            position: ZERO,
            good: Vec::new(),
            gap: Vec::new(),
            clock: [0; LANES],
            progress: [0; LANES],
            dock: ZERO,
            dock_gap: ZERO,
            unshipped: ZERO,
            unshipped_counted: ZERO,
            layers: Vec::new(),
            was_down: Vec::new(),
            forecast: forecast::State::default(),
            usage: forecast::State::default(),
            plans: Vec::new(),
            work: Work {
                target: ZERO,
                rate: ZERO,
                ordered: ZERO,
                due: ZERO,
                due_gap: ZERO,
                row: ZERO,
                other: ZERO,
                gross: Vec::new(),
                needs: Vec::new(),
                receipts: Vec::new(),
                netting: netting::Scratch::default(),
            },
            extras: [ZERO; EXTRAS],
        })
    }

    /// Back to the opening, keeping the memory.
    pub(super) fn reset(&mut self, p: &Params, terms: &Terms) {
        self.net = [p.opening; LANES];
        self.position = [p.opening; LANES];
        let slots = p.lead.longest() + 2;
        for list in [&mut self.good, &mut self.gap] {
            list.clear();
            list.resize(slots, ZERO);
        }
        (self.clock, self.progress) = ([0; LANES], [0; LANES]);
        (self.dock, self.dock_gap, self.unshipped, self.unshipped_counted) = (ZERO, ZERO, ZERO, ZERO);
        self.layers.clear();
        if let Some(life) = terms.shelf_life {
            self.layers.resize(life, ZERO);
            self.layers[0] = [positive(p.opening); LANES];
        }
        self.was_down.clear();
        self.was_down.resize(terms.outages.len(), ZERO);
        if let Some(Provider::Statistical(f)) = terms.forecast.as_ref().map(|f| &f.provider) {
            f.reset(LANES, &mut self.forecast);
        }
        if let Some(usage) = &terms.usage {
            usage.reset(LANES, &mut self.usage);
        }
        if let Policy::MaterialPlan { horizon, .. } = p.policy {
            self.plans.resize_with(LANES, || Plan::with_horizon(horizon as usize));
            self.plans.iter_mut().for_each(Plan::clear);
            self.work.gross.resize(horizon as usize, ZERO);
        }
        self.forget();
    }

    /// Statistics start anew.
    pub(super) fn forget(&mut self) {
        self.extras = [ZERO; EXTRAS];
    }

    /// Takes units off the opening position of one lane.
    pub(super) fn lower(&mut self, lane: usize, units: f64) {
        self.net[lane] -= units;
        self.position[lane] -= units;
        if let Some(first) = self.layers.first_mut() {
            first[lane] = positive(self.net[lane]);
        }
    }

    /// The further counts of one lane.
    pub(super) fn extras(&self, lane: usize) -> Extras {
        let sum = |i: usize| self.extras[i][lane];
        Extras {
            expired: sum(EXPIRED),
            scrapped: sum(SCRAPPED),
            obsolete: sum(OBSOLETE),
            overtime: sum(OVERTIME),
            express: sum(EXPRESS),
            expedited: sum(EXPEDITED),
            capacity: sum(CAPACITY),
            demand_squares: sum(DEMAND_SQUARES),
            order_squares: sum(ORDER_SQUARES),
            net_squares: sum(NET_SQUARES),
            net: sum(NET),
            worth_ordered: sum(WORTH_ORDERED),
            worth_held: sum(WORTH_HELD),
        }
    }
}

/// What arrives is put on the shelf, but for what a backlog waits for.
#[inline(always)]
fn shelve(net: &Row<f64>, due: &Row<f64>, fresh: &mut Row<f64>) {
    for l in 0..LANES {
        let after = positive(net[l] + due[l]);
        fresh[l] += after - positive(net[l]);
    }
}

/// Tiles of the side inputs of a design, at one row.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    tiles: &'a [&'a Tile<f64>],
    k: usize,
}

impl Sides<'_> {
    #[inline(always)]
    fn row(&self, side: usize) -> &Row<f64> {
        &self.tiles[side][self.k]
    }
}

/// The random inputs of a period.
struct Given<'a> {
    lead: &'a Row<i32>,
    sides: Sides<'a>,
    coming: Coming<'a>,
    k: usize,
}

/// What is known of the future, to those who may know it.
#[derive(Clone, Copy)]
pub(super) struct Coming<'a> {
    /// Key of the run.
    pub(super) key: u64,
    /// Replication of lane 0.
    pub(super) first: u32,
    /// By periods ahead: what demand's evolution foresees in each period of the tile, and in the one after it.
    pub(super) foreseen: &'a [Vec<Row<f64>>],
    /// All tiles of demand, where a forecast is perfect.
    pub(super) demand: &'a [Box<Tile<f64>>],
    /// Periods of the run.
    pub(super) periods: usize,
}

/// One design on its way through a span.
pub(super) struct Line<'a> {
    pub(super) p: &'a Params,
    pub(super) terms: &'a Terms,
    pub(super) site: &'a mut Site,
    pub(super) tally: &'a mut Tally<f64>,
    pub(super) inputs: Inputs<'a, f64>,
    pub(super) sides: &'a [&'a Tile<f64>],
    pub(super) coming: Coming<'a>,
    pub(super) record: Option<&'a mut Record<f64>>,
}

impl Line<'_> {
    /// Up to what is wanted of the period.
    #[inline(always)]
    fn open(&mut self, k: usize, t: usize) {
        let Self { p, terms, site, tally, inputs, sides, coming, record } = self;
        let given = Given { lead: &inputs.lead[k], sides: Sides { tiles: sides, k }, coming: *coming, k };
        if !terms.outages.is_empty() || terms.obsolescence.is_some() {
            site.reveal(terms, &given.sides, t);
        }
        site.expire(t);
        site.receive(p, terms, &given, t, false);
        if p.demand_first {
            if let Some(record) = record {
                record.before[k] = site.net;
            }
            site.serve(p, terms, &inputs.demand[k], t, tally);
        }
        site.ask(p, terms, &given, t);
    }

    /// What is left of the period.
    #[inline(always)]
    fn finish(&mut self, k: usize, t: usize) {
        let Self { p, terms, site, tally, inputs, sides, coming, record } = self;
        let given = Given { lead: &inputs.lead[k], sides: Sides { tiles: sides, k }, coming: *coming, k };
        site.commit(p, terms, &given, t);
        if !p.demand_first {
            if let Some(record) = record {
                record.before[k] = site.net;
            }
            site.serve(p, terms, &inputs.demand[k], t, tally);
        }
        site.close(p, terms, &inputs.demand[k], t, tally);
        site.tick(terms, &given.sides, t);
        if let Some(record) = record {
            record.close[k] = site.net;
            record.ordered[k] = site.work.ordered;
        }
    }
}

/// Advances designs over a span of a tile; those that share hours of a plant take turns period by period.
#[inline(always)]
pub(super) fn advance(lines: &mut [Line<'_>], mut plant: Option<&mut Shared<'_>>, span: Span) {
    for k in span.from..span.to {
        let t = span.tile_start + k;
        for line in lines.iter_mut() {
            line.open(k, t);
        }
        if let Some(plant) = plant.as_deref_mut() {
            plant.share(lines, k, t);
        }
        for line in lines.iter_mut() {
            line.finish(k, t);
        }
    }
}
