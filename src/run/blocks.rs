//! Many numbers of every replication, of products and components: a chunk folds its replications into moments as they come,
//! and moments are merged in the order of the chunks; every number of every replication is kept only where it is asked
//! for.

use super::store::noughts;
use crate::metrics::assembly::Figure;
use crate::metrics::moments::Moments;
use crate::metrics::summary::Factors;

/// Numbers with axes (design, cell): products, components, windows, pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Name.
    pub name: &'static str,
    /// Cells per design.
    pub cells: usize,
    /// Per design and cell: value, standard error, low, high.
    pub estimates: Vec<f64>,
    /// Per design, cell and replication, where replications are kept.
    pub values: Option<Vec<f64>>,
    /// The same of numerators and denominators, where it is a ratio.
    pub parts: Option<[Vec<f64>; 2]>,
}

/// Where the numbers of one replication lie.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    /// Name, cells, whether it is a ratio.
    pub(super) blocks: Vec<(&'static str, usize, bool)>,
    /// How many of the blocks are products', and products' or components'.
    pub(super) split: [usize; 2],
}

impl Layout {
    pub(super) fn cells(&self) -> usize {
        self.blocks.iter().map(|b| b.1).sum()
    }
}

/// What a chunk found.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    /// Per design.
    moments: Vec<Moments>,
    /// Per design, lane by lane, where replications are kept.
    kept: Option<Vec<Vec<Figure>>>,
}

impl Part {
    pub(super) fn new(designs: usize, keeps: bool) -> Self {
        Self { moments: vec![Moments::default(); designs], kept: keeps.then(|| vec![Vec::new(); designs]) }
    }

    /// Adds the numbers of the next replication of a design.
    pub(super) fn push(&mut self, design: usize, figures: &[Figure]) {
        self.moments[design].push(figures.iter().map(|c| (c.top, c.bottom)));
        if let Some(kept) = &mut self.kept {
            kept[design].extend_from_slice(figures);
        }
    }
}

/// What all chunks found.
pub(super) struct Whole {
    moments: Vec<Moments>,
    /// Per block: (design, cell, replication); values, numerators, denominators, the latter of ratios only.
    values: Vec<[Vec<f64>; 3]>,
    layout: Layout,
}

impl Whole {
    pub(super) fn new(designs: usize, replications: usize, layout: Layout, keeps: bool) -> Self {
        let room = |&(_, cells, is_ratio): &(&str, usize, bool)| {
            let n = designs * cells * replications;
            let parts = if is_ratio { n } else { 0 };
            [noughts(n), noughts(parts), noughts(parts)]
        };
        let values = layout.blocks.iter().filter(|_| keeps).map(room).collect();
        Self { moments: vec![Moments::default(); designs], values, layout }
    }

    /// Adds the next chunk, whose first lane is replication `start`.
    pub(super) fn merge(&mut self, part: &Part, start: usize) {
        for (sum, moments) in self.moments.iter_mut().zip(&part.moments) {
            sum.merge(moments);
        }
        let Some(kept) = &part.kept else { return };
        let (designs, all) = (self.moments.len(), self.layout.cells().max(1));
        let mut offset = 0;
        for ([value, top, bottom], (_, cells, is_ratio)) in self.values.iter_mut().zip(&self.layout.blocks) {
            let replications = value.len() / (designs * cells).max(1);
            let rows =
                kept.iter().enumerate().flat_map(|(d, own)| own.chunks(all).enumerate().map(move |r| (d, r)));
            for (d, (lane, figures)) in rows {
                for (c, figure) in figures[offset..offset + cells].iter().enumerate() {
                    let at = (d * cells + c) * replications + start + lane;
                    value[at] = figure.value;
                    if *is_ratio {
                        (top[at], bottom[at]) = (figure.top, figure.bottom);
                    }
                }
            }
            offset += cells;
        }
    }

    /// Estimates with errors: of products, of components, others.
    pub(super) fn finish(self, factors: &Factors) -> [Vec<Block>; 3] {
        let Self { moments, values, layout } = self;
        let mut blocks = Vec::with_capacity(layout.blocks.len());
        let mut offset = 0;
        let mut values = values.into_iter();
        for &(name, cells, is_ratio) in &layout.blocks {
            let mut estimates = Vec::with_capacity(moments.len() * cells * 4);
            for own in &moments {
                (0..cells).for_each(|c| estimates.extend(own.estimate(offset + c, is_ratio, factors)));
            }
            let (values, parts) = match values.next() {
                Some([value, top, bottom]) => (Some(value), is_ratio.then_some([top, bottom])),
                None => (None, None),
            };
            blocks.push(Block { name, cells, estimates, values, parts });
            offset += cells;
        }
        let others = blocks.split_off(layout.split[1]);
        let components = blocks.split_off(layout.split[0]);
        [blocks, components, others]
    }
}
