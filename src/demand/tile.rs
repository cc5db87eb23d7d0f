//! A tile of demand: 256 replications × up to 64 periods of one item, and what is carried from tile to tile.

use super::arima::Walks;
use super::blocks::Places;
use super::chain::Walk;
use super::evolution::Foreseen;
use super::intermittent::Intermittent;
use super::latent::{self, Factor, Latent};
use super::marginal::{Given, Marginal, real_row, whole_row};
use super::{DemandKind, DemandSource, path_of};
use crate::engine::lattice::{
    Cell, DEPTH, LANES, Row, Rows, Source, Tile, Words, draw, draw_whole, new_tile,
};
use crate::law::{Sampler, WholeTable};
use crate::orders::Book;
use crate::random::Stream;
use fearless_simd::{Level, Simd};
use std::ops::Range;

/// Which tile of whose random numbers.
#[derive(Debug, Clone)]
pub struct Window {
    /// Key of all addresses.
    pub key: u64,
    /// Key of the item.
    pub entity: u32,
    /// Replication of lane 0.
    pub first: u32,
    /// Lanes that belong to the run.
    pub lanes: Range<usize>,
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

    /// The addresses of one stream of another entity, if there is one.
    fn source_of(&self, stream: Stream, entity: Option<u32>) -> Source {
        Source { entity: entity.unwrap_or(self.entity), ..self.source(stream) }
    }

    /// Draws a whole-valued law on one stream.
    #[inline(always)]
    pub fn whole<S: Simd>(&self, s: S, stream: Stream, law: &WholeTable, out: &mut Tile<i32>) {
        draw_whole(s, self.source(stream), law, self.first, self.start as u64, self.periods, out);
    }

    #[inline(always)]
    fn draw<S: Simd>(&self, s: S, source: Source, rows: &mut impl Rows) {
        draw(s, source, self.first, self.start as u64, self.periods, rows);
    }
}

/// A tile to work in, if there has been need of one.
type Spare<T> = Option<Box<Tile<T>>>;

/// What the demand of a chunk carries from tile to tile, and room to work in.
pub struct DemandState {
    /// Noise of each random promotion.
    noise: Vec<Row<f64>>,
    /// First period without demand.
    end: Row<i32>,
    /// State of a chain, or position in a history.
    last: Row<i32>,
    /// States of a chain, or positions in a history, by row.
    states: Box<Tile<i32>>,
    latent: latent::Memory,
    /// What has been foreseen, where demand evolves.
    pub foreseen: Foreseen,
    walks: Walks,
    whole: Row<i32>,
    real: Row<f64>,
    /// Totals of orders of the whole run, period by period, and the book they are added from.
    totals: Vec<Row<f64>>,
    book: Book,
    /// Where demand depends on products: theirs, and a tile for what one of them draws.
    pub(super) parts: Vec<DemandState>,
    spare: (Spare<i32>, Spare<f64>),
    /// Draws of lanes in the run that were clipped at 0.
    pub clipped: u64,
}

impl Default for DemandState {
    fn default() -> Self {
        Self {
            noise: Vec::new(),
            end: [i32::MAX; LANES],
            last: [0; LANES],
            states: new_tile(),
            latent: latent::Memory::new(),
            foreseen: Foreseen::default(),
            walks: Walks::default(),
            whole: [0; LANES],
            real: [0.0; LANES],
            totals: Vec::new(),
            book: Book::default(),
            parts: Vec::new(),
            spare: (None, None),
            clipped: 0,
        }
    }
}

