//! Dependent demand: what products need of a component, `Σ_v a_v · d_v`, added in the order in which the products are given.
//!
//! Every product draws its own demand by its own addresses, so a component asks for the same units whether its products are
//! simulated beside it or not.

use super::{DemandCell, DemandSource, DemandState, Window};
use crate::config::{Arrays, Part};
use crate::engine::lattice::{Cell, DEPTH, Lanes, Tile};
use crate::error::{Error, Result};
use fearless_simd::Simd;
use std::ops::Range;

/// Demand of several products for one component.
#[derive(Debug, Clone)]
pub struct Dependent {
    pub(super) parts: Vec<Share>,
}

/// What one product needs.
#[derive(Debug, Clone)]
pub(super) struct Share {
    pub(super) usage: f64,
    pub(super) key: u32,
    pub(super) of: DemandSource,
}

impl Dependent {
    /// Compiles the demand of every product.
    pub fn new(parts: &[Part], arrays: &Arrays, periods: usize, end: u64) -> Result<Self> {
        if parts.is_empty() {
            return Err(Error::config("parts", "none", "at least one product"));
        }
        let compile = |(i, part): (usize, &Part)| {
            let within = |e: Error| e.within(&format!("parts[{i}]"));
            if !(part.usage > 0.0 && part.usage.is_finite()) {
                return Err(within(Error::config("usage", part.usage, "> 0 and finite")));
            }
            let of = DemandSource::compile(&part.of, arrays, periods, end).map_err(within)?;
            Ok(Share { usage: part.usage, key: part.key, of })
        };
        Ok(Self { parts: parts.iter().enumerate().map(compile).collect::<Result<_>>()? })
    }

    /// Whether every value is whole.
    pub(super) fn whole(&self) -> bool {
        self.parts.iter().all(|p| p.of.whole && p.usage.fract() == 0.0)
    }

    /// Smallest, largest and usual values.
    pub(super) fn reach(&self) -> (f64, f64, f64) {
        let sum = |of: fn(&DemandSource) -> f64| self.parts.iter().map(|p| p.usage * of(&p.of)).sum();
        (sum(|d| d.lowest), sum(|d| d.largest), sum(|d| d.usual))
    }

    /// Σ usage × what is known of every product.
    pub(super) fn total(&self, of: impl Fn(&DemandSource) -> Option<f64>) -> Option<f64> {
        self.parts.iter().map(|p| of(&p.of).map(|x| p.usage * x)).sum()
    }

    pub(super) fn means(&self, periods: usize) -> Option<Vec<f64>> {
        let mut sums = vec![0.0; periods];
        for p in &self.parts {
            for (sum, x) in sums.iter_mut().zip(p.of.means(periods)?) {
                *sum += p.usage * x;
            }
        }
        Some(sums)
    }

    /// Whether products are known not to depend on each other.
    fn independent(&self) -> bool {
        self.parts.len() == 1 || self.parts.iter().all(|p| p.of.steady().is_some())
    }

    /// Standard deviation, from those of products that do not depend on each other.
    pub(super) fn deviation(&self, of: impl Fn(&DemandSource) -> Option<f64>) -> Option<f64> {
        let squares = |p: &Share| of(&p.of).map(|sd| p.usage * p.usage * sd * sd);
        let variance: Option<f64> = self.parts.iter().map(squares).sum();
        variance.filter(|_| self.independent()).map(f64::sqrt)
    }

    pub(super) fn cover_sd(&self, cover: &Range<usize>, periods: usize, foreseen: bool) -> Option<Vec<f64>> {
        if !self.independent() {
            return None;
        }
        let mut squares: Vec<f64> = Vec::new();
        for p in &self.parts {
            let own = p.of.cover_sd(cover.clone(), periods, foreseen)?;
            let length = squares.len().max(own.len());
            let last = squares.last().copied().unwrap_or(0.0);
            squares.resize(length, last);
            for (k, sum) in squares.iter_mut().enumerate() {
                let sd = own[k.min(own.len() - 1)];
                *sum += p.usage * p.usage * sd * sd;
            }
        }
        Some(squares.into_iter().map(f64::sqrt).collect())
    }

    /// One replication, by itself.
    pub(super) fn path(&self, key: u64, replication: u32, periods: usize, clipped: &mut u64) -> Vec<f64> {
        let mut sums = vec![0.0; periods];
        for p in &self.parts {
            let path = p.of.unfold(key, p.key, replication, periods, clipped);
            for (sum, x) in sums.iter_mut().zip(path) {
                *sum += p.usage * x;
            }
        }
        sums
    }

    /// Ready for the first tile of a chunk.
    pub(super) fn reset(&self, window: &Window, states: &mut Vec<DemandState>) {
        states.resize_with(self.parts.len().max(states.len()), DemandState::default);
        for (p, state) in self.parts.iter().zip(states) {
            state.reset(&p.of, &Window { entity: p.key, ..window.clone() });
        }
    }

    /// A tile.
    pub(super) fn fill<S: Simd, T: DemandCell>(
        &self,
        s: S,
        window: &Window,
        states: &mut [DemandState],
        spare: &mut Tile<T>,
        out: &mut Tile<T>,
    ) {
        out.iter_mut().for_each(|row| row.fill(T::default()));
        for (p, state) in self.parts.iter().zip(states) {
            T::fill(s, &p.of, &Window { entity: p.key, ..window.clone() }, state, spare);
            add(s, p.usage, spare, window.periods.min(DEPTH), out);
        }
    }
}

/// Adds `usage` times a tile to another. (Compiled once per SIMD level and cell.)
#[inline(never)]
pub(crate) fn add<S: Simd, T: Cell>(s: S, usage: f64, of: &Tile<T>, rows: usize, to: &mut Tile<T>) {
    s.vectorize(
        #[inline(always)]
        || {
            let width = T::Lanes::<S>::WIDTH;
            for (from, to) in of.iter().zip(to.iter_mut()).take(rows) {
                if usage == 1.0 {
                    for (x, y) in from.chunks_exact(width).zip(to.chunks_exact_mut(width)) {
                        (T::Lanes::<S>::load(s, y) + T::Lanes::<S>::load(s, x)).store(y);
                    }
                } else {
                    for (x, y) in from.iter().zip(to.iter_mut()) {
                        *y = *y + T::times(*x, usage);
                    }
                }
            }
        },
    );
}

/// The sum of two tiles. (Compiled once per SIMD level and cell.)
#[inline(never)]
pub(crate) fn add_both<S: Simd, T: Cell>(s: S, a: &Tile<T>, b: &Tile<T>, rows: usize, to: &mut Tile<T>) {
    s.vectorize(
        #[inline(always)]
        || {
            let width = T::Lanes::<S>::WIDTH;
            for ((a, b), to) in a.iter().zip(b).zip(to.iter_mut()).take(rows) {
                for ((a, b), to) in
                    a.chunks_exact(width).zip(b.chunks_exact(width)).zip(to.chunks_exact_mut(width))
                {
                    (T::Lanes::<S>::load(s, a) + T::Lanes::<S>::load(s, b)).store(to);
                }
            }
        },
    );
}
