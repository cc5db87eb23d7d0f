//! A chunk of replications of one item under all its designs.
//!
//! Designs that share a demand are a group: a tile of demand is drawn once and every design of the group advances over
//! it. A group whose designs differ only in their base-stock level takes [one pass](super::curve) where that is valid.

use super::curve::{self, Curve};
use super::kernel::{Record, Span, State, advance};
use super::params::{DemandKind, DemandSource, Lead, Params};
use super::reference;
use super::shortfall::Sample;
use super::trace::{View, WINDOW};
use crate::config::{Arrays, MakeToStock, Method};
use crate::engine::lattice::{Cell, DEPTH, LANES, Source, Tile, draw_real, draw_whole, new_tile};
use crate::engine::level::at_level;
use crate::error::{Error, Result};
use crate::law::{Sampler, WholeTable};
use crate::metrics::{Counts, Quantity, Tariff};
use crate::random::Stream;
use crate::run::Cancel;
use fearless_simd::{Level, Simd};
use std::ops::Range;
use std::sync::Arc;

/// What every item of a run shares.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Key of all addresses.
    pub key: u64,
    /// Periods, warm-up included.
    pub periods: usize,
    /// Periods that are not counted.
    pub warm_up: usize,
    /// Absolute number of the first replication of the run.
    pub first: u32,
    /// No metric is wanted that needs orders, quantities, stockouts or stock before demand.
    pub lean: bool,
}

/// One item, compiled.
#[derive(Debug, Clone)]
pub struct Plan {
    entity: u32,
    groups: Vec<Group>,
    /// How each design turns counts into metrics.
    pub tariffs: Vec<Tariff>,
    /// Mean lead time of each design, as drawn.
    pub mean_leads: Vec<f64>,
    /// Mean demand per period of each design, as drawn, where it is drawn.
    pub mean_demand: Vec<Option<f64>>,
}

/// Designs of one item that share a demand.
#[derive(Debug, Clone)]
struct Group {
    demand: DemandSource,
    designs: Vec<usize>,
    params: Vec<Params>,
    leads: Vec<Arc<WholeTable>>,
    lead_of: Vec<usize>,
    whole: bool,
    curve: Option<Curve>,
}

/// What was decided about one-pass curves, for the result to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pass {
    /// One design: nothing to decide.
    Single,
    /// Every group of designs took one pass.
    One,
    /// At least one group ran on the grid, and why.
    Grid(String),
}

impl Plan {
    /// Checks and compiles one item.
    pub fn compile(
        models: &[&MakeToStock],
        entity: u32,
        arrays: &Arrays,
        frame: &Frame,
        replications: u64,
        method: Method,
    ) -> Result<(Self, Pass)> {
        let mut plan = Self {
            entity,
            groups: Vec::new(),
            tariffs: Vec::new(),
            mean_leads: Vec::new(),
            mean_demand: Vec::new(),
        };
        let mut firsts: Vec<usize> = Vec::new();
        for (d, model) in models.iter().enumerate() {
            let g = match firsts.iter().position(|&f| models[f].demand == model.demand) {
                Some(g) => g,
                None => {
                    let demand = DemandSource::compile(&model.demand, arrays, frame.periods, replications)?;
                    firsts.push(d);
                    plan.groups.push(Group::new(demand));
                    plan.groups.len() - 1
                }
            };
            let group = &mut plan.groups[g];
            let params = Params::compile(model, &group.demand, frame.periods)?;
            plan.tariffs.push(Tariff {
                costs: params.costs,
                mean_basis: params.mean_basis,
                lost_share: params.lost_share,
                periods: (frame.periods - frame.warm_up) as f64,
            });
            plan.mean_leads.push(params.mean_lead);
            plan.mean_demand.push(match &group.demand.kind {
                DemandKind::Drawn { sampler, .. } => Some(sampler.mean()),
                DemandKind::Given { .. } => None,
            });
            group.push(d, params);
        }
        let mut pass = if models.len() == 1 { Pass::Single } else { Pass::One };
        for group in &mut plan.groups {
            group.whole = group.demand.whole && group.params.iter().all(|p| p.whole);
            match group.one_pass(method) {
                Ok(curve) => group.curve = Some(curve),
                Err(_) if group.params.len() == 1 && plan.tariffs.len() == 1 && method != Method::OnePass => {
                }
                Err(reason) => {
                    if method == Method::OnePass {
                        return Err(Error::config("method", "one_pass", format!("a valid choice: {reason}")));
                    }
                    pass = Pass::Grid(reason);
                }
            }
        }
        Ok((plan, pass))
    }

