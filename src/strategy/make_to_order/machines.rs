//! Servers: when they work, fail and are repaired, and when what they start will be done.
//!
//! Nothing here needs an event of its own but the wake-up of a station that could not work: hours and failures do not depend
//! on the orders, so the end of an operation follows from its start.

use super::shop::{NONE, Server, Shop, What};
use crate::config::RunningClock;
use crate::engine::calendar::Class;
use crate::random::{Line, SUB_SHIFT, Stream};

impl Shop<'_> {
    fn machine_line(&self, stream: Stream, n: usize) -> Line {
        self.line(stream, self.p.stations[n].key)
    }

    pub(super) fn running_time(&self, n: usize, server: usize, failure: u64) -> f64 {
        let index = (server as u64) << SUB_SHIFT | failure;
        self.p.stations[n]
            .breakdowns
            .as_ref()
            .map_or(f64::INFINITY, |b| b.uptime.at(self.machine_line(Stream::TimeToFailure, n), index))
    }

    pub(super) fn repair_time(&self, n: usize, server: usize, failure: u64) -> f64 {
        let index = (server as u64) << SUB_SHIFT | failure;
        self.p.stations[n]
            .breakdowns
            .as_ref()
            .map_or(0.0, |b| b.repair.at(self.machine_line(Stream::TimeToRepair, n), index))
    }

    /// When `work` that starts now on a server is done: closed hours and breakdowns included.
    #[inline]
    pub(super) fn finish_of(&mut self, n: usize, m: usize, now: f64, work: f64) -> f64 {
        let station = &self.p.stations[n];
        let busy_clock = station.breakdowns.as_ref().is_some_and(|b| b.clock == RunningClock::Busy);
        if busy_clock {
            let Server { mut uptime, mut failure, .. } = self.room.rooms[n].servers[m];
            let (mut t, mut left, mut repairs) = (now, work, 0.0);
            while left > uptime {
                let repair = self.repair_time(n, m, failure);
                t += uptime;
                t += repair;
                repairs += repair;
                left -= uptime;
                failure += 1;
                uptime = self.running_time(n, m, failure);
            }
            t += left;
            let server = &mut self.room.rooms[n].servers[m];
            (server.uptime, server.failure) = (uptime - left, failure);
            return match &station.calendar {
                Some(calendar) => calendar.after(now, work + repairs),
                None => t,
            };
        }
        if station.breakdowns.is_some() {
            // Up now, until `uptime`; work goes on whenever the server is up.
            let Server { mut uptime, mut failure, .. } = self.room.rooms[n].servers[m];
            let (mut t, mut left) = (now, work);
            while left > uptime - t {
                left -= uptime - t;
                t = uptime + self.repair_time(n, m, failure);
                failure += 1;
                uptime = t + self.running_time(n, m, failure);
            }
            let server = &mut self.room.rooms[n].servers[m];
            (server.uptime, server.failure) = (uptime, failure);
            return t + left;
        }
        match &station.calendar {
            Some(calendar) => calendar.after(now, work),
            None => now + work,
        }
    }

    /// Whether a station works now.
    #[inline]
    pub(super) fn is_open(&self, n: usize) -> bool {
        self.p.stations[n].calendar.as_ref().is_none_or(|c| c.is_open(self.now))
    }

    pub(super) fn opening(&self, n: usize) -> f64 {
        self.p.stations[n].calendar.as_ref().map_or(self.now, |c| c.next_open(self.now))
    }

    /// A closed station that somebody wants to come to looks again when it opens.
    pub(super) fn wake_when_open(&mut self, n: usize) {
        if !self.is_open(n) {
            let next = self.opening(n);
            self.wake_at(n, next);
        }
    }

    pub(super) fn wake_at(&mut self, n: usize, time: f64) {
        if self.room.rooms[n].waking < time || self.room.rooms[n].waking <= self.now {
            self.room.rooms[n].waking = time;
            self.room.calendar.add(time, Class::State, n as u32, What::Wake(n as u32));
        }
    }

    pub(super) fn wake(&mut self, n: usize) {
        self.mark(n);
    }

    /// Brings idle servers with a clock that always runs up to now: which are down, and until when.
    #[inline]
    pub(super) fn refresh(&mut self, n: usize) {
        let always = self.p.stations[n].breakdowns.as_ref().is_some_and(|b| b.clock == RunningClock::Always);
        if !always {
            return;
        }
        for m in 0..self.room.rooms[n].servers.len() {
            let mut s = self.room.rooms[n].servers[m];
            if s.job != NONE {
                continue;
            }
            // `uptime` is when its state changes.
            while s.uptime <= self.now {
                if s.down {
                    s.uptime += self.running_time(n, m, s.failure);
                } else {
                    s.uptime += self.repair_time(n, m, s.failure);
                    s.failure += 1;
                }
                s.down = !s.down;
            }
            if s.down && s.woken < s.uptime {
                s.woken = s.uptime;
                self.room.calendar.add(s.uptime, Class::State, n as u32, What::Wake(n as u32));
            }
            self.room.rooms[n].servers[m] = s;
        }
    }
}
