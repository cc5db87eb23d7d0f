//! The shop on the event calendar: one replication of one design, event by event (spec A3).
//!
//! ```text
//! arrive -> quote -> accepted -> entry -> confirmed -> material -> pool -> released
//!        -> (queue -> server -> perhaps blocked)…                       work.rs: who is next, how long it takes
//!        -> finished -> delivered                                       plan.rs: quotes, planned work
//! ```
//!
//! An event changes the state and marks the stations it concerns; when everything of an instant has happened, free servers are
//! given work.

use super::horizon::{Horizon, overlap};
use super::params::{MaterialParams, Params};
pub use super::state::{Job, STATUSES, Scratch, Status};
pub(super) use super::state::{NONE, Place, Room, Server, What};
use super::tally::Tally;
use crate::config::{Dispatch, PatienceUntil, Quote, Release, Routing};
use crate::engine::calendar::Class;
use crate::engine::lattice::Source;
use crate::engine::work::Cancel;
use crate::error::{Error, Result};
use crate::orders::{Column, Whose};
use crate::random::{Line, SUB_SHIFT, Stream};
use fearless_simd::Level;

/// Events between two looks at the cancel flag.
const PATIENCE: u32 = 1 << 14;

/// One replication of one design.
pub struct Shop<'a> {
    pub(super) p: &'a Params,
    pub(super) room: &'a mut Scratch,
    pub(super) tally: &'a mut Tally,
    pub(super) whose: Whose,
    pub(super) level: Option<Level>,
    /// Counted time.
    pub(super) window: [f64; 2],
    horizon: Horizon,
    pub(super) now: f64,
    /// Orders in the shop, and those counted among them.
    in_shop: u32,
    open: usize,
    /// Orders released and not finished, and their planned work.
    pub(super) released: u32,
    pub(super) released_work: f64,
    /// ∫ orders in the shop, event by event: what Little's law is checked with.
    level_area: f64,
    level_since: f64,
}

impl<'a> Shop<'a> {
    /// Runs one replication. The book in `room` has been begun for it; more of it is drawn as needed.
    #[allow(clippy::too_many_arguments, reason = "what a replication is made of")]
    pub fn run(
        p: &'a Params,
        room: &'a mut Scratch,
        tally: &'a mut Tally,
        whose: Whose,
        level: Option<Level>,
        horizon: Horizon,
        cancel: &Cancel,
    ) -> Result<()> {
        let mut shop = Self {
            p,
            room,
            tally,
            whose,
            level,
            window: [0.0; 2],
            horizon,
            now: 0.0,
            in_shop: 0,
            open: 0,
            released: 0,
            released_work: 0.0,
            level_area: 0.0,
            level_since: 0.0,
        };
        shop.open_doors();
        shop.work_on(cancel)?;
        shop.close()
    }

    /// The line of draws of a stream of the item.
    pub(super) fn line(&self, stream: Stream, entity: u32) -> Line {
        Source { key: self.whose.key, stream, entity }.line(self.whose.replication)
    }

    pub(super) fn own(&self, stream: Stream) -> Line {
        self.line(stream, self.p.key)
    }

    fn open_doors(&mut self) {
        let (p, room) = (self.p, &mut *self.room);
        room.jobs.clear();
        room.calendar.clear();
        room.pool.clear();
        room.shelf.clear();
        room.visits.clear();
        room.returns.clear();
        room.learnt.clear();
        room.learnt.resize(p.orders.variants.len().max(1), 0);
        room.rooms.resize_with(p.stations.len(), Room::default);
        room.times.resize_with(p.operations.len(), Column::default);
        room.times.iter_mut().for_each(|c| c.begin(None));
        if let MaterialParams::Stocked { level, .. } = &p.material {
            room.stock = *level;
        }
        for n in 0..p.stations.len() {
            self.open_station(n);
        }
        self.window = self.horizon.window(&p.orders, &mut self.room.book, self.level, self.whose);
        self.tally.begin(self.window, p.stations.len());
    }

    /// When order `i` arrives, if it does.
    fn arrival(&mut self, i: usize) -> Option<f64> {
        self.horizon.arrival(i, &self.p.orders, &mut self.room.book, self.level, self.whose)
    }

    /// Whether order `i`, arriving at `a`, is counted.
    #[inline]
    fn counted(&self, i: usize, a: f64) -> bool {
        self.horizon.counts(i, a)
    }

