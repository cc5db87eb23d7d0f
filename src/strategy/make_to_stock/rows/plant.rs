//! A plant: items that share the hours of a resource (spec S4).
//!
//! ```text
//! Σ_k (setup_k·[q_k > 0] + u_k·q_k) ≤ hours_t + overtime
//! ```
//!
//! Where everything that is wanted does not fit, a rule says who gets what:
//!
//! ```text
//! priority      one after the other, in the order given; what is left goes to the next
//! cost          the same, in the order of what a unit short costs per hour
//! rotation      the same, the first one moving on by one every period
//! proportional  every quantity is cut by the same share
//! fair          what is missing afterwards is the same for all, in standard deviations of their demand
//! ```
//!
//! Quantity rules of an item apply to what it gets: a lot that does not fit is not made.

use super::super::params::ROUNDING;
use super::{Line, Row, positive};
use crate::config::Allocation;
use crate::engine::lattice::{LANES, Tile};

/// Sums of a plant, by replication.
pub(in super::super) struct PlantSums {
    /// Hours used, overtime included.
    pub(in super::super) used: Row<f64>,
    /// Hours beyond regular time.
    pub(in super::super) overtime: Row<f64>,
    /// Regular hours.
    pub(in super::super) offered: Row<f64>,
}

impl PlantSums {
    pub(in super::super) fn new() -> Self {
        Self { used: [0.0; LANES], overtime: [0.0; LANES], offered: [0.0; LANES] }
    }
}

/// What the items of a plant share, under one design.
pub(in super::super) struct Shared<'a> {
    pub(in super::super) rule: Allocation,
    /// Hours per unit, by item.
    pub(in super::super) unit: &'a [f64],
    /// Hours per lot, by item.
    pub(in super::super) setup: &'a [f64],
    /// Items in order of who comes first.
    pub(in super::super) order: &'a [usize],
    /// Scale of what is missing, by item.
    pub(in super::super) scale: &'a [f64],
    /// Regular hours per period, repeating; or the tile that tells them.
    pub(in super::super) hours: &'a [f64],
    pub(in super::super) drawn: Option<&'a Tile<f64>>,
    pub(in super::super) overtime: f64,
    pub(in super::super) sums: &'a mut PlantSums,
    /// Room: what each item wants and gets.
    pub(in super::super) want: Vec<f64>,
    pub(in super::super) get: Vec<f64>,
}

impl Shared<'_> {
    /// Cuts what lines want to what fits.
    pub(super) fn share(&mut self, lines: &mut [Line<'_>], k: usize, t: usize) {
        let n = lines.len();
        self.want.resize(n, 0.0);
        self.get.resize(n, 0.0);
        for l in 0..LANES {
            let regular = match self.drawn {
                Some(tile) => tile[k][l],
                None => self.hours[t % self.hours.len()],
            };
            let hours = regular + self.overtime;
            for (want, line) in self.want.iter_mut().zip(lines.iter()) {
                *want = line.site.work.due[l];
            }
            let need = needed(&self.want, self.unit, self.setup);
            if need > hours {
                self.divide(hours, t);
                for ((line, get), want) in lines.iter_mut().zip(&self.get).zip(&mut self.want) {
                    let q = line.p.accepted_within(*want, *get);
                    line.site.work.due[l] = q;
                    *want = q;
                }
            }
            let used = needed(&self.want, self.unit, self.setup);
            self.sums.used[l] += used;
            // Cut quantities add up to the hours but for rounding, which is no overtime.
            let over = used - regular;
            self.sums.overtime[l] += if over > ROUNDING * hours { over } else { 0.0 };
            self.sums.offered[l] += regular;
        }
    }

    /// What each may make, into `get`.
    fn divide(&mut self, hours: f64, t: usize) {
        let Self { rule, unit, setup, order, scale, want, get, .. } = self;
        let n = want.len();
        match rule {
            Allocation::Priority | Allocation::Cost | Allocation::Rotation => {
                let first = if *rule == Allocation::Rotation { t % n } else { 0 };
                let mut left = hours;
                for i in 0..n {
                    let item = order[(first + i) % n];
                    get[item] = 0.0;
                    if want[item] > 0.0 {
                        let room = left - setup[item];
                        get[item] = if room <= 0.0 {
                            0.0
                        } else if want[item] * unit[item] <= room {
                            want[item]
                        } else {
                            room / unit[item]
                        };
                        if get[item] > 0.0 {
                            left = positive(room - get[item] * unit[item]);
                        }
                    }
                }
            }
            Allocation::Proportional => {
                let (lots, work) = lots_and_work(want, unit, setup);
                let share = if work > 0.0 { positive(hours - lots) / work } else { 0.0 };
                for (get, want) in get.iter_mut().zip(want.iter()) {
                    *get = if *want > 0.0 { *want * share } else { 0.0 };
                }
            }
            Allocation::Fair => {
                // The level at which everyone's cut, in units of scale, leaves just the hours there are: found by halving.
                let (mut low, mut high) = (0.0, 0.0f64);
                for (want, scale) in want.iter().zip(scale.iter()) {
                    let cut = *want / *scale;
                    high = if cut > high { cut } else { high };
                }
                for _ in 0..60 {
                    let middle = 0.5 * (low + high);
                    let mut need = 0.0;
                    for i in 0..n {
                        let q = positive(want[i] - middle * scale[i]);
                        need += if q > 0.0 { setup[i] + unit[i] * q } else { 0.0 };
                    }
                    if need > hours { low = middle } else { high = middle }
                }
                for i in 0..n {
                    get[i] = positive(want[i] - high * scale[i]);
                }
            }
        }
    }
}

