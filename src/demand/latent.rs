//! Latent Gaussian scores: how periods depend on the one before, and items on each other (spec D4, D7).
//!
//! ```text
//! e_t = Φ⁻¹(u_t)                                     the item's own luck, stream Demand
//! x_t = Σ_f β_f·F_{f,t} + √(1 − Σβ²)·e_t             F: common factors, stream Factor
//! z_0 = x_0,  z_t = ρ·z_{t−1} + √(1 − ρ²)·x_t        stationary from the start
//! demand of t = inverse distribution function at Φ(z_t)
//! ```
//!
//! For a normal law that is the Gaussian AR(1); for a lognormal one its exponential; for any other the
//! autoregressive-to-anything and normal-to-anything constructions (Cario & Nelson 1996, 1997). The law of a single
//! period is exactly the one asked for.

use crate::config::Loading;
use crate::engine::lattice::{DEPTH, LANES, Row, Rows, Tile, Words};
use crate::error::{Error, Result};
use crate::law::score::Scores;
use fearless_simd::Simd;

/// How far the squares of the loadings may exceed 1 before they are refused: rounding in a factorisation.
const SLACK: f64 = 1e-9;

/// How an item's scores depend on others.
#[derive(Debug, Clone)]
pub struct Latent {
    /// ρ.
    correlation: f64,
    /// √(1 − ρ²).
    innovation: f64,
    /// Factors and their weights β.
    pub loadings: Vec<Loading>,
    /// √(1 − Σβ²).
    own: f64,
    /// Φ and its inverse.
    pub scores: &'static Scores,
}

impl Latent {
    /// Neither before nor beside: independent scores.
    pub fn new() -> Result<Self> {
        let scores = Scores::shared()?;
        Ok(Self { correlation: 0.0, innovation: 1.0, loadings: Vec::new(), own: 1.0, scores })
    }

    /// The same with a correlation to the period before.
    pub fn autocorrelated(mut self, correlation: f64) -> Result<Self> {
        if !(correlation > -1.0 && correlation < 1.0) {
            return Err(Error::config("correlation", correlation, "in (−1, 1)"));
        }
        if self.correlation != 0.0 {
            return Err(Error::config("of", "autocorrelated", "not autocorrelated already"));
        }
        self.correlation = correlation;
        self.innovation = (1.0 - correlation * correlation).sqrt();
        Ok(self)
    }

    /// The same with factors.
    pub fn correlated(mut self, loadings: &[Loading]) -> Result<Self> {
        if !self.loadings.is_empty() {
            return Err(Error::config("of", "correlated", "not correlated already"));
        }
        for (i, one) in loadings.iter().enumerate() {
            let field = format!("loadings[{}]", one.factor);
            if !(-1.0..=1.0).contains(&one.weight) {
                return Err(Error::config(field, one.weight, "in [−1, 1]"));
            }
            if loadings[..i].iter().any(|l| l.factor == one.factor) {
                return Err(Error::config(field, one.factor, "named once"));
            }
        }
        let explained: f64 = loadings.iter().map(|l| l.weight * l.weight).sum();
        if explained > 1.0 + SLACK {
            let bound = "loadings whose squares sum to at most 1";
            return Err(Error::config("loadings", format!("a sum of squares of {explained}"), bound));
        }
        self.loadings = loadings.to_vec();
        self.own = (1.0 - explained).max(0.0).sqrt();
        Ok(self)
    }

    /// Whether scores are what they would be without.
    pub fn is_idle(&self) -> bool {
        self.correlation == 0.0 && self.loadings.iter().all(|l| l.weight == 0.0)
    }

    /// The score of a period from the mix of factors, the item's own score and the score before (none: period 0).
    #[inline(always)]
    pub fn step(&self, mixed: f64, own: f64, before: Option<f64>) -> f64 {
        let x = mixed + self.own * own;
        match before {
            None => x,
            Some(z) => self.correlation * z + self.innovation * x,
        }
    }
}

/// Memory of the scores of a chunk.
pub(super) struct Memory {
    /// Scores of the last period.
    last: Row<f64>,
    /// Σβ·F of a tile.
    mixed: Box<Tile<f64>>,
}

impl Memory {
    /// Nothing has happened.
    pub(super) fn new() -> Self {
        let tile = vec![[0.0; LANES]; DEPTH].into_boxed_slice();
        let mixed = tile.try_into().unwrap_or_else(|_| unreachable!("the vector has DEPTH rows"));
        Self { last: [0.0; LANES], mixed }
    }

    /// Forgets the factors of the tile before.
    pub(super) fn clear_factors(&mut self) {
        self.mixed.iter_mut().for_each(|row| *row = [0.0; LANES]);
    }
}

/// Adds one factor to the mix.
pub(super) struct Factor<'a> {
    /// Whose scores.
    pub latent: &'a Latent,
    /// β.
    pub weight: f64,
    /// Where it is added.
    pub memory: &'a mut Memory,
}

impl Rows for Factor<'_> {
    #[inline(always)]
    fn trails(&self) -> bool {
        true
    }

    #[inline(always)]
    fn row<S: Simd>(&mut self, s: S, row: usize, words: Words<'_>) {
        let mut f = [0.0; LANES];
        self.latent.scores.fill_scores(s, words.lead, words.trails(), &mut f);
        for (mixed, f) in self.memory.mixed[row].iter_mut().zip(&f) {
            *mixed += self.weight * *f;
        }
    }
}

/// The words of a row of scores, from the words of the item's own luck.
#[inline(always)]
pub(super) fn words_of<S: Simd>(
    s: S,
    latent: &Latent,
    memory: &mut Memory,
    (row, begins): (usize, bool),
    own: Words<'_>,
    lead: &mut Row<u32>,
    trail: &mut Row<u32>,
) {
    let mut z = [0.0; LANES];
    latent.scores.fill_scores(s, own.lead, own.trails(), &mut z);
    for ((z, mixed), last) in z.iter_mut().zip(&memory.mixed[row]).zip(&memory.last) {
        *z = latent.step(*mixed, *z, if begins { None } else { Some(*last) });
    }
    memory.last = z;
    latent.scores.fill_words(s, &z, lead, trail);
}
