//! A piece of the replications of one item under all its designs.
//!
//! Designs that share a demand are a group: a tile of demand is drawn once and every design of the group advances over
//! it. A group whose designs differ only in their base-stock level takes [one pass](super::curve) where that is valid.

use super::curve;
use super::kernel::{Detail, Inputs, Record, Span, State, advance};
use super::params::Params;
use super::plainly;
use super::plan::{Frame, Group, Plan};
use super::reference;
use super::rows::{self, Coming, Line};
use super::settle::Settle;
use super::shortfall::Samples;
use super::terms::Terms;
use super::trace::{RowCell, Rows, View, WINDOW};
use crate::demand::{DemandCell, DemandState, Window};
use crate::engine::lattice::{Cell, DEPTH, LANES, Row, Tile, new_tile};
use crate::engine::level::at_level;
use crate::engine::work::{Cancel, Piece};
use crate::error::Result;
use crate::metrics::{Counts, Quantity};
use crate::random::Stream;
use crate::supply::{Side, SideMemory, in_common};
use fearless_simd::{Level, Simd};
use std::ops::Range;

/// Cells that demand is drawn into and rows are made of.
pub(super) trait Drawn: DemandCell + RowCell {
    /// Tiles of doubles; none of others.
    fn doubles_of(tiles: &[Box<Tile<Self>>]) -> &[Box<Tile<f64>>];

    /// Advances a design with terms.
    fn on_rows<S: Simd>(
        s: S,
        design: (&Params, &Terms),
        state: &mut State<Self>,
        inputs: Inputs<'_, Self>,
        sides: (&[&Tile<f64>], Coming<'_>),
        span: Span,
        detail: Detail<'_, Self>,
    );
}

impl Drawn for i32 {
    fn doubles_of(_: &[Box<Tile<Self>>]) -> &[Box<Tile<f64>>] {
        &[]
    }

    fn on_rows<S: Simd>(
        _: S,
        _: (&Params, &Terms),
        _: &mut State<Self>,
        _: Inputs<'_, Self>,
        _: (&[&Tile<f64>], Coming<'_>),
        _: Span,
        _: Detail<'_, Self>,
    ) {
        unreachable!("designs with terms run on doubles")
    }
}

impl Drawn for f64 {
    fn doubles_of(tiles: &[Box<Tile<Self>>]) -> &[Box<Tile<f64>>] {
        tiles
    }

