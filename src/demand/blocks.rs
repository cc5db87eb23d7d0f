//! Runs of past observations (spec D6), stream `Bootstrap`. Draws decide positions in the history, so items that share
//! an entity and the length of their histories keep what happened together, together.

use crate::engine::lattice::{LANES, Row, Rows, Tile, Words};
use crate::error::{Error, Result, check};
use crate::random::to_unit;
use fearless_simd::Simd;
use std::sync::Arc;

/// A bootstrap in blocks.
#[derive(Debug, Clone)]
pub struct Blocks {
    /// The past.
    pub history: Arc<[f64]>,
    /// How blocks are cut.
    pub cut: Cut,
    /// Entity of the draws; none: the item.
    pub key: Option<u32>,
}

/// How blocks are cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cut {
    /// Blocks of one length, starting anywhere they fit.
    Moving {
        /// Periods.
        length: usize,
    },
    /// Blocks of geometric length on the history as a circle.
    Stationary {
        /// Chance that a block ends.
        ends: f64,
    },
    /// Blocks of one length, starting at the phase that it is.
    Seasonal {
        /// Periods in a season.
        season: usize,
        /// Periods in a block.
        length: usize,
        /// Phase of period 0.
        phase: usize,
    },
}

impl Cut {
    /// Periods in a block, where that is fixed.
    pub fn length(self) -> Option<usize> {
        match self {
            Self::Moving { length } | Self::Seasonal { length, .. } => Some(length),
            Self::Stationary { .. } => None,
        }
    }
}

impl Blocks {
    /// Moving blocks of `length` periods.
    pub fn moving(history: &[f64], length: usize, key: Option<u32>) -> Result<Self> {
        fits(history, length)?;
        Ok(Self { history: history.into(), cut: Cut::Moving { length }, key })
    }

    /// Blocks of geometric length.
    pub fn stationary(history: &[f64], mean_length: f64, key: Option<u32>) -> Result<Self> {
        fits(history, 1)?;
        check::quantity("mean_length", mean_length)?;
        if mean_length < 1.0 {
            return Err(Error::config("mean_length", mean_length, "≥ 1"));
        }
        Ok(Self { history: history.into(), cut: Cut::Stationary { ends: 1.0 / mean_length }, key })
    }

    /// Blocks that start at the right phase of a season.
    pub fn seasonal(
        history: &[f64],
        season: usize,
        length: usize,
        start_phase: Option<usize>,
        key: Option<u32>,
    ) -> Result<Self> {
        fits(history, length)?;
        if season == 0 {
            return Err(Error::config("season", 0, "≥ 1"));
        }
        if history.len() < season + length - 1 {
            let bound = format!(
                "at most {}: a block must start at every phase of the season at least once in {} periods",
                (history.len() + 1).saturating_sub(season),
                history.len()
            );
            return Err(Error::config("length", length, bound));
        }
        let phase = start_phase.unwrap_or(history.len() % season);
        if phase >= season {
            return Err(Error::config("start_phase", phase, format!("< season = {season}")));
        }
        Ok(Self { history: history.into(), cut: Cut::Seasonal { season, length, phase }, key })
    }

    /// The position of period `t`, from the integer that decides it and the position before.
    ///
    /// Blocks of one length are decided by the integer of their number, `t / length`.
    #[inline(always)]
    pub fn position(&self, t: usize, n: u64, before: i32) -> i32 {
        let u = to_unit(n);
        let size = self.history.len();
        match self.cut {
            Cut::Moving { length } => (place(u, size - length + 1) + t % length) as i32,
            Cut::Seasonal { season, length, phase } => {
                let at = (phase + t - t % length) % season;
                (at + season * place(u, (size - length - at) / season + 1) + t % length) as i32
            }
            Cut::Stationary { ends } => {
                if t == 0 {
                    place(u, size) as i32
                } else if u < ends {
                    place(u / ends, size) as i32
                } else if before as usize + 1 == size {
                    0
                } else {
                    before + 1
                }
            }
        }
    }

