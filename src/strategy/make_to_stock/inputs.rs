//! The random inputs of a tile: demand of one group of designs, and each random lead time they use.

use super::chunk::Chunk;
use super::params::DemandKind;
use crate::engine::lattice::{Cell, DEPTH, LANES, Source, Tile, draw_real, draw_whole};
use crate::law::{Sampler, WholeTable};
use crate::random::Stream;
use fearless_simd::Simd;

impl Chunk<'_> {
    /// One tile of demand, and one of every random lead time.
    #[inline(always)]
    pub(super) fn draw<S: Simd, T: DemandCell>(
        &self,
        s: S,
        tile_start: usize,
        demand: &mut Tile<T>,
        index: &mut Tile<i32>,
        leads: &mut [Box<Tile<i32>>],
    ) {
        s.vectorize(
            #[inline(always)]
            || T::fill(s, self, tile_start, demand, index),
        );
        for (law, tile) in self.group.leads.iter().zip(leads) {
            let source = self.source(Stream::LeadTime);
            s.vectorize(
                #[inline(always)]
                || {
                    draw_whole(
                        s,
                        source,
                        law,
                        self.first,
                        tile_start as u64,
                        self.frame.periods - tile_start,
                        tile,
                    );
                },
            );
        }
    }

    pub(super) fn source(&self, stream: Stream) -> Source {
        Source { key: self.frame.key, stream, entity: self.plan.entity }
    }

    /// Demand of one replication and period, by itself.
    pub(super) fn demand_of(&self, replication: u32, t: usize) -> f64 {
        match &self.group.demand.kind {
            DemandKind::Drawn { stream, sampler } => {
                sampler.at(self.source(*stream).line(replication).bits(t as u64))
            }
            DemandKind::Given { values, rows, periods } => {
                values[(replication - self.frame.first) as usize % rows * periods + t]
            }
        }
    }

    /// Copies given paths: replication r of the run takes path r (modulo the number of paths).
    fn given<T: Cell>(&self, tile_start: usize, out: &mut Tile<T>) {
        let DemandKind::Given { values, rows, periods } = &self.group.demand.kind else {
            unreachable!("only called for given paths")
        };
        let to = DEPTH.min(self.frame.periods - tile_start);
        for lane in 0..LANES {
            let replication = (self.first as usize + lane).wrapping_sub(self.frame.first as usize);
            let start = (replication % rows) * periods + tile_start;
            for (k, row) in out.iter_mut().enumerate().take(to) {
                row[lane] = T::from_f64(values[start + k]);
            }
        }
    }
}

/// Cells that demand can be drawn into.
pub(super) trait DemandCell: Cell {
    fn fill<S: Simd>(s: S, chunk: &Chunk<'_>, tile_start: usize, out: &mut Tile<Self>, index: &mut Tile<i32>);
}

impl DemandCell for i32 {
    #[inline(always)]
    fn fill<S: Simd>(
        s: S,
        chunk: &Chunk<'_>,
        tile_start: usize,
        out: &mut Tile<i32>,
        _index: &mut Tile<i32>,
    ) {
        match &chunk.group.demand.kind {
            DemandKind::Drawn { stream, sampler: Sampler::Whole(law) } => {
                draw_whole(
                    s,
                    chunk.source(*stream),
                    law,
                    chunk.first,
                    tile_start as u64,
                    chunk.frame.periods - tile_start,
                    out,
                );
            }
            DemandKind::Drawn { .. } => unreachable!("only whole laws run on integers"),
            DemandKind::Given { .. } => chunk.given(tile_start, out),
        }
    }
}

impl DemandCell for f64 {
    #[inline(always)]
    fn fill<S: Simd>(s: S, chunk: &Chunk<'_>, tile_start: usize, out: &mut Tile<f64>, index: &mut Tile<i32>) {
        let mut indexed =
            |stream: Stream, law: &WholeTable, value: &dyn Fn(i32) -> f64, out: &mut Tile<f64>| {
                draw_whole(
                    s,
                    chunk.source(stream),
                    law,
                    chunk.first,
                    tile_start as u64,
                    chunk.frame.periods - tile_start,
                    index,
                );
                for (row, drawn) in out.iter_mut().zip(index.iter()) {
                    for (x, i) in row.iter_mut().zip(drawn) {
                        *x = value(*i);
                    }
                }
            };
        match &chunk.group.demand.kind {
            DemandKind::Drawn { stream, sampler } => match sampler {
                Sampler::Whole(law) => indexed(*stream, law, &f64::from, out),
                Sampler::Values { index: law, values } => indexed(*stream, law, &|i| values[i as usize], out),
                Sampler::Real(law) => draw_real(
                    s,
                    chunk.source(*stream),
                    law,
                    chunk.first,
                    tile_start as u64,
                    chunk.frame.periods - tile_start,
                    out,
                ),
            },
            DemandKind::Given { .. } => chunk.given(tile_start, out),
        }
    }
}
