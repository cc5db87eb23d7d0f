//! Orders come, get components, are assembled, leave.

use super::shop::{Fate, Lot, Need, OrderedShop, Stage, What};
use crate::config::Commitment;
use crate::engine::calendar::Class;
use crate::engine::lattice::Source;
use crate::random::{SUB_SHIFT, Stream};
use crate::strategy::make_to_order::shop::Status;

/// No order: the lot is for finished stock.
const STOCK: u32 = u32::MAX;

impl OrderedShop<'_> {
    // Orders.

    pub(super) fn arrive(&mut self, i: usize, a: f64) {
        let (v, size) = (self.room.book.variant.at(i) as usize, self.room.book.size.at(i) as i64);
        let counted = self.counted(i, a);
        let lots = if self.p.partial { size } else { 1 };
        let dearer = self.choose(i, v, size / lots, lots);
        let there = self.all_there(v, lots);
        self.count_needs(v, lots, counted);
        let from = self.room.lots.len() as u32;
        let mut fate = Fate {
            product: v as u32,
            missing: size,
            lots: [from, from],
            ready: f64::NAN,
            started: f64::NAN,
            left: f64::NAN,
            status: Status::Open,
            at_once: there,
            prompt: 0,
        };
        if self.p.lost && !there {
            (fate.status, fate.left) = (Status::Rejected, a);
            self.room.fates.push(fate);
            self.count_left(i, counted);
            return;
        }
        self.in_shop += 1;
        self.open += usize::from(counted);
        if counted {
            self.tally.sums.money.customisation += dearer;
        }
        let stocked = self.p.products[v].stock > 0;
        if stocked {
            self.room.fates.push(fate);
            self.take_finished(i, v, size);
            self.new_lot(STOCK, (i, v), size);
        } else {
            fate.lots = [from, from + lots as u32];
            self.room.fates.push(fate);
            for _ in 0..lots {
                self.new_lot(i as u32, (i, v), size / lots);
            }
            let patience = self.room.book.patience.at(i);
            if patience < f64::MAX && self.room.fates[i].status == Status::Open {
                self.add(a + patience, Class::Leave, i as u32, What::Leave(i as u32));
            }
        }
        self.review_changed();
    }

    /// What a lot of so many units needs, into `wants`. Components that are short for all lots of the order give way to what
    /// can stand in for them; returns what that costs more.
    fn choose(&mut self, i: usize, v: usize, units: i64, lots: i64) -> f64 {
        let mut dearer = 0.0;
        let (p, product) = (self.p, &self.p.products[v]);
        let wants = &mut self.room.wants;
        wants.clear();
        wants.extend(product.uses.iter().map(|(j, n)| (*j, n * units)));
        let source = Source { key: self.whose.key, stream: Stream::Option, entity: self.whose.entity };
        let line = source.line(self.whose.replication);
        for (g, (sampler, choices)) in product.groups.iter().enumerate() {
            let choice = sampler.at(line.bits((g as u64) << SUB_SHIFT | i as u64)) as usize;
            for (j, n) in &choices[choice] {
                match wants.iter_mut().find(|w| w.0 == *j) {
                    Some(want) => want.1 += n * units,
                    None => wants.push((*j, n * units)),
                }
            }
        }
        for k in 0..wants.len() {
            let (j, needs) = wants[k];
            let other = |s: usize| wants.iter().filter(|w| w.0 == s).map(|w| w.1).sum::<i64>();
            let free = |s: usize| self.room.stocks[s].free - spared(p, v, s);
            if free(j) >= needs * lots {
                continue;
            }
            let enough = |s: usize| free(s) >= (other(s) + needs) * lots;
            let instead = p.shelves[j].substitutes.iter().find(|(s, _)| enough(*s));
            if let Some(&(s, cost)) = instead {
                dearer += cost * (needs * lots) as f64;
                wants[k].1 = 0;
                match wants.iter_mut().find(|w| w.0 == s) {
                    Some(want) => want.1 += needs,
                    None => wants[k] = (s, needs),
                }
            }
        }
        wants.retain(|w| w.1 > 0);
        wants.sort_unstable();
        dearer
    }

    /// Whether so many lots find everything they want.
    fn all_there(&self, v: usize, lots: i64) -> bool {
        let room = &self.room;
        room.wants.iter().all(|&(j, n)| room.stocks[j].free - spared(self.p, v, j) >= n * lots)
    }

    fn count_needs(&mut self, v: usize, lots: i64, counted: bool) {
        if !counted {
            return;
        }
        for k in 0..self.room.wants.len() {
            let (j, n) = (self.room.wants[k].0, self.room.wants[k].1 * lots);
            let stock = &mut self.room.stocks[j];
            let free = stock.free - spared(self.p, v, j);
            stock.sums.units += n as f64;
            stock.sums.units_at_once += free.clamp(0, n) as f64;
            stock.sums.orders += 1.0;
            stock.sums.orders_at_once += f64::from(u8::from(free >= n));
        }
    }

    /// A lot of product `v`, which order `i` has set off: its own, or one for stock.
    fn new_lot(&mut self, order: u32, (i, v): (usize, usize), units: i64) {
        let number = self.room.lots.len() as u32;
        let from = self.room.needs.len() as u32;
        let now = self.now;
        for k in 0..self.room.wants.len() {
            let (j, n) = self.room.wants[k];
            self.touch(j).needed += n;
            let need = Need { lot: number, component: j as u32, units: n, got: 0, short: true };
            self.room.needs.push(need);
            self.room.changed.push(j as u32);
        }
        let to = self.room.needs.len() as u32;
        let class = self.room.book.class.at(i) as usize;
        let rank = (self.p.products[v].priority, self.p.orders.priorities.get(class).copied().unwrap_or(0));
        self.room.lots.push(Lot {
            rank,
            order,
            product: v as u32,
            units,
            needs: [from, to],
            lacking: to - from,
            stage: Stage::Waiting,
            born: now,
            since: now,
            ready: f64::NAN,
            started: f64::NAN,
        });
        if self.in_window() {
            self.room.products[v].kits += units as f64;
        }
        match self.p.rule {
            Commitment::FcfsCommit | Commitment::Priority => {
                let behind = |shop: &Self, need: u32| {
                    shop.room.lots[shop.room.needs[need as usize].lot as usize].rank <= rank
                };
                for need in from..to {
                    let j = self.room.needs[need as usize].component as usize;
                    let mut at = self.room.stocks[j].queue.len();
                    if self.p.rule == Commitment::Priority {
                        at = self.room.stocks[j].queue.partition_point(|n| behind(self, *n));
                    }
                    self.room.stocks[j].queue.insert(at, need);
                }
                for need in from..to {
                    self.commit(self.room.needs[need as usize].component as usize);
                }
                if from == to {
                    self.ready(number);
                }
            }
            _ => {
                self.room.waiting.push(number);
                self.serve();
            }
        }
        let lot = &self.room.lots[number as usize];
        if lot.stage != Stage::Waiting && self.in_window() {
            self.room.products[v].kits_at_once += units as f64;
        }
    }

    // Who gets what.

    /// A component has free units: they are offered.
    pub(super) fn offer(&mut self, j: usize) {
        match self.p.rule {
            Commitment::FcfsCommit | Commitment::Priority => self.commit(j),
            _ => self.serve(),
        }
    }

    /// Gives a component to one need after the other.
    fn commit(&mut self, j: usize) {
        self.touch(j);
        loop {
            let stock = &mut self.room.stocks[j];
            let Some(&number) = stock.queue.front() else { return };
            let need = &mut self.room.needs[number as usize];
            let lot = need.lot;
            if self.room.lots[lot as usize].stage == Stage::Gone {
                stock.queue.pop_front();
                continue;
            }
            let units = stock.free.min(need.units - need.got);
            if units == 0 && need.got < need.units {
                return;
            }
            need.got += units;
            stock.free -= units;
            stock.reserved += units;
            stock.needed -= units;
            if need.got == need.units {
                stock.queue.pop_front();
                self.blame(lot);
                self.room.needs[number as usize].short = false;
                let lot_now = &mut self.room.lots[lot as usize];
                lot_now.lacking -= 1;
                if lot_now.lacking == 0 {
                    self.ready(lot);
                }
            }
        }
    }

    /// Gives lots all they need, or nothing, one after the other.
    fn serve(&mut self) {
        for k in 0..self.room.waiting.len() {
            self.blame(self.room.waiting[k]);
        }
        let mut kept = 0;
        for k in 0..self.room.waiting.len() {
            let number = self.room.waiting[k];
            if !self.take_all(number) {
                self.room.waiting[kept] = number;
                kept += 1;
            }
        }
        self.room.waiting.truncate(kept);
        for k in 0..kept {
            let lot = self.room.lots[self.room.waiting[k] as usize];
            for n in lot.needs[0]..lot.needs[1] {
                let need = self.room.needs[n as usize];
                let j = need.component as usize;
                let left = self.room.stocks[j].free - spared(self.p, lot.product as usize, j);
                self.room.needs[n as usize].short = left < need.units;
            }
        }
    }

    fn take_all(&mut self, number: u32) -> bool {
        let lot = self.room.lots[number as usize];
        if lot.stage == Stage::Gone {
            return true;
        }
        let needs = lot.needs[0] as usize..lot.needs[1] as usize;
        let room = &self.room;
        let fits = room.needs[needs.clone()].iter().all(|need| {
            let j = need.component as usize;
            room.stocks[j].free - spared(self.p, lot.product as usize, j) >= need.units
        });
        if fits {
            for n in needs {
                let need = &mut self.room.needs[n];
                (need.got, need.short) = (need.units, false);
                let (j, units) = (need.component as usize, need.units);
                let stock = self.touch(j);
                stock.free -= units;
                stock.reserved += units;
                stock.needed -= units;
            }
            self.ready(number);
        }
        fits
    }

    /// Shares the time since the last change among the components that a lot lacks.
    pub(super) fn blame(&mut self, number: u32) {
        let lot = &mut self.room.lots[number as usize];
        if lot.stage != Stage::Waiting {
            return;
        }
        let (since, units) = (lot.since, lot.units);
        lot.since = self.now;
        let (product, [from, to]) = (lot.product as usize, lot.needs);
        let dt = self.overlap(since, self.now);
        if dt <= 0.0 {
            return;
        }
        let needs = &self.room.needs[from as usize..to as usize];
        let guilty = needs.iter().filter(|need| need.short).count();
        for need in needs.iter().filter(|need| need.short) {
            let pair = self.p.products[product].pair[need.component as usize];
            self.room.blame[pair as usize] += units as f64 * dt / guilty as f64;
        }
    }

    // Benches.

    /// A lot has all its components.
    fn ready(&mut self, number: u32) {
        let now = self.now;
        let lot = &mut self.room.lots[number as usize];
        (lot.stage, lot.ready) = (Stage::Ready, now);
        let Lot { order, product, units, born, needs: [from, to], .. } = *lot;
        for n in from..to {
            let need = self.room.needs[n as usize];
            let stock = self.touch(need.component as usize);
            stock.reserved -= need.units;
            stock.in_assembly += need.units;
        }
        let short = units as f64 * self.overlap(born, now);
        self.room.products[product as usize].short += short;
        if order != STOCK {
            let [from, to] = self.room.fates[order as usize].lots;
            let waits = |n: u32| self.room.lots.get(n as usize).is_none_or(|l| l.stage == Stage::Waiting);
            if !(from..to).any(waits) {
                self.room.fates[order as usize].ready = now;
            }
        }
        match self.p.servers {
            None => self.start(number),
            Some(_) => {
                self.room.bench.push_back(number);
                self.start_some();
            }
        }
    }

    fn start_some(&mut self) {
        while self.busy < self.p.servers.unwrap_or(0)
            && let Some(number) = self.room.bench.pop_front()
        {
            if self.room.lots[number as usize].stage == Stage::Ready {
                self.busy += 1;
                self.start(number);
            }
        }
    }

    fn start(&mut self, number: u32) {
        let now = self.now;
        let lot = &mut self.room.lots[number as usize];
        (lot.stage, lot.started) = (Stage::Bench, now);
        let Lot { order, ready, .. } = *lot;
        if order != STOCK && self.room.fates[order as usize].started.is_nan() {
            self.room.fates[order as usize].started = now;
        }
        if self.p.servers.is_some() {
            let waited = self.overlap(ready, now);
            self.tally.stations[0].queue += waited;
        }
        let time = match self.p.time.fixed {
            Some(time) => time,
            None => {
                // By the number of the order, and of its lot; lots for stock by their own.
                let index = match order {
                    STOCK => u64::from(number),
                    _ => {
                        let first = self.room.fates[order as usize].lots[0];
                        u64::from(number - first) << SUB_SHIFT | u64::from(order)
                    }
                };
                let source = Source { key: self.whose.key, stream: Stream::Processing, entity: self.p.key };
                self.p.time.at(source.line(self.whose.replication), index)
            }
        };
        if time <= 0.0 && self.p.servers.is_none() {
            self.finish(number);
        } else {
            let entity = self.p.shelves.len() as u32;
            self.add(now + time, Class::Completion, entity, What::Assembled(number));
        }
    }

    pub(super) fn assembled(&mut self, number: u32) {
        if self.p.servers.is_some() {
            self.busy -= 1;
            self.tally.stations[0].visits += f64::from(u8::from(self.in_window()));
        }
        self.finish(number);
        self.start_some();
    }

    /// A lot is done.
    fn finish(&mut self, number: u32) {
        let lot = &mut self.room.lots[number as usize];
        lot.stage = Stage::Done;
        let Lot { order, product, units, ready, started, needs: [from, to], .. } = *lot;
        for n in from..to {
            let need = self.room.needs[n as usize];
            let stock = self.touch(need.component as usize);
            stock.in_assembly -= need.units;
            stock.used += need.units;
        }
        if order == STOCK {
            return self.restock(product as usize, units);
        }
        let i = order as usize;
        let fate = &mut self.room.fates[i];
        fate.missing -= units;
        let complete = fate.missing == 0;
        if complete {
            (fate.ready, fate.started) = (ready, started);
            (fate.status, fate.left) = (Status::Delivered, self.now);
        }
        let a = self.room.book.arrival[i];
        let counted = self.counted(i, a);
        self.room.fates[i].prompt += if self.now <= a { units } else { 0 };
        self.hand_over(product as usize, units, a, counted);
        if complete {
            self.gone(i, counted);
        }
    }

    /// Units reach a customer whose order came at `a`.
    fn hand_over(&mut self, v: usize, units: i64, a: f64, counted: bool) {
        let late = units as f64 * self.overlap(a, self.now);
        self.room.products[v].undelivered += late;
        if counted {
            let (units, wait) = (units as f64, self.now - a);
            let costs = &self.p.products[v].costs;
            let s = &mut self.tally.sums;
            s.delivered_units += units;
            s.unit_wait += units * wait;
            s.filled += if wait <= 0.0 { units } else { 0.0 };
            s.money.processing += costs.assembly * units;
            s.money.revenue += costs.price * units;
        }
    }

    /// An order is no longer in the shop.
    fn gone(&mut self, i: usize, counted: bool) {
        self.in_shop -= 1;
        self.open -= usize::from(counted);
        self.count_left(i, counted);
    }

    // Customers who leave.

    pub(super) fn leave(&mut self, i: usize) {
        let fate = self.room.fates[i];
        let lots = fate.lots[0]..fate.lots[1];
        let begun = |n: u32| matches!(self.room.lots[n as usize].stage, Stage::Bench | Stage::Done);
        if fate.status != Status::Open || lots.clone().any(begun) {
            return;
        }
        let mut freed = Vec::new();
        for number in lots {
            let stage = self.room.lots[number as usize].stage;
            if stage == Stage::Waiting {
                self.blame(number);
                let Lot { product, units, born, .. } = self.room.lots[number as usize];
                let short = units as f64 * self.overlap(born, self.now);
                self.room.products[product as usize].short += short;
            }
            if stage == Stage::Ready && self.p.servers.is_some() {
                let waited = self.overlap(self.room.lots[number as usize].ready, self.now);
                self.tally.stations[0].queue += waited;
            }
            let lot = &mut self.room.lots[number as usize];
            lot.stage = Stage::Gone;
            for n in lot.needs[0]..lot.needs[1] {
                let Need { component, units, got, .. } = self.room.needs[n as usize];
                let stock = self.touch(component as usize);
                stock.free += got;
                stock.needed -= units - got;
                if stage == Stage::Waiting {
                    stock.reserved -= got;
                } else {
                    stock.in_assembly -= got;
                }
                if got > 0 {
                    freed.push(component as usize);
                }
            }
        }
        let (a, v) = (self.room.book.arrival[i], fate.product as usize);
        let late = fate.missing as f64 * self.overlap(a, self.now);
        self.room.products[v].undelivered += late;
        let counted = self.counted(i, a);
        let fate = &mut self.room.fates[i];
        (fate.status, fate.left) = (Status::Reneged, self.now);
        self.gone(i, counted);
        freed.sort_unstable();
        freed.dedup();
        for j in freed {
            self.offer(j);
        }
    }

    // Finished stock.

    /// An order takes what is there, or waits.
    fn take_finished(&mut self, i: usize, v: usize, size: i64) {
        self.count_front(v);
        let front = &mut self.room.fronts[v];
        front.queue.push_back(i as u32);
        self.room.fates[i].at_once = front.queue.len() == 1 && front.on_hand >= size;
        self.serve_front(v);
    }

    fn restock(&mut self, v: usize, units: i64) {
        self.count_front(v);
        self.room.fronts[v].on_hand += units;
        self.serve_front(v);
    }

    fn serve_front(&mut self, v: usize) {
        while let Some(&i) = self.room.fronts[v].queue.front() {
            let i = i as usize;
            let (a, size) = (self.room.book.arrival[i], self.room.book.size.at(i) as i64);
            if self.room.fronts[v].on_hand < size {
                return;
            }
            self.room.fronts[v].on_hand -= size;
            self.room.fronts[v].queue.pop_front();
            let fate = &mut self.room.fates[i];
            fate.missing = 0;
            (fate.ready, fate.started) = (self.now, self.now);
            (fate.status, fate.left) = (Status::Delivered, self.now);
            fate.prompt = if self.now <= a { size } else { 0 };
            let counted = self.counted(i, a);
            self.hand_over(v, size, a, counted);
            self.gone(i, counted);
        }
    }

    /// Adds up the time of finished stock; call before it changes.
    pub(super) fn count_front(&mut self, v: usize) {
        let since = std::mem::replace(&mut self.room.fronts[v].since, self.now);
        let area = self.room.fronts[v].on_hand as f64 * self.overlap(since, self.now);
        self.room.products[v].finished += area;
    }

    fn review_changed(&mut self) {
        let mut changed = std::mem::take(&mut self.room.changed);
        changed.sort_unstable();
        changed.dedup();
        for j in changed.drain(..) {
            if self.p.shelves[j as usize].review <= 0.0 {
                self.review(j as usize);
            }
        }
        self.room.changed = changed;
    }
}

/// What a product must leave of a component.
fn spared(p: &super::params::OrderedAssembly, product: usize, component: usize) -> i64 {
    match p.rule {
        Commitment::ReserveCritical if !p.products[product].critical => p.shelves[component].reserve,
        _ => 0,
    }
}
