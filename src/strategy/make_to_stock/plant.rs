//! A plant over a piece of its replications: all items together, period by period, under every design.
//!
//! Every item draws as it does alone; what they share is [hours](super::rows). There are no one-pass curves: what an item
//! gets depends on what all others want.

use super::chunk::{Chunk, Draws, Output, Scratch, Setting};
use super::kernel::{Inputs, Record, State};
use super::plan::Plan;
use super::rows::{Coming, Line, PlantSums, Shared};
use super::trace::View;
use crate::config::{self, Allocation, Limit};
use crate::engine::lattice::{DEPTH, Tile, new_tile};
use crate::engine::level::at_level;
use crate::engine::work::Piece;
use crate::error::{Error, Result, check};
use crate::random::Stream;
use crate::supply::{Side, SideKind, SideMemory};
use fearless_simd::{Level, Simd};

/// A plant, checked and compiled.
pub struct Plant {
    allocation: Allocation,
    unit: Vec<f64>,
    setup: Vec<f64>,
    /// By design.
    order: Vec<Vec<usize>>,
    scale: Vec<Vec<f64>>,
    hours: Vec<f64>,
    drawn: Option<Side>,
    overtime: f64,
}

/// Hours of one replication, per period: used (overtime included), overtime, offered.
pub type Hours = [f64; 3];

impl Plant {
    /// Checks what the items of these plans share.
    pub fn compile(described: &config::Plant, plans: &[Plan]) -> Result<Self> {
        let n = plans.len();
        for (field, list) in [("unit_hours", &described.unit_hours), ("setup_hours", &described.setup_hours)]
        {
            if list.len() != n {
                return Err(Error::config(field, list.len(), format!("one per item, {n}")));
            }
            list.iter().try_for_each(|x| check::non_negative(field, *x).map(drop))?;
        }
        if let Some(x) = described.unit_hours.iter().find(|x| **x == 0.0) {
            return Err(Error::config("unit_hours", *x, "> 0"));
        }
        check::non_negative("overtime", described.overtime)?;
        let mut seen = described.priority.clone();
        seen.sort_unstable();
        if seen != (0..n).collect::<Vec<_>>() {
            return Err(Error::config("priority", format!("{:?}", described.priority), "every item once"));
        }
        let (hours, drawn) = match &described.hours {
            Limit::Cycle(values) if values.is_empty() => {
                return Err(Error::config("hours", "no values", "one number, or one per period"));
            }
            Limit::Cycle(values) => {
                values.iter().try_for_each(|x| check::non_negative("hours", *x).map(drop))?;
                (values.clone(), None)
            }
            Limit::Drawn(law) => {
                let sampler = law.compile().map_err(|e| e.within("hours"))?;
                check::non_negative("hours", sampler.min())?;
                let (entity, kind) = (Some(described.key), SideKind::Law(sampler));
                (vec![0.0], Some(Side { stream: Stream::Capacity, entity, sub: 1, kind }))
            }
        };
        let designs = plans.first().map_or(0, |p| p.tariffs.len());
        let mut order = vec![described.priority.clone(); designs];
        if described.allocation == Allocation::Cost {
            for (d, order) in order.iter_mut().enumerate() {
                let worth = |i: usize| {
                    let tariff = &plans[i].tariffs[d];
                    let (costs, lost) = (&tariff.costs, tariff.lost_share);
                    let waits = (1.0 - lost) * costs.backorder;
                    let goes = lost * (costs.lost_sale + costs.price - costs.unit);
                    (waits + costs.shortage + goes) / described.unit_hours[i]
                };
                order.sort_by(|a, b| worth(*b).total_cmp(&worth(*a)));
            }
        }
        let mut scale = vec![vec![1.0; n]; designs];
        for (i, plan) in plans.iter().enumerate() {
            plan.shares_a_plant().map_err(|e| e.within(&format!("items[{i}]")))?;
            if described.allocation == Allocation::Fair {
                for (d, scale) in scale.iter_mut().enumerate() {
                    scale[i] = plan.scale(d, i)?;
                }
            }
        }
        Ok(Self {
            allocation: described.allocation,
            unit: described.unit_hours.clone(),
            setup: described.setup_hours.clone(),
            order,
            scale,
            hours,
            drawn,
            overtime: described.overtime,
        })
    }

