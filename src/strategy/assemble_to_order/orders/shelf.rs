//! One component: what is free, needed and on order, and how it is replenished.

use super::params::ShelfParams;
use crate::engine::lattice::{STRIP, Source, Strip};
use crate::orders::Whose;
use crate::random::Stream;
use crate::strategy::make_to_stock::orders_params::Supply;
use fearless_simd::Level;
use std::collections::VecDeque;

/// What is counted of a component in one replication; areas are over counted time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[allow(missing_docs, reason = "the catalogue says what each of them is")]
pub struct ShelfSums {
    pub duration: f64,
    pub free: f64,
    pub reserved: f64,
    pub in_assembly: f64,
    pub needed: f64,
    pub on_order: f64,
    pub on_order_squares: f64,
    pub queue: f64,
    pub busy: f64,
    pub made: f64,
    pub releases: f64,
    pub release_quantity: f64,
    /// Of counted orders: units needed, and of them free at once; orders, and of them those whose units were.
    pub units: f64,
    pub units_at_once: f64,
    pub orders: f64,
    pub orders_at_once: f64,
}

/// State of a component.
pub(super) struct Stock {
    pub(super) free: i64,
    pub(super) reserved: i64,
    pub(super) in_assembly: i64,
    /// Units that waiting orders have not got.
    pub(super) needed: i64,
    pub(super) on_order: i64,
    pub(super) received: i64,
    pub(super) used: i64,
    /// In front of the servers, of those on order.
    queued: i64,
    busy: u32,
    /// Needs that wait, where units are committed.
    pub(super) queue: VecDeque<u32>,
    /// Reviews so far; times drawn; the last receipt on its way.
    pub(super) reviews: u64,
    drawn: u64,
    latest: f64,
    since: f64,
    ahead: Box<[f64; STRIP]>,
    pub(super) sums: ShelfSums,
}

/// Something to be put on the calendar.
pub(super) enum Coming {
    /// So many units at a time.
    Receipt(f64, i64),
    /// A server finishes a unit at a time.
    Made(f64),
}

impl Default for Stock {
    fn default() -> Self {
        Self {
            free: 0,
            reserved: 0,
            in_assembly: 0,
            needed: 0,
            on_order: 0,
            received: 0,
            used: 0,
            queued: 0,
            busy: 0,
            queue: VecDeque::new(),
            reviews: 0,
            drawn: 0,
            latest: 0.0,
            since: 0.0,
            ahead: Box::new([0.0; STRIP]),
            sums: ShelfSums::default(),
        }
    }
}

/// Whose draws, and where there is room for them.
pub(super) struct Drawing<'a> {
    pub(super) whose: Whose,
    pub(super) level: Option<Level>,
    pub(super) strip: &'a mut Strip,
}

impl Stock {
    /// As it is at time 0.
    pub(super) fn open(&mut self, p: &ShelfParams) {
        let mut fresh = Self { free: p.opening, ..Self::default() };
        std::mem::swap(&mut fresh.queue, &mut self.queue);
        std::mem::swap(&mut fresh.ahead, &mut self.ahead);
        fresh.queue.clear();
        *self = fresh;
    }

    /// Inventory position.
    pub(super) fn position(&self) -> i64 {
        self.free - self.needed + self.on_order
    }

    /// Adds up the time since the last change, as far as it is counted; call before anything changes.
    #[inline]
    pub(super) fn touch(&mut self, now: f64, window: [f64; 2]) {
        let dt = now.min(window[1]) - self.since.max(window[0]);
        self.since = now;
        if dt <= 0.0 {
            return;
        }
        let (s, on_order) = (&mut self.sums, self.on_order as f64);
        s.free += self.free as f64 * dt;
        s.reserved += self.reserved as f64 * dt;
        s.in_assembly += self.in_assembly as f64 * dt;
        s.needed += self.needed as f64 * dt;
        s.on_order += on_order * dt;
        s.on_order_squares += on_order * on_order * dt;
        s.queue += self.queued as f64 * dt;
        s.busy += f64::from(self.busy) * dt;
    }

    /// Looks at the position and releases what is wanted.
    pub(super) fn review(
        &mut self,
        p: &ShelfParams,
        (now, counted): (f64, bool),
        drawing: &mut Drawing<'_>,
        mut add: impl FnMut(Coming),
    ) {
        let units = p.rule.wanted(self.position());
        if units <= 0 {
            return;
        }
        self.on_order += units;
        if counted {
            self.sums.releases += 1.0;
            self.sums.release_quantity += units as f64;
        }
        match p.supply {
            Supply::Lead { fifo, .. } => {
                let mut time = now + self.draw(p, drawing);
                if fifo {
                    time = time.max(self.latest);
                    self.latest = time;
                }
                add(Coming::Receipt(time, units));
            }
            Supply::Production { .. } => {
                self.queued += units;
                self.start_some(p, now, drawing, add);
            }
        }
    }

    /// Gives free servers work.
    fn start_some(
        &mut self,
        p: &ShelfParams,
        now: f64,
        drawing: &mut Drawing<'_>,
        mut add: impl FnMut(Coming),
    ) {
        let Supply::Production { servers, .. } = p.supply else { return };
        while self.queued > 0 && self.busy < servers {
            self.queued -= 1;
            self.busy += 1;
            add(Coming::Made(now + self.draw(p, drawing)));
        }
    }

    /// A server has finished a unit, which is received; the next one is begun.
    pub(super) fn made(
        &mut self,
        p: &ShelfParams,
        (now, counted): (f64, bool),
        drawing: &mut Drawing<'_>,
        add: impl FnMut(Coming),
    ) {
        self.busy -= 1;
        self.sums.made += f64::from(u8::from(counted));
        self.receive(1);
        self.start_some(p, now, drawing, add);
    }

    /// Units come in.
    pub(super) fn receive(&mut self, units: i64) {
        self.on_order -= units;
        self.received += units;
        self.free += units;
    }

    /// The time of the next release, or of the next unit: both are asked for in the order of their numbers.
    fn draw(&mut self, p: &ShelfParams, drawing: &mut Drawing<'_>) -> f64 {
        let (law, stream, entity) = match &p.supply {
            Supply::Lead { time, .. } => (time, Stream::LeadTime, p.key),
            Supply::Production { time, key, .. } => (time, Stream::Processing, *key),
        };
        if let Some(time) = law.fixed {
            return time;
        }
        let at = self.drawn as usize % STRIP;
        if at == 0 {
            let Whose { key, replication, .. } = drawing.whose;
            let source = Source { key, stream, entity };
            drawing.strip.read(drawing.level, source, replication, 0, self.drawn);
            drawing.strip.law(drawing.level, &law.law, &mut self.ahead);
        }
        self.drawn += 1;
        self.ahead[at]
    }
}