    /// Every quantity of every design is whole.
    pub fn whole(&self) -> bool {
        self.groups.iter().all(|g| g.whole)
    }

    /// Compute in doubles whatever the bounds would allow (results have the same bits).
    pub fn make_real(&mut self) {
        for group in &mut self.groups {
            group.whole = false;
        }
    }

    /// The same plan, one design, at another base-stock level. Opening stock follows the level where it did before.
    #[must_use]
    pub fn at_level(&self, level: f64) -> Self {
        let mut plan = self.clone();
        let group = &mut plan.groups[0];
        group.params[0] = group.params[0].at_level(level);
        group.whole &= group.params[0].whole;
        plan
    }

    /// Mean demand of a protection interval, where demand is drawn; the largest demand times it, where it is given.
    pub fn protection_demand(&self) -> f64 {
        let (demand, p) = self.only();
        let mean = self.mean_demand[0].unwrap_or(demand.largest);
        mean * (p.mean_lead + p.review as f64)
    }

    /// Demand and parameters of a plan with one design, for searches.
    pub(super) fn only(&self) -> (&DemandSource, &Params) {
        (&self.groups[0].demand, &self.groups[0].params[0])
    }
}

impl Group {
    fn new(demand: DemandSource) -> Self {
        let whole = demand.whole;
        Self { demand, designs: vec![], params: vec![], leads: vec![], lead_of: vec![], whole, curve: None }
    }

    fn push(&mut self, design: usize, params: Params) {
        self.lead_of.push(match &params.lead {
            Lead::Fixed(_) => usize::MAX,
            Lead::Random { law, .. } => self.leads.iter().position(|l| l == law).unwrap_or_else(|| {
                self.leads.push(law.clone());
                self.leads.len() - 1
            }),
        });
        self.designs.push(design);
        self.params.push(params);
    }

    /// The one-pass curve of this group, or why there is none.
    fn one_pass(&self, method: Method) -> std::result::Result<Curve, String> {
        if method == Method::Grid {
            return Err("method = grid was asked for".to_owned());
        }
        Curve::new(&self.params, &self.demand)
    }
}

/// Runs one chunk of a plan with one design at level 0 and collects what is missing from the target, before demand and at
/// the close of every counted period. Returns the units demanded.
#[allow(clippy::too_many_arguments, reason = "one loop over tiles, called from one place")]
pub(super) fn visit_shortfall(
    level: Level,
    plan: &Plan,
    base: &Params,
    frame: &Frame,
    first: u32,
    lanes: Range<usize>,
    scratch: &mut Scratch,
    cancel: &Cancel,
    before: &mut Sample,
    close: &mut Sample,
) -> Result<f64> {
    let group = &plan.groups[0];
    let chunk = Chunk { plan, group, frame, first, lanes, cancel };
    scratch.leads.resize_with(group.leads.len().max(1), new_tile);
    if group.whole {
        let cells = scratch.whole.get_or_insert_with(CellScratch::new);
        at_level!(level, s => chunk.shortfall(s, base, cells, &mut scratch.leads, before, close))
    } else {
        let cells = scratch.real.get_or_insert_with(CellScratch::new);
        at_level!(level, s => chunk.shortfall(s, base, cells, &mut scratch.leads, before, close))
    }
}

/// Rows of a trace for one chunk.
pub enum Rows<'a> {
    /// 32-bit integers.
    Whole(&'a mut [i32]),
    /// Doubles.
    Real(&'a mut [f64]),
}

impl Rows<'_> {
    fn put(&mut self, at: usize, x: f64) {
        match self {
            Self::Whole(rows) => rows[at] = x as i32,
            Self::Real(rows) => rows[at] = x,
        }
    }
}

/// Where the results of a chunk go.
pub struct Output<'a> {
    /// Called once per design and lane: design, lane from the start of the range, counts.
    pub counts: &'a mut dyn FnMut(usize, usize, &Counts),
    /// Per design, per traced quantity: which, and its rows.
    pub traces: Vec<Vec<(Quantity, Rows<'a>)>>,
}

/// Memory of one worker, reused from chunk to chunk.
#[derive(Default)]
pub struct Scratch {
    whole: Option<CellScratch<i32>>,
    real: Option<CellScratch<f64>>,
    leads: Vec<Box<Tile<i32>>>,
}

struct CellScratch<T> {
    /// By slot of the trace window; slot 0 where nothing is traced.
    demand: Vec<Box<Tile<T>>>,
    records: Vec<Record<T>>,
    /// Spans recorded and not yet written.
    pending: Vec<(usize, Span)>,
    states: Vec<State<T>>,
    index: Box<Tile<i32>>,
}

