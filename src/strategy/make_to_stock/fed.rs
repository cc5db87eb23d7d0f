//! An item whose demand somebody else draws, tile by tile: a component of an assembly. It lives as it would alone, and
//! its owner sees net stock at every close.

use super::chunk::{Chunk, Drawn, Rest, Setting, step};
use super::kernel::{Detail, Inputs, State};
use super::plan::Plan;
use super::rows::Coming;
use crate::demand::DemandCell;
use crate::engine::lattice::{Cell, DEPTH, Tile, new_tile};
use crate::engine::work::Piece;
use crate::metrics::Counts;
use fearless_simd::Simd;

pub(in crate::strategy) use super::kernel::{Record, Span};

/// One item over one piece of the replications.
pub(in crate::strategy) struct Fed<'a> {
    groups: Vec<Chunk<'a>>,
    /// Group and place there of every design.
    place: Vec<(usize, usize)>,
    periods: usize,
    key: u64,
}

/// Its memory.
pub(in crate::strategy) struct Feed<T> {
    /// By group.
    drawn: Vec<Rest>,
    /// By design.
    states: Vec<State<T>>,
}

impl<T: Cell> Default for Feed<T> {
    fn default() -> Self {
        Self { drawn: Vec::new(), states: Vec::new() }
    }
}

/// Cells that such an item counts in.
pub(in crate::strategy) trait FedCell: DemandCell {
    /// Advances a design over a span of the demand that is handed over; every close is in the bench's record. `lean`:
    /// only the sums that nearly every metric needs.
    fn advance<S: Simd>(
        s: S,
        fed: &Fed<'_>,
        design: (usize, bool),
        demand: &Tile<Self>,
        span: Span,
        memory: (&mut Feed<Self>, &mut Bench<Self>),
    );
}

macro_rules! fed_cell {
    ($cell:ty) => {
        impl FedCell for $cell {
            fn advance<S: Simd>(
                s: S,
                fed: &Fed<'_>,
                design: (usize, bool),
                demand: &Tile<Self>,
                span: Span,
                (feed, bench): (&mut Feed<Self>, &mut Bench<Self>),
            ) {
                fed.advance(s, design, demand, span, feed, bench);
            }
        }
    };
}

fed_cell!(i32);
fed_cell!(f64);

/// What items in turn work with.
pub(in crate::strategy) struct Bench<T> {
    /// What a tile looked like under one design: every close.
    pub(in crate::strategy) record: Record<T>,
    /// In place of lead times where none are drawn.
    blank: Box<Tile<i32>>,
}

impl<T: Cell> Default for Bench<T> {
    fn default() -> Self {
        let mut record = Record::new();
        (record.keep_before, record.keep_ordered) = (false, false);
        Self { record, blank: new_tile() }
    }
}

impl<'a> Fed<'a> {
    /// Ready to open.
    pub(in crate::strategy) fn new(setting: Setting<'a>, plan: &'a Plan, piece: &Piece) -> Self {
        Self {
            groups: Chunk::all(setting, plan, piece),
            place: plan.places(),
            periods: setting.frame.periods,
            key: setting.frame.key,
        }
    }

    /// Opening states.
    pub(in crate::strategy) fn open<T: Cell>(&self, feed: &mut Feed<T>) {
        feed.drawn.resize_with(self.groups.len().max(feed.drawn.len()), Rest::default);
        for (chunk, rest) in self.groups.iter().zip(&mut feed.drawn) {
            rest.reserve(chunk.group, 0);
        }
        feed.states.resize_with(self.place.len().max(feed.states.len()), State::new);
        for (&(g, j), state) in self.place.iter().zip(&mut feed.states) {
            let chunk = &self.groups[g];
            chunk.open(&chunk.group.params[j], state);
        }
    }

    /// Net stock of a design before the first period.
    pub(in crate::strategy) fn opening<T: Cell>(&self, design: usize, lane: usize, feed: &Feed<T>) -> f64 {
        feed.states[design].net_of(lane)
    }

    /// What is less than this is rounding, under a design.
    pub(in crate::strategy) fn tolerance(&self, design: usize) -> f64 {
        let (g, j) = self.place[design];
        self.groups[g].group.params[j].tolerance
    }

    /// One tile of every random input but demand.
    pub(in crate::strategy) fn draw<S: Simd, T: Cell>(&self, s: S, start: usize, feed: &mut Feed<T>) {
        for (chunk, rest) in self.groups.iter().zip(&mut feed.drawn) {
            chunk.draw_rest(s, start, rest);
        }
    }

    /// Statistics start anew.
    pub(in crate::strategy) fn forget<T: Cell>(&self, design: usize, feed: &mut Feed<T>) {
        feed.states[design].forget();
    }

    fn advance<S: Simd, T: Drawn>(
        &self,
        s: S,
        (design, lean): (usize, bool),
        demand: &Tile<T>,
        span: Span,
        feed: &mut Feed<T>,
        bench: &mut Bench<T>,
    ) {
        let (g, j) = self.place[design];
        let group = self.groups[g].group;
        let (Feed { drawn, states }, Bench { record, blank }) = (feed, bench);
        let rest = &drawn[g];
        let lead = rest.leads.get(group.lead_of[j]).map_or(&*blank, |tile| &tile.drawn);
        let sides: Vec<&Tile<f64>> = group.sides_of[j].iter().map(|&i| &*rest.sides[i].0).collect();
        let coming = Coming {
            key: self.key,
            first: self.groups[g].first,
            foreseen: &[],
            demand: &[],
            periods: self.periods,
        };
        let detail = if lean { Detail::Close(record) } else { Detail::Record(record) };
        step(
            s,
            &group.params[j],
            &mut states[design],
            Inputs { demand, lead },
            (&sides, coming),
            span,
            detail,
        );
    }

    /// The parts of a tile inside the horizon, cut at the end of the warm-up.
    pub(in crate::strategy) fn spans(&self, start: usize) -> impl Iterator<Item = Span> + use<> {
        self.groups[0].spans(start / DEPTH * DEPTH)
    }

    /// What a lane of a design counted.
    pub(in crate::strategy) fn counts<T: Cell>(&self, design: usize, lane: usize, feed: &Feed<T>) -> Counts {
        feed.states[design].counts(lane)
    }
}