    /// Runs a piece of the replications; one output per item, and a call per design and lane with the plant's own hours.
    pub fn run_chunk(
        &self,
        setting: Setting<'_>,
        plans: &[Plan],
        piece: &Piece,
        room: &mut Room,
        outputs: &mut [Output<'_>],
        hours: &mut dyn FnMut(usize, usize, Hours),
    ) -> Result<()> {
        let level = setting.level.unwrap_or_else(Level::baseline);
        at_level!(level, s => self.run(s, setting, plans, piece, room, outputs, hours))
    }

    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "the parts of a run, and where they go")]
    fn run<S: Simd>(
        &self,
        s: S,
        setting: Setting<'_>,
        plans: &[Plan],
        piece: &Piece,
        room: &mut Room,
        outputs: &mut [Output<'_>],
        hours: &mut dyn FnMut(usize, usize, Hours),
    ) -> Result<()> {
        let frame = setting.frame;
        let designs = self.order.len();
        let chunks: Vec<Vec<Chunk<'_>>> = plans.iter().map(|plan| Chunk::all(setting, plan, piece)).collect();
        // Which group of its item a design belongs to, and which place it has there.
        let place: Vec<Vec<(usize, usize)>> = plans.iter().map(Plan::places).collect();
        room.reserve(plans, designs);
        let Room { inputs, states, record, hours: (tile, memory) } = room;
        for (i, own) in states.iter_mut().enumerate() {
            for (d, state) in own.iter_mut().enumerate().take(designs) {
                let (g, j) = place[i][d];
                let chunk = &chunks[i][g];
                chunk.open(&chunk.group.params[j], state);
                state.forget();
            }
        }
        let mut sums: Vec<PlantSums> = (0..designs).map(|_| PlantSums::new()).collect();
        for start in (0..frame.periods).step_by(DEPTH) {
            setting.cancel.check()?;
            for (own, inputs) in chunks.iter().zip(&mut *inputs) {
                for (chunk, (draws, demand)) in own.iter().zip(inputs) {
                    chunk.draw_demand(s, start, demand, draws);
                    chunk.draw_rest(s, start, &mut draws.rest);
                }
            }
            if let Some(side) = &self.drawn {
                let window = chunks[0][0].window(start);
                s.vectorize(
                    #[inline(always)]
                    || side.fill(s, &window, memory, tile),
                );
            }
            for span in chunks[0][0].spans(start) {
                if span.tile_start + span.from == frame.warm_up {
                    states.iter_mut().flatten().for_each(State::forget);
                    sums.iter_mut().for_each(|s| *s = PlantSums::new());
                }
                for d in 0..designs {
                    let sides: Vec<Vec<&Tile<f64>>> = (0..plans.len())
                        .map(|i| {
                            let (g, j) = place[i][d];
                            let draws = &inputs[i][g].0;
                            chunks[i][g].group.sides_of[j].iter().map(|&x| &*draws.rest.sides[x].0).collect()
                        })
                        .collect();
                    let mut sites: Vec<_> = states
                        .iter_mut()
                        .map(|own| {
                            (own[d].site.take().unwrap_or_else(super::rows::Site::new), &mut own[d].tally)
                        })
                        .collect();
                    let mut lines: Vec<Line<'_>> = Vec::with_capacity(plans.len());
                    for (i, ((site, tally), record)) in sites.iter_mut().zip(&mut *record).enumerate() {
                        let (g, j) = place[i][d];
                        let (draws, demand) = &inputs[i][g];
                        let group = chunks[i][g].group;
                        let p = &group.params[j];
                        let Some(terms) = p.terms.as_deref() else {
                            return Err(Error::Internal {
                                reason: "an item of a plant runs on rows".to_owned(),
                            });
                        };
                        let lead = draws.rest.leads.get(group.lead_of[j]).unwrap_or(&draws.rest.leads[0]);
                        lines.push(Line {
                            p,
                            terms,
                            site,
                            tally,
                            inputs: Inputs { demand, lead: &lead.drawn },
                            sides: &sides[i],
                            coming: Coming {
                                key: frame.key,
                                first: piece.first,
                                foreseen: &draws.demand.foreseen.ahead,
                                demand: &[],
                                periods: frame.periods,
                            },
                            record: (!outputs[i].traces[d].is_empty()).then_some(record),
                        });
                    }
                    let mut shared = Shared {
                        rule: self.allocation,
                        unit: &self.unit,
                        setup: &self.setup,
                        order: &self.order[d],
                        scale: &self.scale[d],
                        hours: &self.hours,
                        drawn: self.drawn.as_ref().map(|_| &**tile),
                        overtime: self.overtime,
                        sums: &mut sums[d],
                        want: Vec::new(),
                        get: Vec::new(),
                    };
                    s.vectorize(
                        #[inline(always)]
                        || super::rows::advance(&mut lines, Some(&mut shared), span),
                    );
                    drop(lines);
                    let back: Vec<_> = sites.into_iter().map(|(site, _)| site).collect();
                    for (own, site) in states.iter_mut().zip(back) {
                        own[d].site = Some(site);
                    }
                    for (i, output) in outputs.iter_mut().enumerate() {
                        let (g, j) = place[i][d];
                        let chunk = &chunks[i][g];
                        let view = View {
                            spans: &[(0, span)],
                            demand: std::slice::from_ref(&inputs[i][g].1),
                            records: std::slice::from_ref(&record[i]),
                            level: 0.0,
                            lost_share: chunk.group.params[j].lost_share,
                            lanes: piece.lanes.clone(),
                            stride: frame.periods,
                        };
                        for (quantity, rows) in &mut output.traces[d] {
                            let out = super::trace::reals(rows);
                            s.vectorize(
                                #[inline(always)]
                                || view.store(s, *quantity, out),
                            );
                        }
                    }
                }
            }
        }
        let periods = (frame.periods - frame.warm_up) as f64;
        for lane in piece.lanes.clone() {
            let row = lane - piece.lanes.start;
            for d in 0..designs {
                for (own, output) in states.iter().zip(&mut *outputs) {
                    (output.counts)(d, row, &own[d].counts(lane));
                }
                let PlantSums { used, overtime, offered } = &sums[d];
                hours(d, row, [used[lane] / periods, overtime[lane] / periods, offered[lane] / periods]);
            }
        }
        for (i, output) in outputs.iter_mut().enumerate() {
            for (d, (g, _)) in place[i].iter().enumerate() {
                output.clipped.push((d, inputs[i][*g].0.demand.clipped));
            }
        }
        Ok(())
    }
}

