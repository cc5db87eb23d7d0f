//! Make to stock where the unit is the order: one stock in continuous time, event by event (spec §4.1).
//!
//! ```text
//!            release q: lead time L, or a job per unit at the servers           orders, one by one
//!   position ──────────────────────────────────────────────────────► stock ──────────────────────► delivered
//!   on hand + on order − waiting,                                      │  short: waits, first come first
//!   when it changes or at 0, R, 2R, …                                  └─        served, or is lost
//! ```
//!
//! At one instant: receipts and finished units with the orders they serve, then the review, then orders
//! (spec F4). A release is made when everything of its event has happened; what takes no time is received at
//! the same instant. An order is served *at once* if it has its units at the time of its arrival.
//!
//! ```text
//! net stock = on hand − waiting       position = net stock + on order
//! base stock S, unit orders: position = S; with a lead time, net stock = S − orders of the last L;
//! with production, net stock = S − N, N the number in a queue that all orders join
//! ```
//!
//! Units are whole numbers and are counted exactly. Orders that wait are always consecutive, because nobody
//! overtakes: the first of them, and what it has got so far, are all there is to know.
//!
//! Orders are counted as in a shop that makes to order (docs/background/make-to-order.md, "Counting"): by
//! cohort, followed to their end; stock by time, over the window. Units count when they are handed over, also
//! those of orders that are open at the end.
//!
//! This file: state, time, the end. What happens at an event: orders_events.rs. Settings: orders_params.rs.
//!
//! Sources: Hadley & Whitin (1963); Zipkin (2000) ch. 6, 7; Buzacott & Shanthikumar (1993) ch. 4.

use super::orders_params::StockParams;
use crate::engine::calendar::Calendar;
use crate::engine::lattice::{STRIP, Strip};
use crate::engine::work::Cancel;
use crate::error::{Error, Result};
use crate::orders::{Book, Whose};
use crate::strategy::make_to_order::horizon::{Horizon, overlap};
use crate::strategy::make_to_order::ledger::Record;
use crate::strategy::make_to_order::shop::Status;
use crate::strategy::make_to_order::tally::Tally;
use fearless_simd::Level;

/// Events between two looks at the cancel flag.
const PATIENCE: u32 = 1 << 14;

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Served {
    /// Units delivered at once.
    pub filled: f64,
    /// Units lost.
    pub lost: f64,
    /// When it was complete or lost; NaN: open.
    pub left: f64,
    /// Delivered (what was not lost of it), open, or rejected: all of it was lost.
    pub status: Status,
}

impl Served {
    /// As the ledger has it: it waits from its arrival until it is complete.
    pub fn record(&self, book: &Book, i: usize) -> Record {
        let (a, never) = (book.arrival[i], f64::NAN);
        let done = if self.status == Status::Delivered { self.left } else { never };
        let requested = book.requested.at(i);
        Record {
            order: i as i64,
            kinds: [book.class.at(i) as i64, book.variant.at(i) as i64, self.status as i64],
            values: [
                a,
                book.size.at(i),
                requested,
                a + requested,
                a,
                a,
                a,
                done,
                done,
                self.left,
                if self.status == Status::Delivered { self.left - a } else { 0.0 },
                0.0,
            ],
        }
    }
}

/// What happens besides orders and reviews.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    /// So many units are received.
    Receipt(i64),
    /// A server has finished a unit.
    Made,
}

/// Memory of a stock, kept from replication to replication.
pub struct StockScratch {
    /// Orders of the replication so far; begun by the caller.
    pub book: Book,
    /// What became of them, by number.
    pub served: Vec<Served>,
    pub(super) calendar: Calendar<What>,
    pub(super) strip: Strip,
    /// Times drawn ahead.
    pub(super) ahead: [f64; STRIP],
}

impl Default for StockScratch {
    fn default() -> Self {
        Self {
            book: Book::default(),
            served: Vec::new(),
            calendar: Calendar::default(),
            strip: Strip::default(),
            ahead: [0.0; STRIP],
        }
    }
}