    #[inline(never)]
    fn on_rows<S: Simd>(
        s: S,
        (p, terms): (&Params, &Terms),
        state: &mut State<f64>,
        inputs: Inputs<'_, f64>,
        (sides, coming): (&[&Tile<f64>], Coming<'_>),
        span: Span,
        detail: Detail<'_, f64>,
    ) {
        let Some(mut site) = state.site.take() else { return };
        state.tally.make_room(span.to - span.from, p.flush_every);
        let record = if let Detail::Record(record) = detail { Some(record) } else { None };
        let tally = &mut state.tally;
        let line = Line { p, terms, site: &mut site, tally, inputs, sides, coming, record };
        s.vectorize(
            #[inline(always)]
            || rows::advance(&mut [line], None, span),
        );
        state.site = Some(site);
    }
}

/// Advances a design over a span, however it runs.
#[inline(always)]
pub(super) fn step<S: Simd, T: Drawn>(
    s: S,
    p: &Params,
    state: &mut State<T>,
    inputs: Inputs<'_, T>,
    sides: (&[&Tile<f64>], Coming<'_>),
    span: Span,
    detail: Detail<'_, T>,
) {
    match &p.terms {
        None => advance(s, p, state, inputs, span, detail),
        Some(terms) => T::on_rows(s, (p, terms), state, inputs, sides, span, detail),
    }
}

/// Where the results of a chunk go.
pub struct Output<'a> {
    /// Called once per design and lane: design, lane from the start of the range, counts.
    pub counts: &'a mut dyn FnMut(usize, usize, &Counts),
    /// Per design, per traced quantity: which, and its rows.
    pub traces: Vec<Vec<(Quantity, Rows<'a>)>>,
    /// Per design: in how many periods, over all lanes, demand was clipped at 0.
    pub clipped: Vec<(usize, u64)>,
}

/// Memory of one worker, reused from chunk to chunk.
#[derive(Default)]
pub struct Scratch {
    whole: Option<CellScratch<i32>>,
    real: Option<CellScratch<f64>>,
    inputs: Draws,
}

/// What tiles are drawn with.
#[derive(Default)]
pub(super) struct Draws {
    pub(super) demand: Box<DemandState>,
    pub(super) rest: Rest,
}

/// Every random input but demand.
#[derive(Default)]
pub(super) struct Rest {
    /// One tile per random lead time.
    pub(super) leads: Vec<LeadTile>,
    /// One per side input.
    pub(super) sides: Vec<(Box<Tile<f64>>, SideMemory)>,
}

/// Lead times drawn for a tile.
pub(super) struct LeadTile {
    pub(super) drawn: Box<Tile<i32>>,
    /// Wait of an order in the last period drawn, where arrivals are common.
    wait: Row<i32>,
}

impl LeadTile {
    fn new() -> Self {
        Self { drawn: new_tile(), wait: [0; LANES] }
    }
}

impl Draws {
    /// Room for the tiles of a group; at least one of lead times, which kernels are handed whether they read it or not.
    pub(super) fn reserve(&mut self, group: &Group) {
        self.rest.reserve(group, 1);
    }
}

impl Rest {
    pub(super) fn reserve(&mut self, group: &Group, least: usize) {
        let count = self.sides.len().max(group.sides.len());
        self.sides.resize_with(count, || (new_tile(), SideMemory::default()));
        let count = self.leads.len().max(group.leads.len()).max(least);
        self.leads.resize_with(count, LeadTile::new);
        self.leads.iter_mut().for_each(|lead| lead.wait = [0; LANES]);
    }
}

struct CellScratch<T> {
    /// By slot of the trace window; slot 0 where nothing is traced.
    demand: Vec<Box<Tile<T>>>,
    records: Vec<Record<T>>,
    /// Spans recorded and not yet written.
    pending: Vec<(usize, Span)>,
    states: Vec<State<T>>,
}

impl<T: Cell> CellScratch<T> {
    fn new() -> Self {
        let (demand, records, pending, states) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { demand, records, pending, states }
    }

    /// Room for a number of tiles and of states.
    fn reserve(&mut self, tiles: usize, states: usize) {
        self.demand.resize_with(self.demand.len().max(tiles), new_tile);
        self.records.resize_with(self.records.len().max(tiles), Record::new);
        self.states.resize_with(self.states.len().max(states), State::new);
    }
}

/// What the chunks of a run share.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// SIMD level; none: the [reference](super::reference).
    pub level: Option<Level>,
    /// Key, horizon, replications.
    pub frame: &'a Frame,
    /// Raised by the caller to stop.
    pub cancel: &'a Cancel,
}

/// Runs a piece of the replications of an item under every design.
pub fn run_chunk(
    setting: Setting<'_>,
    plan: &Plan,
    piece: &Piece,
    scratch: &mut Scratch,
    output: &mut Output<'_>,
) -> Result<()> {
    for group in &plan.groups {
        let chunk = Chunk::new(setting, plan, group, piece);
        let Some(level) = setting.level else {
            chunk.by_reference(output)?;
            continue;
        };
        scratch.inputs.reserve(group);
        if group.whole {
            let cells = scratch.whole.get_or_insert_with(CellScratch::new);
            at_level!(level, s => chunk.run(s, cells, &mut scratch.inputs, output))?;
        } else {
            let cells = scratch.real.get_or_insert_with(CellScratch::new);
            at_level!(level, s => chunk.run(s, cells, &mut scratch.inputs, output))?;
        }
    }
    Ok(())
}

/// Runs one chunk of a plan with one design at level 0 and collects what is missing from the target, before demand and at
/// the close of every counted period. Returns the counts of the pass, of which demand and orders hold at any level.
pub(super) fn visit_shortfall(
    setting: Setting<'_>,
    plan: &Plan,
    base: &Params,
    piece: &Piece,
    scratch: &mut Scratch,
    samples: &mut Samples,
) -> Result<Counts> {
    let group = &plan.groups[0];
    let chunk = Chunk::new(setting, plan, group, piece);
    let level = setting.level.unwrap_or_else(Level::baseline);
    scratch.inputs.reserve(group);
    if group.whole {
        let cells = scratch.whole.get_or_insert_with(CellScratch::new);
        at_level!(level, s => chunk.shortfall(s, base, cells, &mut scratch.inputs, samples))
    } else {
        let cells = scratch.real.get_or_insert_with(CellScratch::new);
        at_level!(level, s => chunk.shortfall(s, base, cells, &mut scratch.inputs, samples))
    }
}

/// One group of designs over one piece of the replications.
pub(super) struct Chunk<'a> {
    pub(super) plan: &'a Plan,
    pub(super) group: &'a Group,
    pub(super) frame: &'a Frame,
    /// Replication of lane 0.
    pub(super) first: u32,
    /// Lanes that belong to the run.
    pub(super) lanes: Range<usize>,
    cancel: &'a Cancel,
}

impl<'a> Chunk<'a> {
    /// All groups of an item.
    pub(super) fn all(setting: Setting<'a>, plan: &'a Plan, piece: &Piece) -> Vec<Self> {
        plan.groups.iter().map(|group| Self::new(setting, plan, group, piece)).collect()
    }