    fn work_on(&mut self, cancel: &Cancel) -> Result<()> {
        let horizon = self.horizon.end();
        let until = match self.horizon {
            Horizon::Periods { periods, drain, .. } => periods + drain.min(self.longest_drain(periods)),
            Horizon::Orders { .. } => f64::INFINITY,
        };
        let mut next = 0usize;
        let mut coming = self.arrival(0);
        let mut looks = 0;
        loop {
            let event = self.room.calendar.peek().map(|e| (e.time, e.class()));
            let arrives = match (coming, event) {
                (None, None) => None,
                (Some(a), None) => Some((a, true)),
                (None, Some((t, _))) => Some((t, false)),
                (Some(a), Some((t, class))) => {
                    let first = a < t || (a == t && class > Class::Arrival as u64);
                    Some((if first { a } else { t }, first))
                }
            };
            let later = arrives.is_none_or(|(t, _)| t > self.now);
            if later && self.dispatch_all() {
                continue;
            }
            let Some((time, is_order)) = arrives else { break };
            if time >= until || self.horizon.is_over(time, coming.is_some(), self.open) {
                break;
            }
            looks += 1;
            if looks == PATIENCE {
                looks = 0;
                cancel.check()?;
            }
            self.now = time;
            if is_order {
                self.arrive(next, time);
                next += 1;
                coming = self.arrival(next);
            } else if let Some(event) = self.room.calendar.pop() {
                self.happen(event.what);
            }
        }
        // A run of periods is counted to its horizon, whatever stopped it.
        self.now = self.now.max(horizon).min(until);
        if self.open > 0 && until.is_finite() {
            // Out of sight from here on.
            self.now = until;
        }
        Ok(())
    }

    /// Where others may be preferred for ever, orders are not followed for ever.
    fn longest_drain(&self, periods: f64) -> f64 {
        match self.p.dispatch {
            Dispatch::Fcfs => f64::INFINITY,
            _ if self.p.overloaded().is_some() => 10.0 * periods,
            _ => 1000.0 * periods,
        }
    }

    fn happen(&mut self, what: What) {
        match what {
            What::Wake(n) => self.wake(n as usize),
            What::Done(n, s) => self.done(n as usize, s as usize),
            What::Entered(i) => {
                if self.alive(i) {
                    self.decide(i);
                }
            }
            What::Decided(i) => {
                if self.alive(i) {
                    self.confirm(i);
                }
            }
            What::Material(i) => {
                if self.alive(i) {
                    self.ready(i);
                }
            }
            What::Replaced(units) => {
                self.room.stock += units;
                self.serve_shelf();
            }
            What::Ready(i) => {
                if self.alive(i) {
                    self.queue_for_release(i);
                }
            }
            What::Delivered(i) => self.gone(i, Status::Delivered),
            What::Renege(i) => self.lose_patience(i, Status::Reneged),
            What::Cancel(i) => {
                let job = &self.room.jobs[i as usize];
                if job.place != Place::Gone && job.started.is_nan() && !job.leaving {
                    self.lose_patience(i, Status::Cancelled);
                }
            }
        }
    }

    fn alive(&self, i: u32) -> bool {
        self.room.jobs[i as usize].place != Place::Gone
    }

    #[inline]
    fn count_level(&mut self) {
        self.level_area += f64::from(self.in_shop) * self.overlap(self.level_since, self.now);
        self.level_since = self.now;
    }

    /// The part of [`a`, `b`] that is counted.
    #[inline]
    pub(super) fn overlap(&self, a: f64, b: f64) -> f64 {
        overlap(self.window, a, b)
    }

    // The way of an order.

    fn arrive(&mut self, i: usize, a: f64) {
        let n = i as u32;
        let mut job = Job::new();
        if self.p.revisits() {
            let more = (i + 1) * self.p.operations.len();
            self.room.visits.resize(more, 0);
            self.room.returns.resize(more, 0);
        }
        let full = self.p.acceptance.max_orders.is_some_and(|most| self.in_shop >= most);
        job.quote = self.quote(i);
        job.due = a + job.quote;
        let status = if full {
            Status::Rejected
        } else if self.balks(i, job.quote) {
            Status::Balked
        } else {
            Status::Open
        };
        self.room.jobs.push(job);
        if status != Status::Open {
            let job = &mut self.room.jobs[i];
            (job.status, job.place, job.left) = (status, Place::Gone, a);
            self.count(i, a);
            return;
        }
        self.count_level();
        self.in_shop += 1;
        self.open += usize::from(self.counted(i, a));
        self.plan_accepted(i, 1.0);
        let book = &self.room.book;
        let patience = book.patience.at(i);
        if patience < f64::MAX {
            self.room.calendar.add(a + patience, Class::Leave, n, What::Renege(n));
        }
        let entry = &self.p.entry[usize::from(self.p.orders.is_manual(&self.room.book, i))];
        let admin = self.own(Stream::Admin);
        let at = |which: u64| which << SUB_SHIFT | i as u64;
        let mut time = a + entry.delay.at(admin, at(0));
        if entry.error > 0.0 && admin.uniform(at(1)) < entry.error {
            self.room.jobs[i].errors = 1.0;
            time += entry.correction.at(admin, at(2));
        }
        if entry.every > 0.0 {
            time = next_multiple(time, entry.every);
        }
        self.later(time, n, What::Entered(n), Self::decide);
    }