/// One replication of one design.
pub struct StockShop<'a> {
    pub(super) p: &'a StockParams,
    pub(super) room: &'a mut StockScratch,
    pub(super) tally: &'a mut Tally,
    pub(super) whose: Whose,
    pub(super) level: Option<Level>,
    horizon: Horizon,
    /// Counted time.
    pub(super) window: [f64; 2],
    pub(super) now: f64,
    // Units now.
    pub(super) on_hand: i64,
    pub(super) waiting: i64,
    pub(super) on_order: i64,
    /// In front of the servers, of those on order.
    pub(super) queued: i64,
    pub(super) busy: u32,
    // Units so far, of all orders.
    pub(super) ordered: i64,
    pub(super) received: i64,
    pub(super) delivered: i64,
    pub(super) lost: i64,
    /// The first order that waits (the next to come, if none does), and its units delivered so far.
    pub(super) head: usize,
    pub(super) part: i64,
    /// Counted orders that wait, and those that wait at all.
    pub(super) open: usize,
    pub(super) in_shop: usize,
    /// Reviews so far, where there are any; times drawn; the last receipt on its way.
    reviews: u64,
    pub(super) drawn: u64,
    pub(super) latest: f64,
    /// ∫ orders that wait, event by event: what Little's law is checked with.
    level_area: f64,
    /// Units of counted orders that were still open at the end.
    open_units: f64,
    /// Whether there ever was stock while units waited.
    idle: bool,
}

