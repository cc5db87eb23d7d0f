//! What is counted of one replication: each order once, when it leaves or the run ends.

use super::horizon::overlap;
use super::params::{MaterialParams, Params};
use super::shop::{Job, Status};
use crate::error::{Error, Result};
use crate::metrics::distribution::Histogram;
use crate::metrics::orders::{ClassSums, StationSums, Sums};
use crate::orders::Book;

/// Distributions over the counted orders of a run, all replications together.
#[derive(Debug, Clone, Default)]
pub struct Histograms {
    /// Lead times of delivered orders.
    pub lead: Histogram,
    /// Times after which orders came to nothing in the shop.
    pub gone: Histogram,
    /// Times after which orders were out of sight.
    pub censored: Histogram,
    /// Waiting of delivered orders.
    pub waiting: Histogram,
    /// Delay after the promised date.
    pub tardiness: Histogram,
    /// Time before it.
    pub earliness: Histogram,
}

/// Names of the distributions, in order.
pub const DISTRIBUTIONS: [&str; 6] =
    ["lead_time", "gone", "censored", "waiting_time", "tardiness", "earliness"];

impl Histograms {
    /// In the order of [`DISTRIBUTIONS`].
    pub fn all(&self) -> [&Histogram; 6] {
        [&self.lead, &self.gone, &self.censored, &self.waiting, &self.tardiness, &self.earliness]
    }

    /// Empties them.
    pub fn clear(&mut self) {
        for h in [
            &mut self.lead,
            &mut self.gone,
            &mut self.censored,
            &mut self.waiting,
            &mut self.tardiness,
            &mut self.earliness,
        ] {
            h.clear();
        }
    }
}

/// One replication.
#[derive(Debug, Default)]
pub struct Tally {
    pub sums: Sums,
    pub stations: Vec<StationSums>,
    pub classes: Vec<ClassSums>,
    /// Kept over replications.
    pub histograms: Histograms,
    /// Which section of the histograms this replication belongs to.
    pub section: usize,
    /// Whether cash is followed.
    pub cash: bool,
    payments: Vec<(f64, f64)>,
    window: [f64; 2],
}

impl Tally {
    pub fn begin(&mut self, window: [f64; 2], stations: usize) {
        self.sums = Sums { duration: window[1] - window[0], ..Sums::default() };
        self.window = window;
        self.stations.clear();
        self.stations.resize(stations, StationSums::default());
        self.classes.iter_mut().for_each(|c| *c = ClassSums::default());
        self.payments.clear();
    }

    #[inline]
    fn overlap(&self, a: f64, b: f64) -> f64 {
        overlap(self.window, a, b)
    }

    /// Counts an order that has left, or is out of sight. `left` is set in either case.
    pub fn order(&mut self, p: &Params, book: &Book, i: usize, job: &Job, counted: bool) {
        let a = book.arrival[i];
        let turned_away = matches!(job.status, Status::Rejected | Status::Balked);
        if !turned_away {
            // Time is counted whoever's it is.
            self.sums.in_shop += self.overlap(a, job.left);
            self.sums.wip_value += job.tied;
            if job.status == Status::Delivered && self.window[0] <= job.left && job.left < self.window[1] {
                self.sums.completions += 1.0;
            }
            if self.cash {
                self.cash(p, book, i, job);
            }
        }
        if counted {
            self.counted(p, book, i, job);
        }
    }

    fn counted(&mut self, p: &Params, book: &Book, i: usize, job: &Job) {
        let (a, size, kappa) = (book.arrival[i], book.size.at(i), book.customisation.at(i));
        let (c, n) = (&p.costs, self.section);
        let class = book.class.at(i) as usize;
        let lead = job.left - a;
        let s = &mut self.sums;
        let m = &mut s.money;
        s.arrived += 1.0;
        s.units += size;
        let confirmed = !job.confirmed.is_nan();
        match job.status {
            Status::Rejected => s.rejected += 1.0,
            Status::Balked => s.balked += 1.0,
            Status::Unconfirmed => s.unconfirmed += 1.0,
            Status::Reneged => s.reneged += 1.0,
            Status::Cancelled => s.cancelled += 1.0,
            Status::Open => s.open += 1.0,
            Status::Delivered => s.delivered += 1.0,
        }
        let accepted = !matches!(job.status, Status::Rejected | Status::Balked);
        if accepted {
            s.quoted += job.quote;
            m.order += c.order;
            m.entry_error += c.entry_error * job.errors;
            if job.status != Status::Open {
                s.waiting_all += job.waiting;
            }
        }
        if !job.released.is_nan() {
            m.material += c.material * (size + job.bad);
            m.customisation += c.customisation * kappa * size;
            m.processing += job.processing;
            m.overtime += job.overtime;
            s.bad += job.bad;
        }
        match job.status {
            Status::Open => self.histograms.censored.add(n, lead),
            Status::Delivered => {
                s.delivered_units += size;
                s.lead += lead;
                s.lead_squares += lead * lead;
                s.entry += job.confirmed - a;
                s.material += job.material - job.confirmed;
                s.release += job.released - job.material;
                s.waiting += job.waiting;
                s.waiting_squares += job.waiting * job.waiting;
                s.making += job.making;
                s.delivery += job.left - job.finished;
                s.no_wait += f64::from(u8::from(job.waiting <= 0.0));
                s.unit_lead += job.unit_time;
                let late = job.left - job.due;
                let (tardy, early) = (late.max(0.0), (-late).max(0.0));
                s.tardy += f64::from(u8::from(late > 0.0));
                s.tardiness += tardy;
                s.earliness += early;
                s.quote_error += lead - job.quote;
                s.quote_absolute += (lead - job.quote).abs();
                s.on_time += f64::from(u8::from(tardy <= p.window[1] && early <= p.window[0]));
                m.revenue += price(p, size, kappa);
                let fine = c.tardiness * tardy;
                m.tardiness += if c.tardiness_cap > 0.0 { fine.min(c.tardiness_cap) } else { fine };
                if p.deliver_on_date {
                    m.earliness += c.earliness * (job.left - job.finished).max(0.0);
                }
                m.delivery += c.delivery * size;
                self.histograms.lead.add(n, lead);
                self.histograms.waiting.add(n, job.waiting);
                self.histograms.tardiness.add(n, tardy);
                self.histograms.earliness.add(n, early);
            }
            _ => {
                if accepted {
                    self.histograms.gone.add(n, lead);
                }
                if confirmed {
                    m.cancellation += c.cancelled_order - c.cancellation_fee;
                } else {
                    m.lost_order += c.lost_order;
                }
                if !job.released.is_nan() {
                    m.salvage += c.salvage * size;
                }
            }
        }
        if let Some(own) = self.classes.get_mut(class) {
            own.arrived += 1.0;
            match job.status {
                Status::Delivered => {
                    own.delivered += 1.0;
                    own.lead += lead;
                    own.waiting += job.waiting;
                    own.tardy += f64::from(u8::from(job.left > job.due));
                }
                Status::Open => {}
                _ => own.lost += 1.0,
            }
        }
    }

