//! What planners know: planned work, and what is promised because of it (spec 4.3.4, A6).

use super::params::{TimeLaw, of_class};
use super::shop::{NONE, Place, Shop};
use crate::config::{Quote, Release, Routing};
use crate::law::special::gamma;

impl Shop<'_> {
    /// Size, class and customisation of an order.
    fn content(&self, i: usize) -> (f64, usize, f64) {
        let book = &self.room.book;
        (book.size.at(i), book.class.at(i) as usize, book.customisation.at(i))
    }

    fn mean_work(&self, i: usize, operation: usize) -> f64 {
        let (size, class, kappa) = self.content(i);
        self.p.operations[operation].mean_work(size, class, kappa)
    }

    fn work_variance(&self, i: usize, operation: usize) -> f64 {
        let (size, class, kappa) = self.content(i);
        self.p.operations[operation].work_variance(size, class, kappa)
    }

    /// Mean work that an order still brings, the operation it waits for included.
    pub(super) fn work_left(&self, i: u32) -> f64 {
        let job = &self.room.jobs[i as usize];
        let at = i as usize;
        let operation = job.operation as usize;
        match &self.p.routing {
            Routing::Random { .. } => self.expected_work(at, operation, None),
            Routing::Series => (operation..self.p.operations.len()).map(|o| self.mean_work(at, o)).sum(),
            Routing::ByVariant { .. } => {
                self.route(at).skip(job.step as usize).map(|o| self.mean_work(at, o)).sum()
            }
        }
    }

    /// Mean work that a random route is expected to bring from an operation on, at one station or at all.
    fn expected_work(&self, i: usize, from: usize, station: Option<usize>) -> f64 {
        let visits = self.p.expected[from].iter().enumerate();
        let counts = |o: usize| station.is_none_or(|n| self.p.operations[o].station == n);
        visits.filter(|(o, _)| counts(*o)).map(|(o, visits)| visits * self.mean_work(i, o)).sum()
    }

    // Released work.

    /// What an order adds to the released work.
    #[inline]
    pub(super) fn release_work(&self, i: u32) -> f64 {
        let Release::WorkloadCap { station, .. } = self.p.release else { return 0.0 };
        if let Routing::Random { .. } = self.p.routing {
            return self.expected_work(i as usize, self.first_operation(i), station);
        }
        let counts = |o: &usize| station.is_none_or(|n| self.p.operations[*o].station == n);
        self.route(i as usize).filter(counts).map(|o| self.mean_work(i as usize, o)).sum()
    }

    #[inline]
    fn released_part(&self, i: u32, operation: usize) -> f64 {
        let Release::WorkloadCap { station, .. } = self.p.release else { return 0.0 };
        let counts = station.is_none_or(|n| self.p.operations[operation].station == n);
        if counts && !matches!(self.p.routing, Routing::Random { .. }) {
            self.mean_work(i as usize, operation)
        } else {
            0.0
        }
    }

    /// An operation is finished.
    #[inline]
    pub(super) fn plan_done(&mut self, i: u32) {
        let at = i as usize;
        let operation = self.room.jobs[at].operation as usize;
        let part = self.released_part(i, operation);
        self.released_work -= part;
        if self.p.plans() {
            self.plan(at, operation, -1.0);
        }
    }

    /// An order goes back: it repeats operations `from ..= to`.
    pub(super) fn plan_return(&mut self, i: u32, from: usize, to: usize) {
        for operation in from..=to {
            self.released_work += self.released_part(i, operation);
            if self.p.plans() {
                self.plan(i as usize, operation, 1.0);
            }
        }
    }

    /// An order that was released is finished or gone.
    #[inline]
    pub(super) fn unrelease(&mut self, i: u32) {
        self.released -= 1;
        if let Routing::Random { .. } = self.p.routing {
            self.released_work -= self.release_work(i);
        } else {
            let job = &self.room.jobs[i as usize];
            // Who leaves on the way has not done the rest.
            if job.place == Place::Queue {
                let left = self.remaining(i).map(|o| self.released_part(i, o)).sum::<f64>();
                self.released_work -= left;
            } else if matches!(job.place, Place::Blocked | Place::Server) {
                let left = self.remaining(i).skip(1).map(|o| self.released_part(i, o)).sum::<f64>();
                self.released_work -= left;
            }
        }
        if self.released == 0 {
            self.released_work = 0.0;
        }
        self.released_work_fell();
    }

    /// Others may be released now.
    #[inline]
    pub(super) fn released_work_fell(&mut self) {
        if matches!(self.p.release, Release::WorkloadCap { .. }) {
            self.release_some();
        }
    }

    /// Operations of an order from the one it is at.
    fn remaining(&self, i: u32) -> impl Iterator<Item = usize> + '_ {
        let job = &self.room.jobs[i as usize];
        let skip = match &self.p.routing {
            Routing::ByVariant { .. } => job.step as usize,
            _ => job.operation as usize,
        };
        self.route(i as usize).skip(skip)
    }

    // Planned work of accepted orders, where quotes look at it.

    fn plan(&mut self, i: usize, operation: usize, sign: f64) {
        let (mean, variance) = (self.mean_work(i, operation), self.work_variance(i, operation));
        let room = &mut self.room.rooms[self.p.operations[operation].station];
        room.planned = (room.planned + sign * mean).max(0.0);
        room.planned_variance = (room.planned_variance + sign * variance).max(0.0);
    }

    #[inline]
    pub(super) fn plan_accepted(&mut self, i: usize, sign: f64) {
        if self.p.plans() {
            for k in 0..self.route(i).count() {
                let operation = self.route(i).nth(k).unwrap_or(0);
                self.plan(i, operation, sign);
            }
        }
    }

    /// An accepted order goes away unfinished.
    pub(super) fn plan_gone(&mut self, i: usize) {
        if !self.p.plans() {
            return;
        }
        let job = &self.room.jobs[i];
        if job.released.is_nan() {
            self.plan_accepted(i, -1.0);
            return;
        }
        let skip = usize::from(matches!(job.place, Place::Blocked | Place::Server));
        let left: Vec<usize> = self.remaining(i as u32).skip(skip).collect();
        for operation in left {
            self.plan(i, operation, -1.0);
        }
    }

    // Promises.

    /// Whether the customer of order `i` does not want it on these terms.
    #[inline]
    pub(super) fn balks(&self, i: usize, quote: f64) -> bool {
        let acceptance = &self.p.acceptance;
        if acceptance.max_quote.is_some_and(|most| quote > most) {
            return true;
        }
        if let Some(most) = acceptance.max_workload {
            let busiest = (0..self.room.rooms.len()).map(|n| self.workload(n)).fold(0.0, f64::max);
            if busiest > most {
                return true;
            }
        }
        let book = &self.room.book;
        let worth = book.valuation.at(i);
        let costs = &self.p.costs;
        worth < f64::MAX
            && worth
                - (costs.price + costs.price_premium * book.customisation.at(i))
                - book.sensitivity.at(i) * quote
                < 0.0
    }

    /// The lead time that is quoted for order `i`, which comes now.
    #[inline]
    pub(super) fn quote(&self, i: usize) -> f64 {
        match self.p.quote {
            Quote::Requested => self.room.book.requested.at(i),
            Quote::Constant { lead_time } => lead_time,
            Quote::ForwardLoading { buffer } => self.forward(i) + buffer,
            Quote::Quantile { p, buffer } => self.quantile(i, p) + buffer,
        }
    }

    /// Capable to promise: behind the planned work of every station.
    fn forward(&self, i: usize) -> f64 {
        let manual = self.p.orders.is_manual(&self.room.book, i);
        let mut t = self.now + self.p.mean_delays(manual);
        for operation in self.route(i) {
            let n = self.p.operations[operation].station;
            let room = &self.room.rooms[n];
            t = t.max(self.now + room.planned / room.servers.len() as f64) + self.mean_work(i, operation);
        }
        t - self.now + self.p.delivery.mean()
    }

    /// A quantile of the gamma distribution with the moments of what is ahead at the busiest station and of the order's own
    /// work.
    fn quantile(&self, i: usize, p: f64) -> f64 {
        let per_server = |n: usize| self.room.rooms[n].planned / self.room.rooms[n].servers.len() as f64;
        let stations = 0..self.room.rooms.len();
        let busiest =
            stations.max_by(|a, b| per_server(*a).total_cmp(&per_server(*b)).then(b.cmp(a))).unwrap_or(0);
        let (mut mean, mut variance) = self.ahead(busiest);
        for operation in self.route(i) {
            mean += self.mean_work(i, operation);
            variance += self.work_variance(i, operation);
        }
        let manual = self.p.orders.is_manual(&self.room.book, i);
        mean += self.p.mean_delays(manual) + self.p.delivery.mean();
        variance += self.p.delay_variance(manual) + self.p.delivery.variance();
        if mean <= 0.0 || variance <= 0.0 {
            return mean.max(0.0);
        }
        gamma_quantile(mean * mean / variance, variance / mean, p)
    }

    /// Mean and variance of the work ahead at a station, per server: what is on servers counts for what is left of it.
    fn ahead(&self, n: usize) -> (f64, f64) {
        let room = &self.room.rooms[n];
        let (mut mean, mut variance) = (room.planned, room.planned_variance);
        for server in room.servers.iter().filter(|s| s.job != NONE && !s.blocked) {
            let i = server.job as usize;
            let o = &self.p.operations[self.room.jobs[i].operation as usize];
            let (whole, spread) = (
                self.mean_work(i, self.room.jobs[i].operation as usize),
                self.work_variance(i, self.room.jobs[i].operation as usize),
            );
            let elapsed = self.now - server.started;
            let factor = 1.0 + o.customisation * self.room.book.customisation.at(i);
            let (m, v) = match (o.time.is_empty(), o.unit_time.is_empty()) {
                (false, true) => {
                    let law = of_class(&o.time, self.room.book.class.at(i) as usize);
                    let (m, v) = residual(law, elapsed / factor);
                    (m * factor, v * factor * factor)
                }
                // Work made of parts goes down evenly.
                _ => {
                    let share = if whole > 0.0 { (1.0 - elapsed / whole).max(0.0) } else { 0.0 };
                    (whole * share, spread * share)
                }
            };
            mean += m - whole;
            variance += v - spread;
        }
        let c = room.servers.len() as f64;
        (mean.max(0.0) / c, variance.max(0.0) / (c * c))
    }
}

