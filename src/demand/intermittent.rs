//! The bootstrap for intermittent demand (spec D6; Willemain, Smart & Schwarz, *International Journal of Forecasting* 20,
//! 2004): a two-state chain, estimated from the history, says whether there is demand; past positive demands, jittered,
//! say how much.
//!
//! ```text
//! X     one of the positive observations                               stream Bootstrap
//! Z     standard normal                                                stream Demand
//! size  1 + ⌊X + Z·√X⌋ where the history is whole, X + Z·√X otherwise; X itself where that is not positive
//! ```

use super::chain::Chain;
use crate::error::{Error, Result};
use crate::law::score::Scores;
use crate::law::{Law, Sampler};

/// Occurrence and sizes.
#[derive(Debug, Clone)]
pub struct Intermittent {
    /// State 1: there is demand.
    pub chain: Chain,
    /// Positive observations, equally likely.
    pub sizes: Sampler,
    /// Whether sizes are jittered.
    pub jitter: bool,
    /// Whether every observation is whole.
    pub whole: bool,
    /// Φ⁻¹.
    pub scores: &'static Scores,
}

impl Intermittent {
    /// Estimates the chain: each of the four transitions is counted, and the observation before the first is the last
    /// (the history as a circle), so that the long-run share of periods with demand is the observed one.
    pub fn new(history: &[f64], jitter: bool) -> Result<Self> {
        let positive: Vec<f64> = history.iter().copied().filter(|x| *x > 0.0).collect();
        if positive.is_empty() {
            return Err(Error::data("demand.history", "must have at least one positive observation"));
        }
        let mut counts = [[0.0; 2]; 2];
        for (t, x) in history.iter().enumerate() {
            let before = history[if t == 0 { history.len() - 1 } else { t - 1 }];
            counts[usize::from(before > 0.0)][usize::from(*x > 0.0)] += 1.0;
        }
        let share = positive.len() as f64 / history.len() as f64;
        let transition = counts.map(|row| {
            let all = row[0] + row[1];
            if all == 0.0 { vec![1.0 - share, share] } else { vec![row[0] / all, row[1] / all] }
        });
        let chain = Chain::new(&transition, Some(&[1.0 - share, share]))?;
        let whole = history.iter().all(|x| x.fract() == 0.0);
        let sizes = Law::Empirical { values: positive, interpolate: false }.compile()?;
        Ok(Self { chain, sizes, jitter, whole, scores: Scores::shared()? })
    }

    /// The size of a demand from an observation and a standard normal.
    #[inline(always)]
    pub fn size(&self, x: f64, z: f64) -> f64 {
        if !self.jitter {
            return x;
        }
        let jittered = x + z * x.sqrt();
        let jittered = if self.whole { 1.0 + jittered.floor() } else { jittered };
        if jittered > 0.0 { jittered } else { x }
    }

    /// Largest demand: the normal score of the last integer is 8.21.
    pub fn largest(&self) -> f64 {
        let x = self.sizes.max();
        if self.jitter { self.size(x, 8.3) } else { x }
    }

    /// Mean demand of a period, where it has a simple form.
    pub fn mean(&self) -> Option<f64> {
        (!self.jitter).then(|| self.chain.start[1] * self.sizes.mean())
    }

    /// Variance of a period's demand, before jitter.
    pub fn variance(&self) -> f64 {
        let (p, mean) = (self.chain.start[1], self.sizes.mean());
        p * (self.sizes.variance() + mean * mean) - p * p * mean * mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chain_and_sizes_by_hand() {
        let w = Intermittent::new(&[0.0, 3.0, 4.0, 0.0, 0.0, 5.0], true).unwrap();
        assert_eq!(w.chain.start, [0.5, 0.5]);
        assert!((w.chain.stationary[1] - 0.5).abs() < 1e-12);
        assert_eq!(
            [w.size(4.0, 0.0), w.size(4.0, 0.4), w.size(4.0, -0.1), w.size(4.0, -2.6)],
            [5.0, 5.0, 4.0, 4.0]
        );
        assert!(Intermittent::new(&[0.0; 4], true).is_err());
        let always = Intermittent::new(&[2.5, 1.0], false).unwrap();
        assert_eq!((always.size(2.5, 3.0), always.mean()), (2.5, Some(1.75)));
    }
}
