//! What is released: express and regular orders, their yields, and where they go.

use super::super::params::Params;
use super::super::release::{Outlook, wanted};
use super::super::terms::{Regular, Terms};
use super::{CAPACITY, EXPEDITED, EXPRESS, Given, OVERTIME, SCRAPPED, Site, ZERO, add, positive, shelve};
use crate::config::{Crossing, Effect, Policy};
use crate::engine::lattice::LANES;
use crate::supply::Lead;

impl Site {
    /// What is wanted of the regular source, as far as its own limits allow, into `work.due`; what is expedited and ordered
    /// from the express source.
    #[inline(always)]
    pub(super) fn ask(&mut self, p: &Params, terms: &Terms, inputs: &Given<'_>, t: usize) {
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
            self.want(p, terms, inputs, t);
        } else {
            self.work.due = ZERO;
        }
    }

    /// What is in `work.due` is released.
    #[inline(always)]
    pub(super) fn commit(&mut self, p: &Params, terms: &Terms, inputs: &Given<'_>, t: usize) {
        let Self { position, work, .. } = self;
        work.due_gap = work.due;
        if let Some((yields, _)) = &terms.yields {
            yields.count_row(&mut work.due_gap);
        }
        add(position, &work.due_gap);
        add(&mut work.ordered, &work.due);
        self.ship(p, terms, inputs, t);
        if p.lead.shortest() == 0 {
            self.receive(p, terms, inputs, t, true);
        }
    }

    /// What is due next period comes now, as far as stock is below the mark.
    #[inline(always)]
    pub(super) fn expedite(&mut self, terms: &Terms, t: usize) {
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
    pub(super) fn express(&mut self, p: &Params, terms: &Terms, t: usize) {
        let Some(express) = terms.express else { return };
        let Self { net, position, good, gap, dock, dock_gap, layers, extras, work, .. } = self;
        let (slots, wait) = (good.len(), express.lead_time as usize);
        for l in 0..LANES {
            work.row[l] = net[l] + (dock[l] - dock_gap[l]);
        }
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

    /// The regular order as far as capacity, rules and outages allow, into `work.due`.
    #[inline(always)]
    pub(super) fn want(&mut self, p: &Params, terms: &Terms, inputs: &Given<'_>, t: usize) {
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
        if Self::any_down(terms, Effect::Order, &inputs.sides, t, &mut work.other) {
            for l in 0..LANES {
                work.due[l] = if work.other[l] > 0.0 { 0.0 } else { work.due[l] };
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
    }

    /// What was ordered leaves the supplier, with its yield, for the slot of its arrival.
    #[inline(always)]
    pub(super) fn ship(&mut self, p: &Params, terms: &Terms, inputs: &Given<'_>, t: usize) {
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
}
