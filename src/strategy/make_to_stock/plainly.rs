//! The model for reading, with [terms](super::terms): one replication, one period after the other. [Rows](super::rows) must
//! agree with it bit for bit. Invariants C1 (units are conserved, waste counted) and C7 (never stock and backlog at once,
//! and the ages add up to the stock) are checked as it goes.

use super::foresight::{Foresight, Known, Provider};
use super::params::Params;
use super::reference::{Period, close_to};
use super::release::{Outlook, wanted};
use super::terms::{Regular, Terms};
use crate::config::{Crossing, Effect, Policy};
use crate::forecast;
use crate::metrics::Counts;
use crate::planning::{Input, Plan, netting};
use crate::supply::Lead;
use std::collections::VecDeque;

/// The random inputs of a replication, by period.
#[derive(Clone, Copy)]
pub(super) struct Luck<'a> {
    pub(super) demand: &'a [f64],
    /// As [`Lead::path`] has it.
    pub(super) lead: &'a [usize],
    /// By side input.
    pub(super) sides: &'a [Vec<f64>],
    /// What demand's evolution foresees, by period and periods ahead.
    pub(super) foreseen: &'a [Vec<f64>],
    pub(super) replication: u32,
    pub(super) key: u64,
}

/// A shipment: its good part, and how much that exceeds what the position counted.
#[derive(Clone, Copy, Default)]
struct Load {
    good: f64,
    gap: f64,
}

impl Load {
    fn join(&mut self, other: Self) {
        self.good += other.good;
        self.gap += other.gap;
    }
}

struct Shop<'a> {
    p: &'a Params,
    terms: &'a Terms,
    luck: Luck<'a>,
    net: f64,
    position: f64,
    /// By period of arrival on the clock of transit; with kaplan crossing by period of release.
    under_way: Vec<Load>,
    clock: usize,
    latest: usize,
    arrived: usize,
    dock: Load,
    unshipped: f64,
    unshipped_counted: f64,
    /// Stock by age, the freshest first.
    ages: VecDeque<f64>,
    was_down: Vec<bool>,
    forecast: forecast::State,
    usage: forecast::State,
    plan: Plan,
    scratch: netting::Scratch,
    counts: Counts,
}

/// Runs one replication.
pub(super) fn run(p: &Params, terms: &Terms, luck: Luck<'_>, warm_up: usize) -> (Counts, Vec<Period>) {
    let mut shop = Shop {
        p,
        terms,
        luck,
        net: p.opening,
        position: p.opening,
        under_way: vec![Load::default(); luck.demand.len() + p.lead.longest() + 2],
        clock: 0,
        latest: 0,
        arrived: 0,
        dock: Load::default(),
        unshipped: 0.0,
        unshipped_counted: 0.0,
        ages: VecDeque::from(vec![0.0; terms.shelf_life.unwrap_or(0)]),
        was_down: vec![false; terms.outages.len()],
        forecast: forecast::State::default(),
        usage: forecast::State::default(),
        plan: Plan::default(),
        scratch: netting::Scratch::default(),
        counts: Counts::default(),
    };
    if let Some(first) = shop.ages.front_mut() {
        *first = positive(p.opening);
    }
    if let Some(f) = &terms.forecast {
        shop.forecast = f.begin(1);
    }
    if let Some(usage) = &terms.usage {
        usage.reset(1, &mut shop.usage);
    }
    let mut days = Vec::with_capacity(luck.demand.len());
    for t in 0..luck.demand.len() {
        if t == warm_up {
            shop.counts = Counts::default();
        }
        days.push(shop.period(t));
    }
    (shop.counts, days)
}

fn positive(x: f64) -> f64 {
    if x > 0.0 { x } else { 0.0 }
}

