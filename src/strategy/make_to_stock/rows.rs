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

use super::kernel::{Inputs, Record, Span};
use super::params::Params;
use super::release::{Outlook, wanted};
use super::tally::{AVAILABLE, BACKORDERS, DEMAND, FILLED, ON_HAND, ORDERS, QUANTITY, STOCKOUTS, Tally};
use super::terms::{Foresight, Provider, Regular, Terms};
use crate::config::{Crossing, Effect, Policy};
use crate::engine::lattice::{DEPTH, LANES, Row, Tile};
use crate::forecast;
use crate::metrics::Extras;
use crate::planning::{Input as Needs, Plan, netting};
use crate::supply::Lead;

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

    /// Whether a process is down.
    #[inline(always)]
    fn down(terms: &Terms, i: usize, sides: &Sides<'_>, t: usize, out: &mut Row<f64>) {
        let outage = &terms.outages[i];
        *out = match outage.side {
            Some(side) => *sides.row(side),
            None => ZERO,
        };
        if outage.planned(t) {
            *out = [1.0; LANES];
        }
    }

    /// Whether any process with an effect is down.
    #[inline(always)]
    fn any_down(terms: &Terms, effect: Effect, sides: &Sides<'_>, t: usize, out: &mut Row<f64>) -> bool {
        let mut found = false;
        let mut one = ZERO;
        for (i, _) in terms.outages.iter().enumerate().filter(|(_, o)| o.effect == effect) {
            if found {
                Self::down(terms, i, sides, t, &mut one);
                for l in 0..LANES {
                    out[l] = if one[l] > out[l] { one[l] } else { out[l] };
                }
            } else {
                Self::down(terms, i, sides, t, out);
                found = true;
            }
        }
        found
    }

    /// Units off the stock on hand, of all ages in proportion; `share` is what is left.
    #[inline(always)]
    fn destroy(&mut self, share: &Row<f64>, counted: usize) {
        let Self { net, position, layers, extras, work, .. } = self;
        for l in 0..LANES {
            work.row[l] = if net[l] > 0.0 { net[l] - net[l] * share[l] } else { 0.0 };
        }
        take(net, &work.row);
        take(position, &work.row);
        add(&mut extras[counted], &work.row);
        for layer in layers {
            for l in 0..LANES {
                layer[l] *= share[l];
            }
        }
    }

    /// Obsolescence, and stock destroyed by what goes down.
    #[inline(always)]
    fn reveal(&mut self, terms: &Terms, sides: &Sides<'_>, t: usize) {
        if let Some(o) = &terms.obsolescence {
            let mut share = [1.0; LANES];
            if let Some((hazard, side)) = o.hazard {
                let u = sides.row(side);
                for l in 0..LANES {
                    share[l] = if u[l] < hazard { 0.0 } else { 1.0 };
                }
            }
            if o.periods.contains(&t) {
                share = ZERO;
            }
            self.destroy(&share, OBSOLETE);
        }
        for i in 0..terms.outages.len() {
            if terms.outages[i].effect == Effect::Stock {
                let (mut down, mut share) = (ZERO, ZERO);
                Self::down(terms, i, sides, t, &mut down);
                let remaining = terms.outages[i].remaining;
                for l in 0..LANES {
                    share[l] = if down[l] > self.was_down[i][l] { remaining } else { 1.0 };
                }
                self.was_down[i] = down;
                self.destroy(&share, SCRAPPED);
            }
        }
    }

    /// Stock of the oldest age goes.
    #[inline(always)]
    fn expire(&mut self, t: usize) {
        let Self { net, position, layers, extras, .. } = self;
        if layers.is_empty() || t == 0 {
            return;
        }
        let oldest = t % layers.len();
        let gone = layers[oldest];
        layers[oldest] = ZERO;
        take(net, &gone);
        take(position, &gone);
        add(&mut extras[EXPIRED], &gone);
    }

    /// What is due comes, up to what was `released` before this moment.
    #[inline(always)]
    fn receive(&mut self, p: &Params, terms: &Terms, inputs: &Given<'_>, t: usize, again: bool) {
        let Self { net, position, good, gap, clock, progress, dock, dock_gap, layers, work, .. } = self;
        let slots = good.len();
        let crossing =
            if let Lead::Random { crossing, .. } = p.lead { crossing } else { Crossing::default() };
        let moving = Self::any_down(terms, Effect::Transit, &inputs.sides, t, &mut work.other);
        if crossing == Crossing::Kaplan {
            (work.due, work.due_gap) = (ZERO, ZERO);
            let released = t + usize::from(again);
            for l in 0..LANES {
                let until = (t as i32 + 1 - inputs.lead[l]).min(released as i32);
                while progress[l] < until {
                    let slot = progress[l] as usize % slots;
                    work.due[l] += good[slot][l];
                    work.due_gap[l] += gap[slot][l];
                    progress[l] += 1;
                }
            }
        } else if moving {
            (work.due, work.due_gap) = (ZERO, ZERO);
            for l in 0..LANES {
                if work.other[l] == 0.0 {
                    let slot = clock[l] as usize % slots;
                    work.due[l] = std::mem::take(&mut good[slot][l]);
                    work.due_gap[l] = std::mem::take(&mut gap[slot][l]);
                }
            }
        } else {
            let slot = t % slots;
            work.due = good[slot];
            good[slot] = ZERO;
            if terms.yields.is_some() {
                work.due_gap = gap[slot];
                gap[slot] = ZERO;
            }
        }
        if Self::any_down(terms, Effect::Receive, &inputs.sides, t, &mut work.other) {
            for l in 0..LANES {
                dock[l] += work.due[l];
                dock_gap[l] += work.due_gap[l];
                let up = work.other[l] == 0.0;
                work.due[l] = if up { dock[l] } else { 0.0 };
                work.due_gap[l] = if up { dock_gap[l] } else { 0.0 };
                dock[l] = if up { 0.0 } else { dock[l] };
                dock_gap[l] = if up { 0.0 } else { dock_gap[l] };
            }
        }
        if !layers.is_empty() {
            let fresh = t % layers.len();
            shelve(net, &work.due, &mut layers[fresh]);
        }
        add(net, &work.due);
        if terms.yields.is_some() {
            add(position, &work.due_gap);
        }
    }

    /// Transit has passed another period where it is not down.
    #[inline(always)]
    fn tick(&mut self, terms: &Terms, sides: &Sides<'_>, t: usize) {
        if Self::any_down(terms, Effect::Transit, sides, t, &mut self.work.other) {
            for l in 0..LANES {
                self.clock[l] += i32::from(self.work.other[l] == 0.0);
            }
        }
    }

    /// What the policy looks at: a target level and a rate.
    #[inline(always)]
    fn look_ahead(&mut self, p: &Params, terms: &Terms, given: &Given<'_>, t: usize) {
        let Self { forecast, usage, work, position, .. } = self;
        let when = (t, usize::from(p.demand_first));
        match &p.policy {
            Policy::OrderUpTo { safety, factor, .. } => {
                let Some(f) = &terms.forecast else { return };
                total(f, forecast, given, when, f.cover, &mut work.target, &mut work.row);
                let m = f.cover as f64;
                for l in 0..LANES {
                    work.rate[l] = work.target[l] / m;
                    work.target[l] += *safety;
                }
                spread(f, forecast, *factor, &mut work.target, &mut work.row);
            }
            Policy::FollowForecast { safety, factor, ahead } => {
                let Some(f) = &terms.forecast else { return };
                let ahead = p.receipt_ahead(*ahead);
                expected(f, forecast, given, when, ahead, &mut work.target);
                for x in &mut work.target {
                    *x += *safety;
                }
                spread(f, forecast, *factor, &mut work.target, &mut work.row);
            }
            Policy::DemandDriven { buffer, .. } => {
                let Some(of) = &terms.usage else { return };
                of.ahead(usage, 0, &mut work.row);
                for l in 0..LANES {
                    work.target[l] = buffer.zones(positive(work.row[l])).order(position[l], p.tolerance);
                }
            }
            _ => {}
        }
    }

    /// The material plan of every lane, at reviews, and what it releases now.
    #[inline(always)]
    fn material_plan(&mut self, p: &Params, terms: &Terms, given: &Given<'_>, t: usize) {
        let Policy::MaterialPlan { horizon, fence, safety, lots } = &p.policy else { return };
        let Self { net, good, gap, forecast, plans, work, .. } = self;
        let early = usize::from(p.demand_first);
        let (slots, lead_time) = (good.len(), p.lead.longest() - early);
        let review = t.is_multiple_of(p.review);
        if review && let Some(f) = &terms.forecast {
            for (k, row) in work.gross.iter_mut().enumerate() {
                expected(f, forecast, given, (t, early), k, row);
            }
        }
        for l in 0..LANES {
            if review {
                work.needs.clear();
                work.needs.extend(work.gross.iter().take(*horizon as usize).map(|row| positive(row[l])));
                work.receipts.clear();
                // Bucket 0 has been received already, unless it is that of the coming period.
                for b in 0..=lead_time {
                    let slot = (t + early + b) % slots;
                    let due = if early == 0 && b == 0 { 0.0 } else { good[slot][l] - gap[slot][l] };
                    work.receipts.push(due);
                }
                let input = Needs {
                    net: net[l],
                    receipts: &work.receipts,
                    gross: &work.needs,
                    safety: *safety,
                    lead_time,
                    fence: *fence as usize,
                    tolerance: p.tolerance,
                };
                plans[l].plan(&input, lots, &p.quantities, &mut work.netting);
            }
            work.target[l] = plans[l].release();
        }
    }

    /// Express and regular orders, and where they go.
    #[inline(always)]
    fn plan(&mut self, p: &Params, terms: &Terms, inputs: &Given<'_>, t: usize) {
        let material = matches!(p.policy, Policy::MaterialPlan { .. });
        let review = t.is_multiple_of(p.review);
        self.work.ordered = ZERO;
        if review {
            self.expedite(terms, t);
            self.express(p, terms, t);
        }
        if material {
            self.material_plan(p, terms, inputs, t);
        } else if review {
            self.look_ahead(p, terms, inputs, t);
        }
        if review || material {
            self.order(p, terms, inputs, t);
        } else {
            (self.work.due, self.work.due_gap) = (ZERO, ZERO);
        }
        self.ship(p, terms, inputs, t);
        if p.lead.shortest() == 0 {
            self.receive(p, terms, inputs, t, true);
        }
    }

    /// What is due next period comes now, as far as stock is below the mark.
    #[inline(always)]
    fn expedite(&mut self, terms: &Terms, t: usize) {
        let Some(below) = terms.expedite_below else { return };
        let Self { net, good, layers, extras, work, .. } = self;
        let slots = good.len();
        let next = &mut good[(t + 1) % slots];
        for l in 0..LANES {
            let need = positive(below - net[l]);
            work.row[l] = if need < next[l] { need } else { next[l] };
            next[l] -= work.row[l];
        }
        if !layers.is_empty() {
            let fresh = t % layers.len();
            shelve(net, &work.row, &mut layers[fresh]);
        }
        add(net, &work.row);
        add(&mut extras[EXPEDITED], &work.row);
    }

    /// The express order: up to its level, counting what arrives in time.
    #[inline(always)]
    fn express(&mut self, p: &Params, terms: &Terms, t: usize) {
        let Some(express) = terms.express else { return };
        let Self { net, position, good, gap, layers, extras, work, .. } = self;
        let (slots, wait) = (good.len(), express.lead_time as usize);
        work.row = *net;
        for j in 1..=wait {
            let slot = (t + j) % slots;
            for l in 0..LANES {
                work.row[l] += good[slot][l] - gap[slot][l];
            }
        }
        for l in 0..LANES {
            let q = express.level - work.row[l];
            work.row[l] = if q > p.tolerance { q } else { 0.0 };
        }
        if wait == 0 {
            if !layers.is_empty() {
                let fresh = t % layers.len();
                shelve(net, &work.row, &mut layers[fresh]);
            }
            add(net, &work.row);
        } else {
            add(&mut good[(t + wait) % slots], &work.row);
        }
        add(position, &work.row);
        add(&mut work.ordered, &work.row);
        add(&mut extras[EXPRESS], &work.row);
    }

    /// The regular order into `work.due`, what the position counts of it into `work.due_gap`.
    #[inline(always)]
    fn order(&mut self, p: &Params, terms: &Terms, inputs: &Given<'_>, t: usize) {
        let Self { position, extras, work, .. } = self;
        match &p.policy {
            Policy::BaseStock { level } => {
                let (level, tolerance) = (level.at(t), p.tolerance);
                for l in 0..LANES {
                    let gap = level - position[l];
                    work.due[l] = if gap > tolerance { gap } else { 0.0 };
                }
            }
            Policy::MinMax { reorder, up_to, strict: false } => {
                let trigger = reorder + p.tolerance;
                for l in 0..LANES {
                    work.due[l] = if position[l] <= trigger { up_to - position[l] } else { 0.0 };
                }
            }
            policy => {
                for l in 0..LANES {
                    let outlook = Outlook { target: work.target[l], rate: work.rate[l] };
                    work.due[l] = wanted(policy, t, position[l], p.tolerance, outlook);
                }
            }
        }
        if let Some((yields, _)) = &terms.yields
            && yields.inflates()
        {
            for l in 0..LANES {
                work.due[l] = yields.inflated(work.due[l]);
            }
        }
        match &terms.capacity {
            None if p.quantities.are_none() => {}
            None => {
                for x in &mut work.due {
                    *x = p.accepted(*x);
                }
            }
            Some(capacity) => {
                work.other = match &capacity.regular {
                    Regular::Cycle(values) => [values[t % values.len()]; LANES],
                    Regular::Drawn(side) => *inputs.sides.row(*side),
                };
                for (i, outage) in terms.outages.iter().enumerate() {
                    if outage.effect == Effect::Capacity {
                        Self::down(terms, i, &inputs.sides, t, &mut work.row);
                        for l in 0..LANES {
                            work.other[l] *= if work.row[l] > 0.0 { outage.remaining } else { 1.0 };
                        }
                    }
                }
                add(&mut extras[CAPACITY], &work.other);
                if p.quantities.are_none() {
                    for l in 0..LANES {
                        let cap = work.other[l] + capacity.overtime;
                        work.due[l] = if work.due[l] <= cap { work.due[l] } else { cap };
                    }
                } else {
                    for l in 0..LANES {
                        work.due[l] = p.accepted_within(work.due[l], work.other[l] + capacity.overtime);
                    }
                }
                if capacity.overtime > 0.0 {
                    for l in 0..LANES {
                        extras[OVERTIME][l] += positive(work.due[l] - work.other[l]);
                    }
                }
            }
        }
        if Self::any_down(terms, Effect::Order, &inputs.sides, t, &mut work.other) {
            for l in 0..LANES {
                work.due[l] = if work.other[l] > 0.0 { 0.0 } else { work.due[l] };
            }
        }
        work.due_gap = work.due;
        if let Some((yields, _)) = &terms.yields {
            yields.count_row(&mut work.due_gap);
        }
        add(position, &work.due_gap);
        add(&mut work.ordered, &work.due);
    }

    /// What was ordered leaves the supplier, with its yield, for the slot of its arrival.
    #[inline(always)]
    fn ship(&mut self, p: &Params, terms: &Terms, inputs: &Given<'_>, t: usize) {
        let Self { good, gap, clock, progress, unshipped, unshipped_counted, extras, work, .. } = self;
        if Self::any_down(terms, Effect::Ship, &inputs.sides, t, &mut work.other) {
            add(unshipped, &work.due);
            add(unshipped_counted, &work.due_gap);
            for l in 0..LANES {
                let up = work.other[l] == 0.0;
                work.due[l] = if up { unshipped[l] } else { 0.0 };
                work.due_gap[l] = if up { unshipped_counted[l] } else { 0.0 };
                unshipped[l] = if up { 0.0 } else { unshipped[l] };
                unshipped_counted[l] = if up { 0.0 } else { unshipped_counted[l] };
            }
        }
        if let Some((yields, side)) = &terms.yields {
            work.row = work.due;
            yields.good_row(&mut work.due, inputs.sides.row(*side));
            for l in 0..LANES {
                extras[SCRAPPED][l] += positive(work.row[l] - work.due[l]);
                work.due_gap[l] = work.due[l] - work.due_gap[l];
            }
        } else {
            work.due_gap = ZERO;
        }
        let slots = good.len();
        let paused = Self::any_down(terms, Effect::Transit, &inputs.sides, t, &mut work.other);
        match &p.lead {
            Lead::Fixed(wait) if !paused => {
                let slot = (t + wait) % slots;
                add(&mut good[slot], &work.due);
                if terms.yields.is_some() {
                    add(&mut gap[slot], &work.due_gap);
                }
            }
            Lead::Random { crossing: Crossing::Kaplan, .. } => {
                good[t % slots] = work.due;
                gap[t % slots] = work.due_gap;
            }
            lead => {
                let fifo = matches!(lead, Lead::Random { crossing: Crossing::Fifo, .. });
                let here = t % slots;
                for l in 0..LANES {
                    if work.due[l] == 0.0 && work.due_gap[l] == 0.0 {
                        continue;
                    }
                    let now = if paused { clock[l] } else { t as i32 };
                    let mut wait = if let Lead::Fixed(wait) = lead { *wait as i32 } else { inputs.lead[l] };
                    if fifo {
                        let arrival = (now + wait).max(progress[l]);
                        progress[l] = arrival;
                        wait = arrival - now;
                    }
                    let slot = if paused { now as usize % slots } else { here } + wait as usize;
                    let slot = if slot >= slots { slot - slots } else { slot };
                    good[slot][l] += work.due[l];
                    if terms.yields.is_some() {
                        gap[slot][l] += work.due_gap[l];
                    }
                }
            }
        }
    }

    /// Demand from stock; `tally` counts it.
    #[inline(always)]
    fn serve(&mut self, p: &Params, terms: &Terms, d: &Row<f64>, t: usize, tally: &mut Tally<f64>) {
        let Self { net, position, layers, work, forecast, usage, .. } = self;
        let filled = &mut work.row;
        for l in 0..LANES {
            let available = positive(net[l]);
            tally.sums[AVAILABLE][l] += available;
            filled[l] = if d[l] < available { d[l] } else { available };
            tally.sums[FILLED][l] += filled[l];
        }
        add(&mut tally.sums[DEMAND], d);
        if p.lost_share > 0.0 {
            for l in 0..LANES {
                let short = d[l] - filled[l];
                let waits = if p.lost_share >= 1.0 { 0.0 } else { short - short * p.lost_share };
                net[l] = net[l] - filled[l] - waits;
                position[l] = position[l] - filled[l] - waits;
                let out = if net[l] < 0.0 - short { net[l] } else { 0.0 - short };
                tally.sums[STOCKOUTS][l] += if out < 0.0 - p.tolerance { 1.0 } else { 0.0 };
                work.other[l] = d[l] - short * p.lost_share;
            }
        } else {
            take(net, d);
            take(position, d);
            for l in 0..LANES {
                tally.sums[STOCKOUTS][l] += if net[l] < 0.0 - p.tolerance { 1.0 } else { 0.0 };
            }
        }
        if !layers.is_empty() {
            let life = layers.len();
            for age in 0..life {
                let age = if terms.lifo { age } else { life - 1 - age };
                let layer = &mut layers[(t + life - age) % life];
                for l in 0..LANES {
                    let used = if filled[l] < layer[l] { filled[l] } else { layer[l] };
                    layer[l] -= used;
                    filled[l] -= used;
                }
            }
        }
        if let Some(f) = &terms.forecast
            && let Provider::Statistical(method) = &f.provider
        {
            method.observe(forecast, if f.sales && p.lost_share > 0.0 { &work.other } else { d });
        }
        if let Some(of) = &terms.usage {
            of.observe(usage, d);
        }
    }

    /// Sums of the period.
    #[inline(always)]
    fn close(&mut self, p: &Params, terms: &Terms, d: &Row<f64>, t: usize, tally: &mut Tally<f64>) {
        let Self { net, extras, work, .. } = self;
        let q = &work.ordered;
        for l in 0..LANES {
            let on_hand = positive(net[l]);
            tally.sums[ON_HAND][l] += on_hand;
            tally.sums[BACKORDERS][l] += on_hand - net[l];
        }
        for l in 0..LANES {
            tally.sums[ORDERS][l] += if q[l] > 0.0 { 1.0 } else { 0.0 };
            tally.sums[QUANTITY][l] += q[l];
        }
        if terms.variances {
            add(&mut extras[NET], net);
            for l in 0..LANES {
                extras[DEMAND_SQUARES][l] += d[l] * d[l];
                extras[ORDER_SQUARES][l] += q[l] * q[l];
                extras[NET_SQUARES][l] += net[l] * net[l];
            }
        }
        if p.costs.erosion > 0.0 {
            let left = p.worth(t);
            for l in 0..LANES {
                extras[WORTH_HELD][l] += positive(net[l]) * left;
                extras[WORTH_ORDERED][l] += q[l] * left;
            }
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

/// Forecast of the period so far ahead.
#[inline(always)]
fn expected(
    f: &Foresight,
    state: &forecast::State,
    given: &Given<'_>,
    (t, early): (usize, usize),
    ahead: usize,
    out: &mut Row<f64>,
) {
    let at = t + early + ahead;
    match &f.provider {
        Provider::Mean(means) => *out = [means[at.min(means.len() - 1)]; LANES],
        Provider::Evolution(means) => match given.coming.foreseen.get(ahead) {
            Some(rows) => *out = rows[given.k + early],
            None => *out = [means[at.min(means.len() - 1)]; LANES],
        },
        Provider::Perfect => {
            let at = at.min(given.coming.periods - 1);
            *out = given.coming.demand[at / DEPTH][at % DEPTH];
        }
        Provider::Cube(cube) => {
            for (l, x) in out.iter_mut().enumerate() {
                *x = cube.at(given.coming.first.wrapping_add(l as u32), t + early, ahead);
            }
        }
        Provider::Statistical(method) => method.ahead(state, ahead, out),
    }
    let factor = f.factor(ahead);
    if factor != 1.0 {
        for x in out {
            *x *= factor;
        }
    }
}

/// Forecast of the next periods together.
#[inline(always)]
fn total(
    f: &Foresight,
    state: &forecast::State,
    given: &Given<'_>,
    when: (usize, usize),
    periods: usize,
    out: &mut Row<f64>,
    row: &mut Row<f64>,
) {
    if let Provider::Statistical(method) = &f.provider
        && f.bias.is_empty()
    {
        method.total(state, periods, out);
        return;
    }
    *out = ZERO;
    for k in 0..periods {
        expected(f, state, given, when, k, row);
        add(out, row);
    }
}

/// Adds a multiple of the error's standard deviation.
#[inline(always)]
fn spread(f: &Foresight, state: &forecast::State, factor: f64, out: &mut Row<f64>, row: &mut Row<f64>) {
    if factor == 0.0 {
        return;
    }
    match &f.provider {
        Provider::Statistical(method) => method.sd(state, row),
        _ => *row = [f.known_sd; LANES],
    }
    for l in 0..LANES {
        out[l] += factor * row[l];
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
    /// Replication of lane 0.
    pub(super) first: u32,
    /// By periods ahead: what demand's evolution foresees in each period of the tile, and in the one after it.
    pub(super) foreseen: &'a [Vec<Row<f64>>],
    /// All tiles of demand, where a forecast is perfect.
    pub(super) demand: &'a [Box<Tile<f64>>],
    /// Periods of the run.
    pub(super) periods: usize,
}

/// Advances one design over a span of a tile.
#[inline(always)]
pub(super) fn advance(
    p: &Params,
    terms: &Terms,
    site: &mut Site,
    tally: &mut Tally<f64>,
    inputs: Inputs<'_, f64>,
    sides: &[&Tile<f64>],
    coming: Coming<'_>,
    span: Span,
    mut record: Option<&mut Record<f64>>,
) {
    for k in span.from..span.to {
        let t = span.tile_start + k;
        let given = Given { lead: &inputs.lead[k], sides: Sides { tiles: sides, k }, coming, k };
        let d = &inputs.demand[k];
        if !terms.outages.is_empty() || terms.obsolescence.is_some() {
            site.reveal(terms, &given.sides, t);
        }
        site.expire(t);
        site.receive(p, terms, &given, t, false);
        if !p.demand_first {
            site.plan(p, terms, &given, t);
        }
        if let Some(record) = record.as_deref_mut() {
            record.before[k] = site.net;
        }
        site.serve(p, terms, d, t, tally);
        if p.demand_first {
            site.plan(p, terms, &given, t);
        }
        site.close(p, terms, d, t, tally);
        site.tick(terms, &given.sides, t);
        if let Some(record) = record.as_deref_mut() {
            record.close[k] = site.net;
            record.ordered[k] = site.work.ordered;
        }
    }
}