impl DemandState {
    /// Ready for the first tile of a chunk: draws what is drawn once per replication.
    pub fn reset(&mut self, demand: &DemandSource, window: &Window) {
        self.clipped = 0;
        self.noise.clear();
        self.end = [i32::MAX; LANES];
        let replications = || (0..LANES).map(|lane| window.first.wrapping_add(lane as u32));
        if let DemandKind::Orders(orders) = &demand.kind {
            self.totals.clear();
            self.totals.resize(window.start + window.periods, [0.0; LANES]);
            for lane in window.lanes.clone() {
                let whose = orders.whose(window.key, window.entity, window.first + lane as u32);
                let Self { totals, book, .. } = self;
                let periods = totals.len();
                orders.totals(book, Some(Level::new()), whose, |t, units| totals[t][lane] += units, periods);
            }
        }
        if let DemandKind::Dependent(d) = &demand.kind {
            d.reset(window, &mut self.parts);
        }
        let DemandKind::Drawn { marginal, end, .. } = &demand.kind else { return };
        for event in marginal.profile().iter().flat_map(|p| &p.events) {
            let source = window.source_of(Stream::Promotion, event.key);
            let mut row = [0.0; LANES];
            for (x, r) in row.iter_mut().zip(replications()) {
                *x = event.noise.at(source.line(r).bits(event.start as u64));
            }
            self.noise.push(row);
        }
        if let Some(end) = end {
            let source = window.source(Stream::Life);
            for (x, r) in self.end.iter_mut().zip(replications()) {
                *x = end.at(source.line(r).bits(0));
            }
        }
    }
}

/// Cells that demand can be drawn into.
pub trait DemandCell: Cell {
    /// A row of one period from the words that decide it.
    fn period<S: Simd>(
        s: S,
        marginal: &Marginal,
        t: usize,
        words: Words<'_>,
        given: &mut Given<'_>,
        out: &mut Row<Self>,
    );

    /// The place for a tile of what one of several products draws.
    fn spare(state: &mut DemandState) -> &mut Spare<Self>;

    /// The tile, where it holds doubles: real demand is never drawn into anything else.
    fn doubles(out: &mut Tile<Self>) -> Option<&mut Tile<f64>>;

    /// A tile of a plain law, drawn without detours; false where there is none.
    fn plain<S: Simd>(
        s: S,
        marginal: &Marginal,
        window: &Window,
        stream: Stream,
        out: &mut Tile<Self>,
    ) -> bool;

    /// Fills a tile. (Compiled once per SIMD level and cell.)
    #[inline(never)]
    fn fill<S: Simd>(
        s: S,
        demand: &DemandSource,
        window: &Window,
        state: &mut DemandState,
        out: &mut Tile<Self>,
    ) {
        s.vectorize(
            #[inline(always)]
            || Self::tile(s, demand, window, state, out),
        );
    }

