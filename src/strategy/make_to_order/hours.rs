//! Working hours that repeat.

use crate::config::Calendar;

impl Calendar {
    /// The number of the cycle that a time lies in.
    fn cycle_of(&self, t: f64) -> f64 {
        (t / self.cycle).floor()
    }

    /// Whether work is done at `t`.
    pub fn is_open(&self, t: f64) -> bool {
        self.next_open(t) <= t
    }

    /// The first open moment at or after `t`.
    pub fn next_open(&self, t: f64) -> f64 {
        let mut k = self.cycle_of(t);
        loop {
            let start = k * self.cycle;
            if let Some([from, _]) = self.open.iter().find(|[_, to]| t < start + to) {
                return t.max(start + from);
            }
            k += 1.0;
        }
    }

    /// When `work` that starts at `t` is done.
    pub fn after(&self, mut t: f64, mut work: f64) -> f64 {
        let mut k = self.cycle_of(t);
        // Whole cycles are passed at once, the last few one by one.
        let hours: f64 = self.open.iter().map(|[from, to]| to - from).sum();
        let whole = (work / hours).floor() - 2.0;
        if whole > 1000.0 {
            work -= whole * hours;
            k += whole;
            t += whole * self.cycle;
        }
        loop {
            let start = k * self.cycle;
            for [from, to] in &self.open {
                let (opens, closes) = (start + from, start + to);
                if t >= closes {
                    continue;
                }
                t = t.max(opens);
                if work <= closes - t {
                    return t + work;
                }
                work -= closes - t;
                t = closes;
            }
            k += 1.0;
        }
    }
}