    /// Exact mean of the demand of period `t`.
    pub fn mean_of(&self, t: usize) -> f64 {
        let h = &self.history;
        let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
        match self.cut {
            Cut::Stationary { .. } => mean(h),
            Cut::Moving { length } => {
                let starts = h.len() - length + 1;
                mean(&h[t % length..t % length + starts])
            }
            Cut::Seasonal { season, length, phase } => {
                let at = (phase + t - t % length) % season;
                let starts = (h.len() - length - at) / season + 1;
                let sum: f64 = (0..starts).map(|i| h[at + season * i + t % length]).sum();
                sum / starts as f64
            }
        }
    }

    /// Exact mean of a period's demand, averaged over `periods` periods.
    pub fn mean(&self, periods: usize) -> f64 {
        if let Cut::Stationary { .. } = self.cut {
            return self.mean_of(0);
        }
        (0..periods).map(|t| self.mean_of(t)).sum::<f64>() / periods as f64
    }
}

/// One of `count` places.
#[inline(always)]
fn place(u: f64, count: usize) -> usize {
    ((u * count as f64) as usize).min(count - 1)
}

fn fits(history: &[f64], length: usize) -> Result<()> {
    if length == 0 {
        return Err(Error::config("length", 0, "≥ 1"));
    }
    if length > history.len() {
        let bound = format!("≤ the history's {} periods", history.len());
        return Err(Error::config("length", length, bound));
    }
    Ok(())
}

/// Positions from words. Fixed blocks: a row per block number; stationary blocks: a row per period.
pub(super) struct Places<'a> {
    /// The bootstrap.
    pub blocks: &'a Blocks,
    /// Period of the first row.
    pub start: usize,
    /// The last row of the tile before.
    pub last: &'a mut Row<i32>,
    /// The tile of positions.
    pub out: &'a mut Tile<i32>,
}

impl Rows for Places<'_> {
    #[inline(always)]
    fn trails(&self) -> bool {
        true
    }

    #[inline(always)]
    fn row<S: Simd>(&mut self, _s: S, row: usize, words: Words<'_>) {
        let t = match self.blocks.cut.length() {
            // The first period of the block.
            Some(length) => (self.start + row) * length,
            None => self.start + row,
        };
        for lane in 0..LANES {
            self.out[row][lane] = self.blocks.position(t, words.bits(lane), self.last[lane]);
        }
        if self.blocks.cut.length().is_none() {
            *self.last = self.out[row];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::BITS;

    const LAST: u64 = (1 << BITS) - 1;

    #[test]
    fn positions_by_hand() {
        let h: Vec<f64> = (0..10).map(f64::from).collect();
        let moving = Blocks::moving(&h, 4, None).unwrap();
        assert_eq!([0, LAST].map(|n| moving.position(9, n, 0)), [1, 7]);
        let seasonal = Blocks::seasonal(&h, 4, 2, None, None).unwrap();
        // Ten periods of season 4 end at phase 1, so period 0 has phase 2 and period 4 phase 2 again.
        assert_eq!([0, LAST].map(|n| seasonal.position(0, n, 0)), [2, 6]);
        assert_eq!([0, LAST].map(|n| seasonal.position(3, n, 0)), [1, 9]);
        let stationary = Blocks::stationary(&h, 4.0, None).unwrap();
        assert_eq!(stationary.position(3, LAST, 9), 0);
        assert_eq!(stationary.position(3, LAST, 4), 5);
        // A chance of 1/4 that a block ends: half of it falls on the middle of the history.
        assert_eq!(stationary.position(3, LAST / 8 + 1, 8), 5);
        assert_eq!(stationary.position(3, LAST / 8, 8), 4);
        assert_eq!((moving.mean(1), stationary.mean(5)), (3.0, 4.5));
    }

    #[test]
    fn every_phase_needs_a_start() {
        let h = [0.0; 9];
        assert!(Blocks::seasonal(&h, 6, 4, None, None).is_ok());
        assert!(
            Blocks::seasonal(&h, 6, 5, None, None)
                .unwrap_err()
                .to_string()
                .starts_with("length must be at most 4")
        );
        assert!(Blocks::moving(&h, 10, None).is_err());
        assert!(Blocks::stationary(&h, 0.5, None).is_err());
    }
}
