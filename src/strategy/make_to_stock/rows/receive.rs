//! What happens before anything is planned: events, expiry, receipts.

use super::super::params::Params;
use super::super::terms::Terms;
use super::{EXPIRED, Given, OBSOLETE, SCRAPPED, Sides, Site, ZERO, add, shelve, take};
use crate::config::{Crossing, Effect};
use crate::engine::lattice::{LANES, Row};
use crate::supply::Lead;

impl Site {
    /// Whether a process is down.
    #[inline(always)]
    pub(super) fn down(terms: &Terms, i: usize, sides: &Sides<'_>, t: usize, out: &mut Row<f64>) {
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
    pub(super) fn any_down(
        terms: &Terms,
        effect: Effect,
        sides: &Sides<'_>,
        t: usize,
        out: &mut Row<f64>,
    ) -> bool {
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
    pub(super) fn destroy(&mut self, share: &Row<f64>, counted: usize) {
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
    pub(super) fn reveal(&mut self, terms: &Terms, sides: &Sides<'_>, t: usize) {
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
    pub(super) fn expire(&mut self, t: usize) {
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
    pub(super) fn receive(&mut self, p: &Params, terms: &Terms, inputs: &Given<'_>, t: usize, again: bool) {
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
    pub(super) fn tick(&mut self, terms: &Terms, sides: &Sides<'_>, t: usize) {
        if Self::any_down(terms, Effect::Transit, sides, t, &mut self.work.other) {
            for l in 0..LANES {
                self.clock[l] += i32::from(self.work.other[l] == 0.0);
            }
        }
    }
}