    /// Now, or by an event.
    #[inline]
    fn later(&mut self, time: f64, i: u32, what: What, now: impl FnOnce(&mut Self, u32)) {
        if time > self.now {
            self.room.calendar.add(time, Class::Completion, i, what);
        } else {
            now(self, i);
        }
    }

    #[inline]
    fn decide(&mut self, i: u32) {
        match &self.p.confirmation {
            None => self.confirm(i),
            Some((_, delay)) => {
                let time = self.now + delay.at(self.own(Stream::Admin), 4 << SUB_SHIFT | u64::from(i));
                self.later(time, i, What::Decided(i), Self::confirm);
            }
        }
    }

    #[inline]
    fn confirm(&mut self, i: u32) {
        if let Some((chance, _)) = self.p.confirmation
            && self.own(Stream::Admin).uniform(3 << SUB_SHIFT | u64::from(i)) >= chance
        {
            self.gone(i, Status::Unconfirmed);
            return;
        }
        self.room.jobs[i as usize].confirmed = self.now;
        if let Some(law) = &self.p.cancellation {
            let time = self.now + law.at(self.own(Stream::Cancel), u64::from(i));
            self.room.calendar.add(time, Class::Leave, i, What::Cancel(i));
        }
        let lead = |law: &super::params::TimeLaw, shop: &Self| {
            law.at(shop.own(Stream::LeadTime), 1 << SUB_SHIFT | u64::from(i))
        };
        match &self.p.material {
            MaterialParams::Always => self.ready(i),
            MaterialParams::CalledOff(law) => {
                self.room.jobs[i as usize].place = Place::Material;
                let time = self.now + lead(law, self);
                self.later(time, i, What::Material(i), Self::ready);
            }
            MaterialParams::Stocked { lead_time, .. } => {
                let job = &mut self.room.jobs[i as usize];
                job.place = Place::Material;
                let size = self.room.book.size.at(i as usize);
                let time = self.now + lead(lead_time, self);
                self.room.shelf.push_back(i);
                if time > self.now {
                    self.room.calendar.add(time, Class::Completion, i, What::Replaced(size));
                } else {
                    self.room.stock += size;
                }
                self.serve_shelf();
            }
        }
    }

    /// Gives material to those who wait for it, in order of confirmation.
    fn serve_shelf(&mut self) {
        while let Some(&i) = self.room.shelf.front() {
            if self.alive(i) {
                let size = self.room.book.size.at(i as usize);
                if self.room.stock < size {
                    return;
                }
                self.room.stock -= size;
            }
            self.room.shelf.pop_front();
            if self.alive(i) {
                self.ready(i);
            }
        }
    }

    /// Material is there.
    #[inline]
    fn ready(&mut self, i: u32) {
        let job = &mut self.room.jobs[i as usize];
        job.material = self.now;
        job.place = Place::Pool;
        let (due, now) = (job.due, self.now);
        let time = match self.p.release {
            Release::Immediate | Release::WorkloadCap { .. } => now,
            Release::Backward { planned } => (due - planned).max(now),
            Release::Periodic { every } => next_multiple(now, every),
        };
        if time > now {
            self.room.calendar.add(time, Class::Review, i, What::Ready(i));
        } else {
            self.queue_for_release(i);
        }
    }

    #[inline]
    fn queue_for_release(&mut self, i: u32) {
        self.room.pool.push_back(i);
        self.release_some();
    }

    /// Releases those at the head of the pool that may start.
    #[inline]
    pub(super) fn release_some(&mut self) {
        while let Some(&i) = self.room.pool.front() {
            let job = &self.room.jobs[i as usize];
            if job.place != Place::Pool {
                self.room.pool.pop_front();
                continue;
            }
            let operation = self.first_operation(i);
            let station = self.p.operations[operation].station;
            if let Release::WorkloadCap { cap, .. } = self.p.release {
                let fits = self.released_work + self.release_work(i) <= cap;
                if !fits && self.released > 0 {
                    return;
                }
            }
            if !self.has_place(station) {
                self.wake_when_open(station);
                return;
            }
            self.room.pool.pop_front();
            self.released += 1;
            self.released_work += self.release_work(i);
            let (p, book, at) = (self.p, &self.room.book, i as usize);
            let (size, kappa, variant) =
                (book.size.at(at), book.customisation.at(at), book.variant.at(at) as usize);
            self.room.learnt[variant] += 1;
            let nth = self.room.learnt[variant];
            let job = &mut self.room.jobs[at];
            (job.released, job.nth) = (self.now, nth);
            (job.value, job.valued) = (size * (p.costs.material + p.costs.customisation * kappa), self.now);
            self.enter(i, operation);
        }
    }

