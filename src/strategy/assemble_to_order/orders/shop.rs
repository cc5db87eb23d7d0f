//! Time, the end, and what must hold: one replication of one design.

use super::params::OrderedAssembly;
use super::shelf::{Coming, Drawing, ShelfSums, Stock};
use crate::engine::calendar::{Calendar, Class};
use crate::engine::lattice::Strip;
use crate::engine::work::Cancel;
use crate::error::{Error, Result};
use crate::orders::{Book, Whose};
use crate::strategy::make_to_order::horizon::{Horizon, overlap};
use crate::strategy::make_to_order::ledger::Record;
use crate::strategy::make_to_order::shop::Status;
use crate::strategy::make_to_order::tally::Tally;
use fearless_simd::Level;
use std::collections::VecDeque;

/// Events between two looks at the cancel flag.
const PATIENCE: u32 = 1 << 12;

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fate {
    /// Its product.
    pub product: u32,
    /// Units not delivered.
    pub missing: i64,
    /// Its lots: from, to.
    pub lots: [u32; 2],
    /// When all its components were there, and when assembly began; once delivered, of the lot that was finished last.
    pub ready: f64,
    pub(super) started: f64,
    /// When it was delivered, lost or given up; NaN: open.
    pub left: f64,
    /// How it ended.
    pub status: Status,
    /// All components were there when it came (all units, of a product with finished stock).
    pub at_once: bool,
    /// Units delivered the moment it came.
    pub(super) prompt: i64,
}

impl Fate {
    /// Time in front of a bench.
    fn waited(&self) -> f64 {
        let until = if self.started.is_nan() { self.left } else { self.started };
        if until.is_nan() || self.ready.is_nan() { 0.0 } else { (until - self.ready).max(0.0) }
    }

    /// As the ledger has it.
    pub fn record(&self, book: &Book, i: usize) -> Record {
        let (a, requested) = (book.arrival[i], book.requested.at(i));
        let delivered = self.status == Status::Delivered;
        let done = if delivered { self.left } else { f64::NAN };
        Record {
            order: i as i64,
            kinds: [book.class.at(i) as i64, book.variant.at(i) as i64, self.status as i64],
            values: [
                a,
                book.size.at(i),
                requested,
                a + requested,
                a,
                self.ready,
                self.ready,
                self.started,
                done,
                self.left,
                self.waited(),
                if delivered { self.left - self.started } else { 0.0 },
            ],
        }
    }
}

/// Units that are assembled together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lot {
    /// Whose; `u32::MAX`: for finished stock.
    pub(super) order: u32,
    pub(super) product: u32,
    pub(super) units: i64,
    /// Its needs: from, to.
    pub(super) needs: [u32; 2],
    /// Needs that are not met.
    pub(super) lacking: u32,
    pub(super) stage: Stage,
    pub(super) born: f64,
    /// Since when its waiting has not been blamed on anything.
    pub(super) since: f64,
    pub(super) ready: f64,
    pub(super) started: f64,
    /// The smaller, the more important.
    pub(super) rank: (u32, i32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Waiting,
    Ready,
    Bench,
    Done,
    /// Its customer has left.
    Gone,
}

/// Units of a component that a lot needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    pub(super) lot: u32,
    pub(super) component: u32,
    pub(super) units: i64,
    pub(super) got: i64,
    /// Keeps its lot waiting.
    pub(super) short: bool,
}

/// What is counted of a product in one replication; areas are over counted time.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs, reason = "the catalogue says what each of them is")]
pub struct OrderedSums {
    pub duration: f64,
    pub arrived: f64,
    pub units: f64,
    pub delivered: f64,
    pub lost: f64,
    pub lead: f64,
    pub material: f64,
    pub at_once: f64,
    pub kits: f64,
    pub kits_at_once: f64,
    /// Units and orders not delivered, units that wait for components, finished units in stock.
    pub undelivered: f64,
    pub orders_open: f64,
    pub short: f64,
    pub finished: f64,
    /// By window: orders delivered within it, and orders that could be.
    pub within: Vec<[f64; 2]>,
}

/// Finished stock of a product, and who waits for it.
#[derive(Debug, Default)]
pub(super) struct Front {
    pub(super) on_hand: i64,
    pub(super) queue: VecDeque<u32>,
    pub(super) since: f64,
}

/// What happens besides orders.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Receipt(u32, i64),
    Made(u32),
    Assembled(u32),
    Review(u32),
    Leave(u32),
}