impl Shop<'_> {
    fn period(&mut self, t: usize) -> Period {
        let d = self.luck.demand[t];
        self.reveal(t);
        self.expire(t);
        self.receive(t, false);
        let mut ordered = 0.0;
        if !self.p.demand_first {
            ordered = self.plan(t);
        }
        let before = self.net;
        self.serve(d);
        if self.p.demand_first {
            ordered = self.plan(t);
        }
        self.close(t, d, ordered);
        self.clock += usize::from(!self.down(Effect::Transit, t));
        Period { demand: d, before, close: self.net, ordered }
    }

    /// Whether a process with this effect is down.
    fn down(&self, effect: Effect, t: usize) -> bool {
        (0..self.terms.outages.len())
            .any(|i| self.terms.outages[i].effect == effect && self.process_down(i, t))
    }

    fn process_down(&self, i: usize, t: usize) -> bool {
        let outage = &self.terms.outages[i];
        outage.planned(t) || outage.side.is_some_and(|s| self.luck.sides[s][t] > 0.0)
    }

    fn reveal(&mut self, t: usize) {
        if let Some(o) = &self.terms.obsolescence {
            let hit = o.hazard.is_some_and(|(hazard, side)| self.luck.sides[side][t] < hazard);
            let share = if hit || o.periods.contains(&t) { 0.0 } else { 1.0 };
            self.counts.extras.obsolete += self.destroy(share);
        }
        for i in 0..self.terms.outages.len() {
            if self.terms.outages[i].effect == Effect::Stock {
                let down = self.process_down(i, t);
                let share = if down && !self.was_down[i] { self.terms.outages[i].remaining } else { 1.0 };
                self.was_down[i] = down;
                self.counts.extras.scrapped += self.destroy(share);
            }
        }
    }

    /// Leaves a share of the stock on hand; the units that go.
    fn destroy(&mut self, share: f64) -> f64 {
        let gone = if self.net > 0.0 { self.net - self.net * share } else { 0.0 };
        self.net -= gone;
        self.position -= gone;
        self.ages.iter_mut().for_each(|layer| *layer *= share);
        gone
    }

    fn expire(&mut self, t: usize) {
        if self.ages.is_empty() || t == 0 {
            return;
        }
        let gone = self.ages.pop_back().unwrap_or(0.0);
        self.ages.push_front(0.0);
        self.net -= gone;
        self.position -= gone;
        self.counts.extras.expired += gone;
    }

    /// What is due; `again` after the releases of the period, for what arrives at once.
    fn receive(&mut self, t: usize, again: bool) {
        let kaplan = matches!(self.p.lead, Lead::Random { crossing: Crossing::Kaplan, .. });
        let mut due = Load::default();
        if kaplan {
            let until = (t + 1).saturating_sub(self.luck.lead[t]).clamp(self.arrived, t + usize::from(again));
            for load in &self.under_way[self.arrived..until] {
                due.join(*load);
            }
            self.arrived = until;
        } else if !self.down(Effect::Transit, t) {
            due = std::mem::take(&mut self.under_way[self.clock]);
        }
        if self.terms.outages.iter().any(|o| o.effect == Effect::Receive) {
            self.dock.join(due);
            due =
                if self.down(Effect::Receive, t) { Load::default() } else { std::mem::take(&mut self.dock) };
        }
        self.shelve(due.good);
        if self.terms.yields.is_some() {
            self.position += due.gap;
        }
    }

    /// Units for the backlog, then for the shelf.
    fn shelve(&mut self, units: f64) {
        if let Some(fresh) = self.ages.front_mut() {
            *fresh += positive(self.net + units) - positive(self.net);
        }
        self.net += units;
    }

    fn expected(&self, f: &Foresight, t: usize, ahead: usize) -> f64 {
        let Luck { demand, foreseen, replication, key, .. } = self.luck;
        let now = t + usize::from(self.p.demand_first);
        f.at(&self.forecast, Known { demand, foreseen, replication, key }, now, ahead)
    }

    fn total(&self, f: &Foresight, t: usize, periods: usize) -> f64 {
        if let Provider::Statistical(method) = &f.provider
            && f.bias.is_empty()
        {
            let mut x = [0.0];
            method.total(&self.forecast, periods, &mut x);
            return x[0];
        }
        (0..periods).fold(0.0, |sum, k| sum + self.expected(f, t, k))
    }

    fn margin(&self, f: &Foresight, factor: f64, t: usize) -> f64 {
        let mut sd = [f.sd(t + usize::from(self.p.demand_first))];
        if let Provider::Statistical(method) = &f.provider {
            method.sd(&self.forecast, &mut sd);
        }
        factor * sd[0]
    }

    fn outlook(&self, t: usize) -> Outlook {
        match (&self.p.policy, &self.terms.forecast, &self.terms.usage) {
            (Policy::OrderUpTo { safety, factor, .. }, Some(f), _) => {
                let expected = self.total(f, t, f.cover);
                let mut target = expected + safety;
                if *factor != 0.0 {
                    target += self.margin(f, *factor, t);
                }
                Outlook { target, rate: expected / f.cover as f64 * self.p.review as f64 }
            }
            (Policy::FollowForecast { safety, factor, ahead }, Some(f), _) => {
                let ahead = self.p.receipt_ahead(*ahead);
                let coming = (1..self.p.review)
                    .fold(self.expected(f, t, ahead), |sum, k| sum + self.expected(f, t, ahead + k));
                let mut target = coming + safety;
                if *factor != 0.0 {
                    target += self.margin(f, *factor, t);
                }
                Outlook { target, rate: 0.0 }
            }
            (Policy::DemandDriven { buffer, .. }, _, Some(of)) => {
                let mut usage = [0.0];
                of.ahead(&self.usage, 0, &mut usage);
                let target = buffer.zones(positive(usage[0])).order(self.position, self.p.tolerance);
                Outlook { target, rate: 0.0 }
            }
            _ => Outlook::default(),
        }
    }

    /// What the material plan releases in this period; planned anew at reviews.
    fn material_plan(&mut self, t: usize) -> f64 {
        let Policy::MaterialPlan { horizon, fence, safety, lots } = &self.p.policy else { return 0.0 };
        let early = usize::from(self.p.demand_first);
        let lead_time = self.p.lead.longest() - early;
        if t.is_multiple_of(self.p.review)
            && let Some(f) = &self.terms.forecast
        {
            let gross: Vec<f64> = (0..*horizon as usize).map(|k| positive(self.expected(f, t, k))).collect();
            let due = |b: usize| {
                let load = self.under_way[t + early + b];
                if early == 0 && b == 0 { 0.0 } else { load.good - load.gap }
            };
            let receipts: Vec<f64> = (0..=lead_time).map(due).collect();
            let input = Input {
                net: self.net,
                receipts: &receipts,
                gross: &gross,
                safety: *safety,
                lead_time,
                fence: *fence as usize,
                tolerance: self.p.tolerance,
            };
            self.plan.plan(&input, lots, &self.p.quantities, &mut self.scratch);
        }
        self.plan.release()
    }

    /// Everything that is ordered in the period; the quantity.
    fn plan(&mut self, t: usize) -> f64 {
        let review = t.is_multiple_of(self.p.review);
        let mut ordered = 0.0;
        if review {
            self.expedite(t);
            ordered += self.express(t);
        }
        let (mut q, mut counted) = (0.0, 0.0);
        let material = matches!(self.p.policy, Policy::MaterialPlan { .. });
        if review || material {
            let outlook =
                if material { Outlook { target: self.material_plan(t), rate: 0.0 } } else { self.outlook(t) };
            (q, counted) = self.order(t, outlook);
            ordered += q;
        }
        self.ship(t, q, counted);
        if self.p.lead.shortest() == 0 {
            self.receive(t, true);
        }
        ordered
    }

    fn expedite(&mut self, t: usize) {
        let Some(below) = self.terms.expedite_below else { return };
        let need = positive(below - self.net);
        let next = &mut self.under_way[t + 1].good;
        let units = if need < *next { need } else { *next };
        *next -= units;
        self.shelve(units);
        self.counts.extras.expedited += units;
    }

    fn express(&mut self, t: usize) -> f64 {
        let Some(express) = self.terms.express else { return 0.0 };
        let wait = express.lead_time as usize;
        let coming = |sum: f64, load: &Load| sum + (load.good - load.gap);
        let in_time = self.under_way[t + 1..=t + wait].iter().fold(coming(self.net, &self.dock), coming);
        let missing = express.level - in_time;
        let q = if missing > self.p.tolerance { missing } else { 0.0 };
        if wait == 0 {
            self.shelve(q);
        } else {
            self.under_way[t + wait].good += q;
        }
        self.position += q;
        self.counts.extras.express += q;
        q
    }

    /// The regular order, and what the position counts of it.
    fn order(&mut self, t: usize, outlook: Outlook) -> (f64, f64) {
        let p = self.p;
        let mut q = wanted(&p.policy, t, self.position, p.tolerance, outlook);
        if self.down(Effect::Order, t) {
            q = 0.0;
        }
        if let Some((yields, _)) = &self.terms.yields {
            q = yields.inflated(q);
        }
        match &self.terms.capacity {
            None => q = p.accepted(q),
            Some(capacity) => {
                let mut regular = match &capacity.regular {
                    Regular::Cycle(values) => values[t % values.len()],
                    Regular::Drawn(side) => self.luck.sides[*side][t],
                };
                for (i, outage) in self.terms.outages.iter().enumerate() {
                    if outage.effect == Effect::Capacity {
                        regular *= if self.process_down(i, t) { outage.remaining } else { 1.0 };
                    }
                }
                self.counts.extras.capacity += regular;
                q = p.accepted_within(q, regular + capacity.overtime);
                self.counts.extras.overtime += positive(q - regular);
            }
        }
        let counted = self.terms.yields.as_ref().map_or(q, |(yields, _)| yields.counted(q));
        self.position += counted;
        (q, counted)
    }

    fn ship(&mut self, t: usize, mut q: f64, mut counted: f64) {
        if self.terms.outages.iter().any(|o| o.effect == Effect::Ship) {
            self.unshipped += q;
            self.unshipped_counted += counted;
            (q, counted) = (0.0, 0.0);
            if !self.down(Effect::Ship, t) {
                q = std::mem::take(&mut self.unshipped);
                counted = std::mem::take(&mut self.unshipped_counted);
            }
        }
        let mut load = Load { good: q, gap: 0.0 };
        if let Some((yields, side)) = &self.terms.yields {
            load.good = yields.good(q, self.luck.sides[*side][t]);
            load.gap = load.good - counted;
            self.counts.extras.scrapped += positive(q - load.good);
        }
        let slot = match &self.p.lead {
            Lead::Random { crossing: Crossing::Kaplan, .. } => t,
            Lead::Random { crossing: Crossing::Fifo, .. } => {
                if load.good == 0.0 && load.gap == 0.0 {
                    return;
                }
                self.latest = self.latest.max(self.clock + self.luck.lead[t]);
                self.latest
            }
            _ => self.clock + self.luck.lead[t],
        };
        self.under_way[slot].join(load);
    }

    fn serve(&mut self, d: f64) {
        let p = self.p;
        let available = positive(self.net);
        let filled = if d < available { d } else { available };
        let short = d - filled;
        let lost = short * p.lost_share;
        let out;
        if p.lost_share > 0.0 {
            let waits = if p.lost_share >= 1.0 { 0.0 } else { short - lost };
            self.net = self.net - filled - waits;
            self.position = self.position - filled - waits;
            out = if self.net < 0.0 - short { self.net } else { 0.0 - short };
        } else {
            self.net -= d;
            self.position -= d;
            out = self.net;
        }
        let mut rest = filled;
        let count = self.ages.len();
        for i in 0..count {
            let layer = &mut self.ages[if self.terms.lifo { i } else { count - 1 - i }];
            let used = if rest < *layer { rest } else { *layer };
            *layer -= used;
            rest -= used;
        }
        if let Some(f) = &self.terms.forecast {
            let sales = if p.lost_share > 0.0 { d - lost } else { d };
            f.observe(&mut self.forecast, if f.sales { sales } else { d });
        }
        if let Some(of) = &self.terms.usage {
            of.observe(&mut self.usage, &[d]);
        }
        self.counts.available += available;
        self.counts.filled += filled;
        self.counts.demand += d;
        self.counts.stockouts += f64::from(u8::from(out < 0.0 - p.tolerance));
    }

    fn close(&mut self, t: usize, d: f64, q: f64) {
        let on_hand = positive(self.net);
        if !self.ages.is_empty() {
            let shelf: f64 = self.ages.iter().sum();
            assert!(close_to(shelf, on_hand), "C7: the ages add up to the stock: {shelf} {on_hand}");
        }
        let under_way: f64 = self.under_way.iter().map(|l| l.good - l.gap).sum();
        if !matches!(self.p.lead, Lead::Random { crossing: Crossing::Kaplan, .. }) {
            let counted = self.net + under_way + self.dock.good - self.dock.gap + self.unshipped_counted;
            assert!(close_to(self.position, counted), "position {} is not {counted}", self.position);
        }
        let c = &mut self.counts;
        c.on_hand += on_hand;
        c.backorders += on_hand - self.net;
        c.orders += f64::from(u8::from(q > 0.0));
        c.order_quantity += q;
        c.closing = on_hand;
        let e = &mut c.extras;
        if self.terms.variances {
            e.demand_squares += d * d;
            e.order_squares += q * q;
            e.net_squares += self.net * self.net;
            e.net += self.net;
        }
        if self.p.costs.erosion > 0.0 {
            let left = self.p.worth(t);
            e.worth_held += on_hand * left;
            e.worth_ordered += q * left;
        }
    }
}