/// Memory of one worker.
pub struct Room {
    /// By item and group: what is drawn.
    inputs: Vec<Vec<(Draws, Box<Tile<f64>>)>>,
    /// By item and design.
    states: Vec<Vec<State<f64>>>,
    /// By item.
    record: Vec<Record<f64>>,
    hours: (Box<Tile<f64>>, SideMemory),
}

impl Default for Room {
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            states: Vec::new(),
            record: Vec::new(),
            hours: (new_tile(), SideMemory::default()),
        }
    }
}

impl Room {
    fn reserve(&mut self, plans: &[Plan], designs: usize) {
        self.inputs.resize_with(plans.len(), Vec::new);
        self.states.resize_with(plans.len(), Vec::new);
        self.record.resize_with(plans.len(), Record::new);
        for ((plan, inputs), states) in plans.iter().zip(&mut self.inputs).zip(&mut self.states) {
            inputs.resize_with(plan.groups.len(), || (Draws::default(), new_tile()));
            for (group, (draws, _)) in plan.groups.iter().zip(inputs) {
                draws.reserve(group);
            }
            states.resize_with(states.len().max(designs), State::new);
        }
    }
}

/// A worker's memory for either kind of run.
#[derive(Default)]
pub struct Rooms {
    /// Items by themselves.
    pub alone: Scratch,
    /// Items of a plant.
    pub plant: Room,
}