    fn new(setting: Setting<'a>, plan: &'a Plan, group: &'a Group, piece: &Piece) -> Self {
        let Setting { frame, cancel, .. } = setting;
        Self { plan, group, frame, first: piece.first, lanes: piece.lanes.clone(), cancel }
    }

    #[inline(always)]
    fn run<S: Simd, T: Drawn>(
        &self,
        s: S,
        cells: &mut CellScratch<T>,
        draws: &mut Draws,
        output: &mut Output<'_>,
    ) -> Result<()> {
        let group = self.group;
        let traced = |quantity| output.traces.iter().flatten().any(|(q, _)| *q == quantity);
        let tracing = group.designs.iter().any(|&d| !output.traces[d].is_empty());
        // Several designs on the grid share one record, which is written before the next design overwrites it.
        let shared = group.curve.is_none() && group.params.len() > 1;
        // A perfect forecast looks into tiles to come: all of demand is drawn first.
        let clairvoyant = group.params.iter().any(Params::clairvoyant);
        let tiles = self.frame.periods.div_ceil(DEPTH);
        let window = if clairvoyant {
            tiles
        } else if tracing && !shared {
            WINDOW
        } else {
            1
        };
        cells.reserve(window, group.params.len() + 1);
        for record in &mut cells.records {
            record.keep_before = group.curve.is_some() || traced(Quantity::Filled) || traced(Quantity::Lost);
            record.keep_ordered = traced(Quantity::OrderQuantity);
        }
        let CellScratch { demand, records, pending, states } = cells;
        pending.clear();
        let (base, states) = states.split_first_mut().unwrap_or_else(|| unreachable!("never empty"));
        match &group.curve {
            Some(curve) => self.open(&curve.base, base),
            None => group.params.iter().zip(&mut *states).for_each(|(p, state)| self.open(p, state)),
        }
        states.iter_mut().for_each(State::forget);

        for (i, tile) in demand.iter_mut().enumerate().take(if clairvoyant { tiles } else { 0 }) {
            self.cancel.check()?;
            self.draw_demand(s, i * DEPTH, tile, draws);
        }
        for tile_start in (0..self.frame.periods).step_by(DEPTH) {
            self.cancel.check()?;
            let slot = tile_start / DEPTH % window;
            if !clairvoyant {
                self.draw_demand(s, tile_start, &mut demand[slot], draws);
            }
            self.draw_rest(s, tile_start, &mut draws.rest);
            let leads = &draws.rest.leads;
            let coming = Coming {
                key: self.frame.key,
                first: self.first,
                foreseen: &draws.demand.foreseen.ahead,
                demand: T::doubles_of(if clairvoyant { demand } else { &[] }),
                periods: self.frame.periods,
            };
            let sides: Vec<Vec<&Tile<f64>>> = group
                .sides_of
                .iter()
                .map(|own| own.iter().map(|&i| &*draws.rest.sides[i].0).collect())
                .collect();
            for span in self.spans(tile_start) {
                if span.tile_start + span.from == self.frame.warm_up {
                    base.forget();
                    states.iter_mut().for_each(State::forget);
                }
                let (tile, record) = (&demand[slot], &mut records[slot]);
                let inputs = |j: usize| {
                    let lead = leads.get(group.lead_of[j]).unwrap_or(&leads[0]);
                    Inputs { demand: tile, lead: &lead.drawn }
                };
                let plain = || if self.frame.lean { Detail::Lean } else { Detail::Sums };
                if let Some(curve) = &group.curve {
                    step(s, &curve.base, base, inputs(0), (&sides[0], coming), span, Detail::Record(record));
                    let designs = curve.levels.iter().copied().zip(curve.tolerances.iter().copied());
                    for (design, state) in designs.zip(&mut *states) {
                        state.tally.make_room(span.to - span.from, curve.flush_every);
                        curve::accumulate(s, design, &mut state.tally, tile, record, span);
                    }
                } else if shared {
                    for (j, p) in group.params.iter().enumerate() {
                        let detail = if tracing { Detail::Record(&mut records[slot]) } else { plain() };
                        step(s, p, &mut states[j], inputs(j), (&sides[j], coming), span, detail);
                        self.trace(s, j, &[(slot, span)], demand, records, output);
                    }
                    continue;
                } else {
                    let detail = if tracing { Detail::Record(record) } else { plain() };
                    step(s, &group.params[0], &mut states[0], inputs(0), (&sides[0], coming), span, detail);
                }
                pending.push((slot, span));
            }
            if slot + 1 == window || tile_start + DEPTH >= self.frame.periods {
                for j in 0..group.params.len() {
                    self.trace(s, j, pending, demand, records, output);
                }
                pending.clear();
            }
        }

        let last = self.frame.periods - 1;
        let last_close = &records[last / DEPTH % window].close[last % DEPTH];
        for lane in self.lanes.clone() {
            for (j, &design) in group.designs.iter().enumerate() {
                let counts = match &group.curve {
                    Some(curve) => {
                        curve.counts(curve.levels[j], &base.counts(lane), &states[j].tally, lane, last_close)
                    }
                    None => states[j].counts(lane),
                };
                (output.counts)(design, lane - self.lanes.start, &counts);
            }
        }
        output.clipped.extend(group.designs.iter().map(|&d| (d, draws.demand.clipped)));
        Ok(())
    }

