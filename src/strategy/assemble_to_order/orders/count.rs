//! Each order is counted once: when it leaves, or when the run ends.

use super::shop::OrderedShop;
use crate::strategy::make_to_order::shop::Status;

impl OrderedShop<'_> {
    /// Counts an order that came to its end.
    pub(super) fn count_left(&mut self, i: usize, counted: bool) {
        let fate = self.room.fates[i];
        let a = self.room.book.arrival[i];
        let (v, delivered) = (fate.product as usize, fate.status == Status::Delivered);
        let area = self.overlap(a, fate.left);
        self.tally.sums.in_shop += area;
        self.room.products[v].orders_open += area;
        self.tally.sums.completions += f64::from(u8::from(delivered && self.in_window()));
        if !counted {
            return;
        }
        let (size, requested) = (self.room.book.size.at(i), self.room.book.requested.at(i));
        let class = self.room.book.class.at(i) as usize;
        let lead = fate.left - a;
        for (k, w) in self.p.windows.iter().enumerate() {
            if self.followed(a, *w) {
                let [inside, all] = &mut self.room.products[v].within[k];
                *all += 1.0;
                *inside += f64::from(u8::from(delivered && lead <= *w));
            }
        }
        let own = &mut self.room.products[v];
        own.arrived += 1.0;
        own.units += size;
        own.at_once += f64::from(u8::from(fate.at_once));
        let tally = &mut *self.tally;
        let (section, s) = (tally.section, &mut tally.sums);
        s.arrived += 1.0;
        s.units += size;
        s.filled_orders += f64::from(u8::from(fate.at_once));
        s.quoted += if fate.status == Status::Rejected { 0.0 } else { requested };
        s.money.lost_order += self.p.products[v].costs.shortage * (size - fate.prompt as f64);
        let late = lead - requested;
        if delivered {
            own.delivered += 1.0;
            own.lead += lead;
            own.material += fate.ready - a;
            s.delivered += 1.0;
            s.lead += lead;
            s.lead_squares += lead * lead;
            s.material += fate.ready - a;
            let waiting = fate.started - fate.ready;
            s.waiting += waiting;
            s.waiting_squares += waiting * waiting;
            s.making += fate.left - fate.started;
            s.no_wait += f64::from(u8::from(fate.started <= a));
            s.tardy += f64::from(u8::from(late > 0.0));
            s.tardiness += late.max(0.0);
            s.earliness += (-late).max(0.0);
            s.on_time += f64::from(u8::from(late <= 0.0));
            tally.histograms.lead.add(section, lead);
            tally.histograms.waiting.add(section, waiting);
            tally.histograms.tardiness.add(section, late.max(0.0));
            tally.histograms.earliness.add(section, (-late).max(0.0));
        } else {
            own.lost += 1.0;
            s.lost_units += size;
            s.money.lost_order += self.p.products[v].costs.lost;
            if fate.status == Status::Rejected {
                s.rejected += 1.0;
            } else {
                s.reneged += 1.0;
                tally.histograms.gone.add(section, lead);
            }
        }
        if let Some(own) = tally.classes.get_mut(class) {
            own.arrived += 1.0;
            if delivered {
                own.delivered += 1.0;
                own.lead += lead;
                own.waiting += fate.started - fate.ready;
                own.tardy += f64::from(u8::from(late > 0.0));
            } else {
                own.lost += 1.0;
            }
        }
    }

    /// Counts an order that is open at the end.
    pub(super) fn count_open(&mut self, i: usize) {
        let fate = self.room.fates[i];
        let (a, v) = (self.room.book.arrival[i], fate.product as usize);
        let area = self.overlap(a, self.now);
        self.tally.sums.in_shop += area;
        let own = &mut self.room.products[v];
        own.orders_open += area;
        own.undelivered += fate.missing as f64 * area;
        if !self.counted(i, a) {
            return;
        }
        let (size, class) = (self.room.book.size.at(i), self.room.book.class.at(i) as usize);
        for (k, w) in self.p.windows.iter().enumerate() {
            self.room.products[v].within[k][1] += f64::from(u8::from(self.followed(a, *w)));
        }
        let own = &mut self.room.products[v];
        own.arrived += 1.0;
        own.units += size;
        own.at_once += f64::from(u8::from(fate.at_once));
        let tally = &mut *self.tally;
        tally.sums.arrived += 1.0;
        tally.sums.units += size;
        tally.sums.open += 1.0;
        tally.sums.filled_orders += f64::from(u8::from(fate.at_once));
        tally.sums.quoted += self.room.book.requested.at(i);
        tally.sums.money.lost_order += self.p.products[v].costs.shortage * (size - fate.prompt as f64);
        tally.histograms.censored.add(tally.section, self.now - a);
        if let Some(own) = tally.classes.get_mut(class) {
            own.arrived += 1.0;
        }
    }
}
