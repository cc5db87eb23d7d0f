//! Make to stock where the unit is the order: one stock in continuous time, event by event (spec §4.1, continuous).
//!
//! ```text
//!            release q: lead time L, or a job per unit at the servers             orders, one by one
//!   position ────────────────────────────────────────────────────────► stock ────────────────────────► delivered
//!   on hand + on order − waiting,                                        │  short: waits, first come first served,
//!   when it changes or at 0, R, 2R, …                                    └─        or is lost
//! ```
//!
//! At one instant: receipts and finished units with the orders they serve, then the review, then orders (spec F4). A release is
//! made when everything of its event has happened; what takes no time is received at the same instant. An order is served
//! *at once* if it has its units at the time of its arrival.
//!
//! ```text
//! net stock = on hand − waiting      position = net stock + on order
//! continuous base stock S, unit orders, lead time L: position = S, on order = orders of the last L, net stock = S − that
//! production: net stock = S − N, N the number in a queue that all orders join; order i waits for the unit of order i − S
//! ```
//!
//! Units are whole numbers and are counted exactly. Orders that wait are always consecutive, because nobody overtakes: the first of
//! them, and what it has got so far, are all there is to know.
//!
//! Orders are counted as in a shop that makes to order (docs/background/make-to-order.md, "Counting"): by cohort, followed to
//! their end; stock by time, over the window.
//!
//! Sources: Hadley & Whitin (1963); Zipkin (2000) ch. 6, 7; Buzacott & Shanthikumar (1993) ch. 4.

use super::orders_params::{StockParams, Supply};
use crate::engine::calendar::{Calendar, Class};
use crate::engine::lattice::{STRIP, Source, Strip};
use crate::engine::work::Cancel;
use crate::error::{Error, Result};
use crate::orders::{Book, Whose};
use crate::random::Stream;
use crate::strategy::make_to_order::shop::{Horizon, Status};
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