/// Panels of the chance above, each half as wide as the one before: tails are long.
const PANELS: u32 = 36;
/// Points and weights of Gauss and Legendre on [−1, 1], by pairs.
const GAUSS: [(f64, f64); 3] = [
    (0.238_619_186_083_196_9, 0.467_913_934_572_691),
    (0.661_209_386_466_264_5, 0.360_761_573_048_138_6),
    (0.932_469_514_203_152, 0.171_324_492_379_170_35),
];

/// Mean and variance of X − t given X > t, by quadrature over the chances above t.
fn residual(law: &TimeLaw, t: f64) -> (f64, f64) {
    if let Some(fixed) = law.fixed {
        return ((fixed - t).max(0.0), 0.0);
    }
    if t <= 0.0 {
        return (law.mean(), law.variance());
    }
    // The chance below t, by bisection on the integers that the law inverts.
    let top = 1u64 << crate::random::BITS;
    let (mut low, mut high) = (0u64, top);
    while low < high {
        let middle = low + (high - low) / 2;
        if law.law.at(middle) > t { high = middle } else { low = middle + 1 }
    }
    if low >= top {
        return (0.0, 0.0);
    }
    let left = (top - low) as f64;
    let (mut chance, mut sum, mut squares) = (0.0, 0.0, 0.0);
    let mut width = 0.5;
    for _ in 0..PANELS {
        // From `width` to twice of it, counted from the far end.
        for (x, weight) in GAUSS.into_iter().flat_map(|(x, w)| [(x, w), (-x, w)]) {
            let v = width * (1.5 + 0.5 * x);
            let n = top - ((v * left) as u64).max(1);
            let (x, weight) = (law.law.at(n) - t, 0.5 * width * weight);
            chance += weight;
            sum += weight * x;
            squares += weight * x * x;
        }
        width *= 0.5;
    }
    let mean = sum / chance;
    (mean, (squares / chance - mean * mean).max(0.0))
}

/// The p-quantile of a gamma distribution, by Newton steps kept in a bracket.
fn gamma_quantile(shape: f64, scale: f64, p: f64) -> f64 {
    let mut high = shape.max(1.0);
    while gamma::gamma_p(shape, high) < p {
        high *= 2.0;
    }
    let x = crate::law::special::root::increasing(shape, 0.0, high, |x| {
        (gamma::gamma_p(shape, x) - p, gamma::gamma_density(shape, x))
    });
    x * scale
}
