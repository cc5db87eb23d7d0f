//! What becomes of lead times when orders must not overtake each other (spec S1).
//!
//! ```text
//! kaplan   period t draws an age A; every order of that age or older arrives in t.
//!          P(A > j) = P(L > j) / P(L > j − 1), which must not rise with j; every order then waits as L says
//! common   period t draws L, whether or not anything is ordered; arrival(t) = max(arrival(t − 1), t + L):
//!          the wait of an order is max over u ≥ 0 of L(t − u) − u
//! ```
//!
//! R. S. Kaplan, Management Science 16 (1970), 491–507; P. Zipkin, Naval Research Logistics 33 (1986), 763–774.

use crate::engine::lattice::{DEPTH, LANES, Row, Tile};
use crate::error::{Error, Result};
use crate::law::WholeTable;
use crate::random::BITS;

const ALL: u64 = 1 << BITS;

/// How many of the 2⁵² integers lie above each value of a law, from one below the first on.
fn above(law: &WholeTable) -> impl Iterator<Item = u64> {
    std::iter::once(ALL).chain(law.ends().iter().map(|e| ALL - e))
}

/// The law of the age threshold, from that of the lead time, here called `name`.
pub(super) fn threshold(law: &WholeTable, name: &str) -> Result<WholeTable> {
    let counts: Vec<u64> = above(law).collect();
    let (mut ends, mut before, mut noise_before) = (Vec::new(), 1.0, 0.0);
    let (mut mean, mut square) = (f64::from(law.first()), 0.0);
    for (i, pair) in counts.windows(2).enumerate() {
        let (earlier, later) = (pair[0] as f64, pair[1] as f64);
        let share = if pair[0] == 0 { 0.0 } else { later / earlier };
        // A law is held to the resolution of u, so far in its tail a share is only known to a few integers.
        let noise = if pair[1] == 0 { 0.0 } else { 1e-9 + 1.0 / later + 1.0 / earlier };
        if share > before + noise + noise_before {
            let j = i64::from(law.first()) + i as i64;
            let bound = format!(
                "such that the share P(L > j)/P(L > j − 1) never rises with j (crossing = kaplan); it rises at j = {j}, \
                 from {before:.6} to {share:.6}"
            );
            return Err(Error::config("lead_time", format!("a {name} law"), bound));
        }
        before = share.min(before);
        noise_before = noise;
        ends.push(ALL - (before * ALL as f64).round() as u64);
        mean += before;
        square += (2 * i + 1) as f64 * before;
    }
    let first = f64::from(law.first());
    let variance = square - (mean - first) * (mean - first);
    if let Some(end) = ends.last_mut() {
        *end = ALL;
    }
    WholeTable::new(law.first(), ends, mean, variance.max(0.0))
}

/// Mean wait in the long run where arrivals are common: P(W ≤ j) = Π over u ≥ 0 of P(L ≤ j + u).
pub(super) fn common_mean(law: &WholeTable) -> f64 {
    let ends = law.ends();
    let mut at_most = 1.0;
    let mut mean = f64::from(law.last());
    // From the top: the product for j is that for j + 1 times one more factor.
    for end in ends.iter().rev().skip(1) {
        at_most *= *end as f64 / ALL as f64;
        mean -= at_most;
    }
    mean
}

/// Turns the lead times drawn for a tile into waits with common arrivals; `wait` is carried from tile to tile.
#[inline(always)]
pub fn in_common(drawn: &mut Tile<i32>, wait: &mut Row<i32>, periods: usize) {
    for row in drawn.iter_mut().take(periods.min(DEPTH)) {
        for lane in 0..LANES {
            let (own, earlier) = (row[lane], wait[lane] - 1);
            let later = if own > earlier { own } else { earlier };
            (row[lane], wait[lane]) = (later, later);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::{Law, Sampler};

    fn law(law: &Law) -> WholeTable {
        match law.compile().unwrap() {
            Sampler::Whole(table) => table,
            _ => panic!("whole"),
        }
    }

    fn discrete(values: &[f64], probabilities: &[f64]) -> WholeTable {
        law(&Law::Discrete { values: values.to_vec(), probabilities: probabilities.to_vec() })
    }

    /// P(L > 1, 2, 3) = 3/4, 1/4, 0, so P(A > 1, 2, 3) = 3/4, 1/3, 0.
    #[test]
    fn threshold_by_hand() {
        let a = threshold(&discrete(&[1.0, 2.0, 3.0], &[0.25, 0.5, 0.25]), "discrete").unwrap();
        let shares: Vec<f64> = a.ends().iter().map(|e| 1.0 - *e as f64 / ALL as f64).collect();
        assert_eq!((a.first(), a.last()), (1, 3));
        assert!((shares[0] - 0.75).abs() < 1e-15 && (shares[1] - 1.0 / 3.0).abs() < 1e-15);
        assert!((a.mean() - (1.0 + 0.75 + 1.0 / 3.0)).abs() < 1e-12);
        let square = 0.25 + (0.75 - 1.0 / 3.0) * 4.0 + 9.0 / 3.0;
        assert!((a.variance() - (square - a.mean() * a.mean())).abs() < 1e-12);
    }

    /// Geometric: the share under way is the same at every age, however few integers are left in the tail.
    #[test]
    fn constant_shares_pass() {
        let geometric = law(&Law::Geometric { p: Some(0.3), mean: None, start: 1 });
        let a = threshold(&geometric, "geometric").unwrap();
        assert!((a.ends()[0] as f64 / ALL as f64 - 0.3).abs() < 1e-9);
        threshold(&law(&Law::Poisson { mean: 4.0 }), "poisson").unwrap();
    }

    #[test]
    fn rising_shares_are_refused() {
        let said = threshold(&discrete(&[1.0, 3.0], &[0.5, 0.5]), "discrete").unwrap_err().to_string();
        assert!(said.contains("j = 2, from 0.5") && said.contains("got a discrete law"), "{said}");
    }

    /// L is 1 or 3, each with 1/2: W = 3 if L(t) = 3, else 2 if L(t − 1) = 3, else 1.
    #[test]
    fn common_by_hand() {
        assert_eq!(common_mean(&discrete(&[1.0, 3.0], &[0.5, 0.5])), 3.0 * 0.5 + 2.0 * 0.25 + 0.25);
        let mut tile = crate::engine::lattice::new_tile();
        for (row, l) in tile.iter_mut().zip([1, 3, 1, 1, 1, 2]) {
            *row = [l; LANES];
        }
        let mut wait = [0; LANES];
        in_common(&mut tile, &mut wait, 6);
        assert_eq!(tile.iter().take(6).map(|row| row[7]).collect::<Vec<_>>(), [1, 3, 2, 1, 1, 2]);
        assert_eq!(wait[255], 2);
    }
}
