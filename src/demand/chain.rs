//! A Markov chain of demand regimes (spec D5): one uniform per period, stream `Regime`.

use crate::engine::lattice::{LANES, Row, Rows, Tile, Words};
use crate::error::{Error, Result, check};
use crate::random::BITS;
use fearless_simd::Simd;

/// How far a row of chances may be from 1.
const SLACK: f64 = 1e-9;
/// Largest number of states.
const STATES: usize = 64;

/// States 0, 1, … and how they follow each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    states: usize,
    /// Of the 52-bit integer: state k + 1 begins at `ends[j][k]`, coming from j; the last row is the start.
    ends: Vec<Vec<u64>>,
    /// Chances of the states in the long run; the start where that is not unique.
    pub stationary: Vec<f64>,
    /// Chances of the states in period 0.
    pub start: Vec<f64>,
    transition: Vec<Vec<f64>>,
}

impl Chain {
    /// A chain from its transition matrix and the chances in period 0, by default the stationary ones.
    pub fn new(transition: &[Vec<f64>], start: Option<&[f64]>) -> Result<Self> {
        let states = transition.len();
        if states == 0 || states > STATES {
            return Err(Error::config("transition", states, format!("1 to {STATES} states")));
        }
        for (j, row) in transition.iter().enumerate() {
            chances(&format!("transition[{j}]"), row, states)?;
        }
        let start = match start {
            Some(given) => {
                chances("start", given, states)?;
                given.to_vec()
            }
            None => stationary(transition).ok_or_else(|| {
                Error::config("start", "none", "given: the chain has more than one stationary distribution")
            })?,
        };
        let ends = transition.iter().chain([&start]).map(|row| ends(row)).collect();
        let stationary = stationary(transition).unwrap_or_else(|| start.clone());
        Ok(Self { states, ends, stationary, start, transition: transition.to_vec() })
    }

    /// Chances of the states in each of `periods` periods.
    pub fn marginals(&self, periods: usize) -> Vec<Vec<f64>> {
        let mut now = self.start.clone();
        (0..periods)
            .map(|_| {
                let then = (0..self.states)
                    .map(|k| (0..self.states).map(|j| now[j] * self.transition[j][k]).sum())
                    .collect();
                std::mem::replace(&mut now, then)
            })
            .collect()
    }

    /// The state that follows `from` (none: the first) for an integer `n < 2⁵²`.
    #[inline(always)]
    pub fn next(&self, from: Option<usize>, n: u64) -> usize {
        let ends = &self.ends[from.unwrap_or(self.states)];
        ends.iter().map(|&end| usize::from(end <= n)).sum()
    }
}

/// Fills a tile of states, carrying the last row from tile to tile.
pub(super) struct Walk<'a> {
    /// The chain.
    pub chain: &'a Chain,
    /// Whether the tile starts the run.
    pub begins: bool,
    /// The last row of the tile before.
    pub last: &'a mut Row<i32>,
    /// The tile.
    pub out: &'a mut Tile<i32>,
}

impl Rows for Walk<'_> {
    #[inline(always)]
    fn trails(&self) -> bool {
        true
    }

    #[inline(always)]
    fn row<S: Simd>(&mut self, _s: S, row: usize, words: Words<'_>) {
        let first = self.begins && row == 0;
        for lane in 0..LANES {
            let from = if first { None } else { Some(self.last[lane] as usize) };
            let state = self.chain.next(from, words.bits(lane)) as i32;
            self.last[lane] = state;
            self.out[row][lane] = state;
        }
    }
}

fn chances(field: &str, row: &[f64], states: usize) -> Result<()> {
    if row.len() != states {
        return Err(Error::config(
            field,
            format!("{} chances", row.len()),
            format!("one per state, {states}"),
        ));
    }
    for p in row {
        check::share(field, *p)?;
    }
    let sum: f64 = row.iter().sum();
    if (sum - 1.0).abs() > SLACK {
        return Err(Error::config(field, format!("a sum of {sum}"), "chances that sum to 1"));
    }
    Ok(())
}

/// Where the states begin in the 52-bit range; the last state takes what is left.
fn ends(row: &[f64]) -> Vec<u64> {
    let scale = (1u64 << BITS) as f64;
    let mut sum = 0.0;
    let last = row.iter().rposition(|p| *p > 0.0).unwrap_or(0);
    row[..row.len() - 1]
        .iter()
        .enumerate()
        .map(|(k, p)| {
            sum += p;
            // States that cannot be reached stay out of reach, whatever the last places of the sum say.
            if k >= last { 1 << BITS } else { (sum * scale).round() as u64 }
        })
        .collect()
}

/// The stationary distribution, if there is exactly one (Gaussian elimination with row pivots).
fn stationary(transition: &[Vec<f64>]) -> Option<Vec<f64>> {
    let n = transition.len();
    // π(P − I) = 0 with Σπ = 1 instead of the last equation.
    let mut a: Vec<Vec<f64>> = (0..n)
        .map(|k| {
            let mut row: Vec<f64> = (0..n).map(|j| transition[j][k] - f64::from(u8::from(j == k))).collect();
            row.push(0.0);
            row
        })
        .collect();
    a[n - 1] = vec![1.0; n + 1];
    for c in 0..n {
        let pivot = (c..n).max_by(|&i, &j| a[i][c].abs().total_cmp(&a[j][c].abs()))?;
        if a[pivot][c].abs() < 1e-12 {
            return None;
        }
        a.swap(c, pivot);
        for i in 0..n {
            if i != c {
                let f = a[i][c] / a[c][c];
                let pivot = a[c].clone();
                a[i].iter_mut().zip(&pivot).skip(c).for_each(|(x, p)| *x -= f * p);
            }
        }
    }
    let mut pi: Vec<f64> = (0..n).map(|i| (a[i][n] / a[i][i]).clamp(0.0, 1.0)).collect();
    let sum: f64 = pi.iter().sum();
    pi.iter_mut().for_each(|p| *p /= sum);
    Some(pi)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stationary_by_hand() {
        let p = [vec![0.95, 0.05], vec![0.2, 0.8]];
        let chain = Chain::new(&p, None).unwrap();
        assert!((chain.start[0] - 0.8).abs() < 1e-15);
        let apart = [vec![1.0, 0.0], vec![0.0, 1.0]];
        assert!(Chain::new(&apart, None).unwrap_err().to_string().contains("more than one stationary"));
        assert_eq!(Chain::new(&apart, Some(&[0.0, 1.0])).unwrap().next(None, 5), 1);
        assert!(Chain::new(&[vec![0.5, 0.4], vec![0.2, 0.8]], None).is_err());
    }

    #[test]
    fn impossible_states_are_never_entered() {
        let p = [
            vec![0.1, 0.2, 0.7, 0.0],
            vec![0.0, 1.0, 0.0, 0.0],
            vec![0.0, 0.0, 0.0, 1.0],
            vec![1.0, 0.0, 0.0, 0.0],
        ];
        let chain = Chain::new(&p, Some(&[0.3, 0.7, 0.0, 0.0])).unwrap();
        let last = (1u64 << BITS) - 1;
        assert_eq!([0, 1, 2, 3].map(|j| chain.next(Some(j), last)), [2, 1, 3, 0]);
        assert_eq!([0, 1, 2, 3].map(|j| chain.next(Some(j), 0)), [0, 1, 3, 0]);
        assert_eq!(chain.next(None, last), 1);
    }
}