impl<'a> StockShop<'a> {
    /// Runs one replication. The book in `room` has been begun for it; more of it is drawn as needed.
    pub fn run(
        p: &'a StockParams,
        room: &'a mut StockScratch,
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
            horizon,
            window: [0.0; 2],
            now: 0.0,
            on_hand: p.opening,
            waiting: 0,
            on_order: 0,
            queued: 0,
            busy: 0,
            ordered: 0,
            received: 0,
            delivered: 0,
            lost: 0,
            head: 0,
            part: 0,
            open: 0,
            in_shop: 0,
            reviews: 0,
            drawn: 0,
            latest: 0.0,
            level_area: 0.0,
            open_units: 0.0,
            idle: false,
        };
        shop.open_doors();
        shop.work_on(cancel)?;
        shop.close()
    }

    fn open_doors(&mut self) {
        self.room.calendar.clear();
        self.room.served.clear();
        self.window = self.horizon.window(&self.p.orders, &mut self.room.book, self.level, self.whose);
        self.tally.begin(self.window, usize::from(self.p.servers().is_some()));
        if self.p.review <= 0.0 {
            self.review();
        }
    }

    /// When order `i` arrives, if it does.
    fn arrival(&mut self, i: usize) -> Option<f64> {
        self.horizon.arrival(i, &self.p.orders, &mut self.room.book, self.level, self.whose)
    }

    /// Whether order `i`, arriving at `a`, is counted.
    pub(super) fn counted(&self, i: usize, a: f64) -> bool {
        self.horizon.counts(i, a)
    }

    /// The part of [`a`, `b`] that is counted.
    #[inline]
    pub(super) fn overlap(&self, a: f64, b: f64) -> f64 {
        overlap(self.window, a, b)
    }

    pub(super) fn in_window(&self) -> bool {
        self.window[0] <= self.now && self.now < self.window[1]
    }

    pub(super) fn position(&self) -> i64 {
        self.on_hand - self.waiting + self.on_order
    }

    fn work_on(&mut self, cancel: &Cancel) -> Result<()> {
        let (until, horizon) = (self.horizon.until(), self.horizon.end());
        let mut next = 0usize;
        let mut coming = self.arrival(0);
        let mut looks = 0;
        loop {
            let event = self.room.calendar.peek().map(|e| e.time);
            let reviews = self.p.review > 0.0;
            // Nothing more would ever happen: reviews that find the same position release nothing either.
            if coming.is_none() && event.is_none() && !(reviews && self.p.rule.wanted(self.position()) > 0) {
                break;
            }
            let (event, arrival) = (event.unwrap_or(f64::INFINITY), coming.unwrap_or(f64::INFINITY));
            // The k-th multiple, not the sum of k: the latter would drift.
            let review = if reviews { self.reviews as f64 * self.p.review } else { f64::INFINITY };
            let time = event.min(review).min(arrival);
            if time >= until || self.horizon.is_over(time, coming.is_some(), self.open) {
                break;
            }
            looks += 1;
            if looks == PATIENCE {
                looks = 0;
                cancel.check()?;
            }
            self.pass(time);
            if event <= time {
                match self.room.calendar.pop().map(|e| e.what) {
                    Some(What::Receipt(units)) => self.receive(units),
                    Some(What::Made) => self.made(),
                    None => {}
                }
            } else if review <= time {
                self.reviews += 1;
                self.review();
            } else {
                self.arrive(next, time);
                next += 1;
                coming = self.arrival(next);
            }
            self.idle |= self.p.partial && self.on_hand > 0 && self.waiting > 0;
        }
        // Nothing happens from the last event to the end.
        self.pass(if until.is_finite() { until } else { self.now.max(horizon) });
        Ok(())
    }

    /// Time goes by.
    #[inline]
    fn pass(&mut self, time: f64) {
        let dt = self.overlap(self.now, time);
        self.now = time;
        if dt <= 0.0 {
            return;
        }
        let s = &mut self.tally.sums;
        let on_order = self.on_order as f64;
        s.on_hand += self.on_hand as f64 * dt;
        s.backorders += self.waiting as f64 * dt;
        s.on_order += on_order * dt;
        s.on_order_squares += on_order * on_order * dt;
        s.ready += if self.on_hand > 0 { dt } else { 0.0 };
        s.no_backlog += if self.waiting == 0 { dt } else { 0.0 };
        self.level_area += self.in_shop as f64 * dt;
        if let Some(station) = self.tally.stations.first_mut() {
            station.busy += f64::from(self.busy) * dt;
            station.queue += self.queued as f64 * dt;
        }
    }

    /// The end: what still waits is open; money; and the books must balance.
    fn close(&mut self) -> Result<()> {
        for i in self.head..self.room.served.len() {
            let (a, size) = (self.room.book.arrival[i], self.room.book.size.at(i));
            self.tally.sums.in_shop += self.overlap(a, self.now);
            if self.counted(i, a) {
                let part = if i == self.head { self.part as f64 } else { 0.0 };
                self.open_units += size - part;
                let (tally, class) = (&mut *self.tally, self.room.book.class.at(i) as usize);
                tally.sums.open += 1.0;
                tally.histograms.censored.add(tally.section, self.now - a);
                if let Some(own) = tally.classes.get_mut(class) {
                    own.arrived += 1.0;
                }
            }
        }
        let (s, c) = (&mut self.tally.sums, &self.p.costs);
        if let (Some(station), Some(servers)) = (self.tally.stations.first(), self.p.servers()) {
            (s.queued, s.busy) = (station.queue, station.busy);
            s.offered = f64::from(servers) * s.duration;
        }
        let m = &mut s.money;
        m.holding = c.holding * s.on_hand;
        m.backorder = c.backorder * s.backorders;
        m.release = c.order * s.releases + c.unit * s.release_quantity;
        m.lost_order = c.lost_sale * s.lost_units + c.shortage * (s.units - s.filled);
        m.revenue = c.price * s.delivered_units;
        self.check()
    }

    /// What must hold (spec C1, C2, C4, C6, C7).
    fn check(&self) -> Result<()> {
        let (s, p) = (&self.tally.sums, self.p);
        let broken = |reason: String| Err(Error::Internal { reason });
        if p.opening + self.received - self.delivered != self.on_hand || self.on_hand < 0 {
            let (opening, received, delivered, left) =
                (p.opening, self.received, self.delivered, self.on_hand);
            return broken(format!(
                "{opening} + {received} received − {delivered} delivered ≠ {left} on hand"
            ));
        }
        if self.delivered + self.lost + self.waiting != self.ordered {
            let (ordered, delivered) = (self.ordered, self.delivered);
            return broken(format!(
                "{ordered} units ordered, {delivered} delivered, {} lost, {} wait",
                self.lost, self.waiting
            ));
        }
        if self.idle {
            return broken("stock on hand while units waited".to_owned());
        }
        if s.delivered + s.lost + s.open != s.arrived {
            return broken(format!(
                "{} orders came, {} + {} + {} are accounted for",
                s.arrived, s.delivered, s.lost, s.open
            ));
        }
        let accounted = s.delivered_units + s.lost_units + self.open_units;
        if accounted != s.units {
            return broken(format!("{} units were ordered, {accounted} are accounted for", s.units));
        }
        if (s.in_shop - self.level_area).abs() > 1e-9 * (1.0 + s.in_shop) {
            return broken(format!(
                "Little's law: {} order-periods by order, {} by time",
                s.in_shop, self.level_area
            ));
        }
        if s.busy > s.offered * (1.0 + 1e-9) {
            return broken(format!("production worked {} of {} server-periods", s.busy, s.offered));
        }
        Ok(())
    }
}