    /// The same at the SIMD level of the caller.
    #[inline(always)]
    fn tile<S: Simd>(
        s: S,
        demand: &DemandSource,
        window: &Window,
        state: &mut DemandState,
        out: &mut Tile<Self>,
    ) {
        match &demand.kind {
            DemandKind::Drawn { stream, marginal, latent, end } => {
                if latent.is_none() && end.is_none() && Self::plain(s, marginal, window, *stream, out) {
                    return;
                }
                if let Some(chained) = marginal.chain() {
                    let source = window.source_of(Stream::Regime, chained.key);
                    let DemandState { last, states, .. } = state;
                    let begins = window.start == 0;
                    window.draw(s, source, &mut Walk { chain: &chained.chain, begins, last, out: states });
                }
                if let Some(latent) = latent {
                    state.latent.clear_factors();
                    for loading in &latent.loadings {
                        let source = window.source_of(Stream::Factor, Some(loading.factor));
                        let memory = &mut state.latent;
                        window.draw(s, source, &mut Factor { latent, weight: loading.weight, memory });
                    }
                }
                let source = window.source(*stream);
                let latent = latent.as_ref();
                window.draw(s, source, &mut Periods { marginal, latent, window, state, out });
                if end.is_some() {
                    for (row, cells) in out.iter_mut().enumerate().take(window.periods) {
                        let t = (window.start + row) as i32;
                        for (x, end) in cells.iter_mut().zip(&state.end) {
                            *x = if t < *end { *x } else { Self::default() };
                        }
                    }
                }
            }
            DemandKind::Blocks(blocks) => {
                let source = window.source_of(Stream::Bootstrap, blocks.key);
                let to = DEPTH.min(window.periods);
                let DemandState { last, states, .. } = state;
                let length = blocks.cut.length();
                // Blocks of one length are numbered; the tile needs the positions of those that reach into it.
                let (start, rows) = match length {
                    Some(l) => {
                        let first = window.start / l / 4 * 4;
                        (first, (window.start + to - 1) / l + 1 - first)
                    }
                    None => (window.start, to),
                };
                let mut places = Places { blocks, start, last, out: states };
                draw(s, source, window.first, start as u64, rows, &mut places);
                for (row, cells) in out.iter_mut().enumerate().take(to) {
                    let t = window.start + row;
                    let (number, offset) = match length {
                        Some(l) => (t / l - start, (t % l) as i32),
                        None => (row, 0),
                    };
                    for (x, place) in cells.iter_mut().zip(&states[number]) {
                        *x = Self::from_f64(blocks.history[(place + offset) as usize]);
                    }
                }
            }
            DemandKind::Intermittent(demand) => {
                let begins = window.start == 0;
                let DemandState { last, states, whole, real, .. } = state;
                let walk = &mut Walk { chain: &demand.chain, begins, last, out: states };
                window.draw(s, window.source(Stream::Regime), walk);
                let sizes = &mut Sizes { demand, states, whole, real, out: &mut *out };
                window.draw(s, window.source(Stream::Bootstrap), sizes);
                if demand.jitter {
                    window.draw(s, window.source(Stream::Demand), &mut Jitter { demand, real, out });
                }
            }
            DemandKind::Evolving(evolution) => {
                let Some(out) = Self::doubles(out) else { return };
                evolution.fill(s, window, &mut state.foreseen, out);
                if evolution.clips() {
                    state.clipped += noughts(out, window);
                }
            }
            DemandKind::Arima(arima) => {
                let Some(out) = Self::doubles(out) else { return };
                arima.fill(s, window, &mut state.walks, &mut out[..]);
                if arima.clips() {
                    state.clipped += noughts(out, window);
                }
            }
            DemandKind::Orders(_) => {
                let totals = state.totals[window.start..].iter().take(window.periods.min(DEPTH));
                for (cells, totals) in out.iter_mut().zip(totals) {
                    for (x, total) in cells.iter_mut().zip(totals) {
                        *x = Self::from_f64(*total);
                    }
                }
            }
            DemandKind::Dependent(d) => {
                let mut spare = Self::spare(state).take().unwrap_or_else(new_tile);
                d.fill(s, window, &mut state.parts, &mut spare, out);
                *Self::spare(state) = Some(spare);
                state.clipped = state.parts.iter().map(|p| p.clipped).sum();
            }
            DemandKind::Given { values, rows, periods } => given(values, *rows, *periods, window, out),
        }
    }
}

/// Rows of a marginal, perhaps through latent scores.
struct Periods<'a, T: Cell> {
    marginal: &'a Marginal,
    latent: Option<&'a Latent>,
    window: &'a Window,
    state: &'a mut DemandState,
    out: &'a mut Tile<T>,
}

impl<T: DemandCell> Rows for Periods<'_, T> {
    #[inline(always)]
    fn trails(&self) -> bool {
        self.latent.is_some() || self.marginal.trails()
    }

    #[inline(always)]
    fn row<S: Simd>(&mut self, s: S, row: usize, words: Words<'_>) {
        if row >= self.window.periods {
            return;
        }
        let t = self.window.start + row;
        let DemandState { noise, states, latent: memory, whole, real, clipped, end, .. } = &mut *self.state;
        let given = &mut Given { noise, state: &states[row], whole, real };
        let out = &mut self.out[row];
        match self.latent {
            None => T::period(s, self.marginal, t, words, given, out),
            Some(latent) => {
                let (mut lead, mut trail) = ([0; LANES], [0; LANES]);
                latent::words_of(s, latent, memory, (row, t == 0), words, &mut lead, &mut trail);
                T::period(s, self.marginal, t, Words::known(&lead, &trail), given, out);
            }
        }
        if self.marginal.clips() {
            let states = &states[row];
            let clips =
                |lane: usize| (t as i32) < end[lane] && self.marginal.clips_in(t, states[lane] as usize);
            let noughts = self.window.lanes.clone().filter(|&lane| out[lane] == T::default() && clips(lane));
            *clipped += noughts.count() as u64;
        }
    }
}