/// Hours that quantities take.
fn needed(want: &[f64], unit: &[f64], setup: &[f64]) -> f64 {
    let (lots, work) = lots_and_work(want, unit, setup);
    lots + work
}

fn lots_and_work(want: &[f64], unit: &[f64], setup: &[f64]) -> (f64, f64) {
    let (mut lots, mut work) = (0.0, 0.0);
    for ((want, unit), setup) in want.iter().zip(unit).zip(setup) {
        if *want > 0.0 {
            lots += setup;
            work += want * unit;
        }
    }
    (lots, work)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divided(rule: Allocation, want: &[f64], hours: f64, setup: &[f64], t: usize) -> Vec<f64> {
        let mut sums = PlantSums::new();
        let mut shared = Shared {
            rule,
            unit: &[1.0, 2.0, 0.5],
            setup,
            order: &[2, 0, 1],
            scale: &[1.0, 1.0, 4.0],
            hours: &[],
            drawn: None,
            overtime: 0.0,
            sums: &mut sums,
            want: want.to_vec(),
            get: vec![0.0; 3],
        };
        shared.divide(hours, t);
        shared.get
    }

    #[test]
    fn by_hand() {
        let none = [0.0; 3];
        let want = [10.0, 10.0, 20.0];
        // 40 hours wanted. Priority 2, 0, 1: ten, ten, and what is left of 24.
        assert_eq!(divided(Allocation::Priority, &want, 24.0, &none, 5), [10.0, 2.0, 20.0]);
        // Rotation begins with order[t % 3].
        assert_eq!(divided(Allocation::Rotation, &want, 24.0, &none, 2), [0.0, 10.0, 8.0]);
        assert_eq!(divided(Allocation::Proportional, &want, 20.0, &none, 0), [5.0, 5.0, 10.0]);
        // Missing 2 of each of the first two and 8 of the third: 8 + 2·8 + 12/2 = 30.
        let fair = divided(Allocation::Fair, &want, 30.0, &none, 0);
        assert!(fair.iter().zip([8.0, 8.0, 12.0]).all(|(a, b)| (a - b).abs() < 1e-9), "{fair:?}");
        // A setup that does not fit leaves the hours to the next.
        assert_eq!(divided(Allocation::Priority, &want, 13.0, &[1.0, 1.0, 20.0], 0), [10.0, 0.5, 0.0]);
        // What is not wanted needs no setup.
        assert_eq!(divided(Allocation::Proportional, &[8.0, 0.0, 0.0], 5.0, &[1.0; 3], 0), [4.0, 0.0, 0.0]);
    }
}
