//! What happens to a stock that serves orders: an order comes, units are released, made, received.

use super::orders::{Served, StockShop, What};
use super::orders_params::Supply;
use crate::engine::calendar::Class;
use crate::engine::lattice::{STRIP, Source};
use crate::random::Stream;
use crate::strategy::make_to_order::shop::Status;

impl StockShop<'_> {
    // Orders.

    pub(super) fn arrive(&mut self, i: usize, a: f64) {
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
    pub(super) fn review(&mut self) {
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

    pub(super) fn made(&mut self) {
        self.busy -= 1;
        self.tally.stations[0].visits += f64::from(u8::from(self.in_window()));
        self.receive(1);
        self.start_some();
    }

    pub(super) fn receive(&mut self, units: i64) {
        if self.in_window() {
            self.tally.sums.cycles += 1.0;
            self.tally.sums.safe_cycles += f64::from(u8::from(self.on_hand >= self.waiting));
        }
        self.on_order -= units;
        self.received += units;
        self.on_hand += units;
        self.serve();
    }
}