/// Sizes of intermittent demand, not yet jittered.
struct Sizes<'a, T: Cell> {
    demand: &'a Intermittent,
    states: &'a Tile<i32>,
    whole: &'a mut Row<i32>,
    real: &'a mut Row<f64>,
    out: &'a mut Tile<T>,
}

impl<T: DemandCell> Rows for Sizes<'_, T> {
    #[inline(always)]
    fn trails(&self) -> bool {
        false
    }

    #[inline(always)]
    fn row<S: Simd>(&mut self, s: S, row: usize, words: Words<'_>) {
        match &self.demand.sizes {
            Sampler::Whole(law) => {
                words.whole(s, law, self.whole);
                for (x, i) in self.real.iter_mut().zip(self.whole.iter()) {
                    *x = f64::from(*i);
                }
            }
            Sampler::Values { index, values } => {
                words.whole(s, index, self.whole);
                for (x, i) in self.real.iter_mut().zip(self.whole.iter()) {
                    *x = values[*i as usize];
                }
            }
            Sampler::Real(_) => unreachable!("observations are not interpolated"),
        }
        for lane in 0..LANES {
            let size = if self.states[row][lane] == 1 { self.real[lane] } else { 0.0 };
            self.out[row][lane] = T::from_f64(size);
        }
    }
}

/// Jitters sizes.
struct Jitter<'a, T: Cell> {
    demand: &'a Intermittent,
    real: &'a mut Row<f64>,
    out: &'a mut Tile<T>,
}

impl<T: DemandCell> Rows for Jitter<'_, T> {
    #[inline(always)]
    fn trails(&self) -> bool {
        true
    }

    #[inline(always)]
    fn row<S: Simd>(&mut self, s: S, row: usize, words: Words<'_>) {
        self.demand.scores.fill_scores(s, words.lead, words.trails(), self.real);
        for (x, z) in self.out[row].iter_mut().zip(self.real.iter()) {
            let size = x.to_f64();
            *x = if size > 0.0 { T::from_f64(self.demand.size(size, *z)) } else { T::default() };
        }
    }
}

impl DemandCell for i32 {
    fn spare(state: &mut DemandState) -> &mut Spare<i32> {
        &mut state.spare.0
    }

    fn doubles(_: &mut Tile<Self>) -> Option<&mut Tile<f64>> {
        None
    }

    #[inline(always)]
    fn period<S: Simd>(
        s: S,
        marginal: &Marginal,
        t: usize,
        words: Words<'_>,
        given: &mut Given<'_>,
        out: &mut Row<i32>,
    ) {
        whole_row(s, marginal, t, words, given.noise, given.state, out);
    }

    #[inline(always)]
    fn plain<S: Simd>(
        s: S,
        marginal: &Marginal,
        window: &Window,
        stream: Stream,
        out: &mut Tile<i32>,
    ) -> bool {
        let Marginal::Law { sampler: Sampler::Whole(law), .. } = marginal else { return false };
        window.whole(s, stream, law, out);
        true
    }
}

impl DemandCell for f64 {
    fn spare(state: &mut DemandState) -> &mut Spare<f64> {
        &mut state.spare.1
    }

    fn doubles(out: &mut Tile<Self>) -> Option<&mut Tile<f64>> {
        Some(out)
    }

    #[inline(always)]
    fn period<S: Simd>(
        s: S,
        marginal: &Marginal,
        t: usize,
        words: Words<'_>,
        given: &mut Given<'_>,
        out: &mut Row<f64>,
    ) {
        real_row(s, marginal, t, words, given, out);
    }

    #[inline(always)]
    fn plain<S: Simd>(_: S, _: &Marginal, _: &Window, _: Stream, _: &mut Tile<f64>) -> bool {
        false
    }
}

/// How many draws of lanes in the run are nought.
fn noughts(tile: &Tile<f64>, window: &Window) -> u64 {
    let rows = tile.iter().take(DEPTH.min(window.periods));
    rows.map(|row| row[window.lanes.clone()].iter().filter(|x| **x == 0.0).count() as u64).sum()
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