/// What happens besides orders and reviews.
#[derive(Debug, Clone, Copy)]
enum What {
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
    calendar: Calendar<What>,
    strip: Strip,
    /// Times drawn ahead.
    ahead: [f64; STRIP],
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
    p: &'a StockParams,
    room: &'a mut StockScratch,
    tally: &'a mut Tally,
    whose: Whose,
    level: Option<Level>,
    horizon: Horizon,
    /// Counted time.
    window: [f64; 2],
    now: f64,
    // Units now.
    on_hand: i64,
    waiting: i64,
    on_order: i64,
    /// In front of the servers, of those on order.
    queued: i64,
    busy: u32,
    // Units so far, of all orders.
    ordered: i64,
    received: i64,
    delivered: i64,
    lost: i64,
    /// The first order that waits (the next to come, if none does), and its units delivered so far.
    head: usize,
    part: i64,
    /// Counted orders that wait, and those that wait at all.
    open: usize,
    in_shop: usize,
    /// Reviews so far, where there are any; times drawn; the last receipt on its way.
    reviews: u64,
    drawn: u64,
    latest: f64,
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
        self.window = match self.horizon {
            Horizon::Periods { warm_up, periods, .. } => [warm_up, periods],
            Horizon::Orders { warm_up, orders } => {
                let more = |shop: &mut Self| shop.p.orders.extend(&mut shop.room.book, shop.level, shop.whose);
                while self.room.book.len() < orders && more(self) {}
                let arrival = &self.room.book.arrival;
                let at = |i: usize| arrival.get(i).copied().unwrap_or(0.0);
                [if warm_up == 0 { 0.0 } else { at(warm_up) }, at(orders.min(arrival.len()).saturating_sub(1))]
            }
        };
        self.tally.begin(self.window, usize::from(self.p.servers().is_some()));
        if self.p.review <= 0.0 {
            self.review();
        }
    }

    /// When order `i` arrives, if it does.
    fn arrival(&mut self, i: usize) -> Option<f64> {
        if let Horizon::Orders { orders, .. } = self.horizon
            && i >= orders
        {
            return None;
        }
        while self.room.book.len() <= i {
            if !self.p.orders.extend(&mut self.room.book, self.level, self.whose) {
                return None;
            }
        }
        Some(self.room.book.arrival[i])
    }

    /// Whether order `i`, arriving at `a`, is counted.
    fn counted(&self, i: usize, a: f64) -> bool {
        match self.horizon {
            Horizon::Orders { warm_up, .. } => i >= warm_up,
            Horizon::Periods { warm_up, periods, .. } => a >= warm_up && a < periods,
        }
    }

    /// The part of [`a`, `b`] that is counted.
    #[inline]
    fn overlap(&self, a: f64, b: f64) -> f64 {
        (b.min(self.window[1]) - a.max(self.window[0])).max(0.0)
    }

    fn in_window(&self) -> bool {
        self.window[0] <= self.now && self.now < self.window[1]
    }

    fn position(&self) -> i64 {
        self.on_hand - self.waiting + self.on_order
    }

    fn work_on(&mut self, cancel: &Cancel) -> Result<()> {
        let (until, horizon) = match self.horizon {
            Horizon::Periods { periods, drain, .. } => (periods + drain, periods),
            Horizon::Orders { .. } => (f64::INFINITY, 0.0),
        };
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
            let done = match self.horizon {
                Horizon::Periods { .. } => time >= horizon && self.open == 0,
                Horizon::Orders { .. } => coming.is_none() && self.open == 0,
            };
            if time >= until || done {
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

    // Orders.

    fn arrive(&mut self, i: usize, a: f64) {
        let size = self.room.book.size.at(i) as i64;
        let free = if self.waiting == 0 { self.on_hand } else { 0 };
        let at_once = self.given(free, size);
        let short = size - at_once;
        self.ordered += size;
        let mut served = Served { filled: at_once as f64, lost: 0.0, left: a, status: Status::Delivered };
        if short == 0 {
            self.head = i + 1;
        } else if self.p.backorders {
            (served.left, served.status) = (f64::NAN, Status::Open);
            if self.waiting == 0 {
                (self.head, self.part) = (i, at_once);
            }
            self.waiting += short;
            self.in_shop += 1;
        } else {
            self.head = i + 1;
            served.lost = short as f64;
            self.lost += short;
            if at_once == 0 {
                served.status = Status::Rejected;
            }
        }
        self.room.served.push(served);
        let counted = self.counted(i, a);
        if counted {
            let s = &mut self.tally.sums;
            s.arrived += 1.0;
            s.units += size as f64;
            s.lost_units += served.lost;
            self.open += usize::from(served.status == Status::Open);
        }
        self.hand_over(at_once, a, counted);
        self.left(i, a, counted);
        if self.p.review <= 0.0 {
            self.review();
        }
    }

    /// Units that an order which still wants so many gets out of these.
    #[inline]
    fn given(&self, free: i64, wants: i64) -> i64 {
        if free >= wants {
            wants
        } else if self.p.partial {
            free
        } else {
            0
        }
    }

    /// Gives units to an order that arrived at `a`.
    fn hand_over(&mut self, units: i64, a: f64, counted: bool) {
        self.on_hand -= units;
        self.delivered += units;
        if counted {
            let (s, units, wait) = (&mut self.tally.sums, units as f64, self.now - a);
            s.delivered_units += units;
            s.unit_wait += units * wait;
            s.filled += if wait <= 0.0 { units } else { 0.0 };
        }
    }

    /// Serves those who wait, in order of arrival.
    fn serve(&mut self) {
        while self.waiting > 0 && self.on_hand > 0 {
            let i = self.head;
            let (a, size) = (self.room.book.arrival[i], self.room.book.size.at(i) as i64);
            let counted = self.counted(i, a);
            let units = self.given(self.on_hand, size - self.part);
            if units == 0 {
                return;
            }
            self.waiting -= units;
            self.part += units;
            self.hand_over(units, a, counted);
            let served = &mut self.room.served[i];
            served.filled += if self.now <= a { units as f64 } else { 0.0 };
            if self.part == size {
                (served.left, served.status) = (self.now, Status::Delivered);
                (self.head, self.part) = (i + 1, 0);
                self.in_shop -= 1;
                self.open -= usize::from(counted);
                self.left(i, a, counted);
            }
        }
    }

    /// Counts an order that came to its end, if it did.
    fn left(&mut self, i: usize, a: f64, counted: bool) {
        let served = self.room.served[i];
        if served.status == Status::Open {
            return;
        }
        let delivered = served.status == Status::Delivered;
        self.tally.sums.in_shop += self.overlap(a, self.now);
        self.tally.sums.completions += f64::from(u8::from(delivered && self.in_window()));
        if !counted {
            return;
        }
        let (wait, class) = (self.now - a, self.room.book.class.at(i) as usize);
        let tally = &mut *self.tally;
        let section = tally.section;
        let s = &mut tally.sums;
        if delivered {
            s.delivered += 1.0;
            s.lead += wait;
            s.lead_squares += wait * wait;
            s.waiting += wait;
            s.waiting_squares += wait * wait;
            s.no_wait += f64::from(u8::from(wait <= 0.0));
            s.filled_orders += f64::from(u8::from(wait <= 0.0 && served.lost <= 0.0));
            tally.histograms.lead.add(section, wait);
            tally.histograms.waiting.add(section, wait);
        } else {
            s.lost += 1.0;
            tally.histograms.gone.add(section, wait);
        }
        if let Some(own) = tally.classes.get_mut(class) {
            own.arrived += 1.0;
            if delivered {
                own.delivered += 1.0;
                own.lead += wait;
                own.waiting += wait;
            } else {
                own.lost += 1.0;
            }
        }
    }

    // Replenishment.

    /// Looks at the position and releases what is wanted.
    fn review(&mut self) {
        let units = self.p.rule.wanted(self.position());
        if units <= 0 {
            return;
        }
        self.on_order += units;
        if self.in_window() {
            self.tally.sums.releases += 1.0;
            self.tally.sums.release_quantity += units as f64;
        }
        match self.p.supply {
            Supply::Lead { fifo, .. } => {
                let mut time = self.now + self.draw();
                if fifo {
                    time = time.max(self.latest);
                    self.latest = time;
                }
                self.room.calendar.add(time, Class::Completion, 0, What::Receipt(units));
            }
            Supply::Production { .. } => {
                self.queued += units;
                self.start_some();
            }
        }
    }

    /// Gives free servers work. Servers and units are alike: which server it is does not matter.
    fn start_some(&mut self) {
        let servers = self.p.servers().unwrap_or(0);
        while self.queued > 0 && self.busy < servers {
            self.queued -= 1;
            self.busy += 1;
            let time = self.now + self.draw();
            self.room.calendar.add(time, Class::Completion, 0, What::Made);
        }
    }

    /// The time of the next release, or of the next unit: both are asked for in the order of their numbers.
    fn draw(&mut self) -> f64 {
        let (law, stream, entity) = match &self.p.supply {
            Supply::Lead { time, .. } => (time, Stream::LeadTime, self.p.key),
            Supply::Production { time, key, .. } => (time, Stream::Processing, *key),
        };
        if let Some(time) = law.fixed {
            return time;
        }
        let at = self.drawn as usize % STRIP;
        if at == 0 {
            let source = Source { key: self.whose.key, stream, entity };
            self.room.strip.read(self.level, source, self.whose.replication, 0, self.drawn);
            self.room.strip.law(self.level, &law.law, &mut self.room.ahead);
        }
        self.drawn += 1;
        self.room.ahead[at]
    }

    fn made(&mut self) {
        self.busy -= 1;
        self.tally.stations[0].visits += f64::from(u8::from(self.in_window()));
        self.receive(1);
        self.start_some();
    }

    fn receive(&mut self, units: i64) {
        if self.in_window() {
            self.tally.sums.cycles += 1.0;
            self.tally.sums.safe_cycles += f64::from(u8::from(self.on_hand >= self.waiting));
        }
        self.on_order -= units;
        self.received += units;
        self.on_hand += units;
        self.serve();
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
            let (opening, received, delivered, left) = (p.opening, self.received, self.delivered, self.on_hand);
            return broken(format!("{opening} + {received} received − {delivered} delivered ≠ {left} on hand"));
        }
        if self.delivered + self.lost + self.waiting != self.ordered {
            let (ordered, delivered) = (self.ordered, self.delivered);
            return broken(format!("{ordered} units ordered, {delivered} delivered, {} lost, {} wait", self.lost, self.waiting));
        }
        if self.idle {
            return broken("stock on hand while units waited".to_owned());
        }
        if s.delivered + s.lost + s.open != s.arrived {
            return broken(format!("{} orders came, {} + {} + {} are accounted for", s.arrived, s.delivered, s.lost, s.open));
        }
        let accounted = s.delivered_units + s.lost_units + self.open_units;
        if accounted != s.units {
            return broken(format!("{} units were ordered, {accounted} are accounted for", s.units));
        }
        if (s.in_shop - self.level_area).abs() > 1e-9 * (1.0 + s.in_shop) {
            return broken(format!("Little's law: {} order-periods by order, {} by time", s.in_shop, self.level_area));
        }
        if s.busy > s.offered * (1.0 + 1e-9) {
            return broken(format!("production worked {} of {} server-periods", s.busy, s.offered));
        }
        Ok(())
    }
}