/// Memory of an assembly, kept from replication to replication.
#[derive(Default)]
pub struct AssemblyScratch {
    /// Orders of the replication so far; begun by the caller.
    pub book: Book,
    /// What became of them, by number.
    pub fates: Vec<Fate>,
    /// By product.
    pub products: Vec<OrderedSums>,
    /// By pair: unit-periods of the product that the component is to blame for.
    pub blame: Vec<f64>,
    pub(super) stocks: Vec<Stock>,
    pub(super) lots: Vec<Lot>,
    pub(super) needs: Vec<Need>,
    /// Lots that wait for components, by rank, where units are not committed.
    pub(super) waiting: Vec<u32>,
    pub(super) bench: VecDeque<u32>,
    pub(super) fronts: Vec<Front>,
    pub(super) calendar: Calendar<What>,
    pub(super) strip: Strip,
    /// Room: what an order needs, by component.
    pub(super) wants: Vec<(usize, i64)>,
    /// Room: components whose position has changed.
    pub(super) changed: Vec<u32>,
}

impl AssemblyScratch {
    /// What was counted of a component.
    pub fn shelf(&self, j: usize) -> &ShelfSums {
        &self.stocks[j].sums
    }
}

/// One replication of one design.
pub struct OrderedShop<'a> {
    pub(super) p: &'a OrderedAssembly,
    pub(super) room: &'a mut AssemblyScratch,
    pub(super) tally: &'a mut Tally,
    pub(super) whose: Whose,
    pub(super) level: Option<Level>,
    horizon: Horizon,
    pub(super) window: [f64; 2],
    pub(super) now: f64,
    /// Busy benches.
    pub(super) busy: u32,
    /// Orders that are open, and those counted among them.
    pub(super) in_shop: usize,
    pub(super) open: usize,
    /// Events on the calendar that are not reviews.
    pub(super) pending: usize,
    level_area: f64,
    /// Units on order, of all components.
    on_order: i64,
    /// When the run ends, whatever is open then.
    until: f64,
}

impl<'a> OrderedShop<'a> {
    /// Runs one replication. The book in `room` has been begun for it; more of it is drawn as needed.
    pub fn run(
        p: &'a OrderedAssembly,
        room: &'a mut AssemblyScratch,
        tally: &'a mut Tally,
        whose: Whose,
        level: Option<Level>,
        horizon: Horizon,
        cancel: &Cancel,
    ) -> Result<()> {
        let window = [0.0; 2];
        let mut shop = Self {
            p,
            room,
            tally,
            whose,
            level,
            horizon,
            window,
            now: 0.0,
            busy: 0,
            in_shop: 0,
            open: 0,
            pending: 0,
            level_area: 0.0,
            on_order: 0,
            until: horizon.until(),
        };
        shop.open_doors();
        shop.work_on(cancel)?;
        shop.close()
    }