    /// The opening state of every lane.
    pub(super) fn open<T: Cell>(&self, p: &Params, state: &mut State<T>) {
        state.reset(p);
        for lane in if p.settle.is_some() { self.lanes.clone() } else { 0..0 } {
            state.lower(lane, self.gap(p, lane));
        }
    }

    /// Units missing from the target when a lane opens.
    fn gap(&self, p: &Params, lane: usize) -> f64 {
        let replication = self.first + lane as u32;
        let gap = |settle: &Settle| {
            settle.gap(p, &self.group.demand, self.frame.key, self.plan.entity, replication)
        };
        p.settle.as_ref().map_or(0.0, gap)
    }

    /// The tile that starts at `start`.
    pub(super) fn window(&self, start: usize) -> Window {
        let Frame { key, periods, .. } = *self.frame;
        let (entity, lanes) = (self.plan.entity, self.lanes.clone());
        Window { key, entity, first: self.first, lanes, start, periods: periods - start }
    }

    /// One tile of demand.
    #[inline(always)]
    pub(super) fn draw_demand<S: Simd, T: DemandCell>(
        &self,
        s: S,
        start: usize,
        demand: &mut Tile<T>,
        draws: &mut Draws,
    ) {
        let window = self.window(start);
        if start == 0 {
            draws.demand.reset(&self.group.demand, &window);
        }
        T::fill(s, &self.group.demand, &window, &mut draws.demand, demand);
    }

    /// One tile of every other random input.
    #[inline(always)]
    pub(super) fn draw_rest<S: Simd>(&self, s: S, start: usize, rest: &mut Rest) {
        let window = self.window(start);
        for (side, (tile, memory)) in self.group.sides.iter().zip(&mut rest.sides) {
            s.vectorize(
                #[inline(always)]
                || side.fill(s, &window, memory, tile),
            );
        }
        for (draw, tile) in self.group.leads.iter().zip(&mut rest.leads) {
            s.vectorize(
                #[inline(always)]
                || {
                    window.whole(s, Stream::LeadTime, &draw.law, &mut tile.drawn);
                    if draw.common {
                        in_common(&mut tile.drawn, &mut tile.wait, window.periods);
                    }
                },
            );
        }
    }

