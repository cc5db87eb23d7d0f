//! What happens at the stations: queues, who is next, how long it takes, who blocks whom.

use super::params::{OperationParams, UNIT_MARK, UNIT_VISITS, UNITS, of_class};
use super::shop::{NONE, Place, Server, Shop, Status, What};
use crate::config::{Dispatch, Routing};
use crate::engine::calendar::Class;
use crate::engine::lattice::Source;
use crate::law::direct;
use crate::law::float::powf;
use crate::orders::Column;
use crate::random::{SUB_SHIFT, Stream};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Orders waiting at a station. Those that left are recognised by their version.
#[derive(Debug, Clone, Default)]
pub(super) struct Queue {
    /// Rank, arrival at the queue (both as bits that sort like the numbers), order, version.
    heap: BinaryHeap<Reverse<(u64, u64, u32, u32)>>,
    /// Where the choice depends on the moment or the server: all of them, in order of arrival.
    list: Vec<(u32, u32)>,
    /// Orders that are still there.
    pub len: usize,
}

/// Bits that sort like the numbers.
fn sortable(x: f64) -> u64 {
    let bits = x.to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

impl Queue {
    fn clear(&mut self) {
        self.heap.clear();
        self.list.clear();
        self.len = 0;
    }
}

impl Shop<'_> {
    pub(super) fn open_station(&mut self, n: usize) {
        let s = &self.p.stations[n];
        let idle = Server {
            job: NONE,
            blocked: false,
            finish: 0.0,
            started: 0.0,
            variant: NONE,
            run: 0,
            uptime: f64::INFINITY,
            failure: 0,
            down: false,
            woken: -1.0,
        };
        let mut servers = std::mem::take(&mut self.room.rooms[n].servers);
        servers.clear();
        servers.resize(s.servers, idle);
        if s.breakdowns.is_some() {
            for (m, server) in servers.iter_mut().enumerate() {
                server.uptime = self.running_time(n, m, 0);
            }
        }
        let room = &mut self.room.rooms[n];
        room.servers = servers;
        room.queue.clear();
        room.blocked.clear();
        (room.dirty, room.overtime) = (false, false);
        (room.work, room.planned, room.planned_variance, room.waking) = (0.0, 0.0, 0.0, -1.0);
    }

    // Routes.

    pub(super) fn first_operation(&self, i: u32) -> usize {
        match &self.p.routing {
            Routing::Series => 0,
            Routing::ByVariant { routes } => routes[self.room.book.variant.at(i as usize) as usize][0],
            Routing::Random { start, .. } => {
                let u = self.own(Stream::Rework).uniform(u64::from(i));
                choose(start, u).unwrap_or(start.len() - 1)
            }
        }
    }

    /// The operations of an order in order, where they are known beforehand.
    pub(super) fn route(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        let count = self.p.operations.len();
        let variant = self.room.book.variant.at(i) as usize;
        let own =
            if let Routing::ByVariant { routes } = &self.p.routing { Some(&routes[variant]) } else { None };
        (0..own.map_or(count, Vec::len)).map(move |k| own.map_or(k, |r| r[k]))
    }

    #[inline]
    fn next_operation(&mut self, i: u32) -> Option<usize> {
        let p = self.p;
        let job = &self.room.jobs[i as usize];
        let (now, step) = (job.operation as usize, job.step as usize);
        match &p.routing {
            Routing::Random { next, .. } => {
                let u = self.line(Stream::Rework, p.operations[now].key).uniform(self.visit_index(i, now));
                choose(&next[now], u)
            }
            Routing::Series => {
                let o = &p.operations[now];
                if o.rework > 0.0 {
                    let at = i as usize * p.operations.len() + now;
                    let u = self.line(Stream::Rework, o.key).uniform(self.visit_index(i, now));
                    if self.room.returns[at] < o.rework_most && u < o.rework {
                        self.room.returns[at] += 1;
                        self.plan_return(i, o.rework_to, now);
                        return Some(o.rework_to);
                    }
                }
                (now + 1 < p.operations.len()).then_some(now + 1)
            }
            Routing::ByVariant { routes } => {
                let route = &routes[self.room.book.variant.at(i as usize) as usize];
                route.get(step + 1).copied()
            }
        }
    }

    /// Visit << 32 | order, of the visit that is on.
    #[inline]
    fn visit_index(&self, i: u32, operation: usize) -> u64 {
        self.visit(i, operation) << SUB_SHIFT | u64::from(i)
    }

    /// Visits before the one that is on.
    #[inline]
    fn visit(&self, i: u32, operation: usize) -> u64 {
        match self.room.visits.get(i as usize * self.p.operations.len() + operation) {
            Some(visits) => u64::from(visits - 1),
            None => 0,
        }
    }

    // How long it takes.

    /// Time per order and for all pieces, drawn; bad pieces are noted.
    #[inline]
    fn draw_times(&mut self, i: u32, operation: usize) -> (f64, f64) {
        let p = self.p;
        let o = &p.operations[operation];
        let at = i as usize;
        let (class, size) = (self.room.book.class.at(at) as usize, self.room.book.size.at(at));
        let visit = self.visit(i, operation);
        let line = self.line(Stream::Processing, o.key);
        let time = if o.time.is_empty() {
            0.0
        } else if let Some(fixed) = of_class(&o.time, class).fixed {
            fixed
        } else if visit == 0 && o.time.len() == 1 {
            self.first_time(at, operation)
        } else {
            of_class(&o.time, class).at(line, visit << SUB_SHIFT | u64::from(i))
        };
        if o.unit_time.is_empty() {
            self.note_bad(i, o, size, visit);
            return (0.0, time);
        }
        let pieces = size + self.note_bad(i, o, size, visit);
        let law = of_class(&o.unit_time, class);
        let pieces_time = match law.fixed {
            Some(fixed) => pieces * fixed,
            None => {
                let visit = UNIT_MARK + visit.min(u64::from(UNIT_VISITS) - 1) * u64::from(UNITS);
                let unit =
                    |k: u64| law.at(line, (visit + k.min(u64::from(UNITS) - 1)) << SUB_SHIFT | u64::from(i));
                (0..pieces as u64).map(unit).fold(0.0, |sum, x| sum + x)
            }
        };
        (pieces_time, time)
    }

    /// Bad pieces of this visit.
    #[inline]
    fn note_bad(&mut self, i: u32, o: &OperationParams, size: f64, visit: u64) -> f64 {
        if o.yield_share >= 1.0 {
            return 0.0;
        }
        let y = o.yield_share;
        let (mean, variance) = (size * (1.0 - y) / y, size * (1.0 - y) / (y * y));
        let n = self.line(Stream::Yield, o.key).bits(visit << SUB_SHIFT | u64::from(i));
        let bad = direct::negative_binomial(mean, variance, n) as f64;
        self.room.jobs[i as usize].bad += bad;
        bad
    }

    /// The time of a first visit, drawn along with those of other orders.
    #[inline]
    fn first_time(&mut self, i: usize, operation: usize) -> f64 {
        let o = &self.p.operations[operation];
        let source = Source { key: self.whose.key, stream: Stream::Processing, entity: o.key };
        let (level, replication) = (self.level, self.whose.replication);
        let room = &mut *self.room;
        let column: &mut Column = &mut room.times[operation];
        while column.drawn() <= i {
            let start = column.drawn();
            column.extend(&mut room.strip, level, source, replication, start, |strip, level, out| {
                strip.law(level, &o.time[0].law, out);
            });
        }
        column.at(i)
    }

    /// Processing time with this setup, as it will be in regular time without interruption.
    #[inline]
    fn work(&self, i: u32, setup: f64) -> f64 {
        let job = &self.room.jobs[i as usize];
        let o = &self.p.operations[job.operation as usize];
        let kappa = self.room.book.customisation.at(i as usize);
        let learning =
            if o.learning > 0.0 { powf(f64::from(job.nth), -o.learning).max(o.learning_floor) } else { 1.0 };
        (setup + job.pieces_time + job.time) * (1.0 + o.customisation * kappa) * learning
    }

    // Into a queue and out of it.

    /// Whether station `n` can take one more.
    #[inline]
    pub(super) fn has_place(&mut self, n: usize) -> bool {
        self.refresh(n);
        let Some(places) = self.p.stations[n].buffer else { return true };
        let room = &self.room.rooms[n];
        let idle = if self.is_open(n) {
            room.servers.iter().filter(|s| s.job == NONE && !s.down).count()
        } else {
            0
        };
        room.queue.len < places + idle
    }

    /// Puts an order into the queue of an operation.
    #[inline]
    pub(super) fn enter(&mut self, i: u32, operation: usize) {
        let n = self.p.operations[operation].station;
        if let Some(visits) = self.room.visits.get_mut(i as usize * self.p.operations.len() + operation) {
            *visits += 1;
        }
        let (pieces_time, time) = self.draw_times(i, operation);
        let now = self.now;
        let job = &mut self.room.jobs[i as usize];
        // In a route of its own an order is one step further with every operation.
        job.step += u32::from(!job.started.is_nan());
        (job.operation, job.place, job.since) = (operation as u32, Place::Queue, now);
        (job.pieces_time, job.time) = (pieces_time, time);
        let version = job.version;
        let work = self.work(i, 0.0);
        let rank = match self.p.dispatch {
            Dispatch::Fcfs | Dispatch::CriticalRatio | Dispatch::SetupSaving { .. } => 0.0,
            Dispatch::Edd => self.room.jobs[i as usize].due,
            Dispatch::Spt => work,
            Dispatch::Slack => self.room.jobs[i as usize].due - self.work_left(i),
            Dispatch::Priority => {
                let class = self.room.book.class.at(i as usize) as usize;
                f64::from(self.p.orders.priorities.get(class).copied().unwrap_or(0))
            }
        };
        let by_arrival = matches!(self.p.dispatch, Dispatch::Fcfs | Dispatch::Priority);
        let room = &mut self.room.rooms[n];
        if matches!(self.p.dispatch, Dispatch::CriticalRatio | Dispatch::SetupSaving { .. }) {
            room.queue.list.push((i, version));
        } else {
            let second = if by_arrival { sortable(now) } else { 0 };
            room.queue.heap.push(Reverse((sortable(rank), second, i, version)));
        }
        room.queue.len += 1;
        room.work += work;
        self.mark(n);
    }

    /// Takes an order that does not wait any longer out of the books of its queue.
    #[inline]
    pub(super) fn leave_queue(&mut self, i: u32) {
        let n = self.station_of(i);
        let work = self.work(i, 0.0);
        let since = self.room.jobs[i as usize].since;
        self.room.jobs[i as usize].waiting += self.now - since;
        self.room.jobs[i as usize].version += 1;
        self.tally.stations[n].queue += self.overlap(since, self.now);
        let room = &mut self.room.rooms[n];
        room.queue.len -= 1;
        // Rounding must not pile up.
        room.work = if room.queue.len == 0 { 0.0 } else { room.work - work };
        self.mark(n);
    }

    #[inline]
    fn station_of(&self, i: u32) -> usize {
        self.p.operations[self.room.jobs[i as usize].operation as usize].station
    }

    #[inline]
    pub(super) fn mark(&mut self, n: usize) {
        self.room.rooms[n].dirty = true;
    }

    /// Work in front of the servers of a station, per server, as it will turn out.
    pub(super) fn workload(&self, n: usize) -> f64 {
        let room = &self.room.rooms[n];
        let left = |s: &Server| if s.job == NONE || s.blocked { 0.0 } else { (s.finish - self.now).max(0.0) };
        (room.work + room.servers.iter().map(left).sum::<f64>()) / room.servers.len() as f64
    }

    // Who is next.

    /// Gives work to free servers; whether there was anything to look at, and so perhaps new events.
    pub(super) fn dispatch_all(&mut self) -> bool {
        let mut looked = false;
        for n in 0..self.room.rooms.len() {
            if std::mem::take(&mut self.room.rooms[n].dirty) {
                looked = true;
                self.dispatch(n);
            }
        }
        looked
    }

    #[inline]
    fn dispatch(&mut self, n: usize) {
        self.refresh(n);
        self.fill_places(n);
        while self.room.rooms[n].queue.len > 0 {
            if !self.is_open(n) {
                let next = self.opening(n);
                self.wake_at(n, next);
                break;
            }
            let Some(server) = self.room.rooms[n].servers.iter().position(|s| s.job == NONE && !s.down)
            else {
                break;
            };
            let Some(i) = self.choose_next(n, server) else { break };
            self.start(n, server, i);
            self.fill_places(n);
        }
    }

    /// Lets in who waits for a place.
    #[inline]
    fn fill_places(&mut self, n: usize) {
        if self.p.stations[n].buffer.is_none() {
            return;
        }
        while let Some(&i) = self.room.rooms[n].blocked.front() {
            let job = self.room.jobs[i as usize];
            if job.place != Place::Blocked {
                self.room.rooms[n].blocked.pop_front();
                continue;
            }
            if !self.has_place(n) {
                self.wake_when_open(n);
                break;
            }
            self.room.rooms[n].blocked.pop_front();
            let next = self.room.jobs[i as usize].server;
            self.unblock(i);
            self.enter(i, next as usize);
        }
        self.release_some();
    }

    /// Takes a finished order off the server it blocks. While blocked, `server` holds the operation it goes to.
    pub(super) fn unblock(&mut self, i: u32) {
        let n = self.station_of(i);
        let since = self.room.jobs[i as usize].since;
        self.room.jobs[i as usize].waiting += self.now - since;
        self.tally.stations[n].blocked += self.overlap(since, self.now);
        if let Some(server) = self.room.rooms[n].servers.iter_mut().find(|s| s.job == i) {
            (server.job, server.blocked) = (NONE, false);
        }
        self.mark(n);
    }

    #[inline]
    fn choose_next(&mut self, n: usize, server: usize) -> Option<u32> {
        let now = self.now;
        match self.p.dispatch {
            Dispatch::CriticalRatio => {
                self.drop_stale(n);
                let ratio = |i: u32| {
                    let left = self.work_left(i).max(f64::MIN_POSITIVE);
                    (self.room.jobs[i as usize].due - now) / left
                };
                let list = &self.room.rooms[n].queue.list;
                let best = list
                    .iter()
                    .map(|e| (ratio(e.0), e.0))
                    .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))?
                    .1;
                self.room.rooms[n].queue.list.retain(|e| e.0 != best);
                Some(best)
            }
            Dispatch::SetupSaving { longest } => {
                self.drop_stale(n);
                let Server { variant, run, .. } = self.room.rooms[n].servers[server];
                let first = |keep: &dyn Fn(u32) -> bool| {
                    let since = |i: u32| self.room.jobs[i as usize].since;
                    let list = self.room.rooms[n].queue.list.iter().map(|e| e.0).filter(|i| keep(*i));
                    list.min_by(|a, b| since(*a).total_cmp(&since(*b)).then(a.cmp(b)))
                };
                let same = |i: u32| self.room.book.variant.at(i as usize) as u32 == variant;
                let goes_on = if run < longest && variant != NONE { first(&same) } else { None };
                let best = goes_on.or_else(|| first(&|_| true))?;
                self.room.rooms[n].queue.list.retain(|e| e.0 != best);
                Some(best)
            }
            _ => loop {
                let Reverse((_, _, i, version)) = self.room.rooms[n].queue.heap.pop()?;
                let job = &self.room.jobs[i as usize];
                if job.version == version {
                    return Some(i);
                }
            },
        }
    }

    fn drop_stale(&mut self, n: usize) {
        let room = &mut *self.room;
        let jobs = &room.jobs;
        room.rooms[n].queue.list.retain(|(i, version)| jobs[*i as usize].version == *version);
    }

    // On a server.

    #[inline]
    fn start(&mut self, n: usize, m: usize, i: u32) {
        let (p, now) = (self.p, self.now);
        // Looked at before the order leaves the queue.
        if let Some(o) = &p.stations[n].overtime {
            let work = self.workload(n);
            let room = &mut self.room.rooms[n];
            room.overtime = work > o.above || (room.overtime && work >= o.below);
        }
        self.leave_queue(i);
        let operation = self.room.jobs[i as usize].operation as usize;
        let o = &p.operations[operation];
        let variant = self.room.book.variant.at(i as usize) as u32;
        let same = self.room.rooms[n].servers[m].variant == variant;
        let setup = match &o.setup {
            Some(law) if !same => law.at(self.line(Stream::Setup, o.key), self.visit_index(i, operation)),
            _ => 0.0,
        };
        let regular = self.work(i, setup);
        let mut work = regular;
        let station = &p.stations[n];
        if self.room.rooms[n].overtime
            && let Some(over) = &station.overtime
        {
            work = regular / over.factor;
            self.room.jobs[i as usize].overtime += (regular - work) * p.costs.overtime;
            self.tally.stations[n].overtime += if self.in_window(now) { regular - work } else { 0.0 };
        }
        let finish = self.finish_of(n, m, now, work);
        let server = &mut self.room.rooms[n].servers[m];
        (server.job, server.blocked, server.started, server.finish) = (i, false, now, finish);
        server.run = if same { server.run + 1 } else { 1 };
        server.variant = variant;
        let job = &mut self.room.jobs[i as usize];
        (job.place, job.server, job.since) = (Place::Server, m as u32, now);
        if job.started.is_nan() {
            job.started = now;
        }
        let counts = &mut self.tally.stations[n];
        counts.setup +=
            if setup > 0.0 && now >= self.window[0] && now < self.window[1] { setup } else { 0.0 };
        self.room.calendar.add(finish, Class::Completion, n as u32, What::Done(n as u32, m as u32));
    }

    #[inline]
    fn in_window(&self, t: f64) -> bool {
        t >= self.window[0] && t < self.window[1]
    }

    /// An operation is finished.
    #[inline]
    pub(super) fn done(&mut self, n: usize, m: usize) {
        let i = self.room.rooms[n].servers[m].job;
        let started = self.room.rooms[n].servers[m].started;
        let at = i as usize;
        let busy = self.now - started;
        self.tally.stations[n].busy += self.overlap(started, self.now);
        self.tally.stations[n].visits += if self.in_window(self.now) { 1.0 } else { 0.0 };
        self.settle_value(i);
        let rate = self.p.stations[n].rate;
        let job = &mut self.room.jobs[at];
        job.making += busy;
        job.processing += busy * rate;
        job.value += busy * rate;
        self.units_done(i, started, busy);
        self.plan_done(i);
        let leaving = self.room.jobs[at].leaving;
        let next = if leaving { None } else { self.next_operation(i) };
        if let Some(operation) = next {
            let to = self.p.operations[operation].station;
            let has_place = self.room.rooms[to].blocked.is_empty() && self.has_place(to);
            if !has_place {
                let job = &mut self.room.jobs[at];
                (job.place, job.server, job.since) = (Place::Blocked, operation as u32, self.now);
                self.room.rooms[n].servers[m].blocked = true;
                self.room.rooms[to].blocked.push_back(i);
                self.wake_when_open(to);
                self.mark(to);
                self.released_work_fell();
                return;
            }
        }
        let server = &mut self.room.rooms[n].servers[m];
        (server.job, server.blocked) = (NONE, false);
        self.mark(n);
        match next {
            Some(operation) => {
                self.enter(i, operation);
                self.released_work_fell();
            }
            None if leaving => {
                self.unrelease(i);
                self.gone(i, Status::Reneged);
            }
            None => self.finished(i),
        }
    }

    /// When the units of the last operation were done, where they are made one by one.
    #[inline]
    fn units_done(&mut self, i: u32, started: f64, busy: f64) {
        let at = i as usize;
        let job = &self.room.jobs[at];
        let (size, a) = (self.room.book.size.at(at), self.room.book.arrival[at]);
        let o = &self.p.operations[job.operation as usize];
        let law = if o.unit_time.is_empty() {
            None
        } else {
            Some(of_class(&o.unit_time, self.room.book.class.at(at) as usize))
        };
        let plain = o.yield_share >= 1.0 && o.learning <= 0.0 && job.time == 0.0;
        let total = match law {
            Some(law) if plain && size > 1.0 && busy > 0.0 && job.pieces_time > 0.0 => {
                // Interruptions are spread over the units.
                let stretch = busy / job.pieces_time;
                match law.fixed {
                    Some(fixed) => size * (started - a) + fixed * stretch * size * (size + 1.0) / 2.0,
                    None => {
                        let line = self.line(Stream::Processing, o.key);
                        let visit = self.visit(i, job.operation as usize).min(u64::from(UNIT_VISITS) - 1);
                        let visit = UNIT_MARK + visit * u64::from(UNITS);
                        let (mut sum, mut done) = (0.0, 0.0);
                        for k in 0..size as u64 {
                            done += law.at(line, (visit + k) << SUB_SHIFT | u64::from(i)) * stretch;
                            sum += started - a + done;
                        }
                        sum
                    }
                }
            }
            _ => size * (self.now - a),
        };
        self.room.jobs[at].unit_time = total;
    }
}

/// The place of `u` among chances; none where they do not reach it.
fn choose(chances: &[f64], u: f64) -> Option<usize> {
    let mut sum = 0.0;
    chances.iter().position(|x| {
        sum += x;
        u < sum
    })
}