    /// When money moves (spec §7.5): a deposit at confirmation, material some time after it came, work while it is done (at
    /// its end), the rest of the price some time after delivery.
    fn cash(&mut self, p: &Params, book: &Book, i: usize, job: &Job) {
        let (size, kappa) = (book.size.at(i), book.customisation.at(i));
        let worth = price(p, size, kappa);
        let deposit = worth * p.payment.deposit;
        let delivered = job.status == Status::Delivered;
        if !job.confirmed.is_nan() {
            self.payments.push((job.confirmed, deposit));
            self.sums.deposits += deposit * self.overlap(job.confirmed, job.left);
        }
        if !job.released.is_nan() {
            let bought = p.costs.material * (size + job.bad) + p.costs.customisation * kappa * size;
            let received =
                if matches!(p.material, MaterialParams::CalledOff(_)) { job.material } else { job.released };
            let paid = received + p.payment.payable;
            self.payments.push((paid, -bought));
            self.sums.payables += bought * self.overlap(received, paid);
            let worked = if job.finished.is_nan() { job.left } else { job.finished };
            self.payments.push((worked, -(job.processing + job.overtime)));
        }
        if delivered {
            let paid = job.left + p.payment.receivable;
            self.payments.push((paid, worth - deposit));
            self.sums.receivables += (worth - deposit) * self.overlap(job.left, paid);
            let late = (job.left - job.due).max(0.0) * p.costs.tardiness;
            let late = if p.costs.tardiness_cap > 0.0 { late.min(p.costs.tardiness_cap) } else { late };
            self.payments.push((paid, -late));
            self.payments.push((job.left, -p.costs.delivery * size));
        } else if job.status != Status::Open && !job.confirmed.is_nan() {
            // The deposit goes back, less the fee.
            let salvage = if job.released.is_nan() { 0.0 } else { p.costs.salvage * size };
            self.payments.push((job.left, salvage + p.costs.cancellation_fee - deposit));
        }
        self.payments.push((book.arrival[i], -(p.costs.order + p.costs.entry_error * job.errors)));
    }

    /// The deepest point of the cash path within the counted time, fixed costs included.
    fn peak(&mut self, p: &Params) {
        self.payments.retain(|(t, x)| *t <= self.window[1] && *x != 0.0);
        self.payments.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let (mut cash, mut lowest) = (0.0f64, 0.0f64);
        // What is paid at one moment is one payment; just before it, fixed costs may have gone deepest.
        for moment in self.payments.chunk_by(|a, b| a.0 == b.0) {
            let fixed = p.costs.fixed * moment[0].0;
            lowest = lowest.min(cash - fixed);
            cash += moment.iter().map(|m| m.1).sum::<f64>();
            lowest = lowest.min(cash - fixed);
        }
        lowest = lowest.min(cash - p.costs.fixed * self.window[1]);
        self.sums.peak_funding = -lowest;
    }

    /// The end of a replication: what belongs to time rather than to orders, and what must hold (spec C2, C4).
    pub fn check(&mut self, p: &Params) -> Result<()> {
        if self.cash {
            self.peak(p);
        }
        let s = &mut self.sums;
        for (own, station) in self.stations.iter().zip(&p.stations) {
            s.queued += own.queue + own.blocked;
            s.busy += own.busy;
            s.offered += station.servers as f64 * s.duration;
            let (used, there) = (own.busy + own.blocked, station.servers as f64 * s.duration);
            if used > there * (1.0 + 1e-9) {
                let reason = format!("station {:?} worked {used} of {there} server-periods", station.name);
                return Err(Error::Internal { reason });
            }
        }
        s.money.holding = p.costs.holding_rate * s.wip_value;
        s.money.fixed = p.costs.fixed * s.duration;
        let ended = s.rejected + s.balked + s.unconfirmed + s.reneged + s.cancelled + s.open + s.delivered;
        if ended != s.arrived {
            return Err(Error::Internal {
                reason: format!("{} orders came, {ended} are accounted for", s.arrived),
            });
        }
        Ok(())
    }
}

/// The price of an order.
pub fn price(p: &Params, size: f64, kappa: f64) -> f64 {
    size * (p.costs.price + p.costs.price_premium * kappa)
}