    #[inline(always)]
    fn shortfall<S: Simd, T: Drawn>(
        &self,
        s: S,
        base: &Params,
        cells: &mut CellScratch<T>,
        draws: &mut Draws,
        samples: &mut Samples,
    ) -> Result<Counts> {
        cells.reserve(1, 1);
        let CellScratch { demand, records, states, .. } = cells;
        let (demand, record) = (&mut demand[0], &mut records[0]);
        self.open(base, &mut states[0]);
        (record.keep_before, record.keep_ordered) = (true, false);
        for tile_start in (0..self.frame.periods).step_by(DEPTH) {
            self.cancel.check()?;
            self.draw_demand(s, tile_start, demand, draws);
            self.draw_rest(s, tile_start, &mut draws.rest);
            let coming = Coming {
                key: self.frame.key,
                first: self.first,
                foreseen: &draws.demand.foreseen.ahead,
                demand: &[],
                periods: self.frame.periods,
            };
            for span in self.spans(tile_start) {
                if span.tile_start + span.from == self.frame.warm_up {
                    states[0].forget();
                }
                let inputs = Inputs { demand, lead: &draws.rest.leads[0].drawn };
                let sides: Vec<&Tile<f64>> =
                    self.group.sides_of[0].iter().map(|&i| &*draws.rest.sides[i].0).collect();
                step(s, base, &mut states[0], inputs, (&sides, coming), span, Detail::Record(record));
                if span.tile_start + span.from < self.frame.warm_up {
                    continue;
                }
                for k in span.from..span.to {
                    samples.before.add_negated(&record.before[k][self.lanes.clone()]);
                    samples.close.add_negated(&record.close[k][self.lanes.clone()]);
                }
            }
        }
        let mut pooled = Counts::default();
        self.lanes.clone().for_each(|lane| pooled.add(&states[0].counts(lane)));
        Ok(pooled)
    }

    /// The part of a tile inside the horizon, cut at the end of the warm-up.
    pub(super) fn spans(&self, tile_start: usize) -> impl Iterator<Item = Span> + use<> {
        let to = DEPTH.min(self.frame.periods - tile_start);
        let cut = self.frame.warm_up.saturating_sub(tile_start).min(to);
        [Span { tile_start, from: 0, to: cut }, Span { tile_start, from: cut, to }]
            .into_iter()
            .filter(|s| s.from < s.to)
    }

    /// Writes the traced quantities of one design over some spans.
    #[inline(always)]
    fn trace<S: Simd, T: Drawn>(
        &self,
        s: S,
        j: usize,
        spans: &[(usize, Span)],
        demand: &[Box<Tile<T>>],
        records: &[Record<T>],
        output: &mut Output<'_>,
    ) {
        let level = self.group.curve.as_ref().map_or(0.0, |curve| curve.levels[j]);
        let lost_share = self.group.params[j].lost_share;
        let (lanes, stride) = (self.lanes.clone(), self.frame.periods);
        let view = View { spans, demand, records, level, lost_share, lanes, stride };
        for (quantity, rows) in &mut output.traces[self.group.designs[j]] {
            let out = T::rows(rows);
            s.vectorize(
                #[inline(always)]
                || view.store(s, *quantity, out),
            );
        }
    }

    /// Every design and lane by the scalar reference.
    fn by_reference(&self, output: &mut Output<'_>) -> Result<()> {
        let mut clipped = 0;
        for (j, &design) in self.group.designs.iter().enumerate() {
            let p = &self.group.params[j];
            for lane in self.lanes.clone() {
                self.cancel.check()?;
                let p = &p.lowered(self.gap(p, lane));
                let replication = self.first + lane as u32;
                let Frame { key, periods, .. } = *self.frame;
                let (demand, n) = self.group.demand.path(key, self.plan.entity, replication, periods);
                clipped += u64::from(j == 0) * n;
                let line = self.window(0).source(Stream::LeadTime).line(replication);
                let lead = p.lead.path(self.frame.periods, |t| line.bits(t));
                let (counts, periods) = match &p.terms {
                    None => reference::run(p, &demand, &lead, self.frame.warm_up),
                    Some(terms) => {
                        let path = |s: &Side| s.path(key, self.plan.entity, replication, self.frame.periods);
                        let sides: Vec<Vec<f64>> = terms.sides.iter().map(path).collect();
                        let foreseen = self.group.demand.foreseen(
                            key,
                            self.plan.entity,
                            replication,
                            self.frame.periods,
                        );
                        let luck = plainly::Luck {
                            demand: &demand,
                            lead: &lead,
                            sides: &sides,
                            foreseen: &foreseen,
                            replication,
                            key,
                        };
                        plainly::run(p, terms, luck, self.frame.warm_up)
                    }
                };
                let row = lane - self.lanes.start;
                for (quantity, rows) in &mut output.traces[design] {
                    for (t, period) in periods.iter().enumerate() {
                        rows.put(row * self.frame.periods + t, period.quantity(*quantity, p.lost_share));
                    }
                }
                (output.counts)(design, row, &counts);
            }
        }
        output.clipped.extend(self.group.designs.iter().map(|&d| (d, clipped)));
        Ok(())
    }
}