impl<T: Cell> CellScratch<T> {
    fn new() -> Self {
        let (demand, records, pending, states) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { demand, records, pending, states, index: new_tile() }
    }

    /// Room for a number of tiles and of states.
    fn reserve(&mut self, tiles: usize, states: usize) {
        self.demand.resize_with(self.demand.len().max(tiles), new_tile);
        self.records.resize_with(self.records.len().max(tiles), Record::new);
        self.states.resize_with(self.states.len().max(states), State::new);
    }
}

/// Runs the lanes `lanes` of the chunk whose first replication is `first` under every design of the item; without a
/// SIMD level, by the [reference](super::reference).
pub fn run_chunk(
    level: Option<Level>,
    plan: &Plan,
    frame: &Frame,
    first: u32,
    lanes: Range<usize>,
    scratch: &mut Scratch,
    output: &mut Output<'_>,
    cancel: &Cancel,
) -> Result<()> {
    for group in &plan.groups {
        let chunk = Chunk { plan, group, frame, first, lanes: lanes.clone(), cancel };
        let Some(level) = level else {
            chunk.by_reference(output)?;
            continue;
        };
        scratch.leads.resize_with(group.leads.len().max(1), new_tile);
        if group.whole {
            let cells = scratch.whole.get_or_insert_with(CellScratch::new);
            at_level!(level, s => chunk.run(s, cells, &mut scratch.leads, output))?;
        } else {
            let cells = scratch.real.get_or_insert_with(CellScratch::new);
            at_level!(level, s => chunk.run(s, cells, &mut scratch.leads, output))?;
        }
    }
    Ok(())
}

struct Chunk<'a> {
    plan: &'a Plan,
    group: &'a Group,
    frame: &'a Frame,
    first: u32,
    lanes: Range<usize>,
    cancel: &'a Cancel,
}

impl Chunk<'_> {
    #[inline(always)]
    fn run<S: Simd, T: DemandCell>(
        &self,
        s: S,
        cells: &mut CellScratch<T>,
        leads: &mut [Box<Tile<i32>>],
        output: &mut Output<'_>,
    ) -> Result<()> {
        let group = self.group;
        let traced = |quantity| output.traces.iter().flatten().any(|(q, _)| *q == quantity);
        let tracing = group.designs.iter().any(|&d| !output.traces[d].is_empty());
        // Several designs on the grid share one record, which is written before the next design overwrites it.
        let shared = group.curve.is_none() && group.params.len() > 1;
        let window = if tracing && !shared { WINDOW } else { 1 };
        cells.reserve(window, group.params.len() + 1);
        for record in &mut cells.records {
            record.keep_before = group.curve.is_some() || traced(Quantity::Filled) || traced(Quantity::Lost);
            record.keep_ordered = traced(Quantity::OrderQuantity);
        }
        let CellScratch { demand, records, pending, states, index } = cells;
        pending.clear();
        let (base, states) = states.split_first_mut().unwrap_or_else(|| unreachable!("never empty"));
        match &group.curve {
            Some(curve) => base.reset(&curve.base),
            None => group.params.iter().zip(&mut *states).for_each(|(p, state)| state.reset(p)),
        }
        states.iter_mut().for_each(|state| state.tally.forget());

        for tile_start in (0..self.frame.periods).step_by(DEPTH) {
            self.cancel.check()?;
            let slot = tile_start / DEPTH % window;
            self.draw(s, tile_start, &mut demand[slot], index, leads);
            for span in self.spans(tile_start) {
                if span.tile_start + span.from == self.frame.warm_up {
                    base.tally.forget();
                    states.iter_mut().for_each(|state| state.tally.forget());
                }
                let (tile, record) = (&demand[slot], &mut records[slot]);
                if let Some(curve) = &group.curve {
                    let lead = leads.get(group.lead_of[0]).unwrap_or(&leads[0]);
                    advance(s, &curve.base, base, tile, lead, span, false, Some(record));
                    for (level, state) in curve.levels.iter().zip(&mut *states) {
                        state.tally.make_room(span.to - span.from, curve.flush_every);
                        curve::accumulate(s, *level, &mut state.tally, tile, record, span);
                    }
                } else if shared {
                    for (j, p) in group.params.iter().enumerate() {
                        let lead = leads.get(group.lead_of[j]).unwrap_or(&leads[0]);
                        advance(
                            s,
                            p,
                            &mut states[j],
                            tile,
                            lead,
                            span,
                            self.frame.lean,
                            tracing.then_some(&mut records[slot]),
                        );
                        self.trace(s, j, &[(slot, span)], demand, records, output);
                    }
                    continue;
                } else {
                    let lead = leads.get(group.lead_of[0]).unwrap_or(&leads[0]);
                    let record = tracing.then_some(record);
                    advance(s, &group.params[0], &mut states[0], tile, lead, span, self.frame.lean, record);
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
        Ok(())
    }

    /// One tile of demand, and one of every random lead time.
    #[inline(always)]
    fn draw<S: Simd, T: DemandCell>(
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
                    )
                },
            );
        }
    }

    #[inline(always)]
    fn shortfall<S: Simd, T: DemandCell>(
        &self,
        s: S,
        base: &Params,
        cells: &mut CellScratch<T>,
        leads: &mut [Box<Tile<i32>>],
        before: &mut Sample,
        close: &mut Sample,
    ) -> Result<f64> {
        cells.reserve(1, 1);
        let CellScratch { demand, records, states, index, .. } = cells;
        let (demand, record) = (&mut demand[0], &mut records[0]);
        states[0].reset(base);
        (record.keep_before, record.keep_ordered) = (true, false);
        let whole = self.group.whole;
        for tile_start in (0..self.frame.periods).step_by(DEPTH) {
            self.cancel.check()?;
            self.draw(s, tile_start, demand, index, leads);
            for span in self.spans(tile_start) {
                if span.tile_start + span.from == self.frame.warm_up {
                    states[0].tally.forget();
                }
                advance(s, base, &mut states[0], demand, &leads[0], span, false, Some(record));
                if span.tile_start + span.from < self.frame.warm_up {
                    continue;
                }
                for k in span.from..span.to {
                    before.add_negated(&record.before[k][self.lanes.clone()], whole);
                    close.add_negated(&record.close[k][self.lanes.clone()], whole);
                }
            }
        }
        Ok(self.lanes.clone().map(|lane| states[0].counts(lane).demand).sum())
    }

    /// The part of a tile inside the horizon, cut at the end of the warm-up.
    fn spans(&self, tile_start: usize) -> impl Iterator<Item = Span> + use<> {
        let to = DEPTH.min(self.frame.periods - tile_start);
        let cut = self.frame.warm_up.saturating_sub(tile_start).min(to);
        [Span { tile_start, from: 0, to: cut }, Span { tile_start, from: cut, to }]
            .into_iter()
            .filter(|s| s.from < s.to)
    }

    fn source(&self, stream: Stream) -> Source {
        Source { key: self.frame.key, stream, entity: self.plan.entity }
    }

    /// Writes the traced quantities of one design over some spans.
    #[inline(always)]
    fn trace<S: Simd, T: DemandCell>(
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
}