    fn open_doors(&mut self) {
        let (p, room) = (self.p, &mut *self.room);
        room.calendar.clear();
        for list in [&mut room.waiting, &mut room.changed] {
            list.clear();
        }
        room.fates.clear();
        room.lots.clear();
        room.needs.clear();
        room.bench.clear();
        room.stocks.resize_with(p.shelves.len(), Stock::default);
        for (stock, shelf) in room.stocks.iter_mut().zip(&p.shelves) {
            stock.open(shelf);
        }
        room.fronts.clear();
        room.fronts.extend(p.products.iter().map(|v| Front { on_hand: v.stock, ..Front::default() }));
        let within = vec![[0.0; 2]; p.windows.len()];
        room.products.clear();
        room.products.resize(p.products.len(), OrderedSums { within, ..OrderedSums::default() });

        room.blame.clear();
        room.blame.resize(p.pairs.len(), 0.0);
        self.window = self.horizon.window(&p.orders, &mut self.room.book, self.level, self.whose);
        self.tally.begin(self.window, p.stations().len());
        for j in 0..p.shelves.len() {
            if p.shelves[j].review <= 0.0 {
                self.review(j);
            } else {
                self.room.calendar.add(0.0, Class::Review, j as u32, What::Review(j as u32));
            }
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

    /// Whether an order that arrived at `a` can be followed for so long.
    pub(super) fn followed(&self, a: f64, window: f64) -> bool {
        a + window < self.until
    }

    /// The part of [`a`, `b`] that is counted.
    #[inline]
    pub(super) fn overlap(&self, a: f64, b: f64) -> f64 {
        overlap(self.window, a, b)
    }

    pub(super) fn in_window(&self) -> bool {
        self.window[0] <= self.now && self.now < self.window[1]
    }

    fn work_on(&mut self, cancel: &Cancel) -> Result<()> {
        let until = self.until;
        let horizon = self.horizon.end();
        let (mut next, mut looks) = (0usize, 0);
        let mut coming = self.arrival(0);
        loop {
            // Nothing more would ever happen: reviews that find the same positions release nothing either.
            if coming.is_none() && self.pending == 0 && !self.wants_more() {
                break;
            }
            let event = self.room.calendar.peek().map_or(f64::INFINITY, |e| e.time);
            let arrival = coming.unwrap_or(f64::INFINITY);
            let time = event.min(arrival);
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
                if let Some(event) = self.room.calendar.pop() {
                    self.happen(event.what);
                }
            } else {
                self.arrive(next, time);
                next += 1;
                coming = self.arrival(next);
            }
        }
        self.pass(if until.is_finite() { until } else { self.now.max(horizon) });
        Ok(())
    }

    fn happen(&mut self, what: What) {
        self.pending -= usize::from(!matches!(what, What::Review(_)));
        match what {
            What::Receipt(j, units) => self.receive(j as usize, units),
            What::Made(j) => self.made(j as usize),
            What::Assembled(lot) => self.assembled(lot),
            What::Leave(order) => self.leave(order as usize),
            What::Review(j) => {
                let j = j as usize;
                self.review(j);
                // The k-th multiple, not the sum of k: the latter would drift.
                self.room.stocks[j].reviews += 1;
                let time = self.room.stocks[j].reviews as f64 * self.p.shelves[j].review;
                self.room.calendar.add(time, Class::Review, j as u32, What::Review(j as u32));
            }
        }
    }

    /// Whether a review that is still to come would release something.
    fn wants_more(&self) -> bool {
        let reviewed = self.p.shelves.iter().zip(&self.room.stocks).filter(|(p, _)| p.review > 0.0);
        reviewed.into_iter().any(|(p, stock)| p.rule.wanted(stock.position()) > 0)
    }

    /// Time goes by.
    #[inline]
    fn pass(&mut self, time: f64) {
        let dt = self.overlap(self.now, time);
        self.now = time;
        if dt > 0.0 {
            self.level_area += self.in_shop as f64 * dt;
            let on_order = self.on_order as f64;
            self.tally.sums.on_order_squares += on_order * on_order * dt;
            if self.p.servers.is_some() {
                let station = &mut self.tally.stations[0];
                station.busy += f64::from(self.busy) * dt;
            }
        }
    }

    /// Puts something on the calendar.
    pub(super) fn add(&mut self, time: f64, class: Class, entity: u32, what: What) {
        self.pending += 1;
        self.room.calendar.add(time, class, entity, what);
    }

    // Components.

    /// Adds up a component's time; call before it changes.
    #[inline]
    pub(super) fn touch(&mut self, j: usize) -> &mut Stock {
        let stock = &mut self.room.stocks[j];
        stock.touch(self.now, self.window);
        stock
    }

    /// Looks at a component's position and releases what is wanted.
    pub(super) fn review(&mut self, j: usize) {
        self.supply(j, |stock, p, at, drawing, add| stock.review(p, at, drawing, add));
    }

    fn made(&mut self, j: usize) {
        self.supply(j, |stock, p, at, drawing, add| stock.made(p, at, drawing, add));
        self.offer(j);
    }

    fn receive(&mut self, j: usize, units: i64) {
        self.touch(j).receive(units);
        self.on_order -= units;
        self.offer(j);
    }

    /// Lets a component do something, and puts what comes of it on the calendar.
    fn supply(
        &mut self,
        j: usize,
        act: impl FnOnce(
            &mut Stock,
            &super::params::ShelfParams,
            (f64, bool),
            &mut Drawing<'_>,
            &mut dyn FnMut(Coming),
        ),
    ) {
        self.touch(j);
        let at = (self.now, self.in_window());
        let (whose, level) = (self.whose, self.level);
        let AssemblyScratch { stocks, strip, calendar, .. } = &mut *self.room;
        let mut count = 0;
        let mut add = |coming| {
            count += 1;
            let (time, what) = match coming {
                Coming::Receipt(time, units) => (time, What::Receipt(j as u32, units)),
                Coming::Made(time) => (time, What::Made(j as u32)),
            };
            calendar.add(time, Class::Completion, j as u32, what);
        };
        let before = stocks[j].on_order;
        act(&mut stocks[j], &self.p.shelves[j], at, &mut Drawing { whose, level, strip }, &mut add);
        self.on_order += stocks[j].on_order - before;
        self.pending += count;
    }

    // The end.

    /// What still waits is open; money; and the books must balance.
    fn close(&mut self) -> Result<()> {
        for i in 0..self.room.fates.len() {
            if self.room.fates[i].status == Status::Open {
                self.count_open(i);
            }
        }
        for lot in 0..self.room.lots.len() as u32 {
            if self.room.lots[lot as usize].stage == Stage::Ready && self.p.servers.is_some() {
                let waited = self.overlap(self.room.lots[lot as usize].ready, self.now);
                self.tally.stations[0].queue += waited;
            }
            if self.room.lots[lot as usize].stage == Stage::Waiting {
                self.blame(lot);
                let Lot { product, units, born, .. } = self.room.lots[lot as usize];
                let short = units as f64 * self.overlap(born, self.now);
                self.room.products[product as usize].short += short;
            }
        }
        for v in 0..self.p.products.len() {
            self.count_front(v);
        }
        let duration = self.window[1] - self.window[0];
        for j in 0..self.p.shelves.len() {
            self.touch(j).sums.duration = duration;
        }
        self.room.products.iter_mut().for_each(|own| own.duration = duration);
        self.total();
        self.check()
    }

    /// What belongs to time rather than to orders, in all; and money.
    fn total(&mut self) {
        let (p, s) = (self.p, &mut self.tally.sums);
        let mut stations = self.tally.stations.iter_mut();
        if let Some(servers) = p.servers
            && let Some(bench) = stations.next()
        {
            s.busy += bench.busy;
            s.queued += bench.queue;
            s.offered += f64::from(servers) * s.duration;
        }
        for (shelf, stock) in p.shelves.iter().zip(&self.room.stocks) {
            let own = &stock.sums;
            s.on_hand += own.free;
            s.backorders += own.needed;
            s.on_order += own.on_order;
            s.releases += own.releases;
            s.release_quantity += own.release_quantity;
            let c = &shelf.costs;
            s.money.holding += c.holding * (own.free + own.reserved + own.in_assembly);
            s.money.release += c.order * own.releases + c.unit * own.release_quantity;
            s.wip_value += c.unit * (own.free + own.reserved + own.in_assembly);
            if let crate::strategy::make_to_stock::orders_params::Supply::Production { servers, .. } =
                shelf.supply
                && let Some(station) = stations.next()
            {
                (station.busy, station.queue, station.visits) = (own.busy, own.queue, own.made);
                s.busy += own.busy;
                s.offered += f64::from(servers) * s.duration;
            }
        }
        for (product, own) in p.products.iter().zip(&self.room.products) {
            s.money.backorder += product.costs.backorder * own.undelivered;
            for (j, units) in &product.uses {
                let (c, parts) = (&p.shelves[*j].costs, *units as f64 * own.finished);
                s.money.holding += c.holding * parts;
                s.wip_value += c.unit * parts;
            }
        }
    }

    /// What must hold (spec C1, C2, C4, C6).
    fn check(&self) -> Result<()> {
        let broken = |reason: String| Err(Error::Internal { reason });
        for (shelf, stock) in self.p.shelves.iter().zip(&self.room.stocks) {
            let Stock { free, reserved, in_assembly, received, used, .. } = *stock;
            if shelf.opening + received != free + reserved + in_assembly + used || free < 0 || reserved < 0 {
                let opening = shelf.opening;
                return broken(format!(
                    "component {:?}: {opening} + {received} received ≠ {free} free + {reserved} reserved + {in_assembly} \
                     in assembly + {used} used",
                    shelf.name
                ));
            }
        }
        let mut needed = vec![0; self.p.shelves.len()];
        let mut reserved = vec![0; self.p.shelves.len()];
        for lot in self.room.lots.iter().filter(|l| l.stage == Stage::Waiting) {
            for need in &self.room.needs[lot.needs[0] as usize..lot.needs[1] as usize] {
                needed[need.component as usize] += need.units - need.got;
                reserved[need.component as usize] += need.got;
            }
        }
        for (j, stock) in self.room.stocks.iter().enumerate() {
            if (needed[j], reserved[j]) != (stock.needed, stock.reserved) {
                return broken(format!(
                    "component {:?}: {} needed and {} reserved by lots, {} and {} in the books",
                    self.p.shelves[j].name, needed[j], reserved[j], stock.needed, stock.reserved
                ));
            }
        }
        let s = &self.tally.sums;
        let ended = s.delivered + s.rejected + s.reneged + s.open;
        if ended != s.arrived {
            return broken(format!("{} orders came, {ended} are accounted for", s.arrived));
        }
        if (s.in_shop - self.level_area).abs() > 1e-9 * (1.0 + s.in_shop) {
            return broken(format!(
                "Little's law: {} order-periods by order, {} by time",
                s.in_shop, self.level_area
            ));
        }
        if s.busy > s.offered * (1.0 + 1e-9) {
            return broken(format!("stations worked {} of {} server-periods", s.busy, s.offered));
        }
        Ok(())
    }
}