    /// The end of the last operation.
    #[inline]
    pub(super) fn finished(&mut self, i: u32) {
        self.unrelease(i);
        let delivery = self.p.delivery.at(self.own(Stream::LeadTime), 2 << SUB_SHIFT | u64::from(i));
        let job = &mut self.room.jobs[i as usize];
        (job.finished, job.place) = (self.now, Place::Delivery);
        let mut time = self.now + delivery;
        if self.p.deliver_on_date {
            time = time.max(job.due);
        }
        self.later(time, i, What::Delivered(i), |shop, i| shop.gone(i, Status::Delivered));
    }

    /// The customer wants to go.
    fn lose_patience(&mut self, i: u32, status: Status) {
        let job = &mut self.room.jobs[i as usize];
        if job.leaving || !job.started.is_nan() && self.p.patience_until == PatienceUntil::Start {
            return;
        }
        match job.place {
            Place::Gone | Place::Delivery => {}
            Place::Server => job.leaving = true,
            Place::Queue => {
                self.leave_queue(i);
                self.unrelease(i);
                self.gone(i, status);
            }
            Place::Blocked => {
                self.unblock(i);
                self.unrelease(i);
                self.gone(i, status);
            }
            Place::Office | Place::Material | Place::Pool => {
                let waits_for_stock = job.place == Place::Material;
                self.gone(i, status);
                if waits_for_stock && matches!(self.p.material, MaterialParams::Stocked { .. }) {
                    self.serve_shelf();
                }
            }
        }
    }

    /// An order leaves the shop, one way or another.
    #[inline]
    pub(super) fn gone(&mut self, i: u32, status: Status) {
        self.count_level();
        self.in_shop -= 1;
        let at = i as usize;
        let a = self.room.book.arrival[at];
        self.settle_value(i);
        if status != Status::Delivered {
            self.plan_gone(at);
        }
        let job = &mut self.room.jobs[at];
        (job.status, job.place, job.left) = (status, Place::Gone, self.now);
        self.open -= usize::from(self.counted(at, a));
        self.count(at, a);
    }

    /// Brings the value tied up in an order up to now.
    #[inline]
    pub(super) fn settle_value(&mut self, i: u32) {
        let job = &self.room.jobs[i as usize];
        if !job.released.is_nan() {
            let tied = job.value * self.overlap(job.valued, self.now);
            let job = &mut self.room.jobs[i as usize];
            job.tied += tied;
            job.valued = self.now;
        }
    }

    #[inline]
    fn count(&mut self, i: usize, a: f64) {
        let counted = self.counted(i, a);
        self.tally.order(self.p, &self.room.book, i, &self.room.jobs[i], counted);
    }

    /// The end: what is still there is open, and the books must balance.
    fn close(&mut self) -> Result<()> {
        self.count_level();
        for n in 0..self.room.rooms.len() {
            for m in 0..self.room.rooms[n].servers.len() {
                let Server { job, blocked, started, .. } = self.room.rooms[n].servers[m];
                if job == NONE {
                    continue;
                }
                if blocked {
                    let since = self.room.jobs[job as usize].since;
                    self.tally.stations[n].blocked += self.overlap(since, self.now);
                } else {
                    self.tally.stations[n].busy += self.overlap(started, self.now);
                }
            }
        }
        for i in 0..self.room.jobs.len() {
            if self.room.jobs[i].place == Place::Gone {
                continue;
            }
            let (place, since) = (self.room.jobs[i].place, self.room.jobs[i].since);
            let station = self.p.operations[self.room.jobs[i].operation as usize].station;
            if place == Place::Queue {
                self.tally.stations[station].queue += self.overlap(since, self.now);
            }
            self.settle_value(i as u32);
            self.room.jobs[i].left = self.now;
            self.count(i, self.room.book.arrival[i]);
            self.room.jobs[i].left = f64::NAN;
        }
        let little = self.tally.sums.in_shop;
        if (little - self.level_area).abs() > 1e-9 * (1.0 + little) * (1.0 + self.window[1]) {
            return Err(Error::Internal {
                reason: format!("Little's law: {little} order-periods by order, {} by time", self.level_area),
            });
        }
        self.tally.check(self.p)
    }
}

/// The first multiple of `every` at or after `time`.
fn next_multiple(time: f64, every: f64) -> f64 {
    let next = (time / every).ceil() * every;
    if next < time { next + every } else { next }
}

impl Params {
    /// Whether an order may come to an operation twice.
    pub fn revisits(&self) -> bool {
        matches!(self.routing, Routing::Random { .. }) || self.operations.iter().any(|o| o.rework > 0.0)
    }

    /// Whether quotes look at planned work.
    pub fn plans(&self) -> bool {
        matches!(self.quote, Quote::Quantile { .. } | Quote::ForwardLoading { .. })
    }
}