/// Cells that demand can be drawn into.
trait DemandCell: Cell {
    fn fill<S: Simd>(s: S, chunk: &Chunk<'_>, tile_start: usize, out: &mut Tile<Self>, index: &mut Tile<i32>);
    fn rows<'r>(rows: &'r mut Rows<'_>) -> &'r mut [Self];
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

    fn rows<'r>(rows: &'r mut Rows<'_>) -> &'r mut [i32] {
        match rows {
            Rows::Whole(rows) => rows,
            Rows::Real(_) => unreachable!("traces have the type of the plan"),
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

    fn rows<'r>(rows: &'r mut Rows<'_>) -> &'r mut [f64] {
        match rows {
            Rows::Real(rows) => rows,
            Rows::Whole(_) => unreachable!("traces have the type of the plan"),
        }
    }
}

impl Chunk<'_> {
    /// Every design and lane by the scalar reference.
    fn by_reference(&self, output: &mut Output<'_>) -> Result<()> {
        for (j, &design) in self.group.designs.iter().enumerate() {
            let p = &self.group.params[j];
            for lane in self.lanes.clone() {
                self.cancel.check()?;
                let replication = self.first + lane as u32;
                let demand: Vec<f64> =
                    (0..self.frame.periods).map(|t| self.demand_of(replication, t)).collect();
                let line = self.source(Stream::LeadTime).line(replication);
                let wait = |t: usize| match &p.lead {
                    Lead::Fixed(l) => *l,
                    Lead::Random { law, .. } => law.at(line.bits(t as u64)) as usize,
                };
                let (counts, periods) = reference::run(p, &demand, wait, self.frame.warm_up);
                let row = lane - self.lanes.start;
                for (quantity, rows) in &mut output.traces[design] {
                    for (t, period) in periods.iter().enumerate() {
                        rows.put(row * self.frame.periods + t, period.quantity(*quantity, p.lost_share));
                    }
                }
                (output.counts)(design, row, &counts);
            }
        }
        Ok(())
    }

    fn demand_of(&self, replication: u32, t: usize) -> f64 {
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
