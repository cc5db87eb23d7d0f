//! A tile of demand: 256 replications × up to 64 periods of one item.

use super::{DemandKind, DemandSource, path_of};
use crate::engine::lattice::{Cell, DEPTH, LANES, Source, Tile, draw_real, draw_whole};
use crate::law::{Sampler, WholeTable};
use crate::random::Stream;
use fearless_simd::Simd;

/// Which tile of whose random numbers.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Key of all addresses.
    pub key: u64,
    /// Key of the item.
    pub entity: u32,
    /// Replication of lane 0.
    pub first: u32,
    /// First period, a multiple of the tile's depth.
    pub start: usize,
    /// Periods from there to the horizon.
    pub periods: usize,
}

impl Window {
    /// The addresses of one stream.
    pub fn source(&self, stream: Stream) -> Source {
        Source { key: self.key, stream, entity: self.entity }
    }

    /// Draws a whole-valued law on one stream.
    #[inline(always)]
    pub fn whole<S: Simd>(&self, s: S, stream: Stream, law: &WholeTable, out: &mut Tile<i32>) {
        draw_whole(s, self.source(stream), law, self.first, self.start as u64, self.periods, out);
    }
}

/// Cells that demand can be drawn into.
pub trait DemandCell: Cell {
    /// Fills a tile; `index` is scratch.
    fn fill<S: Simd>(
        s: S,
        demand: &DemandSource,
        window: &Window,
        out: &mut Tile<Self>,
        index: &mut Tile<i32>,
    );
}

impl DemandCell for i32 {
    #[inline(always)]
    fn fill<S: Simd>(
        s: S,
        demand: &DemandSource,
        window: &Window,
        out: &mut Tile<i32>,
        _index: &mut Tile<i32>,
    ) {
        match &demand.kind {
            DemandKind::Drawn { stream, sampler: Sampler::Whole(law) } => window.whole(s, *stream, law, out),
            DemandKind::Drawn { .. } => unreachable!("only whole laws run on integers"),
            DemandKind::Given { values, rows, periods } => given(values, *rows, *periods, window, out),
        }
    }
}

impl DemandCell for f64 {
    #[inline(always)]
    fn fill<S: Simd>(
        s: S,
        demand: &DemandSource,
        window: &Window,
        out: &mut Tile<f64>,
        index: &mut Tile<i32>,
    ) {
        match &demand.kind {
            DemandKind::Drawn { stream, sampler } => match sampler {
                Sampler::Whole(law) => {
                    window.whole(s, *stream, law, index);
                    map(index, out, f64::from);
                }
                Sampler::Values { index: law, values } => {
                    window.whole(s, *stream, law, index);
                    map(index, out, |i| values[i as usize]);
                }
                Sampler::Real(law) => {
                    let source = window.source(*stream);
                    draw_real(s, source, law, window.first, window.start as u64, window.periods, out);
                }
            },
            DemandKind::Given { values, rows, periods } => given(values, *rows, *periods, window, out),
        }
    }
}

/// What an index stands for, cell by cell.
#[inline(always)]
fn map(index: &Tile<i32>, out: &mut Tile<f64>, value: impl Fn(i32) -> f64) {
    for (row, drawn) in out.iter_mut().zip(index) {
        for (x, i) in row.iter_mut().zip(drawn) {
            *x = value(*i);
        }
    }
}

/// Copies given paths.
fn given<T: Cell>(values: &[f64], rows: usize, length: usize, window: &Window, out: &mut Tile<T>) {
    let to = DEPTH.min(window.periods);
    for lane in 0..LANES {
        let start = path_of(window.first.wrapping_add(lane as u32), rows) * length + window.start;
        for (row, &x) in out.iter_mut().zip(&values[start..start + to]) {
            row[lane] = T::from_f64(x);
        }
    }
}
