//! Assembly with limited hours: units whose components are all there, first come first served, inside a period in the
//! order of the products. Hours may be split over periods; a unit is assembled when it has had all of its own.

use std::collections::VecDeque;

/// What rounding may take from a unit.
const SLACK: f64 = 1e-9;

/// Units in front of the bench.
#[derive(Debug, Clone, Default)]
pub(super) struct Stage {
    queue: VecDeque<(usize, f64)>,
    /// Hours that the first unit has had.
    begun: f64,
    /// By product: units that wait for hours.
    pub(super) waiting: Vec<f64>,
}

impl Stage {
    /// Nobody waits.
    pub(super) fn open(&mut self, products: usize) {
        self.queue.clear();
        self.begun = 0.0;
        self.waiting.clear();
        self.waiting.resize(products, 0.0);
    }

    /// A period with so many hours: `ready` by product; `of`: hours per unit, and whether units are not cut. Returns the hours
    /// used.
    pub(super) fn period(&mut self, ready: &[f64], hours: f64, of: impl Fn(usize) -> (f64, bool)) -> f64 {
        for (product, units) in ready.iter().enumerate().filter(|(_, x)| **x > 0.0) {
            self.queue.push_back((product, *units));
            self.waiting[product] += units;
        }
        let mut left = hours;
        while let Some((product, units)) = self.queue.front_mut() {
            let (each, pieces) = of(*product);
            let work = *units * each - self.begun;
            // Hours that add up to the work but for rounding are enough.
            if work <= left + SLACK * each {
                left = (left - work).max(0.0);
                self.waiting[*product] -= *units;
                self.begun = 0.0;
                self.queue.pop_front();
                continue;
            }
            // Not all of them: as many as the hours are enough for.
            let whole = (self.begun + left) / each;
            let done = if pieces { (whole + SLACK).floor().min(*units) } else { whole };
            self.begun = (self.begun + left - done * each).max(0.0);
            *units -= done;
            self.waiting[*product] -= done;
            left = 0.0;
            break;
        }
        if self.queue.is_empty() {
            self.waiting.fill(0.0);
        }
        hours - left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut stage = Stage::default();
        stage.open(2);
        let each = |product: usize| (if product == 0 { 3.0 } else { 2.0 }, true);
        // 3 units of 3 hours and one of 2; 7 hours make two, and begin a third.
        assert_eq!(stage.period(&[3.0, 1.0], 7.0, each), 7.0);
        assert_eq!(stage.waiting, [1.0, 1.0]);
        // Two hours end the third, two the last.
        assert_eq!(stage.period(&[0.0, 0.0], 7.0, each), 4.0);
        assert_eq!(stage.waiting, [0.0, 0.0]);
    }
}
